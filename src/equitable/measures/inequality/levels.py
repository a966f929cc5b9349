"""The groups that a summary of inequality is made from, whatever is known of each.

Students' records give counts, or sums and sums of squares; a published table gives a
value with a number of students and, at best, a standard error or an interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Integers
from equitable.errors import InputError
from equitable.measures.inequality.intervals import MeanNoise, Noise, RateNoise
from equitable.measures.means import error_variance, t_quantile
from equitable.measures.rates import Array, divided, two_sided, wilson

_LEAST_FREEDOM = 4.0
"""A spread from fewer students tells so little that draws from it have no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLevel:
    """A group and its value.

    Parameters
    ----------
    name, group
        What it is called; and, from cells, its value in each dimension.
    n
        Students with a known outcome: also what its share is taken from, unless it has
        a ``weight``.
    value
        Rate (a fraction of 1) or mean.
    squares
        Of a mean: sum (y - mean)^2 at the effective number.
    error
        A published standard error.
    low, high
        A published interval at the confidence asked for.
    effective
        The effective number of students behind the value (Kish's), where weighted.
    """

    name: str
    n: float
    value: float
    group: Mapping[str, str] | None = None
    squares: float | None = None
    error: float | None = None
    low: float | None = None
    high: float | None = None
    weight: float | None = None
    effective: float | None = None

    @classmethod
    def of_count(cls, name: str, n: float, count: float) -> GroupLevel:
        """A group in which ``count`` of ``n`` students have the outcome."""
        return cls(name=name, n=n, value=count / n if n > 0 else float("nan"))

    @classmethod
    def of_sums(
        cls, name: str, n: float, total: float, sum_of_squares: float
    ) -> GroupLevel:
        """A group from n, sum y and sum y^2 (not centred)."""
        value = total / n if n > 0 else float("nan")
        squares = max(0.0, sum_of_squares - n * value**2) if n > 0 else 0.0
        return cls(name=name, n=n, value=value, squares=squares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Groups as arrays of shape (groups,): all that the formulas need."""

    names: NDArray[np.str_]
    groups: tuple[Mapping[str, str] | str, ...]
    n: Array
    share: Array
    value: Array
    effective: Array
    variance: Array
    """Of students' outcomes about their group's mean, over n; NaN: not known."""
    error: Array
    """The variance of each value; NaN: not known."""
    low: Array
    high: Array
    is_rate: bool

    def noise(self, uniform: Array, turn: Integers) -> Noise:
        """What draws tables, for the groups in the order ``turn``."""
        if self.is_rate:
            return RateNoise(self.effective[turn], uniform)
        freedom = np.maximum(self.effective[turn] - 1, _LEAST_FREEDOM)
        return MeanNoise(np.sqrt(self.error[turn]), freedom, uniform)

    def way(self, turn: Integers) -> Array:
        """Values for the line of truths: half a student more on either side."""
        if not self.is_rate:
            return self.value[turn]
        n = self.effective[turn]
        pulled: Array = (self.value[turn] * n + 0.5) / (n + 1)
        return pulled


def resolve(
    groups: Sequence[GroupLevel], *, is_rate: bool, confidence: float
) -> Resolved:
    """Groups as arrays, checked, with limits and errors from what is known of each.

    Raises
    ------
    InputError
        Where a rate is no fraction of 1, or a value is not a number.
    """
    for group in groups:
        _check(group, is_rate=is_rate)
    n = _column(groups, "n")
    value = _column(groups, "value")
    weight = np.where(np.isnan(w := _column(groups, "weight")), n, w)
    low, high = _column(groups, "low"), _column(groups, "high")
    given = _column(groups, "error")
    # A published interval tells its standard error, where none is given.
    from_limits = (high - low) / (2 * two_sided(confidence))
    given = np.where(np.isnan(given), from_limits, given)
    effective = np.where(np.isnan(e := _column(groups, "effective")), n, e)
    if is_rate:
        variance = value * (1 - value)
        told = divided(variance, given**2)
        # At 0 or 1 a standard error is 0 and tells nothing of the number behind it.
        effective = np.where(np.isfinite(told) & (told > 0), told, effective)
        limits = wilson(value * effective, effective, confidence)
        error = _smoothed(value, effective)
    else:
        squares = _column(groups, "squares")
        told_squares = given**2 * effective * (effective - 1)
        squares = np.where(np.isnan(given), squares, told_squares)
        squares = np.maximum(squares, 0.0)
        variance = squares / effective
        error = np.where(np.isnan(given), _own_or_pooled(effective, squares), given**2)
        half = t_quantile(effective - 1, confidence) * np.sqrt(error)
        half = np.where(np.isnan(given), half, two_sided(confidence) * given)
        half = np.where(error > 0, half, np.nan)
        limits = type(wilson(0, 1))(value - half, value + half)
    return Resolved(
        names=np.array([group.name for group in groups], dtype=np.str_),
        groups=tuple(
            group.name if group.group is None else group.group for group in groups
        ),
        n=n,
        share=weight / weight.sum(),
        value=value,
        effective=effective,
        variance=variance,
        error=error,
        low=np.where(np.isnan(low), limits.low, low),
        high=np.where(np.isnan(high), limits.high, high),
        is_rate=is_rate,
    )


def _check(group: GroupLevel, *, is_rate: bool) -> None:
    if not np.isfinite(group.value):
        raise InputError(
            f"the value of '{group.name}' is not a number",
            next_step="Leave out groups whose value is not known.",
        )
    if is_rate and not -1e-12 <= group.value <= 1 + 1e-12:
        raise InputError(
            f"the rate of '{group.name}' is {group.value:g}, and a rate is a fraction"
            " from 0 to 1",
            next_step="Divide percentages by 100; check that no count is over its"
            " number of students.",
        )


def _column(groups: Sequence[GroupLevel], name: str) -> Array:
    values = [getattr(group, name) for group in groups]
    return np.array([np.nan if v is None else v for v in values], np.float64)


def _smoothed(value: Array, n: Array) -> Array:
    """A rate's error variance with two more students on either side: never 0."""
    rate = (value * n + 2) / (n + 4)
    variance: Array = rate * (1 - rate) / n
    return variance


def _own_or_pooled(n: Array, squares: Array) -> Array:
    """A mean's error variance; all groups' where its own students are one, or alike."""
    own = error_variance(n, squares)
    several = (n > 1) & np.isfinite(squares)
    freedom = (n[several] - 1).sum()
    pooled = squares[several].sum() / freedom if freedom > 0 else np.nan
    unknown = np.isnan(squares) & (n > 1)
    filled: Array = np.where((own > 0) | unknown, own, pooled / n)
    return filled
