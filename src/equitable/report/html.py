"""The report as one HTML file: nothing from elsewhere, no script, good on paper.

Everything that comes from a file of students is escaped; a page's policy forbids
whatever could still get in.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib import resources
from itertools import groupby
from typing import Final, Literal

from equitable.privacy.gate import Gated
from equitable.report import charts
from equitable.report.document import (
    Answer,
    Block,
    Bullets,
    Callout,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
)
from equitable.report.html_tables import brief_html, plain_table, table_html, words
from equitable.report.notebook import notebook_frame, prefix_of
from equitable.report.plain_text import changed, plain
from equitable.report.sentences import headline, order_rows
from equitable.report.tables import gap_table

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ps", "ur", "yi"})
_CALLOUTS: Final = {"caution": "Take care", "note": "Note"}
_BANDS: Final = frozenset({"mark", "internal", "checked"})
_IN_A_NOTEBOOK: Final = 40
LOGO: Final = (
    '<svg viewBox="0 0 26 26" aria-hidden="true">'
    '<rect x="2" y="15" width="22" height="3.2" rx="1.6" fill="var(--accent)"/>'
    '<rect x="5" y="18" width="2.6" height="6" rx="1.3" fill="var(--accent)"/>'
    '<rect x="18.4" y="18" width="2.6" height="6" rx="1.3" fill="var(--accent)"/>'
    '<circle cx="7" cy="10" r="3" fill="var(--mark)"/>'
    '<circle cx="13.4" cy="7.4" r="3" fill="var(--ink)"/>'
    '<circle cx="19.6" cy="10" r="3" fill="var(--accent)"/></svg>'
)


class _Names:
    """The ids of a page: safe, and each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self.sections: dict[str, tuple[str, str]] = {}
        """From a section's name to its id and title."""

    def link(self, section: str) -> str:
        """A link to a section by its name in the document; nothing where none is."""
        if section not in self.sections:
            return ""
        name, title = self.sections[section]
        return (
            f' <a class="place" href="#{name}">See'
            f'<span class="unseen"> {escape(title)}</span></a>'
        )

    def new(self, wanted: str) -> str:
        base = re.sub(r"[^A-Za-z0-9]+", "-", wanted).strip("-").lower() or "part"
        base = base if base[0].isalpha() else f"part-{base}"
        name, number = base, 2
        while name in self._given:
            name, number = f"{base}-{number}", number + 1
        self._given.add(name)
        return name


def render(document: Document) -> str:
    """A document as one self-contained HTML page."""
    document = changed(document, plain)
    names = _Names()
    for taken in ("contents", "main"):
        names.new(taken)
    ids = [names.new(section.name) for section in document.sections]
    for section, name in zip(document.sections, ids, strict=True):
        names.sections[section.name] = (name, section.title)
    sections = "".join(
        _section(section, name, names)
        for section, name in zip(document.sections, ids, strict=True)
    )
    title = escape(document.title)
    language = escape(document.language)
    way = "rtl" if document.language.split("-")[0] in _RIGHT_TO_LEFT else "ltr"
    keywords = escape(", ".join(document.keywords))
    meta = f'<meta name="keywords" content="{keywords}">' if keywords else ""
    mark = escape(document.mark)
    links = "".join(
        f'<li><a href="#{name}"><span>{escape(section.title)}</span></a></li>'
        for section, name in zip(document.sections, ids, strict=True)
    )
    closing = "This page is one file: it loads nothing and sends nothing."
    page = (
        f'<!doctype html><html lang="{language}" dir="{way}"><head>'
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta name="generator" content="Equitable">{meta}'
        f"<title>{title}</title><style>{_style()}{_page_margins(document)}</style>"
        '</head><body><a class="skip" href="#main">Skip to the report</a>'
        f'<header>{_bands(document)}<div class="masthead">'
        f'<p class="brand">{LOGO}Equitable</p><h1>{words(document.title)}</h1>'
        f'<p class="subtitle">{words(document.subtitle)}</p></div></header>'
        '<div class="sheet">'
        f'<nav class="contents" aria-label="Contents"><ul>{links}</ul></nav>'
        f'<main id="main" tabindex="-1">{sections}</main></div>'
        f"<footer><p>{mark}{'. ' if mark else ''}{closing}</p></footer>"
        f'<div class="running" aria-hidden="true">{mark}</div></body></html>'
    )
    # Half a character, as damaged files have it, cannot be written.
    return page.encode("utf-8", "replace").decode("utf-8")


@cache
def _style() -> str:
    return (
        resources.files("equitable.report")
        .joinpath("page.css")
        .read_text(encoding="utf-8")
    )


def _page_margins(document: Document) -> str:
    """The foot of every printed page: the mark, and which page it is."""
    font = "font: 8pt/1.3 sans-serif; color: #4d5863; vertical-align: top;"
    mark = _css_text(document.mark or document.title)
    return (
        "@page { margin: 15mm 16mm 19mm;"
        f" @bottom-left {{ content: {mark}; {font} padding-top: 4mm; width: 75%; }}"
        f' @bottom-right {{ content: counter(page) " / " counter(pages); {font}'
        " padding-top: 4mm; } }"
    )


def _css_text(text: str) -> str:
    """A text as a string of CSS that nothing can get out of."""
    safe = "".join(
        c if c.isascii() and (c.isalnum() or c in " .,:") else f"\\{ord(c):x} "
        for c in " ".join(text.split())
        if ord(c)
    )
    return f'"{safe}"'


def _bands(document: Document) -> str:
    """What must be known before reading on, over everything else."""
    callouts = [
        block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Callout) and block.kind in _BANDS
    ]
    if not callouts and document.mark:
        kind: Literal["checked", "mark"] = "checked" if document.checked else "mark"
        callouts = [Callout(kind=kind, text=document.mark)]
    return "".join(
        f'<div class="band {callout.kind}"><p>{_first_strong(callout.text)}</p></div>'
        for callout in callouts
    )


def _first_strong(text: str) -> str:
    """The first sentence stands out."""
    first, dot, rest = text.partition(". ")
    return f"<strong>{escape(first + dot.strip())}</strong> {escape(rest)}".rstrip()


def _section(section: Section, name: str, names: _Names) -> str:
    title = names.new(f"{name}-title")
    kind = ' class="new-page"' if section.new_page else ""
    parts = []
    for numbered, blocks in groupby(section.blocks, key=_is_numbered):
        if numbered:
            items = "".join(
                f'<li class="answer">{_block(block, names)}</li>' for block in blocks
            )
            parts.append(f'<ol class="answers" role="list">{items}</ol>')
        else:
            parts += [_block(block, names) for block in blocks]
    return (
        f'<section id="{name}" aria-labelledby="{title}"{kind}>'
        f'<h2 id="{title}">{escape(section.title)}</h2>{"".join(parts)}</section>'
    )


def _is_numbered(block: Block) -> bool:
    return isinstance(block, Answer) and block.number is not None


def _block(block: Block, names: _Names) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            soft = ' class="soft"' if block.soft else ""
            return f"<p{soft}>{words(block.text)}</p>"
        case Answer():
            return _answer(block)
        case Callout():
            return _callout(block)
        case Bullets():
            places = [*block.places, *([""] * len(block.items))]
            items = "".join(
                f"<li>{words(item)}{names.link(to)}</li>"
                for item, to in zip(block.items, places, strict=False)
            )
            return f'<ul class="list">{items}</ul>' if items else ""
        case Facts():
            items = "".join(
                f"<div><dt>{escape(term)}</dt><dd>{words(said)}</dd></div>"
                for term, said in block.items
            )
            return f"<dl>{items}</dl>" if items else ""
        case Figure():
            return _figure(block, names)
        case Table():
            return f"<div>{table_html(block, names.new('table'))}</div>"


def _answer(answer: Answer) -> str:
    said = f'<p class="said">{marked(answer.text, answer.strong)}</p>'
    if answer.detail:
        said += f'<p class="detail">{escape(answer.detail)}</p>'
    if answer.number is None:
        return f'<div class="answer plain">{said}</div>'
    return f'<span class="number" aria-hidden="true">{answer.number}</span>{said}'


def marked(text: str, strong: tuple[str, ...]) -> str:
    """A text with its strong parts marked: whole words and whole numbers only."""
    parts = sorted({part for part in strong if part}, key=len, reverse=True)
    if not parts:
        return escape(text)
    one_of = "|".join(re.escape(part) for part in parts)
    pattern = rf"(?<![\w.,])(?:{one_of})(?!\w|[.,]\d)"
    done, at = "", 0
    for found in re.finditer(pattern, text):
        done += escape(text[at : found.start()])
        done += f"<strong>{escape(found.group())}</strong>"
        at = found.end()
    return done + escape(text[at:])


def _callout(callout: Callout) -> str:
    if callout.kind in _BANDS:
        return ""
    return (
        f'<div class="callout {callout.kind}" role="note">'
        f"<p><b>{_CALLOUTS[callout.kind]}</b>{escape(callout.text)}</p></div>"
    )


def _figure(figure: Figure, names: _Names) -> str:
    name = names.new(figure.name)
    drawn = "".join(
        f'<div class="chart {kind}">'
        + charts.svg(
            figure.chart,
            width=width,
            title=figure.title,
            alt=figure.alt,
            theme="screen",
            prefix=f"{name}-{kind}",
        )
        + "</div>"
        for kind, width in (("wide", charts.WIDE), ("narrow", charts.NARROW))
    )
    beneath = (
        f'<p class="beneath">{words(figure.beneath)}</p>' if figure.beneath else ""
    )
    table = table_html(figure.table, names.new(f"{name}-table"), figure.name)
    if figure.brief:
        paper = brief_html(figure.brief, names.new(f"{name}-brief"))
        table = f'<div class="on-screen">{table}</div>{paper}'
    return (
        f'<figure class="figure" id="{name}"><div class="shown">'
        f'<p class="sentence" id="{names.new(f"{name}-sentence")}">'
        f"{words(figure.sentence)}</p>{drawn}{beneath}</div>"
        f"{table}</figure>"
    )


def fragment(gated: Gated) -> str:
    """A result as a notebook shows it: the sentence, its charts, the table.

    One ``<div>`` with its styles in it; small groups were withheld before.
    """
    gaps = gated.gaps
    prefix = prefix_of(gaps.indicator.name, gaps.rows)
    drawn = "".join(
        charts.svg(
            figure.chart,
            width=charts.WIDE,
            title=figure.title,
            alt=figure.alt,
            theme="print",
            prefix=f"{prefix}-{figure.name}",
        )
        for figure in charts.gap_figures(gated)
    )
    rows = order_rows(gaps.rows, gaps.indicator.direction)
    note = (
        f"The first {_IN_A_NOTEBOOK} of {len(rows):,} groups: .to_dicts() has them all."
        if len(rows) > _IN_A_NOTEBOOK
        else ""
    )
    table = changed(
        gap_table(gaps, rows[:_IN_A_NOTEBOOK], gaps.indicator.label, note=note), plain
    )
    return notebook_frame(
        headline(gaps),
        drawn + plain_table(table),
        internal=gated.internal,
        audited=gated.audited,
    )
