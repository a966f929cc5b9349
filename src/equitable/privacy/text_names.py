"""Names of people in a text, without a list of the world's names.

A word is taken for a name by what stands beside it ('my son Marcus', 'Ms. López', 'Deja
said'), or because it has a capital letter where an ordinary word would have none.  The
words that this takes stand in ``free_text.toml``.  It finds too much rather than too
little: a person looks at each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from equitable.intake.identifiers import PLACES
from equitable.privacy.name_words import STUDENT, TEACHER, NameWords, name_words
from equitable.privacy.plain_text import Find, Plain, Word

CUED, SAID, INITIALS, CAPITAL, START, AGAIN = 40, 30, 25, 20, 15, 10
"""How strongly a name is believed, by what it was found by."""

_CLOSE: Final = re.compile(r"[ -]{0,2}|\. ?")
_DASHED: Final = re.compile(r"[—~]\s?$|[^\s\n][ ]?-{1,2} ?$")
_MOSTLY: Final = 0.5


class _Hit(NamedTuple):
    reason: str
    suggestion: str
    strength: int


@dataclass
class _Reading:
    """The words of a text, and which of them are taken for names."""

    plain: Plain
    known: NameWords
    hits: dict[int, _Hit] = field(default_factory=dict)

    @property
    def words(self) -> Sequence[Word]:
        return self.plain.words

    def mark(
        self, i: int, reason: str, strength: int, suggestion: str = STUDENT
    ) -> None:
        before = self.hits.get(i)
        if before is None or before.strength < strength:
            self.hits[i] = _Hit(reason, suggestion, strength)

    def word(self, i: int) -> Word | None:
        return self.words[i] if 0 <= i < len(self.words) else None

    def said(self, first: int, last: int) -> str:
        """Some words, as they were written."""
        words = self.words
        return self.plain.as_written(words[first].start, words[last].end)

    def gap(self, i: int) -> str:
        """What stands between a word and the one before it."""
        word = self.word(i)
        return word.gap if word else ""

    def after(self, i: int) -> str:
        """The character after a word."""
        return self.plain.text[self.words[i].end : self.words[i].end + 1]

    def may_be_named(self, i: int) -> bool:
        """Whether a word has a capital, two letters, and is no ordinary word."""
        word = self.word(i)
        return (
            word is not None
            and word.capital
            and len(word.text) > 1
            and not self.known.is_ordinary(word)
        )


def names_in(plain: Plain) -> list[Find]:
    """The names in a plain text."""
    reading = _Reading(plain, name_words())
    for i in range(len(reading.words)):
        _titled(reading, i)
        _related(reading, i)
        _announced(reading, i)
        _initials(reading, i)
    shouting = _is_shouting(reading.words)
    for i, word in enumerate(reading.words):
        if reading.may_be_named(i) and not (shouting and word.shouted):
            _by_capital(reading, i)
        if reading.may_be_named(i) or word.fold in reading.known.at_a_start:
            _by_what_follows(reading, i)
    _elsewhere(reading)
    _letters_beside(reading)
    return list(_joined(reading))


def _is_shouting(words: Sequence[Word]) -> bool:
    long = [word for word in words if len(word.text) > 1]
    return sum(word.shouted for word in long) > _MOSTLY * len(long)


# -------------------------------------------------------------------- by what announces


def _titled(reading: _Reading, i: int) -> None:
    """'Ms. López', 'Señora López', 'Coach Mike', 'mrs lopez'."""
    title, name = reading.words[i], reading.word(i + 1)
    role = reading.known.titles.get(title.fold)
    always = title.fold in reading.known.always
    if role is None or name is None or len(name.text) < 2:
        return
    if reading.gap(i + 1) not in {" ", ". ", ".", "  "} or not (
        title.capital or always
    ):
        return
    if title.text.islower() and "." not in reading.gap(i + 1) and not always:
        return
    ordinary = name.fold in reading.known.ordinary
    if always:
        stopped = name.fold in reading.known.cues["not_after"]
        fits = not stopped and (not ordinary or name.fold in reading.known.surnames)
    else:
        fits = name.capital and not ordinary
    if not fits:
        return
    reason = f'it follows "{reading.said(i, i)}"'
    reading.mark(i, reason, CUED, role)
    reading.mark(i + 1, reason, CUED, role)
    _rest_of(reading, i + 1, reason, role)


def _related(reading: _Reading, i: int) -> None:
    """'my son Marcus', 'the teacher, Ana Ruiz'; 'mi hijo Juan'."""
    word = reading.words[i]
    role = reading.known.people.get(word.fold)
    if role is None or not reading.may_be_named(i + 1):
        return
    if reading.gap(i + 1) not in {" ", ", ", "  ", ": ", " - "}:
        return
    owner = reading.word(i - 1)
    owned = (
        owner is not None
        and owner.fold in reading.known.cues["owners"]
        and word.gap == " "
    )
    reason = f'it follows "{reading.said(i - owned, i)}"'
    reading.mark(i + 1, reason, CUED, role)
    _rest_of(reading, i + 1, reason, role)


def _announced(reading: _Reading, i: int) -> None:
    """'named Ana', 'my name is Ana', 'me llamo Ana', 'called Ana'."""
    cues, word = reading.known.cues, reading.words[i]
    first, at, lower = i, i + 1, False
    if word.fold in cues["named"]:
        before = reading.word(i - 1)
        called = before is not None and before.fold in {"se", "me", "te"}
        first -= called
        lower = called or word.fold == "named"
    elif word.fold in cues["name_is"]:
        verb = reading.word(i + 1)
        lower = verb is not None and verb.fold in cues["is"] and verb.gap == " "
        if lower:
            at = i + 2
        elif reading.gap(i + 1) != ": ":
            return
    elif not _calls(reading, i):
        return
    name = reading.word(at)
    if name is None or reading.gap(at) not in {" ", ": ", ' "', " '"}:
        return
    plain = name.fold not in cues["not_after"] and not reading.known.is_ordinary(name)
    if plain and len(name.text) > 1 and (name.capital or lower):
        reason = f'it follows "{reading.said(first, at - 1)}"'
        reading.mark(at, reason, CUED)
        _rest_of(reading, at, reason, STUDENT)


def _calls(reading: _Reading, i: int) -> bool:
    """Whether a word ends 'called', 'call him' or 'goes by'."""
    word, before = reading.words[i], reading.word(i - 1)
    if before is not None and word.gap == " ":
        if word.fold in {"him", "her", "me", "them"} and before.fold.startswith("call"):
            return True
        if word.fold == "by" and before.fold in {"go", "goes", "went"}:
            return True
    return word.fold in reading.known.cues["called"]


def _rest_of(reading: _Reading, i: int, reason: str, role: str) -> None:
    """The other words of a name whose first was announced."""
    for following in range(i + 1, min(i + 5, len(reading.words))):
        word = reading.words[following]
        if word.gap not in {" ", "-"}:
            return
        if word.fold in reading.known.cues["particles"]:
            continue
        if not reading.may_be_named(following) or word.starts:
            return
        if word.fold in reading.known.cues["said"] | reading.known.cues["does"]:
            return  # 'MY SON DEJA SAID'
        reading.mark(following, reason, CUED, role)


def _initials(reading: _Reading, i: int) -> None:
    """'J. R.', 'J. Smith'."""
    if not _is_initial(reading, i):
        return
    if i and _is_initial(reading, i - 1) and reading.gap(i) in {".", ". "}:
        return  # told with the one before
    last = i
    while _is_initial(reading, last + 1) and reading.gap(last + 1) in {".", ". "}:
        last += 1
    together = "".join(word.fold for word in reading.words[i : last + 1])
    named = reading.may_be_named(last + 1) and reading.gap(last + 1) in {". ", "."}
    if last == i and not named:
        return
    if last > i and together in reading.known.cues["letters"]:
        return  # 'U.S. History'
    for k in range(i, last + 1 + named):
        reading.mark(k, "it has initials", INITIALS)


def _is_initial(reading: _Reading, i: int) -> bool:
    word = reading.word(i)
    return (
        word is not None
        and len(word.text) == 1
        and word.capital
        and reading.after(i) == "."
    )


# ----------------------------------------------------------------------- by its capital


def _by_capital(reading: _Reading, i: int) -> None:
    """A capital letter inside a sentence, or where nothing else explains it."""
    word = reading.words[i]
    if word.shouted and len(word.text) < 4:
        return  # 'EBD', 'PTO'
    if _names_a_place(reading, i):
        return
    before = reading.word(i - 1)
    if word.fold in reading.known.after_a_place_or_time and (
        (before is not None and before.fold in reading.known.prepositions)
        or re.match(r" ?\d", reading.plain.text[word.end : word.end + 2])
    ):
        return
    if not word.starts or _DASHED.search(word.gap):
        reading.mark(i, "it has a capital letter inside a sentence", CAPITAL)
        return
    if word.fold in reading.known.at_a_start:
        return
    following = reading.word(i + 1)
    beside = following is not None and not following.starts and following.gap == " "
    if beside and reading.may_be_named(i + 1):
        reading.mark(i, "two words beside each other have capital letters", START)
    elif beside and _is_initial(reading, i + 1):
        reading.mark(i, "an initial follows it", START)
    elif reading.gap(i + 1) in {", ", "/"} and reading.may_be_named(i + 1):
        if not reading.known.is_a_thing(word):
            reading.mark(i, "it stands beside another name", START)
    elif following is not None and following.fold in {"and", "y"}:
        if reading.may_be_named(i + 2) and reading.gap(i + 2) == " ":
            reading.mark(i, "it stands beside another name", START)
    elif word.belongs and not reading.known.is_a_thing(word):
        reading.mark(i, "something is its own, as a person's is", START)
    elif _is_signed(reading, i):
        reading.mark(i, "it stands on a line by itself", START)


def _names_a_place(reading: _Reading, i: int) -> bool:
    """Whether the capitalised words from here end in 'School', 'Park' or the like."""
    for k in range(i + 1, min(i + 5, len(reading.words))):
        word = reading.words[k]
        if word.gap not in {" ", "-", ". "} or not word.capital:
            return False
        if (
            PLACES.fullmatch(word.text)
            or word.fold in reading.known.cues["place_or_thing"]
        ):
            return True
    return False


def _is_signed(reading: _Reading, i: int) -> bool:
    """Whether a line is one or two words, and ends without a full stop."""
    word, text = reading.words[i], reading.plain.text
    start, end = text.rfind("\n", 0, word.start) + 1, text.find("\n", word.end)
    line = text[start : end if end >= 0 else len(text)].strip(" -*•~")
    return line == word.text and not reading.known.is_a_thing(word)


def _by_what_follows(reading: _Reading, i: int) -> None:
    """'Deja said'; at the start of a sentence also 'Deja was'."""
    word, following = reading.words[i], reading.word(i + 1)
    if not word.capital or following is None or following.gap not in {" ", ", "}:
        return
    if following.fold in reading.known.cues["said"] and following.gap == " ":
        if not _names_a_place(reading, i) and not reading.known.is_a_thing(word):
            reading.mark(i, f'"{reading.said(i + 1, i + 1)}" follows it', SAID)
    elif (
        following.fold in reading.known.cues["does"]
        and (following.gap == " " or following.fold in {"who", "whose", "quien"})
        and word.fold not in reading.known.at_a_start
        and not (word.shouted and len(word.text) < 4)
        and not reading.known.is_a_thing(word)
    ):
        reason = f'"{reading.said(i + 1, i + 1)}" follows it, as it would a name'
        reading.mark(i, reason, START)


# ------------------------------------------------------------------------ again, joined


def _elsewhere(reading: _Reading) -> None:
    """The same words where nothing announces them."""
    strongest: dict[str, _Hit] = {}
    for i, hit in reading.hits.items():
        word = reading.words[i]
        if len(word.text) < 3 or reading.known.is_ordinary(word):
            continue
        if word.fold in reading.known.titles and hit.strength == CUED:
            continue
        if word.fold not in strongest or strongest[word.fold].strength < hit.strength:
            strongest[word.fold] = hit
    for i, word in enumerate(reading.words):
        found = strongest.get(word.fold)
        if found is None:
            continue
        here = reading.hits.get(i)
        if here is None:
            both = word.fold in reading.known.at_a_start
            if word.capital or (found.strength >= SAID and not both):
                reason = "it stands as a name elsewhere in the text"
                reading.mark(i, reason, AGAIN, found.suggestion)
        elif here.suggestion == STUDENT and here.strength < CUED:
            reading.hits[i] = here._replace(suggestion=found.suggestion)


def _letters_beside(reading: _Reading) -> None:
    """The initial of 'Marcus J.'."""
    for i, hit in list(reading.hits.items()):
        letter = reading.word(i + 1)
        if letter is None or letter.gap != " " or len(letter.text) > 1:
            continue
        if letter.capital and (
            letter.fold not in "aiyoe" or reading.after(i + 1) == "."
        ):
            reading.mark(i + 1, hit.reason, hit.strength, hit.suggestion)


def _joined(reading: _Reading) -> Iterator[Find]:
    """Words of one name, beside each other, as one find."""
    taken = sorted(reading.hits)
    at = 0
    while at < len(taken):
        first = last = taken[at]
        at += 1
        while at < len(taken) and _belong_together(reading, last, taken[at]):
            last = taken[at]
            at += 1
        hits = [reading.hits[i] for i in range(first, last + 1) if i in reading.hits]
        best = max(hits, key=lambda hit: (hit.strength, hit.suggestion == TEACHER))
        end = reading.words[last].end
        if len(reading.words[last].text) == 1 and reading.after(last) == ".":
            end += 1  # the full stop of an initial
        yield Find(
            reading.words[first].start,
            end,
            "name",
            best.reason,
            best.suggestion,
            best.strength,
        )


def _belong_together(reading: _Reading, last: int, following: int) -> bool:
    """Whether only a space, the stop of an initial, or 'de la' is between two words."""
    for i in range(last + 1, following + 1):
        word, before = reading.words[i], reading.words[i - 1]
        if i < following and word.fold not in reading.known.cues["particles"]:
            return False
        if not _CLOSE.fullmatch(word.gap):
            return False
        shortened = len(before.text) == 1 or before.fold in reading.known.titles
        if "." in word.gap and not shortened:
            return False
    return following - last <= 4
