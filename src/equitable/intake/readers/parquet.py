"""Parquet files: read where they stand; only what is used is read at all."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from equitable.errors import InputError
from equitable.intake.readers.file_kind import kind_of, refuse
from equitable.intake.readers.headers import read_header
from equitable.intake.readers.parts import (
    Options,
    Part,
    engine_path,
    sql_text,
    standard_column,
)
from equitable.intake.where import quote_name

SUFFIXES: Final = (".parquet", ".pq", ".parq")


def open_parquet(path: Path, options: Options) -> Part:
    """Open a Parquet file; an `Opener`.

    Raises
    ------
    InputError
        Where the file is not whole, is locked, or has no rows or no plain columns.
    """
    name = options.name_of(path)
    kind = kind_of(path)
    if kind != "a Parquet file":
        if path.stat().st_size == 0:
            raise InputError(
                "it is empty", next_step="Write the table again.", file=name
            )
        if kind:
            raise refuse(path, name, kind)
        raise damaged(name)
    options.refuse_sheet(path)
    source = engine_path(path, options.scratch)
    table = f"read_parquet({sql_text(str(source))}, hive_partitioning=false)"
    described, rows = _describe(table, str(source), name)
    if not rows:
        raise InputError("it has no rows", next_step="Write it again.", file=name)
    chosen, columns, nested = [], [], []
    for given, engine_type in described:
        made = standard_column(given, engine_type)
        if made is None:
            nested.append(given)
            continue
        columns.append(made[0])
        chosen.append(f"{made[1]} AS {quote_name(given)}")
    if not columns:
        raise InputError(
            "none of its columns holds plain values",
            next_step="Write it again with one value in each cell.",
            file=name,
        )
    return Part(
        name=name,
        columns=tuple(columns),
        sql=f"SELECT {', '.join(chosen)} FROM {table}",
        files=(path,),
        reads=(source,),
        notes=nested_note(nested, name),
    )


def _describe(table: str, source: str, name: str) -> tuple[list[tuple[str, str]], int]:
    """The columns and their engine's types, and the number of rows, from the footer."""
    with duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    ) as connection:
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
            schema = connection.execute(
                "SELECT name, COALESCE(num_children, 0) FROM"
                f" parquet_schema({sql_text(source)})"
            ).fetchall()
            counted = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
        except duckdb.Error as error:
            if "encrypt" in str(error).lower():
                raise InputError(
                    "it is locked with a key",
                    next_step="Write it again without encryption.",
                    file=name,
                ) from None
            raise damaged(name) from None
    columns = [(str(row[0]), str(row[1])) for row in described]
    # The schema's own names: the engine has renamed doubles by now.
    names = _top_names([(str(row[0]), int(row[1])) for row in schema])
    read_header(names, [["?"] * len(names)], file=name)
    return columns, int(counted[0]) if counted else 0


def _top_names(schema: list[tuple[str, int]]) -> list[str]:
    """Names of the columns from a schema written depth first, its root first."""
    names = []
    below = 0
    for name, children in schema[1:]:
        if not below:
            names.append(name)
        else:
            below -= 1
        below += children
    return names


def damaged(name: str) -> InputError:
    """The error of a Parquet file that is not whole."""
    return InputError(
        "it is not a whole Parquet file: it may have been cut off on its way",
        next_step="Copy or download it again.",
        file=name,
    )


def nested_note(names: list[str], file: str) -> tuple[str, ...]:
    """What is said of columns that hold lists, records or bytes."""
    if not names:
        return ()
    listed = ", ".join(f"'{name}'" for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    verb = "holds" if len(names) == 1 else "hold"
    sentence = (
        f"{listed}{more} of {file} {verb} lists, records or bytes rather than plain"
        " values, and cannot be used."
    )
    return (sentence,)
