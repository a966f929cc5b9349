"""Signs that turn, hide or break text never reach a page; accents and scripts do."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_documents import plain_document

from equitable.report import html, workbook
from equitable.report.plain_text import changed, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb\x00c\r\n\td\ue000\ud800e ", "ab c d\ue000e"),
        ("\u2066evil\u2069 \u202dname\u202c", "evil name"),
        ("soft\u00adhyphen\u200band\ufeffnothing", "softhyphenandnothing"),
        ("two\u2028lines", "two lines"),
        # Accents, apart from their letter or not; joined letters; other scripts.
        ("Núñez e\u0301 Öğrenci", "Núñez e\u0301 Öğrenci"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🏫", "👩\u200d🏫"),
        ("مدرسة النور", "مدرسة النور"),
    ],
)
def test_what_turns_or_hides_goes_and_the_rest_stays(text, shown):
    assert plain(text) == shown


@given(st.text())
def test_twice_is_once(text):
    assert plain(plain(text)) == plain(text)


HARMFUL = "Gr\u202eoup\u2066 \x07é"


def _hostile():
    document = plain_document()
    return replace(
        changed(document, lambda text: text.replace("Free lunch", HARMFUL)),
        title=HARMFUL,
    )


def test_the_page_holds_none():
    page = html.render(_hostile())
    assert not {"\u202e", "\u2066", "\x07"} & set(page)
    assert page.count("Group é") > 5
    # The tables to take along are in the page too.
    assert "Group%20%C3%A9" in page
    assert "%E2%80%AE" not in page


def test_the_workbook_holds_none():
    book = zipfile.ZipFile(io.BytesIO(workbook.render(_hostile())))
    whole = "".join(book.read(name).decode() for name in book.namelist()
                    if name.endswith(".xml"))  # fmt: skip
    assert "Group é" in whole
    assert not {"\u202e", "\u2066", "\x07"} & set(whole)
