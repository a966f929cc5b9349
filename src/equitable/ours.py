"""Our group and our school: found in a file by the names that people use for them.

A parent writes 'students with disabilities' where the file has 'SWD', and '5' where it
has district 5.  Here the trait and the place that are meant are found, or refused with
the nearest names; and a place is set beside all others in the cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, get_args

import numpy as np

from equitable.cube.cells import Cells
from equitable.errors import EquitableError, QuestionError, did_you_mean
from equitable.intake.published.dimensions import with_totals
from equitable.intake.published.groups_named import is_everyone
from equitable.intake.published.places import KINDS, WHOLE_PLACE
from equitable.intake.published.tables import breakdowns_of
from equitable.intake.where import quote_name, quote_value
from equitable.report.board.names import bare, group_key, known_group
from equitable.report.board.words import languages, words_of
from equitable.report.contents import Place, PlaceKind
from equitable.vocabulary import NOT_REPORTED, Condition, Dimension, Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.source import Source

ELSEWHERE: Final = "every other place"
_MOST: Final = 50_000
_PLACES: Final = frozenset({"school", "district", "region", "state"})
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OurGroup:
    """A group of a trait."""

    dimension: Dimension
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OurPlace:
    """A place, and the dimension that it is a value of."""

    dimension: Dimension
    place: Place
    condition: str
    """The rows of the place, as SQL made of quoted names."""


def place_columns(schema: Schema) -> frozenset[str]:
    """The columns that name places: schools, districts, counties, states."""
    return frozenset(
        reading.name
        for reading in schema.readings
        if reading.role is Role.SCHOOL or reading.key in _PLACES
    )


def place_dimensions(schema: Schema, dimensions: Iterable[Dimension]) -> frozenset[str]:
    """Which dimensions are places, grades or years, and no traits of students."""
    columns = place_columns(schema)
    no_traits = {Role.SCHOOL, Role.GRADE, Role.YEAR}
    return frozenset(
        d.name for d in dimensions if d.role in no_traits or columns & {*d.columns}
    )


# ------------------------------------------------------------------------------ groups


def find_group(
    source: Source, schema: Schema, asked: Sequence[Dimension], text: str
) -> OurGroup:
    """The group that is meant by a name, or by ``TRAIT=NAME``.

    Parameters
    ----------
    asked
        The traits that a report compares; those of the file are looked through after
        them.
    text
        As the file calls the group, as a report does, or as a page does in any of its
        languages.

    Raises
    ------
    QuestionError
        Where there is no such group, or several traits have one.
    """
    trait, group = _split(text, "--our-group")
    if trait is not None:
        dimensions = [_dimension(schema, trait)]
    else:
        dimensions = _traits(schema, asked)
    groups = {d.name: _groups(source, d) for d in dimensions}
    for alike in (_same_name, _same_meaning):
        found = [
            (dimension, name)
            for dimension in dimensions
            for name in groups[dimension.name]
            if alike(dimension, name, group)
        ]
        if len(found) == 1:
            return OurGroup(dimension=found[0][0], group=found[0][1])
        if found:
            named = " or ".join(f"'{d.name}={name}'" for d, name in found[:_NAMED])
            raise QuestionError(
                f"several traits have a group '{group}'",
                file=source.name,
                next_step=f"Say which: --our-group {named}.",
            )
    every = [name for names in groups.values() for name in names]
    raise QuestionError(
        f"there is no group '{group}'",
        file=source.name,
        next_step=did_you_mean(group, every, what="groups"),
    )


def _split(text: str, option: str) -> tuple[str | None, str]:
    before, sign, after = text.partition("=")
    # A name may start with '=' itself; no column comes before it then.
    named = bool(sign and before.strip())
    column, value = (before.strip(), after.strip()) if named else (None, text.strip())
    if not value.strip("= "):
        raise QuestionError(
            f"{option} names nothing", next_step=f"For example: {option} 'NAME'."
        )
    return column, value


def _dimension(schema: Schema, name: str) -> Dimension:
    return with_totals(schema.dimension(name), schema.published)


def _traits(schema: Schema, asked: Sequence[Dimension]) -> list[Dimension]:
    """The traits asked for, then the file's other ones."""
    found = {d.name: d for d in (*asked, *schema.dimensions)}
    if schema.published is not None:
        for name in breakdowns_of(schema.published):
            try:
                dimension = _dimension(schema, name)
            except EquitableError:
                continue
            found.setdefault(dimension.name, dimension)
    apart = place_dimensions(schema, found.values())
    return [d for name, d in found.items() if name not in apart]


def _groups(source: Source, dimension: Dimension) -> list[str]:
    """The groups of a trait that are in the file."""
    if dimension.form != "column" or len(dimension.columns) != 1:
        return list(dimension.order)
    names = {
        group
        for text in _values(source, dimension.columns[0])
        if text.casefold() not in dimension.totals and not is_everyone(text)
        for group in dimension.classify(text)
    }
    return sorted(names - {NOT_REPORTED})


def _same_name(dimension: Dimension, name: str, wanted: str) -> bool:
    if name.casefold() == wanted.casefold():
        return True
    try:
        own = dimension.classify(wanted)
    except EquitableError:
        return False
    return dimension.form == "column" and own == (name,) and name != NOT_REPORTED


def _same_meaning(dimension: Dimension, name: str, wanted: str) -> bool:
    key = group_key(dimension, name)
    if not key:
        return False
    said = {bare(words_of(one).find(f"group.{key}") or "") for one in languages()}
    return key == known_group(wanted) or bare(wanted) in said


# ------------------------------------------------------------------------------ places


def find_place(
    source: Source, schema: Schema, text: str, where: Condition | None
) -> OurPlace:
    """The place that is meant by a name, or by ``COLUMN=NAME``.

    Raises
    ------
    QuestionError
        Where there is no such place, or there are several of its name.
    """
    given, value = _split(text, "--our-school")
    columns = (
        [_dimension(schema, given).columns[0]]
        if given is not None
        else [r.name for r in schema.readings if r.name in place_columns(schema)]
    )
    if not columns:
        raise QuestionError(
            "no column is known to name schools or districts",
            file=source.name,
            next_step="Name it with the place: --our-school 'COLUMN=NAME'.",
        )
    values = {name: _values(source, name) for name in columns}
    found = {
        name: next(t for t in texts if t.casefold() == value.casefold())
        for name, texts in values.items()
        if value.casefold() in {t.casefold() for t in texts}
    }
    if not found:
        names = [text for texts in values.values() for text in texts]
        raise QuestionError(
            f"there is no place '{value}'",
            file=source.name,
            next_step=did_you_mean(value, names, what="places"),
        )
    if len(found) > 1:
        named = " or ".join(f"'{name}={text}'" for name, text in found.items())
        raise QuestionError(
            f"several columns have a place '{value}'",
            file=source.name,
            next_step=f"Say which: --our-school {named}.",
        )
    column, name = next(iter(found.items()))
    # The texts themselves: the engine's small letters are not always Python's (ß, İ).
    spelled = [t for t in values[column] if t.casefold() == name.casefold()]
    listed = ", ".join(map(quote_value, spelled))
    rows = f"TRIM(CAST({quote_name(column)} AS VARCHAR)) IN ({listed})"
    _refuse_namesakes(source, schema, column, name, rows, where)
    dimension = _dimension(schema, column)
    own = dimension.classify(name)
    if len(own) != 1 or own[0] == NOT_REPORTED or name.casefold() in dimension.totals:
        raise QuestionError(
            f"'{name}' is no single place",
            file=source.name,
            next_step="For the whole file leave --our-school out.",
        )
    place = Place(
        dimension=dimension.name,
        label=dimension.label,
        value=own[0],
        kind=_kind(schema, column),
    )
    place = replace(place, level=_own_level(source, schema, column, rows))
    return OurPlace(dimension=dimension, place=place, condition=rows)


def _kind(schema: Schema, column: str) -> PlaceKind:
    reading = next(r for r in schema.readings if r.name == column)
    if reading.key == "state":
        return "state"
    key = "school" if reading.role is Role.SCHOOL else reading.key
    if key in {"school", "district"}:
        return "school" if key == "school" else "district"
    named = column.casefold()
    for kind in get_args(PlaceKind):
        if kind in named:
            return kind  # type: ignore[no-any-return]
    return "place"


def _own_level(source: Source, schema: Schema, column: str, rows: str) -> str:
    """What a district's own rows are called, where its schools' rows bear its name.

    Nothing where the file has no levels, or does not tell them apart by empty schools.
    """
    published = schema.published
    if published is None or published.places is None or len(published.levels) != 1:
        return ""
    named = published.places.columns
    kinds = [kind for kind in KINDS if kind in named]
    at = next(
        (place for place, kind in enumerate(kinds) if named[kind] == column), None
    )
    finer = [named[kind] for kind in kinds[at + 1 :]] if at is not None else []
    if not finer:
        return ""
    level = quote_name(next(iter(published.levels)))
    whole = " AND ".join(
        f"CAST({quote_name(one)} AS VARCHAR) = {quote_value(WHOLE_PLACE)}"
        for one in finer
    )
    found = source.query(
        f"SELECT DISTINCT TRIM(CAST({level} AS VARCHAR)) AS l FROM records WHERE {rows}"
        f" AND {whole} AND {level} IS NOT NULL"
    )["l"].to_pylist()
    return str(found[0]) if len(found) == 1 else ""


def _refuse_namesakes(
    source: Source,
    schema: Schema,
    column: str,
    value: str,
    rows: str,
    where: Condition | None,
) -> None:
    """Two schools of one name are two schools: their figures must not be one."""
    held = [r.name for r in schema.readings if r.key == "district" and r.name != column]
    own = next(r for r in schema.readings if r.name == column)
    if own.role is not Role.SCHOOL or own.key == "state" or not held:
        return
    for name in held:
        kept = f"({where.sql}) AND " if where else ""
        districts = source.query(
            f"SELECT DISTINCT TRIM(CAST({quote_name(name)} AS VARCHAR)) AS d"
            f" FROM records WHERE {kept}{rows} AND {quote_name(name)} IS NOT NULL"
            f" ORDER BY d LIMIT {_MOST}"
        )["d"].to_pylist()
        if len(districts) > 1:
            raise QuestionError(
                f"{len(districts):,} schools are called '{value}', in different"
                " districts",
                file=source.name,
                next_step=f"Choose one district: --where \"{name} = '{districts[0]}'\""
                f" (or {', '.join(repr(d) for d in districts[1:4])}).",
            )


def _values(source: Source, column: str) -> list[str]:
    text = f"TRIM(CAST({quote_name(column)} AS VARCHAR))"
    rows = source.query(
        f"SELECT DISTINCT {text} AS t FROM records WHERE {quote_name(column)} IS NOT"
        f" NULL AND {text} <> '' ORDER BY t LIMIT {_MOST}"
    )
    return [str(value) for value in rows["t"].to_pylist()]


# ------------------------------------------------------------------------------- cells


def told_apart(cells: Cells, dimension: str, value: str) -> Cells:
    """The cells with one place beside all others together: nothing else is shown.

    Published totals over the places stay what they are.
    """
    position = cells.axis(dimension)
    axis = cells.axes[position]
    own = axis.groups.index(value)
    members = tuple(
        () if not member else ((0,) if member == (own,) else (1,))
        for member in axis.members
    )
    changed = replace(
        axis,
        dimension=replace(axis.dimension, order=()),
        groups=(value, ELSEWHERE),
        members=members,
    )
    axes = (*cells.axes[:position], changed, *cells.axes[position + 1 :])
    return replace(cells, axes=axes)


def at_its_level(
    cells: Cells, dimension: str, value: str, own_level: str = ""
) -> Cells:
    """Of a file with rows for the state, districts and schools: those like the place's.

    Parameters
    ----------
    own_level
        The level of the place's own rows, where it is known; see `Place`.

    Raises
    ------
    QuestionError
        Where rows of several levels bear the place's name.
    """
    position = cells.axis(dimension)
    own = cells.axes[position].groups.index(value)
    members = cells.axes[position].members
    codes = [code for code, member in enumerate(members) if member == (own,)]
    here = np.isin(cells.codes[:, position], codes)
    for place, axis in enumerate(cells.axes):
        if axis.dimension.form != "level":
            continue
        levels = np.unique(cells.codes[here, place])
        told = [
            code
            for code in levels
            if any(axis.groups[g] == own_level for g in axis.members[code])
        ]
        levels = np.array(told) if told else levels
        if len(levels) > 1:
            names = sorted(
                axis.groups[group] for code in levels for group in axis.members[code]
            )
            said = " or ".join(
                f"\"{axis.dimension.columns[0]} = '{name}'\"" for name in names
            )
            raise QuestionError(
                f"rows of {len(levels)} levels are called '{value}'",
                column=axis.dimension.columns[0],
                next_step=f"Choose one: --where {said}.",
            )
        cells = cells.keep(np.isin(cells.codes[:, place], levels))
        here = np.isin(cells.codes[:, position], codes)
    return cells


def how_many(cells: Cells, indicator: str, dimension: str) -> int:
    """How many places of a dimension have students with a known outcome."""
    table = cells.table(indicator, [dimension])
    names = table.axes[0].groups
    return sum(
        names[place] != NOT_REPORTED
        for place, n in zip(table.places[:, 0], table.moments.n, strict=True)
        if n > 0
    )
