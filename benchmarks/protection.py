"""A school's release protected and proved, against one linear programme after another.

    python benchmarks/protection.py [--schools 40] [--no-page]

Invented schools of 40 to 3,000 students (``tests/privacy/simulated_schools.py``): six
dimensions, all two-way tables, one year; 384 finest cells and 156 figures a school.
In turn, on the same school:

A  the plain way to audit what hiding numbers under 10 leaves: two linear programmes
   for each withheld number of students, each from the start (SciPy's linprog, HiGHS);
B  numbers of students and of those suspended protected, with a witness for each
   withheld figure, and the proof checked (``protect_block``, ``unproven``);
C  the same with five indicators, three of them of some of the students.

A only looks, and at numbers of students alone; B withholds until it is safe, and proves
it of both.  Seconds are of one core; the ratio is the median of the schools' own.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from page import machine, put
from scipy.optimize import linprog

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "privacy"))
from simulated_schools import SHAPE, every_school, simulate

from equitable.privacy.policy import Policy
from equitable.privacy.protection.block import Counted, protect_block
from equitable.privacy.protection.certificate import unproven
from equitable.privacy.protection.lattice import Stratum
from equitable.privacy.protection.tables import all_codes, tables_of

TITLE = "A release protected and proved"
POLICY = Policy()
TABLES = tables_of([np.eye(size, dtype=bool) for size in SHAPE], all_codes(SHAPE), 2)
KEYS = tuple(
    tuple((str(d), str(place)) for d, place in group) for group in TABLES.groups
)


def plain_audit(cells: np.ndarray) -> int:
    """A: how many withheld numbers are told where only small ones are hidden."""
    values = TABLES.rows @ cells
    away = values < POLICY.threshold
    shown, told = TABLES.rows[~away], 0
    for row in np.flatnonzero(away):
        cost = TABLES.rows[[row]].toarray().ravel()
        ends = [
            linprog(sign * cost, A_eq=shown, b_eq=values[~away], method="highs")
            for sign in (1.0, -1.0)
        ]
        told += all(one.fun is not None for one in ends) and (
            -ends[1].fun - ends[0].fun < 1
        )
    return told


def protected(counted: tuple[Counted, ...]) -> tuple[float, int]:
    """B and C: the share of students in withheld groups, and what is not proved."""
    kept = np.zeros(len(KEYS), bool)
    kept[TABLES.everyone] = True
    found = protect_block(TABLES.rows, counted, POLICY, kept=kept)
    stratum = Stratum(
        within={}, tables=TABLES, keys=KEYS, counted=counted, asked=len(KEYS)
    )
    layer = found.students[counted[0].name]
    share = layer.values[layer.hidden].sum() / layer.values.sum()
    return float(share), len(unproven(stratum, found, POLICY))


def five(n: np.ndarray, suspended: np.ndarray, seed: int) -> tuple[Counted, ...]:
    """Five indicators: two of all students, two of those tested, one mean."""
    chance = np.random.default_rng(seed)
    tested = chance.binomial(n.astype(int), 0.95).astype(float)
    return (
        Counted(name="suspended", students=n, counts=suspended),
        Counted(
            name="absent",
            students=n,
            counts=chance.binomial(n.astype(int), 0.2).astype(float),
        ),
        Counted(
            name="proficient",
            students=tested,
            counts=chance.binomial(tested.astype(int), 0.5).astype(float),
        ),
        Counted(
            name="advanced",
            students=tested,
            counts=chance.binomial(tested.astype(int), 0.15).astype(float),
        ),
        Counted(
            name="score",
            students=tested,
            counts=chance.beta(4, 4, len(n)) * tested,
            amounts=True,
        ),
    )


def timed(work, *arguments):
    start = time.process_time()
    answer = work(*arguments)
    return time.process_time() - start, answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--schools", type=int, default=40)
    parser.add_argument("--no-page", action="store_true")
    asked = parser.parse_args()
    every = list(every_school(simulate(asked.schools, 1), year=2022))
    rows = []
    for number, (_, cells) in enumerate(every):
        n, suspended = cells.n.ravel().astype(float), cells.suspended.ravel()
        one = Counted(name="s", students=n, counts=suspended.astype(float))
        plain, told = timed(plain_audit, n)
        seconds, (share, open_one) = timed(protected, (one,))
        whole, (_, open_all) = (
            timed(protected, five(n, suspended.astype(float), number))
            if number % 4 == 0
            else (None, (0.0, 0))
        )
        rows.append((n.sum(), plain, seconds, whole, share, told, open_one + open_all))
    size, plain, seconds = (np.array([row[i] for row in rows]) for i in range(3))
    wholes = [row[3] for row in rows if row[3] is not None]
    exponent = np.polyfit(np.log(size), np.log(seconds), 1)[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    text = f"""
Six dimensions, all two-way tables, one year: 156 figures over 384 finest cells for each
of {len(rows)} invented schools of {size.min():.0f} to {size.max():.0f} students.
Written by `benchmarks/protection.py` (`make bench`).

- **Machine:** {machine()}; one core
- **Withheld numbers that hiding those under 10 alone leaves exactly told:**
  {sum(row[5] for row in rows):,}; after protection none
- **Not proved:** {sum(row[6] for row in rows)}; median share of students in withheld
  groups {statistics.median(row[4] for row in rows):.0%}
- **Seconds grow with a school's students** to the power of {exponent:.2f};
  peak memory {peak:.2f} GB

| a school | median seconds | 9 of 10 under |
|---|---|---|
| A: looking only, one linear programme after another | {np.median(plain):.2f} |\
 {np.quantile(plain, 0.9):.2f} |
| B: students and one indicator, protected and proved | {np.median(seconds):.2f} |\
 {np.quantile(seconds, 0.9):.2f} |
| C: five indicators, protected and proved | {np.median(wholes):.2f} |\
 {np.quantile(wholes, 0.9):.2f} |

**B takes {np.median(seconds / plain):.2f} times as long as A** (median of the schools'
own ratios).
"""
    print(text)
    if not asked.no_page:
        put(TITLE, text)


if __name__ == "__main__":
    main()
