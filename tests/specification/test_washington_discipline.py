"""Washington 2013-14: who was suspended or expelled.

Counts of the State's Office of Superintendent of Public Instruction, a column a group, as
The Seattle Times published them beside its pages on school discipline (2015). One row is
the whole State; the rates are arithmetic on it: 4,713 of 54,824 are 8.6 %. Groups of
income and of special education overlap with those of race, and are never added to them.

    equitable gaps washington_discipline_2013_14.csv --outcome disciplined --by race
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from published_table import read

import equitable as eq

FILE = Path(__file__).parents[1] / "data" / "washington_discipline_2013_14.csv"

THE_WHOLE_STATE = """
| trait      | group                            | students | disciplined | rate  |
|------------|----------------------------------|---------:|------------:|------:|
| race       | American Indian or Alaska Native | 18,763   | 1,269       | 6.8 % |
| race       | Asian                            | 81,022   | 1,078       | 1.3 % |
| race       | Black or African American        | 54,824   | 4,713       | 8.6 % |
| race       | Hispanic or Latino               | 246,033  | 11,119      | 4.5 % |
| race       | Two or more races                | 79,859   | 3,441       | 4.3 % |
| race       | White                            | 658,925  | 21,122      | 3.2 % |
| income     | li                               | 569,018  | 32,434      | 5.7 % |
| disability | se                               | 163,701  | 12,049      | 7.4 % |
"""

SEATTLE = """
| group                     | students | disciplined | rate  |
|---------------------------|---------:|------------:|------:|
| Black or African American | 10,202   | 805         | 7.9 % |
| White                     | 24,739   | 481         | 1.9 % |
"""


@cache
def asked(by, where=None):
    with eq.open(FILE) as table:
        return table.gaps("disciplined", by=[by], where=where)


def test_everybody():
    """43,275 of 1,140,601 students, 3.8 %, whichever trait is asked for."""
    for by in ("race", "income", "disability"):
        found = asked(by).gaps.overall
        assert found.n == 1_140_601
        assert found.value == pytest.approx(43_275 / 1_140_601)
        assert round(100 * found.value, 1) == 3.8


@pytest.mark.parametrize("row", read(THE_WHOLE_STATE), ids=str)
def test_the_whole_state(row):
    """Each group's students, those disciplined, and its rate."""
    rows = asked(row["trait"]).rows
    wanted = [r for r in rows if r.group[row["trait"]] == row["group"]]
    found = wanted[0] if wanted else rows[0]
    assert (found.n, found.count) == (row["students"], row["disciplined"])
    assert round(100 * found.value, 1) == row["rate"]


@pytest.mark.parametrize("row", read(SEATTLE), ids=str)
def test_seattle(row):
    """One district's row by itself."""
    rows = asked("race", "code = 17001").rows
    found = next(r for r in rows if r.group["race"] == row["group"])
    assert (found.n, found.count) == (row["students"], row["disciplined"])
    assert round(100 * found.value, 1) == row["rate"]
