"""A block's linked tables: which finest cells each published figure is the sum of."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

MOST_CELLS: Final = 6_000
"""Finest cells that a block's programme has; beyond, only some that nobody is in."""
_SPARE: Final = 12

Place: TypeAlias = tuple[tuple[int, int], ...]
"""A group: positions of dimensions and of their groups.  () is everyone."""
Membership: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tables:
    """The figures that could be published of one block.

    Attributes
    ----------
    rows
        Sparse, shape (figures, cells): 1 where a cell belongs to a figure's group.
    groups
        Each figure's group.
    codes
        Shape (cells, dimensions): each finest cell's place on each dimension.
    """

    rows: Any
    groups: tuple[Place, ...]
    codes: NDArray[np.int64]
    further: int = 0
    """How many of the figures, the last ones, are beyond the depth."""

    @property
    def everyone(self) -> int:
        """The figure of all together: the group of the fewest dimensions is first."""
        return 0


def all_codes(sizes: Sequence[int]) -> NDArray[np.int64]:
    """The codes of every finest cell; shape (product of sizes, dimensions)."""
    places = np.indices(tuple(sizes)).reshape(len(sizes), -1)
    return places.T.astype(np.int64)


def some_codes(
    sizes: Sequence[int], held: NDArray[np.int64], seed: int
) -> NDArray[np.int64]:
    """The finest cells that a block's programme has.

    All of them where they are few.  Otherwise those that hold somebody, those that
    differ from one of them in one dimension, and some more for each pair of groups:
    a witness needs no others, and there are more than can be listed.

    Parameters
    ----------
    sizes
        How many codes each dimension has.
    held
        Codes of the cells that hold somebody; shape (cells, dimensions).
    seed
        Of the further ones.
    """
    total = 1
    for size in sizes:
        total *= size
    if total <= MOST_CELLS:
        return all_codes(sizes)
    chance = np.random.default_rng(seed)
    found = [held]
    for place, size in enumerate(sizes):
        beside = held[chance.permutation(len(held))[: MOST_CELLS // (4 * size)]]
        for code in range(size):
            other = beside.copy()
            other[:, place] = code
            found.append(other)
    pairs = [
        (a, i, b, j)
        for a, b in itertools.combinations(range(len(sizes)), 2)
        for i in range(sizes[a])
        for j in range(sizes[b])
    ]
    further = chance.integers(
        0, np.asarray(sizes), size=(len(pairs) * _SPARE, len(sizes))
    )
    for place, (a, i, b, j) in enumerate(pairs):
        own = slice(place * _SPARE, (place + 1) * _SPARE)
        further[own, a], further[own, b] = i, j
    return np.unique(np.concatenate([*found, further]), axis=0).astype(np.int64)


def tables_of(
    memberships: Sequence[Membership],
    codes: NDArray[np.int64],
    depth: int,
    *,
    asked: int | None = None,
    only: Sequence[Place] | None = None,
    extra: Sequence[Place] = (),
    always: Place = (),
) -> Tables:
    """Every margin and intersection up to a depth.

    Parameters
    ----------
    memberships
        For each dimension, shape (groups, codes): which codes belong to which group.
        A code of several groups (race alone or in combination) belongs to each.
    codes
        Of the finest cells; shape (cells, dimensions).
    depth
        How many dimensions are crossed at most.
    asked
        How many of the dimensions, from the first, are crossed; else all.
    only
        The groups, of any dimensions, where they are not every crossing.
    extra
        Further groups, of any dimensions.
    always
        What every group that is not a further one is crossed with, of dimensions after
        those asked for.
    """
    from scipy import sparse  # noqa: PLC0415 - costly

    held = [own[:, codes[:, place]] for place, own in enumerate(memberships)]
    some = range(len(memberships) if asked is None else asked)
    groups: list[Place] = [
        (*zip(names, places, strict=True), *always)
        for crossed in range(min(depth, len(some)) + 1)
        for names in itertools.combinations(some, crossed)
        for places in itertools.product(*(range(len(held[d])) for d in names))
    ]
    if only is not None:
        groups = [always, *sorted({(*one, *always) for one in only} - {always})]
    beyond = sorted({*extra} - {*groups})
    groups += beyond
    rows = []
    for group in groups:
        own = np.ones(len(codes), bool)
        for dimension, place in group:
            own &= held[dimension][place]
        rows.append(np.flatnonzero(own))
    starts = np.concatenate([[0], np.cumsum([len(own) for own in rows])])
    flat = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    matrix = sparse.csr_matrix(
        (np.ones(len(flat)), flat, starts), shape=(len(rows), len(codes))
    )
    return Tables(rows=matrix, groups=tuple(groups), codes=codes, further=len(beyond))
