"""Whether columns of counts are groups of one thing counted, or things of their own.

``Asian``, ``Black``, ``Total`` are groups of students; ``Students``, ``Suspended`` are
counted each by itself, and are never added up.  Words tell it where they can; numbers
tell it where one column is the sum of the others in every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equitable.intake.posted.figures import Figure
from equitable.intake.posted.words import (
    STUDENTS,
    counted_as,
    is_plain_total,
    is_thing_counted,
    is_total,
    trait_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Columns of one thing counted: each with its label, ``None`` for their total."""

    counted: str
    columns: tuple[tuple[int, str | None], ...]
    is_axis: bool


@dataclass(slots=True)
class Evidence:
    """In how many rows a total is the sum of its parts, and in how many it is not.

    ``less`` are those of the latter in which the parts are numbers and fall short.
    """

    equal: int = 0
    wrong: int = 0
    less: int = 0

    def add(self, total: Figure, parts: Sequence[Figure]) -> None:
        """Look at one more total and all its parts."""
        values = [part.value for part in parts]
        if total.value is None or not parts:
            return
        if None in values:
            self.wrong += sum(part.least for part in parts) > total.value
            return
        found = sum(value for value in values if value is not None)
        self.wrong += found != total.value
        self.less += found < total.value
        self.equal += found == total.value > 0


def group_columns(
    heads: Sequence[str], rows: Sequence[Sequence[Figure]]
) -> list[Group]:
    """The columns of a header of one row, by what they count.

    Parameters
    ----------
    heads
        The names of the columns of counts.
    rows
        Their counts.
    """
    every = range(len(heads))
    totals = [at for at in every if is_total(heads[at])]
    others = [at for at in every if at not in totals]
    if len(heads) == 1 and not trait_of(heads[0]):
        return _each(heads)
    if totals and others:
        total = _best(totals, others, rows)
        if _is_dimension(heads, total, others, _evidence(total, others, rows)):
            return [_axis(heads, totals, STUDENTS)]
        return _each(heads)
    if not totals:
        return _without_total(heads, rows)
    return _each(heads)


def _without_total(
    heads: Sequence[str], rows: Sequence[Sequence[Figure]]
) -> list[Group]:
    every = range(len(heads))
    one_trait = len({trait_of(head) for head in heads} - {""}) == 1
    one_trait = one_trait and all(map(trait_of, heads))
    for at in every if len(heads) > 2 and not one_trait else ():
        found = _evidence(at, [other for other in every if other != at], rows)
        if found.equal > 1 and not found.wrong:
            return [_axis(heads, [at], counted_as(heads[at]))]
    things = [at for at in every if is_thing_counted(heads[at])]
    if not things:
        return [_axis(heads, (), STUDENTS)]
    labels = [at for at in every if at not in things]
    if len(things) == 1 and labels and all(trait_of(heads[at]) for at in labels):
        return [_axis(heads, things, counted_as(heads[things[0]]))]
    return _each(heads)


def _is_dimension(
    heads: Sequence[str], total: int, others: Sequence[int], found: Evidence
) -> bool:
    if found.equal and found.equal >= found.wrong:
        return True
    if all(trait_of(heads[at]) for at in others):
        return True
    things = all(is_thing_counted(heads[at]) for at in others)
    plain = is_plain_total(heads[total])
    if len(others) == 1:
        return plain and not things
    if things:
        return plain and not found.wrong
    return plain or not found.wrong


def _best(
    totals: Sequence[int], others: Sequence[int], rows: Sequence[Sequence[Figure]]
) -> int:
    if len(totals) == 1:
        return totals[0]
    return max(totals, key=lambda at: _evidence(at, others, rows).equal)


def _evidence(
    total: int, parts: Sequence[int], rows: Sequence[Sequence[Figure]]
) -> Evidence:
    found = Evidence()
    for row in rows:
        found.add(row[total], [row[at] for at in parts])
    return found


def _axis(heads: Sequence[str], totals: Sequence[int], counted: str) -> Group:
    columns = tuple(
        (at, None if at in totals else head) for at, head in enumerate(heads)
    )
    return Group(counted=counted, columns=columns, is_axis=True)


def _each(heads: Sequence[str]) -> list[Group]:
    return [
        Group(counted=counted_as(head), columns=((at, None),), is_axis=False)
        for at, head in enumerate(heads)
    ]
