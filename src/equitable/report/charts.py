"""Charts: as pictures inside a page or a PDF, and alive in a notebook.

One look for both.  Pictures are SVG made without a browser and without any other host;
colour is never alone, and nothing withheld is ever part of a chart's data.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

from equitable.privacy.gate import Gated
from equitable.report.chapters import indicator_chapter
from equitable.report.chart_parts import FONTS, PALETTES, Palette, Spec, Theme, readable
from equitable.report.contents import Study
from equitable.report.document import ChartData, DotChart, Figure, LineChart
from equitable.report.dot_chart import dot_spec
from equitable.report.line_chart import line_spec
from equitable.report.panels import panels_spec

if TYPE_CHECKING:
    import altair as alt

WIDE: Final = 720
"""The pixels of a chart beside which there is room for labels."""
NARROW: Final = 340
"""The pixels of a chart on a telephone."""
_TAG: Final = re.compile(r"<[a-zA-Z][^>]*>")
_NOISE: Final = re.compile(
    r' (?:class|role|aria-roledescription|aria-hidden|stroke-miterlimit)="[^"]*"'
)
_ROOT: Final = re.compile(r"<svg[^>]*>")


def svg(
    chart: ChartData, *, width: int, title: str, alt: str, theme: Theme, prefix: str
) -> str:
    """A chart as one ``<svg>`` element.

    Parameters
    ----------
    chart
        What to show.
    width
        In pixels: ``WIDE`` and ``NARROW`` are what the layouts are made for; under 480
        labels stand above their bars.  The height follows from the rows.
    title, alt
        Read out by screen readers: the chart's name, and what it shows in words.
    theme
        'screen' leaves colours to the page, as CSS variables (``--ink``, ``--soft``,
        ``--line``, ``--ground``, ``--dot``, ``--ref``, ``--series-1`` to ``-6``);
        'print' has them in it.
    prefix
        Unique in the document: the ids begin with it.
    """
    import vl_convert  # noqa: PLC0415 - costly to import

    spec = specification(chart, width, PALETTES[theme])
    words = [part for part in spec["layer"] if part["mark"]["type"] == "text"]
    spec["layer"] = [part for part in spec["layer"] if part not in words]
    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    lean = _TAG.sub(lambda tag: _NOISE.sub("", tag.group()), drawn)
    height = re.search(r' height="(\d+)"', lean)
    tall = height.group(1) if height else str(width)
    ids = escape(re.sub(r"[^\w-]", "-", prefix))
    root = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{tall}"'
        f' viewBox="0 0 {width} {tall}" role="img"'
        f' aria-labelledby="{ids}-title {ids}-desc">'
        f'<title id="{ids}-title">{escape(readable(title))}</title>'
        f'<desc id="{ids}-desc">{escape(readable(alt))}</desc>'
    )
    written = "".join(_written(part) for part in words)
    return _ROOT.sub(lambda _: root, lean, count=1).removesuffix("</svg>") + (
        f'<g font-family="{escape(FONTS)}">{written}</g></svg>'
    )


def _written(part: Spec) -> str:
    """A layer of words as SVG.

    Their places are known.  Vega would measure each with the fonts of this machine:
    nine tenths of a picture's time, and no text at all where it finds no font.
    """
    mark, encoding = part["mark"], part["encoding"]
    anchor = {"left": "start", "center": "middle", "right": "end"}[mark["align"]]
    style = "".join(
        f' {name}="{mark[key]}"'
        for key, name in (("fontWeight", "font-weight"), ("fontStyle", "font-style"))
        if key in mark
    )
    words = "".join(
        f'<text x="{_pixel(encoding["x"], row) + mark.get("dx", 0):.1f}"'
        f' y="{_pixel(encoding["y"], row) + 0.34 * mark["fontSize"]:.1f}">'
        f"{escape(row['text'], quote=False)}</text>"
        for row in part["data"]["values"]
    )
    return (
        f'<g fill="{mark["fill"]}" font-size="{mark["fontSize"]}"'
        f' text-anchor="{anchor}"{style}>{words}</g>'
    )


def _pixel(channel: Spec, row: Spec) -> float:
    """Where a channel of an encoding puts a row."""
    if "value" in channel:
        return float(channel["value"])
    figure = float(row[channel["field"]])
    if channel["scale"] is None:
        return figure
    (low, high), (start, end) = channel["scale"]["domain"], channel["scale"]["range"]
    return float(start + (figure - low) / (high - low) * (end - start))


def specification(chart: ChartData, width: int, palette: Palette) -> Spec:
    """A chart's Vega-Lite specification."""
    if isinstance(chart, DotChart):
        return dot_spec(chart, width, palette)
    if isinstance(chart, LineChart):
        return line_spec(chart, width, palette)
    return panels_spec(chart, width, palette)


def chart(gated: Gated) -> alt.TopLevelMixin:
    """The groups of a result as an Altair chart for a notebook, with tooltips.

    One picture a trait, under one another; groups where traits cross only if nothing
    else was asked for.  Takes only what went through the privacy gate.
    """
    import altair as alt  # noqa: PLC0415 - costly, and needed in notebooks only

    charts = [
        alt.Chart.from_dict(with_tooltips(figure.chart))
        for figure in gap_figures(gated)
    ]
    return charts[0] if len(charts) == 1 else alt.vconcat(*charts, spacing=30)


def gap_figures(gated: Gated) -> list[Figure]:
    """The dot charts of a result, with their sentences and tables."""
    study = Study(indicator=gated.gaps.indicator, gaps=gated)
    figures = [
        block
        for block in indicator_chapter(study, 1).blocks
        if isinstance(block, Figure) and isinstance(block.chart, DotChart)
    ]
    single = [figure for figure in figures if not figure.name.endswith("-crossed")]
    return single or figures


def with_tooltips(data: ChartData) -> dict[str, Any]:
    """A chart's specification for a notebook: its points say what they are."""
    spec = specification(data, WIDE, PALETTES["print"])
    spec["background"] = PALETTES["print"].ground
    spec["padding"] = 12
    form = ".1%" if data.share else ",.3~f"
    tooltip = [
        {"field": "Group", "type": "nominal"},
        {"field": "Value", "type": "nominal"},
        {"field": "Students", "type": "nominal"},
        {"field": "low", "type": "quantitative", "title": "From", "format": form},
        {"field": "high", "type": "quantitative", "title": "To", "format": form},
        {"field": "Evidence", "type": "nominal"},
    ]
    for part in spec["layer"]:
        if part["mark"]["type"] == "point":
            part["encoding"]["tooltip"] = tooltip
    return spec
