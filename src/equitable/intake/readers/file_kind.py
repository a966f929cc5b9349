"""What a file really is, told from its first bytes, whatever its name says."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from equitable.errors import InputError

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an older Office file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a file compressed with gzip"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a file compressed with bzip2"),
    (b"\xfd7zXZ", "a file compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "a file compressed with zstd"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"ARROW1", "an Arrow file"),
    (b"$FL2", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"RDX", "an R file"),
)
_REFUSED: Final[Mapping[str, str]] = {
    ".numbers": "a Numbers document",
    ".pages": "a Pages document",
    ".sav": "an SPSS file",
    ".zsav": "an SPSS file",
    ".por": "an SPSS file",
    ".dta": "a Stata file",
    ".sas7bdat": "a SAS file",
    ".xpt": "a SAS file",
    ".rds": "an R file",
    ".rda": "an R file",
    ".rdata": "an R file",
    ".pdf": "a PDF",
    ".doc": "a Word document",
    ".docx": "a Word document",
    ".mdb": "an Access database",
    ".accdb": "an Access database",
    ".sqlite": "an SQLite database",
    ".db": "a database",
    ".json": "a JSON file",
    ".jsonl": "a JSON file",
    ".xml": "an XML file",
    ".html": "a web page",
    ".htm": "a web page",
    ".feather": "an Arrow file",
    ".arrow": "an Arrow file",
    ".gsheet": "a link to a Google sheet",
    ".png": "a picture",
    ".jpg": "a picture",
    ".jpeg": "a picture",
}
EXPORT: Final = (
    "Open it in the program it was made with, export it as CSV, and give that file."
)


def kind_of(path: Path) -> str:
    """What the first bytes say: ``'a Parquet file'``; empty where they say nothing."""
    with path.open("rb") as file:
        head = file.read(4096)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            if kind == "a ZIP archive":
                return _archive(path)
            if kind == "an older Office file":
                return _office(path)
            return kind
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if start.startswith(b"<?xml"):
        return "an XML file"
    return ""


def _archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
                return "an Excel workbook"
            if "word/document.xml" in names:
                return "a Word document"
            if any(name.startswith("Index/") for name in names):
                return "a Numbers document"
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mime = archive.read("mimetype")
                if mime.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                    return "an OpenDocument spreadsheet"
    except (zipfile.BadZipFile, OSError, RuntimeError, KeyError):
        return "a damaged ZIP archive or workbook"
    return "a ZIP archive"


def _office(path: Path) -> str:
    """Inside the older container: locked workbook, old workbook or something else.

    The names of its streams stand in its directory as UTF-16, which may be anywhere.
    """
    overlap = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            window = overlap + chunk
            if "EncryptedPackage".encode("utf-16-le") in window:
                return "a workbook locked with a password"
            if "Workbook".encode("utf-16-le") in window:
                return "an Excel workbook of before 2007 (.xls)"
            overlap = chunk[-64:]
    return "an older Office file"


def refuse(path: Path, name: str, kind: str) -> InputError:
    """The error that says what a file is instead of a table, and what to do."""
    if kind == "a workbook locked with a password":
        step = "Open it in Excel, save a copy without a password, and give that copy."
    elif kind.startswith("an Excel workbook of before"):
        step = "Open it in Excel and save it as .xlsx."
    elif kind == "a damaged ZIP archive or workbook":
        step = "It may have been cut off on its way: copy or download it again."
    elif kind == "an Excel workbook":
        step = f"Rename it to {path.stem}.xlsx."
    elif kind == "an OpenDocument spreadsheet":
        step = f"Rename it to {path.stem}.ods."
    elif kind == "a Parquet file":
        step = f"Rename it to {path.stem}.parquet."
    elif kind == "a file compressed with gzip":
        step = f"Rename it to {path.name}.gz."
    elif "archive" in kind or "compressed" in kind:
        step = "Unpack it and give the file inside."
    elif kind == "a web page":
        step = (
            "The download may have ended at a sign-in page: open it in a browser to"
            " see, and download the table again."
        )
    elif kind == "a picture":
        step = "Give the table that the picture was made from, as CSV."
    else:
        step = EXPORT
    named = path.suffix.lower() in {".csv", ".tsv", ".txt", ".tab"}
    problem = f"it is {kind}, not a text table" if named else f"it is {kind}"
    return InputError(problem, next_step=step, file=name)


def refused_suffix(path: Path) -> str:
    """What a file with this suffix is, where no reader reads it; else empty."""
    return _REFUSED.get(path.suffix.lower(), "")
