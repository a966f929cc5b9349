"""How an audit looks in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from equitable.commands.screen_tables import printable

if TYPE_CHECKING:
    from equitable.auditing import AuditResult

_MOST_SAID: Final = 20
"""Leaks that are said in a terminal; JSON has all."""


def show_audit(result: AuditResult, console: Console) -> None:
    """Leaks as sentences, each with its steps, and what would close them."""

    def say(text: str) -> None:
        console.print(Text(printable(text)))

    for note in result.notes:
        say(note)
    if result.passed:
        means = sum(one.withheld for one in result.systems if one.only_exact)
        counts = result.withheld - means
        if counts:
            say(
                f"No leak: each of the {counts:,} withheld counts could be anything in"
                f" a range {result.width} wide or wider, for all that is shown."
            )
        if means:
            say(
                f"None of the {means:,} withheld means and standard deviations is told"
                " by those that are shown."
            )
        if not result.withheld:
            say("Nothing is withheld here, so there is nothing to work out.")
        return
    told = sum(leak.exact for leak in result.leaks)
    say(
        f"{len(result.leaks):,} of {result.withheld:,} withheld figures can be worked"
        f" out too well; {told:,} of them exactly."
    )
    for number, leak in enumerate(result.leaks[:_MOST_SAID], 1):
        say("")
        say(f"{number}. {leak.sentence}")
        for step in leak.steps:
            say(f"   {step}")
        if leak.place:
            say(f"   ({leak.place})")
    if len(result.leaks) > _MOST_SAID:
        say("")
        say(f"… and {len(result.leaks) - _MOST_SAID:,} more: --format json.")
    for system in result.systems:
        if not system.leaks:
            continue
        say("")
        if system.closing:
            say(
                f"To close this ({system.counted}), withhold also:"
                f" {'; '.join(system.closing)}."
            )
        elif system.closing is None:
            say(
                f"To close this ({system.counted}), withhold more of these tables, or"
                " release the students' records with `equitable release`."
            )
