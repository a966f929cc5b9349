"""Formulas of a workbook whose results were never saved: cells that look empty.

A program that writes workbooks without working them out leaves the formula alone; a
spreadsheet program writes its result beside it when it saves (ECMA-376, 18.3.1.4).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_BLOCK: Final = 1 << 20
_LONGEST: Final = 1 << 14
"""Bytes of a cell with its formula, of which Excel takes 8,192 characters."""
_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE: Final = re.compile(rb"""\br=["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_TEXT: Final = re.compile(rb"""\bt=["']str["']""")
"""The result of such a formula is text, and may be empty text."""


def unworked_formulas(path: Path, place: str) -> Iterator[tuple[int, int]]:
    """Row and column, each from 1, of formulas without a result, in the sheet's order.

    Parameters
    ----------
    path
        The workbook.
    place
        Where in it the sheet's XML is.
    """
    end, last = b"", (0, 0)
    with zipfile.ZipFile(path) as archive, archive.open(place) as file:
        while block := file.read(_BLOCK):
            window = end + block
            end = window[-_LONGEST:]
            if b"f>" not in window and b"<f" not in window:
                continue
            for found in _CELL.finditer(window):
                at = _PLACE.search(found[1])
                if at is None or _TEXT.search(found[1]):
                    continue
                cell = (int(at[2]), _number_of(at[1]))
                if cell > last:
                    last = cell
                    yield cell


def _number_of(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
