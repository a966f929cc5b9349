"""What is wrong with a published row: its count, its total, or the two together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from equitable.vocabulary import Indicator

_RANGE: Final = re.compile(r"\s*(\d[\d,.]*)\s*%?\s*(?:[-–—]|to)\s*(\d[\d,.]*)\s*%?\s*")
_MARKS: Final = (
    "What stands for a number that is held back is said in equity.toml, as in"
    ' [published] marks = { "-1" = "withheld" }.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """The column that a person is to look at, and what is to be said of its value."""

    column: str
    because: str
    next_step: str


def wrong_count(indicator: Indicator, values: Mapping[str, Any]) -> Wrong | None:
    """What is wrong with the count and the total in a row.

    ``None`` where that cannot be said from the two texts.
    """
    count, total = indicator.count or "", indicator.total or ""
    alone = _no_number(count, values.get(count)) or _no_number(total, values.get(total))
    if alone is not None:
        return alone
    some, students = _number(values.get(count)), _number(values.get(total))
    if some is None or students is None or some <= students:
        return None
    return Wrong(
        column=count,
        because=f"is more than '{total}' of the same row, which it is counted out of",
        next_step="Correct the row, or check which column is the count of"
        f" '{indicator.label}' and which the total.",
    )


def wrong_percent(indicator: Indicator, values: Mapping[str, Any]) -> Wrong | None:
    """The same of a percentage and the number of students that it is of."""
    percent, total = indicator.percent or "", indicator.total or ""
    return _turned(percent, values.get(percent)) or _no_number(total, values.get(total))


def _no_number(column: str, value: Any) -> Wrong | None:
    """Where a column's own text is no whole number from 0 up."""
    text = _text(value)
    number = _number(value)
    if not text or (number is not None and number >= 0 and number == round(number)):
        return None
    turned = _turned(column, value)
    if turned is not None or (number is None and any(map(str.isdigit, text))):
        # Bounds, such as '101-200' of 100 students, are wrong beside the total only.
        return turned
    return Wrong(
        column=column,
        because="is not a whole number of students (from 0 up)",
        next_step=f"Correct the row, or check which columns are the count and the"
        f" total. {_MARKS}",
    )


def _turned(column: str, value: Any) -> Wrong | None:
    """Where a text is a range with the larger number first."""
    found = _RANGE.fullmatch(_text(value))
    ends = [_number(one) for one in found.groups()] if found else []
    if len(ends) < 2 or ends[0] is None or ends[1] is None or ends[0] <= ends[1]:
        return None
    return Wrong(
        column=column,
        because="is a range with the larger number first",
        next_step=f"If it is a range, write it as {ends[1]:g}-{ends[0]:g}; else correct"
        " the row.",
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _number(value: Any) -> float | None:
    try:
        return float(_text(value).replace(",", ""))
    except ValueError:
        return None
