"""The demonstration's data are what their source says they are."""

from __future__ import annotations

import csv
import importlib.util
import re
import statistics
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORIGINAL = ROOT.parent / "shared" / "data" / "star" / "star_aer.csv"

# Stock & Watson, Introduction to Econometrics, table of the differences estimates for
# Project STAR: small minus regular class, with aide minus regular, observations.
PUBLISHED = {
    "K": (13.90, 0.31, 5_786),
    "1": (29.78, 11.96, 6_379),
    "2": (19.39, 3.48, 6_049),
    "3": (15.59, -0.29, 5_967),
}


@pytest.fixture(scope="module")
def rows(star_file) -> list[dict[str, str]]:
    with star_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("grade", PUBLISHED)
def test_class_size_differences_are_the_published_ones(rows, grade):
    small, aide, observations = PUBLISHED[grade]
    scores = defaultdict(list)
    for row in rows:
        if row["grade"] == grade and row["total"]:
            scores[row["class_type"]].append(int(row["total"]))
    mean = {kind: statistics.fmean(values) for kind, values in scores.items()}
    assert mean["small"] - mean["regular"] == pytest.approx(small, abs=0.005)
    assert mean["regular+aide"] - mean["regular"] == pytest.approx(aide, abs=0.005)
    assert sum(map(len, scores.values())) == observations


def test_every_student_of_the_study_is_there_once_a_year(rows):
    # 11,598 students (Project STAR's public file); 26,796 school years (R's
    # mlmRev::star, made from the project's files by others).
    assert len({row["student"] for row in rows}) == 11_598
    assert len({(row["student"], row["year"]) for row in rows}) == len(rows) == 26_796


def test_a_total_is_the_sum_or_blank(rows):
    for row in rows:
        both = row["reading"] and row["math"]
        expected = str(int(row["reading"]) + int(row["math"])) if both else ""
        assert row["total"] == expected


def test_values_are_those_that_the_source_note_lists(rows):
    assert {row["grade"] for row in rows} == {"K", "1", "2", "3"}
    assert {row["class_type"] for row in rows} == {"small", "regular", "regular+aide"}
    assert {row["lunch"] for row in rows} == {"free", "non-free", ""}
    assert {row["gender"] for row in rows} == {"female", "male", ""}
    assert {row["race"] for row in rows} == {
        *("afam", "cauc", "hispanic", "asian", "amindian", "other", ""),
    }
    years = {(row["year"], row["grade"]) for row in rows}
    assert years == {
        ("1985-86", "K"), ("1986-87", "1"), ("1987-88", "2"), ("1988-89", "3"),
    }  # fmt: skip


def test_no_birth_date_and_small_enough(star_file, rows):
    assert "birth" not in rows[0]
    assert star_file.stat().st_size < 2_000_000
    assert b"\r" not in star_file.read_bytes()
    note = (star_file.parent / "SOURCE.md").read_text(encoding="utf-8")
    assert "doi:10.7910/DVN/SIWH9F" in note
    assert "CC0" in note
    assert {path.name for path in star_file.parent.iterdir()} == {
        "star.csv",
        "equity.toml",
        "SOURCE.md",
    }


@pytest.mark.parametrize("subject", ["reading", "math"])
def test_the_cuts_of_the_demonstration_are_the_middle_scores(star_file, rows, subject):
    settings = tomllib.loads((star_file.parent / "equity.toml").read_text("utf-8"))
    condition = settings["indicators"][f"{subject}_middle"]["where"]
    cuts = dict(re.findall(rf"grade = (\w) and {subject} >= (\d+)", condition))
    assert set(cuts) == set(PUBLISHED)
    for grade, cut in cuts.items():
        scores = [
            int(row[subject]) for row in rows if row["grade"] == grade and row[subject]
        ]
        assert float(cut) == statistics.median(scores)


@pytest.mark.skipif(not ORIGINAL.exists(), reason="the original file is not here")
def test_the_file_is_made_from_the_original(star_file):
    spec = importlib.util.spec_from_file_location(
        "make_star", ROOT / "tools" / "make_star.py"
    )
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.convert(ORIGINAL) == star_file.read_text(encoding="utf-8")
