"""California's discipline files of 2011-12 to 2014-15, whose groups are codes."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq

FILE = (
    Path(__file__).parents[2].parent
    / "shared" / "data" / "california" / "rcaed_suspensions.parquet"
)  # fmt: skip
there = pytest.mark.skipif(not FILE.exists(), reason="it lies outside the repository")

HEAD = "AGGEGATELEVEL,CDS,NAME,DISCIPLINETYPE,ETHNICITY,OTHERDEFIANCE,TOTAL,YEAR\n"


def made_up(tmp_path: Path) -> Path:
    """A state, its county, district and two schools, with two of the codes."""
    rows = ""
    for level, name, size in (
        ("T", "State", 4), ("O", "County", 4), ("D", "District", 2),
        ("S", "Oak", 1), ("S", "Elm", 1),
    ):  # fmt: skip
        for code, total in ((6, 50), (7, 30)):
            rows += f"{level},1,{name},O,{code},{10 * size},{total * size},2014-15\n"
    path = tmp_path / "discipline.csv"
    path.write_text(HEAD + rows)
    return path


def test_codes_are_names_and_levels_are_not_added_up(tmp_path: Path) -> None:
    with eq.open(made_up(tmp_path), fresh=True) as table:
        result = table.gaps(
            None, by=["ETHNICITY"], count="OTHERDEFIANCE", total="TOTAL"
        )
        written = table.inspect().to_toml()
    found = {row.group["ETHNICITY"]: (row.count, row.n) for row in result.rows}
    # The state's own rows: 4 times 10 of 4 times 50, and of 4 times 30.
    assert found == {"Black or African American": (40, 200), "White": (40, 120)}
    assert any("6 is Black or African American" in n for n in result.provenance.notes)
    assert '"6" = "Black or African American"' in written
    assert 'levels = ["T", "O", "D", "S"]' in written


def test_a_code_that_is_none_of_theirs_leaves_all_as_they_are(tmp_path: Path) -> None:
    path = made_up(tmp_path)
    path.write_text(path.read_text() + "T,1,State,O,8,1,2,2014-15\n")
    with eq.open(path, fresh=True) as table:
        published = table.schema.published
        assert published is None or published.coded is None


@there
def test_statewide_defiance_fell_as_was_reported() -> None:
    """EdSource, 14 January 2015, from the department: about 76,000 fewer suspensions
    for defiance or disruption in 2013-14 than the year before, a drop of about 29 %."""
    with eq.open(FILE, fresh=True) as table:
        result = table.gaps(
            None, by=["YEAR"], count="OTHERDEFIANCE", total="TOTAL",
            where="DISCIPLINETYPE in (I, O)",
        )  # fmt: skip
    counts = {row.group["YEAR"]: row.count for row in result.rows}
    before, after = counts["2012-13"], counts["2013-14"]
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert round((before - after) / 1000) == 76
    assert round(100 * (before - after) / before) == 29
