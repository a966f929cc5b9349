"""Which questions a report asks of a data set, and their answers as its contents.

One scan answers every indicator, group, intersection, year and place; another asks of
the data's quality whether a year's figures jump.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from equitable.cube.cells import Cells
from equitable.cube.scan import scan
from equitable.cube.told_apart import is_told_apart
from equitable.errors import EquitableError, InputError, QuestionError
from equitable.intake.breaks import about_forms
from equitable.intake.meaning.defaults import cautions
from equitable.intake.meaning.hints import hint
from equitable.intake.meaning.schema import Schema
from equitable.intake.published.dimensions import with_parts
from equitable.intake.published.held_back import held_in
from equitable.intake.quality.assessment import Quality, assess
from equitable.intake.source import Source
from equitable.measures.family import joint_family
from equitable.measures.gaps import Question, gaps
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.results import Gaps, Group
from equitable.pages import PageWanted, asked_for, chosen, with_source
from equitable.privacy.aside import set_aside, with_those_aside
from equitable.privacy.gate import (
    LEAST_PUBLIC,
    Gated,
    gate_studies,
    withheld_groups,
)
from equitable.privacy.inequality import (
    GatedInequality,
    several_shown,
)
from equitable.privacy.lines import Key
from equitable.privacy.rows_read import guarded
from equitable.report.contents import Board, Contents, Study
from equitable.report.inequality import FEWEST, SAID
from equitable.report.untold import not_told
from equitable.version import VERSION
from equitable.vocabulary import (
    NOT_REPORTED,
    Break,
    Condition,
    Dimension,
    Indicator,
    Provenance,
    breaks_about,
)
from equitable.years import with_jumps


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
    notes: tuple[str, ...] = ()
    """What is to be said with every result."""
    page: PageWanted | None = None
    """A page for a board as well, where it is wanted."""
    cautions: tuple[str, ...] = ()
    """Those of them that are to be read before any figure."""
    breaks: tuple[Break, ...] = ()
    """Between years that the report holds."""


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
            next_step=hint(schema)
            or "Name one with --outcome, or correct equity.toml (equitable inspect"
            " writes it).",
        )
    if not plan.by:
        raise QuestionError(
            "no column looks like a trait that groups students",
            file=source.name,
            next_step="Name some with --by, or correct equity.toml"
            " (equitable inspect writes it).",
        )
    own = {dimension.name for dimension in (*plan.by, *plan.over)}
    year = plan.year if plan.year and plan.year.name not in own else None
    say(f"Reading {source.name}")
    place = plan.page.place if plan.page else None
    beside = [*([year] if year else []), *([place.dimension] if place else [])]
    wanted = {d.name: d for d in (*plan.by, *plan.over, *beside)}
    cells = scan(
        source,
        indicators=plan.indicators,
        dimensions=with_parts(
            schema.published, schema.rows_are, plan.indicators, list(wanted.values())
        ),
        where=plan.where,
        weight=plan.weight,
    )
    provenance = replace(cells.provenance, breaks=plan.breaks)
    cells = replace(cells, provenance=provenance)
    say("Comparing groups")
    latest, notes = _latest(cells, year)
    by, said = _comparable(cells, latest, plan)
    lacking = not_told(plan.by, said, plan.where)
    answers: list[_Answers] = []
    further = []
    for indicator in plan.indicators:
        try:
            answers.append(_answers(cells, latest, indicator, by, year, plan))
        except (InputError, QuestionError) as error:
            further.append((indicator, error))
    if not answers:
        raise further[0][1]
    said_before = len(cells.provenance.notes)
    studies, aside = _gated(answers, said_before, plan)
    board = None
    if plan.page is not None:
        board = _board(answers, studies, latest, year, plan)
        # The page lies beside the report: what both show is gated together.
        studies, aside = _gated(answers, said_before, plan)
        answer = answers[board.study]
        board = _with_gated(board, answer)
        board = with_source(
            board, answer.indicator, plan.page, source, schema, plan.where
        )
        told = breaks_about(plan.breaks, answer.indicator, board.dimension)
        board = replace(board, breaks=told)
    studies = [
        replace(study, unequal=_unequal(answer, study))
        for answer, study in zip(answers, studies, strict=True)
    ]
    notes += aside
    notes += [
        f"'{indicator.label}' is left out: {error.problem}."
        for indicator, error in further
    ]
    say("Looking at the data's quality")
    quality = _quality(source, schema, plan)
    internal = plan.internal or plan.min_n < LEAST_PUBLIC
    assumed = schema.notes_where(source, plan.where)
    forms = [about_forms(axis.dimension, axis.groups) for axis in cells.axes]
    first = (*plan.cautions, *filter(None, forms))
    provenance = replace(
        cells.provenance,
        version=VERSION,
        command=plan.command,
        internal=internal,
        min_n=plan.min_n,
        notes=tuple(
            dict.fromkeys(
                (*first, *assumed, *plan.notes, *cells.provenance.notes, *notes)
            )
        ),
        cautions=(*first, *cautions((*assumed, *plan.notes))),
    )
    students = all(not one.is_counts and one.figures is None for one in plan.indicators)
    if not internal and students:
        some = [answer.aside for answer in answers if answer.aside]
        provenance = guarded(provenance, plan.min_n, aside=min(some, default=0))
    return Contents(
        title=plan.title or f"Who is served, and who is not yet: {source.name}",
        studies=tuple(_described(study, provenance) for study in studies),
        quality=quality,
        provenance=provenance,
        internal=internal,
        date=plan.date.isoformat() if plan.date else "",
        year=latest or _only_year(cells, year),
        board=board,
        no_numbers=()
        if schema.rows_are == "students"
        else held_in(source, [one.indicator for one in answers], plan.where),
        not_told=(*lacking, *(said for one in answers for said in one.lacking)),
    )


def _comparable(
    cells: Cells, latest: str | None, plan: Plan
) -> tuple[tuple[str, ...], list[str]]:
    """The dimensions with two groups or more, and the other ones."""
    kept, others = [], []
    name = plan.indicators[0].name
    cells = _of_year(cells, plan.year, latest)
    for dimension in plan.by:
        if is_told_apart(cells, name, dimension.name):
            kept.append(dimension.name)
        else:
            others.append(dimension.name)
    if not kept:
        first = plan.by[0].name
        raise QuestionError(
            f"'{first}' has one group only: there is nothing to compare",
            next_step="Choose dimensions with two groups or more.",
        )
    return tuple(kept), others


def _latest(cells: Cells, year: Dimension | None) -> tuple[str | None, list[str]]:
    """The year that figures are of: students who recur must not count as several.

    The years before it are shown over time, each year by itself.
    """
    if year is None:
        return None, []
    with_outcome = {
        table.axes[0].groups[place]
        for item in cells.indicators
        for table in [cells.table(item.name, [year.name])]
        for place in table.places[table.moments.n > 0, 0]
    }
    axis = cells.axes[cells.axis(year.name)]
    years = [
        group
        for group in axis.groups
        if group != NOT_REPORTED and group in with_outcome
    ]
    if len(years) < 2:
        return None, []
    note = (
        f"Figures are of {years[-1]}, the latest of {len(years)} years; the years"
        " before stand under 'Over the years'."
    )
    return years[-1], [note]


def _only_year(cells: Cells, year: Dimension | None) -> str:
    """The year of a file that has one year only."""
    if year is None:
        return ""
    groups = cells.axes[cells.axis(year.name)].groups
    return groups[0] if len(groups) == 1 and groups[0] != NOT_REPORTED else ""


def _of_year(cells: Cells, year: Dimension | None, latest: str | None) -> Cells:
    if year is None or latest is None:
        return cells
    return cells.only(year.name, latest)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question put to cells, all of one stratum."""

    cells: Cells
    question: Question
    stratum: Group

    def answer(
        self, indicator: Indicator, hidden: frozenset[Key] = frozenset()
    ) -> tuple[Gaps, Group]:
        """The result, what groups share being made without the hidden ones."""
        found = gaps(self.cells, indicator, replace(self.question, withheld=hidden))
        return found, self.stratum


@dataclass(slots=True)
class _Answers:
    """One indicator's results before the gate: main, places, years, then the page's."""

    indicator: Indicator
    cells: Cells
    asked: list[_Asked]
    results: list[tuple[Gaps, Group]]
    named: tuple[str, ...]
    has_years: bool
    aside: int = 0
    """Students set aside from every figure, as too few of them are not reported."""
    page: int = 0
    """How many of the results are the page's."""
    lacking: list[str] = field(default_factory=list)
    """What is said of traits of which nothing can be told."""
    gated: list[Gated] = field(default_factory=list)
    """The page's results, once they went through the gate."""


def _answers(
    cells: Cells,
    latest: str | None,
    indicator: Indicator,
    by: tuple[str, ...],
    year: Dimension | None,
    plan: Plan,
) -> _Answers:
    """All that is asked of one indicator."""
    named: tuple[str, ...] = ()
    everyone = int(cells.students.sum())
    if not plan.internal and indicator.figures is None:
        strata = (year.name,) if year else ()
        cells, named = set_aside(cells, indicator, by, strata, min_n=plan.min_n)
    aside = everyone - int(cells.students.sum())
    now = _of_year(cells, year, latest)
    every = by
    by = tuple(name for name in every if is_told_apart(now, indicator.name, name))
    if not by:
        raise QuestionError("no trait has two groups with a known outcome")
    question = Question(
        by=by,
        depth=plan.depth,
        reference=plan.reference,
        min_n=plan.min_n,
        internal=plan.internal,
    )
    stratum = {year.name: latest} if year and latest else {}
    asked = [_Asked(now, question, stratum)]
    for dimension in plan.over:
        if dimension.name not in by and _has_several(now, indicator, dimension):
            other = replace(question, by=(dimension.name,), depth=1, reference="rest")
            asked.append(_Asked(now, other, stratum))
    has_years = year is not None and _has_several(cells, indicator, year)
    if year is not None and has_years:
        each = replace(question, depth=1, within=(year.name,), strata_only=True)
        asked.append(_Asked(cells, each, {}))
    results = [one.answer(indicator) for one in asked]
    lacking = not_told(plan.by, [*{*every} - {*by}], plan.where, indicator)
    return _Answers(
        indicator, cells, asked, results, named, has_years, aside, lacking=lacking
    )


def _board(
    answers: Sequence[_Answers],
    studies: Sequence[Study],
    latest: str | None,
    year: Dimension | None,
    plan: Plan,
) -> Board:
    """Whom the page is of; its questions are added to those of its indicator."""
    board = chosen(plan.page or PageWanted(), studies)
    answer = answers[board.study]
    board, asked = asked_for(
        board,
        answer.cells,
        answer.indicator,
        year,
        latest,
        min_n=plan.min_n,
        internal=plan.internal,
    )
    for one in asked:
        answer.asked.append(_Asked(one.cells, one.question, one.stratum))
        answer.results.append((one.result, one.stratum))
    answer.page = len(asked)
    return board


def _with_gated(board: Board, answer: _Answers) -> Board:
    """The page with its results as the gate let them through."""
    asked = answer.asked[len(answer.asked) - answer.page :]
    found = [
        (bool(one.question.within), next(iter(one.stratum.values()), ""), gated)
        for one, gated in zip(asked, answer.gated, strict=True)
    ]
    return replace(
        board,
        years=tuple((year, gated) for here, year, gated in found if not here),
        here=tuple((year, gated) for here, year, gated in found if here),
    )


def _apart(answers: Sequence[_Answers], plan: Plan) -> list[list[tuple[Gaps, Group]]]:
    """The results to gate: what groups share is made of those that will be shown."""
    if plan.internal:
        return [answer.results for answer in answers]
    away = withheld_groups([a.results for a in answers], min_n=plan.min_n)
    every = []
    for answer, each in zip(answers, away, strict=True):
        results = [
            one.answer(answer.indicator, hidden) if hidden else before
            for one, before, hidden in zip(
                answer.asked, answer.results, each, strict=True
            )
        ]
        main, stratum = results[0]
        results[0] = with_those_aside(main, answer.named, min_n=plan.min_n), stratum
        every.append(results)
    return every


def _gated(
    answers: Sequence[_Answers], said_before: int, plan: Plan
) -> tuple[list[Study], list[str]]:
    """The studies, gated together: no part may give away another's.

    The first page picks the largest gaps from all of them, so that their main results
    are one family of comparisons.
    """
    results = _apart(answers, plan)
    family = joint_family([each[0][0] for each in results])
    every = gate_studies(
        [
            [(main, each[0][1]), *each[1:]]
            for main, each in zip(family, results, strict=True)
        ],
        min_n=plan.min_n,
        internal=plan.internal,
    )
    studies: list[Study] = []
    notes: list[str] = []
    for answer, whole in zip(answers, every, strict=True):
        gated = whole[: len(whole) - answer.page]
        answer.gated = whole[len(gated) :]
        places = gated[1:-1] if answer.has_years else gated[1:]
        studies.append(
            Study(
                indicator=answer.indicator,
                gaps=gated[0],
                years=gated[-1] if answer.has_years else None,
                places=tuple(places),
            )
        )
        notes += gated[0].gaps.provenance.notes[said_before:]
        if answer.indicator.figures is not None and answer.has_years:
            notes += gated[-1].gaps.provenance.notes[said_before:]
    return studies, notes


def _unequal(answer: _Answers, study: Study) -> tuple[GatedInequality, ...]:
    """How unequal the groups of each trait are together: at least three are shown.

    Year by year where there are years, in which no student stands twice.
    """
    if answer.indicator.figures is not None:
        return ()
    cells = answer.cells if study.years else answer.asked[0].cells
    return several_shown(
        cells,
        study.years or study.gaps,
        study.gaps.gaps.dimensions,
        InequalityQuestion(names=SAID),
        fewest=FEWEST,
    )


def _has_several(cells: Cells, indicator: Indicator, dimension: Dimension) -> bool:
    table = cells.table(indicator.name, [dimension.name])
    return int((table.moments.n > 0).sum()) > 1


def _described(study: Study, provenance: Provenance) -> Study:
    """The study with the whole report's provenance on its results."""
    gated = study.gaps
    whole = replace(gated.gaps, provenance=provenance)
    return replace(study, gaps=replace(gated, gaps=whole))


def _quality(source: Source, schema: Schema, plan: Plan) -> Quality:
    try:
        by = (*plan.by, *plan.over)
        found = assess(source, schema, plan.indicators, by, where=plan.where)
        return with_jumps(found, source, schema, plan.indicators, plan.where)
    except EquitableError as error:
        raise InputError(
            f"the data's quality cannot be judged: {error.problem}",
            file=source.name,
            next_step=error.next_step,
        ) from error
