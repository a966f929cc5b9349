"""Inequality from cells: over the groups of a margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from equitable.cube.cells import Cells, Table
from equitable.errors import QuestionError
from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.results import Inequality, InequalityQuestion
from equitable.measures.inequality.summaries import inequality
from equitable.measures.levels import levels
from equitable.vocabulary import Direction, Indicator


def table_levels(
    table: Table, indicator: Indicator, *, weighted: bool
) -> tuple[GroupLevel, ...]:
    """The groups of a margin of cells, named by their values joined with ' & '.

    Raises
    ------
    QuestionError
        Where the groups overlap: a student would be counted in several.
    """
    for axis in table.axes:
        if axis.dimension.overlapping:
            raise QuestionError(
                f"the groups of '{axis.dimension.name}' overlap"
                f" ({axis.dimension.view or 'several for one student'}), and shares of"
                " them do not add up to everyone",
                next_step="Ask for a view in which each student is in one group.",
            )
    held = levels(table.moments, weighted=weighted)
    made = []
    for row in range(len(table.places)):
        named = table.names(row)
        made.append(
            GroupLevel(
                name=" & ".join(named.values()),
                group=named,
                n=float(held.students[row]),
                value=float(held.value[row]),
                squares=None if indicator.is_rate else float(held.squares[row]),
                weight=float(held.weight[row]) if weighted else None,
                effective=float(held.n[row]),
            )
        )
    return tuple(made)


def cells_inequality(
    cells: Cells,
    indicator: Indicator,
    by: Sequence[str],
    question: InequalityQuestion | None = None,
) -> Inequality:
    """The summaries over the groups of one or more crossed dimensions of cells.

    The direction is the indicator's, whatever the question says.
    """
    asked = directed(question, indicator)
    table = cells.table(indicator.name, by)
    groups = table_levels(table, indicator, weighted=cells.weighted)
    return inequality(groups, asked, is_rate=indicator.is_rate)


def directed(
    question: InequalityQuestion | None, indicator: Indicator
) -> InequalityQuestion:
    """The question with the indicator's direction."""
    higher = indicator.direction is Direction.HIGHER
    return replace(question or InequalityQuestion(), higher_is_better=higher)
