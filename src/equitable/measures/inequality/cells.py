"""Inequality from cells: over the groups of a margin, and year by year."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from equitable.cube.cells import Cells, Table
from equitable.errors import QuestionError
from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.results import Inequality, InequalityQuestion
from equitable.measures.inequality.summaries import inequality
from equitable.measures.levels import levels
from equitable.vocabulary import NOT_REPORTED, Direction, Indicator


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
    asked = _directed(question, indicator)
    table = cells.table(indicator.name, by)
    groups = table_levels(table, indicator, weighted=cells.weighted)
    return inequality(groups, asked, is_rate=indicator.is_rate)


def years_inequality(
    cells: Cells,
    indicator: Indicator,
    by: Sequence[str],
    year: str,
    question: InequalityQuestion | None = None,
    *,
    shown: Mapping[str, Collection[str]] | None = None,
) -> dict[str, Inequality]:
    """The summaries of each year, in the axis's order.

    Parameters
    ----------
    year
        The name of the dimension of years among the cells' axes.
    shown
        For each year the groups that may enter; a year without an entry takes those of
        the question.

    Notes
    -----
    A group of the order, or the reference, may be absent from a year, but not from
    all; where a year lacks the reference, its figures say so.
    """
    asked = _directed(question, indicator)
    axis = cells.axes[cells.axis(year)]
    table = cells.table(indicator.name, by)
    everyone = {
        group.name for group in table_levels(table, indicator, weighted=cells.weighted)
    }
    found = {}
    for name in axis.groups:
        if name == NOT_REPORTED:
            continue
        some = cells.only(year, name)
        if not some.moments[indicator.name].n.sum():
            continue
        table = some.table(indicator.name, by)
        groups = table_levels(table, indicator, weighted=cells.weighted)
        there = {group.name for group in groups}
        of_year = asked
        if shown is not None and name in shown:
            of_year = replace(asked, shown=frozenset(shown[name]))
        # Not a mistyped name as long as another year has it: said, not raised.
        wanted = {*(asked.order or ()), *([asked.reference] if asked.reference else [])}
        groups += tuple(
            GroupLevel(name=group, n=0, value=float("nan"))
            for group in sorted((wanted & everyone) - there)
        )
        found[name] = inequality(groups, of_year, is_rate=indicator.is_rate)
    return found


def _directed(
    question: InequalityQuestion | None, indicator: Indicator
) -> InequalityQuestion:
    higher = indicator.direction is Direction.HIGHER
    return replace(question or InequalityQuestion(), higher_is_better=higher)
