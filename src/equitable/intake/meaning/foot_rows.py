"""Rows of totals and averages under a sheet of students, which are no students.

A person who adds up a column leaves 'Total' in the first one.  Read as a student, that
row is a school of its own and pulls every average.  It is recognised by what it says
and by its empty cells, left out, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from equitable.intake.meaning.columns import Reading
from equitable.intake.profile import cleaned_sql, quoted
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.source import Source

MOST: Final = 0.05
"""More rows than this share (and more than three) are no foot of a sheet."""
LEAST: Final = 10
"""A table of fewer rows may be of groups, with all students among them."""
LARGEST: Final = 16 << 20
"""Bytes of files up to which every row is looked at."""
_SAYS: Final = (
    r"((grand|sub|district|school|report|overall|class|group)[ -]?)?totals?"
    r"( (students|count|number|rows?|records?))?|(overall |school |class |grand )?"
    r"(averages?|means?|avg\.?|median)|all students|student count"
)
_FILLED: Final = 1 / 3
_PLACES: Final = frozenset({"school", "district", "region", "state"})
_TRAITS: Final = (Role.DIMENSION, Role.GRADE, Role.YEAR, Role.SCHOOL)


@dataclass(frozen=True, slots=True, kw_only=True)
class FootRows:
    """The rows found: a SQL condition that is true of them alone, and where they are.

    ``reason`` completes 'was left out: …'; it quotes nothing but the column's name.
    """

    condition: str
    rows: int
    reason: str


def find_foot_rows(source: Source, readings: Sequence[Reading]) -> tuple[FootRows, ...]:
    """The rows of a file of students that are none: of totals, and of empty cells.

    A row of totals says 'Total' (or 'Average' …) where a student, a school or the first
    text stands, and in its other columns of traits at most a third are filled.
    """
    own = source.own_columns
    readings = [reading for reading in readings if reading.name in own]
    size = sum(file.stat().st_size for file in source.paths)
    # A frame or a pipe has no size: it is small where the sample was all of it.
    unknown = not source.paths and readings and not readings[0].profile.whole
    if not readings or size > LARGEST or unknown:
        return ()
    totals, traits = _of_totals(readings)
    empty = " AND ".join(
        f"coalesce(trim(CAST({quoted(r.name)} AS VARCHAR)), '') = ''" for r in readings
    )
    row = source.query(
        f"SELECT count(*) AS n, count(*) FILTER ({totals}) AS foot,"
        f" count(*) FILTER ({empty}) AS empty FROM records"
    ).to_pylist()[0]
    rows, foot, blank = int(row["n"]), int(row["foot"]), int(row["empty"])
    found = []
    most = 1 if traits == 1 else max(3, int(MOST * rows))
    if 0 < foot <= most and rows - foot - blank >= LEAST:
        place = source.first_row(totals)
        where = f"row {place.row} of {place.file}" if place is not None else "its foot"
        reason = f"a total or an average, no student ({where})"
        if foot > 1:
            reason = f"totals or averages, no students (the first in {where})"
        found.append(FootRows(condition=totals, rows=foot, reason=reason))
    if 0 < blank < rows:
        found.append(
            FootRows(
                condition=empty, rows=blank, reason="without a value in any column"
            )
        )
    return tuple(found)


def find_total_rows(
    source: Source, readings: Sequence[Reading]
) -> tuple[FootRows, ...]:
    """Rows of a table of counts that total others and name no group.

    Where 'Total' stands for the school and the group is empty, everybody of the file
    would be read as a group of those not reported, and be counted once more.
    """
    texts = [r for r in readings if r.profile.type == "text" and not r.hidden]
    places = [r for r in texts if r.role is Role.SCHOOL or r.key in _PLACES]
    traits = [r for r in texts if r.role is Role.DIMENSION and r not in places]
    if not places or not traits:
        return ()
    empty = " AND ".join(f"{cleaned_sql(r.name)} IS NULL" for r in traits)
    says = " OR ".join(_says(r) for r in places)
    condition = f"({empty} AND coalesce({says}, FALSE))"
    rows = source.query(
        f"SELECT count(*) FILTER ({condition}) AS n FROM records"
    ).to_pylist()[0]["n"]
    if not rows:
        return ()
    place = source.first_row(condition)
    where = f", the first in row {place.row} of {place.file}" if place else ""
    reason = f"of a total, and of no group{where}"
    return (FootRows(condition=condition, rows=int(rows), reason=reason),)


def _says(reading: Reading) -> str:
    return f"regexp_full_match(lower(trim({quoted(reading.name)}, ' :*=')), '{_SAYS}')"


def _of_totals(readings: Sequence[Reading]) -> tuple[str, int]:
    """The condition of a row of totals, and how many columns of traits it looks at."""
    who = (Role.STUDENT, Role.IDENTIFIER, Role.SCHOOL)
    first = readings[0]
    say = [r for r in readings if r.role in who and r is not first]
    say = [r for r in (first, *say) if r.profile.type == "text"]
    # A student number is none of them: under it, a total often says how many.
    traits = [
        r for r in readings
        if r.role in _TRAITS or (r in say and r.role is not Role.STUDENT)
    ]  # fmt: skip
    if not say:
        return "FALSE", 0
    saying = [_says(r) for r in say]
    filled = " + ".join(
        ["0", *(f"CAST({cleaned_sql(r.name)} IS NOT NULL AS INT)" for r in traits)]
    )
    most = 1 + int(_FILLED * max(0, len(traits) - 1))
    return (
        f"(coalesce({' OR '.join(saying)}, FALSE) AND ({filled}) <= {most})",
        len(traits),
    )
