"""Small groups merged into one that is named for what it is.

A policy may prefer one group 'Not published separately' to several withheld ones: its
students are then counted in a shown figure.  What is small within a crossing is still
withheld.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from equitable.cube.cells import Axis, Cells

MERGED: Final = "Not published separately"


def merged(
    cells: Cells, by: Sequence[str], year: str | None, threshold: int
) -> tuple[Cells, dict[str, tuple[str, ...]]]:
    """The cells with every dimension's small groups as one.

    Parameters
    ----------
    cells
        With an axis for each dimension.
    by
        The dimensions whose groups are merged; those that overlap stay as they are.
    year
        The dimension of time: a group that is small in any year is merged in all.
    threshold
        Fewer students are small.

    Returns
    -------
    The cells, and for each dimension the groups that were merged in it.
    """
    found: dict[str, tuple[str, ...]] = {}
    axes = list(cells.axes)
    for name in by:
        place = cells.axis(name)
        axis = axes[place]
        if axis.dimension.overlapping:
            continue
        small = _small(_sizes(cells, place, year), threshold)
        if small:
            found[name] = tuple(axis.groups[group] for group in sorted(small))
            axes[place] = _recoded(axis, small)
    return replace(cells, axes=tuple(axes)), found


def _sizes(
    cells: Cells, place: int, year: str | None
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Students with an outcome, of the rarest one; shape (years, groups)."""
    axis = cells.axes[place]
    group = np.array([members[0] for members in axis.members])[cells.codes[:, place]]
    when = np.zeros(len(group), np.int64)
    if year is not None:
        when = cells.codes[:, cells.axis(year)]
    sizes = np.full((int(when.max(initial=0)) + 1, len(axis.groups)), np.inf)
    for indicator in cells.indicators:
        own = np.zeros_like(sizes)
        np.add.at(own, (when, group), cells.moments[indicator.name].n)
        sizes = np.minimum(sizes, own)
    # A year in which nobody has an outcome merges nothing.
    some = sizes.sum(axis=1) > 0
    return np.asarray(sizes[some], np.float64)


def _small(
    sizes: np.ndarray[tuple[int, int], np.dtype[np.float64]], threshold: int
) -> set[int]:
    """The groups to merge: the small ones, and more until they are together enough."""
    least = sizes.min(axis=0, initial=np.inf)
    order = np.argsort(sizes.sum(axis=0), kind="stable").tolist()
    small = {group for group in order if least[group] < threshold}
    for group in order:
        together = sizes[:, sorted(small)].sum(axis=1)
        if not small or together.min(initial=np.inf) >= threshold:
            break
        small.add(group)
    # One group alone is no merger, and all of them are no dimension.
    return small if 1 < len(small) < sizes.shape[1] else set()


def _recoded(axis: Axis, small: set[int]) -> Axis:
    kept = [i for i in range(len(axis.groups)) if i not in small]
    groups = (*(axis.groups[i] for i in kept), MERGED)
    place = {old: new for new, old in enumerate(kept)}
    last = len(kept)
    members = tuple(
        tuple(sorted({place.get(group, last) for group in own})) for own in axis.members
    )
    return replace(axis, groups=groups, members=members)
