"""Groups as people: 'Black students with free lunch', 'girls in grade 3'.

What a file calls a group is put into words only where that surely reads well; any
other name stands in quotation marks, as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from equitable.measures.results import Group
from equitable.vocabulary import NOT_REPORTED, Dimension, Role

_NOUNS: Final = frozenset({"girls", "boys", "women", "men"})
_PEOPLE: Final = frozenset({"learners", "students", "pupils", "children", "speakers"})
_NO_ADJECTIVES: Final = frozenset({"other", "two", "multiracial", "not", "unknown"})
_ADJECTIVES: Final = frozenset({"female", "male", "nonbinary", "non-binary"})
_STATES: Final = frozenset({"disadvantaged", "homeless", "migrant", "immigrant"})
_HAD: Final = ("lunch", "iep", "disability", "disabilities", "services", "plan")
_COUNTED: Final = {"iep": "an", "plan": "a", "disability": "a"}
"""What one student has one of, and the article that it takes."""
_WHERE: Final = ("in", "with", "without", "from")
_SURROUNDINGS: Final = frozenset(
    {"rural", "urban", "suburban", "inner city", "inner-city", "town"}
)
_PLACED: Final = ("class", "classroom", "school", "district", "program")
_AREAS: Final = frozenset({"state", "county", "city", "town", "district", "region"})
_PROPER: Final = frozenset(
    {"english", "spanish", "hispanic", "latino", "latina", "latinx", "black", "white",
     "asian", "african", "american", "indian", "alaska", "native", "hawaiian",
     "pacific", "islander", "section", "title"}
)  # fmt: skip
"""Words that keep their capital inside a sentence."""

_Part = Literal["before", "noun", "after"]


def people(group: Group, dimensions: Sequence[Dimension]) -> str:
    """A group as people: 'Black students with free lunch', 'girls in grade 3'."""
    by_name = {dimension.name: dimension for dimension in dimensions}
    before: list[str] = []
    nouns: list[str] = []
    after: list[str] = []
    quoted: list[str] = []
    for name, value in group.items():
        dimension = by_name.get(name)
        label = dimension.label if dimension else name
        words = value.casefold().split()
        race = dimension is not None and dimension.view is not None
        described = _described(_spelled(value, label))
        if value == NOT_REPORTED:
            after.append(f"whose {lowered(label)} is not reported")
        elif dimension is not None and dimension.role is Role.GRADE:
            after.append(f"in grade {value}")
        elif dimension is not None and dimension.role is Role.YEAR:
            after.append(f"in {value}")
        elif dimension is not None and _is_place(dimension, value):
            area = label.casefold() in _AREAS and "school" not in words[-1:]
            named = value if len(value) > 3 and not value.isdecimal() else ""
            where = "in" if area else "at"
            after.append(f"{where} {named or f'{lowered(label)} {value}'}")
        elif race and words and words[0] not in _NO_ADJECTIVES:
            before.insert(0, value)
        elif described is not None:
            part, said = described
            {"before": before, "noun": nouns, "after": after}[part].append(said)
        elif value.casefold() in _SURROUNDINGS:
            after.append(f"at {value.casefold().replace(' ', '-')} schools")
        elif _says_label(value, label):
            quoted.append(value)
        else:
            quoted.append(f"{label}: {value}")
    nouns.sort(key=lambda noun: noun not in _NOUNS)
    after = [*(f"who are {noun}" for noun in nouns[1:]), *after]
    if quoted:
        # One group in one pair of quotes, however many traits make it.
        after.append(f"in the group ‘{', '.join(quoted)}’")
    return " ".join([*before, nouns[0] if nouns else "students", *after])


def _is_place(dimension: Dimension, value: str) -> bool:
    """Whether a group is a school, or a district, county or other area by its name."""
    if dimension.role is Role.SCHOOL:
        return True
    area = dimension.label.casefold() in _AREAS
    return area and value.casefold() not in _SURROUNDINGS


def _spelled(value: str, label: str) -> str:
    """A bare yes or no in the words of its trait, where these can be turned round."""
    answer = value.casefold()
    if answer not in {"yes", "no"} or not label.split():
        return value
    if answer == "yes":
        return label
    if label.casefold().startswith("students with "):
        return f"{label[:9]}without {label[14:]}"
    had = label.casefold().split()[-1] in _HAD
    return f"No {label}" if had else f"Not {label}"


def _described(value: str) -> tuple[_Part, str] | None:
    """Where a group's name goes in a sentence, and in which words; else ``None``."""
    words = value.casefold().split()
    if not words:
        return None
    if len(words) > 1 and words[0] == "not":
        said = _not(value.split(maxsplit=1)[1])
        return ("after", said) if said else None
    if len(words) == 1 and words[0] in _NOUNS:
        return "noun", words[0]
    if len(words) == 1 and words[0] in _ADJECTIVES:
        return "before", words[0]
    if len(words) > 2 and words[0] == "students" and words[1] in _WHERE:
        return "after", lowered(value.split(maxsplit=1)[1])
    if len(words) > 1 and words[-1] == "students":
        return "before", lowered(value.rsplit(maxsplit=1)[0])
    if len(words) > 1 and words[-1] in _PEOPLE:
        return "noun", lowered(value)
    if words[-1] in _STATES:
        return "before", lowered(value)
    if len(words) > 1 and words[-1] == "families":
        return "after", f"from {lowered(value)}"
    if words[-1] in _HAD:
        return "after", _having(value)
    if len(words) > 2 and words[0] in _WHERE:
        return "after", lowered(value)
    if words[:3] == ["first", "in", "the"]:
        return "after", f"who are the {lowered(value)}"
    if any(word in _PLACED for word in words) and not any(
        word.isdecimal() for word in words
    ):
        article = "an" if value[:1].casefold() in "aeiou" else "a"
        return "after", f"in {article} {lowered(value)}"
    return None


def _not(rest: str) -> str:
    """Students who are not something: '' where that cannot be said well."""
    words = rest.casefold().split()
    if len(words) > 2 and words[0] in _WHERE:
        return f"not {lowered(rest)}"
    if words[-1] == "families":
        return f"not from {lowered(rest)}"
    if words[:3] == ["first", "in", "the"]:
        return f"who are not the {lowered(rest)}"
    if words[-1] == "students" and len(words) > 1:
        return f"who are not {lowered(rest.rsplit(maxsplit=1)[0])}"
    if words[-1] in _PEOPLE | _STATES or words[0] in _PROPER - {"section", "title"}:
        return f"who are not {lowered(rest)}"
    return ""


def _having(value: str) -> str:
    """What students have or have not: 'without free lunch', 'with an IEP'."""
    bare, prefix = lowered(value), "with"
    for start, said in (("no ", "without"), ("with ", "with"), ("without ", "without")):
        if bare.startswith(start):
            bare, prefix = bare[len(start) :], said
            break
    article = _COUNTED.get(bare.casefold().split()[-1], "")
    if article and bare.casefold().split()[0] not in {"a", "an", "any", "one"}:
        if article == "a" and bare[:1].casefold() in "aeiou":
            article = "an"
        bare = f"{article} {bare}"
    return f"{prefix} {bare}"


def _says_label(value: str, label: str) -> bool:
    """Whether a name has its trait's in it: 'SWD' of 'Students with disabilities'.

    Then the trait before it would only say it twice.
    """
    words = label.casefold().replace("-", " ").split()
    own = value.casefold().replace("-", " ").split()
    if words and set(words) <= set(own):
        return True
    short = value.rsplit("-", maxsplit=1)[-1].rsplit(" ", maxsplit=1)[-1]
    if len(short) < 2 or not (short.isalpha() and short.isupper()):
        return False
    initials = iter(word[0] for word in words)
    letters = [
        letter
        for place, letter in enumerate(short.casefold())
        if place == 0 or letter != short.casefold()[place - 1]
    ]
    return all(letter in initials for letter in letters)


def lowered(text: str) -> str:
    """Lower case, but for names and words that are capitals (IEP, IEPs, EL)."""
    return " ".join(
        word
        if word[1:2].isupper() or word.casefold() in _PROPER
        else word[:1].lower() + word[1:]
        for word in text.split()
    )


def school_year(text: str) -> str:
    """'202223' as people write it, '2022-23'; any other year as it stands."""
    found = re.fullmatch(r"((?:19|20)\d\d)(\d\d)", text)
    if found is None or int(found[2]) != (int(found[1]) + 1) % 100:
        return text
    return f"{found[1]}-{found[2]}"
