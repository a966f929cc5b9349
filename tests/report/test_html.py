"""The page: whole in one file, safe with any label, readable by everyone, printable."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from sample_documents import hostile_document, plain_document
from star_document import (
    ATTACK,
    COLUMNS,
    FORMULA,
    GROUPS,
    INDICATOR,
    LONG,
    MARK,
    group_table,
    school_table,
    star_document,
)

from equitable.report.document import (
    Answer,
    Bullets,
    Callout,
    Document,
    Figure,
    Paragraph,
    Section,
)
from equitable.report.html import marked, render

VOID = {"meta", "br", "wbr", "img", "link", "input", "hr", "path", "rect", "circle"}
DISPLAYED = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


class Page(HTMLParser):
    """What a browser would find in the page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.feed(text)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch(r"h\d", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.said.append(data)
        if self.open and re.fullmatch(r"h\d", self.open[-1]):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)

    @property
    def text(self):
        return " ".join(self.said)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def star():
    return render(star_document())


@pytest.fixture(scope="module", params=["star", "plain", "hostile", "internal"])
def any_page(request):
    document = {
        "star": star_document,
        "plain": plain_document,
        "hostile": hostile_document,
        "internal": lambda: star_document(internal=True),
    }[request.param]()
    return render(document)


def test_nothing_runs_and_nothing_is_loaded(any_page):
    page = Page(any_page)
    names = {name for name, _ in page.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "img", "base",
                        "form", "foreignobject", "image", "use"}  # fmt: skip
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "xlink:href", "srcset", "action", "formaction"):
            target = attributes.get(name) or "#"
            assert target.startswith(("#", "data:text/csv;charset=utf-8,"))
        assert "url(" not in (attributes.get("style") or "")
    style = re.findall(r"<style>(.*?)</style>", any_page, re.DOTALL)
    assert len(style) == 1
    assert "url(" not in style[0]
    assert "@import" not in style[0]
    assert "http" not in style[0]
    policy = [a for a in page.all("meta") if a.get("http-equiv")]
    assert policy[0]["content"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )


def test_one_title_one_h1_ids_once_and_no_level_is_skipped(any_page):
    page = Page(any_page)
    assert [level for level, _ in page.headings].count(1) == 1
    ids = Counter(a["id"] for _, a in page.tags if a.get("id"))
    assert max(ids.values()) == 1
    for _, attributes in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert all(part in ids for part in (attributes.get(name) or "").split())
        if (attributes.get("href") or "").startswith("#"):
            assert attributes["href"][1:] in ids
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("title")) == 1 + len(page.all("svg")) - 1


def test_landmarks_skip_link_and_contents(star):
    page = Page(star)
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    targets = [a["href"] for a in page.all("a") if a["href"].startswith("#")]
    assert targets == ["#main", "#summary", "#i1", "#i2", "#quality", "#about"]
    assert page.headings[0] == (1, "Where Tennessee's schools leave students out")


def test_labels_that_attack_are_only_text(star):
    page = Page(star)
    assert ATTACK in page.text
    assert "<script" not in star
    assert "<img" not in star
    assert "مدرسة النور" in page.text


def test_a_title_cannot_leave_the_style_it_stands_in():
    nasty = '</style><script>alert(1)</script>" } body{display:none} \\'
    text = render(replace(star_document(), title=nasty, mark=nasty))
    assert text.count("</style>") == 1
    assert "<script" not in text
    style = text.split("<style>")[1].split("</style>")[0]
    assert "{display:none" not in style
    assert style.count('"') % 2 == 0


def test_damaged_text_can_still_be_written():
    text = render(replace(star_document(), title="half \ud83d and \x00"))
    assert "half and" in text
    text.encode("utf-8")


def test_every_chart_is_there_in_both_layouts(star):
    page = Page(star)
    kinds = Counter(
        a["class"] for a in page.all("div") if "chart" in (a.get("class") or "")
    )
    assert kinds == {"chart wide": 4, "chart narrow": 4}
    widths = Counter(a["width"] for a in page.all("svg") if a.get("role") == "img")
    assert widths == {"720": 4, "340": 4}
    for attributes in page.all("svg"):
        assert (
            attributes.get("role") == "img" or attributes.get("aria-hidden") == "true"
        )


def test_tables_have_captions_and_headers(star):
    page = Page(star)
    tables = len(page.all("table"))
    assert tables == 5
    assert len(page.all("caption")) == tables
    scopes = Counter(a.get("scope") for a in page.all("th"))
    assert scopes[None] == 0
    assert scopes["row"] == 8 + 28 + 8 + 3 + 5
    scrolls = [
        a for a in page.all("div") if (a.get("class") or "").startswith("scroll")
    ]
    assert len(scrolls) == tables
    assert all(a["tabindex"] == "0" and a["aria-labelledby"] for a in scrolls)


def test_the_data_of_every_table_can_be_taken_along(star):
    page = Page(star)
    links = [a for a in page.all("a") if "download" in a]
    assert len(links) == 5
    assert len({a["download"] for a in links}) == 5
    data = unquote(links[0]["href"].split(",", 1)[1])
    assert data.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(data[1:])))
    assert len(rows) == len(GROUPS) + 1
    for row, (label, n, share, *_) in zip(rows, GROUPS, strict=False):
        expected = f"'{label}" if label == FORMULA else label
        assert row["Group"] == expected
        assert int(row["Students"]) == n
        assert float(row["Share"]) == share
    assert rows[-1]["Group"] == ATTACK
    assert {rows[-1][name] for name in rows[-1] if name != "Group"} == {
        "Withheld", "withheld",
    }  # fmt: skip
    live = ("=", "+", "@", "\t")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(live)]


def test_a_withheld_row_says_so_and_has_no_digits(star):
    row = re.search(
        rf'<tr[^>]*><th [^>]*scope="row"[^>]*><bdi>{re.escape("&lt;script")}.*?</tr>',
        star,
    )
    assert row
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row.group())
    assert cells == ["Withheld"] * 7 + ["withheld"]


@pytest.mark.parametrize(
    ("rows", "folded", "dropped"), [(14, 0, 0), (15, 1, 0), (30, 1, 0), (31, 1, 1)]
)
def test_long_tables_fold_and_very_long_ones_stay_off_paper(rows, folded, dropped):
    section = Section(name="s", title="S", sheet="S", blocks=(school_table(rows),))
    text = render(Document(title="T", subtitle="", mark="", sections=(section,)))
    page = Page(text)
    assert len(page.all("details")) == folded
    assert text.count('<details class="too-long">') == dropped
    assert ("The page on a screen has the whole table" in page.text) is bool(folded)
    assert f"School {rows}" in page.text


@pytest.mark.parametrize(
    ("text", "strong", "expected"),
    [
        ("of 100, 29; of 1,295, 66.", ("29", "66"), "of 100, <strong>29</strong>; of 1,295, <strong>66</strong>."),
        ("918.2 and 13.9, 1.9", ("13.9", "918.2"), "<strong>918.2</strong> and <strong>13.9</strong>, 1.9"),
        ("<b> 5 & 7", ("5", "&"), "&lt;b&gt; <strong>5</strong> <strong>&amp;</strong> 7"),
        ("9.5; 9th; 9.", ("9",), "9.5; 9th; <strong>9</strong>."),
        ("nothing", (), "nothing"),
        ("x", ("", "y"), "x"),
    ],
)  # fmt: skip
def test_strong_parts_are_whole_numbers_and_words(text, strong, expected):
    assert marked(text, strong) == expected


def test_answers_stand_in_order_with_their_numbers(star):
    assert re.findall(r'<span class="number" aria-hidden="true">(\d)</span>', star) == [
        "1", "2", "3",
    ]  # fmt: skip
    assert "<strong>29</strong>" in star
    page = Page(star)
    assert len([a for a in page.all("ol") if a.get("role") == "list"]) == 1


def test_an_answer_without_a_number_is_no_list():
    section = Section(name="s", title="S", sheet="S",
                      blocks=(Answer(text="None."), Paragraph(text="So.")))  # fmt: skip
    text = render(Document(title="T", subtitle="", mark="", sections=(section,)))
    assert "<ol" not in text
    assert '<div class="answer plain">' in text


def test_marks_stand_over_the_page_and_not_again_in_it():
    text = render(star_document(internal=True))
    assert text.count("Small groups are withheld, but nobody") == 1
    assert '<div class="band internal">' in text
    assert text.index("band internal") < text.index("<h1>")
    bare = replace(star_document(), sections=())
    assert f"<strong>{MARK}</strong>" in render(bare)
    section = Section(name="s", title="S", sheet="S",
                      blocks=(Callout(kind="caution", text="Mind."),))  # fmt: skip
    unmarked = render(Document(title="T", subtitle="", mark="", sections=(section,)))
    assert "band" not in unmarked.split("</style>")[1]
    assert "Take care" in unmarked


def test_names_given_twice_make_ids_given_once():
    section = Section(name="main", title="S", sheet="S",
                      blocks=(group_table("A"), group_table("A")))  # fmt: skip
    document = Document(title="T", subtitle="", mark="", sections=(section, section))
    ids = [a["id"] for _, a in Page(render(document)).tags if a.get("id")]
    assert len(ids) == len(set(ids))


def test_the_page_of_another_language_reads_its_way():
    document = replace(star_document(), language="ar-EG")
    assert Page(render(document)).all("html")[0] == {"lang": "ar-EG", "dir": "rtl"}


@pytest.fixture(scope="module")
def browser(chromium_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=chromium_path, args=DISPLAYED)
        yield found
        found.close()


@pytest.fixture(scope="module")
def star_file_path(tmp_path_factory, star):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(star, encoding="utf-8")
    return path


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(browser, star_file_path, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(star_file_path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(page)
    context.close()
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 759, 760, 1280])
def test_the_page_never_scrolls_sideways_and_shows_one_layout(
    browser, star_file_path, width
):
    page = browser.new_page(viewport={"width": width, "height": 900})
    asked, failed = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(star_file_path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    seen = page.evaluate(
        """() => [...document.querySelectorAll('figure')].map(f =>
             [...f.querySelectorAll('.chart')].filter(c => c.offsetParent).map(
               c => [c.className, c.querySelector('text').getBoundingClientRect().height]))"""
    )
    wanted = "chart wide" if width >= 760 else "chart narrow"
    assert [[kind for kind, _ in figure] for figure in seen] == [[wanted]] * 4
    small = page.evaluate(
        """() => [...document.querySelectorAll('nav a, .data a, summary')]
             .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.9).length"""
    )
    assert small == 0
    page.close()
    assert asked == [star_file_path.as_uri()]
    assert failed == []


@pytest.mark.browser
def test_words_in_charts_are_large_enough_on_a_telephone(browser, star_file_path):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(star_file_path.as_uri())
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('.chart.narrow svg')].flatMap(svg =>
             [...svg.querySelectorAll('text')].map(text => parseFloat(
               getComputedStyle(text).fontSize) * svg.getBoundingClientRect().width / 340)))"""
    )
    page.close()
    assert smallest >= 11.5


@pytest.mark.browser
def test_the_link_gives_the_file(browser, star_file_path):
    page = browser.new_page()
    page.goto(star_file_path.as_uri())
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download this table").first.click()
    download = waiting.value
    assert download.suggested_filename == "i1-crossed.csv"
    with open(download.path(), encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
        assert next(csv.reader(file))[0] == "Group"
    page.close()


@pytest.mark.browser
def test_every_printed_page_has_the_mark_and_long_tables_are_whole(
    browser, star_file_path, tmp_path
):
    from pypdf import PdfReader

    page = browser.new_page()
    page.goto(star_file_path.as_uri())
    page.pdf(path=tmp_path / "p.pdf", format="A4")
    page.close()
    pages = [part.extract_text() for part in PdfReader(tmp_path / "p.pdf").pages]
    assert len(pages) > 5
    for number, text in enumerate(pages, start=1):
        assert MARK in text
        assert f"{number} / {len(pages)}" in text
    whole = "\n".join(pages)
    for school in (1, 14, 28):
        assert f"School {school}\n" in whole or f"School {school} " in whole
    assert "Show the table" not in whole
    assert "Download" not in whole
    assert LONG.split()[0] in whole
    figure = next(text for text in pages if "All students: 52.0" in text)
    assert f"{INDICATOR}: of every 100 students at School 1, 30" in " ".join(
        figure.split()
    )


@pytest.mark.browser
def test_very_long_tables_are_left_out_of_print(browser, tmp_path):
    from pypdf import PdfReader

    section = Section(name="s", title="S", sheet="S", blocks=(school_table(121),))
    document = Document(title="T", subtitle="", mark=MARK, sections=(section,))
    file = tmp_path / "long.html"
    file.write_text(render(document), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.pdf(path=tmp_path / "p.pdf", format="A4")
    page.close()
    pages = [part.extract_text() for part in PdfReader(tmp_path / "p.pdf").pages]
    assert len(pages) == 1
    assert "The page on a screen has the whole table" in pages[0]
    assert "School 77" not in pages[0]


@pytest.mark.browser
def test_a_telephone_shows_each_row_whole_and_a_table_to_screen_readers(
    browser, star_file_path
):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(star_file_path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    beyond = page.evaluate(
        """() => [...document.querySelectorAll('tbody th, tbody td')].filter(c => {
             const box = c.getBoundingClientRect();
             return c.offsetParent && (box.right > 390 || box.left < 0)}).length"""
    )
    assert beyond == 0
    heads = page.evaluate(
        """() => [...document.querySelector('figure tbody tr').querySelectorAll('td')].map(
             c => [c.dataset.label, getComputedStyle(c, '::before').content])"""
    )
    assert [label for label, _ in heads] == list(COLUMNS[1:])
    assert all(f'"{label}"' in shown for label, shown in heads)
    table = page.locator("figure").first.get_by_role("table")
    assert table.get_by_role("columnheader").count() == len(COLUMNS)
    assert table.get_by_role("row").count() == len(GROUPS) + 2
    assert table.get_by_role("rowheader").count() == len(GROUPS) + 1
    page.close()


def test_a_bullet_leads_to_its_chapter():
    chapter = Section(name="i1", title="Reading & math", sheet="R", blocks=())
    first = Section(
        name="summary",
        title="First",
        sheet="F",
        blocks=(Bullets(items=("One.", "Two."), places=("i1", "nowhere")),),
    )
    text = render(replace(plain_document(), sections=(first, chapter)))
    assert text.count('<a class="place" href="#i1">') == 1
    assert '<span class="unseen"> Reading &amp; math</span>' in text
    assert "nowhere" not in text


@pytest.mark.parametrize("date", ["2026-11-22", "1988-89", "2023/24"])
def test_a_date_stays_in_one_piece(date):
    text = render(replace(plain_document(), subtitle=f"Figures of {date}, and more"))
    assert f'Figures of <span class="whole">{date}</span>, and more' in text


def test_paper_gets_the_shorter_table_and_the_screen_the_whole_one():
    shorter = replace(group_table("Shorter"), note="2 are withheld.")
    document = star_document()
    figure = next(
        block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Figure)
    )
    section = Section(
        name="s", title="S", sheet="S", blocks=(replace(figure, brief=shorter),)
    )
    text = render(replace(document, sections=(section,)))
    screen, paper = text.split('<div class="on-paper">', 1)
    assert "Shorter" not in screen
    assert "2 are withheld. The page on a screen has the whole table" in paper
    style = text.split("@media print", 1)[1]
    assert ".on-screen { display: none; }" in style
    assert ".on-paper { display: block; }" in style
