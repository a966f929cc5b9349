"""Small groups' figures drawn towards all groups', as far as chance explains them.

An empirical-Bayes estimate stands beside the raw one, never in its place.  One call
takes the groups of one table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from equitable.measures.rates import Array, counted


def beta_binomial(count: ArrayLike, n: ArrayLike) -> Array:
    """Shrunken rates of the groups of one table.

    Parameters
    ----------
    count, n
        One-dimensional, a group each.  A group without students stays NaN and takes no
        part.

    Returns
    -------
    Array
        (count + M m) / (n + M), m being the rate of all together.  Where the groups
        differ no more than chance would make them, and for a single group, that is m.

    Notes
    -----
    M, the number of students the common rate is worth, from the moments of the
    beta-binomial distribution (Kleinman 1973, Journal of the American Statistical
    Association 68: 46-54, with weights n); between-group variance is floored at 0.
    """
    x, m = counted(count, n)
    known = np.isfinite(m)
    if not known.any():
        return np.full(x.shape, np.nan)
    hits, sizes = x[known], m[known]
    everyone = sizes.sum()
    common = hits.sum() / everyone
    alike = correlation_within(hits, sizes)
    worth = (1 - alike) / alike if alike > 0 else np.inf
    out = np.full(x.shape, np.nan)
    if np.isinf(worth):
        out[known] = common
    else:
        out[known] = (hits + worth * common) / (sizes + worth)
    return out


def normal_normal(n: ArrayLike, mean: ArrayLike, squares: ArrayLike) -> Array:
    """Shrunken means of the groups of one table.

    Parameters
    ----------
    n, mean, squares
        One-dimensional, a group each; ``squares`` is sum (y - mean)^2.  A group
        without students stays NaN and takes no part.

    Returns
    -------
    Array
        Each mean's share tau^2 / (tau^2 + sigma^2 / n) of itself, the rest of the
        common mean.  All NaN where no group has two students.

    Notes
    -----
    The variance within groups (sigma^2) is pooled; that between them (tau^2) is
    DerSimonian & Laird's moment estimate (1986, Controlled Clinical Trials 7:
    177-188), floored at 0.
    """
    m, y, ss = (np.array(part, np.float64) for part in (n, mean, squares))
    known = (m > 0) & np.isfinite(y)
    out = np.full(y.shape, np.nan)
    freedom = np.where(known, m - 1, 0.0).clip(min=0.0).sum()
    if freedom <= 0:
        return out
    m, y, ss = m[known], y[known], ss[known]
    within = ss.sum() / freedom
    between = variance_between(y, within / m)
    if between <= 0:
        out[known] = (m * y).sum() / m.sum()
        return out
    weight = 1 / (between + within / m)
    common = (weight * y).sum() / weight.sum()
    out[known] = common + between * weight * (y - common)
    return out


def correlation_within(count: Array, n: Array) -> float:
    """How alike students of one group are, beyond chance: from 0 to 1.

    The variance of a group's true rate over that of one student's outcome.
    """
    everyone = n.sum()
    common = count.sum() / everyone
    variance = common * (1 - common)
    reach = everyone - (n**2).sum() / everyone - (n.size - 1)
    if variance <= 0 or reach <= 0:
        return 0.0
    seen = (n * (count / n - common) ** 2).sum() / variance
    return float(np.clip((seen - (n.size - 1)) / reach, 0.0, 1.0))


def variance_between(value: Array, error: Array) -> float:
    """The variance of true values given estimates with these error variances."""
    if value.size < 2:
        return 0.0
    if (error <= 0).any():
        return float(np.var(value, ddof=1))
    weight = 1 / error
    total = weight.sum()
    common = (weight * value).sum() / total
    seen = (weight * (value - common) ** 2).sum()
    reach = total - (weight**2).sum() / total
    return max(0.0, float((seen - (value.size - 1)) / reach))
