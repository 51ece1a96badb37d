"""Coded reasons of a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from window.data_files import checked, raw_table


@dataclass(frozen=True, kw_only=True)
class Reason:
    """
    A reason that may be given.

    Attributes
    ----------
    ja, en
        What it says to people.
    """

    ja: str
    en: str


@cache
def reasons() -> Mapping[str, Reason]:
    """Return the reasons by code."""
    return MappingProxyType(checked(dict[str, Reason], raw_table("reasons.toml")))
