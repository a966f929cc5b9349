"""`inspect` and a discipline report on the federal collection, against a bare read.

    python benchmarks/civil_rights.py [SIX_STATES.parquet]

The collection has a row a school and a column a group: some 1,700 columns.  Without a
file of it, one of the same shape is made (1,732 rows, 1,733 columns, the same numbers
each time).  Then run in turn, each in a fresh process:

A  DuckDB counting every column of the file, on 2 threads with 2 GB;
B  ``equitable inspect FILE``;
C  ``equitable report FILE`` on five outcomes of discipline, as HTML;

and B and C on the same rows as CSV in latin-1, which DuckDB does not read bare.  Both
medians, their ratios and the largest memory that each held go to the page of figures.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
from csv_gaps import MEMORY, THREADS, Run, run, table_line
from page import machine, put

TITLE = "A school a row, a column a group: the civil-rights collection"
SCHOOLS, COLUMNS = 1_732, 1_733
READ = f"""
import duckdb, sys
engine = duckdb.connect(config={{"threads": {THREADS}, "memory_limit": "{MEMORY}"}})
print(len(engine.execute("SELECT count(COLUMNS(*)) FROM read_parquet(?)",
                         [sys.argv[1]]).fetchone()))
"""
DISCIPLINE = (
    "out_of_school_suspension",
    "in_school_suspension",
    "expulsion",
    "law_enforcement_referral",
    "arrest",
)
RACES, SEXES = ("HI", "AM", "AS", "HP", "BL", "WH", "TR"), ("M", "F")
TRAITS = ("LEP", "IDEA", "504")
MEASURES = ("ISS", "SINGOOS", "MULTOOS", "EXPWE", "EXPWOE", "EXPZT", "REF", "ARR")
OTHERS = ("APENR", "APMATHENR", "GTENR", "DUALENR", "IBENR", "SATACT", "ALGENR_G08")
OTHERS += tuple(f"RET_{g}" for g in ("KG", *(f"G{n:02d}" for n in range(1, 13))))


def columns() -> dict[str, str]:
    """Each column of the made file, and SQL for its value in school ``i``.

    Totals are the sums of their races; every other number comes from a hash of the
    school's number and the column's name.
    """

    def number(name: str, most: int) -> str:
        return f"CAST(hash('{name}' || i) % {most} AS BIGINT)"

    made = {
        "LEA_STATE": "list_value('DC','DE','HI','RI','VT','WY')[1 + i % 6]",
        "LEA_STATE_NAME": "'State ' || (i % 6)",
        "LEAID": "lpad(CAST(i // 5 AS VARCHAR), 7, '0')",
        "LEA_NAME": "'District ' || (i // 5)",
        "SCHID": "lpad(CAST(i AS VARCHAR), 5, '0')",
        "SCH_NAME": "'Peñasco School ' || i",
        "COMBOKEY": "lpad(CAST(i AS VARCHAR), 12, '0')",
        "JJ": "'No'",
    }

    def block(prefix: str, total: str, most: int, traits: tuple[str, ...]) -> None:
        for sex in SEXES:
            races = {f"{prefix}_{race}_{sex}": most for race in RACES}
            made.update({name: number(name, size) for name, size in races.items()})
            made[f"{total}_{sex}"] = " + ".join(made[name] for name in races)
            for trait in traits:
                name = f"{prefix}_{trait}_{sex}"
                made[name] = number(name, 2 * most)

    block("SCH_ENR", "TOT_ENR", 90, TRAITS)
    for measure in MEASURES:
        without, having = f"DISCWODIS_{measure}", f"DISCWDIS_{measure}"
        block(f"SCH_{without}", f"TOT_{without}", 4, ("LEP",))
        block(f"SCH_{having}_IDEA", f"TOT_{having}_IDEA", 2, ())
        for trait, sex in itertools.product(("LEP", "504"), SEXES):
            name = f"SCH_{having}_{trait}_{sex}"
            made[name] = number(name, 2)
    for topic in OTHERS:
        block(f"SCH_{topic}", f"TOT_{topic}", 3, TRAITS)
    for place in range(COLUMNS - len(made)):
        made[f"SCH_OTHER_{place}"] = f"CASE WHEN i % 3 = 0 THEN -9 ELSE {place} END"
    return made


def make_file(target: Path) -> None:
    """Write the made collection."""
    listed = ", ".join(f'{sql} AS "{name}"' for name, sql in columns().items())
    quoted = str(target).replace("'", "''")
    duckdb.execute(
        f"COPY (SELECT {listed} FROM range({SCHOOLS}) AS schools(i)) TO '{quoted}'"
    )


def make_csv(source: Path, target: Path) -> None:
    """The same rows as CSV in latin-1."""
    unfinished = target.with_suffix(".utf8")
    duckdb.execute(
        "COPY (SELECT * FROM read_parquet(?)) TO '"
        + str(unfinished).replace("'", "''")
        + "' (HEADER, DELIMITER ',')",
        [str(source)],
    )
    text = unfinished.read_text(encoding="utf-8")
    target.write_bytes(text.encode("latin-1", errors="replace"))
    unfinished.unlink()


def make_files(source: Path | None, folder: Path) -> None:
    """The collection as Parquet (made where there is no file of it) and as CSV."""
    file = folder / "collection.parquet"
    if source is None:
        make_file(file)
    else:
        file.write_bytes(source.read_bytes())
    make_csv(file, folder / "collection.csv")


def line(name: str, held: list[Run], bare: list[Run]) -> str:
    """One line of the page's table, with the time of the cores beside the clock's."""
    cpu = statistics.median(one.cpu for one in held)
    ratios = [ours.cpu / one.cpu for one, ours in zip(bare, held, strict=True)]
    return f"{table_line(name, held)} {cpu:.2f} | {statistics.median(ratios):.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", nargs="?", type=Path, help="the collection's Parquet")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-page", action="store_true", help="print only")
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.make:
        make_files(arguments.source, arguments.make)
        return
    command = str(Path(sys.executable).with_name("equitable"))
    with tempfile.TemporaryDirectory(prefix="equitable-bench-") as temporary:
        folder = Path(temporary)
        file, text_file = folder / "collection.parquet", folder / "collection.csv"
        # In a process of its own: what this one holds counts as its children's peak.
        making = [sys.executable, __file__, "--make", temporary]
        making += [str(arguments.source.resolve())] if arguments.source else []
        subprocess.run(making, check=True)
        os.chdir(folder)
        output = folder / "output"
        report = ["--outcome", ",".join(DISCIPLINE), "-o", "report.html"]
        commands = {"A: DuckDB counts every column": [sys.executable, "-c", READ, file]}
        for kind, path in (("Parquet", file), ("CSV", text_file)):
            commands |= {
                f"B: `equitable inspect`, {kind}": [
                    *(command, "inspect", path, "-o", "equity.out", "--force")
                ],
                f"C: `equitable report`, {kind}": [command, "report", path, *report],
            }
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for number in range(arguments.runs + 1):
            for name, arguments_of in commands.items():
                found = run([str(one) for one in arguments_of], output)
                if number:
                    runs[name].append(found)
            print(f"Run {number} of {arguments.runs}", flush=True)
        first, *others = runs.values()
        lines = [line(name, held, first) for name, held in runs.items()]
        of = "made file" if arguments.source is None else "six states, 2020-21"
        rows = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [str(file)])
        schools = (rows.fetchone() or [0])[0]
        sizes = [path.stat().st_size / 1e6 for path in (file, text_file)]
    body = "\n".join(lines)
    text = f"""\
`inspect`, and a report on five outcomes of discipline by race, sex, disability and
English, next to DuckDB counting every column of the Parquet file.  Written by
`benchmarks/civil_rights.py` (`make bench`).

- **File:** {of}: {schools:,} rows, {COLUMNS:,} columns, {sizes[0]:.1f} MB as Parquet, \
{sizes[1]:.1f} MB as CSV
- **Machine:** {machine()}
- **Runs:** {len(others[0])} of each in turn, each in a fresh process, start included;
  `times A` is of the cores' time, which other work on the machine changes least

| | median seconds | least-most | peak memory | seconds of the cores | times A |
|---|---|---|---|---|---|
{body}
"""
    print(f"\n{text}")
    if not arguments.no_page:
        put(TITLE, text)


if __name__ == "__main__":
    main()
