"""What is shown when nobody chose: traits, outcomes, and what was assumed of a file."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from equitable.errors import QuestionError
from equitable.intake.meaning.absence import chronic_indicator, chronic_of_rate
from equitable.intake.meaning.assumed import about_blanks, about_race, how_to_ask
from equitable.intake.meaning.columns import MANY, Reading, one_sided
from equitable.intake.meaning.groups import hispanic_beside, is_race
from equitable.intake.meaning.outcomes import (
    bare_indicator,
    column_indicator,
    counts_indicator,
    events_split,
    no_value_codes,
    overlapping_totals,
    proposed_split,
)
from equitable.intake.meaning.rows import RowsAre
from equitable.intake.meaning.sizes import is_share, reached
from equitable.intake.names import marker, meaning_of, yes_no
from equitable.intake.profile import quoted
from equitable.intake.published.dimensions import percent_indicator
from equitable.intake.published.groups_named import NO_NAME
from equitable.intake.published.tables import breakdowns_of
from equitable.vocabulary import Direction, Indicator, Kind, Role

if TYPE_CHECKING:
    from equitable.intake.meaning.schema import Schema
    from equitable.intake.published.tables import Published
    from equitable.intake.source import Source

_GUESSED = 60.0
"""The rank of what no name gives away: shown only where little else is known."""
_FIGURES = (
    "Each row looks like a published average or percent of a group, not like a "
    "student. Averages of averages mislead: they are laid side by side and never "
    "averaged, and no number of students is guessed."
)
_UNSURE = (
    "Each row may be a group's published average or percent, or one student's own: "
    "nothing in the file says which, and it is not compared until somebody does, in "
    "equity.toml."
)
_OVERLAP = "rows overlap, so choose with --where, or students count twice"


def chosen_traits(
    readings: Sequence[Reading],
    flags: Sequence[Reading],
    grade: str | None,
    published: Published | None,
    *,
    most: int,
) -> list[Reading]:
    """The columns to compare groups by, most useful first.

    Of columns repeated by grade, the one of ``grade``, else the fullest; of yes/no
    columns of races, the first stands for all; traits without a telling name only
    where fewer than three have one; ``most`` of them.

    The breakdowns of a ``published`` table are all kept, by whatever name: to leave one
    out would deny a gap that the file tells of.
    """
    has_race = any(is_race(r) for r in readings if r.role is Role.DIMENSION)
    paired = {
        other.name
        for reading in readings
        if is_race(reading) and (other := hispanic_beside(reading, readings))
    }
    single: list[Reading] = []
    families: dict[str, Reading] = {}
    for reading in readings:
        if (
            reading.role is not Role.DIMENSION
            or reading.name in paired
            or (reading in flags and (has_race or reading is not flags[0]))
            or reading.profile.distinct > MANY
            or (one_sided(reading) and not (reading in flags or reading.blank_is_no))
        ):
            continue
        if reading.family is None:
            single.append(reading)
            continue
        stem = reading.family[0]
        kept = families.get(stem)
        if kept is None or _fits(reading, grade) > _fits(kept, grade):
            families[stem] = reading
    places = {reading.name: place for place, reading in enumerate(readings)}
    ranked = sorted(
        (
            (_rank(reading, flags), places[reading.name], reading)
            for reading in [*single, *families.values()]
        ),
        key=lambda entry: entry[:2],
    )
    breakdowns = breakdowns_of(published) if published else ()
    told = [reading for _, _, reading in ranked if reading.name in breakdowns]
    others = [entry for entry in ranked if entry[2].name not in breakdowns]
    known = [reading for rank, _, reading in others if rank < _GUESSED]
    guessed = [reading for rank, _, reading in others if rank >= _GUESSED]
    lacking = max(0, 3 - len(known) - len(told))
    shown = [*told, *[*known, *guessed[:lacking]][: max(0, most - len(told))]]
    return [reading for _, _, reading in ranked if reading in shown]


def _fits(reading: Reading, grade: str | None) -> tuple[bool, int]:
    own = reading.family is not None and reading.family[1] == grade
    return (own, -reading.profile.missing)


def _rank(reading: Reading, flags: Sequence[Reading]) -> float:
    if reading in flags:
        return 1.0
    rank = float(reading.meaning.rank) if reading.meaning else _GUESSED
    return min(rank, 10.0) if reading.yours else rank


def chosen_outcomes(readings: Sequence[Reading], file: str) -> tuple[Indicator, ...]:
    """The outcomes that columns of students make, most useful first."""
    ranked: list[tuple[float, int, Indicator]] = []
    enrolled = next((r for r in readings if r.key == "days enrolled"), None)
    for place, reading in enumerate(readings):
        if reading.role is not Role.OUTCOME:
            continue
        one = proposal_for(reading, file)
        if one is None:
            continue
        rank = float(reading.meaning.rank) if reading.meaning else _GUESSED
        rank += 20 * (reading.confidence < 0.65) - 5 * reading.yours
        if reading.family:
            # The latest grade says where students have arrived.
            rank += 0.05 * (12 - _grade_number(reading.family[1]))
        ranked.append((rank, place, one))
        rate = reading.key == "attendance rate" and one.kind is Kind.MEAN
        if rate and not any(r.key == "chronically absent" for r in readings):
            ranked.append((rank - 1, place, chronic_of_rate(reading)))
        if reading.key == "absences" and enrolled is not None:
            ranked.append((rank - 1, place, chronic_indicator(reading, enrolled)))
    return tuple(one for _, _, one in sorted(ranked, key=lambda entry: entry[:2]))


def proposal_for(
    reading: Reading, file: str, total: str | None = None
) -> Indicator | None:
    """The indicator that a column would make, for a person to read and correct.

    Words are split by what they usually say; ``None`` where a person has to say more.
    """
    try:
        return column_indicator(reading, file=file, total=total)
    except QuestionError:
        split = proposed_split(reading) or events_split(reading)
    if split is None:
        return None
    return replace(
        bare_indicator(reading.name, reading.name),
        kind=Kind.RATE,
        unit="",
        true_values=split.reached,
        false_values=split.not_reached,
        missing=split.no_result,
        total=total,
    )


def outcomes_of_counts(
    readings: Sequence[Reading],
    file: str,
    total: str | None,
    totals: Mapping[str, str],
    *,
    published: bool = False,
    apart: Container[str] = (),
) -> tuple[Indicator, ...]:
    """The outcomes of a table of counts: nothing without its total.

    Either a column says which outcome a row's students had, or counts stand beside the
    percents that were made from them (``totals``, from ``totals_by_percents``).  In a
    ``published`` table, percentages of the total do where there is no count; levels
    that another column is the sum of (``apart``) are left to who asks for them.
    """
    own = [r for r in readings if r.role is Role.OUTCOME] if total else []
    found = [one for r in own if (one := proposal_for(r, file, total)) is not None]
    if found:
        return tuple(found)
    by_name = {reading.name: reading for reading in readings}
    if total and not totals:
        # 'proficient' beside 'tested': a count that is named like an outcome.
        most = by_name[total].profile.high or 0
        totals = {
            reading.name: total
            for reading in readings
            if reading.role is Role.COUNT
            and (named := meaning_of(reading.name)) is not None
            and (named.meaning.kind or named.meaning.role is Role.COUNT)
            and (reading.profile.high or 0) <= most
            and (reading.profile.is_integer or not reading.profile.numbers)
        }
        if published:
            totals |= {
                reading.name: total
                for reading in readings
                if reading.role is Role.COUNT and reached(reading)
                and reading.profile.is_integer and (reading.profile.high or 0) <= most
            }  # fmt: skip
    rates = [
        replace(
            counts_indicator(None, count, whole),
            missing=tuple(
                dict.fromkeys(
                    mark
                    for name in (count, whole)
                    for mark in no_value_codes(by_name[name].profile)
                )
            ),
        )
        for count, whole in totals.items()
        if count not in apart
    ]
    if published and total and not rates:
        others = [r for r in readings if r.name not in apart]
        rates = list(_shares(others, total, file))
    # 'Level 3+4' says more than each level alone.
    return tuple(sorted(rates, key=lambda rate: "+" not in rate.label))


def _shares(readings: Sequence[Reading], total: str, file: str) -> Iterator[Indicator]:
    """The outcomes that columns of percentages of the total make."""
    for reading in readings:
        if reading.name == total or not is_share(reading):
            continue
        try:
            yield percent_indicator(None, reading, total, direction=None, file=file)
        except QuestionError:
            continue  # Nothing says whether its 1 is all, or one in a hundred.


def proposed_counts(schema: Schema, outcome: str) -> tuple[str | None, str | None]:
    """Count and total of an outcome in a table of counts, by what its columns are.

    Raises
    ------
    QuestionError
        Where rows are no students and nothing says how many each stands for.
    """
    known = [
        one
        for one in schema.indicators
        if outcome.casefold() in (one.name.casefold(), one.label.casefold())
    ]
    declared = schema.settings.indicators if schema.settings else {}
    if not outcome or (known and declared):
        return None, None
    if known and known[0].snapshot:
        return None, None
    if known and known[0].is_counts:
        return known[0].count, known[0].total
    reading = next((r for r in schema.readings if r.name == outcome), None)
    if reading is not None and outcome in schema.totals:
        return outcome, schema.totals[outcome]
    total = schema.total_column
    if reading is not None and reading.role in (Role.COUNT, Role.TOTAL):
        step = f"Give --count '{outcome}' and, of how many, --total '{total or '…'}'."
        raise QuestionError(
            "it counts students, and its average over rows says nothing of a student",
            file=schema.file,
            column=outcome,
            next_step=total_of_count(outcome, total) if outcome == total else step,
        )
    if total is None:
        raise QuestionError(
            "each row seems to stand for many students, and no column says how many",
            file=schema.file,
            next_step="Name it with --total (and with --count, for how many it is"
            " true); or, if each row is one student, let equitable inspect write"
            " equity.toml and correct it.",
        )
    return None, total


def direction_assumed(indicators: Sequence[Indicator]) -> str:
    """Which way was taken as better, where nobody said it; empty for no indicators."""
    ways = {
        way: [one.label for one in indicators if one.direction is way]
        for way in Direction
    }
    if len(indicators) == 1:
        way, other = "higher", "lower"
        if ways[Direction.LOWER]:
            way, other = other, way
        return (
            f"{way.capitalize()} is taken as better; if {other} is better, add"
            f" --direction {other}."
        )
    said = [f"{way} for {', '.join(names)}" for way, names in ways.items() if names]
    return (
        f"Taken as better: {'; '.join(said)}. Where that is wrong, correct the"
        " direction in equity.toml."
        if said
        else ""
    )


def total_assumed(indicator: Indicator) -> str:
    """Which column says how many students a row is; empty where rows are students."""
    if indicator.total is None or indicator.count is not None:
        return ""
    return (
        f"Each row was taken for as many students as '{indicator.total}' says; if that"
        " is wrong, name the column with --total."
    )


def total_of_count(count: str, total: str | None) -> str:
    """What to do about a count without its total.

    ``total`` is the column that seems to say how many students each row stands for.
    """
    if total == count:
        return (
            f"'{count}' seems to say how many students each row stands for: give it as"
            f" --total '{count}' instead, with --outcome."
        )
    if total is not None:
        return f"Give --total with the column of all students: --total '{total}'?"
    return "Give --total with the column of all students."


def totals_by_percents(source: Source, readings: Sequence[Reading]) -> dict[str, str]:
    """From each count beside its percent to the total that the percent was made from.

    Found by arithmetic on the first rows: 100 count / total is the percent, to within
    rounding, in 95 % of them.
    """
    percents = {
        _bare(r.name): r.name
        for r in readings
        if marker(r.name) == "percent" and r.profile.is_numeric
    }
    counts = [
        r for r in readings if r.role in (Role.COUNT, Role.TOTAL) and not r.hidden
    ]
    twins = [r for r in counts if _bare(r.name) in percents and r.name.startswith("#")]
    pairs = [
        (count, whole)
        for count in twins[:20]
        for whole in counts
        if whole is not count and (whole.profile.high or 0) >= (count.profile.high or 0)
    ]
    if not pairs:
        return {}
    agree = []
    for count, whole in pairs:
        c, w, p = (
            f"TRY_CAST({quoted(name)} AS DOUBLE)"
            for name in (count.name, whole.name, percents[_bare(count.name)])
        )
        agree.append(f"avg(CAST(abs(100 * {c} / nullif({w}, 0) - {p}) < 0.06 AS INT))")
    listed = ", ".join(f"{sql} AS a{place}" for place, sql in enumerate(agree))
    row = source.query(
        f"SELECT {listed} FROM (SELECT * FROM records LIMIT 5000)"
    ).to_pylist()[0]
    found: dict[str, str] = {}
    for place, (count, whole) in enumerate(pairs):
        if (row[f"a{place}"] or 0) >= 0.95:
            found.setdefault(count.name, whole.name)
    return found


def assumptions(
    readings: Sequence[Reading],
    rows: RowsAre,
    declared: Container[str],
    *,
    sure: bool = True,
    asked: bool = False,
) -> tuple[str, ...]:
    """What was assumed of a file and is to be said with every result.

    ``declared`` are the columns that a person has described in ``equity.toml``;
    ``sure`` whether it is certain what a row is; ``asked`` whether an outcome was
    asked for, so that nobody needs to be told how to.
    """
    notes = []
    said = any(r.yours and r.role in (Role.COUNT, Role.TOTAL) for r in readings)
    if rows == "counts" and not said:
        notes.append("Each row was taken for a count of students, not for one student.")
        notes += [] if asked else how_to_ask(readings)
    if rows == "figures":
        notes.append(_FIGURES if sure else _UNSURE)
    notes += about_blanks(readings, declared)
    notes += about_race(readings, declared)
    if rows != "students":
        notes += overlaps(readings)
    for reading in readings:
        if reading.hidden:
            continue
        numbers = reading.profile.is_numeric and yes_no(reading.codes) is None
        coded = reading.key == "race" and numbers and not reading.labels
        if coded and reading.role is Role.DIMENSION and reading.name not in declared:
            notes.append(
                f"The numbers in '{reading.name}' are used as they stand: say in "
                "equity.toml which race or ethnicity each one means."
            )
    return tuple(notes)


def overlaps(readings: Sequence[Reading]) -> list[str]:
    """A caution for each column with values for everybody beside groups."""
    return [
        f"'{reading.name}' holds '{everyone[0]}' beside single groups: {_OVERLAP}."
        for reading in readings
        if not reading.hidden
        and (everyone := overlapping_totals(reading.codes))
        and len(reading.codes) > len(everyone)
    ]


def cautions(notes: Sequence[str]) -> tuple[str, ...]:
    """Those notes that would mislead about every figure, to be read before them."""
    return tuple(
        note
        for note in notes
        if note == _FIGURES or _OVERLAP in note or NO_NAME in note
    )


def _grade_number(grade: str) -> int:
    return 0 if grade == "K" else int(grade)


def _bare(name: str) -> str:
    return re.sub(r"^[#%\s]+", "", name).casefold()


def indicator_columns(indicator: Indicator) -> tuple[str, ...]:
    """The columns that an indicator is made from."""
    named = (indicator.column, indicator.count, indicator.total, indicator.enrolled)
    condition = indicator.condition.columns if indicator.condition else ()
    return tuple(dict.fromkeys([*(n for n in named if n is not None), *condition]))
