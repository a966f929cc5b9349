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
from equitable.measures.inequality.over_time import change_limits
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.inequality.summaries import inequality
from equitable.measures.inequality.unordered import Frame, spread

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


CHANGES = {
    "equal in both": ((100,) * 4, (0.5,) * 4, (60,) * 4, (0.5,) * 4),
    "nearer together": ((80, 120, 300), (0.3, 0.5, 0.6), (90, 110, 280), (0.4, 0.5, 0.6)),
    "apart from equal": ((60,) * 5, (0.4,) * 5, (60,) * 5, (0.2, 0.3, 0.4, 0.5, 0.6)),
    "far fewer later": ((900,) * 4, (0.3, 0.4, 0.5, 0.6), (60,) * 4, (0.3, 0.4, 0.5, 0.6)),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_change(name):
    """The change of each summary between two independent years."""
    rng = np.random.default_rng(9)
    n_old, p_old, n_new, p_new = (np.array(x) for x in CHANGES[name])
    true = {}
    for key, n, p in (("old", n_old, p_old), ("new", n_new, p_new)):
        frame = Frame(share=n / n.sum(), eligible=n >= 30, higher_is_better=True)
        true[key] = spread(p, frame)
    held = {measure: [] for measure in true["old"] if measure not in {"MDRW", "MDRU"}}
    for repeat in range(400):
        old, new = (
            inequality(
                [
                    GroupLevel.of_count(str(i), m, rng.binomial(m, q))
                    for i, (m, q) in enumerate(zip(n, p, strict=True))
                ],
                InequalityQuestion(draws=300, seed=repeat, centres=True),
                is_rate=True,
            ).measures
            for n, p in ((n_old, p_old), (n_new, p_new))
        )
        for measure, hits in held.items():
            _, low, high = change_limits(old[measure], new[measure])
            if low is not None:
                difference = true["new"][measure] - true["old"][measure]
                hits.append(low <= difference <= high)
    found = {measure: float(np.mean(hits)) for measure, hits in held.items()}
    print(name, {k: round(v, 3) for k, v in found.items()})  # noqa: T201
    assert min(found.values()) >= 0.92
