"""Linear programmes in whole numbers: the simplex method without any rounding.

Part of the attacker of the tests; it shares nothing with ``equitable`` and needs
Python alone.  The pivots are Edmonds': every entry of the tableau is a determinant of
what was put in, so that dividing by the last pivot leaves no rest.  The rule is
Bland's after a while: the first column and the first line that serve, so that it ends.
Before that it is the steepest, which is most often quicker.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Final

# So many pivots a line by the steepest, before those that are sure to end.
_BOLD: Final = 2


class ContradictionError(ValueError):
    """What is published contradicts itself: no table of whole numbers agrees."""


class Tableau:
    """The simplex tableau: each entry is a whole number over ``scale``.

    ``lines`` are equations, the last number of each their right side; every column is
    a non-negative unknown.  ``aim`` is the line of the objective.
    """

    def __init__(self, lines: list[list[int]], width: int) -> None:
        self.scale = 1
        self._lines = lines
        self._basis: list[int] = []
        self._aim = [0] * (width + 1)
        self._width = width
        self._eliminate()

    @property
    def value(self) -> int:
        """The objective at this corner, times ``scale``."""
        return self._aim[-1]

    def _eliminate(self) -> None:
        """Gauss-Jordan: a column of its own for each line that says something."""
        kept: list[list[int]] = []
        waiting = self._lines
        self._lines = kept
        while waiting:
            line = waiting.pop()
            column = next((j for j in range(self._width) if line[j]), None)
            if column is None:
                if line[-1]:
                    raise ContradictionError("what is shown does not add up")
                continue
            kept.append(line)
            self._basis.append(-1)
            self._lines = kept + waiting
            self._pivot(len(kept) - 1, column)
            waiting = self._lines[len(kept) :]
            kept = self._lines[: len(kept)]
        self._lines = kept

    def _pivot(self, row: int, column: int) -> None:
        line = self._lines[row]
        pivot = line[column]
        if pivot < 0:
            line = self._lines[row] = [-one for one in line]
            pivot = -pivot
        scale = self.scale
        for i, other in enumerate(self._lines):
            if i != row:
                self._lines[i] = _reduced(other, line, pivot, column, scale)
        self._aim = _reduced(self._aim, line, pivot, column, scale)
        self.scale = pivot
        self._basis[row] = column

    def feasible(self) -> bool:
        """Go to a corner without negative unknowns; False where there is none.

        The dual simplex method: the objective stays the best that it can be.
        """
        for pivots in itertools.count():
            below = [i for i, line in enumerate(self._lines) if line[-1] < 0]
            if not below:
                return True
            if pivots < _BOLD * len(self._lines):
                row = min(below, key=lambda i: self._lines[i][-1])
            else:
                row = min(below, key=self._basis.__getitem__)
            line, aim = self._lines[row], self._aim
            column = None
            for j in range(self._width):
                if line[j] < 0 and (
                    column is None or aim[j] * line[column] > aim[column] * line[j]
                ):
                    column = j
            if column is None:
                return False
            self._pivot(row, column)
        raise AssertionError("counting has no end")

    def aim(self, wanted: Mapping[int, int]) -> None:
        """Take ``wanted`` (column → weight) as the objective to make large."""
        aim = [0] * (self._width + 1)
        for column, weight in wanted.items():
            aim[column] = -weight * self.scale
        for line, column in zip(self._lines, self._basis, strict=True):
            weight = wanted.get(column, 0)
            if weight:
                aim = [a + weight * b for a, b in zip(aim, line, strict=True)]
        self._aim = aim

    def climb(self) -> None:
        """Go to the corner where the objective is largest: the simplex method."""
        while True:
            aim = self._aim
            column = next((j for j in range(self._width) if aim[j] < 0), None)
            if column is None:
                return
            row = None
            for i, line in enumerate(self._lines):
                if line[column] <= 0:
                    continue
                if row is None:
                    row = i
                    continue
                best = self._lines[row]
                less = line[-1] * best[column] - best[-1] * line[column]
                if less < 0 or (less == 0 and self._basis[i] < self._basis[row]):
                    row = i
            if row is None:
                raise AssertionError("every finest cell has a largest value")
            self._pivot(row, column)

    def broken(self, unknowns: int) -> int | None:
        """The line of an unknown that is no whole number here, the most broken one."""
        found, worst = None, 0
        for i, line in enumerate(self._lines):
            part = line[-1] % self.scale
            depth = min(part, self.scale - part)
            if self._basis[i] < unknowns and depth > worst:
                found, worst = i, depth
        return found

    def part(self, row: int) -> int:
        """What is over the whole number below, times ``scale``."""
        return self._lines[row][-1] % self.scale

    def split(self, row: int, *, below: bool) -> Tableau | None:
        """One half of what is possible: this line's unknown rounded down, or up.

        None where nothing fits in that half.
        """
        half = Tableau.__new__(Tableau)
        half.scale, half._width = self.scale, self._width + 1
        half._lines = [[*line[:-1], 0, line[-1]] for line in self._lines]
        half._aim = [*self._aim[:-1], 0, self._aim[-1]]
        half._basis = [*self._basis, self._width]
        line, column = half._lines[row], self._basis[row]
        whole = line[-1] // self.scale
        # unknown + slack = whole, or unknown - slack = whole + 1, less the line itself.
        if below:
            added = [-one for one in line]
            added[-1] += whole * self.scale
        else:
            added = [*line]
            added[-1] -= (whole + 1) * self.scale
        added[column] = 0
        added[self._width] = self.scale
        half._lines.append(added)
        return half if half.feasible() else None

    def point(self, unknowns: int) -> list[int]:
        """The unknowns' values at this corner, which is one of whole numbers."""
        values = [0] * unknowns
        for line, column in zip(self._lines, self._basis, strict=True):
            if column < unknowns:
                values[column] = line[-1] // self.scale
        return values


def _reduced(
    line: list[int], by: list[int], pivot: int, column: int, scale: int
) -> list[int]:
    """``line`` without ``column``: Edmonds' pivot, whose division leaves no rest."""
    times = line[column]
    if times:
        return [(pivot * a - times * b) // scale for a, b in zip(line, by, strict=True)]
    if pivot == scale:
        return line
    return [pivot * a // scale for a in line]
