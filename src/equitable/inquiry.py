"""The questions of a report put to the cells, and their answers gated together.

Of students' own records everything that a report shows is protected and proved as a
release is (``privacy.clearance``).  Where that cannot be had - figures of counts that
somebody published, weights, too many groups - small groups are withheld by the simple
gate, and every page says that it was not checked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from equitable.cube.cells import Cells
from equitable.cube.told_apart import is_told_apart
from equitable.errors import QuestionError
from equitable.measures.family import joint_family
from equitable.measures.gaps import Question, gaps
from equitable.measures.results import Gaps, Group
from equitable.ours import told_apart
from equitable.pages import PageWanted
from equitable.privacy.aside import set_aside, with_those_aside
from equitable.privacy.aside import without_the_few as few_set_aside
from equitable.privacy.clearance import Block, Clearance, clear
from equitable.privacy.gate import (
    LEAST_PUBLIC,
    Gated,
    gate_hidden,
    gate_studies,
    withheld_groups,
)
from equitable.privacy.left_out import leave_out, with_notes
from equitable.privacy.lines import Key, key_of
from equitable.privacy.policy import Policy
from equitable.report.contents import Study
from equitable.report.untold import not_told
from equitable.vocabulary import (
    NOT_REPORTED,
    Break,
    Condition,
    Dimension,
    Indicator,
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
    notes: tuple[str, ...] = ()
    """What is to be said with every result."""
    page: PageWanted | None = None
    """A page for a board as well, where it is wanted."""
    cautions: tuple[str, ...] = ()
    """Those of them that are to be read before any figure."""
    breaks: tuple[Break, ...] = ()
    """Between years that the report holds."""

    @property
    def marked(self) -> bool:
        """Whether it is for the team's own eyes, small groups and all."""
        return self.internal or self.min_n < LEAST_PUBLIC

    @property
    def why_unchecked(self) -> str:
        """Why nothing can be proved of what it shows; '' where it can be tried."""
        if any(one.is_counts or one.figures is not None for one in self.indicators):
            return "the file holds published figures, and no students"
        if self.weight is not None:
            return "of weighted figures nothing can be proved"
        return ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question put to cells, all of one stratum."""

    cells: Cells
    question: Question
    stratum: Group
    beside: bool = False
    """Whether it is of places side by side, crossed with nothing."""

    def answer(
        self, indicator: Indicator, hidden: frozenset[Key] = frozenset()
    ) -> tuple[Gaps, Group]:
        """The result, what groups share being made without the hidden ones."""
        found = gaps(self.cells, indicator, replace(self.question, withheld=hidden))
        return found, self.stratum


@dataclass(slots=True)
class Answers:
    """One indicator's results before the gate: main, places, years, then the page's."""

    indicator: Indicator
    cells: Cells
    asked: list[Asked]
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


def answers_of(
    cells: Cells,
    latest: str | None,
    indicator: Indicator,
    by: tuple[str, ...],
    year: Dimension | None,
    plan: Plan,
    named: tuple[str, ...] | None = None,
) -> Answers:
    """All that is asked of one indicator.

    ``named`` are dimensions of which some were set aside for all indicators together:
    then no others are, as what is proved is of the same students for all of them.
    """
    everyone = int(cells.students.sum())
    if named is None:
        named = ()
        if not plan.internal and indicator.figures is None:
            strata = (year.name,) if year else ()
            cells, named = set_aside(cells, indicator, by, strata, min_n=plan.min_n)
    aside = everyone - int(cells.students.sum())
    now = of_year(cells, year, latest)
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
    asked = [Asked(now, question, stratum)]
    for dimension in plan.over:
        if dimension.name not in by and _has_several(now, indicator, dimension):
            other = replace(question, by=(dimension.name,), depth=1, reference="rest")
            asked.append(Asked(now, other, stratum, beside=True))
    has_years = year is not None and _has_several(cells, indicator, year)
    if year is not None and has_years:
        each = replace(question, depth=1, within=(year.name,), strata_only=True)
        asked.append(Asked(cells, each, {}))
    results = [one.answer(indicator) for one in asked]
    lacking = not_told(plan.by, [*{*every} - {*by}], plan.where, indicator)
    return Answers(
        indicator, cells, asked, results, named, has_years, aside, lacking=lacking
    )


def without_the_few(
    cells: Cells, by: Sequence[str], year: Dimension | None, plan: Plan
) -> tuple[Cells, tuple[str, ...], tuple[Key, ...]]:
    """The cells without the few whose group nobody wrote down, and other small groups.

    Returns
    -------
    The others; the dimensions of which some were not reported; every group that is in
    no figure now.
    """
    name = year.name if year else None
    cells, named = few_set_aside(cells, by, name, min_n=plan.min_n)
    cells, left = leave_out(cells, by, name, min_n=plan.min_n)
    cells = with_notes(cells, left, name)
    aside = (*(((one, NOT_REPORTED),) for one in named), *left)
    return cells, named, aside


def cleared(
    answers: Sequence[Answers],
    plan: Plan,
    year: Dimension | None,
    only: str,
    board: tuple[str, str, str | None, str] | None,
    aside: Sequence[Key],
    say: Callable[[str], None],
) -> Clearance:
    """What is to be withheld of all that is asked, with the proof.

    Parameters
    ----------
    year
        The dimension of time, where the students of each year are told apart.
    only
        The one year that all figures are of, where there is no other.
    board
        The page's dimension and group, and its place's dimension and value.
    aside
        Groups that are in no figure.

    Raises
    ------
    QuestionError
        Where nothing can be proved.
    """
    cells = answers[0].cells
    if any(answer.cells is not cells for answer in answers):
        raise QuestionError("its outcomes are of different students")
    crossed: dict[str, set[Key]] = {}
    beside: dict[str, dict[str, set[Key]]] = {}
    for answer in answers:
        for one, (result, stratum) in zip(answer.asked, answer.results, strict=True):
            for row in result.rows:
                for group in (row.group, {}):
                    key = dict(key_of(group, {**stratum, **row.within}))
                    label = key.pop(year.name, only) if year else ""
                    into = crossed
                    if one.beside:
                        into = beside.setdefault(next(iter(row.group)), {})
                    into.setdefault(label, set()).add(tuple(key.items()))
    main = cells
    if board is not None and board[2] is not None:
        main = told_apart(cells, board[2], board[3])
    return clear(
        [
            Block(cells=main, groups=crossed),
            *(
                Block(cells=cells, groups=groups, crossed=False)
                for groups in beside.values()
            ),
        ],
        year=year.name if year else None,
        policy=Policy(threshold=plan.min_n),
        rather=[()] if board is None else [((board[0], board[1]),)],
        aside=aside,
        say=say,
    )


def _apart(
    answers: Sequence[Answers],
    plan: Plan,
    away: Sequence[Sequence[frozenset[Key]]],
) -> list[list[tuple[Gaps, Group]]]:
    """The results to gate: what groups share is made of those that will be shown."""
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


def gated_together(
    answers: Sequence[Answers],
    said_before: int,
    plan: Plan,
    clearance: Clearance | None = None,
    only: Group | None = None,
    aside: Sequence[Key] = (),
) -> tuple[list[Study], list[str]]:
    """The studies, gated together: no part may give away another's.

    The first page picks the largest gaps from all of them, so that their main results
    are one family of comparisons.

    Parameters
    ----------
    clearance
        What was proved of all of them; without it they go through the simple gate.
    only
        The one year that all figures are of, where there is no other.
    aside
        Groups that are in no figure.
    """
    results = [answer.results for answer in answers]
    away: list[list[frozenset[Key]]] = []
    if clearance is not None:
        away = [
            [
                clearance.of(answer.indicator.name, one.stratum or only or {})
                for one in answer.asked
            ]
            for answer in answers
        ]
    elif not plan.internal:
        away = withheld_groups(results, min_n=plan.min_n)
    if away:
        results = _apart(answers, plan, away)
    family = joint_family([each[0][0] for each in results])
    results = [
        [(main, each[0][1]), *each[1:]]
        for main, each in zip(family, results, strict=True)
    ]
    if clearance is None:
        every = gate_studies(results, min_n=plan.min_n, internal=plan.internal)
    else:
        every = [
            [
                gate_hidden(
                    result,
                    hidden,
                    min_n=plan.min_n,
                    stratum=stratum or only,
                    nobody=aside,
                )
                for (result, stratum), hidden in zip(each, own, strict=True)
            ]
            for each, own in zip(results, away, strict=True)
        ]
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


def of_year(cells: Cells, year: Dimension | None, latest: str | None) -> Cells:
    """The cells of the year that figures are of."""
    if year is None or latest is None:
        return cells
    return cells.only(year.name, latest)


def _has_several(cells: Cells, indicator: Indicator, dimension: Dimension) -> bool:
    table = cells.table(indicator.name, [dimension.name])
    return int((table.moments.n > 0).sum()) > 1
