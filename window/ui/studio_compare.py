"""Two plans beside each other, and what more sites or yen would bring."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from siting import SolveParams, evaluate
from siting.outputs.text import percent, percent_at_most
from siting.planning.frontier import Frontier, frontier
from window.planning.plans import PlanRow
from window.planning.trial import Trial
from window.requests import request_digest
from window.ui.frame import Frame
from window.ui.session_keys import FRONTIERS

_LIMITS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
_EFFORT = 0.3
_MOST_KEPT = 8


def show_comparison(frame: Frame, trial: Trial, rows: Sequence[PlanRow]) -> None:
    """Let another plan stand beside this one."""
    others = [row for row in rows if row.state == "done" and row.plan_id != trial.opened.row.plan_id and row.summary.get("n_sites")]
    if not others:
        return
    with st.expander(frame.say("studio.compare")):
        names = {row.plan_id: row.title for row in others}
        other_id = st.selectbox(frame.say("studio.other"), list(names), format_func=names.__getitem__, key="compare-with")
        if not st.toggle(frame.say("studio.compare_do"), key=f"compare-{other_id}"):
            return
        other = frame.server.plans.opened(frame.person, str(other_id))
        here, there = trial.now.plan, other.plan
        mine, theirs = set(here.chosen), set(there.chosen)
        figures = [
            (
                frame.say("studio.covered"),
                f"{percent(here.objective / (here.total_weight or 1))} %",
                f"{percent(there.objective / (there.total_weight or 1))} %",
            ),
            (frame.say("studio.sites"), f"{len(mine):,}", f"{len(theirs):,}"),
            (frame.say("studio.cost"), f"{here.cost_yen:,}", f"{there.cost_yen:,}"),
            (frame.say("studio.gap"), f"≤ {percent_at_most(here.gap)} %", f"≤ {percent_at_most(there.gap)} %"),
            (frame.say("studio.only_here"), f"{len(mine - theirs):,}", f"{len(theirs - mine):,}"),
        ]
        base, beside = trial.opened.prepared, other.prepared
        zones = {one.name: one.share for one in evaluate(there, beside.coverage, beside.basis.demand).groups}
        figures += [
            (one.name, f"{percent(one.share)} %", f"{percent(zones[one.name])} %" if one.name in zones else "–")
            for one in evaluate(here, base.coverage, base.basis.demand).groups
        ]
        titles = ("", f"{trial.opened.row.title}（{frame.say('studio.this')}）", names[str(other_id)])
        st.dataframe([dict(zip(titles, row, strict=True)) for row in figures], hide_index=True, width="stretch")


def show_frontier(frame: Frame, trial: Trial) -> None:
    """Compute coverage against the limit when asked, with the bound above it."""
    with st.expander(frame.say("studio.frontier")):
        problem = trial.now.problem
        over, limit = ("sites", problem.max_sites) if problem.max_sites is not None else ("budget", problem.budget_yen)
        if not problem.is_plain or limit is None:
            st.caption(frame.say("studio.frontier_plain"))
            return
        kept: dict[str, Frontier] = st.session_state.setdefault(FRONTIERS, {})
        key = request_digest(trial.opened.row.plan_id, over, limit, problem.fixed, problem.forbidden)
        while len(kept) > _MOST_KEPT:
            kept.pop(next(iter(kept)))
        if key not in kept:
            if not st.button(frame.say("studio.frontier_do")):
                st.caption(frame.say("studio.frontier_about"))
                return
            bar = st.progress(0.0, text=frame.say("stage.frontier"))

            def show(_stage: str, done: int, total: int) -> None:
                bar.progress(done / max(total, 1), text=frame.say("stage.frontier"))

            values = sorted({max(1, len(problem.fixed), round(limit * share)) for share in _LIMITS})
            with frame.problems_shown():
                kept[key] = frontier(
                    problem,
                    values=values,
                    over="sites" if over == "sites" else "budget",
                    params=SolveParams(seed=trial.opened.plan.seed, effort=_EFFORT),
                    progress=show,
                )
            bar.empty()
        if key in kept:
            _chart(frame, kept[key], trial.now.plan.total_weight)


def _chart(frame: Frame, found: Frontier, total: float) -> None:
    """Draw a frontier."""
    names = (frame.say("studio.plan_line"), frame.say("studio.bound_line"))
    scale = 1 if found.over == "sites" else 100_000_000
    table = pd.DataFrame(
        [
            (one.limit / scale, 100 * value / (total or 1), name)
            for one in found.points
            for name, value in zip(names, (one.objective, one.upper_bound), strict=True)
        ],
        columns=["limit", "share", "line"],
    )
    title = frame.say("studio.max_sites" if found.over == "sites" else "studio.budget")
    chart = (
        alt.Chart(table)
        .mark_line(point=True)
        .encode(
            x=alt.X("limit", title=title),
            y=alt.Y("share", title=frame.say("studio.covered_percent")),
            color=alt.Color("line", title=None, scale=alt.Scale(domain=list(names), range=["#0072B2", "#D55E00"])),
            tooltip=["limit", "share", "line"],
        )
        .properties(height=280)
    )
    st.altair_chart(chart, width="stretch")
