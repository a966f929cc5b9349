"""Counts that risks are made of, and what cannot be right about them.

Counts come in as one ``GroupCount`` for each district, year, category and group.
``checked`` refuses what a risk must not be computed from: a count given twice, a
numerator above its denominator, a group that is not one of the seven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from equitable.errors import InputError
from equitable.measures.disproportionality.categories import (
    ANY_DISABILITY,
    IMPAIRMENTS,
    TOTAL_REMOVALS,
    Area,
    is_span,
    school_year,
)
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.scheme import THE_RULE, Scheme
from equitable.measures.disproportionality.settings import IdeaSettings, is_whole
from equitable.vocabulary import WITHHELD, Count


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCount:
    """How many of how many, for one group in one category, year and district.

    ``count`` is the numerator (the *cell size*), ``total`` the denominator (the
    *n-size*); both ``WITHHELD`` where privacy holds the group back, or where the file
    does not give them: ``because`` says which of the file's reasons it was.  In a
    State's counts ``district`` is empty.
    """

    district: str = ""
    year: str = ""
    category: str
    group: str
    count: Count
    total: Count
    because: Reason | None = None

    @property
    def withheld(self) -> bool:
        """Whether either number is held back; then neither may be used."""
        return self.count is WITHHELD or self.total is WITHHELD


TOGETHER: Final = "\x1fwithheld, together"
"""In place of a group, and the name of none: all that privacy withheld in a line."""
Line: TypeAlias = dict[str, GroupCount]
"""The groups of one district, year and category, by name."""
Key: TypeAlias = tuple[str, str, str]
"""District, year and category."""


def with_nobody(
    counts: Sequence[GroupCount], groups: Iterable[str]
) -> list[GroupCount]:
    """Groups that a file of students does not hold: nobody is in them, line by line."""
    there = {(one.district, one.year, one.category, one.group) for one in counts}
    lines = dict.fromkeys((one.district, one.year, one.category) for one in counts)
    every = tuple(groups)
    return [
        GroupCount(
            district=district, year=year, category=category, group=group,
            count=0, total=0,
        )
        for district, year, category in lines
        for group in every
        if (district, year, category, group) not in there
    ]  # fmt: skip


def checked(
    counts: Iterable[GroupCount],
    settings: IdeaSettings,
    *,
    whose: str = "district",
    scheme: Scheme = THE_RULE,
) -> tuple[dict[Key, Line], tuple[str, ...]]:
    """The counts by line, with names made federal, and what is to be said of them.

    Parameters
    ----------
    counts
        As they came.  Children of the group 'Not reported' are left out, and said.
    whose
        'district' or 'State', for the sentences.
    scheme
        Which categories and groups there are.

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
        together = given.group == TOGETHER
        group = TOGETHER if together else scheme.group(given.group)
        if group is None:
            unreported = True
            continue
        category = scheme.category(given.category)
        count = given
        if group != given.group or category.key != given.category:
            count = replace(given, group=group, category=category.key)
        line = lines[(count.district, count.year, count.category)]
        if group in line:
            raise InputError(
                f"{_place(count, scheme)} is there twice",
                next_step="Each group has one count for a district, year and category;"
                " remove the repeated row, or the rows of totals.",
            )
        _check_numbers(count, scheme, events=settings.counts_events(category))
        line[group] = count
    _check_years({year for _, year, _ in lines})
    notes = []
    if unreported:
        what = "race or ethnicity" if scheme.regulated else "group"
        notes.append(
            f"{scheme.people.capitalize()} whose {what} is not reported are left out of"
            f" the {whose}'s counts: they are in no group and in no comparison."
        )
    if scheme.regulated:
        _check_impairments(lines)
        notes += _differing_totals(lines, whose)
    return dict(lines), tuple(notes)


def check_state(
    lines: Mapping[Key, Line],
    state: Mapping[Key, Line],
    *,
    scheme: Scheme = THE_RULE,
) -> None:
    """Refuse a State whose counts are smaller than those of its districts.

    Raises
    ------
    InputError
        Naming the first group, year and category.
    """
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for (_, year, category), line in lines.items():
        for group, count in line.items():
            if group == TOGETHER:
                continue
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
                f"the State has fewer {scheme.people} than its districts: {group}, "
                f"{scheme.categories[category].label}{_of_year(year)}",
                next_step="The State's counts include every district's; see that both "
                f"files are of the same year and count the same {scheme.people}.",
            )


def _check_numbers(count: GroupCount, scheme: Scheme, *, events: bool) -> None:
    for number in (count.count, count.total):
        if number is not WITHHELD and not is_whole(number):
            raise InputError(
                f"{_place(count, scheme)}: a count of {scheme.people} is a whole"
                " number from 0 up",
                next_step="Percentages and withheld values cannot be counted with.",
            )
    if events or count.withheld:
        return
    if (count.count or 0) > (count.total or 0):
        hint = (
            " If these are removals and not children, say so (total_removals)."
            if count.category == TOTAL_REMOVALS and scheme.regulated
            else ""
        )
        raise InputError(
            f"{_place(count, scheme)}: more {scheme.people} with the outcome than there"
            " are in all is not possible",
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
            if of is None or group == TOGETHER or not isinstance(of.count, int):
                continue
            if isinstance(count.count, int) and count.count > of.count:
                raise InputError(
                    f"{_place(count, THE_RULE)}: more children than have any"
                    " disability",
                    next_step="One of the two counts is wrong.",
                )


def _differing_totals(lines: Mapping[Key, Line], whose: str) -> list[str]:
    """Denominators that should be one number and are not: enrolled children 3 to 21."""
    totals: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for (district, year, category), line in lines.items():
        if THE_RULE.categories[category].area is Area.IDENTIFICATION:
            for group, count in line.items():
                if isinstance(count.total, int) and group != TOGETHER:
                    totals[(district, year, group)].add(count.total)
    differing = sum(len(found) > 1 for found in totals.values())
    if not differing:
        return []
    said = (
        f"For {differing:,} groups the {whose}'s number of children enrolled is not "
        "the same in all identification categories; it should be."
    )
    return [said]


def _place(count: GroupCount, scheme: Scheme) -> str:
    label = scheme.categories[count.category].label
    parts = [count.district, count.year, label]
    return ", ".join([*filter(None, parts), count.group])


def _of_year(year: str) -> str:
    return f", {year}" if year else ""


def state_of(
    counts: Sequence[GroupCount], *, scheme: Scheme = THE_RULE
) -> tuple[GroupCount, ...]:
    """The State's counts, where these are the counts of all of its districts.

    A group that is withheld in one district is withheld for the State.
    """
    sums: dict[tuple[str, str, str], tuple[Count, Count]] = {}
    reasons: dict[tuple[str, str, str], Reason] = {}
    for one in counts:
        group = scheme.group(one.group)
        if group is None:
            continue
        key = (one.year, scheme.category(one.category).key, group)
        count, total = sums.get(key, (0, 0))
        if one.because is not None:
            reasons.setdefault(key, one.because)
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
        GroupCount(
            year=y, category=c, group=g, count=count, total=total,
            because=reasons.get((y, c, g)),
        )
        for (y, c, g), (count, total) in sums.items()
    )  # fmt: skip
