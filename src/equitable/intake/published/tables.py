"""Tables that somebody published: groups in rows or in columns, totals beside parts.

A student file has a row a student.  A published table has a row, or a column, a group,
and its breakdowns overlap: every student stands in 'All students', in a race, in a
gender.  Here such a table is recognised and rewritten so that each breakdown is a
dimension of its own, in which the rows of every other breakdown are totals.  Nothing is
added up here; the cube then knows which rows are totals of which.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from equitable.intake.names import meaning_of, read_grade
from equitable.intake.published import civil_rights
from equitable.intake.published.civil_rights import ENROLLED, EVERYONE
from equitable.intake.race import reader_for
from equitable.intake.where import quote_name
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.profile import ColumnProfile
    from equitable.intake.source import Source

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
        "gender",
        "x",
    ]
)
_LEVEL_NAME: Final = re.compile(
    r"(?i)agg?r?egat|agg?egat|(report|org\w*|entity|data)[ _]?(level|type)|^level$"
)
_LEVEL_WORDS: Final = frozenset(
    [
        "t",
        "o",
        "d",
        "s",
        "c",
        "x",
        "state",
        "statewide",
        "sea",
        "county",
        "district",
        "lea",
        "school",
        "charter",
        "total",
    ]
)
_MOST_GROUPS: Final = 80
_MOST_VALUES: Final = 20_000
SEPARATOR: Final = "\x1f"


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
    bare = plain
    for _ in range(3):
        bare = _STATUS.sub("", bare)
    if set(re.findall(r"[\w-]+", bare)) <= _GENDERS and bare:
        return "gender"
    if reader_for([label]) is not None:
        return "race"
    named = meaning_of(bare) if bare else None
    if named is not None and named.meaning.role is Role.DIMENSION:
        return re.sub(r"\W+", "_", named.meaning.key)
    if read_grade(label) is not None:
        return "grade"
    return label


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was recognised in a published table.

    Attributes
    ----------
    layout
        ``long``: a row a group; ``wide``: a column a group; ``civil rights``: the
        federal collection's columns.
    group
        Long: the column that names the group.
    breakdowns
        From each new dimension's name to the values of ``group`` that belong to it, or
        (wide) to its groups' names and their columns' stems.
    totals
        From a column to the values in it that mean all of its groups.
    wide
        From each indicator's name to the pattern of its columns, ``{}`` for the stem;
        and of everybody's column.
    """

    layout: Literal["long", "wide", "civil rights"]
    group: str | None = None
    named_by: tuple[str, ...] = ()
    """Long: that column, and the one that names its breakdown."""
    breakdowns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns of levels (state, district, school), and what means the highest."""
    wide: Wide | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """A column a group: ``asian_pop``, ``asian_d`` beside ``population``.

    ``stems`` are the groups' stems, in order, and the name each goes by; ``patterns``
    map a number's name to its columns' prefix and suffix, ``everyone`` to the column of
    all students.
    """

    stems: Mapping[str, str]
    patterns: Mapping[str, tuple[str, str]]
    everyone: Mapping[str, str]
    total: str

    def in_order(self) -> tuple[str, ...]:
        """The names of its numbers, that of all students first."""
        return (self.total, *(name for name in self.patterns if name != self.total))


def recognise(source: Source, profiles: Sequence[ColumnProfile]) -> Published | None:
    """What published table this is; ``None`` where rows look like students.

    Parameters
    ----------
    source
        An open source; its columns that name groups are looked through whole.
    profiles
        What its first rows hold.
    """
    named = recognise_names([column.name for column in source.columns])
    if named is not None:
        return named
    values = _values_with_totals(source, profiles)
    totals = {name: tuple(filter(is_everyone, texts)) for name, texts in values.items()}
    wide = _wide(profiles)
    if wide is not None:
        return Published(layout="wide", wide=wide, totals=totals)
    levels = _levels(profiles)
    if not values and not levels:
        return None
    groups = {
        name: texts
        for name, texts in values.items()
        if len(texts) <= _MOST_GROUPS and _are_groups(texts)
    }
    if not groups:
        return Published(layout="long", totals=totals, levels=levels)
    # The finest of them names the group; one that it settles names the breakdown.
    group = max(groups, key=lambda name: len(groups[name]))
    named_by, breakdowns = _named_breakdowns(source, profiles, group)
    if not breakdowns:
        breakdowns = {}
        for text in sorted(groups[group]):
            if not is_everyone(text):
                breakdowns.setdefault(breakdown_of(text), []).append(text)
    if len(breakdowns) == 1:
        # 'All Students' beside one breakdown's groups: a dimension with its total.
        return Published(layout="long", totals=totals, levels=levels)
    return Published(
        layout="long",
        group=group,
        named_by=(group, *named_by),
        breakdowns={name: tuple(held) for name, held in breakdowns.items()},
        totals={name: held for name, held in totals.items() if name not in groups},
        levels=levels,
    )


def recognise_names(columns: Sequence[str]) -> Published | None:
    """What published table a file is by its columns' names alone."""
    layout = civil_rights.recognise(columns)
    if layout is None:
        return None
    topics = tuple(topic.name for topic in layout.topics)
    return Published(layout="civil rights", topics=topics)


def _values_with_totals(
    source: Source, profiles: Sequence[ColumnProfile]
) -> dict[str, tuple[str, ...]]:
    """Columns of a few values of which one or two mean everybody, with all of them."""
    found: dict[str, tuple[str, ...]] = {}
    one_other: dict[str, tuple[str, ...]] = {}
    for profile in profiles:
        some = any(map(is_everyone, profile.texts))
        if profile.type != "text" or not some or profile.distinct < 2:
            continue
        values = _distinct(source, profile.name)
        every = [text for text in values if is_everyone(text)]
        if len(every) <= 2 and len(values) - len(every) >= 2:
            found[profile.name] = values
        elif len(every) == 1 and len(values) == 2:
            one_other[profile.name] = values
    # 'All Grades' beside grade 12 alone is a total where another column has totals too;
    # by itself, two values may as well be a trait.
    return found | one_other if found else {}


def _levels(profiles: Sequence[ColumnProfile]) -> dict[str, tuple[str, ...]]:
    """Columns that say whether a row is of a school, its district, or the state."""
    found: dict[str, tuple[str, ...]] = {}
    for profile in profiles:
        words = {text.casefold() for text in profile.texts}
        told = _LEVEL_NAME.search(profile.name) is not None
        if told and profile.complete and len(words) >= 2 and words <= _LEVEL_WORDS:
            highest = words & {"t", "state", "statewide", "sea", "total"}
            found[profile.name] = tuple(sorted(highest)) or ("state",)
    return found


def _distinct(source: Source, *columns: str) -> tuple[str, ...]:
    listed = ", ".join(
        f"TRIM(CAST({quote_name(name)} AS VARCHAR)) AS c{place}"
        for place, name in enumerate(columns)
    )
    rows = source.query(
        f"SELECT DISTINCT {listed} FROM records WHERE {quote_name(columns[0])} IS NOT"
        f" NULL ORDER BY ALL LIMIT {_MOST_VALUES}"
    )
    return tuple(
        SEPARATOR.join(str(row[f"c{place}"] or "") for place in range(len(columns)))
        for row in rows.to_pylist()
    )


def _named_breakdowns(
    source: Source, profiles: Sequence[ColumnProfile], group: str
) -> tuple[tuple[str, ...], dict[str, list[str]]]:
    """The file's own breakdowns: a coarser column that the group's name settles."""
    for profile in profiles:
        coarse = 2 <= profile.distinct <= _MOST_GROUPS and not profile.is_numeric
        if profile.name == group or profile.type != "text" or not coarse:
            continue
        pairs = _distinct(source, group, profile.name)
        settled: dict[str, str] = {}
        for pair in pairs:
            value, _, breakdown = pair.partition(SEPARATOR)
            settled[value] = breakdown
        named: dict[str, list[str]] = {}
        for value, breakdown in sorted(settled.items()):
            if not is_everyone(value):
                named.setdefault(breakdown, []).append(value)
        one_each = len(settled) == len(pairs)
        if one_each and 1 < len(named) < len(settled) and "" not in named:
            return (profile.name,), named
    return (), {}


def everyone_in(published: Published, column: str) -> tuple[str, ...]:
    """What stands in a column where a row is of all its groups, case-folded."""
    held = {EVERYONE} if column in breakdowns_of(published) else set()
    held |= set(published.totals.get(column, ()))
    return tuple(sorted(" ".join(text.casefold().split()) for text in held))


def breakdowns_of(published: Published) -> tuple[str, ...]:
    """The columns that the table was given, one for each breakdown."""
    if published.layout == "civil rights":
        return civil_rights.BREAKDOWNS
    if published.wide is not None:
        names = [breakdown_of(name) for name in published.wide.stems.values()]
        return tuple(dict.fromkeys(names))
    return tuple(published.breakdowns)


def numbers_of(published: Published) -> tuple[str, ...]:
    """Of a table whose columns were groups: its numbers, that of all students first."""
    if published.layout == "civil rights":
        return (ENROLLED, *published.topics)
    return published.wide.in_order() if published.wide is not None else ()


def _are_groups(texts: Sequence[str]) -> bool:
    """Whether a column's values are groups of students, not places or grades."""
    groups = [text for text in texts if not is_everyone(text)]
    known = [text for text in groups if breakdown_of(text) not in (text, "grade")]
    return 2 * len(known) >= len(groups) > 1


_DENOMINATORS: Final = re.compile(
    r"(?i)pop|population|enrol|enrollment|enrolled|tested|total|students|n|cohort|membership"
)


def _wide(profiles: Sequence[ColumnProfile]) -> Wide | None:
    """Two numbers a group, by a common ending or beginning of their columns' names."""
    numbers = [p.name for p in profiles if p.is_numeric]
    by_affix: dict[tuple[str, str], list[str]] = {}
    for name in numbers:
        for mark in re.finditer(r"[_. ]+", name):
            head, tail = name[: mark.start()], name[mark.end() :]
            by_affix.setdefault(("", mark.group() + tail), []).append(head)
            by_affix.setdefault((head + mark.group(), ""), []).append(tail)
    families = {
        affix: stems
        for affix, stems in by_affix.items()
        if sum(reader_for([stem]) is not None for stem in stems) >= 3
    }
    if len(families) < 2:
        return None
    common = set.intersection(*(set(stems) for stems in families.values()))
    denominators = [
        affix
        for affix in families
        if _DENOMINATORS.fullmatch("".join(affix).strip("_. "))
    ]
    if len(common) < 3 or not denominators:
        return None
    used = {prefix + stem + suffix for prefix, suffix in families for stem in common}
    others = [name for name in numbers if name not in used]
    patterns: dict[str, tuple[str, str]] = {}
    everyone: dict[str, str] = {}
    for affix in families:
        said = "".join(affix).strip("_. ")
        of_all = [
            name
            for name in others
            if (
                any(map(_DENOMINATORS.fullmatch, re.split(r"[_. ]+", name)))
                if affix == denominators[0]
                else name.casefold().startswith(said.casefold())
            )
        ]
        # Everybody's column gives the number its name: 'disciplined' beside 'asian_d'.
        name = of_all[0] if len(of_all) == 1 else said
        patterns[name] = affix
        if len(of_all) == 1:
            everyone[name] = name
    order = [stem for stem in families[denominators[0]] if stem in common]
    return Wide(
        stems={stem: stem for stem in order},
        patterns=patterns,
        everyone=everyone,
        total=next(n for n, affix in patterns.items() if affix == denominators[0]),
    )
