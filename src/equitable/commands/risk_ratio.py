"""`equitable risk-ratio`: each group's risk against all others', as IDEA asks."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from equitable.commands import terminal
from equitable.commands.options import (
    ConfigOption,
    CountOption,
    FormatOption,
    InternalOption,
    SheetOption,
    SourceArgument,
    TotalOption,
    WhereOption,
)
from equitable.commands.reading import opened, this_command
from equitable.errors import OutputError, QuestionError
from equitable.output import write_whole


def _column(name: str, said: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        name, metavar="COL", help=said, show_default=False
    )
    return option


def risk_ratio(
    source: SourceArgument,
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome",
            metavar="COL",
            help="An outcome of your own: a column, an indicator of equity.toml, or a"
            " condition. Without it the 14 categories that the file holds; or one of"
            " them.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="DIM",
            help="The trait whose groups are compared; race where it is recognised.",
            show_default=False,
        ),
    ] = None,
    count: CountOption = None,
    total: TotalOption = None,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state",
            metavar="FILE",
            help="The same kind of file of the whole State, for alternate risk ratios.",
            show_default=False,
        ),
    ] = None,
    min_cell: Annotated[
        int | None,
        typer.Option(
            "--min-cell",
            metavar="N",
            help="The least number with the outcome. [default: 10]",
            show_default=False,
        ),
    ] = None,
    min_n: Annotated[
        int | None,
        typer.Option(
            "--min-n",
            metavar="N",
            help="The rule's least number in a group. [default: 30]",
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
            metavar="N",
            help="In how many consecutive years, 1 to 3. [default: 3]",
            show_default=False,
        ),
    ] = None,
    progress: Annotated[
        str | None,
        typer.Option(
            "--progress",
            metavar="DROP",
            help="How far the ratio must fall, twice, for reasonable progress: any,"
            " none (not used), 0.25, or 10%. [default: any]",
            show_default=False,
        ),
    ] = None,
    year: Annotated[str | None, _column("--year", "The column of years.")] = None,
    district: Annotated[
        str | None, _column("--district", "The column of districts.")
    ] = None,
    category: Annotated[
        str | None,
        _column("--category", "In a table of counts: the column of categories."),
    ] = None,
    where: WhereOption = None,
    confidence: Annotated[
        float | None,
        typer.Option(
            "--confidence",
            metavar="P",
            help="Of the intervals. [default: 0.95]",
            show_default=False,
        ),
    ] = None,
    show_min: Annotated[
        int | None,
        typer.Option(
            "--show-min",
            metavar="N",
            help="Counts of fewer students are withheld. [default: 10]",
            show_default=False,
        ),
    ] = None,
    internal: InternalOption = False,
    config: ConfigOption = None,
    sheet: SheetOption = None,
    form: FormatOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to a file: .xlsx is a district's worksheet; .csv, .json,"
            " .parquet, .txt.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Set each group's risk against that of all others: IDEA's risk ratios.

    Example: `equitable risk-ratio students.csv --outcome suspended --by race`
    """
    worksheet = output is not None and output.suffix.lower() == ".xlsx"
    if worksheet and form is not None:
        raise OutputError(
            f"{output.name if output else ''} is a worksheet, and --format says"
            f" {form.value}",
            next_step="Leave out --format, or give the file another ending.",
        )
    written = terminal.form_of(
        form.value if form else None, None if worksheet else output
    )
    if show_min is not None and show_min < 1:
        raise QuestionError(
            f"--show-min is a number of students from 1, not {show_min}",
            next_step="For small groups too, add --internal.",
        )
    with (
        opened(source, config, sheet, output) as students,
        opened(str(state), config, None, output) if state else nullcontext() as whole,
        terminal.working(f"Reading {students.source.name}"),
    ):
        result = students.risk_ratios(
            outcome,
            by=by,
            count=count,
            total=total,
            state=whole,
            min_cell=min_cell,
            min_n=min_n,
            threshold=threshold,
            years=years,
            progress=progress,
            confidence=confidence,
            year=year,
            district=district,
            category=category,
            where=where,
            show_min=show_min,
            internal=internal,
            command=this_command(),
        )
    if worksheet and output is not None:
        write_whole(output, result.worksheet())
        terminal.say(f"Written: {output}")
    else:
        terminal.give(result, written, output)
