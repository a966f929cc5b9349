"""Faults of other tools, each shown not to be here.

WHO's own implementation (the R packages behind its Health Equity Assessment Toolkit)
weights a binomial fit by population twice, leaves intervals of MLD, Theil and PAF on
figures that were since multiplied, draws 100 times, and is told a scale. Examples of
the published figures are in tests/specification.
"""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.inequality.summaries import inequality

ROWS = (("low", 78, 16), ("second", 391, 117), ("middle", 162, 65), ("top", 903, 542))
ORDER = [name for name, *_ in ROWS]


def found(rows=ROWS, **asked):
    groups = [GroupLevel.of_count(*row) for row in rows]
    return inequality(groups, InequalityQuestion(**asked), is_rate=True).measures


def test_a_student_counts_once_in_the_slope():
    """Groups of very different sizes: twice the weight would be another slope."""
    n = np.array([n for _, n, _ in ROWS], float)
    y = np.array([count / n for _, n, count in ROWS])
    rank = (np.cumsum(n) - n / 2) / n.sum()

    def slope(weights):
        fit = sm.GLM(
            y,
            sm.add_constant(rank),
            family=sm.families.Binomial(),
            freq_weights=weights,
        ).fit(tol=1e-12)
        bottom, top = fit.predict([[1, 0], [1, 1]])
        return top - bottom, top / bottom

    ours = found(order=ORDER, draws=20)
    once, twice = slope(n), slope(n**2)
    assert abs(once[0] - twice[0]) > 0.004
    assert ours["SII"].value == pytest.approx(once[0], rel=1e-8)
    assert ours["RII"].value == pytest.approx(once[1], rel=1e-8)


@pytest.mark.parametrize(
    ("name", "factor"), [("MLD", 1000), ("Theil", 1000), ("PAF", 100)]
)
def test_limits_are_multiplied_with_their_figure(name, factor):
    it = found()[name]
    # By draws of our own from the groups as they were seen: the width that the figure
    # has by chance, in its own unit.
    rng = np.random.default_rng(1)
    n = np.array([n for _, n, _ in ROWS], float)
    p = np.array([count / n for _, n, count in ROWS])
    share = n / n.sum()
    drawn = rng.binomial(n.astype(int), p, size=(4000, n.size)) / n
    mean = drawn @ share
    r = drawn / mean[:, None]
    values = {
        "MLD": -(np.log(np.maximum(r, 1e-12)) @ share),
        "Theil": (r * np.log(np.maximum(r, 1e-12))) @ share,
        "PAF": (drawn.max(axis=1) - mean) / mean,
    }[name]
    spread = factor * np.std(values)
    width = it.high - it.low
    assert 2.5 * spread < width < 6 * spread
    # The fault would have been an interval of a thousandth or a hundredth of that.
    assert width > 20 * spread / factor


def test_draws_are_many_and_their_noise_is_small():
    one, other = found(), found(seed=7)
    for name in ("BGSD", "COV", "MDMW", "IDISW", "Theil", "MLD"):
        assert "2000 draws" in one[name].method
        width = one[name].high - one[name].low
        for side in ("low", "high"):
            moved = abs(getattr(one[name], side) - getattr(other[name], side))
            assert moved < 0.06 * width, name


def test_nothing_is_taken_for_a_percentage():
    """The same groups in hundredths of what they were: another figure, by its rule."""
    rare = [("a", 10_000, 20), ("b", 20_000, 80)]
    common = [("a", 10_000, 2_000), ("b", 20_000, 8_000)]
    few, many = found(rare, draws=50), found(common, draws=50)
    for name in ("BGSD", "MDMW", "MDBW", "PAR"):
        assert 100 * few[name].value == pytest.approx(many[name].value)
    for name in ("COV", "IDISW", "Theil", "MLD", "PAF"):
        assert few[name].value == pytest.approx(many[name].value)
    assert 1e4 * few["BGV"].value == pytest.approx(many["BGV"].value)
    # s = 1/3, 2/3 and y = .002, .004: BGV = s1 s2 d^2.
    assert few["BGV"].value == pytest.approx(2 / 9 * 0.002**2)
    assert few["Theil"].value == pytest.approx(
        1000 * (0.6 / 3 * math.log(0.6) + 2 * 1.2 / 3 * math.log(1.2))
    )
