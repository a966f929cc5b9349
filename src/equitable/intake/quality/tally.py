"""One scan for all that quality asks: cells of every dimension, rolled up in memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from equitable.intake.meaning.defaults import indicator_columns
from equitable.intake.meaning.schema import Schema
from equitable.intake.names import is_suppressed
from equitable.intake.profile import cleaned_sql, quoted, yes_sql
from equitable.vocabulary import NOT_REPORTED, Dimension, Indicator, Kind

if TYPE_CHECKING:
    from equitable.intake.source import Source

OF_A_YEAR: Final = "counts of a whole year over one day's"
"""A year counts students who came and went; enrollment is of one day."""


class Tally:
    """The one query: cells of all dimensions, rolled up to each, and by year."""

    def __init__(
        self,
        schema: Schema,
        indicators: Sequence[Indicator],
        dimensions: Sequence[Dimension],
    ) -> None:
        self.indicators = list(indicators)
        year = schema.year
        self.year = year
        places = [d for d in (schema.grade,) if d is not None]
        chosen = {d.columns: d for d in [*dimensions, *places]}
        if year is not None:
            chosen.pop(year.columns, None)
        self.dimensions = list(chosen.values())
        # Where an empty cell says no, nothing is missing.
        of_indicators = [
            c
            for i in self.indicators
            if "" not in i.false_values
            for c in indicator_columns(i)
        ]
        says_something = {
            d.columns
            for d in self.dimensions
            if d.form == "column" and d.classify(None) != (NOT_REPORTED,)
        }
        of_groups = [
            c
            for d in self.dimensions
            if d.columns not in says_something
            for c in d.columns
        ]
        of_year = list(year.columns) if year else []
        self.columns = list(dict.fromkeys([*of_indicators, *of_groups, *of_year]))
        marks = schema.published.marks if schema.published else {}
        # Numbers that a tool wrote with a point are '-1.0'.
        said = [text for mark in marks for text in (mark, f"{mark}.0")]
        self.wrong = [w for i in self.indicators for w in _wrong_values(i, said)]
        self.wrong += [
            (
                f"{_number(r.name)} NOT BETWEEN 2 AND 100",
                r.name,
                "ages under 2 or over 100",
            )
            for r in schema.readings
            if r.key == "age" and r.profile.is_numeric and r.name in self.columns
        ]

    def count(self, source: Source) -> list[dict[str, Any]]:
        """Read the records once; ``level`` tells the roll-ups apart (0: everybody)."""
        rows: list[dict[str, Any]] = source.query(self._sql()).to_pylist()
        return rows

    def _sql(self) -> str:
        keys = [f"{_key(d)} AS d{place}" for place, d in enumerate(self.dimensions)]
        names = [f"d{place}" for place in range(len(self.dimensions))]
        by_year = self.year if self.dimensions else None
        if by_year is not None:
            keys.append(f"{_key(by_year)} AS y")
            names.append("y")
        sums = [
            f"count(*) FILTER ({cleaned_sql(column)} IS NULL) AS m{place}"
            for place, column in enumerate(self.columns)
        ]
        sums += [
            f"count(*) FILTER ({_has_none(indicator)}) AS o{place}"
            for place, indicator in enumerate(self.indicators)
        ]
        sums += [
            f"count(*) FILTER ({sql}) AS w{place}"
            for place, (sql, _, _) in enumerate(self.wrong)
        ]
        totals = [re.sub(r".* AS (\w+)$", r"sum(\1) AS \1", one, flags=re.DOTALL)
                  for one in sums]  # fmt: skip
        cells = ", ".join([*keys, "count(*) AS n", *sums])
        by = f" GROUP BY {', '.join(map(str, range(1, len(keys) + 1)))}" if keys else ""
        levels: list[tuple[str, ...]] = [()]
        levels += [(f"d{place}",) for place in range(len(self.dimensions))]
        if by_year is not None:
            levels += [(f"d{p}", "y") for p in range(len(self.dimensions))]
        sets = ", ".join(f"({', '.join(level)})" for level in levels)
        level = f"GROUPING({', '.join(names)})" if names else "0"
        bits = {_grouping_bits(names, one): place for place, one in enumerate(levels)}
        cases = " ".join(f"WHEN {b} THEN {p}" for b, p in bits.items())
        listed = ", ".join([*names, "sum(n) AS n", *totals])
        rolled = f" GROUP BY GROUPING SETS ({sets})" if names else ""
        chosen = f"CASE {level} {cases} END" if names else "0"
        return (
            f"WITH cells AS MATERIALIZED (SELECT {cells} FROM records{by}) "
            f"SELECT {chosen} AS level, {listed} FROM cells{rolled}"
        )

    def groups(
        self, found: Sequence[Mapping[str, Any]], place: int
    ) -> list[tuple[Mapping[str, Any], str | None]]:
        """The rows of one dimension alone, and what the file says in each."""
        return [(row, row[f"d{place}"]) for row in found if row["level"] == place + 1]

    def years(
        self, found: Sequence[Mapping[str, Any]], place: int
    ) -> list[tuple[Mapping[str, Any], str | None, str | None]]:
        """The rows of one dimension in each year."""
        level = 1 + len(self.dimensions) + place
        return [
            (row, row[f"d{place}"], row["y"]) for row in found if row["level"] == level
        ]


def _grouping_bits(names: Sequence[str], level: Sequence[str]) -> int:
    bits = 0
    for name in names:
        bits = bits * 2 + (name not in level)
    return bits


def _key(dimension: Dimension) -> str:
    if dimension.form == "flags":
        return " || ".join(
            f"CASE WHEN {cleaned_sql(c)} IS NULL THEN '?' WHEN "
            f"lower({cleaned_sql(c)}) IN ({yes_sql()}) THEN '1' ELSE '0' END"
            for c in dimension.columns
        )
    parts = [f"trim(CAST({quoted(c)} AS VARCHAR))" for c in dimension.columns]
    if len(parts) == 1:
        return parts[0]
    return " || chr(31) || ".join(f"coalesce({part}, '')" for part in parts)


def _number(column: str, further: Sequence[str] = ()) -> str:
    return f"TRY_CAST({cleaned_sql(column, further)} AS DOUBLE)"


def _has_none(indicator: Indicator) -> str:
    if indicator.condition is not None:
        return f"({indicator.condition.sql}) IS NULL"
    own = indicator.count or indicator.percent or indicator.column
    column = own or indicator.name
    if "" in indicator.false_values:
        return (
            f"coalesce(trim(CAST({quoted(column)} AS VARCHAR)), '') <> ''"
            f" AND {cleaned_sql(column, indicator.missing)} IS NULL"
        )
    further = indicator.missing
    if indicator.count is not None or indicator.percent is not None:
        # A mark in place of a count still bounds it, and its row is in the figures.
        further = tuple(text for text in further if not is_suppressed(text))
    none = f"{cleaned_sql(column, further)} IS NULL"
    if indicator.total is None:
        return none
    return f"{none} OR {cleaned_sql(indicator.total, indicator.missing)} IS NULL"


def _wrong_values(
    indicator: Indicator, said: Iterable[str]
) -> list[tuple[str, str, str]]:
    """SQL, column and words for what an outcome's values cannot be.

    ``said`` are marks that a person says the meaning of: '-1' may be one.
    """
    wrong = []
    missing = (*indicator.missing, *(said if indicator.is_counts else ()))
    column = indicator.column
    if indicator.count is not None and indicator.total is not None:
        count, total = (_number(c, missing) for c in (indicator.count, indicator.total))
        of = OF_A_YEAR if indicator.snapshot else "counts over their total in"
        what = f"{of} '{indicator.total}'"
        wrong.append((f"{count} > {total}", indicator.count, what))
        wrong.append((f"{count} < 0", indicator.count, "counts under 0"))
    elif column is not None and not indicator.true_values:
        value = _number(column, missing)
        if indicator.low is not None:
            wrong.append(
                (f"{value} < {float(indicator.low)!r}", column,
                 f"values under {indicator.low:g}")
            )  # fmt: skip
        if indicator.high is not None:
            wrong.append(
                (f"{value} > {float(indicator.high)!r}", column,
                 f"values over {indicator.high:g}")
            )  # fmt: skip
        days = indicator.kind in (Kind.SHARE_OF_DAYS, Kind.PER_100)
        if days and indicator.low is None:
            wrong.append((f"{value} < 0", column, "values under 0"))
        if indicator.enrolled is not None:
            enrolled = _number(indicator.enrolled)
            wrong.append((f"{value} > {enrolled}", column,
                          f"more days than in '{indicator.enrolled}'"))  # fmt: skip
            wrong.append((f"{enrolled} < 0 OR {enrolled} > 366", indicator.enrolled,
                          "days under 0 or over 366"))  # fmt: skip
    return wrong
