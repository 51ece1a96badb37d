"""Figures: the week of the desk, and what the newest plan covers beside the official targets."""

from __future__ import annotations

from window.ui.figures_coverage import show_coverage
from window.ui.figures_week import show_week
from window.ui.frame import frame

page = frame()
with page.problems_shown():
    show_week(page)
show_coverage(page)
