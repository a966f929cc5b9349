"""Joining a further file of the same students, without ever keeping a number of theirs.

A student number becomes a keyed hash (`identifiers.keyed_hash_sql`) as it is read: the
hash is what files are joined by, and all that stands in the records, in a temporary
file or in what the engine puts on disk.  The further file is read once, into a private
table without its identifiers; every row of the first file stays, with what that table
says of its student beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from equitable.errors import InputError, SettingsError, did_you_mean
from equitable.intake.identifiers import hash_parameters, keyed_hash_sql, recognise
from equitable.intake.profile import cleaned_sql, profile
from equitable.intake.readers.parts import Column, Options, sql_text
from equitable.intake.where import quote_name
from equitable.vocabulary import MISSING_TOKENS, Role

if TYPE_CHECKING:
    from equitable.intake.settings import Settings
    from equitable.intake.source import Source

FEW: Final = 10
"""Counts of students under this are not told."""
ROW: Final = "equitable row"
"""The column of a record's ordinal, where rows are asked for in their order."""
_OUTER: Final = "equitable_outer"
_INNER: Final = "equitable_inner"
FIRST: Final = "equitable_first"
"""The relation of the first file as it stands, for what is said of a join."""


@dataclass(frozen=True, slots=True)
class Join:
    """A further file of the same students, and how they are known in both.

    Parameters
    ----------
    file
        What `open_source` takes, but for standard input.
    on
        The column of student numbers; ``{"first's name": "this one's"}`` where the
        names differ.
    year
        The same of the year, where this file has a row for each student and year.
    sheet, delimiter, encoding, decimal
        How to read it, as for the first file.
    """

    file: Any
    on: str | Mapping[str, str]
    year: str | Mapping[str, str] | None = None
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None

    def options(self, **given: Any) -> Options:
        """How it is read, as the readers ask for it."""
        return Options(
            sheet=self.sheet,
            delimiter=self.delimiter,
            encoding=self.encoding,
            decimal=self.decimal,
            **given,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A further file that was read and can be joined.

    ``on`` and ``year`` are columns of the first file; ``chosen`` are the columns it
    adds, by their name in its private table.
    """

    source: Source
    path: Path
    on: str
    year: str | None
    chosen: tuple[tuple[str, Column], ...]
    students: int
    zeros: bool = False
    """Whether a number of it has a zero at its start."""
    notes: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def joins_of(settings: Settings | None, folder: Path) -> tuple[Join, ...]:
    """What ``[[join]]`` says; a file is named from the folder of ``equity.toml``."""
    return tuple(
        Join(
            folder / Path(one.file).expanduser(),
            one.on,
            one.year,
            one.sheet,
            one.delimiter,
            one.encoding,
            one.decimal,
        )
        for one in (settings.join if settings else ())
    )


def key_variables(key: bytes) -> dict[str, str]:
    """The variables of the engine in which the key stands, so that no SQL has it."""
    outer, inner = hash_parameters(key)
    return {_OUTER: outer, _INNER: inner}


def _hash(column_sql: str) -> str:
    return keyed_hash_sql(
        column_sql,
        outer=f"getvariable('{_OUTER}')",
        inner=f"getvariable('{_INNER}')",
    )


def _hash_of(column: str, *, bare: bool = False) -> str:
    """SQL for the hash of a student number, 32 bytes; null where there is none.

    ``bare`` leaves zeros at the start aside.
    """
    text = f"trim(CAST({quote_name(column)} AS VARCHAR))"
    if bare:
        text = f"coalesce(nullif(ltrim({text}, '0'), ''), '0')"
    # Not IN: of a long list the engine makes a join, which would be handed the number.
    tokens = ", ".join(sql_text(token) for token in sorted(MISSING_TOKENS))
    said = f"lower(trim(CAST({quote_name(column)} AS VARCHAR)))"
    present = f"NOT coalesce(list_contains([{tokens}], {said}), TRUE)"
    return f"CASE WHEN {present} THEN unhex({_hash(text)}) END"


def _starts_with_zero(column: str) -> str:
    return f"starts_with(trim(CAST({quote_name(column)} AS VARCHAR)), '0')"


def _year_of(column: str) -> str:
    return rf"regexp_replace({cleaned_sql(column)}, '\.0+$', '')"


def _named(given: str | Mapping[str, str], key: str) -> tuple[str, str]:
    if isinstance(given, str):
        return given, given
    if len(given) != 1:
        raise SettingsError(
            f"a join's '{key}' names {len(given)} pairs of columns",
            next_step=f"Name one, such as {key} = {{ 'Student ID' = 'sid' }}.",
        )
    return next(iter(given.items()))


def _column(name: str, columns: Sequence[Column], file: str, key: str) -> Column:
    exact = [c for c in columns if c.name == name]
    alike = exact or [c for c in columns if c.name.casefold() == name.casefold()]
    if len(alike) != 1:
        raise SettingsError(
            f"a join's '{key}' names a column '{name}' that {file} does not have",
            next_step=did_you_mean(name, [c.name for c in columns]),
        )
    return alike[0]


def prepare(
    join: Join,
    source: Source,
    path: Path,
    columns: Sequence[Column],
    *,
    first: str,
    roles: Mapping[str, Role],
) -> Joined:
    """Read a further file into a private table, without its identifiers.

    Parameters
    ----------
    source
        The further file, opened with ``key_variables`` and with ``path`` to write to.
    path
        Where the table goes, as Parquet in the private folder.
    columns, first
        Those that the records have so far, and the first file's name.
    roles
        What a person says columns are for.

    Raises
    ------
    SettingsError
        Where a named column is not there.
    InputError
        Where a student stands in it more than once.
    """
    own_on, its_on = _named(join.on, "on")
    on = _column(own_on, columns, first, "on")
    number = _column(its_on, source.columns, source.name, "on")
    own_year = its_year = None
    if join.year is not None:
        named = _named(join.year, "year")
        own_year = _column(named[0], columns, first, "year")
        its_year = _column(named[1], source.columns, source.name, "year")
    there = {column.name.casefold() for column in columns}
    further = [c for c in source.columns if c not in (number, its_year)]
    twice = [c.name for c in further if c.name.casefold() in there]
    further = [c for c in further if c.name.casefold() not in there]
    hidden = _identifiers(source, roles)
    kept = [c for c in further if c.name not in hidden]
    if not kept:
        raise InputError(
            f"it adds no column to {first}: those it has stand there already, or say "
            "who somebody is",
            file=source.name,
            next_step="Take its [[join]] away, or give the file that has more columns.",
        )
    chosen = tuple((f"c{place}", column) for place, column in enumerate(kept))
    # Hashing costs most: a number without a zero at its start has one hash only.
    bare = _hash_of(number.name, bare=True)
    parts = [
        "k",
        f"CASE WHEN {_starts_with_zero(number.name)} THEN {bare} ELSE k END AS z",
        f"{_year_of(its_year.name) if its_year else 'NULL'} AS y",
        *(f"{quote_name(column.name)} AS {name}" for name, column in chosen),
    ]
    some = f"({cleaned_sql(number.name)}) IS NOT NULL"
    if its_year is not None:
        some += f" AND ({cleaned_sql(its_year.name)}) IS NOT NULL"
    source.write(
        f"SELECT {', '.join(parts)} FROM (SELECT *, {_hash_of(number.name)} AS k"
        f" FROM records WHERE {some})",
        path,
    )
    table = f"read_parquet({sql_text(str(path))})"
    counted = source.query(
        f"SELECT count(*) AS n, (SELECT count(*) FROM records WHERE NOT ({some})) AS"
        f" lacking, count(*) FILTER (k != z) AS zeros, (SELECT count(*) FROM"
        f" (SELECT k, y FROM {table} GROUP BY k, y"
        f" HAVING count(*) > 1)) AS doubled FROM {table}"
    ).to_pylist()[0]
    if counted["doubled"]:
        raise _doubled(source.name, counted["doubled"], its_year)
    if not counted["n"]:
        raise InputError(
            "no row of it has a student number" + (" and a year" if its_year else ""),
            file=source.name,
            column=number.name,
            next_step="Check which column [[join]] names with 'on'.",
        )
    notes = []
    if counted["lacking"]:
        notes.append(
            f"{_many(counted['lacking'], 'row')} of {source.name} have no student"
            " number" + (" or no year" if its_year else "") + " and were not joined."
        )
    if twice:
        notes.append(
            f"{_listed(twice)} of {source.name} {'is' if len(twice) == 1 else 'are'}"
            f" left out: {first} has {'one' if len(twice) == 1 else 'columns'} so"
            " named, which is used."
        )
    out = [f"'{n}' ({w})" for n, w in hidden.items() if n != number.name]
    if out:
        notes.append(
            f"Dropped from {source.name}, because they say who somebody is:"
            f" {', '.join(out[:8])}"
            + (f" and {len(out) - 8} more." if len(out) > 8 else ".")
        )
    return Joined(
        source=source,
        path=path,
        on=on.name,
        year=own_year.name if own_year else None,
        chosen=chosen,
        students=counted["n"],
        zeros=counted["zeros"] > 0,
        notes=tuple(notes),
        dropped=(*hidden, *twice, number.name, *([its_year.name] if its_year else [])),
    )


def _identifiers(source: Source, roles: Mapping[str, Role]) -> dict[str, str]:
    """Columns of a further file that say who somebody is, and what they are."""
    yours = {name.casefold(): role for name, role in roles.items()}
    hidden = {}
    for column in profile(source, whole=False):
        reason, role = recognise(column), yours.get(column.name.casefold())
        if role in (Role.IDENTIFIER, Role.STUDENT) or (reason and role is None):
            hidden[column.name] = reason.what if reason else "an identifier"
    return hidden


def _doubled(file: str, students: int, year: Column | None) -> InputError:
    of_year = " of a year" if year else ""
    return InputError(
        f"{_many(students, 'student')}{of_year} stand in it more than once, and each"
        " row of the first file can be joined to one row only",
        file=file,
        next_step="Keep one row for each student"
        + (
            " and year."
            if year
            else "; or, where it has a row for each student and year, name the year:"
            ' year = "Year" in its [[join]].'
        ),
    )


def _many(count: int, noun: str) -> str:
    return f"fewer than {FEW} {noun}s" if count < FEW else f"{count:,} {noun}s"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"'{name}'" for name in names[:5]) + more


# ------------------------------------------------------------------------ the records


def columns_with(columns: Sequence[Column], joins: Sequence[Joined]) -> list[Column]:
    """The columns of the records: the first file's, then what each join adds.

    A student number is text there: its hash.
    """
    hashed = {join.on for join in joins}
    own = [replace(c, type="text") if c.name in hashed else c for c in columns]
    return [*own, *(column for join in joins for _, column in join.chosen)]


def records_sql(
    first: str, columns: Sequence[Column], joins: Sequence[Joined], *, ordered: bool
) -> str:
    """The records: rows of the first file with what the joined ones say beside them.

    Each hash is made beneath the join and the number goes no further, so that it is not
    among what the engine may have to put on disk for the join.
    """
    keys = {name: f"equitable key {i}" for i, name in enumerate(_numbers(joins))}
    below = [f"{_hash_of(n)} AS {quote_name(key)}" for n, key in keys.items()]
    years = [
        f"{_year_of(join.year)} AS {quote_name(f'equitable year {place}')}"
        for place, join in enumerate(joins)
        if join.year is not None
    ]
    above = [f"f.{quote_name(ROW)}"] if ordered else []
    above += [
        f"lower(hex(f.{quote_name(keys[c.name])})) AS {quote_name(c.name)}"
        if c.name in keys
        else f"f.{quote_name(c.name)}"
        for c in columns
    ]
    ordinal = [f"ROW_NUMBER() OVER () AS {quote_name(ROW)}"] if ordered else []
    sql = f"(SELECT {', '.join(['*', *below, *years, *ordinal])} FROM {first}) f"
    for place, join in enumerate(joins):
        above += [f"j{place}.{n} AS {quote_name(c.name)}" for n, c in join.chosen]
        met = f"f.{quote_name(keys[join.on])} = j{place}.k"
        if join.year is not None:
            met += f" AND f.{quote_name(f'equitable year {place}')} = j{place}.y"
        table = f"read_parquet({sql_text(str(join.path))})"
        sql += f" LEFT JOIN {table} j{place} ON {met}"
    return f"SELECT {', '.join(above)} FROM {sql}"


def _numbers(joins: Sequence[Joined]) -> list[str]:
    return list(dict.fromkeys(join.on for join in joins))


def matched(source: Source, join: Joined, key_place: str) -> tuple[str, ...]:
    """What is to be said of how the students of two files met.

    Raises
    ------
    InputError
        Where none did.
    """
    table = f"read_parquet({sql_text(str(join.path))})"
    rows = f"(SELECT row_number() OVER () AS r, k, z, y FROM {table})"
    year = _year_of(join.year) if join.year is not None else "NULL"
    same_year = " AND f.y = j.y" if join.year is not None else ""

    def met(hashed: str, key: str) -> dict[str, int]:
        found: dict[str, int] = source.query(
            f"SELECT count(*) AS n, count(*) FILTER (j.r IS NULL) AS alone,"
            f" count(DISTINCT j.r) AS partners, count(*) FILTER (f.zero) AS zeros FROM"
            f" (SELECT {hashed} AS k, {year} AS y,"
            f" {_starts_with_zero(join.on)} AS zero FROM {FIRST}) f"
            f" LEFT JOIN {rows} j ON f.k = j.{key}{same_year}"
        ).to_pylist()[0]
        return found

    found = met(_hash_of(join.on), "k")
    file, first = join.source.name, source.name
    more = 0
    if found["partners"] < join.students and (found["zeros"] or join.zeros):
        bare = met(_hash_of(join.on, bare=True), "z")
        more = bare["partners"] - found["partners"]
    zeros = (
        f"{_many(more, 'more student')} would be found if zeros at the start of"
        " a number did not count ('00123' and '123' are two students)"
    )
    if not found["partners"]:
        raise InputError(
            f"no student of it is in {first}" + (f": {zeros}" if more > 0 else ""),
            file=file,
            next_step="Write the numbers alike in both files."
            if more > 0
            else "Check which columns [[join]] names with 'on'"
            + (
                " and 'year', and that years are written alike."
                if join.year
                else ", and that both files write student numbers alike."
            ),
        )
    noun = "row" if join.year is not None else "student"
    alone = join.students - found["partners"]
    notes = [
        f"{file} was joined to {first} by student number"
        + (" and year" if join.year is not None else "")
        + (f"; {_many(alone, noun)} of it had no partner and are not counted."
           if alone else ".")
    ]  # fmt: skip
    if found["alone"]:
        notes.append(
            f"{_many(found['alone'], 'row')} of {first} had no partner in {file}: there"
            " its columns have no value."
        )
    if more > 0:
        notes.append(f"{zeros}: write them alike in both files.")
    notes.append(
        "Student numbers were replaced by keyed hashes as they were read; the key is"
        f" {key_place}."
    )
    return (*join.notes, *notes)
