"""What can go wrong, said so that the person at the keyboard knows what to do next.

Every mistake that a person or their file can make is one of the errors here.  Each
holds one sentence that names the file, the row and the column where they are known,
and one that says what to do.  The edges (command line, web) print them; they never
become a traceback.  A programming mistake is not an ``EquitableError``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class EquitableError(Exception):
    """An error that is shown to the person as it stands.

    Parameters
    ----------
    problem
        What is wrong, as a sentence without its place and without a full stop.
    next_step
        What to do about it, as a sentence.
    file, row, column
        Where it is.  ``row`` counts as a spreadsheet does: the header is row 1.
    """

    exit_code = 2

    def __init__(
        self,
        problem: str,
        *,
        next_step: str = "",
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.problem = problem.rstrip(".")
        self.next_step = next_step
        self.file = file
        self.row = row
        self.column = column
        super().__init__(str(self))

    def __str__(self) -> str:
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(f"row {self.row:,}")
        if self.column is not None:
            place.append(f"column '{self.column}'")
        sentence = f"{', '.join(place)}: {self.problem}" if place else self.problem
        sentence = sentence if sentence[-1:] in ".?!" else f"{sentence}."
        return f"{sentence} {self.next_step}".rstrip()


class InputError(EquitableError):
    """The file cannot be read, or holds something that cannot be right."""


class QuestionError(EquitableError):
    """The question cannot be put to this data: no such column, no such group."""


class SettingsError(EquitableError):
    """``equity.toml`` says something that cannot be followed."""


class OutputError(EquitableError):
    """The result cannot be written where it was asked for."""


class MissingPartError(EquitableError):
    """An optional part of the installation is needed and is not there."""


def did_you_mean(name: str, known: Iterable[str], *, what: str = "columns") -> str:
    """The nearest names to a name that is not there, as a sentence.

    Where nothing is near, the first few that exist are listed instead.
    """
    choices = list(dict.fromkeys(known))
    folded = {choice.casefold(): choice for choice in choices}
    alike = difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.6)
    best = max((_alike(name, match) for match in alike), default=0.0)
    near = [folded[m] for m in alike if _alike(name, m) > best - 0.1]
    if not near and len(name) > 2:
        near = [choice for choice in choices if name.casefold() in choice.casefold()]
        near = near[:3]
    if near:
        listed = " or ".join(f"'{choice}'" for choice in near)
        return f"Did you mean {listed}?"
    if not choices:
        return f"There are no {what}."
    listed = ", ".join(f"'{choice}'" for choice in choices[:8])
    more = f" and {len(choices) - 8} more" if len(choices) > 8 else ""
    return f"The {what} are {listed}{more}."


def _alike(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, other.casefold(), name.casefold()).ratio()
