"""Verdicts of a family where a publisher gave only bounds."""

from __future__ import annotations

import pytest

import equitable as eq
from equitable.measures.family import joint_family
from equitable.vocabulary import Verdict

# Of 400 and 600 students; a percentage in whole numbers sets bounds of the counts.
TABLE = """\
Student Group,Enrolled,Chronic Absenteeism Rate
All Students,1000,25
Black,400,39
White,600,16
Asian,20,*
"""


@pytest.mark.parametrize(
    ("direction", "verdicts"),
    [
        ("lower", {"Black": Verdict.WORSE, "White": Verdict.BETTER}),
        ("higher", {"Black": Verdict.BETTER, "White": Verdict.WORSE}),
    ],
)  # fmt: skip
def test_bounds_are_judged_by_the_outcomes_direction(tmp_path, direction, verdicts):
    path = tmp_path / "rates.csv"
    path.write_text(TABLE, encoding="utf-8")
    with eq.open(path) as data:
        found = data.gaps(
            "", percent="Chronic Absenteeism Rate", total="Enrolled",
            by=["Student Group"], direction=direction,
        ).gaps  # fmt: skip
    bounded = [row for row in found.rows if row.bounds is not None]
    assert bounded
    (joint,) = joint_family([found])
    for one in (found, joint):
        told = {row.group["Student Group"].split()[0]: row.verdict for row in one.rows}
        assert told.items() >= verdicts.items()
