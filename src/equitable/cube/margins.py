"""Margins of tables that were published with their totals beside their parts.

A state's report card holds 'All students' beside 'English learners', 'All grades'
beside grade 3, and the state beside its districts.  Such rows overlap: they are cells
of different margins of one table.  Here the cells of one margin are chosen, so that
nobody is counted twice, a total that was not published is made from its parts, and a
total that cannot be known is never read as 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from equitable.cube.cells import Axis, Integers, Moments, Numbers

_WHOLE: Final = 0.9
"""The share of another level's students that a level must tell of: those who changed
school stand in two schools and in one district."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The cells of one margin.

    Attributes
    ----------
    cells
        Mask of shape (cells,).
    summed
        Dimensions with published totals that this margin is nevertheless summed over,
        as the file holds no total of them.
    filled
        Groups whose total was not given and is the sum of its parts.
    unknown
        Groups whose total was not given, and of whose parts some are held back.
    """

    cells: NDArray[np.bool_]
    summed: tuple[str, ...]
    filled: int
    unknown: int
    held_back: NDArray[np.bool_]
    """The cells of the margin itself whose number was not given."""


def level_of(
    axes: Sequence[Axis], codes: Integers, moments: Moments, asked: Sequence[int]
) -> Level:
    """Choose the cells that make the margin over some dimensions.

    Parameters
    ----------
    axes, codes, moments
        Of the cells, of one indicator.
    asked
        Positions of the dimensions of the margin.

    The margin as it was published; else the sum over the fewest further dimensions (of
    several, over those that tell of most students).  A group whose published total is
    lacking gets the sum of its parts, if none of them is held back.
    """
    totalled = [i for i, axis in enumerate(axes) if overlaps(axis)]
    parts = _parts(axes, codes, totalled)
    size = moments.n + moments.missing
    known = size > 0
    wanted = np.array([i in asked for i in totalled])
    fits = (parts[:, wanted] > 0).all(axis=1)
    patterns, which = np.unique(parts, axis=0, return_inverse=True)
    which = which.ravel()
    told_of = np.zeros(len(patterns))
    np.add.at(told_of, which[fits & known], size[fits & known])
    leveled = np.array([axes[i].dimension.form == "level" for i in totalled])
    parted = patterns > 0
    order = sorted(
        np.flatnonzero(told_of > 0).tolist(),
        key=lambda i: (
            int(parted[i, ~leveled].sum()),
            _is_short(i, patterns[:, ~leveled], told_of),
            int(parted[i].sum()),
            -told_of[i],
            i,
        ),
    )
    if not order:
        none = np.zeros(len(codes), bool)
        lone = parts[:, ~wanted].sum(axis=1) == 0
        return Level(
            cells=none, summed=(), filled=0, unknown=0, held_back=fits & lone & ~known
        )
    base = patterns[order[0]]
    # What a cell of a finer margin would be part of: its place without the dimensions
    # that the chosen margin is a total over.
    kept = [i for i in range(len(axes)) if i not in totalled or base[totalled.index(i)]]
    key = _numbered(codes[:, kept])
    free = [i for i in range(len(axes)) if i not in totalled and i not in asked]
    taken = fits & known & (which == order[0])
    told = np.zeros(len(key) + 1, bool)
    told[key[taken]] = True
    filled = unknown = 0
    for pattern in order[1:]:
        if not ((base == 0) | (patterns[pattern] == base)).all():
            continue
        here = fits & (which == pattern) & ~told[key]
        lower = (base != patterns[pattern])[leveled].any()
        if lower and _apart(codes[:, free], fits & (which == order[0]), here):
            continue
        held_back = np.zeros(len(told), bool)
        held_back[key[here & ~known]] = True
        whole = here & known & ~held_back[key]
        taken |= whole
        told[key[whole]] = True
        filled += len(np.unique(key[whole]))
        partly = np.unique(key[here & known & held_back[key]])
        unknown += len(partly)
        told[partly] = True
    summed = tuple(
        axes[i].dimension.name
        for place, i in enumerate(totalled)
        if base[place] and i not in asked and axes[i].dimension.form != "level"
    )
    return Level(
        cells=taken,
        summed=summed,
        filled=filled,
        unknown=unknown,
        held_back=fits & (which == order[0]) & ~known,
    )


def _is_short(place: int, patterns: Integers, told_of: Numbers) -> bool:
    """Whether another level tells of many more of the same: then this one is not whole.

    A file may hold one district's own row beside the schools of all districts.
    """
    same = (patterns == patterns[place]).all(axis=1)
    return bool(told_of[place] < _WHOLE * told_of[same].max())


def _apart(codes: Integers, whole: NDArray[np.bool_], parts: NDArray[np.bool_]) -> bool:
    """Whether a dimension without totals has other groups in rows of another level.

    A county's code beside its name: '00' in the state's rows, '01' and '02' in those of
    its counties.  The counties then look as if the state's rows did not tell of them.
    """
    return any(
        not np.isin(codes[parts, place], codes[whole, place]).any()
        for place in range(codes.shape[1])
    )


def overlaps(axis: Axis) -> bool:
    """Whether cells of an axis hold others: published totals, or levels."""
    return axis.has_totals or axis.dimension.form == "level"


def _parts(axes: Sequence[Axis], codes: Integers, totalled: Sequence[int]) -> Integers:
    """For each cell and each dimension with totals: 0 for a total, above 0 for a part.

    Levels hold one another, so that each is told apart: never are two added up.
    """
    told = []
    for i in totalled:
        each = axes[i].dimension.form == "level"
        of_members = [
            (1 + place if each else 1) if groups else 0
            for place, groups in enumerate(axes[i].members)
        ]
        told.append(np.array(of_members, np.int64)[codes[:, i]])
    return np.stack(told, axis=1)


def _numbered(codes: Integers) -> Integers:
    _, number = np.unique(codes, axis=0, return_inverse=True)
    return number.ravel().astype(np.int64)
