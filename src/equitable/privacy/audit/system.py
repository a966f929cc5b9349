"""Everything published, as a reader sees it: equations and bounds over finest cells.

Nothing here knows the truth, and nothing is shared with the room that protects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

NO_LIMIT: Final = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A total and its parts: figures' positions, and what the line is called."""

    total: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Figures over the finest cells, in whole numbers from 0 up.

    Attributes
    ----------
    rows
        Sparse, shape (figures, cells): which cells each figure is the sum of.
    low, high
        Shape (figures,): what is published of each: the same number twice where it is
        shown; bounds where it is withheld.
    withheld
        Shape (figures,): which are withheld, and are to be looked at.
    groups
        Each figure's group, as dimension → label.
    lines
        Totals and their parts, for reasoning that a person can follow.
    counted
        What is counted, for sentences.
    """

    rows: Any
    low: Numbers
    high: Numbers
    withheld: NDArray[np.bool_]
    groups: tuple[Mapping[str, str], ...]
    lines: tuple[Line, ...]
    counted: str = "students"
    places: tuple[str, ...] = field(default=())
    """Where each figure stands (file, row, column), for sentences; may be empty."""
    middle: Numbers | None = None
    """Of rounded figures, shape (figures,): the numbers that were published."""
    base: int = 1
    """Of what these are multiples."""

    def __post_init__(self) -> None:
        count = self.rows.shape[0]
        if not len(self.low) == len(self.high) == len(self.withheld) == count:
            raise ValueError("a figure needs its bounds, and to be withheld or not")


def lines_of(
    groups: Sequence[Mapping[str, str]],
    labels: Mapping[str, Sequence[str]],
    nested: Mapping[str, str] | None = None,
) -> tuple[Line, ...]:
    """Every total whose parts are all there.

    Parameters
    ----------
    groups
        The figures' groups.
    labels
        Each dimension's labels.
    nested
        Dimension → the dimension that holds it ('school' → 'district'): labels of the
        inner one are parts of those labels of the outer one that they stand beside.
    """
    place = {frozenset(group.items()): i for i, group in enumerate(groups)}
    inside: dict[tuple[str, str], set[str]] = {}
    for inner, outer in (nested or {}).items():
        for group in groups:
            if inner in group and outer in group:
                inside.setdefault((inner, group[outer]), set()).add(group[inner])
    found = []
    for key, total in place.items():
        own = dict(key)
        for name, every in labels.items():
            if name in own:
                continue
            holder = (nested or {}).get(name)
            if holder is not None and holder not in own:
                # The places inside are reached through those that hold them.
                continue
            some = (
                every if holder is None else sorted(inside.get((name, own[holder]), ()))
            )
            beside = [frozenset({*key, (name, label)}) for label in some]
            kept = tuple(place[one] for one in beside if one in place)
            if kept and len(kept) == len(beside):
                found.append(Line(total=total, parts=kept))
    return tuple(sorted(found, key=lambda line: (line.total, line.parts)))
