"""From what a person has (a file, a folder, a glob, ``-``) to parts, one a file.

Each file is opened by the reader of its kind: by its name's ending, else by what stands
in it.
"""

from __future__ import annotations

import re
import shutil
import stat
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

from equitable.errors import EquitableError, InputError, did_you_mean
from equitable.intake.readers import delimited, parquet, workbook
from equitable.intake.readers.crosswalk import Crosswalk, FirstRow, renamed
from equitable.intake.readers.file_kind import kind_of, refuse, refused_suffix
from equitable.intake.readers.fingerprint import refuse_copies
from equitable.intake.readers.folders import (
    find_by_pattern,
    find_in_folder,
    is_pattern,
    put_together,
)
from equitable.intake.readers.parts import Opener, Options, Part, shown_name, unreadable

STANDARD_INPUT: Final = "standard input"
_URL: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")

_OPENERS: Final[dict[str, Opener]] = {
    **dict.fromkeys(delimited.SUFFIXES, delimited.open_delimited),
    **dict.fromkeys(
        [f"{s}{gz}" for s in delimited.SUFFIXES for gz in (".gz", ".gzip")],
        delimited.open_delimited,
    ),
    **dict.fromkeys(workbook.SUFFIXES, workbook.open_workbook),
    **dict.fromkeys(parquet.SUFFIXES, parquet.open_parquet),
}
_BY_CONTENT: Final[Mapping[str, Opener]] = {
    "": delimited.open_delimited,
    "a Parquet file": parquet.open_parquet,
    "an Excel workbook": workbook.open_workbook,
    "an OpenDocument spreadsheet": workbook.open_workbook,
}

Together: TypeAlias = Callable[[Sequence[Part]], "tuple[Sequence[Part], Sequence[str]]"]
"""Makes one part of files that belong side by side; and what is to be said of it."""


def register(suffixes: Sequence[str], opener: Opener) -> None:
    """Have files whose names end so opened by this reader from now on.

    Parameters
    ----------
    suffixes
        In lower case with their dot: ``(".csv", ".csv.gz")``.
    opener
        From a path and options to a part.
    """
    for suffix in suffixes:
        _OPENERS[suffix.lower()] = opener


def _opener_of(path: Path) -> Opener | None:
    name = path.name.lower()
    # The longest suffix wins: '.csv.gz' before '.gz'.
    for place in (place for place, mark in enumerate(name) if mark == "."):
        if name[place:] in _OPENERS:
            return _OPENERS[name[place:]]
    return None


def open_parts(
    source: Any,
    options: Options,
    crosswalk: Crosswalk,
    first_row: FirstRow,
    together: Together,
) -> tuple[str, tuple[Part, ...], tuple[str, ...]]:
    """A source's name, its parts, and what is to be said of how they were found.

    Columns have the crosswalk's names; values are as in the files.  ``together`` puts
    files side by side that hold different columns of the same rows.

    Raises
    ------
    InputError
        Where there is no such file, or it cannot be a table.
    """
    if not isinstance(source, str | Path):
        raise InputError(
            f"a {type(source).__name__} is neither a path nor a data frame",
            next_step="Give a path, or a pandas, Polars or Arrow frame.",
        )
    text = str(source)
    if text == "-":
        stream: BinaryIO = sys.stdin.buffer
        part = _spooled(stream, STANDARD_INPUT, options)
        return STANDARD_INPUT, *_united([part], crosswalk, first_row, together)
    if not text.strip() or "\x00" in text:
        raise InputError("no file was named", next_step="Give the path of a table.")
    if _URL.match(text):
        raise InputError(
            "an address on the network is not read: nothing is fetched from elsewhere",
            next_step="Download the file first and give its path.",
        )
    path = Path(text)
    if not path.exists() and text.startswith("~"):
        path = _at_home(path)
    if path.is_dir():
        found = find_in_folder(path, _reads)
    elif path.exists():
        part = _open_file(path, options)
        if crosswalk.year_from_name is False:
            part = replace(part, others=())
        every, by_sheet = workbook.with_other_years(part, path, options)
        united, notes = _united(every, crosswalk, first_row, together)
        return shown_name(path), united, (*by_sheet, *notes)
    elif is_pattern(text):
        found = find_by_pattern(str(path), _reads)
    else:
        raise _not_there(path)
    parts = [_open_file(one, options) for one in found.paths]
    refuse_copies([(one, part.name) for part in parts for one in part.files])
    united, notes = _united(parts, crosswalk, first_row, together)
    return shown_name(path), united, (*found.notes, *notes)


def _united(
    parts: Sequence[Part],
    crosswalk: Crosswalk,
    first_row: FirstRow,
    together: Together,
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    named, said = renamed(parts, crosswalk, first_row)
    beside, told = together(named)
    united, notes = put_together(beside, crosswalk.year_from_name)
    return united, (*said, *told, *notes)


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        raise InputError(
            f"there is no home folder '{path.parts[0]}'",
            next_step="Check the name after ~, or write the path out.",
            file=shown_name(path),
        ) from None


def _reads(path: Path) -> bool:
    return _opener_of(path) is not None and path.is_file()


def _open_file(path: Path, options: Options) -> Part:
    name = options.name_of(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISFIFO(mode):
            with path.open("rb") as stream:
                return _spooled(stream, name, options)
        if not stat.S_ISREG(mode):
            raise InputError(
                "it is not a file", next_step="Give the path of a table.", file=name
            )
        opener = _opener_of(path)
        if opener is not None:
            return opener(path, options)
        refused = refused_suffix(path)
        if refused:
            raise refuse(path, name, refused)
        return _by_content(path, options)
    except OSError as error:
        raise unreadable(error, name) from None


def _by_content(path: Path, options: Options) -> Part:
    kind = kind_of(path)
    if kind not in _BY_CONTENT:
        raise refuse(path, options.name_of(path), kind)
    return _BY_CONTENT[kind](path, options)


def _spooled(stream: BinaryIO, name: str, options: Options) -> Part:
    """What comes through a pipe, put in the private folder and read from there."""
    path = options.scratch.new_path("")
    with path.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    options = replace(options, name=name)
    if kind_of(path) == "a file compressed with gzip":
        path = path.rename(path.with_suffix(".gz"))
        return delimited.open_delimited(path, options)
    return _by_content(path, options)


def _not_there(path: Path) -> EquitableError:
    name = shown_name(path)
    folder = path.parent
    if not folder.is_dir():
        return InputError(
            f"there is no folder '{shown_name(folder)}'",
            next_step="Check the path.",
            file=name,
        )
    try:
        names = [shown_name(one) for one in folder.iterdir() if _reads(one)]
    except OSError:
        names = []
    step = (
        did_you_mean(name, sorted(names), what="tables in that folder")
        if names
        else "Check the path: there is no table in that folder."
    )
    return InputError("there is no such file", next_step=step, file=name)
