"""Every figure that the measures offer, and how it is safe to show.

A figure of a group is one of three things: a *row* of the attacker's system; *linear*
in such rows, or a fraction of them, so that whoever has the rows has it; or worked out
by some other rule (*others*), and then from shown figures alone.  A new measure has no
place here and fails a test until somebody has decided which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

How: TypeAlias = Literal["row", "linear", "others", "no figure"]

OF_A_ROW: Final[Mapping[str, How]] = {
    "group": "no figure",
    "within": "no figure",
    "n": "row",
    # How many of a group have no outcome: not released.
    "missing": "row",
    "effective_n": "others",
    "count": "row",
    "value": "linear",
    "low": "others",
    "high": "others",
    "shrunken": "others",
    "reference": "linear",
    "difference": "linear",
    "difference_low": "others",
    "difference_high": "others",
    "ratio": "linear",
    "ratio_low": "others",
    "ratio_high": "others",
    "odds_ratio": "others",
    "odds_ratio_low": "others",
    "odds_ratio_high": "others",
    "standardised": "others",
    "hedges_g": "others",
    "parity_fixed": "others",
    "parity_moving": "others",
    "detectable": "others",
    "p": "others",
    "q": "others",
    "verdict": "others",
    "indices": "others",
    "bounds": "others",
    "reason": "no figure",
    "reasons": "no figure",
    "withheld": "no figure",
}
"""Fields of a gap's row.  Those of the references 'overall' and 'rest' are sums of
rows; 'highest' is one of the shown groups."""

OF_A_POOLED_ROW: Final[Mapping[str, How]] = {
    "group": "no figure",
    "within": "no figure",
    "reference": "linear",
    "n": "row",
    "strata": "others",
    "strata_used": "others",
    "value": "linear",
    "raw_difference": "linear",
    "raw_difference_low": "others",
    "raw_difference_high": "others",
    "raw_odds_ratio": "others",
    "raw_odds_ratio_low": "others",
    "raw_odds_ratio_high": "others",
    "raw_verdict": "others",
    "difference": "others",
    "difference_low": "others",
    "difference_high": "others",
    "odds_ratio": "others",
    "odds_ratio_low": "others",
    "odds_ratio_high": "others",
    "method": "no figure",
    "p": "others",
    "q": "others",
    "verdict": "others",
    "reason": "no figure",
    "reasons": "no figure",
    "withheld": "no figure",
}

SUMMARIES: Final[Mapping[str, How]] = dict.fromkeys(
    (
        "BGV", "BGSD", "COV", "MDMW", "MDMU", "MDBW", "MDBU", "MDRW", "MDRU", "IDISW",
        "IDISU", "Theil", "MLD", "PAR", "PAF", "RCI", "ACI", "SII", "RII",
    ),
    "others",
)  # fmt: skip
"""Summaries of inequality over all groups: of the shown ones only."""

OF_A_RELEASE: Final[Mapping[str, How]] = {
    "indicator": "no figure",
    "group": "no figure",
    "within": "no figure",
    "n": "row",
    "count": "row",
    "others": "row",
    "value": "linear",
    "low": "others",
    "high": "others",
    "deviation": "row",
    "coded": "row",
}
"""Fields of a released figure."""
