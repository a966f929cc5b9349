"""What a reader can work out from published counts: an attacker that is exact.

It shares nothing with ``equitable``: no code, no solver, no floating number.  It needs
Python alone.  ``intervals`` says, for each withheld cell, the least and the largest
value over all tables of non-negative whole numbers that agree with everything shown.

How it searches.  The finest cells are the unknowns.  Each published figure is an
equation of them, each known bound an inequality.  Bounds are first narrowed row by row
(constraint propagation).  Then each question, 'how large can this cell be?', is a
depth-first branch and bound over the finest cells: a node's bound is the linear
programme's, by the simplex method in whole numbers (Edmonds' fraction-free pivots, so
that nothing is rounded; Bland's rule, so that it ends), and a node whose best table has
a broken number is split in two at that cell.  A table that fits is kept: it answers
other questions too.  Each answer is held by a table that is checked against all that
was shown before it is given.

``brute_force`` answers the same by trying every table, for a handful of cells.  The
tests of this module hold the one against the other.

An outcome is a dimension like others: for a table whose last dimension is 'suspended:
no, yes', numbers of students are cells without that dimension, counts of suspended
students are cells with ``(last, 1)``.  A school is a dimension too, and so is a year
where nobody recurs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from exact_simplex import ContradictionError, Tableau

# A published cell: (dimension, level) pairs, of different dimensions; () is everyone.
Cell = tuple[tuple[int, int], ...]
Interval = tuple[int, int | None]
Published = Mapping[Cell, int | None]


class Row(NamedTuple):
    """The sum of some finest cells lies between two numbers; None is unbounded."""

    cells: tuple[int, ...]
    low: int
    high: int | None


def intervals(
    levels: tuple[int, ...],
    published: Published,
    bounds: Mapping[Cell, Interval] | None = None,
    *,
    ask: Iterable[Cell] | None = None,
) -> dict[Cell, Interval]:
    """The least and the largest value of each withheld cell.

    Parameters
    ----------
    levels
        How many levels each dimension of the finest table has.
    published
        Each published cell with its value, or None where it is withheld.  A margin that
        is not named was not published; the reader knows as much of it as of one
        withheld.
    bounds
        What is known of cells beside: (least, largest or None), as from a policy that
        withholds 1 to 9 and no other.
    ask
        The cells to answer for; without it, those withheld.

    Returns
    -------
    dict
        For each such cell (least, largest); None is unbounded.

    Raises
    ------
    ContradictionError
        Where what is published contradicts itself.
    """
    asked = list(ask) if ask is not None else _withheld(published)
    found = intervals_of_sums(
        _size(levels),
        _rows(levels, published, bounds or {}),
        [_members(levels, cell) for cell in asked],
    )
    return dict(zip(asked, found, strict=True))


def intervals_of_sums(
    unknowns: int, rows: Sequence[Row], ask: Sequence[tuple[int, ...]]
) -> list[Interval]:
    """The least and the largest value of any sums of whole numbers from 0 on.

    For what a table has no cell for: a union of groups, a filter, students who are in
    one of two releases or in both.

    Parameters
    ----------
    unknowns
        How many numbers are unknown; they are called 0, 1, 2…
    rows
        What is known of sums of them.
    ask
        The sums to answer for, each the numbers that it is of.

    Returns
    -------
    list
        (least, largest) for each; None is unbounded.
    """
    system = _System(unknowns, rows)
    return [(system.least(cells), system.largest(cells)) for cells in ask]


def brute_force(
    levels: tuple[int, ...],
    published: Published,
    bounds: Mapping[Cell, Interval] | None = None,
) -> dict[Cell, Interval]:
    """The same as ``intervals`` by trying each table: for a handful of small cells.

    Every finest cell must lie within a published or bounded one, or there are tables
    without end (``ValueError``).
    """
    asked = _withheld(published)
    found = brute_force_of_sums(
        _size(levels),
        _rows(levels, published, bounds or {}),
        [_members(levels, cell) for cell in asked],
    )
    return dict(zip(asked, found, strict=True))


def brute_force_of_sums(
    unknowns: int, rows: Sequence[Row], ask: Sequence[tuple[int, ...]]
) -> list[Interval]:
    """The same as ``intervals_of_sums`` by trying each table."""
    tops = []
    for cell in range(unknowns):
        holds = [row.high for row in rows if cell in row.cells and row.high is not None]
        if not holds:
            raise ValueError("a finest cell is in no cell that is known from above")
        tops.append(min(holds))
    seen: list[set[int]] = [set() for _ in ask]
    fits = False
    for table in itertools.product(*(range(top + 1) for top in tops)):
        if _fits(table, rows):
            fits = True
            for values, among in zip(seen, ask, strict=True):
                values.add(sum(table[one] for one in among))
    if not fits:
        raise ContradictionError("no table of whole numbers agrees with what is shown")
    return [(min(values), max(values)) for values in seen]


def margins(counts: Any, ways: Iterable[Sequence[int]]) -> dict[Cell, int]:
    """The cells of some margins of a table, to publish or to withhold.

    Parameters
    ----------
    counts
        A numpy array of whole numbers, an axis a dimension.
    ways
        The dimensions of each margin: ``()`` for the total, ``(0,)``, ``(0, 1)``…

    Returns
    -------
    dict
        Each cell with its number.
    """
    found: dict[Cell, int] = {}
    for way in ways:
        kept = tuple(sorted(way))
        others = tuple(axis for axis in range(counts.ndim) if axis not in kept)
        margin = counts.sum(axis=others)
        for at in itertools.product(*(range(counts.shape[axis]) for axis in kept)):
            found[tuple(zip(kept, at, strict=True))] = int(margin[at])
    return found


def _withheld(published: Published) -> list[Cell]:
    return [cell for cell, value in published.items() if value is None]


def _size(levels: tuple[int, ...]) -> int:
    size = 1
    for many in levels:
        size *= many
    return size


def _members(levels: tuple[int, ...], cell: Cell) -> tuple[int, ...]:
    """The finest cells, by number, that a published cell is the sum of."""
    fixed = dict(cell)
    known = all(
        0 <= dimension < len(levels) and 0 <= level < levels[dimension]
        for dimension, level in cell
    )
    if len(fixed) != len(cell) or not known:
        raise ValueError(f"{cell} is no cell of a table of {levels}")
    finest = itertools.product(*(range(many) for many in levels))
    return tuple(
        number
        for number, at in enumerate(finest)
        if all(at[dimension] == level for dimension, level in cell)
    )


def _rows(
    levels: tuple[int, ...],
    published: Published,
    bounds: Mapping[Cell, Interval],
) -> list[Row]:
    rows = [
        Row(_members(levels, cell), value, value)
        for cell, value in published.items()
        if value is not None
    ]
    rows += [Row(_members(levels, cell), *known) for cell, known in bounds.items()]
    return rows


def _fits(table: Sequence[int], rows: Iterable[Row]) -> bool:
    """Whether a table is one that the reader must reckon with."""
    if min(table) < 0:
        return False
    for row in rows:
        value = sum(table[cell] for cell in row.cells)
        if value < row.low or (row.high is not None and value > row.high):
            return False
    return True


def _narrowed(rows: Iterable[Row], many: int) -> tuple[list[int], list[int | None]]:
    """Bounds of each finest cell that the rows one by one leave possible."""
    low: list[int] = [0] * many
    high: list[int | None] = [None] * many
    rows = list(rows)
    changed = True
    while changed:
        changed = False
        for row in rows:
            least = sum(low[cell] for cell in row.cells)
            tops = [high[cell] for cell in row.cells]
            most = None if None in tops else sum(top for top in tops if top is not None)
            if (row.high is not None and least > row.high) or (
                most is not None and most < row.low
            ):
                raise ContradictionError(
                    "no table of whole numbers agrees with what is shown"
                )
            for cell, top in zip(row.cells, tops, strict=True):
                if row.high is not None:
                    room = row.high - (least - low[cell])
                    if top is None or room < top:
                        # The others' highest stands for this round: it only gets less.
                        high[cell], changed = room, True
                if most is not None and top is not None:
                    need = row.low - (most - top)
                    if need > low[cell]:
                        least += need - low[cell]
                        low[cell], changed = need, True
    return low, high


class _System:
    """All that is shown, as equations; tables that fit, as they are found."""

    def __init__(self, unknowns: int, rows: Sequence[Row]) -> None:
        self._rows = list(rows)
        self._many = unknowns
        low, high = _narrowed(self._rows, self._many)
        self._endless = {cell for cell, top in enumerate(high) if top is None}
        # A cell that nothing holds from above is in lower bounds alone.  However large
        # the others are, it needs no more than the largest of those to satisfy all it
        # is in: more makes no other cell smaller or larger.
        enough = max((row.low for row in self._rows), default=0)
        rows = [*self._rows]
        rows += [Row((cell,), 0, enough) for cell in self._endless]
        self._low = low
        # Of those that are not settled: cell → its column.
        open_cells = [cell for cell in range(self._many) if low[cell] != high[cell]]
        self._column = {cell: place for place, cell in enumerate(open_cells)}
        self._tables: list[list[int]] = []
        self._start = self._equations(rows)
        if not self._start.feasible():
            raise ContradictionError("no table agrees with what is shown")
        self._best(())  # a first table: that there is one is the first thing to know

    def _equations(self, rows: Iterable[Row]) -> Tableau:
        """The rows that still bind, with a slack where they are inequalities.

        A cell's lowest value is put in place of 0.  Its highest is not put in: it
        follows from the rows, which therefore all stand, but for the settled ones.
        """
        lines: list[tuple[tuple[int, ...], int, int]] = []  # (columns, slack, sum)
        for row in rows:
            columns = tuple(
                self._column[cell] for cell in row.cells if cell in self._column
            )
            least = sum(self._low[cell] for cell in row.cells)
            if not columns:
                continue
            if row.low == row.high:
                lines.append((columns, 0, row.low - least))
                continue
            if row.low > least:
                lines.append((columns, -1, row.low - least))
            if row.high is not None:
                lines.append((columns, 1, row.high - least))
        lines = [*dict.fromkeys(lines)]
        slacks = sum(1 for _, slack, _ in lines if slack)
        width = len(self._column) + slacks
        table = []
        place = len(self._column)
        for columns, slack, total in lines:
            line = [0] * width + [total]
            for column in columns:
                line[column] = 1
            if slack:
                line[place] = slack
                place += 1
            table.append(line)
        return Tableau(table, width)

    def largest(self, cells: tuple[int, ...]) -> int | None:
        """The largest sum of some finest cells, or None where nothing holds it."""
        if self._endless.intersection(cells):
            return None
        return self._best(cells, 1)

    def least(self, cells: tuple[int, ...]) -> int:
        """The least sum of some finest cells."""
        return -self._best(cells, -1)

    def _best(self, cells: tuple[int, ...], sign: int = 1) -> int:
        """The largest of ``sign`` times the sum: branch and bound, depth first."""
        known = sign * sum(self._low[cell] for cell in cells)
        wanted = {self._column[cell]: sign for cell in cells if cell in self._column}
        best: int | None = max(
            (sign * sum(table[cell] for cell in cells) for table in self._tables),
            default=None,
        )
        root = self._start
        root.aim(wanted)
        root.climb()
        self._start = root  # the next question starts where this one ended
        nodes = [root]
        while nodes:
            node = nodes.pop()
            bound = known + node.value // node.scale
            if best is not None and bound <= best:
                continue
            broken = node.broken(len(self._column))
            if broken is None:
                best = self._keep(node, cells, sign)
                continue
            # The half nearer to the broken number is looked at first.
            halves = [node.split(broken, below=below) for below in (True, False)]
            if 2 * node.part(broken) < node.scale:
                halves.reverse()
            nodes += [half for half in halves if half is not None]
        if best is None:
            raise ContradictionError(
                "no table of whole numbers agrees with what is shown"
            )
        return best

    def _keep(self, node: Tableau, cells: tuple[int, ...], sign: int) -> int:
        """A table that fits, looked at as a reader would: without the equations."""
        table = [*self._low]
        values = node.point(len(self._column))
        for cell, column in self._column.items():
            table[cell] += values[column]
        if not _fits(table, self._rows):
            raise AssertionError("the search gave a table that does not fit")
        self._tables.append(table)
        return sign * sum(table[cell] for cell in cells)
