"""Notes beneath a table, and marks of footnotes beside its numbers.

Both are left out, and said: a note is no record, and ``12*`` is the number 12 with
something to read about it.  A mark that stands alone (``*``) is no footnote: it stands
in place of a number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from equitable.intake.names import is_suppressed
from equitable.intake.where import quote_value
from equitable.vocabulary import MISSING_TOKENS

_NARROWEST: Final = 3
"""Columns that a table needs for a row of one cell to be told from its records."""
_MOST: Final = 60
_OPENING: Final = re.compile(
    r"(?i)[*†‡§^~#'\"“‘(\[]|\d{1,2}[.)]\s|-?\d{1,2}\s*=|"
    r"(foot)?notes?\b|sources?\b|data (are|is|source|from|as of|note)|key\b|legend\b|"
    r"n/?a\s*[=:]|prepared\b|produced\b|downloaded\b|updated\b|last updated|created\b|"
    r"suppress|copyright|disclaimer|for more information|see\b|this (table|file|report)"
)
_WORDS: Final = 4
_NUMBER: Final = r"[-+]?(?:\d[\d,]*\.?\d*|\.\d+)\s*%?"
_SIGN: Final = r"(?:[*†‡§^#¹²³⁴⁵⁶⁷⁸⁹⁰]+|\([a-z]\)|\[[a-z0-9]{1,2}\])"
_MARKED: Final = re.compile(rf"(?i)({_NUMBER})\s*({_SIGN})")
_PLAIN: Final = re.compile(_NUMBER)


def notes_beneath(rows: Sequence[Sequence[object]], width: int) -> int:
    """How many rows at the end of a table are notes, blank ones among them.

    Parameters
    ----------
    rows
        Beneath the header.
    width
        Columns of the table.

    A note is a row of one filled cell (the first) that reads as one: it begins with a
    mark or a word such as 'Note' or 'Source', or has four words.  A row that commas
    broke into several cells is one only where it begins so, and is not as wide as the
    table.
    """
    if width < _NARROWEST:
        return 0
    found = seen = 0
    for row in reversed(rows[-_MOST:]):
        cells = [str(cell).strip() for cell in row if cell is not None]
        seen += 1
        if not any(cells):
            continue
        if seen == len(rows) or not _is_note(cells, width):
            break
        found = seen
    return found


def _is_note(cells: Sequence[str], width: int) -> bool:
    first = cells[0]
    filled = [cell for cell in cells if cell]
    if not first or not any(character.isalpha() for character in " ".join(filled)):
        return False
    opens = _OPENING.match(first) is not None and not is_suppressed(first)
    if len(filled) == 1:
        longer = len(first.split()) >= _WORDS or (": " in first or " = " in first)
        return opens or longer
    return opens and len(cells) < width


def marked_columns(rows: Sequence[Sequence[object]], width: int) -> tuple[int, ...]:
    """The places of columns of numbers of which some carry a footnote's mark."""
    found = []
    for place in range(width):
        cells = [
            str(row[place]).strip()
            for row in rows
            if place < len(row) and row[place] is not None
        ]
        cells = [c for c in cells if c.casefold() not in MISSING_TOKENS]
        if not any(c[-1:] in "*†‡§^#)]¹²³⁴⁵⁶⁷⁸⁹⁰" for c in cells):
            continue
        marked = [c for c in cells if _MARKED.fullmatch(c)]
        others = [c for c in cells if not _MARKED.fullmatch(c) and not is_suppressed(c)]
        numbers = sum(1 for c in others if _PLAIN.fullmatch(c))
        # Marks in place of numbers, of whatever kind, are few beside the numbers.
        if marked and numbers + len(marked) >= 0.6 * len(others + marked):
            found.append(place)
    return tuple(found)


def without_mark(cell: object) -> object:
    """A cell's number without its footnote's mark; anything else as it is."""
    found = _MARKED.fullmatch(cell.strip()) if isinstance(cell, str) else None
    return found[1].strip() if found else cell


def without_mark_sql(column: str) -> str:
    """The same in SQL, of a text."""
    form = quote_value(f"(?i)({_NUMBER})\\s*{_SIGN}")
    text = f"trim({column})"
    return (
        f"CASE WHEN regexp_full_match({text}, {form})"
        f" THEN trim(regexp_extract({text}, {form}, 1)) ELSE {column} END"
    )
