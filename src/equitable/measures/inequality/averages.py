"""Inequality over published averages and percentages, which no counts stand behind.

A table that gives each group's average and no more tells neither how much a group
weighs nor how far chance could move it.  Two summaries need neither: the distances from
the best and from a named group, each group counting alike.  The others are not given,
and no interval is; where a table does tell numbers of students they are shown beside
the averages, and not worked with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from equitable.cube.cells import Table
from equitable.errors import QuestionError
from equitable.measures.inequality.results import (
    Inequality,
    InequalityQuestion,
    Level,
    Measure,
    untold,
)
from equitable.vocabulary import NOT_REPORTED, Indicator

NO_NUMBERS: Final = (
    "the table gives averages and no counts, so that groups have no weight here"
)
_NO_LIMITS: Final = "of published averages no interval is worked out"
_NOTE: Final = (
    "Published averages: each group counts alike, only the distances from the best (or"
    " a named) group are given, and nothing can be said of chance."
)


def averages_inequality(
    table: Table,
    indicator: Indicator,
    question: InequalityQuestion,
    students: Mapping[str, int],
) -> Inequality:
    """What can be said of groups' published averages alone.

    Parameters
    ----------
    table
        One row of the published table a group; its ``total`` is the average.
    question
        Its direction is followed; an order is refused, as ranks need shares.  ``shown``
        says which groups may be shown: no other enters a figure.
    students
        How many students a group has, where the file tells.

    Raises
    ------
    QuestionError
        Where several rows speak of one group, an order was given, or the reference
        names no group.
    """
    if question.order is not None:
        raise QuestionError(
            "groups cannot be put in order of their shares: the table gives averages"
            " and no counts",
            next_step="Leave out --order.",
        )
    values: dict[str, float] = {}
    levels = []
    for row in range(len(table.places)):
        group = table.names(row)
        name = " & ".join(group.values())
        if table.moments.n[row] > 1:
            raise QuestionError(
                f"{int(table.moments.n[row]):,} rows give '{indicator.label}' of"
                f" {name}: averages cannot be averaged",
                next_step="Choose one year, place or kind with --where, or name it"
                " with --within.",
            )
        if table.moments.n[row] == 0:
            continue
        if question.shown is not None and name not in question.shown:
            continue
        values[name] = float(table.moments.total[row] + table.moments.pivot)
        levels.append(
            Level(group=group, n=students.get(name), share=None, value=values[name])
        )
    named = question.reference
    if named is not None and named not in values:
        raise QuestionError(
            f"there is no group '{named}' with an average to compare with",
            next_step=f"Choose one of: {', '.join(values)}.",
        )
    reason = "there is only one group" if len(values) < 2 else NO_NUMBERS
    found = replace(
        untold(question, reason, is_rate=indicator.is_rate),
        groups=tuple(levels),
        reference=named,
        notes=(_NOTE,),
    )
    may = {name: value for name, value in values.items() if name != NOT_REPORTED}
    if len(values) < 2 or not may:
        return found
    choose = max if question.higher_is_better else min
    best = choose(may, key=lambda name: may[name])
    measures = dict(found.measures)
    against = {"MDBU": values[best]}
    if named is not None:
        against["MDRU"] = values[named]
    for name, level in against.items():
        mean = sum(abs(value - level) for value in values.values()) / len(values)
        measures[name] = replace(measures[name], value=mean, reason=_NO_LIMITS)
    for name in ("MDRW", "MDRU"):
        if named is None:
            why = "it needs a reference group, and none is named"
            measures[name] = Measure(reason=why, unit=measures[name].unit)
    return replace(found, measures=measures, best=best)
