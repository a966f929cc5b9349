"""Which categories and groups are compared: the rule's, or those of one's own outcome.

The arithmetic is the same for both.  What the regulation says is claimed for its
fourteen categories and seven groups alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from equitable.errors import QuestionError, did_you_mean
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    GROUPS,
    Category,
    category_named,
    federal_group,
)
from equitable.vocabulary import NOT_REPORTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Categories by key, groups in reading order, and whether they are the rule's."""

    categories: Mapping[str, Category]
    groups: tuple[str, ...]
    regulated: bool

    @property
    def people(self) -> str:
        """Whom it is about: the rule says children."""
        return "children" if self.regulated else "students"

    def cited(self, paragraph: str) -> str:
        """A paragraph of 34 CFR 300.647 in brackets; nothing where it is not about."""
        return f" (34 CFR 300.647{paragraph})" if self.regulated else ""

    def category(self, text: str) -> Category:
        """The category of a key or a label.

        Raises
        ------
        QuestionError
            Where there is none of that name.
        """
        if self.regulated:
            return category_named(text)
        if text not in self.categories:
            raise QuestionError(
                f"'{text}' is not the outcome that was asked about",
                next_step=did_you_mean(text, self.categories, what="outcomes"),
            )
        return self.categories[text]

    def group(self, text: str) -> str | None:
        """The group of a name; ``None`` for students whose group nobody wrote down.

        Raises
        ------
        QuestionError
            Where there is none of that name.
        """
        if self.regulated:
            return federal_group(text)
        if text == NOT_REPORTED:
            return None
        if text not in self.groups:
            raise QuestionError(
                f"'{text}' is none of the groups that are compared",
                next_step=did_you_mean(text, self.groups, what="groups"),
            )
        return text


THE_RULE: Final = Scheme(categories=CATEGORIES, groups=GROUPS, regulated=True)
"""34 CFR 300.647: fourteen categories, seven racial and ethnic groups."""


def own_outcome(name: str, label: str, groups: Sequence[str]) -> Scheme:
    """One outcome over the groups of any trait: no law's words are claimed for it."""
    return Scheme(
        categories={name: Category(key=name, label=label)},
        groups=tuple(group for group in groups if group != NOT_REPORTED),
        regulated=False,
    )
