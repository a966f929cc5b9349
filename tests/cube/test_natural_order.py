"""Groups' names in the order in which a person would list them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.vocabulary import natural_order


@pytest.mark.parametrize(
    "ordered",
    [
        ["PK", "TK", "K", "1", "2", "10", "11", "Not reported"],
        ["Pre-K", "Kindergarten", "1st", "2nd", "10th"],
        ["Grade K", "Grade 1", "Grade 2", "Grade 10"],
        ["0-5", "6-10", "11-15", "16+"],
        ["<5", "5-9", "10-14", "20-24", "20+"],
        ["Under 5", "5-9", "10 or more"],
        ["2018-19", "2019-20", "2020-21"],
        ["Less than $10,000", "$10,000-$19,999", "$100,000 or more"],
        ["1.25-1.5", "1.5-2.0", "10"],
        ["-10", "-5", "3"],
        ["18 -24", "25 -30", "100 -110"],
        ["School 2", "School 10", "School of Music"],
        # A 'K' among letters is a letter.
        ["A", "b", "C", "K", "M"],
        ["PK", "KG"],
    ],
)
def test_as_a_person_would_list_them(ordered: list[str]) -> None:
    assert natural_order(reversed(ordered)) == ordered


@given(st.lists(st.text("K1290-+<, abGgrade.$", max_size=8)), st.randoms())
def test_order_given_does_not_matter_and_nothing_is_lost(
    names: list[str], random: object
) -> None:
    mixed = list(names)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert natural_order(mixed) == natural_order(names)
    assert sorted(natural_order(names)) == sorted(set(names))
