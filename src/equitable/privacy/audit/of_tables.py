"""Tables that somebody is about to post, as systems: one for each thing counted."""

from __future__ import annotations

from collections.abc import Sequence

from equitable.intake.posted.tables import PostedCell, PostedTable
from equitable.privacy.audit.published import Entry, known, system_of
from equitable.privacy.audit.system import NO_LIMIT, System


def systems_of_tables(tables: Sequence[PostedTable]) -> tuple[System, ...]:
    """Tables that count the same are linked: by their dimensions' names and labels."""
    found = []
    for counted in dict.fromkeys(table.counted for table in tables):
        some = [table for table in tables if table.counted == counted]
        labels: dict[str, list[str]] = {}
        nested: dict[str, str] = {}
        entries: dict[frozenset[tuple[str, str]], Entry] = {}
        for table in some:
            nested |= table.nested
            for name, own in table.dimensions.items():
                held = labels.setdefault(name, [])
                held += [label for label in own if label not in held]
            for cell in table.cells:
                key = frozenset(cell.group.items())
                entry = _entry(table, cell)
                before = entries.get(key)
                entries[key] = entry if before is None else _both(before, entry)
        found.append(
            system_of(list(entries.values()), labels, nested=nested, counted=counted)
        )
    return tuple(found)


def _entry(table: PostedTable, cell: PostedCell) -> Entry:
    place = f"{table.name}, row {cell.row}, column '{cell.column}'" if cell.row else ""
    if cell.value is not None:
        low, high = known(cell.value)
        return Entry(
            group=dict(cell.group), low=low, high=high, withheld=False, place=place
        )
    most = NO_LIMIT if cell.high is None else float(cell.high)
    return Entry(
        group=dict(cell.group), low=float(cell.low), high=most, withheld=True,
        place=place,
    )  # fmt: skip


def _both(one: Entry, other: Entry) -> Entry:
    """The same group in two tables: what either shows is known."""
    if not one.withheld:
        return one
    if not other.withheld:
        return other
    return Entry(
        group=one.group,
        low=max(one.low, other.low),
        high=min(one.high, other.high),
        withheld=True,
        place=one.place,
    )
