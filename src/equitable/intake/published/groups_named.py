"""What the name of a group says: everybody, or the trait that it belongs to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from equitable.intake.names import meaning_of, read_grade
from equitable.intake.published.origins import breakdown_named
from equitable.intake.race import reader_for
from equitable.vocabulary import Role

_ALL: Final = re.compile(
    r"(?:all|total|totals|everyone|overall|combined|aggregate|grand total|both)"
    r"(?: (?:students?|pupils?|children|grades?|schools?|districts?|groups?|races?"
    r"|genders?|sexes|students tested|tested|subgroups?|categories|enrollment))?"
    r"|(?:state|nation|national|county|city|district|school)(?:wide)?"
    r"(?: (?:total|totals|average|avg\.?|public|level))?"
    r"|total (?:state|district|county)"
    r"|tod[oa]s(?: l[oa]s (?:estudiantes|alumnos|grupos|grados|escuelas|distritos))?"
    r"|.*\((?:statewide|citywide|nationwide|districtwide)\)"
)
_PLACES: Final = re.compile(r"(?:state|nation|national|county|city|district|school)")
_STATUS: Final = re.compile(
    r"^(?:not|non|never|ever|current|currently|former|formerly|with|without|other than"
    r"|is|students? with|students? without|students?|w/o?|con|sin|en|no|estudiantes"
    r"|estudiantes con|estudiantes sin)(?:\b|(?<=/))[ -]*"
)
_WITHOUT: Final = re.compile(r"\bwithout |\bw/o ")
_DENIED: Final = re.compile(
    r"(?i)(?:students? |pupils? |children )?(?:not|non|no|without|never)\b"
)
_GENDERS: Final = frozenset(
    [
        "female",
        "male",
        "females",
        "males",
        "girl",
        "girls",
        "boy",
        "boys",
        "women",
        "men",
        "nonbinary",
        "non-binary",
        "x",
        "another",
        "gender",
        "femenino",
        "masculino",
        "femenina",
        "masculina",
        "mujeres",
        "hombres",
        "niñas",
        "niños",
        "no",
        "binario",
    ]
)


def is_everyone(text: str) -> bool:
    """Whether a group's name means everybody: 'All Students', 'All Grades', 'Total'."""
    plain = " ".join(text.casefold().replace("_", " ").split()).strip(" *:")
    if _PLACES.fullmatch(plain):
        # 'State' names a level of a report and, as often, one of several places.
        return plain in {"state", "nation", "national"}
    return _ALL.fullmatch(plain) is not None


NO_NAME: Final = "written as a date, and not as the name of a group"
_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE: Final = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[ T]0?0:00(?::00)?)?|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})"
    rf"|\d{{1,2}}-{_MONTH}(?:-\d{{2,4}})?|{_MONTH}-\d{{1,2}}",
    re.IGNORECASE,
)


def breakdown_of(label: str) -> str:
    """The trait that a group's name belongs to: 'Current ELL' to 'english_learner'.

    The label itself where nothing is known of it.
    """
    plain = " ".join(label.casefold().replace("_", " ").split())
    coded = breakdown_named(label)
    if coded is not None:
        return coded
    bare = _bare(plain)
    if set(re.findall(r"[\w-]+", bare)) <= _GENDERS and bare:
        return "gender"
    if reader_for([label]) is not None:
        return "race"
    # 'Students without disabilities' is of the trait that those with them are of.
    for text in (bare, plain, _WITHOUT.sub("with ", plain), _one(bare)):
        named = meaning_of(text) if text else None
        if named is not None and named.meaning.role is Role.DIMENSION:
            return re.sub(r"\W+", "_", named.meaning.key)
    if read_grade(label) is not None:
        return "grade"
    return label


def about_dates(column: str, groups: Iterable[str]) -> tuple[str, ...]:
    """What is to be said of dates in place of groups' names, which no breakdown has.

    A spreadsheet program makes a date of much that looks like one.
    """
    dates = [text for text in groups if _DATE.fullmatch(text.strip())]
    if not dates:
        return ()
    named = " and ".join(f"'{text}'" for text in dates[:3])
    named += f" and {len(dates) - 3} more" if len(dates) > 3 else ""
    verb = "is" if len(dates) == 1 else "are"
    said = (
        f"In '{column}', {named} {verb} {NO_NAME}: its students stand in no other"
        " group. Correct it in the file, or say in equity.toml which group it is:"
        f" [crosswalk.values.{_quoted(column)}] with NAME = [{_quoted(dates[0])}]."
    )
    return (said,)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def by_breakdown(labels: Iterable[str]) -> dict[str, list[str]]:
    """Groups' names by the trait that they belong to, in the order they stand in.

    Names of a trait that is not known belong together where one denies the other:
    'Students with a bus pass' and 'Students without a bus pass' are one trait of two
    groups, named as the group that has it.
    """
    found: dict[str, list[str]] = {}
    unknown: dict[str, list[str]] = {}
    for label in labels:
        breakdown = breakdown_of(label)
        found.setdefault(breakdown, []).append(label)
        if breakdown == label:
            unknown.setdefault(_bare(" ".join(label.casefold().split())), []).append(
                label
            )
    for alike in unknown.values():
        has = [one for one in alike if not denies(one)]
        if len(alike) == 2 and len(has) == 1:
            other = next(one for one in alike if one != has[0])
            found[has[0]] = [*found[has[0]], *found.pop(other)]
    return found


def denies(label: str) -> bool:
    """Whether a group is of those who have something not: 'Not SWD', 'Never ELL'."""
    return _DENIED.match(label) is not None


def _bare(plain: str) -> str:
    """A name without what says only that one has it, or has it not."""
    for _ in range(3):
        plain = _STATUS.sub("", plain)
    return plain


def _one(plain: str) -> str:
    """'ieps' as 'iep', 'disabilities' as 'disability'."""
    return re.sub(r"ies$", "y", plain) if plain.endswith("ies") else plain.rstrip("s")
