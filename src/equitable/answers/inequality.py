"""Inequality over all groups, as an answer: made of what may be shown alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from equitable.cube.cells import Cells
from equitable.errors import QuestionError
from equitable.measures.inequality.cells import cells_inequality
from equitable.measures.inequality.results import Inequality, InequalityQuestion
from equitable.vocabulary import Indicator, Provenance


@dataclass(frozen=True, slots=True)
class InequalityResult:
    """Summaries of inequality, made of the groups that may be shown alone."""

    indicator: Indicator
    found: Inequality
    provenance: Provenance

    def to_dict(self) -> dict[str, Any]:
        """The whole result, as in JSON."""
        return {
            "indicator": self.indicator.name,
            "label": self.indicator.label,
            "kind": str(self.indicator.kind),
            **self.found.to_dict(),
            "provenance": self.provenance.to_dict(),
        }

    def to_json(self) -> str:
        """The whole result as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def to_records(self) -> list[dict[str, Any]]:
        """One record a summary: its name, value, limits, unit and reason."""
        return [
            {"measure": name, **measure.to_dict()}
            for name, measure in self.found.measures.items()
        ]

    def to_arrow(self) -> pa.Table:
        """The summaries as an Arrow table."""
        texts = {"measure", "reason", "method", "unit"}
        records = self.to_records()
        return pa.table(
            {
                name: pa.array(
                    [record[name] for record in records],
                    pa.string() if name in texts else pa.float64(),
                )
                for name in records[0]
            }
        )


def inequality_of(
    cells: Cells,
    indicator: Indicator,
    by: str,
    *,
    shown: Collection[str],
    order: Sequence[str] | None,
    reference: str | None,
    confidence: float,
    provenance: Provenance,
) -> InequalityResult:
    """The summaries over one dimension's groups.

    Parameters
    ----------
    shown
        The groups that went through the gate; no other enters any figure.

    Raises
    ------
    QuestionError
        Where a count is known between bounds only, or the question names no group.
    """
    table = cells.table(indicator.name, [by])
    if table.moments.spare.any():
        raise QuestionError(
            "of some groups only bounds of the counts were published, and no summary"
            " over all groups can be made of bounds",
            next_step="Compare the groups with 'equitable gaps', which shows bounds.",
        )
    question = InequalityQuestion(
        order=order, reference=reference, shown=frozenset(shown), confidence=confidence
    )
    return InequalityResult(
        indicator, cells_inequality(cells, indicator, [by], question), provenance
    )
