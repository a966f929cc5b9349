"""The proof checked: plain arithmetic on the witnesses, which trusts nothing.

A witness is a block in other numbers.  It is one only if its cells are whole numbers
from 0 up, if everything that is shown comes out the same, and if it keeps to the codes.
A withheld figure is safe if the witnesses reach from 0 to the threshold, or, where the
rule itself does not withhold it, as far apart as the protection is wide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from equitable.privacy.policy import DEVIATION_FROM, Policy
from equitable.privacy.protection.block import Counted, Protected
from equitable.privacy.protection.lattice import Stratum
from equitable.privacy.protection.programme import Mask, Numbers

_SAME: Final = 1e-6
_CLOSE: Final = 1e-4
_MOVES: Final = 1e-3
"""How far a withheld sum must move, of what moves at random by about one."""
_STILL: Final = 1e-7
_TRIALS: Final = 3


def unproven(
    stratum: Stratum,
    protected: Protected,
    policy: Policy,
    deviations: Mapping[str, Mask] | None = None,
) -> tuple[str, ...]:
    """The withheld figures for which no proof holds, each in words.

    Parameters
    ----------
    stratum, protected
        A block, and what is withheld of it.
    policy
        The rules: what must be withheld is worked out from them once more.
    deviations
        For each mean, which standard deviations are withheld; without it none is shown.
    """
    rows = stratum.tables.rows
    found: list[str] = []
    worlds: dict[str, dict[int, list[Numbers]]] = {}
    for one in stratum.counted:
        worlds[one.name] = _worlds(rows, one, protected, policy)
    # A block's witness needs counts for every indicator about the same students.
    usable = set.intersection(*(set(own) for own in worlds.values()))
    for one in stratum.counted:
        layer, parts = protected.students[one.name], protected.counts[one.name]
        chain = protected.chains[one.name]
        sizes = [np.asarray(rows @ chain[number]) for number in sorted(usable)]
        n = np.asarray(rows @ one.students)
        small = n < policy.threshold
        if policy.zeros == "published":
            small &= n > 0
        floor = float(policy.zeros == "published")
        found += _missing_marks(stratum, f"students ({one.name})", small, layer.hidden)
        found += _short(
            stratum, f"students ({one.name})", sizes, n, layer.hidden, layer.primary,
            policy, floor, policy.width, layer.given_ones,
        )  # fmt: skip
        counts = [
            (np.asarray(rows @ world), np.asarray(rows @ chain[number]))
            for number, own in worlds[one.name].items()
            if number in usable
            for world in own
        ]
        yes = np.asarray(rows @ one.counts)
        width = policy.sum_width if one.amounts else policy.width
        found += _short(
            stratum, one.name, [seen for seen, _ in counts], yes, parts.yes.hidden,
            parts.yes.primary, policy, 0.0, width, parts.yes.given_ones,
        )  # fmt: skip
        if one.amounts:
            away = (deviations or {}).get(one.name)
            if away is not None:
                found += _spread(stratum, one, n, parts.yes.hidden, away)
            continue
        low = (yes < policy.threshold) | (n - yes < policy.threshold)
        low &= ~((n == 0) & (policy.zeros == "published"))
        found += _missing_marks(stratum, one.name, low, parts.yes.hidden)
        found += _short(
            stratum, f"not {one.name}", [size - seen for seen, size in counts], n - yes,
            parts.no.hidden, parts.no.primary, policy, 0.0, width,
            parts.no.given_ones,
        )  # fmt: skip
    return tuple(found)


def _spread(
    stratum: Stratum, one: Counted, n: Numbers, means: Mask, hidden: Mask
) -> list[str]:
    """The withheld standard deviations that shown ones give away.

    Behind each stands a sum of squares.  Finest cells are moved at random, then back as
    far as the shown sums ask for: a withheld sum that moves no more is made of those.
    """
    what = f"the standard deviation of {one.name}"
    found = _missing_marks(stratum, what, means | (n < DEVIATION_FROM), hidden)
    rows = stratum.tables.rows.tocsr()
    away = np.flatnonzero(hidden & (np.diff(rows.indptr) > 0))
    if hidden.all() or not len(away):
        return found
    shown = rows[np.flatnonzero(~hidden)]
    moved = np.zeros(len(away))
    chance = np.random.default_rng(1)
    for _ in range(_TRIALS):
        start = chance.standard_normal(rows.shape[1])
        move = _back(shown, start)
        if np.abs(shown @ move).max(initial=0.0) <= _STILL:
            np.maximum(moved, np.abs(rows[away] @ move), out=moved)
    return found + [
        f"{what} of {_named(stratum, row)} is made of shown ones"
        for row in away[moved < _MOVES].tolist()
    ]


def _back(shown: Any, start: Numbers) -> Numbers:
    """The part of a move that no shown sum sees, by least squares."""
    from scipy.sparse.linalg import lsmr  # noqa: PLC0415 - costly

    least = {"atol": 1e-14, "btol": 1e-14, "conlim": 0.0}
    move = start
    for _ in range(2):
        # What is left after once is taken away the second time.
        move = move - shown.T @ lsmr(shown.T, move, **least, maxiter=2000)[0]
    if np.abs(shown @ move).max(initial=0.0) > _STILL:
        exact = np.linalg.lstsq(shown.toarray().T, start, rcond=None)[0]
        move = start - shown.T @ exact
    return np.asarray(move, np.float64)


def _worlds(
    rows: Any, one: Counted, protected: Protected, policy: Policy
) -> dict[int, list[Numbers]]:
    """The witnesses that hold, by the witness of the students that they are under."""
    layer, parts = protected.students[one.name], protected.counts[one.name]
    chain = protected.chains[one.name]
    n = np.asarray(rows @ one.students)
    yes = np.asarray(rows @ one.counts)
    right: dict[int, list[Numbers]] = {}
    for number, cells in enumerate(chain):
        seen = np.asarray(rows @ cells)
        if (
            np.all(cells >= 0)
            and np.all(cells == np.round(cells))
            and np.all((seen == n) | layer.hidden)
            and not (policy.zeros == "published" and np.any(layer.hidden & (seen < 1)))
        ):
            right[number] = []
    right.setdefault(0, []).append(one.counts)
    slack = _CLOSE if one.amounts else 0.0
    for number, counts in parts.witnesses:
        if number not in right:
            continue
        seen = np.asarray(rows @ counts)
        whole = one.amounts or np.all(counts == np.round(counts))
        same = np.abs(seen - yes) <= (slack if one.amounts else _SAME)
        if (
            whole
            and np.all(counts >= -slack)
            and np.all(counts <= chain[number] + slack)
            and np.all(same | parts.yes.hidden)
            and np.all(seen >= parts.low - slack)
            and np.all(seen <= parts.high + slack)
        ):
            right[number].append(counts)
    return {number: own for number, own in right.items() if own}


def _missing_marks(stratum: Stratum, what: str, must: Mask, hidden: Mask) -> list[str]:
    return [
        f"{what} of {_named(stratum, row)} is shown and must be withheld"
        for row in np.flatnonzero(must & ~hidden).tolist()
    ]


def _short(
    stratum: Stratum,
    what: str,
    seen: Sequence[Numbers],
    values: Numbers,
    hidden: Mask,
    primary: Mask,
    policy: Policy,
    floor: float,
    width: float,
    given: Mask,
) -> list[str]:
    """The withheld figures that the witnesses leave too narrow."""
    every = np.stack([values, *seen])
    most, least = every.max(axis=0), every.min(axis=0)
    reached = (most >= policy.threshold) & (least <= floor)
    wide = most - least >= width - _CLOSE
    bad = hidden & ~np.where(primary, reached, wide)
    # What earlier releases tell of a group that is in none is not this one's to hide.
    bad &= ~(given & stratum.between)
    return [
        f"{what} of {_named(stratum, row)} is known to be from {least[row]:g} to"
        f" {most[row]:g}"
        for row in np.flatnonzero(bad).tolist()
    ]


def _named(stratum: Stratum, row: int) -> str:
    own = {**stratum.within, **dict(stratum.keys[row])}
    return ", ".join(f"{name}={label}" for name, label in own.items()) or "everyone"
