"""What a scenario file may say. Every key, its unit and its limits; unknown keys are refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from assets_db.errors import one_of
from scenarios.demand_tables import Demand, FacilityTable, Radio
from scenarios.register_tables import RegisterAssets
from scenarios.rule_tables import CarrierTable, Robust, Rules, SharingTable
from scenarios.table import Table
from scenarios.values import (
    AntennaHeight,
    AssetType,
    Box,
    Carriers,
    Effort,
    Latitude,
    Longitude,
    Margin,
    Name,
    OwnerClass,
    PlainName,
    Positive,
    Priority,
    Radius,
    Seed,
    Spacing,
    Where,
    Yen,
    broken,
)


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


_Named = TypeVar("_Named", bound=_HasName)


class About(Table):
    """``[scenario]``: what the run is called, and the plane it is computed in."""

    name: PlainName
    title_ja: Name
    title_en: Name
    crs: Name
    credits: tuple[Name, ...] = ()
    synthetic: bool = False


class Area(Table):
    """``[area]``: candidates are taken from this box, buildings also from ``margin_m`` around it."""

    bbox: Box
    margin_m: Margin = 250.0


class Buildings(Table):
    """``[buildings]``: footprint files (wildcards allowed) and how heights are read and filled."""

    paths: Annotated[tuple[Name, ...], Field(min_length=1)]
    height_column: Name | None = None
    storeys_column: Name | None = None
    id_column: Name | None = None
    storey_height_m: Positive = 3.0
    default_height_m: Positive = 8.0


class GroundFile(Table):
    """``[ground]``: an elevation raster."""

    path: Name
    post_m: Annotated[float, Field(ge=0.1)] | None = None


class VegetationFile(Table):
    """``[vegetation]``: polygons of parks and trees."""

    path: Name
    canopy_m: Annotated[float, Field(gt=0, le=100)] = 10.0


class _Assets(Table):
    """What every list of real assets says."""

    name: Name
    path: Name
    owner_class: OwnerClass | None = None
    asset_type: AssetType | None = None
    height_m: AntennaHeight | None = None
    cost_yen: Yen | None = None
    yearly_fee_yen: Yen | None = None
    capacity: Carriers = 1
    mount: Literal["pole", "roof"] = "pole"
    mast_m: Positive = 3.0
    on_bad_row: Literal["refuse", "skip"] = "refuse"
    synthetic: bool = False


class CsvAssets(_Assets):
    """``kind = "csv"``: a table with named columns."""

    kind: Literal["csv"]
    columns: dict[str, str] = Field(default_factory=dict)
    ignore: tuple[str, ...] = ()


class OsmAssets(_Assets):
    """``kind = "osm_points"``: point features with certain tags."""

    kind: Literal["osm_points"]
    where: Annotated[Where, Field(min_length=1)]
    owner_class: OwnerClass
    asset_type: AssetType


class StationAssets(_Assets):
    """``kind = "stations"``: a list of railway stations."""

    kind: Literal["stations"]
    owner_class: OwnerClass


class _Placed(Table):
    """What every rule that places synthetic candidates says."""

    name: Name
    owner_class: OwnerClass
    cost_yen: Yen = 0
    yearly_fee_yen: Yen = 0
    capacity: Carriers = 1


class AlongRoads(_Placed):
    """``kind = "along_roads"``: streetlights along roads."""

    kind: Literal["along_roads"]
    path: Name
    class_field: Name = "highway"
    layer_field: Name = "layer"
    spacing_m: Spacing = 30.0
    offset_m: Positive = 3.0
    minimum_spacing_m: Spacing = 12.0
    height_m: AntennaHeight = 8.0


class AlongFronts(_Placed):
    """``kind = "along_fronts"``: poles in front of buildings."""

    kind: Literal["along_fronts"]
    n_candidates: Annotated[int, Field(ge=1)]
    offset_m: Positive = 3.0
    height_m: AntennaHeight = 8.0


class OnRoofs(_Placed):
    """``kind = "on_roofs"``: antennas at the roof edges of real buildings."""

    kind: Literal["on_roofs"]
    minimum_height_m: Positive = 8.0
    maximum_height_m: Positive = 40.0
    minimum_area_m2: Positive = 60.0
    mast_m: Positive = 3.0
    minimum_spacing_m: Spacing = 5.0
    n_candidates: Annotated[int, Field(ge=1)] | None = None


CandidateSource = Annotated[
    CsvAssets | OsmAssets | StationAssets | RegisterAssets | AlongRoads | AlongFronts | OnRoofs, Field(discriminator="kind")
]


class _Zone(Table):
    """What every zone says."""

    priority: Priority = 1.0


class PolygonZones(_Zone):
    """``kind = "polygons"``: one zone per feature of a GeoJSON file, named by one of its properties."""

    kind: Literal["polygons"]
    path: Name
    name_field: Name
    where: Where = Field(default_factory=dict)


class CircleZone(_Zone):
    """``kind = "circle"``: everything within a distance of a place."""

    kind: Literal["circle"]
    name: Name
    longitude: Longitude
    latitude: Latitude
    radius_m: Radius


class AreaZone(_Zone):
    """``kind = "area"``: the whole area of the scenario."""

    kind: Literal["area"]
    name: Name


ZoneSource = Annotated[PolygonZones | CircleZone | AreaZone, Field(discriminator="kind")]


class Solve(Table):
    """``[solve]``: seed and effort; see ``siting.SolveParams``."""

    seed: Seed = 0
    effort: Effort = 1.0
    target_gap: Annotated[float, Field(ge=0, lt=1)] = 0.0
    time_limit_s: Positive = 600.0


class Map(Table):
    """``[map]``: whether the map may fetch base map tiles when it is opened."""

    online_tiles: bool = False


def _with_different_names(tables: tuple[_Named, ...]) -> tuple[_Named, ...]:
    """Return tables of which no two share a name."""
    for name, count in Counter(one.name for one in tables).items():
        if count > 1:
            raise broken("must have different names", name)
    return tables


class Scenario(Table):
    """A whole scenario file."""

    scenario: About
    area: Area
    buildings: Buildings
    ground: GroundFile | None = None
    vegetation: VegetationFile | None = None
    candidates: Annotated[tuple[CandidateSource, ...], Field(min_length=1)]
    zones: Annotated[tuple[ZoneSource, ...], Field(min_length=1)]
    demand: Demand = Demand()
    facilities: tuple[FacilityTable, ...] = ()
    radio: Radio
    rules: Rules
    carriers: Annotated[tuple[CarrierTable, ...], Field(max_length=6)] = ()
    sharing: SharingTable | None = None
    robust: Robust | None = None
    solve: Solve = Solve()
    map: Map = Map()

    @field_validator("candidates")
    @classmethod
    def _names_sources_once(cls, candidates: tuple[CandidateSource, ...]) -> tuple[CandidateSource, ...]:
        return _with_different_names(candidates)

    @field_validator("facilities")
    @classmethod
    def _names_facilities_once(cls, facilities: tuple[FacilityTable, ...]) -> tuple[FacilityTable, ...]:
        return _with_different_names(facilities)

    @field_validator("carriers")
    @classmethod
    def _names_carriers_once(cls, carriers: tuple[CarrierTable, ...]) -> tuple[CarrierTable, ...]:
        return _with_different_names(carriers)

    @model_validator(mode="after")
    def _tables_agree(self) -> Scenario:
        if self.sharing is not None and not self.carriers:
            raise broken("must have [[carriers]] beside it", None, key="sharing")
        if self.robust is not None and self.carriers:
            raise broken("must not be given with [[carriers]]", None, key="robust")
        rules, names = self.rules, [carrier.name for carrier in self.carriers]
        for position, target in enumerate(rules.targets):
            if target.carrier is not None and target.carrier not in names:
                rule = one_of(target.carrier, names) if names else "must be one of [[carriers]], of which there are none"
                raise broken(rule, target.carrier, key=f"rules.targets[{position + 1}].carrier")
        is_limited = rules.max_sites is not None or rules.budget_yen is not None
        is_limited |= bool(self.carriers) and all(one.max_sites is not None or one.budget_yen is not None for one in self.carriers)
        if rules.goal == "coverage" and not is_limited:
            raise broken("must give max_sites or budget_yen", None, key="rules")
        return self


class ScenarioFile(BaseModel):
    """A scenario and the file it came from, against whose folder its paths are resolved."""

    model_config = ConfigDict(frozen=True)

    path: Path
    scenario: Scenario
