"""A plan that is being computed: stage, plan and bound closing on each other, and a way to stop it."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from window.planning.plans import PlanRow
from window.problem_words import in_one
from window.ui.frame import Frame, plain
from window.words import catalogue


def show_progress(frame: Frame, plan_id: str) -> None:
    """Show how far a plan is, asked again every second, until it is done."""

    @st.fragment(run_every=1.0)
    def watch() -> None:
        row = frame.server.plans.plan(frame.person, plan_id)
        if row.state in {"done", "cancelled", "failed"}:
            st.rerun()
        _progress(frame, row)

    watch()


def show_failure(frame: Frame, row: PlanRow) -> None:
    """Say why there is no plan."""
    st.error(frame.say(f"studio.{row.state}") + (f"\n\n{plain(in_one(row.problem, frame.language))}" if row.problem else ""))


def _progress(frame: Frame, row: PlanRow) -> None:
    """Show one look at a plan."""
    stage = frame.say(row.stage) if row.stage in catalogue() else frame.say(f"studio.{row.state}")
    share = row.done / row.total if row.total else 0.0
    st.progress(min(1.0, share), text=f"{stage}　{100 * share:.0f} %")
    if row.attempt > 1:
        st.caption(frame.say("studio.taken_up", n=row.attempt))
    if row.closing:
        st.altair_chart(closing_chart(frame, row), width="stretch")
        seconds, objective, bound = row.closing[-1]
        st.caption(frame.say("studio.gap_now", gap=f"{100 * (1 - objective / bound):.2f}" if bound else "0", s=f"{seconds:.0f}"))
    if st.button(frame.say("studio.cancel"), key=f"cancel-{row.plan_id}"):
        frame.server.plans.cancel(frame.person, row.plan_id, now=frame.now)


def closing_chart(frame: Frame, row: PlanRow) -> alt.Chart:
    """Return plan and bound over time."""
    names = {"plan": frame.say("studio.plan_line"), "bound": frame.say("studio.bound_line")}
    table = pd.DataFrame(
        [(seconds, value, names[kind]) for seconds, plan, bound in row.closing for kind, value in (("plan", plan), ("bound", bound))],
        columns=["s", "value", "line"],
    )
    scale = alt.Scale(domain=list(names.values()), range=["#0072B2", "#D55E00"])
    found: alt.Chart = (
        alt.Chart(table)
        .mark_line(interpolate="step-after")
        .encode(
            x=alt.X("s", title=frame.say("studio.seconds")),
            y=alt.Y("value", title=frame.say("studio.value"), scale=alt.Scale(zero=False)),
            color=alt.Color("line", title=None, scale=scale, legend=alt.Legend(orient="top")),
        )
        .properties(height=220)
    )
    return found
