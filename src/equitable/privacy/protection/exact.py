"""The least that must be withheld, exactly: an integer programme with cuts.

The master programme chooses what to withhold; the attacker's linear programme says of
the choice which figure is still told, and its dual solution is a cut that every safe
choice satisfies (Fischetti and Salazar 2001, Management Science 47, section 4).  It
ends with a choice that no cut rules out, and that has its witnesses in whole numbers:
then nothing cheaper is safe.  For problems of about sixty figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from equitable.privacy.protection.programme import ENDLESS, Mask, Numbers, Programme

MOST_FIGURES: Final = 80
MOST_CELLS: Final = 400
_ROUNDS: Final = 400
_CLOSE: Final = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of one block.

    Attributes
    ----------
    rows
        Sparse, shape (figures, cells).
    cells
        The finest cells as they are.
    forced, fixed
        Figures that are withheld in any case; figures that can not be.
    primary
        Figures that must reach from ``floor`` to ``threshold``.
    width
        Shape (figures,): how wide the interval of every other withheld figure is.
    cost
        Shape (figures,).
    high
        Shape (figures,): the most that a withheld figure can be, as published.
    """

    rows: Any
    cells: Numbers
    forced: Mask
    fixed: Mask
    primary: Mask
    width: Numbers
    cost: Numbers
    high: Numbers
    threshold: float
    floor: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is withheld, its witnesses, and how good that is."""

    hidden: Mask
    witnesses: tuple[Numbers, ...]
    bound: float
    """No safe choice costs less."""
    optimal: bool


def withhold_exactly(asked: Asked) -> Found | None:
    """The cheapest safe choice; ``None`` where none was found in reasonable time."""
    return _Search(asked).run()


def least_cost(asked: Asked, rounds: int) -> float:
    """A bound: no safe choice costs less.

    The same programme, stopped after some rounds of cuts: each of them holds for every
    safe choice, so that what satisfies them all may be cheaper but never dearer.
    """
    search = _Search(asked)
    for _ in range(rounds):
        if not search.chosen() or not search._cuts(search.choice):  # noqa: SLF001
            break
    return search.bound


class _Search:
    def __init__(self, asked: Asked) -> None:
        import highspy  # noqa: PLC0415 - costly

        self.asked, self._highs = asked, highspy
        self.values = np.asarray(asked.rows @ asked.cells, np.float64)
        count = len(self.values)
        self.master: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 1)):
            self.master.setOptionValue(name, value)
        low = asked.forced.astype(np.float64)
        high = np.where(asked.fixed & ~asked.forced, 0.0, 1.0)
        for figure in range(count):
            self.master.addCol(
                float(asked.cost[figure]), low[figure], high[figure], 0, [], []
            )
        integer = np.array([highspy.HighsVarType.kInteger] * count)
        self.master.changeColsIntegrality(
            count, np.arange(count, dtype=np.int32), integer
        )
        cells = asked.rows.shape[1]
        self.attacker = Programme(asked.rows, self.values, np.full(cells, ENDLESS))
        self.bound = 0.0

    def run(self) -> Found | None:
        for _ in range(_ROUNDS):
            if not self.chosen():
                return None
            hidden = self.choice
            if self._cuts(hidden):
                continue
            witnesses = self._witnesses(hidden)
            if witnesses is not None:
                return Found(
                    hidden=hidden, witnesses=witnesses, bound=self.bound, optimal=True
                )
            shown = np.flatnonzero(~hidden & ~self.asked.fixed)
            if not len(shown):
                return None
            self._cut(shown, np.ones(len(shown)), 1.0)
        return None

    def chosen(self) -> bool:
        """Whether any choice is left; the cheapest is then ``choice``."""
        self.master.run()
        kinds = self._highs.HighsModelStatus
        if self.master.getModelStatus() != kinds.kOptimal:
            return False
        self.bound = float(self.master.getInfo().objective_function_value)
        values = np.asarray(self.master.getSolution().col_value, np.float64)
        self.choice: Mask = values > 0.5
        return True

    def _cut(self, figures: Any, factors: Numbers, least: float) -> None:
        self.master.addRow(
            float(least), ENDLESS, len(figures),
            np.asarray(figures, np.int32), np.asarray(factors, np.float64),
        )  # fmt: skip

    def _open(self, hidden: Mask) -> None:
        """What is withheld is free within its bounds; what is shown stands still."""
        programme, asked = self.attacker, self.asked
        programme.price(np.zeros(len(hidden)))
        for figure in range(len(hidden)):
            if hidden[figure]:
                over = asked.high[figure] - self.values[figure]
                under = self.values[figure] - asked.floor
                programme.bound(
                    figure, (0.0, min(over, ENDLESS)), (0.0, max(under, 0.0))
                )
            else:
                programme.bound(figure, (0.0, 0.0), (0.0, 0.0))

    def _extreme(self, figure: int, sign: float) -> tuple[float, Numbers] | None:
        programme = self.attacker
        own = np.asarray(self.asked.rows[[figure]].todense(), np.float64).ravel()
        programme.wish(sign * own)
        if not programme.solve():
            return None
        seen = float(own @ programme.point())
        return seen, programme.duals()

    def _cuts(self, hidden: Mask) -> int:
        """One cut for each figure that the linear attacker still tells."""
        self._open(hidden)
        asked, added = self.asked, 0
        for figure in np.flatnonzero(hidden).tolist():
            most = self._extreme(figure, -1.0)
            least = self._extreme(figure, 1.0)
            ceiling = ENDLESS if most is None else most[0]
            floor = asked.floor if least is None else least[0]
            if asked.primary[figure]:
                if most is not None and asked.threshold - ceiling > _CLOSE:
                    added += self._add(hidden, [most[1]], asked.threshold - ceiling)
                if least is not None and floor - asked.floor > _CLOSE:
                    added += self._add(hidden, [least[1]], floor - asked.floor)
                continue
            gap = asked.width[figure] - (ceiling - floor)
            if gap > _CLOSE and most is not None and least is not None:
                own = None if asked.forced[figure] else figure
                added += self._add(hidden, [most[1], least[1]], gap, own)
        self.attacker.wish(np.zeros(asked.rows.shape[1]))
        return added

    def _add(
        self, hidden: Mask, duals: list[Numbers], gap: float, own: int | None = None
    ) -> int:
        """Something shown must be withheld that moves the figure by what is lacking."""
        gains = np.zeros(len(hidden))
        for dual in duals:
            # A shown figure that may rise, or fall to nothing, moves the bound by this.
            gains += np.where(dual < -_CLOSE, ENDLESS, 0.0)
            gains += np.where(
                dual > _CLOSE, dual * (self.values - self.asked.floor), 0.0
            )
        gains = np.where(hidden | self.asked.fixed, 0.0, np.minimum(gains, gap))
        figures = np.flatnonzero(gains > _CLOSE)
        factors, least = gains[figures], gap
        if own is not None:
            figures, factors = np.r_[figures, own], np.r_[factors, -gap]
            least = 0.0
        self._cut(figures, factors, least)
        return 1

    def _witnesses(self, hidden: Mask) -> tuple[Numbers, ...] | None:
        """Points in whole numbers for all that is asked; ``None``: one is lacking."""
        self._open(hidden)
        asked, programme = self.asked, self.attacker
        most, least = self.values.copy(), self.values.copy()
        found: list[Numbers] = []

        def reach(figure: int, *, up: bool, by: float) -> bool:
            over = min(asked.high[figure] - self.values[figure], ENDLESS)
            under = self.values[figure] - asked.floor
            if by > (over if up else under):
                return False
            if up:
                programme.bound(figure, (by, over), (0.0, 0.0))
            else:
                programme.bound(figure, (0.0, 0.0), (by, under))
            point = programme.whole(asked.cells) if programme.solve() else None
            programme.bound(figure, (0.0, over), (0.0, max(under, 0.0)))
            if point is None:
                return False
            seen = np.asarray(asked.rows @ point, np.float64)
            np.maximum(most, seen, out=most)
            np.minimum(least, seen, out=least)
            found.append(point)
            return True

        for figure in np.flatnonzero(hidden).tolist():
            value = self.values[figure]
            if asked.primary[figure]:
                if most[figure] < asked.threshold and not reach(
                    figure, up=True, by=asked.threshold - value
                ):
                    return None
                if least[figure] > asked.floor and not reach(
                    figure, up=False, by=value - asked.floor
                ):
                    return None
                continue
            for up in (True, False):
                lacking = asked.width[figure] - (most[figure] - least[figure])
                if lacking <= 0:
                    break
                reached = most[figure] - value if up else value - least[figure]
                for by in range(int(np.ceil(lacking + reached)), int(reached), -1):
                    if reach(figure, up=up, by=by):
                        break
            if most[figure] - least[figure] < asked.width[figure]:
                return None
        return tuple(found)
