"""A group that calls itself a formula stays text, in every file a spreadsheet opens."""

import csv
import io
import subprocess

import openpyxl
import pytest

GROUPS = ['=HYPERLINK("http://x.example")', "+1+1", "-2+3", "@SUM(A1)", "=1+1"]


@pytest.fixture
def hostile(tmp_path):
    file = tmp_path / "students.csv"
    with file.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["club", "passed"])
        for number in range(200):
            writer.writerow([GROUPS[number % len(GROUPS)], number % 2])
    return file


def test_csv(hostile, equitable_command):
    done = subprocess.run(
        [equitable_command, "gaps", hostile.name, "--outcome", "passed", "--by", "club",
         "--format", "csv"],
        cwd=hostile.parent, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert len(rows) == len(GROUPS)
    for row in rows:
        assert row["club"].startswith("'")
        assert row["club"][1:] in GROUPS


def test_workbook_and_page(hostile, equitable_command):
    subprocess.run(
        [equitable_command, "report", hostile.name, "--outcome", "passed", "--by",
         "club", "-o", "r.xlsx", "-o", "r.html", "-o", "r.pdf"],
        cwd=hostile.parent, capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    book = openpyxl.load_workbook(hostile.parent / "r.xlsx")
    kinds = {
        cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row
    }
    assert "f" not in kinds
    texts = {
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row
    }
    assert any("=1+1" in text for text in texts)
    page = (hostile.parent / "r.html").read_text()
    assert 'href="http' not in page
