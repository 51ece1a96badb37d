"""The Lagrangian dual of the general problem, on its way down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from siting.arrays import BoolArray, FloatArray, IndexArray, IntArray
from siting.errors import InvalidInputError
from siting.kernels.model_dual import BOUND, N_STEPS, descend_dual
from siting.kernels.model_relaxed import FREE, HELD_CLOSED, HELD_OPEN, Choice, DualState, DualTerms
from siting.solver.model import Model, SparseRows
from siting.solver.model_bound import Multipliers, ProvenBound, Selection, kept_selection, proven_bound
from siting.solver.model_check import servers
from siting.solver.model_terms import transposed

_STEPS_AT_ONCE = 10
_FIRST_STEP = 0.3
"""Share of Polyak's length that the steps begin with."""

_LIMIT_SCALE, _LONGEST_SCALE = 10.0, 10.0
"""Steps along rules and targets against those along groups of the same size, and the longest: few of their rows are ever open."""


class ModelDual:
    """
    The dual of a general problem, some rows held as they are.

    Relaxed, with a multiplier each, are "a group is covered only by open rows", the linear rules, the targets and "a bundle
    is complete only by covered groups". "At most one" rules that share no row and a count of all rows are kept.

    Parameters
    ----------
    model
        The problem.
    rows
        A plan to take first multipliers from, whether it keeps the rules or not.
    is_closed, is_open
        Rows held closed and held open, shape (n,).
    multipliers
        Multipliers to go on from; None to begin afresh.

    References
    ----------
    Camerini, Fratta and Maffioli (1975) for the deflected direction; Polyak (1969) for the length of a step; Geoffrion
    (1974) for the relaxation.
    """

    def __init__(
        self, model: Model, rows: IndexArray, *, is_closed: BoolArray, is_open: BoolArray, multipliers: Multipliers | None = None
    ) -> None:
        self._model = model
        self._selection = kept_selection(model)
        self._is_closed, self._is_open = is_closed, is_open
        self._terms = _dual_terms(model, self._selection, is_closed=is_closed, is_open=is_open)
        first = _first_multipliers(model, rows) if multipliers is None else _adapted(model, multipliers, self._selection)
        self._state = DualState(
            multiplier=first,
            direction=np.zeros(len(first)),
            best_multiplier=first.copy(),
            worth=np.zeros(model.n_groups),
            is_capped=np.zeros(model.n_groups, dtype=np.int32),
            number=np.array([np.inf, _FIRST_STEP, 0.0, 0.0]),
        )
        self._choice = Choice(
            score=np.zeros(model.n_rows),
            is_open=np.zeros(model.n_rows, dtype=np.int32),
            served=np.zeros(model.n_groups),
            covered=np.zeros(model.n_groups),
            fill=np.ones(len(model.bundles.column)),
            slope=np.zeros(len(first)),
        )

    @property
    def n_steps(self) -> int:
        """Steps taken so far."""
        return int(self._state.number[N_STEPS])

    def descend(self, *, n_steps: int, target: float, is_over: Callable[[], bool]) -> None:
        """
        Take subgradient steps.

        Parameters
        ----------
        n_steps
            Steps to take, unless no step can help any more.
        target
            Merit of the best plan known, or a guess at it; sets the length of the steps.
        is_over
            Asked every few steps; ends the work when true.
        """
        for done in range(0, n_steps, _STEPS_AT_ONCE):
            if is_over():
                return
            if not descend_dual(self._terms, self._state, self._choice, min(_STEPS_AT_ONCE, n_steps - done), target):
                return

    def floating_bound(self) -> float:
        """Return the best bound so far as the steps saw it; good for deciding, not for proving."""
        return float(self._state.number[0])

    def multipliers(self) -> Multipliers:
        """Return the best multipliers so far."""
        return self._named(self._state.best_multiplier)

    def _named(self, multiplier: FloatArray) -> Multipliers:
        model = self._model
        ends = np.cumsum([model.n_groups, len(model.lower), len(model.target_need)])
        group, rule, target, entry = np.split(multiplier.copy(), ends)
        return Multipliers(group=group, rule=rule, target=target, entry=entry, rule_name=model.rule_name, target_name=model.target_name)

    def bound(self) -> ProvenBound:
        """Return the bound at the best multipliers; see :func:`siting.solver.model_bound.proven_bound`."""
        return proven_bound(self._model, self.multipliers(), self._selection, is_closed=self._is_closed, is_open=self._is_open)

    def offer(self, prices: Multipliers) -> bool:
        """
        Go on from other multipliers if they give a lower bound; tell whether they do.

        Parameters
        ----------
        prices
            Multipliers of the same problem.
        """
        offered = _adapted(self._model, prices, self._selection)
        bound = proven_bound(self._model, self._named(offered), self._selection, is_closed=self._is_closed, is_open=self._is_open)
        if bound.lowest >= float(self._state.number[BOUND]):
            return False
        self._state.best_multiplier[:] = offered
        self._state.multiplier[:] = offered
        self._state.direction[:] = 0.0
        self._state.number[BOUND] = bound.lowest
        return True

    def promising(self, bound: ProvenBound, share: float) -> BoolArray:
        """
        Mark the rows whose opening lowers the bound by less than a share of what an open row brings, shape (n,).

        Parameters
        ----------
        bound
            What :meth:`bound` returned.
        share
            The share.
        """
        change = self.changes(bound)
        served = _spread_groups(self._model, self._state.best_multiplier)
        typical = float(np.median(served[bound.is_chosen])) if bound.is_chosen.any() else 0.0
        return np.asarray(bound.is_chosen | (change >= -share * typical * 2.0**bound.bits), dtype=np.bool_)

    def changes(self, bound: ProvenBound) -> IntArray:
        """
        Return how the bound changes when each row is forced the other way, in 2 ** -bits, shape (n,); 0 for rows held.

        Parameters
        ----------
        bound
            What :meth:`bound` returned.
        """
        return forced_changes(bound, self._selection, is_free=~(self._is_closed | self._is_open))


def forced_changes(bound: ProvenBound, selection: Selection, *, is_free: BoolArray) -> IntArray:
    """Return at most how much the bound changes when each free row is forced the other way, in 2 ** -bits, shape (n,)."""
    score, clique, is_chosen = bound.score, selection.clique, bound.is_chosen
    lowest = np.iinfo(np.int64).min // 4
    n_chosen = int(is_chosen.sum())
    chosen = np.flatnonzero(is_chosen & is_free)
    weakest = int(score[chosen].min()) if len(chosen) else lowest
    displaced = weakest if n_chosen >= selection.most else min(weakest, 0)
    of_clique = np.full(selection.n_cliques, displaced, dtype=np.int64)
    of_clique[clique[is_chosen]] = score[is_chosen]
    change = score - of_clique[clique]
    second = np.full(selection.n_cliques, lowest, dtype=np.int64)
    others = np.flatnonzero(~is_chosen & is_free)
    np.maximum.at(second, clique[others], score[others])
    is_taken = np.zeros(selection.n_cliques, dtype=np.bool_)
    is_taken[clique[is_chosen]] = True
    outside = second[~is_taken]
    instead = max(0, int(outside.max())) if len(outside) else 0
    change[chosen] = np.maximum(second[clique[chosen]], instead) - score[chosen]
    change[~is_free] = 0
    return change


def _dual_terms(model: Model, selection: Selection, *, is_closed: BoolArray, is_open: BoolArray) -> DualTerms:
    n_rules, n_targets = len(model.lower), len(model.target_need)
    is_priced = np.repeat(~selection.is_kept, np.diff(model.rules.start))
    priced = SparseRows(
        start=np.append(0, np.cumsum(np.diff(model.rules.start) * ~selection.is_kept)),
        column=model.rules.column[is_priced],
        amount=model.rules.amount[is_priced],
    )
    tables = (
        (transposed(priced, model.n_rows), 0),
        (transposed(model.target_groups, model.n_groups), n_rules),
        (model.bundles, 0),
        (transposed(model.target_bundles, len(model.bundles)), n_rules),
    )
    sizes = np.cumsum([0] + [len(table) for table, _ in tables])
    counts = np.concatenate([np.diff(table.start) for table, _ in tables])
    share = 0.0 if model.is_cost_goal else 1.0
    held = np.where(is_closed, HELD_CLOSED, np.where(is_open, HELD_OPEN, FREE))
    gain = -model.cost if model.is_cost_goal else np.zeros(model.n_rows)
    limits = [(model.lower, model.upper), (model.target_need, model.target_need), (model.bundle_need, share * model.bundle_value)]
    return DualTerms(
        start=model.row_start,
        groups=model.row_groups,
        row=np.stack([gain, held, selection.clique], axis=1).astype(np.float64),
        group=np.stack([share * model.weight, share * model.backup_weight, model.needed - model.base_servers.astype(np.float64)], axis=1),
        link_start=np.append(0, np.cumsum(counts)).astype(np.int64),
        link=np.concatenate([np.stack([table.column.astype(np.int64) + shift, table.amount], axis=1) for table, shift in tables]).astype(
            np.float64
        ),
        limit=np.concatenate([np.stack(pair, axis=1) for pair in limits]).astype(np.float64),
        scale=_scales(model, priced),
        of_group=int(sizes[1]),
        in_bundle=int(sizes[2]),
        of_bundle=int(sizes[3]),
        n_rules=n_rules,
        n_limits=n_rules + n_targets,
        n_cliques=selection.n_cliques,
        least=selection.least,
        most=selection.most,
    )


def _scales(model: Model, rules: SparseRows) -> FloatArray:
    """Return the length of a step along each multiplier: 1 for groups, less for what touches much, more for what touches little."""
    usual = _LIMIT_SCALE * len(model.row_groups) / max(1, model.n_groups)

    def scale(rows: SparseRows) -> FloatArray:
        of = np.repeat(np.arange(len(rows)), np.diff(rows.start))
        norm = np.bincount(of, weights=rows.amount.astype(np.float64) ** 2, minlength=len(rows))
        length: FloatArray = np.divide(usual, norm, out=np.zeros(len(norm)), where=norm > 0)
        return length

    return np.concatenate(
        [
            np.ones(model.n_groups),
            np.minimum(scale(rules), _LONGEST_SCALE),
            np.minimum(scale(model.target_groups) + scale(model.target_bundles), _LONGEST_SCALE),
            np.ones(len(model.bundles.column)),
        ]
    )


def _first_multipliers(model: Model, rows: IndexArray) -> FloatArray:
    """Return multipliers from a plan: what a group is worth, shared by the open rows that serve it."""
    target = np.zeros(len(model.target_need))
    if model.is_cost_goal:
        paid = float(model.cost[rows].sum()) or float(model.cost.sum()) or 1.0
        target = paid / np.maximum(model.target_need, 1) / max(1, len(target))
    share = 0.0 if model.is_cost_goal else 1.0
    of_bundle = share * model.bundle_value + _spread(model.target_bundles, target, len(model.bundles))
    size = np.maximum(np.diff(model.bundles.start), 1)
    entry = np.repeat(of_bundle / size, np.diff(model.bundles.start))
    worth = share * model.weight + _spread(model.target_groups, target, model.n_groups)
    worth += np.bincount(model.bundles.column, weights=entry, minlength=model.n_groups)
    group = worth / np.maximum(servers(model, rows), model.needed)
    return np.concatenate([group, np.zeros(len(model.lower)), target, entry])


def _spread(rows: SparseRows, price: FloatArray, n_columns: int) -> FloatArray:
    """Return the sum of price times amount by column."""
    weights = np.repeat(price, np.diff(rows.start)) * rows.amount
    total: FloatArray = np.bincount(rows.column, weights=weights, minlength=n_columns).astype(np.float64)
    return total


def _spread_groups(model: Model, price: FloatArray) -> FloatArray:
    """Return the sum of the prices of each row's groups."""
    before = np.concatenate([np.zeros(1), np.cumsum(price[model.row_groups])])
    total: FloatArray = before[model.row_start[1:]] - before[model.row_start[:-1]]
    return total


def _adapted(model: Model, prices: Multipliers, selection: Selection) -> FloatArray:
    """Return multipliers of another problem in the order of this one; rules and targets are told by their names."""
    if len(prices.group) != model.n_groups or len(prices.entry) != len(model.bundles.column):
        raise InvalidInputError("multipliers", f"must be of a problem with {model.n_groups} groups", len(prices.group))
    rule = _by_name(prices.rule_name, prices.rule, model.rule_name)
    rule[selection.is_kept] = 0.0
    rule[(rule > 0) & (model.upper >= 2**60)] = 0.0
    rule[(rule < 0) & (model.lower <= -(2**60))] = 0.0
    return np.concatenate([prices.group, rule, _by_name(prices.target_name, prices.target, model.target_name), prices.entry])


def _by_name(names: tuple[str, ...], values: FloatArray, wanted: tuple[str, ...]) -> FloatArray:
    """Return the values of the wanted names, 0 for those unknown; the nth of a name goes to the nth of that name."""
    if names == wanted:
        return values.copy()
    waiting: dict[str, list[float]] = {}
    for name, value in zip(reversed(names), reversed(values.tolist()), strict=True):
        waiting.setdefault(name, []).append(value)
    return np.array([waiting[name].pop() if waiting.get(name) else 0.0 for name in wanted], dtype=np.float64)
