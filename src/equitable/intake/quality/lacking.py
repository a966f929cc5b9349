"""What has no value: in a column, in a group, in a year of a table of counts."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from equitable.intake.meaning.defaults import indicator_columns
from equitable.intake.meaning.schema import Schema
from equitable.intake.quality.findings import MOST_SENTENCES, SMALL, Finding, listed
from equitable.intake.quality.tally import Tally
from equitable.vocabulary import NOT_REPORTED, Dimension, Indicator

_FAR_P: Final = 0.001
_FAR_POINTS: Final = 0.10
_FAR_TIMES: Final = 2.0


def missing(
    plan: Tally,
    whole: Mapping[str, Any],
    told: Collection[str],
    *,
    of_part: bool = False,
) -> list[Finding]:
    """Columns without a value in one row of a hundred, or more.

    ``told`` are those that may be spoken of; ``of_part`` says that what is shown is of
    some of the file's rows only.
    """
    of = " of the whole file" if of_part else ""
    rows = int(whole["n"] or 0)
    findings = []
    spoken = {one.count: one.label for one in plan.indicators if one.count}
    for place, column in enumerate(plan.columns):
        missing = int(whole[f"m{place}"] or 0)
        share = missing / rows if rows else 0.0
        if missing < SMALL or share < 0.01 or column not in told:
            continue
        findings.append(
            Finding(
                kind="missing",
                severity="caution" if share >= 0.2 else "note",
                sentence=f"'{spoken.get(column, column)}' has no value in "
                + (
                    f"{max(1, round(100 * share))} of every 100 rows{of}."
                    if _tellable(missing, rows) or missing == rows
                    else f"nearly every row{of}."
                ),
                column=column,
            )
        )
    return findings


def missing_by_group(
    schema: Schema,
    plan: Tally,
    found: Sequence[Mapping[str, Any]],
    *,
    shares: bool = True,
) -> list[Finding]:
    """Groups whose outcome is missing far more often than the others'.

    Score test of two proportions, p < .001, and at least ten points more, or twice as
    often and at least five in a hundred.  ``shares`` says whether it is told how often.
    """
    if schema.rows_are != "students":
        return []
    findings: list[tuple[float, Finding]] = []
    for place, dimension in enumerate(plan.dimensions):
        rows = plan.groups(found, place)
        for which, indicator in enumerate(plan.indicators):
            counts: dict[str, list[int]] = {}
            everyone = lacking = 0
            for row, text in rows:
                groups = dimension.classify(text)
                if groups == (NOT_REPORTED,):
                    continue  # often those who were not there at all in that year
                everyone += int(row["n"])
                lacking += int(row[f"o{which}"])
                for group in groups:
                    pair = counts.setdefault(group, [0, 0])
                    pair[0] += int(row["n"])
                    pair[1] += int(row[f"o{which}"])
            own = set(dimension.columns) & set(indicator_columns(indicator))
            if own:
                continue
            for group, (n, missing) in counts.items():
                rest, rest_missing = everyone - n, lacking - missing
                if not _far(n, missing, rest, rest_missing):
                    continue
                share, other = missing / n, rest_missing / rest
                findings.append(
                    (share - other,
                     _lacks(dimension, group, indicator, (missing, n),
                            (rest_missing, rest), told=shares))
                )  # fmt: skip
    findings.sort(key=lambda entry: -entry[0])
    return [finding for _, finding in findings[: 2 * MOST_SENTENCES]]


def _far(n: int, missing: int, rest: int, rest_missing: int) -> bool:
    if n < SMALL or rest < SMALL or missing * rest <= rest_missing * n:
        return False
    share, other = missing / n, rest_missing / rest
    pooled = (missing + rest_missing) / (n + rest)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / rest))
    if spread == 0:
        return False
    p = math.erfc((share - other) / spread / math.sqrt(2))
    twice = share >= _FAR_TIMES * other and share >= _FAR_POINTS / 2
    far = share - other >= _FAR_POINTS or twice
    return p < _FAR_P and far


def _lacks(
    dimension: Dimension,
    group: str,
    indicator: Indicator,
    own: tuple[int, int],
    rest: tuple[int, int],
    *,
    told: bool,
) -> Finding:
    """Shares are told only of ten with and ten without: a share gives the rest."""
    who = f"'{group}' ({dimension.label})"
    sentence = f"'{indicator.label}' is missing more often for {who} than for others."
    if told and _tellable(*own) and _tellable(*rest):
        share, other = (100 * missing / n for missing, n in (own, rest))
        sentence = (
            f"'{indicator.label}' is missing for {share:.0f} of every 100 students of "
            f"the group {who}, and for {other:.0f} of every 100 others."
        )
    return Finding(
        kind="missing by group",
        severity="caution",
        sentence=sentence,
        next_step="Find out why before comparing: those without a value may differ "
        "from those with one.",
        column=indicator.column or indicator.count,
    )


def _is_total(dimension: Dimension, text: str | None) -> bool:
    """Whether a row of a published table is of all of a dimension's groups."""
    return " ".join((text or "").casefold().split()) in dimension.totals


def _tellable(missing: int, n: int) -> bool:
    return missing >= SMALL and n - missing >= SMALL


def counts_by_year(
    schema: Schema, plan: Tally, found: Sequence[Mapping[str, Any]]
) -> list[Finding]:
    """Groups of a table of counts that lack a number in one year and not in others.

    A row without its number is in no figure, so that the group is not the same in each
    year: its schools, or its grades, are others.
    """
    if schema.rows_are != "counts" or plan.year is None:
        return []
    findings = []
    for which, indicator in enumerate(plan.indicators):
        column = indicator.count or indicator.column or indicator.name
        sentences = []
        for place, dimension in enumerate(plan.dimensions):
            rows: dict[str, dict[str, list[int]]] = {}
            for row, text, year_text in plan.years(found, place):
                if _is_total(dimension, text):
                    continue  # a row of another breakdown: no group of this one
                year = plan.year.classify(year_text)[0]
                for group in dimension.classify(text):
                    pair = rows.setdefault(group, {}).setdefault(year, [0, 0])
                    pair[0] += int(row["n"])
                    pair[1] += int(row[f"o{which}"])
            for group, years in sorted(rows.items()):
                without = sorted(year for year, (_, none) in years.items() if none)
                if not without or len(without) == len(years):
                    continue
                lacking = sum(years[year][1] for year in without)
                of = sum(years[year][0] for year in without)
                sentences.append(
                    f"In {listed(without)}, '{column}' has no number for '{group}'"
                    f" ({dimension.label}) in {lacking:,} of {of:,}"
                    f" row{'s' if of > 1 else ''} of counts, which are left out there"
                    " and not in other years."
                )
        findings += [
            Finding(
                kind="missing by group",
                severity="caution",
                sentence=sentence,
                next_step="Do not compare these years until the number is found.",
                column=column,
            )
            for sentence in sentences[:MOST_SENTENCES]
        ]
        if len(sentences) > MOST_SENTENCES:
            findings.append(
                Finding(
                    kind="missing by group",
                    severity="caution",
                    sentence=f"The same is so of {len(sentences) - MOST_SENTENCES:,}"
                    f" more groups of '{column}'.",
                    column=column,
                )
            )
    return findings
