"""The words: what a figure says, in whole people and without blame.

Gaps belong to systems: a sentence says who is served and who is not yet, never what is
wrong with a group.  Every sentence stands on its own, whatever a file calls its groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from equitable.measures.results import GapRow, Gaps, Group
from equitable.report.tables import amount, gap_words, in_column, interval
from equitable.vocabulary import (
    NOT_REPORTED,
    Dimension,
    Direction,
    Role,
    Verdict,
)

_ORDER: Final = {
    Verdict.WORSE: 0,
    Verdict.BETTER: 1,
    None: 2,
    Verdict.NO_DIFFERENCE_SHOWN: 3,
    Verdict.NOT_ENOUGH_EVIDENCE: 4,
}
_NOUNS: Final = {"girls": "girls", "boys": "boys", "women": "women", "men": "men"}
_NO_ADJECTIVES: Final = frozenset({"other", "two", "multiracial", "not", "unknown"})
_ADJECTIVES: Final = frozenset({"female", "male", "nonbinary", "non-binary"})
_HAD: Final = ("lunch", "iep", "disability", "disabilities", "services", "plan")
_SURROUNDINGS: Final = frozenset(
    {"rural", "urban", "suburban", "inner city", "inner-city", "town"}
)
_PLACED: Final = ("class", "classroom", "school", "district", "program")


def order_rows(rows: Sequence[GapRow]) -> tuple[GapRow, ...]:
    """Worst first: by verdict, then by the interval's limit nearer to 0."""
    return tuple(sorted(rows, key=_place))


def _place(row: GapRow) -> tuple[int, float, str, str]:
    held = row.withheld
    return (
        5 if held else _ORDER[row.verdict],
        0.0 if held else -near_limit(row),
        str(dict(row.within)),
        ", ".join(row.group.values()),
    )


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
        return 0.0
    return abs(effect) * near_limit(row) / abs(difference) if difference else 0.0


def headline(gaps: Gaps) -> str:
    """The sentence that stands before a table of gaps."""
    plain = [row for row in gaps.rows if not row.within]
    worst = [row for row in order_rows(plain) if row.verdict is Verdict.WORSE]
    if worst:
        row = worst[0]
        parts = [whole_people(row, gaps), how_sure(row, gaps), parity(row, gaps)]
        return " ".join(filter(None, [*parts, _held_fixed(row, gaps)]))
    label = gaps.indicator.label
    none_behind = f"{label}: the evidence shows no group behind its reference"
    unsure = any(row.verdict is Verdict.NOT_ENOUGH_EVIDENCE for row in gaps.rows)
    rest = "for some groups there is not enough evidence to say." if unsure else ""
    ahead = [row for row in order_rows(plain) if row.verdict is Verdict.BETTER]
    if ahead:
        said = whole_people(ahead[0], gaps, say_what=False)
        parts = [f"{none_behind}, and one or more ahead of it.", said]
        return " ".join(
            filter(None, [*parts, how_sure(ahead[0], gaps), rest.capitalize()])
        )
    return f"{none_behind}; {rest}" if rest else f"{none_behind}."


def _held_fixed(row: GapRow, gaps: Gaps) -> str:
    """What is left of a gap when the strata are held fixed."""
    pooled = [other for other in gaps.pooled if other.group == row.group]
    if not pooled or not isinstance(pooled[0].difference, float):
        return ""
    held = " and ".join(dimension.label for dimension in gaps.within)
    left = {
        Verdict.WORSE: "the group is still behind",
        Verdict.BETTER: "the group is ahead",
        Verdict.NO_DIFFERENCE_SHOWN: "no difference is shown",
        Verdict.NOT_ENOUGH_EVIDENCE: "there is not enough evidence of a gap",
        None: "",
    }[pooled[0].verdict]
    gap = gap_words(pooled[0].difference, gaps.indicator)
    return f"With {held} held fixed, {left} ({gap})." if left else ""


def people(group: Group, dimensions: Sequence[Dimension]) -> str:
    """A group as people: 'Black students with free lunch', 'girls in grade 3'."""
    by_name = {dimension.name: dimension for dimension in dimensions}
    before: list[str] = []
    after: list[str] = []
    quoted: list[str] = []
    noun = "students"
    for name, value in group.items():
        dimension = by_name.get(name)
        label = dimension.label if dimension else name
        words = value.casefold().split()
        race = dimension is not None and dimension.view is not None
        if value == NOT_REPORTED:
            after.append(f"whose {_lowered(label)} is not reported")
        elif dimension is not None and dimension.role is Role.GRADE:
            after.append(f"in grade {value}")
        elif dimension is not None and dimension.role is Role.YEAR:
            after.append(f"in {value}")
        elif len(words) == 1 and words[0] in _NOUNS and noun == "students":
            noun = _NOUNS[words[0]]
        elif len(words) == 1 and words[0] in _ADJECTIVES:
            before.append(words[0])
        elif race and words and words[0] not in _NO_ADJECTIVES:
            before.insert(0, value)
        elif words and words[-1] in _HAD:
            bare = _lowered(value)
            if bare.startswith("no "):
                bare = f"without {bare[3:]}"
            said = bare.startswith(("with ", "without "))
            after.append(bare if said else f"with {bare}")
        elif any(word in _PLACED for word in words) and not any(
            word.isdecimal() for word in words
        ):
            article = "an" if value[:1].casefold() in "aeiou" else "a"
            after.append(f"in {article} {_lowered(value)}")
        elif dimension is not None and dimension.role is Role.SCHOOL:
            after.append(
                f"at {value if len(value) > 4 else f'{_lowered(label)} {value}'}"
            )
        elif value.casefold() in _SURROUNDINGS:
            after.append(f"at {value.casefold().replace(' ', '-')} schools")
        else:
            quoted.append(f"{label}: {value}")
    if quoted:
        # One group in one pair of quotes, however many traits make it.
        after.append(f"in the group ‘{', '.join(quoted)}’")
    return " ".join([*before, noun, *after])


def _lowered(text: str) -> str:
    """Lower case, but for words that are capitals throughout (IEP, EL)."""
    return " ".join(
        word if len(word) > 1 and word.isupper() else word[:1].lower() + word[1:]
        for word in text.split()
    )


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
    if low * high > 0:
        near, far = sorted((abs(low), abs(high)))
        size = f"between {interval(near, far, indicator).replace(' to ', ' and ')}"
        sentence = f"Allowing for chance, the gap is {size}{unit}"
    else:
        sentence = (
            f"Allowing for chance, it lies from {gap_words(low, indicator)} to"
            f" {gap_words(high, indicator)}{unit}"
        )
    behind = f"{amount(row.n, None)} students"
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
    return (
        f"the gap: {gap_words(low, gaps.indicator)} to"
        f" {gap_words(high, gaps.indicator)}{unit}"
    )


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
