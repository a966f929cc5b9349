"""What stands in each column, counted: the evidence that meaning is guessed from.

A profile is kept in memory only.  Its ``values`` may hold a person's name: nothing
but the rules of ``identifiers`` and ``columns`` looks at them before a column is known
not to identify anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from equitable.intake.names import is_suppressed, yes_words
from equitable.vocabulary import MISSING_TOKENS

if TYPE_CHECKING:
    from equitable.intake.source import Source

ColumnType: TypeAlias = Literal["text", "number", "boolean", "date"]

SAMPLE_ROWS: Final = 20_000
"""Rows looked at to open a source; enough to see a category that one student in a
thousand belongs to, and quick on a file of ten million rows."""

VALUES_KEPT: Final = 400
"""Different values kept of a column, the most frequent first."""

PATTERN_VALUES: Final = 400
"""Different values that patterns are tried on."""

COLUMNS_A_SCAN: Final = 120
"""Columns profiled in one query, so that a file of 1,700 columns is planned fast."""

NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

STREETS: Final = (
    "street|st|avenue|ave|road|rd|lane|ln|drive|dr|blvd|boulevard|court|ct|place|pl|way|"
    "terrace|circle|cir"
)
"""Words that a street's name ends in, as part of a pattern."""

PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    "e-mail": re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    "phone": re.compile(
        r"(\+?1[ .-]?)?(\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}( ?(x|ext\.?) ?\d+)?"
        r"|\+\d{1,3}[ .-]?\d[\d .-]{6,14}"
    ),
    "ssn": re.compile(r"\d{3}-\d{2}-\d{4}"),
    "date": re.compile(
        r"\d{4}-\d{1,2}-\d{1,2}([ T].*)?"
        r"|\d{1,2}/\d{1,2}/(\d{4}|\d{2})( .*)?"
        r"|\d{1,2}\.\d{1,2}\.\d{4}"
    ),
    "quarter": re.compile(r"(19|20)\d{2}[ -]?[Qq][1-4]|[Qq][1-4][ -]?(19|20)\d{2}"),
    "year": re.compile(r"(19|20)\d{2}(\.0)?"),
    "school year": re.compile(
        r"(19|20)\d{2}\s?[-–/_]\s?((19|20)?\d{2})|(SY|AY)\s?\d{2,4}([-–/]\d{2,4})?"
        r"|(19|20)\d{2}[A-Z]|\d{2} ?[-–] ?\d{2} [Ss]chool [Yy]ear"
    ),
    "ip": re.compile(r"\d{1,3}(\.\d{1,3}){3}"),
    "url": re.compile(r"(https?://|www\.)\S+"),
    "person": re.compile(
        r"[A-ZÀ-Þ][\w'’.-]+,? ([A-Z]\.? )?[A-ZÀ-Þ][\w'’-]+(,? (Jr|Sr|II|III)\.?)?"
    ),
    "street": re.compile(
        rf"\d+[A-Za-z]? [\w .'-]+ ({STREETS})\.?(,.*| (apt|unit|#).*)?",
        re.IGNORECASE,
    ),
    "percent": re.compile(r"[<>≤≥]?\s?-?\d+(\.\d+)?\s?%"),
    "band": re.compile(
        r"\d+(\.\d+)?\s?%?\s?[-–]\s?\d+(\.\d+)?\s?%?|[<>≤≥]=?\s?\d+|\d+\s?([<>≤≥]=?|\+)"
    ),
}
"""Shapes of text.  Each must fit the whole value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """What was counted in one column.

    Parameters
    ----------
    rows, missing
        Rows looked at, and those without a value (``MISSING_TOKENS``).
    distinct
        Different values; approximate where ``rows`` is large.
    numbers, integers, marks
        Rows whose value is a number; a whole number; a mark by which published tables
        hold a small figure back.
    low, high
        The least and greatest number.
    values
        The most frequent values, trimmed, with their rows; all of them where
        ``complete``.
    shapes
        Of the different values, the share that has each of ``PATTERNS``.
    uniqueness
        Different values a row with a value: 1 where none repeats (in the sample, as
        counts of different values in many rows are approximate).
    length
        Mean length of the different values, in characters.
    widths
        How many different lengths they have.
    whole
        Whether every row of the source was looked at.
    """

    name: str
    type: ColumnType
    rows: int
    missing: int
    distinct: int
    numbers: int = 0
    integers: int = 0
    marks: int = 0
    low: float | None = None
    high: float | None = None
    values: tuple[tuple[str, int], ...] = ()
    complete: bool = True
    shapes: Mapping[str, float] = field(default_factory=dict)
    uniqueness: float = 0.0
    length: float = 0.0
    widths: int = 0
    whole: bool = True

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def number_share(self) -> float:
        """Of the rows with a value, held back ones aside, the share of numbers."""
        shown = self.present - self.marks
        return self.numbers / shown if shown else 0.0

    @property
    def is_numeric(self) -> bool:
        """Whether the column is of numbers, a few stray words aside."""
        return self.type == "number" or (
            self.type == "text" and self.number_share >= 0.8
        )

    @property
    def is_integer(self) -> bool:
        """Whether its numbers are whole."""
        return self.is_numeric and self.integers == self.numbers > 0

    @property
    def texts(self) -> tuple[str, ...]:
        """The values alone, the most frequent first."""
        return tuple(value for value, _ in self.values)

    def shape(self, name: str) -> float:
        """The share of different values that have a shape (one of ``PATTERNS``)."""
        return self.shapes.get(name, 0.0)


def quoted(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def cleaned_sql(name: str, further: Iterable[str] = ()) -> str:
    """SQL for a column's text, trimmed; null where it says 'no value'."""
    text = f"trim(CAST({quoted(name)} AS VARCHAR))"
    tokens = ", ".join(
        "'" + token.replace("'", "''") + "'"
        for token in sorted({*MISSING_TOKENS, *(t.strip().casefold() for t in further)})
    )
    return f"CASE WHEN lower({text}) IN ({tokens}) THEN NULL ELSE {text} END"


def yes_sql() -> str:
    """The words for yes as a SQL list, lower-case: '1', 'true', 'y' …"""
    return ", ".join(f"'{word}'" for word in sorted(yes_words()))


def is_missing(text: str | None) -> bool:
    """Whether a value is one of the ways of writing 'no value'."""
    return text is None or text.strip().casefold() in MISSING_TOKENS


def plain_number(text: str) -> str:
    """A number without the '.0' that a column of decimals gives to whole numbers."""
    text = text.strip()
    head, dot, tail = text.partition(".")
    if dot and tail and not tail.strip("0") and head.lstrip("+-").isdigit():
        return head
    return text


def profile(source: Source, *, whole: bool) -> tuple[ColumnProfile, ...]:
    """Profile every column of a source.

    Parameters
    ----------
    whole
        ``False`` looks at the first ``SAMPLE_ROWS`` rows, whatever the size of the
        file; ``True`` at all of them, in one scan for each ``COLUMNS_A_SCAN`` columns
        (patterns are still tried on the sample's values).

    Returns
    -------
    One profile a column, in the file's order.
    """
    types: dict[str, ColumnType] = {c.name: c.type for c in source.columns}
    if not types:
        return ()
    names = list(types)
    listed = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in names)
    sample = source.query(f"SELECT {listed} FROM records LIMIT {SAMPLE_ROWS + 1}")
    is_whole = sample.num_rows <= SAMPLE_ROWS
    sample = sample.slice(0, SAMPLE_ROWS)
    profiles = [
        _from_counts(
            name,
            types[name],
            sample.num_rows,
            _value_counts(sample.column(index)),
            whole=is_whole,
        )
        for index, name in enumerate(names)
    ]
    if not whole or is_whole:
        return tuple(profiles)
    scanned: list[ColumnProfile] = []
    for start in range(0, len(profiles), COLUMNS_A_SCAN):
        scanned += _scan(source, profiles[start : start + COLUMNS_A_SCAN])
    return tuple(scanned)


def _value_counts(column: Any) -> list[tuple[str | None, int]]:
    counted = column.value_counts()
    return list(
        zip(
            counted.field("values").to_pylist(),
            counted.field("counts").to_pylist(),
            strict=True,
        )
    )


def _from_counts(
    name: str,
    column_type: ColumnType,
    rows: int,
    counts: Sequence[tuple[str | None, int]],
    *,
    whole: bool,
) -> ColumnProfile:
    present: dict[str, int] = {}
    missing = 0
    for text, count in counts:
        trimmed = "" if text is None else text.strip()
        if trimmed.casefold() in MISSING_TOKENS:
            missing += count
        else:
            present[trimmed] = present.get(trimmed, 0) + count
    numbers = integers = 0
    low = high = None
    if column_type in ("text", "number"):
        for text, count in present.items():
            if NUMBER.fullmatch(text) is None:
                continue
            value = float(text)
            numbers += count
            integers += count if value.is_integer() else 0
            low = value if low is None or value < low else low
            high = value if high is None or value > high else high
    marks = sum(count for text, count in present.items() if is_suppressed(text))
    frequent = sorted(present.items(), key=lambda item: (-item[1], item[0]))
    looked_at = list(present)[:PATTERN_VALUES]
    return ColumnProfile(
        name=name,
        type=column_type,
        rows=rows,
        missing=missing,
        distinct=len(present),
        numbers=numbers,
        integers=integers,
        marks=marks if numbers else 0,
        low=low,
        high=high,
        values=tuple(frequent[:VALUES_KEPT]),
        complete=len(present) <= VALUES_KEPT,
        shapes=_shapes(looked_at, column_type, all_numbers=numbers == rows - missing),
        uniqueness=len(present) / (rows - missing) if rows > missing else 0.0,
        length=sum(map(len, looked_at)) / len(looked_at) if looked_at else 0.0,
        widths=len({len(text) for text in looked_at}),
        whole=whole,
    )


def _shapes(
    texts: Sequence[str], column_type: ColumnType, *, all_numbers: bool
) -> dict[str, float]:
    if not texts:
        return {}
    if column_type == "date":
        return {"date": 1.0}
    if column_type == "boolean":
        return {}
    tried = ("year",) if all_numbers else tuple(PATTERNS)
    shares = {
        name: sum(PATTERNS[name].fullmatch(text) is not None for text in texts)
        / len(texts)
        for name in tried
    }
    return {name: share for name, share in shares.items() if share}


def _scan(source: Source, sampled: Sequence[ColumnProfile]) -> list[ColumnProfile]:
    """Counts over every row, patterns as the sample showed them.

    What has few values in the sample is counted value by value, which needs no work on
    the text of each row; a map of ten million student numbers would be of no use.
    """
    inner, outer = [], ["count(*) AS n"]
    for place, column in enumerate(sampled):
        if column.distinct <= VALUES_KEPT:
            inner.append(f"CAST({quoted(column.name)} AS VARCHAR) AS c{place}")
            outer.append(f"histogram(c{place}) AS h{place}")
            continue
        # Trimming is the slow part: only where a value is no number.
        raw, clean = f"CAST({quoted(column.name)} AS VARCHAR)", cleaned_sql(column.name)
        inner.append(f"{raw} AS c{place}")
        if column.numbers:
            inner.append(f"TRY_CAST({quoted(column.name)} AS DOUBLE) AS d{place}")
            inner.append(
                f"CASE WHEN isfinite(d{place}) THEN '0' ELSE {clean} END AS t{place}"
            )
        else:
            inner.append(f"CAST(NULL AS DOUBLE) AS d{place}, {clean} AS t{place}")
        finite = f"isfinite(d{place})"
        outer += [
            f"count(t{place}) AS p{place}",
            f"approx_count_distinct(c{place}) AS v{place}",
            f"count(*) FILTER ({finite}) AS f{place}",
            f"count(*) FILTER ({finite} AND d{place} = floor(d{place})) AS i{place}",
            f"min(d{place}) FILTER ({finite}) AS l{place}",
            f"max(d{place}) FILTER ({finite}) AS u{place}",
        ]
    row = source.query(
        f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM records)"
    ).to_pylist()[0]
    return [_scanned(column, place, row) for place, column in enumerate(sampled)]


def _scanned(
    column: ColumnProfile, place: int, row: Mapping[str, Any]
) -> ColumnProfile:
    rows = int(row["n"])
    if f"h{place}" in row:
        counts: list[tuple[str | None, int]] = list(
            dict(row[f"h{place}"] or ()).items()
        )
        counts.append((None, rows - sum(count for _, count in counts)))
        found = _from_counts(column.name, column.type, rows, counts, whole=True)
        return replace(
            found,
            shapes=column.shapes or found.shapes,
            uniqueness=column.uniqueness,
        )
    return replace(
        column,
        rows=rows,
        missing=rows - int(row[f"p{place}"]),
        distinct=max(int(row[f"v{place}"]), column.distinct),
        numbers=int(row[f"f{place}"]),
        integers=int(row[f"i{place}"]),
        low=row[f"l{place}"],
        high=row[f"u{place}"],
        complete=False,
        whole=True,
    )
