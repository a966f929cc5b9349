"""A release of rounded figures: nothing but rounded numbers, and what follows of them.

Every number of students and every count is a multiple of the base, and all tables add
up.  Rates, gaps, intervals and summaries are worked out from the rounded numbers alone,
as if these were the true ones: whoever has the rounded numbers has them too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Cells, Moments
from equitable.errors import InputError, QuestionError
from equitable.measures.rates import wilson
from equitable.measures.results import GapRow
from equitable.privacy.already_out import Out
from equitable.privacy.gate import Gated
from equitable.privacy.inequality import GatedInequality
from equitable.privacy.policy import MOST_THRESHOLD, Policy
from equitable.privacy.protection.lattice import Stratum, strata_of
from equitable.privacy.protection.programme import Numbers
from equitable.privacy.protection.rounded import RoundedBlock, Told, round_block
from equitable.privacy.protection.rounding_proof import unproven_rounding
from equitable.privacy.release_gaps import gaps_of, summaries_of
from equitable.privacy.released import Audited, Released, ReleasedFigure
from equitable.vocabulary import WITHHELD, Verdict

TIMES_FOR_A_RATE: Final = 10
"""A rate is given from so many times the largest distance on: it is then off by a tenth
at most.  Numbers that lie up to d from the true ones, in both outcomes and together,
move a rate by d / n at most."""


def refuse_mixed(
    policy: Policy, earlier: Sequence[Policy], keep: Sequence[Mapping[str, str]]
) -> None:
    """Refuse to round what was withheld before, or the other way round.

    Raises
    ------
    InputError
        Where an earlier release of the same students has another kind of policy: exact
        numbers and rounded ones together tell what neither tells.
    QuestionError
        Where groups are to be kept, of which none is withheld.
    """
    rounds = policy.method == "round"
    for number, one in enumerate(earlier, start=1):
        if (one.method == "round") != rounds:
            what = ("rounded", "exact") if not rounds else ("exact", "rounded")
            raise InputError(
                f"release {number} of these students gave {what[0]} numbers: with"
                f" {what[1]} ones beside them, a reader could work out more than either"
                " tells",
                next_step="Release them in the same way as before"
                + (", without --round." if rounds else ", with --round."),
            )
        if rounds and (one.rounds_to, one.threshold) != (
            policy.rounds_to,
            policy.threshold,
        ):
            raise InputError(
                f"release {number} of these students rounded to multiples of"
                f" {one.rounds_to}, with a threshold of {one.threshold}: a second"
                " rounding beside it would narrow what each number can be",
                next_step="Keep to that base and threshold (--base, --threshold).",
            )
    if rounds and keep:
        raise QuestionError(
            "no group is withheld where numbers are rounded, so that none is to keep",
            next_step="Leave out --keep.",
        )


def release_rounded(
    cells: Cells,
    by: Sequence[str],
    *,
    depth: int = 2,
    year: str | None = None,
    policy: Policy,
    seed: int = 1,
    earlier: Sequence[Out] = (),
    say: Any = lambda _: None,
) -> Released:
    """Round everything that is asked for together, prove that it holds, and shape it.

    Parameters
    ----------
    cells, by, depth, year, seed, say
        As in ``release_cells``.
    policy
        One that rounds.
    earlier
        What is out already of the same students, rounded: it is told again as it was.

    Raises
    ------
    QuestionError
        Where something is a mean, or cannot be rounded safely.
    InputError
        Where a year is out already and its data or the question are others now.
    """
    indicators = cells.indicators
    for one in indicators:
        if not one.is_rate:
            raise QuestionError(
                f"'{one.name}' is a mean, and rounding protects counts of students"
                " only",
                next_step="Leave it out, or release without --round.",
            )
    strata = strata_of(cells, indicators, by, depth=depth, year=year, seed=seed)
    blocks: list[RoundedBlock] = []
    for stratum in strata:
        label = " ".join(stratum.within.values())
        say(f"Rounding {label or 'every group'}")
        told = _told(stratum, earlier)
        chance = np.random.default_rng(_secret(cells, stratum, seed))
        found = round_block(
            stratum.tables.rows, stratum.counted, policy.rounds_to, chance, told=told
        )
        if found is None:
            raise (
                _changed(label)
                if told
                else QuestionError(
                    "there are too many tables to be rounded so that all add up",
                    next_step="Ask for fewer dimensions or a smaller --depth.",
                )
            )
        blocks.append(found)
    distance = max((one.distance for one in blocks), default=policy.rounds_to)
    open_: list[str] = []
    worlds = 0
    figures: list[ReleasedFigure] = []
    gaps: list[tuple[Mapping[str, str], Gated]] = []
    summaries: list[tuple[Mapping[str, str], GatedInequality]] = []
    fewest = TIMES_FOR_A_RATE * distance
    # What is compared has a rate on both sides.
    compared = Policy(threshold=min(fewest, MOST_THRESHOLD))
    for stratum, block in zip(strata, blocks, strict=True):
        lacking, tried = unproven_rounding(stratum, block, policy)
        open_ += lacking
        worlds += tried
        own = _figures(stratum, block, fewest)
        figures += own
        rounded = _cells_of(cells, stratum, block, by, year)
        say(f"Comparing groups{' of ' + ' '.join(stratum.within.values())}")
        some = gaps_of(rounded, stratum, own, by, depth, compared, year)
        gaps += [(within, _sure(one, distance)) for within, one in some]
        summaries += summaries_of(rounded, some, year)
    if open_:
        raise QuestionError(
            f"{len(open_)} of the figures could not be protected, so nothing is"
            " released",
            next_step="Ask for fewer dimensions or a smaller --depth.",
        )
    return Released(
        policy=policy,
        seed=seed,
        dimensions=tuple(by),
        groups={name: cells.axes[cells.axis(name)].groups for name in by},
        depth=depth,
        year=year,
        indicators=indicators,
        figures=tuple(figures),
        gaps=tuple(gaps),
        summaries=tuple(summaries),
        left_out=(),
        ledger=(),
        audit=Audited(
            withheld=sum(one.withheld for one in figures), witnesses=worlds, unproven=()
        ),
        share_withheld=0.0,
        times_the_bound=None,
        methods=("rounding",),
        notes=_notes(policy, distance, fewest),
        distance=distance,
        provenance=replace(
            cells.provenance, audited=True, internal=False, min_n=policy.threshold
        ),
    )


def _notes(policy: Policy, distance: int, fewest: int) -> tuple[str, ...]:
    what = (
        "Every number of students and every count is rounded to a multiple of"
        f" {policy.rounds_to}, up or down by chance, and lies at most {distance} from"
        " the true one. All tables add up. A 0 stands for few or nobody."
    )
    rest = (
        "Rates, gaps and summaries are of the rounded numbers. Their intervals take"
        " these for exact: they tell of chance among students, not of the rounding,"
        f" which moves a rate by up to {distance} divided by the number of students."
        " A verdict is given where the rounding alone could not have made it."
    )
    few = (
        f"Rates are given of groups of {fewest} students or more, as rounded: of fewer,"
        " the rounding could move them by more than 10 percentage points."
    )
    return what, rest, few


def _told(stratum: Stratum, earlier: Sequence[Out]) -> dict[str, Told]:
    """What is out of a block, by indicator; empty where nothing is."""
    within = tuple(sorted(stratum.within.items()))
    names = [name for name, _ in within]
    before = [
        out
        for out in earlier
        # Years once told apart and once together are the same students.
        if any(key[1] == within or [n for n, _ in key[1]] != names for key in out)
    ]
    if not before:
        return {}
    found = {}
    for one in stratum.counted:
        told = []
        for key in stratum.keys:
            place = (one.name, within, key)
            numbers = next((out[place] for out in before if place in out), None)
            if numbers is None or None in numbers:
                label = " ".join(stratum.within.values())
                raise InputError(
                    "rounded figures of these students are out already"
                    + (f" for {label}" if label else "")
                    + ", and this release asks for others beside them: two roundings"
                    " of the same students narrow what each number can be",
                    next_step="Ask for outcomes and traits that are in one of the"
                    " earlier releases. What will be asked belongs into the first one.",
                )
            told.append(numbers)
        every = np.array(told, np.float64)
        found[one.name] = Told(students=every[:, 0], counts=every[:, 1])
    return found


def _changed(label: str) -> InputError:
    return InputError(
        "rounded figures of these students are out already"
        + (f" for {label}" if label else "")
        + ", and the data have changed so that they hold no longer: a second rounding"
        " beside the first would tell of those who came or went",
        next_step="Leave the earlier release as it is: it is right for the day on which"
        " it was made. A year that is not out yet can be released from a file of its"
        " own.",
    )


def _secret(cells: Cells, stratum: Stratum, seed: int) -> int:
    """Where chance begins: nobody knows it who does not have the data.

    The same file, question and seed give the same.
    """
    held = hashlib.sha256(f"{seed} {sorted(stratum.within.items())}".encode())
    for file in cells.provenance.files:
        held.update(str(file.sha256).encode())
    held.update(cells.codes.tobytes())
    for name in sorted(cells.moments):
        own = cells.moments[name]
        for numbers in (own.n, own.missing, own.total):
            held.update(np.ascontiguousarray(numbers).tobytes())
    return int.from_bytes(held.digest(), "big")


def _figures(
    stratum: Stratum, block: RoundedBlock, fewest: int
) -> list[ReleasedFigure]:
    found = []
    rows = stratum.tables.rows
    for one in stratum.counted:
        students = np.asarray(rows @ block.students[one.name])
        counts = np.asarray(rows @ block.counts[one.name])
        for row, key in enumerate(stratum.keys):
            n, count = int(students[row]), int(counts[row])
            base: dict[str, Any] = {
                "indicator": one.name, "group": dict(key), "within": stratum.within,
                "n": n, "count": count, "others": n - count,
            }  # fmt: skip
            if n < fewest:
                found.append(
                    ReleasedFigure(**base, value=WITHHELD, low=WITHHELD, high=WITHHELD)
                )
                continue
            interval = wilson(count, n)
            found.append(
                ReleasedFigure(
                    **base, value=count / n, low=float(interval.low),
                    high=float(interval.high),
                )
            )  # fmt: skip
    return found


def _sure(gated: Gated, distance: int) -> Gated:
    """Without the verdicts that the rounding alone could have made.

    Everyone else is everyone less a group, so that both are rounded in it.
    """
    rows = tuple(_doubted(row, distance) for row in gated.gaps.rows)
    return replace(gated, gaps=replace(gated.gaps, rows=rows))


def _doubted(row: GapRow, distance: int) -> GapRow:
    reference, low, high = row.reference, row.difference_low, row.difference_high
    if not (
        isinstance(row.n, int)
        and isinstance(reference.n, int)
        and isinstance(low, float)
        and isinstance(high, float)
        and row.n > 0
        and reference.n > 0
    ):
        return row
    times = 2 if reference.kind == "rest" else 1
    off = distance / row.n + times * distance / reference.n
    if row.verdict in (Verdict.WORSE, Verdict.BETTER):
        doubtful = min(abs(low), abs(high)) <= off
    else:
        doubtful = not isinstance(row.detectable, float) or off > row.detectable
    if not doubtful or row.verdict is None:
        return row
    return replace(row, verdict=Verdict.NOT_ENOUGH_EVIDENCE)


def _cells_of(
    cells: Cells, stratum: Stratum, block: RoundedBlock, by: Sequence[str],
    year: str | None,
) -> Cells:  # fmt: skip
    """The rounded block as cells: all that is compared is made of them."""
    some = np.any([own > 0 for own in block.students.values()], axis=0)
    codes = stratum.tables.codes[some]
    axes = [cells.axes[cells.axis(name)] for name in by]
    if year is not None:
        axis = cells.axes[cells.axis(year)]
        place = axis.groups.index(stratum.within[year])
        when = [i for i, member in enumerate(axis.members) if member == (place,)]
        axes.append(axis)
        codes = np.c_[codes, np.full(len(codes), when[0])]
    moments = {
        name: _moments(block.students[name][some], block.counts[name][some])
        for name in block.students
    }
    return replace(
        cells,
        axes=tuple(axes),
        codes=codes.astype(np.int64),
        students=_most([own.n for own in moments.values()]),
        moments=moments,
        weighted=False,
        weight=None,
        lacking={},
        held={},
    )


def _most(several: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.asarray(np.max(np.stack(several), axis=0), np.int64)


def _moments(n: Numbers, count: Numbers) -> Moments:
    return Moments(
        n=n.astype(np.int64), missing=np.zeros(len(n), np.int64), total=count.copy(),
        squares=count.copy(), weight=n.copy(), weight_squares=n.copy(),
        weighted_total=count.copy(), weighted_squares=count.copy(),
        spare=np.zeros(len(n)),
    )  # fmt: skip
