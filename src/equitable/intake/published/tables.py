"""Tables that somebody published: groups in rows or in columns, totals beside parts.

A student file has a row a student.  A published table has a row, or a column, a group,
and its breakdowns overlap: every student stands in 'All students', in a race, in a
gender.  Here such a table is recognised and rewritten so that each breakdown is a
dimension of its own, in which the rows of every other breakdown are totals.  Nothing is
added up here; the cube then knows which rows are totals of which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from equitable.intake.published import civil_rights
from equitable.intake.published.blurs import Mark
from equitable.intake.published.civil_rights import ENROLLED, EVERYONE
from equitable.intake.published.figures import with_marks
from equitable.intake.published.groups_named import (
    about_dates,
    breakdown_of,
    by_breakdown,
    is_everyone,
)
from equitable.intake.published.holding import settled_columns, settled_rows
from equitable.intake.published.origins import Coded, read_codes
from equitable.intake.published.places import (
    KINDS,
    LEVEL,
    WHOLE_PLACE,
    Places,
    find_places,
    levels_said,
)
from equitable.intake.published.wide import Wide, breakdowns_of_stems, find_wide
from equitable.intake.race import reader_for
from equitable.intake.where import quote_name

if TYPE_CHECKING:
    from equitable.intake.profile import ColumnProfile
    from equitable.intake.published_settings import PublishedSettings
    from equitable.intake.source import Source

_MOST_GROUPS: Final = 80
_MOST_VALUES: Final = 20_000
SEPARATOR: Final = "\x1f"


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
    levels
        Columns of levels (state, district, school), and what means the highest.
    places
        The columns of places whose empty cells tell a row's level.
    coded
        A column of codes whose publisher is known.
    marks
        What a person says that marks mean.
    everyone
        The words that were taken for everybody, case-folded.
    notes
        What was found out of its groups, to be said.
    certain
        Whether the rows cannot be students: some are of everybody.
    """

    layout: Literal["long", "wide", "civil rights"]
    group: str | None = None
    named_by: tuple[str, ...] = ()
    """Long: that column, and the one that names its breakdown."""
    breakdowns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wide: Wide | None = None
    topics: tuple[str, ...] = ()
    places: Places | None = None
    coded: Coded | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict)
    everyone: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    certain: bool = True

    def label(self, text: str) -> str:
        """A group's name: what its code means, or as it is written."""
        if self.coded is None or self.coded.column != self.group:
            return text
        return self.coded.labels.get(text.strip().casefold(), text)


def recognise(
    source: Source,
    profiles: Sequence[ColumnProfile],
    said: PublishedSettings | None = None,
) -> Published | None:
    """What published table this is; ``None`` where rows look like students.

    Parameters
    ----------
    source
        An open source; its columns that name groups are looked through whole.
    profiles
        What its first rows hold.
    said
        What a person says of it, which wins.
    """
    named = recognise_names([column.name for column in source.columns])
    if named is not None:
        return named
    if said is not None and said.table is False:
        return None
    look = _Look(source, profiles, said)
    values = look.values_with_totals()
    totals = {name: tuple(filter(look.is_everyone, v)) for name, v in values.items()}
    marks = said.read_marks() if said is not None else {}
    wide = find_wide(with_marks(profiles, marks))
    wide = settled_columns(source, wide) if wide is not None else None
    levels = look.levels()
    if not values and not levels and wide is None and look.coded is None:
        return None
    groups = look.groups(values)
    places = find_places(profiles, said=bool(levels)) if groups or wide else None
    if places is not None:
        levels, totals, places = look.with_places(places, levels, totals)
    found = Published(
        layout="wide" if wide is not None else "long",
        wide=wide,
        totals=totals,
        levels=levels,
        places=places,
        coded=look.coded,
        marks=marks,
        everyone=look.words(totals),
        certain=bool(groups) or wide is not None,
        notes=wide.said if wide is not None else (),
    )
    if wide is not None or not groups:
        return found
    # The finest of them names the group; one that it settles names the breakdown.
    group = max(groups, key=lambda name: len(groups[name]))
    named_by, breakdowns = look.breakdowns(group, groups[group])
    notes: tuple[str, ...] = ()
    if said is None or not said.breakdowns:
        columns = [column.name for column in source.columns]
        breakdowns, notes = settled_rows(source, group, breakdowns, columns)
    notes += about_dates(group, groups[group])
    if len(breakdowns) == 1 and look.of_codes(group) is None:
        # 'All Students' beside one breakdown's groups: a dimension with its total.
        return found
    return replace(
        found,
        group=group,
        named_by=(group, *named_by),
        breakdowns={name: tuple(held) for name, held in breakdowns.items()},
        totals={name: held for name, held in totals.items() if name not in groups},
        notes=notes,
    )


def recognise_names(columns: Sequence[str]) -> Published | None:
    """What published table a file is by its columns' names alone."""
    layout = civil_rights.recognise(columns)
    if layout is None:
        return None
    topics = tuple(topic.name for topic in layout.topics)
    return Published(layout="civil rights", topics=topics)


class _Look:
    """A look at a table's columns, with what a person says of them."""

    def __init__(
        self,
        source: Source,
        profiles: Sequence[ColumnProfile],
        said: PublishedSettings | None,
    ) -> None:
        self.source = source
        self.profiles = profiles
        self.said = said
        marks = said.read_marks() if said is not None else {}
        marked = with_marks(profiles, marks)
        self.figures = {one.name for one in marked if one.is_numeric}
        further = said.everyone if said is not None else ()
        self.further = {folded(text) for text in further}
        few = {p.name: p.texts for p in profiles if p.complete and p.distinct <= 80}
        self.coded = read_codes({p.name: few.get(p.name, ()) for p in profiles})

    def of_codes(self, column: str) -> Coded | None:
        """The codes of a column, where its publisher is known."""
        return self.coded if self.coded and self.coded.column == column else None

    def is_everyone(self, text: str) -> bool:
        """Whether a value means everybody, by a person's words too."""
        return is_everyone(text) or folded(text) in self.further

    def words(self, totals: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
        """The words for everybody that were found, case-folded."""
        found = {folded(text) for held in totals.values() for text in held}
        return tuple(sorted(found | self.further))

    def levels(self) -> dict[str, tuple[str, ...]]:
        """Columns of levels, with what means the highest."""
        if self.said is not None and self.said.level is not None:
            top = self.said.levels[:1] or ("state",)
            return {self.said.level: tuple(map(folded, top))}
        return levels_said(self.profiles)

    def with_places(
        self,
        places: Places,
        levels: dict[str, tuple[str, ...]],
        totals: dict[str, tuple[str, ...]],
    ) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], Places | None]:
        """Levels and totals as the columns of places tell them."""
        if not levels:
            rows = self.source.query(
                f"SELECT DISTINCT {places.level_sql()} AS l FROM records ORDER BY l"
            )["l"].to_pylist()
            if len(rows) < 2:
                return levels, totals, None
            levels = {LEVEL: (min(rows, key=KINDS.index),)}
        filled = dict.fromkeys(places.columns.values(), (WHOLE_PLACE,))
        return levels, {**totals, **filled}, places

    def values_with_totals(self) -> dict[str, tuple[str, ...]]:
        """Columns of a few values of which one or two mean everybody, with all."""
        found: dict[str, tuple[str, ...]] = {}
        one_other: dict[str, tuple[str, ...]] = {}
        for one in self.profiles:
            every = self._everyone_of(one.name)
            if one.type != "text" or one.distinct < 2 or not any(map(every, one.texts)):
                continue
            values = _distinct(self.source, one.name)
            totals = [text for text in values if every(text)]
            if len(totals) <= 2 and len(values) - len(totals) >= 2:
                found[one.name] = values
            elif len(totals) == 1 and len(values) == 2:
                one_other[one.name] = values
        # 'All Grades' beside grade 12 alone is a total where another column has totals
        # too; by itself, two values may as well be a trait.
        found |= one_other if found else {}
        for one in self.profiles:
            if one.name not in found and self._mixes(one):
                found[one.name] = _distinct(self.source, one.name)
        return found

    def _mixes(self, one: ColumnProfile) -> bool:
        """Whether it holds groups of several traits, though nobody of everybody."""
        if one.type != "text" or not one.complete or one.distinct > _MOST_GROUPS:
            return False
        coded = self.of_codes(one.name)
        labels = [coded.labels.get(folded(t), t) if coded else t for t in one.texts]
        groups = [label for label in labels if not self.is_everyone(label)]
        if not any(reader_for([label]) is not None for label in groups):
            return False
        named = Counter(breakdown_of(label) for label in groups)
        known = {name: n for name, n in named.items() if name not in groups}
        told = sum(known.values())
        return (
            len(known) > 1 and known.get("race", 0) > 1 and 5 * told >= 4 * len(groups)
        )

    def _everyone_of(self, column: str) -> Callable[[str], bool]:
        coded = self.of_codes(column)
        if coded is None:
            return self.is_everyone
        return lambda text: is_everyone(coded.labels.get(folded(text), text))

    def groups(
        self, values: Mapping[str, tuple[str, ...]]
    ) -> dict[str, tuple[str, ...]]:
        """Of those columns, the ones that name groups of students."""
        if self.said is not None and self.said.group is not None:
            return {self.said.group: _distinct(self.source, self.said.group)}
        return {
            name: texts
            for name, texts in values.items()
            if len(texts) <= _MOST_GROUPS
            and (self.of_codes(name) is not None or self._are_groups(texts))
        }

    def _are_groups(self, texts: Sequence[str]) -> bool:
        """Whether a column's values are groups of students, not places or grades."""
        groups = [text for text in texts if not self.is_everyone(text)]
        known = [text for text in groups if breakdown_of(text) not in (text, "grade")]
        return 2 * len(known) >= len(groups) > 1

    def breakdowns(
        self, group: str, texts: Sequence[str]
    ) -> tuple[tuple[str, ...], dict[str, list[str]]]:
        """The column that names breakdowns, if any, and each breakdown's groups."""
        every, coded = self._everyone_of(group), self.of_codes(group)
        if self.said is not None and self.said.breakdowns:
            wanted = self.said.breakdowns.items()
            return (), {name: list(held) for name, held in wanted}
        own = self.said.breakdown if self.said is not None else None
        named_by, found = self._named_breakdowns(group, own, every)
        if found:
            return named_by, found
        labels = {
            text: coded.labels.get(folded(text), text) if coded else text
            for text in sorted(texts)
            if not every(text)
        }
        return (), {
            name: [text for text, label in labels.items() if label in held]
            for name, held in by_breakdown(dict.fromkeys(labels.values())).items()
        }

    def _named_breakdowns(
        self, group: str, own: str | None, every: Callable[[str], bool]
    ) -> tuple[tuple[str, ...], dict[str, list[str]]]:
        """The file's own breakdowns: a coarser column that the group's name settles."""
        for one in self.profiles:
            coarse = 2 <= one.distinct <= _MOST_GROUPS
            if one.name == group or one.type != "text" or one.name in self.figures:
                continue
            if one.name != own and (own is not None or not coarse):
                continue
            pairs = _distinct(self.source, group, one.name)
            settled: dict[str, str] = {}
            for pair in pairs:
                value, _, breakdown = pair.partition(SEPARATOR)
                settled[value] = breakdown
            named: dict[str, list[str]] = {}
            for value, breakdown in sorted(settled.items()):
                if not every(value):
                    named.setdefault(breakdown, []).append(value)
            one_each = len(settled) == len(pairs)
            if one_each and 1 < len(named) < len(settled) and "" not in named:
                return (one.name,), named
        return (), {}


def folded(text: str) -> str:
    """A value's text for comparing: case-folded, spaces squeezed."""
    return " ".join(text.casefold().split())


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


def everyone_in(published: Published, column: str) -> tuple[str, ...]:
    """What stands in a column where a row is of all its groups, case-folded."""
    held = {EVERYONE} if column in breakdowns_of(published) else set()
    held |= set(published.totals.get(column, ()))
    return tuple(sorted(map(folded, held)))


def breakdowns_of(published: Published) -> tuple[str, ...]:
    """The columns that the table was given, one for each breakdown."""
    if published.layout == "civil rights":
        return civil_rights.BREAKDOWNS
    if published.wide is not None:
        return tuple(breakdowns_of_stems(published.wide))
    return tuple(published.breakdowns)


def numbers_of(published: Published) -> tuple[str, ...]:
    """Of a table whose columns were groups: its numbers, that of all students first."""
    if published.layout == "civil rights":
        return (ENROLLED, *published.topics)
    return published.wide.in_order() if published.wide is not None else ()
