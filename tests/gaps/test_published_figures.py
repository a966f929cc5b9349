"""What publishers say of their own tables, from the whole files as they are.

Small files and cuts of large ones are held in tests/specification.
"""

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


@pytest.fixture(scope="module")
def california():
    """A year's out-of-school (O) or in-school (I) suspensions, or expulsions (E).

    `california(year, kind)` is defiance's number and all, of the State, counted once
    though schools, districts and counties stand beside it.
    """
    with eq.open(SHARED / "california" / "rcaed_suspensions.parquet") as table:

        def asked(year, kind):
            result = table.gaps(
                None,
                by=["ETHNICITY"],
                count="OTHERDEFIANCE",
                total="TOTAL",
                where=f"YEAR = '{year}' and DISCIPLINETYPE = '{kind}'",
            )
            whole = result.gaps.overall
            return whole.value * whole.n, whole.n, result

        yield asked


def test_california_2014_15_counts_the_state_once(california):
    """California Department of Education: 173,897 out-of-school suspensions (code 5)."""
    _, _, result = california("2014-15", "O")
    row = next(r for r in result.rows if "Hispanic" in "".join(r.group.values()))
    assert (row.count, row.n) == (40_337, 173_897)


def test_california_2011_12_suspensions(california):
    """EdSource 2018, School suspensions continue downward trend: 710,000 suspensions in 2011-12."""
    total = sum(california("2011-12", kind)[1] for kind in "OI")
    assert round(total, -4) == 710_000


def test_california_suspensions_for_defiance(california):
    """EdSource 2015, Suspensions, expulsions down statewide: some 76,000 fewer in 2013-14, about 29 percent."""
    before, after = (
        sum(california(year, kind)[0] for kind in "OI")
        for year in ("2012-13", "2013-14")
    )
    assert round(before - after, -3) == 76_000
    assert round(100 * (before - after) / before) == 29


def test_california_expulsions_for_defiance(california):
    """The same article: from 6 to 4 percent of expulsions."""
    shares = [california(year, "E") for year in ("2012-13", "2013-14")]
    assert [round(100 * count / total) for count, total, _ in shares] == [6, 4]
