"""Groups whose numbers a publisher held back: a row each, that says so.

Without it a reader could not tell a group that is held back from one that is not there,
or would read '0 students' of a group of which nobody said how many it has.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.measures.results import GapRow, Gaps, Group, Reference

if TYPE_CHECKING:
    from equitable.cube.cells import Cells
    from equitable.measures.question import Question

BY_THE_PUBLISHER: Final = "held back by those who published the table"
"""The reason of such a row."""


def with_held_back(gaps: Gaps, cells: Cells, question: Question) -> Gaps:
    """The result with a withheld row for each group that the publisher held back.

    Parameters
    ----------
    gaps
        Of one indicator of the cells.
    cells, question
        What was asked of which cells.
    """
    if not gaps.rows or gaps.indicator.name not in cells.held:
        return gaps
    strata = [(), question.within] if question.within else [()]
    if question.strata_only:
        strata = strata[1:]
    rows = list(gaps.rows)
    for within in strata:
        for size in range(1, min(question.depth, len(question.by)) + 1):
            for names in itertools.combinations(question.by, size):
                for group in cells.held_back(gaps.indicator.name, [*within, *names]):
                    _add(rows, group, names, within)
    return replace(gaps, rows=tuple(rows))


def _add(
    rows: list[GapRow],
    group: dict[str, str],
    names: tuple[str, ...],
    within: tuple[str, ...],
) -> None:
    own: Group = {name: group[name] for name in names}
    stratum: Group = {name: group[name] for name in within}
    made = replace(
        GapRow(
            group=own, within=stratum, reference=Reference(kind=rows[0].reference.kind)
        ).held_back(),
        reason=BY_THE_PUBLISHER,
    )
    last = -1
    for place, row in enumerate(rows):
        if tuple(row.group) != names or dict(row.within) != stratum:
            continue
        if dict(row.group) == own:
            if not row.n:
                rows[place] = made
            return
        last = place
    if last >= 0:
        rows.insert(last + 1, made)
