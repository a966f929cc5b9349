"""The options that several commands share, and what is said of a wrong one."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

USAGE: Final[type[Exception]] = typer.BadParameter.__mro__[2]
"""What a command that cannot be parsed raises: the base of Typer's own errors."""
_SAID: Final = {
    "Value error, ": "",
    "Input should be a valid number, unable to parse string as a number": "a number is"
    " wanted",
    "Input should be a valid integer, unable to parse string as an integer": "a whole"
    " number is wanted",
    "Missing argument 'SOURCE'": "No SOURCE was given: name a file, a folder or -",
    "No such option:": "There is no option",
    "No such command": "There is no command",
    "requires an argument": "needs a value after it",
}
_FURTHER: Final = re.compile(
    r"unexpected extra arguments?(?:\(s\))? \((.*)\)", re.DOTALL
)
_POSSIBLE: Final = re.compile(r" \(Possible options: ([^,)]*)[^)]*\)")
_SHOWN: Final = 60


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


class PpgMargin(StrEnum):
    """What the percentage point gap's margin is made of."""

    HALF = "half"
    RATE = "rate"


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
PercentOption = Annotated[
    str | None,
    typer.Option(
        "--percent",
        metavar="COL",
        help="In a published table: percentages of --total, in place of counts.",
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


def usage_sentence(error: Exception) -> str:
    """What is wrong with a command that cannot be parsed, and what to do about it."""
    text = str(getattr(error, "format_message", error.__str__)())
    path = getattr(getattr(error, "ctx", None), "command_path", None) or "equitable"
    further = _FURTHER.search(text)
    if further:
        names = further[1]
        first = names if len(names) <= _SHOWN else f"{names[:_SHOWN]}…"
        return (
            f"One SOURCE is read, and there is more after it: {first}. For several"
            " files of the same columns, name their folder or put the pattern in"
            " quotes:"
            f" {path} 'data/*.csv'. An option's value with blanks stands in quotes too."
        )
    for found, said in _SAID.items():
        text = text.replace(found, said)
    text = _POSSIBLE.sub(r". Did you mean \1?", text.strip())
    if not text:
        # The help was asked for by naming no command, and has been shown.
        return ""
    text = text if text[-1:] in ".?!)" else f"{text}."
    return f"{text} All options: {path} --help."


OutcomeOption = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="COL",
        help="The outcome: a column, an indicator of equity.toml, or a condition"
        " such as 'math >= 600'.",
        show_default=False,
    ),
]

OutcomesOption = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="COL,…",
        help="The outcomes, joined by commas; without it, those of equity.toml or"
        " those found.",
        show_default=False,
    ),
]

FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        help="How the result is written. [default: as FILE ends, else table]",
        show_default=False,
    ),
]

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to a file instead of the screen: .csv, .json, .parquet, .txt.",
        show_default=False,
    ),
]
