"""From what was typed to what is asked: lists, depths, minima, and an open source."""

from __future__ import annotations

import csv
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import equitable
from equitable.commands import terminal
from equitable.errors import QuestionError
from equitable.output import check_place


@contextmanager
def opened(
    source: str,
    config: Path | None,
    sheet: str | None,
    output: Path | None = None,
    *,
    fresh: bool = False,
) -> Iterator[equitable.Dataset]:
    """A source opened, once it is known that its output can be written."""
    with terminal.working(f"Opening {Path(source).name}"):
        students = equitable.open(source, config=config, sheet=sheet, fresh=fresh)
    with students:
        if output is not None:
            check_place(output, never=students.source.paths)
        yield students


def listed(text: str | None, option: str) -> list[str]:
    """Names joined by commas; a name that holds a comma stands in double quotes."""
    names = next(csv.reader([text or ""], skipinitialspace=True), [])
    names = [name.strip() for name in names if name.strip()]
    if not names:
        raise QuestionError(
            f"{option} names nothing", next_step=f"For example: {option} race,lunch."
        )
    return names


def read_depth(text: str) -> int:
    """A depth: a whole number from 1, or all."""
    if text.strip().lower() == "all":
        return sys.maxsize
    if not text.strip().isdecimal() or int(text) < 1:
        raise QuestionError(
            f"a depth is a whole number from 1, or 'all', not '{text}'",
            next_step="For example: --depth 2.",
        )
    return int(text)


def read_min_n(given: int | None, students: equitable.Dataset) -> int:
    """The smallest group that may be shown: as given, else as the settings say."""
    if given is None:
        return students.min_n
    if given < 1:
        raise QuestionError(
            f"--min-n is a number of students from 1, not {given}",
            next_step="For small groups too, add --internal.",
        )
    return given


def read_traits(by: str | None, students: equitable.Dataset) -> list[str]:
    """The traits of --by, or a refusal that names some."""
    if by is not None:
        return listed(by, "--by")
    found = [dimension.name for dimension in students.schema.dimensions[:3]]
    raise QuestionError(
        "--by is missing: the traits that group students",
        file=students.source.name,
        next_step=f"For example: --by '{found[0]}'."
        if found
        else "equitable inspect shows what each column is.",
    )


def this_command() -> str:
    """The command as it was given, for the provenance."""
    given = ["equitable", *_without_folders(sys.argv[1:])]
    return " ".join(_quoted(argument) for argument in given)


def _quoted(argument: str) -> str:
    """As a shell takes it; a condition with its own ' stays one that can be read."""
    if "'" in argument and not set(argument) & set('"$`\\!'):
        return f'"{argument}"'
    return shlex.quote(argument)


def _without_folders(arguments: Sequence[str]) -> list[str]:
    """The command as it goes into a result: files by name, as folders tell too much."""
    return [
        os.path.basename(argument) if os.sep in argument else argument  # noqa: PTH119
        for argument in arguments
    ]
