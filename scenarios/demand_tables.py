"""What a scenario file may say about what is to be covered, and with which radio."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from scenarios.table import Table
from scenarios.values import Name, NearRadius, Positive, Radius, Share, Where, broken


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
    where: dict[str, str] = Field(default_factory=dict)

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


class FacilityTable(Table):
    """``[[facilities]]``: places that count as a whole, once a share of their cells is covered."""

    name: Name
    path: Name
    radius_m: NearRadius = 50.0
    share: Share = 0.8
    weight: Positive = 1.0
    weight_field: Name | None = None
    name_field: Name | None = None
    where: Where = Field(default_factory=dict)


class Radio(Table):
    """``[radio]``: a band, and what differs from its preset (any field of ``siting.RadioParams``)."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    band: Name
