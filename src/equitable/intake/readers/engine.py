"""The engine behind a source: it can reach the source's files and nothing else.

DuckDB in memory, held to a limit and spilling to a private folder; extensions are never
installed or loaded, no other file can be named in a query, and once the source is open
none of that can be changed.  What the engine complains of is told apart here and put in
plain words; its own words are never passed on, since they quote rows.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from equitable.errors import EquitableError, InputError, QuestionError
from equitable.intake.readers.parts import Part, Scratch, sql_text, unreadable

_FILE: Final = re.compile(r"^\s*file = (.*)$", re.MULTILINE)

TroubleKind: TypeAlias = Literal[
    "encoding", "form", "memory", "disk", "value", "question", "file", "stopped"
]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the engine may use, and whether it keeps the rows in order."""

    memory_limit: str
    threads: int | None = None
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the engine complained of; ``detail`` is free of values from the file."""

    kind: TroubleKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """What else an engine is to have, where files are joined.

    ``variables`` are bytes (in hexadecimal) that SQL takes by name; ``paths`` may be
    read and written; ``records`` makes the SQL of ``records`` from that of the parts'
    rows.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[Path, ...] = ()
    records: Callable[[str], str] = lambda first: f"SELECT * FROM {first}"


NOTHING: Final = Beside()


def connect(
    parts: Sequence[Part],
    scratch: Scratch,
    settings: Settings,
    beside: Beside = NOTHING,
) -> duckdb.DuckDBPyConnection:
    """An engine with the relation ``records`` over these parts, and locked.

    Raises
    ------
    InputError
        Where the settings cannot be followed.
    """
    threads = 1 if settings.ordered else settings.threads
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": settings.memory_limit,
        "temp_directory": str(scratch.folder),
        "preserve_insertion_order": "true" if settings.ordered else "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    }
    if threads is not None:
        config["threads"] = str(threads)
    try:
        connection = duckdb.connect(config=config)
    except duckdb.Error:
        raise InputError(
            f"the engine cannot be held to memory '{settings.memory_limit}' and"
            f" {settings.threads or 'all'} threads",
            next_step="Write memory as '2GB' and threads as a number from 1 on.",
        ) from None
    try:
        connection.execute("SET TimeZone = 'UTC'")
        # Its progress bar would stand before a result on standard output.
        connection.execute("SET enable_progress_bar = false")
        for part in parts:
            for relation, table in part.tables.items():
                connection.register(relation, table)
        for variable, value in beside.variables.items():
            connection.execute(f"SET VARIABLE {variable} = unhex({sql_text(value)})")
        define_records(connection, parts, beside)
        reads = [path for part in parts for path in part.reads] + [*beside.paths]
        paths = ", ".join(sql_text(str(path)) for path in reads)
        connection.execute(f"SET allowed_paths = [{paths}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        trouble = trouble_of(error)
        place = place_of(error, parts)
        connection.close()
        name = parts[place].name if place is not None else None
        raise explain(trouble, name) from None
    return connection


def define_records(
    connection: duckdb.DuckDBPyConnection,
    parts: Sequence[Part],
    beside: Beside = NOTHING,
) -> None:
    """Make ``records`` the rows of all parts, which give the same columns.

    Where files are joined, ``equitable_first`` is those rows alone.
    """
    selected = _union([part.sql for part in parts])
    if beside is not NOTHING:
        view = "CREATE OR REPLACE TEMP VIEW equitable_first AS"
        connection.execute(f"{view} {selected}")
        selected = beside.records("equitable_first")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW records AS {selected}")


def _union(selects: Sequence[str]) -> str:
    """All of them, as a tree: a thousand files nest ten deep."""
    if len(selects) == 1:
        return selects[0]
    half = len(selects) // 2
    return f"({_union(selects[:half])}) UNION ALL ({_union(selects[half:])})"


def ask(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[str | float]
) -> pa.Table:
    """The answer to a question.

    Raises
    ------
    duckdb.Error
        For `trouble_of`.
    KeyboardInterrupt
        Where the person stopped it: the engine has an error of its own for that.
    """
    try:
        return connection.execute(sql, list(parameters)).to_arrow_table()
    except RuntimeError as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


def trouble_of(error: duckdb.Error) -> Trouble:
    """What kind of complaint it is."""
    text = str(error)
    if isinstance(error, duckdb.InterruptException):
        return Trouble("stopped")
    if "Invalid unicode" in text or "not utf-8 encoded" in text:
        return Trouble("encoding")
    if "CSV Error" in text or "CSV Parser state" in text or "Maximum line size" in text:
        return Trouble("form")
    if isinstance(error, duckdb.OutOfMemoryException):
        full = "max_temp_directory_size" in text or "No space left" in text
        return Trouble("disk" if full else "memory")
    if isinstance(error, duckdb.ConversionException | duckdb.OutOfRangeException):
        return Trouble("value")
    if isinstance(
        error,
        duckdb.ParserException
        | duckdb.BinderException
        | duckdb.CatalogException
        | duckdb.PermissionException,
    ):
        # Made from names in the question, not from values in the file.
        return Trouble("question", text.partition("\n")[0])
    if "No space left" in text:
        return Trouble("disk")
    return Trouble("file")


def place_of(error: duckdb.Error, parts: Sequence[Part]) -> int | None:
    """Which part the complaint is about, where it tells."""
    if len(parts) == 1:
        return 0
    text = str(error)
    # The engine names the file last; what stands before may quote the file's rows.
    named = _FILE.findall(text)
    for place, part in enumerate(parts):
        if named and any(named[-1].strip() == str(path) for path in part.reads):
            return place
    for place, part in enumerate(parts):
        if not named and any(f'"{path}"' in text for path in part.reads):
            return place
    return None


def explain(trouble: Trouble, name: str | None) -> EquitableError:
    """The complaint as an error that tells what to do next."""
    if trouble.kind == "memory":
        return InputError(
            "the memory the engine may use does not suffice for this question",
            next_step="Allow it more, or ask for fewer columns at once.",
        )
    if trouble.kind == "disk":
        return unreadable(OSError(errno.ENOSPC, ""), name or "the source")
    if trouble.kind == "value":
        return InputError(
            "a value is not of the kind that was asked for",
            next_step="Look for text in a column of numbers or dates.",
            file=name,
        )
    if trouble.kind == "question":
        return QuestionError(f"the records cannot be asked this: {trouble.detail}")
    if trouble.kind == "stopped":
        return InputError("the question was stopped before it was answered")
    if trouble.kind == "encoding":
        return InputError(
            "some of its text is in no encoding that could be found out",
            next_step="Save it again as CSV in UTF-8.",
            file=name,
        )
    return InputError(
        "it cannot be read as it stands: it may be damaged, cut off, or have changed"
        " while it was read",
        next_step="Copy or export it again.",
        file=name,
    )


def holds_nul(answer: pa.Table) -> bool:
    """Whether any text of an answer holds a NUL byte."""
    for column in answer.columns:
        textual = pa.types.is_string(column.type) or pa.types.is_large_string(
            column.type
        )
        if textual and pc.any(pc.match_substring(column, "\x00")).as_py():
            return True
    return False


def refuse_nul(answer: pa.Table, name: str) -> None:
    """Refuse an answer with a NUL byte in it; ``name`` is the file's.

    Raises
    ------
    InputError
        Where there is one.
    """
    if holds_nul(answer):
        raise InputError(
            "it holds a NUL byte, which no text has: the file is damaged",
            next_step="Export it again.",
            file=name,
        )
