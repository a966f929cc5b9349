"""Roles of columns settled: what a person wrote wins, and some roles are given once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.intake.identifiers import Reason
from equitable.intake.names import meaning_of
from equitable.intake.race import read_race
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.meaning.columns import Reading

_MIN_RACES: Final = 2
"""Groups that a column must have, all of them races, to be race whatever its name."""


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
    return readings


def of_races(reading: Reading) -> Reading:
    """'Student Group' is race where each of its groups is one."""
    race = meaning_of("race") if reading.key == "category" else None
    codes = reading.codes
    if race is None or len(codes) < _MIN_RACES or not all(map(read_race, codes)):
        return reading
    return replace(reading, meaning=race.meaning)
