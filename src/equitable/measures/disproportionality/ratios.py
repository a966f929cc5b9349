"""One year's risk ratios: whom a group is compared with, or why with nobody.

34 CFR 300.647(a) has the definitions, (b)(5) the alternate risk ratio, (c) the cases in
which none need be computed.  Comparisons with the threshold are exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np

from equitable.measures.differences import rate_ratio
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    GROUPS,
)
from equitable.measures.disproportionality.counts import (
    GroupCount,
    Key,
    Line,
    check_state,
    checked,
)
from equitable.measures.disproportionality.rows import (
    ALL_WITHHELD,
    COMPARISON_WITHHELD,
    Disproportionality,
    RatioKind,
    Reason,
    RiskRow,
)
from equitable.measures.disproportionality.settings import IdeaSettings, Standard
from equitable.vocabulary import WITHHELD

_Fields: TypeAlias = dict[str, Any]
"""A row's fields by name, until all are there."""
_REMOVALS_PER_CHILD: Final = (
    "The risk is removals per child. No interval is given, because removals of one "
    "child go together."
)


@dataclass(frozen=True, slots=True)
class _Others:
    """The comparison group: its count and total."""

    count: int
    total: int

    def meets(self, standard: Standard) -> bool:
        enough = self.total >= max(standard.min_n, 1)
        return enough and self.count >= standard.min_cell


def single_years(
    counts: Iterable[GroupCount],
    settings: IdeaSettings,
    state: Iterable[GroupCount] | None = None,
) -> Disproportionality:
    """The ratios, each year by itself; ``risk_ratios`` adds what the years say.

    Errors are those of ``checked`` and ``check_state``.
    """
    lines, notes = checked(counts, settings)
    state_lines: Mapping[Key, Line] = {}
    if state is not None:
        state = [replace(count, district="") for count in state]
        state_lines, said = checked(state, settings, whose="State")
        check_state(lines, state_lines)
        notes += said
    order = {key: place for place, key in enumerate(CATEGORIES)}
    rows: list[_Fields] = []
    pairs: list[tuple[int, int, int, int]] = []
    whose: list[_Fields] = []
    absent: set[str] = set()
    for key in sorted(lines, key=lambda k: (k[0], k[1], order[k[2]])):
        state_line = state_lines.get(("", key[1], key[2]))
        for group in GROUPS:
            row, pair = _row(key, group, lines[key], state_line, settings)
            if pair is not None:
                whose.append(row)
                pairs.append(pair)
            if row.get("reason") is Reason.NOT_GIVEN:
                absent.add(group)
            rows.append(row)
    _add_intervals(whose, pairs, settings.confidence)
    if absent:
        listed = ", ".join(group for group in GROUPS if group in absent)
        said_absent = (
            f"Not all of the seven groups are in the counts ({listed}): a comparison "
            "has only the groups that are there. A group that was withheld in the file "
            "must not be left out of it."
        )
        notes += (said_absent,)
    return Disproportionality(
        rows=tuple(RiskRow(**row) for row in rows),
        settings=settings,
        notes=settings.notes() + notes,
    )


def _row(
    key: Key, group: str, line: Line, state: Line | None, settings: IdeaSettings
) -> tuple[_Fields, tuple[int, int, int, int] | None]:
    """A row's fields, and the four counts of its interval where it has one."""
    district, year, name = key
    category = CATEGORIES[name]
    standard = settings.of(category)
    row: _Fields = {
        "district": district,
        "year": year,
        "category": name,
        "group": group,
        "threshold": standard.threshold,
    }
    own = line.get(group)
    if own is None:
        said = "The counts have no row for this group."
        return row | {"reason": Reason.NOT_GIVEN, "explanation": said}, None
    if not isinstance(own.count, int) or not isinstance(own.total, int):
        return row | ALL_WITHHELD, None
    x, m = own.count, own.total
    row |= {"n": m, "count": x, "risk": x / m if m else None}
    others = _others(line, group)
    # Of what the others have, nothing may be said where one of them is withheld.
    row["comparison_risk"] = WITHHELD if others is None else _risk(others)
    reason = _group_reason(x, m, standard)
    if reason:
        said = _of_group(reason, own.count, own.total, standard)
        return row | {"reason": reason, "explanation": said}, None
    if others is None:
        return row | COMPARISON_WITHHELD, None
    kind = RatioKind.RISK_RATIO
    if not others.meets(standard):
        in_state = None if state is None else _others(state, group)
        if in_state is None:
            row["comparison_risk"] = None
            return row | _of_others(Reason.NO_STATE, others, standard), None
        kind, others = RatioKind.ALTERNATE, in_state
        row["comparison_risk"] = _risk(others)
        if not others.meets(standard):
            return row | _of_others(Reason.STATE, others, standard), None
    if others.count == 0:
        return row | _of_others(Reason.ZERO, others, standard), None
    ratio = Fraction(x * others.total, m * others.count)
    events = settings.counts_events(category)
    row |= {
        "kind": kind,
        "ratio": float(ratio),
        "exact_ratio": ratio,
        "over_threshold": ratio > standard.limit,
        "students_from_threshold": from_threshold(
            x, m, others.count, others.total, standard.limit, capped=not events
        ),
        "notes": (_REMOVALS_PER_CHILD,) if events else (),
    }
    # Removals of one child resemble each other: an interval for children is too narrow.
    return row, None if events else (x, m, others.count, others.total)


def from_threshold(
    count: int,
    n: int,
    other_count: int,
    other_n: int,
    threshold: Fraction,
    *,
    capped: bool = True,
) -> int | None:
    """How many of the group's children the ratio is from its threshold.

    Positive: the least number of children fewer in ``count`` so that the ratio is not
    over; negative: the least number more so that it is.  All else stays as it is.

    Returns
    -------
    The number; ``None`` where ``capped`` and more children would be needed than the
    group has.
    """
    # Over means count > threshold * other_count * n / other_n: exact, in whole numbers.
    most = (threshold.numerator * other_count * n) // (threshold.denominator * other_n)
    if count > most:
        return count - most
    return None if capped and most + 1 > n else count - most - 1


def _others(line: Line, group: str) -> _Others | None:
    """All other groups of a line together; ``None`` where one is withheld."""
    count = total = 0
    for name, other in line.items():
        if name == group:
            continue
        if not isinstance(other.count, int) or not isinstance(other.total, int):
            return None
        count += other.count
        total += other.total
    return _Others(count, total)


def _risk(others: _Others) -> float | None:
    return others.count / others.total if others.total else None


def _group_reason(count: int, n: int, standard: Standard) -> Reason | None:
    if n == 0:
        return Reason.NO_CHILDREN
    if n < standard.min_n:
        return Reason.GROUP_N
    return Reason.GROUP_CELL if count < standard.min_cell else None


def _of_group(reason: Reason, count: int, n: int, standard: Standard) -> str:
    """Why a group has no ratio, with its numbers."""
    if reason is Reason.NO_CHILDREN:
        return "There are no children of this group to count."
    return (
        f"The group has {n:,} children, {count:,} of them with the outcome; a ratio "
        f"needs {standard.min_n:,} and {standard.min_cell:,} (34 CFR 300.647(c)(1))."
    )


def _of_others(reason: Reason, others: _Others, standard: Standard) -> _Fields:
    """Why there is nobody to compare with, with the numbers."""
    needs = f"a ratio needs {standard.min_n:,} and {standard.min_cell:,}"
    have = f"{others.total:,} other children, {others.count:,} of them with the outcome"
    said = {
        Reason.NO_STATE: f"The district has {have}; {needs}. With the State's counts "
        "the alternate risk ratio could be given (34 CFR 300.647(b)(5)).",
        Reason.STATE: "The district has too few other children, and the State has "
        f"{have}; {needs} (34 CFR 300.647(c)(2)).",
        Reason.ZERO: f"There are {have}: nothing to compare with. The ratio is "
        "undefined, not infinite.",
    }
    return {"reason": reason, "explanation": said[reason]}


def _add_intervals(
    rows: list[_Fields], pairs: list[tuple[int, int, int, int]], confidence: float
) -> None:
    if not pairs:
        return
    x1, m1, x2, m2 = np.array(pairs, np.float64).T
    interval = rate_ratio(x1, m1, x2, m2, confidence)
    for row, low, high in zip(rows, interval.low, interval.high, strict=True):
        row["low"] = None if np.isnan(low) else float(low)
        row["high"] = None if np.isnan(high) else float(high)
        row["close"] = bool(low <= row["threshold"] <= high)
