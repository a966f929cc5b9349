"""Counts of the rule's categories, from a file of students read by one scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from equitable.cube.scan import scan
from equitable.errors import InputError, QuestionError
from equitable.intake.where import quote_name, quote_value
from equitable.measures.disproportionality.categories import (
    IDEA,
)
from equitable.measures.disproportionality.columns import IdeaColumns
from equitable.measures.disproportionality.settings import IdeaSettings
from equitable.measures.disproportionality.students import Profile, category_counts
from equitable.risks.question import (
    Counted,
    RiskQuestion,
    Students,
    race_column,
)
from equitable.vocabulary import (
    NOT_REPORTED,
    Dimension,
    Role,
)

_YES: Final = {"1", "1.0", "true", "yes", "y", "t"}
_KINDERGARTEN: Final = {*_YES, "k", "kg", "kindergarten", "0", "0.0", "00", "-1", "5k"}


def from_students(
    data: Students,
    known: IdeaColumns,
    asked: RiskQuestion,
    settings: IdeaSettings,
    least: int,
) -> Counted:
    """Counts of every category that a file of students can say."""
    if known.disability is None:
        raise QuestionError(
            "neither an outcome was named, nor does a column say each student's"
            " disability",
            file=data.source.name,
            next_step="Name an outcome (--outcome suspended), or the column in"
            ' equity.toml: [idea.columns] disability = "…".',
        )
    race = asked.by or known.group or race_column(data)
    dimension = data.schema.dimension(race)
    wanted = {
        what: column for what in _READ if (column := getattr(known, what)) is not None
    }
    plain = [_plain(data, what, column) for what, column in wanted.items()]
    cells = scan(
        data.source,
        indicators=(),
        dimensions=[dimension, *plain],
        where=data.condition(asked.where),
    )
    if dimension.overlapping:
        raise QuestionError(
            "a student in several groups cannot be compared with all others",
            next_step="Ask for race without a view, or for 'federal seven'.",
        )
    profiles = []
    for code, students in zip(cells.codes.tolist(), cells.students, strict=True):
        names = [
            axis.groups[axis.members[place][0]]
            for axis, place in zip(cells.axes, code, strict=True)
        ]
        values = {
            what: None if name == NOT_REPORTED else name
            for what, name in zip(wanted, names[1:], strict=True)
        }
        profiles.append(
            Profile(
                group=names[0],
                students=int(students),
                **{
                    _FIELDS.get(what, what): _READ[what](data, wanted[what], value)
                    for what, value in values.items()
                },
            )
        )
    made = category_counts(
        profiles,
        replace(known, group=race),
        settings=settings,
        five_in_kindergarten=asked.five_in_kindergarten,
        least=least,
    )
    how = ", ".join(f"'{column}' ({what})" for what, column in wanted.items())
    return Counted(
        counts=made.counts,
        scope=IDEA,
        notes=(f"Counted from students by '{race}' and {how}.", *made.notes),
        provenance=cells.provenance,
        of_students=True,
    )


def _plain(data: Students, what: str, column: str) -> Dimension:
    """A column whose values are taken as they stand."""
    if column not in data.schema.allowed_columns:
        raise QuestionError(
            f"'{column}' is left unread, as it may tell who a student is",
            file=data.source.name,
            next_step="Say in equity.toml what it is, if it is not an identifier.",
        )
    return Dimension(
        name=f"idea {what}",
        label=column,
        columns=(column,),
        classify=lambda text: ((text or "").strip() or NOT_REPORTED,),
        role=Role.DIMENSION,
    )


def _text(_: Students, __: str, value: str | None) -> str:
    return value or ""


def _maybe_text(_: Students, __: str, value: str | None) -> str | None:
    return value


def _number(data: Students, column: str, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        return float(value)
    except ValueError:
        written = f"TRIM(CAST({quote_name(column)} AS VARCHAR)) = {quote_value(value)}"
        row = data.source.first_row(written)
        raise InputError(
            "a value here is not a number",
            file=row.file if row else data.source.name,
            row=row.row if row else None,
            column=column,
            next_step="Correct the row; leave the field empty where nothing is known.",
        ) from None


def _whole(data: Students, column: str, value: str | None) -> int | None:
    found = _number(data, column, value)
    return None if found is None else int(found // 1)


def _yes(_: Students, __: str, value: str | None) -> bool:
    return (value or "").casefold() in _YES


def _kindergarten(_: Students, __: str, value: str | None) -> bool:
    return (value or "").casefold() in _KINDERGARTEN


_READ: Final[Mapping[str, Any]] = {
    "district": _text,
    "year": _text,
    "age": _whole,
    "kindergarten": _kindergarten,
    "disability": _maybe_text,
    "setting": _maybe_text,
    "out_days": _number,
    "in_days": _number,
    "removals": _whole,
    "other_removal": _yes,
}
_FIELDS: Final = {"kindergarten": "in_kindergarten"}
"""Where a ``Profile`` calls it otherwise than ``IdeaColumns``."""
