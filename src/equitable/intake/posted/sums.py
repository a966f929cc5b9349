"""Whether the totals of posted tables are the sums of their parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import NoReturn

from equitable.errors import InputError
from equitable.intake.posted.tables import PostedCell, PostedTable

Group = frozenset[tuple[str, str]]
"""Dimension and label, of each dimension that a cell tells apart."""


def refuse_wrong_sums(tables: Sequence[PostedTable]) -> None:
    """Refuse tables that contradict themselves or one another.

    A total is held against its parts: all labels of a dimension (of schools, those of
    the district) that stand in the table for the same rest of the group.  A part that
    is withheld counts as the least and as the most that its mark allows.  Where a part
    has no cell, only parts that exceed the total are an error.

    Raises
    ------
    InputError
        Where a total is not the sum of its parts, or cannot be; or where one group has
        two different counts.
    """
    holders = _holders(tables)
    for table in tables:
        _refuse_in(_Cells(table, holders))
    _refuse_twice(tables, holders)


def whole_group(group: Mapping[str, str], holders: _Holders) -> Group:
    """A group with what its labels stand in: a school's with its district, too."""
    found = dict(group)
    for name, label in group.items():
        at, own = name, label
        while (holder := holders.get(at, {}).get(own)) is not None:
            at, own = holder
            found.setdefault(at, own)
    return frozenset(found.items())


_Holders = Mapping[str, Mapping[str, tuple[str, str]]]
"""Dimension → label → the dimension and label that it stands in."""


def _holders(tables: Iterable[PostedTable]) -> _Holders:
    """What stands in what; without labels that stand in several."""
    found: dict[str, dict[str, set[tuple[str, str]]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for table in tables:
        for cell in table.cells:
            for child, holder in table.nested.items():
                if child in cell.group and holder in cell.group:
                    found[child][cell.group[child]].add((holder, cell.group[holder]))
    return {
        child: {label: next(iter(of)) for label, of in own.items() if len(of) == 1}
        for child, own in found.items()
    }


class _Cells:
    """The cells of one table by the dimensions that they tell apart."""

    def __init__(self, table: PostedTable, holders: _Holders) -> None:
        self.table = table
        self.by_dimensions: dict[frozenset[str], dict[Group, PostedCell]] = {}
        for cell in table.cells:
            group = whole_group(cell.group, holders)
            names = frozenset(name for name, _ in group)
            self.by_dimensions.setdefault(names, {}).setdefault(group, cell)
        self.held: dict[str, dict[str, set[str]]] = {}
        """From a dimension and a label of its holder to the labels held."""
        for child in table.nested:
            own: dict[str, set[str]] = defaultdict(set)
            for label, (_, of) in holders.get(child, {}).items():
                if label in table.dimensions[child]:
                    own[of].add(label)
            self.held[child] = own
        self.holder_of = dict(table.nested)

    def expected(self, total: Group, added: frozenset[str]) -> int | None:
        """How many parts a total has; ``None`` where that is not known."""
        told = dict(total)
        counts = []
        seen: set[str] = set()
        for name in added:
            if any(self.holder_of.get(child) == name for child in added):
                continue
            holder = self.holder_of.get(name)
            if holder is None:
                counts.append(len(self.table.dimensions[name]))
                continue
            if holder in told:
                counts.append(len(self.held[name].get(told[holder], ())))
                continue
            if holder in seen or self.holder_of.get(holder) in told:
                return None
            own = {of for of, held in self.held[name].items() if held}
            if own != {*self.table.dimensions[holder]}:
                return None  # A district without schools has a part of its own.
            seen.add(holder)
            counts.append(len(self.table.dimensions[name]))
        return prod(counts)


@dataclass(frozen=True, slots=True)
class _Sum:
    """The least and the most of some parts together; ``shown`` if all are numbers."""

    least: int
    most: int | None
    shown: bool


def _sum_of(parts: Sequence[PostedCell]) -> _Sum:
    most = [part.high if part.value is None else part.value for part in parts]
    known = [one for one in most if one is not None]
    return _Sum(
        least=sum(part.low if part.value is None else part.value for part in parts),
        most=sum(known) if len(known) == len(most) else None,
        shown=all(part.value is not None for part in parts),
    )


def _refuse_in(cells: _Cells) -> None:
    wrong: list[tuple[int, InputError]] = []
    for coarse, totals in cells.by_dimensions.items():
        for fine, parts in cells.by_dimensions.items():
            if not coarse < fine:
                continue
            added = fine - coarse
            under: dict[Group, list[PostedCell]] = defaultdict(list)
            for group, cell in parts.items():
                kept = frozenset((name, x) for name, x in group if name in coarse)
                under[kept].append(cell)
            for group, total in totals.items():
                own = under.get(group, [])
                whole = len(own) == cells.expected(group, added)
                error = _wrong(cells.table, total, own, added, whole=whole)
                if error is not None:
                    wrong.append((total.row, error))
    if wrong:
        raise min(wrong, key=lambda one: one[0])[1]


def _wrong(
    table: PostedTable,
    total: PostedCell,
    parts: Sequence[PostedCell],
    added: frozenset[str],
    *,
    whole: bool,
) -> InputError | None:
    found = _sum_of(parts)
    least = total.low if total.value is None else total.value
    most = total.high if total.value is None else total.value
    over = most is not None and found.least > most
    under = whole and found.most is not None and found.most < least
    if not parts or not (over or under):
        return None
    shown = (
        f"the total is {total.value:,}"
        if total.value is not None
        else (
            f"the total is withheld ('{total.mark}') and can be"
            f" {f'{most:,} at the most' if over else f'{least:,} at the least'}"
        )
    )
    over_what = " and ".join(f"'{name}'" for name in table.dimensions if name in added)
    if over:
        by = found.least - (most or 0)
        how = "add up to" if whole and found.shown else "add up to at least"
        said = f"its parts by {over_what} {how} {found.least:,}, {by:,} more"
    else:
        by = least - (found.most or 0)
        how = "add up to" if found.shown else "add up to at most"
        said = f"its parts by {over_what} {how} {found.most:,}, {by:,} fewer"
    return InputError(
        f"{shown}, and {said}{_of(total)}",
        file=table.name,
        row=total.row,
        column=total.column,
        next_step="Correct the total or the part that is wrong. If some students are in"
        " none of the parts, add a row or column for them.",
    )


def _of(cell: PostedCell) -> str:
    """Of which group a count is, in the words of the page."""
    if not cell.group:
        return ""
    return f" ({', '.join(f'{name}: {label}' for name, label in cell.group.items())})"


def _refuse_twice(tables: Sequence[PostedTable], holders: _Holders) -> None:
    """Refuse two different counts of one group."""
    seen: dict[tuple[str, Group], list[tuple[PostedTable, PostedCell]]] = {}
    for table in tables:
        for cell in table.cells:
            group = (table.counted, whole_group(cell.group, holders))
            others = seen.setdefault(group, [])
            for other, known in others:
                if _contradict(cell, known):
                    _refuse_two(table, cell, other, known)
            others.append((table, cell))


def _contradict(one: PostedCell, two: PostedCell) -> bool:
    if one.value is not None and two.value is not None:
        return one.value != two.value
    least = max(_least(one), _least(two))
    tops = [top for top in (_most(one), _most(two)) if top is not None]
    return bool(tops) and least > min(tops)


def _least(cell: PostedCell) -> int:
    return cell.low if cell.value is None else cell.value


def _most(cell: PostedCell) -> int | None:
    return cell.high if cell.value is None else cell.value


def _refuse_two(
    table: PostedTable, cell: PostedCell, other: PostedTable, known: PostedCell
) -> NoReturn:
    where = f"{other.name}, row {known.row:,}, column '{known.column}'"
    shown = [
        f"'{one.mark}'" if one.value is None else f"{one.value:,}"
        for one in (known, cell)
    ]
    raise InputError(
        f"the same group{_of(cell)} is {shown[1]} here and {shown[0]} in {where}",
        file=table.name,
        row=cell.row,
        column=cell.column,
        next_step="Correct the one that is wrong. If the two count different students"
        " or different things, audit them apart, or say in the names of the sheets or"
        " columns what each counts.",
    )
