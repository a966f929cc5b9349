"""The page for a board as people hold it: on a screen, by ear, and on one sheet."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from public_tables import table
from pypdf import PdfReader

import equitable as eq
from equitable.pages import wanted_of
from equitable.report.board import html, pdf
from equitable.report.board.page import (
    Bar,
    BarGroup,
    BoardPage,
    YearOnPage,
    board_page,
    lead_runs,
)
from equitable.report.board.words import languages
from equitable.study import Plan, carry_out
from equitable.vocabulary import Break

LONG = "The Very Reverend Doctor Bartholomew Featherstonehaugh Memorial Acad…"
ATTACK = '<img src=x onerror="alert(1)"></style><script>alert(1)</script>'
SHOWN = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    """Ten years, a place, marks: what the page of a small table is made from."""
    from public_tables import DISTRICTS

    marked = {**DISTRICTS, 1: {"SWD": (40, "<10"), "Not SWD": (160, 112)}}
    folder = tmp_path_factory.mktemp("table")
    source = table(folder, marked, years=tuple(range(2013, 2023)))
    with eq.open(source) as students:
        schema = students.schema
        plan = Plan(
            indicators=schema.indicators,
            by=schema.dimensions,
            year=schema.year,
            command="equitable report districts.csv --our-group SWD --our-school 1",
            page=wanted_of(
                students.source, schema, schema.dimensions, "SWD", "1", None
            ),
        )
        return carry_out(students.source, schema, plan)


def fullest(contents, language: str) -> BoardPage:
    """As much as a page can hold: every name as long as it may be, and all it can say."""
    page = board_page(contents, language)
    name = f"students in the group ‘{LONG[:48]}’"
    lead = page.lead.replace("1, ", f"{LONG}, ", 1)
    bars = tuple(
        BarGroup(
            name=LONG,
            bars=(
                replace(group.bars[0], label=f"{name} ({LONG[:48]})"),
                group.bars[1],
            ),
        )
        for group in page.chart
    )
    return replace(
        page,
        title=f"{page.title} {name} {LONG}",
        internal="Internal: contains small groups.",
        lead=f"{lead} {name}",
        detail=f"{page.detail} {name} {LONG}",
        note="Nobody named a group, so this page takes the one most clearly behind. "
        "This page takes the first of the report's 12 outcomes in which these students "
        "are clearly behind. The report has the others.",
        chart=bars,
        years=tuple(
            YearOnPage(
                year=f"{y}-{y - 1999}",
                group="held back",
                others="no figure",
                broken=y == 2018,
            )
            for y in range(2013, 2023)
        ),
        years_note=f"{page.years_note} {page.years_note} {LONG} {LONG}",
        hides=(*page.hides, *page.hides)[:5],
        questions=tuple(f"{text} {name}" for text in page.questions),
        sources=(*page.sources[:-1], ("Terms of use", LONG * 2), ("", LONG)),
    )


def attacked(contents) -> BoardPage:
    page = board_page(contents, "en")
    bar = Bar(label=ATTACK, value="1", interval="–", students="2", kind="group",
              known=0.1, most=0.2)  # fmt: skip
    return replace(
        page, title=ATTACK, lead=ATTACK, chart=(BarGroup(name=ATTACK, bars=(bar,)),),
        hides=(ATTACK,), questions=(ATTACK,) * 3, sources=((ATTACK, ATTACK),),
        years=(YearOnPage(year=ATTACK, group=ATTACK, others=ATTACK),),
    )  # fmt: skip


def test_the_headlines_figures_are_marked_and_nothing_is_lost(contents):
    page = board_page(contents, "en")
    runs = lead_runs(page)
    # 0 to 9 of 40; the others are the 120 of everybody less these, of 160.
    assert [text for text, strong in runs if strong] == [
        "between 0 and 23",
        "between 69 and 75",
    ]
    assert "".join(text for text, _ in runs) == (
        "Of every 100 students with disabilities in district 1, between 0 and 23"
        " reached the expected level; of every 100 other students in the district,"
        " between 69 and 75."
    )


@pytest.mark.parametrize("language", languages())
def test_the_html_is_whole_and_loads_nothing(contents, language):
    text = html.render(board_page(contents, language))
    assert f'<html lang="{language}" dir="ltr">' in text
    assert "default-src 'none'" in text
    assert "http" not in text.replace("http-equiv", "")
    assert not re.search(r"<script|url\(|@import|<link|<img|\son\w+=", text)
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert set(levels[1:]) == {2}
    assert text.count('<th scope="row"') == 4


def test_a_files_words_stay_words(contents):
    page = attacked(contents)
    text = html.render(page)
    assert "<script" not in text
    assert "<img" not in text
    assert text.count("</style>") == 1
    assert pdf.render(page).startswith(b"%PDF")


def test_a_language_of_the_other_direction_reads_its_way(contents):
    page = replace(board_page(contents, "en"), language="ar", direction="rtl")
    assert '<html lang="ar" dir="rtl">' in html.render(page)
    assert pdf.render(page).startswith(b"%PDF")


def test_a_break_stands_before_its_year_and_in_words(contents):
    before = tuple(str(year) for year in range(2013, 2018))
    breaks = (
        Break(year="Year", at="2018", earlier=before, why="another test"),
        Break(year="Year", at="1999", earlier=("1998",), why="x"),
    )
    board = replace(contents.board, breaks=breaks)
    page = board_page(replace(contents, board=board), "es")
    assert [year.year for year in page.years if year.broken] == ["2018"]
    assert "2018: another test" in page.years_note
    assert "no se comparan" in page.years_note
    assert '<li class="broken">' in html.render(page)


@pytest.mark.parametrize("paper", ["us-letter", "a4"])
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("full", [False, True])
def test_the_pdf_is_one_sheet_that_says_its_language(contents, language, full, paper):
    page = fullest(contents, language) if full else board_page(contents, language)
    reader = PdfReader(io.BytesIO(pdf.render(page, paper)))
    assert len(reader.pages) == 1
    assert reader.trailer["/Root"]["/Lang"] == language
    words = re.sub(r"\s+", "", reader.pages[0].extract_text())
    assert re.sub(r"\s+", "", page.mark) in words
    for text in (*page.questions, page.footer):
        assert re.sub(r"\s+", "", text[:40]) in words
    sizes = {"us-letter": (612, 792), "a4": (595, 842)}
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == sizes[paper]


@pytest.fixture(scope="module")
def browser(chromium_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=chromium_path, args=SHOWN)
        yield found
        found.close()


@pytest.fixture(scope="module", params=[(one, full) for one in languages() for full in (0, 1)],
                ids=str)  # fmt: skip
def place(request, contents, tmp_path_factory):
    language, full = request.param
    page = fullest(contents, language) if full else board_page(contents, language)
    path = tmp_path_factory.mktemp("board") / "page.html"
    path.write_text(html.render(page), encoding="utf-8")
    return path


@pytest.mark.browser
def test_the_html_prints_on_one_sheet(browser, place, tmp_path):
    page = browser.new_page()
    page.goto(place.as_uri())
    for paper in ("Letter", "A4"):
        page.pdf(path=tmp_path / "p.pdf", format=paper)
        assert len(PdfReader(tmp_path / "p.pdf").pages) == 1, paper
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_the_page(browser, place, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(place.as_uri())
    found = Axe().run(page)
    context.close()
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 800, 1280])
def test_the_page_never_scrolls_sideways(browser, place, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(place.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
