"""The attacker's programmes: the least and the largest that a withheld figure can be.

Linear programmes over the finest cells bound each figure from outside; a solution in
whole numbers shows from inside that a value is possible.  Where the two do not meet, an
integer programme decides.  All are solved by HiGHS.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from equitable.privacy.audit.system import Numbers, System

_ENDLESS: Final = 1e30
_CLOSE: Final = 1e-6
_ROUND: Final = 1e-5
_STEPS: Final = 60
_AT_ONCE: Final = 3
MOST: Final = 1e7
"""No school system has more students: a figure that reaches it is unbounded."""


class Attack:
    """One system, asked many questions."""

    def __init__(self, system: System) -> None:
        import highspy  # noqa: PLC0415 - costly

        self._highs, self.system = highspy, system
        count, cells = system.rows.shape
        self.cells = cells
        matrix = system.rows.tocsc()
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = cells, count
        model.col_cost_ = np.zeros(cells)
        model.col_lower_, model.col_upper_ = np.zeros(cells), np.full(cells, _ENDLESS)
        model.row_lower_ = np.where(system.low <= 0, 0.0, np.ceil(system.low - _CLOSE))
        model.row_upper_ = np.where(
            np.isinf(system.high), _ENDLESS, np.floor(system.high + _CLOSE)
        )
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = matrix.indptr
        model.a_matrix_.index_ = matrix.indices
        model.a_matrix_.value_ = matrix.data.astype(np.float64)
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 1)):
            self._solver.setOptionValue(name, value)
        self._solver.passModel(model)
        self._every = np.arange(cells, dtype=np.int32)
        self._by_row = system.rows.tocsr()
        self.least_seen = np.full(count, np.inf)
        self.most_seen = np.full(count, -np.inf)
        self._last: Numbers | None = None
        self.programmes = 0
        self.integer_programmes = 0

    def possible(self) -> bool:
        """Whether any table at all agrees with what is published."""
        return self._ask(np.zeros(self.cells)) is not None

    def some_table(self) -> Numbers | None:
        """One table in whole numbers that agrees with everything."""
        if self._ask_whole(np.zeros(self.cells)) is None:
            return None
        return self._last

    def outer(self, figure: int, *, up: bool) -> float:
        """A bound that no table passes: from the linear programme, in whole numbers."""
        value = self._ask(self._direction(figure, up=up))
        if value is None:
            return np.inf if up else 0.0
        bound = -value if up else value
        if bound > MOST:
            return np.inf
        seen = self.most_seen[figure] if up else self.least_seen[figure]
        self._take(self._point())
        if (bound - seen if up else seen - bound) >= 1.0 - _CLOSE:
            self._round_off()
        return float(np.floor(bound + _ROUND) if up else np.ceil(bound - _ROUND))

    def exact(self, figure: int, *, up: bool) -> float:
        """The largest, or the least, that a table in whole numbers reaches."""
        bound = self.outer(figure, up=up)
        seen = self.most_seen[figure] if up else self.least_seen[figure]
        if np.isinf(bound) or abs(seen - bound) < _CLOSE:
            return bound
        value = self._ask_whole(self._direction(figure, up=up))
        return bound if value is None else (-value if up else value)

    def reaches(self, figure: int, goal: float, *, up: bool) -> bool:
        """Whether some table in whole numbers has a figure at, or beyond, a goal."""
        seen = self.most_seen[figure] if up else self.least_seen[figure]
        if (seen >= goal - _CLOSE) if up else (seen <= goal + _CLOSE):
            return True
        bound = self.outer(figure, up=up)
        if (bound < goal) if up else (bound > goal):
            return False
        if np.isinf(bound):
            return True
        seen = self.most_seen[figure] if up else self.least_seen[figure]
        if (seen >= goal - _CLOSE) if up else (seen <= goal + _CLOSE):
            return True
        low, high = self.system.low[figure], self.system.high[figure]
        limits = (goal, _ENDLESS if np.isinf(high) else high) if up else (low, goal)
        self._solver.changeRowBounds(figure, float(limits[0]), float(limits[1]))
        value = self._ask_whole(np.zeros(self.cells))
        self._solver.changeRowBounds(
            figure, float(max(low, 0.0)), _ENDLESS if np.isinf(high) else float(high)
        )
        return value is not None

    def remember(self, table: Numbers) -> None:
        """A table that may agree with everything; it serves only if it does."""
        self._take(table)

    def multipliers(self, figure: int, *, up: bool) -> Numbers:
        """How often each published figure is added in the proof of a bound.

        The dual solution: the sum of published figures, each so many times, that is the
        bound.
        """
        self._ask(self._direction(figure, up=up))
        duals: Numbers = np.asarray(self._solver.getSolution().row_dual, np.float64)
        return -duals if up else duals

    def _direction(self, figure: int, *, up: bool) -> Numbers:
        cost = np.zeros(self.cells)
        own = self._by_row.indices[
            self._by_row.indptr[figure] : self._by_row.indptr[figure + 1]
        ]
        cost[own] = -1.0 if up else 1.0
        return cost

    def _ask(self, cost: Numbers) -> float | None:
        """The least cost; ``None`` where there is none."""
        self._solver.changeColsCost(self.cells, self._every, cost)
        self._solver.run()
        self.programmes += 1
        status = self._solver.getModelStatus()
        kinds = self._highs.HighsModelStatus
        if status == kinds.kOptimal:
            return float(self._solver.getInfo().objective_function_value)
        if status in (kinds.kUnbounded, kinds.kUnboundedOrInfeasible):
            return -np.inf if cost.any() and self.possible() else None
        return None

    def _ask_whole(self, cost: Numbers) -> float | None:
        kinds = self._highs.HighsVarType
        self._solver.changeColsCost(self.cells, self._every, cost)
        every = np.array([kinds.kInteger] * self.cells)
        self._solver.changeColsIntegrality(self.cells, self._every, every)
        self._solver.run()
        self.integer_programmes += 1
        right = self._solver.getModelStatus() == self._highs.HighsModelStatus.kOptimal
        value = (
            float(self._solver.getInfo().objective_function_value) if right else None
        )
        if right:
            self._take(np.round(self._point()))
        self._last = np.round(self._point()) if right else None
        none = np.array([kinds.kContinuous] * self.cells)
        self._solver.changeColsIntegrality(self.cells, self._every, none)
        return value

    def _round_off(self) -> None:
        """Look for a table in whole numbers beside the last solution.

        Cells are held at whole numbers, those nearest to one first, and the programme
        is solved again, until nothing is broken or nothing fits any more.
        """
        point, held = self._point(), np.zeros(self.cells, bool)
        for _ in range(_STEPS):
            broken = np.abs(point - np.round(point))
            off = np.flatnonzero(broken > _ROUND)
            if not len(off):
                self._take(point)
                break
            nearest = off[np.argsort(broken[off], kind="stable")]
            some = nearest[: max(1, len(off) // _AT_ONCE)]
            whole = np.round(point)
            one = nearest[:1]
            other = np.where(whole > point, np.floor(point), np.ceil(point))
            for cells, values in ((some, whole), (one, whole), (one, other)):
                self._hold(cells, values[cells], values[cells])
                if self._solved():
                    held[cells] = True
                    break
                free = cells[~held[cells]]
                self._hold(free, np.zeros(len(free)), np.full(len(free), _ENDLESS))
            else:
                break
            point = self._point()
        free = np.flatnonzero(held)
        self._hold(free, np.zeros(len(free)), np.full(len(free), _ENDLESS))

    def _hold(self, cells: NDArray[np.int64], low: Numbers, high: Numbers) -> None:
        self._solver.changeColsBounds(len(cells), cells.astype(np.int32), low, high)

    def _solved(self) -> bool:
        self._solver.run()
        self.programmes += 1
        optimal = self._highs.HighsModelStatus.kOptimal
        return bool(self._solver.getModelStatus() == optimal)

    def _point(self) -> Numbers:
        found: Numbers = np.asarray(self._solver.getSolution().col_value, np.float64)
        return found

    def _take(self, point: Numbers) -> None:
        """Remember a table in whole numbers: it serves other questions too."""
        whole = np.round(point)
        if np.abs(point - whole).max(initial=0.0) > _ROUND:
            return
        seen: NDArray[Any] = np.asarray(self.system.rows @ whole, np.float64)
        if np.all(seen >= self.system.low - _CLOSE) and np.all(
            seen <= self.system.high + _CLOSE
        ):
            np.maximum(self.most_seen, seen, out=self.most_seen)
            np.minimum(self.least_seen, seen, out=self.least_seen)
