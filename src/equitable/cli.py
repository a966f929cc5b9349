"""The command line: parse, call, print, exit code.

Exit codes: 0 done; 1 a finding that the command was asked to fail on; 2 bad input, said
in a sentence that names file, row, column and the next step.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from equitable import terminal
from equitable.cli_inequality import inequality
from equitable.command_options import (
    USAGE,
    Adjust,
    ByOption,
    ConfigOption,
    CountOption,
    DepthOption,
    DirectionOption,
    Format,
    FormatOption,
    InternalOption,
    Interval,
    MinNOption,
    OutcomeOption,
    OutputOption,
    PercentOption,
    PpgMargin,
    SheetOption,
    SourceArgument,
    TotalOption,
    WeightOption,
    WhereOption,
    usage_sentence,
)
from equitable.command_reading import (
    listed,
    opened,
    read_depth,
    read_min_n,
    read_traits,
    this_command,
)
from equitable.errors import EquitableError
from equitable.version import VERSION

app = typer.Typer(
    name="equitable",
    help="See where a school system leaves students out, with honest uncertainty."
    " Nothing leaves this machine.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def equitable_command(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.")
    ] = False,
) -> None:
    """Say the version, where it is asked for."""
    if version:
        typer.echo(f"equitable {VERSION}")
        raise typer.Exit


@app.command()
def gaps(
    source: SourceArgument,
    outcome: OutcomeOption = None,
    by: ByOption = None,
    depth: DepthOption = "2",
    within: Annotated[
        str | None,
        typer.Option(
            "--within",
            metavar="DIM,…",
            help="Traits to hold fixed: gaps within each of their values, and pooled.",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        str,
        typer.Option(
            "--reference",
            metavar="REF",
            help="Compared with whom: rest, overall, highest, largest, a GROUP (or"
            " DIM=GROUP), or a NUMBER.",
        ),
    ] = "rest",
    direction: DirectionOption = None,
    where: WhereOption = None,
    weight: WeightOption = None,
    count: CountOption = None,
    total: TotalOption = None,
    percent: PercentOption = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="COL",
            help="A school or class column: intervals robust to its clustering.",
            show_default=False,
        ),
    ] = None,
    interval: Annotated[
        Interval, typer.Option("--interval", help="The interval of a rate.")
    ] = Interval.WILSON,
    indices: Annotated[
        bool,
        typer.Option("--indices", help="California's three indices beside each rate."),
    ] = False,
    ppg_margin: Annotated[
        PpgMargin,
        typer.Option(
            "--ppg-margin",
            help="The percentage point gap's margin: from .25 (half) or from p (1 - p)"
            " (rate).",
        ),
    ] = PpgMargin.HALF,
    highest_min_n: Annotated[
        int,
        typer.Option(
            "--highest-min-n",
            metavar="N",
            help="Students that a group needs to be the highest.",
            min=1,
        ),
    ] = 30,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="The verdict under every reference."),
    ] = False,
    adjust: Annotated[
        Adjust,
        typer.Option("--adjust", help="How p is adjusted for many comparisons."),
    ] = Adjust.BH,
    confidence: Annotated[
        float,
        typer.Option("--confidence", metavar="P", help="Of the intervals."),
    ] = 0.95,
    margin: Annotated[
        float | None,
        typer.Option(
            "--margin",
            metavar="X",
            help="What counts as no difference, in the outcome's unit; a rate's is a"
            " fraction. [default: 0.05, or .2 standard deviations]",
            show_default=False,
        ),
    ] = None,
    min_n: MinNOption = None,
    internal: InternalOption = False,
    config: ConfigOption = None,
    sheet: SheetOption = None,
    form: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Compare groups of students: who is served, and who is not yet.

    Example: `equitable gaps star.csv --outcome reading --by race,lunch`
    """
    written = terminal.form_of(form.value if form else None, output)
    with (
        opened(source, config, sheet, output) as students,
        terminal.working(f"Reading {students.source.name}"),
    ):
        result = students.gaps(
            outcome,
            by=read_traits(by, students),
            depth=read_depth(depth),
            within=listed(within, "--within") if within else (),
            reference=reference,
            direction=direction,
            where=where,
            weight=weight,
            count=count,
            total=total,
            percent=percent,
            cluster=cluster,
            interval=interval.value,
            indices=indices,
            ppg_margin=ppg_margin.value,
            highest_min_n=highest_min_n,
            sensitivity=sensitivity,
            adjust=adjust.value,
            confidence=confidence,
            margin=margin,
            min_n=read_min_n(min_n, students),
            internal=internal,
            command=this_command(),
        )
    terminal.give(result, written, output)


@app.command()
def inspect(
    source: SourceArgument,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to write the proposal."
        ),
    ] = Path("equity.toml"),
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Replace an equity.toml that is there, and guess afresh unless"
            " --config names it.",
        ),
    ] = False,
    config: ConfigOption = None,
    sheet: SheetOption = None,
    form: Annotated[
        Format, typer.Option("--format", help="How the proposal is printed.")
    ] = Format.TABLE,
) -> None:
    """Propose what each column is, look at the data's quality, write equity.toml.

    Example: `equitable inspect star.csv`
    """
    with opened(source, config, sheet, output, fresh=force) as students:
        with terminal.working(f"Reading {students.source.name}"):
            found = students.inspect()
        terminal.write_proposal(found, output, force=force, followed=config)
        terminal.show_inspection(found, form.value)


@app.command()
def report(
    source: SourceArgument,
    output: Annotated[
        list[Path],
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write: .html, .xlsx or .pdf; give it again for several.",
        ),
    ] = [Path("report.html")],  # noqa: B006 - Typer copies it
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome",
            metavar="COL,…",
            help="The outcomes, joined by commas; without it, those of equity.toml or"
            " those found.",
            show_default=False,
        ),
    ] = None,
    by: ByOption = None,
    over: Annotated[
        str | None,
        typer.Option(
            "--over",
            metavar="DIM,…",
            help="Places to compare in charts of their own: school, grade.",
            show_default=False,
        ),
    ] = None,
    depth: DepthOption = "2",
    reference: Annotated[
        str,
        typer.Option(
            "--reference", metavar="REF", help="Compared with whom, as in gaps."
        ),
    ] = "rest",
    direction: DirectionOption = None,
    where: WhereOption = None,
    weight: WeightOption = None,
    count: CountOption = None,
    total: TotalOption = None,
    title: Annotated[
        str,
        typer.Option(
            "--title",
            metavar="TEXT",
            help="What stands at the head of the report.",
            show_default=False,
        ),
    ] = "",
    min_n: MinNOption = None,
    internal: InternalOption = False,
    config: ConfigOption = None,
    sheet: SheetOption = None,
) -> None:
    """Write a report of where the system leaves students out, ready to read and print.

    Example: `equitable report star.csv -o report.html`
    """
    with opened(source, config, sheet) as students:
        written = students.report(
            output,
            outcomes=listed(outcome, "--outcome") if outcome else None,
            by=listed(by, "--by") if by else None,
            over=listed(over, "--over") if over else (),
            depth=read_depth(depth),
            reference=reference,
            direction=direction,
            where=where,
            weight=weight,
            count=count,
            total=total,
            title=title,
            min_n=read_min_n(min_n, students),
            internal=internal,
            command=this_command(),
            date=dt.datetime.now(tz=dt.UTC).astimezone().date(),
            progress=terminal.working,
        )
        terminal.notes(students)
    for path in written:
        terminal.say(f"Written: {path}")


@app.command()
def demo(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Where to write the demonstration."
        ),
    ] = Path("demo"),
) -> None:
    """Write a report on real students: Tennessee's Project STAR, 1985 to 1989.

    Example: `equitable demo -o demo`
    """
    from equitable.demonstration import star  # noqa: PLC0415 - only this command

    for path in star(output, progress=terminal.working):
        terminal.say(f"Written: {path}")
    terminal.say(f"Open {(output / 'report.html').resolve()} in a browser.")


app.command()(inequality)


def _end_politely(number: int, _: object) -> None:
    """A closed window or a stop: temporary files with records in them must go."""
    raise SystemExit(128 + number)


def main(arguments: Sequence[str] | None = None) -> Any:
    """Run the command line; a person's mistake ends in a sentence and exit code 2."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _end_politely)
    try:
        return sys.exit(app(args=arguments, standalone_mode=False) or 0)
    except USAGE as error:
        if sentence := usage_sentence(error):
            terminal.complain(sentence)
        sys.exit(2)
    except typer.Abort:
        terminal.complain("Stopped. Nothing was written.")
        sys.exit(130)
    except EquitableError as error:
        terminal.complain(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        terminal.complain("Stopped. Nothing was written.")
        sys.exit(130)
    except MemoryError:
        terminal.complain(
            "There is not enough memory for this. Ask for fewer dimensions at once."
        )
        sys.exit(2)
    except Exception as error:
        if os.environ.get("EQUITABLE_DEBUG"):
            raise
        terminal.complain(
            f"Equitable itself went wrong here ({type(error).__name__}); your files are"
            " as they were. Run it again with EQUITABLE_DEBUG=1 set to see where, and"
            " report that."
        )
        sys.exit(2)
