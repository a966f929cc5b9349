"""A source of records: files, a folder, standard input or a data frame, opened once.

`open_source` finds out what it was given, has each file opened by the reader of its
kind, and hands back a `Source`: one relation, ``records``, in an engine that can reach
those files and nothing else.  Nothing above this module knows what kind of file it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

import duckdb
import pyarrow as pa

from equitable.errors import InputError
from equitable.intake import joining
from equitable.intake.identifiers import key_words, read_key
from equitable.intake.joining import Join, Joined
from equitable.intake.published.topic_files import side_by_side
from equitable.intake.readers import engine, frames
from equitable.intake.readers.crosswalk import Crosswalk, recoded, renamed
from equitable.intake.readers.fingerprint import Fingerprints
from equitable.intake.readers.opening import STANDARD_INPUT, open_parts, register
from equitable.intake.readers.parts import (
    Column,
    ColumnType,
    Options,
    Part,
    RowAt,
    Scratch,
    blank_rows_of,
    shown_name,
    sql_text,
    unreadable,
    without,
    without_files,
)
from equitable.vocabulary import FileRead, LeftOut, Role

__all__ = ["Column", "ColumnType", "Join", "RowAt", "Source", "open_source", "register"]

MEMORY_LIMIT: Final = "2GB"
NO_CROSSWALK: Final = Crosswalk()


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
        beside: engine.Beside = engine.NOTHING,
        as_written: Sequence[Part] = (),
    ) -> None:
        self.name = name
        self._as_written = as_written or parts
        self.columns = parts[0].columns
        self._beside = beside
        self._joins: list[Joined] = []
        self._rewritten: Callable[[Part], Part] | None = None
        self._join_notes: list[str] = []
        self._parts = list(parts)
        self._scratch = scratch
        self._settings = settings
        self._notes = tuple(notes)
        self._table = table
        self._frame_read: FileRead | None = None
        self.rewritten_as: object = None
        """What `rewrite` made of the columns, for who asks again; set by who did."""
        self.told: dict[str, str] = {}
        """How to read it, as a person said."""
        self._lock = threading.RLock()
        self._left_out: tuple[LeftOut, ...] | None = None
        self._set_aside: list[LeftOut] = []
        self._fingerprints = Fingerprints([f for p in parts for f in p.named_files])
        self._connection: duckdb.DuckDBPyConnection | None = engine.connect(
            self._parts, scratch, settings, beside
        )

    def _join(self, joins: Sequence[Join], roles: Mapping[str, Role]) -> None:
        """Have the records say what further files say of the same students."""
        if not joins:
            return
        variables = joining.key_variables(read_key())
        for join in joins:
            path = self._scratch.new_path(".parquet")
            further = _open_whole(
                join.file,
                join.options,
                settings=self._settings,
                beside=engine.Beside(variables=variables, paths=(path,)),
            )
            try:
                joined = joining.prepare(
                    join,
                    further,
                    path,
                    joining.columns_with(self.columns, self._joins),
                    first=self.name,
                    roles=roles,
                )
            except BaseException:
                further.close()
                raise
            self._joins.append(joined)
        self._open_connection.close()
        self._beside = engine.Beside(
            variables=variables,
            paths=tuple(joined.path for joined in self._joins),
            records=self._joined_records,
        )
        self._connection = engine.connect(
            self._parts, self._scratch, self._settings, self._beside
        )
        for joined in self._joins:
            self._join_notes += joining.matched(self, joined, key_words())
        self.columns = tuple(joining.columns_with(self.columns, self._joins))

    def _joined_records(self, first: str, *, ordered: bool = False) -> str:
        own = self._parts[0].columns
        return joining.records_sql(first, own, self._joins, ordered=ordered)

    @property
    def hashed(self) -> tuple[str, ...]:
        """Columns of student numbers that stand in the records as keyed hashes."""
        return tuple(dict.fromkeys(joined.on for joined in self._joins))

    @property
    def dropped(self) -> tuple[str, ...]:
        """Columns of joined files that are not among the records."""
        return tuple(name for joined in self._joins for name in joined.dropped)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out about the files and is to be said, in plain words.

        A scan may find out more, so they are best taken after it.
        """
        found = [*self._notes, *(note for part in self._parts for note in part.notes)]
        found += [note for joined in self._joins for note in joined.source.notes]
        found += self._join_notes
        return tuple(dict.fromkeys(found))

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Rows of the files that are no records, and why."""
        with self._lock:
            if self._left_out is None:
                found = [item for part in self._parts for item in part.left_out]
                found += blank_rows_of(self._parts, self.query)
                found = [replace(item, of_file=True) for item in found]
                found += self._set_aside
                found += [one for j in self._joins for one in j.source.left_out]
                self._left_out = tuple(found)
            return self._left_out

    @property
    def header_rows(self) -> int:
        """From how many rows the names of its columns were joined, at most."""
        return max(part.header_rows for part in self._parts)

    @property
    def records_a_row(self) -> int:
        """How many records were made of each row of its files; 1 where they differ."""
        times = {part.times for part in self._parts}
        return times.pop() if len(times) == 1 else 1

    @property
    def own_columns(self) -> frozenset[str]:
        """The columns of its own files, without those of further files."""
        return frozenset(column.name for column in self._parts[0].columns)

    def leave_out(self, condition: str, *, reason: str, rows: int) -> None:
        """Have rows be no records from now on, and say why.

        Parameters
        ----------
        condition
            SQL over its own columns that is true of those rows, never null.
        reason, rows
            As in `LeftOut`.
        """
        with self._lock:
            self._parts = [without(part, condition) for part in self._parts]
            self._set_aside.append(LeftOut(reason=reason, rows=rows))
            self._left_out = None
            engine.define_records(self._open_connection, self._parts, self._beside)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, as given; empty for a frame and for standard input."""
        own = [] if self.name == STANDARD_INPUT else self._parts
        joined = (path for join in self._joins for path in join.source.paths)
        return (*(path for part in own for path in part.files), *joined)

    def as_written(self) -> Source:
        """The same records before the crosswalk of values; close it after use."""
        parts = [without_files(part) for part in self._as_written]
        return Source(self.name, parts, Scratch(), self._settings)

    def rewrite(self, rewritten: Callable[[Part], Part]) -> None:
        """Put other columns in the place of the files' own, file by file."""
        with self._lock:
            self._rewritten = rewritten
            self._parts = [rewritten(part) for part in self._parts]
            self.columns = self._parts[0].columns
            engine.define_records(self._open_connection, self._parts)

    def hold(self, most: int) -> None:
        """Work the records out once, where there are no more of them than ``most``.

        For rows that take longer to plan than to read: every question asks them anew.
        """
        self.query(f"CREATE TEMP TABLE held AS SELECT * FROM records LIMIT {most + 1}")
        if self.query("SELECT COUNT(*) AS n FROM held")["n"][0].as_py() > most:
            self.query("DROP TABLE held")
        else:
            self.query("CREATE OR REPLACE TEMP VIEW records AS SELECT * FROM held")

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
                    engine.refuse_nul(answer, self.name)
                    return answer
                if not self._mend(trouble, place):
                    raise engine.explain(
                        trouble, self._parts[place].name if place is not None else None
                    )

    def write(self, sql: str, path: Path) -> None:
        """Put the answer to a question into a Parquet file that the engine may write.

        Memory stays bounded, however many rows there are.
        """
        self.query(f"COPY ({sql}) TO {sql_text(str(path))} (FORMAT parquet)")

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
                self._parts[one] = self._rewritten(made) if self._rewritten else made
                self._left_out = None
                engine.define_records(self._open_connection, self._parts, self._beside)
                return True
        return False

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
        if self._joins:  # A join may give rows in any order.
            row = f'"{joining.ROW}"'
            sql = f"SELECT * FROM records WHERE {condition} ORDER BY {row} LIMIT 1"
        for place in range(len(self._parts)):
            found = self._first_of(place, sql, parameters)
            if found is not None:
                return found
        return None

    def _first_of(
        self, place: int, sql: str, parameters: Sequence[str | float]
    ) -> RowAt | None:
        beside, name = self._beside, ""
        if self._joins:
            beside = replace(
                beside, records=lambda one: self._joined_records(one, ordered=True)
            )
            name = " with " + " and ".join(j.source.name for j in self._joins)
        while True:
            part = self._parts[place]
            ordered = replace(self._settings, ordered=True)
            with engine.connect([part], self._scratch, ordered, beside) as connection:
                try:
                    found = engine.ask(connection, sql, parameters).to_pylist()
                except duckdb.Error as error:
                    trouble = engine.trouble_of(error)
                else:
                    if not found:
                        return None
                    row = part.row_of(found[0].pop("equitable row"))
                    return RowAt(file=part.name + name, row=row, values=found[0])
            if not self._mend(trouble, place):
                raise engine.explain(trouble, part.name)

    def files(self) -> tuple[FileRead, ...]:
        """Name, hash and size of each file; waits until the hash is known."""
        joined = (read for join in self._joins for read in join.source.files())
        if self._table is not None:
            with self._lock:
                if self._frame_read is None:
                    self._frame_read = frames.fingerprint(self._table)
                return (self._frame_read, *joined)
        return (*self._fingerprints.result(), *joined)

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
            for joined in self._joins:
                joined.source.close()
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
    decimal: str | None = None,
    join: Sequence[Join] = (),
    roles: Mapping[str, Role] | None = None,
    crosswalk: Crosswalk = NO_CROSSWALK,
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
    decimal
        ``','`` or ``'.'``: what stands before the decimals in text tables; the other of
        the two may then stand between thousands.
    join
        Further files of the same students: every record stays, with what they say of
        its student in further columns; see `Join`.
    roles
        What a person says that columns are for; those of a joined file that are
        identifiers are left out of the records.
    crosswalk
        Which columns and values other files or years call otherwise; not of joined
        files.
    memory_limit, threads
        What the engine may use: ``'2GB'`` and every core where not given.

    Raises
    ------
    InputError
        Where there is no such file, or it cannot be a table.
    """
    for one in join:
        if isinstance(one.file, str) and one.file.strip() == "-":
            raise InputError(
                "standard input cannot be joined to another table",
                next_step="Save it as a file and name that in the join.",
            )
    said: dict[str, Any] = {
        "sheet": sheet,
        "delimiter": delimiter,
        "encoding": encoding,
        "decimal": decimal,
    }
    opened = _open_whole(
        source,
        partial(Options, **said),
        settings=engine.Settings(memory_limit or MEMORY_LIMIT, threads),
        crosswalk=crosswalk,
    )
    opened.told = {key: value for key, value in said.items() if value is not None}
    try:
        opened._join(join, roles or {})  # noqa: SLF001 - its other half
    except BaseException:
        opened.close()
        raise
    return opened


def _open_whole(
    source: Any,
    options: Callable[..., Options],
    *,
    settings: engine.Settings,
    beside: engine.Beside = engine.NOTHING,
    crosswalk: Crosswalk = NO_CROSSWALK,
) -> Source:
    """One source by itself."""
    scratch = Scratch()

    def alone(part: Part, *paths: Path) -> Source:
        aside, kept = engine.Beside(paths=paths), replace(settings, ordered=True)
        return Source(part.name, [without_files(part)], Scratch(), kept, beside=aside)

    def first_row(part: Part, condition: str) -> int | None:
        with alone(part) as one:
            found = one.first_row(condition)
        return None if found is None else found.row

    try:
        table = None
        if frames.is_frame(source):
            part, table = frames.open_frame(source)
            name, (parts, notes) = part.name, renamed([part], crosswalk, first_row)
        else:
            made = options(scratch=scratch)
            together = partial(side_by_side, scratch=scratch, alone=alone)
            name, parts, notes = open_parts(
                source, made, crosswalk, first_row, together
            )
        return Source(
            name,
            [recoded(part, crosswalk) for part in parts],
            scratch,
            settings,
            notes=notes,
            table=table,
            beside=beside,
            as_written=parts,
        )
    except OSError as error:
        scratch.close()
        name = shown_name(Path(error.filename or str(source)))
        raise unreadable(error, name) from None
    except BaseException:
        scratch.close()
        raise
