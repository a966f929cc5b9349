"""The page as a PDF of one sheet: tagged, titled and readable aloud."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

from equitable.report.board.page import BoardPage, lead_runs
from equitable.report.plain_text import changed, plain
from equitable.report.typesetting import breakable, font_families, typeset

Paper: TypeAlias = Literal["us-letter", "a4"]
_WIDTHS: Final[dict[Paper, float]] = {"us-letter": 215.9, "a4": 210.0}


def render(page: BoardPage, paper: Paper = "us-letter") -> bytes:
    """A page as a PDF/UA-1 file of one sheet.

    Letter, as boards in the United States print it; what stands on it fits A4 too.

    Raises
    ------
    OutputError
        Where the PDF cannot be made; the HTML of the page can.
    """
    page = changed(page, plain)
    template = files("equitable.report.board").joinpath("board.typ").read_bytes()
    return typeset(
        page, template, lambda one: {"page": json.dumps(_payload(one, paper))}
    )


def _payload(page: BoardPage, paper: Paper) -> dict[str, Any]:
    """The page as the template reads it."""
    sans, serif = font_families()
    broken = changed(page, breakable)
    drawn = asdict(broken)
    told = any(bar.students != "–" for group in page.chart for bar in group.bars)
    return {
        **{name.replace("_", "-"): value for name, value in drawn.items()},
        "title": page.title,
        "kind": " · ".join(filter(None, [broken.kind, broken.subtitle])),
        "lead": [
            {"text": text, "strong": strong} for text, strong in lead_runs(broken)
        ],
        "chart": drawn["chart"] if told else [],
        "sans": sans,
        "serif": serif,
        "paper": paper,
        "width": _WIDTHS[paper],
    }
