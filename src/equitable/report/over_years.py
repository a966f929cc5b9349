"""An indicator over the years: each trait's groups as lines, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from equitable.measures.results import GapRow, Gaps
from equitable.report.across import (
    breaks_in,
    chart_breaks,
    explained,
    first_after,
    last_break,
)
from equitable.report.document import (
    Block,
    Cell,
    Figure,
    Heading,
    Line,
    LineChart,
    LinePoint,
    Table,
    stretches,
)
from equitable.report.people import people
from equitable.report.published_figures import NO_CHANCE, furthest, without_chance
from equitable.report.sentences import (
    gap_between,
    reference_people,
    stands_out,
)
from equitable.report.tables import (
    NOTHING,
    amount,
    dimension_words,
    gap_table,
    gap_words,
    group_name,
    in_column,
    interval,
    with_unit,
)
from equitable.vocabulary import Break, Dimension, Direction, Indicator, Verdict

_SHOWN_LINES: Final = 5
_YEARS_ON_PAPER: Final = 5
_NAMED: Final = 6


def over_years(gaps: Gaps, prefix: str) -> list[Block]:
    """A chart over time for each trait, with its sentence, cautions and table.

    Parameters
    ----------
    gaps
        A result within years; traits by themselves.
    prefix
        What the figures' names begin with.
    """
    year = gaps.within[0]
    rows = [row for row in gaps.rows if row.within]
    times = tuple(dict.fromkeys(row.within[year.name] for row in rows))
    blocks: list[Block] = []
    for place, dimension in enumerate(gaps.dimensions, start=1):
        own = [row for row in rows if tuple(row.group) == (dimension.name,)]
        lines = _lines(own, dimension, year, times)
        if not lines:
            continue
        if not blocks:
            blocks.append(Heading(text="Over the years"))
        words = dimension_words(dimension, gaps.dimensions)
        title = f"{gaps.indicator.label} over the years, by {words}"
        breaks = breaks_in(gaps, times, dimension.name)
        note = " ".join(_some_years(own, gaps, year, times))
        labels = [line.label for line in lines]
        chart = LineChart(
            lines=lines, times=times, share=gaps.indicator.is_share,
            axis=with_unit(gaps.indicator),
            breaks=chart_breaks(breaks, dimension.name, times, labels),
        )  # fmt: skip
        blocks.append(
            Figure(
                name=f"{prefix}-years-{place}",
                sentence=_then_and_now(own, gaps, year, times, breaks),
                chart=chart,
                title=title,
                alt=_alternative_over_time(chart, gaps.indicator, title, breaks),
                table=_whole(own, gaps, year, times, title, note, breaks),
                beneath=explained(breaks, "line is drawn"),
                brief=_grid(own, gaps, year, times, title, note, breaks),
            )
        )
    return blocks


def _lines(
    rows: Sequence[GapRow],
    dimension: Dimension,
    year: Dimension,
    times: Sequence[str],
) -> tuple[Line, ...]:
    """The largest groups over time; those shown in one year only make no line."""
    by_group: dict[str, dict[str, GapRow]] = {}
    for row in rows:
        by_group.setdefault(row.group[dimension.name], {})[row.within[year.name]] = row
    sized = {
        name: _size(own, times)
        for name, own in by_group.items()
        if sum(isinstance(row.value, float) for row in own.values()) > 1
    }
    largest = sorted(sized, key=lambda name: -sized[name])[:_SHOWN_LINES]
    return tuple(
        Line(
            label=name,
            points=tuple(_point(by_group[name].get(time), time) for time in times),
        )
        for name in by_group
        if name in largest
    )


def _size(own: Mapping[str, GapRow], times: Sequence[str]) -> float:
    """How many students a group has; of figures without, how far it lies apart."""
    if any(isinstance(row.n, int) for row in own.values()):
        return sum(row.n for row in own.values() if isinstance(row.n, int))
    last = own.get(times[-1])
    if last is None or not isinstance(last.difference, float):
        return 0.0
    return abs(last.difference)


def _point(row: GapRow | None, time: str) -> LinePoint:
    if row is None or not isinstance(row.value, float):
        held = row is not None and row.withheld
        return LinePoint(time=time, state="withheld" if held else "none")
    return LinePoint(
        time=time,
        value=row.value,
        low=row.low if isinstance(row.low, float) else None,
        high=row.high if isinstance(row.high, float) else None,
    )


def _then_and_now(
    rows: Sequence[GapRow],
    gaps: Gaps,
    year: Dimension,
    times: Sequence[str],
    breaks: Sequence[Break],
) -> str:
    """The gap that stands out now, at the first time it can be told and at the last.

    Never further back than the last change of how it is counted.
    """
    last = [
        row
        for row in rows
        if row.within[year.name] == times[-1] and isinstance(row.difference, float)
    ]
    if without_chance(gaps, rows):
        return _plainly(rows, last, gaps, year, times, breaks)
    now = stands_out(last, gaps.indicator.direction)
    if now is None:
        return f"In {times[-1]} the evidence shows no gap between these groups."
    since = last_break(breaks, now.group, times[-1])
    before = [
        row
        for time in times[:-1]
        for row in rows
        if row.within[year.name] == time
        and not (since and time in since.earlier)
        and row.group == now.group
        and isinstance(row.difference_low, float)
        and isinstance(row.difference_high, float)
    ]
    who = people(now.group, gaps.dimensions)
    who = who[:1].upper() + who[1:]
    others = reference_people(now, gaps)
    behind = "behind" if now.verdict is Verdict.WORSE else "ahead of"
    if not before:
        said = f"{who} are {behind} {others} in {times[-1]}"
        why = "no year before can be compared."
        if since is not None:
            why = f"years before {since.at} were counted another way, and no change is"
            why += " told."
        return f"{said} ({gap_between(now, gaps)}); {why}"
    then = before[0]
    apart = f" Years before {since.at} were counted another way." if since else ""
    return (
        f"{who} against {others}: a gap of {_gap_at(then, gaps, year)},"
        f" and of {_gap_at(now, gaps, year)}. {_change(then, now, gaps)}{apart}"
    )


def _plainly(
    rows: Sequence[GapRow],
    last: Sequence[GapRow],
    gaps: Gaps,
    year: Dimension,
    times: Sequence[str],
    breaks: Sequence[Break],
) -> str:
    """Figures without intervals: the largest difference at both ends, and no change."""
    behind = furthest(gaps, last)
    if not behind:
        return NO_CHANCE
    now = behind[0]
    since = last_break(breaks, now.group, times[-1])
    then = next(
        row
        for time in times
        for row in rows
        if row.within[year.name] == time
        and not (since and time in since.earlier)
        and row.group == now.group
        and isinstance(row.difference, float)
    )
    who = people(now.group, gaps.dimensions)
    who = who[:1].upper() + who[1:]
    unit = f" {gaps.indicator.unit_words}" if gaps.indicator.unit_words else ""
    said = [
        f"{gap_words(row.difference, gaps.indicator)}{unit} in {row.within[year.name]}"
        for row in ([now] if then is now else [then, now])
    ]
    return (
        f"{who} against {reference_people(now, gaps)}: {', and '.join(said)}. The file"
        " gives no standard errors, so that nobody can say whether a change is chance."
    )


def _gap_at(row: GapRow, gaps: Gaps, year: Dimension) -> str:
    size = gap_words(row.difference, gaps.indicator)
    unit = f" {gaps.indicator.unit_words}" if gaps.indicator.unit_words else ""
    between = interval(row.difference_low, row.difference_high, gaps.indicator)
    return f"{size}{unit} in {row.within[year.name]} ({between})"


def _change(then: GapRow, now: GapRow, gaps: Gaps) -> str:
    """Whether the gap moved further than both intervals allow for."""
    limits = (then.difference_low, then.difference_high,
              now.difference_low, now.difference_high)  # fmt: skip
    old_low, old_high, low, high = (x if isinstance(x, float) else 0.0 for x in limits)
    if low <= old_high and old_low <= high:
        return "The intervals overlap: a change is not shown."
    better = (low > old_high) == (gaps.indicator.direction is Direction.HIGHER)
    return (
        "The intervals do not overlap: the gap moved in this group's favour."
        if better
        else "The intervals do not overlap: the gap moved against this group."
    )


def _some_years(
    rows: Sequence[GapRow], gaps: Gaps, year: Dimension, times: Sequence[str]
) -> list[str]:
    """A caution where a group is not there in every year.

    Of a group without a row it cannot be said whether it had no students or too few:
    the privacy gate sets some aside whole.
    """
    by_group: dict[str, dict[str, GapRow]] = {}
    for row in rows:
        name = group_name(row.group, gaps.dimensions)
        by_group.setdefault(name, {})[row.within[year.name]] = row
    partly = []
    for name, own in by_group.items():
        there = [time for time in times if time in own and own[time].n != 0]
        if 0 < len(there) < len(times):
            partly.append(f"{name} (only {_listed(there)})")
    if not partly:
        return []
    more = len(partly) - _NAMED
    names = "; ".join([*partly[:_NAMED], *([f"{more} more"] if more > 0 else [])])
    caution = (
        "Take care: not in every year are there students, or enough to be told of, in"
        f" {names}. A group that comes or goes may have had another name before or"
        " after; other groups then change with it."
    )
    return [caution]


def _listed(times: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(times[:-1]), times[-1]]))


def _grid(
    rows: Sequence[GapRow],
    gaps: Gaps,
    year: Dimension,
    times: Sequence[str],
    caption: str,
    note: str,
    breaks: Sequence[Break],
) -> Table:
    """Groups down, years across: each figure with its interval."""
    told = times[-_YEARS_ON_PAPER:]
    changed = {first_after(one, told) for one in breaks if one.crosses(told)}
    cells: dict[str, dict[str, Cell]] = {}
    for row in rows:
        name = group_name(row.group, gaps.dimensions)
        text = in_column(row.value, gaps.indicator)
        if isinstance(row.value, float) and row.low is not None:
            text += f" ({interval(row.low, row.high, gaps.indicator)})"
        kind = "withheld" if row.withheld else "text"
        cells.setdefault(name, {})[row.within[year.name]] = Cell(
            text=text, kind="withheld" if kind == "withheld" else "text"
        )
    shown = {
        name: own
        for name, own in cells.items()
        if any(time in own and own[time].kind != "withheld" for time in told)
    }
    held = len(cells) - len(shown)
    unit = f", in {gaps.indicator.unit_words}" if gaps.indicator.unit_words else ""
    unit = "" if gaps.indicator.is_share else unit
    level = f"{gaps.confidence:.0%}".replace("%", " %")
    bare = without_chance(gaps, rows)
    said = []
    if held:
        said.append(f"{held:,} {'group is' if held == 1 else 'groups are'} withheld.")
    if len(told) < len(times):
        said.append(f"The last {len(told)} of {len(times)} years.")
    if changed:
        said.append(
            "Dashed line: counting changed, and years before it and after it are not"
            " comparable."
        )
    return Table(
        caption=caption if bare else f"{caption} ({level} interval in brackets{unit})",
        columns=("Group", *told),
        numeric=(False, *(True for _ in told)),
        rows=tuple(
            (
                Cell(text=name, kind="group"),
                *(own.get(time, Cell(text=NOTHING)) for time in told),
            )
            for name, own in shown.items()
        ),
        note=" ".join(filter(None, [*said, note])),
        column_breaks=tuple(1 + told.index(time) for time in times if time in changed),
    )


def _whole(
    rows: Sequence[GapRow],
    gaps: Gaps,
    year: Dimension,
    times: Sequence[str],
    caption: str,
    note: str,
    breaks: Sequence[Break],
) -> Table:
    """Every figure, year by year, with a line where counting changed."""
    ordered = _by_year(rows, year, times)
    marked: dict[int, list[Break]] = {}
    for one in breaks:
        first = next(
            place
            for place, row in enumerate(ordered)
            if row.within[year.name] not in one.earlier
        )
        marked.setdefault(first, []).append(one)
    said = ((at, explained(own, "change is told")) for at, own in marked.items())
    table = gap_table(gaps, ordered, caption, note=note)
    return replace(table, row_breaks=tuple(said))


def _by_year(
    rows: Sequence[GapRow], year: Dimension, times: Sequence[str]
) -> list[GapRow]:
    return sorted(rows, key=lambda row: times.index(row.within[year.name]))


def _alternative_over_time(
    chart: LineChart, indicator: Indicator, title: str, breaks: Sequence[Break]
) -> str:
    """The first and the last figure of each line, and of each stretch of it."""
    parts = []
    for line in chart.lines:
        told = [
            [point for point in run if point.value is not None]
            for run in stretches(line, chart)
        ]
        ends = [
            f"{amount(point.value, indicator)} in {point.time}"
            for run in told
            for point in dict.fromkeys([*run[:1], *run[-1:]])
        ]
        parts.append(f"{line.label}: {', '.join(ends)}")
    said = explained(breaks, "line is drawn")
    return " ".join(filter(None, [f"{title}. {'; '.join(parts)}.", said]))
