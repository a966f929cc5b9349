"""Gaps where a publisher gave only bounds of counts: what is certain, and what is not.

Each group is looked at twice: at the least its count can be while those it is compared
with are at their most, and the other way round.  Every figure lies between the two
answers, and a verdict stands only if it is the same at both ends.  Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Cells, Integers, Moments, Table, Whole
from equitable.measures.question import Question
from equitable.measures.results import Bounds, GapRow, Gaps, Reference, SensitivityRow
from equitable.vocabulary import Figure, Indicator, Verdict

WHY: Final = "only bounds of the counts were published"
_EXACT: Final = (
    "count", "value", "difference", "ratio", "odds_ratio", "shrunken", "standardised",
    "hedges_g", "parity_fixed", "parity_moving",
)  # fmt: skip
_LOWS: Final = ("low", "difference_low", "ratio_low", "odds_ratio_low")
_HIGHS: Final = ("high", "difference_high", "ratio_high", "odds_ratio_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Rows of a table of counts, some of whose numbers were not given.

    Attributes
    ----------
    own
        Whether the group itself lacks some, shape (rows,).
    marked
        Whether a mark says that the publisher holds them back.
    elsewhere
        How many groups of its stratum are held back and have no row at all.
    """

    own: NDArray[np.bool_]
    marked: NDArray[np.bool_]
    elsewhere: Integers


def lacking_of(
    cells: Cells, indicator: Indicator, table: Table, places: Integers, held: int
) -> Lacking:
    """Which groups of a table lack numbers that others of their file have.

    Parameters
    ----------
    places
        The rows' places, the first ``held`` of each being those of its stratum.
    """
    names = [axis.dimension.name for axis in table.axes]
    found = cells.unnumbered(indicator.name, names) if cells.has_totals else {}
    rows = [tuple(place) for place in places.tolist()]
    known = set(rows)
    away: dict[tuple[int, ...], int] = {}
    for place, marked in found.items():
        if marked and place not in known:
            away[place[:held]] = away.get(place[:held], 0) + 1
    return Lacking(
        own=np.array([place in found for place in rows], bool),
        marked=np.array([found.get(place, False) for place in rows], bool),
        elsewhere=np.array([away.get(place[:held], 0) for place in rows], np.int64),
    )


def ends(
    indicator: Indicator,
    moments: Moments,
    around: Whole,
    stratum: Integers,
    question: Question,
    lacking: Lacking,
    *,
    overlapping: bool,
) -> tuple[Moments, Moments, Moments]:
    """Each group, the others and everyone; counts at the ends of their bounds.

    Where ``lean`` is -1 a group's count is the least it can be and the others' the most
    they can be; where it is 1, the other way.

    The total less a group is the others; where a publisher held one alone of those
    back, it is not used to work out what: the others are then as uncertain as each of
    them (docs/decisions/0019).  Where a group itself lacks numbers, the total less what
    is known of it would count some of it among the others: these are then added up.
    """
    lean = question.lean
    moments = moments.within(moments.n) if indicator.snapshot else moments
    total = around.table.moments.take(stratum)
    if around.made_of_parts is None and not lean:
        return moments, total - moments, total
    own = moments.leaning(up=lean > 0)
    # Without published totals everyone is the sum of all groups.
    of_parts = (
        np.ones(len(stratum), bool)
        if around.made_of_parts is None
        else around.made_of_parts[stratum]
    )
    # A sum of groups is as uncertain as each of them; a published total is not.
    rest = (
        (total - moments)
        .leaning(up=lean < 0)
        .where(of_parts, (total.leaning(up=lean < 0) - own))
    )
    rest = rest.within(rest.n)
    # As it is shown: of groups added up, everyone's count has bounds of its own.
    all_of = total.leaning(up=lean < 0).where(of_parts, own + rest)
    if question.reference == "overall" or overlapping:
        return own, rest, all_of
    strata = int(stratum.max(initial=-1)) + 1
    others = moments.grouped(stratum, strata).take(stratum) - moments
    if lean:
        held = (moments.spare > 0) | lacking.marked
        among = np.bincount(stratum, held, strata)[stratum] - held + lacking.elsewhere
        alone = (among == 1) & ~of_parts
        rest = others.among(rest.n, up=lean < 0).where(alone, rest)
    rest = others.leaning(up=lean < 0).where(lacking.own, rest)
    return own, rest, all_of


def between(least: Gaps, most: Gaps) -> Gaps:
    """One result from those at both ends of the bounds.

    Parameters
    ----------
    least, most
        The same question with each group at its least and at its most.

    Returns
    -------
    Rows whose figures agree stay as they are; of others the exact figures are null,
    ``bounds`` holds their least and greatest values, and intervals reach from the lower
    limit at one end to the upper limit at the other.  Pooled gaps are not given.
    """
    rows = tuple(
        _between(low, high) for low, high in zip(least.rows, most.rows, strict=True)
    )
    notes = least.provenance.notes
    if any(row.bounds is not None for row in rows):
        said = (
            "Of some groups only bounds of the counts were published: their figures are"
            " shown from the least to the greatest they can be."
        )
        notes = (*notes, said)
    if least.pooled:
        notes = (*notes, f"No pooled gap: {WHY}.")
    return replace(
        least,
        rows=rows,
        pooled=(),
        overall=_reference(least.overall, most.overall),
        sensitivity=tuple(
            _agreed(low, high)
            for low, high in zip(least.sensitivity, most.sensitivity, strict=True)
        ),
        provenance=replace(least.provenance, notes=notes),
    )


def _around_half(one: Figure, other: Figure) -> bool:
    """Whether a half lies between two shares."""
    if not isinstance(one, float) or not isinstance(other, float):
        return False
    return min(one, other) < 0.5 < max(one, other)


def _between(low: GapRow, high: GapRow) -> GapRow:
    if _same(low, high):
        return low
    changes: dict[str, Any] = {
        name: getattr(low, name) if getattr(low, name) == getattr(high, name) else None
        for name in _EXACT
    }
    changes |= {name: getattr(low, name) for name in _LOWS}
    changes |= {name: getattr(high, name) for name in _HIGHS}
    changes |= {
        name: _greatest(getattr(low, name), getattr(high, name))
        for name in ("p", "q", "detectable")
    }
    if not _one_side(low.difference, high.difference):
        # In between the gap may be none at all, which any probability allows.
        changes |= dict.fromkeys(("p", "q"))
    if _around_half(low.value, high.value) or _around_half(
        low.reference.value, high.reference.value
    ):
        # Chance moves a share most at a half, which neither end is.
        changes["detectable"] = None
    lost = [name for name, value in changes.items() if value is None]
    reasons = {
        **low.reasons,
        **{
            name.replace("parity_", "students_to_parity."): WHY
            for name in lost
            if getattr(low, name) is not None
        },
    }
    if low.indices is not None:
        reasons["indices"] = WHY
    reference = _reference(high.reference, low.reference)
    if reference.value is None and high.reference.value is not None:
        reasons["reference"] = WHY
    return replace(
        low,
        **changes,
        reference=reference,
        verdict=_verdict(low.verdict, high.verdict),
        indices=None,
        bounds=Bounds(
            count=(low.count, high.count),
            value=(low.value, high.value),
            reference=(high.reference.value, low.reference.value),
            difference=(low.difference, high.difference),
            ratio=(low.ratio, high.ratio),
        ),
        reasons=reasons,
    )


def _same(low: GapRow, high: GapRow) -> bool:
    """Whether nothing of a row, nor of its reference, lies between bounds."""
    return (
        all(getattr(low, name) == getattr(high, name) for name in _EXACT)
        and low.reference.value == high.reference.value
    )


def _reference(low: Reference, high: Reference) -> Reference:
    if low.value == high.value:
        return low
    return replace(low, value=None, low=low.low, high=high.high)


def _verdict(low: Verdict | None, high: Verdict | None) -> Verdict | None:
    if low == high:
        return low
    return Verdict.NOT_ENOUGH_EVIDENCE


def _one_side(low: Figure, high: Figure) -> bool:
    """Whether a gap is on one side of none at both ends, and so in between."""
    if not isinstance(low, float) or not isinstance(high, float):
        return False
    return low > 0 or high < 0


def _greatest(low: Figure, high: Figure) -> Figure:
    known = [value for value in (low, high) if isinstance(value, float)]
    return max(known) if len(known) == 2 else None


def _agreed(low: SensitivityRow, high: SensitivityRow) -> SensitivityRow:
    verdicts = {
        kind: _verdict(verdict, high.verdicts.get(kind))
        for kind, verdict in low.verdicts.items()
    }
    differences: dict[str, Figure] = {
        kind: value if value == high.differences.get(kind) else None
        for kind, value in low.differences.items()
    }
    return replace(
        low, verdicts=verdicts, differences=differences, agrees=_one(verdicts.values())
    )


def _one(verdicts: Sequence[Verdict | None] | Any) -> bool | None:
    given = {verdict for verdict in verdicts if verdict is not None}
    return len(given) == 1 if given else None
