"""From an open source to its meaning: what is rewritten, left out, and understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.intake.breaks import find_breaks
from equitable.intake.crosswalk import check_crosswalk_values
from equitable.intake.meaning.columns import Reading, read_columns
from equitable.intake.meaning.declared import check_values
from equitable.intake.meaning.defaults import totals_by_percents
from equitable.intake.meaning.foot_rows import find_foot_rows
from equitable.intake.meaning.schema import Schema
from equitable.intake.profile import ColumnProfile, profile
from equitable.intake.published.rewriting import reshaped
from equitable.intake.published.tables import (
    Published,
    breakdowns_of,
    everyone_in,
    is_everyone,
    numbers_of,
    recognise,
    recognise_names,
)
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.settings import Settings
    from equitable.intake.source import Source


_MOST_HELD: Final = 400_000
"""Rows of a rewritten table that are kept in memory: some 100 MB, 14,000 schools."""


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
    profiles: Sequence[ColumnProfile] = profile(source, whole=whole)
    readings, rows = read_columns(profiles, settings)
    published = source.rewritten_as
    if not isinstance(published, Published):
        published = recognise(source, profiles)
        if published is not None and published.group and rows == "students":
            # No student belongs to 'All Students', or stands in one of several traits.
            rows = "counts"
        if published is not None and rows != "students":
            found_so = published
            source.rewrite(lambda part: reshaped(part, found_so))
            source.rewritten_as = published
            profiles = profile(source, whole=whole)
    elif published.layout != "long" or (published.group and rows == "students"):
        # Its columns were groups, or its rows; they are called otherwise now.  Or it
        # was taken for a table when it was first looked at.
        rows = "counts"
    if published is not None and rows != "students":
        profiles = _without_totals(profiles, published)
        readings, _ = read_columns(profiles, settings)
        readings = _told_by_breakdowns(readings, published)
    found = find_foot_rows(source, readings) if rows == "students" else ()
    for foot in found:
        source.leave_out(foot.condition, reason=foot.reason, rows=foot.rows)
    if found:
        readings, rows = read_columns(profile(source, whole=whole), settings)
    totals = totals_by_percents(source, readings) if rows == "counts" else {}
    schema = Schema(source.name, readings, rows, settings, totals, published)
    said = check_crosswalk_values(source, schema, settings)
    schema.breaks, of_breaks = find_breaks(source, schema, settings)
    schema.said = (*check_values(source, settings, readings), *said, *of_breaks)
    return schema


def _rewrite_named(source: Source) -> None:
    """A table that its columns' names settle is rewritten before it is looked at.

    The federal collection has some 1,700 columns, of which a few are looked at then.
    """
    published = recognise_names([column.name for column in source.columns])
    if published is not None and not isinstance(source.rewritten_as, Published):
        source.rewrite(lambda part: reshaped(part, published))
        source.rewritten_as = published
        source.hold(_MOST_HELD)


def _told_by_breakdowns(
    readings: Sequence[Reading], published: Published
) -> tuple[Reading, ...]:
    """Columns that only name a row's breakdown and group are no dimensions."""
    names = ", ".join(f"'{name}'" for name in published.breakdowns)
    total, *counts = numbers_of(published) or ("",)
    said = {
        **dict.fromkeys(
            published.named_by, (Role.OTHER, f"it names the groups of {names}")
        ),
        **dict.fromkeys(counts, (Role.COUNT, f"how many students, of '{total}'")),
        total: (Role.TOTAL, "all students of a group"),
    }
    readings = [
        replace(
            reading,
            role=Role.DIMENSION,
            reason="a breakdown of the table",
            confidence=0.9,
            may_name=False,
        )
        if reading.name in breakdowns_of(published)
        and reading.role is Role.OTHER
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
            if " ".join(text.casefold().split()) not in everyone
            and not (told and is_everyone(text))
        )
        lost = len(one.values) - len(values)
        missing = sum(rows for _, rows in one.values) - sum(rows for _, rows in values)
        kept.append(
            replace(
                one,
                values=values,
                distinct=one.distinct - lost,
                missing=one.missing + missing,
            )
            if lost
            else one
        )
    return kept
