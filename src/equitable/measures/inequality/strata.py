"""Inequality within strata: year by year, state by state, school by school."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from equitable.cube.cells import Cells, Table
from equitable.measures.inequality.cells import directed, table_levels
from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.results import (
    Inequality,
    InequalityQuestion,
    untold,
)
from equitable.measures.inequality.summaries import inequality
from equitable.vocabulary import NOT_REPORTED, Indicator

Within: TypeAlias = tuple[tuple[str, str], ...]
"""A stratum: each dimension held fixed, and its group."""

NOBODY = "no group with a known outcome may be shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """The summaries over the groups of one stratum."""

    within: Mapping[str, str]
    found: Inequality

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {"within": dict(self.within), **self.found.to_dict()}


def strata_inequality(
    cells: Cells,
    indicator: Indicator,
    by: Sequence[str],
    within: Sequence[str],
    question: InequalityQuestion | None = None,
    *,
    shown: Mapping[Within, Collection[str]] | None = None,
) -> tuple[Stratum, ...]:
    """The summaries of each stratum, in the axes' order.

    Parameters
    ----------
    by, within
        The dimensions whose groups are summarised, and those held fixed.
    shown
        The groups that may enter in each stratum; a stratum without an entry has none.
        ``None``: the question's, in every stratum.

    Notes
    -----
    A group of the order, or the reference, may be absent from a stratum, but not from
    all; where a stratum lacks the reference, its figures say so.  Students whose
    stratum nobody wrote down make none.
    """
    asked = directed(question, indicator)
    wanted = {*(asked.order or ()), *([asked.reference] if asked.reference else [])}
    everyone = {
        group.name
        for group in table_levels(
            cells.table(indicator.name, by), indicator, weighted=cells.weighted
        )
    }
    table = cells.table(indicator.name, [*within, *by])
    held = len(within)
    codes, place = np.unique(table.places[:, :held], axis=0, return_inverse=True)
    place = place.reshape(-1)
    found = []
    for number, code in enumerate(codes):
        stratum = {
            axis.dimension.name: axis.groups[at]
            for axis, at in zip(table.axes[:held], code, strict=True)
        }
        own = _part(table, place == number, held)
        if NOT_REPORTED in stratum.values() or not own.moments.n.sum():
            continue
        groups = table_levels(own, indicator, weighted=cells.weighted)
        of_stratum = asked
        if shown is not None:
            may = shown.get(tuple(sorted(stratum.items())), frozenset())
            of_stratum = replace(asked, shown=frozenset(may))
        answer = _answer(
            groups, sorted(wanted & everyone), of_stratum, is_rate=indicator.is_rate
        )
        found.append(Stratum(within=stratum, found=answer))
    return tuple(found)


def _part(table: Table, rows: np.ndarray[Any, np.dtype[np.bool_]], held: int) -> Table:
    """The rows of one stratum, by the dimensions that are compared."""
    return Table(
        axes=table.axes[held:],
        places=table.places[rows][:, held:],
        moments=table.moments.take(rows),
    )


def _answer(
    groups: Sequence[GroupLevel],
    wanted: Sequence[str],
    asked: InequalityQuestion,
    *,
    is_rate: bool,
) -> Inequality:
    # Not a mistyped name as long as another stratum has it: said, not raised.
    there = {group.name for group in groups}
    missing = [
        GroupLevel(name=name, n=0, value=float("nan"))
        for name in wanted
        if name not in there
    ]
    every = [*groups, *missing]
    may = [
        group.name
        for group in every
        if group.n > 0
        and (asked.shown is None or group.name in asked.shown)
        and (asked.order is None or group.name in asked.order)
    ]
    if not may:
        return untold(asked, NOBODY, is_rate=is_rate, left_out=len(groups))
    return inequality(every, asked, is_rate=is_rate)
