"""The frame in which a notebook shows a result: its marks, its sentence, its charts."""

from __future__ import annotations

import hashlib
from html import escape

from equitable.report.marks import marks
from equitable.report.plain_text import plain


def notebook_frame(sentence: str, body: str, *, internal: bool, audited: bool) -> str:
    """One ``<div>`` with its styles in it, for a page that is not ours.

    Parameters
    ----------
    sentence
        What is found, as text; it stands first.
    body
        Charts and tables, as HTML.
    internal, audited
        Whether small groups are in it; whether it was checked for publication.
    """
    return (
        '<div style="max-width:60rem;padding:1rem 1.2rem;background:#fff;'
        'color:#1d2733;font:15px/1.5 system-ui,sans-serif">'
        f'<p style="margin:0 0 .6rem;color:#7d5200;font-size:13px">'
        f"{escape(marks(internal=internal, audited=audited))}</p>"
        '<p style="margin:0 0 1rem;max-width:60ch;font:20px/1.4 Charter,Georgia,serif">'
        f"{escape(plain(sentence))}</p>{body}</div>"
    )


def prefix_of(*told: object) -> str:
    """A prefix for the names in a chart: two results on one page share none."""
    return f"eq-{hashlib.sha256(repr(told).encode()).hexdigest()[:8]}"
