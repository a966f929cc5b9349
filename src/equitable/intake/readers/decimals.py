"""Decimals written with a comma (``12,5``), and commas between thousands (``1,234``).

What a comma means is taken from the values only where it can mean one thing: a column
that holds nothing but numbers, of which one at least cannot be thousands.  ``1,234``
alone may be either, and is never guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from equitable.errors import QuestionError
from equitable.intake.names import is_suppressed
from equitable.intake.profile import ColumnProfile
from equitable.intake.where import quote_value
from equitable.vocabulary import MISSING_TOKENS

_SURE: Final = r"[-+]?(\d+|(\d+|\d{1,3}(\.\d{3})+),\d+)"
"""Numbers with a decimal comma; a dot only together with one, between thousands."""
_COMMA: Final = r"[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"
"""The same where a person says that the comma is the decimals'."""
_POINT: Final = r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?"
_EITHER: Final = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
_POINTED: Final = r"[-+]?\d*\.\d*([eE].*)?"


def refuse_unclear(profile: ColumnProfile, file: str) -> None:
    """Refuse to take ``1,234`` for a number as long as it may be two.

    Raises
    ------
    QuestionError
        Where all values are whole numbers, some of them written so.
    """
    texts = profile.texts
    either = [text for text in texts if _EITHER.fullmatch(text)]
    rest = [text for text in texts if not _EITHER.fullmatch(text)]
    if either and all(re.fullmatch(r"[-+]?\d+", text) for text in rest):
        raise QuestionError(
            "it has numbers as in '1,234', which may be thousands or decimals",
            file=file,
            column=profile.name,
            next_step='Say in equity.toml, under [source], decimal = "." where the'
            ' comma stands between thousands, or decimal = "," where it stands before'
            " decimals.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decimals:
    """How columns write their numbers, by their place.

    ``form`` is the regular expression of the numbers that are read, by place; ``mark``
    stands before their decimals; ``unclear`` are columns of which nobody can tell.
    """

    form: dict[int, str]
    mark: str = ","
    unclear: tuple[int, ...] = ()

    def sql(self, place: int, column: str) -> str:
        """SQL for a column's text, its numbers as every reader of numbers takes them.

        What is no such number stays as it is; one with a point, among decimal commas,
        is marked, so that it is refused and not read for another number.
        """
        form = self.form.get(place)
        if form is None:
            return column
        text = f"trim({column})"
        fits = f"regexp_full_match({text}, {quote_value(form)})"
        if self.mark == ".":
            return f"CASE WHEN {fits} THEN replace({text}, ',', '') ELSE {column} END"
        plain = f"replace(replace({text}, '.', ''), ',', '.')"
        pointed = f"regexp_full_match({text}, {quote_value(_POINTED)})"
        return (
            f"CASE WHEN {fits} THEN {plain} WHEN {pointed} THEN {text} || ' ≠ ,'"
            f" ELSE {column} END"
        )


def find_decimals(
    rows: Sequence[Sequence[str]], width: int, said: str | None
) -> Decimals:
    """How the columns of a table's head write their numbers.

    Parameters
    ----------
    rows, width
        The head's rows, and how many values each has.
    said
        What a person says stands before decimals; found out where ``None``.
    """
    form: dict[int, str] = {}
    unclear = []
    wanted = re.compile({",": _COMMA, ".": _POINT}.get(said or "", _SURE))
    for place in range(width):
        values = [row[place].strip() for row in rows if place < len(row)]
        if said is None and not any("," in value for value in values):
            continue
        values = [v for v in values if v.casefold() not in MISSING_TOKENS]
        values = [v for v in values if re.search(r"\d", v) or not is_suppressed(v)]
        if not values or not all(map(wanted.fullmatch, values)):
            continue
        commas = [value for value in values if "," in value]
        if said is None and all(map(_EITHER.fullmatch, commas)):
            unclear.append(place)
        else:
            form[place] = wanted.pattern
    return Decimals(form=form, mark=said or ",", unclear=tuple(unclear))
