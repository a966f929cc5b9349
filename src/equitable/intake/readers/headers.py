"""The header row: every column that is used has a name, and a name of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from equitable.errors import InputError
from equitable.intake.names import meaning_of


@dataclass(frozen=True, slots=True)
class Header:
    """The columns that are kept: their places (from 0), their names, what was found."""

    places: tuple[int, ...]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_header(
    cells: Sequence[str],
    samples: Sequence[Sequence[object]],
    *,
    file: str,
    row: int = 1,
    letters: bool = False,
    first: int = 0,
) -> Header:
    """Names from the cells of a header row.

    Parameters
    ----------
    cells
        The header's cells.
    samples
        Rows beneath it, to tell a column without a name from one without anything.
    file, row
        For messages.
    letters, first
        Columns are called ``C`` (a workbook) rather than ``3``; how many columns stand
        before the first cell.

    Raises
    ------
    InputError
        Where a column with values has no name, or two have the same.  Names that
        differ in capitals only count as the same, since SQL takes them for one.
    """
    names = [cell.strip().strip("\ufeff").strip() for cell in cells]
    _refuse_a_record(names, samples, file=file, row=row)
    places, notes = [], []
    empty = []
    for place, name in enumerate(names):
        if name:
            places.append(place)
            continue
        values = [sample[place] if place < len(sample) else "" for sample in samples]
        if all(value is None or not str(value).strip() for value in values):
            empty.append(_called(place + first, letters=letters))
        elif place == 0 and _counts_rows(values):
            notes.append(
                f"The first column of {file} has no name and numbers the rows; it was"
                " left out."
            )
        else:
            raise InputError(
                f"column {_called(place + first, letters=letters)} has values but no"
                " name",
                next_step="Write a name for it in the header row.",
                file=file,
                row=row,
            )
    if empty:
        which = f"Column {empty[0]}" if len(empty) == 1 else f"{len(empty)} columns"
        verb = "has" if len(empty) == 1 else "have"
        it = "it was" if len(empty) == 1 else "they were"
        notes.append(
            f"{which} of {file} {verb} neither name nor values; {it} left out."
        )
    _refuse_doubles(names, places, file=file, row=row, letters=letters, first=first)
    return Header(tuple(places), tuple(names[place] for place in places), tuple(notes))


_OF_A_PERSON: Final = {
    "an e-mail address": re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    "a phone number": re.compile(
        r"(\+?1[ .-]?)?(\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}( ?(x|ext\.?) ?\d+)?"
    ),
    "a social security number": re.compile(r"\d{3}-\d{2}-\d{4}"),
    "a date": re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/(\d{4}|\d{2})"),
}


def _refuse_a_record(
    names: Sequence[str],
    samples: Sequence[Sequence[object]],
    *,
    file: str,
    row: int,
) -> None:
    """Refuse a first row that is a student's: its cells would be taken for names.

    A cell tells it that has a form no column is called by, when those beneath it have
    the same one.  Nothing of the row is quoted.
    """
    for place, name in enumerate(names):
        beneath = [
            str(sample[place]).strip()
            for sample in samples
            if place < len(sample) and sample[place] not in (None, "")
        ]
        for what, form in _OF_A_PERSON.items():
            if not form.fullmatch(name) or not beneath:
                continue
            if all(
                form.fullmatch(text[:10] if what == "a date" else text)
                for text in beneath
            ):
                raise InputError(
                    f"the first row has {what} where the name of a column should be: it"
                    " looks like a student's record",
                    next_step="Add a row above it with a name for each column.",
                    file=file,
                    row=row,
                )


def _known(name: str) -> str:
    """The name where it is a column's; without a header it would be a person's."""
    return f", '{name}'" if meaning_of(name) is not None else ""


def _refuse_doubles(
    names: Sequence[str],
    places: Sequence[int],
    *,
    file: str,
    row: int,
    letters: bool,
    first: int,
) -> None:
    seen: dict[str, int] = {}
    for place in places:
        # SQL folds the letters A to Z and no others.
        folded = "".join(c.lower() if c.isascii() else c for c in names[place])
        if folded in seen:
            other = seen[folded]
            one = _called(other + first, letters=letters)
            two = _called(place + first, letters=letters)
            same = names[other] == names[place]
            raise InputError(
                f"columns {one} and {two} have the same name{_known(names[place])}"
                if same
                else f"columns {one} and {two} have names that differ in capitals only",
                next_step="Give each column a name of its own.",
                file=file,
                row=row,
            )
        seen[folded] = place


def _called(place: int, *, letters: bool) -> str:
    if not letters:
        return str(place + 1)
    text = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        text = chr(65 + digit) + text
    return text


def _counts_rows(values: Sequence[object]) -> bool:
    """Whether they are 1, 2, 3 … or 0, 1, 2 …, as R and pandas number rows."""
    try:
        numbers = [int(str(value).strip()) for value in values]
    except ValueError:
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[
        0
    ] in (0, 1)


def title_rows(rows: Sequence[Sequence[object]]) -> int:
    """How many rows stand above the header.

    A title is a row with a single filled cell (or none, or 'Label:' and its value),
    as long as a wider row of names follows within 20 rows.
    """
    filled = [
        [
            (place, str(cell).strip())
            for place, cell in enumerate(row)
            if cell is not None and str(cell).strip()
        ]
        for row in rows[:60]
    ]
    widest = max((len(cells) for cells in filled), default=0)
    first = next((place for place, cells in enumerate(filled) if cells), 0)
    for place, cells in enumerate(filled[:21]):
        # Of two columns, the first may well have no name.
        single = not cells or (len(cells) == 1 and (cells[0][0] == 0 or widest > 2))
        labelled = len(cells) == 2 and cells[0][1].endswith(":") and widest > 2
        if not single and not labelled:
            # Numbers are no names: then the top row was the header after all.
            return first if any(_is_number(text) for _, text in cells) else place
    return first


def _is_number(text: str) -> bool:
    plain = text.replace(",", ".").removesuffix(".0")
    if plain.isdecimal() and len(plain) == 4 and plain[:2] in {"19", "20"}:
        return False
    try:
        float(plain)
    except ValueError:
        return False
    return True
