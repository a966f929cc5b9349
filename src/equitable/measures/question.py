"""What may be asked of the cells about one indicator, and what cannot be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from equitable.cube.cells import Cells, Table
from equitable.errors import InputError, QuestionError
from equitable.measures.levels import RateInterval
from equitable.measures.references import LEAST
from equitable.vocabulary import Indicator


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the cells about one indicator.

    ``by`` are compared, alone and up to ``depth`` of them crossed; ``within`` are held
    fixed.  ``reference`` is text as on the command line.  ``margin`` is in the
    indicator's unit (a rate's is a fraction of 1; None: 5 points, or .2 standard
    deviations of a mean).  ``cluster`` names a dimension among the cells' axes.
    """

    by: tuple[str, ...]
    depth: int = 2
    crossed: bool = False
    """Whether a person asked for the crossings: one that is not there is refused."""
    within: tuple[str, ...] = ()
    reference: str = "rest"
    indices: bool = False
    sensitivity: bool = False
    adjust: Literal["bh", "by", "none"] = "bh"
    confidence: float = 0.95
    margin: float | None = None
    min_n: int = 10
    cluster: str | None = None
    interval: RateInterval = "wilson"
    highest_min_n: int = LEAST
    """Students that a group needs to be the 'highest', and the 80 % index's best."""
    ppg_margin: Literal["half", "rate"] = "half"
    """The percentage point gap's margin: from .25 (2017), or from p (1 - p)."""
    strata_only: bool = False
    """Whether only groups within strata are asked for: the family is then theirs."""
    internal: bool = False
    """Whether small groups stay: their shrunken values are then given too."""
    lean: Literal[-1, 0, 1] = 0
    """Where a publisher gave only bounds of counts: each group at its least (-1) or
    its most (1), and whom it is compared with at the other end."""
    withheld: frozenset[tuple[tuple[str, str], ...]] = frozenset()
    """Groups that will not be shown, each its dimensions and values sorted.

    What several groups share (the family's adjustment, the shrunken values, the pooled
    gap) is then made of the others only: it could be solved for those not shown.
    """


def check(cells: Cells, indicator: Indicator, question: Question) -> None:
    """Refuse what cannot be answered, with the reason and what to ask instead.

    Raises
    ------
    QuestionError
        Where the question cannot be put.
    InputError
        Where no student has a known outcome.
    """
    if not question.by:
        raise QuestionError(
            "no dimension was given to compare groups by",
            next_step="For example: --by race.",
        )
    if question.depth < 1:
        raise QuestionError("--depth must be 1 or more")
    if not 0.5 <= question.confidence < 1:
        raise QuestionError(
            f"a confidence of {question.confidence:g} is not possible",
            next_step="Give a fraction from 0.5 to under 1, such as 0.95.",
        )
    if question.margin is not None and not question.margin >= 0:
        raise QuestionError("--margin must be 0 or more")
    if question.margin is not None and indicator.is_rate and question.margin > 1:
        raise QuestionError(
            f"a rate's margin is a fraction of 1, not {question.margin:g}",
            next_step=f"For {question.margin:g} points, write"
            f" --margin {question.margin / 100:g}.",
        )
    if question.strata_only and not question.within:
        raise QuestionError(
            "groups within strata were asked for, and no strata",
            next_step="Name what is held fixed: --within school.",
        )
    bounded = bool(cells.moments[indicator.name].spare.any())
    if bounded and question.reference.strip().casefold() == "highest":
        raise QuestionError(
            "of some groups only bounds of the counts were published, so that nobody"
            " can say which is the highest",
            next_step="Use --reference rest, or name the group.",
        )
    if question.highest_min_n < 1:
        raise QuestionError("--highest-min-n must be 1 or more")
    if question.min_n < 1:
        raise QuestionError("--min-n must be 1 or more")
    moments = cells.moments[indicator.name]
    if not moments.n.sum():
        raise InputError(
            f"no student has a known value of '{indicator.name}'",
            next_step="Choose another outcome, or see how the column writes its values:"
            " equitable inspect.",
        )
    for name in question.by:
        table = cells.table(indicator.name, [name])
        present = table.places[table.moments.n + table.moments.missing > 0, 0]
        if cells.has_totals and _has_a_rest(cells, indicator, name, table):
            continue
        if len(present) < 2:
            only = table.axes[0].groups[int(present[0])]
            raise QuestionError(
                f"'{name}' has one group only ('{only}'): there is nothing to compare",
                next_step="Choose a dimension with two groups or more.",
            )
    if question.cluster is not None:
        _check_cluster(cells, question)
    for name in question.within:
        if cells.axes[cells.axis(name)].dimension.overlapping:
            raise QuestionError(
                f"'{name}' has overlapping groups and cannot be held fixed",
                next_step="Use a view in which each student stands once.",
            )


def _has_a_rest(cells: Cells, indicator: Indicator, name: str, table: Table) -> bool:
    """Whether a published group can be compared: with others, or with its total's rest.

    Raises
    ------
    QuestionError
        Where the table holds no row of this dimension by itself.
    """
    n = table.moments.n
    if not n.sum():
        raise _no_figures(cells, name)
    whole = cells.whole(indicator.name, (), [name]).table.moments.n
    return len(n) > 1 or int(whole.sum()) > int(n.sum())


def _no_figures(cells: Cells, name: str) -> QuestionError:
    """Why a published table has no figure of a dimension by itself."""
    own = cells.axes[cells.axis(name)]
    fixed = [
        axis.dimension.name
        for axis in cells.axes
        if axis.dimension.form != "level"
        and axis.dimension.totals
        and not axis.has_totals
        and axis.dimension.name != name
    ]
    if not any(own.members) and fixed:
        # Of what --where keeps, each row is of the other breakdown, and of all of this.
        others = " and ".join(f"'{one}'" for one in fixed)
        return QuestionError(
            f"the file does not hold '{name}' by {others}: it gives each by itself, and"
            " none of the rows that are left is of both",
            next_step=f"Leave {others} out of --where and --within; or ask for {others}"
            f" with --by, and leave '{name}' out.",
        )
    further = [
        f"'{axis.dimension.name}'"
        for axis in cells.axes
        if axis.has_totals and axis.dimension.name != name
    ]
    also = (
        " Or another breakdown was asked for too, and the table holds each alone: leave"
        f" {', '.join(further)} out of --where and --within."
    )
    return QuestionError(
        f"the rows that are left hold no figures of '{name}' by itself",
        next_step="Either all of them were held back by those who published the table:"
        f" ask for a larger place.{also if further else ''}",
    )


def _check_cluster(cells: Cells, question: Question) -> None:
    name = question.cluster or ""
    if name in (*question.by, *question.within):
        raise QuestionError(
            f"'{name}' cannot be compared or held fixed and be clustered over at once",
            next_step="Leave out --cluster, or cluster over something larger.",
        )
    if cells.axes[cells.axis(name)].dimension.overlapping:
        raise QuestionError(
            f"'{name}' has overlapping groups and cannot be clustered over",
            next_step="Cluster over a school or a class.",
        )
    if question.reference.strip().casefold() == "highest":
        raise QuestionError(
            "'highest' is chosen from the same data, and no interval here allows for"
            " that and for clusters at once",
            next_step="Use --reference rest, or name the group.",
        )
