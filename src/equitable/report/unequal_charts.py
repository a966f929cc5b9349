"""The figures of inequality over all groups: a summary above, the levels beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from equitable.measures.inequality.results import Inequality, Level, group_words
from equitable.measures.inequality.strata import Stratum
from equitable.privacy.inequality import GatedInequality
from equitable.report.across import LABEL, first_after
from equitable.report.document import (
    ChartBreak,
    Dot,
    DotChart,
    Figure,
    Line,
    LineChart,
    LinePoint,
    Panels,
)
from equitable.report.tables import amount, in_column, with_unit
from equitable.report.unequal_tables import levels_table, strata_brief, strata_table
from equitable.report.unequal_words import (
    DISTANCE,
    best_level,
    from_best,
    last_level,
    least,
    sentence,
    size,
    told,
)
from equitable.vocabulary import Indicator

_LINES: Final = 5
_DOTS: Final = 14
_CHARTED: Final = (DISTANCE, "MDMW", "SII")
_SAYS: Final = {
    DISTANCE: "Mean distance from the best",
    "MDMW": "Mean distance from the average",
    "SII": "From one end of the order to the other",
}


def inequality_figure(gated: GatedInequality, name: str) -> Figure | None:
    """The chart with its sentence and table; ``None`` where nothing can be drawn."""
    indicator = gated.indicator
    title = f"{indicator.label}: all groups by {gated.dimension.label} together"
    if gated.found is not None:
        found = gated.found
        if len(found.groups) < 2:
            return None
        return Figure(
            name=name,
            sentence=sentence(gated),
            chart=_single(found, gated),
            title=title,
            alt=_alternative(found, indicator, title),
            table=levels_table(found, gated),
        )
    known = told(gated.strata)
    if not known:
        return None
    single_line = gated.year is not None and len(gated.within) == 1
    over_time = single_line and len(known) > 1
    chart = _over_years(gated) if over_time else _by_place(gated, known)
    note = _beneath(gated, chart)
    brief = strata_brief(gated)
    return Figure(
        name=name,
        sentence=sentence(gated),
        chart=chart,
        title=title + (" over the years" if over_time else ""),
        alt=_alternative_strata(known, indicator, title),
        table=replace(strata_table(gated), note=note),
        brief=replace(brief, note=" ".join(filter(None, [brief.note, note]))),
    )


def _beneath(gated: GatedInequality, chart: Panels | DotChart) -> str:
    """What a chart leaves out, and where its lines are cut on purpose."""
    said = []
    if isinstance(chart, Panels):
        every = {
            group_words(level.group)
            for one in gated.strata
            for level in one.found.groups
        }
        levels = chart.charts[-1]
        drawn = len(levels.lines) if isinstance(levels, LineChart) else 0
        if drawn < len(every):
            said.append(
                f"The chart has {drawn} of {len(every)} groups: the best, the farthest"
                " and the largest others."
            )
    elif len(chart.dots) < len(told(gated.strata)):
        said.append(
            f"The chart has {len(chart.dots)} of {len(told(gated.strata))}, those that"
            " are farthest apart for certain."
        )
    said += [
        f"From {one.at} on figures are counted otherwise: no line is drawn across."
        for one in gated.breaks
    ]
    return " ".join(said)


def _single(found: Inequality, gated: GatedInequality) -> DotChart | Panels:
    """The summaries in the outcome's unit above, the groups' levels beneath."""
    indicator = gated.indicator
    best = best_level(found)
    levels = DotChart(
        dots=tuple(
            _level_dot(one, indicator, is_best=one is best)
            for one in _shown_levels(found)
        ),
        share=indicator.is_share,
        axis=with_unit(indicator),
        reference=None if best is None else best.value,
        reference_label=""
        if best is None
        else f"The best: {amount(best.value, indicator)}",
    )
    dots = tuple(
        _measure_dot(name, found, indicator)
        for name in _CHARTED
        if name in found.measures and found.measures[name].value is not None
    )
    if not dots:
        return levels
    times = 100.0 if indicator.is_share else 1.0
    unit = indicator.unit_words
    above = DotChart(
        dots=tuple(
            Dot(
                label=dot.label,
                detail=dot.detail,
                value=None if dot.value is None else times * dot.value,
                low=None if dot.low is None else times * dot.low,
                high=None if dot.high is None else times * dot.high,
                text=dot.text,
            )
            for dot in dots
        ),
        share=False,
        axis=f"Distance ({unit})" if unit else "Distance",
        reference=0.0,
        reference_label="Groups alike: 0",
    )
    return Panels(charts=(above, levels))


def _measure_dot(name: str, found: Inequality, indicator: Indicator) -> Dot:
    measure = found.measures[name]
    by_chance = measure.by_chance
    return Dot(
        label=_SAYS[name],
        detail=""
        if by_chance is None
        else f"by chance alone {size(by_chance, indicator)}",
        value=measure.value,
        low=measure.low,
        high=measure.high,
        text=size(measure.value or 0.0, indicator),
    )


def _shown_levels(found: Inequality) -> list[Level]:
    """In their order where they have one, else from the best down; the ends if many."""
    best = best_level(found)
    levels = list(found.groups)
    if found.order is None and best is not None:
        levels.sort(key=lambda one: abs(one.value - best.value))
    if len(levels) > _DOTS:
        levels = [*levels[: _DOTS // 2], *levels[-_DOTS // 2 :]]
    return levels


def _level_dot(level: Level, indicator: Indicator, *, is_best: bool) -> Dot:
    return Dot(
        label=group_words(level.group),
        detail="" if level.n is None else f"{amount(int(level.n), None)} students",
        value=level.value,
        low=level.low,
        high=level.high,
        state="reference" if is_best else "shown",
        text=in_column(level.value, indicator),
    )


def _over_years(gated: GatedInequality) -> Panels:
    """The mean distance from the best group over the years; the levels beneath."""
    indicator, year = gated.indicator, gated.year
    name = "" if year is None else year.name
    times = tuple(one.within[name] for one in gated.strata)
    scale = 100.0 if indicator.is_share else 1.0
    distance, chance = [], []
    for time, one in zip(times, gated.strata, strict=True):
        measure = from_best(one.found)
        if measure.value is None:
            hidden = one.found.left_out > 0
            distance.append(
                LinePoint(time=time, state="withheld" if hidden else "none")
            )
            continue
        distance.append(
            LinePoint(
                time=time,
                value=scale * measure.value,
                low=None if measure.low is None else scale * measure.low,
                high=None if measure.high is None else scale * measure.high,
            )
        )
        if measure.by_chance is not None:
            chance.append(LinePoint(time=time, value=scale * measure.by_chance))
    unit = indicator.unit_words
    lines = [Line(label="Distance", points=tuple(distance))]
    if len(chance) > 1:
        lines.append(Line(label="By chance alone", points=tuple(chance)))
    at_least = (0.0, 10.0) if indicator.is_share else (0.0,)
    above = LineChart(
        lines=tuple(lines),
        times=times,
        share=False,
        axis=f"Mean distance from the best group{f' ({unit})' if unit else ''}",
        holds=at_least,
        breaks=_breaks(gated, times, lines),
    )
    levels = _level_lines(gated, times)
    beneath = LineChart(
        lines=levels,
        times=times,
        share=indicator.is_share,
        axis=with_unit(indicator),
        breaks=_breaks(gated, times, levels),
    )
    return Panels(charts=(above, beneath))


def _breaks(
    gated: GatedInequality, times: Sequence[str], lines: Sequence[Line]
) -> tuple[ChartBreak, ...]:
    """Where counting changed, for every line."""
    named = tuple(line.label for line in lines)
    at = dict.fromkeys(
        first_after(one, times) for one in gated.breaks if one.crosses(times)
    )
    return tuple(ChartBreak(at=time, label=LABEL, lines=named) for time in at)


def _level_lines(gated: GatedInequality, times: Sequence[str]) -> tuple[Line, ...]:
    """The best and the farthest group of the last year, then the largest others."""
    by_name: dict[str, dict[str, Level]] = {}
    held: dict[str, set[str]] = {}
    for time, one in zip(times, gated.strata, strict=True):
        for level in one.found.groups:
            by_name.setdefault(group_words(level.group), {})[time] = level
        for group in one.found.withheld:
            held.setdefault(group_words(group), set()).add(time)
    last = told(gated.strata)[-1].found
    ends = [level for level in (best_level(last), last_level(last)) if level]
    first = [group_words(level.group) for level in ends]
    sizes = {
        name: sum(level.n or 0 for level in own.values())
        for name, own in by_name.items()
    }
    rest = sorted((n for n in sizes if n not in first), key=lambda n: -sizes[n])
    chosen = {*first, *rest[: _LINES - len(first)]}
    return tuple(
        Line(
            label=name,
            points=tuple(
                _level_point(own.get(time), time, held=time in held.get(name, ()))
                for time in times
            ),
        )
        for name, own in by_name.items()
        if name in chosen
    )


def _level_point(level: Level | None, time: str, *, held: bool) -> LinePoint:
    if level is None:
        return LinePoint(time=time, state="withheld" if held else "none")
    return LinePoint(time=time, value=level.value, low=level.low, high=level.high)


def _by_place(gated: GatedInequality, known: Sequence[Stratum]) -> DotChart:
    """The mean distance from the best group of each stratum, the surest first."""
    indicator = gated.indicator
    scale = 100.0 if indicator.is_share else 1.0
    ordered = sorted(known, key=least, reverse=True)[:_DOTS]
    if gated.year is not None and len(known) <= _DOTS:
        ordered = list(known)
    dots = []
    for one in ordered:
        measure = from_best(one.found)
        best = best_level(one.found)
        dots.append(
            Dot(
                label=", ".join(one.within.values()),
                detail="" if best is None else f"best: {group_words(best.group)}",
                value=scale * (measure.value or 0.0),
                low=None if measure.low is None else scale * measure.low,
                high=None if measure.high is None else scale * measure.high,
                text=size(measure.value or 0.0, indicator),
            )
        )
    unit = indicator.unit_words
    return DotChart(
        dots=tuple(dots),
        share=False,
        axis=f"Mean distance from the best group{f' ({unit})' if unit else ''}",
        reference=0.0,
        reference_label="Groups alike: 0",
    )


def _alternative(found: Inequality, indicator: Indicator, title: str) -> str:
    distance = from_best(found)
    above = (
        f" Mean distance from the best group {size(distance.value, indicator)}."
        if distance.value is not None
        else ""
    )
    levels = "; ".join(
        f"{group_words(one.group)}: {amount(one.value, indicator)}"
        for one in _shown_levels(found)
    )
    return f"{title}.{above} {levels}."


def _alternative_strata(
    known: Sequence[Stratum], indicator: Indicator, title: str
) -> str:
    parts = []
    for one in known[:_DOTS]:
        value = from_best(one.found).value or 0.0
        best, last = best_level(one.found), last_level(one.found)
        ends = "; ".join(
            f"{word} {group_words(level.group)} {amount(level.value, indicator)}"
            for word, level in (("best", best), ("farthest", last))
            if level is not None
        )
        where = ", ".join(one.within.values())
        parts.append(f"{where}: {size(value, indicator)} ({ends})")
    return f"{title}. Mean distance from the best group. {'. '.join(parts)}."
