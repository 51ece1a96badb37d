"""The assumptions a reader of a plan must know, and the conditions it was computed under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenarios.demand_tables import WeightByMesh
from scenarios.scenario import AlongFronts, AlongRoads, OnRoofs
from siting.outputs.text import Bilingual, both, percent

if TYPE_CHECKING:
    from scenarios.run_result import Run


_MOST_WITHOUT_BUILDINGS = 0.01


def notes(run: Run) -> tuple[Bilingual, ...]:
    """Return the assumptions and extrapolations of a run, the weightiest first."""
    found = []
    if run.file.scenario.scenario.synthetic:
        found += [both("note.synthetic_everything"), both("note.synthetic_costs")]
    else:
        found += _synthetic_candidates(run)
    found.append(both("note.flat_ground") if run.city.ground is None else both("note.terrain_used"))
    found.append(both("note.lod1"))
    if run.radio.requires_line_of_sight:
        found.append(both("note.line_of_sight_rule", radius_m=run.radio.max_range_m))
    found.append(both("note.power_rule", threshold_dbm=run.radio.receiver_threshold_dbm))
    if "receiver_threshold_dbm" not in (run.file.scenario.radio.model_extra or {}):
        found.append(both("note.threshold_default"))
    if not run.radio.requires_line_of_sight:
        found.append(both("note.no_absolute_level"))
    found += [both(f"extrapolation.{code}") for code in run.coverage.extrapolations]
    if run.trees_share is not None:
        low, high = (100.0 * share for share in run.trees_share)
        found.append(both("note.trees_range", low=low, high=high))
    if run.share_without_buildings > _MOST_WITHOUT_BUILDINGS:
        found.append(both("note.buildings_missing", share=percent(run.share_without_buildings)))
    found += _buildings(run)
    if isinstance(run.file.scenario.demand.weight, WeightByMesh):
        found.append(both("note.people_evenly_spread"))
    if run.demand.unit == "weighted":
        found.append(both("note.priority_weights"))
    found += _rules(run)
    if run.plan.stopped_by == "time_limit":
        found.append(both("note.stopped_by_clock"))
    return tuple(found)


def _rules(run: Run) -> list[Bilingual]:
    """Say what the rules change in the meaning of the figures."""
    rules, found = run.file.scenario.rules, []
    if rules.horizon_years is not None:
        found.append(both("note.yearly_fees", years=rules.horizon_years))
    if rules.servers_needed > 1:
        found.append(both("note.servers_needed", n=rules.servers_needed))
    if run.problem.sharing is not None:
        found.append(both("note.shared_zones"))
    return found


def _synthetic_candidates(run: Run) -> list[Bilingual]:
    """Say of every rule that placed candidates what it does."""
    found = []
    used = {source.name: source.n_used for source in run.gathered.sources}
    for source in run.file.scenario.candidates:
        if isinstance(source, AlongRoads):
            rule = both("rule.along_roads", spacing_m=source.spacing_m, offset_m=source.offset_m, height_m=source.height_m)
        elif isinstance(source, AlongFronts):
            rule = both("rule.along_fronts", offset_m=source.offset_m, height_m=source.height_m)
        elif isinstance(source, OnRoofs):
            rule = both("rule.on_roofs", low_m=source.minimum_height_m, high_m=source.maximum_height_m, mast_m=source.mast_m)
        else:
            continue
        found.append(both("note.synthetic_candidates", n=used[source.name], rule=rule))
    return found


def _buildings(run: Run) -> list[Bilingual]:
    """Say what was filled, repaired and refused among the buildings."""
    report, rule = run.city.report, run.file.scenario.buildings
    found = []
    if report.n_missing_height_filled:
        words = both("rule.heights", storey_m=rule.storey_height_m, default_m=rule.default_height_m)
        share = percent(report.n_missing_height_filled / max(report.n_used, 1))
        found.append(both("note.heights_filled", n=report.n_missing_height_filled, share=share, rule=words))
    if report.n_repaired:
        found.append(both("note.footprints_repaired", n=report.n_repaired))
    if report.n_rejected:
        found.append(both("note.footprints_refused", n=report.n_rejected))
    return found


def parameters(run: Run) -> tuple[tuple[Bilingual, str], ...]:
    """Return the conditions of the computation: what, and its value with unit."""
    radio, rules = run.radio, run.file.scenario.rules
    goal = both(f"goal.{rules.goal}")
    given = [
        ("band", radio.band),
        ("eirp", f"{radio.eirp_dbm:g} dBm"),
        ("threshold", f"{radio.receiver_threshold_dbm:g} dBm"),
        ("range", f"{radio.max_range_m:g} m"),
        ("path_loss", radio.path_loss_model),
        ("antenna", f"{radio.antenna}, {radio.tilt_deg:g}°"),
        ("user_height", f"{radio.user_height_m:g} m"),
        ("cell", f"{run.demand.cell_m:g} m"),
        ("crs", run.file.scenario.scenario.crs),
        ("goal", f"{goal.ja} / {goal.en}"),
        ("max_sites", "-" if rules.max_sites is None else f"{rules.max_sites:,}"),
        ("budget", "-" if rules.budget_yen is None else f"{rules.budget_yen:,} yen"),
        *_stated_rules(run),
        ("seed", str(run.plan.seed)),
        ("n_buildings", f"{run.city.report.n_used:,}"),
        ("n_candidates", f"{len(run.gathered.candidates):,}"),
        ("n_cells", f"{len(run.demand):,}"),
        ("n_rays", f"{run.coverage.n_rays:,}"),
    ]
    return tuple((both(f"parameter.{key}"), value) for key, value in given)


def _stated_rules(run: Run) -> list[tuple[str, str]]:
    """Return the rules that a scenario need not state, where it does."""
    rules, found = run.file.scenario.rules, []
    if rules.minimum_spacing_m is not None:
        found.append(("minimum_spacing", f"{rules.minimum_spacing_m:g} m"))
    if rules.servers_needed > 1:
        found.append(("servers_needed", str(rules.servers_needed)))
    if rules.backup_share:
        found.append(("backup_share", f"{rules.backup_share:g}"))
    if (sharing := run.problem.sharing) is not None:
        kpi = both(f"kpi.{sharing.kpi}")
        found.append(("kpi", f"{kpi.ja} / {kpi.en}"))
    return found
