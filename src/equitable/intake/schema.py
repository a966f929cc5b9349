"""The meaning of a source: which dimensions and indicators can be asked of it.

Made from a sample of the rows, so that opening ten million of them takes no longer
than opening ten thousand; the scan then holds every row against what is said here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn

from equitable.errors import QuestionError, SettingsError, did_you_mean
from equitable.intake.columns import Reading, RowsAre, read_columns
from equitable.intake.groups import (
    column_dimension,
    flags_dimension,
    hispanic_beside,
    is_race,
    race_flags,
)
from equitable.intake.names import marker, meaning_of
from equitable.intake.outcomes import (
    bare_indicator,
    chronic_indicator,
    column_indicator,
    condition_indicator,
    counts_indicator,
    is_expression,
    overlapping_totals,
    proposed_split,
    settled,
)
from equitable.intake.profile import profile
from equitable.intake.race import view_named
from equitable.vocabulary import Condition, Dimension, Direction, Indicator, Kind, Role

if TYPE_CHECKING:
    from equitable.intake.settings import DimensionSettings, Settings
    from equitable.intake.source import Source

MOST_GROUPS: Final = 10_000
"""A column of more different values is refused as a dimension."""
SHOWN: Final = 8
"""Dimensions and indicators of a report that nobody chose."""
FLAGS: Final = "race"
"""The name of the dimension that yes/no columns of races make."""


def understand(source: Source, settings: Settings | None = None) -> Schema:
    """What a source's columns mean, from its first rows and a person's settings.

    Raises
    ------
    SettingsError
        Where the settings name columns that are not there.
    """
    profiles = profile(source, whole=False)
    readings, rows = read_columns(profiles, settings)
    return Schema(source.name, readings, rows, settings)


class Schema:
    """Dimensions and indicators of one source, by every name they go by."""

    def __init__(
        self,
        file: str,
        readings: Sequence[Reading],
        rows: RowsAre,
        settings: Settings | None = None,
    ) -> None:
        self.file = file
        self.readings = tuple(readings)
        self.rows_are = rows
        self.settings = settings
        self._flags = race_flags(self.readings)
        if settings is not None:
            self._check_columns(settings)

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
        if ":" in name and self._reading(name) is None:
            name, _, wanted = name.rpartition(":")
            view = view_named(wanted)
            if view is None:
                raise QuestionError(
                    f"there is no view of race called '{wanted.strip()}'",
                    next_step="The views are 'federal seven', 'spd 15', "
                    "'alone or in combination' and 'as recorded'.",
                )
        name = name.strip()
        found = self._declared_dimension(name, view) or self._column_dimension(
            name, view
        )
        if view is None:
            return found
        if found.view != view:
            raise QuestionError(
                f"'{name}' is not recognised as race and ethnicity, so it has no view "
                f"'{view}'",
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
        readings = [self._groupable(column) for column in entry.columns or (name,)]
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
        reading = self._reading(name)
        if reading is None and self._flags and name.casefold() in (
            FLAGS, "race and ethnicity", "ethnicity",
        ):  # fmt: skip
            return flags_dimension(FLAGS, self._flags, view=view)
        if reading is None:
            reading = self._by_meaning(name)
        if reading is None:
            self._refuse_unknown(name, "dimension")
        reading = self._groupable(reading.name)
        beside = hispanic_beside(reading, self.readings) if is_race(reading) else None
        return column_dimension(reading, view=view, hispanic=beside)

    def _by_meaning(self, name: str) -> Reading | None:
        """'race' where the column is 'ethnicity': only where just one fits."""
        named = meaning_of(name)
        fits = [
            reading
            for reading in self.readings
            if reading.role in (Role.DIMENSION, Role.SCHOOL, Role.GRADE, Role.YEAR)
            and not reading.family
            and (
                column_dimension(reading).label.casefold() == name.casefold()
                or (named and named.whole and reading.key == named.meaning.key)
            )
        ]
        return fits[0] if len(fits) == 1 else None

    def _groupable(self, name: str) -> Reading:
        reading = self._reading(name)
        if reading is None:
            self._refuse_unknown(name, "column")
        self._refuse_identifier(reading)
        found = reading.profile
        if reading.yours and reading.role is Role.DIMENSION:
            return reading
        if found.type == "date" or (
            found.shape("date") >= 0.8 and found.shape("band") < 0.5
        ):
            raise QuestionError(
                "it holds dates, which are not groups of students",
                file=self.file,
                column=reading.name,
                next_step="Choose another column, or add one with the year.",
            )
        if found.distinct > MOST_GROUPS:
            raise QuestionError(
                f"it has more than {MOST_GROUPS:,} different values: too many to "
                "compare as groups",
                file=self.file,
                column=reading.name,
                next_step="Choose a column with fewer values, or put them into bands.",
            )
        place = reading.role in (Role.SCHOOL, Role.GRADE, Role.YEAR) or reading.key in (
            "district", "class", "region", "category", "program",
        )  # fmt: skip
        continuous = found.is_numeric and (
            not found.is_integer
            or reading.role in (Role.OUTCOME, Role.COUNT, Role.TOTAL, Role.WEIGHT)
        )
        if not place and found.is_numeric and found.distinct > 50 and continuous:
            middle = _round_middle(found.low, found.high)
            raise QuestionError(
                f"it holds numbers ({found.distinct:,} different ones), which are not "
                "groups of students",
                file=self.file,
                column=reading.name,
                next_step="Put them into bands first; or, if it is the outcome, ask "
                f'for --outcome "{reading.name} >= {middle}".',
            )
        return reading

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What a report compares when nobody chose, most useful first.

        Those of ``equity.toml`` where it has any; else the traits that were
        recognised, of columns repeated by grade the fullest one.
        """
        if self.settings is not None and self.settings.dimensions:
            return tuple(self.dimension(name) for name in self.settings.dimensions)
        return tuple(self._as_dimension(r) for r in self._chosen(None))

    def dimensions_for(self, indicator: Indicator) -> tuple[Dimension, ...]:
        """The same, taking the columns of the indicator's own grade (``lunch3`` beside
        ``math3``) where columns are repeated by grade."""
        if self.settings is not None and self.settings.dimensions:
            return self.dimensions
        return tuple(
            self._as_dimension(r)
            for r in self._chosen(self._grade_of(indicator))
            if r.name not in indicator_columns(indicator)
        )

    def _as_dimension(self, reading: Reading) -> Dimension:
        if self._flags and reading is self._flags[0]:
            return flags_dimension(FLAGS, self._flags)
        return self._column_dimension(reading.name, None)

    def _chosen(self, grade: str | None) -> list[Reading]:
        families: dict[str, Reading] = {}
        traits: list[tuple[float, int, Reading]] = []
        paired = {
            other.name
            for reading in self.readings
            if is_race(reading)
            and (other := hispanic_beside(reading, self.readings)) is not None
        }
        has_race = any(is_race(r) for r in self.readings if r.role is Role.DIMENSION)
        for place, reading in enumerate(self.readings):
            if reading.role is not Role.DIMENSION or reading.name in paired:
                continue
            if reading in self._flags and (has_race or reading is not self._flags[0]):
                continue
            rank = float(reading.meaning.rank) if reading.meaning else 60.0
            rank = 1.0 if reading in self._flags else rank
            if reading.yours:
                rank = min(rank, 10.0)
            if reading.profile.distinct > 60:
                continue
            if reading.family:
                stem, own = reading.family
                kept = families.get(stem)
                if (
                    own == grade
                    or kept is None
                    or (
                        kept.family is not None
                        and kept.family[1] != grade
                        and reading.profile.missing < kept.profile.missing
                    )
                ):
                    families[stem] = reading
                continue
            traits.append((rank, place, reading))
        for reading in families.values():
            rank = float(reading.meaning.rank) if reading.meaning else 60.0
            traits.append((rank, self.readings.index(reading), reading))
        traits.sort(key=lambda trait: trait[:2])
        known = [r for rank, _, r in traits if rank < 60]
        guessed = [r for rank, _, r in traits if rank >= 60]
        if len(known) < 3:
            known += guessed[: 3 - len(known)]
        return known[:SHOWN]

    # ------------------------------------------------------------------- indicators

    def indicator(
        self,
        outcome: str | None,
        *,
        direction: Direction | None = None,
        count: str | None = None,
        total: str | None = None,
    ) -> Indicator:
        """An indicator by its name, its column's name, or as a condition.

        Parameters
        ----------
        outcome
            A name, a column, or a condition such as ``math3 >= 600``; with ``count``
            and ``total`` it only names the result, and may be ``None``.
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
        if count is not None:
            if total is None:
                raise QuestionError(
                    "a count needs the total that it is part of",
                    next_step="Give --total with the column of all students.",
                )
            return counts_indicator(outcome, count, total, direction=direction)
        if outcome is None or not outcome.strip():
            raise QuestionError(
                "no outcome was given",
                next_step="Give --outcome with a column. "
                + did_you_mean("", [i.name for i in self.indicators], what="outcomes"),
            )
        name = outcome.strip()
        declared = self._declared_indicator(name)
        if declared is not None:
            found = declared
        else:
            reading = self._reading(name)
            if reading is not None:
                found = self._column_indicator(reading, total)
            elif is_expression(name):
                found = self._conditional(name)
            else:
                named = [
                    i for i in self.indicators
                    if name.casefold() in (i.name.casefold(), i.label.casefold())
                ]  # fmt: skip
                if not named:
                    self._refuse_unknown(name, "outcome")
                found = named[0]
        if direction is not None:
            found = replace(found, direction=direction)
        return replace(found, total=total) if total is not None else found

    def _numbers(self, column: str) -> None:
        reading = self._reading(column)
        if reading is None:
            self._refuse_unknown(column, "column")
        self._refuse_identifier(reading)
        percents = reading.profile.shape("percent") >= 0.5
        if percents or (reading.profile.complete and not _has_numbers(reading)):
            raise QuestionError(
                "it has "
                + ("percents" if percents else "no numbers")
                + ", and counts of students are wanted",
                file=self.file,
                column=reading.name,
                next_step="Choose the columns of whole numbers.",
            )

    def _column_indicator(self, reading: Reading, total: str | None) -> Indicator:
        self._refuse_identifier(reading)
        return column_indicator(reading, file=self.file, total=total)

    def _conditional(self, text: str, name: str | None = None) -> Indicator:
        condition = self._parse(text)
        first = self._reading(condition.columns[0]) if condition.columns else None
        meaning = first.meaning if first is not None else None
        usable = meaning if meaning is not None and meaning.kind is not None else None
        return condition_indicator(condition, meaning=usable, name=name)

    def _parse(self, text: str) -> Condition:
        from equitable.intake.where import parse  # noqa: PLC0415 - only for conditions

        for reading in self.readings:
            if reading.hidden and re.search(
                rf"(?<![\w]){re.escape(reading.name)}(?![\w])", text, re.IGNORECASE
            ):
                self._refuse_identifier(reading)
        return parse(text, self.allowed_columns)

    def _declared_indicator(self, name: str) -> Indicator | None:
        declared = self.settings.indicators if self.settings else {}
        for given, entry in declared.items():
            labels = {given.casefold(), (entry.label or given).casefold()}
            if name.casefold() not in labels:
                continue
            if entry.where is not None:
                found = self._conditional(entry.where, given)
                return settled(found, entry, found.condition)
            if entry.count is not None and entry.total is not None:
                found = counts_indicator(given, entry.count, entry.total)
                return settled(found, entry, None)
            column = entry.column or given
            reading = self._reading(column)
            if reading is None:
                self._refuse_unknown(column, "column")
            self._refuse_identifier(reading)
            explicit = (
                bool(entry.true) or entry.at_least is not None or entry.kind is not None
            )
            try:
                start = column_indicator(reading, file=self.file, name=given)
            except QuestionError:
                if not explicit:
                    raise
                start = bare_indicator(given, reading.name)
            return settled(start, entry, None)
        return None

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """What a report shows when nobody chose, most useful first."""
        if self.settings is not None and self.settings.indicators:
            found = [
                self._declared_indicator(name) for name in self.settings.indicators
            ]
            return tuple(one for one in found if one is not None)
        if self.rows_are == "counts":
            return self._indicators_of_counts()
        ranked: list[tuple[float, int, Indicator]] = []
        enrolled = next((r for r in self.readings if r.key == "days enrolled"), None)
        for place, reading in enumerate(self.readings):
            if reading.role is not Role.OUTCOME:
                continue
            rank = float(reading.meaning.rank) if reading.meaning else 60.0
            rank += 20 * (reading.confidence < 0.65) - 5 * reading.yours
            if reading.family:
                rank += 0.1 * (12 - _grade_number(reading.family[1]))
            one = self.proposal_for(reading)
            if one is not None:
                ranked.append((rank, place, one))
            if reading.key == "absences" and enrolled is not None and one is not None:
                ranked.append((rank - 0.5, place, chronic_indicator(reading, enrolled)))
        ranked.sort(key=lambda entry: entry[:2])
        return tuple(one for _, _, one in ranked[:SHOWN])

    def proposal_for(self, reading: Reading) -> Indicator | None:
        """The indicator that an outcome column would make, words split by what they
        usually say; ``None`` where a person has to say more."""
        try:
            return column_indicator(reading, file=self.file, total=self.total_column)
        except QuestionError:
            split = proposed_split(reading)
            if split is None:
                return None
            start = bare_indicator(reading.name, reading.name)
            return replace(
                start,
                kind=Kind.RATE,
                unit="",
                true_values=split[0],
                false_values=split[1],
                total=self.total_column,
            )

    @property
    def total_column(self) -> str | None:
        """In a table of counts: the column that says how many students a row is."""
        if self.rows_are != "counts":
            return None
        totals = [r.name for r in self.readings if r.role is Role.TOTAL]
        return totals[0] if len(totals) == 1 else None

    def _indicators_of_counts(self) -> tuple[Indicator, ...]:
        total = self.total_column
        if total is None:
            return ()
        own = [r for r in self.readings if r.role is Role.OUTCOME]
        found = [one for r in own if (one := self.proposal_for(r)) is not None]
        percents = {_bare(r.name) for r in self.readings if marker(r.name) == "percent"}
        for reading in self.readings:
            twin = reading.role is Role.COUNT and _bare(reading.name) in percents
            if twin and not found:
                found += [
                    counts_indicator(None, r.name, total)
                    for r in self.readings
                    if r.role is Role.COUNT and _bare(r.name) in percents
                ]
        return tuple(found[:SHOWN])

    def _grade_of(self, indicator: Indicator) -> str | None:
        for column in indicator_columns(indicator):
            reading = self._reading(column)
            if reading is not None and reading.family:
                return reading.family[1]
        return None

    # ----------------------------------------------------------------- places, times

    @property
    def year(self) -> Dimension | None:
        """The year, where there is more than one column value to compare."""
        return self._only(Role.YEAR)

    @property
    def school(self) -> Dimension | None:
        """The school; ``None`` where columns are repeated by grade
        (see ``school_for``)."""
        return self._only(Role.SCHOOL)

    @property
    def grade(self) -> Dimension | None:
        """The grade."""
        return self._only(Role.GRADE)

    def school_for(self, indicator: Indicator) -> Dimension | None:
        """The school of an indicator's own grade, where columns are repeated."""
        grade = self._grade_of(indicator)
        for reading in self.readings:
            family = reading.family
            if reading.role is Role.SCHOOL and family and family[1] == grade:
                return column_dimension(reading)
        return self.school

    def _only(self, role: Role) -> Dimension | None:
        having = [r for r in self.readings if r.role is role]
        having = [r for r in having if r.yours] or having
        if role is not Role.YEAR:
            having = [r for r in having if r.profile.distinct > 1] or having
        if not having or any(r.family for r in having):
            return None
        # Of a number and a name the fewest values: names may repeat, never less so.
        return self.dimension(having[0].name)

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
        notes = []
        if self.rows_are == "counts":
            notes.append(
                "Each row was taken for a count of students, not for one student."
            )
        if self.rows_are == "figures":
            notes.append(
                "Each row looks like a published average or percent of a group, not "
                "like a student; averages of averages mislead."
            )
        if self.rows_are != "students":
            for reading in self.readings:
                if reading.hidden or reading.profile.distinct > 400:
                    continue
                everyone = overlapping_totals(reading.codes)
                if everyone and len(reading.codes) > len(everyone):
                    notes.append(
                        f"'{reading.name}' holds '{everyone[0]}' beside single groups: "
                        "rows overlap, so choose with --where, or students count twice."
                    )
        for reading in self.readings:
            if reading.key == "race" and reading.role is Role.DIMENSION:
                declared = self._declared_dimension(reading.name, None)
                if declared is None and reading.profile.is_numeric:
                    notes.append(
                        f"The numbers in '{reading.name}' are used as they stand: say "
                        "in equity.toml which race or ethnicity each one means."
                    )
        return tuple(notes)

    # --------------------------------------------------------------------- refusals

    def _reading(self, name: str) -> Reading | None:
        exact = next((r for r in self.readings if r.name == name), None)
        if exact is not None:
            return exact
        alike = [r for r in self.readings if r.name.casefold() == name.casefold()]
        return alike[0] if len(alike) == 1 else None

    def _refuse_unknown(self, name: str, what: str) -> NoReturn:
        known = list(self.allowed_columns)
        if self.settings is not None:
            more = (
                self.settings.indicators if what == "outcome"
                else self.settings.dimensions
            )  # fmt: skip
            known = [*more, *known]
        nearest = did_you_mean(name, known)
        raise QuestionError(
            f"there is no {'column' if what == 'column' else f'{what} or column'} "
            f"'{name}'",
            file=self.file,
            next_step=nearest,
        )

    def _refuse_identifier(self, reading: Reading) -> None:
        if not reading.hidden:
            return
        what = reading.identifier.what if reading.identifier else "an identifier"
        raise QuestionError(
            f"it was recognised as {what} and dropped at intake",
            file=self.file,
            column=reading.name,
            next_step="Choose another column. If that is wrong, set its role in "
            f'equity.toml: [columns] "{reading.name}" = "dimension".',
        )

    def _check_columns(self, settings: Settings) -> None:
        """Every column that the settings name must be there."""
        wanted: list[tuple[str, str]] = [
            ("[columns]", name) for name in settings.columns
        ]
        for name, dimension in settings.dimensions.items():
            place = f"[dimensions.{name}]"
            wanted += [(place, column) for column in dimension.columns or (name,)]
        for name, indicator in settings.indicators.items():
            columns = [indicator.column, indicator.count, indicator.total,
                       indicator.enrolled]  # fmt: skip
            if not any(columns) and indicator.where is None:
                columns = [name]
            place = f"[indicators.{name}]"
            wanted += [(place, column) for column in columns if column is not None]
        for place, column in wanted:
            if self._reading(column) is None:
                known = [reading.name for reading in self.readings]
                raise SettingsError(
                    f"{place} names a column '{column}' that {self.file} does not have",
                    file="equity.toml",
                    next_step=did_you_mean(column, known),
                )


def indicator_columns(indicator: Indicator) -> tuple[str, ...]:
    """The columns that an indicator is made from."""
    named = (indicator.column, indicator.count, indicator.total, indicator.enrolled)
    condition = indicator.condition.columns if indicator.condition else ()
    return tuple(dict.fromkeys([*(n for n in named if n is not None), *condition]))


def _has_numbers(reading: Reading) -> bool:
    return reading.profile.numbers > 0 or reading.profile.present == 0


def _grade_number(grade: str) -> int:
    return 0 if grade == "K" else int(grade)


def _bare(name: str) -> str:
    return re.sub(r"^[#%\s]+", "", name).casefold()


def _round_middle(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "50"
    middle = (low + high) / 2
    size = 10 ** max(0, len(str(int(abs(middle)))) - 2)
    return f"{round(middle / size) * size:g}"
