"""What a scan refuses: rows that cannot be right, and questions too fine to keep."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from equitable.cube.axes import MOST_GROUPS, too_fine, values_of
from equitable.cube.outcomes import OutcomeSql, number_of
from equitable.errors import InputError, QuestionError
from equitable.intake.published.tables import Published, numbers_of
from equitable.intake.source import Source
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import Condition, Dimension, Indicator

MOST_CELLS: Final = 3_000_000
"""A scan that would give more cells than this is refused: memory stays bounded."""
_LARGEST_WEIGHT: Final = 1e6


def refuse_rows(
    source: Source,
    found: pa.Table,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    outcomes: Sequence[OutcomeSql],
    where: Condition | None,
    weight: str | None,
) -> None:
    """Stop at rows whose outcome or weight cannot be right, naming the first.

    ``found`` are the groups of the scan and ``kept`` those that meet ``where``.
    """
    asked = f"({where.sql}) AND " if where else ""
    for place, outcome in enumerate(outcomes):
        if not outcome.because:
            continue
        refused = values_of(found[f"refused_{place}"], pa.int64())[kept]
        number = int(refused.sum())
        if not number:
            continue
        row = source.first_row(f"{asked}ISNAN({outcome.value})")
        wrong = outcome.wrong(row.values) if row and outcome.wrong else None
        told = wrong or outcome
        value = _harmless(row.values.get(told.column)) if row else ""
        more = f" ({number - 1:,} more rows cannot be right)" if wrong else ""
        others = more or f" ({number - 1:,} more rows like it)"
        raise InputError(
            f"{value or 'this '}{told.because}{others if number > 1 else ''}",
            file=row.file if row else source.name,
            row=row.row if row else None,
            column=told.column,
            next_step=told.next_step,
        )
    if weight is not None and values_of(found["unweighted"], pa.int64())[kept].sum():
        row = source.first_row(f"{asked}{no_weight(number_of(weight))}")
        raise InputError(
            "has no weight (a number from 0 to a million)",
            file=row.file if row else source.name,
            row=row.row if row else None,
            column=weight,
            next_step="Give every row a weight, or leave such rows out with --where.",
        )


def _harmless(value: object) -> str:
    """The value, if it cannot be a name: with at most three letters, and short."""
    text = str(value if value is not None else "").strip()
    letters = sum(character.isalpha() for character in text)
    return f"'{text}' " if text and letters <= 3 and len(text) <= 12 else ""


def no_weight(expression: str) -> str:
    """True where a weight is none that can be used."""
    return f"NOT COALESCE({expression} BETWEEN 0 AND {_LARGEST_WEIGHT!r}, FALSE)"


def refuse_doubled_rows(source: Source, indicators: Sequence[Indicator]) -> None:
    """In a table of counts, a group that stands there twice would be counted twice."""
    numbers = {
        column
        for indicator in indicators
        for column in (indicator.count, indicator.total)
        if column and indicator.count
    }
    if not numbers:
        return
    if isinstance(source.rewritten_as, Published):
        numbers |= {*numbers_of(source.rewritten_as)}
    derived = re.compile(r"(?i)(^|[^a-z])(pct|percent|percentage|rate|share|%)")
    named = [
        column.name
        for column in source.columns
        if column.name not in numbers and not derived.search(column.name)
    ]
    if not named:
        return
    keys = [
        f"LOWER(TRIM(COALESCE(CAST({quote_name(name)} AS VARCHAR), '')))"
        for name in named
    ]
    doubled = source.query(
        f"SELECT {', '.join(f'{key} AS k{i}' for i, key in enumerate(keys))}"
        f" FROM records GROUP BY ALL HAVING COUNT(*) > 1 LIMIT 1"
    ).to_pylist()
    if not doubled:
        return
    same = " AND ".join(
        f"{key} = {quote_value(str(doubled[0][f'k{i}']))}" for i, key in enumerate(keys)
    )
    row = source.first_row(same)
    raise InputError(
        "the same group stands in two rows, with nothing to tell them apart"
        f" ({', '.join(named[:4])})",
        file=row.file if row else source.name,
        row=row.row if row else None,
        next_step="Remove one, or add the column that tells them apart"
        " (a school, a year): a group must not be counted twice.",
    )


def too_many(found: pa.Table, dimensions: Sequence[Dimension]) -> QuestionError:
    """The refusal of dimensions that together make more groups than are kept."""
    sizes = {
        dimension.name: len(found[f"key_{place}"].unique())
        for place, dimension in enumerate(dimensions)
    }
    finest = max(sizes, key=lambda name: sizes[name])
    if sizes[finest] > MOST_GROUPS:
        return too_fine(finest, sizes[finest])
    return QuestionError(
        f"these dimensions make more than {MOST_CELLS:,} groups",
        next_step=f"Ask for fewer at once; '{finest}' is the finest with"
        f" {sizes[finest]:,}.",
    )
