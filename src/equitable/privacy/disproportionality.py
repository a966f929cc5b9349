"""Which counts of an IDEA table must not leave the district, before risks are computed.

A simple rule, as the first gate's: it looks at one line (district, year, category) at a
time.  A release needs more: lines hang together through shared denominators, through
the years and through other tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from equitable.errors import QuestionError
from equitable.measures.disproportionality.counts import GroupCount
from equitable.vocabulary import WITHHELD


def withhold_small(
    counts: Iterable[GroupCount], *, least: int
) -> tuple[GroupCount, ...]:
    """The counts with small groups ``WITHHELD``, and one more where it would show.

    A group is withheld where its children, those with the outcome or those without it
    are fewer than ``least`` (none included: a mark must not tell 0 from 9).  Where one
    group alone is withheld in a line, so is the smallest other: a total over all
    groups, published anywhere, would give the one away.  ``risk_ratios`` then withholds
    the comparisons of every other group in the line.

    A total of removals may be above the number of children; then only the children and
    the removals are looked at.

    Raises
    ------
    QuestionError
        Where ``least`` is under 1.
    """
    if least < 1:
        raise QuestionError("the smallest number to be shown is 1 or more")
    whole = list(counts)
    lines: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(whole):
        lines[(one.district, one.year, one.category)].append(place)
    hidden: set[int] = set()
    for places in lines.values():
        small = [place for place in places if _small(whole[place], least)]
        others = [place for place in places if place not in small]
        if len(small) == 1 and others:
            small.append(min(others, key=lambda place: _size(whole[place])))
        hidden.update(small)
    return tuple(
        replace(one, count=WITHHELD, total=WITHHELD) if place in hidden else one
        for place, one in enumerate(whole)
    )


def _small(one: GroupCount, least: int) -> bool:
    if not isinstance(one.count, int) or not isinstance(one.total, int):
        return True
    without = one.total - one.count
    return min(one.count, one.total) < least or 0 <= without < least


def _size(one: GroupCount) -> tuple[int, str]:
    return (one.total if isinstance(one.total, int) else 0, one.group)
