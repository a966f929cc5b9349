"""A table of counts as a reader of the page sees it: numbers, marks, and totals.

Nothing is added up here and nothing is guessed: a cell has its number, or it is
withheld between the bounds that its mark gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCell:
    """One count, and where it stands.

    Attributes
    ----------
    group
        Dimension → label.  A dimension that is not among them is totalled over
        (``Total``, ``All``).
    value
        The count; ``None`` where it is withheld.
    low, high
        The least and the most that a withheld count can be, as its mark says (``<10``:
        0 to 9); ``high`` is ``None`` where the mark says nothing.
    mark
        The mark as it was written, of a withheld count.
    row, column
        Where it stands: the row's number in the file, from 1, and the column's name.
    """

    group: Mapping[str, str]
    value: int | None
    low: int = 0
    high: int | None = None
    mark: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedTable:
    """The counts of one table; tables of one audit share dimensions by their names.

    Attributes
    ----------
    name
        What a person calls it: the file's name, with the sheet's where there are
        several.
    dimensions
        Each dimension's labels in the order of the page, totals not among them.
    counted
        What is counted ('students', or the name of the column of counts): tables that
        count different things are not linked.
    nested
        Dimensions that hold one another: 'school' → 'district' where each school
        stands in one district.
    """

    name: str
    dimensions: Mapping[str, tuple[str, ...]]
    cells: tuple[PostedCell, ...]
    counted: str = "students"
    nested: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What was taken for what, where a person should know."""
