"""Inequality over groups that have an order: concentration and slope.

Groups stand from the least to the most advantaged.  Each takes a place from 0 to 1: the
midpoint of its share of the students, added up in that order (its fractional rank).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit

from equitable.measures.inequality.weighted_sums import linear_limits, ratio_limits
from equitable.measures.rates import Array, two_sided

ORDERED: Final = ("RCI", "ACI", "SII", "RII")
_STEPS: Final = 100
_SAME: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its limits; ``None`` where it cannot be given, and why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


def fractional_rank(share: Array) -> Array:
    """The midpoint of each group's share of the students, in the order given."""
    ranks: Array = np.cumsum(share) - share / 2
    return ranks


def concentration(
    share: Array, y: Array, low: Array, high: Array
) -> dict[str, Estimate]:
    """The absolute and the relative concentration index.

    Parameters
    ----------
    share, y
        In order: shares of the students, adding up to 1, and values.
    low, high
        Each value's own limits (NaN: not known).

    Notes
    -----
    ACI = 2 sum s y (R - .5), RCI = ACI / mean (Kakwani, Wagstaff & van Doorslaer 1997,
    Journal of Econometrics 77: 87-103, for grouped data).  Given the shares ACI is a
    weighted sum of values (``linear_limits``), and RCI a quotient of two
    (``ratio_limits``).
    """
    rank = fractional_rank(share)
    slopes = 2 * share * (rank - 0.5)
    mean = float(share @ y)
    aci = float(slopes @ y)
    limits = linear_limits(slopes, y, low, high)
    known = bool(np.isfinite(limits.low) and np.isfinite(limits.high))
    no_limits = None if known else "a group's own interval is not known"
    absolute = Estimate(
        value=aci,
        low=float(limits.low) if known else None,
        high=float(limits.high) if known else None,
        reason=no_limits,
    )
    if mean <= 0:
        return {"ACI": absolute, "RCI": Estimate(reason=_no_mean(mean))}
    rci = aci / mean
    if not known:
        return {"ACI": absolute, "RCI": Estimate(value=rci, reason=no_limits)}

    ratio = ratio_limits(slopes, share, y, low, high)
    return {
        "ACI": absolute,
        "RCI": Estimate(value=rci, low=ratio[0], high=ratio[1]),
    }


def slope(
    share: Array,
    y: Array,
    variance: Array,
    n: Array,
    *,
    is_rate: bool,
    confidence: float,
) -> dict[str, Estimate]:
    """The slope index (SII) and the relative index (RII) of inequality.

    A line is fitted to the students' outcomes over the fractional rank; SII is its
    height at rank 1 less that at rank 0, RII their quotient.

    Parameters
    ----------
    share, y
        In order: shares of the students, adding up to 1, and values.
    variance
        Of the students' outcomes in each group, about its own mean, over n (a rate's is
        not used).
    n
        The (effective) number of students behind each value.

    Notes
    -----
    Rates: binomial logit; means: identity link.  Every student counts once: a group's
    cell weighs as its students do, and is not weighted by them a second time.  Errors
    are HC1's (MacKinnon & White 1985, Journal of Econometrics 29: 305-325) over
    students; limits by the delta method, of RII on the log scale.  Moreno-Betancur et
    al. 2015, Epidemiology 26: 518-527.
    """
    rank = fractional_rank(share)
    total = float(n.sum())
    weights = share * total
    design = np.stack([np.ones(rank.size), rank], axis=1)
    if is_rate:
        trouble = _no_logit(rank, y)
        if trouble is not None:
            return _flat(y, trouble)
        line = _fit_logit(design, y, weights)
        fitted = expit(design @ line)
        spread = y * (1 - fitted) ** 2 + (1 - y) * fitted**2
        bread = (design.T * (weights * fitted * (1 - fitted))) @ design
    else:
        bread = (design.T * weights) @ design
        line = np.asarray(np.linalg.solve(bread, (design.T * weights) @ y), np.float64)
        fitted = design @ line
        spread = variance + (y - fitted) ** 2
    known = bool(np.isfinite(spread).all()) and total > 2
    meat = (design.T * (weights**2 * spread / n)) @ design
    inside = np.linalg.inv(bread)
    errors = inside @ meat @ inside * (total / (total - 2) if known else np.nan)

    ends = np.array([[1.0, 0.0], [1.0, 1.0]])
    bottom, top = (float(end) for end in ends @ line)
    steep = ends
    if is_rate:
        heights = expit(ends @ line)
        bottom, top = (float(height) for height in heights)
        steep = ends * (heights * (1 - heights))[:, None]
    across = steep[1] - steep[0]
    half = two_sided(confidence) * np.sqrt(across @ errors @ across)
    no_limits = None if known else "the spread within a group is not known"
    sii = top - bottom
    answers = {
        "SII": Estimate(
            value=sii,
            low=float(sii - half) if known else None,
            high=float(sii + half) if known else None,
            reason=no_limits,
        )
    }
    if bottom <= 0 or top <= 0:
        reason = (
            "the fitted line reaches 0 or less at an end, and a ratio means nothing"
        )
        return answers | {"RII": Estimate(reason=reason)}
    upwards = steep[1] / top - steep[0] / bottom
    reach = float(np.exp(two_sided(confidence) * np.sqrt(upwards @ errors @ upwards)))
    rii = top / bottom
    return answers | {
        "RII": Estimate(
            value=rii,
            low=rii / reach if known else None,
            high=rii * reach if known else None,
            reason=no_limits,
        )
    }


def _fit_logit(design: Array, y: Array, weights: Array) -> Array:
    """Maximum likelihood by Newton's steps, halved where one overshoots."""
    mean = float(weights @ y / weights.sum())
    line = np.array([np.log(mean / (1 - mean)), 0.0])

    def likelihood(at: Array) -> float:
        height = design @ at
        return float(weights @ (y * height - np.logaddexp(0.0, height)))

    best = likelihood(line)
    for _ in range(_STEPS):
        fitted = expit(design @ line)
        slope_ = (design.T * weights) @ (y - fitted)
        curve = (design.T * (weights * fitted * (1 - fitted))) @ design
        step = np.linalg.solve(curve, slope_)
        for _ in range(60):
            if likelihood(line + step) >= best - _SAME * abs(best):
                break
            step = step / 2
        line = line + step
        best = likelihood(line)
        if np.abs(step).max() < _SAME:
            break
    return line


def _no_logit(rank: Array, y: Array) -> str | None:
    """Why no logit can be fitted; ``None`` where one can.

    Where all who have the outcome stand on one side of all who do not, the steepest
    line is the best and there is no end to it.
    """
    hit, miss = rank[y > 0], rank[y < 1]
    if not hit.size or not miss.size:
        return "all students have the same outcome"
    if hit.min() >= miss.max() or miss.min() >= hit.max():
        return (
            "the order parts those with the outcome from those without it, and no line"
            " fits (it has no steepest slope)"
        )
    return None


def _flat(y: Array, trouble: str) -> dict[str, Estimate]:
    """Where no logit can be fitted: level where all are alike, else nothing."""
    alike = bool((y == y[0]).all())
    return {
        "SII": Estimate(value=0.0 if alike else None, reason=trouble),
        "RII": Estimate(value=1.0 if alike and y[0] > 0 else None, reason=trouble),
    }


def _no_mean(mean: float) -> str:
    return "the average is 0" if mean == 0 else "the average is under 0"
