"""What stands on every page about who may read it."""

from __future__ import annotations

from typing import Final

MARK: Final = "Not checked for publication"
INTERNAL_MARK: Final = "Internal: contains small groups"
CHECKED_MARK: Final = "Checked for publication"


def marks(*, internal: bool, audited: bool) -> str:
    """The words at the foot of each page.

    Parameters
    ----------
    internal
        Whether small groups are in it.
    audited
        Whether all of it was protected and proved together.
    """
    if internal:
        return f"{INTERNAL_MARK} · {MARK}"
    return CHECKED_MARK if audited else MARK
