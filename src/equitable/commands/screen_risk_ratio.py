"""Risk ratios on a screen: what is over the threshold first, and why some are missing.

A few are shown whole, category by category; of many, those of the latest year that are
over, or near enough for chance to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from equitable.commands.screen_tables import printable, table
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.rows import Finding, RatioKind, RiskRow
from equitable.report.tables import NOTHING

if TYPE_CHECKING:
    from equitable.answers.risk_ratios import RiskRatioResult

_FEW: Final = 60
"""So many rows are shown whole."""
_MOST: Final = 40
"""Of more, so many of those that are over or near."""
_LISTED: Final = 12
_ORDER: Final = {Finding.MEETS: 0, Finding.PROGRESS: 1, Finding.NOT_YET: 2}


def show_risk_ratios(result: RiskRatioResult, console: Console) -> None:
    """Print the sentence, the tables, and what is to be known of them."""
    for line in headline(result):
        console.print(Text(printable(line)), soft_wrap=False)
    for caution in result.provenance.cautions:
        console.print(Text(f"! {printable(caution)}", style="bold"))
    told = [row for row in result.rows if row.reason is not Reason.NOT_GIVEN]
    shown = [row for row in told if not row.withheld]
    few = len(shown) <= _FEW
    if few:  # The latest year first: it is the one that is asked about.
        shown.sort(key=lambda row: row.year, reverse=True)
    else:
        shown = _first(shown)
    reasons = list(dict.fromkeys(row.reason for row in shown if row.reason))
    several = not few
    for key, rows in groupby(shown, key=lambda row: _heading(result, row, several)):
        console.print()
        console.print(_table(key, list(rows), reasons, result, several=several))
    console.print()
    for line in _beneath(result, shown, reasons, few=few):
        console.print(Text(printable(line), style="dim"))


def headline(result: RiskRatioResult) -> list[str]:
    """What the ratios say in a sentence or two."""
    found = [row for row in result.rows if isinstance(row.ratio, float)]
    thresholds = sorted({row.threshold for row in found})
    if not found:
        return ["No risk ratio can be shown or computed; the reasons stand beneath."]
    limit = str(thresholds[0]) if len(thresholds) == 1 else "their thresholds"
    over = result.over
    ratios = "1 risk ratio" if len(found) == 1 else f"{len(found):,} risk ratios"
    if not over:
        return [
            f"{'It is not' if len(found) == 1 else 'None is'} over {limit}: {ratios}."
        ]
    lines = [f"{len(over):,} of {ratios} {_is(over)} over {limit}."]
    years = result.found.settings.years
    meeting = len(result.meeting)
    if years > 1:
        so_many = f"{meeting:,}" if meeting else "None"
        lines.append(
            f"{so_many} {'is' if meeting < 2 else 'are'} over in each of {years}"
            " consecutive years, without reasonable progress."
        )
    highest = max(
        over, key=lambda row: row.ratio if isinstance(row.ratio, float) else 0
    )
    people = result.found.scheme.people
    lines.append(
        f"The highest: {_place(result, highest)}{highest.group}, {highest.ratio:.2f}"
        f" ({highest.count:,} of {highest.n:,} {people}; interval"
        f" {_interval(highest)})."
    )
    return lines


def _is(rows: Sequence[RiskRow]) -> str:
    return "is" if len(rows) == 1 else "are"


def _place(result: RiskRatioResult, row: RiskRow) -> str:
    parts = [row.district, row.year, result.label(row.category)]
    return ", ".join(filter(None, parts)) + ", "


def _first(rows: Sequence[RiskRow]) -> list[RiskRow]:
    """Of many rows those to be seen first: of each district's latest year, the over."""
    latest: dict[str, str] = {}
    for row in rows:
        latest[row.district] = max(latest.get(row.district, ""), row.year)
    wanted = [
        row
        for row in rows
        if row.year == latest[row.district]
        and (row.over_threshold is True or row.close is True)
    ]
    wanted.sort(
        key=lambda row: (
            _ORDER.get(row.finding, 3),
            -row.ratio if isinstance(row.ratio, float) else 0.0,
        )
    )
    return wanted[:_MOST]


def _heading(result: RiskRatioResult, row: RiskRow, several: bool) -> str:
    if several:
        return "Over, or near enough for chance to decide; the clearest first"
    return _place(result, row).removesuffix(", ")


def _table(
    title: str,
    rows: Sequence[RiskRow],
    reasons: Sequence[Reason],
    result: RiskRatioResult,
    *,
    several: bool,
) -> Table:
    made = table(printable(title))
    made.add_column("Group", overflow="fold", ratio=1)
    for name in ("Of", "With", "Risk", "Others", "Ratio", "from to", "Line"):
        made.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        name = f"{_place(result, row)}{row.group}" if several else row.group
        made.add_row(
            Text(printable(name)),
            _number(row.n),
            _number(row.count),
            _share(row.risk),
            _share(row.comparison_risk),
            _ratio(row, reasons),
            _interval(row),
            _distance(row),
        )
    return made


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else NOTHING


def _share(value: object) -> str:
    if not isinstance(value, float):
        return NOTHING
    return f"{value:.2f}" if value > 1 else f"{100 * value:.1f} %"


def _ratio(row: RiskRow, reasons: Sequence[Reason]) -> Text:
    """A ratio with its marks, or the letter of the reason why there is none."""
    if not isinstance(row.ratio, float):
        return Text(_letter(row.reason, reasons) if row.reason else NOTHING)
    over = row.over_threshold is True
    mark = "▲▲ " if row.finding is Finding.MEETS else "▲ " if over else ""
    near = "~" if row.close is True else ""
    state = " S" if row.kind is RatioKind.ALTERNATE else ""
    text = f"{mark}{near}{row.ratio:.2f}{state}"
    return Text(text, style="bold yellow" if over else "")


def _letter(reason: Reason, reasons: Sequence[Reason]) -> str:
    return f"({'abcdefghijklmno'[reasons.index(reason)]})"


def _interval(row: RiskRow) -> str:
    if not isinstance(row.low, float) or not isinstance(row.high, float):
        return NOTHING
    return f"{row.low:.1f} to {row.high:.1f}"


def _distance(row: RiskRow) -> str:
    value = row.students_from_threshold
    if not isinstance(value, int):
        return NOTHING
    return f"{value:+,}".replace("-", "−")


def _beneath(
    result: RiskRatioResult,
    shown: Sequence[RiskRow],
    reasons: Sequence[Reason],
    *,
    few: bool,
) -> list[str]:
    lines = [f"{_letter(one, reasons)} {one}." for one in reasons]
    if few:
        lines += _withheld(result)
    else:
        held = sum(row.withheld for row in result.rows)
        lines.append(
            f"{len(shown):,} of {len(result.rows):,} rows are shown"
            + (f", {held:,} are withheld" if held else "")
            + ". All of them: -o FILE.csv (or .parquet, .json); a district's worksheet:"
            " -o FILE.xlsx."
        )
    lines += _legend(result, shown)
    for note in dict.fromkeys((*result.found.notes, *result.provenance.notes)):
        if note not in result.provenance.cautions:
            lines.append(note)
    if few:
        latest = max((row.year for row in shown), default="")
        said = (note for row in shown if row.year == latest for note in row.notes)
        lines += dict.fromkeys(said)
    if result.provenance.internal:
        lines.append("INTERNAL: contains small groups. Not for others' eyes.")
    else:
        lines.append(
            f"Counts under {result.provenance.min_n} students are withheld, with what"
            " would give them away. Not checked for publication."
        )
    return lines


def _withheld(result: RiskRatioResult) -> list[str]:
    """Which groups are withheld, category by category."""
    lines = []
    held = [row for row in result.rows if row.withheld]
    for place, rows in groupby(held, key=lambda row: _place(result, row)):
        names = [row.group for row in rows]
        lines.append(f"Withheld, {place.removesuffix(', ')}: {'; '.join(names)}.")
    if len(lines) > _LISTED:
        lines = [*lines[:_LISTED], f"… and {len(lines) - _LISTED:,} more categories."]
    return lines


def _legend(result: RiskRatioResult, shown: Iterable[RiskRow]) -> list[str]:
    rows = [row for row in shown if isinstance(row.ratio, float)]
    people = result.found.scheme.people
    years = result.found.settings.years
    said = []
    if any(row.finding is Finding.MEETS for row in rows):
        each = f"in each of {years} consecutive years" if years > 1 else "this year"
        said.append(f"▲▲ over {each}, without reasonable progress")
    if any(row.over_threshold is True for row in rows):
        said.append("▲ over")
    if any(row.close is True for row in rows):
        said.append("~ the interval holds the threshold")
    if any(row.kind is RatioKind.ALTERNATE for row in rows):
        said.append("S against the State's others")
    lines = [f"{'; '.join(said)}."] if said else []
    if any(isinstance(row.students_from_threshold, int) for row in rows):
        lines.append(
            f"Line: so many fewer {people} with the outcome (+), and the ratio would"
            " not be over; so many more (−), and it would. Others: the risk of all"
            f" other {people}."
        )
    return lines
