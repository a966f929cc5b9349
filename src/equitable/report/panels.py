"""Charts under one another as one picture: a summary, and the levels beneath it.

Each is drawn by itself and moved down; charts of lines share their margins, so that
their times stand in one column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from equitable.report.chart_parts import DENSE, NARROW, Palette, Spec, document
from equitable.report.document import DotChart, LineChart, Panels
from equitable.report.dot_chart import dot_spec
from equitable.report.line_chart import Margins, line_margins, line_spec

_BETWEEN: Final = 8.0
_FIRST: Final = (120.0, 50.0, 110.0)
"""Pixels of a first chart of lines: wide, on paper, on a telephone."""
_FURTHER: Final = (230.0, 96.0, 210.0)


def panels_spec(chart: Panels, width: int, palette: Palette) -> Spec:
    """The Vega-Lite specification of several charts, ``width`` pixels wide."""
    margins = _margins(chart, width)
    layers: list[Spec] = []
    top = 0.0
    for number, part in enumerate(chart.charts):
        # The summary is no group: its line has a colour that no group has.
        own = replace(palette, series=(palette.ink, palette.soft))
        drawn = _drawn(part, width, palette if number else own, margins, number)
        layers += [moved(layer, top) for layer in drawn["layer"]]
        top += drawn["height"] + _BETWEEN
    whole = document(width, top - _BETWEEN, layers)
    return {**whole, "resolve": {"scale": {"x": "independent", "y": "independent"}}}


def _drawn(
    part: DotChart | LineChart,
    width: int,
    palette: Palette,
    margins: Margins,
    number: int,
) -> Spec:
    if isinstance(part, DotChart):
        return dot_spec(part, width, palette)
    kinds = _FURTHER if number else _FIRST
    height = kinds[2 if width < NARROW else 1 if width >= DENSE else 0]
    return line_spec(part, width, palette, replace(margins, height=height))


def _margins(chart: Panels, width: int) -> Margins:
    every = [
        line_margins(part, width)
        for part in chart.charts
        if isinstance(part, LineChart)
    ]
    return Margins(
        max((one.left for one in every), default=0.0),
        max((one.room for one in every), default=0.0),
    )


def moved(layer: Spec, down: float) -> Spec:
    """A layer further down: its places in pixels, and the ends of its scales."""
    if not down:
        return layer
    encoding = dict(layer["encoding"])
    pixels = [
        encoding[name]["field"]
        for name in ("y", "y2")
        if name in encoding and _in_pixels(encoding, name)
    ]
    rows = [
        {**row, **{name: row[name] + down for name in pixels if name in row}}
        for row in layer["data"]["values"]
    ]
    for name in ("y", "y2"):
        if name in encoding:
            encoding[name] = _channel(encoding[name], down)
    return {**layer, "data": {"values": rows}, "encoding": encoding}


def _in_pixels(encoding: Mapping[str, Any], name: str) -> bool:
    """Whether a channel takes pixels from its rows; a second end is as the first."""
    first = encoding.get("y", encoding[name])
    return "field" in encoding[name] and first.get("scale", True) is None


def _channel(channel: Mapping[str, Any], down: float) -> dict[str, Any]:
    if "value" in channel:
        return {**channel, "value": channel["value"] + down}
    held = channel.get("scale")
    if not held:
        return dict(channel)
    ends = [end + down for end in held["range"]]
    return {**channel, "scale": {**held, "range": ends}}
