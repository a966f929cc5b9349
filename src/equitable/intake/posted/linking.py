"""Tables that belong together: one name for one dimension, one spelling for a label.

Also tables that are laid out alike, one a sheet: of the schools of a district, with
one of them all; or of several years, which are never added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from equitable.intake.names import meaning_of, read_grade
from equitable.intake.posted.drawn import Axis, Counted, Drawn
from equitable.intake.posted.tables import PostedCell, PostedTable
from equitable.intake.posted.words import (
    STUDENTS,
    folded,
    is_nameless,
    is_whole_place,
    is_yes_no,
    trait_of,
)
from equitable.vocabulary import Role

EVERYONE_ELSE: Final = "(everyone else)"
"""A label without cells: of those whom a list of some groups leaves out."""


@dataclass(slots=True)
class _Dimension:
    """A dimension of the audit: what it is called, and its labels as first spelled."""

    name: str = ""
    kind: str = "rows"
    labels: dict[str, str] = field(default_factory=dict)
    graded: bool = False


def link(drawn: Sequence[Drawn]) -> tuple[PostedTable, ...]:
    """Tables with the names and spellings that they share."""
    keys, dimensions = _named(drawn)
    tables, keys = _merged(list(drawn), keys, dimensions)
    tables, keys = _without_constants(tables, keys)
    _name(dimensions, keys)
    return tuple(
        _posted(table, own, dimensions) for table, own in zip(tables, keys, strict=True)
    )


def _key_of(axis: Axis) -> str:
    """What tells a dimension by its name: 'race' for 'Race/Ethnicity'."""
    if axis.trait:
        return folded(axis.trait)
    if is_nameless(axis.name):
        return ""
    named = meaning_of(axis.name)
    roles = (Role.DIMENSION, Role.GRADE, Role.SCHOOL, Role.YEAR)
    if named is not None and named.whole and named.meaning.role in roles:
        return folded(named.meaning.key)
    return folded(axis.name)


def _named(drawn: Sequence[Drawn]) -> tuple[list[list[str]], dict[str, _Dimension]]:
    """A key for each axis of each table, and the dimensions by their keys."""
    keys: list[list[str]] = []
    for table in drawn:
        own: list[str] = []
        for axis in table.axes:
            key = _key_of(axis)
            if key in own:
                key = folded(axis.name or axis.trait)
            own.append(f"{key} {len(own)}" if key and key in own else key)
        keys.append(own)
    labels = _labels_by_key(drawn, keys)
    for place, table in enumerate(drawn):
        for at in range(len(table.axes)):
            if keys[place][at]:
                continue
            own_labels = table.folded_labels(at)
            key = _alike(own_labels, labels, keys[place])
            if not key:
                key = _new(table.axes[at].kind, labels)
            keys[place][at] = key
            labels[key] |= own_labels
    dimensions: dict[str, _Dimension] = {}
    for place, table in enumerate(drawn):
        for at, axis in enumerate(table.axes):
            made = dimensions.setdefault(keys[place][at], _Dimension(kind=axis.kind))
            made.name = made.name or ("" if is_nameless(axis.name) else axis.name)
            if not made.name and axis.trait:
                made.name = axis.trait.replace("_", " ")
    for key, made in dimensions.items():
        made.graded = all(read_grade(label) is not None for label in labels[key])
    return keys, dimensions


def _labels_by_key(
    drawn: Sequence[Drawn], keys: Sequence[Sequence[str]]
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for place, table in enumerate(drawn):
        for at, key in enumerate(keys[place]):
            if key:
                found[key] |= table.folded_labels(at)
    return found


def _alike(
    labels: Iterable[str], known: dict[str, set[str]], taken: Iterable[str]
) -> str:
    """The one dimension that has these labels, or some of them, or more."""
    own = set(labels)
    if len(own) < 2 or is_yes_no(own):
        return ""
    fits = [
        key
        for key, others in known.items()
        if key not in taken and len(others) > 1 and (own <= others or others <= own)
    ]
    equal = [key for key in fits if known[key] == own]
    if len(equal) == 1:
        return equal[0]
    if len(fits) == 1:
        return fits[0]
    traits = {trait_of(label) for label in own}
    trait = next(iter(traits)) if len(traits) == 1 else ""
    return trait if trait and trait in known and trait not in taken else ""


def _new(kind: str, known: dict[str, set[str]]) -> str:
    number = 1
    while (key := f"={kind} {number}") in known:
        number += 1
    return key


def _name(dimensions: dict[str, _Dimension], keys: Sequence[Sequence[str]]) -> None:
    """Call the dimensions that have no name by where they stand."""
    used = dict.fromkeys(key for own in keys for key in own)
    taken: set[str] = set()
    for key in sorted(used, key=lambda key: not dimensions[key].name):
        made = dimensions[key]
        plain = made.name or made.kind
        name, number = plain, 1
        while folded(name) in taken:
            number += 1
            name = f"{plain} {number}"
        taken.add(folded(name))
        made.name = name


def _merged(
    tables: list[Drawn], keys: list[list[str]], dimensions: dict[str, _Dimension]
) -> tuple[list[Drawn], list[list[str]]]:
    """Tables laid out alike, made one with a dimension more, or kept apart by name."""
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, table in enumerate(tables):
        where = table.origin.file if table.origin.kind != "file" else ""
        if table.origin.label:
            shape = (table.origin.kind, where, frozenset(keys[place]), table.counted)
            alike[shape].append(place)
    gone: set[int] = set()
    for places in alike.values():
        own = _one_a_label(tables, keys, places)
        if len(own) < 2:
            continue
        chosen = [tables[place] for place in own]
        labels = [table.origin.label for table in chosen]
        whole = _whole_of(chosen, keys[own[0]], [keys[place] for place in own])
        others = [keys[one] for one in range(len(tables)) if one not in own]
        key = _among(labels, tables, keys, others, whole)
        if whole is None and not key:
            if _differ(chosen, [keys[place] for place in own]):
                for place in own:
                    tables[place] = _apart(tables[place])
            continue
        kind = chosen[0].origin.kind
        key = key or _new(kind, {one: set() for one in dimensions})
        dimensions.setdefault(key, _Dimension(kind=kind))
        merged = _one_table(chosen, [keys[place] for place in own], whole)
        tables[own[0]], keys[own[0]] = merged, [key, *keys[own[0]]]
        gone |= {*own[1:]}
    left = [place for place in range(len(tables)) if place not in gone]
    return [tables[place] for place in left], [keys[place] for place in left]


def _one_a_label(
    tables: Sequence[Drawn], keys: Sequence[Sequence[str]], places: Sequence[int]
) -> list[int]:
    """Those tables that have (nearly) the labels of the first, each from elsewhere."""
    if not places:
        return []
    found: dict[str, int] = {}
    first = places[0]
    for place in places:
        close = all(
            _close(
                tables[first].folded_labels(keys[first].index(key)),
                tables[place].folded_labels(keys[place].index(key)),
            )
            for key in keys[first]
        )
        if close:
            found.setdefault(folded(tables[place].origin.label), place)
    return [*found.values()]


def _close(one: frozenset[str], two: frozenset[str]) -> bool:
    return 2 * len(one & two) >= len(one | two)


def _by_group(table: Drawn, keys: Sequence[str]) -> dict[frozenset[object], Counted]:
    found: dict[frozenset[object], Counted] = {}
    for cell in table.cells:
        pairs = zip(keys, cell.labels, strict=True)
        group = frozenset((key, folded(label)) for key, label in pairs if label)
        found.setdefault(group, cell)
    return found


def _whole_of(
    tables: Sequence[Drawn], _: Sequence[str], keys: Sequence[Sequence[str]]
) -> int | None:
    """Which of the tables is of all the others: by its name, or as they add up."""
    named = [
        place
        for place, table in enumerate(tables)
        if is_whole_place(table.origin.label)
    ]
    if len(named) == 1:
        return named[0]
    if named or len(tables) < 3:
        return None
    cells = [_by_group(table, own) for table, own in zip(tables, keys, strict=True)]
    for place, total in enumerate(cells):
        rest = [one for other, one in enumerate(cells) if other != place]
        equal = wrong = 0
        for group, cell in total.items():
            parts = [one[group].figure.value if group in one else 0 for one in rest]
            known = [part for part in parts if part is not None]
            if cell.figure.value is None or len(known) < len(parts):
                continue
            equal += cell.figure.value == sum(known) > 0
            wrong += cell.figure.value != sum(known)
        if equal > 1 and not wrong:
            return place
    return None


def _among(
    labels: Sequence[str],
    tables: Sequence[Drawn],
    keys: Sequence[Sequence[str]],
    others: Sequence[Sequence[str]],
    whole: int | None,
) -> str:
    """The dimension of another table that these sheets are the labels of."""
    own = {folded(label) for place, label in enumerate(labels) if place != whole}
    found = _labels_by_key(tables, keys)
    fits = {
        key
        for another in others
        for key in another
        if len(own) > 1 and own <= found[key]
    }
    return next(iter(fits)) if len(fits) == 1 else ""


def _differ(tables: Sequence[Drawn], keys: Sequence[Sequence[str]]) -> bool:
    """Whether tables laid out alike hold different numbers: other years or things."""
    cells = [_by_group(table, own) for table, own in zip(tables, keys, strict=True)]
    for one in cells[1:]:
        told = [
            (cell.figure.value, one[group].figure.value)
            for group, cell in cells[0].items()
            if group in one
        ]
        both = [(a, b) for a, b in told if a is not None and b is not None]
        if not both or 2 * sum(a == b for a, b in both) <= len(both):
            return True
    return False


def _apart(table: Drawn) -> Drawn:
    label = table.origin.label
    counted = label if table.counted == STUDENTS else f"{table.counted}, {label}"
    said = (
        f"'{label}' is laid out as other tables are, and is neither their total nor a"
        " part of one: it is taken to count something else."
    )
    return replace(table, counted=counted, notes=(*table.notes, said))


def _one_table(
    tables: Sequence[Drawn], keys: Sequence[Sequence[str]], whole: int | None
) -> Drawn:
    """Several tables as one, where they came from told by a first axis."""
    first = tables[0]
    cells: list[Counted] = []
    for place, table in enumerate(tables):
        label = None if place == whole else table.origin.label
        order = [keys[place].index(key) for key in keys[0]]
        cells += [
            replace(
                cell,
                labels=(label, *(cell.labels[at] for at in order)),
                column=f"{cell.column} ({table.origin.kind} {table.origin.label})",
            )
            for cell in table.cells
        ]
    name = first.origin.file or ", ".join(table.name for table in tables)
    said = f"Its {first.origin.kind}s are read as one table, each as a group."
    return replace(
        first,
        name=name,
        axes=(Axis(kind=first.origin.kind), *first.axes),
        cells=tuple(cells),
        nested={child + 1: holder + 1 for child, holder in first.nested.items()},
        notes=tuple(
            dict.fromkeys([*(note for one in tables for note in one.notes), said])
        ),
    )


def _without_constants(
    tables: Sequence[Drawn], keys: Sequence[Sequence[str]]
) -> tuple[list[Drawn], list[list[str]]]:
    """Leave out what is the same everywhere, such as one year in every row."""
    labels: dict[str, set[str | None]] = defaultdict(set)
    for table, own in zip(tables, keys, strict=True):
        for at, key in enumerate(own):
            labels[key] |= {
                None if cell.labels[at] is None else folded(cell.labels[at] or "")
                for cell in table.cells
            }
    said = {key for key, found in labels.items() if len(found) == 1}
    left, kept = [], []
    for table, own in zip(tables, keys, strict=True):
        gone = [at for at, key in enumerate(own) if key in said]
        if len(gone) == len(own):
            gone = gone[1:]
        notes = [
            f"'{table.axes[at].name}' is the same in every row and was left out."
            for at in gone
            if table.axes[at].name
        ]
        reduced = table.without_axes(gone)
        left.append(replace(reduced, notes=(*reduced.notes, *notes)))
        kept.append([key for at, key in enumerate(own) if at not in gone])
    return left, kept


def _posted(
    table: Drawn, keys: Sequence[str], dimensions: dict[str, _Dimension]
) -> PostedTable:
    spelled: list[dict[str, None]] = [{} for _ in keys]
    cells = []
    for cell in table.cells:
        group = {}
        for at, label in enumerate(cell.labels):
            if label is None:
                continue
            made = dimensions[keys[at]]
            own = made.labels.setdefault(_spelling(label, graded=made.graded), label)
            group[made.name] = own
            spelled[at][own] = None
        cells.append(
            PostedCell(
                group=group,
                value=cell.figure.value,
                low=cell.figure.low,
                high=cell.figure.high,
                mark=cell.figure.mark,
                row=cell.row,
                column=cell.column,
            )
        )
    names = [dimensions[key].name for key in keys]
    more = [(EVERYONE_ELSE,) if axis.partial else () for axis in table.axes]
    return PostedTable(
        name=table.name,
        dimensions={
            name: (*own, *rest)
            for name, own, rest in zip(names, spelled, more, strict=True)
        },
        cells=tuple(cells),
        counted=table.counted,
        nested={names[child]: names[holder] for child, holder in table.nested.items()},
        notes=table.notes,
    )


def _spelling(label: str, *, graded: bool) -> str:
    grade = read_grade(label) if graded else None
    return grade if grade is not None else folded(label)
