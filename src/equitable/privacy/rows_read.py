"""How many rows were read, where that would tell of a few students."""

from __future__ import annotations

from dataclasses import replace

from equitable.vocabulary import WITHHELD, Count, Provenance


def guarded(provenance: Provenance, min_n: int, *, aside: int = 0) -> Provenance:
    """Without the counts of rows that would give a small number of students away.

    The rows read less those left out are the students of the result, and less the
    groups shown they are those who are not: where either is under the minimum the
    rows read are withheld, and so are the few left out.

    Parameters
    ----------
    min_n
        The smallest number of students that may be shown.
    aside
        How many students were set aside from every figure.
    """

    def few(rows: Count) -> bool:
        return isinstance(rows, int) and 0 < rows < min_n

    # A row of a published table is nobody.
    if not isinstance(provenance.rows_read, int) or provenance.counts_read is not None:
        return provenance
    apart = [item for item in provenance.left_out if item.students]
    kept = provenance.rows_read - sum(
        item.rows
        for item in apart
        if item.reason == f"not: {provenance.where}" and isinstance(item.rows, int)
    )
    of_kept = [
        kept - item.rows
        for item in apart
        if item.reason != f"not: {provenance.where}" and isinstance(item.rows, int)
    ]
    found = (kept, *of_kept, aside, *(item.rows for item in apart))
    if not any(map(few, found)):
        return provenance
    return replace(
        provenance,
        rows_read=WITHHELD,
        left_out=tuple(
            replace(item, rows=WITHHELD)
            if item.students and (few(item.rows) or any(map(few, (kept, *of_kept))))
            else item
            for item in provenance.left_out
        ),
    )
