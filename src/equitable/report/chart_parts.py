"""What every chart is made of: colours, type, the width of words, round numbers.

A chart is a Vega-Lite specification in which every place is worked out here, so that
no renderer has to measure text: a page read elsewhere has other fonts.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from equitable.report.plain_text import plain

Theme: TypeAlias = Literal["screen", "print"]
Spec: TypeAlias = dict[str, Any]

FONTS: Final = "Noto Sans, DejaVu Sans, Liberation Sans, Arial, sans-serif"
"""Ends with families that every system has."""
NARROW: Final = 480
"""A chart of fewer pixels than this has its labels above the bars."""
DENSE: Final = 800
"""One of so many pixels is for paper: numbers of students stand beside the labels."""
_THIN: Final = frozenset("fijlrtIJ1.,:;'|!()[]/-‘’· ")
_BROAD: Final = frozenset("mwMW@%—…")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they are for; on a screen names that the page gives values."""

    ink: str
    soft: str
    line: str
    ground: str
    dot: str
    reference: str
    series: tuple[str, ...]


PALETTES: Final[Mapping[Theme, Palette]] = {
    "screen": Palette(
        ink="var(--ink)",
        soft="var(--soft)",
        line="var(--line)",
        ground="var(--ground)",
        dot="var(--dot)",
        reference="var(--ref)",
        series=tuple(f"var(--series-{number})" for number in range(1, 7)),
    ),
    "print": Palette(
        ink="#1d2733",
        soft="#55606c",
        line="#ddd7c9",
        ground="#ffffff",
        dot="#b3650a",
        reference="#1d2733",
        series=("#0b6b60", "#b3650a", "#4a5fb0", "#a8324a", "#1d2733", "#7a4a94"),
    ),
}


def em(text: str) -> float:
    """How wide a text is at most, in the size of its type.

    Generous: it holds for the broad system fonts too.
    """
    return sum(_em(character) for character in text)


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return 1.05
    if character in _THIN:
        return 0.37
    if character in _BROAD:
        return 0.95
    return 0.71 if character.isupper() else 0.6


def wrapped(text: str, width: float, size: float, lines: int) -> list[str]:
    """A text in at most ``lines`` lines of ``width`` pixels; then an ellipsis."""
    room = width / size
    words = readable(text).split()
    done: list[str] = []
    while words and len(done) < lines:
        line = words.pop(0)
        if len(done) == lines - 1:
            return [*done, _cut(" ".join([line, *words]), room)]
        if em(line) > room:
            whole = line
            line = _fitting(whole, room)
            words.insert(0, whole[len(line) :])
        else:
            while words and em(f"{line} {words[0]}") <= room:
                line = f"{line} {words.pop(0)}"
        done.append(line)
    return done or [""]


def _cut(text: str, room: float) -> str:
    if em(text) <= room:
        return text
    return f"{_fitting(text, room - em('…')).rstrip(' ,;:')}…"


def _fitting(text: str, room: float) -> str:
    kept = len(text)
    while kept > 1 and em(text[:kept]) > room:
        kept -= 1
    return text[:kept]


def readable(text: str) -> str:
    """Without characters that XML forbids or that turn the text around it."""
    return plain(text)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis: from where to where, and the round numbers on it."""

    low: float
    high: float
    ticks: tuple[float, ...]
    share: bool
    step: float

    def words(self, tick: float) -> str:
        """A round number as the axis says it: '25 %', '1,200'."""
        size = 100 * self.step if self.share else self.step
        decimals = max(0, -math.floor(math.log10(size) + 1e-9))
        if round(size, decimals) != round(size, decimals + 2):
            decimals += 1
        if self.share:
            return f"{100 * tick:.{decimals}f} %"
        return f"{tick:,.{decimals}f}".replace("-", "−")


def scale(values: Iterable[float], *, share: bool, ticks: int = 5) -> Scale:
    """A scale that holds all values, its ends round numbers.

    Shares are never shown on less than 20 points: a small difference is to look small.
    """
    numbers = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(numbers), max(numbers)
    if share:
        missing = 0.2 - (high - low)
        if missing > 0:
            low, high = low - missing / 2, high + missing / 2
            low, high = (0.0, 0.2) if low < 0 else (low, high)
            low, high = (0.8, 1.0) if high > 1 and max(numbers) <= 1 else (low, high)
    elif low == high:
        low, high = low - (abs(low) / 10 or 1), high + (abs(high) / 10 or 1)
    if 0 < low < (high - low) / 2:
        low = 0.0
    step = _round_step((high - low) / ticks)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    marks = tuple(round(number * step, 12) for number in range(first, last + 1))
    return Scale(marks[0], marks[-1], marks, share, step)


def _round_step(size: float) -> float:
    power = 10.0 ** math.floor(math.log10(size))
    return next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= size * 0.999)


def document(width: int, height: float, layers: Sequence[Spec]) -> Spec:
    """A whole specification; its layers bring their own data."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": math.ceil(height),
        "padding": 0,
        "autosize": "none",
        "background": None,
        "config": {"view": {"stroke": None}, "aria": False, "font": FONTS},
        "layer": [layer for layer in layers if layer["data"]["values"]],
    }


def layer(mark: Spec, rows: Sequence[Spec], **encoding: Spec) -> Spec:
    """One kind of mark for all its rows."""
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding}


def field(name: str) -> Spec:
    """A place in pixels, as it stands in the rows."""
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


def on(name: str, axis: Scale, start: float, end: float) -> Spec:
    """A figure on an axis that goes from one pixel to another."""
    return {
        "field": name,
        "type": "quantitative",
        "axis": None,
        "scale": {
            "domain": [axis.low, axis.high],
            "range": [start, end],
            "nice": False,
            "zero": False,
        },
    }


def text_mark(size: float, fill: str, align: str = "left", **more: Any) -> Spec:
    """Words, their middle at the given height."""
    return {
        "type": "text",
        "fontSize": size,
        "fill": fill,
        "align": align,
        "baseline": "middle",
        **more,
    }


def place(
    value: float, axis: Scale, start: float, end: float, *, keep: bool = False
) -> float:
    """The pixel of a figure on an axis; ``keep`` holds it between the ends."""
    share = (value - axis.low) / (axis.high - axis.low)
    share = min(max(share, 0.0), 1.0) if keep else share
    return start + share * (end - start)
