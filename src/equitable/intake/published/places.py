"""Rows of several levels: a state, its counties, their districts and schools.

They hold one another, so that no two levels may be added up.  A file says the level in
a column of its own, or only by what it leaves empty: a row without a school is of its
district.  In the second case the table gets a column for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from equitable.intake.names import marker, meaning_of
from equitable.intake.profile import cleaned_sql
from equitable.intake.readers.parts import sql_text
from equitable.intake.where import quote_name
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.profile import ColumnProfile

LEVEL: Final = "level of the row"
"""The column that a table gets where it does not say the level itself."""
WHOLE_PLACE: Final = "(all)"
"""What then stands in the column of a finer place: all schools of a district."""

_NAME: Final = re.compile(
    r"(?i)agg?r?egat|agg?egat|agglevel|(report|org\w*|entity|data|geographic|geo)[ _]?"
    r"(level|type)|^level$|^rtype$|^record[ _]?type$"
)
_RANKS: Final[Mapping[str, int]] = {
    word: rank
    for rank, words in enumerate(
        (
            ("t", "x", "state", "statewide", "sea", "total", "national", "nation"),
            ("region", "regional"),
            ("o", "c", "county", "isd", "intermediate district", "esa", "isd district"),
            ("d", "l", "d1", "lea", "district", "local authority", "lea district",
             "corporation", "psa district", "school district", "system"),
            ("d2",),
            ("s", "school", "charter", "building", "campus", "psa", "public school"),
        )
    )
    for word in words
}  # fmt: skip
KINDS: Final = ("state", "county", "district", "school")
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "state": frozenset({"state", "nation"}),
    "county": frozenset({"county", "region"}),
    "district": frozenset({"district", "lea", "authority", "corporation", "la"}),
    "school": frozenset({"school", "campus", "building", "campname", "schoolname"}),
}
_NOT_NAMES: Final = frozenset(
    {"year", "type", "code", "id", "number", "num", "no", "level", "charter", "grade"}
    | {"status", "category", "size", "irn", "count", "lunch", "meals", "days", "flag"}
)
_OF_A_LEVEL: Final = re.compile(
    r"(?:all (?P<all>state|county|district|school)s?|(?P<wide>state|county|district"
    r"|nation)(?:wide)?(?: (?:total|totals|average|avg\.?))?"
    r"|total (?P<of>state|county|district)|(?P<total>grand total|total|all))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The columns of places, the coarser first, and what makes a row's level.

    ``words`` are those values of each that name no place but all of a level, with that
    level.
    """

    columns: Mapping[str, str]
    """From a kind (district, school) to its column."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def level_sql(self) -> str:
        """SQL that gives a row's level."""
        cases = []
        for kind in reversed(list(self.columns)):
            column = self.columns[kind]
            plain = f"LOWER({cleaned_sql(column)})"
            for word, level in self.words.get(column, {}).items():
                cases.append(f"WHEN {plain} = {sql_text(word)} THEN {sql_text(level)}")
            cases.append(f"WHEN {plain} IS NOT NULL THEN {sql_text(kind)}")
        return f"CASE {' '.join(cases)} ELSE 'state' END"

    def place_sql(self, kind: str) -> str:
        """SQL of a place's column, saying where a row is of all its places."""
        name = self.columns[kind]
        words = ", ".join(sql_text(word) for word in self.words.get(name, {}))
        plain, given = cleaned_sql(name), quote_name(name)
        whole = f"{plain} IS NULL" + (
            f" OR LOWER({plain}) IN ({words})" if words else ""
        )
        text = f"CAST({given} AS VARCHAR)"
        return f"CASE WHEN {whole} THEN {sql_text(WHOLE_PLACE)} ELSE {text} END"


def levels_said(profiles: Sequence[ColumnProfile]) -> dict[str, tuple[str, ...]]:
    """Columns that say a row's level, with the words of the highest that there is."""
    found: dict[str, tuple[str, ...]] = {}
    for profile in profiles:
        words = {text.casefold() for text in profile.texts}
        told = _NAME.search(profile.name) is not None
        if told and profile.complete and len(words) >= 2 and words <= set(_RANKS):
            top = min(_RANKS[word] for word in words)
            found[profile.name] = tuple(sorted(w for w in words if _RANKS[w] == top))
    return found


def find_places(profiles: Sequence[ColumnProfile], *, said: bool) -> Places | None:
    """The columns of places whose empty cells (or words) tell a row's level.

    Parameters
    ----------
    said
        Whether a column says the level: then only the finer places' empty cells are
        filled, and no level is made.
    """
    columns: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    lacking = False
    for kind in KINDS:
        named = [one for one in profiles if _is_place(one, kind)]
        if not named:
            continue
        one = min(named, key=lambda place: place.is_numeric)
        own = _level_words(one, kind)
        if not one.present or (one.complete and len(own) == one.distinct):
            continue
        columns[kind] = one.name
        words[one.name] = own
        lacking = lacking or one.missing > 0 or len(own) > 1
    if not columns or not lacking:
        return None
    if (
        not said
        and len(columns) < 2
        and not any(len(own) > 1 for own in words.values())
    ):
        return None  # Empty cells of a lone column of schools are schools not known.
    return Places(columns=columns, words=words)


def _is_place(profile: ColumnProfile, kind: str) -> bool:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", profile.name).casefold()
    parts = set(re.findall(r"[a-z]+", apart))
    kinds = [one for one in KINDS if parts & _WORDS[one]]
    if not kinds or parts & _NOT_NAMES or profile.type not in ("text", "number"):
        return False
    # 'In-School Suspension' tells what happened, and not where.
    named = meaning_of(profile.name)
    told = named is not None and named.meaning.role is Role.OUTCOME
    if told or marker(profile.name) in ("percent", "mean"):
        return False
    # 'School district' is a district's column.
    return kind == ("district" if "district" in kinds else kinds[-1])


def _level_words(profile: ColumnProfile, kind: str) -> dict[str, str]:
    """Values that name no place: from each to the level that its rows are of."""
    found: dict[str, str] = {}
    coarser = KINDS[: KINDS.index(kind)]
    for text in profile.texts:
        plain = " ".join(text.casefold().split())
        match = _OF_A_LEVEL.fullmatch(plain)
        if match is None:
            continue
        level = match["all"] or match["wide"] or match["of"] or ""
        if match["all"] or not level:
            # 'All schools' beside a district's name are that district's.
            level = coarser[-1] if coarser else "state"
        found[plain] = "state" if level == "nation" else level
    return found


def in_rank(texts: Sequence[str]) -> tuple[str, ...]:
    """Words of levels from the highest down, as they are written."""
    return tuple(sorted(texts, key=lambda text: (_RANKS.get(text.casefold(), 9), text)))
