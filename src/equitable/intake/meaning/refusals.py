"""Refusals of names: what is not there, and what names people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

from equitable.errors import QuestionError, did_you_mean
from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.rows import RowsAre
from equitable.intake.readers.decimals import refuse_unclear
from equitable.vocabulary import Indicator

if TYPE_CHECKING:
    from equitable.intake.published.tables import Published


def refuse_unknown(name: str, what: str, known: Iterable[str], file: str) -> NoReturn:
    """Refuse a name that nothing goes by, with the nearest that exist.

    Raises
    ------
    QuestionError
        Always.
    """
    thing = "column" if what == "column" else f"{what} or column"
    raise QuestionError(
        f"there is no {thing} '{name}'", file=file, next_step=did_you_mean(name, known)
    )


def only_outcome(indicators: Sequence[Indicator]) -> Indicator:
    """The outcome of a question that names none: there is just one.

    Raises
    ------
    QuestionError
        Where there are several to choose from, or none.
    """
    if len(indicators) == 1:
        return indicators[0]
    listed = did_you_mean("", [one.name for one in indicators], what="outcomes")
    raise QuestionError(
        "no outcome was given",
        next_step=f"Give --outcome with a column. {listed}"
        if indicators
        else "Give --outcome with a column; 'equitable inspect' says what each is.",
    )


def refuse_identifier(reading: Reading, file: str) -> None:
    """Refuse a column that names people.

    Raises
    ------
    QuestionError
        Saying what it was recognised as, and how to correct that.
    """
    if not reading.hidden:
        return
    what = reading.identifier.what if reading.identifier else "an identifier"
    raise QuestionError(
        f"it was recognised as {what} and dropped at intake",
        file=file,
        column=reading.name,
        next_step="Choose another column. If that is wrong, set its role in "
        f'equity.toml: [columns] "{reading.name}" = "dimension".',
    )


def refuse_no_counts(
    reading: Reading, rows: RowsAre, file: str, published: Published | None = None
) -> None:
    """Refuse a column that holds no counts of students.

    Raises
    ------
    QuestionError
        Where it holds percents, or no numbers; or where it names the groups of a
        published table.
    """
    if published is not None and reading.name == published.group:
        raise QuestionError(
            "it is taken for the column that names each row's group, and cannot be a"
            " number of students too",
            file=file,
            column=reading.name,
            next_step="Choose another column; or correct [published] group in"
            " equity.toml.",
        )
    if rows != "counts":  # A count has no decimals: a comma is no mark.
        refuse_unclear(reading.profile, file)
    percents = reading.profile.shape("percent") >= 0.5
    found = reading.profile
    if percents or (found.complete and not found.numbers and found.present):
        raise QuestionError(
            "it has "
            + ("percents" if percents else "no numbers")
            + ", and counts of students are wanted",
            file=file,
            column=reading.name,
            next_step="Choose the columns of whole numbers.",
        )
