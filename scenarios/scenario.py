"""What a scenario file may say. Every key, its unit and its limits; unknown keys are refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from scenarios.values import (
    AntennaHeight,
    AssetType,
    Box,
    Budget,
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
    Sites,
    Spacing,
    Where,
    Yen,
    broken,
)


class Table(BaseModel):
    """A table of a scenario file: strict types, no unknown keys, nothing infinite, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


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
    capacity: Carriers = 1
    mount: Literal["pole", "roof"] = "pole"
    mast_m: Positive = 3.0
    on_bad_row: Literal["refuse", "skip"] = "refuse"
    synthetic: bool = False


class CsvAssets(_Assets):
    """``kind = "csv"``: a table with named columns."""

    kind: Literal["csv"]
    columns: dict[str, str] = {}
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


CandidateSource = Annotated[CsvAssets | OsmAssets | StationAssets | AlongRoads | AlongFronts | OnRoofs, Field(discriminator="kind")]


class _Zone(Table):
    """What every zone says."""

    priority: Priority = 1.0


class PolygonZones(_Zone):
    """``kind = "polygons"``: one zone per feature of a GeoJSON file, named by one of its properties."""

    kind: Literal["polygons"]
    path: Name
    name_field: Name
    where: Where = {}


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


class WeightByArea(Table):
    """``by = "area"``: a cell weighs its square metres."""

    by: Literal["area"]


class WeightByMesh(Table):
    """``by = "mesh"``: the people of a mesh of polygons, from the same file or from a CSV joined by a code."""

    by: Literal["mesh"]
    path: Name
    people_field: Name
    code_field: Name | None = None
    table: Name | None = None
    table_code_field: Name | None = None
    where: dict[str, str] = {}

    @model_validator(mode="after")
    def _joins_completely(self) -> WeightByMesh:
        if self.table is not None and not (self.code_field and self.table_code_field):
            raise broken("must give code_field and table_code_field with table", self.table)
        return self


class WeightByFacilities(Table):
    """``by = "facilities"``: point facilities of a CSV with the columns ``lat`` and ``lon``."""

    by: Literal["facilities"]
    path: Name
    weight_field: Name | None = None
    radius_m: Radius = 100.0


Weight = Annotated[WeightByArea | WeightByMesh | WeightByFacilities, Field(discriminator="by")]


class Demand(Table):
    """``[demand]``: size of a cell and what it weighs."""

    cell_m: Annotated[float, Field(ge=1, le=1000)] = 10.0
    weight: Weight = WeightByArea(by="area")


class Radio(Table):
    """``[radio]``: a band, and what differs from its preset (any field of ``siting.RadioParams``)."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    band: Name


class Rules(Table):
    """``[rules]``: what the plan must keep."""

    max_sites: Sites | None = None
    budget_yen: Budget | None = None
    fixed: tuple[Name, ...] = ()
    forbidden: tuple[Name, ...] = ()

    @field_validator("fixed", "forbidden")
    @classmethod
    def _names_ids_once(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        for one, count in Counter(ids).items():
            if count > 1:
                raise broken("must not name an id twice", one)
        return ids

    @model_validator(mode="after")
    def _has_a_limit(self) -> Rules:
        if self.max_sites is None and self.budget_yen is None:
            raise broken("must give max_sites or budget_yen", None)
        return self


class Solve(Table):
    """``[solve]``: seed and effort; see ``siting.SolveParams``."""

    seed: Seed = 0
    effort: Effort = 1.0
    target_gap: Annotated[float, Field(ge=0, lt=1)] = 0.0
    time_limit_s: Positive = 600.0


class Map(Table):
    """``[map]``: whether the map may fetch base map tiles when it is opened."""

    online_tiles: bool = False


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
    radio: Radio
    rules: Rules
    solve: Solve = Solve()
    map: Map = Map()

    @field_validator("candidates")
    @classmethod
    def _names_sources_once(cls, candidates: tuple[CandidateSource, ...]) -> tuple[CandidateSource, ...]:
        for name, count in Counter(source.name for source in candidates).items():
            if count > 1:
                raise broken("must have different names", name)
        return candidates


class ScenarioFile(BaseModel):
    """A scenario and the file it came from, against whose folder its paths are resolved."""

    model_config = ConfigDict(frozen=True)

    path: Path
    scenario: Scenario
