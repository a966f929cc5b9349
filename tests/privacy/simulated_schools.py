"""Invented schools that look real, to try what is published against an attacker.

``simulate`` gives a row a student and year; ``cells_of`` and ``every_cell`` count them
in their finest cells.  Nobody in it exists, and no file is read: each figure is drawn
by a numpy generator, so that the same seed gives the same students everywhere.

What is sampled, and from what public facts the shares are (rounded, and only as far as
small cells look as they do in life; nothing here is an estimate of anything):

- *Race*, eight groups: the seven that federal collections report, and 'Not reported'.
  National shares of public-school students: National Center for Education Statistics
  (NCES), Condition of Education, fall 2022.  A school's shares are a logistic normal
  around its district's, so spread that about a third of students are in schools where
  one group is 75 % or more, and about 14 % where one is 90 % or more: Government
  Accountability Office, GAO-22-104737, for 2020-21.
- *Gender*: 51 % boys; the third is about 2 in 1,000 (the few States that publish it).
- *Lunch*: about half are eligible (NCES Digest table 204.10); a school's poverty is
  its own, higher where fewer students are White or Asian.
- *English learners*: about 1 in 10, three quarters of them Hispanic (NCES Condition).
- *Special education*: about 15 %, most often American Indian and Black students, least
  often Asian ones, boys nearly twice as often as girls (NCES Condition, IDEA 618).
- *Homeless*: between 2 and 3 in 100 (National Center for Homeless Education), nearly
  all of them eligible for lunch.
- *Suspended* out of school: about 5 %, more often Black students, boys and students
  with disabilities (Civil Rights Data Collection 2017-18).
- *Score*: the scale of NAEP reading in grade 4 in 2022, mean 217 and standard deviation
  38; *proficient* is 238 and over, about a third.  Some have neither, and more of those
  who are often away.
- *Chronically absent*: about 28 % (state figures of 2021-22, as gathered by T. Dee).
- *AP*: an advanced course, about 1 in 6; in the lower grades a gifted programme, so
  that every grade has an outcome of its own.

The odds behind these gaps are those of the system that the figures describe: who is
sent home, who is looked for.  They say nothing of students.

A student keeps number, race, gender and (mostly) the other traits from year to year,
moves up a grade, and is there again next year with a chance of 85 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]

# Levels, with a national share of each race.
RACES: Final = {
    "American Indian or Alaska Native": 0.009,
    "Asian": 0.055,
    "Black or African American": 0.15,
    "Hispanic or Latino": 0.29,
    "Native Hawaiian or Pacific Islander": 0.004,
    "White": 0.437,
    "Two or more races": 0.05,
    "Not reported": 0.005,
}
LEVELS: Final[dict[str, tuple[str, ...]]] = {
    "race": tuple(RACES),
    "gender": ("Female", "Male", "Nonbinary"),
    "lunch": ("Not eligible", "Free or reduced price"),
    "english_learner": ("No", "Yes"),
    "special_education": ("No", "Yes"),
    "homeless": ("No", "Yes"),
}
SHAPE: Final = tuple(map(len, LEVELS.values()))  # (8, 3, 2, 2, 2, 2): 192 cells
GRADES: Final = ("K", *map(str, range(1, 13)))
# Kinds of school: lowest and highest grade, and how common.  None is so short that
# those who finish it are more than those who leave in all.
_KINDS: Final = ((0, 6, 0.45), (0, 8, 0.2), (6, 12, 0.25), (0, 12, 0.1))

# Log odds by race, in the order of RACES.
_POVERTY: Final = np.array([0.7, -0.7, 0.9, 0.8, 0.7, -0.6, 0.0, 0.1])
_ENGLISH: Final = np.array([-2.3, -1.3, -3.4, -0.9, -1.2, -4.6, -3.8, -2.0])
_SPECIAL: Final = np.array([0.3, -0.75, 0.15, 0.0, -0.1, 0.0, 0.05, -0.4])
_SENT_HOME: Final = np.array([0.5, -1.2, 0.95, 0.0, 0.2, -0.15, 0.35, -0.5])
_AWAY: Final = np.array([0.6, -0.9, 0.4, 0.3, 0.6, -0.2, 0.1, 0.0])
_SCORE: Final = np.array([-14.0, 16.0, -14.0, -9.0, -12.0, 6.0, 3.0, -2.0])


class Cells(NamedTuple):
    """The finest cells of one school in one year.

    Attributes
    ----------
    levels
        The values of each dimension, in the order of the arrays' axes.
    n
        Students, of shape (8, 3, 2, 2, 2, 2).
    suspended
        Those of them who were suspended, of the same shape.
    """

    levels: dict[str, tuple[str, ...]]
    n: Codes
    suspended: Codes


@dataclass
class _Schools:
    """What a school keeps from year to year, an entry a school."""

    district: Codes
    race: Numbers  # cumulated shares, (schools, 8)
    lowest: Codes
    highest: Codes
    poverty: Numbers
    sent_home: Numbers
    away: Numbers
    advanced: Numbers
    score: Numbers


@dataclass
class _Students:
    """Who sits on each seat; those who come later replace those who left."""

    school: Codes
    number: Codes
    grade: Codes
    ability: Numbers
    traits: dict[str, Codes] = field(default_factory=dict)


def _logistic(odds: Numbers) -> Numbers:
    return 1.0 / (1.0 + np.exp(-odds))


def _schools(rng: np.random.Generator, schools: int, per_district: int) -> _Schools:
    districts = -(-schools // per_district)
    district = np.sort(rng.integers(districts, size=schools))
    base = np.log(np.array(list(RACES.values())))
    # What is normal on the logarithm has a mean above its centre.
    base += np.array([-0.2, 0.0, -0.2, 0.0, 0.1, 0.15, 0.1, 0.2])
    # The two steps make the spread of the docstring's second fact; the larger groups
    # differ more between places, and White students' share is held against them all.
    spread = np.array([1.0, 0.9, 1.6, 1.6, 0.8, 1.6, 0.3, 0.8])
    place = rng.normal(size=(districts, 8)) * spread
    own = rng.normal(size=(schools, 8)) * spread * 0.5
    shares = np.exp(base + place[district] + own)
    shares /= shares.sum(axis=1, keepdims=True)
    kinds = np.array(_KINDS)
    kind = rng.choice(len(kinds), size=schools, p=kinds[:, 2])
    few = 1.0 - shares[:, [1, 5]].sum(axis=1)
    poverty = 1.4 * (few - 0.5) + rng.normal(0.0, 0.8, schools)
    return _Schools(
        district=district,
        race=np.cumsum(shares, axis=1),
        lowest=kinds[kind, 0].astype(np.int64),
        highest=kinds[kind, 1].astype(np.int64),
        poverty=poverty,
        sent_home=rng.normal(0.25 * poverty, 0.6),
        away=rng.normal(0.3 * poverty, 0.4),
        advanced=rng.normal(-0.3 * poverty, 0.5),
        score=rng.normal(-6.0 * poverty, 6.0),
    )


def _newcomers(
    rng: np.random.Generator, at: _Schools, school: Codes
) -> dict[str, Codes]:
    """Traits of as many new students as ``school`` has entries, as codes."""
    many = len(school)
    race = (rng.random(many)[:, None] > at.race[school, :-1]).sum(axis=1)
    gender = np.searchsorted([0.485, 0.998], rng.random(many), side="right")
    poor = _POVERTY[race] + at.poverty[school]
    lunch = rng.random(many) < _logistic(poor)
    english = rng.random(many) < _logistic(_ENGLISH[race] + 0.5 * lunch - 0.45)
    boy = np.array([-0.35, 0.3, 0.0])[gender]
    special = rng.random(many) < _logistic(_SPECIAL[race] + boy + 0.25 * lunch - 1.95)
    homeless = rng.random(many) < np.where(lunch, 0.042, 0.002)
    return {
        "race": race,
        "gender": gender,
        "lunch": lunch.astype(np.int64),
        "english_learner": english.astype(np.int64),
        "special_education": special.astype(np.int64),
        "homeless": homeless.astype(np.int64),
    }


def _a_year_on(rng: np.random.Generator, traits: dict[str, Codes]) -> None:
    """Some of those who stayed: reclassified, found eligible, housed."""
    many = len(traits["race"])
    english, special = traits["english_learner"], traits["special_education"]
    english[(english == 1) & (rng.random(many) < 0.1)] = 0
    changed = rng.random(many)
    special[(special == 0) & (changed < 0.008)] = 1
    special[(special == 1) & (changed > 0.95)] = 0
    lunch, homeless = traits["lunch"], traits["homeless"]
    flipped = rng.random(many) < 0.06
    lunch[flipped] = 1 - lunch[flipped]
    homeless[(homeless == 1) & (rng.random(many) < 0.6)] = 0
    homeless[rng.random(many) < np.where(lunch == 1, 0.026, 0.001)] = 1


def _outcomes(
    rng: np.random.Generator, at: _Schools, students: _Students
) -> dict[str, pa.Array]:
    """What happened to each student in one year; None where it is not known."""
    many, school, traits = len(students.school), students.school, students.traits
    race, lunch = traits["race"], traits["lunch"]
    english, special = traits["english_learner"], traits["special_education"]
    homeless, gender = traits["homeless"], traits["gender"]
    boy = np.array([-0.4, 0.35, 0.2])[gender]
    older = np.minimum(students.grade, 9) / 9.0
    suspended = rng.random(many) < _logistic(
        _SENT_HOME[race] + boy + 0.6 * special + 0.5 * lunch + 0.4 * homeless
        + 1.6 * older + at.sent_home[school] - 4.75
    )  # fmt: skip
    absent = rng.random(many) < _logistic(
        _AWAY[race] + 0.55 * lunch + 0.4 * special + 0.9 * homeless + 0.8 * suspended
        + at.away[school] - 1.5
    )  # fmt: skip
    score = np.rint(
        231.0 + _SCORE[race] + at.score[school] + 32.0 * students.ability
        + rng.normal(0.0, 11.0, many)
        - 8.0 * lunch - 24.0 * english - 26.0 * special - 7.0 * absent
    ).clip(0, 500)  # fmt: skip
    advanced = rng.random(many) < _logistic(
        1.3 * students.ability + _SCORE[race] / 20.0 - 0.4 * lunch - 1.0 * english
        - 1.0 * special + at.advanced[school] - 1.6
    )  # fmt: skip
    untested = rng.random(many) < np.where(absent, 0.1, 0.03)
    return {
        "suspended": pa.array(suspended.astype(np.int8)),
        "proficient": pa.array((score >= 238).astype(np.int8), mask=untested),
        "chronically_absent": pa.array(absent.astype(np.int8)),
        "ap": pa.array(advanced.astype(np.int8)),
        "score": pa.array(score.astype(np.int16), mask=untested),
    }


def _worded(codes: Codes, words: tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), list(words))


def simulate(
    schools: int,
    seed: int,
    *,
    years: int = 3,
    sizes: tuple[int, int] = (40, 3000),
    stay: float = 0.85,
    per_district: int = 10,
    first_year: int = 2022,
) -> pa.Table:
    """Students of invented schools, a row a student and year.

    Parameters
    ----------
    schools
        How many.
    seed
        The same seed and arguments give the same table.
    years
        How many years, from ``first_year`` on.  Two releases a year apart are two cuts
        of the column ``year``.
    sizes
        Fewest and most students of a school, drawn evenly on the logarithm; a school
        grows or shrinks by some 2 % a year within them.
    stay
        The chance of being in the same school a year later.
    per_district
        Schools a district, on average.

    Returns
    -------
    pyarrow.Table
        ``student_id`` (int64), ``district``, ``school``, ``year`` (int32), ``grade``,
        the six dimensions of ``LEVELS`` (dictionaries of words), and the outcomes
        ``suspended``, ``proficient``, ``chronically_absent``, ``ap`` (0 or 1) and
        ``score`` (0 to 500).  Sorted by year and school.
    """
    rng = np.random.default_rng(seed)
    at = _schools(rng, schools, per_district)
    low, high = sizes
    logs = rng.uniform(np.log(low), np.log(high), schools)
    growth = rng.normal(0.0, 0.02, (years, schools))
    growth[0] = 0.0
    wanted = np.rint(np.exp(logs + np.cumsum(growth, axis=0)))
    seats = wanted.clip(low, high).astype(np.int64)  # (years, schools)
    most = seats.max(axis=0)
    school = np.repeat(np.arange(schools), most)
    seat = np.arange(len(school)) - np.repeat(np.cumsum(most) - most, most)

    span = at.highest - at.lowest + 1
    moves = 1.0 - np.minimum(1.0, stay / (1.0 - 1.0 / span))
    lowest, highest = at.lowest[school], at.highest[school]
    students = _Students(
        school=school,
        number=np.arange(len(school)),
        # Each seat starts a grade further than the last, and moves on each year: the
        # grades of a school stay of one size.
        grade=lowest + (seat + rng.integers(13, size=schools)[school]) % span[school],
        ability=rng.normal(size=len(school)),
        traits=_newcomers(rng, at, school),
    )
    known = len(school)
    seated = seat < seats[0][school]
    tables = []
    for year in range(years):
        if year:
            was_there, seated = seated, seat < seats[year][school]
            finished = students.grade == highest
            gone = finished | (rng.random(len(school)) < moves[school]) | ~was_there
            _a_year_on(rng, students.traits)
            students.grade = np.where(finished, lowest, students.grade + 1)
            new = int(gone.sum())
            students.number[gone] = np.arange(known, known + new)
            known += new
            students.ability[gone] = rng.normal(size=new)
            for name, codes in _newcomers(rng, at, school[gone]).items():
                students.traits[name][gone] = codes
        there = _Students(
            school=school[seated],
            number=students.number[seated],
            grade=students.grade[seated],
            ability=students.ability[seated],
            traits={name: of[seated] for name, of in students.traits.items()},
        )
        tables.append(_rows(rng, at, there, first_year + year))
    table = pa.concat_tables(tables)
    # A number must not tell the school or the year of entry.
    numbers = 10_000_000 + rng.permutation(known)
    numbered = pa.array(numbers[table["student_id"].to_numpy()])
    return table.set_column(0, "student_id", numbered)


def _rows(
    rng: np.random.Generator, at: _Schools, there: _Students, year: int
) -> pa.Table:
    schools = tuple(f"School {one + 1:04}" for one in range(len(at.district)))
    districts = tuple(f"District {one + 1:03}" for one in range(at.district[-1] + 1))
    return pa.table(
        {
            "student_id": there.number,
            "district": _worded(at.district[there.school], districts),
            "school": _worded(there.school, schools),
            "year": pa.array(np.full(len(there.school), year, dtype=np.int32)),
            "grade": _worded(there.grade, GRADES),
            **{name: _worded(there.traits[name], of) for name, of in LEVELS.items()},
            **_outcomes(rng, at, there),
        }
    )


def _codes(table: pa.Table, name: str) -> Codes:
    codes: Codes = table[name].combine_chunks().indices.to_numpy().astype(np.int64)
    return codes


def every_cell(table: pa.Table, *, year: int) -> tuple[tuple[str, ...], Codes, Codes]:
    """The finest cells of all schools in one year: quick for many schools.

    Returns
    -------
    tuple
        The schools' names, students of shape (schools, 8, 3, 2, 2, 2, 2), and those of
        them who were suspended, of the same shape.
    """
    table = table.filter(pc.equal(table["year"], year))
    schools = tuple(table["school"].combine_chunks().dictionary.to_pylist())
    shape = (len(schools), *SHAPE)
    places = [_codes(table, name) for name in ("school", *LEVELS)]
    cell = np.ravel_multi_index(places, shape)
    size = int(np.prod(shape))
    sent = table["suspended"].to_numpy() == 1
    n = np.bincount(cell, minlength=size).reshape(shape)
    suspended = np.bincount(cell[sent], minlength=size).reshape(shape)
    return schools, n.astype(np.int64), suspended.astype(np.int64)


def cells_of(table: pa.Table, school: str, year: int) -> Cells:
    """The finest cells of one school in one year.

    A name or year that is not in the table gives cells without students.
    """
    _, n, suspended = every_cell(
        table.filter(pc.equal(table["school"].cast(pa.string()), school)), year=year
    )
    return Cells(LEVELS, n.sum(axis=0), suspended.sum(axis=0))


def every_school(table: pa.Table, *, year: int) -> Iterator[tuple[str, Cells]]:
    """Each school of one year with its finest cells."""
    schools, n, suspended = every_cell(table, year=year)
    for name, students, sent in zip(schools, n, suspended, strict=True):
        yield name, Cells(LEVELS, students, sent)
