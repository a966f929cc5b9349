"""How many students share a combination of values: one GROUP BY over the records."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from equitable.cube.refusals import MOST_CELLS
from equitable.errors import QuestionError
from equitable.intake.source import Source
from equitable.vocabulary import Condition


def tally(
    source: Source, keys: Mapping[str, str], where: Condition | None = None
) -> pa.Table:
    """Count the records of every combination of values.

    Parameters
    ----------
    keys
        From a name to the SQL of a value, over one row of ``records``.
    where
        Which rows to keep.

    Returns
    -------
    A column for each key, in a fixed order of rows, and ``students``.

    Raises
    ------
    QuestionError
        Where there are more combinations than are kept in memory.
    """
    listed = ", ".join(f'{sql} AS "{name}"' for name, sql in keys.items())
    kept = f" WHERE {where.sql}" if where is not None else ""
    found = source.query(
        f"SELECT {listed}, COUNT(*) AS students FROM records{kept} GROUP BY ALL"
        f" LIMIT {MOST_CELLS + 1}"
    )
    if found.num_rows > MOST_CELLS:
        raise QuestionError(
            f"these columns make more than {MOST_CELLS:,} combinations",
            file=source.name,
            next_step="See that each of them holds what its name says.",
        )
    return found.sort_by([(name, "ascending") for name in keys])
