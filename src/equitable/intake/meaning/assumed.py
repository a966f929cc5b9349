"""Sentences about what was assumed of columns, to be said with every result."""

from __future__ import annotations

from collections.abc import Container, Sequence

from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.groups import hispanic_beside, is_race, race_flags
from equitable.intake.meaning.sizes import is_code, is_share
from equitable.intake.names import meaning_of, yes_no
from equitable.intake.quality.findings import listed
from equitable.intake.race import names_races, race_of_name
from equitable.vocabulary import Role


def about_blanks(readings: Sequence[Reading], declared: Container[str]) -> list[str]:
    """Columns of which an empty cell was taken as no."""
    blank = [r.name for r in readings if r.blank_is_no and r.name not in declared]
    if not blank:
        return []
    named = listed([f"'{name}'" for name in blank])
    return [f"In {named} only yes is ever written: an empty cell is taken as no."]


def how_to_ask(readings: Sequence[Reading]) -> list[str]:
    """In a table of counts where no outcome was found: what names one."""
    counts = [
        r.name for r in readings
        if r.role is Role.COUNT and not is_code(r) and not is_share(r)
    ]  # fmt: skip
    totals = [r.name for r in readings if r.role is Role.TOTAL]
    if not counts:
        return []
    known = [n for n in counts if (m := meaning_of(n)) and m.meaning.kind is not None]
    count, total = (
        min(known or counts, key=lambda name: "+" not in name),
        totals[0] if totals else "…",
    )
    return [
        "A rate is asked for with a count and the total that it is part of, such as "
        f'--count "{count}" --total "{total}"'
        + (
            "."
            if totals
            else " (no column was recognised as the total: choose the one of all "
            "students)."
        )
    ]


def about_race(readings: Sequence[Reading], declared: Container[str]) -> list[str]:
    """Columns about race that were joined, or that make no dimension of race."""
    notes = []
    for reading in readings:
        other = hispanic_beside(reading, readings) if is_race(reading) else None
        if other is not None and reading.name not in declared:
            notes.append(
                f"'{other.name}' is read together with '{reading.name}': whoever has a "
                "yes there is counted as Hispanic or Latino."
            )
    if any(is_race(reading) for reading in readings):
        return notes
    flags = [
        r for r in readings
        if r.role is Role.DIMENSION and yes_no(r.codes) and r.name not in declared
    ]  # fmt: skip
    single = [r.name for r in flags if race_of_name(r.name) is not None]
    several = [r.name for r in flags if r.name not in single and names_races(r.name)]
    joined = len(race_flags(readings)) > 0
    if single and not joined:
        named = listed([f"'{name}'" for name in single])
        ask = "asks about one race" if len(single) == 1 else "ask about one race each"
        notes.append(
            f"{named} {ask}; fewer than three such columns make no dimension of race, "
            "so that a yes or no stands for itself."
        )
    if several:
        named = listed([f"'{name}'" for name in several])
        notes.append(
            f"{named} {'names' if len(several) == 1 else 'name'} more than one race, "
            "so that a yes says not which: it is no part of race."
        )
    return notes
