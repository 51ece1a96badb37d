"""The one table of rights, in words."""

from __future__ import annotations

import streamlit as st

from window.machine import ROLES, Role
from window.policy import policy_rows, reach
from window.ui.frame import Frame

_SIGNS = {"everything": "●", "own": "◐", "nothing": ""}


def show_policy(frame: Frame) -> None:
    """Show who may do what."""
    st.caption(frame.say("admin_policy.about"))
    roles: tuple[Role, ...] = tuple(one for one in ROLES if one != "system")
    rows = [
        {frame.say("admin_policy.what"): right_text(frame, thing, verb)}
        | {frame.word("admin_role", role): _SIGNS[reach(role, verb, thing)] for role in roles}
        for thing, verb in policy_rows()
    ]
    narrow = {frame.word("admin_role", role): st.column_config.TextColumn(width=66, alignment="center") for role in roles}
    st.dataframe(rows, hide_index=True, width="stretch", height="content", column_config=narrow)


def right_text(frame: Frame, thing: str, verb: str) -> str:
    """Return what people call a right."""
    return frame.word("admin_right", f"{thing.replace(' ', '_')}_{verb}")
