"""Where the header stands, and whether it is of several rows.

A report card often writes a year or a subject once above several columns, and beneath
it what each of them counts.  Such rows are joined into one name a column: ``2022``
above ``Tested`` is ``2022 Tested``.  A second row is only taken for names where no
other reading is left: columns of numbers that have words in it, and names that are
lacking, or the same, without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from equitable.intake.names import is_suppressed
from equitable.intake.readers.headers import title_rows
from equitable.vocabulary import MISSING_TOKENS

Span = tuple[int, int, int, int]
"""A merged cell of a sheet: first row, first column, last row, last column, from 0."""

MOST_ROWS: Final = 3
"""Rows that a header may be of."""
_LOOKED_AT: Final = 300
_NUMBER: Final = re.compile(
    r"[<>≤≥=~]*\s*[-+]?(\d[\d,. ]*|\.\d+)\s*%?\s*([*†‡§^#]+|\([a-z]\)|\[[a-z0-9]\])?"
)
_YEAR: Final = re.compile(r"(19|20)\d{2}([-–/]\d{2,4})?")
_CODE: Final = re.compile(r"(ge|le|gt|lt|n)\s?[<>=]*\s?\d+%?", re.IGNORECASE)
_MOSTLY: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRows:
    """The header of a table: ``last`` is its last row, from 0, and ``first`` its first.

    ``names`` are the joined names where there are several rows, else the row itself.
    """

    first: int
    last: int
    names: tuple[str, ...]

    @property
    def several(self) -> bool:
        """Whether names were joined from several rows."""
        return self.last > self.first

    def said(self, file: str) -> str:
        """In words, for a note."""
        example = next((name for name in self.names if " " in name), "")
        rows = "rows " + " and ".join(
            str(row + 1) for row in range(self.first, self.last + 1)
        )
        like = f", as in '{example}'" if example else ""
        return (
            f"The columns of {file} are named in {rows}: the names were joined{like}."
        )


def find_header(
    rows: Sequence[Sequence[object]], spans: Iterable[Span] = ()
) -> HeaderRows:
    """The header in the first rows of a table.

    Parameters
    ----------
    rows
        Of a text table or a sheet, from its very top.
    spans
        Its merged cells, where the file says so.
    """
    texts = [[_text(cell) for cell in row] for row in rows[:_LOOKED_AT]]
    top = title_rows(rows)
    if top >= len(texts):
        return HeaderRows(first=top, last=top, names=())
    for first in (top, _past_broken_titles(texts, top)):
        for depth in range(MOST_ROWS - 1, 0, -1):
            names = _joined(texts, first, depth, tuple(spans))
            if names is not None:
                return HeaderRows(first=first, last=first + depth, names=names)
    return HeaderRows(first=first, last=first, names=tuple(texts[first]))


def is_figure(text: str) -> bool:
    """Whether a cell holds a number, a mark in its place, or 'no value'."""
    plain = text.strip().casefold()
    return (
        plain in MISSING_TOKENS
        or _NUMBER.fullmatch(plain) is not None
        or _CODE.fullmatch(plain) is not None
        or is_suppressed(plain)
        or not any(character.isalnum() or character in "%#" for character in plain)
    )


def figures_in(rows: Sequence[Sequence[str]], width: int) -> frozenset[int]:
    """The places of columns that are (nearly) all numbers and marks, with a number."""
    found = set()
    for place in range(width):
        cells = [row[place] for row in rows if place < len(row) and row[place].strip()]
        numbers = [cell for cell in cells if _NUMBER.fullmatch(cell.strip().casefold())]
        shown = sum(map(is_figure, cells))
        if numbers and shown >= _MOSTLY * len(cells):
            found.add(place)
    return frozenset(found)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().strip("\ufeff").strip()


def _past_broken_titles(texts: Sequence[Sequence[str]], top: int) -> int:
    """The header beneath a title that a comma broke into two or three cells."""
    widths = [sum(1 for cell in row if cell) for row in texts]
    widest = max(widths, default=0)
    if not 2 * widths[top] < widest:
        return top
    for place in range(top, min(top + 20, len(texts) - 1)):
        named = [cell for cell in texts[place] if cell]
        if 4 * len(named) >= 3 * widest:
            words = all(not is_figure(cell) or _YEAR.fullmatch(cell) for cell in named)
            return place if words else top
    return top


def _joined(
    texts: Sequence[Sequence[str]], first: int, depth: int, spans: Sequence[Span]
) -> tuple[str, ...] | None:
    """The names where so many further rows are of the header, else ``None``."""
    body = texts[first + depth + 1 :]
    named = [cell for cell in texts[first] if cell]
    if not body or not named:
        return None
    full = len(named) >= len(texts[first + 1])
    if full and len({cell.casefold() for cell in named}) == len(named):
        return None  # Nothing is lacking: every column has a name of its own.
    width = max(len(row) for row in (*texts[first : first + depth + 1], *body[:20]))
    figures = figures_in(body, width)
    block = [
        [row[place] if place < len(row) else "" for place in range(width)]
        for row in texts[first : first + depth + 1]
    ]
    for row in block[1:]:
        said = [place for place in figures if row[place]]
        words = [cell for cell in row if cell]
        if len(said) < 2 or any(
            is_figure(cell) and not _YEAR.fullmatch(cell) for cell in words
        ):
            return None
        if all(_YEAR.fullmatch(cell) for cell in words):
            return None
    if not any(block[0][place] for place in figures):
        return None  # A title, which commas broke into cells.
    lacking = any(not block[0][place] and block[-1][place] for place in figures)
    if not lacking and len({cell.casefold() for cell in named}) == len(named):
        return None
    spread = [
        _spread(row, block[level + 1 :], figures, spans, first + level)
        for level, row in enumerate(block[:-1])
    ]
    names = [
        " ".join(
            dict.fromkeys(row[place] for row in (*spread, block[-1]) if row[place])
        )
        for place in range(width)
    ]
    return tuple(names)


def _spread(
    row: Sequence[str],
    beneath: Sequence[Sequence[str]],
    figures: frozenset[int],
    spans: Sequence[Span],
    place_of_row: int,
) -> list[str]:
    """What stands once above several columns, over each of them."""
    wide = list(row)
    merged = {
        start: end
        for top, start, bottom, end in spans
        if top <= place_of_row <= bottom and end > start
    }
    for start, end in merged.items():
        for place in range(start, min(end + 1, len(wide))):
            wide[place] = row[start]
    if merged:
        return wide
    last = ""
    for place, cell in enumerate(row):
        named = any(level[place] for level in beneath)
        if cell:
            # 'School' beside a year stands for itself: nothing is named beneath it.
            last = cell if named else ""
        elif last and named and place in figures:
            wide[place] = last
    return wide
