"""Quality of the data: what is missing, doubled, impossible or damaged, in words."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.defaults import indicator_columns
from equitable.intake.meaning.no_value import number_codes
from equitable.intake.meaning.outcomes import no_value_codes, overlapping_totals
from equitable.intake.meaning.schema import Schema
from equitable.intake.names import GRADE_ORDER
from equitable.intake.profile import cleaned_sql, quoted
from equitable.intake.quality.damage import damage_in
from equitable.intake.quality.findings import (
    MOST_SENTENCES,
    SMALL,
    Finding,
    FindingKind,
    Missing,
    Quality,
    in_order,
    many,
)
from equitable.intake.quality.lacking import counts_by_year, missing, missing_by_group
from equitable.intake.quality.renamed import (
    groups_by_year,
    renamed_schools,
    years_in_two_ways,
)
from equitable.intake.quality.sums import impossible_percentages, sums_that_differ
from equitable.intake.quality.tally import OF_A_YEAR, Tally
from equitable.intake.settings_text import toml_key
from equitable.vocabulary import NOT_REPORTED, Condition, Dimension, Indicator, Role

if TYPE_CHECKING:
    from equitable.intake.source import Source

__all__ = ["Finding", "FindingKind", "Missing", "Quality", "assess"]

# ---------------------------------------------------------------------------- assess


def assess(
    source: Source,
    schema: Schema,
    indicators: Sequence[Indicator],
    dimensions: Sequence[Dimension],
    *,
    where: Condition | None = None,
    cautious: bool = False,
) -> Quality:
    """What to know of the data before trusting a figure made from it.

    Two scans: one for what is missing, impossible or new, one for students who stand
    in the file more than once.

    Parameters
    ----------
    indicators, dimensions
        What is going to be shown; only their columns are looked at.
    where
        Which rows are shown: what is assumed of other rows is not said.  Everything
        else is of the whole file.
    cautious
        Whether it stands beside figures that are published: then no number is told of
        those without a group, nor of any group, and none of the whole file beside
        figures of a part of it.  A reader could subtract them.
    """
    plan = Tally(schema, indicators, dimensions)
    found = plan.count(source)
    whole = next(row for row in found if row["level"] == 0)
    told = set(plan.columns)
    if cautious:
        outcomes = {name for one in indicators for name in indicator_columns(one)}
        told = told & outcomes if where is None else set()
    findings = [
        *_damage(schema, plan, found),
        *_impossible(schema, plan, whole),
        *_unknown_grades(plan, found),
        *_codes_of_no_value(schema, plan),
        *number_codes(schema.readings, indicators, dimensions),
        *_duplicates(source, schema),
        *missing_by_group(schema, plan, found, shares=not cautious),
        *counts_by_year(schema, plan, found),
        *groups_by_year(source, schema, plan, found),
        *years_in_two_ways(schema),
        *sums_that_differ(source, schema, indicators),
        *impossible_percentages(source, indicators),
        *renamed_schools(source, schema),
        *missing(plan, whole, told, of_part=where is not None),
        *_about_file(source, schema, where),
    ]
    return Quality(
        rows=int(whole["n"] or 0),
        rows_are=schema.rows_are,
        findings=in_order(findings),
        missing=tuple(
            Missing(
                column=column,
                rows=int(whole["n"] or 0),
                missing=int(whole[f"m{place}"] or 0),
            )
            for place, column in enumerate(plan.columns)
            if column in told
        ),
    )


_A_YEAR: Final = (
    "Nothing is to be corrected: students who came during the year are in the count and"
    " not in the enrollment of one day. Such a row is taken as all of its students."
)


def _impossible(schema: Schema, plan: Tally, whole: Mapping[str, Any]) -> list[Finding]:
    # A row of counts is no student: how many there are gives nobody away.
    counts = schema.rows_are == "counts"
    told = "{:,} rows".format if counts else many
    correct = (
        "Correct them; or, where a number stands for what is held back, say so in"
        ' equity.toml, as in [published] marks = { "-1" = "withheld" }.'
        if counts
        else "Correct them, or list them as missing in equity.toml."
    )
    return [
        Finding(
            kind="impossible values",
            severity="caution",
            sentence=f"In '{column}', 1 row holds {what}."
            if counts and whole[f"w{place}"] == 1
            else f"In '{column}', {told(whole[f'w{place}'])} hold {what}.",
            next_step=_A_YEAR if what.startswith(OF_A_YEAR) else correct,
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
            listed = " and ".join([*told[:MOST_SENTENCES], *rare])
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
    counts = schema.rows_are == "counts"
    missing = "they are taken as missing, never as numbers"
    bounds = "they are read as the bounds that they set, never as numbers"
    for columns, what, taken in (
        (negative, "negative codes, such as -9, that stand for no value", missing),
        (
            marked,
            "marks, such as 's' or '*', that hold small figures back",
            bounds if counts else missing,
        ),
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
                    sentence=f"{which} {what}; {taken}.",
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
        for text, band in list(damaged.items())[:MOST_SENTENCES]:
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

    def distinct(columns: Sequence[Reading]) -> str:
        parts = ["k", *(f"coalesce({cleaned_sql(c.name)}, '')" for c in columns)]
        return f"count(DISTINCT hash({', '.join(parts)}))"

    # The engine may put what it counts on disk: that is a hash with a key that is
    # thrown away, never a number.
    columns = [quoted(name) for name in dict.fromkeys(r.name for r in within)]
    number = f"regexp_replace({cleaned_sql(student)}, '[.]0+$', '')"
    hashed = f"sha256(CAST(? AS VARCHAR) || {number}) AS k"
    row = source.query(
        f"SELECT count(*) AS n, {distinct(within)} AS apart, {distinct(years)} AS once "
        f"FROM (SELECT {', '.join([hashed, *columns])} FROM records"
        f" WHERE {cleaned_sql(student)} IS NOT NULL)",
        [secrets.token_hex(32)],
    ).to_pylist()[0]
    doubled, again = row["n"] - row["apart"], row["n"] - row["once"]
    same = " and ".join(f"'{reading.name}'" for reading in within)
    findings = []
    if doubled:
        findings.append(
            Finding(
                kind="duplicates",
                severity="caution",
                sentence=f"{many(doubled).capitalize()} repeat a student who already "
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


def _about_file(
    source: Source, schema: Schema, where: Condition | None
) -> list[Finding]:
    findings = [
        Finding(kind="file", severity="note", sentence=note) for note in source.notes
    ]
    findings += [
        Finding(kind="file", severity="note", sentence=note)
        for note in schema.notes_where(source, where)
    ]
    findings += [
        Finding(
            kind="file",
            severity="note",
            sentence=f"{left.rows:,} {'row was' if left.rows == 1 else 'rows were'} "
            f"left out: {left.reason}.",
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
