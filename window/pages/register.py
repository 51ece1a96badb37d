"""The register: lists brought in, duplicates decided, what is known and how well, versions and files."""

from __future__ import annotations

import streamlit as st

from window.ui.frame import frame
from window.ui.register_import import show_import
from window.ui.register_pairs import show_pairs
from window.ui.register_quality import show_quality
from window.ui.register_versions import show_versions
from window.ui.session_keys import REGISTER_PART

_PARTS = {"import": show_import, "pairs": show_pairs, "quality": show_quality, "versions": show_versions}

page = frame()
st.session_state.setdefault(REGISTER_PART, "import")
chosen = st.segmented_control(
    page.say("register.part"),
    list(_PARTS),
    required=True,
    format_func=lambda name: page.say(f"register.{name}"),
    key="register-part",
    label_visibility="collapsed",
)
with page.problems_shown():
    _PARTS[chosen or "import"](page)
