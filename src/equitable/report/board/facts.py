"""What the page for a board can say: from gated results to plain facts.

Nothing here has words, and nothing here is computed anew: each fact is a figure of a
result that went through the privacy gate, or says that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from equitable.measures.held_back import BY_THE_PUBLISHER
from equitable.measures.results import GapRow
from equitable.privacy.gate import Gated
from equitable.report.contents import Board, Contents, Place, Study
from equitable.report.people import school_year
from equitable.report.sentences import least_effect, whole_numbers
from equitable.vocabulary import (
    NOT_REPORTED,
    Dimension,
    Direction,
    Figure,
    Indicator,
    Verdict,
)

State: TypeAlias = Literal["value", "bounds", "withheld", "none"]
Lacking: TypeAlias = Literal["", "withheld", "none", "not-crossed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The figure of one group: known, between bounds, withheld, or not there.

    ``low`` and ``high`` allow for chance; ``least`` and ``most`` are what the publisher
    told, and equal where the figure is known.
    """

    state: State
    least: float = 0.0
    most: float = 0.0
    low: float | None = None
    high: float | None = None
    n: int | None = None

    @property
    def told(self) -> bool:
        """Whether there is a figure to show."""
        return self.state in {"value", "bounds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A group beside the other students of the same place."""

    group: Level
    others: Level
    lacking: Lacking = ""
    """Why the group has no figure."""
    verdict: Verdict | None = None
    low: float | None = None
    high: float | None = None
    """The difference, allowing for chance."""
    missing: int = 0

    @property
    def blurred(self) -> bool:
        """Whether a figure is known between bounds only."""
        return "bounds" in {self.group.state, self.others.state}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the page is made of; ``main`` is of the place, where there is one."""

    indicator: Indicator
    dimensions: tuple[Dimension, ...]
    board: Board
    year: str
    main: Comparison
    whole: Comparison | None
    years: tuple[tuple[str, Comparison], ...]
    per: int
    """Of how many students figures are told: 100, or more where that is too few."""
    withheld: tuple[str, ...]
    """Groups of the same trait that are not shown in the same place."""
    crossed: bool
    """Whether the file tells of students of two traits at once."""
    outcomes: int
    """How many the report has: the page speaks of one."""
    behind: bool
    """Whether that is one in which the group is behind in the whole file."""

    @property
    def none_behind(self) -> bool:
        """Whether a rule chose the group, and found none behind."""
        return self.board.picked and not self.behind

    @property
    def figures(self) -> bool:
        """Whether the file holds averages or percentages, and counts no students."""
        return self.indicator.figures is not None

    @property
    def without_chance(self) -> bool:
        """Whether such figures come without what is needed for an interval."""
        return self.figures and self.main.low is None

    @property
    def dimension(self) -> Dimension | None:
        """The trait that the group is one of."""
        wanted = self.board.dimension
        return next((d for d in self.dimensions if d.name == wanted), None)

    @property
    def place(self) -> Place | None:
        """The place, where one was asked for."""
        return self.board.place


_PERS: Final = (100, 1_000, 10_000)
_LEAST: Final = 3
_NOTHING: Final = Comparison(group=Level(state="none"), others=Level(state="none"))


def facts_of(contents: Contents) -> Facts:
    """The facts of a report's page for a board.

    Raises
    ------
    ValueError
        Where the contents hold none.
    """
    board = contents.board
    if board is None:
        raise ValueError("these contents hold no page for a board")
    study = contents.studies[board.study]
    gaps = study.gaps.gaps
    place = board.place
    everywhere = [(year, _compared(gated, board, None)) for year, gated in board.years]
    years = (
        [(year, _compared(gated, board, place)) for year, gated in board.here]
        if place
        else everywhere
    )
    last = board.years[-1][0] if board.years else ""
    nothing = replace(_NOTHING, lacking="none")
    whole = everywhere[-1][1] if everywhere else nothing
    main = years[-1][1] if years and years[-1][0] == last else nothing
    if board.not_crossed:
        main = replace(_NOTHING, lacking="not-crossed")
    told = [pair for pair in years if pair[1].group.told or pair[1].others.told]
    shown = [main, *([whole] if place else [])]
    verdict = None if place else _of_report(study, board)
    return Facts(
        indicator=study.indicator,
        dimensions=gaps.dimensions,
        board=replace(
            board,
            breaks=tuple(
                replace(
                    one,
                    at=school_year(one.at),
                    earlier=tuple(map(school_year, one.earlier)),
                )
                for one in board.breaks
            ),
            several=tuple(map(school_year, board.several)),
        ),
        year=school_year(last or contents.year),
        main=replace(main, verdict=verdict) if verdict else main,
        whole=whole if place else None,
        years=tuple((school_year(year), one) for year, one in told)
        if len(told) > 1
        else (),
        per=_people(shown),
        withheld=_withheld(board),
        crossed=any(
            len(row.group) > 1 and board.dimension in row.group and (row.n or 0)
            for row in gaps.rows
            if not row.withheld
        ),
        outcomes=len(contents.studies),
        behind=any(
            dict(row.group) == {board.dimension: board.group}
            and row.verdict is Verdict.WORSE
            for row in gaps.rows
        ),
    )


def pick(studies: Iterable[Study], apart: frozenset[str]) -> tuple[int, str, str]:
    """The group that a page speaks of where nobody named one, and its indicator.

    The first indicator with a group behind its reference, and of that indicator the
    group whose gap is largest at least, allowing for chance and in standard deviations;
    else the largest difference told; else the first group.

    Parameters
    ----------
    apart
        Dimensions that are places and no traits of students.
    """
    studies = list(studies)
    for place, study in enumerate(studies):
        behind = [row for row in _single(study, apart) if row.verdict is Verdict.WORSE]
        if behind:
            row = max(behind, key=lambda row: (least_effect(row), *_named(row)))
            return place, *_named(row)
    for place, study in enumerate(studies):
        sign = 1 if study.indicator.direction is Direction.LOWER else -1
        told = [(row, row.difference) for row in _single(study, apart)]
        known = [(row, gap) for row, gap in told if isinstance(gap, float)]
        if known:
            row, _ = max(known, key=lambda pair: (sign * pair[1], *_named(pair[0])))
            return place, *_named(row)
    first = [row for row in studies[0].gaps.gaps.rows if len(row.group) == 1]
    traits = [row for row in first if not set(row.group) & apart]
    return 0, *_named((traits or first)[0])


def first_behind(studies: Iterable[Study], dimension: str, group: str) -> int:
    """The first indicator in which a group is behind; else the first that has it."""
    known: int | None = None
    for place, study in enumerate(studies):
        for row in study.gaps.gaps.rows:
            if dict(row.group) != {dimension: group} or row.withheld:
                continue
            if row.verdict is Verdict.WORSE:
                return place
            counted = row.n or study.indicator.figures is not None
            if known is None and counted and isinstance(row.value, float):
                known = place
    return known or 0


def _single(study: Study, apart: frozenset[str]) -> list[GapRow]:
    return [
        row
        for row in study.gaps.gaps.rows
        if len(row.group) == 1
        and not row.withheld
        and NOT_REPORTED not in row.group.values()
        and not set(row.group) & apart
    ]


def _named(row: GapRow) -> tuple[str, str]:
    name, value = next(iter(row.group.items()))
    return name, value


def _of_report(study: Study, board: Board) -> Verdict | None:
    """The report's own verdict, which is adjusted for all that the report compares."""
    for row in study.gaps.gaps.rows:
        if dict(row.group) == {board.dimension: board.group}:
            kinds = ("rest", "overall") if row.n is None else ("rest",)
            same = row.reference.kind in kinds and not row.withheld
            return row.verdict if same else None
    return None


def _compared(gated: Gated, board: Board, place: Place | None) -> Comparison:
    """The group's row in a place, or in the whole file."""
    within = {place.dimension: place.value} if place else {}
    row = next(
        (
            row
            for row in gated.gaps.rows
            if dict(row.within) == within
            and dict(row.group) == {board.dimension: board.group}
        ),
        None,
    )
    if row is None or row.reason == BY_THE_PUBLISHER:
        return replace(_NOTHING, lacking="none")
    if row.withheld:
        hidden = Level(state="withheld")
        return Comparison(group=hidden, others=hidden, lacking="withheld")
    bounds = row.bounds
    missing = row.missing if isinstance(row.missing, int) else 0
    own = _level(
        row.value if bounds is None else bounds.value, row.low, row.high, row.n
    )
    reference = row.reference
    others = _level(
        reference.value if bounds is None else bounds.reference,
        reference.low, reference.high, reference.n,
    )  # fmt: skip
    lacking: Lacking = "" if own.told else "none"
    return Comparison(
        group=own,
        others=others,
        lacking=lacking,
        verdict=row.verdict,
        low=_number(row.difference_low),
        high=_number(row.difference_high),
        missing=missing,
    )


def _level(
    value: Figure | tuple[Figure, Figure], low: Figure, high: Figure, n: object
) -> Level:
    least, most = value if isinstance(value, tuple) else (value, value)
    counted = n if isinstance(n, int) else None
    if not isinstance(least, float) or not isinstance(most, float):
        known = None in {least, most}
        return Level(state="none" if known else "withheld", n=counted)
    return Level(
        state="value" if least == most else "bounds",
        least=least,
        most=most,
        low=_number(low),
        high=_number(high),
        n=counted,
    )


def _number(figure: Figure) -> float | None:
    return figure if isinstance(figure, float) else None


def _people(compared: Iterable[Comparison]) -> int:
    """Of how many students shares are told, so that rounding changes none of them much.

    100 where every share is 3 of them or more: 2.4 beside 7.6 of 100 would be read as
    four times as many, and not as three.
    """
    pers = [100]
    for one in compared:
        if one.group.state == one.others.state == "value":
            own, others = one.group.least, one.others.least
            if not (0 <= own <= 1 and 0 <= others <= 1):
                continue
            pers.append(whole_numbers(own, others)[2])
            small = min((share for share in (own, others) if share > 0), default=1.0)
            pers.append(next((per for per in _PERS if small * per >= _LEAST), 10_000))
    return max(pers)


def _withheld(board: Board) -> tuple[str, ...]:
    """Groups beside ours that are held back in the same place and year."""
    shown = board.here if board.place else board.years
    if not shown or board.not_crossed:
        return ()
    within = {board.place.dimension: board.place.value} if board.place else {}
    return tuple(
        row.group[board.dimension]
        for row in shown[-1][1].gaps.rows
        if row.withheld
        and row.reason != BY_THE_PUBLISHER
        and dict(row.within) == within
        and tuple(row.group) == (board.dimension,)
    )
