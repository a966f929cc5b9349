"""Groups over time: lines with their intervals, named at their right end.

Each line has its own dash and its own shape of point; where a figure is withheld, or
counting changed, the line has a gap that nothing bridges.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from equitable.report.chart_parts import (
    DENSE,
    NARROW,
    Palette,
    Scale,
    Spec,
    document,
    em,
    field,
    layer,
    on,
    place,
    readable,
    scale,
    text_mark,
    wrapped,
)
from equitable.report.document import Line, LineChart, LinePoint, stretches

_DASHES: Final = ([1, 0], [8, 4], [2, 3], [10, 3, 2, 3], [14, 4], [5, 2])
_SHAPES: Final = (
    "circle", "square", "triangle-up", "diamond", "triangle-down", "cross",
)  # fmt: skip
_SIZE: Final = 13.5
_LINE: Final = 17


@dataclass(slots=True)
class _Label:
    """A line's name at its end: where it belongs, and where there is room for it."""

    lines: list[str]
    series: int
    y: float
    at: float
    until: str
    """The last time it has a figure for, where that is not the last of all."""

    @property
    def height(self) -> float:
        return (len(self.lines) + bool(self.until)) * _LINE + 4


@dataclass(frozen=True, slots=True)
class _Plot:
    left: float
    right: float
    top: float
    bottom: float
    axis: Scale
    times: tuple[str, ...]
    width: int

    def x(self, time: str) -> float:
        place_in = self.times.index(time)
        last = max(len(self.times) - 1, 1)
        return self.left + 10 + (self.right - self.left - 20) * place_in / last


@dataclass(frozen=True, slots=True)
class Margins:
    """What charts under one another share: their times then stand in one column."""

    left: float
    room: float
    """For the names at the right."""
    height: float | None = None


def line_margins(chart: LineChart, width: int) -> Margins:
    """The margins that a line chart by itself would have."""
    narrow = width < NARROW
    axis = _axis(chart)
    left = max(em(axis.words(tick)) for tick in axis.ticks) * 12.5 + 8
    return Margins(left, _label_room(chart, width, narrow=narrow))


def _axis(chart: LineChart) -> Scale:
    figures = [
        figure
        for line in chart.lines
        for point in line.points
        if _is_told(point)
        for figure in (point.value, point.low, point.high)
        if figure is not None
    ]
    return scale([*figures, *chart.holds], share=chart.share, ticks=4)


def line_spec(
    chart: LineChart, width: int, palette: Palette, margins: Margins | None = None
) -> Spec:
    """The Vega-Lite specification of a line chart, ``width`` pixels wide."""
    narrow = width < NARROW
    axis = _axis(chart)
    margins = margins or line_margins(chart, width)
    left, room = margins.left, margins.room
    names = [wrapped(line.label, room, _SIZE, 2) for line in chart.lines]
    spare = 1 if margins.height is None else 0
    needed = sum((len(name) + spare) * _LINE + 4 for name in names)
    least = margins.height or (240 if narrow else 165 if width >= DENSE else 300)
    height = max(least, needed + 20)
    top = 52 if chart.breaks else 34
    plot = _Plot(left, width - room - 24, top, top + height, axis, chart.times, width)
    layers = _frame(chart, plot, palette)
    layers += _changes(chart, plot, palette)
    for number, line in enumerate(chart.lines):
        layers += _series(line, chart, number, plot, palette)
    layers += _names(chart, names, plot, palette)
    gaps = any(not _is_told(p) for line in chart.lines for p in line.points)
    said = "Where a line is broken: withheld, or no students."
    if chart.breaks:
        said = "Where a line is broken elsewhere: withheld, or no students."
    layers.append(
        layer(
            text_mark(12.5, palette.soft),
            [{"text": said}] if gaps else [],
            x={"value": 0},
            y={"value": plot.bottom + 42},
            text={"field": "text", "type": "nominal"},
        )
    )
    return document(width, plot.bottom + (54 if gaps else 28), layers)


def _is_told(point: LinePoint) -> bool:
    return point.value is not None and point.state not in {"withheld", "none"}


def _label_room(chart: LineChart, width: int, *, narrow: bool) -> float:
    longest = max((em(line.label) * _SIZE for line in chart.lines), default=40)
    return min(longest, width * (0.3 if narrow else 0.26))


def _frame(chart: LineChart, plot: _Plot, palette: Palette) -> list[Spec]:
    y = on("value", plot.axis, plot.bottom, plot.top)
    ticks = [{"value": tick, "text": plot.axis.words(tick)} for tick in plot.axis.ticks]
    times = [{"x": plot.x(time), "text": time} for time in _told_times(plot)]
    title = wrapped(chart.axis, plot.width, 12.5, 1)[0]
    words = {"field": "text", "type": "nominal"}
    return [
        layer(
            {"type": "rule", "stroke": palette.line},
            ticks,
            x={"value": plot.left},
            x2={"value": plot.right},
            y=y,
        ),
        layer(
            text_mark(12.5, palette.soft, "right"),
            ticks,
            x={"value": plot.left - 8},
            y=y,
            text=words,
        ),
        layer(
            text_mark(12.5, palette.soft, "center"),
            times,
            x=field("x"),
            y={"value": plot.bottom + 18},
            text=words,
        ),
        layer(
            text_mark(12.5, palette.soft),
            [{"text": title}] if title else [],
            x={"value": 0},
            y={"value": 10},
            text=words,
        ),
    ]


def _told_times(plot: _Plot) -> list[str]:
    """As many times as there is room for, the first and the last among them."""
    widest = max((em(time) * 12.5 for time in plot.times), default=0) + 10
    room = max(int((plot.right - plot.left) / max(widest, 1)), 1)
    step = -(-len(plot.times) // room)
    last = len(plot.times) - 1
    return [time for n, time in enumerate(plot.times) if (last - n) % step == 0]


def _changes(chart: LineChart, plot: _Plot, palette: Palette) -> list[Spec]:
    """A dashed rule and a word where counting changed, between two times.

    Where the words would touch, each is its number alone.
    """
    marks = []
    for one in chart.breaks:
        place_in = plot.times.index(one.at)
        x = (plot.x(plot.times[max(place_in - 1, 0)]) + plot.x(one.at)) / 2
        marks.append((x, one.label))
    widths = [em(label) * 12.5 for _, label in marks]
    touching = any(
        second[0] - first[0] < (one + other) / 2 + 8
        for (first, second), (one, other) in zip(
            pairwise(marks), pairwise(widths), strict=True
        )
    )
    rows = []
    for (x, label), width in zip(marks, widths, strict=True):
        short = label.rpartition(" ")[2] if touching else label
        half = width / 2 if not touching else 6.0
        at = min(max(x, half + 2), plot.width - half - 2)
        rows.append({"x": x, "at": at, "text": short})
    return [
        layer(
            {
                "type": "rule",
                "stroke": palette.soft,
                "strokeWidth": 1.5,
                "strokeDash": [5, 4],
            },
            [{"x": row["x"]} for row in rows],
            x=field("x"),
            y={"value": plot.top - 8},
            y2={"value": plot.bottom},
        ),
        layer(
            text_mark(12.5, palette.soft, "center", fontWeight=600),
            rows,
            x=field("at"),
            y={"value": plot.top - 17},
            text={"field": "text", "type": "nominal"},
        ),
    ]


def _runs(line: Line, chart: LineChart) -> list[list[LinePoint]]:
    """The stretches of a line between its gaps, and between changes of counting."""
    runs: list[list[LinePoint]] = []
    for stretch in stretches(line, chart):
        runs.append([])
        for point in stretch:
            if _is_told(point):
                runs[-1].append(point)
            elif runs[-1]:
                runs.append([])
    return [run for run in runs if run]


def _series(
    line: Line, chart: LineChart, number: int, plot: _Plot, palette: Palette
) -> list[Spec]:
    colour = palette.series[number % len(palette.series)]
    dash = _DASHES[number % len(_DASHES)]
    shape = _SHAPES[number % len(_SHAPES)]
    y = on("value", plot.axis, plot.bottom, plot.top)
    band = on("low", plot.axis, plot.bottom, plot.top)
    layers = []
    for run in _runs(line, chart):
        rows = [
            {
                "x": plot.x(point.time),
                "value": point.value,
                "low": point.low,
                "high": point.high,
                "Group": readable(line.label),
                "Time": readable(point.time),
                "hollow": point.state == "not enough",
            }
            for point in run
        ]
        sure = [row for row in rows if row["low"] is not None]
        if len(rows) == 1:
            layers.append(
                layer(
                    {
                        "type": "rule",
                        "stroke": colour,
                        "strokeWidth": 6,
                        "opacity": 0.2,
                    },
                    sure,
                    x=field("x"),
                    y=band,
                    y2={"field": "high"},
                )
            )
        else:
            layers += [
                layer(
                    {"type": "area", "fill": colour, "opacity": 0.13},
                    sure,
                    x=field("x"),
                    y=band,
                    y2={"field": "high"},
                ),
                layer(
                    {
                        "type": "line",
                        "stroke": colour,
                        "strokeWidth": 2.5,
                        "strokeDash": dash,
                    },
                    rows,
                    x=field("x"),
                    y=y,
                ),
            ]
        for hollow in (False, True):
            layers.append(
                layer(
                    {
                        "type": "point",
                        "shape": shape,
                        "fill": palette.ground if hollow else colour,
                        "stroke": colour if hollow else palette.ground,
                        "strokeWidth": 2 if hollow else 1.5,
                        "size": 90,
                        "opacity": 1,
                    },
                    [row for row in rows if row["hollow"] is hollow],
                    x=field("x"),
                    y=y,
                )
            )
    return layers


def _names(
    chart: LineChart, names: list[list[str]], plot: _Plot, palette: Palette
) -> list[Spec]:
    """Each line's name beside its last point, moved apart where they would touch."""
    labels = []
    for number, line in enumerate(chart.lines):
        told = [point for point in line.points if _is_told(point)]
        if told and told[-1].value is not None:
            y = place(told[-1].value, plot.axis, plot.bottom, plot.top)
            until = "" if told[-1].time == plot.times[-1] else told[-1].time
            labels.append(_Label(names[number], number, y, y, until))
    _apart(labels, plot.top - 8, plot.bottom + 8)
    x = plot.right + 14
    layers = []
    for label in labels:
        colour = palette.series[label.series % len(palette.series)]
        # A line that ends early gets no lead to its name: it would look like data.
        layers.append(
            layer(
                {"type": "rule", "stroke": colour, "strokeWidth": 1, "opacity": 0.55},
                []
                if label.until
                else [{"x": plot.right, "x2": x - 4, "y": label.y, "y2": label.at}],
                x=field("x"),
                x2={"field": "x2"},
                y=field("y"),
                y2={"field": "y2"},
            )
        )
        first = label.at - (label.height - 4 - _LINE) / 2
        layers.append(
            layer(
                text_mark(_SIZE, colour, fontWeight=600),
                [
                    {"text": text, "y": first + place_in * _LINE}
                    for place_in, text in enumerate(label.lines)
                ],
                x={"value": x},
                y=field("y"),
                text={"field": "text", "type": "nominal"},
            )
        )
        until = wrapped(f"until {label.until}", plot.width - x, 12.5, 1)[0]
        layers.append(
            layer(
                text_mark(12.5, palette.soft),
                [{"text": until, "y": first + len(label.lines) * _LINE}]
                if label.until
                else [],
                x={"value": x},
                y=field("y"),
                text={"field": "text", "type": "nominal"},
            )
        )
    return layers


def _apart(labels: list[_Label], top: float, bottom: float) -> None:
    """Move labels up or down until none touches another, keeping their order."""
    labels.sort(key=lambda label: label.y)
    lowest = top
    for label in labels:
        label.at = max(label.y, lowest + label.height / 2)
        lowest = label.at + label.height / 2
    over = lowest - bottom
    if not labels or over <= 0:
        return
    labels[-1].at -= over
    for above, below in reversed(list(pairwise(labels))):
        room = (above.height + below.height) / 2
        above.at = min(above.at, below.at - room)
