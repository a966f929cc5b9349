"""How a text table is laid out: what separates its values, where its header stands.

Found out from the head of the file with a reader that knows quotation marks, and never
by counting characters, so that a comma in a quoted name or a decimal comma misleads
nobody.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from equitable.errors import InputError
from equitable.intake.readers.footnotes import notes_beneath
from equitable.intake.readers.header_rows import find_header

_SEPARATORS: Final = ",;\t|"
WORDS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars (|)"}
_SEPARATOR_LINE: Final = re.compile(r'\ufeff?"?sep=(.)"?(?:\r\n|\r|\n)', re.IGNORECASE)
_ROWS: Final = 2000
"""Rows of the head that are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the table stands in the text, and how its rows are written."""

    delimiter: str
    skip: int
    """Rows above the header."""
    width: int
    """Values in each row."""
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """Rows of the head beneath the header, each with its row in the spreadsheet."""
    top: int
    """Letters of the text up to the end of the header's row."""
    line_end: str
    """How rows end, as far as the first one tells."""
    broken_top: bool
    """Whether a line of the header, or above it, ends otherwise than the rows do."""
    titles: int = 0
    """Filled rows above the header."""
    separator_line: bool = False
    skip_space: bool = False
    """Whether a space stands between a delimiter and a quotation mark."""
    header_said: str = ""
    """In words, with ``{file}``: that the header is of several rows."""
    notes: frozenset[tuple[str, ...]] = frozenset()
    """Rows at the end that are notes beneath the table, where the head is all."""
    to_the_end: bool = False
    """Whether ``rows`` are all rows of the file."""
    unclosed: int | None = None
    """The row in which a quotation mark opens that is not closed for very long."""

    @property
    def first_row(self) -> int:
        """The row of the first record, as a spreadsheet counts."""
        return self.skip + 2

    def rows_of(self, text: Iterable[str]) -> Iterator[list[str]]:
        """A strict reader of rows, from the very top of the file."""
        return csv.reader(
            text,
            delimiter=self.delimiter,
            strict=True,
            skipinitialspace=self.skip_space,
        )


def find_layout(
    text: str, *, whole: bool, name: str, delimiter: str | None = None, hint: str = ""
) -> Layout:
    """The layout of a text table, found from its head.

    Parameters
    ----------
    text, whole
        The head, and whether it is the whole file.
    name
        The file's name for messages.
    delimiter
        What the person said; found out where ``None``.
    hint
        The delimiter that the file's name speaks for.

    Raises
    ------
    InputError
        Where there is no header, or no row beneath it.
    """
    said = _SEPARATOR_LINE.match(text)
    if said is not None and delimiter is None:
        delimiter = said.group(1)
    mark = len(text) - len(text.removeprefix("\ufeff"))
    above = said.end() if said is not None else mark
    body = text[above:]
    if not body.strip():
        raise InputError("it is empty", next_step="Export the table again.", file=name)
    if delimiter is not None:
        found = _lay_out(body, delimiter, whole=whole)
    else:
        tried = [_lay_out(body, mark, whole=whole) for mark in _SEPARATORS]
        found = max(tried, key=lambda one: _score(one, hint))
        if found.width > 1 and _score(found, hint)[0] <= 0:
            # Commas in running text: one column, laid out by a mark it does not have.
            unused = next((mark for mark in "\t|;," if mark not in body), ",")
            found = _lay_out(body, unused, whole=whole)
    if not found.rows and whole and found.unclosed is None:
        raise InputError(
            "it has a header and no rows beneath it",
            next_step="Export the table again, with its rows.",
            file=name,
        )
    if said is not None:
        found = replace(
            found,
            skip=found.skip + 1,
            separator_line=True,
            rows=tuple((row + 1, cells) for row, cells in found.rows),
        )
    return replace(found, top=found.top + above)


def _lay_out(body: str, delimiter: str, *, whole: bool) -> Layout:
    spaced = re.search(re.escape(delimiter) + r' +"', body) is not None
    reader = csv.reader(
        io.StringIO(body, newline=""), delimiter=delimiter, skipinitialspace=spaced
    )
    parsed: list[list[str]] = []
    unclosed = None
    try:
        parsed.extend(itertools.islice(reader, _ROWS))
    except csv.Error:
        # A value longer than the reader takes: a quotation mark is never closed.
        unclosed = len(parsed) + 1
    if not whole and unclosed is None and 1 < len(parsed) < _ROWS:
        parsed.pop()
    named = find_header(parsed)
    skip = named.last
    header = list(named.names) if named.several else parsed[skip] if parsed else []
    beneath = parsed[skip + 1 :]
    width = _width(header, [row for row in beneath if any(c.strip() for c in row)])
    to_the_end = whole and unclosed is None and len(parsed) < _ROWS
    foot = notes_beneath(beneath, width) if to_the_end else 0
    notes = frozenset(map(tuple, beneath[len(beneath) - foot :])) if foot else ()
    rows = [
        (place + 1, tuple(row))
        for place, row in enumerate(beneath[: len(beneath) - foot], skip + 1)
        if any(cell.strip() for cell in row)
    ]
    header = (header + [""] * width)[:width]
    titles = sum(
        1 for row in parsed[: named.first] if any(cell.strip() for cell in row)
    )
    top = _top(body, parsed, skip, delimiter, spaced=spaced)
    return Layout(
        delimiter=delimiter,
        skip=skip,
        width=width,
        header=tuple(header),
        rows=tuple(rows),
        top=top.letters,
        line_end=top.line_end,
        broken_top=top.broken,
        titles=titles,
        skip_space=spaced,
        header_said=named.said("{file}") if named.several else "",
        notes=frozenset(row for row in notes if any(c.strip() for c in row)),
        to_the_end=to_the_end,
        unclosed=unclosed,
    )


@dataclass(frozen=True, slots=True)
class _Top:
    """The text up to the end of the header's row."""

    letters: int
    line_end: str
    """How the first row beneath it ends."""
    broken: bool


def _top(
    body: str, parsed: Sequence[Sequence[str]], skip: int, mark: str, *, spaced: bool
) -> _Top:
    text = io.StringIO(body, newline="")
    # Physical lines can only be told from rows by reading rows once more.
    reader = csv.reader(text, delimiter=mark, skipinitialspace=spaced)
    ends = [0]
    for _ in parsed[: skip + 2]:
        next(reader)
        ends.append(reader.line_num)
    lines = list(itertools.islice(io.StringIO(body, newline=""), ends[-1]))
    above = lines[: ends[min(skip + 1, len(ends) - 1)]]
    ends_seen = [_end_of(lines[-1])] if lines else []
    ends_seen += [_end_of(above[-1])] if above else []
    line_end = next((end for end in ends_seen if end), "\n")
    return _Top(
        letters=sum(map(len, above)),
        line_end=line_end,
        broken=any(_end_of(line) != line_end for line in above),
    )


def _end_of(line: str) -> str:
    return next((end for end in ("\r\n", "\n", "\r") if line.endswith(end)), "")


def _width(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Values in a row: as the header says, but for empty names at its end."""
    named = len(header)
    while named and not header[named - 1].strip():
        named -= 1
    if not rows:
        return len(header)
    usual, count = Counter(len(row) for row in rows).most_common(1)[0]
    if usual == len(header) or count * 2 <= len(rows) or usual < named:
        return len(header)
    if usual < len(header) or all(not "".join(row[named:]).strip() for row in rows):
        return usual
    return len(header)


def _score(layout: Layout, hint: str) -> tuple[float, int]:
    """How well the rows of the head agree with a delimiter, then how wide they are."""
    if layout.width < 2:
        return (0.0, 0)
    agreeing = sum(1 for _, row in layout.rows if fits(row, layout.width))
    share = agreeing / len(layout.rows) if layout.rows else 0.5
    # Where the top row holds the mark it is evidence by itself, however ragged the
    # rows; a header further down needs rows that agree with it.
    if layout.skip == 0:
        share += 0.3
    elif share < 0.5:
        share = 0.0
    # A name ending in .tsv speaks for tabs.
    share += 0.05 if share and layout.delimiter == hint else 0.0
    return (share, layout.width)


def fits(row: Sequence[str], width: int) -> bool:
    """Whether a row has as many values as it should (one empty one may trail)."""
    return len(row) == width or (len(row) == width + 1 and not row[-1])
