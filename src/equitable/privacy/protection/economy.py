"""Nothing withheld that need not be: what the witnesses at hand can do without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equitable.privacy.protection.programme import Mask, Numbers


@dataclass(frozen=True, slots=True)
class Side:
    """What is asked of one kind of number.

    Attributes
    ----------
    seen
        Shape (witnesses, figures): what each witness shows.
    values
        Shape (figures,): what is so.
    primary
        Figures that must reach from ``floor`` to ``threshold``; the other withheld ones
        need an interval of ``width``.
    """

    seen: Numbers
    values: Numbers
    primary: Mask
    floor: float
    threshold: float
    width: float
    still: float = 0.5
    """A figure has moved if it differs by more."""
    given: Mask | None = None
    """Figures of which nothing is asked."""

    def enough(self, some: Mask, hidden: Mask) -> bool:
        """Whether some of the witnesses do for all that is withheld."""
        most = np.maximum(self.values, self.seen[some].max(axis=0, initial=-np.inf))
        least = np.minimum(self.values, self.seen[some].min(axis=0, initial=np.inf))
        reached = (most >= self.threshold) & (least <= self.floor)
        wide = most - least >= self.width
        right = ~hidden | np.where(self.primary, reached, wide)
        return bool(np.all(right if self.given is None else right | self.given))


def spared(
    sides: Sequence[Side], hidden: Mask, forced: Mask, cost: Numbers
) -> tuple[Mask, Mask]:
    """Show again what is not needed, the dearest first.

    Parameters
    ----------
    sides
        What is asked, of the same witnesses and figures.
    hidden, forced
        Figures that are withheld, and those of them that must be.
    cost
        What withholding each costs.

    Returns
    -------
    The figures that stay withheld, and the witnesses that are left.
    """
    first = sides[0]
    moves = np.any(
        [np.abs(side.seen - side.values) > side.still for side in sides], axis=0
    )
    alive = np.ones(len(first.seen), bool)
    hidden = hidden.copy()
    spare = np.flatnonzero(hidden & ~forced)
    for row in spare[np.argsort(-cost[spare], kind="stable")].tolist():
        left = alive & ~moves[:, row]
        without = hidden.copy()
        without[row] = False
        if all(side.enough(left, without) for side in sides):
            alive, hidden = left, without
    return hidden, alive & _needed(sides, alive, hidden)


def _needed(sides: Sequence[Side], alive: Mask, hidden: Mask) -> Mask:
    """A few of the witnesses that do for everything: the last found go first."""
    kept: NDArray[np.bool_] = alive.copy()
    for number in np.flatnonzero(alive)[::-1].tolist():
        kept[number] = False
        if not all(side.enough(kept, hidden) for side in sides):
            kept[number] = True
    return kept
