"""Students of whom too few have a membership reported: set aside, so that others show.

Where only a handful have no gender on record, 'Not reported' is a group too small to
show, and everyone less the girls and the boys would give it away: the boys or the girls
would have to be withheld with it.  Setting the handful aside from every figure keeps
both, tells nothing of the handful, and is said with the result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from equitable.cube.cells import Cells
from equitable.measures.results import GapRow, Gaps, Reference, ReferenceKind
from equitable.vocabulary import NOT_REPORTED, Indicator


def set_aside(
    cells: Cells,
    indicator: Indicator,
    by: Sequence[str],
    within: Sequence[str] = (),
    *,
    min_n: int,
) -> tuple[Cells, tuple[str, ...]]:
    """The cells without the few whose group nobody wrote down.

    Parameters
    ----------
    cells, indicator
        What is to be compared.
    by, within
        The dimensions compared, and those held fixed: 'Not reported' is looked at by
        itself in each stratum.
    min_n
        A 'Not reported' of fewer students with a known outcome is set aside.

    Returns
    -------
    The other cells, and the names of the dimensions of which some were set aside.
    """
    named: list[str] = []
    changed = True
    while changed:
        changed = False
        for name in by:
            axis = cells.axes[cells.axis(name)]
            if axis.dimension.overlapping or NOT_REPORTED not in axis.groups:
                continue
            few = _few(cells, indicator, name, within, min_n)
            if few.any():
                cells = cells.keep(~few)
                changed = True
                if name not in named:
                    named.append(name)
    return cells, tuple(named)


def _few(
    cells: Cells, indicator: Indicator, name: str, within: Sequence[str], min_n: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which cells are 'Not reported' and under the minimum in their stratum."""
    position = cells.axis(name)
    axis = cells.axes[position]
    place = (axis.groups.index(NOT_REPORTED),)
    codes = [i for i, member in enumerate(axis.members) if member == place]
    nobody = np.isin(cells.codes[:, position], codes)
    strata = cells.codes[:, [cells.axis(held) for held in within]]
    _, stratum = np.unique(strata, axis=0, return_inverse=True)
    n = np.zeros(len(cells.codes), np.int64)
    known = cells.moments[indicator.name].n
    np.add.at(n, stratum[nobody], known[nobody])
    # An empty 'Not reported' gives nothing away, but its missing outcomes leave too.
    return np.asarray(nobody & (n[stratum] < min_n))


def with_those_aside(gaps: Gaps, named: Sequence[str], *, min_n: int) -> Gaps:
    """The result with a withheld row for each 'Not reported' set aside, and a note."""
    if not named:
        return gaps
    kind: ReferenceKind = gaps.rows[0].reference.kind
    rows = list(gaps.rows)
    for name in named:
        row = GapRow(group={name: NOT_REPORTED}, reference=Reference(kind=kind))
        own = [
            i
            for i, other in enumerate(rows)
            if tuple(other.group) == (name,) and not other.within
        ]
        if own and not any(rows[i].group == row.group for i in own):
            rows.insert(own[-1] + 1, row.held_back())
    labels = {dimension.name: dimension.label for dimension in gaps.dimensions}
    note = " and ".join(labels.get(name, name) for name in named)
    said = (
        f"Fewer than {min_n} students with a known outcome are not reported in {note}:"
        " they are set aside from every figure, as the others would give them away."
    )
    provenance = replace(gaps.provenance, notes=(*gaps.provenance.notes, said))
    return replace(gaps, rows=tuple(rows), provenance=provenance)


def without_the_few(
    cells: Cells, by: Sequence[str], year: str | None, *, min_n: int
) -> tuple[Cells, tuple[str, ...]]:
    """A release's cells, without the few whose group nobody wrote down.

    Otherwise all others of a dimension would have to be withheld for their sake.

    Parameters
    ----------
    cells
        With all of the release's outcomes.
    by, year
        Its dimensions, and that of time.
    min_n
        Its threshold.

    Returns
    -------
    The other cells, and the names of the dimensions of which some were set aside.
    """
    named: list[str] = []
    within = [year] if year else []
    for indicator in cells.indicators:
        cells, some = set_aside(cells, indicator, by, within, min_n=min_n)
        named += [name for name in some if name not in named]
    return cells, tuple(named)


def said_of_the_few(cells: Cells, aside: Sequence[str], *, min_n: int) -> Cells:
    """A release's cells, with a note of the dimensions whose few are in no figure."""
    if not aside:
        return cells
    note = (
        f"Fewer than {min_n} students of a year have no group in"
        f" {' and '.join(aside)}: they are in no figure."
    )
    provenance = cells.provenance
    notes = (*provenance.notes, note)
    return replace(cells, provenance=replace(provenance, notes=notes))
