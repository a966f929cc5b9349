"""The installed version, as results state it."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _installed() -> str:
    try:
        return version("equitable")
    except PackageNotFoundError:
        return "unknown"


VERSION: Final = _installed()
