"""What stands in place of numbers in a published table's columns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from equitable.intake.profile import plain_number
from equitable.intake.published.blurs import Mark, read_among
from equitable.intake.published.tables import Published
from equitable.intake.where import quote_name

if TYPE_CHECKING:
    from equitable.intake.source import Source
    from equitable.vocabulary import Indicator

MOST_MARKS: Final = 2_000
"""Different texts looked at in one column; a table with more is no published one."""


def read_marks(source: Source, indicator: Indicator) -> dict[str, dict[str, Mark]]:
    """By column and text (trimmed, lower case): what each mark says.

    Empty where the indicator is of students' own records.  What no publisher writes is
    not among them, and is for the scan to refuse by its row.
    """
    figure = indicator.column if indicator.figures is not None else None
    if indicator.count is None and indicator.percent is None and figure is None:
        return {}
    found: dict[str, dict[str, Mark]] = {}
    known = {c.name for c in source.columns if c.type in ("text", "number")}
    table = source.rewritten_as
    said = table.marks if isinstance(table, Published) else {}
    written: dict[str, list[str]] = {}
    for column in (indicator.count, indicator.percent, indicator.total, figure):
        if column is None or column not in known:
            continue
        text = f"LOWER(TRIM(CAST({quote_name(column)} AS VARCHAR)))"
        number = f"TRY_CAST({text} AS DOUBLE)"
        written[column] = source.query(
            f"SELECT DISTINCT {text} AS t FROM records WHERE {text} IS NOT NULL"
            f" AND ({number} IS NULL OR {number} < 0) ORDER BY t LIMIT {MOST_MARKS}"
        )["t"].to_pylist()
    beside = {value for values in written.values() for value in values}
    for column, values in written.items():
        marks = {
            value: mark
            for value in values
            if (mark := said.get(plain_number(value)) or read_among(value, beside))
        }
        codes = {
            value
            for value, mark in marks.items()
            if not mark.withheld
            and _is_negative(value)
            and plain_number(value) not in said
        }
        if not _are_reserve_codes(codes):
            # One small negative number alone is a mistake, to be refused by its row.
            marks = {value: mark for value, mark in marks.items() if value not in codes}
        found[column] = {
            value: mark
            for value, mark in marks.items()
            if (mark.exact is None or plain_number(value) in said)
            # An average may well be under 0.
            and not (column == figure and _is_negative(value) and value not in said)
        }
    return found


def _is_negative(text: str) -> bool:
    return text.startswith("-") and text.lstrip("-.").replace(".", "").isdecimal()


def _are_reserve_codes(codes: Iterable[str]) -> bool:
    """Whether negative numbers are codes: several of them, or one far below 0."""
    numbers = {int(float(code)) for code in codes}
    return len(numbers) > 1 or min(numbers, default=0) <= -8
