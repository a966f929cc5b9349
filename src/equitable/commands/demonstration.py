"""The demonstration: real students of Tennessee's Project STAR, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.resources import files
from pathlib import Path
from typing import Final

from equitable import opening
from equitable.errors import OutputError
from equitable.output import write_whole

_GIVEN: Final = ("star.csv", "equity.toml", "SOURCE.md")
_REPORTS: Final = ("report.html", "report.xlsx", "report.pdf")


def star(
    folder: Path, *, progress: Callable[[str], AbstractContextManager[None]]
) -> list[Path]:
    """Write the data, its settings and the report in every form into a folder.

    Raises
    ------
    OutputError
        Where the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made a folder",
            next_step="Choose another place with -o.",
        ) from error
    given = files("equitable") / "data" / "star"
    for name in _GIVEN:
        write_whole(folder / name, (given / name).read_bytes())
    with opening.open(folder / "star.csv", config=folder / "equity.toml") as students:
        return students.report(
            [folder / name for name in _REPORTS],
            outcomes=("reading_middle", "math_middle"),
            over=("school",),
            title="Tennessee, 1985 to 1989: who was served, and who was not yet",
            command="equitable demo",
            progress=progress,
        )
