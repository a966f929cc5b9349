"""The federal collection of 2020-21: sums that must come out.

In the Civil Rights Data Collection each school's enrolment is published by race and sex,
and as a total by sex. Wherever both are reported, race by sex adds up to the total. The
file is that of `equitable demo --data civil-rights`: all schools of six small states, as
the Department of Education published them.

    equitable gaps civil_rights_2020_21.parquet --outcome out_of_school_suspension --by race --within state

Numbers of students are added up here from the columns by themselves (DuckDB), apart from
the reading of the collection that is tested.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import duckdb
import pytest
from published_table import read

import equitable as eq

FILE = (
    Path(eq.__file__).parent / "data" / "civil_rights" / "civil_rights_2020_21.parquet"
)
WHOLE = Path(__file__).parents[2].parent / "shared" / "data" / "crdc"
FILES = [
    FILE,
    pytest.param(
        WHOLE / "crdc_2020_21_six_states.parquet",
        marks=pytest.mark.skipif(not WHOLE.exists(), reason="lies outside"),
    ),
]
RACES = ("HI", "AM", "AS", "HP", "BL", "WH", "TR")

SCHOOLS_AND_STUDENTS = """
| state | schools | with a total by sex | students in these |
|-------|--------:|--------------------:|------------------:|
| DC    | 240     | 240                 | 89,225            |
| DE    | 232     | 232                 | 139,187           |
| HI    | 294     | 222                 | 101,481           |
| RI    | 307     | 307                 | 137,363           |
| VT    | 298     | 298                 | 78,255            |
| WY    | 361     | 361                 | 94,465            |
"""


def summed(file, expression, where="TRUE"):
    sql = f"SELECT {expression} FROM read_parquet(?) WHERE {where}"
    return duckdb.execute(sql, [str(file)]).fetchone()


@cache
def asked(outcome, by, where=None):
    with eq.open(FILE) as table:
        return table.gaps(outcome, by=[by], where=where)


@pytest.mark.parametrize("file", FILES, ids=["shipped", "whole"])
@pytest.mark.parametrize("sex", ["F", "M"])
def test_races_add_up_to_the_total(file, sex):
    """In every school that reports both, race by sex is the total of that sex."""
    parts = " + ".join(f"SCH_ENR_{race}_{sex}" for race in RACES)
    reported = f"TOT_ENR_{sex} >= 0" + "".join(
        f" AND SCH_ENR_{race}_{sex} >= 0" for race in RACES
    )
    both, same = summed(
        file, f"count(*), count(*) FILTER ({parts} = TOT_ENR_{sex})", reported
    )
    assert both == same == {"F": 1_671, "M": 1_660}[sex]


@pytest.mark.parametrize("row", read(SCHOOLS_AND_STUDENTS), ids=lambda r: r["state"])
def test_schools_and_students(row):
    """Of each state: schools, those with a total, and their students."""
    schools, with_total, students = summed(
        FILE,
        "count(*), count(*) FILTER (TOT_ENR_M >= 0 AND TOT_ENR_F >= 0),"
        " sum(TOT_ENR_M + TOT_ENR_F) FILTER (TOT_ENR_M >= 0 AND TOT_ENR_F >= 0)",
        f"LEA_STATE = '{row['state']}'",
    )
    assert schools == row["schools"]
    assert with_total == row["with a total by sex"]
    assert students == row["students in these"]


@pytest.mark.parametrize("race", ["BL", "WH", "HI"])
def test_a_suspension_is_counted_in_both_blocks(race):
    """Delaware: once or more suspended, with and without a disability, added by hand."""
    names = [
        f"SCH_{block}_{race}_{sex}"
        for measure in ("SINGOOS", "MULTOOS")
        for block in (f"DISCWODIS_{measure}", f"DISCWDIS_{measure}_IDEA")
        for sex in "MF"
    ]
    reported = " AND ".join(f"{name} >= 0" for name in names)
    (count,) = summed(
        FILE, f"sum({' + '.join(names)})", f"LEA_STATE = 'DE' AND {reported}"
    )
    rows = asked("out_of_school_suspension", "race", "LEA_STATE = DE").rows
    found = {row.group["race"].split()[0]: row.count for row in rows}
    assert found[{"BL": "Black", "WH": "White", "HI": "Hispanic"}[race]] == count


def test_nobody_kept_back_is_nobody_and_not_unknown():
    """Delaware: grades repeated; -9 (no such grade, or nobody in it) counts as nobody."""
    grades = ("KG", *(f"G{grade:02d}" for grade in range(1, 13)))
    names = [f"TOT_RET_{grade}_{sex}" for grade in grades for sex in "MF"]
    count = " + ".join(f"greatest({name}, 0)" for name in names)
    reported = " AND ".join(f"({name} >= 0 OR {name} = -9)" for name in names)
    kept_back, students = summed(
        FILE,
        f"sum({count}), sum(TOT_ENR_M + TOT_ENR_F)",
        f"LEA_STATE = 'DE' AND {reported}",
    )
    found = asked("retention", "sex", "LEA_STATE = DE").gaps.overall
    assert found.n == students
    assert round(found.value * found.n) == kept_back


def test_what_is_held_back_is_in_no_figure():
    """Hawaii's numbers on discipline are held back (-11): no student is counted."""
    with pytest.raises(eq.EquitableError):
        asked("out_of_school_suspension", "race", "LEA_STATE = HI")
