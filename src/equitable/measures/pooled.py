"""A gap within strata, pooled over them: the same question asked of like with like.

The strata stand on the last axis of every array.  A stratum in which either group has
no student says nothing about the gap and does not count; ``strata_used`` says how many
did.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from equitable.measures import stratified_scores
from equitable.measures.means import t_p, t_quantile
from equitable.measures.rates import Array, aligned, counted, divided, two_sided


class PooledDifference(NamedTuple):
    """A pooled difference, its limits and test, and the strata that bore on it."""

    value: Array
    low: Array
    high: Array
    p: Array
    strata_used: NDArray[np.int64]


class PooledRatio(NamedTuple):
    """A pooled ratio, its limits and test, and the strata that bore on it."""

    value: Array
    low: Array
    high: Array
    p: Array
    strata_used: NDArray[np.int64]


class Chi(NamedTuple):
    """A chi-squared statistic on one degree of freedom, and its p."""

    statistic: Array
    p: Array


def mantel_haenszel_difference(
    count1: ArrayLike,
    n1: ArrayLike,
    count2: ArrayLike,
    n2: ArrayLike,
    confidence: float = 0.95,
) -> PooledDifference:
    """The difference of two rates within strata, pooled.

    p is the Cochran-Mantel-Haenszel test's (``cmh_test``); where its expected count is
    under 5 from the least or most possible (``stratified_scores.room``) and the counts
    are whole, the exact conditional one.  There, and where a group has nobody or
    everybody counted, score limits take the place of Sato's, which are a normal
    approximation held within -1 and 1 and would be far too narrow.

    Notes
    -----
    Weights n1 n2 / (n1 + n2) (Mantel & Haenszel 1959; Greenland & Robins 1985); the
    variance that is right both for few large and for many small strata is Sato's
    (1989), Biometrics 45: 1323-1324.
    """
    x1, m1, x2, m2, used = _strata(count1, n1, count2, n2)
    total = m1 + m2
    weight = (m1 * m2 / total).sum(axis=-1)
    value = divided(((x1 * m2 - x2 * m1) / total).sum(axis=-1), weight)
    asymmetry = (m1**2 * x2 - m2**2 * x1 + m1 * m2 * (m2 - m1) / 2) / total**2
    spread = (x1 * (m2 - x2) + x2 * (m1 - x1)) / (2 * total)
    variance = divided(
        value * asymmetry.sum(axis=-1) + spread.sum(axis=-1), weight * weight
    )
    # Not negative but for rounding, where every stratum's rates are 0 or 1.
    se = np.sqrt(np.maximum(variance, 0.0))
    se = np.where(se > 0, se, np.nan)
    half = two_sided(confidence) * se
    low = np.maximum(value - half, -1.0)
    high = np.minimum(value + half, 1.0)
    low, high, p = _where_few(
        (x1, m1, x2, m2), (low, high, _cmh(x1, m1, x2, m2).p), weight > 0, confidence
    )
    return PooledDifference(value, low, high, p, used)


def _where_few(
    counts: tuple[Array, Array, Array, Array],
    found: tuple[Array, Array, Array],
    known: NDArray[np.bool_],
    confidence: float,
) -> tuple[Array, Array, Array]:
    """Limits and p with those for few students in their place, where they are few."""
    shape, strata = known.shape, counts[0].shape[-1]
    x1, m1, x2, m2 = (part.reshape(-1, strata) for part in counts)
    low, high, p = (part.reshape(-1).copy() for part in found)
    flat = known.reshape(-1)
    both = m2 > 0
    few = stratified_scores.room(x1, m1, x2, m2) < stratified_scores.LEAST_ROOM
    for x, m in ((x1, m1), (x2, m2)):
        count, n = (x * both).sum(axis=-1), (m * both).sum(axis=-1)
        few |= (count == 0) | (count == n)
    at = np.flatnonzero(few & flat)
    if at.size:
        some = x1[at], m1[at], x2[at], m2[at]
        low[at], high[at] = stratified_scores.score_limits(*some, confidence)
        # Nothing varies within any stratum: as without strata, p is 1.
        p[at] = np.where(np.isnan(p[at]), 1.0, p[at])
    whole = np.all(
        [(part == np.rint(part)).all(axis=-1) for part in (x1, m1, x2, m2)], axis=0
    )
    small = stratified_scores.room(x1, m1, x2, m2) < stratified_scores.LEAST_ROOM
    at = np.flatnonzero(small & flat & whole)
    if at.size:
        p[at] = stratified_scores.exact_p(x1[at], m1[at], x2[at], m2[at])
    return low.reshape(shape), high.reshape(shape), p.reshape(shape)


def mantel_haenszel_odds_ratio(
    count1: ArrayLike,
    n1: ArrayLike,
    count2: ArrayLike,
    n2: ArrayLike,
    confidence: float = 0.95,
) -> PooledRatio:
    """The odds ratio within strata, pooled; NaN where no stratum bounds it.

    p is the Cochran-Mantel-Haenszel test's, without continuity correction.

    Notes
    -----
    Mantel & Haenszel (1959), Journal of the National Cancer Institute 22: 719-748; the
    logarithm's variance: Robins, Breslow & Greenland (1986), Biometrics 42: 311-323.
    """
    a, m1, c, m2, used = _strata(count1, n1, count2, n2)
    total = m1 + m2
    b, d = m1 - a, m2 - c
    forward, backward = a * d / total, b * c / total
    alike, unlike = (a + d) / total, (b + c) / total
    r, s = forward.sum(axis=-1), backward.sum(axis=-1)
    value = divided(np.where(r > 0, r, np.nan), s)
    variance = (
        divided((alike * forward).sum(axis=-1), 2 * r * r)
        + divided((alike * backward + unlike * forward).sum(axis=-1), 2 * r * s)
        + divided((unlike * backward).sum(axis=-1), 2 * s * s)
    )
    half = two_sided(confidence) * np.sqrt(variance)
    return PooledRatio(
        value,
        value * np.exp(-half),
        value * np.exp(half),
        cmh_test(count1, n1, count2, n2).p,
        used,
    )


def cmh_test(
    count1: ArrayLike,
    n1: ArrayLike,
    count2: ArrayLike,
    n2: ArrayLike,
    *,
    correction: bool = False,
) -> Chi:
    """The Cochran-Mantel-Haenszel test that no stratum has a gap.

    NaN where nothing varies within any stratum.  ``correction`` takes half a student
    off, as R's ``mantelhaen.test`` does unless told otherwise.

    Notes
    -----
    Agresti, A. (2002), Categorical Data Analysis, 2nd edition, section 6.3.2.
    """
    x1, m1, x2, m2, _ = _strata(count1, n1, count2, n2)
    return _cmh(x1, m1, x2, m2, correction=correction)


def _cmh(
    x1: Array, m1: Array, x2: Array, m2: Array, *, correction: bool = False
) -> Chi:
    total, hits = m1 + m2, x1 + x2
    apart = np.abs((x1 - m1 * hits / total).sum(axis=-1))
    varied = m1 * m2 * hits * (total - hits) / total**2
    # A stratum of one student has no variance (and an unused one stands as one).
    variance = np.where(
        total > 1, varied / np.where(total > 1, total - 1, 1.0), 0.0
    ).sum(axis=-1)
    if correction:
        apart = np.where(apart >= 0.5, apart - 0.5, apart)
    statistic = divided(apart**2, variance)
    known = np.isfinite(statistic)
    p = np.where(known, chdtrc(1, np.where(known, statistic, 0.0)), np.nan)
    return Chi(statistic, p)


def pooled_mean_difference(
    n1: ArrayLike,
    mean1: ArrayLike,
    squares1: ArrayLike,
    n2: ArrayLike,
    mean2: ArrayLike,
    squares2: ArrayLike,
    confidence: float = 0.95,
) -> PooledDifference:
    """The difference of two means within strata, with weights n1 n2 / (n1 + n2).

    These weights are those of a regression on the group and its strata.  The variance
    lets every group vary differently in every stratum, as ``means.welch`` does; where
    a group has a single student in a stratum, that group's variance over all its
    strata stands in.  Degrees of freedom are Satterthwaite's.
    """
    m1, y1, ss1, m2, y2, ss2 = aligned(n1, mean1, squares1, n2, mean2, squares2)
    both = (m1 > 0) & (m2 > 0) & np.isfinite(y1) & np.isfinite(y2)
    weight = np.where(both, m1 * m2, 0.0) / np.where(both, m1 + m2, 1.0)
    total = weight.sum(axis=-1)
    gaps = np.where(both, y1 - y2, 0.0)
    value = divided((weight * gaps).sum(axis=-1), total)
    share = weight / np.where(total > 0, total, 1.0)[..., None]

    variance, below = np.zeros_like(value), np.zeros_like(value)
    certain = np.zeros(value.shape, bool)
    for m, ss in ((m1, ss1), (m2, ss2)):
        several = both & (m > 1)
        df = np.where(several, m - 1, 0.0)
        inner = np.where(several, ss, 0.0)
        # Alike in every stratum, a group would add no error, as if it were certain.
        certain |= several.any(axis=-1) & (inner.sum(axis=-1) <= 0)
        over_all = divided(inner.sum(axis=-1), df.sum(axis=-1))
        own = share**2 * inner / np.where(several, df * m, 1.0)
        alone = np.where(both & ~several, share**2 / np.where(both, m, 1.0), 0.0)
        alone = alone.sum(axis=-1)
        borrowed = np.where(alone > 0, alone * over_all, 0.0)
        variance += own.sum(axis=-1) + borrowed
        below += (own**2 / np.where(several, df, 1.0)).sum(axis=-1)
        below += borrowed**2 / np.maximum(df.sum(axis=-1), 1.0)
    variance = np.where(certain, np.nan, variance)
    df = divided(variance**2, below)
    se = np.sqrt(variance)
    half = t_quantile(df, confidence) * se
    return PooledDifference(
        value,
        value - half,
        value + half,
        t_p(divided(value, se), df),
        both.sum(axis=-1),
    )


def _strata(
    count1: ArrayLike, n1: ArrayLike, count2: ArrayLike, n2: ArrayLike
) -> tuple[Array, Array, Array, Array, NDArray[np.int64]]:
    """Counts and numbers, and how many strata hold students of both groups.

    Any other stratum is made one student of group 1, not counted, and none of group 2:
    every term of the sums above is then 0, and its total divides.
    """
    first, second = counted(count1, n1), counted(count2, n2)
    x1, m1, x2, m2 = aligned(*first, *second)
    used = np.isfinite(m1) & np.isfinite(m2)
    x1, x2 = np.where(used, x1, 0.0), np.where(used, x2, 0.0)
    m1, m2 = np.where(used, m1, 1.0), np.where(used, m2, 0.0)
    return x1, m1, x2, m2, used.sum(axis=-1)
