"""Which cells make a margin where totals were published beside their parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from equitable.cube.cells import Axis, Cells, Moments
from equitable.cube.margins import level_of
from equitable.vocabulary import Dimension, Indicator, Kind, Provenance

ALL = "All"


def table(
    rows: Sequence[tuple[Mapping[str, str], int | None, int]],
    dimensions: Sequence[str],
) -> Cells:
    """Published rows of (groups, students or None where held back, true of them)."""
    axes, codes = [], np.zeros((len(rows), len(dimensions)), np.int64)
    for place, name in enumerate(dimensions):
        named = [row[0].get(name, ALL) for row in rows]
        groups = tuple(sorted(set(named) - {ALL}))
        members = ((), *((i,) for i in range(len(groups))))
        axes.append(
            Axis(
                dimension=Dimension(
                    name=name,
                    label=name,
                    columns=(name,),
                    classify=lambda text: (text or "",),
                    totals=(ALL.casefold(),),
                ),
                groups=groups,
                members=members,
            )
        )
        codes[:, place] = [0 if n == ALL else 1 + groups.index(n) for n in named]
    n = np.array([row[1] or 0 for row in rows], np.int64)
    total = np.array([float(row[2]) for row in rows])
    nothing = np.zeros(len(rows))
    moments = Moments(
        n=n,
        missing=np.zeros(len(rows), np.int64),
        total=total,
        squares=total,
        spare=nothing,
        weight=n.astype(float),
        weight_squares=n.astype(float),
        weighted_total=total,
        weighted_squares=total,
    )
    return Cells(
        axes=tuple(axes),
        codes=codes,
        students=n,
        indicators=(Indicator(name="y", label="y", kind=Kind.RATE),),
        moments={"y": moments},
        weighted=False,
        provenance=Provenance(files=(), rows_read=len(rows)),
    )


def margin(cells: Cells, *names: str) -> dict[tuple[str, ...], tuple[int, int]]:
    found = cells.table("y", names)
    return {
        tuple(found.names(i).values()): (
            int(found.moments.n[i]),
            int(found.moments.total[i]),
        )
        for i in range(len(found.places))
    }


REPORT_CARD = [
    ({}, 100, 50),
    ({"race": "Asian"}, 30, 20),
    ({"race": "Black"}, 60, 25),
    ({"sex": "Girls"}, 55, 30),
    ({"sex": "Boys"}, 45, 20),
]


def test_a_published_margin_is_taken_and_nobody_counts_twice() -> None:
    cells = table(REPORT_CARD, ["race", "sex"])
    assert margin(cells) == {(): (100, 50)}
    assert margin(cells, "race") == {("Asian",): (30, 20), ("Black",): (60, 25)}
    assert margin(cells, "sex") == {("Girls",): (55, 30), ("Boys",): (45, 20)}


def test_an_intersection_that_is_not_held_has_no_cells() -> None:
    assert margin(table(REPORT_CARD, ["race", "sex"]), "race", "sex") == {}


def test_without_a_total_the_parts_are_added_up_of_one_breakdown_only() -> None:
    cells = table(REPORT_CARD[1:], ["race", "sex"])
    # The girls and the boys tell of 100 students, the races of 90.
    assert margin(cells) == {(): (100, 50)}
    level = level_of(cells.axes, cells.codes, cells.moments["y"], [])
    assert level.summed == ("sex",)


def test_districts_are_added_up_where_there_is_no_state() -> None:
    rows = [
        ({"district": d, **group}, n, true)
        for d, part in (("A", 1), ("B", 2))
        for group, n, true in (
            ({}, 10 * part, 5 * part),
            ({"race": "Asian"}, 4 * part, 3 * part),
        )
    ]
    cells = table(rows, ["race", "district"])
    # 10 + 20 students, 4 + 8 of them Asian.
    assert margin(cells) == {(): (30, 15)}
    assert margin(cells, "race") == {("Asian",): (12, 9)}
    assert margin(cells, "district") == {("A",): (10, 5), ("B",): (20, 10)}


def test_a_state_is_not_added_to_its_counties_by_their_codes() -> None:
    """A county's code has no total: '00' in the state's rows, as California writes."""
    rows = [
        ({"level": level, "code": code, **group}, n, true)
        for level, code, part in (
            (ALL, "00", 3),
            ("County", "01", 1),
            ("County", "02", 2),
        )
        for group, n, true in (
            ({}, 10 * part, 5 * part),
            ({"race": "Asian"}, 4 * part, 3 * part),
        )
    ]
    found = table(rows, ["race", "level", "code"])
    level, code = found.axes[1], found.axes[2]
    cells = replace(
        found,
        axes=(
            found.axes[0],
            replace(level, dimension=replace(level.dimension, form="level")),
            replace(code, members=code.members[1:]),
        ),
        codes=found.codes - np.array([0, 0, 1]),
    )
    # The state's own 30 students, 12 of them Asian.
    assert margin(cells) == {(): (30, 15)}
    assert margin(cells, "race") == {("Asian",): (12, 9)}


def test_a_total_that_was_not_given_is_made_of_its_parts() -> None:
    rows = [
        ({"district": "A"}, 10, 5),
        ({"district": "B"}, None, 0),
        ({"district": "B", "race": "Asian"}, 7, 3),
        ({"district": "B", "race": "Black"}, 8, 2),
    ]
    cells = table(rows, ["race", "district"])
    level = level_of(cells.axes, cells.codes, cells.moments["y"], [1])
    assert margin(cells, "district") == {("A",): (10, 5), ("B",): (15, 5)}
    assert (level.filled, level.unknown) == (1, 0)


def test_a_total_is_not_made_of_parts_of_which_one_is_held_back() -> None:
    rows = [
        ({"district": "A"}, 10, 5),
        ({"district": "B"}, None, 0),
        ({"district": "B", "race": "Asian"}, 7, 3),
        ({"district": "B", "race": "Black"}, None, 0),
    ]
    cells = table(rows, ["race", "district"])
    level = level_of(cells.axes, cells.codes, cells.moments["y"], [1])
    assert margin(cells, "district") == {("A",): (10, 5)}
    assert (level.filled, level.unknown) == (0, 1)


@pytest.mark.parametrize(
    ("groups", "everyone"),
    [
        # 90 of 100 students stand in a race: those in none belong to the total.
        (((30, 20), (60, 25)), (100, 50)),
        # All of them do, but two events were given to no race: like with like.
        (((40, 20), (60, 28)), (100, 48)),
    ],
)
def test_everyone_is_the_total_unless_the_groups_are_everyone(
    groups: Sequence[tuple[int, int]], everyone: tuple[int, int]
) -> None:
    rows = [({}, 100, 50)] + [
        ({"race": f"R{i}"}, n, true) for i, (n, true) in enumerate(groups)
    ]
    cells = table(rows, ["race", "sex"])
    whole = cells.whole("y", (), ["race"])
    assert int(whole.table.moments.n[0]) == everyone[0]
    assert int(whole.table.moments.total[0]) == everyone[1]


def test_parts_that_are_more_than_their_total_are_counted() -> None:
    rows = [({}, 90, 50), ({"race": "Asian"}, 40, 20), ({"race": "Black"}, 60, 30)]
    whole = table(rows, ["race"]).whole("y", (), ["race"])
    assert whole.over == 1
    assert int(whole.table.moments.n[0]) == 100
