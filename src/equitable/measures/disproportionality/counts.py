"""Counts that risks are made of, and what cannot be right about them.

Counts come in as one ``GroupCount`` for each district, year, category and group.
``checked`` refuses what a risk must not be computed from: a count given twice, a
numerator above its denominator, a group that is not one of the seven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from equitable.errors import InputError
from equitable.measures.disproportionality.categories import (
    ANY_DISABILITY,
    CATEGORIES,
    IMPAIRMENTS,
    TOTAL_REMOVALS,
    Area,
    category_named,
    federal_group,
    is_span,
    school_year,
)
from equitable.measures.disproportionality.settings import IdeaSettings, is_whole
from equitable.vocabulary import WITHHELD, Count


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCount:
    """How many of how many, for one group in one category, year and district.

    ``count`` is the numerator (the *cell size*), ``total`` the denominator (the
    *n-size*); both ``WITHHELD`` where privacy holds the group back.  In a State's
    counts ``district`` is empty.
    """

    district: str = ""
    year: str = ""
    category: str
    group: str
    count: Count
    total: Count

    @property
    def withheld(self) -> bool:
        """Whether either number is held back; then neither may be used."""
        return self.count is WITHHELD or self.total is WITHHELD


Line: TypeAlias = dict[str, GroupCount]
"""The groups of one district, year and category, by name."""
Key: TypeAlias = tuple[str, str, str]
"""District, year and category."""


def checked(
    counts: Iterable[GroupCount], settings: IdeaSettings, *, whose: str = "district"
) -> tuple[dict[Key, Line], tuple[str, ...]]:
    """The counts by line, with names made federal, and what is to be said of them.

    Parameters
    ----------
    counts
        As they came.  Children of the group 'Not reported' are left out, and said.
    whose
        'district' or 'State', for the sentences.

    Raises
    ------
    InputError
        Where a count is given twice, is not a whole number from 0, or is above the
        number of children it is of; where more children have one impairment than have
        any disability.
    QuestionError
        Where a group is not one of the seven or a category not one of the 14.
    """
    lines: dict[Key, Line] = defaultdict(dict)
    unreported = False
    for given in counts:
        group = federal_group(given.group)
        if group is None:
            unreported = True
            continue
        category = category_named(given.category)
        count = replace(given, group=group, category=category.key)
        line = lines[(count.district, count.year, count.category)]
        if group in line:
            raise InputError(
                f"{_place(count)} is there twice",
                next_step="Each group has one count for a district, year and category;"
                " remove the repeated row, or the rows of totals.",
            )
        _check_numbers(count, settings.counts_events(category))
        line[group] = count
    _check_years({year for _, year, _ in lines})
    _check_impairments(lines)
    notes = []
    if unreported:
        notes.append(
            f"Children whose race or ethnicity is not reported are left out of the "
            f"{whose}'s counts: they are in no group and in no comparison."
        )
    notes += _differing_totals(lines, whose)
    return dict(lines), tuple(notes)


def check_state(lines: Mapping[Key, Line], state: Mapping[Key, Line]) -> None:
    """Refuse a State whose counts are smaller than those of its districts.

    Raises
    ------
    InputError
        Naming the first group, year and category.
    """
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for (_, year, category), line in lines.items():
        for group, count in line.items():
            if isinstance(count.count, int) and isinstance(count.total, int):
                both = sums[(year, category, group)]
                both[0] += count.count
                both[1] += count.total
    for (year, category, group), (counted, total) in sums.items():
        line = state.get(("", year, category), {})
        whole = line.get(group)
        if not line or (whole is not None and whole.withheld):
            continue
        known = whole or GroupCount(category=category, group=group, count=0, total=0)
        if not isinstance(known.count, int) or not isinstance(known.total, int):
            continue
        without = known.total - known.count < total - counted
        events = category == TOTAL_REMOVALS
        if known.count < counted or known.total < total or (without and not events):
            raise InputError(
                f"the State has fewer children than its districts: {group}, "
                f"{CATEGORIES[category].label}{_of_year(year)}",
                next_step="The State's counts include every district's; see that both "
                "files are of the same year and count the same children.",
            )


def _check_numbers(count: GroupCount, events: bool) -> None:
    for number in (count.count, count.total):
        if number is not WITHHELD and not is_whole(number):
            raise InputError(
                f"{_place(count)}: a count of children is a whole number from 0 up",
                next_step="Percentages and withheld values cannot be counted with.",
            )
    if events or count.withheld:
        return
    if (count.count or 0) > (count.total or 0):
        hint = (
            " If these are removals and not children, say so (total_removals)."
            if count.category == TOTAL_REMOVALS
            else ""
        )
        raise InputError(
            f"{_place(count)}: {count.count:,} of {count.total:,} children is not "
            "possible",
            next_step="The first number must be part of the second; see which columns "
            "hold the count and the total." + hint,
        )


def _check_years(years: set[str]) -> None:
    if len(years) < 2:
        return
    for year in years:
        school_year(year)
    if len({is_span(year) for year in years}) > 1:
        raise InputError(
            "some school years are written as 2022 and some as 2021-22",
            next_step="Write them all one way: 2022 could be the year in which a school"
            " year begins or ends.",
        )
    if len({school_year(year) for year in years}) < len(years):
        raise InputError(
            "the same school year is written in two ways",
            next_step="Write it one way, so that no count is taken twice.",
        )


def _check_impairments(lines: Mapping[Key, Line]) -> None:
    for (district, year, category), line in lines.items():
        if category not in IMPAIRMENTS:
            continue
        whole = lines.get((district, year, ANY_DISABILITY), {})
        for group, count in line.items():
            of = whole.get(group)
            if of is None or not isinstance(of.count, int):
                continue
            if isinstance(count.count, int) and count.count > of.count:
                raise InputError(
                    f"{_place(count)}: more children than have any disability",
                    next_step="One of the two counts is wrong.",
                )


def _differing_totals(lines: Mapping[Key, Line], whose: str) -> list[str]:
    """Denominators that should be one number and are not: enrolled children 3 to 21."""
    totals: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for (district, year, category), line in lines.items():
        if CATEGORIES[category].area is Area.IDENTIFICATION:
            for group, count in line.items():
                if isinstance(count.total, int):
                    totals[(district, year, group)].add(count.total)
    differing = sum(len(found) > 1 for found in totals.values())
    if not differing:
        return []
    said = (
        f"For {differing:,} groups the {whose}'s number of children enrolled is not "
        "the same in all identification categories; it should be."
    )
    return [said]


def _place(count: GroupCount) -> str:
    parts = [count.district or "State", count.year, CATEGORIES[count.category].label]
    return ", ".join([*filter(None, parts), count.group])


def _of_year(year: str) -> str:
    return f", {year}" if year else ""


def state_of(counts: Sequence[GroupCount]) -> tuple[GroupCount, ...]:
    """The State's counts, where these are the counts of all of its districts.

    A group that is withheld in one district is withheld for the State.
    """
    sums: dict[tuple[str, str, str], tuple[Count, Count]] = {}
    for one in counts:
        group = federal_group(one.group)
        if group is None:
            continue
        key = (one.year, category_named(one.category).key, group)
        count, total = sums.get(key, (0, 0))
        if isinstance(count, int) and isinstance(one.count, int):
            count += one.count
        else:
            count = WITHHELD
        if isinstance(total, int) and isinstance(one.total, int):
            total += one.total
        else:
            total = WITHHELD
        sums[key] = (count, total)
    return tuple(
        GroupCount(year=y, category=c, group=g, count=count, total=total)
        for (y, c, g), (count, total) in sums.items()
    )
