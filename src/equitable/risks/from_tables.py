"""Counts of groups, from a table of counts or from any outcome of students."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from equitable.cube.cells import Cells
from equitable.errors import InputError, QuestionError
from equitable.intake.readers.parts import Column
from equitable.intake.where import quote_name
from equitable.measures.disproportionality.categories import (
    IDEA,
    Scope,
    own_scope,
)
from equitable.measures.disproportionality.columns import IdeaColumns
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.settings import IdeaSettings
from equitable.risks.question import (
    Counted,
    RiskQuestion,
    Students,
    given_column,
    race_column,
)
from equitable.vocabulary import (
    NOT_REPORTED,
    WITHHELD,
    Dimension,
    Indicator,
)

_CATEGORY_NAMES: Final = {"category", "ideacategory", "categoryofanalysis", "outcome"}


def from_tables(
    data: Students,
    known: IdeaColumns,
    asked: RiskQuestion,
    settings: IdeaSettings,
    like: Scope | None,
) -> Counted:
    """The counts of the rule's categories, or of one outcome; see ``count_groups``."""
    category = _category_column(data, asked)
    indicator = data.indicator(
        None if asked.count else asked.outcome,
        direction=None if asked.outcome or not asked.count else "lower",
        count=asked.count,
        total=asked.total,
    )
    if not indicator.is_rate:
        raise QuestionError(
            f"'{indicator.label}' is no share of students, and a risk is one",
            file=data.source.name,
            next_step="Give a condition, such as --outcome 'days_absent >= 18', or"
            " --count and --total.",
        )
    if category is not None and settings.total_removals == "removals":
        # Removals may be more than the children of whom they are counted.
        indicator = replace(indicator, snapshot=True)
    by = asked.by or known.group or race_column(data)
    further = {
        "district": given_column(data, asked.district)
        or (known.district if category else None),
        "year": given_column(data, asked.year)
        or known.year
        or (data.schema.year.name if data.schema.year else None),
        "category": category,
    }
    held = {what: name for what, name in further.items() if name is not None}
    dimension = data.schema.dimension(by)
    if dimension.overlapping:
        raise QuestionError(
            f"in the view '{dimension.view}' a student is in several groups, so that"
            " nobody is compared with all others",
            next_step="Ask for race without a view, or for 'federal seven'.",
        )
    cells = data.cube(
        indicators=[indicator], by=[*held.values(), by], where=asked.where
    ).arrays
    added_up = _added_up(data, indicator, cells, [*held.values(), *dimension.columns])
    found, marked = _grouped(cells, indicator, held, dimension, data)
    if category is not None:
        scope, said = IDEA, "The file's rows are counts of the rule's categories."
    else:
        axis = cells.axes[cells.axis(dimension.name)]
        scope = like or own_scope(indicator.name, indicator.label, axis.groups)
        key = next(iter(scope.categories))
        found = [replace(one, category=key) for one in found]
        _refuse_other_groups(found, scope, data)
        said = (
            f"'{indicator.label}' by {dimension.label} is none of the categories of 34"
            " CFR 300.647: its arithmetic is used, and nothing follows from it in law."
        )
    notes = [said, *added_up]
    if marked:
        notes.append(
            f"Of {marked:,} counts the file has no number, or bounds only: they are"
            " taken as withheld, and so is every comparison with them."
        )
    return Counted(
        counts=tuple(found),
        scope=scope,
        notes=tuple(notes),
        provenance=cells.provenance,
        of_students=data.schema.rows_are == "students" and asked.total is None,
    )


def _added_up(
    data: Students, indicator: Indicator, cells: Cells, named: Sequence[str]
) -> list[str]:
    """What rows of counts were added up over.

    Refused where nothing tells them apart but two spellings of one group.
    """
    if indicator.total is None or not bool((cells.students > 1).any()):
        return []
    own = {*named, indicator.total, indicator.count, indicator.column}
    others = [c.name for c in data.source.columns if c.name not in own]
    told = [name for name in others if not _is_number(data.source.columns, name)]
    if not told:
        raise InputError(
            "a group is there twice, under two spellings or in two rows",
            file=data.source.name,
            next_step="Each group has one count for a district, year and category;"
            " remove the repeated row, or the rows of totals.",
        )
    return [f"Rows are added up over {' and '.join(told[:4])}."]


def _is_number(columns: Sequence[Column], name: str) -> bool:
    return next(c.type for c in columns if c.name == name) in {"integer", "number"}


def _category_column(data: Students, asked: RiskQuestion) -> str | None:
    """The column of categories: as named, or one that is called so and holds some."""
    if asked.category is not None:
        return given_column(data, asked.category)
    names = [column.name for column in data.source.columns]
    if asked.total is None and (
        asked.outcome is not None or data.schema.rows_are == "students"
    ):
        return None
    for name in names:
        if "".join(c for c in name.casefold() if c.isalnum()) in _CATEGORY_NAMES:
            values = data.source.query(
                f"SELECT DISTINCT CAST({quote_name(name)} AS VARCHAR) AS v FROM records"
                " LIMIT 500"
            )["v"].to_pylist()
            if any(_is_category(value) for value in values if value):
                return name
    return None


def _is_category(value: str) -> bool:
    try:
        IDEA.category(value)
    except QuestionError:
        return False
    return True


def _grouped(
    cells: Cells,
    indicator: Indicator,
    held: Mapping[str, str],
    dimension: Dimension,
    data: Students,
) -> tuple[list[GroupCount], int]:
    """One count for each group of each line, and how many are not numbers."""
    spelled = {what: data.schema.dimension(name).name for what, name in held.items()}
    table = cells.table(indicator.name, [*spelled.values(), dimension.name])
    moments = table.moments
    found, marked = [], 0
    for row in range(len(table.places)):
        names = table.names(row)
        line = {what: names[name] for what, name in spelled.items()}
        unknown = [what for what, name in line.items() if name == NOT_REPORTED]
        if unknown:
            raise _no_value(data, held[unknown[0]])
        n = int(moments.n[row])
        known = moments.spare[row] == 0 and not (n == 0 and moments.missing[row])
        marked += not known
        found.append(
            GroupCount(
                district=line.get("district", ""),
                year=line.get("year", ""),
                category=line.get("category", indicator.name),
                group=names[dimension.name],
                count=round(float(moments.total[row])) if known else WITHHELD,
                total=n if known else WITHHELD,
            )
        )
    return found, marked


def _no_value(data: Students, column: str) -> InputError:
    row = data.source.first_row(
        f"NULLIF(TRIM(CAST({quote_name(column)} AS VARCHAR)), '') IS NULL"
    )
    return InputError(
        "a row has no value here, and a count without it belongs nowhere",
        file=row.file if row else data.source.name,
        row=row.row if row else None,
        column=column,
        next_step="Fill it in, or leave such rows out with --where.",
    )


def _refuse_other_groups(found: list[GroupCount], scope: Scope, data: Students) -> None:
    """A State's groups are named as the district's are."""
    for one in found:
        if one.group not in {*scope.groups, NOT_REPORTED}:
            raise QuestionError(
                f"the State's file has a group '{one.group}' that the district's has"
                " not",
                file=data.source.name,
                next_step="Name the groups alike in both files: "
                + ", ".join(scope.groups[:8])
                + ".",
            )
