"""Administration: people, rights, fees, holidays, clocks, backup and the audit trail, each for those whom the policy lets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from window.policy import reach
from window.ui.admin_audit import show_audit
from window.ui.admin_backup import show_backup
from window.ui.admin_calendar import show_clocks, show_holidays
from window.ui.admin_fees import show_fees
from window.ui.admin_people import show_people
from window.ui.admin_policy import show_policy
from window.ui.frame import Frame, frame


@dataclass(frozen=True, kw_only=True)
class _Section:
    """A part of the page, and the right one needs to see it."""

    name: str
    verb: str
    thing: str
    show: Callable[[Frame], None]


_SECTIONS = (
    _Section(name="people", verb="see", thing="people", show=show_people),
    _Section(name="policy", verb="see", thing="people", show=show_policy),
    _Section(name="fees", verb="see", thing="settings", show=show_fees),
    _Section(name="holidays", verb="see", thing="settings", show=show_holidays),
    _Section(name="clocks", verb="see", thing="settings", show=show_clocks),
    _Section(name="backup", verb="make", thing="backup", show=show_backup),
    _Section(name="audit", verb="see", thing="audit", show=show_audit),
)

page = frame()
allowed = {one.name: one for one in _SECTIONS if reach(page.person.role, one.verb, one.thing) != "nothing"}
chosen = st.segmented_control(
    page.say("admin.section"),
    list(allowed),
    default=next(iter(allowed)),
    required=True,
    format_func=lambda name: page.say(f"admin.{name}"),
    key="admin-section",
    label_visibility="collapsed",
)
with page.problems_shown():
    allowed[chosen or next(iter(allowed))].show(page)
