"""``[idea]`` in ``equity.toml``: what the State sets for its risk ratios."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnsTable(_Table):
    """``[idea.columns]``: which columns of a file of students say what."""

    group: str | None = None
    district: str | None = None
    year: str | None = None
    age: str | None = None
    kindergarten: str | None = None
    disability: str | None = None
    setting: str | None = None
    out_days: str | None = None
    in_days: str | None = None
    removals: str | None = None
    other_removal: str | None = None


class StandardsTable(_Table):
    """``[idea.standards.NAME]``: other standards for an area or a category."""

    min_cell: int | None = Field(default=None, ge=0)
    min_n: int | None = Field(default=None, ge=0)
    threshold: float | None = Field(default=None, ge=1)


class IdeaTable(_Table):
    """``[idea]``; what is not given is as in ``IdeaSettings``."""

    min_cell: int | None = Field(default=None, ge=0)
    min_n: int | None = Field(default=None, ge=0)
    threshold: float | None = Field(default=None, ge=1)
    years: int | None = Field(default=None, ge=1, le=3)
    progress: Literal["any fall", "not used"] | float | None = None
    """How reasonable progress is judged: any fall of the ratio, a fall of so much, or
    not at all."""
    progress_as_share: bool = False
    total_removals: Literal["children", "removals"] | None = None
    five_in_kindergarten: bool = False
    columns: ColumnsTable = Field(default_factory=ColumnsTable)
    standards: dict[str, StandardsTable] = Field(default_factory=dict)


def idea_keys(path: Sequence[str]) -> list[str]:
    """The keys that may stand where a path of keys ends, for a message."""
    if path[1:2] == ["columns"] and len(path) > 2:
        return list(ColumnsTable.model_fields)
    if path[1:2] == ["standards"] and len(path) > 3:
        return list(StandardsTable.model_fields)
    return list(IdeaTable.model_fields)
