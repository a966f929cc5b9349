"""`equitable demo`: real data to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equitable.commands import terminal


def demo(
    data: Annotated[
        str,
        typer.Option(
            "--data",
            metavar="NAME",
            help="Which data: star (students), civil-rights (schools' counts) or"
            " new-york (districts' counts of chronic absence).",
        ),
    ] = "star",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Where to write: demo unless said otherwise, with the data's name"
            " behind it where it is not star.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write a report on real, public data, with the data and their settings beside it.

    Example: `equitable demo -o demo`

    Example: `equitable demo --data new-york -o demo-new-york`
    """
    from equitable.commands.demonstration import (  # noqa: PLC0415 - only here
        demonstration,
        write_demonstration,
    )

    shown = demonstration(data)
    own = shown.folder.replace("_", "-")
    folder = output or Path("demo" if own == "star" else f"demo-{own}")
    for path in write_demonstration(shown, folder, progress=terminal.working):
        terminal.say(f"Written: {path}")
    terminal.say(f"Open {(folder / 'report.html').resolve()} in a browser.")
    terminal.say(f"What the data are: {folder / 'SOURCE.md'}")
