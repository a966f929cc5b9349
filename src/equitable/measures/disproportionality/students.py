"""From students' records to the fourteen categories' counts.

A student file says the parts: age, disability, setting, days of removal.  ``Profile``
is one combination of these values with the number of students who share it, as one scan
of the file gives it; ``category_counts`` adds profiles up to counts, each category with
its own denominator: all children enrolled for identification, children with
disabilities for placement and discipline (34 CFR 300.647(a)(4)).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from equitable.errors import InputError, QuestionError
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    Area,
    Category,
    federal_group,
)
from equitable.measures.disproportionality.columns import (
    NONE,
    PRIVATE,
    IdeaColumns,
    read_disability,
    read_setting,
)
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.settings import IdeaSettings
from equitable.vocabulary import LeftOut

_YOUNGEST: Final = min(category.youngest for category in CATEGORIES.values())
_OLDEST: Final = max(category.oldest for category in CATEGORIES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Students who are alike in all that the categories ask.

    ``age`` is ``None`` where it is not known.  ``disability`` and ``setting`` are as
    the file writes them.  Days and removals are ``None`` where none are written.
    """

    group: str
    students: int
    district: str = ""
    year: str = ""
    age: int | None = None
    in_kindergarten: bool = False
    disability: str | None = None
    setting: str | None = None
    out_days: float | None = None
    in_days: float | None = None
    removals: int | None = None
    other_removal: bool = False


@dataclass(slots=True)
class _Sums:
    count: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentCounts:
    """Counts made from students, and what is to be said of how.

    ``left_out`` are students who are in no count, and why: a few of them are a small
    group, so that their number goes through privacy like any other.
    """

    counts: tuple[GroupCount, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def category_counts(
    profiles: Iterable[Profile],
    columns: IdeaColumns,
    *,
    settings: IdeaSettings | None = None,
    five_in_kindergarten: bool = False,
) -> StudentCounts:
    """Counts for each district, year, category and group.

    Parameters
    ----------
    profiles
        Combinations of values, each with its number of students.
    columns
        Which of them the file holds: a category that it cannot say is not counted.
    settings
        For what a count of removals is.
    five_in_kindergarten
        Count children aged 5 in kindergarten for the two placements.  The text of the
        regulation says 6 through 21; a State that counts them as school age says so.

    Raises
    ------
    QuestionError
        Where the file does not hold a disability; where removals are to be counted and
        there is no column of them.
    InputError
        Where a disability or a setting is not understood (it would be counted wrongly),
        or days or removals are negative.
    """
    settings = settings or IdeaSettings()
    wanted = [CATEGORIES[key] for key in columns.categories()]
    if not wanted:
        raise QuestionError(
            "there is no column that says each student's disability",
            next_step="Name it: all 14 categories need it.",
        )
    events = settings.total_removals == "removals"
    if events and columns.removals is None:
        raise QuestionError(
            "removals are to be counted, and no column has their number",
            next_step="Name that column, or count children (total_removals).",
        )
    sums: dict[tuple[str, str, str, str], _Sums] = defaultdict(_Sums)
    left: dict[str, int] = defaultdict(int)
    for profile in profiles:
        group = federal_group(profile.group)
        reason = _left_out(profile, group, columns)
        if group is None or reason:
            left[reason or "race or ethnicity not reported"] += profile.students
            continue
        disability = _disability(profile, columns)
        for category in wanted:
            if not _of_age(profile, category, columns, five_in_kindergarten):
                continue
            if category.area is not Area.IDENTIFICATION and disability == NONE:
                continue
            key = (profile.district, profile.year, category.key, group)
            held = sums[key]
            held.total += profile.students
            times = _times(profile, category, disability, columns, events=events)
            held.count += times * profile.students
    return StudentCounts(
        counts=tuple(
            GroupCount(
                district=district, year=year, category=category, group=group,
                count=held.count, total=held.total,
            )
            for (district, year, category, group), held in sums.items()
        ),
        left_out=tuple(
            LeftOut(reason=reason, rows=students, students=True)
            for reason, students in left.items()
            if students
        ),
        notes=_notes(columns, wanted, five=five_in_kindergarten),
    )  # fmt: skip


def _left_out(profile: Profile, group: str | None, columns: IdeaColumns) -> str:
    """Why students are in no count at all; empty where they are."""
    if group is None:
        return "race or ethnicity not reported"
    if columns.age is not None and profile.age is None:
        return "age not known"
    if profile.age is not None and not _YOUNGEST <= profile.age <= _OLDEST:
        return f"younger than {_YOUNGEST} or older than {_OLDEST}"
    if columns.setting is not None and read_setting(profile.setting) == PRIVATE:
        return "placed in a private school by their parents, not enrolled here"
    return ""


def _disability(profile: Profile, columns: IdeaColumns) -> str:
    known = read_disability(profile.disability)
    if known is None:
        raise InputError(
            "a disability is written in a way that is not understood",
            column=columns.disability,
            next_step="Write the 13 categories in words or as SLD, ED, OHI, ID, AUT, "
            "SLI, TBI, OI, HI, VI, DB, MD, DD; leave it empty where there is none.",
        )
    return known


def _of_age(
    profile: Profile,
    category: Category,
    columns: IdeaColumns,
    five: bool,
) -> bool:
    if columns.age is None or profile.age is None:
        return True
    five_counts = (
        five
        and category.area is Area.PLACEMENT
        and profile.age == 5
        and profile.in_kindergarten
    )
    return five_counts or category.youngest <= profile.age <= category.oldest


def _times(
    profile: Profile,
    category: Category,
    disability: str,
    columns: IdeaColumns,
    *,
    events: bool,
) -> int:
    """How often each of these students counts in the category: 1, 0, or removals."""
    out, inside = _days(profile.out_days, columns), _days(profile.in_days, columns)
    removals = profile.removals or 0
    if removals < 0:
        raise InputError(
            "a number of removals is under 0",
            column=columns.removals,
            next_step="See what the column means by it.",
        )
    match category.key:
        case "disability":
            return int(disability != NONE)
        case "under-40" | "separate":
            return int(_setting(profile, columns) == category.key)
        case "out-to-10":
            return int(0 < out <= 10)
        case "out-over-10":
            return int(out > 10)
        case "in-to-10":
            return int(0 < inside <= 10)
        case "in-over-10":
            return int(inside > 10)
        case "removals" if events:
            return removals
        case "removals":
            return int(out > 0 or inside > 0 or removals > 0 or profile.other_removal)
    return int(disability == category.key)


def _days(days: float | None, columns: IdeaColumns) -> float:
    known = days or 0.0
    if known < 0 or known != known:  # noqa: PLR0124 - not a number is unequal to itself
        raise InputError(
            "a number of days of removal is under 0, or is no number",
            column=columns.out_days or columns.in_days,
            next_step="See what the column means by it.",
        )
    return known


def _setting(profile: Profile, columns: IdeaColumns) -> str:
    known = read_setting(profile.setting)
    if known is None:
        raise InputError(
            "a setting is written in a way that is not understood",
            column=columns.setting,
            next_step="Write it in words or as RC80, RC79TO40, RC39, SS, RF, HH, CF.",
        )
    return known


def _notes(
    columns: IdeaColumns, wanted: Iterable[Category], *, five: bool
) -> tuple[str, ...]:
    said = []
    if columns.age is None:
        said.append(
            "The file has no ages: all students are taken to be of the ages that each "
            "category asks for (3 through 21; 6 through 21 for placement)."
        )
    elif five:
        said.append("Children aged 5 in kindergarten are counted for the placements.")
    held = {category.key for category in wanted}
    absent = [c.label for c in CATEGORIES.values() if c.key not in held]
    if absent:
        said.append("Not in the file, and not counted: " + "; ".join(absent) + ".")
    return tuple(said)
