"""Gaps: every group asked for beside its reference, with what the evidence says.

Pure arithmetic on cells.  What is worked out how, and after whom, stands in
docs/reference/methods.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Axis, Cells, Integers, Moments, Numbers
from equitable.errors import QuestionError
from equitable.measures import against
from equitable.measures.against import Answer, Stratified
from equitable.measures.bounds import between, ends, lacking_of
from equitable.measures.cautions import (
    of_clusters,
    of_contradictions,
    of_lacking,
    of_margins,
    of_more_than_all,
    of_neither,
    of_weights,
)
from equitable.measures.clusters import Clusters, from_pairs
from equitable.measures.comparison import joined, verdicts
from equitable.measures.held_back import with_held_back
from equitable.measures.levels import Levels, levels
from equitable.measures.multiplicity import adjust
from equitable.measures.published_averages import averages_compared
from equitable.measures.question import Question, check
from equitable.measures.references import (
    KINDS,
    ReferenceChoice,
    read_reference,
)
from equitable.measures.results import (
    Gaps,
    IntervalKind,
    PooledRow,
    Reference,
    ReferenceKind,
    SensitivityRow,
)
from equitable.measures.rows import figure, make_rows
from equitable.measures.strata import pooled_rows
from equitable.vocabulary import (
    Count,
    Dimension,
    Direction,
    Indicator,
    Kind,
    Verdict,
)

__all__ = ["Question", "gaps"]
_NONE: Final = np.zeros(0, np.int64)
_POOLABLE: Final = {"rest", "largest", "group"}


def gaps(cells: Cells, indicator: Indicator, question: Question) -> Gaps:
    """Compare every group asked for with its reference.

    Parameters
    ----------
    cells
        Cells whose axes hold ``by``, ``within`` and ``cluster``.
    indicator
        One of the cells' indicators.
    question
        What is asked.

    Raises
    ------
    QuestionError
        Where the question cannot be put (one group only, no such reference …).
    InputError
        Where no student has a known outcome.
    """
    if indicator.figures is not None:
        return averages_compared(cells, indicator, question)
    check(cells, indicator, question)
    held = cells.has_totals and cells.held.get(indicator.name, _NONE).any()
    if held or cells.moments[indicator.name].spare.any():
        found = between(
            _answered(cells, indicator, replace(question, lean=-1)),
            _answered(cells, indicator, replace(question, lean=1)),
        )
    else:
        found = _answered(cells, indicator, question)
    return with_held_back(found, cells, question)


def _answered(cells: Cells, indicator: Indicator, question: Question) -> Gaps:
    axes = [cells.axes[cells.axis(name)] for name in question.by]
    choice = read_reference(
        question.reference, axes, indicator, least=question.highest_min_n
    )
    overlapping = any(axis.dimension.overlapping for axis in axes)
    if overlapping and choice.kind in {"highest", "largest", "group"}:
        raise QuestionError(
            f"the groups overlap ({_views(axes)}), so '{choice.kind}' would compare"
            " students with themselves",
            next_step="Use --reference rest, overall, or a number.",
        )
    if overlapping and question.adjust == "bh":
        question = replace(question, adjust="by")
    strata = [(), question.within] if question.within else [()]
    if question.strata_only:
        strata = strata[1:]
    combinations, lacking = _held(cells, indicator, question)
    tables = [
        _table(cells, indicator, question, names, within)
        for within in strata
        for names in combinations
    ]
    answers = [_answer(table, choice, indicator, question) for table in tables]
    q, found = _judge(answers, indicator, question)
    plain = [table for table in tables if not table.within]
    count = sum(len(table.places) for table in plain)
    pooled: tuple[PooledRow, ...] = ()
    if question.within and not question.strata_only:
        pooled = pooled_rows(
            [t for t in tables if t.within],
            plain,
            choice,
            indicator,
            question,
            raw_judged=found[:count] if choice.kind in _POOLABLE else None,
        )
    overall, everyone_n = _overall(cells, indicator, question)
    few = (
        *of_clusters(cells, indicator, question),
        *of_lacking(cells, indicator, question),
        *of_contradictions(cells, indicator, question),
        *of_neither(cells, indicator, question),
        *of_more_than_all(cells, indicator, question),
    )
    return Gaps(
        indicator=indicator,
        dimensions=tuple(axis.dimension for axis in axes),
        within=tuple(_dimension(cells, name) for name in question.within),
        overall=overall,
        rows=make_rows(answers, q, found, indicator, question),
        pooled=pooled,
        sensitivity=(
            _sensitivity(
                plain,
                choice,
                found[:count],
                indicator,
                question,
                overlapping=overlapping,
            )
            if question.sensitivity
            else ()
        ),
        family_size=int(np.isfinite(q).sum()),
        adjust=question.adjust,
        confidence=question.confidence,
        margin=question.margin,
        clustered_over=question.cluster,
        interval=_interval_kind(indicator, question),
        weight=cells.weight,
        effective_n=everyone_n,
        highest_min_n=question.highest_min_n,
        pooled_family=sum(isinstance(row.q, float) for row in pooled),
        with_indices=question.indices,
        apart=question.withheld,
        provenance=replace(
            cells.provenance,
            min_n=question.min_n,
            notes=(
                *cells.provenance.notes,
                *lacking,
                *of_margins(cells, indicator, question),
                *of_weights(cells, indicator, question, overall, everyone_n),
                *few,
            ),
            cautions=(*cells.provenance.cautions, *few),
        ),
    )


def _held(
    cells: Cells, indicator: Indicator, question: Question
) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """The crossings that are compared, and a note on those a table does not hold."""
    asked = [
        names
        for size in range(1, min(question.depth, len(question.by)) + 1)
        for names in itertools.combinations(question.by, size)
    ]
    if not cells.has_totals:
        return asked, ()
    found = [
        names
        for names in asked
        if cells.table(indicator.name, [*question.within, *names]).moments.n.sum()
    ]
    lacking = [names for names in asked if names not in found]
    if not found or (lacking and question.crossed):
        first = [*question.within, *(lacking or asked)[0]]
        raise QuestionError(
            "the table does not hold "
            + " by ".join(f"'{name}'" for name in first)
            + ": it gives each by itself",
            next_step="Ask for one of them, or for --depth 1.",
        )
    if not lacking:
        return found, ()
    labels = [_dimension(cells, name).label for name in lacking[0]]
    note = "The table does not hold " + " by ".join(f"'{label}'" for label in labels)
    if len(lacking) > 1:
        note += f", nor {len(lacking) - 1} more of such crossings"
    return found, (f"{note}: each trait is given by itself.",)


def _views(axes: Sequence[Axis]) -> str:
    names = [
        axis.dimension.view or axis.dimension.name
        for axis in axes
        if axis.dimension.overlapping
    ]
    return ", ".join(names)


def _dimension(cells: Cells, name: str) -> Dimension:
    return cells.axes[cells.axis(name)].dimension


def _table(
    cells: Cells,
    indicator: Indicator,
    question: Question,
    names: Sequence[str],
    within: tuple[str, ...],
) -> Stratified:
    """The groups of some dimensions in each stratum, with the total around them."""
    table = cells.table(indicator.name, [*within, *names])
    places, moments = table.places, table.moments
    if not within and len(names) == 1 and not indicator.is_counts:
        # Of a published table, a group without a row is not there, and has not 0.
        places, moments = _with_empty(places, moments, table.axes[0])
    around = cells.whole(indicator.name, within, names)
    total = around.table
    shape = [len(axis.groups) for axis in total.axes]
    stratum = _position(places[:, : len(within)], total.places, shape)
    clusters = whole = None
    if question.cluster is not None:
        clusters = _clusters(cells, indicator, [*within, *names], question, places)
        whole = _clusters(cells, indicator, within, question, total.places)
    own, rest, all_of = ends(
        indicator,
        moments,
        around,
        stratum,
        question,
        lacking_of(cells, indicator, table, places, len(within)),
        overlapping=any(axis.dimension.overlapping for axis in table.axes),
    )
    everyone = None if whole is None else whole.take(stratum)
    others = None
    if clusters is not None and whole is not None:
        others = clusters.rest(whole, stratum)
    return Stratified(
        names=tuple(names),
        within=within,
        axes=table.axes,
        places=places,
        hidden=_hidden(table.axes, places, question),
        stratum=stratum,
        group=_levels(cells, indicator, own, clusters),
        opposite=_levels(
            cells, indicator, moments.leaning(up=question.lean < 0), clusters
        ),
        rest=_levels(cells, indicator, rest, others),
        everyone=_levels(cells, indicator, all_of, everyone),
        weighted=cells.weighted,
    )


def _hidden(
    axes: Sequence[Axis], places: Integers, question: Question
) -> NDArray[np.bool_]:
    """Which rows of a table are among those that will not be shown."""
    if not question.withheld:
        return np.zeros(len(places), bool)
    order = sorted(range(len(axes)), key=lambda i: axes[i].dimension.name)
    named = [(i, axes[i].dimension.name, axes[i].groups) for i in order]
    return np.array(
        [
            tuple((name, groups[place[i]]) for i, name, groups in named)
            in question.withheld
            for place in places.tolist()
        ],
        bool,
    )


def _with_empty(
    places: Integers, moments: Moments, axis: Axis
) -> tuple[Integers, Moments]:
    """A declared group without students stands as a row of its own, empty."""
    present = np.zeros(len(axis.groups), bool)
    present[places[:, 0]] = True
    declared = [name in axis.dimension.order for name in axis.groups]
    every = np.flatnonzero(present | declared).astype(np.int64)
    all_of = moments.grouped(places[:, 0], len(axis.groups))
    return every[:, None], all_of.take(every)


def _position(places: Integers, among: Integers, shape: Sequence[int]) -> Integers:
    if not shape:
        return np.zeros(len(places), np.int64)
    flat = np.ravel_multi_index(tuple(places.T), tuple(shape))
    known = np.ravel_multi_index(tuple(among.T), tuple(shape))
    position: Integers = np.searchsorted(known, flat).astype(np.int64)
    return position


def _clusters(
    cells: Cells,
    indicator: Indicator,
    names: Sequence[str],
    question: Question,
    places: Integers,
) -> Clusters:
    name = question.cluster or ""
    fine = cells.table(indicator.name, [*names, name])
    shape = [len(axis.groups) for axis in fine.axes[:-1]]
    row = _position(fine.places[:, :-1], places, shape)
    return from_pairs(
        row,
        fine.places[:, -1],
        fine.moments.weight,
        fine.moments.weighted_total,
        len(places),
    )


def _levels(
    cells: Cells, indicator: Indicator, moments: Moments, clusters: Clusters | None
) -> Levels:
    events = indicator.kind is Kind.PER_100
    return levels(
        moments,
        weighted=cells.weighted,
        clusters=clusters,
        events=events,
        least=0.0 if events else indicator.low,
    )


def _answer(
    table: Stratified,
    choice: ReferenceChoice,
    indicator: Indicator,
    question: Question,
) -> Answer:
    return against.answer(
        table,
        choice,
        is_rate=indicator.is_rate,
        higher_is_better=indicator.direction is Direction.HIGHER,
        confidence=question.confidence,
        how=question.interval,
        min_n=question.min_n,
    )


def _judge(
    answers: Sequence[Answer], indicator: Indicator, question: Question
) -> tuple[Numbers, list[Verdict]]:
    """Adjusted p over the whole family asked for, and the verdicts from it."""
    compared = joined([answer.compared for answer in answers])
    enough: NDArray[np.bool_] = np.concatenate([answer.enough for answer in answers])
    q = adjust(np.where(enough, compared.p, np.nan), question.adjust)
    return q, verdicts(
        compared,
        np.nan_to_num(q, nan=1.0),
        enough,
        higher_is_better=indicator.direction is Direction.HIGHER,
        is_rate=indicator.is_rate,
        confidence=question.confidence,
        margin=question.margin,
    )


def _sensitivity(
    tables: Sequence[Stratified],
    asked: ReferenceChoice,
    asked_found: Sequence[Verdict],
    indicator: Indicator,
    question: Question,
    *,
    overlapping: bool,
) -> tuple[SensitivityRow, ...]:
    kinds = KINDS[:2] if overlapping else KINDS
    if question.cluster is not None or question.lean:
        kinds = tuple(kind for kind in kinds if kind != "highest")
    judged = {}
    for kind in dict.fromkeys((*kinds, asked.kind)):
        choice = asked if kind == asked.kind else _of_kind(kind, question)
        answers = [_answer(table, choice, indicator, question) for table in tables]
        found: Sequence[Verdict] = asked_found
        if kind != asked.kind:
            _, found = _judge(answers, indicator, question)
        own = np.concatenate([answer.own for answer in answers])
        difference = joined([answer.compared for answer in answers]).difference
        judged[kind] = (found, own, difference)
    rows = []
    groups = [table.named(row) for table in tables for row in range(len(table.places))]
    for place, (group, within) in enumerate(groups):
        said = {
            kind: None if own[place] else found[place]
            for kind, (found, own, _) in judged.items()
        }
        given = {verdict for verdict in said.values() if verdict is not None}
        rows.append(
            SensitivityRow(
                group=group,
                within=within,
                verdicts={str(kind): verdict for kind, verdict in said.items()},
                differences={
                    kind: None if own[place] else figure(difference[place])
                    for kind, (_, own, difference) in judged.items()
                },
                agrees=len(given) == 1 if given else None,
            )
        )
    return tuple(rows)


def _of_kind(kind: ReferenceKind, question: Question) -> ReferenceChoice:
    return ReferenceChoice(kind=kind, least=question.highest_min_n)


def _interval_kind(indicator: Indicator, question: Question) -> IntervalKind:
    if question.cluster is not None:
        return "cluster-robust"
    return question.interval if indicator.is_rate else "student t"


def _overall(
    cells: Cells, indicator: Indicator, question: Question
) -> tuple[Reference, float]:
    """Everyone together, and the effective number of students."""
    table = cells.table(indicator.name, ())
    moments = table.moments.leaning(up=question.lean > 0)
    clusters = None
    if question.cluster is not None:
        clusters = _clusters(cells, indicator, (), question, table.places)
    level = _levels(cells, indicator, moments, clusters)
    low, high = level.interval(
        is_rate=indicator.is_rate,
        confidence=question.confidence,
        how=question.interval,
    )
    n: Count = int(level.students[0])
    everyone = Reference(
        kind="overall",
        n=n,
        value=figure(level.value[0]),
        low=figure(low[0]),
        high=figure(high[0]),
    )
    return everyone, float(level.n[0])
