"""Inequality over all groups in one figure, with what chance could make of it.

The summaries of WHO's Health Equity Assessment Toolkit, from groups' levels:
how many students, and the rate or mean.  ``cells_inequality`` makes them from cells.

Rates are fractions of 1 and are never taken for percentages: BGV is in fractions
squared (10,000 times smaller than on percentages), BGSD, the MD family, PAR, ACI and
SII in fractions; COV, IDIS and PAF in percent of the average, Theil and MLD times
1,000, RCI and RII without a unit, whatever the scale.

The shares are the groups' own, and stay as they are: intervals say how far a figure
could move by chance among students like these in groups of these sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from equitable.errors import InputError, QuestionError, did_you_mean
from equitable.measures.inequality.bounds import Values, upper_limits
from equitable.measures.inequality.intervals import Inverted, inverted, uniform_draws
from equitable.measures.inequality.levels import GroupLevel, Resolved, resolve
from equitable.measures.inequality.ordered import (
    Estimate,
    concentration,
    fractional_rank,
    slope,
)
from equitable.measures.inequality.results import (
    NAMES,
    SCALES,
    UNITS,
    Inequality,
    InequalityQuestion,
    Level,
    Measure,
)
from equitable.measures.inequality.unordered import SPREAD, Frame, spread
from equitable.measures.inequality.weighted_sums import linear_limits, ratio_limits
from equitable.vocabulary import NOT_REPORTED

_NEEDS_MEAN: Final = frozenset({"COV", "IDISW", "IDISU", "Theil", "MLD", "PAF"})
_NEEDS_BEST: Final = frozenset({"MDBW", "MDBU"})
_NEEDS_NAMED: Final = frozenset({"MDRW", "MDRU"})
_IMPACT: Final = frozenset({"PAR", "PAF"})


@dataclass(slots=True)
class _Work:
    """The groups that take part, as arrays, and what is said of those that do not."""

    found: Resolved
    is_rate: bool
    asked: InequalityQuestion
    notes: list[str] = field(default_factory=list)
    left_out: int = 0


def inequality(
    groups: Sequence[GroupLevel],
    question: InequalityQuestion | None = None,
    *,
    is_rate: bool,
) -> Inequality:
    """Every summary of inequality over some groups.

    Parameters
    ----------
    groups
        Each student in one group only; in any order.
    question
        Direction, order, reference, which groups may enter.
    is_rate
        Whether values are rates (fractions of 1) or means.

    Raises
    ------
    QuestionError
        Where the order or the reference names a group that is not there, or the order
        leaves one out.
    InputError
        Where a count is over its number, a rate is no fraction of 1, or no group has
        students.
    """
    asked = question or InequalityQuestion()
    work = _taking_part(groups, asked, is_rate=is_rate)
    names = work.found.names
    alone = names.size < 2
    if alone:
        reason = "there is only one group" + (
            " that may enter" if work.left_out else ""
        )
        measures = {name: Measure(reason=reason) for name in NAMES}
    else:
        measures = _unordered(work) | _ordered(work)
    order = None
    if asked.order is not None:
        order = tuple(name for name in asked.order if name in set(names.tolist()))
    best = None if alone else _best(work)
    return Inequality(
        measures={k: replace(measures[k], unit=UNITS[k]) for k in asked.wanted},
        groups=_levels(work, order),
        mean=_mean(work.found),
        direction="higher" if asked.higher_is_better else "lower",
        scale=SCALES[is_rate],
        reference=_named(work) if _reference(work) is not None else None,
        best=best,
        order=order,
        confidence=asked.confidence,
        draws=_draws(work),
        seed=asked.seed,
        left_out=work.left_out,
        notes=tuple(work.notes),
    )


def _taking_part(
    groups: Sequence[GroupLevel], asked: InequalityQuestion, *, is_rate: bool
) -> _Work:
    names = [group.name for group in groups]
    if len(set(names)) < len(names):
        raise InputError(
            "a group stands twice among those to be compared",
            next_step="Give each group once, with all its students.",
        )
    if asked.reference is not None and asked.reference not in names:
        raise QuestionError(
            f"there is no group '{asked.reference}' to compare with",
            next_step=did_you_mean(asked.reference, names, what="groups"),
        )
    if asked.reference == NOT_REPORTED:
        raise QuestionError(
            f"'{NOT_REPORTED}' cannot be the reference: nobody knows who they are",
            next_step="Choose a named group.",
        )
    work_notes: list[str] = []
    hidden = [n for n in names if asked.shown is not None and n not in asked.shown]
    kept = [group for group in groups if group.name not in hidden]
    empty = [group for group in kept if not group.n > 0]
    kept = [group for group in kept if group.n > 0]
    if hidden:
        number, verb = len(hidden), "is" if len(hidden) == 1 else "are"
        work_notes.append(
            f"{number} {'group' if number == 1 else 'groups'} {verb} withheld and"
            " left out: the average, the shares and every figure are of the groups"
            " shown only."
        )
    if empty:
        work_notes.append(
            f"Without students with a known outcome, and left out: "
            f"{', '.join(sorted(group.name for group in empty))}."
        )
    if asked.order is not None:
        kept = _in_order(kept, names, asked.order, work_notes)
    elif any(group.name == NOT_REPORTED for group in kept):
        work_notes.append(
            f"'{NOT_REPORTED}' counts as a group of its own; it is never the best or"
            " the reference."
        )
    if not kept:
        raise InputError(
            "no group has students with a known outcome that may be shown",
            next_step="Choose another outcome or grouping, or lower --min-n.",
        )
    found = resolve(kept, is_rate=is_rate, confidence=asked.confidence)
    return _Work(found, is_rate, asked, work_notes, len(hidden))


def _in_order(
    kept: list[GroupLevel],
    names: Sequence[str],
    order: Sequence[str],
    notes: list[str],
) -> list[GroupLevel]:
    for name in order:
        if name not in names:
            raise QuestionError(
                f"the order names '{name}', and there is no such group",
                next_step=did_you_mean(name, names, what="groups"),
            )
    if len(set(order)) < len(order):
        raise QuestionError(
            "the order names a group twice",
            next_step="Name each group once, from the least to the most advantaged.",
        )
    forgotten = sorted({g.name for g in kept} - set(order) - {NOT_REPORTED})
    if forgotten:
        raise QuestionError(
            f"the order leaves out {', '.join(repr(name) for name in forgotten)}",
            next_step="Name every group, from the least to the most advantaged.",
        )
    if NOT_REPORTED not in order and any(g.name == NOT_REPORTED for g in kept):
        notes.append(
            f"'{NOT_REPORTED}' has no place in the order and is left out of every"
            " figure."
        )
    place = {name: i for i, name in enumerate(order)}
    return sorted((g for g in kept if g.name in place), key=lambda g: place[g.name])


def _frame(work: _Work) -> Frame:
    found, asked = work.found, work.asked
    return Frame(
        share=found.share,
        eligible=_may_be_best(work),
        higher_is_better=asked.higher_is_better,
        reference=_reference(work),
        lacks_reference=_named(work) is not None and _reference(work) is None,
    )


def _named(work: _Work) -> str | None:
    """The group that MDR, PAR and PAF are against, where one is named."""
    if work.asked.reference is None and work.asked.order:
        return work.asked.order[-1]
    return work.asked.reference


def _reference(work: _Work) -> int | None:
    """Its place among those that take part."""
    names, wanted = work.found.names.tolist(), _named(work)
    return names.index(wanted) if wanted in names else None


def _may_be_best(work: _Work) -> NDArray[np.bool_]:
    found = work.found
    may: NDArray[np.bool_] = (found.n >= work.asked.least) & (
        found.names != NOT_REPORTED
    )
    return may


def _best(work: _Work) -> str | None:
    """The best group for the direction among those that may be, ties to the larger."""
    may = np.flatnonzero(_may_be_best(work))
    if not may.size:
        return None
    y, n = work.found.value[may], work.found.n[may]
    better = y if work.asked.higher_is_better else -y
    return str(work.found.names[may[np.lexsort((n, better))[-1]]])


def _draws(work: _Work) -> int:
    return len(uniform_draws(work.found.n.size, work.asked.draws, work.asked.seed))


def _unordered(work: _Work) -> dict[str, Measure]:
    found, asked = work.found, work.asked
    # The draws go to the groups by size and value, so that neither the order of the
    # rows nor what the groups are called moves a limit.
    turn = np.lexsort((found.value, found.n))
    frame = _frame(work)
    turned = Frame(
        share=frame.share[turn],
        eligible=frame.eligible[turn],
        higher_is_better=frame.higher_is_better,
        reference=(
            None
            if frame.reference is None
            else int(np.flatnonzero(turn == frame.reference)[0])
        ),
        lacks_reference=frame.lacks_reference,
    )
    names = SPREAD if asked.names is None else asked.names
    figures = {k: float(v) for k, v in spread(found.value, frame, names).items()}
    limits: Inverted | None = None
    if np.isfinite(found.error).all():
        uniform = uniform_draws(turn.size, asked.draws, asked.seed)
        limits = inverted(
            found.value[turn],
            turned,
            found.noise(uniform, turn),
            asked.confidence,
            found.error[turn],
            found.way(turn),
            names=figures,
            centres=asked.centres,
        )
        _say_chance(work, limits)
        values = Values(found.value, found.low, found.high)
        _widen(limits, upper_limits(values, frame, figures))
    method = f"inverted test, {_draws(work)} draws, seed {asked.seed}"
    answers = {}
    for name, value in figures.items():
        if not np.isfinite(value):
            answers[name] = Measure(reason=_undefined(name, work))
        elif name in _IMPACT and frame.reference is not None:
            answers[name] = _impact(name, value, work, frame.reference)
        elif limits is None:
            answers[name] = Measure(
                value=value, reason="the spread within a group is not known"
            )
        else:
            low, high = _or_none(limits.low[name]), _or_none(limits.high[name])
            answers[name] = Measure(
                value=value,
                low=low,
                high=high,
                reason=(
                    "chance could take it to where it is not defined"
                    if low is None or high is None
                    else None
                ),
                method=method,
                by_chance=limits.by_chance.get(name),
                centre=_or_none(limits.centre.get(name, np.nan)),
            )
    return answers


def _widen(limits: Inverted, upper: Mapping[str, float]) -> None:
    """Upper limits of sums of sizes are those of ``upper_limits``."""
    for name, limit in upper.items():
        if name not in limits.high:
            continue
        if limit < 0:
            limits.low[name] = limit
        else:
            limits.high[name] = limit


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _say_chance(work: _Work, limits: Inverted) -> None:
    if limits.chance["BGV"] > 1 - work.asked.confidence:
        work.notes.append(
            "The groups differ no more than groups truly alike could by chance: of"
            f" tables drawn from equality, {100 * limits.chance['BGV']:.0f} in 100 come"
            " out at least this far apart."
        )
    work.notes.append(
        "Chance alone makes these summaries larger, never smaller; 'by_chance' is what"
        " groups truly alike, of these sizes, would be expected to give."
    )


def _undefined(name: str, work: _Work) -> str:
    found, asked = work.found, work.asked
    mean = float(found.share @ found.value)
    wanted = _named(work)
    if name in _NEEDS_NAMED and wanted is None:
        return "it needs a reference group, and none is named"
    if (
        name in _NEEDS_NAMED | _IMPACT
        and wanted is not None
        and _reference(work) is None
    ):
        return f"the reference, '{wanted}', is withheld or has no students"
    needs_best = name in _NEEDS_BEST or (name in _IMPACT and wanted is None)
    if needs_best and not _may_be_best(work).any():
        return f"no group has the {asked.least:g} students that the best one needs"
    if name in _NEEDS_MEAN and mean <= 0:
        return "the average is 0" if mean == 0 else "the average is under 0"
    if name == "MLD" and (found.value == 0).any():
        return "a group stands at 0, whose logarithm is not defined"
    return "a group's value is under 0"


def _impact(name: str, value: float, work: _Work, reference: int) -> Measure:
    """PAR and PAF against a named group: a weighted sum, and a ratio of two."""
    found, higher = work.found, work.asked.higher_is_better
    own = (np.arange(found.n.size) == reference).astype(float)
    against = own - found.share
    low: float | None
    high: float | None
    if name == "PAR":
        both = linear_limits(against, found.value, found.low, found.high)
        low, high = _or_none(float(both.low)), _or_none(float(both.high))
        method = "limits recovered from each group's own (Zou, Huang & Zhang 2009)"
    else:
        low, high = ratio_limits(
            against, found.share, found.value, found.low, found.high
        )
        low, high = (None if x is None else 100 * x for x in (low, high))
        method = "Fieller's theorem, with limits recovered from each group's own"
    if higher:
        # It is 0 wherever the reference is no better than the average.
        low, high = (None if x is None else max(x, 0.0) for x in (low, high))
    else:
        low, high = (None if x is None else min(x, 0.0) for x in (low, high))
    unknown = low is None or high is None
    return Measure(
        value=value,
        low=low,
        high=high,
        method=method,
        reason="a group's own interval is not known" if unknown else None,
    )


def _ordered(work: _Work) -> dict[str, Measure]:
    if work.asked.order is None:
        return {}
    found = work.found
    told: dict[str, Estimate] = concentration(
        found.share, found.value, found.low, found.high
    ) | slope(
        found.share,
        found.value,
        found.variance,
        found.effective,
        is_rate=work.is_rate,
        confidence=work.asked.confidence,
    )
    recovered = "limits recovered from each group's own (Zou, Huang & Zhang 2009)"
    model = "binomial logit" if work.is_rate else "straight line"
    methods = {
        "ACI": recovered,
        "RCI": "Fieller's theorem, with limits recovered from each group's own",
        "SII": f"{model} on the fractional rank, HC1 errors, delta method",
        "RII": f"{model} on the fractional rank, HC1 errors, delta method on the log",
    }
    return {
        name: Measure(
            value=it.value,
            low=it.low,
            high=it.high,
            reason=it.reason,
            method=None if it.value is None else methods[name],
        )
        for name, it in told.items()
    }


def _mean(found: Resolved) -> Measure:
    limits = linear_limits(found.share, found.value, found.low, found.high)
    return Measure(
        value=float(found.share @ found.value),
        low=_or_none(float(limits.low)),
        high=_or_none(float(limits.high)),
        method="limits recovered from each group's own (Zou, Huang & Zhang 2009)",
    )


def _levels(work: _Work, order: tuple[str, ...] | None) -> tuple[Level, ...]:
    found = work.found
    rank = fractional_rank(found.share)
    return tuple(
        Level(
            group=found.groups[i],
            n=int(found.n[i]) if float(found.n[i]).is_integer() else float(found.n[i]),
            share=float(found.share[i]),
            value=float(found.value[i]),
            low=_or_none(float(found.low[i])),
            high=_or_none(float(found.high[i])),
            rank=None if order is None else float(rank[i]),
        )
        for i in range(found.n.size)
    )
