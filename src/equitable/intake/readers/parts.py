"""A part: one opened file (or frame) of a source, whatever its kind.

A reader turns a file into a `Part`.  Nothing above the readers knows more of a file
than its part says: which columns it has, how the engine reads it, which row of the
spreadsheet a record stands in, and what was found out on the way.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

import pyarrow as pa

from equitable.errors import InputError
from equitable.intake.where import quote_name
from equitable.vocabulary import LeftOut

ColumnType: TypeAlias = Literal["text", "number", "boolean", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the records: its name as in the file, and what its values are."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class RowAt:
    """A record in its file: ``row`` counts as a spreadsheet does, the header is 1."""

    file: str
    row: int
    values: Mapping[str, Any]


class Scratch:
    """A private folder (mode 0700) for what must stand on disk; gone after `close`.

    It is made when first asked for, and removed at exit where `close` was forgotten.
    """

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._made = 0
        self._finalizer: weakref.finalize[[str], Scratch] | None = None

    @property
    def folder(self) -> Path:
        """The folder."""
        if self._folder is None:
            made = tempfile.mkdtemp(prefix="equitable-")
            self._folder = Path(made)
            self._finalizer = weakref.finalize(self, _remove, made)
        return self._folder

    def new_path(self, suffix: str) -> Path:
        """A path in the folder that nothing stands at yet."""
        self._made += 1
        return self.folder / f"{self._made:05d}{suffix}"

    def close(self) -> None:
        """Remove the folder and all in it."""
        if self._finalizer is not None:
            self._finalizer()
        self._folder = self._finalizer = None


def _remove(folder: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person said about how to read, and where a reader may put things."""

    scratch: Scratch
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    name: str | None = None
    """What to call the file in messages, where its path does not tell."""

    def name_of(self, path: Path) -> str:
        """The file's name without its folder."""
        return self.name or shown_name(path)

    def refuse_sheet(self, path: Path) -> None:
        """Refuse a sheet that was named for a file which has none."""
        if self.sheet is not None:
            raise InputError(
                f"it has no sheets, and sheet '{self.sheet[:40]}' was asked for",
                next_step="Leave the sheet away, or give the workbook.",
                file=self.name_of(path),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a source, ready for the engine.

    Parameters
    ----------
    name
        The file's name without its folder.
    columns
        What ``sql`` gives, in order.
    header_rows
        From how many rows of the file the columns' names were joined.
    sql
        A SELECT; it may read the paths in ``reads`` and the relations in ``tables``.
    files
        What the person gave: hashed for provenance.
    reads
        Every path the engine may be asked to open, those of a mended copy included.
    tables
        Relations in memory, by the name under which ``sql`` knows them.
    blank_rows
        SQL that counts the rows of the file without any value, where ``sql`` leaves
        such rows out.
    row_of
        From a record's ordinal (1 is the first) to its row in the spreadsheet.
    times
        How many records are made of each row of the file: several where its columns
        were groups, or years.
    year
        The year in the name of the sheet that was read, where sheets are of years.
    others
        The workbook's sheets of other years, the newest first.
    mend
        Called where the engine cannot read the file: gives a part that it can, or
        raises an `InputError` that says where the file is wrong, or gives ``None``.
    """

    name: str
    columns: tuple[Column, ...]
    sql: str
    header_rows: int = 1
    files: tuple[Path, ...] = ()
    reads: tuple[Path, ...] = ()
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    blank_rows: str | None = None
    row_of: Callable[[int], int] = lambda ordinal: ordinal + 1
    times: int = 1
    year: str = ""
    others: tuple[str, ...] = ()
    mend: Callable[[Literal["encoding", "form"]], Part | None] | None = None

    @property
    def named_files(self) -> list[tuple[Path, str]]:
        """Each file and what it is called where the numbers come from."""
        if len(self.files) == 1:
            return [(self.files[0], self.name)]
        return [(path, shown_name(path)) for path in self.files]


def without(part: Part, condition: str) -> Part:
    """The part without the rows that meet a SQL condition, a mended one too."""
    mend = part.mend

    def mended(kind: Literal["encoding", "form"]) -> Part | None:
        made = mend(kind) if mend is not None else None
        return without(made, condition) if made is not None else None

    return replace(
        part,
        sql=f"SELECT * FROM ({part.sql}) WHERE NOT ({condition})",
        mend=mended if mend is not None else None,
    )


def reselected(part: Part, columns: tuple[Column, ...], select: str) -> Part:
    """The part with other columns; a mended copy of it gets the same ones.

    ``select`` is a SELECT without its FROM.
    """
    mend = part.mend

    def mended(kind: Literal["encoding", "form"]) -> Part | None:
        again = mend(kind) if mend is not None else None
        return None if again is None else reselected(again, columns, select)

    return replace(
        part,
        columns=columns,
        sql=f"{select} FROM ({part.sql})",
        mend=None if mend is None else mended,
    )


def without_files(part: Part) -> Part:
    """The part for a look beside: its files are hashed elsewhere."""
    return replace(part, files=())


def text_of(name: str, kind: ColumnType) -> str:
    """SQL for a column's values as text: the number 3.0 is the text '3'."""
    quoted = quote_name(name)
    if kind == "text":
        return quoted
    if kind == "number":
        whole = f"CAST(CAST({quoted} AS BIGINT) AS VARCHAR)"
        plain = f"{quoted} = TRUNC({quoted}) AND ABS({quoted}) < 1e15"
        return f"CASE WHEN {plain} THEN {whole} ELSE CAST({quoted} AS VARCHAR) END"
    return f"CAST({quoted} AS VARCHAR)"


class Opener(Protocol):
    """A reader: from a path to a part."""

    def __call__(self, path: Path, options: Options) -> Part:
        """Open the file; raises `InputError` where it cannot be read."""


def shown_name(path: Path) -> str:
    """A path's last name as text that can always be printed."""
    name = path.name or path.resolve().name
    return name.encode(errors="surrogateescape").decode(errors="replace")


def sql_text(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def engine_path(path: Path, scratch: Scratch) -> Path:
    """A path to the same file that the engine reads as exactly that file.

    Glob characters, and bytes that are not text, get a plainly named link instead.
    """
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - a link must keep its name
    text = str(whole)
    awkward = any(mark in text for mark in "*?[]{}\\\n") and os.name != "nt"
    if not awkward and text.isprintable() and text == text.strip():
        return whole
    link = scratch.new_path("".join(path.suffixes[-1:]) if text.isprintable() else "")
    try:
        link.symlink_to(whole)
    except OSError:
        return whole
    return link


_NUMERIC = frozenset(
    {
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
        "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL",
    }
)  # fmt: skip
_TEXTUAL = frozenset(
    {"VARCHAR", "ENUM", "UUID", "TIME", "TIME WITH TIME ZONE", "INTERVAL", "JSON"}
)


def standard_column(name: str, engine_type: str) -> tuple[Column, str] | None:
    """A column of an engine's type as one of ours, and the SQL that makes it so.

    ``None`` for what holds no plain values (lists, records, bytes).  Decimals become
    doubles; 'not a number' becomes no value; a moment in a time zone becomes the
    moment in UTC.
    """
    quoted = quote_name(name)
    kind = engine_type.upper()
    base = kind.split("(")[0].strip()
    if kind.endswith("]"):
        return None
    if base in _NUMERIC:
        if base in {"FLOAT", "DOUBLE"}:
            # Not NULLIF: a Parquet file's own statistics leave NaN out and mislead it.
            made = f"CASE WHEN isnan({quoted}) THEN NULL ELSE {quoted} END"
            return Column(name, "number"), made
        wide = base in {"DECIMAL", "HUGEINT", "UHUGEINT", "UBIGINT"}
        made = f"CAST({quoted} AS DOUBLE)" if wide else quoted
        return Column(name, "number"), made
    if base == "BOOLEAN":
        return Column(name, "boolean"), quoted
    if base == "DATE":
        return Column(name, "date"), quoted
    if base.startswith("TIMESTAMP"):
        return Column(name, "date"), f"CAST({quoted} AS TIMESTAMP)"
    if base in _TEXTUAL:
        made = quoted if base == "VARCHAR" else f"CAST({quoted} AS VARCHAR)"
        return Column(name, "text"), made
    return None


def plain_text(value: object) -> str:
    """A cell's value as the text a person would type: ``3`` and never ``3.0``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return str(value)


def cells_as_array(values: Sequence[object]) -> tuple[pa.Array, ColumnType]:
    """Cells of any kind as one column: of their kind where all agree, else as text.

    ``None`` and the empty text are no value.
    """
    cells = [None if value == "" or value is None else value for value in values]
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {bool}:
        return pa.array(cells, pa.bool_()), "boolean"
    if kinds and kinds <= {int, float}:
        numbers = [c if isinstance(c, int | float) else None for c in cells]
        if all(n is None or (n == n // 1 and abs(n) < 2**53) for n in numbers):
            whole = [None if n is None else int(n) for n in numbers]
            return pa.array(whole, pa.int64()), "number"
        return pa.array(numbers, pa.float64()), "number"
    if kinds and kinds <= {dt.date, dt.datetime}:
        return _dates(cells), "date"
    texts = [None if cell is None else plain_text(cell) for cell in cells]
    return pa.array(texts, pa.string()), "text"


def _dates(cells: Iterable[object]) -> pa.Array:
    moments = [
        dt.datetime.combine(cell, dt.time())
        if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime)
        else cell
        for cell in cells
    ]
    array = pa.array(moments, pa.timestamp("us"))
    midnight = all(
        not isinstance(m, dt.datetime) or m.time() == dt.time() for m in moments
    )
    return array.cast(pa.date32()) if midnight else array


def unreadable(error: OSError, name: str) -> InputError:
    """An error of the operating system as a sentence."""
    if isinstance(error, PermissionError):
        return InputError(
            "this account may not read it",
            next_step="Change its permissions, or copy it to where you may read it.",
            file=name,
        )
    if error.errno == errno.ENOSPC:
        return InputError(
            "the disk for temporary files is full",
            next_step="Free some room, or set TMPDIR to a disk with more.",
            file=name,
        )
    reason = error.strerror or type(error).__name__
    return InputError(
        f"it cannot be read ({reason})",
        next_step="Check that the file is whole and its disk still there.",
        file=name,
    )


def blank_rows_of(
    parts: Sequence[Part], query: Callable[[str], pa.Table]
) -> list[LeftOut]:
    """The rows of each part that are empty from end to end."""
    found = []
    for part in parts:
        if part.blank_rows is not None:
            counted = query(part.blank_rows).column(0)[0].as_py()
            if counted:
                found.append(LeftOut(reason=f"blank rows of {part.name}", rows=counted))
    return found
