"""What a cell of a table of counts says: a number, a mark in its place, or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from equitable.intake.published.blurs import count_bounds, read_mark
from equitable.intake.readers.footnotes import without_mark
from equitable.vocabulary import MISSING_TOKENS

Kind = Literal[
    "number", "mark", "blank", "share", "negative", "fraction", "date", "word"
]

_SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f"), " ")
"""Spaces that stand between thousands, beside the usual one."""
_WHOLE: Final = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.0*)?")
_NEGATIVE: Final = re.compile(r"[-−–]\s?\d[\d, ]*(?:\.\d*)?")
_FRACTION: Final = re.compile(r"\d[\d,]*\.\d+|\.\d+|\d+,\d{1,2}")
_SHARE: Final = re.compile(r"(?:[<>≤≥]=?\s*)?[-−]?\d[\d,]*(?:\.\d+)?\s*(?:%|percent)")
_WITH_SHARE: Final = re.compile(r"([^()]*[^()\s])\s*\(([^()]+)\)")
_SYMBOLS: Final = re.compile(r"[*†‡§^~#•·.…–—-]{1,5}")
_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}.*|\d{1,2}/\d{1,2}/\d{2,4}|"
    rf"\d{{1,2}}-{_MONTH}(?:-\d{{2,4}})?|{_MONTH}-\d{{1,2}}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A cell as one of nine kinds; ``value`` of a number, limits and text of a mark.

    ``shared`` says that a percentage stands beside it in the same cell and was left
    out: ``12 (34 %)``.
    """

    kind: Kind
    value: int | None = None
    low: int = 0
    high: int | None = None
    mark: str = ""
    shared: bool = False

    @property
    def is_count(self) -> bool:
        """Whether it is a count: a number, or one that is withheld."""
        return self.kind in {"number", "mark", "blank"}

    @property
    def is_shown(self) -> bool:
        """Whether something stands there that is a number or stands for one."""
        return self.kind not in {"blank", "word"}

    @property
    def least(self) -> int:
        """The least that the count can be."""
        return self.low if self.value is None else self.value

    @property
    def most(self) -> int | None:
        """The most that the count can be; ``None`` where nothing is said."""
        return self.high if self.value is None else self.value


@lru_cache(maxsize=65_536)
def read_figure(text: str) -> Figure:
    """Read a cell of a table of counts.

    A blank, a dash and the marks that publishers write are counts that are withheld;
    their limits are those that the mark itself says (``<10``: 0 to 9).  ``N<10`` is
    taken for a limit of the count, as no part of a group is larger than the group.
    """
    plain = " ".join(text.translate(_SPACES).split())
    if not plain:
        return Figure(kind="blank")
    if _WHOLE.fullmatch(plain):
        digits = plain.split(".")[0].replace(",", "").replace(" ", "")
        return Figure(kind="number", value=int(digits))
    if _NEGATIVE.fullmatch(plain):
        return Figure(kind="negative")
    if _FRACTION.fullmatch(plain):
        return Figure(kind="fraction")
    if _SHARE.fullmatch(plain):
        return Figure(kind="share")
    if _DATE.fullmatch(plain):
        return Figure(kind="date")
    beside = _WITH_SHARE.fullmatch(plain)
    if beside is not None:
        count, share = read_figure(beside[1]), read_figure(beside[2])
        if count.kind in {"number", "mark"} and share.kind in {"share", "mark"}:
            return replace(count, shared=True)
    without = str(without_mark(plain))
    if without != plain:
        return read_figure(without)
    return _read_mark(plain)


def _read_mark(plain: str) -> Figure:
    if plain.casefold() in MISSING_TOKENS or _SYMBOLS.fullmatch(plain):
        return Figure(kind="mark", mark=plain)
    mark = read_mark(plain)
    if mark is None:
        return Figure(kind="word")
    if "%" in plain:
        return Figure(kind="share")
    low, high = count_bounds(replace(mark, subject="number"), most=None)
    return Figure(kind="mark", low=max(0, low), high=high, mark=plain)
