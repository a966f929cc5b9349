"""Long names of files break where their words end, and not within a word."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq
from equitable.report.html_tables import words
from equitable.report.typesetting import breakable

LONG = "chronic-absence_district_level.2018_2022_final.csv"


@pytest.fixture
def report(tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / LONG
    path.write_text(
        "School,White suspended,White enrolled,Black suspended,Black enrolled,"
        "All suspended,All enrolled\n"
        "Oak,5,100,9,60,14,160\nElm,6,120,8,70,14,190\nAsh,7,110,6,50,13,160\n"
    )
    with eq.open(path) as data:
        made = data.report(tmp_path / "r.html")
    return made[0].read_text("utf-8"), made[1].read_text("utf-8")


BROKEN = (
    "chronic-<wbr>absence_<wbr>district_<wbr>level.<wbr>2018_<wbr>2022_<wbr>final."
    "<wbr>csv"
)


def test_a_title_breaks_at_its_words(report: tuple[str, str]) -> None:
    page, board = report
    heading = page[page.index("<h1>") : page.index("</h1>")]
    assert heading.endswith(f": {BROKEN}")
    # The page's own title, in a browser's tab, is plain text.
    assert f"{LONG}</title>" in page
    assert BROKEN in board


def test_short_words_and_what_could_be_markup_stay() -> None:
    assert words("a.csv and 2020-21") == 'a.csv and <span class="whole">2020-21</span>'
    assert words("<b>_long_enough_to_break</b>") == (
        "&lt;b&gt;_<wbr>long_<wbr>enough_<wbr>to_<wbr>break&lt;/b&gt;"
    )


def test_on_paper_too() -> None:
    assert breakable(LONG).split("\u200b") == [
        "chronic-", "absence_", "district_", "level.", "2018_", "2022_", "final.", "csv",
    ]  # fmt: skip
    # Where a word has no such places it is cut all the same, else it leaves the page.
    assert "\u200b" in breakable("x" * 200)
    assert breakable("a.csv") == "a.csv"
