"""Rules of a result that nothing else held: each fails where its line is undone."""

import numpy as np
import pandas as pd
import pytest

import equitable as eq
from equitable.measures.family import joint_family
from equitable.measures.indices import proportionality
from equitable.vocabulary import Direction, Verdict


def district(few=60):
    """Group A has 90 % of 100, B 50 % of ``few``; ten schools."""
    rows = [("A", f"s{i % 10}", "yes" if i % 10 else "no") for i in range(100)]
    rows += [("B", f"s{i % 10}", "yes" if i % 2 else "no") for i in range(few)]
    frame = pd.DataFrame(rows, columns=["race", "school", "passed"])
    frame["site"] = np.where(frame.index % 4 < 2, "x", "y")
    return eq.open(frame)


def test_a_group_of_four_fifths_of_all_cannot_exceed_the_cutoff():
    # Share 8/10 over 4/5 is 1 exactly: there is nothing to divide by.
    assert proportionality(8, 8, 10, 10, Direction.LOWER).needed == 0


def test_a_rest_under_the_minimum_is_not_enough():
    found = district(few=6).gaps(
        "passed", by=["race"], direction="higher", min_n=10, internal=True
    )
    assert found.to_dict()["rows"][0]["n"] == 100
    assert found.gaps.rows[0].verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert found.gaps.rows[0].q is None


def test_against_overall_everything_shrinks_by_the_rest_s_share():
    rest, overall = (
        district().gaps("passed", by=["race"], direction="higher", reference=kind)
        for kind in ("rest", "overall")
    )
    for one, other in zip(rest.gaps.rows, overall.gaps.rows, strict=True):
        share = 60 / 160 if one.group["race"] == "A" else 100 / 160
        assert other.detectable == pytest.approx(one.detectable * share)


def test_no_pooled_interval_with_clusters():
    found = district().gaps(
        "passed", by=["race"], within=["site"], cluster="school", direction="higher"
    )
    row = found.gaps.pooled[0]
    assert row.difference is not None
    assert (row.difference_low, row.p) == (None, None)
    assert "robust to clusters" in row.reasons["p"]


def test_a_joint_family_keeps_the_outcome_s_direction():
    found = district().gaps("passed", by=["race"], direction="lower").gaps
    (joint,) = joint_family([found])
    assert [row.verdict for row in joint.rows] == [Verdict.WORSE, Verdict.BETTER]
