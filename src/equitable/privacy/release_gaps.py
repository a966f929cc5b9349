"""A release's gaps and summaries, made of the groups that it shows and of no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from equitable.cube.cells import Cells
from equitable.errors import EquitableError
from equitable.measures.gaps import gaps as compute_gaps
from equitable.measures.inequality.results import InequalityQuestion
from equitable.measures.question import Question
from equitable.privacy.gate import Gated, gate_hidden
from equitable.privacy.inequality import GatedInequality, several_shown
from equitable.privacy.policy import Policy
from equitable.privacy.protection.lattice import Key, Stratum
from equitable.privacy.released import ReleasedFigure
from equitable.vocabulary import WITHHELD

REFERENCES: Final = ("rest", "overall", "highest")
_FEWEST: Final = 3
"""Shown groups that a summary over all groups needs."""


def gaps_of(
    cells: Cells,
    stratum: Stratum,
    figures: Sequence[ReleasedFigure],
    by: Sequence[str],
    depth: int,
    policy: Policy,
    year: str | None,
    aside: Sequence[Key] = (),
) -> list[tuple[Mapping[str, str], Gated]]:
    """The gaps of one block, of shown figures alone, against every reference."""
    own = cells if year is None else cells.only(year, stratum.within[year])
    found: list[tuple[Mapping[str, str], Gated]] = []
    for indicator in cells.indicators:
        hidden: set[Key] = {
            tuple(sorted(figure.group.items()))
            for figure in figures
            if figure.indicator == indicator.name
            and (figure.withheld or figure.deviation is WITHHELD)
        }
        if () in hidden:
            continue
        for reference in REFERENCES:
            question = Question(
                by=tuple(by),
                depth=depth,
                reference=reference,
                min_n=policy.threshold,
                withheld=frozenset(hidden),
            )
            try:
                computed = compute_gaps(own, indicator, question)
            except EquitableError:
                # One group only, or groups that overlap: no such comparison.
                continue
            found.append(
                (
                    stratum.within,
                    gate_hidden(
                        computed,
                        hidden,
                        min_n=policy.threshold,
                        stratum=stratum.within,
                        nobody=aside,
                    ),
                )
            )
    return found


def summaries_of(
    cells: Cells, gaps: Sequence[tuple[Mapping[str, str], Gated]], year: str | None
) -> list[tuple[Mapping[str, str], GatedInequality]]:
    """How unequal the shown groups of each dimension are, of them alone."""
    found: list[tuple[Mapping[str, str], GatedInequality]] = []
    for within, gated in gaps:
        if gated.gaps.rows[0].reference.kind != "rest":
            continue
        own = cells if year is None else cells.only(year, within[year])
        for dimension in gated.gaps.dimensions:
            shown = [
                row
                for row in gated.gaps.rows
                if tuple(row.group) == (dimension.name,) and not row.withheld
            ]
            if len(shown) < _FEWEST:
                continue
            some = several_shown(
                own, gated, [dimension], InequalityQuestion(), fewest=_FEWEST
            )
            found += [(within, one) for one in some]
    return found
