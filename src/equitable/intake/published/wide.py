"""A column a group: ``asian_pop`` and ``asian_d``, or 'White absent', 'White enrolled'.

Two numbers a group make a rate: how many, of how many; or a percentage and the number
that it is of.  One number a group makes none, and is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from equitable.intake.names import marker
from equitable.intake.published.groups_named import by_breakdown, is_everyone
from equitable.intake.race import reader_for

if TYPE_CHECKING:
    from equitable.intake.profile import ColumnProfile

Affix = tuple[str, str]
"""What stands before a group's name in a column's, and what after it."""

_APART: Final = re.compile(r"[\s_.:|/–—-]+")
_BETWEEN: Final = " _.:|/–—-()"
_EDGES: Final = _BETWEEN + "#%"
_DENOMINATORS: Final = re.compile(
    r"(?i)pop|population|enrol|enrol+ment|enrol+ed|tested|tests|total|students|pupils|n"
    r"|cohort|membership|takers|participants|eligible|denominator|headcount"
    r"|graduating class|examinees|candidates"
)
_FEW: Final = 2
"""Groups of one family that a table must have columns for."""
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2}(?:[-–/](?:\d{2}){1,2})?)(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """The columns of groups.

    ``stems`` are the groups' stems, in order, and the name each goes by; ``patterns``
    map a number's name to its columns' prefix and suffix, ``everyone`` to the column of
    all students; ``shares`` are those numbers that are percentages, with what the whole
    is written as (0 where nothing says it).
    """

    stems: Mapping[str, str]
    patterns: Mapping[str, Affix]
    everyone: Mapping[str, str]
    total: str
    shares: Mapping[str, int] = field(default_factory=dict)
    alone: tuple[str, ...] = ()
    """Stems of groups that hold others, each a breakdown of its own."""
    said: tuple[str, ...] = ()
    """What was found out of the groups, for notes."""

    def in_order(self) -> tuple[str, ...]:
        """The names of its numbers, that of all students first."""
        return (self.total, *(name for name in self.patterns if name != self.total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """A column a year: the years in order, and from each number to its columns."""

    years: tuple[str, ...]
    columns: Mapping[str, Mapping[str, str]]

    def said(self) -> str:
        """In words, for a note."""
        first, last = self.years[0], self.years[-1]
        named = " and ".join(f"'{name}'" for name in list(self.columns)[:3])
        return (
            f"Its columns are of years ({first} to {last}): each row was read as one of"
            f" each year, with {named}."
        )


def find_years(profiles: Sequence[ColumnProfile]) -> Years | None:
    """Columns of the same numbers for each of several years, one of them a total."""
    found: dict[str, dict[str, str]] = {}
    numeric = {one.name: one for one in profiles if one.is_numeric}
    for name in numeric:
        years = _YEAR.findall(name)
        # '2022 Met' and '2022 % Met' are two numbers.
        bare = " ".join(_YEAR.sub(" ", name).split()).strip(_BETWEEN)
        if len(years) != 1 or not bare:
            continue
        if years[0] in found.setdefault(bare, {}):
            return None
        found[bare][years[0]] = name
    found = {bare: columns for bare, columns in found.items() if len(columns) > 1}
    every = [tuple(sorted(columns)) for columns in found.values()]
    if len(found) < 2 or len(set(every)) != 1:
        return None
    sizes = [bare for bare in found if _says_size(bare)]
    large = any(
        (numeric[n].high or 0) > 1 for bare in sizes for n in found[bare].values()
    )
    return Years(years=every[0], columns=found) if large else None


def find_wide(profiles: Sequence[ColumnProfile]) -> Wide | None:
    """Two numbers a group, by a common ending or beginning of their columns' names."""
    numbers = {one.name: one for one in profiles if one.is_numeric}
    families = _families(list(numbers))
    if len(families) < 2:
        return None
    every = set.intersection(*(set(stems) for stems in families.values()))
    common = {stem for stem in every if not is_everyone(stem)}
    races = [stem for stem in common if reader_for([stem]) is not None]
    sizes = [affix for affix in families if _says_size(_bare(affix))]
    sizes = [affix for affix in sizes if not _is_share(affix, families, numbers)]
    if len(common) < _FEW or len(races) < _FEW or not sizes:
        return None
    size = max(sizes, key=lambda one: (_exactly(one), _most(one, common, numbers)))
    used = {_column(affix, stem) for affix in families for stem in common}
    others = [name for name in numbers if name not in used]
    patterns: dict[str, Affix] = {}
    everyone: dict[str, str] = {}
    shares: dict[str, int] = {}
    for affix in families:
        of_all = _of_everybody(affix, others, is_size=affix == size)
        name = _named(affix, of_all)
        patterns[name] = affix
        if of_all is not None:
            everyone[name] = of_all
        if _is_share(affix, families, numbers):
            shares[name] = _whole(affix, families, numbers)
    order = [stem for stem in families[size] if stem in common]
    return Wide(
        stems={stem: stem for stem in order},
        patterns=patterns,
        everyone=everyone,
        total=next(name for name, affix in patterns.items() if affix == size),
        shares=shares,
    )


def one_number_a_group(profiles: Sequence[ColumnProfile]) -> tuple[str, ...]:
    """Columns named by groups, of one number each: no rate can be made of them."""
    named = {
        one.name: re.sub(r"[\s#%]+$", "", one.name)
        for one in profiles
        if one.is_numeric and (one.high or 0) > 1
    }
    alone = [name for name, bare in named.items() if reader_for([bare]) is not None]
    if len(alone) <= _FEW:
        return ()
    return tuple(
        name for name, bare in named.items() if name in alone or is_everyone(bare)
    )


def shares_alone(profiles: Sequence[ColumnProfile]) -> tuple[str, ...]:
    """Columns of percentages of groups without their numbers of students."""
    numbers = {one.name: one for one in profiles if one.is_numeric}
    families = _families(list(numbers))
    return tuple(
        dict.fromkeys(
            _column(affix, stem)
            for affix, stems in families.items()
            if _is_share(affix, families, numbers)
            for stem in stems
            if reader_for([stem]) is not None
        )
    )


def _families(names: Sequence[str]) -> dict[Affix, dict[str, None]]:
    """From what stands around a group's name to the groups that have such a column."""
    by_affix: dict[Affix, dict[str, None]] = {}
    for name in names:
        for mark in _APART.finditer(name):
            head, tail = name[: mark.start()], name[mark.end() :]
            if head and tail:
                by_affix.setdefault(("", mark.group() + tail), {})[head] = None
                by_affix.setdefault((head + mark.group(), ""), {})[tail] = None
    return {
        affix: stems
        for affix, stems in by_affix.items()
        if sum(reader_for([stem]) is not None for stem in stems) >= _FEW
    }


def _column(affix: Affix, stem: str) -> str:
    return affix[0] + stem + affix[1]


def _bare(affix: Affix) -> str:
    return "".join(affix).strip(_EDGES)


def _says_size(text: str) -> bool:
    words = _APART.split(text.strip(_EDGES))
    return marker(text) != "percent" and any(map(_DENOMINATORS.fullmatch, words))


def _exactly(affix: Affix) -> bool:
    return _DENOMINATORS.fullmatch(_bare(affix)) is not None


def _most(affix: Affix, stems: set[str], numbers: Mapping[str, ColumnProfile]) -> float:
    return max(numbers[_column(affix, stem)].high or 0.0 for stem in stems)


def _held(
    affix: Affix,
    families: Mapping[Affix, Mapping[str, None]],
    numbers: Mapping[str, ColumnProfile],
) -> list[ColumnProfile]:
    return [numbers[_column(affix, stem)] for stem in families[affix]]


def _is_share(
    affix: Affix,
    families: Mapping[Affix, Mapping[str, None]],
    numbers: Mapping[str, ColumnProfile],
) -> bool:
    held = _held(affix, families, numbers)
    signed = any("%" in text for one in held for text in one.texts)
    return signed or marker("".join(affix)) == "percent"


def _whole(
    affix: Affix,
    families: Mapping[Affix, Mapping[str, None]],
    numbers: Mapping[str, ColumnProfile],
) -> int:
    held = _held(affix, families, numbers)
    signed = "%" in "".join(affix) or any("%" in t for one in held for t in one.texts)
    return 100 if signed or any((one.high or 0) > 1 for one in held) else 0


def _named(affix: Affix, of_all: str | None) -> str:
    """Everybody's column gives a number its name: 'disciplined' beside 'asian_d'."""
    bare = _bare(affix)
    if of_all is None:
        return bare or "percent"
    words = [word for word in _APART.split(of_all.strip(_EDGES)) if word]
    kept = [word for word in words if not is_everyone(word)]
    return (bare or "percent") if len(kept) < len(words) else of_all


def _of_everybody(affix: Affix, others: Sequence[str], *, is_size: bool) -> str | None:
    """The column of all students: 'All suspended', or the name without a group."""
    bare = _bare(affix).casefold()
    for name in others:
        rest = name
        if affix[0] and name.startswith(affix[0]):
            rest = name[len(affix[0]) :]
        elif affix[1] and name.endswith(affix[1]):
            rest = name[: len(name) - len(affix[1])]
        if (rest != name and is_everyone(rest)) or name.strip(
            _EDGES
        ).casefold() == bare:
            return name
    if is_size:
        near = [
            name
            for name in others
            if any(map(_DENOMINATORS.fullmatch, _APART.split(name)))
        ]
    else:
        near = [name for name in others if name.casefold().startswith(bare)]
    return near[0] if bare and len(near) == 1 else None


def breakdowns_of_stems(wide: Wide) -> dict[str, list[str]]:
    """From each breakdown to the stems of its groups."""
    shared = {stem: name for stem, name in wide.stems.items() if stem not in wide.alone}
    found = {
        breakdown: [stem for stem, name in shared.items() if name in held]
        for breakdown, held in by_breakdown(dict.fromkeys(shared.values())).items()
    }
    return {**found, **{stem: [stem] for stem in wide.stems if stem in wide.alone}}
