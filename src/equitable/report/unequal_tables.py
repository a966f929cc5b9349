"""Summaries of inequality as tables: the groups' levels, the measures, the strata."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from equitable.measures.inequality.results import Inequality, Measure, group_words
from equitable.privacy.inequality import GatedInequality
from equitable.report.document import Cell, Table
from equitable.report.tables import NOTHING, count_cell, in_column, interval
from equitable.report.unequal_words import (
    best_level,
    from_best,
    last_level,
    size,
    size_limits,
)
from equitable.vocabulary import WITHHELD, Indicator

SAYS: Final = {
    "BGV": "variance between groups",
    "BGSD": "standard deviation between groups",
    "COV": "BGSD in % of the average",
    "MDMW": "mean distance from the average, by students",
    "MDMU": "mean distance from the average, each group alike",
    "MDBW": "mean distance from the best, by students",
    "MDBU": "mean distance from the best, each group alike",
    "MDRW": "mean distance from the reference, by students",
    "MDRU": "mean distance from the reference, each group alike",
    "IDISW": "index of disparity, by students, %",
    "IDISU": "index of disparity, each group alike, %",
    "Theil": "Theil's index, thousandths",
    "MLD": "mean log deviation, thousandths",
    "PAR": "how far the average lies from the reference",
    "PAF": "PAR in % of the average",
    "RCI": "relative concentration index",
    "ACI": "absolute concentration index",
    "SII": "slope index: from the least to the most advantaged",
    "RII": "relative index: most over least advantaged",
}
"""What each summary is, in a few words."""
_ON_PAPER: Final = 8


def number(value: float | None) -> str:
    """A summary as tables show it: four digits that count."""
    return NOTHING if value is None else f"{value:.4g}".replace("-", "−")


def limits(measure: Measure) -> str:
    """Its limits, or a dash."""
    if measure.low is None or measure.high is None:
        return NOTHING
    return f"{number(measure.low)} to {number(measure.high)}"


def levels_table(found: Inequality, gated: GatedInequality, where: str = "") -> Table:
    """The groups beneath a summary: students, share, level, distance from the best."""
    indicator = gated.indicator
    best = best_level(found)
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(text=group_words(level.group), kind="group"),
            count_cell(None if level.n is None else round(level.n)),
            _share(level.share),
            _figure(level.value, indicator),
            Cell(text=interval(level.low, level.high, indicator)),
            Cell(
                text=NOTHING
                if best is None
                else _from(level.value, best.value, indicator)
            ),
        )
        for level in found.groups
    ]
    held = Cell(text=str(WITHHELD), kind="withheld")
    rows += [
        (Cell(text=group_words(group), kind="group"), held, *[Cell(text=NOTHING)] * 4)
        for group in found.withheld
    ]
    unit = indicator.unit_words
    value = (
        "Share" if indicator.is_share else f"Average ({unit})" if unit else "Average"
    )
    place = f", {where}" if where else ""
    return Table(
        caption=f"{indicator.label}, by {gated.dimension.label}{place}: the groups",
        columns=(
            "Group",
            "Students",
            "Share of students",
            value,
            _level_words(found),
            f"From the best{f' ({unit})' if unit else ''}",
        ),
        numeric=(False, True, True, True, True, True),
        rows=tuple(rows),
        note="Shares are of the students of the groups shown."
        if found.left_out
        else "",
    )


def measures_table(found: Inequality, gated: GatedInequality, where: str = "") -> Table:
    """Every summary with its limits, what chance alone gives, or why there is none."""
    rows = []
    for name, measure in found.measures.items():
        said = SAYS.get(name, "")
        said = f"{said}: {measure.reason}" if measure.reason else said
        rows.append(
            (
                Cell(text=name, kind="group"),
                _plain(measure.value),
                Cell(text=limits(measure)),
                _plain(measure.by_chance),
                Cell(text=said),
            )
        )
    place = f", {where}" if where else ""
    unit = "fractions of 1" if gated.indicator.is_rate else gated.indicator.unit_words
    return Table(
        caption=f"Every summary over the groups by {gated.dimension.label}{place}",
        columns=("Measure", "Value", _level_words(found), "By chance", "What it is"),
        numeric=(False, True, True, True, False),
        rows=tuple(rows),
        note=f"Distances are in {unit}." if unit else "",
    )


def strata_table(gated: GatedInequality) -> Table:
    """A row a stratum: how far from the best group, and the ends."""
    indicator = gated.indicator
    rows = []
    words = ""
    for one in gated.strata:
        measure = from_best(one.found)
        words = words or _level_words(one.found)
        best, last = best_level(one.found), last_level(one.found)
        known = measure.value is not None
        told = size(measure.value or 0.0, indicator) if known else _why(measure)
        rows.append(
            (
                *(Cell(text=value, kind="group") for value in one.within.values()),
                count_cell(len(one.found.groups)),
                Cell(text=told),
                Cell(text=size_limits(measure, indicator) or NOTHING),
                Cell(
                    text=NOTHING
                    if measure.by_chance is None
                    else size(measure.by_chance, indicator)
                ),
                *(
                    Cell(
                        text=NOTHING
                        if level is None
                        else f"{group_words(level.group)}"
                        f" ({in_column(level.value, indicator)})"
                    )
                    for level in (best, last)
                ),
            )
        )
    held = [dimension.label for dimension in gated.within]
    return Table(
        caption=f"{indicator.label}, by {gated.dimension.label}: mean distance from the"
        " best group",
        columns=(
            *held,
            "Groups shown",
            "Distance",
            words or "Interval",
            "By chance",
            "The best group",
            "The farthest",
        ),
        numeric=(*(False for _ in held), True, True, True, True, False, False),
        rows=tuple(rows),
    )


def strata_brief(gated: GatedInequality) -> Table:
    """The same for paper: fewer columns, so that each stratum takes one line."""
    whole = strata_table(gated)
    held = len(gated.within)
    rows = []
    for row in whole.rows[-_ON_PAPER:]:
        distance, between = row[held + 1], row[held + 2]
        told = f" ({between.text})" if between.text != NOTHING else ""
        joined = replace(distance, text=f"{distance.text}{told}")
        rows.append((*row[:held], joined, *row[held + 3 :]))
    more = len(whole.rows) - _ON_PAPER
    return replace(
        whole,
        columns=(
            *whole.columns[:held],
            f"{whole.columns[held + 1]} ({whole.columns[held + 2]})",
            *whole.columns[held + 3 :],
        ),
        numeric=(*whole.numeric[:held], *whole.numeric[held + 2 :]),
        rows=tuple(rows),
        note=f"The last {_ON_PAPER} of {len(whole.rows):,}." if more > 0 else "",
    )


def _why(measure: Measure) -> str:
    return measure.reason or NOTHING


def _level_words(found: Inequality) -> str:
    return f"{found.confidence:.0%} interval".replace("%", " %")


def _share(share: float | None) -> Cell:
    if share is None:
        return Cell(text=NOTHING)
    return Cell(
        text=f"{100 * share:.1f} %", value=share, kind="number", share=True, decimals=1
    )


def _figure(value: float, indicator: Indicator) -> Cell:
    return Cell(
        text=in_column(value, indicator),
        value=value,
        kind="number",
        share=indicator.is_share,
        decimals=indicator.decimals,
    )


def _from(value: float, best: float, indicator: Indicator) -> str:
    return size(value - best, indicator).removesuffix(indicator.unit_words).rstrip()


def _plain(value: float | None) -> Cell:
    if value is None:
        return Cell(text=NOTHING)
    return Cell(text=number(value), value=value, kind="number", decimals=6)
