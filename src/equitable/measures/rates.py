"""The uncertainty of one rate.

A rate's interval is Wilson's score interval, never Wald's.  Counts may be fractions:
weighted data come in as an effective number of students (``kish``) and the count that
the weighted rate makes of it.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

Array: TypeAlias = NDArray[np.float64]
"""Figures of many groups at once; NaN where one cannot be given."""


class Interval(NamedTuple):
    """The two limits of an interval."""

    low: Array
    high: Array


def wilson(count: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a rate.

    Parameters
    ----------
    count, n
        How many of how many; any shapes that broadcast.
    confidence
        The share of such intervals that hold the true rate.

    Returns
    -------
    Interval
        Fractions of 1; NaN where ``n`` is 0 or ``count`` is not within 0 and ``n``.

    Notes
    -----
    Wilson, E. B. (1927), Journal of the American Statistical Association 22: 209-212.
    At a count of 0 (of ``n``) the lower (upper) limit is exactly 0 (1).
    """
    x, m = counted(count, n)
    z = two_sided(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (x + z * z / 2) / (m + z * z)
        half = z / (m + z * z) * np.sqrt(x * (m - x) / m + z * z / 4)
        low = np.where(x == 0, 0.0, centre - half)
        high = np.where(x == m, 1.0, centre + half)
    known = np.isfinite(x) & np.isfinite(m)
    return Interval(np.where(known, low, np.nan), np.where(known, high, np.nan))


def clopper_pearson(
    count: ArrayLike, n: ArrayLike, confidence: float = 0.95
) -> Interval:
    """The exact interval of a rate, which covers at least as often as it says.

    Parameters and result are those of ``wilson``.

    Notes
    -----
    Clopper, C. J. & Pearson, E. S. (1934), Biometrika 26: 404-413, from the quantiles
    of beta distributions; a fractional count takes the same formula.
    """
    x, m = counted(count, n)
    tail = (1 - level(confidence)) / 2
    known = np.isfinite(x) & np.isfinite(m)
    # Where a limit is fixed at 0 or 1 the quantile is not defined: ask it elsewhere.
    inner_low, inner_high = known & (x > 0), known & (x < m)
    low = betaincinv(
        np.where(inner_low, x, 1.0), np.where(inner_low, m - x + 1, 1.0), tail
    )
    high = betaincinv(
        np.where(inner_high, x + 1, 1.0), np.where(inner_high, m - x, 1.0), 1 - tail
    )
    return Interval(
        np.where(known, np.where(inner_low, low, 0.0), np.nan),
        np.where(known, np.where(inner_high, high, 1.0), np.nan),
    )


def kish(weight: ArrayLike, weight_squares: ArrayLike) -> Array:
    """The effective number of students of a weighted group.

    Parameters
    ----------
    weight, weight_squares
        The sums of the weights and of their squares.

    Returns
    -------
    Array
        (sum w)^2 / sum w^2: the number of equally weighted students that would tell as
        much.  NaN where the weights are all 0.

    Notes
    -----
    Kish, L. (1965), Survey Sampling, section 11.7.
    """
    w, squares = aligned(weight, weight_squares)
    return divided(w * w, squares)


def aligned(*figures: ArrayLike) -> tuple[Array, ...]:
    """The figures as floats of one common shape."""
    return tuple(
        np.array(part, dtype=np.float64)
        for part in np.broadcast_arrays(*(np.asarray(f, np.float64) for f in figures))
    )


def counted(count: ArrayLike, n: ArrayLike) -> tuple[Array, Array]:
    """Count and number of one shape; both NaN where they cannot belong together."""
    x, m = aligned(count, n)
    with np.errstate(invalid="ignore"):
        # A count that was a rate times n is off in its last digits: 42.99999999999999.
        slack = 1e-9 + 1e-12 * np.abs(m)
        x = np.where(np.abs(x - np.rint(x)) <= slack, np.rint(x), x)
        m = np.where(np.abs(m - np.rint(m)) <= slack, np.rint(m), m)
        right = (m > 0) & (x >= 0) & (x <= m + slack) & np.isfinite(m)
    return np.where(right, np.minimum(x, m), np.nan), np.where(right, m, np.nan)


def divided(above: ArrayLike, below: ArrayLike) -> Array:
    """A quotient; NaN, and no warning, where it is not defined."""
    a, b = aligned(above, below)
    out = np.full(a.shape, np.nan)
    np.divide(a, b, out=out, where=b != 0)
    return out


def level(confidence: float) -> float:
    """The confidence itself, refused where it is none."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is a share between 0 and 1, not {confidence}")
    return confidence


def two_sided(confidence: float) -> float:
    """The normal quantile that leaves half of the rest on each side."""
    return float(ndtri((1 + level(confidence)) / 2))
