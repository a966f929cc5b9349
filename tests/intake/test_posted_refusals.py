"""Tables that cannot be audited: each is refused by its file, row and column."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from equitable.errors import InputError
from equitable.intake.posted.reading import read_posted
from equitable.intake.posted.sums import refuse_wrong_sums


def refused(tmp_path: Path, text: str, name: str = "table.csv") -> InputError:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_posted([path])
    error = raised.value
    assert error.file is not None
    assert error.file.startswith(name)
    assert error.next_step
    return error


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("-2", "a count is below 0"),
        ("-9", "a count is below 0"),
        ("3.5", "a count is not a whole number"),
        ('"1,5"', "a count is not a whole number"),
        ("12%", "a percentage stands among counts"),
        ("9-Jan", "a date stands among counts"),
        ("lots", "a word stands among counts that is no known mark"),
    ],
)
def test_what_is_no_count_by_row_and_column(
    tmp_path: Path, cell: str, problem: str
) -> None:
    text = f"Grade,Asian,White,Total\n3,1,2,3\n4,2,{cell},4\n5,1,1,2\n"
    error = refused(tmp_path, text)
    assert error.problem == problem
    assert (error.row, error.column) == (3, "White")
    # What stands in the cell, or else in its row, is never said again.
    assert cell not in str(error).replace("1-9", "")


def test_a_word_that_stands_first_is_no_header(tmp_path: Path) -> None:
    error = refused(tmp_path, "Grade,Students\n3,4\n\n4,many\n5,6\n6,7\n")
    assert (error.row, error.column) == (4, "Students")


@pytest.mark.parametrize(
    "text",
    [
        "School,% Asian,% White\nOak,33.3,66.7\nElm,50,50\n",
        "School,Asian,White\nOak,33%,67%\nElm,50%,50%\n",
        "School,Graduation rate\nOak,93.1\nElm,88.4\n",
    ],
)
def test_percentages_alone(tmp_path: Path, text: str) -> None:
    error = refused(tmp_path, text)
    assert "percentages and no counts" in error.problem
    assert "counts" in error.next_step


STUDENTS = [
    "Student ID,Grade,Score\n" + "".join(f"{i},3,{500 + i}\n" for i in range(40)),
    "Gender,Race,Score\n"
    + "".join(f"{'FM'[i % 2]},{'AB'[i % 3 > 1]},{500 + i}\n" for i in range(40)),
    ",".join(f"Trait {i}" for i in range(12))
    + ",Score\n"
    + "".join("yes,no," * 6 + f"{i}\n" for i in range(40)),
]


@pytest.mark.parametrize("text", STUDENTS)
def test_students_records(tmp_path: Path, text: str) -> None:
    error = refused(tmp_path, text)
    assert "equitable release" in error.next_step
    assert "501" not in str(error)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Just a note\nand another\n", "no table of counts"),
        ("Grade,School\n3,Oak\n4,Elm\n", "no table of counts"),
        ("Oak,31,42,73\nElm,20,30,50\n", "numbers stand here without names"),
        ("Grade,Asian,\n3,1,2\n4,2,2\n", "has counts but no name"),
        ("Grade,Asian,White\n3,1,2\n,9,9\n4,2,2\n", "a row has counts and no label"),
        ("Grade,Asian,White\n3,1,2\n4,2,2\n,9,9\n", "a row has counts and no label"),
        (
            "Grade,Asian,White,,School,N\n3,1,2,,Oak,4\n4,2,2,,Elm,3\n",
            "a second table begins beside the first",
        ),
        ('Grade,N\n3,"4\n4,5\n', "a quotation mark opens"),
        ("", "it is empty"),
    ],
)
def test_what_is_no_table(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in str(refused(tmp_path, text))


def test_what_is_not_there_or_is_something_else(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_posted([tmp_path / "none.csv"])
    (tmp_path / "p.csv").write_bytes(b"%PDF-1.7\n")
    with pytest.raises(InputError, match="it is a PDF"):
        read_posted([tmp_path / "p.csv"])
    with pytest.raises(InputError, match="no file was named"):
        read_posted([])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="has no table in it"):
        read_posted([tmp_path / "empty"])


CELLS = (
    *("", "", "Total", "Grade", "School", "Race", "Asian", "White", "Female", "EL"),
    *("Oak", "Elm", "N", "%", "Suspended", "3", "4", "12", "120", "1,234", "*", "<10"),
    *("s", "-", "-2", "3.5", "45%", "2024", "Note: small counts are withheld", "North"),
    *("North total", "Yes", "No", "All students", "ID", "12 (3%)", "2024-01-09"),
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(CELLS), min_size=1, max_size=6),
        min_size=1,
        max_size=12,
    )
)
@example([["", "Total", "Grade", "Total"], ["", "Grade", "", "Total"]])
@example([["", "3", "Total"], ["", "3", "3"], ["", "3", "Total"]])
def test_whatever_stands_in_a_file_is_read_or_refused(rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        try:
            tables = read_posted([path])
            refuse_wrong_sums(tables)
        except InputError as error:
            told = bool(error.file and error.next_step)
            tables = ()
        else:
            told = True
    assert told
    for table in tables:
        for cell in table.cells:
            assert cell.group.items() <= {
                (name, label)
                for name, labels in table.dimensions.items()
                for label in labels
            }
            assert 1 <= cell.row <= len(rows)
