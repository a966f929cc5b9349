"""Which columns of a published table are how many students, and how many of them.

Names say it where they can.  Where none does, arithmetic may: a total is never less
than what it is a total of, in any row.  What is found so is a guess, and is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from equitable.intake.meaning.columns import Reading
from equitable.intake.names import marker, meaning_of, words
from equitable.intake.profile import quoted
from equitable.vocabulary import Kind, Role

if TYPE_CHECKING:
    from equitable.intake.source import Source

_SIZE: Final = frozenset(
    {"tested", "tests", "test", "takers", "enrolled", "enrollment", "enrolment",
     "valid", "included", "eligible", "cohort", "denominator", "currdenom", "students",
     "pupils", "student", "pupil", "participants", "headcount", "population", "n",
     "total", "denom", "scores"}
)  # fmt: skip
_REACHED: Final = re.compile(
    r"(?i)met|meets?|meeting|exceed|profic|pass|master|advanced|attain|graduat|complet"
    r"|suspen|expel|expul|absen|truan|drop|referr|arrest|retain|numer|level|on.?track"
    r"|ready|enrolled in|taking|college|discipl|below|basic|m\+e"
)
_CODES_FROM: Final = 100
"""Negative numbers over minus this may be codes in place of a count."""
_CODE: Final = frozenset(
    {"code", "id", "irn", "fips", "cds", "rcdts", "number", "nces", "year", "grade",
     "zip", "campus", "lea", "leaid", "building", "district", "school", "period", "urn",
     "rank", "line", "row"}
)  # fmt: skip


def with_sizes(source: Source, readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings of a published table, with its total and its counts.

    A total that the name of a column gives away, or a person, stays.
    """
    counts = [r for r in readings if _could_count(r)]
    total = next((r for r in readings if r.role is Role.TOTAL), None)
    made = list(readings)
    if total is None:
        total = _total_of(source, counts)
        if total is None:
            return tuple(made)
        sure = bool({*words(total.name)} & _SIZE)
        made[made.index(total)] = replace(
            total,
            role=Role.TOTAL,
            meaning=None,
            reason="how many students, as its name and numbers say"
            if sure
            else "never less than the other counts in its rows",
            confidence=0.65 if sure else 0.4,
            may_name=False,
        )
    for place, reading in enumerate(made):
        if reading is total or reading.yours:
            continue
        if (
            reading in counts
            and reading.role in (Role.OTHER, Role.COUNT, Role.OUTCOME)
            and reached(reading)
        ):
            made[place] = replace(
                reading,
                role=Role.COUNT,
                reason=f"how many of '{total.name}', as its name says",
                confidence=0.6,
                may_name=False,
            )
        elif reading.role is Role.COUNT and (
            is_share(reading) or not reading.profile.is_integer
        ):
            made[place] = replace(
                reading,
                role=Role.OTHER,
                reason="percentages or shares, which cannot be averaged over groups",
                confidence=0.6,
            )
        elif reading.role is Role.COUNT and is_code(reading):
            made[place] = replace(
                reading, role=Role.OTHER, reason="a code, by its name", confidence=0.6
            )
    return tuple(made)


def paired(readings: Sequence[Reading]) -> dict[str, str]:
    """From each count to the total whose name begins, or ends, as its own does.

    'ELA Proficient' is of 'ELA Tested', and 'Math Proficient' of 'Math Tested'; empty
    where there is no more than one total.
    """
    sizes = [r for r in readings if _could_count(r) and {*words(r.name)} & _SIZE]
    sizes = [r for r in sizes if not reached(r) or r.role is Role.TOTAL]
    if len(sizes) < 2:
        return {}
    found: dict[str, str] = {}
    for reading in readings:
        if reading in sizes or not _could_count(reading) or not reached(reading):
            continue
        shared = [(_shared_words(reading.name, size.name), size.name) for size in sizes]
        most = max(shared)
        if most[0] and [one[0] for one in shared].count(most[0]) == 1:
            found[reading.name] = most[1]
    return found


def _shared_words(one: str, other: str) -> int:
    """How many words two names begin, or end, with alike."""
    first, second = words(one), words(other)
    ahead = sum(1 for _ in takewhile(_same, zip(first, second, strict=False)))
    pairs = zip(reversed(first), reversed(second), strict=False)
    return max(ahead, sum(1 for _ in takewhile(_same, pairs)))


def _same(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]


def counts_within(source: Source, counts: Sequence[str], total: str) -> list[str]:
    """Those counts that are in no row more than the total."""
    if not counts:
        return []
    whole = f"TRY_CAST(REPLACE(CAST({quoted(total)} AS VARCHAR), ',', '') AS DOUBLE)"
    over = ", ".join(
        f"COUNT(*) FILTER (TRY_CAST(REPLACE(CAST({quoted(name)} AS VARCHAR), ',', '')"
        f" AS DOUBLE) > {whole}) AS o{place}"
        for place, name in enumerate(counts)
    )
    row = source.query(f"SELECT {over} FROM records").to_pylist()[0]
    return [name for place, name in enumerate(counts) if not row[f"o{place}"]]


def is_share(reading: Reading) -> bool:
    """Whether a column of a published table is of percentages or shares."""
    profile = reading.profile
    if not profile.is_numeric or reading.hidden or is_code(reading):
        return False
    signed = any("%" in text for text in profile.texts) or "%" in reading.name
    if not (signed or marker(reading.name) == "percent"):
        return False
    return (profile.low or 0) >= 0 and (profile.high or 0) <= 100


def _could_count(reading: Reading) -> bool:
    profile = reading.profile
    return (
        profile.is_integer
        and not reading.hidden
        and (profile.low or 0) > -_CODES_FROM
        and (profile.high or 0) > 1
        and marker(reading.name) != "percent"
        and profile.shape("year") < 0.9
        and not is_share(reading)
    )


def is_code(reading: Reading) -> bool:
    """Whether a column of numbers names something, and counts nothing."""
    return bool({*words(reading.name)} & _CODE) and marker(reading.name) is None


def reached(reading: Reading) -> bool:
    """Whether a column's name speaks of something that students did or reached."""
    named = meaning_of(reading.name)
    counted = named is not None and (
        named.meaning.kind is Kind.RATE or named.meaning.role is Role.COUNT
    )
    return counted or _REACHED.search(reading.name) is not None


def _total_of(source: Source, counts: Sequence[Reading]) -> Reading | None:
    free = [r for r in counts if not is_code(r) and not r.yours]
    named = [r for r in free if {*words(r.name)} & _SIZE and not reached(r)]
    if named:
        return max(named, key=lambda r: r.profile.high or 0)
    others = [r for r in free if reached(r)]
    whole = [r for r in free if not reached(r)]
    if len(whole) == 1 and others:
        names = [r.name for r in others]
        if counts_within(source, names, whole[0].name) == names:
            return whole[0]
    return None
