"""The hash of each file read, computed beside the first scan in a thread of its own."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from equitable.errors import EquitableError, InputError
from equitable.intake.readers.parts import unreadable
from equitable.vocabulary import FileRead

_BLOCK: Final = 1 << 20
_END: Final = 1 << 16


def refuse_copies(files: Sequence[tuple[Path, str]]) -> None:
    """Refuse files that are copies of one another, before any of them is counted.

    Only files of one size, one beginning and one end are read whole for it.

    Parameters
    ----------
    files
        The paths and the names under which they are reported.

    Raises
    ------
    InputError
        Naming two files of equal content: every student in them would count twice, and
        small groups would seem large enough to be shown.
    """
    sizes: dict[int, list[tuple[Path, str]]] = defaultdict(list)
    for path, name in files:
        sizes[path.stat().st_size].append((path, name))
    for size, same in sizes.items():
        alike: dict[bytes, list[tuple[Path, str]]] = defaultdict(list)
        for path, name in same if same[1:] else ():
            with path.open("rb") as file:
                start = file.read(_END)
                file.seek(max(0, size - _END))
                alike[start + file.read(_END)].append((path, name))
        for pair in alike.values():
            if pair[1:]:
                _refuse_equal((_hash(path), name) for path, name in pair)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_equal(hashes: Iterable[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for digest, name in hashes:
        if digest in seen:
            first = seen[digest]
            both = f"two files {name}" if first == name else f"{first} and {name}"
            raise InputError(
                f"{both} hold the same rows: read one of them",
                next_step="Move the copy away, or name the files to be read.",
            )
        seen[digest] = name


class Fingerprints:
    """Hashes of files: begun once, handed over when asked for.

    Parameters
    ----------
    files
        The paths and the names under which they are reported.
    """

    def __init__(self, files: Sequence[tuple[Path, str]]) -> None:
        self._files = tuple(files)
        self._made: list[FileRead] = []
        self._trouble: EquitableError | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start hashing, unless that was done before."""
        if self._thread is None and self._files:
            self._thread = threading.Thread(
                target=self._run, name="equitable-fingerprints", daemon=True
            )
            self._thread.start()

    def result(self) -> tuple[FileRead, ...]:
        """The files' names, hashes and sizes; waits until they are there.

        Raises
        ------
        InputError
            Where a file went away while it was read, or two are copies of one another.
        """
        self.begin()
        if self._thread is not None:
            self._thread.join()
        if self._trouble is not None:
            raise self._trouble
        _refuse_equal((one.sha256, one.name) for one in self._made)
        return tuple(self._made)

    def close(self) -> None:
        """Stop at once."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        for path, name in self._files:
            digest, size = hashlib.sha256(), 0
            try:
                with path.open("rb", buffering=0) as file:
                    while block := file.read(_BLOCK):
                        if self._stop.is_set():
                            self._trouble = InputError("the source was closed")
                            return
                        digest.update(block)
                        size += len(block)
            except OSError as error:
                self._trouble = unreadable(error, name)
                return
            self._made.append(
                FileRead(name=name, sha256=digest.hexdigest(), bytes=size)
            )
