"""What a report is made from: only results that went through the privacy gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from equitable.intake.published.held_back import HeldBack
from equitable.intake.quality.assessment import Quality
from equitable.privacy.gate import Gated
from equitable.privacy.inequality import GatedInequality
from equitable.vocabulary import Break, Indicator, Provenance


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


PlaceKind: TypeAlias = Literal["school", "district", "county", "state", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One school, district or other place: a value of one of the file's columns."""

    dimension: str
    label: str
    value: str
    kind: PlaceKind
    among: int = 0
    """How many such places the file has figures of."""
    level: str = ""
    """What its own rows are called, where they stand beside those of its schools."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the one page for a board's meeting is of, beside the studies.

    ``years`` are the group's dimension in the whole file in each year, the last one
    being the year that the page speaks of, and '' where there are no years; ``here``
    are those in which the file tells of it in the place.
    """

    study: int
    """The position of the indicator's study."""
    dimension: str
    group: str
    picked: bool
    """Whether nobody named the group, so that a rule chose it."""
    place: Place | None = None
    not_crossed: bool = False
    """Whether the file does not split the place by this group at all."""
    years: tuple[tuple[str, Gated], ...] = ()
    here: tuple[tuple[str, Gated], ...] = ()
    breaks: tuple[Break, ...] = ()
    """Years from which on figures are counted in another way, and why."""
    several: tuple[str, ...] = ()
    """Years of which the file gives several averages of one group: none is shown."""
    public: bool = False
    """Whether the file's rows are published counts or averages, and not students."""
    held_back: HeldBack | None = None
    """Of the indicator's figures in the whole file."""
    held_back_here: HeldBack | None = None
    """Of those in the rows of the place."""
    publisher: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The whole report before it is written in any form."""

    title: str
    studies: tuple[Study, ...]
    quality: Quality
    provenance: Provenance
    internal: bool = False
    audited: bool = False
    """Whether all that is shown was protected and proved together."""
    unchecked: str = ""
    """Why it was not, where it was not."""
    date: str = ""
    """When it was made, as ISO 8601 has it."""
    year: str = ""
    """The year that the figures are of, where that is known."""
    board: Board | None = None
    """Where a page for a board was asked for."""
    not_told: tuple[str, ...] = ()
    """Traits that were asked for and of which nothing can be said, a sentence each."""
    no_numbers: tuple[tuple[str, HeldBack], ...] = ()
    """Of a published table: outcomes by name, some of whose figures are no numbers."""
