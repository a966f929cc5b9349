"""Many comparisons at once: some will look like gaps by chance alone."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from equitable.measures.rates import Array


def adjust(p: ArrayLike, method: Literal["bh", "by", "none"] = "bh") -> Array:
    """The p of a family of comparisons, adjusted so that few findings are chance.

    Parameters
    ----------
    p
        The whole family, of any shape.  A NaN was not tested: it stays NaN and does
        not enlarge the family.
    method
        ``"bh"``, Benjamini & Hochberg (1995), Journal of the Royal Statistical Society
        B 57: 289-300; ``"by"``, Benjamini & Yekutieli (2001), Annals of Statistics 29:
        1165-1188, for families that depend on each other in any way, such as
        overlapping views; ``"none"``.

    Returns
    -------
    Array
        At most 1, in the order of ``p``.

    Raises
    ------
    ValueError
        For a method that is none of the three.
    """
    family = np.array(p, dtype=np.float64)
    if method == "none":
        return family
    if method not in ("bh", "by"):
        raise ValueError(f"adjust by 'bh', 'by' or 'none', not {method!r}")
    q = family.ravel()
    tested = np.flatnonzero(~np.isnan(q))
    size = tested.size
    if size == 0:
        return family
    order = tested[np.argsort(q[tested], kind="stable")]
    ranks = np.arange(1, size + 1)
    factor = float((1 / ranks).sum()) if method == "by" else 1.0
    raised = q[order] * size * factor / ranks
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q.reshape(family.shape)
