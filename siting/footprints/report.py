"""What became of every row of a footprint file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from siting.errors import InvalidInputError


class RejectedFootprint(NamedTuple):
    """A row that is not a building, and why: its file, its row there (from 0) and the reason."""

    source: str
    row: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class FootprintReport:
    """
    What became of every row that was read: ``n_used + n_rejected == n_read``.

    Attributes
    ----------
    n_read
        Rows read; with a bounding box, those whose polygon touches it.
    n_used
        Buildings kept.
    n_repaired
        Buildings kept whose polygon crossed itself and was repaired.
    n_height_from_storeys
        Buildings kept that got storeys times storey height.
    n_height_default
        Buildings kept that got the default height.
    n_height_unreadable
        Of the two above, those whose height was a text that is no number.
    rejects
        Every row that was not kept, with its reason.
    """

    n_read: int
    n_used: int
    n_repaired: int
    n_height_from_storeys: int
    n_height_default: int
    n_height_unreadable: int
    rejects: tuple[RejectedFootprint, ...]

    def __post_init__(self) -> None:
        if self.n_used + self.n_rejected != self.n_read:
            raise InvalidInputError("report.n_read", f"must be n_used + n_rejected = {self.n_used} + {self.n_rejected}", self.n_read)

    @property
    def n_rejected(self) -> int:
        """Rows that were not kept."""
        return len(self.rejects)

    @property
    def n_missing_height_filled(self) -> int:
        """Buildings kept whose height was filled by a rule."""
        return self.n_height_from_storeys + self.n_height_default

    def n_rejected_by_reason(self) -> dict[str, int]:
        """Return how many rows were rejected for each reason."""
        return dict(Counter(reject.reason for reject in self.rejects))

    @classmethod
    def added(cls, reports: Sequence[FootprintReport]) -> FootprintReport:
        """Return one report for all of them."""
        return cls(
            n_read=sum(r.n_read for r in reports),
            n_used=sum(r.n_used for r in reports),
            n_repaired=sum(r.n_repaired for r in reports),
            n_height_from_storeys=sum(r.n_height_from_storeys for r in reports),
            n_height_default=sum(r.n_height_default for r in reports),
            n_height_unreadable=sum(r.n_height_unreadable for r in reports),
            rejects=tuple(reject for r in reports for reject in r.rejects),
        )
