"""The door of the one-stop window: sign-in and navigation. Computes nothing. Opened with ``make app``."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from window.ui.door import open_door
from window.web.keeping import keep_open
from window.web.routes import routes

app = st.App(__file__, routes=routes(), lifespan=keep_open)

if get_script_run_ctx(suppress_warning=True) is not None:
    open_door()
