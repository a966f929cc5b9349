"""The proof that rounded figures hold, by plain arithmetic which trusts nothing.

A world is a block in other numbers.  It looks the same from outside if its cells are
whole numbers from 0 up and each of its figures lies at most the stated distance from
the published one.  For every figure whose true value is under the threshold there must
be a world in which it is 0, and one in which it is the threshold or more.

Both are near at hand: the rounded block is a world itself; without a figure's cells it
is one with 0 there, and with as many as the threshold more in one of its cells it is
one with at least the threshold.  They are checked all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from equitable.privacy.policy import Policy
from equitable.privacy.protection.block import Counted
from equitable.privacy.protection.lattice import Stratum
from equitable.privacy.protection.programme import Numbers
from equitable.privacy.protection.rounded import RoundedBlock, families_of

_SIDES: Final = ("students", "with the outcome", "without it")


def unproven_rounding(
    stratum: Stratum, rounded: RoundedBlock, policy: Policy
) -> tuple[tuple[str, ...], int]:
    """What no proof holds for, in words; and how many worlds were checked.

    Parameters
    ----------
    stratum, rounded
        A block, and how it was rounded.
    policy
        Its threshold and base.
    """
    found: list[str] = []
    worlds = 0
    for family in families_of(stratum.counted):
        proof = _Proof(stratum.tables.rows, family, rounded, policy)
        found += proof.wrong_numbers()
        for side, row, one in proof.small():
            for up in (False, True):
                worlds += 1
                if not proof.reaches(side, row, one, up=up):
                    named = ", ".join(
                        f"{name}={label}"
                        for name, label in (
                            *stratum.within.items(),
                            *stratum.keys[row],
                        )
                    )
                    end = policy.threshold if up else 0
                    found.append(
                        f"{family[one].name}: {_SIDES[side]} of {named or 'everyone'}"
                        f" cannot be {end}"
                    )
    return tuple(found), worlds


class _Proof:
    def __init__(
        self,
        rows: Any,
        family: Sequence[Counted],
        rounded: RoundedBlock,
        policy: Policy,
    ) -> None:
        self.rows, self.family, self.policy = rows, family, policy
        self.distance, self.base = rounded.distance, policy.rounds_to
        self.n = rounded.students[family[0].name]
        self.same = all(
            np.array_equal(self.n, rounded.students[one.name]) for one in family
        )
        self.counts = [rounded.counts[one.name] for one in family]
        self.true = self._figures(family[0].students, [one.counts for one in family])
        self.published = self._figures(self.n, self.counts)

    def _figures(self, n: Numbers, counts: Sequence[Numbers]) -> list[Numbers]:
        """Students; then those with and without each outcome."""
        every = np.asarray(self.rows @ n)
        found = [every]
        for count in counts:
            own = np.asarray(self.rows @ count)
            found += [own, every - own]
        return found

    def _looks_the_same(self, n: Numbers, counts: Sequence[Numbers]) -> bool:
        whole = all(np.array_equal(one, np.round(one)) for one in (n, *counts))
        inside = all(np.all((one >= 0) & (one <= n)) for one in (n, *counts))
        near = all(
            np.all(np.abs(seen - told) <= self.distance)
            for seen, told in zip(self._figures(n, counts), self.published, strict=True)
        )
        return whole and inside and near

    def wrong_numbers(self) -> list[str]:
        """What is no multiple of the base, or lies too far from the truth."""
        found = []
        name = self.family[0].name
        if not self.same or any(
            np.any(one % self.base) for one in (self.n, *self.counts)
        ):
            found.append(f"{name}: a cell is no multiple of {self.base}")
        if self.distance < self.policy.threshold:
            found.append(f"{name}: {self.distance} is less than the threshold")
        if not self._looks_the_same(self.n, self.counts):
            found.append(f"{name}: the rounded cells are no block")
        for seen, told in zip(self.true, self.published, strict=True):
            if np.any(np.abs(seen - told) > self.distance):
                found.append(f"{name}: a figure lies further than {self.distance}")
        return found

    def small(self) -> list[tuple[int, int, int]]:
        """Figures under the threshold: which side, which row, of which indicator."""
        found = []
        for place, values in enumerate(self.true):
            side, one = ((place - 1) % 2 + 1, (place - 1) // 2) if place else (0, 0)
            under = np.flatnonzero(values < self.policy.threshold)
            found += [(side, row, one) for row in under.tolist()]
        return found

    def reaches(self, side: int, row: int, one: int, *, up: bool) -> bool:
        """Whether a world has 0 there, or the threshold or more (``up``)."""
        cells = self.rows[[row]].indices
        if not len(cells):
            return False
        n, counts = self.n.copy(), [own.copy() for own in self.counts]
        others = n - counts[one]
        if up:
            n[cells[0]] += self.policy.threshold
            if side == 1:
                counts[one][cells[0]] += self.policy.threshold
        elif side == 0:
            for own in (n, *counts):
                own[cells] = 0
        elif side == 1:
            counts[one][cells] = 0
        else:
            counts[one][cells] += others[cells]
        seen = self._figures(n, counts)[0 if side == 0 else 2 * one + side][row]
        reached = seen >= self.policy.threshold if up else seen == 0
        return bool(reached and self._looks_the_same(n, counts))
