"""Risk ratios on a screen: what is over the threshold first, and why some are missing.

A few are shown whole, category by category; of many, those of the latest year that are
over (where none is, those near enough for chance to decide), district by district.
"""

from __future__ import annotations

from collections import Counter
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
    first: list[RiskRow] = []
    near = 0
    if not few:
        first, near = _first(shown)
        shown = first[:_MOST]
    reasons = list(dict.fromkeys(row.reason for row in shown if row.reason))
    console.print()
    if few:
        for key, rows in groupby(shown, key=lambda row: _heading(result, row)):
            console.print(_table(key, list(rows), reasons))
            console.print()
    elif shown:
        console.print(_districts(shown, result))
        console.print()
    if not few:
        for line in _where(result):
            console.print(Text(printable(line)))
    many = None if few else (len(first), near)
    for line in _beneath(result, shown, reasons, many=many):
        console.print(Text(printable(line), style="dim"))


def _latest(rows: Iterable[RiskRow]) -> list[RiskRow]:
    """The rows of each district's latest year: the one that is asked about."""
    rows = list(rows)
    latest: dict[str, str] = {}
    for row in rows:
        latest[row.district] = max(latest.get(row.district, ""), row.year)
    return [row for row in rows if row.year == latest[row.district]]


def _where(result: RiskRatioResult) -> list[str]:
    """In which categories, and for which groups, ratios of the latest year are over."""
    over = [row for row in _latest(result.rows) if row.over_threshold is True]
    if not over:
        return []
    said = []
    for what, counted in (
        ("category", Counter(result.label(row.category) for row in over)),
        ("group", Counter(row.group for row in over)),
    ):
        listed = "; ".join(f"{name} {n:,}" for name, n in counted.most_common())
        said.append(f"Over, by {what}: {listed}.")
    return said


def headline(result: RiskRatioResult) -> list[str]:
    """What the ratios of the latest year say, in a sentence or two."""
    found = [row for row in result.rows if isinstance(row.ratio, float)]
    if not found:
        return ["No risk ratio can be shown or computed; the reasons stand beneath."]
    latest = [row for row in _latest(result.rows) if isinstance(row.ratio, float)]
    if not latest:
        return ["The latest year has no risk ratio; the reasons stand beneath."]
    thresholds = sorted({row.threshold for row in latest})
    limit = f"{thresholds[0]}" if len(thresholds) == 1 else "their thresholds"
    over = [row for row in latest if row.over_threshold is True]
    ratios = "1 risk ratio" if len(latest) == 1 else f"{len(latest):,} risk ratios"
    when = _when(result, latest)
    if not over:
        said = "it is not" if len(latest) == 1 else "none is"
        lines = [_sentence(f"{when}{said} over {limit}: {ratios}.")]
        return [*lines, *_years_before(found, latest)]
    where = _in_districts(over, result)
    lines = [
        _sentence(f"{when}{len(over):,} of {ratios} {_is(over)} over {limit}{where}.")
    ]
    years = result.found.settings.years
    meeting = [row for row in over if row.finding is Finding.MEETS]
    if years > 1:
        so_many = f"{len(meeting):,}" if meeting else "None"
        lines.append(
            f"{so_many} {'is' if len(meeting) < 2 else 'are'} over in each of {years}"
            " consecutive years, without reasonable progress"
            f"{_in_districts(meeting, result) if meeting else ''}."
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


def _years_before(rows: Sequence[RiskRow], latest: Sequence[RiskRow]) -> list[str]:
    """That years before the latest were over, whose rows are not on the screen."""
    now = {id(row) for row in latest}
    over = [row for row in rows if row.over_threshold is True and id(row) not in now]
    if not over:
        return []
    years = ", ".join(sorted({row.year for row in over}))
    return [f"Over in years before: {len(over):,} ({years}); -o FILE.csv has them."]


def _when(result: RiskRatioResult, latest: Sequence[RiskRow]) -> str:
    """Which year it is about, where the file has several."""
    if len({row.year for row in result.rows}) < 2:
        return ""
    years = {row.year for row in latest}
    return (
        f"in {years.pop()} " if len(years) == 1 else "in each district's latest year "
    )


def _in_districts(rows: Sequence[RiskRow], result: RiskRatioResult) -> str:
    every = len({row.district for row in result.rows})
    if every == 1:
        return ""
    return f", in {len({row.district for row in rows}):,} of {every:,} districts"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is(rows: Sequence[RiskRow]) -> str:
    return "is" if len(rows) == 1 else "are"


def _place(result: RiskRatioResult, row: RiskRow) -> str:
    parts = [row.district, row.year, result.label(row.category)]
    return ", ".join(filter(None, parts)) + ", "


def _first(rows: Sequence[RiskRow]) -> tuple[list[RiskRow], int]:
    """Of many rows those of the latest year that are over, by district.

    The district that is over most clearly is first, and so is its clearest ratio.
    Where none is over: those near the threshold.

    Returns
    -------
    These rows, and how many further ones are near.
    """
    latest = _latest(rows)
    wanted = [row for row in latest if row.over_threshold is True]
    near = [row for row in latest if row.over_threshold is False and row.close is True]
    further = len(near)
    if not wanted:
        wanted, further = near, 0
    by_district: dict[str, list[RiskRow]] = {}
    for row in wanted:
        by_district.setdefault(row.district, []).append(row)
    for own in by_district.values():
        own.sort(key=_clearest)
    ordered = sorted(by_district.values(), key=lambda own: _clearest(own[0]))
    return [row for own in ordered for row in own], further


def _clearest(row: RiskRow) -> tuple[int, float]:
    ratio = row.ratio if isinstance(row.ratio, float) else 0.0
    return _ORDER.get(row.finding, 3), -ratio


def _heading(result: RiskRatioResult, row: RiskRow) -> str:
    return _place(result, row).removesuffix(", ")


def _table(
    title: str,
    rows: Sequence[RiskRow],
    reasons: Sequence[Reason],
) -> Table:
    made = table(printable(title))
    made.add_column("Group", overflow="fold", ratio=1)
    for name in ("Of", "With", "Risk", "Others", "Ratio", "from to", "Line"):
        made.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        made.add_row(
            Text(printable(row.group)),
            _number(row.n),
            _number(row.count),
            _share(row.risk),
            _share(row.comparison_risk),
            _ratio(row, reasons),
            _interval(row),
            _distance(row),
        )
    return made


def _districts(rows: Sequence[RiskRow], result: RiskRatioResult) -> Table:
    """Many districts in one table: a line with the name of each above its ratios."""
    several = len({row.year for row in rows}) > 1
    what = "Over" if rows[0].over_threshold else "Near enough for chance to decide"
    made = table(f"{what}; the clearest first")
    made.add_column("", overflow="fold", ratio=1)
    for name in ("Of", "With", "Risk", "Others", "Ratio", "Line"):
        made.add_column(name, justify="right", no_wrap=True)
    for district, own in groupby(rows, key=lambda row: row.district):
        first, *more = own
        if district or several:
            name = ", ".join(filter(None, [district, first.year if several else ""]))
            made.add_row(Text(printable(name), style="bold"), *[""] * 6)
        for row in (first, *more):
            made.add_row(
                Text(printable(f"{result.label(row.category)}, {row.group}")),
                _number(row.n),
                _number(row.count),
                _share(row.risk),
                _share(row.comparison_risk),
                _ratio(row, ()),
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
    many: tuple[int, int] | None,
) -> list[str]:
    """What stands beneath; of ``many`` rows so many are first, and so many near."""
    lines = [f"{_letter(one, reasons)} {one}." for one in reasons]
    few = many is None
    if many is None:
        lines += _withheld(result)
    else:
        held = sum(row.withheld for row in result.rows)
        first, near = many
        told = f"{len(shown):,} of these {first:,} are shown" if first else ""
        told += f"; {near:,} more are near enough for chance to decide" if near else ""
        lines.append(
            f"{told}{'. ' if told else ''}In all {len(result.rows):,} rows"
            + (f", {held:,} of them withheld" if held else "")
            + ". All of them: -o FILE.csv (or .parquet, .json). A district's worksheet:"
            " --where with its name, and -o FILE.xlsx."
        )
    lines += _state_is_needed(result)
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


def _state_is_needed(result: RiskRatioResult) -> list[str]:
    """How many ratios there are none of for want of the State's counts."""
    needed = sum(row.reason is Reason.NO_STATE for row in result.rows)
    if not needed:
        return []
    said = (
        f"{needed:,} {'row has' if needed == 1 else 'rows have'} too few others in the"
        " district: --state gives their alternate risk ratios."
    )
    if len({row.district for row in result.rows}) > 1:
        said += " It may be this file, where it holds all districts of the State."
    return [said]


def _withheld(result: RiskRatioResult) -> list[str]:
    """Which groups are withheld: the latest year first, like categories together."""
    held: dict[tuple[str, str], dict[str, list[str]]] = {}
    every: Counter[tuple[str, str, str]] = Counter()
    for row in result.rows:
        every[row.district, row.year, row.category] += (
            row.reason is not Reason.NOT_GIVEN
        )
        if row.withheld:
            own = held.setdefault((row.district, row.year), {})
            own.setdefault(row.category, []).append(row.group)
    lines = []
    for district, year in sorted(held, key=lambda key: key[1], reverse=True):
        alike: dict[str, list[str]] = {}
        for category, groups in held[district, year].items():
            whole = len(groups) == every[district, year, category]
            named = "all groups" if whole and len(groups) > 1 else ", ".join(groups)
            alike.setdefault(named, []).append(result.label(category))
        place = "".join(f"{part}, " for part in (district, year) if part)
        lines += [
            f"Withheld, {place}{'; '.join(categories)}: {named}."
            for named, categories in alike.items()
        ]
    if len(lines) > _LISTED:
        lines = [*lines[:_LISTED], f"… and {len(lines) - _LISTED:,} more such lines."]
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
