"""Scores far from 0, or very near to it, keep the digits of their spread."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

import equitable as eq
from equitable.cube.scan import scan
from equitable.intake.source import open_source
from equitable.measures.levels import levels
from equitable.vocabulary import Dimension, Indicator, Kind

MEAN = Indicator(name="y", label="y", kind=Kind.MEAN, column="y")
GROUP = Dimension(name="g", label="g", columns=("g",), classify=lambda v: (v or "",))


def by_group(table, **more):
    with open_source(pa.table(table)) as source:
        found = scan(source, indicators=[MEAN], dimensions=[GROUP], **more)
    moments = found.table("y", ["g"]).moments
    return levels(moments, weighted=found.weighted), moments


def exact_squares(values):
    """The centred sum of squares, in rational arithmetic."""
    y = [Fraction(float(value)) for value in values]
    mean = sum(y) / len(y)
    return float(sum((value - mean) ** 2 for value in y))


def students(offset, sd, n=600):
    rng = np.random.default_rng(11)
    return np.where(rng.random(n) < 0.4, "a", "b"), offset + rng.normal(0, sd, n)


@pytest.mark.parametrize(
    ("offset", "sd"),
    [(1e8, 3), (9e8, 3), (-1e8, 3), (1e5, 0.1), (1e-5, 1e-6), (3.2, 1e-4), (500, 50),
     (0, 1e-7)],
)  # fmt: skip
def test_the_spread_is_right_to_a_billionth(offset, sd):
    g, y = students(offset, sd)
    found, _ = by_group({"g": g, "y": y})
    for place, name in enumerate("ab"):
        expected = exact_squares(y[g == name])
        assert found.squares[place] == pytest.approx(expected, rel=2e-9)
        assert found.value[place] == pytest.approx(y[g == name].mean(), rel=1e-14)


def test_ordinary_scores_are_read_once(monkeypatch):
    g, y = students(500, 50)
    asked = []
    with open_source(pa.table({"g": g, "y": y.round(1)})) as source:
        query = type(source).query
        monkeypatch.setattr(
            type(source),
            "query",
            lambda self, sql: asked.append(sql) or query(self, sql),
        )
        found = scan(source, indicators=[MEAN], dimensions=[GROUP])
    assert len([sql for sql in asked if "SUM(" in sql]) == 1
    assert found.moments["y"].pivot == 0


def test_the_same_bits_in_any_order_and_with_a_condition():
    from equitable.intake.where import parse

    g, y = students(1e8, 3)
    g = np.append(g, "c")
    y = np.append(y, 5.0)
    kept = parse("g in (a, b)", ["g", "y"])
    first, moments = by_group({"g": g, "y": y}, where=kept)
    turned = np.random.default_rng(3).permutation(len(g))
    again, others = by_group({"g": g[turned], "y": y[turned]}, where=kept)
    assert moments.pivot == others.pivot == pytest.approx(1e8, rel=1e-6)
    assert (first.squares == again.squares).all()
    assert (first.value == again.value).all()
    assert first.squares[0] == pytest.approx(exact_squares(y[g == "a"]), rel=2e-9)


def test_weights_that_sum_to_one_keep_their_digits():
    g, y = students(3, 0.5)
    w = np.random.default_rng(4).uniform(0.5, 2, len(y))
    w /= w.sum() * 1000
    found, _ = by_group({"g": g, "y": y, "w": w}, weight="w")
    for place, name in enumerate("ab"):
        v, u = y[g == name], w[g == name]
        mean = (u * v).sum() / u.sum()
        n = u.sum() ** 2 / (u**2).sum()
        spread = (u * (v - mean) ** 2).sum() / u.sum()
        assert found.n[place] == pytest.approx(n, rel=1e-9)
        assert found.squares[place] == pytest.approx(spread * n, rel=1e-9)


@pytest.mark.parametrize("value", [3.3, 0.1, 1e8 + 0.1, 1e-5])
def test_students_who_are_all_alike_have_no_spread(value):
    y = np.append(np.full(200, value), np.linspace(0.5, 1.5, 50) * value)
    g = np.array(["a"] * 200 + ["b"] * 50)
    found, _ = by_group({"g": g, "y": y})
    assert found.squares[0] == 0
    assert found.squares[1] > 0


def test_gaps_of_large_numbers_are_those_of_small_ones():
    g, y = students(0, 3, 800)
    y = y.round(2)
    school = np.arange(800) % 16
    rows = []
    for offset in (0.0, 1e8):
        table = pa.table({"g": g, "y": y + offset, "school": [f"s{s}" for s in school]})
        with eq.open(table) as data:
            rows += [
                data.gaps("y", by=["g"], internal=True, **more).rows[0]
                for more in ({}, {"cluster": "school"}, {"within": ["school"]})
            ]
    for small, large in zip(rows[:3], rows[3:], strict=True):
        assert large.difference == pytest.approx(small.difference, abs=1e-7)
        assert large.difference_low == pytest.approx(small.difference_low, abs=1e-7)
        assert large.p == pytest.approx(small.p, rel=1e-5)
        assert large.low - 1e8 == pytest.approx(small.low, abs=1e-7)
