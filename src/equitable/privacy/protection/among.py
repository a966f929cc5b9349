"""Releases of different students as one block: whom each is of, and who can be where.

Each set of students that a release is of is a trait with two groups, in it and not in
it.  A reader knows how such a set was made: of those who meet 'grade = 3' nobody is in
grade 4.  So the finest cells are only those that can hold somebody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from equitable.privacy.protection.tables import some_codes

Key: TypeAlias = tuple[tuple[str, str], ...]
"""A group's dimensions and labels, by the dimensions' names."""

IN: Final = "in"
OUT: Final = "out"
"""The two groups of a set of students."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """Whom the new release is of, beside those that earlier ones are of.

    Attributes
    ----------
    always
        The pair (set, in) that all of its groups are crossed with; empty where
        it is of everybody that any release is of.
    sets
        The names of all sets' axes.
    tied
        Dimensions that decide, some together, who is in a set.
    by_year
        Whether it is another decision each year.
    between
        Groups that a reader can make by taking one release from another: never shown,
        and protected as others are.
    beside
        Of each set that holds the release's, or is held by it, the pair (set, in):
        empty for everybody.
    """

    always: Key
    sets: tuple[str, ...]
    tied: tuple[tuple[str, ...], ...]
    by_year: bool
    between: frozenset[Key]
    beside: tuple[Key, ...]
    least: int
    """Fewer students are few: the threshold."""


def possible_codes(
    names: Sequence[str],
    sizes: Sequence[int],
    held: NDArray[np.int64],
    seen: NDArray[np.int64],
    among: Among,
    seed: int,
) -> NDArray[np.int64]:
    """The finest cells of a block that can hold somebody.

    Parameters
    ----------
    names, sizes
        The dimensions, the sets last; and how many codes each has.
    held
        Codes of the block's cells that hold somebody; shape (cells, dimensions).
    seen
        The same of all cells that tell who can be where.
    among
        Which dimensions decide who is in a set.  What was seen of them together with
        the sets is what can be; anything else may not be.
    seed
        Of what is left to chance.
    """
    plain = len(names) - len(among.sets)
    patterns = np.zeros((1, 0), np.int64)
    pattern = np.zeros(len(seen), np.int64)
    if among.sets:
        patterns, pattern = np.unique(seen[:, plain:], axis=0, return_inverse=True)
    number = {tuple(own): i for i, own in enumerate(patterns.tolist())}
    own = [number[tuple(code)] for code in held[:, plain:].tolist()]
    short = np.column_stack([held[:, :plain], np.array(own, np.int64)])
    codes = some_codes([*sizes[:plain], len(patterns)], short, seed)
    place = {name: i for i, name in enumerate(names)}
    short = np.column_stack([seen[:, :plain], pattern.reshape(-1)])
    for dimensions in among.tied:
        columns = [*(place[name] for name in dimensions), plain]
        there = {tuple(one) for one in short[:, columns].tolist()}
        kept = [tuple(one) in there for one in codes[:, columns].tolist()]
        codes = codes[np.array(kept, bool)]
    return np.column_stack([codes[:, :plain], patterns[codes[:, plain]]])


def least_pairs(patterns: Sequence[tuple[bool, ...]]) -> list[tuple[int, ...]]:
    """For each pattern of sets, as few of them as tell it from the others.

    Parameters
    ----------
    patterns
        All that there are, each with one answer for every set.
    """
    found = []
    for own in patterns:
        needed = list(range(len(own)))
        for place in range(len(own)):
            fewer = [one for one in needed if one != place]
            same = [
                other
                for other in patterns
                if all(other[one] == own[one] for one in fewer)
            ]
            if same == [own]:
                needed = fewer
        found.append(tuple(needed))
    return found
