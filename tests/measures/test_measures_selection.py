import time

import numpy as np
import pytest

from equitable.measures.differences import newcombe, rates_p
from equitable.measures.means import welch
from equitable.measures.selection import compare_with_highest, highest_reference

N = np.array([400, 120, 80, 60, 35, 12])
VALUE = np.array([200, 54, 44, 21, 14, 12]) / N  # .5 .45 .55 .35 .4 1


def test_the_best_group_of_30_and_more():
    assert highest_reference(N, VALUE) == 2
    assert highest_reference(N, VALUE, higher_is_better=False) == 3
    # The group of 12 may only be it if that is asked for.
    assert highest_reference(N, VALUE, N > 0) == 5
    assert highest_reference([20, 29], [0.1, 0.2]) == -1
    assert highest_reference([40, 0, 50], [0.1, np.nan, 0.05], [True, True, True]) == 0


def test_ties_go_to_the_larger():
    assert highest_reference([30, 60, 45], [0.5, 0.5, 0.5]) == 1
    assert highest_reference([30, 60, 45], [0.5, 0.5, 0.5], higher_is_better=False) == 1


def test_two_groups_leave_no_choice_to_allow_for():
    found = compare_with_highest(N[:2], VALUE[:2], is_rate=True)
    plain = newcombe(54, 120, 200, 400)
    assert (found.reference, found.low[1], found.high[1]) == (
        0,
        pytest.approx(plain.low),
        pytest.approx(plain.high),
    )
    assert found.p[1] == pytest.approx(rates_p(54, 120, 200, 400))


def test_limits_only_widen_towards_0_and_p_only_grows():
    found = compare_with_highest(N, VALUE, is_rate=True)
    plain = newcombe(VALUE * N, N, 44, 80)
    others = [0, 1, 3, 4, 5]
    assert found.low[others] == pytest.approx(plain.low[others])
    assert (found.high[others] >= plain.high[others] - 1e-12).all()
    # Groups that could themselves have come out on top are farthest from sure.
    assert found.high[0] > plain.high[0] + 0.001
    assert (found.p[others] >= rates_p(VALUE * N, N, 44, 80)[others] - 1e-12).all()
    assert (found.low[others] <= found.value[others]).all()
    assert np.isnan([part[2] for part in found[1:]]).all()


def test_a_choice_that_is_none_changes_little():
    n, rates = np.array([500, 500, 500]), np.array([0.9, 0.5, 0.2])
    found = compare_with_highest(n, rates, is_rate=True)
    plain = newcombe(rates * n, n, 450, 500)
    assert found.high[1:] == pytest.approx(plain.high[1:])
    # Nor does the number of draws set a floor under p.
    assert found.p[2] < 1e-50


def test_lower_is_better_is_the_mirror_image():
    there = compare_with_highest(N[:5], VALUE[:5], is_rate=True)
    back = compare_with_highest(
        N[:5], 1 - VALUE[:5], is_rate=True, higher_is_better=False
    )
    assert back.reference == there.reference
    assert back.low == pytest.approx(-there.high, nan_ok=True)
    assert back.high == pytest.approx(-there.low, nan_ok=True)
    assert back.p == pytest.approx(there.p, nan_ok=True)


def test_means():
    n, mean, squares = (
        np.array([60, 60, 45, 33]),
        np.array([50, 49, 48.5, 41.0]),
        np.full(4, 5000.0),
    )
    found = compare_with_highest(n, mean, squares, is_rate=False)
    plain = welch(n, mean, squares, n[0], mean[0], squares[0])
    assert found.reference == 0
    assert found.low[1:] == pytest.approx(plain.low[1:])
    assert (found.high[1:] >= plain.high[1:] - 1e-9).all()
    assert found.high[1] > plain.high[1]
    assert (found.p[1:] >= plain.p[1:] - 1e-12).all()


def test_equal_groups_are_seldom_called_different():
    # 8 equal groups: the plain test of the lowest against the highest errs far too often.
    rng = np.random.default_rng(11)
    n = np.full(8, 100)
    ours = plain = shown = 0
    for _ in range(150):
        value = rng.binomial(n, 0.5) / n
        found = compare_with_highest(n, value, is_rate=True, draws=400, seed=rng)
        others = np.arange(8) != found.reference
        r = found.reference
        ours += (found.p[others] < 0.05).sum()
        plain += (rates_p(value * n, n, value[r] * n[r], n[r])[others] < 0.05).sum()
        shown += 7
    assert ours / shown < 0.08
    assert plain / shown > 0.10


def test_the_same_file_gives_the_same_figures():
    one, two = (compare_with_highest(N, VALUE, is_rate=True) for _ in range(2))
    assert np.array_equal(one.high, two.high, equal_nan=True)
    assert np.array_equal(one.p, two.p, equal_nan=True)
    other = compare_with_highest(N, VALUE, is_rate=True, seed=np.random.default_rng(99))
    assert other.high == pytest.approx(one.high, abs=0.01, nan_ok=True)


def test_nobody_to_compare_with():
    found = compare_with_highest([5, 6], [0.5, 0.6], is_rate=True)
    assert found.reference == -1
    assert np.isnan(found[1:]).all()


def test_empty_groups_and_single_students():
    found = compare_with_highest([40, 50, 0, 60], [0.5, 0.4, np.nan, 0.6], is_rate=True)
    assert np.isnan(found.low).tolist() == [False, False, True, True]
    means = compare_with_highest(
        [40, 50, 1, 60], [5, 6.0, 9, 7], [90, 90, 0.0, 90], is_rate=False
    )
    assert means.value[2] == 2
    assert np.isnan([means.low[2], means.high[2], means.p[2]]).all()
    constant = compare_with_highest(
        [40, 50, 60], [1.0, 1, 2], [0.0, 0, 0], is_rate=False
    )
    assert constant.value.tolist()[:2] == [-1, -1]
    assert np.isnan(constant.low).all()


def test_rates_of_none_and_all():
    for rate in (0.0, 1.0):
        found = compare_with_highest([40, 50, 60], [rate] * 3, is_rate=True)
        assert found.p[:2].tolist() == [1, 1]
        assert (found.low[:2] < 0).all()
        assert (found.high[:2] > 0).all()


def test_fifty_groups_take_no_time():
    rng = np.random.default_rng(3)
    n = rng.integers(30, 1000, 50)
    value = rng.binomial(n, 0.5) / n
    compare_with_highest(n, value, is_rate=True)
    start = time.perf_counter()
    compare_with_highest(n, value, is_rate=True)
    # It takes about 10 ms; the margin is for a busy machine.
    assert time.perf_counter() - start < 0.25
