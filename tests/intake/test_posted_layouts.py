"""One table in whatever layout: the same counts come out of each."""

import csv
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from equitable.intake.posted.reading import read_posted
from equitable.intake.posted.sums import refuse_wrong_sums

SCHOOLS = ("Oak School", "Elm School", "Ash School", "Fir Academy")
KINDS = ("Walks", "Rides a bus", "Cycles", "Is driven")
MARKS = ("*", "s", "<10", "N<10", "–", "", "n/a")
TOTALS = ("Total", "All", "All students", "Grand total", "TOTAL")

Key = tuple[str, str]
Counts = Mapping[Key, str]
"""Each group of school and kind, '' for a total, to what the page shows."""


@st.composite
def tables(draw: st.DrawFn) -> dict[Key, str]:
    """Counts with their margins; some cells withheld."""
    schools = SCHOOLS[: draw(st.integers(2, 4))]
    kinds = KINDS[: draw(st.integers(2, 4))]
    numbers = {
        (school, kind): draw(st.integers(0, 2500))
        for school in schools
        for kind in kinds
    }
    whole = dict(numbers)
    for school in schools:
        whole[school, ""] = sum(numbers[school, kind] for kind in kinds)
    for kind in kinds:
        whole["", kind] = sum(numbers[school, kind] for school in schools)
    whole["", ""] = sum(numbers.values())
    mark = draw(st.sampled_from(MARKS))
    limit = 10 if mark in {"<10", "N<10"} else draw(st.sampled_from([10, 300]))
    # The whole, and whatever is not small, stays: a table of marks alone is none.
    return {
        key: mark if number < limit and key != ("", "") else str(number)
        for key, number in whole.items()
    }


def _axis(counts: Counts, place: int) -> list[str]:
    return list(dict.fromkeys(key[place] for key in counts if key[place]))


def crosstab(counts: Counts, chance: random.Random) -> list[list[str]]:
    """Schools down, kinds across (or the other way), totals first or last."""
    total = chance.choice(TOTALS)
    turned = chance.random() < 0.5
    down, across = _axis(counts, turned), _axis(counts, not turned)
    ends = [chance.choice([-1, 1]) for _ in range(2)]
    down = [*down, ""] if ends[0] > 0 else ["", *down]
    across = [*across, ""] if ends[1] > 0 else ["", *across]
    name = chance.choice(["School", ""]) if not turned else ""
    rows = [[name, *(label or total for label in across)]]
    for label in down:
        own = [counts[(other, label) if turned else (label, other)] for other in across]
        rows.append([label or total, *own])
    if chance.random() < 0.5:
        rows = [["How students come to school"], [], *rows]
    if chance.random() < 0.5:
        rows += [[], ["* = withheld to protect students"], ["Source: the district."]]
    return rows


def listed(counts: Counts, chance: random.Random) -> list[list[str]]:
    """A row for each group, in any order."""
    total = chance.choice(TOTALS)
    rows = [[a or total, b or total, count] for (a, b), count in counts.items()]
    chance.shuffle(rows)
    return [["School", "Way", chance.choice(["Students", "N", "Count"])], *rows]


def stepped(counts: Counts, chance: random.Random) -> list[list[str]]:
    """Each school's name once, above its rows; the total of all at the end."""
    total = chance.choice(TOTALS)
    rows = [["School", "Way", "Number of students"]]
    for school in [*_axis(counts, 0), ""]:
        for place, kind in enumerate([*_axis(counts, 1), ""]):
            first = (school or total) if place == 0 else ""
            rows.append([first, kind or total, counts[school, kind]])
    return rows


def headed(counts: Counts, chance: random.Random) -> list[list[str]]:
    """The name of the columns' dimension in a row above its labels."""
    total = chance.choice(TOTALS)
    kinds = [*_axis(counts, 1), ""]
    top = ["School", "Way", *([""] * (len(kinds) - 1))]
    rows = [top, ["", *(kind or total for kind in kinds)]]
    rows += [
        [school or total, *(counts[school, kind] for kind in kinds)]
        for school in [*_axis(counts, 0), ""]
    ]
    return rows


LAYOUTS = (crosstab, listed, stepped, headed)


def _write_text(path: Path, rows: Sequence[Sequence[str]], delimiter: str) -> None:
    width = max(map(len, rows))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([*row, *[""] * (width - len(row))] for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def _write_book(path: Path, rows: Sequence[Sequence[str]]) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Table")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell.isdecimal():
                sheet.write_number(row, column, int(cell))
            elif cell:
                sheet.write_string(row, column, cell)
    book.close()


@settings(max_examples=120, deadline=None)
@given(
    counts=tables(),
    layout=st.sampled_from(LAYOUTS),
    form=st.sampled_from([",", ";", "\t", "xlsx"]),
    seed=st.integers(0, 2**32),
)
def test_the_layout_changes_nothing(
    counts: dict[Key, str], layout: object, form: str, seed: int
) -> None:
    assert callable(layout)
    rows = layout(counts, random.Random(seed))  # noqa: S311 - no secret
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("t.xlsx" if form == "xlsx" else "t.csv")
        if form == "xlsx":
            _write_book(path, rows)
        else:
            _write_text(path, rows, form)
        (table,) = read_posted([path])
    refuse_wrong_sums([table])
    schools, kinds = set(_axis(counts, 0)), set(_axis(counts, 1))
    found = {}
    for cell in table.cells:
        labels = set(cell.group.values())
        key = (
            next(iter(labels & schools), ""),
            next(iter(labels & kinds), ""),
        )
        found[key] = cell.mark if cell.value is None else str(cell.value)
        assert table.dimensions.keys() >= cell.group.keys()
    assert found == {key: count.strip() for key, count in counts.items()}
    assert table.counted == "students"
