"""Formulas in a workbook that no spreadsheet program has worked out."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest

import equitable as eq
from equitable.errors import InputError

ROWS = [["school", "race", "suspended", "enrolled"]]
ROWS += [
    [s, r, n, 100] for s in ("Oak", "Elm") for r, n in (("Black", 30), ("White", 10))
]


def workbook(tmp_path, cells, *, top=0, left=0):
    book = openpyxl.Workbook()
    sheet = book.active
    for down, row in enumerate(ROWS, 1 + top):
        for across, value in enumerate(row, 1 + left):
            sheet.cell(down, across, value)
    for place, value in cells.items():
        sheet[place] = value
    book.save(tmp_path / "f.xlsx")
    return tmp_path / "f.xlsx"


def test_a_formula_without_its_result_is_refused(tmp_path):
    path = workbook(tmp_path, {"C3": "=5+5", "D5": "=50+50"})
    with pytest.raises(InputError) as said:
        eq.open(path)
    assert (said.value.file, said.value.row, said.value.column) == (
        "f.xlsx",
        3,
        "suspended",
    )
    assert "formula" in str(said.value)
    assert "save it there" in said.value.next_step


def test_a_table_that_starts_elsewhere(tmp_path):
    path = workbook(tmp_path, {"E6": "=5+5"}, top=2, left=2)
    with pytest.raises(InputError, match=r"row 6, column 'suspended': a formula"):
        eq.open(path)


def test_a_formula_beside_the_table_is_left_alone(tmp_path):
    with eq.open(workbook(tmp_path, {"C9": None, "H20": "=SUM(C2:C5)"})) as found:
        assert found.source.query("SELECT sum(enrolled) AS n FROM records")[
            "n"
        ].to_pylist() == [400]


@pytest.mark.parametrize(
    ("written", "fine"),
    [
        ('<c r="C3"><f>5+5</f><v>10</v></c>', True),
        ('<c r="C3" t="str"><f>""</f><v></v></c>', True),
        ('<c r="C3"/>', True),
        ('<c r="C3"><f>5+5</f><v></v></c>', False),
        ('<c r="C3"><f t="shared" si="0"/></c>', False),
        ('<x:c r="C3" s="1"><x:f>5+5</x:f><x:v/></x:c>', False),
    ],
)
def test_what_a_workbook_says_of_it(tmp_path, written, fine):
    whole = workbook(tmp_path, {"C3": "=5+5"})
    path = tmp_path / "g.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename.endswith("sheet1.xml"):
                text = data.decode()
                assert (
                    '<c r="C3"><f>5+5</f><v /></c>' in text
                    or '<c r="C3"><f>5+5</f><v/></c>' in text
                )
                for form in ("<v />", "<v/>"):
                    text = text.replace(f'<c r="C3"><f>5+5</f>{form}</c>', written)
                if "x:" in written:
                    text = text.replace(
                        "<worksheet ", f'<worksheet xmlns:x="{text.split(chr(34))[1]}" '
                    )
                data = text.encode()
            new.writestr(one, data)
    if fine:
        eq.open(path).close()
    else:
        with pytest.raises(InputError, match="formula"):
            eq.open(path)
