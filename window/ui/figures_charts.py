"""The small charts of the figures: horizontal bars with their numbers, and coverage beside its targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import altair as alt
import pandas as pd

Chart: TypeAlias = "alt.LayerChart | alt.FacetChart"

_BAR, _TARGET, _MOST = "#0072B2", "#D55E00", "#222222"
_ROW, _AXIS = 30, 75
_LABEL_PX = 210


@dataclass(frozen=True, kw_only=True)
class CoverageBar:
    """A zone on the chart: its shares [%], ``None`` where there is none."""

    name: str
    share: float
    reachable: float | None
    target: float | None


def bar_chart(rows: Sequence[tuple[str, float]], *, label: str, value: str, digits: int) -> Chart:
    """Return horizontal bars in the order given, each with its number."""
    values = [{"name": name, "value": number} for name, number in rows]
    base = alt.Chart(pd.DataFrame(values)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=_LABEL_PX)),
        x=alt.X("value:Q", title=value, scale=alt.Scale(domainMin=0), axis=alt.Axis(tickMinStep=1, format=",d")),
        tooltip=[alt.Tooltip("name:N", title=label), alt.Tooltip("value:Q", title=value, format=f",.{digits}f")],
    )
    numbers = base.mark_text(align="left", dx=4).encode(text=alt.Text("value:Q", format=f",.{digits}f"))
    return alt.layer(base.mark_bar(color=_BAR), numbers).properties(height=_ROW * len(values) + _AXIS)


def coverage_chart(bars: Sequence[CoverageBar], *, title: str, labels: Sequence[str]) -> Chart:
    """
    Return bars from 0 to 100 % with a line at the most that can be reached and a mark at the official target.

    Parameters
    ----------
    bars
        One for each zone, in order.
    title
        Of the axis.
    labels
        Of zone, share, most reachable and target, for the tooltip.
    """
    values = [{"name": one.name, "share": one.share, "reachable": one.reachable, "target": one.target} for one in bars]
    zone, share, reachable, target = labels
    base = alt.Chart(pd.DataFrame(values)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=_LABEL_PX)),
        tooltip=[
            alt.Tooltip("name:N", title=zone),
            alt.Tooltip("share:Q", title=share, format=".1f"),
            alt.Tooltip("reachable:Q", title=reachable, format=".1f"),
            alt.Tooltip("target:Q", title=target, format=".1f"),
        ],
    )
    covered = base.mark_bar(color=_BAR, height=16).encode(x=alt.X("share:Q", title=title, scale=alt.Scale(domain=[0, 100])))
    most = base.transform_filter("isValid(datum.reachable)").mark_tick(color=_MOST, thickness=2, height=24).encode(x="reachable:Q")
    official = base.transform_filter("isValid(datum.target)").mark_point(color=_TARGET, shape="diamond", filled=True, size=130, opacity=1)
    numbers = base.mark_text(align="right", dx=-6, color="white").encode(x="share:Q", text=alt.Text("share:Q", format=".1f"))
    layers = alt.layer(covered, most, official.encode(x="target:Q"), numbers.transform_filter("datum.share >= 12"))
    return layers.properties(height=_ROW * len(values) + _AXIS)
