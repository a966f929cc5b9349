"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from equitable.errors import OutputError


def write_whole(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file so that nobody ever sees half of it.

    It is written beside its place under a hidden name, then renamed.

    Parameters
    ----------
    path
        Where to.
    content
        All of it.
    replace
        Whether a file that is there may be replaced.

    Raises
    ------
    OutputError
        Where the folder is not there or cannot be written to, the disk is full, the
        path is a folder, or a file is there that may not be replaced.
    """
    check_place(path)
    if not replace and path.exists():
        raise OutputError(
            f"{path.name} is already there and was left as it is",
            next_step="Give another name, or say that it may be replaced.",
        )
    draft = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        reason = (error.strerror or "no reason given").lower()
        raise OutputError(
            f"{path} cannot be written ({reason})",
            next_step="Choose a folder you may write to, with -o.",
        ) from error


def check_place(path: Path) -> None:
    """Refuse a place that cannot hold a file, before any work is done for it.

    Raises
    ------
    OutputError
        Where the folder is not there or cannot be written to, or the path is a folder.
    """
    folder = path.parent
    if path.is_dir():
        raise OutputError(
            f"{path} is a folder",
            next_step=f"Give a file's name, such as {path / 'report.html'}.",
        )
    if not folder.is_dir():
        raise OutputError(
            f"there is no folder {folder}",
            next_step="Make it first, or choose another with -o.",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            f"{folder} cannot be written to",
            next_step="Choose a folder you may write to, with -o.",
        )
