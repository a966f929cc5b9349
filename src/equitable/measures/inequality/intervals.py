"""How far one table is from equality, and how far chance could move that figure.

Each of the summaries of ``unordered`` is 0 where all groups are alike and above 0
elsewhere, so that sampling noise can only raise it: with groups truly alike it still
comes out above 0, and the more so the smaller and the more numerous they are.  A
percentile bootstrap starts from the raised figure, adds the noise a second time, and
its lower limit never reaches 0: at equality it never holds the truth.

``inverted`` therefore turns a test round (the test-inversion bootstrap of Carpenter
1999, Journal of the Royal Statistical Society B 61: 159-172).  A truth is a point on
the line mean + t (value - mean), from equality (t = 0) through what was seen (t = 1)
and beyond.  From each truth tables are drawn, group sizes as they are: rates from
binomial distributions, means from Student's t.  The interval holds the truths under
which a figure as large as the one seen, and one as small, are each drawn with at least
(1 - confidence) / 2.  A table more equal than chance lets truly equal groups be would
leave no truth at all; for the upper limit it is taken to be as unequal as half of the
tables drawn from equality (compare the power-constrained limits of Cowan et al. 2011,
arXiv:1105.3166).  The same uniform numbers serve every truth, so that the answer is one
of the data and the seed, not of the order of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtri, stdtrit

from equitable.measures.inequality.unordered import SPREAD, Frame, spread
from equitable.measures.rates import Array

DRAWS: Final = 2_000
SEED: Final = 1955
"""Fixed, so that the same file gives the same report."""
_TABLE_OF_DRAWS: Final = 1_000_000
"""Draws times groups: tables of over 500 groups take fewer draws."""
_FARTHEST: Final = 60
"""Doublings of the way from what was seen outwards."""
_FINE: Final = 0.02
"""How near an edge is sought, in standard errors: far finer than the draws tell it."""
_MANY: Final = 200
"""Groups from which on draws of the large ones are made all at once."""
_NORMAL: Final = 400.0
"""n p (1 - p) from which on a binomial's quantiles are expanded, not summed: they are
then right to a hundredth of a student."""
_NEARLY_NORMAL: Final = 9.0
"""The same where groups are many."""
_FEW: Final = 12
"""Groups that are each tried as the only one that differs, where none is seen to."""


@dataclass(frozen=True, slots=True)
class RateNoise:
    """Draws of rates: binomial, of each group's (effective) number of students."""

    n: Array
    uniform: Array
    """Shape (draws, groups), each within 0 and 1."""
    _normal: list[Array] = field(default_factory=list)

    def around(self, truth: Array) -> Array:
        """Tables drawn from these true rates: shape (draws, groups)."""
        sizes = np.maximum(np.rint(self.n), 1.0)
        rates = self.within(truth)
        drawn = np.empty(self.uniform.shape)
        # One group more or less far in its tail is nothing among hundreds.
        enough = _NEARLY_NORMAL if sizes.size > _MANY else _NORMAL
        exact = sizes * rates * (1 - rates) < enough
        if not exact.all():
            own = ~exact
            drawn[:, own] = self._expanded(sizes[own], rates[own], own)
        for place in np.flatnonzero(exact):
            size = float(sizes[place])
            counts = _binomial(self.uniform[:, place], size, float(rates[place]))
            drawn[:, place] = counts / size
        return drawn

    def _expanded(self, n: Array, p: Array, own: NDArray[np.bool_]) -> Array:
        """Binomial quantiles by the expansion of Cornish & Fisher (1938), over n."""
        if not self._normal:
            self._normal.append(ndtri(self.uniform))
        z = self._normal[0][:, own]
        skew = (1 - 2 * p) * (z**2 - 1) / 6
        counts = np.rint(n * p + np.sqrt(n * p * (1 - p)) * z + skew)
        rates: Array = np.clip(counts, 0.0, n) / n
        return rates

    def within(self, truth: Array) -> Array:
        """No rate is under 0 or over 1."""
        return np.clip(truth, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class MeanNoise:
    """Draws of means: Student's t, of each group's standard error."""

    error: Array
    freedom: Array
    uniform: Array
    _unit: list[Array] = field(default_factory=list)

    def around(self, truth: Array) -> Array:
        """Tables drawn from these true means: shape (draws, groups)."""
        if not self._unit:
            self._unit.append(stdtrit(self.freedom, self.uniform))
        drawn: Array = truth + self.error * self._unit[0]
        return drawn

    def within(self, truth: Array) -> Array:
        """A mean can be anything."""
        return truth


Noise: TypeAlias = RateNoise | MeanNoise


def uniform_draws(groups: int, draws: int = DRAWS, seed: int = SEED) -> Array:
    """The numbers behind every draw: shape (draws, groups)."""
    held = int(np.clip(_TABLE_OF_DRAWS // max(groups, 1), 200, draws))
    return np.random.default_rng(seed).random((min(held, draws), groups))


class Inverted(NamedTuple):
    """Limits by name, and what groups truly alike would be expected to give."""

    low: dict[str, float]
    high: dict[str, float]
    by_chance: dict[str, float]
    centre: dict[str, float]
    """Where asked for: the truths under which half of the draws are as large."""
    chance: dict[str, float]
    """The share of draws from equality that come out as large as what was seen."""


def inverted(
    y: Array,
    frame: Frame,
    noise: Noise,
    confidence: float,
    error: Array,
    way: Array | None = None,
    names: Collection[str] = SPREAD,
    *,
    centres: bool = False,
) -> Inverted:
    """Limits of every figure of ``spread`` by the inverted test.

    Parameters
    ----------
    y
        What was seen: shape (groups,).
    frame, noise
        What stays the same, and how tables are drawn around a truth.
    error
        The variance of each value: sets how fine the search is.
    way
        The values whose distances from their mean the line follows, where they are not
        those seen: rates pulled a little away from 0 and 1, where nothing would vary.
    centres
        Whether to find the median-unbiased estimates.
    names
        The figures whose limits are sought (those of BGV are known in any case).

    Returns
    -------
    Inverted
        Without an entry where a figure is not defined.  A value that noise alone has
        raised over its upper limit widens the interval to itself.
    """
    seen = {
        k: float(v)
        for k, v in spread(y, frame, {*names, "BGV"}).items()
        if np.isfinite(v)
    }
    mean = float(y @ frame.share)
    typical = float(np.sqrt(error @ frame.share))
    size = float(np.sqrt(((y - mean) ** 2) @ frame.share))
    level = (1 - confidence) / 2
    if size > 1e-9 * max(1.0, abs(mean)):
        along = y if way is None else way
        path = _Path(
            along - along @ frame.share,
            mean,
            frame,
            noise,
            seen,
            fine=typical / size,
            first=1.0,
        )
        low = {k: path.lower(k, level) for k in seen}
        high = {k: path.upper(k, level) for k in seen}
        centre = {k: path.lower(k, 0.5) for k in seen} if centres else {}
    else:
        # Nobody differs, so nothing says who might: the farthest of all who could.
        low = dict.fromkeys(seen, 0.0)
        centre = dict.fromkeys(seen, 0.0) if centres else {}
        high = dict.fromkeys(seen, 0.0)
        for place in _some(frame.share):
            for sign in (1.0, -1.0):
                way = -frame.share[place] + (np.arange(y.size) == place)
                path = _Path(
                    sign * way, mean, frame, noise, seen, fine=typical, first=typical
                )
                for k in seen:
                    found = path.upper(k, level)
                    # Not defined from somewhere on: no limit, whatever the others say.
                    high[k] = max(high[k], found, key=_size)
    equal = path.equal
    by_chance = {
        k: float(np.mean(v[np.isfinite(v)]))
        for k, v in equal.items()
        if np.isfinite(v).any()
    }
    chance = {k: path.at(0.0)[0][k] for k in seen}
    for k, value in seen.items():
        # Where lower values are better these are under 0, and the farthest is lowest.
        if k in {"PAR", "PAF"} and not frame.higher_is_better:
            low[k], high[k] = high[k], low[k]
        low[k], high[k] = min(low[k], value), max(high[k], value)
    return Inverted(low, high, by_chance, centre, chance)


def _some(share: Array) -> list[int]:
    order = np.argsort(share, kind="stable")
    if order.size <= _FEW:
        return [int(i) for i in order]
    return [int(i) for i in (*order[: _FEW // 2], *order[-_FEW // 2 :])]


class _Path:
    """Truths on a line from equality; what is drawn from each is kept."""

    def __init__(
        self,
        way: Array,
        mean: float,
        frame: Frame,
        noise: Noise,
        seen: Mapping[str, float],
        *,
        fine: float,
        first: float,
    ) -> None:
        self.way, self.mean, self.frame, self.noise = way, mean, frame, noise
        self.seen = seen
        self.fine, self.first = max(fine, 1e-9), first
        self.kept: dict[float, tuple[dict[str, float], dict[str, float]]] = {}
        self.equal = self.tables(0.0)
        self.near = {
            name: max(abs(value), float(np.median(_farthest(self.equal[name]))))
            for name, value in seen.items()
        }

    def truth(self, t: float) -> Array:
        """The true values at ``t``."""
        return self.noise.within(self.mean + t * self.way)

    def tables(self, t: float) -> dict[str, Array]:
        """The figures of the tables drawn from the truth at ``t``."""
        return spread(self.noise.around(self.truth(t)), self.frame, self.seen)

    def at(self, t: float) -> tuple[dict[str, float], dict[str, float]]:
        """Shares of draws as far as, and as near as, what was seen."""
        if t not in self.kept:
            as_far, as_near = {}, {}
            for name, drawn in (self.tables(t) if t else self.equal).items():
                far, near = abs(self.seen[name]), self.near[name]
                found = _farthest(drawn)
                # Rates that are equal differ in their last digits.
                slack = 1e-9 * far
                # One more on either side: a share of draws is never quite 0.
                as_far[name] = ((found >= far - slack).sum() + 1) / (found.size + 1)
                as_near[name] = ((found <= near + slack).sum() + 1) / (found.size + 1)
            self.kept[t] = as_far, as_near
        return self.kept[t]

    def figure(self, name: str, t: float) -> float:
        """The true figure at ``t``; its size has no end where it is not defined."""
        return float(spread(self.truth(t), self.frame, {name})[name])

    def lower(self, name: str, level: float) -> float:
        """The nearest truth that is not contradicted."""

        def inside(t: float) -> bool:
            return self.at(t)[0][name] >= level

        if inside(0.0):
            return self.figure(name, 0.0)
        return self.figure(name, self._edge(0.0, 1.0, inside))

    def upper(self, name: str, level: float) -> float:
        """The farthest truth that is not contradicted."""

        def inside(t: float) -> bool:
            return self.at(t)[1][name] >= level

        near, far, step = 0.0, self.first, self.fine
        for _ in range(_FARTHEST):
            if not inside(far):
                return self.figure(name, self._edge(far, near, inside))
            # Rates that are all 0 or 1 go no farther.
            if np.array_equal(self.truth(far), self.truth(2 * far + step)):
                break
            near, far, step = far, far + step, 2 * step
        return self.figure(name, far)

    def _edge(self, out: float, inn: float, inside: Callable[[float], bool]) -> float:
        """Where inside begins, between a point out of it and one in it."""
        for t in list(self.kept):
            if min(out, inn) < t < max(out, inn):
                out, inn = (out, t) if inside(t) else (t, inn)
        while abs(out - inn) > _FINE * self.fine:
            middle = (out + inn) / 2
            if middle in {out, inn}:
                break
            out, inn = (out, middle) if inside(middle) else (middle, inn)
        return inn


def _size(value: float) -> float:
    return abs(value) if np.isfinite(value) else np.inf


def _farthest(drawn: Array) -> Array:
    """Sizes; a draw in which the figure is not defined is as far as can be."""
    found: Array = np.where(np.isfinite(drawn), np.abs(drawn), np.inf)
    return found


def _binomial(uniform: Array, n: float, p: float) -> Array:
    """Binomial quantiles of uniform numbers: the same numbers serve every p."""
    if p <= 0 or p >= 1:
        return np.full(uniform.shape, n if p >= 1 else 0.0)
    reach = 8 * np.sqrt(n * p * (1 - p)) + 12
    first, last = max(0, int(n * p - reach)), min(int(n), int(n * p + reach) + 1)
    counts = np.arange(first, last + 1, dtype=np.float64)
    below = bdtr(counts, int(n), p)
    place = np.minimum(np.searchsorted(below, uniform), counts.size - 1)
    found: Array = counts[place]
    return found
