"""What columns are usually called, and what their codes mean.

The knowledge itself - names in federal and state files, student information systems
and published data sets; words and codes for yes and no, grades, and whether someone
passed - stands in ``names.toml``, where it can be read and corrected without Python.

Names are compared word by word, after splitting at case, digits and punctuation, so
that ``ELLStatus``, ``ell_status`` and ``EL Status`` are one name.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from equitable.vocabulary import Aspect, Direction, Kind, Role, Timing

# --------------------------------------------------------------------------- meanings


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a column of some name holds.

    ``label`` is used in sentences; ``yes`` and ``no`` name the groups of a yes/no
    dimension; the rest is about outcomes.  ``rank`` orders what is shown first.
    """

    key: str
    role: Role
    label: str
    yes: str = ""
    no: str = ""
    kind: Kind | None = None
    direction: Direction = Direction.HIGHER
    timing: Timing | None = None
    aspect: Aspect | None = None
    unit: str = ""
    decimals: int = 1
    low: float | None = None
    high: float | None = None
    note: str = ""
    rank: int = 50
    flag: str = ""
    """The label where a column of counts holds only yes and no ('Suspended')."""
    keeps_name: bool = False
    """Whether sentences use the column's own name, as it is not in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name understood: its meaning, the words that gave it away, and about whom."""

    meaning: Meaning
    phrase: str
    about_staff: bool = False
    whole: bool = True
    """Whether those words are all of the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Knowledge:
    """``names.toml``, read once."""

    phrases: Mapping[tuple[str, ...], tuple[Meaning, bool]]
    glued: frozenset[str]
    staff: frozenset[str]
    staff_traits: frozenset[str]
    kin: frozenset[str]
    filler: frozenset[str]
    markers: Mapping[str, str]
    codes: Mapping[str, Any]
    identifiers: Mapping[str, list[str]]
    things: frozenset[str]

    def listed(self, name: str) -> frozenset[str]:
        """One of the lists of codes."""
        found: frozenset[str] = self.codes[name]
        return found


_STAFF: Final = Meaning(key="staff", role=Role.OTHER, label="The teacher")


@lru_cache(maxsize=1)
def _knowledge() -> _Knowledge:
    text = resources.files("equitable.intake").joinpath("names.toml").read_text("utf-8")
    read = tomllib.loads(text)
    spoken = read["words"]
    glued = frozenset(spoken["glued"]) | frozenset(spoken["staff_traits"])
    uncut: frozenset[str] = frozenset()
    phrases: dict[tuple[str, ...], tuple[Meaning, bool]] = {}
    for entry in read["meaning"]:
        fields = dict(entry)
        names = fields.pop("names")
        fields["role"] = Role(fields["role"])
        for field, of in (
            ("kind", Kind),
            ("direction", Direction),
            ("timing", Timing),
            ("aspect", Aspect),
        ):
            if field in fields:
                fields[field] = of(fields[field])
        if "note" in fields:
            fields["note"] = read["notes"][fields["note"]]
        meaning = Meaning(**fields)
        for name in names:
            exact = name.startswith("=")
            phrases.setdefault(_split(name.lstrip("="), uncut), (meaning, exact))
    return _Knowledge(
        phrases=phrases,
        glued=glued,
        staff=frozenset(spoken["staff"]),
        staff_traits=frozenset(spoken["staff_traits"]),
        kin=frozenset(spoken["kin"]),
        filler=frozenset(spoken["filler"]),
        markers={
            word: kind for kind in ("percent", "mean", "count") for word in spoken[kind]
        },
        codes={
            name: frozenset(codes) if isinstance(codes, list) else codes
            for name, codes in read["codes"].items()
        },
        identifiers=read["identifiers"],
        things=frozenset(spoken["things"]),
    )


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """A column's name as lower-case words.

    >>> words("hasIEPStatus"), words("freelunch"), words("% Level 3+4")
    (('has', 'iep', 'status'), ('free', 'lunch'), ('%', 'level', '3', '4'))
    """
    return _split(name, _knowledge().glued)


def _split(name: str, glued: frozenset[str]) -> tuple[str, ...]:
    # Accents folded: 'Prénom' is often written 'Prenom'.
    apart = unicodedata.normalize("NFKD", name)
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFC", bare)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    text = re.sub(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", " ", text)
    found: list[str] = []
    for token in re.findall(r"[%#]|[^\W_]+", text.lower()):
        found += _cut(token, glued)
    return tuple(found)


def _cut(token: str, glued: frozenset[str]) -> tuple[str, ...]:
    """A token cut into as few known words as cover it, or as it is."""
    if token in glued or not token.isalpha() or not 5 <= len(token) <= 40:
        return (token,)
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(1, len(token) + 1):
        for start in range(end - 1, -1, -1):
            if start in best and token[start:end] in glued:
                cut = (*best[start], token[start:end])
                if end not in best or len(cut) < len(best[end]):
                    best[end] = cut
    return best.get(len(token), (token,))


def marker(name: str) -> str | None:
    """'percent', 'count' or 'mean' where a name says that it is one."""
    markers = _knowledge().markers
    found = [markers[word] for word in words(name) if word in markers]
    return next((kind for kind in ("percent", "mean", "count") if kind in found), None)


@lru_cache(maxsize=8192)
def meaning_of(name: str) -> Named | None:
    """What a column of this name usually holds, or ``None``.

    The longest known phrase in it wins, then the last one: English puts the thing
    itself last.
    """
    known = _knowledge()
    parts = words(name)
    staff = any(part in known.staff for part in parts) or (
        bool(parts) and parts[0] in known.staff_traits
    )
    for size in range(min(6, len(parts)), 0, -1):
        for start in range(len(parts) - size, -1, -1):
            found = known.phrases.get(parts[start : start + size])
            if found is None:
                continue
            meaning, exact = found
            rest = (*parts[:start], *parts[start + size :])
            if exact and rest:
                continue
            return Named(
                meaning=meaning,
                phrase=" ".join(parts[start : start + size]),
                about_staff=staff and meaning.key not in {"class", "recommended"},
                whole=all(
                    part in known.filler or part in known.markers for part in rest
                ),
            )
    if staff:
        return Named(meaning=_STAFF, phrase=" ".join(parts), about_staff=True)
    return None


def identifier_names(kind: str) -> frozenset[str]:
    """Usual names, as words, of columns with ``people``, ``students`` or ``rows``."""
    return frozenset(_knowledge().identifiers[kind])


def things() -> frozenset[str]:
    """Words of groups and things, which are not in people's names."""
    return _knowledge().things


def about_family(name: str) -> bool:
    """Whether a name speaks of a parent or guardian."""
    return any(part in _knowledge().kin for part in words(name))


def families(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Columns repeated by grade (``readk, read1, read2``): name → (stem, grade).

    Only stems with two or more grades, at least one of them early (K to 3) or all of
    three or more in a row, so that ``Level 1 … Level 4`` stays what it is.
    """
    stems: dict[str, dict[str, str]] = {}
    for name in names:
        fits = re.fullmatch(r"([A-Za-z_. ]*?[A-Za-z])[_. ]?([kK]|[1-9]|1[0-2])", name)
        if fits:
            stems.setdefault(fits[1].casefold(), {})[fits[2].upper()] = name
    result: dict[str, tuple[str, str]] = {}
    for stem, grades in stems.items():
        if len(grades) > 1 and "K" in grades:
            result |= {name: (stem, grade) for grade, name in grades.items()}
        elif len(grades) > 1:
            known = meaning_of(stem)
            if known and known.meaning.role in (Role.OUTCOME, Role.DIMENSION):
                result |= {name: (stem, grade) for grade, name in grades.items()}
    return result


# ------------------------------------------------------------------------------ codes

LUNCH_ORDER: Final = (
    "Free", "free", "Reduced-price", "Reduced", "reduced", "Full price", "Paid", "paid",
    "non-free",
)  # fmt: skip


def is_suppressed(text: str) -> bool:
    """Whether a value is a mark by which published tables hold back a figure."""
    return text.strip().casefold() in _knowledge().listed("suppressed")


def reserve_codes() -> Mapping[str, str]:
    """Negative codes for 'no value' in the Civil Rights Data Collection."""
    codes: Mapping[str, str] = _knowledge().codes["reserve"]
    return codes


def lunch_codes(values: Iterable[str]) -> dict[str, str]:
    """Letters of a lunch column as words, where all its values are such letters."""
    words_for: Mapping[str, str] = _knowledge().codes["lunch"]
    folded = {value.casefold() for value in values}
    # 'N' is 'none' beside F and R; beside F alone or P it may be anything.
    unclear = folded == {"f", "n"} or {"n", "p"} <= folded
    if not folded <= set(words_for) or not folded & {"f", "r", "d"} or unclear:
        return {}
    return {code: words_for[code] for code in folded}


def gender_codes(values: Iterable[str]) -> dict[str, str]:
    """``F`` and ``M`` as words; spelled as the column itself spells them elsewhere."""
    letters: Mapping[str, str] = _knowledge().codes["gender"]
    known = {value.casefold(): value for value in values}
    return {
        letter: known.get(word.casefold(), word)
        for letter, word in letters.items()
        if letter in known
    }


def yes_words() -> frozenset[str]:
    """The words and codes for yes, case-folded: the only list of them."""
    return _knowledge().listed("yes")


def no_words() -> frozenset[str]:
    """The words and codes for no, case-folded: the only list of them."""
    return _knowledge().listed("no")


def yes_no(values: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Which of a column's values say yes and which no; ``None`` if any says neither."""
    listed = list(dict.fromkeys(values))
    yes = tuple(v for v in listed if v.casefold() in yes_words())
    no = tuple(v for v in listed if v.casefold() in no_words())
    # 'X' and 'Y' side by side are two names, not two ways of saying yes.
    spelled = {v.strip()[:1].casefold() for v in yes}
    if len(spelled) > 1:
        return None
    return (yes, no) if listed and len(yes) + len(no) == len(listed) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A column's values by what they say of an outcome."""

    reached: tuple[str, ...]
    not_reached: tuple[str, ...]
    no_result: tuple[str, ...] = ()
    """Absent, exempt …: nobody can know, so these are missing."""

    @property
    def is_whole(self) -> bool:
        """Whether every value says one or the other."""
        return not self.no_result


def split_outcome(values: Iterable[str], *, letters: bool = False) -> Split | None:
    """Which values say that an outcome was reached, which not, which neither.

    Both sides must be there: a column of 'Proficient' alone tells nothing.

    Parameters
    ----------
    letters
        Read letters too (P and F, A to F): only where the column's name is that of an
        outcome, as 'F' and 'P' may be 'free' and 'paid'.

    Returns
    -------
    ``None`` if any value is unknown.
    """
    listed = list(dict.fromkeys(values))
    for lettered in (False, True)[: 1 + letters]:
        sides: dict[str, list[str]] = {"yes": [], "no": [], "none": [], "unknown": []}
        for value in listed:
            sides[_side(value, lettered=lettered)].append(value)
        found = Split(
            reached=tuple(sides["yes"]),
            not_reached=tuple(sides["no"]),
            no_result=tuple(sides["none"]),
        )
        if (
            found.reached
            and found.not_reached
            and not sides["unknown"]
            and (not lettered or _one_scale(found))
        ):
            return found
    return None


def _one_scale(split: Split) -> bool:
    """Letters of one scale: A to F, or pass and fail.

    'U, B, P, A' is unsatisfactory, basic, proficient and advanced: B is not reached
    there, so letters that may be of such a scale are left to a person.
    """
    reached = {value.strip()[:1].casefold() for value in split.reached}
    failed = {value.strip().casefold() for value in split.not_reached}
    marks = reached & set("abcd")
    if not marks:
        return True
    return len(marks) >= 2 and "f" in failed and ("c" in marks or "p" not in reached)


def _side(value: str, *, lettered: bool) -> str:
    known = _knowledge()
    plain = re.sub(r"[\s_]+", " ", value.strip().casefold())
    letter = re.sub(r"[ +\-−–]+$", "", plain)
    if len(plain) > 1 and plain in yes_words() | no_words():
        return "yes" if plain in yes_words() else "no"
    for side, words_of, letters_of in (
        ("yes", "passed", "letters_reached"),
        ("no", "not_passed", "letters_not"),
        ("none", "no_result", "letters_none"),
    ):
        if plain in known.listed(words_of):
            return side
        if lettered and letter in known.listed(letters_of):
            return side
    return "unknown"


def is_letter_grades(values: Iterable[str]) -> bool:
    """Whether values are the letters of marks: an F and at least two of A to D."""
    split = split_outcome(values, letters=True)
    if split is None:
        return False
    first = {value.strip()[:1].casefold() for value in split.reached}
    return bool(first & set("abcd")) and split_outcome(values) is None


def passed(values: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Which values say that an outcome was reached; ``None`` if any says neither."""
    split = split_outcome(values)
    if split is None or not split.is_whole:
        return None
    return split.reached, split.not_reached


def steps_of(values: Iterable[str]) -> tuple[str, ...]:
    """The upper part of a scale of levels or of agreement; empty for other values.

    ``Level 3`` and ``Level 4`` of four; an example for a person, who knows where the
    cut is.
    """
    listed = list(dict.fromkeys(values))
    plain = [re.sub(r"[\s_]+", " ", value.strip().casefold()) for value in listed]
    if len(listed) > 1 and set(plain) <= _knowledge().listed("agreement"):
        agreed = re.compile(r"(?!neither)(?!.*disagree).*agree")
        return tuple(
            v for v, p in zip(listed, plain, strict=True) if agreed.fullmatch(p)
        )
    found = [re.fullmatch(r"(?:level|lvl|l) ?([0-9])", value) for value in plain]
    numbers = [int(match[1]) for match in found if match]
    if len(numbers) < max(len(listed), 3):
        return ()
    middle = (min(numbers) + max(numbers)) / 2
    ranked = sorted(zip(numbers, listed, strict=True))
    return tuple(value for number, value in ranked if number >= middle)


# ----------------------------------------------------------------------------- grades

GRADE_ORDER: Final = (
    "Infant", "PK", "TK", "K", *(str(grade) for grade in range(1, 14)), "Ungraded",
    "Adult",
)  # fmt: skip


def read_grade(text: str) -> str | None:
    """A grade's usual code ('PK', 'TK', 'K', '1' … '13', 'Ungraded'), or ``None``."""
    known: Mapping[str, str] = _knowledge().codes["grades"]
    plain = re.sub(r"\.0+$", "", text.strip().casefold())
    bare = re.sub(r"^(grade|gr|g|year)[ .:_-]*|[ .:_-]*(grade|gr)$", "", plain)
    for spelling in (plain, bare):
        if spelling in known:
            return known[spelling]
    number = re.fullmatch(r"0?(\d{1,2})(st|nd|rd|th)?", bare)
    if number and 1 <= int(number[1]) <= 13:
        return str(int(number[1]))
    return None
