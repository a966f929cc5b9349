"""What a report could not tell, the most important first, the rest counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from equitable.intake.published.held_back import HeldBack
from equitable.measures.held_back import BY_THE_PUBLISHER
from equitable.measures.results import GapRow, Gaps
from equitable.privacy.lines import counts_nobody
from equitable.report.contents import Study
from equitable.report.document import Bullets
from equitable.report.published_figures import NO_CHANCE, without_chance
from equitable.report.tables import group_name
from equitable.vocabulary import NOT_REPORTED, Condition, Dimension, Indicator, Verdict

_NAMED: Final = 3
_NO_NUMBERS: Final = (
    "How many students are behind a figure (n: not in the file), and so how many more"
    " would make it equal."
)
_NAMED_WITHHELD: Final = 5
_MEASURES: Final = 4
_HELD: Final = 2


def untold(studies: Sequence[Study], not_told: Sequence[str] = ()) -> Bullets:
    """Whole traits, one sentence on what is withheld, then one for each measure.

    The groups with the most students are named, and the measures with the most of
    them come first; each sentence points to its chapter.
    """
    said: list[tuple[str, str]] = [(text, "about") for text in not_told]
    said += [
        (held, "about") for held in (_withheld(studies), _published(studies)) if held
    ]
    unsure = [
        (studies.index(study) + 1, study.gaps.gaps, _unsure(study.gaps.gaps))
        for study in studies
    ]
    unsure = [item for item in unsure if item[2]]
    unsure.sort(key=lambda item: -sum(_size(row) for row in item[2]))
    several = len(studies) > 1
    for number, gaps, rows in unsure[:_MEASURES]:
        told = _not_enough(gaps, rows, name=several)
        if without_chance(gaps):
            told = f"{f'{gaps.indicator.label}: ' if several else ''}{NO_CHANCE}"
        said.append((told, f"i{number}"))
    if any(counts_nobody(study.gaps.gaps) for study in studies):
        said.append((_NO_NUMBERS, "about"))
    more = len(unsure) - _MEASURES
    if more > 0:
        measures = "measure has" if more == 1 else "measures have"
        rest = f"{more} more {measures} groups with too little evidence: see there."
        said.append((rest, f"i{unsure[_MEASURES][0]}"))
    if not said:
        return Bullets(items=("Every group asked for could be told of.",))
    return Bullets(
        items=tuple(text for text, _ in said), places=tuple(to for _, to in said)
    )


def not_told(
    dimensions: Sequence[Dimension],
    lacking: Sequence[str],
    where: Condition | None,
    indicator: Indicator | None = None,
) -> list[str]:
    """A sentence for each dimension of which nothing can be said.

    None for one that a person's own condition keeps to one group.

    Parameters
    ----------
    lacking
        The names of the dimensions without two groups.
    indicator
        The one outcome that it is so of; of all without it.
    """
    chosen = set(where.columns) if where else set()
    whose = f"{indicator.label}: n" if indicator else "N"
    return [
        f"{whose}othing can be said about ‘{one.label}’: the rows that were read have"
        " one group of it only, and no other students to compare it with."
        for one in dimensions
        if one.name in lacking and not chosen & {*one.columns}
    ]


def without_numbers(held: Sequence[tuple[str, HeldBack]]) -> list[str]:
    """Of each outcome how many of its published figures are no numbers."""
    said = []
    for label, one in held[:_HELD]:
        parts = []
        if one.marked:
            marks = [f"‘{text}’" for text, _, _ in one.marks[:_NAMED]]
            more = " …" if len(one.marks) > _NAMED else ""
            verb = "is" if one.marked == 1 else "are"
            parts.append(f"{one.marked:,} {verb} a mark ({', '.join(marks)}{more})")
        if one.empty:
            parts.append(f"{one.empty:,} {'is' if one.empty == 1 else 'are'} empty")
        said.append(
            f"{label}: of the file's {one.figures:,} figures, {' and '.join(parts)}."
            " What they would say is in no figure here, or only within bounds."
        )
    if len(held) > _HELD:
        said.append(f"So it is with {len(held) - _HELD} more measures.")
    return said


def _unsure(gaps: Gaps) -> list[GapRow]:
    """The groups of one trait without a verdict: those with most students first."""
    rows = [
        row
        for row in gaps.rows
        if row.verdict is Verdict.NOT_ENOUGH_EVIDENCE and not row.withheld
    ]
    return sorted(
        rows,
        key=lambda row: (
            len(row.group) > 1,
            NOT_REPORTED in row.group.values(),
            -_size(row),
        ),
    )


def _size(row: GapRow) -> int:
    return row.n if isinstance(row.n, int) and len(row.group) == 1 else 0


def _not_enough(gaps: Gaps, rows: Sequence[GapRow], *, name: bool) -> str:
    single = [row for row in rows if len(row.group) == 1]
    crossed = len(rows) - len(single)
    parts = []
    if single:
        parts.append(_named([group_name(r.group, gaps.dimensions) for r in single],
                            _NAMED))  # fmt: skip
    if crossed:
        groups = "group" if crossed == 1 else "groups"
        parts.append(f"{crossed:,} {groups} where traits cross")
    whose = f"{gaps.indicator.label}: n" if name else "N"
    return f"{whose}ot enough evidence to say about {', or about '.join(parts)}."


def _withheld(studies: Sequence[Study]) -> str:
    """Which groups are withheld, of every measure together."""
    names: dict[str, None] = {}
    crossed: set[tuple[tuple[str, str], ...]] = set()
    for study in studies:
        gaps = study.gaps.gaps
        for row in gaps.rows:
            if row.reason == BY_THE_PUBLISHER:
                continue
            if row.withheld and len(row.group) == 1:
                names[group_name(row.group, gaps.dimensions)] = None
            elif row.withheld:
                crossed.add(tuple(sorted(row.group.items())))
    if not names and not crossed:
        return ""
    parts = [_named(list(names), _NAMED_WITHHELD)] if names else []
    if crossed:
        groups = "group" if len(crossed) == 1 else "groups"
        parts.append(f"{len(crossed):,} {groups} where traits cross")
    least = studies[0].gaps.gaps.provenance.min_n
    if all(study.gaps.audited for study in studies):
        some = " for one outcome or more" if len(studies) > 1 else ""
        return (
            f"Withheld{some}: {', and '.join(parts)}. Each has fewer than {least}"
            " students, or fewer with the outcome or without it, or would give such a"
            " number away by subtraction."
        )
    return (
        f"Withheld: {', and '.join(parts)}. Each has fewer than {least} students, or"
        " would give such a group away by subtraction."
    )


def _published(studies: Sequence[Study]) -> str:
    """Which groups those who published the table held back."""
    names = dict.fromkeys(
        group_name(row.group, study.gaps.gaps.dimensions)
        for study in studies
        for row in study.gaps.gaps.rows
        if row.reason == BY_THE_PUBLISHER and len(row.group) == 1
    )
    if not names:
        return ""
    named = _named(list(names), _NAMED_WITHHELD)
    return f"Held back by those who published the table: {named}."


def _named(names: Sequence[str], most: int) -> str:
    if len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
