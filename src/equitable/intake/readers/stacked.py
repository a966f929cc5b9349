"""Tables that stand one below the other, and cells that stand for those beneath.

A sheet made for reading puts 'Table 2' under 'Table 1'.  Read as one, the second's
names become records; it is refused, with the rows.  The name of a school that is
written once above all its groups is filled down, where nothing else can be meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from equitable.errors import InputError
from equitable.intake.readers.header_rows import figures_in, is_figure

_SHARED: Final = 0.5


def refuse_second_table(
    names: Sequence[str],
    rows: Sequence[tuple[int, Sequence[str]]],
    *,
    header: int,
    file: str,
    word: str = "file",
) -> None:
    """Refuse a table under a table.

    Parameters
    ----------
    names, rows
        The header, and the rows beneath it with their numbers; blank rows are not
        among them.
    header
        The number of the header's row.
    word
        What the tables stand in: a file or a sheet.

    Raises
    ------
    InputError
        Naming the rows where the second one begins.
    """
    width = len(names)
    if width < 2:
        return
    wanted = [name.strip().casefold() for name in names]
    figures: frozenset[int] | None = None
    for place, (row, cells) in enumerate(rows):
        own = [cell.strip() for cell in cells][:width]
        filled = [cell for cell in own if cell]
        if len(filled) < 2:
            continue
        again = [cell.casefold() for cell in own] == wanted
        if not again:
            broken = place and (
                row > rows[place - 1][0] + 1 or _filled(rows[place - 1][1]) == 1
            )
            if not broken or any(map(is_figure, filled)):
                continue
            if figures is None:
                figures = figures_in([list(map(str, c)) for _, c in rows], width)
            said = [i for i in figures if i < len(own) and own[i]]
            beneath = [c for _, c in rows[place + 1 : place + 4]]
            if len(said) < 2 or not any(
                is_figure(str(c[i])) for c in beneath for i in said if i < len(c)
            ):
                continue
        begins = row
        if place and _filled(rows[place - 1][1]) == 1:
            begins = rows[place - 1][0]
        raise InputError(
            f"a second table begins here: the names of its columns stand in row {row},"
            f" and those of the first in row {header}",
            file=file,
            row=begins,
            next_step=f"Save each table in a {word} of its own. Files of the same"
            " columns in one folder are read as one.",
        )


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def written_once(rows: Sequence[Sequence[str]], width: int) -> tuple[int, ...]:
    """Places of leading columns whose value stands once, above the rows it is of.

    Only where the rows can be nothing else: the first row has the value, each value
    stands in one place, at least half of the rows lack it, and under each of them the
    next column of words holds the same groups as under the others, each once.
    """
    found: list[int] = []
    figures = figures_in(rows, width)
    for place in range(width):
        if place in figures:
            break
        cells = [row[place].strip() if place < len(row) else "" for row in rows]
        starts = [i for i, cell in enumerate(cells) if cell]
        once = len({cells[i].casefold() for i in starts}) == len(starts)
        if not cells or not cells[0] or len(starts) == len(cells):
            break
        if not once or len(starts) < 2 or 2 * len(starts) > len(cells):
            break
        if not _same_groups(rows, starts, place, figures, width):
            break
        found.append(place)
    return tuple(found)


def _same_groups(
    rows: Sequence[Sequence[str]],
    starts: Sequence[int],
    place: int,
    figures: frozenset[int],
    width: int,
) -> bool:
    inner = [i for i in range(place + 1, width) if i not in figures]
    for one in inner:
        runs = [
            [row[one].strip().casefold() if one < len(row) else "" for row in rows[a:b]]
            for a, b in zip(starts, [*starts[1:], len(rows)], strict=True)
        ]
        if any("" in run or len(set(run)) < len(run) for run in runs):
            continue
        common = set.intersection(*map(set, runs))
        if len(common) >= max(2, _SHARED * max(map(len, runs))):
            return True
    return False


def filled_down(
    row: Sequence[str], places: Sequence[int], above: dict[int, str]
) -> list[str]:
    """A row with what stands once written in; ``above`` is kept from row to row."""
    own = list(row)
    for place in places:
        if own[place].strip():
            above[place] = own[place]
        else:
            own[place] = above.get(place, "")
    return own
