"""What the page says, one file of sentences for each language."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from equitable.errors import QuestionError, did_you_mean

_PLACE: Final = "equitable.report.board.words"


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language: looked up by their names, filled with figures."""

    language: str
    own_name: str
    direction: str
    _held: dict[str, Any]

    def say(self, name: str, /, **parts: str) -> str:
        """A sentence by its name ('gap.worse'), its ``{parts}`` filled in.

        What is filled in is a file's text or a figure, and is taken as it stands.
        """
        text = self.find(name)
        if text is None:
            raise KeyError(f"{self.language}.toml has no sentence '{name}'")
        said = re.sub(r"\{(\w+)\}", lambda place: parts[place[1]], text)
        return said[:1].upper() + said[1:] if _begins_with_part(text) else said

    def find(self, name: str) -> str | None:
        """A sentence as it is written, or ``None``."""
        held: Any = self._held
        for part in name.split("."):
            held = held.get(part) if isinstance(held, dict) else None
        return held if isinstance(held, str) else None

    def names(self) -> frozenset[str]:
        """The names of all sentences, to hold languages against each other."""
        return frozenset(_flat(self._held))

    def texts(self) -> dict[str, str]:
        """Every sentence by its name."""
        return {name: self.say_raw(name) for name in self.names()}

    def say_raw(self, name: str) -> str:
        """A sentence with its parts unfilled."""
        return self.find(name) or ""


def _begins_with_part(text: str) -> bool:
    return text.startswith("{") and text.endswith((".", "?"))


def _flat(held: dict[str, Any], before: str = "") -> list[str]:
    names = []
    for key, value in held.items():
        if isinstance(value, dict):
            names += _flat(value, f"{before}{key}.")
        else:
            names.append(f"{before}{key}")
    return names


@cache
def languages() -> tuple[str, ...]:
    """The languages there are words for, English first."""
    found = sorted(
        entry.name.removesuffix(".toml")
        for entry in resources.files(_PLACE).iterdir()
        if entry.name.endswith(".toml")
    )
    return tuple(sorted(found, key=lambda name: name != "en"))


@cache
def words_of(language: str) -> Words:
    """The words of a language.

    Raises
    ------
    QuestionError
        Where there are none.
    """
    if language not in languages():
        raise QuestionError(
            f"there is no page in the language '{language}'",
            next_step=did_you_mean(language, languages(), what="languages"),
        )
    text = resources.files(_PLACE).joinpath(f"{language}.toml").read_text("utf-8")
    held = tomllib.loads(text)
    return Words(
        language=language,
        own_name=str(held["language"]["name"]),
        direction=str(held["language"]["direction"]),
        _held=held,
    )
