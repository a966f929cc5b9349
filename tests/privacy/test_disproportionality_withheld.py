"""Small groups of an IDEA table are withheld before any risk is computed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.errors import QuestionError
from equitable.measures.disproportionality.categories import GROUPS
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.engine import risk_ratios
from equitable.privacy.disproportionality import withhold_small
from equitable.vocabulary import WITHHELD


def line(*pairs, category="learning"):
    return [
        GroupCount(category=category, group=group, count=count, total=total)
        for group, (count, total) in zip(GROUPS, pairs, strict=False)
    ]


def hidden(counts):
    return [count.withheld for count in counts]


def test_few_children_few_with_and_few_without():
    got = withhold_small(
        line((4, 9), (9, 200), (0, 200), (195, 200), (20, 200)), least=10
    )
    assert hidden(got) == [True, True, True, True, False]
    got = withhold_small(line((10, 20), (10, 200), (190, 200)), least=10)
    assert hidden(got) == [False, False, False]


def test_one_alone_takes_the_smallest_other_with_it_in_its_own_line():
    got = withhold_small(
        line((3, 50), (20, 300), (20, 200))
        + line((20, 50), (20, 300), category="autism"),
        least=10,
    )
    assert hidden(got) == [True, False, True, False, False]
    assert got[0].count is WITHHELD
    assert got[0].total is WITHHELD


def test_counts_already_withheld_stay_so_and_a_least_of_0_is_refused():
    got = withhold_small(line((WITHHELD, WITHHELD), (20, 300), (20, 200)), least=5)
    assert hidden(got) == [True, False, True]
    with pytest.raises(QuestionError):
        withhold_small([], least=0)


@given(
    st.lists(
        st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=2,
        max_size=7,
    ),
    st.integers(1, 20),
)
def test_what_is_shown_is_the_same_whatever_the_withheld_numbers_are(pairs, least):
    """Other numbers in the withheld groups, and the shown answer does not move."""
    kept = withhold_small(line(*pairs), least=least)
    assert sum(hidden(kept)) != 1
    answer = risk_ratios(kept)
    if any(hidden(kept)):
        for row in answer.rows:
            assert row.ratio is WITHHELD or row.ratio is None
            assert row.comparison_risk is WITHHELD or row.reason is not None
            assert not isinstance(row.students_from_threshold, int)
            if not row.withheld and row.n is not None:
                assert row.n >= least
                assert row.count >= least
