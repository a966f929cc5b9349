"""What a group is compared with: the rest, everyone, the best, the largest, another."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from equitable.cube.cells import Axis, Integers, Numbers
from equitable.errors import QuestionError, did_you_mean
from equitable.measures.results import ReferenceKind
from equitable.vocabulary import NOT_REPORTED, Indicator

Mask: TypeAlias = NDArray[np.bool_]
LEAST: Final = 30
"""The fewest students of a group that may be 'highest', unless told otherwise."""
KINDS: Final[tuple[ReferenceKind, ...]] = ("rest", "overall", "highest", "largest")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceChoice:
    """The reference as it was asked for.

    ``named`` maps dimensions to groups; a table that has none of them is compared with
    the rest, and its rows say so.  ``least`` is the number of students a group needs
    to be chosen as ``highest``.
    """

    kind: ReferenceKind
    number: Fraction | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    least: int = LEAST


def best_rows(
    value: Numbers, students: Numbers | Integers, stratum: Integers, eligible: Mask
) -> Integers:
    """For every row, the row of its stratum with the greatest value.

    Ties go to the larger group, then to the later row; -1 where no row of the stratum
    is ``eligible``.  Whoever looks for the lowest or the largest gives that as value.
    """
    best = np.full(int(stratum.max(initial=-1)) + 1, -1, np.int64)
    among = np.flatnonzero(eligible)
    order = among[np.lexsort((students[among], value[among], stratum[among]))]
    best[stratum[order]] = order
    return best[stratum]


def by_stratum(stratum: Integers, wanted: Mask) -> list[Integers]:
    """The wanted rows of each stratum that has any, in one pass over all rows."""
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return []
    rows = rows[np.argsort(stratum[rows], kind="stable")]
    return np.split(rows, np.flatnonzero(np.diff(stratum[rows])) + 1)


def read_reference(
    text: str, axes: Sequence[Axis], indicator: Indicator, *, least: int = LEAST
) -> ReferenceChoice:
    """From ``--reference``'s text to a reference.

    A word (rest, overall, highest, largest); a group's name, or ``DIM=GROUP`` with
    several joined by commas; or a number in the indicator's unit (a rate's is a
    fraction of 1).

    Raises
    ------
    QuestionError
        Where it is none of these, names a group that is not there or that stands in
        two dimensions, or names 'Not reported'.
    """
    wanted = text.strip()
    for kind in KINDS:
        if wanted.casefold() == kind:
            return ReferenceChoice(kind=kind, least=least)
    if "=" in wanted:
        parts = next(csv.reader([wanted], skipinitialspace=True))
        named = dict(_one_named(part, axes) for part in parts)
        return ReferenceChoice(kind="group", named=named)
    holders = [
        (axis, group) for axis in axes if (group := _group_of(axis, wanted)) is not None
    ]
    if len(holders) > 1:
        first = holders[0][0].dimension.name
        raise QuestionError(
            f"'{wanted}' is a group of more than one dimension",
            next_step=f"Say which: --reference '{first}={wanted}'.",
        )
    if holders:
        axis, group = holders[0]
        return _named_choice({axis.dimension.name: group})
    number = _number(wanted)
    if number is None:
        groups = [group for axis in axes for group in axis.groups]
        raise QuestionError(
            f"there is no group '{wanted}' to compare with",
            next_step=did_you_mean(wanted, [*groups, *KINDS], what="references"),
        )
    if indicator.is_rate and not 0 <= number <= 1:
        raise QuestionError(
            f"a rate's reference is a fraction from 0 to 1, not {wanted}",
            next_step=f"For {wanted} %, write --reference {float(number) / 100:g}.",
        )
    return ReferenceChoice(kind="number", number=number)


def _named_choice(named: Mapping[str, str]) -> ReferenceChoice:
    if NOT_REPORTED in named.values():
        raise QuestionError(
            f"'{NOT_REPORTED}' cannot be the reference: nobody knows who they are",
            next_step="Choose a named group, or 'rest'.",
        )
    return ReferenceChoice(kind="group", named=dict(named))


def _one_named(part: str, axes: Sequence[Axis]) -> tuple[str, str]:
    name, _, group = (piece.strip() for piece in part.partition("="))
    for axis in axes:
        if axis.dimension.name.casefold() != name.casefold():
            continue
        known = _group_of(axis, group)
        if known is not None:
            _named_choice({name: known})
            return axis.dimension.name, known
        raise QuestionError(
            f"'{axis.dimension.name}' has no group '{group}'",
            next_step=did_you_mean(group, axis.groups, what="groups"),
        )
    names = [axis.dimension.name for axis in axes]
    raise QuestionError(
        f"the reference names '{name}', which is not among the dimensions asked for",
        next_step=did_you_mean(name, names, what="dimensions"),
    )


def _group_of(axis: Axis, text: str) -> str | None:
    """The group that a text names: by its own name, or as the file writes it."""
    for group in axis.groups:
        if group.casefold() == text.casefold():
            return group
    if axis.dimension.form == "flags" or len(axis.dimension.columns) > 1:
        return None
    meant = axis.dimension.classify(text)
    known = len(meant) == 1 and meant[0] in axis.groups and meant[0] != NOT_REPORTED
    return meant[0] if known else None


def _number(text: str) -> Fraction | None:
    if not re.fullmatch(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})", text):
        return None
    return Fraction(text)
