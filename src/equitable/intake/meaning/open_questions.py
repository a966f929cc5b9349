"""What a person has yet to say before columns can be compared as outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitable.errors import QuestionError
from equitable.intake.meaning.defaults import indicator_columns, proposal_for
from equitable.intake.meaning.outcomes import column_indicator
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema


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
