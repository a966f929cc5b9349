"""What a person's settings, and totals beside one group, make of a published table."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq

# A city's table: all grades, and one grade beside them; 's' is held back.
TABLE = """District,Grade,Category,Year,Enrolled,Absent
1,All Grades,All Students,2020-21,200,50
1,All Grades,SWD,2020-21,40,20
1,All Grades,Not SWD,2020-21,160,30
1,All Grades,Female,2020-21,90,20
1,All Grades,Male,2020-21,110,30
1,12,All Students,2020-21,20,8
1,12,SWD,2020-21,s,s
1,12,Not SWD,2020-21,s,s
1,All Grades,All Students,2021-22,200,60
1,All Grades,SWD,2021-22,40,24
1,All Grades,Not SWD,2021-22,160,36
1,All Grades,Female,2021-22,90,25
1,All Grades,Male,2021-22,110,35
1,12,All Students,2021-22,20,9
1,12,SWD,2021-22,6,4
1,12,Not SWD,2021-22,14,5
"""
SETTINGS = """
[columns]
Enrolled = "total"
Absent = "count"

[indicators.Absent]
label = "Absent too often"
total = "Enrolled"
direction = "lower"
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "absence.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_total_beside_a_single_grade_is_not_added_to_it(table: Path) -> None:
    with eq.open(table) as opened:
        found = opened.gaps(
            None,
            by=["disability"],
            count="Absent",
            total="Enrolled",
            where="Year = 2021-22",
        )
    assert found.gaps.overall.n == 200
    assert {row.n: row.count for row in found.rows} == {40: 24, 160: 36}


def test_an_indicator_with_a_total_alone_counts_its_own_column(table: Path) -> None:
    (table.parent / "equity.toml").write_text(SETTINGS, encoding="utf-8")
    with eq.open(table) as opened:
        (indicator,) = opened.schema.indicators
        found = opened.gaps("Absent", by=["disability"], where="Year = 2021-22")
    assert indicator.is_rate
    assert (indicator.count, indicator.total) == ("Absent", "Enrolled")
    # 24 of 40; averaged as scores it would be 24.
    assert sorted(row.value for row in found.rows) == [36 / 160, 24 / 40]


def test_what_a_person_has_said_is_not_said_as_assumed(table: Path) -> None:
    with eq.open(table) as opened:
        before = opened.schema.notes
    (table.parent / "equity.toml").write_text(SETTINGS, encoding="utf-8")
    with eq.open(table) as opened:
        after = opened.schema.notes
    assert any("taken for a count of students" in note for note in before)
    assert not any("taken for a count of students" in note for note in after)


def test_rows_of_other_breakdowns_are_no_group_that_lacks_numbers(table: Path) -> None:
    with eq.open(table) as opened:
        indicator = opened.indicator(None, count="Absent", total="Enrolled")
        findings = opened.quality([indicator]).findings
    said = [one.sentence for one in findings if one.kind == "missing by group"]
    assert any("'SWD'" in one for one in said), said
    assert not any("'All students' (" in one for one in said)


def test_a_table_is_still_one_when_it_is_inspected(table: Path) -> None:
    with eq.open(table) as opened:
        assert opened.inspect().rows_are == "counts"


def test_where_all_is_held_back_the_refusal_says_so(table: Path) -> None:
    with eq.open(table) as opened, pytest.raises(eq.EquitableError) as refused:
        opened.gaps(
            None,
            by=["disability"],
            count="Absent",
            total="Enrolled",
            where="Year = 2020-21 and Grade = 12",
        )
    assert "held back" in (refused.value.next_step or "")
