"""Breaks that a person declared, held against the years and outcomes of a source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.errors import QuestionError, SettingsError, did_you_mean
from equitable.intake.names import meaning_of
from equitable.intake.profile import cleaned_sql
from equitable.vocabulary import NOT_REPORTED, Break, Dimension, Role, natural_order

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.settings import Settings
    from equitable.intake.settings_years import BreakSettings
    from equitable.intake.source import Source

_YEAR: Final = re.compile(
    r"(?:[A-Z]{2}\s?)?(\d{4}|\d\d(?=\s?[-–/_]))(?:\s?[-–/_]\s?(\d{4}|\d\d))?(?:\.0)?",
    re.IGNORECASE,
)


def year_key(text: str) -> tuple[int, bool] | None:
    """When a year begins, and whether it is written as two: 'SY 2020-21', '2021'.

    ``None`` for what is no year.  '2021' and '2020-21' are different: who writes one
    year may mean the one that a school year begins in, or the one it ends in.
    """
    found = _YEAR.fullmatch(text.strip())
    if found is None:
        return None
    first, second = found[1], found[2]
    start = int(first) if len(first) == 4 else 2000 + int(first)
    if second is None:
        return start, False
    return (start, True) if (start + 1) % 100 == int(second) % 100 else None


def years_of(
    source: Source, year: Dimension, condition: str = "TRUE"
) -> tuple[str, ...]:
    """The years that stand in the rows a condition (SQL) keeps, in order."""
    text = cleaned_sql(year.columns[0])
    rows = source.query(
        f"SELECT DISTINCT {text} AS y FROM records WHERE {text} IS NOT NULL"
        f" AND ({condition}) LIMIT 1000"
    ).to_pylist()
    told = {name for row in rows for name in year.classify(row["y"])} - {NOT_REPORTED}
    ordered = [name for name in year.order if name in told]
    return (*ordered, *natural_order(told - set(ordered)))


def find_breaks(
    source: Source, schema: Schema, settings: Settings | None
) -> tuple[tuple[Break, ...], tuple[str, ...]]:
    """The declared breaks in the words of the records, and what is to be said of them.

    Raises
    ------
    SettingsError
        Where a break names a year, an outcome or a group that is not there.
    """
    if settings is None or not settings.breaks:
        return (), ()
    year = schema.year
    if year is None:
        raise SettingsError(
            "[[break]] names a year, and no column was taken for the year",
            file=settings.file,
            next_step='Say which it is: [columns] "…" = "year". Where only the files\''
            " names tell it: [source] year_from_name = true.",
        )
    years = years_of(source, year)
    breaks, notes = [], []
    for one in settings.breaks:
        at = _year_in(one.at, years, settings, year.columns[0])
        if at == years[0]:
            notes.append(
                f"[[break]]: '{at}' is the first year here, and no year stands before"
                " it: this break has no effect."
            )
            continue
        breaks.append(
            Break(
                year=year.name,
                at=at,
                earlier=years[: years.index(at)],
                why=" ".join(one.why.split()),
                outcomes=tuple(_outcome(n, schema, settings) for n in one.outcomes),
                groups=_groups(one, schema, settings),
            )
        )
    breaks.sort(key=lambda one: len(one.earlier))
    return _of_one_year(breaks), tuple(notes)


def _of_one_year(breaks: Sequence[Break]) -> tuple[Break, ...]:
    """Several reasons for one break are one break, told once with all of them."""
    found: list[Break] = []
    for one in breaks:
        same = [b for b in found if replace(b, why=one.why) == one]
        if not same:
            found.append(one)
        elif one.why not in same[0].why:
            both = f"{same[0].why.rstrip('.')}; {one.why}"
            found[found.index(same[0])] = replace(one, why=both)
    return tuple(found)


def about_forms(dimension: Dimension, groups: Sequence[str]) -> str:
    """A caution where years are not all written alike, so that none follows another.

    Parameters
    ----------
    dimension
        Any that a result is by; one that is no year says nothing.
    groups
        Those of it that the result holds.
    """
    named = [meaning_of(column) for column in dimension.columns]
    years = any(m is not None and m.meaning.role is Role.YEAR for m in named)
    if dimension.role is not Role.YEAR and not years:
        return ""
    forms: dict[bool | None, str] = {}
    for name in groups:
        if name != NOT_REPORTED:
            key = year_key(name)
            forms.setdefault(None if key is None else key[1], name)
    if len(forms) < 2:
        return ""
    listed = " and ".join(f"'{name}'" for name in forms.values())
    return (
        f"In '{dimension.name}' years are not all written alike ({listed}): each stands"
        " for a year of its own here, and not in the order of time. Write them alike,"
        " or say which are the same under [crosswalk.values] in equity.toml."
    )


def _year_in(wanted: str, years: Sequence[str], settings: Settings, column: str) -> str:
    wanted = settings.crosswalk_values(column).get(wanted.strip().casefold(), wanted)
    for year in years:
        if year.casefold() == wanted.strip().casefold():
            return year
    key = year_key(wanted)
    alike = [year for year in years if key is not None and year_key(year) == key]
    if len(alike) == 1:
        return alike[0]
    listed = ", ".join(years[-12:])
    raise SettingsError(
        f"[[break]] at = '{wanted}' is no year of '{column}'",
        file=settings.file,
        next_step=f"The years are {listed}. Name the first that was counted the new"
        " way."
        if years
        else f"No row has a year in '{column}'.",
    )


def _outcome(name: str, schema: Schema, settings: Settings) -> str:
    """The name as the records have it."""
    now = settings.crosswalk_name(name.strip())
    known = dict.fromkeys([*settings.indicators])
    known |= dict.fromkeys(i.label or n for n, i in settings.indicators.items())
    known |= dict.fromkeys(
        n for one in schema.indicators for n in (one.name, one.label)
    )
    known |= dict.fromkeys(schema.allowed_columns)
    for one in known:
        if one.casefold() == now.casefold():
            return one
    raise SettingsError(
        f"[[break]] outcomes: there is no outcome or column '{name}'",
        file=settings.file,
        next_step=did_you_mean(name, known, what="outcomes and columns"),
    )


def _groups(
    one: BreakSettings, schema: Schema, settings: Settings
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, groups in one.groups.items():
        try:
            dimension = schema.dimension(name)
        except QuestionError as error:
            raise SettingsError(
                f"[[break]] groups: {error.problem}",
                file=settings.file,
                next_step=error.next_step,
            ) from None
        known = _known(dimension, schema)
        for group in groups:
            meant = dimension.classify(group)[0]
            if known and meant not in known:
                raise SettingsError(
                    f"[[break]] groups: '{name}' has no group '{group}'",
                    file=settings.file,
                    next_step=did_you_mean(group, known, what="groups"),
                )
        found[dimension.name] = tuple(dimension.classify(g)[0] for g in groups)
    return found


def _known(dimension: Dimension, schema: Schema) -> tuple[str, ...]:
    """The groups that are surely there, where all of a column's values are known."""
    held = [r.profile for r in schema.readings if r.name in dimension.columns]
    if len(held) != 1 or dimension.form != "column" or not held[0].complete:
        return ()
    names = [name for text in held[0].texts for name in dimension.classify(text)]
    return tuple(dict.fromkeys([*dimension.order, *names]))
