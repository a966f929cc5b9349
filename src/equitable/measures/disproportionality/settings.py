"""What a State sets: minima, thresholds, years and what counts as progress."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from equitable.errors import SettingsError
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    TOTAL_REMOVALS,
    Area,
    Category,
    category_named,
)

PRESUMED_CELL: Final = 10
PRESUMED_N: Final = 30
"""Minima up to these are presumed to be reasonable (300.647(b)(1)(iv))."""
MOST_YEARS: Final = 3
"""Up to three prior consecutive years may be asked for (300.647(d)(1))."""

RemovalsAs: TypeAlias = Literal["children", "removals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a State calls reasonable progress (300.647(d)(2)): the ratio fell, twice.

    ``least_drop`` is how far it must fall from each year to the next: in the ratio's
    own unit, or as a share of the earlier ratio.  With 0 any fall will do.
    """

    least_drop: float = 0.0
    as_share: bool = False

    def made(self, earlier: Fraction, later: Fraction) -> bool:
        """Whether one year's change is enough."""
        least = exact(self.least_drop) * (earlier if self.as_share else 1)
        return later < earlier and earlier - later >= least


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """What a State sets for a category; ``None`` is as for all others.

    ``progress`` is ``"none"`` where the State does not use this flexibility for it.
    """

    min_cell: int | None = None
    min_n: int | None = None
    threshold: float | None = None
    progress: Progress | Literal["none"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaSettings:
    """The State's settings; the defaults are the usual ones, not the law.

    Parameters
    ----------
    min_cell, min_n
        The least number of children with the outcome, and the least number of
        children, for a risk to be computed (300.647(a)(3), (4)).
    threshold
        A ratio above it is over; one that equals it is not.
    by_category
        Other standards for an area ('discipline') or a category's key: all four that
        a State sets may differ (300.647(b)(1)(ii)); a category's go before its area's.
    years
        In how many consecutive years, this one included, a ratio must be over: 1 to 3.
    progress
        The State's standard; ``None`` where the State does not use this flexibility.
    confidence
        Of the interval, which is an early warning and no part of the rule.
    total_removals
        What the counts of 'removals' are: children who were removed, or removals (a
        child removed twice counts twice, and the count may be above the number of
        children).
    """

    min_cell: int = PRESUMED_CELL
    min_n: int = PRESUMED_N
    threshold: float = 3.0
    by_category: Mapping[str, Standards] = field(default_factory=dict)
    years: int = MOST_YEARS
    progress: Progress | None = field(default_factory=Progress)
    confidence: float = 0.95
    total_removals: RemovalsAs = "children"

    def __post_init__(self) -> None:
        named = {
            key if key in set(Area) else category_named(key).key: standards
            for key, standards in self.by_category.items()
        }
        object.__setattr__(self, "by_category", named)
        for category in CATEGORIES.values():
            standards = self.of(category)
            if not (is_whole(standards.min_cell) and is_whole(standards.min_n)):
                raise SettingsError(
                    "a minimum cell size and a minimum n-size are whole numbers from 0",
                    next_step="34 CFR 300.647 presumes up to 10 and 30 reasonable.",
                )
            # A group that is as likely as others is not over-represented.
            if not 1 <= standards.threshold < 1000:
                raise SettingsError(
                    "a risk ratio threshold is a number from 1 up",
                    next_step="Give the ratio that the State has set, such as 3.0.",
                )
            progress = standards.progress
            if progress and not 0 <= progress.least_drop < 1000:
                raise SettingsError("the least drop of a ratio is a number from 0 up")
        if self.years not in range(1, MOST_YEARS + 1):
            raise SettingsError(
                "the number of consecutive years is 1, 2 or 3",
                next_step="34 CFR 300.647(d)(1) allows up to three.",
            )
        if not 0 < self.confidence < 1:
            raise SettingsError("the confidence of an interval lies between 0 and 1")

    def of(self, category: Category) -> Standard:
        """The standards of a category, all of them given."""
        levels = [
            self.by_category.get(category.key),
            self.by_category.get(str(category.area)),
        ]
        given = [level for level in levels if level is not None]

        def first(name: str) -> Any:
            own = (getattr(level, name) for level in given)
            return next((v for v in own if v is not None), getattr(self, name))

        progress = first("progress")
        return Standard(
            first("min_cell"),
            first("min_n"),
            first("threshold"),
            None if progress == "none" else progress,
        )

    def counts_events(self, category: Category) -> bool:
        """Whether the category's count is one of events and not of children."""
        return category.key == TOTAL_REMOVALS and self.total_removals == "removals"

    def notes(self) -> tuple[str, ...]:
        """What is out of the ordinary in these settings, in sentences."""
        standards = [self.of(category) for category in CATEGORIES.values()]
        said = []
        if any(s.min_cell > PRESUMED_CELL for s in standards):
            said.append(
                "A minimum cell size above 10 is not presumed to be reasonable; the "
                "State must explain it (34 CFR 300.647(b)(1)(iv), (b)(7))."
            )
        if any(s.min_n > PRESUMED_N for s in standards):
            said.append(
                "A minimum n-size above 30 is not presumed to be reasonable; the State "
                "must explain it (34 CFR 300.647(b)(1)(iv), (b)(7))."
            )
        return tuple(said)


@dataclass(frozen=True, slots=True)
class Standard:
    """What holds for one category; ``progress`` is ``None`` where it is not used."""

    min_cell: int
    min_n: int
    threshold: float
    progress: Progress | None

    @property
    def limit(self) -> Fraction:
        """The threshold as it is written: 3.1 is 31/10."""
        return exact(self.threshold)


@lru_cache(maxsize=256)
def exact(number: float) -> Fraction:
    """The decimal number that was written, not its nearest binary one."""
    return Fraction(repr(number))


def is_whole(number: object) -> bool:
    """Whether it is a whole number from 0 up (and not true or false)."""
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0
