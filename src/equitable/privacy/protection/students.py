"""Which numbers of students are withheld, with a witness for every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from equitable.privacy.policy import Policy
from equitable.privacy.protection.economy import Side, spared
from equitable.privacy.protection.programme import ENDLESS, Mask, Numbers, Programme

_SIDEWAYS: Final = 1e-6
_ROOM: Final = 4
_DEARER: Final = 2.0


def shut(cost: Numbers) -> float:
    """A price that no figure has: whoever pays it withholds as few as can be."""
    return _DEARER * float(cost.max(initial=1.0))


def hard(cost: Numbers) -> float:
    """The price of what must stay: more than all others together, at the shut price."""
    return _DEARER * shut(cost) * max(len(cost), 1)


@dataclass(slots=True)
class Layer:
    """One kind of number over all figures of a block: students, or counts of them.

    Attributes
    ----------
    values
        Shape (figures,): the numbers as they are.
    hidden
        Which are withheld.
    primary
        Which are withheld by the rule itself.
    least, most
        What the witnesses reach.
    open
        Figures of which no witness was found: (figure, what was wanted).
    given
        Figures that nobody publishes and that earlier releases alone leave narrow.
    """

    values: Numbers
    hidden: Mask
    primary: Mask
    least: Numbers
    most: Numbers
    witnesses: list[Numbers] = field(default_factory=list)
    open: list[tuple[int, str]] = field(default_factory=list)
    given: set[int] = field(default_factory=set)

    @property
    def given_ones(self) -> Mask:
        """The given ones as a mask over the figures."""
        return np.isin(np.arange(len(self.values)), sorted(self.given))

    def saw(self, seen: Numbers) -> None:
        """Take note of what a witness's figures are."""
        np.maximum(self.most, seen, out=self.most)
        np.minimum(self.least, seen, out=self.least)


def withhold_students(
    rows: Any,
    cells: Numbers,
    policy: Policy,
    *,
    kept: Mask,
    cost: Numbers,
    upper: Numbers | None = None,
    shown: Mask | None = None,
    hidden: Mask | None = None,
    small: Mask | None = None,
    together: int = 1,
    stay: Numbers | None = None,
    begun: Sequence[Numbers] = (),
    tries: int = 0,
    unseen: Mask | None = None,
) -> Layer:
    """Choose what to withhold until every withheld number has its witnesses.

    Parameters
    ----------
    rows
        Sparse, shape (figures, cells).
    cells
        Shape (cells,): students in each finest cell.
    policy
        The threshold, and whether zeros are shown.
    kept
        Figures that should stay: withheld only where nothing else would do.
    cost
        What withholding each figure costs: its students, or more of what matters more.
    upper
        The most students that a cell can hold; without limit where it is ``None``.
    shown
        Figures that are out already: they can not be withheld any more.
    hidden
        Figures to withhold in any case.
    small
        Figures that the rule withholds for another number about the same students.
    together
        How many kinds of number stand one after the other in ``rows``, of the same
        groups: a group that is withheld of one kind is withheld of all.
    stay
        Shape (cells,): students of each cell that witnesses leave where they are if
        they can, as counts of an outcome would have to move with them.
    begun
        Witnesses that are known already, each shape (cells,).
    tries
        For how many figures withheld for others' sake to try to do without, the
        dearest first.
    unseen
        Where releases of other students are out: figures that no release publishes,
        and that a reader makes of several.  What is out may tell already that a number
        is not 0, or is under the threshold: then an interval of the width is enough.
    """
    values = np.asarray(rows @ cells, np.float64)
    t = policy.threshold
    primary = values < t
    if small is not None:
        primary |= small
    if policy.zeros == "published":
        primary &= values > 0
    fixed = np.zeros(len(values), bool) if shown is None else shown
    if policy.zeros == "published":
        fixed = fixed | (values == 0)
    away = (primary if hidden is None else primary | hidden) & ~fixed
    layer = Layer(
        values=values,
        hidden=away,
        primary=primary & ~fixed,
        least=values.copy(),
        most=values.copy(),
    )
    # Where even everyone is withheld nothing else holds a witness's students down.
    most = float(cells.sum()) + _ROOM * t
    limit = np.full(rows.shape[1], most) if upper is None else upper
    programme = Programme(rows, values, limit, stay)
    floor = 1.0 if policy.zeros == "published" else 0.0
    search = _Search(programme, layer, cells, cost, kept, fixed, floor, rows, t)
    search.together, search.unseen = together, unseen
    forced = layer.primary.copy() if hidden is None else layer.primary | hidden
    search.hide(np.zeros(len(values), bool))
    for point in begun:
        search.take(point)
    search.reach(t)
    search.widen(policy.width)
    if tries and not layer.open:
        search.economise(forced, policy.width, tries)
    if not layer.open:
        _spare(layer, rows, forced, np.where(kept, 0.0, cost), floor, policy, together)
    return layer


def _spare(
    layer: Layer,
    rows: Any,
    forced: Mask,
    cost: Numbers,
    floor: float,
    policy: Policy,
    together: int,
) -> None:
    """Show what need not be withheld, and keep the witnesses that are needed."""
    if not layer.witnesses:
        return
    every = np.asarray((rows @ np.stack(layer.witnesses, axis=1)).T, np.float64)
    sides = [
        Side(
            seen=seen,
            values=values,
            primary=primary,
            floor=floor,
            threshold=policy.threshold,
            width=policy.width,
            given=given,
        )
        for seen, values, primary, given in zip(
            np.split(every, together, axis=1),
            np.split(layer.values, together),
            np.split(layer.primary, together),
            np.split(layer.given_ones, together),
            strict=True,
        )
    ]
    group = any_kind(layer.hidden, together)
    needed = any_kind(forced, together)
    hidden, kept = spared(sides, group, needed, cost.reshape(together, -1).sum(axis=0))
    layer.hidden &= np.tile(hidden, together)
    layer.witnesses = [
        one for one, need in zip(layer.witnesses, kept, strict=True) if need
    ]
    layer.least, layer.most = layer.values.copy(), layer.values.copy()
    for seen in every[kept]:
        layer.saw(seen)


class _Search:
    """The programmes solved for one layer."""

    def __init__(
        self,
        programme: Programme,
        layer: Layer,
        cells: Numbers,
        cost: Numbers,
        kept: Mask,
        fixed: Mask,
        floor: float,
        rows: Any,
        goal: float,
    ) -> None:
        self.programme, self.layer, self.cells = programme, layer, cells
        self.cost, self.floor, self.hard = (
            np.where(kept, hard(cost), cost),
            floor,
            hard(cost),
        )
        self.together, self.fixed = 1, fixed
        self.unseen: Mask | None = None
        self.rows, self.goal = rows, goal
        self.down = np.maximum(layer.values - floor, 0.0)
        for row in range(programme.count):
            if fixed[row]:
                programme.bound(row, (0.0, 0.0), (0.0, 0.0))
            elif floor:
                programme.bound(row, under=(0.0, float(self.down[row])))

    def reach(self, threshold: int) -> None:
        """Every primary number could be from the least to the threshold."""
        layer = self.layer
        order = np.argsort(-layer.values, kind="stable")
        for row in order.tolist():
            if not layer.primary[row]:
                continue
            if layer.most[row] < threshold and not self._move(
                row, up=threshold - layer.values[row]
            ):
                self._fell_short(row, "up")
        for row in order.tolist():
            if not layer.primary[row]:
                continue
            if layer.least[row] > self.floor and not self._move(
                row, down=layer.values[row] - self.floor
            ):
                self._fell_short(row, "down")

    def _fell_short(self, row: int, wanted: str) -> None:
        """Where what is out tells too much of a figure, its width has to do."""
        if self.unseen is None:
            self.layer.open.append((row, wanted))
        else:
            self.layer.primary[row] = False

    def widen(self, width: int) -> None:
        """Every withheld number could be anything in an interval of that width."""
        layer = self.layer
        tried: set[int] = set()
        while True:
            narrow = layer.hidden & ~layer.primary & (layer.most - layer.least < width)
            left = [row for row in np.flatnonzero(narrow).tolist() if row not in tried]
            if not left:
                return
            row = left[0]
            tried.add(row)
            up = width - (layer.values[row] - layer.least[row])
            down = width - (layer.most[row] - layer.values[row])
            if self._move(row, up=up) or self._move(row, down=down):
                continue
            if self.unseen is not None and self.unseen[row]:
                layer.given.add(row)
            else:
                layer.open.append((row, "width"))

    def economise(self, must: Mask, width: int, tries: int) -> None:
        """Do without each figure withheld for others' sake, if that costs less."""
        layer = self.layer
        must = np.tile(any_kind(must, self.together), self.together)
        tried: set[int] = set()
        for _ in range(tries):
            spare = layer.hidden & ~must
            left = np.flatnonzero(
                spare if self.unseen is None else spare & ~self.unseen
            )
            left = left[[row not in tried for row in left.tolist()]]
            if not len(left):
                return
            row = int(left[np.argmax(self.cost[left])])
            groups = len(layer.values) // self.together
            same = np.arange(row % groups, len(layer.values), groups)
            tried.update(same.tolist())
            self._without(same, must, width)

    def _without(self, rows: NDArray[np.int64], must: Mask, width: int) -> None:
        """Bar a group from being withheld, and take that back where it costs more."""
        layer = self.layer
        before = (layer.hidden, layer.witnesses, layer.least, layer.most)
        paid, price = float(self.cost[layer.hidden].sum()), self.cost.copy()
        self.cost = price.copy()
        self.cost[rows] = self.hard
        seen = [np.asarray(self.rows @ one, np.float64) for one in layer.witnesses]
        still = [
            (one, own)
            for one, own in zip(layer.witnesses, seen, strict=True)
            if np.all(np.abs(own[rows] - layer.values[rows]) <= 0.5)
        ]
        layer.hidden = must & ~self.fixed
        layer.witnesses = [one for one, _ in still]
        layer.least, layer.most = layer.values.copy(), layer.values.copy()
        for _, own in still:
            layer.saw(own)
            self.hide(np.abs(own - layer.values) > 0.5)
        self.reach(int(self.goal))
        self.widen(width)
        if layer.open or float(self.cost[layer.hidden].sum()) >= paid:
            layer.open.clear()
            layer.hidden, layer.witnesses, layer.least, layer.most = before
            self.cost = price

    def _move(self, row: int, *, up: float = 0.0, down: float = 0.0) -> bool:
        """A witness in which a figure lies so much above or below its value."""
        if down > self.down[row]:
            return False
        programme, layer = self.programme, self.layer
        programme.price(np.where(layer.hidden, 0.0, self.cost))
        lacking = layer.primary & (
            (layer.most < self.goal) if up else (layer.least > self.floor)
        )
        pull = np.asarray(self.rows[np.flatnonzero(lacking)].sum(axis=0)).ravel()
        programme.hope((-_SIDEWAYS if up else _SIDEWAYS) * pull)
        if up:
            programme.bound(row, (up, ENDLESS), (0.0, 0.0))
        else:
            programme.bound(row, (0.0, 0.0), (down, float(self.down[row])))
        found = programme.whole(self.cells) if programme.solve() else None
        programme.bound(row, under=(0.0, ENDLESS if not self.floor else self.down[row]))
        if found is None:
            return False
        self.take(found)
        return True

    def take(self, witness: Numbers) -> None:
        """Add a witness: what moves in it is withheld."""
        seen: NDArray[np.float64] = np.asarray(self.rows @ witness, np.float64)
        self.hide(np.abs(seen - self.layer.values) > 0.5)
        self.layer.saw(seen)
        self.layer.witnesses.append(witness)

    def hide(self, moved: Mask) -> None:
        """Withhold what moved, and the other numbers of the same groups."""
        layer = self.layer
        every = any_kind(layer.hidden | moved, self.together)
        layer.hidden = np.tile(every, self.together) & ~self.fixed


def any_kind(marked: Mask, together: int) -> Mask:
    """Groups of which any kind of number is marked."""
    found: Mask = np.asarray(marked.reshape(together, -1).any(axis=0))
    return found
