"""How large a true difference has to be so that these numbers would show it.

The smallest true difference that a two-sided test at 5 % finds four times in five
(power 80 %): (z.975 + z.80) times the standard error, by the usual normal
approximation (Cohen 1988, Statistical Power Analysis, 2nd edition).  With 43 students
in each of two years that is about 30 percentage points; against a fixed number, 21.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from equitable.measures.rates import Array, aligned


def detectable_rates(n1: ArrayLike, n2: ArrayLike, rate: ArrayLike = 0.5) -> Array:
    """The difference of two rates that would be found four times in five.

    Parameters
    ----------
    n1, n2
        Students of the two groups.
    rate
        The pooled rate of both.  At 0 or 1, which would claim that any difference is
        found, half a student is added on both sides.

    Returns
    -------
    Array
        A fraction of 1; NaN where not even a difference of 100 points would be found,
        or where a group is empty.
    """
    m1, m2, p = aligned(n1, n2, rate)
    p = _smoothed(p, m1 + m2)
    spread = np.sqrt(p * (1 - p))
    difference = detectable_means(m1, m2, spread)
    return np.where(difference <= 1, difference, np.nan)


def detectable_means(n1: ArrayLike, n2: ArrayLike, sd: ArrayLike) -> Array:
    """The difference of two means that would be found four times in five.

    ``sd`` is the pooled standard deviation; NaN where a group is empty.
    """
    m1, m2, spread = aligned(n1, n2, sd)
    filled = (m1 > 0) & (m2 > 0)
    inverse = 1 / np.where(filled, m1, 1.0) + 1 / np.where(filled, m2, 1.0)
    return np.where(filled, _reach() * spread * np.sqrt(inverse), np.nan)


def detectable_against_number(
    n: ArrayLike, sd: ArrayLike | None = None, *, rate: ArrayLike | None = None
) -> Array:
    """The distance from a fixed number that would be found four times in five.

    Give either the group's standard deviation or its rate (smoothed at 0 or 1 as in
    ``detectable_rates``).

    Raises
    ------
    ValueError
        Where neither or both are given.
    """
    if (sd is None) == (rate is None):
        raise ValueError("give either a standard deviation or a rate")
    if rate is not None:
        m, p = aligned(n, rate)
        p = _smoothed(p, m)
        distance = detectable_against_number(m, sd=np.sqrt(p * (1 - p)))
        return np.where(distance <= 1, distance, np.nan)
    m, spread = aligned(n, np.nan if sd is None else sd)
    filled = m > 0
    return np.where(
        filled, _reach() * spread / np.sqrt(np.where(filled, m, 1.0)), np.nan
    )


def found_four_times_in_five(error: ArrayLike) -> Array:
    """The difference that would be found so often, from its standard error."""
    return _reach() * np.asarray(error, np.float64)


def _smoothed(rate: Array, n: Array) -> Array:
    at_edge = (rate <= 0) | (rate >= 1)
    return np.where(at_edge, (rate * n + 0.5) / (n + 1), rate)


def _reach() -> float:
    return float(ndtri(0.975) + ndtri(0.8))
