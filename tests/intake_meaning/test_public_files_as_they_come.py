"""Small files as states publish them, CSV and XLSX, modelled on real report cards.

Numbers are made up and small enough to add up by hand; the forms are those of the
publishers named in each test.  Of each either the right figures are given, or a
sentence that names file, row or column, and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import equitable as eq
from equitable.errors import EquitableError, InputError, QuestionError

Write = Callable[[str], Path]
Sheets = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(text: str, name: str = "card.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def workbook(tmp_path: Path) -> Sheets:
    def write(
        *sheets: tuple[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()
    ) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets:
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
        path = tmp_path / "card.xlsx"
        book.save(path)
        return path

    return write


def rates(path: Path, by: str, **asked: Any) -> dict[str, tuple[Any, Any]]:
    """From each group to how many of how many, by the file's own first outcome."""
    with eq.open(path, fresh=True) as table:
        outcome = None if "count" in asked or "percent" in asked else (
            table.schema.indicators[0]
        )  # fmt: skip
        result = table.gaps(outcome, by=[by], min_n=5, **asked)
    return {row.group[by]: (row.count, row.n) for row in result.rows}


def bounds(path: Path, by: str) -> dict[str, Any]:
    with eq.open(path, fresh=True) as table:
        result = table.gaps(table.schema.indicators[0], by=[by], min_n=5)
    return {r.group[by]: r.bounds.count if r.bounds else r.count for r in result.rows}


def said(path: Path) -> str:
    with eq.open(path, fresh=True) as table:
        found = table.inspect()
    sentences = [f"{one.sentence} {one.next_step}" for one in found.quality.findings]
    return " ".join([*sentences, *found.notes])


def refusal(path: Path, tmp_path: Path) -> EquitableError:
    with pytest.raises(EquitableError) as caught, eq.open(path, fresh=True) as table:
        table.report(tmp_path / "report.xlsx")
    return caught.value


CARD = """School,Group,Tested,Proficient
Oak,All Students,100,50
Oak,Black,40,15
Oak,White,60,35
Elm,All Students,80,40
Elm,Black,30,10
Elm,White,50,30
"""
# Black: 15 + 10 of 40 + 30; White: 35 + 30 of 60 + 50.
OF_CARD = {"Black or African American": (25, 70), "White": (65, 110)}


# ----------------------------------------------------------- notes above and beneath


def test_notes_above_and_beneath_are_left_out_and_said(written: Write) -> None:
    path = written(
        "State Department of Education,,,\n"
        '"Source: report card, downloaded May 2024",,,\n,,,\n'
        + CARD
        + ",,,\n* Fewer than 10 students\nSource: Department of Education, 2024\n"
    )
    assert rates(path, "Group") == OF_CARD
    told = said(path)
    assert "2 rows were left out: title rows above the header" in told
    assert "2 rows were left out: notes beneath the table" in told


def test_a_title_that_a_comma_broke_is_no_header(written: Write) -> None:
    text = CARD.replace("\n", ",x,y\n").replace("Proficient,x,y", "Proficient,A,B")
    path = written("Results by school, spring 2024\n" + text)
    assert rates(path, "Group") == OF_CARD


def test_notes_at_the_end_of_a_long_file(written: Write) -> None:
    rows = "".join(f"School {i},{g},100,{n}\n" for i in range(9_000)
                   for g, n in (("Black", 40), ("White", 60)))  # fmt: skip
    path = written("School,Group,Tested,Proficient\n" + rows + "Note: made up.\n")
    assert path.stat().st_size > 1 << 18
    with eq.open(path, fresh=True) as table:
        assert table.source.query("SELECT COUNT(*) AS n FROM records")["n"][
            0
        ].as_py() == len(rows.splitlines())
        assert "notes beneath" in " ".join(one.reason for one in table.source.left_out)


def test_a_row_that_was_cut_off_is_no_note(written: Write) -> None:
    path = written(CARD + "Ash,All Stu\n")
    with pytest.raises(InputError, match="row 8: it has 2 fields where the header has"):
        eq.open(path, fresh=True)


# --------------------------------------------------------------- headers of two rows


def test_a_year_above_is_a_row_a_year(written: Write) -> None:
    """As Florida lays out its spreadsheets."""
    path = written(
        "Florida assessments,,,,,\nSchool,Group,2022,,2023,\n"
        ",,Tested,Proficient,Tested,Proficient\n"
        "Oak,All Students,100,50,110,60\nOak,Black,40,15,50,20\n"
        "Oak,White,60,35,60,40\n"
    )
    told = said(path)
    assert "named in rows 2 and 3: the names were joined, as in '2022 Tested'" in told
    assert "columns are of years (2022 to 2023)" in told
    for year, black in (("2022", (15, 40)), ("2023", (20, 50))):
        found = rates(path, "Group", where=f"Year = {year}")
        assert found["Black or African American"] == black


def test_years_with_percentages_beside_the_counts(written: Write) -> None:
    """'2022 Proficient' and '2022 % Proficient' are two numbers of one year."""
    path = written(
        "School,Group,2022,,,2023,,\n"
        ",,Tested,Proficient,% Proficient,Tested,Proficient,% Proficient\n"
        "Oak,All Students,100,50,50.0%,110,60,54.5%\n"
        "Oak,Black,40,15,37.5%,50,20,40.0%\nOak,White,60,35,58.3%,60,40,66.7%\n"
    )
    assert "columns are of years (2022 to 2023)" in said(path)
    for year, black in (("2022", (15, 40)), ("2023", (20, 50))):
        found = rates(path, "Group", where=f"Year = {year}")
        assert found["Black or African American"] == black


def test_years_of_pass_rates_and_test_takers(written: Write) -> None:
    """As Virginia lays out its files; '<' alone holds a number back."""
    path = written(
        "School,Group,2021-2022 Pass Rate,2022-2023 Pass Rate,"
        "2021-2022 Test Takers,2022-2023 Test Takers\n"
        "Oak,All Students,50,60,100,100\nOak,Black,40,45,40,60\n"
        "Oak,White,60,70,50,40\nOak,Asian,<,<,<,<\n"
    )
    assert "columns are of years (2021-2022 to 2022-2023)" in said(path)
    found = rates(
        path,
        "Group",
        percent="Pass Rate",
        total="Test Takers",
        where="Year = '2022-2023'",
    )
    # 45 % of 60, as published.
    assert found["Black or African American"] == (27, 60)


def test_rows_around_the_table_are_rows_of_the_file(written: Write) -> None:
    """Two titles and a note are three rows, though each row is read as two counts."""
    path = written(
        "School report,,,,,\nMade in May,,,,,\nSchool,Group,2022,,2023,\n"
        ",,Tested,Proficient,Tested,Proficient\n"
        "Oak,All Students,100,50,110,60\nOak,Black,40,15,50,20\n"
        "Oak,White,60,35,60,40\n* small groups are left out,,,,,\n"
    )
    with eq.open(path, fresh=True) as table:
        told = str(table.gaps("Proficient", by=["race"]).provenance.left_out)
        assert told.count("of_file=True") == 2


def test_marks_of_counts_are_no_values_to_leave_out(written: Write) -> None:
    """What 's' and '<10' mean stands under [published] alone."""
    path = written(
        "School,Group,Tested,Proficient\nOak,All Students,100,50\n"
        "Oak,Black,40,15\nOak,White,50,35\nOak,Asian,<10,s\nElm,Asian,<10,s\n"
        "Elm,All Students,100,50\nElm,Black,40,15\nElm,White,50,35\n"
    )
    with eq.open(path, fresh=True) as table:
        text = table.inspect().to_toml()
    assert "missing" not in text
    assert 'marks = { "s" = "withheld"' in text


def test_a_subject_above_makes_an_outcome_of_each(written: Write) -> None:
    path = written(
        "School,Group,ELA,,Math,\n,,Tested,Proficient,Tested,Proficient\n"
        "Oak,All Students,100,50,90,30\nOak,Black,40,15,35,5\n"
        "Oak,White,60,35,55,25\n"
    )
    with eq.open(path, fresh=True) as table:
        found = {(one.count, one.total) for one in table.schema.indicators}
    assert found == {
        ("ELA Proficient", "ELA Tested"),
        ("Math Proficient", "Math Tested"),
    }
    assert rates(path, "Group", count="Math Proficient", total="Math Tested")[
        "White"
    ] == (25, 55)


def test_merged_cells_above_in_a_workbook(workbook: Sheets) -> None:
    path = workbook(
        ("Notes", [["About this workbook"], ["* fewer than 10 students"]]),
        (
            "Data",
            [
                ["School", "Group", 2022, None, 2023, None],
                [None, None, "Tested", "Proficient", "Tested", "Proficient"],
                ["Oak", "All Students", 100, 50, 110, 60],
                ["Oak", "Black", 40, 15, 50, 20],
                ["Oak", "White", 60, 35, 60, 40],
            ],
        ),
        merged=["A1:A2", "B1:B2", "C1:D1", "E1:F1"],
    )
    found = rates(path, "Group", where="Year = 2023")
    assert found == {"Black or African American": (20, 50), "White": (40, 60)}
    assert "'Data' was read" in said(path)


def test_words_in_a_row_of_numbers_are_no_second_header(written: Write) -> None:
    path = written("name,math,reading\nabsent,absent,absent\nx,1,2\ny,3,4\n")
    with eq.open(path, fresh=True) as table:
        assert [column.name for column in table.source.columns] == [
            "name", "math", "reading",
        ]  # fmt: skip


# ------------------------------------------------------------------- cells for several


@pytest.mark.parametrize("merged", [["A2:A4", "A5:A7"], []])
def test_a_school_written_once_above_its_groups(
    workbook: Sheets, merged: Sequence[str]
) -> None:
    rows: list[list[Any]] = [["School", "Group", "Tested", "Proficient"]]
    for school, n in (("Oak", (100, 40, 60)), ("Elm", (80, 30, 50))):
        rows += [
            [school, "All Students", n[0], n[0] // 2],
            [None, "Black", n[1], 10],
            [None, "White", n[2], 30],
        ]
    path = workbook(("Data", rows), merged=merged)
    assert rates(path, "Group") == {
        "Black or African American": (20, 70),
        "White": (60, 110),
    }
    assert rates(path, "School", where="Group = White")["Elm"] == (30, 50)
    assert "filled in for each of their rows" in said(path)


def test_the_same_in_a_text_table(written: Write) -> None:
    lines = CARD.splitlines(keepends=True)
    held = [
        "," + line.split(",", 1)[1] if "All" not in line else line for line in lines[1:]
    ]
    path = written("".join([lines[0], *held]))
    assert rates(path, "Group") == OF_CARD
    assert "'School' is written once above the rows it is of" in said(path)


def test_students_without_a_school_stay_without(written: Write) -> None:
    """Only groups that come again under each name are a table's; students are not."""
    path = written(
        "school,race,score\nOak,Black,1\n,White,2\n,Asian,3\nElm,Black,4\n,Black,5\n"
    )
    with eq.open(path, fresh=True) as table:
        found = table.source.query("SELECT COUNT(school) AS n FROM records")
    assert found["n"][0].as_py() == 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_under_a_table_is_refused_by_its_rows(
    written: Write, workbook: Sheets, kind: str
) -> None:
    top = [["School", "Group", "Tested", "Proficient"], ["Oak", "Black", 40, 15],
           ["Oak", "White", 60, 35]]  # fmt: skip
    rows = [["Table 1: Reading"], *top, [], ["Table 2: Math"], *top]
    if kind == "xlsx":
        path = workbook(("Data", rows))
    else:
        path = written(
            "".join(
                ",".join(map(str, [*row, *[""] * (4 - len(row))])) + "\n"
                for row in rows
            )
        )
    with pytest.raises(InputError) as caught:
        eq.open(path, fresh=True)
    assert caught.value.row == 6
    assert "its columns stand in row 7, and those of the first in row 2" in str(
        caught.value
    )


# ------------------------------------------------------------------- marks and numbers


def test_signs_of_footnotes_are_left_off_and_said(written: Write) -> None:
    path = written(
        "School,Group,Tested,Proficient\n"
        'Oak,All Students,"1,134†",557*\nOak,Black,400 (a),150^\nOak,White,734,407\n'
        "Elm,All Students,800,400\nElm,Black,300,100 [1]\nElm,White,500,300\n"
    )
    assert rates(path, "Group") == {
        "Black or African American": (250, 700),
        "White": (707, 1234),
    }
    assert "Signs of footnotes beside numbers" in said(path)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [("DS", (10, 55)), ("PS", (10, 55)), ("*", (10, 55)), ("TFS", (10, 55)),
     ("Too Few Students", (10, 55)), ("<10", (10, 19)), ("[c]", (10, 55)),
     ("c", (10, 55))],
)  # fmt: skip
def test_a_mark_is_bounds_of_the_count(
    written: Write, mark: str, expected: tuple[int, int]
) -> None:
    path = written(
        CARD + f"Ash,All Students,100,50\nAsh,Black,45,{mark}\nAsh,White,55,30\n"
    )
    # 25 of the other schools' students, and 0 to 45 of Ash's (0 to 9 for '<10').
    least, most = bounds(path, "Group")["Black or African American"]
    assert (least - 15, most - 15) == expected


@pytest.mark.parametrize("mark", ["NULL", "N/A", "n/a", "–", "--", "NC", "z", ":"])
def test_no_number_is_no_zero(written: Write, mark: str) -> None:
    path = written(
        CARD + f"Ash,All Students,100,50\nAsh,Black,45,{mark}\nAsh,White,55,30\n"
    )
    assert rates(path, "Group")["Black or African American"] == (25, 70)


def test_a_masked_count_that_nobody_explains_is_refused_by_its_row(
    written: Write, tmp_path: Path
) -> None:
    """Texas writes -1 for what it masks: one lone code may as well be a mistake."""
    path = written(CARD.replace("Elm,Black,30,10", "Elm,Black,30,-1"))
    error = refusal(path, tmp_path)
    assert (error.row, error.column) == (6, "Proficient")
    assert '[published] marks = { "-1" = "withheld" }' in error.next_step


def test_and_is_read_where_a_person_explains_it(written: Write) -> None:
    path = written(CARD.replace("Elm,Black,30,10", "Elm,Black,30,-1"))
    settings = path.with_name("equity.toml")
    settings.write_text('[published]\nmarks = { "-1" = "withheld" }\n')
    with eq.open(path, config=settings) as table:
        result = table.gaps(table.schema.indicators[0], by=["Group"], min_n=5)
    row = next(r for r in result.rows if "Black" in r.group["Group"])
    assert row.bounds is not None
    assert row.bounds.count == (15, 45)


# ------------------------------------------------------------------------ percentages


def test_percents_with_their_signs_are_an_outcome(written: Write) -> None:
    """As Michigan and Ohio publish: a percentage, a total, and limits."""
    path = written(
        "SchoolYear,EntityName,ReportCategory,TotalTested,PercentMet\n"
        "22 - 23 School Year,Oak,All Students,100,45.2%\n"
        "22 - 23 School Year,Oak,Black or African American,40,<=5%\n"
        "22 - 23 School Year,Oak,White,60,>95%\n"
        "22 - 23 School Year,Elm,All Students,100,55.0 %\n"
        "22 - 23 School Year,Elm,Black or African American,30,<10%\n"
        "22 - 23 School Year,Elm,White,70,60.0%\n"
    )
    # At most 5 % of 40 is 2, under 10 % of 30 is 2; over 95 % of 60 is 58 to 60, and
    # 60.0 % of 70 is 42.
    assert bounds(path, "ReportCategory") == {
        "Black or African American": (0, 4),
        "White": (100, 102),
    }
    with eq.open(path, fresh=True) as table:
        assert table.schema.year is not None


SHARES = """School,Group,Tested,Proficient
Oak,All Students,100,0.50
Oak,Black,40,0.375
Oak,White,60,0.583
Elm,All Students,80,0.5
Elm,Black,30,0.333
Elm,White,50,0.6
"""


def test_a_share_whose_whole_nobody_says_is_asked_about(
    written: Write, tmp_path: Path
) -> None:
    path = written(SHARES)
    error = refusal(path, tmp_path)
    assert 'percents = { "Proficient" = 1 }' in error.next_step
    with (
        pytest.raises(QuestionError, match="one in a hundred"),
        eq.open(path, fresh=True) as table,
    ):
        table.gaps(None, by=["Group"], percent="Proficient", total="Tested")


def test_and_used_where_a_person_says_it(written: Write) -> None:
    path = written(SHARES)
    settings = path.with_name("equity.toml")
    settings.write_text("[published]\npercents = { Proficient = 1 }\n")
    with eq.open(path, config=settings) as table:
        result = table.gaps(
            None, by=["Group"], percent="Proficient", total="Tested", min_n=5
        )
    row = next(r for r in result.rows if "Black" in r.group["Group"])
    # .375 of 40 is 15, .333 of 30 is 10: no other counts round to them.
    assert row.bounds is not None
    assert row.bounds.count == (25, 25)


def test_percents_without_numbers_of_students_make_no_rate(
    written: Write, tmp_path: Path
) -> None:
    """As the Illinois report card lays out its columns."""
    path = written(
        "RCDTS,School Name,# Student Enrollment,% Graduation Rate,"
        "% Graduation Rate - White,% Graduation Rate - Black or African American\n"
        "1,Oak,100,90.1,92.0,88\n2,Elm,200,80,90,70\n"
    )
    error = refusal(path, tmp_path)
    assert "'% Graduation Rate - White'" in error.next_step
    assert "how many students each group has" in error.next_step


# ---------------------------------------------------------------------- columns a group


def test_columns_of_counts_after_a_dash(written: Write) -> None:
    path = written(
        "RCDTS,School Name,# Student Enrollment,# Student Enrollment - White,"
        "# Student Enrollment - Black or African American,# Chronically Absent,"
        "# Chronically Absent - White,"
        "# Chronically Absent - Black or African American\n"
        "1,Oak,100,70,30,16,8,8\n2,Elm,200,140,60,40,20,20\n"
    )
    assert rates(path, "race") == {
        "White": (28, 210),
        "Black or African American": (28, 90),
    }


def test_an_advocates_own_spreadsheet(written: Write) -> None:
    path = written(
        "School,White suspended,White enrolled,Black suspended,Black enrolled,"
        "All suspended,All enrolled\n"
        "Oak,5,50,9,30,14,80\nElm,10,100,14,60,24,160\n"
    )
    assert rates(path, "race") == {
        "White": (15, 150),
        "Black or African American": (23, 90),
    }


def test_the_same_with_percents_and_numbers(written: Write) -> None:
    path = written(
        "School,White %,White N,Black %,Black N,All %,All N\n"
        "Oak,10%,50,30%,30,17.5%,80\nElm,10%,100,23.3%,60,15%,160\n"
    )
    # 10 % of 50 and of 100, each rounded to a whole percent, are 5 and 10 (9.5 to
    # 10.5); 30 % of 30 is 9, 23.3 % of 60 is 14.
    assert bounds(path, "race") == {"White": 15, "Black or African American": 23}


@pytest.mark.parametrize("percent", ["", "%"])
def test_one_number_a_group_is_answered_with_how_to_lay_it_out(
    written: Write, tmp_path: Path, percent: str
) -> None:
    rows = "".join(
        f"{school},{''.join(f'{n}{percent},' for n in numbers)}9\n"
        for school, numbers in (("Oak", (50, 30, 20)), ("Elm", (90, 60, 40)))
    )
    path = written("School,White,Black,Hispanic,All\n" + rows)
    error = refusal(path, tmp_path)
    assert "hold one number for each group" in error.next_step
    assert "'School, Group, Suspended, Enrolled'" in error.next_step
    assert error.next_step in said(path) or "one number for each group" in said(path)


# -------------------------------------------------------------------- levels and totals


NEW_JERSEY = """CountyName,DistrictName,SchoolName,Subgroup,Valid Scores,Met or Exceeded
State,,,Total,1000,500
State,,,White,600,350
State,,,Black,400,150
State,,,Economically Disadvantaged,300,100
Essex,Newark,,Total,400,150
Essex,Newark,,White,100,60
Essex,Newark,,Black,300,90
Essex,Newark,,Economically Disadvantaged,200,60
Essex,Newark,Oak,Total,200,70
Essex,Newark,Oak,White,50,25
Essex,Newark,Oak,Black,150,45
Essex,Newark,Oak,Economically Disadvantaged,100,30
Essex,Newark,Elm,Total,200,80
Essex,Newark,Elm,White,50,35
Essex,Newark,Elm,Black,150,45
Essex,Newark,Elm,Economically Disadvantaged,*,*
"""


def test_levels_told_by_empty_cells_are_never_added_up(written: Write) -> None:
    path = written(NEW_JERSEY)
    assert rates(path, "race") == {
        "White": (350, 600),
        "Black or African American": (150, 400),
    }
    of_district = rates(path, "race", where="DistrictName = Newark")
    assert of_district["White"] == (60, 100)
    assert rates(path, "SchoolName", where="DistrictName = Newark")["Oak"] == (70, 200)
    assert "levels are never added up" in said(path)


def test_a_level_with_few_rows_gives_way_to_a_finer_one(written: Write) -> None:
    """One district's own row beside the schools of all."""
    rows = "".join(
        f"{district},{school},{group},{n},{n // 2}\n"
        for district, school in (("A", "1"), ("A", "2"), ("B", "3"), ("B", "4"))
        for group, n in (("Total", 100), ("White", 60), ("Black", 40))
    )
    path = written(
        "District Name,School Name,Group,Tested,Proficient\n"
        "A,,Total,200,100\nA,,White,120,60\nA,,Black,80,40\n" + rows
    )
    assert rates(path, "Group")["White"] == (120, 240)


def test_totals_of_a_district_and_the_state_in_one_column(written: Write) -> None:
    rows = "".join(
        f"{place},{grade},{group},{n},{k}\n"
        for place, size in (("Oak", 1), ("District Total", 2), ("State Total", 10))
        for grade, part in (("All Grades", 2), ("3", 1), ("4", 1))
        for group, n, k in (
            ("All Students", 50 * size * part, 25 * size * part),
            ("Black", 20 * size * part, 5 * size * part),
            ("White", 30 * size * part, 20 * size * part),
        )
    )
    path = written("School,Grade,Group,Tested,Proficient\n" + rows)
    assert rates(path, "Group")["White"] == (400, 600)
    assert rates(path, "Group", where="School = Oak and Grade = 3")["White"] == (20, 30)


def test_a_level_is_no_group(written: Write) -> None:
    path = written(NEW_JERSEY)
    with (
        pytest.raises(QuestionError, match="rows hold one another"),
        eq.open(path, fresh=True) as table,
    ):
        table.gaps(table.schema.indicators[0], by=["level of the row"])


def test_england_s_levels_and_marks(written: Write) -> None:
    """As the Department for Education's statistics: c withheld, z not applicable."""
    path = written(
        "time_period,geographic_level,region_name,characteristic_group,characteristic,"
        "pupil_count,suspension_count,suspension_rate\n"
        "202223,National,,Total,Total,1000,60,6.0\n"
        "202223,National,,Gender,Female,500,20,4.0\n"
        "202223,National,,Gender,Male,500,40,8.0\n"
        "202223,National,,Free school meals,FSM,300,40,13.3\n"
        "202223,National,,Free school meals,Not FSM,700,20,2.9\n"
        "202223,Regional,North,Total,Total,600,40,6.7\n"
        "202223,Regional,North,Gender,Female,300,c,c\n"
        "202223,Regional,North,Gender,Male,300,30,10.0\n"
        "202223,Regional,North,Free school meals,FSM,200,x,x\n"
        "202223,Regional,North,Free school meals,Not FSM,400,z,z\n"
    )
    assert rates(path, "Gender") == {"Female": (20, 500), "Male": (40, 500)}
    assert rates(path, "Free school meals")["FSM"] == (40, 300)


def test_totals_that_do_not_add_up_are_named_with_row_and_size(written: Write) -> None:
    path = written(
        CARD.replace("Oak,White,60,35", "Oak,White,90,35").replace(
            "Elm,White,50,30", "Elm,White,50,20"
        )
    )
    told = said(path)
    # 40 + 90 against 100; 10 + 20 against 40.
    assert "add up to more than their total: row 2 (130 against 100)" in told
    assert (
        "add up to less than their total, though none is held back: row 5 (30 against"
        " 40)" in told
    )
    assert rates(path, "Group")["White"] == (55, 140)


def test_what_is_held_back_explains_a_sum_that_is_less(written: Write) -> None:
    path = written(CARD.replace("Elm,White,50,30", "Elm,White,50,*"))
    assert "add up to" not in said(path)


def test_a_total_that_is_lacking_beside_its_parts_is_said(written: Write) -> None:
    path = written(CARD.replace("Oak,All Students,100,50", "Oak,All Students,,"))
    told = said(path)
    assert "is not given though its parts are: row 2. It is not read as 0" in told
    assert rates(path, "Group") == OF_CARD


def test_the_same_group_twice_is_refused_by_its_row(
    written: Write, tmp_path: Path
) -> None:
    path = written(CARD.replace("Elm,All", "Oak,White,60,36\nElm,All"))
    error = refusal(path, tmp_path)
    assert error.row == 4
    assert "the same group stands in two rows" in error.problem


def test_a_group_of_another_name_in_one_year_is_noticed(written: Write) -> None:
    rows = "".join(
        f"{year},Oak,{group},{n},{n // 2}\n"
        for year, learners in ((2022, "LEP"), (2023, "English Learners"))
        for group, n in (
            ("All Students", 100),
            ("Black", 40),
            ("White", 60),
            (learners, 20),
        )
    )
    told = said(written("Year,School,Group,Tested,Proficient\n" + rows))
    assert "'LEP' stands until 2022 and 'English Learners' from 2023 on" in told


def test_groups_of_two_traits_without_a_row_of_everybody(written: Write) -> None:
    """Every student stands in a race and in a gender: never added up."""
    rows = "".join(
        f"Oak,{group},{n},{n // 2}\n"
        for group, n in (("Black", 40), ("White", 60), ("Female", 52), ("Male", 48))
    )
    path = written("School,Group,Tested,Proficient\n" + rows)
    with eq.open(path, fresh=True) as table:
        outcome = table.schema.indicators[0]
        result = table.gaps(outcome, by=["race"], reference="overall", min_n=5)
        with pytest.raises(QuestionError, match="mixes breakdowns"):
            table.gaps(outcome, by=["Group"])
    assert {row.reference.n for row in result.rows} == {100}


# ------------------------------------------------------------ codes of known publishers


def test_californias_reporting_categories(written: Write) -> None:
    """Codes as in the department's file structure for chronic absenteeism."""
    rows = "".join(
        f"2022-23\t{level}\t{county}\t{school}\tAll\t{code}\t{n}\t{k}\n"
        for level, county, school, size in (
            ("T", "Statewide", "", 4), ("C", "Alameda", "", 2),
            ("S", "Alameda", "Oak", 1), ("S", "Alameda", "Elm", 1),
        )
        for code, n, k in (
            ("TA", 100 * size, 25 * size), ("GF", 50 * size, 15 * size),
            ("GM", 50 * size, 10 * size), ("RB", 40 * size, 16 * size),
            ("RW", 60 * size, 9 * size), ("SE", 11 * size, "*"),
        )
    )  # fmt: skip
    path = written(
        "Academic Year\tAggregate Level\tCounty Name\tSchool Name\tCharter School\t"
        "Reporting Category\tEligible Enrollment\tChronic Absenteeism Count\n" + rows,
        "absence.txt",
    )
    assert rates(path, "race") == {
        "Black or African American": (64, 160),
        "White": (36, 240),
    }
    assert rates(path, "gender", where='"School Name" = Oak')["Female"] == (15, 50)
    assert "read as those of the California Department of Education" in said(path)


def test_codes_of_a_file_of_unknown_origin_stay_codes(written: Write) -> None:
    rows = "".join(f"{code},100,{n}\n" for code, n in ((1, 20), (5, 30), (7, 10)))
    path = written("ETHNICITY,Tested,Proficient\n" + rows)
    with eq.open(path, fresh=True) as table:
        assert table.schema.published is None or table.schema.published.coded is None


# ----------------------------------------------- what a person says in equity.toml


@pytest.mark.parametrize("text", [CARD, NEW_JERSEY], ids=["card", "levels"])
def test_what_inspect_writes_gives_the_same_table(
    written: Write, tmp_path: Path, text: str
) -> None:
    path = written(text)
    settings = tmp_path / "written.toml"
    with eq.open(path, fresh=True) as table:
        settings.write_text(table.inspect().to_toml())
        outcome = table.schema.indicators[0]
        names = [one.name for one in table.schema.dimensions]
        first = table.gaps(outcome, by=names[:1], min_n=5).to_dicts()
    with eq.open(path, config=settings) as table:
        again = table.gaps(outcome.name, by=names[:1], min_n=5).to_dicts()
        assert table.inspect().to_toml().splitlines()[-5:]
    assert first == again


def test_words_that_only_a_person_knows(written: Write) -> None:
    path = written(CARD.replace("All Students", "Whole cohort"))
    settings = path.with_name("equity.toml")
    settings.write_text('[published]\ngroup = "Group"\neveryone = ["Whole cohort"]\n')
    with eq.open(path, config=settings) as table:
        result = table.gaps(
            None, by=["Group"], count="Proficient", total="Tested", min_n=5,
            reference="overall",
        )  # fmt: skip
    found = {row.group["Group"]: (row.count, row.n) for row in result.rows}
    assert found == OF_CARD
    assert {row.reference.n for row in result.rows} == {180}


@pytest.mark.parametrize(
    ("line", "said_so"),
    [
        ('group = "Groupp"', "names a column 'Groupp'"),
        ('marks = { "q" = "hidden" }', "nothing is known of the meaning 'hidden'"),
        ("percents = { Proficient = 10 }", "percents"),
        ("colour = 1", "unknown key 'colour'"),
    ],
)
def test_a_slip_in_the_settings_is_said(
    written: Write, line: str, said_so: str
) -> None:
    path = written(CARD)
    settings = path.with_name("equity.toml")
    settings.write_text(f"[published]\n{line}\n")
    with pytest.raises(EquitableError) as caught:
        eq.open(path, config=settings)
    assert said_so in str(caught.value)


def test_it_may_be_said_that_it_is_no_published_table(written: Write) -> None:
    path = written(CARD)
    settings = path.with_name("equity.toml")
    settings.write_text("[published]\ntable = false\n")
    with eq.open(path, config=settings) as table:
        assert table.schema.published is None


def test_a_saved_percentage_is_what_a_report_shows(
    written: Write, tmp_path: Path
) -> None:
    path = written(
        "School,Group,Tested,Rate\nOak,All Students,100,50%\nOak,Black,40,37.5%\n"
        "Oak,White,60,58.3%\n"
    )
    settings = path.with_name("equity.toml")
    settings.write_text(
        '[indicators.met]\nlabel = "Met"\npercent = "Rate"\ntotal = "Tested"\n'
    )
    report = tmp_path / "report.xlsx"
    with eq.open(path, config=settings) as table:
        assert [one.percent for one in table.schema.indicators] == ["Rate"]
        assert table.report(
            report, by=["Group"], min_n=5, page=False, direction="higher"
        ) == [report]
    with eq.open(path, fresh=True) as table:
        other = tmp_path / "other.xlsx"
        assert table.report(
            other, by=["Group"], percent="Rate", total="Tested", direction="higher"
        )
