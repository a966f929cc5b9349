"""Quality of the data: what is missing, doubled, impossible or damaged, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FindingKind: TypeAlias = Literal[
    "missing",
    "missing by group",
    "duplicates",
    "impossible values",
    "categories by year",
    "date damage",
    "identifiers",
    "file",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know about the data before trusting a figure made from it.

    ``sentence`` holds no identifier and no count of a small group.
    """

    kind: FindingKind
    severity: Literal["note", "caution"]
    sentence: str
    next_step: str = ""
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """How much of a column has no value."""

    column: str
    rows: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was found, worst first, and the missing values of each column used."""

    rows: int
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = ()
