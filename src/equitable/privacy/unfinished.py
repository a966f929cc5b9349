"""A long release that was broken off goes on where it stopped.

Each block (a year) takes its time to be protected.  When one is done it is kept in a
folder beside the register, for its owner's eyes alone, under a name made of everything
that it depends on: the same release started again finds it, and any other one does not.
What is found is never trusted: it is held against the data and its proof is checked
again; what is damaged or of something else is made anew.  The files are plain numbers,
and nothing in them runs when they are read.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from equitable.errors import OutputError
from equitable.output import write_whole
from equitable.privacy.already_out import Known
from equitable.privacy.policy import Policy
from equitable.privacy.protection.block import Protected, protect_block
from equitable.privacy.protection.certificate import unproven
from equitable.privacy.protection.lattice import Stratum
from equitable.privacy.protection.programme import Mask, Numbers
from equitable.privacy.protection.sides import Parts
from equitable.privacy.protection.students import Layer
from equitable.version import VERSION

UNFINISHED: Final = "unfinished"
"""The folder's name, within the register's."""
Deviations: TypeAlias = dict[str, Mask]
_LAYER: Final = ("values", "hidden", "primary", "least", "most")
_LIMITS: Final = ("low", "high", "coded")
_MARKS: Final = frozenset({"hidden", "primary"})
_DAMAGED: Final = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, EOFError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Unfinished:
    """The blocks that an earlier attempt protected, and those of this one.

    Attributes
    ----------
    folder
        Where they are kept; ``None``: nowhere.  Where it cannot be written to, the work
        goes on without.
    blocks, of
        How many there are, and of what, for a sentence.
    say
        Told the sentence, once, when the first block is begun that was not there.
    taken
        How many were found and held.
    """

    folder: Path | None = None
    blocks: int = 1
    of: str = "years"
    say: Callable[[str], None] = lambda _: None
    taken: int = field(default=0, init=False)
    _said: bool = field(default=False, init=False)
    _around: bool = field(default=False, init=False)

    def protect(
        self,
        stratum: Stratum,
        policy: Policy,
        *,
        kept: Mask,
        known: Known,
        weight: Numbers,
        tries: int,
        deviations: Callable[[Protected], Deviations],
    ) -> tuple[Protected, Deviations]:
        """Protect a block, or take it from where the last attempt stopped.

        Parameters
        ----------
        stratum, policy, kept, known, weight, tries
            As ``protect_block`` takes them.
        deviations
            Which standard deviations are withheld, of a block that is protected.
        """
        if self.folder is None:
            made = _made(stratum, policy, kept, known, weight, tries=tries)
            return made, deviations(made)
        place = self.folder / (
            _name(stratum, policy, kept, known, weight, tries=tries) + ".npz"
        )
        held = _taken(place, stratum, policy, known)
        if held is not None:
            self.taken += 1
            return held
        self.tell()
        made = _made(stratum, policy, kept, known, weight, tries=tries)
        result = made, deviations(made)
        with suppress(OSError, OutputError):
            if not self.folder.parent.exists():
                self.folder.parent.mkdir(mode=0o700)
                self._around = True
            self.folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(place, _written(*result), private=True)
        return result

    def tell(self) -> None:
        """Say once how much was there already, where anything was."""
        if self.taken and not self._said:
            self.say(
                "Going on where the last attempt stopped:"
                f" {self.taken} of {self.blocks} {self.of}."
            )
        self._said = True

    def clear(self) -> None:
        """Take everything away that was kept: the release is written, or refused."""
        if self.folder is None:
            return
        if self.folder.is_dir() and not self.folder.is_symlink():
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._around:
            with suppress(OSError):
                # Nothing is in it where nothing was released: it was made for this.
                self.folder.parent.rmdir()


def _made(
    stratum: Stratum,
    policy: Policy,
    kept: Mask,
    known: Known,
    weight: Numbers,
    *,
    tries: int,
) -> Protected:
    return protect_block(
        stratum.tables.rows, stratum.counted, policy, kept=kept, shown=known.shown,
        away=known.away, weight=weight, tries=tries, unseen=stratum.unseen,
    )  # fmt: skip


def _name(
    stratum: Stratum,
    policy: Policy,
    kept: Mask,
    known: Known,
    weight: Numbers,
    *,
    tries: int,
) -> str:
    """A hash of everything that a block's protection depends on.

    The seed and what the release was asked for are in the block's cells and figures.
    """
    found = hashlib.sha256()
    rows = stratum.tables.rows.tocsr()
    words = {
        "version": VERSION, "policy": policy.to_dict(), "within": dict(stratum.within),
        "keys": stratum.keys, "asked": stratum.asked, "tries": tries,
        "shape": rows.shape, "everyone": int(stratum.tables.everyone),
        "counted": [[one.name, one.amounts, one.pivot] for one in stratum.counted],
        "known": [sorted(known.shown), sorted(known.away)],
    }  # fmt: skip
    found.update(json.dumps(words, sort_keys=True).encode())
    arrays = [rows.data, rows.indices, rows.indptr, kept, weight, stratum.between]
    for one in stratum.counted:
        arrays += [one.students, one.counts]
        arrays += [
            own for own in (one.sums, one.squares, one.squared) if own is not None
        ]
    arrays += [own[name] for own in (known.shown, known.away) for name in sorted(own)]
    for array in arrays:
        own = np.ascontiguousarray(array)
        found.update(f"{own.dtype.str}{own.shape}".encode())
        found.update(own.tobytes())
    return found.hexdigest()


def _written(protected: Protected, deviations: Deviations) -> bytes:
    names = list(protected.counts)
    words: dict[str, Any] = {
        "indicators": names, "exact": protected.exact, "cost": protected.cost,
        "bound": protected.bound, "open": protected.open,
        "joint": [protected.counts[name].joint for name in names],
        "parents": [
            [number for number, _ in protected.counts[name].witnesses]
            for name in names
        ],
    }  # fmt: skip
    arrays: dict[str, Any] = {
        "words": np.frombuffer(json.dumps(words).encode(), np.uint8)
    }
    for i, name in enumerate(names):
        parts = protected.counts[name]
        layers = {
            "students": protected.students[name],
            "yes": parts.yes,
            "no": parts.no,
        }
        for kind, layer in layers.items():
            for own in _LAYER:
                arrays[f"{i} {kind} {own}"] = getattr(layer, own)
            arrays[f"{i} {kind} given"] = np.array(sorted(layer.given), np.int64)
        for own in _LIMITS:
            arrays[f"{i} {own}"] = getattr(parts, own)
        arrays[f"{i} chain"] = np.stack(protected.chains[name])
        cells = protected.chains[name][0].shape
        seen = [counts for _, counts in parts.witnesses]
        arrays[f"{i} witnesses"] = np.stack(seen) if seen else np.zeros((0, *cells))
        if name in deviations:
            arrays[f"{i} deviations"] = deviations[name]
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _taken(
    place: Path, stratum: Stratum, policy: Policy, known: Known
) -> tuple[Protected, Deviations] | None:
    """What was kept, if all of it holds for this very block; else nothing."""
    try:
        with np.load(io.BytesIO(place.read_bytes()), allow_pickle=False) as held:
            protected, deviations = _read(held, stratum)
    except _DAMAGED:
        return None
    if not _of_these_data(stratum, protected, policy, known):
        return None
    if unproven(stratum, protected, policy, deviations):
        return None
    return protected, deviations


def _read(held: Mapping[str, Any], stratum: Stratum) -> tuple[Protected, Deviations]:
    """Plain numbers as what they were; ``ValueError`` where they are not of it."""
    figures, cells = stratum.tables.rows.shape
    words = json.loads(held["words"].tobytes())
    names = [one.name for one in stratum.counted]
    if sorted(words["indicators"]) != sorted(names):
        raise ValueError("of other indicators")
    result = Protected(
        exact=bool(words["exact"]), cost=words["cost"], bound=words["bound"],
        open=list(words["open"]),
    )  # fmt: skip
    deviations: Deviations = {}

    def figure(name: str, *, mark: bool = False) -> Any:
        own = held[name]
        if own.shape != (figures,) or own.dtype != (bool if mark else np.float64):
            raise ValueError("of another form")
        return own

    def layer(kind: str) -> Layer:
        given = held[f"{kind} given"]
        if given.dtype != np.int64 or given.ndim != 1:
            raise ValueError("of another form")
        return Layer(
            **{own: figure(f"{kind} {own}", mark=own in _MARKS) for own in _LAYER},
            given=set(given.tolist()),
        )

    for i, name in enumerate(words["indicators"]):
        chain, seen = held[f"{i} chain"], held[f"{i} witnesses"]
        parents = [int(number) for number in words["parents"][i]]
        if chain.shape[1:] != (cells,) or seen.shape != (len(parents), cells):
            raise ValueError("of another form")
        result.students[name] = layer(f"{i} students")
        result.chains[name] = list(chain)
        result.counts[name] = Parts(
            yes=layer(f"{i} yes"), no=layer(f"{i} no"),
            **{own: figure(f"{i} {own}") for own in _LIMITS},
            witnesses=list(zip(parents, seen, strict=True)),
            joint=[int(number) for number in words["joint"][i]],
        )  # fmt: skip
        if f"{i} deviations" in held:
            deviations[name] = figure(f"{i} deviations", mark=True)
    return result, deviations


def _of_these_data(
    stratum: Stratum, protected: Protected, policy: Policy, known: Known
) -> bool:
    """Whether the figures are the data's, and codes and marks what they may be.

    The proof looks at what is withheld; what is shown must be true as well.
    """
    rows = stratum.tables.rows
    for one in stratum.counted:
        layer, parts = protected.students[one.name], protected.counts[one.name]
        n, yes = np.asarray(rows @ one.students), np.asarray(rows @ one.counts)
        small = parts.yes.hidden
        none = np.zeros(len(n), bool)
        coded = np.flatnonzero(parts.coded).tolist()
        limits = {row: policy.code(int(n[row])) for row in coded}
        true = (
            np.array_equal(layer.values, n)
            and np.array_equal(parts.yes.values, yes)
            and np.array_equal(protected.chains[one.name][0], one.students)
            and not np.any(layer.hidden & ~small)
            and not np.any(known.away.get(one.name, none) & ~layer.hidden)
            and not np.any(known.away.get(f"{one.name}+", none) & ~small)
            and all(
                (most := limits[row]) is not None
                and (
                    max(yes[row], parts.high[row]) <= most
                    if parts.coded[row] < 0
                    else min(yes[row], parts.low[row]) >= n[row] - most
                )
                for row in coded
            )
        )
        if not true:
            return False
    return True
