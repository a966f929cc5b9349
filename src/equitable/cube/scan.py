"""The one scan: a GROUP BY over the records that gives the finest cells.

It is the only place above intake that reads students.  Rate counts are whole numbers;
sums of scores are added as fixed-point integers (powers of two), so that the same
records give the same sums to the last bit, in whatever order threads added them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pyarrow as pa

from equitable.cube.axes import (
    make_axis,
    mask_of,
    merge_cells,
    values_of,
)
from equitable.cube.cells import Cells, Integers, Moments, Numbers
from equitable.cube.figures import to_scan
from equitable.cube.outcomes import (
    OutcomeSql,
    is_missing,
    number_of,
    outcome_sql,
    text_of,
)
from equitable.cube.precision import OF_RATES, PLAIN, Precision, finer
from equitable.cube.refusals import (
    MOST_CELLS,
    no_weight,
    refuse_doubled_rows,
    refuse_rows,
    too_many,
)
from equitable.errors import InputError, QuestionError
from equitable.intake.profile import yes_sql
from equitable.intake.published.marks import read_marks
from equitable.intake.source import Source
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import (
    Condition,
    Dimension,
    Indicator,
    LeftOut,
    Provenance,
)


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
    asked_for, indicators = indicators, to_scan(indicators)
    outcomes = [
        outcome_sql(indicator, read_marks(source, indicator))
        for indicator in indicators
    ]
    refuse_doubled_rows(source, indicators)
    asked = (outcomes, indicators, dimensions, where, weight)
    precision = [_plain(indicator) for indicator in indicators]
    found = source.query(_sql(*asked, precision))
    if found.num_rows > MOST_CELLS:
        raise too_many(found, dimensions)
    found = _in_order(found)
    kept = np.ones(found.num_rows, bool)
    left_out = list(source.left_out)
    rows = _integers(found, "rows")
    if where is not None:
        kept = values_of(found["kept"], pa.int8()).astype(bool)
        left_out.append(
            LeftOut(
                reason=f"not: {where.text}",
                rows=int(rows[~kept].sum()),
                students=True,
            )
        )
    refuse_rows(source, found, kept, outcomes, where, weight)
    left_out += _left_apart(found, kept, outcomes)
    lost = [
        place
        for place, indicator in enumerate(indicators)
        if _moments(found, place, indicator, weight, kept, precision[place]).blurred(
            weighted=weight is not None
        )
    ]
    if lost:
        precision = _finer(source, found, kept, lost, asked)
        found = _in_order(source.query(_sql(*asked, precision)))
    if not rows[kept].sum():
        raise InputError(
            "no row meets the condition" if where else "there are no rows of students",
            file=source.name,
            next_step=f"The condition was: {where.text}." if where else "",
        )
    notes = list(source.notes)
    mask = mask_of(kept)
    axes, codes = [], np.zeros((int(kept.sum()), len(dimensions)), np.int64)
    for place, dimension in enumerate(dimensions):
        keys = found[f"key_{place}"].combine_chunks().filter(mask)
        axis, codes[:, place], said = make_axis(dimension, keys, rows[kept])
        axes.append(axis)
        notes += said
    group, codes = merge_cells(codes, axes)
    moments = {
        indicator.name: _moments(
            found, place, indicator, weight, kept, precision[place]
        ).grouped(group, len(codes))
        for place, indicator in enumerate(indicators)
    }
    lacking, held = (
        {
            indicator.name: _added(_integers(found, name)[kept], group, len(codes))
            for place, indicator in enumerate(indicators)
            if indicator.is_counts
            and (name := f"{which}_{place}") in found.column_names
        }
        for which in ("apart", "held")
    )
    students = np.zeros(len(codes), np.int64)
    np.add.at(students, group, rows[kept])
    return Cells(
        axes=tuple(axes),
        codes=codes,
        students=students,
        indicators=tuple(asked_for),
        moments=moments,
        weighted=weight is not None,
        weight=weight,
        lacking=lacking,
        held=held,
        provenance=Provenance(
            files=source.files(),
            **rows_of(source, int(rows.sum())),
            left_out=tuple(item for item in left_out if item.rows),
            views={d.name: d.view for d in dimensions if d.view},
            where=where.text if where else None,
            notes=tuple(notes),
        ),
    )


class RowsOf(TypedDict):
    """How many rows were read, for `Provenance`."""

    rows_read: int
    counts_read: int | None


def rows_of(source: Source, records: int) -> RowsOf:
    """The rows of the files; and how many counts they were read as."""
    each = source.records_a_row
    return RowsOf(rows_read=records // each, counts_read=records if each > 1 else None)


def _sql(
    outcomes: Sequence[OutcomeSql],
    indicators: Sequence[Indicator],
    dimensions: Sequence[Dimension],
    where: Condition | None,
    weight: str | None,
    precision: Sequence[Precision],
) -> str:
    inner, keys = _columns(outcomes, dimensions, where, weight)
    outer = ["COUNT(*) AS rows"]
    if weight is not None:
        outer.append(f"COUNT(*) FILTER ({no_weight('w')}) AS unweighted")
    for i, (outcome, indicator) in enumerate(zip(outcomes, indicators, strict=True)):
        if outcome.because:
            outer.append(f"COUNT(*) FILTER (ISNAN(v{i})) AS refused_{i}")
        left_apart = ""
        if outcome.apart != "FALSE":
            outer.append(f"COUNT(*) FILTER (a{i}) AS apart_{i}")
            left_apart = f" - COUNT(*) FILTER (a{i})"
        if outcome.held != "FALSE":
            outer.append(f"COUNT(*) FILTER (h{i}) AS held_{i}")
        outer += _sums(
            i, indicator, left_apart, precision[i], weighted=weight is not None
        )
        if outcome.most is not None:
            outer.append(f"COALESCE(SUM(m{i} - v{i}), 0) AS spare_{i}")
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    return (
        f"SELECT {', '.join([*keys, *outer])} FROM (SELECT {', '.join(inner)}"
        f" FROM records){group} LIMIT {MOST_CELLS + 1}"
    )


def _columns(
    outcomes: Sequence[OutcomeSql],
    dimensions: Sequence[Dimension],
    where: Condition | None,
    weight: str | None,
) -> tuple[list[str], list[str]]:
    """What is read of each row, and by which of it rows are grouped."""
    inner, keys = [], []
    if where is not None:
        inner.append(f"COALESCE({where.sql}, FALSE) AS kept")
        keys.append("kept")
    for place, dimension in enumerate(dimensions):
        key = key_sql(dimension)
        # Rows that are not kept fall into one cell, so that they cost nothing.
        key = f"CASE WHEN {where.sql} THEN {key} END" if where else key
        inner.append(f"{key} AS key_{place}")
        keys.append(f"key_{place}")
    if weight is not None:
        inner.append(f"{number_of(weight)} AS w")
    for i, outcome in enumerate(outcomes):
        inner.append(f"{outcome.value} AS v{i}")
        if outcome.apart != "FALSE":
            inner.append(f"{outcome.apart} AS a{i}")
        if outcome.held != "FALSE":
            inner.append(f"({outcome.apart} AND {outcome.held}) AS h{i}")
        if outcome.stands_for is not None:
            inner.append(f"{outcome.stands_for} AS s{i}")
        if outcome.most is not None:
            inner.append(f"{outcome.most} AS m{i}")
    return inner, keys


def _sums(
    i: int, indicator: Indicator, apart: str, precision: Precision, *, weighted: bool
) -> list[str]:
    value, fixed = f"v{i}", precision.fixed
    y, w = precision.outcome(value), precision.weight("w")
    if indicator.count is not None or indicator.percent is not None:
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
            f"{fixed('total', f'{students} * {y}')} AS total_{i}",
            f"{fixed('squares', f'{students} * {y} * {y}')} AS squares_{i}",
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
        sums.append(f"{fixed('total', y)} AS total_{i}")
        sums.append(f"{fixed('squares', f'{y} * {y}')} AS squares_{i}")
    if weighted:
        sums += [
            f"{fixed(name, expression)} FILTER ({value} IS NOT NULL) AS {name}_{i}"
            for name, expression in (
                ("weight", w),
                ("weight_squares", f"{w} * {w}"),
                ("weighted_total", f"{w} * {y}"),
                ("weighted_squares", f"{w} * {y} * {y}"),
            )
        ]
    return sums


def _key_names(found: pa.Table) -> list[str]:
    return [name for name in found.column_names if name.startswith("key_")]


def _plain(indicator: Indicator) -> Precision:
    return OF_RATES if indicator.is_rate else PLAIN


def _in_order(found: pa.Table) -> pa.Table:
    # The engine returns groups in any order; sums of floats are to be the same.
    return found.sort_by([(name, "ascending") for name in _key_names(found)])


def key_sql(dimension: Dimension) -> str:
    """SQL for what a row says of a dimension, as ``classify`` is to read it."""
    if dimension.form == "part":
        told = f"REGEXP_REPLACE({text_of(dimension.columns[0])}, '\\s+', ' ', 'g')"
        listed = ", ".join(quote_value(total) for total in dimension.totals)
        everyone = quote_value(dimension.totals[0])
        return f"CASE WHEN {told} IN ({listed}) THEN {everyone} ELSE 'part' END"
    if dimension.condition is not None:
        # A row of which it is not known does not meet it, as where it is asked alone.
        return f"CASE WHEN {dimension.condition.sql} THEN '1' ELSE '0' END"
    if dimension.form == "flags":
        return " || ".join(
            f"CASE WHEN {is_missing(column)} THEN '?'"
            f" WHEN {text_of(column)} IN ({yes_sql()}) THEN '1' ELSE '0' END"
            for column in dimension.columns
        )
    parts = [_text_key(column) for column in dimension.columns]
    if len(parts) == 1:
        return parts[0]
    return " || CHR(31) || ".join(f"COALESCE({part}, '')" for part in parts)


def _added(values: Integers, group: Integers, groups: int) -> Integers:
    """Sums over the entries of each group."""
    found = np.zeros(groups, np.int64)
    np.add.at(found, group, values)
    return found


def _text_key(column: str) -> str:
    return f"CAST({quote_name(column)} AS VARCHAR)"


def _integers(found: pa.Table, name: str) -> Integers:
    return values_of(found[name], pa.int64()).astype(np.int64)


def _numbers(found: pa.Table, name: str) -> Numbers:
    column = values_of(found[name], pa.float64()).astype(np.float64)
    values: Numbers = np.nan_to_num(column)
    return values


def _moments(
    found: pa.Table,
    place: int,
    indicator: Indicator,
    weight: str | None,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    precision: Precision,
) -> Moments:
    n = _integers(found, f"n_{place}")
    sums = {name: _numbers(found, f"{name}_{place}") for name in ("total", "squares")}
    if not _is_counted(indicator):
        sums = {name: precision.read(name, held) for name, held in sums.items()}
    of_weights = {
        "weight": n.astype(np.float64),
        "weight_squares": n.astype(np.float64),
        "weighted_total": sums["total"],
        "weighted_squares": sums["squares"],
    }
    if weight is not None:
        of_weights = {
            name: precision.read(name, _numbers(found, f"{name}_{place}"))
            for name in of_weights
        }
    return Moments(
        n=n,
        missing=_integers(found, f"missing_{place}"),
        **sums,
        **of_weights,
        spare=(
            _numbers(found, f"spare_{place}")
            if f"spare_{place}" in found.column_names
            else np.zeros(len(n))
        ),
        pivot=precision.pivot,
        grain=precision.grain("squares"),
        weighted_grain=precision.grain("weighted_squares"),
    ).take(kept)


def _finer(
    source: Source,
    found: pa.Table,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    lost: Sequence[int],
    asked: tuple[
        Sequence[OutcomeSql],
        Sequence[Indicator],
        Sequence[Dimension],
        Condition | None,
        str | None,
    ],
) -> list[Precision]:
    """Where digits were lost, sums about the mean and in units of the spread."""
    outcomes, indicators, dimensions, where, weight = asked
    inner, _ = _columns(outcomes, dimensions, where, weight)
    only = " FILTER (kept)" if where is not None else ""
    wanted = [f"MAX(w){only} AS w"] if weight is not None else []
    for i in lost:
        wanted += [f"MIN(v{i}){only} AS low_{i}", f"MAX(v{i}){only} AS high_{i}"]
    limits = source.query(
        f"SELECT {', '.join(wanted)} FROM (SELECT {', '.join(inner)} FROM records)"
    ).to_pylist()[0]
    precision = [_plain(indicator) for indicator in indicators]
    for i in lost:
        moments = _moments(found, i, indicators[i], weight, kept, precision[i])
        counted = indicators[i].is_rate
        precision[i] = finer(
            # Of a rate only the weights want a unit of their own.
            0.0 if counted else float(moments.total.sum() / moments.n.sum()),
            (0.0, 1.0) if counted else (limits[f"low_{i}"], limits[f"high_{i}"]),
            limits["w"] if weight is not None else None,
        )
    return precision


def _is_counted(indicator: Indicator) -> bool:
    """Whether its sums come back as plain counts of students."""
    published = indicator.count is not None or indicator.percent is not None
    return published or (indicator.is_rate and indicator.total is None)


def _left_apart(
    found: pa.Table,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
    outcomes: Sequence[OutcomeSql],
) -> list[LeftOut]:
    return [
        LeftOut(
            reason=outcome.apart_reason,
            rows=int(_integers(found, f"apart_{place}")[kept].sum()),
            students=True,
        )
        for place, outcome in enumerate(outcomes)
        if outcome.apart != "FALSE"
    ]
