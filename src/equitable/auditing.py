"""The attacker's audit on the library's face: of a release, or of tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from equitable.answers.frames import as_pandas, as_polars
from equitable.arguments import checked
from equitable.errors import InputError, QuestionError
from equitable.intake.posted.reading import read_posted
from equitable.intake.posted.sums import refuse_wrong_sums
from equitable.privacy.audit.averages import Averages, audit_averages
from equitable.privacy.audit.leaks import Leak, SystemAudit, audit_system
from equitable.privacy.audit.of_release import averages_of_release, systems_of_release
from equitable.privacy.audit.of_tables import systems_of_tables
from equitable.privacy.audit.system import System
from equitable.privacy.policy import DEFAULT_THRESHOLD, LEAST_THRESHOLD
from equitable.privacy.release_folder import MANIFEST, read_release
from equitable.version import VERSION

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_ALONE: Final = (
    "Other releases of the same data were not set against it: that is done when one is"
    " made, with their register."
)
_SMALL: Final = 3_000
"""Figures of one system for which the least further withholding is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """What the audit found; it passed if there is no leak.

    Attributes
    ----------
    width
        How wide the interval of each withheld count must be.
    systems
        For each thing that is counted: what is withheld of it, and the leaks.
    files
        The names of what was audited.
    notes
        What was taken for what.
    """

    width: int
    systems: tuple[SystemAudit, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing withheld is known too well."""
        return not self.leaks

    @property
    def leaks(self) -> tuple[Leak, ...]:
        """Every withheld figure that is known too well."""
        return tuple(leak for system in self.systems for leak in system.leaks)

    @property
    def withheld(self) -> int:
        """How many figures are withheld."""
        return sum(system.withheld for system in self.systems)

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {
            "passed": self.passed,
            "width": self.width,
            "withheld": self.withheld,
            "systems": [
                {
                    "counted": system.counted,
                    "withheld": system.withheld,
                    "leaks": [_plain(leak) for leak in system.leaks],
                    "only_exact": system.only_exact,
                    "closing": None if system.closing is None else list(system.closing),
                    "programmes": system.programmes,
                    "integer_programmes": system.integer_programmes,
                }
                for system in self.systems
            ],
            "provenance": {
                "files": list(self.files),
                "version": VERSION,
                "notes": list(self.notes),
            },
        }

    def to_json(self) -> str:
        """The whole result as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def to_dicts(self) -> list[dict[str, Any]]:
        """The leaks, each as in JSON."""
        return [_plain(leak) for leak in self.leaks]

    def to_records(self) -> list[dict[str, Any]]:
        """The leaks flat: group and steps as text."""
        return [
            {**own, "group": _words(own["group"]), "steps": " ".join(own["steps"])}
            for own in self.to_dicts()
        ]

    def to_arrow(self) -> pa.Table:
        """The leaks as an Arrow table."""
        rows = self.to_records()
        kinds = {
            "counted": pa.string(), "group": pa.string(), "low": pa.float64(),
            "high": pa.float64(), "exact": pa.bool_(), "sentence": pa.string(),
            "steps": pa.string(), "place": pa.string(),
        }  # fmt: skip
        return pa.table(
            {name: pa.array([row[name] for row in rows], kind)
             for name, kind in kinds.items()}
        )  # fmt: skip

    def to_pandas(self) -> pd.DataFrame:
        """The leaks as a pandas data frame."""
        return as_pandas(self.to_arrow())

    def to_polars(self) -> pl.DataFrame:
        """The leaks as a Polars data frame."""
        return as_polars(self.to_arrow())


def _plain(leak: Leak) -> dict[str, Any]:
    return {
        "counted": leak.counted,
        "group": dict(leak.group),
        "low": leak.low,
        "high": leak.high,
        "exact": leak.exact,
        "sentence": leak.sentence,
        "steps": list(leak.steps),
        "place": leak.place,
    }


def _words(group: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={label}" for name, label in group.items())


@checked
def audit(
    source: str | Path | Sequence[str | Path],
    *,
    threshold: int | None = None,
    sheet: str | None = None,
    progress: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> AuditResult:
    """What a reader can work out from a release, or from tables about to be posted.

    Parameters
    ----------
    source
        The folder of a release; or a table of counts (CSV, TSV, XLSX), or several that
        are posted together.
    threshold
        How wide the interval of a withheld count must be; a release's own, else 10.
    sheet
        The sheet of a workbook.
    progress
        Makes a context around each step, told what it is.

    Raises
    ------
    InputError
        Where a file is missing or was changed, or numbers do not add up.
    """
    paths = (
        [Path(source)] if isinstance(source, str | Path) else [Path(p) for p in source]
    )
    if not paths:
        raise QuestionError(
            "nothing to audit was named",
            next_step="Name a release's folder, or a table of counts.",
        )
    for path in paths:
        if not path.exists():
            raise InputError(
                f"there is no {path.name}", next_step="Look at how its name is written."
            )
    if threshold is not None and threshold < LEAST_THRESHOLD:
        raise QuestionError(
            f"a threshold of {threshold} asks for no protection",
            next_step=f"Choose {LEAST_THRESHOLD} or more.",
        )
    notes: tuple[str, ...] = ()
    systems: Sequence[System]
    averages: Sequence[Averages] = ()
    folders = [path.name for path in paths if (path / MANIFEST).is_file()]
    if folders and len(paths) > 1:
        raise QuestionError(
            f"'{folders[0]}' is a release, and a release is audited by itself",
            next_step="Audit each by itself. What several releases of the same data"
            " give away together is worked out when each is made, with their register.",
        )
    if len(paths) == 1 and (paths[0] / MANIFEST).is_file():
        manifest, tables = read_release(paths[0])
        own = int(manifest["policy"]["threshold"])
        groups = tables["groups"]
        with progress("Reading the release"):
            systems = systems_of_release(manifest, groups.columns, groups.rows)
            averages = averages_of_release(manifest, groups.columns, groups.rows)
        whose = f" of --where {manifest['where']}" if manifest.get("where") else ""
        alone = f"This release{whose} was looked at by itself. {_ALONE}"
        notes = (alone,)
        if "rounding" in manifest:
            said = "The figures are rounded: those that may stand for fewer than"
            rounded = f"{said} {own} students are looked at like withheld ones."
            notes = (rounded, alone)
    else:
        own = DEFAULT_THRESHOLD
        with progress("Reading the tables"):
            posted = read_posted(paths, sheet=sheet)
            refuse_wrong_sums(posted)
            systems = systems_of_tables(posted)
            notes = tuple(dict.fromkeys(note for one in posted for note in one.notes))
    width = own if threshold is None else threshold
    found = []
    every = len(systems) + len(averages)
    for number, system in enumerate(systems, 1):
        with progress(f"Auditing {system.counted}: {number} of {every}"):
            found.append(
                audit_system(system, width, closing=len(system.groups) <= _SMALL)
            )
    for number, means in enumerate(averages, len(systems) + 1):
        with progress(f"Auditing means of {means.named}: {number} of {every}"):
            found.append(audit_averages(means))
    return AuditResult(
        width=width,
        systems=tuple(found),
        files=tuple(path.name for path in paths),
        notes=notes,
    )
