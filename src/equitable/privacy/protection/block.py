"""One block - a school in a year - with everything that is to be published of it.

First the numbers of students, then, among every possible number of them, the counts of
each indicator.  The result says what is withheld, and holds a witness for each of it:
a whole school that would look exactly the same from outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from equitable.privacy.policy import Policy
from equitable.privacy.protection.exact import (
    MOST_CELLS,
    MOST_FIGURES,
    Asked,
    least_cost,
    withhold_exactly,
)
from equitable.privacy.protection.parts import withhold_parts
from equitable.privacy.protection.programme import ENDLESS, Mask, Numbers
from equitable.privacy.protection.sides import Parts
from equitable.privacy.protection.students import (
    Layer,
    any_kind,
    withhold_students,
)

EVERY: Final = 1_000_000
_WHOLE: Final = 1e-6
_BOUNDED: Final = 300
_ROUNDS: Final = 6
"""Of cuts, for a bound where a block is too large to be solved exactly."""
LITTLE: Final = 1e-3
"""What withholding a group without students costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An indicator's numbers in the finest cells of a block; each shape (cells,).

    Attributes
    ----------
    students
        Those with a known outcome.
    counts
        For how many it is true; of a mean, the sum in shares of what one student can
        add at most: 0 for every student at the least value, 1 at the largest.
    amounts
        Whether it is a mean.
    sums, squares, pivot
        Of a mean: sums of the values less ``pivot``, and of their squares.
    squared
        Of a mean: sums of the squares of each student's share of the range.
    """

    name: str
    students: Numbers
    counts: Numbers
    amounts: bool = False
    sums: Numbers | None = None
    squares: Numbers | None = None
    squared: Numbers | None = None
    pivot: float = 0.0


@dataclass(slots=True, kw_only=True)
class Protected:
    """What is withheld of a block, and the proof.

    Attributes
    ----------
    students
        For each indicator's name, the layer of its numbers of students: indicators
        with the same students share one.
    counts
        For each indicator's name.
    chains
        For each indicator's name, its students as they are and in every witness.
    exact
        Whether the numbers of students are withheld at the least possible cost.
    cost, bound
        What withholding numbers of students costs, and the bound that no safe choice
        costs less than; ``None`` where that is not known.
    open
        What no witness was found for: in words, for the ledger.
    """

    students: dict[str, Layer] = field(default_factory=dict)
    counts: dict[str, Parts] = field(default_factory=dict)
    chains: dict[str, list[Numbers]] = field(default_factory=dict)
    exact: bool = False
    cost: float | None = None
    bound: float | None = None
    open: list[str] = field(default_factory=list)


def protect_block(
    rows: Any,
    indicators: Sequence[Counted],
    policy: Policy,
    *,
    kept: Mask,
    weight: Numbers | None = None,
    shown: Mapping[str, Mask] | None = None,
    away: Mapping[str, Mask] | None = None,
    tries: int = 0,
    unseen: Mask | None = None,
) -> Protected:
    """Withhold until everything withheld has its witnesses.

    Parameters
    ----------
    rows
        Sparse, shape (figures, cells): of ``tables_of``.
    indicators
        What is to be published.
    policy
        The rules.
    kept
        Shape (figures,): what should stay.
    weight
        Shape (figures,): withholding a figure costs its students so many times.
    shown
        What is out already: by indicator, for its students (the name) and its counts
        (the name with a ``+``); each shape (figures,).
    away
        What was withheld before and stays so, in the same way.
    tries
        How many of the figures withheld are gone over once more, for what could be
        shown, in each layer: ``EVERY`` for all.
    unseen
        As in ``withhold_students``; shape (figures,).
    """
    return _Block(
        rows,
        indicators,
        policy,
        kept,
        weight,
        shown or {},
        away or {},
        tries=tries,
        unseen=unseen,
    ).protect()


class _Block:
    """The layers of one block, and what they withhold together.

    A group that is withheld for one indicator's students is withheld for all: numbers
    of the same group that differ by a few who have no outcome would tell each other.
    """

    def __init__(
        self,
        rows: Any,
        indicators: Sequence[Counted],
        policy: Policy,
        kept: Mask,
        weight: Numbers | None,
        shown: Mapping[str, Mask],
        away: Mapping[str, Mask],
        *,
        tries: int,
        unseen: Mask | None,
    ) -> None:
        self.tries, self.unseen = tries, unseen
        self.rows, self.policy, self.kept, self.weight = rows, policy, kept, weight
        self.out, self.away = shown, away
        families: list[list[Counted]] = []
        for one in indicators:
            same = [f for f in families if np.array_equal(f[0].students, one.students)]
            same[0].append(one) if same else families.append([one])
        self.families = families
        zeros = policy.zeros == "published"
        self.small = np.zeros(rows.shape[0], bool)
        for own in families:
            n = np.asarray(rows @ own[0].students, np.float64)
            self.small |= (n < policy.threshold) & ~((n == 0) & zeros)
        none = np.zeros(rows.shape[0], bool)
        self.gone = none.copy()
        for one in indicators:
            self.gone |= away.get(one.name, none)

    def protect(self) -> Protected:
        """The students of all indicators together, then each indicator's counts."""
        result = Protected()
        layers, chains = self._together(result)
        for family, layer, chain in zip(self.families, layers, chains, strict=True):
            for one in family:
                result.students[one.name] = layer
                result.chains[one.name] = chain
                found = withhold_parts(
                    self.rows, one.counts, chain, layer.hidden, self.policy,
                    kept=self.kept, cost=self._cost(one), amounts=one.amounts,
                    shown=self.out.get(f"{one.name}+"),
                    hidden=self.away.get(f"{one.name}+"), tries=self.tries,
                    unseen=self.unseen,
                )  # fmt: skip
                result.counts[one.name] = found
                _note(result, one, found)
        return result

    def _together(self, result: Protected) -> tuple[list[Layer], list[list[Numbers]]]:
        """One layer for each family of indicators with the same students."""
        leads = [family[0] for family in self.families]
        if len(leads) == 1:
            layer = self._students(leads[0], self.out.get(leads[0].name), result)
            return [layer], [[leads[0].students, *layer.witnesses]]
        from scipy import sparse  # noqa: PLC0415 - costly

        kinds = _known_for([one.students for one in leads])
        rows = sparse.vstack(
            [
                sparse.hstack(
                    [self.rows if i in kind else 0 * self.rows for kind in kinds]
                )
                for i in range(len(leads))
            ]
        ).tocsr()
        rows.eliminate_zeros()
        cells = np.concatenate(list(kinds.values()))
        shown = None
        if self.out:
            none = np.zeros(len(self.small), bool)
            shown = np.concatenate([self.out.get(one.name, none) for one in leads])
        every = len(leads)
        layer = withhold_students(
            rows, cells, self.policy, kept=np.tile(self.kept, every),
            cost=np.concatenate([self._cost(one) for one in leads]), shown=shown,
            hidden=np.tile(self.gone, every), small=np.tile(self.small, every),
            together=every, stay=self._stay_of(kinds),
            begun=self._begun(kinds, shown),
            unseen=None if self.unseen is None else np.tile(self.unseen, every),
        )  # fmt: skip
        result.open += [f"students: figure {row}, {why}" for row, why in layer.open]
        layers, chains = [], []
        for i, one in enumerate(leads):
            own = slice(i * len(self.small), (i + 1) * len(self.small))
            layers.append(
                Layer(
                    values=layer.values[own], hidden=layer.hidden[own],
                    primary=layer.primary[own], least=layer.least[own],
                    most=layer.most[own], witnesses=layer.witnesses,
                    given={row % len(self.small) for row in layer.given
                           if row // len(self.small) == i},
                )
            )  # fmt: skip
            chain = [
                sum(
                    part
                    for kind, part in zip(
                        kinds, np.split(point, len(kinds)), strict=True
                    )
                    if i in kind
                )
                for point in layer.witnesses
            ]
            chains.append([one.students, *map(np.asarray, chain)])
        return layers, chains

    def _begun(
        self, kinds: Mapping[frozenset[int], Numbers], shown: Mask | None
    ) -> list[Numbers]:
        """Witnesses in which those alone move who have every outcome.

        Such a programme is much smaller than that of all of them, and leaves little
        for it to do.
        """
        first, *others = kinds.values()
        every = len(self.families)
        out = None if shown is None else any_kind(shown, every)
        layer = withhold_students(
            self.rows, first, self.policy, kept=self.kept,
            cost=sum((self._cost(f[0]) for f in self.families), np.zeros(1)),
            shown=out, hidden=self.gone, small=self.small,
            stay=np.minimum(self._stay(), first), tries=self.tries,
            unseen=self.unseen,
        )  # fmt: skip
        return [np.concatenate([one, *others]) for one in layer.witnesses]

    def _stay(self) -> Numbers:
        """Students of each cell whose outcomes are the rarer ones, of any indicator."""
        found = np.zeros(self.rows.shape[1])
        for family in self.families:
            for one in family:
                others = one.students - one.counts
                rare = one.counts if one.counts.sum() <= others.sum() else others
                np.maximum(found, np.ceil(rare - _WHOLE), out=found)
        return found

    def _stay_of(self, kinds: Mapping[frozenset[int], Numbers]) -> Numbers:
        """The same among those who have every outcome; of the others nobody."""
        first, *others = kinds.values()
        return np.concatenate(
            [np.minimum(self._stay(), first), *(np.zeros(len(one)) for one in others)]
        )

    def _cost(self, one: Counted) -> Numbers:
        cost = np.asarray(self.rows @ one.students, np.float64) + LITTLE
        return cost if self.weight is None else cost * self.weight

    def _students(self, one: Counted, shown: Mask | None, result: Protected) -> Layer:
        """The least cost where that can be found; else a good choice."""
        layer = None
        if shown is None:
            layer = self._exactly(one, result)
        if layer is None:
            layer = withhold_students(
                self.rows, one.students, self.policy, kept=self.kept,
                cost=self._cost(one), shown=shown, hidden=self.gone, small=self.small,
                stay=np.minimum(self._stay(), one.students),
                tries=self.tries, unseen=self.unseen,
            )  # fmt: skip
        result.cost = float(self._cost(one)[layer.hidden].sum())
        result.open += [
            f"{one.name}: students of figure {row}, {why}" for row, why in layer.open
        ]
        return layer

    def _exactly(self, one: Counted, result: Protected) -> Layer | None:
        rows, policy = self.rows, self.policy
        count, cells = rows.shape
        values = np.asarray(rows @ one.students, np.float64)
        zeros = policy.zeros == "published"
        nobody = (values == 0) & zeros
        asked = Asked(
            rows=rows,
            cells=one.students,
            forced=(self.small | self.gone) & ~nobody,
            fixed=(self.kept & ~self.small & ~self.gone) | nobody,
            primary=self.small & ~nobody,
            width=np.full(count, float(policy.width)),
            cost=self._cost(one),
            high=np.full(count, ENDLESS),
            threshold=float(policy.threshold),
            floor=float(zeros),
        )
        if count > MOST_FIGURES or cells > MOST_CELLS:
            if self.tries == EVERY and not self.out and count <= _BOUNDED:
                result.bound = least_cost(asked, _ROUNDS)
            return None
        found = withhold_exactly(asked)
        if found is None:
            return None
        layer = Layer(
            values=values,
            hidden=found.hidden,
            primary=asked.primary,
            least=values.copy(),
            most=values.copy(),
            witnesses=list(found.witnesses),
        )
        for point in found.witnesses:
            layer.saw(np.asarray(rows @ point, np.float64))
        result.exact, result.bound = True, found.bound
        return layer


def _known_for(students: Sequence[Numbers]) -> dict[frozenset[int], Numbers]:
    """Students by the families of indicators that they have an outcome for.

    The numbers alone do not say whose outcomes they are; in each cell, those who have
    one of the rarest outcomes are taken to have the commoner ones too.  A reader knows
    no better, and every world that looks the same is as good a witness.
    """
    every = np.stack(students)
    order = np.argsort(-every, axis=0, kind="stable")
    found: dict[frozenset[int], Numbers] = {
        frozenset(range(len(students))): every.min(axis=0)
    }
    for rank in range(len(students) - 1):
        here = np.take_along_axis(every, order[rank : rank + 1], axis=0)[0]
        after = np.take_along_axis(every, order[rank + 1 : rank + 2], axis=0)[0]
        for cell in np.flatnonzero(here > after).tolist():
            kind = frozenset(order[: rank + 1, cell].tolist())
            own = found.setdefault(kind, np.zeros(every.shape[1]))
            own[cell] = here[cell] - after[cell]
    return found


def _note(result: Protected, one: Counted, parts: Parts) -> None:
    for side in (parts.yes, parts.no):
        result.open += [f"{one.name}: figure {row}, {why}" for row, why in side.open]
    result.open += [f"{one.name}: witness {number}" for number in parts.joint]
