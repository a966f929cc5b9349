"""No summary is made of a group that is not shown: not now, not in any year."""

import json

import pytest

import equitable as eq


def students(*groups):
    return [
        (name, year, int(i < passed))
        for name, year, n, passed in groups
        for i in range(n)
    ]


def written(tmp_path, *groups, name="s.csv"):
    path = tmp_path / name
    lines = [f"{group},{year},{passed}" for group, year, passed in students(*groups)]
    path.write_text("\n".join(["group,year,passed", *lines]) + "\n")
    return path


YEARS = (
    ("A", 2021, 100, 40),
    ("B", 2021, 100, 60),
    ("C", 2021, 120, 60),
    ("D", 2021, 40, 10),
    ("A", 2022, 100, 50),
    ("B", 2022, 100, 62),
    ("C", 2022, 120, 66),
)


def asked(path, **more):
    with eq.open(path) as table:
        return table.inequality("passed", by="group", within=["year"], **more)


def measures(result, year):
    return next(
        one for one in result.strata if one.within["year"] == year
    ).found.measures


def test_a_group_withheld_in_one_year_enters_no_figure_of_it(tmp_path):
    """Four students of D in 2022, all or none of whom passed: nothing may differ."""
    one = asked(written(tmp_path, *YEARS, ("D", 2022, 4, 4), name="one.csv"))
    two = asked(written(tmp_path, *YEARS, ("D", 2022, 4, 0), name="two.csv"))
    assert measures(one, "2022") == measures(two, "2022")
    assert one.gated.changes == two.gated.changes
    held = next(o for o in one.strata if o.within["year"] == "2022").found.withheld
    assert {"group": "D"} in held


def test_what_is_withheld_is_null_in_json(tmp_path):
    found = json.loads(asked(written(tmp_path, *YEARS, ("D", 2022, 4, 4))).to_json())
    rows = {
        row["group"]["group"]: row
        for row in found["strata"][1]["groups"]
    }  # fmt: skip
    assert rows["D"]["withheld"] is True
    assert {rows["D"][k] for k in ("n", "share", "value", "low", "high")} == {None}
    shown = [row for row in rows.values() if not row["withheld"]]
    assert sum(row["share"] for row in shown) == pytest.approx(1)
    # Another group goes with the one that is too small: nobody counts them out.
    assert sum(row["withheld"] for row in rows.values()) >= 2
    assert found["measures"] == {}
    assert found["groups"] == []


def test_other_groups_are_not_a_change(tmp_path):
    found = asked(written(tmp_path, *YEARS, ("D", 2022, 4, 4)))
    assert {change.movement for change in found.gated.changes} == {None}
    assert "2022 lacks" in found.gated.changes[0].reason


def test_internal_shows_all_and_says_so(tmp_path):
    path = written(tmp_path, *YEARS, ("D", 2022, 4, 4))
    found = asked(path, internal=True)
    last = found.strata[-1].found
    assert {level.group["group"] for level in last.groups} == {"A", "B", "C", "D"}
    assert last.withheld == ()
    assert found.gated.internal
    assert found.provenance.internal


def test_few_whose_group_nobody_wrote_down_are_in_no_figure(tmp_path):
    one = asked(written(tmp_path, *YEARS, ("", 2022, 3, 3), name="one.csv"))
    two = asked(written(tmp_path, *YEARS, name="two.csv"))
    assert measures(one, "2022")["BGV"] == measures(two, "2022")["BGV"]


def test_bounds_of_counts_are_refused_with_their_number(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("group,k,total\nA,30,100\nB,s,80\nC,20,60\n")
    with (
        eq.open(path) as table,
        pytest.raises(eq.errors.QuestionError, match="of 1 of 3 groups only bounds"),
    ):
        table.inequality(None, by="group", count="k", total="total")
