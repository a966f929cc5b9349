"""Cells and results as a notebook has them: computed on, converted, shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from equitable.answers.frames import as_pandas, as_polars
from equitable.answers.inequality import InequalityResult, averages_of, inequality_of
from equitable.arguments import checked
from equitable.cube.cells import Cells as CellArrays
from equitable.errors import QuestionError, did_you_mean
from equitable.measures.gaps import Question
from equitable.measures.gaps import gaps as compute_gaps
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.levels import RateInterval
from equitable.measures.results import GapRow, Gaps, PooledRow, SensitivityRow
from equitable.privacy.aside import set_aside, with_those_aside
from equitable.privacy.gate import Gated, gate, withheld_groups
from equitable.privacy.rows_read import guarded
from equitable.vocabulary import Indicator, Provenance, names_of

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd
    import polars as pl


@dataclass(frozen=True, slots=True)
class Cells:
    """The answer of one scan; everything further is arithmetic on it."""

    arrays: CellArrays

    @property
    def provenance(self) -> Provenance:
        """Where the cells come from."""
        return self.arrays.provenance

    def described(self, command: str | None, *remarks: str) -> Cells:
        """The same cells, with their command and remarks in the provenance."""
        before = self.arrays.provenance
        notes = tuple(dict.fromkeys((*remarks, *before.notes)))
        provenance = replace(before, command=command, notes=notes)
        return Cells(replace(self.arrays, provenance=provenance))

    @checked
    def gaps(
        self,
        indicator: str,
        *,
        by: str | Sequence[str],
        within: str | Sequence[str] = (),
        depth: int = 2,
        reference: str = "rest",
        indices: bool = False,
        sensitivity: bool = False,
        adjust: Literal["bh", "by", "none"] = "bh",
        confidence: float = 0.95,
        margin: float | None = None,
        min_n: int = 10,
        internal: bool = False,
        cluster: str | None = None,
        interval: RateInterval = "wilson",
        highest_min_n: int = 30,
        ppg_margin: Literal["half", "rate"] = "half",
    ) -> GapsResult:
        """Compare every group with its reference.

        Parameters
        ----------
        indicator
            The name of one of the cells' indicators.
        by, within, cluster
            Names of the cells' dimensions: compared, held fixed, clustered over.
        depth
            How many dimensions are crossed at most.
        reference
            ``rest``, ``overall``, ``highest``, ``largest``, a group, or a number.
        indices
            California's three indices beside each rate.
        sensitivity
            The verdict under every reference.
        adjust
            For many comparisons: Benjamini-Hochberg, Benjamini-Yekutieli, or none.
        confidence
            Of the intervals.
        margin
            What counts as no difference, in the indicator's unit.
        min_n
            Groups with fewer students are withheld.
        internal
            Show small groups, and mark the result internal.
        interval
            A rate's: ``wilson`` or ``exact``.
        highest_min_n
            Students that a group needs to be the highest.
        ppg_margin
            The percentage point gap's margin: from .25, as published in 2017
            (``half``), or from p (1 - p) (``rate``).

        Raises
        ------
        QuestionError
            Where the question cannot be put to these cells.
        """
        by, within = names_of(by), names_of(within)
        held = self._held(indicator, by, within, cluster)
        question = Question(
            by=tuple(by),
            depth=depth,
            within=tuple(within),
            reference=reference,
            indices=indices,
            sensitivity=sensitivity,
            adjust=adjust,
            confidence=confidence,
            margin=margin,
            min_n=min_n,
            cluster=cluster,
            interval=interval,
            highest_min_n=highest_min_n,
            ppg_margin=ppg_margin,
            internal=internal,
        )
        if internal or held.figures is not None:
            computed = compute_gaps(self.arrays, held, question)
            return GapsResult(gate(computed, min_n=min_n, internal=internal))
        least = max(min_n, 1)
        arrays, named = set_aside(self.arrays, held, by, (), min_n=least)
        computed = compute_gaps(arrays, held, question)
        away = withheld_groups([[(computed, {})]], min_n=min_n)[0][0]
        if away:
            shared = replace(question, withheld=away)
            computed = compute_gaps(arrays, held, shared)
        computed = with_those_aside(computed, named, min_n=min_n)
        if not held.is_counts:
            aside = int(self.arrays.students.sum() - arrays.students.sum())
            told = guarded(computed.provenance, min_n, aside=aside)
            computed = replace(computed, provenance=told)
        return GapsResult(gate(computed, min_n=min_n))

    @checked
    def inequality(
        self,
        indicator: str,
        *,
        by: str | Sequence[str],
        within: str | Sequence[str] = (),
        order: str | Sequence[str] | None = None,
        reference: str | None = None,
        confidence: float = 0.95,
        min_n: int = 10,
        internal: bool = False,
        breaks: Sequence[str] = (),
    ) -> InequalityResult:
        """Summarise how unequal all groups of a trait are.

        Parameters
        ----------
        indicator
            The name of one of the cells' indicators.
        by
            The dimension whose groups are summarised.
        within
            Dimensions held fixed, such as the year: the summaries of each stratum.
        order
            The groups from the least to the most advantaged: adds RCI, ACI, SII, RII.
        reference
            The group that others are set against (MDRW, MDRU, PAR, PAF).  Where it is
            not given: the last of the order; without an order PAR and PAF are against
            the best group, and MDRW and MDRU are not given.
        confidence
            Of the intervals.
        min_n, internal
            As in `gaps`: groups that are withheld enter no figure.
        breaks
            Years from which on figures are counted otherwise than before: nothing is
            compared across them.

        Raises
        ------
        QuestionError
            Where the question cannot be put to these cells.
        """
        names, within = names_of(by), names_of(within)
        if len(names) != 1:
            raise QuestionError(
                "the groups of one trait are summarised at a time",
                next_step="Name one dimension in --by.",
            )
        held = self._held(indicator, names, within, None)
        ordered = None if order is None else names_of(order)
        cells = self
        if ordered and reference is None and held.figures is None:
            last = f"The last of the order, '{ordered[-1]}', is the reference of"
            said = f"{last} MDRW, MDRU, PAR and PAF; --reference names another."
            cells = self.described(self.provenance.command, said)
        question = InequalityQuestion(
            order=ordered,
            reference=reference,
            confidence=confidence,
        )
        if held.figures is not None:
            return averages_of(
                self.arrays,
                held,
                names[0],
                within=within,
                question=question,
                min_n=min_n,
                internal=internal,
            )
        return inequality_of(
            cells.arrays,
            held,
            names[0],
            within=within,
            question=question,
            min_n=min_n,
            internal=internal,
            breaks=breaks,
        )

    def _held(
        self,
        indicator: str,
        by: Sequence[str],
        within: Sequence[str],
        cluster: str | None,
    ) -> Indicator:
        """The indicator of this name; refused where the cells lack what is asked."""
        found = [item for item in self.arrays.indicators if item.name == indicator]
        if not found:
            known = [item.name for item in self.arrays.indicators]
            raise QuestionError(
                f"the cells hold no indicator '{indicator}'",
                next_step=did_you_mean(indicator, known, what="indicators"),
            )
        axes = [axis.dimension.name for axis in self.arrays.axes]
        for name in [*by, *within, *([cluster] if cluster else [])]:
            if name not in axes:
                raise QuestionError(
                    f"the cells hold no dimension '{name}'",
                    next_step=did_you_mean(name, axes, what="dimensions"),
                )
        both = [name for name in by if name in within]
        if both or len(set(by)) < len(by) or len(set(within)) < len(within):
            raise QuestionError(
                f"'{(both or list(by))[0]}' is asked for twice",
                next_step="Name each dimension once, in --by or in --within.",
            )
        return found[0]


@dataclass(frozen=True, slots=True)
class GapsResult:
    """Gaps that went through the privacy gate."""

    gated: Gated

    @property
    def gaps(self) -> Gaps:
        """The result itself."""
        return self.gated.gaps

    @property
    def rows(self) -> tuple[GapRow, ...]:
        """A row for every group; withheld figures are ``WITHHELD``."""
        return self.gated.gaps.rows

    @property
    def pooled(self) -> tuple[PooledRow, ...]:
        """With ``within``: each group's gap pooled over the strata."""
        return self.gated.gaps.pooled

    @property
    def sensitivity(self) -> tuple[SensitivityRow, ...]:
        """Where asked: each group's verdict under every reference."""
        return self.gated.gaps.sensitivity

    @property
    def provenance(self) -> Provenance:
        """Where the figures come from, and whether they may leave the room."""
        return self.gated.gaps.provenance

    def to_dict(self) -> dict[str, Any]:
        """The whole result, as in JSON."""
        return self.gated.gaps.to_dict()

    def to_json(self) -> str:
        """The whole result as JSON text."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows, each as in JSON."""
        return [row.to_dict() for row in self.rows]

    def to_records(self) -> list[dict[str, Any]]:
        """The rows flat: a column for each dimension and each figure."""
        return [self._flat(row) for row in self.rows]

    def _flat(self, row: GapRow) -> dict[str, Any]:
        plain = row.to_dict()
        flat: dict[str, Any] = {}
        for dimension in (*self.gaps.within, *self.gaps.dimensions):
            name = dimension.name
            flat[name] = row.within.get(name, row.group.get(name))
        reference = plain.pop("reference")
        parity = plain.pop("students_to_parity")
        indices = plain.pop("indices", None)
        for name, value in plain.items():
            if name in {"group", "within"}:
                continue
            flat[name] = _told(value) if name == "reasons" else value
            if name == "shrunken":
                group = reference.pop("group")
                flat["reference_kind"] = reference.pop("kind")
                flat["reference_group"] = (
                    ", ".join(f"{key}={held}" for key, held in group.items())
                    if group
                    else None
                )
                flat |= {f"reference_{key}": held for key, held in reference.items()}
        flat |= {f"students_to_parity_{key}": held for key, held in parity.items()}
        for index, figures in (indices or {}).items():
            flat |= {f"{index}_{key}": held for key, held in figures.items()}
        return flat

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table; withheld figures are null beside ``withheld``."""
        records = self.to_records()
        names = list(dict.fromkeys(name for record in records for name in record))
        texts = {d.name for d in (*self.gaps.within, *self.gaps.dimensions)}
        texts |= {"reference_kind", "reference_group", "verdict", "reason", "reasons"}
        columns = {}
        for name in names:
            values = [record.get(name) for record in records]
            columns[name] = pa.array(values, _arrow_type(name, texts))
        return pa.table(columns)

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas data frame."""
        return as_pandas(self.to_arrow())

    def to_polars(self) -> pl.DataFrame:
        """The rows as a Polars data frame."""
        return as_polars(self.to_arrow())

    def chart(self) -> alt.TopLevelMixin:
        """Groups as dots with their intervals, the reference marked."""
        from equitable.report.charts import chart  # noqa: PLC0415 - costly to import

        return chart(self.gated)

    def _repr_html_(self) -> str:
        from equitable.report.html import fragment  # noqa: PLC0415 - costly to import

        return fragment(self.gated)


def _told(reasons: Mapping[str, str]) -> str | None:
    """Reasons in one cell of a table."""
    return "; ".join(f"{name}: {why}" for name, why in reasons.items()) or None


def _arrow_type(name: str, texts: set[str]) -> pa.DataType:
    if name in texts:
        return pa.string()
    if name == "withheld" or name.endswith("_flagged"):
        return pa.bool_()
    counted = ("n", "missing", "count", "reference_n")
    if name in counted or name.startswith("students_to_parity"):
        return pa.int64()
    if name.endswith(("_needed", "_parity")):
        return pa.int64()
    return pa.float64()
