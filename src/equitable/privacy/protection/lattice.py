"""From cells to a release's linked tables: one block a year, one figure a group."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Axis, Cells
from equitable.errors import QuestionError
from equitable.privacy.protection.among import Among, possible_codes
from equitable.privacy.protection.among import Key as _Key
from equitable.privacy.protection.block import Counted
from equitable.privacy.protection.programme import Mask
from equitable.privacy.protection.tables import Place, Tables, some_codes, tables_of
from equitable.vocabulary import Indicator

MOST_FIGURES: Final = 20_000
"""Figures of one block; with more, a release takes hours and tells nobody anything."""

Key: TypeAlias = _Key
"""A group's dimensions and labels, by the dimensions' names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One block of a release: a year, or everything.

    Attributes
    ----------
    within
        The year's dimension and label; empty where there are no years.
    tables
        Its figures.
    keys
        Each figure's group, by names; those asked for without the set of students that
        all of them are of.
    counted
        The indicators' numbers in its finest cells.
    """

    within: Mapping[str, str]
    tables: Tables
    keys: tuple[Key, ...]
    counted: tuple[Counted, ...]
    asked: int
    """How many of the figures, from the first, are of this release; the others are of
    earlier ones, or what a reader can make of both."""
    among: Among | None = None
    """Whose the figures are, where releases are of different students."""

    def told_as(self, row: int) -> Key:
        """A figure's group, with the set of students that it is of."""
        if self.among is None or row >= self.asked:
            return self.keys[row]
        return tuple(sorted((*self.keys[row], *self.among.always)))

    @property
    def between(self) -> Mask:
        """Figures that nobody publishes: taken from one release by another."""
        named = self.among.between if self.among else frozenset()
        beyond = range(len(self.keys))
        return np.array([i >= self.asked and self.keys[i] in named for i in beyond])

    @property
    def unseen(self) -> Mask | None:
        """The same; ``None`` where all releases are of the same students."""
        return self.between if self.among and self.among.sets else None


def strata_of(
    cells: Cells,
    indicators: Sequence[Indicator],
    by: Sequence[str],
    *,
    depth: int,
    year: str | None,
    seed: int,
    only: Mapping[str, Collection[Key]] | None = None,
    further: Sequence[Key] = (),
    aside: Sequence[Key] = (),
    among: Among | None = None,
) -> tuple[Stratum, ...]:
    """The blocks of a release.

    Parameters
    ----------
    cells
        Of one scan, with an axis for each dimension.
    indicators
        What is to be published: rates and means of students.
    by
        The dimensions; every margin and intersection of up to ``depth`` of them.
    year
        The dimension of time: each year is a block of its own, as students who recur
        are counted in each.
    seed
        Of what is left to chance.
    only
        Just these groups, by year ('' without one), and everyone: not every crossing.
        Years without any are no block.
    further
        Groups beyond those, which earlier releases told of: of any of the cells'
        dimensions.
    aside
        Groups that are in no figure, with the year where it is of one year: where
        nobody is in them they are no groups of the block.
    among
        Whose the figures are, where earlier releases are of other students: the sets
        are axes of the cells.

    Raises
    ------
    QuestionError
        Where there are too many figures to protect.
    """
    sets = among.sets if among else ()
    wanted = [key for keys in (only or {}).values() for key in keys]
    others = {name for key in (*further, *wanted) for name, _ in key} - {*by, *sets}
    if among:
        others |= {name for some in among.tied for name in some} - {*by, year or ""}
        further = [*further, *sorted(among.between)]
    asked, by = len(by), [*by, *sorted(others), *sets]
    axes = [cells.axes[cells.axis(name)] for name in by]
    memberships = [_membership(axis) for axis in axes]
    if only is None:
        _refuse_too_many(by, [len(own) for own in memberships[:asked]], depth)
    extra = _places_of(further, axes)
    always = _places_of([among.always] if among else [()], axes)[0]
    places = [cells.axis(name) for name in by]
    found = []
    for within, kept in _years(cells, year):
        label = next(iter(within.values()), "")
        if only is not None and label not in only:
            continue
        own = cells.codes[kept][:, places].astype(np.int64)
        if not all((own[:, place] == code).any() for place, code in always):
            # Nobody of those whom this release is of: as if it were not there.
            continue
        sizes = [membership.shape[1] for membership in memberships]
        held = np.unique(own, axis=0)
        if among is None:
            codes = some_codes(sizes, held, seed)
        else:
            seen = own if among.by_year else cells.codes[:, places].astype(np.int64)
            codes = possible_codes(by, sizes, held, seen, among, seed)
        gone = _left_out(cells, axes, within, aside)
        for place, away in gone.items():
            # Nobody is there, and every reader knows it.
            codes = codes[~np.isin(codes[:, place], list(away))]
        position = _positions(codes)
        target = np.array([position[tuple(code)] for code in own.tolist()], np.int64)
        counted = tuple(
            _counted(cells, indicator, kept, target, len(codes))
            for indicator in indicators
        )
        tables = tables_of(
            memberships, codes, depth, asked=asked, extra=extra, always=always,
            only=None if only is None else _places_of(only[label], axes),
        )  # fmt: skip
        tables = _without_nobody(tables, axes, gone)
        if among is not None:
            between = {*_places_of(sorted(among.between), axes)}
            tables = _needed(tables, counted, between, among.least)
        first = len(tables.groups) - tables.further
        keys = tuple(
            tuple(
                sorted(
                    (axes[d].dimension.name, axes[d].groups[place])
                    for d, place in group[: len(group) - (row < first) * len(always)]
                )
            )
            for row, group in enumerate(tables.groups)
        )
        found.append(
            Stratum(
                within=within, tables=tables, keys=keys, counted=counted,
                asked=first, among=among,
            )
        )  # fmt: skip
    return tuple(found)


def _left_out(
    cells: Cells, axes: Sequence[Axis], within: Mapping[str, str], aside: Sequence[Key]
) -> dict[int, set[int]]:
    """For each dimension, the codes of groups that are in no figure of a block."""
    held = set(within.items())
    found: dict[int, set[int]] = {}
    for key in aside:
        items = set(key) - held
        if len(items) != 1:
            continue
        name, label = items.pop()
        for place, axis in enumerate(axes):
            if axis.dimension.name != name or label not in axis.groups:
                continue
            group = axis.groups.index(label)
            codes = {i for i, own in enumerate(axis.members) if own == (group,)}
            here = _of(cells, within)
            if not np.isin(cells.codes[here, cells.axis(name)], list(codes)).any():
                found.setdefault(place, set()).update(codes)
    return found


def _of(cells: Cells, within: Mapping[str, str]) -> Mask:
    """The cells of a block."""
    for own, mask in _years(cells, next(iter(within), None)):
        if own == within:
            return mask
    return np.zeros(len(cells.codes), bool)


def groups_there(
    cells: Cells, by: Sequence[str], strata: Sequence[Stratum]
) -> dict[str, tuple[str, ...]]:
    """Each dimension's groups, but for those that a condition leaves nobody in."""
    named = {name: cells.axes[cells.axis(name)].groups for name in by}
    if all(one.among is None for one in strata):
        return named
    there = {pair for one in strata for key in one.keys[: one.asked] for pair in key}
    return {
        name: tuple(group for group in groups if (name, group) in there)
        for name, groups in named.items()
    }


def _without_nobody(
    tables: Tables, axes: Sequence[Axis], gone: Mapping[int, Collection[int]]
) -> Tables:
    """Without the groups that are in no figure."""
    away = {
        (place, axes[place].members[code][0])
        for place, codes in gone.items()
        for code in codes
    }
    if not away:
        return tables
    return _some(
        tables, [i for i, group in enumerate(tables.groups) if not away & {*group}]
    )


def _needed(
    tables: Tables,
    counted: Sequence[Counted],
    between: Collection[Place],
    least: int,
) -> Tables:
    """Without groups that nobody can be in, such as those in grade 4 of grade 3.

    And without those that a reader can only make, where they are large enough to show.
    """
    there = np.asarray(tables.rows.sum(axis=1)).ravel() > 0
    made = np.array([group in between for group in tables.groups], bool)
    made[: len(made) - tables.further] = False
    for one in counted:
        n, yes = tables.rows @ one.students, tables.rows @ one.counts
        made &= np.asarray(n >= least)
        if not one.amounts:
            made &= np.asarray((yes >= least) & (n - yes >= least))
    found = _some(tables, np.flatnonzero(there & ~made).tolist())
    if len(found.groups) > MOST_FIGURES:
        raise QuestionError(
            f"with what is out of other students, {len(found.groups):,} groups would"
            f" have to be protected together (at most {MOST_FIGURES:,})",
            next_step="Ask for a smaller --depth, for fewer dimensions, or for the same"
            " students as before.",
        )
    return found


def _some(tables: Tables, kept: Sequence[int]) -> Tables:
    first = len(tables.groups) - tables.further
    return Tables(
        rows=tables.rows[kept],
        groups=tuple(tables.groups[i] for i in kept),
        codes=tables.codes,
        further=sum(i >= first for i in kept),
    )


def _places_of(further: Collection[Key], axes: Sequence[Axis]) -> list[Place]:
    """Earlier groups as positions; one whose label is gone was of nobody now."""
    place = {axis.dimension.name: number for number, axis in enumerate(axes)}

    def positions(key: Key) -> Place:
        return tuple(
            sorted((place[name], axes[place[name]].groups.index(label))
                   for name, label in key)
        )  # fmt: skip

    return [
        positions(key)
        for key in further
        if all(label in axes[place[name]].groups for name, label in key)
    ]


def _membership(axis: Axis) -> NDArray[np.bool_]:
    """Which codes of an axis belong to which of its groups; (groups, codes)."""
    found = np.zeros((len(axis.groups), len(axis.members)), bool)
    for code, members in enumerate(axis.members):
        found[list(members), code] = True
    return found


def _refuse_too_many(by: Sequence[str], sizes: Sequence[int], depth: int) -> None:
    counts = [1]
    for size in sizes:
        longer = [*counts, 0]
        for crossed, number in enumerate(counts):
            longer[crossed + 1] += number * size
        counts = longer
    figures = sum(counts[: depth + 1])
    if figures > MOST_FIGURES:
        widest = by[int(np.argmax(sizes))]
        raise QuestionError(
            f"{figures:,} groups are too many for one release (at most"
            f" {MOST_FIGURES:,})",
            next_step=f"Ask for a smaller --depth, or leave out '{widest}', which has"
            f" {max(sizes):,} groups.",
        )


def _years(cells: Cells, year: str | None) -> list[tuple[dict[str, str], Mask]]:
    if year is None:
        return [({}, np.ones(len(cells.codes), bool))]
    axis = cells.axes[cells.axis(year)]
    own = cells.codes[:, cells.axis(year)]
    found = []
    for place, group in enumerate(axis.groups):
        codes = [i for i, member in enumerate(axis.members) if member == (place,)]
        kept = np.isin(own, codes)
        if kept.any():
            found.append(({year: group}, kept))
    return found


def _positions(codes: NDArray[np.int64]) -> dict[tuple[int, ...], int]:
    return {tuple(code): place for place, code in enumerate(codes.tolist())}


def _counted(
    cells: Cells,
    indicator: Indicator,
    kept: Mask,
    target: NDArray[np.int64],
    count: int,
) -> Counted:
    moments = cells.moments[indicator.name].take(kept)
    students, sums = np.zeros(count), np.zeros(count)
    np.add.at(students, target, moments.n)
    total = moments.total + moments.pivot * moments.n
    if indicator.is_rate:
        np.add.at(sums, target, total)
        return Counted(name=indicator.name, students=students, counts=np.round(sums))
    low, high = _span(cells, indicator)
    share = (total - low * moments.n) / (high - low if high > low else 1.0)
    np.add.at(sums, target, np.clip(share, 0.0, moments.n))
    plain, squares, squared = (np.zeros(count) for _ in range(3))
    below = low - moments.pivot
    about_low = moments.squares - 2 * below * moments.total + moments.n * below**2
    own = about_low / ((high - low) ** 2 if high > low else 1.0)
    np.add.at(squared, target, np.clip(own, 0.0, moments.n))
    np.add.at(plain, target, moments.total)
    np.add.at(squares, target, moments.squares)
    return Counted(
        name=indicator.name, students=students, counts=sums, amounts=True, sums=plain,
        squares=squares, squared=squared, pivot=moments.pivot,
    )  # fmt: skip


def _span(cells: Cells, indicator: Indicator) -> tuple[float, float]:
    """Between which values students' own lie, as far as the cells tell.

    The sums and squares of a cell bound its values: no value is further from the cell's
    mean than the root of (n - 1) times its variance (Samuelson 1968).
    """
    moments = cells.moments[indicator.name]
    some = moments.n > 0
    n = moments.n[some].astype(float)
    mean = moments.total[some] / n
    spread = np.maximum(moments.squares[some] / n - mean**2, 0.0)
    reach = np.sqrt(np.maximum(n - 1, 0.0) * spread)
    low = float((mean - reach).min(initial=0.0)) + moments.pivot
    high = float((mean + reach).max(initial=0.0)) + moments.pivot
    return low, high
