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

from equitable.measures.results import (
    RATE_MARGIN,
    RATE_MARGIN_SHARE,
    GapRow,
    Gaps,
    Group,
)
from equitable.report.document import Cell, Table
from equitable.report.published_figures import (
    NO_CHANCE,
    NOT_THERE,
    number_told,
    without_chance,
)
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
_MOST_MORE: Final = 2
"""At most so many decimals more are shown, to tell a limit from 0."""
_NO_LIMIT: Final = 1e-9
"""What is nearer to 0 than this is 0, but for how computers add."""
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
        return f"{_bare(value, indicator)} %"
    unit = f" {indicator.unit_words}" if indicator.unit_words else ""
    return f"{_bare(value, indicator)}{unit}"


def in_column(value: Figure, indicator: Indicator) -> str:
    """A value in a column whose head or title has the unit: '37.2 %', '921.5'."""
    if isinstance(value, float) and not indicator.is_share:
        return _bare(value, indicator)
    return amount(value, indicator)


def with_unit(indicator: Indicator) -> str:
    """What an axis shows: 'Reading score (points)'."""
    unit = "" if indicator.is_share else indicator.unit_words
    return f"{indicator.label} ({unit})" if unit else indicator.label


def interval(low: Figure, high: Figure, indicator: Indicator) -> str:
    """Two limits: '21.0 to 33.4'; a rate's are percentages."""
    if isinstance(low, Withheld) or isinstance(high, Withheld):
        return str(WITHHELD)
    if low is None or high is None:
        return NOTHING
    more = _more_decimals((low, high), indicator)
    return f"{_bare(low, indicator, more)} to {_bare(high, indicator, more)}"


def gap_limits(low: float, high: float, indicator: Indicator) -> str:
    """The limits of a gap with their signs: '−2.1 to +6.5'."""
    more = _more_decimals((low, high), indicator)
    return " to ".join(
        f"{'+' if value > 0 and not _is_zero(text) else ''}{text}"
        for value, text in ((v, _bare(v, indicator, more)) for v in (low, high))
    )


def _more_decimals(limits: tuple[float, float], indicator: Indicator) -> int:
    """How many decimals more keep a limit that is not 0 from reading as 0.

    An interval that just leaves out 0 would otherwise seem to reach it.
    """
    for more in range(_MOST_MORE + 1):
        if not any(
            abs(limit) > _NO_LIMIT and _is_zero(_bare(limit, indicator, more))
            for limit in limits
        ):
            return more
    return 0


def _is_zero(text: str) -> bool:
    return not any(digit in text for digit in "123456789")


def gap_words(difference: Figure, indicator: Indicator) -> str:
    """A difference with its sign: '−13.3 points', '+4.1 points'."""
    if isinstance(difference, Withheld):
        return str(WITHHELD)
    if difference is None:
        return NOTHING
    bare = _bare(abs(difference), indicator)
    sign = "−" if difference < 0 else "+"
    sign = "" if _is_zero(bare) else sign
    return f"{sign}{bare}"


def verdict_words(verdict: Verdict | None) -> str:
    """A verdict as a table says it."""
    return "the reference" if verdict is None else str(verdict)


def dimension_words(dimension: Dimension, dimensions: Sequence[Dimension]) -> str:
    """A trait as headings name it, with its view where two traits share a name."""
    alike = [other for other in dimensions if other.label == dimension.label]
    if len(alike) > 1:
        return f"{dimension.label} ({dimension.view or dimension.name})"
    return dimension.label


def group_name(group: Group, dimensions: Sequence[Dimension]) -> str:
    """A group's name: 'Black, Free lunch'; a bare value gets its trait before it.

    So does every value of a trait whose name another trait has too.
    """
    by_name = {dimension.name: dimension for dimension in dimensions}
    labels = [dimension.label for dimension in dimensions]
    names = []
    for name, value in group.items():
        dimension = by_name.get(name)
        words = dimension_words(dimension, dimensions) if dimension else name
        speaks = sum(c.isalpha() for c in value) > 1 and len(value) > 2
        plain = value.casefold() not in _NEEDS_LABEL
        alone = dimension is None or labels.count(dimension.label) == 1
        names.append(value if speaks and plain and alone else f"{words}: {value}")
    return ", ".join(names)


_NEEDS_LABEL: Final = frozenset(
    {"yes", "no", "true", "false", "not reported", "other", "none", "unknown", "all"}
)


def gap_table(
    gaps: Gaps, rows: Sequence[GapRow], caption: str, *, note: str = ""
) -> Table:
    """Rows of a result as a table for people and for workbooks.

    Beneath it stands what its verdicts need to be understood.
    """
    indicator = gaps.indicator
    unit = indicator.unit_words
    value = f"Average ({unit})" if unit else "Average"
    value = "Share" if indicator.is_share else value
    bare = without_chance(gaps, rows)
    confidence = f"{gaps.confidence:.0%} interval".replace("%", " %")
    columns: list[tuple[str, bool]] = [("Group", False)]
    columns += [(dimension.label, False) for dimension in gaps.within]
    columns += [
        ("Students", True),
        *([("No value", True)] if _tells_missing(gaps) else []),
        (value, True),
        *([] if bare else [(confidence, True)]),
        ("Gap (points)" if indicator.is_share else "Gap", True),
        *([] if bare else [("Interval of the gap", True)]),
        *([("More or fewer for parity", True)] if _has_parity(indicator) else []),
        ("What the evidence says", False),
    ]
    return Table(
        caption=caption,
        columns=tuple(name for name, _ in columns),
        numeric=tuple(numeric for _, numeric in columns),
        rows=tuple(_cells(gaps, row, bare=bare) for row in rows),
        note=" ".join(filter(None, [note, *verdict_notes(gaps, rows)])),
    )


def verdict_notes(gaps: Gaps, rows: Sequence[GapRow]) -> list[str]:
    """What verdicts of a table rest on, beyond the interval beside them."""
    notes = [NO_CHANCE] if without_chance(gaps, rows) else []
    told = [row for row in rows if not row.withheld]
    if any(row.verdict is Verdict.NO_DIFFERENCE_SHOWN for row in told):
        notes.append(
            "No difference shown: the whole interval of the gap lies within"
            f" {_margin(gaps, told)}, either way."
        )
    doubts = {_doubt(row, gaps) for row in told}
    if "many" in doubts:
        notes.append(
            f"* The interval leaves out 0, but {gaps.family_size:,} groups are"
            " compared here, and among so many some gaps this large come up by"
            " chance alone. Allowing for that, the evidence is not enough."
        )
    if "few" in doubts:
        notes.append(
            "† The interval leaves out 0, but too few students are in the group, or"
            " among those it is compared with, for a verdict."
        )
    return notes


def _margin(gaps: Gaps, rows: Sequence[GapRow]) -> str:
    """The margin that no difference is shown within, in the indicator's unit."""
    indicator = gaps.indicator
    unit = f" {indicator.unit_words}" if indicator.unit_words else ""
    if gaps.margin is not None:
        return f"{_bare(gaps.margin, indicator)}{unit}"
    if indicator.is_rate:
        return _rate_margins(rows)
    about = {
        _bare(0.2 * abs(row.difference / row.standardised), indicator)
        for row in rows
        if row.verdict is Verdict.NO_DIFFERENCE_SHOWN
        and isinstance(row.difference, float)
        and isinstance(row.standardised, float)
        and row.standardised
    }
    sizes = sorted(about, key=lambda text: float(text.replace(",", "")))
    words = (
        f" ({' to '.join(dict.fromkeys([sizes[0], sizes[-1]]))}{unit})" if sizes else ""
    )
    return f"a fifth of the figures' standard deviation{words}"


def _rate_margins(rows: Sequence[GapRow]) -> str:
    """The margin of rates: 5 points, or how much less where few are counted."""
    widths = sorted(
        min(
            RATE_MARGIN,
            RATE_MARGIN_SHARE * min(row.reference.value, 1 - row.reference.value),
        )
        for row in rows
        if row.verdict is Verdict.NO_DIFFERENCE_SHOWN
        and isinstance(row.reference.value, float)
    )
    if not widths or widths[0] >= RATE_MARGIN:
        return "5 points"
    ends = dict.fromkeys(f"{100 * width:.2g}" for width in (widths[0], widths[-1]))
    return (
        "a fifth of the share compared with, or of the rest of 100 % where that is"
        f" less, and 5 points at most (here {' to '.join(ends)} points)"
    )


def _doubt(row: GapRow, gaps: Gaps) -> str:
    """Why a gap whose interval leaves out 0 is not enough evidence; else ''."""
    low, high = row.difference_low, row.difference_high
    if row.verdict is not Verdict.NOT_ENOUGH_EVIDENCE or row.withheld:
        return ""
    if not isinstance(low, float) or not isinstance(high, float) or low * high <= 0:
        return ""
    weak = isinstance(row.q, float) and row.q >= 1 - gaps.confidence
    return "many" if weak else "few"


def doubt_mark(row: GapRow, gaps: Gaps) -> str:
    """The mark of ``verdict_notes`` that stands after a row's verdict, or ''."""
    return {"many": " *", "few": " †"}.get(_doubt(row, gaps), "")


def _tells_missing(gaps: Gaps) -> bool:
    """Whether it stands beside a group how many of it have no value."""
    return gaps.indicator.figures is None and not gaps.provenance.audited


def _has_parity(indicator: Indicator) -> bool:
    """Whether students to parity are counted: not of figures that count nobody."""
    return indicator.is_rate and indicator.figures is None


def _cells(gaps: Gaps, row: GapRow, *, bare: bool) -> tuple[Cell, ...]:
    indicator = gaps.indicator
    mark = {"many": " *", "few": " †"}.get(_doubt(row, gaps), "")
    cells = [Cell(text=group_name(row.group, gaps.dimensions), kind="group")]
    cells += [Cell(text=row.within.get(d.name, "All")) for d in gaps.within]
    cells += [
        count_cell(row.n) if number_told(row.n, indicator) else Cell(text=NOT_THERE),
        *([count_cell(row.missing)] if _tells_missing(gaps) else []),
        _figure_cell(row.value, value_words(row, indicator), indicator),
        *([] if bare else [_words(row.low, interval(row.low, row.high, indicator))]),
        _gap_cell(row, indicator),
        *([] if bare else [_words(row.difference_low, _gap_interval(row, indicator))]),
        *([_parity_cell(row)] if _has_parity(indicator) else []),
        Cell(
            text="withheld" if row.withheld else verdict_words(row.verdict) + mark,
            kind="withheld" if row.withheld else "verdict",
        ),
    ]
    return tuple(cells)


def _gap_interval(row: GapRow, indicator: Indicator) -> str:
    return interval(row.difference_low, row.difference_high, indicator)


def value_words(row: GapRow, indicator: Indicator) -> str:
    """A row's value; from the least to the greatest where only bounds are known."""
    if row.bounds is None or row.bounds.value[0] == row.bounds.value[1]:
        return in_column(row.value, indicator)
    low, high = row.bounds.value
    # Bounds that differ by rounding alone are one figure.
    ends = dict.fromkeys(in_column(end, indicator) for end in (low, high))
    return " to ".join(ends)


def difference_words(row: GapRow, indicator: Indicator) -> str:
    """A row's gap, likewise."""
    if row.bounds is None or row.bounds.difference[0] == row.bounds.difference[1]:
        return gap_words(row.difference, indicator)
    low, high = row.bounds.difference
    return " to ".join(dict.fromkeys(gap_words(end, indicator) for end in (low, high)))


def _parity_cell(row: GapRow) -> Cell:
    """How many for parity; 'none' where the group is there already."""
    cell = count_cell(row.parity_fixed)
    return replace(cell, text="none") if cell.value == 0 else cell


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


def _gap_cell(row: GapRow, indicator: Indicator) -> Cell:
    """A difference; of rates in points, as its column's head says."""
    difference = row.difference
    cell = _figure_cell(difference, difference_words(row, indicator), indicator)
    if not indicator.is_share or not isinstance(difference, float):
        return cell
    return replace(cell, value=100 * difference, share=False)


def _words(value: Figure, text: str) -> Cell:
    kind = "withheld" if isinstance(value, Withheld) else "text"
    return Cell(text=text, kind="withheld" if kind == "withheld" else "text")


def _bare(value: float, indicator: Indicator, more: int = 0) -> str:
    """A number with its decimals, a true minus sign, and never '−0.0'."""
    decimals = indicator.decimals + more
    text = (
        f"{100 * value:.{decimals}f}"
        if indicator.is_share
        else f"{value:,.{decimals}f}"
    )
    return text.lstrip("-") if _is_zero(text) else text.replace("-", "−")


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
    said = dict(table.row_breaks)
    records, way = [], ""
    for place, row in enumerate(table.rows):
        way = said.get(place, way)
        record: dict[str, Any] = {
            name: cell.text if cell.value is None else cell.value
            for name, cell in zip(_unique(table.columns), row, strict=True)
        }
        records.append(record | ({"Counting": way} if said else {}))
    return csv_text(records)


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
