"""`equitable gaps`: groups compared, and what may be said of it."""

from __future__ import annotations

from typing import Annotated

import typer

from equitable.commands import terminal
from equitable.commands.options import (
    Adjust,
    ByOption,
    ConfigOption,
    CountOption,
    DepthOption,
    DirectionOption,
    FormatOption,
    InternalOption,
    Interval,
    MinNOption,
    OutcomeOption,
    OutputOption,
    PercentOption,
    PpgMargin,
    SheetOption,
    SourceArgument,
    TotalOption,
    WeightOption,
    WhereOption,
)
from equitable.commands.reading import (
    listed,
    opened,
    read_depth,
    read_min_n,
    read_traits,
    this_command,
)


def gaps(
    source: SourceArgument,
    outcome: OutcomeOption = None,
    by: ByOption = None,
    depth: DepthOption = "2",
    within: Annotated[
        str | None,
        typer.Option(
            "--within",
            metavar="DIM,…",
            help="Traits to hold fixed: gaps within each of their values, and pooled.",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        str,
        typer.Option(
            "--reference",
            metavar="REF",
            help="Compared with whom: rest, overall, highest, largest, a GROUP (or"
            " DIM=GROUP), or a NUMBER.",
        ),
    ] = "rest",
    direction: DirectionOption = None,
    where: WhereOption = None,
    weight: WeightOption = None,
    count: CountOption = None,
    total: TotalOption = None,
    percent: PercentOption = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="COL",
            help="A school or class column: intervals robust to its clustering.",
            show_default=False,
        ),
    ] = None,
    interval: Annotated[
        Interval, typer.Option("--interval", help="The interval of a rate.")
    ] = Interval.WILSON,
    indices: Annotated[
        bool,
        typer.Option("--indices", help="California's three indices beside each rate."),
    ] = False,
    ppg_margin: Annotated[
        PpgMargin,
        typer.Option(
            "--ppg-margin",
            help="The percentage point gap's margin: from .25 (half) or from p (1 - p)"
            " (rate).",
        ),
    ] = PpgMargin.HALF,
    highest_min_n: Annotated[
        int,
        typer.Option(
            "--highest-min-n",
            metavar="N",
            help="Students that a group needs to be the highest.",
            min=1,
        ),
    ] = 30,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="The verdict under every reference."),
    ] = False,
    adjust: Annotated[
        Adjust,
        typer.Option("--adjust", help="How p is adjusted for many comparisons."),
    ] = Adjust.BH,
    confidence: Annotated[
        float,
        typer.Option("--confidence", metavar="P", help="Of the intervals."),
    ] = 0.95,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin",
            metavar="X",
            help="What counts as no difference, in the outcome's unit; a rate's is a"
            " fraction. [default: 0.05 or a fifth of the rarer share, or .2 standard"
            " deviations]",
            show_default=False,
        ),
    ] = None,
    min_n: MinNOption = None,
    internal: InternalOption = False,
    config: ConfigOption = None,
    sheet: SheetOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Compare groups of students: who is served, and who is not yet.

    Example: `equitable gaps star.csv --outcome reading --by race,lunch`
    """
    written = terminal.form_of(form.value if form else None, output)
    with (
        opened(source, config, sheet, output) as students,
        terminal.working(f"Reading {students.source.name}"),
    ):
        result = students.gaps(
            outcome,
            by=read_traits(by, students),
            depth=read_depth(depth),
            within=listed(within, "--within") if within is not None else (),
            reference=reference,
            direction=direction,
            where=where,
            weight=weight,
            count=count,
            total=total,
            percent=percent,
            cluster=cluster,
            interval=interval.value,
            indices=indices,
            ppg_margin=ppg_margin.value,
            highest_min_n=highest_min_n,
            sensitivity=sensitivity,
            adjust=adjust.value,
            confidence=confidence,
            margin=margin,
            min_n=read_min_n(min_n, students),
            internal=internal,
            command=this_command(),
        )
    terminal.give(result, written, output)
