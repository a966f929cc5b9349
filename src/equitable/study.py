"""Which questions a report asks of a data set, and their answers as its contents.

One scan answers every indicator, group, intersection, year and place; another asks of
the data's quality whether a year's figures jump.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from equitable.cube.cells import Cells
from equitable.cube.scan import scan
from equitable.cube.told_apart import is_told_apart
from equitable.errors import EquitableError, InputError, QuestionError
from equitable.inquiry import (
    Answers,
    Asked,
    Plan,
    answers_of,
    cleared,
    gated_together,
    of_year,
    without_the_few,
)
from equitable.intake.breaks import about_forms
from equitable.intake.meaning.defaults import cautions
from equitable.intake.meaning.hints import hint
from equitable.intake.meaning.schema import Schema
from equitable.intake.published.dimensions import with_parts
from equitable.intake.published.held_back import held_in
from equitable.intake.quality.assessment import Quality, assess
from equitable.intake.source import Source
from equitable.measures.inequality.results import InequalityQuestion
from equitable.pages import PageWanted, asked_for, chosen, with_source
from equitable.privacy.clearance import Clearance
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
from equitable.vocabulary import NOT_REPORTED, Dimension, Provenance, breaks_about
from equitable.years import with_jumps


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
    named: tuple[str, ...] | None = None
    left: tuple[Key, ...] = ()
    everyone = int(cells.students.sum())
    if not (plan.marked or plan.why_unchecked):
        cells, named, left = without_the_few(cells, by, year, plan)
    answers: list[Answers] = []
    further = []
    for indicator in plan.indicators:
        try:
            answers.append(answers_of(cells, latest, indicator, by, year, plan, named))
        except (InputError, QuestionError) as error:
            further.append((indicator, error))
    if not answers:
        raise further[0][1]
    said_before = len(cells.provenance.notes)
    board = None
    if plan.page is not None:
        studies, _ = gated_together(answers, said_before, plan)
        board = _board(answers, studies, latest, year, plan)
    only = _only_year(cells, year) if latest is None else ""
    clearance, unchecked = _clearance(
        answers, plan, year if latest or only else None, only, board, left, say
    )
    # The page lies beside the report: what both show is gated together.
    studies, aside = gated_together(
        answers, said_before, plan, clearance,
        {year.name: only} if year and only else None, left,
    )  # fmt: skip
    if board is not None and plan.page is not None:
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
    quality = _quality(source, schema, plan, cautious=clearance is not None)
    if clearance is not None and left:
        # Rows with a value less those that are told of are those who were left out.
        quality = replace(quality, missing=())
    internal = plan.marked
    assumed = schema.notes_where(source, plan.where)
    forms = [about_forms(axis.dimension, axis.groups) for axis in cells.axes]
    first = (*plan.cautions, *filter(None, forms))
    provenance = replace(
        cells.provenance,
        version=VERSION,
        command=plan.command,
        internal=internal,
        audited=clearance is not None,
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
        some += [everyone - int(cells.students.sum())] if left else []
        provenance = guarded(provenance, plan.min_n, aside=min(some, default=0))
    return Contents(
        title=plan.title or f"Who is served, and who is not yet: {source.name}",
        studies=tuple(_described(study, provenance) for study in studies),
        quality=quality,
        provenance=provenance,
        internal=internal,
        audited=clearance is not None,
        unchecked=unchecked,
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
    cells = of_year(cells, plan.year, latest)
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


def _board(
    answers: Sequence[Answers],
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
        answer.asked.append(Asked(one.cells, one.question, one.stratum))
        answer.results.append((one.result, one.stratum))
    answer.page = len(asked)
    return board


def _clearance(
    answers: Sequence[Answers],
    plan: Plan,
    year: Dimension | None,
    only: str,
    board: Board | None,
    aside: Sequence[Key],
    say: Callable[[str], None],
) -> tuple[Clearance | None, str]:
    """What was proved; or why nothing was."""
    if plan.marked:
        return None, ""
    if plan.why_unchecked:
        return None, plan.why_unchecked
    spoken = None
    if board is not None:
        place = board.place
        spoken = (
            board.dimension, board.group, place.dimension if place else None,
            place.value if place else "",
        )  # fmt: skip
    try:
        return cleared(answers, plan, year, only, spoken, aside, say), ""
    except QuestionError as error:
        return None, error.problem


def _with_gated(board: Board, answer: Answers) -> Board:
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


def _unequal(answer: Answers, study: Study) -> tuple[GatedInequality, ...]:
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


def _described(study: Study, provenance: Provenance) -> Study:
    """The study with the whole report's provenance on its results."""
    gated = study.gaps
    whole = replace(gated.gaps, provenance=provenance)
    return replace(study, gaps=replace(gated, gaps=whole))


def _quality(source: Source, schema: Schema, plan: Plan, *, cautious: bool) -> Quality:
    try:
        by = (*plan.by, *plan.over)
        found = assess(
            source, schema, plan.indicators, by, where=plan.where, cautious=cautious
        )
        return with_jumps(found, source, schema, plan.indicators, plan.where)
    except EquitableError as error:
        raise InputError(
            f"the data's quality cannot be judged: {error.problem}",
            file=source.name,
            next_step=error.next_step,
        ) from error
