"""What may be published: the types of a release, without the work behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from equitable.errors import QuestionError
from equitable.privacy.gate import Gated
from equitable.privacy.inequality import GatedInequality
from equitable.privacy.policy import Policy
from equitable.vocabulary import WITHHELD, Count, Figure, Indicator, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedFigure:
    """One group's numbers of one indicator; each is ``WITHHELD`` where it is not shown.

    ``None`` is what an indicator of this kind does not have.  ``coded`` says between
    which shares a withheld rate lies: ('<', .05).
    """

    indicator: str
    group: Mapping[str, str]
    within: Mapping[str, str]
    n: Count
    count: Count = None
    others: Count = None
    value: Figure = None
    low: Figure = None
    high: Figure = None
    deviation: Figure = None
    coded: tuple[str, float] | None = None

    @property
    def withheld(self) -> bool:
        """Whether any of its figures is."""
        return WITHHELD in (self.n, self.count, self.value)

    @property
    def code(self) -> str | None:
        """As it is printed: '<5 %'."""
        if self.coded is None:
            return None
        return f"{self.coded[0]}{self.coded[1] * 100:g} %"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    """One line of the internal ledger: a figure that is withheld, and why.

    Never in a release: it names the small groups.
    """

    indicator: str
    what: str
    group: Mapping[str, str]
    within: Mapping[str, str]
    reason: str
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What the audit of a release found.

    ``unproven`` is empty in a release that may go out.
    """

    withheld: int
    witnesses: int
    unproven: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every withheld figure has its witnesses."""
        return not self.unproven


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What may be published: the one kind of result that goes out unmarked.

    Made by ``release_cells`` alone, and only if the audit passed.
    """

    policy: Policy
    seed: int
    dimensions: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    depth: int
    year: str | None
    indicators: tuple[Indicator, ...]
    figures: tuple[ReleasedFigure, ...]
    gaps: tuple[tuple[Mapping[str, str], Gated], ...]
    summaries: tuple[tuple[Mapping[str, str], GatedInequality], ...]
    ledger: tuple[Withholding, ...]
    audit: Audited
    share_withheld: float
    """Share of the students in all groups who are in withheld ones."""
    times_the_bound: float | None
    """How many times the least that any safe choice costs, as far as that is known."""
    methods: tuple[str, ...]
    left_out: tuple[tuple[tuple[str, str], ...], ...]
    """Small groups that are in no figure, with their year."""
    notes: tuple[str, ...]
    """What a reader must know: who is in no figure, which groups were merged."""
    distance: int | None = None
    """Of rounded figures: how far each lies from the true one at most."""
    provenance: Provenance

    def figure(
        self, indicator: str, group: Mapping[str, str], **within: str
    ) -> ReleasedFigure:
        """One group's figures, looked up in what is protected: no filter adds anything.

        Raises
        ------
        QuestionError
            Where the release has no such group.
        """
        wanted = (
            indicator,
            tuple(sorted(group.items())),
            tuple(sorted(within.items())),
        )
        for one in self.figures:
            own = tuple(sorted(one.group.items()))
            if (one.indicator, own, tuple(sorted(one.within.items()))) == wanted:
                return one
        named = ", ".join(f"{k}={v}" for k, v in {**group, **within}.items())
        raise QuestionError(
            f"the release holds no '{indicator}' of {named or 'everyone'}",
            next_step="Ask for one of its groups, or make a release that holds it.",
        )
