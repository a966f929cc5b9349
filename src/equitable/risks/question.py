"""What is asked of risks, of which data, and the counts that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from equitable.answers.cells import Cells as Cubed
from equitable.errors import QuestionError, did_you_mean
from equitable.measures.disproportionality.categories import (
    Scope,
)
from equitable.measures.disproportionality.counts import GroupCount
from equitable.remarks import Asked
from equitable.vocabulary import (
    Indicator,
    Provenance,
)


class Students(Asked, Protocol):
    """A data set as counts are made from it."""

    def indicator(
        self,
        outcome: str | None,
        *,
        direction: str | None = None,
        count: str | None = None,
        total: str | None = None,
    ) -> Indicator:
        """The indicator that a name, or a count and its total, stand for."""

    def cube(
        self, *, indicators: Sequence[Indicator], by: Sequence[str], where: str | None
    ) -> Cubed:
        """The cells of one scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskQuestion:
    """What was asked, as it was asked; ``None`` where it is to be found out."""

    outcome: str | None = None
    by: str | None = None
    count: str | None = None
    total: str | None = None
    category: str | None = None
    district: str | None = None
    year: str | None = None
    where: str | None = None
    five_in_kindergarten: bool = False
    columns: Mapping[str, str] | None = None
    """Names of the columns that say IDEA's categories, where they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The counts of a file, what they are of, and what is to be said of them."""

    counts: tuple[GroupCount, ...]
    scope: Scope
    notes: tuple[str, ...]
    provenance: Provenance
    of_students: bool
    """Whether each row of the file was one student."""


def given_column(data: Students, name: str | None) -> str | None:
    """A column that was named, or a refusal that shows near names."""
    names = [column.name for column in data.source.columns]
    if name is None or name in names:
        return name
    raise QuestionError(
        f"there is no column '{name}'",
        file=data.source.name,
        next_step=did_you_mean(name, names),
    )


def race_column(data: Students) -> str:
    """The dimension that is recognised as race and ethnicity."""
    found = [d for d in data.schema.dimensions if d.view is not None]
    if found:
        return found[0].name
    raise QuestionError(
        "no column is recognised as race and ethnicity",
        file=data.source.name,
        next_step="Name the groups' column with --by.",
    )
