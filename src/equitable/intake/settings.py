"""``equity.toml``: what a person says about their file, and it wins over every guess.

Tables, all optional::

    [source]                files, sheet, delimiter, encoding
    [columns]               "Column" = "role"
    [dimensions.NAME]       columns, label, view, values, order
    [indicators.NAME]       column, kind, true, false, at_least, where, count, total, …
    [privacy]               min_n

Unknown keys and values are refused with the nearest ones that exist.
"""

from __future__ import annotations

import fnmatch
import json
import re
import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import pydantic
from pydantic import BaseModel, ConfigDict, Field

from equitable.errors import InputError, OutputError, SettingsError, did_you_mean
from equitable.intake.race import VIEW_NAMES
from equitable.intake.text_encoding import named_encoding
from equitable.output import write_whole
from equitable.vocabulary import Aspect, Direction, Kind, Role, Timing

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
    at_least: float | None = None
    where: str | None = None
    count: str | None = None
    total: str | None = None
    enrolled: str | None = None
    threshold: float | None = Field(default=None, gt=0, le=1)
    minimum_days: float | None = Field(default=None, ge=0)
    missing: tuple[str, ...] = ()
    direction: Direction | None = None
    timing: Timing | None = None
    aspect: Aspect | None = None
    unit: str | None = None
    decimals: int | None = Field(default=None, ge=0, le=6)
    low: float | None = None
    high: float | None = None
    note: str | None = None


class PrivacySettings(_Table):
    """``[privacy]``: groups of fewer students than ``min_n`` are withheld."""

    min_n: int | None = Field(default=None, ge=1, le=10_000)


class Settings(_Table):
    """The whole of ``equity.toml``."""

    source: SourceSettings = Field(default_factory=SourceSettings)
    columns: dict[str, Role] = Field(default_factory=dict)
    dimensions: dict[str, DimensionSettings] = Field(default_factory=dict)
    indicators: dict[str, IndicatorSettings] = Field(default_factory=dict)
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)

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
        wanted = [("[columns]", name) for name in self.columns]
        for name, dimension in self.dimensions.items():
            place = f"[dimensions.{name}]"
            wanted += [(place, column) for column in dimension.columns or (name,)]
        for name, entry in self.indicators.items():
            named = (entry.column, entry.count, entry.total, entry.enrolled)
            own = [column for column in named if column is not None]
            if not own and entry.where is None:
                own = [name]
            wanted += [(f"[indicators.{name}]", column) for column in own]
        there = {column.casefold() for column in columns}
        for place, column in wanted:
            if column.casefold() not in there:
                raise SettingsError(
                    f"{place} names a column '{column}' that {source} does not have",
                    file=FILE_NAME,
                    next_step=did_you_mean(column, columns),
                )


_TABLES: Final[Mapping[str, type[BaseModel]]] = {
    "source": SourceSettings,
    "dimensions": DimensionSettings,
    "indicators": IndicatorSettings,
    "privacy": PrivacySettings,
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
    try:
        settings = Settings.model_validate(_listed(raw))
    except pydantic.ValidationError as problem:
        raise _translated(problem, file) from None
    _check(settings, file)
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
    return raw


def _as_text(item: Any) -> Any:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item) if isinstance(item, int | float) else item


def _translated(problem: pydantic.ValidationError, file: str) -> SettingsError:
    error = problem.errors()[0]
    path = [str(part) for part in error["loc"]]
    section, key = _place(path)
    given = error.get("input")
    said = f" = {given!r}" if isinstance(given, str | int | float) else ""
    allowed = _allowed(path)
    match error["type"]:
        case "extra_forbidden":
            known = _keys(path)
            near = did_you_mean(path[-1], known, what="keys here")
            return SettingsError(
                f"{section} has an unknown key '{path[-1]}'", file=file, next_step=near
            )
        case _ if allowed:
            choices = ", ".join(f"'{choice}'" for choice in allowed)
            near = did_you_mean(str(given), allowed, what="choices")
            near = "" if near.startswith("The ") else f" {near}"
            return SettingsError(
                f"{section} {key}{said} is not one of the choices",
                file=file,
                next_step=f"It may be {choices}.{near}",
            )
        case _:
            return SettingsError(
                f"{section} {key}{said} cannot be right: {error['msg'].lower()}",
                file=file,
                next_step="Correct it, or remove the line to leave it to the guess.",
            )


def _place(path: Sequence[str]) -> tuple[str, str]:
    """The table as it is written, and the key in it."""
    if len(path) == 1:
        return ("The file", f"'{path[0]}'")
    if path[0] in ("dimensions", "indicators"):
        name = path[1] if re.fullmatch(r"[\w-]+", path[1]) else f'"{path[1]}"'
        return (f"[{path[0]}.{name}]", ".".join(path[2:3]) or "this table")
    return (f"[{path[0]}]", path[1])


def _keys(path: Sequence[str]) -> list[str]:
    if len(path) == 1:
        return list(Settings.model_fields)
    return list(_TABLES[path[0]].model_fields)


def _allowed(path: Sequence[str]) -> tuple[str, ...]:
    if path[0] == "columns":
        return tuple(str(role) for role in Role)
    last = path[2] if len(path) > 2 else ""
    choices: Mapping[str, tuple[str, ...]] = {
        "kind": tuple(str(kind) for kind in Kind),
        "direction": tuple(str(direction) for direction in Direction),
        "timing": tuple(str(timing) for timing in Timing),
        "aspect": tuple(str(aspect) for aspect in Aspect),
        "view": VIEW_NAMES,
    }
    return choices.get(last, ())


def _check(settings: Settings, file: str) -> None:
    """What one key demands of another, and which encodings there are."""
    if settings.source.encoding is not None:
        try:
            named_encoding(settings.source.encoding)
        except InputError as no:
            said = f"[source] encoding: {no.problem}"
            raise SettingsError(said, file=file, next_step=no.next_step) from None
    for name, indicator in settings.indicators.items():
        said = f"[indicators.{name}]"
        if indicator.count is not None and indicator.total is None:
            raise SettingsError(
                f"{said} has a count without a total",
                file=file,
                next_step='Add the column of all students, such as total = "Tested".',
            )
        if indicator.kind is Kind.SHARE_OF_DAYS and indicator.enrolled is None:
            raise SettingsError(
                f"{said} is a share of days without the days enrolled",
                file=file,
                next_step='Add the column, such as enrolled = "days_enrolled".',
            )
        ways = [
            key
            for key, given in (
                ("true", bool(indicator.true)),
                ("at_least", indicator.at_least is not None),
                ("where", indicator.where is not None),
                ("count", indicator.count is not None),
            )
            if given
        ]
        if len(ways) > 1:
            raise SettingsError(
                f"{said} says in {len(ways)} ways who counts: {' and '.join(ways)}",
                file=file,
                next_step="Keep one of them.",
            )
        if ways and indicator.kind not in (None, Kind.RATE):
            raise SettingsError(
                f"{said} has '{ways[0]}', which makes a rate, and kind = "
                f"'{indicator.kind}'",
                file=file,
                next_step='Write kind = "rate", or take one of the two away.',
            )
        both = {v.casefold() for v in indicator.true} & {
            v.casefold() for v in indicator.false
        }
        if both:
            raise SettingsError(
                f"{said} has '{min(both)}' in both true and false",
                file=file,
                next_step="Keep it in one of them.",
            )


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


# ----------------------------------------------------------------------------- writing

_HEADER: Final = """\
# What the columns of this file are, as 'equitable inspect' understood them.
# Correct whatever is wrong: what stands here wins over every guess.
# A role is one of: {roles}."""


def settings_text(
    settings: Settings,
    reasons: Mapping[str, str] | None = None,
    *,
    closing: Sequence[str] = (),
) -> str:
    """``equity.toml`` as text that a person can read and correct.

    Parameters
    ----------
    reasons
        Why each guess was made, written as comments: keys are a column's name,
        ``dimensions.NAME`` or ``indicators.NAME``.
    closing
        Comments at the end.
    """
    reasons = reasons or {}
    roles = ", ".join(str(role) for role in Role)
    lines = textwrap.dedent(_HEADER.format(roles=roles)).splitlines()
    lines[-1:] = textwrap.wrap(lines[-1], 86, subsequent_indent="# ")
    lines += _section("source", settings.source)
    if settings.columns:
        lines += ["", "[columns]"]
        keys = [f"{toml_text(name)} = {toml_text(str(role))}"
                for name, role in settings.columns.items()]  # fmt: skip
        width = min(44, max(map(len, keys)))
        for line, name in zip(keys, settings.columns, strict=True):
            reason = _comment(reasons.get(name, ""))
            lines.append(f"{line:<{width}}  # {reason}" if reason else line)
    for table, entries in (
        ("dimensions", settings.dimensions),
        ("indicators", settings.indicators),
    ):
        for name, entry in entries.items():
            section = _section(f"{table}.{_bare(name)}", entry)
            reason = _comment(reasons.get(f"{table}.{name}", ""))
            if reason:
                section[1:1] = textwrap.wrap(
                    reason, 84, initial_indent="# ", subsequent_indent="# "
                )
            lines += section
    lines += _section("privacy", settings.privacy)
    if closing:
        lines += ["", *(f"# {_comment(line)}" for line in closing)]
    return "\n".join(lines) + "\n"


def _section(title: str, table: BaseModel) -> list[str]:
    entries = {
        key: value
        for key, value in table.model_dump(exclude_defaults=True).items()
        if value not in (None, (), {})
    }
    if not entries:
        return []
    return ["", f"[{title}]", *(f"{k} = {_toml(v)}" for k, v in entries.items())]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        inner = ", ".join(f"{toml_text(k)} = {_toml(v)}" for k, v in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, tuple | list):
        inner = ", ".join(_toml(item) for item in value)
        if len(inner) > 76:
            return "[\n" + "".join(f"  {_toml(item)},\n" for item in value) + "]"
        return f"[{inner}]"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return repr(value) if isinstance(value, int) else toml_text(str(value))


def toml_text(text: str) -> str:
    """A text as a TOML string, whatever it holds."""
    # JSON's escapes are TOML's; TOML also wants the DEL character escaped.
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")


def _bare(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_text(name)


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\s]+", " ", text).strip()


class Proposed(Protocol):
    """What can be written as ``equity.toml``: an ``Inspection``."""

    def to_toml(self) -> str: ...  # noqa: D102 - the text of the file


def write_settings(proposed: Proposed, path: Path, *, replace: bool = False) -> None:
    """Write a proposal as ``equity.toml``, whole or not at all.

    Raises
    ------
    OutputError
        Where the file is there already (unless ``replace``) or cannot be written.
    """
    if path.exists() and not replace:
        raise OutputError(
            "it is there already, and may hold your corrections",
            file=path.name,
            next_step="Give another name, or say that it may be replaced.",
        )
    write_whole(path, proposed.to_toml().encode(), replace=replace)
