"""Opening a source: which settings are followed, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from equitable.analysis import Dataset
from equitable.errors import QuestionError, SettingsError
from equitable.intake.joining import Join, joins_of
from equitable.intake.meaning.understanding import understand
from equitable.intake.settings import Settings, find_settings, read_settings
from equitable.intake.settings_years import crosswalk_of, in_new_names
from equitable.intake.source import open_source
from equitable.privacy.released import Released
from equitable.vocabulary import names_of


def open(  # noqa: A001 - `eq.open` is the name that the design fixes
    source: Any,
    *,
    config: str | Path | None = None,
    sheet: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    join: Join | Sequence[Join] | None = None,
    fresh: bool = False,
) -> Dataset:
    """Open a source of records.

    Parameters
    ----------
    source
        A file (CSV, TSV, XLSX, Parquet), a folder or glob of files with the same
        columns, ``-`` for standard input, or a pandas, Polars or Arrow table.
    config
        The ``equity.toml`` to follow.  Without one, ``equity.toml`` in the current
        folder or beside the source is used where it is about this source.
    sheet
        Which sheet of a workbook.
    delimiter, encoding
        Of a text file, where what is found out would be wrong.
    join
        Further files of the same students: ``[eq.Join("attendance.csv",
        on="student_id")]``, or one by itself; without it, those of the settings.
    fresh
        Follow no ``equity.toml`` but one that ``config`` names.

    Raises
    ------
    EquitableError
        Where the source or the settings cannot be read; the message says what to do.
    """
    if config is not None and not isinstance(config, str | Path):
        raise SettingsError(
            "config is the path of an equity.toml, as text",
            next_step='For example: eq.open("students.csv", config="equity.toml").',
        )
    joins = None if join is None else _joins(join)
    path = Path(source) if isinstance(source, str | Path) else None
    found = Path(config) if config is not None else None
    if found is None and not fresh:
        found = find_settings(path, Path.cwd())
    settings = read_settings(found) if found else None
    folder = found.parent if found else Path()
    reading = settings.source if settings else None
    opened = open_source(
        source,
        sheet=sheet or (reading.sheet if reading else None),
        delimiter=delimiter or (reading.delimiter if reading else None),
        encoding=encoding or (reading.encoding if reading else None),
        decimal=reading.decimal if reading else None,
        join=joins_of(settings, folder) if joins is None else joins,
        roles=settings.columns if settings else None,
        crosswalk=crosswalk_of(settings),
    )
    settings = in_new_names(settings) if settings else None
    if opened.hashed:
        settings = (settings or Settings()).joined(opened.hashed, opened.dropped)
    try:
        return Dataset(opened, understand(opened, settings), settings)
    except BaseException:
        opened.close()
        raise


def _joins(given: Any) -> tuple[Join, ...]:
    """Further files, one or several, each as a `Join`.

    Raises
    ------
    QuestionError
        Where one is something else, or does not say how students are known in it.
    """
    joins = tuple(names_of(given))
    for one in joins:
        right = isinstance(one, Join) and isinstance(one.on, str | Mapping)
        if not right or not isinstance(one.year, str | Mapping | None):
            raise QuestionError(
                "join takes further files, each with the one column by which its"
                " students are known",
                next_step='For example: join=eq.Join("attendance.csv",'
                ' on="student_id").',
            )
    return joins


def release(
    source: Any, folder: str | Path, *, register: str | Path | None = None, **asked: Any
) -> Released:
    """Publish figures of a source in one step: opened, protected, audited, written.

    Parameters
    ----------
    source
        A `Dataset`, or anything that `open` takes.
    folder, register, asked
        As in `Dataset.release`.
    """
    if isinstance(source, Dataset):
        return source.release(folder, register=register, **asked)
    with open(source) as students:
        return students.release(folder, register=register, **asked)
