"""What is found of the data's quality: one thing to know, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from equitable.intake.meaning.rows import RowsAre

SMALL: Final = 10
"""Counts under this are not told."""
MOST_SENTENCES: Final = 5
"""Of one kind about one column: more would hide the rest."""

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
    paste: str = ""
    """Lines of ``equity.toml`` that a person may want, once they have checked them."""


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
    rows_are: RowsAre = "students"
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = ()


_KIND_ORDER: Final[tuple[FindingKind, ...]] = (
    "date damage", "impossible values", "duplicates", "missing by group",
    "categories by year", "missing", "file", "identifiers",
)  # fmt: skip


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Cautions first, then by kind; each once."""
    ordered = sorted(
        findings, key=lambda f: (f.severity != "caution", _KIND_ORDER.index(f.kind))
    )
    return tuple(dict.fromkeys(ordered))


def many(count: int, noun: str = "row") -> str:
    """A count that may be told: small ones are not."""
    if count < SMALL:
        return f"fewer than {SMALL} {noun}s"
    return f"{count:,} {noun}s"


def listed(names: Sequence[str]) -> str:
    """Names as they stand in a sentence: the first six, and how many more."""
    shown = list(names[:6])
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    if len(shown) == 1 or more:
        return ", ".join(shown) + more
    return f"{', '.join(shown[:-1])} and {shown[-1]}"
