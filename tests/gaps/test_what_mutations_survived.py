"""Rules that could be broken without a test's notice, until these."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import equitable as eq


def students(*groups):
    rows = []
    for name, n, true in groups:
        rows += [{"race": name, "passed": int(i < true)} for i in range(n)]
    return pd.DataFrame(rows)


def of(result, name):
    return next(row for row in result.rows if row.group["race"] == name)


def test_overlapping_views_are_adjusted_for_any_dependence():
    frame = students(
        ("White", 60, 40), ("Black", 50, 20), ("White;Black", 40, 20), ("Asian", 50, 30)
    )
    with eq.open(frame) as data:
        view = data.gaps("passed", by=["race:alone or in combination"])
        plain = data.gaps("passed", by=["race"])
    assert view.to_dict()["family"]["adjust"] == "by"
    assert plain.to_dict()["family"]["adjust"] == "bh"


def test_the_group_that_nobody_wrote_down_is_not_the_best():
    # Best of those reported: 60 of 100.  The 80 % index of 30 of 100 is .3 / .6.
    frame = students(("Asian", 100, 60), ("White", 100, 30), ("", 50, 45))
    with eq.open(frame) as data:
        result = data.gaps("passed", by=["race"], indices=True)
    assert of(result, "White").indices.eighty_percent.value == pytest.approx(0.5)


def test_limits_of_the_odds_ratio_to_everyone():
    """By numeric derivatives of log odds(p) - log odds((1 - f) p + f r)."""
    frame = students(("Asian", 80, 50), ("White", 120, 48))
    with eq.open(frame) as data:
        row = of(data.gaps("passed", by=["race"], reference="overall"), "Asian")
    n, m, p, r = 80, 120, 50 / 80, 48 / 120
    f = m / (n + m)

    def log_odds(rate):
        return math.log(rate / (1 - rate))

    def figure(p, r):
        return log_odds(p) - log_odds((1 - f) * p + f * r)

    step = 1e-6
    by_p = (figure(p + step, r) - figure(p - step, r)) / (2 * step)
    by_r = (figure(p, r + step) - figure(p, r - step)) / (2 * step)
    error = math.sqrt(by_p**2 * p * (1 - p) / n + by_r**2 * r * (1 - r) / m)
    half = 1.959963984540054 * error
    assert row.odds_ratio == pytest.approx(math.exp(figure(p, r)))
    assert row.odds_ratio_low == pytest.approx(math.exp(figure(p, r) - half), rel=1e-6)
    assert row.odds_ratio_high == pytest.approx(math.exp(figure(p, r) + half), rel=1e-6)
