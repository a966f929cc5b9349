"""A release as tables: a row for every group, whether or not its figures are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from equitable.measures.results import GapRow
from equitable.privacy.released import Released, ReleasedFigure
from equitable.vocabulary import WITHHELD, Verdict

EVERYONE: Final = "All"
"""What stands in a dimension's column where a group is of all its labels."""
_GAP_FIGURES: Final = (
    "n", "value", "reference", "reference_group", "reference_n", "reference_value",
    "difference", "difference_low", "difference_high", "ratio", "ratio_low",
    "ratio_high", "parity_fixed", "parity_moving", "shrunken", "p", "q", "verdict",
    "withheld",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """A table of a release: columns in order, rows with ``WITHHELD`` in them."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def tables_in(released: Released) -> tuple[Flat, ...]:
    """The release's tables: ``groups``, ``gaps`` by reference, ``summaries``."""
    beside = ([released.year] if released.year else []) + list(released.dimensions)
    columns = ("indicator", *beside, "n", "count", "others", "value", "low", "high",
               "deviation", "code", "withheld")  # fmt: skip
    groups = [
        (
            figure.indicator,
            *_places(figure.group, figure.within, beside),
            *_own(figure),
        )
        for figure in released.figures
    ]
    gap_columns = ("indicator", *beside, *_GAP_FIGURES)
    gaps = _gap_rows(released, beside, gap_columns[1 + len(beside) :])
    return (
        Flat(name="groups", columns=columns, rows=tuple(groups)),
        Flat(name="gaps", columns=gap_columns, rows=tuple(gaps)),
        _summaries(released),
    )


def _summaries(released: Released) -> Flat:
    """Summaries over the shown groups of each dimension; none has a withheld one."""
    beside = [released.year] if released.year else []
    rows = []
    for within, gated in released.summaries:
        if gated.found is None:
            continue
        shown = len(gated.found.groups)
        for name, own in gated.found.to_dict()["measures"].items():
            if own["value"] is None:
                continue
            rows.append(
                (
                    gated.indicator.name, *(within[one] for one in beside),
                    gated.dimension.name, name, own["value"], own["low"], own["high"],
                    shown, "",
                )
            )  # fmt: skip
    columns = ("indicator", *beside, "dimension", "measure", "value", "low", "high",
               "groups", "withheld")  # fmt: skip
    return Flat(name="summaries", columns=columns, rows=tuple(rows))


def _gap_rows(
    released: Released, beside: Sequence[str], names: Sequence[str]
) -> list[tuple[Any, ...]]:
    """A row for every group and reference, whether or not anybody is in it.

    A group that is not there would be known to be empty; and every withheld row looks
    the same.
    """
    found: dict[Any, GapRow] = {}
    kinds: dict[tuple[str, Any], list[str]] = {}
    for within, gated in released.gaps:
        indicator = gated.gaps.indicator.name
        for row in gated.gaps.rows:
            kind = row.reference.kind
            key = _key(indicator, within, row.group)
            found[*key, kind] = row
            listed = kinds.setdefault((indicator, _sorted(within)), [])
            if kind not in listed:
                listed.append(kind)
    rows = []
    for figure in released.figures:
        if not figure.group:
            continue
        key = _key(figure.indicator, figure.within, figure.group)
        for one in kinds.get((figure.indicator, _sorted(figure.within)), []):
            own = found.get((*key, one))
            numbers = _away(one) if own is None or own.withheld else _numbers(own)
            places = _places(figure.group, figure.within, beside)
            rows.append((figure.indicator, *places, *numbers, _marks(names, numbers)))
    return rows


def _sorted(group: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(group.items()))


def _key(indicator: str, within: Mapping[str, str], group: Mapping[str, str]) -> Any:
    return indicator, _sorted(within), _sorted(group)


def _numbers(row: GapRow) -> tuple[Any, ...]:
    reference = row.reference
    named = (
        ", ".join(f"{name}={label}" for name, label in reference.group.items())
        if reference.group and row.difference is not WITHHELD
        else None
    )
    return (
        row.n, row.value, reference.kind, named, reference.n, reference.value,
        row.difference, row.difference_low, row.difference_high, row.ratio,
        row.ratio_low, row.ratio_high, row.parity_fixed, row.parity_moving,
        row.shrunken, row.p, row.q, None if row.verdict is None else str(row.verdict),
    )  # fmt: skip


def _away(kind: str) -> tuple[Any, ...]:
    unknown = str(Verdict.NOT_ENOUGH_EVIDENCE)
    return (WITHHELD, WITHHELD, kind, None, *[WITHHELD] * 13, unknown)


def _places(
    group: Mapping[str, str], within: Mapping[str, str], names: Sequence[str]
) -> list[str]:
    return [group.get(name, within.get(name, EVERYONE)) for name in names]


def _own(figure: ReleasedFigure) -> tuple[Any, ...]:
    names = ("n", "count", "others", "value", "low", "high", "deviation")
    numbers = tuple(getattr(figure, name) for name in names)
    return (*numbers, figure.code, _marks(names, numbers))


def _marks(names: Iterable[str], values: Iterable[Any]) -> str:
    return " ".join(
        name for name, value in zip(names, values, strict=False) if value is WITHHELD
    )
