"""How unequal all groups are together, in words that a board can read.

Two figures are enough for that: how far the average student's group lies from the best
group, and what the average would be if every group did as well as that one.  Where the
groups have an order, how much the figure rises along it stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from equitable.measures.inequality.over_time import Change
from equitable.measures.inequality.results import (
    Inequality,
    Level,
    Measure,
    group_words,
)
from equitable.measures.inequality.strata import Stratum
from equitable.privacy.inequality import GatedInequality
from equitable.report.people import people
from equitable.report.tables import amount, gap_words, interval
from equitable.vocabulary import NOT_REPORTED, Dimension, Direction, Indicator

DISTANCE: Final = "MDBW"
"""The summary that is charted: the mean distance from the best group, by students."""
_NOTHING: Final = 1e-12
_NAMED: Final = 6


def size(value: float, indicator: Indicator) -> str:
    """A distance without its sign: '12.9 points'."""
    bare = gap_words(abs(value), indicator).lstrip("+")
    return f"{bare} {indicator.unit_words}".rstrip()


def size_limits(measure: Measure, indicator: Indicator) -> str:
    """The limits of a distance: '10.1 to 15.8'."""
    if measure.low is None or measure.high is None:
        return ""
    near, far = sorted((abs(measure.low), abs(measure.high)))
    return interval(near, far, indicator)


def no_numbers(found: Inequality) -> bool:
    """Whether these are published averages, of which no group has a share."""
    return bool(found.groups) and all(one.share is None for one in found.groups)


def from_best(found: Inequality) -> Measure:
    """The distance that is told of: by students, or with each group alike (MDBU)."""
    return found.measures["MDBU" if no_numbers(found) else DISTANCE]


def best_level(found: Inequality) -> Level | None:
    """The best group's level, for the outcome's direction."""
    named = [one for one in found.groups if group_words(one.group) == found.best]
    return named[0] if named else None


def last_level(found: Inequality) -> Level | None:
    """The level of the group farthest behind the best, of those with a name."""
    best = best_level(found)
    if best is None:
        return None
    up = 1 if found.direction == "higher" else -1
    others = [
        one
        for one in found.groups
        if one is not best and group_words(one.group) != NOT_REPORTED
    ]
    return min(others, key=lambda one: up * one.value, default=None)


def who(level: Level, dimension: Dimension) -> str:
    """A group as people."""
    if isinstance(level.group, str):
        return f"students in the group ‘{level.group}’"
    return people(level.group, [dimension])


def if_all_did_as_well(found: Inequality, gated: GatedInequality) -> str:
    """What the average would be if every group did as well as the best: PAR in words.

    Where nothing can be said, the reason.
    """
    indicator, gain = gated.indicator, found.measures["PAR"]
    best = best_level(found)
    apart = from_best(found).value
    if no_numbers(found) and apart is not None and best is not None:
        return (
            f"The groups lie {size(apart, indicator)} from the best,"
            f" {who(best, gated.dimension)}, each group counting alike. How many"
            " students they are of, and how far chance could move it, is not in the"
            " table."
        )
    if gain.value is None or best is None or found.mean.value is None:
        return f"Nothing can be said of all groups together: {_why(found)}."
    distance = from_best(found)
    if distance.low is not None and distance.low <= _NOTHING:
        return "There is not enough evidence that these groups differ."
    higher = indicator.direction is Direction.HIGHER
    of = "all students of the groups shown" if found.left_out else "all students"
    would = amount(found.mean.value + gain.value, indicator)
    limits = size_limits(gain, indicator)
    return (
        f"If every group did as well as {who(best, gated.dimension)}, the figure of"
        f" {of} together would be {would} rather than"
        f" {amount(found.mean.value, indicator)}: {size(gain.value, indicator)}"
        f" {'higher' if higher else 'lower'}{f' ({limits})' if limits else ''}."
    )


def _why(found: Inequality) -> str:
    reasons = [found.measures["PAR"].reason, from_best(found).reason]
    return next(filter(None, reasons), "there are no two groups to compare")


def how_far(found: Inequality, indicator: Indicator) -> str:
    """The mean distance from the best group, beside what chance alone would give."""
    distance = from_best(found)
    if distance.value is None:
        return ""
    limits = size_limits(distance, indicator)
    said = (
        f"On average a student’s group lies {size(distance.value, indicator)} from the"
        f" best one{f' ({limits})' if limits else ''}."
    )
    if distance.by_chance is not None:
        said += (
            f" Groups truly alike, of these sizes, would come out"
            f" {size(distance.by_chance, indicator)} from it by chance alone."
        )
    return said


def along_the_order(found: Inequality, indicator: Indicator) -> str:
    """How much the figure rises along the groups' order: SII in words."""
    slope = found.measures.get("SII")
    if slope is None or not found.order:
        return ""
    first, last = found.order[0], found.order[-1]
    if slope.value is None:
        return f"Along the order from ‘{first}’ to ‘{last}’: {slope.reason}."
    if slope.low is None or slope.high is None:
        return ""
    if slope.low <= 0 <= slope.high:
        return (
            f"Along the order from ‘{first}’ to ‘{last}’ neither a rise nor a fall is"
            " shown."
        )
    way = "rises" if slope.value > 0 else "falls"
    return (
        f"Along the order from ‘{first}’ to ‘{last}’ the figure {way} by"
        f" {size(slope.value, indicator)} ({size_limits(slope, indicator)}), end to"
        " end."
    )


def sentence(gated: GatedInequality) -> str:
    """The sentence that matters: of the one case, or of the latest year."""
    if gated.found is not None:
        return if_all_did_as_well(gated.found, gated)
    known = told(gated.strata)
    if not known:
        return "Nothing can be said of all groups together here."
    if gated.year is None:
        return _widest(gated, known)
    return _in_year(known[-1], gated)


def _in_year(one: Stratum, gated: GatedInequality) -> str:
    where = ", ".join(one.within.values())
    said = if_all_did_as_well(one.found, gated)
    return f"In {where}: {said[:1].lower()}{said[1:]}"


def _widest(gated: GatedInequality, known: Sequence[Stratum]) -> str:
    """Where the distance is largest for certain: by its lower limit."""
    top = max(known, key=least)
    if least(top) <= 0:
        return "In no place is there enough evidence that the groups differ."
    distance = from_best(top.found)
    return (
        f"Farthest from the best group, allowing for chance:"
        f" {', '.join(top.within.values())}, by"
        f" {size(distance.value or 0.0, gated.indicator)} on average."
    )


def least(one: Stratum) -> float:
    """How far the groups of a stratum lie from its best one, for certain."""
    low = from_best(one.found).low
    return -1.0 if low is None else low


def told(strata: Sequence[Stratum]) -> list[Stratum]:
    """The strata whose mean distance from the best group can be given."""
    return [one for one in strata if from_best(one.found).value is not None]


def then_and_now(gated: GatedInequality, strata: Sequence[Stratum]) -> str:
    """Whether the distance changed, as far as its interval allows, and the levels.

    ``strata`` are years of one place, in order.
    """
    year = gated.year
    known = told(strata)
    if year is None or len(known) < 2:
        return ""
    change = _change(gated, strata, known)
    first, last = known[0], known[-1]
    if change is not None:
        first, last = (
            next(one for one in known if one.within[year.name] == time)
            for time in (change.since, change.until)
        )
    indicator = gated.indicator
    ends = [_at(one, one.within[year.name], indicator) for one in (first, last)]
    said = f"The mean distance from the best group was {ends[0]} and {ends[1]}."
    if no_numbers(last.found):
        return f"{said} Whether that is a change or chance, the table does not tell."
    if change is None:
        return f"{said} {_not_comparable(gated, strata)}"
    return " ".join([said, _moved(change, indicator), _levels(first, last, gated)])


def _at(one: Stratum, time: str, indicator: Indicator) -> str:
    distance = from_best(one.found)
    limits = size_limits(distance, indicator)
    between = f" ({limits})" if limits else ""
    return f"{size(distance.value or 0.0, indicator)} in {time}{between}"


def _change(
    gated: GatedInequality, strata: Sequence[Stratum], known: Sequence[Stratum]
) -> Change | None:
    """The change between the times farthest apart that can be compared."""
    year = gated.year
    if year is None:
        return None
    rest = {k: v for k, v in strata[0].within.items() if k != year.name}
    times = [one.within[year.name] for one in known]
    own = [
        one
        for one in gated.changes
        if one.measure == DISTANCE
        and one.movement is not None
        and dict(one.within) == rest
        and one.since in times
        and one.until in times
    ]
    return max(
        own,
        key=lambda one: (
            times.index(one.until) - times.index(one.since),
            times.index(one.until),
        ),
        default=None,
    )


def _moved(change: Change, indicator: Indicator) -> str:
    if change.difference is None or change.low is None or change.high is None:
        return ""
    if change.movement == "no change shown":
        limits = " to ".join(
            gap_words(limit, indicator) for limit in (change.low, change.high)
        )
        unit = f" {indicator.unit_words}" if indicator.unit_words else ""
        return f"A change is not shown: it lies from {limits}{unit}."
    near, far = sorted((abs(change.low), abs(change.high)))
    way = "farther apart" if change.movement == "larger" else "nearer together"
    return (
        f"The groups are {way}, by {size(change.difference, indicator)}"
        f" ({interval(near, far, indicator)})."
    )


def _levels(first: Stratum, last: Stratum, gated: GatedInequality) -> str:
    """The best group's and everyone's level then and now: what changed in truth."""
    was, now = best_level(first.found), best_level(last.found)
    if was is None or now is None:
        return ""
    indicator, dimension = gated.indicator, gated.dimension
    if was.group == now.group:
        best = (
            f"The best, {who(now, dimension)}, went from {amount(was.value, indicator)}"
            f" to {amount(now.value, indicator)}"
        )
    else:
        best = (
            f"The best were {who(was, dimension)} ({amount(was.value, indicator)}) and"
            f" are {who(now, dimension)} ({amount(now.value, indicator)})"
        )
    means = [one.found.mean.value for one in (first, last)]
    if None in means:
        return f"{best}."
    return (
        f"{best}; all groups together from {amount(means[0], indicator)} to"
        f" {amount(means[1], indicator)}."
    )


def _not_comparable(gated: GatedInequality, strata: Sequence[Stratum]) -> str:
    reasons = [
        one.reason
        for one in gated.changes
        if one.measure == DISTANCE and one.movement is None and one.reason
    ]
    if not reasons or not strata:
        return "The years cannot be compared."
    return f"The years cannot be compared: {reasons[-1]}."


def other_groups(gated: GatedInequality) -> str:
    """A caution where years or places are over different groups."""
    sets = [
        frozenset(group_words(level.group) for level in one.found.groups)
        for one in gated.strata
        if one.found.groups
    ]
    if len(set(sets)) < 2:
        return ""
    always = frozenset.intersection(*sets)
    some = sorted(frozenset.union(*sets) - always)
    more = len(some) - _NAMED
    named = ", ".join(some[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    where = "year" if gated.year is not None else "place"
    return (
        f"Take care: not shown in every {where}: {named}. A summary over other groups"
        " is another figure, and no change is read out of two such."
    )


def notes_of(gated: GatedInequality) -> list[str]:
    """What is to be known of the summaries; of some strata, with their names."""
    if gated.found is not None:
        return list(gated.found.notes)
    whose: dict[str, list[str]] = {}
    for one in gated.strata:
        for note in one.found.notes:
            whose.setdefault(note, []).append(", ".join(one.within.values()))
    notes = []
    for note, names in whose.items():
        more = len(names) - _NAMED
        rest = f" and {more:,} more" if more > 0 else ""
        where = f"{'; '.join(names[:_NAMED])}{rest}: "
        notes.append(note if len(names) == len(gated.strata) else where + note)
    return notes
