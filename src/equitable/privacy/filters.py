"""Releases of different students of the same data, put on one footing.

A release is of those who meet its condition, less the few whose group nobody wrote
down.  Each such set of students that a release is of becomes a dimension with two
groups.  What an earlier release told is then a figure of its groups crossed with its
set, and the new one's groups are crossed with the new one's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from equitable.cube.cells import Axis, Cells
from equitable.errors import QuestionError
from equitable.privacy.already_out import Out, Told
from equitable.privacy.aside import without_the_few
from equitable.privacy.left_out import leave_out
from equitable.privacy.protection.among import (
    IN,
    OUT,
    Among,
    Key,
    least_pairs,
)
from equitable.privacy.protection.programme import Mask
from equitable.vocabulary import Condition, Dimension

MOST_SETS: Final = 6
"""Sets of students that are protected together; each may double the finest cells."""

_MEETS: Final = ("yes", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A new release and those that are out, over the same cells.

    Attributes
    ----------
    whole
        Everybody whom any of the releases is of, with an axis for each set.
    own
        Whom the new one is of.
    aside
        Dimensions of which the few without a group are in none of its figures.
    left
        Other groups that are in none of them, with their year.
    told
        What the earlier ones told, their groups crossed with their sets.
    among
        How the sets lie to one another; ``None`` where there is but one, and no
        dimension says who is in it.
    """

    whole: Cells
    own: Cells
    aside: tuple[str, ...]
    left: tuple[Key, ...]
    told: tuple[Out, ...]
    among: Among | None

    @property
    def sets(self) -> tuple[str, ...]:
        """The sets of students that are not of everybody."""
        return self.among.sets if self.among else ()


def condition_dimension(condition: Condition) -> Dimension:
    """Who meets a condition, as a dimension of a scan."""
    return Dimension(
        name=f"--where {condition.text}",
        label=condition.text,
        columns=condition.columns,
        classify=lambda met: (_MEETS[0] if met == "1" else _MEETS[1],),
        form="condition",
        order=_MEETS,
        condition=condition,
    )


def joined(
    cells: Cells,
    by: Sequence[str],
    year: str | None,
    *,
    depth: int,
    threshold: int,
    where: str | None = None,
    earlier: Sequence[Told] = (),
    never: Collection[tuple[str, str]] = (),
) -> Joined:
    """Put a new release and those that are out on one footing.

    Parameters
    ----------
    cells
        Of everybody who meets any of the releases' conditions, with an axis for each
        dimension, for the year, and for each condition.
    by, year, depth, threshold
        Of the new release.
    where
        The dimension of its condition; ``None`` where all of the cells meet it.
    earlier
        What is out.
    never
        Groups that are not left out for being small.

    Raises
    ------
    QuestionError
        Where the releases are of too many different sets of students.
    """
    whose = [
        _whose(cells, one.where, one.by, year, one.threshold, (), one.left)
        for one in earlier
    ]
    # Who was set aside before stays aside: else the difference would be of them alone.
    same = [
        mask
        for one, (mask, _) in zip(earlier, whose, strict=True)
        if one.where == where
    ]
    left = tuple(
        dict.fromkeys(key for one in earlier if one.where == where for key in one.left)
    )
    mine, aside = _whose(cells, where, by, year, threshold, same, left)
    if not earlier:
        # What is out already is of everybody: it cannot be taken back.
        others, left = leave_out(
            _numbered(cells, mine), by, year, min_n=threshold, never=never
        )
        mine = _those(others, len(mine))
    every = np.any([mine, *(mask for mask, _ in whose)], axis=0)
    # A cell that no release is of is in no figure.
    whole, own = cells.keep(every), cells.keep(mine)
    masks = [mask[every] for mask in (mine, *(mask for mask, _ in whose))]
    told = [_as_spelled_now(one.figures, whole) for one in earlier]
    distinct = list({mask.tobytes(): mask for mask in masks}.values())
    few = {*aside, *(name for _, gone in whose for name in gone)}
    few |= {name for one in (*earlier,) for key in one.left for name, _ in key}
    few |= {name for key in left for name, _ in key}
    few -= {year or ""}
    if len(distinct) == 1:
        few = set()
    tied, by_year = _tied(whole, {where, *(one.where for one in earlier)}, few, year)
    if len(distinct) == 1:
        alone = Among(
            always=(), sets=(), tied=tied, by_year=by_year, between=frozenset(),
            beside=(), least=threshold,
        )  # fmt: skip
        return Joined(
            whole=whole, own=own, aside=aside, left=left, told=tuple(told),
            among=alone if tied else None,
        )  # fmt: skip
    if len(distinct) > MOST_SETS:
        raise QuestionError(
            f"what is out and this are of {len(distinct)} different sets of students;"
            f" at most {MOST_SETS} can be protected together",
            next_step="Ask for students of whom something is out already, or make the"
            " condition's column a trait of the release (--by).",
        )
    sets = [mask for mask in distinct if not mask.all()]
    names = [f"set {number}" for number in range(1, len(sets) + 1)]
    number = {mask.tobytes(): name for mask, name in zip(sets, names, strict=True)}
    crossed: list[Key] = [
        ((number[mask.tobytes()], IN),) if mask.tobytes() in number else ()
        for mask in masks
    ]
    groups = [{key for _, _, key in one} for one in told]
    some = {key for own_groups in groups for key in own_groups}
    groups = [{k for k in some if _asked(k, by, depth)}, *groups]
    out = tuple(
        {
            (name, within, _sorted(key, pair)): numbers
            for (name, within, key), numbers in one.items()
        }
        for one, pair in zip(told, crossed[1:], strict=True)
    )
    between = _between(names, sets, list(zip(crossed, groups, strict=True)))
    return Joined(
        whole=_with_axes(whole, names, sets),
        own=own,
        aside=aside,
        left=left,
        told=out,
        among=Among(
            always=crossed[0],
            sets=tuple(names),
            tied=tied,
            by_year=by_year,
            between=between - {key for one in out for _, _, key in one},
            beside=_beside(masks, crossed),
            least=threshold,
        ),
    )


def refuse_merged_apart(
    together: Mapping[str, Sequence[str]], earlier: Sequence[Told]
) -> None:
    """Refuse to merge groups that are out one by one.

    Parameters
    ----------
    together
        For each dimension the groups that are now one.
    earlier
        What is out.

    Raises
    ------
    QuestionError
        Where one of them is out: the merged group less it would tell of the others.
    """
    now = {(name, group) for name, own in together.items() for group in own}
    for one in earlier:
        for _, _, key in one.figures:
            apart = now & {*key}
            if apart:
                name, group = min(apart)
                raise QuestionError(
                    f"'{group}' of '{name}' would be merged with others, and an earlier"
                    " release tells of it by itself",
                    next_step="Release without merging: small groups are then withheld"
                    " together with the earlier release.",
                )


def _whose(
    cells: Cells,
    where: str | None,
    by: Sequence[str],
    year: str | None,
    threshold: int,
    within: Sequence[Mask],
    gone: Sequence[Key] = (),
) -> tuple[Mask, tuple[str, ...]]:
    """Which cells a release is of, and the dimensions whose few are in no figure."""
    mask = np.all([np.ones(len(cells.codes), bool), *within], axis=0)
    if where is not None:
        axis = cells.axes[cells.axis(where)]
        met = axis.members.index((axis.groups.index(_MEETS[0]),))
        mask &= cells.codes[:, cells.axis(where)] == met
    left, aside = without_the_few(_numbered(cells, mask), by, year, min_n=threshold)
    found = _those(left, len(mask))
    for key in gone:
        found &= ~_in_group(cells, key)
    return found, aside


def _numbered(cells: Cells, mask: Mask) -> Cells:
    """Some of the cells, their numbers in place of their students."""
    return replace(cells, students=np.arange(len(mask), dtype=np.int64)).keep(mask)


def _those(numbered: Cells, count: int) -> Mask:
    """Which of all cells those are."""
    found = np.zeros(count, bool)
    found[numbered.students] = True
    return found


def _in_group(cells: Cells, key: Key) -> Mask:
    """Which cells are of a group; of one whose label is gone, none."""
    found = np.ones(len(cells.codes), bool)
    for name, label in key:
        axis = cells.axes[cells.axis(name)]
        places = [i for i, group in enumerate(axis.groups) if group == label]
        codes = [i for i, own in enumerate(axis.members) if {*own} & {*places}]
        found &= np.isin(cells.codes[:, cells.axis(name)], codes)
    return found


def _as_spelled_now(told: Out, cells: Cells) -> Out:
    """What was told, with groups as most rows spell them in all that is read now."""
    spelled = {
        axis.dimension.name: {_folded(group): group for group in axis.groups}
        for axis in cells.axes
    }

    def now(key: Key) -> Key:
        return tuple(
            (name, spelled.get(name, {}).get(_folded(label), label))
            for name, label in key
        )

    return {
        (name, now(within), now(key)): numbers
        for (name, within, key), numbers in told.items()
    }


def _folded(label: str) -> str:
    return " ".join(label.casefold().split())


def _sorted(key: Key, pair: Key) -> Key:
    return tuple(sorted((*key, *pair)))


def _asked(key: Key, by: Sequence[str], depth: int) -> bool:
    return len(key) <= depth and all(name in by for name, _ in key)


def _tied(
    cells: Cells,
    conditions: Collection[str | None],
    few: Collection[str],
    year: str | None,
) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Dimensions that decide who is in a set, and whether the year does.

    A condition on a dimension's own columns does; and so does a dimension of which
    those without a group were set aside.
    """
    plain = [axis.dimension for axis in cells.axes if axis.dimension.condition is None]
    found: list[tuple[str, ...]] = []
    by_year = bool(few)
    for name in sorted(one for one in conditions if one is not None):
        columns = {*cells.axes[cells.axis(name)].dimension.columns}
        on = [one.name for one in plain if columns & {*one.columns}]
        by_year |= year in on
        if others := tuple(one for one in on if one != year):
            found.append(others)
    found += [(name,) for name in sorted(few)]
    return tuple(dict.fromkeys(found)), by_year


def _with_axes(cells: Cells, names: Sequence[str], sets: Sequence[Mask]) -> Cells:
    axes = [
        Axis(
            dimension=Dimension(
                name=name, label=name, columns=(), classify=lambda _: (OUT,)
            ),
            groups=(IN, OUT),
            members=((0,), (1,)),
        )
        for name in names
    ]
    codes = [np.where(mask, 0, 1) for mask in sets]
    return replace(
        cells,
        axes=(*cells.axes, *axes),
        codes=np.column_stack([cells.codes, *codes]).astype(np.int64),
    )


def _between(
    names: Sequence[str],
    sets: Sequence[Mask],
    releases: Sequence[tuple[Key, Collection[Key]]],
) -> frozenset[Key]:
    """Groups that can be made by taking one release's figures from another's.

    Parameters
    ----------
    names, sets
        The sets, and which cells are in each.
    releases
        Each with the pair that says whose it is, and its groups.
    """
    told: dict[Key, set[Key]] = {}
    for pair, groups in releases:
        for group in groups:
            told.setdefault(group, set()).add(pair)
    made: dict[frozenset[Key], list[Key]] = {}
    found = set()
    for group, whose in told.items():
        if len(whose) < 2:
            continue
        if frozenset(whose) not in made:
            made[frozenset(whose)] = _parts(names, sets, whose)
        found |= {_sorted(group, pair) for pair in made[frozenset(whose)]}
    return frozenset(found)


def _parts(
    names: Sequence[str], sets: Sequence[Mask], whose: Collection[Key]
) -> list[Key]:
    """The smallest parts that some sets of students have in common, or do not."""
    places = [place for place, name in enumerate(names) if ((name, IN),) in whose]
    every = np.stack([sets[place] for place in places], axis=1)
    patterns = [tuple(one) for one in np.unique(every, axis=0).tolist()]
    found = []
    for pattern, needed in zip(patterns, least_pairs(patterns), strict=True):
        if not any(pattern) and () not in whose:
            # Of those nothing is told.
            continue
        found.append(
            tuple(
                sorted(
                    (names[places[one]], IN if pattern[one] else OUT) for one in needed
                )
            )
        )
    return found


def _beside(masks: Sequence[Mask], crossed: Sequence[Key]) -> tuple[Key, ...]:
    """The sets that hold the new release's, or that it holds."""
    mine = masks[0]
    found = [
        pair
        for mask, pair in zip(masks, crossed, strict=True)
        if pair != crossed[0] and (not (mask & ~mine).any() or not (mine & ~mask).any())
    ]
    return tuple(dict.fromkeys(found))
