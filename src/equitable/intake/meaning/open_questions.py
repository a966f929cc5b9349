"""What a person has yet to say before columns can be compared as outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from equitable.errors import QuestionError
from equitable.intake.meaning.defaults import indicator_columns, proposal_for
from equitable.intake.meaning.outcomes import column_indicator, says_direction
from equitable.vocabulary import Indicator, Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.settings import Settings


NOTHING_SAYS: Final = "nothing in the file says whether more or less of"


def unsaid_directions(
    settings: Settings | None, indicators: Sequence[Indicator]
) -> list[Indicator]:
    """The outcomes whose better direction neither a name nor a person tells."""
    declared = settings.indicators if settings else {}
    return [
        one
        for one in indicators
        if not says_direction(one)
        and ((own := declared.get(one.name)) is None or own.direction is None)
    ]


def to_say(schema: Schema) -> list[str]:
    """A sentence for each outcome that makes no indicator yet, and for what may be one.

    Those of a table of counts are asked for by their count and total, and not here.
    """
    if schema.rows_are != "students":
        return []
    used = {column for one in schema.indicators for column in indicator_columns(one)}
    said = []
    for reading in schema.readings:
        name = reading.name
        if name in used:
            continue
        if reading.key == "gifted" and reading.role is Role.DIMENSION:
            said.append(
                f"'{name}' is taken as a trait of students; who is let into a program "
                f'is also an outcome: ask for it with --outcome "{name}".'
            )
        unasked = reading.role is Role.OUTCOME and not reading.may_name
        if unasked and proposal_for(reading, schema.file) is None:
            try:
                column_indicator(reading, file=schema.file)
            except QuestionError as error:
                said.append(
                    f"'{name}' is an outcome, but {error.problem}. {error.next_step}"
                )
    return said
