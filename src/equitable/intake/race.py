"""Race and ethnicity as a set for each student, and the views that reports derive.

A student may say more than one; what is counted depends on the view, so every view
has a name that stands on every result:

- ``federal seven``: the 2007 guidance of the US Department of Education (72 FR 59266):
  Hispanic or Latino of any race; otherwise the one race; more than one is 'Two or more
  races'.  Middle Eastern or North African is within White there.
- ``spd 15``: Statistical Policy Directive 15 (29 March 2024), combined question: the
  one category, Middle Eastern or North African among them; more than one is
  'Multiracial and/or Multiethnic'.
- ``alone or in combination``: the same directive; a student is in each category that
  they gave, so that groups overlap.
- ``as recorded``: the column's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias

from equitable.intake.profile import is_missing, plain_number
from equitable.intake.race_words import UNKNOWN, WORDS, race_key
from equitable.vocabulary import NOT_REPORTED, Classify


class Race(StrEnum):
    """The minimum categories of Statistical Policy Directive 15, and what files add."""

    AMERICAN_INDIAN = "American Indian or Alaska Native"
    ASIAN = "Asian"
    BLACK = "Black or African American"
    HISPANIC = "Hispanic or Latino"
    MIDDLE_EASTERN = "Middle Eastern or North African"
    PACIFIC_ISLANDER = "Native Hawaiian or Pacific Islander"
    WHITE = "White"
    ASIAN_OR_PACIFIC_ISLANDER = "Asian or Pacific Islander"
    """One category until 1997, still in files: nothing says which of the two."""
    OTHER = "Other"
    SEVERAL = "Two or more races"
    """More than one, and the file does not say which."""


RaceSet: TypeAlias = frozenset[Race]
"""A student's answer.  Empty: nobody wrote it down."""

SEVERAL_FEDERAL: Final = "Two or more races"
SEVERAL_SPD15: Final = "Multiracial and/or Multiethnic"
SEVERAL_UNKNOWN: Final = "Two or more races, detail unknown"

PAIR: Final = "\x1f"
"""Between race and the answer about Hispanic ethnicity, where two columns are read as
one (``Dimension.columns`` then has both, ``form`` is 'column')."""

# EDFacts (AM7 … MU7), the Civil Rights Data Collection (HI AM AS HP BL WH TR), and
# letters as student information systems use them.
_CODES: Final[tuple[Mapping[str, Race], ...]] = (
    {
        "am7": Race.AMERICAN_INDIAN,
        "as7": Race.ASIAN,
        "bl7": Race.BLACK,
        "hi7": Race.HISPANIC,
        "pi7": Race.PACIFIC_ISLANDER,
        "wh7": Race.WHITE,
        "mu7": Race.SEVERAL,
    },
    {
        "hi": Race.HISPANIC,
        "am": Race.AMERICAN_INDIAN,
        "ai": Race.AMERICAN_INDIAN,
        "na": Race.AMERICAN_INDIAN,
        "as": Race.ASIAN,
        "hp": Race.PACIFIC_ISLANDER,
        "pi": Race.PACIFIC_ISLANDER,
        "bl": Race.BLACK,
        "wh": Race.WHITE,
        "tr": Race.SEVERAL,
        "mu": Race.SEVERAL,
        "mr": Race.SEVERAL,
        "me": Race.MIDDLE_EASTERN,
    },
    {
        "b": Race.BLACK,
        "w": Race.WHITE,
        "h": Race.HISPANIC,
        "a": Race.ASIAN,
        "i": Race.AMERICAN_INDIAN,
        "p": Race.PACIFIC_ISLANDER,
        "m": Race.SEVERAL,
        "o": Race.OTHER,
    },
)
_SURE_CODES: Final = frozenset({"b", "w", "h", "bl", "wh", "hi", "bl7", "wh7", "hi7"})


@lru_cache(maxsize=1)
def _unknown() -> frozenset[str]:
    return frozenset(UNKNOWN.split("|"))


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Race]:
    return {
        race_key(word): Race[name]
        for name, listed in WORDS.items()
        for word in listed.split("|")
    }


@lru_cache(maxsize=4096)
def read_race(text: str) -> RaceSet | None:
    """The set that a text says, in words or as a list of words.

    Returns
    -------
    The set; the empty set where it says 'unknown'; ``None`` where it is not understood.

    >>> sorted(read_race("Black or African American, White"))
    [<Race.BLACK: 'Black or African American'>, <Race.WHITE: 'White'>]
    """
    text = text.strip().strip("[]{}()").replace('"', "").replace("'", "").strip()
    if is_missing(text) or {race_key(text), text.casefold()} & _unknown():
        return frozenset()
    if re.search(r"[;|\n]", text):
        return _several(re.split(r"[;|\n]", text))
    known = _table().get(race_key(text))
    if known is not None:
        return frozenset({known})
    for separator in (r",", r"\+|&|\band\b", r"/", r"-"):
        if re.search(separator, text):
            found = _several(re.split(separator, text))
            if found is not None:
                return found
    return None


def _several(parts: Sequence[str]) -> RaceSet | None:
    races: set[Race] = set()
    for part in parts:
        if not part.strip():
            continue
        one = read_race(part)
        if one is None:
            return None
        races |= one
    return frozenset(races)


Reader: TypeAlias = Callable[[str], RaceSet | None]


def reader_for(values: Iterable[str]) -> Reader | None:
    """How to read a column whose values are these; ``None`` where it is not race.

    Letters and codes are taken for races only where every value of the column is one,
    so that an 'A' or an 'M' elsewhere stays what it is.  Words are read where at least
    half of the different values are understood; the others stay groups of their own.
    Numbers (1, 2, 3 …) mean something else in every file and are never guessed.
    """
    listed = [v for v in dict.fromkeys(v.strip() for v in values) if not is_missing(v)]
    folded = {value.casefold() for value in listed}
    if not listed:
        return None
    unknown = {"u", "x", "unk", "unknown", "99"}
    for codes in _CODES:
        coded = folded - unknown
        if (
            coded
            and coded <= set(codes)
            and len(coded & _SURE_CODES) >= min(2, len(coded))
        ):
            return _code_reader(codes)
    understood = [value for value in listed if read_race(value)]
    return read_race if 2 * len(understood) >= len(listed) and understood else None


def _code_reader(codes: Mapping[str, Race]) -> Reader:
    def read(text: str) -> RaceSet | None:
        code = text.strip().casefold()
        return frozenset({codes[code]}) if code in codes else read_race(text)

    return read


_ETHNICITY: Final = re.compile(
    r"(?i)(fed(eral)?[ _.]?eth(nic(ity)?)?([ _.]?(cd|code|flag|ind|indicator|yn))?"
    r"|eth(nic(ity)?)?[ _.]?(cd|code|flag|ind|indicator|yn))"
)
"""A yes or no of such a name is the federal question about Hispanic ethnicity."""


def race_of_name(name: str) -> Race | None:
    """The one race that a yes/no column's name asks about ('is_white'), if any.

    Empty sets, several races and names of other things give ``None``; OneRoster's and
    Ed-Fi's names are among those understood.
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[_.:]", " ", name)
    plain = re.sub(
        r"(?i)\b(flag|ind|indicator|is|race|ethnicity|ethnic|eth|student|demographic|yn)\b",
        " ",
        plain,
    )
    if _ETHNICITY.fullmatch(name):
        # Of the two federal questions, the one that is answered with yes or no.
        return Race.HISPANIC
    if re.search(r"(?i)\b(two|more|multi\w*)\b", plain):
        return Race.SEVERAL if _table().get(race_key(plain)) is Race.SEVERAL else None
    races = read_race(plain)
    if not races or len(races) != 1:
        return None
    return next(iter(races))


def names_races(name: str) -> bool:
    """Whether a column's name is of two races or more ('white_asian')."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|[_.:]", " ", name)
    parts = [part for part in re.split(r"[^A-Za-z]+", plain) if part]
    races = read_race(", ".join(parts)) if len(parts) > 1 else None
    return races is not None and len(races) > 1


# ------------------------------------------------------------------------------ views


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A named way of making groups from sets."""

    name: str
    groups: Callable[[RaceSet], tuple[str, ...]]
    order: tuple[str, ...]
    overlapping: bool = False
    said: str = ""
    """The rule in one sentence, for methods and notes."""


def _federal(races: RaceSet) -> tuple[str, ...]:
    if not races:
        return (NOT_REPORTED,)
    if Race.HISPANIC in races:
        return (Race.HISPANIC.value,)
    merged = {Race.WHITE if race is Race.MIDDLE_EASTERN else race for race in races}
    if len(merged) > 1 or Race.SEVERAL in merged:
        return (SEVERAL_FEDERAL,)
    return (next(iter(merged)).value,)


def _spd15(races: RaceSet) -> tuple[str, ...]:
    if not races:
        return (NOT_REPORTED,)
    if len(races) > 1 or Race.SEVERAL in races:
        return (SEVERAL_SPD15,)
    return (next(iter(races)).value,)


def _combination(races: RaceSet) -> tuple[str, ...]:
    named = sorted(race.value for race in races if race is not Race.SEVERAL)
    if named:
        return tuple(named)
    return (SEVERAL_UNKNOWN,) if races else (NOT_REPORTED,)


_SINGLE: Final = tuple(
    race.value for race in Race if race not in (Race.OTHER, Race.SEVERAL)
)
FEDERAL: Final = View(
    name="federal seven",
    groups=_federal,
    order=(
        Race.AMERICAN_INDIAN.value,
        Race.ASIAN.value,
        Race.BLACK.value,
        Race.HISPANIC.value,
        Race.PACIFIC_ISLANDER.value,
        Race.WHITE.value,
        SEVERAL_FEDERAL,
    ),
    said=(
        "Hispanic or Latino students of any race are counted there; others with more "
        "than one race as two or more races."
    ),
)
SPD15: Final = View(
    name="spd 15",
    groups=_spd15,
    order=(*(r for r in _SINGLE if r != "Asian or Pacific Islander"), SEVERAL_SPD15),
    said="Each student with more than one answer is counted as multiracial.",
)
COMBINATION: Final = View(
    name="alone or in combination",
    groups=_combination,
    order=tuple(r for r in _SINGLE if r != "Asian or Pacific Islander"),
    overlapping=True,
    said=(
        "A student is counted in every group that they named, so that groups overlap "
        "and do not add up to all students."
    ),
)
AS_RECORDED: Final = "as recorded"
VIEWS: Final[Mapping[str, View]] = {
    view.name: view for view in (FEDERAL, SPD15, COMBINATION)
}
VIEW_NAMES: Final = (*VIEWS, AS_RECORDED)


def view_named(text: str) -> str | None:
    """A view's full name from what a person typed ('SPD-15', 'in combination')."""
    plain = re.sub(r"[^a-z0-9]", "", text.casefold())
    for name in VIEW_NAMES:
        full = re.sub(r"[^a-z0-9]", "", name)
        if plain and (plain == full or (len(plain) > 2 and plain in full)):
            return name
    return {
        "federal7": FEDERAL.name,
        "seven": FEDERAL.name,
        "edfacts": FEDERAL.name,
    }.get(plain)


# --------------------------------------------------------------------------- classify


def classify_column(
    view: View, read: Reader, *, named: Mapping[str, str] | None = None
) -> Classify:
    """Groups of one column's text; words not understood are groups of their own.

    A group's own name gives that group back, so that a person may type either
    ('cauc' or 'White').  ``named`` has a person's own names for values (case-folded)
    that are no race.
    """
    given = dict(named or {})
    own = (*view.order, *given.values(), NOT_REPORTED)
    names = {**{name.casefold(): name for name in own}, **given}

    def classify(text: str | None) -> tuple[str, ...]:
        if text is None or is_missing(text):
            return (NOT_REPORTED,)
        races = read(text)
        if races is not None:
            return view.groups(races)
        plain = plain_number(text)
        return (names.get(plain.casefold(), plain),)

    return classify


def classify_pair(
    view: View, read: Reader, hispanic: Callable[[str], bool]
) -> Classify:
    """Groups of a race column and a separate answer about Hispanic ethnicity.

    The key is both texts, ``PAIR`` between them.  One text alone (a group's name typed
    as a reference, or the only one that a row has) is read as whichever it can be.
    """

    def classify(text: str | None) -> tuple[str, ...]:
        race_text, both, ethnicity = (text or "").partition(PAIR)
        if not both and hispanic(race_text) and not read(race_text):
            race_text, ethnicity = "", race_text
        races = frozenset() if is_missing(race_text) else read(race_text)
        if not is_missing(ethnicity) and hispanic(ethnicity):
            return view.groups((races or frozenset()) | {Race.HISPANIC})
        if races is None:
            return (plain_number(race_text),)
        return view.groups(races)

    return classify


def classify_flags(view: View, races: Sequence[Race | None]) -> Classify:
    """Groups of yes/no columns: one character a column, ``1``, ``0`` or ``?``.

    ``races`` says what each column asks about (``None``: it tells nothing).  Nothing
    answered with yes is 'Not reported': a student without any race is one whom nobody
    asked.  'Two or more' alone says that there are several, not which.
    """
    names = {name.casefold(): name for name in (*view.order, NOT_REPORTED)}

    def classify(text: str | None) -> tuple[str, ...]:
        if text is None:
            return (NOT_REPORTED,)
        if len(text) != len(races) or set(text) - set("10?"):
            one = read_race(text)
            return view.groups(one) if one else (names.get(text.casefold(), text),)
        found = {
            race for mark, race in zip(text, races, strict=True) if mark == "1" and race
        }
        return view.groups(frozenset(found))

    return classify
