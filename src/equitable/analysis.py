"""The library's face: a data set, its cells, and results that show themselves.

    import equitable as eq

    students = eq.open("students.csv")
    cells = students.cube(indicators=["proficient"], by=["race", "lunch"])
    answer = cells.gaps("proficient", by=["race", "lunch"], depth=2)

Thin on purpose: the rooms below hold the work and know nothing of these classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Self

from equitable.answers.cells import Cells, GapsResult
from equitable.answers.inequality import InequalityResult
from equitable.answers.risk_question import risk_question
from equitable.answers.risk_ratios import RiskRatioResult, risk_ratios_of
from equitable.arguments import checked
from equitable.cube.scan import scan
from equitable.errors import QuestionError, did_you_mean
from equitable.intake import where as where_grammar
from equitable.intake.breaks import about_forms
from equitable.intake.meaning.defaults import (
    cautions,
    proposed_counts,
)
from equitable.intake.meaning.schema import Schema
from equitable.intake.published.dimensions import one_breakdown, with_parts
from equitable.intake.quality.assessment import Quality, assess
from equitable.intake.settings import Settings
from equitable.intake.source import Source
from equitable.releasing import release_of
from equitable.remarks import (
    about_assumptions,
    about_overlaps,
    about_years,
    read_direction,
    refuse_outcome_as_group,
    taken_alone,
)
from equitable.reporting import report_on
from equitable.version import VERSION
from equitable.vocabulary import Condition, Dimension, Indicator, names_of
from equitable.years import (
    about_breaks,
    breaks_between,
    with_jumps,
)

if TYPE_CHECKING:
    from equitable.intake.meaning.proposal import Inspection

DEFAULT_MIN_N: Final = 10
"""Groups with fewer students are withheld, where nobody says otherwise."""


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

        found = inspect(self.source, self.settings)
        quality = with_jumps(
            found.quality, self.source, self.schema, self.schema.indicators
        )
        return replace(found, quality=quality)

    def quality(
        self,
        indicators: Sequence[Indicator] | None = None,
        dimensions: Sequence[Dimension] | None = None,
    ) -> Quality:
        """What to know of the data before trusting a figure made from it."""
        indicators = self.schema.indicators if indicators is None else indicators
        found = assess(
            self.source,
            self.schema,
            indicators,
            self.schema.dimensions if dimensions is None else dimensions,
        )
        return with_jumps(found, self.source, self.schema, indicators)

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
        columns = self.schema.allowed_columns
        return where_grammar.parse(where, columns, self.settings)

    @checked
    def cube(
        self,
        *,
        indicators: str | Indicator | Sequence[str | Indicator],
        by: str | Dimension | Sequence[str | Dimension],
        within: str | Dimension | Sequence[str | Dimension] = (),
        where: str | None = None,
        weight: str | None = None,
        cluster: str | None = None,
    ) -> Cells:
        """Read the records once and return the cells.

        Parameters
        ----------
        indicators
            Outcomes, one or several: names, columns, or conditions such as
            ``'math >= 600'``.
        by, within
            Dimensions to compare and to hold fixed, one or several.
        where
            Rows to keep, in the grammar of ``--where``.
        weight
            A column of sampling weights.
        cluster
            A dimension (school, class) for cluster-robust intervals.
        """
        by, within = names_of(by), names_of(within)
        return self._cube(names_of(indicators), by, within, where, weight, cluster)

    def _left(self, names: Sequence[str], where: str | None) -> list[str]:
        """The names, a column of several breakdowns as the one that is left of it."""
        published, condition = self.schema.published, self.condition(where)
        return one_breakdown(self.source, published, names, condition)

    def _cube(
        self,
        indicators: Sequence[str | Indicator],
        by: Sequence[str | Dimension],
        within: Sequence[str | Dimension] = (),
        where: str | None = None,
        weight: str | None = None,
        cluster: str | None = None,
        reference: str = "",
    ) -> Cells:
        """The cells; with what they are to be compared with, for a word about it."""
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
        condition = self.condition(where)
        assumed = self.schema.notes_where(self.source, condition)
        assumed += about_overlaps(self, wished, where)
        breaks = breaks_between(self, wished, condition)
        held = {
            d.name if isinstance(d, Dimension) else self.schema.dimension(d).name
            for d in within
        }
        broken = about_breaks(
            self,
            breaks,
            wished,
            by=[d for name, d in wanted.items() if name not in held],
            within=[d for name, d in wanted.items() if name in held],
            where=condition,
            reference=reference,
        )
        forms = [about_forms(axis.dimension, axis.groups) for axis in found.axes]
        broken = (*broken, *filter(None, forms))
        notes = (*broken, *assumed, *found.provenance.notes)
        provenance = replace(
            found.provenance,
            version=VERSION,
            notes=tuple(dict.fromkeys(notes)),
            cautions=(*broken, *cautions(assumed)),
            breaks=breaks,
        )
        return Cells(replace(found, provenance=provenance))

    @checked
    def gaps(
        self,
        outcome: str | Indicator | None,
        *,
        by: str | Sequence[str],
        within: str | Sequence[str] = (),
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
        by, within = self._left(names_of(by), where), names_of(within)
        refuse_outcome_as_group(self, indicator, [*by, *within])
        reference = str(asked.get("reference", ""))
        cells = self._cube([indicator], by, within, where, weight, cluster, reference)
        said = [
            taken_alone(indicator, outcome, count, percent),
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
        return cells.gaps(
            indicator.name,
            by=[self.schema.dimension(name).name for name in by],
            within=[self.schema.dimension(name).name for name in within],
            cluster=self.schema.dimension(cluster).name if cluster else None,
            **asked,
        )

    @checked
    def inequality(
        self,
        outcome: str | Indicator | None,
        *,
        by: str | Sequence[str],
        within: str | Sequence[str] = (),
        direction: str | None = None,
        count: str | None = None,
        total: str | None = None,
        percent: str | None = None,
        where: str | None = None,
        weight: str | None = None,
        min_n: int | None = None,
        command: str | None = None,
        **asked: Any,
    ) -> InequalityResult:
        """Summaries of inequality over all groups of a dimension, in one step.

        Further keywords are those of `Cells.inequality`.
        """
        indicator = self.indicator(
            outcome, direction=direction, count=count, total=total, percent=percent
        )
        by, within = self._left(names_of(by), where), names_of(within)
        refuse_outcome_as_group(self, indicator, [*by, *within])
        cells = self.cube(
            indicators=[indicator], by=by, within=within, where=where, weight=weight
        )
        alone = taken_alone(indicator, outcome, count, percent)
        said = [alone, *about_assumptions(self, [indicator], direction, total)]
        held = [self.schema.dimension(name).name for name in within]
        if self.schema.year is None or self.schema.year.name not in held:
            said.append(about_years(self, indicator, by, within, where) or "")
        cells = cells.described(command, *filter(None, said))
        return cells.inequality(
            indicator.name,
            by=[self.schema.dimension(name).name for name in by],
            within=held,
            min_n=self.min_n if min_n is None else min_n,
            **asked,
        )

    @checked
    def risk_ratios(
        self,
        outcome: str | None = None,
        *,
        by: str | Sequence[str] | None = None,
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
        if state is not None and not isinstance(state, Dataset):
            raise QuestionError(
                "state is the data set of the whole State, opened, and not the name"
                " of its file",
                next_step='Open it first: state=eq.open("state.csv").',
            )
        traits = names_of(by)
        if len(traits) > 1:
            raise QuestionError(
                f"a risk ratio compares the groups of one trait, not of {len(traits)}",
                next_step=f"Ask for by='{traits[0]}'; for the others by themselves.",
            )
        trait = traits[0] if traits else None
        question = risk_question(self.settings, outcome=outcome, by=trait, **asked)
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

    report = report_on
    release = release_of

    def _column(self, name: str) -> str:
        if self.settings is not None:
            name = self.settings.crosswalk_name(name)
        for column in self.source.columns:
            if column.name == name:
                return name
        names = [column.name for column in self.source.columns]
        raise QuestionError(
            f"there is no column '{name}'",
            file=self.source.name,
            next_step=did_you_mean(name, names),
        )
