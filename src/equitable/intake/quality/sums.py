"""Totals of a published table held against their parts.

A report card says 'All students' beside each race: the numbers of students must add up,
and what was counted of them too, unless something is held back.  Where they do not, the
first rows and by how much are said; the figures are given all the same, as neither
number is known to be the wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from equitable.intake.names import meaning_of
from equitable.intake.published.civil_rights import EVERYONE
from equitable.intake.published.tables import (
    Published,
    breakdowns_of,
    everyone_in,
)
from equitable.intake.quality.findings import Finding
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import Indicator, Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.source import Source

_NUMBERS: Final = 3
"""Numbers of a table that are looked at: its total, and the first counts."""
_MOST: Final = 3
"""Places named in a finding."""
_FEW_LACK: Final = 0.005
"""The share of a total that may lack in its parts: some groups are not published."""
_WHOLE: Final = frozenset({"race", "gender"})
"""Traits of which every student has one: their groups make the whole."""
_DECIMALS: Final = 3
_FEW_WRONG: Final = 2
_MANY_WRONG: Final = 0.05
"""The share of percentages from which on they are not put down to rounding."""
_LARGEST: Final = 2_000_000
"""Rows up to which each is looked at."""


def sums_that_differ(
    source: Source, schema: Schema, indicators: Sequence[Indicator]
) -> list[Finding]:
    """Findings of totals that are not the sum of their parts, or are lacking.

    For each breakdown of race or gender, and each number that the indicators use; in
    the same place, year, grade and level.
    """
    published = schema.published
    if published is None or schema.rows_are != "counts":
        return []
    if published.layout == "civil rights":
        return []  # Its totals and their parts are held against each other elsewhere.
    numbers: dict[str, None] = dict.fromkeys(
        column
        for one in indicators
        for column in (one.total, one.count)
        if column is not None and one.count is not None
    )
    found: list[Finding] = []
    for breakdown in _whole_breakdowns(schema, published):
        for number in list(numbers)[:_NUMBERS]:
            found += _of_one(_asked(source, schema, published, breakdown, number))
    return found


def impossible_percentages(
    source: Source, indicators: Sequence[Indicator]
) -> list[Finding]:
    """Findings of percentages that no whole number of their students gives.

    A few come of a publisher's own rounding.  Many say that a column holds fractions
    beside percentages, or that its total is of other students.
    """
    found = []
    for one in indicators:
        if one.percent is None or one.total is None:
            continue
        text, total = (
            f"REPLACE(REPLACE(TRIM(CAST({quote_name(name)} AS VARCHAR)), '%', ''),"
            " ',', '')"
            for name in (one.percent, one.total)
        )
        share, of = f"TRY_CAST({text} AS DOUBLE)", f"TRY_CAST({total} AS DOUBLE)"
        # By the number's own decimals; 45.2000008 is 45.2 as many tools write it.
        half = " ".join(
            f"WHEN ABS({share} - ROUND({share}, {place})) < 1e-4 THEN {0.5 / 10**place}"
            for place in range(_DECIMALS)
        )
        half = f"(CASE {half} END)"
        least, most = (
            f"({share} {sign} {half}) * {of} / {float(one.hundred)!r}" for sign in "-+"
        )
        # Under 0 it is a mark, or an error of its own.
        none = f"COALESCE(CEIL({least} - 1e-6) > FLOOR({most} + 1e-6), FALSE)"
        none += f" AND {share} >= 0"
        row = source.query(
            f"SELECT COUNT(*) FILTER ({share} IS NOT NULL AND {of} > 0) AS n,"
            f" COUNT(*) FILTER ({none}) AS wrong"
            f" FROM (SELECT * FROM records LIMIT {_LARGEST})"
        ).to_pylist()[0]
        wrong, rows = int(row["wrong"]), int(row["n"])
        if wrong < _FEW_WRONG or wrong < _MANY_WRONG * rows:
            continue
        first = source.first_row(none)
        where = f" (the first in row {first.row})" if first is not None else ""
        found.append(
            Finding(
                kind="impossible values",
                severity="caution",
                sentence=f"{wrong:,} of {rows:,} percentages in '{one.percent}' are"
                f" what no whole number of '{one.total}' gives{where}.",
                next_step="See whether it holds fractions of 1 beside percentages, and"
                f" whether '{one.total}' is the number of students that they are of.",
                column=one.percent,
            )
        )
    return found


def _whole_breakdowns(schema: Schema, published: Published) -> list[str]:
    """Columns whose groups make everybody and that hold everybody's total too."""
    known = {r.name: r for r in schema.readings}
    chosen = []
    for name in dict.fromkeys((*breakdowns_of(published), *published.totals)):
        reading = known.get(name)
        named = meaning_of(name)
        keys = {name.casefold()}
        keys |= {reading.key} if reading is not None else set()
        keys |= {named.meaning.key} if named is not None else set()
        if keys & _WHOLE and everyone_in(published, name):
            chosen.append(name)
    return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One number over one breakdown, as SQL."""

    source: Source
    number: str
    breakdown: str
    is_total: str
    """True of a row that is of everybody."""
    alone: str
    """True of a row of no other breakdown."""
    keys: tuple[str, ...]
    """What tells one place, year and grade from another."""

    def sums(self) -> list[dict[str, Any]]:
        """The places whose total is not the sum of its parts, or is lacking."""
        listed = "".join(f"{key} AS k{i}, " for i, key in enumerate(self.keys))
        by = ", ".join(f"k{i}" for i in range(len(self.keys)))
        plain = f"REPLACE(TRIM(CAST({quote_name(self.number)} AS VARCHAR)), ',', '')"
        value = f"TRY_CAST({plain} AS DOUBLE)"
        found: list[dict[str, Any]] = self.source.query(
            f"SELECT * FROM (SELECT {by + ', ' if by else ''}"
            " COUNT(*) FILTER (whole) AS totals, MAX(v) FILTER (whole) AS total,"
            " COUNT(*) FILTER (NOT whole) AS parts,"
            " SUM(v) FILTER (NOT whole) AS summed,"
            " COUNT(*) FILTER (NOT whole AND v IS NULL) AS hidden"
            f" FROM (SELECT {listed}{self.is_total} AS whole,"
            f" CASE WHEN {value} >= 0 THEN {value} END AS v FROM records"
            f" WHERE {self.alone} LIMIT {_LARGEST}){f' GROUP BY {by}' if by else ''})"
            " WHERE totals = 1 AND parts > 1 AND summed IS NOT NULL"
            " AND (total IS NULL OR summed > total OR (hidden = 0 AND summed < total))"
            + (f" ORDER BY {by}" if by else "")
        ).to_pylist()
        return found

    def places(self, found: Sequence[Mapping[str, Any]], *, sizes: bool) -> str:
        """The rows of the first totals, and how they differ from their parts."""
        said = []
        for one in found[:_MOST]:
            same = [
                f"{key} = {quote_value(str(one[f'k{i}']))}"
                for i, key in enumerate(self.keys)
            ]
            at = self.source.first_row(" AND ".join([self.alone, self.is_total, *same]))
            where = f"row {at.row}" if at is not None else "one place"
            if sizes:
                where += f" ({one['summed']:,.0f} against {one['total']:,.0f})"
            said.append(where)
        more = f" and {len(found) - _MOST:,} more" if len(found) > _MOST else ""
        return ", ".join(said) + more


def _asked(
    source: Source, schema: Schema, published: Published, breakdown: str, number: str
) -> _Asked:
    text = f"LOWER(TRIM(CAST({quote_name(breakdown)} AS VARCHAR)))"
    folded = f"REGEXP_REPLACE({text}, '\\s+', ' ', 'g')"
    told = ", ".join(map(quote_value, everyone_in(published, breakdown)))
    # A row of another breakdown is of everybody here, and is no total of this one.
    others = [b for b in breakdowns_of(published) if b != breakdown]
    alone = [f"{quote_name(name)} = {quote_value(EVERYONE)}" for name in others]
    return _Asked(
        source=source,
        number=number,
        breakdown=breakdown,
        is_total=f"COALESCE({folded} IN ({told}), FALSE)",
        alone=" AND ".join(alone or ["TRUE"]),
        keys=_keys(source, schema, published, breakdown),
    )


def _of_one(asked: _Asked) -> list[Finding]:
    sums = asked.sums()
    given = [one for one in sums if one["total"] is not None]
    lacking = [one for one in sums if one["total"] is None and not one["hidden"]]
    over = [one for one in given if one["summed"] > one["total"]]
    under = [one for one in given if one["summed"] < one["total"] * (1 - _FEW_LACK)]
    findings = [
        Finding(
            kind="impossible values",
            severity="caution",
            sentence=f"In '{asked.number}', the groups of '{asked.breakdown}' {what}:"
            f" {asked.places(found, sizes=True)}.",
            next_step=step,
            column=asked.number,
        )
        for found, what, step in (
            (over, "add up to more than their total", _OVER),
            (
                under,
                "add up to less than their total, though none is held back",
                _UNDER,
            ),
        )
        if found
    ]
    if lacking:
        findings.append(
            Finding(
                kind="missing",
                severity="caution",
                sentence=f"In '{asked.number}', the total over '{asked.breakdown}' is"
                " not given though its parts are:"
                f" {asked.places(lacking, sizes=False)}. It is not read as 0.",
                next_step="Figures of everyone are then of the groups that are given.",
                column=asked.number,
            )
        )
    return findings


_OVER: Final = (
    "Ask the publisher which is right; groups may overlap, or a row may stand twice."
    " Figures of everyone are then the sum of the groups."
)
_UNDER: Final = (
    "Some students may be in none of the groups; where they should be, ask the"
    " publisher."
)


def _keys(
    source: Source, schema: Schema, published: Published, breakdown: str
) -> tuple[str, ...]:
    told = {*breakdowns_of(published), *published.named_by, breakdown}
    numbers = (Role.TOTAL, Role.COUNT, Role.OTHER, Role.OUTCOME)
    figures = {
        r.name for r in schema.readings if r.profile.is_numeric and r.role in numbers
    }
    return tuple(
        f"LOWER(TRIM(COALESCE(CAST({quote_name(column.name)} AS VARCHAR), '')))"
        for column in source.columns
        if column.name not in told and column.name not in figures
    )
