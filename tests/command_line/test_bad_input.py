"""Whatever is wrong with a file or a question: a sentence, exit code 2, nothing written."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

GOOD = "race,passed,score\n" + "Black,1,50\nWhite,0,60\n" * 30
GAPS = ["--outcome", "passed", "--by", "race"]


@pytest.fixture
def run(equitable_command, tmp_path):
    def run_in(arguments, folder=tmp_path, **more):
        before = listing(folder)
        done = subprocess.run(
            [equitable_command, *arguments],
            cwd=folder,
            capture_output=True,
            timeout=120,
            check=False,
            env={**os.environ, "COLUMNS": "200", "HOME": str(tmp_path / "home")},
            **more,
        )
        done.said = done.stderr.decode()
        done.wrote = listing(folder) != before
        return done

    return run_in


def listing(folder):
    return sorted(
        (str(path.relative_to(folder)), path.stat().st_size)
        for path in Path(folder).rglob("*")
        if "home" not in path.parts
    )


def refused(done, *words):
    assert done.returncode == 2, (done.returncode, done.said, done.stdout[:500])
    assert not done.wrote
    assert "Traceback" not in done.said
    assert "went wrong" not in done.said
    assert done.said.strip().endswith((".", "?", "!", "╯")), done.said
    for word in words:
        assert word.casefold() in done.said.casefold(), (word, done.said)


def workbook():
    book = openpyxl.Workbook()
    for row in [["race", "passed"], *[["Black", 1], ["White", 0]] * 20]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parquet_bytes():
    table = pa.table({"race": ["Black", "White"] * 20, "passed": [1, 0] * 20})
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


# OLE2's mark, then the stream name under which Office keeps an encrypted workbook.
LOCKED = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    + b"\0" * 600
    + "EncryptedPackage".encode("utf-16-le")
    + b"\0" * 600
)

FILES = {
    "empty": ("f.csv", b"", GAPS, ["f.csv", "empty"]),
    "header only": ("f.csv", b"race,passed\n", GAPS, ["f.csv", "no rows"]),
    "a column that is not there": (
        "f.csv", GOOD, ["--outcome", "pased", "--by", "race"],
        ["pased", "passed"],
    ),
    "a dimension that is not there": (
        "f.csv", GOOD, ["--outcome", "passed", "--by", "rase"], ["rase", "race"],
    ),
    "a text outcome": (
        "f.csv", "race,result\n" + "Black,Good\nWhite,Fair\nWhite,Poor\n" * 20,
        ["--outcome", "result", "--by", "race"], ["result"],
    ),
    "a rate over 1": (
        "f.csv", "race,passed\n" + "Black,1\nWhite,0\n" * 30 + "White,1.2\n",
        GAPS, ["passed"],
    ),
    "a third value far down": (
        "f.csv", "race,passed\n" + "Black,1\nWhite,0\n" * 30_000 + "White,2\n",
        GAPS, ["f.csv", "60,002", "passed"],
    ),
    "a percent column read as a rate": (
        "f.csv", "race,pct_passed\n" + "Black,45.2\nWhite,61.0\n" * 20,
        ["--outcome", "pct_passed", "--by", "race"], ["percent"],
    ),
    "percents as text": (
        "f.csv", "race,passed\n" + "Black,45%\nWhite,61%\n" * 20, GAPS, ["percent"],
    ),
    "ragged rows": (
        "f.csv", "race,passed\nBlack,1\nWhite\nWhite,0\n" * 1, GAPS, ["f.csv", "row 3"],
    ),
    "a binary renamed": ("f.csv", workbook(), GAPS, ["f.csv", "workbook"]),
    "another binary": ("f.csv", bytes(range(256)) * 50, GAPS, ["f.csv"]),
    "a truncated workbook": ("f.xlsx", workbook()[:900], GAPS, ["f.xlsx"]),
    "a truncated Parquet": ("f.parquet", parquet_bytes()[:-30], GAPS, ["f.parquet"]),
    "a password-locked workbook": ("f.xlsx", LOCKED, GAPS, ["f.xlsx", "password"]),
    "a numerator above its denominator": (
        "f.csv", "race,passed,n\nBlack,50,100\nWhite,70,60\n",
        ["--count", "passed", "--total", "n", "--by", "race"], ["f.csv", "row 3"],
    ),
    "a negative count": (
        "f.csv", "race,passed,n\nBlack,50,100\nWhite,-3,60\n",
        ["--count", "passed", "--total", "n", "--by", "race"], ["row 3"],
    ),
    "duplicate group names": (
        "f.csv", "race,passed,n\nBlack,50,100\nWhite,30,60\nBlack ,5,20\n",
        ["--count", "passed", "--total", "n", "--by", "race"], ["f.csv", "two rows"],
    ),
    "duplicate column names": (
        "f.csv", "race,race,passed\nBlack,x,1\nWhite,y,0\n", GAPS, ["race"],
    ),
    "all missing": (
        "f.csv", "race,passed\n" + "Black,\nWhite,NA\n" * 20, GAPS, ["passed"],
    ),
    "one group only": ("f.csv", "race,passed\n" + "Black,1\nBlack,0\n" * 20, GAPS,
                       ["one group"]),
    "dates as groups": (
        "f.csv",
        "enrolled_on,passed\n"
        + "".join(f"2020-01-{d:02d},1\n2021-03-{d:02d},0\n" for d in range(1, 29)),
        ["--outcome", "passed", "--by", "enrolled_on"], ["enrolled_on", "date"],
    ),
    "100,000 distinct values as a dimension": (
        "f.csv",
        "code,passed\n" + "".join(f"c{i},{i % 2}\n" for i in range(100_000)),
        ["--outcome", "passed", "--by", "code"], ["code"],
    ),
    "a student number as a dimension": (
        "f.csv",
        "student_id,passed\n" + "".join(f"{100000 + i},{i % 2}\n" for i in range(500)),
        ["--outcome", "passed", "--by", "student_id"], ["student_id"],
    ),
    "no such reference": ("f.csv", GOOD, [*GAPS, "--reference", "Blak"], ["Black"]),
    "a percentage as a rate's reference": (
        "f.csv", GOOD, [*GAPS, "--reference", "70"], ["fraction", "0.7"],
    ),
    "a condition that is none": ("f.csv", GOOD, [*GAPS, "--where", "race ="], ["value"]),
    "a condition nobody meets": (
        "f.csv", GOOD, [*GAPS, "--where", "race = Green"], ["no row"],
    ),
    "a depth that is none": ("f.csv", GOOD, [*GAPS, "--depth", "many"], ["depth"]),
    "a confidence over 1": ("f.csv", GOOD, [*GAPS, "--confidence", "95"], ["0.95"]),
    "no dimension": ("f.csv", GOOD, ["--outcome", "passed"], ["--by"]),
    "an unknown sheet": ("f.xlsx", workbook(), [*GAPS, "--sheet", "Two"], ["Two", "Sheet"]),
    "a weight that is no number": (
        "f.csv", "race,passed,w\n" + "Black,1,2\nWhite,0,x\n" * 20,
        [*GAPS, "--weight", "w"], ["row 3", "weight"],
    ),
    "an archive": ("f.csv", b"PK\x03\x04" + b"\0" * 300, GAPS, ["f.csv"]),
    "a NUL byte in text": ("f.csv", GOOD.replace("White,0,60", "Wh\0te,0,60", 1), GAPS, ["f.csv"]),
    "an unclosed quotation mark": (
        "f.csv", 'race,passed\nBlack,1\n"White,0\nBlack,1\n', GAPS, ["f.csv"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES, ids=str)
def test_bad_input_is_refused_in_a_sentence(run, tmp_path, case):
    name, content, arguments, words = FILES[case]
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / name).write_bytes(data)
    refused(run(["gaps", name, *arguments]), *words)


@pytest.mark.parametrize("case", ["empty", "ragged rows", "a binary renamed",
                                  "a truncated workbook", "header only",
                                  "a password-locked workbook"])  # fmt: skip
@pytest.mark.parametrize("command", ["report", "inspect"])
def test_other_commands_refuse_it_too(run, tmp_path, case, command):
    name, content, _, _ = FILES[case]
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / name).write_bytes(data)
    refused(run([command, name]), name)


def test_a_file_that_is_not_there(run, tmp_path):
    (tmp_path / "students.csv").write_text(GOOD)
    refused(run(["gaps", "student.csv", *GAPS]), "student.csv", "students.csv")


def test_a_folder_without_tables(run, tmp_path):
    (tmp_path / "files").mkdir()
    refused(run(["gaps", "files", *GAPS]), "files")


def test_an_address_is_never_fetched(run):
    refused(run(["gaps", "https://example.org/students.csv", *GAPS]), "download")


def test_settings_that_are_not_toml(run, tmp_path):
    (tmp_path / "students.csv").write_text(GOOD)
    (tmp_path / "equity.toml").write_text("[columns\nrace = dimension\n")
    refused(run(["gaps", "students.csv", *GAPS]), "equity.toml", "row 1")


def test_settings_with_an_unknown_key(run, tmp_path):
    (tmp_path / "students.csv").write_text(GOOD)
    (tmp_path / "equity.toml").write_text('[indicators.passed]\nkid = "rate"\n')
    refused(run(["gaps", "students.csv", *GAPS]), "equity.toml", "kid", "kind")


def test_paths_with_spaces_and_other_scripts(run, tmp_path):
    folder = tmp_path / "données d’élèves 学生"
    folder.mkdir()
    (folder / "the [1] file 'x'.csv").write_text(GOOD)
    done = run(
        ["gaps", str(folder / "the [1] file 'x'.csv"), *GAPS, "--format", "json"]
    )
    assert done.returncode == 0, done.said


@pytest.mark.parametrize("place", ["nowhere/out.json", "a-folder"])
@pytest.mark.parametrize("command", ["gaps", "report"])
def test_an_output_that_cannot_be_written(run, tmp_path, place, command):
    (tmp_path / "students.csv").write_text(GOOD)
    (tmp_path / "a-folder").mkdir()
    place = place.replace(".json", ".html") if command == "report" else place
    refused(run([command, "students.csv", *GAPS, "-o", place]), place.split("/")[0])


def test_a_report_in_an_unknown_form(run, tmp_path):
    (tmp_path / "students.csv").write_text(GOOD)
    refused(run(["report", "students.csv", *GAPS, "-o", "out.docx"]), ".html", ".pdf")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(run, tmp_path):
    (tmp_path / "students.csv").write_text(GOOD)
    folder = tmp_path / "read-only"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    refused(
        run(["report", "students.csv", *GAPS, "-o", "read-only/r.html"]), "read-only"
    )


def test_parquet_on_standard_input(run, tmp_path):
    done = run(["gaps", "-", *GAPS, "--format", "json"], input=parquet_bytes())
    assert done.returncode == 0, done.said


def test_a_zip_of_nothing(run, tmp_path):
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    refused(run(["gaps", "f.xlsx", *GAPS]), "f.xlsx")
