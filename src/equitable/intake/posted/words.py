"""Words at the sides of a posted table: totals, things counted, traits, sections."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from equitable.intake.names import (
    identifier_names,
    marker,
    meaning_of,
    no_words,
    read_grade,
    words,
    yes_words,
)
from equitable.intake.published.groups_named import breakdown_of, is_everyone
from equitable.vocabulary import Role

STUDENTS: Final = "students"
"""What is counted where nothing else is said."""

_TOTAL: Final = re.compile(
    r"(?:sub|row |column |overall |combined )?totals?"
    r"(?: (?:n|count|number|general|all|overall|combined|students?))?"
    r"|(?:all|grand|general|sum|total) (?:total|combined|together|general)"
    r"|total (?:number )?(?:of )?(?:all )?(?:students|pupils|children|schools|grades)"
    r"|sums?|suma|totales|totals? \(all[^)]*\)|all \([^)]*\)"
    r"|total (?:de )?(?:estudiantes|alumnos)"
)
_PLACES: Final = re.compile(
    r"(?:district|state|county|city|school|nation)(?:wide)?|summary|overall"
)
_OF_STUDENTS: Final = frozenset(
    {"n", "#", "no.", "num", "number", "count", "counts", "freq", "frequency"}
    | {"students", "student", "pupils", "children", "student count", "n count"}
    | {"students count", "count of students", "number of students", "no. of students"}
    | {"# of students", "# students", "total students", "total", "totals", "all"}
    | {"all students", "number of pupils", "headcount", "head count", "student n"}
    | {"enrollment", "enrolment", "enrolled", "total enrollment", "total number"}
    | {"total count", "estudiantes", "alumnos", "número de estudiantes", "matrícula"}
    | {"numero de estudiantes", "cantidad", "conteo", "número", "numero", "n size"}
    | {"num students", "num_students", "cell size", "total n", "todos"}
)
_COUNT_WORDS: Final = frozenset({"n", "#", "count", "counts", "number", "num", "no."})
_SHARE_WORDS: Final = re.compile(r"%|\b(?:pct|percent\w*|rate|share|proportion)\b")
_CODE_OR_TIME: Final = re.compile(
    r"(?:(?:school|district|campus|state|county|lea|building|site|organi[sz]ation"
    r"|org|cds|nces|entity) ?)?(?:code|id|number|no\.?|num)"
    r"|grade(?: level)?|grados?|grades?|year|school year|academic year|cohort|term|age"
    r"|zip(?: code)?|school|district|campus"
)
_CODE: Final = re.compile(r"(?:.* )?(?:code|id|number|no\.?|num|#)")
_OF_NOTES: Final = re.compile(
    r"(?:foot)?notes?|comments?|remarks?|flags?|status|sources?|notas?|suppress\w*"
    r"|reasons?"
)
_NOTE: Final = re.compile(
    r"(?:[*†‡§^~#]+|\d{1,2}[.)])\s*\S|(?:foot)?notes?\b|notas?\b|sources?\b|data "
    r"(?:are|is|source|from|as of|note)|key\b|legend\b|n/?a\s*[=:]|suppress|prepared\b"
    r"|produced\b|downloaded\b|(?:last )?updated\b|to protect\b|for more information"
    r"|see\b|this (?:table|file|report)|counts? (?:of|under|below|less|fewer|smaller)",
    re.IGNORECASE,
)
_KINDS_OF_GROUP: Final = frozenset(
    {"category", "categories", "breakdown", "demographic", "demographics", "type"}
    | {"characteristic", "variable", "dimension", "reporting", "disaggregation"}
)
_NAMELESS: Final = frozenset(
    {"group", "groups", "student group", "student groups", "subgroup", "subgroups"}
    | {"student subgroup", "category", "label", "name", "characteristic", "breakdown"}
    | {"demographic", "demographic group", "reporting group", "grupo", "row labels"}
    | {"column labels", "rows", "columns"}
)
_AND_OTHERS: Final = re.compile(
    r"(?:all )?others?|unknown|not (?:reported|stated|known|specified|available)"
    r"|missing|(?:two|2) or more.*|multiple|undeclared|unspecified|otros?|no answer"
    r"|declined.*"
)
_PAIR: Final = re.compile(r"(.+?)\s*(?:\\|×| by | x | vs\.? | por )\s*(.+)")


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """A label without what differs only in writing: capitals, blanks, footnotes."""
    plain = " ".join(text.replace("_", " ").split()).strip(" :*†‡§¹²³")
    return (plain or text.strip()).casefold()


@lru_cache(maxsize=65_536)
def is_total(text: str) -> bool:
    """Whether a label means that nothing was told apart: 'Total', 'All students'."""
    plain = folded(text)
    return bool(plain) and (_TOTAL.fullmatch(plain) is not None or is_everyone(plain))


def is_whole_place(text: str) -> bool:
    """Whether a sheet's or file's name says that it is of all the others."""
    plain = folded(text)
    return is_total(text) or _PLACES.fullmatch(plain) is not None


def is_plain_total(text: str) -> bool:
    """Whether a total does not say of what: 'Total', and not 'Total students'."""
    return is_total(text) and len(folded(text).split()) == 1


def total_of(text: str) -> str:
    """What a label says it is the total of: 'North' of 'North total'; else empty."""
    plain = folded(text)
    found = re.fullmatch(
        r"(?:(?:sub)?totals?|all)(?: of| for|:| -)? (.+)"
        r"|(.+?)(?:,| -|:)? (?:sub)?totals?",
        plain,
    )
    return (found[1] or found[2]) if found else ""


def says_share(text: str) -> bool:
    """Whether a column's name says that it holds percentages or rates."""
    return marker(text) == "percent" or bool(_SHARE_WORDS.search(text.casefold()))


def says_average(text: str) -> bool:
    """Whether a column's name says that it holds averages; or is of Mean Street."""
    return marker(text) == "mean"


@lru_cache(maxsize=4096)
def is_thing_counted(text: str) -> bool:
    """Whether a column's name says what is counted, rather than of whom."""
    plain = folded(text)
    if plain in _OF_STUDENTS or marker(text) == "count":
        return True
    named = meaning_of(text)
    return named is not None and named.meaning.role in (Role.OUTCOME, Role.TOTAL)


def is_count_word(text: str) -> bool:
    """Whether a name says no more than that it is a count: 'N', 'Number'."""
    return folded(text) in _OF_STUDENTS


def counted_as(text: str) -> str:
    """What a column of counts counts: 'students' for 'N', else its own name."""
    return STUDENTS if is_count_word(text) or not text.strip() else text.strip()


def without_count_word(text: str) -> str:
    """'White n' and '# White' as 'White'; the text itself where it has no such word."""
    parts = text.split()
    if len(parts) > 1 and parts[-1].strip("()").casefold() in _COUNT_WORDS:
        return " ".join(parts[:-1]).rstrip(" ,:-")
    if len(parts) > 1 and parts[0].casefold() in _COUNT_WORDS:
        return " ".join(parts[1:])
    return text


def names_codes(text: str) -> bool:
    """Whether a column of numbers is one of labels: grades, years, codes of places."""
    return _CODE_OR_TIME.fullmatch(folded(text)) is not None


def is_code(text: str) -> bool:
    """Whether a column's name says that it holds codes."""
    return _CODE.fullmatch(folded(text)) is not None


def names_notes(text: str) -> bool:
    """Whether a column's name says that it holds remarks."""
    return _OF_NOTES.fullmatch(folded(text)) is not None


def names_a_student(text: str) -> bool:
    """Whether a column's name is one of a student's number."""
    spoken = " ".join(words(text))
    return spoken == "id" or spoken in identifier_names("students")


def is_symbol(text: str) -> bool:
    """Whether a label is a mark, which a legend explains."""
    return bool(text) and not any(c.isalnum() for c in text)


def opens_a_note(text: str) -> bool:
    """Whether a row that begins so is a note beneath a table."""
    return _NOTE.match(text.strip()) is not None or len(text.split()) >= 6


def names_traits(name: str, labels: Iterable[str]) -> bool:
    """Whether labels name the traits that the groups beside them belong to.

    Either the column is called so ('Category'), or each label is a trait's name.
    """
    if _KINDS_OF_GROUP & set(words(name)):
        return True
    named = [meaning_of(label) for label in labels] if is_nameless(name) else []
    roles = (Role.DIMENSION, Role.GRADE)
    return bool(named) and all(
        one is not None and one.whole and one.meaning.role in roles for one in named
    )


def is_nameless(text: str) -> bool:
    """Whether a name says nothing of which trait it is: 'Student group'."""
    return not text.strip() or folded(text) in _NAMELESS


def belongs_to_neighbour(text: str) -> bool:
    """Whether a label belongs to the trait of the one before it: 'Other', 'Unknown'."""
    return _AND_OTHERS.fullmatch(folded(text)) is not None


def is_yes_no(labels: Iterable[str]) -> bool:
    """Whether labels say only yes and no, as those of many traits do."""
    plain = {folded(label) for label in labels}
    return bool(plain) and plain <= yes_words() | no_words() | {"yes", "no", "sí", "si"}


@lru_cache(maxsize=65_536)
def trait_of(label: str) -> str:
    """The trait that a group's name is known to belong to: 'gender'; else empty.

    A lone letter may be anything.
    """
    text = label.strip()
    if read_grade(text) is not None:
        return "grade"
    if len(text) < 2 or not any(c.isalpha() for c in text):
        return ""
    found = breakdown_of(text)
    if found == text:
        return ""
    # Federal tables count Hispanic students among the races.
    return "race" if found == "hispanic" else found


def pair_named(text: str) -> tuple[str, str] | None:
    """The names of rows and columns where a corner names both: 'Grade by race'."""
    found = _PAIR.fullmatch(" ".join(text.split()))
    return (found[1].strip(), found[2].strip()) if found else None
