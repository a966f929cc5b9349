"""'No difference shown' where few are counted: 5 points would be far too wide.

The margin of a rate is 5 points, and at most a fifth of the reference's rate or of
those it leaves out: against 1 % it is 0.2 points.  Intervals below by Newcombe's
method are near to 1.96 standard errors at these sizes; each is worked out beside it.
"""

from __future__ import annotations

import pytest

import equitable as eq
from equitable.measures.comparison import rate_margin


def verdict(folder, first, second, n, **asked):
    """The verdict of group A against B, of ``n`` students each."""
    path = folder / "counts.csv"
    path.write_text(
        f"group,suspended,enrolled\nA,{first},{n}\nB,{second},{n}\n", encoding="utf-8"
    )
    with eq.open(path) as table:
        result = table.gaps(
            None, by=["group"], count="suspended", total="enrolled", direction="lower",
            **asked,
        )  # fmt: skip
    return next(str(row.verdict) for row in result.rows if row.group["group"] == "A")


@pytest.mark.parametrize(
    ("reference", "margin"),
    [(0.01, 0.002), (0.05, 0.01), (0.25, 0.05), (0.5, 0.05), (0.75, 0.05),
     (0.98, 0.004), (0.0, 0.0), (1.0, 0.0)],
)  # fmt: skip
def test_the_margin_of_a_rate(reference, margin):
    """min(.05, min(r, 1 - r) / 5)."""
    assert rate_margin(reference) == pytest.approx(margin)


def test_one_percent_of_ten_thousand_does_not_settle_it(tmp_path):
    """1.05 % and 1.00 %: 1.96 sqrt(2 * .01 * .99 / 10,000) = .28 points, over .2."""
    assert verdict(tmp_path, 105, 100, 10_000) == "not enough evidence"


def test_one_percent_of_a_million_does(tmp_path):
    """1.005 % and 1.000 %: 1.96 sqrt(2 * .01 * .99 / 1,000,000) = .028 points."""
    assert verdict(tmp_path, 10_050, 10_000, 1_000_000) == "no difference shown"


def test_half_of_ten_thousand_does(tmp_path):
    """50.1 % and 50.0 %: 1.96 sqrt(2 * .25 / 10,000) = 1.4 points, within 5."""
    assert verdict(tmp_path, 5_010, 5_000, 10_000) == "no difference shown"


def test_nearly_all_are_judged_as_nearly_none(tmp_path):
    """98.95 % and 99.00 %: those left out are 1.05 % and 1.00 %."""
    assert verdict(tmp_path, 9_895, 9_900, 10_000) == "not enough evidence"


def test_a_margin_that_somebody_sets_holds_at_every_rate(tmp_path):
    found = verdict(tmp_path, 105, 100, 10_000, margin=0.05)
    assert found == "no difference shown"


@pytest.mark.parametrize("reference", ["overall", "0.01", "B"])
def test_every_reference_follows_it(tmp_path, reference):
    """Against 1 % itself: 1.05 % + 1.96 sqrt(.01 * .99 / 10,000) = 1.25 %.

    Against everyone, 1.025 %, the gap and its interval are half of those against the
    rest: .025 and .14 points either way, within .205.
    """
    found = verdict(tmp_path, 105, 100, 10_000, reference=reference)
    expected = (
        "no difference shown" if reference == "overall" else "not enough evidence"
    )
    assert found == expected


def test_a_difference_is_a_difference_however_small(tmp_path):
    """2 % and 1 % of 10,000: 1 point, of a standard error of .17 points."""
    assert verdict(tmp_path, 200, 100, 10_000) == "worse"


def test_the_margin_is_in_the_result(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text("group,suspended,enrolled\nA,105,10000\nB,100,10000\n")
    with eq.open(path) as table:
        plain = table.gaps(None, by=["group"], count="suspended", total="enrolled")
        told = table.gaps(
            None, by=["group"], count="suspended", total="enrolled", margin=0.03
        )
    assert plain.to_dict()["margin"] == {
        "value": 0.05, "unit": "indicator", "of_reference": 0.2,
    }  # fmt: skip
    assert told.to_dict()["margin"] == {
        "value": 0.03, "unit": "indicator", "of_reference": None,
    }  # fmt: skip
