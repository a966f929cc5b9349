"""Codes of groups in files whose publisher is known by their columns.

A code is only read so where the file's own columns say whose file it is, and every
value of the column is one of that publisher's codes; and it is said.  The codes are
those of the file structures that the California Department of Education publishes for
its expulsion and suspension files of 2011-12 to 2014-15, for its files by reporting
category (suspension, absenteeism, graduation), and for its dashboard.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_CALIFORNIA: Final = "California Department of Education"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A publisher's codes.

    ``columns`` are names (letters and digits, case-folded) that its files have, of
    which each line lists the spellings of one; ``group`` is that of the codes' column.
    """

    publisher: str
    columns: tuple[tuple[str, ...], ...]
    group: tuple[str, ...]
    labels: Mapping[str, str]


_ETHNICITIES: Final = {
    "0": "Not reported",
    "1": "American Indian or Alaska Native",
    "2": "Asian",
    "3": "Pacific Islander",
    "4": "Filipino",
    "5": "Hispanic or Latino",
    "6": "Black or African American",
    "7": "White",
    "9": "Two or more races",
}
_CATEGORIES: Final = {
    "ta": "All students",
    "rb": "Black or African American",
    "ri": "American Indian or Alaska Native",
    "ra": "Asian",
    "rf": "Filipino",
    "rh": "Hispanic or Latino",
    "rd": "Race not reported",
    "rp": "Pacific Islander",
    "rt": "Two or more races",
    "rw": "White",
    "gm": "Male",
    "gf": "Female",
    "gx": "Nonbinary",
    "gz": "Gender not reported",
    "se": "English learners",
    "sd": "Students with disabilities",
    "ss": "Socioeconomically disadvantaged",
    "sm": "Migrant",
    "sf": "Foster youth",
    "sh": "Homeless",
    "grtk": "Grade TK",
    "grtkk": "Grades TK-K",
    "grtkkn": "Grades TK-K",
    "grkn": "Grade K",
    "grk": "Grade K",
    "gr13": "Grades 1-3",
    "gr46": "Grades 4-6",
    "gr78": "Grades 7-8",
    "grk8": "Grades K-8",
    "grtk8": "Grades TK-8",
    "gr912": "Grades 9-12",
    "grug": "Ungraded",
}
_DASHBOARD: Final = {
    "all": "All students",
    "aa": "Black or African American",
    "ai": "American Indian or Alaska Native",
    "as": "Asian",
    "fi": "Filipino",
    "hi": "Hispanic or Latino",
    "pi": "Pacific Islander",
    "wh": "White",
    "mr": "Two or more races",
    "el": "English learners",
    "ltel": "Long-term English learners",
    "sed": "Socioeconomically disadvantaged",
    "swd": "Students with disabilities",
    "fos": "Foster youth",
    "hom": "Homeless",
}
_BREAKDOWNS: Final = {
    "race not reported": "race",
    "gender not reported": "gender",
    "nonbinary": "gender",
    "foster youth": "foster",
    "filipino": "race",
    "pacific islander": "race",
    "long-term english learners": "long_term_english_learner",
}
"""Breakdowns of labels that would not tell them by themselves."""

ORIGINS: Final = (
    Origin(
        publisher=_CALIFORNIA,
        columns=(
            ("aggegatelevel", "aggregatelevel", "agglevel"),
            ("cds", "cdscode"),
            ("disciplinetype",),
        ),
        group=("ethnicity",),
        labels=_ETHNICITIES,
    ),
    Origin(
        publisher=_CALIFORNIA,
        columns=(("aggregatelevel",), ("academicyear",)),
        group=("reportingcategory",),
        labels=_CATEGORIES,
    ),
    Origin(
        publisher=f"{_CALIFORNIA}'s dashboard",
        columns=(("rtype",), ("currdenom",), ("currnumer", "currstatus")),
        group=("studentgroup",),
        labels=_DASHBOARD,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A column of codes: from each code, case-folded, to its label."""

    column: str
    publisher: str
    labels: Mapping[str, str]

    def said(self) -> str:
        """In words, for a note."""
        listed = list(self.labels.items())
        shown = ", ".join(f"{code.upper()} is {label}" for code, label in listed[:3])
        more = f", and {len(listed) - 3} more" if len(listed) > 3 else ""
        return (
            f"The codes in '{self.column}' were read as those of the {self.publisher},"
            f" as the file's columns are its: {shown}{more}."
        )


def read_codes(values: Mapping[str, Sequence[str]]) -> Coded | None:
    """The codes of a file whose publisher its columns tell; else ``None``.

    Parameters
    ----------
    values
        The different values of each column, by its name; none for columns of many.
    """
    names = {_folded(name): name for name in values}
    for origin in ORIGINS:
        if not all(any(n in names for n in spelled) for spelled in origin.columns):
            continue
        column = next((names[name] for name in origin.group if name in names), None)
        if column is None:
            continue
        held = {text.strip().casefold().removesuffix(".0") for text in values[column]}
        if held and held <= set(origin.labels):
            labels = {code: origin.labels[code] for code in sorted(held)}
            return Coded(column=column, publisher=origin.publisher, labels=labels)
    return None


def breakdown_named(label: str) -> str | None:
    """The breakdown of one of the labels above, where its words do not tell it."""
    plain = label.casefold()
    if plain.startswith(("grade ", "grades ", "ungraded")):
        return "grade_span"
    return _BREAKDOWNS.get(plain)


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
