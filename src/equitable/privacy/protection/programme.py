"""One block's figures as a linear programme that is solved many times over.

    least    sum of price[r] * (over[r] + under[r])
    so that  rows @ x - over + under = value,  0 <= x <= upper

The rows are what could be published: each a sum of the finest cells ``x``.  What is
withheld may move at no price; what is shown may move only where it is to be withheld as
well.  A solution in whole numbers is therefore another school that looks exactly the
same from outside: a *witness* that a withheld figure can be something else.

After C. Kelly, B. Golden and A. Assad (1992), Cell suppression: disclosure protection
for sensitive tabular data, Networks 22; and M. Fischetti and J. J. Salazar (2001),
Solving the cell suppression problem on tabular data with linear constraints,
Management Science 47.  The programmes are solved by HiGHS, always from the last basis.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

ENDLESS: Final = 1e30
_WHOLE: Final = 1e-6
_DIVES: Final = 60
_AT_ONCE: Final = 4
_NODES: Final = 400
_STAYING: Final = 1e-4
"""What a student earns who stays: less than any figure that is withheld costs."""


class Programme:
    """A linear programme over the finest cells, and its solutions in whole numbers.

    Parameters
    ----------
    rows
        Shape (rows, cells), sparse: which cells each figure is the sum of.
    values
        Shape (rows,): the figures as they are.
    upper
        Shape (cells,): the most that each cell can hold.
    stay
        Shape (cells,): how much of each cell should stay if it can.
    """

    def __init__(
        self,
        rows: Any,
        values: Numbers,
        upper: Numbers,
        stay: Numbers | None = None,
    ) -> None:
        import highspy  # noqa: PLC0415 - costly
        from scipy import sparse  # noqa: PLC0415 - costly

        self._stay, self.rows = stay, rows
        if stay is not None:
            # A cell is what stays, which earns a little, and the rest.
            rows = sparse.hstack([rows, rows]).tocsr()
            upper = np.r_[stay, upper]
        count, cells = rows.shape
        self.values, self.count, self.cells = values, count, cells
        self.upper = upper.astype(np.float64)
        self.solved = 0
        self._highs = highspy
        one = sparse.eye(count)
        both = sparse.hstack([rows, -one, one, -one, one]).tocsc()
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = cells + 4 * count, count
        model.col_cost_ = np.zeros(cells + 4 * count)
        model.col_lower_ = np.zeros(cells + 4 * count)
        limits = np.r_[np.full(2 * count, ENDLESS), np.zeros(2 * count)]
        model.col_upper_ = np.r_[self.upper, limits]
        model.row_lower_ = model.row_upper_ = values.astype(np.float64)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = both.indptr
        model.a_matrix_.index_ = both.indices
        model.a_matrix_.value_ = both.data
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 1),
            ("mip_rel_gap", 0.5),
            ("mip_max_nodes", _NODES),
        ):
            self._solver.setOptionValue(name, value)
        self._solver.passModel(model)
        self._slack = np.arange(cells, cells + 4 * count, dtype=np.int32)
        self._cell = np.arange(cells, dtype=np.int32)
        if stay is not None:
            self.hope(np.zeros(len(stay)))

    def price(self, prices: Numbers, far: Numbers | None = None) -> None:
        """What it costs to move each row by one, either way; and further than bounded.

        Parameters
        ----------
        prices, far
            Shape (rows,).  ``far`` is paid beyond the bounds of a row for which
            ``bound`` allows that.
        """
        beyond = np.zeros(self.count) if far is None else far
        every = np.r_[prices, prices, prices + beyond, prices + beyond]
        self._solver.changeColsCost(
            4 * self.count, self._slack, every.astype(np.float64)
        )

    def wish(self, costs: Numbers) -> None:
        """What each cell costs by itself (below 0: what it earns)."""
        self._solver.changeColsCost(self.cells, self._cell, costs.astype(np.float64))

    def hope(self, costs: Numbers) -> None:
        """The same by cells, beside what those who stay earn."""
        if self._stay is None:
            self.wish(costs)
        else:
            self.wish(np.r_[costs - _STAYING, costs])

    def hold(self, upper: Numbers) -> None:
        """Other upper limits of the cells."""
        self.upper = upper.astype(np.float64)
        self._solver.changeColsBounds(
            self.cells, self._cell, np.zeros(self.cells), self.upper
        )

    def bound(
        self,
        row: int,
        over: tuple[float, float] = (0.0, ENDLESS),
        under: tuple[float, float] = (0.0, ENDLESS),
        *,
        far: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        """How far a row may, and must, lie above and below its value.

        ``far`` is how much further above, and below, at the price of it.
        """
        limits = (over, under, (0.0, far[0]), (0.0, far[1]))
        for place, (least, most) in enumerate(limits):
            column = self.cells + place * self.count + row
            self._solver.changeColBounds(column, float(least), float(most))

    def solve(self) -> bool:
        """Whether there is a solution; it is then the best one."""
        status = self._highs.HighsModelStatus
        self._solver.run()
        self.solved += 1
        if self._solver.getModelStatus() not in (status.kOptimal, status.kInfeasible):
            # Lost in rounding on the way from the last basis: begin anew.
            self._solver.clearSolver()
            self._solver.run()
            self.solved += 1
        return bool(self._solver.getModelStatus() == status.kOptimal)

    def paid(self) -> float:
        """What the last solution costs."""
        return float(self._solver.getInfo().objective_function_value)

    def point(self) -> Numbers:
        """The cells of the last solution; shape (cells,)."""
        return self._joined(self._point())

    def _point(self) -> Numbers:
        every: Numbers = np.asarray(self._solver.getSolution().col_value, np.float64)
        return every[: self.cells]

    def _joined(self, point: Numbers) -> Numbers:
        if self._stay is None:
            return point
        held: Numbers = point[: len(self._stay)] + point[len(self._stay) :]
        return held

    def duals(self) -> Numbers:
        """How much the last solution's cost falls for each unit that a row rises."""
        found: Numbers = np.asarray(self._solver.getSolution().row_dual, np.float64)
        return found

    def whole(self, near: Numbers) -> Numbers | None:
        """The last solution, or one not far from it, in whole numbers.

        Parameters
        ----------
        near
            A point in whole numbers that the solution is a move from: cells are
            rounded towards it.
        """
        found = self._dived(near)
        if found is None and self.solve():
            if self._stay is not None:
                held = np.minimum(near, self._stay)
                near = np.r_[held, near - held]
            found = self._searched(near)
            return None if found is None else self._joined(found)
        return found

    def _dived(self, near: Numbers) -> Numbers | None:
        """Fix one cell after the other at a whole number, the furthest moved first."""
        fixed: list[int] = []
        point = self.point()
        found: Numbers | None = None
        for _ in range(_DIVES):
            off = np.flatnonzero(np.abs(point - np.round(point)) > _WHOLE)
            if not len(off):
                found = np.round(point)
                break
            furthest = off[np.argsort(-np.abs(point[off] - near[off]), kind="stable")]
            # Most of them at once where they are many; one after the other at the end.
            for cell in furthest[1 : 1 + len(off) // _AT_ONCE].tolist():
                fixed.append(cell)
                self._fix(cell, self._nearest(point, near, cell)[0])
            cell = int(furthest[0])
            fixed.append(cell)
            for value in self._nearest(point, near, cell):
                self._fix(cell, value)
                if self.solve():
                    break
            else:
                break
            point = self.point()
        for cell in fixed:
            self._fix(cell, None)
        return found

    @staticmethod
    def _nearest(point: Numbers, near: Numbers, cell: int) -> tuple[float, float]:
        """The two whole numbers around a cell, the better one first."""
        below, above = float(np.floor(point[cell])), float(np.ceil(point[cell]))
        down, up = point[cell] - below, above - point[cell]
        towards = abs(below - near[cell]) <= abs(above - near[cell])
        first = down < up - _WHOLE or (down < up + _WHOLE and towards)
        return (below, above) if first else (above, below)

    def _fix(self, cell: int, value: float | None) -> None:
        """Hold a cell at a value; ``None``: let it go."""
        if self._stay is None:
            limits = (0.0, float(self.upper[cell])) if value is None else (value, value)
            self._solver.changeColBounds(cell, *limits)
            return
        other = cell + len(self._stay)
        held = float(self._stay[cell])
        if value is None:
            self._solver.changeColBounds(cell, 0.0, held)
            self._solver.changeColBounds(other, 0.0, float(self.upper[other]))
            return
        stays = min(held, value)
        self._solver.changeColBounds(cell, stays, stays)
        self._solver.changeColBounds(other, value - stays, value - stays)

    def _searched(self, near: Numbers) -> Numbers | None:
        """An integer programme over the cells that moved, or that hold somebody."""
        point = self._point()
        kinds = self._highs.HighsVarType
        free = (np.abs(point - near) > _WHOLE) | (near > 0)
        for some in (free, np.ones(self.cells, bool)):
            own = self._cell[some]
            others = self._cell[~some]
            held = np.minimum(near[others], self.upper[others])
            self._solver.changeColsBounds(len(others), others, held, held)
            self._solver.changeColsIntegrality(
                len(own), own, np.array([kinds.kInteger] * len(own))
            )
            self._solver.run()
            self.solved += 1
            right = self._solver.getInfo().primal_solution_status == 2
            found = np.round(self._point()) if right else None
            self._solver.changeColsIntegrality(
                len(own), own, np.array([kinds.kContinuous] * len(own))
            )
            self._solver.changeColsBounds(
                len(others), others, np.zeros(len(others)), self.upper[others]
            )
            if found is not None:
                return found
        return None
