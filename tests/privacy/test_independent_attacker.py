"""The attacker of the tests is exact: held against trying every table, and others.

Nothing of ``equitable`` is tested here; what is protected is tried with it elsewhere.
"""

import ast
import itertools
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from exact_simplex import ContradictionError
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from independent_attacker import (
    Row,
    brute_force,
    brute_force_of_sums,
    intervals,
    intervals_of_sums,
    margins,
)
from scipy.optimize import Bounds, LinearConstraint, milp
from simulated_schools import SHAPE, cells_of, simulate

EVERYONE = ()

# The published table of 4 x 4 with the cells that were withheld in it.
FOUR_BY_FOUR = np.array(
    [[30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685]]
)
WITHHELD_THERE = (
    (0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 3),
)  # fmt: skip


def ways(dimensions, most):
    """All margins of up to ``most`` dimensions."""
    return [
        way
        for many in range(most + 1)
        for way in itertools.combinations(range(dimensions), many)
    ]


def cell(*at):
    """The finest cell of a place."""
    return tuple(enumerate(at))


def four_by_four():
    shown = margins(FOUR_BY_FOUR, ways(2, 2))
    return shown | {cell(*at): None for at in WITHHELD_THERE}


def test_the_attacker_shares_no_code_with_what_it_attacks():
    # Python's own modules and the attacker's own file: no solver, nothing of ours.
    here = Path(__file__).parent
    for name in ("independent_attacker.py", "exact_simplex.py"):
        tree = ast.parse((here / name).read_text(encoding="utf-8"))
        imported = {
            alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
            for alias in node.names
        } | {
            node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        }  # fmt: skip
        assert imported - {"exact_simplex"} <= sys.stdlib_module_names | {
            "collections.abc"
        }


def test_two_holes_in_each_row_and_column_still_give_one_cell_away():
    # By hand.  The first row's three holes are 141 together, the second row's two 95;
    # the first column's two are 120, the third's 69.  So those of the first and third
    # column together, 120 + 69 = 189, less the second row's 95, are 94 in the first
    # row: what is left of 141 is 47.
    found = intervals((4, 4), four_by_four())
    assert found[cell(0, 1)] == (47, 47)
    assert sorted(at for at, (low, high) in found.items() if low == high) == [
        cell(0, 1)
    ]
    # The next, also by hand: 30 + e and 90 - e, 64 - e and 5 + e, with e from -5 to 64.
    assert found[cell(0, 0)] == (25, 94)
    assert found[cell(1, 0)] == (26, 95)
    assert found[cell(0, 2)] == found[cell(1, 2)] == (0, 69)
    # With 47 known, 100 + e and 85 - e, 991 - e and 685 + e, e from -100 to 85.
    assert found[cell(2, 1)] == found[cell(2, 3)] == (0, 185)
    assert found[cell(3, 1)] == (906, 1091)
    assert found[cell(3, 3)] == (585, 770)


def test_one_more_withheld_cell_hides_the_47():
    # With 89 withheld beside it, 47 can give to its row and take from its column.
    found = intervals((4, 4), four_by_four() | {cell(0, 3): None})
    low, high = found[cell(0, 1)]
    assert low < 38
    assert high > 56


def test_one_hole_in_a_row_is_what_the_total_leaves():
    shown = {EVERYONE: 12, ((0, 0),): 5, ((0, 1),): None, ((0, 2),): 4}
    assert intervals((3,), shown) == {((0, 1),): (3, 3)}


def test_two_holes_share_what_is_left_of_the_total():
    shown = {EVERYONE: 12, ((0, 0),): 5, ((0, 1),): None, ((0, 2),): None}
    assert intervals((3,), shown) == {((0, 1),): (0, 7), ((0, 2),): (0, 7)}
    # Who knows that 1 to 9 are withheld and nothing else knows more.
    known = {((0, 1),): (1, 9), ((0, 2),): (1, 9)}
    assert intervals((3,), shown, known) == {((0, 1),): (1, 6), ((0, 2),): (1, 6)}


def test_a_cell_in_no_total_has_no_largest_value():
    shown = {((0, 0),): None, ((0, 1),): 3}
    assert intervals((2, 2), shown) == {((0, 0),): (0, None)}
    # A known least value moves nothing but the least.
    assert intervals((2, 2), shown, {((0, 0),): (4, None)}) == {((0, 0),): (4, None)}
    # 6 or more in all, 3 of them in level 1: 3 or more are in level 0.
    assert intervals((2, 2), shown, {EVERYONE: (6, None)}) == {((0, 0),): (3, None)}
    # Of 4 or more with an outcome, those in no total can be all.
    known = {((1, 0),): (4, None), ((0, 1), (1, 0)): (0, 1)}
    assert intervals((2, 2), shown, known, ask=[((0, 0), (1, 0)), ((0, 1), (1, 1))]) == {
        ((0, 0), (1, 0)): (3, None),
        ((0, 1), (1, 1)): (2, 3),
    }  # fmt: skip


def test_whole_numbers_tell_more_than_broken_ones():
    # Three cells may have students, and any two of them at most 1 together: x + y,
    # y + z and x + z.  All three are then at most 3/2, and in whole numbers at most 1.
    levels = (2, 2, 2)
    x, y, z = cell(0, 1, 1), cell(1, 0, 1), cell(1, 1, 0)
    shown = {EVERYONE: None, **{cell(*at): 0 for at in np.ndindex(2, 2, 2)}}
    shown |= dict.fromkeys((x, y, z))
    shown[cell(1, 1, 1)] = 0
    known = {((0, 1),): (0, 1), ((1, 1),): (0, 1), ((2, 1),): (0, 1)}
    found = intervals(levels, shown, known)
    assert found == brute_force(levels, shown, known)
    assert found[EVERYONE] == (0, 1)


def test_what_contradicts_itself_is_refused():
    shown = {EVERYONE: 5, ((0, 0),): 6, ((0, 1),): None}
    with pytest.raises(ContradictionError):
        intervals((2,), shown)
    with pytest.raises(ContradictionError):
        brute_force((2,), shown)
    # Each row by itself is possible; together they are not.
    shown = {((0, 0),): 3, ((0, 1),): 3, ((1, 0),): 4, ((1, 1),): 1, EVERYONE: None}
    with pytest.raises(ContradictionError):
        intervals((2, 2), shown)
    # Half a student each: x + y = y + z = x + z = 1.
    half = {((0, 1),): 1, ((1, 1),): 1, ((2, 1),): 1, EVERYONE: None}
    half |= {cell(*at): 0 for at in ((0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0))}
    half[cell(1, 1, 1)] = 0
    with pytest.raises(ContradictionError):
        intervals((2, 2, 2), half)
    with pytest.raises(ContradictionError):
        brute_force((2, 2, 2), half)


@pytest.mark.parametrize("wrong", [((0, 2),), ((2, 0),), ((0, 0), (0, 1)), ((0, -1),)])
def test_a_cell_that_is_in_no_such_table_is_refused(wrong):
    with pytest.raises(ValueError, match="no cell of a table"):
        intervals((2, 2), {wrong: 1})


def test_counts_and_students_are_one_table():
    # Two groups of 10 and 9 students, 3 and some suspended, 4 in all: both outcomes of
    # both groups follow, although three of the four are withheld.
    n, suspended = np.array([10, 9]), np.array([3, 1])
    joint = np.stack([n - suspended, suspended], axis=-1)  # (group, outcome)
    shown = margins(joint, [(), (0,), (1,), (0, 1)])
    assert shown[((0, 0),)] == 10  # a cell without the outcome is a number of students
    assert shown[((0, 0), (1, 1))] == 3  # with it, a count
    shown |= dict.fromkeys([cell(1, 1), cell(0, 0), cell(1, 0)])
    assert intervals((2, 2), shown) == {
        cell(1, 1): (1, 1),
        cell(0, 0): (7, 7),
        cell(1, 0): (8, 8),
    }
    # Without the count of all: at most as many are suspended as there are students.
    shown |= dict.fromkeys([((1, 0),), ((1, 1),)])
    found = intervals((2, 2), shown)
    assert found[cell(1, 1)] == (0, 9)
    assert found[((1, 1),)] == (3, 12)
    # A withheld number of students hides in what its group's counts leave open.
    shown |= dict.fromkeys([((0, 1),), EVERYONE])
    assert intervals((2, 2), shown)[((0, 1),)] == (0, None)


def test_a_district_less_its_school_is_the_other_school():
    # A hierarchy is a dimension too: (school, group).
    of_schools = np.array([[40, 4], [60, 12]])
    shown = margins(of_schools, ways(2, 2))
    shown[cell(0, 1)] = None
    shown[((0, 0),)] = None
    assert intervals((2, 2), shown)[cell(0, 1)] == (4, 4)


@st.composite
def small_releases(draw):
    """A table of few students, some of its margins, and what is known beside."""
    levels = draw(st.sampled_from([(2, 2), (2, 3), (3, 2), (4,), (5,), (2, 2, 2)]))
    size = int(np.prod(levels))
    most = 4 if size < 6 else 2 if size < 8 else 1
    counts = draw(st.lists(st.integers(0, most), min_size=size, max_size=size))
    table = np.array(counts).reshape(levels)
    published = margins(
        table, draw(st.sets(st.sampled_from(ways(len(levels), 3)), min_size=1))
    )
    everything = margins(table, ways(len(levels), len(levels)))
    cells = sorted(published)
    withheld = draw(st.sets(st.sampled_from(cells), min_size=1))
    published |= dict.fromkeys(sorted(withheld))
    bounds = {
        one: (
            max(0, everything[one] - draw(st.integers(0, 2))),
            everything[one] + draw(st.integers(0, 2)),
        )
        for one in sorted(draw(st.sets(st.sampled_from(sorted(everything)))))
    }
    return levels, published, bounds, everything


@settings(max_examples=300)
@given(small_releases())
def test_the_search_finds_what_trying_every_table_finds(release):
    levels, published, bounds, everything = release
    shown = [(at, value) for at, value in published.items() if value is not None]
    shown += [(at, high) for at, (_, high) in bounds.items()]
    tries = 1
    for finest in np.ndindex(*levels):
        tops = [v for at, v in shown if all(finest[d] == k for d, k in at)]
        assume(tops)
        tries *= min(tops) + 1
    assume(tries <= 4_000)
    found = intervals(levels, published, bounds)
    assert found == brute_force(levels, published, bounds)
    for at, (low, high) in found.items():
        assert low <= everything[at] <= high


def odd_sums(rng):
    """Sums of any of six numbers: most have corners that are no whole numbers."""

    def some(least):
        cells = rng.choice(6, size=rng.integers(least, 5), replace=False)
        return tuple(sorted(cells.tolist()))

    values = rng.integers(0, 3, 6)
    rows = [Row((cell,), 0, 3) for cell in range(6)]
    for _ in range(rng.integers(3, 7)):
        cells = some(2)
        value = int(values[list(cells)].sum())
        below, above = (int(rng.integers(0, 3) * (rng.random() < 0.5)) for _ in "ab")
        rows.append(Row(cells, max(0, value - below), value + above))
    return rows, [some(1) for _ in range(4)]


def test_sums_of_any_kind_are_searched_as_well():
    # Here the branches decide: an error in either half of a split fails this test.
    rng = np.random.default_rng(6)
    for _ in range(500):
        rows, ask = odd_sums(rng)
        assert intervals_of_sums(6, rows, ask) == brute_force_of_sums(6, rows, ask)


def test_two_releases_tell_who_came_between():
    # A year apart: 0 left, 1 stayed, 2 came.  12 were there, 14 are, and 10 or more
    # were counted as there in both: at most 2 left, and so 2 to 4 came.
    rows = [Row((0, 1), 12, 12), Row((1, 2), 14, 14), Row((1,), 10, None)]
    assert intervals_of_sums(3, rows, [(0,), (2,)]) == [(0, 2), (2, 4)]


@settings(max_examples=60)
@given(small_releases(), st.randoms())
def test_new_names_and_another_order_change_nothing(release, random):
    levels, published, bounds, _ = release
    order = list(range(len(levels)))
    random.shuffle(order)  # dimension → its new place
    names = [random.sample(range(many), many) for many in levels]

    def renamed(at):
        return tuple((order[d], names[d][k]) for d, k in reversed(at))

    turned = [0] * len(levels)
    for d, place in enumerate(order):
        turned[place] = levels[d]
    before = intervals(levels, published, bounds)
    after = intervals(
        tuple(turned),
        {renamed(at): value for at, value in reversed(published.items())},
        {renamed(at): known for at, known in bounds.items()},
    )
    assert after == {renamed(at): found for at, found in before.items()}


@settings(max_examples=60)
@given(small_releases(), st.data())
def test_one_more_figure_never_tells_less(release, data):
    levels, published, bounds, everything = release
    before = intervals(levels, published, bounds)
    shown = data.draw(st.sampled_from(sorted(before)))
    after = intervals(levels, published | {shown: everything[shown]}, bounds)
    for at, (low, high) in after.items():
        least, most = before[at]
        assert low >= least
        assert most is None or high <= most


def by_milp(levels, published, bounds, at, sign):
    """The same question to another solver: HiGHS, in floating numbers."""
    places = list(np.ndindex(*levels))

    def line(which):
        return [float(all(one[d] == k for d, k in which)) for one in places]

    rows = [(line(k), v, v) for k, v in published.items() if v is not None]
    rows += [(line(k), low, high) for k, (low, high) in bounds.items()]
    matrix, low, high = zip(*rows, strict=True)
    answer = milp(
        sign * np.array(line(at)),
        constraints=LinearConstraint(np.array(matrix), low, high),
        integrality=np.ones(len(places)),
        bounds=Bounds(0, 10_000),
    )
    return round(sign * answer.fun)


@pytest.mark.parametrize("levels", [(2, 2, 3), (3, 3, 2), (2, 2, 2, 2), (3, 4)])
def test_another_solver_finds_the_same_and_a_table_takes_less_than_a_second(levels):
    rng = np.random.default_rng(4)
    for threshold, most in ((10, 2), (5, len(levels)), (10, len(levels))):
        shares = rng.dirichlet(np.full(int(np.prod(levels)), 0.4))
        table = rng.multinomial(40, shares).reshape(levels)
        truth = margins(table, ways(len(levels), most))
        published = {at: v if v >= threshold else None for at, v in truth.items()}
        # The reader knows the threshold of half of what is withheld.
        small = [at for at, v in published.items() if v is None]
        bounds = dict.fromkeys(small[::2], (0, threshold - 1))
        started = time.perf_counter()
        found = intervals(levels, published, bounds)
        assert time.perf_counter() - started < 1
        assert set(found) == set(small)
        for at in small[:: max(1, len(small) // 8)]:
            low, high = found[at]
            assert low == by_milp(levels, published, bounds, at, 1)
            assert high == by_milp(levels, published, bounds, at, -1)
            assert low <= truth[at] <= high


def test_hiding_small_counts_alone_leaves_many_exactly_deducible():
    # Six dimensions, all two-way margins: 192 finest cells.  Issue 4 found 40 to 78 %.
    school = cells_of(simulate(4, 11, years=1, sizes=(120, 600)), "School 0002", 2022)
    truth = margins(school.n, ways(6, 2))
    published = {at: v if v >= 10 else None for at, v in truth.items()}
    found = intervals(SHAPE, published)
    assert all(low <= truth[at] <= high for at, (low, high) in found.items())
    exact = sum(low == high for low, high in found.values())
    assert 0.25 < exact / len(found) < 0.95
