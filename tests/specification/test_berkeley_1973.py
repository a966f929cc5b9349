"""Berkeley 1973: a gap that turns round within departments.

Applicants to the six largest graduate departments (Bickel, Hammel & O'Connell 1975,
*Science* 187:398-404; the counts are R's `UCBAdmissions`). Taken together, men were
admitted far more often than women; within departments hardly anything of it is left,
and what is left points the other way: women had applied where few were admitted.

    equitable gaps berkeley_1973.csv --count admitted --total applicants --by gender --within department

The odds ratio pooled over departments and its interval are those that R's documentation
prints for `mantelhaen.test(UCBAdmissions)`: 0.9047, from 0.7719 to 1.0603.
"""

from pathlib import Path

import pytest
from published_table import read

import equitable as eq

FILE = Path(__file__).parents[1] / "data" / "berkeley_1973.csv"

ALL_DEPARTMENTS = """
| gender | admitted |
|--------|---------:|
| men    | 44.5 %   |
| women  | 30.4 %   |
"""

WITHIN_DEPARTMENTS = """
| department | men  | women |
|------------|-----:|------:|
| A          | 62 % | 82 %  |
| B          | 63 % | 68 %  |
| C          | 37 % | 34 %  |
| D          | 33 % | 35 %  |
| E          | 28 % | 24 %  |
| F          | 6 %  | 7 %   |
"""

POOLED_OVER_DEPARTMENTS = """
| odds ratio, men to women | from   | to     |
|-------------------------:|-------:|-------:|
| 0.9047                   | 0.7719 | 1.0603 |
"""


@pytest.fixture(scope="module")
def result():
    with eq.open(FILE) as data:
        yield data.gaps(
            None,
            by=["gender"],
            within=["department"],
            count="admitted",
            total="applicants",
        )


def named(rows, gender, within):
    return next(
        r
        for r in rows
        if r.group["gender"].casefold() == gender.casefold() and r.within == within
    )


@pytest.mark.parametrize("row", read(ALL_DEPARTMENTS), ids=str)
def test_taken_together(result, row):
    """Taken together, men 44.5 % and women 30.4 %."""
    found = named(result.rows, row["gender"], {})
    assert 100 * found.value == pytest.approx(row["admitted"], abs=0.05)


def test_taken_together_the_verdict_is_worse_for_women(result):
    """Taken together, the evidence says 'worse' of women and 'better' of men."""
    assert named(result.rows, "women", {}).verdict == "worse"
    assert named(result.rows, "men", {}).verdict == "better"


@pytest.mark.parametrize("row", read(WITHIN_DEPARTMENTS), ids=str)
def test_within_each_department(result, row):
    """Within each department, the published shares to a whole percent."""
    held = {"department": row["department"]}
    men, women = (named(result.rows, g, held) for g in ("men", "women"))
    assert round(100 * men.value) == row["men"]
    assert round(100 * women.value) == row["women"]


@pytest.mark.parametrize("row", read(POOLED_OVER_DEPARTMENTS), ids=str)
def test_pooled(result, row):
    """Pooled over departments, the odds ratio and its limits are R's."""
    men = next(r for r in result.pooled if r.group["gender"].casefold() == "men")
    assert men.odds_ratio == pytest.approx(row["odds ratio, men to women"], abs=5e-5)
    assert men.odds_ratio_low == pytest.approx(row["from"], abs=5e-5)
    assert men.odds_ratio_high == pytest.approx(row["to"], abs=5e-5)


def test_pooled_no_gap_is_left_against_women(result):
    """Held fixed, no gap against women is left: raw 'worse', pooled not."""
    women = next(r for r in result.pooled if r.group["gender"].casefold() == "women")
    assert women.raw_verdict == "worse"
    assert women.verdict in {"not enough evidence", "no difference shown"}
