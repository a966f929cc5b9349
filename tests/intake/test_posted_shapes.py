"""Text tables as districts and states lay them out: what each count is of."""

from collections.abc import Callable
from pathlib import Path

import pytest

from equitable.intake.posted.reading import read_posted
from equitable.intake.posted.sums import refuse_wrong_sums
from equitable.intake.posted.tables import PostedTable

Read = Callable[..., tuple[PostedTable, ...]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(text: str, name: str = "table.csv") -> tuple[PostedTable, ...]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        tables = read_posted([path])
        refuse_wrong_sums(tables)
        return tables

    return read_text


def shown(table: PostedTable) -> dict[tuple[str, ...], int | str]:
    """From the labels of each count, in the dimensions' order, to it or its mark."""
    return {
        tuple(cell.group.get(name, "") for name in table.dimensions): (
            cell.mark if cell.value is None else cell.value
        )
        for cell in table.cells
    }


# The 4 x 4 table with all margins of the cell suppression literature (the numbers are
# those of the audit's specification), as it would be posted.
PUBLISHED = """Group,A,B,C,D,Total
I,*,*,*,89,230
II,*,124,*,31,250
III,92,*,59,*,336
IV,800,*,651,*,3127
Total,1012,1262,762,907,3943
"""


def test_the_published_table_with_its_margins(read: Read) -> None:
    (table,) = read(PUBLISHED)
    assert dict(table.dimensions) == {
        "rows": ("I", "II", "III", "IV"),
        "columns": ("A", "B", "C", "D"),
    }
    # 16 cells, 4 totals of rows, 4 of columns, and one of all.
    assert len(table.cells) == 25
    counts = shown(table)
    assert sum(count == "*" for count in counts.values()) == 9
    assert counts["I", "D"] == 89
    assert counts["IV", ""] == 3127
    assert counts["", "C"] == 762
    assert counts["", ""] == 3943
    last = table.cells[-1]
    assert (last.row, last.column, dict(last.group)) == (6, "Total", {})


@pytest.mark.parametrize("total", ["Total", "All", "All students", "Grand total"])
def test_a_total_has_many_names(read: Read, total: str) -> None:
    (table,) = read(f"Grade,{total},Asian,White\n3,3,1,2\n4,4,2,2\n{total},7,3,4\n")
    assert dict(table.dimensions)["Grade"] == ("3", "4")
    assert shown(table)["", ""] == 7
    assert shown(table)["3", ""] == 3


def test_totals_in_spanish(read: Read) -> None:
    (table,) = read("Grado;Niñas;Niños;Total\n3;1;2;3\nTodos;1;2;3\n")
    assert shown(table)["", ""] == 3


def test_a_table_without_totals(read: Read) -> None:
    (table,) = read("Grade\tAsian\tWhite\n3\t1\ts\n4\t2\t2\n", "table.tsv")
    assert shown(table) == {
        ("3", "Asian"): 1,
        ("3", "White"): "s",
        ("4", "Asian"): 2,
        ("4", "White"): 2,
    }


def test_titles_above_and_notes_beneath(read: Read) -> None:
    (table,) = read(
        'Springfield School District,,,\n"Enrollment, by grade and race",,,\n,,,\n'
        "Grade,Asian,White,Total\n3,<10,30,34\n4,,28,31\nTotal,,58,65\n,,,\n"
        "* fewer than 10 students,,,\n"
        '"Source: October count, 2025.",,,\n'
    )
    counts = shown(table)
    assert len(counts) == 9
    assert counts["3", "Asian"] == "<10"
    assert counts["4", "Asian"] == ""
    assert table.cells[0].high == 9
    assert table.cells[0].row == 5
    assert any("which counts a mark stands for" in note for note in table.notes)


def test_a_legend_of_two_cells_is_no_row_of_counts(read: Read) -> None:
    (table,) = read("Grade,Asian,White\n3,1,*\n4,2,2\n*,Fewer than 10 students,\n")
    assert dict(table.dimensions)["Grade"] == ("3", "4")


def test_a_header_of_two_rows_names_its_dimension(read: Read) -> None:
    (table,) = read("Grade,Race,,,\n,Asian,White,Total\n3,1,2,3\n4,2,2,4\n")
    assert dict(table.dimensions) == {"Grade": ("3", "4"), "Race": ("Asian", "White")}
    assert table.cells[0].column == "Asian"


def test_a_name_in_a_row_above_the_header(read: Read) -> None:
    (table,) = read(",Grade,,\nSchool,3,4,Total\nOak,1,2,3\nElm,2,2,4\n")
    assert dict(table.dimensions) == {"School": ("Oak", "Elm"), "Grade": ("3", "4")}


def test_a_total_beside_the_name_of_a_dimension(read: Read) -> None:
    (table,) = read("Grade,Race,,Total\n,Asian,White,\n3,1,2,3\n4,2,2,4\n")
    assert shown(table)["4", ""] == 4


def test_two_dimensions_in_the_columns(read: Read) -> None:
    (table,) = read(
        "Grade,Female,,Male,,Total\n,EL,Not EL,EL,Not EL,\n3,1,2,3,4,10\n4,1,1,1,*,8\n"
    )
    assert list(table.dimensions.values()) == [
        ("3", "4"),
        ("Female", "Male"),
        ("EL", "Not EL"),
    ]
    assert shown(table)["3", "Male", "Not EL"] == 4
    assert shown(table)["3", "", ""] == 10


def test_a_corner_that_names_both_dimensions(read: Read) -> None:
    (table,) = read("Grade by race,X1,X2\n3,1,2\n4,2,2\n")
    assert [*table.dimensions] == ["Grade", "race"]


DISTRICTS = """District,School,Female,Male,Total
North,Oak,1,2,3
,Elm,2,2,4
,Total,3,4,7
South,Ash,s,s,5
,Fir,2,1,3
,Total,4,4,8
Total,,7,8,15
"""


def test_schools_in_districts_with_the_totals_of_each(read: Read) -> None:
    (table,) = read(DISTRICTS)
    assert dict(table.nested) == {"School": "District"}
    assert shown(table)["North", "Elm", "Female"] == 2
    assert shown(table)["South", "", ""] == 8
    assert shown(table)["", "", "Male"] == 8


def test_totals_named_after_what_they_are_of(read: Read) -> None:
    (table,) = read(
        "District,School,Students\nNorth,Oak,3\n,Elm,4\nNorth Total,,7\nSouth,Ash,5\n"
        ",Fir,3\nSouth Total,,8\nGrand Total,,15\n"
    )
    assert shown(table)["North", ""] == 7
    assert shown(table)["South", "Ash"] == 5
    assert shown(table)["", ""] == 15


def test_schools_of_one_name_in_two_districts_are_two(read: Read) -> None:
    (table,) = read(
        "District,School,Students\nNorth,Oak,3\nNorth,Elm,4\nSouth,Oak,5\nSouth,Fir,2\n"
    )
    assert dict(table.dimensions)["School"] == (
        "Oak (North)",
        "Elm",
        "Oak (South)",
        "Fir",
    )
    assert dict(table.nested) == {"School": "District"}


def test_codes_beside_names_are_left_out_and_said(read: Read) -> None:
    (table,) = read(
        "District Code,District,School Code,School,Students\n01,North,101,Oak,3\n"
        "01,North,102,Elm,4\n02,South,201,Ash,5\n02,South,202,Fir,2\n01,North,,Total,7\n"
    )
    assert [*table.dimensions] == ["District", "School"]
    assert shown(table)["North", ""] == 7
    assert any("'District Code', 'School Code'" in note for note in table.notes)


def test_headings_between_rows_are_labels(read: Read) -> None:
    (table,) = read(
        "Grade,Asian,White,Total\nOak School,,,\n3,1,2,3\n4,*,*,4\nTotal,*,*,7\n"
        "Elm School,,,\n3,4,2,6\n4,2,5,7\nTotal,6,7,13\nGrand total,9,11,20\n"
    )
    counts = shown(table)
    assert next(iter(table.dimensions.values())) == ("Oak School", "Elm School")
    assert counts["Oak School", "4", "White"] == "*"
    assert counts["Elm School", "", ""] == 13
    assert counts["", "", ""] == 20


def test_a_last_row_without_a_label_is_a_total_if_it_adds_up(read: Read) -> None:
    (table,) = read("Grade,Asian,White\n3,1,2\n4,2,2\n,3,4\n")
    assert shown(table)["", "White"] == 4
    assert any("no label" in note for note in table.notes)


# ---------------------------------------------------------------------------- lists


def test_a_list_of_groups_with_totals(read: Read) -> None:
    (table,) = read(
        "School,Grade,Number of students\nOak,3,40\nOak,4,50\nOak,All grades,90\n"
        "Elm,3,10\nElm,4,<10\nElm,All grades,15\nAll schools,All grades,105\n"
    )
    assert table.counted == "students"
    assert shown(table)["Elm", "4"] == "<10"
    assert shown(table)["Oak", ""] == 90
    assert shown(table)["", ""] == 105


def test_things_counted_apart_are_not_linked(read: Read) -> None:
    tables = read(
        "School,Grade,Students,Suspended\nOak,3,40,2\nOak,4,50,*\nElm,3,9,0\n"
    )
    assert [table.counted for table in tables] == ["students", "Suspended"]
    assert shown(tables[1])["Oak", "4"] == "*"
    assert tables[0].dimensions == tables[1].dimensions


def test_columns_that_a_total_adds_up_are_a_dimension(read: Read) -> None:
    (table,) = read("School,Yes,No,Total\nOak,1,2,3\nElm,*,*,4\n")
    assert dict(table.dimensions)["columns"] == ("Yes", "No")
    (table,) = read("School,Enrollment,On time,Late\nOak,3,1,2\nElm,4,*,*\nAsh,9,5,4\n")
    assert dict(table.dimensions)["columns"] == ("On time", "Late")
    assert shown(table)["Oak", ""] == 3


def test_total_students_beside_other_counts_is_no_total_of_them(read: Read) -> None:
    tables = read("School,Total students,Suspended,Expelled\nOak,50,3,1\nElm,60,2,0\n")
    assert [table.counted for table in tables] == ["students", "Suspended", "Expelled"]


def test_percentages_are_left_out_and_said(read: Read) -> None:
    (table,) = read(
        "School,Asian N,Asian %,White N,White %,Total N\nOak,1,33%,2,67%,3\nElm,2,50%,2,50%,4\n"
    )
    assert dict(table.dimensions)["columns"] == ("Asian", "White")
    assert len(table.cells) == 6
    assert any("'Asian %', 'White %'" in note for note in table.notes)


def test_averages_are_left_out_and_a_school_of_that_name_is_not(read: Read) -> None:
    (table,) = read("Grade,Students,Average score\n3,40,512.5\n4,50,498.0\n")
    assert len(table.cells) == 2
    (table,) = read("Grade,Mean Street,Oak,Total\n3,1,2,3\n4,2,2,4\n")
    assert dict(table.dimensions)["columns"] == ("Mean Street", "Oak")


def test_percentages_beneath_a_group(read: Read) -> None:
    (table,) = read(
        "School,Asian,,White,\n,N,%,N,%\nOak,1,33%,2,67%\nElm,2,50%,2,50%\n"
    )
    assert dict(table.dimensions)["columns"] == ("Asian", "White")
    assert len(table.cells) == 4


def test_things_counted_above_groups(read: Read) -> None:
    tables = read(
        "School,Enrollment,,Suspended,\n,Female,Male,Female,Male\nOak,10,20,1,*\n"
        "Elm,11,21,0,*\n"
    )
    assert [table.counted for table in tables] == ["students", "Suspended"]
    assert shown(tables[1])["Elm", "Male"] == "*"
    assert shown(tables[0])["Elm", "Male"] == 21


def test_a_list_of_student_groups_is_several_dimensions(read: Read) -> None:
    (table,) = read(
        "Student group,N,%\nAll students,100,100%\nFemale,48,48%\nMale,52,52%\n"
        "Asian,*,*\nBlack,30,30%\nWhite,60,60%\nEnglish learners,12,12%\n"
        "Homeless,<10,*\n"
    )
    # A student is of a gender and of a race; those who are no English learners, and
    # those with a home, stand in no row.
    assert dict(table.dimensions) == {
        "gender": ("Female", "Male"),
        "race": ("Asian", "Black", "White"),
        "english learner": ("English learners", "(everyone else)"),
        "homeless": ("Homeless", "(everyone else)"),
    }
    counts = shown(table)
    assert counts["", "", "", ""] == 100
    assert counts["", "Asian", "", ""] == "*"
    assert counts["", "", "English learners", ""] == 12


def test_headings_or_a_column_that_name_traits(read: Read) -> None:
    by_heading = read(
        "Student group,2024,2025\nAll students,100,110\nGender,,\nFemale,40,50\n"
        "Male,60,60\nRace/ethnicity,,\nAsian,20,*\nWhite,80,*\n"
    )[0]
    by_column = read(
        "Category,Group,2024,2025\nAll,All students,100,110\nGender,Female,40,50\n"
        "Gender,Male,60,60\nRace/ethnicity,Asian,20,*\nRace/ethnicity,White,80,*\n"
    )[0]
    assert [*by_heading.dimensions][:2] == ["Gender", "Race/ethnicity"]
    assert by_heading.dimensions == by_column.dimensions
    assert shown(by_heading) == shown(by_column)


def test_groups_side_by_side_in_the_columns(read: Read) -> None:
    (table,) = read(
        "School,All,Female,Male,Asian,White,EL\nOak,10,4,6,3,7,2\nElm,20,9,11,*,*,s\n"
    )
    assert [*table.dimensions][1:] == ["gender", "race", "english learner"]
    assert shown(table)["Elm", "", "", "EL"] == "s"
    assert shown(table)["Oak", "", "White", ""] == 7


def test_what_is_the_same_in_every_row_is_left_out(read: Read) -> None:
    (table,) = read("Year,Grade,Students\n2024-25,3,40\n2024-25,4,50\n")
    assert dict(table.dimensions) == {"Grade": ("3", "4")}
    assert any("'Year'" in note for note in table.notes)


# ------------------------------------------------------------------------ several tables

LINKED = """Table 1. Grade by race
Grade,Asian,White,Total
Grade 3,1,2,3
Grade 4,2,2,4
Total,3,4,7

Table 2. Grade by school
Grade,Oak School,Elm,Total
03,1,2,3
04,2,2,4
Total,3,4,7

Table 3. School by race
,asian,WHITE,Total
oak  school,1,2,3
Elm,2,2,4
Total,3,4,7
Note: counts under 10 are withheld.
"""


def test_tables_under_one_another_share_dimensions(read: Read) -> None:
    one, two, three = read(LINKED)
    assert [table.name for table in (one, two, three)] == [
        "table.csv, table 1",
        "table.csv, table 2",
        "table.csv, table 3",
    ]
    grade, race = one.dimensions
    assert one.dimensions[grade] == two.dimensions[grade] == ("Grade 3", "Grade 4")
    (school,) = two.dimensions.keys() - {grade}
    assert dict(three.dimensions) == {
        school: ("Oak School", "Elm"),
        race: ("Asian", "White"),
    }
    assert three.cells[0].row == 15
    assert shown(three)["Oak School", "White"] == 2


def test_files_share_dimensions_with_the_names_of_either(
    read: Read, tmp_path: Path
) -> None:
    read("Race,Students\nAsian,3\nBlack,5\nWhite,4\n", "b.csv")
    read("Grade,Asian,White,Black\n3,1,2,5\n4,2,2,0\n", "a.csv")
    (tmp_path / "README.md").write_text("About these tables.")
    tables = read_posted([tmp_path])
    assert [table.name for table in tables] == ["a.csv", "b.csv"]
    assert dict(tables[0].dimensions)["Race"] == ("Asian", "White", "Black")
    assert set(tables[1].dimensions["Race"]) == set(tables[0].dimensions["Race"])
    assert any("'README.md'" in note for note in tables[0].notes)


def test_yes_and_no_of_two_tables_are_not_one_dimension(read: Read) -> None:
    one, two = read("Grade,Yes,No\n3,1,2\n4,2,2\n\nSchool,Yes,No\nOak,1,2\nElm,2,2\n")
    assert [*one.dimensions] == ["Grade", "columns"]
    assert [*two.dimensions] == ["School", "columns 2"]


def test_tables_of_schools_and_one_of_them_all(read: Read) -> None:
    (table,) = read(
        "Oak School\nGrade,Asian,White\n3,1,2\n4,2,2\n\n"
        "Elm School\nGrade,Asian,White\n3,4,2\n4,*,*\n\n"
        "All schools\nGrade,Asian,White\n3,5,4\n4,4,7\n"
    )
    assert next(iter(table.dimensions)) == "table"
    assert shown(table)["", "4", "White"] == 7
    assert shown(table)["Elm School", "4", "White"] == "*"


def test_files_laid_out_alike_that_do_not_add_up_count_other_things(
    read: Read, tmp_path: Path
) -> None:
    read("Grade,Asian,White\n3,10,20\n4,20,20\n", "enrolled.csv")
    read("Grade,Asian,White\n3,1,2\n4,*,*\n", "suspended.csv")
    tables = read_posted([tmp_path])
    assert [table.counted for table in tables] == ["enrolled", "suspended"]
    refuse_wrong_sums(tables)


def test_the_same_table_twice_is_linked(read: Read, tmp_path: Path) -> None:
    read("Grade,Asian,White\n3,10,20\n4,20,20\n", "one.csv")
    read("Grade,Asian,White\n3,10,*\n4,20,20\n", "two.csv")
    tables = read_posted([tmp_path])
    assert {table.counted for table in tables} == {"students"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_encodings_that_tables_come_in(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(
        "Escuela;Niñas;Niños\r\nPeñasco;1;2\r\nRoble;3;*\r\n".encode(encoding)
    )
    (table,) = read_posted([path])
    assert dict(table.dimensions)["Escuela"] == ("Peñasco", "Roble")
    assert dict(table.dimensions)["columns"] == ("Niñas", "Niños")
