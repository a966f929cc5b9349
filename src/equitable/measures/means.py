"""Means, their differences and their ratios, from n, mean and centred squares.

``squares`` is everywhere the sum of squares about the group's own mean,
sum (y - mean)^2.  For weighted data ``n`` is the effective number (``rates.kish``) and
``squares`` the weighted variance times it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, stdtr, stdtrit

from equitable.measures.differences import Difference, Ratio
from equitable.measures.rates import Array, Interval, aligned, divided, level


class Standardised(NamedTuple):
    """A difference in standard deviations, and the same without small-sample bias."""

    cohen_d: Array
    hedges_g: Array


def mean_interval(
    n: ArrayLike, mean: ArrayLike, squares: ArrayLike, confidence: float = 0.95
) -> Interval:
    """Student's t interval of a mean; NaN with fewer than two students."""
    m, centre, ss = aligned(n, mean, squares)
    half = t_quantile(m - 1, confidence) * np.sqrt(error_variance(m, ss))
    return Interval(centre - half, centre + half)


def one_mean_p(
    n: ArrayLike, mean: ArrayLike, squares: ArrayLike, reference: ArrayLike
) -> Array:
    """Student's t test of a mean against a fixed number, two-sided.

    NaN with fewer than two students, or where all have the same value.
    """
    m, centre, ss, fixed = aligned(n, mean, squares, reference)
    t = divided(centre - fixed, np.sqrt(error_variance(m, ss)))
    return t_p(t, m - 1)


def welch(
    n1: ArrayLike,
    mean1: ArrayLike,
    squares1: ArrayLike,
    n2: ArrayLike,
    mean2: ArrayLike,
    squares2: ArrayLike,
    confidence: float = 0.95,
) -> Difference:
    """The difference of two means, of groups that may vary differently.

    Limits and p are NaN where a group has fewer than two students, or where neither
    varies at all (nothing then tells how far chance could move the figure).

    Notes
    -----
    Welch, B. L. (1947), Biometrika 34: 28-35; degrees of freedom by Satterthwaite
    (1946), Biometrics Bulletin 2: 110-114.
    """
    m1, y1, ss1, m2, y2, ss2 = aligned(n1, mean1, squares1, n2, mean2, squares2)
    v1, v2 = error_variance(m1, ss1), error_variance(m2, ss2)
    value = y1 - y2
    df = satterthwaite((v1, v2), (m1 - 1, m2 - 1))
    se = np.sqrt(v1 + v2)
    half = t_quantile(df, confidence) * se
    return Difference(value, value - half, value + half, t_p(divided(value, se), df))


def mean_difference(
    n1: ArrayLike,
    mean1: ArrayLike,
    squares1: ArrayLike,
    n2: ArrayLike,
    mean2: ArrayLike,
    squares2: ArrayLike,
    confidence: float = 0.95,
    *,
    events: bool = False,
) -> Difference:
    """Welch's difference, without certainty where a group does not vary.

    A group whose students are all alike would add no error to Welch's, as if its mean
    were known: limits and p are NaN.  ``events`` (values are events per 100 students):
    where a group has none, limits and p are those of counts.

    Notes
    -----
    Of a group of m without an event, beside one of n with y: given y in all, none of
    them falls to the m with probability (n / (m + n))^y (Przyborowski & Wilenski 1940,
    Biometrika 31: 313-323); p is twice that.  The limits are joined from the two
    levels' by MOVER (Zou & Donner 2008, Statistics in Medicine 27: 1693-1702):
    Garwood's for none, Student's for the other.  Events of one student come together,
    so y is divided by the other group's variance over its mean, where that is over 1,
    and Garwood's limit multiplied by it: at least as cautious as counting the students
    who had any event.
    """
    m1, y1, ss1, m2, y2, ss2 = aligned(n1, mean1, squares1, n2, mean2, squares2)
    plain = welch(m1, y1, ss1, m2, y2, ss2, confidence)
    alike = (ss1 <= 0) | (ss2 <= 0)
    low = np.where(alike, np.nan, plain.low)
    high = np.where(alike, np.nan, plain.high)
    p = np.where(alike, np.nan, plain.p)
    if not events:
        return Difference(plain.value, low, high, p)
    for first in (True, False):
        m, other = (m1, (m2, y2, ss2)) if first else (m2, (m1, y1, ss1))
        none = ((y1 if first else y2) == 0) & (m1 > 0) & (m2 > 0)
        below, above, chance = _beside_none(m, *other, confidence)
        # Turned so that the group is the one without.
        low = np.where(none, below if first else -above, low)
        high = np.where(none, above if first else -below, high)
        p = np.where(none, chance, p)
    return Difference(plain.value, low, high, p)


def _beside_none(
    m: Array, n: Array, rate: Array, squares: Array, confidence: float
) -> tuple[Array, Array, Array]:
    """Limits of 0 - rate and p, of ``m`` students without an event beside ``n``."""
    variance = n * error_variance(n, squares)
    clump = np.maximum(np.nan_to_num(divided(variance, 100 * rate), nan=1.0), 1.0)
    unseen = no_events(m, confidence) * clump
    bottom, top = mean_interval(n, rate, squares, confidence)
    nobody = rate == 0
    varied = (squares > 0) | nobody
    bottom = np.where(nobody, 0.0, np.maximum(bottom, 0.0))
    top = np.where(nobody, no_events(n, confidence), top)
    low = -top
    high = -rate + np.hypot(unseen, rate - bottom)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.minimum(2 * (n / (m + n)) ** (n * rate / 100 / clump), 1.0)
    unknown = np.full(p.shape, np.nan)
    return (
        np.where(varied, low, unknown),
        np.where(varied, high, unknown),
        np.where(varied, p, unknown),
    )


def no_events(n: Array, confidence: float) -> Array:
    """The upper limit of events per 100 students where there was none.

    Were their true number over it, no event among ``n`` students would be seen less
    often than half of what the confidence leaves: -ln((1 - confidence) / 2) in all,
    3.69 at 95 %.

    Notes
    -----
    Garwood, F. (1936), Biometrika 28: 437-442: the exact two-sided limit of a Poisson
    count of 0.  Where a few students have most events, as in suspensions, more could
    have gone unseen.
    """
    with np.errstate(divide="ignore"):
        return np.where(n > 0, -100 * np.log((1 - level(confidence)) / 2) / n, np.nan)


def ratio_of_means(
    n1: ArrayLike,
    mean1: ArrayLike,
    squares1: ArrayLike,
    n2: ArrayLike,
    mean2: ArrayLike,
    squares2: ArrayLike,
    confidence: float = 0.95,
) -> Ratio:
    """The ratio of two means that are both above 0 (elsewhere NaN).

    Without limits where a group's students are all alike.

    Notes
    -----
    The logarithm's variance is the delta method's, sum of s^2 / (n mean^2) (Hedges,
    Gurevitch & Curtis 1999, Ecology 80: 1150-1156); in place of the normal quantile
    stands Student's with Satterthwaite's degrees of freedom of the same two parts, as
    in ``welch``, because the variances are estimated.
    """
    m1, y1, ss1, m2, y2, ss2 = aligned(n1, mean1, squares1, n2, mean2, squares2)
    y1 = np.where(y1 > 0, y1, np.nan)
    y2 = np.where(y2 > 0, y2, np.nan)
    v1 = error_variance(m1, ss1) / y1**2
    v2 = error_variance(m2, ss2) / y2**2
    df = satterthwaite((v1, v2), (m1 - 1, m2 - 1))
    half = t_quantile(df, confidence) * np.sqrt(v1 + v2)
    half = np.where((ss1 <= 0) | (ss2 <= 0), np.nan, half)
    value = y1 / y2
    return Ratio(value, value * np.exp(-half), value * np.exp(half))


def standardised(
    n1: ArrayLike,
    mean1: ArrayLike,
    squares1: ArrayLike,
    n2: ArrayLike,
    mean2: ArrayLike,
    squares2: ArrayLike,
) -> Standardised:
    """The difference in pooled standard deviations (on n1 + n2 - 2).

    Rates come in with ``squares`` = n p (1 - p).  NaN where nothing varies, or where
    there are fewer than three students in all.

    Notes
    -----
    Cohen (1988), Statistical Power Analysis, 2nd edition, section 2.5; Hedges, L. V.
    (1981), Journal of Educational Statistics 6: 107-128, with the exact correction by
    gamma functions, not its approximation 1 - 3 / (4 m - 1).
    """
    m1, y1, ss1, m2, y2, ss2 = aligned(n1, mean1, squares1, n2, mean2, squares2)
    df = np.where((m1 > 0) & (m2 > 0) & (m1 + m2 > 2), m1 + m2 - 2, np.nan)
    d = divided(y1 - y2, np.sqrt((ss1 + ss2) / df))
    # Gamma is not defined at (df - 1) / 2 <= 0, and d has no mean there.
    safe = np.where(df > 1, df, np.nan)
    correction = np.exp(gammaln(safe / 2) - gammaln((safe - 1) / 2)) / np.sqrt(safe / 2)
    return Standardised(d, d * correction)


def error_variance(n: Array, squares: Array) -> Array:
    """The squared standard error of a mean; NaN with fewer than two students."""
    enough = n > 1
    safe = np.where(enough, n, 2.0)
    return np.where(enough, squares / (safe - 1) / safe, np.nan)


def satterthwaite(variances: tuple[Array, ...], freedom: tuple[Array, ...]) -> Array:
    """The degrees of freedom of a sum of estimated variances; NaN where all are 0."""
    total = np.asarray(sum(variances))
    below = np.asarray(
        sum(divided(v**2, f) for v, f in zip(variances, freedom, strict=True))
    )
    return divided(total**2, below)


def t_quantile(df: ArrayLike, confidence: float) -> Array:
    """Student's quantile, two-sided; NaN without a degree of freedom."""
    freedom = np.asarray(df, np.float64)
    known = freedom > 0
    quantile = stdtrit(np.where(known, freedom, 1.0), (1 + level(confidence)) / 2)
    return np.where(known, quantile, np.nan)


def t_p(t: ArrayLike, df: ArrayLike) -> Array:
    """Student's p, two-sided."""
    statistic, freedom = aligned(t, df)
    known = (freedom > 0) & np.isfinite(statistic)
    safe = np.where(known, -np.abs(statistic), 0.0)
    return np.where(known, 2 * stdtr(np.where(known, freedom, 1.0), safe), np.nan)
