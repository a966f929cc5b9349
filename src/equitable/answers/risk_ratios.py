"""Risk ratios as an answer: what is read, withheld, computed, and how it shows itself.

    students.risk_ratios("suspended", by="race").to_pandas()

Counts are checked as they stand in the file; then what is small is withheld; ratios are
made of the rest.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from equitable.answers.frames import as_pandas, as_polars
from equitable.answers.risk_outcome import read_outcome
from equitable.answers.risk_question import (
    Readable,
    RiskCounts,
    RiskQuestion,
    check_named,
    for_state,
)
from equitable.answers.risk_students import read_students, student_columns
from equitable.answers.risk_tables import count_columns, read_table
from equitable.errors import EquitableError, InputError, OutputError
from equitable.measures.disproportionality.categories import CATEGORIES
from equitable.measures.disproportionality.counts import (
    GroupCount,
    check_state,
    checked,
    state_of,
)
from equitable.measures.disproportionality.engine import risk_ratios
from equitable.measures.disproportionality.rows import (
    FIELDS,
    Disproportionality,
    Finding,
    RiskRow,
)
from equitable.measures.disproportionality.scheme import Scheme
from equitable.measures.results import shown
from equitable.privacy.disproportionality import withhold_small
from equitable.privacy.gate import LEAST_PUBLIC
from equitable.privacy.rows_read import guarded
from equitable.vocabulary import FileRead, Provenance

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

MOST_IN_A_WORKSHEET: Final = 20_000
"""Rows of a workbook that a person can read; a district of three years has 294."""
_TYPES: Final = {
    **dict.fromkeys(("n", "count", "students_from_threshold"), pa.int64()),
    **dict.fromkeys(
        ("comparison_n", "comparison_count", "consecutive_years_over"), pa.int64()
    ),
    **dict.fromkeys(
        ("over_threshold", "close", "reasonable_progress", "withheld"), pa.bool_()
    ),
    **dict.fromkeys(
        ("risk", "comparison_risk", "ratio", "low", "high", "threshold"), pa.float64()
    ),
}


@dataclass(frozen=True, slots=True)
class RiskRatioResult:
    """Risk ratios of groups, made of what may be shown alone."""

    found: Disproportionality
    provenance: Provenance
    state: tuple[FileRead, ...] = ()
    """The State's files, where its counts were given."""

    @property
    def rows(self) -> tuple[RiskRow, ...]:
        """A row for each district, year, category and group."""
        return self.found.rows

    @property
    def over(self) -> tuple[RiskRow, ...]:
        """The rows whose ratio is over the threshold."""
        return tuple(row for row in self.rows if row.over_threshold is True)

    @property
    def meeting(self) -> tuple[RiskRow, ...]:
        """Those over in each year asked for, without reasonable progress."""
        return tuple(row for row in self.rows if row.finding is Finding.MEETS)

    def label(self, category: str) -> str:
        """A category in words."""
        return self.found.scheme.categories[category].label

    def to_dict(self) -> dict[str, Any]:
        """The whole result, as in JSON."""
        state = [
            {"name": one.name, "sha256": one.sha256, "bytes": one.bytes}
            for one in self.state
        ]
        made = {**self.found.to_dict(), "state": state}
        return {**made, "provenance": self.provenance.to_dict()}

    def to_json(self) -> str:
        """The whole result as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows, each as in JSON."""
        return [row.to_dict() for row in self.rows]

    def to_records(self) -> list[dict[str, Any]]:
        """The rows flat, as for a table: notes in one text."""
        records = self.to_dicts()
        for record in records:
            record["notes"] = " ".join(record["notes"])
        return records

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table; withheld figures are null beside ``withheld``."""
        columns = {}
        for name in FIELDS:  # Column by column: a State has half a million rows.
            values = [shown(getattr(row, name)) for row in self.rows]
            if name == "notes":
                values = [" ".join(notes) for notes in values]
            columns[name] = pa.array(values, _TYPES.get(name, pa.string()))
        return pa.table(columns)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas data frame."""
        return as_pandas(self.to_arrow())

    def to_polars(self) -> pl.DataFrame:
        """The rows as a Polars data frame."""
        return as_polars(self.to_arrow())

    def worksheet(self, *, title: str = "") -> bytes:
        """A district's worksheet: an XLSX workbook to read, print and sort.

        Raises
        ------
        OutputError
            Where it would have more rows than a person can read.
        """
        from equitable.report.idea_worksheet import render  # noqa: PLC0415 - costly

        if len(self.rows) > MOST_IN_A_WORKSHEET:
            raise OutputError(
                f"a worksheet is for one district or a few, and this is"
                f" {len(self.rows):,} rows",
                next_step="Choose a district, as in --where \"district = 'Lake'\"; or"
                " write all of them to a .csv or .parquet file.",
            )
        districts = {row.district for row in self.rows}
        one = districts.pop() if len(districts) == 1 else ""
        mark = "Not checked for publication"
        if self.provenance.internal:
            mark = "INTERNAL: contains small groups. Not for others' eyes"
        return render(self.found, title=title or one, mark=mark, also=self._sources())

    def _sources(self) -> list[tuple[str, str]]:
        """Where the figures come from, for the worksheet."""
        made = self.provenance
        said = [("File", f"{one.name} (SHA-256 {one.sha256})") for one in made.files]
        said += [
            ("The State's counts", f"{one.name} (SHA-256 {one.sha256})")
            for one in self.state
        ]
        said += [("Rows that meet", made.where)] if made.where else []
        said += [("Command", made.command)] if made.command else []
        least = "none: internal" if made.internal else f"{made.min_n} or more"
        return [
            *said,
            ("Equitable", made.version),
            ("Children shown in groups of", least),
        ]


def risk_ratios_of(
    students: Readable,
    question: RiskQuestion,
    *,
    state: Readable | None = None,
    least: int,
    internal: bool = False,
) -> RiskRatioResult:
    """Read counts, withhold what is small, and compute the ratios.

    Parameters
    ----------
    state
        The same kind of file of the whole State, for alternate ratios.
    least
        The smallest number of students that may be shown.
    internal
        Show small groups too.

    Raises
    ------
    InputError
        Where counts cannot be right; where the State's have no such year or category,
        or are smaller than the district's.
    QuestionError
        Where nothing says what is to be counted.
    """
    with _uncollected():
        return _answered(students, question, state, least, internal=internal)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Half a million counts hold no cycles, and looking for some takes long."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _answered(
    students: Readable,
    question: RiskQuestion,
    state: Readable | None,
    least: int,
    *,
    internal: bool,
) -> RiskRatioResult:
    check_named(students, question)
    read = _read(students, question)
    scheme, settings = read.scheme, question.settings
    notes = [*question.notes, *read.notes]
    whole: tuple[GroupCount, ...] | None = None
    if state is not None:
        of_state = _read(state, for_state(students, question))
        scheme = _together(scheme, of_state.scheme)
        whole = _of_state(of_state, read, scheme, state.source.name, notes)
    counts = read.counts
    with _named(students.source.name):
        lines, said = checked(counts, settings, scheme=scheme)
    if whole is not None and state is not None:
        with _named(state.source.name):
            of_whole, more = checked(whole, settings, whose="State", scheme=scheme)
            check_state(lines, of_whole, scheme=scheme)
        said += more
    aside = 0
    if not internal:
        events = settings.total_removals == "removals"
        kept = withhold_small(counts, least=least, scheme=scheme, events=events)
        aside = _set_aside(counts, kept)
        counts = kept
        if whole is not None:
            whole = withhold_small(whole, least=least, scheme=scheme, events=events)
    found = risk_ratios(counts, settings=settings, state=whole, scheme=scheme)
    notes = [*notes, *(note for note in said if note not in found.notes)]
    provenance = read.provenance
    if read.of_students and not internal:
        provenance = guarded(provenance, least, aside=aside)
    return RiskRatioResult(
        replace(found, notes=(*found.notes, *notes)),
        replace(provenance, internal=internal or least < LEAST_PUBLIC, min_n=least),
        tuple(state.source.files()) if state is not None else (),
    )


def _read(students: Readable, question: RiskQuestion) -> RiskCounts:
    """The counts of whichever of the three kinds of file it is."""
    columns = count_columns(students, question)
    if columns is not None:
        return read_table(students, question, columns)
    outcome, names = question.outcome, students.schema.allowed_columns
    of_rule = outcome is None or (outcome in CATEGORIES and outcome not in names)
    if of_rule and question.count is None and students.schema.rows_are == "students":
        of_students = student_columns(students, question)
        if of_students is not None:
            return read_students(students, question, of_students)
    try:
        return read_outcome(students, question)
    except EquitableError as error:
        if question.outcome is not None or question.count is not None:
            raise
        known = [f"'{one.name}'" for one in students.schema.indicators]
        listed = f" Outcomes here: {', '.join(known)}." if known else ""
        raise type(error)(
            "nothing says what is counted",
            file=students.source.name,
            next_step="Give --outcome with a column and --by with a trait; or a table"
            " of counts with a column of the 14 categories (--category, --count,"
            " --total); or students with columns of race and disability." + listed,
        ) from None


def _together(own: Scheme, of_state: Scheme) -> Scheme:
    """The scheme, with groups that only the State has."""
    if own.regulated:
        return own
    groups = (*own.groups, *(g for g in of_state.groups if g not in own.groups))
    return replace(own, groups=groups)


def _of_state(
    state: RiskCounts,
    own: RiskCounts,
    scheme: Scheme,
    file: str,
    notes: list[str],
) -> tuple[GroupCount, ...]:
    """The State's counts, of the same years and categories as the district's."""
    if scheme.regulated is not state.scheme.regulated:
        raise InputError(
            "the State's counts are not of the same outcome",
            file=file,
            next_step="Give a file of the same kind, with the same columns.",
        )
    given: Sequence[GroupCount] = state.states or state.counts
    if not scheme.regulated:
        (category,) = scheme.categories
        given = [replace(one, category=category) for one in given]
    summed = state_of([replace(one, district="") for one in given], scheme=scheme)
    years, own_years = ({one.year for one in held} for held in (summed, own.counts))
    if (
        len(years) == len(own_years) == 1
        and years != own_years
        and "" in (years | own_years)
    ):
        (year,) = own_years
        summed = tuple(replace(one, year=year) for one in summed)
        notes.append("The State's counts are taken to be of the same year.")
        years = own_years
    for year in sorted(own_years - years):
        raise InputError(
            f"the State's counts have none of the year '{year}'",
            file=file,
            next_step=f"They have {', '.join(repr(y) for y in sorted(years)) or 'none'}"
            "; years are to be written alike in both files.",
        )
    known = {one.category for one in summed}
    for one in own.counts:
        key = scheme.category(one.category).key
        if key not in known:
            raise InputError(
                f"the State's counts have none of '{scheme.categories[key].label}'",
                file=file,
                next_step="Add the category, or leave it out of the district's counts"
                " with --where.",
            )
    return tuple(one for one in summed if one.year in own_years)


def _set_aside(before: Sequence[GroupCount], after: Sequence[GroupCount]) -> int:
    """How many students are in groups that no figure at all shows."""
    sizes: dict[tuple[str, str, str], int] = {}
    shown: set[tuple[str, str, str]] = set()
    for one, kept in zip(before, after, strict=False):
        key = (one.district, one.year, one.group)
        if not kept.withheld:
            shown.add(key)
        elif isinstance(one.total, int):
            sizes[key] = max(sizes.get(key, 0), one.total)
    return sum(size for key, size in sizes.items() if key not in shown)


@contextmanager
def _named(file: str) -> Iterator[None]:
    """Errors of the arithmetic, which knows no files, get the file's name."""
    try:
        yield
    except EquitableError as error:
        if error.file is not None:
            raise
        raise type(error)(error.problem, file=file, next_step=error.next_step) from None
