"""A published table rewritten: a row a group, and a column for each breakdown.

Nothing is added up here.  In a breakdown's column, a row of another breakdown says that
it is of everybody, so that the cube can tell totals from their parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from equitable.intake.published import civil_rights
from equitable.intake.published.civil_rights import ENROLLED, EVERYONE, KEPT_COLUMNS
from equitable.intake.published.places import LEVEL
from equitable.intake.published.tables import Published, folded
from equitable.intake.published.wide import Wide, Years, breakdowns_of_stems
from equitable.intake.readers.parts import Column, ColumnType, Part, sql_text
from equitable.intake.where import quote_name


def reshaped(part: Part, published: Published) -> Part:
    """A file of a published table with a column for each breakdown."""
    if published.layout == "civil rights":
        return _of_civil_rights(part, published)
    if published.coded is not None:
        part = replace(part, notes=(*part.notes, published.coded.said()))
    if published.places is not None:
        part = _with_places(part, published)
    if published.wide is not None:
        return _lengthened(part, published.wide)
    if published.group is None:
        return part
    name = quote_name(published.group)
    group = f"REGEXP_REPLACE(LOWER(TRIM(CAST({name} AS VARCHAR))), '\\s+', ' ', 'g')"
    added = []
    for breakdown, values in published.breakdowns.items():
        plain = f"TRIM(CAST({name} AS VARCHAR))"
        cases = []
        if published.coded is not None and published.coded.column == published.group:
            cases = [
                f"WHEN {group} = {sql_text(folded(value))}"
                f" THEN {sql_text(published.label(value))}"
                for value in values
            ]
        else:
            listed = ", ".join(sql_text(folded(value)) for value in values)
            cases = [f"WHEN {group} IN ({listed}) THEN {plain}"]
        added.append(
            f"CASE {' '.join(cases)} ELSE {sql_text(EVERYONE)} END"
            f" AS {quote_name(breakdown)}"
        )
    columns = (*part.columns, *(Column(name, "text") for name in published.breakdowns))
    return replace(
        part,
        columns=columns,
        sql=f"SELECT *, {', '.join(added)} FROM ({part.sql})",
    )


def _with_places(part: Part, published: Published) -> Part:
    """Rows of all schools of a district say so; and each row says its level."""
    places = published.places
    if places is None:
        return part
    filled = ", ".join(
        f"{places.place_sql(kind)} AS {quote_name(column)}"
        for kind, column in places.columns.items()
    )
    level = LEVEL in published.levels
    added = f", {places.level_sql()} AS {quote_name(LEVEL)}" if level else ""
    held = set(places.columns.values())
    columns = [
        Column(one.name, "text") if one.name in held else one for one in part.columns
    ]
    return replace(
        part,
        columns=(*columns, *([Column(LEVEL, "text")] if level else [])),
        sql=f"SELECT * REPLACE ({filled}){added} FROM ({part.sql})",
    )


def unpivoted(part: Part, years: Years, name: str) -> Part:
    """Each row becomes a row of each year; ``name`` is the new column of years."""
    used = {column for held in years.columns.values() for column in held.values()}
    kept = [column for column in part.columns if column.name not in used]
    cells = [
        ({name: year}, {n: quote_name(held[year]) for n, held in years.columns.items()})
        for year in years.years
    ]
    made = _unnested(part, kept, (name,), tuple(years.columns), cells, kind="text")
    return replace(made, notes=(*part.notes, years.said()))


def _lengthened(part: Part, wide: Wide) -> Part:
    """Each row becomes a row for everybody and one for each group."""
    breakdowns = breakdowns_of_stems(wide)
    numbers = tuple(wide.patterns)
    nobody: Mapping[str, str] = {}
    cells: Sequence[tuple[Mapping[str, str], Mapping[str, str | None]]]
    cells = [(nobody, {n: wide.everyone.get(n) for n in numbers})] + [
        (
            {breakdown: wide.stems[stem]},
            {
                n: prefix + stem + suffix
                for n, (prefix, suffix) in wide.patterns.items()
            },
        )
        for breakdown, stems in breakdowns.items()
        for stem in stems
    ]
    used = {name for _, held in cells for name in held.values() if name}
    kept = [column for column in part.columns if column.name not in used]
    return _unnested(
        part,
        kept,
        breakdowns,
        numbers,
        [
            (
                groups,
                {n: quote_name(name) if name else "NULL" for n, name in held.items()},
            )
            for groups, held in cells
        ],
        kind="text",
    )


def _of_civil_rights(part: Part, published: Published) -> Part:
    layout = civil_rights.recognise([column.name for column in part.columns])
    if layout is None:
        return part
    topics = [
        t for t in layout.topics if not published.topics or t.name in published.topics
    ]
    cells: list[tuple[Mapping[str, str], Mapping[str, str]]] = []
    cleaning = layout.cleaning(topics)
    layout = replace(layout, cleaned=True)
    everyone = list(layout.cells(None))
    by_topic = {topic.name: list(layout.cells(topic)) for topic in topics}
    for place, cell in enumerate(everyone):
        counted = {ENROLLED: cell.sql}
        for topic in topics:
            counted[topic.name] = by_topic[topic.name][place].sql
        cells.append((dict(cell.groups), counted))
    breakdowns = civil_rights.BREAKDOWNS
    kept = [column for column in part.columns if column.name in KEPT_COLUMNS]
    numbers = (ENROLLED, *(topic.name for topic in topics))
    listed = [quote_name(column.name) for column in kept]
    listed += [f"{sql} AS {quote_name(name)}" for name, sql in cleaning.items()]
    part = replace(part, sql=f"SELECT {', '.join(listed)} FROM ({part.sql})")
    return _unnested(part, kept, breakdowns, numbers, cells, kind="number")


_PLACE: Final = "equitable cell"


def _unnested(
    part: Part,
    kept: Sequence[Column],
    breakdowns: Sequence[str] | Mapping[str, object],
    numbers: Sequence[str],
    cells: Sequence[tuple[Mapping[str, str], Mapping[str, str]]],
    *,
    kind: ColumnType,
) -> Part:
    """Each row becomes as many as there are cells, in their order.

    A column is a list of its cells' values, of which each row takes its own: of lists
    that a question does not need, the engine reads and plans nothing.
    """
    # Marks stand in place of numbers in a wide table; the collection's are codes, and
    # are gone already.
    as_type = "DOUBLE" if kind == "number" else "VARCHAR"
    values = {
        name: [sql_text(groups.get(name, EVERYONE)) for groups, _ in cells]
        for name in breakdowns
    }
    values |= {
        name: [f"CAST({held[name]} AS {as_type})" for _, held in cells]
        for name in numbers
    }
    names = [quote_name(column.name) for column in kept]
    lists = [f"[{', '.join(held)}] AS {quote_name(n)}" for n, held in values.items()]
    place = quote_name(_PLACE)
    shown = [f"{quote_name(n)}[{place}] AS {quote_name(n)}" for n in values]
    sql = (
        f"SELECT {', '.join([*names, *shown])} FROM (SELECT *,"
        f" UNNEST(range(1, {len(cells) + 1})) AS {place} FROM"
        f" (SELECT {', '.join([*names, *lists])} FROM ({part.sql})))"
    )
    columns = (
        *kept,
        *(Column(name, "text") for name in breakdowns),
        *(Column(name, kind) for name in numbers),
    )
    size, row_of = len(cells), part.row_of
    return replace(
        part,
        columns=columns,
        sql=sql,
        row_of=lambda ordinal: row_of((ordinal - 1) // size + 1),
        times=part.times * size,
    )
