"""The first privacy gate: small groups are withheld, and what would give them away.

The rule is a simple one until releases and their audit exist, and every page made from
a ``Gated`` result therefore says 'Not checked for publication':

- a group with fewer students than the minimum is withheld; not so one without students
  in all the data, or with so many and no outcome known: there is nobody to protect;
- where the groups of a line add up to a figure that is shown and only one of them is
  withheld, another goes with it: the one that costs the fewest students in all; where
  those withheld are together under the minimum, a further one joins them if that
  costs little;
  where a margin is withheld, so is a part of it;
- a row whose reference is withheld or too small keeps no comparison;
- what several groups share (adjusted p and verdicts, shrunken values, pooled gaps) is
  made from the groups shown, or withheld.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from equitable.measures.results import (
    GapRow,
    Gaps,
    Group,
    Index,
    PooledRow,
    Reference,
    SensitivityRow,
)
from equitable.privacy.lines import (
    Key,
    counts_nobody,
    hidden_groups,
    key_of,
    many_missing,
)
from equitable.vocabulary import WITHHELD, Verdict

LEAST_PUBLIC: Final = 5
"""A smaller minimum shows what no state publishes: the result is marked internal."""


@dataclass(frozen=True, slots=True)
class Gated:
    """A result that went through the gate: the only kind that reports accept.

    Made by ``gate`` alone.  ``internal`` results contain small groups and are marked
    on every page.
    """

    gaps: Gaps
    internal: bool
    audited: bool = False


def gate(gaps: Gaps, *, min_n: int, internal: bool = False) -> Gated:
    """Withhold what must not be shown; or mark the result internal.

    Parameters
    ----------
    gaps
        A result straight from ``measures``.
    min_n
        The smallest number of students that a group may be shown with.
    internal
        Keep small groups and say so in the result's provenance.
    """
    return gate_together([(gaps, {})], min_n=min_n, internal=internal)[0]


def gate_together(
    results: Sequence[tuple[Gaps, Group]], *, min_n: int, internal: bool = False
) -> list[Gated]:
    """Gate results of one indicator that are shown beside each other.

    Parameters
    ----------
    results
        Each with the stratum that all of its rows are of (a year), so that a group
        that stands in two results is one group.
    min_n, internal
        As in ``gate``.
    """
    return gate_studies([results], min_n=min_n, internal=internal)[0]


def gate_studies(
    studies: Sequence[Sequence[tuple[Gaps, Group]]],
    *,
    min_n: int,
    internal: bool = False,
) -> list[list[Gated]]:
    """Gate the results of several indicators about the same students.

    A group that is withheld for one indicator is withheld for all: its students with
    and without an outcome would otherwise give its size away.
    """
    if internal:
        return [
            [Gated(_marked(gaps, min_n, internal=True), internal=True)
             for gaps, _ in results]
            for results in studies
        ]  # fmt: skip
    hidden = hidden_groups(studies, min_n)
    marked = min_n < LEAST_PUBLIC
    return [
        [
            # Figures that are public already and count nobody: nothing to withhold.
            Gated(_marked(gaps, min_n, internal=marked), internal=marked)
            if counts_nobody(gaps)
            else _gated(_marked(gaps, min_n, internal=marked), stratum, hidden, min_n)
            for gaps, stratum in results
        ]
        for results in studies
    ]


def gate_hidden(
    gaps: Gaps,
    hidden: Collection[Key],
    *,
    min_n: int,
    stratum: Group | None = None,
    nobody: Collection[Key] = (),
) -> Gated:
    """Guard a result by what a release withholds; its figures passed the audit.

    Parameters
    ----------
    gaps
        A result whose shared figures are made without the hidden groups.
    hidden
        All groups that are withheld, for this indicator, without the stratum.  Where
        everyone of a stratum is, so are all groups in it: less the others they would
        tell it.
    min_n
        The threshold.
    stratum
        What all rows are of (a year).
    nobody
        Groups that are in no figure, with their year: they are withheld as well.
    """
    of_all = set((stratum or {}).items())
    marked = _marked(gaps, min_n, internal=False)
    provenance = replace(marked.provenance, audited=True)
    away = set(hidden)
    wholes = {(), *(key_of({}, row.within) for row in gaps.rows)}
    for row in gaps.rows:
        key = key_of(row.group, row.within)
        whole = {*key, *of_all}
        if key_of({}, row.within) in hidden or any(whole >= {*one} for one in nobody):
            away.add(key)
    guarded = _gated(replace(marked, provenance=provenance), {}, away, min_n).gaps
    rows = tuple(replace(row, missing=None) for row in guarded.rows)
    overall = guarded.overall
    if wholes & away:
        overall = overall.held_back()
    guarded = replace(guarded, rows=rows, overall=overall)
    return Gated(guarded, internal=False, audited=True)


def withheld_groups(
    studies: Sequence[Sequence[tuple[Gaps, Group]]], *, min_n: int
) -> list[list[frozenset[Key]]]:
    """For each result, the groups that the gate will withhold.

    What several groups share is to be made without them: ``Question.withheld``.
    Parameters as in ``gate_studies``.
    """
    hidden = hidden_groups(studies, min_n)
    return [
        [
            frozenset()
            if counts_nobody(gaps)
            else frozenset(_of_stratum(hidden, stratum))
            for gaps, stratum in results
        ]
        for results in studies
    ]


def _marked(gaps: Gaps, min_n: int, *, internal: bool) -> Gaps:
    provenance = replace(gaps.provenance, internal=internal, min_n=min_n)
    return replace(gaps, provenance=provenance)


def _gated(gaps: Gaps, stratum: Group, all_hidden: set[Key], min_n: int) -> Gated:
    """One result guarded; ``all_hidden`` are keys that hold its stratum too."""
    hidden = _of_stratum(all_hidden, stratum)
    told = hidden - gaps.apart
    if any(
        isinstance(row.n, int) and row.n > 0 and key_of(row.group, row.within) in told
        for row in gaps.rows
    ):
        gaps = _without_shared(gaps)
    aside = any(row.withheld for row in gaps.rows)
    rows = tuple(_guarded(row, hidden, min_n, aside=aside) for row in gaps.rows)
    return Gated(
        replace(
            gaps,
            rows=tuple(_without_best(gaps, rows, told)),
            overall=_guarded_reference(gaps.overall, min_n),
            pooled=tuple(_guarded_pooled(row, hidden, min_n) for row in gaps.pooled),
            sensitivity=_guarded_sensitivity(gaps.sensitivity, hidden),
        ),
        internal=gaps.provenance.internal,
    )


def _of_stratum(hidden: set[Key], stratum: Group) -> set[Key]:
    held = set(stratum.items())
    return {
        tuple(item for item in key if item not in held)
        for key in hidden
        if held <= set(key)
    }


def _without_shared(gaps: Gaps) -> Gaps:
    """Hold back what groups share, where it was made of those withheld as well."""
    rows = tuple(
        row
        if row.withheld
        else replace(
            row.without_comparison() if row.reference.kind == "highest" else row,
            shrunken=WITHHELD,
            q=WITHHELD,
        )
        for row in gaps.rows
    )
    pooled = tuple(row.held_back() for row in gaps.pooled)
    return replace(gaps, rows=rows, pooled=pooled)


def _reference_hidden(
    reference: Reference, within: Group, hidden: set[Key], min_n: int
) -> bool:
    if reference.group is not None:
        return key_of(reference.group, within) in hidden
    return isinstance(reference.n, int) and reference.n < min_n


def _guarded(row: GapRow, hidden: set[Key], min_n: int, *, aside: bool) -> GapRow:
    if key_of(row.group, row.within) in hidden:
        return row.held_back()
    # Nobody with an outcome, and a few without one; or perhaps some were set aside.
    if row.n == 0 and (aside if row.missing == 0 else not many_missing(row, min_n)):
        return row.held_back()
    if _reference_hidden(row.reference, row.within, hidden, min_n):
        return row.without_comparison()
    return row


def _guarded_pooled(row: PooledRow, hidden: set[Key], min_n: int) -> PooledRow:
    away = key_of(row.group, {}) in hidden
    if away or _reference_hidden(row.reference, {}, hidden, min_n):
        return row.held_back()
    return row


def _without_best(gaps: Gaps, rows: Sequence[GapRow], hidden: set[Key]) -> list[GapRow]:
    """Drop the 80 % index of tables whose best group may be a hidden one.

    ``hidden`` are those that the measures took for groups that are shown.
    """
    doubtful = {
        (tuple(row.group), tuple(row.within.items()))
        for row in gaps.rows
        if isinstance(row.n, int)
        and row.n >= gaps.highest_min_n
        and key_of(row.group, row.within) in hidden
    }
    return [
        replace(row, indices=replace(row.indices, eighty_percent=Index()))
        if row.indices is not None
        and (tuple(row.group), tuple(row.within.items())) in doubtful
        else row
        for row in rows
    ]


def _guarded_reference(reference: Reference, min_n: int) -> Reference:
    small = isinstance(reference.n, int) and reference.n < min_n
    return reference.held_back() if small else reference


def _guarded_sensitivity(
    rows: Sequence[SensitivityRow], hidden: set[Key]
) -> tuple[SensitivityRow, ...]:
    """Hold back hidden groups, and differences with a reference that is hidden."""
    lost = {
        (tuple(sorted(row.group)), kind)
        for row in rows
        if key_of(row.group, row.within) in hidden
        for kind, verdict in row.verdicts.items()
        if verdict is None
    }
    guarded = []
    for row in rows:
        if key_of(row.group, row.within) in hidden:
            guarded.append(row.held_back())
            continue
        table = tuple(sorted(row.group))
        kept = [kind for kind in row.verdicts if (table, kind) not in lost]
        guarded.append(
            replace(
                row,
                differences={
                    kind: value if kind in kept else WITHHELD
                    for kind, value in row.differences.items()
                },
                verdicts={kind: row.verdicts[kind] for kind in kept},
                agrees=_agree([row.verdicts[kind] for kind in kept]),
            )
            if len(kept) < len(row.verdicts)
            else row
        )
    return tuple(guarded)


def _agree(verdicts: Sequence[Verdict | None]) -> bool | None:
    given = {verdict for verdict in verdicts if verdict is not None}
    return len(given) == 1 if given else None
