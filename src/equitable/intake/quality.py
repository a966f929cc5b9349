"""Quality of the data: what is missing, doubled, impossible or damaged, in words."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from equitable.intake.columns import Reading
from equitable.intake.damage import damage_in
from equitable.intake.names import GRADE_ORDER
from equitable.intake.outcomes import no_value_codes, overlapping_totals
from equitable.intake.profile import cleaned_sql
from equitable.intake.schema import Schema, indicator_columns
from equitable.intake.tally import Tally
from equitable.vocabulary import NOT_REPORTED, Dimension, Indicator, Role

if TYPE_CHECKING:
    from equitable.intake.source import Source

FindingKind: TypeAlias = Literal[
    "missing",
    "missing by group",
    "duplicates",
    "impossible values",
    "categories by year",
    "date damage",
    "identifiers",
    "file",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know about the data before trusting a figure made from it.

    ``sentence`` holds no identifier and no count of a small group.
    """

    kind: FindingKind
    severity: Literal["note", "caution"]
    sentence: str
    next_step: str = ""
    column: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """How much of a column has no value."""

    column: str
    rows: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was found, worst first, and the missing values of each column used."""

    rows: int
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = ()


# ---------------------------------------------------------------------------- assess

SMALL: Final = 10
"""Counts under this are not told."""
_FAR_P: Final = 0.001
_FAR_POINTS: Final = 0.10
_FAR_TIMES: Final = 2.0
_MOST_SENTENCES: Final = 5
"""Of one kind about one column: more would hide the rest."""
_KIND_ORDER: Final[tuple[FindingKind, ...]] = (
    "date damage", "impossible values", "duplicates", "missing by group",
    "categories by year", "missing", "file", "identifiers",
)  # fmt: skip


def assess(
    source: Source,
    schema: Schema,
    indicators: Sequence[Indicator],
    dimensions: Sequence[Dimension],
) -> Quality:
    """What to know of the data before trusting a figure made from it.

    Two scans: one for what is missing, impossible or new, one for students who stand
    in the file more than once.

    Parameters
    ----------
    indicators, dimensions
        What is going to be shown; only their columns are looked at.
    """
    plan = Tally(schema, indicators, dimensions)
    found = plan.count(source)
    whole = next(row for row in found if row["level"] == 0)
    findings = [
        *_damage(schema, plan, found),
        *_impossible(plan, whole),
        *_unknown_grades(plan, found),
        *_codes_of_no_value(schema, plan),
        *_duplicates(source, schema),
        *_missing_by_group(schema, plan, found),
        *_by_year(plan, found),
        *_missing(plan, whole),
        *_about_file(source, schema),
    ]
    findings.sort(key=lambda f: (f.severity != "caution", _KIND_ORDER.index(f.kind)))
    return Quality(
        rows=int(whole["n"] or 0),
        findings=tuple(dict.fromkeys(findings)),
        missing=tuple(
            Missing(
                column=column,
                rows=int(whole["n"] or 0),
                missing=int(whole[f"m{place}"] or 0),
            )
            for place, column in enumerate(plan.columns)
        ),
    )


def _many(count: int, noun: str = "row") -> str:
    """A count that may be told: small ones are not."""
    if count < SMALL:
        return f"fewer than {SMALL} {noun}s"
    return f"{count:,} {noun}s"


def _impossible(plan: Tally, whole: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding(
            kind="impossible values",
            severity="caution",
            sentence=f"In '{column}', {_many(whole[f'w{place}'])} hold {what}.",
            next_step="Correct them, or list them as missing in equity.toml.",
            column=column,
        )
        for place, (_, column, what) in enumerate(plan.wrong)
        if whole[f"w{place}"]
    ]


def _unknown_grades(plan: Tally, found: Sequence[Mapping[str, Any]]) -> list[Finding]:
    findings = []
    for place, dimension in enumerate(plan.dimensions):
        if dimension.role is not Role.GRADE:
            continue
        rows: dict[str, int] = {}
        for row, text in plan.groups(found, place):
            for group in dimension.classify(text):
                rows[group] = rows.get(group, 0) + int(row["n"])
        known = {*GRADE_ORDER, NOT_REPORTED, *overlapping_totals(rows)}
        unknown = sorted(rows.keys() - known)
        if unknown:
            # What few rows hold may be anything, a name too.
            told = [f"'{group}'" for group in unknown if rows[group] >= SMALL]
            rare = ["rare values"] if len(told) < len(unknown) else []
            listed = " and ".join([*told[:_MOST_SENTENCES], *rare])
            findings.append(
                Finding(
                    kind="impossible values",
                    severity="note",
                    sentence=f"'{dimension.columns[0]}' holds {listed}, which "
                    f"{'is' if len(told) == 1 and not rare else 'are'} no known grade.",
                    next_step="Say in equity.toml what they mean, or leave them out "
                    "with --where.",
                    column=dimension.columns[0],
                )
            )
    return findings


def _codes_of_no_value(schema: Schema, plan: Tally) -> list[Finding]:
    negative, marked = [], []
    for reading in schema.readings:
        codes = [] if reading.hidden else no_value_codes(reading.profile)
        if any(code.startswith("-") for code in codes):
            negative.append(reading.name)
        elif codes:
            marked.append(reading.name)
    findings = []
    for columns, what in (
        (negative, "negative codes, such as -9, that stand for no value"),
        (marked, "marks, such as 's' or '*', that hold small figures back"),
    ):
        if columns:
            which = (
                f"{len(columns):,} columns hold" if len(columns) > 3
                else " and ".join(f"'{c}'" for c in columns)
                + (" holds" if len(columns) == 1 else " hold")
            )  # fmt: skip
            used = [column for column in columns if column in plan.columns]
            findings.append(
                Finding(
                    kind="missing",
                    severity="caution" if used else "note",
                    sentence=f"{which} {what}; they are taken as missing, never as "
                    "numbers.",
                    column=columns[0] if len(columns) == 1 else None,
                )
            )
    return findings


def _damage(
    schema: Schema, plan: Tally, found: Sequence[Mapping[str, Any]]
) -> list[Finding]:
    values = {r.name: dict(r.profile.values) for r in schema.readings}
    for place, dimension in enumerate(plan.dimensions):
        if dimension.form == "column" and len(dimension.columns) == 1:
            there = values[dimension.columns[0]]
            for row, text in plan.groups(found, place):
                if text:
                    there[text] = max(there.get(text, 0), int(row["n"]))
    findings = []
    for reading in schema.readings:
        column, damaged = reading.name, damage_in(reading, values[reading.name])
        for text, band in list(damaged.items())[:_MOST_SENTENCES]:
            findings.append(
                Finding(
                    kind="date damage",
                    severity="caution",
                    sentence=f"In '{column}', '{text}' looks like a band that a "
                    f"spreadsheet turned into a date: it was probably '{band}'.",
                    next_step="Say so in equity.toml: "
                    f"[dimensions.{toml_key(column)}] values = "
                    f'{{ "{text}" = "{band}" }}; or export the file again without '
                    "opening it in a spreadsheet.",
                    column=column,
                )
            )
    return findings


def toml_key(name: str) -> str:
    """A name as a key of TOML, quoted where it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _duplicates(source: Source, schema: Schema) -> list[Finding]:
    """Students who stand in the file more than once, counted by a hash in the scan."""
    student = schema.student
    if student is None or schema.rows_are != "students":
        return []
    within = [
        r for r in schema.readings
        if r.role in (Role.YEAR, Role.GRADE) or r.key in ("year", "term", "program")
    ]  # fmt: skip
    within = [r for r in within if not r.hidden and not r.about_staff]
    years = [r for r in within if r.role is Role.YEAR]
    number = f"regexp_replace({cleaned_sql(student)}, '[.]0+$', '')"

    def distinct(columns: Sequence[Reading]) -> str:
        parts = [number, *(f"coalesce({cleaned_sql(c.name)}, '')" for c in columns)]
        return f"count(DISTINCT hash({', '.join(parts)}))"

    row = source.query(
        f"SELECT count(*) AS n, {distinct(within)} AS apart, {distinct(years)} AS once "
        f"FROM records WHERE {cleaned_sql(student)} IS NOT NULL"
    ).to_pylist()[0]
    doubled, again = row["n"] - row["apart"], row["n"] - row["once"]
    same = " and ".join(f"'{reading.name}'" for reading in within)
    findings = []
    if doubled:
        findings.append(
            Finding(
                kind="duplicates",
                severity="caution",
                sentence=f"{_many(doubled).capitalize()} repeat a student who already "
                "stands in the file" + (f" with the same {same}." if same else "."),
                next_step="Keep one row for each student, or those students count "
                "more than once.",
            )
        )
    elif again:
        findings.append(
            Finding(
                kind="duplicates",
                severity="note",
                sentence="A student may stand in several rows"
                + (f" of the same {years[0].name.lower()}" if years else "")
                + f", one for each {same}: figures count rows, not students.",
            )
        )
    return findings


def _missing_by_group(
    schema: Schema, plan: Tally, found: Sequence[Mapping[str, Any]]
) -> list[Finding]:
    """Groups whose outcome is missing far more often than the others'.

    Score test of two proportions, p < .001, and at least ten points more, or twice as
    often and at least five in a hundred.
    """
    if schema.rows_are != "students":
        return []
    findings: list[tuple[float, Finding]] = []
    for place, dimension in enumerate(plan.dimensions):
        rows = plan.groups(found, place)
        for which, indicator in enumerate(plan.indicators):
            counts: dict[str, list[int]] = {}
            everyone = lacking = 0
            for row, text in rows:
                groups = dimension.classify(text)
                if groups == (NOT_REPORTED,):
                    continue  # often those who were not there at all in that year
                everyone += int(row["n"])
                lacking += int(row[f"o{which}"])
                for group in groups:
                    pair = counts.setdefault(group, [0, 0])
                    pair[0] += int(row["n"])
                    pair[1] += int(row[f"o{which}"])
            own = set(dimension.columns) & set(indicator_columns(indicator))
            if own:
                continue
            for group, (n, missing) in counts.items():
                rest, rest_missing = everyone - n, lacking - missing
                if not _far(n, missing, rest, rest_missing):
                    continue
                share, other = missing / n, rest_missing / rest
                findings.append(
                    (share - other,
                     _lacks(dimension, group, indicator, (missing, n),
                            (rest_missing, rest)))
                )  # fmt: skip
    findings.sort(key=lambda entry: -entry[0])
    return [finding for _, finding in findings[: 2 * _MOST_SENTENCES]]


def _far(n: int, missing: int, rest: int, rest_missing: int) -> bool:
    if n < SMALL or rest < SMALL or missing * rest <= rest_missing * n:
        return False
    share, other = missing / n, rest_missing / rest
    pooled = (missing + rest_missing) / (n + rest)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / rest))
    if spread == 0:
        return False
    p = math.erfc((share - other) / spread / math.sqrt(2))
    twice = share >= _FAR_TIMES * other and share >= _FAR_POINTS / 2
    far = share - other >= _FAR_POINTS or twice
    return p < _FAR_P and far


def _lacks(
    dimension: Dimension,
    group: str,
    indicator: Indicator,
    own: tuple[int, int],
    rest: tuple[int, int],
) -> Finding:
    """Shares are told only of ten with and ten without: a share gives the rest."""
    who = f"'{group}' ({dimension.label})"
    sentence = f"'{indicator.label}' is missing more often for {who} than for others."
    if _tellable(*own) and _tellable(*rest):
        share, other = (100 * missing / n for missing, n in (own, rest))
        sentence = (
            f"'{indicator.label}' is missing for {share:.0f} of every 100 students of "
            f"the group {who}, and for {other:.0f} of every 100 others."
        )
    return Finding(
        kind="missing by group",
        severity="caution",
        sentence=sentence,
        next_step="Find out why before comparing: those without a value may differ "
        "from those with one.",
        column=indicator.column or indicator.count,
    )


def _tellable(missing: int, n: int) -> bool:
    return missing >= SMALL and n - missing >= SMALL


def _by_year(plan: Tally, found: Sequence[Mapping[str, Any]]) -> list[Finding]:
    if plan.year is None:
        return []
    findings = []
    for place, dimension in enumerate(plan.dimensions):
        seen: dict[str, dict[str, int]] = {}
        size: dict[str, int] = {}
        for row, text, year_text in plan.years(found, place):
            year = plan.year.classify(year_text)[0]
            if year == NOT_REPORTED:
                continue
            size[year] = size.get(year, 0) + int(row["n"])
            for group in dimension.classify(text):
                counts = seen.setdefault(group, {})
                counts[year] = counts.get(year, 0) + int(row["n"])
        years = sorted(year for year, rows in size.items() if rows >= 3 * SMALL)
        if len(years) < 2 or not 1 < len(seen) <= 60:
            continue
        said = 0
        for group, there in sorted(seen.items()):
            without = [year for year in years if year not in there]
            solid = any(there.get(year, 0) >= SMALL for year in years)
            if group == NOT_REPORTED or not without or not solid:
                continue
            if said < _MOST_SENTENCES:
                having = [year for year in years if year in there]
                findings.append(
                    Finding(
                        kind="categories by year",
                        severity="caution",
                        sentence=f"In '{dimension.columns[0]}', '{group}' "
                        + (
                            f"stands only in {_listed(having)}."
                            if len(having) <= len(without)
                            else f"does not appear in {_listed(without)}."
                        ),
                        next_step="Find out whether a name or a rule changed before "
                        "comparing years.",
                        column=dimension.columns[0],
                    )
                )
            said += 1
    return findings


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:6])
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    if len(shown) == 1 or more:
        return ", ".join(shown) + more
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _missing(plan: Tally, whole: Mapping[str, Any]) -> list[Finding]:
    rows = int(whole["n"] or 0)
    findings = []
    for place, column in enumerate(plan.columns):
        missing = int(whole[f"m{place}"] or 0)
        share = missing / rows if rows else 0.0
        if missing < SMALL or share < 0.01:
            continue
        findings.append(
            Finding(
                kind="missing",
                severity="caution" if share >= 0.2 else "note",
                sentence=f"'{column}' has no value in "
                + (
                    f"{max(1, round(100 * share))} of every 100 rows."
                    if _tellable(missing, rows) or missing == rows
                    else "nearly every row."
                ),
                column=column,
            )
        )
    return findings


def _about_file(source: Source, schema: Schema) -> list[Finding]:
    findings = [
        Finding(kind="file", severity="note", sentence=note) for note in source.notes
    ]
    findings += [
        Finding(kind="file", severity="note", sentence=note) for note in schema.notes
    ]
    findings += [
        Finding(
            kind="file",
            severity="note",
            sentence=f"{left.rows:,} rows were left out: {left.reason}.",
        )
        for left in source.left_out
        if left.rows
    ]
    if schema.dropped:
        named = ", ".join(f"'{name}' ({what})" for name, what in schema.dropped[:8])
        more = len(schema.dropped) - 8
        findings.append(
            Finding(
                kind="identifiers",
                severity="note",
                sentence="Dropped, because they say who somebody is: "
                + named + (f" and {more} more" if more > 0 else "") + ".",
                next_step="If one is wrong, set its role in equity.toml.",
            )
        )  # fmt: skip
    return findings
