# ruff: noqa: INP001 - a script, not a package
"""Cut the public files that are shipped, or tested with, from those published.

    python tools/make_public_files.py civil-rights path/to/six_states.parquet
    python tools/make_public_files.py new-york path/to/attendance.csv
    python tools/make_public_files.py new-york-ela path/to/ela.csv
    python tools/make_public_files.py new-york-math path/to/math.csv
    python tools/make_public_files.py naep path/to/grade_4_reading.csv

The first two are of the demonstration, the others of the tests.

Rows and columns are left out; nothing else is changed.  Names of columns, reserve
codes (-9, -11 ...) and marks (``s``) stay as they were published, so that what is tried
on the small file holds for the whole one.  What is kept is said below, and in the
SOURCE.md beside each file, or in tests/data/README.md.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src" / "equitable" / "data"
TESTS = ROOT / "tests" / "data"
TARGETS = {
    "civil-rights": DATA / "civil_rights" / "civil_rights_2020_21.parquet",
    "new-york": DATA / "new_york" / "chronic_absence.csv",
    "new-york-ela": TESTS / "new_york_ela_2019_2022.csv",
    "new-york-math": TESTS / "new_york_math_2019_2022.csv",
    "naep": TESTS / "naep_grade_4_reading_nation.csv",
}

KEYS = (
    "LEA_STATE",
    "LEA_STATE_NAME",
    "LEAID",
    "LEA_NAME",
    "SCHID",
    "SCH_NAME",
    "COMBOKEY",
    "JJ",
)
GRADES = ("KG", *(f"G{grade:02d}" for grade in range(1, 13)))
DISCIPLINE = ("ISS", "SINGOOS", "MULTOOS", "EXPWE", "EXPWOE", "REF", "ARR")
TOPICS = (
    "ENR",
    *(f"{block}_{name}" for name in DISCIPLINE for block in ("DISCWODIS", "DISCWDIS")),
    "ABSENT",
    "APENR",
    "GTENR",
    *(f"RET_{grade}" for grade in GRADES),
)
KEPT = re.compile(
    rf"(SCH|TOT)_({'|'.join(TOPICS)})(_IDEA)?"
    r"(_(AM|AS|BL|HI|HP|PI|TR|MU|WH|LEP|IDEA|504))?_([MF]|IND)"
)

ALL_GRADES = "All Grades"
GRADES_KEPT = {
    ALL_GRADES: None,
    # The grade with the most figures held back.
    "12": frozenset({"All Students", "SWD", "Ethnicity"}),
}
"""Of each grade that is kept: its breakdowns, ``None`` for every one."""


def civil_rights(source: Path) -> pa.Table:
    """Every school of the six states, with the columns of the topics above."""
    from pyarrow import parquet  # noqa: PLC0415 - the other file needs Python only

    whole = parquet.ParquetFile(source)
    names = [
        name
        for name in whole.schema_arrow.names
        if name in KEYS or KEPT.fullmatch(name)
    ]
    # The names, types and rows; not what another program noted about itself.
    return whole.read(names).replace_schema_metadata(None)


def as_parquet(table: pa.Table) -> bytes:
    """The table as Parquet, small; the same bytes from the same version of pyarrow."""
    from pyarrow import parquet  # noqa: PLC0415 - the same

    buffer = io.BytesIO()
    parquet.write_table(
        table,
        buffer,
        compression="zstd",
        compression_level=19,
        write_statistics=False,
        store_schema=False,
    )
    return buffer.getvalue()


def new_york(row: dict[str, str]) -> bool:
    """All grades together, and grade 12 by disability and by race; every year."""
    kept = GRADES_KEPT.get(row["Grade"], frozenset())
    return kept is None or row["Breakdown"] in kept


def new_york_tests(row: dict[str, str]) -> bool:
    """All students of each grade in 2019 and 2022; in 2022 also by disability, ELL."""
    if row["Year"] not in {"2019", "2022"}:
        return False
    groups = row["Year"] == "2022" and row["Grade"] == ALL_GRADES
    return row["Breakdown"] == "All" or (groups and row["Breakdown"] in {"SWD", "ELL"})


def naep(row: dict[str, str]) -> bool:
    """The nation."""
    return row["jurisdiction"] == "National Avg."


RULES = {
    "new-york": new_york,
    "new-york-ela": new_york_tests,
    "new-york-math": new_york_tests,
    "naep": naep,
}


def lines_kept(source: Path, keep: Callable[[dict[str, str]], bool]) -> bytes:
    """The header and the lines that are kept, byte for byte."""
    header, *lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    names = next(csv.reader([header]))
    rows = csv.reader(lines)
    kept = [
        line
        for line, row in zip(lines, rows, strict=True)
        if keep(dict(zip(names, row, strict=True)))
    ]
    return "".join([header, *kept]).encode()


def cut(name: str, source: Path) -> bytes:
    """The bytes of the file of that name."""
    if name == "civil-rights":
        return as_parquet(civil_rights(source))
    return lines_kept(source, RULES[name])


def main() -> None:
    """Read the file named on the command line and write the cut one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", choices=TARGETS)
    parser.add_argument("source", type=Path, help="the file as it was published")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    if not arguments.source.exists():
        sys.exit(f"{arguments.source} is not there.")
    output = arguments.output or TARGETS[arguments.name]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(cut(arguments.name, arguments.source))


if __name__ == "__main__":
    main()
