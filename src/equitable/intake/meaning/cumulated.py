"""Levels of an outcome, and the sum of some of them: the share who reached a standard.

'Level 3+4' is 'Level 3' and 'Level 4' together, 'Met and Above' what met and what
exceeded it.  Each level by itself is hard to read: fewer at level 3 may be good news,
where they are at level 4 now.  Where a column is found to be such a sum, by its name
and in nearly every row, a report shows it alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from equitable.intake.meaning.sizes import is_share, reached
from equitable.intake.profile import quoted
from equitable.intake.quality.findings import listed
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.meaning.columns import Reading
    from equitable.intake.source import Source

_REACHED: Final = re.compile(
    r"(?i)\+|\b(?:and|or)[ _-]?(?:above|higher|over|more|better|up)\b|profic|\bmet\b"
    r"|meets?\b|meeting|benchmark|\bpass|standard|on.?track|ready|attain"
)
_NOT_REACHED: Final = re.compile(
    r"(?i)\bnot\b|\bun|below|fail|nearly|approach|\bbasic|partial|less|under"
)
_MOST: Final = 9
"""Columns looked at together: of so many there are 500 sums."""
_ROWS: Final = 5000
_FEWEST: Final = 3
"""Rows with numbers in all of them that a sum must be seen in."""
_NEARLY_ALL: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Cumulated:
    """A column that is the sum of others.

    ``parts`` are those it is the sum of; ``beside`` those that with it make the whole.
    """

    column: str
    parts: tuple[str, ...]
    beside: tuple[str, ...] = ()

    @property
    def apart(self) -> tuple[str, ...]:
        """The columns that a report leaves out, as this one says it better."""
        return (*self.parts, *self.beside)

    def said(self) -> str:
        """In words, for a note."""
        of = listed([f"'{name}'" for name in self.parts])
        return (
            f"'{self.column}' is the sum of {of}, row by row, so that it is the outcome"
            " that is shown where nobody names one. Each of the others can be asked for"
            " by its own name, with --outcome, --count or --percent."
        )


def find_cumulated(
    source: Source, readings: Sequence[Reading], total: str | None
) -> tuple[Cumulated, ...]:
    """The sums of levels among the counts of a published table, and its percentages.

    Parameters
    ----------
    source
        An open source; its first rows are looked at.
    readings
        What its columns are.
    total
        The column of all students, where there is one.
    """
    named = [r for r in readings if not r.hidden and reached(r)]
    counts = [r.name for r in named if r.role is Role.COUNT and r.profile.is_integer]
    shares = [r.name for r in named if r.role is not Role.COUNT and is_share(r)]
    found = []
    for columns, whole in ((counts, total), (shares, None)):
        one = _among(source, columns, whole, shares=columns is shares)
        found += [one] if one is not None else []
    return tuple(found)


def _among(
    source: Source, columns: Sequence[str], total: str | None, *, shares: bool
) -> Cumulated | None:
    wanted = [
        name
        for name in columns
        if _REACHED.search(name) and not _NOT_REACHED.search(name)
    ]
    if not 3 <= len(columns) <= _MOST or not wanted:
        return None
    held = _numbers(source, [*columns, *([total] if total else [])])
    of = dict(zip([*columns, *([total] if total else [])], held, strict=True))
    for name in sorted(wanted, key=lambda one: ("+" not in one, columns.index(one))):
        others = [one for one in columns if one != name]
        for size in range(2, len(others) + 1):
            for parts in combinations(others, size):
                if not _is_sum(of[name], [of[one] for one in parts], shares=shares):
                    continue
                rest = [one for one in others if one not in parts]
                made = [of[name], *(of[one] for one in rest)]
                whole = of[total] if total else np.full(len(held[0]), 100.0)
                all_of_it = rest and _is_sum(whole, made, shares=shares)
                return Cumulated(
                    column=name,
                    parts=parts,
                    beside=tuple(rest) if all_of_it else (),
                )
    return None


def _is_sum(
    whole: NDArray[np.float64], parts: Sequence[NDArray[np.float64]], *, shares: bool
) -> bool:
    """Whether parts add up to a whole in nearly every row, but for rounding."""
    summed = np.sum(parts, axis=0)
    usable = np.isfinite(summed) & np.isfinite(whole)
    # A row in which one part is all of it would be a sum of anything.
    telling = usable & (np.sum([part > 0 for part in parts], axis=0) > 1)
    if telling.sum() < _FEWEST:
        return False
    apart = np.abs(summed - whole)[usable]
    room = _rounding([whole, *parts]) * (len(parts) + 1) / 2 if shares else 0.0
    return bool((apart <= room + 1e-6).mean() >= _NEARLY_ALL)


def _rounding(columns: Sequence[NDArray[np.float64]]) -> float:
    """The unit that percentages were rounded to: 1, 0.1 or finer."""
    values = np.concatenate([one[np.isfinite(one)] for one in columns])
    for unit in (1.0, 0.1):
        if np.allclose(values / unit, np.round(values / unit), atol=1e-6):
            return unit
    return 0.01


def _numbers(source: Source, columns: Sequence[str]) -> list[NDArray[np.float64]]:
    listed_sql = ", ".join(
        f"TRY_CAST(REPLACE(REPLACE(CAST({quoted(name)} AS VARCHAR), ',', ''), '%', '')"
        f" AS DOUBLE) AS c{place}"
        for place, name in enumerate(columns)
    )
    found = source.query(f"SELECT {listed_sql} FROM records LIMIT {_ROWS}")
    return [
        found[f"c{place}"].to_numpy(zero_copy_only=False).astype(np.float64)
        for place in range(len(columns))
    ]
