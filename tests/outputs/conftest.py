"""What the tests of the outputs share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from street_grid import District, make_district

from siting.plan import Plan


@pytest.fixture(scope="session")
def district() -> District:
    return make_district()


@pytest.fixture(scope="session")
def district_with() -> Callable[..., District]:
    """Return the factory, for a district with other names or other numbers."""
    return make_district


@pytest.fixture(scope="session")
def slower(district: District) -> Plan:
    """The same plan, computed on a slower machine."""
    return replace(district.plan, runtime_s=99.0)
