"""What the federal rule on significant disproportionality looks at.

Seven racial and ethnic groups, and fourteen categories: what a child is identified
as, where the child is taught, and how the child is disciplined.

The rule is 34 CFR 300.646 and 300.647 (81 FR 92376, 19 December 2016).  The wording of
the categories is shortened here; ``paragraph`` names the place that decides.  It is a
summary, not the law: a State's own rules say how it is applied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from equitable.errors import InputError, QuestionError, did_you_mean
from equitable.intake.race import FEDERAL, Race, read_race
from equitable.vocabulary import NOT_REPORTED

GROUPS: Final[tuple[str, ...]] = FEDERAL.order
"""The seven groups of 34 CFR 300.647(b)(2), in the order of the federal view."""

EDITION: Final = (
    "Followed: 34 CFR 300.646 and 300.647 as published on 19 December 2016 (81 FR"
    " 92376). Where the State's own manual says otherwise, the manual holds."
)
"""Which text of the rule the arithmetic follows."""


class Area(StrEnum):
    """The three things that a district can do out of proportion (300.646(a))."""

    IDENTIFICATION = "identification"
    PLACEMENT = "placement"
    DISCIPLINE = "discipline"


class Population(StrEnum):
    """Who stands in the denominator of a risk (300.647(a)(4))."""

    ENROLLED = "children enrolled"
    WITH_DISABILITIES = "children with disabilities"
    KNOWN = "students whose outcome is known"
    """Of an outcome that is none of the rule's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One of the fourteen categories, or an outcome of one's own (without an area).

    Attributes
    ----------
    key
        The short name in files, settings and results.
    label
        The same in words.
    paragraph
        Of 34 CFR 300.647.
    youngest, oldest
        The ages that are counted, both included.  For the two placements the
        regulation says 6 through 21; a State that counts children aged 5 in
        kindergarten as school age says so (``five_in_kindergarten``).
    """

    key: str
    label: str
    area: Area | None = None
    paragraph: str = ""
    youngest: int = 3
    oldest: int = 21

    @property
    def population(self) -> Population:
        """The denominator: all children enrolled, or those with disabilities."""
        if self.area is None:
            return Population.KNOWN
        if self.area is Area.IDENTIFICATION:
            return Population.ENROLLED
        return Population.WITH_DISABILITIES

    @property
    def ages(self) -> str:
        """The ages in words; those of one's own outcome are the file's."""
        if self.area is None:
            return "as in the file"
        return f"{self.youngest} through {self.oldest}"


def _categories() -> tuple[Category, ...]:
    identified = (
        ("disability", "Any disability", "(b)(3)(i)"),
        ("intellectual", "Intellectual disability", "(b)(3)(ii)(A)"),
        ("learning", "Specific learning disability", "(b)(3)(ii)(B)"),
        ("emotional", "Emotional disturbance", "(b)(3)(ii)(C)"),
        ("speech", "Speech or language impairment", "(b)(3)(ii)(D)"),
        ("health", "Other health impairment", "(b)(3)(ii)(E)"),
        ("autism", "Autism", "(b)(3)(ii)(F)"),
    )
    placed = (
        ("under-40", "In a regular class under 40 % of the day", "(b)(4)(i)"),
        ("separate", "In a separate school or residential facility", "(b)(4)(ii)"),
    )
    disciplined = (
        ("out-to-10", "Out of school, 10 days or fewer", "(b)(4)(iii)"),
        ("out-over-10", "Out of school, more than 10 days", "(b)(4)(iv)"),
        ("in-to-10", "In-school suspension, 10 days or fewer", "(b)(4)(v)"),
        ("in-over-10", "In-school suspension, more than 10 days", "(b)(4)(vi)"),
        ("removals", "Disciplinary removals in total", "(b)(4)(vii)"),
    )
    return (
        *(
            Category(key=k, label=w, area=Area.IDENTIFICATION, paragraph=p)
            for k, w, p in identified
        ),
        *(
            Category(key=k, label=w, area=Area.PLACEMENT, paragraph=p, youngest=6)
            for k, w, p in placed
        ),
        *(
            Category(key=k, label=w, area=Area.DISCIPLINE, paragraph=p)
            for k, w, p in disciplined
        ),
    )


CATEGORIES: Final[Mapping[str, Category]] = {c.key: c for c in _categories()}
IMPAIRMENTS: Final = (
    "intellectual", "learning", "emotional", "speech", "health", "autism",
)  # fmt: skip
_ALSO: Final[Mapping[str, str]] = {
    "disability": "all disabilities|children with disabilities|students with "
    "disabilities",
    "intellectual": "id|intellectual disabilities",
    "learning": "sld|specific learning disabilities",
    "emotional": "ed|emotional disability",
    "speech": "sli|speech or language impairments|speech language impairment",
    "health": "ohi|other health impairments",
    "autism": "aut|autism spectrum disorder",
    "under-40": "rc39|inside a regular class less than 40 percent of the day|inside "
    "regular class less than 40 percent of the day",
    "separate": "separate schools and residential facilities|separate schools or "
    "residential facilities",
    "out-to-10": "out of school suspensions and expulsions of 10 days or fewer|out of "
    "school suspensions or expulsions of 10 days or fewer",
    "out-over-10": "out of school suspensions and expulsions of more than 10 days|out "
    "of school suspensions or expulsions of more than 10 days",
    "in-to-10": "in school suspensions of 10 days or fewer",
    "in-over-10": "in school suspensions of more than 10 days",
    "removals": "total removals|total disciplinary removals|disciplinary removals",
}
"""Other words for a category: those of the rule, and codes of the federal files."""
ANY_DISABILITY: Final = "disability"
TOTAL_REMOVALS: Final = "removals"


@lru_cache(maxsize=256)
def category_named(text: str) -> Category:
    """The category of a key, a label or the rule's words, however it is written.

    Raises
    ------
    QuestionError
        Where it names none of the fourteen.
    """
    wanted = _bare(text)
    for category in CATEGORIES.values():
        words = (category.key, category.label, *_ALSO[category.key].split("|"))
        if wanted in {_bare(word) for word in words}:
            return category
    raise QuestionError(
        f"'{text}' is none of the 14 categories",
        next_step=did_you_mean(text, CATEGORIES, what="categories"),
    )


@lru_cache(maxsize=256)
def federal_group(text: str) -> str | None:
    """The group of the federal seven that a name means.

    Returns
    -------
    The group's name; ``None`` for children whose race nobody wrote down: they are in
    no racial or ethnic group, and so in no comparison either.

    Raises
    ------
    QuestionError
        Where it is not one of the seven, or could be more than one of them ('Asian or
        Pacific Islander').

    >>> federal_group("African American")
    'Black or African American'
    """
    if text.strip().casefold() == NOT_REPORTED.casefold():
        return None
    races = read_race(text)
    joined = races is not None and Race.ASIAN_OR_PACIFIC_ISLANDER in races
    if races is not None and not joined:
        named = FEDERAL.groups(races)[0]
        if named in GROUPS:
            return named
        if named == NOT_REPORTED:
            return None
    near = (
        "Asian and Pacific Islander children are two of the seven groups; their "
        "counts are needed apart."
        if joined
        else did_you_mean(text, GROUPS, what="groups")
    )
    raise QuestionError(
        f"'{text}' is not one of the seven federal groups", next_step=near
    )


@lru_cache(maxsize=256)
def school_year(text: str) -> int:
    """The calendar year in which a school year ends: '2021-22' and '2022' are 2022.

    Raises
    ------
    InputError
        Where it is neither one year nor two that follow each other.
    """
    bare = re.sub(r"(?i)^\s*(sy|school year)\s*", "", text).strip()
    if re.fullmatch(r"(19|20)\d\d", bare):
        return int(bare)
    two = re.fullmatch(r"((?:19|20)\d\d)\s*[-–/]\s*((?:\d\d)?\d\d)", bare)
    if two:
        start, end = int(two[1]), two[2]
        if (start + 1) % 10 ** len(end) == int(end):
            return start + 1
    raise InputError(
        "a school year is written as 2022 or as 2021-22",
        next_step="Consecutive years are counted, so each year must be readable.",
    )


def is_span(text: str) -> bool:
    """Whether a school year is written as two years ('2021-22')."""
    return bool(re.search(r"\d\s*[-–/]\s*\d", text))


def _bare(text: str) -> str:
    return re.sub(r"percent|[^a-z0-9]+", "", text.casefold())
