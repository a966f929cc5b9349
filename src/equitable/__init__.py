"""Equitable: educational equity as a practice.

See where a school system leaves students out, with honest uncertainty, from one scan
of a file that never leaves the machine.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from equitable.errors import EquitableError
from equitable.vocabulary import WITHHELD, Withheld

if TYPE_CHECKING:
    from equitable.analysis import Dataset
    from equitable.answers.cells import Cells, GapsResult
    from equitable.answers.inequality import InequalityResult
    from equitable.answers.risk_ratios import RiskRatioResult
    from equitable.auditing import AuditResult, audit
    from equitable.intake.joining import Join
    from equitable.opening import open, release  # noqa: A004 - `eq.open` is its name
    from equitable.privacy.free_text import Flag, flag_text, with_suggestions
    from equitable.privacy.policy import Policy
    from equitable.privacy.released import Released

    __version__: str

__all__ = [
    "WITHHELD",
    "AuditResult",
    "Cells",
    "Dataset",
    "EquitableError",
    "Flag",
    "GapsResult",
    "InequalityResult",
    "Join",
    "Policy",
    "Released",
    "RiskRatioResult",
    "Withheld",
    "__version__",
    "audit",
    "flag_text",
    "open",
    "release",
    "with_suggestions",
]

# Loaded when first used, so that the command line answers at once.
_LATER = {
    "AuditResult": "equitable.auditing",
    "Cells": "equitable.answers.cells",
    "Dataset": "equitable.analysis",
    "Flag": "equitable.privacy.free_text",
    "GapsResult": "equitable.answers.cells",
    "InequalityResult": "equitable.answers.inequality",
    "Join": "equitable.intake.joining",
    "Policy": "equitable.privacy.policy",
    "Released": "equitable.privacy.released",
    "RiskRatioResult": "equitable.answers.risk_ratios",
    "audit": "equitable.auditing",
    "flag_text": "equitable.privacy.free_text",
    "open": "equitable.opening",
    "release": "equitable.opening",
    "with_suggestions": "equitable.privacy.free_text",
}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    if name == "__version__":
        return importlib.import_module("equitable.version").VERSION
    raise AttributeError(f"module 'equitable' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
