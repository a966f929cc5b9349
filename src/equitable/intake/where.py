"""The small grammar of ``--where``: which rows to keep, never passed on as SQL.

    condition   = both ( "or" both )*
    both        = single ( "and" single )*
    single      = "not" single | "(" condition ")" | comparison
    comparison  = COLUMN ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) VALUE
                | COLUMN [ "not" ] "in" "(" VALUE ( "," VALUE )* ")"

Names and values may be bare (several bare words make one name: ``Number Tested > 30``)
or in single or double quotes.  A bare number compares as a number, anything else as
text, whatever its case.  A row without a value in the column meets neither a condition
nor its opposite.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, NoReturn, Protocol, TypeAlias

from equitable.errors import QuestionError, did_you_mean
from equitable.vocabulary import Condition

_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<operator><=|>=|!=|<>|==|=|<|>|≤|≥|≠)
    | (?P<mark>[(),])
    | (?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)
    | (?P<word>[^\s=<>!≤≥≠(),'"`]+)
    )""",
    re.VERBOSE,
)
_SAME: Final = {"==": "=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!="}
_KEYWORDS: Final = frozenset({"and", "or", "not", "in"})
_EXAMPLE: Final = 'For example: --where "grade in (3, 4) and lunch = free".'
_DEEPEST: Final = 50
_LONGEST: Final = 20_000

_TokenKind: TypeAlias = Literal["operator", "mark", "quoted", "word", "keyword", "end"]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _TokenKind
    text: str
    position: int


class Names(Protocol):
    """What columns and values are called now that had other names (``Settings``)."""

    def crosswalk_name(self, column: str) -> str:
        """A column's name, by any of its names."""

    def crosswalk_values(self, column: str) -> dict[str, str]:
        """Of a column: from each old spelling, case-folded, to the present one."""


def quote_name(name: str) -> str:
    """A column's name as SQL, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def quote_value(value: str | float) -> str:
    """A text or number as an SQL literal that cannot be anything else.

    Standard SQL strings know one special character, the quotation mark; a NUL, which
    no file's text holds, is dropped.
    """
    if isinstance(value, str):
        return "'" + value.replace("\0", "").replace("'", "''") + "'"
    return f"CAST({float(value)!r} AS DOUBLE)"


def parse(text: str, columns: Iterable[str], names: Names | None = None) -> Condition:
    """Read a condition on rows.

    Parameters
    ----------
    text
        The condition, in the grammar above.
    columns
        The names it may use.
    names
        By which other names they, and their values, may go.

    Raises
    ------
    QuestionError
        Where the text is not a condition or names a column that is not there.
    """
    if len(text) > _LONGEST:
        raise QuestionError(
            f"the condition has {len(text):,} characters, more than {_LONGEST:,}",
            next_step="Use 'in' with a list of values, or put the condition's answer"
            " into a column of the file.",
        )
    reader = _Reader(text, tuple(columns), names)
    sql = reader.condition(depth=0)
    reader.expect_end()
    return Condition(
        text=" ".join(text.split()),
        sql=sql,
        columns=tuple(dict.fromkeys(reader.used)),
    )


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise QuestionError(
                f"the condition {text!r} cannot be read from character"
                f" {position + 1} on ({text[position : position + 12]!r})",
                next_step=f"A quotation mark may be open. {_EXAMPLE}",
            )
        found = match.lastgroup
        kind: _TokenKind
        value = match.group(found or 0)
        if found == "quoted":
            kind, mark = "quoted", value[0]
            value = value[1:-1].replace(mark * 2, mark)
        elif found == "operator":
            kind, value = "operator", _SAME.get(value, value)
        elif found == "mark":
            kind = "mark"
        else:
            kind = "keyword" if value.lower() in _KEYWORDS else "word"
            value = value.lower() if kind == "keyword" else value
        tokens.append(_Token(kind, value, match.start(found or 0)))
        position = match.end()
    tokens.append(_Token("end", "", len(text)))
    return tokens


class _Reader:
    """Recursive descent over the tokens; collects the columns used on its way."""

    def __init__(
        self, text: str, columns: tuple[str, ...], names: Names | None
    ) -> None:
        self.text = text
        self.columns = columns
        self.names = names
        self.tokens = _tokens(text)
        self.at = 0
        self.used: list[str] = []

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def takes(self, kind: _TokenKind, *texts: str) -> bool:
        """Whether the next token is this one; if so it is taken."""
        if self.token.kind == kind and (not texts or self.token.text in texts):
            self.at += 1
            return True
        return False

    def refuse(self, wanted: str) -> NoReturn:
        found = self.token
        where = f"'{found.text}'" if found.kind != "end" else "its end"
        raise QuestionError(
            f"the condition {self.text!r} has {where} where {wanted} should be",
            next_step=_EXAMPLE,
        )

    def expect_end(self) -> None:
        if self.token.kind != "end":
            self.refuse("'and', 'or' or the end")

    def condition(self, depth: int) -> str:
        if depth > _DEEPEST:
            raise QuestionError(
                f"the condition has more than {_DEEPEST} brackets or 'not's inside one"
                " another",
                next_step="Write it shorter.",
            )
        parts = [self.both(depth)]
        while self.takes("keyword", "or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def both(self, depth: int) -> str:
        parts = [self.single(depth)]
        while self.takes("keyword", "and"):
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"

    def single(self, depth: int) -> str:
        if self.takes("keyword", "not"):
            if depth > _DEEPEST:
                self.condition(depth + 1)
            return f"(NOT {self.single(depth + 1)})"
        if self.takes("mark", "("):
            inner = self.condition(depth + 1)
            if not self.takes("mark", ")"):
                self.refuse("')'")
            return f"({inner})"
        return self.comparison()

    def comparison(self) -> str:
        column = self.column()
        negated = self.takes("keyword", "not")
        if self.takes("keyword", "in"):
            values = self.values()
            found = " OR ".join(self.equal(column, *value) for value in values)
            return f"(NOT ({found}))" if negated else f"({found})"
        if negated or self.token.kind != "operator":
            self.refuse("a comparison (=, !=, <, <=, >, >= or in)")
        operator = self.token.text
        self.at += 1
        value, bare = self.value()
        self.refuse_decimal_comma(value, bare=bare)
        if operator == "=":
            return f"({self.equal(column, value, bare)})"
        if operator == "!=":
            return f"(NOT ({self.equal(column, value, bare)}))"
        value = self.by_its_present_name(value)
        number = _number(value) if bare else None
        if number is not None:
            as_number = f"TRY_CAST({_text(column)} AS DOUBLE)"
            return f"({as_number} {operator} {quote_value(number)})"
        return f"({_present(column)} {operator} {quote_value(value.strip().lower())})"

    def refuse_decimal_comma(self, value: str, *, bare: bool) -> None:
        """Say how '2,5' is written: a comma stands between the values of a list."""
        after = self.tokens[self.at + 1].text if self.token.text == "," else ""
        if not (bare and self.token.kind == "mark" and _number(value) is not None):
            return
        if after.isdecimal():
            raise QuestionError(
                f"the condition {self.text!r} has a comma in the number"
                f" '{value},{after}'",
                next_step=f"Write {value}.{after} with a point before the decimals,"
                f" also where the file has a comma; {value}{after} where it stands"
                " between thousands.",
            )

    def equal(self, column: str, value: str, bare: bool) -> str:
        value = self.by_its_present_name(value)
        number = _number(value) if bare else None
        present = _present(column)
        same = f"{present} = {quote_value(value.strip().lower())}"
        if number is None:
            return same
        # '3', '3.0' and '03' are one number, while 'K' beside them is merely unequal.
        as_number = f"TRY_CAST({present} AS DOUBLE) = {quote_value(number)}"
        return f"({same} OR ({present} IS NOT NULL AND COALESCE({as_number}, FALSE)))"

    def by_its_present_name(self, value: str) -> str:
        """A value that a crosswalk calls otherwise now, of the column last named."""
        if self.names is None:
            return value
        held = self.names.crosswalk_values(self.used[-1])
        return held.get(value.strip().casefold(), value)

    def phrase(self, wanted: str) -> tuple[str, bool]:
        """A quoted text, or bare words up to the next mark; and whether it was bare."""
        if self.token.kind == "quoted":
            self.at += 1
            return self.tokens[self.at - 1].text, False
        words = []
        while self.token.kind == "word":
            words.append(self.token.text)
            self.at += 1
        if not words:
            self.refuse(wanted)
        return " ".join(words), True

    def column(self) -> str:
        name, _ = self.phrase("a column's name")
        if self.names is not None and name not in self.columns:
            name = self.names.crosswalk_name(name)
        match = [c for c in self.columns if c == name] or [
            c for c in self.columns if c.strip().casefold() == name.casefold()
        ]
        if len(match) != 1:
            raise QuestionError(
                f"there is no column '{name}' to put a condition on",
                next_step=did_you_mean(name, self.columns),
            )
        self.used.append(match[0])
        return quote_name(match[0])

    def value(self) -> tuple[str, bool]:
        return self.phrase("a value")

    def values(self) -> list[tuple[str, bool]]:
        if not self.takes("mark", "("):
            self.refuse("'('")
        values = [self.value()]
        while self.takes("mark", ","):
            values.append(self.value())
        if not self.takes("mark", ")"):
            self.refuse("',' or ')'")
        return values


def _text(column: str) -> str:
    return f"TRIM(CAST({column} AS VARCHAR))"


def _present(column: str) -> str:
    # An empty text is no value: it meets neither a condition nor its opposite.
    return f"NULLIF(LOWER({_text(column)}), '')"


def _number(text: str) -> float | None:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        return None
    number = float(text)
    if math.isinf(number):
        raise QuestionError(
            f"the number {text[:24]} is too large to be compared",
            next_step="Write the number that is meant.",
        )
    return number
