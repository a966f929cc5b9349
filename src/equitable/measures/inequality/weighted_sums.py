"""Limits of a weighted sum of groups' values, and of a quotient of two such sums.

They are recovered from each value's own limits (the method of variance estimates
recovery: Zou, Huang & Zhang 2009, Computational Statistics & Data Analysis 53:
1080-1085), so that they keep what is good in those: Wilson's for rates, Student's for
means, or a publisher's own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from equitable.measures.rates import Array, Interval


def linear_limits(weights: Array, y: Array, low: Array, high: Array) -> Interval:
    """Limits of sum(weights * y) from each value's own limits.

    All of shape (..., groups); NaN where one of the limits that counts is.
    """
    # A weight of 0 takes a value without limits out.
    used = weights != 0
    down = np.where(used, np.where(weights > 0, y - low, high - y), 0.0)
    up = np.where(used, np.where(weights > 0, high - y, y - low), 0.0)
    total = (weights * y).sum(axis=-1)
    return Interval(
        total - np.sqrt(((weights * down) ** 2).sum(axis=-1)),
        total + np.sqrt(((weights * up) ** 2).sum(axis=-1)),
    )


def ratio_limits(
    above: Array, below: Array, y: Array, low: Array, high: Array
) -> tuple[float | None, float | None]:
    """Limits of sum(above * y) / sum(below * y), whose lower sum is above 0.

    They are the ratios r at which sum((above - r below) * y) has 0 for a limit: the
    theorem of Fieller (1954, Journal of the Royal Statistical Society B 16: 175-185)
    with ``linear_limits``.  A limit is ``None`` where there is none: the lower sum
    could be 0.
    """
    ratio = float(above @ y) / float(below @ y)

    def outside(r: float, side: int) -> bool:
        limits = linear_limits(above - r * below, y, low, high)
        return bool(limits.low > 0 if side < 0 else limits.high < 0)

    return _edge_of_ratio(ratio, -1, outside), _edge_of_ratio(ratio, 1, outside)


def _edge_of_ratio(
    ratio: float, side: int, outside: Callable[[float, int], bool]
) -> float | None:
    out, inn = ratio, ratio
    for power in range(-12, 8):
        out = ratio + side * 4.0**power * (1 + abs(ratio))
        if outside(out, side):
            break
        inn = out
    else:
        return None
    while abs(out - inn) > 1e-12 * (1 + abs(inn)):
        middle = (out + inn) / 2
        if middle in {out, inn}:
            break
        out, inn = (middle, inn) if outside(middle, side) else (out, middle)
    return (out + inn) / 2
