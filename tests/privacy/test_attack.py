"""The attacker's audit, on published tables and by its own laws."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitable.errors import InputError
from equitable.privacy.audit.leaks import audit_system
from equitable.privacy.audit.propagation import propagate
from equitable.privacy.audit.published import Entry, system_of

# The published attack of the table with two holes in every row and column
# (L. Sweeney's and others' teaching example, as the audit's issue gives it).
TABLE = [
    [30, 47, 64, 89],
    [90, 124, 5, 31],
    [92, 100, 59, 85],
    [800, 991, 651, 685],
]
HOLES = {(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 3)}


def entry(group, value, *, hidden=False, high=np.inf):
    if hidden:
        return Entry(group=group, low=0, high=high, withheld=True)
    return Entry(group=group, low=value, high=value, withheld=False)


def crosstab(table, holes, *, totals=True):
    """A system of a table of two dimensions, with all its totals."""
    rows, columns = len(table), len(table[0])
    entries = [
        entry({"row": f"r{i}", "column": f"c{j}"}, table[i][j], hidden=(i, j) in holes)
        for i in range(rows)
        for j in range(columns)
    ]
    if totals:
        entries += [entry({"row": f"r{i}"}, sum(table[i])) for i in range(rows)]
        entries += [
            entry({"column": f"c{j}"}, sum(row[j] for row in table))
            for j in range(columns)
        ]
        entries.append(entry({}, sum(map(sum, table))))
    labels = {
        "row": [f"r{i}" for i in range(rows)],
        "column": [f"c{j}" for j in range(columns)],
    }
    return system_of(entries, labels)


def worked_out(step):
    """What the sentence 'Add a (1); b (2). Take away c (3)' comes to."""
    add, _, less = step.partition(". Take away ")

    def together(text):
        found = re.findall(r"(?:(\d+) times )?[^;(]*\((\d+)\)", text)
        return sum(int(times or 1) * int(number) for times, number in found)

    return together(add) - together(less)


def test_two_holes_in_every_line_are_not_enough():
    # Rows 1 and 2 less columns 1 and 3, with what is shown of them:
    # 230 + 250 + 92 + 59 + 800 + 651 - 1012 - 779 - 89 - 124 - 31 = 47.
    found = audit_system(crosstab(TABLE, HOLES), 10)
    assert [(leak.group, leak.low, leak.high) for leak in found.leaks] == [
        ({"row": "r0", "column": "c1"}, 47, 47)
    ]
    (leak,) = found.leaks
    assert "exactly 47" in leak.sentence
    assert len(leak.steps) == 1
    assert worked_out(leak.steps[0]) == 47
    # One line after another finds nothing: every line has two holes.
    assert found.screened == 0


def test_one_further_cell_closes_the_published_attack():
    found = audit_system(crosstab(TABLE, HOLES), 10)
    assert found.closing is not None
    assert len(found.closing) == 1
    row, column = found.closing[0].split(", ")
    more = {*HOLES, (int(row[1:]), int(column[1:]))}
    assert not audit_system(crosstab(TABLE, more), 10).leaks


def test_a_single_hole_is_worked_out_by_one_subtraction():
    found = audit_system(crosstab([[20, 3], [30, 40]], {(0, 1)}), 10)
    (leak,) = found.leaks
    assert (leak.low, leak.high) == (3, 3)
    assert leak.steps == ("From r0 (23) take r0, c0 (20): r0, c1 is 3.",)


def test_a_total_of_nobody_tells_its_parts():
    # Both parts of a total of 0 are 0, though both are withheld.
    found = audit_system(crosstab([[0, 0], [30, 40]], {(0, 0), (0, 1)}), 10)
    assert {(leak.low, leak.high) for leak in found.leaks} == {(0, 0)}


def test_bounds_of_marks_are_part_of_what_is_known():
    # 'n<10' twice in a row of 18: both are 9.
    entries = [
        entry({"x": "a"}, 9, hidden=True, high=9),
        entry({"x": "b"}, 9, hidden=True, high=9),
        entry({}, 18),
    ]
    found = audit_system(system_of(entries, {"x": ["a", "b"]}), 10)
    assert [(leak.low, leak.high) for leak in found.leaks] == [(9, 9), (9, 9)]


def test_a_mark_of_its_own_bounds_is_no_leak_by_itself():
    entries = [
        entry({"x": "a"}, 3, hidden=True, high=9),
        entry({"x": "b"}, 9, hidden=True, high=9),
        entry({"x": "c"}, 50, hidden=True),
        entry({}, 62),
    ]
    assert not audit_system(system_of(entries, {"x": ["a", "b", "c"]}), 10).leaks


def test_linked_tables_tell_what_each_alone_does_not():
    # Grade by race and grade by school share the finest cells grade x race x school.
    # Race B is at school T only, and A but for one child at S: grade by school then
    # all but tells grade by race, though the two tables share no cell.
    labels = {"grade": ["1", "2"], "race": ["A", "B"], "school": ["S", "T"]}
    cells = {
        ("1", "A", "S"): 12, ("1", "A", "T"): 0, ("1", "B", "S"): 0,
        ("1", "B", "T"): 4, ("2", "A", "S"): 15, ("2", "A", "T"): 1,
        ("2", "B", "S"): 0, ("2", "B", "T"): 11,
    }  # fmt: skip

    def of(**group):
        names = list(labels)
        return sum(
            n
            for key, n in cells.items()
            if all(key[names.index(name)] == label for name, label in group.items())
        )

    def margin(hidden, *names):
        every = itertools.product(*(labels[name] for name in names))
        for values in every:
            group = dict(zip(names, values, strict=True))
            yield entry(group, of(**group), hidden=tuple(values) in hidden)

    race = list(
        margin({("1", "A"), ("1", "B"), ("2", "A"), ("2", "B")}, "grade", "race")
    )
    base = [entry({}, of()), *margin((), "grade"), *margin((), "race"), *race]
    alone = audit_system(system_of(base, labels), 3)
    assert not alone.leaks
    linked = [
        *base, *margin((), "school"), *margin((), "grade", "school"),
        *margin((), "race", "school"),
    ]  # fmt: skip
    found = audit_system(system_of(linked, labels), 3)
    told = {tuple(leak.group.values()): (leak.low, leak.high) for leak in found.leaks}
    # By brute force over all 2 x 2 x 2 tables with these margins.
    assert told == brute(cells, linked, labels, race, 3)
    assert told


def brute(cells, entries, labels, looked_at, width):
    """Every finest table of these small numbers, by enumeration."""
    names = list(labels)
    every = list(itertools.product(*labels.values()))
    seen = {}
    ranges = [range(31)] * len(every)
    known = [
        (
            [
                i
                for i, key in enumerate(every)
                if all(key[names.index(n)] == label for n, label in e.group.items())
            ],
            e,
        )
        for e in entries
    ]

    def search(position, values):
        for members, e in known:
            if e.withheld:
                continue
            held = [values[i] for i in members if i < position]
            if sum(held) > e.high or (len(held) == len(members) and sum(held) != e.low):
                return
        if position == len(every):
            table = dict(zip(every, values, strict=True))
            for e in looked_at:
                n = sum(
                    v
                    for key, v in table.items()
                    if all(key[names.index(k)] == x for k, x in e.group.items())
                )
                key = tuple(e.group.values())
                low, high = seen.get(key, (n, n))
                seen[key] = (min(low, n), max(high, n))
            return
        for value in ranges[position]:
            search(position + 1, [*values, value])

    search(0, [])
    assert cells
    return {key: own for key, own in seen.items() if own[1] - own[0] < width}


def test_what_does_not_add_up_is_refused():
    entries = [entry({"x": "a"}, 5), entry({"x": "b"}, 7), entry({}, 13)]
    with pytest.raises(InputError, match="do not add up"):
        audit_system(system_of(entries, {"x": ["a", "b"]}), 10)


small_tables = st.lists(
    st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3
)
holes_in = st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=7)


def intervals(table, holes, *, totals=True):
    found = audit_system(crosstab(table, holes, totals=totals), 10**6, closing=False)
    return {
        (leak.group["row"], leak.group["column"]): (leak.low, leak.high)
        for leak in found.leaks
    }


@given(small_tables, holes_in)
@settings(max_examples=40)
def test_the_truth_lies_in_every_interval(table, holes):
    for (row, column), (low, high) in intervals(table, holes).items():
        assert low <= table[int(row[1:])][int(column[1:])] <= high


@given(small_tables, holes_in)
@settings(max_examples=30)
def test_a_further_table_never_makes_a_leak_vanish(table, holes):
    before = audit_system(crosstab(table, holes), 10, closing=False)
    # The same table once more, with a cell less withheld.
    fewer = set(sorted(holes)[1:])
    after = {
        tuple(leak.group.values()): (leak.low, leak.high)
        for leak in audit_system(crosstab(table, fewer), 10, closing=False).leaks
    }
    for leak in before.leaks:
        key = tuple(leak.group.values())
        place = (int(key[0][1:]), int(key[1][1:]))
        if place in fewer:
            low, high = after[key]
            assert leak.low <= low <= high <= leak.high


@given(small_tables, holes_in, st.permutations(range(3)), st.permutations(range(3)))
@settings(max_examples=30)
def test_reordering_changes_nothing(table, holes, rows, columns):
    moved = [[table[i][j] for j in columns] for i in rows]
    places = {(rows.index(i), columns.index(j)) for i, j in holes}
    found = {
        (f"r{rows[int(r[1:])]}", f"c{columns[int(c[1:])]}"): own
        for (r, c), own in intervals(moved, places).items()
    }
    assert found == intervals(table, holes)


@given(small_tables, holes_in)
@settings(max_examples=30)
def test_the_screen_is_never_narrower_than_the_verdict(table, holes):
    system = crosstab(table, holes)
    screened = propagate(system)
    exact = intervals(table, holes)
    for figure in np.flatnonzero(system.withheld):
        group = system.groups[figure]
        low, high = exact.get((group["row"], group["column"]), (0, np.inf))
        assert screened.low[figure] <= low
        assert screened.high[figure] >= high
