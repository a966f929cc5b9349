"""Groups and outcomes that files name in many ways, known by one name each.

A page in another language needs to know that 'SWD', 'IDEA: Yes' and 'Students with
Disabilities' are the same students.  Only whole names are compared, never parts of
them: a name that is not listed here stays as the file has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from equitable.vocabulary import Dimension, Indicator

_DROPPED: Final = frozenset(
    {"students", "student", "pupils", "pupil", "children", "the", "who", "are", "a",
     "an", "is", "in", "group", "status", "current", "currently", "identified", "as"}
)  # fmt: skip
_NOT: Final = frozenset({"not", "non", "no", "without", "never"})
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "american-indian": (
        "american indian or alaska native", "american indian alaska native",
        "american indian", "native american", "native", "am",
        "native american or alaska native",
    ),
    "asian": ("asian",),
    "asian-pacific": (
        "asian or pacific islander", "asian pacific islander", "api",
        "asian native hawaiian or other pacific islander",
    ),
    "black": ("black or african american", "black", "african american",
              "black african american", "black not hispanic", "black non hispanic"),
    "hispanic": ("hispanic or latino", "hispanic", "latino", "hispanic latino",
                 "latinx", "hispanic or latino of any race", "latino a"),
    "pacific": (
        "native hawaiian or pacific islander", "pacific islander",
        "native hawaiian or other pacific islander", "native hawaiian pacific islander",
        "native hawaiian other pacific islander", "hawaiian or pacific islander",
    ),
    "white": ("white", "white not hispanic", "white non hispanic"),
    "two-or-more": ("two or more races", "multiracial", "multi racial", "two or more",
                    "multiple races", "multi", "multiracial and or multiethnic"),
    "girls": ("female", "females", "girl", "girls", "f"),
    "boys": ("male", "males", "boy", "boys", "m"),
    "nonbinary": ("nonbinary", "non binary", "gender x", "x"),
    "disability": (
        "swd", "with disabilities", "with disability", "disability", "disabilities",
        "with disability idea", "special education", "sped", "idea", "iep", "with iep",
        "served under idea", "special ed", "disabled", "receiving special education",
    ),
    "section-504": ("section 504", "section 504 only", "section 504 plan", "504",
                    "504 plan", "with section 504 plan"),
    "english-learner": (
        "english learners", "english learner", "ell", "el", "lep",
        "english language learners",
        "english language learner", "limited english proficient", "els",
        "ells", "multilingual learners", "emergent bilingual", "emergent bilinguals",
    ),
    "ever-english-learner": ("ever ell", "ever el", "former english learners",
                             "former ell", "former el", "ever english learner"),
    "poor": (
        "economically disadvantaged", "econ disadv", "low income", "poverty", "frl",
        "low income families",
        "free or reduced price lunch", "free or reduced lunch", "free lunch",
        "socioeconomically disadvantaged", "ecodis", "sed", "from low income families",
        "free and reduced price lunch", "econ disadvantaged",
    ),
    "homeless": ("homeless", "sth", "temporary housing", "in temporary housing",
                 "mckinney vento",
                 "experiencing homelessness", "homeless youth"),
    "foster": ("foster care", "foster", "foster youth"),
    "migrant": ("migrant", "migratory", "migrants"),
    "military": ("military connected", "military family", "military",
                 "parent on active duty", "military families"),
}  # fmt: skip
_BY_NAME: Final = {name: key for key, names in _GROUPS.items() for name in names}
_NEGATED: Final = frozenset(
    {"disability", "section-504", "english-learner", "poor", "homeless", "foster",
     "migrant", "military"}
)  # fmt: skip
_OUTCOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "suspended-out": ("out of school suspension", "suspended out of school",
                      "out of school suspensions"),
    "suspended-in": ("in school suspension", "suspended in school"),
    "suspended": ("suspended", "suspension", "suspensions"),
    "expelled": ("expulsion", "expelled", "expulsions"),
    "referred-to-police": ("law enforcement referral", "referred to law enforcement"),
    "arrested": ("arrest", "arrested at school", "arrested", "school arrest"),
    "moved-to-alternative": ("transfer to alternative", "moved to alternative school"),
    "corporal-punishment": ("corporal punishment", "given corporal punishment"),
    "disciplined": ("disciplined", "discipline"),
    "chronically-absent": ("chronic absence", "chronically absent",
                           "chronic absenteeism", "chronically absent students"),
    "kept-back": ("retention", "kept back grade", "retained"),
    "proficient": ("proficient", "proficiency", "at or above proficient",
                   "met standard", "meeting standard"),
    "graduated": ("graduated", "graduation", "graduates", "graduation rate"),
    "gifted": ("gifted", "gifted and talented education"),
    "advanced-placement": ("advanced placement", "ap"),
    "algebra-8": ("algebra grade 8", "algebra i grade 8"),
    "dual-enrollment": ("dual enrollment",),
    "calculus": ("calculus",),
    "physics": ("physics",),
    "computer-science": ("computer science",),
    "sat-act": ("sat act", "took sat or act"),
}  # fmt: skip
_OUTCOME_BY_NAME: Final = {
    name: key for key, names in _OUTCOMES.items() for name in names
}
_LEVELS: Final = re.compile(r"levels?\s*(\d)(?:\s*(?:\+|&|and|or|-|–)\s*(\d))?")


def bare(text: str) -> str:
    """A name without what does not tell groups apart: 'SWD students' as 'swd'."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return " ".join(word for word in words if word not in _DROPPED)


def known_group(value: str, label: str = "") -> str:
    """The key of a group in the words of each language; '' where it is not known.

    Parameters
    ----------
    value
        What the file calls the group.
    label
        What its trait is called, which a bare 'Yes' or 'No' is about.
    """
    own = bare(value)
    if own in {"yes", "y", "true", "no", "n", "false"}:
        negated, name = own in {"no", "n", "false"}, bare(label)
    else:
        first, _, rest = own.partition(" ")
        # 'Never ELL' is no English learner; 'non binary' is a name of its own.
        negated = first in _NOT and own not in _BY_NAME
        name = rest if negated else own
    key = _BY_NAME.get(name, "")
    if not negated or not key:
        return key
    return f"not-{key}" if key in _NEGATED else ""


def group_key(dimension: Dimension | None, value: str) -> str:
    """As ``known_group``, of a group of a dimension."""
    return known_group(value, dimension.label if dimension else "")


def known_outcome(indicator: Indicator) -> str:
    """The key of an outcome in the words of each language; '' where it is not known."""
    for text in (indicator.name, indicator.count or "", indicator.label):
        name = re.sub(r" (?:rate|share|percent|pct|count|number)$", "", bare(text))
        if name in _OUTCOME_BY_NAME:
            return _OUTCOME_BY_NAME[name]
    return ""


def levels_of(indicator: Indicator) -> tuple[str, str] | None:
    """'Level 3+4' as ('3', '4'), 'Level 1' as ('1', ''): what a count of levels is of.

    ``None`` where the outcome's name says more or something else.
    """
    text = (indicator.count or indicator.label).casefold()
    text = re.sub(r"^[#%\s]+|\s+(?:rate|count|number)$", "", text).strip()
    found = _LEVELS.fullmatch(text)
    return (found[1], found[2] or "") if found else None
