"""How finely the scan adds up, and where that has to be finer.

Sums are those of whole numbers, so that they are the same in whatever order rows are
added.  For most outcomes a fixed grain does.  Where outcomes lie so close together, far
from 0 (or so near to it) that their spread would drown in rounding, the records are
read again: about their mean, in a unit of their own.  The pivot comes from exact sums
and the unit from the least and largest value, so that these do not depend on the order
either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from equitable.cube.cells import Numbers

# Powers of two that each sum is scaled by before it is rounded to a whole number: small
# enough for a billion rows of the largest value allowed, fine enough for the smallest.
_FIXED: Final = {
    "total": 2.0**48,
    "squares": 2.0**40,
    "weight": 2.0**60,
    "weight_squares": 2.0**60,
    "weighted_total": 2.0**44,
    "weighted_squares": 2.0**24,
}
# Where every outcome is 0 or 1, weighted sums are as fine as the weights' own: a group
# of whom it is true of all has the rate 1, to the last bit.
_OF_RATES: Final = dict.fromkeys(("weighted_total", "weighted_squares"), 2.0**60)
_FINE: Final = 2.0**60
_REACH: Final = 10
"""In units of their own, outcomes and weights go up to 2^10."""
_OUTCOMES: Final = {
    "total": 1, "squares": 2, "weight": 0, "weight_squares": 0,
    "weighted_total": 1, "weighted_squares": 2,
}  # fmt: skip
_WEIGHTS: Final = {
    "total": 0, "squares": 0, "weight": 1, "weight_squares": 2,
    "weighted_total": 1, "weighted_squares": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How one indicator's sums are taken; units are powers of two."""

    pivot: float = 0.0
    unit: float = 1.0
    weight_unit: float = 1.0
    fine: bool = False
    rate: bool = False

    def outcome(self, value: str) -> str:
        """The SQL of an outcome about the pivot, in its unit."""
        about = f"({value} - {self.pivot!r})" if self.pivot else value
        return f"({about} / {self.unit!r})" if self.unit != 1 else about

    def weight(self, weight: str) -> str:
        """The SQL of a weight in its unit."""
        return f"({weight} / {self.weight_unit!r})" if self.weight_unit != 1 else weight

    def fixed(self, name: str, expression: str) -> str:
        """The SQL of an exact sum."""
        # A refused value ('nan') stops the scan afterwards; it must not stop the sum.
        scale = self._scale(name)
        return f"SUM(TRY_CAST(ROUND({scale!r} * ({expression})) AS HUGEINT))"

    def read(self, name: str, held: Numbers) -> Numbers:
        """The sums in the outcome's own units (about the pivot)."""
        return held * self.grain(name)

    def grain(self, name: str) -> float:
        """What one step of a sum is worth."""
        units = self.unit ** _OUTCOMES[name] * self.weight_unit ** _WEIGHTS[name]
        return units / self._scale(name)

    def _scale(self, name: str) -> float:
        if self.fine:
            return _FINE
        return _OF_RATES.get(name, _FIXED[name]) if self.rate else _FIXED[name]


PLAIN: Final = Precision()
OF_RATES: Final = Precision(rate=True)


def finer(
    pivot: float, limits: tuple[float, float], most_weight: float | None
) -> Precision:
    """Sums about a pivot, in units that the outcomes and weights call for."""
    far = max(abs(limit - pivot) for limit in limits)
    return Precision(
        pivot=pivot,
        unit=_unit(far),
        weight_unit=1.0 if most_weight is None else _unit(most_weight),
        fine=True,
    )


def _unit(largest: float) -> float:
    """A power of two of which the largest is at most 2^10."""
    return 2.0 ** (math.frexp(largest)[1] - _REACH) if largest > 0 else 1.0
