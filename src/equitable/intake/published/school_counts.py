"""Columns of the federal collection hold numbers: what is none is refused by its row.

A code or a mark in place of a number says that there is none.  A word says that
something went wrong with the file, and is not to be left out in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from equitable.errors import InputError
from equitable.intake.profile import cleaned_sql
from equitable.intake.published.blurs import read_mark
from equitable.intake.where import quote_name, quote_value

if TYPE_CHECKING:
    from equitable.intake.source import Source


def refuse_words(source: Source, names: Sequence[str]) -> None:
    """Refuse what is neither a number nor a mark in columns of counts.

    Parameters
    ----------
    source
        An open source; columns that it does not have, or that are of numbers, are
        passed over.
    names
        The columns that are counted.

    Raises
    ------
    InputError
        Naming the file, the row and the column of the first.
    """
    texts = {column.name for column in source.columns if column.type == "text"}
    texts &= {*names}
    if not texts:
        return
    looked = sorted(texts)
    # Plainly first: a thousand columns without a word in them are told in one look.
    listed = ", ".join(
        f"COUNT({quote_name(name)}) - COUNT(TRY_CAST({quote_name(name)} AS DOUBLE))"
        f" AS c{place}"
        for place, name in enumerate(looked)
    )
    found = source.query(f"SELECT {listed} FROM records")
    for place, name in enumerate(looked):
        if found[f"c{place}"][0].as_py():
            _refuse_word_in(source, name)


def _refuse_word_in(source: Source, name: str) -> None:
    text = cleaned_sql(name)
    words = source.query(
        f"SELECT DISTINCT {text} AS t FROM records WHERE {text} IS NOT NULL AND"
        f" TRY_CAST({text} AS DOUBLE) IS NULL ORDER BY t"
    )["t"].to_pylist()
    wrong = next((word for word in words if read_mark(word) is None), None)
    if wrong is None:
        return
    at = source.first_row(f"{text} = {quote_value(wrong)}")
    raise InputError(
        f"'{wrong[:40]}' is not a number",
        file=at.file if at else source.name,
        row=at.row if at else None,
        column=name,
        next_step="Correct the cell, or download the file again.",
    )
