import math

import numpy as np
import pytest
from scipy import stats

from equitable.measures.means import (
    mean_interval,
    one_mean_p,
    ratio_of_means,
    standardised,
    welch,
)

RNG = np.random.default_rng(5)
A = RNG.normal(50, 10, 12)
B = RNG.normal(57, 22, 31)


def moments(y):
    return y.size, y.mean(), ((y - y.mean()) ** 2).sum()


# Student (1908), Biometrika 6: 1-25: additional hours of sleep with two drugs, ten
# patients.  R's documentation of t.test(extra ~ group, data = sleep) prints
# t = -1.8608, p-value = 0.07939, interval -3.3654832 to 0.2054832, means 0.75 and 2.33.
SLEEP_1 = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
SLEEP_2 = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])


def test_welch_on_student_s_sleep_data():
    found = welch(*moments(SLEEP_1), *moments(SLEEP_2))
    assert found.value == pytest.approx(0.75 - 2.33)
    assert found.low == pytest.approx(-3.3654832, abs=5e-8)
    assert found.high == pytest.approx(0.2054832, abs=5e-8)
    assert found.p == pytest.approx(0.07939, abs=5e-6)


def test_welch_as_scipy_has_it():
    theirs = stats.ttest_ind(A, B, equal_var=False)
    found = welch(*moments(A), *moments(B), 0.9)
    limits = theirs.confidence_interval(0.9)
    assert found == pytest.approx(
        (A.mean() - B.mean(), limits.low, limits.high, theirs.pvalue)
    )


def test_one_mean_as_scipy_has_it():
    theirs = stats.ttest_1samp(A, 47)
    assert one_mean_p(*moments(A), 47) == pytest.approx(theirs.pvalue)
    assert mean_interval(*moments(A), 0.99) == pytest.approx(
        tuple(theirs.confidence_interval(0.99))
    )


def test_too_little_to_tell_is_nan():
    # One student has no spread; two groups without any spread tell nothing of chance.
    assert np.isnan(mean_interval([1, 0], [5, np.nan], 0).low).all()
    one = welch([1, 10], 5.0, 0.0, [10, 10], 4.0, [9.0, 0.0])
    assert one.value.tolist() == [1, 1]
    assert np.isnan([one.low, one.high, one.p]).all()
    assert np.isnan(one_mean_p([1, 9], 5.0, 0.0, 4.0)).all()


def test_one_group_without_spread_can_still_be_compared():
    found = welch(10, 5.0, 0.0, 10, 4.0, 90.0)
    # s^2 / n = 90 / 9 / 10 = 1 and the degrees of freedom are the second group's, 9.
    assert found.high == pytest.approx(1 + stats.t.ppf(0.975, 9))


def test_ratio_of_means_by_hand():
    # n 10, 20; means 4, 2; squares 36, 19: s^2 = 4, 1; s^2/(n mean^2) = 1/40, 1/80.
    v1, v2 = 4 / (10 * 16), 1 / (20 * 4)
    df = (v1 + v2) ** 2 / (v1**2 / 9 + v2**2 / 19)
    half = stats.t.ppf(0.975, df) * math.sqrt(v1 + v2)
    found = ratio_of_means(10, 4, 36, 20, 2, 19)
    assert found == pytest.approx((2, 2 * math.exp(-half), 2 * math.exp(half)))


def test_no_ratio_unless_both_means_are_above_0():
    found = ratio_of_means(10, [1, -1, 1, 0], 9, 10, [-1, 1, 0, 1], 9)
    assert np.isnan(found).all()


def test_standardised_by_hand():
    # Pooled variance (9 + 11) / 20 = 1, so d is the difference itself.
    found = standardised(10, 1.0, 9.0, 12, 2.5, 11.0)
    assert found.cohen_d == pytest.approx(-1.5)
    # Hedges (1981), table 1: c(m) for m = 20 is 0.9619.
    assert found.hedges_g / found.cohen_d == pytest.approx(0.9619, abs=5e-5)


@pytest.mark.parametrize(
    ("m", "c"),
    # Hedges (1981), table 1.
    [
        (2, 0.5642),
        (3, 0.7236),
        (4, 0.7979),
        (5, 0.8408),
        (10, 0.9228),
        (30, 0.9748),
        (50, 0.9849),
    ],
)
def test_hedges_table_of_corrections(m, c):
    found = standardised(m, 1.0, m / 2, 2, 0.0, m / 2)
    assert found.hedges_g == pytest.approx(c, abs=6e-5)


def test_standardised_rates():
    # .5 of 20 against .2 of 20: squares 5 and 3.2, variance 8.2 / 38.
    d = 0.3 / math.sqrt(8.2 / 38)
    assert standardised(
        20, 0.5, 20 * 0.25, 20, 0.2, 20 * 0.16
    ).cohen_d == pytest.approx(d)


def test_no_standardised_difference_without_spread_or_students():
    assert np.isnan(
        standardised([5, 1, 0], 1.0, 0.0, [5, 1, 5], 2.0, [0.0, 0.0, 3.0])
    ).all()
