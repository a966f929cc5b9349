"""Dimensions and indicators of a published table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.errors import QuestionError
from equitable.intake.meaning.columns import Reading
from equitable.intake.meaning.groups import spoken
from equitable.intake.meaning.outcomes import counts_indicator
from equitable.intake.meaning.rows import RowsAre
from equitable.intake.names import marker, words
from equitable.intake.published.civil_rights import ENROLLED, TOPICS
from equitable.intake.published.tables import (
    Published,
    breakdowns_of,
    everyone_in,
    folded,
)
from equitable.intake.where import quote_name
from equitable.vocabulary import Condition, Dimension, Direction, Indicator

if TYPE_CHECKING:
    from equitable.intake.source import Source

_SHARE: Final = re.compile(
    r"(?i)(^|[^a-z])(share|proportion|fraction|rate)s?($|[^a-z])"
)


def with_totals(dimension: Dimension, published: Published | None) -> Dimension:
    """The dimension, knowing which of its column's values are of all its groups."""
    if published is None or len(dimension.columns) != 1:
        return dimension
    totals = everyone_in(published, dimension.columns[0])
    return replace(dimension, totals=totals) if totals else dimension


def parts(published: Published | None, asked: Sequence[Dimension]) -> list[Dimension]:
    """What else tells a total from its parts: the table's dimensions not asked for.

    The cube needs them, or it would add up rows that hold one another.
    """
    if published is None:
        return []
    used = {column for dimension in asked for column in dimension.columns}
    if published.places is not None:
        # A row's level settles which of its places stand for all of them.
        used |= set(published.places.columns.values())
    names = dict.fromkeys((*breakdowns_of(published), *published.totals))
    levels = [
        Dimension(
            name=name,
            label=spoken(name),
            columns=(name,),
            form="level",
            classify=lambda text: (text or "",),
            totals=highest,
        )
        for name, highest in published.levels.items()
        if name not in used
    ]
    return levels + [
        Dimension(
            name=name,
            label=spoken(name),
            columns=(name,),
            form="part",
            classify=lambda text: (text or "",),
            totals=everyone_in(published, name),
        )
        for name in names
        if name not in used
    ]


def with_parts(
    published: Published | None,
    rows_are: RowsAre,
    indicators: Sequence[Indicator],
    asked: list[Dimension],
) -> list[Dimension]:
    """The dimensions of a scan: of a published table, also what tells its totals."""
    counted = any(indicator.is_counts for indicator in indicators)
    if published is None or not (counted or rows_are == "figures"):
        return asked
    asked = [with_totals(dimension, published) for dimension in asked]
    return [*asked, *parts(published, asked)]


def indicators_of(published: Published) -> tuple[Indicator, ...]:
    """The outcomes of a table whose columns are groups, most useful first."""
    if published.layout == "civil rights":
        known = {topic.name: topic for topic in TOPICS}
        return tuple(
            replace(
                counts_indicator(name, name, ENROLLED, direction=known[name].direction),
                label=known[name].label,
                note=known[name].note,
                snapshot=True,
            )
            for name in published.topics
        )
    if published.wide is None:
        return ()
    total, *others = published.wide.in_order()
    shares = published.wide.shares
    found = []
    counted = {_unmarked(name) for name in others if name not in shares}
    for name in others:
        if name in shares and _unmarked(name) in counted:
            continue  # Its count says the same, and to the student.
        one = counts_indicator(None, name, total)
        if name in shares and not shares[name]:
            continue  # Nothing says whether its 1 is all, or one in a hundred.
        if name in shares:
            one = replace(one, count=None, percent=name, hundred=shares[name])
        found.append(one)
    return tuple(found)


def _unmarked(name: str) -> tuple[str, ...]:
    """A name without the word that says what kind of number it is."""
    return tuple(word for word in words(name) if marker(word) is None)


def indicator_named(name: str, published: Published | None) -> Indicator | None:
    """One of a table whose columns were groups, by its name or its label."""
    known = indicators_of(published) if published is not None else ()
    fits = (one for one in known if name.casefold() in (one.name, one.label.casefold()))
    return next(fits, None)


def refuse_mixed(column: str, published: Published | None, file: str) -> None:
    """Refuse a column of several breakdowns: every student stands in each of them.

    Raises
    ------
    QuestionError
        Naming the breakdowns, each of which can be asked for.
    """
    if published is not None and column in published.levels:
        raise QuestionError(
            "its rows hold one another (a state, its districts, their schools), so that"
            " they are no groups to compare",
            file=file,
            column=column,
            next_step="Choose one level with --where, or compare by a column of places"
            " such as the school.",
        )
    if published is None or column not in published.named_by:
        return
    names = list(breakdowns_of(published))
    raise QuestionError(
        "it mixes breakdowns that overlap: every student stands in each of them",
        file=file,
        column=column,
        next_step="Ask for one or several of them, such as --by"
        f" {','.join(_quoted(name) for name in names[:2])}. They are:"
        f" {', '.join(names)}.",
    )


def one_breakdown(
    source: Source,
    published: Published | None,
    names: Sequence[str],
    where: Condition | None,
) -> list[str]:
    """The names that were asked for, a column of several breakdowns as the one left.

    Where a condition keeps rows of one breakdown alone, its column of groups is that
    breakdown.
    """
    if published is None or published.group is None or where is None:
        return list(names)
    if not {*names} & {*published.named_by}:
        return list(names)
    column = quote_name(published.group)
    found = source.query(
        f"SELECT DISTINCT CAST({column} AS VARCHAR) AS g FROM records WHERE {where.sql}"
    )["g"].to_pylist()
    left = {folded(text) for text in found if text is not None}
    held = [
        breakdown
        for breakdown, values in published.breakdowns.items()
        if left & {*map(folded, values)}
    ]
    if len(held) != 1:
        return list(names)
    return [held[0] if name in published.named_by else name for name in names]


def _quoted(name: str) -> str:
    return f'"{name}"' if not name.isidentifier() else name


def percent_indicator(
    outcome: str | None,
    reading: Reading,
    total: str | None,
    *,
    direction: Direction | None,
    file: str,
    hundred: int | None = None,
) -> Indicator:
    """A rate from a column of published percentages and the number it is of.

    ``hundred`` is what a person says that the whole is written as.

    Raises
    ------
    QuestionError
        Where the number is not given, or nothing says whether 1 is all or 1 %.
    """
    if total is None:
        raise QuestionError(
            "a percentage needs the number of students that it is of",
            file=file,
            column=reading.name,
            next_step="Give --total with the column of all students; without it nobody"
            " can say how far chance could move the percentage.",
        )
    found = counts_indicator(outcome or reading.name, reading.name, total)
    return replace(
        found,
        count=None,
        percent=reading.name,
        hundred=hundred or whole_of(reading, file),
        direction=direction or found.direction,
    )


def whole_of(reading: Reading, file: str) -> int:
    """What the whole is written as: 100, or 1.  Never guessed.

    Raises
    ------
    QuestionError
        Where nothing says it.
    """
    profile = reading.profile
    high = profile.high or 0.0
    signed = profile.shape("percent") > 0 or "%" in reading.name
    if signed or high > 1:
        return 100
    if re.search(
        r"(?i)(^|[^a-z])(share|proportion|fraction|rate)s?($|[^a-z])", reading.name
    ):
        return 1
    raise QuestionError(
        "nothing says whether its 1 means all of the students or one in a hundred",
        file=file,
        column=reading.name,
        next_step="Say in equity.toml, under [published], what the whole is written as:"
        f' percents = {{ "{reading.name}" = 1 }}, or 100.',
    )
