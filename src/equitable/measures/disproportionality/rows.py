"""The shape of an answer about significant disproportionality."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.scheme import THE_RULE, Scheme
from equitable.measures.disproportionality.settings import IdeaSettings, Progress
from equitable.measures.results import shown
from equitable.vocabulary import WITHHELD, Count, Figure, Withheld


class RatioKind(StrEnum):
    """Whom the group is compared with."""

    RISK_RATIO = "risk ratio"
    """All others of the district (300.647(a)(6))."""
    ALTERNATE = "alternate risk ratio"
    """All others of the State (300.647(a)(1))."""


class Finding(StrEnum):
    """What the years say of a group and category; the State decides what it means."""

    MEETS = "over in each year asked for"
    PROGRESS = "over, with reasonable progress"
    NOT_YET = "over, not in enough consecutive years"
    NOT_OVER = "not over the threshold"
    NO_RATIO = "no ratio"
    UNKNOWN = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRow:
    """One group in one category, year and district.

    ``students_from_threshold`` is positive where the ratio is over: so many fewer
    children of the group with the outcome, and it would not be.  Negative: so many
    more, and it would be over; never 0.  The numbers of children, and the other
    groups' counts, stay as they are; the State's too, since its comparison has none of
    the group's children.  ``None`` where all the group's children would not be enough.
    It is about the ratio alone: a group under a minimum afterwards has no ratio at all.

    A figure is ``None`` where it cannot be given (``reason`` says why) and ``WITHHELD``
    where privacy holds it back.
    """

    district: str
    year: str
    category: str
    group: str
    n: Count = None
    count: Count = None
    risk: Figure = None
    comparison_n: Count = None
    comparison_count: Count = None
    comparison_risk: Figure = None
    ratio: Figure = None
    exact_ratio: Fraction | Withheld | None = None
    """The ratio as a fraction: what is compared with the threshold. Not in JSON."""
    low: Figure = None
    high: Figure = None
    kind: RatioKind | Withheld | None = None
    reason: Reason | None = None
    explanation: str = ""
    """The reason with its numbers, as a sentence."""
    threshold: float
    over_threshold: bool | Withheld | None = None
    students_from_threshold: Count = None
    close: bool | Withheld | None = None
    """Whether the interval holds the threshold: a warning, and no part of the rule."""
    consecutive_years_over: Count = None
    reasonable_progress: bool | Withheld | None = None
    finding: Finding = Finding.NO_RATIO
    notes: tuple[str, ...] = ()
    withheld: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As in JSON: withheld figures are null."""
        row = {name: shown(getattr(self, name)) for name in FIELDS}
        for name in ("kind", "reason", "finding"):
            row[name] = None if row[name] is None else str(row[name])
        row["notes"] = list(self.notes)
        return row


FIELDS: Final = tuple(f.name for f in fields(RiskRow) if f.name != "exact_ratio")
"""A row's fields in results, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disproportionality:
    """The whole answer: rows by district, year, category and group."""

    rows: tuple[RiskRow, ...]
    settings: IdeaSettings
    notes: tuple[str, ...] = ()
    scheme: Scheme = THE_RULE

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        settings = self.settings
        return {
            "rule": "34 CFR 300.647" if self.scheme.regulated else None,
            "rows": [row.to_dict() for row in self.rows],
            "settings": {
                "min_cell": settings.min_cell,
                "min_n": settings.min_n,
                "threshold": settings.threshold,
                "by_category": {
                    key: {
                        "min_cell": standards.min_cell,
                        "min_n": standards.min_n,
                        "threshold": standards.threshold,
                        "progress": _progress(standards.progress),
                    }
                    for key, standards in settings.by_category.items()
                },
                "years": settings.years,
                "progress": _progress(settings.progress),
                "confidence": settings.confidence,
                "total_removals": settings.total_removals,
            },
            "notes": list(self.notes),
        }


def _progress(progress: Progress | str | None) -> dict[str, Any] | str | None:
    """As in JSON; of a category ``None`` is as for all and 'none' is not used."""
    if isinstance(progress, Progress):
        return {"least_drop": progress.least_drop, "as_share": progress.as_share}
    return progress


COMPARISON_WITHHELD: Final[dict[str, Any]] = {
    "comparison_n": WITHHELD,
    "comparison_count": WITHHELD,
    "comparison_risk": WITHHELD,
    "ratio": WITHHELD,
    "exact_ratio": WITHHELD,
    "low": WITHHELD,
    "high": WITHHELD,
    "kind": WITHHELD,
    "reason": Reason.WITHHELD_OTHERS,
    "explanation": "Another group of this category is withheld, or its counts are not "
    "in the file. The comparison would give it away, or leave it out.",
    "over_threshold": WITHHELD,
    "students_from_threshold": WITHHELD,
    "close": WITHHELD,
    "consecutive_years_over": WITHHELD,
    "reasonable_progress": WITHHELD,
    "finding": Finding.UNKNOWN,
}
"""A row's figures where another group is withheld: its own counts stay."""
STATE_WITHHELD: Final[dict[str, Any]] = {
    **COMPARISON_WITHHELD,
    "reason": Reason.WITHHELD_STATE,
    "explanation": "There are too few others here, and a group of the State that they "
    "would be replaced by is withheld.",
}
"""The same where it is a group of the State."""
ALL_WITHHELD: Final[dict[str, Any]] = {
    **COMPARISON_WITHHELD,
    "n": WITHHELD,
    "count": WITHHELD,
    "risk": WITHHELD,
    # Why a figure could not be given would tell what is withheld.
    "reason": None,
    "explanation": "",
    "withheld": True,
}
"""The figures of a group that is withheld."""
NOT_KNOWN: Final[dict[Reason, str]] = {
    Reason.IN_FILE: "A mark stands in the file in place of a count.",
    Reason.NO_NUMBER: "The file has a row for this group, and no number in it.",
    Reason.MORE_THAN_ENROLLED: "More students were counted over the year than were "
    "enrolled on the day of the count: no share can be made of it.",
}
"""Why a file does not say a group's counts, as sentences."""
