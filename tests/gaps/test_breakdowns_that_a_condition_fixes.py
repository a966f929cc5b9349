"""A condition may leave one breakdown of a published table, or one group of another."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq
from equitable.errors import QuestionError

GROUPS = (
    ("All Students", 100, 55), ("White", 60, 36), ("Black", 40, 19),
    ("Female", 49, 30), ("Male", 51, 25),
)  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text(
        "School,Kind,Group,Number Tested,Number Proficient\n"
        + "".join(
            f"S{i},{kind},{group},{n},{c}\n"
            for i in range(4)
            for group, n, c in GROUPS
            for kind in [
                "All"
                if group[0:3] == "All"
                else "Race"
                if group in ("White", "Black")
                else "Gender"
            ]
        )
    )
    return path


@pytest.mark.parametrize(
    "where",
    ["Kind = Gender", "Group in (Female, Male)", "Group != White and Kind = Gender"],
)
def test_one_breakdown_is_left(table: Path, where: str) -> None:
    with eq.open(table) as data:
        result = data.gaps("Number Proficient", by=["Group"], where=where)
    # Four schools of 49 girls and 51 boys.
    assert sorted(row.n for row in result.rows) == [196, 204]  # type: ignore[type-var]


def test_a_report_of_it(table: Path, tmp_path: Path) -> None:
    with eq.open(table) as data:
        (path, *_) = data.report(
            tmp_path / "r.html", by=["Group"], where="Kind = Race", page=False
        )
    assert "Black or African American" in path.read_text("utf-8")


def test_several_are_still_refused(table: Path) -> None:
    with eq.open(table) as data, pytest.raises(QuestionError, match="overlap"):
        data.gaps("Number Proficient", by=["Group"], where="Kind != All")


def test_what_the_file_does_not_hold_is_said(table: Path) -> None:
    with eq.open(table) as data, pytest.raises(QuestionError) as refused:
        data.gaps("Number Proficient", by=["Race"], where="Gender = Female")
    assert "does not hold 'Race' by 'Gender'" in refused.value.problem
    said = refused.value.next_step or ""
    assert "Leave 'Gender' out of --where" in said
    assert "  " not in f"{refused.value.problem} {said}"


def test_what_the_file_holds_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "crossed.csv"
    rows = (
        ("All", "All", 100, 50), ("White", "All", 60, 35), ("Black", "All", 40, 15),
        ("All", "Female", 52, 30), ("All", "Male", 48, 20),
        ("White", "Female", 31, 20), ("White", "Male", 29, 15),
        ("Black", "Female", 21, 10), ("Black", "Male", 19, 5),
    )  # fmt: skip
    path.write_text(
        "School,Race,Gender,Number Tested,Number Proficient\n"
        + "".join(f"S{i},{r},{g},{n},{c}\n" for i in range(4) for r, g, n, c in rows)
    )
    with eq.open(path) as data:
        result = data.gaps("Number Proficient", by=["Race"], where="Gender = Female")
    assert sorted(row.n for row in result.rows) == [84, 124]  # type: ignore[type-var]


def test_all_held_back_names_no_other(tmp_path: Path) -> None:
    path = tmp_path / "held.csv"
    path.write_text(
        "School,Group,Number Tested,Number Proficient\n"
        + "".join(
            f"S{i},All Students,100,50\nS{i},White,s,s\nS{i},Black,s,s\n"
            f"S{i},Asian,s,s\n"
            for i in range(4)
        )
    )
    with eq.open(path) as data, pytest.raises(QuestionError) as refused:
        data.gaps("Number Proficient", by=["Group"])
    assert "leave  out" not in str(refused.value)
    assert "held back" in f"{refused.value}"
