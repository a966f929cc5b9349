"""Files that are about to be posted, read as tables of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from equitable.errors import InputError
from equitable.intake.posted.blocks import find_blocks
from equitable.intake.posted.drawn import Drawn, Origin
from equitable.intake.posted.grids import Grid, read_grids
from equitable.intake.posted.linking import link
from equitable.intake.posted.shapes import OnlyShares, draw
from equitable.intake.posted.tables import PostedTable
from equitable.intake.posted.traits import told_apart


def read_posted(
    paths: Sequence[Path], *, sheet: str | None = None
) -> tuple[PostedTable, ...]:
    """Read tables of counts that Equitable did not make.

    Parameters
    ----------
    paths
        CSV, TSV and XLSX files, and folders of them.  Every sheet of a workbook is
        read, hidden ones too, and every table of a sheet.
    sheet
        Only this sheet of the workbooks.

    Returns
    -------
    One table for each thing counted.  Tables share dimensions by their names; a name
    that no page gives is ``rows``, ``columns`` or ``sheet``.

    Raises
    ------
    InputError
        Where a file cannot be read or holds no counts; where a cell is neither a count
        nor a known mark; where rows are of students.
    """
    if not paths:
        raise InputError("no file was named", next_step="Give the tables' paths.")
    grids, notes = read_grids(paths, sheet=sheet)
    drawn: list[Drawn] = []
    for own in grids:
        drawn += _of_file(own, several=len(grids) > 1, notes=notes)
    tables = link([told_apart(table) for table in drawn])
    return (replace(tables[0], notes=(*notes, *tables[0].notes)), *tables[1:])


def _of_file(grids: Sequence[Grid], *, several: bool, notes: list[str]) -> list[Drawn]:
    """The tables of one file, whichever sheets they are on."""
    found: list[Drawn] = []
    shares: list[str] = []
    for grid in grids:
        if not grid.rows:
            continue
        blocks = find_blocks(grid)
        own: list[Drawn] = []
        only_shares = False
        for number, block in enumerate(blocks, 1):
            name = grid.name if len(blocks) == 1 else f"{grid.name}, table {number}"
            if len(blocks) > 1:
                origin = Origin(kind="table", label=block.title, file=grid.name)
            elif len(grids) > 1:
                origin = Origin(kind="sheet", label=grid.sheet, file=grid.file)
            else:
                label = Path(grid.file).stem if several else ""
                origin = Origin(kind="file", label=label)
            try:
                own += draw(grid, block, name=name, origin=origin)
            except OnlyShares:
                only_shares = True
        if own:
            found += own
        elif only_shares:
            shares.append(grid.name)
        elif len(grids) > 1:
            notes.append(f"{grid.name} holds no counts and was left out.")
    if not found and shares:
        raise InputError(
            "it holds percentages and no counts",
            file=shares[0],
            next_step="The audit is of counts: give the table with how many students"
            " each percentage is of.",
        )
    notes += [f"{name} holds percentages only and was left out." for name in shares]
    if not found:
        raise InputError(
            "there is no table of counts in it",
            next_step="A table has names above its columns, a label in each row, and"
            " counts. Students' records are not posted: use `equitable release`.",
            file=grids[0].file if grids else None,
        )
    return found
