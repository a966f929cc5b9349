"""A screen: what follows from one line after another, as a patient reader would do it.

Each line says total = sum of parts, so that the bounds of each follow from those of the
others.  Repeated until nothing changes, this finds most of what can be worked out, and
can say how.  It is no verdict: several lines together may tell more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from equitable.privacy.audit.system import Line, Numbers, System

_ROUNDS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One conclusion: of which figure, from which line, and what it then is."""

    figure: int
    line: Line
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """Bounds after the screen, and how they were found, the first conclusion first."""

    low: Numbers
    high: Numbers
    steps: tuple[Step, ...]
    contradiction: Step | None = None


def propagate(system: System) -> Screened:
    """Bounds of every figure from the lines, one at a time."""
    low = np.maximum(np.ceil(system.low - 1e-9), 0.0)
    high = np.floor(np.where(np.isinf(system.high), 1e15, system.high) + 1e-9)
    high = np.where(np.isinf(system.high), np.inf, high)
    steps: list[Step] = []
    touching: dict[int, list[int]] = {}
    for number, line in enumerate(system.lines):
        for figure in (line.total, *line.parts):
            touching.setdefault(figure, []).append(number)
    waiting = list(range(len(system.lines)))
    queued = set(waiting)
    rounds = 0
    while waiting and rounds < _ROUNDS * max(1, len(system.lines)):
        number = waiting.pop(0)
        queued.discard(number)
        rounds += 1
        line = system.lines[number]
        for step in _conclusions(line, low, high):
            if step.low > step.high:
                return Screened(
                    low=low, high=high, steps=tuple(steps), contradiction=step
                )
            low[step.figure], high[step.figure] = step.low, step.high
            steps.append(step)
            for other in touching[step.figure]:
                if other not in queued:
                    queued.add(other)
                    waiting.append(other)
    return Screened(low=low, high=high, steps=tuple(steps))


def _conclusions(line: Line, low: Numbers, high: Numbers) -> list[Step]:
    """What a line tells of its total and of each part, where that is new."""
    parts = np.array(line.parts)
    total = line.total
    found = []

    def conclude(figure: int, least: float, most: float) -> None:
        least, most = max(least, low[figure]), min(most, high[figure])
        if least > low[figure] or most < high[figure]:
            found.append(Step(figure=figure, line=line, low=least, high=most))

    conclude(total, float(low[parts].sum()), float(high[parts].sum()))
    least, most = (found[0].low, found[0].high) if found else (low[total], high[total])
    endless = np.isinf(high[parts])
    finite = float(high[parts][~endless].sum())
    every = float(low[parts].sum())
    for part in line.parts:
        others = finite - (0.0 if np.isinf(high[part]) else high[part])
        free = endless.sum() - int(np.isinf(high[part]))
        conclude(
            part,
            0.0 if free else float(least - others),
            float(most - (every - low[part])),
        )
    return found
