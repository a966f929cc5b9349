"""New York City: chronic absence, 2017-18 to 2021-22.

A student is chronically absent who misses 10 % of the school days or more. The city's
Department of Education publishes how many are, by district; the file is that of
`equitable demo --data new-york`. Published shares of the whole city:

- 2021-22: 'nearly 41 %', the highest in more than two decades (Mayor's Management Report,
  September 2022, in the Daily News of 20 September 2022); nearly 353,000 children
  (Chalkbeat New York, 6 September 2023);
- 2020-21: 30 % (the same).

    equitable gaps chronic_absence.csv --outcome chronic_absence --by SWD --where "Year = 2021-22"

The districts add up to more children than the city counts: a student who moved is counted
in each district, with days and absences there. That is why shares agree, and counts do not.
"""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from published_table import read

import equitable as eq
from equitable.vocabulary import WITHHELD

FILE = Path(eq.__file__).parent / "data" / "new_york" / "chronic_absence.csv"
COUNT = "# Chronically Absent"
TOTAL = "# Contributing 10+ Total Days and 1+ Pres Day"

THE_WHOLE_CITY = """
| year    | chronically absent |
|---------|-------------------:|
| 2020-21 | 30 %               |
| 2021-22 | 41 %               |
"""


@cache
def asked(by, year, where=""):
    with eq.open(FILE) as table:
        return table.gaps(
            "chronic_absence", by=[by], where=f"Year = {year}{where}", depth=1
        )


@pytest.mark.parametrize("row", read(THE_WHOLE_CITY), ids=str)
def test_the_whole_city(row):
    """All students, to a whole percent."""
    found = asked("SWD", row["year"]).gaps.overall
    assert round(100 * found.value) == row["chronically absent"]


def test_the_districts_count_some_children_twice():
    """In 2021-22 the districts count 2.6 % more children than the city's 353,000."""
    found = asked("SWD", "2021-22").gaps.overall
    assert found.value * found.n / 353_000 == pytest.approx(1.026, abs=0.002)


@pytest.mark.parametrize("by", ["SWD", "Ethnicity", "ELL", "Poverty", "STH", "Gender"])
def test_each_breakdown_is_the_sum_of_its_own_rows(by):
    """Each breakdown, added up row by row, gives the same students and absences."""
    students, absent = Counter(), Counter()
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (row["Breakdown"], row["Grade"], row["Year"]) == (
                (by, "All Grades", "2021-22")
            ):
                students[row["Category"]] += int(row[TOTAL])
                absent[row["Category"]] += int(row[COUNT])
    found = {(row.n, row.count) for row in asked(by, "2021-22").rows}
    assert found == {(students[group], absent[group]) for group in students}


def test_what_the_city_holds_back_is_never_a_number():
    """Grade 12 of District 32 in 2021-22: of five races two have figures, three `s`."""
    result = asked("Ethnicity", "2021-22", " and District = 32 and Grade = 12")
    assert {row.group["Ethnicity"]: (row.count, row.n) for row in result.rows} == {
        "Black": (71, 115),
        "Hispanic": (305, 477),
        # The three that the file marks: a row each, and no number.
        **dict.fromkeys(("Asian", "Other", "White"), (WITHHELD, WITHHELD)),
    }
    # The row of all students: 24 more than those two, and no figure for them.
    assert result.gaps.overall.n == 616


def test_where_all_is_held_back_nothing_is_made_up():
    """Grade 12 of District 75 by disability in 2019-20: every figure is `s`."""
    with pytest.raises(eq.EquitableError, match="hold no figures"):
        asked("SWD", "2019-20", " and District = 75 and Grade = 12")
