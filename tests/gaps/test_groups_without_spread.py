"""Groups of whom nobody, or everybody, has the outcome are not taken for certain."""

from __future__ import annotations

import io
import math

import numpy as np
import pandas as pd
import pytest

import equitable as eq


def asked(frame, outcome, **question):
    with eq.open(frame) as students:
        return students.gaps(outcome, internal=True, **question)


def table(rows):
    """Students from (traits, students, true of them)."""
    out = []
    for traits, n, true in rows:
        out += [{**traits, "passed": int(i < true)} for i in range(n)]
    return pd.DataFrame(out)


def of(result, **group):
    return next(row for row in result if dict(row.group) == group)


def test_a_small_group_without_events_in_any_stratum_is_not_strong_evidence():
    # Of 15 and 15 nobody, of 500 and 500 ten each (2 %): nobody of 30 has it more often
    # than not by chance, (1 - .02)^30 = .55.
    frame = table(
        [({"s": s, "g": "A"}, 15, 0) for s in "xy"]
        + [({"s": s, "g": "B"}, 500, 10) for s in "xy"]
    )
    row = of(asked(frame, "passed", by=["g"], within=["s"]).pooled, g="A")
    assert row.p is not None
    assert row.p > 0.3
    assert row.difference_low < 0 < row.difference_high
    assert row.verdict != "better"
    assert row.verdict != "worse"


def test_complete_separation_within_strata_is_evidence():
    frame = table(
        [({"s": s, "g": "A"}, 50, 50) for s in "xy"]
        + [({"s": s, "g": "B"}, 50, 0) for s in "xy"]
    )
    row = of(asked(frame, "passed", by=["g"], within=["s"]).pooled, g="A")
    assert row.difference == 1.0
    assert row.p < 1e-6
    assert row.verdict == "better"


@pytest.mark.parametrize("outcome", [0, 1])
def test_a_group_alike_in_every_school_has_no_robust_p(outcome):
    rows = []
    for school in range(30):
        rows.append(({"school": f"S{school}", "g": "A"}, 1, outcome))
        rows.append(({"school": f"S{school}", "g": "B"}, 30, 1 + school % 3))
    result = asked(table(rows), "passed", by=["g"], cluster="school")
    row = of(result.rows, g="A")
    assert row.p is None
    assert row.difference_low is None
    assert row.verdict == "not enough evidence"
    assert "p" in row.reasons


def test_robust_limits_of_a_difference_of_rates_stay_within_1():
    rows = []
    for school, (a, b) in enumerate([(10, 0), (10, 1), (9, 0), (0, 0)]):
        rows.append(({"school": f"S{school}", "g": "A"}, 10, a))
        rows.append(({"school": f"S{school}", "g": "B"}, 10, b))
    result = asked(table(rows), "passed", by=["g"], cluster="school")
    for row in result.rows:
        assert -1 <= row.difference_low <= row.difference_high <= 1


def test_no_events_among_few_students_are_not_strong_evidence():
    # 30 students without an event beside 1,000 with 20: nobody of 30 is expected to
    # have one in (1 - 30/1030)^20 = .55 of such tables.
    frame = pd.DataFrame(
        {"g": ["A"] * 30 + ["B"] * 1000, "suspensions": [0] * 1010 + [1] * 20}
    )
    settings = '[indicators.suspensions]\nkind = "per 100"\ndirection = "lower"\n'
    with eq.open(frame, config=_written(settings)) as students:
        result = students.gaps("suspensions", by=["g"], internal=True)
    row = of(result.rows, g="A")
    assert math.isclose(row.p, min(1.0, 2 * (1 - 30 / 1030) ** 20), rel_tol=1e-9)
    assert row.difference_low < 0 < row.difference_high
    assert row.verdict == "not enough evidence"


def _written(text):
    import tempfile
    from pathlib import Path

    path = Path(tempfile.mkdtemp()) / "equity.toml"
    path.write_text(text)
    return path


def test_a_group_all_of_one_value_tells_nothing_of_chance():
    frame = pd.DataFrame(
        {"g": ["A"] * 12 + ["B"] * 12, "days": [0.0] * 12 + [0.1, 0.2] * 6}
    )
    row = of(asked(frame, "days", by=["g"]).rows, g="A")
    assert row.p is None
    assert row.difference_low is None
    assert row.verdict == "not enough evidence"


def test_the_verdict_within_strata_against_the_highest_is_that_against_the_rest():
    random = np.random.default_rng(7)
    rows = [
        ({"s": s, "g": g}, 100, int(random.binomial(100, 0.5)))
        for s in "xyz"
        for g in "ABCDEF"
    ]
    frame = table(rows)
    highest = asked(frame, "passed", by=["g"], within=["s"], reference="highest")
    rest = asked(frame, "passed", by=["g"], within=["s"])
    for row in highest.pooled:
        if row.verdict is None:
            continue
        other = of(rest.pooled, **row.group)
        assert row.verdict == other.verdict
        assert row.difference == other.difference
        assert row.reference.kind == "rest"


def test_ties_for_the_highest_go_to_more_students_also_with_weights():
    a = pd.DataFrame({"g": "A", "y": 1, "w": [1.0] * 40})
    b = pd.DataFrame({"g": "B", "y": 1, "w": [1000.0, *[1.0] * 59]})
    c = pd.DataFrame({"g": "C", "y": [0, 1] * 30, "w": 1.0})
    result = asked(pd.concat([a, b, c]), "y", by=["g"], reference="highest", weight="w")
    group = of(result.rows, g="C")
    own = of(result.rows, g="B")
    assert group.reference.group == {"g": "B"}
    assert own.verdict is None
    # B counts as some four students: next to so few, nothing is strong evidence.
    assert group.p > 0.001


def test_no_ratio_to_a_number_that_is_not_above_0():
    frame = pd.read_csv(io.StringIO("g,z\n" + "A,-1\nA,0.5\nB,1\nB,0.25\n" * 20))
    for number in ("-0.5", "0"):
        for row in asked(frame, "z", by=["g"], reference=number).rows:
            assert (row.ratio, row.ratio_low, row.ratio_high) == (None, None, None)
            assert "above 0" in row.reasons["ratio"]


def test_indices_that_cannot_be_are_null_and_not_absent():
    frame = pd.DataFrame({"g": ["A", "B"] * 40, "score": range(80)})
    result = asked(frame, "score", by=["g"], indices=True)
    for row in result.to_dict()["rows"]:
        assert row["indices"] is None
        assert "indices" in row["reasons"]


def test_the_pooled_family_has_its_size():
    frame = table([({"s": s, "g": g}, 40, 20) for s in "xy" for g in "ABC"])
    found = asked(frame, "passed", by=["g"], within=["s"]).to_dict()["family"]
    # Three groups overall and in each of two strata; three pooled.
    assert found == {"size": 9, "adjust": "bh", "pooled_size": 3}
