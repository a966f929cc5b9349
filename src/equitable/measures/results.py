"""The shape of an answer: one row for each group compared, and what stands around it.

The fields and their names are fixed (DESIGN: 'Fixed names'); the JSON of every result
is made from these classes and from nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal, TypeAlias

from equitable.vocabulary import (
    WITHHELD,
    Count,
    Dimension,
    Figure,
    Indicator,
    Provenance,
    Verdict,
    Withheld,
)

RATE_MARGIN: Final = 0.05
"""What counts as no difference of rates, unless told otherwise."""
RATE_MARGIN_SHARE: Final = 0.2
"""At most so much of the reference's rate, or of those it leaves out if they are fewer:
5 points are five times a rate of 1 %."""
MEAN_MARGIN: Final = 0.2
"""The same of means, in standard deviations."""
IntervalKind: TypeAlias = Literal[
    "wilson", "exact", "student t", "cluster-robust", "published"
]
ReferenceKind: TypeAlias = Literal[
    "rest", "overall", "highest", "largest", "group", "number"
]
_OF_THE_GROUP: Final = frozenset(
    {"effective_n", "count", "value", "low", "high", "shrunken"}
)
Group: TypeAlias = Mapping[str, str]
"""From a dimension's name to the value that defines the group in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a group is compared with, and that figure with its own uncertainty."""

    kind: ReferenceKind
    group: Group | None = None
    n: Count = None
    value: Figure = None
    low: Figure = None
    high: Figure = None

    def held_back(self) -> Reference:
        """The same reference with every figure ``WITHHELD``."""
        return Reference(
            kind=self.kind,
            group=self.group,
            n=WITHHELD,
            value=WITHHELD,
            low=WITHHELD,
            high=WITHHELD,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One of California's three indices; ``moe`` is the percentage point gap's only."""

    value: Figure = None
    moe: Figure = None
    flagged: bool | Withheld | None = None
    needed: Count = None
    parity: Count = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indices:
    """Disproportionate impact as California's community colleges compute it."""

    ppg: Index
    proportionality: Index
    eighty_percent: Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Least and greatest values, where a publisher gave only bounds of counts.

    The truth lies between them for certain; the interval beside them allows for chance
    as well.  ``None`` where a figure cannot be given.
    """

    count: tuple[Count, Count]
    value: tuple[Figure, Figure]
    reference: tuple[Figure, Figure]
    difference: tuple[Figure, Figure]
    ratio: tuple[Figure, Figure]

    def to_dict(self) -> dict[str, Any]:
        """As in JSON: pairs of least and greatest."""
        return {f.name: list(getattr(self, f.name)) for f in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """A group, its value, and its gap to its reference.

    ``difference`` is value(group) - value(reference), ``ratio`` value(group) /
    value(reference).  Every number is a ``float`` or ``int``; ``None`` where it cannot
    be given (``reason`` says why); ``WITHHELD`` where privacy holds it back.
    """

    group: Group
    within: Group = field(default_factory=dict)
    n: Count = None
    missing: Count = None
    effective_n: Figure = None
    """Equally weighted students who would tell as much (Kish); n without weights."""
    count: Count = None
    value: Figure = None
    low: Figure = None
    high: Figure = None
    shrunken: Figure = None
    reference: Reference
    difference: Figure = None
    difference_low: Figure = None
    difference_high: Figure = None
    ratio: Figure = None
    ratio_low: Figure = None
    ratio_high: Figure = None
    odds_ratio: Figure = None
    odds_ratio_low: Figure = None
    odds_ratio_high: Figure = None
    standardised: Figure = None
    hedges_g: Figure = None
    parity_fixed: Count = None
    parity_moving: Count = None
    detectable: Figure = None
    p: Figure = None
    q: Figure = None
    verdict: Verdict | None = None
    indices: Indices | None = None
    bounds: Bounds | None = None
    """Where only bounds of the counts were published: the exact figures are null."""
    reason: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    """From the name of each null figure (as in JSON) to why it is null."""
    withheld: bool = False

    def held_back(self) -> GapRow:
        """The same row with every figure ``WITHHELD``."""
        kept = {
            "group",
            "within",
            "reference",
            "verdict",
            "indices",
            "bounds",
            "reason",
            "reasons",
            "withheld",
        }
        changes: dict[str, Any] = {
            f.name: WITHHELD for f in fields(self) if f.name not in kept
        }
        return replace(
            self,
            **changes,
            reference=self.reference.held_back(),
            verdict=Verdict.NOT_ENOUGH_EVIDENCE,
            indices=None,
            bounds=None,
            # Why a figure could not be given would tell what is withheld.
            reason=None,
            reasons={},
            withheld=True,
        )

    def without_comparison(self) -> GapRow:
        """The same row where its reference is withheld: its own figures stay."""
        compared = {
            f.name: WITHHELD
            for f in fields(self)
            if f.name.startswith(("difference", "ratio", "odds", "parity"))
        }
        changes: dict[str, Any] = {
            **compared,
            **dict.fromkeys(
                ("standardised", "hedges_g", "detectable", "p", "q"), WITHHELD
            ),
        }
        return replace(
            self,
            **changes,
            reference=self.reference.held_back(),
            verdict=None if self.verdict is None else Verdict.NOT_ENOUGH_EVIDENCE,
            indices=None,
            bounds=None,
            reason="the reference is withheld",
            reasons={
                name: why for name, why in self.reasons.items() if name in _OF_THE_GROUP
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """As in JSON: withheld figures are null beside ``"withheld": true``."""
        row: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            match f.name:
                case "group" | "within" | "reasons":
                    row[f.name] = dict(value)
                case "reference":
                    row["reference"] = _plain(value)
                case "parity_fixed":
                    row["students_to_parity"] = {
                        "fixed": shown(value),
                        "moving": shown(self.parity_moving),
                    }
                case "parity_moving":
                    pass
                case "bounds":
                    if value is not None:
                        row["bounds"] = value.to_dict()
                case "indices":
                    if value is not None:
                        row["indices"] = {
                            part.name: _plain(getattr(value, part.name))
                            for part in fields(value)
                        }
                case "verdict":
                    row["verdict"] = None if value is None else str(value)
                case _:
                    row[f.name] = shown(value)
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledRow:
    """A group's gap within strata, pooled over them, beside the raw one.

    ``difference`` and ``odds_ratio`` are the pooled (Mantel-Haenszel) estimates and
    ``raw_difference`` and ``raw_odds_ratio`` those without strata.
    """

    group: Group
    within: tuple[str, ...]
    reference: Reference
    n: Count = None
    strata: int | None = None
    strata_used: int | None = None
    value: Figure = None
    raw_difference: Figure = None
    raw_difference_low: Figure = None
    raw_difference_high: Figure = None
    raw_odds_ratio: Figure = None
    raw_odds_ratio_low: Figure = None
    raw_odds_ratio_high: Figure = None
    raw_verdict: Verdict | None = None
    difference: Figure = None
    difference_low: Figure = None
    difference_high: Figure = None
    odds_ratio: Figure = None
    odds_ratio_low: Figure = None
    odds_ratio_high: Figure = None
    method: str = ""
    p: Figure = None
    q: Figure = None
    verdict: Verdict | None = None
    reason: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    """As in a row."""
    withheld: bool = False

    def held_back(self) -> PooledRow:
        """The same row with every figure ``WITHHELD``."""
        kept = {
            "group", "within", "reference", "method", "verdict", "raw_verdict",
            "reason", "reasons", "withheld", "strata", "strata_used",
        }  # fmt: skip
        changes: dict[str, Any] = {
            f.name: WITHHELD for f in fields(self) if f.name not in kept
        }
        return replace(
            self,
            **changes,
            strata=None,
            strata_used=None,
            reference=self.reference.held_back(),
            verdict=Verdict.NOT_ENOUGH_EVIDENCE,
            raw_verdict=Verdict.NOT_ENOUGH_EVIDENCE,
            reason=None,
            reasons={},
            withheld=True,
        )

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        row = {f.name: shown(getattr(self, f.name)) for f in fields(self)}
        row["group"] = dict(self.group)
        row["reasons"] = dict(self.reasons)
        row["within"] = list(self.within)
        row["reference"] = _plain(self.reference)
        row["verdict"] = None if self.verdict is None else str(self.verdict)
        row["raw_verdict"] = None if self.raw_verdict is None else str(self.raw_verdict)
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityRow:
    """Does the verdict hold, whatever the group is compared with?"""

    group: Group
    within: Group = field(default_factory=dict)
    verdicts: Mapping[str, Verdict | None]
    differences: Mapping[str, Figure]
    agrees: bool | None
    withheld: bool = False

    def held_back(self) -> SensitivityRow:
        """The same row with every figure ``WITHHELD``."""
        return replace(
            self,
            verdicts=dict.fromkeys(self.verdicts, Verdict.NOT_ENOUGH_EVIDENCE),
            differences=dict.fromkeys(self.differences, WITHHELD),
            agrees=None,
            withheld=True,
        )

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {
            "group": dict(self.group),
            "within": dict(self.within),
            "references": {
                kind: {
                    "difference": shown(difference),
                    "verdict": (
                        str(self.verdicts[kind]) if self.verdicts.get(kind) else None
                    ),
                }
                for kind, difference in self.differences.items()
            },
            "agrees": self.agrees,
            "withheld": self.withheld,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The whole answer for one indicator.

    ``rows`` are those of no stratum first, then those of each stratum; in each, one
    table (set of dimensions) after another in the order asked for.
    """

    indicator: Indicator
    dimensions: tuple[Dimension, ...]
    within: tuple[Dimension, ...] = ()
    overall: Reference
    """Everyone together: ``n``, ``value`` and interval."""
    rows: tuple[GapRow, ...]
    pooled: tuple[PooledRow, ...] = ()
    sensitivity: tuple[SensitivityRow, ...] = ()
    family_size: int
    adjust: Literal["bh", "by", "none"]
    confidence: float
    margin: float | None = None
    """In the indicator's own unit; ``None`` where it is in standard deviations (.2)."""
    clustered_over: str | None = None
    interval: IntervalKind = "wilson"
    """How the interval of each level was made."""
    weight: str | None = None
    """The column of weights."""
    effective_n: float | None = None
    """Everyone's, as each row has its own."""
    highest_min_n: int = 30
    pooled_family: int = 0
    """Comparisons among the pooled gaps, a family of their own."""
    with_indices: bool = False
    """Whether California's indices were asked for: each row then has them, or null."""
    apart: frozenset[tuple[tuple[str, str], ...]] = frozenset()
    """Groups that no figure shared by several was made of; not in the JSON."""
    provenance: Provenance

    @property
    def within_margin(self) -> float:
        """What counts as no difference: in the indicator's unit, or in deviations."""
        if self.margin is not None:
            return self.margin
        return RATE_MARGIN if self.indicator.is_rate else MEAN_MARGIN

    def _row(self, row: GapRow) -> dict[str, Any]:
        plain = row.to_dict()
        if self.with_indices:
            plain.setdefault("indices", None)
        return plain

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        return {
            "indicator": self.indicator.name,
            "direction": str(self.indicator.direction),
            "kind": str(self.indicator.kind),
            "label": self.indicator.label,
            "overall": _plain(self.overall),
            "rows": [self._row(row) for row in self.rows],
            "pooled": [row.to_dict() for row in self.pooled],
            "sensitivity": [row.to_dict() for row in self.sensitivity],
            "family": {
                "size": self.family_size,
                "adjust": self.adjust,
                "pooled_size": self.pooled_family,
            },
            "confidence": self.confidence,
            "interval": self.interval,
            "margin": {
                "value": self.within_margin,
                "unit": (
                    "indicator"
                    if self.indicator.is_rate or self.margin is not None
                    else "standard deviations"
                ),
                "of_reference": (
                    RATE_MARGIN_SHARE
                    if self.indicator.is_rate and self.margin is None
                    else None
                ),
            },
            "highest_min_n": self.highest_min_n,
            "weight": self.weight,
            "effective_n": None if self.overall.n is WITHHELD else self.effective_n,
            "clustered_over": self.clustered_over,
            "provenance": self.provenance.to_dict(),
        }


def shown(value: Any) -> Any:
    """A figure as JSON has it: withheld is null (the row says that it is withheld)."""
    return None if value is WITHHELD else value


def _plain(part: Any) -> dict[str, Any]:
    plain = {}
    for f in fields(part):
        value = getattr(part, f.name)
        if f.name == "moe" and value is None:
            continue
        plain[f.name] = (
            {key: str(name) for key, name in value.items()}
            if isinstance(value, Mapping)
            else shown(value)
        )
    return plain
