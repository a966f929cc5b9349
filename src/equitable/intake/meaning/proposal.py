"""What ``equitable inspect`` says: each column, why, how sure, and ``equity.toml``.

Everything here may be shown: no value of a column that names people, no count of a
category.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from equitable.intake.identifiers import SHARED_ROWS, are_codes
from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.hints import hint
from equitable.intake.meaning.open_questions import (
    NOTHING_SAYS,
    to_say,
    unsaid_directions,
)
from equitable.intake.meaning.published_proposal import as_settings
from equitable.intake.meaning.rows import FEW, RowsAre
from equitable.intake.meaning.schema import Schema
from equitable.intake.meaning.understanding import understand
from equitable.intake.profile import plain_number
from equitable.intake.published.blurs import read_mark
from equitable.intake.published_settings import PublishedSettings
from equitable.intake.quality.assessment import Quality, assess
from equitable.intake.quality.damage import band_behind, damage_in
from equitable.intake.settings import (
    DimensionSettings,
    IndicatorSettings,
    Settings,
    SourceSettings,
    ViewName,
    settings_text,
)
from equitable.vocabulary import NOT_REPORTED, Dimension, Indicator, Kind, Role

if TYPE_CHECKING:
    from equitable.intake.source import Source

ALL_COLUMNS: Final = 80
"""Up to so many columns, ``equity.toml`` lists each; else those that are used."""
_SHOWN_VALUES: Final = 6
_VIEWS: Final[dict[str, ViewName]] = {view: view for view in get_args(ViewName)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProposal:
    """What one column was taken for.

    ``shows`` is what stands in it (names of categories, or a range), empty where it
    names people or may.
    """

    name: str
    role: Role
    reason: str
    confidence: float
    shows: str = ""
    yours: bool = False

    @property
    def sureness(self) -> str:
        """The confidence as a word."""
        if self.yours:
            return "yours"
        if self.confidence >= 0.85:
            return "sure"
        return "likely" if self.confidence >= 0.6 else "a guess"

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {
            "name": self.name,
            "role": str(self.role),
            "sureness": self.sureness,
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
            "shows": self.shows,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A source understood, for a person to read and correct."""

    source: str
    rows: int
    """Of its files."""
    counts: int | None
    """Where a table's columns were groups: as how many counts its rows were read."""
    rows_are: RowsAre
    columns: tuple[ColumnProposal, ...]
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    quality: Quality
    notes: tuple[str, ...]
    settings: Settings
    """What ``to_toml`` writes."""
    undirected: tuple[str, ...] = ()
    """Outcomes of which nothing says whether more is better."""

    def to_toml(self) -> str:
        """``equity.toml``, with the reason for each guess."""
        reasons = {
            column.name: f"{column.sureness}: {column.reason}"
            for column in self.columns
            if not column.yours
        }
        reasons |= {
            f"indicators.{one.name}": one.note for one in self.indicators if one.note
        }
        for name in self.undirected:
            reasons[f"indicators.{name}"] = (
                "Nothing in the file says whether more or less of it is better, and so"
                ' which group is behind: write direction = "lower" or "higher" here.'
                if self.rows_are != "students"
                else "Its direction is a guess: nothing in its name says which way is"
                " better."
            )
        reasons |= {
            f"dimensions.{name}": "A spreadsheet seems to have turned bands into dates;"
            " these are what they probably were."
            for name, entry in self.settings.dimensions.items()
            if entry.values and all(map(band_behind, entry.values))
        }
        reasons |= {
            f"dimensions.{name}": "Only yes is ever written in this column: an empty "
            'cell ("") is taken as no. If it may also be unknown, write '
            f'"" = "{NOT_REPORTED}".'
            for name, entry in self.settings.dimensions.items()
            if list(entry.values) == [""]
        }
        reasons |= {
            f"indicators.{name}": "Only yes is ever written in this column: an empty "
            'cell ("") is counted as no. Where it may also be unknown, remove this.'
            for name, entry in self.settings.indicators.items()
            if list(entry.false) == [""]
        }
        closing = [finding.sentence for finding in self.quality.findings
                   if finding.severity == "caution"][:12]  # fmt: skip
        if closing:
            closing = ["What to know of the data (from 'equitable inspect'):", *closing]
        closing += _to_confirm(self.quality)
        return settings_text(self.settings, reasons, closing=closing)

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {
            "source": self.source,
            "rows": self.rows,
            "counts": self.counts,
            "rows_are": self.rows_are,
            "columns": [column.to_dict() for column in self.columns],
            "dimensions": [
                {
                    "name": one.name,
                    "label": one.label,
                    "columns": list(one.columns),
                    "view": one.view,
                }
                for one in self.dimensions
            ],
            "indicators": [
                {
                    "name": one.name,
                    "label": one.label,
                    "kind": str(one.kind),
                    "direction": str(one.direction),
                    "column": one.column,
                    "count": one.count,
                    "total": one.total,
                    "note": one.note,
                }
                for one in self.indicators
            ],
            "quality": [
                {
                    "kind": finding.kind,
                    "severity": finding.severity,
                    "sentence": finding.sentence,
                    "next_step": finding.next_step,
                    "column": finding.column,
                }
                for finding in self.quality.findings
            ],
            "notes": list(self.notes),
        }


def inspect(source: Source, settings: Settings | None = None) -> Inspection:
    """Look at every row of a source and propose what each column is.

    A person's settings win over guesses, and are marked as theirs.
    """
    schema = understand(source, settings, whole=True)
    readings, rows = schema.readings, schema.rows_are
    quality = assess(source, schema, schema.indicators, schema.dimensions)
    undirected = unsaid_directions(settings, schema.indicators)
    counted = rows != "students"
    return Inspection(
        source=source.name,
        rows=quality.rows // source.records_a_row,
        counts=quality.rows if source.records_a_row > 1 else None,
        rows_are=rows,
        columns=tuple(_proposal(reading, rows) for reading in readings),
        dimensions=schema.dimensions,
        indicators=schema.indicators,
        quality=quality,
        notes=tuple(
            dict.fromkeys(
                (
                    *source.notes,
                    *([] if schema.indicators else filter(None, [hint(schema)])),
                    *schema.notes,
                    *to_say(schema),
                    *(
                        f"N{NOTHING_SAYS[1:]} '{one.label}' is better: say it in"
                        " equity.toml, or with --direction."
                        for one in (undirected if counted else ())
                    ),
                )
            )
        ),
        settings=_as_settings(source, schema, settings, undirected),
        undirected=tuple(one.name for one in undirected),
    )


def _to_confirm(quality: Quality) -> list[str]:
    """Lines that hold only if a person says so: one table each, names together."""
    tables: dict[str, list[str]] = {}
    for place, finding in enumerate(quality.findings):
        title, *lines = finding.paste.splitlines() or [""]
        # Names of one column stand together; every break is a table of its own.
        known = f"{title}{place}" if title.startswith("[[") else title
        tables.setdefault(known, [title] if title else []).extend(lines)
    told = [lines for title, lines in tables.items() if title]
    if not told:
        return []
    said = "To confirm: where it is right, take the '# ' away and save."
    return ["", said, *(line for lines in told for line in ["", *lines])]


def _proposal(reading: Reading, rows: RowsAre) -> ColumnProposal:
    return ColumnProposal(
        name=reading.name,
        role=reading.role,
        reason=reading.reason,
        confidence=reading.confidence,
        shows=_shows(reading, rows),
        yours=reading.yours,
    )


def _shows(reading: Reading, rows: RowsAre) -> str:
    """Names of categories, or a range; nothing of what may name a person.

    A category is named where at least ten rows hold it; in a table of counts, a row
    is a whole group.
    """
    found = reading.profile
    if reading.hidden or reading.identifier is not None or not found.present:
        return ""
    missing = found.missing / found.rows
    told = min(found.missing, found.present) >= SHARED_ROWS and missing >= 0.005
    lacking = f"; no value in {100 * missing:.0f} of 100" if told else ""
    if reading.may_name:
        return f"{found.distinct:,} different values{lacking}"
    if found.is_numeric and found.distinct > FEW and found.low is not None:
        return f"{found.low:g} to {found.high:g}{lacking}"
    trait = reading.role in (Role.DIMENSION, Role.GRADE, Role.YEAR, Role.OUTCOME)
    if found.complete and (found.distinct <= FEW or (trait and found.distinct <= 60)):
        named = rows != "students" and (trait or are_codes(found))
        listed = found.texts if named else reading.frequent
        names = sorted((plain_number(text) for text in listed), key=_number_first)
        more, rarer = len(names) - _SHOWN_VALUES, found.distinct - len(names)
        parts = [", ".join(names[:_SHOWN_VALUES])] if names else []
        parts += [f"{more} more"] if more > 0 else []
        parts += [f"{rarer} rarer value{'s' if rarer > 1 else ''}"] if rarer else []
        if names:
            return " and ".join(parts) + lacking
    return f"{found.distinct:,} different values{lacking}"


def _number_first(text: str) -> tuple[bool, float, str]:
    try:
        return (False, float(text), text)
    except ValueError:
        return (True, 0.0, text.casefold())


def _as_settings(
    source: Source,
    schema: Schema,
    given: Settings | None,
    undirected: Sequence[Indicator],
) -> Settings:
    """The proposal as settings; what a person wrote stays as they wrote it.

    A direction that nothing tells is not written for a published table: it would stand
    there as if somebody had said it.
    """
    start = given or Settings()
    guessed = schema.rows_are != "students"
    listed = [
        reading
        for reading in schema.readings
        if len(schema.readings) <= ALL_COLUMNS
        or reading.yours
        or reading.role not in (Role.OTHER, Role.COUNT)
    ]
    dimensions = dict(start.dimensions) or {
        one.name: _dimension_settings(one, schema) for one in schema.dimensions
    }
    indicators = dict(start.indicators) or {
        one.name: _indicator_settings(one, schema).model_copy(
            update={"direction": None} if guessed and one in undirected else {}
        )
        for one in schema.indicators
    }
    # A data frame and standard input have no name to know them by next time.
    name = source.name
    files = (name,) if "." in name or "*" in name else ()
    about = start.source if given else SourceSettings(files=files)
    return start.model_copy(
        update={
            "source": about.model_copy(update=source.told),
            "columns": {reading.name: reading.role for reading in listed}
            | start.of_joined(),
            "dimensions": dimensions,
            "indicators": indicators,
            "published": start.published
            if start.published != PublishedSettings()
            else as_settings(schema.published, schema.readings, rows=schema.rows_are),
        }
    )


def _dimension_settings(one: Dimension, schema: Schema) -> DimensionSettings:
    columns = () if one.columns == (one.name,) else one.columns
    values: dict[str, str] = {}
    order: Sequence[str] = ()
    for reading in schema.readings:
        if one.columns == (reading.name,):
            values = damage_in(reading, dict(reading.profile.values))
            if reading.labels and not values:
                return DimensionSettings(
                    columns=columns,
                    label=one.label,
                    view=_VIEWS.get(one.view or ""),
                    values=dict(reading.labels),
                )
            if reading.blank_is_no:
                return DimensionSettings(
                    columns=columns, label=one.label, values={"": one.classify("")[0]}
                )
    if values:
        order = [value for value in one.order if value not in values]
    return DimensionSettings(
        columns=columns,
        label=one.label,
        view=_VIEWS.get(one.view or ""),
        values=values,
        order=_with_bands(order, values.values()),
    )


def _with_bands(order: Sequence[str], bands: Iterable[str]) -> tuple[str, ...]:
    def start(text: str) -> float:
        digits = "".join(c if c.isdigit() else " " for c in text).split()
        return float(digits[0]) if digits else float("inf")

    if not order:
        return ()
    return tuple(sorted(dict.fromkeys([*order, *bands]), key=start))


def _indicator_settings(one: Indicator, schema: Schema) -> IndicatorSettings:
    own = one.column is not None and one.count is None
    found = next((r.profile for r in schema.readings if r.name == one.column), None)
    # Written, they are refused: what the file contradicts is not written.
    fits = (
        found is not None
        and (one.low is None or found.low is None or found.low >= one.low)
        and (one.high is None or found.high is None or found.high <= one.high)
    )
    rate = one.kind is Kind.RATE
    return IndicatorSettings(
        where=one.condition.text if one.condition else None,
        column=one.column if own and one.column != one.name else None,
        label=one.label,
        kind=None if one.count is not None or one.percent is not None else one.kind,
        true=one.true_values if rate else (),
        false=one.false_values if rate else (),
        count=one.count,
        total=one.total,
        enrolled=one.enrolled,
        threshold=one.threshold,
        minimum_days=one.minimum_days or None,
        percent=one.percent,
        snapshot=one.snapshot or None,
        # In a table of counts [published] marks says what a mark means.
        missing=tuple(m for m in one.missing if not one.count or read_mark(m) is None),
        direction=one.direction,
        timing=one.timing,
        aspect=one.aspect,
        unit=one.unit or None,
        decimals=one.decimals if one.decimals != 1 else None,
        low=one.low if fits else None,
        high=one.high if fits else None,
        note=None,
    )
