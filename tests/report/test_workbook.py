"""The workbook, read back with another library than it was written with."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_documents import (
    HOSTILE,
    MARK,
    SCRIPTS,
    gap_table,
    hostile_document,
    long_table,
    number,
    plain_document,
)

from equitable.report.document import Cell, Document, Paragraph, Section, Table
from equitable.report.workbook import render, sheet_names


def read(document: Document) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(document)))


def texts(sheet) -> list[str]:
    return [
        cell.value
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]


def one_table(table: Table):
    section = Section(name="t", title="T", sheet="T", blocks=(table,))
    book = read(replace(plain_document(), sections=(section,)))
    sheet = book["T"]
    rows = {
        row[0].value: row
        for row in sheet.iter_rows(min_row=1, max_col=len(table.columns))
    }
    return sheet, rows


def test_each_part_is_a_sheet_with_its_title_on_top():
    book = read(plain_document())
    assert book.sheetnames == ["Summary", "Reading", "Data quality"]
    assert [sheet["A1"].value for sheet in book] == [
        "What stands out",
        "Reading",
        "How good the data is",
    ]


def test_figures_are_numbers_with_their_formats():
    _, rows = one_table(gap_table())
    row = rows["Free lunch"]
    assert (row[1].value, row[1].number_format) == (1595, "#,##0")
    assert row[2].value == pytest.approx(0.2887)
    assert row[2].number_format == "0.0 %"
    # The column is headed 'points': 0.1334 of 1 is 13.34 points.
    assert row[4].value == pytest.approx(-13.34)
    assert row[4].number_format == "+#,##0.0;-#,##0.0"
    assert row[5].value == "behind"
    assert all(cell.data_type == "n" for cell in (row[1], row[2], row[4]))


@pytest.mark.parametrize(
    ("cell", "number_format"),
    [
        (number(0.5, "50 %", decimals=0), "0 %"),
        (number(0.512, "51.20 %", decimals=2), "0.00 %"),
        (number(921.5, "921.50 points", share=False, decimals=2), "#,##0.00"),
        (number(12.0, "+12", share=False, decimals=0), "+#,##0;-#,##0"),
        (number(0.0, "0.0", share=False, decimals=1), "#,##0.0"),
    ],
)
def test_decimals_and_signs_are_kept(cell, number_format):
    table = Table(
        caption="C", columns=("Group", "X"), numeric=(False, True),
        rows=((Cell(text="a", kind="group"), cell),),
    )  # fmt: skip
    _, rows = one_table(table)
    assert rows["a"][1].number_format == number_format
    assert rows["a"][1].value == pytest.approx(cell.value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_stays_in_words(value):
    table = Table(
        caption="C", columns=("Group", "X"), numeric=(False, True),
        rows=((Cell(text="a", kind="group"), number(value, "–")),),
    )  # fmt: skip
    _, rows = one_table(table)
    assert rows["a"][1].value == "–"


def test_withheld_is_a_word_apart():
    _, rows = one_table(gap_table())
    cells = rows["A small group"][1:5]
    assert {cell.value for cell in cells} == {"Withheld"}
    assert all(cell.font.italic for cell in cells)
    assert all(
        cell.font.color.rgb != rows["Free lunch"][1].font.color.rgb for cell in cells
    )


def test_no_cell_inside_a_table_is_merged():
    book = read(plain_document())
    for sheet in book:
        header = [
            row[0].row
            for row in sheet.iter_rows()
            if row[0].value in {"Group", "School"}
        ]
        for first in header:
            for merged in sheet.merged_cells.ranges:
                assert not merged.min_row <= first <= merged.max_row
                assert not merged.min_row <= first + 1 <= merged.max_row


def test_hostile_text_stays_text_as_it_was():
    document = hostile_document()
    book = read(document)
    for sheet in book:
        found = texts(sheet)
        for label in HOSTILE + SCRIPTS:
            assert label in found
            assert f"• {label}" in found
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        assert all(cell.hyperlink is None for row in sheet.iter_rows() for cell in row)


def test_the_file_holds_no_formula_link_or_address_of_another_host():
    with zipfile.ZipFile(io.BytesIO(render(hostile_document()))) as archive:
        for name in archive.namelist():
            content = archive.read(name).decode("utf-8")
            assert "<f>" not in content
            assert "hyperlink" not in content.replace("hyperlinkBase", "")
            assert 'TargetMode="External"' not in content


@pytest.mark.parametrize("mark", [MARK, "A & B && C", "12 & 14", "x" * 400, ""])
def test_every_sheet_is_marked_in_its_head_and_foot(mark):
    document = plain_document(mark=mark)
    with zipfile.ZipFile(io.BytesIO(render(document))) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        raw = [archive.read(name).decode() for name in sheets]
    assert len(raw) == 3
    book = read(document)
    for sheet, xml in zip(book, raw, strict=True):
        left = "&L" + mark.replace("&", "&&")[:200] if mark else ""
        written = xml.split("<oddFooter>")[1].split("</oddFooter>")[0]
        assert written.replace("&amp;", "&") == left + "&RPage &P of &N"
        assert mark[:200] in sheet["A2"].value
        assert "Where the schools leave students out" in sheet.oddHeader.left.text
        assert sheet.page_setup.orientation == "landscape"
        # One page wide (the default of fitting), as many tall as it takes.
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows
        assert sheet.freeze_panes


def test_an_internal_workbook_says_so_on_every_sheet():
    book = read(plain_document(internal=True, mark="Internal: contains small groups"))
    for sheet in book:
        assert "Internal" in sheet["A2"].value
        assert sheet.oddHeader.right.text == "Internal"
        assert sheet.oddFooter.left.text.startswith("Internal")


def test_a_lone_table_keeps_its_header_in_sight():
    section = Section(name="t", title="T", sheet="T", blocks=(long_table(500),))
    document = replace(
        plain_document(), sections=(plain_document().sections[0], section)
    )
    sheet = read(document)["T"]
    header = next(c.row for c in sheet["A"] if c.value == "School")
    assert sheet.freeze_panes == f"A{header + 1}"
    assert sheet.print_title_rows == f"${header}:${header}"
    # The workbook has every row, however many.
    assert sheet.cell(header + 500, 1).value == "School 0500"


def test_properties_and_bytes_are_the_documents_own():
    document = plain_document()
    book = read(document)
    assert book.properties.title == document.title
    assert book.properties.keywords == "equity, gaps"
    assert render(document) == render(document)
    # Not the time it was made at.
    assert book.properties.created == datetime(2000, 1, 1)  # noqa: DTZ001
    assert book.properties.modified == datetime(2000, 1, 1)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["A/B", "A:B"], ["A B", "A B (2)"]),
        (["x" * 40, "x" * 40], ["x" * 31, "x" * 27 + " (2)"]),
        (["", "[]", "''"], ["Sheet", "Sheet (2)", "Sheet (3)"]),
        (["Math at or above the middle score"], ["Math at or above the middle"]),
        (["Thirty-one letters and no more. X"], ["Thirty-one letters and no more."]),
        (["To " + "x" * 40], ["To " + "x" * 28]),
        (["History", "'quoted'"], ["History sheet", "quoted"]),
        (["Same", "SAME"], ["Same", "SAME (2)"]),
        (["😀" * 20], ["😀" * 15]),
    ],
)
def test_sheets_are_named_as_a_workbook_allows(wanted, expected):
    assert sheet_names(wanted) == expected


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_any_names_become_valid_and_unique(wanted):
    names = sheet_names(wanted)
    assert len(names) == len(wanted)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) / 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_any_text_makes_a_workbook_that_opens(text):
    section = Section(
        name="t", title=text, sheet=text,
        blocks=(Paragraph(text=text), gap_table((text or "-", "b"))),
    )  # fmt: skip
    document = Document(title=text, subtitle=text, mark=text, sections=(section,))
    assert len(read(document).sheetnames) == 1


def test_text_longer_than_a_cell_is_cut_not_lost():
    section = Section(
        name="t", title="T", sheet="T", blocks=(Paragraph(text="é" * 40_000),)
    )
    sheet = read(replace(plain_document(), sections=(section,)))["T"]
    assert "é" * 32_767 in texts(sheet)


def test_a_document_without_parts_still_opens():
    assert read(replace(plain_document(), sections=())).sheetnames == ["Report"]
