import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import NormalIndPower

from equitable.measures.power import (
    detectable_against_number,
    detectable_means,
    detectable_rates,
)


def test_43_students_in_each_of_two_years():
    # METHODS: about 30 points between the years, about 21 against a fixed number.
    assert detectable_rates(43, 43, 0.5) == pytest.approx(0.302, abs=0.0005)
    assert detectable_against_number(43, rate=0.5) == pytest.approx(0.214, abs=0.0005)


def test_means_as_statsmodels_has_them():
    size = NormalIndPower().solve_power(nobs1=60, ratio=1.5, alpha=0.05, power=0.8)
    # statsmodels also counts the errors on the wrong side: less than 1 in 100,000.
    assert detectable_means(60, 90, 12.5) == pytest.approx(12.5 * size, rel=1e-4)


def test_a_difference_of_that_size_is_found_four_times_in_five():
    rng = np.random.default_rng(2)
    n, base = 150, 0.4
    gap = float(detectable_rates(n, n, base))
    a, b = (
        rng.binomial(n, base - gap / 2, 20_000),
        rng.binomial(n, base + gap / 2, 20_000),
    )
    pooled = (a + b) / 2 / n
    z = (b - a) / n / np.sqrt(pooled * (1 - pooled) * 2 / n)
    assert np.mean(np.abs(z) > stats.norm.ppf(0.975)) == pytest.approx(0.8, abs=0.02)


def test_a_rate_of_0_does_not_make_every_difference_visible():
    # (0 + .5) / (60 + 1) in place of 0; 1 is its mirror image.
    p = 0.5 / 61
    assert detectable_rates(20, 40, 0) == pytest.approx(
        float(detectable_rates(20, 40, p))
    )
    assert detectable_rates(20, 40, 1) == pytest.approx(
        float(detectable_rates(20, 40, 0))
    )
    assert detectable_against_number(60, rate=0) == pytest.approx(
        float(detectable_against_number(60, rate=p))
    )


def test_no_figure_where_no_difference_is_large_enough_or_nobody_is_there():
    assert np.isnan(detectable_rates([2, 0, 20], [2, 20, 0], 0.5)).all()
    assert np.isnan(detectable_means([0, 5], [5, 0], 1.0)).all()
    assert np.isnan(detectable_against_number([0, np.nan], 1.0)).all()
    assert np.isnan(detectable_against_number(1, rate=0.5))


def test_a_deviation_or_a_rate():
    assert detectable_against_number(25, 10.0) == pytest.approx(2.8016 * 2, abs=0.001)
    with pytest.raises(ValueError, match="either"):
        detectable_against_number(25)
    with pytest.raises(ValueError, match="either"):
        detectable_against_number(25, 1.0, rate=0.5)
