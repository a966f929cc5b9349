"""The page's files: what they are called, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from equitable.report.contents import Contents

LANGUAGES: Final = ("en", "es")
"""Those a page is written in where nobody says."""


def page_paths(reports: Sequence[Path], languages: Sequence[str]) -> dict[Path, str]:
    """Where the pages of reports go, and the language of each.

    Beside ``report.html`` stands ``report-board-en.html``, and beside a workbook too;
    beside ``report.pdf``, ``report-board-en.pdf``.
    """
    places = {}
    for report in reports:
        form = ".pdf" if report.suffix.lower() == ".pdf" else ".html"
        for language in languages:
            name = f"{report.stem}-board-{language}{form}"
            places[report.with_name(name)] = language
    return places


def page_files(contents: Contents, places: Mapping[Path, str]) -> dict[Path, bytes]:
    """The content of each page; nothing is written yet."""
    from equitable.report.board.page import board_page  # noqa: PLC0415

    made = {}
    for path, language in places.items():
        page = board_page(contents, language)
        if path.suffix == ".pdf":
            from equitable.report.board import pdf  # noqa: PLC0415 - typst is costly

            made[path] = pdf.render(page)
        else:
            from equitable.report.board import html  # noqa: PLC0415

            made[path] = html.render(page).encode("utf-8")
    return made
