"""What is to be said beside figures that rest on weights or on few schools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from equitable.cube.cells import Cells
from equitable.measures.results import Reference
from equitable.vocabulary import Indicator

if TYPE_CHECKING:
    from equitable.measures.question import Question

FEW: Final = 10
"""Under so many clusters, robust intervals are known to come out too narrow."""
VERY_FEW: Final = 5


def of_weights(
    cells: Cells,
    indicator: Indicator,
    question: Question,
    overall: Reference,
    effective_n: float,
) -> tuple[str, ...]:
    """That figures are weighted, and how many students that leaves for intervals."""
    if cells.weight is None:
        return ()
    said = f"'{indicator.label}' is weighted by '{cells.weight}'"
    n = overall.n if isinstance(overall.n, int) else 0
    if n < question.min_n:
        return (f"{said}.",)
    note = (
        f"{said}: for intervals, {n:,} students count as {effective_n:,.0f} equally"
        " weighted ones (Kish's effective sample size)."
    )
    return (note,)


def of_clusters(
    cells: Cells, indicator: Indicator, question: Question
) -> tuple[str, ...]:
    """That intervals rest on few clusters, in all or in some groups.

    Cluster-robust intervals rest on how many clusters there are, not on how many
    students (Cameron, Gelbach & Miller 2008, Review of Economics and Statistics 90:
    414-427, have them too narrow where there are few).  Groups with fewer students
    than the minimum are not looked at.
    """
    name = question.cluster
    if name is None:
        return ()
    every = cells.table(indicator.name, [name]).moments
    there = int((every.n > 0).sum())
    if there < FEW:
        much = (
            "can hardly be trusted"
            if there < VERY_FEW
            else "are to be read with caution"
        )
        note = (
            f"'{indicator.label}': intervals rest on {there} of '{name}' only, whatever"
            f" the number of students: they {much}. Under about {FEW}, such"
            " intervals come out too narrow."
        )
        return (note,)
    few = []
    for trait in question.by:
        table = cells.table(indicator.name, [trait, name])
        groups = len(table.axes[0].groups)
        some = table.moments.n > 0
        held = np.bincount(table.places[some, 0], minlength=groups)
        students = np.bincount(
            table.places[:, 0], table.moments.n.astype(np.float64), minlength=groups
        )
        few += [
            table.axes[0].groups[place]
            for place in range(groups)
            if students[place] >= question.min_n and 0 < held[place] < FEW
        ]
    if not few:
        return ()
    named = ", ".join(few[:6]) + (f" and {len(few) - 6} more" if few[6:] else "")
    note = (
        f"'{indicator.label}': groups in fewer than {FEW} of '{name}' ({named}):"
        " their intervals are to be read with caution."
    )
    return (note,)
