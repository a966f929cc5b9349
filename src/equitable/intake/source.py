"""A source of records: files, a folder, standard input or a data frame, opened once.

`open_source` finds out what it was given, has each file opened by the reader of its
kind, and hands back a `Source`: one relation, ``records``, in an engine that can reach
those files and nothing else.  Nothing above this module knows what kind of file it was.
"""

from __future__ import annotations

import re
import shutil
import stat
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Literal, Self

import duckdb
import pyarrow as pa

from equitable.errors import EquitableError, InputError, did_you_mean
from equitable.intake import delimited, engine, frames, parquet, workbook
from equitable.intake.file_kind import kind_of, refuse, refused_suffix
from equitable.intake.fingerprint import Fingerprints, refuse_copies
from equitable.intake.folders import (
    find_by_pattern,
    find_in_folder,
    is_pattern,
    put_together,
)
from equitable.intake.parts import (
    Column,
    ColumnType,
    Opener,
    Options,
    Part,
    Scratch,
    shown_name,
    unreadable,
)
from equitable.vocabulary import FileRead, LeftOut

__all__ = ["Column", "ColumnType", "RowAt", "Source", "open_source", "register"]

STANDARD_INPUT: Final = "standard input"
MEMORY_LIMIT: Final = "2GB"
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


@dataclass(frozen=True, slots=True)
class RowAt:
    """A record in its file: ``row`` counts as a spreadsheet does, the header is 1."""

    file: str
    row: int
    values: Mapping[str, Any]


class Source:
    """Records of one shape behind one relation, ``records``.

    Made by `open_source`; closed by `close` or as a context manager.  Text columns are
    ``VARCHAR`` (every column of a text table is), numbers any numeric type, booleans
    ``BOOLEAN``, dates ``DATE`` or ``TIMESTAMP``; an empty cell is null.
    """

    def __init__(
        self,
        name: str,
        parts: Sequence[Part],
        scratch: Scratch,
        settings: engine.Settings,
        *,
        notes: Sequence[str] = (),
        table: pa.Table | None = None,
    ) -> None:
        self.name = name
        self.columns = parts[0].columns
        self._parts = list(parts)
        self._scratch = scratch
        self._settings = settings
        self._notes = tuple(notes)
        self._table = table
        self._frame_read: FileRead | None = None
        self._lock = threading.RLock()
        self._left_out: tuple[LeftOut, ...] | None = None
        self._fingerprints = Fingerprints(
            [(path, part.name) for part in parts for path in part.files]
        )
        self._connection: duckdb.DuckDBPyConnection | None = engine.connect(
            self._parts, scratch, settings
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out about the files and is to be said, in plain words.

        A scan may find out more, so they are best taken after it.
        """
        found = [*self._notes, *(note for part in self._parts for note in part.notes)]
        return tuple(dict.fromkeys(found))

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Rows of the files that are no records, and why."""
        with self._lock:
            if self._left_out is None:
                found = [item for part in self._parts for item in part.left_out]
                for part in self._parts:
                    if part.blank_rows is not None:
                        counted = self.query(part.blank_rows).column(0)[0].as_py()
                        reason = f"blank rows of {part.name}"
                        found += (
                            [LeftOut(reason=reason, rows=counted)] if counted else []
                        )
                self._left_out = tuple(found)
            return self._left_out

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, as given; empty for a frame and for standard input."""
        if self.name == STANDARD_INPUT:
            return ()
        return tuple(path for part in self._parts for path in part.files)

    def query(self, sql: str, parameters: Sequence[str | float] = ()) -> pa.Table:
        """Put a question to the relation ``records``.

        Parameters
        ----------
        sql
            One SELECT; ``?`` stands for each parameter.

        Raises
        ------
        InputError
            Where a file cannot be read as it should be, naming file and row; or where
            memory does not suffice.
        """
        with self._lock:
            self._fingerprints.begin()
            while True:
                try:
                    answer = engine.ask(self._open_connection, sql, parameters)
                except duckdb.Error as error:
                    # The engine's own words may quote a row, and go no further.
                    trouble = engine.trouble_of(error)
                    place = engine.place_of(error, self._parts)
                else:
                    self._refuse_nul(answer)
                    return answer
                if not self._mend(trouble, place):
                    raise engine.explain(
                        trouble, self._parts[place].name if place is not None else None
                    )

    def _mend(self, trouble: engine.Trouble, place: int | None) -> bool:
        """Whether a part was replaced by one that can be read."""
        if trouble.kind not in {"encoding", "form"}:
            return False
        places = range(len(self._parts)) if place is None else (place,)
        for one in places:
            mend = self._parts[one].mend
            if mend is None:
                continue
            kind: Literal["encoding", "form"] = (
                "encoding" if trouble.kind == "encoding" else "form"
            )
            try:
                made = mend(kind)
            except OSError as error:
                raise unreadable(error, self._parts[one].name) from None
            if made is not None:
                self._parts[one] = made
                self._left_out = None
                engine.define_records(self._open_connection, self._parts)
                return True
        return False

    def _refuse_nul(self, answer: pa.Table) -> None:
        if engine.holds_nul(answer):
            raise InputError(
                "it holds a NUL byte, which no text has: the file is damaged",
                next_step="Export it again.",
                file=self._parts[0].name if len(self._parts) == 1 else self.name,
            )

    def first_row(
        self, condition: str, parameters: Sequence[str | float] = ()
    ) -> RowAt | None:
        """The first record that meets a SQL condition, for a message about it.

        It reads the files in order and one after the other, so it may take longer than
        a query.
        """
        sql = (
            'SELECT * FROM (SELECT ROW_NUMBER() OVER () AS "equitable row", * FROM'
            f" records) WHERE {condition} LIMIT 1"
        )
        for place in range(len(self._parts)):
            found = self._first_of(place, sql, parameters)
            if found is not None:
                return found
        return None

    def _first_of(
        self, place: int, sql: str, parameters: Sequence[str | float]
    ) -> RowAt | None:
        while True:
            part = self._parts[place]
            with engine.connect(
                [part], self._scratch, replace(self._settings, ordered=True)
            ) as connection:
                try:
                    found = engine.ask(connection, sql, parameters).to_pylist()
                except duckdb.Error as error:
                    trouble = engine.trouble_of(error)
                else:
                    if not found:
                        return None
                    values = found[0]
                    row = part.row_of(values.pop("equitable row"))
                    return RowAt(file=part.name, row=row, values=values)
            if not self._mend(trouble, place):
                raise engine.explain(trouble, part.name)

    def files(self) -> tuple[FileRead, ...]:
        """Name, hash and size of each file; waits until the hash is known."""
        if self._table is not None:
            with self._lock:
                if self._frame_read is None:
                    self._frame_read = frames.fingerprint(self._table)
                return (self._frame_read,)
        return self._fingerprints.result()

    @property
    def _open_connection(self) -> duckdb.DuckDBPyConnection:
        if self._connection is None:
            raise InputError("the source was closed")
        return self._connection

    def close(self) -> None:
        """Let go of the files and remove what was put aside."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._fingerprints.close()
            self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_source(
    source: Any,
    *,
    sheet: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Source:
    """Open what a person has: a file, a folder, a glob, ``-``, or a data frame.

    Parameters
    ----------
    source
        A path or text (``-`` is standard input), or a pandas, Polars or Arrow frame.
    sheet
        Which sheet of a workbook; the first that holds a table where not given.
    delimiter, encoding
        Of text tables; found out where not given.
    memory_limit, threads
        What the engine may use: ``'2GB'`` and every core where not given.

    Raises
    ------
    InputError
        Where there is no such file, or it cannot be a table.
    """
    scratch = Scratch()
    try:
        settings = engine.Settings(memory_limit or MEMORY_LIMIT, threads)
        if frames.is_frame(source):
            part, table = frames.open_frame(source)
            return Source(part.name, [part], scratch, settings, table=table)
        options = Options(
            scratch=scratch, sheet=sheet, delimiter=delimiter, encoding=encoding
        )
        name, parts, notes = _open(source, options)
        return Source(name, parts, scratch, settings, notes=notes)
    except OSError as error:
        scratch.close()
        name = shown_name(Path(error.filename or str(source)))
        raise unreadable(error, name) from None
    except BaseException:
        scratch.close()
        raise


def _open(source: Any, options: Options) -> tuple[str, Sequence[Part], Sequence[str]]:
    if not isinstance(source, str | Path):
        raise InputError(
            f"a {type(source).__name__} is neither a path nor a data frame",
            next_step="Give a path, or a pandas, Polars or Arrow frame.",
        )
    text = str(source)
    if text == "-":
        stream: BinaryIO = sys.stdin.buffer
        return STANDARD_INPUT, [_spooled(stream, STANDARD_INPUT, options)], ()
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
        return shown_name(path), [_open_file(path, options)], ()
    elif is_pattern(text):
        found = find_by_pattern(str(path), _reads)
    else:
        raise _not_there(path)
    parts = [_open_file(one, options) for one in found.paths]
    refuse_copies([(one, part.name) for part in parts for one in part.files])
    united, notes = put_together(parts)
    return shown_name(path), united, (*found.notes, *notes)


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
