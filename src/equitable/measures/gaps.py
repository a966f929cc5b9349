"""Gaps: every group asked for beside its reference, with what the evidence says.

Pure arithmetic on cells.  METHODS section 1 (verdicts, many comparisons, small groups)
and section 2 (references, students to parity, indices, strata) stand behind it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Axis, Cells, Integers, Moments, Numbers
from equitable.errors import InputError, QuestionError
from equitable.measures import against
from equitable.measures.against import Answer, Stratified
from equitable.measures.comparison import joined, verdicts
from equitable.measures.levels import Clusters, RateInterval, levels
from equitable.measures.multiplicity import adjust
from equitable.measures.references import KINDS, ReferenceChoice, read_reference
from equitable.measures.results import (
    Gaps,
    PooledRow,
    Reference,
    SensitivityRow,
)
from equitable.measures.rows import figure, make_rows
from equitable.measures.strata import pooled_rows
from equitable.vocabulary import (
    Count,
    Dimension,
    Direction,
    Indicator,
    Verdict,
)

_POOLABLE: Final = {"rest", "highest", "largest", "group"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the cells about one indicator.

    ``by`` are compared, alone and up to ``depth`` of them crossed; ``within`` are held
    fixed.  ``reference`` is text as on the command line.  ``margin`` is in the
    indicator's unit (a rate's is a fraction of 1; None: 5 points, or .2 standard
    deviations of a mean).  ``cluster`` names a dimension among the cells' axes.
    """

    by: tuple[str, ...]
    depth: int = 2
    within: tuple[str, ...] = ()
    reference: str = "rest"
    indices: bool = False
    sensitivity: bool = False
    adjust: Literal["bh", "by", "none"] = "bh"
    confidence: float = 0.95
    margin: float | None = None
    min_n: int = 10
    cluster: str | None = None
    interval: RateInterval = "wilson"
    internal: bool = False
    """Whether small groups stay: their shrunken values are then given too."""


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
    _check(cells, indicator, question)
    axes = [cells.axes[cells.axis(name)] for name in question.by]
    choice = read_reference(question.reference, axes, indicator)
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
    tables = [
        _table(cells, indicator, question, names, within)
        for within in strata
        for size in range(1, min(question.depth, len(question.by)) + 1)
        for names in itertools.combinations(question.by, size)
    ]
    answers = [_answer(table, choice, indicator, question) for table in tables]
    q, found = _judge(answers, indicator, question)
    plain = [table for table in tables if not table.within]
    count = sum(len(table.places) for table in plain)
    pooled: tuple[PooledRow, ...] = ()
    if question.within:
        pooled = pooled_rows(
            [t for t in tables if t.within],
            plain,
            choice,
            indicator,
            question,
            raw_judged=found[:count] if choice.kind in _POOLABLE else None,
        )
    overall = _overall(cells, indicator, question)
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
        provenance=replace(cells.provenance, min_n=question.min_n),
    )


def _check(cells: Cells, indicator: Indicator, question: Question) -> None:
    if not question.by:
        raise QuestionError(
            "no dimension was given to compare groups by",
            next_step="For example: --by race.",
        )
    if question.depth < 1:
        raise QuestionError("--depth must be 1 or more")
    if not 0.5 <= question.confidence < 1:
        raise QuestionError(
            f"a confidence of {question.confidence:g} is not possible",
            next_step="Give a fraction from 0.5 to under 1, such as 0.95.",
        )
    if question.margin is not None and not question.margin >= 0:
        raise QuestionError("--margin must be 0 or more")
    if question.margin is not None and indicator.is_rate and question.margin > 1:
        raise QuestionError(
            f"a rate's margin is a fraction of 1, not {question.margin:g}",
            next_step=f"For {question.margin:g} points, write"
            f" --margin {question.margin / 100:g}.",
        )
    if question.min_n < 1:
        raise QuestionError("--min-n must be 1 or more")
    moments = cells.moments[indicator.name]
    if not moments.n.sum():
        raise InputError(
            f"no student has a known value of '{indicator.name}'",
            next_step="Choose another outcome, or see how the column writes its values:"
            " equitable inspect.",
        )
    for name in question.by:
        table = cells.table(indicator.name, [name])
        present = table.places[table.moments.n + table.moments.missing > 0, 0]
        if len(present) < 2:
            only = table.axes[0].groups[int(present[0])]
            raise QuestionError(
                f"'{name}' has one group only ('{only}'): there is nothing to compare",
                next_step="Choose a dimension with two groups or more.",
            )
    if question.cluster is not None:
        _check_cluster(cells, question)
    for name in question.within:
        if cells.axes[cells.axis(name)].dimension.overlapping:
            raise QuestionError(
                f"'{name}' has overlapping groups and cannot be held fixed",
                next_step="Use a view in which each student stands once.",
            )


def _check_cluster(cells: Cells, question: Question) -> None:
    name = question.cluster or ""
    if name in (*question.by, *question.within):
        raise QuestionError(
            f"'{name}' cannot be compared or held fixed and be clustered over at once",
            next_step="Leave out --cluster, or cluster over something larger.",
        )
    if cells.axes[cells.axis(name)].dimension.overlapping:
        raise QuestionError(
            f"'{name}' has overlapping groups and cannot be clustered over",
            next_step="Cluster over a school or a class.",
        )
    if question.reference.strip().casefold() == "highest":
        raise QuestionError(
            "'highest' is chosen from the same data, and no interval here allows for"
            " that and for clusters at once",
            next_step="Use --reference rest, or name the group.",
        )


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
    if not within and len(names) == 1:
        places, moments = _with_empty(places, moments, table.axes[0])
    total = cells.table(indicator.name, within)
    shape = [len(axis.groups) for axis in total.axes]
    stratum = _position(places[:, : len(within)], total.places, shape)
    clusters = whole = None
    if question.cluster is not None:
        clusters = _clusters(cells, indicator, [*within, *names], question, places)
        whole = _clusters(cells, indicator, within, question, total.places)
    everyone = levels(total.moments, weighted=cells.weighted, clusters=whole)
    others = None
    if clusters is not None and whole is not None:
        others = whole.take(stratum) - clusters
    return Stratified(
        names=tuple(names),
        within=within,
        axes=table.axes,
        places=places,
        stratum=stratum,
        group=levels(moments, weighted=cells.weighted, clusters=clusters),
        rest=levels(
            total.moments.take(stratum) - moments,
            weighted=cells.weighted,
            clusters=others,
        ),
        everyone=everyone.take(stratum),
        weighted=cells.weighted,
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
    count = len(fine.axes[-1].groups)
    shape = [len(axis.groups) for axis in fine.axes[:-1]]
    row = _position(fine.places[:, :-1], places, shape)
    n = np.zeros((len(places), count))
    total = np.zeros((len(places), count))
    column = fine.places[:, -1]
    n[row, column] = fine.moments.weight
    total[row, column] = fine.moments.weighted_total
    return Clusters(n=n, total=total)


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
    if question.cluster is not None:
        kinds = tuple(kind for kind in kinds if kind != "highest")
    judged = {}
    for kind in dict.fromkeys((*kinds, asked.kind)):
        choice = asked if kind == asked.kind else ReferenceChoice(kind=kind)
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


def _overall(cells: Cells, indicator: Indicator, question: Question) -> Reference:
    table = cells.table(indicator.name, ())
    clusters = None
    if question.cluster is not None:
        clusters = _clusters(cells, indicator, (), question, table.places)
    level = levels(table.moments, weighted=cells.weighted, clusters=clusters)
    low, high = level.interval(
        is_rate=indicator.is_rate,
        confidence=question.confidence,
        how=question.interval,
    )
    n: Count = int(level.students[0])
    return Reference(
        kind="overall",
        n=n,
        value=figure(level.value[0]),
        low=figure(low[0]),
        high=figure(high[0]),
    )
