"""A table of a report in HTML, with its data to take along."""

from __future__ import annotations

import re
from html import escape
from typing import Final
from urllib.parse import quote

from equitable.report.document import Cell, Table
from equitable.report.plain_text import ends_of_words
from equitable.report.tables import table_csv

LONG: Final = 14
"""More rows than this are folded away on a screen."""
TOO_LONG: Final = 30
"""More rows than this are not printed."""
_DATE: Final = re.compile(r"\b\d{2,4}(?:[-/–]\d{2,4})+\b")
_SHORT: Final = 14
"""Up to so many rows stay on one printed page."""
_CHANGED: Final = '<span class="unseen">, counted another way from here on</span>'
_NOT_PRINTED: Final = (
    "The page on a screen has the whole table, and so has the workbook."
)


def words(text: str) -> str:
    """A text escaped, whose dates and years no line divides; long names may be."""
    return "".join(
        "<wbr>".join(map(escape, pieces))
        if len(pieces := ends_of_words(part)) > 1
        else _DATE.sub(r'<span class="whole">\g<0></span>', escape(part))
        for part in re.split(r"(\S+)", text)
    )


def table_html(table: Table, name: str, file: str = "") -> str:
    """A table with its note and its data as a file; long ones fold.

    Parameters
    ----------
    table
        What to show.
    name
        Unique in the page: the table's id begins with it.
    file
        A name for the data file.
    """
    rows = len(table.rows)
    body = _scroll(table, name)
    if rows > LONG:
        fate = ' class="too-long"' if rows > TOO_LONG else ""
        apart = "" if rows > TOO_LONG else " fallback"
        body = (
            f"<details{fate}><summary>Show the table ({rows:,} rows)</summary>"
            f'{body}</details><p class="note on-paper{apart}">'
            f"{escape(table.caption)}: {rows:,} rows. {_NOT_PRINTED}</p>"
        )
    note = f'<p class="note">{words(table.note)}</p>' if table.note else ""
    return f"{body}{note}{_data_link(table, file or name)}"


def brief_html(table: Table, name: str) -> str:
    """A table that is seen on paper only, in the place of a longer one."""
    note = f'<p class="note">{words(f"{table.note} {_NOT_PRINTED}".strip())}</p>'
    return f'<div class="on-paper">{_scroll(table, name)}{note}</div>'


def _scroll(table: Table, name: str) -> str:
    # The roles say what a table is even where a telephone shows its rows as cards.
    heads = "".join(
        f'<th scope="col" role="columnheader"{_kinds(table, place)}>{escape(column)}'
        f"{_CHANGED if place in table.column_breaks else ''}</th>"
        for place, column in enumerate(table.columns)
    )
    said = dict(table.row_breaks)
    body = "".join(
        (_change(table, said[place]) if place in said else "") + _row(table, row)
        for place, row in enumerate(table.rows)
    )
    short = " short" if len(table.rows) <= _SHORT else ""
    return (
        f'<div class="scroll{short}" tabindex="0" role="group"'
        f' aria-labelledby="{name}">'
        f'<table role="table"><caption id="{name}"><span>{escape(table.caption)}</span>'
        f'</caption><thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _kinds(table: Table, column: int) -> str:
    kinds = ["n"] if table.numeric[column] else []
    kinds += ["changed"] if column in table.column_breaks else []
    return f' class="{" ".join(kinds)}"' if kinds else ""


def _change(table: Table, said: str) -> str:
    """A line over the whole width where counting changed."""
    return (
        '<tr role="row" class="change"><td role="cell"'
        f' colspan="{len(table.columns)}">{words(said)}</td></tr>'
    )


def _row(table: Table, row: tuple[Cell, ...]) -> str:
    first, *others = row
    cells = [f'<th scope="row" role="rowheader"><bdi>{escape(first.text)}</bdi></th>']
    heads = zip(others, table.columns[1:], table.numeric[1:], strict=True)
    for place, (cell, head, numeric) in enumerate(heads, start=1):
        kinds = ["n"] if numeric else []
        kinds += ["changed"] if place in table.column_breaks else []
        text = words(cell.text) if cell.kind == "text" else escape(cell.text)
        if cell.kind == "withheld":
            kinds.append("withheld")
        elif cell.kind == "verdict":
            kinds += ["verdict", re.sub(r"[^a-z]+", "-", cell.text.lower()).strip("-")]
            text = f"<span>{text}</span>"
        elif cell.kind == "group":
            text = f"<bdi>{text}</bdi>"
        style = f' class="{" ".join(filter(None, kinds))}"' if kinds else ""
        cells.append(f'<td role="cell" data-label="{escape(head)}"{style}>{text}</td>')
    held = bool(others) and all(
        cell.kind == "withheld" for cell in others if cell.kind != "text"
    )
    kind = ' class="held"' if held else ""
    return f'<tr role="row"{kind}>{"".join(cells)}</tr>'


def _data_link(table: Table, file: str) -> str:
    # The mark at its start tells spreadsheets that the file is UTF-8.
    data = quote(f"\ufeff{table_csv(table)}", safe="")
    name = re.sub(r"[^A-Za-z0-9]+", "-", file).strip("-") or "table"
    return (
        f'<p class="data"><a download="{name}.csv"'
        f' href="data:text/csv;charset=utf-8,{data}">Download this table (CSV)'
        f'<span class="unseen">: {escape(table.caption)}</span></a></p>'
    )


def plain_table(table: Table) -> str:
    """A table that carries its own style, for a notebook."""
    line = "padding:.35rem .6rem;border-bottom:1px solid #ddd7c9;vertical-align:top;"

    def aligned(numeric: bool) -> str:
        return f"{line}text-align:{'right' if numeric else 'left'}"

    heads = "".join(
        f'<th scope="col" style="{aligned(numeric)}">{escape(column)}</th>'
        for column, numeric in zip(table.columns, table.numeric, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="{aligned(numeric)}">{escape(cell.text)}</td>'
            for cell, numeric in zip(row, table.numeric, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    note = f"<p>{words(table.note)}</p>" if table.note else ""
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;'
        'font-size:13px;font-variant-numeric:tabular-nums">'
        f'<caption style="text-align:left;font-weight:600">{escape(table.caption)}'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        f"</div>{note}"
    )
