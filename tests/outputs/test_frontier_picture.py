"""The picture of a frontier speaks the language asked for."""

from __future__ import annotations

from pathlib import Path

import matplotlib.font_manager
import numpy as np
import pytest
from matplotlib.figure import Figure

from siting import Frontier, SolveParams, frontier
from siting.outputs.frontier import _JAPANESE_FONTS, _japanese_font, draw_frontier, write_frontier_png
from siting.outputs.text import Bilingual, Language
from tests.solve.solve_samples import street_problem

TITLE = Bilingual(ja="街区", en="A district")


@pytest.fixture(scope="module")
def curve() -> Frontier:
    return frontier(street_problem(23, max_sites=5), values=[2, 4, 8], params=SolveParams(effort=0.05))


def words(figure: Figure) -> list[str]:
    upper, lower = figure.axes
    legend = upper.get_legend()
    assert legend is not None
    title = figure.get_suptitle()
    return [title, upper.get_ylabel(), lower.get_ylabel(), lower.get_xlabel(), *(one.get_text() for one in legend.get_texts())]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ja", ["街区", "カバー率 (%)", "上限との差 (%)", "局数の上限", "全候補を設置した場合", "理論上の上限", "計画"]),
        ("en", ["A district", "Coverage (%)", "Gap (%)", "Most sites", "With every candidate", "Proven upper bound", "Plan"]),
    ],
)
def test_every_word_is_in_the_language_asked_for(curve: Frontier, language: Language, expected: list[str]) -> None:
    figure = Figure()
    draw_frontier(figure, curve, title=TITLE, language=language)
    assert words(figure) == expected


def test_the_bound_is_drawn_over_the_plans_and_never_below(curve: Frontier) -> None:
    figure = Figure()
    draw_frontier(figure, curve, title=TITLE, language="ja")
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    plans, bounds = lines["計画"], lines["理論上の上限"]
    assert (np.asarray(bounds.get_ydata(), dtype=float) >= np.asarray(plans.get_ydata(), dtype=float)).all()
    assert bounds.get_zorder() > plans.get_zorder()


def test_a_font_is_found_that_matplotlib_does_not_know_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its list of fonts is kept between runs: a font installed since is not in it."""
    manager = matplotlib.font_manager.fontManager
    known = [font for font in manager.ttflist if font.name not in _JAPANESE_FONTS]
    if len(known) == len(manager.ttflist):
        pytest.skip("no Japanese font is installed")
    monkeypatch.setattr(manager, "ttflist", known)
    name = _japanese_font()
    assert name in _JAPANESE_FONTS
    assert name in {font.name for font in manager.ttflist}


def test_without_a_japanese_font_the_picture_is_english_and_says_so(
    curve: Frontier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_frontier_png(tmp_path / "en.png", curve, title=TITLE, language="en")
    monkeypatch.setattr("siting.outputs.frontier._JAPANESE_FONTS", ("No such font",))
    write_frontier_png(tmp_path / "ja.png", curve, title=TITLE, language="ja")
    assert "no font with Japanese letters" in caplog.text
    assert (tmp_path / "ja.png").read_bytes()[:8] == (tmp_path / "en.png").read_bytes()[:8]
