"""Text set as a PDF: fonts, long words, and letters that no font of a computer has."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from equitable.errors import OutputError
from equitable.report.plain_text import changed, ends_of_words

_SERIF: Final = "Libertinus Serif"
_SANS: Final = (
    "Source Sans 3", "Noto Sans", "Open Sans", "Segoe UI", "Helvetica Neue",
    "Helvetica", "Arial", "Liberation Sans", "DejaVu Sans",
)  # fmt: skip
_LONG_WORD: Final = 26
_ROUNDS: Final = 6
_UNDISPLAYABLE: Final = re.compile(
    r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed'
)
_T = TypeVar("_T")


def _as_it_is(value: _T) -> _T:
    return value


def typeset(
    value: _T,
    template: bytes,
    inputs: Callable[[_T], Mapping[str, str]],
    *,
    noted: Callable[[_T], _T] = _as_it_is,
) -> bytes:
    """Write a document as a PDF/UA-1 file.

    Letters that no font of the computer has stand as their numbers.

    Parameters
    ----------
    value
        The document: a data class of texts, already made plain.
    template
        In Typst; it reads ``inputs`` of the document.
    noted
        Adds a note to a document some letters of which stand as numbers.

    Raises
    ------
    OutputError
        Where the PDF cannot be made; the other forms of the report can.
    """
    import typst  # noqa: PLC0415 - costly, and needed for PDF only

    missing: set[str] = set()
    for attempt in range(_ROUNDS):
        shown = noted(_spelled_out(value, missing)) if missing else value
        if attempt == _ROUNDS - 1:
            shown = noted(_spelled_out(value, _beyond_latin(value) | missing))
        try:
            return typst.compile(
                template,
                format="pdf",
                pdf_standards="ua-1",
                font_paths=_fonts(),
                sys_inputs=dict(inputs(shown)),
                timestamp=0,
            )
        except typst.TypstError as error:
            found = _undisplayable(f"{error.message}\n{error.diagnostic}")
            if not found or attempt == _ROUNDS - 1:
                raise OutputError(
                    "the PDF could not be made",
                    next_step="Write the report as .html and print that, and please"
                    " report this as a mistake of ours.",
                ) from error
            missing |= found
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


@functools.cache
def _fonts() -> Any:
    """The fonts of Typst and of the computer, looked for once."""
    import typst  # noqa: PLC0415

    return typst.Fonts()


def font_families() -> tuple[list[str], list[str]]:
    """The families without and with serifs, the first one found before the rest."""
    families = set(_fonts().families())
    sans = next((name for name in _SANS if name in families), _SERIF)
    return list(dict.fromkeys([sans, _SERIF])), [_SERIF]


def runs(text: str, strong: Iterable[str]) -> list[dict[str, Any]]:
    """The text in parts, those to be marked apart; longer ones first."""
    wanted = sorted({part for part in strong if part}, key=len, reverse=True)
    if not wanted:
        return [{"text": breakable(text), "strong": False}]
    # A figure is marked as a whole word: the 6 of 66 is not the 6 that is meant.
    pattern = "|".join(re.escape(part) for part in wanted)
    parts = re.split(rf"(?<!\w)({pattern})(?!\w)", text)
    return [
        {"text": breakable(part), "strong": place % 2 == 1}
        for place, part in enumerate(parts)
        if part
    ]


def breakable(text: str) -> str:
    """The text with places to break very long words, else they would leave the page."""

    def broken(word: re.Match[str]) -> str:
        pieces = ends_of_words(word[0])
        if max(map(len, pieces)) > _LONG_WORD:
            cut = rf".{{1,{_LONG_WORD // 2}}}"
            pieces = [short for piece in pieces for short in re.findall(cut, piece)]
        return "\u200b".join(pieces)

    return re.sub(r"\S+", broken, text)


def _undisplayable(diagnostic: str) -> set[str]:
    """The texts that Typst found no font for."""
    return {_unescaped(found) for found in _UNDISPLAYABLE.findall(diagnostic)}


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}.get(match[2], match[2])

    return re.sub(r"\\(?:u\{([0-9a-fA-F]+)\}|(.))", one, text)


def _beyond_latin(value: object) -> set[str]:
    """Every letter that is not surely in the fonts that come with Typst."""
    seen: set[str] = set()

    def note(text: str) -> str:
        seen.update(character for character in text if ord(character) > 0x17F)
        return text

    changed(value, note)
    return seen - set("–—‘’“”•…−\u2009\u00a0")


def _spelled_out(value: _T, missing: set[str]) -> _T:
    """The document with letters that cannot be printed as their numbers."""
    longest_first = sorted(missing, key=len, reverse=True)
    pattern = re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})+")

    def spelled(match: re.Match[str]) -> str:
        return f"[{' '.join(f'U+{ord(character):04X}' for character in match[0])}]"

    return changed(value, lambda text: pattern.sub(spelled, text))
