"""Published outcomes of which nothing says whether more is better."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

import equitable as eq
from equitable.errors import QuestionError
from equitable.intake.meaning.outcomes import counts_indicator, says_direction
from equitable.intake.meaning.proposal import inspect
from equitable.intake.settings import write_settings
from equitable.intake.source import open_source

# 40 of 100 Black and 10 of 100 White students.
TABLE = """\
District,Student Group,Enrolled,{0}
North,All Students,400,100
North,Black,200,80
North,White,200,20
"""


def card(folder: Path, outcome: str) -> Path:
    path = folder / "card.csv"
    path.write_text(TABLE.format(outcome), encoding="utf-8")
    return path


def head(path: Path) -> str:
    text = re.sub(r"(?s)<(style|svg).*?</\1>", " ", path.read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))
    return text[: text.find("What could not be told")]


ASKED = {"count": "Nr rides", "total": "Enrolled"}


def test_a_report_of_published_counts_asks_for_the_direction(tmp_path):
    with eq.open(card(tmp_path, "Nr rides")) as data:
        with pytest.raises(QuestionError, match="whether more or less of 'Nr rides'"):
            data.report(tmp_path / "out.html", **ASKED)
        assert not [*tmp_path.glob("*.html")]
        for way, behind in (
            ("lower", "Black or African American"),
            ("higher", "White"),
        ):
            asked = {**ASKED, "direction": way}
            report = head(data.report(tmp_path / f"{way}.html", **asked)[0])
            assert f"{behind} students, " in report.split(";")[0]


def test_a_direction_in_equity_toml_is_enough_and_inspect_writes_none(tmp_path):
    path = card(tmp_path, "% rides")
    told = (
        '[indicators."rides"]\ncount = "% rides"\ntotal = "Enrolled"\n{0}\n'
        '[columns]\n"% rides" = "count"\n'
    )
    settings = tmp_path / "equity.toml"
    settings.write_text(told.format(""), encoding="utf-8")
    with eq.open(path) as data, pytest.raises(QuestionError, match="--direction lower"):
        data.report(tmp_path / "out.html")
    found = inspect(open_source(path), data.settings)
    assert any("whether more or less of 'Rides'" in note for note in found.notes)
    write_settings(found, tmp_path / "again.toml")
    again = (tmp_path / "again.toml").read_text(encoding="utf-8")
    assert "Nothing in the file says whether more or less of it is better" in again
    assert 'direction = "' not in again.split("[indicators")[1]
    settings.write_text(told.format('direction = "lower"'), encoding="utf-8")
    with eq.open(path) as data:
        report = head(data.report(tmp_path / "out.html")[0])
    assert "Black or African American students, " in report.split(";")[0]


def test_an_outcome_that_tells_is_shown_and_the_other_named_at_the_head(tmp_path):
    path = tmp_path / "card.csv"
    rows = TABLE.format("Suspended,Rides").splitlines()
    path.write_text("\n".join([rows[0], *(f"{r},50" for r in rows[1:])]) + "\n")
    (tmp_path / "equity.toml").write_text(
        '[indicators.Suspended]\ncount = "Suspended"\ntotal = "Enrolled"\n'
        '[indicators.Rides]\ncount = "Rides"\ntotal = "Enrolled"\n'
    )
    with eq.open(path) as data:
        report = head(data.report(tmp_path / "out.html")[0])
    assert "'Rides' is left out: nothing in the file says" in report
    assert "Black or African American students, 40" in report


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("pa_percent", True), ("Persistent absence", True), ("sess_overall", True),
        ("sess_unauthorised_percent", True), ("Pass Rate", True),
        ("Number Met or Exceeded", True), ("Level 3+4", True), ("% Level 1", True),
        ("Graduates N", True), ("Suspended", True), ("rides", False), ("zz", False),
    ],
)  # fmt: skip
def test_names_that_tell_which_way_is_better(name, told):
    assert says_direction(counts_indicator(None, name, "Enrolled")) is told


@pytest.mark.parametrize("name", ["pa_percent", "Persistent absence", "sess_overall"])
def test_englands_names_of_absence(name):
    assert counts_indicator(None, name, "pupils").direction == "lower"


def test_students_keep_the_note_beside_the_figures(tmp_path):
    path = tmp_path / "students.csv"
    rows = [f"{'AB'[i % 2]},{i % 3 % 2}" for i in range(120)]
    path.write_text("\n".join(["race,rides", *rows, ""]), encoding="utf-8")
    with eq.open(path) as data:
        paths = data.report(tmp_path / "out.html", outcomes=["rides"], by=["race"])
    assert "Higher is taken as better" in paths[0].read_text(encoding="utf-8")
