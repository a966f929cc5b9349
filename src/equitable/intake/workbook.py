"""Workbooks (XLSX, and ODS by the same door): one sheet, its table found in it."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.parsers import expat

import pyarrow as pa
import python_calamine

from equitable.errors import InputError, did_you_mean
from equitable.intake.file_kind import kind_of, refuse
from equitable.intake.headers import read_header, title_rows
from equitable.intake.parts import Column, Options, Part, cells_as_array
from equitable.intake.where import quote_name
from equitable.vocabulary import LeftOut

SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".ods")
_READ: Final = frozenset({"an Excel workbook", "an OpenDocument spreadsheet"})
_LARGEST: Final = 50_000_000
"""Cells from the first to the farthest, for all of which the reader takes memory."""
_UNPACKED: Final = 2 << 30
"""Bytes that the XML of a workbook may unpack to."""
_TALLEST: Final = 1 << 20
_BLOCK: Final = 1 << 20
_OVERLAP: Final = 64
_COLUMN: Final = re.compile(rb"""r=["']([A-Za-z]{2,3})[0-9]""")
_ROW: Final = re.compile(rb"""r=["'][A-Za-z]{0,3}([0-9]{4,})""")
_PLACE: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def open_workbook(path: Path, options: Options) -> Part:
    """Open one sheet of a workbook; an `Opener`.

    Raises
    ------
    InputError
        Where the workbook is locked, old or cut off, the sheet is not there, or it
        holds no table.
    """
    name = options.name_of(path)
    kind = kind_of(path)
    if kind not in _READ:
        if path.stat().st_size == 0:
            raise InputError(
                "it is empty", next_step="Save the workbook again.", file=name
            )
        if kind:
            raise refuse(path, name, kind)
        raise InputError(
            "it is not a workbook, whatever its name says",
            next_step="If it is a text table, rename it to .csv.",
            file=name,
        )
    extents = _Extents(path, name)
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheet, cells, note = _choose(book, options.sheet, name, extents)
    except python_calamine.PasswordError:
        locked = "a workbook locked with a password"
        raise refuse(path, name, locked) from None
    except (
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
    ):
        raise refuse(path, name, "a damaged ZIP archive or workbook") from None
    # A name that no other part's relation has.
    relation = options.scratch.new_path(" sheet").name
    return _part(path, name, sheet, cells, note, relation)


def _choose(
    book: python_calamine.CalamineWorkbook,
    asked: str | None,
    name: str,
    extents: _Extents,
) -> tuple[str, _Cells, tuple[str, ...]]:
    """The sheet asked for; else the first that is seen and holds a table."""
    sheets = [
        meta
        for meta in book.sheets_metadata
        if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    every = [meta.name for meta in sheets]
    if asked is not None:
        match = [one for one in every if one == asked] or [
            one for one in every if one.strip().casefold() == asked.strip().casefold()
        ]
        if not match:
            raise InputError(
                f"there is no sheet '{asked}'",
                next_step=f"{did_you_mean(asked, every, what='sheets')}"
                if not every
                else f"Its sheets are {_listed(every)}.",
                file=name,
            )
        extents.check(match[0])
        return match[0], _Cells(book, match[0]), ()
    visible = python_calamine.SheetVisibleEnum.Visible
    seen = [meta.name for meta in sheets if meta.visible == visible] or every
    narrow: tuple[str, _Cells] | None = None
    chosen: tuple[str, _Cells] | None = None
    for one in seen:
        extents.check(one)
        cells = _Cells(book, one)
        if cells.width > 1 and cells.filled > 1:
            chosen = (one, cells)
            break
        if narrow is None and cells.filled > 1:
            narrow = (one, cells)
    chosen = chosen or narrow
    if chosen is None:
        raise InputError(
            "none of its sheets holds a table",
            next_step="A table has a header and at least one row beneath it.",
            file=name,
        )
    if len(every) == 1:
        return (*chosen, ())
    note = (
        f"{name} has {len(every)} sheets; '{chosen[0]}' was read. --sheet names"
        " another."
    )
    return (*chosen, (note,))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(f"'{name}'" for name in names[:12]) + more


class _Extents:
    """How far the cells of each sheet reach, seen before the reader makes room.

    Its memory is for every cell from the first to the farthest, so that one stray value
    in the sheet's last corner would ask for hundreds of gigabytes.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._sheets: dict[str, str] = {}
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(one.file_size for one in archive.infolist())
                packed = sum(one.compress_size for one in archive.infolist())
                if size <= max(_UNPACKED, 2 * packed):
                    self._sheets = _sheets_of(archive)
                    return
        except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError):
            return  # The reader says of a damaged workbook that it is one.
        raise InputError(
            f"it unpacks to {size / (1 << 30):,.1f} GB, too much for a workbook",
            next_step="Export the sheet as CSV and give that file.",
            file=name,
        )

    def check(self, sheet: str) -> None:
        """Refuse a sheet that a cell far from the others stretches."""
        if sheet not in self._sheets:
            return
        far = ""
        with zipfile.ZipFile(self._path) as archive:
            # Nearly every sheet is seen to be small without a parser.
            columns = _most_columns(archive, self._sheets[sheet])
            if columns * _TALLEST <= _LARGEST:
                return
            rows = _most_rows(archive, self._sheets[sheet])
            if columns * rows <= _LARGEST:
                return
            far = _far_cell(archive, self._sheets[sheet])
        if far:
            raise InputError(
                f"a cell far from the others, {far}, stretches its sheet '{sheet}'",
                next_step="Delete the empty rows and columns after the table, and save"
                " it again.",
                file=self._name,
            )


def _sheets_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """The place in the archive of each sheet, by the sheet's name (XLSX only)."""
    named: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def sheet(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            link = next((v for k, v in given.items() if k.endswith(":id")), "")
            named.append((given.get("name", ""), link))

    def link(tag: str, given: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            # From the folder of the workbook, or from the top where it starts with '/'.
            place = posixpath.normpath(posixpath.join("/xl", given.get("Target", "")))
            targets[given.get("Id", "")] = place.lstrip("/").lower()

    places = {one.lower(): one for one in archive.namelist()}
    for place, heard in (
        ("xl/workbook.xml", sheet),
        ("xl/_rels/workbook.xml.rels", link),
    ):
        if place not in places:
            return {}
        parser = expat.ParserCreate()
        parser.StartElementHandler = heard
        parser.Parse(archive.read(places[place]), True)
    return {
        name: places[targets[one]] for name, one in named if targets.get(one) in places
    }


def _windows(archive: zipfile.ZipFile, place: str) -> Iterator[bytes]:
    """A sheet's XML in blocks, each with the end of the one before."""
    end = b""
    with archive.open(place) as file:
        while block := file.read(_BLOCK):
            yield end + block
            end = block[-_OVERLAP:]


def _most_columns(archive: zipfile.ZipFile, place: str) -> int:
    """At least as many columns as the sheet has."""
    seen: set[bytes] = set()
    for window in _windows(archive, place):
        seen.update(_COLUMN.findall(window))
    return max((_number_of(one.decode()) for one in seen), default=26)


def _most_rows(archive: zipfile.ZipFile, place: str) -> int:
    """At least as many rows as the sheet has."""
    most = 999
    for window in _windows(archive, place):
        most = max(most, max(map(int, set(_ROW.findall(window))), default=0))
    return most


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _far_cell(archive: zipfile.ZipFile, place: str) -> str:
    """The first cell with a value that makes the sheet too large; else empty."""
    rows = columns = 0
    cell = far = ""

    def heard(tag: str, given: dict[str, str]) -> None:
        nonlocal rows, columns, cell, far
        plain = tag.rpartition(":")[2]
        if plain == "c":
            cell = given.get("r", "")
        elif plain in {"v", "is"} and not far:
            found = _PLACE.fullmatch(cell)
            if found is not None:
                columns = max(columns, _number_of(found[1]))
                rows = max(rows, int(found[2]))
                if rows * columns > _LARGEST:
                    far = cell.upper()

    parser = expat.ParserCreate()
    parser.StartElementHandler = heard
    with archive.open(place) as file:
        while not far and (block := file.read(_BLOCK)):
            parser.Parse(block, False)
    return far


class _Cells:
    """The cells of a sheet from its first row on, blank rows at its end dropped."""

    def __init__(self, book: python_calamine.CalamineWorkbook, name: str) -> None:
        sheet = book.get_sheet_by_name(name)
        self.first_column = sheet.start[1] if sheet.start else 0
        rows: list[Sequence[object]] = list(sheet.iter_rows()) if sheet.start else []
        self.blank_end = 0
        while rows and not _is_filled(rows[-1]):
            rows.pop()
            self.blank_end += 1
        self.rows = rows
        self.filled = sum(1 for row in rows[:100] if _is_filled(row))
        self.width = max(
            (sum(1 for cell in row if cell != "") for row in rows[:100]), default=0
        )


def _is_filled(row: Sequence[object]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in row)


def _part(
    path: Path,
    name: str,
    sheet: str,
    cells: _Cells,
    note: tuple[str, ...],
    relation: str,
) -> Part:
    rows = cells.rows
    if not rows:
        raise InputError(
            f"its sheet '{sheet}' is empty",
            next_step="Name another with --sheet.",
            file=name,
        )
    skip = title_rows(rows)
    body = [
        (place + 1, row)
        for place, row in enumerate(rows[skip + 1 :], skip + 1)
        if _is_filled(row)
    ]
    if not body:
        raise InputError(
            f"its sheet '{sheet}' has a header and no rows beneath it",
            next_step="Name another with --sheet, or export it with its rows.",
            file=name,
        )
    header = read_header(
        ["" if cell is None else _heading(cell) for cell in rows[skip]],
        [row for _, row in body],
        file=name,
        row=skip + 1,
        letters=True,
        first=cells.first_column,
    )
    arrays, columns = [], []
    for place, column in zip(header.places, header.names, strict=True):
        array, kind = cells_as_array([row[place] for _, row in body])
        arrays.append(array)
        columns.append(Column(column, kind))
    titles = sum(1 for row in rows[:skip] if _is_filled(row))
    found = (
        f"The header of {name} was found in row {skip + 1}; what stands above it was"
        " left out."
    )
    blank = len(rows) - skip - 1 - len(body) + cells.blank_end
    left_out = [
        LeftOut(reason=reason, rows=count)
        for reason, count in (
            (f"title rows above the header of {name}", titles),
            (f"blank rows of {name}", blank),
        )
        if count
    ]
    chosen = ", ".join(quote_name(column.name) for column in columns)
    numbers = [row for row, _ in body]
    return Part(
        name=name,
        columns=tuple(columns),
        sql=f"SELECT {chosen} FROM {quote_name(relation)}",
        files=(path,),
        tables={relation: pa.table(dict(zip(header.names, arrays, strict=True)))},
        notes=(*note, *([found] if titles else []), *header.notes),
        left_out=tuple(left_out),
        row_of=lambda ordinal: numbers[ordinal - 1],
    )


def _heading(cell: object) -> str:
    """A header's cell as text: a year typed as a number is ``2019``."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
