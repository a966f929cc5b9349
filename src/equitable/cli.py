"""The command line: parse, call, print, exit code.

Exit codes: 0 done; 1 a finding that the command was asked to fail on; 2 bad input, said
in a sentence that names file, row, column and the next step.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from equitable.commands import terminal
from equitable.commands.audit import audit
from equitable.commands.demo import demo
from equitable.commands.gaps import gaps
from equitable.commands.inequality import inequality
from equitable.commands.inspect import inspect
from equitable.commands.options import (
    USAGE,
    usage_sentence,
)
from equitable.commands.release import release
from equitable.commands.report import report
from equitable.commands.risk_ratio import risk_ratio
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


for command in (
    gaps,
    inequality,
    risk_ratio,
    inspect,
    report,
    release,
    audit,
    demo,
):
    app.command()(command)


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
