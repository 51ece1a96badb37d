"""What a planner may demand of a plan beside its size: quotas, targets, facilities, carriers that share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

import numpy as np

from siting.arrays import FloatArray, IndexArray, finite_floats
from siting.candidates import Candidates
from siting.coverage import CoverageMatrix
from siting.errors import InvalidInputError
from siting.field_checks import check_distinct, check_whole

Goal = Literal["coverage", "least_cost", "fewest_sites"]
"""Most coverage within the limits; or the least yen, or the fewest sites, that reach every target."""

CarrierKpi = Literal["each", "any", "every"]
"""What carriers are worth together: the sum of what each covers, what any of them covers, or what every one of them covers."""

MOST_CARRIERS = 6


def exact_share(share: float) -> Fraction:
    """Return the decimal fraction that a person wrote: 0.96 is 96/100, not the binary number next to it."""
    return Fraction(str(float(share)))


@dataclass(frozen=True, kw_only=True)
class Quota:
    """
    How many of some candidates may or must be opened.

    Attributes
    ----------
    name
        What the quota is called in messages.
    ids
        Candidate ids it counts; fixed ones count as well.
    minimum, maximum
        Fewest and most of them open; ``maximum`` None for no limit.

    Raises
    ------
    InvalidInputError
        No ids or one twice, a negative limit, a minimum above the maximum or the number of ids, or no limit at all.
    """

    name: str
    ids: tuple[str, ...]
    minimum: int = 0
    maximum: int | None = None

    def __post_init__(self) -> None:
        if not self.ids:
            raise InvalidInputError(f"quota {self.name!r} ids", "must not be empty", self.ids)
        check_distinct(f"quota {self.name!r} ids", self.ids)
        check_whole(f"quota {self.name!r} minimum", self.minimum, least=0)
        if self.maximum is not None:
            check_whole(f"quota {self.name!r} maximum", self.maximum, least=0)
            if self.maximum < self.minimum:
                raise InvalidInputError(f"quota {self.name!r} maximum", f"must be >= the minimum {self.minimum}", self.maximum)
        if self.minimum == 0 and self.maximum is None:
            raise InvalidInputError(f"quota {self.name!r}", "must have a minimum or a maximum", None)
        if self.minimum > len(self.ids):
            raise InvalidInputError(f"quota {self.name!r} minimum", f"must be <= {len(self.ids)}, the number of its ids", self.minimum)

    @classmethod
    def of_owner(cls, candidates: Candidates, owner_class: str, *, minimum: int = 0, maximum: int | None = None) -> Quota:
        """Return the quota of all candidates of one owner class."""
        ids = tuple(one for one, owner in zip(candidates.ids, candidates.owner_class, strict=True) if owner == owner_class)
        return cls(name=owner_class, ids=ids, minimum=minimum, maximum=maximum)

    @classmethod
    def of_type(cls, candidates: Candidates, asset_type: str, *, minimum: int = 0, maximum: int | None = None) -> Quota:
        """Return the quota of all candidates of one asset type."""
        ids = tuple(one for one, kind in zip(candidates.ids, candidates.asset_type, strict=True) if kind == asset_type)
        return cls(name=asset_type, ids=ids, minimum=minimum, maximum=maximum)


@dataclass(frozen=True, kw_only=True)
class Target:
    """
    A share that has to be covered.

    The share is the decimal number as written, and it is compared exactly. Only where the weights have no common unit of
    which all of them together are fewer than 2**51, a target may ask for up to a 10**-9th of the weight more than it says;
    never for less.

    Attributes
    ----------
    share
        Least covered share, in (0, 1]: of the weight of a group of cells, or of the weight of a kind of facilities.
    group
        Name of a group of the demand or of a kind of facilities; None for all cells.
    carrier
        The carrier that has to reach it, by its own weights; None for the plan as a whole, as the carriers' ``kpi`` counts it.

    Raises
    ------
    InvalidInputError
        A share outside (0, 1].
    """

    share: float
    group: str | None = None
    carrier: str | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise InvalidInputError(f"target {self.name!r} share", "must be above 0 and at most 1", self.share)

    @property
    def name(self) -> str:
        """What the target is called in messages."""
        return " / ".join(part for part in (self.carrier, self.group) if part) or "all"


@dataclass(frozen=True, kw_only=True, eq=False)
class Facility:
    """
    A place that counts as a whole, once enough of its cells are covered.

    Attributes
    ----------
    name
        What it is called.
    cells
        Cell positions in the demand, shape (k,), k >= 1, none twice.
    weight
        What it is worth, >= 0, in the unit of the demand.
    share
        Least share of its cells that must be covered for it to count, in (0, 1].
    kind
        The kind of facilities it belongs to; targets name it.

    Raises
    ------
    InvalidInputError
        No name, no cells, a cell twice or below 0, a weight that is negative or not finite, a share outside (0, 1].
    """

    name: str
    cells: IndexArray
    weight: float = 1.0
    share: float = 1.0
    kind: str = "facilities"

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidInputError("facility name", "must not be empty", self.name)
        cells = np.asarray(self.cells)
        if cells.ndim != 1 or not len(cells) or cells.dtype.kind not in "iu":
            raise InvalidInputError(f"facility {self.name!r} cells", "must be cell positions, at least one", cells.tolist())
        if cells.min() < 0:
            raise InvalidInputError(f"facility {self.name!r} cells", "must be >= 0", int(cells.min()))
        ordered = np.sort(cells)
        if (ordered[1:] == ordered[:-1]).any():
            twice = int(ordered[1:][ordered[1:] == ordered[:-1]][0])
            raise InvalidInputError(f"facility {self.name!r} cells", "must not name a cell twice", twice)
        if not 0 <= self.weight < math.inf:
            raise InvalidInputError(f"facility {self.name!r} weight", "must be >= 0 and finite", self.weight)
        if not 0 < self.share <= 1:
            raise InvalidInputError(f"facility {self.name!r} share", "must be above 0 and at most 1", self.share)

    @property
    def cells_needed(self) -> int:
        """Cells that must be covered for it to count; decided exactly."""
        return math.ceil(exact_share(self.share) * len(self.cells))


@dataclass(frozen=True, kw_only=True, eq=False)
class Carrier:
    """
    A carrier that takes part in a shared plan.

    Attributes
    ----------
    name
        What it is called.
    coverage
        Who serves which cell on this carrier's band, candidates and cells as in the problem; None for the problem's own.
    weight
        What each cell is worth to it, >= 0, shape (m,); None for the weight of the demand.
    existing
        Candidate ids it is on the air from already: they cost it nothing, do not count as its sites, and take one place of
        the asset's capacity.
    min_sites, max_sites
        Fewest and most new sites of this carrier.
    budget_yen
        Most yen it spends: its own equipment and its equal part of each opening cost.
    equipment_yen
        Yen of its own equipment at each new site, on top of the opening cost of the asset.

    Raises
    ------
    InvalidInputError
        No name, a weight that is negative or not finite, an existing id twice, a negative limit or cost, a minimum above the
        maximum.
    """

    name: str
    coverage: CoverageMatrix | None = None
    weight: FloatArray | None = None
    existing: tuple[str, ...] = ()
    min_sites: int = 0
    max_sites: int | None = None
    budget_yen: int | None = None
    equipment_yen: int = 0

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidInputError("carrier name", "must not be empty", self.name)
        field = f"carrier {self.name!r}"
        if self.weight is not None:
            weight = finite_floats(f"{field} weight", self.weight, shape=(None,))
            object.__setattr__(self, "weight", weight)
            if (weight < 0).any():
                cell = int(np.argmax(weight < 0))
                raise InvalidInputError(f"{field} weight[{cell}]", "must be >= 0", float(weight[cell]))
        check_distinct(f"{field} existing", self.existing)
        check_whole(f"{field} min_sites", self.min_sites, least=0)
        check_whole(f"{field} equipment_yen", self.equipment_yen, least=0)
        if self.max_sites is not None:
            check_whole(f"{field} max_sites", self.max_sites, least=0)
            if self.max_sites < self.min_sites:
                raise InvalidInputError(f"{field} max_sites", f"must be >= the min_sites {self.min_sites}", self.max_sites)
        if self.budget_yen is not None:
            check_whole(f"{field} budget_yen", self.budget_yen, least=0)


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """
    Several carriers on the same assets.

    An asset takes at most ``capacity`` carriers (see :class:`siting.Candidates`). Its ``cost_yen`` is paid once, in equal
    parts by the carriers that open it (a part counts rounded up to a yen against a carrier's budget); it is 0 where some
    carrier is on the air already. The plan chooses the assets that get a new carrier: counts, quotas and costs are about
    these. Assets with an existing station are open for either-or sets, spacing and "only with" as well, but not against each
    other.

    Attributes
    ----------
    carriers
        Who takes part, 1 to 6.
    kpi
        What their coverage is worth together. ``"each"``: every cell counts for every carrier that covers it, with that
        carrier's weight, and so do facilities. ``"any"``: a cell counts once, by the sites where at least one carrier serves
        it. ``"every"``: a cell counts once, where every carrier covers it. The last two count the weight of the demand.
    is_neutral_host
        One shared station at each site serves every carrier that is not there yet: capacity and equipment costs of the
        carriers do not count.

    Raises
    ------
    InvalidInputError
        No carriers or more than 6, a name twice, an unknown ``kpi``.
    """

    carriers: tuple[Carrier, ...]
    kpi: CarrierKpi = "each"
    is_neutral_host: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.carriers) <= MOST_CARRIERS:
            raise InvalidInputError("sharing carriers", f"must be 1 to {MOST_CARRIERS}", len(self.carriers))
        names = [carrier.name for carrier in self.carriers]
        for name in names:
            if names.count(name) > 1:
                raise InvalidInputError("sharing carriers", "must have different names", name)
        if self.kpi not in get_args(CarrierKpi):
            raise InvalidInputError("sharing kpi", "must be 'each', 'any' or 'every'", self.kpi)
