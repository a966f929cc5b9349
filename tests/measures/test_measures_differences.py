import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize_scalar
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep

from equitable.measures.differences import (
    newcombe,
    odds_ratio,
    one_rate_p,
    rate_ratio,
    rates_p,
)

# Newcombe, R. G. (1998), Statistics in Medicine 17: 873-890, table II, method 10.
NEWCOMBE_TABLE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]

sizes = st.integers(1, 400)


@st.composite
def tables(draw, least=0):
    n1, n2 = (
        draw(st.integers(max(1, 2 * least), 400)),
        draw(st.integers(max(1, 2 * least), 400)),
    )
    return (
        draw(st.integers(least, n1 - least)), n1,
        draw(st.integers(least, n2 - least)), n2,
    )  # fmt: skip


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "low", "high"), NEWCOMBE_TABLE)
def test_newcombe_s_table_of_differences(x1, n1, x2, n2, low, high):
    found = newcombe(x1, n1, x2, n2)
    assert found.value == pytest.approx(x1 / n1 - x2 / n2)
    assert np.round([found.low, found.high], 4).tolist() == [low, high]


@given(tables(), st.floats(0.5, 0.999))
def test_newcombe_as_statsmodels_has_it(table, confidence):
    theirs = confint_proportions_2indep(*table, method="newcomb", alpha=1 - confidence)
    assert newcombe(*table, confidence)[1:3] == pytest.approx(theirs, abs=1e-9)


@given(tables())
def test_turning_the_groups_round_turns_everything_round(table):
    x1, n1, x2, n2 = table
    there, back = newcombe(x1, n1, x2, n2), newcombe(x2, n2, x1, n1)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    assert rates_p(x1, n1, x2, n2) == pytest.approx(rates_p(x2, n2, x1, n1), rel=1e-9)
    if x1 > 0 and x2 > 0:
        there, back = rate_ratio(x1, n1, x2, n2), rate_ratio(x2, n2, x1, n1)
        assert (there.low, there.high) == pytest.approx(
            (1 / back.high, 1 / back.low), rel=1e-7
        )


def test_the_lady_tasting_tea():
    # Fisher (1935), The Design of Experiments: 3 of 4 against 1 of 4; two-sided
    # (1 + 16 + 16 + 1) / 70 = 34 / 70, as R's documentation of fisher.test has it too.
    assert rates_p(3, 4, 1, 4) == pytest.approx(34 / 70)


def test_the_score_test_where_counts_are_large():
    # 56/70 and 48/80: pooled 104/150; z = .2 / sqrt(104/150 46/150 (1/70 + 1/80)).
    z = 0.2 / np.sqrt(104 / 150 * 46 / 150 * (1 / 70 + 1 / 80))
    assert rates_p(56, 70, 48, 80) == pytest.approx(2 * stats.norm.sf(z))
    table = [[56, 14], [48, 32]]
    assert rates_p(56, 70, 48, 80) == pytest.approx(
        stats.chi2_contingency(table, correction=False).pvalue
    )


@settings(max_examples=300)
@given(tables())
def test_p_as_scipy_has_it(table):
    x1, n1, x2, n2 = table
    cells = np.array([[x1, n1 - x1], [x2, n2 - x2]])
    expected = np.outer(cells.sum(1), cells.sum(0)) / cells.sum()
    if (expected < 5).any():
        theirs = stats.fisher_exact(cells).pvalue
    else:
        theirs = stats.chi2_contingency(cells, correction=False).pvalue
    assert rates_p(*table) == pytest.approx(theirs, rel=1e-6, abs=1e-12)


def test_fisher_far_out_in_the_tail():
    # All 150 of 150 against none of a million: 1 over the number of ways to choose.
    p = rates_p(150, 150, 0, 1_000_000)
    assert 0 <= p < 1e-300
    assert rates_p(60, 60, 3, 20_000) == pytest.approx(
        stats.fisher_exact([[60, 0], [3, 19_997]]).pvalue, rel=1e-6
    )


def test_nobody_counted_or_everybody_is_no_evidence():
    assert rates_p([0, 9], 9, [0, 500], 500).tolist() == [1, 1]


def test_an_effective_count_takes_the_score_test():
    z = (2.5 / 10.5 - 0.5) / np.sqrt(7.5 / 20.5 * 13 / 20.5 * (1 / 10.5 + 1 / 10))
    assert rates_p(2.5, 10.5, 5, 10) == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_a_hundred_thousand_exact_tests_take_no_time():
    rng = np.random.default_rng(1)
    n1, n2 = rng.integers(1, 200, 100_000), rng.integers(1, 5000, 100_000)
    x1, x2 = rng.binomial(n1, 0.02), rng.binomial(n2, 0.02)
    start = time.perf_counter()
    p = rates_p(x1, n1, x2, n2)
    assert time.perf_counter() - start < 2
    assert ((p > 0) & (p <= 1)).all()


def test_one_rate_as_r_s_binom_test_has_it():
    # Conover (1971), in R's documentation of binom.test: 682 of 925 against 3/4,
    # exact p 0.3825; the score test, used here with so many students, says
    # z = (682 - 693.75) / sqrt(925 .75 .25).
    z = (682 - 693.75) / np.sqrt(925 * 0.75 * 0.25)
    assert one_rate_p(682, 925, 0.75) == pytest.approx(2 * stats.norm.cdf(z))
    assert stats.binomtest(682, 925, 0.75).pvalue == pytest.approx(0.3825, abs=5e-5)


@given(st.integers(1, 300), st.integers(0, 300), st.floats(0.001, 0.999))
def test_one_rate_exactly_where_few_are_expected(n, count, fixed):
    count = min(count, n)
    found = one_rate_p(count, n, fixed)
    if n * min(fixed, 1 - fixed) < 5:
        assert found == pytest.approx(
            stats.binomtest(count, n, fixed).pvalue, rel=1e-5, abs=1e-12
        )
    else:
        z = (count / n - fixed) / np.sqrt(fixed * (1 - fixed) / n)
        assert found == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_a_fixed_rate_at_the_edge():
    assert one_rate_p([0, 1, 9, 10], 10, [0, 0, 1, 1]).tolist() == [1, 0, 0, 1]
    assert np.isnan(one_rate_p(3, 10, [np.nan, -0.1, 1.1])).all()


def test_katz_as_scipy_s_documentation_has_it():
    # scipy.stats.contingency.relative_risk's example: 10 of 75 and 12 of 225.
    found = rate_ratio(10, 75, 12, 225)
    assert found == pytest.approx((2.5, 1.1261564003469628, 5.549850800541033))


# Koopman (1984), Biometrics 40: 513-517, gives 2.94 to 7.15 for 36/40 and 16/80; the same
# counts with Katz: 2.87 to 7.06.
def test_koopman_s_example():
    from equitable.measures.differences import _koopman

    counts = [np.array([float(x)]) for x in (36, 40, 16, 80)]
    low, high = _koopman(*counts, 1.959964)
    assert (low[0], high[0]) == pytest.approx((2.94, 7.15), abs=0.005)
    assert rate_ratio(36, 40, 16, 80)[1:] == pytest.approx((2.87, 7.06), abs=0.005)


def chi_squared(ratio, x1, n1, x2, n2):
    """Pearson's statistic at the likeliest rates p1 = ratio p2, found by search."""

    def against(p2):
        return -stats.binom.logpmf(x1, n1, ratio * p2) - stats.binom.logpmf(x2, n2, p2)

    most = min(1, 1 / ratio)
    p2 = minimize_scalar(
        against, bounds=(1e-13, most * (1 - 1e-13)), method="bounded",
        options={"xatol": 1e-14, "maxiter": 3000},
    ).x  # fmt: skip
    p1 = ratio * p2
    return (x1 - n1 * p1) ** 2 / (n1 * p1 * (1 - p1)) + (x2 - n2 * p2) ** 2 / (
        n2 * p2 * (1 - p2)
    )


@pytest.mark.parametrize(
    "table",
    [
        (20, 20, 5, 30),
        (20, 20, 30, 30),
        (3, 20, 30, 30),
        (0, 20, 5, 30),
        (5, 30, 0, 20),
        (7, 7, 700, 1000),
    ],
)
def test_at_the_edge_the_score_statistic_is_at_its_level_on_the_limits(table):
    found = rate_ratio(*table)
    limits = [limit for limit in (found.low, found.high) if limit > 0]
    assert limits
    for limit in limits:
        assert chi_squared(limit, *table) == pytest.approx(
            stats.chi2.ppf(0.95, 1), rel=1e-4
        )


def test_undefined_ratios_are_nan_never_infinite():
    found = rate_ratio([5, 0, 0, 3], [30, 30, 30, 0], [0, 0, 5, 3], [20, 20, 20, 9])
    assert np.isnan(found.value).tolist() == [True, True, False, True]
    assert found.value[2] == 0
    # 5 of 30 against 0 of 20: from below the ratio is bounded, from above it is not.
    assert np.isnan(found.low).tolist() == [False, True, False, True]
    assert np.isnan(found.high).tolist() == [True, True, False, True]
    assert found.low[0] == pytest.approx(1 / rate_ratio(0, 20, 5, 30).high)
    assert found.low[2] == 0


@given(tables(least=1))
def test_ratios_as_statsmodels_has_them(table):
    x1, n1, x2, n2 = table
    theirs = Table2x2([[x1, n1 - x1], [x2, n2 - x2]])
    if min(n1 - x1, n2 - x2) >= 3:  # nearer to all, Koopman's (decision 8)
        assert rate_ratio(*table) == pytest.approx(
            (theirs.riskratio, *theirs.riskratio_confint())
        )
    assert odds_ratio(*table) == pytest.approx(
        (theirs.oddsratio, *theirs.oddsratio_confint())
    )


def test_woolf_adds_a_half_to_all_four_where_a_cell_is_0():
    # 0/10 and 3/10 become .5, 10.5, 3.5, 7.5.
    value = 0.5 * 7.5 / (10.5 * 3.5)
    half = stats.norm.ppf(0.975) * np.sqrt(1 / 0.5 + 1 / 10.5 + 1 / 3.5 + 1 / 7.5)
    found = odds_ratio(0, 10, 3, 10)
    assert found == pytest.approx((value, value * np.exp(-half), value * np.exp(half)))


def test_the_aspirin_study():
    # Physicians' Health Study, as in Agresti (2002), table 3.1: placebo 189 of 11034,
    # aspirin 104 of 11037: odds ratio 1.83, 1.44 to 2.33; ratio of rates 1.82, 1.43 to
    # 2.31; difference 0.0077.
    assert odds_ratio(189, 11034, 104, 11037) == pytest.approx(
        (1.83, 1.44, 2.33), abs=0.005
    )
    assert rate_ratio(189, 11034, 104, 11037) == pytest.approx(
        (1.82, 1.43, 2.31), abs=0.005
    )
    assert newcombe(189, 11034, 104, 11037).value == pytest.approx(0.0077, abs=5e-5)


@pytest.mark.parametrize("measure", [newcombe, rate_ratio, odds_ratio])
def test_nothing_is_said_of_an_empty_group(measure):
    found = measure([0, 3], [0, 5], [3, 0], [5, 0])
    assert np.isnan(found[0]).all()
    assert np.isnan(found[1]).all()
    assert np.isnan(found[2]).all()
    assert np.isnan(rates_p([0, 3], [0, 5], [3, 0], [5, 0])).all()


def test_arrays_broadcast_and_shapes_stay():
    one, many = np.array([[3], [4]]), np.array([5, 6, 7])
    for part in (
        *newcombe(one, 10, many, 20),
        *rate_ratio(one, 10, many, 20),
        rates_p(one, 10, many, 20),
    ):
        assert np.shape(part) == (2, 3)
