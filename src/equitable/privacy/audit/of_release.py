"""A release as its reader has it: systems made of the public files alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from equitable.errors import InputError
from equitable.privacy.audit.averages import Averages, averages_of
from equitable.privacy.audit.published import (
    UNKNOWN,
    Entry,
    around,
    known,
    system_of,
)
from equitable.privacy.audit.system import System
from equitable.vocabulary import WITHHELD

EVERYONE: Final = "All"
_OUTCOME: Final = "outcome"


def systems_of_release(
    manifest: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> tuple[System, ...]:
    """A system for every year and rate: numbers of students and counts together.

    Means have a system of their numbers of students; what they tell of each other is
    in ``averages_of_release``.  A reader also knows what a code
    says, and that no number is under 0.

    Parameters
    ----------
    manifest
        Of the release: its dimensions and indicators.
    columns, rows
        Of its table ``groups``; withheld figures are ``WITHHELD``.
    """
    threshold = int(manifest["policy"]["threshold"])
    distance = (manifest.get("rounding") or {}).get("distance")
    rounded = None if distance is None else (int(distance), threshold)
    found = []
    for some in _outcomes(manifest, columns, rows):
        entries: list[Entry] = []
        for group, row in zip(some.groups, some.rows, strict=True):
            entries.append(_entry(group, row[some.place["n"]], rounded))
            if some.rate:
                sides = _sides(row, some.place, rounded)
                for side, (low, high, away) in zip(("yes", "no"), sides, strict=True):
                    entries.append(
                        Entry(
                            group={**group, some.outcome: side}, low=low, high=high,
                            withheld=away,
                        )
                    )  # fmt: skip
        dimensions = (
            {**some.there, some.outcome: ["yes", "no"]} if some.rate else some.there
        )
        system = system_of(entries, dimensions, counted=f"students ({some.named})")
        if rounded is not None:
            system = replace(
                system,
                middle=system.high - rounded[0],
                base=int(manifest["rounding"]["base"]),
            )
        found.append(system)
    return tuple(found)


def averages_of_release(
    manifest: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> tuple[Averages, ...]:
    """The means of every year and outcome, with their standard deviations.

    Parameters
    ----------
    manifest, columns, rows
        As ``systems_of_release`` takes them.
    """
    return tuple(
        averages_of(
            some.groups,
            [
                [row[some.place[name]] for name in ("n", "value", "deviation")]
                for row in some.rows
            ],
            some.there,
            some.named,
        )
        for some in _outcomes(manifest, columns, rows)
        if not some.rate
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """One outcome in one year: its rows, each with its group."""

    rate: bool
    named: str
    outcome: str
    place: Mapping[str, int]
    rows: Sequence[Sequence[Any]]
    groups: Sequence[Mapping[str, str]]
    there: Mapping[str, Sequence[str]]


def _outcomes(
    manifest: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> list[_Outcome]:
    labels: dict[str, list[str]] = {
        name: list(own) for name, own in manifest["dimensions"].items()
    }
    outcome = _OUTCOME
    while outcome in labels:
        outcome += "_"
    place = {name: i for i, name in enumerate(columns)}
    year = manifest["year"]
    found = []
    for indicator in manifest["indicators"]:
        own = [row for row in rows if row[place["indicator"]] == indicator["name"]]
        years = list(dict.fromkeys(row[place[year]] for row in own)) if year else [None]
        for one in years:
            some = [row for row in own if one is None or row[place[year]] == one]
            # A group that a year does not have is nobody's: it has no row.
            there = {
                name: [
                    label
                    for label in own_labels
                    if any(row[place[name]] == label for row in some)
                ]
                for name, own_labels in labels.items()
            }
            groups = [
                {
                    name: row[place[name]]
                    for name in labels
                    if row[place[name]] != EVERYONE
                }
                for row in some
            ]
            found.append(
                _Outcome(
                    rate=indicator["kind"] == "rate",
                    named=indicator["label"] + (f" in {one}" if one else ""),
                    outcome=outcome,
                    place=place,
                    rows=some,
                    groups=groups,
                    there=there,
                )
            )
    return found


def _entry(
    group: Mapping[str, str], value: Any, rounded: tuple[int, int] | None
) -> Entry:
    if value is WITHHELD:
        low, high = UNKNOWN
        return Entry(group=group, low=low, high=high, withheld=True)
    if rounded is not None:
        low, high, small = around(_whole(value), *rounded)
        return Entry(group=group, low=low, high=high, withheld=small)
    low, high = known(_whole(value))
    return Entry(group=group, low=low, high=high, withheld=False)


def _sides(
    row: Sequence[Any],
    place: Mapping[str, int],
    rounded: tuple[int, int] | None,
) -> tuple[tuple[float, float, bool], tuple[float, float, bool]]:
    """What is known of those with the outcome, and of those without it."""
    count, others = row[place["count"]], row[place["others"]]
    if rounded is not None and count is not WITHHELD:
        return (
            around(_whole(count), *rounded),
            around(_whole(others), *rounded),
        )
    if count is not WITHHELD:
        return (*known(_whole(count)), False), (*known(_whole(others)), False)
    code, n = row[place["code"]], row[place["n"]]
    if not code or n is WITHHELD:
        return (*UNKNOWN, True), (*UNKNOWN, True)
    size = _whole(n)
    share = float(str(code)[1:].replace("%", "").strip()) / 100
    if str(code).startswith("<"):
        # Fewer than that share of the group.
        most = _under(share, size)
        return (0.0, most, True), (size - most, float(size), True)
    most = _under(1 - share, size)
    return (size - most, float(size), True), (0.0, most, True)


def _under(share: float, n: int) -> float:
    """The most whole students that are fewer than a share of n."""
    limit = round(share * n, 9)
    whole = int(limit)
    return float(whole - 1 if whole == limit else whole)


def _whole(value: Any) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise InputError(
            f"'{value}' is no count",
            file="groups.csv",
            next_step="Make the release again: its tables were changed.",
        ) from error
