import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from equitable.measures.differences import rates_p
from equitable.measures.means import welch
from equitable.measures.pooled import (
    cmh_test,
    mantel_haenszel_difference,
    mantel_haenszel_odds_ratio,
    pooled_mean_difference,
)

# Bickel, Hammel & O'Connell (1975), Science 187: 398-404: applicants to Berkeley's six
# largest departments in 1973 (R's UCBAdmissions), departments A to F.
MEN_ADMITTED = np.array([512, 353, 120, 138, 53, 22])
MEN_REJECTED = np.array([313, 207, 205, 279, 138, 351])
WOMEN_ADMITTED = np.array([89, 17, 202, 131, 94, 24])
WOMEN_REJECTED = np.array([19, 8, 391, 244, 299, 317])
MEN, WOMEN = MEN_ADMITTED + MEN_REJECTED, WOMEN_ADMITTED + WOMEN_REJECTED
BERKELEY = MEN_ADMITTED, MEN, WOMEN_ADMITTED, WOMEN
FILE = (
    Path(__file__).parents[2].parent
    / "shared"
    / "data"
    / "berkeley"
    / "ucb_admissions_1973.csv"
)


@pytest.mark.skipif(not FILE.exists(), reason="the shared data is not here")
def test_the_counts_above_are_those_of_the_file():
    with FILE.open() as lines:
        rows = {
            (r["Admit"], r["Gender"], r["Dept"]): int(r["Freq"])
            for r in csv.DictReader(lines)
        }
    for (admit, gender), counts in {
        ("Admitted", "Male"): MEN_ADMITTED, ("Rejected", "Male"): MEN_REJECTED,
        ("Admitted", "Female"): WOMEN_ADMITTED, ("Rejected", "Female"): WOMEN_REJECTED,
    }.items():  # fmt: skip
        assert [rows[admit, gender, dept] for dept in "ABCDEF"] == counts.tolist()


def test_berkeley_as_r_has_it():
    # R: mantelhaen.test(UCBAdmissions): common odds ratio 0.9046968, interval 0.7719074
    # to 1.0603298; X-squared 1.4269 with continuity correction, p 0.2323.
    found = mantel_haenszel_odds_ratio(*BERKELEY)
    assert found[:3] == pytest.approx((0.9046968, 0.7719074, 1.0603298), abs=5e-8)
    test = cmh_test(*BERKELEY, correction=True)
    assert test.statistic == pytest.approx(1.4269, abs=5e-5)
    assert test.p == pytest.approx(0.2323, abs=5e-5)
    assert found.strata_used == 6


def test_berkeley_s_pooled_difference_is_on_the_other_side_of_the_raw_one():
    raw = MEN_ADMITTED.sum() / MEN.sum() - WOMEN_ADMITTED.sum() / WOMEN.sum()
    assert raw == pytest.approx(0.445 - 0.304, abs=0.001)
    # Weights n1 n2 / (n1 + n2) times each department's difference.
    weight = MEN * WOMEN / (MEN + WOMEN)
    by_hand = (
        weight * (MEN_ADMITTED / MEN - WOMEN_ADMITTED / WOMEN)
    ).sum() / weight.sum()
    found = mantel_haenszel_difference(*BERKELEY)
    assert found.value == pytest.approx(by_hand)
    assert found.value < 0 < raw


@given(st.integers(0, 2**32))
def test_odds_ratio_and_test_as_statsmodels_has_them(seed):
    rng = np.random.default_rng(seed)
    n1, n2 = rng.integers(3, 60, (2, 5))
    x1, x2 = rng.integers(1, n1), rng.integers(1, n2)
    theirs = StratifiedTable(
        [[[a, n - a], [b, m - b]] for a, n, b, m in zip(x1, n1, x2, n2, strict=True)]
    )
    found = mantel_haenszel_odds_ratio(x1, n1, x2, n2)
    assert found[:3] == pytest.approx(
        (theirs.oddsratio_pooled, *theirs.oddsratio_pooled_confint())
    )
    assert found.p == pytest.approx(theirs.test_null_odds(correction=False).pvalue)
    # Within half a student of what is expected R takes nothing off; statsmodels does.
    if abs((x1 - n1 * (x1 + x2) / (n1 + n2)).sum()) >= 0.5:
        test = cmh_test(x1, n1, x2, n2, correction=True)
        assert test.statistic == pytest.approx(
            theirs.test_null_odds(correction=True).statistic
        )


def test_sato_s_variance_of_one_stratum_is_the_plain_one():
    # p1 (1 - p1) / n1 + p2 (1 - p2) / n2, by algebra.
    p1, p2 = 30 / 70, 48 / 60
    se = np.sqrt(p1 * (1 - p1) / 70 + p2 * (1 - p2) / 60)
    found = mantel_haenszel_difference([30], [70], [48], [60])
    assert (found.high - found.low) / 2 == pytest.approx(stats.norm.ppf(0.975) * se)
    # p is the Cochran-Mantel-Haenszel test's: chi-squared times (N - 1) / N.
    z = stats.norm.isf(rates_p(30, 70, 48, 60) / 2) * np.sqrt(129 / 130)
    assert found.p == pytest.approx(2 * stats.norm.sf(z))


def test_sato_s_variance_is_right_in_repeated_samples_of_sparse_strata():
    # 40 strata of 2 + 3 students whose levels differ and whose gap is .2 everywhere.
    rng = np.random.default_rng(4)
    level = np.linspace(0.05, 0.75, 40)
    n1, n2 = np.full(40, 2), np.full(40, 3)
    found = mantel_haenszel_difference(
        rng.binomial(n1, level + 0.2, (4000, 40)),
        n1,
        rng.binomial(n2, level, (4000, 40)),
        n2,
    )
    assert found.value.mean() == pytest.approx(0.2, abs=0.005)
    half = (found.high - found.low) / 2
    assert half.mean() / stats.norm.ppf(0.975) == pytest.approx(
        found.value.std(), rel=0.03
    )
    assert np.mean((found.low <= 0.2) & (found.high >= 0.2)) == pytest.approx(
        0.95, abs=0.015
    )


@pytest.mark.parametrize(
    "method", [mantel_haenszel_difference, mantel_haenszel_odds_ratio]
)
def test_strata_with_one_group_only_do_not_count(method):
    plain = method(*BERKELEY)
    more = method(
        *(
            np.append(part, extra)
            for part, extra in zip(
                BERKELEY, ([3, 0], [5, 0], [0, 7], [0, 9]), strict=True
            )
        )
    )
    assert np.array(more) == pytest.approx(np.array(plain))
    assert more.strata_used == 6


def test_no_stratum_with_both_groups():
    for method in (mantel_haenszel_difference, mantel_haenszel_odds_ratio):
        found = method([1, 0], [2, 0], [0, 1], [0, 2])
        assert np.isnan(found[:4]).all()
        assert found.strata_used == 0
    found = pooled_mean_difference([2, 0], 1.0, 1.0, [0, 2], 1.0, 1.0)
    assert np.isnan(found[:4]).all()
    assert found.strata_used == 0


def test_nothing_varies():
    found = mantel_haenszel_difference([0, 5], [4, 5], [0, 6], [5, 6])
    assert found.value == 0
    # As without strata: nothing tells a gap, and chance could still hide one.
    assert found.p == 1
    assert -1 < found.low < 0 < found.high < 1
    assert np.isnan(cmh_test([0, 5], [4, 5], [0, 6], [5, 6]).statistic)


def test_one_stratum_is_the_plain_test_but_for_the_finite_sample():
    # CMH of one table is the score test's chi-squared times (N - 1) / N.
    z = stats.norm.isf(rates_p(30, 70, 48, 60) / 2)
    assert cmh_test([30], [70], [48], [60]).statistic == pytest.approx(z**2 * 129 / 130)


def test_leading_axes_broadcast():
    tables = np.stack([MEN_ADMITTED, MEN_ADMITTED // 2])
    found = mantel_haenszel_odds_ratio(tables, MEN, WOMEN_ADMITTED, WOMEN)
    assert found.value.shape == (2,)
    assert found.value[0] == pytest.approx(0.9046968, abs=5e-8)


def grouped(y, group, stratum):
    parts = []
    for g in (1, 0):
        for name in range(stratum.max() + 1):
            one = y[(group == g) & (stratum == name)]
            mean = one.mean() if one.size else np.nan
            parts.append(
                (one.size, mean, ((one - mean) ** 2).sum() if one.size else 0.0)
            )
    table = np.array(parts).reshape(2, -1, 3)
    return (*table[0].T, *table[1].T)


def test_pooled_means_are_a_regression_s_with_strata():
    rng = np.random.default_rng(3)
    stratum = rng.integers(0, 4, 400)
    group = (rng.random(400) < 0.2 + 0.15 * stratum).astype(int)
    y = 3.0 * stratum + 1.5 * group + rng.normal(0, 1 + stratum, 400)
    design = np.column_stack([group, *(stratum == s for s in range(4))]).astype(float)
    found = pooled_mean_difference(*grouped(y, group, stratum))
    assert found.value == pytest.approx(sm.OLS(y, design).fit().params[0])
    # Its heteroscedastic error is near the regression's.
    robust = sm.OLS(y, design).fit(cov_type="HC1").bse[0]
    assert (found.high - found.low) / 2 / stats.t.ppf(0.975, 300) == pytest.approx(
        robust, rel=0.05
    )
    assert found.strata_used == 4


def test_one_stratum_of_means_is_welch():
    moments = 12, 5.0, 40.0, 30, 4.0, 300.0
    found = pooled_mean_difference(*([part] for part in moments))
    assert np.array(found[:4]) == pytest.approx(np.array(welch(*moments)))


def test_a_single_student_borrows_the_group_s_own_variance():
    # Group 1: two students (variance 2) and a single one; group 2: always 3 students.
    found = pooled_mean_difference(
        [2, 1], [1.0, 5.0], [2.0, 0.0], [3, 3], [0.0, 1.0], [4.0, 4.0]
    )
    w = np.array([6 / 5, 3 / 4])
    share = w / w.sum()
    variance = share**2 @ np.array([2 / 2, 2 / 1]) + share**2 @ np.array([2 / 3, 2 / 3])
    assert found.value == pytest.approx(share @ np.array([1.0, 4.0]))
    t = found.value / np.sqrt(variance)
    half = (found.high - found.low) / 2
    df = variance**2 / (
        (share[0] ** 2 * 1) ** 2 / 1 + (share[1] ** 2 * 2) ** 2 / 1
        + ((share**2 * 2 / 3) ** 2 / 2).sum()
    )  # fmt: skip
    assert half == pytest.approx(stats.t.ppf(0.975, df) * np.sqrt(variance))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(t), df))
