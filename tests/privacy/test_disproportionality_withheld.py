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
    return [count.withheld for count in counts if not count.together]


def sums(counts):
    return [(count.count, count.total) for count in counts if count.together]


def test_few_children_few_with_and_few_without():
    got = withhold_small(
        line((4, 9), (9, 200), (0, 200), (195, 200), (20, 200)), least=10
    )
    assert hidden(got) == [True, True, True, True, False]
    # 4 + 9 + 0 + 195 of 9 + 200 + 200 + 200: the others of the group that is shown.
    assert sums(got) == [(208, 609)]
    got = withhold_small(line((10, 20), (10, 200), (190, 200)), least=10)
    assert hidden(got) == [False, False, False]
    assert sums(got) == []


def test_a_group_without_children_hides_nobody():
    got = withhold_small(line((0, 0), (20, 300), (20, 200)), least=10)
    assert hidden(got) == [False, False, False]


def test_one_alone_takes_the_smallest_other_with_it_in_its_own_line():
    got = withhold_small(
        line((3, 50), (20, 300), (20, 200))
        + line((20, 50), (20, 300), (20, 200), category="autism"),
        least=10,
    )
    assert hidden(got) == [True, False, True, False, False, False]
    assert got[0].count is WITHHELD
    assert got[0].total is WITHHELD
    assert sums(got) == [(23, 250)]


def test_two_that_are_few_together_take_a_third():
    # 2 and 3 with the outcome: their sum, 5, would tell of 5 children.
    got = withhold_small(line((2, 50), (3, 40), (30, 90), (80, 300)), least=10)
    assert hidden(got) == [True, True, True, False]
    assert sums(got) == [(35, 180)]


def test_too_few_children_are_hidden_alike_in_every_line_of_a_population():
    # 8 children of the first group.  In the first line the second is withheld beside it;
    # in the second line the third is small by itself.  Were the second shown there, its
    # 60 children could be taken from the first line's sum of 68.
    learning = line((2, 8), (20, 60), (25, 90), (80, 300))
    autism = line((1, 8), (20, 60), (4, 90), (80, 300), category="autism")
    got = withhold_small(learning + autism, least=10)
    assert hidden(got) == [True, True, False, False, True, True, True, False]
    assert sums(got) == [(22, 68), (25, 158)]


def test_counts_already_withheld_stay_so_and_a_least_of_0_is_refused():
    got = withhold_small(line((WITHHELD, WITHHELD), (20, 300), (20, 200)), least=5)
    assert hidden(got) == [True, False, True]
    # A number that is not known is in no sum, and nobody is compared with it.
    assert sums(got) == []
    assert not any(isinstance(row.ratio, float) for row in risk_ratios(got).rows)
    with pytest.raises(QuestionError):
        withhold_small([], least=0)


PAIRS = st.lists(
    st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=2,
    max_size=7,
)


@given(PAIRS, st.integers(1, 20))
def test_what_is_shown_is_enough_and_what_is_hidden_is_several(pairs, least):
    kept = withhold_small(line(*pairs), least=least)
    assert sum(hidden(kept)) != 1
    for count, total in sums(kept):
        assert count >= least
        assert total >= least
        assert total - count >= least
    for row in risk_ratios(kept).rows:
        if isinstance(row.n, int) and row.n:
            assert row.n >= least
            assert row.count >= least
            assert row.n - row.count >= least


@given(PAIRS, st.integers(5, 20), st.randoms())
def test_children_moved_between_hidden_groups_change_nothing_told(pairs, least, random):
    """One child more in one withheld group and one fewer in another: all else alike."""
    before = withhold_small(line(*pairs), least=least)
    away = [place for place, gone in enumerate(hidden(before)) if gone]
    if len(away) < 2:
        return
    more, fewer = random.sample(away, 2)
    changed = [list(pair) for pair in pairs]
    for part in (0, 1):
        changed[more][part] += 1
        changed[fewer][part] -= 1
    if min(changed[fewer]) < 0:
        return
    after = withhold_small(line(*changed), least=least)
    if hidden(after) == hidden(before):
        told = [risk_ratios(kept).to_dict()["rows"] for kept in (before, after)]
        assert told[0] == told[1]
