"""Which groups are withheld: the small ones, and what would give them away.

All linked tables of the results shown beside each other are one set of *lines*: a
margin and the groups that add up to it.  The groups withheld are closed under the
lines, so that no line tells one of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from equitable.measures.results import GapRow, Gaps, Group

_STRATA: Final = "strata"
_CHOICES: Final = 4
_SMALL_ENOUGH_TO_CHOOSE: Final = 400
_CHEAP: Final = 5
Key: TypeAlias = tuple[tuple[str, str], ...]
"""A group's dimensions and values, strata included, by dimensions' names."""


@dataclass(slots=True)
class _Lines:
    """All cells of one indicator's linked tables, and the lines that add up."""

    sizes: dict[Key, int] = field(default_factory=dict)
    parts: dict[tuple[Key, str], dict[Key, None]] = field(default_factory=dict)
    """For each margin and each further dimension: the groups that it is the sum of."""
    strata: dict[Key, dict[Key, None]] = field(default_factory=dict)
    """For each stratum, whose total its rows' references tell: those rows."""
    small_rest: set[Key] = field(default_factory=set)
    """Groups that are nearly everyone: they tell of the few outside."""
    listed: list[tuple[Key, list[Key]]] = field(default_factory=list)
    """Every line: its margin, and its parts from the smallest on."""
    touching: dict[Key, list[int]] = field(default_factory=dict)

    def touched_by(self) -> dict[Key, list[int]]:
        """For each group, the lines that it is a part or the margin of."""
        if not self.listed:
            for (margin, _), parts in self.parts.items():
                line = len(self.listed)
                ordered = sorted(parts, key=lambda key: (self.sizes[key], key))
                self.listed.append((margin, ordered))
                for key in (margin, *ordered):
                    self.touching.setdefault(key, []).append(line)
        return self.touching


def hidden_groups(
    studies: Sequence[Sequence[tuple[Gaps, Group]]], min_n: int
) -> set[Key]:
    """The groups to withhold: primary, then complementary until nothing changes."""
    every = []
    for results in studies:
        lines = _Lines()
        for gaps, stratum in results:
            if not counts_nobody(gaps):
                _add_lines(lines, gaps, stratum, min_n)
        every.append(lines)
    hidden: set[Key] = set()
    for lines in every:
        hidden |= {key for key, n in lines.sizes.items() if n < min_n}
        hidden |= lines.small_rest
    while True:
        before = len(hidden)
        for lines in every:
            few = len(lines.sizes) <= _SMALL_ENOUGH_TO_CHOOSE
            hidden = _closed(lines, hidden, choices=_CHOICES if few else 1)
            hidden = _with_company(lines, hidden, min_n)
        if len(hidden) == before:
            return hidden


def counts_nobody(gaps: Gaps) -> bool:
    """Whether these are published figures without a number of students beside any."""
    return gaps.indicator.figures is not None and all(
        row.n is None and row.count is None for row in gaps.rows
    )


def _closed(lines: _Lines, hidden: set[Key], *, choices: int = 1) -> set[Key]:
    """Withhold further groups until no line gives one away.

    Of the ``choices`` smallest groups that would do, the one is taken whose own
    consequences hide the fewest students.  Only lines with a newly hidden group are
    looked at again, so that the work grows with the groups and not with their square.
    """
    hidden = set(hidden)
    touched = lines.touched_by()
    waiting = deque(range(len(lines.listed)))
    queued = set(waiting)

    def hide(key: Key) -> None:
        hidden.add(key)
        for row in lines.strata.get(key, {}):
            if row not in hidden:
                hide(row)
        for line in touched.get(key, ()):
            if line not in queued:
                queued.add(line)
                waiting.append(line)

    for stratum, rows in lines.strata.items():
        if stratum in hidden:
            for row in rows:
                if row not in hidden:
                    hide(row)
    while waiting:
        line = waiting.popleft()
        queued.discard(line)
        margin, parts = lines.listed[line]
        open_to = _further(margin, parts, hidden)[:choices]
        if not open_to:
            continue
        if len(open_to) > 1:
            open_to.sort(key=lambda key: _cost(lines, hidden, key))
        hide(open_to[0])
    return hidden


def _cost(lines: _Lines, hidden: set[Key], key: Key) -> tuple[int, Key]:
    closed = _closed(lines, {*hidden, key})
    return sum(lines.sizes.get(other, 0) for other in closed), key


def _add_lines(lines: _Lines, gaps: Gaps, stratum: Group, min_n: int) -> None:
    overlapping = {d.name for d in gaps.dimensions if d.overlapping}
    within = {dimension.name for dimension in gaps.within}
    plain = not gaps.within or any(not row.within for row in gaps.rows)
    empty = _empty_groups(gaps, min_n)
    totals = _totals(gaps)
    for row in gaps.rows:
        if row.withheld or _adds_nothing(row, empty, min_n):
            # Set aside from every figure, or nobody: it is no part of any sum.
            continue
        if gaps.indicator.figures is not None and row.n is None and row.count is None:
            # A published figure of which the file does not say how many: no size.
            continue
        key = key_of(row.group, {**stratum, **row.within})
        n = row.n if isinstance(row.n, int) else 0
        lines.sizes[key] = n
        everyone = _everyone(row, gaps, totals)
        if 0 < everyone - n < min_n:
            lines.small_rest.add(key)
        if row.within:
            _add_stratum(lines, key, key_of({}, {**stratum, **row.within}), everyone)
        for name, _ in key:
            if name in overlapping:
                # A student stands in several of these groups: they do not add up.
                continue
            if name in stratum or (name in within and not plain):
                # The sum over these is not shown.
                continue
            margin = tuple(item for item in key if item[0] != name)
            lines.parts.setdefault((margin, name), {})[key] = None
    if plain and lines.strata:
        whole = key_of({}, stratum)
        lines.parts[whole, _STRATA] = dict.fromkeys(lines.strata)


def _add_stratum(lines: _Lines, key: Key, stratum: Key, everyone: int) -> None:
    lines.strata.setdefault(stratum, {})[key] = None
    lines.sizes[stratum] = max(everyone, lines.sizes.get(stratum, 0))


def _empty_groups(gaps: Gaps, min_n: int) -> set[tuple[str, str]]:
    """Groups of one dimension in which nobody, in all the data, has a known outcome."""
    return {
        next(iter(row.group.items()))
        for row in gaps.rows
        if not row.within
        and len(row.group) == 1
        and row.n == 0
        and (row.missing == 0 or many_missing(row, min_n))
    }


def many_missing(row: GapRow, min_n: int) -> bool:
    """Whether those without a known outcome are enough to be shown."""
    return isinstance(row.missing, int) and row.missing >= min_n


def _adds_nothing(row: GapRow, empty: set[tuple[str, str]], min_n: int) -> bool:
    """Whether it is known of a row that nobody in it has an outcome.

    A group of one trait that is declared and has no students, a group large enough to
    show of whom nobody has an outcome (a grade that is not tested), and their parts.
    """
    return row.n == 0 and (
        many_missing(row, min_n) or not empty.isdisjoint(row.group.items())
    )


_Trait: TypeAlias = tuple[Key, tuple[str, ...]]
"""A stratum and the names of the dimensions that are compared in it."""


def _totals(gaps: Gaps) -> dict[_Trait, int]:
    """How many students the groups of each trait in each stratum have."""
    totals: dict[_Trait, int] = {}
    for row in gaps.rows:
        if row.within and isinstance(row.n, int):
            trait = (key_of({}, row.within), tuple(row.group))
            totals[trait] = totals.get(trait, 0) + row.n
    return totals


def _everyone(row: GapRow, gaps: Gaps, totals: dict[_Trait, int]) -> int:
    """How many students the row's stratum has, as its figures tell; 0: they do not."""
    reference = row.reference.n if isinstance(row.reference.n, int) else 0
    if row.reference.kind == "overall":
        return reference
    if row.reference.kind == "rest" and isinstance(row.n, int):
        return row.n + reference
    if row.within:
        # The groups of one trait are everybody of the stratum.
        return totals.get((key_of({}, row.within), tuple(row.group)), 0)
    return gaps.overall.n if isinstance(gaps.overall.n, int) else 0


def _further(margin: Key, parts: Sequence[Key], hidden: set[Key]) -> list[Key]:
    """Of which groups a line must lose one, smallest first; none where it is safe."""
    left = [key for key in parts if key not in hidden]
    away = len(parts) - len(left)
    if margin in hidden:
        return left if not away else []
    return left if away == 1 else []


def _with_company(lines: _Lines, hidden: set[Key], min_n: int) -> set[Key]:
    """Let a further group join those that are together under the minimum.

    Always where their sum alone all but says who they are (one or two students each);
    otherwise where it costs few students.
    """
    few = len(lines.sizes) <= _SMALL_ENOUGH_TO_CHOOSE
    for _, parts in lines.listed:
        away = [key for key in parts if key in hidden]
        if not away or len(away) == len(parts):
            continue
        together = sum(lines.sizes[key] for key in away)
        if together >= min_n:
            continue
        needed = together <= 2 * len(away)
        if not needed and not few:
            continue
        first = next(key for key in parts if key not in hidden)
        if not few:
            hidden.add(first)
            continue
        joined = _closed(lines, {*hidden, first})
        cost = sum(lines.sizes.get(key, 0) for key in joined - hidden)
        if needed or cost < _CHEAP * min_n:
            hidden = joined
    return hidden


def key_of(group: Group, within: Group) -> Key:
    """The key of a group in its stratum."""
    return tuple(sorted({**within, **group}.items()))
