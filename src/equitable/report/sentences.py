"""The words: what a figure says, in whole people and without blame.

Gaps belong to systems: a sentence says who is served and who is not yet, never what is
wrong with a group.  Every sentence stands on its own, whatever a file calls its groups.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from equitable.measures.results import Bounds, GapRow, Gaps, PooledRow
from equitable.report.across import compares_across
from equitable.report.people import people
from equitable.report.published_figures import (
    NO_CHANCE,
    furthest,
    students_words,
    without_chance,
)
from equitable.report.tables import (
    amount,
    gap_limits,
    gap_words,
    in_column,
    interval,
)
from equitable.vocabulary import (
    Direction,
    Figure,
    Indicator,
    Verdict,
)

_ORDER: Final = {
    Verdict.WORSE: 0,
    Verdict.NO_DIFFERENCE_SHOWN: 1,
    Verdict.NOT_ENOUGH_EVIDENCE: 1,
    Verdict.BETTER: 2,
    None: 3,
}
WORST_FIRST: Final = "most clearly behind first"
"""What a table in ``order_rows`` says of its order."""
_FURTHEST_FIRST: Final = "furthest behind first"


def order_rows(rows: Sequence[GapRow], direction: Direction) -> tuple[GapRow, ...]:
    """Worst first, and last the reference's own row and what is withheld.

    Groups behind by the interval's limit nearer to 0; then those that the evidence
    does not settle, by how far behind their figures lie; then groups ahead, the
    furthest last.
    """

    def place(row: GapRow) -> tuple[int, float, str, str]:
        held = row.withheld
        return (
            4 if held else _ORDER[row.verdict],
            0.0 if held else _how_far(row, direction),
            str(dict(row.within)),
            ", ".join(row.group.values()),
        )

    return tuple(sorted(rows, key=place))


def _how_far(row: GapRow, direction: Direction) -> float:
    """The place of a row among those of its verdict: the lowest is the worst."""
    if row.verdict is Verdict.WORSE:
        return -near_limit(row)
    if row.verdict is Verdict.BETTER:
        return near_limit(row)
    ends = (row.difference,) if row.bounds is None else row.bounds.difference
    known = [end for end in ends if isinstance(end, float)]
    if not known:
        return math.inf
    middle = sum(known) / len(known)
    return middle if direction is Direction.HIGHER else -middle


def order_words(gaps: Gaps, rows: Sequence[GapRow]) -> str:
    """What a table in ``order_rows`` says of its order: without intervals, no more."""
    return _FURTHEST_FIRST if without_chance(gaps, rows) else WORST_FIRST


def stands_out(rows: Sequence[GapRow], direction: Direction) -> GapRow | None:
    """The row to speak of first: the one most behind, else the one most ahead."""
    ordered = order_rows([row for row in rows if not row.withheld], direction)
    behind = [row for row in ordered if row.verdict is Verdict.WORSE]
    ahead = [row for row in ordered if row.verdict is Verdict.BETTER]
    return next(iter([*behind[:1], *ahead[-1:]]), None)


def near_limit(row: GapRow) -> float:
    """How large the gap is at least: the size of the limit nearer to 0, or 0."""
    low, high = row.difference_low, row.difference_high
    if not isinstance(low, float) or not isinstance(high, float):
        return 0.0
    return min(abs(low), abs(high)) if low * high > 0 else 0.0


def least_effect(row: GapRow) -> float:
    """The same in standard deviations, so that rates and averages compare."""
    difference, effect = row.difference, row.standardised
    if not isinstance(difference, float) or not isinstance(effect, float):
        return _least_of_bounds(row)
    return abs(effect) * near_limit(row) / abs(difference) if difference else 0.0


def _least_of_bounds(row: GapRow) -> float:
    """The same where only bounds of a rate were published, or 0.

    In the largest standard deviation that the bounds allow, so that no gap looks
    larger than it is at least.
    """
    n, others = row.n, row.reference.n
    if row.bounds is None or not isinstance(n, int) or not isinstance(others, int):
        return 0.0
    squares = n * _varies(row.bounds.value) + others * _varies(row.bounds.reference)
    freedom = n + others - 2
    if squares <= 0 or freedom < 1:
        return 0.0
    return near_limit(row) / math.sqrt(squares / freedom)


def _varies(ends: tuple[Figure, Figure]) -> float:
    """The most that a rate between two ends varies: p (1 - p), largest at a half."""
    low, high = ends
    if not isinstance(low, float) or not isinstance(high, float):
        return 0.25
    middle = min(max(0.5, low), high)
    return middle * (1 - middle)


def headline(gaps: Gaps) -> str:
    """The sentence that stands before a table of gaps."""
    rows = [row for row in gaps.rows if not row.within]
    told = [row for row in rows if not compares_across(row, gaps)]
    if rows and not told:
        return (
            f"{gaps.indicator.label}: these years were not all counted in one way, so"
            " that no gap between them is told."
        )
    if without_chance(gaps, rows):
        behind = furthest(gaps, rows)
        said = whole_people(behind[0], gaps) if behind else f"{gaps.indicator.label}."
        return f"{said} {NO_CHANCE}"
    first = stands_out(told, gaps.indicator.direction)
    if first is not None and first.verdict is Verdict.WORSE:
        parts = [whole_people(first, gaps), how_sure(first, gaps), parity(first, gaps)]
        return " ".join(filter(None, [*parts, _held_fixed(first, gaps)]))
    label = gaps.indicator.label
    none_behind = f"{label}: the evidence shows no group behind its reference"
    unsure = any(row.verdict is Verdict.NOT_ENOUGH_EVIDENCE for row in gaps.rows)
    rest = "for some groups there is not enough evidence to say." if unsure else ""
    if first is not None:
        said = whole_people(first, gaps, say_what=False)
        parts = [f"{none_behind}, and one or more ahead of it.", said]
        return " ".join(
            filter(None, [*parts, how_sure(first, gaps), rest.capitalize()])
        )
    return f"{none_behind}; {rest}" if rest else f"{none_behind}."


def _held_fixed(row: GapRow, gaps: Gaps) -> str:
    """What is left of a gap when the strata are held fixed."""
    pooled = [other for other in gaps.pooled if other.group == row.group]
    if not pooled or not isinstance(pooled[0].difference, float):
        return ""
    held = " and ".join(dimension.label for dimension in gaps.within)
    if gaps.clustered_over and not_worked_out(pooled[0]):
        return (
            f"The gap with {held} held fixed is not worked out together with --cluster:"
            f" see the rows within each {held}."
        )
    left = {
        Verdict.WORSE: "the group is still behind",
        Verdict.BETTER: "the group is ahead",
        Verdict.NO_DIFFERENCE_SHOWN: "no difference is shown",
        Verdict.NOT_ENOUGH_EVIDENCE: "there is not enough evidence of a gap",
        None: "",
    }[pooled[0].verdict]
    gap = gap_words(pooled[0].difference, gaps.indicator)
    return f"With {held} held fixed, {left} ({gap})." if left else ""


def not_worked_out(row: PooledRow) -> bool:
    """Whether a pooled gap has no interval, so that no verdict was come to."""
    return not row.withheld and row.difference_low is None


def reference_people(row: GapRow, gaps: Gaps) -> str:
    """With whom a group is compared, as people."""
    reference = row.reference
    match reference.kind:
        case "rest":
            return "other students"
        case "overall":
            return "all students"
        case "number":
            return "the number asked for"
        case _ if reference.group:
            return people(reference.group, gaps.dimensions)
        case _:
            return "the reference"


def whole_people(
    row: GapRow, gaps: Gaps, *, say_where: bool = True, say_what: bool = True
) -> str:
    """'Of every 100 …' for a rate; averages for the rest.

    ``say_what`` begins with the indicator's name: not needed beneath its heading.
    """
    indicator = gaps.indicator
    who, others = people(row.group, gaps.dimensions), reference_people(row, gaps)
    where = f" ({_stratum(row, gaps)})" if row.within and say_where else ""
    value, reference = row.value, row.reference.value
    what = f"{indicator.label}: " if say_what else ""
    begun = str if say_what else _with_capital
    if row.bounds is not None and indicator.is_rate:
        return begun(f"{what}{_bounded(row.bounds, who, others)}{where}.")
    if row.bounds is not None and _known(row.bounds):
        own = _average(row.bounds.value, indicator)
        other = _average(row.bounds.reference, indicator)
        return begun(f"{what}on average {own} for {who}{where}, {other} for {others}.")
    if not isinstance(value, float) or not isinstance(reference, float):
        return begun(f"{what}nothing can be said of {who}{where}.")
    if not indicator.is_rate:
        gap = gap_words(abs(value - reference), indicator).lstrip("+")
        points = " points" if indicator.is_share else ""
        own, other = amount(value, indicator), in_column(reference, indicator)
        return begun(
            f"{what}on average {own} for {who}{where}, {other} for"
            f" {others}: a difference of {gap}{points}."
        )
    count, base, per = whole_numbers(value, reference)
    if row.reference.kind == "number":
        return begun(
            f"{what}of every {per:,} {who}{where}, {count:,}; the number"
            f" asked for is {base:,}."
        )
    compared = "students overall" if row.reference.kind == "overall" else others
    return begun(
        f"{what}of every {per:,} {who}{where}, {count:,}; of every"
        f" {per:,} {compared}, {base:,}."
    )


def _bounded(bounds: Bounds, who: str, others: str) -> str:
    """Rates of which a publisher gave only bounds."""
    own, other = (_from_to(pair) for pair in (bounds.value, bounds.reference))
    return f"of every 100 {who}, {own}; of every 100 {others}, {other}"


def _from_to(pair: tuple[Figure, Figure]) -> str:
    low, high = pair
    if not isinstance(low, float) or not isinstance(high, float):
        return "nobody can say how many"
    if low == high:
        return f"{round(100 * low)}"
    first, last = math.floor(100 * low), math.ceil(100 * high)
    return f"{first}" if first == last else f"between {first} and {last}"


def _known(bounds: Bounds) -> bool:
    return all(isinstance(end, float) for end in (*bounds.value, *bounds.reference))


def _average(pair: tuple[Figure, Figure], indicator: Indicator) -> str:
    low, high = (in_column(end, indicator) for end in pair)
    return (
        amount(pair[0], indicator)
        if low == high
        else (f"between {low} and {amount(pair[1], indicator)}")
    )


def _with_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def whole_numbers(value: float, reference: float) -> tuple[int, int, int]:
    """Two rates as whole people of 100, or of more where 100 say too little."""
    for per in (100, 1_000, 10_000):
        count, base = round(per * value), round(per * reference)
        tells_apart = count != base or abs(value - reference) < 0.5 / 10_000
        small = min(value, reference) < 0.01 and min(count, base) < 1 and value > 0
        if tells_apart and not small:
            return count, base, per
    return round(10_000 * value), round(10_000 * reference), 10_000


def _stratum(row: GapRow, gaps: Gaps) -> str:
    labels = {dimension.name: dimension.label for dimension in gaps.within}
    return ", ".join(
        f"{labels.get(name, name)}: {value}" for name, value in row.within.items()
    )


def how_sure(row: GapRow, gaps: Gaps) -> str:
    """n, interval and strength of the evidence, in plain words."""
    indicator = gaps.indicator
    low, high = row.difference_low, row.difference_high
    if not isinstance(low, float) or not isinstance(high, float):
        return ""
    unit = f" {indicator.unit_words}" if indicator.unit_words else ""
    unknown = row.bounds is not None and any(
        pair[0] != pair[1] for pair in (row.bounds.value, row.bounds.reference)
    )
    allowing = f"Allowing for chance{' and what is not published' if unknown else ''}"
    if low * high > 0:
        near, far = sorted((abs(low), abs(high)))
        size = f"between {interval(near, far, indicator).replace(' to ', ' and ')}"
        sentence = f"{allowing}, the gap is {size}{unit}"
    else:
        span = gap_limits(low, high, indicator)
        sentence = f"{allowing}, it lies from {span}{unit}"
    behind = students_words(amount(row.n, None), row.n, indicator)
    if row.reference.n is not None:
        behind += f", compared with {amount(row.reference.n, None)}"
    return f"{sentence} ({behind}). {_strength(row)}".rstrip()


def gap_between(row: GapRow, gaps: Gaps) -> str:
    """The interval of a gap in a few words: 'the gap: 24.0 to 28.9 points'."""
    low, high = row.difference_low, row.difference_high
    if not isinstance(low, float) or not isinstance(high, float):
        return ""
    unit = f" {gaps.indicator.unit_words}" if gaps.indicator.unit_words else ""
    if low * high > 0:
        low, high = sorted((abs(low), abs(high)))
        return f"the gap: {interval(low, high, gaps.indicator)}{unit}"
    return f"the gap: {gap_limits(low, high, gaps.indicator)}{unit}"


def _strength(row: GapRow) -> str:
    if not isinstance(row.q, float) or row.verdict not in {
        Verdict.WORSE,
        Verdict.BETTER,
    }:
        return ""
    for limit, words in ((0.001, "1,000"), (0.01, "100"), (0.05, "20")):
        if row.q < limit:
            strong = "Strong evidence" if limit < 0.05 else "Evidence"
            return (
                f"{strong}: if there were no gap, one like it would come up less than"
                f" once in {words} times."
            )
    return ""


def parity(row: GapRow, gaps: Gaps) -> str:
    """How many more (or fewer) students parity would take."""
    number = row.parity_fixed
    if not isinstance(number, int) or number == 0:
        return ""
    fewer = gaps.indicator.direction is Direction.LOWER
    students = "student" if number == 1 else "students"
    return (
        f"{number:,} {'fewer' if fewer else 'more'} {students} of"
        f" {amount(row.n, None)} would make it equal."
    )


def verdict_sentence(verdict: Verdict | None) -> str:
    """What a verdict means, for the list of definitions."""
    return {
        Verdict.WORSE: "By this measure the system serves the group less well than"
        " those it is compared with.",
        Verdict.BETTER: "By this measure it serves the group better than those.",
        Verdict.NO_DIFFERENCE_SHOWN: "Any difference is too small to matter here.",
        Verdict.NOT_ENOUGH_EVIDENCE: "The figures do not settle it either way.",
        None: "The group that the others are compared with.",
    }[verdict]
