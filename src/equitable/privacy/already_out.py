"""What earlier releases told of a block: it can neither be taken back nor given away.

Where the data are as they were, a figure that is out stays shown at no cost, and one
that was withheld stays withheld.  Where they were put right meanwhile, a figure that
changed by fewer than the threshold is withheld: the two together would tell of those
few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from equitable.privacy.policy import Policy
from equitable.privacy.protection.lattice import Key, Stratum
from equitable.privacy.protection.programme import Mask

Out: TypeAlias = Mapping[tuple[str, Key, Key], tuple[int | None, int | None]]
"""What a release told: by indicator, year and group, the number of students and the
count; ``None`` where withheld."""


@dataclass(slots=True)
class Known:
    """Masks over a block's figures.

    By the indicator's name those of its students, by the name and ``+`` its counts.
    """

    shown: dict[str, Mask] = field(default_factory=dict)
    away: dict[str, Mask] = field(default_factory=dict)


def already_out(stratum: Stratum, earlier: Sequence[Out], policy: Policy) -> Known:
    """Which figures of a block are out, and which were withheld.

    Parameters
    ----------
    stratum
        A block, with the figures of earlier releases among its own.
    earlier
        What each of them told.
    policy
        Its threshold is what a change must reach to be shown.
    """
    known = Known()
    changed = False
    within = tuple(sorted(stratum.within.items()))
    for one in stratum.counted:
        n = np.asarray(stratum.tables.rows @ one.students)
        count = np.asarray(stratum.tables.rows @ one.counts)
        rate = not one.amounts
        told = [out for out in earlier if any(key[0] == one.name for key in out)]
        if not told:
            continue
        for place, values in ((0, n), (1, count)):
            if place and not rate:
                continue
            shown = np.zeros(len(values), bool)
            away = np.zeros(len(values), bool)
            for row, key in enumerate(stratum.keys):
                beyond = row >= stratum.asked
                seen = [
                    out[one.name, within, key][place]
                    for out in told
                    if (one.name, within, key) in out
                ]
                numbers = [value for value in seen if value is not None]
                away[row] = (bool(seen) and not numbers) or (beyond and not seen)
                if numbers:
                    change = abs(values[row] - numbers[-1])
                    changed |= change > 0
                    shown[row] = change == 0
                    away[row] = 0 < change < policy.threshold or (beyond and change > 0)
            name = one.name if not place else f"{one.name}+"
            known.shown[name], known.away[name] = shown, away
    if changed:
        # What is out is of other numbers: it says nothing for certain of these.
        for name, own in known.shown.items():
            beyond_asked = np.arange(len(own)) >= stratum.asked
            known.away[name] |= own & beyond_asked
            known.shown[name] = np.zeros(len(own), bool)
    return known
