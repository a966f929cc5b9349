"""Counts of a file of students: age, disability, setting and removals of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final

from equitable.answers.risk_question import (
    Readable,
    RiskCounts,
    RiskQuestion,
    column_of,
    is_of_everyone,
    provenance_of,
    refuse_at,
    trait_of,
)
from equitable.cube.outcomes import is_missing, number_of, text_of
from equitable.cube.scan import key_sql
from equitable.cube.tally import tally
from equitable.errors import InputError, QuestionError, SettingsError
from equitable.intake.names import no_words, read_grade, yes_words
from equitable.intake.where import quote_name, quote_value
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    GROUPS,
    federal_group,
    school_year,
)
from equitable.measures.disproportionality.columns import (
    IdeaColumns,
    read_disability,
    read_setting,
)
from equitable.measures.disproportionality.counts import with_nobody
from equitable.measures.disproportionality.students import Profile, category_counts
from equitable.vocabulary import Dimension

_BAD: Final = -1
"""Stands for a value that cannot be right, until its row is found."""
_DAYS: Final = {0: 0.0, 1: 10.0, 2: 11.0}
"""Days of removal as the rule asks: none, ten or fewer, more."""


def student_columns(students: Readable, question: RiskQuestion) -> IdeaColumns | None:
    """What a file of students says; ``None`` where it has no disability and group."""
    names = students.schema.allowed_columns
    found = IdeaColumns.recognised(names)
    settled = question.columns.given()
    asked = {"group": question.by, "district": question.district, "year": question.year}
    held: dict[str, str | None] = {}
    for key in (f.name for f in fields(IdeaColumns)):
        if key == "group":
            held[key] = question.by or settled.get(key) or found.group
        else:
            recognised = getattr(found, key)
            held[key] = column_of(
                students, asked.get(key), settled.get(key), recognised
            )
    if held["disability"] is None or held["group"] is None:
        return None
    return IdeaColumns(**held)


def read_students(
    students: Readable, question: RiskQuestion, columns: IdeaColumns
) -> RiskCounts:
    """The counts of every category that the columns are enough for.

    Raises
    ------
    InputError
        Naming file, row and column of the first value that is not understood; or where
        a student stands in two rows of a district and year.
    SettingsError
        Where children aged 5 in kindergarten are to count and nobody can say who is.
    """
    trait = trait_of(students, str(columns.group))
    keys = _keys(students, question, columns, trait)
    condition = students.condition(question.where)
    found = tally(students.source, keys, condition)
    if not found.num_rows:
        raise InputError(
            "no row meets the condition" if condition else "there are no students",
            file=students.source.name,
        )
    values = {name: found[name].to_pylist() for name in found.column_names}
    only = f"({condition.sql}) AND " if condition else ""
    _refuse_what_cannot_be(students, columns, keys, values, only)
    groups = _groups(students, trait, values["group"], keys["group"], only)
    _refuse_doubled(students, columns, only)
    profiles = [
        Profile(
            group=groups[one["group"]],
            students=one["students"],
            district=one.get("district") or "",
            year=one.get("year") or "",
            age=one.get("age"),
            in_kindergarten=_in_kindergarten(one),
            disability=one.get("disability"),
            setting=one.get("setting"),
            out_days=_DAYS[one.get("out_days") or 0],
            in_days=_DAYS[one.get("in_days") or 0],
            removals=one.get("removals"),
            other_removal=bool(one.get("other_removal")),
        )
        for one in found.to_pylist()
    ]
    made = category_counts(
        profiles,
        columns,
        settings=question.settings,
        five_in_kindergarten=question.five_in_kindergarten,
    )
    kept = sum(values["students"])
    rows = kept
    if condition:
        rows = students.source.query("SELECT COUNT(*) AS n FROM records")["n"][0]
        rows = rows.as_py()
    provenance = provenance_of(students, question, rows, kept, trait)
    wanted = _wanted(question)
    return RiskCounts(
        counts=tuple(
            one
            for one in (*made.counts, *with_nobody(made.counts, GROUPS))
            if wanted is None or one.category == wanted
        ),
        notes=made.notes,
        provenance=replace(provenance, left_out=(*provenance.left_out, *made.left_out)),
        of_students=True,
    )


def _wanted(question: RiskQuestion) -> str | None:
    """The one category that was asked for, if one was."""
    return question.outcome if question.outcome in CATEGORIES else None


# ------------------------------------------------------------------ what is read


def _keys(
    students: Readable,
    question: RiskQuestion,
    columns: IdeaColumns,
    trait: Dimension,
) -> dict[str, str]:
    """SQL for each value that the categories ask, as coarse as they ask it."""
    keys = {"group": key_sql(trait)}
    for key in ("district", "year", "disability", "setting"):
        name = getattr(columns, key)
        if name is not None:
            keys[key] = f"NULLIF(TRIM(CAST({quote_name(name)} AS VARCHAR)), '')"
    if columns.age is not None:
        age = number_of(columns.age)
        keys["age"] = _when(
            columns.age,
            f"NOT COALESCE({age} BETWEEN 0 AND 130, FALSE)",
            f"WHEN {age} < 3 THEN 2 WHEN {age} < 5 THEN 3 WHEN {age} < 6 THEN 5"
            f" WHEN {age} < 22 THEN 6 ELSE 22",
            nothing="NULL",
        )
    for key in ("out_days", "in_days"):
        name = getattr(columns, key)
        if name is not None:
            days = number_of(name)
            keys[key] = _when(
                name,
                f"NOT COALESCE({days} >= 0, FALSE)",
                f"WHEN {days} = 0 THEN 0 WHEN {days} <= 10 THEN 1 ELSE 2",
            )
    if columns.removals is not None:
        number = number_of(columns.removals)
        events = question.settings.total_removals == "removals"
        keys["removals"] = _when(
            columns.removals,
            f"NOT COALESCE({number} >= 0 AND {number} = ROUND({number}), FALSE)",
            f"ELSE {f'CAST({number} AS BIGINT)' if events else f'LEAST({number}, 1)'}",
        )
    if columns.other_removal is not None:
        keys["other_removal"] = _yes(columns.other_removal)
    if question.five_in_kindergarten:
        keys |= _kindergarten(students, columns)
    return keys


def _when(column: str, bad: str, otherwise: str, *, nothing: str = "0") -> str:
    return (
        f"CAST(CASE WHEN {is_missing(column)} THEN {nothing} WHEN {bad} THEN {_BAD}"
        f" {otherwise} END AS BIGINT)"
    )


def _yes(column: str) -> str:
    """1 for yes or a number above 0, 0 for no or nothing."""
    text, number = text_of(column), number_of(column)
    yes = ", ".join(quote_value(word) for word in sorted(yes_words()))
    no = ", ".join(quote_value(word) for word in sorted(no_words()))
    known = f"{text} IN ({yes}) OR {text} IN ({no}) OR {number} >= 0"
    return _when(
        column,
        f"NOT COALESCE({known}, FALSE)",
        f"WHEN {text} IN ({yes}) OR {number} > 0 THEN 1 ELSE 0",
    )


def _kindergarten(students: Readable, columns: IdeaColumns) -> dict[str, str]:
    if columns.kindergarten is not None:
        return {"kindergarten": _yes(columns.kindergarten)}
    grade = students.schema.grade
    if grade is None or len(grade.columns) != 1 or columns.age is None:
        raise SettingsError(
            "children aged 5 in kindergarten are to count, and no column says who is"
            " in kindergarten (or how old)",
            file=students.source.name,
            next_step="Name the column under [idea.columns] in equity.toml, or take"
            " five_in_kindergarten away.",
        )
    return {"grade": f"TRIM(CAST({quote_name(grade.columns[0])} AS VARCHAR))"}


def _in_kindergarten(one: Mapping[str, Any]) -> bool:
    if one.get("kindergarten"):
        return True
    return bool(one.get("grade")) and read_grade(one["grade"]) == "K"


# ------------------------------------------------------------------ what is refused

_NUMBERS: Final = {
    "age": "this is no age in years",
    "out_days": "this is no number of days out of school (0 or more)",
    "in_days": "this is no number of days of in-school suspension (0 or more)",
    "removals": "this is no number of removals (a whole number from 0)",
    "other_removal": "this says neither yes nor no",
    "kindergarten": "this says neither yes nor no",
}

_DISABILITIES: Final = (
    "the 13 categories in words or as SLD, ED, OHI, ID, AUT, SLI, TBI, OI, HI, VI, DB,"
    " MD, DD; leave it empty where there is none"
)
_SETTINGS: Final = (
    "it in words or as RC80, RC79TO40, RC39, SS, RF, HH, CF; leave it empty where there"
    " is none"
)


def _refuse_what_cannot_be(
    students: Readable,
    columns: IdeaColumns,
    keys: Mapping[str, str],
    values: Mapping[str, list[Any]],
    only: str,
) -> None:
    for key, said in _NUMBERS.items():
        if _BAD in values.get(key, ()):
            refuse_at(
                students, f"{only}{keys[key]} = {_BAD}", said,
                column=getattr(columns, key),
                next_step="Correct it, or leave the cell empty where it is not known.",
            )  # fmt: skip
    for key, read, known in (
        ("disability", read_disability, _DISABILITIES),
        ("setting", read_setting, _SETTINGS),
    ):
        for text in dict.fromkeys(values.get(key, ())):
            if read(text) is None:
                refuse_at(
                    students, f"{only}{keys[key]} = {quote_value(text)}",
                    f"this {key} is not understood",
                    column=getattr(columns, key), next_step=f"Write {known}.",
                )  # fmt: skip
    for key in ("district", "year"):
        if None in values.get(key, ()):
            refuse_at(
                students, f"{only}{keys[key]} IS NULL", f"this student has no {key}",
                column=getattr(columns, key),
                next_step="Write it in, or leave the row out with --where.",
            )  # fmt: skip
    years = list(dict.fromkeys(values.get("year", ())))
    for text in years if len(years) > 1 else ():
        try:
            school_year(text)
        except InputError as error:
            refuse_at(
                students, f"{only}{keys['year']} = {quote_value(text)}", error.problem,
                column=columns.year, next_step=error.next_step,
            )  # fmt: skip


def _groups(
    students: Readable, trait: Dimension, texts: list[Any], key: str, only: str
) -> dict[str | None, str]:
    """From what the file says to the federal seven."""
    found: dict[str | None, str] = {}
    for text in dict.fromkeys(texts):
        names = trait.classify(text)
        everyone = is_of_everyone(trait, text) or len(names) != 1
        try:
            found[text] = federal_group("" if everyone else names[0]) or names[0]
        except QuestionError as error:
            same = f"{key} IS NULL" if text is None else f"{key} = {quote_value(text)}"
            refuse_at(
                students, only + same, "this is not one of the seven federal groups",
                column=trait.columns[0], next_step=error.next_step,
            )  # fmt: skip
    return found


def _refuse_doubled(students: Readable, columns: IdeaColumns, only: str) -> None:
    """A student in two rows of one district and year would be counted twice."""
    number = students.schema.student
    if number is None:
        return
    named = [number, *filter(None, (columns.district, columns.year))]
    listed = ", ".join(f"CAST({quote_name(name)} AS VARCHAR)" for name in named)
    known = f"{only}NOT {is_missing(number)}"
    doubled = students.source.query(
        f"SELECT 1 FROM records WHERE {known} GROUP BY {listed} HAVING COUNT(*) > 1"
        " LIMIT 1"
    )
    if doubled.num_rows:
        refuse_at(
            students,
            f"{known} QUALIFY ROW_NUMBER() OVER (PARTITION BY {listed}) = 2",
            "this student stands in a row before, and would be counted twice",
            column=number,
            next_step="A row a student (in each district and year) is wanted; add the"
            " days and removals of one student up first.",
        )
