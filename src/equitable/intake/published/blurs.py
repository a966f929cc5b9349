"""Marks that publishers set in place of a number, read as what they say of it.

A state that may not show a small number writes ``s``, ``*``, ``N<10``, ``<5%``,
``Above 95%``, ``GE50`` or ``21-24``.  Each of them still bounds the number, or says
only that it is withheld.  Nothing here guesses: a number is known, or lies between
bounds, or is withheld or missing for a reason that can be said.

The codes GE, LE, GT and LT and whole-number ranges are those of the federal EDFacts
assessment files, whose percentages are rounded to whole numbers before they are put
into ranges (``21-24`` is followed by ``25-29``): a range of whole percentages therefore
reaches half a point further on both sides.  Negative reserve codes are those of the
Civil Rights Data Collection.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from equitable.intake.names import is_suppressed, reserve_codes

Subject = Literal["number", "students"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the text of one cell says of the number behind it.

    ``low`` and ``high`` are in the unit that the column is written in; ``None`` is no
    limit.  ``low_open`` and ``high_open`` say that the limit itself is excluded.
    ``subject`` is ``students`` where the mark limits the size of the group (``N<10``)
    and says nothing of the figure.  ``reason`` is why there is no number, in words that
    complete 'withheld by the publisher: …' or 'missing: …'.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False
    subject: Subject = "number"
    withheld: bool = True
    rounded: bool = False
    """Whether it comes from percentages that were rounded to whole numbers before."""
    of_students_perhaps: bool = False
    """Whether the limit may be one of the group's size: ``<10`` without a sign."""
    reason: str = ""

    @property
    def exact(self) -> Fraction | None:
        """The number itself, where the text is one."""
        return self.low if not self.withheld and self.low == self.high else None


_WITHHELD: Final = frozenset(
    {
        "<", ">", "c", "confidential", "dns", "ds", "insufficient data", "low",
        "masked", "privacy", "supressed", "tfs", "too few students",
        "too few to report", "ts", "u", "withheld", "x",
    }
)  # fmt: skip
"""Marks beside those of `names.is_suppressed`: of a column of numbers only, as an X or
a C elsewhere is an answer."""
_NOT_THERE: Final[Mapping[str, str]] = {
    "z": "not applicable ('z')",
    ":": "not available (':')",
    "..": "not available ('..')",
    "nc": "not calculated ('NC')",
    "nr": "not reported ('NR')",
    "np": "not published ('NP')",
}
"""Marks that say that there is no number, and not that one is held back: of England's
Department for Education (z, :) and of state report cards."""
_SERVICE: Final[Mapping[str, Mark]] = {
    "x": Mark(withheld=False, reason="not available ('x')"),
    "low": Mark(
        low=Fraction(0), low_open=True, reason="not 0, but rounded to 0 ('low')"
    ),
}
"""Symbols that mean something else in tables of other publishers."""
_TELLS_SERVICE: Final = frozenset({"c", "z"})
MEANINGS: Final = ("withheld", "missing")
_SIGNS: Final = re.compile(r"[*†‡§]+")
_WITHHELD_CODES: Final = {-2, -11, -12}

_NUMBER: Final = r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?\s*%?"
_BELOW: Final = (
    r"(?:<|lt|less than|fewer than|below|under)",
    r"(?:<=|=<|≤|le|at most|up to|no more than)",
)
_ABOVE: Final = (
    r"(?:>|gt|more than|greater than|above|over)",
    r"(?:>=|=>|≥|ge|at least|no fewer than|no less than)",
)
_TAIL: Final = r"(?:\s*(?:students?|pupils?|children|percent|per cent|pct))?"
_LIMIT: Final = re.compile(
    rf"(?P<who>n|number|students?)?\s*(?:=\s*)?(?:"
    rf"(?P<at_most>{_BELOW[1]})|(?P<at_least>{_ABOVE[1]})"
    rf"|(?P<below>{_BELOW[0]})|(?P<above>{_ABOVE[0]}))\s*"
    rf"(?P<number>{_NUMBER}){_TAIL}"
)
_LIMIT_AFTER: Final = re.compile(
    rf"(?P<number>{_NUMBER}){_TAIL}\s*(?:or|and)\s*"
    r"(?:(?P<at_most>less|fewer|under|below|lower)"
    r"|(?P<at_least>more|over|above|higher|greater))" + _TAIL
)
_RANGE: Final = re.compile(
    rf"(?P<low>{_NUMBER})\s*(?:-|–|—|to)\s*(?P<high>{_NUMBER}){_TAIL}"
)
_CODED: Final = re.compile(r"(ge|le|gt|lt)\s*\d")


def read_mark(text: str) -> Mark | None:
    """Read the text of a cell that should hold a count or a percentage.

    Returns
    -------
    A mark; or ``None`` where the text is nothing that a publisher writes for a number.
    A plain number (``1,234``, ``45.2%``) is a mark that is not withheld, with ``low``
    equal to ``high``; percentages stay on the scale that they are written in.
    """
    plain = " ".join(text.strip().casefold().split())
    # The Government Statistical Service of the United Kingdom writes '[c]'.
    if re.fullmatch(r"\[[a-z]{1,4}\]", plain):
        plain = plain[1:-1]
        if plain in _SERVICE:
            return _SERVICE[plain]
    if plain in _NOT_THERE:
        return Mark(withheld=False, reason=_NOT_THERE[plain])
    if re.fullmatch(_NUMBER, plain):
        number = _value(plain)
        return Mark(low=number, high=number, withheld=False)
    if re.fullmatch(r"-\d{1,2}(\.0+)?", plain):
        code = int(float(plain))
        meant = reserve_codes().get(str(code))
        if meant is None:
            return None
        return Mark(
            withheld=code in _WITHHELD_CODES, reason=f"{meant} (reserve code {code})"
        )
    if plain in _WITHHELD or _SIGNS.fullmatch(plain):
        return Mark(reason=f"suppressed ('{text.strip()}')")
    # A mark may carry a footnote's sign: '<5%*'.
    bare = _SIGNS.sub("", plain).strip()
    for pattern in (_LIMIT, _LIMIT_AFTER):
        found = pattern.fullmatch(bare)
        if found:
            return _limited(found.groupdict(), bare, text.strip())
    if is_suppressed(bare):
        return Mark(reason=f"suppressed ('{text.strip()}')")
    found = _RANGE.fullmatch(bare)
    if found is None:
        return None
    low, high = _value(found["low"]), _value(found["high"])
    if low > high:
        return None
    return Mark(
        low=low,
        high=high,
        rounded=low.denominator == high.denominator == 1,
        reason=f"published as a range ('{text.strip()}')",
    )


def read_among(text: str, beside: Collection[str]) -> Mark | None:
    """Read a cell's text by the other marks of its table, too.

    Where a table has symbols that only the United Kingdom's statistical service writes,
    'x' and 'low' are that service's; elsewhere an 'x' may be a figure held back.
    """
    plain = text.strip().casefold()
    told = _SERVICE.get(plain)
    if told is not None and _TELLS_SERVICE & {one.strip().casefold() for one in beside}:
        return told
    return read_mark(text)


def mark_that_means(meant: str, text: str) -> Mark | None:
    """What a person says that a mark means; ``None`` where that is nothing known.

    Parameters
    ----------
    meant
        ``withheld``, ``missing``, a number, or a limit or range as publishers write it.
    text
        The mark, for the reason.
    """
    plain = meant.strip().casefold()
    if plain == "withheld":
        return Mark(reason=f"suppressed ('{text}')")
    if plain == "missing":
        return Mark(withheld=False, reason=f"no number ('{text}')")
    return read_mark(meant)


def _value(text: str) -> Fraction:
    return Fraction(text.replace(",", "").replace("%", "").strip())


def _limited(found: dict[str, str | None], bare: str, text: str) -> Mark:
    number = _value(found["number"] or "0")
    upper = bool(found.get("at_most") or found.get("below"))
    strict = bool(found.get("below") or found.get("above"))
    reason = f"published as a limit ('{text}')"
    subject: Subject = "students" if found.get("who") else "number"
    coded = bool(_CODED.match(bare))
    perhaps = upper and not coded and "%" not in bare and not found.get("who")
    return Mark(
        low=Fraction(0) if upper else number,
        high=number if upper else None,
        low_open=strict and not upper,
        high_open=strict and upper,
        subject=subject,
        rounded=coded and number.denominator == 1,
        of_students_perhaps=perhaps,
        reason=reason,
    )


def count_bounds(mark: Mark, *, most: int | None) -> tuple[int, int | None]:
    """The least and greatest whole number that a mark in a column of counts allows.

    ``most`` is the group's size where it is known: a part is never larger.
    """
    low = 0 if mark.low is None or mark.subject != "number" else _up(mark)
    high = None if mark.high is None or mark.subject != "number" else _down(mark)
    if most is not None:
        high = most if high is None else min(high, most)
    return low, high


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a count as a share of the group's size, to be rounded to whole."""

    share: Fraction
    upper: bool
    strict: bool

    def of(self, students: int) -> int:
        """The count at the limit for a group of so many students."""
        exact = self.share * students
        if self.upper:
            return math.ceil(exact) - 1 if self.strict else math.floor(exact)
        return math.floor(exact) + 1 if self.strict else math.ceil(exact)

    def sql(self, students: str) -> str:
        """The same in SQL; whole numbers over whole numbers, so that it is exact."""
        top, bottom = self.share.numerator, self.share.denominator
        exact = f"({students} * {top})"
        if self.upper:
            less = " - 1" if self.strict else ""
            return f"FLOOR(({exact}{less}) / {bottom}.0)"
        more = f" + {bottom}" if self.strict else f" + {bottom - 1}"
        return f"FLOOR(({exact}{more}) / {bottom}.0)"


def share_limits(mark: Mark, hundred: int) -> tuple[Limit, Limit]:
    """What a mark in a column of shares says of the count, in shares of the group.

    ``hundred`` is what the whole is written as: 100 for percentages, 1 for fractions.
    """
    of_share = mark.subject == "number"
    low = mark.low if of_share and mark.low is not None else Fraction(0)
    high = mark.high if of_share and mark.high is not None else Fraction(hundred)
    low_open, high_open = mark.low_open and of_share, mark.high_open and of_share
    if mark.rounded and hundred == 100:
        half = Fraction(1, 2)
        low, high = max(Fraction(0), low - half), min(Fraction(100), high + half)
    return (
        Limit(low / hundred, upper=False, strict=low_open),
        Limit(high / hundred, upper=True, strict=high_open),
    )


def share_bounds(mark: Mark, students: int, *, hundred: int = 100) -> tuple[int, int]:
    """The least and greatest count of a group of known size behind a blurred share."""
    least, greatest = share_limits(mark, hundred)
    ends = least.of(students), greatest.of(students)
    # No whole number may lie between: then those on either side are all that is known.
    low, high = (max(0, min(students, end)) for end in sorted(ends))
    if mark.of_students_perhaps and students < (mark.high or mark.low or 0):
        return 0, students
    return low, high


def _up(mark: Mark) -> int:
    return _over(mark.low or Fraction(0), strict=mark.low_open)


def _down(mark: Mark) -> int:
    return _under(mark.high or Fraction(0), strict=mark.high_open)


def _over(limit: Fraction, *, strict: bool) -> int:
    return math.floor(limit) + 1 if strict else math.ceil(limit)


def _under(limit: Fraction, *, strict: bool) -> int:
    return math.ceil(limit) - 1 if strict else math.floor(limit)
