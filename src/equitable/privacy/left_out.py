"""Groups that are too small to show and would hide a large one: they are in no figure.

Everyone less the groups shown is those that are not.  Where these are together too few,
or too few of them have the outcome, or lack it, a large group has to be withheld for
their sake: all Black students, say, for eight children of four other races.  Where the
small groups are few among a year's students they are left out instead, and it is said.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Cells
from equitable.vocabulary import Indicator

Key: TypeAlias = tuple[tuple[str, str], ...]
"""Dimensions and labels, by the dimensions' names."""
Mask: TypeAlias = NDArray[np.bool_]
_LEAST: Final = 2
"""Groups that must be left to be compared: of one alone nothing is gained."""
_MOST: Final = 0.03
"""Of a year's students so many at most are left out."""


def leave_out(
    cells: Cells,
    by: Sequence[str],
    year: str | None,
    *,
    min_n: int,
    never: Collection[tuple[str, str]] = (),
) -> tuple[Cells, tuple[Key, ...]]:
    """The cells without the small groups that would hide a large one.

    Parameters
    ----------
    cells
        Of students, with an axis for each dimension.
    by, year
        The traits whose groups are told of; the dimension of time.
    min_n
        The smallest number of students, or of those with or without an outcome, that
        is shown.
    never
        Groups that are not left out: their dimensions and labels.

    Returns
    -------
    The other cells; and each group left out, with its year.
    """
    left: list[Key] = []
    for label in [None] if year is None else _labels(cells, year):
        own = _of_year(cells, year, label)
        room = _MOST * float(_known(cells)[own].sum())
        for name in by:
            axis = cells.axes[cells.axis(name)]
            if axis.dimension.overlapping:
                continue
            own = _of_year(cells, year, label)
            groups = _in_the_way(cells, name, own, min_n, room)
            if any((name, axis.groups[place]) in never for place in groups):
                continue
            gone = own & np.isin(
                cells.codes[:, cells.axis(name)],
                [i for i, member in enumerate(axis.members) if set(member) & groups],
            )
            if not gone.any():
                continue
            room -= float(_known(cells)[gone].sum())
            within = [] if year is None or label is None else [(year, label)]
            left += [
                tuple(sorted([(name, axis.groups[place]), *within]))
                for place in sorted(groups)
            ]
            cells = cells.keep(~gone)
    return cells, tuple(left)


def with_notes(cells: Cells, left: Sequence[Key], year: str | None) -> Cells:
    """The cells with what is said of the groups left out: a sentence a year and trait.

    Parameters
    ----------
    left
        Of ``leave_out``.
    year
        The dimension of time.
    """
    labels = {axis.dimension.name: axis.dimension.label for axis in cells.axes}
    said = _words(left, year, labels)
    provenance = cells.provenance
    notes = tuple(dict.fromkeys((*provenance.notes, *said)))
    return replace(cells, provenance=replace(provenance, notes=notes))


def _words(left: Sequence[Key], year: str | None, labels: dict[str, str]) -> list[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for key in left:
        when = dict(key).get(year or "", "")
        for name, group in key:
            if name != year:
                found.setdefault((when, name), []).append(group)
    return [
        f"{f'In {when}, students' if when else 'Students'} of some groups are in no"
        f" figure ({labels.get(name, name)}: {', '.join(groups)}). They are too few to"
        " be shown, and a larger group would have to be withheld for their sake."
        for (when, name), groups in found.items()
    ]


def _known(cells: Cells) -> NDArray[np.int64]:
    """Students of each cell with the outcome that most of them have."""
    every = [cells.moments[one.name].n for one in cells.indicators]
    found: NDArray[np.int64] = np.max([np.zeros(len(cells.codes), int), *every], axis=0)
    return found


def _labels(cells: Cells, year: str) -> list[str]:
    return list(cells.axes[cells.axis(year)].groups)


def _of_year(cells: Cells, year: str | None, label: str | None) -> Mask:
    if year is None or label is None:
        return np.ones(len(cells.codes), bool)
    axis = cells.axes[cells.axis(year)]
    place = axis.groups.index(label)
    codes = [i for i, member in enumerate(axis.members) if member == (place,)]
    found: Mask = np.isin(cells.codes[:, cells.axis(year)], codes)
    return found


def _in_the_way(
    cells: Cells, name: str, own: Mask, min_n: int, room: float
) -> set[int]:
    """The groups of a trait, by place, that would hide a larger one in a year."""
    students = _by_group(cells, name, own, _known(cells))
    found: set[int] = set()
    for indicator in cells.indicators:
        small = _small_of(cells, indicator, name, own, min_n)
        some = found | small
        if not small or sum(students[list(some)]) > room:
            continue
        if sum(n > 0 for n in students) >= len(some) + _LEAST:
            found = some
    return found


def _small_of(
    cells: Cells, indicator: Indicator, name: str, own: Mask, min_n: int
) -> set[int]:
    """The small groups of one outcome, where they are no cover for each other."""
    moments = cells.moments[indicator.name]
    n = _by_group(cells, name, own, moments.n)
    few = {place for place in range(len(n)) if 0 < n[place] < min_n}
    in_the_way = few if _too_few(few, min_n, n) else set()
    if not indicator.is_rate:
        return in_the_way
    yes = _by_group(cells, name, own, moments.total + moments.pivot * moments.n)
    rates = {
        place
        for place in range(len(n))
        if n[place] > 0 and min(n[place], yes[place], n[place] - yes[place]) < min_n
    }
    if _too_few(rates, min_n, yes, n - yes) or _cannot_turn(rates, min_n, n, yes):
        return rates
    return in_the_way


def _too_few(places: set[int], min_n: int, *parts: NDArray[np.float64]) -> bool:
    """Whether a group is alone, or all of them together are under the minimum."""
    some = sorted(places)
    alone = len(some) == 1
    return alone or (bool(some) and any(part[some].sum() < min_n for part in parts))


def _cannot_turn(
    places: set[int], min_n: int, n: NDArray[np.float64], yes: NDArray[np.float64]
) -> bool:
    """Whether a group whose number is shown could not be all on its other side.

    Where few of 14 have the outcome, for all that is known nobody may have it: then 14
    lack it, which those who lack it in all these groups must allow.
    """
    some = sorted(places)
    rest = n - yes
    return any(
        n[place] >= min_n
        and (
            (yes[place] < min_n and rest[some].sum() < n[place])
            or (rest[place] < min_n and yes[some].sum() < n[place])
        )
        for place in some
    )


def _by_group(
    cells: Cells, name: str, own: Mask, values: NDArray[np.generic]
) -> NDArray[np.float64]:
    """Sums over the groups of a dimension that does not overlap; shape (groups,)."""
    position = cells.axis(name)
    axis = cells.axes[position]
    place = np.array([member[0] if member else 0 for member in axis.members])
    found = np.zeros(len(axis.groups))
    np.add.at(found, place[cells.codes[own, position]], values[own].astype(float))
    return found
