import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.measures.shrinkage import beta_binomial, normal_normal


def test_rates_by_hand():
    # 2/10, 5/10, 8/10: common .5; sum n (p - .5)^2 / .25 = (.9 + 0 + .9) / .25 = 7.2;
    # correlation (7.2 - 2) / (30 - 300/30 - 2) = 5.2 / 18; worth 12.8 / 5.2 students.
    worth = 12.8 / 5.2
    shrunken = [(x + worth * 0.5) / (10 + worth) for x in (2, 5, 8)]
    assert beta_binomial([2, 5, 8], [10, 10, 10]) == pytest.approx(shrunken)


def test_groups_that_differ_by_chance_only_get_the_common_rate():
    assert beta_binomial([50, 51, 49], [100, 100, 100]) == pytest.approx([0.5] * 3)
    assert beta_binomial([3], [10]) == pytest.approx([0.3])
    assert beta_binomial([0, 0], [5, 9]).tolist() == [0, 0]


def test_groups_of_one_sort_each_stay_themselves():
    # Nobody in one, everybody in the other: students of a group are all alike.
    assert beta_binomial([0, 30], [30, 30]) == pytest.approx([0, 1])


def test_an_empty_group_stays_unknown_and_takes_no_part():
    found = beta_binomial([2, 0, 5, 8], [10, 0, 10, 10])
    assert np.isnan(found[1])
    assert found[[0, 2, 3]] == pytest.approx(beta_binomial([2, 5, 8], [10, 10, 10]))
    assert np.isnan(beta_binomial([0], [0])).all()


@given(
    st.lists(st.tuples(st.integers(1, 500), st.floats(0, 1)), min_size=1, max_size=20)
)
def test_a_shrunken_rate_lies_between_its_own_and_the_common_one(groups):
    n = np.array([size for size, _ in groups])
    x = np.round(n * [p for _, p in groups])
    raw, common, found = x / n, x.sum() / n.sum(), beta_binomial(x, n)
    assert (np.minimum(raw, common) - 1e-9 <= found).all()
    assert (found <= np.maximum(raw, common) + 1e-9).all()


def test_shrunken_rates_are_nearer_the_truth():
    rng = np.random.default_rng(6)
    truth = rng.beta(20, 20, (300, 25))
    n = rng.integers(5, 60, (300, 25))
    x = rng.binomial(n, truth)
    shrunken = np.array([beta_binomial(*pair) for pair in zip(x, n, strict=True)])
    assert ((shrunken - truth) ** 2).mean() < 0.6 * ((x / n - truth) ** 2).mean()


def test_means_by_hand():
    # sigma^2 = 36 / 9 = 4 and n = 4: errors 1; means 0, 3, 6: sum of squares 18, so
    # tau^2 = (18 - 2) / 2 = 8: each keeps 8/9 of its distance to 3.
    found = normal_normal([4, 4, 4], [0, 3, 6], [12, 12, 12])
    assert found == pytest.approx([3 - 8 / 3, 3, 3 + 8 / 3])


def test_efron_and_morris_s_idea_of_equal_errors():
    # With equal errors the common mean is the plain one, whatever tau^2.
    found = normal_normal([10] * 5, [1, 2, 3, 4, 10], [90] * 5)
    assert found.mean() == pytest.approx(4)
    assert (np.diff(found) > 0).all()


def test_means_that_differ_by_chance_only_get_the_common_mean():
    # Weights are the students: (10 1 + 30 1.1) / 40.
    assert normal_normal([10, 30], [1, 1.1], [90, 290]) == pytest.approx([1.075] * 2)
    assert normal_normal([10], [3.0], [9.0]) == pytest.approx([3])


def test_unknown_means():
    found = normal_normal([4, 0, 4, 4], [0, np.nan, 3, 6], [12, 0, 12, 12])
    assert np.isnan(found).tolist() == [False, True, False, False]
    assert found[0] == pytest.approx(3 - 8 / 3)
    assert np.isnan(normal_normal([1, 1], [2.0, 3.0], [0, 0])).all()


def test_without_spread_in_the_groups_every_mean_is_itself():
    assert normal_normal([5, 5], [1.0, 2.0], [0, 0]) == pytest.approx([1, 2])
