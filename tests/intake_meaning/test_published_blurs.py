"""Marks of published tables: each says what it says, and nothing is guessed."""

from __future__ import annotations

from fractions import Fraction

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.cube.outcomes import share_bounds_sql
from equitable.intake.published.blurs import count_bounds, read_mark, share_bounds


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("1,234", 1234), ("45.2%", Fraction("45.2")), (" 12 ", 12)],
)
def test_a_number_is_itself(text: str, number: object) -> None:
    mark = read_mark(text)
    assert mark is not None
    assert mark.exact == number
    assert not mark.withheld


@pytest.mark.parametrize("text", ["s", "S", "*", "***", "PS", "†", "suppressed", "x"])
def test_a_mark_without_bounds_says_only_that_it_is_withheld(text: str) -> None:
    mark = read_mark(text)
    assert mark is not None
    assert (mark.low, mark.high, mark.withheld) == (None, None, True)
    # A count of a group of 12 may be anything from 0 to 12.
    assert count_bounds(mark, most=12) == (0, 12)


@pytest.mark.parametrize(
    ("text", "least", "greatest"),
    [
        # Each by hand for a group of 40: 5 % of 40 is 2, 95 % is 38, 50 % is 20.
        ("<5%", 0, 1),
        ("<=5%", 0, 2),
        ("Less than 5%", 0, 1),
        ("5% or less", 0, 2),
        (">95%", 39, 40),
        ("Above 95%", 39, 40),
        ("95% or more", 38, 40),
        ("≥95%", 38, 40),
        # Codes and ranges are of percentages rounded before: half a point is added.
        # GE50: from 49.5 % of 40 = 19.8; LE5: to 5.5 % of 40 = 2.2.
        ("GE50", 20, 40),
        ("LE5", 0, 2),
        # 21-24 %: from 20.5 % of 40 = 8.2 to 24.5 % of 40 = 9.8, so only 9.
        ("21-24", 9, 9),
        # 20 to 29 %: from 19.5 % = 7.8 to 29.5 % = 11.8.
        ("20–29%", 8, 11),
        ("s", 0, 40),
        ("n<50", 0, 40),
    ],
)
def test_a_blurred_percentage_bounds_the_count(
    text: str, least: int, greatest: int
) -> None:
    mark = read_mark(text)
    assert mark is not None
    assert share_bounds(mark, 40) == (least, greatest)


def test_a_limit_that_may_be_of_the_students_tells_nothing_of_a_small_group() -> None:
    # '<10' of a group of 6 may mean fewer than ten students: nothing follows.
    mark = read_mark("<10")
    assert mark is not None
    assert share_bounds(mark, 6) == (0, 6)
    # Of 40 students it can only be the percentage: under 4 of them.
    assert share_bounds(mark, 40) == (0, 3)


@pytest.mark.parametrize(
    ("text", "least", "greatest"),
    [
        ("<5", 0, 4),
        ("5 or fewer", 0, 5),
        ("10-19", 10, 19),
        ("fewer than 10 students", 0, 9),
    ],
)
def test_a_blurred_count(text: str, least: int, greatest: int) -> None:
    mark = read_mark(text)
    assert mark is not None
    assert count_bounds(mark, most=None) == (least, greatest)


def test_the_size_of_a_group_is_not_its_figure() -> None:
    mark = read_mark("N<10")
    assert mark is not None
    assert mark.subject == "students"
    assert mark.high == 10
    assert mark.high_open


@pytest.mark.parametrize(
    ("text", "reason"),
    [("-9", "not applicable"), ("-11", "suppressed"), ("-5.0", "to be given later")],
)
def test_a_reserve_code_is_missing_with_its_reason(text: str, reason: str) -> None:
    mark = read_mark(text)
    assert mark is not None
    assert reason in mark.reason
    assert mark.exact is None


@pytest.mark.parametrize("text", ["-87.65", "20-Oct", "Smith", "", "24-21", "-77"])
def test_what_no_publisher_writes_is_no_mark(text: str) -> None:
    assert read_mark(text) is None


_MARKS = ["<5%", ">95%", "GE50", "LE5", "21-24", "s", "<10", "10% or more", "33.3-50"]


@given(st.sampled_from(_MARKS), st.integers(0, 5000))
def test_bounds_are_counts_of_the_group_and_sql_agrees(
    text: str, students: int
) -> None:
    mark = read_mark(text)
    assert mark is not None
    least, greatest = share_bounds(mark, students)
    assert 0 <= least <= greatest <= students
    low, high = share_bounds_sql(mark, "n", 100)
    answer = duckdb.sql(f"SELECT {low}, {high} FROM (SELECT {students}::DOUBLE AS n)")
    assert answer.fetchone() == (least, greatest)


@given(st.integers(1, 400), st.data())
def test_the_true_count_lies_between_the_bounds(
    students: int, data: st.DataObject
) -> None:
    """A publisher rounds the true percentage to a whole one and then blurs it."""
    count = data.draw(st.integers(0, students))
    whole = round(100 * count / students)
    start = whole - whole % 5
    mark = read_mark(f"{start}-{start + 4}")
    assert mark is not None
    least, greatest = share_bounds(mark, students)
    assert least <= count <= greatest
