"""What each column is for, decided from its name and from what stands in it.

The order of the rules is the order of the risks: first whether a column names people,
then what a person wrote in ``equity.toml``, then names, then contents alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from equitable.intake.identifiers import (
    SHARED_ROWS,
    Reason,
    are_codes,
    is_shared,
    looks_like_people,
)
from equitable.intake.meaning.rows import (
    FEW,
    RowsAre,
    are_sizes,
    numbers,
    what_rows_are,
)
from equitable.intake.meaning.settled_roles import (
    of_races,
    one_of_each,
    recognised,
    yours,
)
from equitable.intake.meaning.states import are_states
from equitable.intake.names import (
    Meaning,
    families,
    is_letter_grades,
    is_suppressed,
    marker,
    meaning_of,
    passed,
    read_grade,
    split_outcome,
    steps_of,
    yes_no,
)
from equitable.intake.profile import ColumnProfile
from equitable.intake.race import race_of_name, reader_for
from equitable.vocabulary import Kind, Role

if TYPE_CHECKING:
    from equitable.intake.settings import Settings

MANY: Final = 60
"""Different values up to which a column with a telling name is taken for groups."""

_PLACE_KINDS: Final = frozenset(
    {"urban", "suburban", "rural", "inner-city", "inner city", "city", "town", "suburb"}
    | {"remote", "fringe", "distant", "metro", "nonmetro", "u", "r"}
)
_CRDC: Final = re.compile(r"(SCH|TOT)_[A-Z0-9_]+")
_CRDC_KEYS: Final = frozenset({"SCH_NAME", "SCH_ID"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One column understood.

    ``reason`` completes 'because it is …'; ``family`` is its stem and grade where the
    column is repeated by grade.
    """

    profile: ColumnProfile
    role: Role
    reason: str
    confidence: float
    meaning: Meaning | None = None
    identifier: Reason | None = None
    family: tuple[str, str] | None = None
    about_staff: bool = False
    yours: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    """What its codes mean, where the file's publisher is known."""
    may_name: bool = False
    """Whether its text may name people, as nothing says that it does not."""

    @property
    def name(self) -> str:
        """The column's name."""
        return self.profile.name

    @property
    def key(self) -> str:
        """What it means, as a key of ``names``; empty where nobody knows."""
        return self.meaning.key if self.meaning else ""

    @property
    def hidden(self) -> bool:
        """Whether nothing of its contents may be used or shown."""
        return self.role in (Role.IDENTIFIER, Role.STUDENT)

    @property
    def blank_is_no(self) -> bool:
        """Whether an empty cell of it says no.

        A known yes/no trait of which only yes is ever written ('Homeless': 'Y' or
        nothing); without a telling name only where a person says that it is a
        dimension.
        """
        return self.role is Role.DIMENSION and one_sided(self) in (
            ("known", "unknown") if self.yours else ("known",)
        )

    @property
    def frequent(self) -> tuple[str, ...]:
        """Its values that enough rows hold to be quoted, the most frequent first."""
        return tuple(v for v, rows in self.profile.values if rows >= SHARED_ROWS)

    @property
    def codes(self) -> tuple[str, ...]:
        """Its values without the marks by which published tables hold figures back."""
        return tuple(v for v in self.profile.texts if not is_suppressed(v))


def one_sided(reading: Reading) -> Literal["known", "unknown", ""]:
    """Whether a column holds one way of saying yes, or nothing, and how sure that is.

    'known' where its name is that of a yes/no trait, 'unknown' where it is not.
    """
    profile, codes = reading.profile, reading.codes
    if profile.distinct != 1 or not profile.missing or len(codes) != 1:
        return ""
    named = reading.meaning if reading.meaning and reading.meaning.yes else None
    both = yes_no(codes)
    if both is not None and both[0]:
        return "known" if named or race_of_name(profile.name) else "unknown"
    own = meaning_of(codes[0])
    # 'IEP' or nothing in a column of that name.
    same = named is not None and own is not None and own.meaning.key == named.key
    return "known" if same else ""


def read_columns(
    profiles: Sequence[ColumnProfile],
    settings: Settings | None = None,
    known: RowsAre | None = None,
) -> tuple[tuple[Reading, ...], RowsAre]:
    """The role of every column, and what a row is (found out where not ``known``)."""
    repeated = families(profile.name for profile in profiles)
    found = recognised(profiles, table=known in ("counts", "figures"))
    crdc = sum(bool(_CRDC.fullmatch(p.name)) for p in profiles) >= 30
    given = settings.columns if settings is not None else {}
    averages = settings is not None and settings.published.averages
    known = known or ("figures" if averages else None)
    rows: RowsAre = "counts" if crdc else known or what_rows_are(profiles, found, given)
    readings = [
        _guarded(
            _read(
                profile,
                found[profile.name],
                repeated.get(profile.name),
                rows,
                crdc=crdc,
            ),
            rows,
        )
        for profile in profiles
    ]
    if settings is not None:
        readings = [yours(reading, settings.columns) for reading in readings]
    return tuple(one_of_each(readings)), rows


def _read(
    profile: ColumnProfile,
    identifier: Reason | None,
    family: tuple[str, str] | None,
    rows: RowsAre,
    *,
    crdc: bool,
) -> Reading:
    base = Reading(
        profile=profile,
        role=Role.OTHER,
        reason="not understood",
        confidence=0.3,
        family=family,
        identifier=identifier,
    )
    if identifier is not None:
        return replace(
            base,
            role=identifier.role,
            reason=f"recognised as {identifier.what}, {identifier.because}",
            confidence=identifier.confidence,
        )
    if profile.present == 0:
        return replace(base, reason="it has no values", confidence=1.0)
    named = meaning_of(family[0] if family else profile.name)
    race = race_of_name(profile.name) if yes_no(profile.texts) else None
    if named is not None and named.about_staff:
        staff = "it is about the teacher, not the student"
        return replace(base, reason=staff, confidence=0.7, about_staff=True)
    if crdc and _CRDC.fullmatch(profile.name) and profile.name not in _CRDC_KEYS:
        if profile.is_numeric:
            counted = "a count in the Civil Rights Data Collection"
            return replace(base, role=Role.COUNT, reason=counted, confidence=0.9)
        return _by_contents(base, rows)
    if rows == "counts" and are_sizes(profile):
        return _with(base, Role.TOTAL, "how many students", 0.7)
    one_of_many = named is not None and named.meaning.key == "race"
    if one_of_many and yes_no(profile.texts):
        named = None  # 'EthnicityFlag_X' asks about one group; it is not the race
    if profile.distinct > 1 and are_states(profile.name, base.codes):
        state = meaning_of("state")
        base = replace(base, meaning=state.meaning if state else None)
        return _with(base, Role.SCHOOL, "states, which are places", 0.9)
    if named is None or race is not None:
        return _by_contents(base, rows, is_race=race is not None)
    reading = replace(base, meaning=named.meaning)
    said = f"named like {named.meaning.label.lower()}"
    sure = 0.9 if named.whole else 0.7
    match named.meaning.role:
        case Role.OUTCOME:
            return _outcome(reading, said, sure, rows)
        case Role.DIMENSION:
            if rows == "counts" and profile.is_integer and profile.distinct > MANY:
                return _by_contents(replace(base, meaning=None), rows)
            return _dimension(of_races(reading), said, sure)
        case Role.SCHOOL:
            return _school(reading, said, sure)
        case Role.GRADE:
            return _grade(reading, said, sure)
        case Role.YEAR:
            return _year(reading, said, sure)
        case Role.TOTAL | Role.COUNT | Role.WEIGHT as role:
            fits = profile.is_numeric and (profile.low or 0) >= 0
            if fits and (rows == "counts" or role is Role.WEIGHT):
                return replace(reading, role=role, reason=said, confidence=sure)
            return _by_contents(replace(base, meaning=None), rows)
        case _:
            counts = rows == "counts" and marker(profile.name) and not numbers(profile)
            if counts and profile.is_integer:
                return _by_contents(replace(base, meaning=None), rows)
            place = reading.key == "district" and 1 < profile.distinct <= MANY
            if rows == "counts" and place and not profile.is_numeric:
                return _dimension(reading, said, sure)
            return replace(reading, reason=said, confidence=sure)


def _guarded(reading: Reading, rows: RowsAre) -> Reading:
    """Text without a telling name that may name people is nobody's group."""
    profile, codes = reading.profile, reading.codes
    if reading.hidden or profile.is_numeric or profile.type != "text":
        return reading
    told = reading.meaning is not None and not reading.about_staff
    people = looks_like_people(profile)
    if told:
        may = reading.key == "class" and people
    else:
        controlled = (
            yes_no(codes)
            or race_of_name(profile.name) is not None
            or max(map(profile.shape, ("date", "band", "percent", "school year")))
            >= 0.6
        )
        counted = rows != "students" and 2 * profile.distinct <= profile.present
        may = not controlled and (
            people or not (is_shared(profile) or are_codes(profile) or counted)
        )
    if not may:
        return reading
    reason = reading.reason
    if reading.role is Role.DIMENSION:
        reason = "no telling name, and its text may name people"
    role = Role.OTHER if reading.role is Role.DIMENSION else reading.role
    return replace(reading, role=role, reason=reason, may_name=True)


def _shape_said(reading: Reading) -> str:
    """The evidence of the contents, without any value."""
    profile = reading.profile
    codes = reading.codes
    if yes_no(codes):
        return "all values yes or no"
    if profile.is_numeric and profile.distinct > 2:
        kind = "whole numbers" if profile.is_integer else "numbers"
        return f"{kind}, {profile.distinct:,} different"
    return f"{profile.distinct:,} different value{'s' if profile.distinct != 1 else ''}"


def _with(reading: Reading, role: Role, said: str, confidence: float) -> Reading:
    return replace(
        reading,
        role=role,
        reason=f"{said}; {_shape_said(reading)}",
        confidence=confidence,
    )


def _outcome(reading: Reading, said: str, sure: float, rows: RowsAre) -> Reading:
    profile, meaning = reading.profile, reading.meaning
    mark = marker(profile.name)
    two = yes_no(reading.codes)
    if rows != "students" and profile.is_numeric and not _are_answers(profile):
        two = None
    years = profile.shape("year") >= 0.9 and profile.distinct <= MANY
    if years and (profile.low or 0) >= 1900:
        return replace(reading, meaning=None, reason="it holds years", confidence=0.6)
    if reading.key == "german mark" and (profile.high or 0) > 6:
        other = meaning_of("nota")
        reading = replace(reading, meaning=other.meaning if other else None)
    share = (profile.low or 0) >= 0 and (profile.high or 0) <= 100
    own = rows == "students" and reading.key == "attendance rate" and share
    if profile.is_numeric and not two and mark == "percent" and not own:
        said = (
            "percents of groups, compared without numbers of students"
            if rows == "figures"
            else "percents, which cannot be averaged over groups of different sizes"
        )
        return _with(reading, Role.OTHER, said, sure)
    if reading.key == "attendance rate" and profile.shape("percent") >= 0.5:
        said = "its numbers are written with a percent sign: format them as plain ones"
        return _with(reading, Role.OTHER, said, sure)
    if rows != "students" and profile.is_numeric and not two:
        if mark == "mean":
            said = "averages of groups, compared without numbers of students"
            return _with(reading, Role.OTHER, said, sure)
        if rows == "counts":
            return _with(reading, Role.COUNT, f"{said}, in a table of counts", 0.6)
    if profile.is_numeric or two or passed(reading.codes):
        return _with(reading, Role.OUTCOME, said, sure)
    if profile.complete and split_outcome(reading.codes, letters=True):
        return _with(
            reading,
            Role.OUTCOME,
            f"{said}; read which of its values count as reached",
            0.7,
        )
    rate = meaning is not None and meaning.kind is Kind.RATE
    steps = profile.complete and steps_of(reading.codes)
    if profile.distinct <= FEW and (rate or steps):
        return _with(
            reading, Role.OUTCOME, f"{said}; say which values count as reached", 0.6
        )
    return _by_contents(replace(reading, meaning=None), rows)


def _are_answers(profile: ColumnProfile) -> bool:
    """Whether 0 and 1 in a table may be no and yes: not all 0, and no percentages."""
    return profile.distinct > 1 and marker(profile.name) != "percent"


def _dimension(reading: Reading, said: str, sure: float) -> Reading:
    profile = reading.profile
    if one_sided(reading) == "known":
        return replace(
            reading,
            role=Role.DIMENSION,
            reason=f"{said}; only yes is ever written, so an empty cell is taken as no",
            confidence=sure - 0.1,
        )
    if profile.distinct == 1:
        return _with(reading, Role.OTHER, f"{said}; the same in every row", 0.8)
    decimals = profile.is_numeric and not profile.is_integer
    coded = profile.is_numeric and not yes_no(reading.codes)
    if (decimals and profile.distinct > FEW) or (coded and profile.distinct > MANY):
        return _with(reading, Role.OTHER, f"{said}, but a number", 0.6)
    if profile.distinct > MANY:
        small = profile.distinct <= 1000 and reading.key in (
            "race",
            "language",
            "region",
        )
        role = Role.DIMENSION if small else Role.OTHER
        return _with(reading, role, said, 0.5)
    return _with(reading, Role.DIMENSION, said, sure - (0.2 if coded else 0.0))


def _school(reading: Reading, said: str, sure: float) -> Reading:
    folded = {text.casefold() for text in reading.codes}
    if folded and folded <= _PLACE_KINDS:
        place = meaning_of("urbanicity")
        return _with(
            replace(reading, meaning=place.meaning if place else None),
            Role.DIMENSION,
            "its values are kinds of place",
            0.9,
        )
    if yes_no(reading.codes):
        return _by_contents(replace(reading, meaning=None), "students")
    return _with(reading, Role.SCHOOL, said, sure)


def _grade(reading: Reading, said: str, sure: float) -> Reading:
    texts = reading.codes
    read = sum(read_grade(text) is not None for text in texts)
    if texts and read >= 0.6 * len(texts):
        return _with(reading, Role.GRADE, said, sure)
    numbers = reading.profile.is_numeric and reading.profile.distinct > FEW
    if numbers or (reading.profile.complete and is_letter_grades(texts)):
        mark = meaning_of("final grade")
        return _with(
            replace(reading, meaning=mark.meaning if mark else None),
            Role.OUTCOME,
            f"named like a grade, but its {'numbers' if numbers else 'letters'} are "
            "marks",
            0.6,
        )
    return _with(
        reading, Role.OTHER, f"{said}, but its values are not grade levels", 0.5
    )


def _year(reading: Reading, said: str, sure: float) -> Reading:
    profile = reading.profile
    dated = max(profile.shape("year"), profile.shape("school year"))
    if dated >= 0.8 or (profile.distinct <= 30 and profile.is_integer):
        return _with(reading, Role.YEAR, said, sure if dated >= 0.8 else sure - 0.3)
    if profile.distinct <= MANY:
        return _with(
            replace(reading, meaning=None),
            Role.DIMENSION
            if profile.distinct > 1 and (profile.is_numeric or is_shared(profile))
            else Role.OTHER,
            "a few different values",
            0.4,
        )
    return _with(reading, Role.OTHER, f"{said}, but its values are not years", 0.5)


def _by_contents(reading: Reading, rows: RowsAre, *, is_race: bool = False) -> Reading:
    """No telling name: what do the values say?"""
    profile, codes = reading.profile, reading.codes
    if is_race:
        return _with(reading, Role.DIMENSION, "named like one race", 0.8)
    if one_sided(reading):
        said = (
            "only yes is ever written; as a dimension in equity.toml, an empty cell is"
            " taken as no"
        )
        return replace(reading, role=Role.DIMENSION, reason=said, confidence=0.3)
    if profile.distinct <= 1:
        return _with(reading, Role.OTHER, "the same in every row", 0.8)
    if profile.type == "date" or profile.shape("date") >= 0.8:
        return _with(reading, Role.OTHER, "dates", 0.8)
    if yes_no(codes) and (rows == "students" or _are_answers(profile)):
        return _with(reading, Role.DIMENSION, "no telling name", 0.4)
    if profile.complete and split_outcome(codes):
        done = meaning_of("passed")
        return _with(
            replace(reading, meaning=done.meaning if done else None),
            Role.OUTCOME,
            "its values say whether something was reached",
            0.6,
        )
    if profile.complete and steps_of(codes) and not re.search(r"\d", codes[0]):
        return _with(
            reading,
            Role.OUTCOME,
            "answers from agree to disagree; say which of them count as reached",
            0.6,
        )
    if not profile.is_numeric and profile.distinct <= 40 and reader_for(codes):
        race = meaning_of("race")
        return _with(
            replace(reading, meaning=race.meaning if race else None),
            Role.DIMENSION,
            "its values are races and ethnicities",
            0.8,
        )
    if profile.is_numeric:
        mark = marker(profile.name)
        whole = profile.integers == profile.numbers and (profile.low or 0) >= 0
        if mark == "percent" and not whole:
            return _with(reading, Role.OTHER, "percents", 0.6)
        if rows == "counts" and whole and (profile.high or 0) > 1:
            return _with(reading, Role.COUNT, "in a table of counts", 0.5)
        if profile.shape("year") >= 0.95 and (profile.low or 0) >= 1900:
            return _with(reading, Role.OTHER, "years", 0.5)
        return _with(
            reading, Role.OTHER, "no telling name: an outcome, if you say so", 0.3
        )
    if profile.shape("school year") >= 0.9 and profile.distinct <= MANY:
        year = meaning_of("year")
        return _with(
            replace(reading, meaning=year.meaning if year else None),
            Role.YEAR,
            "its values are school years",
            0.6,
        )
    banded = profile.shape("band") >= 0.8 and profile.distinct <= 30
    shared = rows != "students" or is_shared(profile)
    if banded or (profile.distinct <= FEW and shared):
        return _with(reading, Role.DIMENSION, "no telling name", 0.4)
    return _with(reading, Role.OTHER, "no telling name", 0.3)
