"""The rows of a table: what each is of, and which of them are no counts at all.

Labels that stand once above the rows they are of are written into each; headings
between rows are labels, too; ``Total`` leaves a label out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from equitable.errors import InputError
from equitable.intake.posted.blocks import Block
from equitable.intake.posted.columns import Columns
from equitable.intake.posted.figures import Figure, read_figure
from equitable.intake.posted.grids import Grid
from equitable.intake.posted.words import (
    folded,
    is_symbol,
    is_total,
    opens_a_note,
    total_of,
)


@dataclass(slots=True)
class Row:
    """A row of counts: its place in the grid, its labels, its counts."""

    place: int
    labels: list[str | None]
    figures: list[Figure]


@dataclass(slots=True)
class Rows:
    """A table's rows of counts, and the names of what their labels tell apart."""

    names: list[str]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)


def read_rows(grid: Grid, block: Block, columns: Columns) -> Rows:
    """The rows of a table with their labels and counts.

    Raises
    ------
    InputError
        Where a cell that should hold a count holds something else, or a row of counts
        has no label.
    """
    places = _without_notes(grid, block, columns)
    notes: list[str] = []
    if any(_limits_a_mark(grid.rows[row]) for row in block.body[len(places) :]):
        notes.append(
            "A note beneath it says which counts a mark stands for. It was not used as"
            " a limit, as the same mark often stands for counts withheld with them."
        )
    names = list(columns.names)
    headings = _headings(grid, places, columns)
    if headings:
        names.insert(0, "")
    rows: list[Row] = []
    heading: str | None = "Total"
    shares = shared = 0
    for place in places:
        cells = grid.rows[place]
        if place in headings:
            heading = cells[columns.labels[0]]
            continue
        if cells == grid.rows[block.header[-1]]:
            continue  # The header once more, at the top of a page.
        figures = [read_figure(cells[at]) for at in columns.counts]
        shown = [figure for figure in figures if figure.kind != "blank"]
        if shown and all(figure.kind == "share" for figure in shown):
            shares += 1
            continue
        _refuse_others(grid, place, columns, figures)
        shared += any(figure.shared for figure in figures)
        labels: list[str | None] = [cells[at] for at in columns.labels]
        rows.append(Row(place, [heading, *labels] if headings else labels, figures))
    if shares:
        notes.append(f"{shares} rows of percentages were left out.")
    if shared:
        notes.append("Percentages that stand beside counts in a cell were left out.")
    if headings and rows:
        _settle_headings(rows)
    _fill(grid, rows, notes)
    return Rows(names, rows, notes)


def _without_notes(grid: Grid, block: Block, columns: Columns) -> list[int]:
    """The rows of the body without the notes at its end."""
    body = list(block.body)
    while body and _is_note(grid.rows[body[-1]], columns, body):
        body.pop()
    return body


def _is_note(cells: Sequence[str], columns: Columns, body: Sequence[int]) -> bool:
    figures = [read_figure(cells[at]) for at in columns.counts]
    filled = [cell for cell in cells if cell]
    kinds = {figure.kind for figure in figures} - {"blank"}
    if kinds & {"number", "share", "negative", "fraction"}:
        return False
    first = filled[0]
    if "word" in kinds:
        # 'Note:' or a mark, and in the next cells what it means.
        return opens_a_note(first) or read_figure(first).kind == "mark"
    if kinds:
        return is_symbol(first) and bool(cells[0])
    if len({*filled}) > 1 or is_total(first):
        return False
    if opens_a_note(first):
        return True
    # A word by itself, after a gap: neither a heading of rows nor a row of counts.
    apart = len(body) > 1 and body[-1] - body[-2] > 1
    return apart or ": " in first or " = " in first


def _limits_a_mark(cells: Sequence[str]) -> bool:
    """Whether a note explains a mark by a number: '* fewer than 10 students'."""
    text = " ".join(cell for cell in cells if cell)
    return is_symbol(text[:1]) and any(c.isdigit() for c in text)


def _headings(grid: Grid, places: Sequence[int], columns: Columns) -> frozenset[int]:
    """Rows that name what the rows beneath them are of: 'Oak School'.

    Only where they can be nothing else: nothing but totals stands above the first,
    each stands above rows of counts, and where there is one alone no count is blank.
    """
    single = [
        place
        for place in places
        if grid.rows[place][columns.labels[0]]
        and len({cell for cell in grid.rows[place] if cell}) == 1
    ]
    if not single or len(columns.labels) > 1:
        return frozenset()
    above = places[: places.index(single[0])]
    if not all(is_total(grid.rows[place][columns.labels[0]]) for place in above):
        return frozenset()
    follows = {after for after in single if after - 1 in single}
    blank = sum(
        not grid.rows[place][at]
        for place in places
        if place not in single
        for at in columns.counts
    )
    if follows or single[-1] == places[-1] or (blank and len(single) < 2):
        return frozenset()
    return frozenset(single)


_NO_COUNTS: Final = {
    "negative": (
        "a count is below 0",
        "Correct it; a change between two years is no count.",
    ),
    "fraction": (
        "a count is not a whole number",
        "Write how many students there are; an average or a rate is no count.",
    ),
    "share": (
        "a percentage stands among counts",
        "Put percentages in a column of their own, with % in its name.",
    ),
    "date": (
        "a date stands among counts",
        "Spreadsheet programs make dates of ranges such as 1-9: write '1 to 9'.",
    ),
    "word": (
        "a word stands among counts that is no known mark",
        "Write the count, or * if it is withheld.",
    ),
}


def _refuse_others(
    grid: Grid, place: int, columns: Columns, figures: Sequence[Figure]
) -> None:
    """Refuse what stands among counts and is none."""
    for at, figure in zip(columns.counts, figures, strict=True):
        if figure.kind == "number" and (place, at) in grid.merged:
            raise InputError(
                "one number is merged over several cells, and nobody can tell what"
                " part each has",
                file=grid.name,
                row=place + 1,
                column=columns.called[at],
                next_step="Unmerge it and write each row and column its own number, or"
                " * where it is withheld.",
            )
        if figure.is_count:
            continue
        problem, step = _NO_COUNTS[figure.kind]
        raise InputError(
            problem,
            file=grid.name,
            row=place + 1,
            column=columns.called[at],
            next_step=step,
        )


def _settle_headings(rows: Sequence[Row]) -> None:
    """Totals under the last heading: of it, or of everything."""
    under: dict[str | None, list[Row]] = {}
    for row in rows:
        under.setdefault(row.labels[0], []).append(row)
    last = rows[-1].labels[0]
    totals = {
        heading: [row for row in own if is_total(row.labels[1] or "")]
        for heading, own in under.items()
    }
    for heading, own in under.items():
        for row in own:
            named = total_of(row.labels[1] or "")
            if heading is not None and named == folded(heading):
                row.labels[1] = "Total"
    ends = totals[last]
    each = all(found for heading, found in totals.items() if heading != last)
    if not ends or ends[-1] is not rows[-1]:
        return
    if (
        folded(ends[-1].labels[1] or "").startswith("grand")
        or len(ends) > 1
        or not each
    ):
        ends[-1].labels[0] = "Total"


def _fill(grid: Grid, rows: list[Row], notes: list[str]) -> None:
    """Write in what stands once, and leave out what is totalled over."""
    if not rows:
        return
    width = len(rows[0].labels)
    # A blank above which nothing stands is no label written once: state-wide rows.
    first = rows[0].labels
    told = any(label and not is_total(label) for label in first)
    blank_total = [told and not label for label in first]
    above: list[str | None] = [""] * width
    for place, row in enumerate(rows):
        if not any(row.labels):
            if place + 1 < len(rows) or not _sums_up(rows):
                raise InputError(
                    "a row has counts and no label",
                    file=grid.name,
                    row=row.place + 1,
                    next_step="Write of whom it is, or Total.",
                )
            notes.append(
                "The last row has no label; it was read as the total, as its counts"
                " are the sums of those above."
            )
            row.labels = [None] * width
            continue
        _fill_one(row, above, blank_total)
    for row in rows:
        row.labels = [
            None if not label or is_total(label) else label for label in row.labels
        ]


def _fill_one(row: Row, above: list[str | None], blank_total: Sequence[bool]) -> None:
    own = row.labels
    filled = [at for at, label in enumerate(own) if label]
    last = filled[-1]
    for at, label in enumerate(own):
        if not label and at < last and not blank_total[at]:
            own[at] = above[at]
    # 'North total' closes what stands above it as North.
    for at in filled:
        named = total_of(own[at] or "")
        for holder in range(at + 1):
            over = above[holder]
            if named and over and folded(over) == named:
                own[holder] = over
                own[holder + 1 :] = ["Total"] * (len(own) - holder - 1)
                break
        else:
            continue
        break
    for at, label in enumerate(own):
        if label and at <= last:
            above[at] = label


def _sums_up(rows: Sequence[Row]) -> bool:
    """Whether the last row holds the sums of those above that are no totals."""
    parts = [row for row in rows[:-1] if not any(is_total(x or "") for x in row.labels)]
    told = 0
    for at, figure in enumerate(rows[-1].figures):
        values = [row.figures[at].value for row in parts]
        known = [value for value in values if value is not None]
        if figure.value is None or len(known) < len(values):
            continue
        if sum(known) != figure.value:
            return False
        told += 1
    return told > 0
