"""The report as a workbook: one sheet for each part, figures as numbers.

Text from a file never becomes a formula or a link: every text is written as a string,
whatever it begins with.  Charts are not drawn here; their tables carry the figures.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from equitable.report.document import (
    Answer,
    Block,
    Bullets,
    Callout,
    Cell,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
)
from equitable.report.plain_text import changed, plain

_INK, _SOFT, _LINE, _ACCENT = "#1D2733", "#5B6673", "#D9D3C4", "#0B6B60"
_TINT, _WARN, _WARN_TINT, _WITHHELD = "#E6F1EE", "#6B4600", "#FDF1D8", "#6B7480"
_CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook has no time zones
_SHEET_LENGTH: Final = 31
_CELL_LENGTH: Final = 32_767
_HEADER_LENGTH: Final = 255
_RESERVED: Final = frozenset({"history"})
_FIRST_WIDTH: Final = 36
_LEAST_COLUMNS: Final = 6
_LINE_HEIGHT: Final = 15.0
_TALLEST: Final = 400.0
_HEAD_ROWS: Final = 2
_FROZEN_AT_MOST: Final = 6


def render(document: Document) -> bytes:
    """Write a document as an XLSX workbook.

    The same document gives the same bytes.  Shares are numbers formatted as
    percentages; differences of shares that are told in points are written in points.
    """
    import xlsxwriter  # noqa: PLC0415 - costly, and needed for workbooks only

    document = changed(document, plain)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {
            "title": _clean(document.title)[:_HEADER_LENGTH],
            "subject": _clean(document.subtitle)[:_HEADER_LENGTH],
            "keywords": _clean(", ".join(document.keywords))[:_HEADER_LENGTH],
            "comments": _clean(document.mark)[:_HEADER_LENGTH],
            "status": _clean(document.mark)[:_HEADER_LENGTH],
            "created": _CREATED,
        }
    )
    formats = _Formats(book)
    sections = document.sections or (
        Section(name="report", title=document.title, sheet="Report", blocks=()),
    )
    names = sheet_names([section.sheet for section in sections])
    for section, name in zip(sections, names, strict=True):
        _Sheet(book.add_worksheet(name), formats, document, section).write()
    book.close()
    return file.getvalue()


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Names that a workbook takes: short, without its seven signs, each once."""
    taken: set[str] = set()
    names = []
    for name in wanted:
        bare = re.sub(r"[\[\]:*?/\\]", " ", _clean(name, lines=False))
        bare = " ".join(bare.split()).strip("' ")
        bare = _at_a_word(bare, _SHEET_LENGTH).strip("' ") or "Sheet"
        bare = f"{bare} sheet" if bare.casefold() in _RESERVED else bare
        chosen, number = bare, 1
        while chosen.casefold() in taken:
            number += 1
            tail = f" ({number})"
            chosen = _shorten(bare, _SHEET_LENGTH - len(tail)) + tail
        taken.add(chosen.casefold())
        names.append(chosen)
    return names


def _shorten(text: str, units: int) -> str:
    """The beginning of a text, by UTF-16 units as a workbook counts them."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def _at_a_word(text: str, units: int) -> str:
    """The beginning of a text, ending with a whole word where one ends late enough."""
    cut = _shorten(text, units)
    if cut == text or text[len(cut)].isspace():
        return cut
    whole = cut.rpartition(" ")[0]
    return whole if len(whole) > len(cut) // 2 else cut


def _clean(text: str, *, lines: bool = True) -> str:
    """The text without signs that a workbook's XML cannot hold."""
    kept = "".join(
        character
        for character in text
        if (unicodedata.category(character) not in {"Cc", "Cs"} or character in "\t\n")
        and ord(character) & 0xFFFE != 0xFFFE
    )
    return kept if lines else " ".join(kept.split())


def _width(text: str) -> int:
    """How many columns of a fixed-width font a text takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class _Formats:
    """The looks of cells, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def get(self, **looks: Any) -> Any:
        """A format of these properties, over the workbook's common ones."""
        whole = {
            "font_name": "Calibri",
            "font_size": 11,
            "font_color": _INK,
            "valign": "top",
            **looks,
        }
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]


class _Sheet:
    """One sheet: blocks go down it, each below the one before."""

    def __init__(
        self, sheet: Any, formats: _Formats, document: Document, section: Section
    ) -> None:
        self._sheet = sheet
        self._formats = formats
        self._document = document
        self._section = section
        self._row = 0
        tables = [table for block in section.blocks if (table := _table_of(block))]
        self._widths = _widths(tables)
        self._tables = len(tables)
        self._header_row: int | None = None

    def write(self) -> None:
        """Write the head, every block and the print set-up."""
        sheet = self._sheet
        for column, width in enumerate(self._widths):
            sheet.set_column(column, column, width)
        sheet.hide_gridlines(2)
        self._head()
        for block in self._section.blocks:
            self._block(block)
        self._print_setup()

    def _head(self) -> None:
        internal = self._document.internal
        self._string(
            self._section.title or self._document.title,
            font_size=18, bold=True, font_name="Cambria", height=28.0,
        )  # fmt: skip
        self._string(
            " · ".join(filter(None, [self._document.title, self._document.mark])),
            font_color=_WARN if internal else _SOFT,
            bg_color=_WARN_TINT if internal else _TINT,
            bold=internal,
            fill=True,
        )
        if self._section in self._document.sections[:1]:
            self._prose(self._document.subtitle, font_color=_SOFT)
        self._row += 1

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                size = 14 if block.level == 3 else 12
                self._string(
                    block.text, bold=True, font_size=size, font_name="Cambria",
                    font_color=_ACCENT, height=1.5 * size,
                )  # fmt: skip
            case Paragraph():
                self._prose(block.text, font_color=_SOFT if block.soft else _INK)
                self._row += 1
            case Answer():
                number = f"{block.number}. " if block.number is not None else ""
                self._prose(
                    number + block.text, font_size=13, bold=True, font_name="Cambria"
                )
                self._prose(block.detail, font_color=_SOFT)
                self._row += 1
            case Callout():
                warns = block.kind != "note"
                self._prose(
                    block.text,
                    bg_color=_WARN_TINT if warns else _TINT,
                    font_color=_WARN if warns else _INK,
                    bold=block.kind in {"mark", "internal"},
                )
                self._row += 1
            case Bullets():
                for item in block.items:
                    self._prose(f"• {item}", indent=1)
                self._row += 1
            case Facts():
                for term, words in block.items:
                    self._fact(term, words)
                self._row += 1
            case Figure():
                self._prose(block.sentence, font_size=12, font_name="Cambria")
                self._prose(block.beneath, font_color=_WARN)
                self._table(block.table)
            case Table():
                self._table(block)

    def _string(
        self,
        text: str,
        *,
        height: float | None = None,
        fill: bool = False,
        **looks: Any,
    ) -> None:
        """One line that runs on over the empty cells beside it."""
        form = self._formats.get(**looks)
        self._sheet.write_string(self._row, 0, _fitting(text), form)
        if fill:
            for column in range(1, len(self._widths)):
                self._sheet.write_blank(self._row, column, None, form)
        if height:
            self._sheet.set_row(self._row, height)
        self._row += 1

    def _prose(self, text: str, **looks: Any) -> None:
        """A sentence over the whole width, its row as tall as it needs."""
        if not text:
            return
        form = self._formats.get(text_wrap=True, **looks)
        self._merged(0, text, form, looks.get("font_size", 11))
        self._row += 1

    def _fact(self, term: str, words: str) -> None:
        bold = self._formats.get(bold=True, text_wrap=True)
        self._sheet.write_string(self._row, 0, _fitting(term), bold)
        tall = _height(term, self._widths[0], 11)
        self._merged(1, words, self._formats.get(text_wrap=True), 11, least=tall)
        self._row += 1

    def _merged(
        self, first: int, text: str, form: Any, size: float, *, least: float = 0.0
    ) -> None:
        row, last = self._row, len(self._widths) - 1
        self._sheet.merge_range(row, first, row, last, "", form)
        self._sheet.write_string(row, first, _fitting(text), form)
        height = max(_height(text, sum(self._widths[first:]), size), least)
        self._sheet.set_row(row, height)

    def _table(self, table: Table) -> None:
        self._string(table.caption, bold=True, height=20.0)
        if table.columns:
            self._header(table)
            said = dict(table.row_breaks)
            for place, row in enumerate(table.rows):
                if place in said:
                    looks = {"bg_color": _WARN_TINT, "font_color": _WARN}
                    self._prose(said[place], bold=True, top=5, top_color=_WARN, **looks)
                self._cells(table, row)
        if table.note:
            self._prose(table.note, font_color=_SOFT, italic=True)
        self._row += 1

    def _header(self, table: Table) -> None:
        self._header_row = self._row
        tallest = _LINE_HEIGHT
        for column, name in enumerate(table.columns):
            form = self._formats.get(
                bold=True, text_wrap=True, valign="bottom", bg_color=_TINT,
                bottom=1, bottom_color=_ACCENT,
                align="right" if _numeric(table, column) else "left",
            )  # fmt: skip
            self._sheet.write_string(self._row, column, _fitting(name), form)
            tallest = max(tallest, _height(name, self._widths[column], 11))
        self._sheet.set_row(self._row, tallest)
        self._row += 1

    def _cells(self, table: Table, row: Sequence[Cell]) -> None:
        tallest = _LINE_HEIGHT
        for column, cell in enumerate(row):
            changed = column in table.column_breaks
            self._cell(column, cell, numeric=_numeric(table, column), changed=changed)
            width = self._widths[column] if column < len(self._widths) else 12
            tallest = max(tallest, _height(cell.text, width, 11))
        self._sheet.set_row(self._row, tallest)
        self._row += 1

    def _cell(
        self, column: int, cell: Cell, *, numeric: bool, changed: bool = False
    ) -> None:
        looks: dict[str, Any] = {
            "bottom": 1, "bottom_color": _LINE, "text_wrap": True,
            "align": "right" if numeric else "left",
        }  # fmt: skip
        if changed:
            looks |= {"left": 5, "left_color": _WARN}
        number = _number(cell)
        if number is not None:
            looks |= {"num_format": _number_format(cell), "text_wrap": False}
            self._sheet.write_number(
                self._row, column, number, self._formats.get(**looks)
            )
            return
        if cell.kind == "withheld":
            looks |= {"italic": True, "font_color": _WITHHELD}
        elif cell.kind == "group":
            looks["bold"] = True
        self._sheet.write_string(
            self._row, column, _fitting(cell.text), self._formats.get(**looks)
        )

    def _print_setup(self) -> None:
        sheet, document = self._sheet, self._document
        sheet.set_landscape()
        sheet.set_paper(9)  # A4; a printer with Letter scales it to fit
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.8, bottom=0.8)
        right = "&RInternal" if document.internal else ""
        sheet.set_header(_header_text("&L", document.title, 180) + right)
        sheet.set_footer(_header_text("&L", document.mark, 200) + "&RPage &P of &N")
        # One table near the top keeps its header in sight, and on every printed page.
        alone = self._tables == 1 and self._header_row is not None
        if alone and self._header_row is not None:
            sheet.repeat_rows(self._header_row)
        else:
            sheet.repeat_rows(0, _HEAD_ROWS - 1)
        if (
            alone
            and self._header_row is not None
            and self._header_row < _FROZEN_AT_MOST
        ):
            sheet.freeze_panes(self._header_row + 1, 0)
        else:
            sheet.freeze_panes(_HEAD_ROWS, 0)


def _table_of(block: Block) -> Table | None:
    if isinstance(block, Figure):
        return block.table
    return block if isinstance(block, Table) else None


def _numeric(table: Table, column: int) -> bool:
    return column < len(table.numeric) and table.numeric[column]


def _number(cell: Cell) -> float | int | None:
    """The cell's number, where it has one that a workbook can hold."""
    value = cell.value
    if cell.kind != "number" or isinstance(value, bool | str) or value is None:
        return None
    if not math.isfinite(value):
        return None
    # '−13.3' of a column in points is 13.3 points, not 0.133 of something.
    return 100 * value if _in_points(cell) else value


def _in_points(cell: Cell) -> bool:
    return cell.share and "%" not in cell.text


def _number_format(cell: Cell) -> str:
    places = f".{'0' * cell.decimals}" if cell.decimals > 0 else ""
    plain = f"#,##0{places}"
    if cell.share and not _in_points(cell):
        plain = f"0{places} %"
    # A difference keeps its sign when it is above 0, too.
    signed = cell.text.startswith(("+", "−")) and (_number(cell) or 0) != 0
    return f"+{plain};-{plain}" if signed else plain


def _widths(tables: Sequence[Table]) -> list[float]:
    """A width for each column of a sheet, by what its tables hold."""
    columns = max([_LEAST_COLUMNS, *(len(table.columns) for table in tables)])
    widths = [0.0] * columns
    for table in tables:
        for column, name in enumerate(table.columns):
            words = [_width(word) for word in name.split()] or [0]
            cells = [
                _width(row[column].text) for row in table.rows if column < len(row)
            ]
            wanted = max(max(words) + 2, max(cells, default=0) + 2, _width(name) / 2)
            widths[column] = max(widths[column], min(wanted, 26.0))
    widths = [max(width, 11.0) for width in widths]
    widths[0] = float(_FIRST_WIDTH)
    # Sentences run over the whole width: it must be a readable one.
    short = 100 - sum(widths)
    if short > 0:
        widths = [
            widths[0],
            *(width + short / (columns - 1) for width in widths[1:]),
        ]
    return [round(width, 2) for width in widths]


def _height(text: str, width: float, size: float) -> float:
    """How tall a row must be: a workbook does not fit merged cells by itself."""
    room = max(1.0, width * 11 / size)
    lines = sum(
        max(1, math.ceil(_width(line) * 1.05 / room)) for line in text.split("\n")
    )
    return min(_TALLEST, lines * _LINE_HEIGHT * size / 11 + (2 if lines > 1 else 0))


def _fitting(text: str) -> str:
    return _shorten(_clean(text), _CELL_LENGTH)


def _header_text(command: str, text: str, longest: int) -> str:
    """Words for a header or footer, where an ampersand begins a command."""
    words = _shorten(_clean(text, lines=False), longest)
    while len(words) + words.count("&") > longest:
        words = words[:-1]
    return command + words.replace("&", "&&") if words else ""
