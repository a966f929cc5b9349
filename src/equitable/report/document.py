"""A report before it is written in any form: sections of a few kinds of blocks.

One document, three writers (HTML, XLSX, PDF): what is said is decided once, in
``compose``; a writer only knows how its form shows each block.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

CellKind: TypeAlias = Literal["text", "number", "withheld", "verdict", "group"]
State: TypeAlias = Literal[
    "bounds", "shown", "not enough", "withheld", "none", "reference"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A table's cell: ``text`` for people, ``value`` for workbooks and data files.

    ``share`` marks a value that is a fraction of 1 and read as a percentage.
    """

    text: str
    value: float | int | str | None = None
    kind: CellKind = "text"
    share: bool = False
    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its caption; the first column names the row."""

    caption: str
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    row_breaks: tuple[tuple[int, str], ...] = ()
    """Before which row a line says that counting changed, and what it says."""
    column_breaks: tuple[int, ...] = ()
    """Columns before which counting changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One group of a dot chart: its value and interval, in the chart's unit.

    ``state`` is said in words beside the dot wherever it is not 'shown'; a withheld
    group has no figures at all.
    """

    label: str
    detail: str = ""
    """Under the label: '1,595 students'."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    state: State = "shown"
    text: str = ""
    """The value in words: '28.9 %', 'Withheld'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DotChart:
    """Groups as dots with their intervals; the reference a dashed line and diamond."""

    dots: tuple[Dot, ...]
    share: bool
    """Whether values are fractions of 1, shown as percentages."""
    axis: str
    reference: float | None = None
    reference_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePoint:
    """A series' value at one time; a withheld one is a gap in the line."""

    time: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    state: State = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group over time."""

    label: str
    points: tuple[LinePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBreak:
    """A time from which something was counted another way: no line is drawn across.

    ``lines`` are the labels of the lines that it is about.
    """

    at: str
    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """Groups over time, with interval bands; times in order."""

    lines: tuple[Line, ...]
    times: tuple[str, ...]
    share: bool
    axis: str
    holds: tuple[float, ...] = ()
    """Figures that the axis holds in any case, such as 0."""
    breaks: tuple[ChartBreak, ...] = ()


def stretches(line: Line, chart: LineChart) -> list[list[LinePoint]]:
    """A line's points in the stretches between changes of how it is counted."""
    starts = {one.at for one in chart.breaks if line.label in one.lines}
    runs: list[list[LinePoint]] = [[]]
    for point in line.points:
        if point.time in starts and runs[-1]:
            runs.append([])
        runs[-1].append(point)
    return runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """Charts under one another that are read together; of lines: one axis of times."""

    charts: tuple[DotChart | LineChart, ...]

    @property
    def share(self) -> bool:
        """Whether the figures of the last one are fractions of 1."""
        return self.charts[-1].share


ChartData: TypeAlias = DotChart | LineChart | Panels


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading inside a section: level 3 or 4."""

    text: str
    level: Literal[3, 4] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Plain words; ``soft`` for what stands back."""

    text: str
    soft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The sentence that matters, large; ``strong`` are parts of it to mark."""

    text: str
    strong: tuple[str, ...] = ()
    detail: str = ""
    """n, interval, how sure: under it, smaller."""
    number: int | None = None
    """Its place among the largest gaps, where it is one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callout:
    """A remark apart: the publication mark, a caution, a note."""

    kind: Literal["mark", "internal", "checked", "caution", "note"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """A list of short sentences.

    ``places`` are as many section names, or '' where a sentence points nowhere.
    """

    items: tuple[str, ...]
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Terms and what they are."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart with its sentence above and its table beneath."""

    name: str
    """Short and unique in the document: an anchor and a file name."""
    sentence: str
    chart: ChartData
    title: str
    """The chart's title for screen readers."""
    alt: str
    """What the chart shows, in words."""
    table: Table
    beneath: str = ""
    """What must be known to read the chart, under it."""
    brief: Table | None = None
    """What stands beneath the chart on paper, where that is not the whole table."""


Block: TypeAlias = (
    Heading | Paragraph | Answer | Callout | Bullets | Facts | Figure | Table
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part with its heading; ``sheet`` names its sheet in a workbook."""

    name: str
    title: str
    sheet: str
    blocks: tuple[Block, ...]
    new_page: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole report; ``mark`` stands on every page."""

    title: str
    subtitle: str
    mark: str
    sections: tuple[Section, ...]
    internal: bool = False
    checked: bool = False
    """Whether all that it shows was protected and proved."""
    language: str = "en"
    keywords: tuple[str, ...] = field(default_factory=tuple)
