"""How far the cells of a workbook's sheets reach, seen before a reader makes room.

Each kind of workbook (XLSX, XLSB, OpenDocument) says it in its own way.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from equitable.errors import InputError

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


class Extents:
    """How far the cells of each sheet reach, seen before the reader makes room.

    Its memory is for every cell from the first to the farthest, so that one stray value
    in the sheet's last corner would ask for hundreds of gigabytes.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._sheets: dict[str, str] = {}
        self._far: dict[str, str] = {}
        """Of an OpenDocument, whose reader makes room for all sheets at once."""
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(one.file_size for one in archive.infolist())
                packed = sum(one.compress_size for one in archive.infolist())
                if size <= max(_UNPACKED, 2 * packed):
                    if "content.xml" in archive.namelist():
                        self._far = _far_cells_of_opendocument(archive)
                    else:
                        self._sheets = _sheets_of(archive)
                    size = 0
        except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError):
            return  # The reader says of a damaged workbook that it is one.
        for sheet, far in self._far.items():
            raise self._stretched(sheet, far)
        if not size:
            return
        raise InputError(
            f"it unpacks to {size / (1 << 30):,.1f} GB, too much for a workbook",
            next_step="Export the sheet as CSV and give that file.",
            file=name,
        )

    def check(self, sheet: str) -> None:
        """Refuse a sheet that a cell far from the others stretches."""
        if sheet not in self._sheets:
            return
        with zipfile.ZipFile(self._path) as archive:
            if self._sheets[sheet].lower().endswith(".bin"):
                far = _far_cell_of_binary(archive.read(self._sheets[sheet]))
                if far:
                    raise self._stretched(sheet, far)
                return
            # Nearly every sheet is seen to be small without a parser.
            columns = _most_columns(archive, self._sheets[sheet])
            if columns * _TALLEST <= _LARGEST:
                return
            rows = _most_rows(archive, self._sheets[sheet])
            if columns * rows <= _LARGEST:
                return
            far = _far_cell(archive, self._sheets[sheet])
        if far:
            raise self._stretched(sheet, far)

    def xml_of(self, sheet: str) -> str | None:
        """Where in an XLSX a sheet's XML is; ``None`` of the other kinds."""
        place = self._sheets.get(sheet, ".bin")
        return None if place.lower().endswith(".bin") else place

    def _stretched(self, sheet: str, far: str) -> InputError:
        return InputError(
            f"a cell far from the others, {far}, stretches its sheet '{sheet}'",
            next_step="Delete the empty rows and columns after the table, and save"
            " it again.",
            file=self._name,
        )


def _sheets_of(archive: zipfile.ZipFile) -> dict[str, str]:
    """The place in the archive of each sheet, by the sheet's name."""
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
    binary = "xl/workbook.bin" in places
    if binary:
        named = _sheets_of_binary(archive.read(places["xl/workbook.bin"]))
    kind = "bin" if binary else "xml"
    for place, heard in (
        ("xl/workbook.xml", sheet),
        (f"xl/_rels/workbook.{kind}.rels", link),
    ):
        if binary and heard is sheet:
            continue
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


# A binary workbook (XLSB) is a row of records: a number for the kind, one for the
# length, both in groups of seven bits, then the bytes ([MS-XLSB] 2.1.4).
_SHEET: Final = 156
_ROW_HEADER: Final = 0
_CELLS: Final = range(2, 12)
"""Kinds of cells with a value; 1 is a cell that is only formatted."""


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Each record's kind, and where its bytes start and end."""
    at, end = 0, len(data)
    while at < end:
        kind = length = 0
        for place in range(2):
            if at >= end:
                return
            byte = data[at]
            at += 1
            kind |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                break
        for place in range(4):
            if at >= end:
                return
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                break
        yield kind, at, min(at + length, end)
        at += length


def _sheets_of_binary(data: bytes) -> list[tuple[str, str]]:
    """Name and link of each sheet ([MS-XLSB] 2.4.304)."""
    named = []
    for kind, start, end in _records(data):
        if kind != _SHEET:
            continue
        texts, at = [], start + 8
        for _ in range(2):
            letters = int.from_bytes(data[at : at + 4], "little")
            letters = min(letters, end)
            texts.append(data[at + 4 : at + 4 + 2 * letters].decode("utf-16-le"))
            at += 4 + 2 * letters
        named.append((texts[1], texts[0]))
    return named


def _far_cell_of_binary(data: bytes) -> str:
    """The first cell with a value that makes a binary sheet too large; else empty."""
    row = rows = columns = 0
    for kind, start, _ in _records(data):
        if kind == _ROW_HEADER:
            row = int.from_bytes(data[start : start + 4], "little") + 1
        elif kind in _CELLS:
            rows = max(rows, row)
            column = int.from_bytes(data[start : start + 4], "little") + 1
            columns = max(columns, column)
            if rows * columns > _LARGEST:
                return f"{_letters_of(column)}{row}"
    return ""


def _letters_of(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _far_cells_of_opendocument(archive: zipfile.ZipFile) -> dict[str, str]:
    """The first cell of each sheet of an OpenDocument that makes it too large.

    Rows and cells say how often they are repeated (OpenDocument 1.2, 19.675, 19.679).
    """
    far: dict[str, str] = {}
    sheet, row, column, rows, columns, again, filled = "", 0, 0, 0, 0, 1, 0

    def repeated(given: dict[str, str], what: str) -> int:
        found = next((v for k, v in given.items() if k.endswith(what)), "1")
        return int(found) if found.isdecimal() else 1

    def opened(tag: str, given: dict[str, str]) -> None:
        nonlocal sheet, row, column, rows, columns, again, filled
        plain = tag.rpartition(":")[2]
        if plain == "table":
            sheet = next((v for k, v in given.items() if k.endswith(":name")), "")
            row = rows = columns = 0
        elif plain == "table-row":
            again, column, filled = repeated(given, ":number-rows-repeated"), 0, 0
        elif plain in {"table-cell", "covered-table-cell"}:
            column += repeated(given, ":number-columns-repeated")
            if any(key.endswith(":value-type") for key in given):
                filled = column

    def closed(tag: str) -> None:
        nonlocal row, rows, columns
        if tag.rpartition(":")[2] != "table-row":
            return
        row += again
        if filled:
            rows, columns = row, max(columns, filled)
            if rows * columns > _LARGEST:
                far.setdefault(sheet, f"{_letters_of(filled)}{row}")

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    with archive.open("content.xml") as file:
        while not far and (block := file.read(_BLOCK)):
            parser.Parse(block, False)
    return far
