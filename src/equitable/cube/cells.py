"""Cells: the finest groups that were asked for, with their sufficient statistics.

Everything after the scan is arithmetic on these arrays: a margin is a sum of cells, a
rest is a total less a group.  No array here has an entry for a student.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from equitable.cube.margins import Level, level_of, overlaps
from equitable.vocabulary import Dimension, Indicator, Provenance

_RIGHT_TO: Final = 1e-8
_FLOAT: Final = 2.0**-52
_EXACT: Final = 2.0**52
_LARGE: Final = 30
_LIGHT: Final = 2.0**-10
Integers: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.float64]

NEARLY_ALL: Final = 0.995
"""Groups that hold so much of a published total are taken for everyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Sufficient statistics of one indicator, one entry a cell; they add up.

    For a rate ``total`` is the number of students for whom it is true.  The weighted
    sums are those of the weights ``w`` and outcomes ``y``; without a weight column
    every w is 1.  Sums of y and of its squares are about ``pivot``, those of
    y - pivot, so that scores such as 100,000,003 keep their last digits; only
    statistics about the same pivot are added up.
    """

    n: Integers
    """Students with a known outcome."""
    missing: Integers
    """Students without one."""
    total: Numbers
    """Sum of y (about the pivot)."""
    squares: Numbers
    """Sum of y squared (about the pivot: exact sums of fixed-point numbers)."""
    weight: Numbers
    weight_squares: Numbers
    weighted_total: Numbers
    weighted_squares: Numbers
    spare: Numbers
    """How far ``total`` may lie above what it says: 0, but where a publisher gave only
    bounds of a count."""
    pivot: float = 0.0
    grain: float = 2.0**-40
    weighted_grain: float = 2.0**-24
    """How finely each student's (weighted) square was counted."""

    def __add__(self, other: Moments) -> Moments:
        return self._combine(other, 1)

    def __sub__(self, other: Moments) -> Moments:
        return self._combine(other, -1)

    def _combine(self, other: Moments, sign: int) -> Moments:
        if self.pivot != other.pivot:
            raise ValueError("sums about different pivots do not add up")
        return self._with(
            {name: getattr(self, name) + sign * getattr(other, name) for name in _SUMS}
        )

    def _with(self, sums: Mapping[str, Any]) -> Moments:
        return replace(self, **sums)

    def blurred(self, *, weighted: bool) -> bool:
        """Whether so many digits of the spread were lost that sums must be finer.

        Deviations are to be right to about a billionth of themselves.  Outcomes that
        are all alike in many cells of thirty students or more are looked at again too:
        they may be so only in the digits that are left.
        """
        total = float(self.n.sum())
        if weighted and total and self.weight.sum() < _LIGHT * total:
            return True
        # Sums of small whole numbers are exact.
        whole = bool(
            np.all(self.squares % 1 == 0)
            and np.all(self.total % 1 == 0)
            and self.squares.max(initial=0.0) < _EXACT
        )
        noise = _FLOAT * self.squares + (0.0 if whole else self.grain * self.n)
        centred = self.squares - self.total**2 / np.maximum(self.n, 1)
        lost = noise > _RIGHT_TO * np.maximum(centred, 0.0)
        if not whole and np.any(lost & (self.n >= _LARGE) & (self.total != 0)):
            return True
        return bool(noise.sum() > _RIGHT_TO * max(float(centred.sum()), 0.0) > 0)

    def take(self, index: Integers | NDArray[np.bool_]) -> Moments:
        """The entries at ``index`` (positions or a mask; any shape)."""
        return self._with({name: getattr(self, name)[index] for name in _SUMS})

    def leaning(self, *, up: bool) -> Moments:
        """The counts at one end of their bounds: the most, or the least, they can be.

        Only rates from published counts have bounds, so that the sum of squares is the
        count and weights are 1.
        """
        if not up:
            return self._with({"spare": np.zeros_like(self.spare)})
        added = {
            name: getattr(self, name) + self.spare
            for name in ("total", "squares", "weighted_total", "weighted_squares")
        }
        return self._with({**added, "spare": np.zeros_like(self.spare)})

    def among(self, n: Integers, *, up: bool) -> Moments:
        """The counts at one end, of ``n`` students of whom some are in none of them.

        For each of those nothing is known: all of them are counted, or none.
        """
        further = np.maximum(n - self.n, 0)
        end = self.leaning(up=up)
        of_all = {name: n.astype(np.float64) for name in ("weight", "weight_squares")}
        counted = {
            name: np.minimum(getattr(end, name) + (further if up else 0), n)
            for name in ("total", "squares", "weighted_total", "weighted_squares")
        }
        return self._with({"n": n, **of_all, **counted, "spare": end.spare})

    def within(self, n: Integers) -> Moments:
        """Counts held between 0 and the number of students; a difference may not be."""
        held = {
            name: np.clip(getattr(self, name), 0, n)
            for name in ("total", "squares", "weighted_total", "weighted_squares")
        }
        return self._with(held)

    def where(self, own: NDArray[np.bool_], other: Moments) -> Moments:
        """These entries where ``own``, those of another elsewhere."""
        return self._with(
            {
                name: np.where(own, getattr(self, name), getattr(other, name))
                for name in _SUMS
            }
        )

    def grouped(self, group: Integers, groups: int) -> Moments:
        """Sums over the entries of each group 0 … groups - 1."""
        sums = {}
        for name in _SUMS:
            values = getattr(self, name)
            added = np.zeros(groups, values.dtype)
            np.add.at(added, group, values)
            sums[name] = added
        return self._with(sums)


_SUMS: Final = (
    "n", "missing", "total", "squares", "weight", "weight_squares", "weighted_total",
    "weighted_squares", "spare",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A dimension as cells have it.

    ``groups`` are names in reading order.  A cell's code is a position in ``members``,
    which gives its groups: one; several where the dimension's view overlaps; none where
    the cell is a published total over all of them.
    """

    dimension: Dimension
    groups: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]

    @property
    def has_totals(self) -> bool:
        """Whether some cells are published totals over all of its groups."""
        return () in self.members


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The answer of one scan.

    Attributes
    ----------
    axes
        The dimensions, in the order asked for.
    codes
        Shape (cells, axes): each cell's place on each axis.
    students
        Shape (cells,): rows, or students that rows stand for, with or without outcome.
    moments
        For each indicator's name, its statistics over the cells.
    weighted
        Whether a weight column was used.
    weight
        Its name.
    """

    axes: tuple[Axis, ...]
    codes: Integers
    students: Integers
    indicators: tuple[Indicator, ...]
    moments: Mapping[str, Moments]
    weighted: bool
    weight: str | None = None
    provenance: Provenance
    lacking: Mapping[str, Integers] = field(default_factory=dict)
    """Of published counts, for each indicator's name: how many of a cell's rows have no
    number, shape (cells,)."""
    held: Mapping[str, Integers] = field(default_factory=dict)
    """Of published counts, for each indicator's name: how many of a cell's rows the
    publisher held back, shape (cells,)."""

    def axis(self, name: str) -> int:
        """The position of a dimension's axis."""
        return [axis.dimension.name for axis in self.axes].index(name)

    def only(self, name: str, group: str) -> Cells:
        """The cells of one group of a dimension that does not overlap."""
        position = self.axis(name)
        axis = self.axes[position]
        place = axis.groups.index(group)
        wanted = [i for i, member in enumerate(axis.members) if member == (place,)]
        return self.keep(np.isin(self.codes[:, position], wanted))

    def keep(self, kept: NDArray[np.bool_]) -> Cells:
        """Some of the cells: a mask of shape (cells,)."""
        return replace(
            self,
            codes=self.codes[kept],
            students=self.students[kept],
            moments={key: held.take(kept) for key, held in self.moments.items()},
            lacking={key: rows[kept] for key, rows in self.lacking.items()},
            held={key: rows[kept] for key, rows in self.held.items()},
        )

    @property
    def has_totals(self) -> bool:
        """Whether some cells are published totals of others."""
        return any(overlaps(axis) for axis in self.axes)

    def level(self, indicator: str, names: Sequence[str]) -> Level:
        """Where totals were published beside their parts: a margin's cells."""
        return level_of(
            self.axes,
            self.codes,
            self.moments[indicator],
            [self.axis(name) for name in names],
        )

    def held_back(self, indicator: str, names: Sequence[str]) -> list[dict[str, str]]:
        """The groups of a margin that have rows, and none with a number."""
        axes = [self.axes[self.axis(name)] for name in names]
        table = self.table(indicator, names)
        known = {
            tuple(place)
            for place, n in zip(table.places.tolist(), table.moments.n, strict=True)
            if n
        }
        return [
            {a.dimension.name: a.groups[i] for a, i in zip(axes, place, strict=True)}
            for place, marked in sorted(self.unnumbered(indicator, names).items())
            if marked and place not in known
        ]

    def unnumbered(
        self, indicator: str, names: Sequence[str]
    ) -> dict[tuple[int, ...], bool]:
        """The places of a margin that have rows without a number.

        With each, whether a mark says that the publisher holds the number back.
        """
        if indicator not in self.lacking:
            return {}
        rows = self.lacking[indicator] > 0
        if self.has_totals:
            level = self.level(indicator, names)
            rows &= level.cells | level.held_back
        axes = [self.axes[self.axis(name)] for name in names]
        codes = self.codes[:, [self.axis(name) for name in names]][rows]
        nobody = np.zeros(len(self.codes), np.int64)
        marked = self.held.get(indicator, nobody)[rows] > 0
        found: dict[tuple[int, ...], bool] = {}
        for row, mark in zip(codes.tolist(), marked.tolist(), strict=True):
            members = (axis.members[code] for axis, code in zip(axes, row, strict=True))
            for place in itertools.product(*members):
                found[place] = found.get(place, False) or mark
        return found

    def whole(self, indicator: str, within: Sequence[str], of: Sequence[str]) -> Whole:
        """Everyone whom some groups are parts of, in each stratum.

        Parameters
        ----------
        within
            The dimensions held fixed: one total for each of their groups.
        of
            The dimensions whose groups are compared with it.

        Returns
        -------
        The margin over ``within``.  Where totals were published, it is the published
        one, unless (nearly) all of it stands in the groups: then it is their sum, as a
        publisher may count events of a total in none of its groups.
        """
        total = self.table(indicator, within)
        if not self.has_totals:
            return Whole(table=total)
        summed = self.table(indicator, [*within, *of])
        if any(axis.dimension.overlapping for axis in summed.axes):
            return Whole(table=total, made_of_parts=np.zeros(len(total.places), bool))
        return published_or_summed(total, summed, len(within))

    def table(self, indicator: str, names: Sequence[str]) -> Table:
        """The margin over some dimensions: one row a group that has students.

        Where a dimension's view overlaps, a student stands in several rows, and rows
        must not be added up; ``Cells`` itself never holds a student twice.
        """
        positions = [self.axis(name) for name in names]
        axes = tuple(self.axes[position] for position in positions)
        codes, moments = self.codes[:, positions], self.moments[indicator]
        if self.has_totals:
            level = self.level(indicator, names).cells
            codes, moments = codes[level], moments.take(level)
        for place, axis in enumerate(axes):
            codes, moments = _spread(codes, moments, place, axis)
        shape = [len(axis.groups) for axis in axes]
        if not axes or not len(codes):
            flat = np.zeros(len(codes), np.int64)
        else:
            flat = np.ravel_multi_index(tuple(codes.T), shape).astype(np.int64)
        present, group = np.unique(flat, return_inverse=True)
        places = (
            np.stack(np.unravel_index(present, shape), axis=1).astype(np.int64)
            if axes
            else np.zeros((len(present), 0), np.int64)
        )
        return Table(
            axes=axes,
            places=places,
            moments=moments.grouped(group.astype(np.int64), len(present)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A margin that groups are parts of.

    ``made_of_parts`` says of each of its rows whether it is the sum of the groups, so
    that what is uncertain of a group is as uncertain of it (``None`` where no totals
    were published: all of them are); ``over`` are rows whose groups add up to more than
    the published total.
    """

    table: Table
    made_of_parts: NDArray[np.bool_] | None = None
    over: int = 0


def published_or_summed(total: Table, summed: Table, held: int) -> Whole:
    """For each stratum the published total, or the sum of its groups."""
    shape = [len(axis.groups) for axis in total.axes]

    def flat(places: Integers) -> Integers:
        if not shape:
            return np.zeros(len(places), np.int64)
        number: Integers = np.ravel_multi_index(tuple(places.T), tuple(shape)).astype(
            np.int64
        )
        return number

    own, published = flat(summed.places[:, :held]), flat(total.places)
    strata = np.union1d(own, published)
    places = (
        np.stack(np.unravel_index(strata, tuple(shape)), axis=1).astype(np.int64)
        if shape
        else np.zeros((len(strata), 0), np.int64)
    )
    parts = summed.moments.grouped(np.searchsorted(strata, own), len(strata))
    whole = total.moments.grouped(np.searchsorted(strata, published), len(strata))
    # All but a few in two hundred: some schools' totals differ by a student or two.
    nearly_all = parts.n >= NEARLY_ALL * whole.n
    over = parts.n > whole.n
    from_parts = (nearly_all & (parts.spare == 0)) | over
    chosen = parts.where(from_parts, whole)
    table = Table(axes=total.axes, places=places, moments=chosen)
    return Whole(
        table=table,
        made_of_parts=from_parts,
        over=int((over & (whole.n > 0)).sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One margin: ``places`` (rows, axes) are positions in each axis's ``groups``."""

    axes: tuple[Axis, ...]
    places: Integers
    moments: Moments

    def names(self, row: int) -> dict[str, str]:
        """The group of a row: from each dimension's name to the group's."""
        return {
            axis.dimension.name: axis.groups[place]
            for axis, place in zip(self.axes, self.places[row], strict=True)
        }


def _spread(
    codes: Integers, moments: Moments, place: int, axis: Axis
) -> tuple[Integers, Moments]:
    """Codes as groups: a cell of an overlapping view is repeated in each of its."""
    members = axis.members
    if all(len(groups) == 1 for groups in members):
        lookup = np.array([groups[0] for groups in members], np.int64)
        codes = codes.copy()
        codes[:, place] = lookup[codes[:, place]] if len(members) else 0
        return codes, moments
    sizes = np.array([len(groups) for groups in members], np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    flat = np.array([group for groups in members for group in groups], np.int64)
    times = sizes[codes[:, place]]
    rows = np.repeat(np.arange(len(codes)), times)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    spread = codes[rows].copy()
    spread[:, place] = flat[starts[codes[rows, place]] + within]
    return spread, moments.take(rows)
