"""A thousand invented schools, protected and then attacked (`make soak`)."""

from concurrent.futures import ProcessPoolExecutor
from itertools import islice

import numpy as np
import pytest
from independent_attacker import intervals
from simulated_schools import SHAPE, every_school, simulate

from equitable.privacy.audit.leaks import audit_system
from equitable.privacy.audit.published import UNKNOWN, Entry, known, system_of
from equitable.privacy.policy import Policy
from equitable.privacy.protection.block import Counted, protect_block
from equitable.privacy.protection.certificate import unproven
from equitable.privacy.protection.lattice import Stratum
from equitable.privacy.protection.tables import all_codes, tables_of

POLICY = Policy()
NAMES = ("race", "gender", "lunch", "english", "disability", "homeless")
TABLES = tables_of([np.eye(size, dtype=bool) for size in SHAPE], all_codes(SHAPE), 2)


def protected(cells):
    """A school's number of students and of those suspended, all two-way tables."""
    one = Counted(
        name="suspended",
        students=cells.n.ravel().astype(float),
        counts=cells.suspended.ravel().astype(float),
    )
    kept = np.zeros(len(TABLES.groups), bool)
    kept[TABLES.everyone] = True
    return one, protect_block(TABLES.rows, [one], POLICY, kept=kept)


def key_of(group):
    return tuple((NAMES[d], str(place)) for d, place in group)


def proof(school):
    """What is not proved of a school; and how much is withheld."""
    _, cells = school
    one, found = protected(cells)
    stratum = Stratum(
        within={}, tables=TABLES, counted=(one,), asked=len(TABLES.groups),
        keys=tuple(key_of(group) for group in TABLES.groups),
    )  # fmt: skip
    layer = found.students["suspended"]
    return (
        [*found.open, *unproven(stratum, found, POLICY)],
        float(layer.values[layer.hidden].sum()),
        float(layer.values.sum()),
    )


def entries_of(found):
    layer, parts = found.students["suspended"], found.counts["suspended"]
    for row, place in enumerate(TABLES.groups):
        group = dict(key_of(place))
        n, count = int(layer.values[row]), int(parts.yes.values[row])
        away = bool(layer.hidden[row])
        low, high = UNKNOWN if away else known(n)
        yield Entry(group=group, low=low, high=high, withheld=away)
        for side, value in (("yes", count), ("no", n - count)):
            hidden = bool(parts.yes.hidden[row])
            low, high = UNKNOWN if hidden else known(value)
            if hidden and parts.coded[row]:
                most = POLICY.code(n)
                near = (side == "yes") == (parts.coded[row] < 0)
                low, high = (0.0, float(most)) if near else (float(n - most), float(n))
            yield Entry(
                group={**group, "outcome": side}, low=low, high=high, withheld=hidden
            )


def leaks(school):
    """What the audit finds from outside, with linear and integer programmes."""
    _, cells = school
    _, found = protected(cells)
    labels = {
        name: [str(place) for place in range(size)]
        for name, size in zip(NAMES, SHAPE, strict=True)
    }
    system = system_of(list(entries_of(found)), {**labels, "outcome": ["yes", "no"]})
    return len(audit_system(system, POLICY.width, closing=False).leaks)


def told(school):
    """What an attacker without a solver learns of the numbers of students."""
    _, cells = school
    _, found = protected(cells)
    layer = found.students["suspended"]
    published = {
        tuple(group): None if layer.hidden[row] else int(layer.values[row])
        for row, group in enumerate(TABLES.groups)
    }
    narrow = 0
    for low, high in intervals(SHAPE, published).values():
        narrow += high is not None and high - low < POLICY.width
    return narrow


@pytest.fixture(scope="module")
def schools():
    return simulate(1_000, 1)


def test_one_school_as_a_pattern_for_the_thousand():
    school = next(every_school(simulate(10, 4), year=2022))
    assert proof(school)[0] == []
    assert leaks(school) == 0


@pytest.mark.soak
@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_every_withheld_figure_of_a_thousand_schools_is_proved(schools, year):
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(proof, every_school(schools, year=year), chunksize=8))
    assert len(found) == 1_000
    assert [wrong for wrong, _, _ in found if wrong] == []


@pytest.mark.soak
def test_the_audit_finds_no_leak_in_a_hundred_of_them(schools):
    some = islice(every_school(schools, year=2023), 0, 1_000, 10)
    with ProcessPoolExecutor(2) as pool:
        assert sum(pool.map(leaks, some, chunksize=4)) == 0


@pytest.mark.soak
def test_an_attacker_without_a_solver_learns_nothing_of_the_small_ones(schools):
    small = sorted(every_school(schools, year=2023), key=lambda own: own[1].n.sum())
    with ProcessPoolExecutor(2) as pool:
        assert sum(pool.map(told, small[:60], chunksize=4)) == 0
