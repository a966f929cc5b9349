"""What must hold of every summary, whatever the groups: invariances and edges."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equitable.errors import InputError
from equitable.measures.inequality.intervals import RateNoise
from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.inequality.summaries import inequality

BY_STUDENTS = (
    "BGV", "BGSD", "COV", "MDMW", "MDBW", "MDRW", "IDISW", "Theil", "MLD", "PAR", "PAF",
)  # fmt: skip
groups = st.lists(
    st.tuples(st.integers(30, 300), st.integers(1, 29)), min_size=2, max_size=6
)
few = settings(max_examples=25, deadline=None)


def summarised(rows, **asked):
    asked.setdefault("draws", 20)
    levels = [GroupLevel.of_count(*row) for row in rows]
    return inequality(levels, InequalityQuestion(**asked), is_rate=True)


def named(rows):
    return [(f"g{i}", 2 * n, 2 * (count % n)) for i, (n, count) in enumerate(rows)]


@few
@given(groups, st.integers(0, 5))
def test_a_group_in_two_of_its_rate_leaves_what_goes_by_students(rows, at):
    rows = named(rows)
    at %= len(rows)
    name, n, count = rows[at]
    halves = [(f"{name}{part}", n // 2, count // 2) for part in ("", "b")]
    parted = [*rows[:at], *halves, *rows[at + 1 :]]
    asked = {"reference": name, "least": 15}
    one, other = summarised(rows, **asked), summarised(parted, **asked)
    for measure in BY_STUDENTS:
        whole, cut = one.measures[measure].value, other.measures[measure].value
        assert cut == pytest.approx(whole, rel=1e-9, abs=1e-12), measure
    in_order = [n for n, *_ in rows], [n for n, *_ in parted]
    for measure in ("ACI", "RCI"):
        whole, cut = (
            summarised(which, order=order).measures[measure].value
            for which, order in zip((rows, parted), in_order, strict=True)
        )
        assert cut == pytest.approx(whole, rel=1e-9, abs=1e-12), measure


@few
@given(groups)
def test_what_groups_are_called_moves_nothing(rows):
    rows = named(rows)
    other = [(f"{chr(122 - i)}!", n, count) for i, (_, n, count) in enumerate(rows)]
    one, two = summarised(rows, draws=40), summarised(other, draws=40)
    for name, measure in one.measures.items():
        again = two.measures[name]
        assert (measure.value, measure.low, measure.high) == (
            again.value,
            again.low,
            again.high,
        ), name


@few
@given(
    st.lists(
        st.tuples(st.integers(30, 200), st.floats(20, 80)), min_size=3, max_size=6
    ),
    st.floats(0.05, 0.95),
)
def test_giving_from_the_best_to_the_worst_lessens_inequality(rows, part):
    """The principle of transfers (Pigou 1912, Dalton 1920), the total kept."""
    order = sorted(range(len(rows)), key=lambda i: rows[i][1])
    worst, best = order[0], order[-1]
    (n_worst, low), (n_best, high) = rows[worst], rows[best]
    moved = part * (high - low) * n_worst * n_best / (n_worst + n_best)
    after = list(rows)
    after[worst] = (n_worst, low + moved / n_worst)
    after[best] = (n_best, high - moved / n_best)

    def figures(which):
        levels = [
            GroupLevel(name=str(i), n=n, value=y) for i, (n, y) in enumerate(which)
        ]
        return inequality(levels, InequalityQuestion(draws=20), is_rate=False).measures

    before, then = figures(rows), figures(after)
    for name in ("BGV", "BGSD", "COV", "Theil", "MLD"):
        assert then[name].value <= before[name].value + 1e-9, name


@few
@given(groups, st.floats(0.1, 10))
def test_weights_count_as_shares_and_their_scale_is_nothing(rows, times):
    rows = named(rows)
    one, other = (
        inequality(
            [
                GroupLevel(
                    name=name, n=n, value=count / n, weight=scale * n, effective=n / 2
                )
                for name, n, count in rows
            ],
            InequalityQuestion(draws=30),
            is_rate=True,
        ).measures
        for scale in (1.0, times)
    )
    plain = summarised(rows).measures
    for name, measure in one.items():
        if measure.value is None:
            continue
        assert measure.value == pytest.approx(plain[name].value, abs=1e-12), name
        assert measure.value == pytest.approx(other[name].value, rel=1e-9, abs=1e-9)


def test_two_groups_by_hand():
    # s = 1/4, 3/4; y = .2, .6; mean .5; MDBW = 1/4 * .4; PAR the same, as one is best.
    found = summarised([("a", 100, 20), ("b", 300, 180)]).measures
    assert found["MDBW"].value == pytest.approx(0.1)
    assert found["PAR"].value == pytest.approx(0.1)
    assert found["BGV"].value == pytest.approx(3 / 16 * 0.4**2)
    assert found["IDISU"].value == pytest.approx(100 * (0.3 + 0.1) / 2 / 0.5)


def test_a_count_over_its_number_is_refused():
    with pytest.raises(InputError, match="fraction from 0 to 1"):
        summarised([("a", 50, 51), ("b", 50, 10)])


def test_draws_of_hundreds_of_groups_are_still_binomial():
    """Among hundreds of groups quantiles of the large ones are expanded, not summed."""
    rng = np.random.default_rng(2)
    n = np.full(250, 60.0)
    p = np.linspace(0.25, 0.75, 250)
    drawn = RateNoise(n, rng.random((4000, 250))).around(p) * n
    assert np.abs(drawn - np.rint(drawn)).max() < 1e-9
    # Means to four standard errors, variances to a tenth.
    error = np.sqrt(n * p * (1 - p) / 4000)
    assert (np.abs(drawn.mean(axis=0) - n * p) < 4.5 * error).all()
    assert drawn.var(axis=0) == pytest.approx(n * p * (1 - p), rel=0.12)
    low = RateNoise(n, rng.random((4000, 250))).around(np.full(250, 0.01)) * n
    # Small ones are exact: P(0 of 60 at .01) = .99^60.
    assert (low == 0).mean() == pytest.approx(0.99**60, abs=0.003)


def test_three_thousand_schools_take_seconds():
    rng = np.random.default_rng(3)
    n = rng.integers(30, 900, 3000)
    count = rng.binomial(n, rng.uniform(0.4, 0.6, 3000))
    rows = [
        (str(i), int(m), int(x)) for i, (m, x) in enumerate(zip(n, count, strict=True))
    ]
    start = time.process_time()
    found = summarised(rows, draws=2000)
    # About 3 seconds on one core of 2020; minutes before.
    assert time.process_time() - start < 30
    it = found.measures["BGSD"]
    assert it.low < it.value < it.high
