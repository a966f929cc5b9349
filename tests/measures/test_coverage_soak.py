"""How often the intervals hold the truth, over a grid of group sizes and true rates.

Rates, differences, ratios, odds ratios and gaps to everyone: exactly, by going through
every possible pair of counts and weighing it with its binomial probability.  Means and
gaps to the highest group: by simulation from a fixed seed.  Each test prints its
table; ``pytest -s`` shows it.

Where a ratio's interval is not complete:

- Reference count 0, group's count above 0: the lower limit stands and there is no
  upper one.  Such a table is counted with its upper limit infinite, because that is
  what 'no upper limit' says.
- Both counts 0: no ratio, no limit, no claim.  Such a table can be neither right nor
  wrong, so it is left out and the coverage is that of the claims made (the table's
  probability is taken out of the denominator).  'Everything' adds what it would be if
  silence counted as right.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from equitable.measures.differences import newcombe, odds_ratio, rate_ratio
from equitable.measures.means import mean_interval, ratio_of_means, welch
from equitable.measures.rates import clopper_pearson, wilson
from equitable.measures.selection import compare_with_highest

pytestmark = pytest.mark.soak

SIZES = (10, 15, 20, 30, 43, 60, 100, 200, 400, 1000)
RATES = (
    0.02,
    0.05,
    0.1,
    0.15,
    0.2,
    0.3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.8,
    0.85,
    0.9,
    0.95,
    0.98,
)
PAIRS_OF_SIZES = (
    (10, 10), (10, 100), (20, 20), (15, 60), (30, 30), (30, 100), (43, 43), (30, 1000),
    (100, 100), (60, 400), (200, 200), (100, 1000), (400, 400), (1000, 1000),
)  # fmt: skip
PAIRS_OF_RATES = (
    (0.02, 0.05), (0.05, 0.05), (0.05, 0.1), (0.1, 0.1), (0.1, 0.2), (0.05, 0.3), (0.2, 0.2),
    (0.2, 0.4), (0.3, 0.3), (0.3, 0.5), (0.5, 0.5), (0.5, 0.6), (0.4, 0.8), (0.7, 0.7), (0.8, 0.6),
    (0.7, 0.9), (0.9, 0.9), (0.95, 0.9), (0.95, 0.95), (0.98, 0.95), (0.2, 0.9), (0.9, 0.5),
)  # fmt: skip


def report(name, found, extra=""):
    values = np.array(list(found.values()))
    worst = sorted(found, key=found.get)[:3]
    print(  # noqa: T201
        f"{name:34s} mean {values.mean():.4f}  min {values.min():.4f}  "
        f"max {values.max():.4f}  of {values.size}{extra}; least at "
        + ", ".join(f"{at}: {found[at]:.3f}" for at in worst)
    )
    return values


def pmf(n, p):
    return stats.binom.pmf(np.arange(n + 1), n, p)


def one_rate(method):
    found = {}
    for n in SIZES:
        low, high = method(np.arange(n + 1), n)
        for p in RATES:
            found[n, p] = float(pmf(n, p) @ ((low <= p) & (p <= high)))
    return found


def test_a_rate_by_wilson():
    values = report("rate, Wilson", one_rate(wilson))
    assert 0.94 <= values.mean() <= 0.96
    assert values.min() >= 0.90


def test_a_rate_exactly():
    values = report("rate, Clopper-Pearson", one_rate(clopper_pearson))
    assert values.min() >= 0.95


def two_rates(method, truth):
    """Coverage of the claims made, and with silence counted as right."""
    claimed, everything = {}, {}
    for n1, n2 in PAIRS_OF_SIZES:
        x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
        low, high = method(x1, n1, x2, n2)
        silent = np.isnan(low) & np.isnan(high)
        low, high = np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf)
        for p1, p2 in PAIRS_OF_RATES:
            target = truth(p1, p2, n1, n2)
            holds = ((low <= target) & (target <= high)).astype(float)
            w1, w2 = pmf(n1, p1), pmf(n2, p2)
            said = float(w1 @ (~silent).astype(float) @ w2)
            right = float(w1 @ (holds * ~silent) @ w2)
            claimed[n1, n2, p1, p2] = right / said
            everything[n1, n2, p1, p2] = right + 1 - said
    return claimed, everything


def test_a_difference_of_rates():
    found, _ = two_rates(
        lambda *counts: newcombe(*counts)[1:3], lambda p1, p2, *_: p1 - p2
    )
    values = report("difference, Newcombe", found)
    assert 0.94 <= values.mean() <= 0.96
    assert values.min() >= 0.90


def test_a_gap_to_everyone_made_from_the_gap_to_the_rest():
    # Group 1 of n1 in a district of n1 + n2: the gap to everyone's true rate.
    def method(x1, n1, x2, n2):
        rest, outside = newcombe(x1, n1, x2, n2), n2 / (n1 + n2)
        return rest.low * outside, rest.high * outside

    def truth(p1, p2, n1, n2):
        return p1 - (n1 * p1 + n2 * p2) / (n1 + n2)

    found, _ = two_rates(method, truth)
    values = report("gap to everyone", found)
    assert 0.94 <= values.mean() <= 0.96
    assert values.min() >= 0.90


def test_a_ratio_of_rates():
    found, everything = two_rates(
        lambda *counts: rate_ratio(*counts)[1:3], lambda p1, p2, *_: p1 / p2
    )
    values = report("ratio, Katz and Koopman", found)
    report("  silence counted as right", everything)
    assert 0.94 <= values.mean() <= 0.96
    assert values.min() >= 0.90


def test_an_odds_ratio():
    found, _ = two_rates(
        lambda *counts: odds_ratio(*counts)[1:3],
        lambda p1, p2, *_: p1 / (1 - p1) / (p2 / (1 - p2)),
    )
    values = report("odds ratio, Woolf", found)
    assert values.min() >= 0.90


def samples(kind, n, draws, rng):
    """Scores of n students, draws times: bell-shaped, skewed, or a five-step scale."""
    match kind:
        case "normal":
            return rng.normal(50, 10, (draws, n)), 50.0
        case "skewed":
            return rng.gamma(4, 12.5, (draws, n)), 50.0
        case _:
            return rng.choice(5, (draws, n), p=[0.1, 0.2, 0.3, 0.25, 0.15]), 2.15


def moments(y):
    mean = y.mean(axis=1)
    return y.shape[1], mean, ((y - mean[:, None]) ** 2).sum(axis=1)


def test_means_and_their_differences():
    rng = np.random.default_rng(20)
    one, two, ratio = {}, {}, {}
    for kind, n1, n2 in itertools.product(
        ("normal", "skewed", "steps"), (10, 30, 100, 400), (10, 30, 100, 400)
    ):
        first, mean1 = samples(kind, n1, 4000, rng)
        second, mean2 = samples(kind, n2, 4000, rng)
        second = 1.5 * second  # varies more, and has another mean
        a, b = moments(first), moments(second)
        low, high = mean_interval(*a)
        one[kind, n1, n2] = np.mean((low <= mean1) & (mean1 <= high))
        difference = welch(*a, *b)
        target = mean1 - 1.5 * mean2
        two[kind, n1, n2] = np.mean(
            (difference.low <= target) & (target <= difference.high)
        )
        found = ratio_of_means(*a, *b)
        ratio[kind, n1, n2] = np.mean((found.low <= 1 / 1.5) & (found.high >= 1 / 1.5))
    for name, table in (
        ("mean, Student", one),
        ("difference of means, Welch", two),
        ("ratio of means", ratio),
    ):
        values = report(name, table)
        assert 0.94 <= values.mean() <= 0.96
        assert values.min() >= 0.90


def districts():
    """Groups' sizes and true rates: 2 to 8 groups, from all equal to far apart."""
    unequal = np.array([30, 1000, 60, 300, 35, 120, 500, 40])
    for k, size, base in itertools.product(
        (2, 3, 5, 8), (30, 100, 1000, "unequal"), (0.05, 0.2, 0.5, 0.8, 0.95)
    ):
        n = unequal[:k] if size == "unequal" else np.full(k, size)
        sd = np.sqrt(base * (1 - base))
        place = np.arange(k)
        for shape, steps in (
            ("equal", np.zeros(k)),
            ("one apart", np.where(place == 0, 0.3 if base < 0.9 else -0.3, 0.0)),
            ("ladder", 0.5 * (place / (k - 1) - 0.5)),
            ("two sorts", np.where(place % 2 == 0, 0.0, -0.4)),
        ):
            yield (k, size, base, shape), n, np.clip(base + sd * steps, 0.02, 0.98)


@pytest.mark.parametrize("is_rate", [True, False], ids=["rates", "means"])
def test_gaps_to_the_highest_group(is_rate):
    rng = np.random.default_rng(8)
    found, plain, false_alarms = {}, {}, {}
    for at, n, p in districts():
        held = plain_held = shown = alarms = 0
        for _ in range(500):
            if is_rate:
                value, squares = rng.binomial(n, p) / n, None
            else:
                value = rng.normal(p, np.sqrt(0.25 / n))
                squares = 0.25 * rng.chisquare(n - 1)
            got = compare_with_highest(
                n, value, squares, is_rate=is_rate, draws=400, seed=rng
            )
            r = got.reference
            others = np.arange(n.size) != r
            truth = p - p[r]
            held += np.sum(((got.low <= truth) & (truth <= got.high))[others])
            raw = (
                newcombe(value * n, n, value[r] * n[r], n[r])
                if is_rate
                else welch(n, value, squares, n[r], value[r], squares[r])
            )
            plain_held += np.sum(((raw.low <= truth) & (truth <= raw.high))[others])
            alarms += np.sum(got.p[others] < 0.05)
            shown += others.sum()
        found[at], plain[at] = held / shown, plain_held / shown
        if at[3] == "equal":
            false_alarms[at] = alarms / shown
    name = "rates" if is_rate else "means"
    values = report(f"gap to the highest, {name}", found)
    report("  as if it had not been chosen", plain)
    alarms = report("  p under .05 where all are equal", false_alarms)
    for k in (2, 3, 5, 8):
        report(f"  {k} groups", {at: v for at, v in found.items() if at[0] == k})
    assert 0.94 <= values.mean() <= 0.96
    assert values.min() >= 0.90
    assert alarms.mean() <= 0.055
    assert alarms.max() <= 0.08
