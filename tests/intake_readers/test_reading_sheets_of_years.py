"""A workbook with a sheet for each year: all of them are read, or the newest."""

import openpyxl
import pytest

import equitable as eq

HEADER = ("School", "Group", "Enrolled", "Suspended")


def book(path, sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def year(suspended):
    return [HEADER, ("Oak", "White", 100, 10), ("Oak", "Black", 100, suspended)]


def read(path, **options):
    with eq.open(path, **options) as data:
        names = [column.name for column in data.source.columns]
        rows = data.source.query("SELECT * FROM records").to_pylist()
        return names, rows, " ".join(data.source.notes)


def test_each_sheet_is_its_year(tmp_path):
    path = book(
        tmp_path / "b.xlsx",
        {"2020-21": year(11), "2021-22": year(12), "2022-23": year(13)},
    )
    names, rows, notes = read(path)
    assert names == [*HEADER, "year"]
    found = {
        (row["year"], int(row["Suspended"])) for row in rows if row["Group"] == "Black"
    }
    assert found == {("2020-21", 11), ("2021-22", 12), ("2022-23", 13)}
    assert "a sheet for each year: all 3 were read" in notes


def test_one_year_is_asked_for_by_its_sheet(tmp_path):
    path = book(tmp_path / "b.xlsx", {"2020-21": year(11), "2021-22": year(12)})
    _, rows, _ = read(path, sheet="2020-21")
    assert {row["year"] for row in rows} == {"2020-21"}
    assert len(rows) == 2


def test_the_newest_is_read_where_columns_differ(tmp_path):
    other = [("School", "Group", "Pupils"), ("Oak", "White", 5), ("Oak", "Black", 6)]
    path = book(tmp_path / "b.xlsx", {"2020": other, "2022": year(13), "2021": other})
    _, rows, notes = read(path)
    assert {row["year"] for row in rows} == {"2022"}
    assert "'2022' was read. --sheet names another" in notes


def test_a_sheet_of_notes_is_no_year(tmp_path):
    notes = [("About", "this file"), ("Source", "the state")]
    path = book(
        tmp_path / "b.xlsx", {"Notes": notes, "2020": year(11), "2021": year(12)}
    )
    _, rows, _ = read(path)
    assert {row["year"] for row in rows} == {"2020", "2021"}


@pytest.mark.parametrize("name", ["All years", "2020 again"])
def test_sheets_that_are_not_each_a_year_are_left(tmp_path, name):
    path = book(
        tmp_path / "b.xlsx", {name: year(10), "2020": year(11), "2021": year(12)}
    )
    names, rows, notes = read(path)
    assert names == [*HEADER]
    assert {int(row["Suspended"]) for row in rows} == {10}
    assert f"'{name}' was read" in notes


def test_a_column_of_years_stays_the_only_one(tmp_path):
    def sheet(text):
        return [("School Year", *HEADER), (text, "Oak", "White", 9, 1)] * 1

    path = book(
        tmp_path / "b.xlsx", {"2020": sheet("2019-20"), "2021": sheet("2020-21")}
    )
    names, rows, _ = read(path)
    assert names == ["School Year", *HEADER]
    assert len(rows) == 2
