"""A release as a folder: tables, a data dictionary, and a manifest that vouches.

Everything in the folder is public.  It appears whole or not at all, and the same
release gives the same bytes.  In CSV a withheld figure is the word ``withheld``; in
Parquet and JSON it is null, and the column ``withheld`` names it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from equitable.errors import InputError, OutputError
from equitable.output import write_whole
from equitable.privacy.release_tables import EVERYONE, Flat, tables_in
from equitable.privacy.released import Released
from equitable.version import VERSION
from equitable.vocabulary import WITHHELD

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
WORD: Final = "withheld"

_WHOLE: Final = (
    "groups",
    "n",
    "count",
    "others",
    "reference_n",
    "parity_fixed",
    "parity_moving",
)
_TEXTS: Final = (
    "indicator", "dimension", "measure", "code", "withheld", "reference",
    "reference_group", "verdict",
)  # fmt: skip
_MEANINGS: Final = {
    "indicator": "The outcome: its name; see `indicators` in the manifest.",
    "n": "Students of the group with a known outcome.",
    "count": "Of them, for how many the outcome is true (rates only).",
    "others": "Of them, for how many it is not (rates only).",
    "value": "The rate, as a fraction of 1, or the mean.",
    "low": "Lower end of the 95 % interval of `value` (Wilson; Student's t of a mean).",
    "high": "Upper end of it.",
    "deviation": "Standard deviation (means of 30 students or more).",
    "code": "Of a withheld rate near 0 % or 100 %: between what it lies. By the size of"
    " the group alone.",
    "withheld": "The columns of this row that are withheld. One mark for every reason:"
    " a withheld number may be small, or stand for nothing but to protect another one.",
    "reference": "Compared with whom: `rest` (everyone else), `overall` (everyone),"
    " `highest` (the group with the best value).",
    "reference_group": "With `highest`: which group that is.",
    "reference_n": "Students of the reference with a known outcome.",
    "reference_value": "The reference's rate or mean.",
    "difference": "`value` less `reference_value`.",
    "difference_low": "Lower end of its 95 % interval.",
    "difference_high": "Upper end of it.",
    "ratio": "`value` by `reference_value`.",
    "ratio_low": "Lower end of its 95 % interval.",
    "ratio_high": "Upper end of it.",
    "parity_fixed": "Students to parity, the reference held fixed.",
    "parity_moving": "Students to parity, the reference moving with them.",
    "shrunken": "The value drawn towards all groups', by how little is known of it.",
    "p": "Of the difference.",
    "q": "The same, adjusted for all comparisons shown in its table"
    " (Benjamini-Hochberg).",
    "verdict": "What the evidence says.",
    "dimension": "Whose groups are summarised.",
    "measure": "The summary's name, as in WHO's health equity toolkit.",
    "groups": "How many groups it is of: the shown ones.",
}
_ROUNDED: Final = "Rounded: see `rounding` and `notes` in the manifest."
_MEANINGS_ROUNDED: Final = {
    **{
        name: f"{_MEANINGS[name]} {_ROUNDED}"
        for name in ("n", "count", "others", "reference_n")
    },
    "withheld": "The columns of this row that are not given: of so few students the"
    " rounding would move them too far.",
    "verdict": "What the evidence says, where the rounding alone could not have said"
    " it.",
}


def write_release(
    released: Released,
    folder: Path,
    *,
    before: Callable[[dict[str, Any]], Any] = lambda _: None,
) -> dict[str, Any]:
    """Write the folder, whole or not at all; returns its manifest.

    Parameters
    ----------
    released
        What is published.
    folder
        Where; it may be there, empty.
    before
        Told the manifest when everything is written, and before it appears.

    Raises
    ------
    OutputError
        Where the folder is there already and holds something, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(
            f"{folder.name} is there already and was left as it is",
            next_step="Name a new folder with -o: each release has its own.",
        )
    if not folder.resolve().parent.is_dir():
        raise OutputError(
            f"the folder {folder.resolve().parent} is not there",
            next_step="Make it first, or name another with -o.",
        )
    tables = tables_in(released)
    files: dict[str, bytes] = {}
    for table in tables:
        files[f"{table.name}.csv"] = _as_csv(table)
        files[f"{table.name}.parquet"] = _as_parquet(table)
    files["release.json"] = _as_json(released, tables)
    files["dictionary.csv"] = _dictionary(released, tables)
    manifest = manifest_of(released, tables, files)
    files[MANIFEST] = _dumped(manifest)
    _put(folder, files, lambda: before(manifest))
    return manifest


def _put(folder: Path, files: Mapping[str, bytes], before: Callable[[], Any]) -> None:
    place = folder.resolve()
    draft = place.with_name(f".{place.name}.{secrets.token_hex(6)}.part")
    try:
        draft.mkdir()
        for name, content in files.items():
            write_whole(draft / name, content)
        before()
        with suppress(OSError):
            place.rmdir()
        draft.rename(place)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written ({(error.strerror or 'no reason').lower()})",
            next_step="Choose a folder you may write to, with -o.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def manifest_of(
    released: Released, tables: Sequence[Flat], files: Mapping[str, bytes]
) -> dict[str, Any]:
    """What the public is told of a release: never which figure for which reason."""
    marked = {
        table.name: {
            column: sum(column in row[-1].split() for row in table.rows)
            for column in table.columns
            if any(column in row[-1].split() for row in table.rows)
        }
        for table in tables
    }
    return {
        "format": FORMAT,
        "made_by": f"Equitable {VERSION}",
        "policy": released.policy.to_dict(),
        "dimensions": {name: list(own) for name, own in released.groups.items()},
        "depth": released.depth,
        "year": released.year,
        "where": released.provenance.where,
        "indicators": [
            {
                "name": one.name,
                "label": one.label,
                "kind": "rate" if one.is_rate else "mean",
                "direction": str(one.direction) if one.direction else None,
            }
            for one in released.indicators
        ],
        "notes": list(released.notes),
        "figures": {table.name: len(table.rows) for table in tables},
        "withheld": marked,
        "share_of_students_in_withheld_groups": round(released.share_withheld, 4),
        "protection": {
            "method": list(released.methods),
            "times_the_bound": None
            if released.times_the_bound is None
            else round(released.times_the_bound, 3),
        },
        **_rounding(released),
        "audit": {
            "passed": released.audit.passed,
            "promise": _promise(released),
        },
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in sorted(files.items())
        },
    }


def _rounding(released: Released) -> dict[str, Any]:
    if released.distance is None:
        return {}
    own = {"base": released.policy.rounds_to, "distance": released.distance}
    return {"rounding": own}


def _promise(released: Released) -> str:
    threshold = released.policy.threshold
    if released.distance is None:
        return (
            "For a reader who knows all of this, every withheld count could be anything"
            f" in an interval at least {released.policy.width} wide."
        )
    return (
        "Every number of students and every count lies at most"
        f" {released.distance} from the true one. For a reader who knows all of this,"
        f" each true one under {threshold} could be 0, and could be {threshold} or"
        " more."
    )


def _as_csv(table: Flat) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_in_csv(value) for value in row])
    return text.getvalue().encode()


def _in_csv(value: Any) -> Any:
    if value is WITHHELD:
        return WORD
    # A label that a spreadsheet would run as a formula is not one any more.
    if isinstance(value, str) and value[:1] in ("=", "+", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _as_parquet(table: Flat) -> bytes:
    columns = {}
    for place, name in enumerate(table.columns):
        values = [row[place] for row in table.rows]
        plain = [None if value is WITHHELD else value for value in values]
        text = name in _TEXTS or any(isinstance(value, str) for value in plain)
        kind = pa.string() if text else pa.int64() if name in _WHOLE else pa.float64()
        columns[name] = pa.array(plain, kind)
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()


def _as_json(released: Released, tables: Sequence[Flat]) -> bytes:
    return _dumped(
        {
            "format": FORMAT,
            "policy": released.policy.to_dict(),
            **{
                table.name: [
                    {
                        name: None if value is WITHHELD else value
                        for name, value in zip(table.columns, row, strict=True)
                    }
                    for row in table.rows
                ]
                for table in tables
            },
        }
    )


def _dictionary(released: Released, tables: Sequence[Flat]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("table", "column", "meaning"))
    for table in tables:
        for name in table.columns:
            if name == released.year:
                meaning = "The year."
            elif name in released.groups:
                labels = ", ".join(released.groups[name])
                meaning = f"{EVERYONE}, or one of: {labels}."
            else:
                meaning = _MEANINGS[name]
                if released.distance is not None:
                    meaning = _MEANINGS_ROUNDED.get(name, meaning)
            writer.writerow((table.name, name, meaning))
    return text.getvalue().encode()


def _dumped(content: Mapping[str, Any]) -> bytes:
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def read_release(folder: Path) -> tuple[dict[str, Any], dict[str, Flat]]:
    """A release's manifest and tables, once every file is known to be as it was made.

    Raises
    ------
    InputError
        Where there is no manifest, a file is missing, or one has been changed.
    """
    place = folder / MANIFEST
    if not place.is_file():
        raise InputError(
            f"{folder.name} holds no {MANIFEST}: it is no release",
            next_step="Name the folder that `equitable release` wrote, or a table of"
            " counts.",
        )
    try:
        manifest = json.loads(place.read_text("utf-8"))
        listed = {name: str(own["sha256"]) for name, own in manifest["files"].items()}
        known = manifest["format"] == FORMAT
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{MANIFEST} cannot be read: it is not as it was written",
            file=folder.name,
            next_step="Make the release again.",
        ) from error
    if not known:
        raise InputError(
            f"{MANIFEST} is of another format than this version reads",
            file=folder.name,
            next_step="Audit it with the version that made it.",
        )
    for name, wanted in listed.items():
        own = folder / name
        if Path(name).name != name or not own.is_file():
            raise InputError(
                f"'{name}' is missing from the release",
                file=folder.name,
                next_step="Make the release again; publish all of its files.",
            )
        if hashlib.sha256(own.read_bytes()).hexdigest() != wanted:
            raise InputError(
                f"'{name}' has been changed since the release was made",
                file=folder.name,
                next_step="Make the release again, and change nothing in its folder.",
            )
    further = sorted({p.name for p in folder.iterdir()} - {MANIFEST, *listed})
    if further:
        raise InputError(
            f"'{further[0]}' lies in the release and is no part of it",
            file=folder.name,
            next_step="Take it out: nothing vouches for it.",
        )
    return manifest, {
        name: _read_csv(folder / f"{name}.csv")
        for name in ("groups", "gaps", "summaries")
    }


def _read_csv(path: Path) -> Flat:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return Flat(
        name=path.stem,
        columns=tuple(rows[0]),
        rows=tuple(
            tuple(WITHHELD if value == WORD else value for value in row)
            for row in rows[1:]
        ),
    )
