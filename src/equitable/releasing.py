"""A release of a data set, and the audit of what is about to be published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from equitable.answers.cells import Cells
from equitable.arguments import checked
from equitable.cube.cells import Cells as Arrays
from equitable.errors import (
    EquitableError,
    InputError,
    QuestionError,
    did_you_mean,
)
from equitable.intake.settings import PrivacySettings, Settings
from equitable.intake.source import Source
from equitable.privacy.already_out import Told
from equitable.privacy.filters import condition_dimension
from equitable.privacy.policy import LEAST_THRESHOLD, Method, Policy, Zeros
from equitable.privacy.register import Earlier, read_register, record
from equitable.privacy.release import release_cells
from equitable.privacy.release_folder import write_release
from equitable.privacy.released import Released
from equitable.privacy.rounding import refuse_mixed, release_rounded
from equitable.privacy.unfinished import UNFINISHED, Unfinished
from equitable.remarks import Asked
from equitable.vocabulary import Condition, Dimension, Indicator, Role, names_of


def _silently(_: str) -> AbstractContextManager[None]:
    return nullcontext()


class Releasable(Asked, Protocol):
    """A data set as a release is made of it."""

    source: Source
    settings: Settings | None

    @property
    def min_n(self) -> int:
        """The smallest group that may be shown."""

    def indicator(
        self, outcome: str | Indicator | None, *, direction: str | None = None
    ) -> Indicator:
        """The indicator that a name stands for."""

    def condition(self, where: str | None) -> Condition | None:
        """A condition on rows, read and checked."""

    def cube(
        self,
        *,
        indicators: Sequence[Indicator],
        by: Sequence[str | Dimension],
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
    keep: Sequence[Mapping[str, str]] | None = None,
    seed: int | None = None,
    register: str | Path | None = None,
    progress: Callable[[str], AbstractContextManager[None]] = _silently,
    say: Callable[[str], None] = lambda _: None,
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
        The rules; else ``policy_of`` the data set: its settings', or the usual ones.
    keep
        Groups that must stay, each as dimension → label; else those of the settings.
    seed
        Of what is left to chance: the same input, policy and seed give the same bytes.
        Without it the settings', or 1.
    register
        The folder of the data set's register; else one beside the data.
    progress
        Makes a context around each step, told what it is.
    say
        Told in a sentence where an earlier attempt that was broken off goes on.

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
    policy = policy or policy_of(self)
    own = _privacy(self)
    seed = (1 if own.seed is None else own.seed) if seed is None else seed
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
    if keep is None:
        # Of a trait that this release does not have, there is nothing to keep.
        keep = [group for group in own.keep if {*group} <= {*traits}]
    place = Path(register) if register is not None else _register_of(self.source)
    known = read_register(place, [column.name for column in self.source.columns])
    target = Path(folder)
    if place.resolve().is_relative_to(target.resolve()):
        raise QuestionError(
            "the register would lie in the release, where everybody reads it",
            next_step="Name another folder with --register.",
        )
    asked = self.condition(where)
    conditions = {one.number: _condition_of(self, one, place) for one in known.releases}
    dimensions = {
        *traits,
        *(name for one in known.releases for name in _traits_of(self, one, place)),
    }
    refuse_mixed(policy, [one.policy for one in known.releases], keep)
    if policy.method == "round":
        _refuse_others(asked, conditions, place)
    with progress(f"Reading {self.source.name}"):
        every = {one.sql: one for one in (asked, *conditions.values()) if one}
        filters = {sql: condition_dimension(one) for sql, one in every.items()}
        cells = self.cube(
            indicators=indicators,
            by=[
                *traits, *sorted(dimensions - {*traits}), *([year] if year else []),
                *filters.values(),
            ],
            where=_any_of([asked, *conditions.values()]),
        )  # fmt: skip
    arrays = _told_of(cells.arrays, asked)
    keep = [_as_grouped(arrays, group) for group in keep]

    def named(condition: Condition | None) -> str | None:
        return filters[condition.sql].name if condition else None

    unfinished = Unfinished(folder=place / UNFINISHED, say=say)
    try:
        if policy.method == "round":
            with progress("Rounding, and checking the proof"):
                released = release_rounded(
                    arrays, traits, depth=depth, year=year, policy=policy, seed=seed,
                    earlier=[one.figures for one in known.releases],
                )  # fmt: skip
        else:
            released = release_cells(
                arrays, traits, depth=depth, year=year, policy=policy, keep=keep,
                seed=seed, where=named(asked), progress=progress,
                unfinished=unfinished,
                earlier=[
                    Told(
                        figures=one.figures, by=tuple(one.dimensions),
                        threshold=one.policy.threshold,
                        where=named(conditions[one.number]), left=one.left_out,
                    )
                    for one in known.releases
                ],
            )  # fmt: skip
    except EquitableError:
        # Refused for what it is: the same would be refused again.
        unfinished.clear()
        raise
    with progress("Writing the release"):
        # In the register first: what is out must never be unknown.
        write_release(
            released,
            target,
            before=lambda manifest: record(known, released, manifest, target.name),
        )
    unfinished.clear()
    return released


def policy_of(
    self: Releasable,
    *,
    threshold: int | None = None,
    zeros: Zeros | None = None,
    method: Method | None = None,
    base: int | None = None,
) -> Policy:
    """The rules of a data set's releases: as asked, else as its settings say.

    Parameters
    ----------
    threshold
        Without it ``min_n`` of the settings, or 10; a release has 3 at least.
    zeros, method, base
        Without them the settings', or the usual ones.

    Raises
    ------
    QuestionError
        Where the threshold is no protection.
    """
    own = _privacy(self)
    least = max(self.min_n, LEAST_THRESHOLD) if threshold is None else threshold
    return Policy(
        threshold=least,
        zeros=zeros or own.zeros or "withheld",
        method=method or own.method or "withhold",
        base=base,
    )


def _privacy(self: Releasable) -> PrivacySettings:
    return self.settings.privacy if self.settings else PrivacySettings()


def _as_grouped(cells: Arrays, group: Mapping[str, str]) -> dict[str, str]:
    """A group as the release calls it: 'Black' is 'Black or African American'.

    Raises
    ------
    QuestionError
        Where a trait that the release has does not have such a group.
    """
    found = dict(group)
    for axis in cells.axes:
        name = axis.dimension.name
        if name not in group or group[name] in axis.groups:
            continue
        named: Sequence[str] = ()
        if axis.dimension.form == "column":
            named = axis.dimension.classify(group[name])
        if len(named) != 1 or named[0] not in axis.groups:
            raise QuestionError(
                f"there is no group '{name}={group[name]}' to keep",
                next_step=did_you_mean(group[name], axis.groups, what="groups"),
            )
        found[name] = named[0]
    return found


def _traits(self: Releasable) -> list[str]:
    places = {Role.SCHOOL, Role.GRADE, Role.YEAR}
    found = [d.name for d in self.schema.dimensions if d.role not in places]
    return found or [d.name for d in self.schema.dimensions]


def _condition_of(self: Releasable, one: Earlier, register: Path) -> Condition | None:
    """The condition of an earlier release, in the data as they are now."""
    try:
        return self.condition(one.where)
    except QuestionError as error:
        raise InputError(
            f'release {one.number} is of --where "{one.where}", which these data do not'
            f" answer any more: {error.problem}",
            file=register.name,
            next_step="Give the column its name again, or say in equity.toml what it is"
            " called now ([crosswalk]): otherwise nobody knows of whom that release"
            " tells.",
        ) from error


def _traits_of(self: Releasable, one: Earlier, register: Path) -> list[str]:
    """The dimensions of an earlier release, in the data as they are now."""
    found = []
    for name in one.dimensions:
        try:
            found.append(self.schema.dimension(name).name)
        except QuestionError as error:
            raise InputError(
                f"release {one.number} tells of '{name}', which these data do not have"
                " any more",
                file=register.name,
                next_step="Give the column its name again, or say in equity.toml what"
                " it is called now ([crosswalk]).",
            ) from error
    return found


def _refuse_others(
    asked: Condition | None, conditions: Mapping[int, Condition | None], register: Path
) -> None:
    """Rounded releases of different students are not put on one footing."""
    own = asked.sql if asked else None
    for number, one in conditions.items():
        if (one.sql if one else None) != own:
            raise InputError(
                f"release {number} is of other students, and rounded releases are of"
                " the same ones: two roundings of nearly the same would tell too much",
                file=register.name,
                next_step="Give the same --where as before, with the trait of the other"
                " condition among the dimensions (--by) from the first release on.",
            )


def _any_of(conditions: Sequence[Condition | None]) -> str | None:
    """Who meets any of the conditions, as a condition; everybody where one is not."""
    if any(one is None for one in conditions):
        return None
    texts = dict.fromkeys(one.text for one in conditions if one is not None)
    different = {one.sql for one in conditions if one is not None}
    if len(different) == 1:
        return next(iter(texts))
    return " or ".join(f"({text})" for text in texts)


def _told_of(cells: Arrays, asked: Condition | None) -> Arrays:
    """The cells, with the condition that was asked and no other one."""
    before = cells.provenance
    if before.where == (asked.text if asked else None):
        return cells
    left_out = tuple(
        one for one in before.left_out if one.reason != f"not: {before.where}"
    )
    told = replace(before, where=asked.text if asked else None, left_out=left_out)
    return replace(cells, provenance=told)


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
