"""Words by which names of people are told from other words with a capital letter.

They stand in ``free_text.toml``, where they can be read and corrected without Python.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from equitable.privacy.plain_text import Word

STUDENT, TEACHER = "[a student]", "[a teacher]"
FAMILY, ADULT = "[a family member]", "[an adult]"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWords:
    """``free_text.toml``, read once; every word folded.

    ``titles`` and ``people`` give what is suggested in the place of the name after
    them; the rest are named as in the file.
    """

    titles: Mapping[str, str]
    always: frozenset[str]
    people: Mapping[str, str]
    cues: Mapping[str, frozenset[str]]
    endings: tuple[str, ...]
    surnames: frozenset[str]
    ordinary: frozenset[str]
    at_a_start: frozenset[str]
    after_a_place_or_time: frozenset[str]
    prepositions: frozenset[str]

    def is_ordinary(self, word: Word) -> bool:
        """Whether a word is known, or each capitalised part of 'Spanish-speaking'."""
        parts = word.text.split("-")
        return word.fold in self.ordinary or (
            len(parts) > 1
            and all(
                len(part) == 1
                or not part[0].isupper()
                or part.casefold() in self.ordinary
                for part in parts
            )
        )

    def is_a_thing(self, word: Word) -> bool:
        """Whether it ends as things do: 'Transportation', 'Homeschooling'."""
        return len(word.fold) > 6 and word.fold.endswith(self.endings)


@lru_cache(maxsize=1)
def name_words() -> NameWords:
    """The words, in English and Spanish."""
    place = resources.files("equitable.privacy").joinpath("free_text.toml")
    read = tomllib.loads(place.read_text("utf-8"))

    def roles(table: Mapping[str, list[str]]) -> dict[str, str]:
        named = {
            "family": FAMILY,
            "adult": ADULT,
            "student": STUDENT,
            "teacher": TEACHER,
        }
        return {
            word: role for kind, role in named.items() for word in table.get(kind, ())
        }

    cues = dict(read["cues"])
    return NameWords(
        titles=roles(read["titles"]),
        always=frozenset(read["titles"]["always"]),
        people=roles(read["people"]),
        endings=tuple(cues.pop("things_end_in")),
        cues={name: frozenset(words) for name, words in cues.items()},
        surnames=frozenset(read["surnames"]["known"]),
        ordinary=frozenset().union(*read["ordinary"].values()),
        at_a_start=frozenset(read["both"]["at_a_start"]),
        after_a_place_or_time=frozenset(read["both"]["after_a_place_or_time"]),
        prepositions=frozenset(read["both"]["prepositions"]),
    )
