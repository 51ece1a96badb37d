"""Today."""

import streamlit as st

from window.ui.frame import frame

page = frame()
st.title(page.say("page.cases"))
