"""Columns of states: a place, and no trait of students.

By what stands in them: the names of the states, territories and the District of
Columbia, their postal codes, or (in a column called so) their FIPS numbers, as the
United States Census Bureau lists them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from equitable.intake.names import words

_STATES: Final = (
    "AL 1 alabama;AK 2 alaska;AZ 4 arizona;AR 5 arkansas;CA 6 california;CO 8 colorado;"
    "CT 9 connecticut;DE 10 delaware;DC 11 district of columbia;FL 12 florida;"
    "GA 13 georgia;HI 15 hawaii;ID 16 idaho;IL 17 illinois;IN 18 indiana;IA 19 iowa;"
    "KS 20 kansas;KY 21 kentucky;LA 22 louisiana;ME 23 maine;MD 24 maryland;"
    "MA 25 massachusetts;MI 26 michigan;MN 27 minnesota;MS 28 mississippi;"
    "MO 29 missouri;MT 30 montana;NE 31 nebraska;NV 32 nevada;NH 33 new hampshire;"
    "NJ 34 new jersey;NM 35 new mexico;NY 36 new york;NC 37 north carolina;"
    "ND 38 north dakota;OH 39 ohio;OK 40 oklahoma;OR 41 oregon;PA 42 pennsylvania;"
    "RI 44 rhode island;SC 45 south carolina;SD 46 south dakota;TN 47 tennessee;"
    "TX 48 texas;UT 49 utah;VT 50 vermont;VA 51 virginia;WA 53 washington;"
    "WV 54 west virginia;WI 55 wisconsin;WY 56 wyoming;AS 60 american samoa;GU 66 guam;"
    "MP 69 northern mariana islands;PR 72 puerto rico;VI 78 virgin islands"
)
_LISTED: Final = [one.split(" ", 2) for one in _STATES.split(";")]
_CODES: Final = frozenset(code.casefold() for code, _, _ in _LISTED)
_NUMBERS: Final = frozenset(number for _, number, _ in _LISTED)
_NAMES: Final = frozenset(name for _, _, name in _LISTED)
_MOSTLY: Final = 0.8
"""The share of a column's values: beside the states may stand 'National public'."""
_FEWEST: Final = 3
"""Different names where the column's own does not tell: 'Georgia' is a person too."""


def are_states(name: str, texts: Sequence[str]) -> bool:
    """Whether a column holds states.

    Parameters
    ----------
    name
        The column's; codes and numbers are only read where it speaks of states.
    texts
        Its different values.
    """
    plain = {" ".join(text.casefold().split()) for text in texts}
    named = bool({"state", "statename", "stabbr"} & {*words(name)})
    if not plain or (len(plain) < _FEWEST and not named):
        return False
    full = sum(text in _NAMES for text in plain)
    if full >= _MOSTLY * len(plain):
        return True
    if not named:
        return False
    numbers = {text.removesuffix(".0").lstrip("0") for text in plain}
    return (
        sum(text in _CODES for text in plain) >= _MOSTLY * len(plain)
        or numbers <= _NUMBERS
    )
