"""Which counts of an IDEA table must not leave the district, before risks are computed.

Risk, comparison and ratio are made of what is left: of groups that are shown, and of
the withheld ones added up where their sum tells of none of them.  Two rules hold:

- *in a line* (district, year, category) the withheld groups are two or more, and
  together they have as many children, with the outcome and without it, as a group must
  have to be shown;
- *over the lines of one population* the number of children of a group is the same
  number: a group with too few, and those that are withheld beside it for that, are
  withheld in every line, as two lines would otherwise be subtracted.

A release needs more: counts of categories hold one another (a child in one is in 'any
disability'), and other tables may show what this one hides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from equitable.errors import QuestionError
from equitable.measures.disproportionality.categories import IDEA, Scope
from equitable.measures.disproportionality.counts import GroupCount
from equitable.vocabulary import WITHHELD


def withhold_small(
    counts: Iterable[GroupCount], *, least: int, scope: Scope = IDEA
) -> tuple[GroupCount, ...]:
    """The counts with small groups ``WITHHELD``, and more where one would show.

    A group is withheld where its children, those with the outcome or those without it
    are fewer than ``least`` (none included: a mark must not tell 0 from 9).  A group
    without children hides nobody.  After each line that has withheld groups comes their
    sum (``GroupCount.together``), unless a number of theirs is not known.

    A total of removals may be above the number of children; then only the children and
    the removals are looked at.

    Raises
    ------
    QuestionError
        Where ``least`` is under 1.
    """
    if least < 1:
        raise QuestionError("the smallest number to be shown is 1 or more")
    whole = list(counts)
    lines: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(whole):
        lines[(one.district, one.year, one.category)].append(place)
    few = _too_few_children(whole, lines, least, scope)
    guarded = []
    for (district, year, category), places in lines.items():
        away = few[(district, year, _population(category, scope))]
        hidden = {
            place
            for place in places
            if _small(whole[place], least) or whole[place].group in away
        }
        shown = sorted(set(places) - hidden, key=lambda place: _size(whole[place]))
        while (
            hidden and shown and not _tells_of_none([whole[p] for p in hidden], least)
        ):
            hidden.add(shown.pop(0))
        guarded += [
            replace(whole[place], count=WITHHELD, total=WITHHELD)
            if place in hidden
            else whole[place]
            for place in places
        ]
        away_here = [whole[place] for place in sorted(hidden)]
        if _tells_of_none(away_here, least):
            guarded += _together(away_here)
    return tuple(guarded)


def _population(category: str, scope: Scope) -> str:
    """Categories of one population have the same numbers of children."""
    found = scope.category(category)
    return f"{found.population} {found.ages}"


def _too_few_children(
    whole: Sequence[GroupCount],
    lines: Mapping[tuple[str, str, str], Sequence[int]],
    least: int,
    scope: Scope,
) -> dict[tuple[str, str, str], set[str]]:
    """For each district, year and population, groups whose children are not told."""
    sizes: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for (district, year, category), places in lines.items():
        held = sizes[(district, year, _population(category, scope))]
        for place in places:
            one = whole[place]
            if isinstance(one.total, int) and one.total:
                held[one.group] = min(one.total, held.get(one.group, one.total))
    away: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for key, held in sizes.items():
        order = sorted(held, key=lambda group: (held[group], group))
        hidden = [group for group in order if held[group] < least]
        rest = order[len(hidden) :]
        while hidden and rest and not _enough([held[group] for group in hidden], least):
            hidden.append(rest.pop(0))
        away[key] = set(hidden)
    return away


def _enough(numbers: Sequence[int], least: int) -> bool:
    return len(numbers) > 1 and sum(numbers) >= least


def _tells_of_none(hidden: Sequence[GroupCount], least: int) -> bool:
    """Whether the sum of withheld groups tells of none of them."""
    counts = [one.count for one in hidden if isinstance(one.count, int)]
    totals = [one.total for one in hidden if isinstance(one.total, int)]
    if len(counts) < len(hidden) or len(totals) < len(hidden):
        # Where a number is not known no sum is given, and two are withheld.
        return len(hidden) > 1
    without = sum(totals) - sum(counts)
    return (
        _enough(counts, least)
        and _enough(totals, least)
        and (without < 0 or without >= least)
    )


def _together(hidden: Sequence[GroupCount]) -> list[GroupCount]:
    """The withheld groups of a line added up."""
    count = total = 0
    for one in hidden:
        if not isinstance(one.count, int) or not isinstance(one.total, int):
            return []
        count += one.count
        total += one.total
    return [replace(hidden[0], group="", count=count, total=total, together=True)]


def _small(one: GroupCount, least: int) -> bool:
    if not isinstance(one.count, int) or not isinstance(one.total, int):
        return True
    if one.total == 0:
        return False
    without = one.total - one.count
    return min(one.count, one.total) < least or 0 <= without < least


def _size(one: GroupCount) -> tuple[int, str]:
    return (one.total if isinstance(one.total, int) else 0, one.group)
