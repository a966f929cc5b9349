"""A gap of rates within strata where few are counted: exact test and score limits.

Sato's variance is nearly 0 where a small group has nobody (or everybody) counted, as
if chance could not have moved it.  What stands here does not estimate the variance
from the group alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import gammaln

from equitable.measures.rates import Array, divided, two_sided

LEAST_ROOM: Final = 5.0
_WIDEST: Final = 64
"""The mean is under 5 from the nearer end; further out nothing weighs anything."""


def room(x1: Array, m1: Array, x2: Array, m2: Array) -> Array:
    """How far the expected count is from the least and the most it could be.

    Under 5 the chi-squared approximation of the Cochran-Mantel-Haenszel test is not to
    be relied on.

    Notes
    -----
    Mantel, N. & Fleiss, J. L. (1980), American Journal of Epidemiology 112: 129-134.
    """
    hits = x1 + x2
    expected = (m1 * hits / (m1 + m2)).sum(axis=-1)
    least = np.maximum(hits - m2, 0.0).sum(axis=-1)
    most = np.minimum(m1, hits).sum(axis=-1)
    nearer: Array = np.minimum(expected - least, most - expected)
    return nearer


def exact_p(x1: Array, m1: Array, x2: Array, m2: Array) -> Array:
    """The exact two-sided p that no stratum has a gap, given all margins.

    For rows whose ``room`` is under 5.  All totals of group 1 at most as likely as the
    one seen count, as in Fisher's test, which it is with one stratum.

    Notes
    -----
    The sum over strata of independent hypergeometric counts: Gart, J. J. (1970),
    Biometrika 57: 471-475.
    """
    hits = x1 + x2
    least = np.maximum(hits - m2, 0.0)
    most = np.minimum(m1, hits)
    expected = (m1 * hits / (m1 + m2)).sum(axis=-1)
    # Counted from the nearer end: its distance is the one under 5.
    up = (expected - least.sum(axis=-1)) <= (most.sum(axis=-1) - expected)
    away = np.where(up[..., None], x1 - least, most - x1)
    seen = away.sum(axis=-1).astype(np.int64)
    span = int(max(_WIDEST, 2 * seen.max(initial=0)))
    total = np.zeros((len(seen), span + 1))
    total[:, 0] = 1.0
    k = np.arange(span + 1, dtype=np.float64)
    for j in range(x1.shape[-1]):
        width = most[:, j] - least[:, j]
        step = int(min(width.max(initial=0), span))
        if step == 0:
            continue
        place = k[: step + 1]
        count = np.where(
            up[:, None], least[:, j, None] + place, most[:, j, None] - place
        )
        inside = place <= width[:, None]
        count = np.where(inside, count, least[:, j, None])
        logs = _log_choose(m1[:, j, None], count) + _log_choose(
            m2[:, j, None], hits[:, j, None] - count
        )
        logs -= _log_choose((m1 + m2)[:, j, None], hits[:, j, None])
        likely = np.where(inside, np.exp(logs), 0.0)
        summed = total * likely[:, :1]
        for shift in range(1, step + 1):
            summed[:, shift:] += total[:, :-shift] * likely[:, shift, None]
        total = summed
    own = np.take_along_axis(total, seen[:, None], axis=1)
    # Equally likely totals differ in the last digits of the arithmetic.
    p: Array = np.where(total <= own * (1 + 1e-7), total, 0.0).sum(axis=1)
    return np.minimum(p, 1.0)


def score_limits(
    x1: Array, m1: Array, x2: Array, m2: Array, confidence: float
) -> tuple[Array, Array]:
    """Limits of a difference common to all strata: those that a score test accepts.

    The weights are Mantel and Haenszel's, so that the test of 0 is theirs exactly, and
    the limits exclude 0 where it does.

    Notes
    -----
    Miettinen, O. & Nurminen, M. (1985), Statistics in Medicine 4: 213-226: each
    stratum's variance at its estimates under the difference, times N / (N - 1).
    """
    weight = m1 * m2 / (m1 + m2)
    value = divided((x1 * m2 - x2 * m1) / (m1 + m2), 1.0).sum(axis=-1)
    value = divided(value, weight.sum(axis=-1))
    most = two_sided(confidence) ** 2

    def search(outside: float) -> Array:
        inner, outer = value, np.full(value.shape, outside)
        for _ in range(50):
            middle = (inner + outer) / 2
            fits = _score(middle, value, x1, m1, x2, m2) <= most
            inner = np.where(fits, middle, inner)
            outer = np.where(fits, outer, middle)
        limit: Array = (inner + outer) / 2
        return limit

    return search(-1.0), search(1.0)


def _score(
    difference: Array, value: Array, x1: Array, m1: Array, x2: Array, m2: Array
) -> Array:
    d = difference[..., None]
    total = m1 + m2
    rate2 = _constrained(d, x1, m1, x2, m2)
    rate1 = np.clip(rate2 + d, 0.0, 1.0)
    weight = m1 * m2 / total
    factor = total / np.where(total > 1, total - 1, 1.0)
    safe = np.where(m2 > 0, m2, 1.0)
    spread = rate1 * (1 - rate1) / m1 + rate2 * (1 - rate2) / safe
    variance = (weight**2 * factor * spread).sum(axis=-1)
    above = (weight.sum(axis=-1) * (value - difference)) ** 2
    # Without variance only the difference itself fits.
    return np.where(
        variance > 0,
        above / np.where(variance > 0, variance, 1.0),
        np.where(above > 0, np.inf, 0.0),
    )


def _constrained(d: Array, x1: Array, m1: Array, x2: Array, m2: Array) -> Array:
    """Group 2's most likely rate where group 1's is greater by ``d``: a cubic's root.

    Miettinen & Nurminen (1985), appendix 1.
    """
    n = m1 + m2
    b = (m1 + 2 * m2) * d - n - (x1 + x2)
    c = (m2 * d - n - 2 * x2) * d + x1 + x2
    e = x2 * d * (1 - d)
    q = (b / (3 * n)) ** 3 - b * c / (6 * n * n) + e / (2 * n)
    sign = np.where(q >= 0, 1.0, -1.0)
    size = sign * np.sqrt(np.maximum((b / (3 * n)) ** 2 - c / (3 * n), 0.0))
    cosine = np.where(size != 0, q / np.where(size != 0, size**3, 1.0), 0.0)
    angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
    root = 2 * size * np.cos(angle) - b / (3 * n)
    bounded: Array = np.clip(root, np.maximum(-d, 0.0), np.minimum(1 - d, 1.0))
    return bounded


def _log_choose(n: Array, k: Array) -> Array:
    logs: Array = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return logs
