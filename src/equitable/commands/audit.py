"""`equitable audit`: what a reader can work out from what is published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equitable.auditing import audit as audited
from equitable.commands import terminal
from equitable.commands.options import FormatOption, OutputOption, SheetOption


def audit(
    source: Annotated[
        list[Path],
        typer.Argument(
            metavar="FOLDER-OR-TABLE…",
            help="The folder of a release, or tables of counts with their totals (CSV,"
            " TSV, XLSX) that are posted together.",
            show_default=False,
        ),
    ],
    threshold: Annotated[
        int | None,
        typer.Option(
            "--threshold",
            metavar="N",
            help="How wide the range of a withheld count must be. [default: the"
            " release's own, else 10]",
            show_default=False,
        ),
    ] = None,
    sheet: SheetOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Find what a reader can work out from figures that are withheld; exit 1 on a leak.

    Example: `equitable audit board.csv`
    """
    written = terminal.form_of(form.value if form else None, output)
    result = audited(
        source, threshold=threshold, sheet=sheet, progress=terminal.working
    )
    terminal.give(result, written, output)
    if not result.passed:
        raise typer.Exit(1)
