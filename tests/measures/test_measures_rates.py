import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from equitable.measures.rates import clopper_pearson, kish, wilson

# Newcombe, R. G. (1998), Statistics in Medicine 17: 857-872, table I: methods 3
# (Wilson) and 5 (Clopper-Pearson).
NEWCOMBE_ONE_RATE = [
    # count, n, Wilson low, high, exact low, high
    (81, 263, 0.2553, 0.3662, 0.2527, 0.3676),
    (15, 148, 0.0624, 0.1605, 0.0578, 0.1617),
    (0, 20, 0.0000, 0.1611, 0.0000, 0.1684),
    (1, 29, 0.0061, 0.1718, 0.0009, 0.1776),
]


@pytest.mark.parametrize(
    ("count", "n", "low", "high", "e_low", "e_high"), NEWCOMBE_ONE_RATE
)
def test_newcombe_s_table_of_single_proportions(count, n, low, high, e_low, e_high):
    assert np.round(wilson(count, n), 4).tolist() == [low, high]
    assert np.round(clopper_pearson(count, n), 4).tolist() == [e_low, e_high]


@given(
    st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0.5, 0.999),
)
def test_as_statsmodels_has_it(counts, confidence):
    count, n = counts
    for ours, name in ((wilson, "wilson"), (clopper_pearson, "beta")):
        theirs = proportion_confint(count, n, 1 - confidence, method=name)
        assert ours(count, n, confidence) == pytest.approx(theirs, abs=1e-9)


def test_the_score_test_is_at_its_level_on_wilson_s_limits():
    low, high = wilson(7, 40)
    for limit in (low, high):
        z = (7 / 40 - limit) / np.sqrt(limit * (1 - limit) / 40)
        assert abs(z) == pytest.approx(stats.norm.ppf(0.975))


def test_limits_at_none_and_all_are_exactly_0_and_1():
    low, high = wilson([0, 20], [20, 20])
    assert low[0] == 0
    assert high[1] == 1


@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_nothing_is_said_without_students_or_of_impossible_counts(method):
    low, high = method([0, 3, -1, np.nan, 1], [0, 2, 5, 5, np.nan])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_arrays_broadcast():
    low, high = wilson(np.array([[1], [2]]), np.array([10, 20, 30]))
    assert low.shape == high.shape == (2, 3)
    assert low[1, 2] == wilson(2, 30).low


def test_effective_counts_need_not_be_whole():
    assert wilson(7.5, 40.5).low == pytest.approx(
        proportion_confint(7.5, 40.5, method="wilson")[0]
    )


def test_a_confidence_is_a_share():
    with pytest.raises(ValueError, match="between 0 and 1, not 95"):
        wilson(1, 2, 95)


def test_kish():
    # Weights 1, 1, 2: (1 + 1 + 2)^2 / (1 + 1 + 4) = 16 / 6.
    assert kish(4, 6) == pytest.approx(16 / 6)
    # Equal weights of any size are so many students.
    assert kish(10 * 3.5, 10 * 3.5**2) == pytest.approx(10)
    assert np.isnan(kish(0, 0))
