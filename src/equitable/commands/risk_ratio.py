"""`equitable risk-ratio`: IDEA's risk ratios, or any outcome's by its arithmetic."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import equitable
from equitable.commands import terminal
from equitable.commands.options import (
    ConfigOption,
    CountOption,
    FormatOption,
    InternalOption,
    OutcomeOption,
    OutputOption,
    SheetOption,
    SourceArgument,
    TotalOption,
    WhereOption,
)
from equitable.commands.reading import opened, this_command
from equitable.errors import OutputError, QuestionError
from equitable.output import write_whole


class Removals(StrEnum):
    """What a count of removals in total is."""

    CHILDREN = "children"
    REMOVALS = "removals"


def risk_ratio(
    source: SourceArgument,
    outcome: OutcomeOption = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="DIM",
            help="The trait whose groups are compared. [default: race and ethnicity]",
            show_default=False,
        ),
    ] = None,
    count: CountOption = None,
    total: TotalOption = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="FILE",
            help="The whole State's file, with the same columns: for alternate ratios.",
            show_default=False,
        ),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            "--category",
            metavar="COL",
            help="In a table of counts: the column of the rule's categories.",
            show_default=False,
        ),
    ] = None,
    district: Annotated[
        str | None,
        typer.Option(
            "--district",
            metavar="COL",
            help="A column of districts: each is compared by itself.",
            show_default=False,
        ),
    ] = None,
    year: Annotated[
        str | None,
        typer.Option(
            "--year",
            metavar="COL",
            help="The column of school years. [default: the one recognised]",
            show_default=False,
        ),
    ] = None,
    min_cell: Annotated[
        int | None,
        typer.Option(
            "--min-cell",
            metavar="N",
            help="The rule's: children with the outcome that a risk needs."
            " [default: 10]",
            show_default=False,
        ),
    ] = None,
    min_n: Annotated[
        int | None,
        typer.Option(
            "--min-n",
            metavar="N",
            help="The rule's: children that a risk needs. [default: 30]",
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            metavar="X",
            help="A ratio above it is over. [default: 3.0]",
            show_default=False,
        ),
    ] = None,
    years: Annotated[
        int | None,
        typer.Option(
            "--years",
            metavar="1|2|3",
            help="Consecutive years in which a ratio must be over. [default: 3]",
            show_default=False,
        ),
    ] = None,
    total_removals: Annotated[
        Removals | None,
        typer.Option(
            "--total-removals",
            help="What a count of removals in total is. [default: children]",
            show_default=False,
        ),
    ] = None,
    five_in_kindergarten: Annotated[
        bool,
        typer.Option(
            "--five-in-kindergarten",
            help="Count children aged 5 in kindergarten for the two placements.",
        ),
    ] = False,
    confidence: Annotated[
        float | None,
        typer.Option(
            "--confidence",
            metavar="P",
            help="Of the intervals, which are no part of the rule. [default: 0.95]",
            show_default=False,
        ),
    ] = None,
    where: WhereOption = None,
    show_min: Annotated[
        int | None,
        typer.Option(
            "--show-min",
            metavar="N",
            help="Smaller numbers of students are withheld. [default: 10]",
            show_default=False,
        ),
    ] = None,
    internal: InternalOption = False,
    config: ConfigOption = None,
    sheet: SheetOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Make risk ratios under IDEA, or of any outcome, and say how near the line.

    Example: `equitable risk-ratio counts.csv --count suspended --total enrolled`
    """
    worksheet = output is not None and output.suffix.lower() == ".xlsx"
    if worksheet and form is not None:
        raise OutputError(
            f"{output} is a workbook, and --format says {form.value}",
            next_step="Leave out --format, or give the file another ending.",
        )
    written = "xlsx" if worksheet else terminal.form_of(form and form.value, output)
    if show_min is not None and show_min < 1:
        raise QuestionError("--show-min is a number of students from 1")
    with ExitStack() as open_files:
        students = open_files.enter_context(opened(source, config, sheet, output))
        whole = None
        if state is not None:
            whole = open_files.enter_context(equitable.open(state, config=config))
        open_files.enter_context(terminal.working(f"Reading {students.source.name}"))
        result = students.risk_ratios(
            outcome,
            by=by,
            count=count,
            total=total,
            category=category,
            district=district,
            year=year,
            where=where,
            five_in_kindergarten=five_in_kindergarten,
            state=whole,
            settings={
                "min_cell": min_cell,
                "min_n": min_n,
                "threshold": threshold,
                "years": years,
                "confidence": confidence,
                "total_removals": total_removals and total_removals.value,
            },
            show_min=show_min,
            internal=internal,
            command=this_command(),
        )
        name = students.source.name
    if worksheet and output is not None:
        write_whole(output, result.worksheet(title=Path(name).stem))
        terminal.say(f"Written: {output}")
    else:
        terminal.give(result, written, output)
