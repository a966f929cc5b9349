"""Roles of columns settled: what a person wrote wins, and some roles are given once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.intake.identifiers import Reason, recognise
from equitable.intake.names import meaning_of, words
from equitable.intake.published.groups_named import is_everyone
from equitable.intake.race import read_race
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.meaning.columns import Reading
    from equitable.intake.profile import ColumnProfile

_TOTAL: Final = len("grand total")
"""What is longer says of whom it is a total: 'Todos los estudiantes'."""
_CODES: Final = frozenset({"number", "no", "num", "#", "code", "id", "irn", "nces"})
_MIN_RACES: Final = 2
"""Groups that a column must have, all of them races, to be race whatever its name."""


def recognised(
    profiles: Sequence[ColumnProfile], *, table: bool
) -> dict[str, Reason | None]:
    """What each column was recognised as, where it names people.

    'Matrícula' is a student's number; beside rows of all students it is how many of
    them are enrolled, as in a ``table`` that was recognised before.
    """
    found = {profile.name: recognise(profile) for profile in profiles}
    for name, reason in found.items():
        named = meaning_of(name) if reason and reason.role is Role.STUDENT else None
        enrolled = named is not None and named.meaning.role is Role.TOTAL
        if enrolled and (table or any(map(_has_everybody, profiles))):
            found[name] = None
    return found


def _has_everybody(profile: ColumnProfile) -> bool:
    """Whether rows are of all students; one 'Total' may end a list of students."""
    rows = [n for text, n in profile.values if is_everyone(text) and len(text) > _TOTAL]
    return profile.type == "text" and sum(rows) > 0


def yours(reading: Reading, roles: Mapping[str, Role]) -> Reading:
    """What a person wrote wins, over an identifier too: they see their own file."""
    folded = {name.casefold(): role for name, role in roles.items()}
    role = roles.get(reading.name) or folded.get(reading.name.casefold())
    if role is None:
        return reading
    named = meaning_of(reading.family[0] if reading.family else reading.name)
    hidden = role in (Role.IDENTIFIER, Role.STUDENT)
    guessed = reading.identifier
    return replace(
        reading,
        role=role,
        reason="yours",
        confidence=1.0,
        yours=True,
        may_name=False,
        meaning=reading.meaning or (named.meaning if named else None),
        identifier=(guessed or Reason(what="an identifier", because="you say so"))
        if hidden
        else None,
    )


def one_of_each(readings: list[Reading]) -> list[Reading]:
    """One student number and one year; the surer one, the first of equals."""
    for role in (Role.STUDENT, Role.YEAR, Role.TOTAL, Role.WEIGHT):
        having = [r for r in readings if r.role is role]
        if len(having) < 2 or (role is Role.STUDENT and not having):
            continue
        kept = max(having, key=lambda r: (r.yours, r.confidence))
        for place, reading in enumerate(readings):
            if reading.role is role and reading is not kept and not reading.yours:
                other = {Role.STUDENT: Role.IDENTIFIER, Role.TOTAL: Role.COUNT}
                readings[place] = replace(
                    reading,
                    role=other.get(role, Role.OTHER),
                    reason=f"{reading.reason}; '{kept.name}' is taken as the {role}",
                )
    _by_name_alone(readings)
    return readings


def _by_name_alone(readings: list[Reading]) -> None:
    """A district's number is no trait beside its name, which says the same."""
    places = [
        (place, reading)
        for place, reading in enumerate(readings)
        if reading.role is Role.DIMENSION and reading.key == "district"
    ]
    named = [one for _, one in places if "name" in words(one.name)]
    for place, one in places:
        if named and one not in named and not one.yours and _CODES & {*words(one.name)}:
            readings[place] = replace(
                one,
                role=Role.OTHER,
                reason=f"{one.reason}; '{named[0].name}' is taken as the district",
            )


def of_races(reading: Reading) -> Reading:
    """'Student Group' is race where each of its groups is one."""
    race = meaning_of("race") if reading.key == "category" else None
    codes = reading.codes
    if race is None or len(codes) < _MIN_RACES or not all(map(read_race, codes)):
        return reading
    return replace(reading, meaning=race.meaning)
