"""The library's face: a data set, its cells, and results that show themselves.

    import equitable as eq

    students = eq.open("students.csv")
    cells = students.cube(indicators=["proficient"], by=["race", "lunch"])
    answer = cells.gaps("proficient", by=["race", "lunch"], depth=2)

Thin on purpose: the rooms below hold the work and know nothing of these classes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from equitable.answers.cells import Cells, GapsResult
from equitable.answers.inequality import InequalityResult, inequality_of
from equitable.answers.risk_question import risk_question
from equitable.answers.risk_ratios import RiskRatioResult, risk_ratios_of
from equitable.cube.scan import scan
from equitable.errors import QuestionError, did_you_mean
from equitable.intake import where as where_grammar
from equitable.intake.meaning.defaults import (
    cautions,
    proposed_counts,
)
from equitable.intake.meaning.schema import Schema
from equitable.intake.published.dimensions import with_parts
from equitable.intake.quality.assessment import Quality, assess
from equitable.intake.settings import Settings
from equitable.intake.source import Source
from equitable.remarks import (
    about_assumptions,
    about_overlaps,
    about_years,
    read_direction,
    refuse_averages,
    refuse_outcome_as_group,
)
from equitable.study import Plan, carry_out
from equitable.version import VERSION
from equitable.vocabulary import Condition, Dimension, Indicator, Role

if TYPE_CHECKING:
    from equitable.intake.meaning.proposal import Inspection

DEFAULT_MIN_N: Final = 10
"""Groups with fewer students are withheld, where nobody says otherwise."""


def _silently(_: str) -> AbstractContextManager[None]:
    return nullcontext()


class Dataset:
    """Records and their meaning.  Close it, or use it in a ``with`` statement."""

    def __init__(
        self, source: Source, schema: Schema, settings: Settings | None
    ) -> None:
        self.source = source
        self.schema = schema
        self.settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the source and of every temporary file."""
        self.source.close()

    def inspect(self) -> Inspection:
        """What each column is, with reason and confidence, and the data's quality."""
        from equitable.intake.meaning.proposal import (  # noqa: PLC0415 - costly
            inspect,
        )

        return inspect(self.source, self.settings)

    def quality(
        self,
        indicators: Sequence[Indicator] | None = None,
        dimensions: Sequence[Dimension] | None = None,
    ) -> Quality:
        """What to know of the data before trusting a figure made from it."""
        return assess(
            self.source,
            self.schema,
            self.schema.indicators if indicators is None else indicators,
            self.schema.dimensions if dimensions is None else dimensions,
        )

    def indicator(
        self,
        outcome: str | Indicator | None,
        *,
        direction: str | None = None,
        count: str | None = None,
        total: str | None = None,
        percent: str | None = None,
    ) -> Indicator:
        """The indicator that an outcome's name, column or condition stands for.

        In a table of counts the total that the columns propose is taken where none is
        given; without one an outcome is refused, as rows are not students.
        """
        if isinstance(outcome, Indicator):
            return outcome
        wanted = read_direction(direction)
        if (
            count is None
            and total is None
            and percent is None
            and self.schema.rows_are == "counts"
        ):
            count, total = proposed_counts(self.schema, (outcome or "").strip())
            outcome = None if count is not None else outcome
        found = self.schema.indicator(
            outcome,
            direction=wanted,
            count=None if count is None else self._column(count),
            total=None if total is None else self._column(total),
            percent=None if percent is None else self._column(percent),
        )
        if found.is_counts and not found.is_rate:
            raise QuestionError(
                f"'{found.label}' is an average in every row, and how the students of a"
                " row spread around it is not in the file",
                file=self.source.name,
                next_step="Give counts instead (--count and --total): how many reached"
                " a score, of how many.",
            )
        return found

    def condition(self, where: str | None) -> Condition | None:
        """A condition on rows, read and checked."""
        if where is None or not where.strip():
            return None
        return where_grammar.parse(where, self.schema.allowed_columns)

    def cube(
        self,
        *,
        indicators: Sequence[str | Indicator],
        by: Sequence[str | Dimension],
        within: Sequence[str | Dimension] = (),
        where: str | None = None,
        weight: str | None = None,
        cluster: str | None = None,
    ) -> Cells:
        """Read the records once and return the cells.

        Parameters
        ----------
        indicators
            Outcomes: names, columns, or conditions such as ``'math >= 600'``.
        by, within
            Dimensions to compare and to hold fixed.
        where
            Rows to keep, in the grammar of ``--where``.
        weight
            A column of sampling weights.
        cluster
            A dimension (school, class) for cluster-robust intervals.
        """
        wanted: dict[str, Dimension] = {}
        for name in [*by, *within, *([cluster] if cluster else [])]:
            dimension = (
                name if isinstance(name, Dimension) else self.schema.dimension(name)
            )
            wanted.setdefault(dimension.name, dimension)
        if weight is not None:
            weight = self._column(weight)
        wished = [self.indicator(outcome) for outcome in indicators]
        found = scan(
            self.source,
            indicators=wished,
            dimensions=with_parts(
                self.schema.published,
                self.schema.rows_are,
                wished,
                list(wanted.values()),
            ),
            where=self.condition(where),
            weight=weight,
        )
        assumed = self.schema.notes_where(self.source, self.condition(where))
        assumed += about_overlaps(self, wished, where)
        notes = (*assumed, *found.provenance.notes)
        provenance = replace(
            found.provenance,
            version=VERSION,
            notes=tuple(dict.fromkeys(notes)),
            cautions=cautions(assumed),
        )
        return Cells(replace(found, provenance=provenance))

    def gaps(
        self,
        outcome: str | Indicator | None,
        *,
        by: Sequence[str],
        within: Sequence[str] = (),
        direction: str | None = None,
        count: str | None = None,
        total: str | None = None,
        percent: str | None = None,
        where: str | None = None,
        weight: str | None = None,
        cluster: str | None = None,
        command: str | None = None,
        **asked: Any,
    ) -> GapsResult:
        """One indicator's gaps, from the records in one step.

        Further keywords are those of `Cells.gaps`.
        """
        indicator = self.indicator(
            outcome, direction=direction, count=count, total=total, percent=percent
        )
        refuse_outcome_as_group(self, indicator, [*by, *within])
        cells = self.cube(
            indicators=[indicator],
            by=by,
            within=within,
            where=where,
            weight=weight,
            cluster=cluster,
        )
        said = [
            *about_assumptions(self, [indicator], direction, total),
            about_years(self, indicator, by, within, where),
        ]
        if weight is not None:
            said.append(
                f"Weighted by '{weight}'; the numbers of students are without weights."
            )
        if asked.get("indices") and not indicator.is_rate:
            said.append(
                "California's indices are of shares of students, so this outcome has"
                " none. For a share, give a condition, such as --outcome"
                f" '{indicator.column} >= …'."
            )
        cells = cells.described(command, *filter(None, said))
        if self.schema.rows_are == "figures" and not indicator.is_counts:
            return cells.averages(
                indicator.name,
                by=[self.schema.dimension(name).name for name in by],
                within=[self.schema.dimension(name).name for name in within],
                reference=asked.get("reference", "rest"),
            )
        return cells.gaps(
            indicator.name,
            by=[self.schema.dimension(name).name for name in by],
            within=[self.schema.dimension(name).name for name in within],
            cluster=self.schema.dimension(cluster).name if cluster else None,
            **asked,
        )

    def inequality(
        self,
        outcome: str | Indicator | None,
        *,
        by: str,
        order: Sequence[str] | None = None,
        reference: str | None = None,
        direction: str | None = None,
        count: str | None = None,
        total: str | None = None,
        percent: str | None = None,
        where: str | None = None,
        weight: str | None = None,
        confidence: float = 0.95,
        min_n: int | None = None,
        internal: bool = False,
        command: str | None = None,
    ) -> InequalityResult:
        """Summaries of inequality over all groups of a dimension.

        Parameters
        ----------
        order
            The groups from the least to the most advantaged, for the ordered summaries.
        reference
            The group that others are set against; the best where it is not given.

        Further keywords are those of `gaps`.  Groups that the privacy gate withholds
        enter no figure.
        """
        indicator = self.indicator(
            outcome, direction=direction, count=count, total=total, percent=percent
        )
        refuse_outcome_as_group(self, indicator, [by])
        cells = self.cube(indicators=[indicator], by=[by], where=where, weight=weight)
        cells = cells.described(
            command, *about_assumptions(self, [indicator], direction, total)
        )
        name = self.schema.dimension(by).name
        least = self.min_n if min_n is None else min_n
        gated = cells.gaps(
            indicator.name, by=[name], depth=1, min_n=least, internal=internal
        )
        return inequality_of(
            cells.arrays,
            indicator,
            name,
            shown=[row.group[name] for row in gated.rows if not row.withheld],
            order=order,
            reference=reference,
            confidence=confidence,
            provenance=gated.provenance,
        )

    def risk_ratios(
        self,
        outcome: str | None = None,
        *,
        by: str | None = None,
        state: Dataset | None = None,
        show_min: int | None = None,
        internal: bool = False,
        command: str | None = None,
        **asked: Any,
    ) -> RiskRatioResult:
        """Risk ratios: each group's risk against that of all others, as IDEA asks.

        From a table of counts with a column of the 14 categories; from students with
        their disabilities, settings and removals; or of any outcome by any trait.

        Parameters
        ----------
        outcome, by
            An outcome of one's own, or one of the categories; the trait compared.
        state
            The same kind of file of the whole State, opened: for alternate ratios.
        show_min
            The smallest number of students that may be shown; else ``min_n`` of the
            settings' ``[privacy]``, or 10.
        internal
            Show small groups, and mark the result internal.
        asked
            The rule's ``min_cell``, ``min_n``, ``threshold``, ``years``, ``progress``
            ('any', 'none', 0.25, '10%') and ``confidence``, else as ``[idea]`` of the
            settings says, or usual; columns ``count``, ``total``, ``year``,
            ``district`` and ``category``; ``where``.
        """
        question = risk_question(self.settings, outcome=outcome, by=by, **asked)
        least = self.min_n if show_min is None else show_min
        made = risk_ratios_of(
            self, question, state=state, least=least, internal=internal
        )
        provenance = replace(made.provenance, version=VERSION, command=command)
        return replace(made, provenance=provenance)

    @property
    def min_n(self) -> int:
        """The smallest group that may be shown: the settings', else 10."""
        privacy = self.settings.privacy if self.settings else None
        return privacy.min_n if privacy and privacy.min_n else DEFAULT_MIN_N

    def report(
        self,
        output: str | Path | Sequence[str | Path],
        *,
        outcomes: Sequence[str] | None = None,
        by: Sequence[str] | None = None,
        over: Sequence[str] = (),
        depth: int = 2,
        reference: str = "rest",
        direction: str | None = None,
        where: str | None = None,
        weight: str | None = None,
        count: str | None = None,
        total: str | None = None,
        title: str = "",
        min_n: int | None = None,
        internal: bool = False,
        command: str | None = None,
        date: dt.date | None = None,
        progress: Callable[[str], AbstractContextManager[None]] = _silently,
    ) -> list[Path]:
        """Write a report: HTML, XLSX or PDF by each path's ending.

        Parameters
        ----------
        output
            One path or several.
        outcomes, by
            What is compared for whom; without them, what the settings hold or what
            was found in the columns.
        over
            Places (school, grade) compared in charts of their own.
        progress
            Makes a context around each step, told what it is.

        Returns
        -------
        The paths written, all or none of them.
        """
        from equitable.report.write import (  # noqa: PLC0415 - costly to import
            check_report_place,
            write_report,
        )

        given = [output] if isinstance(output, str | Path) else output
        paths = [Path(path) for path in given]
        for path in paths:
            check_report_place(path, never=self.source.paths)
        indicators = self._asked_indicators(outcomes, direction, count, total)
        refuse_averages(self, indicators)
        plan = Plan(
            indicators=indicators,
            by=(
                self._traits()
                if by is None
                else tuple(self.schema.dimension(name) for name in by)
            ),
            over=tuple(self.schema.dimension(name) for name in over),
            year=self.schema.year,
            where=self.condition(where),
            weight=None if weight is None else self._column(weight),
            depth=depth,
            reference=reference,
            min_n=self.min_n if min_n is None else min_n,
            internal=internal,
            title=title,
            command=command,
            date=date,
            notes=(
                *about_overlaps(self, indicators, where),
                *about_assumptions(self, indicators, direction, total),
            ),
        )
        with progress(f"Reading {self.source.name} and comparing groups"):
            contents = carry_out(self.source, self.schema, plan)
        with progress("Drawing the charts and writing the report"):
            return write_report(contents, paths)

    def _traits(self) -> tuple[Dimension, ...]:
        """What students are grouped by where nobody says: traits before places."""
        places = {Role.SCHOOL, Role.GRADE, Role.YEAR}
        traits = [d for d in self.schema.dimensions if d.role not in places]
        return tuple(traits) or self.schema.dimensions

    def _asked_indicators(
        self,
        outcomes: Sequence[str] | None,
        direction: str | None,
        count: str | None,
        total: str | None,
    ) -> tuple[Indicator, ...]:
        if outcomes is None and total is None:
            return self.schema.indicators
        asked: Sequence[str | None] = outcomes or [None]
        return tuple(
            self.indicator(outcome, direction=direction, count=count, total=total)
            for outcome in asked
        )

    def _column(self, name: str) -> str:
        for column in self.source.columns:
            if column.name == name:
                return name
        names = [column.name for column in self.source.columns]
        raise QuestionError(
            f"there is no column '{name}'",
            file=self.source.name,
            next_step=did_you_mean(name, names),
        )
