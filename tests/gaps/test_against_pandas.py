"""Values, numbers and intervals of a whole result, computed again another way.

pandas groups the students one by one; statsmodels has the intervals and tests.
"""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    proportions_ztest,
)
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

import equitable as eq

STAR = files("equitable") / "data" / "star" / "star.csv"


@pytest.fixture(scope="module")
def students():
    return pd.read_csv(str(STAR), dtype={"grade": str}, keep_default_na=True)


@pytest.fixture(scope="module")
def data():
    with eq.open(str(STAR), config=str(STAR).replace("star.csv", "equity.toml")) as d:
        yield d


def test_a_rate_by_two_traits(students, data):
    students = students.assign(high=np.where(students.reading.isna(), np.nan,
                                             students.reading >= 600))  # fmt: skip
    result = data.gaps("reading >= 600", by=["lunch", "class_type"], internal=True)
    names = {"Free lunch": "free", "No free lunch": "non-free",
             "Small class": "small", "Regular class": "regular",
             "Regular class with aide": "regular+aide"}  # fmt: skip
    everyone = students.high.dropna()
    checked = 0
    for row in result.rows:
        mask = pd.Series(data=True, index=students.index)
        for name, group in row.group.items():
            held = students[name]
            mask &= held.isna() if group == "Not reported" else held == names[group]
        inside, outside = students.high[mask].dropna(), students.high[~mask].dropna()
        assert row.n == len(inside)
        assert row.missing == students.high[mask].isna().sum()
        assert row.count == inside.sum()
        assert row.value == pytest.approx(inside.mean(), rel=1e-12)
        low, high = proportion_confint(inside.sum(), len(inside), method="wilson")
        assert (row.low, row.high) == pytest.approx((low, high), rel=1e-9)
        assert row.reference.kind == "rest"
        assert row.reference.n == len(everyone) - len(inside)
        assert row.difference == pytest.approx(inside.mean() - outside.mean(), rel=1e-9)
        limits = confint_proportions_2indep(
            inside.sum(), len(inside), outside.sum(), len(outside), method="newcomb"
        )
        assert (row.difference_low, row.difference_high) == pytest.approx(
            limits, rel=1e-6
        )
        _, p = proportions_ztest(
            [inside.sum(), outside.sum()], [len(inside), len(outside)]
        )
        assert row.p == pytest.approx(p, rel=1e-6, abs=1e-300)
        checked += 1
    # lunch: free, not free, not reported; three kinds of class; and their crossings
    assert checked == 3 + 3 + 9
    p = [row.p for row in result.rows]
    assert [row.q for row in result.rows] == pytest.approx(
        multipletests(p, method="fdr_bh")[1], rel=1e-9
    )
    assert result.gaps.family_size == checked


def test_a_mean_by_one_trait(students, data):
    result = data.gaps("total", by=["gender"], where="grade = 3", internal=True)
    third = students[students.grade == "3"].dropna(subset=["total"])
    by_name = {row.group["gender"]: row for row in result.rows}
    girls = third.total[third.gender == "female"]
    rest = third.total[third.gender != "female"]
    row = by_name["Girls"]
    assert row.n == len(girls)
    assert row.value == pytest.approx(girls.mean(), rel=1e-12)
    compared = CompareMeans(DescrStatsW(girls), DescrStatsW(rest))
    _, p, _ = compared.ttest_ind(usevar="unequal")
    assert row.p == pytest.approx(p, rel=1e-6)
    limits = compared.tconfint_diff(usevar="unequal")
    assert (row.difference_low, row.difference_high) == pytest.approx(limits, rel=1e-6)
    pooled = np.sqrt(
        ((len(girls) - 1) * girls.var() + (len(rest) - 1) * rest.var())
        / (len(girls) + len(rest) - 2)
    )
    assert row.standardised == pytest.approx(
        (girls.mean() - rest.mean()) / pooled, rel=1e-9
    )


def test_overall_is_the_rest_scaled_by_those_outside(students, data):
    rest = data.gaps("reading >= 600", by=["lunch"], internal=True).rows[0]
    overall = data.gaps(
        "reading >= 600", by=["lunch"], reference="overall", internal=True
    ).rows[0]
    share = 1 - overall.n / overall.reference.n
    assert overall.reference.n == students.reading.notna().sum()
    assert overall.difference == pytest.approx(rest.difference * share)
    assert overall.difference_low == pytest.approx(rest.difference_low * share)
    assert overall.p == rest.p
    assert overall.ratio == pytest.approx(overall.value / overall.reference.value)
    assert overall.ratio_low < overall.ratio < overall.ratio_high
    assert overall.odds_ratio_low < overall.odds_ratio < overall.odds_ratio_high


def test_weights_of_one_change_nothing(students):
    frame = students.assign(w=1.0)
    with eq.open(frame) as data:
        plain = data.gaps("reading >= 600", by=["class_type"], internal=True)
        weighted = data.gaps(
            "reading >= 600", by=["class_type"], weight="w", internal=True
        )
    for one, other in zip(plain.rows, weighted.rows, strict=True):
        assert other.value == pytest.approx(one.value)
        assert other.difference_low == pytest.approx(one.difference_low)
        assert other.p == pytest.approx(one.p)


def test_weighted_values_are_weighted_means(students):
    frame = students.assign(w=np.where(students.lunch == "free", 3.0, 1.0))
    with eq.open(frame) as data:
        result = data.gaps("total", by=["class_type"], weight="w", internal=True)
    known = frame.dropna(subset=["total"])
    for row in result.rows:
        group = known[known.class_type == row.group["class_type"]]
        assert row.value == pytest.approx(np.average(group.total, weights=group.w))
        kish = group.w.sum() ** 2 / (group.w**2).sum()
        t = DescrStatsW(group.total, weights=group.w * kish / group.w.sum())
        assert (row.low, row.high) == pytest.approx(t.tconfint_mean(), rel=1e-3)


def test_the_same_question_gives_the_same_bytes(data):
    once = data.gaps("total", by=["race", "lunch"], depth=2).to_json()
    again = data.gaps("total", by=["race", "lunch"], depth=2).to_json()
    assert once == again
