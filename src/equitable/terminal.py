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
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from equitable.errors import OutputError
from equitable.measures.results import GapRow, PooledRow, SensitivityRow
from equitable.output import write_whole
from equitable.report.sentences import headline, order_rows
from equitable.report.tables import (
    amount,
    csv_text,
    gap_words,
    group_name,
    in_column,
    interval,
    verdict_words,
)
from equitable.vocabulary import WITHHELD, Indicator, Verdict

if TYPE_CHECKING:
    # Costly to import, and not needed to print a word of help.
    import pyarrow as pa

    from equitable.analysis import Dataset
    from equitable.answers import GapsResult
    from equitable.intake.proposal import Inspection

_SHORT: Final = {
    Verdict.NO_DIFFERENCE_SHOWN: "no difference",
    Verdict.NOT_ENOUGH_EVIDENCE: "not enough",
}
_WIDE: Final = 100
_LISTED: Final = 12
_MARKS: Final = {
    Verdict.WORSE: ("▼", "bold yellow"),
    Verdict.BETTER: ("▲", "green"),
    Verdict.NO_DIFFERENCE_SHOWN: ("=", ""),
    Verdict.NOT_ENOUGH_EVIDENCE: ("?", "dim"),
}


def say(sentence: str) -> None:
    """Print a sentence about the work."""
    _error_console().print(Text(_printable(sentence)), soft_wrap=True)


def complain(sentence: str) -> None:
    """Print what went wrong."""
    sys.stderr.write(f"{_printable(sentence)}\n")


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
    with console.status(_printable(what)):
        yield


def give(result: GapsResult, form: str, output: Path | None) -> None:
    """Print a result, or write it to a file, in the form asked for."""
    if form == "parquet":
        _give_bytes(_parquet(result.to_arrow()), output)
    elif form == "csv":
        _give_text(csv_text(result.to_records()), output)
    elif form == "json":
        _give_text(result.to_json() + "\n", output)
    elif output is not None:
        console = Console(file=io.StringIO(), width=110, color_system=None)
        _show(result, console)
        _give_text(_written(console), output)
    else:
        _show(result, Console(highlight=False))


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
    if sys.stdout.isatty():
        raise OutputError(
            "Parquet is not for the screen",
            next_step="Write it to a file with -o gaps.parquet.",
        )
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _parquet(table: pa.Table) -> bytes:
    import pyarrow.parquet as pq  # noqa: PLC0415 - costly to import

    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _show(result: GapsResult, console: Console) -> None:
    found = result.gaps
    indicator = found.indicator
    console.print(Text(_printable(headline(found))), soft_wrap=False)
    console.print()
    rows = order_rows(found.rows)
    console.print(_gap_table(result, rows, console.width))
    if held := _withheld(result):
        console.print(Text(_printable(held)))
    if any(row.indices for row in rows):
        console.print(_indices_table(rows))
    if found.pooled:
        console.print(_pooled_table(found.pooled, indicator, result))
    if found.sensitivity:
        console.print(_sensitivity_table(found.sensitivity, indicator, result))
    for line in _footnotes(result):
        console.print(Text(_printable(line), style="dim"))


def _gap_table(result: GapsResult, rows: tuple[GapRow, ...], width: int) -> Table:
    found = result.gaps
    indicator = found.indicator
    wide = width >= _WIDE
    unit = "" if indicator.is_share else indicator.unit_words
    title = f"{indicator.label} ({unit})" if unit else indicator.label
    table = _table(_printable(f"{title}, furthest behind first"))
    table.add_column("Group", min_width=12)
    if found.within:
        table.add_column("Within", min_width=10)
    figures = ["Students", "Value", "from to"] if wide else ["Students", "Value"]
    for name in (*figures, "Gap", "from to", "Parity"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Evidence", no_wrap=True, min_width=15)
    for row in rows:
        if row.withheld:
            continue
        cells = [Text(_printable(group_name(row.group, found.dimensions)))]
        if found.within:
            within = group_name(row.within, found.within) if row.within else "all"
            cells.append(Text(_printable(within)))
        cells += [
            Text(amount(row.n, None)),
            Text(in_column(row.value, indicator)),
            *([Text(interval(row.low, row.high, indicator))] if wide else []),
            Text(gap_words(row.difference, indicator)),
            Text(interval(row.difference_low, row.difference_high, indicator)),
            Text(_parity(row)),
            _verdict(row.verdict, withheld=row.withheld),
        ]
        table.add_row(*cells)
    return table


def _parity(row: GapRow) -> str:
    """How many more or fewer students; nothing where none are needed."""
    number = row.parity_fixed
    if isinstance(number, int):
        return amount(number, None) if number else ""
    return "" if number is None else str(number)


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


def _verdict(verdict: Verdict | None, *, withheld: bool) -> Text:
    if withheld:
        return Text("withheld", style="dim")
    if verdict is None:
        return Text("◆ the reference")
    mark, style = _MARKS[verdict]
    return Text(f"{mark} {_SHORT.get(verdict, verdict_words(verdict))}", style=style)


def _indices_table(rows: tuple[GapRow, ...]) -> Table:
    table = _table("California's indices: students needed to clear the flag")
    table.add_column("Group", ratio=3)
    for name in ("PPG", "flagged", "needed", "PI", "flagged", "needed"):
        table.add_column(name, justify="right")
    for name in ("80 %", "flagged", "needed"):
        table.add_column(name, justify="right")
    for row in rows:
        if row.indices is None or row.within:
            continue
        cells = [Text(_printable(", ".join(row.group.values())))]
        found = row.indices
        for index in (found.ppg, found.proportionality, found.eighty_percent):
            cells += [
                Text("" if index.value is None else f"{index.value:.3f}"),
                Text({True: "yes", False: "no"}.get(index.flagged is True, "")),
                Text(amount(index.needed, None)),
            ]
        table.add_row(*cells)
    return table


def _pooled_table(
    rows: tuple[PooledRow, ...], indicator: Indicator, result: GapsResult
) -> Table:
    held = " and ".join(d.label for d in result.gaps.within)
    table = _table(f"The gap by itself, and with {held} held fixed")
    table.add_column("Group", ratio=3)
    for name in ("Gap", "Interval", "Held fixed", "Interval"):
        table.add_column(name, justify="right")
    table.add_column("What the evidence says, held fixed", ratio=2)
    for row in rows:
        table.add_row(
            Text(_printable(group_name(row.group, result.gaps.dimensions))),
            Text(gap_words(row.raw_difference, indicator)),
            Text(interval(row.raw_difference_low, row.raw_difference_high, indicator)),
            Text(gap_words(row.difference, indicator)),
            Text(interval(row.difference_low, row.difference_high, indicator)),
            _verdict(row.verdict, withheld=row.withheld),
        )
    return table


def _sensitivity_table(
    rows: tuple[SensitivityRow, ...], indicator: Indicator, result: GapsResult
) -> Table:
    table = _table("Would another reference say otherwise?")
    table.add_column("Group", ratio=3)
    kinds = list(rows[0].differences)
    for kind in kinds:
        table.add_column(f"against {kind}")
    for row in rows:
        cells = [Text(_printable(group_name(row.group, result.gaps.dimensions)))]
        for kind in kinds:
            verdict = row.verdicts.get(kind)
            words = _verdict(verdict, withheld=row.withheld or kind not in row.verdicts)
            gap = gap_words(row.differences[kind], indicator)
            held = row.differences[kind] is WITHHELD
            cells.append(words if held or verdict is None else Text(f"{gap} ") + words)
        table.add_row(*cells)
    return table


def _footnotes(result: GapsResult) -> list[str]:
    found = result.gaps
    provenance = found.provenance
    lines = [
        f"{found.family_size} comparisons, adjusted by"
        f" {'nothing' if found.adjust == 'none' else found.adjust.upper()};"
        f" intervals of {found.confidence:.0%}"
        + (f", robust to {found.clustered_over}" if found.clustered_over else "")
        + ".",
        (
            f"Read {provenance.rows_read:,} rows of"
            f" {', '.join(file.name for file in provenance.files)}."
        ),
    ]
    lines += [
        f"Left out: {item.rows:,} rows ({item.reason})." for item in provenance.left_out
    ]
    lines += [
        f"View of {name.split(':')[0]}: {view}."
        for name, view in provenance.views.items()
    ]
    lines += list(provenance.notes)
    if provenance.internal:
        lines.append("INTERNAL: contains small groups. Not for others' eyes.")
    else:
        lines.append(
            f"Groups under {provenance.min_n} students are withheld. Not checked for"
            " publication."
        )
    return lines


def show_inspection(found: Inspection, form: str) -> None:
    """Print what each column was taken for."""
    if form == "json":
        _give_text(
            json.dumps(found.to_dict(), indent=2, ensure_ascii=False) + "\n", None
        )
        return
    if form in {"csv", "parquet"}:
        records: list[dict[str, Any]] = found.to_dict()["columns"]
        plain = [
            {name: _joined(value) for name, value in record.items()}
            for record in records
        ]
        if form == "csv":
            _give_text(csv_text(plain), None)
        else:
            import pyarrow as pa  # noqa: PLC0415 - costly to import

            _give_bytes(_parquet(pa.Table.from_pylist(plain)), None)
        return
    console = Console(highlight=False)
    table = _table(f"{found.source}: {found.rows:,} rows, {len(found.columns)} columns")
    table.add_column("Column", ratio=2)
    table.add_column("Is taken for")
    table.add_column("How sure")
    table.add_column("Why, and what stands in it", ratio=5)
    for column in found.columns:
        shows = "" if column.shows in column.reason else column.shows
        table.add_row(
            Text(_printable(column.name)),
            Text(str(column.role)),
            Text(column.sureness),
            Text(_printable("; ".join(filter(None, [column.reason, shows])))),
        )
    console.print(table)
    if found.quality.findings:
        console.print(Text("What to know of the data", style="bold"))
    for finding in found.quality.findings:
        mark = "!" if finding.severity == "caution" else "·"
        console.print(Text(f" {mark} {_printable(finding.sentence)}"))
        if finding.next_step:
            console.print(Text(f"   {_printable(finding.next_step)}", style="dim"))


def _joined(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


def write_proposal(found: Inspection, output: Path, *, force: bool) -> None:
    """Write equity.toml, unless one is there that a person may have corrected."""
    if output.exists() and not force:
        say(
            f"{output} is already there and was left as it is. Use --force to replace"
            " it, or -o to write elsewhere."
        )
        return
    from equitable.intake.settings import write_settings  # noqa: PLC0415 - costly

    write_settings(found, output, replace=force)
    say(f"Written: {output}. Read it, correct it; every other command follows it.")


def _table(title: str) -> Table:
    return Table(
        title=title, title_justify="left", title_style="bold", expand=False, box=None
    )


def _error_console() -> Console:
    return Console(stderr=True, highlight=False)


def _printable(text: str) -> str:
    """Text that cannot steer a terminal: control characters become visible marks."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else "\ufffd"
        for character in text
    )
