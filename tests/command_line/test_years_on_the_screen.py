"""Years that were not counted alike: what the commands say, and what JSON holds."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

HEAD = "year,race,num_absent,enrolled\n"
TOML = """
[crosswalk.columns]
absent = ["num_absent", "# Absent"]

[[break]]
at = "2020"
why = "Days of learning at home were counted as present."
"""


def folder(tmp_path: Path, toml: str = TOML) -> Path:
    old = HEAD + "2018,Asian,200,1000\n2018,White,400,1000\n"
    old += "2019,Asian,220,1000\n2019,White,420,1000\n"
    new = HEAD.replace("num_absent", "# Absent")
    new += "2020,Asian,300,1000\n2020,White,500,1000\n"
    (tmp_path / "old.csv").write_text(old)
    (tmp_path / "new.csv").write_text(new)
    if toml:
        (tmp_path / "equity.toml").write_text(toml)
    return tmp_path


@pytest.fixture
def run(equitable_command):
    def run_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [equitable_command, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "100"},
        )

    return run_in


@pytest.fixture
def gaps(run):
    counts = ("--count", "num_absent", "--total", "enrolled")
    return lambda folder, *arguments: run(folder, "gaps", ".", *counts, *arguments)


def test_files_that_differ_are_refused_with_what_to_paste(tmp_path, gaps):
    done = gaps(folder(tmp_path, ""), "--by", "race")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert '\n[crosswalk.columns]\nnum_absent = ["# Absent"]\n' in done.stderr


def test_the_caution_stands_before_the_table(tmp_path, gaps):
    done = gaps(folder(tmp_path), "--by", "year")
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "no gap between them is told" in words
    caution = words.index("! From 2020 on, 'Absent' is counted another way")
    assert caution < words.index("Group Students")


def test_json_says_where_and_why(tmp_path, gaps):
    done = gaps(folder(tmp_path), "--by", "race", "--format", "json")
    (one,) = json.loads(done.stdout)["provenance"]["breaks"]
    assert (one["at"], one["before"], one["year"]) == ("2020", "2019", "year")
    assert one["why"] == "Days of learning at home were counted as present."


def test_an_inequality_over_a_break_is_cautioned_too(tmp_path, run):
    counts = ("--count", "num_absent", "--total", "enrolled")
    done = run(folder(tmp_path), "inequality", ".", *counts, "--by", "race")
    assert done.returncode == 0, done.stderr
    assert "mix years of both ways" in " ".join(done.stdout.split())


def test_a_year_that_is_not_there_ends_in_a_sentence(tmp_path, gaps):
    toml = TOML.replace('at = "2020"', 'at = "2031"')
    done = gaps(folder(tmp_path, toml), "--by", "race")
    assert done.returncode == 2
    assert "The years are 2018, 2019, 2020." in done.stderr
