"""The federal collection as it is downloaded: one file a topic, side by side by school.

The expected figures are those of the same schools in one file, which the specification
tests hold to published numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pytest

import equitable as eq
from equitable.errors import InputError

WHOLE = (
    Path(eq.__file__).parent / "data" / "civil_rights" / "civil_rights_2020_21.parquet"
)
KEYS = (
    "LEA_STATE", "LEA_STATE_NAME", "LEAID", "LEA_NAME", "SCHID", "SCH_NAME",
    "COMBOKEY", "JJ",
)  # fmt: skip
Row = dict[str, object]


@pytest.fixture(scope="module")
def schools() -> list[Row]:
    """The schools of the District of Columbia and of Delaware."""
    answer = duckdb.execute(
        f"SELECT * FROM read_parquet('{WHOLE}') WHERE LEA_STATE IN ('DC', 'DE')"
    ).arrow()
    table = answer.read_all() if hasattr(answer, "read_all") else answer
    rows: list[Row] = table.to_pylist()
    assert len(rows) > 300
    return rows


def write(
    path: Path,
    rows: Sequence[Row],
    *topics: str,
    keys: Sequence[str] = KEYS,
    change: Callable[[Row], Row] = lambda row: row,
) -> None:
    """One file of the collection: the schools' keys, and the columns of some topics."""
    starts = tuple(f"{kind}_{topic}" for topic in topics for kind in ("SCH", "TOT"))
    names = [*keys, *(name for name in rows[0] if name.startswith(starts))]
    with path.open("w", newline="", encoding="latin-1") as file:
        writer = csv.DictWriter(file, names, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        for row in rows:
            changed = change(row)
            writer.writerow({name: changed[name] for name in names})


def figures(path: Path, outcome: str, by: str) -> list[tuple[object, ...]]:
    with eq.open(path) as students:
        result = students.gaps(outcome, by=[by])
    return [(row["group"], row["n"], row["value"]) for row in result.to_dict()["rows"]]


@pytest.fixture(scope="module")
def folder(schools: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("collection")
    write(made / "Enrollment.csv", schools, "ENR")
    # In another order, and as a spreadsheet leaves the numbers of schools.
    write(
        made / "Suspensions.csv",
        schools[::-1],
        *("DISCWODIS_ISS", "DISCWODIS_SINGOOS", "DISCWODIS_MULTOOS"),
        *("DISCWDIS_ISS", "DISCWDIS_SINGOOS", "DISCWDIS_MULTOOS"),
        change=lambda row: {**row, "SCHID": str(row["SCHID"]).lstrip("0")},
    )
    write(made / "Chronic Absenteeism.csv", schools, "ABSENT")
    write(made / "School Characteristics.csv", schools, "RET_KG_IND")
    (made / "LEA Characteristics.csv").write_text("LEAID,LEA_ENR\n1100005,4\n")
    return made


@pytest.mark.parametrize(
    ("outcome", "by"),
    [
        ("out_of_school_suspension", "race"),
        ("out_of_school_suspension", "disability"),
        ("in_school_suspension", "english_learner"),
        ("chronic_absence", "race"),
    ],
)
def test_figures_are_those_of_one_file(
    schools: list[Row], folder: Path, tmp_path: Path, outcome: str, by: str
) -> None:
    one = tmp_path / "whole.csv"
    write(one, schools, "ENR", "DISCW", "ABSENT")
    assert figures(folder, outcome, by) == figures(one, outcome, by)


def test_what_was_put_together_and_left_aside_is_said(folder: Path) -> None:
    with eq.open(folder) as students:
        said = " ".join(students.source.notes)
    assert "side by side by school: Enrollment.csv, Chronic Absenteeism.csv and" in said
    assert "LEA Characteristics.csv and School Characteristics.csv hold nothing" in said


def test_all_files_are_named_as_where_the_numbers_come_from(folder: Path) -> None:
    with eq.open(folder) as students:
        names = {read.name for read in students.source.files()}
    assert names == {"Enrollment.csv", "Suspensions.csv", "Chronic Absenteeism.csv"}


def test_a_message_names_the_row_of_the_enrolment(folder: Path) -> None:
    with (folder / "Enrollment.csv").open(encoding="latin-1") as file:
        keys = [row["COMBOKEY"] for row in csv.DictReader(file)]
    with eq.open(folder) as students:
        found = students.source.first_row(f"COMBOKEY = '{keys[100]}'")
    assert found is not None
    assert found.row == 102  # The header is row 1.
    assert found.file.startswith("Enrollment.csv with")


def test_a_file_without_the_enrolment_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="without the enrolment") as caught:
        eq.open(folder / "Suspensions.csv")
    assert "Suspensions.csv" in str(caught.value)
    assert "give the folder" in str(caught.value)


def test_a_folder_without_the_enrolment_is_refused(
    schools: list[Row], tmp_path: Path
) -> None:
    write(tmp_path / "Suspensions.csv", schools, "DISCWODIS", "DISCWDIS")
    write(tmp_path / "Chronic Absenteeism.csv", schools, "ABSENT")
    with pytest.raises(InputError, match=r"these are files .* without the enrolment"):
        eq.open(tmp_path)


def test_two_enrolments_are_refused(schools: list[Row], tmp_path: Path) -> None:
    write(tmp_path / "Enrollment 2018.csv", schools, "ENR")
    write(tmp_path / "Enrollment 2021.csv", schools[1:], "ENR")
    write(tmp_path / "Suspensions.csv", schools, "DISCWODIS", "DISCWDIS")
    with pytest.raises(InputError, match="both hold the enrolment") as caught:
        eq.open(tmp_path)
    assert "folder of its own" in str(caught.value)


def test_a_school_twice_is_refused_by_its_row(
    schools: list[Row], tmp_path: Path
) -> None:
    write(tmp_path / "Enrollment.csv", schools, "ENR")
    write(
        tmp_path / "Suspensions.csv",
        [*schools[:9], schools[4]],
        "DISCWODIS",
        "DISCWDIS",
    )
    with pytest.raises(InputError, match="stands in an earlier row too") as caught:
        eq.open(tmp_path)
    # The tenth school, under a header.
    assert "Suspensions.csv" in str(caught.value)
    assert "row 11" in str(caught.value)


def test_schools_that_only_one_file_has(schools: list[Row], tmp_path: Path) -> None:
    """Without its enrolment a school is left out, and said; without its suspensions it
    has no value, which is not none suspended."""
    write(tmp_path / "Enrollment.csv", schools[:-5], "ENR")
    write(tmp_path / "Suspensions.csv", schools[3:], "DISCWODIS", "DISCWDIS")
    with eq.open(tmp_path) as students:
        left = {one.reason: one.rows for one in students.source.left_out}
        counts = students.source.query(
            "SELECT COUNT(DISTINCT COMBOKEY) AS n FROM records"
            " WHERE enrolled > 0 AND out_of_school_suspension IS NOT NULL"
        )["n"][0].as_py()
        absent = [str(one["COMBOKEY"]) for one in schools[:3]]
        listed = ", ".join(f"'{one}'" for one in absent)
        filled = students.source.query(
            f"SELECT COUNT(out_of_school_suspension) AS n FROM records WHERE COMBOKEY IN"
            f" ({listed})"
        )["n"][0].as_py()
    assert left["schools of Suspensions.csv that Enrollment.csv does not have"] == 5
    assert filled == 0
    assert counts > 100


def test_a_word_in_place_of_a_count_is_refused_by_its_file_row_and_column(
    schools: list[Row], tmp_path: Path
) -> None:
    """Codes and marks say that there is no number; a word says that something is wrong."""
    name = "SCH_DISCWODIS_ISS_BL_F"
    wrong = [dict(row) for row in schools]
    wrong[6][name] = "12 girls"
    marked = [dict(row) for row in schools]
    marked[6][name] = "*"
    topics = ("DISCWODIS", "DISCWDIS")
    one = tmp_path / "whole.csv"
    write(one, marked, "ENR", *topics)
    eq.open(one).close()
    write(one, wrong, "ENR", *topics)
    with pytest.raises(InputError, match="'12 girls' is not a number") as caught:
        eq.open(one)
    assert (caught.value.row, caught.value.column) == (8, name)
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder / "Enrollment.csv", schools, "ENR")
    write(folder / "Suspensions.csv", wrong, *topics)
    with pytest.raises(InputError, match="'12 girls' is not a number") as caught:
        eq.open(folder)
    assert caught.value.file == "Suspensions.csv"
    assert (caught.value.row, caught.value.column) == (8, name)
