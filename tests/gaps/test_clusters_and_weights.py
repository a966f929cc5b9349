"""Clusters and weights through a whole result, against sandwiches computed by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import equitable as eq
from equitable.intake.settings import Settings  # noqa: F401 - fails early if it moved

N = 1200


@pytest.fixture(scope="module")
def students():
    rng = np.random.default_rng(41)
    school = rng.integers(0, 20, N)
    group = np.where(rng.random(N) < 0.25 + 0.02 * school, "a", "b")
    lift = rng.normal(0, 0.1, 20)[school]
    return pd.DataFrame(
        {
            "group": group,
            "school": [f"School {s}" for s in school],
            "passed": (rng.random(N) < 0.5 + lift - 0.1 * (group == "a")).astype(int),
            "score": (500 + 300 * lift + rng.normal(0, 50, N)).round(1),
            "weight": rng.uniform(0.2, 3, N).round(2),
        }
    )


def sandwich(y, inside, school, w):
    """Weighted least squares on a constant and the group; clusters one by one."""
    design = np.column_stack([np.ones(len(y)), inside.astype(float)])
    bread = np.linalg.inv(design.T @ (w[:, None] * design))
    beta = bread @ (design.T @ (w * y))
    residual = y - design @ beta
    meat = np.zeros((2, 2))
    names = np.unique(school)
    for name in names:
        here = school == name
        score = design[here].T @ (w[here] * residual[here])
        meat += np.outer(score, score)
    count = len(names)
    variance = count / (count - 1) * bread @ meat @ bread
    return beta[1], np.sqrt(variance[1, 1]), count - 1


@pytest.mark.parametrize("outcome", ["passed", "score"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_gap_robust_to_schools(students, outcome, weighted):
    with eq.open(students) as data:
        result = data.gaps(
            outcome, by=["group"], cluster="school", internal=True,
            weight="weight" if weighted else None,
        )  # fmt: skip
    w = students.weight.to_numpy() if weighted else np.ones(N)
    row = result.rows[0]
    y = students[outcome].to_numpy(float)
    inside = (students.group == "a").to_numpy()
    gap, error, freedom = sandwich(y, inside, students.school.to_numpy(), w)
    half = stats.t.ppf(0.975, freedom) * error
    assert row.difference == pytest.approx(gap, rel=1e-9)
    assert row.difference_low == pytest.approx(gap - half, rel=1e-8)
    assert row.difference_high == pytest.approx(gap + half, rel=1e-8)
    assert row.p == pytest.approx(2 * stats.t.sf(abs(gap / error), freedom), rel=1e-7)
    assert row.detectable == pytest.approx(
        (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * error
    )
    assert row.ratio_low is None
    assert "clusters" in row.reasons["ratio_low"]
    assert result.to_dict()["interval"] == "cluster-robust"


def test_a_level_robust_to_schools(students):
    with eq.open(students) as data:
        row = data.gaps("score", by=["group"], cluster="school", internal=True).rows[0]
    mine = students[students.group == "a"]
    each = mine.groupby("school").score.agg(["size", "sum"])
    mean = mine.score.mean()
    part = (each["sum"] - mean * each["size"]) / len(mine)
    error = np.sqrt(len(each) / (len(each) - 1) * (part**2).sum())
    half = stats.t.ppf(0.975, len(each) - 1) * error
    assert (row.low, row.high) == pytest.approx((mean - half, mean + half))


def test_a_group_in_three_schools_has_two_degrees_of_freedom(students):
    few = students[
        (students.group == "b")
        | students.school.isin(["School 1", "School 2", "School 3"])
    ]
    with eq.open(few) as data:
        result = data.gaps("score", by=["group"], cluster="school", internal=True)
    row = result.rows[0]
    gap, error, _ = sandwich(
        few.score.to_numpy(), (few.group == "a").to_numpy(), few.school.to_numpy(),
        np.ones(len(few)),
    )  # fmt: skip
    assert row.difference_high - gap == pytest.approx(stats.t.ppf(0.975, 2) * error)
    assert any("(a)" in note and "caution" in note for note in result.provenance.notes)


@pytest.mark.parametrize(
    ("schools", "word"), [(4, "hardly be trusted"), (9, "with caution"), (20, "")]
)
def test_few_schools_are_said(students, schools, word):
    kept = students[students.school.isin([f"School {s}" for s in range(schools)])]
    with eq.open(kept) as data:
        result = data.gaps("passed", by=["group"], cluster="school")
    said = [note for note in result.provenance.cautions if "intervals rest on" in note]
    assert bool(said) is bool(word)
    if word:
        assert word in said[0]
        assert f"rest on {schools} of 'school'" in said[0]


def test_schools_that_are_all_alike_give_no_interval():
    rows = pd.DataFrame(
        {
            "group": ["a", "b"] * 60,
            "school": [f"School {i // 10}" for i in range(120)],
            "passed": [0, 1] * 60,
        }
    )
    with eq.open(rows) as data:
        row = data.gaps("passed", by=["group"], cluster="school").rows[0]
    assert row.value == 0
    assert (row.low, row.high, row.difference_low, row.p) == (None,) * 4
    assert "alike" in row.reasons["low"]
    assert row.verdict == "not enough evidence"


def test_weights_are_said_with_the_effective_n(students):
    with eq.open(students) as data:
        result = data.gaps("passed", by=["group"], weight="weight")
    w = students.weight
    everyone = w.sum() ** 2 / (w**2).sum()
    a = w[students.group == "a"]
    assert result.rows[0].effective_n == pytest.approx(a.sum() ** 2 / (a**2).sum())
    plain = result.to_dict()
    assert plain["effective_n"] == pytest.approx(everyone)
    assert plain["weight"] == "weight"
    assert any(
        f"1,200 students count as {everyone:,.0f} equally" in note
        for note in plain["provenance"]["notes"]
    )
    assert "students_to_parity.fixed" in plain["rows"][0]["reasons"]


def test_five_thousand_schools_cost_what_their_students_do():
    rng = np.random.default_rng(6)
    many = 5_000
    rows = pd.DataFrame(
        {
            "group": rng.choice(list("abcd"), 4 * many),
            "school": np.tile(np.arange(many), 4),
            "passed": rng.integers(0, 2, 4 * many),
        }
    )
    from equitable.measures.clusters import from_pairs

    # 5,000 groups in 5,000 schools: 25 million pairs were they held as a table.
    place = np.arange(4 * many) % many
    found = from_pairs(
        place, (place * 7 + np.arange(4 * many) // many) % many,
        np.ones(4 * many), rows.passed.to_numpy(float), many,
    )  # fmt: skip
    assert len(found.n) == 4 * many
    assert found.means().clusters.tolist() == [4] * many
