"""A group's level: its value, what it rests on, and how far chance could move it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from equitable.cube.cells import Integers, Moments, Numbers
from equitable.measures.clusters import Clusters, mean_limits
from equitable.measures.means import mean_interval, no_events
from equitable.measures.rates import clopper_pearson, kish, wilson

RateInterval: TypeAlias = Literal["wilson", "exact"]
_ARRAYS: Final = ("n", "value", "squares", "weight", "students", "missing", "count")
_FLOAT: Final = 8 * float(np.finfo(np.float64).eps)


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
    pivot: float = 0.0
    """What the clusters' totals are about."""
    events: bool = False
    """Whether values are events per 100 students."""
    least: float | None = None
    """The least that a mean can be."""

    def take(self, index: Integers) -> Levels:
        """The entries at ``index``."""
        picked = {name: getattr(self, name)[index] for name in _ARRAYS}
        clusters = None if self.clusters is None else self.clusters.take(index)
        return replace(self, **picked, clusters=clusters)

    @property
    def successes(self) -> Numbers:
        """Of a rate: the number behind it, at the effective n."""
        return self.value * self.n

    def interval(
        self, *, is_rate: bool, confidence: float, how: RateInterval = "wilson"
    ) -> tuple[Numbers, Numbers]:
        """Limits of each value.

        Rates: Wilson's score interval, or Clopper and Pearson's; means: Student's t;
        events, where there was none: ``no_events``; with clusters, the linearised
        (sandwich) interval over them, held within what a rate can be.
        """
        if self.clusters is not None:
            robust = mean_limits(self.clusters, confidence)
            low, high = robust.low + self.pivot, robust.high + self.pivot
            if is_rate:
                return np.maximum(low, 0.0), np.minimum(high, 1.0)
            return self._held(low), high
        if is_rate:
            exact = clopper_pearson if how == "exact" else wilson
            low, high = exact(self.successes, self.n, confidence)
            return low, high
        low, high = mean_interval(self.n, self.value, self.squares, confidence)
        # Alike to the last student: chance could still move it, by how much is
        # unknown. No interval is better than one of no width.
        alike = self.squares <= 0
        low, high = np.where(alike, np.nan, low), np.where(alike, np.nan, high)
        if self.events:
            none = (self.value == 0) & (self.n > 0)
            low = np.where(none, 0.0, low)
            high = np.where(none, no_events(self.n, confidence), high)
        return self._held(low), high

    def _held(self, low: Numbers) -> Numbers:
        return low if self.least is None else np.maximum(low, self.least)


def levels(
    moments: Moments,
    *,
    weighted: bool,
    clusters: Clusters | None = None,
    events: bool = False,
    least: float | None = None,
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
            about = moments.weighted_total / weight
            raw = moments.weighted_squares / weight
        else:
            effective = n
            about = moments.total / n
            raw = moments.squares / n
        spread = raw - about**2
        # What is left where all are alike is the rounding of the sums.
        grain = moments.weighted_grain * n / weight if weighted else moments.grain
        noise = grain + _FLOAT * raw
        squares = np.where(spread > noise, spread * effective, 0.0)
        nobody = n <= 0
        value = np.where(nobody, np.nan, moments.pivot + about)
    return Levels(
        n=np.where(nobody, 0.0, np.nan_to_num(effective)),
        value=value,
        squares=np.where(nobody, 0.0, np.maximum(np.nan_to_num(squares), 0.0)),
        weight=weight,
        students=moments.n,
        missing=moments.missing,
        count=moments.total + moments.pivot * n,
        clusters=clusters,
        pivot=moments.pivot,
        events=events,
        least=least,
    )
