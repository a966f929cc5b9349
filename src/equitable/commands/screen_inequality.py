"""Summaries of inequality on a screen: what each says, and the groups beneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from equitable.answers.inequality import InequalityResult
from equitable.commands.screen_tables import printable
from equitable.measures.inequality.results import (
    Inequality,
    Level,
    group_words,
)
from equitable.measures.inequality.strata import Stratum
from equitable.privacy.inequality import GatedInequality
from equitable.report.tables import amount, in_column, interval
from equitable.report.unequal_tables import SAYS, limits, number
from equitable.report.unequal_words import (
    best_level,
    from_best,
    last_level,
    no_numbers,
    notes_of,
    other_groups,
    size,
    size_limits,
    then_and_now,
)
from equitable.vocabulary import WITHHELD, Indicator

_STRATA: Final = 40
"""Strata that are printed; files have them all."""


def show_inequality(result: InequalityResult, console: Console) -> None:
    """Print a result: its sentence, its tables, and what is to be known of it."""
    gated, indicator = result.gated, result.indicator
    single = gated.found
    console.print(Text(printable(inequality_sentence(gated))))
    for caution in result.provenance.cautions:
        console.print(Text(f"! {printable(caution)}"))
    console.print()
    if single is not None:
        console.print(inequality_table(single))
        for line in not_given(single):
            console.print(Text(printable(line)))
        console.print()
        console.print(inequality_levels(single, indicator))
    else:
        console.print(strata_screen(gated))
        for line in _beneath(gated):
            console.print(Text(printable(line)))
    console.print()
    for note in dict.fromkeys((*notes_of(gated), *result.provenance.notes)):
        console.print(Text(printable(note)))
    if result.provenance.internal:
        console.print(Text("For internal use: small groups are shown."))
    elif result.provenance.min_n is not None:
        least = result.provenance.min_n
        console.print(
            Text(
                f"Groups under {least} students are withheld and enter no figure. Not"
                " checked for publication."
            )
        )


def inequality_sentence(gated: GatedInequality) -> str:
    """What the groups' levels span, in a sentence."""
    indicator = gated.indicator
    if gated.found is None:
        unit = f" (in {indicator.unit_words})" if indicator.unit_words else ""
        alike = any(no_numbers(one.found) for one in gated.strata)
        over = "each group counting alike" if alike else "on average over students"
        return (
            f"{indicator.label}, by {gated.dimension.label}: how far the groups lie"
            f" from the best one, {over}{unit}."
        )
    known = gated.found.groups
    if len(known) < 2:
        return f"{indicator.label}: there are not two groups that can be compared."
    low = min(known, key=lambda level: level.value)
    high = max(known, key=lambda level: level.value)
    return (
        f"{indicator.label}: from {in_column(low.value, indicator)} for"
        f" {group_words(low.group)} to {in_column(high.value, indicator)} for"
        f" {group_words(high.group)}, over {len(known)} groups."
    )


def inequality_table(found: Inequality) -> Table:
    """Each summary with its limits."""
    table = _table("Measure", right=("Value", "from to"))
    table.add_column("What it is")
    for name, measure in found.measures.items():
        if measure.value is not None:
            said = SAYS.get(name, "")
            table.add_row(name, number(measure.value), limits(measure), said)
    return table


def not_given(found: Inequality) -> list[str]:
    """Which summaries, or intervals, are not given, and why."""
    why: dict[str, list[str]] = {}
    for name, measure in found.measures.items():
        lacking = measure.value is None or measure.low is None or measure.high is None
        if lacking and measure.reason:
            without = "" if measure.value is None else " (interval)"
            why.setdefault(f"{without}{measure.reason}", []).append(name)
    return [
        f"Not given{' an interval' if reason.startswith(' (interval)') else ''}:"
        f" {', '.join(names)}: {reason.removeprefix(' (interval)')}."
        for reason, names in why.items()
    ]


def inequality_levels(found: Inequality, indicator: Indicator) -> Table:
    """The groups beneath: students, share and level."""
    table = _table("Group", right=("Students", "Share", "Value", "from to"))
    for level in found.groups:
        table.add_row(*_level(level, indicator))
    for group in found.withheld:
        table.add_row(printable(group_words(group)), str(WITHHELD), "–", "–", "–")
    return table


def _level(level: Level, indicator: Indicator) -> Sequence[str]:
    return (
        printable(group_words(level.group)),
        "–" if level.n is None else amount(int(level.n), None),
        "–" if level.share is None else f"{100 * level.share:.1f} %",
        in_column(level.value, indicator),
        interval(level.low, level.high, indicator),
    )


def strata_screen(gated: GatedInequality) -> Table:
    """A row a stratum: the distance from the best group, and the ends."""
    indicator = gated.indicator
    held = [dimension.label for dimension in gated.within]
    table = _table(*held, right=("Groups", "Distance", "from to", "by chance"))
    table.add_column("Best")
    table.add_column("Farthest")
    for one in gated.strata[:_STRATA]:
        table.add_row(*_stratum(one, indicator))
    return table


def _stratum(one: Stratum, indicator: Indicator) -> Sequence[str]:
    measure = from_best(one.found)
    ends = [
        "–"
        if level is None
        else f"{group_words(level.group)} {in_column(level.value, indicator)}"
        for level in (best_level(one.found), last_level(one.found))
    ]
    return (
        *(printable(value) for value in one.within.values()),
        str(len(one.found.groups)),
        _bare(measure.value, indicator),
        size_limits(measure, indicator) or "–",
        _bare(measure.by_chance, indicator),
        *(printable(end) for end in ends),
    )


def _bare(value: float | None, indicator: Indicator) -> str:
    """A distance without its unit, which the sentence says."""
    if value is None:
        return "–"
    return size(value, indicator).removesuffix(indicator.unit_words).rstrip()


def _beneath(gated: GatedInequality) -> list[str]:
    """What changed, and what keeps strata from being compared."""
    lines = []
    more = len(gated.strata) - _STRATA
    if more > 0:
        lines.append(f"And {more:,} more: write a file with -o to have them all.")
    why = {
        f"{', '.join(one.within.values())}: {reason}."
        for one in gated.strata
        if (reason := from_best(one.found).reason)
        and from_best(one.found).value is None
    }
    lines += sorted(why)[:6]
    if gated.year is not None and len(gated.within) == 1:
        lines.append(then_and_now(gated, gated.strata))
    lines.append(other_groups(gated))
    return ["", *filter(None, lines)] if any(lines) else []


def _table(*left: str, right: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), expand=False)
    for name in left:
        table.add_column(name, no_wrap=name == "Measure")
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table
