"""``[crosswalk]`` and ``[[break]]``: what ``equity.toml`` says of names and years.

A crosswalk gives one name to what other files or years call otherwise; a break says
from which year on something was counted another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from equitable.errors import SettingsError
from equitable.intake.profile import plain_number
from equitable.intake.readers.crosswalk import Crosswalk

if TYPE_CHECKING:
    from equitable.intake.settings import DimensionSettings, Settings

_NAMED: Final = ("column", "count", "total", "enrolled", "percent")


class CrosswalkSettings(BaseModel):
    """``[crosswalk.columns]`` and ``[crosswalk.values.COLUMN]``.

    From each name used from now on to the names that other files or years have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    values: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)


class BreakSettings(BaseModel):
    """``[[break]]``: from the year ``at`` on, something was counted another way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str
    why: str
    outcomes: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def listed(raw: dict[str, Any]) -> None:
    """Make one name a list of one, and a value's numbers text, as files have them."""
    crosswalk = raw.get("crosswalk")
    if isinstance(crosswalk, dict):
        # Names of columns are text: a bare 3 is more likely a slip than a name.
        _listed_in(crosswalk.get("columns"), numbers=False)
        values = crosswalk.get("values")
        for names in values.values() if isinstance(values, dict) else ():
            _listed_in(names)
    breaks = raw.get("break")
    for entry in breaks if isinstance(breaks, list) else ():
        if not isinstance(entry, dict):
            continue
        if isinstance(entry.get("at"), int) and not isinstance(entry["at"], bool):
            entry["at"] = str(entry["at"])
        if isinstance(entry.get("outcomes"), str):
            entry["outcomes"] = [entry["outcomes"]]
        _listed_in(entry.get("groups"))


def _listed_in(table: Any, *, numbers: bool = True) -> None:
    for key, held in table.items() if isinstance(table, dict) else ():
        names = held if isinstance(held, list) else [held]
        table[key] = [
            str(one)
            if numbers and isinstance(one, int | float) and not isinstance(one, bool)
            else one
            for one in names
        ]  # fmt: skip


def check_crosswalk(crosswalk: CrosswalkSettings, file: str) -> None:
    """Refuse a name that is none, would become two others, or another's new name.

    Raises
    ------
    SettingsError
        Naming the table and the name.
    """
    tables: list[tuple[str, Mapping[str, tuple[str, ...]]]] = [
        ("[crosswalk.columns]", crosswalk.columns)
    ]
    tables += [
        (f"[crosswalk.values.{column}]", names)
        for column, names in crosswalk.values.items()
    ]
    for place, names in tables:
        _refuse_blank(place, names, file)
        new = {_folded(name) for name in names}
        owners: dict[str, str] = {}
        for name, others in names.items():
            for other in others:
                folded = _folded(other)
                if folded in new and folded != _folded(name):
                    raise SettingsError(
                        f"{place}: '{other}' is itself a name that others get",
                        file=file,
                        next_step="Give each name that was used one name from now on.",
                    )
                if owners.setdefault(folded, name) != name:
                    raise SettingsError(
                        f"{place}: '{other}' would become both '{owners[folded]}' and"
                        f" '{name}'",
                        file=file,
                        next_step="Keep it under one of them.",
                    )


def _refuse_blank(place: str, names: Mapping[str, tuple[str, ...]], file: str) -> None:
    if all(one.strip() for name, others in names.items() for one in (name, *others)):
        return
    columns = place == "[crosswalk.columns]"
    raise SettingsError(
        f"{place} has an empty name: ''",
        file=file,
        next_step="Write the column's name, or take the line out."
        if columns
        else "Write the value's name, or take the line out. What an empty cell means is"
        ' said elsewhere: [dimensions.NAME] values = { "" = "…" }.',
    )


def check_breaks(breaks: Sequence[BreakSettings], file: str) -> None:
    """Refuse a break that says nothing of when, or of why.

    Raises
    ------
    SettingsError
        Naming the key, with an example.
    """
    for one in breaks:
        blank = "at" if not one.at.strip() else "why"
        if not one.at.strip() or not one.why.strip():
            example = '"2020-21"' if blank == "at" else '"Tests are new."'
            raise SettingsError(
                f"[[break]] {blank} is empty",
                file=file,
                next_step=f"Write it like this: {blank} = {example}.",
            )


def _folded(name: str) -> str:
    return plain_number(name.strip()).casefold()


def crosswalk_of(settings: Settings | None) -> Crosswalk:
    """What readers need of the settings to put files of several years together."""
    if settings is None:
        return Crosswalk()
    return Crosswalk(
        columns=settings.crosswalk.columns,
        values={
            settings.crosswalk_name(column): names
            for column, names in settings.crosswalk.values.items()
        },
        year_from_name=settings.source.year_from_name,
        file=settings.file,
    )


def in_new_names(settings: Settings) -> Settings:
    """The same settings with every old name of the crosswalk replaced by its new one.

    A person may go on writing what a file of another year has; the records know the
    new names only.
    """
    if not settings.crosswalk.columns and not settings.crosswalk.values:
        return settings
    name = settings.crosswalk_name
    dimensions = {}
    for key, group in settings.dimensions.items():
        # A dimension without columns is named like its column.
        dimensions[key if group.columns else name(key)] = _dimension(
            settings, key, group
        )
    indicators = {}
    for key, entry in settings.indicators.items():
        named = {part: name(held) for part in _NAMED if (held := getattr(entry, part))}
        own = named.get("column") or name(key)
        if not named and entry.where is None:
            named = {"column": own} if own != key else {}
        said = {
            part: _new(settings.crosswalk_values(own), getattr(entry, part))
            for part in ("true", "false", "missing")
        }
        indicators[key] = entry.model_copy(update=named | said)
    return settings.model_copy(
        update={
            "columns": {name(key): role for key, role in settings.columns.items()},
            "dimensions": dimensions,
            "indicators": indicators,
        }
    )


def _dimension(
    settings: Settings, key: str, group: DimensionSettings
) -> DimensionSettings:
    columns = tuple(map(settings.crosswalk_name, group.columns))
    held: dict[str, str] = {}
    for column in columns or (settings.crosswalk_name(key),):
        held |= settings.crosswalk_values(column)
    values: dict[str, str] = {}
    for code, said in group.values.items():
        values.setdefault(held.get(_folded(code), code), said)
    order = _new(held, group.order)
    return group.model_copy(
        update={"columns": columns, "values": values, "order": order}
    )


def _new(held: Mapping[str, str], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(held.get(_folded(name), name) for name in names))
