"""What the name of a group says: everybody, or the trait that it belongs to."""

from __future__ import annotations

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
    r"|.*\((?:statewide|citywide|nationwide|districtwide)\)"
)
_PLACES: Final = re.compile(r"(?:state|nation|national|county|city|district|school)")
_STATUS: Final = re.compile(
    r"^(?:not|non|never|ever|current|currently|former|formerly|with|without|other than"
    r"|is|students? with|students? without|students?)\b[ -]*"
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
    ]
)


def is_everyone(text: str) -> bool:
    """Whether a group's name means everybody: 'All Students', 'All Grades', 'Total'."""
    plain = " ".join(text.casefold().replace("_", " ").split()).strip(" *:")
    if _PLACES.fullmatch(plain):
        # 'State' names a level of a report and, as often, one of several places.
        return plain in {"state", "nation", "national"}
    return _ALL.fullmatch(plain) is not None


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
