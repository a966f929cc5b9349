"""What a spreadsheet does to bands of numbers: '10-20' becomes 20 October.

Recognised by its shape among values that are no dates, and named with the band that
probably stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from equitable.intake.identifiers import SHARED_ROWS
from equitable.intake.meaning.columns import Reading
from equitable.intake.names import identifier_names, words

_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_MONTH: Final = "|".join(_MONTHS)
_SHAPES: Final = (
    re.compile(rf"(?P<number>\d{{1,2}})-(?P<month>{_MONTH})[a-z]*", re.IGNORECASE),
    re.compile(rf"(?P<month>{_MONTH})[a-z]*-(?P<number>\d{{1,2}})", re.IGNORECASE),
    re.compile(r"\d{4}-(?P<month>\d{1,2})-(?P<number>\d{1,2})([ T]00:00(:00)?)?"),
    re.compile(r"(?P<month>\d{1,2})/(?P<number>\d{1,2})/(\d{4}|\d{2})( 0?0:00(:00)?)?"),
)


def band_behind(text: str) -> str | None:
    """The band that a date-like value probably was ('20-Oct' → '10-20'), or ``None``.

    A spreadsheet reads 'a-b' as month and day (or day and month), whichever fits; as
    bands rise, the smaller number comes first.
    """
    for shape in _SHAPES:
        found = shape.fullmatch(text.strip())
        if found is None:
            continue
        said = found["month"].casefold()
        month = _MONTHS.index(said[:3]) + 1 if said[:3] in _MONTHS else int(said)
        number = int(found["number"])
        if not 1 <= month <= 12 or not 1 <= number <= 31 or month == number:
            return None
        return f"{min(month, number)}-{max(month, number)}"
    return None


def damaged_bands(values: Iterable[str]) -> dict[str, str]:
    """Values that are dates among values that are not, and the bands behind them.

    A column of dates alone is a column of dates; months alone ('Oct', 'Nov') have no
    number.  At least as many values as are damaged must be whole, and at least half of
    those must hold a number.
    """
    listed = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    damaged = {value: band for value in listed if (band := band_behind(value))}
    whole = [value for value in listed if value not in damaged]
    numbered = [value for value in whole if re.search(r"\d", value)]
    if len(whole) < len(damaged) or len(numbered) < max(1, len(whole) / 2):
        return {}
    return damaged


def damage_in(reading: Reading, counts: Mapping[str, int]) -> dict[str, str]:
    """The damaged bands of a column that may be told, with the bands behind them.

    Never of a column of dates or one that may name people.  A value is told where at
    least ten rows hold it, or where it is a day and a month ('20-Oct') in a column
    whose name says what it holds.

    Parameters
    ----------
    counts
        The column's values, each with its rows.
    """
    found = reading.profile
    birth = set(words(found.name)) & identifier_names("birth")
    dated = reading.key == "date" or found.type == "date" or found.shape("date") >= 0.5
    if reading.hidden or reading.may_name or found.is_numeric or birth or dated:
        return {}
    telling = reading.meaning is not None and not reading.about_staff
    rows = {text.strip(): n for text, n in counts.items()}
    return {
        text: band
        for text, band in damaged_bands(counts).items()
        if rows.get(text, 0) >= SHARED_ROWS or (telling and _is_short(text))
    }


def _is_short(text: str) -> bool:
    return any(shape.fullmatch(text) for shape in _SHAPES[:2])
