"""Which counts of some among the students are withheld: those with an outcome.

A count never stands alone: what is left of the group is a count too.  Both sides are
held to the threshold, and every witness is one of the whole block: numbers of students
that look the same from outside, and among them counts that look the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from equitable.privacy.policy import Policy
from equitable.privacy.protection.economy import Side, spared
from equitable.privacy.protection.programme import ENDLESS, Mask, Numbers, Programme
from equitable.privacy.protection.sides import Parts, copied, fresh
from equitable.privacy.protection.students import Layer, hard, shut

_SLIGHT: Final = 1e-3
_PARENTS: Final = 8
_SAME: Final = 2e-5
_CODE: Final = 0.1
"""The price of giving no code, against that of withholding a figure."""


def withhold_parts(
    rows: Any,
    cells: Numbers,
    parents: Sequence[Numbers],
    parents_hidden: Mask,
    policy: Policy,
    *,
    kept: Mask,
    cost: Numbers,
    both: bool = True,
    amounts: bool = False,
    shown: Mask | None = None,
    hidden: Mask | None = None,
    tries: int = 0,
    unseen: Mask | None = None,
) -> Parts:
    """Choose which counts to withhold until each has its witnesses.

    Parameters
    ----------
    rows
        Sparse, shape (figures, cells).
    cells
        Shape (cells,): how many of each finest cell are counted.
    parents
        The numbers of students that counts are among: first as they are, then every
        witness for a withheld one.  Each shape (cells,).
    parents_hidden
        Figures whose number of students is withheld: so are their counts.
    policy, kept, cost, shown, hidden, tries, unseen
        As in ``withhold_students``.
    both
        Whether those not counted are held to the threshold as well, and rates near 0 %
        and 100 % coded.
    amounts
        Whether these are sums, in shares of the most that one student can add, and not
        counts: withheld with their students, and not for being small.
    """
    search = _Search(
        rows, cells, parents, parents_hidden, policy, both=both and not amounts,
        amounts=amounts, cost=cost, kept=kept, shown=shown, hidden=hidden,
        unseen=unseen,
    )  # fmt: skip
    for number in range(len(parents)):
        search.under(number)
    search.rest()
    if tries and not amounts:
        search.economise(tries)
    search.spare()
    return search.parts


class _Search:
    """The programmes solved for one count."""

    def __init__(
        self,
        rows: Any,
        cells: Numbers,
        parents: Sequence[Numbers],
        parents_hidden: Mask,
        policy: Policy,
        *,
        both: bool,
        amounts: bool,
        cost: Numbers,
        kept: Mask,
        shown: Mask | None,
        hidden: Mask | None,
        unseen: Mask | None,
    ) -> None:
        self.unseen = unseen
        self.rows, self.cells, self.parents = rows, cells, parents
        self.cost, self.hard = np.where(kept, hard(cost), cost), hard(cost)
        self.shut = shut(cost)
        self.away, self.t, self.both = parents_hidden, policy.threshold, both
        self.amounts = amounts
        self.width = policy.sum_width if amounts else policy.width
        self.policy = policy
        self.size = np.asarray(rows @ parents[0], np.float64)
        self.sizes = [np.asarray(rows @ one, np.float64) for one in parents]
        values = np.asarray(rows @ cells, np.float64)
        self.fixed = np.zeros(len(values), bool) if shown is None else shown
        yes, no = fresh(values), fresh(self.size - values)
        self.parts = Parts(
            yes=yes, no=no, low=np.zeros(len(values)),
            high=np.full(len(values), ENDLESS),
            coded=np.zeros(len(values)), witnesses=[], joint=[],
        )  # fmt: skip
        if not both:
            no.hidden = np.zeros(len(values), bool)
        self.programme = Programme(rows, values, parents[0])
        self.first = np.zeros(len(values), bool) if hidden is None else hidden
        self._first(self.first)
        self.small = self.parts.yes.primary | self.parts.no.primary

    def _first(self, hidden: Mask) -> None:
        """What the rule withholds, and the codes."""
        parts, t = self.parts, self.t
        for row, n in enumerate(self.size.tolist()):
            yes, no = parts.yes.values[row], parts.no.values[row]
            if self.fixed[row]:
                self.programme.bound(row, (0.0, 0.0), (0.0, 0.0))
                continue
            most = None if self.away[row] or not self.both else self.policy.code(int(n))
            limit = t - 1 if most is None else most
            small, rest = yes <= limit and not self.amounts, self.both and no <= limit
            if not (self.away[row] or small or rest or hidden[row]):
                continue
            parts.yes.primary[row] = small and (yes < t or most is not None)
            parts.no.primary[row] = self.both and (
                no < t or (most is not None and bool(rest))
            )
            coded = 0 if most is None else -1 if small else 1 if rest else 0
            self._hide(row, coded)

    def _hide(self, row: int, coded: int = 0) -> None:
        """Withhold a count: from here on it may be what its code, if any, allows."""
        parts, n = self.parts, float(self.size[row])
        parts.yes.hidden[row] = True
        parts.no.hidden[row] = self.both
        parts.coded[row] = coded
        if coded:
            most = float(self.policy.code(int(n)) or 0)
            parts.low[row], parts.high[row] = (
                (n - most, n) if coded > 0 else (0.0, most)
            )
        self._free(row)

    def _uncode(self, row: int) -> None:
        """Give no code: it would give something away."""
        parts = self.parts
        parts.coded[row], parts.low[row], parts.high[row] = 0, 0.0, ENDLESS
        self._free(row)

    def _limits(self, row: int) -> tuple[float, float]:
        """How far a withheld count may lie above, and below, its value."""
        parts, value = self.parts, self.parts.yes.values[row]
        over = ENDLESS if parts.high[row] >= ENDLESS else parts.high[row] - value
        return over, value - parts.low[row]

    def _free(self, row: int) -> None:
        over, under = self._limits(row)
        coded = self.parts.coded[row]
        far = (ENDLESS if coded < 0 else 0.0, ENDLESS if coded > 0 else 0.0)
        self.programme.bound(row, (0.0, over), (0.0, under), far=far)

    def _price(self, least: float = 0.0) -> None:
        """A withheld count moves at no price; further than its code, at that of one."""
        price = np.maximum(self.cost, least)
        self.programme.price(np.where(self.parts.yes.hidden, 0.0, price), _CODE * price)

    def under(self, number: int) -> None:
        """Counts under another witness of the students, one way and another."""
        programme, parts = self.programme, self.parts
        sizes = self.sizes[number]
        programme.hold(self.parents[number])
        self._price()
        # As they are, the counts are a witness of their own.
        found = number == 0
        for layer, sign in ((parts.yes, -1.0), (parts.no, 1.0)):
            wanted = self._wanting(layer) & (
                (sizes >= self.t) | (layer.least > 0) | ~layer.primary
            )
            if found and not wanted.any():
                continue
            pull = np.asarray(self.rows[np.flatnonzero(wanted)].sum(axis=0)).ravel()
            programme.wish(sign * _SLIGHT * pull)
            point = self._solution()
            if point is not None:
                self._note(point, number)
                found = True
        programme.wish(np.zeros(len(self.cells)))
        if not found:
            parts.joint.append(number)

    def rest(self) -> None:
        """What is still open: each by itself, under whichever witness would do."""
        sides = (self.parts.yes, self.parts.no)
        for side in sides:
            for row in np.flatnonzero(side.primary).tolist():
                if side.most[row] < self.t and not self._anywhere(
                    side, row, self.t, up=True
                ):
                    self._fell_short(side, row, "up")
                if side.least[row] > 0 and not self._anywhere(side, row, 0, up=False):
                    self._fell_short(side, row, "down")
        tried: set[tuple[int, int]] = set()
        while True:
            left = [
                (place, row)
                for place, side in enumerate(sides)
                for row in np.flatnonzero(self._wanting(side) & ~side.primary).tolist()
                if (place, row) not in tried
            ]
            if not left:
                return
            place, row = left[0]
            tried.add(left[0])
            side, wide = sides[place], self.width
            if self._anywhere(
                side, row, side.least[row] + wide, up=True
            ) or self._anywhere(side, row, side.most[row] - wide, up=False):
                continue
            if self.unseen is not None and self.unseen[row]:
                side.given.add(row)
            else:
                side.open.append((row, "width"))

    def _fell_short(self, side: Layer, row: int, wanted: str) -> None:
        """Where what is out tells too much of a count, its width has to do."""
        if self.unseen is None:
            side.open.append((row, wanted))
        else:
            side.primary[row] = False

    def economise(self, tries: int) -> None:
        """Do without each count withheld for others' sake, if that costs less."""
        tried: set[int] = set()
        for _ in range(tries):
            if self.parts.yes.open or self.parts.no.open:
                return
            parts = self.parts
            must = self.away | self.small | self.first
            spare = parts.yes.hidden & ~must
            left = np.flatnonzero(
                spare if self.unseen is None else spare & ~self.unseen
            )
            left = left[[row not in tried for row in left.tolist()]]
            if not len(left):
                return
            row = int(left[np.argmax(self.cost[left])])
            tried.add(row)
            self._without(row, must)

    def _without(self, row: int, must: Mask) -> None:
        """Bar a count from being withheld, and take that back where it costs more."""
        parts, price = self.parts, self.cost
        before = replace(
            parts, yes=copied(parts.yes), no=copied(parts.no), low=parts.low.copy(),
            high=parts.high.copy(), coded=parts.coded.copy(),
            witnesses=list(parts.witnesses), joint=list(parts.joint),
        )  # fmt: skip
        paid = self._paid()
        self.cost = price.copy()
        self.cost[row] = self.hard
        for side, values in (
            (parts.yes, parts.yes.values),
            (parts.no, parts.no.values),
        ):
            side.hidden &= must
            side.least, side.most = values.copy(), values.copy()
        witnesses, parts.witnesses = parts.witnesses, []
        for other in np.flatnonzero(~parts.yes.hidden & ~self.fixed).tolist():
            self.programme.bound(other)
        for number, point in witnesses:
            seen = float((self.rows[[row]] @ point)[0])
            if abs(seen - parts.yes.values[row]) < 0.5:
                self._note(point, number)
        self.rest()
        reached = {number for number, _ in parts.witnesses} | {0}
        lost = {number for number, _ in witnesses} - reached
        if parts.yes.open or parts.no.open or lost or self._paid() >= paid:
            self.parts, self.cost = before, price
            for other in range(len(must)):
                if self.fixed[other]:
                    continue
                if self.parts.yes.hidden[other]:
                    self._free(other)
                else:
                    self.programme.bound(other)

    def _paid(self) -> float:
        """What is withheld costs, and codes that are not given."""
        hidden = self.parts.yes.hidden
        uncoded = hidden & (self.parts.coded == 0)
        return float(
            self.cost[hidden].sum() + _CODE * self.cost[uncoded & ~self.away].sum()
        )

    def spare(self) -> None:
        """Show what need not be withheld; every parent keeps a witness."""
        parts = self.parts
        if parts.yes.open or parts.no.open or not parts.witnesses:
            return
        seen = np.asarray(
            (self.rows @ np.stack([one for _, one in parts.witnesses], axis=1)).T
        )
        sizes = np.stack([self.sizes[number] for number, _ in parts.witnesses])
        asked = {
            "floor": 0.0,
            "threshold": self.t,
            "width": self.width,
            "still": _SAME if self.amounts else 0.5,
        }
        sides = [
            Side(
                seen=seen,
                values=parts.yes.values,
                primary=parts.yes.primary,
                given=parts.yes.given_ones,
                **asked,
            ),
        ]
        if self.both:
            no = parts.no
            sides.append(
                Side(
                    seen=sizes - seen,
                    values=no.values,
                    primary=no.primary,
                    given=no.given_ones,
                    **asked,
                )
            )
        forced = self.away | self.small | (parts.coded != 0) | self.first
        hidden, kept = spared(sides, parts.yes.hidden, forced, self.cost)
        parts.yes.hidden = hidden
        parts.no.hidden = hidden & self.both
        least = _SAME if self.amounts else 0.5
        moves = (np.abs(seen - parts.yes.values) > least) & ~hidden
        still = ~moves.any(axis=1)
        covered = {parts.witnesses[i][0] for i in np.flatnonzero(kept)}
        for i in np.flatnonzero(still & ~kept).tolist():
            if parts.witnesses[i][0] not in covered:
                covered.add(parts.witnesses[i][0])
                kept[i] = True
        lost = {number for number, _ in parts.witnesses} - covered
        parts.joint.extend(sorted(lost))
        parts.witnesses = [
            one for one, need in zip(parts.witnesses, kept, strict=True) if need
        ]

    def _wanting(self, layer: Layer) -> Mask:
        """Withheld counts that lack a witness."""
        short = (layer.most < self.t) | (layer.least > 0)
        narrow = layer.most - layer.least < self.width
        wanting: Mask = layer.hidden & np.where(layer.primary, short, narrow)
        return wanting

    def _anywhere(self, side: Layer, row: int, goal: float, *, up: bool) -> bool:
        """Whether a figure reaches a goal under some number of students."""
        sizes = np.array([sizes[row] for sizes in self.sizes])
        order = np.argsort(-sizes if up else sizes, kind="stable")[:_PARENTS]
        some = [
            number
            for number in dict.fromkeys([0, *order.tolist()])
            if number not in self.parts.joint
        ]
        # First without withholding anything further; then where it costs least.
        if any(
            self._reach(side, row, number, goal, up=up, price=self.shut)
            for number in some
        ):
            return True
        paid = {
            number: self._paid_under(side, row, number, goal, up=up) for number in some
        }
        return any(
            self._reach(side, row, number, goal, up=up, price=0.0)
            for number in sorted(some, key=paid.__getitem__)
            if paid[number] < ENDLESS
        )

    def _paid_under(
        self, side: Layer, row: int, number: int, goal: float, *, up: bool
    ) -> float:
        """What it costs, broken numbers allowed, to reach a goal under a parent."""
        if not self._aimed(side, row, number, goal, up=up, price=0.0):
            return ENDLESS
        found = self.programme.paid() if self.programme.solve() else ENDLESS
        self._free(row)
        return found

    def _reach(
        self,
        side: Layer,
        row: int,
        number: int,
        goal: float,
        *,
        up: bool,
        price: float,
    ) -> bool:
        """A witness under a parent in which one side of a figure reaches a goal.

        ``price`` is the least price of a figure that is shown: one that moves in spite
        of the highest price is no witness.
        """
        if not self._aimed(side, row, number, goal, up=up, price=price):
            return False
        point = self._solution()
        self._free(row)
        if point is None or (price and self._hides(point)):
            return False
        self._note(point, number)
        return True

    def _aimed(
        self,
        side: Layer,
        row: int,
        number: int,
        goal: float,
        *,
        up: bool,
        price: float,
    ) -> bool:
        """Whether the goal can be asked of the programme at all; it is then set."""
        if side is self.parts.no:
            goal, up = self.sizes[number][row] - goal, not up
        value = self.parts.yes.values[row]
        over, under = self._limits(row)
        most, least = (over, -under) if up else (goal - value, -under)
        if up:
            least = max(least, goal - value)
        most = min(most, over)
        if goal < 0 or goal > self.sizes[number][row] or most < least:
            return False
        programme = self.programme
        programme.hold(self.parents[number])
        self._price(price)
        # The two are never both above 0 where one of them has a price; here none has.
        programme.bound(
            row,
            (max(least, 0.0), max(most, 0.0)),
            (max(-most, 0.0), max(-least, 0.0)),
        )
        return True

    def _hides(self, point: Numbers) -> bool:
        """Whether a point moves a figure that is shown, or one beyond its code."""
        parts = self.parts
        seen = np.asarray(self.rows @ point, np.float64)
        least = _SAME if self.amounts else 0.5
        moved = (np.abs(seen - parts.yes.values) > least) & ~parts.yes.hidden
        return bool((moved | (seen > parts.high) | (seen < parts.low)).any())

    def _solution(self) -> Numbers | None:
        if not self.programme.solve():
            return None
        return (
            self.programme.point() if self.amounts else self.programme.whole(self.cells)
        )

    def _note(self, point: Numbers, number: int) -> None:
        parts = self.parts
        seen = np.asarray(self.rows @ point, np.float64)
        least = _SAME if self.amounts else 0.5
        moved = (np.abs(seen - parts.yes.values) > least) & ~parts.yes.hidden
        for row in np.flatnonzero(moved).tolist():
            self._hide(row)
        beyond = (seen > parts.high) | (seen < parts.low)
        for row in np.flatnonzero(beyond).tolist():
            self._uncode(row)
        parts.yes.saw(seen)
        parts.no.saw(self.sizes[number] - seen)
        parts.witnesses.append((number, point))
