"""One family for several results: who looks across indicators, looks many times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from equitable.measures.multiplicity import adjust
from equitable.measures.results import GapRow, Gaps
from equitable.vocabulary import Direction, Figure, Verdict


def joint_family(results: Sequence[Gaps]) -> tuple[Gaps, ...]:
    """The same results, their p adjusted over all of them together.

    For a page that picks the largest gaps from several indicators: the family is then
    every comparison that could have been picked.  Adjusted p and verdicts of ``rows``
    are made anew; pooled and sensitivity rows keep the family of their own result.
    Each result keeps its own way of adjusting, over the whole family.

    Parameters
    ----------
    results
        Results before the privacy gate; a row without an adjusted p (its own
        reference, too few students, withheld) is no part of the family.
    """
    p = np.array([_tested(row) for gaps in results for row in gaps.rows], np.float64)
    by_method = {gaps.adjust: adjust(p, gaps.adjust) for gaps in results}
    size = int(np.isfinite(p).sum())
    joint = []
    start = 0
    for gaps in results:
        q = by_method[gaps.adjust][start : start + len(gaps.rows)]
        start += len(gaps.rows)
        rows = tuple(
            _judged(row, float(value), gaps) if np.isfinite(value) else row
            for row, value in zip(gaps.rows, q, strict=True)
        )
        joint.append(replace(gaps, rows=rows, family_size=size))
    return tuple(joint)


def _tested(row: GapRow) -> float:
    if isinstance(row.q, float) and isinstance(row.p, float):
        return row.p
    return float("nan")


def _judged(row: GapRow, q: float, gaps: Gaps) -> GapRow:
    """The row with its new adjusted p, and what that alone changes of its verdict."""
    apart = _above(row.difference_low) or _below(row.difference_high)
    if not apart:
        # Whether no difference is shown does not depend on p.
        return replace(row, q=q)
    if q >= 1 - gaps.confidence:
        return replace(row, q=q, verdict=Verdict.NOT_ENOUGH_EVIDENCE)
    # By its limits, which leave out 0: between published bounds there is no difference.
    higher = gaps.indicator.direction is Direction.HIGHER
    better = _above(row.difference_low) == higher
    return replace(row, q=q, verdict=Verdict.BETTER if better else Verdict.WORSE)


def _above(value: Figure) -> bool:
    return isinstance(value, float) and value > 0


def _below(value: Figure) -> bool:
    return isinstance(value, float) and value < 0
