"""What one row of a table is: a student, a count of students, or another figure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

from equitable.intake.identifiers import Reason
from equitable.intake.names import marker, meaning_of
from equitable.intake.profile import ColumnProfile
from equitable.vocabulary import Kind, Role

RowsAre: TypeAlias = Literal["students", "counts", "figures"]
"""What one row is: a student; a count of students; another published figure."""

FEW: Final = 12
"""Different values up to which text is taken for groups without a telling name."""

_PARTED: Final = r"(?:^|[^a-z])(?:{})(?:$|[^a-z])"
ERROR: Final = re.compile(
    _PARTED.format(r"s\.?e\.?m?|std[ ._]*err(?:or)?s?|stderr|standard[ ._]*errors?")
)
DEVIATION: Final = re.compile(
    _PARTED.format(
        r"s\.?d\.?|std[ ._]*dev(?:iation)?s?|stdev|standard[ ._]*deviations?"
    )
)

_NUMBERED: Final = re.compile(
    r"(?i)(school|district|lea|county|division|region|building|campus|state|org\w*)"
    r"[ _]*(#|no\.?|num(ber)?)"
)
_SIZED: Final = frozenset({"cohort", "cohort count", "enrolled"})
"""Names of a total only beside a count of some of those students."""


def what_rows_are(
    profiles: Sequence[ColumnProfile],
    found: Mapping[str, Reason | None],
    yours: Mapping[str, Role],
) -> RowsAre:
    """What a row is, by the columns that there are.

    Parameters
    ----------
    found
        What each column was recognised as, where it names people.
    yours
        The roles that a person gave.
    """
    if any(r is not None and r.role is Role.STUDENT for r in found.values()):
        return "students"
    if yours and Role.TOTAL not in yours.values():
        return "students"
    if Role.STUDENT in yours.values() or Role.STUDENT in _named_roles(profiles):
        return "students"
    named = {profile.name: meaning_of(profile.name) for profile in profiles}
    for profile in profiles:
        meaning = named[profile.name]
        is_total = meaning is not None and meaning.meaning.role is Role.TOTAL
        if is_total and profile.is_numeric and (profile.high or 0) > 1:
            return "figures" if _has_averages_only(profiles) else "counts"
    if any(are_sizes(whole) and _has_part(whole, profiles) for whole in profiles):
        return "counts"
    marked = [marker(profile.name) for profile in profiles]
    if "#" in "".join(p.name[:1] for p in profiles) and "percent" in marked:
        return "counts"
    figures = sum(is_figure(one) and one.distinct > FEW for one in profiles)
    # 'SE' may as well be special education, and 'SD' a district's number.
    beside = any(
        one.is_numeric and not one.is_integer and is_beside(one.name)
        for one in profiles
    )
    enough = beside or figures >= 0.2 * len(profiles)
    return "figures" if figures and enough else "students"


def is_beside(name: str) -> bool:
    """Whether a column's name says that it goes with a figure: 'SE', 'Std. dev.'."""
    plain = apart(name)
    return bool(ERROR.search(plain) or DEVIATION.search(plain))


def apart(name: str) -> str:
    """A column's name in lower case, its words with spaces between."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").casefold()


def is_figure(profile: ColumnProfile) -> bool:
    """Whether a column holds averages or percentages, by its name and its numbers."""
    numbers = profile.is_numeric or profile.shape("percent") >= 0.5
    named = marker(profile.name) in ("percent", "mean")
    return numbers and named and not is_beside(profile.name)


def are_sizes(profile: ColumnProfile) -> bool:
    """Whether a column such as 'Cohort' holds numbers of students, not years."""
    named = " ".join(profile.name.casefold().replace("_", " ").split())
    return (
        named in _SIZED
        and profile.is_integer
        and profile.shape("year") < 0.5
        and (profile.low or 0) >= 0
        and (profile.high or 0) > FEW
    )


def numbers(profile: ColumnProfile) -> bool:
    """Whether a column numbers things, as 'District #' does, and counts none.

    Zeros stand before the numbers, or a place alone before the sign.
    """
    led = [text for text in profile.texts if re.fullmatch(r"0\d+", text)]
    return bool(led) or _NUMBERED.fullmatch(profile.name.strip()) is not None


def _has_part(whole: ColumnProfile, profiles: Sequence[ColumnProfile]) -> bool:
    """Whether another column counts some of those students: 'Graduates'."""
    for profile in profiles:
        named = meaning_of(profile.name)
        counts = named is not None and (
            named.meaning.role is Role.COUNT or named.meaning.kind is Kind.RATE
        )
        marked = marker(profile.name) not in (None, "count")
        if not counts or marked or profile.name == whole.name:
            continue
        high = profile.high or 0
        if profile.is_integer and 1 < high <= (whole.high or 0):
            return True
    return False


def _has_averages_only(profiles: Sequence[ColumnProfile]) -> bool:
    """Whether a table with numbers of students tells averages, and no counts."""
    averages = 0
    for profile in profiles:
        marked, named = marker(profile.name), meaning_of(profile.name)
        if named is not None and named.meaning.role is Role.TOTAL:
            continue
        if marked == "mean" and profile.is_numeric:
            averages += 1
        elif marked in ("percent", "count") or (
            named is not None
            and (named.meaning.role is Role.COUNT or named.meaning.kind is Kind.RATE)
        ):
            return False
    return averages > 0


def _named_roles(profiles: Sequence[ColumnProfile]) -> set[Role]:
    named = [meaning_of(profile.name) for profile in profiles]
    return {meaning.meaning.role for meaning in named if meaning is not None}
