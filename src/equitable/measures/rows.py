"""From arrays to the rows of a result: names, plain numbers, and reasons for none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from equitable.cube.cells import Integers, Numbers
from equitable.measures import indices as california
from equitable.measures.against import Answer, Stratified
from equitable.measures.reasons import reasons
from equitable.measures.references import best_rows, by_stratum
from equitable.measures.results import GapRow, Index, Indices, Reference
from equitable.measures.shrinkage import beta_binomial, normal_normal
from equitable.vocabulary import Direction, Figure, Indicator, Verdict

if TYPE_CHECKING:
    from equitable.measures.question import Question


def figure(value: float) -> Figure:
    """A number as results have it: ``None`` where it cannot be given."""
    return float(value) if np.isfinite(value) else None


def make_rows(
    answers: Sequence[Answer],
    q: Numbers,
    found: Sequence[Verdict],
    indicator: Indicator,
    question: Question,
) -> tuple[GapRow, ...]:
    """The rows of every table, in order."""
    rows: list[GapRow] = []
    for answer in answers:
        start = len(rows)
        rows += _rows_of(
            answer,
            q[start : start + len(answer.own)],
            found[start : start + len(answer.own)],
            indicator,
            question,
        )
    return tuple(rows)


def _rows_of(
    answer: Answer,
    q: Numbers,
    found: Sequence[Verdict],
    indicator: Indicator,
    question: Question,
) -> list[GapRow]:
    table, compared = answer.table, answer.compared
    is_rate, how = indicator.is_rate, question.interval
    low, high = table.group.interval(
        is_rate=is_rate,
        confidence=question.confidence,
        how=how,
    )
    least = 1 if question.internal else question.min_n
    shrunken = _shrunken(table, is_rate=is_rate, min_n=least)
    references = make_references(answer, is_rate=is_rate, question=question)
    best = _best(table, indicator, question.highest_min_n)
    rows = []
    for i in range(len(table.places)):
        group, within = table.named(i)
        fixed, moving = (
            _to_parity(answer, i, indicator) if not answer.own[i] else (None, None)
        )
        row = GapRow(
            group=group,
            within=within,
            n=int(table.group.students[i]),
            missing=int(table.group.missing[i]),
            effective_n=figure(table.group.n[i]) if table.group.students[i] else None,
            count=round(table.group.count[i]) if is_rate else None,
            value=figure(table.group.value[i]),
            low=figure(low[i]),
            high=figure(high[i]),
            shrunken=figure(shrunken[i]),
            reference=references[i],
            difference=figure(compared.difference[i]),
            difference_low=figure(compared.difference_low[i]),
            difference_high=figure(compared.difference_high[i]),
            ratio=figure(compared.ratio[i]),
            ratio_low=figure(compared.ratio_low[i]),
            ratio_high=figure(compared.ratio_high[i]),
            odds_ratio=figure(compared.odds_ratio[i]),
            odds_ratio_low=figure(compared.odds_ratio_low[i]),
            odds_ratio_high=figure(compared.odds_ratio_high[i]),
            standardised=figure(compared.standardised[i]),
            hedges_g=figure(compared.hedges_g[i]),
            parity_fixed=fixed,
            parity_moving=moving,
            detectable=figure(compared.detectable[i]),
            p=figure(compared.p[i]),
            q=figure(q[i]),
            verdict=None if answer.own[i] else found[i],
            indices=(
                _indices(answer, i, indicator, best, question)
                if question.indices and is_rate and not table.weighted
                else None
            ),
            reason=_reason(answer, i, is_rate=is_rate),
        )
        why = reasons(row, answer, i, indicator, question)
        rows.append(replace(row, reasons=why))
    return rows


def _shrunken(table: Stratified, *, is_rate: bool, min_n: int) -> Numbers:
    """Empirical Bayes within each stratum, from groups large enough to be shown."""
    shrunken = np.full(len(table.places), np.nan)
    usable = (table.group.students >= min_n) & ~table.hidden
    for here in by_stratum(table.stratum, usable):
        group = table.group.take(here)
        shrunken[here] = (
            beta_binomial(group.successes, group.n)
            if is_rate
            else normal_normal(group.n, group.value, group.squares)
        )
    return shrunken


def make_references(
    answer: Answer, *, is_rate: bool, question: Question
) -> list[Reference]:
    """Each row's reference with its own figures."""
    rows = len(answer.own)
    if answer.reference is None:
        return [Reference(kind="number", value=answer.number)] * rows
    level = answer.reference
    low, high = level.interval(
        is_rate=is_rate, confidence=question.confidence, how=question.interval
    )
    references = []
    for i in range(rows):
        named = answer.kind not in {"rest", "overall"}
        if named and answer.row[i] < 0:
            references.append(Reference(kind=answer.kind))
            continue
        references.append(
            Reference(
                kind=answer.kind,
                group=answer.table.named(int(answer.row[i]))[0] if named else None,
                n=int(level.students[i]),
                value=figure(level.value[i]),
                low=figure(low[i]),
                high=figure(high[i]),
            )
        )
    return references


def _reference_rate(answer: Answer, i: int) -> Fraction | None:
    """The reference's rate as an exact fraction."""
    if answer.number is not None:
        return Fraction(str(answer.number))
    level = answer.reference
    named = answer.kind not in {"rest", "overall"}
    if level is None or not level.students[i] or (named and answer.row[i] < 0):
        return None
    return Fraction(round(level.count[i]), int(level.students[i]))


def _to_parity(
    answer: Answer, i: int, indicator: Indicator
) -> tuple[int | None, int | None]:
    table = answer.table
    n = int(table.group.students[i])
    reference = _reference_rate(answer, i)
    if not indicator.is_rate or table.weighted or not n or reference is None:
        return None, None
    count = round(table.group.count[i])
    fixed = california.students_to_parity_fixed(
        count, n, reference, indicator.direction
    )
    if answer.kind != "overall":
        return fixed, None
    moving = california.students_to_parity_moving(
        count,
        n,
        round(table.everyone.count[i]),
        int(table.everyone.students[i]),
        indicator.direction,
    )
    return fixed, moving


def _best(table: Stratified, indicator: Indicator, least: int) -> Integers:
    """Each row's best group of its stratum: the 80 % index's reference."""
    sign = 1 if indicator.direction is Direction.HIGHER else -1
    return best_rows(
        sign * table.group.value,
        table.group.students,
        table.stratum,
        table.reported()
        & (table.group.students >= least)
        & np.isfinite(table.group.value)
        & ~table.hidden,
    )


def _indices(
    answer: Answer, i: int, indicator: Indicator, best: Integers, question: Question
) -> Indices | None:
    table = answer.table
    n = int(table.group.students[i])
    reference = _reference_rate(answer, i)
    if not n or reference is None:
        return None
    count = round(table.group.count[i])
    direction = indicator.direction
    ppg = california.percentage_point_gap(
        count, n, reference, direction, spread=question.ppg_margin
    )
    overlapping = any(axis.dimension.overlapping for axis in table.axes)
    proportion = Index()
    if not overlapping:
        proportion = _index(
            california.proportionality(
                count,
                n,
                round(table.everyone.count[i]),
                int(table.everyone.students[i]),
                direction,
            )
        )
    eighty = Index()
    if best[i] >= 0:
        top = int(best[i])
        highest = Fraction(
            round(table.group.count[top]), int(table.group.students[top])
        )
        eighty = _index(california.eighty_percent(count, n, highest, direction))
    return Indices(
        ppg=_index(ppg),
        proportionality=proportion,
        eighty_percent=eighty,
    )


def _index(found: california.IndexFound) -> Index:
    return Index(
        value=found.value,
        moe=found.moe,
        flagged=found.flagged,
        needed=found.needed,
        parity=found.parity,
    )


def _reason(answer: Answer, i: int, *, is_rate: bool) -> str | None:
    group = answer.table.group
    if not group.students[i]:
        return "no student with a known outcome" if group.missing[i] else "no students"
    if answer.own[i]:
        return None
    named = answer.kind not in {"rest", "overall", "number"}
    if named and answer.row[i] < 0:
        return f"no group here can be the reference '{answer.kind}'"
    if answer.reference is not None and not answer.reference.students[i]:
        return "nobody to compare with"
    if np.isnan(answer.compared.ratio[i]):
        if is_rate:
            return "no ratio: the reference's rate is 0"
        return "no ratio of values that are not both above 0"
    return None
