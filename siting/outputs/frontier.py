"""Coverage against sites or yen, as a table and as a picture."""

from __future__ import annotations

import csv
import logging
import math
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from siting.outputs.escape import JsonValue, csv_text
from siting.outputs.text import Bilingual, Language, text
from siting.planning.frontier import Frontier, FrontierPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

logger = logging.getLogger(__name__)

_DIGITS = 6
_SCALE = 1_000_000
_MILLION = 1e6
_SIZE_INCHES = (9.0, 6.0)
_DOTS_PER_INCH = 150
_PLAN_COLOUR, _BOUND_COLOUR, _REACH_COLOUR = "#c2410c", "#1d4ed8", "#6b7280"
_JAPANESE_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "IPAexGothic",
    "IPAPGothic",
    "IPAGothic",
    "TakaoGothic",
    "VL Gothic",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
    "MS Gothic",
)

COLUMNS = (
    "over",
    "limit",
    "status",
    "n_sites",
    "cost_yen",
    "unit",
    "objective",
    "upper_bound",
    "gap",
    "covered_share",
    "upper_bound_share",
)
"""Columns of the table, in order; a contract with its readers."""


def write_frontier_csv(path: Path, frontier: Frontier) -> None:
    """
    Write one row per point: UTF-8 with a byte order mark, safe to open in a spreadsheet.

    Points without a plan have empty cells. The gap and the bound are rounded up.

    Parameters
    ----------
    path
        File to write.
    frontier
        From :func:`siting.frontier`.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for point in frontier.points:
            writer.writerow([csv_text(value) if isinstance(value, str) else value for value in _row(frontier, point)])


def _row(frontier: Frontier, point: FrontierPoint) -> list[JsonValue]:
    if not point.plan.is_plan:
        return [frontier.over, point.limit, point.status, None, None, frontier.unit, None, None, None, None, None]
    total = point.plan.total_weight
    return [
        frontier.over,
        point.limit,
        point.status,
        point.n_sites,
        point.cost_yen,
        frontier.unit,
        round(point.objective, _DIGITS),
        _up(point.upper_bound),
        _up(point.gap),
        round(point.objective / total, _DIGITS) if total else 0.0,
        _up(point.upper_bound / total) if total else 0.0,
    ]


def _up(value: float) -> float:
    """Return a value rounded up to the digits shown, so that a bound never reads tighter than it is."""
    return math.ceil(value * _SCALE) / _SCALE


def write_frontier_png(path: Path, frontier: Frontier, *, title: Bilingual, language: Language = "en") -> None:
    """
    Draw coverage against the limit, the proven bound above it, and the gap between the two below.

    Plans and bounds belong to the points; the lines between them only guide the eye.

    Parameters
    ----------
    path
        File to write.
    frontier
        From :func:`siting.frontier`; points without a plan are left out.
    title
        Shown above the picture.
    language
        Language of all words; English where no Japanese font is installed, which is logged as a warning.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - slow to import, needed here only
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - as above
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    font = _japanese_font()
    if language == "ja" and font is None:
        logger.warning("%s is in English: no font with Japanese letters is installed, such as %s", path.name, _JAPANESE_FONTS[0])
    with rc_context({"font.family": [*([font] if font else []), "DejaVu Sans"], "font.size": 10.0, "axes.unicode_minus": False}):
        figure = Figure(figsize=_SIZE_INCHES, dpi=_DOTS_PER_INCH, layout="constrained")
        FigureCanvasAgg(figure)
        draw_frontier(figure, frontier, title=title, language=language if font else "en")
        figure.savefig(path, metadata={"Software": None})


def _japanese_font() -> str | None:
    """Return a font that has Japanese letters, if one is installed."""
    from matplotlib.font_manager import findSystemFonts, fontManager, get_font  # noqa: PLC0415 - slow to import, needed here only

    known = {font.name for font in fontManager.ttflist}
    if (name := next((name for name in _JAPANESE_FONTS if name in known), None)) is not None:
        return name
    newer = set(findSystemFonts()) - {font.fname for font in fontManager.ttflist}  # its list is kept on disk and not renewed
    for file in sorted(newer):
        with suppress(RuntimeError):  # a font file that cannot be read
            if (name := get_font(file).family_name) in _JAPANESE_FONTS:
                fontManager.addfont(file)
                return name
    return None


def draw_frontier(figure: Figure, frontier: Frontier, *, title: Bilingual, language: Language) -> None:
    """
    Draw a frontier on an empty figure; see :func:`write_frontier_png`.

    Parameters
    ----------
    figure
        Where to draw.
    frontier, title
        What to draw.
    language
        Language of all words; the font of the figure has its letters.
    """
    points = [point for point in frontier.points if point.plan.is_plan and point.plan.total_weight]
    limits = [point.limit / (_MILLION if frontier.over == "budget" else 1.0) for point in points]
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1.0))
    figure.suptitle(title.ja if language == "ja" else title.en, fontsize=13, parse_math=False)
    _draw_coverage(upper, points, limits, language)
    upper.set_ylabel(text("frontier.share", language))
    figure.align_ylabels()
    gaps = [100 * point.gap for point in points]
    lower.plot(limits, gaps, color=_BOUND_COLOUR, marker="o", markersize=4, linewidth=1.2, clip_on=False)
    lower.set_ylim(0.0, 1.25 * max([*gaps, 0.01]))
    lower.set_ylabel(text("frontier.gap", language))
    lower.set_xlabel(text(f"frontier.{frontier.over}", language))
    lower.set_xlim(0.0, 1.07 * max(limits, default=1.0))
    for axes in (upper, lower):
        axes.grid(visible=True, color="#e5e7eb", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.set_major_formatter(lambda value, _place: f"{value:,.0f}" if value == round(value) else f"{value:,.1f}")


def _draw_coverage(axes: Axes, points: list[FrontierPoint], limits: list[float], language: Language) -> None:
    """Draw the plans, the bound above them, and what every candidate together would cover."""
    plans = [100 * point.objective / point.plan.total_weight for point in points]
    bounds = [100 * point.upper_bound / point.plan.total_weight for point in points]
    reach = max((100 * point.plan.reachable_weight / point.plan.total_weight for point in points), default=0.0)
    axes.axhline(reach, color=_REACH_COLOUR, linewidth=1.0, linestyle=(0, (1, 2)), label=text("frontier.reachable", language))
    axes.plot(
        limits,
        bounds,
        color=_BOUND_COLOUR,
        linewidth=1.2,
        linestyle=(0, (4, 4)),
        marker="_",
        markersize=13,
        zorder=3,
        label=text("frontier.bound", language),
    )
    axes.plot(limits, plans, color=_PLAN_COLOUR, linewidth=1.6, marker="o", markersize=6, label=text("frontier.plan", language))
    for limit, plan in zip(limits, plans, strict=True):
        axes.annotate(f"{plan:.1f}", (limit, plan), xytext=(7, -13), textcoords="offset points", fontsize=8.5, color="#374151")
    axes.set_ylim(0.0, 1.08 * max([*bounds, reach, 1.0]))
    axes.legend(loc="lower right", frameon=False)
