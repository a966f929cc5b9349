"""The hash of each file read, computed beside the first scan in a thread of its own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from equitable.errors import EquitableError, InputError
from equitable.intake.parts import unreadable
from equitable.vocabulary import FileRead

_BLOCK: Final = 1 << 20


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
            Where a file went away while it was read.
        """
        self.begin()
        if self._thread is not None:
            self._thread.join()
        if self._trouble is not None:
            raise self._trouble
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
