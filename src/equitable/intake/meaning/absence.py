"""Chronic absence: from days, or from each student's own attendance rate."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.outcomes import from_meaning, no_value_codes
from equitable.vocabulary import Direction, Indicator, Kind

CHRONIC: Final = 0.1
CHRONIC_DAYS: Final = 20
"""Chronic absence: a tenth of at least 20 days enrolled (the usual state rule)."""


def chronic_indicator(absences: Reading, enrolled: Reading) -> Indicator:
    """Chronic absence from days absent and days enrolled."""
    base = from_meaning(absences, name="chronically_absent", total=None)
    return replace(
        base,
        label="Chronically absent",
        kind=Kind.SHARE_OF_DAYS,
        enrolled=enrolled.name,
        threshold=CHRONIC,
        minimum_days=CHRONIC_DAYS,
        unit="",
        low=None,
        high=None,
        missing=no_value_codes(absences.profile),
    )


def chronic_of_rate(reading: Reading) -> Indicator:
    """Chronic absence from each student's own attendance rate: 90 % or under."""
    # Imported here: most files have no such column.
    from equitable.intake.where import parse  # noqa: PLC0415

    whole = (reading.profile.high or 0) > 1
    cut = f"{100 * (1 - CHRONIC) if whole else 1 - CHRONIC:g}"
    quoted = "'" + reading.name.replace("'", "''") + "'"
    condition = parse(f"{quoted} <= {cut}", (reading.name,))
    base = from_meaning(reading, name="chronically_absent", total=None)
    return Indicator(
        name="chronically_absent",
        label="Chronically absent",
        kind=Kind.RATE,
        condition=condition,
        direction=Direction.LOWER,
        timing=base.timing,
        aspect=base.aspect,
        note=base.note,
    )
