"""Whatever is asked, no output holds a name, number, address or date of birth."""

from __future__ import annotations

import os
import random
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

FIRST = ["Aaliyah", "Bartholomew", "Consuelo", "Demetrius", "Esperanza", "Fitzgerald"]
LAST = [
    "Okonkwo",
    "Quintanilla",
    "Rasmussen",
    "Szczepanski",
    "Thibodeaux",
    "Villanueva",
]
YEARS = ("2023-24", "2024-25")


def students():
    """400 rows of 200 made-up people, and every text that must not come out again."""
    rng = random.Random(5)  # noqa: S311 - not a secret
    header = (
        "Last Name,First Name,Student Name,Email,Parent Phone,SSN,DOB,Student ID,"
        "Home Address,Notes,School Year,Race,FRL,Reading,Suspended,Days Absent"
    )
    lines, planted = [header], set()
    for number in range(200):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        own = [
            f"{last}{number}",
            f"{first}{number}",
            f"{first}{number} {last}{number}",
            f"{first.lower()}.{number}@example.org",
            f"({500 + number % 400}) 555-{1000 + number}",
            f"{100 + number}-{10 + number % 80}-{4000 + number}",
            f"{1 + number % 12:02d}/{1 + number % 28:02d}/{2008 + number % 4}",
            f"{700_000 + 37 * number}",
            f"{10 + number} Magnolia Crescent Apt {number}",
            f"Grandmother of {first}{number} asked about the bus on day {number}",
        ]
        planted |= set(own)
        for year in YEARS:
            race = rng.choice(["Black", "White", "Hispanic", "Asian"])
            lines.append(
                ",".join(
                    [
                        *own,
                        year,
                        race,
                        rng.choice("YN"),
                        str(rng.randint(380, 720)),
                        str(rng.randint(0, 1)),
                        str(rng.randint(0, 30)),
                    ]
                )
            )
    return "\n".join(lines) + "\n", planted


@pytest.fixture(scope="module")
def outputs(tmp_path_factory, equitable_command):
    """Everything that any command printed or wrote, as one text each."""
    folder = tmp_path_factory.mktemp("district")
    text, planted = students()
    (folder / "students.csv").write_text(text)
    broken = text.replace(",0\n", ",none at all\n", 1)
    (folder / "broken.csv").write_text(broken + "\nragged,row\n")
    asked = [
        ["inspect", "students.csv"],
        ["inspect", "students.csv", "--force", "--format", "json"],
        ["inspect", "students.csv", "--force", "--format", "csv"],
        ["gaps", "students.csv", "--outcome", "Reading", "--by", "Race,FRL"],
        *[
            ["gaps", "students.csv", "--outcome", "Suspended", "--by", "Race,FRL",
             "--internal", "--format", form, "-o", f"gaps.{form}"]
            for form in ("json", "csv", "parquet", "table")
        ],
        ["report", "students.csv", "-o", "r.html", "-o", "r.xlsx", "-o", "r.pdf"],
        # and what goes wrong
        *[
            ["gaps", "students.csv", "--outcome", "Reading", "--by", name]
            for name in ("Last Name", "Email", "DOB", "SSN", "Student ID", "Notes",
                         "Student Name", "Parent Phone", "Home Address")
        ],
        *[
            ["gaps", "students.csv", "--outcome", name, "--by", "Race"]
            for name in ("Student Name", "Email", "Notes", "SSN")
        ],
        ["gaps", "students.csv", "--outcome", "Reading", "--by", "Race",
         "--where", "Last Name = Okonkwo"],
        ["gaps", "students.csv", "--outcome", "Reading", "--by", "Race",
         "--weight", "Email"],
        ["gaps", "broken.csv", "--outcome", "Days Absent", "--by", "Race"],
        ["inspect", "broken.csv", "--force"],
        ["report", "broken.csv", "-o", "broken.html"],
    ]  # fmt: skip
    said = {}
    for arguments in asked:
        done = subprocess.run(
            [equitable_command, *arguments],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=120,
            env={**os.environ, "HOME": str(folder / "home"), "COLUMNS": "250"},
        )
        # What the person typed may be said back to them.
        kept = (done.stdout + done.stderr).decode(errors="replace")
        said[" ".join(arguments)] = (done.returncode, kept.replace("Okonkwo.", ""))
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in {"students.csv", "broken.csv"}:
            said[path.name] = (0, text_of(path))
    return said, planted


def text_of(path: Path) -> str:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(
                book.read(n).decode(errors="replace") for n in book.namelist()
            )
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    return path.read_bytes().decode(errors="replace")


def stands_alone(text, content):
    """A student number inside a longer number or a hash is a coincidence."""
    if not text.isdigit():
        return True
    return re.search(rf"(?<![\w.]){text}(?![\w])", content) is not None


def test_every_way_out_was_tried(outputs):
    said, _ = outputs
    for name in (
        "equity.toml",
        "gaps.json",
        "gaps.parquet",
        "r.html",
        "r.xlsx",
        "r.pdf",
    ):
        assert name in said


def test_the_good_commands_worked_and_the_others_refused(outputs):
    said, _ = outputs
    for command, (code, text) in said.items():
        assert "Traceback" not in text
        assert "went wrong" not in text, command
        assert code in {0, 2}, (command, text)
    assert said["gaps students.csv --outcome Reading --by Email"][0] == 2


def test_no_output_holds_an_identifier(outputs):
    said, planted = outputs
    leaks = [
        (place, text)
        for place, (_, content) in said.items()
        for text in planted
        if text in content and stands_alone(text, content)
    ]
    assert not leaks, leaks[:5]


def test_no_temporary_file_is_left(outputs, tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    assert not list(base.rglob("*.part"))
