"""Clearing a report: what it shows is protected and proved as a release is.

A release chooses its own figures; a report has questions of its own - the latest year
in full, the years before by single traits, schools side by side, one school beside all
others.  All groups that it would tell of are gathered first; those of a year are one
block of linked figures, protected together; and what is withheld has its witnesses
before a page is made.

A chart of places (``Block`` without crossings) is a block of its own.  It shares
nothing with the others but everyone, and as long as everyone is shown in both, students
in other numbers here and in other numbers there can always be the same students: two
tables of the same total have a common refinement.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from equitable.cube.cells import Cells
from equitable.errors import QuestionError
from equitable.privacy.policy import Policy
from equitable.privacy.protection.block import EVERY, protect_block
from equitable.privacy.protection.certificate import unproven
from equitable.privacy.protection.lattice import Key, Stratum, strata_of
from equitable.privacy.release import deviations_of, figures_of
from equitable.privacy.released import Audited, ReleasedFigure
from equitable.vocabulary import WITHHELD

_MOST: Final = 1_500_000
"""Figures times finest cells times kinds of students of a block: about a minute."""
_SMALL: Final = 40_000
"""Figures times finest cells of a block that is gone over for all it withholds."""
_TRIES: Final = 8
"""How many figures withheld for others' sake of a larger one: the dearest."""
_PLAIN: Final = 12.0
"""How many times dearer it is to withhold a group of one trait than a crossing."""
_RATHER: Final = 40.0
"""How many times dearer it is to withhold a group that a page speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Cells, and the groups that are told of each year.

    ``groups`` are by the year's label, '' where there are no years; the year is not
    among a group's dimensions.
    """

    cells: Cells
    groups: Mapping[str, Collection[Key]]
    crossed: bool = True
    """Whether it is the main block; else one of places side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """What a report withholds, proved: made by ``clear`` alone.

    Attributes
    ----------
    hidden
        For each indicator's name the groups withheld, the year among their dimensions.
    audit
        How many figures are withheld, and how many witnesses stand for them.
    """

    policy: Policy
    hidden: Mapping[str, frozenset[Key]]
    figures: tuple[ReleasedFigure, ...]
    audit: Audited

    def of(self, indicator: str, stratum: Mapping[str, str]) -> frozenset[Key]:
        """The groups withheld of one indicator in one stratum, without its names."""
        held = set(stratum.items())
        return frozenset(
            tuple(item for item in key if item not in held)
            for key in self.hidden.get(indicator, frozenset())
            if held <= set(key)
        )


def clear(
    blocks: Sequence[Block],
    *,
    year: str | None,
    policy: Policy,
    rather: Collection[Key] = (),
    aside: Sequence[Key] = (),
    seed: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Clearance:
    """Withhold until nothing that is withheld can be worked out, and prove it.

    Parameters
    ----------
    blocks
        The main one first, then those of places side by side.  The same students, the
        few without a group taken out of all of them.
    year
        The dimension of time.
    policy
        The rules.
    rather
        Groups that should stay if others can go instead.
    aside
        Groups that are in no figure, with their year.
    seed
        Of what is left to chance.

    Raises
    ------
    QuestionError
        Where there are too many groups to prove anything of, or no proof was found.
    """
    hidden: dict[str, set[Key]] = {}
    figures: list[ReleasedFigure] = []
    open_: list[str] = []
    witnesses = 0
    for block in blocks:
        strata = strata_of(
            block.cells, block.cells.indicators, (), depth=0, year=year, seed=seed,
            only=block.groups, aside=aside,
        )  # fmt: skip
        for stratum in strata:
            _refuse_too_large(stratum)
            label = " ".join(stratum.within.values())
            say(f"Protecting {label or 'every group'}")
            shown, found, count = _of_stratum(stratum, block, policy, rather)
            open_ += found
            witnesses += count
            if not block.crossed:
                shown = _beside(shown, figures)
            figures += shown
            for one in shown:
                if one.withheld or one.deviation is WITHHELD:
                    hidden.setdefault(one.indicator, set()).add(_key(one))
    if open_:
        raise QuestionError(
            f"{len(open_)} of the figures could not be protected",
            next_step="Ask for fewer dimensions or a smaller --depth.",
        )
    return Clearance(
        policy=policy,
        hidden={name: frozenset(keys) for name, keys in hidden.items()},
        figures=tuple(figures),
        audit=Audited(
            withheld=sum(one.withheld for one in figures),
            witnesses=witnesses,
            unproven=(),
        ),
    )


def _of_stratum(
    stratum: Stratum,
    block: Block,
    policy: Policy,
    rather: Collection[Key],
) -> tuple[list[ReleasedFigure], tuple[str, ...], int]:
    """The figures of one year's block; what could not be proved; the witnesses."""
    kept = np.zeros(len(stratum.keys), bool)
    kept[stratum.tables.everyone] = True
    weight = np.array([_weight(key, rather) for key in stratum.keys])
    small = stratum.tables.rows.shape[0] * stratum.tables.rows.shape[1] <= _SMALL
    protected = protect_block(
        stratum.tables.rows, stratum.counted, policy, kept=kept, weight=weight,
        tries=EVERY if small else _TRIES,
    )  # fmt: skip
    deviations = deviations_of(stratum, protected, policy, kept)
    shown = figures_of(stratum, protected, deviations, block.cells.indicators, policy)
    count = sum(len(parts.witnesses) for parts in protected.counts.values())
    return shown, unproven(stratum, protected, policy, deviations), count


def _weight(key: Key, rather: Collection[Key]) -> float:
    """How dear a group is to withhold, against one where traits cross."""
    if key in rather:
        return _RATHER
    return _PLAIN if len(key) == 1 else 1.0


def _beside(
    shown: Sequence[ReleasedFigure], main: Sequence[ReleasedFigure]
) -> list[ReleasedFigure]:
    """Places side by side, withheld altogether where a shared group is withheld.

    What stands in both blocks must be the same in each one's witnesses: everyone, and
    a place that a page speaks of.
    """
    there = {(one.indicator, _key(one)): one.withheld for one in main}
    found: list[ReleasedFigure] = []
    for name in dict.fromkeys(one.indicator for one in shown):
        own = [one for one in shown if one.indicator == name]
        lost = any(
            one.withheld or there[name, _key(one)]
            for one in own
            if (name, _key(one)) in there
        )
        found += [_held_back(one) for one in own] if lost else own
    return found


def _key(one: ReleasedFigure) -> Key:
    return tuple(sorted({**one.group, **one.within}.items()))


def _held_back(one: ReleasedFigure) -> ReleasedFigure:
    away: dict[str, Any] = dict.fromkeys(
        ("n", "count", "others", "value", "low", "high", "deviation"), WITHHELD
    )
    return ReleasedFigure(
        indicator=one.indicator, group=one.group, within=one.within, **away
    )


def _refuse_too_large(stratum: Stratum) -> None:
    """More than can be proved in about a minute is not begun."""
    rows = stratum.tables.rows
    kinds = len({one.students.tobytes() for one in stratum.counted})
    if rows.shape[0] * rows.shape[1] * (1 + kinds * (kinds > 1)) <= _MOST:
        return
    raise QuestionError(
        f"{rows.shape[0]:,} groups of {rows.shape[1]:,} finest ones are too many to"
        " prove anything of",
        next_step="Ask for fewer dimensions or a smaller --depth.",
    )
