"""Workbooks: which sheet, where its table stands, what its cells are."""

# ruff: noqa: DTZ001 - a workbook's dates know no time zone

import datetime as dt
import re
import zipfile

import openpyxl
import pytest

from equitable.errors import EquitableError
from equitable.intake.readers import extents
from equitable.intake.source import Column, open_source
from equitable.vocabulary import LeftOut


def book(path, *sheets, start=(1, 1)):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for down, row in enumerate(rows):
            for across, value in enumerate(row):
                sheet.cell(start[0] + down, start[1] + across, value)
    made.save(path)
    return path


def rows_of(source):
    return [tuple(row.values()) for row in source.query("FROM records").to_pylist()]


TABLE = [["race", "score"], ["White", 3], ["Black", 4]]


def test_cells_keep_their_kinds(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        (
            "S",
            [
                ["text", "whole", "broken", "flag", "day", "moment", "mixed", "empty"],
                [
                    "x",
                    3,
                    2.5,
                    True,
                    dt.date(2020, 1, 2),
                    dt.datetime(2020, 1, 2, 3, 4),
                    3,
                    None,
                ],
                [
                    " y ",
                    4,
                    1,
                    False,
                    dt.date(2021, 1, 2),
                    dt.date(2021, 1, 2),
                    "<10",
                    None,
                ],
                [None, None, None, None, None, None, 2.5, None],
                ["z", 5, None, None, None, None, True, None],
            ],
        ),
    )
    with open_source(path) as source:
        assert source.columns == (
            Column("text", "text"),
            Column("whole", "number"),
            Column("broken", "number"),
            Column("flag", "boolean"),
            Column("day", "date"),
            Column("moment", "date"),
            Column("mixed", "text"),
            Column("empty", "text"),
        )
        assert rows_of(source) == [
            (
                "x",
                3,
                2.5,
                True,
                dt.date(2020, 1, 2),
                dt.datetime(2020, 1, 2, 3, 4),
                "3",
                None,
            ),
            (
                " y ",
                4,
                1,
                False,
                dt.date(2021, 1, 2),
                dt.datetime(2021, 1, 2),
                "<10",
                None,
            ),
            (None, None, None, None, None, None, "2.5", None),
            ("z", 5, None, None, None, None, "true", None),
        ]
        cast = source.query("SELECT CAST(whole AS VARCHAR) w FROM records")
        assert cast["w"].to_pylist() == ["3", "4", None, "5"]
        assert source.notes == ()
        assert source.files()[0].name == "a.xlsx"


def test_titles_blank_rows_and_empty_columns(tmp_path):
    rows = [
        ["Springfield", None, None, None],
        [None, None, None, None],
        ["race", None, "score", None],
        ["White", None, 3, None],
        [None, None, None, None],
        ["Black", None, 4, None],
        [None, None, " ", None],
    ]
    path = book(tmp_path / "a.xlsx", ("S", rows), start=(2, 3))
    with open_source(path) as source:
        assert [c.name for c in source.columns] == ["race", "score"]
        assert rows_of(source) == [("White", 3), ("Black", 4)]
        assert source.first_row("race = 'Black'").row == 7
        assert source.first_row("race = 'Black'").values == {
            "race": "Black",
            "score": 4,
        }
        assert source.left_out == (
            LeftOut(reason="title rows above the header of a.xlsx", rows=1),
            LeftOut(reason="blank rows of a.xlsx", rows=2),
        )
        assert any("found in row 4" in note for note in source.notes)


def test_a_merged_title_is_no_header(tmp_path):
    path = tmp_path / "a.xlsx"
    made = openpyxl.Workbook()
    made.active["A1"] = "All schools, 2020"
    made.active.merge_cells("A1:B1")
    for row in TABLE:
        made.active.append(row)
    made.save(path)
    with open_source(path) as source:
        assert rows_of(source) == [("White", 3), ("Black", 4)]


def test_the_first_sheet_with_a_table_is_read_and_said(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        ("Read me", [["About this file"], ["Made in 2020"]]),
        ("Data", TABLE),
        ("More", [["x", "y"], [1, 2]]),
    )
    with open_source(path) as source:
        assert rows_of(source) == [("White", 3), ("Black", 4)]
        assert "3 sheets; 'Data' was read" in source.notes[0]
    with open_source(path, sheet="more") as source:
        assert rows_of(source) == [(1, 2)]
    with pytest.raises(
        EquitableError, match=r"no sheet 'Dta'.*'Read me', 'Data', 'More'"
    ):
        open_source(path, sheet="Dta")


def test_a_hidden_sheet_is_read_only_when_named(tmp_path):
    path = book(tmp_path / "a.xlsx", ("Old", [["x", "y"], [1, 2]]), ("New", TABLE))
    made = openpyxl.load_workbook(path)
    made["Old"].sheet_state = "hidden"
    made.active = 1
    made.save(path)
    with open_source(path) as source:
        assert rows_of(source) == [("White", 3), ("Black", 4)]
    with open_source(path, sheet="Old") as source:
        assert rows_of(source) == [(1, 2)]


def test_error_cells_are_no_value(tmp_path):
    path = book(tmp_path / "a.xlsx", ("S", [["a", "b"], ["x", 1], ["y", 99], ["z", 3]]))
    damaged = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data, changed = re.subn(
                    rb'<c r="B3"[^>]*><v>99</v></c>',
                    b'<c r="B3" t="e"><v>#N/A</v></c>',
                    data,
                )
                assert changed == 1
            new.writestr(name, data)
    with open_source(damaged) as source:
        assert source.columns[1] == Column("b", "number")
        assert rows_of(source) == [("x", 1), ("y", None), ("z", 3)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["a", "a"], [1, 2]], "row 1: columns A and B have the same name"),
        ([["a", "b", None], [1, 2, 3]], "row 1: column C has values but no name"),
        ([["a", "b"]], "none of its sheets holds a table"),
        ([], "none of its sheets holds a table"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path, rows, told):
    with pytest.raises(EquitableError, match=told):
        open_source(book(tmp_path / "a.xlsx", ("S", rows)))


def test_named_sheets_without_a_table(tmp_path):
    path = book(tmp_path / "a.xlsx", ("E", []), ("H", [["a", "b"]]), ("D", TABLE))
    with pytest.raises(EquitableError, match="sheet 'E' is empty"):
        open_source(path, sheet="E")
    with pytest.raises(EquitableError, match="'H' has a header and no rows"):
        open_source(path, sheet="H")


def test_years_as_names_are_whole(tmp_path):
    path = book(tmp_path / "a.xlsx", ("S", [["race", 2019, 2020], ["White", 1, 2]]))
    with open_source(path) as source:
        assert [c.name for c in source.columns] == ["race", "2019", "2020"]


def opendocument(path, *more):
    """A minimal spreadsheet, by the OpenDocument 1.2 specification."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="{0}"><text:p>{0}</text:p></table:table-cell>'
    row = "<table:table-row>{}</table:table-row>"
    body = row.format(cell.format("race") + cell.format("score"))
    body += row.format(cell.format("White") + number.format(3))
    body += "".join(more)
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        out.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content xmlns:office="{space}:office:1.0"'
            f' xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body>'
            f'<office:spreadsheet><table:table table:name="S">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def test_opendocument(tmp_path):
    with open_source(opendocument(tmp_path / "a.ods")) as source:
        assert rows_of(source) == [("White", 3)]


VALUE = '<table:table-cell office:value-type="float" office:value="1"{}/>'


@pytest.mark.parametrize(
    ("more", "place"),
    [
        (
            '<table:table-row table:number-rows-repeated="1000000"/><table:table-row>'
            '<table:table-cell table:number-columns-repeated="99"/>'
            + VALUE.format("")
            + "</table:table-row>",
            "CV1000003",
        ),
        (
            '<table:table-row table:number-rows-repeated="1000000">'
            + VALUE.format(' table:number-columns-repeated="1000"')
            + "</table:table-row>",
            "ALL1000002",
        ),
    ],
)
def test_a_far_cell_of_an_opendocument_is_refused(tmp_path, more, place):
    with pytest.raises(EquitableError, match=f"far from the others, {place}, str"):
        open_source(opendocument(tmp_path / "a.ods", more))


def test_blank_rows_and_columns_to_the_end_of_an_opendocument_do_not_matter(tmp_path):
    more = (
        '<table:table-row table:number-rows-repeated="1048574">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    with open_source(opendocument(tmp_path / "a.ods", more)) as source:
        assert rows_of(source) == [("White", 3)]


def record(kind, data=b""):
    """A record of a binary workbook, by [MS-XLSB] 2.1.4."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return head + bytes([len(data)]) + data


def whole(*numbers):
    return b"".join(number.to_bytes(4, "little") for number in numbers)


@pytest.mark.parametrize(
    ("row", "column", "kind", "far"),
    [
        (999_999, 99, 5, "CV1000000"),
        (1_048_575, 16_383, 7, "XFD1048576"),
        (999_999, 40, 5, ""),
        (1_048_575, 16_383, 1, ""),  # only formatted
    ],
)
def test_a_far_cell_of_a_binary_sheet_is_seen(row, column, kind, far):
    sheet = record(0, whole(0) + bytes(13)) + record(5, whole(0, 0) + bytes(8))
    sheet += record(0, whole(row) + bytes(13))
    sheet += record(kind, whole(column, 0) + bytes(8))
    assert extents._far_cell_of_binary(sheet) == far


def test_sheets_of_a_binary_workbook_are_found_and_refused(tmp_path):
    def text(said):
        return whole(len(said)) + said.encode("utf-16-le")

    path = tmp_path / "a.xlsb"
    book = record(156, whole(0, 1) + text("rId1") + text("Ann\u00e9e"))
    far = record(0, whole(999_999) + bytes(13)) + record(5, whole(99, 0) + bytes(8))
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("xl/workbook.bin", book)
        out.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.bin"/>'
            "</Relationships>",
        )
        out.writestr("xl/worksheets/sheet1.bin", far)
    seen = extents.Extents(path, "a.xlsb")
    with pytest.raises(EquitableError, match="CV1000000, stretches its sheet 'Année'"):
        seen.check("Année")


def stray(path, place, value, title="S"):
    made = openpyxl.load_workbook(book(path, (title, TABLE)))
    made[title][place] = value
    made.save(path)
    return path


@pytest.mark.parametrize("place", ["XFD1048576", "AV1048576", "XFD3052"])
def test_a_stray_cell_far_away_is_refused_before_room_is_made(tmp_path, place):
    path = stray(tmp_path / "a.xlsx", place, "x")
    with pytest.raises(
        EquitableError, match=f"far from the others, {place}, stretches"
    ):
        open_source(path)
    with pytest.raises(EquitableError, match="stretches"):
        open_source(path, sheet="s")


def test_two_stray_cells_stretch_a_sheet_together(tmp_path):
    path = stray(tmp_path / "a.xlsx", "XFD1", "x")
    made = openpyxl.load_workbook(path)
    made["S"]["A1048576"] = "y"
    made.save(path)
    with pytest.raises(EquitableError, match="A1048576"):
        open_source(path)


def test_a_far_cell_that_is_only_coloured_does_not_matter(tmp_path):
    path = stray(tmp_path / "a.xlsx", "XFD1048576", None)
    made = openpyxl.load_workbook(path)
    made["S"]["XFD1048576"].font = openpyxl.styles.Font(bold=True)
    made.save(path)
    with open_source(path) as source:
        assert rows_of(source) == [("White", 3.0), ("Black", 4.0)]


def test_a_stray_cell_of_another_sheet_does_not_matter(tmp_path):
    path = book(tmp_path / "a.xlsx", ("S", TABLE), ("far & wide", [["x"]]))
    made = openpyxl.load_workbook(path)
    made["far & wide"]["XFD1048576"] = "x"
    made.save(path)
    with open_source(path) as source:
        assert len(rows_of(source)) == 2
    with pytest.raises(EquitableError, match="stretches its sheet 'far & wide'"):
        open_source(path, sheet="far & wide")


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path, monkeypatch):
    path = book(tmp_path / "a.xlsx", ("S", [["a"], *[["x"]] * 20_000]))
    monkeypatch.setattr(extents, "_UNPACKED", 100_000)
    with pytest.raises(EquitableError, match="it unpacks to"):
        open_source(path)
