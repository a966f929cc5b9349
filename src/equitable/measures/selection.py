"""The highest group as reference, chosen from the same data that it is compared in.

Whichever group comes out on top owes part of that to luck, so that everyone's distance
to it looks larger than it is.  Limits and p here allow for the choice by repeating it.

The limits are for the distance to the true value of the very group that was chosen.
Being chosen errs to one side only: it makes distances too long, never too short.
Therefore

- the limit away from 0 stays that of Newcombe (rates) or Welch (means);
- the limit towards 0 is the farther of theirs and of a one-sided bootstrap limit that
  spends four fifths of the error allowed (1 % at 95 % is left for the other side,
  which hardly errs).  Each draw adds normal error, of each group's own size, to means
  shrunken towards each other (``shrinkage``), chooses the best of the others anew, and
  notes by how many standard errors the distance to it is too long.  The quantile of
  that stretches the plain half-width in the ratio to its normal quantile.

Were all groups equal, all error would be on the side of the choice, which the
one-sided limit sees to; were one far ahead, the choice is no choice, and the plain
limits are right.  Over a grid between the two (2 to 8 groups, equal and unequal, 30 to
1,000 students, rates .05 to .95) 95 to 96 % of the intervals hold the truth, and 92 %
and more at every point, where the plain ones fall to 85 %
(tests/measures/test_coverage_soak.py).

p is the share of draws from one common value in which a group that was not itself
chosen is at least as far (in standard errors) from the best of the others; but never
over the plain p times the number of groups that could have been chosen (Bonferroni),
so that strong evidence is not limited by the number of draws, and never under the
plain p.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from equitable.measures.differences import newcombe, rates_p
from equitable.measures.means import error_variance, mean_difference
from equitable.measures.rates import Array, aligned, level, two_sided
from equitable.measures.references import LEAST, best_rows
from equitable.measures.shrinkage import variance_between

DRAWS: Final = 2_000
SEED: Final = 1927
"""Fixed, so that the same file gives the same report."""
_ERROR_SPENT: Final = 0.8
_CELLS: Final = 8_000_000
"""Draws times groups held at once; tables of over 4,000 groups take fewer draws."""


class AgainstHighest(NamedTuple):
    """Each group against the highest one; NaN in the row of that group itself."""

    reference: int
    """Its place among the groups, -1 where none is eligible."""
    value: Array
    low: Array
    high: Array
    p: Array


def highest_reference(
    n: ArrayLike,
    value: ArrayLike,
    eligible: ArrayLike | None = None,
    *,
    higher_is_better: bool = True,
) -> int:
    """The place of the group that is best for the direction, ties to the larger.

    Parameters
    ----------
    n, value
        One-dimensional: students and rate or mean of each group.
    eligible
        Which groups may be chosen; by default those of 30 students and more.

    Returns
    -------
    int
        -1 where no group is eligible.
    """
    m, y = aligned(n, value)
    may = m >= LEAST if eligible is None else np.asarray(eligible, bool)
    may = may & np.isfinite(y) & (m > 0)
    if not may.any():
        return -1
    better = y if higher_is_better else -y
    return int(best_rows(better, m, np.zeros(m.size, np.int64), may)[0])


def compare_with_highest(
    n: ArrayLike,
    value: ArrayLike,
    squares: ArrayLike | None = None,
    *,
    students: ArrayLike | None = None,
    eligible: ArrayLike | None = None,
    is_rate: bool,
    events: bool = False,
    higher_is_better: bool = True,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int | np.random.Generator = SEED,
) -> AgainstHighest:
    """Each group of one table against the highest, allowing for how it was chosen.

    Parameters
    ----------
    n, value, squares
        One-dimensional: students, rate or mean, and sum (y - mean)^2 of each group.
        Rates need no squares.  Groups without students stay NaN.
    eligible
        Which groups may be the reference; by default those of 30 students and more.
    students
        Plain numbers, which decide ties where ``n`` are effective ones.
    is_rate, events, higher_is_better
        What the values are, and which way is better.
    draws, seed
        Of the bootstrap.  The same seed gives the same figures.

    Returns
    -------
    AgainstHighest
        ``value`` is the group's less the reference's.
    """
    m, y = aligned(n, value)
    ss = np.full(m.shape, np.nan) if squares is None else np.array(squares, np.float64)
    may = m >= LEAST if eligible is None else np.asarray(eligible, bool)
    may = may & (m > 0) & np.isfinite(y)
    reference = highest_reference(
        m if students is None else students, y, may, higher_is_better=higher_is_better
    )
    if reference < 0:
        unknown = np.full(m.shape, np.nan)
        return AgainstHighest(-1, unknown, unknown.copy(), unknown.copy(), unknown)

    r = reference
    if is_rate:
        plain = newcombe(m * y, m, m[r] * y[r], m[r], confidence)
        plain_p = rates_p(m * y, m, m[r] * y[r], m[r])
    else:
        plain = mean_difference(m, y, ss, m[r], y[r], ss[r], confidence, events=events)
        plain_p = plain.p
    low, high, p = plain.low, plain.high, plain_p

    rivals = may.sum() - may.astype(int)
    known = (m > 0) & np.isfinite(y)
    error, common = _errors(m, y, ss, known, is_rate=is_rate)
    if rivals.max() > 1 and (error[known] > 0).all():
        sign = 1.0 if higher_is_better else -1.0
        stretch, beyond = _repeat_the_choice(
            sign * y[known],
            error[known],
            common[known],
            may[known],
            plain_p[known],
            confidence=confidence,
            draws=draws,
            generator=np.random.default_rng(seed),
        )
        factor = np.ones(m.shape)
        factor[known] = np.maximum(stretch / two_sided(confidence), 1.0)
        if higher_is_better:
            high = plain.value + factor * (high - plain.value)
        else:
            low = plain.value - factor * (plain.value - low)
        if is_rate:
            low, high = np.maximum(low, -1.0), np.minimum(high, 1.0)
        chance = np.full(m.shape, np.nan)
        chance[known] = beyond
        p = np.maximum(plain_p, np.minimum(chance, np.minimum(rivals * plain_p, 1.0)))

    itself = np.arange(m.size) == r
    return AgainstHighest(
        r, *(np.where(itself, np.nan, part) for part in (plain.value, low, high, p))
    )


def _errors(
    m: Array, y: Array, ss: Array, known: NDArray[np.bool_], *, is_rate: bool
) -> tuple[Array, Array]:
    """Error variances of each value: its own, and were all groups alike."""
    size = np.where(known, m, 1.0)
    if is_rate:
        # Two students more on either side (Agresti & Coull 1998): never without error.
        smooth = (np.where(known, m * y, 0.0) + 2) / (size + 4)
        everyone = (m[known] * y[known]).sum(), m[known].sum()
        rate = (everyone[0] + 0.5) / (everyone[1] + 1)
        return smooth * (1 - smooth) / size, rate * (1 - rate) / size
    own = error_variance(m, ss)
    several = known & (m > 1)
    freedom = (m[several] - 1).sum()
    pooled = ss[several].sum() / freedom / size if freedom > 0 else 0.0 * size
    own = np.where(own > 0, own, pooled)
    return own, own


def _repeat_the_choice(
    y: Array,
    error: Array,
    common_error: Array,
    may: NDArray[np.bool_],
    plain_p: Array,
    *,
    confidence: float,
    draws: int,
    generator: np.random.Generator,
) -> tuple[Array, Array]:
    """How far too long distances come out, and how often as far as here by chance.

    ``y`` is turned so that higher is better.  Returned, for each group: the one-sided
    quantile, in standard errors, of the excess distance; and the share of draws from a
    common value at least as far from the best of the others.
    """
    draws = int(np.clip(_CELLS // y.size, 200, draws))
    normal = generator.standard_normal((draws, y.size))

    between = variance_between(y, error)
    weight = 1 / (between + error)
    centre = (weight * y).sum() / weight.sum()
    truth = centre + between * weight * (y - centre)
    noise = np.sqrt(error) * normal
    best = _best_of_the_others(truth + noise, may)
    excess = _at(noise, best) - noise
    excess /= np.sqrt(error[best] + error)
    one_sided = 1 - _ERROR_SPENT * (1 - level(confidence))
    at = min(draws - 1, int(np.ceil(one_sided * (draws + 1))) - 1)
    stretch = np.partition(excess, at, axis=0)[at]

    alike = np.sqrt(common_error) * normal
    best = _best_of_the_others(alike, may)
    short = _at(alike, best) - alike
    # A group that came out on top itself would have been the reference.
    shown = (short > 0) | ~may
    seen = -ndtri(np.clip(plain_p, 1e-300, 1.0) / 2)
    far = np.abs(short) >= seen * np.sqrt(common_error[best] + common_error)
    beyond = ((far & shown).sum(axis=0) + 1) / (shown.sum(axis=0) + 1)
    return stretch, beyond


def _best_of_the_others(value: Array, may: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For every draw and group, the place of the best eligible group but itself."""
    row = np.arange(len(value))
    open_to = np.where(may, value, -np.inf)
    first = open_to.argmax(axis=1)
    open_to[row, first] = -np.inf
    second = open_to.argmax(axis=1)
    place = np.arange(value.shape[1])
    best: NDArray[np.int64] = np.where(
        place == first[:, None], second[:, None], first[:, None]
    )
    return best


def _at(value: Array, place: NDArray[np.int64]) -> Array:
    """Each draw's value at the places given."""
    chosen: Array = np.take_along_axis(value, place, axis=1)
    return chosen
