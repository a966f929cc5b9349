"""Inequality over all groups, as an answer: made of what may be shown alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from equitable.answers.frames import as_pandas, as_polars
from equitable.cube.cells import Cells
from equitable.errors import QuestionError
from equitable.measures.gaps import Question, gaps
from equitable.measures.inequality.cells import directed
from equitable.measures.inequality.results import Inequality, InequalityQuestion
from equitable.measures.inequality.strata import Stratum
from equitable.privacy.aside import set_aside, with_those_aside
from equitable.privacy.gate import gate
from equitable.privacy.inequality import (
    GatedInequality,
    published_inequality,
    shown_inequality,
)
from equitable.privacy.rows_read import guarded
from equitable.vocabulary import Indicator, Provenance, Role

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd
    import polars as pl

_TEXTS: Final = frozenset({"measure", "reason", "method", "unit"})


@dataclass(frozen=True, slots=True)
class InequalityResult:
    """Summaries of inequality, made of the groups that may be shown alone."""

    gated: GatedInequality
    provenance: Provenance

    @property
    def indicator(self) -> Indicator:
        """The outcome."""
        return self.gated.indicator

    @property
    def found(self) -> Inequality:
        """The summaries over all groups together.

        Raises
        ------
        QuestionError
            Where the question was put within strata: ``strata`` has the answers.
        """
        if self.gated.found is None:
            raise QuestionError(
                "the summaries were asked for within strata, each by itself",
                next_step="See .strata, or ask without within.",
            )
        return self.gated.found

    @property
    def strata(self) -> tuple[Stratum, ...]:
        """With ``within``: the summaries of each stratum."""
        return self.gated.strata

    def to_dict(self) -> dict[str, Any]:
        """The whole result, as in JSON."""
        return {
            "indicator": self.indicator.name,
            "label": self.indicator.label,
            "kind": str(self.indicator.kind),
            **self.gated.to_dict(),
            "provenance": self.provenance.to_dict(),
        }

    def to_json(self) -> str:
        """The whole result as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def to_dicts(self) -> list[dict[str, Any]]:
        """One record a summary (and stratum), as in JSON."""
        if self.gated.found is not None:
            return _records(self.gated.found)
        return [
            {"within": dict(stratum.within), **record}
            for stratum in self.strata
            for record in _records(stratum.found)
        ]

    def to_records(self) -> list[dict[str, Any]]:
        """The same flat: a column for each dimension held fixed."""
        flat = []
        for record in self.to_dicts():
            within = record.pop("within", {})
            flat.append({**within, **record})
        return flat

    def to_arrow(self) -> pa.Table:
        """The summaries as an Arrow table."""
        records = self.to_records()
        texts = _TEXTS | {dimension.name for dimension in self.gated.within}
        names = records[0] if records else ("measure", "value", "low", "high")
        return pa.table(
            {
                name: pa.array(
                    [record[name] for record in records],
                    pa.string() if name in texts else pa.float64(),
                )
                for name in names
            }
        )

    def to_pandas(self) -> pd.DataFrame:
        """The summaries as a pandas data frame."""
        return as_pandas(self.to_arrow())

    def to_polars(self) -> pl.DataFrame:
        """The summaries as a Polars data frame."""
        return as_polars(self.to_arrow())

    def chart(self) -> alt.TopLevelMixin:
        """The mean distance from the best group, and the groups' levels beneath it."""
        from equitable.report.inequality import (  # noqa: PLC0415 - costly to import
            inequality_chart,
        )

        return inequality_chart(self.gated)

    def svg(self) -> str:
        """The same chart as a picture of its own."""
        from equitable.report.inequality import (  # noqa: PLC0415 - costly to import
            inequality_picture,
        )

        return inequality_picture(self.gated)

    def page(self) -> str:
        """The result as one HTML page: sentence, chart, tables, notes."""
        from equitable.report.inequality import (  # noqa: PLC0415 - costly to import
            inequality_page,
        )

        return inequality_page(self.gated, self.provenance)

    def _repr_html_(self) -> str:
        from equitable.report.inequality import (  # noqa: PLC0415 - costly to import
            inequality_fragment,
        )

        return inequality_fragment(self.gated)


def _records(found: Inequality) -> list[dict[str, Any]]:
    return [
        {"measure": name, **measure.to_dict()}
        for name, measure in found.measures.items()
    ]


def inequality_of(
    cells: Cells,
    indicator: Indicator,
    by: str,
    *,
    within: Sequence[str],
    question: InequalityQuestion,
    min_n: int,
    internal: bool,
    breaks: Collection[str],
) -> InequalityResult:
    """The summaries over one dimension's groups that may be shown.

    Raises
    ------
    QuestionError
        Where a count is known between bounds only, or the question names no group.
    """
    _refuse_bounds(cells, indicator, [*within, by])
    asked = Question(
        by=(by,),
        within=tuple(within),
        depth=1,
        adjust="none",
        confidence=question.confidence,
        strata_only=bool(within),
        min_n=min_n,
        internal=internal,
    )
    aside = 0
    if internal:
        gated = gate(gaps(cells, indicator, asked), min_n=min_n, internal=True)
    else:
        least = max(min_n, 1)
        kept, named = set_aside(cells, indicator, [by], within, min_n=least)
        found = with_those_aside(gaps(kept, indicator, asked), named, min_n=min_n)
        aside = int(cells.students.sum() - kept.students.sum())
        gated, cells = gate(found, min_n=min_n), kept
    dimension = cells.axes[cells.axis(by)].dimension
    made = shown_inequality(cells, gated, dimension, question, breaks)
    provenance = gated.gaps.provenance
    if not made.internal and not indicator.is_counts:
        provenance = guarded(provenance, min_n, aside=aside)
    return InequalityResult(made, provenance)


def averages_of(
    cells: Cells,
    indicator: Indicator,
    by: str,
    *,
    within: Sequence[str],
    question: InequalityQuestion,
    min_n: int,
    internal: bool,
) -> InequalityResult:
    """What published averages can tell: of the groups that `gaps` would show.

    Raises
    ------
    QuestionError
        Where they are asked for within anything but years, or cannot be summarised.
    """
    asked = directed(question, indicator)
    held = tuple(cells.axes[cells.axis(name)].dimension for name in within)
    if len(held) > 1 or any(one.role is not Role.YEAR for one in held):
        raise QuestionError(
            "published averages can be summarised within years only",
            next_step="Choose one place or kind with --where.",
        )
    compared = Question(
        by=(by,),
        within=tuple(within),
        depth=1,
        adjust="none",
        confidence=question.confidence,
        strata_only=bool(within),
        min_n=min_n,
        internal=internal,
    )
    gated = gate(gaps(cells, indicator, compared), min_n=min_n, internal=internal)
    dimension = cells.axes[cells.axis(by)].dimension
    made = published_inequality(cells, gated, dimension, asked)
    provenance = replace(gated.gaps.provenance, notes=cells.provenance.notes)
    return InequalityResult(
        made, replace(provenance, cautions=cells.provenance.cautions)
    )


def _refuse_bounds(cells: Cells, indicator: Indicator, names: Sequence[str]) -> None:
    table = cells.table(indicator.name, names)
    bounded = int((table.moments.spare > 0).sum())
    if not bounded:
        return
    every = len(table.places)
    raise QuestionError(
        f"of {bounded:,} of {every:,} groups only bounds of the counts were published:"
        " a summary over all groups would rest on where in the bounds each one lies,"
        " which nobody outside knows",
        next_step="Compare the groups with 'equitable gaps', which shows bounds; or"
        " leave these groups out with --where, and say so.",
    )
