# ruff: noqa: INP001 - a script, not a package
"""Make the demonstration's student file from the public Project STAR file.

    python tools/make_star.py path/to/STAR.csv

The input is the wide file (one row a student, K to 3 side by side, 11,598 rows) as it
is published in R's AER package; the output is ``src/equitable/data/star/star.csv``:
one row for each student and school year spent in a class of the study.  Only Python's
standard library is used, so that anybody can make the file again.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path

YEARS = {"k": "1985-86", "1": "1986-87", "2": "1987-88", "3": "1988-89"}
COLUMNS = (
    "student",
    "year",
    "grade",
    "gender",
    "race",
    "lunch",
    "class_type",
    "setting",
    "school",
    "district",
    "teacher_experience",
    "reading",
    "math",
    "total",
)
TARGET = Path(__file__).parents[1] / "src" / "equitable" / "data" / "star" / "star.csv"
STUDENTS = 11_598


def student_years(wide: dict[str, str]) -> list[tuple[str, ...]]:
    """The rows of one student: one for each grade with a class type on record.

    A grade without a class type is a year in which the student was not in the study.
    """
    rows = []
    for grade, year in YEARS.items():
        class_type = wide[f"star{grade}"]
        if not class_type:
            continue
        reading, math = wide[f"read{grade}"], wide[f"math{grade}"]
        total = str(int(reading) + int(math)) if reading and math else ""
        rows.append(
            (
                wide["rownames"],
                year,
                grade.upper(),
                wide["gender"],
                wide["ethnicity"],
                wide[f"lunch{grade}"],
                class_type,
                wide[f"school{grade}"],
                wide[f"schoolid{grade}"],
                wide[f"system{grade}"],
                wide[f"experience{grade}"],
                reading,
                math,
                total,
            )
        )
    return rows


def convert(source: Path) -> str:
    """The whole student-year file as text, years in order and students within them."""
    with source.open(encoding="utf-8", newline="") as file:
        students = list(csv.DictReader(file))
    if len(students) != STUDENTS:
        sys.exit(f"{source.name}: {len(students):,} students, not {STUDENTS:,}.")
    rows = [row for student in students for row in student_years(student)]
    rows.sort(key=lambda row: (row[1], int(row[0])))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


def main() -> None:
    """Read the wide file named on the command line and write the long one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="the wide STAR file (CSV)")
    parser.add_argument("-o", "--output", type=Path, default=TARGET)
    arguments = parser.parse_args()
    text = convert(arguments.source)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
