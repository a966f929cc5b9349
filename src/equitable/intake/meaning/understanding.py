"""From an open source to its meaning: what is rewritten, left out, and understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.intake.breaks import find_breaks
from equitable.intake.crosswalk_values import check_crosswalk_values
from equitable.intake.meaning.columns import Reading, read_columns
from equitable.intake.meaning.cumulated import Cumulated, find_cumulated
from equitable.intake.meaning.declared import check_values
from equitable.intake.meaning.defaults import indicator_columns, totals_by_percents
from equitable.intake.meaning.foot_rows import FootRows, find_foot_rows, find_total_rows
from equitable.intake.meaning.hints import lonely_columns
from equitable.intake.meaning.one_group import find_one_group
from equitable.intake.meaning.published_proposal import about_x
from equitable.intake.meaning.rows import RowsAre, is_beside, is_figure
from equitable.intake.meaning.schema import Schema
from equitable.intake.meaning.sizes import paired, with_sizes
from equitable.intake.profile import ColumnProfile, profile
from equitable.intake.published import civil_rights
from equitable.intake.published.figures import with_marks
from equitable.intake.published.groups_named import is_everyone
from equitable.intake.published.rewriting import reshaped, unpivoted
from equitable.intake.published.school_counts import refuse_words
from equitable.intake.published.tables import (
    Published,
    breakdowns_of,
    everyone_in,
    folded,
    numbers_of,
    recognise,
    recognise_names,
)
from equitable.intake.published.wide import find_years
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.names import Meaning
    from equitable.intake.settings import Settings
    from equitable.intake.source import Source


_MOST_HELD: Final = 400_000
"""Rows of a rewritten table that are kept in memory: some 100 MB, 14,000 schools."""
_FEDERAL: Final = "civil rights"
_ABOUT_LEVELS: Final = (
    "Rows are of several levels that hold one another ('{name}'): a figure is of the"
    " highest level that the question allows, and levels are never added up."
)


def understand(
    source: Source, settings: Settings | None = None, *, whole: bool = False
) -> Schema:
    """What a source's columns mean, from its rows and a person's settings.

    Rows of totals under a sheet of students are left out of the source; a table of
    published figures is rewritten with a column for each breakdown.

    Parameters
    ----------
    whole
        Look at every row, not only at the first.

    Raises
    ------
    SettingsError
        Where the settings name columns, or values, that are not there.
    """
    _rewrite_named(source)
    said = settings.published if settings is not None else None
    profiles: Sequence[ColumnProfile] = profile(source, whole=whole)
    readings, rows = read_columns(profiles, settings)
    published = source.rewritten_as
    if not isinstance(published, Published):
        by_year = _by_year(source, profiles, rows)
        if by_year is not None:
            profiles = by_year
            readings, rows = read_columns(profiles, settings, "counts")
        if rows == "counts" and _left_out(source, find_total_rows(source, readings)):
            profiles = profile(source, whole=whole)
        if settings is not None and said is not None:
            names = [column.name for column in source.columns]
            said.check(names, file=settings.file, source=source.name)
        published = recognise(source, profiles, said)
        rows = _rows_of(rows, published, profiles)
        if published is not None and rows != "students":
            found_so = published
            source.rewrite(lambda part: reshaped(part, found_so))
            source.rewritten_as = published
            profiles = profile(source, whole=whole)
    else:
        # Its columns were groups, or its rows; they are called otherwise now.  Or it
        # was taken for a table when it was first looked at.
        rows = _rows_of(rows, published, profiles)
    if published is not None and rows != "students":
        profiles = with_marks(_without_totals(profiles, published), published.marks)
        readings, _ = read_columns(profiles, settings, rows)
        readings = _told_by_breakdowns(readings, published)
        coded = published.coded
        if coded is not None and coded.column != published.group:
            readings = tuple(
                replace(r, labels=coded.labels) if r.name == coded.column else r
                for r in readings
            )
    known = published is not None and published.certain and published.layout != _FEDERAL
    if rows == "counts" and (known or source.header_rows > 1):
        readings = with_sizes(source, readings)
    alone = lonely_columns(readings)
    readings = tuple(
        replace(
            reading, role=Role.OTHER, reason="one number of one group", meaning=None
        )
        if reading.name in alone and not reading.yours
        else reading
        for reading in readings
    )
    if rows == "students" and _left_out(source, find_foot_rows(source, readings)):
        readings, rows = read_columns(profile(source, whole=whole), settings)
    totals = totals_by_percents(source, readings) if rows == "counts" else {}
    totals = totals or (paired(readings) if rows == "counts" else {})
    counted = rows == "counts" and (published is None or published.layout != _FEDERAL)
    schema = Schema(source.name, readings, rows, settings, totals, published)
    sums = find_cumulated(source, readings, schema.total_column) if counted else ()
    schema.apart = frozenset(name for one in sums for name in one.apart)
    also = check_crosswalk_values(source, schema, settings)
    schema.breaks, of_breaks = find_breaks(source, schema, settings)
    schema.said = (*check_values(source, settings, readings), *also, *of_breaks)
    if rows != "students" and (published is None or published.layout != _FEDERAL):
        together = find_one_group(source, schema)
        schema.own_names = together.apart
        schema.said += together.said
    if settings is None or not settings.indicators:
        schema.said += tuple(one.said() for one in sums if _is_shown(one, schema))
    if published is not None and rows != "students":
        schema.said += published.notes
        schema.said += () if "x" in published.marks else about_x(readings)
    if published is not None and published.levels and rows != "students":
        schema.said += (_ABOUT_LEVELS.format(name=next(iter(published.levels))),)
    return schema


def _is_shown(sums: Cumulated, schema: Schema) -> bool:
    """Whether the sum is an outcome that is shown, and not beside another form."""
    return any(sums.column in indicator_columns(one) for one in schema.indicators)


def _left_out(source: Source, found: Sequence[FootRows]) -> bool:
    """Rows that are no records; whether there were any."""
    for rows in found:
        source.leave_out(rows.condition, reason=rows.reason, rows=rows.rows)
    return bool(found)


def _rewrite_named(source: Source) -> None:
    """A table that its columns' names settle is rewritten before it is looked at.

    The federal collection has some 1,700 columns, of which a few are looked at then.
    """
    names = [column.name for column in source.columns]
    published = recognise_names(names)
    if published is not None and not isinstance(source.rewritten_as, Published):
        layout = civil_rights.recognise(names)
        if layout is not None:
            refuse_words(source, [*layout.cleaning(layout.topics)])
        source.rewrite(lambda part: reshaped(part, published))
        source.rewritten_as = published
        source.hold(_MOST_HELD)


def _by_year(
    source: Source, profiles: Sequence[ColumnProfile], rows: RowsAre
) -> Sequence[ColumnProfile] | None:
    """A column a year made a row a year, where a table's numbers stand so."""
    table = rows == "counts" or source.header_rows > 1 or _is_table(profiles)
    years = find_years(with_marks(profiles)) if table else None
    if years is None:
        return None
    taken = {column.name.casefold() for column in source.columns}
    name = next(n for n in ("Year", "Year of the columns") if n.casefold() not in taken)
    source.rewrite(lambda part: unpivoted(part, years, name))
    return profile(source, whole=profiles[0].whole)


def _is_table(profiles: Sequence[ColumnProfile]) -> bool:
    """Whether some rows are of everybody."""
    return any(
        any(map(is_everyone, one.texts)) for one in profiles if one.type == "text"
    )


def _rows_of(
    rows: RowsAre, published: Published | None, profiles: Sequence[ColumnProfile]
) -> RowsAre:
    """What a row is, once the table is known: of groups, never of students."""
    if published is None or rows == "figures":
        return rows
    if published.layout != "long":
        return "counts"
    if rows == "students" and published.certain:
        # No student belongs to 'All Students', or stands in one of several traits.
        marked = with_marks(profiles, published.marks)
        # A year counts nobody, nor does an average in whole points.
        whole = any(
            one.is_integer
            and (one.high or 0) > 1
            and one.shape("year") < 0.9
            and not (is_figure(one) or is_beside(one.name))
            for one in marked
        )
        return "counts" if whole else "figures"
    return rows


def _told_by_breakdowns(
    readings: Sequence[Reading], published: Published
) -> tuple[Reading, ...]:
    """Columns that only name a row's breakdown and group are no dimensions."""
    names = ", ".join(f"'{name}'" for name in published.breakdowns)
    levels = "the level of a row: levels hold one another"
    total, *counts = numbers_of(published) or ("",)
    said = {
        **dict.fromkeys(
            published.named_by, (Role.OTHER, f"it names the groups of {names}")
        ),
        **dict.fromkeys(published.levels, (Role.OTHER, levels)),
        **dict.fromkeys(counts, (Role.COUNT, f"how many students, of '{total}'")),
        **dict.fromkeys(
            published.wide.shares if published.wide is not None else (),
            (Role.OTHER, f"percentages or shares, of '{total}'"),
        ),
        total: (Role.TOTAL, "all students of a group"),
    }
    readings = [
        replace(
            reading,
            role=Role.DIMENSION,
            reason="a breakdown of the table",
            confidence=0.9,
            may_name=False,
            meaning=_of_students(reading),
        )
        if reading.name in breakdowns_of(published)
        and reading.role not in (Role.DIMENSION, Role.GRADE)
        and not reading.yours
        else reading
        for reading in readings
    ]
    return tuple(
        replace(
            reading,
            role=said[reading.name][0],
            reason=said[reading.name][1],
            confidence=0.9,
            meaning=None,
        )
        if reading.name in said and not reading.yours
        else reading
        for reading in readings
    )


def _of_students(reading: Reading) -> Meaning | None:
    """What is known of a breakdown's name, where it is that of a trait."""
    meaning = reading.meaning
    return meaning if meaning and meaning.role is Role.DIMENSION else None


def _without_totals(
    profiles: Sequence[ColumnProfile], published: Published
) -> list[ColumnProfile]:
    """What stands in each column where a row is of one of its groups."""
    kept = []
    for one in profiles:
        everyone = everyone_in(published, one.name)
        told = one.name in published.named_by
        values = tuple(
            (text, rows)
            for text, rows in one.values
            if folded(text) not in everyone
            and not (told and is_everyone(published.label(text)))
        )
        lost = len(one.values) - len(values)
        held = sum(rows for _, rows in one.values) - sum(rows for _, rows in values)
        kept.append(
            replace(
                one,
                values=values,
                distinct=one.distinct - lost,
                rows=one.rows - held,
            )
            if lost
            else one
        )
    return kept
