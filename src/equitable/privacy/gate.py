"""The first privacy gate: small groups are withheld, and what would give them away.

The rule is a simple one until releases and their audit exist, and every page made from
a ``Gated`` result therefore says 'Not checked for publication':

- a group with fewer students than the minimum is withheld, an empty one included;
- where the groups of a line add up to a figure that is shown and only one of them is
  withheld, another goes with it: the one that costs the fewest students in all; where
  those withheld are together under the minimum, a further one joins them if that
  costs little;
  where a margin is withheld, so is a part of it;
- a row whose reference is withheld or too small keeps no comparison.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from equitable.measures.results import (
    GapRow,
    Gaps,
    Group,
    Index,
    PooledRow,
    Reference,
    SensitivityRow,
)
from equitable.vocabulary import WITHHELD, Verdict

LEAST_PUBLIC: Final = 5
"""A smaller minimum shows what no state publishes: the result is marked internal."""
_STRATA: Final = "strata"
_CHOICES: Final = 4
_SMALL_ENOUGH_TO_CHOOSE: Final = 400
_CHEAP: Final = 5
_BEST_AT_LEAST: Final = 30
"""The 80 % index's reference is the best group of so many students or more."""
Key: TypeAlias = tuple[tuple[str, str], ...]
"""A group's dimensions and values, strata included, by dimensions' names."""


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
    hidden = _hidden(studies, min_n)
    marked = min_n < LEAST_PUBLIC
    return [
        [
            _gated(_marked(gaps, min_n, internal=marked), stratum, hidden, min_n)
            for gaps, stratum in results
        ]
        for results in studies
    ]


def _marked(gaps: Gaps, min_n: int, *, internal: bool) -> Gaps:
    provenance = replace(gaps.provenance, internal=internal, min_n=min_n)
    return replace(gaps, provenance=provenance)


def _gated(gaps: Gaps, stratum: Group, all_hidden: set[Key], min_n: int) -> Gated:
    """One result guarded; ``all_hidden`` are keys that hold its stratum too."""
    held = set(stratum.items())
    hidden = {
        tuple(item for item in key if item not in held)
        for key in all_hidden
        if held <= set(key)
    }
    rows = tuple(_guarded(row, hidden, min_n) for row in gaps.rows)
    return Gated(
        replace(
            gaps,
            rows=tuple(_without_best(gaps, rows, hidden)),
            overall=_guarded_reference(gaps.overall, min_n),
            pooled=_all_pooled(gaps, hidden, min_n),
            sensitivity=_guarded_sensitivity(gaps.sensitivity, hidden),
        ),
        internal=gaps.provenance.internal,
    )


@dataclass(slots=True)
class _Lines:
    """All cells of one indicator's linked tables, and the lines that add up."""

    sizes: dict[Key, int] = field(default_factory=dict)
    parts: dict[tuple[Key, str], dict[Key, None]] = field(default_factory=dict)
    """For each margin and each further dimension: the groups that it is the sum of."""
    strata: dict[Key, dict[Key, None]] = field(default_factory=dict)
    """For each stratum, whose total its rows' references tell: those rows."""
    small_rest: set[Key] = field(default_factory=set)
    """Groups that are nearly everyone: they tell of the few outside."""
    listed: list[tuple[Key, list[Key]]] = field(default_factory=list)
    """Every line: its margin, and its parts from the smallest on."""
    touching: dict[Key, list[int]] = field(default_factory=dict)

    def touched_by(self) -> dict[Key, list[int]]:
        """For each group, the lines that it is a part or the margin of."""
        if not self.listed:
            for (margin, _), parts in self.parts.items():
                line = len(self.listed)
                ordered = sorted(parts, key=lambda key: (self.sizes[key], key))
                self.listed.append((margin, ordered))
                for key in (margin, *ordered):
                    self.touching.setdefault(key, []).append(line)
        return self.touching


def _hidden(studies: Sequence[Sequence[tuple[Gaps, Group]]], min_n: int) -> set[Key]:
    """The groups to withhold: primary, then complementary until nothing changes."""
    every = []
    for results in studies:
        lines = _Lines()
        for gaps, stratum in results:
            _add_lines(lines, gaps, stratum, min_n)
        every.append(lines)
    hidden: set[Key] = set()
    for lines in every:
        hidden |= {key for key, n in lines.sizes.items() if n < min_n}
        hidden |= lines.small_rest
    while True:
        before = len(hidden)
        for lines in every:
            few = len(lines.sizes) <= _SMALL_ENOUGH_TO_CHOOSE
            hidden = _closed(lines, hidden, choices=_CHOICES if few else 1)
            hidden = _with_company(lines, hidden, min_n)
        if len(hidden) == before:
            return hidden


def _closed(lines: _Lines, hidden: set[Key], *, choices: int = 1) -> set[Key]:
    """Withhold further groups until no line gives one away.

    Of the ``choices`` smallest groups that would do, the one is taken whose own
    consequences hide the fewest students.  Only lines with a newly hidden group are
    looked at again, so that the work grows with the groups and not with their square.
    """
    hidden = set(hidden)
    touched = lines.touched_by()
    waiting = deque(range(len(lines.listed)))
    queued = set(waiting)

    def hide(key: Key) -> None:
        hidden.add(key)
        for row in lines.strata.get(key, {}):
            if row not in hidden:
                hide(row)
        for line in touched.get(key, ()):
            if line not in queued:
                queued.add(line)
                waiting.append(line)

    for stratum, rows in lines.strata.items():
        if stratum in hidden:
            for row in rows:
                if row not in hidden:
                    hide(row)
    while waiting:
        line = waiting.popleft()
        queued.discard(line)
        margin, parts = lines.listed[line]
        open_to = _further(margin, parts, hidden)[:choices]
        if not open_to:
            continue
        if len(open_to) > 1:
            open_to.sort(key=lambda key: _cost(lines, hidden, key))
        hide(open_to[0])
    return hidden


def _cost(lines: _Lines, hidden: set[Key], key: Key) -> tuple[int, Key]:
    closed = _closed(lines, {*hidden, key})
    return sum(lines.sizes.get(other, 0) for other in closed), key


def _add_lines(lines: _Lines, gaps: Gaps, stratum: Group, min_n: int) -> None:
    overlapping = {d.name for d in gaps.dimensions if d.overlapping}
    within = {dimension.name for dimension in gaps.within}
    plain = not gaps.within or any(not row.within for row in gaps.rows)
    for row in gaps.rows:
        if row.withheld:
            # Set aside from every figure: it is no part of any sum.
            continue
        key = _key(row.group, {**stratum, **row.within})
        n = row.n if isinstance(row.n, int) else 0
        lines.sizes[key] = n
        everyone = _everyone(row, gaps)
        if 0 < everyone - n < min_n:
            lines.small_rest.add(key)
        if row.within:
            _add_stratum(lines, key, _key({}, {**stratum, **row.within}), everyone)
        for name, _ in key:
            if name in overlapping:
                # A student stands in several of these groups: they do not add up.
                continue
            if name in stratum or (name in within and not plain):
                # The sum over these is not shown.
                continue
            margin = tuple(item for item in key if item[0] != name)
            lines.parts.setdefault((margin, name), {})[key] = None
    if plain and lines.strata:
        whole = _key({}, stratum)
        lines.parts[whole, _STRATA] = dict.fromkeys(lines.strata)


def _add_stratum(lines: _Lines, key: Key, stratum: Key, everyone: int) -> None:
    lines.strata.setdefault(stratum, {})[key] = None
    lines.sizes[stratum] = max(everyone, lines.sizes.get(stratum, 0))


def _everyone(row: GapRow, gaps: Gaps) -> int:
    """How many students the row's stratum has, as its figures tell; 0: they do not."""
    reference = row.reference.n if isinstance(row.reference.n, int) else 0
    if row.reference.kind == "overall":
        return reference
    if row.reference.kind == "rest" and isinstance(row.n, int):
        return row.n + reference
    if row.within:
        # The groups of one trait are everybody of the stratum.
        trait = {tuple(row.group)}
        return sum(
            other.n
            for other in gaps.rows
            if isinstance(other.n, int)
            and other.within == row.within
            and tuple(other.group) in trait
        )
    return gaps.overall.n if isinstance(gaps.overall.n, int) else 0


def _further(margin: Key, parts: Sequence[Key], hidden: set[Key]) -> list[Key]:
    """Of which groups a line must lose one, smallest first; none where it is safe."""
    left = [key for key in parts if key not in hidden]
    away = len(parts) - len(left)
    if margin in hidden:
        return left if not away else []
    return left if away == 1 else []


def _with_company(lines: _Lines, hidden: set[Key], min_n: int) -> set[Key]:
    """Let a further group join those that are together under the minimum.

    Always where their sum alone all but says who they are (one or two students each);
    otherwise where it costs few students.
    """
    few = len(lines.sizes) <= _SMALL_ENOUGH_TO_CHOOSE
    for _, parts in lines.listed:
        away = [key for key in parts if key in hidden]
        if not away or len(away) == len(parts):
            continue
        together = sum(lines.sizes[key] for key in away)
        if together >= min_n:
            continue
        needed = together <= 2 * len(away)
        if not needed and not few:
            continue
        first = next(key for key in parts if key not in hidden)
        if not few:
            hidden.add(first)
            continue
        joined = _closed(lines, {*hidden, first})
        cost = sum(lines.sizes.get(key, 0) for key in joined - hidden)
        if needed or cost < _CHEAP * min_n:
            hidden = joined
    return hidden


def _key(group: Group, within: Group) -> Key:
    return tuple(sorted({**within, **group}.items()))


def _reference_hidden(
    reference: Reference, within: Group, hidden: set[Key], min_n: int
) -> bool:
    if reference.group is not None:
        return _key(reference.group, within) in hidden
    return isinstance(reference.n, int) and reference.n < min_n


def _guarded(row: GapRow, hidden: set[Key], min_n: int) -> GapRow:
    if _key(row.group, row.within) in hidden:
        return row.held_back()
    if _reference_hidden(row.reference, row.within, hidden, min_n):
        return row.without_comparison()
    return row


def _guarded_pooled(
    row: PooledRow, rows: Sequence[GapRow], hidden: set[Key], min_n: int
) -> PooledRow:
    """Hold back a pooled gap that one hidden stratum could be worked out from."""
    own = _key(row.group, {})
    strata = [
        other
        for other in rows
        if other.within and _key(other.group, {}) == own and isinstance(other.n, int)
    ]
    away = [other for other in strata if _key(other.group, other.within) in hidden]
    told = sum(other.n for other in strata if isinstance(other.n, int))
    if (
        own in hidden
        or _reference_hidden(row.reference, {}, hidden, min_n)
        or (len(away) == 1 and row.strata_used)
        or told < min_n
    ):
        return row.held_back()
    return row


def _without_best(gaps: Gaps, rows: Sequence[GapRow], hidden: set[Key]) -> list[GapRow]:
    """Drop the 80 % index of tables whose best group may be a hidden one."""
    doubtful = {
        (tuple(row.group), tuple(row.within.items()))
        for row in gaps.rows
        if isinstance(row.n, int)
        and row.n >= _BEST_AT_LEAST
        and _key(row.group, row.within) in hidden
    }
    return [
        replace(row, indices=replace(row.indices, eighty_percent=Index()))
        if row.indices is not None
        and (tuple(row.group), tuple(row.within.items())) in doubtful
        else row
        for row in rows
    ]


def _all_pooled(gaps: Gaps, hidden: set[Key], min_n: int) -> tuple[PooledRow, ...]:
    by_group: dict[Key, list[GapRow]] = {}
    for row in gaps.rows:
        if row.within:
            by_group.setdefault(_key(row.group, {}), []).append(row)
    return tuple(
        _guarded_pooled(row, by_group.get(_key(row.group, {}), []), hidden, min_n)
        for row in gaps.pooled
    )


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
        if _key(row.group, row.within) in hidden
        for kind, verdict in row.verdicts.items()
        if verdict is None
    }
    guarded = []
    for row in rows:
        if _key(row.group, row.within) in hidden:
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
