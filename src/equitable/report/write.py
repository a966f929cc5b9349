"""Writing a report: every form asked for, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Final

from equitable.errors import OutputError
from equitable.output import check_place, write_whole
from equitable.report.contents import Contents
from equitable.report.document import Document

FORMS: Final = (".html", ".xlsx", ".pdf")
"""The endings a report's file can have; each names its form."""


def check_report_place(path: Path, *, never: Sequence[Path] = ()) -> None:
    """Refuse a place or an ending that cannot hold a report, before any work is done.

    Raises
    ------
    OutputError
        Where the ending names no form of a report, the folder is not there or cannot
        be written to, or the path is a folder.
    """
    check_place(path, never=never)
    if path.suffix.lower() not in FORMS:
        raise OutputError(
            f"a report is .html, .xlsx or .pdf, and {path.name} is none of them",
            next_step=f"Give a name such as {path.with_suffix('.html').name}.",
        )


def write_report(
    contents: Contents,
    paths: Sequence[Path],
    pages: Mapping[Path, str] = MappingProxyType({}),
) -> list[Path]:
    """Write a report in the form that each path's ending names.

    All forms are made before the first is written.  Where one cannot be written, those
    already written in this call are taken back: a new file is removed, a replaced one
    gets its former content.

    Parameters
    ----------
    contents
        What is to be said: results that went through the privacy gate.
    paths
        Where to; a path given twice is written once.
    pages
        Where pages for a board go, and the language of each, where the contents hold
        what is said on one.

    Returns
    -------
    list of Path
        The files written, in the order asked for.

    Raises
    ------
    TypeError
        Where it is given anything but ``Contents``: bare results could show small
        groups.
    OutputError
        Where a file cannot be written; then none was.
    """
    if not isinstance(contents, Contents):
        raise TypeError(
            "A report is made from Contents, whose results went through the privacy"
            f" gate, not from {type(contents).__name__}."
        )
    wanted = list(dict.fromkeys(Path(path) for path in paths))
    for path in (*wanted, *pages):
        check_report_place(path)
    from equitable.report.compose import compose  # noqa: PLC0415 - reads all the words

    document = compose(contents)
    made = {
        form: _writer(form)(document)
        for form in dict.fromkeys(path.suffix.lower() for path in wanted)
    }
    files = {path: made[path.suffix.lower()] for path in wanted}
    if pages:
        from equitable.report.board.write import page_files  # noqa: PLC0415

        files |= page_files(contents, pages)
    _write_all(files)
    return list(files)


def _writer(form: str) -> Callable[[Document], bytes]:
    """What writes a form; its parts are loaded only where it is asked for."""
    match form:
        case ".xlsx":
            from equitable.report import workbook  # noqa: PLC0415

            return workbook.render
        case ".pdf":
            from equitable.report import pdf  # noqa: PLC0415

            return pdf.render
        case _:
            from equitable.report import html  # noqa: PLC0415

            return lambda document: html.render(document).encode("utf-8")


def _write_all(files: dict[Path, bytes]) -> None:
    """Write every file, or leave all of them as they were."""
    written: dict[Path, bytes | None] = {}
    try:
        for path, content in files.items():
            before = _content(path)
            write_whole(path, content)
            written[path] = before
    except BaseException:
        # The one that failed was never touched: ``write_whole`` is whole or nothing.
        for path, before in written.items():
            _put_back(path, before)
        raise


def _content(path: Path) -> bytes | None:
    """What stands in a file now; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(
            f"{path} is there and cannot be read, so it was not replaced",
            next_step="Choose another name, with -o.",
        ) from error


def _put_back(path: Path, content: bytes | None) -> None:
    with suppress(OSError, OutputError):
        if content is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, content)
