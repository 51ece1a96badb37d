"""How much is known, by bureau, owner, type or source, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from assets_db.errors import InvalidSourceError, one_of
from assets_db.schema import GRADES, Grade, fields
from assets_db.store import StoredAsset

GroupBy: TypeAlias = Literal["bureau", "owner_class", "asset_type", "source_id"]

GROUPS: tuple[GroupBy, ...] = get_args(GroupBy)
"""Fields by which the table can be told apart."""

COMPLETENESS_COLUMNS = ("group", "field", "n_assets", "n_known", "share_known", *(f"share_{grade}" for grade in GRADES))
"""Columns of the table."""


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """
    How well one field is known in one group.

    Attributes
    ----------
    group
        Value of the field that tells groups apart; empty: unknown.
    field
        Name of the field.
    n_assets
        Assets in the group.
    n_known
        Those where the field is known.
    n_of_grade
        Those of each grade, A to D; all 0 for a field that is not measured.
    """

    group: str
    field: str
    n_assets: int
    n_known: int
    n_of_grade: tuple[int, ...]

    @property
    def share_known(self) -> float:
        """Share of the assets where the field is known, in [0, 1]."""
        return self.n_known / self.n_assets

    def share_of(self, grade: Grade) -> float:
        """Return the share of the assets where the field is known with a grade, in [0, 1]."""
        return self.n_of_grade[GRADES.index(grade)] / self.n_assets

    def row(self) -> tuple[str, ...]:
        """Return the cells of :data:`COMPLETENESS_COLUMNS`, shares with four decimals."""
        shares = (self.share_known, *map(self.share_of, GRADES))
        return (self.group, self.field, str(self.n_assets), str(self.n_known), *(f"{share:.4f}" for share in shares))


def completeness(assets: Iterable[StoredAsset], *, by: GroupBy = "bureau", names: Sequence[str] | None = None) -> tuple[Completeness, ...]:
    """
    Return how well each field is known in each group.

    Parameters
    ----------
    assets
        Assets, read once; tombstones do not count.
    by
        Field that tells groups apart. An asset of several sources counts for each of them.
    names
        Fields to look at; by default all but the ids.

    Returns
    -------
    tuple
        One entry for each group, in alphabetical order, and field, in the order of columns.

    Raises
    ------
    InvalidSourceError
        ``by`` or a name is unknown.
    """
    if by not in GROUPS:
        raise InvalidSourceError("by", one_of(by, GROUPS), by)
    for name in names or ():
        if name not in fields():
            raise InvalidSourceError("field", one_of(name, fields()), name)
    n_assets: Counter[str] = Counter()
    n_known: Counter[tuple[str, str]] = Counter()
    n_graded: Counter[tuple[str, str, str]] = Counter()
    for asset in assets:
        if asset.is_gone:
            continue
        said = asset.record.text(by)
        for group in said.split("|") if by == "source_id" else (said,):
            n_assets[group] += 1
            n_known.update((group, name) for name in asset.record.values)
            n_graded.update((group, name, origin.grade) for name, origin in asset.record.known_from.items())
    looked_at = tuple(name for name in fields() if name in names) if names else tuple(fields())[1:]
    return tuple(
        Completeness(
            group=group,
            field=name,
            n_assets=n_assets[group],
            n_known=n_known[group, name],
            n_of_grade=tuple(n_graded[group, name, grade] for grade in GRADES),
        )
        for group in sorted(n_assets)
        for name in looked_at
    )
