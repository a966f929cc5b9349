"""The end of a text table: what stands there that is no record."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Final

from equitable.intake.readers.footnotes import notes_beneath
from equitable.intake.readers.layout import Layout
from equitable.intake.readers.text_encoding import Encoding, is_gzip

_TAIL: Final = 1 << 16


def notes_at_end(
    path: Path, encoding: Encoding, layout: Layout
) -> frozenset[tuple[str, ...]]:
    """The rows that are notes, at the end of a file whose head is not all of it."""
    if is_gzip(path) or encoding.codec.startswith(("utf-16", "utf-32")):
        return frozenset()
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        text = file.read().decode(encoding.codec, errors="replace")
    lines = text.splitlines(keepends=True)[1:]
    try:
        rows = list(layout.rows_of(lines))
    except csv.Error:
        return frozenset()  # It begins within a value: then nothing is left out.
    foot = notes_beneath(rows, layout.width)
    found = map(tuple, rows[len(rows) - foot :]) if foot else ()
    return frozenset(row for row in found if any(cell.strip() for cell in row))


def ends_blank(path: Path, delimiter: str) -> bool:
    """Whether the file ends in rows of delimiters only, as spreadsheets leave them."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    lines = tail.replace(b"\r", b"\n").rstrip(b"\n \x1a").split(b"\n")
    last = lines[-1].strip(b" ")
    mark = delimiter.encode()
    return len(lines) > 1 and mark in last and not last.strip(mark + b'" ')
