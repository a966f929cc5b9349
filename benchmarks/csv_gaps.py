"""From a CSV of students to a two-way gap table, against DuckDB's bare count.

    python benchmarks/csv_gaps.py --rows 10000000

makes the file (the same rows each time), then runs in turn, each in a fresh
process:

A  DuckDB's own ``count(*)`` over that file, on 2 threads with 2 GB;
B  ``equitable gaps FILE --outcome passed --by race,lunch --format json``.

It prints both medians, their ratio and the largest memory that each held, and writes
them to docs/reference/benchmarks.md.  Seconds say something of one machine on one day
only, so no test asserts them; the ratio is what to look at.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from page import machine, put

TITLE = "From a CSV of students to a table of gaps"
THREADS, MEMORY = 2, "2GB"
COUNT = f"""
import duckdb, sys
engine = duckdb.connect(config={{"threads": {THREADS}, "memory_limit": "{MEMORY}"}})
engine.execute("SET enable_progress_bar = false")
print(engine.execute("SELECT count(*) FROM read_csv(?)", [sys.argv[1]]).fetchone()[0])
"""
# Shares of groups and of passing are of the size met in a large district; every value
# comes from a hash of the row's number, so that the file is the same each time.
STUDENTS = """
COPY (
  WITH draws AS (
    SELECT i, hash(i) % 1000 AS a, hash(i + 7000000000) % 1000 AS b,
           hash(i + 14000000000) % 1000 AS c, hash(i + 21000000000) % 600 AS d
    FROM range(?) AS numbers(i)
  ), grouped AS (
    SELECT *,
      CASE WHEN a < 280 THEN 'Hispanic' WHEN a < 730 THEN 'White'
           WHEN a < 880 THEN 'Black' WHEN a < 935 THEN 'Asian'
           WHEN a < 980 THEN 'Two or more races'
           WHEN a < 990 THEN 'American Indian or Alaska Native'
           ELSE 'Native Hawaiian or Other Pacific Islander' END AS race,
      CASE WHEN b < 480 THEN 'free' ELSE 'paid' END AS lunch
    FROM draws
  )
  SELECT 100000 + i AS student, '2024-25' AS year, d AS school, i % 13 AS grade,
         race, lunch,
         CASE WHEN b % 10 = 0 THEN 'Yes' ELSE 'No' END AS english_learner,
         CASE WHEN b % 7 = 0 THEN 'Yes' ELSE 'No' END AS disability,
         CASE WHEN c % 50 = 0 THEN ''
              WHEN c < 640 - 170 * (lunch = 'free')::INT - 60 * (a >= 730)::INT
              THEN 'Yes' ELSE 'No' END AS passed,
         200 + c AS score
  FROM grouped
) TO '{target}' (HEADER, DELIMITER ',')
"""


@dataclass(frozen=True)
class Run:
    """One fresh process: how long it took, the most memory it held, its cores' time.

    Seconds and bytes; ``cpu`` is what both cores worked, whatever else ran beside it.
    """

    seconds: float
    peak: int
    cpu: float


def make_file(target: Path, rows: int) -> None:
    """Write the students to ``target``, unless they are there already."""
    if target.exists():
        return
    unfinished = target.with_suffix(".part")
    quoted = str(unfinished).replace("'", "''")
    with duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY}) as engine:
        engine.execute(STUDENTS.replace("{target}", quoted), [rows])
    unfinished.rename(target)


def run(command: list[str], output: Path) -> Run:
    """Run ``command`` in a process of its own, its output going to a file."""
    error = output.with_suffix(".err")
    start = time.perf_counter()
    pid = os.posix_spawn(
        command[0],
        command,
        os.environ,
        file_actions=[
            (
                os.POSIX_SPAWN_OPEN,
                1,
                output,
                os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                0o600,
            ),
            (
                os.POSIX_SPAWN_OPEN,
                2,
                error,
                os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                0o600,
            ),
        ],
    )
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"{command[0]} ended with {code}: {error.read_text()[-2000:]}")
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, usage.ru_maxrss * unit, cpu)


def check_answer(output: Path, rows: int) -> int:
    """The number of rows of the gap table, which must have counted every student."""
    answer = json.loads(output.read_text())
    read = answer["provenance"]["rows_read"]
    if read != rows:
        sys.exit(f"the command read {read:,} rows of {rows:,}")
    return len(answer["rows"])


def table_line(name: str, runs: list[Run]) -> str:
    """One line of the page's table."""
    seconds = [each.seconds for each in runs]
    spread = f"{min(seconds):.2f}-{max(seconds):.2f}"
    peak = max(each.peak for each in runs) / 1e9
    return f"| {name} | {statistics.median(seconds):.2f} | {spread} | {peak:.2f} GB |"


def report(
    rows: int, size: int, table_rows: int, bare: list[Run], ours: list[Run]
) -> str:
    """The figures as the page has them."""
    ratios = [b.seconds / a.seconds for a, b in zip(bare, ours, strict=True)]
    counting = table_line(f"A: DuckDB `count(*)`, {THREADS} threads, {MEMORY}", bare)
    asking = table_line(
        f"B: `equitable gaps … --by race,lunch`, {table_rows} rows", ours
    )
    return f"""\
How long it takes from a CSV of students to a two-way gap table, next to DuckDB counting
its rows.  Written by `benchmarks/csv_gaps.py` (`make bench`).

- **File:** {rows:,} rows, 10 columns, {size / 1e6:,.0f} MB, in the page cache
- **Machine:** {machine()}
- **Runs:** {len(ours)} of each in turn, each in a fresh process, its start included

| | median seconds | least-most | peak memory |
|---|---|---|---|
{counting}
{asking}

**B takes {statistics.median(ratios):.2f} times as long as A** (median of the ratios
run by run; {min(ratios):.2f} to {max(ratios):.2f}).
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-page", action="store_true", help="print only")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="equitable-bench-") as temporary:
        folder = Path(os.environ.get("BENCH_DIR", temporary))
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"students-{arguments.rows}.csv"
        print(f"Making {arguments.rows:,} rows", flush=True)
        make_file(file, arguments.rows)
        output = Path(temporary) / "output"
        # The command stands beside this Python; its links are not to be resolved, or
        # it would be looked for in the Python that the environment was made from.
        command = str(Path(sys.executable).with_name("equitable"))
        counting = [sys.executable, "-c", COUNT, str(file)]
        asking = [command, "gaps", str(file), "--outcome", "passed"]
        asking += ["--by", "race,lunch", "--format", "json"]
        bare, ours, table_rows = [], [], 0
        for number in range(arguments.runs + 1):
            a, b = run(counting, output), run(asking, output)
            table_rows = check_answer(output, arguments.rows)
            warm = "" if number else " (to warm up; not counted)"
            print(f"A {a.seconds:.2f} s, B {b.seconds:.2f} s{warm}", flush=True)
            if number:
                bare.append(a)
                ours.append(b)
        text = report(arguments.rows, file.stat().st_size, table_rows, bare, ours)
    print(f"\n{text}")
    if not arguments.no_page:
        put(TITLE, text)


if __name__ == "__main__":
    main()
