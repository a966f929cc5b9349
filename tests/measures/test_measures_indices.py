import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from equitable.measures.indices import (
    CUTOFF,
    eighty_percent,
    percentage_point_gap,
    proportionality,
    students_to_parity_fixed,
    students_to_parity_moving,
)
from equitable.vocabulary import Direction

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER

# The R package DisImpact's tutorial (2018 edition) prints these figures for its invented
# data on transfers: group, n, count, margin, PPG flag, proportionality index, 80 % index
# and its flag.  The reference of the gap is everybody's rate, .5264 of 20,000; that of
# the 80 % index the highest group's, 4292 / 6000.
TRANSFERS = [
    ("Asian", 6000, 4292, 0.03000000, False, 1.3589159, 1.0000000, False),
    ("Black", 2000, 607, 0.03000000, True, 0.5765578, 0.4242777, True),
    ("Hispanic", 4000, 847, 0.03000000, True, 0.4022606, 0.2960158, True),
    ("Multi-Ethnicity", 1000, 504, 0.03099032, False, 0.9574468, 0.7045666, True),
    ("Native American", 200, 78, 0.06929646, True, 0.7408815, 0.5452004, True),
    ("White", 6800, 4200, 0.03000000, False, 1.1733417, 0.8634395, False),
]
TOTAL, EVERYONE = 10_528, 20_000
HIGHEST = Fraction(4292, 6000)


@pytest.mark.parametrize(
    ("group", "n", "count", "moe", "flag", "pi", "eighty", "eighty_flag"), TRANSFERS
)
def test_the_published_transfers(group, n, count, moe, flag, pi, eighty, eighty_flag):
    ppg = percentage_point_gap(count, n, Fraction(TOTAL, EVERYONE))
    assert ppg.moe == pytest.approx(moe, abs=5e-9)
    assert ppg.flagged is flag
    assert ppg.value == pytest.approx(count / n - 0.5264)
    index = proportionality(count, n, TOTAL, EVERYONE)
    assert index.value == pytest.approx(pi, abs=5e-8)
    assert index.flagged is (pi < 0.8)
    ratio = eighty_percent(count, n, HIGHEST)
    assert ratio.value == pytest.approx(eighty, abs=5e-8)
    assert ratio.flagged is eighty_flag


@pytest.mark.parametrize(
    ("n", "count", "half", "own"),
    # The same tutorial with a least margin of 2 points: at one half, and at p (1 - p).
    [
        (6000, 4292, 0.02, 0.02), (2000, 607, 0.02191347, 0.02015028), (4000, 847, 0.02, 0.02),
        (1000, 504, 0.03099032, 0.03098933), (200, 78, 0.06929646, 0.06759869), (6800, 4200, 0.02, 0.02),
    ],
)  # fmt: skip
def test_the_published_margins(n, count, half, own):
    for spread, moe in (("half", half), ("rate", own)):
        found = percentage_point_gap(
            count, n, Fraction(1, 2), spread=spread, least_margin=Fraction(2, 100)
        )
        assert found.moe == pytest.approx(moe, abs=5e-9)


def test_flags_by_cohort_as_published():
    # The tutorial by cohort, among them cases near the edge: 2018 Multi-Ethnicity, 242 of
    # 500, upper limit .5278269 against .5388, is flagged; 2017 Native American, 43 of
    # 100, .528 against .514, is not.
    assert percentage_point_gap(242, 500, Fraction(5388, 10_000)).flagged
    assert not percentage_point_gap(43, 100, Fraction(5140, 10_000)).flagged


def test_lower_is_better_flags_as_the_published_converse():
    # The tutorial counts those who did not transfer as successes (reference .4736) and
    # flags Asian (1708 of 6000) and White (2600 of 6800) students.  Counting transfers
    # as what should be rarer flags exactly the same groups.
    flagged = [
        group
        for group, n, count, *_ in TRANSFERS
        if percentage_point_gap(count, n, Fraction(TOTAL, EVERYONE), LOWER).flagged
    ]
    assert flagged == ["Asian", "White"]


def test_needed_and_parity_by_hand():
    everyone = Fraction(TOTAL, EVERYONE)
    # Black students: (.5264 - (.3035 + .03)) 2000 = 385.8, so 386; parity 445.8, so 446.
    black = percentage_point_gap(607, 2000, everyone)
    assert (black.needed, black.parity) == (386, 446)
    # Hispanic: (.5264 - .24175) 4000 = 1138.6; parity 1258.6.
    hispanic = percentage_point_gap(847, 4000, everyone)
    assert (hispanic.needed, hispanic.parity) == (1139, 1259)
    # Native American: (.5264 - (.39 + .06929646)) 200 = 13.42; parity 27.28.
    native = percentage_point_gap(78, 200, everyone)
    assert (native.needed, native.parity) == (14, 28)
    # Proportionality, g = .1: (10528 .08 - 607) / .92 = 255.7; (10528 .1 - 607) / .9 = 495.3.
    index = proportionality(607, 2000, TOTAL, EVERYONE)
    assert (index.needed, index.parity) == (256, 496)
    # 80 %: .8 .7153333 2000 - 607 = 537.5; .7153333 2000 - 607 = 823.7.
    ratio = eighty_percent(607, 2000, HIGHEST)
    assert (ratio.needed, ratio.parity) == (538, 824)


def test_fewer_by_hand():
    # Suspensions: 30 of 100 in a school with 60 of 400, .15; margin .098.
    ppg = percentage_point_gap(30, 100, Fraction(60, 400), LOWER)
    # .3 - .098 = .202 is over .15: flagged; 5.2 fewer clear it, so 6; 15 reach parity.
    assert (ppg.flagged, ppg.needed, ppg.parity) == (True, 6, 15)
    # (30/60) / .25 = 2 is over 1.25; (30 - 60 .3125) / .6875 = 16.36; (30 - 15) / .75 = 20.
    index = proportionality(30, 100, 60, 400, LOWER)
    assert (index.value, index.flagged, index.needed, index.parity) == (
        2.0,
        True,
        17,
        20,
    )
    # Against the lowest group's .1: 3 times; 30 - 12.5 = 17.5; 30 - 10 = 20.
    ratio = eighty_percent(30, 100, Fraction(1, 10), LOWER)
    assert (ratio.flagged, ratio.needed, ratio.parity) == (True, 18, 20)


def test_on_the_boundary():
    # 400 students: margin .98 / 20 = .049 exactly; 180 of 400 is .45, .45 + .049 = .499.
    assert percentage_point_gap(180, 400, Fraction(499, 1000)).flagged
    # One more clears it: .4525 + .049 is over .499; nobody more would not.
    assert percentage_point_gap(180, 400, Fraction(499, 1000)).needed == 1
    assert not percentage_point_gap(180, 400, Fraction(4989, 10_000)).flagged
    # Exactly .80 is no flag, as a float of 0.8 would make of it at times.
    assert not proportionality(24, 100, 60, 200).flagged
    assert not eighty_percent(24, 100, Fraction(3, 10)).flagged
    assert eighty_percent(24, 100, Fraction(3, 10)).needed == 0
    assert not eighty_percent(25, 100, Fraction(2, 10), LOWER).flagged


def test_undefined():
    assert percentage_point_gap(0, 0, Fraction(1, 2)).flagged is None
    assert proportionality(0, 10, 0, 20).value is None
    assert proportionality(0, 0, 5, 20).needed is None
    assert eighty_percent(3, 10, 0).value is None
    assert students_to_parity_fixed(0, 0, Fraction(1, 2)) is None
    assert students_to_parity_moving(0, 0, 5, 10) is None


def test_a_margin_at_0_takes_one_half():
    assert percentage_point_gap(
        0, 100, Fraction(1, 2), spread="rate"
    ).moe == pytest.approx(0.098)


@st.composite
def districts(draw):
    """A group's count and number, and everybody's."""
    n, others = draw(st.integers(1, 60)), draw(st.integers(0, 120))
    count, rest = draw(st.integers(0, n)), draw(st.integers(0, others))
    return count, n, count + rest, n + others


def first(clears, most):
    """The smallest number that clears it, by trying all."""
    return next(k for k in range(most + 1) if clears(k))


@given(
    districts(),
    st.fractions(0, 1, max_denominator=200),
    st.sampled_from([HIGHER, LOWER]),
)
def test_needed_by_trying_all_percentage_point_gap(district, reference, direction):
    s, n, *_ = district
    found = percentage_point_gap(s, n, reference, direction)
    sign = 1 if direction is HIGHER else -1
    # 1.96^2 .25 / n against .03^2, in exact squares.
    squared = max(Fraction(9604, 10_000) / n, Fraction(9, 10_000))

    def flagged(k):
        short = sign * (reference - Fraction(s + sign * k, n))
        return short >= 0 and short**2 >= squared

    assert found.flagged == flagged(0)
    assert found.needed == first(lambda k: not flagged(k), n + 1)
    assert found.parity == first(
        lambda k: sign * (Fraction(s + sign * k, n) - reference) >= 0, n
    )


@given(districts(), st.sampled_from([HIGHER, LOWER]))
def test_needed_by_trying_all_proportionality(district, direction):
    s, n, total, everyone = district
    assume(total > 0)
    found = proportionality(s, n, total, everyone, direction)
    sign = 1 if direction is HIGHER else -1

    def over(k, bound):
        """Share against share, moved by k, without dividing by 0."""
        moved, all_moved = s + sign * k, total + sign * k
        return sign * (moved * everyone - bound * all_moved * n) >= 0

    bound = CUTOFF if direction is HIGHER else 1 / CUTOFF
    assert found.flagged != over(0, bound)
    assert found.needed == first(lambda k: over(k, bound), n)
    assert found.parity == first(lambda k: over(k, 1), n)


@given(
    districts(),
    st.fractions(Fraction(1, 100), 1, max_denominator=200),
    st.sampled_from([HIGHER, LOWER]),
)
def test_needed_by_trying_all_eighty_percent(district, reference, direction):
    s, n, *_ = district
    found = eighty_percent(s, n, reference, direction)
    sign = 1 if direction is HIGHER else -1
    bound = CUTOFF if direction is HIGHER else 1 / CUTOFF

    def over(k, share):
        return sign * (Fraction(s + sign * k, n) - share * reference) >= 0

    assert found.flagged != over(0, bound)
    assert found.needed == first(lambda k: over(k, bound), n)
    assert found.parity == first(lambda k: over(k, 1), n)


@given(districts(), st.sampled_from([HIGHER, LOWER]))
def test_students_to_parity_by_trying_all(district, direction):
    s, n, total, everyone = district
    sign = 1 if direction is HIGHER else -1
    level = Fraction(total, everyone)
    assert students_to_parity_fixed(s, n, level, direction) == first(
        lambda k: sign * (Fraction(s + sign * k, n) - level) >= 0, n
    )
    assert students_to_parity_moving(s, n, total, everyone, direction) == first(
        lambda k: (
            sign * (Fraction(s + sign * k, n) - Fraction(total + sign * k, everyone))
            >= 0
        ),
        n,
    )


def test_moving_takes_more_students_than_fixed():
    # 10 of 50 in 100 of 200: fixed .5 50 - 10 = 15; everybody's rate moves with them:
    # (100 50 - 10 200) / (200 - 50) = 20.
    assert students_to_parity_fixed(10, 50, Fraction(1, 2)) == 15
    assert students_to_parity_moving(10, 50, 100, 200) == 20


def test_no_rounding_adds_a_student():
    # A third of 3,000,003 is 1,000,001 exactly; a float of 1/3 times it may not be.
    assert students_to_parity_fixed(0, 3_000_003, Fraction(1, 3)) == 1_000_001
    assert students_to_parity_fixed(1_000_001, 3_000_003, Fraction(1, 3)) == 0
    # Ten to the eighteen students, beyond a double's whole numbers.
    n = 10**18
    found = percentage_point_gap(0, n, Fraction(1, 2))
    assert found.needed == n // 2 - 3 * n // 100 + 1
    assert math.isclose(found.moe, 0.03)
