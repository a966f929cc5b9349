"""Groups of a published table that hold others: 'Asian or Pacific Islander' and Asian.

Side by side they would count students twice.  Where numbers stand in the same rows they
settle it: what holds a group is never smaller than it.  Else the name does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from equitable.intake.names import meaning_of
from equitable.intake.race import Race, race_of_name
from equitable.intake.where import quote_name, quote_value
from equitable.vocabulary import Role

if TYPE_CHECKING:
    from equitable.intake.published.wide import Wide
    from equitable.intake.source import Source

_BOTH: Final = Race.ASIAN_OR_PACIFIC_ISLANDER
_PARTS: Final = (Race.ASIAN, Race.PACIFIC_ISLANDER)
_MOSTLY: Final = 0.95
_RARELY: Final = 0.05


def settled_columns(source: Source, wide: Wide) -> Wide:
    """The columns of groups, of which none holds another of the same breakdown.

    Parameters
    ----------
    source
        An open source, whose numbers of students are held against one another.
    wide
        Its columns of groups, as they were recognised.
    """
    races = {stem: race_of_name(stem) for stem in wide.stems}
    holding = [stem for stem, race in races.items() if race is _BOTH]
    parts = [stem for stem, race in races.items() if race in _PARTS]
    if len(holding) != 1 or not parts:
        return wide
    whole, (before, after) = holding[0], wide.patterns[wide.total]
    size, *sizes = (
        f"TRY_CAST(REPLACE({quote_name(before + stem + after)}::VARCHAR, ',', '')"
        " AS DOUBLE)"
        for stem in (whole, *parts)
    )
    summed = " + ".join(sizes)
    row = source.query(
        f"SELECT COUNT(*) FILTER ({size} > 0 AND ({summed}) > 0) AS shared,"
        f" COUNT(*) FILTER ({size} > 0 AND ({summed}) > 0 AND {size} < {sizes[0]})"
        f" AS smaller, COUNT(*) FILTER ({size} > 0 AND ({summed}) > 0 AND"
        f" {size} = {summed}) AS same FROM records"
    ).to_pylist()[0]
    shared, smaller = int(row["shared"]), int(row["smaller"])
    if not shared:
        return wide
    named = " and ".join(f"'{stem}'" for stem in parts)
    if smaller > _RARELY * shared and [races[stem] for stem in parts] == [Race.ASIAN]:
        other = Race.PACIFIC_ISLANDER.value
        note = (
            f"'{whole}' cannot hold {named}, which is larger in {smaller:,} of the"
            f" {shared:,} rows with both: it is read as '{other}'. If it is"
            " another group, ask the publisher."
        )
        stems = {**wide.stems, whole: other}
        return replace(wide, stems=stems, said=(*wide.said, note))
    exactly = len(parts) > 1 and row["same"] >= _MOSTLY * shared
    note = _said(whole, f"{named}{' together' if len(parts) > 1 else ''}")
    if exactly:
        note = note.replace(": ", " (its numbers are their sum): ", 1)
    return replace(wide, alone=(*wide.alone, whole), said=(*wide.said, note))


def settled_rows(
    source: Source, group: str, breakdowns: dict[str, list[str]], columns: Sequence[str]
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """The breakdowns of a column of groups, of which none holds another; and notes.

    Parameters
    ----------
    group
        The column that names a row's group.
    breakdowns
        From each breakdown to its groups, as they are written.
    columns
        All columns: a year among them tells a category that was split from one that
        stands beside its parts.
    """
    for name, held in breakdowns.items():
        races = {text: race_of_name(text) for text in held}
        whole = next((text for text, race in races.items() if race is _BOTH), None)
        parts = [text for text, race in races.items() if race in _PARTS]
        if (
            whole is None
            or not parts
            or not _same_years(source, group, whole, parts, columns)
        ):
            continue
        kept = {**breakdowns, name: [text for text in held if text != whole]}
        kept.setdefault(whole, []).append(whole)
        named = " and ".join(f"'{text}'" for text in parts)
        together = " together" if len(parts) > 1 else ""
        return kept, (_said(whole, named + together),)
    return breakdowns, ()


def _said(whole: str, parts: str) -> str:
    return (
        f"'{whole}' holds {parts}: it is no further group beside them, and is a"
        f" breakdown of its own ('{whole}')."
    )


def _same_years(
    source: Source, group: str, whole: str, parts: Sequence[str], columns: Sequence[str]
) -> bool:
    """Whether a group and one of its parts are told of in the same year."""
    years = [
        name
        for name in columns
        if (named := meaning_of(name)) is not None and named.meaning.role is Role.YEAR
    ]
    text = f"TRIM(CAST({quote_name(group)} AS VARCHAR))"
    listed = ", ".join(quote_value(part) for part in parts)
    by = f" GROUP BY {', '.join(map(quote_name, years))}" if years else ""
    found = source.query(
        f"SELECT COUNT(*) FILTER ({text} = {quote_value(whole)}) AS w,"
        f" COUNT(*) FILTER ({text} IN ({listed})) AS p FROM records{by}"
    ).to_pylist()
    return any(row["w"] and row["p"] for row in found)
