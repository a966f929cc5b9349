"""How many of a published table's figures are no numbers, and what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from equitable.intake.published.marks import read_marks
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import MISSING_TOKENS

if TYPE_CHECKING:
    from equitable.intake.source import Source
    from equitable.vocabulary import Condition, Indicator

Why: TypeAlias = Literal["withheld", "limits", "codes"]
_MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """Of a column's figures: how many are empty, and how many a mark of each kind.

    ``marks`` are the texts as they are written, the most frequent first, each with why
    there is no number and in how many rows it stands.
    """

    figures: int
    empty: int
    marks: tuple[tuple[str, Why, int], ...] = ()

    @property
    def marked(self) -> int:
        """How many are a mark of any kind."""
        return sum(rows for _, _, rows in self.marks)

    @property
    def why(self) -> Why | None:
        """Why most of those marked are no numbers."""
        rows: dict[Why, int] = {}
        for _, why, number in self.marks:
            rows[why] = rows.get(why, 0) + number
        return max(rows.items(), key=lambda item: item[1])[0] if rows else None


def held_back(
    source: Source, indicator: Indicator, condition: str | None = None
) -> HeldBack | None:
    """Count what stands in place of numbers in an indicator's column.

    Parameters
    ----------
    source
        An open source of published counts: its rows are no students, so that how many
        there are gives nobody away.
    indicator
        One of counts, percentages or averages of groups; of others the answer is
        ``None``.
    condition
        Rows to look at, as SQL written by ``intake.where`` or from quoted names.
    """
    column = indicator.count or indicator.percent
    if column is None and indicator.figures is not None:
        column = indicator.column
    if column is None or column not in {c.name for c in source.columns}:
        return None
    text = f"NULLIF(TRIM(CAST({quote_name(column)} AS VARCHAR)), '')"
    if indicator.figures is not None:
        # Of averages many are simply not there: 'NA', '—'.
        nothing = ", ".join(quote_value(token) for token in sorted(MISSING_TOKENS))
        text = f"CASE WHEN LOWER({text}) IN ({nothing}) THEN NULL ELSE {text} END"
    where = f"WHERE {condition}" if condition else ""
    counted = source.query(
        f"SELECT COUNT(*) AS n, COUNT({text}) AS filled FROM records {where}"
    ).to_pylist()[0]
    number = f"TRY_CAST({text} AS DOUBLE)"
    under = f" OR {number} < 0" if indicator.figures is None else ""
    odd = f"{text} IS NOT NULL AND ({number} IS NULL{under})"
    both = f"({condition}) AND {odd}" if condition else odd
    found = source.query(
        f"SELECT {text} AS t, COUNT(*) AS n FROM records WHERE {both}"
        f" GROUP BY t ORDER BY n DESC, t LIMIT {_MOST}"
    ).to_pylist()
    told = read_marks(source, indicator).get(column, {})
    marks: list[tuple[str, Why, int]] = []
    for row in found:
        mark = told.get(row["t"].lower())
        if mark is None or mark.exact is not None:
            # A number with a comma, or what no publisher writes: not a mark.
            continue
        why: Why = "withheld"
        if "reserve code" in mark.reason:
            why = "codes"
        elif mark.low is not None or mark.high is not None:
            why = "limits"
        marks.append((row["t"], why, int(row["n"])))
    figures, filled = int(counted["n"]), int(counted["filled"])
    return HeldBack(figures=figures, empty=figures - filled, marks=tuple(marks))


def held_in(
    source: Source, indicators: Sequence[Indicator], where: Condition | None
) -> tuple[tuple[str, HeldBack], ...]:
    """Of outcomes by name, where some of their published figures are no numbers."""
    kept = where.sql if where else None
    found = [(one.label, held_back(source, one, kept)) for one in indicators]
    return tuple(
        (label, held) for label, held in found if held and held.marked + held.empty
    )
