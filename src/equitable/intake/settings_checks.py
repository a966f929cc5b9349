"""What one key of ``equity.toml`` demands of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equitable.errors import InputError, SettingsError
from equitable.intake.readers.text_encoding import named_encoding
from equitable.vocabulary import Kind

if TYPE_CHECKING:
    from equitable.intake.settings import Settings


def check_together(settings: Settings, file: str) -> None:
    """Hold the keys against one another, and an encoding against those there are.

    Raises
    ------
    SettingsError
        Naming the table and the keys.
    """
    if settings.source.encoding is not None:
        try:
            named_encoding(settings.source.encoding)
        except InputError as no:
            said = f"[source] encoding: {no.problem}"
            raise SettingsError(said, file=file, next_step=no.next_step) from None
    for join in settings.join:
        for key, given in (("on", join.on), ("year", join.year)):
            if isinstance(given, dict) and len(given) != 1:
                raise SettingsError(
                    f"[[join]] {key} names {len(given)} pairs of columns",
                    file=file,
                    next_step=f'Name one: {key} = {{ "Student ID" = "sid" }}, the'
                    " first file's name first.",
                )
    for name, indicator in settings.indicators.items():
        said = f"[indicators.{name}]"
        low, high = indicator.low, indicator.high
        if low is not None and high is not None and low > high:
            raise SettingsError(
                f"{said} has low = {low:g} above high = {high:g}",
                file=file,
                next_step="No value can be between them: change one.",
            )
        counted = "count" if indicator.count is not None else "percent"
        if (indicator.count or indicator.percent) and indicator.total is None:
            raise SettingsError(
                f"{said} has a {counted} without a total",
                file=file,
                next_step='Add the column of all students, such as total = "Tested".',
            )
        if indicator.kind is Kind.SHARE_OF_DAYS and indicator.enrolled is None:
            raise SettingsError(
                f"{said} is a share of days without the days enrolled",
                file=file,
                next_step='Add the column, such as enrolled = "days_enrolled".',
            )
        ways = [
            key
            for key, given in (
                ("true", bool(indicator.true)),
                ("at_least", indicator.at_least is not None),
                ("where", indicator.where is not None),
                ("count", indicator.count is not None),
                ("percent", indicator.percent is not None),
            )
            if given
        ]
        if len(ways) > 1:
            raise SettingsError(
                f"{said} says in {len(ways)} ways who counts: {' and '.join(ways)}",
                file=file,
                next_step="Keep one of them.",
            )
        if ways and indicator.kind not in (None, Kind.RATE):
            raise SettingsError(
                f"{said} has '{ways[0]}', which makes a rate, and kind = "
                f"'{indicator.kind}'",
                file=file,
                next_step='Write kind = "rate", or take one of the two away.',
            )
        both = {v.casefold() for v in indicator.true} & {
            v.casefold() for v in indicator.false
        }
        if both:
            raise SettingsError(
                f"{said} has '{min(both)}' in both true and false",
                file=file,
                next_step="Keep it in one of them.",
            )
