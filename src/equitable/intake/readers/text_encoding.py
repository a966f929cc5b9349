"""How a text file is written: found out from its first bytes, made UTF-8 if it is not.

The engine reads UTF-8.  A file in another encoding is written anew, block by block,
into a private folder; the person is told.  A byte that shows the encoding may come
late, so the head alone is never trusted: the engine's own complaint leads to a look at
the whole file.
"""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from equitable.errors import InputError

_BLOCK: Final = 1 << 20
_FALLBACK: Final = "equitable-windows-1252"
_WORDS: Final = {
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "iso8859-1": "Latin-1",
}


_USUAL: Final = frozenset(
    {
        *("ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
        *("utf-32", "utf-32-le", "utf-32-be", "mac-roman", "koi8-r", "koi8-u"),
        *(f"cp{page}" for page in (437, 850, 852, 855, 858, 860, 863, 865, 866, 874)),
        *(f"cp{page}" for page in range(1250, 1259)),
        *(f"iso8859-{part}" for part in range(1, 17) if part != 12),
        *("shift_jis", "cp932", "euc_jp", "gb2312", "gbk", "gb18030", "big5"),
        *("cp950", "euc_kr", "cp949"),
    }
)
"""Tables are written in these; what else Python can decode is no way to write text."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name, how it treats bytes that do not fit, and what it is called."""

    codec: str
    words: str
    errors: str = "strict"

    @property
    def is_utf8(self) -> bool:
        """Whether the engine can read the file as it stands."""
        return self.codec in {"utf-8", "utf-8-sig"} and self.errors == "strict"


UTF8: Final = Encoding("utf-8-sig", "UTF-8")
WINDOWS: Final = Encoding("cp1252", "Windows-1252", _FALLBACK)
MIXED: Final = Encoding(
    "utf-8-sig", "UTF-8 with some letters in Windows-1252", _FALLBACK
)


def named_encoding(name: str) -> Encoding:
    """The encoding that the person named.

    Raises
    ------
    InputError
        Where there is no such encoding.
    """
    try:
        found = codecs.lookup(name.strip())
        known = found.name in _USUAL
    except (LookupError, ValueError):
        known = False
    if not known:
        raise InputError(
            f"there is no encoding of tables called '{name[:40]}'",
            next_step="Usual ones are utf-8, utf-16, windows-1252 and latin-1.",
        )
    if found.name in {"utf-8", "utf-8-sig", "ascii"}:
        return UTF8
    return Encoding(found.name, _WORDS.get(found.name, name.strip()))


def find_encoding(head: bytes, *, name: str) -> Encoding:
    """The encoding of a file, told from its head.

    Raises
    ------
    InputError
        Where the bytes are no text at all.
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return Encoding("utf-32", "UTF-32")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "UTF-16")
    if b"\x00" in head:
        wide = _utf16_without_mark(head)
        if wide is None:
            row = head[: head.index(b"\x00")].count(b"\n") + 1
            raise InputError(
                "it holds a NUL byte, which no text has: the file is damaged or is not"
                " a text table",
                next_step="Export it again as CSV.",
                file=name,
                row=row,
            )
        return wide
    bad, valid = count_bytes(iter((head,)))
    if not bad:
        return UTF8
    return MIXED if valid else WINDOWS


def _utf16_without_mark(head: bytes) -> Encoding | None:
    even = head[0::2].count(0)
    odd = head[1::2].count(0)
    codec = "utf-16-le" if odd > even else "utf-16-be"
    if min(even, odd) > 0 or max(even, odd) < len(head) // 20:
        return None
    try:
        text = codecs.getincrementaldecoder(codec)().decode(head)
    except UnicodeDecodeError:
        return None
    return Encoding(codec, "UTF-16") if text.isprintable() or "\n" in text else None


def count_bytes(blocks: Iterator[bytes]) -> tuple[int, int]:
    """How many bytes are not UTF-8, and how many letters beyond ASCII are.

    A character cut off at the end of the last block is not counted.
    """
    counter = _Counter()
    decoder = codecs.getincrementaldecoder("utf-8")(errors=counter.register())
    valid = 0
    for block in blocks:
        text = decoder.decode(block)
        if not text.isascii():
            valid += sum(1 for letter in text if letter > "\x7f")
    return counter.bad, valid - counter.bad


class _Counter:
    """An error handler that counts; registered under one name, used by one caller."""

    def __init__(self) -> None:
        self.bad = 0

    def register(self) -> str:
        codecs.register_error("equitable-count", self.handle)
        return "equitable-count"

    def handle(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        length = error.end - error.start
        self.bad += length
        return "\ufffd" * length, error.end


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that do not fit, as Windows-1252 has them; what it lacks, as Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    letters = []
    for byte in error.object[error.start : error.end]:
        one = bytes((byte,))
        try:
            letters.append(one.decode("cp1252"))
        except UnicodeDecodeError:
            letters.append(one.decode("latin-1"))
    return "".join(letters), error.end


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, unpacked where it is compressed with gzip."""
    if is_gzip(path):
        return cast("BinaryIO", gzip.open(path, "rb"))
    return path.open("rb")


def is_gzip(path: Path) -> bool:
    """Whether the file's name says that it is compressed with gzip."""
    return path.suffix.lower() in {".gz", ".gzip"}


def read_head(path: Path, size: int) -> tuple[bytes, bool]:
    """The first bytes, and whether they are the whole file."""
    with open_bytes(path) as file:
        head = file.read(size)
        return head, len(head) < size or not file.read(1)


def open_text(path: Path, encoding: Encoding) -> io.TextIOWrapper:
    """The file as text, with its line ends as they are."""
    codecs.register_error(_FALLBACK, _as_windows)
    return io.TextIOWrapper(
        open_bytes(path), encoding=encoding.codec, errors=encoding.errors, newline=""
    )


def decode_head(head: bytes, encoding: Encoding) -> str:
    """The head as text; a character cut off at its end is dropped."""
    codecs.register_error(_FALLBACK, _as_windows)
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors=encoding.errors)
    return decoder.decode(head)


def blocks_of(path: Path) -> Iterator[bytes]:
    """The file's bytes in blocks."""
    with open_bytes(path) as file:
        while block := file.read(_BLOCK):
            yield block


def write_as_utf8(
    path: Path, target: Path, encoding: Encoding, *, name: str, top: int, header: str
) -> None:
    """Write the file anew as UTF-8, block by block, line ends as they are.

    Parameters
    ----------
    path, target
        The file, and where to write.
    encoding
        How it is written.
    name
        Its name for messages.
    top, header
        How many letters at its top to leave away, and what to write in their place.

    Raises
    ------
    InputError
        Where the file is not in that encoding after all.
    """
    codecs.register_error(_FALLBACK, _as_windows)
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors=encoding.errors)
    rows = 1
    try:
        with target.open("wb") as out:
            out.write(header.encode())
            for block in blocks_of(path):
                text = decoder.decode(block)
                rows += text.count("\n")
                out.write(text[top:].encode())
                top = max(0, top - len(text))
            out.write(decoder.decode(b"", final=True).encode())
    except UnicodeError:
        raise InputError(
            f"it is not written in {encoding.words} throughout (from about row"
            f" {rows:,} on)",
            next_step="Save it again as CSV in UTF-8, or name another --encoding.",
            file=name,
        ) from None
