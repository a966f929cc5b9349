"""Upper limits of distances that are sums of sizes: |value - mean|, |value - best|.

Such a distance is the largest of several weighted sums of the values, one for each way
of setting the signs (or of choosing the best group).  One of those ways is the true
one, and its sum has limits of its own (``linear_limits``).  The largest of all upper
limits is at least that one, so it holds the truth at least as often; away from where a
sign could turn it is the plain limit of the one sum that counts.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

import numpy as np

from equitable.measures.inequality.unordered import SPREAD, Frame
from equitable.measures.inequality.weighted_sums import linear_limits, ratio_limits
from equitable.measures.rates import Array

_FAR: Final = 3.0
"""Half-widths of its interval from which on a distance's sign is taken as known."""
_CHOICES: Final = 60
"""Signs that are tried: those of the groups that weigh most among the doubtful."""


class Values(NamedTuple):
    """Values with their own limits: shape (groups,) each."""

    y: Array
    low: Array
    high: Array


def upper_limits(
    values: Values, frame: Frame, names: Collection[str] = SPREAD
) -> dict[str, float]:
    """Upper limits of those of the MD family, IDIS, PAR and PAF that are named.

    PAR and PAF here are against the best group; where lower values are better the
    limit is the lowest.  Without an entry where there is none.
    """
    if not (np.isfinite(values.low) & np.isfinite(values.high)).all():
        return {}
    share = frame.share
    groups = share.size
    even = np.full(groups, 1 / groups)
    own = np.eye(groups)
    found = {}
    for name, weight in (("W", share), ("U", even)):
        if {f"MDM{name}", f"IDIS{name}"} & set(names):
            terms = weight[:, None] * (own - share)
            sums = _largest(terms, values)
            found[f"MDM{name}"] = _upper(sums, values)
            if f"IDIS{name}" in names and values.y @ share > 0:
                _, most = ratio_limits(sums, share, *values)
                if most is not None:
                    found[f"IDIS{name}"] = 100 * most
        if frame.reference is not None and f"MDR{name}" in names:
            terms = weight[:, None] * (own - own[frame.reference])
            found[f"MDR{name}"] = _upper(_largest(terms, values), values)
        if frame.eligible.any() and f"MDB{name}" in names:
            found[f"MDB{name}"] = _from_best(weight, values, frame)
    unnamed = frame.reference is None and not frame.lacks_reference
    if unnamed and frame.eligible.any() and {"PAR", "PAF"} & set(names):
        found |= _impact(values, frame, names)
    return found


def _upper(sums: Array, values: Values) -> float:
    return float(linear_limits(sums, *values).high)


def _largest(terms: Array, values: Values, base: Array | None = None) -> Array:
    """Of base + sum(+-terms), the weights of the sum whose upper limit is the largest.

    ``terms`` (distances, groups): each row the weights of one distance.  From the signs
    as seen, one doubtful sign at a time is turned as long as the limit rises.
    """
    seen = terms @ values.y
    limits = linear_limits(terms, *values)
    half = (limits.high - limits.low) / 2
    sign = np.where(seen < 0, -1.0, 1.0)
    doubtful = (np.abs(seen) < _FAR * half) & (np.abs(terms) > 0).any(axis=1)
    free = np.flatnonzero(doubtful)
    free = free[np.argsort(-half[free], kind="stable")][:_CHOICES]
    sums: Array = sign @ terms
    sums = sums if base is None else base + sums
    best = _upper(sums, values)
    for _ in range(2 * free.size):
        turned = sums - 2 * sign[free, None] * terms[free]
        tops = linear_limits(turned, *values).high
        place = int(tops.argmax())
        if tops[place] <= best + 1e-15:
            break
        best, sums = float(tops[place]), turned[place]
        sign[free[place]] *= -1
    return sums


def _from_best(weight: Array, values: Values, frame: Frame) -> float:
    """The mean distance from the best group, whichever that is."""
    direction = 1.0 if frame.higher_is_better else -1.0
    own = np.eye(weight.size)
    few = ~frame.eligible
    known = np.where(frame.eligible, weight, 0.0)
    tops = []
    for place in _could_be_best(values, frame):
        # None that may be the best is better than the best: their signs are known.
        base = direction * (known.sum() * own[place] - known)
        terms = direction * weight[few, None] * (own[place] - own[few])
        tops.append(_upper(_largest(terms, values, base), values))
    return max(tops)


def _impact(values: Values, frame: Frame, names: Collection[str]) -> dict[str, float]:
    own = np.eye(frame.share.size)
    direction = 1.0 if frame.higher_is_better else -1.0
    gains, shares = [], []
    for place in _could_be_best(values, frame):
        sums = direction * (own[place] - frame.share)
        gains.append(_upper(sums, values))
        if "PAF" in names and values.y @ frame.share > 0:
            shares.append(ratio_limits(sums, frame.share, *values)[1])
    found = {"PAR": direction * max(gains)}
    if shares and None not in shares:
        found["PAF"] = 100 * direction * max(s for s in shares if s is not None)
    return found


def _could_be_best(values: Values, frame: Frame) -> list[int]:
    """Those whose interval reaches the best one's, the likeliest first."""
    direction = 1.0 if frame.higher_is_better else -1.0
    y = direction * values.y
    reach = np.maximum(direction * values.low, direction * values.high)
    least = np.minimum(direction * values.low, direction * values.high)
    among = np.flatnonzero(frame.eligible)
    best = among[y[among].argmax()]
    near = among[reach[among] >= least[best]]
    order = near[np.argsort(-reach[near], kind="stable")][:_CHOICES]
    return [int(i) for i in {int(best): None} | dict.fromkeys(order.tolist())]
