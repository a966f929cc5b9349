"""Intervals that allow for students of one school or class being alike.

The arrays hold, for each cluster on the last axis, how many students of the group it
has and the total of their outcomes (for a rate: how many of them count).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equitable.measures.differences import Difference
from equitable.measures.means import t_p, t_quantile
from equitable.measures.rates import Array, aligned, divided


class ClusteredMean(NamedTuple):
    """A rate or mean, its limits, and how many clusters it rests on."""

    value: Array
    low: Array
    high: Array
    clusters: NDArray[np.int64]


def clustered_mean(
    n: ArrayLike, total: ArrayLike, confidence: float = 0.95
) -> ClusteredMean:
    """A group's rate or mean with a cluster-robust interval.

    Limits are NaN with students in fewer than two clusters.

    Notes
    -----
    The mean is a ratio of totals; its linearised variance is C / (C - 1) times the sum
    over clusters of (total - mean n)^2 / N^2 (Cochran 1977, Sampling Techniques,
    section 9A.2), with Student's t on C - 1 degrees of freedom.  A regression package
    multiplies by (N - 1) / (N - 1 parameter) = 1 besides: here they agree exactly.
    """
    m, y = aligned(n, total)
    value, score, present = _scores(m, y)
    clusters = present.sum(axis=-1)
    half = t_quantile(clusters - 1.0, confidence) * _robust_error(score, clusters)
    return ClusteredMean(value, value - half, value + half, clusters)


def clustered_difference(
    n1: ArrayLike,
    total1: ArrayLike,
    n2: ArrayLike,
    total2: ArrayLike,
    confidence: float = 0.95,
) -> tuple[Difference, NDArray[np.int64]]:
    """The difference of two groups' rates or means, cluster-robust, and the clusters.

    Groups that share clusters vary together there, and the interval allows for it: the
    two groups' residual totals are subtracted cluster by cluster.  A cluster without a
    student of either does not count.  Limits and p are NaN where either group lies in
    fewer than two clusters: its own residual total would be 0, a false certainty.

    Notes
    -----
    Liang & Zeger (1986), Biometrika 73: 13-22, with the factor C / (C - 1) and
    Student's t on C - 1 degrees of freedom.  A regression package multiplies the
    variance by (N - 1) / (N - 2) besides (N students).
    """
    m1, y1, m2, y2 = aligned(n1, total1, n2, total2)
    value1, score1, present1 = _scores(m1, y1)
    value2, score2, present2 = _scores(m2, y2)
    clusters = (present1 | present2).sum(axis=-1)
    enough = (present1.sum(axis=-1) > 1) & (present2.sum(axis=-1) > 1)
    value = value1 - value2
    se = np.where(enough, _robust_error(score1 - score2, clusters), np.nan)
    half = t_quantile(clusters - 1.0, confidence) * se
    p = t_p(divided(value, se), clusters - 1.0)
    return Difference(value, value - half, value + half, p), clusters


def _scores(m: Array, y: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The mean, each cluster's share in its error, and where the group is present."""
    present = m > 0
    m, y = np.where(present, m, 0.0), np.where(present, y, 0.0)
    everyone = m.sum(axis=-1)
    mean = divided(y.sum(axis=-1), everyone)
    score = (y - mean[..., None] * m) / np.where(everyone > 0, everyone, np.nan)[
        ..., None
    ]
    return mean, score, present


def _robust_error(score: Array, clusters: NDArray[np.int64]) -> Array:
    factor = divided(clusters, clusters - 1.0)
    error: Array = np.sqrt(np.where(clusters > 1, factor, np.nan) * (score**2).sum(-1))
    return error
