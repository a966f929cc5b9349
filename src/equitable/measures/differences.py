"""Two rates against each other: difference, ratio, odds ratio, and their tests.

Group 1 is the group looked at and group 2 its reference; all functions take
counts and numbers of students of any shapes that broadcast, and give NaN where a
figure cannot be given.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from equitable.measures.rates import (
    Array,
    aligned,
    counted,
    divided,
    two_sided,
    wilson,
)


class Difference(NamedTuple):
    """A difference with its limits; ``p`` is NaN where the method has no test."""

    value: Array
    low: Array
    high: Array
    p: Array = np.array(np.nan)


class Ratio(NamedTuple):
    """A ratio with its limits; a limit that would be infinite is NaN."""

    value: Array
    low: Array
    high: Array


def newcombe(
    count1: ArrayLike,
    n1: ArrayLike,
    count2: ArrayLike,
    n2: ArrayLike,
    confidence: float = 0.95,
) -> Difference:
    """The difference of two rates with its hybrid score interval.

    The p is left NaN: ``rates_p`` gives it.

    Notes
    -----
    Newcombe, R. G. (1998), Statistics in Medicine 17: 873-890, method 10.
    """
    x1, m1, x2, m2 = _two(count1, n1, count2, n2)
    p1, p2 = x1 / m1, x2 / m2
    low1, high1 = wilson(x1, m1, confidence)
    low2, high2 = wilson(x2, m2, confidence)
    value = p1 - p2
    return Difference(
        value,
        value - np.hypot(p1 - low1, high2 - p2),
        value + np.hypot(high1 - p1, p2 - low2),
        np.full(value.shape, np.nan),
    )


def rates_p(
    count1: ArrayLike, n1: ArrayLike, count2: ArrayLike, n2: ArrayLike
) -> Array:
    """The two-sided test of two rates.

    The score test without continuity correction; Fisher's exact test where a cell's
    expected count is under 5 and all four counts are whole (an effective count has no
    exact test).  Where no student, or every student, is counted in both, p is 1.

    Notes
    -----
    Fisher's two-sided p is the probability of all tables at most as likely as the one
    seen, as R's ``fisher.test`` has it.
    """
    x1, m1, x2, m2 = _two(count1, n1, count2, n2)
    shape = x1.shape
    x1, m1, x2, m2 = (part.ravel() for part in (x1, m1, x2, m2))
    total, hits = m1 + m2, x1 + x2
    pooled = hits / total
    se = np.sqrt(pooled * (1 - pooled) * (1 / m1 + 1 / m2))
    z = divided(x1 / m1 - x2 / m2, se)
    p = np.where(se > 0, 2 * ndtr(-np.abs(np.nan_to_num(z))), 1.0)
    p[np.isnan(total)] = np.nan

    few = np.minimum(m1, m2) * np.minimum(hits, total - hits) < 5 * total
    whole = (x1 == np.rint(x1)) & (x2 == np.rint(x2))
    whole &= (m1 == np.rint(m1)) & (m2 == np.rint(m2))
    exact = np.flatnonzero(few & whole)
    if exact.size:
        p[exact] = _fisher(x1[exact], m1[exact], x2[exact], m2[exact])
    return p.reshape(shape)


def one_rate_p(count: ArrayLike, n: ArrayLike, reference: ArrayLike) -> Array:
    """The two-sided test of a rate against a fixed one.

    The score test, which Wilson's interval agrees with; the exact binomial test
    (all outcomes at most as likely as the one seen) where the fixed rate expects fewer
    than 5 students counted, or not counted, and the counts are whole.

    NaN where the reference is not within 0 and 1.
    """
    x, m = counted(count, n)
    x, m, fixed = aligned(x, m, reference)
    shape = x.shape
    x, m, fixed = x.ravel(), m.ravel(), fixed.ravel()
    fixed = np.where((fixed >= 0) & (fixed <= 1), fixed, np.nan)
    se = np.sqrt(fixed * (1 - fixed) / m)
    z = divided(x / m - fixed, se)
    p = np.where(se > 0, 2 * ndtr(-np.abs(np.nan_to_num(z))), 1.0)
    # A fixed rate of 0 (or 1) is either met exactly or cannot be true.
    p = np.where((se == 0) & (x != fixed * m), 0.0, p)
    p[np.isnan(se)] = np.nan

    few = (m * np.minimum(fixed, 1 - fixed) < 5) & (fixed > 0) & (fixed < 1)
    exact = np.flatnonzero(few & (x == np.rint(x)) & (m == np.rint(m)))
    if exact.size:
        x, m, fixed = x[exact], m[exact], fixed[exact]
        # Counted from the rarer side, the expected count is the one under 5.
        seen = np.where(fixed <= 0.5, x, m - x)
        rare = np.minimum(fixed, 1 - fixed)
        p[exact] = _at_most_as_likely(seen, m, _BinomialSteps(m, rare))
    return p.reshape(shape)


def rate_ratio(
    count1: ArrayLike,
    n1: ArrayLike,
    count2: ArrayLike,
    n2: ArrayLike,
    confidence: float = 0.95,
) -> Ratio:
    """The ratio of two rates.

    Katz's logarithmic interval; Koopman's score interval where a count is 0, or where
    fewer than 3 of a group are not counted: Katz's interval covers as little as 85 %
    there (decision 8).
    Where the reference's count is 0 the ratio and its upper limit are NaN and the
    lower limit stands; where both counts are 0 nothing can be said and all are NaN.

    Notes
    -----
    Katz, D. et al. (1978), Biometrics 34: 469-474, method C; Koopman, P. A. R. (1984),
    Biometrics 40: 513-517.
    """
    x1, m1, x2, m2 = _two(count1, n1, count2, n2)
    z = two_sided(confidence)
    value = divided(x1 / m1, x2 / m2)
    edge = (x1 == 0) | (x2 == 0) | (m1 - x1 < 3) | (m2 - x2 < 3)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z * np.sqrt(1 / x1 - 1 / m1 + 1 / x2 - 1 / m2)
        low = np.asarray(value * np.exp(-half))
        high = np.asarray(value * np.exp(half))
    if edge.any():
        low[edge], high[edge] = _koopman(x1[edge], m1[edge], x2[edge], m2[edge], z)
    return Ratio(value, low, high)


def odds_ratio(
    count1: ArrayLike,
    n1: ArrayLike,
    count2: ArrayLike,
    n2: ArrayLike,
    confidence: float = 0.95,
) -> Ratio:
    """The odds ratio; where a cell is 0, one half is added to all four.

    Notes
    -----
    Woolf, B. (1955), Annals of Human Genetics 19: 251-253; the half by Haldane (1956)
    and Anscombe (1956), for value and limits alike.
    """
    x1, m1, x2, m2 = _two(count1, n1, count2, n2)
    cells = np.stack([x1, m1 - x1, x2, m2 - x2])
    cells = np.where((cells == 0).any(axis=0), cells + 0.5, cells)
    log = np.log(cells[0]) - np.log(cells[1]) - np.log(cells[2]) + np.log(cells[3])
    half = two_sided(confidence) * np.sqrt((1 / cells).sum(axis=0))
    return Ratio(np.exp(log), np.exp(log - half), np.exp(log + half))


def _two(
    count1: ArrayLike, n1: ArrayLike, count2: ArrayLike, n2: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    first, second = counted(count1, n1), counted(count2, n2)
    x1, m1, x2, m2 = aligned(*first, *second)
    unknown = np.isnan(m1) | np.isnan(m2)
    x1, m1, x2, m2 = (np.where(unknown, np.nan, part) for part in (x1, m1, x2, m2))
    return x1, m1, x2, m2


def _koopman(
    x1: Array, m1: Array, x2: Array, m2: Array, z: float
) -> tuple[Array, Array]:
    """Koopman's limits by bisection on the logarithm of the ratio."""
    centre = divided(x1 * m2, x2 * m1)
    # Without a finite estimate above 0 the search starts from a half added to each.
    start = np.log((x1 + 0.5) * m2 / ((x2 + 0.5) * m1))
    start = np.where(
        (x1 > 0) & (x2 > 0), np.log(np.where(centre > 0, centre, 1)), start
    )
    # At these distances no ratio is consistent with any counts of up to 1e12.
    far = 60.0

    def search(inside: Array, outside: Array) -> Array:
        for _ in range(70):
            middle = (inside + outside) / 2
            fits = _koopman_statistic(middle, x1, m1, x2, m2) <= z * z
            inside = np.where(fits, middle, inside)
            outside = np.where(fits, outside, middle)
        return np.exp((inside + outside) / 2)

    low = np.where(x1 > 0, search(np.where(x2 > 0, start, far), start - far), 0.0)
    high = search(np.where(x1 > 0, start, -far), start + far)
    nothing = (x1 == 0) & (x2 == 0)
    return (
        np.where(nothing, np.nan, low),
        np.where(x2 > 0, high, np.nan),
    )


def _koopman_statistic(
    log_ratio: Array, x1: Array, m1: Array, x2: Array, m2: Array
) -> Array:
    """The score statistic of a ratio, each rate at its estimate under that ratio."""
    ratio = np.exp(log_ratio)
    b = ratio * (m1 + x2) + x1 + m2
    root = np.sqrt(np.maximum(b * b - 4 * ratio * (m1 + m2) * (x1 + x2), 0.0))
    # The smaller root, written so that it does not cancel.
    p1 = np.minimum(2 * ratio * (x1 + x2) / (b + root), 1.0)
    return _score(x1, m1, p1) + _score(x2, m2, np.minimum(p1 / ratio, 1.0))


def _score(x: Array, m: Array, p: Array) -> Array:
    """(x - m p)^2 / (m p (1 - p)), without 0 / 0 where all or none are counted."""
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = (x - m * p) ** 2 / (m * p * (1 - p))
        return np.where(
            x == m, m * (1 - p) / p, np.where(x == 0, m * p / (1 - p), inner)
        )


def _fisher(x1: Array, m1: Array, x2: Array, m2: Array) -> Array:
    """Fisher's two-sided p of tables in which the least expected count is under 5."""
    total, hits = m1 + m2, x1 + x2
    first, counted_rarer = m1 <= m2, hits <= total - hits
    # The cell of the smaller group and the rarer outcome: it can be 0, and expects < 5.
    group = np.where(first, m1, m2)
    outcome = np.where(counted_rarer, hits, total - hits)
    cell = np.where(first, x1, x2)
    seen = np.where(counted_rarer, cell, group - cell)
    steps = _TableSteps(group, outcome, total)
    return _at_most_as_likely(seen, np.minimum(group, outcome), steps)


class _TableSteps(NamedTuple):
    """How likely k + 1 is against k in the hypergeometric cell."""

    group: Array
    outcome: Array
    total: Array

    def log(self, k: Array, rows: NDArray[np.intp]) -> Array:
        group, outcome, total = (part[rows, None] for part in self)
        above = np.maximum(group - k, 0) * np.maximum(outcome - k, 0)
        below = (k + 1) * (total - group - outcome + k + 1)
        with np.errstate(divide="ignore"):
            logs: Array = np.log(above) - np.log(below)
        return logs


class _BinomialSteps(NamedTuple):
    """How likely k + 1 is against k in a binomial."""

    n: Array
    rate: Array

    def log(self, k: Array, rows: NDArray[np.intp]) -> Array:
        n, rate = self.n[rows, None], self.rate[rows, None]
        with np.errstate(divide="ignore"):
            logs: Array = np.log(np.maximum(n - k, 0)) - np.log(k + 1)
        return logs + np.log(rate) - np.log1p(-rate)


def _at_most_as_likely(
    seen: Array, most: Array, steps: _TableSteps | _BinomialSteps
) -> Array:
    """The probability of all outcomes 0..most at most as likely as the one seen.

    The mean is under 5, so that outcomes past 64, or past twice the one seen, weigh
    nothing (under 1e-30 of the p).  Rows of like width go together, a few thousand
    at a time, so that 100,000 tables take little memory.
    """
    width = np.minimum(most, np.maximum(64, 2 * seen)).astype(np.int64)
    p = np.empty(seen.shape)
    order = np.argsort(width, kind="stable")
    start = 0
    while start < order.size:
        size = max(1, min(4096, 500_000 // (int(width[order[start]]) + 1)))
        rows = order[start : start + size]
        # A wider row than the first of its block makes the block wider, not longer.
        span = int(width[rows[-1]])
        k: Array = np.arange(span, dtype=np.float64)[None, :]
        logs = np.zeros((rows.size, span + 1))
        np.cumsum(steps.log(k, rows), axis=1, out=logs[:, 1:])
        at = seen[rows].astype(np.int64)
        logs -= logs[np.arange(rows.size), at][:, None]
        # Relative to the outcome seen: e^700 is as unlikely as a double can say.
        likely = np.exp(np.minimum(logs, 700.0))
        # Equally likely outcomes differ in the last digits of the arithmetic.
        as_likely = np.where(likely <= 1 + 1e-7, likely, 0.0)
        p[rows] = as_likely.sum(axis=1) / likely.sum(axis=1)
        start += size
    return np.minimum(p, 1.0)
