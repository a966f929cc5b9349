"""`equitable demo`: real data to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equitable.commands import terminal


def demo(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Where to write the demonstration."
        ),
    ] = Path("demo"),
) -> None:
    """Write a report on real students: Tennessee's Project STAR, 1985 to 1989.

    Example: `equitable demo -o demo`
    """
    from equitable.commands.demonstration import (  # noqa: PLC0415 - only here
        star,
    )

    for path in star(output, progress=terminal.working):
        terminal.say(f"Written: {path}")
    terminal.say(f"Open {(output / 'report.html').resolve()} in a browser.")
