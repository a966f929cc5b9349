"""Text of a file made fit to stand in a page: on one line, and turning nothing around.

A group may be called anything.  Signs that print nothing, or that make the words after
them run backwards, could make a report say what it does not say; accents, joined
letters and scripts of every direction stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar, cast

_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN: Final = frozenset("\u00ad\u200b\u2060\ufeff")
_LONG_NAME: Final = 20
"""Characters from which on a word may have to end in the next line of a telephone."""
_T = TypeVar("_T")


def plain(text: str) -> str:
    """The text on one line, without signs that print nothing or turn what follows."""
    if text.isascii() and text.isprintable():  # nearly every text of a report
        return re.sub(r" {2,}", " ", text).strip()
    kept = "".join(
        " "
        if unicodedata.category(character) in {"Cc", "Zl", "Zp"}
        else ""
        if unicodedata.category(character) == "Cs"
        or character in _TURNING
        or character in _UNSEEN
        or ord(character) & 0xFFFE == 0xFFFE
        else character
        for character in text
    )
    return re.sub(r" {2,}", " ", kept).strip()


def ends_of_words(word: str) -> list[str]:
    """A long word without spaces, such as a file's name, cut where a line may end.

    After its hyphens, underlines and points; a short one stays whole.
    """
    if len(word) < _LONG_NAME:
        return [word]
    return re.split(r"(?<=[_.-])(?=[^\W_])", word)


def changed(value: _T, change: Callable[[str], str]) -> _T:
    """The same value with every text in it changed, in whatever it is nested."""
    if isinstance(value, str):
        return cast("_T", change(value))
    if isinstance(value, tuple):
        return cast("_T", tuple(changed(item, change) for item in value))
    if is_dataclass(value) and not isinstance(value, type):
        new = {f.name: changed(getattr(value, f.name), change) for f in fields(value)}
        return cast("_T", replace(cast("Any", value), **new))
    return value
