"""The nation's fourth graders: average reading scores by race.

National Assessment of Educational Progress. Scores of 1992, 2003 and 2009 are those of the
*Digest of Education Statistics 2010*, table 125; those of 2019 the NAEP Data Explorer's.
The file holds averages only: no number of students, no spread. So they are laid side by
side, and no evidence is claimed for any difference.

    equitable gaps naep_grade_4_reading_nation.csv --outcome avg.scale.score --by race.ethnicity --where "year = 2019"
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from published_table import read

import equitable as eq

FILE = Path(__file__).parents[1] / "data" / "naep_grade_4_reading_nation.csv"

AVERAGE_SCORES = """
| year | all | White | Black | Hispanic | Asian or Pacific Islander |
|------|----:|------:|------:|---------:|--------------------------:|
| 1992 | 217 | 224   | 192   | 197      | 216                       |
| 2003 | 218 | 229   | 198   | 200      | 226                       |
| 2009 | 221 | 230   | 205   | 205      | 235                       |
| 2019 | 220 | 230   | 204   | 209      | 237                       |
"""


@cache
def asked(year):
    with eq.open(FILE) as table:
        return table.gaps(
            "avg.scale.score", by=["race.ethnicity"], where=f"year = {year:.0f}"
        )


@pytest.mark.parametrize("row", read(AVERAGE_SCORES), ids=lambda row: str(row["year"]))
def test_average_scores(row):
    """Each group's average, to a whole point."""
    result = asked(row["year"])
    found = {next(iter(r.group.values())).split(" or ")[0]: r for r in result.rows}
    assert round(result.gaps.overall.value) == row["all"]
    for group in ("White", "Black", "Hispanic"):
        assert round(found[group].value) == row[group], group
    assert round(found["Asian"].value) == row["Asian or Pacific Islander"]


def test_white_and_hispanic_students():
    """White less Hispanic students: 21 points in 2019 (The Nation's Report Card)."""
    found = {next(iter(r.group.values())): r.value for r in asked(2019).rows}
    assert round(found["White"] - found["Hispanic or Latino"]) == 21


def test_averages_alone_are_no_evidence():
    """No difference of averages is called worse or better."""
    rows = asked(2019).rows
    assert len(rows) > 5
    for row in rows:
        assert row.p is None
        assert row.verdict == "not enough evidence"
