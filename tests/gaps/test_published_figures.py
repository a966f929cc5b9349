"""What publishers say of their own tables, from the files as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq
from equitable.errors import EquitableError

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not SHARED.exists(), reason="the files lie outside the repository"
)


def rows(result):
    return {next(iter(row.group.values())): row for row in result.rows}


def test_new_york_2022_ela_at_level_3_or_4():
    """New York City Department of Education: all 49.0 %, with disabilities 18.3 %."""
    with eq.open(SHARED / "nyc" / "ela_district_2013_2022.csv") as table:
        result = table.gaps("# Level 3+4", by=["SWD"], where="Year = 2022")
    assert round(100 * result.gaps.overall.value, 1) == 49.0
    assert result.gaps.overall.n == 322_720
    assert round(100 * rows(result)["SWD"].value, 1) == 18.3


def test_new_york_holds_no_crossing_of_breakdowns():
    with (
        eq.open(SHARED / "nyc" / "ela_district_2013_2022.csv") as table,
        pytest.raises(EquitableError, match="does not hold"),
    ):
        table.gaps("# Level 3+4", by=["SWD"], within=["Ethnicity"])


def test_washington_2013_14_statewide():
    """Office of Superintendent of Public Instruction: the statewide row itself.

    43,275 of 1,140,601 disciplined; Black 4,713 of 54,824, white 21,122 of 658,925.
    """
    with eq.open(SHARED / "washington" / "wa_discipline_2013_14.csv") as table:
        result = table.gaps("disciplined", by=["race"])
    found = rows(result)
    assert result.gaps.overall.value == pytest.approx(43_275 / 1_140_601)
    black = found["Black or African American"]
    assert (black.count, black.n) == (4_713, 54_824)
    assert (found["White"].count, found["White"].n) == (21_122, 658_925)


def test_naep_2019_grade_4_reading():
    """NAEP Data Explorer, national, 2019: all 220, Black 204, white 230."""
    path = SHARED / "naep" / "naep_g4_reading_by_race_1992_2019.csv"
    with eq.open(path) as table:
        result = table.gaps(
            "avg.scale.score", by=["race.ethnicity"], where="year = 2019"
        )
    found = rows(result)
    assert round(result.gaps.overall.value) == 220
    assert round(found["Black or African American"].value) == 204
    assert round(found["White"].value) == 230
    assert found["White"].p is None
    assert all(row.verdict == "not enough evidence" for row in result.rows)


def test_california_2014_15_counts_the_state_once():
    """California Department of Education: 173,897 out-of-school suspensions (code 5)."""
    with eq.open(SHARED / "california" / "rcaed_suspensions.parquet") as table:
        result = table.gaps(
            None,
            by=["ETHNICITY"],
            count="OTHERDEFIANCE",
            total="TOTAL",
            where="YEAR = '2014-15' and DISCIPLINETYPE = 'O'",
        )
    row = next(r for r in result.rows if "Hispanic" in "".join(r.group.values()))
    assert (row.count, row.n) == (40_337, 173_897)
