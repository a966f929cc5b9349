"""The meaning of a source: which dimensions and indicators can be asked of it.

Made from a sample of the rows, so that opening ten million of them takes no longer
than opening ten thousand; the scan then holds every row against what is said here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn

from equitable.errors import QuestionError
from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.declared import readings_within
from equitable.intake.meaning.declared_outcomes import declared_indicator
from equitable.intake.meaning.defaults import (
    assumptions,
    chosen_outcomes,
    chosen_traits,
    indicator_columns,
    outcomes_of_counts,
    total_of_count,
)
from equitable.intake.meaning.figures import TableFigures
from equitable.intake.meaning.groups import (
    apart_from_view,
    by_any_name,
    column_dimension,
    flags_dimension,
    hispanic_beside,
    is_called,
    is_race,
    race_flags,
    refuse_as_groups,
    refuse_people,
)
from equitable.intake.meaning.one_group import kept_apart
from equitable.intake.meaning.outcomes import (
    column_indicator,
    condition_indicator,
    counts_indicator,
    is_expression,
    no_value_codes,
)
from equitable.intake.meaning.refusals import (
    only_outcome,
    refuse_identifier,
    refuse_no_counts,
    refuse_unknown,
)
from equitable.intake.meaning.rows import RowsAre
from equitable.intake.meaning.sizes import is_share
from equitable.intake.published.dimensions import (
    indicator_named,
    indicators_of,
    percent_indicator,
    refuse_mixed,
    with_totals,
)
from equitable.intake.published.groups_named import breakdown_of
from equitable.intake.readers.decimals import refuse_unclear
from equitable.vocabulary import Break, Condition, Dimension, Direction, Indicator, Role

if TYPE_CHECKING:
    from equitable.intake.published.tables import Published
    from equitable.intake.settings import DimensionSettings, Settings
    from equitable.intake.source import Source

SHOWN: Final = 8  # dimensions and indicators of a report that nobody chose
FLAGS: Final = "race"  # what yes/no columns of races make


class Schema:
    """Dimensions and indicators of one source, by every name they go by."""

    def __init__(
        self,
        file: str,
        readings: Sequence[Reading],
        rows: RowsAre,
        settings: Settings | None = None,
        totals: Mapping[str, str] | None = None,
        published: Published | None = None,
    ) -> None:
        self.file = file
        self.readings = tuple(readings)
        self.rows_are = rows
        self.settings = settings
        self.totals = dict(totals or {})  # from a count to its total, as percents show
        self.published = published
        self.said: tuple[str, ...] = ()  # of the values that the settings name
        self.breaks: tuple[Break, ...] = ()
        self.apart: frozenset[str] = frozenset()
        self.own_names: Mapping[str, frozenset[str]] = {}
        self._flags = race_flags(self.readings)
        if settings is not None:
            settings.check_columns([r.name for r in self.readings], file)

    # ------------------------------------------------------------------- dimensions

    def dimension(self, name: str) -> Dimension:
        """A dimension by its name, its column's name or its label.

        A view of race is asked for after a colon: ``race:alone or in combination``.

        Raises
        ------
        QuestionError
            Where there is none, or where its column cannot be groups.
        """
        view = None
        if ":" in name and self.reading(name) is None:
            name, view = apart_from_view(name)
        name = name.strip()
        found = self._declared_dimension(name, view)
        found = found or self._column_dimension(name, view)
        found = self._finished(found)
        if view is None:
            return found
        if found.view != view:
            raise QuestionError(
                f"'{name}' is not recognised as race, so it has no view '{view}'",
                file=self.file,
                next_step="Say in equity.toml what its values mean: "
                f'[dimensions.{name}] values = {{ "code" = "White", … }}.',
            )
        # Two views of the same trait can be asked for together.
        return replace(found, name=f"{found.name}:{view}")

    def _declared_dimension(self, name: str, view: str | None) -> Dimension | None:
        declared = self.settings.dimensions if self.settings else {}
        for given, entry in declared.items():
            label = entry.label or given
            known = {given.casefold(), label.casefold()}
            known |= {c.casefold() for c in entry.columns if len(entry.columns) == 1}
            if name.casefold() in known:
                return self._from_settings(given, entry, view)
        return None

    def _from_settings(
        self, name: str, entry: DimensionSettings, view: str | None
    ) -> Dimension:
        columns = entry.columns or (name,)
        readings = [self._groupable(column, yours=True) for column in columns]
        if len(readings) == 1:
            return column_dimension(readings[0], name=name, settings=entry, view=view)
        if len(readings) == 2 and is_race(readings[0]):
            return column_dimension(
                readings[0],
                name=name,
                settings=entry,
                view=view,
                hispanic=readings[1],
            )
        return flags_dimension(name, readings, settings=entry, view=view)

    def _column_dimension(self, name: str, view: str | None) -> Dimension:
        reading = self.reading(name)
        if reading is None and self._flags and name.casefold() in (
            FLAGS, "race and ethnicity", "ethnicity",
        ):  # fmt: skip
            return flags_dimension(FLAGS, self._flags, view=view)
        if reading is None:
            reading = self._by_meaning(name)
        if reading is None:
            self.refuse_unknown(name, "dimension")
        reading = self._groupable(reading.name)
        beside = hispanic_beside(reading, self.readings) if is_race(reading) else None
        return column_dimension(reading, view=view, hispanic=beside)

    def _by_meaning(self, name: str) -> Reading | None:
        """'race' where the column is 'ethnicity': only where just one fits."""
        fits = [
            reading
            for reading in self.readings
            if reading.role in (Role.DIMENSION, Role.SCHOOL, Role.GRADE, Role.YEAR)
            and not reading.family
            and (
                is_called(reading, name)
                or (self.published and reading.name == breakdown_of(name))
            )
        ]
        return fits[0] if len(fits) == 1 else None

    def _groupable(self, name: str, *, yours: bool = False) -> Reading:
        reading = self.reading(name)
        if reading is None:
            self.refuse_unknown(name, "column")
        self.refuse_identifier(reading)
        if not yours:
            refuse_people(reading, self.file)
        refuse_as_groups(reading, self.file)
        refuse_mixed(reading.name, self.published, self.file)
        return reading

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What a report compares when nobody chose, most useful first.

        Those of ``equity.toml`` where it has any; else the traits that were
        recognised, of columns repeated by grade the fullest one.
        """
        if self.settings is not None and self.settings.dimensions:
            return tuple(self.dimension(name) for name in self.settings.dimensions)
        first = self.indicators[:1]
        grade = self._grade_of(first[0]) if first else None
        own = self.published if self.rows_are != "students" else None
        chosen = chosen_traits(self.readings, self._flags, grade, own, most=SHOWN)
        return tuple(map(self._as_dimension, chosen))

    def _as_dimension(self, reading: Reading) -> Dimension:
        if self._flags and reading is self._flags[0]:
            return flags_dimension(FLAGS, self._flags)
        return self._finished(self._column_dimension(reading.name, None))

    def _finished(self, found: Dimension) -> Dimension:
        """With what stands for everybody in it, and by its groups' old names."""
        published = self.published if self.rows_are != "students" else None
        found = kept_apart(with_totals(found, published), self.own_names)
        if self.settings is None:
            return found
        told = published.named_by if published else ()
        return by_any_name(found, (*found.columns, *told), self.settings)

    # ------------------------------------------------------------------- indicators

    def indicator(
        self,
        outcome: str | None,
        *,
        direction: Direction | None = None,
        count: str | None = None,
        total: str | None = None,
        percent: str | None = None,
    ) -> Indicator:
        """An indicator by its name, its column's name, or as a condition.

        Parameters
        ----------
        outcome
            A name, a column, or a condition such as ``math3 >= 600``; with ``count``
            and ``total`` it only names the result, and may be ``None``.
        percent
            A column of published percentages of ``total``, in place of ``count``.
        count, total
            Columns of a table of counts; ``total`` alone says how many students each
            row stands for.

        Raises
        ------
        QuestionError
            Where there is none, or the column cannot be an outcome as it stands.
        """
        for column in (count, total):
            if column is not None:
                self._numbers(column)
        if self.rows_are == "figures" and count is None and total is None:
            found = self._figure((percent or outcome or "").strip())
            return replace(found, direction=direction) if direction else found
        if percent is not None:
            return self.percent(outcome, percent, total, direction)
        if count is not None:
            if total is None:
                raise QuestionError(
                    "a count needs the total that it is part of",
                    next_step=total_of_count(count, self.total_column),
                )
            found = counts_indicator(outcome, count, total, direction=direction)
            return replace(found, missing=self.no_value(count, total))
        if outcome is None or not outcome.strip():
            found = only_outcome(self.indicators)
        else:
            found = self._named(outcome.strip(), total)
        if direction is not None:
            found = replace(found, direction=direction)
        return replace(found, total=total) if total is not None else found

    def _named(self, name: str, total: str | None = None) -> Indicator:
        """An indicator by its name, its column's, or as a condition."""
        own = declared_indicator(self, name) or indicator_named(name, self.published)
        if own is not None:
            return own
        reading = self.reading(name)
        if reading is not None:
            if total and self.rows_are == "counts" and is_share(reading):
                return self.percent(None, reading.name, total, None)
            return self._column_indicator(reading, total)
        if is_expression(name):
            found = self.conditional(name)
            for one in filter(None, map(self.reading, indicator_columns(found))):
                refuse_people(one, self.file)
            return found
        for known in self.indicators:
            if name.casefold() in (known.name.casefold(), known.label.casefold()):
                return known
        return self.refuse_unknown(name, "outcome")

    @property
    def _figures(self) -> TableFigures:
        return TableFigures(self.readings, self.settings, self.file, self.published)

    def _figure(self, name: str) -> Indicator:
        """A published figure of groups, by its name or its column's."""
        figures = self._figures
        figures.refuse_unsure()
        reading = self.reading(name)
        if reading is not None and declared_indicator(self, name) is None:
            self.refuse_identifier(reading)
            if reading in figures.columns:
                return figures.indicator(reading)
        return figures.of(self._named(name) if name else self.indicators[0])

    def percent(
        self,
        outcome: str | None,
        column: str,
        total: str | None,
        direction: Direction | None,
    ) -> Indicator:
        """A rate from a column of published percentages of ``total``.

        Raises
        ------
        QuestionError
            As in ``percent_indicator``.
        """
        reading = self.reading(column)
        if reading is None:
            self.refuse_unknown(column, "column")
        self.refuse_identifier(reading)
        said = self.settings.published.percents if self.settings else {}
        return percent_indicator(
            outcome,
            reading,
            total,
            direction=direction,
            file=self.file,
            hundred=said.get(reading.name),
        )

    def no_value(self, *columns: str) -> tuple[str, ...]:
        """Further ways in which columns write 'no value'."""
        readings = [r for c in columns if (r := self.reading(c)) is not None]
        marks = [mark for r in readings for mark in no_value_codes(r.profile)]
        return tuple(dict.fromkeys(marks))

    def _numbers(self, column: str) -> None:
        reading = self.reading(column)
        if reading is None:
            self.refuse_unknown(column, "column")
        self.refuse_identifier(reading)
        refuse_no_counts(reading, self.rows_are, self.file, self.published)

    def _column_indicator(self, reading: Reading, total: str | None) -> Indicator:
        self.refuse_identifier(reading)
        refuse_people(reading, self.file)
        refuse_unclear(reading.profile, self.file)
        return column_indicator(reading, file=self.file, total=total)

    def conditional(self, text: str, name: str | None = None) -> Indicator:
        """A rate of those for whom a condition holds."""
        condition = self._parse(text)
        first = self.reading(condition.columns[0]) if condition.columns else None
        meaning = first.meaning if first is not None else None
        usable = meaning if meaning is not None and meaning.kind is not None else None
        return condition_indicator(condition, meaning=usable, name=name)

    def _parse(self, text: str) -> Condition:
        from equitable.intake.where import parse  # noqa: PLC0415 - only for conditions

        for reading in self.readings:
            if reading.hidden and re.search(
                rf"(?<![\w]){re.escape(reading.name)}(?![\w])", text, re.IGNORECASE
            ):
                self.refuse_identifier(reading)
        return parse(text, self.allowed_columns, self.settings)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """What a report shows when nobody chose, most useful first."""
        named = self.settings.indicators if self.settings is not None else ()
        own = tuple(filter(None, (declared_indicator(self, n) for n in named)))
        if self.rows_are == "figures":
            figures = self._figures
            return figures.declared(own) or figures.indicators[:SHOWN]
        if own:
            return own
        if self.published is not None and (made := indicators_of(self.published)):
            return made[:SHOWN]
        if self.rows_are == "counts":
            total = self.total_column
            certain = self.published is not None and self.published.certain
            found = outcomes_of_counts(
                self.readings, self.file, total, self.totals, published=certain,
                apart=self.apart,
            )  # fmt: skip
            return found[:SHOWN]
        return chosen_outcomes(self.readings, self.file)[:SHOWN]

    @property
    def total_column(self) -> str | None:
        """In a table of counts: the column that says how many students a row is."""
        if self.rows_are != "counts":
            return None
        totals = [r.name for r in self.readings if r.role is Role.TOTAL]
        return totals[0] if len(totals) == 1 else None

    def _grade_of(self, indicator: Indicator) -> str | None:
        for column in indicator_columns(indicator):
            reading = self.reading(column)
            if reading is not None and reading.family:
                return reading.family[1]
        return None

    # ----------------------------------------------------------------- places, times

    @property
    def year(self) -> Dimension | None:
        """The year."""
        return self._only(Role.YEAR)

    @property
    def school(self) -> Dimension | None:
        """The school; none where its columns are repeated by grade."""
        return self._only(Role.SCHOOL)

    @property
    def grade(self) -> Dimension | None:
        """The grade."""
        return self._only(Role.GRADE)

    def _only(self, role: Role) -> Dimension | None:
        having = [r for r in self.readings if r.role is role]
        having = [r for r in having if r.yours] or having
        if not having or any(r.family for r in having):
            return None
        # Numbers that start again in each district, and names that many schools have,
        # would merge schools: the column with most values does so least.
        most = max(having, key=lambda r: (r.profile.distinct, not r.profile.is_numeric))
        return self.dimension(most.name)

    @property
    def student(self) -> str | None:
        """The column of student numbers: only ever used as a keyed hash."""
        return next((r.name for r in self.readings if r.role is Role.STUDENT), None)

    @property
    def dropped(self) -> tuple[tuple[str, str], ...]:
        """Columns that name people, and what each was recognised as."""
        return tuple(
            (r.name, r.identifier.what if r.identifier else "an identifier")
            for r in self.readings
            if r.hidden
        )

    @property
    def allowed_columns(self) -> tuple[str, ...]:
        """What a condition may use: all but identifiers."""
        return tuple(r.name for r in self.readings if not r.hidden)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed and is to be said with every result."""
        return (*self.said, *self._assumed(self.readings, asked=False))

    def notes_where(self, source: Source, where: Condition | None) -> tuple[str, ...]:
        """``notes`` of the rows that a condition keeps."""
        kept = readings_within(source, self.readings, where) if where else self.readings
        return (*self.said, *self._assumed(kept, asked=True))

    def _assumed(self, readings: Sequence[Reading], *, asked: bool) -> tuple[str, ...]:
        declared = {
            reading.name
            for reading in self.readings
            if self._declared_dimension(reading.name, None) is not None
        }
        sure = self.rows_are != "figures" or self._figures.sure
        return assumptions(readings, self.rows_are, declared, sure=sure, asked=asked)

    def reading(self, name: str) -> Reading | None:
        """A column by its name, in any capitals where only one fits."""
        now = self.settings.crosswalk_name(name) if self.settings else name
        names = {name.casefold(), now.casefold()}
        alike = [r for r in self.readings if r.name.casefold() in names]
        exact = [r for r in alike if r.name == name]
        return exact[0] if exact else alike[0] if len(alike) == 1 else None

    def refuse_unknown(self, name: str, what: str) -> NoReturn:
        """Say that there is no such column, and which is nearest."""
        known = list(self.allowed_columns)
        if self.settings is not None:
            known = [*self.settings.indicators, *self.settings.dimensions, *known]
        refuse_unknown(name, what, known, self.file)

    def refuse_identifier(self, reading: Reading) -> None:
        """Refuse a column that was dropped at intake."""
        refuse_identifier(reading, self.file)
