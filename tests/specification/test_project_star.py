"""Project STAR: small classes and test scores.

Tennessee randomly assigned children and teachers to small and to regular classes from
kindergarten to grade 3. Stock and Watson (*Introduction to Econometrics*, the table
'Project STAR: Differences Estimates of Effect on Standardized Test Scores of Class Size
Treatment Group') give the difference in total score (reading and math together) between
small and regular classes in each grade. The same differences come out of:

    equitable gaps star.csv --outcome total --by class_type --reference regular --where "grade = K"
"""

from importlib.resources import files

import pytest
from published_table import read

import equitable as eq

STAR = files("equitable") / "data" / "star" / "star.csv"

SMALL_MINUS_REGULAR = """
| grade | difference |
|-------|-----------:|
| K     | 13.90      |
| 1     | 29.78      |
| 2     | 19.39      |
| 3     | 15.59      |
"""


@pytest.fixture(scope="module")
def students():
    with eq.open(str(STAR)) as data:
        yield data


@pytest.mark.parametrize("row", read(SMALL_MINUS_REGULAR), ids=str)
def test_small_minus_regular(students, row):
    """Small minus regular class, in points, to two decimals, is the published one."""
    grade = row["grade"] if isinstance(row["grade"], str) else f"{row['grade']:.0f}"
    result = students.gaps(
        "total", by=["class_type"], reference="regular", where=f"grade = {grade}"
    )
    small = next(r for r in result.rows if "small" in r.group["class_type"].lower())
    assert small.difference == pytest.approx(row["difference"], abs=0.005)


def test_the_evidence_is_strong_in_every_grade(students):
    """In each grade the interval excludes 0, and small classes are 'better'."""
    result = students.gaps(
        "total", by=["class_type"], reference="regular", within=["grade"]
    )
    small = [
        r
        for r in result.rows
        if r.within and r.group["class_type"].lower().startswith("small")
    ]
    assert len(small) == 4
    assert all(r.difference_low > 0 and r.verdict == "better" for r in small)
