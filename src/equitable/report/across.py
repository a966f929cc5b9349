"""Breaks in a report: which figures stand across one, and how that is said and marked.

No sentence of a report tells of a change between years that were not counted alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from equitable.measures.results import GapRow, Gaps
from equitable.report.document import ChartBreak
from equitable.vocabulary import Break, breaks_about

LABEL = "counting changed"
"""Beside the rule in a chart; in words beneath it."""


def compares_across(row: GapRow, gaps: Gaps) -> bool:
    """Whether a row's group is a year and its reference is of years counted otherwise.

    'Every year against the rest' always is, where the years are of both ways.
    """
    for one in _of(gaps):
        year = row.group.get(one.year)
        if year is None or row.reference.kind == "number":
            continue
        if len(row.group) > 1 and not one.touches(row.group):
            continue
        against = (row.reference.group or {}).get(one.year)
        if against is None or (against in one.earlier) != (year in one.earlier):
            return True
    return False


def breaks_in(gaps: Gaps, times: Sequence[str], name: str | None) -> list[Break]:
    """The breaks between years of a result that are about a trait's groups."""
    about = breaks_about(gaps.provenance.breaks, gaps.indicator, name)
    return [one for one in about if one.crosses(times)]


def _of(gaps: Gaps) -> list[Break]:
    return [one for one in gaps.provenance.breaks if one.is_of(gaps.indicator)]


def last_break(
    breaks: Sequence[Break], group: Mapping[str, str], now: str
) -> Break | None:
    """The latest break before a time that is about a group."""
    before = [one for one in breaks if one.touches(group) and now not in one.earlier]
    return before[-1] if before else None


def chart_breaks(
    breaks: Sequence[Break], name: str, times: Sequence[str], labels: Sequence[str]
) -> tuple[ChartBreak, ...]:
    """Breaks as a chart over time has them; numbered where there are several."""
    made: dict[str, ChartBreak] = {}
    for number, one in enumerate(breaks, start=1):
        at = first_after(one, times)
        touched = tuple(label for label in labels if one.touches({name: label}))
        label = LABEL if len(breaks) == 1 else f"change {number}"
        # Years between may not be shown: then both stand at one place.
        if at in made:
            touched = (*made[at].lines, *touched)
            label = f"{made[at].label}+{number}"
        made[at] = ChartBreak(at=at, label=label, lines=tuple(dict.fromkeys(touched)))
    return tuple(made.values())


def first_after(one: Break, times: Sequence[str]) -> str:
    """The first of some times, in order, that is counted the new way."""
    return next(time for time in times if time not in one.earlier)


def explained(breaks: Sequence[Break], what: str) -> str:
    """What the dashed rules of a chart, or the marked rows of a table, mean."""
    said = []
    for number, one in enumerate(breaks, start=1):
        why = one.why if one.why[-1] in ".?!" else f"{one.why}."
        head = "Counting changed" if len(breaks) == 1 else f"Change {number}"
        groups = "; ".join(
            f"{', '.join(held)}" if held else f"the groups of {name}"
            for name, held in one.groups.items()
        )
        about = f", for {groups}" if groups else ""
        said.append(f"{head} from {one.at} on{about}: {why}")
    rest = (
        f"No {what} across it: before and after are not comparable."
        if len(breaks) == 1
        else f"No {what} across them: before and after are not comparable."
    )
    return " ".join([*said, rest]) if said else ""
