"""Groups as dots with their intervals, in two layouts.

Wide: labels to the left, values to the right.  Narrow: the label above its own bar.
The reference is a dashed line and a diamond; what is not shown is said in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

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
from equitable.report.document import Dot, DotChart, State

LABEL: Final = 14.5
DETAIL: Final = 12.5
_LINE: Final = 19
_SMALL_LINE: Final = 17
_STATES: Final[dict[State, str]] = {
    "not enough": "not enough evidence",
    "reference": "the reference",
}


@dataclass(slots=True)
class _Row:
    """A dot with the height of its parts, in pixels from the top."""

    dot: Dot
    label: list[str]
    value: list[str]
    detail: str
    state: str
    top: float = 0.0
    bottom: float = 0.0
    middle: float = 0.0


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where the dots stand."""

    left: float
    right: float
    top: float
    bottom: float
    axis: Scale
    width: int


def dot_spec(chart: DotChart, width: int, palette: Palette) -> Spec:
    """The Vega-Lite specification of a dot chart, ``width`` pixels wide."""
    narrow = width < NARROW
    figures = [
        figure
        for dot in chart.dots
        for figure in (dot.value, dot.low, dot.high)
        if figure is not None and _has_mark(dot)
    ]
    if chart.reference is not None:
        figures.append(chart.reference)
    axis = scale(figures, share=chart.share, ticks=4 if narrow else 5)
    rows = [_row(dot, width, narrow=narrow) for dot in chart.dots]
    top = 30.0 if chart.reference is not None else 6.0
    dense = width >= DENSE
    bottom = _stack_narrow(rows, top) if narrow else _stack_wide(rows, top, dense=dense)
    left, right = 10.0, width - 10.0
    if not narrow:
        left = _label_room(rows, width) + 22
        left += _detail_room(rows) + 14 if dense else 0
        right = width - _value_room(rows) - 22
    plot = _Plot(left, right, top, bottom, axis, width)
    layers = [
        *_frame(chart, plot, rows, palette, narrow=narrow),
        *_marks(rows, plot, palette),
        *(_words_narrow if narrow else _words_wide)(rows, plot, palette),
    ]
    return document(width, bottom + 48, layers)


def _has_mark(dot: Dot) -> bool:
    if dot.state == "bounds":
        return dot.low is not None and dot.high is not None
    return dot.value is not None and dot.state not in {"withheld", "none"}


def _row(dot: Dot, width: int, *, narrow: bool) -> _Row:
    known = _has_mark(dot)
    word = "Withheld" if dot.state == "withheld" else "No students"
    value = wrapped(dot.text or ("" if known else word), 130, LABEL, 3)
    room = width - max(em(line) for line in value) * LABEL - 14 if narrow else 216
    room = 250 if width >= DENSE else room
    return _Row(
        dot=dot,
        label=wrapped(dot.label, room, LABEL, 3 if narrow else 2),
        value=value,
        detail=wrapped(dot.detail, width / 2 if narrow else 230, DETAIL, 1)[0]
        if dot.state != "withheld"
        else "",
        state=_STATES.get(dot.state, ""),
    )


def _label_room(rows: list[_Row], width: int) -> float:
    longest = max(
        (
            max(
                [em(line) * LABEL for line in row.label]
                + [em(row.detail) * DETAIL if width < DENSE else 0]
            )
            for row in rows
        ),
        default=0,
    )
    return min(max(longest, 90.0), width * 0.34)


def _detail_room(rows: list[_Row]) -> float:
    """How much the numbers of students take where they stand beside the labels."""
    return max((em(row.detail) * DETAIL for row in rows), default=0.0)


def _value_room(rows: list[_Row]) -> float:
    return max(
        (
            max([em(line) * LABEL for line in row.value] + [em(row.state) * DETAIL])
            for row in rows
        ),
        default=60,
    )


def _stack_wide(rows: list[_Row], top: float, *, dense: bool) -> float:
    for row in rows:
        below = _SMALL_LINE if row.detail and not dense else 0
        words = len(row.label) * _LINE + below
        values = len(row.value) * _LINE + (_SMALL_LINE if row.state else 0)
        height = max(words, values) + (7 if dense else 16)
        row.top, row.bottom, row.middle = top, top + height, top + height / 2
        top = row.bottom
    return top


def _stack_narrow(rows: list[_Row], top: float) -> float:
    for row in rows:
        lines = max(len(row.label), len(row.value))
        height = 10 + lines * _LINE
        height += _SMALL_LINE if row.detail or row.state else 0
        row.middle = top + height + 10
        row.top = top
        row.bottom = top + height + (28 if _has_mark(row.dot) else 8)
        top = row.bottom
    return top


def _frame(
    chart: DotChart, plot: _Plot, rows: list[_Row], palette: Palette, *, narrow: bool
) -> list[Spec]:
    """Few grid lines, a hairline between the rows, the axis, the reference."""
    x = on("value", plot.axis, plot.left, plot.right)
    ticks = [{"value": tick, "text": plot.axis.words(tick)} for tick in plot.axis.ticks]
    bands = _bands(rows, plot, narrow=narrow)
    grid = layer(
        {"type": "rule", "stroke": palette.line},
        [{**tick, "y": y, "y2": y2} for tick in ticks for y, y2 in bands],
        x=x,
        y=field("y"),
        y2={"field": "y2"},
    )
    between = layer(
        {"type": "rule", "stroke": palette.line},
        [{"y": row.top} for row in rows[1:]],
        x={"value": 0},
        x2={"value": plot.width},
        y=field("y"),
    )
    layers = [between, grid]
    for align, chosen in _tick_words(ticks, narrow=narrow):
        layers.append(
            layer(
                text_mark(12.5, palette.soft, align, dx=_nudge(align, plot.left)),
                chosen,
                x=x,
                y={"value": plot.bottom + 15},
                text={"field": "text", "type": "nominal"},
            )
        )
    start = 0.0 if narrow else plot.left
    title = wrapped(chart.axis, plot.width - start, 12.5, 1)[0]
    layers.append(
        layer(
            text_mark(12.5, palette.soft),
            [{"text": title}] if title else [],
            x={"value": start},
            y={"value": plot.bottom + 36},
            text={"field": "text", "type": "nominal"},
        )
    )
    return layers + _reference(chart, plot, bands, palette)


def _bands(rows: list[_Row], plot: _Plot, *, narrow: bool) -> list[tuple[float, float]]:
    """From where to where upright lines go: never through words."""
    if not narrow:
        return [(plot.top, plot.bottom)]
    return [(row.middle - 9, row.middle + 9) for row in rows if _has_mark(row.dot)]


def _tick_words(ticks: list[Spec], *, narrow: bool) -> list[tuple[str, list[Spec]]]:
    """Narrow: the outermost words keep inside the picture."""
    if not narrow:
        return [("center", ticks)]
    return [("left", ticks[:1]), ("center", ticks[1:-1]), ("right", ticks[-1:])]


def _nudge(align: str, left: float) -> float:
    return {"left": -left, "right": left}.get(align, 0.0)


def _reference(
    chart: DotChart,
    plot: _Plot,
    bands: list[tuple[float, float]],
    palette: Palette,
) -> list[Spec]:
    if chart.reference is None:
        return []
    x = on("value", plot.axis, plot.left, plot.right)
    at = place(chart.reference, plot.axis, plot.left, plot.right)
    label = wrapped(chart.reference_label, plot.width, 12.5, 1)[0]
    half = em(label) * 12.5 / 2
    # Centred over its line, but never out of the picture.
    centre = min(max(at, half), max(plot.width - half, half))
    return [
        layer(
            {
                "type": "rule",
                "stroke": palette.reference,
                "strokeDash": [4, 4],
                "strokeWidth": 1.5,
            },
            [
                {"value": chart.reference, "y": y, "y2": y2}
                for y, y2 in [(plot.top - 11, plot.top), *bands]
            ],
            x=x,
            y=field("y"),
            y2={"field": "y2"},
        ),
        layer(
            text_mark(12.5, palette.ink, "center", fontWeight=600),
            [{"text": label}] if label else [],
            x={"value": centre},
            y={"value": plot.top - 20},
            text={"field": "text", "type": "nominal"},
        ),
    ]


def _marks(rows: list[_Row], plot: _Plot, palette: Palette) -> list[Spec]:
    shown = [row for row in rows if _has_mark(row.dot)]
    x = on("value", plot.axis, plot.left, plot.right)
    layers = []
    for reference in (False, True):
        colour = palette.reference if reference else palette.dot
        own = [row for row in shown if (row.dot.state == "reference") is reference]
        layers.append(
            layer(
                {
                    "type": "rule",
                    "stroke": colour,
                    "strokeWidth": 8,
                    "opacity": 0.3,
                },
                [
                    {"value": row.dot.low, "high": row.dot.high, "y": row.middle}
                    for row in own
                    if row.dot.low is not None and row.dot.high is not None
                ],
                x=x,
                x2={"field": "high"},
                y=field("y"),
            )
        )
    kinds: tuple[tuple[State, str, str, float], ...] = (
        ("shown", "circle", palette.dot, 115),
        ("not enough", "circle", palette.ground, 100),
        ("reference", "diamond", palette.reference, 150),
    )
    for state, shape, fill, size in kinds:
        colour = palette.reference if state == "reference" else palette.dot
        layers.append(
            layer(
                {
                    "type": "point",
                    "shape": shape,
                    "fill": fill,
                    "stroke": colour,
                    "strokeWidth": 2.5 if state == "not enough" else 0,
                    "size": size,
                    "opacity": 1,
                },
                [_told(row) for row in shown if row.dot.state == state],
                x=x,
                y=field("y"),
            )
        )
    return layers


def _told(row: _Row) -> dict[str, Any]:
    """A dot's row, with what a tooltip says of it."""
    dot = row.dot
    return {
        "value": dot.value,
        "y": row.middle,
        "Group": readable(dot.label),
        "Value": readable(dot.text),
        "Students": readable(dot.detail),
        "low": dot.low,
        "high": dot.high,
        "Evidence": row.state or "shown",
    }


def _words_wide(rows: list[_Row], plot: _Plot, palette: Palette) -> list[Spec]:
    labels: list[Spec] = []
    details: list[Spec] = []
    values: list[Spec] = []
    held: list[Spec] = []
    states: list[Spec] = []
    dense = plot.width >= DENSE
    beside = plot.left - 22 - _detail_room(rows)
    for row in rows:
        below = _SMALL_LINE if row.detail and not dense else 0
        y = row.middle - (len(row.label) * _LINE + below) / 2 + _LINE / 2
        if dense and row.detail:
            details.append({"text": row.detail, "y": y, "x": beside})
        for line in row.label:
            labels.append({"text": line, "y": y})
            y += _LINE
        if row.detail and not dense:
            details.append({"text": row.detail, "y": y - 1, "x": 0})
        used = len(row.value) * _LINE + (_SMALL_LINE if row.state else 0)
        y = row.middle - used / 2 + _LINE / 2
        for line in row.value:
            (values if _has_mark(row.dot) else held).append({"text": line, "y": y})
            y += _LINE
        if row.state:
            states.append({"text": row.state, "y": y - 1})
    return _texts(labels, details, values, held, states, plot.width, palette)


def _words_narrow(rows: list[_Row], plot: _Plot, palette: Palette) -> list[Spec]:
    labels: list[Spec] = []
    details: list[Spec] = []
    values: list[Spec] = []
    held: list[Spec] = []
    states: list[Spec] = []
    for row in rows:
        first = row.top + 10 + _LINE / 2
        for number, line in enumerate(row.label):
            labels.append({"text": line, "y": first + number * _LINE})
        for number, line in enumerate(row.value):
            told = values if _has_mark(row.dot) else held
            told.append({"text": line, "y": first + number * _LINE})
        y = first + max(len(row.label), len(row.value)) * _LINE - 1
        if row.detail:
            details.append({"text": row.detail, "y": y, "x": 0})
        if row.state:
            states.append({"text": row.state, "y": y})
    return _texts(labels, details, values, held, states, plot.width, palette)


def _texts(
    labels: list[Spec],
    details: list[Spec],
    values: list[Spec],
    held: list[Spec],
    states: list[Spec],
    width: int,
    palette: Palette,
) -> list[Spec]:
    kinds: tuple[tuple[list[Spec], Spec, Spec], ...] = (
        (labels, text_mark(LABEL, palette.ink), {"value": 0}),
        (details, text_mark(DETAIL, palette.soft), field("x")),
        (
            values,
            text_mark(LABEL, palette.ink, "right", fontWeight=600),
            {"value": width},
        ),
        (
            held,
            text_mark(LABEL, palette.soft, "right", fontStyle="italic"),
            {"value": width},
        ),
        (states, text_mark(DETAIL, palette.soft, "right"), {"value": width}),
    )
    return [
        layer(
            mark,
            rows,
            x=x,
            y=field("y"),
            text={"field": "text", "type": "nominal"},
        )
        for rows, mark, x in kinds
    ]
