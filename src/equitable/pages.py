"""What the one page for a board asks of the cells, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from equitable.cube.cells import Cells
from equitable.errors import InputError, QuestionError
from equitable.intake.meaning.rows import RowsAre
from equitable.intake.published.held_back import held_back
from equitable.measures.gaps import Question, gaps
from equitable.measures.results import Gaps, Group
from equitable.ours import (
    OurGroup,
    OurPlace,
    at_its_level,
    find_group,
    find_place,
    how_many,
    place_dimensions,
    told_apart,
)
from equitable.report.board.facts import first_behind, pick
from equitable.report.board.words import words_of
from equitable.report.board.write import LANGUAGES
from equitable.report.contents import Board, Study
from equitable.vocabulary import NOT_REPORTED, Condition, Dimension, Indicator

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.source import Source

_YEARS: Final = 10
_CIVIL_RIGHTS: Final = (
    "U.S. Department of Education, Office for Civil Rights (Civil Rights Data"
    " Collection)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWanted:
    """Whom the page is to speak of, where somebody said it."""

    group: OurGroup | None = None
    place: OurPlace | None = None
    apart: frozenset[str] = frozenset()
    """Dimensions that are places and no traits of students."""


def page_languages(
    page: bool | None,
    our_group: str | None,
    our_school: str | None,
    languages: Sequence[str] | None,
    *,
    rows_are: RowsAre,
) -> tuple[str, ...]:
    """The languages of the page that a report makes as well; none where it makes none.

    Raises
    ------
    QuestionError
        Where something is asked of a page that is not to be made, or there are no words
        in a language.
    """
    asked = any(one is not None for one in (our_group, our_school, languages))
    if page is False and asked:
        raise QuestionError(
            "a group, a school or a language of the page is named, and no page is to be"
            " made",
            next_step="Leave one of the two out.",
        )
    if page is None and rows_are == "students" and not asked:
        return ()
    if page is False:
        return ()
    chosen = tuple(dict.fromkeys(LANGUAGES if languages is None else languages))
    for language in chosen:
        words_of(language)
    return chosen


def wanted_of(
    source: Source,
    schema: Schema,
    traits: Sequence[Dimension],
    group: str | None,
    place: str | None,
    where: Condition | None,
) -> PageWanted:
    """Whom the page is to speak of, by the names that a person gave."""
    return PageWanted(
        group=None if group is None else find_group(source, schema, traits, group),
        place=None if place is None else find_place(source, schema, place, where),
        apart=place_dimensions(schema, traits),
    )


def with_trait(
    traits: tuple[Dimension, ...], wanted: PageWanted
) -> tuple[Dimension, ...]:
    """The traits of the report, and that of our group: it is to be compared as well."""
    if wanted.group is None:
        return traits
    own = wanted.group.dimension
    return traits if own.name in {d.name for d in traits} else (*traits, own)


@dataclass(frozen=True, slots=True)
class YearAsked:
    """One year's question, put to the cells of that year."""

    cells: Cells
    question: Question
    stratum: Group
    result: Gaps


def chosen(wanted: PageWanted, studies: Sequence[Study]) -> Board:
    """The page's group, and which of a report's indicators it speaks of."""
    if wanted.group is None:
        study, dimension, group = pick(studies, wanted.apart)
    else:
        dimension, group = wanted.group.dimension.name, wanted.group.group
        study = first_behind(studies, dimension, group)
    return Board(
        study=study,
        dimension=dimension,
        group=group,
        picked=wanted.group is None,
        place=wanted.place.place if wanted.place else None,
    )


def asked_for(
    board: Board,
    cells: Cells,
    indicator: Indicator,
    year: Dimension | None,
    latest: str | None,
    *,
    min_n: int,
    internal: bool,
) -> tuple[Board, list[YearAsked]]:
    """The page's question in each year: the trait in the file, and in the place.

    Parameters
    ----------
    board
        The page's group and place.
    cells
        Every year and place, without the students that are set aside.
    year, latest
        The dimension of years and the year of the figures, where there are several.

    Returns
    -------
    The page with how many places there are; and the questions of the whole file, then
    those of the place, which have it held fixed: one a year, that of ``latest`` last.
    """
    years = _years(cells, indicator, year, latest)
    question = Question(by=(board.dimension,), depth=1, min_n=min_n, internal=internal)
    everywhere = _each(cells, indicator, question, year, years)
    if indicator.figures is not None:
        told = {next(iter(one.stratum.values()), "") for one in everywhere}
        several = tuple(one for one in years if one not in told)
        board = replace(board, several=several)
    where = board.place
    if where is None:
        return board, everywhere
    place = where.dimension
    cells = at_its_level(cells, place, where.value, where.level)
    now = cells.only(year.name, latest) if year and latest else cells
    board = replace(
        board, place=replace(where, among=how_many(now, indicator.name, place))
    )
    figures = indicator.figures is not None
    # Of figures nothing can be made of the other places together.
    apart = (cells.only if figures else partial(told_apart, cells))(place, where.value)
    within = replace(question, within=(place,))
    found = _each(apart, indicator, within, year, years)
    if not found:
        # The file does not tell of this trait in its places: of all of it, perhaps.
        board = replace(board, not_crossed=True)
    return board, [*everywhere, *found]


def _each(
    cells: Cells,
    indicator: Indicator,
    question: Question,
    year: Dimension | None,
    years: Sequence[str],
) -> list[YearAsked]:
    asked = []
    for one in years:
        own = cells.only(year.name, one) if year and one else cells
        try:
            result = gaps(own, indicator, question)
        except (InputError, QuestionError):
            # The file does not tell of this trait in this year.
            continue
        asked.append(YearAsked(own, question, _stratum(year, one), result))
    return asked


def _stratum(year: Dimension | None, one: str) -> Group:
    return {year.name: one} if year and one else {}


def _years(
    cells: Cells, indicator: Indicator, year: Dimension | None, latest: str | None
) -> list[str]:
    """The latest years with a known outcome, up to that of the figures; or ['']."""
    if year is None or latest is None:
        return [""]
    axis = cells.axes[cells.axis(year.name)]
    table = cells.table(indicator.name, [year.name])
    known = {axis.groups[place] for place in table.places[table.moments.n > 0, 0]}
    years = [y for y in axis.groups if y in known and y not in {NOT_REPORTED, latest}]
    return [*years[1 - _YEARS :], latest]


def with_source(
    board: Board,
    indicator: Indicator,
    wanted: PageWanted,
    source: Source,
    schema: Schema,
    where: Condition | None,
) -> Board:
    """The page with what is known of where its numbers come from."""
    settings = schema.settings.source if schema.settings else None
    layout = schema.published.layout if schema.published else ""
    told = _CIVIL_RIGHTS if layout == "civil rights" else ""
    board = replace(
        board,
        publisher=(settings.publisher if settings else None) or told,
        licence=(settings.licence if settings else None) or "",
    )
    if schema.rows_are == "students":
        return board
    kept = where.sql if where else None
    here = wanted.place.condition if wanted.place else None
    both = " AND ".join(f"({one})" for one in (kept, here) if one)
    return replace(
        board,
        public=True,
        held_back=held_back(source, indicator, kept),
        held_back_here=held_back(source, indicator, both) if here else None,
    )
