"""Do the intervals of whole results hold the truth? (`make soak`)

Districts drawn anew, each through the scan and ``gaps`` itself: with clusters, within
strata, and with weights.  The truth is what the district was drawn from.
"""

import numpy as np
import pyarrow as pa
import pytest

from equitable.cube.scan import scan
from equitable.intake.source import open_source
from equitable.measures.gaps import Question, gaps
from equitable.vocabulary import Dimension, Indicator, Kind

pytestmark = pytest.mark.soak

TIMES = 300
GAP = -0.1


def dimension(name):
    return Dimension(
        name=name, label=name, columns=(name,), classify=lambda v: (v or "",)
    )


INDICATORS = {
    "passed": Indicator(name="passed", label="passed", kind=Kind.RATE, column="passed"),
    "score": Indicator(name="score", label="score", kind=Kind.MEAN, column="score"),
}


def cells_of(table, names, weight=None):
    """One drawn district."""
    with open_source(pa.table(table)) as source:
        return scan(
            source,
            indicators=list(INDICATORS.values()),
            dimensions=[dimension(name) for name in names],
            weight=weight,
        )


def answers(cells, **asked):
    """Both outcomes' results."""
    question = Question(by=("group",), internal=True, **asked)
    return {name: gaps(cells, one, question) for name, one in INDICATORS.items()}


def outcomes(rng, rate, score, spread=1.0):
    return {
        "passed": (rng.random(len(rate)) < rate).astype(int).astype(str),
        "score": score + rng.normal(0, spread, len(rate)),
    }


def coverage(draw, pick):
    """The share of districts whose interval holds the gap, for each outcome."""
    rng = np.random.default_rng(17)
    held = dict.fromkeys(INDICATORS, 0)
    plain = dict.fromkeys(INDICATORS, 0)
    for _ in range(TIMES):
        clever, naive = draw(rng)
        for name in INDICATORS:
            low, high = pick(clever[name])
            held[name] += low <= GAP <= high
            if naive is not None:
                row = naive[name].rows[0]
                plain[name] += row.difference_low <= GAP <= row.difference_high
    shares = {name: count / TIMES for name, count in held.items()}
    before = {name: count / TIMES for name, count in plain.items()}
    print(shares, "and without:", before)  # noqa: T201
    return shares, before


def first(result):
    return result.rows[0].difference_low, result.rows[0].difference_high


def pooled(result):
    return result.pooled[0].difference_low, result.pooled[0].difference_high


@pytest.mark.parametrize("schools", [12, 40])
def test_robust_to_schools_that_serve_one_group_mostly(schools):
    def draw(rng):
        n = schools * 30
        school = rng.integers(0, schools, n)
        lift = rng.normal(0, 0.12, schools)
        share = np.where(np.arange(schools) % 2, 0.85, 0.15)
        inside = rng.random(n) < share[school]
        level = lift[school] + GAP * inside
        table = {
            "group": np.where(inside, "a", "b"),
            "school": np.char.add("s", school.astype(str)),
            **outcomes(rng, np.clip(0.55 + level, 0, 1), level, 0.4),
        }
        cells = cells_of(table, ["group", "school"])
        return answers(cells, cluster="school"), answers(cells)

    found, naive = coverage(draw, first)
    for name in INDICATORS:
        assert found[name] >= 0.90
        assert found[name] > naive[name] + 0.05


def test_pooled_within_strata():
    def draw(rng):
        stratum = rng.integers(0, 8, 900)
        level = np.linspace(-0.25, 0.25, 8)
        inside = rng.random(900) < (0.2 + 0.08 * stratum)
        rate = 0.5 + level[stratum] + GAP * inside
        table = {
            "group": np.where(inside, "a", "b"),
            "stratum": np.char.add("s", stratum.astype(str)),
            **outcomes(rng, rate, level[stratum] * 4 + GAP * inside),
        }
        cells = cells_of(table, ["group", "stratum"])
        return answers(cells, within=("stratum",)), answers(cells)

    found, naive = coverage(draw, pooled)
    for name in INDICATORS:
        # Three standard errors of 300 districts at 95 % are .038.
        assert 0.912 <= found[name] <= 0.988
        assert naive[name] < 0.8


def test_weights_that_have_nothing_to_do_with_the_outcome():
    def draw(rng):
        inside = rng.random(700) < 0.3
        table = {
            "group": np.where(inside, "a", "b"),
            "w": rng.uniform(0.2, 3, 700),
            **outcomes(rng, 0.5 + GAP * inside, GAP * inside),
        }
        return answers(cells_of(table, ["group"], "w")), None

    found, _ = coverage(draw, first)
    for name in INDICATORS:
        assert 0.912 <= found[name] <= 0.988


def test_weights_that_undo_unequal_chances_to_be_asked():
    def draw(rng):
        # Of each group, half are twice as likely to succeed and thrice to be asked.
        inside = rng.random(3000) < 0.4
        eager = rng.random(3000) < 0.5
        asked = rng.random(3000) < np.where(eager, 0.6, 0.2)
        rate = np.where(eager, 0.7, 0.4) + GAP * inside
        table = {
            "group": np.where(inside, "a", "b"),
            "w": np.where(eager, 1 / 0.6, 1 / 0.2),
            **outcomes(rng, rate, eager + GAP * inside),
        }
        table = {name: held[asked] for name, held in table.items()}
        return answers(cells_of(table, ["group"], "w")), None

    found, _ = coverage(draw, first)
    for name in INDICATORS:
        # Kish's n is cautious or bold as weights and outcomes go together.
        assert found[name] >= 0.90
