"""Small groups of an IDEA table are withheld before any risk is computed."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from equitable.errors import QuestionError
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    GROUPS,
    IMPAIRMENTS,
)
from equitable.measures.disproportionality.counts import TOGETHER, GroupCount
from equitable.measures.disproportionality.engine import risk_ratios
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.scheme import own_outcome
from equitable.privacy.disproportionality import withhold_small
from equitable.vocabulary import WITHHELD


def line(*pairs, category="learning", **more):
    return [
        GroupCount(category=category, group=group, count=count, total=total, **more)
        for group, (count, total) in zip(GROUPS, pairs, strict=False)
    ]


def hidden(counts):
    return [one.withheld for one in counts if one.group != TOGETHER]


def hidden_by(counts, **wanted):
    """Which groups are hidden in a category (or district): 'x--' is the first."""
    return "".join(
        "x" if one.withheld else "-"
        for one in counts
        if one.group != TOGETHER
        and all(getattr(one, name) == value for name, value in wanted.items())
    )


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
        + line((20, 50), (20, 300), (20, 200), category="autism"),
        least=10,
    )
    assert hidden(got) == [True, False, True, False, False, False]
    assert got[0].count is WITHHELD
    assert got[0].total is WITHHELD


def test_withheld_groups_are_together_as_many_as_one_must_be():
    # 3 + 4 of all are 7 < 10, and a public total would say so: the smallest other,
    # 20 of 200, goes with them.
    got = withhold_small(line((3, 50), (4, 60), (20, 200), (30, 300)), least=10)
    assert hidden(got) == [True, True, True, False]
    # 9 + 9 are 18.
    got = withhold_small(line((9, 50), (9, 60), (20, 200), (30, 300)), least=10)
    assert hidden(got) == [True, True, False, False]


def test_a_group_that_nobody_is_in_hides_nobody():
    got = withhold_small(line((0, 0), (20, 200), (30, 300)), least=10)
    assert hidden(got) == [False, False, False]
    # Nobody with a disability is another thing: it says that none has one.
    got = withhold_small(
        line((0, 0), (20, 200), (30, 300), category="separate"), least=10
    )
    assert hidden(got) == [True, True, False]


def test_counts_already_withheld_stay_so_and_a_least_of_0_is_refused():
    got = withhold_small(line((WITHHELD, WITHHELD), (20, 300), (20, 200)), least=5)
    assert hidden(got) == [True, False, True]
    with pytest.raises(QuestionError):
        withhold_small([], least=0)


def test_what_the_file_has_no_number_of_is_nobodys_secret():
    none = line((WITHHELD, WITHHELD), because=Reason.NO_NUMBER)
    got = withhold_small([*none, *line((20, 300), (20, 200))[1:]], least=5)
    assert [one.because for one in got] == [Reason.NO_NUMBER, None]
    assert got[1].count == 20


# ------------------------------------------------- what one row says of another


def test_the_number_with_disabilities_stands_in_two_places():
    # Disability: 195 of 200, so that 5 have none.  'Suspended: 20 of 195' would say so
    # beside 'learning: 60 of 200'.
    got = withhold_small(
        line((195, 200), (150, 400), (150, 500), category="disability")
        + line((60, 200), (60, 400), (60, 500))
        + line((20, 195), (20, 150), (20, 150), category="out-to-10"),
        least=10,
    )
    assert hidden_by(got, category="out-to-10").startswith("x")
    assert hidden_by(got, category="learning").startswith("x")


def test_a_partner_in_any_disability_is_not_told_by_discipline():
    # Of the first, 4 have a disability; its partner is the second, with 30.  All have
    # 4 + 30 + 90 = 124, which is public.  '12 of 30 suspended' would leave 4.
    got = withhold_small(
        line((4, 50), (30, 60), (90, 500), category="disability")
        + line((0, 4), (12, 30), (12, 90), category="out-to-10"),
        least=10,
    )
    assert hidden_by(got, category="disability") == "xx-"
    assert hidden_by(got, category="out-to-10") == "xx-"


def test_a_number_enrolled_is_the_same_in_every_category():
    # 5 children of the first, everywhere.  In 'learning' the second is withheld with
    # them (9), in 'autism' the third (9): each shows what the other hides, and the
    # number of all children less those shown is 5.
    got = withhold_small(
        line((5, 5), (9, 100), (40, 120), (40, 400))
        + line((4, 5), (40, 100), (9, 120), (40, 400), category="autism"),
        least=10,
    )
    shown = {
        group
        for one in got
        for group in [one.group]
        if not one.withheld and group != TOGETHER
    }
    assert len(shown) <= 2
    assert GROUPS[0] not in shown


def test_the_rest_of_a_whole_is_not_a_small_group():
    # 40 with a disability; 12 + 11 + 10 of them of three kinds; a rest of 7.
    parts = [
        *line((40, 400), (70, 500), category="disability"),
        *line((12, 400), (15, 500), category="learning"),
        *line((11, 400), (15, 500), category="speech"),
        *line((10, 400), (15, 500), category="health"),
    ]
    got = withhold_small(parts, least=10)
    assert "x" in hidden_by(got, category="health")
    assert hidden_by(got, category="learning") == "--"


def test_both_placements_less_than_all_by_a_few():
    # 60 children; 35 + 20 placed so; 5 elsewhere.
    got = withhold_small(
        line((35, 60), (30, 90), category="under-40")
        + line((20, 60), (20, 90), category="separate"),
        least=10,
    )
    assert "x" in hidden_by(got, category="separate")


def test_children_too_young_for_a_placement_are_a_group_too():
    # 64 with disabilities aged 3 to 21, 60 aged 6 to 21: 4 are younger.
    got = withhold_small(
        line((64, 400), (90, 500), category="disability")
        + line((20, 60), (20, 90), category="under-40"),
        least=10,
    )
    assert "x" in hidden_by(got, category="under-40")


def test_removed_for_ten_days_and_removed_at_all():
    # 30 removed at all, 25 of them out of school for up to 10 days: at most 5 for more.
    got = withhold_small(
        line((30, 200), (40, 300), category="removals")
        + line((25, 200), (20, 300), category="out-to-10")
        + line((5, 200), (12, 300), category="out-over-10"),
        least=10,
    )
    assert "x" in hidden_by(got, category="out-to-10")
    # Removals are events: they are no whole of which children are parts.
    got = withhold_small(
        line((300, 200), (400, 300), category="removals")
        + line((25, 200), (20, 300), category="out-to-10"),
        least=10,
        events=True,
    )
    assert True not in hidden(got)


def test_one_district_alone_takes_another_with_it():
    # The State's totals over districts are public.
    got = withhold_small(
        line((3, 50), (3, 60), (40, 400), district="Elm")
        + line((20, 200), (30, 300), (40, 400), district="Oak")
        + line((40, 400), (50, 500), (60, 600), district="Ash"),
        least=10,
    )
    assert hidden_by(got, district="Oak")[:2] == "xx"
    assert hidden_by(got, district="Ash")[:2] == "--"


def test_ones_own_outcome_has_its_own_groups():
    scheme = own_outcome("late", "late", ["x", "y", "z", "Not reported"])
    counts = [
        GroupCount(category="late", group=group, count=count, total=100)
        for group, count in (("x", 3), ("y", 20), ("z", 30), ("Not reported", 1))
    ]
    got = withhold_small(counts, least=10, scheme=scheme)
    assert hidden(got) == [True, True, False, False]


# ------------------------------------------------------------- in front of an attacker


def district(draw, scale=1):
    """A district in which everything adds up."""
    made = []
    for group in GROUPS:
        enrolled = draw.choice([0, 3, 12, 40, 90, 250, 600]) * scale
        kinds = {key: int(enrolled * draw.random() * 0.12) for key in IMPAIRMENTS}
        other = int(enrolled * draw.random() * 0.03)
        disabled = sum(kinds.values()) + other
        placed = disabled - int(disabled * draw.random() * 0.1)
        under, apart = (int(placed * draw.random() * 0.3) for _ in range(2))
        days = [int(disabled * draw.random() * 0.2) for _ in range(4)]
        removed = min(disabled, max(days[0] + days[1], days[2] + days[3]) + 2)
        counts = {key: (count, enrolled) for key, count in kinds.items()}
        counts["disability"] = (disabled, enrolled)
        counts |= {"under-40": (under, placed), "separate": (apart, placed)}
        keys = ("out-to-10", "out-over-10", "in-to-10", "in-over-10")
        counts |= {k: (d, disabled) for k, d in zip(keys, days, strict=True)}
        counts["removals"] = (removed, disabled)
        made += [
            GroupCount(category=key, group=group, count=counts[key][0],
                       total=counts[key][1])
            for key in CATEGORIES
        ]  # fmt: skip
    return made


def limits(counts, kept, place):
    """The least and greatest that an attacker can find for a hidden count.

    Known are all shown numbers, every total over the groups, and what stands in several
    places: as linear equations and inequalities, solved for the hidden count.
    """
    index = {(one.category, one.group): i for i, one in enumerate(counts)}
    number = {}

    def var(name):
        return number.setdefault(name, len(number))

    def x(key, group):
        return var(("x", key, group))

    def n(key, group):
        area = CATEGORIES[key].area
        if area == "discipline":
            return x("disability", group)
        return var(("n", str(area), group))

    same, under = [], []
    for (key, group), i in index.items():
        under.append(({x(key, group): 1, n(key, group): -1}, 0))
        if not kept[i].withheld:
            same += [
                ({x(key, group): 1}, counts[i].count),
                ({n(key, group): 1}, counts[i].total),
            ]
    for key in CATEGORIES:
        for of, which in ((x, "count"), (n, "total")):
            total = sum(getattr(counts[index[key, group]], which) for group in GROUPS)
            same.append(({of(key, group): 1 for group in GROUPS}, total))
    for group in GROUPS:
        parts = {x(key, group): 1 for key in IMPAIRMENTS}
        under.append((parts | {x("disability", group): -1}, 0))
        placed = {x("under-40", group): 1, x("separate", group): 1}
        under.append((placed | {n("under-40", group): -1}, 0))
        under.append(({n("under-40", group): 1, x("disability", group): -1}, 0))
        for pair in (("out-to-10", "out-over-10"), ("in-to-10", "in-over-10")):
            both = {x(key, group): 1 for key in pair}
            under.append((both | {x("removals", group): -1}, 0))

    def matrix(rows):
        made = np.zeros((len(rows), len(number)))
        for row, (terms, _) in zip(made, rows, strict=True):
            for column, factor in terms.items():
                row[column] += factor
        return made, [limit for _, limit in rows]

    a_eq, b_eq = matrix(same)
    a_ub, b_ub = matrix(under)
    found = []
    for sign in (1, -1):
        aim = np.zeros(len(number))
        aim[x(counts[place].category, counts[place].group)] = sign
        solved = linprog(aim, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq)
        assert solved.success
        found.append(sign * solved.fun)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_no_small_count_can_be_solved_for(seed):
    draw = random.Random(seed)  # noqa: S311 - a district to try
    counts = district(draw)
    kept = withhold_small(counts, least=10)
    small = [
        place
        for place, one in enumerate(counts)
        if kept[place].withheld
        and one.count < 10 <= one.total
        # Where all groups together are fewer, the public total itself says it.
        and sum(o.count for o in counts if o.category == one.category) >= 10
    ]
    for place in draw.sample(small, min(5, len(small))):
        low, high = limits(counts, kept, place)
        assert low <= counts[place].count <= high + 1e-6
        assert high - low > 1, counts[place]


def test_the_attacker_finds_what_is_withheld_line_by_line_alone():
    """Without what one row says of another, a count can be solved for."""
    counts = [
        GroupCount(category=key, group=group, count=count, total=total)
        for key in CATEGORIES
        for group, count, total in zip(
            GROUPS, (0,) * 4 + (0, 90, 80), (0,) * 4 + (0, 400, 500), strict=True
        )
    ]

    def put(key, place, count, total):
        i = list(CATEGORIES).index(key) * len(GROUPS) + place
        counts[i] = replace(counts[i], count=count, total=total)

    disabled = {4: 4, 5: 90, 6: 80, 3: 30}
    for key, category in CATEGORIES.items():
        for place, of in disabled.items():
            enrolled = {4: 50, 3: 60, 5: 400, 6: 500}[place]
            if key == "disability":
                put(key, place, of, enrolled)
            elif category.area == "identification":
                put(key, place, 0, enrolled)
            else:
                times = 2 if key == "removals" else 1
                put(key, place, 12 * times if of >= 30 else 0, of)
    one_by_one = list(counts)
    for key in ("disability", "out-to-10"):
        for place in (3, 4):
            i = list(CATEGORIES).index(key) * len(GROUPS) + place
            if key == "disability" or place == 4:
                one_by_one[i] = replace(counts[i], count=WITHHELD, total=WITHHELD)
    place = list(CATEGORIES).index("disability") * len(GROUPS) + 4
    low, high = limits(counts, one_by_one, place)
    assert (round(low), round(high)) == (4, 4)
    low, high = limits(counts, withhold_small(counts, least=10), place)
    assert high - low > 1


@given(
    st.lists(
        st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=2,
        max_size=7,
    ),
    st.integers(1, 20),
    st.randoms(use_true_random=False),
)
def test_what_is_shown_is_the_same_whatever_the_withheld_numbers_are(
    pairs, least, draw
):
    """Deal the withheld children out anew, and the shown answer does not move."""
    counts = line(*pairs)
    kept = withhold_small(counts, least=least)
    withheld = [i for i, one in enumerate(counts) if kept[i].withheld]
    for row in risk_ratios(kept).rows:
        if not row.withheld and row.n:
            assert row.n >= least
            assert row.count >= least
    together = [one for one in kept if one.group == TOGETHER]
    if not together:
        for row in risk_ratios(kept).rows:
            if withheld:
                assert row.ratio is WITHHELD or row.ratio is None
        return
    (sums,) = together
    assert len(withheld) >= 2
    assert sums.count >= least
    assert sums.count == sum(counts[i].count for i in withheld)
    other = list(counts)
    for i in withheld[:-1]:
        one = counts[i]
        # Move children of the group, with and without the outcome, to the last.
        with_, without = one.count, one.total - one.count
        less, fewer = draw.randint(0, with_), draw.randint(0, without)
        other[i] = replace(one, count=with_ - less, total=one.total - less - fewer)
        last = other[withheld[-1]]
        other[withheld[-1]] = replace(
            last, count=last.count + less, total=last.total + less + fewer
        )
    same = [
        replace(other[i], count=WITHHELD, total=WITHHELD) if kept[i].withheld else one
        for i, one in enumerate(counts)
    ]
    assert risk_ratios([*same, sums]).rows == risk_ratios(kept).rows
