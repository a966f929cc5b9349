"""``[published]`` of ``equity.toml``: what a person says of a published table.

What stands here wins over what the recogniser sees; what is left out, it decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from equitable.errors import SettingsError, did_you_mean
from equitable.intake.published.blurs import MEANINGS, mark_that_means
from equitable.intake.settings_forms import Hundred, YesNo

if TYPE_CHECKING:
    from equitable.intake.published.blurs import Mark


class PublishedSettings(BaseModel):
    """``[published]``: the columns, words and marks of a published table.

    Parameters
    ----------
    table
        ``false``: it is no published table, whatever it looks like.
    group, breakdown
        The column that names a row's group, and the one that names its breakdown.
    breakdowns
        Without such a column: from each breakdown's name to its groups.
    everyone
        Further words that mean everybody, in any column.
    level, levels
        The column that says a row's level, and its words from the highest down.
    marks
        From a mark to what it means: ``withheld``, ``missing``, or what it says of the
        number, such as ``<10`` or ``>95%``.
    percents
        Columns of percentages and what the whole is written as: 100, or 1.
    averages
        Columns of averages or percentages of groups, in a table that counts no
        students.
    standard_errors, deviations
        From such a column to that of its standard errors, or standard deviations.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: YesNo | None = None
    group: str | None = None
    breakdown: str | None = None
    level: str | None = None
    levels: tuple[str, ...] = ()
    everyone: tuple[str, ...] = ()
    breakdowns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    marks: dict[str, str] = Field(default_factory=dict)
    percents: dict[str, Hundred] = Field(default_factory=dict)
    averages: tuple[str, ...] = ()
    standard_errors: dict[str, str] = Field(default_factory=dict)
    deviations: dict[str, str] = Field(default_factory=dict)

    def read_marks(self) -> dict[str, Mark]:
        """What the marks mean, by their text in lower case."""
        found = {}
        for text, meant in self.marks.items():
            mark = mark_that_means(meant, text)
            if mark is not None:
                found[" ".join(text.strip().casefold().split())] = mark
        return found

    def check(self, columns: Sequence[str], *, file: str, source: str) -> None:
        """Hold the table's columns, and the marks, against what there is.

        Raises
        ------
        SettingsError
            Naming the key, and the nearest column or the possible meanings.
        """
        wanted = [("group", self.group), ("breakdown", self.breakdown)]
        wanted += [("averages", name) for name in self.averages]
        for key, held in (
            ("standard_errors", self.standard_errors),
            ("deviations", self.deviations),
        ):
            wanted += [(key, name) for pair in held.items() for name in pair]
        for key, name in [*wanted, ("level", self.level)]:
            if name is not None and name not in columns:
                raise SettingsError(
                    f"[published] {key} names a column '{name}' that {source} does not"
                    " have",
                    file=file,
                    next_step=did_you_mean(name, columns),
                )
        if self.breakdowns and self.group is None:
            raise SettingsError(
                "[published] names breakdowns and no column of groups",
                file=file,
                next_step='Add the column, such as group = "Student Group".',
            )
        for text, meant in self.marks.items():
            if mark_that_means(meant, text) is None:
                raise SettingsError(
                    f"[published] marks: nothing is known of the meaning '{meant}'",
                    file=file,
                    next_step=f"It may be {_MEANINGS}, or what the mark says of the"
                    " number, such as '<10', '>95%' or '21-24'.",
                )


_MEANINGS: Final = " or ".join(f"'{word}'" for word in MEANINGS)
