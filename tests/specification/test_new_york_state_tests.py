"""New York City 2022: who passed the State's tests.

Shares of students at level 3 or 4 of the State's tests of grades 3 to 8, as the city's
Department of Education published them in September 2022 and the United Federation of
Teachers printed them (*City test scores are mixed*, New York Teacher, autumn 2022). Here
they are made from the Department's own table of 32 districts, in which every student
stands in several rows: all students, each grade, with a disability or not, by English.

    equitable gaps new_york_ela_2019_2022.csv --outcome "# Level 3+4" --by SWD --where "Year = 2022"

Nothing is added up twice: the shares come out only where totals and parts are kept apart.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from published_table import read

import equitable as eq

DATA = Path(__file__).parents[1] / "data"

ALL_STUDENTS = """
| test | year | level 3 or 4 |
|------|------|-------------:|
| ELA  | 2019 | 47.4 %       |
| ELA  | 2022 | 49.0 %       |
| math | 2022 | 37.9 %       |
"""

GROUPS_IN_2022 = """
| test | trait | group       | level 3 or 4 |
|------|-------|-------------|-------------:|
| ELA  | SWD   | SWD         | 18.3 %       |
| math | SWD   | SWD         | 14.4 %       |
| ELA  | ELL   | Current ELL | 12.7 %       |
"""

GRADES = """
| test | year | grade | level 3 or 4 |
|------|------|-------|-------------:|
| ELA  | 2019 | g4    | 49.6 %       |
| ELA  | 2022 | g4    | 43.6 %       |
| ELA  | 2022 | g6    | 56.3 %       |
| ELA  | 2019 | g7    | 42.7 %       |
| ELA  | 2022 | g7    | 52.6 %       |
| math | 2019 | g3    | 53.2 %       |
| math | 2022 | g3    | 48.4 %       |
| math | 2022 | g8    | 25.0 %       |
"""


@cache
def asked(test, by, year):
    with eq.open(DATA / f"new_york_{test.lower()}_2019_2022.csv") as table:
        return table.gaps("# Level 3+4", by=[by], where=f"Year = {year:.0f}")


@pytest.mark.parametrize("row", read(ALL_STUDENTS), ids=str)
def test_all_students(row):
    """All students, to a tenth of a percent."""
    found = asked(row["test"], "Grade", row["year"]).gaps.overall
    assert round(100 * found.value, 1) == row["level 3 or 4"]


@pytest.mark.parametrize("row", read(GROUPS_IN_2022), ids=str)
def test_groups(row):
    """Students with disabilities and English learners, to a tenth of a percent."""
    rows = asked(row["test"], row["trait"], 2022).rows
    found = next(r for r in rows if r.group[row["trait"]] == row["group"])
    assert round(100 * found.value, 1) == row["level 3 or 4"]


@pytest.mark.parametrize("row", read(GRADES), ids=str)
def test_grades(row):
    """Single grades, to a tenth of a percent."""
    rows = asked(row["test"], "Grade", row["year"]).rows
    found = next(r for r in rows if r.group["Grade"] == row["grade"].removeprefix("g"))
    assert round(100 * found.value, 1) == row["level 3 or 4"]


@pytest.mark.parametrize(("test", "tested"), [("ELA", 322_720), ("math", 303_456)])
def test_every_student_counts_once(test, tested):
    """The city's tested students are 322,720 (ELA) and 303,456 (math), however asked.

    The sums of the 32 districts' rows of all students and all grades.
    """
    for by in ("SWD", "ELL", "Grade"):
        result = asked(test, by, 2022)
        assert result.gaps.overall.n == tested
        assert sum(row.n for row in result.rows) == tested
