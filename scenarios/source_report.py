"""What became of the rows of one source of candidates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from assets_db import Reject
from siting.outputs.text import both


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceReport:
    """
    Nothing is lost: ``n_used + n_outside + len(rejects) + n_not_selected == n_rows``.

    Attributes
    ----------
    name
        Name of the source in the scenario.
    n_rows
        Rows in the file, or positions a rule tried.
    n_used
        Candidates made.
    n_outside
        Rows outside the area.
    n_not_selected
        Features the selection leaves out, or positions a rule dropped.
    rejects
        Rows that cannot be used, with reasons.
    is_synthetic
        The candidates come from no survey.
    is_placed
        They come from a rule of the scenario, and not from a file.
    credit
        Credit the data ask for.
    """

    name: str
    n_rows: int
    n_used: int
    n_outside: int = 0
    n_not_selected: int = 0
    rejects: tuple[Reject, ...] = ()
    is_synthetic: bool = False
    is_placed: bool = False
    credit: str = ""

    def reasons(self) -> dict[str, int]:
        """Return how many rows were not used, by field and kind of reason, in Japanese and English."""
        kinds = Counter((reject.field, both(f"reject.{reject.code}")) for reject in self.rejects)
        return {f"{field}：{kind.ja} {kind.en}": n for (field, kind), n in kinds.items()}
