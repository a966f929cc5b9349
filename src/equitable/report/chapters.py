"""An indicator's chapter: its groups, where traits cross, places, and years."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from equitable.measures.results import GapRow, Gaps
from equitable.report.contents import Study
from equitable.report.document import (
    Block,
    Dot,
    DotChart,
    Facts,
    Figure,
    Heading,
    Line,
    LineChart,
    LinePoint,
    Section,
    State,
)
from equitable.report.sentences import (
    order_rows,
    whole_people,
)
from equitable.report.tables import amount, gap_table, group_name, interval
from equitable.vocabulary import (
    WITHHELD,
    Dimension,
    Direction,
    Indicator,
    Verdict,
)

_SHOWN_DOTS: Final = 14
"""More groups than this in one chart are not read: the table has them all."""
_SHOWN_LINES: Final = 5


def indicator_chapter(study: Study, number: int) -> Section:
    """All that is shown of one indicator; ``number`` counts the chapters."""
    gaps = study.gaps.gaps
    indicator = gaps.indicator
    prefix = f"i{number}"
    overall = gaps.overall
    facts = [
        (
            "All students together",
            (
                f"{amount(overall.value, indicator)}"
                f" ({interval(overall.low, overall.high, indicator)}),"
                f" {amount(overall.n, None)} students"
            ),
        ),
        ("Which way is better", _direction(indicator)),
    ]
    if indicator.timing or indicator.aspect:
        kinds = [str(part) for part in (indicator.timing, indicator.aspect) if part]
        facts.append(("What kind of measure", ", ".join(kinds)))
    if indicator.note:
        facts.append(("Known bias", indicator.note))
    blocks: list[Block] = [Facts(items=tuple(facts))]
    for place, dimension in enumerate(gaps.dimensions, start=1):
        rows = [row for row in gaps.rows if tuple(row.group) == (dimension.name,)]
        if rows:
            view = f" (view: {dimension.view})" if dimension.view else ""
            blocks.append(Heading(text=f"By {dimension.label}{view}"))
            blocks.append(
                _dots(gaps, rows, f"{prefix}-{place}", f"by {dimension.label}")
            )
    crossed = [row for row in gaps.rows if len(row.group) > 1]
    if crossed:
        blocks.append(Heading(text="Where traits cross"))
        blocks.append(_dots(gaps, crossed, f"{prefix}-crossed", "where traits cross"))
    for place, gated in enumerate(study.places, start=1):
        own = gated.gaps
        label = own.dimensions[0].label
        blocks.append(Heading(text=f"By {label}"))
        blocks.append(_dots(own, own.rows, f"{prefix}-place-{place}", f"by {label}"))
    if study.years is not None:
        blocks += _over_years(study.years.gaps, prefix)
    return Section(
        name=prefix,
        title=indicator.label,
        sheet=indicator.label,
        blocks=tuple(blocks),
    )


def _direction(indicator: Indicator) -> str:
    return (
        "A higher figure is better"
        if indicator.direction is Direction.HIGHER
        else "A lower figure is better"
    )


def _dots(gaps: Gaps, rows: Sequence[GapRow], name: str, what: str) -> Figure:
    indicator = gaps.indicator
    ordered = order_rows(rows)
    shown = _worth_showing(ordered)
    hidden = len(ordered) - len(shown)
    note = (
        f"The chart shows {len(shown)} of {len(ordered)} groups: those furthest behind,"
        " and those furthest ahead. The table has them all."
        if hidden
        else ""
    )
    reference, label = _reference_line(gaps, shown)
    chart = DotChart(
        dots=tuple(_dot(row, gaps) for row in shown),
        share=indicator.is_share,
        axis=indicator.label,
        reference=reference,
        reference_label=label,
    )
    title = f"{indicator.label}, {what}"
    return Figure(
        name=name,
        sentence=_lead(gaps, ordered),
        chart=chart,
        title=title,
        alt=_alternative(chart, title),
        table=gap_table(gaps, ordered, f"{title}, furthest behind first", note=note),
    )


def _lead(gaps: Gaps, ordered: Sequence[GapRow]) -> str:
    worst = [row for row in ordered if row.verdict is Verdict.WORSE]
    if worst:
        return whole_people(worst[0], gaps, say_where=False)
    ahead = [row for row in ordered if row.verdict is Verdict.BETTER]
    if ahead:
        return whole_people(ahead[0], gaps, say_where=False)
    if all(row.withheld for row in ordered):
        return "Every group here is withheld."
    if any(row.verdict is Verdict.NOT_ENOUGH_EVIDENCE for row in ordered):
        return "There is not enough evidence to say that these groups differ."
    return "No difference is shown between these groups."


def _worth_showing(rows: Sequence[GapRow]) -> list[GapRow]:
    """Those furthest behind, the reference, and those furthest ahead."""
    if len(rows) <= _SHOWN_DOTS:
        return list(rows)
    told = [row for row in rows if not row.withheld and isinstance(row.value, float)]
    if len(told) <= _SHOWN_DOTS:
        return told
    behind = [row for row in told if row.verdict is Verdict.WORSE]
    ahead = [row for row in told if row.verdict is Verdict.BETTER]
    own = [row for row in told if row.verdict is None]
    chosen = behind[: _SHOWN_DOTS - 4 - len(own)]
    chosen += [*own, *ahead[:4]]
    chosen += [row for row in told if row not in chosen][: _SHOWN_DOTS - len(chosen)]
    return list(order_rows(chosen))


def _dot(row: GapRow, gaps: Gaps) -> Dot:
    label = group_name(row.group, gaps.dimensions)
    if row.withheld or row.n is WITHHELD:
        return Dot(label=label, state="withheld", text=str(WITHHELD))
    if not isinstance(row.value, float):
        return Dot(label=label, state="none", text=row.reason or "No students")
    state: State = "shown"
    if row.verdict is None:
        state = "reference"
    elif row.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        state = "not enough"
    return Dot(
        label=label,
        detail=f"{amount(row.n, None)} students",
        value=row.value,
        low=row.low if isinstance(row.low, float) else None,
        high=row.high if isinstance(row.high, float) else None,
        state=state,
        text=amount(row.value, gaps.indicator),
    )


def _reference_line(gaps: Gaps, rows: Sequence[GapRow]) -> tuple[float | None, str]:
    """Where the dashed line stands, and what it is."""
    indicator = gaps.indicator
    kinds = {row.reference.kind for row in rows}
    if kinds <= {"rest", "overall"}:
        value = gaps.overall.value
        label = "All students"
    else:
        references = {
            row.reference.value: row.reference
            for row in rows
            if isinstance(row.reference.value, float)
        }
        if len(references) != 1:
            return None, ""
        reference = next(iter(references.values()))
        value = reference.value
        label = (
            group_name(reference.group, gaps.dimensions)
            if reference.group
            else "The number asked for"
        )
    if not isinstance(value, float):
        return None, ""
    return value, f"{label}: {amount(value, indicator)}"


def _alternative(chart: DotChart, title: str) -> str:
    parts = []
    for dot in chart.dots:
        if dot.state == "withheld":
            parts.append(f"{dot.label}: withheld")
        elif dot.value is None:
            parts.append(f"{dot.label}: {dot.text}")
        else:
            parts.append(f"{dot.label}: {dot.text}")
    return f"{title}. {'; '.join(parts)}."


def _over_years(gaps: Gaps, prefix: str) -> list[Block]:
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
        title = f"{gaps.indicator.label} over the years, by {dimension.label}"
        chart = LineChart(
            lines=lines, times=times, share=gaps.indicator.is_share,
            axis=gaps.indicator.label,
        )  # fmt: skip
        blocks.append(
            Figure(
                name=f"{prefix}-years-{place}",
                sentence=_last_year(own, gaps, year, times),
                chart=chart,
                title=title,
                alt=_alternative_over_time(chart, gaps.indicator, title),
                table=gap_table(gaps, _by_year(own, year, times), title),
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
        name: sum(row.n for row in own.values() if isinstance(row.n, int))
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


def _last_year(
    rows: Sequence[GapRow], gaps: Gaps, year: Dimension, times: Sequence[str]
) -> str:
    last = [row for row in rows if row.within[year.name] == times[-1]]
    return f"In {times[-1]}: {_lead(gaps, order_rows(last))}"


def _by_year(
    rows: Sequence[GapRow], year: Dimension, times: Sequence[str]
) -> list[GapRow]:
    return sorted(rows, key=lambda row: times.index(row.within[year.name]))


def _alternative_over_time(chart: LineChart, indicator: Indicator, title: str) -> str:
    parts = []
    for line in chart.lines:
        told = [point for point in line.points if point.value is not None]
        first, last = told[0], told[-1]
        parts.append(
            f"{line.label}: {amount(first.value, indicator)} in {first.time},"
            f" {amount(last.value, indicator)} in {last.time}"
        )
    return f"{title}. {'; '.join(parts)}."
