"""What a report is made from: only results that went through the privacy gate."""

from __future__ import annotations

from dataclasses import dataclass

from equitable.intake.quality.assessment import Quality
from equitable.privacy.gate import Gated
from equitable.privacy.inequality import GatedInequality
from equitable.vocabulary import Indicator, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """All that was asked about one indicator."""

    indicator: Indicator
    gaps: Gated
    """Every group and intersection asked for."""
    years: Gated | None = None
    """The single dimensions within each year, where there are years."""
    places: tuple[Gated, ...] = ()
    """By school or grade, where asked: one each."""
    unequal: tuple[GatedInequality, ...] = ()
    """For each trait of three groups or more: how unequal they are together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The whole report before it is written in any form."""

    title: str
    studies: tuple[Study, ...]
    quality: Quality
    provenance: Provenance
    internal: bool = False
    audited: bool = False
    date: str = ""
    """When it was made, as ISO 8601 has it."""
    year: str = ""
    """The year that the figures are of, where that is known."""
