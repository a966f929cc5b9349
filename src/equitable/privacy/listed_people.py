"""The names and numbers that a school knows, wherever they stand in a text.

A name is found without regard to capitals and accents, as a whole and by each of its
parts of three letters or more; in scripts that set no spaces, or that change the ends
of words, also inside a longer run of letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from equitable.privacy.name_words import STUDENT, NameWords, name_words
from equitable.privacy.plain_text import Find, Plain, folded

SHORTEST_PART: Final = 3
"""A part of a name with fewer letters is looked for only beside the other parts."""

LISTED: Final = 50
"""How strongly a name is believed that the school itself has given."""

_TOKEN: Final = re.compile(r"[^\W_]+")
_PART: Final = re.compile(r"[^\s,;/()-]+")
_CODE: Final = re.compile(r"\w+(?:-\w+)*")
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})


@dataclass(frozen=True)
class _Listed:
    """Names as words, by their first word, and as letters in a row, by the first."""

    spaced: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    glued: dict[str, set[str]] = field(default_factory=dict)

    def add(self, text: str) -> None:
        if any(_is_glued(character) for character in text):
            self.glued.setdefault(text[0], set()).add(text)
            return
        tokens = tuple(_TOKEN.findall(text))
        if tokens:
            self.spaced.setdefault(tokens[0], set()).add(tokens)


def _is_glued(character: str) -> bool:
    """Whether it is of a script beyond Latin, Greek, Cyrillic, Hebrew and Arabic."""
    return "\u0900" <= character < "\u1e00" or character >= "\u2e80"


def _as_listed(names: Iterable[str], words: NameWords) -> _Listed:
    listed = _Listed()
    for name in names:
        plain = folded(name).strip()
        if not plain:
            continue
        listed.add(plain)
        parts = [part.strip(".'\"") for part in _PART.findall(plain)]
        parts = [part for part in parts if part]
        if "," in plain:  # 'López, Juan' is written 'Juan López'
            last, _, first = plain.partition(",")
            listed.add(f"{first} {last}")
        for part in parts:
            letters = sum(character.isalpha() for character in part)
            if part in words.cues["particles"] or part in _SUFFIXES:
                continue
            if _is_glued(part[0]):
                if len(part) > 1:
                    listed.add(part)
                if len(part) in (3, 4):  # 王小明 is called 小明
                    listed.add(part[-2:])
            elif letters >= SHORTEST_PART:
                listed.add(part)
                if "'" in part:
                    listed.add(part.replace("'", ""))
    return listed


def listed_names_in(plain: Plain, names: Iterable[str]) -> Iterator[Find]:
    """Each place where one of the names stands, whole or in part."""
    words = name_words()
    listed = _as_listed(names, words)
    if listed.spaced:
        yield from _spaced(plain, listed, words)
    if listed.glued:
        yield from _glued(plain, listed)


def _spaced(plain: Plain, listed: _Listed, words: NameWords) -> Iterator[Find]:
    tokens = [
        (match[0].casefold(), match.start(), match.end())
        for match in _TOKEN.finditer(plain.text)
    ]
    for i, (first, start, _) in enumerate(tokens):
        longest = 0
        for name in listed.spaced.get(first, ()):
            size = len(name)
            if size <= longest or len(tokens) < i + size:
                continue
            if all(tokens[i + k][0] == name[k] for k in range(size)) and all(
                tokens[i + k + 1][1] - tokens[i + k][2] <= 2 for k in range(size - 1)
            ):
                longest = size
        if longest:
            reason = "it is on the list of names"
            if longest == 1 and _may_be_a_word(first, words):
                reason += ", and may be an ordinary word here"
            yield Find(
                start, tokens[i + longest - 1][2], "name", reason, STUDENT, LISTED
            )


def _may_be_a_word(token: str, words: NameWords) -> bool:
    return any(
        token in known
        for known in (words.ordinary, words.at_a_start, words.after_a_place_or_time)
    )


def _glued(plain: Plain, listed: _Listed) -> Iterator[Find]:
    text = plain.text.casefold()
    if len(text) != len(plain.text):  # a letter that is two in lower case
        text = plain.text
    for start, letter in enumerate(text):
        for name in listed.glued.get(letter, ()):
            if text.startswith(name, start):
                reason = "it is on the list of names"
                yield Find(start, start + len(name), "name", reason, STUDENT, LISTED)


def listed_numbers_in(plain: Plain, numbers: Iterable[str]) -> Iterator[Find]:
    """Each place where one of the student numbers stands."""
    known = {_bare(folded(number)) for number in numbers} - {""}
    if not known:
        return
    for match in _CODE.finditer(plain.text):
        if _bare(match[0].casefold()) in known:
            yield Find(
                *match.span(),
                "student number",
                "it is on the list of student numbers",
                "[number]",
                LISTED,
            )


def _bare(number: str) -> str:
    """A number to compare by: '00123-45' and '12345' are one."""
    plain = re.sub(r"[\s-]", "", number)
    return plain.lstrip("0") or plain
