"""The first privacy gate: small groups are withheld, and what would give them away.

A simple rule until releases and their audit exist: every page made from a ``Gated``
result therefore says 'Not checked for publication'.
"""

from __future__ import annotations

from dataclasses import dataclass

from equitable.measures.results import Gaps


@dataclass(frozen=True, slots=True)
class Gated:
    """A result that went through the gate: the only kind that reports accept.

    ``internal`` results contain small groups and are marked on every page.
    """

    gaps: Gaps
    internal: bool
    audited: bool = False
