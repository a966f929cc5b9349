"""`equitable inequality`: from a file to summaries, made of what may be shown."""

from __future__ import annotations

import json
import subprocess

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
