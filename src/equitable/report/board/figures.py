"""Numbers, dates and names of groups as each language writes them."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

from equitable.report.board.facts import Facts, Level
from equitable.report.board.names import bare, group_key, known_outcome, levels_of
from equitable.report.board.words import Words
from equitable.report.contents import Place
from equitable.report.people import people
from equitable.vocabulary import NOT_REPORTED, Dimension

_LONGEST = 64
_GROUP = 84


def clipped(text: str, longest: int = _LONGEST) -> str:
    """A name that leaves room for the rest of the page: cut after a word."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    at_word = cut.rfind(" ")
    if at_word > longest // 2 and not text[longest - 1].isspace():
        cut = cut[:at_word]
    cut = f"{cut.rstrip(' ,;:')}…"
    for first, last in ("‘’", "“”", "«»", "()"):
        # What was opened is closed: a cut name must not swallow the sentence.
        if cut.count(first) > cut.count(last):
            cut += last
    return cut


@dataclass(frozen=True, slots=True)
class Written:
    """How one language writes what a page's facts hold."""

    words: Words
    facts: Facts

    # -------------------------------------------------------------------- numbers

    def whole(self, number: int) -> str:
        """1,234."""
        return f"{number:,}".replace(",", self.words.say("numbers.thousands"))

    def decimal(self, number: float, decimals: int) -> str:
        """1,234.5."""
        text = f"{number:,.{decimals}f}".replace(",", "\0")
        text = text.replace(".", self.words.say("numbers.decimal"))
        return text.replace("\0", self.words.say("numbers.thousands"))

    def day(self, iso: str) -> str:
        """The day as people write it."""
        try:
            date = dt.date.fromisoformat(iso)
        except ValueError:
            return iso
        month = self.words.say("numbers.months").split()[date.month - 1]
        said = self.words.say(
            "numbers.date", day=str(date.day), month=month, year=str(date.year)
        )
        return said.replace(" ", "\u00a0")

    def listed(self, names: list[str], most: int) -> str:
        """Names with their 'and', the first few and how many more."""
        if len(names) > most + 1:
            return self.words.say(
                "numbers.more",
                names=", ".join(names[:most]),
                number=self.whole(len(names) - most),
            )
        if len(names) < 2:
            return "".join(names)
        return self.words.say(
            "numbers.and", first=", ".join(names[:-1]), last=names[-1]
        )

    # -------------------------------------------------------------------- figures

    @property
    def per(self) -> str:
        """Of how many students shares are told."""
        return self.whole(self.facts.per)

    @property
    def is_rate(self) -> bool:
        """Whether figures are students of every hundred, and not averages."""
        return self.facts.indicator.is_rate

    def value(self, number: float) -> str:
        """A known figure: whole people, or an average with its unit."""
        indicator = self.facts.indicator
        if indicator.is_rate:
            return self.whole(round(number * self.facts.per))
        if indicator.is_share:
            return f"{self.decimal(100 * number, indicator.decimals)}\u00a0%"
        unit = f" {self.unit()}" if indicator.unit else ""
        return f"{self.decimal(number, indicator.decimals)}{unit}"

    def unit(self) -> str:
        """The unit of an average, in the page's language where it is a known one."""
        unit = self.facts.indicator.unit
        return self.words.find(f"units.{unit}") or unit

    def bare(self, level: Level) -> str:
        """A figure in a narrow table whose title has the unit: '203.5'."""
        unit = f" {self.unit()}"
        short = self.short(level)
        return short.replace(unit, "") if self.facts.indicator.unit else short

    def level(self, level: Level) -> str:
        """A figure in a sentence: '18', or 'between 12 and 19'."""
        if level.state == "value":
            return self.value(level.least)
        low, high = self._ends(level)
        return low if low == high else self.words.say(
            "numbers.between", low=low, high=high
        )  # fmt: skip

    def short(self, level: Level) -> str:
        """A figure in a table: '18', '12–19', or that there is none."""
        if not level.told:
            return self.words.say(f"chart.{level.state}")
        if level.state == "value":
            return self.value(level.least)
        low, high = self._ends(level)
        return low if low == high else f"{low}–{high}"

    def _ends(self, level: Level) -> tuple[str, str]:
        if not self.is_rate:
            return self.value(level.least), self.value(level.most)
        per = self.facts.per
        # A hair's breadth under a whole number is that number.
        low = math.floor(level.least * per + 1e-9)
        high = math.ceil(level.most * per - 1e-9)
        return self.whole(low), self.whole(high)

    def interval(self, level: Level) -> str:
        """What chance allows for: '17 to 20'."""
        if level.told and level.low is None and self.facts.figures:
            return self.words.say("chart.no-error")
        if not level.told or level.low is None or level.high is None:
            return "–"
        low, high = self.value(level.low), self.value(level.high)
        return self.words.say("numbers.range", low=low, high=high)

    def apart(self, low: float, high: float) -> tuple[str, str]:
        """Two limits of a difference, with decimals where whole people tell nothing."""
        indicator = self.facts.indicator
        if not indicator.is_rate:
            return self.value(low), self.value(high)
        near, far = low * self.facts.per, high * self.facts.per
        decimals = 0 if min(near, far) >= 1 and round(near) != round(far) else 1
        return self.decimal(near, decimals), self.decimal(far, decimals)

    # ---------------------------------------------------------------------- names

    def group(self, name: str | None = None) -> str:
        """A group as people: 'students with disabilities'."""
        name = self.facts.board.group if name is None else name
        dimension = self.facts.dimension
        if name == NOT_REPORTED:
            return self.words.say("group.not-reported")
        key = group_key(dimension, name)
        if key and (said := self.words.find(f"group.{key}")):
            return said
        if self.words.language == "en" and dimension is not None:
            return clipped(people({dimension.name: name}, [dimension]), _GROUP)
        return self.words.say("group.other", name=clipped(_told(dimension, name), 48))

    def original(self) -> str:
        """What the file calls the group, where the page calls it otherwise."""
        name = _told(self.facts.dimension, self.facts.board.group)
        said, own = {*bare(self.group()).split()}, bare(name).split()
        if self.words.language == "en":
            # 'With a disability' needs no second name beside it; 'SWD' does.
            said |= {word for word in own if any(_alike(word, other) for other in said)}
        if {*own} <= said or bare(name) in bare(self.group()):
            return ""
        return clipped(re.sub(r"\s*\(([^)]*)\)", r", \1", name), 48)

    def where(self) -> str:
        """' in district 5', or nothing for the whole file."""
        place = self.facts.place
        if place is None:
            return ""
        return self.words.say(f"where.{place.kind}", name=self.place_name(place))

    def place_name(self, place: Place) -> str:
        """The place as the file calls it; a bare number with what it is a number of."""
        name = clipped(place.value)
        short = len(name) <= 4 or not any(c.isalpha() for c in name)
        if short and any(c.isdigit() for c in name):
            return self.words.say(
                f"numbered.{place.kind}", name=name, label=clipped(place.label, 24)
            )
        return name

    def students(self, level: Level) -> str:
        """How many are behind a figure; that it is not in the file, where it is not."""
        if level.n is not None:
            return self.whole(level.n)
        return self.words.say("chart.no-number") if self.facts.figures else "–"

    def others_short(self) -> str:
        """With whom the group is compared, in a table."""
        return self.words.say("chart.all" if self.facts.figures else "chart.others")

    def others(self, *, whole: bool = False) -> str:
        """With whom the group is compared."""
        place = None if whole else self.facts.place
        if self.facts.figures:
            return self.words.say(
                "others.everyone-there" if place else "others.everyone"
            )
        return self.words.say(f"others.{place.kind if place else 'all'}")

    def outcome(self, count: str = "") -> str:
        """What was counted, as what these students did: 'were suspended'.

        ``count`` is the number before it, as 1 takes another word.
        """
        form = "outcome-one" if count == "1" else "outcome"
        levels = levels_of(self.facts.indicator)
        if levels is not None:
            first, last = levels
            kind = "levels" if last else "level"
            return self.words.say(f"{form}.{kind}", first=first, last=last)
        key = known_outcome(self.facts.indicator)
        said = self.words.find(f"{form}.{key}") if key else None
        return said or self.words.say(f"{form}.other", name=self.label())

    def label(self) -> str:
        """The outcome as the file calls it."""
        label = re.sub(r" rate$", "", self.facts.indicator.label)
        return clipped(label, 48)


def _alike(word: str, other: str) -> bool:
    return min(len(word), len(other)) > 4 and word[:6] == other[:6]


def _told(dimension: Dimension | None, name: str) -> str:
    if dimension is not None and name.casefold() in {"yes", "no", "y", "n"}:
        return f"{dimension.label}: {name}"
    return name
