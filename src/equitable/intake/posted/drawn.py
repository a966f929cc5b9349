"""A table as it was drawn: axes and cells, before tables share names and spellings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from equitable.intake.posted.figures import Figure
from equitable.intake.posted.words import STUDENTS, folded

Labels = tuple[str | None, ...]
"""A label of each axis; ``None`` where the axis is totalled over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What a table's rows or columns tell apart.

    Attributes
    ----------
    name
        As the page names it; empty where it does not.
    kind
        Where it stands: what it is called if nothing else is known.
    trait
        The trait that its labels are known to be of, where it was cut out of a list of
        several.
    partial
        Whether there are students in none of its labels: a list that names English
        learners, and nobody else.
    """

    name: str = ""
    kind: Literal["rows", "columns", "sheet", "table", "file"] = "rows"
    trait: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One count of a drawn table, and where it stands."""

    labels: Labels
    figure: Figure
    row: int
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a table came from, of several that may be laid out alike."""

    kind: Literal["sheet", "table", "file"] = "file"
    label: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The counts of one table by its axes; ``nested`` from an axis to its holder."""

    name: str
    axes: tuple[Axis, ...]
    cells: tuple[Counted, ...]
    counted: str = STUDENTS
    nested: dict[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    origin: Origin = field(default_factory=Origin)

    def labels_of(self, axis: int) -> tuple[str, ...]:
        """The labels of an axis in the order of the page, each spelling once."""
        found = (cell.labels[axis] for cell in self.cells)
        return tuple(dict.fromkeys(label for label in found if label is not None))

    def folded_labels(self, axis: int) -> frozenset[str]:
        """The same without what differs only in writing."""
        return frozenset(map(folded, self.labels_of(axis)))

    def without_axes(self, gone: Iterable[int]) -> Drawn:
        """The table without axes that tell nothing apart."""
        left = set(gone)
        if not left:
            return self
        kept = [at for at in range(len(self.axes)) if at not in left]
        new = {old: at for at, old in enumerate(kept)}
        return replace(
            self,
            axes=tuple(self.axes[at] for at in kept),
            cells=tuple(
                replace(cell, labels=tuple(cell.labels[at] for at in kept))
                for cell in self.cells
            ),
            nested={
                new[child]: new[holder]
                for child, holder in self.nested.items()
                if child in new and holder in new
            },
        )
