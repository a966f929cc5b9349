"""Risk ratios on a screen: those over the threshold first, and why some have none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.table import Table

from equitable.commands.screen_tables import printable
from equitable.measures.disproportionality.rows import Disproportionality, RiskRow
from equitable.vocabulary import WITHHELD

_MOST: Final = 60


def risk_sentence(found: Disproportionality) -> str:
    """How many ratios there are, and how many are over the threshold."""
    made = [row for row in found.rows if isinstance(row.ratio, float)]
    over = [row for row in made if row.over_threshold is True]
    held = [row for row in found.rows if row.ratio is WITHHELD]
    none = len(found.rows) - len(made) - len(held)
    return (
        f"{len(over):,} of {len(made):,} risk ratios are over the threshold;"
        f" {none:,} could not be made, and {len(held):,} are withheld."
    )


def risk_table(found: Disproportionality) -> tuple[Table, str]:
    """The ratios, the largest first, and what is not shown here."""
    rows = sorted(
        (row for row in found.rows if isinstance(row.ratio, float)),
        key=lambda row: (row.over_threshold is not True, -_ratio(row)),
    )
    table = Table(box=None, pad_edge=False, padding=(0, 1), expand=False)
    several = len(found.scope.categories) > 1
    lines = {(row.district, row.year) for row in found.rows}
    heads = [("Group", "left")]
    if several:
        heads.append(("Category", "left"))
    if len(lines) > 1:
        heads.append(("Where, when", "left"))
    heads += [("Children", "right"), ("Risk", "right"), ("Others", "right"),
              ("Ratio", "right"), ("from to", "right"), ("To go", "right")]  # fmt: skip
    for name, side in heads:
        plain = name in {"Group", "Where, when"}
        table.add_column(
            name, justify="right" if side == "right" else "left", no_wrap=not plain
        )
    for row in rows[:_MOST]:
        table.add_row(*_cells(row, several=several, lines=len(lines) > 1))
    more = len(rows) - _MOST
    said = f"{more:,} more ratios: -o FILE.csv or -o FILE.xlsx has them all." if (
        more > 0
    ) else ""  # fmt: skip
    return table, said


def risk_reasons(found: Disproportionality) -> list[str]:
    """Why some ratios were not made, each reason with how many."""
    reasons = Counter(str(row.reason) for row in found.rows if row.reason is not None)
    said = [f"No ratio {times:,} times: {reason}." for reason, times in reasons.items()]
    own = sum(row.withheld for row in found.rows)
    if own:
        said.append(f"Withheld {own:,} times: small numbers of children.")
    return said


def _cells(row: RiskRow, *, several: bool, lines: bool) -> Sequence[str]:
    mark = {True: " ▲"}.get(row.over_threshold is True, "")
    if row.close is True:
        mark += " ~"
    kind = " (S)" if str(row.kind).startswith("alternate") else ""
    cells = [printable(row.group)]
    if several:
        cells.append(printable(row.category))
    if lines:
        cells.append(printable(" ".join(filter(None, [row.district, row.year]))))
    return [
        *cells,
        f"{row.count:,} of {row.n:,}",
        _percent(row.risk),
        _percent(row.comparison_risk),
        f"{_ratio(row):.2f}{kind}{mark}",
        _limits(row),
        _distance(row),
    ]


def _ratio(row: RiskRow) -> float:
    return row.ratio if isinstance(row.ratio, float) else 0.0


def _percent(value: object) -> str:
    return f"{100 * value:.1f} %" if isinstance(value, float) else "–"


def _limits(row: RiskRow) -> str:
    if isinstance(row.low, float) and isinstance(row.high, float):
        return f"{row.low:.2f} to {row.high:.2f}"
    return "–"


def _distance(row: RiskRow) -> str:
    distance = row.students_from_threshold
    if not isinstance(distance, int):
        return "–"
    return f"{distance:+,}".replace("-", "−")
