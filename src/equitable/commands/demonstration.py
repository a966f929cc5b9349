"""The demonstrations: real data, their settings, and a report on each.

Three are shipped: students of Tennessee's Project STAR, schools of the federal Civil
Rights Data Collection, and New York City's districts.  What each is, and under which
terms, stands in the SOURCE.md beside its data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from equitable import opening
from equitable.errors import OutputError, QuestionError
from equitable.output import write_whole

_SETTINGS: Final = "equity.toml"
_SOURCE: Final = "SOURCE.md"
_REPORTS: Final = ("report.html", "report.xlsx", "report.pdf")
_BOARDS: Final = tuple(
    f"report-board-{language}.{ending}"
    for language in ("en", "es")
    for ending in ("html", "pdf")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """One shipped data set, and what its report asks.

    ``name`` is what ``--data`` takes; ``folder`` is where it stands under ``data/``;
    ``file`` its data.  ``outcomes`` and ``where`` are as in `Dataset.report`; without
    outcomes, those of its settings.
    """

    name: str
    folder: str
    file: str
    title: str
    outcomes: tuple[str, ...] | None = None
    over: tuple[str, ...] = ()
    where: str | None = None


DEMONSTRATIONS: Final[Mapping[str, Demonstration]] = MappingProxyType(
    {
        "star": Demonstration(
            name="star",
            folder="star",
            file="star.csv",
            title="Tennessee, 1985 to 1989: who was served, and who was not yet",
            outcomes=("reading_middle", "math_middle"),
            over=("school",),
        ),
        "civil-rights": Demonstration(
            name="civil-rights",
            folder="civil_rights",
            file="civil_rights_2020_21.parquet",
            title="Delaware, 2020-21: who was served, and who was not yet",
            over=("district",),
            where="LEA_STATE = DE",
        ),
        "new-york": Demonstration(
            name="new-york",
            folder="new_york",
            file="chronic_absence.csv",
            title="New York City, 2021-22: who misses school, and where",
            over=("district",),
        ),
    }
)


def demonstration(name: str) -> Demonstration:
    """The demonstration of a name.

    Raises
    ------
    QuestionError
        Where there is none, naming those that there are.
    """
    found = DEMONSTRATIONS.get(name.strip().casefold())
    if found is None:
        raise QuestionError(
            f"there is no demonstration '{name}'",
            next_step=f"There are {', '.join(DEMONSTRATIONS)}.",
        )
    return found


def write_demonstration(
    shown: Demonstration,
    folder: Path,
    *,
    progress: Callable[[str], AbstractContextManager[None]],
) -> list[Path]:
    """Write the data, its settings, its source and the report in every form.

    Parameters
    ----------
    shown
        Which.
    folder
        Where to; made where it is not there.
    progress
        Makes a context around each step, told what it is.

    Returns
    -------
    The reports.

    Raises
    ------
    OutputError
        Where the folder cannot be written to, or holds a file of the same name that
        this did not write: nothing is written then.
    """
    given = _given(shown)
    _refuse_others_files(shown, given, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made a folder",
            next_step="Choose another place with -o.",
        ) from error
    for name, source in given.items():
        write_whole(folder / name, source.read_bytes())
    with opening.open(folder / shown.file, config=folder / _SETTINGS) as students:
        return students.report(
            [folder / name for name in _REPORTS],
            outcomes=shown.outcomes,
            over=shown.over,
            where=shown.where,
            title=shown.title,
            command=f"equitable demo --data {shown.name}",
            progress=progress,
        )


def _given(shown: Demonstration) -> dict[str, Traversable]:
    """What is copied as it stands, by its name."""
    place = files("equitable") / "data" / shown.folder
    return {name: place / name for name in (shown.file, _SETTINGS, _SOURCE)}


def _refuse_others_files(
    shown: Demonstration, given: Mapping[str, Traversable], folder: Path
) -> None:
    """Refuse to write over what somebody else wrote, or changed since.

    A folder with the very data of this demonstration is its own: there the reports are
    made afresh.
    """
    changed = [
        name
        for name, source in given.items()
        if (folder / name).exists() and not _same(folder / name, source)
    ]
    own = (folder / shown.file).exists() and shown.file not in changed
    theirs: Sequence[str] = changed or (
        () if own else [n for n in (*_REPORTS, *_BOARDS) if (folder / n).exists()]
    )
    if theirs:
        raise OutputError(
            f"{folder} holds a file '{theirs[0]}' that this demonstration did not"
            " write, or that was changed since",
            next_step="Nothing was written. Choose another place with -o.",
        )


def _same(path: Path, source: Traversable) -> bool:
    try:
        return path.read_bytes() == source.read_bytes()
    except OSError:
        return False
