"""A group's level: its value, what it rests on, and how far chance could move it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

import numpy as np

from equitable.cube.cells import Integers, Moments, Numbers
from equitable.measures.clusters import clustered_mean
from equitable.measures.means import mean_interval
from equitable.measures.rates import clopper_pearson, kish, wilson

RateInterval: TypeAlias = Literal["wilson", "exact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Each row's students and outcome total by cluster (school, class): (rows, C)."""

    n: Numbers
    total: Numbers

    def take(self, index: Integers) -> Clusters:
        """The rows at ``index``."""
        return Clusters(n=self.n[index], total=self.total[index])

    def __sub__(self, other: Clusters) -> Clusters:
        return Clusters(n=self.n - other.n, total=self.total - other.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Groups' values, one entry a group.

    ``n`` is the effective number of students behind the value (Kish's, where weighted;
    else the number itself); ``squares`` the centred sum of squares at that number;
    ``students`` the plain number with a known outcome.  ``value`` is NaN where there
    is nobody.
    """

    n: Numbers
    value: Numbers
    squares: Numbers
    weight: Numbers
    students: Integers
    missing: Integers
    count: Numbers
    """Outcome total: of a rate, the students for whom it is true."""
    clusters: Clusters | None = None

    @property
    def successes(self) -> Numbers:
        """Of a rate: the number behind it, at the effective n."""
        return self.value * self.n

    def take(self, index: Integers) -> Levels:
        """The entries at ``index``."""
        picked = {
            f.name: getattr(self, f.name)[index]
            for f in fields(self)
            if f.name != "clusters"
        }
        clusters = None if self.clusters is None else self.clusters.take(index)
        return Levels(**picked, clusters=clusters)

    def interval(
        self,
        *,
        is_rate: bool,
        confidence: float,
        how: RateInterval = "wilson",
        floor: float | None = None,
    ) -> tuple[Numbers, Numbers]:
        """Limits of each value.

        Rates: Wilson's score interval, or Clopper and Pearson's; means: Student's t;
        with clusters, the linearised (sandwich) interval over them.  ``floor`` is the
        least that a mean can be (0 events).
        """
        if self.clusters is not None:
            robust = clustered_mean(self.clusters.n, self.clusters.total, confidence)
            return robust.low, robust.high
        if not is_rate:
            low, high = mean_interval(self.n, self.value, self.squares, confidence)
            # Alike to the last student: chance could still move it, by how much is
            # unknown. No interval is better than one of no width.
            alike = self.squares <= 0
            low, high = np.where(alike, np.nan, low), np.where(alike, np.nan, high)
            if floor is not None:
                low = np.maximum(low, floor)
        elif how == "exact":
            low, high = clopper_pearson(self.successes, self.n, confidence)
        else:
            low, high = wilson(self.successes, self.n, confidence)
        return low, high


def levels(
    moments: Moments, *, weighted: bool, clusters: Clusters | None = None
) -> Levels:
    """Values from sufficient statistics.

    Weighted: the ratio of weighted sums, with Kish's (1965) effective sample size
    (sum w)^2 / sum w^2 as its n.
    """
    n = moments.n.astype(np.float64)
    weight = moments.weight
    with np.errstate(divide="ignore", invalid="ignore"):
        if weighted:
            effective = kish(weight, moments.weight_squares)
            value = moments.weighted_total / weight
            spread = moments.weighted_squares / weight - value**2
            squares = spread * effective
        else:
            effective = n
            value = moments.total / n
            squares = moments.squares - n * value**2
        nobody = n <= 0
        value = np.where(nobody, np.nan, value)
    return Levels(
        n=np.where(nobody, 0.0, effective),
        value=value,
        squares=np.where(nobody, 0.0, np.maximum(squares, 0.0)),
        weight=weight,
        students=moments.n,
        missing=moments.missing,
        count=moments.total,
        clusters=clusters,
    )
