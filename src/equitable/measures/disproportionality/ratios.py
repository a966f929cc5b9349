"""One year's risk ratios: whom a group is compared with, or why with nobody.

34 CFR 300.647(a) has the definitions, (b)(5) the alternate risk ratio, (c) the cases in
which none need be computed.  Comparisons with the threshold are exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np

from equitable.measures.differences import rate_ratio
from equitable.measures.disproportionality.categories import Area
from equitable.measures.disproportionality.counts import (
    TOGETHER,
    GroupCount,
    Key,
    Line,
    check_state,
    checked,
)
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.rows import (
    ALL_WITHHELD,
    COMPARISON_WITHHELD,
    NOT_KNOWN,
    STATE_WITHHELD,
    RatioKind,
)
from equitable.measures.disproportionality.scheme import Scheme
from equitable.measures.disproportionality.settings import IdeaSettings, Standard
from equitable.vocabulary import WITHHELD

Fields: TypeAlias = dict[str, Any]
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


@dataclass(frozen=True, slots=True)
class _Rules:
    """What holds for every row of a category."""

    scheme: Scheme
    standard: Standard
    limit: Fraction
    events: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    """A line added up, and how many of its groups cannot be."""

    count: int
    total: int
    unknown: int


def single_years(
    counts: Iterable[GroupCount],
    settings: IdeaSettings,
    scheme: Scheme,
    state: Iterable[GroupCount] | None = None,
) -> tuple[list[Fields], tuple[str, ...]]:
    """The ratios, each year by itself; ``risk_ratios`` adds what the years say.

    Errors are those of ``checked`` and ``check_state``.

    Returns
    -------
    Each row's fields, and what is to be said of all of them.
    """
    lines, notes = checked(counts, settings, scheme=scheme)
    state_lines: Mapping[Key, Line] = {}
    if state is not None:
        state = [replace(count, district="") for count in state]
        state_lines, said = checked(state, settings, whose="State", scheme=scheme)
        check_state(lines, state_lines, scheme=scheme)
        notes += said
    order = {key: place for place, key in enumerate(scheme.categories)}
    rules = {
        key: _Rules(scheme, standard, standard.limit, settings.counts_events(category))
        for key, category in scheme.categories.items()
        for standard in [settings.of(category)]
    }
    rows: list[Fields] = []
    pairs: list[tuple[int, int, int, int]] = []
    whose: list[Fields] = []
    lacking = _lacking(lines, scheme)
    for key in sorted(lines, key=lambda k: (k[0], k[1], order[k[2]])):
        line, state_line = lines[key], state_lines.get(("", key[1], key[2]))
        sums = _summed(line)
        for group in scheme.groups:
            row, pair = _row(key, group, line, sums, state_line, rules[key[2]])
            if pair is not None:
                whose.append(row)
                pairs.append(pair)
            if pair is not None and key in lacking:
                row["notes"] = (*row.get("notes", ()), lacking[key])
            rows.append(row)
    _add_intervals(whose, pairs, settings.confidence)
    notes += _absent(lines, "", scheme) + _absent(state_lines, "the State's ", scheme)
    return rows, notes


def _absent(lines: Mapping[Key, Line], whose: str, scheme: Scheme) -> tuple[str, ...]:
    """What is said where not all groups are in all lines: which, how often, where."""
    without = {
        key: missing
        for key, line in lines.items()
        if (missing := [group for group in scheme.groups if group not in line])
    }
    if not without:
        return ()
    lacked = {group for missing in without.values() for group in missing}
    listed = ", ".join(group for group in scheme.groups if group in lacked)
    every = "the seven groups are" if scheme.regulated else "the groups are"
    district, year, category = min(without)
    label = scheme.categories[category].label
    first = ", ".join(filter(None, [district, year, label]))
    places = f"{len(without):,} of {len(lines):,} tables, the first of them {first}"
    said = (
        f"Not all of {every} in all of {whose or 'the '}counts ({listed}; in {places}):"
        " a comparison has only the groups that are there. A group that was withheld in"
        " the file must not be left out of it."
    )
    return (said,)


def _lacking(lines: Mapping[Key, Line], scheme: Scheme) -> dict[Key, str]:
    """What is said of a line without a group that stands beside it, with children."""
    there: dict[tuple[str, str, Area | None], set[str]] = defaultdict(set)
    for (district, year, category), line in lines.items():
        area = scheme.categories[category].area
        there[(district, year, area)].update(
            group for group, count in line.items() if count.total != 0
        )
    said = {}
    for key, line in lines.items():
        district, year, category = key
        beside = there[(district, year, scheme.categories[category].area)]
        missing = [g for g in scheme.groups if g in beside and g not in line]
        if missing:
            said[key] = (
                f"Not compared with {', '.join(missing)}: the file has no row for them"
                " in this category, and has in others."
            )
    return said


def _row(
    key: Key, group: str, line: Line, sums: _Sums, state: Line | None, rules: _Rules
) -> tuple[Fields, tuple[int, int, int, int] | None]:
    """A row's fields, and the four counts of its interval where it has one."""
    standard = rules.standard
    row: Fields = {
        "district": key[0],
        "year": key[1],
        "category": key[2],
        "group": group,
        "threshold": standard.threshold,
    }
    own = line.get(group)
    if own is None:
        said = "The counts have no row for this group."
        return row | {"reason": Reason.NOT_GIVEN, "explanation": said}, None
    x, m = own.count, own.total
    if not isinstance(x, int) or not isinstance(m, int):
        return row | _not_known(own), None
    row |= {"n": m, "count": x, "risk": x / m if m else None}
    others = _others(sums, x, m)
    # Of what the others have, nothing may be said where one of them is withheld.
    row |= _compared(others)
    reason = _group_reason(x, m, standard)
    if reason:
        said = _of_group(reason, x, m, rules)
        return row | {"reason": reason, "explanation": said}, None
    if others is None:
        return row | COMPARISON_WITHHELD, None
    kind = RatioKind.RISK_RATIO
    if not others.meets(standard):
        if state is None:
            # They are too few to compare with: their numbers say so, and no risk.
            row["comparison_risk"] = None
            return row | _of_others(Reason.NO_STATE, others, rules), None
        in_state = _others_in(state, group)
        if in_state is None:
            return row | STATE_WITHHELD, None
        kind, others = RatioKind.ALTERNATE, in_state
        row |= _compared(others)
        if not others.meets(standard):
            return row | _of_others(Reason.STATE, others, rules), None
    if others.count == 0:
        return row | _of_others(Reason.ZERO, others, rules), None
    ratio = Fraction(x * others.total, m * others.count)
    row |= {
        "kind": kind,
        "ratio": float(ratio),
        "exact_ratio": ratio,
        "over_threshold": ratio > rules.limit,
        "students_from_threshold": from_threshold(
            x, m, others.count, others.total, rules.limit, capped=not rules.events
        ),
    }
    if rules.events:
        # Removals of one child resemble each other: an interval of children is narrow.
        row["notes"] = (_REMOVALS_PER_CHILD,)
        return row, None
    return row, (x, m, others.count, others.total)


def _not_known(own: GroupCount) -> Fields:
    """The figures of a group whose counts are withheld, or not in the file."""
    if own.because is None:
        return ALL_WITHHELD
    said = {"reason": own.because, "explanation": NOT_KNOWN.get(own.because, "")}
    return {**ALL_WITHHELD, **said} if own.because is Reason.IN_FILE else said


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


def _summed(line: Line) -> _Sums:
    """A line added up; what privacy withheld is in it where it may be told together."""
    count = total = unknown = 0
    for one in line.values():
        if isinstance(one.count, int) and isinstance(one.total, int):
            count += one.count
            total += one.total
        else:
            unknown += 1
    return _Sums(count, total, 0 if TOGETHER in line else unknown)


def _others(sums: _Sums, count: int, total: int) -> _Others | None:
    """All other groups of a line together; ``None`` where one is not known."""
    if sums.unknown:
        return None
    return _Others(sums.count - count, sums.total - total)


def _others_in(state: Line, group: str) -> _Others | None:
    """All other groups of the State together; ``None`` where one is not known."""
    own = state.get(group)  # It is there: a State is not smaller than its districts.
    if own is None or not isinstance(own.count, int) or not isinstance(own.total, int):
        return None
    return _others(_summed(state), own.count, own.total)


def _compared(others: _Others | None) -> Fields:
    """What a row says of those the group is compared with."""
    if others is None:
        return dict.fromkeys(
            ("comparison_n", "comparison_count", "comparison_risk"), WITHHELD
        )
    return {
        "comparison_n": others.total,
        "comparison_count": others.count,
        "comparison_risk": others.count / others.total if others.total else None,
    }


def _group_reason(count: int, n: int, standard: Standard) -> Reason | None:
    if n == 0:
        return Reason.NO_CHILDREN
    if n < standard.min_n:
        return Reason.GROUP_N
    return Reason.GROUP_CELL if count < standard.min_cell else None


def _of_group(reason: Reason, count: int, n: int, rules: _Rules) -> str:
    """Why a group has no ratio, with its numbers."""
    people, standard = rules.scheme.people, rules.standard
    if reason is Reason.NO_CHILDREN:
        return f"There are no {people} of this group to count."
    return (
        f"The group has {n:,} {people}, {count:,} of them with the outcome; a ratio "
        f"needs {standard.min_n:,} and {standard.min_cell:,}"
        f"{rules.scheme.cited('(c)(1)')}."
    )


def _of_others(reason: Reason, others: _Others, rules: _Rules) -> Fields:
    """Why there is nobody to compare with, with the numbers."""
    scheme, standard = rules.scheme, rules.standard
    needs = f"a ratio needs {standard.min_n:,} and {standard.min_cell:,}"
    have = (
        f"{others.total:,} other {scheme.people}, {others.count:,} of them with the"
        " outcome"
    )
    if reason is Reason.NO_STATE:
        said = (
            f"There are {have}; {needs}. With the State's counts the alternate risk "
            f"ratio could be given{scheme.cited('(b)(5)')}."
        )
    elif reason is Reason.STATE:
        said = (
            f"There are too few other {scheme.people} here, and the State has {have};"
            f" {needs}{scheme.cited('(c)(2)')}."
        )
    else:
        said = (
            f"There are {have}: nothing to compare with. The ratio is undefined, not"
            " infinite."
        )
    return {"reason": reason, "explanation": said}


def _add_intervals(
    rows: list[Fields], pairs: list[tuple[int, int, int, int]], confidence: float
) -> None:
    if not pairs:
        return
    x1, m1, x2, m2 = np.array(pairs, np.float64).T
    interval = rate_ratio(x1, m1, x2, m2, confidence)
    for row, low, high in zip(rows, interval.low, interval.high, strict=True):
        row["low"] = None if np.isnan(low) else float(low)
        row["high"] = None if np.isnan(high) else float(high)
        row["close"] = bool(low <= row["threshold"] <= high)
