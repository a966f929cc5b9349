"""What was recognised of a published table, as ``[published]`` of ``equity.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from equitable.intake.meaning.figures import figure_columns, figures_of
from equitable.intake.meaning.rows import RowsAre
from equitable.intake.published.blurs import MEANINGS, read_among
from equitable.intake.published.groups_named import is_everyone
from equitable.intake.published.places import LEVEL, in_rank
from equitable.intake.published_settings import PublishedSettings
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.meaning.columns import Reading
    from equitable.intake.published.tables import Published


def as_settings(
    published: Published | None, readings: Sequence[Reading], *, rows: RowsAre
) -> PublishedSettings:
    """The settings that say what was recognised, for a person to correct.

    Read again they give the same table; a mark that says its own meaning (``<10``) is
    not among them.
    """
    # What could be a list of students is not written down as a table of groups.
    sure = rows == "figures" and published is not None and published.certain
    figures = _figures(readings) if sure else PublishedSettings()
    if published is None or rows == "students" or published.layout != "long":
        return figures
    named = published.named_by
    level = next((name for name in published.levels if name != LEVEL), None)
    texts = {r.name: r.profile.texts for r in readings}
    coded = published.coded is not None and published.coded.column == published.group
    return PublishedSettings(
        group=published.group,
        breakdown=named[1] if len(named) > 1 else None,
        breakdowns={}
        if len(named) > 1 or coded
        else {name: tuple(held) for name, held in published.breakdowns.items()},
        everyone=tuple(word for word in published.everyone if not is_everyone(word)),
        level=level,
        levels=in_rank(texts.get(level, ())) if level is not None else (),
        marks=_marks(readings),
        percents=_percents(readings),
        averages=figures.averages,
        standard_errors=figures.standard_errors,
        deviations=figures.deviations,
    )


def _figures(readings: Sequence[Reading]) -> PublishedSettings:
    """Which columns are figures of groups, and what stands beside each."""
    nothing = PublishedSettings()
    names = [reading.name for reading in figure_columns(readings, nothing)]
    beside = {name: figures_of(name, readings, nothing) for name in names}
    errors = {n: one.error for n, one in beside.items() if one.error is not None}
    spread = {
        n: one.deviation for n, one in beside.items() if one.deviation is not None
    }
    return PublishedSettings(
        averages=tuple(names), standard_errors=errors, deviations=spread
    )


def _marks(readings: Sequence[Reading]) -> dict[str, str]:
    found: dict[str, str] = {}
    beside = texts_of_figures(readings)
    for reading in readings:
        if reading.hidden or not reading.profile.is_numeric:
            continue
        for text in reading.profile.texts:
            mark = read_among(text, beside)
            bare = mark is not None and mark.low is None and mark.high is None
            if mark is not None and bare and not text.startswith("-"):
                found[text] = MEANINGS[0] if mark.withheld else MEANINGS[1]
    return dict(sorted(found.items()))


def texts_of_figures(readings: Sequence[Reading]) -> set[str]:
    """What stands in the columns of numbers, marks among it."""
    return {
        text
        for reading in readings
        if not reading.hidden and reading.profile.is_numeric
        for text in reading.profile.texts
    }


def about_x(readings: Sequence[Reading]) -> tuple[str, ...]:
    """How an 'x' in place of numbers is read, where there is one; publishers differ."""
    texts = texts_of_figures(readings)
    if "x" not in {text.strip().casefold() for text in texts}:
        return ()
    mark = read_among("x", texts)
    if mark is not None and not mark.withheld:
        said = (
            "'x' is read as not available, as the marks beside it ('c', 'z') are those"
            " of the United Kingdom's statistical service."
        )
    else:
        said = (
            "'x' is read as held back. Some publishers write it for what is not"
            " available: then say so in equity.toml,"
            ' [published] marks = { "x" = "missing" }.'
        )
    return (said,)


def _percents(readings: Sequence[Reading]) -> dict[str, Literal[1, 100]]:
    found: dict[str, Literal[1, 100]] = {}
    for reading in readings:
        if reading.role is Role.OTHER and any("%" in t for t in reading.profile.texts):
            found[reading.name] = 100
    return found
