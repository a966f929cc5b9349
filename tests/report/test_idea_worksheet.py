"""The worksheet, read back with another library than it was written with."""

from __future__ import annotations

import io
import zipfile

import openpyxl

from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.engine import risk_ratios
from equitable.measures.disproportionality.settings import (
    IdeaSettings,
    Progress,
    Standards,
)
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
    assert (first["Number (n)"], first["With the outcome"]) == (200, 40)
    # All that the ratio is made of: 40 and 60 of 800 and 1,200.
    others = first["Others (n)"], first["Others with the outcome"]
    assert others == (2000, 100)
    assert first["Risk"] / first["Risk of others"] == first["Ratio"]
    assert (first["Minimum cell"], first["Minimum n"]) == (10, 30)
    assert first["Year"] == "2022"  # the latest is first
    assert (first["Ratio"], first["Over"]) == (4.0, "yes")
    # Not over while x <= 3 * .05 * 200 = 30.
    assert first["Students from threshold"] == 10
    hidden = [
        row for row in body if row[2].startswith("In a sep") and row[3] == "Asian"
    ]
    assert len(hidden) == 3
    assert first["Progress"] == "no"
    # Of what is not over nobody asks whether it fell.
    (plain,) = [
        dict(zip(heads, row, strict=True))
        for row in body
        if row[1:4] == ("2022", "Specific learning disability", "White")
    ]
    assert (plain["Over"], plain["Progress"]) == ("no", "")
    given = {"Minimum cell", "Minimum n", "Threshold"}  # the State's, not the group's
    for row in hidden:
        for name, value in zip(heads, row, strict=True):
            assert name in given or not isinstance(value, int | float), name
        assert "Withheld" in row
    # Those compared with a withheld group do not say what it is by their difference.
    beside = [
        row for row in body if row[2].startswith("In a sep") and row[3] == "White"
    ]
    for row in beside:
        figures = dict(zip(heads, row, strict=True))
        assert figures["Number (n)"] == 1200
        for name in (
            "Others (n)",
            "Others with the outcome",
            "Risk of others",
            "Ratio",
        ):
            assert figures[name] == "Withheld"


def test_settings_and_sources_are_said():
    made = answer(min_cell=8, progress=Progress(least_drop=0.1, as_share=True))
    cells = [
        value
        for row in book(made)["Settings and sources"].iter_rows(values_only=True)
        for value in row
        if value is not None
    ]
    assert 8 in cells
    assert any("by 10 % or more" in str(value) for value in cells)
    assert any("81 FR 92376" in str(value) for value in cells)
    assert "(b)(3)(ii)(F)" in cells
    assert "300.647(d)" in cells


def test_each_categorys_own_standards_are_said():
    settings = {
        "placement": Standards(progress="none", min_cell=5),
        "autism": Standards(progress=Progress(least_drop=0.25), threshold=2.5),
    }
    rows = list(book(answer(by_category=settings))["Settings and sources"].values)
    said = {row[0]: row for row in rows}
    assert said["Autism"][1:4] == (10, 30, 2.5)
    assert said["Autism"][7] == "the ratio fell in each of two years, by 0.25 or more"
    assert said["Any disability"][7] == "the ratio fell in each of two years"
    placed = said["In a separate school or residential facility"]
    assert (placed[1], placed[7]) == (5, "not used")


def test_it_prints_with_its_names_on_every_page_and_no_table_torn():
    made = book()
    figures = made["Every figure"]
    top = figures.print_title_rows.replace("$", "").split(":")[0]
    assert figures[f"A{top}"].value == "District"
    assert figures.print_title_cols == "$A:$D"
    assert figures.freeze_panes == f"E{int(top) + 1}"
    assert figures.page_setup.fitToWidth == 2
    ratios = made["Ratios"]
    # Three years, two tables to a page: the break is above the third.
    (cut,) = [one.id for one in ratios.row_breaks.brk]
    assert ratios[f"A{cut + 1}"].value == "D · 2020"
    assert ratios.page_setup.scale == 75
    assert not ratios.sheet_properties.pageSetUpPr.fitToPage


def test_a_table_says_how_many_are_over_withheld_and_without_a_ratio():
    # Of 7 groups in 3 categories (21): learning has 3 ratios, autism 2 (Asian: 9 is
    # under the minimum cell), and the 3 groups of the placement are withheld; the other
    # 13 have none.  Black: 4.0 in learning; 20/200 over 69/2,000 in autism is 2.9.
    texts = [row[0].value for row in book()["Ratios"].iter_rows()]
    said = texts[texts.index("D · 2022") + 1]
    assert said == (
        "1 of 5 risk ratios is over; 1 of them in each of 3 consecutive years, without"
        " reasonable progress. Withheld: 3. No ratio: 13."
    )


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
