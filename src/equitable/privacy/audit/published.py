"""From published tables to one system: over which finest cells, and what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from equitable.errors import InputError
from equitable.privacy.audit.system import NO_LIMIT, System, lines_of

MOST_CELLS: Final = 300_000
"""Finest cells that an audit can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One published number: its group, and between what it lies."""

    group: Mapping[str, str]
    low: float
    high: float
    withheld: bool
    place: str = ""


def system_of(
    entries: Sequence[Entry],
    labels: Mapping[str, Sequence[str]],
    *,
    nested: Mapping[str, str] | None = None,
    counted: str = "students",
) -> System:
    """The system of all tables that count the same.

    Parameters
    ----------
    entries
        Every published number; a group that stands in several tables once.
    labels
        Each dimension's labels: the finest cells are their combinations.
    nested
        Dimension → the dimension that holds it: only combinations that occur.
    counted
        What is counted.

    Raises
    ------
    InputError
        Where there are too many combinations.
    """
    from scipy import sparse  # noqa: PLC0415 - costly

    codes = _finest(entries, labels, nested or {})
    place = {name: number for number, name in enumerate(labels)}
    number = {
        name: {label: i for i, label in enumerate(own)} for name, own in labels.items()
    }
    rows = []
    for entry in entries:
        own = np.ones(len(codes), bool)
        for name, label in entry.group.items():
            own &= codes[:, place[name]] == number[name][label]
        rows.append(np.flatnonzero(own))
    starts = np.concatenate([[0], np.cumsum([len(own) for own in rows])])
    flat = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    matrix = sparse.csr_matrix(
        (np.ones(len(flat)), flat, starts), shape=(len(rows), len(codes))
    )
    return System(
        rows=matrix,
        low=np.array([entry.low for entry in entries], np.float64),
        high=np.array([entry.high for entry in entries], np.float64),
        withheld=np.array([entry.withheld for entry in entries], bool),
        groups=tuple(dict(entry.group) for entry in entries),
        lines=lines_of([entry.group for entry in entries], labels, nested),
        counted=counted,
        places=tuple(entry.place for entry in entries),
    )


def _finest(
    entries: Sequence[Entry],
    labels: Mapping[str, Sequence[str]],
    nested: Mapping[str, str],
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    sizes = [len(own) for own in labels.values()]
    names = list(labels)
    total = 1
    for name, size in zip(names, sizes, strict=True):
        total *= size if name not in nested else 1
    most = max((sizes[names.index(name)] for name in nested), default=1)
    if total * most > MOST_CELLS:
        widest = names[int(np.argmax(sizes))]
        raise InputError(
            f"these tables have {total * most:,} finest groups, which is more than an"
            f" audit can hold ({MOST_CELLS:,})",
            next_step=f"Audit fewer tables at once, without '{widest}'.",
        )
    codes = np.indices(tuple(sizes)).reshape(len(sizes), -1).T.astype(np.int64)
    for inner, outer in nested.items():
        pairs = {
            (labels[inner].index(e.group[inner]), labels[outer].index(e.group[outer]))
            for e in entries
            if inner in e.group and outer in e.group
        }
        inside = np.zeros((len(labels[inner]), len(labels[outer])), bool)
        for i, j in pairs:
            inside[i, j] = True
        kept = inside[codes[:, names.index(inner)], codes[:, names.index(outer)]]
        codes = codes[kept]
    return codes


def known(value: int) -> tuple[float, float]:
    """The bounds of a number that is shown."""
    return float(value), float(value)


def around(value: int, distance: int, threshold: int) -> tuple[float, float, bool]:
    """The bounds of a rounded number, and whether the true one may be a small one."""
    low = max(float(value - distance), 0.0)
    return low, float(value + distance), low < threshold


UNKNOWN: Final = (0.0, NO_LIMIT)
"""The bounds of a number that is withheld."""
