"""From a column, a condition or two columns of counts to an indicator.

What cannot be an outcome as it stands (percents of groups, text of more than two
values, dates) is refused with the question that would work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from equitable.errors import QuestionError
from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.groups import spoken
from equitable.intake.names import (
    Meaning,
    Split,
    is_suppressed,
    marker,
    meaning_of,
    no_words,
    passed,
    reserve_codes,
    split_outcome,
    steps_of,
    yes_no,
    yes_words,
)
from equitable.intake.profile import ColumnProfile, plain_number
from equitable.intake.published.groups_named import is_everyone
from equitable.vocabulary import Condition, Direction, Indicator, Kind, Role

if TYPE_CHECKING:
    from equitable.intake.settings import IndicatorSettings

_EXPRESSION: Final = re.compile(r"[=<>≤≥≠]|\bin\s*\(", re.IGNORECASE)
_NOT_YET: Final = re.compile(
    r"(?i)\blevel\W*[12]$|\bbelow|\bnot[ _-]|\bfail|\bbasic$|dropout|dropped"
)
_FEWER: Final = re.compile(
    r"(?i)suspen|disciplin|expel|expul|absen|truan|drop(ped)?[ _-]?out|referr|arrest"
    r"|restrain|seclu|held[ _-]?back|retained|failed|failing|failure"
)
"""Of what fewer is better, in names that are not otherwise known."""
_MORE: Final = re.compile(
    r"(?i)pass|profic|graduat|attend|score|master|complet|promot|read(ing|y|iness)"
    r"|gifted|advanced|college|credit|achiev|correct|on[ _-]?track|success|math"
    r"|(^|[^a-z])(met|meets?|meeting|above|exceed\w*|prof|gpa|earned|benchmark)($|[^a-z])"
    r"|levels?[ _]*[2-9]|level[ _]*\d *(\+|&|and)|aprob|reach|qualif"
)
"""Of what more is better, in such names."""


def is_expression(text: str) -> bool:
    """Whether an outcome is a condition ('math3 >= 600'), not a name."""
    return _EXPRESSION.search(text) is not None


def column_indicator(
    reading: Reading,
    *,
    file: str,
    name: str | None = None,
    direction: Direction | None = None,
    total: str | None = None,
) -> Indicator:
    """The indicator that one column makes.

    Two-valued columns become rates whose values are all listed, so that a third value
    is an error in the scan; numbers become means (or events per 100 students).

    Raises
    ------
    QuestionError
        Where the column cannot be an outcome as it stands.
    """
    profile = reading.profile
    base = from_meaning(reading, name=name or reading.name, total=total)
    base = replace(base, missing=no_value_codes(profile))
    if direction is not None:
        base = replace(base, direction=direction)
    if profile.present == 0 and profile.whole:
        raise QuestionError(
            "it has no values, so nothing can be compared",
            file=file,
            column=reading.name,
            next_step="Choose another outcome, or check how the file was made.",
        )
    codes = reading.codes
    two = yes_no(codes) if profile.complete else None
    if two is not None and two[0] and not two[1] and profile.missing:
        name = json.dumps(reading.name, ensure_ascii=False)
        said = json.dumps([*dict.fromkeys(map(plain_number, two[0]))])
        raise QuestionError(
            "only yes is ever written in it, so that everybody with a value has "
            "reached it, and an empty cell may be no or unknown",
            file=file,
            column=reading.name,
            next_step="If an empty cell means no, write in equity.toml: "
            f'[indicators.{name}] true = {said}, false = [""].',
        )
    if two is not None:
        yes, no = two
        return replace(
            base,
            kind=Kind.RATE,
            label=_rate_label(reading, base),
            unit="",
            low=None,
            high=None,
            true_values=_sides(yes, yes_words(), "1" if _coded(no) else ""),
            false_values=_sides(no, no_words(), "0" if _coded(yes) else ""),
        )
    if profile.type == "date" or profile.shape("date") >= 0.8:
        raise QuestionError(
            "it holds dates, which cannot be averaged or counted as reached",
            file=file,
            column=reading.name,
            next_step="Choose a column of scores, of yes and no, or of counts.",
        )
    if profile.shape("percent") >= 0.5 and reading.key == "attendance rate":
        raise QuestionError(
            "its numbers are written with a percent sign, and so are text",
            file=file,
            column=reading.name,
            next_step="Format the column as plain numbers, and export the file again.",
        )
    own = reading.role is Role.OUTCOME and reading.key == "attendance rate"
    if profile.shape("percent") >= 0.5 or (
        profile.is_numeric and marker(reading.name) == "percent" and not own
    ):
        raise QuestionError(
            "it holds percents of groups, and percents cannot be averaged: groups are "
            "of different sizes",
            file=file,
            column=reading.name,
            next_step="Give the counts behind them with --count and --total; or, if "
            "it is one number for each student, say so in equity.toml: "
            f'[indicators.NAME] column = "{reading.name}", kind = "mean".',
        )
    if profile.is_numeric:
        return _of_numbers(reading, base, file)
    return _of_words(reading, base, file)


def _coded(values: Iterable[str]) -> bool:
    """Whether a column's values are 0 and 1, and no words."""
    return {plain_number(value) for value in values} <= {"0", "1"}


def _sides(
    found: tuple[str, ...], usual: Iterable[str], code: str = ""
) -> tuple[str, ...]:
    """The words of one side; where the sample has none, its code, or the usual ones."""
    found = found or ((code,) if code else tuple(sorted(usual)))
    return tuple(dict.fromkeys(plain_number(value) for value in found))


def _of_numbers(reading: Reading, base: Indicator, file: str) -> Indicator:
    profile, meaning = reading.profile, reading.meaning
    if meaning is not None and meaning.kind is Kind.RATE:
        shown = dict(profile.values)
        reached = sum(n for v, n in shown.items() if plain_number(v) in ("0", "1"))
        if reached >= 0.9 * profile.numbers:
            # A stray 2 in a column of 0 and 1 is for the scan to refuse, by its row.
            return replace(
                base, kind=Kind.RATE, true_values=("1",), false_values=("0",)
            )
    if profile.complete and profile.distinct == 2:
        pair = sorted(reading.frequent)
        both = f", {pair[0]} and {pair[1]}," if len(pair) == 2 else ""
        raise QuestionError(
            f"it has two values{both} and nothing says which of them is the outcome",
            file=file,
            column=reading.name,
            next_step=f'Say it: --outcome "{_name(reading.name)} = '
            f'{pair[0] if pair else "…"}".',
        )
    kind = base.kind if base.kind is Kind.PER_100 else Kind.MEAN
    unit = base.unit if meaning is not None and meaning.kind is not Kind.RATE else ""
    return replace(base, kind=kind, unit=unit)


def _of_words(reading: Reading, base: Indicator, file: str) -> Indicator:
    profile, codes = reading.profile, reading.codes
    split = proposed_split(reading)
    if profile.distinct == 2 and split is not None and split.is_whole:
        return replace(
            base,
            kind=Kind.RATE,
            label=_rate_label(reading, base),
            unit="",
            low=None,
            high=None,
            true_values=split.reached,
            false_values=split.not_reached,
        )
    if profile.distinct == 1:
        raise QuestionError(
            "it has one value only, so that no group can differ from another",
            file=file,
            column=reading.name,
            next_step="Choose another outcome.",
        )
    if profile.distinct > 40 or reading.hidden:
        raise QuestionError(
            "it is text, and an outcome is a number, or a yes or no",
            file=file,
            column=reading.name,
            next_step="Choose a column of scores, of yes and no, or of counts.",
        )
    # A value that few rows hold may be one student's own words.
    shown = [value for value in codes if value in reading.frequent]
    count = "two values" if profile.distinct == 2 else f"{profile.distinct} values"
    raise QuestionError(
        f"it is text of {count}, and nothing says which of them count as reached",
        file=file,
        column=reading.name,
        next_step=_say_which(reading, split, shown),
    )


def _say_which(reading: Reading, split: Split | None, shown: list[str]) -> str:
    """What to write; never all of the values, which would count everybody."""
    column = _name(reading.name)
    if split is not None and not split.is_whole:
        lines = [
            f"{key} = {json.dumps(kept, ensure_ascii=False)}"
            for key, values in (
                ("true", split.reached),
                ("false", split.not_reached),
                ("missing", split.no_result),
            )
            if (kept := [value for value in values if value in shown])
        ]
        name = json.dumps(reading.name, ensure_ascii=False)
        return f"Say it in equity.toml: [indicators.{name}] {', '.join(lines)}."
    reached = list(split.reached if split is not None else steps_of(reading.codes))
    reached = [value for value in shown if value in reached or passed([value, "fail"])]
    if len(reached) >= reading.profile.distinct:
        reached = []
    listed = ", ".join(_value(value) for value in (reached or shown[:1])[:4]) or "…"
    return f'Say it: --outcome "{column} in ({listed})".'


def proposed_split(reading: Reading) -> Split | None:
    """Which words of a text outcome say that it was reached, and which not.

    For a proposal that a person reads and corrects; never assumed on a question where
    a value says neither.
    """
    if reading.profile.is_numeric or not reading.profile.complete:
        return None
    meaning = reading.meaning
    named = meaning is not None and meaning.kind is not None
    found = split_outcome(reading.codes, letters=named)
    if found is None or meaning is None or meaning.direction is Direction.HIGHER:
        return found
    # 'Withdrew': its rate is of those who did, not of those 'still enrolled'.
    return replace(found, reached=found.not_reached, not_reached=found.reached)


_EVENTS: Final = frozenset(
    {"suspended", "suspensions", "chronically absent", "dropped out", "retained"}
    | {"advanced course", "recommended"}
)
"""What is written down where it happened: an empty cell then says that it did not."""


def events_split(reading: Reading) -> Split | None:
    """An event of which only yes is ever written: its empty cells, proposed as no."""
    both = yes_no(reading.codes) if reading.profile.complete else None
    if both is None or reading.key not in _EVENTS or both[1] or not both[0]:
        return None
    return Split(
        reached=tuple(dict.fromkeys(map(plain_number, both[0]))), not_reached=("",)
    )


def condition_indicator(
    condition: Condition,
    *,
    meaning: Meaning | None,
    direction: Direction | None = None,
    name: str | None = None,
) -> Indicator:
    """The share of students who meet a condition."""
    return Indicator(
        name=name or condition.text,
        label=spoken(name) if name else condition.text,
        kind=Kind.RATE,
        condition=condition,
        direction=direction or _direction_of(condition, meaning),
        timing=meaning.timing if meaning else None,
        aspect=meaning.aspect if meaning else None,
        note=meaning.note if meaning else "",
    )


def _direction_of(condition: Condition, meaning: Meaning | None) -> Direction:
    """Which way a condition is better: under a cut of something good is not."""
    base = meaning.direction if meaning else _by_name(*condition.columns)
    operators = set(re.findall(r"<=|>=|!=|<>|[<>=≤≥≠]", condition.text))
    named = {column.casefold() for column in condition.columns}
    said = re.findall(r"'[^']*'|\"[^\"]*\"|[^\s(),=<>!≤≥≠'\"]+", condition.text)
    words = [
        word
        for word in (part.strip("'\"") for part in said)
        if word.casefold() not in named | {"in", "not", "and", "or"}
    ]
    bad_words = bool(words) and passed([*words, "passed"]) is not None
    flipped = (
        bool(operators) and operators <= {"<", "<=", "≤", "!=", "<>", "≠"}
    ) is not bad_words
    if not flipped:
        return base
    return Direction.LOWER if base is Direction.HIGHER else Direction.HIGHER


def counts_indicator(
    outcome: str | None, count: str, total: str, *, direction: Direction | None = None
) -> Indicator:
    """A rate from two columns of counts; the outcome only names it."""
    named = meaning_of(outcome or count) or meaning_of(count)
    meaning = named.meaning if named and named.meaning.kind else None
    if direction is None and _NOT_YET.search(outcome or count):
        direction = Direction.LOWER
    return Indicator(
        name=outcome or count,
        label=spoken(outcome or count),
        kind=Kind.RATE,
        count=count,
        total=total,
        direction=direction
        or (meaning.direction if meaning else _by_name(outcome or "", count)),
        timing=meaning.timing if meaning else None,
        aspect=meaning.aspect if meaning else None,
        note=meaning.note if meaning else "",
    )


def _by_name(*names: str) -> Direction:
    """Which way is better, where only the name can tell: it is said with the result."""
    fewer = any(_FEWER.search(name) for name in names)
    return Direction.LOWER if fewer else Direction.HIGHER


def says_direction(indicator: Indicator) -> bool:
    """Whether anything in an outcome's names says which way is better."""
    own = (indicator.column, indicator.count, indicator.percent)
    of_condition = indicator.condition.columns if indicator.condition else ()
    names = [n for n in (indicator.name, indicator.label, *own, *of_condition) if n]
    known = [named.meaning for name in names if (named := meaning_of(name)) is not None]
    said = (told.search(name) for name in names for told in (_FEWER, _MORE, _NOT_YET))
    # The topics of a collection that is known by its columns have theirs.
    return indicator.snapshot or any(one.kind for one in known) or any(said)


def settled(
    indicator: Indicator,
    given: IndicatorSettings,
    condition: Condition | None,
) -> Indicator:
    """An indicator with all that ``equity.toml`` says about it."""
    changes: dict[str, Any] = {
        key: value
        for key in ("label", "kind", "direction", "timing", "aspect", "unit",
                    "decimals", "low", "high", "note", "enrolled", "threshold",
                    "minimum_days", "count", "total", "percent",
                    "snapshot", "at_least")
        if (value := getattr(given, key)) is not None
    }  # fmt: skip
    if given.at_least is not None or given.true:
        changes |= {"kind": Kind.RATE, "true_values": (), "false_values": ()}
    if given.true:
        changes["true_values"] = given.true
        changes["false_values"] = given.false
    if condition is not None:
        changes |= {"condition": condition, "kind": Kind.RATE, "column": None}
    if given.low is not None or given.high is not None:
        changes["bounded"] = True
    if given.missing:
        changes["missing"] = (*indicator.missing, *given.missing)
    kind = changes.get("kind", indicator.kind)
    if kind is not Kind.RATE:
        changes |= {"true_values": (), "false_values": ()}
    elif indicator.kind is not Kind.RATE and "unit" not in changes:
        changes["unit"] = ""
    return replace(indicator, **changes)


def bare_indicator(name: str, column: str | None) -> Indicator:
    """The start of an indicator that a person defines wholly."""
    named = meaning_of(column or name) or meaning_of(name)
    meaning = named.meaning if named and named.meaning.kind else None
    return Indicator(
        name=name,
        label=spoken(name),
        kind=(meaning.kind if meaning and meaning.kind else Kind.MEAN),
        column=column,
        direction=meaning.direction if meaning else _by_name(column or "", name),
        timing=meaning.timing if meaning else None,
        aspect=meaning.aspect if meaning else None,
        unit=meaning.unit if meaning else "",
        note=meaning.note if meaning else "",
    )


def no_value_codes(profile: ColumnProfile) -> tuple[str, ...]:
    """Further ways in which a column writes 'no value': marks and reserve codes."""
    marks = [text for text in profile.texts if is_suppressed(text)]
    if not profile.is_numeric:
        marks = []
    if profile.is_numeric and profile.low is not None and profile.low < 0:
        known = reserve_codes()
        negative = [text for text in profile.texts if text.startswith("-")]
        numbers = [plain_number(text) for text in negative]
        # One small negative number alone is a mistake; reserve codes come as a set, or
        # far enough below 0 to be none.
        meant = len(set(numbers)) > 1 or profile.low <= -8
        if meant and set(numbers) <= set(known) and str(int(profile.low)) in known:
            marks += negative
    return tuple(dict.fromkeys(marks))


def from_meaning(reading: Reading, *, name: str, total: str | None) -> Indicator:
    """The indicator that a column's name speaks of, before its values are looked at."""
    meaning = reading.meaning
    if meaning is None or meaning.kind is None:
        return Indicator(
            name=name,
            label=spoken(reading.name),
            kind=Kind.MEAN,
            column=reading.name,
            total=total,
            direction=_by_name(reading.name),
        )
    label = meaning.label
    if reading.family:
        label = f"{label}, grade {reading.family[1]}"
    elif _says_more(reading, meaning):
        label = spoken(reading.name)
    return Indicator(
        name=name,
        label=label,
        kind=meaning.kind,
        column=reading.name,
        total=total,
        direction=meaning.direction,
        timing=meaning.timing,
        aspect=meaning.aspect,
        unit=meaning.unit,
        decimals=meaning.decimals,
        low=meaning.low,
        high=meaning.high,
        note=meaning.note,
    )


def _says_more(reading: Reading, meaning: Meaning) -> bool:
    """Whether the column's own name says more than the label ('g4math')."""
    named = meaning_of(reading.name)
    own = meaning.keeps_name or meaning.key in ("passed", "score")
    return named is not None and (not named.whole or own)


def _rate_label(reading: Reading, base: Indicator) -> str:
    meaning = reading.meaning
    if meaning is not None and meaning.kind is Kind.RATE:
        return base.label
    if meaning is not None and meaning.flag and not reading.family:
        return meaning.flag
    return spoken(reading.name)


def _name(name: str) -> str:
    """A column's name as the grammar of conditions takes it."""
    return name if re.fullmatch(r"\w+( \w+)*", name) else f"'{name}'"


def _value(value: str) -> str:
    return value if re.fullmatch(r"[\w.]+", value) else f"'{value}'"


def overlapping_totals(values: Iterable[str]) -> tuple[str, ...]:
    """Values that stand for everybody ('All Students'), beside the groups."""
    return tuple(filter(is_everyone, values))
