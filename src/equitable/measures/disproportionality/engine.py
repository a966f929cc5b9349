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
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from equitable.measures.disproportionality.categories import school_year
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.ratios import Fields, single_years
from equitable.measures.disproportionality.rows import (
    Disproportionality,
    Finding,
    RiskRow,
)
from equitable.measures.disproportionality.scheme import THE_RULE, Scheme
from equitable.measures.disproportionality.settings import IdeaSettings, Progress
from equitable.vocabulary import WITHHELD, Count, Withheld

Series: TypeAlias = Mapping[int, Fields]
"""One group and category of a district, by the year in which the school year ends."""


def risk_ratios(
    counts: Iterable[GroupCount],
    *,
    settings: IdeaSettings | None = None,
    state: Iterable[GroupCount] | None = None,
    scheme: Scheme = THE_RULE,
) -> Disproportionality:
    """Risk ratios of every district, year, category and group, and what they say.

    Parameters
    ----------
    counts
        One for each district, year, category and group.  All groups belong in: the
        comparison group is made of the others.
    settings
        The State's; ``IdeaSettings()`` where ``None``.
    state
        The State's counts, for alternate ratios; their ``district`` is not looked at.
    scheme
        The rule's categories and groups, or those of one's own outcome.

    Returns
    -------
    Disproportionality
        For each line a row for each group.

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
    found, notes = single_years(counts, settings, scheme, state)
    single = len({row["year"] for row in found}) < 2
    series: dict[tuple[str, str, str], dict[int, Fields]] = defaultdict(dict)
    placed = []
    for row in found:
        year = 0 if single else school_year(row["year"])
        own = series[(row["district"], row["category"], row["group"])]
        own[year] = row
        placed.append((year, own))
    # What the years say rests on each year's ratio, which stays as it is.
    asked = {
        key: _Asked(settings.years, settings.of(category).progress)
        for key, category in scheme.categories.items()
    }
    for row, (year, own) in zip(found, placed, strict=True):
        _add_years(row, year, own, asked[row["category"]])
    notes = settings.notes() + notes if scheme.regulated else notes
    return Disproportionality(
        rows=tuple(RiskRow(**row) for row in found),
        settings=settings,
        notes=notes,
        scheme=scheme,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """In how many years, and what is progress: for one category."""

    years: int
    progress: Progress | None


def _add_years(row: Fields, year: int, series: Series, asked: _Asked) -> None:
    over = row.get("over_threshold")
    if over is WITHHELD:
        return
    progress = _progress(year, series, asked)
    finding = Finding.NO_RATIO if over is None else Finding.NOT_OVER
    if over is True:
        finding = _finding(year, series, progress, asked)
    if over is not None:
        row["consecutive_years_over"] = _run(year, series)
    row["reasonable_progress"] = progress
    row["finding"] = finding
    said = _notes(year, series, finding, progress, asked)
    if said:
        row["notes"] = row.get("notes", ()) + said


def _run(year: int, series: Series, most: int | None = None) -> Count:
    """In how many consecutive years up to this one the ratio was over."""
    run = 0
    while most is None or run < most:
        row = series.get(year - run)
        over = None if row is None else row.get("over_threshold")
        if isinstance(over, Withheld):
            return WITHHELD
        if over is None or over is False:
            break
        run += 1
    return run


def _progress(year: int, series: Series, asked: _Asked) -> bool | Withheld | None:
    """Whether the ratio fell enough in each of the two years; ``None``: not known."""
    if asked.progress is None:
        return None
    ratios = [_ratio(series.get(year - back)) for back in (2, 1, 0)]
    if any(ratio is WITHHELD for ratio in ratios):
        return WITHHELD
    known = [ratio for ratio in ratios if isinstance(ratio, Fraction)]
    if len(known) < len(ratios):
        return None
    made = asked.progress.made
    return all(made(before, after) for before, after in pairwise(known))


def _ratio(row: Fields | None) -> Fraction | Withheld | None:
    """The ratio exactly, as the fraction that its float comes from."""
    ratio: Fraction | Withheld | None = None if row is None else row.get("exact_ratio")
    return ratio


def _finding(
    year: int,
    series: Series,
    progress: bool | Withheld | None,
    asked: _Asked,
) -> Finding:
    """What a year's ratio over the threshold means beside those before it."""
    run = _run(year, series, asked.years)
    if run is WITHHELD:
        return Finding.UNKNOWN
    if run != asked.years:
        return Finding.NOT_YET
    if progress is WITHHELD:
        return Finding.UNKNOWN
    return Finding.PROGRESS if progress is True else Finding.MEETS


def _notes(
    year: int,
    series: Series,
    finding: Finding,
    progress: bool | Withheld | None,
    asked: _Asked,
) -> tuple[str, ...]:
    said: list[str] = []
    row, before = series[year], series.get(year - 1)
    if before is not None:
        kind, earlier = row.get("kind"), before.get("kind")
        known = isinstance(kind, str) and isinstance(earlier, str)
        if known and kind is not earlier:
            said.append(
                f"{before['year']} has the {earlier} and {row['year']} the {kind}: "
                "the comparison changed, and with it the ratio."
            )
    if finding is Finding.NOT_YET:
        first = min(series)
        missing = next(
            (
                year - back
                for back in range(1, asked.years)
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
                f"The counts begin in {series[first]['year']}" if series[first]["year"]
                else "The counts are of one year"
            )  # fmt: skip
            said[-1] += f"; {asked.years} consecutive years are asked for."
    unknown = asked.progress is not None and progress is None
    if finding is Finding.MEETS and unknown:
        said.append(
            "Whether there was reasonable progress is not known: it takes ratios of "
            "this year and the two before."
        )
    no_ratio = before is not None and before.get("ratio") is None
    if before is not None and no_ratio and row.get("over_threshold") is True:
        said.append(f"{before['year']} has no ratio: {before['reason']}.")
    return tuple(said)
