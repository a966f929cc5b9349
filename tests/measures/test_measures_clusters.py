import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from equitable.measures.clusters import clustered_difference, clustered_mean


@pytest.fixture
def students():
    rng = np.random.default_rng(9)
    school = rng.integers(0, 14, 600)
    group = (rng.random(600) < 0.3 + 0.03 * school).astype(int)
    y = rng.normal(0, 1, 14)[school] + 0.4 * group + rng.normal(0, 2, 600)
    return school, group, y


def by_school(school, y):
    return np.bincount(school, minlength=14), np.bincount(school, y, minlength=14)


def test_a_mean_as_statsmodels_has_it(students):
    school, _, y = students
    theirs = sm.OLS(y, np.ones(600)).fit(
        cov_type="cluster", cov_kwds={"groups": school}, use_t=True
    )
    found = clustered_mean(*by_school(school, y))
    # statsmodels' factor is C/(C-1) (N-1)/(N-K) with K = 1: the same.
    assert found[:3] == pytest.approx((y.mean(), *theirs.conf_int()[0]))
    assert found.clusters == 14


def test_a_difference_as_statsmodels_has_it(students):
    school, group, y = students
    design = sm.add_constant(group.astype(float))
    theirs = sm.OLS(y, design).fit(
        cov_type="cluster", cov_kwds={"groups": school}, use_t=True
    )
    inside, outside = group == 1, group == 0
    found, clusters = clustered_difference(
        *by_school(school[inside], y[inside]), *by_school(school[outside], y[outside])
    )
    assert found.value == pytest.approx(theirs.params[1])
    # statsmodels multiplies the variance by (N - 1) / (N - 2) besides.
    se = theirs.bse[1] / np.sqrt(599 / 598)
    assert (found.high - found.low) / 2 == pytest.approx(stats.t.ppf(0.975, 13) * se)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.value) / se, 13))
    assert clusters == 14


def test_a_rate_by_hand():
    # 5 of 10, 2 of 10, 8 of 10: rate .5, residual totals 0, -3, 3; variance
    # 3/2 (9 + 9) / 30^2 = .03; t on 2 degrees of freedom.
    found = clustered_mean([10, 10, 10], [5, 2, 8])
    half = stats.t.ppf(0.975, 2) * np.sqrt(0.03)
    assert found[:3] == pytest.approx((0.5, 0.5 - half, 0.5 + half))


def test_schools_that_lift_both_groups_alike_do_not_widen_the_gap_s_interval():
    # The same ups and downs in both groups: the gap is .2 in every school.
    lift = np.array([0.1, -0.1, 0.05, -0.05])
    apart = np.array([1e-4, 0, -1e-4, 0])
    n = np.full(4, 100)
    found, _ = clustered_difference(n, n * (0.7 + lift), n, n * (0.5 + lift + apart))
    assert found.value == pytest.approx(0.2)
    assert 0 < found.high - found.low < 1e-3
    assert clustered_mean(n, n * (0.7 + lift)).high > 0.8


def test_empty_clusters_do_not_count():
    full, _ = clustered_difference([5, 6, 7], [2, 3, 4], [4, 4, 3], [1, 2, 2])
    more, clusters = clustered_difference(
        [5, 0, 6, 7], [2, 0, 3, 4], [4, 0, 4, 3], [1, np.nan, 2, 2]
    )
    assert np.array(more) == pytest.approx(np.array(full))
    assert clusters == 3
    assert clustered_mean([5, 0, 6], [1, np.nan, 2]).clusters == 2


def test_one_cluster_tells_nothing_of_chance():
    assert np.isnan(clustered_mean([20, 0], [5, 0])[1:3]).all()
    found, clusters = clustered_difference(
        [20, 0, 0], [5, 0, 0], [10, 10, 9], [5, 4, 3]
    )
    assert clusters == 3
    assert found.value == pytest.approx(0.25 - 12 / 29)
    assert np.isnan(found[1:]).all()
    turned, _ = clustered_difference([10, 10, 9], [5, 4, 3], [20, 0, 0], [5, 0, 0])
    assert np.isnan(turned[1:]).all()
    assert np.isnan(clustered_mean([0, 0], [0, 0])[:3]).all()


def test_groups_stand_on_the_leading_axes():
    n = np.array([[5, 6, 7], [4, 4, 0]])
    found = clustered_mean(n, n / 2.0)
    assert found.value.tolist() == [0.5, 0.5]
    assert found.clusters.tolist() == [3, 2]
