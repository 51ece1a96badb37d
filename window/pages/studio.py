"""The plan studio: ask for a plan, watch it close on its bound, and try it out before a meeting."""

from __future__ import annotations

import streamlit as st

from window.errors import DeskError
from window.planning.plans import PlanRow
from window.ui.frame import Frame, frame, plain, show_problem
from window.ui.session_keys import PLAN_ID
from window.ui.studio_compare import show_comparison, show_frontier
from window.ui.studio_form import ask_for_plan
from window.ui.studio_plan import show_files, show_plan, trial_of
from window.ui.studio_progress import show_failure, show_progress


def _label(page: Frame, row: PlanRow) -> str:
    """Return how a plan stands in the list."""
    number = f"{page.desk.settings.local_day(row.asked_at).isoformat()}　{row.plan_id[-4:]}"  # no two plans are called the same
    if row.state != "done":
        return f"{row.title}　{page.say(f'studio.{row.state}')}　{number}"
    figures, sites = row.summary, page.say("studio.sites")
    return f"{row.title}　{100 * float(str(figures['share'])):.1f} %　{figures['n_sites']} {sites}　{figures['band']}　{number}"


page = frame()
areas = page.server.areas.names
if not areas:
    st.info(page.say("studio.no_areas"))
    st.stop()
with st.expander(page.say("studio.new"), expanded=PLAN_ID not in st.session_state):
    left, right = st.columns([3, 2])
    with left:
        area = st.selectbox(page.say("studio.area"), areas, format_func=page.area_title)
        asked = ask_for_plan(page, str(area))
        if asked is not None:
            st.session_state[PLAN_ID] = asked
            st.rerun()
    with right:
        st.markdown(page.say("studio.about"))
rows = page.server.plans.plans(page.person)
if not rows:
    st.info(page.say("studio.no_plans"))
    st.stop()
ids = [row.plan_id for row in rows]
labels = {row.plan_id: _label(page, row) for row in rows}
wanted = st.session_state.get(PLAN_ID, ids[0])
place = ids.index(wanted) if wanted in ids else 0
key = f"studio-{'/'.join(labels.values())}"  # asked anew whenever a plan has come further
plan_id = st.selectbox(page.say("studio.plans"), ids, index=place, format_func=labels.__getitem__, key=key)
st.session_state[PLAN_ID] = plan_id
row = rows[ids.index(plan_id)]
if row.state in {"queued", "running"}:
    show_progress(page, plan_id)
elif row.state in {"failed", "cancelled"}:
    show_failure(page, row)
elif not row.summary.get("n_sites"):
    st.warning(page.say("studio.infeasible", status=plain(str(row.summary.get("status")))))
else:
    try:
        trial = trial_of(page, plan_id)
    except DeskError as error:
        show_problem(error, page.language)
        st.stop()
    show_plan(page, trial)
    show_comparison(page, trial, rows)
    show_frontier(page, trial)
    show_files(page, trial.opened)
