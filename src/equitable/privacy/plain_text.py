"""A text as it is searched: without accents, with one kind of apostrophe and dash.

People write 'María', 'Maria' and, with a mark of its own for the accent, what only
looks like 'María'; full-width digits; and marks that nobody sees.  All of it is made
plain once, and what is found is said in places of the text as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

_SAME: Final = {
    **dict.fromkeys("‘’ʼʻ`´ʹ′＇", "'"),
    **dict.fromkeys("‐‑‒–−－", "-"),
    **dict.fromkeys("“”„«»", '"'),
}
_HANGUL: Final = range(0xAC00, 0xD7A4)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_ENDING: Final = re.compile(r"'(s|m|ve|ll|d|re)$", re.IGNORECASE)
_GOES_ON: Final = re.compile(r"[ \t,'\")\]-]*")


class Find(NamedTuple):
    """Something found in a plain text, from ``start`` to before ``end``.

    ``strength`` says which of two finds in one place is believed: the higher.
    """

    start: int
    end: int
    kind: str
    reason: str
    suggestion: str
    strength: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its place; without the end of "Marcus's" or "she'll".

    ``fold`` is its text to compare by; ``gap`` what stands between it and the word
    before; ``starts`` whether a sentence, line or quotation starts with it.
    """

    text: str
    fold: str
    start: int
    end: int
    gap: str
    starts: bool
    belongs: bool = False
    """Whether it had an apostrophe and an s."""

    @property
    def capital(self) -> bool:
        """Whether its first letter is a capital."""
        return self.text[0].isupper()

    @property
    def shouted(self) -> bool:
        """Whether it is of two or more letters, all capitals."""
        return len(self.text) > 1 and self.text.isupper()


@dataclass(frozen=True)
class Plain:
    """A text made plain; ``starts`` and ``ends`` are places in the text as written."""

    written: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the plain text stands in the text as written."""
        return self.starts[start], self.ends[end - 1]

    def as_written(self, start: int, end: int) -> str:
        """A stretch of the plain text as it was written."""
        first, last = self.place(start, end)
        return self.written[first:last]

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words, in order."""
        found: list[Word] = []
        before = 0
        for match in _WORD.finditer(self.text):
            gap = self.text[before : match.start()]
            before = match.end()
            ending = _ENDING.search(match[0])
            text = match[0][: ending.start()] if ending else match[0]
            # "don't" and "can't" are no 'don' and 'can' that belong to somebody.
            fold = text.casefold()
            if fold.endswith("n't"):
                fold = fold.removesuffix("n't")
            found.append(
                Word(
                    text=text,
                    fold=fold,
                    start=match.start(),
                    end=match.start() + len(text),
                    gap=gap,
                    starts=not found or _starts(gap, found[-1]),
                    belongs=bool(ending and ending[1].casefold() == "s"),
                )
            )
        return tuple(found)


_SHORT: Final = frozenset(
    {"approx", "dept", "eg", "est", "etc", "ie", "jr", "no", "num", "st", "vs", "mt"}
)
"""Abbreviations, after whose full stop a sentence goes on."""


def _starts(gap: str, before: Word) -> bool:
    """Whether a sentence starts after this gap."""
    if _GOES_ON.fullmatch(gap):
        # 'she said, "Please …"': a quotation opens, and does not close.
        return '"' in gap and gap.rstrip()[-1:] == '"' and gap[:1] != '"'
    if gap.strip() == "." and gap[:1] == ".":
        return before.fold not in _SHORT and len(before.text) > 1
    return any(mark in gap for mark in '.!?…¿¡:;\n\r\u2028•·*"([|')


def made_plain(text: str) -> Plain:
    """A text without accents and marks that are not seen, and where each letter was."""
    if text.isascii():
        return Plain(text, text, range(len(text)), range(1, len(text) + 1))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, character in enumerate(text):
        for one in _as_plain(character):
            if unicodedata.category(one) in {"Mn", "Cf"}:
                continue
            letters.append(one)
            starts.append(place)
            ends.append(place + 1)
        if ends and unicodedata.category(character) in {"Mn", "Cf"}:
            ends[-1] = place + 1  # an accent written by itself goes with its letter
    return Plain(text, "".join(letters), starts, ends)


def _as_plain(character: str) -> str:
    if character.isascii() or ord(character) in _HANGUL:
        return character
    if character in _SAME:
        return _SAME[character]
    return unicodedata.normalize("NFKD", character)


def folded(text: str) -> str:
    """A text to compare by: plain, and without capitals."""
    return made_plain(text).text.casefold()
