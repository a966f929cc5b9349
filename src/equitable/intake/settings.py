"""``equity.toml``: what a person says about their file, and it wins over every guess.

Tables, all optional::

    [source]                files, sheet, delimiter, encoding, decimal, year_from_name
    [[join]]                file, on, year, sheet, delimiter, encoding, decimal
    [columns]               "Column" = "role"
    [dimensions.NAME]       columns, label, view, values, order
    [indicators.NAME]       column, kind, true, false, at_least, where, count, total, …
    [crosswalk]             columns, values: what other files or years call it
    [[break]]               at, why, outcomes, groups: counted another way from then
    [published]             group, breakdown, everyone, levels, marks, percents, …
    [privacy]               min_n, and of releases zeros, method, keep, seed
    [idea]                  min_cell, min_n, threshold, years, by_category, columns, …

Unknown keys and values are refused with the nearest ones that exist.
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from equitable.errors import SettingsError, did_you_mean
from equitable.intake.idea_settings import IdeaTable, idea_keys
from equitable.intake.profile import plain_number
from equitable.intake.published_settings import PublishedSettings
from equitable.intake.race import VIEW_NAMES
from equitable.intake.settings_checks import check_together
from equitable.intake.settings_forms import (
    Number,
    Whole,
    YesNo,
    place_of,
    refuse_unseen,
    said,
    wrong_form,
)
from equitable.intake.settings_text import Proposed, settings_text, write_settings
from equitable.intake.settings_years import (
    BreakSettings,
    CrosswalkSettings,
    check_breaks,
    check_crosswalk,
    listed,
)
from equitable.vocabulary import Aspect, Direction, Kind, Role, Timing

__all__ = [
    "Proposed",
    "PublishedSettings",
    "Settings",
    "find_settings",
    "parse_settings",
    "read_settings",
    "settings_text",
    "write_settings",
]

FILE_NAME: Final = "equity.toml"

ViewName = Literal["federal seven", "spd 15", "alone or in combination", "as recorded"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceSettings(_Table):
    """``[source]``: which files this is about, and how to read them."""

    files: tuple[str, ...] = ()
    sheet: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None
    decimal: Literal[",", "."] | None = None
    publisher: str | None = None
    licence: str | None = None
    year_from_name: YesNo | None = None


class JoinSettings(_Table):
    """``[[join]]``: a further file of the same students; see ``joining.Join``."""

    file: str = Field(min_length=1)
    on: str | dict[str, str]
    year: str | dict[str, str] | None = None
    sheet: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None
    decimal: Literal[",", "."] | None = None


class DimensionSettings(_Table):
    """``[dimensions.NAME]``: a trait that students are grouped by."""

    columns: tuple[str, ...] = ()
    label: str | None = None
    view: ViewName | None = None
    values: dict[str, str] = Field(default_factory=dict)
    order: tuple[str, ...] = ()


class IndicatorSettings(_Table):
    """``[indicators.NAME]``: an outcome; the words of ``vocabulary.Indicator``."""

    column: str | None = None
    label: str | None = None
    kind: Kind | None = None
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    at_least: Number | None = None
    where: str | None = None
    count: str | None = None
    total: str | None = None
    enrolled: str | None = None
    threshold: Number | None = Field(default=None, gt=0, le=1)
    minimum_days: Number | None = Field(default=None, ge=0)
    percent: str | None = None
    snapshot: YesNo | None = None
    missing: tuple[str, ...] = ()
    direction: Direction | None = None
    timing: Timing | None = None
    aspect: Aspect | None = None
    unit: str | None = None
    decimals: Whole | None = Field(default=None, ge=0, le=6)
    low: Number | None = None
    high: Number | None = None
    note: str | None = None


class PrivacySettings(_Table):
    """``[privacy]``: groups of fewer students than ``min_n`` are withheld.

    The rest is for releases alone: what ``release`` does where nothing else is asked.
    """

    min_n: Whole | None = Field(default=None, ge=1, le=10_000)
    zeros: Literal["withheld", "published"] | None = None
    method: Literal["withhold", "merge"] | None = None
    keep: tuple[dict[str, str], ...] = ()
    seed: Whole | None = Field(default=None, ge=0)


class Settings(_Table):
    """The whole of ``equity.toml``."""

    source: SourceSettings = Field(default_factory=SourceSettings)
    join: tuple[JoinSettings, ...] = ()
    columns: dict[str, Role] = Field(default_factory=dict)
    dimensions: dict[str, DimensionSettings] = Field(default_factory=dict)
    indicators: dict[str, IndicatorSettings] = Field(default_factory=dict)
    crosswalk: CrosswalkSettings = Field(default_factory=CrosswalkSettings)
    breaks: tuple[BreakSettings, ...] = Field(default=(), alias="break")
    published: PublishedSettings = Field(default_factory=PublishedSettings)
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    idea: IdeaTable = Field(default_factory=IdeaTable)
    _file: str = PrivateAttr(default=FILE_NAME)
    _further: frozenset[str] = PrivateAttr(default=frozenset())

    @property
    def file(self) -> str:
        """The name of the file that says this, for messages."""
        return self._file

    def joined(self, hashed: Sequence[str], further: Sequence[str]) -> Settings:
        """The same for a source that files were joined to.

        ``hashed`` are its columns of student numbers; ``further`` may be named in
        ``[columns]`` though the records do not have them.
        """
        students = dict.fromkeys(hashed, Role.STUDENT)
        folded = {name.casefold() for name in hashed}
        kept = {n: r for n, r in self.columns.items() if n.casefold() not in folded}
        made = self.model_copy(update={"columns": kept | students})
        made._further = frozenset(name.casefold() for name in further)  # noqa: SLF001
        return made

    def of_joined(self) -> dict[str, Role]:
        """What is said of columns that only a joined file has, and the records not."""
        return {n: r for n, r in self.columns.items() if n.casefold() in self._further}

    def crosswalk_name(self, column: str) -> str:
        """A column's name from now on, by any of its names."""
        for name, others in self.crosswalk.columns.items():
            if column.casefold() in (one.casefold() for one in others):
                return name
        return column

    def crosswalk_values(self, column: str) -> dict[str, str]:
        """Of a column: from each old spelling, case-folded, to the one from now on."""
        return {
            plain_number(other.strip()).casefold(): value
            for name, values in self.crosswalk.values.items()
            if self.crosswalk_name(name).casefold() == column.casefold()
            for value, others in values.items()
            for other in others
        }

    def is_about(self, name: str) -> bool:
        """Whether these settings are for a source of this name (without folder)."""
        return not self.source.files or any(
            name == pattern or fnmatch.fnmatch(name, pattern)
            for pattern in self.source.files
        )

    def check_columns(self, columns: Sequence[str], source: str) -> None:
        """Hold every column named here against those of a source.

        Raises
        ------
        SettingsError
            Naming the table, the column that is not there, and the nearest that is.
        """
        wanted = [
            ("[columns]", name)
            for name in self.columns
            if name.casefold() not in self._further
        ]
        for name, dimension in self.dimensions.items():
            place = f"[dimensions.{name}]"
            wanted += [(place, column) for column in dimension.columns or (name,)]
        for name, entry in self.indicators.items():
            named = (
                entry.column, entry.count, entry.total, entry.enrolled, entry.percent
            )  # fmt: skip
            own = [column for column in named if column is not None]
            if not own and entry.where is None:
                own = [name]
            wanted += [(f"[indicators.{name}]", column) for column in own]
        wanted += [("[published] percents", name) for name in self.published.percents]
        there = {column.casefold() for column in columns}
        for place, column in wanted:
            if column.casefold() not in there:
                raise SettingsError(
                    f"{place} names a column '{column}' that {source} does not have",
                    file=self.file,
                    next_step=did_you_mean(column, columns),
                )


_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "source": SourceSettings,
    "join": JoinSettings,
    "dimensions": DimensionSettings,
    "indicators": IndicatorSettings,
    "crosswalk": CrosswalkSettings,
    "break": BreakSettings,
    "published": PublishedSettings,
    "privacy": PrivacySettings,
    "idea": IdeaTable,
}


def read_settings(path: Path) -> Settings:
    """Read and check an ``equity.toml``.

    Raises
    ------
    SettingsError
        Naming the line where it is not TOML; else the key, what it may be, and the
        nearest name.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(
            "there is no such file of settings",
            file=path.name,
            next_step="'equitable inspect' writes one for you to correct.",
        ) from None
    except UnicodeDecodeError:
        said = "it is not written in UTF-8"
        step = "Save it as UTF-8 text."
        raise SettingsError(said, file=path.name, next_step=step) from None
    except OSError as problem:
        raise SettingsError(
            f"it cannot be read ({problem.strerror or 'not allowed'})",
            file=path.name,
            next_step="Check who may read it.",
        ) from None
    return parse_settings(text, file=path.name)


def parse_settings(text: str, *, file: str = FILE_NAME) -> Settings:
    """Settings from text; see ``read_settings``."""
    try:
        return _parsed(text, file)
    except RecursionError:
        said = "lists or tables stand within one another too deeply to be read"
    except ValueError:  # Python's own, of numbers of thousands of digits
        said = "a number in it is too long to be read"
    step = "'equitable inspect' writes one for you to correct."
    raise SettingsError(said, file=file, next_step=step)


def _parsed(text: str, file: str) -> Settings:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        line = re.search(r"line (\d+)", str(problem))
        said = re.sub(r"\s*\(at .*\)$", "", str(problem))
        raise SettingsError(
            f"this is not TOML: {said[:1].lower()}{said[1:]}",
            file=file,
            row=int(line[1]) if line else text.count("\n") + 1,
            next_step='Text stands in quotation marks, as in label = "Reading".',
        ) from None
    refuse_unseen(raw, file)
    try:
        settings = Settings.model_validate(_listed(raw))
    except pydantic.ValidationError as problem:
        raise _translated(problem, file) from None
    check_together(settings, file)
    check_crosswalk(settings.crosswalk, file)
    check_breaks(settings.breaks, file)
    settings._file = file  # noqa: SLF001 - read with the rest, written by nobody else
    return settings


def _listed(raw: dict[str, Any]) -> dict[str, Any]:
    """Values as text, as files have them: ``true = [1, true]`` means '1' and 'true'."""
    for table in ("dimensions", "indicators"):
        entries = raw.get(table)
        for entry in entries.values() if isinstance(entries, dict) else ():
            if not isinstance(entry, dict):
                continue
            for key in ("true", "false", "missing", "order", "columns"):
                if key in entry:
                    value = entry[key] if isinstance(entry[key], list) else [entry[key]]
                    entry[key] = [_as_text(item) for item in value]
            if isinstance(entry.get("values"), dict):
                entry["values"] = {
                    key: _as_text(item) for key, item in entry["values"].items()
                }
    listed(raw)
    return raw


def _as_text(item: Any) -> Any:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item) if isinstance(item, int | float) else item


def _translated(problem: pydantic.ValidationError, file: str) -> SettingsError:
    error = problem.errors()[0]
    path = [str(part) for part in error["loc"]]
    section, key = place_of(error["loc"])
    given = error.get("input")
    allowed = _allowed(path)
    if error["type"] == "extra_forbidden":
        near = did_you_mean(path[-1], _keys(path), what="keys here")
        place = section if key or len(path) > 1 else "The file"
        return SettingsError(
            f"{place} has an unknown key '{path[-1]}'", file=file, next_step=near
        )
    if allowed:
        choices = ", ".join(f"'{choice}'" for choice in allowed)
        near = did_you_mean(str(given), allowed, what="choices")
        near = "" if near.startswith("The ") else f" {near}"
        return SettingsError(
            f"{section} {key}{said(given)} is not one of the choices",
            file=file,
            next_step=f"It may be {choices}.{near}",
        )
    return wrong_form(error, file)


def _keys(path: Sequence[str]) -> list[str]:
    if len(path) == 1:
        return [f.alias or name for name, f in Settings.model_fields.items()]
    if path[0] == "idea":
        return idea_keys(path)
    return list(_TABLES[path[0]].model_fields)


def _allowed(path: Sequence[str]) -> tuple[str, ...]:
    if path[0] == "columns" and len(path) > 1:
        return tuple(str(role) for role in Role)
    named = path[-1] in ("decimal", "total_removals", "zeros", "method")
    last = path[-1] if named else path[2] if len(path) > 2 else ""
    choices: Mapping[str, tuple[str, ...]] = {
        "kind": tuple(str(kind) for kind in Kind),
        "direction": tuple(str(direction) for direction in Direction),
        "timing": tuple(str(timing) for timing in Timing),
        "aspect": tuple(str(aspect) for aspect in Aspect),
        "view": VIEW_NAMES,
        "decimal": (",", "."),
        "total_removals": ("children", "removals"),
        "zeros": ("withheld", "published"),
        "method": ("withhold", "merge"),
    }
    return choices.get(last, ())


def find_settings(source: Path | None, cwd: Path) -> Path | None:
    """The ``equity.toml`` that is about a source, if there is one.

    One in the current folder comes before one beside the source; one whose
    ``[source] files`` name other files is left alone.  ``source`` is ``None`` for what
    has no name (a data frame).
    """
    places = [cwd / FILE_NAME]
    if source is not None:
        places.append((source if source.is_dir() else source.parent) / FILE_NAME)
    for place in dict.fromkeys(places):
        if not place.is_file():
            continue
        settings = read_settings(place)
        if settings.is_about(source.name) if source else not settings.source.files:
            return place
    return None
