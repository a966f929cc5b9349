"""The field's terms as types, shared by every room of the house.

A *dimension* is a trait that students are grouped by; an *indicator* is an outcome
that is compared; a value that privacy holds back is ``WITHHELD``, which is neither 0,
nor blank, nor "not a number".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal, NoReturn, TypeAlias

NOT_REPORTED: Final = "Not reported"
"""The group of students whose membership nobody wrote down. Never a reference."""

MISSING_TOKENS: Final[frozenset[str]] = frozenset(
    {"", "?", "na", "n/a", "#n/a", "nan", "null", "nil", ".", "-", "--", "–", "—"}
    | {"- -", "missing", "<na>"}
)
"""Ways in which files write 'no value', case-folded and trimmed.

'none' is absent on purpose: 'None' is a real answer to 'which disability?'.
"""


_BEFORE_GRADE_ONE: Final = {
    "prek": -2, "pk": -2, "tk": -1, "k": 0, "kg": 0, "kindergarten": 0,
}  # fmt: skip
_UNDER: Final = re.compile(
    r"^(?:[<≤]=?|(?:less than|under|below|up to|fewer than)\b)"
    r"|\b(?:or|and) (?:less|under|fewer|below|younger)$"
)
_OVER: Final = re.compile(
    r"^(?:[>≥]=?|(?:more than|over|above|at least)\b)"
    r"|\+$|\b(?:or|and) (?:more|over|above|older)$"
)
_NUMBER: Final = re.compile(
    r"((?:^-)?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?)"
)


def names_of(given: Any) -> list[Any]:
    """One name or several, as a list: 'year' is one name, and not four letters."""
    if given is None:
        return []
    one = isinstance(given, str) or not isinstance(given, Iterable)
    return [given] if one else list(given)


def natural_order(values: Iterable[str]) -> list[str]:
    """Groups' names as a person would list them, each once.

    Numbers by their size, wherever they stand ('6-10' before '11-15', 'School 2'
    before 'School 10'); kindergarten before grade 1, where other values are numbers;
    'under 5' before '5-9', and '20+' after '20-24'; the rest by the alphabet, and
    'Not reported' last.  The order does not depend on the order given.
    """
    names = list(dict.fromkeys(values))
    folded = {name: " ".join(name.casefold().split()) for name in names}
    grades = {name: re.sub(r"(?<=pre)[- ](?=k)", "", folded[name]) for name in names}
    known = [re.sub(r"^grade ", "", grade) for grade in grades.values()]
    # A 'K' among letters is a letter.
    graded = all(grade in _BEFORE_GRADE_ONE for grade in known) or any(
        character.isdecimal() for grade in known for character in grade
    )
    return sorted(
        names,
        key=lambda name: (
            name == NOT_REPORTED,
            _natural(grades[name] if graded else folded[name], graded=graded),
            folded[name],
            name,
        ),
    )


def _natural(name: str, *, graded: bool) -> list[tuple[int, float, int, str]]:
    """A name as parts that compare: numbers before words, each number with its side."""
    under, over = _UNDER.search(name), _OVER.search(name)
    side = -1 if under else int(over is not None)
    if (under or over) and _NUMBER.search(name):
        name = _UNDER.sub("", _OVER.sub("", name)).strip()
    parts: list[tuple[int, float, int, str]] = []
    for part in _NUMBER.split(name.lstrip("$£€ ")):
        if _NUMBER.fullmatch(part):
            parts.append((0, float(part.replace(",", "")), side, ""))
            side = 0
        elif graded and part.strip() in _BEFORE_GRADE_ONE:
            parts.append((0, float(_BEFORE_GRADE_ONE[part.strip()]), 0, ""))
        elif graded and part.startswith("grade ") and part[6:] in _BEFORE_GRADE_ONE:
            parts.append((1, 0.0, 0, "grade"))
            parts.append((0, float(_BEFORE_GRADE_ONE[part[6:]]), 0, ""))
        elif part.strip():
            parts.append((1, 0.0, 0, part.strip()))
    return parts


class Withheld:
    """The one value that stands for a figure privacy holds back.

    It refuses arithmetic, comparison by size and truth, so that it can not be taken
    for a number by mistake.
    """

    _only: Withheld | None = None

    def __new__(cls) -> Withheld:  # noqa: D102, PYI034 - there is one
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "WITHHELD"

    def __str__(self) -> str:
        return "Withheld"

    def __format__(self, specification: str) -> str:
        return "Withheld"

    def __reduce__(self) -> tuple[type[Withheld], tuple[()]]:
        return (Withheld, ())

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a withheld figure is neither true nor false: test 'is WITHHELD'"
        )

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a withheld figure is no number: do not compute with it")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __neg__ = __float__ = __int__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse


WITHHELD: Final = Withheld()

Figure: TypeAlias = float | Withheld | None
"""A number; or held back; or (``None``) one that cannot be given."""
Count: TypeAlias = int | Withheld | None


class Direction(StrEnum):
    """Which way an outcome is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Kind(StrEnum):
    """How one student's record becomes the indicator's value."""

    RATE = "rate"
    """A share of students: true or false for each."""
    MEAN = "mean"
    """An average of a number each student has."""
    PER_100 = "per 100"
    """Events per 100 students: a count for each student, several allowed."""
    SHARE_OF_DAYS = "share of days"
    """Days of one kind over days enrolled; with a threshold, the share of students
    at or over it (chronic absence)."""


class Timing(StrEnum):
    """Does it foretell, or tell afterwards?"""

    LEADING = "leading"
    LAGGING = "lagging"


class Aspect(StrEnum):
    """What is looked at: what is done, what comes of it, how it is lived."""

    PROCESS = "process"
    OUTCOME = "outcome"
    EXPERIENCE = "experience"


class Verdict(StrEnum):
    """What the evidence says of a group against its reference."""

    WORSE = "worse"
    BETTER = "better"
    NO_DIFFERENCE_SHOWN = "no difference shown"
    NOT_ENOUGH_EVIDENCE = "not enough evidence"


class Role(StrEnum):
    """What a column is for."""

    OUTCOME = "outcome"
    DIMENSION = "dimension"
    IDENTIFIER = "identifier"
    """Names a person; dropped at intake."""
    STUDENT = "student"
    """A student number: used inside the scan, or as a keyed hash; never written."""
    SCHOOL = "school"
    GRADE = "grade"
    YEAR = "year"
    COUNT = "count"
    TOTAL = "total"
    WEIGHT = "weight"
    OTHER = "other"
    """Nothing that is used unless a person says so."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A row condition that has been parsed and checked: our own grammar, as SQL.

    ``sql`` is written by ``intake.where`` alone, from quoted names and literals.  It is
    true, false, or null where a column it needs has no value.
    """

    text: str
    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What stands beside a published figure: columns, ``None`` where there is none.

    Its standard error, the students' standard deviation, and how many they are.
    """

    error: str | None = None
    deviation: str | None = None
    students: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """An outcome: how it is computed for a student, and how it is to be read.

    A rate comes from one of: ``true_values`` (the column's value is one of these,
    compared case-folded; any of ``false_values`` or, where that is empty, any other
    value is false), ``at_least`` (a score at or over the cut), ``condition``, or from
    counts (``count`` and ``total`` name columns of a table of counts; ``total`` with
    a ``column`` says how many students each row stands for).
    """

    name: str
    label: str
    kind: Kind
    column: str | None = None
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    at_least: float | None = None
    condition: Condition | None = None
    count: str | None = None
    total: str | None = None
    percent: str | None = None
    """A column of published percentages of ``total``, in place of ``count``."""
    snapshot: bool = False
    """Whether ``total`` was counted on one day and ``count`` over a year: in a small
    group more may be counted than were enrolled."""
    hundred: int = 100
    """What the whole is written as in ``percent``: 100, or 1."""
    enrolled: str | None = None
    """Share of days: the column of days enrolled (``column`` has the days counted)."""
    threshold: float | None = None
    minimum_days: float = 0
    missing: tuple[str, ...] = ()
    """Further ways in which this column writes 'no value'."""
    direction: Direction = Direction.HIGHER
    timing: Timing | None = None
    aspect: Aspect | None = None
    unit: str = ""
    """Of a mean: 'points', 'days' …; empty where there is none."""
    decimals: int = 1
    """Decimals to show: of percentage points for a rate, of the unit otherwise."""
    low: float | None = None
    high: float | None = None
    """Values outside these are impossible: reported by quality, refused by the scan
    where they are a person's own (``bounded``)."""
    bounded: bool = False
    note: str = ""
    """What is known of the measure's own bias."""
    figures: Figures | None = None
    """Where a row is a group's average or percentage (of ``hundred``), as somebody
    published it, and no student."""

    @property
    def is_rate(self) -> bool:
        """Whether its value is a share of students (a fraction of 1)."""
        return self.kind is Kind.RATE or (
            self.kind is Kind.SHARE_OF_DAYS and self.threshold is not None
        )

    @property
    def is_share(self) -> bool:
        """Whether its value is read as a percentage: a rate, or a share of days."""
        return self.is_rate or self.kind is Kind.SHARE_OF_DAYS

    @property
    def unit_words(self) -> str:
        """Its unit as it is said: 'points', 'suspensions per 100 students', or ''."""
        if self.kind is Kind.PER_100:
            return f"{self.unit or 'times'} per 100 students"
        return "points" if self.is_share else self.unit

    @property
    def is_counts(self) -> bool:
        """Whether rows are counts of students rather than students."""
        return self.total is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A year from which something was counted another way, as a person said.

    ``at`` is the first such year and ``earlier`` those before it, as results name them,
    in order; ``year`` is the dimension.  Empty ``outcomes`` are all; empty ``groups``
    are everybody, and a dimension with no groups named is all of its groups.
    """

    year: str
    at: str
    earlier: tuple[str, ...]
    why: str
    outcomes: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def is_of(self, indicator: Indicator) -> bool:
        """Whether it is about this outcome, by its name or a column it is made of."""
        condition = indicator.condition.columns if indicator.condition else ()
        own = (indicator.column, indicator.count, indicator.percent, *condition)
        named = {n.casefold() for n in (indicator.name, indicator.label, *own) if n}
        return not self.outcomes or any(o.casefold() in named for o in self.outcomes)

    def touches(self, group: Mapping[str, str]) -> bool:
        """Whether it is about a group, given from dimension to value."""
        held = {name.partition(":")[0]: value for name, value in group.items()}
        return not self.groups or any(
            name in held and (not values or held[name] in values)
            for name, values in self.groups.items()
        )

    def is_about(self, dimension: str) -> bool:
        """Whether it is about a dimension's groups, some of them or all."""
        return not self.groups or dimension.partition(":")[0] in self.groups

    def crosses(self, years: Iterable[str]) -> bool:
        """Whether some of these years were counted one way and some the other."""
        return len({y in self.earlier for y in years if y != NOT_REPORTED}) > 1

    def to_dict(self) -> dict[str, Any]:
        """As in JSON."""
        groups = {name: list(held) for name, held in self.groups.items()}
        about = {"outcomes": list(self.outcomes), "groups": groups, "why": self.why}
        return {"year": self.year, "at": self.at, "before": self.earlier[-1]} | about


def breaks_about(
    breaks: Iterable[Break], indicator: Indicator, dimension: str | None
) -> tuple[Break, ...]:
    """The breaks of an outcome that are about a trait's groups; ``None`` is any."""
    return tuple(
        one
        for one in breaks
        if one.is_of(indicator) and (dimension is None or one.is_about(dimension))
    )


Classify: TypeAlias = Callable[[str | None], tuple[str, ...]]
"""From what a row says to the names of the groups it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A trait that students are grouped by.

    Parameters
    ----------
    name, label
        The name used in commands and results; the words used in sentences.
    columns, form
        Where it stands in the file: one ``column``; several yes/no ``flags`` (the
        scan hands ``classify`` one character a column: ``1``, ``0`` or ``?``); or only
        whether a row is a ``part`` of one of ``totals`` (then the groups stay unread);
        or the ``level`` that a row is of (state, district, school), of which one holds
        another and never two are added up; or whether it meets a ``condition``.
    classify
        From the row's text (``None`` where empty) to its groups: exactly one, or
        several where the view ``overlapping``.
    order
        Groups in reading order, those without students included; others follow by
        name.
    view
        The name of a derived view ('federal seven'), said on every result.
    """

    name: str
    label: str
    columns: tuple[str, ...]
    classify: Classify
    form: Literal["column", "flags", "part", "level", "condition"] = "column"
    role: Role = Role.DIMENSION
    order: tuple[str, ...] = ()
    view: str | None = None
    overlapping: bool = False
    totals: tuple[str, ...] = ()
    """In a published table: what stands in the column where a row is of all groups
    ('All Grades'), case-folded and trimmed."""
    condition: Condition | None = None
    """Of a ``condition``: which rows meet it; ``classify`` is handed ``1`` or ``0``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """One file that was read: for provenance, never with its folder."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows that were not counted, and why."""

    reason: str
    rows: Count
    students: bool = False
    """Whether they are students whom a condition or a rule left out, so that a small
    number of them is a small group; not blank rows and the like."""
    of_file: bool = field(default=False, compare=False)
    """Whether they are rows of a file, where several records are made of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a result comes from: enough to make it again and to doubt it well."""

    files: tuple[FileRead, ...]
    rows_read: Count
    """Rows of the files, as they are."""
    counts_read: int | None = None
    """Where a table's columns were groups: as how many counts they were read."""
    left_out: tuple[LeftOut, ...] = ()
    views: Mapping[str, str] = field(default_factory=dict)
    where: str | None = None
    command: str | None = None
    version: str = ""
    internal: bool = False
    audited: bool = False
    min_n: int | None = None
    notes: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    """Those of the notes that are to be read before any figure."""
    breaks: tuple[Break, ...] = ()
    """Between years that the result holds: counted one way before, another after."""

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON of every result."""
        return {
            "files": [
                {"name": f.name, "sha256": f.sha256, "bytes": f.bytes}
                for f in self.files
            ],
            "rows_read": _given(self.rows_read),
            "counts_read": self.counts_read,
            "left_out": [
                {"reason": item.reason, "rows": _given(item.rows)}
                for item in self.left_out
            ],
            "views": dict(self.views),
            "where": self.where,
            "command": self.command,
            "version": self.version,
            "internal": self.internal,
            "audited": self.audited,
            "min_n": self.min_n,
            "notes": list(self.notes),
            "breaks": [one.to_dict() for one in self.breaks],
        }


def _given(count: Count) -> int | None:
    return count if isinstance(count, int) else None
