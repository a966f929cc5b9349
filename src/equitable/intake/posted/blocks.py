"""Where the tables of a grid stand: their titles, header rows and rows of counts.

A sheet made for reading has titles above a table, notes beneath it, blank rows within
it, and often several tables under one another.  A table begins where words stand over
columns of figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from equitable.errors import InputError
from equitable.intake.names import meaning_of
from equitable.intake.posted.figures import Figure, read_figure
from equitable.intake.posted.grids import Grid
from equitable.intake.posted.words import is_total, names_codes, opens_a_note

_MOST_HEADERS: Final = 4
_LOOKED_AT: Final = 6
"""Rows beneath a header that tell whether it is one."""
_FARTHEST: Final = 400
"""Rows that are looked through for those."""
_LONGEST_NAME: Final = 5
"""Words of the name of a dimension; what is longer above a table is its title."""


@dataclass(slots=True)
class Block:
    """A table as it stands in a grid; rows by their places there, from 0."""

    header: tuple[int, ...]
    body: list[int] = field(default_factory=list)
    title: str = ""
    notes: tuple[str, ...] = ()


def find_blocks(grid: Grid) -> list[Block]:
    """The tables of a grid from top to bottom.

    Raises
    ------
    InputError
        Where rows of numbers stand above the first header, or without one.
    """
    finder = _Finder(grid)
    found, above = finder.blocks()
    for place in above:
        numbers = [one for one in finder.figures[place][1:] if one.kind == "number"]
        if numbers and found:
            said = f"A number above the table in row {place + 1} was not read."
            found[0].notes = (*found[0].notes, said)
        if len(numbers) > 1:
            raise InputError(
                "numbers stand here without names above their columns",
                file=grid.name,
                row=place + 1,
                next_step="Write above each column of whom it is, or Total, and in the"
                " first column of whom each row is.",
            )
    return found


class _Finder:
    def __init__(self, grid: Grid) -> None:
        self.rows = grid.rows
        self.figures = [[read_figure(cell) for cell in row] for row in grid.rows]

    def blocks(self) -> tuple[list[Block], list[int]]:
        """The tables, and the rows above the first of them."""
        found: list[Block] = []
        above: list[int] = []
        apart = True
        place = 0
        while place < len(self.rows):
            if not any(self.rows[place]):
                apart, place = True, place + 1
                continue
            if apart and not self._is_single(place):
                header = self._header(place, found)
                if header:
                    titles = self._titles_of(found[-1], header[0]) if found else above
                    title = self.rows[titles[-1]] if titles else ()
                    said = next((cell for cell in title if cell), "")
                    found.append(Block(header=header, title=said))
                    apart, place = False, header[-1] + 1
                    continue
            if found:
                found[-1].body.append(place)
            else:
                above.append(place)
            # A label alone in a further column is of a row whose counts are blank.
            apart = not found or (self._is_single(place) and bool(self.rows[place][0]))
            place += 1
        return found, above

    def _titles_of(self, block: Block, before: int) -> list[int]:
        """Rows above a further table that are its titles and no notes of the last."""
        taken: list[int] = []
        while block.body and self._is_single(block.body[-1]):
            last = block.body[-1]
            text = next(cell for cell in self.rows[last] if cell)
            if opens_a_note(text) and not taken and last + 1 < before:
                break
            if opens_a_note(text) and taken:
                break
            if last >= before:
                block.body.pop()
                continue
            taken.insert(0, block.body.pop())
        return taken

    def _filled(self, place: int) -> list[int]:
        return [at for at, cell in enumerate(self.rows[place]) if cell]

    def _is_single(self, place: int) -> bool:
        """Whether a row says one thing, from its first column on: a title, a note."""
        filled = self._filled(place)
        texts = {self.rows[place][at] for at in filled}
        if len(texts) > 1:
            return False
        if filled[0] == 0:
            return True
        return not (self._is_name_row(place) or self._is_only_head(place))

    def _is_only_head(self, place: int) -> bool:
        """Whether a row's one name stands over the only column of figures."""
        return self._figures_below(place) == {*self._filled(place)}

    def _is_name_row(self, place: int) -> bool:
        """Whether a row only names the dimension of the columns beneath it."""
        filled = self._filled(place)
        text = self.rows[place][filled[0]]
        return (
            filled[0] > 0
            and len({self.rows[place][at] for at in filled}) == 1
            and len(text.split()) <= _LONGEST_NAME
            and self.figures[place][filled[0]].kind == "word"
            and place + 1 < len(self.rows)
            and len([at for at in self._filled(place + 1) if at]) > 1
        )

    def _below(self, place: int) -> list[int]:
        """The next rows that may be of a table's body, up to a gap."""
        found: list[int] = []
        shown = 0
        for row in range(place + 1, min(place + _FARTHEST, len(self.rows))):
            filled = len(self._filled(row))
            if filled > 1:
                found.append(row)
                shown += any(figure.is_shown for figure in self.figures[row][1:])
            # Rows may well begin with counts that are withheld as blanks.
            if shown == _LOOKED_AT or (found and not filled):
                break
        return found

    def _figures_below(self, place: int) -> set[int]:
        """Columns with more figures than words in the next rows."""
        below = self._below(place)
        found = set()
        for at in range(1, len(self.rows[place])):
            own = [self.figures[row][at] for row in below]
            shown = sum(figure.is_shown for figure in own)
            if shown and shown >= sum(figure.kind == "word" for figure in own):
                found.add(at)
        return found

    def _header(self, place: int, found: Sequence[Block]) -> tuple[int, ...]:
        """The rows of the header that begins here; none where no table does."""
        if not self._is_header(place, found):
            return ()
        depth = 2 if self._is_name_row(place) else 1
        while depth < _MOST_HEADERS and place + depth < len(self.rows):
            if not self._goes_on(place, depth):
                break
            depth += 1
        return tuple(range(place, place + depth))

    def _is_header(self, place: int, found: Sequence[Block]) -> bool:
        if self._is_name_row(place):
            return self._is_header(place + 1, found) or self._names_numbers(place + 1)
        own = self._filled(place)
        if found and self.figures[place][0].kind == "number":
            return False  # A grade, and so a row of the table above.
        words = [at for at in own if at and self.figures[place][at].kind == "word"]
        figures = self._figures_below(place)
        numbers = any(self.figures[place][at].kind == "number" for at in own if at)
        whole = any(is_total(self.rows[place][at]) for at in own if at)
        if words and set(words) & figures and not (found and numbers and not whole):
            return not (self._is_broken_title(place, len(own)))
        following = place + 1 < len(self.rows) and any(self.rows[place + 1])
        if words and following and self._names_over_names(place):
            return True
        if any(self.rows[one.header[-1]] == self.rows[place] for one in found):
            return True
        return (
            bool(figures)
            and self._names_numbers(place)
            and (not found or self._after_a_title(place))
        )

    def _names_over_names(self, place: int) -> bool:
        """Whether the next row is a header, and this one stands over it."""
        below = place + 1
        own = {at for at in self._filled(below) if at}
        words = {at for at in own if self.figures[below][at].kind == "word"}
        blank_first = not self.rows[below][0]
        if not (words & self._figures_below(below) or (blank_first and own)):
            return False
        return blank_first or len(self._filled(place)) * 2 >= len(own)

    def _is_broken_title(self, place: int, filled: int) -> bool:
        """Whether commas broke a title into cells: few, above a full header."""
        below = place + 1
        return (
            below < len(self.rows)
            and 2 * filled < len(self._filled(below))
            and bool(self.rows[below][0])
            and self._is_header(below, ())
        )

    def _names_numbers(self, place: int) -> bool:
        """Whether a row's numbers can be names: grades, years, or beside a total."""
        row = self.rows[place]
        cells = [(cell, self.figures[place][at]) for at, cell in enumerate(row) if at]
        named = [(cell, figure) for cell, figure in cells if cell]
        if not named or len({cell for cell, _ in named}) < len(named):
            return False
        if any(is_total(cell) for cell, _ in named):
            return True
        if not all(_names(figure) for _, figure in named):
            return False
        first = row[0]
        if not first or names_codes(first) or meaning_of(first) is not None:
            return True
        values = [figure.value for _, figure in named if figure.value is not None]
        run = list(range(values[0], values[0] + len(values))) if values else []
        return len(values) > 2 and values == run

    def _after_a_title(self, place: int) -> bool:
        above = place - 1
        while above >= 0 and not any(self.rows[above]):
            above -= 1
        return above >= 0 and self._is_single(above) and not self.rows[place][0]

    def _goes_on(self, start: int, depth: int) -> bool:
        """Whether the row after so many of a header is one of it, too."""
        place = start + depth
        own = [at for at in self._filled(place) if at]
        if not own or self._is_single(place):
            return False
        kinds = {self.figures[place][at].kind for at in own}
        words = {at for at in own if self.figures[place][at].kind == "word"}
        figures = self._figures_below(place)
        if kinds == {"word"} and words & figures:
            return True
        if self.rows[place][0] or not figures:
            return False
        names = [tuple(self.rows[row][at] for row in range(start, place)) for at in own]
        lacking = any(not name[-1] for name in names)
        return (lacking or len(set(names)) < len(names)) and (
            bool(words) or self._names_numbers_again(place, own)
        )

    def _names_numbers_again(self, place: int, own: Sequence[int]) -> bool:
        """Whether numbers in a further header row can be names."""
        return all(_names(self.figures[place][at]) for at in own)


def _names(figure: Figure) -> bool:
    """Whether a number may name a grade or a year; a range, a band of ages."""
    if figure.value is not None:
        return figure.value <= 13 or 1900 <= figure.value <= 2100
    return figure.kind in {"word", "mark"}
