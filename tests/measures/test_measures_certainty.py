"""A small group with nobody counted is not certain: no verdict comes out of a 0."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import equitable as eq
from equitable.measures.clusters import clustered_difference
from equitable.measures.means import mean_difference, ratio_of_means, welch
from equitable.measures.pooled import cmh_test, mantel_haenszel_difference
from equitable.measures.selection import compare_with_highest

FEW = [([3], [10], [2], [40]), ([0], [15], [7], [100]), ([15], [15], [4], [9])]


@pytest.mark.parametrize("table", FEW)
def test_one_stratum_of_few_is_fisher_s_test(table):
    (x1,), (m1,), (x2,), (m2,) = table
    theirs = stats.fisher_exact([[x1, m1 - x1], [x2, m2 - x2]])[1]
    assert mantel_haenszel_difference(*table).p == pytest.approx(theirs, rel=1e-6)


def test_two_strata_of_few_by_the_sum_of_hypergeometrics():
    # 3 of 8 and 0 of 6 beside 1 of 20 and 2 of 30: all totals at most as likely.
    one, two = stats.hypergeom(28, 4, 8), stats.hypergeom(36, 2, 6)
    likely = np.convolve(one.pmf(np.arange(5)), two.pmf(np.arange(3)))
    p = likely[likely <= likely[3] * (1 + 1e-7)].sum()
    found = mantel_haenszel_difference([3, 0], [8, 6], [1, 2], [20, 30])
    assert found.p == pytest.approx(p)


def test_score_limits_exclude_0_just_where_the_test_does():
    # p of Cochran, Mantel and Haenszel as the confidence: a limit is then 0.
    table = [0, 0], [150, 180], [22, 30], [500, 500]
    p = float(cmh_test(*table).p)
    found = mantel_haenszel_difference(*table, confidence=1 - p)
    assert found.high == pytest.approx(0, abs=1e-9)


def test_nobody_of_thirty_in_two_strata_is_no_verdict():
    found = mantel_haenszel_difference([0, 0], [15, 15], [10, 10], [500, 500])
    assert found.p > 0.5
    assert found.low < 0 < found.high


def test_complete_separation_within_strata_has_limits_and_p():
    found = mantel_haenszel_difference([50, 50], [50, 50], [0, 0], [50, 50])
    assert found.value == pytest.approx(1)
    assert found.low > 0.9
    assert found.p == pytest.approx(cmh_test([50, 50], [50, 50], [0, 0], [50, 50]).p)


def test_a_group_alike_in_all_its_schools_has_no_p():
    schools = np.arange(30)
    found, _ = clustered_difference(
        np.ones(30), np.zeros(30), np.full(30, 40), schools % 3
    )
    assert found.value == pytest.approx(-1 / 40)
    assert np.isnan([found.low, found.high, found.p]).all()


def test_no_event_beside_few_events_by_hand():
    # 20 events of 20 students of 1,000: variance 0.0196 x 1000/999, over the mean < 1.
    squares = 100**2 * 20 * 0.98
    found = mean_difference(30, 0, 0, 1000, 2, squares, events=True)
    assert found.p == pytest.approx(min(1, 2 * (1000 / 1030) ** 20))
    half = stats.t.ppf(0.975, 999) * np.sqrt(squares / 999 / 1000)
    assert found.low == pytest.approx(-2 - half)
    # Garwood's limit of none: -ln(.025) events of 30 students.
    none = -np.log(0.025) / 30 * 100
    assert found.high == pytest.approx(-2 + np.hypot(none, half))
    turned = mean_difference(1000, 2, squares, 30, 0, 0, events=True)
    same = np.array([found.low, found.high, found.p])
    assert np.array([-turned.high, -turned.low, turned.p]) == pytest.approx(same)


def test_events_of_one_student_come_together():
    # 20 events of 4 students, 5 each: variance over mean is about 5, so 4 count.
    squares = 100**2 * (4 * 25 - 1000 * 0.02**2)
    clump = squares / 999 / 100 / 2
    found = mean_difference(300, 0, 0, 1000, 2, squares, events=True)
    assert found.p == pytest.approx(2 * (1000 / 1300) ** (20 / clump))


def test_no_event_on_either_side():
    found = mean_difference(30, 0, 0, 50, 0, 0, events=True)
    assert found.p == 1
    assert found.low < 0 < found.high


def test_a_mean_without_spread_is_not_certain():
    found = mean_difference(5, 0, 0, 100, 0.1, 9)
    assert found.value == pytest.approx(-0.1)
    assert np.isnan([found.low, found.high, found.p]).all()
    assert np.isnan(ratio_of_means(5, 2, 0, 100, 3, 9)[1:]).all()
    varied = mean_difference(5, 1, 2, 100, 0.1, 9)
    plain = np.array(welch(5, 1, 2, 100, 0.1, 9))
    assert np.array(varied) == pytest.approx(plain)


def test_ties_for_the_highest_go_to_more_students_not_to_more_weight():
    # At 1 both; the second has more students and fewer effective ones.
    found = compare_with_highest(
        [40, 4, 100], [1, 1, 0.5], students=[40, 60, 100],
        eligible=[True, True, True], is_rate=True,
    )  # fmt: skip
    assert found.reference == 1


@pytest.mark.parametrize("number", ["-2", "0"])
def test_no_ratio_to_a_number_that_is_not_above_0(number):
    frame = pd.DataFrame({"race": ["A", "B"] * 40, "score": np.arange(80) / 10})
    found = eq.open(frame).gaps("score", by=["race"], reference=number)
    for row in found.to_dict()["rows"]:
        assert [row[f"ratio{end}"] for end in ("", "_low", "_high")] == [None] * 3
        assert row["reasons"]["ratio"] == "no ratio of values that are not both above 0"


def test_pooled_against_the_highest_is_pooled_against_the_rest():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "race": np.repeat(["A", "B", "C"], 80),
            "site": np.tile(["x", "y"], 120),
            "passed": np.where(rng.random(240) < 0.5, "yes", "no"),
        }
    )
    asked = [
        eq.open(frame).gaps(
            "passed", by=["race"], within=["site"], reference=kind, direction="higher"
        ).to_dict()["pooled"]
        for kind in ("highest", "rest")
    ]  # fmt: skip
    for chosen, rest in zip(*asked, strict=True):
        assert chosen["reference"]["kind"] == "rest"
        assert "chosen from the same data" in chosen["method"]
        assert (chosen["p"], chosen["verdict"]) == (rest["p"], rest["verdict"])


SMALL = [(15, 500, 0.02), (15, 500, 0.05), (30, 500, 0.02), (20, 400, 0.95)]


@pytest.mark.soak
@pytest.mark.parametrize(("n1", "n2", "rate"), SMALL)
def test_pooled_verdicts_by_chance_at_rare_outcomes(n1, n2, rate):
    rng = np.random.default_rng(3)
    shape = (10_000, 2)
    found = mantel_haenszel_difference(
        rng.binomial(n1, rate, shape), np.full(shape, n1),
        rng.binomial(n2, rate, shape), np.full(shape, n2),
    )  # fmt: skip
    assert (found.p < 0.05).mean() < 0.055
    assert ((found.low > 0) | (found.high < 0)).mean() < 0.07


@pytest.mark.soak
@pytest.mark.parametrize("rate", [0.02, 0.05, 0.95])
def test_clustered_verdicts_by_chance_at_rare_outcomes(rate):
    rng = np.random.default_rng(3)
    shape = (3000, 30)
    found, _ = clustered_difference(
        np.ones(shape), rng.binomial(1, rate, shape),
        np.full(shape, 40.0), rng.binomial(40, rate, shape),
    )  # fmt: skip
    assert (found.p < 0.05).mean() < 0.06


@pytest.mark.soak
@pytest.mark.parametrize(("n1", "n2", "rate"), [(30, 1000, 0.02), (30, 1000, 0.05)])
def test_verdicts_of_rare_events_by_chance(n1, n2, rate):
    rng = np.random.default_rng(3)
    a, b = 100 * rng.poisson(rate, (3000, n1)), 100 * rng.poisson(rate, (3000, n2))
    found = mean_difference(
        n1, a.mean(axis=1), n1 * a.var(axis=1), n2, b.mean(axis=1),
        n2 * b.var(axis=1), events=True,
    )  # fmt: skip
    assert (found.p < 0.05).mean() < 0.06
