"""`equitable inequality`: from a file to summaries, made of what may be shown."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import equitable as eq
from equitable.errors import EquitableError


def rows(*groups):
    text = "group,passed\n"
    for name, n, passed in groups:
        text += "".join(f"{name},{int(i < passed)}\n" for i in range(n))
    return text


FILE = rows(("A", 100, 40), ("B", 100, 60), ("C", 200, 100))


def summaries(tmp_path, text=FILE, **asked):
    path = tmp_path / "s.csv"
    path.write_text(text)
    with eq.open(path) as students:
        return students.inequality("passed", by="group", **asked)


def test_summaries_by_hand(tmp_path):
    measures = summaries(tmp_path, reference="B").found.measures
    # Shares 1/4, 1/4, 1/2; levels .4, .6, .5; the average .5.
    assert measures["BGV"].value == pytest.approx(0.25 * 0.01 + 0.25 * 0.01)
    assert measures["MDMW"].value == pytest.approx(0.25 * 0.1 + 0.25 * 0.1)
    assert measures["MDRW"].value == pytest.approx(0.25 * 0.2 + 0.5 * 0.1)
    assert measures["PAR"].value == pytest.approx(0.1)
    assert measures["PAF"].value == pytest.approx(20)


def test_ordered_summaries_by_hand(tmp_path):
    measures = summaries(tmp_path, order=["A", "C", "B"]).found.measures
    # R: .125, .5, .875. Sum of s y (R - .5) = .25*.4*-.375 + .25*.6*.375 = .01875.
    assert measures["ACI"].value == pytest.approx(2 * 0.01875)
    assert measures["RCI"].value == pytest.approx(2 * 0.01875 / 0.5)


def test_a_withheld_group_enters_no_figure(tmp_path):
    few = FILE + "D,1\n" * 4
    found = summaries(tmp_path, few).found
    names = {dict(level.group)["group"] for level in found.groups}
    assert "D" not in names
    assert found.left_out >= 1
    other = summaries(tmp_path, FILE + "D,1\n" * 2 + "D,0\n" * 2).found
    assert found.measures == other.measures


def test_bounds_make_no_summary(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("group,k,total\nA,30,100\nB,s,80\nC,20,60\n")
    with (
        eq.open(path) as table,
        pytest.raises(EquitableError, match="only bounds of the counts"),
    ):
        table.inequality(None, by="group", count="k", total="total")


def test_the_command_writes_json_and_a_table(tmp_path, equitable_command):
    (tmp_path / "s.csv").write_text(FILE)
    base = [equitable_command, "inequality", "s.csv", "--outcome", "passed"]
    done = subprocess.run(
        [*base, "--by", "group", "--format", "json"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert set(found) >= {"measures", "groups", "provenance"}
    assert found["measures"]["BGV"]["value"] == pytest.approx(0.005)
    assert found["provenance"]["internal"] is False
    shown = subprocess.run(
        [*base, "--by", "group"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Theil" in shown.stdout
    lacking = subprocess.run(
        base, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert lacking.returncode == 2
    assert "--by" in lacking.stderr


def run(tmp_path, equitable_command, *asked):
    return subprocess.run(
        [equitable_command, "inequality", *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


YEARLY = "year,group,passed\n" + "".join(
    f"{year},{name},{int(i < passed)}\n"
    for year, levels in ((2021, (20, 60, 50)), (2022, (55, 60, 58)))
    for name, passed in zip("ABC", levels, strict=True)
    for i in range(100)
)


def test_over_years_the_command_says_what_changed(tmp_path, equitable_command):
    (tmp_path / "y.csv").write_text(YEARLY)
    base = ["y.csv", "--outcome", "passed", "--by", "group", "--within", "year"]
    shown = run(tmp_path, equitable_command, *base)
    assert shown.returncode == 0
    assert "nearer together" in " ".join(shown.stdout.split())
    # By hand: 2021 means .4333, best .6: .1667; 2022 mean .5767: .0233.
    found = json.loads(
        run(tmp_path, equitable_command, *base, "--format", "json").stdout
    )
    assert [one["within"]["year"] for one in found["strata"]] == ["2021", "2022"]
    values = [one["measures"]["MDBW"]["value"] for one in found["strata"]]
    assert values == pytest.approx([0.5 / 3, 0.07 / 3])
    change = next(c for c in found["changes"] if c["measure"] == "MDBW")
    assert (change["from"], change["to"]) == ("2021", "2022")
    assert change["difference"] == pytest.approx(-0.43 / 3)
    assert change["high"] < 0
    assert change["movement"] == "smaller"


def test_a_chart_or_a_page_by_its_ending(tmp_path, equitable_command):
    (tmp_path / "y.csv").write_text(YEARLY)
    base = ["y.csv", "--outcome", "passed", "--by", "group", "--within", "year"]
    for name, begins in (("c.svg", "<svg"), ("c.html", "<!doctype html>")):
        done = run(tmp_path, equitable_command, *base, "-o", name)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / name).read_text().startswith(begins)
    both = run(tmp_path, equitable_command, *base, "-o", "d.svg", "--format", "json")
    assert both.returncode == 2
    assert not (tmp_path / "d.svg").exists()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--order", "A,B"], "leaves out 'C'"),
        (["--order", "A,B,C,C"], "names a group twice"),
        (["--order", "A,B,C,X"], "names 'X'"),
        (["--reference", "X"], "no group 'X'"),
        (["--within", "group"], "asked for twice"),
        (["--within", "nope"], "no dimension or column 'nope'"),
        (["--confidence", "95"], "a confidence of 95"),
        (["--min-n", "1000"], "may be shown"),
    ],
)
def test_what_cannot_be_asked(tmp_path, asked, said, equitable_command):
    (tmp_path / "s.csv").write_text(FILE)
    done = run(
        tmp_path, equitable_command,
        "s.csv", "--outcome", "passed", "--by", "group", *asked,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_one_group_and_one_group_that_may_be_shown(tmp_path, equitable_command):
    (tmp_path / "one.csv").write_text(rows(("A", 50, 20)))
    alone = run(
        tmp_path, equitable_command, "one.csv", "--outcome", "passed", "--by", "group"
    )
    assert alone.returncode == 2
    assert "one group only" in alone.stderr
    hidden = rows(("A", 50, 20), ("B", 6, 4), ("C", 5, 1))
    found = summaries(tmp_path, hidden).found
    assert {m.reason for m in found.measures.values()} == {
        "there is only one group that may enter"
    }
    assert len(found.withheld) == 2


def test_a_withheld_reference_has_no_one_in_its_place(tmp_path):
    text = FILE + rows(("D", 5, 5), ("E", 5, 1)).removeprefix("group,passed\n")
    found = summaries(tmp_path, text, reference="D").found
    for name in ("MDRW", "MDRU", "PAR", "PAF"):
        assert found.measures[name].value is None
        assert "'D', is withheld" in found.measures[name].reason
    assert found.measures["MDBW"].value is not None


@pytest.mark.parametrize("kind", ["counts", "total row", "percents", "empty group"])
def test_tables_of_counts_and_percents_are_the_students(tmp_path, kind):
    """The same 400 students as in FILE, as a publisher writes them."""
    held = {
        "counts": "group,k,n\nA,40,100\nB,60,100\nC,100,200\n",
        "total row": "group,k,n\nA,40,100\nB,60,100\nC,100,200\nAll,200,400\n",
        "percents": "group,k,n\nA,40.0,100\nB,60.0,100\nC,50.0,200\n",
        "empty group": "group,k,n\nA,40,100\nB,60,100\nC,100,200\nD,0,0\n",
    }[kind]
    path = tmp_path / "c.csv"
    path.write_text(held)
    asked = {"percent": "k"} if kind == "percents" else {"count": "k"}
    with eq.open(path) as table:
        found = table.inequality(None, by="group", total="n", **asked).found
    whole = summaries(tmp_path).found
    assert {k: (m.value, m.low, m.high) for k, m in found.measures.items()} == {
        k: (m.value, m.low, m.high) for k, m in whole.measures.items()
    }


def test_means_with_weights_by_hand(tmp_path):
    # A: 50 of weight 1 at 10, 50 of weight 3 at 20: mean 17.5, weight 200; B: 100 at 10.
    lines = ["group,score,w"]
    lines += ["A,9,1", "A,11,1"] * 25 + ["A,19,3", "A,21,3"] * 25
    lines += ["B,9,1", "B,11,1"] * 50
    path = tmp_path / "w.csv"
    path.write_text("\n".join(lines) + "\n")
    with eq.open(path) as table:
        result = table.inequality("score", by="group", weight="w")
    found = result.found
    assert [level.share for level in found.groups] == pytest.approx([2 / 3, 1 / 3])
    assert [level.value for level in found.groups] == pytest.approx([17.5, 10])
    assert found.measures["MDBW"].value == pytest.approx(7.5 / 3)
    assert found.measures["BGV"].value == pytest.approx(2 / 9 * 7.5**2)
    # The numbers of students are without weights.
    assert [level.n for level in found.groups] == [100, 100]


def averages(tmp_path):
    lines = ["year,state,race,avg_scale_score"]
    for year, more in ((2019, 0), (2022, -4)):
        for state, base in (("Ohio", 210), ("Iowa", 215), ("Utah", 220)):
            for race, up in (
                ("All students", 9),
                ("Black", 0),
                ("White", 20),
                ("Asian", 26),
            ):
                lines.append(f"{year},{state},{race},{base + up + more}.37")
    path = tmp_path / "avg.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_published_averages_give_what_needs_no_numbers(tmp_path):
    with eq.open(averages(tmp_path)) as table:
        if table.schema.rows_are != "figures":
            pytest.skip("this table is not taken for published averages")
        result = table.inequality(
            "avg_scale_score", by="race", where="state = Ohio and year = 2019"
        )
        years = table.inequality(
            "avg_scale_score", by="race", within=["year"], where="state = Ohio"
        )
        with pytest.raises(EquitableError, match="cannot be averaged"):
            table.inequality("avg_scale_score", by="race")
    found = result.found.measures
    # From the best (236.37): 26, 6 and 0, over three groups.
    assert found["MDBU"].value == pytest.approx(32 / 3)
    assert found["MDBU"].low is None
    assert found["BGV"].value is None
    assert "averages and no counts" in found["BGV"].reason
    assert len(years.strata) == 2
    assert years.gated.changes == ()


def test_every_field_is_documented(tmp_path):
    path = tmp_path / "y.csv"
    path.write_text(YEARLY)
    with eq.open(path) as table:
        one = table.inequality("passed", by="group", order=["A", "C", "B"]).to_dict()
        years = table.inequality("passed", by="group", within=["year"]).to_dict()
    page = Path(__file__).parents[2] / "docs" / "reference" / "results.md"
    said = page.read_text().split("## Inequality")[1]
    fields = {*one, *years, *one["groups"][0], *years["changes"][0]}
    fields |= {*one["measures"]["BGV"], *years["strata"][0]}
    assert {name for name in fields if f"`{name}`" not in said} == set()


def test_the_reference_of_an_order_is_told(tmp_path):
    def told(**asked):
        notes = summaries(tmp_path, **asked).provenance.notes
        return [note for note in notes if "MDRW, MDRU, PAR and PAF" in note]

    (note,) = told(order=["A", "B", "C"])
    assert "'C', is the reference" in note
    assert not told(order=["A", "B", "C"], reference="A")
    assert not told()


@pytest.mark.parametrize("option", ["--order", "--within"])
def test_an_empty_list_is_refused(tmp_path, run_equitable, option):
    (tmp_path / "s.csv").write_text(FILE)
    done = run_equitable(
        ["inequality", "s.csv", "--outcome", "passed", "--by", "group", option, ""],
        tmp_path,
    )
    assert done.code == 2
    assert f"{option} names nothing" in done.err


@pytest.mark.parametrize("option", ["--outcome", "--by", "--over", "--language"])
def test_an_empty_list_of_a_report_is_refused(tmp_path, run_equitable, option):
    (tmp_path / "s.csv").write_text(FILE)
    done = run_equitable(["report", "s.csv", "-o", "r.html", option, " "], tmp_path)
    assert done.code == 2
    assert f"{option} names nothing" in done.err
    assert not (tmp_path / "r.html").exists()
