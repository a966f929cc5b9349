"""Which counts of an IDEA table must not leave the district, before risks are computed.

Rows hang together, and what one hides another may tell.  Taken as known to everybody
are the totals over all groups of a district and over all districts of the file, which
States publish.  Beside them, what stands in several rows is one number:

- a group's number of children enrolled is the same in all categories of
  identification; its number with disabilities in those of discipline, and there it is
  also the count of 'any disability'; the two placements share theirs;
- the six impairments are parts of any disability, the two placements of the children
  placed, ten days and over ten days of those removed: a small rest is a small group.

It is a gate and not an audit: the rules below stop every subtraction named here, which
tests try by solving for what is hidden.  Earlier releases and other tables of the same
children are not looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from equitable.errors import QuestionError
from equitable.measures.disproportionality.categories import (
    ANY_DISABILITY,
    IMPAIRMENTS,
    TOTAL_REMOVALS,
    Area,
)
from equitable.measures.disproportionality.counts import TOGETHER, GroupCount
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.scheme import THE_RULE, Scheme
from equitable.vocabulary import WITHHELD

_PLACEMENTS: Final = ("under-40", "separate")
_DISJOINT: Final = (("out-to-10", "out-over-10"), ("in-to-10", "in-over-10"))
"""Children removed for so many days in all: nobody is in both of a pair."""
Line: TypeAlias = list[int]
"""Places of counts that add up to a number which everybody knows."""


def withhold_small(
    counts: Iterable[GroupCount],
    *,
    least: int,
    scheme: Scheme = THE_RULE,
    events: bool = False,
) -> tuple[GroupCount, ...]:
    """The counts with small groups ``WITHHELD``, and those that would give them away.

    A group is withheld where its children, those with the outcome or those without it
    are fewer than ``least`` (none included: a mark must not tell 0 from 9).  Nothing is
    withheld of a group that no child of the district is in.  Of the groups withheld in
    a line there are two at least, and together ``least`` children with and without the
    outcome: the smallest others join them until it is so.

    Parameters
    ----------
    counts
        Of one place or many.
    least
        The smallest number of children that may be shown.
    scheme
        The rule's categories and groups, or those of one's own outcome.
    events
        Whether 'removals' counts removals and not children: it is then no whole of
        which the others are parts, and may be above the number of children.

    Returns
    -------
    The counts; and for each line in which some are withheld and may be told together
    one of the group ``TOGETHER``, their sum, so that other groups can be compared with
    all of the rest.  A line without it keeps no comparison.

    Raises
    ------
    QuestionError
        Where ``least`` is under 1.
    """
    if least < 1:
        raise QuestionError("the smallest number to be shown is 1 or more")
    whole = list(counts)
    gate = _Gate(whole, least, scheme, events)
    gate.close()
    shown = [
        replace(one, count=WITHHELD, total=WITHHELD)
        if place in gate.hidden and not one.withheld
        else one
        for place, one in enumerate(whole)
    ]
    return (*shown, *gate.together())


@dataclass(slots=True)
class _Gate:
    """The counts, the lines that they stand in, and which of them are hidden.

    A count is known by its place; a line by its number.  Where a line is hidden from,
    it is looked at again.
    """

    counts: Sequence[GroupCount]
    least: int
    scheme: Scheme
    events: bool
    hidden: set[int] = field(default_factory=set)
    numbers: list[tuple[int, int]] = field(default_factory=list)
    """Count and total; 0 where they are not known."""
    own: list[dict[str, int]] = field(default_factory=list)
    """For each district, year and group: the places of its categories."""
    of_area: list[Line] = field(default_factory=list)
    """The same of one area: they share a denominator."""
    numerators: list[Line] = field(default_factory=list)
    """Counts of a category: of all groups in a district, of a group in all of them."""
    denominators: list[list[Line]] = field(default_factory=list)
    """Likewise of numbers of children: each stands in several places."""
    of_groups: list[int] = field(default_factory=list)
    """Of the numerators: those over the groups of a district."""
    _stands_in: dict[int, tuple[int, int, tuple[int, int], tuple[int, int]]] = field(
        default_factory=dict
    )
    """Of each count: whose it is, its area, its two numerators and denominators."""
    _waiting: deque[tuple[str, int]] = field(default_factory=deque)
    _queued: set[tuple[str, int]] = field(default_factory=set)

    def close(self) -> None:
        """Hide the small groups, then further ones until nothing gives one away."""
        self._lay_out()
        for number, places in enumerate(self.own):
            self._look_at("own", number)
            if not self._is_empty(places):
                for place in places.values():
                    if self._is_small(self.counts[place]):
                        self._hide(place)
        while self._waiting:
            which, number = self._waiting.popleft()
            self._queued.discard((which, number))
            if which == "own":
                self._guard_parts(self.own[number])
            elif which == "count":
                self._guard_counts(self.numerators[number])
            else:
                self._guard_totals(self.denominators[number])

    def together(self) -> list[GroupCount]:
        """What is withheld in each line of a district, added up, where it may be."""
        found = []
        for number in self.of_groups:
            line = self.numerators[number]
            held = [place for place in line if place in self.hidden]
            if not held or any(self.counts[place].withheld for place in line):
                continue
            count = sum(self.numbers[place][0] for place in held)
            total = sum(self.numbers[place][1] for place in held)
            if self._enough(len(held), count, total - count):
                made = replace(
                    self.counts[held[0]], group=TOGETHER, count=count, total=total
                )
                found.append(made)
        return found

    def _lay_out(self) -> None:
        """Number the lines: counts of the same key stand in the same one."""
        known: dict[tuple[str, ...], int] = {}
        totals: list[dict[int, None]] = []

        def numbered(key: tuple[str, ...], lines: list[Any], empty: Any) -> int:
            number = known.get(key)
            if number is None:
                number = known[key] = len(lines)
                lines.append(empty)
            return number

        for place, one in enumerate(self.counts):
            count, total = one.count, one.total
            told = isinstance(count, int) and isinstance(total, int)
            self.numbers.append((int(count), int(total)) if told else (0, 0))  # type: ignore[arg-type]
            group = self.scheme.group(one.group)
            if group is None:  # in no comparison, and never shown
                continue
            category = self.scheme.category(one.category)
            area, key = str(category.area), category.key
            district, year = one.district, one.year
            own = numbered(("own", district, year, group), self.own, {})
            shared = numbered(("area", district, year, group, area), self.of_area, [])
            before = len(self.numerators)
            groups = numbered(("g", district, year, key), self.numerators, [])
            if groups == before:
                self.of_groups.append(groups)
            places = numbered(("d", year, group, key), self.numerators, [])
            of_groups = numbered(("G", district, year, area), totals, {})
            of_places = numbered(("D", year, group, area), totals, {})
            self.own[own][key] = place
            self.of_area[shared].append(place)
            for line in (groups, places):
                self.numerators[line].append(place)
            for line in (of_groups, of_places):
                totals[line][shared] = None
            lines = (groups, places), (of_groups, of_places)
            self._stands_in[place] = (own, shared, *lines)
        self.denominators = [[self.of_area[area] for area in held] for held in totals]

    def _look_at(self, which: str, number: int) -> None:
        if (which, number) not in self._queued:
            self._queued.add((which, number))
            self._waiting.append((which, number))

    def _hide(self, place: int) -> None:
        if place in self.hidden:
            return
        self.hidden.add(place)
        own, area, numerators, denominators = self._stands_in[place]
        self._look_at("own", own)
        for line in numerators:
            self._look_at("count", line)
        if all(other in self.hidden for other in self.of_area[area]):
            for line in denominators:
                self._look_at("total", line)
        places = self.own[own]
        if places.get(ANY_DISABILITY) == place and self.scheme.regulated:
            # Its count is the number of children in every category of discipline, and
            # the sum of impairments says nearly as much.
            for other in places.values():
                self._hide(other)

    # ------------------------------------------------------------- one number alone

    def _is_empty(self, places: dict[str, int]) -> bool:
        """Whether the group has no children at all here: then there is no secret."""
        for category, place in places.items():
            area = self.scheme.categories[category].area
            if area in (None, Area.IDENTIFICATION):
                one = self.counts[place]
                return not one.withheld and one.total == 0
        return False

    def _is_small(self, one: GroupCount) -> bool:
        if not isinstance(one.count, int) or not isinstance(one.total, int):
            # What the file lacks is nobody's secret; what it withholds stays so.
            return one.because in (None, Reason.IN_FILE)
        without = one.total - one.count
        return min(one.count, one.total) < self.least or 0 <= without < self.least

    # -------------------------------------------------------- lines that add up

    def _enough(self, number: int, with_: int, without: int) -> bool:
        """Whether so many withheld together tell of none of them."""
        few = min(with_, without) if not self.events else with_
        return number >= 2 and few >= self.least

    def _guard_counts(self, line: Line) -> None:
        held = [place for place in line if place in self.hidden]
        with_ = sum(self.numbers[place][0] for place in held)
        without = sum(self.numbers[place][1] for place in held) - with_
        if not held or self._enough(len(held), with_, without):
            return
        number = len(held)
        for place in sorted(line, key=self._size):
            count, total = self.numbers[place]
            # Nobody is hidden behind a group without children.
            if place in self.hidden or not total:
                continue
            with_, without, number = with_ + count, without + total - count, number + 1
            self._hide(place)
            if self._enough(number, with_, without):
                return

    def _guard_totals(self, line: list[Line]) -> None:
        """Numbers of children: those hidden wherever they stand, if one is small."""
        sizes: list[tuple[int, Line]] = []
        number = children = 0
        small = False
        for places in line:
            size = max(self.numbers[place][1] for place in places)
            if all(place in self.hidden for place in places):
                number, children = number + 1, children + size
                small = small or size < self.least
            elif size:
                sizes.append((size, places))
        if not small:
            return
        for size, places in sorted(sizes):
            if number >= 2 and children >= self.least:
                return
            number, children = number + 1, children + size
            for place in places:
                self._hide(place)

    # ------------------------------------------------------------ parts of a whole

    def _guard_parts(self, places: dict[str, int]) -> None:
        """Hide a part where the rest of its whole would tell of a small group."""
        if not self.scheme.regulated or self._is_empty(places):
            return
        disabled = self._shown(places, ANY_DISABILITY, "count")
        self._guard_rest(places, disabled, IMPAIRMENTS)
        placed = self._placed(places)
        if placed and disabled and 0 < disabled - placed < self.least:
            # Children with disabilities who are too young for a placement.
            for key in _PLACEMENTS:
                if key in places:
                    self._hide(places[key])
        self._guard_rest(places, self._placed(places), _PLACEMENTS)
        if not self.events:
            for pair in _DISJOINT:
                removed = self._shown(places, TOTAL_REMOVALS, "count")
                self._guard_rest(places, removed, pair)

    def _guard_rest(
        self, places: dict[str, int], whole: int | None, parts: Sequence[str]
    ) -> None:
        if whole is None:
            return
        there = [places[key] for key in parts if key in places]
        shown = [place for place in there if place not in self.hidden]
        rest = whole - sum(self.numbers[place][0] for place in shown)
        some_hidden = len(shown) < len(parts)
        if shown and (0 < rest < self.least or (some_hidden and rest == 0)):
            self._hide(min(shown, key=self.numbers.__getitem__))

    def _placed(self, places: dict[str, int]) -> int | None:
        for key in _PLACEMENTS:
            total = self._shown(places, key, "total")
            if total is not None:
                return total
        return None

    def _shown(self, places: dict[str, int], key: str, which: str) -> int | None:
        place = places.get(key)
        if place is None or place in self.hidden or self.counts[place].withheld:
            return None
        return self.numbers[place][0 if which == "count" else 1]

    def _size(self, place: int) -> tuple[int, int, str]:
        count, total = self.numbers[place]
        return total, count, self.counts[place].group
