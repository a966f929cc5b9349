"""The page as one HTML file that prints on one sheet: nothing from elsewhere."""

from __future__ import annotations

import math
import re
from functools import cache
from html import escape
from importlib import resources
from typing import Final

from equitable.report.board.page import (
    Bar,
    BarGroup,
    BoardPage,
    YearOnPage,
    lead_runs,
)
from equitable.report.html import LOGO, POLICY
from equitable.report.plain_text import changed, ends_of_words, plain

_SMALLEST, _LARGEST = 6.6, 10.4
"""Sizes of print, in points."""
_SHEET: Final = 225_000
"""How many letters fill most of a sheet, times the square of their size in points.

Measured with Chromium on pages of 2,200 to 5,200 letters, which filled a sheet of
Letter by 3.5 to 3.9 millionths of this product; a tenth is left for a reader's own
fonts.
"""


def render(page: BoardPage) -> str:
    """A page as one self-contained HTML file."""
    page = changed(page, plain)
    way, language = escape(page.direction), escape(page.language)
    style = (
        f"{_style()}\n@page {{ size: auto; margin: 9mm 11mm; }}"
        f" @media print {{ html {{ font-size: {print_size(page):.2f}pt; }} }}"
    )
    text = (
        f'<!doctype html><html lang="{language}" dir="{way}"><head>'
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="generator" content="Equitable">'
        f"<title>{escape(page.title)}</title><style>{style}</style></head>"
        f"<body><main>{_head(page)}{_said(page)}"
        f'{_years(page)}<div class="columns">{_hides(page)}{_questions(page)}</div>'
        f"{_sources(page)}</main>"
        f"<footer><p>{escape(page.footer)}</p><p>{escape(page.made)}</p></footer>"
        "</body></html>"
    )
    # Half a character, as damaged files have it, cannot be written.
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _style() -> str:
    return (
        resources.files("equitable.report.board")
        .joinpath("board.css")
        .read_text(encoding="utf-8")
    )


def print_size(page: BoardPage) -> float:
    """The size of print, in points, at which the page stays on one sheet."""
    seen = 0

    def count(text: str) -> str:
        nonlocal seen
        seen += len(text)
        return text

    changed(page, count)
    return min(_LARGEST, max(_SMALLEST, math.sqrt(_SHEET / max(seen, 1))))


def _head(page: BoardPage) -> str:
    bands = "".join(
        f'<p class="band {kind}"><strong>{escape(first)}</strong> {escape(more)}</p>'
        for kind, first, more in (
            ("internal", page.internal, page.internal_more),
            ("checked" if page.checked else "mark", page.mark, page.mark_more),
        )
        if first
    )
    kind = " · ".join(filter(None, [page.kind, page.subtitle]))
    return (
        f'{bands}<header><p class="brand">{LOGO}<span>{escape(kind)}</span></p>'
        f"<h1>{escape(page.title)}</h1></header>"
    )


def _said(page: BoardPage) -> str:
    verdict = f'<p class="verdict">{escape(page.verdict)}</p>' if page.verdict else ""
    detail = f'<p class="detail">{escape(page.detail)}</p>' if page.detail else ""
    note = f'<p class="detail">{escape(page.note)}</p>' if page.note else ""
    lead = "".join(
        f"<strong>{escape(text)}</strong>" if strong else escape(text)
        for text, strong in lead_runs(page)
    )
    return f'<p class="lead">{lead}</p>{verdict}{detail}{note}{_chart(page)}'


def _chart(page: BoardPage) -> str:
    if not any(bar.students != "–" for group in page.chart for bar in group.bars):
        return ""
    who, value, interval, students = map(escape, page.heads)
    groups = "".join(_bar_group(group, page.heads) for group in page.chart)
    scale = f'<p class="soft scale">{escape(page.scale)}</p>' if page.scale else ""
    return (
        f'<table class="bars"><caption>{escape(page.caption)}</caption>'
        f'<thead><tr><th scope="col">{who}</th><th scope="col" class="bar">{value}</th>'
        f'<th scope="col" class="n">{interval}</th>'
        f'<th scope="col" class="n">{students}</th></tr></thead>{groups}</table>{scale}'
    )


def _bar_group(group: BarGroup, heads: tuple[str, str, str, str]) -> str:
    head = (
        f'<tr class="place"><th scope="rowgroup" colspan="4">{escape(group.name)}'
        "</th></tr>"
        if group.name
        else ""
    )
    return f"<tbody>{head}{''.join(_bar(bar, heads) for bar in group.bars)}</tbody>"


def _bar(bar: Bar, heads: tuple[str, str, str, str]) -> str:
    drawn = ""
    if bar.known is not None and bar.most is not None:
        known, more = 100 * bar.known, 100 * (bar.most - bar.known)
        blurred = f'<i class="blurred" style="width:{more:.2f}%"></i>' if more else ""
        drawn = (
            f'<span class="track" aria-hidden="true"><i style="width:{known:.2f}%">'
            f"</i>{blurred}</span>"
        )
    return (
        f'<tr class="{bar.kind}"><th scope="row">{escape(bar.label)}</th>'
        f'<td class="bar"><b>{escape(bar.value)}</b>{drawn}</td>'
        f"{_figure(heads[2], bar.interval)}{_figure(heads[3], bar.students)}</tr>"
    )


def _figure(head: str, text: str) -> str:
    return f'<td class="n" data-label="{escape(head)}">{escape(text)}</td>'


def _years(page: BoardPage) -> str:
    if not page.years:
        return ""
    items = "".join(_year(year) for year in page.years)
    return (
        f'<section class="over"><h2>{escape(page.years_title)}</h2>'
        f'<ol class="years" role="list">{items}</ol>'
        f'<p class="soft">{escape(page.years_note)}</p></section>'
    )


def _year(year: YearOnPage) -> str:
    broken = ' class="broken"' if year.broken else ""
    return (
        f'<li{broken}><span class="year">{escape(year.year)}</span>'
        f'<b>{escape(year.group)}</b><span class="other">{escape(year.others)}</span>'
        "</li>"
    )


def _hides(page: BoardPage) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in page.hides)
    return (
        f'<section class="hides"><h2>{escape(page.hides_title)}</h2>'
        f"<ul>{items}</ul></section>"
    )


def _questions(page: BoardPage) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in page.questions)
    return (
        f'<section class="asks"><h2>{escape(page.questions_title)}</h2>'
        f"<ol>{items}</ol></section>"
    )


def breaking(text: str) -> str:
    """A text escaped, whose long names may end a line where their words do."""
    parts = re.split(r"(\S+)", text)
    return "".join("<wbr>".join(map(escape, ends_of_words(part))) for part in parts)


def _sources(page: BoardPage) -> str:
    named = [(term, said) for term, said in page.sources if term]
    items = "".join(
        f"<div><dt>{escape(term)}</dt><dd>{breaking(said)}</dd></div>"
        for term, said in named
    )
    rest = " ".join(escape(said) for term, said in page.sources if not term)
    return (
        f'<section class="sources"><h2>{escape(page.sources_title)}</h2>'
        f'<dl>{items}</dl><p class="soft">{rest}</p></section>'
    )
