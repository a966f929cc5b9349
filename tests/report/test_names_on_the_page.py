"""Names, years and bounds as a page for a board and a report write them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

import equitable as eq
from equitable.measures.results import Bounds
from equitable.report.board.figures import clipped
from equitable.report.people import lowered, school_year
from equitable.report.tables import difference_words, value_words

ENGLAND = """\
time_period,geographic_level,characteristic_group,characteristic,pupils,absent_pupils
202122,National,Total,Total,1000,250
202122,National,FSM eligibility,FSM eligible,400,150
202122,National,FSM eligibility,Not FSM eligible,600,100
202122,National,SEN provision,No SEN,800,180
202122,National,SEN provision,SEN support,200,70
202223,National,Total,Total,1000,260
202223,National,FSM eligibility,FSM eligible,400,160
202223,National,FSM eligibility,Not FSM eligible,600,100
202223,National,SEN provision,No SEN,800,180
202223,National,SEN provision,SEN support,200,80
"""


def said(path: Path) -> str:
    text = re.sub(r"(?s)<(style|svg).*?</\1>", " ", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def test_englands_terms_and_years(tmp_path):
    path = tmp_path / "absence.csv"
    path.write_text(ENGLAND, encoding="utf-8")
    with eq.open(path) as data:
        labels = {dimension.label for dimension in data.schema.dimensions}
        asked = {"count": "absent_pupils", "total": "pupils", "direction": "lower"}
        report, english, spanish = map(said, data.report(tmp_path / "o.html", **asked))
    assert {"Free school meals", "Special educational needs"} <= labels
    assert "students in the group ‘Free school meals: FSM eligible’" in english
    for text in (english, spanish):
        assert "2022-23" in text
        assert "202223" not in text
    assert "Figures of 2022-23" in report
    assert "Free or reduced-price lunch" not in report + english


@pytest.mark.parametrize(
    ("written", "shown"),
    [("202223", "2022-23"), ("199900", "1999-00"), ("202212", "202212"),
     ("2022", "2022"), ("2022-23", "2022-23"), ("185051", "185051")],
)  # fmt: skip
def test_years_without_their_hyphen(written, shown):
    assert school_year(written) == shown


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("students in the group ‘Lunch: Not eligible’", 40,
         "students in the group ‘Lunch: Not…’"),
        ("students in the group ‘Lunch’", 40, "students in the group ‘Lunch’"),
        ("One two three (four five six)", 22, "One two three (four…)"),
        ("Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 10, "Aaaaaaaaa…"),
    ],
)  # fmt: skip
def test_a_long_name_is_cut_after_a_word_and_closed(text, longest, cut):
    assert clipped(text, longest) == cut


def test_a_plural_of_capitals_keeps_them():
    assert lowered("With IEPs") == "with IEPs"


def test_bounds_that_read_alike_are_one_figure(tmp_path):
    path = tmp_path / "absence.csv"
    path.write_text(ENGLAND, encoding="utf-8")
    with eq.open(path) as data:
        found = data.gaps(
            "", count="absent_pupils", total="pupils", by=["FSM eligibility"]
        ).gaps
    row = replace(
        found.rows[0],
        bounds=Bounds(
            count=(121, 122),
            value=(0.3031, 0.3034),
            reference=(0.2, 0.2),
            difference=(0.0561, 0.0564),
            ratio=(1.5, 1.5),
        ),
    )
    assert value_words(row, found.indicator) == "30.3 %"
    assert difference_words(row, found.indicator) == "+5.6"
    row = replace(row, bounds=replace(row.bounds, value=(0.3031, 0.3046)))
    assert value_words(row, found.indicator) == "30.3 % to 30.5 %"
