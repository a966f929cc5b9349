"""Significant disproportionality under IDEA: risk ratios and what follows from them.

For each group and category: the risk, the risk of all other children of the district,
their ratio; where those others are too few, the alternate ratio against all other
children of the State; and where neither may be computed, the reason.  A ratio over the
State's threshold in each of so many consecutive years, without reasonable progress,
meets the rule's standard.  What that means for a district, the State decides: this is
the arithmetic, done exactly.

Sources: 34 CFR 300.646 and 300.647 (81 FR 92376); US Department of Education, Essential
Questions and Answers on Significant Disproportionality (March 2017); Bollmer, J. &
Bitterman, A., IDEA Data Center, for removals counted per child.  The interval is not
in the rule; it is Katz's or Koopman's (``differences.rate_ratio``).

A year that is missing breaks a run of consecutive years.  So does a year without a
ratio: the district has not exceeded a threshold in it (300.647(d)(1)).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from equitable.measures.disproportionality.categories import school_year
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.ratios import single_years
from equitable.measures.disproportionality.rows import (
    Disproportionality,
    Finding,
    RiskRow,
)
from equitable.measures.disproportionality.settings import IdeaSettings
from equitable.vocabulary import WITHHELD, Count, Withheld

Series: TypeAlias = Mapping[int, RiskRow]
"""One group and category of a district, by the year in which the school year ends."""


def risk_ratios(
    counts: Iterable[GroupCount],
    *,
    settings: IdeaSettings | None = None,
    state: Iterable[GroupCount] | None = None,
) -> Disproportionality:
    """Risk ratios of every district, year, category and group, and what they say.

    Parameters
    ----------
    counts
        One for each district, year, category and group.  All seven groups belong in:
        the comparison group is made of the others.
    settings
        The State's; ``IdeaSettings()`` where ``None``.
    state
        The State's counts, for alternate ratios; their ``district`` is not looked at.

    Returns
    -------
    Disproportionality
        For each line seven rows, one for each group.

    Raises
    ------
    InputError, QuestionError
        Where the counts cannot be right: see ``checked``; where the State has fewer
        children than its districts.

    Notes
    -----
    Where one group is ``WITHHELD``, the other groups' comparisons hold its count, and
    are withheld with it.  The caller decides which groups those are
    (``privacy.disproportionality``), and must withhold a second group wherever a total
    over all groups is published.
    """
    settings = settings or IdeaSettings()
    answer = single_years(counts, settings, state)
    series: dict[tuple[str, str, str], dict[int, RiskRow]] = defaultdict(dict)
    single = len({row.year for row in answer.rows}) < 2
    for row in answer.rows:
        year = 0 if single else school_year(row.year)
        series[(row.district, row.category, row.group)][year] = row
    rows = []
    for row in answer.rows:
        year = 0 if single else school_year(row.year)
        own = series[(row.district, row.category, row.group)]
        rows.append(_with_years(year, own, settings))
    return replace(answer, rows=tuple(rows))


def _with_years(year: int, series: Series, settings: IdeaSettings) -> RiskRow:
    row = series[year]
    if row.over_threshold is WITHHELD:
        return row
    progress = _progress(year, series, settings)
    run = _run(year, series)
    finding = _finding(year, series, progress, settings)
    return replace(
        row,
        consecutive_years_over=None if row.over_threshold is None else run,
        reasonable_progress=progress,
        finding=finding,
        notes=row.notes + _notes(year, series, finding, settings),
    )


def _run(year: int, series: Series, most: int | None = None) -> Count:
    """In how many consecutive years up to this one the ratio was over."""
    run = 0
    while most is None or run < most:
        row = series.get(year - run)
        if row is None or row.over_threshold is None or row.over_threshold is False:
            break
        if row.over_threshold is WITHHELD:
            return WITHHELD
        run += 1
    return run


def _progress(
    year: int, series: Series, settings: IdeaSettings
) -> bool | Withheld | None:
    """Whether the ratio fell enough in each of the two years; ``None``: not known."""
    if settings.progress is None:
        return None
    ratios = [_ratio(series.get(year - back)) for back in (2, 1, 0)]
    if any(ratio is WITHHELD for ratio in ratios):
        return WITHHELD
    known = [ratio for ratio in ratios if isinstance(ratio, Fraction)]
    if len(known) < len(ratios):
        return None
    made = settings.progress.made
    return all(made(before, after) for before, after in pairwise(known))


def _ratio(row: RiskRow | None) -> Fraction | Withheld | None:
    """The ratio exactly, from the fraction that its float came from."""
    if row is None or row.ratio is None:
        return None
    return row.exact_ratio if isinstance(row.exact_ratio, Fraction) else WITHHELD


def _finding(
    year: int,
    series: Series,
    progress: bool | Withheld | None,
    settings: IdeaSettings,
) -> Finding:
    row = series[year]
    if row.over_threshold is None:
        return Finding.NO_RATIO
    if row.over_threshold is False:
        return Finding.NOT_OVER
    run = _run(year, series, settings.years)
    if run is WITHHELD:
        return Finding.UNKNOWN
    if run != settings.years:
        return Finding.NOT_YET
    if progress is WITHHELD:
        return Finding.UNKNOWN
    return Finding.PROGRESS if progress is True else Finding.MEETS


def _notes(
    year: int, series: Series, finding: Finding, settings: IdeaSettings
) -> tuple[str, ...]:
    said = []
    row, before = series[year], series.get(year - 1)
    if before is not None and None not in (row.kind, before.kind):
        both = {row.kind, before.kind}
        if len(both) > 1 and WITHHELD not in both:
            said.append(
                f"{before.year} has the {before.kind} and {row.year} the {row.kind}: "
                "the comparison changed, and with it the ratio."
            )
    if finding is Finding.NOT_YET:
        first = min(series)
        missing = next(
            (
                year - back
                for back in range(1, settings.years)
                if year - back not in series
            ),
            None,
        )
        if missing is not None and missing > first:
            said.append(
                f"There are no counts for the year that ends in {missing}: the run of "
                "consecutive years is broken there."
            )
        elif missing is not None:
            said.append(
                f"The counts begin in {series[first].year}" if series[first].year
                else "The counts are of one year"
            )  # fmt: skip
            said[-1] += f"; {settings.years} consecutive years are asked for."
    unknown = (
        settings.progress is not None and _progress(year, series, settings) is None
    )
    if finding is Finding.MEETS and unknown:
        said.append(
            "Whether there was reasonable progress is not known: it takes ratios of "
            "this year and the two before."
        )
    if row.over_threshold and before is not None and before.ratio is None:
        said.append(f"{before.year} has no ratio: {before.reason}.")
    return tuple(said)
