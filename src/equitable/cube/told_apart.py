"""Which dimensions have something to compare: two groups, or one and all others."""

from __future__ import annotations

from equitable.cube.cells import Cells


def is_told_apart(cells: Cells, indicator: str, name: str) -> bool:
    """Whether a dimension has two groups, or one of a total that holds others too."""
    moments = cells.table(indicator, [name]).moments
    several = int((moments.n + moments.missing > 0).sum()) > 1
    return several or has_others(cells, indicator, name)


def has_others(cells: Cells, indicator: str, name: str) -> bool:
    """Whether a published total holds students who are in none of the groups."""
    if not cells.has_totals:
        return False
    n = int(cells.table(indicator, [name]).moments.n.sum())
    return 0 < n < int(cells.whole(indicator, (), [name]).table.moments.n.sum())
