"""Write what a run found out: the files of a run folder."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.notes import notes, parameters
from scenarios.provenance import versions
from scenarios.robust_source import RobustRun
from siting.outputs.escape import csv_text
from siting.outputs.exports import write_kpis_csv, write_sites_csv, write_sites_geojson, write_sites_gpkg
from siting.outputs.maps import write_map
from siting.outputs.report import RejectFact, RunFacts, SourceFact, write_report
from siting.outputs.text import Bilingual
from siting.progress import Progress
from siting.robust.simulate import Simulation
from siting.sharing import SharingSavings

if TYPE_CHECKING:
    from scenarios.run_result import Run

FILES = ("plan.json", "sites.csv", "sites.geojson", "sites.gpkg", "map.html", "report.html", "kpis.csv", "rejects.csv", "run.log")
"""What a run folder holds."""


def write_outputs(run: Run, folder: Path, *, progress: Progress) -> None:
    """
    Write every file of a run but its log.

    Parameters
    ----------
    run
        The finished run.
    folder
        An empty folder.
    progress
        Told the files done, as stage ``stage.write``.
    """
    steps = (_write_plan, _write_sites, _write_kpis, _write_rejects, _write_map, _write_report)
    for done, step in enumerate(steps):
        progress("stage.write", done, len(steps))
        step(run, folder)
    progress("stage.write", len(steps), len(steps))


def plan_facts(run: Run) -> dict[str, object]:
    """Return all that ``plan.json`` holds; two runs of one seed differ in ``timings`` alone."""
    return _result_facts(run) | _site_facts(run) | _work_facts(run)


def _result_facts(run: Run) -> dict[str, object]:
    """Return how much is covered, and how good that is."""
    plan, about = run.plan, run.file.scenario.scenario
    return {
        "name": about.name,
        "title": {"ja": about.title_ja, "en": about.title_en},
        "goal": plan.goal,
        "objective": plan.objective,
        "covered": plan.covered_weight,
        "total": plan.total_weight,
        "reachable": plan.reachable_weight,
        "unit": run.demand.unit,
        "covered_share": run.kpis.share,
        "share_without_buildings": run.share_without_buildings,
        "covered_share_by_trees": None if run.trees_share is None else list(run.trees_share),
        "upper_bound": plan.upper_bound,
        "lower_bound": plan.lower_bound,
        "gap": plan.gap if run.has_plan else None,
        "status": plan.status,
        "infeasibility": None if plan.infeasibility is None else dataclasses.asdict(plan.infeasibility),
        "stopped_by": plan.stopped_by,
        "limited_by": plan.limited_by if run.has_plan else None,
    }


def _site_facts(run: Run) -> dict[str, object]:
    """Return the sites, and what they do for zones, rules, facilities and carriers."""
    plan = run.plan
    return {
        "n_sites": len(plan.chosen),
        "cost_yen": plan.cost_yen,
        "chosen": list(plan.chosen),
        "marginal_weight": list(plan.marginal_weight),
        "fixed": list(run.fixed),
        "zones": [
            {"name": group.name, "n_cells": group.n_cells, "weight": group.weight, "covered": group.covered_weight, "share": group.share}
            for group in run.kpis.groups
        ],
        "rules": [dataclasses.asdict(use) for use in run.rule_uses],
        "servers": [dataclasses.asdict(use) for use in run.server_uses],
        "facilities": [dataclasses.asdict(use) for use in run.facility_uses],
        "carriers": [
            dataclasses.asdict(use) | {"share": use.share, "sites": list(plan.tenants.get(use.name, ()))} for use in run.carrier_uses
        ],
        "savings": None if run.savings is None else _savings_facts(run.savings),
        "robust": None if run.robust is None else _robust_facts(run.robust),
    }


def _work_facts(run: Run) -> dict[str, object]:
    """Return what the plan was made from, and how."""
    plan, report = run.plan, run.city.report
    counts = {field.name: getattr(report, field.name) for field in dataclasses.fields(report) if field.name.startswith("n_")}
    return {
        "method": list(plan.method),
        "work": dict(plan.work),
        "n_candidates": len(run.gathered.candidates),
        "n_cells": len(run.demand),
        "n_rays": run.coverage.n_rays,
        "n_pairs": run.coverage.n_pairs,
        "candidates": [
            {
                "name": source.name,
                "n_rows": source.n_rows,
                "n_used": source.n_used,
                "n_outside": source.n_outside,
                "n_not_selected": source.n_not_selected,
                "n_rejected": len(source.rejects),
                "synthetic": source.is_synthetic,
            }
            | ({} if source.stamp is None else {"register": source.stamp.facts()})
            for source in run.gathered.sources
        ],
        "buildings": counts | {"n_rejected": report.n_rejected},
        "notes": [note.en for note in notes(run)],
        "parameters": {"scenario": run.file.scenario.model_dump(mode="json"), "radio": dataclasses.asdict(run.radio)},
        "seed": plan.seed,
        "inputs": [{"name": one.name, "sha256": one.sha256} for one in run.files],
        "versions": versions(),
        "timings": {"seconds": run.seconds, "solver_s": plan.runtime_s},
    }


def _savings_facts(savings: SharingSavings) -> dict[str, object]:
    """Return what sharing saves; null where there are no plans to compare."""
    is_found = savings.is_found
    return {
        "carriers": list(savings.carriers),
        "status_alone": [plan.status for plan in savings.alone],
        "status_together": None if savings.together is None else savings.together.status,
        "sites_alone": savings.sites_alone,
        "sites_together": savings.sites_together if is_found else None,
        "stations_together": savings.stations_together if is_found else None,
        "cost_alone_yen": savings.cost_alone_yen,
        "cost_together_yen": savings.cost_together_yen if is_found else None,
        "least_saved_yen": savings.least_saved_yen if is_found else None,
        "most_saved_yen": savings.most_saved_yen if is_found else None,
    }


def _robust_facts(found: RobustRun) -> dict[str, object]:
    """Return what uncertain permits do to the plan, and to the one that counts on all of them."""

    def draws(one: Simulation, if_all_permitted: float) -> dict[str, float]:
        return {
            "expected": one.expected_weight,
            "worst_decile": one.worst_decile_mean,
            "if_all_permitted": if_all_permitted,
        }

    compared = found.comparison
    return {
        "plan": draws(compared.robust, compared.robust_if_all_permitted),
        "nominal": draws(compared.nominal, compared.nominal_if_all_permitted) | {"chosen": list(found.nominal.chosen)},
        "expected_permits": found.robust.expected_permits,
        "rates": list(found.robust.rates),
        "n_draws": compared.robust.n_draws,
        "seed": compared.robust.seed,
        "leans": [dataclasses.asdict(lean) for lean in compared.leans],
    }


def _write_plan(run: Run, folder: Path) -> None:
    text = json.dumps(plan_facts(run), ensure_ascii=False, allow_nan=False, indent=2)
    (folder / "plan.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _write_sites(run: Run, folder: Path) -> None:
    for write, name in ((write_sites_csv, "sites.csv"), (write_sites_geojson, "sites.geojson"), (write_sites_gpkg, "sites.gpkg")):
        write(folder / name, plan=run.plan, kpis=run.kpis, candidates=run.gathered.candidates, band=run.radio.band, fixed=run.fixed)


def _write_kpis(run: Run, folder: Path) -> None:
    write_kpis_csv(folder / "kpis.csv", plan=run.plan, kpis=run.kpis)


def _write_rejects(run: Run, folder: Path) -> None:
    """Write every row that could not be used: from candidate lists and from building files."""
    with (folder / "rejects.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("source", "row", "field", "reason", "value"))
        for source in run.gathered.sources:
            for one in source.rejects:
                writer.writerow((csv_text(one.source), one.row, csv_text(one.field), csv_text(one.reason), csv_text(one.value)))
        for building in run.city.report.rejects:
            writer.writerow((csv_text(Path(building.source).name), building.row, "geometry", csv_text(building.reason), ""))


def _write_map(run: Run, folder: Path) -> None:
    about = run.file.scenario.scenario
    write_map(
        folder / "map.html",
        plan=run.plan,
        kpis=run.kpis,
        candidates=run.gathered.candidates,
        coverage=run.coverage,
        demand=run.demand,
        zones={zone.name: zone.polygon for zone in run.zones},
        title_ja=about.title_ja,
        title_en=about.title_en,
        indoor_mask=run.city.indoor_mask,
        fixed=run.fixed,
        meaning=run.meaning,
        notes=notes(run),
        credits=_credits(run),
        online_tiles=run.file.scenario.map.online_tiles,
    )


def _write_report(run: Run, folder: Path) -> None:
    about = run.file.scenario.scenario
    buildings = run.city.report
    write_report(
        folder / "report.html",
        plan=run.plan,
        kpis=run.kpis,
        candidates=run.gathered.candidates,
        facts=RunFacts(
            title=Bilingual(ja=about.title_ja, en=about.title_en),
            band=run.radio.band,
            parameters=parameters(run),
            notes=notes(run),
            sources=tuple(SourceFact(name=one.name, digest=one.sha256) for one in run.files),
            credits=_credits(run),
            rejects=(
                *(RejectFact(source=source.name, n_accepted=source.n_used, reasons=source.reasons()) for source in run.gathered.sources),
                RejectFact(source="buildings", n_accepted=buildings.n_used, reasons=buildings.n_rejected_by_reason()),
            ),
            versions=versions(),
            rules=run.rule_uses if run.has_more_rules else (),
            servers=run.server_uses,
            facilities=run.facility_uses,
            meaning=run.meaning,
            savings=run.savings,
            robust=None if run.robust is None else run.robust.comparison,
        ),
        fixed=run.fixed,
    )


def _credits(run: Run) -> tuple[str, ...]:
    """Return the credits of the scenario and of its sources, each once."""
    own = (source.credit for source in run.gathered.sources if source.credit)
    return tuple(dict.fromkeys((*run.file.scenario.scenario.credits, *own)))
