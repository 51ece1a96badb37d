"""The carriers of a scenario, each with its band, its weights and its network."""

from __future__ import annotations

import difflib

from scenarios.basis import Basis
from scenarios.candidate_sources import GatheredCandidates
from scenarios.demand_source import gather_weighting
from scenarios.errors import ScenarioError, in_table
from scenarios.rule_tables import CarrierTable, SharingTable
from scenarios.scenario import ScenarioFile
from scenarios.scenario_file import radio_params
from siting import CoverageMatrix, InvalidInputError, RadioParams, build_coverage, build_demand
from siting.arrays import FloatArray
from siting.progress import Progress, no_progress
from siting.rules import Carrier, Sharing


def gather_sharing(basis: Basis, coverage: CoverageMatrix, *, progress: Progress = no_progress) -> Sharing | None:
    """
    Return the carriers of a scenario and how they share; None where there are none.

    Parameters
    ----------
    basis
        The scenario and what was read for it.
    coverage
        Who serves which cell with the radio of the scenario.
    progress
        Told the rays traced for bands other than that of the scenario.

    Raises
    ------
    ScenarioError, InvalidInputError
        A station that is no candidate, or on air and nobody's; a weight in another unit than the demand; a bad radio.
    """
    scenario = basis.file.scenario
    if not scenario.carriers:
        return None
    _require_every_station_has_a_carrier(basis.file, basis.gathered)
    found, carriers = {basis.radio: coverage}, []
    for position, table in enumerate(scenario.carriers):
        key = f"carriers[{position + 1}]"
        radio = _radio(table, key, basis)
        if radio not in found:
            with in_table(basis.file, key):
                found[radio] = build_coverage(basis.city, basis.gathered.candidates, basis.demand, radio, progress=progress)
        carriers.append(
            Carrier(
                name=table.name,
                coverage=None if radio == basis.radio else found[radio],
                weight=_weight(table, key, basis),
                existing=_stations(table, key, basis),
                min_sites=table.min_sites,
                max_sites=table.max_sites,
                budget_yen=table.budget_yen,
                equipment_yen=table.equipment_yen,
            )
        )
    sharing = scenario.sharing or SharingTable()
    return Sharing(carriers=tuple(carriers), kpi=sharing.kpi, is_neutral_host=sharing.neutral_host)


def _radio(table: CarrierTable, key: str, basis: Basis) -> RadioParams:
    """Return the radio of a carrier: its own, or that of the scenario."""
    if table.radio is None:
        return basis.radio
    try:
        return radio_params(table.radio)
    except InvalidInputError as error:
        field = error.field.removeprefix("radio.")
        raise ScenarioError(str(basis.file.path), f"{key}.radio.{field}", error.rule, error.value) from None


def _weight(table: CarrierTable, key: str, basis: Basis) -> FloatArray | None:
    """Return what each cell is worth to a carrier, shape (m,); None for what it is worth to everybody."""
    demand = basis.demand
    if table.weight is None:
        return None if table.weight_factor == 1.0 else demand.weight * table.weight_factor
    weighting = gather_weighting(table.weight, f"{key}.weight", basis.file, basis.plane)
    with in_table(basis.file, f"{key}.weight"):
        own = build_demand(basis.city, basis.zones, cell_m=demand.cell_m, weighting=weighting)
    if own.unit != demand.unit:
        raise ScenarioError(str(basis.file.path), f"{key}.weight", f"must be in {demand.unit}, the unit of [demand]", own.unit)
    return own.weight * table.weight_factor


def _stations(table: CarrierTable, key: str, basis: Basis) -> tuple[str, ...]:
    """Return the ids of a carrier's stations, each named by id or by the source that lists them."""
    gathered = basis.gathered
    sources = [source.name for source in gathered.sources]
    found: list[str] = []
    for one in table.existing:
        if one in gathered.rows:
            found.append(one)
        elif one in sources:
            found += gathered.ids_of(one)
        else:
            near = difflib.get_close_matches(one, [*sources, *gathered.candidates.ids], n=1, cutoff=0.8)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            rule = f"must name candidates within [area], as source:id, or a whole source{hint}"
            raise ScenarioError(str(basis.file.path), f"{key}.existing", rule, one)
    return tuple(dict.fromkeys(found))


def _require_every_station_has_a_carrier(file: ScenarioFile, gathered: GatheredCandidates) -> None:
    """Raise for a station on air that no carrier names: it would cover for nobody."""
    sources = {source.name for source in gathered.sources}
    named = {one for table in file.scenario.carriers for one in table.existing}
    for one in gathered.existing:
        if one not in named and not any(name in sources and one in gathered.ids_of(name) for name in named):
            raise ScenarioError(str(file.path), "carriers", "must name every station on air as existing of a carrier", one)
