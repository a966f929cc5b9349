"""What a column of a published table holds, with marks and percent signs read.

Among students a column of ``45%`` and ``s`` is text.  In a table that somebody
published it is numbers, some of them held back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from equitable.intake.profile import ColumnProfile
from equitable.intake.published.blurs import Mark, read_mark

_MOSTLY: Final = 0.8


def with_marks(
    profiles: Sequence[ColumnProfile], said: Mapping[str, Mark] | None = None
) -> list[ColumnProfile]:
    """The profiles, columns of marked numbers counted as numbers.

    Parameters
    ----------
    said
        What a person says that marks mean, by their text in lower case.
    """
    return [_read(one, said or {}) for one in profiles]


def _read(profile: ColumnProfile, said: Mapping[str, Mark]) -> ColumnProfile:
    if profile.type != "text" or not profile.present or profile.is_numeric:
        return profile
    numbers = integers = marks = 0
    shown: list[float] = []
    for text, rows in profile.values:
        mark = said.get(text.casefold()) or read_mark(text)
        if mark is None:
            continue
        if mark.exact is None:
            marks += rows
            continue
        numbers += rows
        shown.append(float(mark.exact))
        integers += rows if mark.exact.denominator == 1 and "%" not in text else 0
    known = sum(rows for _, rows in profile.values)
    if not numbers or numbers < _MOSTLY * (known - marks):
        return profile
    share = profile.present / known
    return replace(
        profile,
        numbers=round(numbers * share),
        integers=round(integers * share),
        marks=round(marks * share),
        low=min(shown),
        high=max(shown),
    )
