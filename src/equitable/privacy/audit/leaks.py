"""Leaks: what a reader can work out, how, and what would close it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from equitable.errors import InputError
from equitable.privacy.audit.attack import Attack
from equitable.privacy.audit.propagation import Screened, Step, propagate
from equitable.privacy.audit.rounded import tables_near
from equitable.privacy.audit.system import System
from equitable.privacy.protection.exact import Asked, withhold_exactly
from equitable.privacy.protection.programme import ENDLESS

_MOST_STEPS: Final = 12
_MOST_NAMED: Final = 8
_UNNAMED: Final = frozenset({"rows", "columns"})
"""What dimensions are called of which a page does not tell the name."""
_LEAST: Final = 1e-6
_CLOSABLE: Final = 600
"""Figures of a table for which the least further withholding is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A withheld figure that is known too well.

    Attributes
    ----------
    group
        Dimension → label.
    low, high
        The least and the largest that it can be; the same number where it is told.
        Of counts they are whole.
    sentence
        What a reader learns.
    steps
        How it is worked out.
    """

    group: Mapping[str, str]
    counted: str
    low: float
    high: float
    sentence: str
    steps: tuple[str, ...]
    place: str = ""

    @property
    def exact(self) -> bool:
        """Whether the very number is told."""
        return self.low == self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemAudit:
    """What the audit of one system found.

    ``closing`` are the figures whose withholding would close all leaks at the least
    cost; ``None`` where that was not looked for or not found.  ``only_exact``: of means
    only those that are told exactly are leaks; between what the others lie is not
    looked at.
    """

    counted: str
    withheld: int
    leaks: tuple[Leak, ...]
    closing: tuple[str, ...] | None
    screened: int
    programmes: int
    integer_programmes: int
    only_exact: bool = False


def audit_system(
    system: System,
    width: int,
    *,
    closing: bool = True,
    say: Callable[[int, int], None] = lambda _done, _all: None,
) -> SystemAudit:
    """The least and the largest value of each withheld figure, against the width.

    A screen first (bounds from one line after another), linear programmes where that
    does not settle it, integer ones where those do not.

    Parameters
    ----------
    system
        Everything published.
    width
        How wide the interval of each withheld figure must be; a mark that gives
        narrower bounds by itself asks no more than those.
    closing
        Whether to look for the least further withholding.
    say
        Told how many figures are done, of how many.

    Raises
    ------
    InputError
        Where no table of whole numbers agrees with what is published.
    """
    screened = propagate(system)
    if screened.contradiction is not None:
        raise _contradiction(system, screened.contradiction)
    attack = Attack(system)
    if not attack.possible():
        raise InputError(
            "what is published contradicts itself: no numbers agree with all of it",
            next_step="Look for a wrong total: equitable audit names those that one"
            " table tells; here several tables together do not add up.",
        )
    if system.middle is not None:
        for table in tables_near(system, width):
            attack.remember(table)
    wanted = _wanted(system, width)
    looked_at = np.flatnonzero(system.withheld).tolist()
    leaks = []
    by_screen = 0
    for done, figure in enumerate(looked_at):
        say(done, len(looked_at))
        need = wanted[figure]
        if screened.high[figure] - screened.low[figure] < need:
            by_screen += 1
        elif _wide(attack, figure, need):
            continue
        low, high = attack.exact(figure, up=False), attack.exact(figure, up=True)
        if high - low >= need:
            continue
        leaks.append(_leak(system, screened, attack, figure, int(low), int(high)))
    close = _closing(system, attack, wanted) if leaks and closing else None
    return SystemAudit(
        counted=system.counted,
        withheld=len(looked_at),
        leaks=tuple(leaks),
        closing=close,
        screened=by_screen,
        programmes=attack.programmes,
        integer_programmes=attack.integer_programmes,
    )


def _wanted(system: System, width: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if system.middle is not None:
        # Rounded: how near the figures are is what is to be judged.
        return np.full(len(system.high), float(width))
    own = np.where(np.isinf(system.high), np.inf, system.high - system.low)
    return np.minimum(float(width), own)


def _wide(attack: Attack, figure: int, need: float) -> bool:
    """Whether two tables in whole numbers lie far enough apart in this figure."""

    def apart() -> bool:
        gap = attack.most_seen[figure] - attack.least_seen[figure]
        return bool(gap >= need)

    if apart():
        return True
    high = attack.outer(figure, up=True)
    low = attack.outer(figure, up=False)
    if high - low < need:
        return False
    if apart() or np.isinf(high):
        return True
    top = attack.exact(figure, up=True)
    return apart() or attack.reaches(figure, top - need, up=False)


def _leak(
    system: System,
    screened: Screened,
    attack: Attack,
    figure: int,
    low: int,
    high: int,
) -> Leak:
    if (screened.low[figure], screened.high[figure]) == (low, high):
        used, steps = _followed(system, screened, figure)
    else:
        used, steps = _added_up(system, attack, figure, low, high)
    who = group_words(system.groups[figure])
    known = f"exactly {low}" if low == high else f"at least {low} and at most {high}"
    source = _tables(system, [*used, figure])
    of = "" if not who else f" of {who}"
    sentence = (
        f"From {source} a reader can work out that the number of {system.counted}{of}"
        f" is {known}."
    )
    place = system.places[figure] if system.places else ""
    return Leak(
        group=dict(system.groups[figure]), counted=system.counted, low=low, high=high,
        sentence=sentence, steps=tuple(steps), place=place,
    )  # fmt: skip


def group_words(group: Mapping[str, str]) -> str:
    """A group as a person says it: labels, and of mere numbers what they number."""
    return ", ".join(
        label if any(map(str.isalpha, label)) or name in _UNNAMED else f"{name} {label}"
        for name, label in group.items()
    )


def _figure_words(system: System, figure: int) -> str:
    return group_words(system.groups[figure]) or "everyone"


def _tables(system: System, figures: Sequence[int]) -> str:
    """The tables that a proof uses: by their dimensions, the totals left out."""
    found: list[frozenset[str]] = []
    for figure in figures:
        names = frozenset(system.groups[figure])
        if not any(names <= other for other in found):
            found = [other for other in found if not other < names] + [names]
    if any(name in _UNNAMED for names in found for name in names):
        return "this table" if len(found) == 1 else "these tables"
    words = sorted(" by ".join(sorted(names)) for names in found if names)
    if not words:
        return "the total"
    if len(words) == 1:
        return f"the table of {words[0]}"
    return f"the tables of {', of '.join(words[:-1])} and of {words[-1]}"


def _followed(
    system: System, screened: Screened, figure: int
) -> tuple[list[int], list[str]]:
    """The conclusions that lead to a figure's bounds, the first one first."""
    last: list[Step] = []
    wanted = {figure}
    for step in reversed(screened.steps):
        if step.figure not in wanted:
            continue
        last.append(step)
        around = {step.line.total, *step.line.parts} - {step.figure}
        wanted |= {one for one in around if system.withheld[one]}
        if len(last) >= _MOST_STEPS:
            break
    steps, used = [], [figure]
    for step in reversed(last):
        others = [
            one for one in (step.line.total, *step.line.parts) if one != step.figure
        ]
        used += others
        steps.append(_said(system, step))
    return used, steps


def _said(system: System, step: Step) -> str:
    total, parts = step.line.total, step.line.parts
    known = (
        f"{step.low:g}"
        if step.low == step.high
        else f"from {step.low:g} to {step.high:g}"
        if not np.isinf(step.high)
        else f"at least {step.low:g}"
    )
    name = _figure_words(system, step.figure)
    if step.figure == total:
        return f"Add {_listed(system, parts)}: {name} is {known}."
    others = [one for one in parts if one != step.figure]
    whole = _listed(system, [total])
    return f"From {whole} take {_listed(system, others)}: {name} is {known}."


def _listed(system: System, figures: Sequence[int]) -> str:
    """Figures by name, with the numbers that are shown."""
    said = [_times(system, one, 1.0) for one in figures[:_MOST_NAMED]]
    more = len(figures) - _MOST_NAMED
    return "; ".join(said) + (f"; and {more} more" if more > 0 else "")


def _added_up(
    system: System, attack: Attack, figure: int, low: int, high: int
) -> tuple[list[int], list[str]]:
    """What is added and taken away, so that nothing but the figure is left."""
    used: list[int] = []
    texts = []
    for up in (False, True):
        factors = attack.multipliers(figure, up=up)
        own = np.flatnonzero(np.abs(factors) > _LEAST)
        own = own[own != figure]
        add = [_times(system, one, factors[one]) for one in own if factors[one] > 0]
        less = [_times(system, one, -factors[one]) for one in own if factors[one] < 0]
        used += own.tolist()
        text = f"Add {'; '.join(add) or 'nothing'}"
        texts.append(text + (f". Take away {'; '.join(less)}" if less else ""))
    name = _figure_words(system, figure)
    if texts[0] == texts[1] and low == high:
        return used, [f"{texts[0]}: {name} alone is left, {low}."]
    ends = (f"at least {low}", f"at most {high}")
    return used, [
        f"{text}: as no number is under 0, {name} is {end}."
        for text, end in zip(texts, ends, strict=True)
    ]


def _times(system: System, figure: int, factor: float) -> str:
    share = Fraction(float(factor)).limit_denominator(64)
    value = system.high[figure] if system.low[figure] == system.high[figure] else None
    known = "" if value is None else f" ({value:g})"
    often = "" if share == 1 else f"{share} times "
    return f"{often}{_figure_words(system, figure)}{known}"


def _closing(
    system: System, attack: Attack, wanted: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> tuple[str, ...] | None:
    """What else to withhold, at the least cost, so that no leak is left."""
    if system.rows.shape[0] > _CLOSABLE:
        return None
    point = attack.some_table()
    if point is None:
        return None
    shown = ~system.withheld
    values = np.asarray(system.rows @ point, np.float64)
    need = np.where(np.isinf(wanted), 0.0, wanted)
    widest = float(need[system.withheld].max(initial=0.0))
    total = np.array([not group for group in system.groups])
    found = None
    # Everyone's number stays if that is possible.
    for fixed in (total & shown, np.zeros(len(shown), bool)):
        found = withhold_exactly(
            Asked(
                rows=system.rows,
                cells=point,
                forced=system.withheld,
                fixed=fixed,
                primary=np.zeros(len(shown), bool),
                width=np.where(system.withheld, need, widest),
                cost=values + 1.0,
                high=np.where(
                    system.withheld & ~np.isinf(system.high), system.high, ENDLESS
                ),
                threshold=0.0,
            )
        )
        if found is not None:
            break
    if found is None:
        return None
    further = np.flatnonzero(found.hidden & shown).tolist()
    return tuple(_figure_words(system, one) for one in further)


def _contradiction(system: System, step: Step) -> InputError:
    total, parts = step.line.total, step.line.parts
    named = " + ".join(_figure_words(system, part) for part in parts[:6])
    place = system.places[total] if system.places else ""
    where = f" ({place})" if place else ""
    return InputError(
        f"the numbers do not add up: {_figure_words(system, total)}{where} is not"
        f" {named}" + (" + …" if len(parts) > 6 else ""),
        next_step="Put the total or its parts right, then audit it again.",
    )
