"""Several files as one source: which of a folder's files, and how they go together.

Files of several years have the same columns; where no column tells the year, the
files' names may.
"""

from __future__ import annotations

import glob
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equitable.errors import InputError
from equitable.intake.readers.crosswalk import refuse_differences
from equitable.intake.readers.parts import (
    Column,
    ColumnType,
    Part,
    reselected,
    shown_name,
    sql_text,
    text_of,
)
from equitable.intake.where import quote_name

_YEAR: Final = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:\s?[-_–/]\s?((?:19|20)\d\d|\d\d))?(?!\d)"
)
_YEAR_NAME: Final = re.compile(
    r"(^|[^a-z])(year|yr|sy|cohort|term|session|ay)([^a-z]|$)|year", re.IGNORECASE
)
_OWN: Final = frozenset({"equity.toml"})
_PROSE: Final = frozenset({".txt", ".dat"})
"""Read when they are named, but in a folder these are notes more often than tables."""
_MATCHING: Final = 20_000
"""Names that a pattern may match."""


@dataclass(frozen=True, slots=True)
class Found:
    """The tables of a folder or pattern, and what is said of the rest."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...] = ()


def is_pattern(text: str) -> bool:
    """Whether a name holds glob characters."""
    return glob.has_magic(text)


def find_in_folder(folder: Path, reads: Callable[[Path], bool]) -> Found:
    """The tables of a folder, in the order of their names.

    Raises
    ------
    InputError
        Where there is none.
    """
    return _sort_out(sorted(folder.iterdir()), shown_name(folder), reads, "folder")


def find_by_pattern(pattern: str, reads: Callable[[Path], bool]) -> Found:
    """The tables that a glob pattern names, in the order of their names.

    Raises
    ------
    InputError
        Where there is none.
    """
    name = Path(pattern).name
    named = glob.iglob(pattern, recursive=True)  # noqa: PTH207 - absolute patterns too
    # Links that lead round in circles may give names without end.
    matching = [Path(one) for one in sorted(itertools.islice(named, _MATCHING + 1))]
    if len(matching) > _MATCHING:
        raise InputError(
            f"more than {_MATCHING:,} names match '{name}'",
            next_step="Name one folder; a link in it may lead back to the folder.",
        )
    if not matching:
        raise InputError(
            f"no file matches '{name}'",
            next_step="Check the folder and the name before the * or ?.",
        )
    return _sort_out(matching, name, reads, "pattern")


def _sort_out(
    paths: Sequence[Path], name: str, reads: Callable[[Path], bool], what: str
) -> Found:
    tables, others, folders = [], [], 0
    for path in paths:
        if path.name.startswith((".", "~$")) or path.name in _OWN:
            continue
        if path.is_dir():
            folders += 1
        elif reads(path) and not (what == "folder" and path.suffix.lower() in _PROSE):
            tables.append(path)
        else:
            others.append(shown_name(path))
    if not tables:
        held = f"; it holds {_listed(others)}" if others else ""
        raise InputError(
            f"the {what} '{name}' has no table in it{held}",
            next_step="A table is a CSV, TSV, XLSX or Parquet file.",
        )
    notes = []
    if others:
        verb = "is no table and was" if len(others) == 1 else "are no tables and were"
        notes.append(f"{_listed(others)} {verb} left aside.")
    if folders:
        also = "A folder" if folders == 1 else f"{folders} folders"
        notes.append(
            f"{also} inside '{name}' {'was' if folders == 1 else 'were'} not looked"
            " into."
        )
    tables.sort(key=lambda path: (_in_order(path.name), str(path)))
    once, again = _each_once(tables)
    return Found(once, (*notes, *again))


def _each_once(tables: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Files without those that are another one again, by a link or by a loop of them.

    Read twice, each student would count twice, and a group would seem large enough to
    be shown.
    """
    kept: dict[tuple[int, int], Path] = {}
    places: list[tuple[int, int]] = []
    for path in tables:
        found = path.stat()
        place = (found.st_dev, found.st_ino)
        places.append(place)
        # The file itself gives the name rather than a link to it.
        if place not in kept or (kept[place].is_symlink() and not path.is_symlink()):
            kept[place] = path
    chosen = set(kept.values())
    notes: dict[str, None] = {}
    for path, place in zip(tables, places, strict=True):
        if path not in chosen:
            name, own = shown_name(path), shown_name(kept[place])
            other = "the same file" if name == own else own
            notes[f"{name} is {other} again and was read once."] = None
    said = list(notes)
    if len(said) > 4:
        said[4:] = [f"{len(said) - 4} more names were of files that were read already."]
    return tuple(path for path in tables if path in chosen), tuple(said)


def _in_order(name: str) -> list[tuple[int, str]]:
    """A key that puts ``grade 9`` before ``grade 10``."""
    return [
        (int(piece), "") if piece.isdecimal() else (0, piece.casefold())
        for piece in re.split(r"(\d+)", name)
    ]


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names[:4]]
    if len(names) > 4:
        return f"{', '.join(quoted)} and {len(names) - 4} more"
    return " and ".join(quoted) if len(quoted) < 3 else ", ".join(quoted)


def put_together(
    parts: Sequence[Part], year_from_name: bool | None = None
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Parts that all give the same columns in the same order, and what was found out.

    A column of different types in different files becomes text in all of them.  Where
    no column's name speaks of a year and every file's name holds one of its own, a
    column ``year`` is added.

    Parameters
    ----------
    year_from_name
        ``True`` adds that column whatever the columns' names speak of, for one file
        too; ``False`` never.

    Raises
    ------
    InputError
        Where a file lacks a column that another has; or where a file's name was to
        tell the year and does not.
    """
    refuse_differences(parts)
    names = [column.name for column in parts[0].columns]
    kinds: dict[str, ColumnType] = {}
    mixed = []
    for name in names:
        found = {c.type for part in parts for c in part.columns if c.name == name}
        kinds[name] = next(iter(found)) if len(found) == 1 else "text"
        if len(found) > 1:
            mixed.append(name)
    years = _years(parts, year_from_name)
    united = []
    for place, part in enumerate(parts):
        has = {column.name: column.type for column in part.columns}
        chosen = [_as(name, has[name], kinds[name]) for name in names]
        columns = [Column(name, kinds[name]) for name in names]
        if years is not None:
            chosen.append(f'{sql_text(years[place])} AS "year"')
            columns.append(Column("year", "text"))
        if tuple(columns) != part.columns:  # The common case stays as flat as it was.
            select = f"SELECT {', '.join(chosen)}"
            part = reselected(part, tuple(columns), select)  # noqa: PLW2901
        united.append(part)
    notes = [
        f"'{name}' does not hold the same kind of values in every file; it was read"
        " as text."
        for name in mixed
    ]
    if years is not None:
        ordered = sorted(years)
        span = ordered[0] if len(years) == 1 else f"{ordered[0]} to {ordered[-1]}"
        whose = ("sheet's", "sheets'") if parts[0].year else ("file's", "files'")
        named = f"the {whose[len(years) > 1]} name{'s' * (len(years) > 1)}"
        notes.append(f"A column 'year' was added from {named} ({span}).")
    return tuple(united), tuple(notes)


def _as(name: str, has: ColumnType, wanted: ColumnType) -> str:
    if has == wanted:
        return quote_name(name)
    return f"{text_of(name, has)} AS {quote_name(name)}"


def _years(parts: Sequence[Part], wanted: bool | None) -> list[str] | None:
    """The year in each file's or sheet's name, where all have one, all different."""
    columns = parts[0].columns
    sheets = all(part.year for part in parts)
    if sheets and wanted is not False:
        told = any("year" in column.name.casefold() for column in columns)
        return None if told else [part.year for part in parts]
    if wanted is False or (wanted is None and len(parts) == 1):
        return None
    if wanted is None and any(_YEAR_NAME.search(column.name) for column in columns):
        return None
    if wanted and any(column.name.casefold() == "year" for column in columns):
        raise InputError(
            "it has a column 'year' already, and the year was to come from the files'"
            " names",
            next_step="Remove year_from_name from [source], or call the column"
            " otherwise in [crosswalk.columns].",
            file=parts[0].name,
        )
    years: list[str] = []
    for part in parts:
        found = years_in(part.name)
        if len(found) != 1:
            if wanted:
                raise InputError(
                    "its name was to tell the year, and holds "
                    + ("no year" if not found else "more than one"),
                    next_step="Name it like 'ela_2019.csv' or 'ela_2019-20.csv'.",
                    file=part.name,
                )
            return None
        years.extend(found)
    return years if wanted or len(set(years)) == len(years) else None


def years_in(name: str) -> set[str]:
    """The years that a name holds: one school year, '2019-20', is one."""
    return {year for mark in _YEAR.finditer(name) for year in _span(mark)}


def _span(match: re.Match[str]) -> tuple[str, ...]:
    """One school year, '2019-20'; two years where they do not follow each other."""
    start, end = match.group(1), match.group(2)
    if end is None:
        return (start,)
    if (int(start) + 1) % 100 == int(end) % 100:
        return (f"{start}-{end[-2:]}",)
    return (start, end) if len(end) == 4 else (start,)
