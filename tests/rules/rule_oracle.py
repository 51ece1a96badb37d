"""What the rules mean, in plain Python: every plan tried, every sum a fraction; shares nothing with the solver."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import combinations, product

from siting import SitingProblem


def bits(cells) -> int:
    return sum(1 << int(j) for j in set(cells))


class Oracle:
    """A plan is one carrier mask for each asset; where nobody shares, 1 for open."""

    def __init__(self, problem: SitingProblem) -> None:
        self.problem = problem
        self.ids = problem.coverage.candidate_ids
        self.place = {one: a for a, one in enumerate(self.ids)}
        self.sharing = problem.sharing
        self.n_carriers = 1 if self.sharing is None else len(self.sharing.carriers)
        self.existing = [0] * len(self.ids)
        coverages = [problem.coverage]
        if self.sharing is not None:
            coverages = [carrier.coverage or problem.coverage for carrier in self.sharing.carriers]
            for c, carrier in enumerate(self.sharing.carriers):
                for one in carrier.existing:
                    self.existing[self.place[one]] |= 1 << c
        self.cells = [[bits(coverage.cells_of(a).tolist()) for a in range(len(self.ids))] for coverage in coverages]
        self.weights = [Fraction(w) for w in problem.demand.weight.tolist()]
        self.sums: dict[tuple[int, int], Fraction] = {}
        self.n_cells = len(self.weights)

    def weight_of(self, carrier: int | None) -> list[Fraction]:
        if self.sharing is not None and carrier is not None and self.sharing.carriers[carrier].weight is not None:
            return [Fraction(w) for w in self.sharing.carriers[carrier].weight.tolist()]
        return self.weights

    def options(self, a: int) -> list[int]:
        is_fixed, is_forbidden = self.ids[a] in self.problem.fixed, self.ids[a] in self.problem.forbidden
        if is_forbidden:
            return [0]
        if self.sharing is None:
            return [1] if is_fixed else [0, 1]
        absent = (1 << self.n_carriers) - 1 & ~self.existing[a]
        free = int(self.problem.candidates.capacity[a]) - self.existing[a].bit_count()
        if self.sharing.is_neutral_host:
            masks = [absent] if absent else []
        else:
            masks = [m for m in range(1, 1 << self.n_carriers) if m & ~absent == 0 and m.bit_count() <= free]
        return masks if is_fixed else [0, *masks]

    def plans(self):
        return product(*(self.options(a) for a in range(len(self.ids))))

    def paid(self, a: int, mask: int) -> list[int]:
        opening = int(self.problem.cost_yen[a])
        if self.sharing is None:
            return [opening if mask else 0]
        paid = [0] * self.n_carriers
        for c, carrier in enumerate(self.sharing.carriers):
            if mask >> c & 1:
                n = mask.bit_count()
                paid[c] = 0 if self.existing[a] else (opening + n - 1) // n
                paid[c] += 0 if self.sharing.is_neutral_host else carrier.equipment_yen
        return paid

    def cost_of(self, a: int, mask: int) -> int:
        opening = int(self.problem.cost_yen[a])
        if self.sharing is None:
            return opening
        new = [carrier for c, carrier in enumerate(self.sharing.carriers) if mask >> c & 1]
        equipment = 0 if self.sharing.is_neutral_host else sum(carrier.equipment_yen for carrier in new)
        return (0 if self.existing[a] else opening) + equipment

    def cost(self, plan) -> int:
        if self.problem.goal == "fewest_sites":
            return sum(mask > 0 for mask in plan)
        return sum(self.cost_of(a, mask) for a, mask in enumerate(plan) if mask)

    def served(self, plan, carriers) -> list[int]:
        """Cells with at least 1, 2, ..., needed + 1 sites where any of the carriers serves."""
        at_least = [0] * (self.problem.servers_needed + 1)
        for a, mask in enumerate(plan):
            on_air = mask | self.existing[a]
            cells = 0
            for c in carriers:
                if on_air >> c & 1:
                    cells |= self.cells[c][a]
            for n in range(len(at_least) - 1, 0, -1):
                at_least[n] |= at_least[n - 1] & cells
            at_least[0] |= cells
        return at_least

    def views(self, plan) -> list[tuple[int | None, int, int]]:
        """Carrier (None for all), cells that count, and cells with a backup, for each way of counting."""
        k = self.problem.servers_needed
        each = [self.served(plan, [c]) for c in range(self.n_carriers)]
        if self.sharing is None:
            return [(None, each[0][k - 1], each[0][k])]
        if self.sharing.kpi == "each":
            return [(c, one[k - 1], one[k]) for c, one in enumerate(each)]
        if self.sharing.kpi == "any":
            joint = self.served(plan, range(self.n_carriers))
            return [(None, joint[k - 1], joint[k])]
        covered = backed = (1 << self.n_cells) - 1
        for one in each:
            covered, backed = covered & one[k - 1], backed & one[k]
        return [(None, covered, backed)]

    def weigh(self, carrier: int | None, cells: int) -> Fraction:
        key = (-1 if carrier is None else carrier, cells)
        if key not in self.sums:
            self.sums[key] = sum((w for j, w in enumerate(self.weight_of(carrier)) if cells >> j & 1), Fraction(0))
        return self.sums[key]

    @cached_property
    def facility_bits(self) -> list[tuple[int, int, Fraction, str]]:
        found = []
        for facility in self.problem.facilities:
            cells = bits(facility.cells.tolist())
            need = Fraction(str(facility.share)) * cells.bit_count()
            found.append((cells, -(-need.numerator // need.denominator), Fraction(facility.weight), facility.kind))
        return found

    def value(self, plan) -> Fraction:
        backup = Fraction(str(self.problem.backup_share))
        total = Fraction(0)
        for carrier, covered, backed in self.views(plan):
            total += self.weigh(carrier, covered) + backup * self.weigh(carrier, backed)
            total += sum(worth for cells, need, worth, _ in self.facility_bits if (cells & covered).bit_count() >= need)
        return total

    def reach(self, plan, target) -> tuple[Fraction, Fraction]:
        """Weight that counts for a target, and the least it needs."""
        if target.carrier is None:
            views = [(carrier, covered) for carrier, covered, _ in self.views(plan)]
        else:
            c = [carrier.name for carrier in self.sharing.carriers].index(target.carrier)
            views = [(c, self.served(plan, [c])[self.problem.servers_needed - 1])]
        have = total = Fraction(0)
        groups = self.problem.demand.groups
        for carrier, covered in views:
            if target.group is None or target.group in groups:
                asked = (1 << self.n_cells) - 1 if target.group is None else bits(groups[target.group].tolist())
                have += self.weigh(carrier, covered & asked)
                total += self.weigh(carrier, asked)
            else:
                for cells, need, worth, kind in self.facility_bits:
                    if kind == target.group:
                        total += worth
                        have += worth if (cells & covered).bit_count() >= need else 0
        return have, Fraction(str(target.share)) * total

    def keeps_limits(self, plan) -> bool:
        problem = self.problem
        opened = [a for a, mask in enumerate(plan) if mask]
        if problem.max_sites is not None and len(opened) > problem.max_sites:
            return False
        paid = [self.paid(a, mask) for a, mask in enumerate(plan)]
        if problem.budget_yen is not None and sum(self.cost_of(a, mask) for a, mask in enumerate(plan) if mask) > problem.budget_yen:
            return False
        for quota in problem.quotas:
            n = sum(self.place[one] in opened for one in quota.ids)
            if n < quota.minimum or (quota.maximum is not None and n > quota.maximum):
                return False
        for c, carrier in enumerate(self.sharing.carriers if self.sharing else ()):
            n = sum(mask >> c & 1 for mask in plan)
            if n < carrier.min_sites or (carrier.max_sites is not None and n > carrier.max_sites):
                return False
            if carrier.budget_yen is not None and sum(one[c] for one in paid) > carrier.budget_yen:
                return False
        return True

    def keeps_conflicts(self, plan) -> bool:
        problem = self.problem
        present = [a for a, mask in enumerate(plan) if mask or self.existing[a]]
        standing = {a for a in present if self.existing[a] or self.ids[a] in problem.fixed}
        for ids in problem.either_or:
            members = [self.place[one] for one in ids if self.place[one] in present]
            if sum(not self.existing[a] for a in members) + any(self.existing[a] for a in members) > 1:
                return False
        if problem.minimum_spacing_m is not None:
            xy = problem.candidates.xyz_m[:, :2].tolist()
            for a, b in combinations(present, 2):
                gap = (xy[a][0] - xy[b][0]) ** 2 + (xy[a][1] - xy[b][1]) ** 2
                if gap < problem.minimum_spacing_m**2 and not {a, b} <= standing:
                    return False
        return all(not plan[self.place[one]] or self.place[other] in present for one, other in problem.only_with)

    def is_allowed(self, plan) -> bool:
        if any(mask not in self.options(a) for a, mask in enumerate(plan)):
            return False
        if not (self.keeps_limits(plan) and self.keeps_conflicts(plan)):
            return False
        return all(have >= need for have, need in (self.reach(plan, target) for target in self.problem.targets))

    @cached_property
    def best(self) -> Fraction | int | None:
        """The most value, or the least cost, or None where no plan keeps the rules."""
        measure = self.value if self.problem.goal == "coverage" else lambda plan: -self.cost(plan)
        found = max((measure(plan) for plan in self.plans() if self.is_allowed(plan)), default=None)
        return found if found is None or self.problem.goal == "coverage" else -found
