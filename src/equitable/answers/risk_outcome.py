"""Counts of any outcome over the groups of any trait, through the cube's one scan."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from equitable.answers.risk_question import (
    Readable,
    RiskCounts,
    RiskQuestion,
    column_of,
    is_of_everyone,
    trait_of,
)
from equitable.cube.cells import Cells as Arrays
from equitable.cube.cells import Table
from equitable.cube.outcomes import outcome_sql
from equitable.cube.scan import key_sql
from equitable.errors import QuestionError
from equitable.intake.published.marks import read_marks
from equitable.measures.disproportionality.columns import IdeaColumns
from equitable.measures.disproportionality.counts import GroupCount, with_nobody
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.scheme import own_outcome
from equitable.vocabulary import (
    NOT_REPORTED,
    WITHHELD,
    Count,
    Dimension,
    Indicator,
    LeftOut,
)

_Known: TypeAlias = tuple[Count, Count, Reason | None]
"""Count, total, and why they are not known."""


def read_outcome(students: Readable, question: RiskQuestion) -> RiskCounts:
    """The counts of one outcome for each group, district and year.

    Raises
    ------
    QuestionError
        Where no outcome or trait was given, or the outcome is no share of students.
    """
    indicator = students.indicator(
        question.outcome, count=question.count, total=question.total
    )
    if not indicator.is_rate:
        raise QuestionError(
            f"'{indicator.label}' is no share of students, and a risk is one",
            file=students.source.name,
            next_step=f"Give a condition, such as --outcome '{indicator.column} >= 1'.",
        )
    if not question.by:
        raise QuestionError(
            "no trait was given whose groups are compared",
            file=students.source.name,
            next_step="For example: --by race.",
        )
    trait = trait_of(students, question.by)
    if {indicator.column, indicator.count} & {*trait.columns}:
        raise QuestionError(
            f"'{question.by}' is the outcome itself: its groups differ in it by"
            " definition",
            file=students.source.name,
            next_step="Compare it by another column, such as a trait.",
        )
    places = _places(students, question)
    dimensions = [trait, *places.values()]
    cells = students.cube(indicators=[indicator], by=dimensions, where=question.where)
    arrays = cells.arrays
    table = arrays.table(indicator.name, [one.name for one in dimensions])
    lacking = _without_numbers(students, question, indicator, dimensions)
    counts = _counts(table, indicator, dimensions, places, lacking)
    groups = arrays.axes[arrays.axis(trait.name)].groups
    if not indicator.is_counts:
        counts += with_nobody(counts, [g for g in groups if g != NOT_REPORTED])
    provenance = cells.provenance
    if not indicator.is_counts:
        apart = (*provenance.left_out, *_in_no_figure(arrays, indicator, trait))
        provenance = replace(provenance, left_out=apart)
    return RiskCounts(
        counts=tuple(counts),
        scheme=own_outcome(indicator.name, indicator.label, groups),
        notes=_notes(students, question, indicator, arrays),
        provenance=provenance,
        of_students=not indicator.is_counts,
    )


def _in_no_figure(
    arrays: Arrays, indicator: Indicator, trait: Dimension
) -> list[LeftOut]:
    """Students of no group, and those of a group without an outcome.

    The rows read less those shown would tell how many they are.
    """
    table = arrays.table(indicator.name, [trait.name])
    groups = [table.names(row)[trait.name] for row in range(len(table.places))]
    nowhere = np.array([group == NOT_REPORTED for group in groups], bool)
    n, missing = table.moments.n, table.moments.missing
    found = {
        f"{trait.label} not reported": int((n + missing)[nowhere].sum()),
        f"no value of {indicator.label}": int(missing[~nowhere].sum()),
    }
    return [
        LeftOut(reason=reason, rows=rows, students=True)
        for reason, rows in found.items()
        if rows
    ]


def _places(students: Readable, question: RiskQuestion) -> dict[str, Dimension]:
    """District and year, where they are asked for; the year also where it is found."""
    found = {}
    settled = question.columns
    district = column_of(students, question.district, settled.district, None)
    if district is not None:
        found["district"] = students.schema.dimension(district)
    year = column_of(students, question.year, settled.year, None)
    if year is not None:
        found["year"] = students.schema.dimension(year)
    elif students.schema.year is not None:
        found["year"] = students.schema.year
    return found


def _counts(
    table: Table,
    indicator: Indicator,
    dimensions: list[Dimension],
    places: dict[str, Dimension],
    lacking: set[tuple[str, ...]],
) -> list[GroupCount]:
    moments, names = table.moments, [one.name for one in dimensions]
    unknown: _Known = (WITHHELD, WITHHELD, Reason.NO_NUMBER)
    found: dict[tuple[str, ...], _Known] = dict.fromkeys(sorted(lacking), unknown)
    for row in range(len(table.places)):
        told = table.names(row)
        key = tuple(told[name] for name in names)
        n, number = int(moments.n[row]), round(float(moments.total[row]))
        if moments.spare[row]:
            found[key] = (WITHHELD, WITHHELD, Reason.IN_FILE)
        elif not n and (key in lacking or moments.missing[row]):
            found[key] = (WITHHELD, WITHHELD, Reason.NO_NUMBER)
        elif number > n and indicator.snapshot:
            found[key] = (WITHHELD, WITHHELD, Reason.MORE_THAN_ENROLLED)
        else:
            found[key] = (number, n, None)
    order = {which: names.index(one.name) for which, one in places.items()}
    return [
        GroupCount(
            district=key[order["district"]] if "district" in order else "",
            year=key[order["year"]] if "year" in order else "",
            category=indicator.name,
            group=key[0],
            count=count,
            total=total,
            because=because,
        )
        for key, (count, total, because) in found.items()
    ]


def _without_numbers(
    students: Readable,
    question: RiskQuestion,
    indicator: Indicator,
    dimensions: list[Dimension],
) -> set[tuple[str, ...]]:
    """In a table of counts, groups whose rows have no number: nobody knows how many."""
    if not indicator.is_counts:
        return set()
    outcome = outcome_sql(indicator, read_marks(students.source, indicator))
    condition = students.condition(question.where)
    kept = f" AND ({condition.sql})" if condition else ""
    keys = ", ".join(
        f"{key_sql(one)} AS k{place}" for place, one in enumerate(dimensions)
    )
    rows = students.source.query(
        f"SELECT DISTINCT {keys} FROM records WHERE {outcome.value} IS NULL{kept}"
    ).to_pylist()
    found = set()
    for row in rows:
        texts = [row[f"k{place}"] for place in range(len(dimensions))]
        if any(map(is_of_everyone, dimensions, texts)):
            continue
        named = [
            one.classify(text) for one, text in zip(dimensions, texts, strict=True)
        ]
        if all(len(names) == 1 for names in named):
            found.add(tuple(names[0] for names in named))
    return found


_OWN: Final = (
    "'{}' is an outcome of your own, none of the 14 categories of 34 CFR 300.647: the"
    " arithmetic is the rule's, and its words are not claimed."
)


def _notes(
    students: Readable, question: RiskQuestion, indicator: Indicator, arrays: Arrays
) -> tuple[str, ...]:
    said = [_OWN.format(indicator.label)]
    settled = question.columns
    if not question.district and not settled.district:
        named = IdeaColumns.recognised(students.schema.allowed_columns).district
        if (
            named is not None
            and named not in students.schema.dimension(question.by or "").columns
        ):
            said.append(
                "All districts together: 'others' are the students of all of them. For"
                f" each district by itself: --district '{named}'."
            )
    if indicator.note:
        said.append(indicator.note)
    years = [one for one in arrays.axes if one.dimension is students.schema.year]
    if not question.year and years and len(years[0].groups) > 1:
        said.append(f"Each year by itself, as column '{years[0].dimension.name}' says.")
    return tuple(said)
