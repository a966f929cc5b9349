"""Equitable: educational equity as a practice.

See where a school system leaves students out, with honest uncertainty, from one scan
of a file that never leaves the machine.
"""

from equitable.analysis import Dataset, open  # noqa: A004 - `eq.open` is its name
from equitable.answers import Cells, GapsResult
from equitable.errors import EquitableError
from equitable.version import VERSION
from equitable.vocabulary import WITHHELD, Withheld

__version__ = VERSION

__all__ = [
    "WITHHELD",
    "Cells",
    "Dataset",
    "EquitableError",
    "GapsResult",
    "Withheld",
    "__version__",
    "open",
]
