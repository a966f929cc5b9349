"""What earlier releases told of a block: it can neither be taken back nor given away.

Where the data are as they were, a figure that is out stays shown at no cost, and one
that was withheld stays withheld.  Where they were put right meanwhile, a figure that
changed by fewer than the threshold is withheld: the two together would tell of those
few.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from equitable.privacy.policy import Policy
from equitable.privacy.protection.lattice import Key, Stratum
from equitable.privacy.protection.programme import Mask

Out: TypeAlias = Mapping[tuple[str, Key, Key], tuple[int | None, int | None]]
"""What a release told: by indicator, year and group, the number of students and the
count; ``None`` where withheld."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A release that is out, and whom it is of.

    Attributes
    ----------
    figures
        What it told.
    by, threshold
        Its dimensions and its policy's threshold: they decide which few without a
        group are in none of its figures.
    where
        The name of the dimension that says who meets its condition; ``None`` where all
        of the cells do.
    left
        Groups that are in none of its figures, with their year.
    """

    figures: Out
    by: tuple[str, ...]
    threshold: int
    where: str | None = None
    left: tuple[Key, ...] = ()


@dataclass(slots=True)
class Known:
    """Masks over a block's figures.

    By the indicator's name those of its students, by the name and ``+`` its counts.
    """

    shown: dict[str, Mask] = field(default_factory=dict)
    away: dict[str, Mask] = field(default_factory=dict)


def already_out(stratum: Stratum, earlier: Sequence[Out], policy: Policy) -> Known:
    """Which figures of a block are out, and which were withheld.

    Parameters
    ----------
    stratum
        A block, with the figures of earlier releases among its own.
    earlier
        What each of them told.
    policy
        Its threshold is what a change must reach to be shown.
    """
    known = Known()
    changed = False
    within = tuple(sorted(stratum.within.items()))
    made = stratum.between
    keys = [stratum.told_as(row) for row in range(len(stratum.keys))]
    for one in stratum.counted:
        n = np.asarray(stratum.tables.rows @ one.students)
        count = np.asarray(stratum.tables.rows @ one.counts)
        rate = not one.amounts
        told = [out for out in earlier if any(key[0] == one.name for key in out)]
        if not told:
            continue
        for place, values in ((0, n), (1, count)):
            if place and not rate:
                continue
            shown = np.zeros(len(values), bool)
            away = np.zeros(len(values), bool)
            for row, key in enumerate(keys):
                beyond = row >= stratum.asked and not made[row]
                seen = [
                    out[one.name, within, key]
                    for out in told
                    if (one.name, within, key) in out
                ]
                numbers = [both for both in seen if both[place] is not None]
                away[row] = (bool(seen) and not numbers) or (beyond and not seen)
                if numbers:
                    change = _changes(numbers[-1], n[row], count[row])[place]
                    changed |= any(change)
                    shown[row] = not any(change)
                    few = any(0 < each < policy.threshold for each in change)
                    away[row] = few or (beyond and any(change))
            name = one.name if not place else f"{one.name}+"
            known.shown[name], known.away[name] = shown, away
    if changed:
        # What is out is of other numbers: it says nothing for certain of these.
        for name, own in known.shown.items():
            beyond_asked = np.arange(len(own)) >= stratum.asked
            known.away[name] |= own & beyond_asked
            known.shown[name] = np.zeros(len(own), bool)
        _withhold_near(stratum, earlier, policy, known)
    return known


def _changes(
    before: tuple[int | None, int | None], n: float, count: float
) -> tuple[list[float], list[float]]:
    """By how many the students changed; and the counts of both outcomes."""
    students, counted = before
    there = [] if students is None else [abs(n - students)]
    if counted is None or students is None:
        return there, []
    others = (n - count) - (students - counted)
    return there, [abs(count - counted), abs(others)]


def _withhold_near(
    stratum: Stratum, earlier: Sequence[Out], policy: Policy, known: Known
) -> None:
    """Withhold what is nearly the same as was told of more students, or of fewer.

    The data are not as they were, so that the two are no figures of one block.  Still,
    one less the other is nearly the number of those who are in one set alone.
    """
    if stratum.among is None:
        return
    place = {key: row for row, key in enumerate(stratum.keys) if row >= stratum.asked}
    within = tuple(sorted(stratum.within.items()))
    rows = stratum.tables.rows
    for one in stratum.counted:
        if one.name not in known.away:
            continue
        n, count = np.asarray(rows @ one.students), np.asarray(rows @ one.counts)
        for row, pair in itertools.product(range(stratum.asked), stratum.among.beside):
            key = tuple(sorted((*stratum.keys[row], *pair)))
            other = place.get(key)
            if other is not None and not (rows[[row]] != rows[[other]]).nnz:
                # The condition itself says that these are the same students.
                continue
            for told in earlier:
                if (one.name, within, key) not in told:
                    continue
                students, counts = _changes(
                    told[one.name, within, key], n[row], count[row]
                )
                near = any(each < policy.threshold for each in students)
                known.away[one.name][row] |= near
                if f"{one.name}+" in known.away:
                    few = any(each < policy.threshold for each in counts)
                    known.away[f"{one.name}+"][row] |= near or few
