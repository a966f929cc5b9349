"""Faults that somebody found who wanted to break it, or to learn a child's record."""

from __future__ import annotations

import re
import subprocess
import zipfile

import pytest

import equitable as eq
from equitable.errors import EquitableError

NO_HEADER = "".join(
    f"Ann Beetlex{i},201{i % 9}-04-05,{'FM'[i % 2]},{i % 2}\n" for i in range(30)
)


def test_a_first_row_that_is_a_record_is_refused_without_its_words(tmp_path):
    path = tmp_path / "nh.csv"
    path.write_text(NO_HEADER)
    with pytest.raises(EquitableError) as found:
        eq.open(path)
    assert "looks like a student's record" in str(found.value)
    assert "row 1" in str(found.value)
    assert "Beetlex" not in str(found.value)
    assert "2010" not in str(found.value)


def test_days_as_columns_are_names_and_no_record(tmp_path):
    path = tmp_path / "days.csv"
    path.write_text("race,2024-09-01,2024-09-02\n" + "Asian,P,A\nBlack,A,P\n" * 20)
    with eq.open(path) as students:
        assert [c.name for c in students.source.columns][1] == "2024-09-01"


def test_two_columns_of_one_name_are_refused_without_it(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("7731000,Zebediah Abernathyx,Zebediah Abernathyx\n1,a,b\n")
    with pytest.raises(EquitableError) as found:
        eq.open(path)
    assert "columns 2 and 3 have the same name" in str(found.value)
    assert "Zebediah" not in str(found.value)


@pytest.mark.parametrize("question", [{"where": "score = 1e999"}, {}])
def test_a_number_beyond_all_numbers_is_refused_in_words(tmp_path, question):
    path = tmp_path / "s.csv"
    path.write_text("race,score\n" + "Asian,1\nBlack,2\nBlack,4\n" * 20)
    outcome = "score" if question else "score >= 1e999"
    with (
        eq.open(path) as students,
        pytest.raises(EquitableError, match="too large to be compared"),
    ):
        students.gaps(outcome, by=["race"], **question)


def test_an_endless_condition_is_refused(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("race,score\n" + "Asian,1\nBlack,2\nBlack,4\n" * 20)
    with (
        eq.open(path) as students,
        pytest.raises(EquitableError, match=r"has .* characters"),
    ):
        students.gaps("score", by=["race"], where="score=1" + " or score=1" * 9000)


def test_one_negative_count_is_a_mistake_and_refused_by_its_row(tmp_path):
    path = tmp_path / "neg.csv"
    path.write_text("race,passed,tested\nBlack,30,60\nAsian,-5,40\nWhite,20,70\n")
    with (
        eq.open(path) as counts,
        pytest.raises(EquitableError, match="row 3, column 'passed'"),
    ):
        counts.gaps(None, by=["race"], count="passed", total="tested")


def test_an_ending_that_nothing_is_written_as_is_refused(tmp_path, equitable_command):
    (tmp_path / "s.csv").write_text("race,passed\n" + "Asian,1\nBlack,0\n" * 30)
    done = subprocess.run(
        [equitable_command, "gaps", "s.csv", "--outcome", "passed", "--by", "race",
         "-o", "x.docx"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert ".csv, .json, .parquet or .txt" in done.stderr
    assert not (tmp_path / "x.docx").exists()


def test_the_outcome_is_no_group_of_itself(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("race,passed\n" + "Asian,1\nBlack,0\n" * 30)
    with (
        eq.open(path) as students,
        pytest.raises(EquitableError, match="is the outcome itself"),
    ):
        students.gaps("passed", by=["race", "passed"])


def test_a_report_does_not_tell_how_few_were_set_aside(tmp_path):
    """200 rows less 94 girls and 103 boys would be the 3 without a gender."""
    rows = ["Female"] * 94 + ["Male"] * 103 + [""] * 3
    text = "gender,passed\n" + "".join(
        f"{gender},{i % 2}\n" for i, gender in enumerate(rows)
    )
    path = tmp_path / "ns.csv"
    path.write_text(text)
    page, book = tmp_path / "r.html", tmp_path / "r.xlsx"
    with eq.open(path) as students:
        students.report([page, book], by=["gender"], outcomes=["passed"])
    html = page.read_text()
    visible = re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    assert re.search(r"\b94\b", visible)
    assert not re.search(r"(?<![\d.,#-])200(?![\d.,])", visible)
    with zipfile.ZipFile(book) as parts:
        for name in parts.namelist():
            if name.endswith("sharedStrings.xml") or "docProps" in name:
                inside = parts.read(name).decode()
                assert not re.search(r"\b200 rows\b", inside), name
