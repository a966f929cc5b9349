"""What is to be said beside figures that rest on weights or on few schools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from equitable.cube.cells import NEARLY_ALL, Cells
from equitable.cube.margins import Level
from equitable.intake.published.groups_named import denies
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


_UNKNOWN: Final = 0.02
"""The share of a group that may be without a number and not be spoken of."""
_MOST_LACKING: Final = 4
_BOTH: Final = 2
_FEW_APART: Final = 0.005
"""The share of all students who may be in no group of a trait and not be spoken of."""
_APART: Final = 0.01
"""The share of all students by which bounds may miss their total: some are counted in
none of the groups."""


def of_margins(
    cells: Cells, indicator: Indicator, question: Question
) -> tuple[str, ...]:
    """Of a published table: which totals were made of parts, or do not fit them."""
    if not cells.has_totals:
        return ()
    notes = []
    for name in question.by:
        names = [*question.within, name]
        level = cells.level(indicator.name, names)
        over = cells.whole(indicator.name, question.within, [name]).over
        notes += _of_level(level, names)
        if over:
            notes.append(
                f"Groups of '{name}' add up to more than the published total"
                f" {_times(over)}: their sum is taken for everyone."
            )
    return tuple(dict.fromkeys(notes))


def of_lacking(
    cells: Cells, indicator: Indicator, question: Question
) -> tuple[str, ...]:
    """Of published counts: groups that lack numbers which others of the file have.

    What is known of such a group is of other places, or years, than those it is
    compared with.  Of a few students that is nothing to speak of.
    """
    said = []
    for name in question.by:
        lacking = cells.unnumbered(indicator.name, [name])
        table = cells.table(indicator.name, [name])
        if not lacking or not len(table.places):
            continue
        whole = cells.whole(indicator.name, (), [name])
        n = table.moments.n
        away = int(whole.table.moments.n.sum()) - int(n.sum())
        for row, place in enumerate(map(tuple, table.places.tolist())):
            part = _UNKNOWN * n[row]
            if place not in lacking or not n[row] or (cells.has_totals and away < part):
                continue
            few = f" (up to {away:,} students)" if away > 0 else ""
            said.append(
                f"'{table.names(row)[name]}' has no number in some rows{few}: its"
                " figure is of the others, and so of other places or years than those"
                " it is compared with. Choose one with --where, or --within."
            )
    return tuple(said[:_MOST_LACKING])


def of_contradictions(
    cells: Cells, indicator: Indicator, question: Question
) -> tuple[str, ...]:
    """Of published bounds: groups that cannot make up the total beside them."""
    name = indicator.name
    if not cells.has_totals or not cells.moments[name].spare.any():
        return ()
    said = []
    for trait in question.by:
        table = cells.table(name, [trait])
        whole = cells.table(name, ()).moments
        parts = table.moments
        n = int(whole.n.sum())
        if table.axes[0].dimension.overlapping or parts.n.sum() < NEARLY_ALL * n:
            continue
        least, most = float(parts.total.sum()), float((parts.total + parts.spare).sum())
        low, high = float(whole.total.sum()), float((whole.total + whole.spare).sum())
        if least > high + _APART * n or most < low - _APART * n:
            said.append(
                f"The groups of '{trait}' cannot make up all students: together they"
                f" are {least:,.0f} to {most:,.0f}, and all students are published as"
                f" {low:,.0f}{f' to {high:,.0f}' if high > low else ''}. One of the"
                " figures is wrong: ask the publisher."
            )
    return tuple(said)


def of_neither(
    cells: Cells, indicator: Indicator, question: Question
) -> tuple[str, ...]:
    """Of published counts: students of the total in no group of a with-and-without.

    "Others" are all students less the group itself, and so hold them.
    """
    if not cells.has_totals or question.reference != "rest":
        return ()
    said = []
    for trait in question.by:
        table = cells.table(indicator.name, [trait])
        names = [
            table.axes[0].groups[place]
            for place, n in zip(table.places[:, 0], table.moments.n, strict=True)
            if n > 0
        ]
        whole = int(cells.whole(indicator.name, (), [trait]).table.moments.n.sum())
        neither = whole - int(table.moments.n.sum())
        few = max(question.min_n, _FEW_APART * whole)
        if (
            len(names) < _BOTH
            or not any(map(denies, names))
            or neither < few
            or table.axes[0].dimension.overlapping
            or cells.unnumbered(indicator.name, [trait])
        ):
            continue
        named = ", ".join(f"'{name}'" for name in names[:_MOST_LACKING])
        said.append(
            f"{neither:,} of {whole:,} students are in none of the groups of '{trait}'"
            f' ({named}): "others" counts them.'
        )
    return tuple(said)


def of_more_than_all(
    cells: Cells, indicator: Indicator, question: Question
) -> tuple[str, ...]:
    """Of published counts: groups of which more are counted than of everyone.

    What is left for the others would be less than nobody, and is taken as nobody.
    """
    if not cells.has_totals or not indicator.is_counts:
        return ()
    said = []
    for trait in question.by:
        table = cells.table(indicator.name, [trait])
        whole = cells.whole(indicator.name, (), [trait]).table.moments
        most = float((whole.total + whole.spare).sum())
        for row, least in enumerate(table.moments.total.tolist()):
            if least > most > 0 and table.moments.n[row] >= question.min_n:
                group = table.names(row)[trait]
                said.append(
                    f"'{indicator.label}' is more in '{group}' than in all students"
                    ' together: "others" come out as 0. One of the figures is wrong:'
                    " ask the publisher."
                )
    return tuple(said[:_MOST_LACKING])


def _of_level(level: Level, names: Sequence[str]) -> list[str]:
    said = " by ".join(f"'{name}'" for name in names)
    notes = []
    if level.summed:
        over = " and ".join(f"'{name}'" for name in level.summed)
        notes.append(
            f"The table holds no figures of {said} over all of {over}: they are added"
            " up."
        )
    if level.filled:
        notes.append(
            f"A total of {said} is not in the table {_times(level.filled)}, and its"
            " parts are: their sum is taken."
        )
    if level.unknown:
        notes.append(
            f"A total of {said} is not in the table {_times(level.unknown)}, and some"
            " of its parts are held back: it is left out, not read as 0."
        )
    return notes


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"
