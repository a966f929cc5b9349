"""Cells: the finest groups that were asked for, with their sufficient statistics.

Everything after the scan is arithmetic on these arrays: a margin is a sum of cells, a
rest is a total less a group.  No array here has an entry for a student.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from equitable.vocabulary import Dimension, Indicator, Provenance

Integers: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Sufficient statistics of one indicator, one entry a cell; they add up.

    For a rate ``total`` is the number of students for whom it is true.  The weighted
    sums are those of the weights ``w`` and outcomes ``y``; without a weight column
    every w is 1.
    """

    n: Integers
    """Students with a known outcome."""
    missing: Integers
    """Students without one."""
    total: Numbers
    """Sum of y."""
    squares: Numbers
    """Sum of y squared (not centred: exact sums of fixed-point numbers)."""
    weight: Numbers
    weight_squares: Numbers
    weighted_total: Numbers
    weighted_squares: Numbers

    def __add__(self, other: Moments) -> Moments:
        return self._combine(other, 1)

    def __sub__(self, other: Moments) -> Moments:
        return self._combine(other, -1)

    def _combine(self, other: Moments, sign: int) -> Moments:
        return Moments(
            **{
                f.name: getattr(self, f.name) + sign * getattr(other, f.name)
                for f in fields(self)
            }
        )

    def take(self, index: Integers | NDArray[np.bool_]) -> Moments:
        """The entries at ``index`` (positions or a mask; any shape)."""
        return Moments(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def grouped(self, group: Integers, groups: int) -> Moments:
        """Sums over the entries of each group 0 … groups - 1."""
        sums = {}
        for f in fields(self):
            values = getattr(self, f.name)
            added = np.zeros(groups, values.dtype)
            np.add.at(added, group, values)
            sums[f.name] = added
        return Moments(**sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A dimension as cells have it.

    ``groups`` are names in reading order.  A cell's code is a position in ``members``,
    which gives its groups: one, or several where the dimension's view overlaps.
    """

    dimension: Dimension
    groups: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]


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
    """

    axes: tuple[Axis, ...]
    codes: Integers
    students: Integers
    indicators: tuple[Indicator, ...]
    moments: Mapping[str, Moments]
    weighted: bool
    provenance: Provenance

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
        )

    def table(self, indicator: str, names: Sequence[str]) -> Table:
        """The margin over some dimensions: one row a group that has students.

        Where a dimension's view overlaps, a student stands in several rows, and rows
        must not be added up; ``Cells`` itself never holds a student twice.
        """
        positions = [self.axis(name) for name in names]
        axes = tuple(self.axes[position] for position in positions)
        codes, moments = self.codes[:, positions], self.moments[indicator]
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
