"""The PDF, read back with another library than it was made with."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdf
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_documents import (
    HOSTILE,
    MARK,
    count,
    figure,
    gap_table,
    hostile_document,
    long_table,
    number,
    plain_document,
    withheld,
)

from equitable.errors import OutputError
from equitable.report import pdf, typesetting
from equitable.report.document import (
    Answer,
    Bullets,
    Callout,
    Cell,
    Document,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
)


@pytest.fixture(scope="module")
def embedded() -> Any:
    """The fonts of a computer that has none but Typst's own."""
    return typst.Fonts(include_system_fonts=False)


def read(document: Document) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf.render(document)))


def words(reader: pypdf.PdfReader) -> list[str]:
    """Each page's text without spaces: where a line ends is the page's affair."""
    return [squeezed(page.extract_text()) for page in reader.pages]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def only(*blocks, **fields) -> Document:
    section = Section(name="s", title="Part", sheet="Part", blocks=blocks)
    return replace(plain_document(), sections=(section,), **fields)


def elements(reader: pypdf.PdfReader) -> Iterator[Any]:
    """Every element of the structure that a screen reader walks, in order."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop(0).get_object()
        if isinstance(node, list):
            waiting = [*node, *waiting]
        elif isinstance(node, dict):
            if "/S" in node:
                yield node
            if "/K" in node:
                waiting = [node["/K"], *waiting]


def test_it_is_tagged_titled_and_says_its_language():
    document = plain_document()
    reader = read(document)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "en"
    assert reader.metadata.title == document.title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfuaid:part>\s*1\s*<|pdfuaid:part=\"1\"", xmp)


def test_another_language_is_said():
    root = read(only(Paragraph(text="Hola"), language="es-MX")).trailer["/Root"]
    assert root["/Lang"] == "es-MX"


@pytest.mark.parametrize("language", ["", "none at all", "12"])
def test_a_language_that_is_none_is_english(language):
    assert read(only(language=language)).trailer["/Root"]["/Lang"] == "en"


@pytest.mark.parametrize("internal", [False, True])
def test_every_page_carries_the_mark(internal):
    pages = words(read(hostile_document()))
    assert len(pages) > 3
    assert all(squeezed("Not checked for publication & more #1") in p for p in pages)
    pages = words(read(plain_document(internal=internal)))
    assert len(pages) > 2
    assert all(squeezed(MARK) in page for page in pages)
    band = squeezed("For internal use only")
    assert all((band in page) is internal for page in pages)
    for place, page in enumerate(pages, start=1):
        assert f"Page{place}of{len(pages)}" in page


def test_a_mark_that_is_not_there_leaves_no_gap():
    assert squeezed(MARK) not in "".join(words(read(only(mark=""))))


def test_hostile_labels_stand_as_they_are():
    text = "".join(words(read(hostile_document())))
    for label in (*HOSTILE, "школа", "Ñandú É"):
        # In a heading, a paragraph, an answer and its detail, and so on.
        assert text.count(squeezed(label)) >= 8, label


def test_hostile_text_reaches_the_properties_as_it_is():
    reader = read(only(title='#panic("x") [a] $b$ \\ "c"', keywords=("#a", "$b")))
    assert reader.metadata.title == '#panic("x") [a] $b$ \\ "c"'
    assert {"#a", "$b"} <= set(re.split(r"[,;]\s*", reader.metadata["/Keywords"]))


def test_a_chart_stands_with_its_sentence_and_its_words_for_screen_readers():
    document = only(figure(), Heading(text="Next"), figure("second"))
    reader = read(document)
    alts = [str(e["/Alt"]) for e in elements(reader) if e["/S"] == "/Figure"]
    assert alts == [figure().alt, figure().alt]
    for page in words(reader):
        # No figure without its sentence on the same page.
        assert page.count("Asmallgroup1") <= page.count(squeezed(figure().sentence))


def test_a_chart_without_words_gets_its_title():
    reader = read(only(replace(figure(), alt="")))
    alts = [str(e["/Alt"]) for e in elements(reader) if e["/S"] == "/Figure"]
    assert alts == ["Reading, by Lunch"]


def test_the_largest_chart_fits_its_page():
    many = tuple(f"Group {place}" for place in range(60))
    reader = read(only(figure(labels=many)))
    text = words(reader)
    assert all(any(squeezed(label) in page for page in text) for label in many)
    width = pdf._shown_size('<svg viewBox="0 0 100 1000" width="100">')
    assert width == (pytest.approx(56), pytest.approx(560))
    assert pdf._shown_size("<svg>") == (481.0, 0.0)


def test_heading_levels_are_never_skipped():
    reader = read(
        only(
            Heading(text="Deep at once", level=4),
            Heading(text="Three", level=3),
            Heading(text=""),
            Heading(text="Four", level=4),
        )
    )
    levels = [
        int(str(e["/S"])[2:])
        for e in elements(reader)
        if re.fullmatch(r"/H[1-6]", str(e["/S"]))
    ]
    assert levels == [1, 2, 3, 3, 4]


def test_a_table_has_header_cells_and_a_caption():
    kinds = [str(e["/S"]) for e in elements(read(only(gap_table())))]
    assert kinds.count("/TH") == 6
    assert kinds.count("/TD") == 3 * 6
    assert "/Caption" in kinds


def test_a_long_table_is_cut_and_says_so():
    at_most = pdf.ROWS_AT_MOST
    text = "".join(words(read(only(long_table(at_most + 7)))))
    assert f"School{at_most:04d}" in text
    assert f"School{at_most + 1:04d}" not in text
    assert squeezed("7 more rows in the workbook") in text
    assert "morerows" not in "".join(words(read(only(long_table(at_most)))))


def test_a_table_over_pages_repeats_its_header(monkeypatch):
    monkeypatch.setattr(pdf, "ROWS_AT_MOST", 150)
    pages = words(read(only(long_table(150))))
    assert len(pages) > 2
    assert all("SchoolStudents" in page for page in pages)


def test_rows_of_any_length_make_a_table():
    ragged = Table(
        caption="", columns=("A", ""), numeric=(True,),
        rows=((Cell(text="1"),), (Cell(text="2"), Cell(text="3"), Cell(text="4")), ()),
    )  # fmt: skip
    none = Table(caption="None", columns=(), numeric=(), rows=())
    kinds = [str(e["/S"]) for e in elements(read(only(ragged, none)))]
    assert (kinds.count("/Table"), kinds.count("/TD")) == (1, 6)


def test_nothing_in_it_makes_a_document_all_the_same():
    empty = only(
        Paragraph(text=""), Answer(text=""), Callout(kind="note", text=""),
        Bullets(items=()), Bullets(items=("",)), Facts(items=()), Heading(text=""),
        title="", subtitle="", mark="",
    )  # fmt: skip
    assert read(empty).metadata.title == "Report"
    assert len(read(replace(empty, sections=())).pages) == 1


def test_the_same_document_gives_the_same_bytes():
    made = pdf.render(plain_document())
    assert made == pdf.render(plain_document())
    # Nothing in it tells when it was made: the subtitle does, where it is asked to.
    assert b"/CreationDate" not in made
    assert b"CreateDate" not in made


def test_letters_without_a_font_stand_as_numbers_and_a_note_says_so(
    monkeypatch, embedded
):
    monkeypatch.setattr(typesetting, "_fonts", lambda: embedded)
    reader = read(
        only(
            Paragraph(text="東京 and café"),
            figure(labels=("東京の学校", "Free lunch")),
            title="学校",
        )
    )
    text = "".join(words(reader))
    # U+6771 and U+4EAC are 東 and 京 in the Unicode charts.
    assert "[U+6771U+4EAC]andcafé" in text
    assert "Someletters" in text
    assert len(reader.pages) >= 1
    plain = read(only(Paragraph(text="café “quoted” – −13.3 • Ñandú")))
    assert "Someletters" not in "".join(words(plain))


@settings(max_examples=40)
@given(text=st.text(max_size=50))
def test_any_text_makes_a_pdf_on_a_computer_without_fonts(embedded, text):
    document = only(
        Heading(text=text, level=4), Paragraph(text=text), Bullets(items=(text,)),
        Answer(text=text, strong=(text[:2],), detail=text, number=1),
        Facts(items=((text, text),)), gap_table((text, "b")),
        title=text, subtitle=text, mark=text,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typesetting, "_fonts", lambda: embedded)
        assert len(read(document).pages) >= 1


def test_a_failure_of_ours_is_a_sentence_without_the_files_words(monkeypatch):
    def fail(*_: Any, **__: Any) -> bytes:
        error = typst.TypstError("Jane Doe")
        error.message = error.diagnostic = "Jane Doe"
        raise error

    monkeypatch.setattr(typst, "compile", fail)
    with pytest.raises(OutputError, match="could not be made") as error:
        pdf.render(plain_document())
    assert "Jane" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "strong", "marked"),
    [
        ("Of every 66, 6; of 100, 16.", ("6", "16"), ["6", "16"]),
        ("Of every 66, 6.", (), []),
        ("66", ("66", ""), ["66"]),
        ("a+b (c)", ("a+b", "(c)"), ["a+b", "(c)"]),
    ],
)
def test_figures_are_marked_as_whole_words(text, strong, marked):
    runs = typesetting.runs(text, strong)
    assert [run["text"] for run in runs if run["strong"]] == marked
    assert "".join(run["text"] for run in runs) == text


@given(st.text())
def test_long_words_can_break_and_lose_nothing(text):
    broken = typesetting.breakable(text)
    assert broken.replace("\u200b", "") == text.replace("\u200b", "")
    assert all(len(part) <= 26 for part in re.split(r"[\s\u200b]", broken))


def _many(shown: int, of: int) -> Figure:
    """A figure of many groups, some of them in the brief table; the last is withheld."""
    columns = ("Group", "Students", "Share", "Interval of the gap", "What it says")
    rows = [
        (Cell(text=f"Town{place:03d}", kind="group"), count(place), number(0.5, "50 %"),
         Cell(text="1 to 2"), Cell(text="not enough evidence *", kind="verdict"))
        for place in range(of)
    ]  # fmt: skip
    rows.append((Cell(text="Hidden", kind="group"), *[withheld()] * 4))
    table = Table(
        caption="Towns", columns=columns, numeric=(False, *[True] * 3, False),
        rows=tuple(rows),
    )  # fmt: skip
    brief = replace(table, rows=table.rows[:shown], note="Some.")
    return replace(figure(), table=table, brief=brief)


def test_what_the_charts_leave_out_stands_at_the_end_once_each():
    pages = words(read(only(_many(3, 150))))
    whole = "".join(pages)
    end = whole.index(squeezed("All groups where there are many"))
    for place in (0, 2, 3, 100, 122):
        assert whole.count(f"Town{place:03d}") == 1
        assert (whole.index(f"Town{place:03d}") > end) is (place >= 3)
    assert squeezed("Some. The other groups stand at the end.") in whole[:end]
    assert "Hidden" not in whole
    # 147 are left, and 120 of them are shown.
    assert "Town123" not in whole
    assert squeezed("27 more in the .xlsx and .html") in whole
    assert "evidence*" not in whole[end:]


def test_nothing_left_out_makes_no_end():
    assert squeezed("All groups where") not in "".join(words(read(only(figure()))))


def test_a_bullet_says_on_which_page_its_chapter_is():
    chapter = Section(name="i1", title="Chapter", sheet="C", blocks=(figure(),))
    first = Section(
        name="summary", title="First", sheet="F", new_page=False,
        blocks=(Bullets(items=("One.", "Two."), places=("i1", "")),),
    )  # fmt: skip
    reader = read(replace(plain_document(), sections=(first, chapter)))
    assert "One.Page2." in words(reader)[0]
    assert "Two.Page" not in words(reader)[0]
    assert any("/Link" in str(e["/S"]) for e in elements(reader))
