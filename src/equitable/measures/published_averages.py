"""Averages and percentages that somebody published, without counts of students.

A national assessment's table says that a group's mean score was 204, and perhaps how
certain that is.  Such figures can be laid beside each other.  With the publisher's own
standard errors a difference has an interval (both taken for independent samples, as the
table tells no covariance); without them nobody can say whether it is chance.  Nothing
is averaged, as an average of averages is nobody's, and no number of students is
guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import ndtr

from equitable.cube.cells import Cells, Table
from equitable.cube.figures import Beside, beside
from equitable.errors import QuestionError
from equitable.measures.multiplicity import adjust
from equitable.measures.power import found_four_times_in_five
from equitable.measures.question import Question
from equitable.measures.rates import two_sided
from equitable.measures.references import LEAST, ReferenceChoice, read_reference
from equitable.measures.results import (
    MEAN_MARGIN,
    RATE_MARGIN,
    RATE_MARGIN_SHARE,
    GapRow,
    Gaps,
    Reference,
)
from equitable.vocabulary import NOT_REPORTED, Direction, Indicator, Verdict

NO_N: Final = "n: not in the file"
NO_ERROR: Final = (
    "no interval: the file gives no standard error, so it cannot be told whether a"
    " difference of this size is chance"
)
NO_FIGURE: Final = "the file gives no figure"
SEVERAL: Final = "the file gives several figures, and averages cannot be averaged"
_NO_DEVIATION: Final = "the file gives no standard deviation"
_NO_REFERENCE: Final = "there is no figure to compare with"
_COUNTED: Final = (
    "missing", "effective_n", "count", "shrunken", "odds_ratio", "odds_ratio_low",
    "odds_ratio_high", "hedges_g", "students_to_parity.fixed",
    "students_to_parity.moving",
)  # fmt: skip
_CHANCE: Final = ("difference_low", "difference_high", "detectable", "p", "q")


@dataclass(frozen=True, slots=True)
class _Figure:
    """What the file says of one group."""

    value: float
    error: float | None = None
    deviation: float | None = None
    n: int | None = None
    is_rate: bool = False

    def limits(self, confidence: float) -> tuple[float | None, float | None]:
        """The interval of its value; a share's does not leave 0 to 1."""
        if self.error is None:
            return None, None
        half = two_sided(confidence) * self.error
        low, high = self.value - half, self.value + half
        return (max(low, 0.0), min(high, 1.0)) if self.is_rate else (low, high)


_Place = tuple[int, ...]
_Found = Mapping[_Place, _Figure]


def averages_compared(cells: Cells, indicator: Indicator, question: Question) -> Gaps:
    """Each group's published figure beside its reference.

    Parameters
    ----------
    cells
        One row of the table a cell (its ``n`` is the number of rows, not of students).
    indicator
        One with ``figures``.
    question
        Each trait is compared by itself, within the strata alone where there are some.

    Raises
    ------
    QuestionError
        Where several rows speak of every group, where the reference needs numbers of
        students, or where something is asked that such figures cannot answer.
    """
    _refuse_more(cells, question)
    axes = [cells.axes[cells.axis(name)] for name in question.by]
    choice = read_reference(question.reference, axes, indicator)
    if choice.kind == "largest":
        raise QuestionError(
            "nobody can say which group is the largest: the table gives averages only",
            next_step="Use --reference overall, or name the group.",
        )
    strata = question.within
    notes = []
    tables = []
    for name in question.by:
        table = cells.table(indicator.name, [*strata, name])
        found = _figures(cells, indicator, [*strata, name])
        if not found:
            _refuse(cells, table, indicator)
        tables.append((table, found, _figures(cells, indicator, strata)))
        notes += _of_several(table, strata)
    if choice.kind == "rest":
        choice, said = _instead_of_rest(any(around for *_, around in tables), indicator)
        notes.append(said)
    pairs = [
        _row(
            table,
            place,
            len(strata),
            found,
            around,
            choice,
            indicator,
            question,
            lacking=SEVERAL if several else NO_FIGURE,
        )
        for table, found, around in tables
        for place, several in zip(
            map(tuple, table.places.tolist()), table.moments.n > 1, strict=True
        )
    ]
    rows = _judged(pairs, indicator, question)
    whole = _figures(cells, indicator, ()).get(())
    sure = any(row.p is not None for row in rows)
    notes.append(
        _about_chance(choice) if sure else f"{NO_ERROR[:1].upper()}{NO_ERROR[1:]}."
    )
    return Gaps(
        indicator=indicator,
        dimensions=tuple(axis.dimension for axis in axes),
        within=tuple(cells.axes[cells.axis(name)].dimension for name in strata),
        overall=_reference_of("overall", whole, question.confidence),
        rows=rows,
        family_size=sum(row.q is not None for row in rows),
        adjust=question.adjust,
        confidence=question.confidence,
        margin=question.margin,
        interval="published",
        provenance=replace(
            cells.provenance,
            min_n=question.min_n,
            notes=tuple(dict.fromkeys((*cells.provenance.notes, *notes))),
            cautions=(*cells.provenance.cautions, *([] if sure else notes[-1:])),
        ),
    )


def _refuse_more(cells: Cells, question: Question) -> None:
    """Refuse what needs students, or counts of them."""
    for asked, words in (
        (question.cluster is not None, "--cluster"),
        (question.indices, "--indices"),
        (question.sensitivity, "--sensitivity"),
        (cells.weighted, "--weight"),
    ):
        if asked:
            raise QuestionError(
                f"{words} needs students, or counts of them: the table gives averages"
                " only",
                next_step=f"Leave out {words}.",
            )


def _figures(
    cells: Cells, indicator: Indicator, names: tuple[str, ...] | list[str]
) -> _Found:
    """What the file says of each group that exactly one row speaks of."""
    if cells.has_totals:
        # What stands beside a figure is read in the rows of that figure.
        cells = cells.keep(cells.level(indicator.name, names).cells)
    own = _single(cells.table(indicator.name, names))
    further: dict[Beside, Mapping[_Place, float]] = {}
    for what in ("error", "deviation", "students"):
        name = beside(indicator, what)
        further[what] = _single(cells.table(name, names)) if name else {}
    students = further["students"]
    return {
        place: _Figure(
            value,
            further["error"].get(place),
            further["deviation"].get(place),
            # Of some groups the file may not say: those of which it does are guarded.
            round(students[place]) if place in students else None,
            indicator.is_rate,
        )
        for place, value in own.items()
    }


def _single(table: Table) -> dict[_Place, float]:
    moments = table.moments
    return {
        tuple(place): float(moments.total[i] + moments.pivot)
        for i, place in enumerate(table.places.tolist())
        if moments.n[i] == 1
    }


def _refuse(cells: Cells, table: Table, indicator: Indicator) -> None:
    """Refuse what no row, or several rows, tell of every group."""
    several = np.flatnonzero(table.moments.n > 1)
    if not len(several):
        names = ", ".join(axis.dimension.label for axis in table.axes)
        raise QuestionError(
            f"the file gives no '{indicator.label}' by {names}",
            next_step="Ask by another trait, or choose another year or place.",
        )
    row = int(several[0])
    group = ", ".join(f"{name} {value}" for name, value in table.names(row).items())
    asked = [axis.dimension.name for axis in table.axes]
    apart = [
        axis.dimension.name
        for place, axis in enumerate(cells.axes)
        if axis.dimension.name not in asked
        and not axis.has_totals
        and len(np.unique(cells.codes[cells.moments[indicator.name].n > 0, place])) > 1
    ]
    named = f" (of {', '.join(apart)})" if apart else ""
    raise QuestionError(
        f"{int(table.moments.n[row]):,} rows give '{indicator.label}' of {group}:"
        " averages cannot be averaged",
        next_step=f"Choose one year, place or kind{named} with --where, or name it with"
        " --within.",
    )


def _of_several(table: Table, strata: tuple[str, ...]) -> list[str]:
    """A note on groups of which several rows speak, while one speaks of others."""
    several = np.flatnonzero(table.moments.n > 1)
    if not len(several):
        return []
    named = [table.names(int(row)) for row in several]
    key = strata[0] if strata else table.axes[-1].dimension.name
    values = list(dict.fromkeys(names[key] for names in named))
    more = f" and {len(values) - 6} more" if len(values) > 6 else ""
    said = (
        f"Of {', '.join(values[:6])}{more} the file gives several figures for one"
        " group, and none of them is shown: averages cannot be averaged. Choose one"
        " kind with --where."
    )
    return [said]


def _instead_of_rest(known: bool, indicator: Indicator) -> tuple[ReferenceChoice, str]:
    """Whom groups are compared with where nobody chose: all students, or the best."""
    if known:
        return ReferenceChoice(kind="overall"), (
            "Compared with all students: without numbers of students nobody can say"
            " what the average of the rest is."
        )
    best = "highest" if indicator.direction is Direction.HIGHER else "lowest"
    return ReferenceChoice(kind="highest"), (
        "The file has no figure of all students, so that each group is compared with"
        f" the group whose figure is {best}. Another can be named with --reference."
    )


def _about_chance(choice: ReferenceChoice) -> str:
    said = (
        "Intervals come from the publisher's standard errors, two groups being taken"
        " for independent samples."
    )
    if choice.kind == "overall":
        said += (
            " A group is part of all students, so that the interval of its difference"
            " is somewhat wider than it need be."
        )
    return said


def _row(
    table: Table,
    place: _Place,
    held: int,
    found: _Found,
    around: _Found,
    choice: ReferenceChoice,
    indicator: Indicator,
    question: Question,
    *,
    lacking: str,
) -> tuple[GapRow, float | None, float | None]:
    """A row before its verdict; the standard error of its difference and the margin."""
    names = [
        (axis.dimension.name, axis.groups[code])
        for axis, code in zip(table.axes, place, strict=True)
    ]
    own = found.get(place)
    group, other = _compared_with(table, place, held, found, around, choice, indicator)
    # A trait that has no group of the name is compared with all students.
    kind = "overall" if choice.kind == "group" and group is None else choice.kind
    reference = replace(_reference_of(kind, other, question.confidence), group=group)
    group_of = dict(names[held:])
    is_own = group == group_of
    reasons = dict.fromkeys(_COUNTED, NO_N)
    reasons |= dict.fromkeys(("ratio_low", "ratio_high"), "not worked out here")
    if own is None or own.n is None:
        reasons["n"] = NO_N
    row = GapRow(group=group_of, within=dict(names[:held]), reference=reference)
    untold = ("value", "low", "high", "difference", "ratio", "standardised", *_CHANCE)
    verdict = None if is_own else Verdict.NOT_ENOUGH_EVIDENCE
    if own is None or other is None or is_own:
        why = lacking if own is None else _NO_REFERENCE
        why = "it is the reference itself" if is_own and own is not None else why
        low, high = own.limits(question.confidence) if own else (None, None)
        nothing = untold if own is None else untold[3:]
        no_limits = (
            dict.fromkeys(("low", "high"), NO_ERROR) if own and low is None else {}
        )
        row = replace(
            row,
            n=own.n if own else None,
            value=own.value if own else None,
            low=low,
            high=high,
            verdict=verdict,
            reason=None if is_own and own else why,
            reasons=reasons | dict.fromkeys(nothing, why) | no_limits,
        )
        return row, None, None
    low, high = own.limits(question.confidence)
    difference = own.value - other.value
    spread = other.deviation or own.deviation
    error = None
    if own.error is not None and other.error is not None:
        error = float(np.hypot(own.error, other.error))
    if own.error is None:
        reasons |= dict.fromkeys(("low", "high"), NO_ERROR)
    if not error:
        reasons |= dict.fromkeys(_CHANCE, NO_ERROR)
    if spread is None:
        reasons["standardised"] = _NO_DEVIATION
    ratio = own.value / other.value if own.value >= 0 and other.value > 0 else None
    if ratio is None:
        reasons["ratio"] = "there is no ratio of figures that are not above 0"
    half = two_sided(question.confidence) * error if error else None
    # The best of several is partly luck: Bonferroni, over those it was chosen from.
    choices = (
        len(_that_may_be_best(table, place[:held], found))
        if choice.kind == "highest"
        else 1
    )
    row = replace(
        row,
        n=own.n,
        value=own.value,
        low=low,
        high=high,
        difference=difference,
        difference_low=None if half is None else difference - half,
        difference_high=None if half is None else difference + half,
        ratio=ratio,
        standardised=difference / spread if spread else None,
        detectable=float(found_four_times_in_five(np.array(error))) if error else None,
        p=min(float(2 * ndtr(-abs(difference) / error)) * choices, 1)
        if error
        else None,
        verdict=verdict,
        reason=None if error else NO_ERROR,
        reasons=reasons,
    )
    margin = question.margin
    if margin is None and indicator.is_rate:
        rarer = min(other.value, 1 - other.value)
        margin = min(RATE_MARGIN, RATE_MARGIN_SHARE * rarer)
    if margin is None and spread:
        margin = MEAN_MARGIN * spread
    return row, error, margin


def _judged(
    pairs: list[tuple[GapRow, float | None, float | None]],
    indicator: Indicator,
    question: Question,
) -> tuple[GapRow, ...]:
    """Rows with p adjusted over all of them, and what the evidence says."""
    p = np.array([np.nan if row.p is None else row.p for row, *_ in pairs], np.float64)
    q = adjust(p, question.adjust)
    rows = []
    for (row, error, margin), own in zip(pairs, q.tolist(), strict=True):
        low, high = row.difference_low, row.difference_high
        if error is None or not isinstance(low, float) or not isinstance(high, float):
            rows.append(row)
            continue
        verdict = Verdict.NOT_ENOUGH_EVIDENCE
        if low * high > 0 and own < 1 - question.confidence:
            up = (low > 0) == (indicator.direction is Direction.HIGHER)
            verdict = Verdict.BETTER if up else Verdict.WORSE
        elif low * high <= 0 and margin is not None and max(-low, high) <= margin:
            verdict = Verdict.NO_DIFFERENCE_SHOWN
        rows.append(replace(row, q=own, verdict=verdict))
    return tuple(rows)


def _reference_of(kind: str, figure: _Figure | None, confidence: float) -> Reference:
    if figure is None:
        return Reference(kind=kind)  # type: ignore[arg-type]
    low, high = figure.limits(confidence)
    return Reference(
        kind=kind,  # type: ignore[arg-type]
        n=figure.n, value=figure.value, low=low, high=high,
    )  # fmt: skip


def _that_may_be_best(
    table: Table, stratum: _Place, found: _Found
) -> dict[_Place, float]:
    """The groups of which the best is chosen: none that the file says is too small."""
    axis = table.axes[-1]
    return {
        key: figure.value
        for key, figure in found.items()
        if key[: len(stratum)] == stratum
        and axis.groups[key[-1]] != NOT_REPORTED
        and (figure.n is None or figure.n >= LEAST)
    }


def _compared_with(
    table: Table,
    place: _Place,
    held: int,
    found: _Found,
    around: _Found,
    choice: ReferenceChoice,
    indicator: Indicator,
) -> tuple[dict[str, str] | None, _Figure | None]:
    """The reference's group, where it is one, and what the file says of it."""
    axis = table.axes[-1]
    name = axis.dimension.name
    stratum = place[:held]
    if choice.kind == "number" and choice.number is not None:
        return None, _Figure(float(choice.number), error=0.0)
    if choice.kind == "group" and name in choice.named:
        group = choice.named[name]
        return {name: group}, found.get((*stratum, axis.groups.index(group)))
    if choice.kind == "highest":
        own = _that_may_be_best(table, stratum, found)
        sign = 1 if indicator.direction is Direction.HIGHER else -1
        best = max(own, key=lambda key: sign * own[key], default=None)
        if best is None:
            return None, None
        return {name: axis.groups[best[-1]]}, found[best]
    return None, around.get(stratum)
