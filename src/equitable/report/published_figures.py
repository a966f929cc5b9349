"""What a report says of published averages and percentages that count no students.

Levels and differences can be told; how many students are behind them cannot, and
without the publisher's standard errors neither can chance.  Both are said wherever a
number would stand, and never left blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from equitable.measures.published_averages import NO_ERROR, NO_N
from equitable.vocabulary import NOT_REPORTED, Count, Direction, Indicator

if TYPE_CHECKING:
    from equitable.measures.results import GapRow, Gaps
    from equitable.report.contents import Study

NOT_THERE: Final = "not in the file"
"""Stands where a number of students would."""
NO_CHANCE: Final = f"{NO_ERROR[:1].upper()}{NO_ERROR[1:]}."
_LARGEST: Final = 3


def number_told(n: Count, indicator: Indicator) -> bool:
    """Whether there is something to say about how many students there are."""
    return n is not None or indicator.figures is None


def students_words(told: str, n: Count, indicator: Indicator) -> str:
    """'1,858 students'; of a figure without a number that it is not in the file."""
    return f"{told} students" if number_told(n, indicator) else NO_N


def without_chance(gaps: Gaps, rows: Sequence[GapRow] | None = None) -> bool:
    """Whether these are figures of which none has an interval."""
    rows = gaps.rows if rows is None else rows
    return gaps.indicator.figures is not None and not any(
        isinstance(row.difference_low, float) for row in rows
    )


def furthest(gaps: Gaps, rows: Sequence[GapRow]) -> list[GapRow]:
    """Groups whose figures lie on the worse side of their reference, furthest first."""
    sign = -1 if gaps.indicator.direction is Direction.HIGHER else 1
    told = [
        (sign * row.difference, row)
        for row in rows
        if isinstance(row.difference, float) and NOT_REPORTED not in row.group.values()
    ]
    behind = [(size, row) for size, row in told if size > 0]
    return [row for _, row in sorted(behind, key=lambda pair: -pair[0])]


def largest_differences(studies: Sequence[Study]) -> list[tuple[Gaps, GapRow]]:
    """The largest differences of figures without intervals: one of each trait first."""
    found: list[tuple[Gaps, GapRow]] = []
    for study in studies:
        gaps = study.gaps.gaps
        if not without_chance(gaps):
            continue
        for dimension in gaps.dimensions:
            rows = [row for row in gaps.rows if tuple(row.group) == (dimension.name,)]
            found += [(gaps, row) for row in furthest(gaps, rows)[:1]]
    return found[:_LARGEST]


def methods(studies: Sequence[Study]) -> list[str]:
    """How published figures were compared, for the list of methods."""
    items = [
        (
            "Every row of the file is a group's own figure, as somebody published it."
            " Nothing was averaged, and no number of students was guessed: where the"
            " file gives none, ‘n: not in the file’ is said."
        )
    ]
    if all(without_chance(study.gaps.gaps) for study in studies):
        return [*items, f"{NO_CHANCE} So no group is called worse or better."]
    items.append(
        "Intervals are a figure ± 1.96 (at 95 %) of the publisher's standard errors;"
        " that of a difference is the root of the sum of their squares, the two figures"
        " being taken for independent samples. Of a group beside all students, to whom"
        " it belongs, it is somewhat wider than it need be."
    )
    return items
