"""Workbooks (XLSX, and ODS by the same door): one sheet, its table found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import python_calamine

from equitable.errors import InputError, did_you_mean
from equitable.intake.readers.extents import Extents
from equitable.intake.readers.folders import years_in
from equitable.intake.readers.footnotes import (
    marked_columns,
    notes_beneath,
    without_mark,
)
from equitable.intake.readers.formulas import unworked_formulas
from equitable.intake.readers.header_rows import Span, find_header
from equitable.intake.readers.headers import read_header
from equitable.intake.readers.parts import (
    Column,
    Options,
    Part,
    cells_as_array,
    plain_text,
)
from equitable.intake.readers.sheet_cells import (
    SheetCells,
    is_filled,
    opened_workbook,
)
from equitable.intake.readers.stacked import (
    filled_down,
    refuse_second_table,
    written_once,
)
from equitable.intake.where import quote_name
from equitable.vocabulary import LeftOut

SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".ods")


def open_workbook(path: Path, options: Options) -> Part:
    """Open one sheet of a workbook; an `Opener`.

    Raises
    ------
    InputError
        Where the workbook is locked, old or cut off, the sheet is not there, or it
        holds no table.
    """
    name = options.name_of(path)
    extents = Extents(path, name)
    with opened_workbook(path, name) as book:
        sheet, cells, note = _choose(book, options.sheet, name, extents)
        dated = _of_years(book, extents)
    # A name that no other part's relation has.
    relation = options.scratch.new_path(" sheet").name
    part = _part(path, name, sheet, cells, note, relation, extents.xml_of(sheet))
    if sheet not in dated:
        return part
    others = () if options.sheet else tuple(one for one in dated if one != sheet)
    return replace(part, year=dated[sheet], others=others)


def with_other_years(
    part: Part, path: Path, options: Options
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """A workbook's sheets of years as one table each, where all have its columns.

    Parameters
    ----------
    part
        The newest year's sheet, as `open_workbook` gives it.

    Returns
    -------
    The parts, the oldest first, and a note; the part alone where it has no others.
    """
    if not part.others:
        return (part,), ()
    read = [replace(options, sheet=name) for name in reversed(part.others)]
    try:
        opened = [open_workbook(path, one) for one in read]
    except InputError:
        return (part,), ()  # The newest can be read; and that only it was is said.
    names = {column.name for column in part.columns}
    if any({column.name for column in one.columns} != names for one in opened):
        return (part,), ()
    every = [*zip(reversed(part.others), opened, strict=True)]
    parts = [
        replace(one, name=f"{part.name}, sheet '{sheet}'", files=())
        for sheet, one in every
    ]
    newest = replace(part, notes=part.notes[1:])
    note = (
        f"{part.name} has a sheet for each year: all {len(parts) + 1} were read, each"
        " as its year. --sheet names one."
    )
    return (*parts, newest), (note,)


def _of_years(
    book: python_calamine.CalamineWorkbook, extents: Extents
) -> dict[str, str]:
    """From each sheet of a year to it, newest first; empty where others hold tables."""
    visible = python_calamine.SheetVisibleEnum.Visible
    seen = [
        meta.name
        for meta in book.sheets_metadata
        if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
        and meta.visible == visible
    ]
    years = {name: years_in(name) for name in seen}
    dated = {name: min(found) for name, found in years.items() if len(found) == 1}
    if len(dated) < 2 or len({*dated.values()}) < len(dated):
        return {}
    for name in seen:
        if name not in dated:
            extents.check(name)
            cells = SheetCells(book, name)
            if cells.width > 1 and cells.filled > 1 and not cells.is_a_cover:
                return {}
    newest = sorted(dated, key=lambda name: dated[name], reverse=True)
    return {name: dated[name] for name in newest}


def _choose(
    book: python_calamine.CalamineWorkbook,
    asked: str | None,
    name: str,
    extents: Extents,
) -> tuple[str, SheetCells, tuple[str, ...]]:
    """The sheet asked for; else the first that is seen and holds a table."""
    sheets = [
        meta
        for meta in book.sheets_metadata
        if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    every = [meta.name for meta in sheets]
    if asked is not None:
        match = [one for one in every if one == asked] or [
            one for one in every if one.strip().casefold() == asked.strip().casefold()
        ]
        if not match:
            raise InputError(
                f"there is no sheet '{asked}'",
                next_step=f"{did_you_mean(asked, every, what='sheets')}"
                if not every
                else f"Its sheets are {_listed(every)}.",
                file=name,
            )
        extents.check(match[0])
        return match[0], SheetCells(book, match[0]), ()
    visible = python_calamine.SheetVisibleEnum.Visible
    seen = [meta.name for meta in sheets if meta.visible == visible] or every
    seen = [*_of_years(book, extents)] or seen
    narrow: tuple[str, SheetCells] | None = None
    chosen: tuple[str, SheetCells] | None = None
    cover: tuple[str, SheetCells] | None = None
    for one in seen:
        extents.check(one)
        cells = SheetCells(book, one)
        if cells.width > 1 and cells.filled > 1:
            if not cells.is_a_cover or len(seen) == 1:
                chosen = (one, cells)
                break
            cover = cover or (one, cells)
        elif narrow is None and cells.filled > 1:
            narrow = (one, cells)
    chosen = chosen or cover or narrow
    if chosen is None:
        raise InputError(
            "none of its sheets holds a table",
            next_step="A table has a header and at least one row beneath it.",
            file=name,
        )
    if len(every) == 1:
        return (*chosen, ())
    note = (
        f"{name} has {len(every)} sheets; '{chosen[0]}' was read. --sheet names"
        " another."
    )
    return (*chosen, (note,))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(f"'{name}'" for name in names[:12]) + more


def _part(
    path: Path,
    name: str,
    sheet: str,
    cells: SheetCells,
    note: tuple[str, ...],
    relation: str,
    xml: str | None,
) -> Part:
    rows = cells.rows
    if not rows:
        raise InputError(
            f"its sheet '{sheet}' is empty",
            next_step="Name another with --sheet.",
            file=name,
        )
    named = find_header(rows, cells.spans)
    skip = named.last
    beneath = [list(row) for row in rows[skip + 1 :]]
    foot = notes_beneath(beneath, len(rows[skip]))
    foot_notes = sum(1 for row in beneath[len(beneath) - foot :] if is_filled(row))
    beneath = beneath[: len(beneath) - foot]
    _refuse_shared_numbers(beneath, cells.spans, skip + 1, name)
    merged = _fill_merged(beneath, cells.spans, skip + 1)
    body = [
        (place, row) for place, row in enumerate(beneath, skip + 2) if is_filled(row)
    ]
    if not body:
        raise InputError(
            f"its sheet '{sheet}' has a header and no rows beneath it",
            next_step="Name another with --sheet, or export it with its rows.",
            file=name,
        )
    top = [_heading(cell) for cell in rows[skip]]
    top = list(named.names) if named.several else top
    texts = [[_plain(cell) for cell in row] for _, row in body]
    numbered = [(place, cells) for (place, _), cells in zip(body, texts, strict=True)]
    refuse_second_table(top, numbered, header=skip + 1, file=name, word="sheet")
    header = read_header(
        top,
        [row for _, row in body],
        file=name,
        row=skip + 1,
        letters=True,
        first=cells.first_column,
    )
    if xml is not None:
        named_at = dict(zip(header.places, header.names, strict=True))
        _refuse_unworked(unworked_formulas(path, xml), numbered, cells, named_at, name)
    once = written_once(texts, len(top))
    above: dict[int, str] = {}
    for _, row in body if once else ():
        for place, value in enumerate(filled_down(list(map(_plain, row)), once, above)):
            row[place] = value if place in once else row[place]
    marked = marked_columns([row for _, row in body], len(top))
    arrays, columns = [], []
    for place, column in zip(header.places, header.names, strict=True):
        values = [row[place] for _, row in body]
        if place in marked:
            values = [_number(without_mark(value)) for value in values]
        array, kind = cells_as_array(values)
        arrays.append(array)
        columns.append(Column(column, kind))
    titles = sum(1 for row in rows[: named.first] if is_filled(row))
    said = [named.said(name)] if named.several else []
    if merged or once:
        said.append(
            f"Merged cells of {name}, or cells written once above the rows they are of,"
            " were filled in for each of their rows."
        )
    if marked:
        said.append(
            f"Signs of footnotes beside numbers, as in '12*', were left off in {name}."
        )
    found = (
        f"The header of {name} was found in row {skip + 1}; what stands above it was"
        " left out."
    )
    blank = len(rows) - skip - 1 - len(body) - foot_notes + cells.blank_end
    left_out = [
        LeftOut(reason=reason, rows=count)
        for reason, count in (
            (f"title rows above the header of {name}", titles),
            (f"notes beneath the table of {name}", foot_notes),
            (f"blank rows of {name}", blank),
        )
        if count
    ]
    chosen = ", ".join(quote_name(column.name) for column in columns)
    numbers = [row for row, _ in body]
    return Part(
        name=name,
        columns=tuple(columns),
        sql=f"SELECT {chosen} FROM {quote_name(relation)}",
        header_rows=named.last - named.first + 1,
        files=(path,),
        tables={relation: pa.table(dict(zip(header.names, arrays, strict=True)))},
        notes=(*note, *([found] if titles else []), *said, *header.notes),
        left_out=tuple(left_out),
        row_of=lambda ordinal: numbers[ordinal - 1],
    )


def _refuse_unworked(
    formulas: Iterable[tuple[int, int]],
    rows: Sequence[tuple[int, Sequence[str]]],
    cells: SheetCells,
    named: Mapping[int, str],
    file: str,
) -> None:
    """Refuse a formula whose result was not saved: it is no cell without a number."""
    if all(values[place] for _, values in rows for place in named):
        return
    lines: dict[int, Sequence[str]] = {}
    for row, column in formulas:
        lines = lines or dict(rows)
        place = column - cells.first_column - 1
        if row in lines and place in named and not lines[row][place]:
            raise InputError(
                "a formula stands here whose result was not saved with the workbook",
                file=file,
                row=row,
                column=named[place],
                next_step="Open the workbook in a spreadsheet program, save it there,"
                " and try again.",
            )


def _fill_merged(
    rows: Sequence[list[object]], spans: Sequence[Span], first: int
) -> bool:
    """Write the value of a merged cell into each cell it is of; whether there was one.

    One that spans a whole row is a heading within the table, and no value of it.
    """
    found = False
    for upper, left, lower, right in spans:
        top, bottom = upper - first, lower - first
        if top < 0 or bottom >= len(rows) or left < 0 or right >= len(rows[top]):
            continue
        value = rows[top][left]
        if value is None or value == "" or right - left + 1 >= len(rows[top]):
            continue
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * (right - left + 1)
        found = True
    return found


def _refuse_shared_numbers(
    rows: Sequence[list[object]], spans: Sequence[Span], first: int, file: str
) -> None:
    """Refuse a merged cell that is one number of several groups.

    What part of it each has nobody can tell.  A year or a school's number that is
    written once over its rows is none: most of its column is merged so.
    """
    over: dict[int, int] = {}
    for upper, left, lower, _ in spans:
        over[left] = over.get(left, 0) + lower - upper + 1
    for upper, left, lower, right in spans:
        top = upper - first
        if top < 0 or lower - first >= len(rows) or right >= len(rows[top]):
            continue
        value = rows[top][left]
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        filled = sum(_plain(row[left]) != "" for row in rows) + over[left]
        if right == left and over[left] > filled / 2:
            continue
        raise InputError(
            f"one number is merged over {lower - upper + 1} by {right - left + 1}"
            " cells (rows by columns), and nobody can tell what part each has",
            file=file,
            row=upper + 1,
            next_step="Unmerge it and write each row and column its own number, or"
            " leave those empty that are not known.",
        )


def _plain(cell: object) -> str:
    return "" if cell is None else plain_text(cell)


def _number(cell: object) -> object:
    """A number that had a footnote's mark, as a number."""
    try:
        return float(cell.replace(",", "")) if isinstance(cell, str) else cell
    except ValueError:
        return cell


def _heading(cell: object) -> str:
    """A header's cell as text: a year typed as a number is ``2019``."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
