"""Real files: rows counted by Python's own reader, columns as published."""

import csv
from pathlib import Path

import pytest

from equitable.intake.source import open_source

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FILES = [
    ("uci/student-por.csv", ";", "utf-8"),
    ("uci/student-mat.csv", ",", "utf-8"),
    ("crdc/crdc_2013_14_sample_1000_schools.csv", ",", "latin-1"),
    ("crdc/crdc_2015_16_layout.csv", ",", "cp1252"),
    ("oulad/studentInfo.csv", ",", "utf-8"),
    ("star/star_aer.csv", ",", "utf-8"),
    ("nyc/math_district_2013_2022.csv", ",", "utf-8"),
    ("washington/wa_discipline_2013_14.csv", ",", "utf-8"),
    ("naep/naep_g4_reading_by_race_1992_2019.csv", ",", "utf-8"),
    ("polis/15-per-hour-seattle/comments.csv", ",", "utf-8"),
]


@pytest.mark.parametrize(("name", "mark", "encoding"), FILES)
def test_rows_and_values_are_those_of_another_reader(name, mark, encoding):
    path = DATA / name
    if not path.exists():
        pytest.skip("the shared data is not here")
    with path.open(encoding=encoding, newline="") as file:
        header, *rows = [row for row in csv.reader(file, delimiter=mark) if row]
    with open_source(path) as source:
        assert [c.name for c in source.columns] == [h.strip() for h in header]
        table = source.query("FROM records")
        assert len(table) == len(rows)
        place = len(header) // 2
        expected = sorted(row[place] for row in rows)
        assert sorted(v or "" for v in table.column(place).to_pylist()) == expected


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("crdc/crdc_2020_21_six_states.parquet", 1733),
        ("california/rcaed_suspensions.parquet", 15),
    ],
)
def test_real_parquet(name, columns):
    path = DATA / name
    if not path.exists():
        pytest.skip("the shared data is not here")
    with open_source(path) as source:
        assert len(source.columns) == columns
        assert source.query("SELECT COUNT(*) n FROM records")["n"][0].as_py() > 1000
