"""California's three indices of disproportionate impact, and students to parity.

All counts come out of exact rational arithmetic: a rounding error must not add a
student or leave one out.  Counts of students are smallest whole numbers, never
negative.  Where a lower figure is better (suspensions), everything is mirrored: the
flag is on the other side of the reference and the counts say how many fewer.

The rules, with s of n students of the group counted, S of N of all, g = n / N:

=================  =============================  =================================
index              flagged, higher is better      flagged, lower is better
=================  =============================  =================================
percentage point   s/n + margin <= reference      s/n - margin >= reference
proportionality    (s/S) / g < 0.80               (s/S) / g > 1 / 0.80 = 1.25
80 % index         (s/n) / reference < 0.80       (s/n) / reference > 1.25
=================  =============================  =================================

Sources: California Community Colleges Chancellor's Office (2017), Percentage Point
Gap Method, and (2014), Guidelines for Measuring Disproportionate Impact in Equity
Plans.  The mirrored flags are ours: the Chancellor's Office speaks of successes only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from equitable.vocabulary import Direction

Exact: TypeAlias = int | float | Fraction
"""A count or rate; a float stands for the very binary fraction that it holds."""

CUTOFF: Final = Fraction(4, 5)
LEAST_MARGIN: Final = Fraction(3, 100)
_QUANTILE: Final = Fraction(196, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFound:
    """One index of one group; ``None`` where it is not defined.

    ``needed`` is the smallest number of students that clears the flag (0 where there
    is none) and ``parity`` the smallest that reaches parity; ``moe`` is the percentage
    point gap's margin.
    """

    value: float | None = None
    moe: float | None = None
    flagged: bool | None = None
    needed: int | None = None
    parity: int | None = None


def percentage_point_gap(
    count: Exact,
    n: Exact,
    reference: Exact,
    direction: Direction = Direction.HIGHER,
    *,
    spread: Literal["half", "rate"] = "half",
    least_margin: Exact = LEAST_MARGIN,
) -> IndexFound:
    """The percentage point gap (PPG).

    Parameters
    ----------
    count, n
        The group's.
    reference
        The rate compared with, exactly: a ``Fraction`` where it comes from counts.
    direction
        Which way the outcome is better.
    spread
        ``"half"``: margin of error max(1.96 sqrt(.25 / n), least_margin), as the 2017
        paper has it.  ``"rate"``: with p (1 - p) for .25, one half standing for p where
        p is 0 or 1.
    least_margin
        The smallest margin used: 3 points.

    Returns
    -------
    IndexFound
        ``value`` is rate - reference and ``moe`` the margin, fractions of 1.
        ``needed`` is the smallest number of students more (fewer) that clears the flag,
        at this margin; ``parity`` the smallest that reaches the reference.  All
        ``None`` without students.
    """
    s, m, ref = Fraction(count), Fraction(n), Fraction(reference)
    if m <= 0:
        return IndexFound()
    rate = s / m
    p = rate if spread == "rate" and 0 < rate < 1 else Fraction(1, 2)
    squared = max(_QUANTILE**2 * p * (1 - p) / m, Fraction(least_margin) ** 2)
    short = ref - rate if direction is Direction.HIGHER else rate - ref
    # margin <= short, compared by squares so that no root is rounded.
    flagged = short >= 0 and squared <= short * short
    return IndexFound(
        value=float(rate - ref),
        moe=math.sqrt(squared),
        flagged=flagged,
        needed=_more_than_gap(short * m, squared * m * m),
        parity=_at_least(short * m),
    )


def proportionality(
    count: Exact,
    n: Exact,
    total_count: Exact,
    total_n: Exact,
    direction: Direction = Direction.HIGHER,
) -> IndexFound:
    """The proportionality index: share of those counted over share of all students.

    ``total_count`` of ``total_n`` are everybody's, the group's among them.  ``needed``
    and ``parity`` move the group's count and with it everybody's.  ``None`` where
    nobody is counted at all, or without students.
    """
    s, m = Fraction(count), Fraction(n)
    total, everyone = Fraction(total_count), Fraction(total_n)
    if m <= 0 or everyone <= 0 or total <= 0:
        return IndexFound()
    share = m / everyone
    value = s / total / share
    if direction is Direction.HIGHER:
        bound = share * CUTOFF
        return IndexFound(
            value=float(value),
            flagged=value < CUTOFF,
            needed=_at_least((total * bound - s) / (1 - bound)),
            parity=0 if share == 1 else _at_least((share * total - s) / (1 - share)),
        )
    bound = share / CUTOFF
    return IndexFound(
        value=float(value),
        flagged=value > 1 / CUTOFF,
        # A group of four fifths of all students or more cannot exceed 1.25.
        needed=0 if bound >= 1 else _at_least((s - total * bound) / (1 - bound)),
        parity=0 if share == 1 else _at_least((s - share * total) / (1 - share)),
    )


def eighty_percent(
    count: Exact,
    n: Exact,
    reference: Exact,
    direction: Direction = Direction.HIGHER,
) -> IndexFound:
    """The 80 % index: the group's rate over that of the best group.

    ``reference`` is the rate of the group with the highest (lower is better: lowest)
    one and stays where it is.  ``None`` throughout where it is 0, which makes the
    ratio undefined, or without students.
    """
    s, m, ref = Fraction(count), Fraction(n), Fraction(reference)
    if m <= 0 or ref <= 0:
        return IndexFound()
    value = s / m / ref
    if direction is Direction.HIGHER:
        return IndexFound(
            value=float(value),
            flagged=value < CUTOFF,
            needed=_at_least(CUTOFF * ref * m - s),
            parity=_at_least(ref * m - s),
        )
    return IndexFound(
        value=float(value),
        flagged=value > 1 / CUTOFF,
        needed=_at_least(s - ref * m / CUTOFF),
        parity=_at_least(s - ref * m),
    )


def students_to_parity_fixed(
    count: Exact,
    n: Exact,
    reference: Exact,
    direction: Direction = Direction.HIGHER,
) -> int | None:
    """How many more (fewer) would have to be counted to reach a rate that stays.

    ``None`` without students.
    """
    s, m, ref = Fraction(count), Fraction(n), Fraction(reference)
    if m <= 0:
        return None
    short = ref * m - s
    return _at_least(short if direction is Direction.HIGHER else -short)


def students_to_parity_moving(
    count: Exact,
    n: Exact,
    total_count: Exact,
    total_n: Exact,
    direction: Direction = Direction.HIGHER,
) -> int | None:
    """The same where the reference is everybody's rate, which those students move too.

    The smallest k with (s + k) / n >= (S + k) / N; 0 where the group is everybody.
    ``None`` without students.
    """
    s, m = Fraction(count), Fraction(n)
    total, everyone = Fraction(total_count), Fraction(total_n)
    if m <= 0 or everyone < m:
        return None
    if everyone == m:
        return 0
    short = (total * m - s * everyone) / (everyone - m)
    return _at_least(short if direction is Direction.HIGHER else -short)


def _at_least(amount: Fraction) -> int:
    """The smallest whole number, 0 or more, that is no less."""
    return max(0, math.ceil(amount))


def _more_than_gap(short: Fraction, squared_margin: Fraction) -> int:
    """The smallest whole k >= 0 with short - k < margin, given margin squared."""

    def clears(k: int) -> bool:
        left = short - k
        return left < 0 or left * left < squared_margin

    k = max(0, math.floor(float(short) - math.sqrt(squared_margin)))
    # The float is near; the exact comparison has the last word.
    while k > 0 and clears(k - 1):
        k -= 1
    while not clears(k):
        k += 1
    return k
