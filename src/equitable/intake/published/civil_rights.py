"""The federal Civil Rights Data Collection: one row a school, a column a group.

Its columns are named ``SCH_<topic>_<race|LEP|IDEA|504>_<M|F|X>``, with totals by sex
under ``TOT_<topic>_<M|F|X>``.  This module knows which columns make an indicator (a
suspension is counted in two blocks, without and with a disability), which groups a
file has columns for (race by sex; English learners by sex; never race by English
learner), and how a row becomes counts of groups.  Layouts of 2013-14, 2015-16 and
2020-21 as published; those of later years add ``_X`` and keep the names.

Negative numbers are reserve codes (see `names.reserve_codes`): missing, never 0, and
never added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from equitable.intake.where import quote_name
from equitable.vocabulary import Direction

EVERYONE: Final = "All students"
"""What stands in a dimension's column where a count is of all its groups."""

KEY_COLUMNS: Final = ("LEA_STATE", "LEAID", "SCHID")
"""Columns that every layout has."""
KEPT_COLUMNS: Final = frozenset(
    {*KEY_COLUMNS, "LEA_STATE_NAME", "LEA_NAME", "SCH_NAME", "COMBOKEY", "JJ"}
)
"""Columns of a school that stay beside its counts."""
ENROLMENT_COLUMN: Final = "SCH_ENR_BL_F"
"""What a file has that holds the enrolment, in every layout."""

RACE: Final = "race"
SEX: Final = "sex"
ENGLISH: Final = "english_learner"
DISABILITY: Final = "disability"
SECTION_504: Final = "section_504"

BREAKDOWNS: Final = (RACE, SEX, ENGLISH, DISABILITY, SECTION_504)
"""The dimensions of the collection; race by sex is held, no other crossing is."""
ENROLLED: Final = "enrolled"

_RACES: Final[Mapping[str, str]] = {
    "AM": "American Indian or Alaska Native",
    "AS": "Asian",
    "BL": "Black or African American",
    "HI": "Hispanic or Latino",
    "HP": "Native Hawaiian or Other Pacific Islander",
    "PI": "Native Hawaiian or Other Pacific Islander",
    "TR": "Two or more races",
    "MU": "Two or more races",
    "WH": "White",
}
_SEXES: Final[Mapping[str, str]] = {"M": "Male", "F": "Female", "X": "Nonbinary"}
_TRAITS: Final[Mapping[str, tuple[str, str, str]]] = {
    "LEP": (ENGLISH, "English learners", "Not English learners"),
    "IDEA": (DISABILITY, "With a disability (IDEA)", "Without a disability (IDEA)"),
    "504": (SECTION_504, "Section 504 only", "Not Section 504 only"),
}

Block = Literal["plain", "without", "with", "restraint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """An indicator of the collection.

    ``blocks`` are pairs of a kind of block and the name in its columns: ``plain``
    (``APENR``), ``without`` and ``with`` a disability (``ISS`` of ``DISCWODIS_ISS``).
    """

    name: str
    label: str
    blocks: tuple[tuple[Block, str], ...]
    direction: Direction
    of: str = "ENR"
    """The topic of the denominator."""
    note: str = ""
    skipped: Literal["missing", "nobody"] = "missing"
    """What 'not applicable, skipped' (-9) says: retention is asked grade by grade, and
    skipped where a school has no such grade, or kept nobody back in it."""


def _discipline(name: str, label: str, *measures: str, note: str = "") -> Topic:
    blocks: list[tuple[Block, str]] = []
    for measure in measures:
        blocks += [("without", measure), ("with", measure)]
    return Topic(
        name=name,
        label=label,
        blocks=tuple(blocks),
        direction=Direction.LOWER,
        note=note or _NO_RACE_FOR_504,
    )


def _enrolled(name: str, label: str, *topics: str, of: str = "ENR") -> Topic:
    return Topic(
        name=name,
        label=label,
        blocks=tuple(("plain", topic) for topic in topics),
        direction=Direction.HIGHER,
        of=of,
        note=_WHERE_OFFERED,
    )


_NO_RACE_FOR_504: Final = (
    "Students served only under Section 504 are counted in the totals, but the"
    " collection does not split them by race."
)
_WHERE_OFFERED: Final = (
    "Of all students of schools that offer it. A school that does not is in no figure:"
    " look at who goes there, too."
)
_SKIPPED: Final = -9
_GRADES: Final = ("KG", *(f"G{grade:02d}" for grade in range(1, 13)))

TOPICS: Final[tuple[Topic, ...]] = (
    _discipline(
        "out_of_school_suspension",
        "Suspended out of school",
        "SINGOOS",
        "MULTOOS",
    ),
    _discipline("in_school_suspension", "Suspended in school", "ISS"),
    _discipline("expulsion", "Expelled", "EXPWE", "EXPWOE"),
    _discipline("law_enforcement_referral", "Referred to law enforcement", "REF"),
    _discipline("arrest", "Arrested at school", "ARR"),
    _discipline("transfer_to_alternative", "Moved to an alternative school", "TFRALT"),
    _discipline("corporal_punishment", "Given corporal punishment", "CORP"),
    Topic(
        name="chronic_absence",
        label="Chronically absent",
        blocks=(("plain", "ABSENT"),),
        direction=Direction.LOWER,
        note="Absent 15 days or more in the collections to 2015-16; later those of 10 %"
        " of days or more: check the year's definition before comparing years.",
    ),
    Topic(
        name="retention",
        label="Kept back a grade",
        blocks=tuple(("plain", f"RET_{grade}") for grade in _GRADES),
        direction=Direction.LOWER,
        skipped="nobody",
    ),
    _enrolled("gifted", "In gifted and talented education", "GTENR"),
    _enrolled("algebra_grade_8", "In Algebra I in grade 8", "ALGENR_G08"),
    # Of 2013-14, which asked for both grades together: another measure, not that one.
    _enrolled("algebra_grades_7_8", "In Algebra I in grades 7 and 8", "ALGENR_GS0708"),
    _enrolled("advanced_placement", "In Advanced Placement", "APENR"),
    _enrolled("ap_mathematics", "In AP mathematics", "APMATHENR"),
    _enrolled("ap_science", "In AP science", "APSCIENR"),
    _enrolled("international_baccalaureate", "In International Baccalaureate", "IBENR"),
    _enrolled("dual_enrollment", "In dual enrollment", "DUALENR"),
    _enrolled("calculus", "In calculus", "MATHENR_CALC"),
    _enrolled("physics", "In physics", "SCIENR_PHYS"),
    _enrolled("computer_science", "In computer science", "COMPENR_CSCI"),
    _enrolled("sat_act", "Took the SAT or ACT", "SATACT"),
    Topic(
        name="served_under_idea",
        label="Served under IDEA",
        blocks=(("plain", "IDEAENR"),),
        direction=Direction.LOWER,
        note="Being served is not a harm: a gap may mean too many or too few.",
    ),
)
"""What can be asked of the collection, in the order that a report takes."""

DISCIPLINE: Final = tuple(
    topic.name for topic in TOPICS if topic.blocks[0][0] == "without"
)


@dataclass(frozen=True, slots=True)
class CellOfSchool:
    """One group that a school's row counts: what SQL gives it, and its groups."""

    groups: Mapping[str, str]
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of one file of the collection.

    Where they are ``cleaned`` (`cleaning`), a column holds numbers or nothing.
    """

    columns: frozenset[str] = field(repr=False)
    cleaned: bool = False

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The indicators that the file has columns for, by race at least."""
        return tuple(
            topic
            for topic in TOPICS
            if self._columns_of(topic, "BL", "F") and self._has_denominator(topic)
        )

    @property
    def sexes(self) -> tuple[str, ...]:
        """The codes of sex in the file."""
        return tuple(code for code in _SEXES if f"TOT_ENR_{code}" in self.columns)

    def cells(self, topic: Topic | None) -> Iterator[CellOfSchool]:
        """Every group of a school with the SQL of its count.

        ``None`` asks for the enrolment, the denominator.  A count is null where the
        file has no such column, or a reserve code stands in one of its columns.
        """
        for sex, name in _SEXES.items():
            if sex not in self.sexes:
                continue
            whole = self._sql(topic, "TOT", sex)
            for code in _RACES:
                if not self._races(code, sex):
                    continue
                yield CellOfSchool(
                    {RACE: _RACES[code], SEX: name}, self._sql(topic, code, sex)
                )
            for code, (trait, having, lacking) in _TRAITS.items():
                if f"SCH_ENR_{code}_{sex}" not in self.columns:
                    continue
                part = self._sql(topic, code, sex)
                yield CellOfSchool({trait: having, SEX: name}, part)
                rest = f"({whole}) - ({part})"
                yield CellOfSchool(
                    {trait: lacking, SEX: name},
                    f"CASE WHEN {rest} >= 0 THEN {rest} END",
                )
            yield CellOfSchool({SEX: name}, whole)

    def cleaning(self, topics: Sequence[Topic]) -> dict[str, str]:
        """Each column that some cell of these topics needs, and SQL for its number.

        Said once for a column, as a total stands in many cells: the engine takes longer
        to plan thousands of conditions than to read the file.
        """
        needed: dict[str, str] = {}
        groups = ("TOT", *_RACES, *_TRAITS)
        for sex in self.sexes:
            for group in groups:
                for name in self._plain("ENR", group, sex):
                    needed.setdefault(name, _number(name))
                for topic in topics:
                    for name in self._columns_of(topic, group, sex):
                        needed.setdefault(name, _number(name, topic))
        return needed

    def _races(self, code: str, sex: str) -> bool:
        """Whether a race's enrolment stands under this code (not its synonym's)."""
        return f"SCH_ENR_{code}_{sex}" in self.columns

    def _has_denominator(self, topic: Topic) -> bool:
        return f"SCH_{topic.of}_BL_F" in self.columns

    def _sql(self, topic: Topic | None, group: str, sex: str) -> str:
        if topic is None:
            names: Sequence[str] = self._plain("ENR", group, sex)
        else:
            names = self._columns_of(topic, group, sex)
        if not names:
            return "CAST(NULL AS DOUBLE)"
        return " + ".join(
            quote_name(name) if self.cleaned else f"({_number(name, topic)})"
            for name in names
        )

    def _columns_of(self, topic: Topic, group: str, sex: str) -> Sequence[str]:
        """The columns that are added up for one group; none where one is lacking."""
        names: list[str] = []
        for kind, measure in topic.blocks:
            found = self._block(kind, measure, group, sex)
            if found is None:
                return ()
            names += found
        return names

    def _block(
        self, kind: Block, measure: str, group: str, sex: str
    ) -> list[str] | None:
        """A block's columns; empty where it counts nobody of that group by design."""
        if kind == "plain":
            found = self._plain(measure, group, sex)
            return list(found) or None
        without = kind == "without"
        if group == "IDEA":
            names = [] if without else [f"TOT_DISCWDIS_{measure}_IDEA_{sex}"]
        elif group == "504":
            names = [] if without else [f"SCH_DISCWDIS_{measure}_504_{sex}"]
        elif group == "TOT":
            names = (
                [f"TOT_DISCWODIS_{measure}_{sex}"]
                if without
                else [
                    f"TOT_DISCWDIS_{measure}_IDEA_{sex}",
                    f"SCH_DISCWDIS_{measure}_504_{sex}",
                ]
            )
        elif group == "LEP":
            block = "DISCWODIS" if without else "DISCWDIS"
            names = [f"SCH_{block}_{measure}_LEP_{sex}"]
        else:
            block = f"DISCWODIS_{measure}" if without else f"DISCWDIS_{measure}_IDEA"
            names = [f"SCH_{block}_{group}_{sex}"]
        return names if self.columns.issuperset(names) else None

    def _plain(self, measure: str, group: str, sex: str) -> tuple[str, ...]:
        tries = [group, *_SYNONYMS.get(group, ())]
        names = [f"SCH_{measure}_{one}_{sex}" for one in tries]
        if group == "TOT":
            names = [f"TOT_{measure}_{sex}", f"TOT_{measure.removesuffix('ENR')}_{sex}"]
        for name in names:
            if name in self.columns:
                return (name,)
        return ()


def _number(name: str, topic: Topic | None = None) -> str:
    """SQL for a column's number; nothing where it is a reserve code."""
    number = f"TRY_CAST({quote_name(name)} AS DOUBLE)"
    nobody = topic is not None and topic.skipped == "nobody"
    zero = f" WHEN {number} = {_SKIPPED} THEN 0" if nobody else ""
    return f"CASE WHEN {number} >= 0 THEN {number}{zero} END"


_SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "HP": ("PI",),
    "PI": ("HP",),
    "TR": ("MU",),
    "MU": ("TR",),
}
"""Chronic absence of 2020-21 writes PI and MU where the other topics write HP, TR."""


def recognise(columns: Sequence[str]) -> Layout | None:
    """The layout of a file with these columns, or ``None`` where it is another file."""
    named = frozenset(columns)
    if not named.issuperset(KEY_COLUMNS) or ENROLMENT_COLUMN not in named:
        return None
    return Layout(columns=named)
