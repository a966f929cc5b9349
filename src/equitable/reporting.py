"""A report on a data set: what is asked of it, and where it is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from equitable.arguments import checked
from equitable.inquiry import Plan
from equitable.pages import page_languages, wanted_of, with_trait
from equitable.remarks import (
    Asked,
    about_assumptions,
    about_overlaps,
    about_uncompared,
    refuse_rules,
    with_directions,
)
from equitable.report.board.write import page_paths
from equitable.study import carry_out
from equitable.vocabulary import Dimension, Indicator, Role, names_of
from equitable.years import (
    breaks_between,
    breaks_of_report,
)


def _silently(_: str) -> AbstractContextManager[None]:
    return nullcontext()


class Reported(Asked, Protocol):
    """A data set as a report is made of it."""

    @property
    def min_n(self) -> int:
        """The smallest group that may be shown."""

    def indicator(
        self,
        outcome: str | Indicator | None,
        *,
        direction: str | None = None,
        count: str | None = None,
        total: str | None = None,
        percent: str | None = None,
    ) -> Indicator:
        """The indicator that a name stands for."""

    def _column(self, name: str) -> str: ...
    def _left(self, names: Sequence[str], where: str | None) -> list[str]: ...


@checked
def report_on(
    self: Reported,
    output: str | Path | Sequence[str | Path],
    *,
    outcomes: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    over: str | Sequence[str] = (),
    depth: int = 2,
    reference: str = "rest",
    direction: str | None = None,
    where: str | None = None,
    weight: str | None = None,
    count: str | None = None,
    total: str | None = None,
    percent: str | None = None,
    title: str = "",
    min_n: int | None = None,
    internal: bool = False,
    command: str | None = None,
    date: dt.date | None = None,
    page: bool | None = None,
    our_group: str | None = None,
    our_school: str | None = None,
    languages: str | Sequence[str] | None = None,
    progress: Callable[[str], AbstractContextManager[None]] = _silently,
) -> list[Path]:
    """Write a report: HTML, XLSX or PDF by each path's ending.

    Parameters
    ----------
    output
        One path or several.
    outcomes, by
        What is compared for whom; without them, what the settings hold or what
        was found in the columns.
    over
        Places (school, grade) compared in charts of their own.
    page
        Whether to write the one page for a board as well; without it, where the
        file is one of published counts, or where a group or school is given.
    our_group, our_school
        Whom the page speaks of: a group and a place as the file calls them, or with
        their column (``district=5``).  Without a group, that most clearly behind.
    languages
        Of the page: English and Spanish where nobody says.
    progress
        Makes a context around each step, told what it is.

    Returns
    -------
    The paths written, all or none of them.
    """
    from equitable.report.write import (  # noqa: PLC0415 - costly to import
        check_report_place,
        write_report,
    )

    paths = [Path(path) for path in names_of(output)]
    languages = None if languages is None else names_of(languages)
    outcomes = None if outcomes is None else names_of(outcomes)
    places = page_paths(
        paths,
        page_languages(
            page, our_group, our_school, languages, rows_are=self.schema.rows_are
        ),
    )
    for path in (*paths, *places):
        check_report_place(path, never=self.source.paths)
    indicators, undirected = with_directions(
        self,
        _asked_indicators(self, outcomes, direction, count, total, percent),
        direction,
        chosen=outcomes is not None or total is not None or percent is not None,
    )
    refuse_rules(self, indicators)
    traits = (
        _traits(self)
        if by is None
        else tuple(
            self.schema.dimension(name) for name in self._left(names_of(by), where)
        )
    )
    uncompared = about_uncompared(self, traits) if by is None else ()
    wanted = None
    if places:
        wanted = wanted_of(
            self.source,
            self.schema,
            traits,
            our_group,
            our_school,
            self.condition(where),
        )
        traits = with_trait(traits, wanted)
    further = tuple(self.schema.dimension(name) for name in names_of(over))
    breaks = breaks_between(self, indicators, self.condition(where))
    broken, apart = breaks_of_report(
        self, breaks, indicators, (*traits, *further), self.condition(where)
    )
    plan = Plan(
        indicators=indicators,
        by=traits,
        page=wanted,
        over=further,
        year=self.schema.year,
        where=self.condition(where),
        weight=None if weight is None else self._column(weight),
        depth=depth,
        reference=reference,
        min_n=self.min_n if min_n is None else min_n,
        internal=internal,
        title=title,
        command=command,
        date=date,
        breaks=breaks,
        cautions=(*undirected, *uncompared, *broken),
        notes=(
            *undirected,
            *uncompared,
            *broken,
            *apart,
            *about_overlaps(self, indicators, where),
            *about_assumptions(self, indicators, direction, total),
        ),
    )
    with progress(f"Reading {self.source.name} and comparing groups"):
        contents = carry_out(self.source, self.schema, plan)
    with progress("Drawing the charts and writing the report"):
        return write_report(contents, paths, places)


def _traits(self: Reported) -> tuple[Dimension, ...]:
    """What students are grouped by where nobody says: traits before places."""
    places = {Role.SCHOOL, Role.GRADE, Role.YEAR}
    traits = [d for d in self.schema.dimensions if d.role not in places]
    return tuple(traits) or self.schema.dimensions


def _asked_indicators(
    self: Reported,
    outcomes: Sequence[str] | None,
    direction: str | None,
    count: str | None,
    total: str | None,
    percent: str | None,
) -> tuple[Indicator, ...]:
    if outcomes is None and total is None and percent is None:
        return self.schema.indicators
    asked: Sequence[str | None] = outcomes or [None]
    return tuple(
        self.indicator(
            outcome, direction=direction, count=count, total=total, percent=percent
        )
        for outcome in asked
    )
