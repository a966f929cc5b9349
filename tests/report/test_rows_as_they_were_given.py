"""How many rows a file has is said of the file, not of what was made of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import equitable as eq

WIDE = Path(__file__).parents[1] / "data" / "washington_discipline_2013_14.csv"
ROWS = len(WIDE.read_text("utf-8").strip().splitlines()) - 1
"""Of Washington's file: a row for the state and for each district."""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three schools, two numbers for each of two groups and all."""
    path = tmp_path / "schools.csv"
    path.write_text(
        "School,White suspended,White enrolled,Black suspended,Black enrolled,"
        "All suspended,All enrolled\n"
        "Oak,5,100,9,60,14,160\nElm,6,120,8,70,14,190\nAsh,7,110,6,50,13,160\n"
    )
    return path


def test_a_table_made_longer_says_its_own_rows(table: Path) -> None:
    with eq.open(table) as data:
        result = data.gaps("suspended", by=["race"])
        found = data.inspect()
    told = json.loads(result.to_json())["provenance"]
    # 3 rows, each read as one of all students and one of each of two groups.
    assert told["rows_read"] == 3
    assert told["counts_read"] == 9
    assert (found.rows, found.counts) == (3, 9)
    assert found.to_dict()["rows"] == 3


def test_another_table_has_no_such_number(tmp_path: Path) -> None:
    path = tmp_path / "students.csv"
    path.write_text(
        "race,passed\n" + "".join(f"{'AB'[i % 2]},{i % 3 % 2}\n" for i in range(90))
    )
    with eq.open(path) as data:
        told = json.loads(data.gaps("passed", by=["race"]).to_json())["provenance"]
    assert (told["rows_read"], told["counts_read"]) == (90, None)


def test_a_report_and_its_page_say_the_rows_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / WIDE.name
    path.write_bytes(WIDE.read_bytes())
    with eq.open(path) as data:
        written = data.report(tmp_path / "report.html")
    report, page = (
        re.sub(r"<[^>]*>", " ", place.read_text("utf-8").replace("<wbr>", ""))
        for place in written[:2]
    )
    assert re.search(rf"\b{ROWS} rows of {WIDE.name}", report)
    assert f"{WIDE.name}, {ROWS} rows" in page
    assert f"{ROWS}, read as " in report


def test_where_files_differ_nothing_is_divided(table: Path) -> None:
    with eq.open(table) as data:
        data.gaps("suspended", by=["race"])
        assert data.source.records_a_row == 3
        (part,) = data.source._parts
        data.source._parts = [part, replace(part, times=2)]
        assert data.source.records_a_row == 1
        data.source._parts = [part]
