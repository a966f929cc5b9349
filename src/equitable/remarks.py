"""What is said beside a result: what was assumed, and what to be careful about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from equitable.cube.figures import is_figure
from equitable.errors import QuestionError
from equitable.intake.meaning.declared import readings_within
from equitable.intake.meaning.defaults import (
    direction_assumed,
    overlaps,
    total_assumed,
)
from equitable.intake.meaning.open_questions import NOTHING_SAYS, unsaid_directions
from equitable.intake.published.tables import breakdowns_of
from equitable.vocabulary import Dimension, Direction, Indicator

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.settings import Settings
    from equitable.intake.source import Source
    from equitable.vocabulary import Condition


class Asked(Protocol):
    """A data set that questions are put to."""

    source: Source
    schema: Schema
    settings: Settings | None

    def condition(self, where: str | None) -> Condition | None:
        """A condition on rows, read and checked."""


def refuse_outcome_as_group(
    students: Asked, indicator: Indicator, names: Sequence[str]
) -> None:
    """The outcome itself tells its groups apart perfectly, and says nothing."""
    own = {indicator.column, indicator.count, indicator.percent} - {None}
    for name in names:
        if own & {*students.schema.dimension(name).columns}:
            raise QuestionError(
                f"'{name}' is the outcome itself: its groups differ in it by"
                " definition",
                file=students.source.name,
                next_step="Compare it by another column, such as a trait.",
            )


def refuse_rules(students: Asked, indicators: Sequence[Indicator]) -> None:
    """A rule about published figures would count each row as one student."""
    ruled = [
        one for one in indicators if one.figures is not None and not is_figure(one)
    ]
    if ruled:
        raise QuestionError(
            f"'{ruled[0].label}' is a rule, and rows are published figures of groups:"
            " it cannot be asked of averages whom it holds for",
            file=students.source.name,
            next_step="Ask for the column itself; or, if each row is one student, let"
            " 'equitable inspect' write equity.toml and correct it.",
        )


def about_overlaps(
    students: Asked, indicators: Sequence[Indicator], where: str | None
) -> tuple[str, ...]:
    """Rows for everybody beside groups, of rows that the question makes counts."""
    counted = any(indicator.is_counts for indicator in indicators)
    if not counted or students.schema.rows_are != "students":
        return ()
    condition, readings = students.condition(where), students.schema.readings
    if condition is not None:
        readings = tuple(readings_within(students.source, readings, condition))
    known = students.schema.published.totals if students.schema.published else {}
    return tuple(overlaps([r for r in readings if r.name not in known]))


def about_assumptions(
    students: Asked,
    indicators: Sequence[Indicator],
    direction: str | None,
    total: str | None,
) -> tuple[str, ...]:
    """What was assumed of the outcomes, where nobody said it."""
    declared = students.settings.indicators if students.settings else {}
    assumed = [
        indicator
        for indicator in indicators
        if (entry := declared.get(indicator.name)) is None or entry.direction is None
    ]
    notes = [
        direction_assumed(assumed) if direction is None else "",
        *(total_assumed(one) for one in indicators if total is None),
    ]
    return tuple(filter(None, notes))


def about_uncompared(students: Asked, traits: Sequence[Dimension]) -> tuple[str, ...]:
    """Breakdowns of a published table that ``equity.toml`` leaves out of a report."""
    schema = students.schema
    if schema.published is None or schema.rows_are == "students":
        return ()
    compared = {column for trait in traits for column in trait.columns}
    known = {*schema.allowed_columns}
    left = [
        f"'{name}'"
        for name in breakdowns_of(schema.published)
        if name in known - compared
    ]
    if not left:
        return ()
    said = (
        f"Not compared: {', '.join(left)}. The file tells of it, and equity.toml names"
        " other dimensions only: add it there, or ask with --by."
    )
    return (said,)


def with_directions(
    students: Asked,
    indicators: Sequence[Indicator],
    direction: str | None,
    *,
    chosen: bool,
) -> tuple[tuple[Indicator, ...], tuple[str, ...]]:
    """The outcomes of a report, of published figures those with a known direction.

    Whether a group is behind hangs on it, and a page for a board would be turned round.

    Parameters
    ----------
    chosen
        Whether a person named the outcomes.

    Returns
    -------
    Those to show, and what is said of those that are left out.

    Raises
    ------
    QuestionError
        Where nothing says it of one that was named, or of any of them.
    """
    unsaid = unsaid_directions(students.settings, indicators)
    way = read_direction(direction)
    if way is not None:
        # Of what nobody named, a direction is given for what does not tell its own.
        own = unsaid if unsaid and not chosen else indicators
        given = [replace(one, direction=way) if one in own else one
                 for one in indicators]  # fmt: skip
        return tuple(given), ()
    if students.schema.rows_are == "students" or not unsaid:
        return tuple(indicators), ()
    if chosen or len(unsaid) == len(indicators):
        raise QuestionError(
            f"{NOTHING_SAYS} '{unsaid[0].label}' is better, and so whether a group is"
            " behind",
            file=students.source.name,
            next_step="Add --direction lower or --direction higher; or, for each"
            ' outcome, direction = "lower" or "higher" in equity.toml'
            " (equitable inspect writes it).",
        )
    said = [
        f"'{one.label}' is left out: {NOTHING_SAYS} it is"
        " better. Add its direction to equity.toml (equitable inspect writes it)."
        for one in unsaid
    ]
    return tuple(one for one in indicators if one not in unsaid), tuple(said)


def about_years(
    students: Asked,
    indicator: Indicator,
    by: Sequence[str],
    within: Sequence[str],
    where: str | None,
) -> str | None:
    """A caution where the same student may stand in several rows."""
    year, student = students.schema.year, students.schema.student
    counted = indicator.is_counts and students.schema.rows_are == "counts"
    if year is None or (student is None and not counted):
        return None
    held = [r for r in students.schema.readings if r.name in year.columns]
    if all(one.profile.complete and one.profile.distinct < 2 for one in held):
        return None
    condition = students.condition(where)
    if year.name in {students.schema.dimension(name).name for name in by}:
        return None
    if year.name in {students.schema.dimension(name).name for name in within}:
        return (
            "A student may stand in several years' rows. Figures of all years"
            " together, and pooled ones, count such a student once for each year,"
            " and their intervals come out too narrow; each year's own do not."
        )
    if condition:
        # One year is chosen; or one grade, in which a student stands once a year
        # at most, but for those who repeat it.
        grade = students.schema.grade
        chosen = {*year.columns, *(grade.columns if grade else ())}
        if chosen & {*condition.columns}:
            return None
    return (
        "A student may stand in several years' rows; the intervals take every row"
        f" for another student. For one year: --where '{year.name} = …'; for each:"
        f" --within {year.name}."
    )


def read_direction(direction: str | None) -> Direction | None:
    """Which way is better, where a person said it."""
    if direction is None:
        return None
    try:
        return Direction(direction)
    except ValueError as error:
        raise QuestionError(
            f"a direction is 'higher' or 'lower', not '{direction}'",
            next_step="Say which way the outcome is better.",
        ) from error
