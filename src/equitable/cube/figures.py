"""Published figures in a scan: each group's own average, and what stands beside it.

A row is a group's average or percentage and no student.  Its standard error, the
standard deviation and the number of students are read in the same scan, so that the
four of one group are found in the same place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import MISSING_TOKENS, Figures, Indicator, Kind

if TYPE_CHECKING:
    from equitable.intake.published.blurs import Mark

Beside: TypeAlias = Literal["error", "deviation", "students"]
BESIDE: Final[tuple[Beside, ...]] = ("error", "deviation", "students")
_MOST: Final = 1e9


def beside(indicator: Indicator, what: Beside) -> str | None:
    """The name that the moments of a further figure have; ``None`` without a column."""
    own = indicator.figures
    return f"{indicator.name}\x1f{what}" if own and getattr(own, what) else None


def is_figure(indicator: Indicator) -> bool:
    """Whether its value is a row's own number, and no rule about that number."""
    return indicator.figures is not None and not (
        indicator.condition
        or indicator.true_values
        or indicator.at_least is not None
        or indicator.threshold is not None
    )


def to_scan(indicators: Sequence[Indicator]) -> list[Indicator]:
    """What is read of each row: the indicators, then what stands beside their figures.

    A published percentage is one number of a group, and is added up as such.
    """
    read = [
        replace(one, kind=Kind.MEAN) if is_figure(one) else one for one in indicators
    ]
    for one in indicators:
        for what in BESIDE:
            name = beside(one, what)
            column = getattr(one.figures, what) if one.figures else None
            if name is None or column is None:
                continue
            # A number of students is no percentage.
            hundred = one.hundred if one.is_rate and what != "students" else 1
            read.append(
                Indicator(
                    name=name,
                    label=column,
                    kind=Kind.MEAN,
                    column=column,
                    hundred=hundred,
                    missing=one.missing,
                    bounded=True,
                    figures=Figures(),
                )
            )
    return read


def figure_sql(indicator: Indicator, marks: Mapping[str, Mark]) -> tuple[str, str, str]:
    """SQL of a row's figure, of its being right, and what it is where it is not.

    A publisher's mark (``‡``, ``<5``) is no figure: of an average nothing can be
    worked out from it.
    """
    column = indicator.column or indicator.name
    text = f"LOWER(TRIM(CAST({quote_name(column)} AS VARCHAR)))"
    bare = f"TRIM(REPLACE({text}, '%', ''))"
    grouped = f"REGEXP_FULL_MATCH({bare}, '[0-9]{{1,3}}(,[0-9]{{3}})+([.][0-9]+)?')"
    number = (
        f"COALESCE(TRY_CAST({bare} AS DOUBLE), CASE WHEN {grouped} THEN"
        f" TRY_CAST(REPLACE({bare}, ',', '') AS DOUBLE) END)"
    )
    nothing = {*MISSING_TOKENS, *(one.strip().casefold() for one in indicator.missing)}
    listed = ", ".join(quote_value(one) for one in sorted({*nothing, *marks}))
    right, because = f"ABS({number}) <= {_MOST!r}", "is not a number"
    whole = indicator.hundred
    if indicator.bounded:
        right, because = (
            f"{number} BETWEEN 0 AND {_MOST!r}",
            "is not a number from 0 up",
        )
    elif whole > 1:
        right = f"{number} BETWEEN 0 AND {whole}"
        because = f"is not a percentage from 0 to {whole}"
    value = f"{number} / {float(whole)!r}" if whole > 1 else number
    sql = (
        f"(CASE WHEN {text} IS NULL OR {text} IN ({listed}) THEN NULL"
        f" WHEN {right} THEN {value} ELSE CAST('nan' AS DOUBLE) END)"
    )
    return sql, column, because
