"""What became of the rows of one source of candidates."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from assets_db import Reject
from siting.outputs.text import both


@dataclass(frozen=True, kw_only=True)
class RegisterStamp:
    """
    The state of a register that candidates come from, and the rules that priced them: what makes a run reproducible.

    Attributes
    ----------
    register
        Which register: its address without a password.
    change_seq
        Its count of changes.
    audit_head
        Last hash of its audit chain, empty before the first change.
    on
        Day whose rules hold.
    fee_rules
        How many candidates each fee rule priced.
    example_rules
        Those of them whose figures are examples, and no tariff.
    rule_files
        SHA-256 of each rule file, by name.
    """

    register: str
    change_seq: int
    audit_head: str
    on: dt.date
    fee_rules: Mapping[str, int]
    example_rules: tuple[str, ...]
    rule_files: tuple[tuple[str, str], ...]

    def facts(self) -> dict[str, object]:
        """Return what a plan file says of the register."""
        return {
            "database": self.register,
            "change_seq": self.change_seq,
            "audit_head": self.audit_head,
            "on": self.on.isoformat(),
            "fee_rules": dict(self.fee_rules),
            "example_rules": list(self.example_rules),
            "rule_files": [{"name": name, "sha256": digest} for name, digest in self.rule_files],
        }


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
    stamp
        The state of the register, if they come from one.
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
    stamp: RegisterStamp | None = None

    def reasons(self) -> dict[str, int]:
        """Return how many rows were not used, by field and kind of reason, in Japanese and English."""
        kinds = Counter((reject.field, both(f"reject.{reject.code}")) for reject in self.rejects)
        return {f"{field}：{kind.ja} {kind.en}": n for (field, kind), n in kinds.items()}
