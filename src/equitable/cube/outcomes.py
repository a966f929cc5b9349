"""From an indicator's definition to SQL: each row's outcome, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from equitable.intake.names import yes_words
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import MISSING_TOKENS, Indicator, Kind

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
    apart: str = "FALSE"
    apart_reason: str = ""
    stands_for: str | None = None
    """How many students the row stands for (a table of counts), else 1."""


def text_of(column: str) -> str:
    """A column's value as trimmed, lower-case text."""
    return f"LOWER(TRIM(CAST({quote_name(column)} AS VARCHAR)))"


def number_of(column: str) -> str:
    """A column's value as a number, or null where it is none or beyond a billion."""
    cast = f"TRY_CAST(TRIM(CAST({quote_name(column)} AS VARCHAR)) AS DOUBLE)"
    return f"(CASE WHEN ABS({cast}) <= 1e9 THEN {cast} END)"


def is_missing(column: str, further: tuple[str, ...] = ()) -> str:
    """True where a column has no value, in any of the ways that files write it."""
    text = text_of(column)
    return f"({text} IS NULL OR {text} IN ({_listed((*MISSING_TOKENS, *further))}))"


def outcome_sql(indicator: Indicator) -> OutcomeSql:
    """The SQL of an indicator's outcome for one row."""
    if indicator.count is not None:
        return _counted(indicator, indicator.count, indicator.total or "")
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


def _counted(indicator: Indicator, count: str, total: str) -> OutcomeSql:
    some, all_of = number_of(count), number_of(total)
    further = indicator.missing
    nothing = f"({is_missing(count, further)} OR {is_missing(total, further)})"
    right = (
        f"{some} >= 0 AND {some} = ROUND({some}) AND {all_of} = ROUND({all_of})"
        f" AND {some} <= {all_of}"
    )
    return OutcomeSql(
        column=count,
        value=f"(CASE WHEN {nothing} THEN NULL WHEN {right} THEN {some}"
        f" ELSE {_REFUSED} END)",
        because=f"and '{total}' cannot be right together: both must be whole numbers"
        f" from 0 up, and '{count}' at most '{total}'",
        next_step="Correct the row, or check which column is the count of"
        f" '{indicator.label}' and which the total.",
        apart=nothing,
        apart_reason=f"no number in '{count}' or '{total}'",
        stands_for=all_of,
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
