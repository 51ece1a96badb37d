"""Gather the overview of one asset, and write it as a page that prints on paper."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jinja2
import numpy as np
from pyproj import Transformer

from assets_db.record import AssetRecord
from assets_db.record_json import record_to_json
from assets_db.rules import FeeQuote, RuleError, lead_time_of, load_rules, quote_fee
from assets_db.schema import field_of
from scenarios.preparation import Prepared
from siting.arrays import BoolArray
from siting.outputs.site_rows import GEOGRAPHIC_CRS
from siting.radio.emf import emf_clearance_m
from window.errors import InvalidRequestError
from window.overview.drawing import PANORAMA, PLAN_M, panorama_path, panorama_x, panorama_y, place_plan
from window.overview.skyline import Skyline, skyline
from window.overview.verdict import Judgement, judge, new_weights
from window.permits import permits_of, sharing_check
from window.planning.viewshed import Viewshed, viewshed
from window.words import Language, text, word

_MEASURED = (
    *("height_agl_m", "mount_height_max_m", "structure", "built_year", "seismic", "load_capacity_kg", "wind_area_spare_m2"),
    *("power_available", "power_kva", "backup_power_hours", "fibre_distance_m", "access_hours", "access_escort", "flood_depth_max_m"),
)
_SECTIONS = {
    "structure": ("structure", "built_year", "seismic", "load_capacity_kg", "wind_area_spare_m2", "mount_type", "mount_height_max_m"),
    "power": ("power_available", "power_volts", "power_kva", "power_metered", "backup_power_hours", "fibre_distance_m", "fibre_owner"),
    "access": ("access_hours", "access_escort", "access_lift"),
    "sharing": ("carrier_capacity", "sharing", "lifecycle"),
    "hazards": ("flood_depth_max_m", "flood_scenario", "advisories"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Overview:
    """
    All that an overview says.

    Attributes
    ----------
    record
        The asset, as far as the one who asks may see it.
    on
        Day of the rules and of the page.
    height_m
        Antenna height the figures hold for [m].
    sheds
        What an antenna covers, by band; empty outside every area with buildings.
    sky
        The skyline; ``None`` as above.
    judgement
        Score and reasons; ``None`` as above.
    plan_image
        Plan of the place as a ``data:`` address; empty as above.
    permits, sharing_answer, sharing_rule
        Permits needed, and what a further carrier needs by which rule.
    fee, lead_days
        Estimate of fees and of the days until permits are there; ``None`` where no rule fits.
    emf_m
        Distance people have to keep in the beam at the greatest power of the bands [m].
    """

    record: AssetRecord
    on: dt.date
    height_m: float
    sheds: tuple[Viewshed, ...]
    sky: Skyline | None
    judgement: Judgement | None
    plan_image: str
    permits: tuple[str, ...]
    sharing_answer: str
    sharing_rule: str
    fee: FeeQuote | None
    lead_days: int | None
    emf_m: float

    @property
    def unknown(self) -> tuple[str, ...]:
        """Fields to be measured on site."""
        return tuple(name for name in _MEASURED if self.record.values.get(name) is None)


def overview_of(
    record: AssetRecord, on: dt.date, *, height_m: float, bands: tuple[str, ...], prepared: Prepared | None, is_served: BoolArray | None
) -> Overview:
    """
    Gather the overview of an asset.

    Parameters
    ----------
    record
        The asset.
    on
        Day whose rules count.
    height_m
        Antenna height [m].
    bands
        Bands to compute.
    prepared
        Area the asset lies in; ``None`` outside all.
    is_served
        Cells the current plan serves.

    Raises
    ------
    InvalidRequestError, InvalidInputError
        As :func:`window.planning.viewshed.viewshed`.
    """
    lon, lat = record.number("lon"), record.number("lat")
    sheds: tuple[Viewshed, ...] = ()
    sky, judgement, image = None, None, ""
    if prepared is not None and lon is not None and lat is not None:
        basis = prepared.basis
        sheds = tuple(viewshed(prepared, lon, lat, height_m=height_m, band=band, is_served=is_served) for band in bands)
        x_m, y_m = Transformer.from_crs(GEOGRAPHIC_CRS, basis.city.crs, always_xy=True).transform(lon, lat)
        sky = skyline(basis.city, (float(x_m), float(y_m), height_m))
        served = np.zeros(len(basis.demand), dtype=np.bool_) if is_served is None else is_served
        image = place_plan(basis.city, basis.demand, (float(x_m), float(y_m)), sheds[0].cells, served)
        left = np.where(served, 0.0, basis.demand.weight)
        others = new_weights(prepared.coverage.start, prepared.coverage.cells, left)
        judgement = judge(record, sheds[0].new_weight, others)
    sharing = sharing_check(record, on, is_permittees_own=False)
    book = load_rules()
    try:
        fee: FeeQuote | None = quote_fee(book, record, on)
        lead: int | None = lead_time_of(book, record, on).days
    except RuleError:
        fee, lead = None, None
    eirp_dbm = max((shed_eirp(prepared, one.band) for one in sheds), default=51.0)
    return Overview(
        record=record,
        on=on,
        height_m=height_m,
        sheds=sheds,
        sky=sky,
        judgement=judgement,
        plan_image=image,
        permits=permits_of(record, on),
        sharing_answer=sharing.answer,
        sharing_rule=f"{sharing.rule_source} ({sharing.rule_from})",
        fee=fee,
        lead_days=lead,
        emf_m=emf_clearance_m(eirp_dbm, reflection_factor=2.56),
    )


def shed_eirp(prepared: Prepared | None, band: str) -> float:
    """Return the power of a band in an area [dBm EIRP]."""
    from siting import RadioParams  # noqa: PLC0415 - the radio of a band is needed only here

    if prepared is not None and prepared.basis.radio.band == band:
        return prepared.basis.radio.eirp_dbm
    return RadioParams.from_preset(band).eirp_dbm


def write_overview(found: Overview, language: Language, *, is_synthetic: bool) -> str:
    """
    Return an overview as a page of HTML that needs nothing beside itself.

    Raises
    ------
    InvalidRequestError
        The asset has no id.
    """
    asset_id = found.record.text("asset_id")
    if not asset_id:
        raise InvalidRequestError("record", "must have an asset_id", asset_id)
    content = record_to_json(found.record)

    def say(key: str, **values: object) -> str:
        return text(key, language, **values)

    def label(name: str) -> str:
        return field_of(name).ja if language == "ja" else field_of(name).en

    return _template().render(
        o=found,
        say=say,
        word=lambda group, code: word(group, code, language),
        label=label,
        shown=lambda name: _shown(found.record, name, language),
        known=found.record.known_from,
        sections=_SECTIONS,
        language=language,
        is_synthetic=is_synthetic,
        panorama={"w": PANORAMA[0], "h": PANORAMA[1], "x": panorama_x, "y": panorama_y},
        outline=panorama_path(found.sky) if found.sky else "",
        plan_m=PLAN_M,
        digest=hashlib.sha256(f"{content}{found.on}{found.height_m}".encode()).hexdigest(),
    )


def _shown(record: AssetRecord, name: str, language: Language) -> str:
    """Return a value for people; a dash for unknown."""
    value = record.values.get(name)
    if value is None:
        return "–"
    if isinstance(value, bool):
        return text("asset.yes" if value else "asset.no", language)
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "–"
    if name in {"asset_type", "owner_class", "lifecycle", "sharing"}:
        return word(name, str(value), language)
    return f"{value:,.6g} {field_of(name).unit}".strip() if isinstance(value, float) else f"{value!s} {field_of(name).unit}".strip()


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((files("window") / "data" / "overview.html.j2").read_text("utf-8"))
