"""The words by which files call races and ethnicities, and how they shorten them.

Words are listed as `race_key` leaves them: case-folded, whole, without 'or', 'and' and
punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "AMERICAN_INDIAN": (
        "american indian alaska native|american indian alaskan native|american indian|"
        "alaska native|alaskan native|native american|indigenous|ai an|aian|"
        "native american alaska native|native american alaskan native|amer indian|"
        "american indian native alaskan|amind|am ind|native|first nations|"
        "american indian alaska nat|amer indian alaska native|native alaskan|"
        "alaska native american indian|amer indian alaska|american indian native|"
        "navajo nation|amindian|nativeamerican|amerindian|am indian alaska native"
    ),
    "ASIAN": (
        "asian|asian american|asian indian|chinese|japanese|korean|vietnamese|hmong|"
        "filipino|cambodian|laotian|east asian|south asian|southeast asian|pakistani|"
        "south east asian|bangladeshi|thai|other asian|filipino american|asiatic"
    ),
    "BLACK": (
        "black african american|black|nh black|black nh|african american|afam|"
        "afro american|af am|"
        "african am|black african am|blk|african|haitian|jamaican|nigerian|ethiopian|"
        "african american black|afro am|somali|black african american descent|"
        "black afr am|afr amer|afram"
    ),
    "HISPANIC": (
        "any hispanic|hispanic latino|hispanic|latino|latina|latinx|latine|"
        "latina o|latino a|"
        "hispanic latinx|hispanic latina o|hispanic latino any race|hisp|"
        "hispanic any race|hispanic latino of any race|hispanic of any race|hisp lat|"
        "hisp latino|hispanic lat|"
        "latina latino|latino latina|hispanic latine|latino a x|latina o x|mexican|"
        "puerto rican|cuban|mexican american|salvadoran|dominican|guatemalan|chicano|"
        "chicana|spanish hispanic latino|hispanic spanish origin|latin american|"
        "hispanic latino ethnicity|hispanic ethnicity|hispanic latinx ethnicity"
    ),
    "MIDDLE_EASTERN": (
        "middle eastern north african|middle eastern|north african|mena|arab|"
        "middle east north africa|arab american|lebanese|iranian|egyptian|syrian|iraqi|"
        "southwest asian north african|south west asian north african|swana"
    ),
    "PACIFIC_ISLANDER": (
        "native hawaiian other pacific islander|native hawaiian pacific islander|"
        "native hawaiian|pacific islander|hawaiian|pi|nh pi|nhpi|nhopi|nh opi|samoan|"
        "hawaiian pacific islander|hawaiian native pacific islander|chamorro|tongan|"
        "hawaiian pi|native hawaiian pi|other pi|nh other pi|nh other pac isl|"
        "pacific islander native hawaiian|pacific islander hawaiian|"
        "fijian|marshallese|other pacific islander|pac islander|guamanian|"
        "native hawaiian other pac islander|pacific isl|hawaiian other pacific islander"
    ),
    "WHITE": (
        "white|nh white|white nh|caucasian|cauc|european|white caucasian|"
        "european american|wht"
    ),
    "ASIAN_OR_PACIFIC_ISLANDER": (
        "asian pacific islander|asian pac islander|api|a pi|aapi|asian pacific|"
        "asian american pacific islander|asian pacific isl|asian pi"
    ),
    "OTHER": "other|other race|some other race|others|another race|other races",
    "SEVERAL": (
        "two more races|two more|2 races|two race|2 more race|two more race|"
        "multiracial multi ethnic|multi races|multiraces|mult races|mult race|"
        "more than one|"
        "multiracial|multi racial|multi|mixed|mixed race|"
        "biracial|bi racial|multiple|multiple races|multirace|multi race|2 more races|"
        "2 more|more than one race|two or more|multi ethnic|multiethnic|two races|"
        "multiracial multiethnic|tworaces|demographic race two more races|twoormore|"
        "two more races non hispanic|multiple race|multi racial multi ethnic|"
        "twoor more races|twoormore races|two ormore races|multi ethnicity|"
        "multiethnicity|"
        "multi racial two more races|multiple ethnicities|multiple race ethnicity|"
        "multiple ethnicity|multiple races ethnicities|two more ethnicities|"
        "two more races ethnicities|multiracial two more races|mixed heritage"
    ),
}
UNKNOWN: Final = (
    "unknown|not reported|unreported|not specified|unspecified|declined|refused|"
    "prefer not to say|choose not respond|choose not to respond|decline to state|"
    "declined to state|race ethnicity unknown|race unknown|unk|not available|"
    "not stated|blank|undisclosed|missing|no response|ethnicity unknown|"
    "race and ethnicity unknown|prefer not to answer|declined to answer|nonrespondent|"
    "not selected|undeclared|unidentified|data not available"
)

_HISPANIC: Final = r"(?:hispanics?|hisp|latin[oaxe]s?|latin|lat)\b\.?"
_NOT_HISPANIC: Final = re.compile(
    rf"\b(?:not|non)[ -]*(?:of[ -]+)?{_HISPANIC}(?:[ ,/&-]*(?:or )?{_HISPANIC})*"
    r"(?:[ -]+(?:origin|ethnicity)\b)?"
)
"""What is said of everybody who is not Hispanic: 'White, Non-Hisp./Lat.' is White."""

_SHORT: Final[Mapping[str, str]] = {
    short: whole
    for whole, listed in {
        "african": "afr|af|afri|afric",
        "alaska": "alaskan|alask|alas|ak",
        "american": "amer|am|amr|americans",
        "asian": "asians|asn",
        "black": "blk|blacks",
        "hawaiian": "haw|hawn|hawaii|hawai|hawaiians",
        "hispanic": "hisp|hispanics|hispan",
        "indian": "ind|indn|indians",
        "islander": "isl|islndr|islanders|island|islnd|isld|islr",
        "latino": "lat|latinos",
        "native": "nat|natv|natives",
        "other": "oth|othr",
        "pacific": "pac|pacif|pacfc",
        "white": "wht|whites",
    }.items()
    for short in listed.split("|")
}
_LEFT_OUT: Final = frozenset({"or", "and", "only", "alone", "the"})


def race_key(text: str) -> str:
    """A text as it is looked up: its words whole, without what says nothing.

    'Not Hispanic' is left out beside a race and is nothing by itself; 'non' beside
    anything else stays, so that no text is read as its opposite.

    >>> race_key("Amer. Ind. or Alaska Nat."), race_key("Multi-race, Non-Hisp./Lat.")
    ('american indian alaska native', 'multi race')
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold()
    plain = _NOT_HISPANIC.sub(" ", plain)
    plain = re.sub(r"[^\w]+|_", " ", plain)
    parts = [word for word in plain.split() if word not in _LEFT_OUT]
    return " ".join(_SHORT.get(word, word) for word in parts)
