"""Concentration and slope: against plain arithmetic and against statsmodels on rows."""

from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from equitable.measures.differences import newcombe
from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.inequality.summaries import inequality
from equitable.measures.inequality.weighted_sums import linear_limits, ratio_limits
from equitable.measures.rates import wilson

NAMES = ["low", "middle", "high", "top"]
N = np.array([150, 200, 90, 60])
COUNT = np.array([60, 100, 60, 45])


def ordered(n, count, names=None):
    names = names or [f"g{i}" for i in range(len(n))]
    groups = [GroupLevel.of_count(*row) for row in zip(names, n, count, strict=True)]
    return inequality(
        groups, InequalityQuestion(order=names, draws=50), is_rate=True
    ).measures


def students(n, count):
    """The rows behind the cells: each student's outcome and rank."""
    rank = (np.cumsum(n) - n / 2) / n.sum()
    y = np.concatenate(
        [np.repeat([1.0, 0.0], [x, m - x]) for m, x in zip(n, count, strict=True)]
    )
    return np.repeat(rank, n), y


def test_concentration_by_exact_fractions():
    total = int(N.sum())
    mu = Fraction(int(COUNT.sum()), total)
    below, aci = Fraction(0), Fraction(0)
    for n, count in zip(N.tolist(), COUNT.tolist(), strict=True):
        rank = below + Fraction(n, 2 * total)
        aci += 2 * Fraction(n, total) * Fraction(count, n) * (rank - Fraction(1, 2))
        below += Fraction(n, total)
    found = ordered(N, COUNT, NAMES)
    assert found["ACI"].value == pytest.approx(float(aci), rel=1e-12)
    assert found["RCI"].value == pytest.approx(float(aci / mu), rel=1e-12)


def test_concentration_is_twice_the_covariance_of_outcome_and_rank():
    # Kakwani, Wagstaff & van Doorslaer 1997: 2 cov(y, R) / mean, over students.
    rank, y = students(N, COUNT)
    covariance = ((y - y.mean()) * (rank - rank.mean())).mean()
    found = ordered(N, COUNT, NAMES)
    assert found["ACI"].value == pytest.approx(2 * covariance)
    assert found["RCI"].value == pytest.approx(2 * covariance / y.mean())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_slope_of_rates_as_statsmodels_has_it_over_students(seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(20, 200, rng.integers(2, 7))
    count = rng.integers(1, n)
    rank, y = students(n, count)
    fit = sm.GLM(y, sm.add_constant(rank), family=sm.families.Binomial()).fit(
        cov_type="HC1", tol=1e-13, tol_criterion="params"
    )
    ends = np.array([[1.0, 0.0], [1.0, 1.0]])
    bottom, top = fit.predict(ends)
    z = stats.norm.ppf(0.975)
    found = ordered(n, count)
    assert found["SII"].value == pytest.approx(top - bottom, rel=1e-6, abs=1e-9)
    assert found["RII"].value == pytest.approx(top / bottom, rel=1e-6)

    # The delta method with slopes taken numerically.
    def both(line):
        p = 1 / (1 + np.exp(-ends @ line))
        return np.array([p[1] - p[0], np.log(p[1] / p[0])])

    step = 1e-6 * np.eye(2)
    slopes = np.stack(
        [(both(fit.params + s) - both(fit.params - s)) / 2e-6 for s in step], axis=1
    )
    # For these models statsmodels gives HC0 where HC1 is asked for: no N / (N - 2).
    errors = fit.cov_params() * y.size / (y.size - 2)
    half = z * np.sqrt(np.diag(slopes @ errors @ slopes.T))
    assert found["SII"].high - found["SII"].value == pytest.approx(half[0], rel=1e-4)
    assert np.log(found["RII"].high / found["RII"].value) == pytest.approx(
        half[1], rel=1e-4
    )


def test_slope_of_means_as_statsmodels_has_it_over_students():
    rng = np.random.default_rng(8)
    n = np.array([40, 70, 30])
    scores = [
        rng.normal(m, sd, k)
        for m, sd, k in zip((48, 52, 60), (5, 9, 14), n, strict=True)
    ]
    rank = np.repeat((np.cumsum(n) - n / 2) / n.sum(), n)
    fit = sm.OLS(np.concatenate(scores), sm.add_constant(rank)).fit(cov_type="HC1")
    names = ["x", "y", "z"]
    found = inequality(
        [
            GroupLevel.of_sums(name, y.size, y.sum(), (y**2).sum())
            for name, y in zip(names, scores, strict=True)
        ],
        InequalityQuestion(order=names, draws=50),
        is_rate=False,
    ).measures
    assert found["SII"].value == pytest.approx(fit.params[1])
    assert (found["SII"].low, found["SII"].high) == pytest.approx(
        tuple(fit.conf_int()[1])
    )
    assert found["RII"].value == pytest.approx(fit.params.sum() / fit.params[0])


def test_the_order_turned_round():
    one = ordered(N, COUNT, NAMES)
    other = ordered(N[::-1], COUNT[::-1], NAMES[::-1])
    for name in ("ACI", "RCI", "SII"):
        assert one[name].value == pytest.approx(-other[name].value)
        assert one[name].low == pytest.approx(-other[name].high, abs=1e-9)
    assert one["RII"].value == pytest.approx(1 / other["RII"].value)


def test_a_flat_order_gives_nothing():
    found = ordered(N, N // 2)
    for name, level in (("ACI", 0), ("RCI", 0), ("SII", 0), ("RII", 1)):
        assert found[name].value == pytest.approx(level, abs=1e-12)
        assert found[name].low < level < found[name].high


def test_a_line_that_has_no_steepest_slope():
    parted = ordered(np.array([50, 40, 30]), np.array([0, 0, 30]))
    assert parted["SII"].value is None
    assert parted["RII"].value is None
    assert "no line fits" in parted["SII"].reason
    assert parted["ACI"].value > 0
    # One group with some of each: the line can still be made as steep as one likes.
    assert ordered(np.array([50, 40, 30]), np.array([0, 20, 30]))["SII"].value is None
    everyone = ordered(np.array([50, 40]), np.array([50, 40]))
    assert (everyone["SII"].value, everyone["RII"].value) == (0, 1)
    assert "same outcome" in everyone["SII"].reason


def test_a_ratio_of_a_line_that_goes_under_0():
    found = inequality(
        [
            GroupLevel.of_sums(name, 50, 50 * y, 50 * (y**2 + 1))
            for name, y in (("a", 0.1), ("b", 2.0), ("c", 5.0))
        ],
        InequalityQuestion(order=["a", "b", "c"], draws=50),
        is_rate=False,
    ).measures
    assert found["SII"].value == pytest.approx(4.9 / (2 / 3))
    assert found["RII"].value is None
    assert "reaches 0" in found["RII"].reason


def test_a_weighted_sum_of_two_is_newcombe_s_difference():
    low, high = wilson([30, 48], [70, 60])
    limits = linear_limits(
        np.array([1.0, -1.0]), np.array([30 / 70, 48 / 60]), low, high
    )
    theirs = newcombe(30, 70, 48, 60)
    assert limits == pytest.approx((theirs.low, theirs.high))


def test_the_limits_of_a_ratio_are_where_the_sum_has_0_for_a_limit():
    y = np.array([0.4, 0.7, 0.5])
    low, high = wilson(y * 80, 80)
    above, below = np.array([0.5, -0.2, 0.1]), np.array([0.2, 0.5, 0.3])
    lower, upper = ratio_limits(above, below, y, low, high)
    assert linear_limits(above - lower * below, y, low, high).low == pytest.approx(
        0, abs=1e-9
    )
    assert linear_limits(above - upper * below, y, low, high).high == pytest.approx(
        0, abs=1e-9
    )
    assert lower < (above @ y) / (below @ y) < upper
