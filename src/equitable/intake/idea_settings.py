"""``[idea]`` of ``equity.toml``: what a State sets, and which columns say what.

Only the shape is checked here; what the numbers may be, ``measures.disproportionality``
knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from equitable.intake.settings_forms import Number, Whole, YesNo


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IdeaStandards(_Table):
    """``[idea.by_category.KEY]``: what holds for one category, or for an area."""

    min_cell: Whole | None = Field(default=None, ge=0)
    min_n: Whole | None = Field(default=None, ge=0)
    threshold: Number | None = None
    progress: Any = None


class IdeaColumnNames(_Table):
    """``[idea.columns]``: columns that do not go by a usual name."""

    district: str | None = None
    year: str | None = None
    category: str | None = None
    group: str | None = None
    count: str | None = None
    total: str | None = None
    age: str | None = None
    kindergarten: str | None = None
    disability: str | None = None
    setting: str | None = None
    out_days: str | None = None
    in_days: str | None = None
    removals: str | None = None
    other_removal: str | None = None

    def given(self) -> dict[str, str]:
        """Those that are named."""
        return {key: name for key, name in self if name is not None}


class IdeaTable(_Table):
    """``[idea]``: standards of a State for significant disproportionality."""

    min_cell: Whole | None = Field(default=None, ge=0)
    min_n: Whole | None = Field(default=None, ge=0)
    threshold: Number | None = None
    years: Whole | None = None
    progress: Any = None
    confidence: Number | None = None
    total_removals: Literal["children", "removals"] | None = None
    five_in_kindergarten: YesNo = False
    by_category: dict[str, IdeaStandards] = Field(default_factory=dict)
    columns: IdeaColumnNames = Field(default_factory=IdeaColumnNames)


_WITHIN: Final[Mapping[str, type[BaseModel]]] = {
    "columns": IdeaColumnNames,
    "by_category": IdeaStandards,
}


def idea_keys(path: Sequence[str]) -> list[str]:
    """The keys that may stand where a key of ``[idea]`` does: for messages."""
    table = _WITHIN.get(path[1]) if len(path) > 2 else IdeaTable
    return list((table or IdeaTable).model_fields)
