"""Tables of published averages and percentages that count no students.

Their columns: the figures themselves, and which of the others is a figure's standard
error, the standard deviation of the students behind it, or their number.  A name says
so, or a person under ``[published]``; nothing is worked out from the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from equitable.errors import QuestionError
from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.defaults import chosen_outcomes
from equitable.intake.meaning.outcomes import from_meaning, no_value_codes
from equitable.intake.meaning.rows import DEVIATION, ERROR, apart, is_beside, is_figure
from equitable.intake.names import marker, meaning_of, words
from equitable.intake.published.dimensions import whole_of
from equitable.intake.published_settings import PublishedSettings
from equitable.vocabulary import Figures, Indicator, Kind, Role

if TYPE_CHECKING:
    from equitable.intake.published.tables import Published
    from equitable.intake.settings import Settings


def figure_columns(
    readings: Sequence[Reading], said: PublishedSettings
) -> tuple[Reading, ...]:
    """The columns of a table of figures that can be compared, in the file's order."""
    if said.averages:
        return tuple(r for r in readings if r.name in said.averages)
    return tuple(
        r
        for r in readings
        if not r.hidden
        and r.role in (Role.OTHER, Role.OUTCOME)
        and is_figure(r.profile)
    )


def figures_of(
    name: str, readings: Sequence[Reading], said: PublishedSettings
) -> Figures:
    """What stands beside a figure's column."""
    others = figure_columns(readings, said)
    return Figures(
        error=said.standard_errors.get(name) or _named(name, readings, others, ERROR),
        deviation=said.deviations.get(name)
        or _named(name, readings, others, DEVIATION),
        students=next((r.name for r in readings if _counts_students(r)), None),
    )


def _counts_students(reading: Reading) -> bool:
    """Whether a column is how many students are behind a row's figures."""
    if reading.yours or reading.role is Role.TOTAL:
        return reading.role is Role.TOTAL
    named = meaning_of(reading.name)
    total = named is not None and named.meaning.role is Role.TOTAL
    return total and reading.profile.is_integer and not reading.hidden


def _named(
    name: str,
    readings: Sequence[Reading],
    figures: Sequence[Reading],
    pattern: re.Pattern[str],
) -> str | None:
    """The column of errors of a figure: the only one, the one of its name, the next."""
    found = [
        r.name
        for r in readings
        if pattern.search(apart(r.name))
        and r.profile.is_numeric
        and r.role not in (Role.DIMENSION, Role.SCHOOL)
        and not r.hidden
    ]
    if len(figures) < 2:
        return found[0] if len(found) == 1 else None
    own = {*words(name)}
    fits = [other for other in found if own <= {*words(other)}]
    if len(fits) == 1:
        return fits[0]
    # 'Mean, SE, Mean, SE': the one that comes straight after it.
    order = [r.name for r in readings]
    place = order.index(name) + 1 if name in order else len(order)
    return order[place] if place < len(order) and order[place] in found else None


class TableFigures:
    """The figures of one table: which columns they are, and each as an indicator."""

    def __init__(
        self,
        readings: Sequence[Reading],
        settings: Settings | None,
        file: str,
        published: Published | None,
    ) -> None:
        self.readings = readings
        self.said = settings.published if settings else PublishedSettings()
        self.file = file
        self.columns = figure_columns(readings, self.said)
        # A class list with each student's average looks just like it, and is not to
        # be shown row by row.
        told = published is not None and published.certain
        self.sure = told or bool(self.said.averages)

    def refuse_unsure(self) -> None:
        """Refuse rows that could be students.

        Raises
        ------
        QuestionError
            Where neither a row of all students nor a person says that they are groups.
        """
        if self.sure:
            return
        name = self.columns[0].name if self.columns else self.readings[0].name
        raise QuestionError(
            "nothing in it says whether a row is a group's published average or one"
            " student's own: no row is of all students",
            file=self.file,
            column=name,
            next_step=unsure_words(name),
        )

    def indicator(self, reading: Reading) -> Indicator:
        """The indicator of a column of figures.

        Raises
        ------
        QuestionError
            Where nothing says whether its 1 is all of the students or one in a hundred.
        """
        profile = reading.profile
        base = replace(
            from_meaning(reading, name=reading.name, total=None),
            missing=no_value_codes(profile),
            figures=figures_of(reading.name, self.readings, self.said),
            hundred=1,
            low=None,
            high=None,
            threshold=None,
        )
        percent = marker(profile.name) == "percent" or profile.shape("percent") >= 0.5
        if reading.name in self.said.percents or percent:
            whole = self.said.percents.get(reading.name) or whole_of(reading, self.file)
            return replace(base, kind=Kind.RATE, hundred=whole, unit="")
        unit = base.unit if base.kind is Kind.MEAN else ""
        return replace(base, kind=Kind.MEAN, unit=unit)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Every figure that can be compared as it stands; else what looks like one."""
        if not self.sure:
            return ()
        found = []
        for reading in self.columns:
            try:
                found.append(self.indicator(reading))
            except QuestionError:
                continue
        if found:
            return tuple(found)
        others = [r for r in self.readings if not is_beside(r.name)]
        return tuple(map(self.of, chosen_outcomes(others, self.file)))

    def declared(self, own: Sequence[Indicator]) -> tuple[Indicator, ...]:
        """Those that a person named, where it is certain that no row is a student."""
        return tuple(map(self.of, own)) if self.sure else ()

    def of(self, found: Indicator) -> Indicator:
        """An indicator that was found otherwise: none of its rows is a student."""
        if found.is_counts:
            return found
        own = next((r for r in self.columns if r.name == found.column), None)
        if own is not None and is_plain(found):
            made = self.indicator(own)
            return replace(
                made,
                name=found.name,
                label=found.label,
                direction=found.direction,
                unit=found.unit or made.unit,
                decimals=found.decimals,
                note=found.note or made.note,
            )
        beside = figures_of(found.column or found.name, self.readings, self.said)
        return replace(found, figures=beside, hundred=1)


def unsure_words(name: str) -> str:
    """What a person can write to say what a row is."""
    return (
        f'If a row is a student, write in equity.toml: [columns] "{name}" = "outcome".'
        f' If it is a group, under [published]: averages = ["{name}"].'
    )


def is_plain(indicator: Indicator) -> bool:
    """Whether no rule is asked of its column's numbers."""
    return not (
        indicator.condition or indicator.true_values or indicator.at_least is not None
    )
