"""Which questions a report asks of a data set, and their answers as its contents.

One scan answers every indicator, group, intersection and year; schools or grades, where
asked, cost one more each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from equitable.cube.cells import Cells
from equitable.cube.scan import scan
from equitable.errors import EquitableError, InputError, QuestionError
from equitable.intake.quality import Quality, assess
from equitable.intake.schema import Schema
from equitable.intake.source import Source
from equitable.measures.gaps import Question, gaps
from equitable.privacy.gate import Gated, gate
from equitable.report.contents import Contents, Study
from equitable.version import VERSION
from equitable.vocabulary import (
    NOT_REPORTED,
    Condition,
    Dimension,
    Indicator,
    Provenance,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a report is to show."""

    indicators: tuple[Indicator, ...]
    by: tuple[Dimension, ...]
    over: tuple[Dimension, ...] = ()
    """Schools, grades …: each compared by itself, in a chart of its own."""
    year: Dimension | None = None
    where: Condition | None = None
    weight: str | None = None
    depth: int = 2
    reference: str = "rest"
    min_n: int = 10
    internal: bool = False
    title: str = ""
    command: str | None = None
    date: dt.date | None = None


def carry_out(
    source: Source,
    schema: Schema,
    plan: Plan,
    *,
    say: Callable[[str], None] = lambda _: None,
) -> Contents:
    """Answer a plan's questions.

    Parameters
    ----------
    source, schema
        The records and their meaning.
    plan
        What to show.
    say
        Told each step as it begins, for a progress line.

    Raises
    ------
    QuestionError, InputError
        Where nothing can be compared; what can be is never dropped silently: an
        indicator or dimension that is left out is named in the provenance's notes.
    """
    if not plan.indicators:
        raise QuestionError(
            "no column looks like an outcome",
            file=source.name,
            next_step="Name one with --outcome, or correct equity.toml"
            " (equitable inspect writes it).",
        )
    if not plan.by:
        raise QuestionError(
            "no column looks like a trait that groups students",
            file=source.name,
            next_step="Name some with --by, or correct equity.toml"
            " (equitable inspect writes it).",
        )
    year = plan.year if plan.year and plan.year.name not in _names(plan.by) else None
    say(f"Reading {source.name}")
    cells = _scan(source, plan, (*plan.by, *([year] if year else [])))
    say("Comparing groups")
    latest, notes = _latest(cells, year)
    by, said = _comparable(latest, plan)
    notes += said
    places = [
        (
            dimension,
            _latest(_scan(source, plan, (dimension, *([year] if year else []))), year)[
                0
            ],
        )
        for dimension in plan.over
        if dimension.name not in by
    ]
    studies, further = [], []
    for indicator in plan.indicators:
        try:
            studies.append(_study(cells, latest, indicator, by, year, places, plan))
        except (InputError, QuestionError) as error:
            further.append((indicator, error))
    if not studies:
        raise further[0][1]
    notes += [
        f"'{indicator.label}' is left out: {error.problem}."
        for indicator, error in further
    ]
    say("Looking at the data's quality")
    quality = _quality(source, schema, plan)
    provenance = replace(
        cells.provenance,
        version=VERSION,
        command=plan.command,
        internal=plan.internal,
        min_n=plan.min_n,
        notes=tuple(dict.fromkeys((*schema.notes, *cells.provenance.notes, *notes))),
    )
    return Contents(
        title=plan.title or f"Who is served, and who is not yet: {source.name}",
        studies=tuple(_described(study, provenance) for study in studies),
        quality=quality,
        provenance=provenance,
        internal=plan.internal,
        date=plan.date.isoformat() if plan.date else "",
    )


def _names(dimensions: Sequence[Dimension]) -> tuple[str, ...]:
    return tuple(dimension.name for dimension in dimensions)


def _scan(source: Source, plan: Plan, dimensions: Sequence[Dimension]) -> Cells:
    return scan(
        source,
        indicators=plan.indicators,
        dimensions=dimensions,
        where=plan.where,
        weight=plan.weight,
    )


def _comparable(cells: Cells, plan: Plan) -> tuple[tuple[str, ...], list[str]]:
    """The dimensions with two groups or more, and a note on each other one."""
    kept, notes = [], []
    name = plan.indicators[0].name
    for dimension in plan.by:
        table = cells.table(name, [dimension.name])
        present = (table.moments.n + table.moments.missing > 0).sum()
        if present > 1:
            kept.append(dimension.name)
        else:
            notes.append(f"'{dimension.label}' is left out: it has one group only.")
    if not kept:
        first = plan.by[0].name
        raise QuestionError(
            f"'{first}' has one group only: there is nothing to compare",
            next_step="Choose dimensions with two groups or more.",
        )
    return tuple(kept), notes


def _latest(cells: Cells, year: Dimension | None) -> tuple[Cells, list[str]]:
    """The latest year's cells: students who recur must not count as several.

    The years before it are shown over time, each year by itself.
    """
    if year is None:
        return cells, []
    axis = cells.axes[cells.axis(year.name)]
    years = [group for group in axis.groups if group != NOT_REPORTED]
    if len(years) < 2:
        return cells, []
    last = years[-1]
    note = (
        f"Figures are of {last}, the latest of {len(years)} years; the years before"
        " stand under 'Over the years'."
    )
    return cells.only(year.name, last), [note]


def _study(
    cells: Cells,
    latest: Cells,
    indicator: Indicator,
    by: tuple[str, ...],
    year: Dimension | None,
    places: Sequence[tuple[Dimension, Cells]],
    plan: Plan,
) -> Study:
    question = Question(
        by=by, depth=plan.depth, reference=plan.reference, min_n=plan.min_n
    )
    years = None
    if year is not None and _has_several(cells, indicator, year):
        years = _answer(
            cells, indicator, replace(question, depth=1, within=(year.name,)), plan
        )
    found = []
    for dimension, own in places:
        if _has_several(own, indicator, dimension):
            asked = replace(question, by=(dimension.name,), depth=1, reference="rest")
            found.append(_answer(own, indicator, asked, plan))
    return Study(
        indicator=indicator,
        gaps=_answer(latest, indicator, question, plan),
        years=years,
        places=tuple(found),
    )


def _has_several(cells: Cells, indicator: Indicator, dimension: Dimension) -> bool:
    table = cells.table(indicator.name, [dimension.name])
    return int((table.moments.n > 0).sum()) > 1


def _answer(
    cells: Cells, indicator: Indicator, question: Question, plan: Plan
) -> Gated:
    found = gaps(cells, indicator, question)
    return gate(found, min_n=plan.min_n, internal=plan.internal)


def _described(study: Study, provenance: Provenance) -> Study:
    """The study with the whole report's provenance on its results."""
    gated = study.gaps
    whole = replace(gated.gaps, provenance=provenance)
    return replace(study, gaps=replace(gated, gaps=whole))


def _quality(source: Source, schema: Schema, plan: Plan) -> Quality:
    try:
        return assess(source, schema, plan.indicators, (*plan.by, *plan.over))
    except EquitableError as error:
        raise InputError(
            f"the data's quality cannot be judged: {error.problem}",
            file=source.name,
            next_step=error.next_step,
        ) from error
