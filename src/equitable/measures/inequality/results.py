"""What is asked of groups about their inequality, and the shape of the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from equitable.measures.inequality.intervals import DRAWS, SEED
from equitable.measures.inequality.ordered import ORDERED
from equitable.measures.inequality.unordered import SPREAD
from equitable.measures.references import LEAST

NAMES: Final = (*SPREAD, *ORDERED)
"""Every summary, in the order of the JSON."""
UNITS: Final = {
    **dict.fromkeys(NAMES, "value"),
    "BGV": "value squared",
    **dict.fromkeys(("COV", "IDISW", "IDISU", "PAF"), "percent of the average"),
    **dict.fromkeys(("Theil", "MLD"), "thousandths"),
    **dict.fromkeys(("RCI", "RII"), "none"),
}


Group: TypeAlias = Mapping[str, str] | str
"""By its value in each dimension, or by one name."""


SCALES: Final = {
    True: "values are rates, as fractions of 1",
    False: "values are means, in the outcome's own unit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One summary; ``None`` where it cannot be given, and ``reason`` says why.

    ``by_chance`` is what groups truly alike, of these sizes, would be expected to give.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    method: str | None = None
    unit: str = "value"
    by_chance: float | None = None
    centre: float | None = None
    """Where it was asked for: the truth under which half of all tables come out as
    large as this one (median-unbiased), without what chance adds; not in JSON."""

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "reason": self.reason,
            "method": self.method,
            "unit": self.unit,
            "by_chance": self.by_chance,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A group beneath the summaries: its students, share, and value with limits."""

    group: Group
    n: int | float | None
    """``None`` where a published average does not say of how many students it is."""
    share: float | None
    """Of the students of the groups shown, whom all shares add up to."""
    value: float
    low: float | None = None
    high: float | None = None
    rank: float | None = None
    """Where the groups are ordered: its place from 0 to 1."""

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {
            "group": plain_group(self.group),
            "n": self.n,
            "share": self.share,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "rank": self.rank,
            "withheld": False,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Inequality:
    """Every summary over one set of groups, and the groups' levels."""

    measures: Mapping[str, Measure]
    groups: tuple[Level, ...]
    mean: Measure
    direction: str
    scale: str
    """What 'value' is, said in words."""
    reference: str | None = None
    best: str | None = None
    order: tuple[str, ...] | None = None
    confidence: float
    draws: int
    seed: int
    left_out: int = 0
    """Groups that are withheld and take no part."""
    withheld: tuple[Group, ...] = ()
    """Their names, where they may be told."""
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in JSON; the caller adds ``provenance``."""
        return {
            "measures": {k: m.to_dict() for k, m in self.measures.items()},
            "groups": [
                *(level.to_dict() for level in self.groups),
                *(_held_back(group) for group in self.withheld),
            ],
            "mean": self.mean.to_dict(),
            "direction": self.direction,
            "scale": self.scale,
            "reference": self.reference,
            "best": self.best,
            "order": None if self.order is None else list(self.order),
            "confidence": self.confidence,
            "draws": self.draws,
            "seed": self.seed,
            "left_out": self.left_out,
            "notes": list(self.notes),
        }


def plain_group(group: Group) -> str | dict[str, str]:
    """A group as JSON has it."""
    return group if isinstance(group, str) else dict(group)


def group_words(group: Group) -> str:
    """A group's name: its values joined with ' & '."""
    return group if isinstance(group, str) else " & ".join(group.values())


def _held_back(group: Group) -> dict[str, Any]:
    figures = dict.fromkeys(("n", "share", "value", "low", "high", "rank"))
    return {"group": plain_group(group), **figures, "withheld": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class InequalityQuestion:
    """What is asked of the groups.

    ``order`` runs from the least to the most advantaged group.  ``reference`` names the
    group of the MDR family, PAR and PAF; without one it is the last of the order, and
    without an order PAR and PAF are against the best group and MDR is not given.
    ``shown`` are the groups that may enter (``None``: all): what is withheld must not
    come back out of a summary.  ``least`` is the number of students a group needs to be
    the best.  ``names`` are the summaries wanted (``None``: all).
    """

    higher_is_better: bool = True
    order: Sequence[str] | None = None
    reference: str | None = None
    shown: Collection[str] | None = None
    confidence: float = 0.95
    draws: int = DRAWS
    seed: int = SEED
    least: float = LEAST
    names: Collection[str] | None = None
    centres: bool = False
    """Whether to find each summary's ``centre``, which a change is measured from."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The summaries to give; those of an order only where there is one."""
        return tuple(
            name
            for name in NAMES
            if (name not in ORDERED or self.order is not None)
            and (self.names is None or name in self.names)
        )


def untold(
    question: InequalityQuestion, reason: str, *, is_rate: bool, left_out: int = 0
) -> Inequality:
    """No figure at all, and the reason at each."""
    return Inequality(
        measures={
            name: Measure(reason=reason, unit=UNITS[name]) for name in question.wanted
        },
        groups=(),
        mean=Measure(reason=reason),
        direction="higher" if question.higher_is_better else "lower",
        scale=SCALES[is_rate],
        confidence=question.confidence,
        draws=0,
        seed=question.seed,
        left_out=left_out,
    )
