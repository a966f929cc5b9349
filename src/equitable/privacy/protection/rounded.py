"""Controlled rounding: a block's cells in multiples of a base, so that tables add up.

The rounded block is a block like the true one, in numbers that are all multiples of
the base; its figures are the sums of its cells, so that every table adds up by itself.
An integer programme chooses it, so that no published figure lies further from the true
one than the base, or, where linked tables do not allow that, than the least multiple
of it that they do.

Which of the near multiples a figure is drawn to is left to chance, by how near it is
(unbiased, as in L. H. Cox (1987), A constructive procedure for unbiased controlled
rounding, Journal of the American Statistical Association 82).  The nearest one would
tell everybody who knows the rule half of what the base hides.  For linked tables as an
integer programme: J. J. Salazar-González (2005), A unified mathematical programming
framework for different statistical disclosure limitation methods, Operations Research
53; L. Willenborg and T. de Waal (2001), Elements of statistical disclosure control.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from equitable.privacy.protection.block import Counted
from equitable.privacy.protection.programme import ENDLESS, Numbers

MOST_STEPS: Final = 4
"""How many bases a figure may lie from the true one at most."""
MOST: Final = 60_000_000
"""Figures times columns of a programme that is still tried: minutes, not hours."""
_NEAR: Final = 1e-9
_NODES: Final = 2_000
_HALF: Final = 0.5
_DEAR: Final = 100.0
"""What it costs not to follow where a figure of nobody is drawn up: otherwise it would
never be, as all its neighbours are drawn elsewhere."""
_SPARE: Final = 40
"""Cells that nobody is in, beside as many as hold somebody: any group may be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundedBlock:
    """A block in multiples of the base.

    Attributes
    ----------
    students, counts
        By the indicator's name, in the finest cells; each shape (cells,).  Indicators
        of the same students share them.
    distance
        No published figure lies further from the true one.
    """

    students: Mapping[str, Numbers]
    counts: Mapping[str, Numbers]
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An indicator's rounded figures that are out already; each shape (figures,)."""

    students: Numbers
    counts: Numbers


def families_of(indicators: Sequence[Counted]) -> list[list[Counted]]:
    """Indicators by their students: those of one list have the same."""
    families: list[list[Counted]] = []
    for one in indicators:
        same = [f for f in families if np.array_equal(f[0].students, one.students)]
        same[0].append(one) if same else families.append([one])
    return families


def round_block(
    rows: Any,
    indicators: Sequence[Counted],
    base: int,
    chance: np.random.Generator,
    *,
    told: Mapping[str, Told] | None = None,
) -> RoundedBlock | None:
    """A block's numbers rounded together; ``None`` where that could not be done.

    Parameters
    ----------
    rows
        Sparse, shape (figures, cells): of ``tables_of``.
    indicators
        Rates of students.
    base
        Every figure is a multiple of it.
    chance
        What is drawn from.
    told
        By the indicator's name, what is out and is told again as it was.
    """
    students: dict[str, Numbers] = {}
    counts: dict[str, Numbers] = {}
    furthest = 0
    before: Numbers | None = None
    for family in families_of(indicators):
        found = None
        for steps in range(1, MOST_STEPS + 1):
            programme = _Programme(rows, family, base, steps, chance, before, told)
            found = programme.solved()
            if found is not None:
                break
        if found is None:
            return None
        n, *own = found
        before = np.asarray(rows @ n)
        for one, count in zip(family, own, strict=True):
            students[one.name], counts[one.name] = n * base, count * base
        furthest = max(furthest, steps)
    return RoundedBlock(students=students, counts=counts, distance=furthest * base)


class _Programme:
    """One family's integer programme, in multiples of the base.

    Its columns are the finest cells' students and, for each indicator, its count; its
    rows the figures of students and of both outcomes, each with its slack on either
    side of what was drawn.
    """

    def __init__(
        self,
        rows: Any,
        family: Sequence[Counted],
        base: int,
        steps: int,
        chance: np.random.Generator,
        before: Numbers | None,
        told: Mapping[str, Told] | None,
    ) -> None:
        self.rows, self.family, self.chance = rows, family, chance
        cells, every = rows.shape[1], len(family) + 1
        kinds: list[list[tuple[int, float]]] = [[(0, 1.0)]]
        truth = [np.asarray(rows @ family[0].students, np.float64)]
        fixed: list[Numbers | None] = [None]
        for place, one in enumerate(family):
            kinds += [[(place + 1, 1.0)], [(0, 1.0), (place + 1, -1.0)]]
            count = np.asarray(rows @ one.counts, np.float64)
            truth += [count, truth[0] - count]
            known = (told or {}).get(one.name)
            if known is not None:
                fixed[0] = known.students
            fixed += (
                [None, None]
                if known is None
                else [known.counts, known.students - known.counts]
            )
        self.kinds, self.every, self.cells = kinds, every, cells
        lows, highs, targets = [], [], []
        drawn = [_drawn(values, base, chance) for values in truth]
        # Groups that nobody is in are drawn up with one of their sides.
        up = (truth[0] == 0) & (drawn[0] > 0)
        for place in range(1, len(drawn), 2):
            first = chance.random(len(up)) < _HALF
            drawn[place][truth[0] == 0] = (up & first)[truth[0] == 0]
            drawn[place + 1][truth[0] == 0] = (up & ~first)[truth[0] == 0]
        for place, (values, out) in enumerate(zip(truth, fixed, strict=True)):
            low = np.maximum(np.ceil(values / base - steps - _NEAR), 0.0)
            high = np.floor(values / base + steps + _NEAR)
            target = np.clip(drawn[place], low, high)
            if place == 0 and before is not None:
                # Nearly the same students: two roundings of them should be one.
                target = np.clip(before, low, high)
            if out is not None:
                target = out / base
                low, high = np.maximum(low, target), np.minimum(high, target)
            lows.append(low)
            highs.append(high)
            targets.append(target)
        self.low, self.high = np.concatenate(lows), np.concatenate(highs)
        self.target = np.concatenate(targets)
        nobody = np.concatenate(truth) == 0
        self.price = np.where(nobody & (self.target > 0), _DEAR, 1.0)

    def solved(self) -> list[Numbers] | None:
        """Students and counts of the finest cells, in multiples of the base."""
        if np.any(self.low > self.high):
            return None
        held = self.family[0].students > 0
        empty = self.chance.permutation(np.flatnonzero(~held))
        some = np.flatnonzero(held)
        some = np.sort(np.r_[some, empty[: len(some) + _SPARE]])
        found = self._solved(some)
        if found is None and len(some) < self.cells:
            found = self._solved(np.arange(self.cells))
        return found

    def _solved(self, some: NDArray[np.int64]) -> list[Numbers] | None:
        import highspy  # noqa: PLC0415 - costly
        from scipy import sparse  # noqa: PLC0415 - costly

        rows = self.rows[:, some]
        count, figures = len(some), len(self.target)
        if figures * count * self.every > MOST:
            return None
        figures_of = sparse.vstack(
            [
                sparse.hstack(
                    [dict(kind).get(place, 0.0) * rows for place in range(self.every)]
                )
                for kind in self.kinds
            ]
        )
        one, slack = sparse.eye(count), sparse.eye(figures)
        within = [
            sparse.hstack(
                [
                    one if at == 0 else (-1.0 if at == place else 0.0) * one
                    for at in range(self.every)
                ]
            )
            for place in range(1, self.every)
        ]
        matrix = sparse.vstack(
            [
                sparse.hstack([figures_of, -slack, slack]),
                sparse.hstack(
                    [
                        sparse.vstack(within),
                        sparse.csr_matrix((count * len(within), 2 * figures)),
                    ]
                ),
            ]
        ).tocsc()
        matrix.eliminate_zeros()
        columns, further = count * self.every, count * len(within)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = columns + 2 * figures, figures + further
        model.col_cost_ = np.r_[np.zeros(columns), np.ones(figures), self.price]
        model.col_lower_ = np.zeros(columns + 2 * figures)
        model.col_upper_ = np.r_[
            np.full(columns, ENDLESS), self.high - self.target, self.target - self.low
        ]
        model.row_lower_ = np.r_[self.target, np.zeros(further)]
        model.row_upper_ = np.r_[self.target, np.full(further, ENDLESS)]
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = matrix.indptr
        model.a_matrix_.index_ = matrix.indices
        model.a_matrix_.value_ = matrix.data
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger] * columns + [kinds.kContinuous] * (
            2 * figures
        )
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            # Within its bounds any rounding serves: the first one is taken.
            ("mip_rel_gap", 1e9),
            ("mip_max_nodes", _NODES),
        ):
            solver.setOptionValue(name, value)
        solver.passModel(model)
        solver.run()
        if solver.getInfo().primal_solution_status != 2:
            return None
        point = np.round(np.asarray(solver.getSolution().col_value)[:columns])
        found = []
        for own in np.split(point, self.every):
            every = np.zeros(self.cells)
            every[some] = own
            found.append(every)
        return found


def _drawn(values: Numbers, base: int, chance: np.random.Generator) -> Numbers:
    """The multiple that each figure is drawn to.

    One more or one fewer first, so that a number that is a multiple already (nobody,
    above all) may be drawn to another one too: otherwise 10 would mean 'not nobody'.
    """
    moved = np.maximum(values + chance.integers(-1, 2, len(values)), 0) / base
    below = np.floor(moved)
    return np.asarray(below + (chance.random(len(values)) < moved - below), np.float64)
