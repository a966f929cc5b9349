"""What a student file's columns, disabilities and settings mean, by their usual names.

Names and codes are those of the federal child count files (EDFacts) and of common
student information systems.  Numbers are never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from equitable.intake.profile import is_missing
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    TOTAL_REMOVALS,
    Area,
)

NONE: Final = "none"
OTHER: Final = "other"
"""A disability that has no category of its own: it counts under 'disability' alone."""
PRIVATE: Final = "private"
"""Placed in a private school by the parents: not enrolled in the district."""

_DISABILITIES: Final[Mapping[str, str]] = {
    "intellectual": (
        "id|intellectual disability|intellectual disabilities|intdis|mr|"
        "mental retardation|cognitive disability|cd"
    ),
    "learning": "sld|specific learning disability|specific learning disabilities|ld|"
    "learning disability|learning disabilities",
    "emotional": "ed|ebd|sed|emn|emotional disturbance|emotional disability|"
    "serious emotional disturbance|emotional behavioral disability|"
    "emotional or behavioral disorder|emotional behavioral disorder|bd",
    "speech": "sli|si|speech or language impairment|speech or language impairments|"
    "speech language impairment|speech and language impairment|speech impairment|"
    "language impairment",
    "health": "ohi|other health impairment|other health impairments|"
    "other health impaired",
    "autism": "aut|au|autism|autism spectrum disorder|asd|autistic",
    OTHER: "tbi|traumatic brain injury|oi|orthopedic impairment|"
    "orthopedic impairments|hi|hearing impairment|hearing impairments|deaf|deafness|"
    "deaf or hard of hearing|hard of hearing|dhh|vi|visual impairment|"
    "visual impairments|visual impairment including blindness|blind|db|"
    "deaf blindness|deafblindness|md|multiple disabilities|multiple disability|mdi|"
    "dd|developmental delay|other disability",
    NONE: "none|no|n|no disability|not disabled|general education|regular education|"
    "0|without disability|wodis",
}
_SETTINGS: Final[Mapping[str, str]] = {
    "under-40": "rc39|rc<40|rc40|<40%|under 40%|less than 40%|rc<40%|"
    "inside regular class less than 40 percent of the day|"
    "inside regular class less than 40% of the day|inside regular class <40%|"
    "regular class less than 40%|regular class under 40%",
    "separate": "ss|sep sch|separate school|rf|residential facility|"
    "separate schools|residential facilities|separate day school",
    PRIVATE: "ppps|parentally placed in private school|"
    "parentally placed in private schools",
    OTHER: "rc80|rc>=80|rc79to40|rc40to79|rc 40-79|>=80%|80%+|40-79%|40% to 79%|hh|"
    "homebound hospital|homebound or hospital|homebound|hospital|cf|"
    "correctional facility|correctional facilities|"
    "inside regular class 80 percent or more of the day|"
    "inside regular class 80% or more of the day|"
    "inside regular class 40% through 79% of the day|"
    "inside regular class 40 through 79 percent of the day",
}
_COLUMNS: Final[Mapping[str, str]] = {
    "district": "district|lea|leaid|district name|lea name|district id",
    "year": "year|school year|sy|academic year",
    "group": "race|race ethnicity|ethnicity|race group|federal race|racial group",
    "age": "age|age at count|child count age|age on october 1|age oct 1|"
    "age at snapshot",
    "kindergarten": "kindergarten|in kindergarten|is kindergarten",
    "disability": "disability|disability category|primary disability|"
    "idea disability|primary disability category|disability type|idea category",
    "setting": "setting|educational environment|idea setting|placement|"
    "education setting|environment|lre|lre setting|special education setting",
    "out_days": "oss days|out of school days|days oss|out of school suspension days|"
    "days out of school|oss expulsion days|out days",
    "in_days": "iss days|in school days|days iss|in school suspension days|in days",
    "removals": "removals|total removals|disciplinary removals|number of removals",
    "other_removal": "interim removal|removed to interim setting|iaes|"
    "interim alternative setting|hearing officer removal|unilateral removal",
}
_OF_COUNTS: Final[Mapping[str, str]] = {
    "category": "category|idea category|analysis category|category of analysis|"
    "disproportionality category|category key",
    "group": "group|subgroup|student group|student subgroup|race group|racial group",
    "count": "count|cell|cell size|numerator|number with outcome|with the outcome|"
    "with outcome|children with the outcome|outcome count",
    "total": "total|n|n size|denominator|enrolled|enrollment|enrolment|children|"
    "students|population|all children|total children|total students",
}
"""A table of counts, beside the district, year and group of ``_COLUMNS``."""


def of_counts(names: Iterable[str]) -> dict[str, str]:
    """The columns of a table of counts that names say, the first of each.

    Keys are 'category', 'group', 'count' and 'total', 'district' and 'year'; a column
    of race is the group wherever there is one.

    >>> of_counts(["LEA", "Category", "Race", "Count", "N"])["group"]
    'Race'
    """
    names = list(names)
    found: dict[str, str] = {}
    for table in ("columns", "of counts"):
        for name in names:
            meant = _known(table).get(_bare(name))
            if meant in {*_OF_COUNTS, "district", "year"}:
                found.setdefault(meant, name)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaColumns:
    """Which columns of a student file say what; ``None``: the file does not say it.

    ``out_days`` and ``in_days`` are the school year's days of out-of-school suspension
    and expulsion, and of in-school suspension, added up for each student;
    ``other_removal`` is yes for a removal by school personnel to an interim setting or
    by a hearing officer; ``removals`` is the number of removals of every kind.
    """

    group: str | None = None
    district: str | None = None
    year: str | None = None
    age: str | None = None
    kindergarten: str | None = None
    disability: str | None = None
    setting: str | None = None
    out_days: str | None = None
    in_days: str | None = None
    removals: str | None = None
    other_removal: str | None = None

    @classmethod
    def recognised(cls, names: Iterable[str]) -> IdeaColumns:
        """The columns that names say, the first of each; others stay ``None``."""
        found: dict[str, str] = {}
        for name in names:
            meant = _known("columns").get(_bare(name))
            if meant is not None:
                found.setdefault(meant, name)
        return cls(**found)

    def categories(self) -> tuple[str, ...]:
        """The keys of the categories that these columns are enough for."""
        if self.disability is None:
            return ()
        held = [c.key for c in CATEGORIES.values() if c.area is Area.IDENTIFICATION]
        if self.setting is not None:
            held += ["under-40", "separate"]
        if self.out_days is not None:
            held += ["out-to-10", "out-over-10"]
        if self.in_days is not None:
            held += ["in-to-10", "in-over-10"]
        complete = self.out_days is not None and self.in_days is not None
        if complete or self.removals is not None:
            held.append(TOTAL_REMOVALS)
        return tuple(held)


def read_disability(text: str | None) -> str | None:
    """The category's key that a text says; ``OTHER``, ``NONE``; ``None``: not known.

    >>> read_disability("SLD"), read_disability("Traumatic brain injury")
    ('learning', 'other')
    """
    if text is None or is_missing(text):
        return NONE
    return _known("disabilities").get(_bare(text))


def read_setting(text: str | None) -> str | None:
    """'under-40', 'separate', ``OTHER``, ``PRIVATE``; ``None``: not understood.

    Nothing written is ``OTHER``: the child is in neither of the two placements.
    Early childhood settings (ages 3 through 5) are not read: they are outside the ages.
    """
    if text is None or is_missing(text):
        return OTHER
    return _known("settings").get(_bare(text))


@lru_cache(maxsize=4)
def _known(table: str) -> Mapping[str, str]:
    source = {
        "disabilities": _DISABILITIES,
        "settings": _SETTINGS,
        "columns": _COLUMNS,
        "of counts": _OF_COUNTS,
    }[table]
    return {
        _bare(word): meant
        for meant, listed in source.items()
        for word in listed.split("|")
    }


def _bare(text: str) -> str:
    """Lower case, without spaces and punctuation that do not change the meaning."""
    words = text.casefold().replace("≥", ">=").replace("percent", "%")
    return re.sub(r"[^a-z0-9<>=%+]", "", words)
