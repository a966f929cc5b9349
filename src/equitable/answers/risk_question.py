"""What is asked about risks, and what every way of reading counts for it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NoReturn, Protocol

from equitable.answers.cells import Cells
from equitable.cube.axes import is_total
from equitable.errors import (
    EquitableError,
    InputError,
    QuestionError,
    did_you_mean,
)
from equitable.intake.idea_settings import IdeaColumnNames
from equitable.intake.published.tables import is_everyone
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.scheme import THE_RULE, Scheme
from equitable.measures.disproportionality.settings import IdeaSettings
from equitable.vocabulary import Dimension, Indicator, Provenance

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.settings import Settings
    from equitable.intake.source import Source
    from equitable.vocabulary import Condition


class Readable(Protocol):
    """A data set that counts can be read from."""

    source: Source
    schema: Schema
    settings: Settings | None

    def condition(self, where: str | None) -> Condition | None:
        """A condition on rows, read and checked."""

    def indicator(
        self,
        outcome: str | Indicator | None,
        *,
        count: str | None = None,
        total: str | None = None,
    ) -> Indicator:
        """The indicator that an outcome's name stands for."""

    def cube(
        self,
        *,
        indicators: Sequence[str | Indicator],
        by: Sequence[str | Dimension],
        where: str | None = None,
    ) -> Cells:
        """The cells of one scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskQuestion:
    """What is asked: which columns say what, and the State's settings.

    ``columns`` are names that ``equity.toml`` gives; the options go before them, and
    both before what columns' names say.
    """

    outcome: str | None = None
    by: str | None = None
    count: str | None = None
    total: str | None = None
    year: str | None = None
    district: str | None = None
    category: str | None = None
    where: str | None = None
    settings: IdeaSettings = field(default_factory=IdeaSettings)
    five_in_kindergarten: bool = False
    columns: IdeaColumnNames = field(default_factory=IdeaColumnNames)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCounts:
    """Counts as they were read, before privacy.

    ``states`` are rows of the whole State that stood among those of districts.
    """

    counts: tuple[GroupCount, ...]
    provenance: Provenance
    scheme: Scheme = THE_RULE
    notes: tuple[str, ...] = ()
    states: tuple[GroupCount, ...] = ()
    of_students: bool = False
    """Whether rows of the file are students, so that numbers of rows are, too."""


def column_of(
    students: Readable, asked: str | None, settled: str | None, found: str | None
) -> str | None:
    """A column by option, by ``equity.toml``, or by what its name says.

    Raises
    ------
    QuestionError
        Where a column that a person named is not there.
    """
    named = asked or settled
    if named is None:
        return found
    names = students.schema.allowed_columns
    for name in names:
        if name == named:
            return name
    folded = [name for name in names if name.casefold() == named.casefold()]
    if len(folded) == 1:
        return folded[0]
    raise QuestionError(
        f"there is no column '{named}'",
        file=students.source.name,
        next_step=did_you_mean(named, names),
    )


def trait_of(students: Readable, name: str) -> Dimension:
    """The trait whose groups are compared: each student in exactly one of them.

    Raises
    ------
    QuestionError
        Where there is none of that name, or its groups overlap.
    """
    found = students.schema.dimension(name)
    if found.overlapping:
        raise QuestionError(
            f"the groups of '{name}' overlap, and a risk ratio sets each group against"
            " all others",
            file=students.source.name,
            next_step="Ask for the federal seven groups, or another trait.",
        )
    return found


def is_of_everyone(dimension: Dimension, text: str | None) -> bool:
    """Whether a row is of all groups together ('All Students')."""
    return text is not None and (is_total(dimension, text) or is_everyone(text))


def refuse_at(
    students: Readable,
    condition: str,
    problem: str,
    *,
    column: str | None,
    next_step: str = "",
    kind: type[EquitableError] = InputError,
) -> NoReturn:
    """Refuse the first row that meets a SQL condition, by file, row and column."""
    row = students.source.first_row(condition)
    raise kind(
        problem,
        file=row.file if row else students.source.name,
        row=row.row if row else None,
        column=column,
        next_step=next_step,
    )


def provenance_of(
    students: Readable, question: RiskQuestion, rows: int, kept: int, trait: Dimension
) -> Provenance:
    """Where counts come from that were read without the cube."""
    from equitable.vocabulary import LeftOut  # noqa: PLC0415 - beside its only use

    source = students.source
    left_out = list(source.left_out)
    if rows > kept:
        left_out.append(
            LeftOut(reason=f"not: {question.where}", rows=rows - kept, students=True)
        )
    return Provenance(
        files=source.files(),
        rows_read=rows,
        left_out=tuple(item for item in left_out if item.rows),
        views={trait.name: trait.view} if trait.view else {},
        where=question.where,
        notes=source.notes,
    )


def at_years(counts: RiskCounts, year: str) -> RiskCounts:
    """The same counts under another year's name, where they are of one year."""
    return replace(
        counts, counts=tuple(replace(one, year=year) for one in counts.counts)
    )
