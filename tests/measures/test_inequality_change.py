"""Did inequality change? Limits by hand, what cannot be compared, and coverage."""

import math

import numpy as np
import pytest

from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.over_time import change_limits, changes
from equitable.measures.inequality.results import InequalityQuestion, Measure
from equitable.measures.inequality.strata import Stratum
from equitable.measures.inequality.summaries import inequality
from equitable.vocabulary import Break

ASKED = InequalityQuestion(draws=200, centres=True)


def year(time, *rows, question=ASKED, **within):
    groups = [GroupLevel.of_count(*row) for row in rows]
    found = inequality(groups, question, is_rate=True)
    return Stratum(within={**within, "year": time}, found=found)


def only(found, measure="MDBW", since=None):
    return next(
        one
        for one in found
        if one.measure == measure and (since is None or one.since == since)
    )


APART = (("a", 400, 120), ("b", 400, 280))
NEAR = (("a", 400, 270), ("b", 400, 284))


def test_the_limits_by_hand():
    # Zou & Donner 2008: each side takes the far side of one and the near of the other.
    old = Measure(value=0.20, low=0.15, high=0.28)
    new = Measure(value=0.12, low=0.10, high=0.16)
    difference, low, high = change_limits(old, new)
    assert difference == pytest.approx(-0.08)
    assert low == pytest.approx(-0.08 - math.hypot(0.02, 0.08))
    assert high == pytest.approx(-0.08 + math.hypot(0.04, 0.05))
    assert change_limits(old, Measure(value=0.1))[1:] == (None, None)


def test_what_moved_is_said_only_where_chance_allows():
    found = changes([year("1", *APART), year("2", *NEAR)], "year")
    for name in ("BGV", "MDBW", "Theil", "PAR"):
        assert only(found, name).movement == "smaller"
        assert only(found, name).high < 0
    back = changes([year("1", *NEAR), year("2", *APART)], "year")
    assert only(back).movement == "larger"
    still = changes(
        [year("1", *APART), year("2", ("a", 400, 126), ("b", 400, 278))], "year"
    )
    assert only(still).difference < 0 < only(still).high
    assert only(still).movement == "no change shown"


def test_each_year_against_the_one_before_and_the_first():
    found = changes([year(t, *APART) for t in ("1", "2", "3")], "year")
    pairs = [(one.since, one.until) for one in found if one.measure == "BGV"]
    assert pairs == [("1", "2"), ("2", "3"), ("1", "3")]
    two = changes([year(t, *APART) for t in ("1", "2")], "year")
    assert [(o.since, o.until) for o in two if o.measure == "BGV"] == [("1", "2")]


def test_other_groups_make_another_figure():
    found = changes([year("1", *APART), year("2", *NEAR, ("c", 90, 30))], "year")
    assert {one.movement for one in found} == {None}
    assert only(found).difference is None
    assert only(found).reason == "the groups shown are not the same: 1 lacks 'c'"
    both = changes(
        [year("1", *APART, ("d", 50, 5)), year("2", *NEAR, ("c", 90, 30))], "year"
    )
    assert "1 lacks 'c'; 2 lacks 'd'" in only(both).reason


def test_nothing_is_compared_across_a_break():
    years = [year(t, *APART) for t in ("1", "2", "3")]
    found = changes(years, "year", breaks=[begins("3", "1", "2")])
    assert only(found, since="1").movement == "no change shown"
    assert only(found, since="2").reason == "what is counted changed in 3"
    across = [o for o in found if (o.since, o.until) == ("1", "3")]
    assert {one.movement for one in across} == {None}
    # A break at the first time is before everything.
    assert only(changes(years, "year", breaks=[begins("1", "0")])).movement is not None


def test_a_break_counts_where_its_own_year_has_no_figures():
    years = [year(t, *APART) for t in ("2019", "2021", "2022")]
    found = changes(years, "year", breaks=[begins("2020", "2019")])
    assert only(found, since="2019").reason == "what is counted changed in 2020"
    assert only(found, since="2021").movement == "no change shown"


def begins(at, *earlier):
    return Break(year="year", at=at, earlier=earlier, why="the test is new")


def test_a_figure_that_one_of_the_years_lacks():
    unnamed = only(changes([year("1", *APART), year("2", *NEAR)], "year"), "MDRW")
    assert unnamed.reason == "in 1 it needs a reference group, and none is named"


def test_an_order_that_turned_round():
    order = InequalityQuestion(order=["a", "b"], draws=50)
    up = year("1", *APART, question=order)
    down = year("2", ("a", 400, 280), ("b", 400, 120), question=order)
    found = changes([up, down], "year")
    assert only(found, "SII").movement == "turned round"
    # RII stands at 1 where groups are alike, not at 0: .4 after 2.3 turned round.
    assert only(found, "RII").movement == "turned round"


def test_each_place_is_compared_with_itself():
    strata = [
        year("1", *APART, school="N"),
        year("1", *NEAR, school="S"),
        year("2", *NEAR, school="N"),
        year("2", *APART, school="S"),
    ]
    found = [o for o in changes(strata, "year") if o.measure == "MDBW"]
    assert [(o.within["school"], o.movement) for o in found] == [
        ("N", "smaller"),
        ("S", "larger"),
    ]


@pytest.mark.parametrize(
    ("sizes", "then", "now"),
    [
        (((100,) * 4, (60,) * 4), (0.5,) * 4, (0.5,) * 4),
        (((80, 120, 300), (90, 110, 280)), (0.3, 0.5, 0.6), (0.4, 0.5, 0.6)),
        # From the plain figures 83 of 100 intervals held the truth here.
        (((60,) * 5, (60,) * 5), (0.4,) * 5, (0.2, 0.3, 0.4, 0.5, 0.6)),
    ],
    ids=["equal in both", "nearer together", "apart from equal"],
)
def test_the_intervals_of_a_change_hold_the_truth(sizes, then, now):
    rng = np.random.default_rng(4)
    true = {}
    for key, size, rates in (("then", sizes[0], then), ("now", sizes[1], now)):
        n, p = np.array(size), np.array(rates)
        mean = n @ p / n.sum()
        true[key] = {
            "BGV": n @ (p - mean) ** 2 / n.sum(),
            "BGSD": np.sqrt(n @ (p - mean) ** 2 / n.sum()),
            "MDBW": n @ abs(p - p.max()) / n.sum(),
        }
    held = {"BGV": [], "BGSD": [], "MDBW": []}
    for repeat in range(60):
        found = [
            inequality(
                [
                    GroupLevel.of_count(str(i), m, rng.binomial(m, q))
                    for i, (m, q) in enumerate(zip(n, p, strict=True))
                ],
                InequalityQuestion(draws=60, seed=repeat, centres=True),
                is_rate=True,
            ).measures
            for n, p in ((sizes[0], then), (sizes[1], now))
        ]
        for name, hits in held.items():
            _, low, high = change_limits(found[0][name], found[1][name])
            difference = true["now"][name] - true["then"][name]
            hits.append(low <= difference <= high)
    # 60 tries at 95 %: under 51 less than once in 1,000 (binomial).
    assert min(sum(hits) for hits in held.values()) > 50, held
