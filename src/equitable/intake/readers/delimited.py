"""Text tables (CSV, TSV and their kin): opened without reading them whole.

The head tells encoding and layout; the engine then reads the file where it stands,
every column as text.  Where the engine cannot go on, `Part.mend` looks at the whole
file: it says which row is wrong, or makes a copy that can be read.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from equitable.errors import InputError
from equitable.intake.readers.decimals import Decimals, find_decimals
from equitable.intake.readers.file_kind import kind_of, refuse
from equitable.intake.readers.footnotes import (
    marked_columns,
    without_mark,
    without_mark_sql,
)
from equitable.intake.readers.headers import Header, read_header
from equitable.intake.readers.layout import WORDS, Layout, find_layout, fits
from equitable.intake.readers.parts import Column, Options, Part, engine_path, sql_text
from equitable.intake.readers.stacked import (
    filled_down,
    refuse_second_table,
    written_once,
)
from equitable.intake.readers.table_end import ends_blank, notes_at_end
from equitable.intake.readers.text_encoding import (
    MIXED,
    WINDOWS,
    Encoding,
    blocks_of,
    count_bytes,
    decode_head,
    find_encoding,
    is_gzip,
    named_encoding,
    open_text,
    read_head,
    write_as_utf8,
)
from equitable.intake.where import quote_name
from equitable.vocabulary import LeftOut

SUFFIXES: Final = (".csv", ".tsv", ".tab", ".txt", ".dat", ".psv")
_HEAD: Final = 1 << 18
_LARGER_HEAD: Final = 1 << 23
_WALKED: Final = 1 << 28
"""Beyond this many bytes a row's number is reckoned, not counted."""
_NAMED: Final = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def open_delimited(path: Path, options: Options) -> Part:
    """Open a text table; an `Opener`.

    Raises
    ------
    InputError
        Where the file is no text, is empty, has no row, or its head is ill-formed.
    """
    name = options.name_of(path)
    if not is_gzip(path):
        kind = kind_of(path)
        if kind:
            raise refuse(path, name, kind)
    options.refuse_sheet(path)
    said = None if options.encoding is None else named_encoding(options.encoding)
    with _unpacking(name):
        return _open(path, options, name, said)


@contextlib.contextmanager
def _unpacking(name: str) -> Iterator[None]:
    """Say in a sentence that a compressed file is not whole."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(
            "it is not a whole gzip file: it may have been cut off on its way",
            next_step="Copy or download it again.",
            file=name,
        ) from None


def _open(path: Path, options: Options, name: str, said: Encoding | None) -> Part:
    head, whole = read_head(path, _HEAD)
    encoding = said or find_encoding(head, name=name)
    delimiter = _delimiter(options.delimiter)
    layout = _layout(head, whole, encoding, name, delimiter, path)
    if not whole and len(layout.rows) < 2:
        head, whole = read_head(path, _LARGER_HEAD)
        layout = _layout(head, whole, encoding, name, delimiter, path)
    _refuse_overlong(head, layout, name, whole=whole)
    if layout.unclosed is None:
        refuse_second_table(
            layout.header, layout.rows, header=layout.skip + 1, file=name
        )
    if not layout.to_the_end:
        layout = replace(layout, notes=notes_at_end(path, encoding, layout))
    rows = [row for _, row in layout.rows]
    marked = marked_columns(rows, layout.width)
    plain = [
        [str(without_mark(c)) if i in marked else c for i, c in enumerate(row)]
        for row in rows
    ]
    table = _Table(
        path=path,
        name=name,
        encoding=encoding,
        layout=layout,
        decimals=find_decimals(plain, layout.width, options.decimal),
        marked=marked,
        once=written_once(rows, layout.width) if layout.to_the_end else (),
    )
    table.check_head(whole=whole)
    return table.part(options)


def _refuse_overlong(head: bytes, layout: Layout, name: str, *, whole: bool) -> None:
    """Say of a head without an end of a line or of a value that it is so."""
    overlong = layout.unclosed is not None and b'"' not in head
    if b"\n" not in head and b"\r" not in head and (overlong or not whole):
        raise InputError(
            "it is one line, without a line end, that is longer than can be read: it"
            " is not a table",
            next_step="Export the table again, each record in a row of its own.",
            file=name,
        )
    if overlong:
        raise InputError(
            f"a value in this row is longer than can be read"
            f" ({csv.field_size_limit():,} letters)",
            next_step="Remove it, or export the table without that column.",
            file=name,
            row=layout.unclosed,
        )


def _layout(
    head: bytes,
    whole: bool,
    encoding: Encoding,
    name: str,
    delimiter: str | None,
    path: Path,
) -> Layout:
    try:
        text = decode_head(head, encoding)
    except UnicodeError:
        raise InputError(
            f"it is not written in {encoding.words}",
            next_step="Leave --encoding away to have it found out.",
            file=name,
        ) from None
    hint = "\t" if {".tsv", ".tab"} & {s.lower() for s in path.suffixes} else ""
    return find_layout(text, whole=whole, name=name, delimiter=delimiter, hint=hint)


def _delimiter(said: str | None) -> str | None:
    if said is None:
        return None
    mark = _NAMED.get(said.strip().lower(), said)
    if len(mark) != 1 or mark in '"\r\n' or not mark.isascii():
        raise InputError(
            f"'{said}' cannot separate values",
            next_step="Give one character, or 'tab'.",
        )
    return mark


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A text table whose encoding and layout are known."""

    path: Path
    name: str
    encoding: Encoding
    layout: Layout
    decimals: Decimals
    marked: tuple[int, ...] = ()
    """Places of columns of numbers, some of which carry a footnote's mark."""
    once: tuple[int, ...] = ()
    """Places of columns whose value is written once, above the rows it is of."""

    def header(self) -> Header:
        return read_header(
            self.layout.header,
            [row for _, row in self.layout.rows],
            file=self.name,
            row=self.layout.skip + 1,
        )

    def check_head(self, *, whole: bool) -> None:
        """Say what is wrong in the head now, rather than after a long scan."""
        if self.layout.unclosed is not None:
            raise self.unclosed(self.layout.unclosed)
        for row, cells in self.rows() if whole else self.layout.rows:
            if not fits(cells, self.layout.width) and not _is_stray(cells):
                raise self.ragged(row, len(cells))

    def part(self, options: Options, copy: Path | None = None) -> Part:
        """The part that the engine reads: the file itself, or its copy in UTF-8."""
        header = self.header()
        copy = copy or options.scratch.new_path(".csv")
        if self.layout.notes or self.once:
            return self.tidied(header, copy)
        if self.encoding.is_utf8 and not self.layout.broken_top:
            source = engine_path(self.path, options.scratch)
            compressed = is_gzip(self.path)
            skip = self.layout.skip + 1
        else:
            # The engine takes the first line end it meets, even one within a heading,
            # for that of all rows, and then may find none.
            write_as_utf8(
                self.path,
                copy,
                self.encoding,
                name=self.name,
                top=self.layout.top,
                header=self.plain_header(self.layout.line_end),
            )
            source, compressed, skip = copy, False, 1
        blank = not compressed and ends_blank(source, self.layout.delimiter)
        table = self.sql(source, skip=skip, packed=compressed)
        names = [f"c{place}" for place in range(self.layout.width)]
        some = f"COALESCE({', '.join([*names, 'NULL'])}) IS NOT NULL"
        part = Part(
            name=self.name,
            columns=tuple(Column(name, "text") for name in header.names),
            sql=self.select(header, table) + (f" WHERE {some}" if blank else ""),
            header_rows=2 if self.layout.header_said else 1,
            files=(self.path,),
            reads=(source, copy),
            notes=self.notes(header),
            left_out=self.left_out(),
            blank_rows=f"SELECT COUNT(*) FROM {table} WHERE NOT ({some})"
            if blank
            else None,
            row_of=lambda ordinal: self.row_of(ordinal, drop_blank=blank),
        )

        def mend(trouble: Literal["encoding", "form"]) -> Part | None:
            with _unpacking(self.name):
                return self.mended(trouble, part, copy, options)

        return replace(part, mend=mend)

    def sql(self, source: Path, *, skip: int, packed: bool = False) -> str:
        """The engine's reader, told everything, so that it guesses nothing."""
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(self.layout.width))
        return (
            f"read_csv({sql_text(str(source))}, columns={{{columns}}},"
            f" auto_detect=false, header=false, skip={skip},"
            f" delim={sql_text(self.layout.delimiter)}, quote='\"', escape='\"',"
            f" strict_mode=true, hive_partitioning=false,"
            f" compression='{'gzip' if packed else 'none'}')"
        )

    def select(self, header: Header, table: str) -> str:
        """The columns by their names, numbers as every reader of numbers takes them."""
        chosen = ", ".join(
            f"{self.decimals.sql(place, self.unmarked(place))} AS {quote_name(name)}"
            for place, name in zip(header.places, header.names, strict=True)
        )
        return f"SELECT {chosen} FROM {table}"

    def unmarked(self, place: int) -> str:
        column = f"c{place}"
        return without_mark_sql(column) if place in self.marked else column

    def plain_header(self, line_end: str) -> str:
        """A header without quotation marks, to show the engine how lines end."""
        names = (f"c{place}" for place in range(self.layout.width))
        return self.layout.delimiter.join(names) + line_end

    def notes(self, header: Header) -> tuple[str, ...]:
        notes = []
        layout = self.layout
        if not self.encoding.is_utf8:
            notes.append(f"{self.name} is written in {self.encoding.words}.")
        if layout.delimiter != ",":
            words = WORDS.get(layout.delimiter, f"'{layout.delimiter}'")
            also = ", as its first line says" if layout.separator_line else ""
            notes.append(f"{self.name} separates values with {words}{also}.")
        if layout.titles:
            notes.append(
                f"The header of {self.name} was found in row {layout.skip + 1}; what"
                " stands above it was left out."
            )
        if layout.header_said:
            notes.append(layout.header_said.replace("{file}", self.name))
        if self.once:
            notes.append(
                f"In {self.name}, {self.named(header, self.once)} is written once above"
                " the rows it is of; it was filled in for each of them."
            )
        if self.marked:
            notes.append(
                "Signs of footnotes beside numbers, as in '12*', were left off in"
                f" {self.named(header, self.marked)} of {self.name}."
            )
        notes += self.decimals.said(self.name, lambda of: self.named(header, of))
        return (*notes, *header.notes)

    def named(self, header: Header, chosen: Collection[int]) -> str:
        """Columns by their places, for a note."""
        every = zip(header.places, header.names, strict=True)
        named = [f"'{name}'" for place, name in every if place in chosen]
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        return ", ".join(named[:5]) + more

    def left_out(self) -> tuple[LeftOut, ...]:
        titles, notes = self.layout.titles, len(self.layout.notes)
        above = f"title rows above the header of {self.name}"
        beneath = f"notes beneath the table of {self.name}"
        found = (
            LeftOut(reason=above, rows=titles),
            LeftOut(reason=beneath, rows=notes),
        )
        return tuple(one for one in found if one.rows)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row beneath the header that is not an empty line, with its number."""
        row = 0
        with open_text(self.path, self.encoding) as text:
            reader = self.layout.rows_of(text)
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    # Its other complaints are of a mark that never closes.
                    if "expected after" in str(error):
                        raise self.stray_mark(row + 1) from None
                    raise self.unclosed(row + 1) from None
                except UnicodeError:
                    raise InputError(
                        f"it is not written in {self.encoding.words} throughout",
                        next_step="Save it again as CSV in UTF-8.",
                        file=self.name,
                        row=row + 1,
                    ) from None
                row += 1
                if tuple(cells) in self.layout.notes:
                    continue
                if cells and row > self.layout.skip + 1:
                    yield row, cells

    def row_of(self, ordinal: int, *, drop_blank: bool) -> int:
        """The spreadsheet's row of a record; reckoned where the file is very large."""
        reckoned = self.layout.first_row + ordinal - 1
        if self.path.stat().st_size > _WALKED:
            return reckoned
        seen = 0
        try:
            for row, cells in self.rows():
                if drop_blank and not any(cell.strip() for cell in cells):
                    continue
                seen += 1
                if seen == ordinal:
                    return row
        except InputError:
            return reckoned
        return reckoned

    def mended(
        self,
        trouble: Literal["encoding", "form"],
        part: Part,
        copy: Path,
        options: Options,
    ) -> Part | None:
        """A part that reads a copy made whole; see `Part.mend`."""
        if trouble == "encoding":
            if not self.encoding.is_utf8:
                return None
            bad, valid = count_bytes(blocks_of(self.path))
            if not bad:
                return None
            return replace(self, encoding=MIXED if valid else WINDOWS).part(
                options, copy
            )
        made = self.tidied(self.header(), copy)
        return replace(
            made,
            reads=part.reads,
            notes=(
                *part.notes,
                (
                    f"Rows of {self.name} end in more than one way, or some are blank;"
                    " it was read from a tidied copy without the blank ones."
                ),
            ),
        )

    def tidied(self, header: Header, copy: Path) -> Part:
        """A part that reads a copy without blank rows and notes, gaps filled down."""
        width = self.layout.width
        plain = replace(self, layout=replace(self.layout, delimiter=","))
        with copy.open("w", encoding="utf-8", newline="") as out:
            out.write(plain.plain_header("\n"))
            writer = csv.writer(out, lineterminator="\n")
            above: dict[int, str] = {}
            blank = 0
            for row, cells in self.rows():
                if _is_stray(cells) or not any(cells):
                    blank += 1
                    continue
                if not fits(cells, width):
                    raise self.ragged(row, len(cells))
                # The engine is misled by what could be a line's end inside a value.
                filled = filled_down(cells[:width], self.once, above)
                writer.writerow(
                    cell.replace("\r\n", "\n").replace("\r", "\n") for cell in filled
                )
        return Part(
            name=self.name,
            columns=tuple(Column(name, "text") for name in header.names),
            sql=self.select(header, plain.sql(copy, skip=1)),
            header_rows=2 if self.layout.header_said else 1,
            files=(self.path,),
            reads=(copy,),
            notes=self.notes(header),
            left_out=(
                *self.left_out(),
                *(
                    [LeftOut(reason=f"blank rows of {self.name}", rows=blank)]
                    * (blank > 0)
                ),
            ),
            row_of=lambda ordinal: self.row_of(ordinal, drop_blank=True),
        )

    def ragged(self, row: int, found: int) -> InputError:
        width = self.layout.width
        if found > width:
            separator = WORDS.get(self.layout.delimiter, "separators")
            step = (
                f"A value that holds {separator} itself needs quotation marks around"
                " it: correct the row and export the table again."
            )
        else:
            step = (
                "The row may be cut off, or be a note beneath the table: correct or"
                " remove it."
            )
        fields = "1 field" if found == 1 else f"{found:,} fields"
        return InputError(
            f"it has {fields} where the header has {width:,}",
            next_step=step,
            file=self.name,
            row=row,
        )

    def unclosed(self, row: int) -> InputError:
        return InputError(
            "a quotation mark opens in this row and is never closed",
            next_step="Close it, or export the table again.",
            file=self.name,
            row=row,
        )

    def stray_mark(self, row: int) -> InputError:
        return InputError(
            "a quotation mark stands inside a value in quotation marks",
            next_step='Write it twice (""), or export the table again.',
            file=self.name,
            row=row,
        )


def _is_stray(cells: Sequence[str]) -> bool:
    """Whether a row is a line of blanks, or the mark of old systems for the end."""
    return len(cells) == 1 and not cells[0].strip(" \t\x1a")
