"""Averages that somebody published without the number of students behind them.

A national assessment's table says that a group's mean score was 204 and no more.  Such
figures can be laid beside each other; how far chance could move them is not in the
table, so that no interval, no p and no verdict is given, and nothing is averaged: an
average of averages is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from equitable.cube.cells import Cells, Table
from equitable.errors import QuestionError
from equitable.measures.question import Question
from equitable.measures.references import ReferenceChoice, read_reference
from equitable.measures.results import GapRow, Gaps, Reference
from equitable.vocabulary import NOT_REPORTED, Direction, Indicator, Verdict

WHY: Final = (
    "the table gives averages without the number of students or their standard errors"
)
_COMPARED: Final = (
    "difference_low", "difference_high", "ratio_low", "ratio_high", "odds_ratio",
    "odds_ratio_low", "odds_ratio_high", "standardised", "hedges_g", "detectable", "p",
    "q", "n", "missing", "effective_n", "count", "low", "high", "shrunken",
    "students_to_parity.fixed", "students_to_parity.moving", "reference",
)  # fmt: skip


def averages_compared(cells: Cells, indicator: Indicator, question: Question) -> Gaps:
    """Each group's published average beside its reference.

    Parameters
    ----------
    cells
        One row of the table a cell (its ``n`` is the number of rows, not of students).
    indicator, question
        What is asked; only ``by``, ``within`` and ``reference`` matter.

    Raises
    ------
    QuestionError
        Where several rows speak of one group, where the reference needs numbers of
        students, or where something is asked that averages alone cannot answer.
    """
    axes = [cells.axes[cells.axis(name)] for name in question.by]
    choice = read_reference(question.reference, axes, indicator)
    notes = [f"No interval and no verdict: {WHY}."]
    if choice.kind == "largest":
        raise QuestionError(
            "nobody can say which group is the largest: the table gives averages only",
            next_step="Use --reference overall, or name the group.",
        )
    if choice.kind == "rest":
        choice = ReferenceChoice(kind="overall")
        notes.append(
            "Compared with all students: without numbers of students nobody can say"
            " what the average of the rest is."
        )
    strata = question.within
    rows: list[GapRow] = []
    for name in question.by:
        table = cells.table(indicator.name, [*strata, name])
        _refuse_several(table, indicator)
        around = cells.table(indicator.name, strata)
        everyone = {
            tuple(around.places[i].tolist()): float(around.moments.total[i])
            for i in range(len(around.places))
            if around.moments.n[i] == 1
        }
        rows += _rows(table, len(strata), everyone, choice, indicator)
    overall = cells.table(indicator.name, ())
    known = len(overall.places) and overall.moments.n[0] == 1
    return Gaps(
        indicator=indicator,
        dimensions=tuple(axis.dimension for axis in axes),
        within=tuple(cells.axes[cells.axis(name)].dimension for name in strata),
        overall=Reference(
            kind="overall", value=float(overall.moments.total[0]) if known else None
        ),
        rows=tuple(rows),
        family_size=0,
        adjust=question.adjust,
        confidence=question.confidence,
        provenance=replace(
            cells.provenance,
            min_n=question.min_n,
            notes=(*cells.provenance.notes, *notes),
            cautions=(*cells.provenance.cautions, notes[0]),
        ),
    )


def _refuse_several(table: Table, indicator: Indicator) -> None:
    several = np.flatnonzero(table.moments.n > 1)
    if not len(several):
        return
    row = int(several[0])
    group = ", ".join(f"{name} {value}" for name, value in table.names(row).items())
    raise QuestionError(
        f"{int(table.moments.n[row]):,} rows give '{indicator.label}' of {group}:"
        " averages cannot be averaged",
        next_step="Choose one year, place or kind with --where, or name it with"
        " --within.",
    )


def _rows(
    table: Table,
    held: int,
    everyone: Mapping[tuple[int, ...], float],
    choice: ReferenceChoice,
    indicator: Indicator,
) -> list[GapRow]:
    values = {
        tuple(place): float(table.moments.total[i])
        for i, place in enumerate(table.places.tolist())
        if table.moments.n[i] == 1
    }
    rows = []
    for i, place in enumerate(table.places.tolist()):
        names = list(table.names(i).items())
        value = values.get(tuple(place))
        reference = _reference(table, place, held, values, everyone, choice, indicator)
        own = reference.group == dict(names[held:])
        difference = ratio = None
        other = reference.value
        if value is not None and isinstance(other, float) and not own:
            difference = value - other
            ratio = value / other if value > 0 and other > 0 else None
        reason = None if own else WHY if value is not None else "no average is given"
        rows.append(
            GapRow(
                group=dict(names[held:]),
                within=dict(names[:held]),
                value=value,
                reference=reference,
                difference=difference,
                ratio=ratio,
                verdict=None if own else Verdict.NOT_ENOUGH_EVIDENCE,
                reason=reason,
                reasons=dict.fromkeys(_COMPARED, WHY),
            )
        )
    return rows


def _reference(
    table: Table,
    place: list[int],
    held: int,
    values: Mapping[tuple[int, ...], float],
    everyone: Mapping[tuple[int, ...], float],
    choice: ReferenceChoice,
    indicator: Indicator,
) -> Reference:
    axis = table.axes[-1]
    name = axis.dimension.name
    stratum = tuple(place[:held])
    if choice.kind == "number" and choice.number is not None:
        return Reference(kind="number", value=float(choice.number))
    if choice.kind == "group" and name in choice.named:
        group = choice.named[name]
        key = (*stratum, axis.groups.index(group))
        return Reference(kind="group", group={name: group}, value=values.get(key))
    if choice.kind == "highest":
        own = {
            key: value
            for key, value in values.items()
            if key[:held] == stratum and axis.groups[key[-1]] != NOT_REPORTED
        }
        sign = 1 if indicator.direction is Direction.HIGHER else -1
        best = max(own, key=lambda key: sign * own[key], default=None)
        if best is None:
            return Reference(kind="highest")
        group = axis.groups[best[-1]]
        return Reference(kind="highest", group={name: group}, value=own[best])
    return Reference(kind="overall", value=everyone.get(stratum))
