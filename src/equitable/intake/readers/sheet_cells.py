"""The cells of a workbook's sheets, as its program saved them."""

from __future__ import annotations

import contextlib
import datetime as dt
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.parsers import expat

import python_calamine

from equitable.errors import InputError
from equitable.intake.readers.file_kind import kind_of, refuse
from equitable.intake.readers.header_rows import Span

_COVER_ROWS: Final = 60
"""Filled rows that a sheet of notes has at most."""
_READ: Final = frozenset({"an Excel workbook", "an OpenDocument spreadsheet"})


@contextlib.contextmanager
def opened_workbook(
    path: Path, name: str
) -> Iterator[python_calamine.CalamineWorkbook]:
    """A workbook, open as long as it is read from.

    Raises
    ------
    InputError
        Where it is locked, old, cut off, empty or no workbook at all.
    """
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
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            yield book
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


class SheetCells:
    """The cells of a sheet from its first row on, blank rows at its end dropped.

    Columns before the first filled one are not among them: ``first_column`` counts
    them.
    """

    def __init__(self, book: python_calamine.CalamineWorkbook, name: str) -> None:
        sheet = book.get_sheet_by_name(name)
        self.first_column = sheet.start[1] if sheet.start else 0
        rows: list[Sequence[object]] = list(sheet.iter_rows()) if sheet.start else []
        left = self.first_column
        self.spans: tuple[Span, ...] = tuple(
            (top, start - left, bottom, end - left)
            for (top, start), (bottom, end) in sheet.merged_cell_ranges or ()
        )
        self.blank_end = 0
        while rows and not is_filled(rows[-1]):
            rows.pop()
            self.blank_end += 1
        self.rows = rows
        self.filled = sum(1 for row in rows[:100] if is_filled(row))
        self.width = max(
            (sum(1 for cell in row if cell != "") for row in rows[:100]), default=0
        )

    @property
    def is_a_cover(self) -> bool:
        """Whether the sheet looks like one of notes: few rows, and no numbers."""
        if self.filled > _COVER_ROWS:
            return False
        return not any(
            isinstance(cell, int | float | dt.date) for row in self.rows for cell in row
        )


def is_filled(row: Sequence[object]) -> bool:
    """Whether any cell of a row holds something."""
    return any(cell is not None and str(cell).strip() for cell in row)
