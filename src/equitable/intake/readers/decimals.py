"""Decimals written with a comma (``12,5``), and commas between thousands (``1,234``).

What a comma means is taken from the values only where it can mean one thing: a column
that holds nothing but numbers, of which one at least cannot be thousands.  ``1,234``
alone may be either: the decimals of the file's other columns settle it, or nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from equitable.errors import QuestionError
from equitable.intake.names import is_suppressed
from equitable.intake.profile import ColumnProfile
from equitable.intake.where import quote_value
from equitable.vocabulary import MISSING_TOKENS

_SIGN: Final = r"([ \x{00A0}]?%)?"
"""A percent sign, which stays where it is."""
_SURE: Final = r"[-+]?(\d+|(\d+|\d{1,3}(\.\d{3})+),\d+)"
"""Numbers with a decimal comma; a dot only together with one, between thousands."""
_COMMA: Final = r"[-+]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"
"""The same where the comma is known to be the decimals'."""
_POINT: Final = r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?"
_EITHER: Final = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
_DOTTED: Final = re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+")
"""Thousands in a file of decimal commas, and else a number with three decimals."""
_WITH_POINT: Final = re.compile(r"[-+]?\d*\.(\d{1,2}|\d{4,})|[-+]?0?\.\d+")
_WITH_COMMA: Final = re.compile(r"[-+]?\d+,(\d{1,2}|\d{4,})|[-+]?0,\d+")
"""Numbers whose point, or comma, can only stand before decimals."""
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
    told: tuple[int, ...] = ()
    """Columns of thousands, as the decimals of other columns tell."""

    def said(self, file: str, named: Callable[[Collection[int]], str]) -> list[str]:
        """In words, for notes; ``named`` lists columns by their places."""
        notes = []
        comma = named([*{*self.form} - {*self.told}]) if self.mark == "," else ""
        if comma:
            notes.append(
                f"{file} writes decimals with a comma, in {comma}: '12,5' was read as"
                " 12.5."
            )
        thousands = named(self.told)
        if thousands:
            between, before = (".", "comma") if self.mark == "," else (",", "point")
            notes.append(
                f"{file} writes decimals with a {before} in other columns, so that"
                f" '1{between}234' in {thousands} was read as 1234. If that is wrong,"
                ' say decimal = "' + between + '" in equity.toml, under [source].'
            )
        unclear = named(self.unclear)
        if unclear:
            notes.append(
                f"{file} writes numbers as in '1,234', in {unclear}, which may be"
                " thousands or decimals, and were not read as numbers: say in"
                ' equity.toml, under [source], decimal = "." or decimal = ",".'
            )
        return notes

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
    columns = {place: _numbers(rows, place) for place in range(width)}
    known = said or _mark_elsewhere(columns.values())
    form: dict[int, str] = {}
    unclear, told = [], []
    for place, values in columns.items():
        commas = [value for value in values if "," in value]
        dotted = any(_DOTTED.fullmatch(value) for value in values)
        if said is None and not commas and not (dotted and known == ","):
            continue
        either = bool(commas) and all(map(_EITHER.fullmatch, commas))
        settled = known if said or either or dotted else None
        wanted = {",": _COMMA, ".": _POINT}.get(settled or "", _SURE) + _SIGN
        if not values or not all(map(_python(wanted).fullmatch, values)):
            continue
        if known is None and either:
            unclear.append(place)
            continue
        form[place] = wanted
        if said is None and (either or dotted):
            told.append(place)
    return Decimals(
        form=form, mark=known or ",", unclear=tuple(unclear), told=tuple(told)
    )


def _python(form: str) -> re.Pattern[str]:
    return re.compile(form.replace(r"\x{00A0}", "\u00a0"))


def _numbers(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    """A column's values without those that say 'no value', or hold one back."""
    values = [row[place].strip() for row in rows if place < len(row)]
    values = [v for v in values if v.casefold() not in MISSING_TOKENS]
    return [v for v in values if re.search(r"\d", v) or not is_suppressed(v)]


def _mark_elsewhere(columns: Iterable[Sequence[str]]) -> str | None:
    """What stands before decimals where all columns that tell it tell the same.

    A column tells it that holds numbers alone, one of which can be read in one way.
    """
    found = set()
    for values in columns:
        bare = [value.rstrip("% \u00a0") for value in values]
        if not bare or not all(re.fullmatch(r"[-+]?[\d.,]*\d", v) for v in bare):
            continue
        found |= {"." for v in bare if _WITH_POINT.fullmatch(v)}
        found |= {"," for v in bare if _WITH_COMMA.fullmatch(v)}
    return found.pop() if len(found) == 1 else None
