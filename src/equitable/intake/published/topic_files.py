"""The federal collection as it is downloaded: a file a topic, brought together here.

Its enrolment stands in one file, its suspensions in another, a row a school in each.
A count is of the enrolment beside it, so the files are put side by side by school: the
rows are those of the enrolment, and a school that another file lacks has no value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from equitable.errors import InputError
from equitable.intake.published.civil_rights import (
    ENROLMENT_COLUMN,
    KEPT_COLUMNS,
    KEY_COLUMNS,
    Layout,
)
from equitable.intake.published.school_counts import refuse_words
from equitable.intake.readers.parts import Column, Part, Scratch, sql_text, text_of
from equitable.intake.where import quote_name
from equitable.vocabulary import LeftOut

if TYPE_CHECKING:
    from equitable.intake.source import Source

Alone: TypeAlias = "Callable[..., Source]"
"""Opens a part by itself, its rows in order, with paths that it may read and write."""

_SCHOOL: Final = '"equitable school"'
_ROW: Final = '"equitable row"'
_BATCH: Final = 8_192
"""Rows held in memory at a time; there are a thousand columns."""


def side_by_side(
    parts: Sequence[Part], scratch: Scratch, alone: Alone
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """The parts, those of one collection as one; and what is to be said of it.

    Parameters
    ----------
    parts
        The opened files of a source.
    scratch
        Where the columns that are needed are put meanwhile.
    alone
        How a part's rows get there.

    Raises
    ------
    InputError
        Where no file, or more than one, holds the enrolment; or where a school stands
        twice in one of them.
    """
    topical = [part for part in parts if _topics_of(_names(part))]
    enrolled = [part for part in parts if ENROLMENT_COLUMN in _names(part)]
    if not topical or (enrolled and all(part in enrolled for part in topical)):
        return tuple(parts), ()
    if not enrolled:
        _refuse_no_enrolment(topical)
    if len(enrolled) > 1:
        raise InputError(
            f"'{enrolled[0].name}' and '{enrolled[1].name}' both hold the enrolment"
            " (SCH_ENR_…) of the Civil Rights Data Collection, and other files lack it",
            next_step="Put each year's files into a folder of its own, and give one.",
        )
    first, others = enrolled[0], [part for part in parts if part is not enrolled[0]]
    used, aside = _shared_out(first, others)
    made = _joined(first, used, scratch, alone)
    put = _listed([first.name, *(part.name for part, _ in used)])
    said = "Files of the Civil Rights Data Collection were put side by side by school"
    notes = [f"{said}: {put}."]
    if aside:
        verb = "holds nothing" if len(aside) == 1 else "hold nothing"
        was = "was" if len(aside) == 1 else "were"
        notes.append(
            f"{_listed(aside)} {verb} that is asked of the collection, and {was} left"
            " aside."
        )
    return (made,), tuple(notes)


def _names(part: Part) -> frozenset[str]:
    return frozenset(column.name for column in part.columns)


def _topics_of(names: frozenset[str]) -> bool:
    """Whether the columns hold a topic of the collection, whatever its enrolment."""
    if not names.issuperset(KEY_COLUMNS):
        return False
    return bool(Layout(columns=names | {ENROLMENT_COLUMN}).topics)


def _refuse_no_enrolment(parts: Sequence[Part]) -> None:
    one = len(parts) == 1
    raise InputError(
        ("it is a file" if one else "these are files")
        + " of the Civil Rights Data Collection without the enrolment (SCH_ENR_…) that"
        f" {'its' if one else 'their'} counts are part of",
        next_step="Put the collection's Enrollment file of the same year into the same"
        " folder, and give the folder.",
        file=parts[0].name if one else None,
    )


def _shared_out(
    first: Part, others: Sequence[Part]
) -> tuple[list[tuple[Part, list[str]]], list[str]]:
    """The columns that each file gives, and the files that give none."""
    of_schools = [one for one in others if _names(one).issuperset(KEY_COLUMNS)]
    every = frozenset().union(_names(first), *map(_names, of_schools))
    layout = Layout(columns=every)
    missing = [
        name for name in layout.cleaning(layout.topics) if name not in _names(first)
    ]
    used, aside = [], []
    for part in others:
        given = [name for name in missing if name in _names(part)]
        if part in of_schools and given:
            used.append((part, given))
            missing = [name for name in missing if name not in given]
        else:
            aside.append(part.name)
    return used, aside


def _joined(
    first: Part,
    used: Sequence[tuple[Part, Sequence[str]]],
    scratch: Scratch,
    alone: Alone,
) -> Part:
    """One part of all the columns, on disk: questions then neither join nor sort."""
    own = Layout(columns=_names(first))
    needed = {ENROLMENT_COLUMN, *own.cleaning(own.topics)}
    kept = [c for c in first.columns if c.name in needed or c.name in KEPT_COLUMNS]
    listed = ", ".join(quote_name(column.name) for column in kept)
    base = scratch.new_path(".parquet")
    with alone(first, base) as one:
        refuse_words(one, [*needed])
        schools = _each_once(first, one)
        one.write(
            f"SELECT ROW_NUMBER() OVER () AS {_ROW}, {_school_sql(first)} AS {_SCHOOL},"
            f" {listed} FROM records",
            base,
        )
    paths, columns, left_out = [base], [*kept], [*first.left_out]
    for part, names in used:
        path = scratch.new_path(".parquet")
        numbers = ", ".join(
            f"TRY_CAST({quote_name(name)} AS DOUBLE) AS {quote_name(name)}"
            for name in names
        )
        with alone(part, base, path) as one:
            refuse_words(one, names)
            found = _each_once(part, one)
            one.write(
                f"SELECT their.* EXCLUDE ({_SCHOOL}) FROM"
                f" read_parquet({sql_text(str(base))}) AS own LEFT JOIN"
                f" (SELECT {_school_sql(part)} AS {_SCHOOL}, {numbers} FROM records)"
                f" AS their USING ({_SCHOOL}) ORDER BY own.{_ROW}",
                path,
            )
        lacking = pc.sum(pc.invert(pc.is_in(found, value_set=schools))).as_py()
        left_out += part.left_out
        if lacking:
            reason = f"schools of {part.name} that {first.name} does not have"
            left_out.append(LeftOut(reason=reason, rows=lacking))
        paths.append(path)
        columns += [Column(name, "number") for name in names]
    whole = scratch.new_path(".parquet")
    _write_beside(paths, [column.name for column in columns], whole)
    parts = [first, *(part for part, _ in used)]
    return Part(
        name=f"{first.name} with {_listed([part.name for part, _ in used])}",
        columns=tuple(columns),
        header_rows=first.header_rows,
        sql=f"SELECT * FROM read_parquet({sql_text(str(whole))})",
        files=tuple(path for part in parts for path in part.files),
        reads=(whole,),
        row_of=first.row_of,
        notes=tuple(note for part in parts for note in part.notes),
        left_out=tuple(left_out),
    )


def _write_beside(paths: Sequence[Path], names: Sequence[str], whole: Path) -> None:
    """Files of the same rows in the same order as one, some rows at a time."""
    with ExitStack() as stack:
        files = [stack.enter_context(pq.ParquetFile(path)) for path in paths]
        schema = pa.schema([field for one in files for field in one.schema_arrow])
        schema = pa.schema([schema.field(name) for name in names])
        writer = stack.enter_context(pq.ParquetWriter(whole, schema))
        for batches in zip(
            *(one.iter_batches(batch_size=_BATCH) for one in files), strict=True
        ):
            held = {
                name: column
                for batch in batches
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }
            writer.write_batch(pa.record_batch([held[n] for n in names], schema=schema))


def _school_sql(part: Part) -> str:
    """A school's number, with or without the zeros that a spreadsheet takes away."""
    kinds = {column.name: column.type for column in part.columns}
    pieces = [
        f"LTRIM(TRIM({text_of(name, kinds[name])}), '0')" for name in ("LEAID", "SCHID")
    ]
    return " || '-' || ".join(pieces)


def _each_once(part: Part, alone: Source) -> pa.Array:
    """The schools of a file, none of them twice."""
    asked = f"SELECT {_school_sql(part)} AS school FROM records"
    schools = alone.query(asked)["school"].combine_chunks()
    named = schools.drop_null()
    if len(named) == len(named.unique()):
        return schools
    seen: set[str] = set()
    for place, school in enumerate(schools.to_pylist(), start=1):
        if school is not None and school in seen:
            raise InputError(
                "the school of this row (LEAID and SCHID) stands in an earlier row too,"
                " and its students would count twice",
                next_step="Keep one of the two rows.",
                file=part.name,
                row=part.row_of(place),
                column="SCHID",
            )
        seen.add(school)
    return schools


def _listed(names: Sequence[str]) -> str:
    most = [*names[:4], *([f"{len(names) - 4} more"] if len(names) > 4 else [])]
    if len(most) == 1:
        return most[0]
    return f"{', '.join(most[:-1])} and {most[-1]}"
