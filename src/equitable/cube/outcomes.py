"""From an indicator's definition to SQL: each row's outcome, or why it has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeAlias

from equitable.cube.figures import figure_sql, is_figure
from equitable.cube.wrong_counts import Wrong, wrong_count, wrong_percent
from equitable.intake.names import yes_words
from equitable.intake.published.blurs import Mark, count_bounds, share_limits
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import MISSING_TOKENS, Indicator, Kind

Marks: TypeAlias = Mapping[str, Mapping[str, Mark]]
"""By column and text (trimmed, lower case): what a publisher's mark says."""

_REFUSED: Final = "CAST('nan' AS DOUBLE)"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSql:
    """The SQL of one outcome, over one row of ``records``.

    ``value`` is a DOUBLE: null where the row has no outcome, and 'nan' where the row
    says something that cannot be right (``because``), at which the scan stops.
    ``apart`` is true where the definition leaves the row out for a stated reason.
    """

    column: str
    value: str
    because: str = ""
    next_step: str = ""
    wrong: Callable[[Mapping[str, Any]], Wrong | None] | None = None
    """Of a row of several columns at which the scan stops: which of them, and why."""
    apart: str = "FALSE"
    apart_reason: str = ""
    held: str = "FALSE"
    """True where a publisher's mark holds the row's number back."""
    stands_for: str | None = None
    """How many students the row stands for (a table of counts), else 1."""
    most: str | None = None
    """Of a count that a publisher gave bounds of: the greatest; ``value`` is least."""


def text_of(column: str) -> str:
    """A column's value as trimmed, lower-case text."""
    return f"LOWER(TRIM(CAST({quote_name(column)} AS VARCHAR)))"


def number_of(column: str) -> str:
    """A column's value as a number, or null where it is none or beyond a billion."""
    cast = f"TRY_CAST(TRIM(CAST({quote_name(column)} AS VARCHAR)) AS DOUBLE)"
    return f"(CASE WHEN ABS({cast}) <= 1e9 THEN {cast} END)"


def published_number(column: str) -> str:
    """The same, of a published table: '1,234' is one thousand two hundred and so on."""
    text = text_of(column)
    plain = f"TRY_CAST(REPLACE({text}, ',', '') AS DOUBLE)"
    grouped = f"REGEXP_FULL_MATCH({text}, '[0-9]{{1,3}}(,[0-9]{{3}})+')"
    return f"COALESCE({number_of(column)}, CASE WHEN {grouped} THEN {plain} END)"


def is_missing(column: str, further: tuple[str, ...] = ()) -> str:
    """True where a column has no value, in any of the ways that files write it."""
    text = text_of(column)
    return f"({text} IS NULL OR {text} IN ({_listed((*MISSING_TOKENS, *further))}))"


def outcome_sql(indicator: Indicator, marks: Marks | None = None) -> OutcomeSql:
    """The SQL of an indicator's outcome for one row.

    ``marks`` are what publishers set in place of numbers in a table of counts, by the
    column and the text (trimmed, lower case).
    """
    if is_figure(indicator):
        value, column, because = figure_sql(
            indicator, (marks or {}).get(indicator.column or "", {})
        )
        further = _list_as_missing(indicator)
        return OutcomeSql(
            column=column, value=value, because=because, next_step=further
        )
    if indicator.percent is not None:
        return _shared(indicator, indicator.percent, indicator.total or "", marks or {})
    if indicator.count is not None:
        return _counted(indicator, indicator.count, indicator.total or "", marks or {})
    if indicator.total is not None:
        return _standing_for(indicator, indicator.total)
    if indicator.condition is not None:
        condition = indicator.condition
        return OutcomeSql(
            column=condition.columns[0],
            value=f"(CASE WHEN {condition.sql} THEN 1.0"
            f" WHEN NOT {condition.sql} THEN 0.0 END)",
        )
    if indicator.kind is Kind.SHARE_OF_DAYS:
        return _share_of_days(indicator)
    if indicator.kind is Kind.RATE and indicator.at_least is None:
        return _true_or_false(indicator)
    return _number(indicator)


def _number(indicator: Indicator) -> OutcomeSql:
    column = indicator.column or indicator.name
    number = number_of(column)
    value, right, because = number, f"{number} IS NOT NULL", "is not a number"
    if indicator.at_least is not None:
        value = f"CAST({number} >= {quote_value(indicator.at_least)} AS DOUBLE)"
    elif indicator.kind is Kind.PER_100:
        value, right = f"100.0 * {number}", f"{number} >= 0"
        because = "is not a count of events (a number from 0 up)"
    inside, bounds = _bounds(indicator, number)
    if bounds:
        right, because = f"{right} AND {inside}", f"{because}, or not {bounds}"
    return OutcomeSql(
        column=column,
        value=f"(CASE {_listed_as_missing(column, indicator.missing)}"
        f" WHEN {right} THEN {value}"
        f" WHEN {is_missing(column, indicator.missing)} THEN NULL ELSE {_REFUSED} END)",
        because=because,
        next_step=_list_as_missing(indicator) + _change_bounds(indicator),
    )


def _bounds(indicator: Indicator, number: str) -> tuple[str, str]:
    """SQL and words for the values that a person says are possible."""
    if not indicator.bounded:
        return "TRUE", ""
    low, high = indicator.low, indicator.high
    tests = [
        f"{number} {sign} {quote_value(float(limit))}"
        for sign, limit in ((">=", low), ("<=", high))
        if limit is not None
    ]
    words = [
        f"{word} {limit:g}"
        for word, limit in (("at least", low), ("at most", high))
        if limit is not None
    ]
    return " AND ".join(tests) or "TRUE", " and ".join(words)


def _change_bounds(indicator: Indicator) -> str:
    return " If it is possible, change low or high there." if indicator.bounded else ""


def _listed_as_missing(column: str, further: tuple[str, ...]) -> str:
    """A code for 'no value' may be a number itself (9999, in a file also '9999.0')."""
    if not further:
        return ""
    numbers = [value for value in further if _is_number(value)]
    same = [f"{text_of(column)} IN ({_listed(further)})"]
    same += [f"{number_of(column)} = {quote_value(float(value))}" for value in numbers]
    return f"WHEN {' OR '.join(same)} THEN NULL"


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) <= 1e9
    except ValueError:
        return False


def _true_or_false(indicator: Indicator) -> OutcomeSql:
    column = indicator.column or indicator.name
    text, plain = text_of(column), f"CAST({quote_name(column)} AS VARCHAR)"
    true, false = (
        indicator.true_values or tuple(sorted(yes_words())),
        indicator.false_values,
    )
    missing = is_missing(column, indicator.missing)
    otherwise = f"WHEN {missing} THEN NULL ELSE 0.0"
    # An empty cell is a no only where a person lists it as one.
    empty = "0.0" if "" in false else "NULL"
    if false:
        otherwise = (
            f"WHEN {text} IN ({_listed(false)}) THEN 0.0"
            f" WHEN {missing} THEN NULL ELSE {_REFUSED}"
        )
    # Most rows say it in the very words listed: they are told apart without trimming
    # and folding, which would cost more than reading the file.
    return OutcomeSql(
        column=column,
        value=f"(CASE WHEN {_is_one_of(plain, true)} THEN 1.0"
        + (f" WHEN {_is_one_of(plain, false)} THEN 0.0" if false else "")
        + f" WHEN {plain} IS NULL THEN {empty}"
        f" ELSE (CASE WHEN {text} IN ({_listed(true)}) THEN 1.0 {otherwise} END) END)",
        because="is neither of the values that this rate is made of"
        f" ({' or '.join(repr(value) for value in (*true[:3], *false[:3]))})",
        next_step="If the column holds scores, give a cut, such as"
        f" --outcome '{column} >= 50'. {_list_as_missing(indicator)}",
    )


def _is_one_of(expression: str, values: tuple[str, ...]) -> str:
    return " OR ".join(f"{expression} = {quote_value(value)}" for value in values[:3])


def _share_of_days(indicator: Indicator) -> OutcomeSql:
    column, enrolled = indicator.column or "", indicator.enrolled or ""
    missing = is_missing(column, indicator.missing)
    days, of = number_of(column), number_of(enrolled)
    too_short = f"COALESCE({of} < {quote_value(indicator.minimum_days)}, FALSE)"
    value = f"{days} / {of}"
    if indicator.threshold is not None:
        # 18 absences of 180 days are 10 %: in days, as fractions are not exact.
        limit = f"{quote_value(indicator.threshold)} * {of}"
        value = f"CAST(ROUND({days} - {limit}, 9) >= 0 AS DOUBLE)"
    inside, bounds = _bounds(indicator, days)
    return OutcomeSql(
        column=column,
        value=f"(CASE WHEN NOT {missing} AND ({days} IS NULL OR NOT ({inside}))"
        f" THEN {_REFUSED}"
        f" WHEN {days} >= 0 AND {of} > 0 AND {days} <= {of}"
        f" AND NOT {too_short} THEN {value} END)",
        because="is not a number of days" + (f", or not {bounds}" if bounds else ""),
        next_step=_list_as_missing(indicator) + _change_bounds(indicator),
        apart=too_short,
        apart_reason=f"enrolled fewer than {indicator.minimum_days:g} days",
    )


def _counted(indicator: Indicator, count: str, total: str, marks: Marks) -> OutcomeSql:
    some, all_of = published_number(count), published_number(total)
    further = indicator.missing
    blurs, withheld = marks.get(count, {}), tuple(marks.get(total, {}))
    nothing = (
        f"({_no_number(count, blurs, further)} OR"
        f" {is_missing(total, (*further, *withheld))})"
    )
    right = f"{some} >= 0 AND {some} = ROUND({some}) AND {all_of} = ROUND({all_of})" + (
        "" if indicator.snapshot else f" AND {some} <= {all_of}"
    )
    least, most = [], []
    for text, mark in blurs.items():
        if mark.withheld or mark.exact is not None:
            low, high = count_bounds(mark, most=None)
            # Bounds above the total are as wrong as a number above it.
            over = all_of if indicator.snapshot else _REFUSED
            least.append(
                (text, f"CASE WHEN {low} <= {all_of} THEN {low} ELSE {over} END")
            )
            most.append((text, all_of if high is None else f"LEAST({high}, {all_of})"))
    return OutcomeSql(
        column=count,
        value=f"(CASE WHEN {nothing} THEN NULL {_when(count, least)} WHEN {right}"
        f" THEN {some} ELSE {_REFUSED} END)",
        most=f"(CASE WHEN {nothing} THEN NULL {_when(count, most)} ELSE {some} END)"
        if most
        else None,
        because=f"and '{total}' cannot be right together: both must be whole numbers"
        f" from 0 up, and '{count}' at most '{total}'",
        next_step="Correct the row, or check which column is the count of"
        f" '{indicator.label}' and which the total. What stands for a number that is"
        " held back is said in equity.toml, as in"
        ' [published] marks = { "-1" = "withheld" }.',
        wrong=partial(wrong_count, indicator),
        apart=nothing,
        apart_reason=f"no number in '{count}' or '{total}'",
        held=_held(marks, count, total),
        stands_for=all_of,
    )


def _shared(indicator: Indicator, percent: str, total: str, marks: Marks) -> OutcomeSql:
    """A published percentage of a published total: the counts that round to it."""
    all_of = published_number(total)
    text = f"REPLACE(REPLACE({text_of(percent)}, '%', ''), ',', '')"
    share = f"TRY_CAST(TRIM({text}) AS DOUBLE)"
    further = indicator.missing
    blurs, withheld = marks.get(percent, {}), tuple(marks.get(total, {}))
    nothing = (
        f"({_no_number(percent, blurs, further)} OR"
        f" {is_missing(total, (*further, *withheld))})"
    )
    hundred = indicator.hundred
    # The decimals that the row itself shows say how far the publisher rounded.
    decimals = f"LENGTH(REGEXP_EXTRACT({text}, '[.]([0-9]+)', 1))"
    half = f"(0.5 * POWER(10.0, -{decimals}))"
    in_share = f"{all_of} / {float(hundred)!r}"
    low = f"GREATEST(0, CEIL(({share} - {half}) * {in_share} - 1e-9))"
    high = f"LEAST({all_of}, FLOOR(({share} + {half}) * {in_share} + 1e-9))"
    nearest = f"LEAST({all_of}, ROUND({share} * {in_share}))"
    right = (
        f"{share} BETWEEN 0 AND {hundred} AND {all_of} >= 0"
        f" AND {all_of} = ROUND({all_of})"
    )
    least, most = [], []
    for written, mark in blurs.items():
        if not mark.withheld and mark.exact is None:
            continue
        bottom, top = share_bounds_sql(mark, all_of, hundred)
        beyond = mark.subject == "number" and (mark.low or 0) > hundred
        least.append((written, _REFUSED if beyond else bottom))
        most.append((written, top))
    return OutcomeSql(
        column=percent,
        value=f"(CASE WHEN {nothing} THEN NULL {_when(percent, least)} WHEN {right}"
        f" THEN CASE WHEN {low} <= {high} THEN {low} ELSE {nearest} END"
        f" ELSE {_REFUSED} END)",
        most=f"(CASE WHEN {nothing} THEN NULL {_when(percent, most)}"
        f" ELSE CASE WHEN {low} <= {high} THEN {high} ELSE {nearest} END END)",
        because=f"is not a percentage from 0 to {hundred} of a whole number in"
        f" '{total}'",
        next_step=f"Correct the row, or check that '{percent}' is the percentage and"
        f" '{total}' the number of students it is of.",
        wrong=partial(wrong_percent, indicator),
        apart=nothing,
        apart_reason=f"no number in '{percent}' or '{total}'",
        held=_held(marks, percent, total),
        stands_for=all_of,
    )


def share_bounds_sql(mark: Mark, students: str, hundred: int) -> tuple[str, str]:
    """The least and greatest count behind a blurred share, as SQL.

    ``<10`` without a percent sign may be of the students rather than of the share: for
    a group of fewer students than it says, nothing more is known.
    """
    least, greatest = share_limits(mark, hundred)
    ends = f"{least.sql(students)}, {greatest.sql(students)}"
    low = f"LEAST({students}, GREATEST(0, LEAST({ends})))"
    high = f"LEAST({students}, GREATEST(0, {ends}))"
    if mark.of_students_perhaps:
        limit = float(mark.high or mark.low or 0)
        low = f"CASE WHEN {students} < {limit!r} THEN 0 ELSE {low} END"
        high = f"CASE WHEN {students} < {limit!r} THEN {students} ELSE {high} END"
    return low, high


def _held(marks: Marks, *columns: str) -> str:
    """True where a mark in one of the columns says that a number is held back."""
    tests = [
        f"COALESCE({text_of(column)} IN ({_listed(tuple(texts))}), FALSE)"
        for column in columns
        if (texts := [t for t, mark in marks.get(column, {}).items() if mark.withheld])
    ]
    return f"({' OR '.join(tests)})" if tests else "FALSE"


def _no_number(column: str, blurs: Mapping[str, Mark], further: tuple[str, ...]) -> str:
    """True where a column has neither a number nor bounds of one."""
    bounded = {
        t for t, mark in blurs.items() if mark.withheld or mark.exact is not None
    }
    reserved = [text for text in blurs if text not in bounded]
    listed = [mark for mark in further if mark.strip().lower() not in bounded]
    return is_missing(column, (*listed, *reserved))


def _when(column: str, cases: Sequence[tuple[str, str]]) -> str:
    return " ".join(
        f"WHEN {text_of(column)} = {quote_value(text)} THEN {value}"
        for text, value in cases
    )


def _standing_for(indicator: Indicator, total: str) -> OutcomeSql:
    """Each row stands for ``total`` students who share the row's own outcome."""
    own = outcome_sql(replace(indicator, total=None))
    students, nothing = number_of(total), is_missing(total, indicator.missing)
    whole = f"COALESCE({students} >= 0 AND {students} = ROUND({students}), FALSE)"
    return replace(
        own,
        column=total,
        value=f"(CASE WHEN {nothing} THEN NULL WHEN {whole} THEN {own.value}"
        f" ELSE {_REFUSED} END)",
        because="must be a whole number of students from 0 up"
        + (f", and '{own.column}' {own.because}" if own.because else ""),
        apart=nothing,
        apart_reason=f"no number in '{total}'",
        stands_for=students,
    )


def _listed(values: tuple[str, ...]) -> str:
    folded = dict.fromkeys(value.strip().lower() for value in values)
    # A column of whole numbers that has gaps comes back from many tools as 0.0 and 1.0.
    whole = [value for value in folded if value.lstrip("+-").isdecimal()]
    folded |= {f"{value}.0": None for value in whole}
    return ", ".join(quote_value(value) for value in sorted(folded))


def _list_as_missing(indicator: Indicator) -> str:
    return (
        "Correct it; or, if it means 'no value', say so in equity.toml:"
        f' [indicators.{indicator.name}] missing = ["…"].'
    )
