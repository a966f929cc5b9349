"""The first page names the figures of a published table that are no numbers."""

from __future__ import annotations

import re
from html import unescape

import pytest

import equitable as eq

TABLE = """\
District,Student Group,Enrolled,Chronically Absent
North,All Students,1000,205
North,Black,300,70
North,White,668,129
North,Asian,{0}
North,Pacific Islander,{1}
"""
NOTHING = "Nothing that would change these figures was found."


@pytest.mark.parametrize(
    ("asian", "pacific", "told"),
    [
        ("20,*", "12,*", "of the file's 5 figures, 2 are a mark (‘*’)."),
        ("20,", "12,*", "of the file's 5 figures, 1 is a mark (‘*’) and 1 is empty."),
        ("20,", "12,2", "of the file's 5 figures, 1 is empty."),
        ("20,4", "12,2", NOTHING),
    ],
)
def test_marks_and_empty_cells_are_named(tmp_path, asian, pacific, told):
    path = tmp_path / "card.csv"
    path.write_text(TABLE.format(asian, pacific), encoding="utf-8")
    with eq.open(path) as data:
        report = data.report(tmp_path / "out.html")[0].read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", report)))
    missing = text[text.index("What is missing from the data") :]
    missing = missing[: missing.index("All students together")]
    assert told in missing
    assert (NOTHING in missing) == (told == NOTHING)
