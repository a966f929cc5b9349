"""`equitable report`: what was found, as pages to read and print."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from equitable.commands import terminal
from equitable.commands.options import (
    ByOption,
    ConfigOption,
    CountOption,
    DepthOption,
    DirectionOption,
    InternalOption,
    MinNOption,
    OutcomesOption,
    PercentOption,
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
    this_command,
)


def report(
    source: SourceArgument,
    output: Annotated[
        list[Path],
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write: .html, .xlsx or .pdf; give it again for several.",
        ),
    ] = [Path("report.html")],  # noqa: B006 - Typer copies it
    outcome: OutcomesOption = None,
    by: ByOption = None,
    over: Annotated[
        str | None,
        typer.Option(
            "--over",
            metavar="DIM,…",
            help="Places to compare in charts of their own: school, grade.",
            show_default=False,
        ),
    ] = None,
    depth: DepthOption = "2",
    reference: Annotated[
        str,
        typer.Option(
            "--reference", metavar="REF", help="Compared with whom, as in gaps."
        ),
    ] = "rest",
    direction: DirectionOption = None,
    where: WhereOption = None,
    weight: WeightOption = None,
    count: CountOption = None,
    percent: PercentOption = None,
    total: TotalOption = None,
    title: Annotated[
        str,
        typer.Option(
            "--title",
            metavar="TEXT",
            help="What stands at the head of the report.",
            show_default=False,
        ),
    ] = "",
    min_n: MinNOption = None,
    internal: InternalOption = False,
    page: Annotated[
        bool | None,
        typer.Option(
            "--page/--no-page",
            help="One printable page for a board beside the report. [default: of a file"
            " of published counts]",
            show_default=False,
        ),
    ] = None,
    our_group: Annotated[
        str | None,
        typer.Option(
            "--our-group",
            metavar="GROUP",
            help="The page's group, or TRAIT=GROUP; without it the one most clearly"
            " behind.",
            show_default=False,
        ),
    ] = None,
    our_school: Annotated[
        str | None,
        typer.Option(
            "--our-school",
            metavar="PLACE",
            help="The page's school or district, or COL=PLACE; without it the whole"
            " file.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="LANG,…",
            help="The page's languages. [default: en,es]",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    sheet: SheetOption = None,
) -> None:
    """Write a report of where the system leaves students out, ready to read and print.

    Example: `equitable report star.csv -o report.html`
    """
    with opened(source, config, sheet) as students:
        written = students.report(
            output,
            outcomes=listed(outcome, "--outcome") if outcome is not None else None,
            by=listed(by, "--by") if by is not None else None,
            over=listed(over, "--over") if over is not None else (),
            depth=read_depth(depth),
            reference=reference,
            direction=direction,
            where=where,
            weight=weight,
            count=count,
            total=total,
            percent=percent,
            title=title,
            min_n=read_min_n(min_n, students),
            internal=internal,
            command=this_command(),
            date=dt.datetime.now(tz=dt.UTC).astimezone().date(),
            page=page,
            our_group=our_group,
            our_school=our_school,
            languages=listed(language, "--language") if language is not None else None,
            progress=terminal.working,
        )
        terminal.notes(students)
    for path in written:
        terminal.say(f"Written: {path}")
