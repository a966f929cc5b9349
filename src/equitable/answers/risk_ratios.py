"""Risk ratios as an answer: of groups that may be shown, with where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa

from equitable.intake.settings_idea import IdeaTable
from equitable.measures.disproportionality.categories import Scope
from equitable.measures.disproportionality.counts import (
    GroupCount,
    check_state,
    checked,
)
from equitable.measures.disproportionality.engine import risk_ratios
from equitable.measures.disproportionality.rows import Disproportionality
from equitable.measures.disproportionality.settings import (
    IdeaSettings,
    Progress,
    Standards,
)
from equitable.privacy.disproportionality import withhold_small
from equitable.privacy.gate import LEAST_PUBLIC
from equitable.vocabulary import Provenance

_NUMBERS: Final = {
    "n": pa.int64(), "count": pa.int64(), "risk": pa.float64(),
    "comparison_risk": pa.float64(), "ratio": pa.float64(), "low": pa.float64(),
    "high": pa.float64(), "threshold": pa.float64(), "over_threshold": pa.bool_(),
    "students_from_threshold": pa.int64(), "close": pa.bool_(),
    "consecutive_years_over": pa.int64(), "reasonable_progress": pa.bool_(),
    "withheld": pa.bool_(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RiskRatioResult:
    """Risk ratios made of counts that went through privacy, or marked internal."""

    found: Disproportionality
    provenance: Provenance

    def to_dict(self) -> dict[str, Any]:
        """The whole result, as in JSON."""
        return {**self.found.to_dict(), "provenance": self.provenance.to_dict()}

    def to_json(self) -> str:
        """The whole result as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def to_records(self) -> list[dict[str, Any]]:
        """One flat record a row: numbers are ``None`` where they are withheld."""
        categories = self.found.scope.categories
        records = []
        for row in self.found.rows:
            record = row.to_dict()
            record["category_label"] = categories[row.category].label
            record["notes"] = " ".join(row.notes)
            records.append(record)
        return records

    to_dicts = to_records

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        records = self.to_records()
        names = list(records[0]) if records else []
        return pa.table(
            {
                name: pa.array(
                    [record[name] for record in records],
                    _NUMBERS.get(name, pa.string()),
                )
                for name in names
            }
        )

    def to_polars(self) -> Any:
        """The rows as a Polars data frame."""
        import polars as pl  # noqa: PLC0415 - costly, and for those who use it

        return pl.from_arrow(self.to_arrow())

    def to_pandas(self) -> Any:
        """The rows as a pandas data frame."""
        return self.to_arrow().to_pandas()

    def worksheet(self, *, title: str = "") -> bytes:
        """The district's worksheet: an XLSX workbook."""
        from equitable.report.idea_worksheet import (  # noqa: PLC0415 - costly
            render,
        )

        mark = (
            "INTERNAL: contains small groups. Not for others' eyes."
            if self.provenance.internal
            else "Not checked for publication"
        )
        return render(self.found, title=title, mark=mark)


def idea_settings(table: IdeaTable, asked: Mapping[str, Any]) -> IdeaSettings:
    """The State's settings: as asked for, else as ``[idea]`` says, else the usual.

    Raises
    ------
    SettingsError
        Where a number cannot be one of the rule's.
    """
    given: dict[str, Any] = {
        name: value
        for name in ("min_cell", "min_n", "threshold", "years", "total_removals")
        if (value := getattr(table, name)) is not None
    }
    if table.progress == "not used":
        given["progress"] = None
    elif isinstance(table.progress, float | int):
        given["progress"] = Progress(
            least_drop=float(table.progress), as_share=table.progress_as_share
        )
    given["by_category"] = {
        name: Standards(min_cell=one.min_cell, min_n=one.min_n, threshold=one.threshold)
        for name, one in table.standards.items()
    }
    given |= {name: value for name, value in asked.items() if value is not None}
    return IdeaSettings(**given)


def answer_risks(
    counts: tuple[GroupCount, ...],
    *,
    state: tuple[GroupCount, ...] | None,
    scope: Scope,
    settings: IdeaSettings,
    notes: tuple[str, ...],
    provenance: Provenance,
    of_students: bool,
    show_min: int,
    internal: bool,
) -> RiskRatioResult:
    """Withhold what is small, then make the ratios.

    Parameters
    ----------
    show_min
        The smallest number of students that may be shown; no part of the rule.
    internal
        Withhold nothing, and mark the result.
    """
    if not internal:
        # What cannot be right is found in the counts themselves, before any is hidden.
        lines, _ = checked(counts, settings, scope=scope)
        if state is not None:
            whole, _ = checked(state, settings, whose="State", scope=scope)
            check_state(lines, whole, scope)
        counts = withhold_small(counts, least=show_min, scope=scope)
        if state is not None:
            state = withhold_small(state, least=show_min, scope=scope)
    found = risk_ratios(counts, settings=settings, state=state, scope=scope)
    internal = internal or show_min < LEAST_PUBLIC
    said = tuple(dict.fromkeys((*found.notes, *notes, *provenance.notes)))
    provenance = replace(provenance, internal=internal, min_n=show_min, notes=said)
    if of_students and not internal:
        provenance = provenance.guarded(show_min)
    return RiskRatioResult(replace(found, notes=said), provenance)
