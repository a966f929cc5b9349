"""Why a published table makes no rate, and how to lay it out so that it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.figures import figure_columns, unsure_words
from equitable.intake.meaning.sizes import is_share, reached
from equitable.intake.names import marker
from equitable.intake.published.figures import with_marks
from equitable.intake.published.wide import one_number_a_group, shares_alone
from equitable.intake.published_settings import PublishedSettings
from equitable.intake.quality.findings import listed
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema

_LAY_OUT = (
    "Lay it out with a row for each school and group, such as 'School, Group,"
    " Suspended, Enrolled'; or give each group two columns, such as 'White suspended'"
    " and 'White enrolled'."
)


def hint(schema: Schema) -> str:
    """What the table lacks to make a rate, and what to do; empty where nothing is told.

    Told where no outcome was found in a table that is not of students.
    """
    readings = schema.readings
    alone = one_number_a_group(with_marks([r.profile for r in readings]))
    if alone:
        named = listed([f"'{name}'" for name in alone])
        return (
            f"Its columns {named} hold one number for each group, and a rate takes two:"
            f" how many, of how many. {_LAY_OUT}"
        )
    if schema.rows_are == "students":
        return ""
    figures = figure_columns(readings, PublishedSettings())
    if schema.rows_are == "figures" and figures:
        return unsure_words(figures[0].name)
    total = schema.total_column
    bare = shares_alone([r.profile for r in readings])
    if bare:
        named = listed([f"'{name}'" for name in bare[:4]])
        return (
            f"{named} are percentages of groups, and no column says how many students"
            " each group has: a percentage of 4 students is not one of 400. Ask the"
            " publisher for the numbers, and give each group a column for them, such as"
            " 'White %' and 'White N'."
        )
    shares = [r for r in readings if _may_be_share(r)]
    if shares and total is None:
        named = listed([f"'{r.name}'" for r in shares])
        return (
            f"{named} {'is' if len(shares) == 1 else 'are'} of percentages, and no"
            " column says of how many students. Ask the publisher for the numbers of"
            " students, and add them as a column."
        )
    if shares and total is not None:
        name = shares[0].name
        if is_share(shares[0]):
            return f'For a rate, ask with --percent "{name}" --total "{total}".'
        return (
            f"'{name}' may be a share of '{total}', and nothing says whether its 1"
            " means all of the students or one in a hundred. Say it in equity.toml,"
            f' under [published]: percents = {{ "{name}" = 1 }}, or 100; and ask with'
            f' --percent "{name}" --total "{total}".'
        )
    return ""


def lonely_columns(readings: Sequence[Reading]) -> tuple[str, ...]:
    """Columns that are one number for each group: no trait of anybody."""
    return one_number_a_group(with_marks([r.profile for r in readings]))


def _may_be_share(reading: Reading) -> bool:
    profile = reading.profile
    if reading.role in (Role.TOTAL, Role.IDENTIFIER, Role.STUDENT):
        return False
    share = profile.is_numeric and not profile.is_integer and (profile.high or 0) <= 1
    named = reached(reading) or marker(reading.name) == "percent"
    return is_share(reading) or (share and named)
