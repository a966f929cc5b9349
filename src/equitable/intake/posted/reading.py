"""Reading tables that are about to be posted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from equitable.errors import InputError
from equitable.intake.posted.tables import PostedTable


def read_posted(
    paths: Sequence[Path], *, sheet: str | None = None
) -> tuple[PostedTable, ...]:
    """Read tables."""
    raise InputError(f"{paths[0].name} cannot be read yet ({sheet})")


def refuse_wrong_sums(tables: Sequence[PostedTable]) -> None:
    """Refuse wrong sums."""
    del tables
