"""Gaps within strata, pooled over them: like compared with like.

Rates by Mantel and Haenszel (the difference with Sato's variance, the odds ratio with
Robins, Breslow and Greenland's), means weighted by n1 n2 / (n1 + n2).  The raw gap
stands beside the pooled one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Integers, Numbers
from equitable.measures import against
from equitable.measures.against import Answer, Stratified
from equitable.measures.comparison import Comparison, verdicts
from equitable.measures.multiplicity import adjust
from equitable.measures.pooled import (
    mantel_haenszel_difference,
    mantel_haenszel_odds_ratio,
    pooled_mean_difference,
)
from equitable.measures.references import ReferenceChoice
from equitable.measures.results import PooledRow
from equitable.measures.rows import figure, make_references
from equitable.vocabulary import Direction, Indicator, Verdict

if TYPE_CHECKING:
    from equitable.measures.question import Question

_RATES = (
    "Mantel-Haenszel; difference with Sato's variance, or score limits where few are"
    " counted"
)
_CHOSEN = "; against the rest, as 'highest' is chosen from the same data"
_MEANS = "difference of means weighted by n1 n2 / (n1 + n2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pooled:
    """The pooled figures of one table's groups; NaN for the reference's own row."""

    raw: Answer
    difference: Numbers
    low: Numbers
    high: Numbers
    p: Numbers
    used: Integers
    strata: Integers
    odds: tuple[Numbers, Numbers, Numbers]


def pooled_rows(
    stratified: Sequence[Stratified],
    plain: Sequence[Stratified],
    choice: ReferenceChoice,
    indicator: Indicator,
    question: Question,
    *,
    raw_judged: Sequence[Verdict] | None = None,
) -> tuple[PooledRow, ...]:
    """One row for every group of the plain tables, in their order.

    A fixed number or 'overall' cannot be pooled like for like, and no pooled p allows
    for 'highest' being chosen from the same data; 'rest' stands in, and the row's
    reference (of 'highest', its method too) says so.  'largest' means the group that
    is so over all strata.
    """
    told = choice.kind not in {"number", "highest"}
    chosen = choice.kind == "highest"
    if choice.kind in {"overall", "number", "highest"}:
        choice = ReferenceChoice(kind="rest")
    found = [
        _pool(inner, outer, choice, indicator, question, told=told)
        for inner, outer in zip(stratified, plain, strict=True)
    ]
    p = np.concatenate([part.p for part in found])
    enough = np.concatenate(
        [part.raw.enough & (part.used > 0) for part in found]
    ) & np.isfinite(p)
    q = adjust(np.where(enough, p, np.nan), question.adjust)
    raw_enough = np.concatenate([part.raw.enough for part in found])
    raw_p = np.concatenate([part.raw.compared.p for part in found])
    raw_q = adjust(np.where(raw_enough, raw_p, np.nan), question.adjust)
    rows: list[PooledRow] = []
    for part in found:
        here = slice(len(rows), len(rows) + len(part.p))
        judged = _verdicts(
            replace(
                part.raw.compared,
                difference=part.difference,
                difference_low=part.low,
                difference_high=part.high,
            ),
            q[here],
            enough[here],
            indicator,
            question,
        )
        # One family, one verdict: that of the plain rows, where they are the same.
        raw = (
            list(raw_judged[here])
            if raw_judged is not None
            else _verdicts(
                part.raw.compared, raw_q[here], part.raw.enough, indicator, question
            )
        )
        rows += [
            replace(row, method=row.method + _CHOSEN) if chosen else row
            for row in _rows(part, q[here], judged, raw, indicator, question)
        ]
    return tuple(rows)


def _verdicts(
    compared: Comparison,
    q: Numbers,
    enough: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    indicator: Indicator,
    question: Question,
) -> list[Verdict]:
    return verdicts(
        compared,
        np.nan_to_num(q, nan=1.0),
        enough,
        higher_is_better=indicator.direction is Direction.HIGHER,
        is_rate=indicator.is_rate,
        confidence=question.confidence,
        margin=question.margin,
    )


def _pool(
    inner: Stratified,
    outer: Stratified,
    choice: ReferenceChoice,
    indicator: Indicator,
    question: Question,
    *,
    told: bool,
) -> _Pooled:
    is_rate = indicator.is_rate
    raw = against.answer(
        outer,
        choice,
        is_rate=is_rate,
        higher_is_better=indicator.direction is Direction.HIGHER,
        confidence=question.confidence,
        how=question.interval,
        min_n=question.min_n,
    )
    # A group not shown in a stratum could be solved from the pooled gap.  Where the
    # rows tell no total of their stratum, nor may the rest hold a group not shown.
    hidden = inner.hidden
    if not told and hidden.any():
        hidden = np.isin(inner.stratum, inner.stratum[hidden])
    group = _by_stratum(inner, outer, ~hidden, own=True)
    if raw.kind == "rest":
        other = _by_stratum(inner, outer, ~hidden, own=False)
    else:
        row = np.maximum(raw.row, 0)
        other = (group[0][row], group[1][row], group[2][row])
    confidence = question.confidence
    nothing = raw.own | ((raw.row < 0) & (raw.kind != "rest"))
    # No robust variance of the pooled gap is at hand: none is better than a wrong one.
    unsure = nothing | (outer.group.clusters is not None)
    unknown = np.full(len(outer.places), np.nan)
    odds = (unknown, unknown, unknown)
    if is_rate:
        x1, x2 = group[1] * group[0], other[1] * other[0]
        both = (x1, group[0], x2, other[0])
        pooled = mantel_haenszel_difference(*both, confidence)
        ratio = mantel_haenszel_odds_ratio(*both, confidence)
        odds = (ratio.value, ratio.low, ratio.high)
    else:
        pooled = pooled_mean_difference(*group, *other, confidence)
    return _Pooled(
        raw=raw,
        difference=np.where(nothing, np.nan, pooled.value),
        low=np.where(unsure, np.nan, pooled.low),
        high=np.where(unsure, np.nan, pooled.high),
        p=np.where(unsure, np.nan, pooled.p),
        used=np.where(nothing & ~raw.own, 0, pooled.strata_used).astype(np.int64),
        strata=(group[0] > 0).sum(axis=-1).astype(np.int64),
        odds=(
            np.where(nothing, np.nan, odds[0]),
            np.where(unsure, np.nan, odds[1]),
            np.where(unsure, np.nan, odds[2]),
        ),
    )


def _by_stratum(
    inner: Stratified, outer: Stratified, kept: NDArray[np.bool_], *, own: bool
) -> tuple[Numbers, Numbers, Numbers]:
    """n, value and squares as (groups of the plain table, strata).

    A group without students in a stratum, or not ``kept`` there, has n = 0.
    """
    held = len(inner.within)
    shape = tuple(len(axis.groups) for axis in outer.axes)
    known = np.ravel_multi_index(tuple(outer.places.T), shape)
    order = np.argsort(known)
    flat = np.ravel_multi_index(tuple(inner.places[:, held:].T), shape)
    row = order[np.searchsorted(known, flat, sorter=order)]
    strata = int(inner.stratum.max()) + 1 if len(inner.stratum) else 1
    level = inner.group if own else inner.rest
    parts = []
    for values in (level.n, np.nan_to_num(level.value), level.squares):
        dense = np.zeros((len(outer.places), strata))
        dense[row[kept], inner.stratum[kept]] = values[kept]
        parts.append(dense)
    return parts[0], parts[1], parts[2]


def _rows(
    part: _Pooled,
    q: Numbers,
    judged: Sequence[Verdict],
    raw_judged: Sequence[Verdict],
    indicator: Indicator,
    question: Question,
) -> list[PooledRow]:
    raw, table = part.raw, part.raw.table
    references = make_references(raw, is_rate=indicator.is_rate, question=question)
    within = question.within
    clustered = table.group.clusters is not None
    rows = []
    for i in range(len(table.places)):
        group, _ = table.named(i)
        own = bool(raw.own[i])
        row = PooledRow(
            group=group,
            within=within,
            reference=references[i],
            n=int(table.group.students[i]),
            strata=int(part.strata[i]),
            strata_used=int(part.used[i]),
            value=figure(table.group.value[i]),
            raw_difference=figure(raw.compared.difference[i]),
            raw_difference_low=figure(raw.compared.difference_low[i]),
            raw_difference_high=figure(raw.compared.difference_high[i]),
            raw_odds_ratio=figure(raw.compared.odds_ratio[i]),
            raw_odds_ratio_low=figure(raw.compared.odds_ratio_low[i]),
            raw_odds_ratio_high=figure(raw.compared.odds_ratio_high[i]),
            raw_verdict=None if own else raw_judged[i],
            difference=figure(part.difference[i]),
            difference_low=figure(part.low[i]),
            difference_high=figure(part.high[i]),
            odds_ratio=figure(part.odds[0][i]),
            odds_ratio_low=figure(part.odds[1][i]),
            odds_ratio_high=figure(part.odds[2][i]),
            method=_RATES if indicator.is_rate else _MEANS,
            p=figure(part.p[i]),
            q=figure(q[i]),
            verdict=None if own else judged[i],
            reason=_reason(part, i, own=own),
        )
        rows.append(
            replace(row, reasons=_reasons(row, indicator, own=own, clustered=clustered))
        )
    return rows


def _reasons(
    row: PooledRow, indicator: Indicator, *, own: bool, clustered: bool
) -> dict[str, str]:
    """From the name of each null figure to why it is so."""
    fallback = "nothing tells how far chance could move it"
    found = {}
    for item in fields(row):
        name = item.name
        if name in {"reason", "reasons"} or getattr(row, name) is not None:
            continue
        if own and name != "value":
            found[name] = "this is the reference"
        elif "odds" in name and not indicator.is_rate:
            found[name] = "only a rate has odds"
        elif name == "q" and row.p is not None:
            found[name] = (
                "fewer students than the minimum, in the group or its reference"
            )
        elif (
            clustered
            and name.endswith(("_low", "_high"))
            and name.startswith("raw_odds")
        ):
            found[name] = "no interval of it is robust to clusters"
        elif "odds" in name and not row.reason:
            found[name] = "a rate of 0 or 1 has no odds"
        else:
            found[name] = row.reason or fallback
    if row.reference.low is None or row.reference.high is None:
        found["reference"] = row.reason or fallback
    return found


def _reason(part: _Pooled, i: int, *, own: bool) -> str | None:
    if own:
        return None
    if part.raw.row[i] < 0 and part.raw.kind != "rest":
        return f"no group here can be the reference '{part.raw.kind}'"
    if not part.used[i]:
        return "no stratum holds both the group and its reference"
    if part.raw.table.group.clusters is not None:
        return "no interval of a pooled gap that is robust to clusters"
    return None
