"""Intervals that allow for students of one school or class being alike.

A group's students and their outcomes' total are held for each cluster that it has
students in, and for no other, so that thousands of groups in thousands of clusters
cost what their students do.  The outcomes' total may be about any pivot, the same for
all groups: residuals and differences do not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from equitable.cube.cells import Integers, Numbers
from equitable.measures.differences import Difference
from equitable.measures.means import t_p, t_quantile
from equitable.measures.rates import Array, aligned, divided

_AT_ONCE: Final = 2_000_000
"""Pairs of group and cluster that are looked at together: memory stays bounded."""
_NOISE: Final = 1e-12
"""A standard error under this share of the figures is rounding, not chance."""


class ClusteredMean(NamedTuple):
    """A rate or mean, its limits, and how many clusters it rests on."""

    value: Array
    low: Array
    high: Array
    clusters: NDArray[np.int64]


class ClusteredError(NamedTuple):
    """A figure with its cluster-robust standard error and degrees of freedom."""

    value: Array
    error: Array
    freedom: Array
    clusters: NDArray[np.int64]


class _Entries(NamedTuple):
    """Pairs of a group and a cluster that has students of it."""

    row: Integers
    cluster: Integers
    n: Numbers
    total: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Groups' students and outcome totals by cluster (school, class).

    ``start`` (groups + 1) says where each group's entries begin in ``cluster``, ``n``
    and ``total``, which are sorted by cluster within a group.  ``rows`` are the groups
    looked at.  Where there is ``whole``, each of them stands for its own group of
    ``whole`` (at ``of``) less itself: the rest.
    """

    start: Integers
    cluster: Integers
    n: Numbers
    total: Numbers
    rows: Integers
    whole: Clusters | None = None
    of: Integers | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, index: Integers | NDArray[np.bool_]) -> Clusters:
        """The groups at ``index``."""
        of = None if self.of is None else self.of[index]
        return replace(self, rows=self.rows[index], of=of)

    def rest(self, everyone: Clusters, stratum: Integers) -> Clusters:
        """Each group's others: its stratum's students, those of the group taken off."""
        return replace(self, whole=everyone, of=stratum)

    def sizes(self) -> Integers:
        """How many entries each group looked at may have."""
        sizes = np.diff(self.start)[self.rows]
        if self.whole is not None and self.of is not None:
            sizes = sizes + self.whole.take(self.of).sizes()
        return sizes

    def entries(self) -> _Entries:
        """All pairs of the groups looked at and the clusters with their students."""
        sizes = np.diff(self.start)[self.rows]
        row = np.repeat(np.arange(len(self.rows), dtype=np.int64), sizes)
        ahead = np.cumsum(sizes) - sizes
        at = np.arange(len(row)) - np.repeat(ahead - self.start[self.rows], sizes)
        own = _Entries(row, self.cluster[at], self.n[at], self.total[at])
        if self.whole is None or self.of is None:
            return own
        every = self.whole.take(self.of).entries()
        return _less(every, own)

    def means(self) -> ClusteredError:
        """Each group's mean, its standard error and clusters."""
        parts = [_means(block, len(block)) for block in self._blocks()]
        return ClusteredError(
            *(np.concatenate(part) for part in zip(*parts, strict=True))
        )

    def less(self, other: Clusters) -> ClusteredError:
        """Each group's mean less that of the other at the same place."""
        sizes = self.sizes() + other.sizes()
        parts = [
            _difference(self.take(block), other.take(block)) for block in _cut(sizes)
        ]
        return ClusteredError(
            *(np.concatenate(part) for part in zip(*parts, strict=True))
        )

    def _blocks(self) -> Iterator[Clusters]:
        for block in _cut(self.sizes()):
            yield self.take(block)


def from_pairs(
    row: Integers, cluster: Integers, n: Numbers, total: Numbers, groups: int
) -> Clusters:
    """Clusters from pairs of group and cluster, in any order; empty ones are left."""
    some = n > 0
    row, cluster, n, total = row[some], cluster[some], n[some], total[some]
    order = np.lexsort((cluster, row))
    start = np.zeros(groups + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=groups), out=start[1:])
    return Clusters(
        start=start,
        cluster=cluster[order],
        n=n[order],
        total=total[order],
        rows=np.arange(groups, dtype=np.int64),
    )


def clustered_mean(
    n: ArrayLike, total: ArrayLike, confidence: float = 0.95
) -> ClusteredMean:
    """A group's rate or mean with a cluster-robust interval.

    ``n`` and ``total`` have the clusters on their last axis.  Limits are NaN with
    students in fewer than two clusters, and where all clusters are alike: nothing then
    tells how far chance could move the figure.

    Notes
    -----
    The mean is a ratio of totals; its linearised variance is C / (C - 1) times the sum
    over clusters of (total - mean n)^2 / N^2 (Cochran 1977, Sampling Techniques,
    section 9A.2), with Student's t on C - 1 degrees of freedom.  A regression package
    multiplies by (N - 1) / (N - 1 parameter) = 1 besides: here they agree exactly.
    """
    m, y = aligned(n, total)
    shape = m.shape[:-1]
    found = mean_limits(_dense(m, y), confidence)
    return ClusteredMean(
        found.value.reshape(shape),
        found.low.reshape(shape),
        found.high.reshape(shape),
        found.clusters.reshape(shape),
    )


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
    fewer than two clusters, or is alike in all of its own (nobody of it suspended in
    any school): its own residual totals would be 0, a false certainty.

    Notes
    -----
    Liang & Zeger (1986), Biometrika 73: 13-22, with the factor C / (C - 1).  A
    regression package multiplies the variance by (N - 1) / (N - 2) besides (N
    students).  Student's t has one degree of freedom less than the clusters of the
    group that lies in fewer: C - 1 where both lie in all C, and no more certainty from
    forty schools than from three where a group is in three (the conservative choice
    that is usual for two samples).
    """
    m1, y1, m2, y2 = aligned(n1, total1, n2, total2)
    shape = m1.shape[:-1]
    found = _dense(m1, y1).less(_dense(m2, y2))
    limits = difference_limits(found, confidence)
    return (
        Difference(*(np.asarray(part).reshape(shape) for part in limits)),
        found.clusters.reshape(shape),
    )


def mean_limits(clusters: Clusters, confidence: float) -> ClusteredMean:
    """Groups' means with their limits."""
    found = clusters.means()
    half = t_quantile(found.freedom, confidence) * found.error
    return ClusteredMean(
        found.value, found.value - half, found.value + half, found.clusters
    )


def difference_limits(found: ClusteredError, confidence: float) -> Difference:
    """A difference's limits and p by Student's t."""
    half = t_quantile(found.freedom, confidence) * found.error
    p = t_p(divided(found.value, found.error), found.freedom)
    return Difference(found.value, found.value - half, found.value + half, p)


def _dense(m: Array, y: Array) -> Clusters:
    count = m.shape[-1]
    flat_m, flat_y = m.reshape(-1, count), y.reshape(-1, count)
    row, cluster = np.nonzero(flat_m > 0)
    return from_pairs(
        row.astype(np.int64),
        cluster.astype(np.int64),
        flat_m[row, cluster],
        flat_y[row, cluster],
        len(flat_m),
    )


def _cut(sizes: Integers) -> Iterator[Integers]:
    """Places of groups, cut so that no part has too many entries."""
    part = np.cumsum(sizes) // _AT_ONCE
    cuts = np.flatnonzero(np.diff(part)) + 1
    yield from np.split(np.arange(len(sizes), dtype=np.int64), cuts)


def _less(every: _Entries, own: _Entries) -> _Entries:
    """Everyone's entries less a group's own; pairs without students left out."""
    if not len(own.row):
        return every
    many = int(every.cluster.max()) + 1
    # Both are sorted by row and then cluster, and whom a group has, everyone has.
    at = np.searchsorted(every.row * many + every.cluster, own.row * many + own.cluster)
    n, total = every.n.copy(), every.total.copy()
    n[at] -= own.n
    total[at] -= own.total
    # A weight taken off a sum of weights may leave a rounding error of students.
    some = n > _NOISE * every.n
    return _Entries(every.row[some], every.cluster[some], n[some], total[some])


def _scored(entries: _Entries, groups: int) -> tuple[Array, Array, NDArray[np.int64]]:
    """Groups' means, each entry's share in their errors, and how many clusters."""
    everyone = np.bincount(entries.row, entries.n, minlength=groups)
    mean = divided(np.bincount(entries.row, entries.total, minlength=groups), everyone)
    score = (entries.total - mean[entries.row] * entries.n) / everyone[entries.row]
    return mean, score, np.bincount(entries.row, minlength=groups).astype(np.int64)


def _means(clusters: Clusters, groups: int) -> ClusteredError:
    entries = clusters.entries()
    mean, score, count = _scored(entries, groups)
    error = _robust_error(score, entries.row, count, np.abs(mean))
    freedom: Array = (count - 1).astype(np.float64)
    return ClusteredError(mean, error, freedom, count)


def _difference(one: Clusters, other: Clusters) -> ClusteredError:
    groups = len(one)
    entries1, entries2 = one.entries(), other.entries()
    mean1, score1, count1 = _scored(entries1, groups)
    mean2, score2, count2 = _scored(entries2, groups)
    row = np.concatenate([entries1.row, entries2.row])
    cluster = np.concatenate([entries1.cluster, entries2.cluster])
    key = row * (int(cluster.max(initial=0)) + 1) + cluster
    # Two sorted runs: a stable sort merges them.
    order = np.argsort(key, kind="stable")
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    both = np.concatenate([score1, -score2])[order]
    score = np.add.reduceat(both, first) if len(first) else both
    place = row[order][first]
    count = np.bincount(place, minlength=groups).astype(np.int64)
    size = np.maximum(np.abs(mean1), np.abs(mean2))
    fewer = np.minimum(count1, count2)
    # A side that is alike in every cluster adds no error, as if it were certain.
    own1 = _robust_error(score1, entries1.row, count1, np.abs(mean1))
    own2 = _robust_error(score2, entries2.row, count2, np.abs(mean2))
    known = (fewer > 1) & np.isfinite(own1) & np.isfinite(own2)
    error: Array = np.where(known, _robust_error(score, place, count, size), np.nan)
    freedom: Array = (fewer - 1).astype(np.float64)
    return ClusteredError(mean1 - mean2, error, freedom, count)


def _robust_error(
    score: Array, row: Integers, count: NDArray[np.int64], size: Array
) -> Array:
    factor = divided(count, count - 1.0)
    squares = np.bincount(row, score**2, minlength=len(count))
    error: Array = np.sqrt(np.where(count > 1, factor, np.nan) * squares)
    with np.errstate(invalid="ignore"):
        return np.where(error > _NOISE * size, error, np.nan)
