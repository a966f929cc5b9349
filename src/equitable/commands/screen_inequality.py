"""Summaries of inequality on a screen: what each says, and the groups beneath."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.table import Table

from equitable.commands.screen_tables import printable
from equitable.measures.inequality.results import Inequality, Level, Measure
from equitable.report.tables import amount, in_column, interval
from equitable.vocabulary import Indicator

SAYS: Final[Mapping[str, str]] = {
    "BGV": "variance between groups",
    "BGSD": "standard deviation between groups",
    "COV": "that, in % of the average",
    "MDMW": "mean distance from the average, by students",
    "MDMU": "the same, each group alike",
    "MDBW": "mean distance from the best, by students",
    "MDBU": "the same, each group alike",
    "MDRW": "mean distance from the reference, by students",
    "MDRU": "the same, each group alike",
    "IDISW": "index of disparity, by students, %",
    "IDISU": "the same, each group alike, %",
    "Theil": "Theil's index, thousandths",
    "MLD": "mean log deviation, thousandths",
    "PAR": "how far the average lies from the reference",
    "PAF": "that, in % of the average",
    "RCI": "relative concentration index",
    "ACI": "absolute concentration index",
    "SII": "slope index: from the least to the most advantaged",
    "RII": "relative index: most over least advantaged",
}


def inequality_sentence(found: Inequality, indicator: Indicator) -> str:
    """What the groups' levels span, in a sentence."""
    known = [level for level in found.groups if level.value == level.value]
    if len(known) < 2:
        return f"{indicator.label}: there are not two groups that can be compared."
    low = min(known, key=lambda level: level.value)
    high = max(known, key=lambda level: level.value)
    return (
        f"{indicator.label}: from {in_column(low.value, indicator)} for {_name(low)} to"
        f" {in_column(high.value, indicator)} for {_name(high)}, over"
        f" {len(known)} groups."
    )


def inequality_table(found: Inequality) -> Table:
    """Each summary with its limits, or why there is none."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), expand=False)
    table.add_column("Measure", no_wrap=True)
    table.add_column("Value", justify="right", no_wrap=True)
    table.add_column("from to", justify="right", no_wrap=True)
    table.add_column("What it is")
    for name, measure in found.measures.items():
        limits = _limits(measure)
        said = SAYS.get(name, "")
        if measure.value is None and measure.reason:
            said = f"{said}: {measure.reason}"
        table.add_row(name, _number(measure.value), limits, printable(said))
    return table


def inequality_levels(found: Inequality, indicator: Indicator) -> Table:
    """The groups beneath: students, share and level."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), expand=False)
    table.add_column("Group")
    for name in ("Students", "Share", "Value", "from to"):
        table.add_column(name, justify="right", no_wrap=True)
    for level in found.groups:
        table.add_row(
            printable(_name(level)),
            amount(int(level.n), None),
            f"{100 * level.share:.1f} %",
            in_column(level.value, indicator),
            interval(level.low, level.high, indicator),
        )
    return table


def _name(level: Level) -> str:
    if isinstance(level.group, str):
        return level.group
    return " & ".join(level.group.values())


def _limits(measure: Measure) -> str:
    if measure.low is None or measure.high is None:
        return "–"
    return f"{_number(measure.low)} to {_number(measure.high)}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}".replace("-", "−")
