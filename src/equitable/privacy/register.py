"""The memory of what is out: every release of a data set, and why it is as it is.

The register is a folder beside the data, for its owner's eyes alone.  It holds, for
each release, what was published (to protect the next one together with it) and the
internal ledger: which figure was withheld for which reason, the seed, the cost.  None
of it is ever in a release.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from equitable.errors import InputError, OutputError
from equitable.output import write_whole
from equitable.privacy.already_out import Out
from equitable.privacy.policy import Policy
from equitable.privacy.released import Released, ReleasedFigure
from equitable.privacy.unfinished import UNFINISHED
from equitable.vocabulary import WITHHELD

REGISTER: Final = "register.json"
FORMAT: Final = 1
_LOCK: Final = ".lock"
_OWN: Final = re.compile(rf"{UNFINISHED}|\.lock|\..+\.part")
"""What an attempt that was broken off may have left, before there is a register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A release that is out: what it showed and what it withheld.

    ``figures`` are by indicator, year and group: the number of students and the count,
    ``None`` where withheld.
    """

    number: int
    dimensions: Mapping[str, tuple[str, ...]]
    depth: int
    year: str | None
    where: str | None
    indicators: tuple[Mapping[str, Any], ...]
    policy: Policy
    figures: Out
    left_out: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Small groups that are in none of its figures, with their year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A data set's register; ``releases`` in the order in which they went out."""

    folder: Path
    columns: tuple[str, ...]
    releases: tuple[Earlier, ...] = ()


def read_register(folder: Path, columns: Sequence[str]) -> Register:
    """The register of a data set, or an empty one where there is none yet.

    Parameters
    ----------
    folder
        Where it is, or will be.
    columns
        Names of the data set's columns.

    Raises
    ------
    InputError
        Where it is of another data set, or damaged.
    """
    place = folder / REGISTER
    if not place.exists():
        if folder.exists() and (not folder.is_dir() or _foreign(folder)):
            raise InputError(
                f"{folder.name} is no register of releases: it holds other things",
                next_step="Name another folder with --register.",
            )
        return Register(folder=folder, columns=tuple(columns))
    try:
        held = json.loads(place.read_text("utf-8"))
        if held["format"] != FORMAT:
            raise InputError(
                "the register is of another format than this version reads",
                file=folder.name,
                next_step="Use the version of Equitable that wrote it.",
            )
        known = tuple(held["columns"])
        releases = tuple(_earlier(one, folder) for one in held["releases"])
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise InputError(
            "the register cannot be read: it is not as it was written",
            file=folder.name,
            next_step="Restore it from a backup: without it nobody knows what is out.",
        ) from error
    shared = set(known) & set(columns)
    if 2 * len(shared) < len(known):
        lacking = sorted(set(known) - shared)
        raise InputError(
            f"the register is of another data set: it knows columns such as"
            f" '{lacking[0]}', which this one does not have",
            file=folder.name,
            next_step="Name this data set's own register with --register.",
        )
    return Register(folder=folder, columns=known, releases=releases)


def _foreign(folder: Path) -> bool:
    """Whether a folder holds anything that no interrupted record left there."""
    return any(not _OWN.fullmatch(one.name) for one in folder.iterdir())


def _earlier(held: Mapping[str, Any], folder: Path) -> Earlier:
    number = int(held["number"])
    content = (folder / f"{number:04d}-figures.json").read_bytes()
    if hashlib.sha256(content).hexdigest() != held["figures_sha256"]:
        raise InputError(
            f"what release {number} showed has been changed in the register",
            file=folder.name,
            next_step="Restore the register from a backup.",
        )
    policy = {**held["policy"]}
    return Earlier(
        number=number,
        dimensions={name: tuple(own) for name, own in held["dimensions"].items()},
        depth=int(held["depth"]),
        year=held["year"],
        where=held["where"] or None,
        indicators=tuple(held["indicators"]),
        policy=Policy(**policy),
        left_out=tuple(_key(one) for one in held.get("left_out", [])),
        figures={
            (one[0], _key(one[1]), _key(one[2])): (one[3], one[4])
            for one in json.loads(content)
        },
    )


def record(
    register: Register, released: Released, manifest: Mapping[str, Any], name: str
) -> Path:
    """Write a release into the register; returns the ledger's place.

    Parameters
    ----------
    register
        As it was read when the release was made.
    released, manifest
        The release, and its public manifest.
    name
        The release folder's name.

    Raises
    ------
    OutputError
        Where it cannot be written, or where another release was recorded meanwhile.
    """
    folder = register.folder
    with _alone(folder):
        if not _there(folder):
            # First of all: figures without it would look like a register that is lost.
            empty = {
                "format": FORMAT,
                "columns": list(register.columns),
                "releases": [],
            }
            write_whole(folder / REGISTER, _dumped(empty), private=True)
        now = read_register(folder, register.columns)
        if len(now.releases) != len(register.releases):
            raise OutputError(
                "another release of this data set was recorded meanwhile",
                next_step="Start again: the two are then protected together.",
            )
        number = len(register.releases) + 1
        figures = _dumped([_held(figure) for figure in released.figures])
        write_whole(folder / f"{number:04d}-figures.json", figures, private=True)
        ledger = folder / f"{number:04d}-ledger.json"
        write_whole(ledger, _dumped(_ledger(released)), private=True)
        entry = {
            "number": number,
            "folder": name,
            "manifest_sha256": hashlib.sha256(
                json.dumps(manifest, sort_keys=True).encode()
            ).hexdigest(),
            "figures_sha256": hashlib.sha256(figures).hexdigest(),
            "left_out": [list(map(list, key)) for key in released.left_out],
            **{
                key: manifest[key]
                for key in (
                    "dimensions",
                    "depth",
                    "year",
                    "where",
                    "indicators",
                    "policy",
                )
            },
        }
        before = json.loads((folder / REGISTER).read_text("utf-8"))
        before["releases"].append(entry)
        write_whole(folder / REGISTER, _dumped(before), private=True)
        return ledger


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the register; the system lets go of it when the process ends, however so."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise OutputError(
            f"the register {folder.name} cannot be written"
            f" ({(error.strerror or 'no reason').lower()})",
            next_step="Name a folder that you may write to, with --register.",
        ) from error
    try:
        try:
            _take(lock)
        except OSError as error:
            raise OutputError(
                "another release of this data set is being recorded",
                next_step="Wait for it, then start again.",
            ) from error
        yield
    finally:
        # The file stays: taken away, a third process could hold another of its name.
        os.close(lock)


def _take(lock: int) -> None:
    """Take a lock that goes with the process; ``OSError`` where another has it."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - of that system alone

        msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - of the other systems alone

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _key(pairs: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(label)) for name, label in pairs)


def _there(folder: Path) -> bool:
    return (folder / REGISTER).exists()


def _held(figure: ReleasedFigure) -> list[Any]:
    n = None if figure.n is WITHHELD else figure.n
    count = None if figure.count is WITHHELD else figure.count
    return [
        figure.indicator,
        sorted(map(list, figure.within.items())),
        sorted(map(list, figure.group.items())),
        n,
        count,
    ]


def _ledger(released: Released) -> dict[str, Any]:
    return {
        "internal": "Internal: names small groups. Never publish this file.",
        "seed": released.seed,
        "policy": released.policy.to_dict(),
        "share_of_students_in_withheld_groups": released.share_withheld,
        "witnesses": released.audit.witnesses,
        "source": [
            {"name": one.name, "sha256": one.sha256}
            for one in released.provenance.files
        ],
        "withheld": [
            {
                "indicator": one.indicator,
                "what": one.what,
                "group": dict(one.group),
                "within": dict(one.within),
                "reason": one.reason,
                "cost": one.cost,
            }
            for one in released.ledger
        ],
    }


def _dumped(content: Any) -> bytes:
    return f"{json.dumps(content, indent=1, ensure_ascii=False)}\n".encode()
