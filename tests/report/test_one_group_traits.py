"""Traits of which a published table has one group: never dropped, never denied."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

import equitable as eq
from equitable.intake.published.groups_named import by_breakdown

# Two districts alike: 58 of 100 students with disabilities are absent, and
# (205 - 75) / (1,000 - 130) = 15 of 100 other students.
ONE = """\
District,Student Group,Enrolled,Chronically Absent
{0},All Students,1000,205
{0},Black,300,70
{0},White,700,135
{0},{1},130,75
"""


def said(path: Path) -> str:
    text = re.sub(r"(?s)<(style|svg).*?</\1>", " ", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text))).strip()


def card(folder: Path, group: str = "Students with Disabilities") -> Path:
    north, south = ONE.format("North", group), ONE.format("South", group)
    path = folder / "card.csv"
    path.write_text(north + south.split("\n", 1)[1], encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "group", ["Students with Disabilities", "Students with bus passes", "Econ Disadv"]
)
def test_a_trait_of_one_group_heads_the_report_by_whatever_name(tmp_path, group):
    with eq.open(card(tmp_path, group)) as data:
        report, page, _ = map(said, data.report(tmp_path / "out.html"))
    head = report[: report.index("What could not be told")]
    assert "58 ; of every 100 other students, 15 ." in head
    assert "58 were chronically absent; of every 100 other students, 15" in page


def test_a_file_of_many_breakdowns_compares_each_of_them(tmp_path):
    groups = ["Female", "EL", "Homeless", "Migrant", "Military", "Foster", "504",
              "Econ Disadv", "Title I", "Bus riders", "SWD"]  # fmt: skip
    rows = "".join(f"North,{group},100,30\n" for group in groups)
    path = tmp_path / "many.csv"
    path.write_text(ONE.format("North", "Gifted") + rows, encoding="utf-8")
    with eq.open(path) as data:
        compared = {column for d in data.schema.dimensions for column in d.columns}
        assert set(data.schema.published.breakdowns) <= compared


def test_a_trait_of_which_nothing_can_be_said_is_named_at_the_head(tmp_path):
    path = tmp_path / "students.csv"
    rows = [f"{'AB'[i % 2]},Y,{i % 3 % 2}" for i in range(120)]
    path.write_text("\n".join(["race,swd,absent", *rows, ""]), encoding="utf-8")
    asked = {"outcomes": ["absent"], "by": ["race", "swd"]}
    with eq.open(path) as data:
        report = said(data.report(tmp_path / "out.html", **asked)[0])
        kept = said(data.report(tmp_path / "kept.html", where="swd = 'Y'", **asked)[0])
    told = "Nothing can be said about ‘Students with disabilities’"
    assert told in report[: report.index("What is missing from the data")]
    assert told not in kept  # Who keeps one group has chosen it.


@pytest.mark.parametrize(
    ("has", "lacks", "breakdown"),
    [
        ("Students with IEPs", "Students without IEPs", "disability"),
        ("Students with Disabilities", "Students without Disabilities", "disability"),
        ("EL", "Non-EL", "english_learner"),
        ("Economically disadvantaged", "Not economically disadvantaged", "income"),
        ("Homeless", "Not Homeless", "homeless"),
        ("Students with a bus pass", "Students without a bus pass",
         "Students with a bus pass"),
    ],
)  # fmt: skip
def test_those_with_and_those_without_are_one_trait(has, lacks, breakdown):
    assert by_breakdown([lacks, "White", has]) == {
        breakdown: [has, lacks] if breakdown == has else [lacks, has],
        "race": ["White"],
    }


def test_the_trait_is_found_by_its_groups_name(tmp_path):
    with eq.open(card(tmp_path)) as data:
        assert data.schema.dimension("Students with Disabilities").name == "disability"
        assert data.schema.dimension("disability").label == "Students with disabilities"


def test_breakdowns_that_equity_toml_leaves_out_are_named_at_the_head(tmp_path):
    path = card(tmp_path)
    settings = tmp_path / "equity.toml"
    for names, left in ((["race"], True), (["race", "disability"], False)):
        text = "".join(f'[dimensions.{name}]\nlabel = "{name}"\n' for name in names)
        settings.write_text(text, encoding="utf-8")
        with eq.open(path) as data:
            report, *_ = map(said, data.report(tmp_path / f"{left}.html"))
            asked = said(data.report(tmp_path / f"by{left}.html", by=["race"])[0])
        told = "Not compared: 'disability'. The file tells of it"
        assert (told in report[: report.index("What could not be told")]) is left
        assert told not in asked
