"""What in a quotation or a comment may name somebody: flagged, for a person to decide.

Before words that somebody wrote or said go out, names, e-mails, phones, dates of birth,
addresses and student numbers are to be found, which FERPA counts as personally
identifiable (34 CFR 99.3).  ``flag`` finds what looks like one, says why, and suggests
what may stand in its place; ``with_suggestions`` puts in what a person accepted, and
nothing else.  English and Spanish; no list of the world's names, no model, no network.

A text without a flag is not safe by that: a story that only one child can tell names
nobody.  Somebody who knows the school must read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from equitable.errors import QuestionError
from equitable.privacy.listed_people import listed_names_in, listed_numbers_in
from equitable.privacy.plain_text import Find, made_plain
from equitable.privacy.text_names import names_in
from equitable.privacy.text_shapes import shapes_in

FlagKind: TypeAlias = Literal[
    "e-mail",
    "web address or handle",
    "social security number",
    "phone",
    "address",
    "date of birth",
    "student number",
    "name",
]
"""What a flag may be; where two overlap, the first in this order names them."""

_RANK: Final = {kind: rank for rank, kind in enumerate(get_args(FlagKind))}


@dataclass(frozen=True, slots=True, repr=False)
class Flag:
    """Something in a text that may name a person.

    Parameters
    ----------
    kind
        'name', 'e-mail', 'phone', 'date of birth', 'address', 'student number', 'social
        security number' or 'web address or handle'.  Each full date is taken for one of
        birth.
    start, end
        Where it stands: ``text[start:end]``.
    text
        What stands there.  It is what must not go out: do not write flags to a log.
    reason
        Why it was flagged; completes 'because …'.
    suggestion
        What may stand in its place.
    """

    kind: FlagKind
    start: int
    end: int
    text: str
    reason: str
    suggestion: str

    def __str__(self) -> str:
        return f'{self.kind}: "{self.text}" → "{self.suggestion}" because {self.reason}'

    __repr__ = __str__


def flag(
    text: str, *, names: Collection[str] = (), numbers: Collection[str] = ()
) -> tuple[Flag, ...]:
    """What in a text may name a person, in its order and without overlaps.

    It finds too much rather than too little, and it cannot find everything: a name in
    lower case without a word like 'named' before it, or in a script without capitals,
    is found only where it is among ``names``.

    Parameters
    ----------
    text
        A quotation, a comment, an answer to an open question.
    names
        Names that the school knows: students, families, staff.  They are found without
        regard to capitals and accents, also by a first name or surname alone of three
        letters or more.
    numbers
        Student numbers that the school knows.

    Returns
    -------
    The flags.  Nothing is changed: ``with_suggestions`` does that, on request.

    Raises
    ------
    QuestionError
        Where the text, a name or a number is no text.
    """
    _must_be_text(text)
    plain = made_plain(text)
    found = [
        *shapes_in(plain.text),
        *names_in(plain),
        *listed_names_in(plain, _texts(names, "names")),
        *listed_numbers_in(plain, _texts(numbers, "numbers")),
    ]
    flags = []
    for find in _merged(found, plain.text):
        start, end = plain.place(find.start, find.end)
        flags.append(
            Flag(
                kind=cast("FlagKind", find.kind),
                start=start,
                end=end,
                text=text[start:end],
                reason=find.reason,
                suggestion=find.suggestion,
            )
        )
    return tuple(flags)


flag_text = flag
"""``flag`` by the name that it has in the library: ``equitable.flag_text``."""


def with_suggestions(
    text: str, flags: Iterable[Flag], *, accept: Iterable[Flag] = ()
) -> str:
    """A text in which accepted suggestions stand in place of what was flagged.

    Parameters
    ----------
    text, flags
        A text and what ``flag`` found in it.
    accept
        Those of the flags whose suggestion a person accepted: none by itself.

    Raises
    ------
    QuestionError
        Where a flag is accepted that is none of ``flags``, or is not of this text.
    """
    _must_be_text(text)
    given, accepted = set(flags), set(accept)
    for one in given | accepted:
        if not isinstance(one, Flag):
            raise QuestionError(
                "what is accepted must be flags",
                next_step="Give those of the flags that a person accepted: accept=[…].",
            )
    if not accepted <= given:
        raise QuestionError(
            "a flag is accepted that is not among the flags given",
            next_step="Accept flags that flag_text found in this text.",
        )
    if any(text[one.start : one.end] != one.text for one in given):
        raise QuestionError(
            "the flags are of another text",
            next_step="Flag this text again, and accept what is found in it.",
        )
    pieces, at = [], 0
    for one in sorted(accepted, key=lambda one: one.start):
        pieces += [text[at : one.start], one.suggestion]
        at = one.end
    return "".join([*pieces, text[at:]])


def _merged(found: Iterable[Find], text: str) -> list[Find]:
    """Finds that overlap as one; parts of a name beside each other as one name."""
    merged: list[Find] = []
    for find in sorted(found, key=lambda one: (one.start, -one.end)):
        last = merged[-1] if merged else None
        if last is None or not _touch(last, find, text):
            merged.append(find)
            continue
        first, second = sorted((last, find), key=_believed)
        merged[-1] = first._replace(
            start=last.start,
            end=max(last.end, find.end),
            suggestion=_suggested(first, second),
        )
    return merged


def _touch(last: Find, find: Find, text: str) -> bool:
    if find.start < last.end:
        return True
    between = text[last.end : find.start]
    names = last.kind == find.kind == "name"
    return names and between in {" ", "-", ""}


def _believed(find: Find) -> tuple[int, int]:
    return _RANK[cast("FlagKind", find.kind)], -find.strength


def _suggested(first: Find, second: Find) -> str:
    """A list of names does not say whose they are; 'Ms.' before a name does."""
    if first.kind == second.kind == "name" and first.suggestion == "[a student]":
        return second.suggestion
    return first.suggestion


def _must_be_text(text: Any) -> None:
    if not isinstance(text, str):
        raise QuestionError(
            "the text to look through is no text",
            next_step="Give one quotation or comment at a time, in quotes.",
        )


def _texts(given: Any, what: str) -> list[str]:
    """Names or numbers as texts: one may stand alone, and empty ones are left out."""
    if given is None:
        return []
    alone = isinstance(given, str) or not isinstance(given, Iterable)
    return [
        text
        for one in ([given] if alone else given)
        if (text := _as_text(one, what).strip())
    ]


def _as_text(one: Any, what: str) -> str:
    """A name or number; in a data frame an empty cell is one of several values."""
    if one is None or str(one) in {"nan", "<NA>", "NaT"}:
        return ""
    if isinstance(one, str):
        return one
    if what == "numbers" and isinstance(one, Real) and float(one).is_integer():
        return str(int(float(one)))
    raise QuestionError(
        f"one of the {what} is no text",
        next_step=f"Give {what} as a list of texts: {what}=['…', '…'].",
    )
