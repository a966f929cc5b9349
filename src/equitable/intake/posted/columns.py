"""The columns of a table: which hold labels and which counts, and what counts are of.

A header of several rows is taken apart: a name above several columns is a label of
each, a name above all of them that of the dimension.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from equitable.errors import InputError
from equitable.intake.names import words
from equitable.intake.posted.blocks import Block
from equitable.intake.posted.figures import Figure, read_figure
from equitable.intake.posted.grids import Grid
from equitable.intake.posted.words import (
    folded,
    is_code,
    is_count_word,
    is_thing_counted,
    is_total,
    names_codes,
    names_notes,
    pair_named,
    says_average,
    says_share,
    without_count_word,
)

_ROW_NUMBERS: Final = frozenset(
    {"", "no", "nr", "row", "line", "index", "rownames", "row names", "unnamed: 0"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A table's columns by what they hold; places from 0.

    Attributes
    ----------
    labels, names
        The columns of row labels, and what each is called.
    counts
        The columns of counts.
    levels
        Rows of the header over the columns of counts, from the outermost: the
        dimension's name, and its label over each column.
    shares, remarks, codes
        Columns that are left out: percentages, remarks, and codes of what another
        column names.
    """

    labels: tuple[int, ...]
    names: tuple[str, ...]
    counts: tuple[int, ...]
    levels: tuple[Level, ...]
    called: Mapping[int, str]
    shares: tuple[int, ...] = ()
    remarks: tuple[int, ...] = ()
    codes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One row of the header: a name for it where there is one, a label a column."""

    name: str
    texts: tuple[str, ...]


def find_columns(grid: Grid, block: Block) -> Columns | None:
    """What a table's columns hold; ``None`` where none of them holds counts.

    Raises
    ------
    InputError
        Where a column of counts has no name, or tables stand side by side.
    """
    width = len(grid.rows[0])
    body = [grid.rows[row] for row in block.body if sum(map(bool, grid.rows[row])) > 1]
    head = [grid.rows[row] for row in block.header]
    figures = [[read_figure(cell) for cell in row] for row in body]
    kinds = [[row[at].kind for row in figures] for at in range(width)]
    named = [_last(row[at] for row in head) for at in range(width)]
    used = [
        at
        for at in range(width)
        if named[at] or any(kind != "blank" for kind in kinds[at])
    ]
    labels: list[int] = []
    counts: list[int] = []
    shares: list[int] = []
    remarks: list[int] = []
    for at in used:
        said = [" ".join(row[at] for row in head if row[at])]
        holds = _holds(at, kinds, named, labels, [row[at] for row in figures])
        if holds == "labels" and names_notes(named[at]) and counts:
            remarks.append(at)
        elif holds == "labels":
            labels.append(at)
        elif _is_share(kinds[at], *said):
            shares.append(at)
        else:
            counts.append(at)
    _refuse_side_by_side(grid, block, used, labels, counts)
    if labels and _numbers_rows(grid, block, labels, named):
        labels = labels[1:]
    codes = [at for at in labels if _is_code_of_another(at, labels, named, body)]
    labels = [at for at in labels if at not in codes]
    if not labels or not counts:
        if shares and labels:
            return Columns(
                labels=tuple(labels),
                names=(),
                counts=(),
                levels=(),
                called={},
                shares=tuple(shares),
            )
        return None
    rows = [list(row) for row in head]
    for row, below in itertools.pairwise(rows):
        _spread(row, below, counts)
    for at in counts:
        if not any(row[at] for row in rows):
            raise InputError(
                f"column {grid.called(at)} has counts but no name",
                next_step="Write above it of whom or what it is, or Total.",
                file=grid.name,
                row=block.header[-1] + 1,
            )
    names = [named[at] for at in labels]
    corner = pair_named(names[-1]) if len(labels) == 1 else None
    if corner is not None:
        names = [corner[0]]
    levels = _levels([[row[at] for at in counts] for row in rows])
    called = {at: named[at] for at in used}
    for place, at in enumerate(counts):
        told = dict.fromkeys(level.texts[place] for level in levels)
        called[at] = " ".join(text for text in told if text) or named[at]
    if corner is not None and len(levels) == 1 and not levels[0].name:
        levels = (Level(name=corner[1], texts=levels[0].texts),)
    return Columns(
        labels=tuple(labels),
        names=tuple(names),
        counts=tuple(counts),
        levels=levels,
        called=called,
        shares=tuple(shares),
        remarks=tuple(remarks),
        codes=tuple(codes),
    )


def _last(texts: Iterable[str]) -> str:
    found = [text for text in texts if text]
    return found[-1] if found else ""


def _holds(
    at: int,
    kinds: Sequence[Sequence[str]],
    named: Sequence[str],
    labels: Sequence[int],
    figures: Sequence[Figure],
) -> str:
    """Whether a column holds labels or figures."""
    own = [kind for kind in kinds[at] if kind != "blank"]
    words = own.count("word")
    if at == 0 or not labels:
        return "labels"
    if words > len(own) - words:
        return "labels"
    beside = len(labels) == at or all(
        not named[left] or left in labels for left in range(at)
    )
    later = any("number" in column for column in kinds[at + 1 :])
    if beside and later and "number" in own and names_codes(named[at]):
        return "labels"
    bands = {figure.mark for figure in figures if figure.mark and figure.low}
    if beside and later and len(bands) > 1 and {*own} == {"mark"}:
        return "labels"
    return "figures"


def _is_share(kinds: Sequence[str], said: str) -> bool:
    if says_average(said) and "fraction" in kinds:
        return True
    return says_share(said) or kinds.count("share") > kinds.count("number")


def _refuse_side_by_side(
    grid: Grid,
    block: Block,
    used: Sequence[int],
    labels: Sequence[int],
    counts: Sequence[int],
) -> None:
    """Refuse tables with an empty column between them, each with labels of its own."""
    for left, right in itertools.pairwise(used):
        if right - left > 1 and right in labels and counts and left >= counts[0]:
            raise InputError(
                f"a second table begins beside the first, in column"
                f" {grid.called(right)}",
                file=grid.name,
                row=block.header[0] + 1,
                next_step="Put the tables under one another, or each in a file of its"
                " own.",
            )


def _numbers_rows(
    grid: Grid, block: Block, labels: Sequence[int], named: Sequence[str]
) -> bool:
    """Whether the first column only counts the rows."""
    if len(labels) < 2 or folded(named[labels[0]].strip("#.")) not in _ROW_NUMBERS:
        return False
    values = [grid.rows[row][labels[0]] for row in block.body]
    numbers = [value for value in values if value.isdecimal()]
    return len(numbers) > 1 and numbers == [
        str(number + 1) for number in range(len(numbers))
    ]


def _is_code_of_another(
    at: int,
    labels: Sequence[int],
    named: Sequence[str],
    body: Sequence[Sequence[str]],
) -> bool:
    """Whether a column holds the codes of what another one names."""
    codes = {row[at] for row in body if row[at]}
    if len(codes) < 2 or not all(any(c.isdigit() for c in code) for code in codes):
        return False
    for other in labels:
        if other == at or named[other] == named[at]:
            continue
        pairs = {(row[at], row[other]) for row in body if row[at] and row[other]}
        pairs = {(code, name) for code, name in pairs if not is_total(name)}
        names = {name for _, name in pairs}
        if any(name.isdecimal() for name in names) or len(pairs) < len(codes):
            continue
        own = set(words(named[at])) & set(words(named[other]))
        if is_code(named[at]) and own and len(pairs) == len(codes):
            return True
        alike = len(pairs) == len(codes) == len(names)
        if alike and (is_code(named[at]) or names_codes(named[at])) and own:
            return True
    return False


def _spread(row: list[str], below: Sequence[str], counts: Sequence[int]) -> None:
    """Write what stands once above several columns over each of them."""
    last = ""
    for at in counts:
        if row[at]:
            last = row[at] if below[at] else ""
        elif below[at]:
            row[at] = last


def _levels(rows: Sequence[Sequence[str]]) -> tuple[Level, ...]:
    """The header's rows as dimensions: names of dimensions told from labels."""
    left = list(dict.fromkeys(tuple(row) for row in rows if any(row)))
    found: list[Level] = []
    name = ""
    while left:
        texts = left.pop(0)
        labels = _told_apart(texts)
        if len(labels) == 1 and any(len(_told_apart(later)) > 1 for later in left):
            name = next(iter(labels))
            left = [_with_totals(later, texts) for later in left]
        elif not found or not labels or not all(map(is_count_word, labels)):
            # 'N' under each group says only that it is a count.
            found.append(Level(name=name, texts=texts))
            name = ""
    if len(found) == 1:
        plain = tuple(map(without_count_word, found[0].texts))
        parts = [text for text in found[0].texts if not is_total(text)]
        if len(parts) > 1 and all(without_count_word(text) != text for text in parts):
            return (Level(name=found[0].name, texts=plain),)
    return tuple(found)


def _told_apart(texts: Iterable[str]) -> set[str]:
    return {text for text in texts if text and not is_total(text)}


def _with_totals(row: Sequence[str], above: Sequence[str]) -> tuple[str, ...]:
    """A total that stands beside a dimension's name, written into its labels' row."""
    return tuple(
        upper if is_total(upper) and not own else own
        for upper, own in zip(above, row, strict=True)
    )


def is_measures(level: Level) -> bool:
    """Whether a header row tells things counted apart, and not groups of students."""
    labels = {text for text in level.texts if text}
    return bool(labels) and all(map(is_thing_counted, labels))
