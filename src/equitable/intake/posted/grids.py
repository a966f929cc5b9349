"""Files as grids of text: every cell where it stands, nothing of it understood yet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import python_calamine

from equitable.errors import InputError, did_you_mean
from equitable.intake.readers import delimited, workbook
from equitable.intake.readers.extents import Extents
from equitable.intake.readers.file_kind import kind_of, refuse
from equitable.intake.readers.folders import find_in_folder
from equitable.intake.readers.formulas import unworked_formulas
from equitable.intake.readers.layout import find_layout
from equitable.intake.readers.parts import plain_text, shown_name, unreadable
from equitable.intake.readers.sheet_cells import SheetCells, opened_workbook
from equitable.intake.readers.text_encoding import (
    decode_head,
    find_encoding,
    is_gzip,
    read_head,
)

_LARGEST: Final = 64 << 20
"""Bytes of a text table; what is larger is no table that people are to read."""
_HEAD: Final = 1 << 18
_TEXT: Final = frozenset(delimited.SUFFIXES)
_WORKBOOK: Final = frozenset(workbook.SUFFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of a text file or a sheet: row 1 of the file is ``rows[0]``.

    Attributes
    ----------
    name
        The file's name, with the sheet's where there are several.
    file, sheet
        Each by itself.
    rows
        All as wide as the widest.
    merged
        Places (row and column, from 0) of cells that are merged with others.
    letters, first
        Whether columns are called ``C``, and how many stand before the first.
    """

    name: str
    file: str
    rows: tuple[tuple[str, ...], ...]
    sheet: str = ""
    merged: frozenset[tuple[int, int]] = frozenset()
    letters: bool = False
    first: int = 0
    notes: tuple[str, ...] = ()

    def called(self, column: int) -> str:
        """What a column without a name is called."""
        number = column + self.first + 1
        if not self.letters:
            return str(number)
        letters = ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(65 + rest) + letters
        return letters


def read_grids(
    paths: Sequence[Path], *, sheet: str | None
) -> tuple[list[list[Grid]], list[str]]:
    """The grids of each file, in the order given; and what is to be said.

    Raises
    ------
    InputError
        Where a file is not there, or is no text table and no workbook.
    """
    grids: list[list[Grid]] = []
    notes: list[str] = []
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found = find_in_folder(path, _reads)
            notes += found.notes
            files = found.paths
        else:
            files = (path,)
        for file in files:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                grids.append([*_grids_of(file, sheet)])
    return grids, notes


def _reads(path: Path) -> bool:
    return path.is_file() and _suffix(path) in _TEXT | _WORKBOOK


def _suffix(path: Path) -> str:
    name = path.with_suffix("") if is_gzip(path) else path
    return name.suffix.lower()


def _grids_of(path: Path, sheet: str | None) -> Iterator[Grid]:
    name = shown_name(path)
    if not path.exists():
        raise InputError(
            "there is no such file",
            next_step="Check the folder and the spelling.",
            file=name,
        )
    try:
        if _suffix(path) in _WORKBOOK:
            yield from _sheets(path, name, sheet)
            return
        kind = "" if is_gzip(path) else kind_of(path)
        if kind in {"an Excel workbook", "an OpenDocument spreadsheet"}:
            yield from _sheets(path, name, sheet)
        elif kind:
            raise refuse(path, name, kind)
        elif sheet is not None:
            raise InputError(
                f"it has no sheets, and sheet '{sheet[:40]}' was asked for",
                next_step="Leave the sheet away, or give the workbook.",
                file=name,
            )
        else:
            yield _text(path, name)
    except OSError as error:
        raise unreadable(error, name) from None


def _text(path: Path, name: str) -> Grid:
    data, whole = read_head(path, _LARGEST)
    if not whole:
        raise InputError(
            "it is larger than a table of counts that people are to read",
            next_step="For students' records use `equitable release`; else give the"
            " tables in smaller files.",
            file=name,
        )
    encoding = find_encoding(data, name=name)
    text = decode_head(data, encoding)
    hint = "\t" if _suffix(path) in {".tsv", ".tab"} else ""
    layout = find_layout(text[:_HEAD], whole=len(text) <= _HEAD, name=name, hint=hint)
    text = text.removeprefix("\ufeff")
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=layout.delimiter,
        skipinitialspace=layout.skip_space,
        strict=True,
    )
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error:
        raise InputError(
            "a quotation mark opens here that is not closed, or stands in the middle"
            " of a value",
            next_step="Export the table again as CSV.",
            file=name,
            row=len(rows) + 1,
        ) from None
    if layout.separator_line and rows:
        rows[0] = []
    notes = () if encoding.is_utf8 else (f"{name} is written in {encoding.words}.",)
    return Grid(name=name, file=name, rows=_even(rows), notes=notes)


def _sheets(path: Path, name: str, asked: str | None) -> Iterator[Grid]:
    extents = Extents(path, name)
    with opened_workbook(path, name) as book:
        sheets = [
            one
            for one in book.sheets_metadata
            if one.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        every = [one.name for one in sheets]
        visible = python_calamine.SheetVisibleEnum.Visible
        hidden = {one.name for one in sheets if one.visible != visible}
        for one in every if asked is None else [_asked(asked, every, name)]:
            extents.check(one)
            cells = SheetCells(book, one)
            if cells.rows:
                grid = _sheet(name, one, cells, several=len(every) > 1)
                xml = extents.xml_of(one)
                if xml is not None:
                    _refuse_unworked(path, xml, grid)
                yield grid if one not in hidden else _told_hidden(grid)


def _told_hidden(grid: Grid) -> Grid:
    said = (
        f"Sheet '{grid.sheet}' of {grid.file} is hidden. Whoever has the workbook can"
        " show it, so that it was read like the others."
    )
    return Grid(
        name=grid.name,
        file=grid.file,
        sheet=grid.sheet,
        rows=grid.rows,
        merged=grid.merged,
        letters=grid.letters,
        first=grid.first,
        notes=(*grid.notes, said),
    )


def _asked(asked: str, every: Sequence[str], name: str) -> str:
    for one in every:
        if one.strip().casefold() == asked.strip().casefold():
            return one
    raise InputError(
        f"there is no sheet '{asked[:40]}'",
        next_step=did_you_mean(asked, every, what="sheets"),
        file=name,
    )


def _sheet(file: str, sheet: str, cells: SheetCells, *, several: bool) -> Grid:
    rows = [[_cell(cell) for cell in row] for row in cells.rows]
    merged: set[tuple[int, int]] = set()
    for top, left, bottom, right in cells.spans:
        if left < 0 or top >= len(rows) or right >= len(rows[top]):
            continue
        merged |= {
            (row, column)
            for row in range(top, min(bottom + 1, len(rows)))
            for column in range(left, right + 1)
        }
        # A title over the whole table stays one cell; a heading over some columns is
        # written over each of them.
        if left > 0 or right + 1 < len(rows[top]):
            rows[top][left : right + 1] = [rows[top][left]] * (right - left + 1)
    return Grid(
        name=f"{file}, sheet '{sheet}'" if several else file,
        file=file,
        sheet=sheet,
        rows=_even(rows),
        merged=frozenset(merged),
        letters=True,
        first=cells.first_column,
    )


def _cell(cell: object) -> str:
    return "" if cell is None else plain_text(cell)


def _even(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Rows of one width, trimmed; the blank ones at the end left away."""
    own = [[cell.strip().strip("\ufeff").strip() for cell in row] for row in rows]
    while own and not any(own[-1]):
        own.pop()
    width = max((len(row) for row in own), default=0)
    return tuple(tuple(row + [""] * (width - len(row))) for row in own)


def _refuse_unworked(path: Path, xml: str, grid: Grid) -> None:
    """Refuse a formula whose result was not saved: it is no count that is withheld."""
    for row, column in unworked_formulas(path, xml):
        place = column - grid.first - 1
        inside = 0 < row <= len(grid.rows) and 0 <= place < len(grid.rows[row - 1])
        if inside and not grid.rows[row - 1][place]:
            raise InputError(
                "a formula stands here whose result was not saved with the workbook",
                file=grid.name,
                row=row,
                column=grid.called(place),
                next_step="Open the workbook in a spreadsheet program, save it there,"
                " and try again.",
            )
