"""Workbooks as they are posted: merged headers, sheets of schools, of years, hidden."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from equitable.errors import InputError
from equitable.intake.posted.reading import read_posted
from equitable.intake.posted.sums import refuse_wrong_sums
from equitable.intake.posted.tables import PostedTable

Rows = Sequence[Sequence[object]]
Span = tuple[int, int, int, int]


def write(
    path: Path,
    sheets: Mapping[str, Rows],
    merged: Mapping[str, Sequence[Span]] | None = None,
    hidden: Sequence[str] = (),
) -> Path:
    book = xlsxwriter.Workbook(str(path))
    dated = book.add_format({"num_format": "d-mmm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(row, column, cell, dated)
                elif cell != "":
                    sheet.write(row, column, cell)
        for span in (merged or {}).get(name, ()):
            sheet.merge_range(*span, rows[span[0]][span[1]])
    book.close()
    return path


def read(path: Path, **options: str) -> tuple[PostedTable, ...]:
    tables = read_posted([path], **options)
    refuse_wrong_sums(tables)
    return tables


def shown(table: PostedTable) -> dict[tuple[str, ...], int | str]:
    return {
        tuple(cell.group.get(name, "") for name in table.dimensions): (
            cell.mark if cell.value is None else cell.value
        )
        for cell in table.cells
    }


OAK: Rows = [["Grade", "Asian", "White", "Total"], [3, 1, 2, 3], [4, "*", "*", 4]]
ELM: Rows = [["Grade", "Asian", "White", "Total"], [3, 2, 2, 4], [4, 3, 5, 8]]
BOTH: Rows = [["Grade", "Asian", "White", "Total"], [3, 3, 4, 7], [4, 5, 7, 12]]


def test_the_published_table_as_a_workbook(tmp_path: Path) -> None:
    """The 4 x 4 table of the literature; its numbers are whole numbers of the sheet."""
    rows: Rows = [
        ["", "A", "B", "C", "D", "Total"],
        ["I", "*", "*", "*", 89, 230],
        ["II", "*", 124, "*", 31, 250],
        ["III", 92, "*", 59, "*", 336],
        ["IV", 800, "*", 651, "*", 3127],
        ["Total", 1012, 1262, 762, 907, 3943],
    ]
    (table,) = read(write(tmp_path / "posted.xlsx", {"Sheet1": rows}))
    assert table.name == "posted.xlsx"
    assert dict(table.dimensions) == {
        "rows": ("I", "II", "III", "IV"),
        "columns": ("A", "B", "C", "D"),
    }
    assert sum(cell.value is None for cell in table.cells) == 9
    assert shown(table)["", ""] == 3943
    assert shown(table)["II", "B"] == 124


def test_merged_headers_over_two_dimensions(tmp_path: Path) -> None:
    rows: Rows = [
        ["Enrollment, October 2025", "", "", "", "", ""],
        ["Grade", "Female", "", "Male", "", "Total"],
        ["", "EL", "Not EL", "EL", "Not EL", ""],
        [3, 1, 2, 3, 4, 10],
        [4, 1, 1, 1, "s", 8],
    ]
    merged = [(0, 0, 0, 5), (1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 1, 4), (1, 5, 2, 5)]
    path = write(tmp_path / "posted.xlsx", {"A": rows}, {"A": merged})
    (table,) = read(path)
    assert [*table.dimensions.values()] == [
        ("3", "4"),
        ("Female", "Male"),
        ("EL", "Not EL"),
    ]
    assert shown(table)["3", "Male", "EL"] == 3
    assert shown(table)["4", "", ""] == 8


def test_a_district_merged_over_its_schools(tmp_path: Path) -> None:
    rows: Rows = [
        ["District", "School", "Students"],
        ["North", "Oak", 3],
        ["", "Elm", 4],
        ["", "Total", 7],
        ["South", "Ash", 5],
        ["", "Fir", "<5"],
    ]
    path = write(tmp_path / "p.xlsx", {"A": rows}, {"A": [(1, 0, 3, 0), (4, 0, 5, 0)]})
    (table,) = read(path)
    assert dict(table.nested) == {"School": "District"}
    assert shown(table)["North", "Elm"] == 4
    assert shown(table)["South", "Fir"] == "<5"


def test_a_table_that_begins_in_the_middle_of_a_sheet(tmp_path: Path) -> None:
    rows: Rows = [
        [],
        [],
        ["", "", "Grade", "Students"],
        ["", "", "3", 5],
        ["", "", "4", 6],
    ]
    (table,) = read(write(tmp_path / "p.xlsx", {"A": rows}))
    assert [(cell.row, cell.value) for cell in table.cells] == [(4, 5), (5, 6)]


# ------------------------------------------------------------------------------- sheets


def test_sheets_of_schools_and_one_of_the_district(tmp_path: Path) -> None:
    cover: Rows = [["About these tables"], ["Counts are of October."]]
    sheets = {"About": cover, "Oak": OAK, "Elm": ELM, "District": BOTH}
    (table,) = read(write(tmp_path / "p.xlsx", sheets))
    assert [*table.dimensions] == ["sheet", "Grade", "columns"]
    assert table.dimensions["sheet"] == ("Oak", "Elm")
    assert shown(table)["Elm", "4", "White"] == 5
    assert shown(table)["", "4", "White"] == 7
    assert any("'About'" in note for note in table.notes)


def test_sheets_that_add_up_to_one_of_them(tmp_path: Path) -> None:
    sheets = {"Oak": OAK, "Elm": ELM, "Everybody": BOTH}
    (table,) = read(write(tmp_path / "p.xlsx", sheets))
    assert table.dimensions["sheet"] == ("Oak", "Elm")
    assert shown(table)["", "3", ""] == 7


def test_sheets_named_after_another_tables_labels(tmp_path: Path) -> None:
    by_school: Rows = [["School", "Students"], ["Oak", 7], ["Elm", 12], ["Total", 19]]
    sheets = {"Oak": OAK, "Elm": ELM, "By school": by_school}
    one, two = read(write(tmp_path / "p.xlsx", sheets))
    assert one.dimensions["School"] == two.dimensions["School"] == ("Oak", "Elm")


def test_sheets_of_years_stay_apart(tmp_path: Path) -> None:
    one, two = read(write(tmp_path / "p.xlsx", {"2024": OAK, "2025": BOTH}))
    assert (one.counted, two.counted) == ("2024", "2025")
    assert one.name == "p.xlsx, sheet '2024'"


def test_a_wrong_sum_over_sheets_is_refused(tmp_path: Path) -> None:
    wrong = [*BOTH[:2], [4, 5, 6, 11]]
    sheets = {"Oak": OAK, "Elm": ELM, "Total": wrong}
    # Withheld at Oak: only the totals of rows can be held against each other: 4 + 8.
    with pytest.raises(
        InputError, match=r"total is 11, .*'sheet' add up to 12, 1 more"
    ):
        read(write(tmp_path / "p.xlsx", sheets))


def test_a_hidden_sheet_is_read_and_said(tmp_path: Path) -> None:
    other: Rows = [["School", "Asian", "White"], ["Oak", 1, 2], ["Elm", 2, 2]]
    path = write(tmp_path / "p.xlsx", {"A": OAK, "B": other}, hidden=["B"])
    tables = read(path)
    assert len(tables) == 2
    assert any("hidden" in note for note in tables[1].notes)


def test_one_sheet_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "p.xlsx", {"2024": OAK, "2025": BOTH})
    (table,) = read(path, sheet="2025")
    assert shown(table)["4", "White"] == 7
    with pytest.raises(InputError, match="no sheet '2026'"):
        read(path, sheet="2026")


def test_a_sheet_of_percentages_beside_one_of_counts(tmp_path: Path) -> None:
    shares: Rows = [["Grade", "% Asian", "% White"], [3, 33.3, 66.7], [4, 50, 50]]
    tables = read(write(tmp_path / "p.xlsx", {"N": BOTH, "Percent": shares}))
    assert len(tables) == 1
    assert any("'Percent'" in note for note in tables[0].notes)


# ------------------------------------------------------------------------------ refusals


def test_a_formula_that_was_never_worked_out_is_no_withheld_count(
    tmp_path: Path,
) -> None:
    path = tmp_path / "p.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("A")
    for row, cells in enumerate(OAK):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.write_formula("D3", "=SUM(B3:C3)", None, "")
    book.close()
    # xlsxwriter saves the empty result as text; without any result it is unworked.
    raw = path.read_bytes()
    assert raw
    with pytest.raises(InputError) as raised:
        read(_without_results(path))
    assert raised.value.row == 3
    assert "formula" in str(raised.value)


def _without_results(path: Path) -> Path:
    import re
    import zipfile

    made = path.with_name("unworked.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.namelist():
            text = old.read(one)
            if one.endswith("sheet1.xml"):
                text = re.sub(
                    rb'<c r="D3"[^>]*><f>([^<]*)</f><v></v></c>',
                    rb'<c r="D3"><f>\1</f></c>',
                    text,
                )
            new.writestr(one, text)
    return made


def test_a_range_that_became_a_date(tmp_path: Path) -> None:
    rows: Rows = [["Grade", "Students"], [3, 12], [4, dt.date(2025, 1, 9)]]
    with pytest.raises(InputError, match=r"row 3, column 'Students': a date.*1 to 9"):
        read(write(tmp_path / "p.xlsx", {"A": rows}))


def test_one_number_merged_over_two_columns(tmp_path: Path) -> None:
    rows: Rows = [["Grade", "Asian", "White"], [3, 1, 2], [4, 5, ""]]
    path = write(tmp_path / "p.xlsx", {"A": rows}, {"A": [(2, 1, 2, 2)]})
    with pytest.raises(
        InputError, match=r"row 3, column 'Asian': one number is merged"
    ):
        read(path)


def test_a_damaged_workbook(tmp_path: Path) -> None:
    path = write(tmp_path / "p.xlsx", {"A": OAK})
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(InputError, match="damaged"):
        read(path)


def test_a_file_without_sheets_when_one_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("Grade,N\n3,4\n")
    with pytest.raises(InputError, match="no sheets"):
        read(path, sheet="A")
