"""How often the intervals of the inequality summaries hold the truth, over a grid.

By simulation from a fixed seed; each test prints its table (``pytest -s``).  Shares are
as they are; truths reach from equal groups to groups far apart, at middling and at low
rates, and where the best group is nearly not the best.
"""

import numpy as np
import pytest
from test_inequality_intervals import coverage

from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.ordered import fractional_rank
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.inequality.summaries import inequality

pytestmark = pytest.mark.soak

GRID = {
    "equal": ((100,) * 4, (0.5,) * 4, None, True),
    "many, equal": ((60,) * 12, (0.5,) * 12, None, True),
    "nearly equal": ((40, 60, 100, 300), (0.1, 0.12, 0.1, 0.15), 3, True),
    "rare": ((30, 60, 100, 300, 20, 50, 80), (0.02, 0.05, 0.03, 0.04, 0.1, 0.05, 0.02), None, False),
    "apart": ((40, 60, 100, 300), (0.2, 0.35, 0.5, 0.6), 2, True),
    "one apart": ((30,) * 5, (0.9, 0.9, 0.9, 0.6, 0.9), 0, True),
    "two": ((50, 200), (0.4, 0.5), 1, True),
    "two, rare": ((50, 1000), (0.02, 0.03), 1, False),
}  # fmt: skip


@pytest.mark.parametrize("name", GRID)
def test_rates(name):
    n, p, reference, higher = GRID[name]
    found = coverage(
        n, p, repeats=600, draws=500, reference=reference, higher=higher, seed=7
    )
    print(name, {k: round(v, 3) for k, v in found.items()})  # noqa: T201
    assert min(found.values()) >= 0.89
    assert np.mean(list(found.values())) >= 0.93


@pytest.mark.parametrize(
    ("n", "line"),
    [
        ((40, 60, 100, 300), (-0.5, 1.5)),
        ((30, 30, 30, 30, 30), (0.0, 0.0)),
        ((200, 50, 400), (-3.0, 1.0)),
    ],
)
def test_ordered(n, line):
    """A true logit line: what SII, RII, ACI and RCI are of it is known."""
    rng = np.random.default_rng(3)
    n = np.array(n)
    share = n / n.sum()
    rank = fractional_rank(share)
    p = 1 / (1 + np.exp(-(line[0] + line[1] * rank)))
    bottom, top = (1 / (1 + np.exp(-(line[0] + line[1] * end))) for end in (0, 1))
    aci = 2 * (share * p) @ (rank - 0.5)
    truth = {
        "SII": top - bottom,
        "RII": top / bottom,
        "ACI": aci,
        "RCI": aci / (share @ p),
    }
    names = [str(i) for i in range(n.size)]
    held = {name: [] for name in truth}
    for _ in range(1500):
        count = rng.binomial(n, p)
        groups = [
            GroupLevel.of_count(*row) for row in zip(names, n, count, strict=True)
        ]
        found = inequality(
            groups, InequalityQuestion(order=names, draws=20), is_rate=True
        ).measures
        for name, true in truth.items():
            if found[name].low is not None:
                held[name].append(found[name].low <= true <= found[name].high)
    found = {name: float(np.mean(hits)) for name, hits in held.items()}
    print(n, line, found)  # noqa: T201
    assert min(found.values()) >= 0.92
    assert max(found.values()) <= 0.985
