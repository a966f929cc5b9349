"""From a file to risk ratios: which kind of file it is, and the answer.

Three kinds are understood, and which one was found is said: students with the columns
of IDEA's categories; counts with a column of categories; and any outcome for the
groups of any trait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from equitable.answers.risk_ratios import (
    RiskRatioResult,
    answer_risks,
    idea_settings,
)
from equitable.intake.settings_idea import IdeaTable
from equitable.measures.disproportionality.categories import (
    Scope,
)
from equitable.measures.disproportionality.columns import IdeaColumns
from equitable.measures.disproportionality.counts import state_of
from equitable.measures.disproportionality.settings import IdeaSettings
from equitable.risks.from_students import from_students
from equitable.risks.from_tables import from_tables
from equitable.risks.question import (
    Counted,
    RiskQuestion,
    Students,
    given_column,
)
from equitable.version import VERSION


def ask_risks(
    data: Students,
    asked: RiskQuestion,
    *,
    state: Students | None,
    given: Mapping[str, Any],
    show_min: int,
    internal: bool,
    command: str | None,
) -> RiskRatioResult:
    """Count, withhold, and make the ratios; parameters as `Dataset.risk_ratios`."""
    table = data.settings.idea if data.settings else IdeaTable()
    settings = idea_settings(table, given)
    asked = replace(
        asked,
        five_in_kindergarten=asked.five_in_kindergarten or table.five_in_kindergarten,
        columns={**table.columns.model_dump(), **(asked.columns or {})},
    )
    least = 0 if internal else show_min
    own = count_groups(data, asked, settings, least=least)
    whole, notes = None, own.notes
    if state is not None:
        found = count_groups(state, asked, settings, least=least, like=own.scope)
        whole = state_of(found.counts, own.scope)
        notes += tuple(f"The State's file: {note}" for note in found.notes[1:])
    provenance = replace(own.provenance, command=command, version=VERSION)
    if state is not None:
        files = (*provenance.files, *found.provenance.files)
        provenance = replace(provenance, files=files)
    return answer_risks(
        own.counts,
        state=whole,
        scope=own.scope,
        settings=settings,
        notes=notes,
        provenance=provenance,
        of_students=own.of_students,
        show_min=show_min,
        internal=internal,
    )


def count_groups(
    data: Students,
    asked: RiskQuestion,
    settings: IdeaSettings,
    *,
    least: int = 0,
    like: Scope | None = None,
) -> Counted:
    """Count the groups of every category, year and district.

    Parameters
    ----------
    data, asked, settings
        An open data set, the question, and what a count of removals is.
    least
        Fewer students than this are told by no number in the notes.
    like
        The scope of the district's counts, where these are its State's.

    Raises
    ------
    QuestionError, InputError
        Where the columns, the categories or the groups are not those of the question.
    """
    known = _recognised(data, asked)
    of_students = data.schema.rows_are == "students" and asked.total is None
    if of_students and asked.outcome is None and asked.category is None:
        return from_students(data, known, asked, settings, least)
    return from_tables(data, known, asked, settings, like)


def _recognised(data: Students, asked: RiskQuestion) -> IdeaColumns:
    known = IdeaColumns.recognised(column.name for column in data.source.columns)
    given = {
        "group": asked.by,
        "district": given_column(data, asked.district),
        "year": given_column(data, asked.year),
        **{
            what: given_column(data, name)
            for what, name in (asked.columns or {}).items()
        },
    }
    told: dict[str, Any] = {what: name for what, name in given.items() if name}
    return replace(known, **told)
