"""Summaries of inequality made of the groups that went through the gate, and no other.

A summary is worked out from all its groups at once: with one group more it could be
solved for that group.  Here it is made after the gate has decided, from the groups that
are shown beside it; a withheld group is named, as it is in every table, and has no
figure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from equitable.cube.cells import Cells
from equitable.measures.inequality.averages import averages_inequality
from equitable.measures.inequality.cells import cells_inequality
from equitable.measures.inequality.over_time import Change, changes
from equitable.measures.inequality.results import (
    Group,
    Inequality,
    InequalityQuestion,
    group_words,
)
from equitable.measures.inequality.strata import Stratum, Within, strata_inequality
from equitable.privacy.gate import Gated
from equitable.vocabulary import (
    NOT_REPORTED,
    Break,
    Dimension,
    Indicator,
    Role,
    breaks_about,
    natural_order,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatedInequality:
    """Summaries that may be shown: of all groups together, or of each stratum.

    Made by ``shown_inequality`` and ``published_inequality`` alone.
    """

    indicator: Indicator
    dimension: Dimension
    within: tuple[Dimension, ...] = ()
    found: Inequality | None
    """Without strata; else ``None``."""
    strata: tuple[Stratum, ...] = ()
    changes: tuple[Change, ...] = ()
    """Over years: from each to the next, and from the first to the last."""
    breaks: tuple[Break, ...] = ()
    """Years from which on figures are counted otherwise than before."""
    internal: bool = False
    audited: bool = False

    @property
    def year(self) -> Dimension | None:
        """The dimension of time among the strata."""
        return next((d for d in self.within if d.role is Role.YEAR), None)

    def to_dict(self) -> dict[str, Any]:
        """As in JSON: the single case's fields, then strata and changes."""
        single = {} if self.found is None else self.found.to_dict()
        if self.found is None:
            single = {"measures": {}, "groups": []}
        return {
            **single,
            "strata": [stratum.to_dict() for stratum in self.strata],
            "changes": [change.to_dict() for change in self.changes],
        }


def shown_inequality(
    cells: Cells,
    gated: Gated,
    dimension: Dimension,
    question: InequalityQuestion,
    breaks: Collection[str] = (),
) -> GatedInequality:
    """The summaries over one dimension's groups that a gated result shows.

    Parameters
    ----------
    cells
        What the result was made from.
    gated
        Its rows say which groups are shown; where it is within strata, of which.
    dimension
        The trait whose groups are summarised.
    question
        ``shown`` is set here.
    breaks
        Years from which on figures are counted otherwise than before, beside those that
        the cells' provenance has.
    """
    gaps = gated.gaps
    name, within = dimension.name, gaps.within
    rows = [
        row
        for row in gaps.rows
        if tuple(row.group) == (name,) and bool(row.within) == bool(within)
    ]
    shown: dict[Within, set[str]] = {}
    withheld: dict[Within, list[Group]] = {}
    for row in rows:
        stratum = tuple(sorted(row.within.items()))
        if row.withheld:
            withheld.setdefault(stratum, []).append(dict(row.group))
        else:
            shown.setdefault(stratum, set()).add(row.group[name])
    found: Inequality | None = None
    strata: tuple[Stratum, ...] = ()
    told: tuple[Break, ...] = ()
    year = next((held for held in within if held.role is Role.YEAR), None)
    if year is not None:
        declared = breaks_about(cells.provenance.breaks, gaps.indicator, name)
        told = tuple(one for one in declared if one.year == year.name)
        told += tuple(_break_at(cells, year.name, at) for at in breaks)
    if within:
        question = replace(question, centres=year is not None)
        strata = tuple(
            replace(one, found=_with_names(one.found, withheld, one.within))
            for one in strata_inequality(
                cells,
                gaps.indicator,
                [name],
                [held.name for held in within],
                question,
                shown=shown,
            )
        )
    else:
        may = replace(question, shown=frozenset(shown.get((), ())))
        single = cells_inequality(cells, gaps.indicator, [name], may)
        found = _with_names(single, withheld, {})
    return GatedInequality(
        indicator=gaps.indicator,
        dimension=dimension,
        within=within,
        found=found,
        strata=strata,
        changes=() if year is None else changes(strata, year.name, told),
        breaks=told,
        internal=gated.internal,
        audited=gated.audited,
    )


def _break_at(cells: Cells, year: str, at: str) -> Break:
    """A break at a year that is named, whether or not there are figures of it."""
    order = natural_order({*cells.axes[cells.axis(year)].groups, at})
    return Break(year=year, at=at, earlier=tuple(order[: order.index(at)]), why="")


def several_shown(
    cells: Cells,
    gated: Gated,
    dimensions: Iterable[Dimension],
    question: InequalityQuestion,
    *,
    fewest: int,
) -> tuple[GatedInequality, ...]:
    """The summaries over each of several traits, where enough groups are shown.

    Groups that overlap, or of which only bounds are known, make no summary.
    """
    held = [one.name for one in gated.gaps.within]
    found = []
    for dimension in dimensions:
        table = cells.table(gated.gaps.indicator.name, [*held, dimension.name])
        if dimension.overlapping or table.moments.spare.any():
            continue
        if all(
            row.withheld
            for row in gated.gaps.rows
            if tuple(row.group) == (dimension.name,)
        ):
            continue
        one = shown_inequality(cells, gated, dimension, question)
        if most_groups(one) >= fewest:
            found.append(one)
    return tuple(found)


def most_groups(gated: GatedInequality) -> int:
    """The most groups shown in any stratum, 'Not reported' not counted."""
    every = [gated.found] if gated.found is not None else []
    every += [one.found for one in gated.strata]
    counts = [
        sum(group_words(level.group) != NOT_REPORTED for level in found.groups)
        for found in every
    ]
    return max(counts, default=0)


def published_inequality(
    cells: Cells, gated: Gated, dimension: Dimension, question: InequalityQuestion
) -> GatedInequality:
    """What published averages can tell, of the groups that a gated result shows.

    Parameters
    ----------
    cells
        What the result was made from: a row of the table a cell.
    gated, dimension, question
        As in `shown_inequality`; strata are years.
    """
    gaps = gated.gaps
    strata = []
    for stratum, some in _each(cells, gaps.within):
        table = some.table(gaps.indicator.name, [dimension.name])
        if not table.moments.n.sum():
            continue
        rows = [row for row in gaps.rows if row.within == stratum]
        own = [row for row in rows if not row.withheld]
        students = {
            group_words(row.group): row.n for row in own if isinstance(row.n, int)
        }
        shown = frozenset(group_words(row.group) for row in own)
        asked = replace(question, shown=shown)
        found = averages_inequality(table, gaps.indicator, asked, students)
        named = tuple(dict(row.group) for row in rows if row.withheld)
        found = replace(found, withheld=named, left_out=len(named))
        strata.append(Stratum(within=stratum, found=found))
    return GatedInequality(
        indicator=gaps.indicator,
        dimension=dimension,
        within=gaps.within,
        found=None if gaps.within else strata[0].found,
        strata=tuple(strata) if gaps.within else (),
        internal=gated.internal,
        audited=gated.audited,
    )


def _each(
    cells: Cells, held: Sequence[Dimension]
) -> list[tuple[dict[str, str], Cells]]:
    if not held:
        return [({}, cells)]
    name = held[0].name
    groups = cells.axes[cells.axis(name)].groups
    return [({name: group}, cells.only(name, group)) for group in groups]


def _with_names(
    found: Inequality,
    withheld: Mapping[Within, Sequence[Group]],
    within: Mapping[str, str],
) -> Inequality:
    names = tuple(withheld.get(tuple(sorted(within.items())), ()))
    return replace(found, withheld=names, left_out=max(found.left_out, len(names)))
