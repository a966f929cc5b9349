"""A table of groups against one reference: who is compared with whom, and the figures.

A table is the groups of some dimensions within each stratum; the rest, everyone and
the reference group are always those of the same stratum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Axis, Integers, Numbers
from equitable.measures.comparison import (
    Comparison,
    against_number,
    against_overall,
    compare,
)
from equitable.measures.levels import Levels, RateInterval
from equitable.measures.references import ReferenceChoice, best_rows, by_stratum
from equitable.measures.results import ReferenceKind
from equitable.measures.selection import compare_with_highest
from equitable.vocabulary import NOT_REPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratified:
    """The groups of a table, row by row, each with its rest and its stratum's total."""

    names: tuple[str, ...]
    within: tuple[str, ...]
    axes: tuple[Axis, ...]
    places: Integers
    stratum: Integers
    group: Levels
    rest: Levels
    everyone: Levels
    weighted: bool
    opposite: Levels
    """The groups as others are compared with them: where only bounds of their counts
    were published, at the other end of these; else as ``group``."""
    hidden: NDArray[np.bool_]
    """Rows that are not to be shown: no figure that others share takes them in."""

    def named(self, row: int) -> tuple[dict[str, str], dict[str, str]]:
        """A row's group and its stratum."""
        both = [
            (axis.dimension.name, axis.groups[place])
            for axis, place in zip(self.axes, self.places[row], strict=True)
        ]
        held = len(self.within)
        return dict(both[held:]), dict(both[:held])

    def reported(self) -> NDArray[np.bool_]:
        """Rows whose membership is known in every dimension compared."""
        known = np.ones(len(self.places), bool)
        for place, axis in enumerate(self.axes):
            if place >= len(self.within) and NOT_REPORTED in axis.groups:
                known &= self.places[:, place] != axis.groups.index(NOT_REPORTED)
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A table compared.

    ``kind`` is the reference used, which is 'rest' where the table has no group of the
    one asked for; ``row`` the reference's row (-1: none); ``own`` marks the
    reference's own row; ``enough`` the rows that a verdict may be given of.
    """

    table: Stratified
    kind: ReferenceKind
    number: float | None
    reference: Levels | None
    row: Integers
    own: NDArray[np.bool_]
    enough: NDArray[np.bool_]
    compared: Comparison


def answer(
    table: Stratified,
    choice: ReferenceChoice,
    *,
    is_rate: bool,
    higher_is_better: bool,
    confidence: float,
    how: RateInterval,
    min_n: int,
) -> Answer:
    """Compare every row of a table with its reference."""
    rows = len(table.places)
    nobody, none = np.zeros(rows, bool), np.full(rows, -1, np.int64)
    counted = (table.group.students >= min_n) & ~table.hidden
    if choice.kind == "number" and choice.number is not None:
        compared = against_number(
            table.group, choice.number, is_rate=is_rate, confidence=confidence, how=how
        )
        return Answer(
            table=table,
            kind="number",
            number=float(choice.number),
            reference=None,
            row=none,
            own=nobody,
            enough=counted,
            compared=compared,
        )
    kind: ReferenceKind = choice.kind
    if kind == "group" and not set(choice.named) & set(table.names):
        kind = "rest"
    if kind in {"rest", "overall"}:
        rest = compare(table.group, table.rest, is_rate=is_rate, confidence=confidence)
        compared, shown = rest, table.rest
        if kind == "overall":
            shown = table.everyone
            compared = against_overall(
                rest, table.group, table.rest, is_rate=is_rate, confidence=confidence
            )
        return Answer(
            table=table,
            kind=kind,
            number=None,
            reference=shown,
            row=none,
            own=nobody,
            enough=counted & (table.rest.students >= min_n),
            compared=compared,
        )
    row = _reference_rows(table, choice, higher_is_better=higher_is_better)
    own = row == np.arange(rows)
    reference = table.opposite.take(np.maximum(row, 0))
    compared = compare(table.group, reference, is_rate=is_rate, confidence=confidence)
    if kind == "highest":
        compared = _allow_for_choice(
            table,
            compared,
            row,
            least=choice.least,
            is_rate=is_rate,
            higher_is_better=higher_is_better,
            confidence=confidence,
        )
    nothing = own | (row < 0)
    return Answer(
        table=table,
        kind=kind,
        number=None,
        reference=reference,
        row=row,
        own=own,
        enough=counted
        & ~nothing
        & (reference.students >= min_n)
        & ~table.hidden[np.maximum(row, 0)],
        compared=compared.blank(nothing),
    )


def _reference_rows(
    table: Stratified, choice: ReferenceChoice, *, higher_is_better: bool
) -> Integers:
    """Each row's reference row in its own stratum; -1 where there is none."""
    if choice.kind == "group":
        return _named_rows(table, choice)
    # A group that is not shown is no reference: which one is would tell of its size.
    eligible = table.reported() & np.isfinite(table.group.value) & ~table.hidden
    if choice.kind == "highest":
        eligible &= table.group.students >= choice.least
    if choice.kind == "largest":
        value = table.group.students.astype(np.float64)
    else:
        value = table.group.value if higher_is_better else -table.group.value
    return best_rows(value, table.group.students, table.stratum, eligible)


def _named_rows(table: Stratified, choice: ReferenceChoice) -> Integers:
    """The row of the named group, the other dimensions as the row itself has them."""
    wanted = table.places.copy()
    for place, axis in enumerate(table.axes):
        name = axis.dimension.name
        if place >= len(table.within) and name in choice.named:
            wanted[:, place] = axis.groups.index(choice.named[name])
    shape = tuple(len(axis.groups) for axis in table.axes)
    known = np.ravel_multi_index(tuple(table.places.T), shape)
    flat = np.ravel_multi_index(tuple(wanted.T), shape)
    order = np.argsort(known)
    at = np.minimum(np.searchsorted(known, flat, sorter=order), len(known) - 1)
    row = order[at]
    return np.where(known[row] == flat, row, -1).astype(np.int64)


def _allow_for_choice(
    table: Stratified,
    compared: Comparison,
    row: Integers,
    *,
    least: int,
    is_rate: bool,
    higher_is_better: bool,
    confidence: float,
) -> Comparison:
    """Limits and p that repeat the choice of the highest group from the same data."""
    low: Numbers = compared.difference_low.copy()
    high: Numbers = compared.difference_high.copy()
    p: Numbers = compared.p.copy()
    eligible = (
        table.reported()
        & (table.group.students >= least)
        & np.isfinite(table.group.value)
    )
    shown = (table.group.students > 0) & ~table.hidden
    for here in by_stratum(table.stratum, shown & (row >= 0)):
        group = table.group.take(here)
        chosen = compare_with_highest(
            group.n,
            group.value,
            group.squares,
            students=group.students,
            events=group.events,
            eligible=eligible[here],
            is_rate=is_rate,
            higher_is_better=higher_is_better,
            confidence=confidence,
        )
        low[here], high[here], p[here] = chosen.low, chosen.high, chosen.p
    # No limits of a ratio allow for how the highest was chosen.
    unknown = np.full_like(compared.ratio, np.nan)
    return replace(
        compared,
        difference_low=low,
        difference_high=high,
        p=p,
        ratio_low=unknown,
        ratio_high=unknown,
        odds_ratio_low=unknown,
        odds_ratio_high=unknown,
    )
