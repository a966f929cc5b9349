"""Totals of posted tables against their parts; all expected sums are shown here."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.errors import InputError
from equitable.intake.posted.reading import read_posted
from equitable.intake.posted.sums import refuse_wrong_sums
from equitable.intake.posted.tables import PostedCell, PostedTable


def check(tmp_path: Path, *texts: str) -> None:
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"table{number or ''}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    refuse_wrong_sums(read_posted(paths))


def test_the_published_table_adds_up(tmp_path: Path) -> None:
    check(
        tmp_path,
        "r,A,B,C,D,Total\nI,30,47,64,89,230\nII,90,124,5,31,250\nIII,92,100,59,85,336\n"
        "IV,800,991,651,685,3127\nTotal,1012,1262,779,890,3943\n",
    )


@pytest.mark.parametrize(
    ("text", "row", "column", "said"),
    [
        # 1 + 2 = 3
        ("G,A,B,Total\n3,1,2,4\n4,*,*,4\n", 2, "Total", r"4, .* add up to 3, 1 fewer"),
        ("G,A,B,Total\n3,1,2,2\n4,*,*,4\n", 2, "Total", r"2, .* add up to 3, 1 more"),
        # A part alone exceeds its total.
        ("G,A,B,Total\n3,5,*,4\n4,1,*,4\n", 2, "Total", r"at least 5, 1 more"),
        # 1 + at least 6 = 7
        ("G,A,B,Total\n3,1,>5,6\n4,1,*,4\n", 2, "Total", r"at least 7, 1 more"),
        # 1 + at most 9 = 10
        ("G,A,B,Total\n3,1,<10,11\n4,1,*,4\n", 2, "Total", r"at most 10, 1 fewer"),
        # 4 + 4 = 8 for a total that is withheld as under 8
        ("G,A,B,Total\n3,4,4,<8\n4,*,*,9\n", 2, "Total", r"withheld.*8, 1 more"),
        # The last row: 1 + 2 = 3
        ("G,A,B\n3,1,2\n4,2,3\nTotal,4,5\n", 4, "A", r"4, .* 'G' add up to 3, 1 fewer"),
        # Only the total of all, and no margins: 1 + 2 + 2 + 3 = 8
        (
            "G,S,N\n3,Oak,1\n3,Elm,2\n4,Oak,2\n4,Elm,3\nTotal,Total,9\n",
            6,
            "N",
            r"9, .* 'G' and 'S' add up to 8, 1 fewer",
        ),
    ],
)
def test_a_wrong_total_is_refused(
    tmp_path: Path, text: str, row: int, column: str, said: str
) -> None:
    with pytest.raises(InputError) as raised:
        check(tmp_path, text)
    error = raised.value
    assert (error.file, error.row, error.column) == ("table.csv", row, column)
    assert re.search(said, str(error)), str(error)
    assert "Correct" in error.next_step


@pytest.mark.parametrize(
    "text",
    [
        "G,A,B,Total\n3,1,*,4\n4,*,*,4\n",
        "G,A,B,Total\n3,1,<10,10\n4,*,*,4\n",
        # Elm has no row for grade 4: nothing is known of it, and nothing held to it.
        "School,Grade,N\nOak,3,1\nOak,4,2\nElm,3,3\nElm,Total,9\nOak,Total,3\n",
    ],
)
def test_what_can_be_right_is_not_refused(tmp_path: Path, text: str) -> None:
    check(tmp_path, text)


NESTED = (
    "District,School,Students\nNorth,Oak,3\nNorth,Elm,4\nNorth,Total,{north}\n"
    "South,Ash,5\nSouth,Fir,3\nSouth,Total,8\nTotal,,{total}\n"
)


def test_schools_add_up_to_their_district(tmp_path: Path) -> None:
    check(tmp_path, NESTED.format(north=7, total=15))
    with pytest.raises(InputError, match=r"row 4.*total is 8, .*'School' add up to 7"):
        check(tmp_path, NESTED.format(north=8, total=16))
    with pytest.raises(InputError, match=r"row 8.*total is 16, .* add up to 15"):
        check(tmp_path, NESTED.format(north=7, total=16))


def test_schools_of_another_table_are_of_the_same_district(tmp_path: Path) -> None:
    by_grade = "School,Grade,Students\nOak,3,{oak}\nOak,4,1\nOak,Total,3\nElm,Total,4\n"
    districts = NESTED.format(north=7, total=15)
    check(tmp_path, districts, by_grade.format(oak=2))
    with pytest.raises(
        InputError, match=r"School: Elm\) is 5 here and 4 in table\.csv"
    ):
        check(
            tmp_path,
            districts,
            by_grade.format(oak=2).replace("Elm,Total,4", "Elm,Total,5"),
        )


def test_a_group_with_two_counts_names_both_places(tmp_path: Path) -> None:
    one = "Grade,Asian,White,Total\n3,1,2,3\n4,2,2,4\nTotal,3,4,7\n"
    two = "Grade,Oak,Elm,Total\n3,1,3,4\n4,2,2,4\nTotal,3,5,8\n"
    with pytest.raises(InputError) as raised:
        check(tmp_path, one, two)
    said = str(raised.value)
    assert said.startswith("table1.csv, row 2, column 'Total'")
    assert "(Grade: 3) is 4 here and 3 in table.csv, row 2, column 'Total'" in said


def test_a_label_twice_in_one_table(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"row 4.*is 3 here and 2 in table\.csv, row 3"
    ):
        check(tmp_path, "Grade,Students\n3,1\n4,2\n04,3\n")


def test_a_number_outside_the_limits_of_a_mark(tmp_path: Path) -> None:
    one = "Grade,Asian,White\n3,1,<10\n4,2,2\n"
    two = "Race,Grade,Students\nWhite,3,10\nWhite,4,2\nAsian,3,1\nAsian,4,2\n"
    with pytest.raises(InputError, match="is 10 here and '<10' in"):
        check(tmp_path, one, two)
    # A number beside a mark that allows it is a leak, and no mistake.
    check(tmp_path, one, two.replace(",10", ",9"))


def test_a_list_that_names_some_groups_only_need_not_add_up(tmp_path: Path) -> None:
    text = "Student group,N\nAll students,100\nFemale,{female}\nMale,52\nEL,12\n"
    check(tmp_path, text.format(female=48))
    with pytest.raises(InputError, match=r"total is 100, .*at least 101|add up to 101"):
        check(tmp_path, text.format(female=49))


@st.composite
def squares(draw: st.DrawFn) -> list[list[int]]:
    rows = draw(st.integers(1, 4))
    columns = draw(st.integers(1, 4))
    row = st.lists(st.integers(0, 40), min_size=columns, max_size=columns)
    return draw(st.lists(row, min_size=rows, max_size=rows))


def table_of(numbers: Sequence[Sequence[int]], *, off: int, at: int) -> PostedTable:
    """A table with all its margins, one of its cells wrong by ``off``."""
    height, width = len(numbers), len(numbers[0])
    cells: list[tuple[dict[str, str], int]] = []
    for i, row in enumerate(numbers):
        cells += [({"r": str(i), "c": str(j)}, n) for j, n in enumerate(row)]
        cells.append(({"r": str(i)}, sum(row)))
    for j in range(width):
        cells.append(({"c": str(j)}, sum(row[j] for row in numbers)))
    cells.append(({}, sum(map(sum, numbers))))
    group, value = cells[at % len(cells)]
    cells[at % len(cells)] = (group, max(0, value + off))
    return PostedTable(
        name="t",
        dimensions={
            "r": tuple(map(str, range(height))),
            "c": tuple(map(str, range(width))),
        },
        cells=tuple(
            PostedCell(group=group, value=value, row=place, column="x")
            for place, (group, value) in enumerate(cells)
        ),
    )


@given(squares(), st.integers(1, 5), st.integers(0, 40))
def test_any_one_wrong_number_is_found(
    numbers: list[list[int]], off: int, at: int
) -> None:
    refuse_wrong_sums([table_of(numbers, off=0, at=0)])
    with pytest.raises(InputError):
        refuse_wrong_sums([table_of(numbers, off=off, at=at)])
