"""Read rule files: the examples that come along, and the user's own, table by table."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assets_db.errors import InvalidSourceError
from assets_db.rules.matching import RuleError, check_rules
from assets_db.rules.tables import ChanceRule, FeeRule, LeadTimeRule, PermitRule, Rule

_TableT = TypeVar("_TableT", bound=Rule)

_EXAMPLES = "rules.toml"


class _File(BaseModel):
    """A rule file: any of four tables."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    fees: tuple[FeeRule, ...] | None = Field(default=None, strict=False)
    lead_times: tuple[LeadTimeRule, ...] | None = Field(default=None, strict=False)
    chances: tuple[ChanceRule, ...] | None = Field(default=None, strict=False)
    permits: tuple[PermitRule, ...] | None = Field(default=None, strict=False)


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """
    All rules in use; each table is free of contradictions and of days left out.

    Attributes
    ----------
    fees, lead_times, chances, permits
        The tables.
    digests
        SHA-256 of each file read, by its name.
    """

    fees: tuple[FeeRule, ...]
    lead_times: tuple[LeadTimeRule, ...]
    chances: tuple[ChanceRule, ...]
    permits: tuple[PermitRule, ...]
    digests: tuple[tuple[str, str], ...] = ()

    def example_ids(self) -> tuple[str, ...]:
        """Return the ids of the rules whose figures are examples, in order."""
        tables: tuple[Sequence[Rule], ...] = (self.fees, self.lead_times, self.chances, self.permits)
        return tuple(rule.id for table in tables for rule in table if rule.is_example)


def load_rules(*paths: Path) -> RuleBook:
    """
    Return the rules of files; a table that a file has replaces that table of the files before it, and of the examples.

    Raises
    ------
    RuleError
        A file that cannot be read or breaks a rule; rules that contradict each other or leave out days.
    """
    examples = files("assets_db") / "data" / _EXAMPLES
    contents = [(_EXAMPLES, examples.read_bytes()), *((str(path), _bytes_of(path)) for path in paths)]
    fees: tuple[FeeRule, ...] = ()
    lead_times: tuple[LeadTimeRule, ...] = ()
    chances: tuple[ChanceRule, ...] = ()
    permits: tuple[PermitRule, ...] = ()
    for source, content in contents:
        read = _read(content, source)
        fees = _checked(read.fees, fees, "fees", source)
        lead_times = _checked(read.lead_times, lead_times, "lead_times", source)
        chances = _checked(read.chances, chances, "chances", source)
        permits = _checked(read.permits, permits, "permits", source)
    digests = tuple((source, hashlib.sha256(content).hexdigest()) for source, content in contents)
    return RuleBook(fees=fees, lead_times=lead_times, chances=chances, permits=permits, digests=digests)


def _checked(new: tuple[_TableT, ...] | None, old: tuple[_TableT, ...], table: str, source: str) -> tuple[_TableT, ...]:
    """Return the table of a file, or the one before where the file has none."""
    if new is None:
        return old
    if not new:
        raise RuleError(table, "must hold a rule", [], source=source)
    check_rules(new, table=table, source=source)
    return new


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuleError("file", "must be readable", error.strerror, source=str(path)) from None


def _read(content: bytes, source: str) -> _File:
    """Return what a file says, each value checked."""
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RuleError("file", "must be UTF-8 text", f"byte {error.start}: {error.reason}", source=source) from None
    except (ValueError, RecursionError) as error:
        raise RuleError("file", "must be valid TOML", str(error)[:200], source=source) from None
    try:
        return _File.model_validate(raw)
    except ValidationError as error:
        raise _in_words(error, source) from None


def _in_words(error: ValidationError, source: str) -> InvalidSourceError:
    """Return the first thing wrong with a file, as one line."""
    first = error.errors()[0]
    context = first.get("ctx", {})
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in first["loc"]]
    key = "".join(parts).removeprefix(".")
    if first["type"] == "rule":
        key += f".{context['key']}" if "key" in context else ""
        return RuleError(key, str(context["rule"]), context["value"], source=source)
    if first["type"] == "missing":
        return RuleError(key, "must be given", None, source=source)
    if first["type"] == "extra_forbidden":
        return RuleError(key, "is not a key of a rule file", first["input"], source=source)
    return RuleError(key, f"must fulfil: {first['msg']}", first["input"], source=source)
