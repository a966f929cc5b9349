"""What the command line prints: tables for people, files for programs.

Results go to standard output; everything said about the work goes to standard error.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rich.console import Console
from rich.text import Text

from equitable.commands.screen_risk_ratio import show_risk_ratios
from equitable.commands.screen_tables import (
    gap_table,
    indices_table,
    plain_json,
    pooled_table,
    printable,
    sensitivity_table,
    steers,
    table,
)
from equitable.errors import OutputError
from equitable.output import write_whole
from equitable.privacy.lines import counts_nobody
from equitable.report.published_figures import without_chance
from equitable.report.sentences import headline, order_rows
from equitable.report.tables import csv_text, group_name, verdict_notes
from equitable.vocabulary import Provenance

if TYPE_CHECKING:
    # Costly to import, and not needed to print a word of help.
    import pyarrow as pa

    from equitable.analysis import Dataset
    from equitable.answers.cells import GapsResult
    from equitable.answers.inequality import InequalityResult
    from equitable.answers.risk_ratios import RiskRatioResult
    from equitable.auditing import AuditResult
    from equitable.intake.meaning.proposal import Inspection

    Result: TypeAlias = GapsResult | InequalityResult | RiskRatioResult | AuditResult

_LISTED: Final = 12
_PRINTED: Final = 110
"""How many characters wide a table is written to a file."""
_ENDINGS: Final = {
    ".json": "json",
    ".csv": "csv",
    ".parquet": "parquet",
    ".txt": "table",
}
_ADJUSTED: Final = {"bh": "Benjamini-Hochberg", "by": "Benjamini-Yekutieli"}


def say(sentence: str) -> None:
    """Print a sentence about the work."""
    _error_console().print(Text(printable(sentence)), soft_wrap=True)


def complain(sentence: str) -> None:
    """Print what went wrong."""
    sys.stderr.write(f"{printable(sentence)}\n")


def notes(students: Dataset) -> None:
    """Say what was found out while opening the source."""
    for note in students.source.notes:
        say(note)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is being done, where a person is watching."""
    console = _error_console()
    if not console.is_terminal:
        yield
        return
    with console.status(Text(printable(what))):
        yield


def form_of(form: str | None, output: Path | None) -> str:
    """In which form a result is written: as asked for, else as the file's name ends.

    Raises
    ------
    OutputError
        Where both are given and disagree, the ending is that of a report, or bytes
        would be written to a screen.
    """
    if output is None:
        if form == "parquet" and sys.stdout.isatty():
            raise OutputError(
                "Parquet is not for the screen",
                next_step="Write it to a file with -o gaps.parquet.",
            )
        return form or "table"
    ending = output.suffix.lower()
    if ending in {".html", ".htm", ".pdf", ".xlsx"}:
        raise OutputError(
            f"{output.name}: results are written as .csv, .json, .parquet or .txt",
            next_step=f"For a document: equitable report SOURCE -o {output.name}.",
        )
    named = _ENDINGS.get(ending)
    if ending and named is None and form is None:
        raise OutputError(
            f"{output.name}: results are written as .csv, .json, .parquet or .txt",
            next_step="Give the file one of these endings, or say --format as well.",
        )
    if form is not None and named is not None and form != named:
        raise OutputError(
            f"{output.name} ends like a {named} file, and --format says {form}",
            next_step="Leave out --format, or give the file another ending.",
        )
    return form or named or "table"


def give(result: Result, form: str, output: Path | None) -> None:
    """Print a result, or write it to a file, in the form asked for."""
    if form == "parquet":
        _give_bytes(_parquet(result.to_arrow()), output)
    elif form == "csv":
        _give_text(_csv(result.to_records()), output)
    elif form == "json":
        _give_text(plain_json(result.to_json()) + "\n", output)
    elif output is not None:
        console = Console(file=io.StringIO(), width=_PRINTED, color_system=None)
        _show_any(result, console)
        _give_text(_written(console), output)
    else:
        _show_any(result, Console(highlight=False))


def _show_any(result: Result, console: Console) -> None:
    from equitable.answers.inequality import InequalityResult  # noqa: PLC0415 - costly
    from equitable.answers.risk_ratios import RiskRatioResult  # noqa: PLC0415 - costly
    from equitable.auditing import AuditResult  # noqa: PLC0415 - costly

    if isinstance(result, AuditResult):
        from equitable.commands.screen_audit import show_audit  # noqa: PLC0415 - costly

        show_audit(result, console)
    elif isinstance(result, RiskRatioResult):
        show_risk_ratios(result, console)
        for line in _rows_read(result.provenance):
            console.print(Text(printable(line), style="dim"))
    elif isinstance(result, InequalityResult):
        from equitable.commands.screen_inequality import (  # noqa: PLC0415 - costly
            show_inequality,
        )

        show_inequality(result, console)
    else:
        _show(result, console)


def _written(console: Console) -> str:
    file = console.file
    return file.getvalue() if isinstance(file, io.StringIO) else ""


def _give_text(text: str, output: Path | None) -> None:
    if output is not None:
        write_whole(output, text.encode())
        say(f"Written: {output}")
        return
    sys.stdout.write(text)
    sys.stdout.flush()


def _give_bytes(content: bytes, output: Path | None) -> None:
    if output is not None:
        write_whole(output, content)
        say(f"Written: {output}")
        return
    form_of("parquet", None)
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _csv(records: list[dict[str, Any]]) -> str:
    """CSV without characters that could steer the screen it may be shown on."""
    return "".join(
        "\ufffd" if steers(character) and character not in "\r\n\t" else character
        for character in csv_text(records)
    )


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq  # noqa: PLC0415 - costly to import

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _show(result: GapsResult, console: Console) -> None:
    found = result.gaps
    console.print(Text(printable(headline(found))), soft_wrap=False)
    for line in found.provenance.cautions:
        console.print(Text(f"! {printable(line)}", style="bold"))
    console.print()
    rows = order_rows(found.rows, found.indicator.direction)
    console.print(gap_table(found, rows, console.width))
    if held := _withheld(result):
        console.print(Text(printable(held)))
    if any(row.indices for row in rows):
        console.print()
        console.print(indices_table(found, rows, console.width))
    if found.pooled:
        console.print()
        console.print(pooled_table(found, console.width))
    if found.sensitivity:
        console.print()
        made, legend = sensitivity_table(found, console.width)
        console.print(made)
        if legend:
            console.print(Text(legend))
    console.print()
    for line in _footnotes(result):
        console.print(Text(printable(line), style="dim"))


def _withheld(result: GapsResult) -> str:
    found = result.gaps
    names = [
        group_name({**row.within, **row.group}, (*found.within, *found.dimensions))
        for row in found.rows
        if row.withheld
    ]
    if not names:
        return ""
    more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return f"Withheld: {'; '.join(names[:_LISTED])}{more}."


def _footnotes(result: GapsResult) -> list[str]:
    found = result.gaps
    provenance = found.provenance
    level = f"{100 * found.confidence:g} %"
    one = found.family_size == 1
    adjusted = (
        "evidence not adjusted for their number, as was asked for"
        if found.adjust == "none"
        else f"evidence adjusted for their number ({_ADJUSTED[found.adjust]})"
    )
    robust = f", robust to {found.clustered_over}" if found.clustered_over else ""
    lines = verdict_notes(found, found.rows)
    if without_chance(found):
        # Already said, as the first caution.
        lines = [line for line in lines if line not in provenance.cautions]
    else:
        lines.append(
            f"{found.family_size:,} comparison{'' if one else f's, {adjusted}'};"
            f" intervals of {level}{robust}."
        )
    lines += _rows_read(provenance)
    lines += [
        f"View of {name.split(':')[0]}: {view}."
        for name, view in provenance.views.items()
    ]
    lines += [note for note in provenance.notes if note not in provenance.cautions]
    if provenance.internal:
        lines.append("INTERNAL: contains small groups. Not for others' eyes.")
    elif counts_nobody(found):
        lines.append("Published figures that count no students: nothing is withheld.")
    else:
        lines.append(
            f"Groups under {provenance.min_n} students are withheld. Not checked for"
            " publication."
        )
    return lines


def _rows_read(provenance: Provenance) -> list[str]:
    """How many rows were read and left out; small numbers are not told."""
    files = ", ".join(file.name for file in provenance.files[:_LISTED])
    more = len(provenance.files) - _LISTED
    files += f" and {more:,} more files" if more > 0 else ""
    counts = provenance.counts_read
    if counts is not None:
        lines = [
            (
                f"Read {provenance.rows_read:,} rows of {files}, as {counts:,} counts"
                " of groups."
            )
        ]
    elif isinstance(provenance.rows_read, int):
        lines = [f"Read {provenance.rows_read:,} rows of {files}."]
    else:
        lines = [
            (
                f"Read {files}; how many rows is not told, as it would tell of fewer"
                f" than {provenance.min_n} students."
            )
        ]
    for item in provenance.left_out:
        rows = item.rows
        told = f"{rows:,}" if isinstance(rows, int) else "some"
        what = "row" if counts is None or item.of_file else "count"
        lines.append(
            f"Left out: {told} {what}{'' if rows == 1 else 's'} ({item.reason})."
        )
    return lines


def show_inspection(found: Inspection, form: str) -> None:
    """Print what each column was taken for."""
    if form == "json":
        text = json.dumps(found.to_dict(), indent=2, ensure_ascii=False)
        _give_text(plain_json(text) + "\n", None)
        return
    if form in {"csv", "parquet"}:
        records: list[dict[str, Any]] = found.to_dict()["columns"]
        plain = [
            {name: _joined(value) for name, value in record.items()}
            for record in records
        ]
        if form == "csv":
            _give_text(_csv(plain), None)
        else:
            import pyarrow as pa  # noqa: PLC0415 - costly to import

            _give_bytes(_parquet(pa.Table.from_pylist(plain)), None)
        return
    console = Console(highlight=False)
    rows, columns = f"{found.rows:,} rows", f"{len(found.columns)} columns"
    if found.counts is not None:
        rows += f", read as {found.counts:,} counts of groups in"
    made = table(f"{found.source}: {rows}{' ' if found.counts else ', '}{columns}")
    made.add_column("Column", ratio=2)
    made.add_column("Is taken for")
    made.add_column("How sure")
    made.add_column("Why, and what stands in it", ratio=5)
    for column in found.columns:
        shows = "" if column.shows in column.reason else column.shows
        made.add_row(
            Text(printable(column.name)),
            Text(str(column.role)),
            Text(column.sureness),
            Text(printable("; ".join(filter(None, [column.reason, shows])))),
        )
    console.print(made)
    if found.quality.findings:
        console.print(Text("What to know of the data", style="bold"))
    for finding in found.quality.findings:
        mark = "!" if finding.severity == "caution" else "·"
        console.print(Text(f" {mark} {printable(finding.sentence)}"))
        if finding.next_step:
            console.print(Text(f"   {printable(finding.next_step)}", style="dim"))
    if not found.indicators:
        told = {finding.sentence for finding in found.quality.findings}
        console.print(Text("Why there is no outcome yet", style="bold"))
        for note in found.notes:
            if note not in told:
                console.print(Text(f" · {printable(note)}"))


def _joined(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


def write_proposal(
    found: Inspection, output: Path, *, force: bool, followed: Path | None = None
) -> None:
    """Write equity.toml, unless one is there that a person may have corrected."""
    if output.exists() and not force:
        say(
            f"{output} is already there and was left as it is. Use --force to replace"
            " it, or -o to write elsewhere."
        )
        return
    from equitable.intake.settings import write_settings  # noqa: PLC0415 - costly

    replaced = output.exists()
    write_settings(found, output, replace=force)
    if replaced and followed is None:
        say(
            f"{output} was replaced: what stood in it was not followed, and everything"
            " was guessed afresh. To start from an earlier one, name it with --config."
        )
    elif replaced:
        say(f"{output} was replaced as {followed} says; comments were not kept.")
    say(f"Written: {output}. Read it, correct it; every other command follows it.")


def _error_console() -> Console:
    return Console(stderr=True, highlight=False)
