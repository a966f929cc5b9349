"""What a release may show: the policy, and what it makes of a number."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

from equitable.errors import QuestionError

Zeros: TypeAlias = Literal["withheld", "published"]
Method: TypeAlias = Literal["withhold", "merge", "round"]

DEFAULT_THRESHOLD: Final = 10
LEAST_THRESHOLD: Final = 3
"""Under it a group of two is shown, in which each of the two knows of the other."""
MOST_THRESHOLD: Final = 1_000
DEVIATION_FROM: Final = 30
"""Students that a standard deviation needs."""
MOST_BASE: Final = 100
"""Rounded to more, hardly a school has a figure that tells anything."""

_SHARES: Final = (
    0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12,
    0.15, 0.2, 0.25, 0.3,
)  # fmt: skip
"""Shares that a code may name: '<5 %'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is withheld, and how.

    Attributes
    ----------
    threshold
        A number of students under it is withheld, and so is a count of students with,
        or without, an outcome.  Every withheld count could be, for all that is
        published, anything from 0 to the threshold at least.
    zeros
        Whether groups without anybody are shown as 0, or withheld as other small ones.
    method
        ``withhold`` figures; or first ``merge`` small groups into one that is named
        'Not published separately'; or ``round`` every number of students and count.
    base
        Of rounding: every number is a multiple of it.  At least the threshold, which
        it is where nothing is said.
    """

    threshold: int = DEFAULT_THRESHOLD
    zeros: Zeros = "withheld"
    method: Method = "withhold"
    base: int | None = None

    def __post_init__(self) -> None:
        whole = isinstance(self.threshold, int) and not isinstance(self.threshold, bool)
        if not whole or not LEAST_THRESHOLD <= self.threshold <= MOST_THRESHOLD:
            raise QuestionError(
                f"a threshold of {self.threshold} is no protection"
                if whole and self.threshold < LEAST_THRESHOLD
                else f"the threshold is a whole number from {LEAST_THRESHOLD} to"
                f" {MOST_THRESHOLD}, and not {self.threshold!r}",
                next_step=f"Choose {LEAST_THRESHOLD} or more; most states publish from"
                f" {DEFAULT_THRESHOLD}.",
            )
        if self.zeros not in ("withheld", "published"):
            raise QuestionError(
                f"zeros are 'withheld' or 'published', and not {self.zeros!r}",
                next_step="Leave it out to withhold them.",
            )
        if self.method not in ("withhold", "merge", "round"):
            raise QuestionError(
                "a policy's method is 'withhold', 'merge' or 'round', and not"
                f" {self.method!r}",
                next_step="Leave it out to withhold.",
            )
        self._refuse_wrong_base()

    def _refuse_wrong_base(self) -> None:
        if self.method != "round":
            if self.base is not None:
                raise QuestionError(
                    "a base is one of rounding, and this policy does not round",
                    next_step="Leave the base out, or round (--round).",
                )
            return
        if self.zeros == "published":
            raise QuestionError(
                "rounded figures have no true zeros to show",
                next_step="Leave out --show-zeros: a rounded 0 stands for few or"
                " nobody.",
            )
        base = self.rounds_to
        whole = isinstance(base, int) and not isinstance(base, bool)
        if not whole or not self.threshold <= base <= MOST_BASE:
            raise QuestionError(
                f"numbers are rounded to a multiple of a whole number from the"
                f" threshold ({self.threshold}) to {MOST_BASE}, and not of {base!r}",
                next_step="A smaller base would tell numbers under the threshold"
                " apart: raise it, or choose a smaller threshold.",
            )

    @property
    def rounds_to(self) -> int:
        """Of what every rounded number is a multiple."""
        return self.threshold if self.base is None else self.base

    @property
    def width(self) -> int:
        """How wide the interval of every withheld count is at least."""
        return self.threshold

    @property
    def sum_width(self) -> float:
        """The same of a withheld sum (behind a mean), in what one student can add.

        Half of the threshold: of a group just above it hardly more can be asked.
        """
        return self.threshold / 2

    def code(self, n: int) -> int | None:
        """The most that a count coded as near 0 % can be, by the group's size alone.

        ``None`` where a group is too small for codes: then nothing is told of its
        count.  The range of a code holds 0 to the threshold.
        """
        for share in _SHARES:
            most = math.ceil(share * n - 1e-9) - 1
            if most >= self.threshold:
                return most
        return None

    def code_words(self, n: int) -> float | None:
        """The share that a code of a group of ``n`` names: .05 for '<5 %'."""
        most = self.code(n)
        if most is None:
            return None
        return next(
            share for share in _SHARES if math.ceil(share * n - 1e-9) - 1 == most
        )

    def to_dict(self) -> dict[str, Any]:
        """As the public manifest has it."""
        return asdict(self)
