"""The options that several commands share, said once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


class Adjust(StrEnum):
    """How p values are adjusted for many comparisons."""

    BH = "bh"
    BY = "by"
    NONE = "none"


class Interval(StrEnum):
    """The interval of a rate."""

    WILSON = "wilson"
    EXACT = "exact"


class Better(StrEnum):
    """Which way an outcome is better."""

    HIGHER = "higher"
    LOWER = "lower"


SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A file (CSV, TSV, XLSX, Parquet), a folder or glob of files with the same"
        " columns, or - for standard input.",
        show_default=False,
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The equity.toml to follow. Without it, one in the current folder or"
        " beside SOURCE is used.",
        show_default=False,
    ),
]
SheetOption = Annotated[
    str | None,
    typer.Option(
        "--sheet", metavar="NAME", help="The sheet of a workbook.", show_default=False
    ),
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="DIM,…",
        help="The traits that group students, joined by commas.",
        show_default=False,
    ),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="EXPR",
        help="Which rows to keep: column, = != < <= > >= in, and, or, not.",
        show_default=False,
    ),
]
WeightOption = Annotated[
    str | None,
    typer.Option(
        "--weight",
        metavar="COL",
        help="A column of sampling weights.",
        show_default=False,
    ),
]
CountOption = Annotated[
    str | None,
    typer.Option(
        "--count",
        metavar="COL",
        help="In a table of counts: for how many students it is true.",
        show_default=False,
    ),
]
TotalOption = Annotated[
    str | None,
    typer.Option(
        "--total",
        metavar="COL",
        help="In a table of counts: of how many students.",
        show_default=False,
    ),
]
DepthOption = Annotated[
    str,
    typer.Option(
        "--depth",
        metavar="K",
        help="How many traits are crossed at most; 'all' for every intersection.",
    ),
]
MinNOption = Annotated[
    int | None,
    typer.Option(
        "--min-n",
        metavar="N",
        help="Groups with fewer students are withheld. [default: 10]",
        show_default=False,
        min=1,
    ),
]
InternalOption = Annotated[
    bool,
    typer.Option(
        "--internal",
        help="Show small groups too, and mark the result 'internal'. Not for others'"
        " eyes.",
    ),
]
DirectionOption = Annotated[
    Better | None,
    typer.Option(
        "--direction",
        help="Which way the outcome is better.",
        show_default=False,
    ),
]
