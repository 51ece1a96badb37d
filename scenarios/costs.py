"""What a site costs over the horizon of a plan."""

from __future__ import annotations

import numpy as np

from scenarios.errors import ScenarioError
from scenarios.scenario import ScenarioFile
from siting.arrays import IntArray


def cost_over_horizon(capital_yen: IntArray, yearly_fee_yen: IntArray, key: str, file: ScenarioFile) -> IntArray:
    """
    Return capital and yearly fees together [yen], shape (n,).

    Parameters
    ----------
    capital_yen, yearly_fee_yen
        Of each candidate [yen, yen a year], shape (n,).
    key
        Where the scenario names the source they come from.
    file
        The scenario, whose rules say for how many years fees are paid.

    Raises
    ------
    ScenarioError
        There are fees, and no horizon to pay them over.
    """
    if not yearly_fee_yen.any():
        return capital_yen
    years = file.scenario.rules.horizon_years
    if years is None:
        raise ScenarioError(str(file.path), "rules.horizon_years", f"must be given, for the yearly fees of {key}", None)
    total_yen: IntArray = np.asarray(capital_yen + years * yearly_fee_yen, dtype=np.int64)
    return total_yen
