"""Figures as people read them, and rows of results as rows of tables.

One place decides how a rate, a gap or an interval is written, so that the screen, the
page, the workbook and the PDF say the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from equitable.measures.results import GapRow, Gaps, Group
from equitable.report.document import Cell, Table
from equitable.vocabulary import (
    WITHHELD,
    Count,
    Dimension,
    Figure,
    Indicator,
    Verdict,
    Withheld,
)

NOTHING: Final = "–"
"""Stands where a figure cannot be given."""
_SMALLEST: Final = 0.05
_LIVE: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def amount(value: Figure | Count, indicator: Indicator | None) -> str:
    """A value in words: '37.2 %', '921.5 points', '1,858', 'Withheld'.

    Without an indicator it is a number of students.
    """
    if isinstance(value, Withheld):
        return str(WITHHELD)
    if value is None:
        return NOTHING
    if indicator is None:
        return f"{round(value):,}"
    if indicator.is_share:
        return f"{_percent(value, indicator.decimals)} %"
    unit = f" {indicator.unit_words}" if indicator.unit_words else ""
    return f"{value:,.{indicator.decimals}f}{unit}"


def in_column(value: Figure, indicator: Indicator) -> str:
    """A value in a column whose head or title has the unit: '37.2 %', '921.5'."""
    if isinstance(value, float) and not indicator.is_share:
        return _bare(value, indicator)
    return amount(value, indicator)


def interval(low: Figure, high: Figure, indicator: Indicator) -> str:
    """Two limits: '21.0 to 33.4'; a rate's are percentages."""
    if isinstance(low, Withheld) or isinstance(high, Withheld):
        return str(WITHHELD)
    if low is None or high is None:
        return NOTHING
    return f"{_bare(low, indicator)} to {_bare(high, indicator)}"


def gap_words(difference: Figure, indicator: Indicator) -> str:
    """A difference with its sign: '−13.3 points', '+4.1 points'."""
    if isinstance(difference, Withheld):
        return str(WITHHELD)
    if difference is None:
        return NOTHING
    bare = _bare(abs(difference), indicator)
    sign = "−" if difference < 0 else "+"
    sign = "" if float(bare.replace(",", "")) == 0 else sign
    return f"{sign}{bare}"


def verdict_words(verdict: Verdict | None) -> str:
    """A verdict as a table says it."""
    return "the reference" if verdict is None else str(verdict)


def group_name(group: Group, dimensions: Sequence[Dimension]) -> str:
    """A group's name: 'Black, Free lunch'; a bare value gets its trait before it."""
    labels = {dimension.name: dimension.label for dimension in dimensions}
    names = []
    for name, value in group.items():
        speaks = any(c.isalpha() for c in value) and len(value) > 2
        plain = value.casefold() not in _NEEDS_LABEL
        names.append(
            value if speaks and plain else f"{labels.get(name, name)}: {value}"
        )
    return ", ".join(names)


_NEEDS_LABEL: Final = frozenset(
    {"yes", "no", "true", "false", "not reported", "other", "none", "unknown", "all"}
)


def gap_table(
    gaps: Gaps, rows: Sequence[GapRow], caption: str, *, note: str = ""
) -> Table:
    """Rows of a result as a table for people and for workbooks."""
    indicator = gaps.indicator
    unit = indicator.unit_words
    value = f"Average ({unit})" if unit else "Average"
    value = "Share" if indicator.is_share else value
    confidence = f"{gaps.confidence:.0%} interval".replace("%", " %")
    columns: list[tuple[str, bool]] = [("Group", False)]
    columns += [(dimension.label, False) for dimension in gaps.within]
    columns += [
        ("Students", True),
        ("No value", True),
        (value, True),
        (confidence, True),
        ("Gap (points)" if indicator.is_share else "Gap", True),
        ("Interval of the gap", True),
        ("More or fewer for parity", True),
        ("What the evidence says", False),
    ]
    return Table(
        caption=caption,
        columns=tuple(name for name, _ in columns),
        numeric=tuple(numeric for _, numeric in columns),
        rows=tuple(_cells(gaps, row) for row in rows),
        note=note,
    )


def _cells(gaps: Gaps, row: GapRow) -> tuple[Cell, ...]:
    indicator = gaps.indicator
    cells = [Cell(text=group_name(row.group, gaps.dimensions), kind="group")]
    cells += [Cell(text=row.within.get(d.name, "All")) for d in gaps.within]
    cells += [
        count_cell(row.n),
        count_cell(row.missing),
        _figure_cell(row.value, in_column(row.value, indicator), indicator),
        _words(row.low, interval(row.low, row.high, indicator)),
        _gap_cell(row.difference, indicator),
        _words(
            row.difference_low,
            interval(row.difference_low, row.difference_high, indicator),
        ),
        count_cell(row.parity_fixed),
        Cell(
            text="withheld" if row.withheld else verdict_words(row.verdict),
            kind="withheld" if row.withheld else "verdict",
        ),
    ]
    return tuple(cells)


def count_cell(value: Count) -> Cell:
    """A number of students."""
    if isinstance(value, Withheld):
        return Cell(text=str(WITHHELD), kind="withheld")
    if value is None:
        return Cell(text=NOTHING)
    return Cell(text=f"{value:,}", value=value, kind="number")


def _figure_cell(value: Figure, text: str, indicator: Indicator) -> Cell:
    if isinstance(value, Withheld):
        return Cell(text=text, kind="withheld")
    if value is None:
        return Cell(text=text)
    return Cell(
        text=text,
        value=value,
        kind="number",
        share=indicator.is_share,
        decimals=indicator.decimals,
    )


def _gap_cell(difference: Figure, indicator: Indicator) -> Cell:
    """A difference; of rates in points, as its column's head says."""
    cell = _figure_cell(difference, gap_words(difference, indicator), indicator)
    if not indicator.is_share or not isinstance(difference, float):
        return cell
    return replace(cell, value=100 * difference, share=False)


def _words(value: Figure, text: str) -> Cell:
    kind = "withheld" if isinstance(value, Withheld) else "text"
    return Cell(text=text, kind="withheld" if kind == "withheld" else "text")


def _bare(value: float, indicator: Indicator) -> str:
    if indicator.is_share:
        return _percent(value, indicator.decimals)
    return f"{value:,.{indicator.decimals}f}".replace("-", "−")


def _percent(share: float, decimals: int) -> str:
    return f"{100 * share:.{decimals}f}".replace("-", "−")


def csv_text(records: Iterable[Mapping[str, Any]]) -> str:
    """Records as CSV; text that a spreadsheet would run as a formula is defused.

    A withheld figure is the word 'Withheld', one that cannot be given is empty.
    """
    rows = list(records)
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([defused(name) for name in names])
    for row in rows:
        writer.writerow([_plain(row.get(name)) for name in names])
    return file.getvalue()


def table_csv(table: Table) -> str:
    """A table as CSV: values where it has them, else its words."""
    return csv_text(
        {
            name: cell.text if cell.value is None else cell.value
            for name, cell in zip(_unique(table.columns), row, strict=True)
        }
        for row in table.rows
    )


def _unique(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return unique


def defused(text: str) -> str:
    """Text that a spreadsheet takes as text: a formula gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(_LIVE) else text


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return defused(value)
    return str(value) if isinstance(value, Withheld) else value
