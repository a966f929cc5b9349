"""A date where a published table names a group: its students are in no other group."""

from __future__ import annotations

import pytest

import equitable as eq
from equitable.intake.published.groups_named import about_dates

TABLE = "School,Group,Suspended,Enrolled\n" + "".join(
    f"{school},{group},{n},{of}\n"
    for school in ("Oak", "Elm")
    for group, n, of in (
        ("All Students", 40, 200), ("{}", 10, 100), ("Black", 30, 100),
    )
)  # fmt: skip


@pytest.fixture
def cautions(tmp_path):
    def told(group, toml=""):
        path = tmp_path / "t.csv"
        path.write_text(TABLE.replace("{}", group), encoding="utf-8")
        (tmp_path / "equity.toml").write_text(toml, encoding="utf-8")
        with eq.open(path) as table:
            found = table.gaps("Suspended", by="race" if not toml else "Group")
        groups = {row.group[found.gaps.dimensions[0].name] for row in found.rows}
        said = [c for c in found.provenance.cautions if "as a date" in c]
        return said, groups

    return told


@pytest.mark.parametrize("date", ["2020-01-01", "1/5/2020", "5-Jan", "Jan-05"])
def test_a_date_is_said_before_the_figures(cautions, date):
    said, groups = cautions(date)
    assert len(said) == 1
    assert f"In 'Group', '{date}' is written as a date" in said[0]
    assert len(groups) == 1


def test_what_it_says_to_do_does_it(cautions):
    toml = '[crosswalk.values."Group"]\nWhite = ["2020-01-01"]\n'
    said, groups = cautions("2020-01-01", toml)
    assert not said
    assert len(groups) == 2


@pytest.mark.parametrize("name", ["White", "May", "2020-21", "Ages 5-9", "SWD 504"])
def test_names_are_no_dates(name):
    assert about_dates("Group", [name]) == ()
