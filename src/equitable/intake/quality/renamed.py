"""Names that changed between years: of schools, of groups, of the years themselves.

Where one name ends in the year before another begins, it is asked whether they are one,
with the crosswalk to write if so.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from equitable.intake.breaks import year_key
from equitable.intake.meaning.columns import Reading
from equitable.intake.names import meaning_of, words
from equitable.intake.profile import cleaned_sql
from equitable.intake.quality.findings import (
    MOST_SENTENCES,
    SMALL,
    Finding,
    listed,
)
from equitable.intake.quality.tally import Tally
from equitable.intake.race import read_race
from equitable.intake.settings_text import toml_key, toml_text
from equitable.vocabulary import NOT_REPORTED, Role, natural_order

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.source import Source

_CODE_WORDS: Final = frozenset({"id", "code", "number", "num", "no", "nbr", "dbn"})
_MOST_SCHOOLS: Final = 20_000
_ENOUGH: Final = 10
"""Rows that must hold a name for it to be quoted."""
_MOST_GROUPS: Final = 60
_ALIKE: Final = 0.6
_NOT: Final = re.compile(r"(?i)^(not?|non|never|other than)\b|\bwithout\b|\bno\b")


def renamed_schools(source: Source, schema: Schema) -> list[Finding]:
    """A finding for each school of one code and several names in different years.

    Two spellings in the same year are no renaming, and are left to the reader of the
    report; names that fewer than ten rows hold are not quoted.
    """
    year = schema.year
    schools = [
        r for r in schema.readings
        if r.role is Role.SCHOOL and r.key != "state"
        and r.family is None and not r.hidden
    ]  # fmt: skip
    code = next((r for r in schools if _is_code(r)), None)
    name = next((r for r in schools if not _is_code(r)), None)
    if year is None or code is None or name is None or schema.rows_are != "students":
        return []
    if code.profile.distinct > _MOST_SCHOOLS:
        return []
    by, called = cleaned_sql(code.name), cleaned_sql(name.name)
    when = cleaned_sql(year.columns[0])
    rows: list[dict[str, Any]] = source.query(
        f"SELECT {by} AS code, {called} AS name, min({when}) AS first,"
        f" max({when}) AS last, count(*) AS n FROM records WHERE {by} IS NOT NULL"
        f" AND {called} IS NOT NULL AND {when} IS NOT NULL GROUP BY 1, 2"
        " QUALIFY count(*) OVER (PARTITION BY code) > 1 ORDER BY code, first, name"
    ).to_pylist()
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault(row["code"], []).append(row)
    said: list[Finding] = []
    for found in by_code.values():
        before, after = found[0], found[-1]
        if before["last"] >= after["first"] or min(r["n"] for r in found) < _ENOUGH:
            continue
        said.append(
            Finding(
                kind="categories by year",
                severity="caution",
                sentence=f"A school of one '{code.name}' is '{before['name']}' until "
                f"{before['last']} and '{after['name']}' from {after['first']}: by "
                f"'{name.name}' it is two schools.",
                next_step=f"Compare schools by '{code.name}', or give both years one "
                "name, with [crosswalk.values] in equity.toml.",
                column=name.name,
                paste=_crosswalk(name.name, after["name"], before["name"]),
            )
        )
    return said[:MOST_SENTENCES]


def _is_code(reading: Reading) -> bool:
    return reading.profile.is_numeric or bool(set(words(reading.name)) & _CODE_WORDS)


@dataclass(slots=True)
class _Seen:
    """A group's rows in each year, and how the file spells it."""

    rows: dict[str, int] = field(default_factory=dict)
    spelled: dict[str, int] = field(default_factory=dict)

    def add(self, year: str, rows: int, text: str | None) -> None:
        self.rows[year] = self.rows.get(year, 0) + rows
        if text is not None:
            self.spelled[text] = self.spelled.get(text, 0) + rows

    @property
    def spelling(self) -> str:
        """The way most rows have it."""
        return max(self.spelled, key=lambda text: (self.spelled[text], text))


def groups_by_year(
    source: Source,
    schema: Schema,
    plan: Tally,
    found: Sequence[Mapping[str, Any]],
) -> list[Finding]:
    """Groups that are there in some years only; one that ends as another begins.

    Of a file of students only groups, and years, of enough rows are spoken of.
    """
    if plan.year is None:
        return []
    counts = schema.rows_are != "students"
    least = 1 if counts else SMALL
    findings = []
    for column, seen in _columns(source, schema, plan, found):
        size: dict[str, int] = {}
        for one in seen.values():
            for year, rows in one.rows.items():
                size[year] = size.get(year, 0) + rows
        ordered = natural_order(y for y, rows in size.items() if rows >= 3 * least)
        if len(ordered) < 2 or not 1 < len(seen) <= _MOST_GROUPS:
            continue
        partly = {
            name: one
            for name, one in sorted(seen.items())
            if name != NOT_REPORTED
            and any(year not in one.rows for year in ordered)
            and any(one.rows.get(year, 0) >= least for year in ordered)
        }
        pairs = _pairs(partly, ordered)
        said = [_one_group(column, *pair, partly, ordered) for pair in pairs]
        paired = {name for pair in pairs for name in pair}
        said += [
            _some_years(column, name, one, ordered)
            for name, one in partly.items()
            if name not in paired
        ]
        findings += said[:MOST_SENTENCES]
    return findings


def _columns(
    source: Source,
    schema: Schema,
    plan: Tally,
    found: Sequence[Mapping[str, Any]],
) -> Iterable[tuple[str, dict[str, _Seen]]]:
    """Each column's groups in each year; of a published table the one that names them.

    There a group's new name may even have been taken for another breakdown.
    """
    year = plan.year
    published = schema.published if schema.rows_are != "students" else None
    group = published.group if published is not None else None
    if year is None:
        return
    if group is not None:
        name, of = cleaned_sql(group), cleaned_sql(year.columns[0])
        held: dict[str, _Seen] = {}
        for row in source.query(
            f"SELECT {name} AS g, {of} AS y, count(*) AS n FROM records WHERE {name}"
            f" IS NOT NULL AND {of} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
        ).to_pylist():
            when = year.classify(row["y"])[0]
            held.setdefault(row["g"], _Seen()).add(when, row["n"], row["g"])
        yield group, held
    made = published.breakdowns if published is not None else {}
    for place, dimension in enumerate(plan.dimensions):
        if group is not None and set(dimension.columns) & made.keys():
            continue
        seen: dict[str, _Seen] = {}
        for row, text, year_text in plan.years(found, place):
            when = year.classify(year_text)[0]
            if when == NOT_REPORTED:
                continue
            whole = " ".join((text or "").casefold().split())
            if whole and whole in dimension.totals:
                continue
            for one in dimension.classify(text):
                seen.setdefault(one, _Seen()).add(when, int(row["n"]), text)
        yield dimension.columns[0], seen


def _pairs(partly: Mapping[str, _Seen], years: Sequence[str]) -> list[tuple[str, str]]:
    """Groups of which one ends in the year before the other begins, and may be it."""
    ends: dict[int, list[str]] = {}
    begins: dict[int, list[str]] = {}
    for name, one in partly.items():
        there = [place for place, year in enumerate(years) if year in one.rows]
        if there[-1] + 1 < len(years):
            ends.setdefault(there[-1] + 1, []).append(name)
        if there[0] > 0:
            begins.setdefault(there[0], []).append(name)
    pairs = []
    for place, before in ends.items():
        after = begins.get(place, [])
        likely = sorted(
            ((_likeness(old, new), old, new) for old in before for new in after),
            key=lambda found: -found[0],
        )
        used: set[str] = set()
        for how, old, new in likely:
            alone = len(before) == len(after) == 1 and _sized_alike(
                partly[old], partly[new], years, place
            )
            if (how >= _ALIKE or (alone and how >= 0)) and not used & {old, new}:
                pairs.append((old, new))
                used |= {old, new}
    return pairs


def _likeness(old: str, new: str) -> float:
    """How surely two names mean one group; below 0 where they cannot."""
    if bool(_NOT.search(old)) != bool(_NOT.search(new)):
        return -1.0
    races = read_race(old), read_race(new)
    if races[0] and races[1]:
        return 1.0 if races[0] == races[1] else -1.0
    known = meaning_of(old), meaning_of(new)
    if known[0] and known[1] and known[0].meaning.key == known[1].meaning.key:
        return 0.9
    for short, long in ((old, new), (new, old)):
        initials = "".join(word[0] for word in re.findall(r"[^\W\d_]+", long))
        if len(short) > 1 and initials.casefold() == short.strip().casefold():
            return 0.95
    return difflib.SequenceMatcher(None, old.casefold(), new.casefold()).ratio()


def _sized_alike(old: _Seen, new: _Seen, years: Sequence[str], place: int) -> bool:
    before, after = old.rows[years[place - 1]], new.rows[years[place]]
    return before <= 2 * after and after <= 2 * before


def _one_group(
    column: str,
    old: str,
    new: str,
    partly: Mapping[str, _Seen],
    years: Sequence[str],
) -> Finding:
    last = [year for year in years if year in partly[old].rows][-1]
    first = next(year for year in years if year in partly[new].rows)
    return Finding(
        kind="categories by year",
        severity="caution",
        sentence=f"In '{column}', '{old}' stands until {last} and '{new}' from {first}"
        " on: is it one group under two names?",
        next_step="If it is, give both years one name with [crosswalk.values] in"
        " equity.toml; if not, the years cannot be compared by it.",
        column=column,
        paste=_crosswalk(column, partly[new].spelling, partly[old].spelling),
    )


def _some_years(column: str, name: str, one: _Seen, years: Sequence[str]) -> Finding:
    having = [year for year in years if year in one.rows]
    without = [year for year in years if year not in one.rows]
    return Finding(
        kind="categories by year",
        severity="caution",
        sentence=f"In '{column}', '{name}' "
        + (
            f"stands only in {listed(having)}."
            if len(having) <= len(without)
            else f"does not appear in {listed(without)}."
        ),
        next_step="Find out whether a name or a rule changed before comparing years.",
        column=column,
    )


def years_in_two_ways(schema: Schema) -> list[Finding]:
    """A finding for each year that is written in two ways: '2020-21', '2020-2021'."""
    year = schema.year
    texts = [
        text
        for reading in schema.readings
        if year is not None and reading.name in year.columns
        for text in reading.profile.texts
    ]
    if year is None or not texts:
        return []
    names = natural_order(name for text in texts for name in year.classify(text))
    by_key: dict[tuple[int, bool], list[str]] = {}
    for name in names:
        key = year_key(name)
        if key is not None:
            by_key.setdefault(key, []).append(name)
    column = year.columns[0]
    return [
        Finding(
            kind="categories by year",
            severity="caution",
            sentence=f"In '{column}', {listed([repr(name) for name in same])} are"
            " written in different ways and count as different years.",
            next_step="Give them one name with [crosswalk.values] in equity.toml.",
            column=column,
            paste=_crosswalk(column, min(same, key=len), *same),
        )
        for same in by_key.values()
        if len(same) > 1
    ][:MOST_SENTENCES]


def _crosswalk(column: str, name: str, *others: str) -> str:
    listed_too = ", ".join(toml_text(other) for other in others if other != name)
    return f"[crosswalk.values.{toml_key(column)}]\n{toml_text(name)} = [{listed_too}]"
