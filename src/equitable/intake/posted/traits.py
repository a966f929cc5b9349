"""Axes that are not what they look like: lists of several traits, places within places.

A column 'Student group' often lists genders, races and English learners under one
another: each student stands in several of them, so that they are dimensions of their
own.  Schools stand in districts.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from equitable.intake.names import words
from equitable.intake.posted.drawn import Axis, Counted, Drawn, Labels
from equitable.intake.posted.heads import Evidence
from equitable.intake.posted.words import (
    belongs_to_neighbour,
    folded,
    names_traits,
    trait_of,
)
from equitable.intake.published.groups_named import denies

_WHOLE: Final = frozenset({"gender", "race", "grade"})
"""Traits of which a list names all groups, where it names more than one."""
_HOLDERS: Final = frozenset(
    {"district", "county", "lea", "region", "state", "distrito"}
)
_HELD: Final = frozenset({"school", "schools", "campus", "building", "site", "escuela"})


def told_apart(drawn: Drawn) -> Drawn:
    """The table with each of its axes one dimension."""
    drawn = _by_category(drawn)
    drawn = _with_holders(drawn)
    at = 0
    while at < len(drawn.axes):
        labels = drawn.labels_of(at)
        apart = {} if at in _in_nests(drawn) else _several_traits(drawn, at, labels)
        if apart:
            drawn = _split(drawn, at, apart)
            at += len(set(apart.values()))
        else:
            if _is_lone(drawn, at, labels):
                axes = list(drawn.axes)
                axes[at] = replace(axes[at], partial=True)
                drawn = replace(drawn, axes=tuple(axes))
            at += 1
    return drawn


def _in_nests(drawn: Drawn) -> set[int]:
    return {*drawn.nested, *drawn.nested.values()}


def _is_lone(drawn: Drawn, at: int, labels: Sequence[str]) -> bool:
    """Whether one group of a trait stands beside a total: the others are not shown."""
    whole = any(cell.labels[at] is None for cell in drawn.cells)
    trait = trait_of(labels[0]) if len(labels) == 1 else ""
    return whole and trait not in {"", "grade"}


def _by_category(drawn: Drawn) -> Drawn:
    """A column that names the traits of the groups beside it: a dimension for each."""
    for at, axis in enumerate(drawn.axes):
        groups = at + 1
        if groups >= len(drawn.axes) or drawn.axes[groups].kind != "rows":
            continue
        holders = _holders(drawn, groups, at)
        traits = list(dict.fromkeys(holders.values()))
        if len(traits) < 2 or not names_traits(axis.name, traits):
            continue
        # 'Race', with nothing beside it, is the whole once more.
        order = {folded(trait): place for place, trait in enumerate(traits)}
        cells = []
        for cell in drawn.cells:
            label = cell.labels[groups]
            own: list[str | None] = [None] * len(traits)
            if label is not None:
                own[order[folded(holders[label])]] = label
            kept = (*cell.labels[:at], *own, *cell.labels[groups + 1 :])
            cells.append(replace(cell, labels=kept))
        made = [_trait_axis(name, drawn, groups, holders) for name in traits]
        axes = (*drawn.axes[:at], *made, *drawn.axes[groups + 1 :])
        return replace(drawn, axes=axes, cells=tuple(cells))
    return drawn


def _trait_axis(
    name: str, drawn: Drawn, groups: int, holders: Mapping[str, str]
) -> Axis:
    labels = [label for label in drawn.labels_of(groups) if holders[label] == name]
    return Axis(name=name, partial=_is_partial(drawn, groups, labels))


def _holders(drawn: Drawn, inner: int, outer: int) -> dict[str, str]:
    """From each label to the one that it always stands under; empty where it varies."""
    found: dict[str, str] = {}
    for cell in drawn.cells:
        label, holder = cell.labels[inner], cell.labels[outer]
        if label is None:
            continue
        if holder is None or found.setdefault(label, holder) != holder:
            return {}
    return found


def _with_holders(drawn: Drawn) -> Drawn:
    """Say which axes hold which, and tell schools of one name in two places apart."""
    rows = [at for at, axis in enumerate(drawn.axes) if axis.kind == "rows"]
    for outer, inner in itertools.pairwise(rows):
        drawn = _namesakes(drawn, inner, outer)
        holders = _holders(drawn, inner, outer)
        if len(set(holders.values())) < 2 or len(set(holders.values())) == len(holders):
            continue
        if any(trait_of(label) for label in holders) and not _are_places(
            drawn, inner, outer
        ):
            continue
        drawn = replace(drawn, nested={**drawn.nested, inner: outer})
    return drawn


def _are_places(drawn: Drawn, inner: int, outer: int) -> bool:
    held, holds = words(drawn.axes[inner].name), words(drawn.axes[outer].name)
    return bool(_HELD & set(held)) and bool(_HOLDERS & set(holds))


def _namesakes(drawn: Drawn, inner: int, outer: int) -> Drawn:
    """Schools of one name in two districts get their district's name beside theirs."""
    if not _are_places(drawn, inner, outer):
        return drawn
    under: dict[str, set[str]] = defaultdict(set)
    for cell in drawn.cells:
        label, holder = cell.labels[inner], cell.labels[outer]
        if label is not None and holder is not None:
            under[label].add(holder)
    twice = {label for label, holders in under.items() if len(holders) > 1}
    if not twice:
        return drawn
    cells = []
    for cell in drawn.cells:
        own = list(cell.labels)
        label, holder = own[inner], own[outer]
        if label in twice and holder is not None:
            own[inner] = f"{label} ({holder})"
        cells.append(replace(cell, labels=tuple(own)))
    return replace(drawn, cells=tuple(cells))


def _several_traits(drawn: Drawn, at: int, labels: Sequence[str]) -> dict[str, str]:
    """From each label to its trait where an axis lists several; else empty."""
    traits: dict[str, str] = {}
    last = ""
    for label in labels:
        known = trait_of(label)
        if belongs_to_neighbour(label) and last:
            known = last
        traits[label] = known or f"={label}"
        last = known or last
    known_ones = {trait for trait in traits.values() if not trait.startswith("=")}
    unknown = [trait for trait in traits.values() if trait.startswith("=")]
    if len(known_ones) < 2 or 3 * len(unknown) > len(labels):
        return {}
    found = _evidence(drawn, at, labels)
    return {} if found.equal > found.wrong else traits


def _evidence(drawn: Drawn, at: int, labels: Sequence[str]) -> Evidence:
    """How often the labels of an axis add up to its total."""
    by_rest: dict[Labels, dict[str | None, Counted]] = defaultdict(dict)
    for cell in drawn.cells:
        rest = (*cell.labels[:at], *cell.labels[at + 1 :])
        by_rest[rest].setdefault(cell.labels[at], cell)
    found = Evidence()
    for own in by_rest.values():
        if None in own and all(label in own for label in labels):
            found.add(own[None].figure, [own[label].figure for label in labels])
    return found


def _split(drawn: Drawn, at: int, traits: Mapping[str, str]) -> Drawn:
    """The table with an axis for each trait in place of one that lists them all."""
    order = {trait: place for place, trait in enumerate(dict.fromkeys(traits.values()))}
    axes = []
    for trait in order:
        own = [label for label, of in traits.items() if of == trait]
        axes.append(
            Axis(
                kind=drawn.axes[at].kind,
                trait=own[0] if trait.startswith("=") else trait,
                partial=_is_partial(drawn, at, own),
            )
        )
    cells = []
    for cell in drawn.cells:
        label = cell.labels[at]
        own_labels: list[str | None] = [None] * len(order)
        if label is not None:
            own_labels[order[traits[label]]] = label
        labels = (*cell.labels[:at], *own_labels, *cell.labels[at + 1 :])
        cells.append(replace(cell, labels=labels))
    more = len(order) - 1
    said = (
        f"{_named(drawn, at)} list groups of {len(order)} traits:"
        f" {', '.join(axis.trait.replace('_', ' ') for axis in axes)}."
    )
    return replace(
        drawn,
        axes=(*drawn.axes[:at], *axes, *drawn.axes[at + 1 :]),
        cells=tuple(cells),
        nested={
            child + more * (child > at): holder + more * (holder > at)
            for child, holder in drawn.nested.items()
        },
        notes=(*drawn.notes, said),
    )


def _named(drawn: Drawn, at: int) -> str:
    return "The columns" if drawn.axes[at].kind == "columns" else "The rows"


def _is_partial(drawn: Drawn, at: int, labels: Sequence[str]) -> bool:
    """Whether there may be students in none of the groups that a list has of a trait.

    Numbers tell it where they can: groups that add up to their total, or fall short of
    it again and again.
    """
    if len(labels) < 2:
        return True
    found = _evidence(drawn, at, labels)
    if found.equal or found.wrong:
        again = found.less > 1 and found.less == found.wrong
        return found.less > found.equal or (again and 20 * found.less > found.equal)
    known = trait_of(labels[0]) in _WHOLE
    return not known and not any(denies(label) for label in labels)
