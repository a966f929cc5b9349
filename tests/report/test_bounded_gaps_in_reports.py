"""Figures of which only bounds were published, where a report chooses and judges.

The percentages below come with one decimal or none, so that no exact count stands
behind them; 38 % of 1,800 is far above 23 % of the others however they are rounded.
"""

import math

import pytest

import equitable as eq
from equitable.measures.family import joint_family
from equitable.measures.results import Bounds
from equitable.report.sentences import least_effect
from equitable.vocabulary import Verdict

_TABLE = """Ethnicity,Students,Rate
All Students,8000,28
Black,1800,38
Hispanic,2200,30
White,4000,22
"""


@pytest.fixture
def opened(tmp_path):
    path = tmp_path / "absence.csv"
    path.write_text(_TABLE, encoding="utf-8")
    return eq.open(path)


def asked(opened, direction):
    return opened.gaps(
        None, by=["Ethnicity"], percent="Rate", total="Students", direction=direction
    ).gaps


@pytest.mark.parametrize("direction", ["lower", "higher"])
def test_a_joint_family_judges_bounds_as_the_question_did(opened, direction):
    found = asked(opened, direction)
    bounded = [row for row in found.rows if row.bounds is not None]
    assert bounded
    assert all(row.difference is None for row in bounded)
    (joint,) = joint_family([found])
    assert [row.verdict for row in joint.rows] == [row.verdict for row in found.rows]
    by_group = {row.group["Ethnicity"]: row.verdict for row in joint.rows}
    worse, better = Verdict.WORSE, Verdict.BETTER
    black, white = (worse, better) if direction == "lower" else (better, worse)
    assert by_group["Black or African American"] is black
    assert by_group["White"] is white


def test_the_least_effect_of_bounds_is_in_their_largest_deviation(opened):
    rows = {row.group["Ethnicity"]: row for row in asked(opened, "lower").rows}
    row = rows["Black or African American"]
    assert isinstance(row.bounds, Bounds)
    low = min(abs(row.difference_low), abs(row.difference_high))
    # Below a half the upper end varies most: p (1 - p), pooled on n + m - 2.
    p, q = row.bounds.value[1], row.bounds.reference[1]
    n, m = row.n, row.reference.n
    spread = math.sqrt((n * p * (1 - p) + m * q * (1 - q)) / (n + m - 2))
    assert least_effect(row) == pytest.approx(low / spread)
    assert least_effect(row) > least_effect(rows["Hispanic or Latino"])


def test_a_report_on_rounded_percentages_names_who_is_behind(opened, tmp_path):
    written = tmp_path / "r.html"
    opened.report(
        written, by=["Ethnicity"], percent="Rate", total="Students", direction="lower"
    )
    text = written.read_text(encoding="utf-8")
    summary = text[text.index("What stands out</h") : text.index("What could not be")]
    assert "no group behind" not in summary
    assert "Black or African American" in summary
    page = (tmp_path / "r-board-en.html").read_text(encoding="utf-8")
    assert "say about Black or African American students" in page
