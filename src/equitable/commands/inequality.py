"""`equitable inequality`: summaries over all groups."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from equitable.commands import terminal
from equitable.commands.options import (
    ConfigOption,
    CountOption,
    DirectionOption,
    FormatOption,
    InternalOption,
    MinNOption,
    OutcomeOption,
    OutputOption,
    PercentOption,
    SheetOption,
    SourceArgument,
    TotalOption,
    WeightOption,
    WhereOption,
)
from equitable.commands.reading import listed, opened, read_min_n, this_command
from equitable.errors import QuestionError
from equitable.output import write_whole

_DRAWN: Final = (".svg", ".html")


def inequality(
    source: SourceArgument,
    outcome: OutcomeOption = None,
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="DIM", help="The trait whose groups are summarised."
        ),
    ] = "",
    within: Annotated[
        str | None,
        typer.Option(
            "--within",
            metavar="DIM,…",
            help="The year, or other traits held fixed: the summaries of each, and over"
            " years what changed.",
            show_default=False,
        ),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order",
            metavar="VALUE,…",
            help="The groups from the least to the most advantaged: adds RCI, ACI, SII"
            " and RII.",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="GROUP",
            help="The group that others are set against. [default: the last of --order,"
            " else the best]",
            show_default=False,
        ),
    ] = None,
    direction: DirectionOption = None,
    where: WhereOption = None,
    weight: WeightOption = None,
    count: CountOption = None,
    total: TotalOption = None,
    percent: PercentOption = None,
    confidence: Annotated[
        float,
        typer.Option("--confidence", metavar="P", help="Of the intervals."),
    ] = 0.95,
    min_n: MinNOption = None,
    internal: InternalOption = False,
    config: ConfigOption = None,
    sheet: SheetOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Summarise inequality over all groups, ordered or not, with intervals.

    Example: `equitable inequality star.csv --outcome reading --by race`
    """
    drawn = output is not None and output.suffix.lower() in _DRAWN
    if drawn and form is not None and output is not None:
        raise QuestionError(
            f"{output.name} is a chart, and --format {form.value} is not",
            next_step="Leave out --format, or give the file another ending.",
        )
    written = "" if drawn else terminal.form_of(form.value if form else None, output)
    if not by.strip():
        raise QuestionError(
            "no trait was given to summarise over", next_step="For example: --by race."
        )
    with (
        opened(source, config, sheet, output) as students,
        terminal.working(f"Reading {students.source.name}"),
    ):
        result = students.inequality(
            outcome,
            by=_one(by),
            within=listed(within, "--within") if within is not None else (),
            order=listed(order, "--order") if order is not None else None,
            reference=reference,
            direction=direction,
            where=where,
            weight=weight,
            count=count,
            total=total,
            percent=percent,
            confidence=confidence,
            min_n=read_min_n(min_n, students),
            internal=internal,
            command=this_command(),
        )
    if drawn and output is not None:
        text = result.svg() if output.suffix.lower() == ".svg" else result.page()
        write_whole(output, text.encode())
        terminal.say(f"Written: {output}")
        return
    terminal.give(result, written, output)


def _one(by: str) -> str:
    names = listed(by, "--by")
    if len(names) > 1:
        raise QuestionError(
            f"the groups of one trait are summarised at a time, not of {len(names)}",
            next_step=f"Write --by {names[0]}; ask for the others by themselves.",
        )
    return names[0]
