"""The one scan: a GROUP BY over the records that gives the finest cells.

It is the only place above intake that reads students.  Rate counts are whole numbers;
sums of scores are added as fixed-point integers (powers of two), so that the same
records give the same sums to the last bit, in whatever order threads added them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from equitable.cube.axes import MOST_GROUPS, make_axis, merge_cells, too_fine
from equitable.cube.cells import Cells, Integers, Moments, Numbers
from equitable.cube.outcomes import (
    OutcomeSql,
    is_missing,
    number_of,
    outcome_sql,
    text_of,
)
from equitable.errors import InputError, QuestionError
from equitable.intake.source import Source
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import (
    Condition,
    Dimension,
    Indicator,
    LeftOut,
    Provenance,
)

MOST_CELLS: Final = 3_000_000
"""A scan that would give more cells than this is refused: memory stays bounded."""
# Powers of two that each sum is scaled by before it is rounded to a whole number: small
# enough for a billion rows of the largest value allowed, fine enough for the smallest.
_FIXED: Final = {
    "total": 2.0**48,
    "squares": 2.0**40,
    "weight": 2.0**60,
    "weight_squares": 2.0**60,
    "weighted_total": 2.0**44,
    "weighted_squares": 2.0**24,
}
_LARGEST_WEIGHT: Final = 1e6
_FLAG_TRUE: Final = "'1', '1.0', 'true', 't', 'yes', 'y', 'x'"


def scan(
    source: Source,
    *,
    indicators: Sequence[Indicator],
    dimensions: Sequence[Dimension],
    where: Condition | None = None,
    weight: str | None = None,
) -> Cells:
    """Read the records once and return the finest cells.

    Parameters
    ----------
    source
        An open source of records.
    indicators, dimensions
        What is computed and for whom.
    where
        Which rows to keep; the others are counted as left out.
    weight
        A column of sampling weights.

    Raises
    ------
    InputError
        Where a row's outcome cannot be right (with its place), or no row is left.
    QuestionError
        Where the dimensions would make more groups than can be read or kept.
    """
    if weight is not None and any(indicator.is_counts for indicator in indicators):
        raise QuestionError(
            "a table of counts cannot be weighted: its counts say how many students"
            " each row stands for",
            next_step="Leave out --weight.",
        )
    outcomes = [outcome_sql(indicator) for indicator in indicators]
    _refuse_doubled_rows(source, indicators)
    found = source.query(_sql(outcomes, indicators, dimensions, where, weight))
    if found.num_rows > MOST_CELLS:
        raise _too_many(found, dimensions)
    # The engine returns groups in any order; sums of floats are to be the same.
    found = found.sort_by([(name, "ascending") for name in _key_names(found)])
    kept = np.ones(found.num_rows, bool)
    left_out = list(source.left_out)
    rows = _integers(found, "rows")
    if where is not None:
        kept = found["kept"].to_numpy(zero_copy_only=False).astype(bool)
        left_out.append(
            LeftOut(reason=f"not: {where.text}", rows=int(rows[~kept].sum()))
        )
    _refuse(source, found, kept, outcomes, where, weight)
    left_out += _left_apart(found, kept, outcomes)
    if not rows[kept].sum():
        raise InputError(
            "no row meets the condition" if where else "there are no rows of students",
            file=source.name,
            next_step=f"The condition was: {where.text}." if where else "",
        )
    notes = list(source.notes)
    mask = pa.array(kept.tolist(), pa.bool_())
    axes, codes = [], np.zeros((int(kept.sum()), len(dimensions)), np.int64)
    for place, dimension in enumerate(dimensions):
        keys = found[f"key_{place}"].combine_chunks().filter(mask)
        axis, codes[:, place], said = make_axis(dimension, keys, rows[kept])
        axes.append(axis)
        notes += said
    group, codes = merge_cells(codes, axes)
    moments = {
        indicator.name: _moments(found, place, indicator, weight, kept).grouped(
            group, len(codes)
        )
        for place, indicator in enumerate(indicators)
    }
    students = np.zeros(len(codes), np.int64)
    np.add.at(students, group, rows[kept])
    return Cells(
        axes=tuple(axes),
        codes=codes,
        students=students,
        indicators=tuple(indicators),
        moments=moments,
        weighted=weight is not None,
        provenance=Provenance(
            files=source.files(),
            rows_read=int(rows.sum()),
            left_out=tuple(item for item in left_out if item.rows),
            views={d.name: d.view for d in dimensions if d.view},
            where=where.text if where else None,
            notes=tuple(notes),
        ),
    )


def _sql(
    outcomes: Sequence[OutcomeSql],
    indicators: Sequence[Indicator],
    dimensions: Sequence[Dimension],
    where: Condition | None,
    weight: str | None,
) -> str:
    inner, outer, keys = [], ["COUNT(*) AS rows"], []
    if where is not None:
        inner.append(f"COALESCE({where.sql}, FALSE) AS kept")
        keys.append("kept")
    for place, dimension in enumerate(dimensions):
        key = _key(dimension)
        # Rows that are not kept fall into one cell, so that they cost nothing.
        key = f"CASE WHEN {where.sql} THEN {key} END" if where else key
        inner.append(f"{key} AS key_{place}")
        keys.append(f"key_{place}")
    if weight is not None:
        inner.append(f"{number_of(weight)} AS w")
        outer.append(f"COUNT(*) FILTER ({_no_weight('w')}) AS unweighted")
    for i, (outcome, indicator) in enumerate(zip(outcomes, indicators, strict=True)):
        inner.append(f"{outcome.value} AS v{i}")
        if outcome.because:
            outer.append(f"COUNT(*) FILTER (ISNAN(v{i})) AS refused_{i}")
        if outcome.apart != "FALSE":
            inner.append(f"{outcome.apart} AS a{i}")
            outer.append(f"COUNT(*) FILTER (a{i}) AS apart_{i}")
        if outcome.stands_for is not None:
            inner.append(f"{outcome.stands_for} AS s{i}")
        left_apart = f" - COUNT(*) FILTER (a{i})" if outcome.apart != "FALSE" else ""
        outer += _sums(i, indicator, left_apart, weighted=weight is not None)
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    return (
        f"SELECT {', '.join([*keys, *outer])} FROM (SELECT {', '.join(inner)}"
        f" FROM records){group} LIMIT {MOST_CELLS + 1}"
    )


def _sums(i: int, indicator: Indicator, apart: str, *, weighted: bool) -> list[str]:
    value = f"v{i}"
    if indicator.count is not None:
        return [
            (
                f"CAST(COALESCE(SUM(s{i}) FILTER ({value} IS NOT NULL), 0) AS BIGINT)"
                f" AS n_{i}"
            ),
            f"CAST(0 AS BIGINT) AS missing_{i}",
            f"COALESCE(SUM({value}), 0) AS total_{i}",
            f"COALESCE(SUM({value}), 0) AS squares_{i}",
        ]
    if indicator.total is not None:
        students = f"COALESCE(s{i}, 0)"
        return [
            (
                f"CAST(COALESCE(SUM({students}) FILTER ({value} IS NOT NULL), 0)"
                f" AS BIGINT) AS n_{i}"
            ),
            (
                f"CAST(COALESCE(SUM({students}) FILTER ({value} IS NULL), 0) AS BIGINT)"
                f" AS missing_{i}"
            ),
            *_fixed_sums(i, f"{students} * {value}", f"{students} * {value} * {value}"),
        ]
    sums = [
        f"COUNT({value}) AS n_{i}",
        f"COUNT(*) - COUNT({value}){apart} AS missing_{i}",
    ]
    if indicator.is_rate:
        sums += [
            f"CAST(COUNT(*) FILTER ({value} = 1.0) AS DOUBLE) AS {name}_{i}"
            for name in ("total", "squares")
        ]
    else:
        sums += _fixed_sums(i, value, f"{value} * {value}")
    if weighted:
        sums += [
            f"{_fixed(name, expression)} FILTER ({value} IS NOT NULL) AS {name}_{i}"
            for name, expression in (
                ("weight", "w"),
                ("weight_squares", "w * w"),
                ("weighted_total", f"w * {value}"),
                ("weighted_squares", f"w * {value} * {value}"),
            )
        ]
    return sums


def _key_names(found: pa.Table) -> list[str]:
    return [name for name in found.column_names if name.startswith("key_")]


def _fixed_sums(i: int, total: str, squares: str) -> list[str]:
    return [
        f"{_fixed('total', total)} AS total_{i}",
        f"{_fixed('squares', squares)} AS squares_{i}",
    ]


def _fixed(name: str, expression: str) -> str:
    # A refused value ('nan') stops the scan afterwards; here it must not stop the sum.
    return f"SUM(TRY_CAST(ROUND({_FIXED[name]!r} * ({expression})) AS HUGEINT))"


def _key(dimension: Dimension) -> str:
    if dimension.form == "flags":
        return " || ".join(
            f"CASE WHEN {is_missing(column)} THEN '?'"
            f" WHEN {text_of(column)} IN ({_FLAG_TRUE}) THEN '1' ELSE '0' END"
            for column in dimension.columns
        )
    parts = [_text_key(column) for column in dimension.columns]
    if len(parts) == 1:
        return parts[0]
    return " || CHR(31) || ".join(f"COALESCE({part}, '')" for part in parts)


def _text_key(column: str) -> str:
    return f"CAST({quote_name(column)} AS VARCHAR)"


def _integers(found: pa.Table, name: str) -> Integers:
    values: Numbers = np.nan_to_num(found[name].to_numpy(zero_copy_only=False))
    return values.astype(np.int64)


def _numbers(found: pa.Table, name: str) -> Numbers:
    column = found[name].cast(pa.float64()).to_numpy(zero_copy_only=False)
    values: Numbers = np.nan_to_num(column.astype(np.float64))
    return values


def _moments(
    found: pa.Table,
    place: int,
    indicator: Indicator,
    weight: str | None,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> Moments:
    n = _integers(found, f"n_{place}")
    plain = _is_counted(indicator)
    total = _numbers(found, f"total_{place}") / (1 if plain else _FIXED["total"])
    squares = _numbers(found, f"squares_{place}") / (1 if plain else _FIXED["squares"])
    of_weights = {
        "weight": n.astype(np.float64),
        "weight_squares": n.astype(np.float64),
        "weighted_total": total,
        "weighted_squares": squares,
    }
    if weight is not None:
        of_weights = {
            name: _numbers(found, f"{name}_{place}") / _FIXED[name]
            for name in of_weights
        }
    return Moments(
        n=n,
        missing=_integers(found, f"missing_{place}"),
        total=total,
        squares=squares,
        **of_weights,
    ).take(kept)


def _is_counted(indicator: Indicator) -> bool:
    """Whether its sums come back as plain counts of students."""
    return indicator.count is not None or (
        indicator.is_rate and indicator.total is None
    )


def _refuse(
    source: Source,
    found: pa.Table,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    outcomes: Sequence[OutcomeSql],
    where: Condition | None,
    weight: str | None,
) -> None:
    asked = f"({where.sql}) AND " if where else ""
    for place, outcome in enumerate(outcomes):
        name = f"refused_{place}"
        number = int(_integers(found, name)[kept].sum()) if outcome.because else 0
        if not number:
            continue
        row = source.first_row(f"{asked}ISNAN({outcome.value})")
        value = _harmless(row.values.get(outcome.column)) if row else ""
        others = f" ({number - 1:,} more rows like it)" if number > 1 else ""
        raise InputError(
            f"{value}{outcome.because}{others}",
            file=row.file if row else source.name,
            row=row.row if row else None,
            column=outcome.column,
            next_step=outcome.next_step,
        )
    if weight is not None and _integers(found, "unweighted")[kept].sum():
        row = source.first_row(f"{asked}{_no_weight(number_of(weight))}")
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


def _no_weight(expression: str) -> str:
    return f"NOT COALESCE({expression} BETWEEN 0 AND {_LARGEST_WEIGHT!r}, FALSE)"


def _left_apart(
    found: pa.Table,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    outcomes: Sequence[OutcomeSql],
) -> list[LeftOut]:
    return [
        LeftOut(
            reason=outcome.apart_reason,
            rows=int(_integers(found, f"apart_{place}")[kept].sum()),
        )
        for place, outcome in enumerate(outcomes)
        if outcome.apart != "FALSE"
    ]


def _refuse_doubled_rows(source: Source, indicators: Sequence[Indicator]) -> None:
    """In a table of counts, a group that stands there twice would be counted twice."""
    numbers = {
        column
        for indicator in indicators
        for column in (indicator.count, indicator.total)
        if column and indicator.count
    }
    if not numbers:
        return
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


def _too_many(found: pa.Table, dimensions: Sequence[Dimension]) -> QuestionError:
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
