"""Numbers that probably stand for 'no value': 999 among scores of 400 to 600.

Said, never assumed: a person who knows the file decides, by one line of
``equity.toml``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from equitable.intake.meaning.columns import Reading
from equitable.intake.profile import ColumnProfile, plain_number
from equitable.intake.quality.findings import Finding
from equitable.vocabulary import NOT_REPORTED, Dimension, Indicator

_CODE: Final = re.compile(r"-?(9{2,6}|8{2,6}|7{2,6})|-(9|8|7)|-?9{1,4}\.9{1,2}")
"""What surveys and student information systems write where there is no number."""


def probable_codes(profile: ColumnProfile) -> tuple[str, ...]:
    """Repeated nines (or eights, or sevens) that stand far outside all other numbers.

    A code is farther from the nearest other number than all others are from each other;
    or is under 0 where no other is.

    Returns
    -------
    The codes as text, without '.0'; empty where there are none.
    """
    if not profile.is_numeric or profile.low is None or profile.high is None:
        return ()
    numbers: dict[float, str] = {}
    for text in profile.texts:
        try:
            numbers[float(text)] = plain_number(text)
        except ValueError:
            continue
    for end in (profile.low, profile.high):
        numbers.setdefault(end, plain_number(str(end)))
    codes = {n: text for n, text in numbers.items() if _CODE.fullmatch(text)}
    rest = [number for number in numbers if number not in codes]
    if len(rest) < 2:
        return ()
    found: list[str] = []
    # The nearest first: one that is a number makes the farther ones no outliers.
    for number in sorted(codes, key=lambda n: min(abs(n - one) for one in rest)):
        least, most = min(rest), max(rest)
        away = max(number - most, least - number)
        if away > most - least or (number < 0 <= least):
            found.append(codes[number])
        else:
            rest.append(number)
    return tuple(sorted(found, key=float))


def number_codes(
    readings: Sequence[Reading],
    indicators: Sequence[Indicator],
    dimensions: Sequence[Dimension],
) -> list[Finding]:
    """A finding for each column that is used and holds such a number."""
    findings = []
    for reading in readings:
        codes = () if reading.hidden else probable_codes(reading.profile)
        line = line_for(reading, codes, indicators, dimensions) if codes else ""
        if line:
            several = len(codes) > 1
            findings.append(
                Finding(
                    kind="impossible values",
                    severity="caution",
                    sentence=f"In '{reading.name}', {' and '.join(codes)} "
                    f"{'stand' if several else 'stands'} far outside all other numbers "
                    f"and probably {'mean' if several else 'means'} that there is no "
                    f"value; {'they count' if several else 'it counts'} as a number.",
                    next_step=f"If so, write in equity.toml: {line}",
                    column=reading.name,
                )
            )
    return findings


def line_for(
    reading: Reading,
    codes: Sequence[str],
    indicators: Sequence[Indicator],
    dimensions: Sequence[Dimension],
) -> str:
    """The line of ``equity.toml`` that has these codes read as missing, if any is due.

    Empty where the column is in no indicator or dimension, or says so already.
    """
    for indicator in indicators:
        if reading.name != indicator.column or set(codes) <= set(indicator.missing):
            continue
        return f"[indicators.{_key(indicator.name)}] missing = {json.dumps([*codes])}"
    for dimension in dimensions:
        left = [c for c in codes if dimension.classify(c) != (NOT_REPORTED,)]
        if dimension.columns != (reading.name,) or not left:
            continue
        values = ", ".join(f'"{code}" = "{NOT_REPORTED}"' for code in left)
        return f"[dimensions.{_key(dimension.name)}] values = {{ {values} }}"
    return ""


def _key(name: str) -> str:
    plain = re.fullmatch(r"[A-Za-z0-9_-]+", name)
    return name if plain else json.dumps(name, ensure_ascii=False)
