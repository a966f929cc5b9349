"""Gaps as tables of a terminal, made to fit its width.

Where a window is narrow, what says least leaves first and the verdict stays; colour
never speaks alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from equitable.measures.results import GapRow, Gaps, Index, PooledRow, SensitivityRow
from equitable.report.published_figures import NOT_THERE, number_told, without_chance
from equitable.report.sentences import not_worked_out, order_words
from equitable.report.tables import (
    NOTHING,
    amount,
    difference_words,
    doubt_mark,
    gap_words,
    group_name,
    interval,
    value_words,
    verdict_words,
)
from equitable.vocabulary import WITHHELD, Indicator, Verdict

WIDE: Final = 100
_LEAST_GROUP: Final = 14
_SHORT: Final = {
    Verdict.NO_DIFFERENCE_SHOWN: "no difference",
    Verdict.NOT_ENOUGH_EVIDENCE: "not enough",
}
_MARKS: Final = {
    Verdict.WORSE: ("▼", "bold yellow"),
    Verdict.BETTER: ("▲", "green"),
    Verdict.NO_DIFFERENCE_SHOWN: ("=", ""),
    Verdict.NOT_ENOUGH_EVIDENCE: ("?", "dim"),
}
_REFERENCE: Final = "◆"
_LEGEND: Final = (
    "▼ worse, ▲ better, = no difference shown, ? not enough evidence, ◆ the reference"
)


def table(title: str) -> Table:
    """An empty table as all of ours look."""
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        expand=False,
        box=None,
        pad_edge=False,
        padding=(0, 1),
    )


def gap_table(gaps: Gaps, rows: Sequence[GapRow], width: int) -> Table:
    """Each group's value, gap and verdict, in the order given."""
    indicator = gaps.indicator
    unit = "" if indicator.is_share else indicator.unit_words
    title = f"{indicator.label} ({unit})" if unit else indicator.label
    shown = [row for row in rows if not row.withheld]
    counted = any(number_told(row.n, indicator) for row in shown)
    columns = [
        _Column("Students", [_students(row, indicator) for row in shown], 5),
        _Column("Value", [value_words(row, indicator) for row in shown], 6),
        _Column("from to", [interval(r.low, r.high, indicator) for r in shown], 1),
        _Column("Gap", [difference_words(row, indicator) for row in shown], 7),
        _Column(
            "from to",
            [interval(r.difference_low, r.difference_high, indicator) for r in shown],
            4,
        ),
        *([_Column("Parity", [_parity(row) for row in shown], 3)] if counted else []),
        _Column("Evidence", [_doubted(row, gaps) for row in shown], 8, right=False),
    ]
    if without_chance(gaps):
        columns = [column for column in columns if column.name != "from to"]
    named = [printable(group_name(row.group, gaps.dimensions)) for row in shown]
    held = [
        printable(group_name(row.within, gaps.within)) if row.within else "all"
        for row in shown
    ]
    groups = [_Column("Group", named, 9, right=False)]
    if gaps.within and width >= WIDE:
        groups.append(_Column("Within", held, 9, right=False))
    elif gaps.within:
        joined = [f"{name} – {other}" for name, other in zip(named, held, strict=True)]
        groups = [_Column("Group – within", joined, 9, right=False)]
    if width < WIDE:
        columns = [column for column in columns if column.keep > 1]
    return _fitted(
        f"{printable(title)}, {order_words(gaps, rows)}", groups, columns, width
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """A column, and how much is lost without it: the least leaves first."""

    name: str
    cells: Sequence[str | Text]
    keep: int
    right: bool = True

    @property
    def width(self) -> int:
        return max(cell_len(str(text)) for text in (self.name, *self.cells))


def _room(columns: Sequence[_Column], width: int) -> int:
    """How many characters are left for the groups' names."""
    return width - sum(column.width + 2 for column in columns)


def _fitted(
    title: str, groups: Sequence[_Column], columns: Sequence[_Column], width: int
) -> Table:
    """A table without the columns that there is no room for, which is said beneath."""
    kept, gone = list(columns), []
    while len(kept) > 2 and _room(kept, width) < _LEAST_GROUP * len(groups):
        gone.append(min(kept, key=lambda column: column.keep))
        kept.remove(gone[-1])
    made = _filled(title, [*groups, *kept])
    if gone:
        names = ", ".join(dict.fromkeys(column.name for column in gone))
        made.caption = (
            f"No room here for: {names}. A wider window or --format csv has more."
        )
    return made


def _filled(title: str, columns: Sequence[_Column]) -> Table:
    made = table(title)
    for column in columns:
        group = column.keep == 9
        made.add_column(
            column.name,
            justify="right" if column.right else "left",
            no_wrap=not group,
            overflow="fold" if group else "ellipsis",
            min_width=None if group else column.width,
        )
    for cells in zip(*(column.cells for column in columns), strict=True):
        made.add_row(*(Text(c) if isinstance(c, str) else c for c in cells))
    return made


def _students(row: GapRow, indicator: Indicator) -> str:
    """How many; of a published figure without a number, that it is not in the file."""
    told = number_told(row.n, indicator)
    return amount(row.n, None) if told else NOT_THERE


def _parity(row: GapRow) -> str:
    """How many more or fewer students; nothing where none are needed."""
    number = row.parity_fixed
    if isinstance(number, int):
        return amount(number, None) if number else ""
    return "" if number is None else str(number)


def verdict(found: Verdict | None, *, withheld: bool = False) -> Text:
    """A verdict as a mark and a word."""
    if withheld:
        return Text("withheld", style="dim")
    if found is None:
        return Text(f"{_REFERENCE} the reference")
    mark, style = _MARKS[found]
    return Text(f"{mark} {_SHORT.get(found, verdict_words(found))}", style=style)


def _doubted(row: GapRow, gaps: Gaps) -> Text:
    return verdict(row.verdict) + Text(doubt_mark(row, gaps))


def indices_table(gaps: Gaps, rows: Sequence[GapRow], width: int) -> Table:
    """California's three indices of each group."""
    shown = [row for row in rows if row.indices is not None and not row.within]
    found = [row.indices for row in shown if row.indices is not None]
    named = [printable(group_name(row.group, gaps.dimensions)) for row in shown]
    columns = []
    for name, indices in (
        ("PPG", [one.ppg for one in found]),
        ("PI", [one.proportionality for one in found]),
        ("80 %", [one.eighty_percent for one in found]),
    ):
        values = [_index(one, points=name == "PPG") for one in indices]
        columns.append(_Column(name, values, 8))
        columns.append(_Column("needed", [_needed(one) for one in indices], 7))
    return _fitted(
        "California's indices: ▼ is flagged, and so many students are needed to clear"
        " it",
        [_Column("Group", named, 9, right=False)],
        columns,
        width,
    )


def _index(index: Index, *, points: bool) -> Text:
    value = index.value
    if not isinstance(value, float):
        return Text(NOTHING if value is None else str(WITHHELD))
    text = f"{100 * value:.1f}" if points else f"{value:.3f}"
    text = text.replace("-", "−")
    mark = "▼ " if index.flagged is True else ""
    return Text(f"{mark}{text}", style="bold yellow" if mark else "")


def _needed(index: Index) -> str:
    if index.flagged is not True:
        return ""
    return amount(index.needed, None)


def pooled_table(gaps: Gaps, width: int) -> Table:
    """Each gap by itself, and with the strata held fixed."""
    indicator = gaps.indicator
    held = " and ".join(printable(d.label) for d in gaps.within)
    rows: Sequence[PooledRow] = gaps.pooled
    named = [printable(group_name(row.group, gaps.dimensions)) for row in rows]
    raw = [
        interval(row.raw_difference_low, row.raw_difference_high, indicator)
        for row in rows
    ]
    own = [interval(r.difference_low, r.difference_high, indicator) for r in rows]
    verdicts = [
        Text("not worked out", style="dim")
        if not_worked_out(row)
        else verdict(row.verdict, withheld=row.withheld)
        for row in rows
    ]
    return _fitted(
        f"The gap by itself, and with {held} held fixed",
        [_Column("Group", named, 9, right=False)],
        [
            _Column("Gap", [gap_words(r.raw_difference, indicator) for r in rows], 5),
            _Column("from to", raw, 1),
            _Column("Fixed", [gap_words(r.difference, indicator) for r in rows], 6),
            _Column("from to", own, 2),
            _Column("Fixed: evidence", verdicts, 8, right=False),
        ],
        width,
    )


def sensitivity_table(gaps: Gaps, width: int) -> tuple[Table, str]:
    """Each group's gap and verdict against every reference, and a legend or ''."""
    rows: Sequence[SensitivityRow] = gaps.sensitivity
    named = [printable(group_name(row.group, gaps.dimensions)) for row in rows]
    kinds = list(rows[0].differences)
    for short in (False, True):
        columns = [
            _Column(
                kind if short else f"against {kind}",
                [_against(row, kind, gaps.indicator, short=short) for row in rows],
                8,
                right=False,
            )
            for kind in kinds
        ]
        if _room(columns, width) >= _LEAST_GROUP:
            break
    made = _filled(
        "Would another reference say otherwise?",
        [_Column("Group", named, 9, right=False), *columns],
    )
    return made, _LEGEND if short else ""


def _against(
    row: SensitivityRow, kind: str, indicator: Indicator, *, short: bool
) -> Text:
    found = row.verdicts.get(kind)
    if row.withheld or kind not in row.verdicts:
        return verdict(None, withheld=True)
    if found is None:
        return Text(_REFERENCE) if short else verdict(None)
    words = verdict(found)
    if short:
        words = Text(_MARKS[found][0], style=_MARKS[found][1])
    if row.differences[kind] is WITHHELD:
        return words
    return Text(f"{gap_words(row.differences[kind], indicator)} ") + words


# Marks that turn the direction of what follows, and would reorder a table's words.
_TURNING: Final = frozenset("\u061c\u200e\u200f\u2028\u2029") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def printable(text: str) -> str:
    """Text that cannot steer a terminal: control characters become visible marks."""
    if text.isprintable():
        return text
    return "".join(
        "\ufffd" if steers(character) and character not in "\n\t" else character
        for character in text
    )


def plain_json(text: str) -> str:
    """JSON text that says the same, with what could steer a terminal escaped."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(
        f"\\u{ord(character):04x}"
        if steers(character) and character != "\n"
        else character
        for character in text
    )


def steers(character: str) -> bool:
    """Whether a character could move, colour or reorder what a terminal shows."""
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _TURNING
