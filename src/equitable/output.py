"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from equitable.errors import OutputError


def write_whole(
    path: Path, content: bytes, *, replace: bool = True, private: bool = False
) -> None:
    """Write a file so that nobody ever sees half of it.

    It is written beside its place under a hidden name, then renamed.

    Parameters
    ----------
    path
        Where to.
    content
        All of it.
    replace
        Whether a file that is there may be replaced.  Where it may not, of two writers
        at once only one writes.
    private
        Whether a new file is for its owner's eyes alone.

    Raises
    ------
    OutputError
        Where the folder is not there or cannot be written to, the disk is full, the
        path is a folder, or a file is there that may not be replaced.
    """
    check_place(path)
    if not replace and path.exists():
        raise _already_there(path)
    # A link stays a link: what it points at is replaced.
    place = path.resolve()
    draft = place.with_name(f".{place.name[:80]}.{secrets.token_hex(6)}.part")
    try:
        mode = 0o600 if private else _mode(place)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(place)
        else:
            _put_new(draft, place)
    except FileExistsError:
        raise _already_there(path) from None
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise OutputError(
            f"{path} cannot be written ({reason})",
            next_step="Choose a folder you may write to, with -o.",
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _already_there(path: Path) -> OutputError:
    return OutputError(
        f"{path.name} is already there and was left as it is",
        next_step="Give another name, or say that it may be replaced.",
    )


def _put_new(draft: Path, place: Path) -> None:
    """Give a draft its name, or raise ``FileExistsError`` where another has it."""
    try:
        # A link appears whole or not at all, and never over another file.
        place.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:
        # Some disks have no links: hold the name first, then fill it.
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        draft.replace(place)


def _mode(path: Path) -> int:
    """Who may read a file stays as it was; a new one is as the system makes them."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return 0o666


def check_place(path: Path, *, never: Sequence[Path] = ()) -> None:
    """Refuse a place that cannot hold a file, before any work is done for it.

    Parameters
    ----------
    path
        Where a file is to be written.
    never
        Files that must not be replaced: those that are being read.

    Raises
    ------
    OutputError
        Where the folder is not there or cannot be written to; the path is a folder, a
        device or a read-only file; or it is one of ``never``.
    """
    try:
        _check(path, never)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise OutputError(
            f"{path.name[:60]} cannot be a file's name ({reason})",
            next_step="Give another name with -o.",
        ) from error


def _check(path: Path, never: Sequence[Path]) -> None:
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
    if not path.exists():
        return
    if not path.is_file():
        raise OutputError(
            f"{path} is not a file that can be written",
            next_step="Give a file's name with -o, or leave -o out for the screen.",
        )
    if any(other.exists() and path.samefile(other) for other in never):
        raise OutputError(
            f"{path.name} is the file that is being read, and would be lost",
            next_step="Give another name with -o.",
        )
    if not path.stat().st_mode & 0o222:
        raise OutputError(
            f"{path} may not be changed",
            next_step="Give another name with -o.",
        )
