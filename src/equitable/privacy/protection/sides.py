"""A count and what is left of its group: the two sides of one outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from equitable.privacy.protection.programme import Numbers
from equitable.privacy.protection.students import Layer


@dataclass(slots=True)
class Parts:
    """Counts with an outcome, and without it, over all figures of a block.

    Attributes
    ----------
    yes, no
        The two sides; what is hidden of one is hidden of the other.
    low, high
        Shape (figures,): between which limits a reader knows a withheld count to lie,
        by its code or by there being none.
    coded
        1 where a code says 'near 100 %', -1 'near 0 %', 0 where none is given.
    witnesses
        (parent, cells): the number of the parents' witness, and the counts.
    joint
        Parents' witnesses for which no counts were found.
    """

    yes: Layer
    no: Layer
    low: Numbers
    high: Numbers
    coded: Numbers
    witnesses: list[tuple[int, Numbers]]
    joint: list[int]


def fresh(values: Numbers) -> Layer:
    """A layer of which nothing is withheld yet."""
    none = np.zeros(len(values), bool)
    return Layer(
        values=values, hidden=none.copy(), primary=none.copy(), least=values.copy(),
        most=values.copy(),
    )  # fmt: skip


def copied(layer: Layer) -> Layer:
    """A layer that can be changed without changing the other."""
    return replace(
        layer, hidden=layer.hidden.copy(), least=layer.least.copy(),
        most=layer.most.copy(), open=list(layer.open), given=set(layer.given),
    )  # fmt: skip
