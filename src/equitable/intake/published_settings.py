"""``[published]`` of ``equity.toml``: what a person says of a published table.

What stands here wins over what the recogniser sees; what is left out, it decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from equitable.errors import SettingsError, did_you_mean
from equitable.intake.published.blurs import MEANINGS, mark_that_means
from equitable.intake.published.groups_named import breakdown_of, is_everyone
from equitable.intake.settings_forms import Hundred, YesNo
from equitable.intake.settings_text import toml_key

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
        self._check_names(file)
        for text, meant in self.marks.items():
            _check_mark(text, meant, file)

    def _check_names(self, file: str) -> None:
        """Refuse names that would do nothing, or make a group of everybody."""
        named: dict[str, str] = {}
        for key in ("group", "breakdown", "level"):
            column = getattr(self, key)
            if column is not None and named.setdefault(column, key) != key:
                raise SettingsError(
                    f"[published] {named[column]} and {key} both name '{column}'",
                    file=file,
                    next_step="Each is a column of its own; take one of them out.",
                )
        owners: dict[str, str] = {}
        for name, groups in self.breakdowns.items():
            if not groups:
                raise SettingsError(
                    f"[published] breakdowns: '{name}' has no groups",
                    file=file,
                    next_step=f'Name them: {toml_key(name)} = ["…", "…"]; or take the'
                    " breakdown out, and its groups are found out.",
                )
            for group in groups:
                if owners.setdefault(group.casefold(), name) != name:
                    raise SettingsError(
                        f"[published] breakdowns: '{group}' stands in both"
                        f" '{owners[group.casefold()]}' and '{name}'",
                        file=file,
                        next_step="Keep it in one of them.",
                    )
        for text in self.everyone:
            trait = breakdown_of(text) if text.strip() else ""
            # '00' is everybody in some tables, and a grade in others.
            own = trait not in (text, "grade") and not _EVERY.search(text)
            if own and not is_everyone(text):
                what = f"a group of students ({trait})" if trait else "empty"
                raise SettingsError(
                    f"[published] everyone: '{text}' is {what}, and the words for"
                    " everybody are wanted",
                    file=file,
                    next_step='Such words are everyone = ["Whole cohort"].',
                )


def _check_mark(text: str, meant: str, file: str) -> None:
    if not text.strip():
        raise SettingsError(
            "[published] marks: a mark is empty",
            file=file,
            next_step="An empty cell always means that there is no number.",
        )
    if re.fullmatch(r"[+]?\d[\d,]*(\.\d+)?|[+]?\.\d+", text.strip()):
        raise SettingsError(
            f"[published] marks: '{text}' is a plain number, and no mark: every cell"
            f" with {text} would be one",
            file=file,
            next_step="Where it means that there is no number, say so of the outcome:"
            f' [indicators.NAME] missing = ["{text}"].',
        )
    mark = mark_that_means(meant, text)
    beyond = mark is not None and "%" in meant and (mark.high or mark.low or 0) > 100
    if mark is not None and not beyond:
        return
    ends = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*[-–—]\s*(\d+(?:\.\d+)?)\s*", meant)
    if beyond:
        problem = f"no percentage is over 100, and '{text}' would mean '{meant}'"
    elif ends:
        problem = f"'{meant}' goes from the higher number to the lower one"
    else:
        problem = f"nothing is known of the meaning '{meant}'"
    raise SettingsError(
        f"[published] marks: {problem}",
        file=file,
        next_step=f"Write '{ends[2]}-{ends[1]}'."
        if ends
        else f"It may be {_MEANINGS}, or what the mark says of the number, such as"
        " '<10', '>95%' or '21-24'.",
    )


_EVERY: Final = re.compile(r"(?i)\b(all|any|both|each|every|totals?)")
"""Words of everybody within a longer name: 'All races', 'Total, both sexes'."""
_MEANINGS: Final = " or ".join(f"'{word}'" for word in MEANINGS)
