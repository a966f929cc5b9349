"""A block of a grid as drawn tables: crosstabs and lists of groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from equitable.errors import InputError
from equitable.intake.posted.blocks import Block
from equitable.intake.posted.columns import Columns, Level, find_columns, is_measures
from equitable.intake.posted.drawn import Axis, Counted, Drawn, Origin
from equitable.intake.posted.grids import Grid
from equitable.intake.posted.heads import Group, group_columns
from equitable.intake.posted.rows import Row, read_rows
from equitable.intake.posted.words import (
    STUDENTS,
    counted_as,
    is_thing_counted,
    is_total,
    names_a_student,
)

_MANY: Final = 10
"""Rows from which on groups that come again and again are taken for students."""
_MOST_LABELS: Final = 8
"""Columns of words that a table of counts has; in more, each row is a student."""


_FOR_STUDENTS: Final = (
    "The audit is of tables of counts; for students' records use `equitable release`."
)


class OnlyShares(Exception):  # noqa: N818 - it is caught, and never shown
    """A block with percentages and no counts."""


def draw(grid: Grid, block: Block, *, name: str, origin: Origin) -> list[Drawn]:
    """The tables of a block: one for each thing counted; none where nothing is.

    Raises
    ------
    InputError
        Where a cell is no count, or the rows are of students.
    OnlyShares
        Where all columns are of percentages.
    """
    _refuse_students(grid, block)
    columns = find_columns(grid, block)
    if columns is None:
        return []
    if not columns.counts:
        raise OnlyShares
    if len(columns.labels) > _MOST_LABELS and len(block.body) > _MANY:
        raise InputError(
            f"{len(columns.labels)} of its columns hold words: it looks like a list of"
            " records, and not a table of counts",
            file=grid.name,
            row=block.header[-1] + 1,
            next_step=_FOR_STUDENTS,
        )
    read = read_rows(grid, block, columns)
    if not read.rows:
        return []
    notes = [*grid.notes, *block.notes, *read.notes, *_left_out(columns)]
    axes = [Axis(name=text) for text in read.names]
    drawn = []
    groups, levels = _groups(columns, read.rows)
    for group in groups:
        heads = [_axis_of(level) for level in levels] if group.is_axis else []
        cells = tuple(
            Counted(
                labels=(*row.labels, *labels),
                figure=row.figures[at],
                row=row.place + 1,
                column=columns.called[columns.counts[at]],
            )
            for row in read.rows
            for at, labels in _labels(group, levels)
        )
        several = len(groups) > 1
        table = Drawn(
            name=f"{name}, '{group.counted}'" if several else name,
            axes=(*axes, *heads),
            cells=cells,
            counted=group.counted,
            notes=tuple(dict.fromkeys(notes)),
            origin=origin,
        )
        _refuse_repeated(grid, block, table)
        drawn.append(table)
    return drawn


def _groups(
    columns: Columns, rows: Sequence[Row]
) -> tuple[list[Group], tuple[Level, ...]]:
    """The things counted, each with its columns; and the header rows that are axes."""
    levels = columns.levels
    places = range(len(columns.counts))
    named = [level.name for level in levels if is_thing_counted(level.name)]
    counted = counted_as(named[0]) if named else STUDENTS
    levels = tuple(
        Level(name="" if level.name in named else level.name, texts=level.texts)
        for level in levels
    )
    if len(levels) == 1:
        groups = group_columns(levels[0].texts, [row.figures for row in rows])
        if levels[0].name and not any(group.is_axis for group in groups):
            texts = levels[0].texts
            pairs = tuple((at, _label(text)) for at, text in enumerate(texts))
            groups = [Group(counted=counted, columns=pairs, is_axis=True)]
        if counted != STUDENTS and len(groups) == 1:
            own = groups[0]
            groups = [Group(counted=counted, columns=own.columns, is_axis=own.is_axis)]
        return groups, levels
    measured = [level for level in levels if is_measures(level)]
    if not measured:
        pairs = tuple((at, None) for at in places)
        return [Group(counted=counted, columns=pairs, is_axis=True)], levels
    things = measured[0].texts
    left = tuple(level for level in levels if level is not measured[0])
    found: dict[str, list[tuple[int, str | None]]] = {}
    for at in places:
        found.setdefault(counted_as(things[at]), []).append((at, None))
    return [
        Group(counted=thing, columns=tuple(own), is_axis=True)
        for thing, own in found.items()
    ], left


def _labels(
    group: Group, levels: Sequence[Level]
) -> list[tuple[int, tuple[str | None, ...]]]:
    """The columns of a thing counted, each with its labels."""
    if not group.is_axis:
        return [(at, ()) for at, _ in group.columns]
    if len(levels) == 1:
        texts = levels[0].texts
        whole = {at for at, label in group.columns if label is None}
        single = any(label is not None for _, label in group.columns)
        return [
            (at, (None if single and at in whole else _label(texts[at]),))
            for at, _ in group.columns
        ]
    return [
        (at, tuple(_label(level.texts[at]) for level in levels))
        for at, _ in group.columns
    ]


def _label(text: str) -> str | None:
    return None if not text or is_total(text) else text


def _axis_of(level: Level) -> Axis:
    return Axis(name=level.name, kind="columns")


def _left_out(columns: Columns) -> list[str]:
    notes = []
    if columns.shares:
        named = _listed([columns.called.get(at, "") for at in columns.shares])
        notes.append(f"Columns of percentages or averages were left out: {named}.")
    if columns.remarks:
        named = _listed([columns.called.get(at, "") for at in columns.remarks])
        notes.append(f"Columns of remarks were left out: {named}.")
    if columns.codes:
        named = _listed([columns.called.get(at, "") for at in columns.codes])
        notes.append(f"Columns of codes beside their names were left out: {named}.")
    return notes


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(f"'{name}'" for name in names[:4]) + more


def _refuse_students(grid: Grid, block: Block) -> None:
    """Refuse a table with a column of students' numbers."""
    head = grid.rows[block.header[-1]]
    for at, text in enumerate(head):
        if not names_a_student(text):
            continue
        values = [grid.rows[row][at] for row in block.body if grid.rows[row][at]]
        if values and 2 * len(set(values)) >= len(values):
            raise InputError(
                "it has a row for each student, and no counts",
                file=grid.name,
                row=block.header[-1] + 1,
                column=text,
                next_step=_FOR_STUDENTS,
            )


def _refuse_repeated(grid: Grid, block: Block, table: Drawn) -> None:
    """Refuse rows that are of the same group again and again: they are students."""
    if len(block.body) < _MANY:
        return
    times = Counter(cell.labels for cell in table.cells)
    again = sum(count for count in times.values() if count > 1)
    if 2 * again > len(table.cells):
        raise InputError(
            "most of its rows are of the same groups as other rows: it looks like a"
            " table of students, and not of counts",
            file=grid.name,
            row=block.header[-1] + 1,
            next_step=f"{_FOR_STUDENTS} If they are counts, name what tells the rows"
            " apart in a column of its own.",
        )
