"""What is withheld holds against an attacker that shares no code with it."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from independent_attacker import intervals

from equitable.privacy.policy import Policy
from equitable.privacy.protection.block import Counted, protect_block
from equitable.privacy.protection.exact import Asked, withhold_exactly
from equitable.privacy.protection.students import withhold_students
from equitable.privacy.protection.tables import all_codes, some_codes, tables_of


def tables(levels, depth=2):
    held = [np.eye(size, dtype=bool) for size in levels]
    return tables_of(held, all_codes(levels), depth)


def kept_of(made):
    kept = np.zeros(len(made.groups), bool)
    kept[made.everyone] = True
    return kept


def protected(levels, students, counts, policy, depth=2):
    made = tables(levels, depth)
    one = Counted(
        name="suspended",
        students=np.asarray(students, float),
        counts=np.asarray(counts, float),
    )
    return made, protect_block(made.rows, [one], policy, kept=kept_of(made))


@st.composite
def schools(draw):
    levels = draw(st.sampled_from([(2, 3), (2, 2, 2), (3, 3), (2, 2, 3)]))
    cells = int(np.prod(levels))
    students = draw(
        st.lists(st.integers(0, 9), min_size=cells, max_size=cells).filter(
            lambda own: sum(own) >= 4
        )
    )
    counts = [draw(st.integers(0, n)) for n in students]
    return levels, students, counts


def known_of(levels, made, found, policy):
    """What a reader knows, for the attacker: the outcome is the last dimension."""
    layer = found.students["suspended"]
    parts = found.counts["suspended"]
    last = len(levels)
    published, bounds = {}, {}
    for row, group in enumerate(made.groups):
        cell = tuple(group)
        n = int(layer.values[row])
        published[cell] = None if layer.hidden[row] else n
        yes, no = (*cell, (last, 1)), (*cell, (last, 0))
        away = bool(parts.yes.hidden[row])
        count = int(parts.yes.values[row])
        published[yes] = None if away else count
        published[no] = None if away else n - count
        if parts.coded[row]:
            most = policy.code(n)
            near, far = (no, yes) if parts.coded[row] > 0 else (yes, no)
            bounds[near], bounds[far] = (0, most), (n - most, n)
    return published, bounds


@given(schools())
@settings(max_examples=25)
def test_an_independent_attacker_learns_nothing(school):
    levels, students, counts = school
    policy = Policy(threshold=3)
    made, found = protected(levels, students, counts, policy)
    assert not found.open
    published, bounds = known_of(levels, made, found, policy)
    told = intervals((*levels, 2), published, bounds)
    layer, parts = found.students["suspended"], found.counts["suspended"]
    last = len(levels)
    for row, group in enumerate(made.groups):
        sides = [(tuple(group), layer), ((*group, (last, 1)), parts.yes)]
        sides.append(((*group, (last, 0)), parts.no))
        for cell, side in sides:
            value = side.values[row]
            if value < policy.threshold:
                assert side.hidden[row], f"{cell} is {value:g} and is shown"
            if not side.hidden[row]:
                continue
            low, high = told[cell]
            high = np.inf if high is None else high
            assert low <= value <= high
            assert high - low >= policy.threshold, f"{cell}: {low} to {high}"
            if value < policy.threshold:
                assert low == 0
                assert high >= policy.threshold


@given(schools())
@settings(max_examples=15)
def test_where_zeros_are_shown_no_value_the_rule_allows_is_excluded(school):
    levels, students, _ = school
    policy = Policy(threshold=3, zeros="published")
    made = tables(levels)
    cells = np.asarray(students, float)
    values = np.asarray(made.rows @ cells)
    layer = withhold_students(
        made.rows, cells, policy, kept=kept_of(made), cost=values + 1
    )
    if layer.open:
        return
    published = {
        tuple(group): None if layer.hidden[row] else int(values[row])
        for row, group in enumerate(made.groups)
    }
    bounds = {cell: (1, None) for cell, value in published.items() if value is None}
    told = intervals(levels, published, bounds)
    for row, group in enumerate(made.groups):
        if values[row] == 0:
            assert not layer.hidden[row]
        elif values[row] < 3:
            low, high = told[tuple(group)]
            assert low == 1
            assert high is None or high >= 3


def test_the_published_attack_is_closed_by_one_further_cell():
    # The 4 x 4 table of test_attack.py: nine cells withheld, one of them exactly 47.
    counts = [30, 47, 64, 89, 90, 124, 5, 31, 92, 100, 59, 85, 800, 991, 651, 685]
    holes = {(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 3)}
    made = tables((4, 4))
    cells = np.asarray(counts, float)
    values = np.asarray(made.rows @ cells)
    away = np.array(
        [len(g) == 2 and tuple(p for _, p in g) in holes for g in made.groups]
    )
    none = np.zeros(len(values), bool)
    found = withhold_exactly(
        Asked(
            rows=made.rows, cells=cells, forced=away, fixed=none, primary=none,
            width=np.full(len(values), 10.0), cost=values,
            high=np.full(len(values), 1e30), threshold=10.0,
        )
    )  # fmt: skip
    assert found is not None
    assert found.optimal
    (further,) = np.flatnonzero(found.hidden & ~away)
    assert len(made.groups[further]) == 2
    # The cheapest: no single cell with fewer students than its 31 would do.
    assert values[further] == 31


def least_by_trying(levels, cells, threshold):
    """The least cost of a safe choice, by trying every choice (small tables only)."""
    made = tables(levels)
    values = np.asarray(made.rows @ cells)
    groups = [tuple(group) for group in made.groups]
    small = [i for i, value in enumerate(values) if value < threshold]
    others = [i for i in range(len(values)) if i not in small and groups[i]]
    best = np.inf
    for count in range(len(others) + 1):
        for further in itertools.combinations(others, count):
            cost = values[small].sum() + values[list(further)].sum()
            if cost >= best:
                continue
            away = {*small, *further}
            published = {
                groups[i]: None if i in away else int(values[i])
                for i in range(len(values))
            }
            told = intervals(levels, published)
            if all(_holds(told[groups[i]], values[i], threshold) for i in away):
                best = cost
    return best


def _holds(interval, value, threshold):
    low, high = interval
    wide = high is None or high - low >= threshold
    small = low == 0 and (high is None or high >= threshold)
    return small if value < threshold else wide


@pytest.mark.parametrize("seed", range(4))
def test_small_problems_are_solved_at_the_least_cost(seed):
    chance = np.random.default_rng(seed)
    levels = (2, 3)
    cells = chance.integers(1, 9, 6).astype(float)
    policy = Policy(threshold=3)
    _, found = protected(levels, cells, np.zeros(6), policy)
    layer = found.students["suspended"]
    assert found.exact
    assert layer.values[layer.hidden].sum() == least_by_trying(levels, cells, 3)


def test_codes_leave_room_for_zero_to_the_threshold():
    for threshold in (3, 5, 10, 30):
        policy = Policy(threshold=threshold)
        for n in range(1, 3000, 7):
            most = policy.code(n)
            if most is None:
                continue
            assert most >= threshold
            assert most < policy.code_words(n) * n
    # '<20 %' of 60 is 0 to 11; of 33 nothing up to 30 % holds 0 to 10.
    assert Policy().code(60) == 11
    assert Policy().code_words(60) == 0.2
    assert Policy().code(33) is None


def test_finest_cells_beyond_counting_are_sampled_around_those_that_hold_somebody():
    sizes = [12, 12, 12, 12]
    held = np.array([[0, 1, 2, 3], [4, 4, 4, 4]])
    codes = some_codes(sizes, held, 1)
    assert {tuple(code) for code in held.tolist()} <= {tuple(c) for c in codes.tolist()}
    assert len(codes) < 12**4
    assert (codes < 12).all()
    made = tables_of([np.eye(12, dtype=bool)] * 4, codes, 2)
    # Every pair of groups has cells that a witness can use.
    assert np.asarray(made.rows.sum(axis=1)).min() >= 2
