"""A group whose number the publisher holds back has a row; one that is not there has none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import equitable as eq
from equitable.vocabulary import WITHHELD

HEAD = "School,Year,Group,Number Tested,Number Proficient\n"


def table(folder: Path, **held: str) -> Path:
    """Three schools; ``held`` replaces what stands for a group in all of them."""
    lines = []
    for school in range(3):
        for group, tested in (
            ("All Students", 100), ("White", 50), ("Black", 30), ("Hispanic", 20),
            ("Female", 49), ("Male", 51), ("SWD", 20),
        ):  # fmt: skip
            told = held.get(group.split()[0], f"{tested},{tested // 2}")
            if told:
                lines.append(f"S{school},2024,{group},{told}")
    path = folder / "table.csv"
    path.write_text(HEAD + "\n".join(lines) + "\n")
    return path


def test_it_has_a_row_without_a_number(tmp_path: Path) -> None:
    with eq.open(table(tmp_path, Black="s,s")) as data:
        result = data.gaps("Number Proficient", by=["race"])
    rows = {row.group["race"]: row for row in result.rows}
    row = rows["Black or African American"]
    assert row.withheld
    assert row.n is WITHHELD
    assert row.reason == "held back by those who published the table"
    assert rows["White"].n == 150
    told = json.loads(result.to_json())["rows"]
    one = next(r for r in told if r["group"]["race"].startswith("Black"))
    assert (one["n"], one["withheld"]) == (None, True)
    # Of races that the file has no row of nothing is said.
    assert set(rows) == {"White", "Black or African American", "Hispanic or Latino"}


def test_within_places_too(tmp_path: Path) -> None:
    path = table(tmp_path)
    path.write_text(
        path.read_text().replace("S1,2024,Black,30,15", "S1,2024,Black,s,s")
    )
    with eq.open(path) as data:
        result = data.gaps("Number Proficient", by=["race"], within=["School"])
    held = [
        row for row in result.rows if row.within == {"School": "S1"} and row.withheld
    ]
    black = [row for row in held if row.group["race"].startswith("Black")]
    assert [row.n for row in black] == [WITHHELD]
    everywhere = [
        row for row in result.rows
        if not row.within and row.group["race"].startswith("Black")
    ]  # fmt: skip
    # The two schools that tell of them: 30 students each.
    assert [row.n for row in everywhere] == [60]


def test_a_breakdown_of_one_group_has_no_other(tmp_path: Path) -> None:
    settings = tmp_path / "equity.toml"
    settings.write_text(
        '[dimensions.disability]\nvalues = { "SWD" = "With", "x" = "Without" }\n'
    )
    with eq.open(table(tmp_path), config=settings) as data:
        result = data.gaps("Number Proficient", by=["disability"])
    # 60 of 300; the others are all students less these.
    assert [(dict(r.group), r.n) for r in result.rows] == [({"disability": "With"}, 60)]
    assert result.rows[0].reference.n == 240


def test_a_report_compares_that_group_with_the_others(tmp_path: Path) -> None:
    with eq.open(table(tmp_path)) as data:
        (report, *_) = data.report(tmp_path / "report.html", page=False)
    text = report.read_text("utf-8")
    assert "has one group only" not in text
    assert "SWD" in text


def test_a_report_says_who_held_it_back(tmp_path: Path) -> None:
    with eq.open(table(tmp_path, Black="s,s")) as data:
        (report, *_) = data.report(tmp_path / "report.html", page=False)
    text = report.read_text("utf-8")
    assert (
        "Held back by those who published the table: Black or African American" in text
    )
    assert not re.search(r"(?<!\d)0 students", text)


def test_of_an_empty_cell_nobody_is_said_to_hold_it_back(tmp_path: Path) -> None:
    with eq.open(table(tmp_path, Black=",")) as data:
        result = data.gaps("Number Proficient", by=["race"])
    assert {row.group["race"] for row in result.rows} == {"White", "Hispanic or Latino"}


@pytest.mark.parametrize("held", ["s,s", "*,*", "n<10,s"])
def test_a_table_without_totals(tmp_path: Path, held: str) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(
        "School,Race,Enrolled,Suspended\n"
        + "".join(
            f"S{i},White,50,5\nS{i},Hispanic,40,6\nS{i},Black,{held}\n"
            for i in range(4)
        )
    )
    with eq.open(path) as data:
        result = data.gaps(None, count="Suspended", total="Enrolled", by=["Race"])
    rows = {row.group["Race"]: (row.n, row.withheld) for row in result.rows}
    assert rows["Black or African American"] == (WITHHELD, True)
    assert 0 not in {n for n, _ in rows.values()}
