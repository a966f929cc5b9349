"""Inequality over 25 groups and over five in order: what WHO's package is tested with.

The World Health Organization's R package *healthequal* (version 1.0.1, tests of its
repository) makes 25 groups with R's random numbers (seed 123) and states what each of
its functions is to give; for ordered groups it takes five rates from 20 to 60. The
groups stand here as those random numbers come out. Averages are of any unit: nothing
is a percentage.

Not held are its intervals. Those of MLD, Theil and PAF are a thousandth and a hundredth
too narrow: the standard errors are those of the figures before they were multiplied (the
error of PAF is given as .018 of 24.06, that of PAR, which it is made of, as 1.20 of
16.29). Its slope has each group's number of people twice as a weight.
"""

import numpy as np
import pytest
import statsmodels.api as sm
from published_table import read

from equitable.measures.inequality.levels import GroupLevel
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.inequality.summaries import inequality

TWENTY_FIVE_GROUPS = """
| group | people | value |
|------:|-------:|------:|
| 1     | 832    | 61    |
| 2     | 931    | 74    |
| 3     | 1,468  | 58    |
| 4     | 1,021  | 59    |
| 5     | 1,039  | 72    |
| 6     | 1,515  | 75    |
| 7     | 1,138  | 74    |
| 8     | 620    | 68    |
| 9     | 794    | 75    |
| 10    | 866    | 67    |
| 11    | 1,367  | 73    |
| 12    | 1,108  | 63    |
| 13    | 1,120  | 66    |
| 14    | 1,033  | 62    |
| 15    | 833    | 60    |
| 16    | 1,536  | 66    |
| 17    | 1,149  | 71    |
| 18    | 410    | 73    |
| 19    | 1,210  | 71    |
| 20    | 858    | 61    |
| 21    | 680    | 74    |
| 22    | 935    | 84    |
| 23    | 692    | 55    |
| 24    | 781    | 69    |
| 25    | 812    | 60    |
"""

SUMMARIES_OF_THE_25_GROUPS = """
| summary | published |
|---------|----------:|
| BGV     | 46.198326 |
| BGSD    | 6.7969351 |
| MDMW    | 5.8348689 |
| MDMU    | 5.891726  |
| MDBW    | 16.293156 |
| MDBU    | 16.360001 |
| MDRW    | 7.2228465 |
| MDRU    | 7.2399998 |
| IDISW   | 8.6178417 |
| IDISU   | 8.7018175 |
| Theil   | 5.0359201 |
| MLD     | 5.0524006 |
| PAR     | 16.293152 |
| PAF     | 24.06426  |
"""

FIVE_GROUPS_IN_ORDER = """
| group | people | percent |
|-------|-------:|--------:|
| first | 78     | 20      |
| second | 91    | 30      |
| third | 162    | 40      |
| fourth | 103   | 50      |
| fifth | 105    | 60      |
"""

SUMMARIES_OF_THE_FIVE_GROUPS = """
| summary | published  | times |
|---------|-----------:|------:|
| ACI     | 7.3284202  | 100   |
| RCI     | 0.17776859 | 1     |
| PAR     | 18.775509  | 100   |
| PAF     | 45.544548  | 1     |
"""

THE_SLOPE_WEIGHTED_TWICE = """
| summary | published | times |
|---------|----------:|------:|
| SII     | 44.44502  | 100   |
| RII     | 3.159506  | 1     |
"""

REFERENCE = "14"
"""The group that R's sample(25, 1) comes out at, for MDRW and MDRU."""


def of_25(reference=None):
    groups = [
        GroupLevel(name=f"{row['group']:.0f}", n=row["people"], value=row["value"])
        for row in read(TWENTY_FIVE_GROUPS)
    ]
    asked = InequalityQuestion(reference=reference, draws=50)
    return inequality(groups, asked, is_rate=False)


def of_five():
    rows = read(FIVE_GROUPS_IN_ORDER)
    groups = [
        GroupLevel(name=r["group"], n=r["people"], value=r["percent"] / 100)
        for r in rows
    ]
    order = [row["group"] for row in rows]
    return inequality(groups, InequalityQuestion(order=order, draws=50), is_rate=True)


@pytest.mark.parametrize("row", read(SUMMARIES_OF_THE_25_GROUPS), ids=str)
def test_summaries(row):
    """Every summary over the 25 groups; the package's own tests allow 1 in 10,000."""
    name = row["summary"]
    found = of_25(REFERENCE if name in {"MDRW", "MDRU"} else None).measures[name]
    assert found.value == pytest.approx(row["published"], rel=2e-5)


def test_coefficient_of_variation():
    """COV is 100 BGSD over the average, and the average is 100 MDMW over IDISW."""
    told = {r["summary"]: r["published"] for r in read(SUMMARIES_OF_THE_25_GROUPS)}
    mean = 100 * told["MDMW"] / told["IDISW"]
    found = of_25()
    assert found.mean.value == pytest.approx(mean, rel=1e-6)
    cov = 100 * told["BGSD"] / mean
    assert found.measures["COV"].value == pytest.approx(cov, rel=1e-6)


def test_summaries_by_plain_arithmetic():
    """The same figures from the tables alone, without any of Equitable's code."""
    rows = read(TWENTY_FIVE_GROUPS)
    n = np.array([row["people"] for row in rows])
    y = np.array([row["value"] for row in rows])
    s = n / n.sum()
    mean = s @ y
    r = y / mean
    by_hand = {
        "BGV": s @ (y - mean) ** 2,
        "MDMU": np.abs(y - mean).mean(),
        "MDBW": s @ (y.max() - y),
        "MDRU": np.abs(y - y[13]).mean(),
        "Theil": 1000 * (s @ (r * np.log(r))),
        "MLD": -1000 * (s @ np.log(r)),
        "PAF": 100 * (y.max() - mean) / mean,
    }
    found = of_25(REFERENCE).measures | {"PAF": of_25().measures["PAF"]}
    told = {r["summary"]: r["published"] for r in read(SUMMARIES_OF_THE_25_GROUPS)}
    for name, value in by_hand.items():
        assert value == pytest.approx(told[name], rel=2e-5), name
        assert found[name].value == pytest.approx(value, rel=1e-12), name


@pytest.mark.parametrize("row", read(SUMMARIES_OF_THE_FIVE_GROUPS), ids=str)
def test_ordered_summaries(row):
    """Concentration and impact over the five groups in order."""
    found = of_five().measures[row["summary"]].value * row["times"]
    assert found == pytest.approx(row["published"], rel=2e-7)


@pytest.mark.parametrize("row", read(THE_SLOPE_WEIGHTED_TWICE), ids=str)
def test_slope(row):
    """The published slope comes out with the weights twice; ours has them once."""
    rows = read(FIVE_GROUPS_IN_ORDER)
    n = np.array([r["people"] for r in rows])
    y = np.array([r["percent"] for r in rows]) / 100
    rank = (np.cumsum(n) - n / 2) / n.sum()

    def fitted(count, weights):
        model = sm.GLM(
            count / n,
            sm.add_constant(rank),
            family=sm.families.Binomial(),
            freq_weights=weights,
        )
        bottom, top = model.fit(tol=1e-12).predict([[1, 0], [1, 1]])
        return {"SII": top - bottom, "RII": top / bottom}[row["summary"]]

    # As that package makes counts: rounded.
    theirs = fitted(np.round(y * n), n**2) * row["times"]
    assert theirs == pytest.approx(row["published"], rel=1e-4)
    ours = of_five().measures[row["summary"]].value
    assert ours == pytest.approx(fitted(y * n, n), rel=1e-8)
    assert ours * row["times"] != pytest.approx(row["published"], rel=1e-4)
