"""Values that ``equity.toml`` names, held against those that the file holds.

A value that is nowhere in the file gives a rate of 0 % or a group of nobody, which
looks like a finding and is a slip of the pen.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.errors import SettingsError
from equitable.intake.identifiers import SHARED_ROWS
from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.outcomes import overlapping_totals
from equitable.intake.names import yes_words
from equitable.intake.profile import cleaned_sql, plain_number
from equitable.vocabulary import MISSING_TOKENS, Condition, Role

if TYPE_CHECKING:
    from equitable.intake.settings import IndicatorSettings, Settings
    from equitable.intake.source import Source

_LISTED: Final = 12
_MOST: Final = 10_000
_PARTS: Final = re.compile(r"[;,|/+&]")


def check_values(
    source: Source, settings: Settings | None, readings: Sequence[Reading]
) -> tuple[str, ...]:
    """What is to be said of declared values of which the file holds only some.

    Upper and lower case, blanks around a value and the '.0' of a whole number do not
    count.  A ``missing`` code that is nowhere does no harm, and is only said.

    Raises
    ------
    SettingsError
        Where the file holds none of an indicator's ``true`` (unless all that it holds
        is listed as ``false``), or none of a dimension's ``values``.
    """
    if settings is None:
        return ()
    by_name = {reading.name.casefold(): reading for reading in readings}
    notes: list[str] = []
    for name, entry in settings.indicators.items():
        reading = by_name.get((entry.column or name).casefold())
        named = {*entry.true, *entry.false, *entry.missing}
        if reading is None or reading.hidden or not named:
            continue
        held = _held(source, [reading], named)
        place = f"[indicators.{name}]"
        others = {_plain(v) for v in entry.false} & held
        if entry.true and not {_plain(v) for v in entry.true} & held and not others:
            raise _refused(source, settings, f"{place} true", entry.true, [reading])
        # A usual word for yes that nobody wrote yet is no mistake, where all is named.
        known = {_plain(v) for v in reading.profile.texts} <= {_plain(v) for v in named}
        usual = yes_words() if known else frozenset()
        true = [v for v in entry.true if v.casefold() not in usual]
        for key, values in (("true", true), ("missing", entry.missing)):
            notes += _noted(f"{place} {key}", values, held, reading.name)
    for name, group in settings.dimensions.items():
        own = [by_name.get(column.casefold()) for column in group.columns or (name,)]
        columns = [r for r in own if r is not None and not r.hidden]
        # What an empty cell says ("") holds for cells, not for a value.
        values = tuple(value for value in group.values if value.strip())
        if not values or len(columns) != len(own):
            continue
        held = _held(source, columns, values)
        held |= {_plain(reading.name) for reading in columns if len(columns) > 1}
        place = f"[dimensions.{name}] values"
        if not {_plain(value) for value in values} & held:
            raise _refused(source, settings, place, values, columns)
        notes += _noted(place, values, held, columns[0].name)
    return tuple(notes)


def own_count(entry: IndicatorSettings, reading: Reading | None) -> str | None:
    """The column of counts that an entry is named for, where it gives a total only.

    Numbers of students would else be averaged as if each were one student's score.
    """
    others = (entry.column, entry.percent, entry.kind)
    if reading is None or entry.total is None or any(other for other in others):
        return None
    return reading.name if reading.role is Role.COUNT else None


def _plain(text: str) -> str:
    return plain_number(text.strip()).casefold()


def _held(
    source: Source, readings: Sequence[Reading], named: Iterable[str]
) -> set[str]:
    """Values of some columns, as they are compared; and the parts of lists."""
    wanted = {_plain(value) for value in named}
    held: set[str] = set()
    for reading in readings:
        found = reading.profile
        texts: Iterable[str] = found.texts
        if not (found.whole and found.complete) and wanted - {_plain(t) for t in texts}:
            text = cleaned_sql(reading.name)
            rows = source.query(
                f"SELECT DISTINCT {text} AS v FROM records WHERE {text} IS NOT NULL"
                f" LIMIT {_MOST + 1}"
            ).to_pylist()
            if len(rows) > _MOST:
                # Scores: each is looked for by itself.
                same = rf"lower(regexp_replace({text}, '\.0+$', ''))"
                marks = ", ".join("?" for _ in wanted)
                rows = source.query(
                    f"SELECT DISTINCT {same} AS v FROM records"
                    f" WHERE {same} IN ({marks})",
                    sorted(wanted),
                ).to_pylist()
            texts = [row["v"] for row in rows]
        for text in texts:
            held |= {_plain(text), *(_plain(part) for part in _PARTS.split(text))}
    # What says 'no value' in every file is not among a column's values.
    return held | (wanted & MISSING_TOKENS)


def _noted(place: str, values: Sequence[str], held: set[str], column: str) -> list[str]:
    absent = [value for value in values if _plain(value) not in held]
    if not absent:
        return []
    more = f" and {len(absent) - 5} more" if len(absent) > 5 else ""
    listed = ", ".join(f"'{value}'" for value in absent[:5]) + more
    verb = "does" if len(absent) == 1 else "do"
    return [f"{place}: {listed} {verb} not stand in '{column}'."]


def _refused(
    source: Source,
    settings: Settings,
    place: str,
    values: Sequence[str],
    readings: Sequence[Reading],
) -> SettingsError:
    """The values that exist, nearest first, of those that may be quoted."""
    wanted = " ".join(values).casefold()
    there = {
        plain_number(text): None
        for reading in readings
        if not reading.may_name
        for text, rows in reading.profile.values
        if rows >= SHARED_ROWS or _is_code(text)
    }
    near = sorted(
        there,
        key=lambda text: (
            -max(
                difflib.SequenceMatcher(None, text.casefold(), one.casefold()).ratio()
                for one in (*values, wanted)
            )
        ),
    )
    more = f" and {len(near) - _LISTED} more" if len(near) > _LISTED else ""
    listed = ", ".join(f"'{text}'" for text in near[:_LISTED]) + more
    named = ", ".join(f"'{value}'" for value in values[:5])
    columns = " or ".join(f"'{reading.name}'" for reading in readings)
    holds = "holds none of" if len(values) > 1 else "does not hold"
    return SettingsError(
        f"{place}: {columns} of {source.name} {holds} {named}",
        file=settings.file,
        next_step=(f"Its values are {listed}." if listed else "Look at its values.")
        + (
            " If nobody reached it, list the others as false."
            if place.endswith("true")
            else ""
        ),
    )


def _is_code(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    digits = sum(character.isdigit() for character in text)
    return letters <= 3 and digits <= 3 and len(text) <= 8


def readings_within(
    source: Source, readings: Sequence[Reading], where: Condition
) -> list[Reading]:
    """Columns with only those values that they have in the rows a condition keeps.

    Only of columns with values for everybody ('All Students'), about which something
    would be said otherwise.
    """
    kept = []
    for reading in readings:
        found, values = reading.profile, reading.profile.values
        if not reading.hidden and overlapping_totals(reading.codes):
            text = cleaned_sql(reading.name)
            rows = source.query(
                f"SELECT DISTINCT {text} AS v FROM records WHERE ({where.sql})"
                f" AND {text} IS NOT NULL LIMIT {_MOST}"
            ).to_pylist()
            held = {row["v"] for row in rows}
            values = tuple(entry for entry in found.values if entry[0] in held)
        kept.append(replace(reading, profile=replace(found, values=values)))
    return kept
