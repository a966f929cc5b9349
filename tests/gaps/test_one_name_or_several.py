"""The library takes one name where it takes several, as `eq.open` takes one file."""

from __future__ import annotations

import pyarrow as pa
import pytest

import equitable as eq
from equitable.errors import QuestionError

TABLE = pa.table(
    {
        "year": ["2020", "2021"] * 200,
        "race": ["Black", "Black", "White", "White"] * 100,
        "passed": [1, 0, 1, 1, 0, 1, 1, 1] * 50,
    }
)


@pytest.fixture
def students():
    with eq.open(TABLE, fresh=True) as found:
        yield found


def test_gaps(students):
    several = students.gaps("passed", by=["race"], within=["year"])
    assert students.gaps("passed", by="race", within="year").rows == several.rows


def test_cells(students):
    cells = students.cube(indicators="passed", by="race", within="year")
    several = cells.gaps("passed", by=["race"], within=["year"])
    assert cells.gaps("passed", by="race", within="year").rows == several.rows
    each = cells.inequality("passed", by="race", within="year").strata
    assert each == cells.inequality("passed", by=["race"], within=["year"]).strata


def test_inequality(students):
    one = students.inequality("passed", by="race", within="year")
    several = students.inequality("passed", by=["race"], within=["year"])
    assert [s.within for s in one.strata] == [{"year": "2020"}, {"year": "2021"}]
    assert one.strata == several.strata


def test_several_traits_are_refused_where_one_is_summarised(students):
    with pytest.raises(QuestionError, match="one trait"):
        students.inequality("passed", by=["race", "year"])


def test_a_report(students, tmp_path):
    students.report(tmp_path / "r.html", outcomes="passed", by="race", over="year")
    assert "2021" in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("state", ["state.csv", 7])
def test_the_state_is_a_data_set(students, state):
    with pytest.raises(QuestionError, match=r"eq\.open"):
        students.risk_ratios("passed", by="race", state=state)
