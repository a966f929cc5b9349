"""What is asked about risks, and what every way of reading counts for it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Protocol

from equitable.answers.cells import Cells
from equitable.cube.axes import is_total
from equitable.cube.scan import rows_of
from equitable.errors import (
    EquitableError,
    InputError,
    QuestionError,
    SettingsError,
    did_you_mean,
)
from equitable.intake.idea_settings import IdeaColumnNames, IdeaTable
from equitable.intake.published.groups_named import is_everyone
from equitable.measures.disproportionality.columns import of_counts
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.scheme import THE_RULE, Scheme
from equitable.measures.disproportionality.settings import (
    IdeaSettings,
    Progress,
    Standards,
)
from equitable.vocabulary import Dimension, Indicator, LeftOut, Provenance

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
    notes: tuple[str, ...] = ()
    """What is to be said of the settings."""


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


def risk_question(settings: Settings | None, **asked: Any) -> RiskQuestion:
    """A question put together from what was asked and what ``equity.toml`` says.

    Raises
    ------
    SettingsError
        Where a setting of the State's cannot be followed.
    TypeError
        Where nothing of that name can be asked.
    """
    idea = settings.idea if settings else IdeaTable()
    standards = {name: asked.pop(name, None) for name in _STANDARDS}
    return RiskQuestion(
        settings=settings_of(idea, settings.file if settings else "", **standards),
        five_in_kindergarten=idea.five_in_kindergarten,
        columns=idea.columns,
        notes=set_aside(idea, standards),
        **asked,
    )


_STANDARDS: Final = (
    "min_cell", "min_n", "threshold", "years", "progress", "confidence",
)  # fmt: skip


def settings_of(table: IdeaTable, file: str, **asked: Any) -> IdeaSettings:
    """The State's settings: as asked for, else as ``equity.toml`` says, else as usual.

    Parameters
    ----------
    table, file
        ``[idea]`` and the name of its file, for messages.
    asked
        Fields of ``IdeaSettings``; ``None`` where nobody asked.  ``progress`` is text:
        'any', 'none', a number ('0.25') or a share of the earlier ratio ('10%').

    Raises
    ------
    SettingsError, QuestionError
        Where a setting cannot be followed.
    """
    of_file: dict[str, Any] = {
        name: getattr(table, name) for name in (*_STANDARDS, "total_removals")
    }
    try:
        of_file["by_category"] = {
            key: Standards(
                min_cell=one.min_cell,
                min_n=one.min_n,
                threshold=one.threshold,
                progress=_of_category(one.progress),
            )
            for key, one in table.by_category.items()
        }
        made = _settings(of_file)
    except EquitableError as error:
        raise SettingsError(
            f"[idea] {error.problem}", file=file, next_step=error.next_step
        ) from None
    given = {name: value for name, value in asked.items() if value is not None}
    if not given:
        return made
    # What was asked for holds for every category, whatever the file says of some.
    apart = {name: None for name in given if name in _APART}
    of_file["by_category"] = {
        key: replace(one, **apart) for key, one in of_file["by_category"].items()
    }
    return _settings({**of_file, **given})


_APART: Final = {
    "min_cell": "minimum cell size",
    "min_n": "minimum n-size",
    "threshold": "threshold",
    "progress": "standard of progress",
}
"""What may differ from category to category (300.647(b)(1)(ii)), in words."""


def set_aside(table: IdeaTable, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """What is said where an option goes before the settings of some categories."""
    own = table.by_category.values()
    said = [
        words
        for name, words in _APART.items()
        if asked.get(name) is not None
        and any(getattr(one, name) is not None for one in own)
    ]
    if not said:
        return ()
    note = (
        f"For all categories the {' and the '.join(said)} that was asked for is used,"
        " and not what [idea.by_category] says."
    )
    return (note,)


def _of_category(progress: object) -> Progress | Literal["none"] | None:
    return None if progress is None else read_progress(progress) or "none"


def _settings(given: dict[str, Any]) -> IdeaSettings:
    known = {name: value for name, value in given.items() if value is not None}
    if "progress" in known:
        known["progress"] = read_progress(known["progress"])
    return IdeaSettings(**known)


def read_progress(text: object) -> Progress | None:
    """What a State calls reasonable progress, from its setting.

    >>> read_progress("10%")
    Progress(least_drop=0.1, as_share=True)
    """
    plain = str(text).strip().casefold()
    if plain == "none":
        return None
    if plain == "any":
        return Progress()
    share = plain.endswith("%")
    try:
        drop = float(plain.rstrip("% "))
    except ValueError:
        drop = -1.0
    if isinstance(text, bool) or not 0 <= drop < (100 if share else 1000):
        raise SettingsError(
            "reasonable progress is 'any', 'none', a number such as 0.25, or a share of"
            " the earlier ratio such as '10%'",
            next_step="It says how far the ratio must fall, twice.",
        )
    return Progress(least_drop=round(drop / 100, 12) if share else drop, as_share=share)


def for_state(students: Readable, question: RiskQuestion) -> RiskQuestion:
    """The same question to the State's file: a district's name is not asked of it.

    Raises
    ------
    QuestionError
        Where the condition mixes the district with what the State must meet too.
    """
    condition = students.condition(question.where)
    found = of_counts(students.schema.allowed_columns)
    settled = question.columns
    district = question.district or settled.district or found.get("district")
    if condition is None or district not in condition.columns:
        return replace(question, district=None)
    shared = {
        district,
        question.year or settled.year or found.get("year"),
        question.category or settled.category or found.get("category"),
    }
    if {*condition.columns} - shared:
        raise QuestionError(
            "--where names a district and something else, and the State's counts have"
            " to meet the one and not the other",
            file=students.source.name,
            next_step="Put the rows of the district into a file of their own, and ask"
            " about the rest with --where.",
        )
    return replace(question, district=None, where=None)


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
    reading = students.schema.reading(named)
    if reading is not None:
        students.schema.refuse_identifier(reading)
    raise QuestionError(
        f"there is no column '{named}'",
        file=students.source.name,
        next_step=did_you_mean(named, names),
    )


def check_named(students: Readable, question: RiskQuestion) -> None:
    """Hold every column of ``[idea.columns]`` against the file, used or not.

    Raises
    ------
    SettingsError
        Naming the key, and the nearest column.
    """
    for key, name in question.columns.given().items():
        try:
            if key == "group":
                trait_of(students, name)
            else:
                column_of(students, None, name, None)
        except QuestionError as error:
            at = f" in {students.source.name}"
            raise SettingsError(
                f"[idea.columns] {key} = '{name}': {error.problem}{at}",
                file=students.settings.file if students.settings else None,
                next_step=error.next_step,
            ) from None


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
    source = students.source
    left_out = list(source.left_out)
    if rows > kept:
        left_out.append(
            LeftOut(reason=f"not: {question.where}", rows=rows - kept, students=True)
        )
    return Provenance(
        files=source.files(),
        **rows_of(source, rows),
        left_out=tuple(item for item in left_out if item.rows),
        views={trait.name: trait.view} if trait.view else {},
        where=question.where,
        notes=source.notes,
    )
