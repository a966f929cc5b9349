"""From what a file says to named groups: spelling, reading order, derived views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from equitable.cube.cells import Axis, Integers
from equitable.errors import QuestionError
from equitable.vocabulary import NOT_REPORTED, Dimension, natural_order

MOST_GROUPS: Final = 10_000
"""A dimension with more groups than this is refused."""


_NUMPY: Final = {
    pa.int8(): np.int8,
    pa.int64(): np.int64,
    pa.float64(): np.float64,
}


def make_axis(
    dimension: Dimension, keys: pa.Array, rows: Integers
) -> tuple[Axis, Integers, list[str]]:
    """Name the groups of a dimension.

    Parameters
    ----------
    dimension
        The dimension asked for.
    keys, rows
        What the scan found in each of its rows, and how many records each stands for.

    Returns
    -------
    The axis; each row's code on it; and what was assumed and is to be said.
    """
    encoded = keys.dictionary_encode(null_encoding="encode")
    raw = encoded.dictionary.to_pylist()
    place = values_of(encoded.indices, pa.int64()).astype(np.int64)
    size = np.zeros(len(raw), np.int64)
    np.add.at(size, place, rows)
    labels = [
        () if is_total(dimension, value) else dimension.classify(value) for value in raw
    ]
    spelling, notes = _one_spelling(dimension, labels, size)
    named = {spelling[_folded(name)] for names in labels for name in names}
    if len(named) > MOST_GROUPS:
        raise too_fine(dimension.name, len(named))
    declared = [
        name for name in dimension.order if dimension.view is None or name in named
    ]
    others = natural_order(named - {*declared, NOT_REPORTED})
    groups = (*dict.fromkeys([*declared, *others]),)
    groups += (NOT_REPORTED,) if NOT_REPORTED in named - {*groups} else ()
    position = {name: i for i, name in enumerate(groups)}
    sets = [
        tuple(sorted({position[spelling[_folded(name)]] for name in names}))
        for names in labels
    ]
    members = tuple(sorted(set(sets)))
    code = {member: i for i, member in enumerate(members)}
    to_code = np.array([code[member] for member in sets], np.int64)
    return (
        Axis(dimension=dimension, groups=groups, members=members),
        to_code[place],
        notes,
    )


def is_total(dimension: Dimension, value: str | None) -> bool:
    """Whether a value says that a published row is of all groups together."""
    return value is not None and " ".join(value.casefold().split()) in dimension.totals


def _one_spelling(
    dimension: Dimension, labels: list[tuple[str, ...]], size: Integers
) -> tuple[dict[str, str], list[str]]:
    """'black ' and 'Black' are one group, under the spelling most rows have."""
    counts: dict[str, dict[str, int]] = {}
    for names, rows in zip(labels, size.tolist(), strict=True):
        for name in names:
            spellings = counts.setdefault(_folded(name), {})
            spellings[name] = spellings.get(name, 0) + rows
    chosen = {
        folded: next(
            (name for name in dimension.order if name in spellings),
            max(spellings, key=lambda name: (spellings[name], name)),
        )
        for folded, spellings in counts.items()
    }
    notes = [
        f"In '{dimension.name}', "
        + " and ".join(f"'{name}'" for name in sorted(spellings))
        + " were taken as one group."
        for folded, spellings in sorted(counts.items())
        if len(spellings) > 1
    ]
    return chosen, notes


def values_of(
    column: pa.Array | pa.ChunkedArray, kind: pa.DataType
) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    """A column as NumPy numbers, 0 where it has none.

    Arrow's own way there imports pandas where that is installed, which takes longer
    than a scan of a small file.
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    plain = column.cast(kind, safe=False)
    own = slice(plain.offset, plain.offset + len(plain))
    known, raw = plain.buffers()
    values: np.ndarray[tuple[int], np.dtype[np.generic]]
    values = np.frombuffer(raw, _NUMPY[kind])[own]
    if not plain.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")
    filled = values.copy()
    filled[~bits[own].astype(bool)] = 0
    return filled


def mask_of(kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pa.Array:
    """Which rows are kept, for Arrow to filter by; without pandas, as above."""
    bits = pa.py_buffer(np.packbits(kept, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.bool_(), len(kept), [None, bits])


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def merge_cells(codes: Integers, axes: Sequence[Axis]) -> tuple[Integers, Integers]:
    """Each row's cell after renaming, and the cells' codes."""
    flat = np.zeros(len(codes), np.int64)
    for place, axis in enumerate(axes):
        flat = flat * max(1, len(axis.members)) + codes[:, place]
        # Renumber as we go, so that many axes do not overflow the product.
        flat = np.unique(flat, return_inverse=True)[1].astype(np.int64)
    _, first, group = np.unique(flat, return_index=True, return_inverse=True)
    return group.astype(np.int64), codes[first]


def too_fine(name: str, groups: int) -> QuestionError:
    """The refusal of a column with too many values to be a dimension."""
    return QuestionError(
        f"'{name}' has more than {MOST_GROUPS:,} different values"
        f" (at least {groups:,}): too many to compare as groups",
        next_step="Choose a column with fewer values, or put them into bands first.",
    )
