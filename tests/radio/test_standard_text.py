"""The formulas equal those of the standard's own text, which tr3gpp holds as LaTeX."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from tr3gpp import tr38901

from siting.radio import (
    PATH_LOSS_MODELS,
    uma_los_path_loss_db,
    uma_los_probability,
    uma_nlos_path_loss_db,
    umi_los_path_loss_db,
    umi_los_probability,
    umi_nlos_path_loss_db,
    wall_loss_db,
)

CLAUSE = tr38901.section("7.4")
SYMBOLS = {
    "d'_{BP}": "breakpoint",
    "d_{2D-out}": "d2",
    "d_{3D}": "d3",
    "f_c": "f",
    "h_{BS}": "base",
    "h_{UT}": "user",
    "C'(h_{UT})": "height_factor",
    "L_{glass}": "glass",
    "L_{concrete}": "concrete",
    "L_{IRRglass}": "irr_glass",
}


def evaluate(latex: str, **values: float) -> float:
    """Value of a LaTeX expression of the standard."""
    code = latex
    for symbol in sorted(SYMBOLS, key=len, reverse=True):
        code = code.replace(symbol, f" {SYMBOLS[symbol]} ")
    code = re.sub(r"\\d?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", code)
    code = code.replace(r"\left", "").replace(r"\right", "").replace(r"\cdot", "*").replace("[", "(").replace("]", ")")
    code = code.replace(r"\log_{10}", " log10 ").replace(r"\exp", " exp ")
    code = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", code).replace("^", "**")
    tokens = re.findall(r"\*\*|[\d.]+|[A-Za-z_]\w*|[-+*/()]", code)
    for i in range(len(tokens) - 1, 0, -1):
        ends_factor = re.fullmatch(r"[\d.]+|\)|[A-Za-z_]\w*", tokens[i - 1]) and tokens[i - 1] not in ("log10", "exp")
        if ends_factor and re.fullmatch(r"[\d.]+|\(|[A-Za-z_]\w*", tokens[i]):
            tokens.insert(i, "*")
    return float(eval("".join(tokens), {"__builtins__": {}, "log10": math.log10, "exp": math.exp}, values))  # noqa: S307  # text of an installed package


def branch(formula: str, name: str) -> str:
    """Right-hand side of one of the definitions that a formula cell holds."""
    return next(part.split("=", 1)[1] for part in formula.split(r";") if part.replace(r"\quad", "").strip().startswith(name))


@pytest.mark.parametrize(
    ("scenario", "base_m", "los", "nlos"),
    [
        ("UMi-StreetCanyon", 10.0, umi_los_path_loss_db, umi_nlos_path_loss_db),
        ("UMa", 25.0, uma_los_path_loss_db, uma_nlos_path_loss_db),
    ],
)
@pytest.mark.parametrize(("frequency_ghz", "user_m"), [(0.7, 1.5), (3.7, 6.0), (28.0, 1.5), (28.0, 6.0)])
def test_path_loss_equals_the_formulas_as_printed(scenario, base_m, los, nlos, *, frequency_ghz, user_m):
    los_text = CLAUSE.pathloss(scenario=scenario, condition="LOS").formula
    nlos_text = CLAUSE.pathloss(scenario=scenario, condition="NLOS").formula
    breakpoint_m = 4 * (base_m - 1) * (user_m - 1) * frequency_ghz * 1e9 / 3e8
    for d2 in (10.0, 47.0, 212.0, 4_321.0):
        values = {
            "d2": d2,
            "d3": math.hypot(d2, base_m - user_m),
            "f": frequency_ghz,
            "base": base_m,
            "user": user_m,
            "breakpoint": breakpoint_m,
        }
        printed_los = evaluate(branch(los_text, "PL_1" if d2 <= breakpoint_m else "PL_2"), **values)
        printed_nlos = max(printed_los, evaluate(branch(nlos_text, "PL'"), **values))
        link = {"frequency_ghz": frequency_ghz, "base_height_m": base_m, "user_height_m": user_m}
        assert los(d2, **link) == pytest.approx(printed_los, abs=1e-9)
        assert nlos(d2, **link) == pytest.approx(printed_nlos, abs=1e-9)


@pytest.mark.parametrize(("name", "scenario"), [("umi", "UMi-StreetCanyon"), ("uma", "UMa")])
def test_shadow_fading_equals_the_table(name, scenario):
    model = PATH_LOSS_MODELS[name]
    for condition, std_db in (("LOS", model.los_shadow_fading_std_db), ("NLOS", model.nlos_shadow_fading_std_db)):
        assert CLAUSE.pathloss(scenario=scenario, condition=condition).shadow_fading_std_db[0].value_db == std_db


def test_line_of_sight_probability_equals_the_formulas_as_printed():
    for scenario, ours in (("UMi-StreetCanyon", umi_los_probability), ("UMa", lambda d: uma_los_probability(d, user_height_m=20.0))):
        text = CLAUSE.los_probability(scenario=scenario).formula
        far = re.search(r"\\\\(.*?)& ?18m < d_\{2D-out\} \\end", text, flags=re.DOTALL).group(1)
        for d2 in (18.5, 60.0, 300.0):
            assert ours(d2) == pytest.approx(evaluate(far, d2=d2, height_factor=0.7**1.5), abs=1e-12)


@pytest.mark.parametrize(("case", "model"), [("low", "Low-loss model"), ("high", "High-loss model")])
def test_wall_loss_equals_the_formulas_as_printed(case, model):
    walls = CLAUSE.o2i_penetration_loss
    formula = next(row.pl_tw_formula for row in walls.building_models if row.model == model)
    for frequency_ghz in (3.7, 28.0, 60.0):
        material = {row.material: evaluate(row.formula.split("=")[1], f=frequency_ghz) for row in walls.materials}
        values = {"glass": material["Standard multi-pane glass"], "irr_glass": material["IRR glass"], "concrete": material["Concrete"]}
        assert wall_loss_db(frequency_ghz, case) == pytest.approx(evaluate(formula, **values), abs=1e-9)


def test_the_translation_of_the_printed_formulas_is_itself_right():
    assert evaluate(r"2 + 3\log_{10}(d_{3D}) - 0.5(h_{UT} - 1.5)^2", d3=100.0, user=3.5) == pytest.approx(6.0)
    assert np.isclose(evaluate(r"5 - 10\log_{10}\left(0.3\cdot10^{-L_{glass}/10}\right)", glass=10.0), 5 - 10 * math.log10(0.03))
