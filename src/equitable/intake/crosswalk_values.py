"""The crosswalk of values held against the records: does all fit, and count once?

Two spellings of one group may stand in different years.  Where both stand in the same
year of a table of counts, for the same place, they are two groups, or one and its part:
as one they would be added up, and students would count twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from equitable.errors import SettingsError, did_you_mean
from equitable.intake.identifiers import SHARED_ROWS
from equitable.intake.meaning.columns import Reading
from equitable.intake.names import words
from equitable.intake.profile import cleaned_sql
from equitable.intake.readers.crosswalk import folded_sql
from equitable.intake.readers.parts import Column, sql_text
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.settings import Settings
    from equitable.intake.source import Source

_MOST: Final = 10_000
_KEYS: Final = frozenset({Role.YEAR, Role.SCHOOL, Role.GRADE, Role.DIMENSION})
_CODES: Final = frozenset({"id", "code", "number", "num", "no", "nbr", "dbn", "key"})


def check_crosswalk_values(
    source: Source, schema: Schema, settings: Settings | None
) -> tuple[str, ...]:
    """What is to be said of ``[crosswalk.values]``, which was followed already.

    Raises
    ------
    SettingsError
        Where no spelling of a value stands in the file, or where in a table of counts
        two of them stand in the same year for the same place.
    """
    if settings is None or not settings.crosswalk.values:
        return ()
    notes: list[str] = []
    with source.as_written() as raw:
        there = {column.name.casefold(): column for column in raw.columns}
        for name, values in settings.crosswalk.values.items():
            column = there[settings.crosswalk_name(name).casefold()]
            notes += _absent(raw, column, values, schema, settings)
            if schema.rows_are != "students":
                _refuse_double(raw, column, values, schema, settings)
    return tuple(notes)


def _absent(
    raw: Source,
    column: Column,
    values: Mapping[str, Sequence[str]],
    schema: Schema,
    settings: Settings,
) -> list[str]:
    held = _distinct(raw, column)
    if len(held) >= _MOST:
        return []
    place = f"[crosswalk.values.{column.name}]"
    notes = []
    for value, others in values.items():
        named = [value, *others]
        absent = [one for one in others if _folded(one) not in held]
        if not {_folded(one) for one in named} & held.keys():
            reading = next((r for r in schema.readings if r.name == column.name), None)
            listed = " or ".join(f"'{one}'" for one in named)
            raise SettingsError(
                f"{place}: {schema.file} does not hold {listed}",
                file=settings.file,
                next_step=did_you_mean(
                    named[-1], _quotable(held, reading, schema), what="values"
                ),
            )
        notes += [
            f"{place}: '{one}' does not stand in '{column.name}'." for one in absent
        ]
    return notes


def _distinct(raw: Source, column: Column) -> dict[str, tuple[str, int]]:
    """From each value as it is compared to its spelling and how many rows have it."""
    rows = raw.query(
        f"SELECT {folded_sql(column)} AS f, min(trim(CAST({cleaned_sql(column.name)} AS"
        f" VARCHAR))) AS v, count(*) AS n FROM records"
        f" WHERE {cleaned_sql(column.name)} IS NOT NULL"
        f" GROUP BY 1 ORDER BY n DESC, f LIMIT {_MOST}"
    ).to_pylist()
    return {row["f"]: (row["v"], row["n"]) for row in rows}


def _quotable(
    held: Mapping[str, tuple[str, int]], reading: Reading | None, schema: Schema
) -> Iterable[str]:
    """Values that many rows share, of a column that names nobody."""
    if reading is None or reading.hidden or reading.may_name:
        return []
    least = SHARED_ROWS if schema.rows_are == "students" else 1
    return [text for text, rows in held.values() if rows >= least]


def _refuse_double(
    raw: Source,
    column: Column,
    values: Mapping[str, Sequence[str]],
    schema: Schema,
    settings: Settings,
) -> None:
    keys = _keys(raw, schema, column)
    year = schema.year.columns[0] if schema.year else None
    told = cleaned_sql(year) if year else "NULL"
    by = "".join(f", {cleaned_sql(key)}" for key in keys)
    for value, others in values.items():
        spelled = {_folded(one): one for one in (value, *others)}
        if len(spelled) < 2:
            continue
        listed = ", ".join(map(sql_text, spelled))
        found = raw.query(
            f"SELECT {told} AS y, list_sort(list(DISTINCT {folded_sql(column)})) AS v"
            f" FROM records WHERE {folded_sql(column)} IN ({listed})"
            f" GROUP BY {told}{by}"
            f" HAVING count(DISTINCT {folded_sql(column)}) > 1 ORDER BY y LIMIT 1"
        ).to_pylist()
        if not found:
            continue
        both = " and ".join(f"'{spelled[one]}'" for one in found[0]["v"])
        when = f"in {found[0]['y']}, " if found[0]["y"] else ""
        raise SettingsError(
            f"[crosswalk.values.{column.name}]: {when}{both} both stand for the same"
            f" place; as one group, '{value}', their students would count twice",
            file=settings.file,
            next_step="Take the one that is not the same group out of the crosswalk.",
        )


def _keys(raw: Source, schema: Schema, column: Column) -> list[str]:
    """The columns that tell places and groups apart in one year.

    Not one that the groups' names settle, as it only names their breakdown: it changes
    with the name.
    """
    there = {one.name for one in raw.columns} - {column.name}
    kept = [
        reading
        for reading in schema.readings
        if reading.name in there
        and (reading.role in _KEYS or (reading.role is Role.OTHER and _tells(reading)))
    ]
    loose = [r.name for r in kept if r.role in (Role.DIMENSION, Role.OTHER)]
    if not loose:
        return [reading.name for reading in kept]
    counted = ", ".join(
        f"count(DISTINCT {cleaned_sql(name)}) AS c{place}"
        for place, name in enumerate(loose)
    )
    most = ", ".join(f"max(c{place}) AS m{place}" for place in range(len(loose)))
    row = raw.query(
        f"SELECT {most} FROM (SELECT {folded_sql(column)} AS v, {counted} FROM records"
        " GROUP BY 1)"
    ).to_pylist()[0]
    settled = {name for place, name in enumerate(loose) if (row[f"m{place}"] or 0) <= 1}
    return [reading.name for reading in kept if reading.name not in settled]


def _tells(reading: Reading) -> bool:
    code = set(words(reading.name)) & _CODES or re.search(r"(?i)id$", reading.name)
    return bool(code) or not reading.profile.is_numeric


def _folded(text: str) -> str:
    return text.strip().lower()
