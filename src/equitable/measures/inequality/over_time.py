"""Did inequality change? Each summary at two times, and how far chance allows.

The interval of a change is recovered from the two intervals (the method of variance
estimates recovery: Zou & Donner 2008, Statistics in Medicine 27: 1693-1702), which
keeps what is good in them: that of a summary that cannot be under 0 is not even.  It
starts from each summary without what chance adds to it (median-unbiased, where that is
known), as chance adds more in the year with fewer students or nearer to equality; the
plain difference is given, and the interval holds it in any case.  The two times are
taken as independent; where the same students recur they seldom are, and the interval
is then too wide rather than too narrow.

Two times are comparable only where the summaries are over the same groups, and where
nobody said that the figures are counted otherwise from some time on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot
from typing import Any, Final, Literal, TypeAlias

from equitable.measures.inequality.results import Inequality, Measure, group_words
from equitable.measures.inequality.strata import Stratum
from equitable.vocabulary import Break

Movement: TypeAlias = Literal["larger", "smaller", "turned round", "no change shown"]
_EQUAL_AT: Final = {"RII": 1.0}
"""Where groups alike stand: 0 for every other summary."""
_NAMED: Final = 6
_NEAR: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How one summary changed; ``None`` where that cannot be told, with its reason.

    ``movement`` is how its distance from equality moved: ``larger`` and ``smaller``
    only where the interval of the difference leaves out 0, ``turned round`` where the
    difference is that of two summaries on different sides of equality.
    """

    measure: str
    since: str
    until: str
    within: Mapping[str, str] = field(default_factory=dict)
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    movement: Movement | None = None
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {
            "measure": self.measure,
            "within": dict(self.within),
            "from": self.since,
            "to": self.until,
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "movement": self.movement,
            "reason": self.reason,
        }


def changes(
    strata: Sequence[Stratum], year: str, breaks: Collection[Break] = ()
) -> tuple[Change, ...]:
    """How every summary changed from each time to the next, and from first to last.

    Parameters
    ----------
    strata
        Within a year, and perhaps other dimensions: years are compared within the
        same other groups, in the order given.
    year
        The name of the dimension of time.
    breaks
        Where figures were counted otherwise before: nothing is compared across one, nor
        where its own year has no figures.
    """
    places: dict[tuple[tuple[str, str], ...], list[Stratum]] = {}
    for one in strata:
        rest = tuple(item for item in one.within.items() if item[0] != year)
        places.setdefault(rest, []).append(one)
    found: list[Change] = []
    for rest, times in places.items():
        pairs = list(pairwise(times))
        if len(times) > 2:
            pairs.append((times[0], times[-1]))
        for before, after in pairs:
            since, until = before.within[year], after.within[year]
            broken = [one.at for one in breaks if one.crosses((since, until))]
            found += [
                _change(name, before, after, since, until, dict(rest), broken)
                for name in after.found.measures
            ]
    return tuple(found)


def _change(
    name: str,
    before: Stratum,
    after: Stratum,
    since: str,
    until: str,
    rest: Mapping[str, str],
    broken: Sequence[str],
) -> Change:
    old, new = before.found.measures[name], after.found.measures[name]
    reason = _incomparable(before.found, after.found, since, until, broken)
    if reason is None and (old.value is None or new.value is None):
        time, why = (since, old.reason) if old.value is None else (until, new.reason)
        reason = f"in {time} {why}"
    if reason is not None:
        return Change(
            measure=name, since=since, until=until, within=rest, reason=reason
        )
    difference, low, high = change_limits(old, new)
    known = low is not None and high is not None
    return Change(
        measure=name,
        since=since,
        until=until,
        within=rest,
        difference=difference,
        low=low,
        high=high,
        movement=_movement(name, old, new, low, high),
        reason=None if known else "one of the two has no interval",
    )


def change_limits(
    old: Measure, new: Measure
) -> tuple[float | None, float | None, float | None]:
    """The difference new - old with its limits, from those of the two."""
    if old.value is None or new.value is None:
        return None, None, None
    difference = new.value - old.value
    if old.low is None or old.high is None or new.low is None or new.high is None:
        return difference, None, None
    now = new.value if new.centre is None else new.centre
    was = old.value if old.centre is None else old.centre
    low = now - was - _together(now, new, new.low, was, old, old.high)
    high = now - was + _together(now, new, new.high, was, old, old.low)
    return difference, min(low, difference), max(high, difference)


def _together(
    now: float, new: Measure, limit: float, was: float, old: Measure, other: float
) -> float:
    """How far two limits reach together.

    A limit at equality says that equality may well be the truth, where errors to one
    side are cut off and no longer even out: it reaches with all its length.
    """
    ends = abs(limit - now), abs(other - was)
    cut = _at_equality(new, limit) or _at_equality(old, other)
    return sum(ends) if cut else hypot(*ends)


def _at_equality(measure: Measure, limit: float) -> bool:
    # What has a figure by chance cannot be on the other side of equality.
    return measure.by_chance is not None and abs(limit) <= _NEAR


def _movement(
    name: str, old: Measure, new: Measure, low: float | None, high: float | None
) -> Movement | None:
    if low is None or high is None or old.value is None or new.value is None:
        return None
    if low <= 0 <= high:
        return "no change shown"
    at = _EQUAL_AT.get(name, 0.0)
    was, now = old.value - at, new.value - at
    if was * now < 0:
        return "turned round"
    return "larger" if abs(now) > abs(was) else "smaller"


def _incomparable(
    old: Inequality, new: Inequality, since: str, until: str, broken: Sequence[str]
) -> str | None:
    """Why two times cannot be compared; ``None`` where they can."""
    if broken:
        return f"what is counted changed in {broken[0]}"
    was = [group_words(level.group) for level in old.groups]
    now = [group_words(level.group) for level in new.groups]
    told = [
        f"{time} lacks {_listed(lacking)}"
        for time, lacking in (
            (since, [name for name in now if name not in was]),
            (until, [name for name in was if name not in now]),
        )
        if lacking
    ]
    if not told:
        return None
    return f"the groups shown are not the same: {'; '.join(told)}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    named = [f"'{name}'" for name in names[:_NAMED]]
    return ", ".join([*named, *([f"{more} more"] if more > 0 else [])])
