"""What a release's means and standard deviations give away of those it withholds.

A mean times its students is a sum, and with the standard deviation also a sum of
squares.  Sums of shown groups add up like counts: a withheld group that is a sum or a
difference of shown ones is known, whatever its students' values are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from equitable.privacy.audit.leaks import Leak, SystemAudit, group_words
from equitable.privacy.audit.published import UNKNOWN, Entry, known, system_of
from equitable.privacy.audit.system import Numbers, System
from equitable.vocabulary import WITHHELD

_NOTHING: Final = 1e-10
_LEFT: Final = 1e-7
_USED: Final = 1e-6
_MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Averages:
    """The means of one outcome in one year, as a reader has them.

    Attributes
    ----------
    system
        Which finest cells each group is made of, and what is known of its students.
    means, deviations
        Shape (groups,): NaN where there is none to be had.
    away, spread_away
        Shape (groups,): where the mean, and the standard deviation, is withheld.
    named
        The outcome, and the year.
    """

    system: System
    means: Numbers
    deviations: Numbers
    away: np.ndarray[Any, np.dtype[np.bool_]]
    spread_away: np.ndarray[Any, np.dtype[np.bool_]]
    named: str


def averages_of(
    groups: Sequence[Mapping[str, str]],
    figures: Sequence[Sequence[Any]],
    labels: Mapping[str, Sequence[str]],
    named: str,
) -> Averages:
    """What is published of one outcome's means.

    Parameters
    ----------
    groups
        Each row's group, as dimension → label.
    figures
        Each row's students, mean and standard deviation, as the table has them:
        ``WITHHELD``, or text, or nothing where there is none.
    labels
        Each dimension's labels that occur.
    named
        The outcome, and the year, for sentences.
    """
    entries = []
    for group, (n, _, _) in zip(groups, figures, strict=True):
        away = n is WITHHELD
        low, high = UNKNOWN if away else known(int(n))
        entries.append(Entry(group=group, low=low, high=high, withheld=away))
    columns = list(zip(*figures, strict=True)) if figures else [(), (), ()]
    return Averages(
        system=system_of(entries, labels, counted=named),
        means=_numbers(columns[1]),
        deviations=_numbers(columns[2]),
        away=np.array([one is WITHHELD for one in columns[1]], bool),
        spread_away=np.array([one is WITHHELD for one in columns[2]], bool),
        named=named,
    )


def audit_averages(published: Averages) -> SystemAudit:
    """Withheld means and deviations that shown ones give away exactly.

    Parameters
    ----------
    published
        What a reader has.
    """
    system = published.system
    n = np.where(system.withheld, np.nan, system.low)
    nobody = n == 0
    rows = system.rows.tocsr()
    # Where nobody is, nothing is to be added: such finest cells fall away.
    empty = np.zeros(rows.shape[1], bool)
    empty[rows[np.flatnonzero(nobody)].indices] = True
    rows = rows[:, np.flatnonzero(~empty)].tocsr()
    sums = np.where(nobody, 0.0, n * published.means)
    squares = np.where(
        nobody,
        0.0,
        (n - 1) * published.deviations**2 + n * published.means**2,
    )
    leaks = []
    means = published.means.copy()
    for row, value, factors in _added_up(rows, sums, published.away):
        leaks.append(_of_mean(published, n, row, value, factors))
        means[row] = value / n[row]
    for row, value, factors in _added_up(rows, squares, published.spread_away):
        leaks.append(_of_spread(published, n, row, value, float(means[row]), factors))
    return SystemAudit(
        counted=f"means ({published.named})",
        withheld=int(published.away.sum() + published.spread_away.sum()),
        leaks=tuple(leaks),
        closing=None,
        screened=0,
        programmes=0,
        integer_programmes=0,
        only_exact=True,
    )


def _added_up(
    rows: Any, values: Numbers, away: np.ndarray[Any, np.dtype[np.bool_]]
) -> list[tuple[int, float, Numbers]]:
    """Withheld figures in the span of the shown ones: (row, value, factors).

    The factors say how often each figure is added (taken away under 0); shape (rows,).
    """
    shown = np.flatnonzero(~np.isnan(values))
    hidden = np.flatnonzero(away & (np.diff(rows.indptr) > 0))
    if not len(hidden) or not len(shown):
        return []
    from scipy.linalg import qr  # noqa: PLC0415 - costly

    held = rows[shown].toarray()
    # A largest set of shown figures of which none is made of the others.
    _, upper, order = qr(held.T, mode="economic", pivoting=True)
    sizes = np.abs(np.diag(upper))
    rank = int((sizes > _NOTHING * max(float(sizes.max(initial=0.0)), 1.0)).sum())
    own = order[:rank]
    wanted = rows[hidden].toarray()
    factors = np.linalg.lstsq(held[own].T, wanted.T, rcond=None)[0]
    left = np.abs(wanted - factors.T @ held[own]).max(axis=1, initial=0.0)
    found = []
    for place in np.flatnonzero(left < _LEFT).tolist():
        whole = np.zeros(len(values))
        whole[shown[own]] = factors[:, place]
        whole[np.abs(whole) < _USED] = 0.0
        value = float(whole[shown] @ values[shown])
        found.append((int(hidden[place]), value, whole))
    return found


def _of_mean(
    published: Averages, n: Numbers, row: int, total: float, factors: Numbers
) -> Leak:
    size = float(n[row])
    told = not math.isnan(size) and size > 0
    value = total / size if told else total
    what = "mean" if told else "sum (the mean times the students)"
    return _leak(published, row, value, what, factors, "Means times students")


def _of_spread(
    published: Averages,
    n: Numbers,
    row: int,
    total: float,
    mean: float,
    factors: Numbers,
) -> Leak:
    size = float(n[row])
    told = not math.isnan(size * mean) and size > 1
    value = total
    if told:
        value = math.sqrt(max(total - size * mean**2, 0.0) / (size - 1))
    what = "standard deviation" if told else "sum of squares"
    return _leak(published, row, value, what, factors, "Sums of squares")


def _leak(
    published: Averages,
    row: int,
    value: float,
    what: str,
    factors: Numbers,
    of: str,
) -> Leak:
    group = published.system.groups[row]
    who = group_words(group) or "everyone"
    known_to_be = f"{value:.6g}"
    add = _listed(published.system, np.flatnonzero(factors > 0), factors)
    less = _listed(published.system, np.flatnonzero(factors < 0), -factors)
    step = f"{of}: add those of {add or 'nobody'}" + (
        f"; take away those of {less}" if less else ""
    )
    return Leak(
        group=dict(group),
        counted=f"{what} ({published.named})",
        low=value,
        high=value,
        sentence=f"From the means that are shown a reader can work out that the {what}"
        f" of {published.named} of {who} is {known_to_be}.",
        steps=(f"{step}. {who} alone is left: {known_to_be}.",),
    )


def _listed(
    system: System, figures: np.ndarray[Any, np.dtype[np.int64]], factors: Numbers
) -> str:
    said = []
    for one in figures[:_MOST_NAMED].tolist():
        often = "" if abs(factors[one] - 1) < _USED else f"{factors[one]:.3g} times "
        said.append(often + (group_words(system.groups[one]) or "everyone"))
    more = len(figures) - _MOST_NAMED
    return "; ".join(said) + (f"; and {more} more" if more > 0 else "")


def _numbers(values: Sequence[Any]) -> Numbers:
    return np.array(
        [
            np.nan if one is WITHHELD or one is None or one == "" else float(one)
            for one in values
        ],
        np.float64,
    )
