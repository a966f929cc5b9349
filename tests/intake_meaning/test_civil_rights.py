"""The federal collection's columns as counts of groups."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

import equitable as eq
from equitable.intake.published.blurs import read_mark
from equitable.intake.published.civil_rights import (
    DISCIPLINE,
    TOPICS,
    Layout,
    recognise,
)
from equitable.intake.source import open_source

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "crdc"
shared_files = pytest.mark.skipif(
    not SHARED.exists(), reason="the files lie outside the repository"
)
_TOPIC = {topic.name: topic for topic in TOPICS}


def small_layout() -> tuple[Layout, dict[str, int]]:
    """One school, every column of the discipline blocks for two races."""
    row: dict[str, int] = {}
    for sex in "MF":
        for race, n in (("BL", 30), ("WH", 70)):
            row[f"SCH_ENR_{race}_{sex}"] = n
            row[f"SCH_DISCWODIS_ISS_{race}_{sex}"] = 3
            row[f"SCH_DISCWDIS_ISS_IDEA_{race}_{sex}"] = 2
        row |= {
            f"TOT_ENR_{sex}": 100,
            f"SCH_ENR_LEP_{sex}": 20,
            f"SCH_ENR_IDEA_{sex}": 15,
            f"SCH_ENR_504_{sex}": 4,
            f"TOT_DISCWODIS_ISS_{sex}": 6,
            f"TOT_DISCWDIS_ISS_IDEA_{sex}": 4,
            f"SCH_DISCWODIS_ISS_LEP_{sex}": 1,
            f"SCH_DISCWDIS_ISS_LEP_{sex}": 1,
            f"SCH_DISCWDIS_ISS_504_{sex}": 1,
        }
    found = recognise(["LEA_STATE", "LEAID", "SCHID", *row])
    assert found is not None
    return found, row


def counted(
    layout: Layout, row: dict[str, int], topic: str | None
) -> dict[str, object]:
    values = ", ".join(f'{value} AS "{name}"' for name, value in row.items())
    cells = list(layout.cells(_TOPIC[topic] if topic else None))
    listed = ", ".join(f"{cell.sql} AS c{i}" for i, cell in enumerate(cells))
    answer = duckdb.sql(f"SELECT {listed} FROM (SELECT {values})").fetchone()
    assert answer is not None
    return {
        " ".join(cell.groups.values()): value
        for cell, value in zip(cells, answer, strict=True)
    }


def test_discipline_is_the_sum_of_both_blocks() -> None:
    layout, row = small_layout()
    told = counted(layout, row, "in_school_suspension")
    # 3 without and 2 with a disability.
    assert told["Black or African American Male"] == 5
    # All: 6 without, 4 with IDEA, 1 with Section 504 only.
    assert told["Male"] == 11
    assert told["With a disability (IDEA) Male"] == 4
    assert told["Without a disability (IDEA) Male"] == 7
    assert told["English learners Female"] == 2
    assert told["Not English learners Female"] == 9


@pytest.mark.parametrize("code", [-9, -5, -11, -3])
def test_a_reserve_code_in_either_block_leaves_no_sum(code: int) -> None:
    layout, row = small_layout()
    row["SCH_DISCWDIS_ISS_IDEA_BL_M"] = code
    told = counted(layout, row, "in_school_suspension")
    assert told["Black or African American Male"] is None
    assert told["Black or African American Female"] == 5


def test_a_grade_that_is_skipped_keeps_nobody_back() -> None:
    # -9 of one grade is no such grade, or nobody; -11 (held back) leaves no sum.
    grades = ("KG", *(f"G{grade:02d}" for grade in range(1, 13)))
    row = {
        "SCH_ENR_BL_F": 30,
        "TOT_ENR_F": 30,
        **{f"SCH_RET_{grade}_BL_F": -9 for grade in grades},
        "SCH_RET_G03_BL_F": 4,
    }
    found = recognise(["LEA_STATE", "LEAID", "SCHID", *row])
    assert found is not None
    assert counted(found, row, "retention")["Black or African American Female"] == 4
    row["SCH_RET_G04_BL_F"] = -11
    assert counted(found, row, "retention")["Black or African American Female"] is None


def test_another_file_is_not_the_collection() -> None:
    assert recognise(["LEAID", "school", "SCH_ENR"]) is None


@shared_files
@pytest.mark.parametrize(
    "name", ["crdc_2020_21_six_states.parquet", "crdc_2013_14_sample_1000_schools.csv"]
)
def test_race_by_sex_sums_to_total_enrolment_where_both_are_reported(name: str) -> None:
    with open_source(SHARED / name) as source:
        layout = recognise([column.name for column in source.columns])
        assert layout is not None
        cells = list(layout.cells(None))
        of_race = " + ".join(c.sql for c in cells if "race" in c.groups)
        everyone = " + ".join(c.sql for c in cells if set(c.groups) == {"sex"})
        row = source.query(
            f"SELECT COUNT(*) FILTER ({of_race} = {everyone}) AS same,"
            f" COUNT({of_race} + {everyone}) AS reported FROM records"
        ).to_pylist()[0]
        assert row["reported"] >= 990
        assert row["same"] == row["reported"]


@shared_files
def test_chronic_absence_of_2020_21_uses_other_race_codes() -> None:
    with open_source(SHARED / "crdc_2020_21_six_states.parquet") as source:
        layout = recognise([column.name for column in source.columns])
        assert layout is not None
        sql = {
            tuple(cell.groups.values()): cell.sql
            for cell in layout.cells(_TOPIC["chronic_absence"])
        }
    assert "SCH_ABSENT_MU_F" in sql["Two or more races", "Female"]
    pacific = sql["Native Hawaiian or Other Pacific Islander", "Male"]
    assert "SCH_ABSENT_PI_M" in pacific


def a_file(folder: Path, rows: int, *, name: str = "Peñasco", doubled: int = 0) -> Path:
    """A small file of the collection in latin-1: a row a school."""
    races = ("HI", "AM", "AS", "HP", "BL", "WH", "TR")
    columns = ["LEA_STATE", "LEAID", "SCHID", "SCH_NAME"]
    columns += [f"SCH_ENR_{race}_{sex}" for race in races for sex in "MF"]
    columns += [f"TOT_ENR_{sex}" for sex in "MF"]
    lines = [",".join(columns)]
    for place in range(rows):
        school = doubled if place == rows - 1 and doubled else place
        numbers = ["10"] * 14 + ["70", "70"]
        lines.append(",".join(["NM", "0001", f"{school:05}", name, *numbers]))
    target = folder / "collection.csv"
    target.write_bytes("\n".join(lines).encode("latin-1"))
    return target


def test_a_file_in_latin_1_keeps_its_groups(tmp_path: Path) -> None:
    # The encoding is found out after the columns were rewritten.
    with eq.open(a_file(tmp_path, 12)) as table:
        assert {"race", "sex", "enrolled"} <= {c.name for c in table.source.columns}
        names = table.source.query('SELECT DISTINCT "SCH_NAME" AS n FROM records')
        assert names["n"].to_pylist() == ["Peñasco"]
        row = table.source.query(
            "SELECT SUM(enrolled) AS n FROM records WHERE race = 'Asian'"
        )
        assert row["n"][0].as_py() == 12 * 20


def test_a_school_that_stands_there_twice_is_named_by_its_row(tmp_path: Path) -> None:
    path = a_file(tmp_path, 9, doubled=3)
    with eq.open(path) as table, pytest.raises(eq.EquitableError) as refused:
        table.gaps(None, by=["race"], count="enrolled", total="enrolled")
    # The header is row 1, the fourth school (3) row 5; it stands again in row 10.
    assert refused.value.row == 5


@pytest.mark.parametrize("most", [3, 400_000])
def test_rows_held_in_memory_are_those_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("equitable.intake.meaning.understanding._MOST_HELD", most)
    with eq.open(a_file(tmp_path, 5)) as table:
        # 7 races and all of them, by 2 sexes.
        assert table.source.query("SELECT COUNT(*) AS n FROM records")["n"][
            0
        ].as_py() == (5 * 8 * 2)


_EVERY_YEAR = {
    "out_of_school_suspension", "in_school_suspension", "expulsion", "arrest",
    "law_enforcement_referral", "corporal_punishment", "chronic_absence", "retention",
    "gifted", "advanced_placement", "ap_mathematics", "ap_science",
    "international_baccalaureate", "calculus", "physics", "sat_act", "served_under_idea",
}  # fmt: skip
_ONLY_IN = {
    "crdc_2013_14_layout.csv": {"algebra_grades_7_8"},
    "crdc_2015_16_layout.csv": {
        "algebra_grade_8", "dual_enrollment", "transfer_to_alternative",
    },
    "crdc_2020_21_six_states.parquet": {
        "algebra_grade_8", "dual_enrollment", "transfer_to_alternative",
        "computer_science",
    },
}  # fmt: skip


def columns_of(name: str) -> list[str]:
    """The names of a file's columns, from its layout where that is what is there."""
    if name.endswith(".parquet"):
        with open_source(SHARED / name) as source:
            return [column.name for column in source.columns]
    with (SHARED / name).open(encoding="latin-1", newline="") as file:
        rows = list(csv.reader(file))
    place = next(
        i for i, title in enumerate(rows[0]) if title in ("NAME", "Field_Name")
    )
    return [row[place] for row in rows[1:]]


@shared_files
@pytest.mark.parametrize("name", list(_ONLY_IN))
def test_each_years_layout_has_its_topics(name: str) -> None:
    layout = recognise(columns_of(name))
    assert layout is not None
    assert {topic.name for topic in layout.topics} == _EVERY_YEAR | _ONLY_IN[name]


@shared_files
@pytest.mark.parametrize("name", list(_ONLY_IN))
def test_discipline_has_both_blocks_in_each_year(name: str) -> None:
    layout = recognise(columns_of(name))
    assert layout is not None
    for topic in layout.topics:
        if topic.name not in DISCIPLINE:
            continue
        sql = {
            (cell.groups.get("race"), cell.groups["sex"]): cell.sql
            for cell in layout.cells(topic)
            if len(cell.groups) == 2
        }["Black or African American", "Female"]
        assert "DISCWODIS" in sql
        assert "DISCWDIS" in sql


def made_up(*topics: str, races: tuple[str, ...], prefix: str = "SCH") -> list[str]:
    return [
        f"{prefix}_{topic}_{race}_{sex}"
        for topic in topics
        for race in races
        for sex in "MF"
    ]


def test_layouts_of_several_years_by_their_names_alone() -> None:
    """As the collection names its columns in 2013-14 and in 2020-21."""
    races = ("BL", "WH", "HP", "TR")
    keys = ["LEA_STATE", "LEAID", "SCHID"]
    first = recognise(
        [*keys, *made_up("ENR", "ABSENT", "ALGENR_GS0708", races=races),
         "TOT_ENR_M", "TOT_ENR_F"]
    )  # fmt: skip
    later = recognise(
        [*keys, *made_up("ENR", races=races), "TOT_ENR_M", "TOT_ENR_F",
         *made_up("ABSENT", races=("BL", "WH", "PI", "MU")),
         *made_up("ALGENR_G08", "COMPENR_CSCI", races=races)]
    )  # fmt: skip
    assert first is not None
    assert later is not None
    assert {topic.name for topic in first.topics} == {
        "chronic_absence", "algebra_grades_7_8",
    }  # fmt: skip
    assert {topic.name for topic in later.topics} == {
        "chronic_absence", "algebra_grade_8", "computer_science",
    }  # fmt: skip
    for layout, code in ((first, "TR"), (later, "MU")):
        sql = {
            cell.groups.get("race"): cell.sql
            for cell in layout.cells(_TOPIC["chronic_absence"])
        }["Two or more races"]
        assert f"SCH_ABSENT_{code}_F" in sql


@pytest.mark.parametrize("code", [*range(-9, -1), -11, -12, -13])
def test_every_reserve_code_has_its_reason(code: int) -> None:
    mark = read_mark(str(code))
    assert mark is not None
    assert mark.exact is None
    assert f"reserve code {code}" in mark.reason


def test_where_a_school_lies_is_no_reserve_code(tmp_path: Path) -> None:
    layout, row = small_layout()
    assert layout.topics
    path = tmp_path / "crdc.csv"
    fixed = {"LEA_STATE": "TX", "LEAID": "1", "SCHID": "7", "SCH_NAME": "Oak",
             "CCD_LATCOD": "33.16", "CCD_LONCOD": "-97.13"}  # fmt: skip
    held = {**fixed, **{name: str(value) for name, value in row.items()}}
    path.write_text(",".join(held) + "\n" + ",".join(held.values()) + "\n")
    with eq.open(path, fresh=True) as table:
        said = [finding.sentence for finding in table.inspect().quality.findings]
        assert not [sentence for sentence in said if "negative codes" in sentence]
        result = table.gaps("in_school_suspension", by=["race"], min_n=5)
    found = {r.group["race"]: (r.count, r.n) for r in result.rows}
    # 3 without and 2 with a disability, of each sex; 30 and 70 of each are enrolled.
    assert found == {"Black or African American": (10, 60), "White": (10, 140)}
