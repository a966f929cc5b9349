"""Options of a question: the highest's minimum, PPG's margin, strata only, no events."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

import equitable as eq
from equitable.cube.scan import scan
from equitable.intake.source import open_source
from equitable.measures.family import joint_family
from equitable.measures.gaps import Question, gaps
from equitable.measures.references import best_rows
from equitable.vocabulary import Dimension, Direction, Indicator, Kind, Verdict


def plain(name):
    return Dimension(
        name=name, label=name, columns=(name,), classify=lambda v: (v or "",)
    )


def answer(table, indicator, **asked):
    names = [*asked["by"], *asked.get("within", ())]
    with open_source(pa.table(table)) as source:
        cells = scan(
            source, indicators=[indicator], dimensions=[plain(name) for name in names]
        )
    return gaps(cells, indicator, Question(internal=True, **asked))


PASSED = Indicator(name="passed", label="Passed", kind=Kind.RATE, column="passed")
SENT = Indicator(
    name="sent", label="Sent out", kind=Kind.PER_100, column="sent",
    direction=Direction.LOWER,
)  # fmt: skip


def test_no_events_among_forty_students():
    # Garwood (1936): -ln(.025) = 3.689 in 40 students is 9.222 per 100 students.
    table = {"group": ["a"] * 40 + ["b"] * 50, "sent": [0] * 40 + [0, 1] * 25}
    row = answer(table, SENT, by=("group",)).rows[0]
    assert (row.value, row.low) == (0, 0)
    assert row.high == pytest.approx(100 * stats.chi2.ppf(0.975, 2) / 2 / 40)
    assert row.high == pytest.approx(9.2222, abs=1e-4)
    against = answer(table, SENT, by=("group",), reference="12").rows[0]
    # 4.8 events expected: none of them, on either side, 2 exp(-4.8).
    assert against.p == pytest.approx(2 * math.exp(-4.8))
    assert against.difference_high == pytest.approx(9.2222 - 12, abs=1e-4)
    assert against.verdict == Verdict.BETTER


def test_the_highest_needs_as_many_students_as_asked():
    table = {
        "group": ["small"] * 20 + ["large"] * 60 + ["other"] * 60,
        "passed": ["1"] * 20 + ["1"] * 40 + ["0"] * 20 + ["1"] * 20 + ["0"] * 40,
    }
    for least, best, rate in ((30, "large", 2 / 3), (20, "small", 1.0)):
        found = answer(
            table, PASSED, by=("group",), reference="highest", indices=True,
            highest_min_n=least,
        )  # fmt: skip
        other = next(row for row in found.rows if row.group["group"] == "other")
        assert other.reference.group == {"group": best}
        assert other.indices.eighty_percent.value == pytest.approx(1 / 3 / rate)
        assert found.to_dict()["highest_min_n"] == least


def test_the_margin_of_the_percentage_point_gap():
    table = {"group": ["a"] * 100 + ["b"] * 100, "passed": ["1"] * 10 + ["0"] * 190}
    for margin, p in (("half", 0.5), ("rate", 0.1)):
        row = answer(
            table, PASSED, by=("group",), indices=True, ppg_margin=margin
        ).rows[0]
        assert row.indices.ppg.moe == pytest.approx(1.96 * math.sqrt(p * (1 - p) / 100))


def test_strata_only_have_a_family_of_their_own():
    rng = np.random.default_rng(1)
    table = {
        "group": rng.choice(["a", "b"], 600),
        "year": rng.choice(["2020", "2021", "2022"], 600),
        "passed": rng.integers(0, 2, 600).astype(str),
    }
    both = answer(table, PASSED, by=("group",), within=("year",))
    only = answer(table, PASSED, by=("group",), within=("year",), strata_only=True)
    assert (both.family_size, only.family_size) == (8, 6)
    assert all(row.within for row in only.rows)
    assert only.pooled == ()
    p = [row.p for row in only.rows]
    expected = multipletests(p, method="fdr_bh")[1]
    assert [row.q for row in only.rows] == pytest.approx(expected)
    kept = [row for row in both.rows if row.within]
    assert [row.difference for row in only.rows] == [row.difference for row in kept]


def test_a_page_that_picks_across_indicators_has_one_family():
    # 118 of 200 against 98 of 200 alone is evidence; among five without any it is none.
    results = []
    for ups in (118, 100, 101, 99, 98, 102):
        passed = [1] * ups + [0] * (200 - ups) + [1] * 98 + [0] * 102
        table = {
            "group": ["a"] * 200 + ["b"] * 200,
            "passed": [str(one) for one in passed],
        }
        results.append(answer(table, PASSED, by=("group",)))
    joint = joint_family(results)
    p = [row.p for result in results for row in result.rows]
    expected = multipletests(p, method="fdr_bh")[1]
    assert [row.q for found in joint for row in found.rows] == pytest.approx(expected)
    assert {found.family_size for found in joint} == {12}
    for before, after in zip(results, joint, strict=True):
        for old, new in zip(before.rows, after.rows, strict=True):
            sure = new.q < 0.05 and (new.difference_low > 0 or new.difference_high < 0)
            assert (new.verdict in {Verdict.BETTER, Verdict.WORSE}) == sure
            if not sure and old.verdict == Verdict.NO_DIFFERENCE_SHOWN:
                assert new.verdict == old.verdict
    assert results[0].rows[0].verdict == Verdict.BETTER
    assert joint[0].rows[0].verdict == Verdict.NOT_ENOUGH_EVIDENCE
    single = joint_family(results[:1])[0]
    assert [row.verdict for row in single.rows] == [
        row.verdict for row in results[0].rows
    ]


def test_the_best_row_of_each_stratum():
    value = np.array([0.2, 0.9, 0.9, 0.5, 0.1, np.nan])
    students = np.array([10.0, 40, 60, 5, 5, 5])
    stratum = np.array([0, 0, 0, 1, 1, 2])
    eligible = np.array([True, True, True, False, True, False])
    assert best_rows(value, students, stratum, eligible).tolist() == [2, 2, 2, 4, 4, -1]


def test_a_weighted_group_who_all_passed_has_the_rate_one():
    rng = np.random.default_rng(5)
    rows = pd.DataFrame(
        {
            "group": ["a"] * 40 + ["b"] * 60,
            "passed": [1] * 40 + [0, 1] * 30,
            "w": rng.uniform(0.1, 3, 100),
        }
    )
    with eq.open(rows) as data:
        row = data.gaps("passed", by=["group"], weight="w").rows[0]
    assert row.value == 1
    assert row.odds_ratio_high is None or math.isfinite(row.odds_ratio_high)
