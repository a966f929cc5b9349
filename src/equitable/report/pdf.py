"""The report as a PDF: tagged, titled and readable aloud (PDF/UA-1 as Typst checks it).

Every word goes to the page's template as data, never as markup, so that a group may be
called anything.  Only the fonts that come with Typst are needed; where the computer
has others, they serve for what those lack.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any, Final

from equitable.report.document import (
    Answer,
    Block,
    Bullets,
    Callout,
    Cell,
    Document,
    DotChart,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
)
from equitable.report.plain_text import changed, plain
from equitable.report.typesetting import breakable, font_families, runs, typeset

ROWS_AT_MOST: Final = 30
"""A longer table is cut on paper: the workbook has all of it."""
_BAND: Final = "For internal use only: small groups are shown"
_CHART_WIDTH: Final = 820
"""In the chart's own pixels: its letters come out at 8.5 points or so."""
_PAGE_WIDTH: Final = 481.0
"""Points between A4's margins."""
_CHART_TALLEST: Final = 560.0
"""Points; so much of a page is left below a sentence of some lines."""
_TOGETHER: Final = 430.0
"""Points; a chart and its table that take no more stay on one page."""
_SHORT_TABLE: Final = 16
"""Rows; a longer table may go on on the next page."""
_ROW: Final = 15.0
_REST, _REST_AT_MOST = "the rest", 120
_LEFT_OUT_IN_SHORT: Final = frozenset(
    {"No value", "95 % interval", "Gap", "Gap (points)", "More or fewer for parity"}
)
_SHORT_VERDICTS: Final = {
    "no difference shown": "=",
    "not enough evidence": "?",
    "the reference": "reference",
}
_AT_THE_END: Final = "All groups where there are many"
_TABLE_SIZE, _TABLE_SIZE_LEAST = 8.0, 6.3


def render(document: Document) -> bytes:
    """Write a document as a PDF/UA-1 file.

    Letters that no font of the computer has stand as their numbers, and a note on the
    first page says so.

    Raises
    ------
    OutputError
        Where the PDF cannot be made; the other forms of the report can.
    """
    template = files("equitable.report").joinpath("page.typ").read_bytes()

    def inputs(shown: Document) -> dict[str, str]:
        return {"report": json.dumps(_payload(shown))}

    return typeset(changed(document, plain), template, inputs, noted=_noted)


def _payload(document: Document) -> dict[str, Any]:
    """The document as the template reads it."""
    sans, serif = font_families()
    title = document.title or "Report"
    language = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?", document.language)
    return {
        "title": title,
        "short-title": title if len(title) <= 90 else f"{title[:89]}…",
        "subtitle": breakable(document.subtitle),
        "heading": breakable(title),
        "mark": breakable(document.mark),
        "band": _BAND,
        "internal": document.internal,
        "checked": document.checked,
        "keywords": list(document.keywords),
        "lang": language[1].lower() if language else "en",
        "region": language[2].upper() if language and language[2] else None,
        "serif": serif,
        "sans": sans,
        "sections": [
            _section(section, first=place == 0)
            for place, section in enumerate((*document.sections, *_rest(document)))
        ],
    }


def _rest(document: Document) -> list[Section]:
    """What charts of many groups leave out, in small type at the end."""
    tables = []
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Figure) and (rest := _left_out(block)):
                caption = f"{block.title}: the other groups"
                tables.append(replace(_in_short(block.table, rest), caption=caption))
    if not tables:
        return []
    said = Paragraph(
        text="Groups that the charts and tables before leave out. Beside each figure"
        " stand the interval of its gap to those it is compared with, and the verdict:"
        " = is no difference shown, ? is not enough evidence. The .xlsx and .html of"
        " this report have every column.",
        soft=True,
    )
    title = _AT_THE_END
    return [Section(name=_REST, title=title, sheet=title, blocks=(said, *tables))]


def _left_out(figure: Figure) -> tuple[tuple[Cell, ...], ...]:
    """The rows that can be told of and that paper does not have beneath the chart."""
    if not figure.brief or not isinstance(figure.chart, DotChart):
        return ()
    return tuple(
        row
        for row in figure.table.rows
        if row not in figure.brief.rows
        and not any(cell.kind == "withheld" for cell in row[-1:])
    )


def _in_short(table: Table, rows: Sequence[tuple[Cell, ...]]) -> Table:
    """A table of gaps without what half a page has no room for."""
    kept = [
        place
        for place, name in enumerate(table.columns)
        if name not in _LEFT_OUT_IN_SHORT
    ]
    short = []
    for row in rows[:_REST_AT_MOST]:
        cells = [row[place] for place in kept if place < len(row)]
        verdict = cells[-1]
        word = _SHORT_VERDICTS.get(verdict.text.rstrip(" *†"), verdict.text)
        short.append((*cells[:-1], replace(verdict, text=word)))
    more = len(rows) - _REST_AT_MOST
    return replace(
        table,
        columns=tuple(
            "" if place == kept[-1] else table.columns[place] for place in kept
        ),
        numeric=tuple(table.numeric[place] for place in kept),
        rows=tuple(short),
        note=f"{more:,} more in the .xlsx and .html of this report."
        if more > 0
        else "",
    )


def _section(section: Section, *, first: bool) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    level = 2
    for block in section.blocks:
        if isinstance(block, Heading):
            # A level is never skipped: readers that jump by headings would get lost.
            level = min(block.level, level + 1)
            if block.text:
                blocks.append(
                    {"is": "heading", "level": level, "text": breakable(block.text)}
                )
            continue
        blocks += _block(block, small=section.name == _REST)
    return {
        "title": breakable(section.title or section.sheet or "More"),
        "name": section.name,
        "small": section.name == _REST,
        "new-page": section.new_page and not first,
        "blocks": blocks,
    }


def _block(block: Block, *, small: bool = False) -> Iterable[dict[str, Any]]:
    match block:
        case Paragraph() if block.text:
            yield {
                "is": "paragraph",
                "text": breakable(block.text),
                "soft": block.soft,
            }
        case Answer() if block.text:
            yield {
                "is": "answer",
                "runs": runs(block.text, block.strong),
                "detail": breakable(block.detail),
                "number": None if block.number is None else str(block.number),
            }
        case Callout() if block.text:
            yield {"is": "callout", "kind": block.kind, "text": breakable(block.text)}
        case Bullets() if any(block.items):
            places = [*block.places, *([""] * len(block.items))]
            items = [
                {"text": breakable(item), "to": to}
                for item, to in zip(block.items, places, strict=False)
                if item
            ]
            yield {"is": "bullets", "items": items}
        case Facts() if block.items:
            pairs = [[breakable(t), breakable(w)] for t, w in block.items]
            yield {"is": "facts", "items": pairs}
        case Figure():
            table = block.brief or block.table
            if _left_out(block):
                note = f"{table.note} The other groups stand at the end.".strip()
                table = replace(table, note=note)
            yield _chart(block, rows=min(len(table.rows), ROWS_AT_MOST))
            yield from _table(table, block.title)
        case Table():
            yield from _table(block, "Table", small=small)
        case _:
            return


def _chart(figure: Figure, *, rows: int) -> dict[str, Any]:
    from equitable.report import charts  # noqa: PLC0415 - draws, so it is costly

    drawn = charts.svg(
        figure.chart,
        width=_CHART_WIDTH,
        title=figure.title,
        alt=figure.alt,
        theme="print",
        prefix=figure.name,
    )
    width, height = _shown_size(drawn)
    return {
        "is": "chart",
        "sentence": breakable(figure.sentence),
        "svg": drawn,
        "beneath": breakable(figure.beneath),
        "alt": figure.alt or figure.title or figure.sentence or "A chart",
        "width": round(width, 1),
        "alone": height + rows * _ROW > _TOGETHER,
    }


def _shown_size(drawn: str) -> tuple[float, float]:
    """As wide as the page, but less where the chart would be taller than a page."""
    root = re.search(r"<svg\b[^>]*>", drawn)
    box = re.search(r'viewBox="([^"]+)"', root[0]) if root else None
    numbers = [float(part) for part in box[1].replace(",", " ").split()] if box else []
    if len(numbers) != 4 or min(numbers[2:]) <= 0:
        return _PAGE_WIDTH, 0.0
    ratio = numbers[3] / numbers[2]
    width = min(_PAGE_WIDTH, _CHART_TALLEST / ratio)
    return width, width * ratio


def _table(
    table: Table, otherwise: str, *, small: bool = False
) -> Iterable[dict[str, Any]]:
    columns = len(table.columns)
    if not columns:
        return
    rows_at_most = _REST_AT_MOST if small else ROWS_AT_MOST
    rows: list[list[dict[str, Any]]] = [
        [
            {"text": breakable(_on_one_line(cell.text)), "kind": cell.kind}
            for cell in row[:columns]
        ] + [{"text": "", "kind": "text"}] * (columns - len(row))
        for row in table.rows[:rows_at_most]
    ]  # fmt: skip
    for place, said in sorted(table.row_breaks, reverse=True):
        if place < len(rows):
            line = {"text": breakable(said), "kind": "change", "span": columns}
            rows.insert(place, [line])
    more = len(table.rows) - rows_at_most
    # A note may say that the table has all groups: on paper that needs a word more.
    cut = f"Here it stops: {more:,} more rows in the workbook." if more > 0 else ""
    numeric = [*table.numeric, *([False] * columns)][:columns]
    widths, size = _column_widths(table, numeric)
    size = _TABLE_SIZE_LEAST if small else size
    yield {
        "is": "table",
        "caption": breakable(table.caption or otherwise),
        "columns": [breakable(name) for name in table.columns],
        "numeric": numeric,
        "widths": widths,
        "size": size,
        "rows": rows,
        "changed": list(table.column_breaks),
        "long": len(rows) > _SHORT_TABLE,
        "note": breakable(" ".join(filter(None, [table.note, cut]))),
    }


def _column_widths(table: Table, numeric: Sequence[bool]) -> tuple[list[float], float]:
    """Parts of the page for the columns, and a size of letters that fits them.

    Figures stay on one line; words and headers may take two or three.
    """
    widths = []
    for column, name in enumerate(table.columns):
        texts = [
            row[column].text for row in table.rows[:ROWS_AT_MOST] if column < len(row)
        ]
        longest_word = max((_columns(word) for word in name.split()), default=1)
        head = max(1.12 * longest_word, 0.45 * _columns(name))
        if numeric[column]:
            body = max((_columns(text) for text in texts), default=1)
        else:
            words = [word for text in texts for word in text.split()]
            least = max((_columns(word) for word in words), default=1)
            body = max(
                least, min(26, max((_columns(text) for text in texts), default=1))
            )
        widths.append(float(max(4.0, min(head, 24.0), min(body, 32.0))))
    room = (_PAGE_WIDTH - 7 * len(widths) - 14) / 0.53
    size = min(_TABLE_SIZE, room / sum(widths))
    size = max(size, _TABLE_SIZE_LEAST)
    # Each column's margins are as wide as a character and a half; words have more.
    margins = [1.6 if figures else 3.2 for figures in numeric]
    parts = [round(sum(pair), 2) for pair in zip(widths, margins, strict=True)]
    return parts, round(size, 2)


def _columns(text: str) -> int:
    """How wide a text is, in letters."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def _on_one_line(text: str) -> str:
    """A percentage that no line divides."""
    return re.sub(r"(?<=\d) %", "\u00a0%", text)


def _noted(document: Document) -> Document:
    """The document with a note on letters that stand as their numbers."""
    note = Callout(
        kind="note",
        text="Some letters are in none of this computer's fonts and stand here as their"
        " Unicode numbers in brackets. The report's .html and .xlsx have them.",
    )
    if not document.sections:
        return document
    first, *rest = document.sections
    first = replace(first, blocks=(note, *first.blocks))
    return replace(document, sections=(first, *rest))
