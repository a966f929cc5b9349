"""The library's functions: one name or several, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import equitable as eq

TABLE = """Year,School,Group,Suspended,Enrolled
2020,Oak,All Students,40,200
2020,Oak,White,10,100
2020,Oak,Black,30,100
2021,Oak,All Students,44,200
2021,Oak,White,12,100
2021,Oak,Black,32,100
"""
COUNTS: dict[str, Any] = {"count": "Suspended", "total": "Enrolled"}


@pytest.fixture
def table(tmp_path: Path) -> Iterator[eq.Dataset]:
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    with eq.open(path) as opened:
        yield opened


def test_one_name_is_not_taken_letter_by_letter(table: eq.Dataset) -> None:
    one = table.gaps(None, by="race", within="year", **COUNTS)
    several = table.gaps(None, by=["race"], within=["year"], **COUNTS)
    assert one.to_json() == several.to_json()
    summed = table.inequality(None, by="race", within="year", **COUNTS)
    assert [dict(s.within) for s in summed.strata] == [
        {"Year": "2020"},
        {"Year": "2021"},
    ]
    assert table.risk_ratios(by=["race"], **COUNTS).rows
    with pytest.raises(eq.EquitableError, match="of one trait, not of 2"):
        table.risk_ratios(by=["race", "School"], **COUNTS)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"by": 3}, "by takes a name or a list of names"),
        ({"within": [2020]}, "within takes a name or a list of names"),
        ({"count": ["Suspended"]}, "count takes text, in quotes, and not what is a li"),
        ({"where": 3}, "where takes text"),
        ({"depth": "2"}, "depth takes a whole number, without quotes, and not '2'"),
        ({"min_n": "10"}, "min_n takes a whole number"),
        ({"min_n": True}, "min_n takes a whole number.*not True, which is yes or no"),
        ({"internal": "no"}, "internal takes True or False"),
        ({"margin": "5"}, "margin takes a number"),
        ({"confidence": "0.95"}, "confidence takes a number"),
        ({"adjust": "foo"}, "adjust is 'bh' or 'by' or 'none', and not 'foo'"),
        ({"interval": "foo"}, "interval is 'wilson' or 'exact'"),
        ({"ppg_margin": "foo"}, "ppg_margin is 'half' or 'rate'"),
        ({"reference": ["White"]}, "reference takes text"),
        ({"cluster": ["School"]}, "cluster takes text"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(
    table: eq.Dataset, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(eq.EquitableError, match=said):
        table.gaps(None, **{"by": "race", **COUNTS, **asked})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda t: t.gaps(["a"], by="race"), "outcome takes one name"),
        (lambda t: t.inequality(None, by="race", reference=3, **COUNTS), "reference"),
        (lambda t: t.risk_ratios(by="race", threshold="3", **COUNTS), "threshold"),
        (lambda t: t.risk_ratios(by="race", year=3, **COUNTS), "year takes text"),
        (lambda t: t.risk_ratios(by="race", show_min=True, **COUNTS), "show_min"),
        (lambda t: t.risk_ratios(by="race", state="s.csv", **COUNTS), "Open it first"),
        (lambda t: t.report("r.html", min_n="5"), "min_n takes a whole number"),
        (lambda t: eq.open(t.source.paths[0], join="b.csv"), "join takes"),
        (lambda t: eq.open(t.source.paths[0], join=[eq.Join("b", on=["i"])]), "join"),  # type: ignore[arg-type]
        (lambda t: eq.open(t.source.paths[0], config=3), "config is the path"),
    ],
)
def test_every_way_in_refuses_so(
    table: eq.Dataset, call: Callable[[Any], Any], said: str
) -> None:
    with pytest.raises(eq.EquitableError, match=said):
        call(table)


def test_numbers_of_numpy_are_numbers(table: eq.Dataset) -> None:
    kept = table.gaps(None, by="race", min_n=np.int64(10), internal=np.False_, **COUNTS)
    assert kept.rows
    one = table.schema.dimension("race")
    assert table.cube(indicators=[table.indicator(None, **COUNTS)], by=one)


def test_a_keyword_that_is_not_there_stays_a_type_error(table: eq.Dataset) -> None:
    with pytest.raises(TypeError, match="colour"):
        table.gaps(None, by="race", colour="red", **COUNTS)


def test_one_join_need_not_stand_in_a_list(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("student_id,race,score\n1,White,3\n2,Black,4\n")
    (tmp_path / "b.csv").write_text("student_id,lunch\n1,Yes\n2,No\n")
    join = eq.Join(tmp_path / "b.csv", on="student_id")
    with eq.open(tmp_path / "a.csv", join=join) as students:
        assert "lunch" in [column.name for column in students.source.columns]
