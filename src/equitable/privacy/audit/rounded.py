"""Tables that a reader of rounded figures can think of at once: near the published one.

Rounded figures leave every one a range, so that there are many tables, and they need
not be looked for one by one.  One table in multiples of the base has the published
figures themselves; others have no student in a figure's cells, or some more in one of
them.  Each is held against everything published before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from equitable.privacy.audit.system import Numbers, System

_ENDLESS = 1e30
_NODES = 200


def tables_near(system: System, width: int) -> Iterator[Numbers]:
    """Tables around the published figures; none where these do not add up.

    Parameters
    ----------
    system
        Of a rounded release.
    width
        How many more students a figure gets.
    """
    table = _as_published(system)
    if table is None:
        return
    yield table
    by_row = system.rows.tocsr()
    for figure in np.flatnonzero(system.withheld).tolist():
        cells = by_row.indices[by_row.indptr[figure] : by_row.indptr[figure + 1]]
        if not len(cells):
            continue
        fewer, more = table.copy(), table.copy()
        fewer[cells] = 0
        more[cells[0]] += width
        yield fewer
        yield more


def _as_published(system: System) -> Numbers | None:
    """A table in multiples of the base with just the published figures."""
    import highspy  # noqa: PLC0415 - costly

    if system.middle is None:
        return None
    count, cells = system.rows.shape
    matrix = system.rows.tocsc()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = cells, count
    model.col_cost_ = np.zeros(cells)
    model.col_lower_, model.col_upper_ = np.zeros(cells), np.full(cells, _ENDLESS)
    model.row_lower_ = model.row_upper_ = system.middle / system.base
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data.astype(np.float64)
    model.integrality_ = [highspy.HighsVarType.kInteger] * cells
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("mip_max_nodes", _NODES),
    ):
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    if solver.getInfo().primal_solution_status != 2:
        return None
    point = np.asarray(solver.getSolution().col_value, np.float64)
    return np.asarray(np.round(point) * system.base, np.float64)
