"""What years can be compared: breaks that a person declared, and jumps that look so.

A definition that changed between two years looks like a change in schools.  What was
declared is said with every result that it touches; what was not is asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from equitable.cube.cells import Numbers
from equitable.cube.scan import scan
from equitable.errors import EquitableError
from equitable.intake.breaks import year_key, years_of
from equitable.intake.meaning.columns import Reading
from equitable.intake.published.dimensions import with_parts
from equitable.intake.quality.findings import Finding, Quality, in_order
from equitable.intake.settings_text import toml_text
from equitable.vocabulary import NOT_REPORTED, Break, Dimension, Indicator, Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.source import Source
    from equitable.vocabulary import Condition

_MOST_NAMED: Final = 8
_PLACES: Final = frozenset({"district", "region", "county", "state"})
FEWEST_PLACES: Final = 5
FEWEST_STUDENTS: Final = 10
"""Of a place in a year, for its level to count."""
SAME_WAY: Final = 0.9
"""The share of places whose level moves the same way: 'everywhere at once'."""
FAR_MORE: Final = 3.0
"""How many times the usual change of other years."""
LEAST_POINTS: Final = 0.05
LEAST_SPREAD: Final = 0.2
"""Of what is no share: in standard deviations of students."""
_MOST_INDICATORS: Final = 4


class Asked(Protocol):
    """A data set that questions are put to."""

    source: Source
    schema: Schema


def breaks_between(
    students: Asked, indicators: Sequence[Indicator], where: Condition | None
) -> tuple[Break, ...]:
    """The declared breaks of these outcomes between years that a condition keeps."""
    about = [one for one in students.schema.breaks if any(map(one.is_of, indicators))]
    year = students.schema.year
    if not about or year is None:
        return ()
    kept = years_of(students.source, year, where.sql if where else "TRUE")
    return tuple(one for one in about if one.crosses(kept))


def counted_otherwise(one: Break, indicators: Sequence[Indicator]) -> str:
    """From which year on what is counted another way, and why: one sentence or two."""
    labels = [f"'{each.label}'" for each in indicators if one.is_of(each)]
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    named = " and ".join(labels[:3]) + more if one.outcomes or len(labels) == 1 else ""
    what = f"{named} is" if len(labels) == 1 else f"{named} are" if named else ""
    if one.groups:
        groups = "; ".join(
            f"{', '.join(held)} ({name})" if held else name
            for name, held in one.groups.items()
        )
        what = f"{what} for {groups}" if what else f"the figures of {groups} are"
    what = what or "what is shown here is"
    why = one.why if one.why[-1] in ".?!" else f"{one.why}."
    return f"From {one.at} on, {what} counted another way: {why}"


def about_breaks(
    students: Asked,
    breaks: Sequence[Break],
    indicators: Sequence[Indicator],
    *,
    by: Sequence[Dimension],
    within: Sequence[Dimension],
    where: Condition | None,
    reference: str = "",
) -> tuple[str, ...]:
    """A caution for each break that a question's years cross."""
    said = []
    for one in breaks:
        if any(dimension.name == one.year for dimension in by):
            then = (
                f"Years before {one.at} and years from {one.at} on cannot be compared:"
                " a difference between them may be the counting alone."
            )
            reference = reference.rpartition("=")[2].strip()
            if reference and year_key(reference) is not None:
                side = "before it" if reference in one.earlier else "from then on"
                then += f" {reference}, the reference, is of the years {side}."
        elif any(dimension.name == one.year for dimension in within):
            then = (
                "Each year's own figures stand; those of all years together, and"
                " pooled ones, mix the two ways."
            )
        else:
            then = "These figures mix years of both ways." + _one_side(
                students, one, where
            )
        said.append(f"{counted_otherwise(one, indicators)} {then}")
    return tuple(said)


def breaks_of_report(
    students: Asked,
    breaks: Sequence[Break],
    indicators: Sequence[Indicator],
    compared: Sequence[Dimension],
    where: Condition | None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Cautions and notes of a report, whose figures are of the latest year.

    Where it compares the years themselves, or crosses them with groups, that is a
    caution; else every chart and table keeps the years apart.
    """
    if any(d.name == one.year for one in breaks for d in compared):
        said = about_breaks(
            students, breaks, indicators, by=compared, within=(), where=where
        )
        return said, ()
    return (), tuple(
        f"{counted_otherwise(one, indicators)} No line, and no sentence, goes from the"
        " years before it to those after it."
        for one in breaks
    )


def _one_side(students: Asked, one: Break, where: Condition | None) -> str:
    """How to ask of the years of one way of counting."""
    year = students.schema.year
    if year is None:
        return ""
    kept = years_of(students.source, year, where.sql if where else "TRUE")
    later = [name for name in kept if name not in one.earlier]
    if len(later) > _MOST_NAMED:
        return f" For one of them, choose years with --where '{year.columns[0]} in …'."
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in later)
    return f' For the later one: --where "{year.columns[0]} in ({listed})".'


# ------------------------------------------------------------------------------ jumps


def with_jumps(
    quality: Quality,
    source: Source,
    schema: Schema,
    indicators: Sequence[Indicator],
    where: Condition | None = None,
) -> Quality:
    """The quality with a question for each jump that nobody declared a break for."""
    found = find_jumps(source, schema, indicators, where)
    if not found:
        return quality
    findings = in_order((*quality.findings, *found))
    return replace(quality, findings=findings)


def find_jumps(
    source: Source,
    schema: Schema,
    indicators: Sequence[Indicator],
    where: Condition | None = None,
) -> list[Finding]:
    """Years between which an outcome's level moves far more than usual, everywhere.

    For each two years that follow each other: the median over places of how the level
    changed.  It is a jump where nine of ten places moved the same way, the median is
    three times that of other years or more, and at least 5 points (of what is no
    share, .2 standard deviations of students).  Silent for fewer than three years or
    five places, as nothing then says what is usual.
    """
    year, place = schema.year, _place(schema)
    asked = list(indicators[:_MOST_INDICATORS])
    if year is None or place is None or not asked or _few_years(schema, year):
        return []
    try:
        cells = scan(
            source,
            indicators=asked,
            dimensions=with_parts(
                schema.published, schema.rows_are, asked, [place, year]
            ),
            where=where,
        )
    except EquitableError:
        return []  # what cannot be counted is said by who is asked for it
    findings = []
    for one in asked:
        table = cells.table(one.name, [place.name, year.name])
        moments = table.moments
        told = moments.n >= FEWEST_STUDENTS
        levels = np.full([len(axis.groups) for axis in table.axes], np.nan)
        level = moments.pivot + moments.total / np.maximum(moments.n, 1)
        levels[tuple(table.places[told].T)] = level[told]
        years = list(table.axes[1].groups)
        kept = [n for n, name in enumerate(years) if name != NOT_REPORTED]
        spread = _least(
            one, moments.squares.sum(), moments.total.sum(), moments.n.sum()
        )
        names = [years[n] for n in kept]
        declared = frozenset(
            at
            for at in range(1, len(names))
            for told in schema.breaks
            if told.is_of(one) and told.crosses(names[at - 1 : at + 1])
        )
        at = jump_in(levels[:, kept], least=spread, declared=declared)
        if at is not None:
            findings.append(_asked(one, names[at - 1], names[at], place))
    return findings


def jump_in(
    levels: Numbers, *, least: float, declared: Collection[int] = ()
) -> int | None:
    """The year (its column) with a jump before it, by the rule of ``find_jumps``.

    Parameters
    ----------
    levels
        Shape (places, years), in order; not a number where there is none.
    least
        The smallest change that counts.
    declared
        Years (their columns) whose change from the year before is explained: it is
        neither asked about nor what is usual.
    """
    changes = np.diff(levels, axis=1)
    usable = [
        year
        for year in range(changes.shape[1])
        if np.isfinite(changes[:, year]).sum() >= FEWEST_PLACES
        and year + 1 not in declared
    ]
    if len(usable) < 2:
        return None
    middle, same = {}, {}
    for year in usable:
        known = changes[np.isfinite(changes[:, year]), year]
        middle[year] = float(np.median(known))
        same[year] = float(np.mean(np.sign(known) == np.sign(middle[year])))
    largest = max(usable, key=lambda year: abs(middle[year]))
    others = [abs(middle[year]) for year in usable if year != largest]
    size = abs(middle[largest])
    usual = float(np.median(others))
    if size < least or size < FAR_MORE * usual or same[largest] < SAME_WAY:
        return None
    return largest + 1


def _least(one: Indicator, squares: float, total: float, n: float) -> float:
    if one.is_share:
        return LEAST_POINTS
    spread = max(squares / max(n, 1) - (total / max(n, 1)) ** 2, 0.0) ** 0.5
    # Of events, or averages without numbers, no spread is known: then it is silent.
    return LEAST_SPREAD * float(spread) if spread > 0 else float("inf")


def _place(schema: Schema) -> Dimension | None:
    """The finest place that has a few: its schools, else its districts."""

    def fits(reading: Reading) -> bool:
        place = reading.role is Role.SCHOOL or reading.key in _PLACES
        enough = reading.profile.distinct >= FEWEST_PLACES
        return place and enough and not reading.hidden and reading.family is None

    places = [reading for reading in schema.readings if fits(reading)]
    if not places:
        return None
    most = max(places, key=lambda reading: reading.profile.distinct)
    try:
        return schema.dimension(most.name)
    except EquitableError:
        return None


def _few_years(schema: Schema, year: Dimension) -> bool:
    held = [r.profile for r in schema.readings if r.name in year.columns]
    return all(one.complete and one.whole and one.distinct < 3 for one in held)


def _asked(one: Indicator, before: str, at: str, place: Dimension) -> Finding:
    """The question, which tells no figure: levels of few places may be withheld."""
    outcome = one.count or one.percent or one.column or one.name
    return Finding(
        kind="categories by year",
        severity="caution",
        sentence=f"'{one.label}' moves far more between {before} and {at} than between"
        f" other years, and nearly everywhere at once (by {place.label}). Did the"
        " definition change?",
        next_step="Ask whoever publishes it. If it did, declare a break in"
        " equity.toml; if something happened everywhere, nothing needs to be said.",
        column=outcome,
        paste="[[break]]\n"
        f"at = {toml_text(at)}\n"
        f"outcomes = [{toml_text(outcome)}]\n"
        'why = "Say in a sentence what is counted otherwise."',
    )
