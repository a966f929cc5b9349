"""Results as data frames of the libraries that a notebook may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from equitable.errors import MissingPartError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


def as_pandas(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a pandas data frame."""
    try:
        import pandas as pd  # noqa: F401, PLC0415 - an optional part
    except ImportError as error:
        raise _missing("pandas") from error
    return table.to_pandas()


def as_polars(table: pa.Table) -> pl.DataFrame:
    """An Arrow table as a Polars data frame."""
    try:
        import polars as pl  # noqa: PLC0415 - an optional part
    except ImportError as error:
        raise _missing("polars") from error
    frame = pl.from_arrow(table)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("an Arrow table gives a data frame")
    return frame


def _missing(name: str) -> MissingPartError:
    return MissingPartError(
        f"this needs {name}, which is not installed",
        next_step="Install it with: pip install 'equitable[frames]'.",
    )
