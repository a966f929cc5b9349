"""A release: everything that goes out together, protected together and then audited.

The figures are made from cells; which of them are withheld is decided over all linked
tables at once (``protection``); and what stands behind that decision - a whole school
in other numbers for every withheld figure - is checked by plain arithmetic before
anything is given out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any, Final

import numpy as np

from equitable.cube.cells import Cells
from equitable.errors import QuestionError
from equitable.measures.means import mean_interval
from equitable.measures.rates import wilson
from equitable.privacy.already_out import Known, Told, already_out
from equitable.privacy.aside import said_of_the_few
from equitable.privacy.filters import joined, refuse_merged_apart
from equitable.privacy.gate import Gated
from equitable.privacy.inequality import GatedInequality
from equitable.privacy.left_out import with_notes
from equitable.privacy.merging import MERGED, merged
from equitable.privacy.policy import DEVIATION_FROM, Policy
from equitable.privacy.protection.block import EVERY, Counted, Protected
from equitable.privacy.protection.certificate import unproven
from equitable.privacy.protection.lattice import (
    Stratum,
    groups_there,
    strata_of,
)
from equitable.privacy.protection.parts import withhold_parts
from equitable.privacy.protection.programme import Mask, Numbers
from equitable.privacy.release_gaps import gaps_of, summaries_of
from equitable.privacy.released import Audited, Released, ReleasedFigure, Withholding
from equitable.privacy.unfinished import Deviations, Unfinished
from equitable.vocabulary import NOT_REPORTED, WITHHELD, Count, Indicator

_OF_A_RATE: Final = ("count", "others", "value", "low", "high")
_OF_A_MEAN: Final = ("value", "low", "high", "deviation")
_NOTHING: Final = 1e-10
_LEFT: Final = 1e-6
_FEW_BLOCKS: Final = 24
"""With more blocks, none is gone over again altogether."""
_SMALL: Final = 200_000
"""Figures times finest cells of a block that is; a larger one takes minutes for it."""
_TRIES: Final = 4
"""How many of the dearest figures withheld of other blocks are tried once more."""
_UNSEEN: Final = 1e-3
"""What withholding a figure costs that stands in no release, for each student."""
_SMALL_OF_SEVERAL: Final = 120_000
"""The same of a block of several sets of students, where hardly any figure is free."""


def release_cells(
    cells: Cells,
    by: Sequence[str],
    *,
    depth: int = 2,
    year: str | None = None,
    policy: Policy | None = None,
    keep: Sequence[Mapping[str, str]] = (),
    seed: int = 1,
    earlier: Sequence[Told] = (),
    where: str | None = None,
    progress: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext(),
    unfinished: Unfinished | None = None,
) -> Released:
    """Protect everything that is asked for together, audit it, and shape it.

    Parameters
    ----------
    cells
        Of students, with an axis for each dimension and for the year.
    by, depth
        Every margin and intersection of up to ``depth`` dimensions.
    year
        The dimension of time.
    policy
        The rules; else the usual ones.
    keep
        Groups that must stay, as dimension → label (a headline's).
    seed
        Of what is left to chance: the same input, policy and seed give the same.
    earlier
        What is out already of the same students: it stays out, and what it withheld
        stays withheld.
    where
        The dimension of the cells that says whom the release is of; without it, all.
    progress
        Makes a context around each step, told what it is.
    unfinished
        Where each block is kept until the release is written.

    Raises
    ------
    QuestionError
        Where what is asked for cannot be released.
    """
    policy = policy or Policy()
    if policy.method == "round":
        raise ValueError("rounded figures are made by release_rounded")
    indicators = cells.indicators
    said = len(cells.provenance.notes)
    if policy.method == "merge":
        cells, together = merged(cells, by, year, policy.threshold)
        notes = tuple(
            f"In '{name}' these are one group, '{MERGED}': {', '.join(own)}."
            for name, own in together.items()
        )
        cells = replace(
            cells,
            provenance=replace(
                cells.provenance, notes=(*cells.provenance.notes, *notes)
            ),
        )
        refuse_merged_apart(together, earlier)
    both = joined(
        cells, by, year, depth=depth, threshold=policy.threshold, where=where,
        earlier=earlier, never={item for group in keep for item in group.items()},
    )  # fmt: skip
    cells = said_of_the_few(both.own, both.aside, min_n=policy.threshold)
    cells = with_notes(cells, both.left, year)
    aside = (*(((name, NOT_REPORTED),) for name in both.aside), *both.left)
    strata = strata_of(
        both.whole, indicators, by, depth=depth, year=year, seed=seed,
        further=sorted({key for out in both.told for _, _, key in out}),
        aside=aside, among=both.among,
    )  # fmt: skip
    figures: list[ReleasedFigure] = []
    ledger: list[Withholding] = []
    open_: list[str] = []
    found: list[tuple[Mapping[str, str], Gated]] = []
    summaries: list[tuple[Mapping[str, str], GatedInequality]] = []
    # A group that was withheld for others' sake in one year is dearer in the next.
    often: dict[int, Numbers] = {}
    witnesses, shares, exact = 0, [0.0, 0.0, 0.0, 0.0], True
    bounded = not earlier
    unfinished = unfinished or Unfinished()
    unfinished.blocks = len(strata)
    unfinished.of = "years" if year else "parts"
    for number, stratum in enumerate(strata, 1):
        label = " ".join(stratum.within.values()) or "every group"
        step = f"{label} ({number} of {len(strata)})" if len(strata) > 1 else label
        known = already_out(stratum, both.told, policy)
        weight = 1.0 + often.get(len(stratum.keys), np.zeros(len(stratum.keys)))
        size = stratum.tables.rows.shape[0] * stratum.tables.rows.shape[1]
        small = size <= (_SMALL if len(both.sets) < 2 else _SMALL_OF_SEVERAL)
        with progress(f"Protecting {step}"):
            protected, deviations = _protected(
                stratum, policy, keep, known, weight,
                tries=EVERY if small and len(strata) <= _FEW_BLOCKS else _TRIES,
                unfinished=unfinished,
            )  # fmt: skip
        hidden = protected.students[stratum.counted[0].name]
        further = (hidden.hidden & ~hidden.primary).astype(np.float64)
        often[len(stratum.keys)] = weight - 1.0 + further / len(strata)
        with progress(f"Checking the proof of {step}"):
            open_ += unproven(stratum, protected, policy, deviations)
        witnesses += sum(len(p.witnesses) for p in protected.counts.values())
        ledger += ledger_of(stratum, protected)
        shown = figures_of(stratum, protected, deviations, indicators, policy)
        figures += shown
        first = protected.students[stratum.counted[0].name]
        asked, away = first.values[: stratum.asked], first.hidden[: stratum.asked]
        shares[0] += float(asked[away].sum())
        shares[1] += float(asked.sum())
        bounded &= protected.bound is not None
        shares[2] += protected.bound or 0.0
        shares[3] += protected.cost or 0.0
        exact &= protected.exact
        with progress(f"Comparing groups of {step}"):
            gaps = gaps_of(cells, stratum, shown, by, depth, policy, year, aside)
            found += gaps
            summaries += summaries_of(cells, gaps, year)
    unfinished.tell()
    audit = Audited(
        withheld=sum(one.withheld for one in figures),
        witnesses=witnesses,
        unproven=tuple(open_),
    )
    if not audit.passed:
        raise QuestionError(
            f"{len(open_)} of the figures could not be protected, so nothing is"
            " released",
            next_step="Ask for fewer dimensions or a smaller --depth"
            + (", or leave out --keep." if keep else "."),
        )
    every = max(shares[1], 1.0)
    return Released(
        policy=policy,
        seed=seed,
        dimensions=tuple(by),
        groups=groups_there(cells, by, strata),
        depth=depth,
        year=year,
        indicators=indicators,
        figures=tuple(figures),
        gaps=tuple(found),
        summaries=tuple(summaries),
        ledger=tuple(ledger),
        audit=audit,
        share_withheld=shares[0] / every,
        times_the_bound=shares[3] / shares[2] if bounded and shares[2] else None,
        methods=("exact",) if exact else ("heuristic",),
        left_out=both.left,
        notes=cells.provenance.notes[said:],
        provenance=replace(
            cells.provenance, audited=True, internal=False, min_n=policy.threshold
        ),
    )


def _protected(
    stratum: Stratum,
    policy: Policy,
    keep: Sequence[Mapping[str, str]],
    known: Known,
    weight: Numbers,
    *,
    tries: int,
    unfinished: Unfinished,
) -> tuple[Protected, Deviations]:
    kept = np.zeros(len(stratum.keys), bool)
    kept[stratum.tables.everyone] = True
    wanted = [tuple(sorted(group.items())) for group in keep]
    asked = stratum.keys[: stratum.asked]
    kept[: stratum.asked] |= np.array([key in wanted for key in asked])
    # What nobody publishes costs nobody anything.
    weight = np.where(stratum.between, _UNSEEN, weight)
    protected, deviations = unfinished.protect(
        stratum, policy, kept=kept, known=known, weight=weight, tries=tries,
        deviations=lambda made: deviations_of(stratum, made, policy, kept),
    )  # fmt: skip
    for key in wanted:
        if key not in asked:
            named = ", ".join(f"{name}={label}" for name, label in key)
            raise QuestionError(
                f"there is no group '{named}' to keep",
                next_step="Name a group of the release: --keep race=Black.",
            )
        place = stratum.keys.index(key)
        lost = [n for n, layer in protected.students.items() if layer.hidden[place]]
        if lost:
            named = ", ".join(f"{name}={label}" for name, label in key)
            small = protected.students[lost[0]].primary[place]
            raise QuestionError(
                f"'{named}' cannot stay: "
                + (
                    f"it is under the threshold of {policy.threshold}"
                    if small
                    else "whatever else is withheld, it would give a small group away"
                ),
                next_step="Keep a larger group, or ask for fewer dimensions.",
            )
    return protected, deviations


def deviations_of(
    stratum: Stratum, protected: Protected, policy: Policy, kept: Mask
) -> Deviations:
    """For each mean, which standard deviations are withheld.

    Sums of squares are withheld with their means, and under 30 students; and further
    ones, until none that is withheld is a sum of shown ones.  Where that cannot be
    had, all of them are withheld.
    """
    found = {}
    for one in stratum.counted:
        if not one.amounts or one.squared is None:
            continue
        layer, parts = protected.students[one.name], protected.counts[one.name]
        away = parts.yes.hidden | (layer.values < DEVIATION_FROM)
        hidden = withhold_parts(
            stratum.tables.rows, one.squared, [one.students], away, policy,
            kept=kept, cost=layer.values + 1.0, amounts=True,
        ).yes.hidden  # fmt: skip
        if added_up(stratum.tables.rows, hidden).any():
            hidden = np.ones(len(hidden), bool)
        found[one.name] = hidden
    return found


def added_up(rows: Any, hidden: Mask) -> Mask:
    """Which hidden figures are sums and differences of shown ones, whatever they are.

    Parameters
    ----------
    rows
        Sparse, shape (figures, cells).
    hidden
        Shape (figures,).
    """
    shown = rows[np.flatnonzero(~hidden)].toarray()
    # Directions that the shown figures span: what is left of a hidden one is unknown.
    _, sizes, directions = np.linalg.svd(shown, full_matrices=False)
    span = directions[sizes > _NOTHING * max(float(sizes.max(initial=0.0)), 1.0)]
    every = rows.toarray()
    left = every - (every @ span.T) @ span
    return np.asarray(hidden & (np.abs(left).max(axis=1, initial=0.0) < _LEFT))


def figures_of(
    stratum: Stratum,
    protected: Protected,
    deviations: Mapping[str, Mask],
    indicators: Sequence[Indicator],
    policy: Policy,
) -> list[ReleasedFigure]:
    """Everything that is told of a block's groups, or withheld of them.

    Parameters
    ----------
    stratum, protected
        A block, and what is withheld of it.
    deviations
        Which standard deviations are, for each mean: of ``deviations_of``.
    """
    return [
        figure
        for indicator, one in zip(indicators, stratum.counted, strict=True)
        for figure in _of_indicator(
            stratum, one, protected, deviations.get(one.name), indicator, policy
        )
    ]


def _of_indicator(
    stratum: Stratum,
    one: Counted,
    protected: Protected,
    deviations: Mask | None,
    indicator: Indicator,
    policy: Policy,
) -> list[ReleasedFigure]:
    layer, parts = protected.students[one.name], protected.counts[one.name]
    found = []
    for row, key in enumerate(stratum.keys[: stratum.asked]):
        base: dict[str, Any] = {
            "indicator": indicator.name, "group": dict(key), "within": stratum.within,
        }  # fmt: skip
        n: Count = WITHHELD if layer.hidden[row] else int(layer.values[row])
        hidden = bool(parts.yes.hidden[row])
        if indicator.is_rate:
            if hidden or not isinstance(n, int):
                away: dict[str, Any] = dict.fromkeys(_OF_A_RATE, WITHHELD)
                found.append(
                    ReleasedFigure(
                        **base, n=n, **away, coded=_coded(n, parts.coded[row], policy)
                    )
                )
                continue
            count = int(parts.yes.values[row])
            interval = wilson(count, n) if n else None
            found.append(
                ReleasedFigure(
                    **base, n=n, count=count, others=n - count,
                    value=count / n if n else None,
                    low=float(interval.low) if interval else None,
                    high=float(interval.high) if interval else None,
                )
            )  # fmt: skip
            continue
        if hidden or not isinstance(n, int):
            away = dict.fromkeys(_OF_A_MEAN, WITHHELD)
            found.append(ReleasedFigure(**base, n=n, **away))
            continue
        shown = deviations is not None and not deviations[row]
        found.append(_mean(base, stratum, one, row, n, shown=shown))
    return found


def _mean(
    base: Mapping[str, Any],
    stratum: Stratum,
    one: Counted,
    row: int,
    n: int,
    *,
    shown: bool,
) -> ReleasedFigure:
    if one.sums is None or one.squares is None or not n:
        return ReleasedFigure(**base, n=n)
    rows = stratum.tables.rows
    total = float((rows[[row]] @ one.sums)[0])
    squares = float((rows[[row]] @ one.squares)[0])
    mean = one.pivot + total / n
    if not shown or n < DEVIATION_FROM:
        away: dict[str, Any] = dict.fromkeys(_OF_A_MEAN[1:], WITHHELD)
        return ReleasedFigure(**base, n=n, value=mean, **away)
    spread = max(squares - total * total / n, 0.0) / (n - 1)
    interval = mean_interval(n, mean, spread * (n - 1))
    return ReleasedFigure(
        **base, n=n, value=mean, deviation=float(np.sqrt(spread)),
        low=float(interval.low), high=float(interval.high),
    )  # fmt: skip


def _coded(n: Count, coded: float, policy: Policy) -> tuple[str, float] | None:
    if not isinstance(n, int) or not coded:
        return None
    share = policy.code_words(n)
    if share is None:
        return None
    return ("<", share) if coded < 0 else (">", 1 - share)


def ledger_of(stratum: Stratum, protected: Protected) -> list[Withholding]:
    """Each withheld figure and the reason, for the register alone."""
    found = []
    for one in stratum.counted:
        layer, parts = protected.students[one.name], protected.counts[one.name]
        for row, key in enumerate(stratum.keys[: stratum.asked]):
            base: dict[str, Any] = {
                "indicator": one.name, "group": dict(key), "within": stratum.within,
            }  # fmt: skip
            if layer.hidden[row]:
                why = (
                    "under the threshold" if layer.primary[row] else "to protect others"
                )
                found.append(
                    Withholding(
                        **base, what="students", reason=why,
                        cost=float(layer.values[row]),
                    )
                )  # fmt: skip
            elif parts.yes.hidden[row]:
                small = parts.yes.primary[row] or parts.no.primary[row]
                found.append(
                    Withholding(
                        **base, what="figures",
                        reason="under the threshold" if small else "to protect others",
                        cost=float(layer.values[row]),
                    )
                )  # fmt: skip
    return found
