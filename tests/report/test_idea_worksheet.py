"""The worksheet, read back with another library than it was written with."""

from __future__ import annotations

import io
import zipfile

import openpyxl

from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.engine import risk_ratios
from equitable.measures.disproportionality.settings import IdeaSettings, Progress
from equitable.report.idea_worksheet import SHEETS, render
from equitable.vocabulary import WITHHELD


def answer(district="D", **settings):
    counts = []
    for year in ("2020", "2021", "2022"):
        for category, black, asian in (
            ("learning", (40, 200), (40, 800)),
            ("autism", (20, 200), (9, 800)),
            ("separate", (20, 150), (WITHHELD, WITHHELD)),
        ):
            for group, (count, total) in (
                ("Black", black),
                ("Asian", asian),
                ("White", (60, 1200)),
            ):
                counts.append(
                    GroupCount(district=district, year=year, category=category,
                               group=group, count=count, total=total)
                )  # fmt: skip
    return risk_ratios(counts, settings=IdeaSettings(**settings))


def book(made=None, **more):
    return openpyxl.load_workbook(io.BytesIO(render(made or answer(), **more)))


def matrix(sheet):
    """The first table of ratios: from category and group to its cell."""
    rows = list(sheet.iter_rows())
    top = next(i for i, row in enumerate(rows) if row[0].value == "Category")
    groups = [cell.value for cell in rows[top]]
    found = {}
    for row in rows[top + 1 :]:
        if not row[0].value:
            break
        for group, cell in zip(groups[1:], row[1:], strict=True):
            found[(row[0].value, group)] = cell
    return found


def test_four_sheets_with_the_title_on_top_and_no_formulas():
    made = book(title="Lake District", mark="Internal")
    assert made.sheetnames == list(SHEETS)
    for sheet in made:
        assert sheet["A1"].value == "Lake District"
        assert sheet["A2"].value == "Internal"
        assert sheet.page_setup.orientation == "landscape"
        assert "Internal" in sheet.oddFooter.left.text
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)


def test_the_table_has_ratios_as_numbers_with_colour_and_mark():
    cells = matrix(book()["Ratios"])
    # 40/200 = .2 against (40 + 60)/2,000 = .05: 4.0, three years, no progress.
    over = cells["Specific learning disability", "Black or African American"]
    assert over.value == 4.0
    assert "▲▲" in over.number_format
    assert over.fill.fgColor.rgb == "FFF4D3C6"
    # 60/1200 = .05 against (40 + 40)/1,000 = .08: .625
    plain = cells["Specific learning disability", "White"]
    assert plain.value == 0.625
    assert "▲" not in plain.number_format
    assert plain.fill.fill_type is None


def test_where_there_is_no_ratio_a_word_says_why():
    cells = matrix(book()["Ratios"])
    assert cells["Autism", "Asian"].value == "too few"
    assert cells["Autism", "Hispanic or Latino"].value == "not given"
    placed = "In a separate school or residential facility"
    for group in ("Asian", "White", "Black or African American"):
        assert cells[placed, group].value == "Withheld"


def test_every_figure_is_there_once_and_withheld_ones_are_not():
    made = answer()
    sheet = book(made)["Every figure"]
    rows = list(sheet.iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if row[0] == "District")
    heads, body = rows[top], rows[top + 1 :]
    assert len(body) == len(made.rows) == 3 * 3 * 7
    first = dict(zip(heads, body[2], strict=True))
    assert first["Group"] == "Black or African American"
    assert (first["Number"], first["With the outcome"]) == (200, 40)
    assert (first["Ratio"], first["Over"]) == (4.0, "yes")
    # Not over while x <= 3 * .05 * 200 = 30.
    assert first["Students from threshold"] == 10
    hidden = [
        row for row in body if row[2].startswith("In a sep") and row[3] == "Asian"
    ]
    assert len(hidden) == 3
    for row in hidden:
        assert not any(
            isinstance(value, int | float) for value in (*row[4:12], *row[14:16])
        )
        assert "Withheld" in row


def test_settings_and_sources_are_said():
    made = answer(min_cell=8, progress=Progress(least_drop=0.1, as_share=True))
    cells = [
        value
        for row in book(made)["Settings and sources"].iter_rows(values_only=True)
        for value in row
        if value is not None
    ]
    assert 8 in cells
    assert any("by 10% or more" in str(value) for value in cells)
    assert "(b)(3)(ii)(F)" in cells
    assert "300.647(d)" in cells


def test_text_of_a_file_never_becomes_a_formula():
    hostile = '=HYPERLINK("//x","y")'
    raw = render(answer(hostile), title=hostile, mark="&P@x\x00\x07")
    for row in openpyxl.load_workbook(io.BytesIO(raw))["Every figure"].iter_rows():
        assert all(cell.data_type != "f" for cell in row)
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        sheets = [n for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
        assert sheets
        for name in sheets:
            assert b"<f>" not in parts.read(name)


def test_the_same_answer_gives_the_same_bytes():
    assert render(answer()) == render(answer())


def test_an_answer_without_rows_is_a_workbook_too():
    assert book(risk_ratios([])).sheetnames == list(SHEETS)
