"""A release of a data set, and the audit of what is about to be published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from equitable.answers.cells import Cells
from equitable.arguments import checked
from equitable.errors import QuestionError
from equitable.intake.source import Source
from equitable.privacy.policy import Policy
from equitable.privacy.register import outs_of, read_register, record
from equitable.privacy.release import release_cells
from equitable.privacy.release_folder import write_release
from equitable.privacy.released import Released
from equitable.privacy.rounding import refuse_mixed, release_rounded
from equitable.remarks import Asked
from equitable.vocabulary import Indicator, Role, names_of


def _silently(_: str) -> AbstractContextManager[None]:
    return nullcontext()


class Releasable(Asked, Protocol):
    """A data set as a release is made of it."""

    source: Source

    @property
    def min_n(self) -> int:
        """The smallest group that may be shown."""

    def indicator(
        self, outcome: str | Indicator | None, *, direction: str | None = None
    ) -> Indicator:
        """The indicator that a name stands for."""

    def cube(
        self,
        *,
        indicators: Sequence[Indicator],
        by: Sequence[str],
        where: str | None = None,
    ) -> Cells:
        """The cells of one scan."""


@checked
def release_of(
    self: Releasable,
    folder: str | Path,
    *,
    outcomes: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    depth: int = 2,
    direction: str | None = None,
    where: str | None = None,
    policy: Policy | None = None,
    keep: Sequence[Mapping[str, str]] = (),
    seed: int = 1,
    register: str | Path | None = None,
    progress: Callable[[str], AbstractContextManager[None]] = _silently,
) -> Released:
    """Publish figures: protected together, audited, and written to a folder.

    Parameters
    ----------
    folder
        Where the release is written; it must not hold anything yet.
    outcomes, by
        What is published for whom; without them, what the settings hold or what was
        found in the columns.
    depth
        How many dimensions are crossed at most.
    direction
        Which way the outcomes are better, where their names do not tell.
    where
        Which students, in the grammar of ``--where``.
    policy
        The rules; else the usual ones, with the settings' ``min_n``.
    keep
        Groups that must stay, each as dimension → label.
    seed
        Of what is left to chance: the same input, policy and seed give the same bytes.
    register
        The folder of the data set's register; else one beside the data.
    progress
        Makes a context around each step, told what it is.

    Raises
    ------
    QuestionError, InputError, OutputError
        Where the data cannot be released, or the folder not written: then nothing is.
    """
    if self.schema.rows_are != "students":
        raise QuestionError(
            "a release is made of students' own records, and this table holds counts",
            file=self.source.name,
            next_step="To see what a table of counts gives away: equitable audit.",
        )
    policy = policy or Policy(threshold=max(self.min_n, 3))
    indicators = (
        self.schema.indicators
        if outcomes is None
        else tuple(
            self.indicator(one, direction=direction) for one in names_of(outcomes)
        )
    )
    if not indicators:
        raise QuestionError(
            "no column looks like an outcome",
            file=self.source.name,
            next_step="Name one with --outcome.",
        )
    traits = _traits(self) if by is None else names_of(by)
    traits = [self.schema.dimension(name).name for name in traits]
    year = self.schema.year.name if self.schema.year else None
    if year is not None and year in traits:
        traits.remove(year)
    if not traits:
        raise QuestionError(
            "no column looks like a trait that groups students",
            file=self.source.name,
            next_step="Name some with --by.",
        )
    place = Path(register) if register is not None else _register_of(self.source)
    known = read_register(place, [column.name for column in self.source.columns])
    target = Path(folder)
    if place.resolve().is_relative_to(target.resolve()):
        raise QuestionError(
            "the register would lie in the release, where everybody reads it",
            next_step="Name another folder with --register.",
        )
    out = outs_of(known, where)
    refuse_mixed(policy, [one.policy for one in known.releases], keep)
    with progress(f"Reading {self.source.name}"):
        dimensions = {
            *traits,
            *(name for one in known.releases for name in one.dimensions),
        }
        cells = self.cube(
            indicators=indicators,
            by=[*traits, *sorted(dimensions - {*traits}), *([year] if year else [])],
            where=where,
        )
    with progress("Protecting small groups, and checking the proof"):
        released = (
            release_rounded(
                cells.arrays, traits, depth=depth, year=year, policy=policy, seed=seed,
                earlier=out,
            )
            if policy.method == "round"
            else release_cells(
                cells.arrays, traits, depth=depth, year=year, policy=policy, keep=keep,
                seed=seed, earlier=out,
            )
        )  # fmt: skip
    with progress("Writing the release"):
        # In the register first: what is out must never be unknown.
        write_release(
            released,
            target,
            before=lambda manifest: record(known, released, manifest, target.name),
        )
    return released


def _traits(self: Releasable) -> list[str]:
    places = {Role.SCHOOL, Role.GRADE, Role.YEAR}
    found = [d.name for d in self.schema.dimensions if d.role not in places]
    return found or [d.name for d in self.schema.dimensions]


def _register_of(source: Source) -> Path:
    """The register beside the data: students.csv has students.register."""
    paths = list(source.paths)
    if not paths:
        raise QuestionError(
            "these data are no file, so that nobody knows where their register lies",
            next_step="Name its folder with --register.",
        )
    first = Path(paths[0])
    base = first if len(paths) == 1 else first.parent
    return base.with_name(f"{base.stem}.register")


def read_keep(texts: Sequence[str]) -> list[dict[str, str]]:
    """Groups to keep, from ``race=Black`` or ``race=Black,lunch=Free``."""
    found = []
    for text in texts:
        group: dict[str, Any] = {}
        for part in text.split(","):
            name, sign, label = part.partition("=")
            if not sign or not name.strip() or not label.strip():
                raise QuestionError(
                    f"--keep names a group as TRAIT=LABEL, and not '{text}'",
                    next_step="For example: --keep race=Black.",
                )
            group[name.strip()] = label.strip()
        found.append(group)
    return found
