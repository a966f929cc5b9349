"""Why a figure is null: no row of a result leaves a gap without a word beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from equitable.measures.against import Answer
from equitable.measures.results import GapRow
from equitable.vocabulary import Indicator

if TYPE_CHECKING:
    from equitable.measures.question import Question

_OWN: Final = "this is the reference"
_CHOSEN: Final = "no limits of it allow for the highest being chosen from the same data"
_NOT_ROBUST: Final = "no interval of it is robust to clusters"
_DIFFERENCE: Final = ("difference_low", "difference_high", "p")
_RATIO: Final = ("ratio", "ratio_low", "ratio_high")
_ODDS: Final = ("odds_ratio", "odds_ratio_low", "odds_ratio_high")


def reasons(
    row: GapRow, answer: Answer, i: int, indicator: Indicator, question: Question
) -> dict[str, str]:
    """From the name of each null figure of a row (as in JSON) to why it is so."""
    whole = _OWN if answer.own[i] else _of_all(row, answer, i)
    compared = (
        dict.fromkeys(
            ("difference", *_DIFFERENCE, *_RATIO, *_ODDS, "standardised", "hedges_g",
             "parity_fixed", "parity_moving", "detectable", "q", "verdict"),
            whole,
        )
        if whole
        else _compared(answer, i, indicator, question)
    )  # fmt: skip
    every = {**_level(row, answer, i, indicator, question), **compared}
    if not indicator.is_rate:
        # That a mean has none is the plainer reason, of the reference too.
        every |= dict.fromkeys(_ODDS, "only a rate has odds")
        every |= dict.fromkeys(
            ("parity_fixed", "parity_moving"), "only a rate counts students"
        )
    found = {
        name.replace("parity_", "students_to_parity."): why
        for name, why in every.items()
        if getattr(row, name) is None
    }
    if row.reference.low is None or row.reference.high is None:
        found["reference"] = _reference(answer, i, row)
    if question.indices:
        found |= _indices(row, answer, indicator, question)
    return found


def _of_all(row: GapRow, answer: Answer, i: int) -> str:
    """Why nothing can be compared; empty where something can."""
    if not answer.table.group.students[i]:
        return row.reason or "no students"
    return (row.reason or "") if row.difference is None else ""


def _level(
    row: GapRow, answer: Answer, i: int, indicator: Indicator, question: Question
) -> dict[str, str]:
    table = answer.table
    if not table.group.students[i]:
        why = row.reason or "no students"
        names = ("effective_n", "count", "value", "low", "high", "shrunken")
        return dict.fromkeys(names, why)
    limits = _no_spread(answer, i, question)
    small = table.hidden[i] or (
        not question.internal and table.group.students[i] < question.min_n
    )
    return {
        "effective_n": "the weights are all 0",
        "count": "" if indicator.is_rate else "only a rate counts students",
        "value": "the weights are all 0",
        "low": limits,
        "high": limits,
        "shrunken": (
            "fewer students than the minimum"
            if small
            else "how far students vary within groups is not known"
        ),
    }


def _no_spread(answer: Answer, i: int, question: Question) -> str:
    group = answer.table.group
    if group.clusters is not None:
        place = np.array([i], np.int64)
        if int(group.clusters.take(place).means().clusters[0]) < 2:
            return f"all students are of one {question.cluster}"
        return f"alike in every {question.cluster}: nothing tells of chance"
    if group.n[i] <= 1:
        return "one student tells nothing of chance"
    return "all have the same value: nothing tells of chance"


def _compared(
    answer: Answer, i: int, indicator: Indicator, question: Question
) -> dict[str, str]:
    clustered = answer.table.group.clusters is not None
    number = answer.kind == "number"
    chance = (
        f"students of one {question.cluster} only, or alike in all of them"
        if clustered
        else "one student, or no spread: nothing tells of chance"
    )
    no_ratio = (
        "the reference's rate is 0"
        if indicator.is_rate
        else "no ratio of values that are not both above 0"
    )
    no_odds = "a rate of 0 or 1 has no odds"
    defined = np.isfinite(answer.compared.ratio[i])
    ratio_limits = (
        no_ratio
        if not defined
        else _CHOSEN
        if answer.kind == "highest"
        else _NOT_ROBUST
        if clustered and not number
        else chance
    )
    no_limits = _CHOSEN if answer.kind == "highest" else no_odds
    weights = "figures are weighted, and weights are not students"
    few = "fewer students than the minimum, in the group or its reference"
    return {
        **dict.fromkeys(_DIFFERENCE, chance),
        "difference": chance,
        "ratio": no_ratio,
        "ratio_low": ratio_limits,
        "ratio_high": ratio_limits,
        "odds_ratio": no_odds,
        **dict.fromkeys(_ODDS[1:], _NOT_ROBUST if clustered else no_limits),
        "standardised": "nothing varies" if not number else chance,
        "hedges_g": (
            "it is of two groups, and a number is none" if number else "nothing varies"
        ),
        "parity_fixed": weights if answer.table.weighted else "no reference",
        "parity_moving": (
            weights
            if answer.table.weighted
            else f"the reference '{answer.kind}' does not move with the group"
        ),
        "detectable": (
            chance
            if clustered or not indicator.is_rate
            else "not even a difference of 100 points would be found"
        ),
        "q": chance if answer.enough[i] else few,
        "verdict": few,
    }


def _reference(answer: Answer, i: int, row: GapRow) -> str:
    if answer.kind == "number":
        return "a number given is not counted: it has no n and no interval"
    if answer.reference is None or row.reference.n is None:
        return row.reason or "no reference"
    if not answer.reference.students[i]:
        return "nobody to compare with"
    return "nothing tells how far chance could move it"


def _indices(
    row: GapRow, answer: Answer, indicator: Indicator, question: Question
) -> dict[str, str]:
    if row.indices is None:
        if not indicator.is_rate:
            return {"indices": "only rates have them"}
        if answer.table.weighted:
            return {"indices": "figures are weighted, and weights are not students"}
        return {"indices": row.reason or "no reference"}
    found = {}
    if row.indices.proportionality.value is None:
        overlapping = any(axis.dimension.overlapping for axis in answer.table.axes)
        found["indices.proportionality"] = (
            "the groups overlap" if overlapping else "nobody has the outcome"
        )
    if row.indices.eighty_percent.value is None:
        found["indices.eighty_percent"] = (
            f"no group of {question.highest_min_n} students or more has a rate above 0"
        )
    return found
