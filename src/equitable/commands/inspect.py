"""`equitable inspect`: what each column is, and an equity.toml to correct."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equitable.commands import terminal
from equitable.commands.options import (
    ConfigOption,
    Format,
    SheetOption,
    SourceArgument,
)
from equitable.commands.reading import (
    opened,
)


def inspect(
    source: SourceArgument,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write the proposal."
        ),
    ] = Path("equity.toml"),
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace an equity.toml that is there, and guess afresh unless"
            " --config names it.",
        ),
    ] = False,
    config: ConfigOption = None,
    sheet: SheetOption = None,
    form: Annotated[
        Format, typer.Option("--format", help="How the proposal is printed.")
    ] = Format.TABLE,
) -> None:
    """Propose what each column is, look at the data's quality, write equity.toml.

    Example: `equitable inspect star.csv`
    """
    with opened(source, config, sheet, output, fresh=force) as students:
        with terminal.working(f"Reading {students.source.name}"):
            found = students.inspect()
        terminal.write_proposal(found, output, force=force, followed=config)
        terminal.show_inspection(found, form.value)
