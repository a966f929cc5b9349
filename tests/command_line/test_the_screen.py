"""What a person sees: tables that fit, forms by ending, one sentence for a mistake."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len

from equitable.commands.screen_tables import plain_json, printable

TEXT = "gender,dept,passed,score\n" + "".join(
    f"{'Female' if i % 2 else 'Male'},Dept {'ABC'[i % 3]},{int(i % 5 < 2 + i % 2)},{i % 90}\n"
    for i in range(900)
)


@pytest.fixture
def run(equitable_command, tmp_path):
    (tmp_path / "s.csv").write_text(TEXT)

    def run_with(*arguments, columns=80):
        return subprocess.run(
            [equitable_command, *arguments],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            timeout=120,
            env={**os.environ, "COLUMNS": str(columns)},
        )

    return run_with


def gaps(*more):
    return ["gaps", "s.csv", "--outcome", "passed", "--by", "gender", *more]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_every_table_fits_and_keeps_its_verdicts(run, columns):
    done = run(*gaps("--within", "dept", "--indices", "--sensitivity"), columns=columns)
    shown = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert max(cell_len(line) for line in shown.splitlines()) <= columns
    assert "…" not in shown
    rows = [line for line in shown.splitlines() if "Dept A" in line]
    assert rows
    assert all(any(mark in line for mark in "▼▲=?") for line in rows)
    # A minus sign, never a hyphen, before a figure.
    assert not any(f" -{digit}" in shown for digit in "0123456789")
    assert "nothing;" not in shown


@pytest.mark.parametrize("ending", ["json", "csv", "parquet", "txt"])
def test_the_ending_says_the_form(run, tmp_path, ending):
    done = run(*gaps("-o", f"g.{ending}"))
    assert done.returncode == 0, done.stderr
    written = (tmp_path / f"g.{ending}").read_bytes()
    if ending == "json":
        assert json.loads(written)["rows"]
    elif ending == "parquet":
        assert pq.read_table(io.BytesIO(written)).num_rows == 2
    elif ending == "csv":
        assert written.startswith(b"gender,")
    else:
        assert b"most clearly behind first" in written


def test_an_ending_and_a_format_that_disagree_are_refused(run, tmp_path):
    done = run(*gaps("--format", "json", "-o", "g.csv"))
    assert done.returncode == 2
    assert b"g.csv ends like a csv file" in done.stderr
    assert not (tmp_path / "g.csv").exists()


def test_a_report_is_not_written_by_gaps(run):
    done = run(*gaps("-o", "g.html"))
    assert done.returncode == 2
    assert b"equitable report SOURCE -o g.html" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gaps"], "No SOURCE was given"),
        (["gaps", "s.csv", "t.csv", "--by", "x"], "put the pattern in quotes"),
        (gaps("--formt", "json"), "Did you mean --format?"),
        (gaps("--direction", "up"), "'up' is not one of 'higher', 'lower'"),
        (gaps("--min-n", "0"), "--min-n is a number of students from 1, not 0"),
        (gaps("--confidence", "much"), "a number is wanted"),
        (["gapz"], "Did you mean 'gaps'?"),
        (["gaps", "s.csv", "--outcome"], "needs a value"),
        (["gaps", "s.csv", "--outcome", "passed"], "--by is missing"),
        (["gaps", "s.csv", "--by", "gender"], "no outcome was given"),
    ],
)
def test_a_mistyped_command_is_one_sentence(run, arguments, words):
    done = run(*arguments)
    said = done.stderr.decode()
    assert done.returncode == 2
    assert words in said
    assert not done.stdout
    assert "╭" not in said
    assert len(said.strip().splitlines()) == 1


def test_nothing_in_a_file_steers_the_terminal(run, tmp_path):
    red, turned, csi = "\x1b[31m", "\u202e", "\x9b"
    (tmp_path / "evil.csv").write_text(
        "group,passed\n"
        + f"{red}Alpha,1\n{turned}Beta,0\n{csi}Gamma,1\nMöbius\u00a0Ω,0\n" * 30
    )
    for form in ("table", "csv", "json"):
        done = run(
            "gaps", "evil.csv", "--outcome", "passed", "--by", "group", "--format", form
        )
        shown = done.stdout.decode()
        assert done.returncode == 0, done.stderr
        assert "Alpha" in shown
        assert not {"\x1b", turned, csi} & set(shown)
        if form == "json":
            named = {value for row in json.loads(shown)["rows"]
                     for value in row["group"].values()}  # fmt: skip
            assert any(turned in name for name in named)


def test_letters_and_spaces_of_any_language_stay():
    for text in ("Möbius", "عربي", "می\u200cخواهم", "École\u00a0Nord", "日本"):
        assert printable(text) == text
        assert plain_json(f'"{text}"') == f'"{text}"'


def test_a_question_does_not_load_pandas(tmp_path):
    (tmp_path / "s.csv").write_text(TEXT)
    code = (
        "import sys, equitable as eq\n"
        "with eq.open('s.csv') as data:\n"
        "    data.gaps('passed', by=['gender'], where='score > 10').to_json()\n"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout.strip() == b"False"
