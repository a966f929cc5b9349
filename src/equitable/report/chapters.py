"""An indicator's chapter: its groups, where traits cross, places, and years."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from equitable.measures.results import GapRow, Gaps, Reference
from equitable.report.across import compares_across
from equitable.report.contents import Study
from equitable.report.document import (
    Block,
    Dot,
    DotChart,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Section,
    State,
    Table,
)
from equitable.report.over_years import over_years
from equitable.report.published_figures import (
    NO_CHANCE,
    furthest,
    students_words,
    without_chance,
)
from equitable.report.sentences import (
    gap_between,
    order_rows,
    order_words,
    stands_out,
    whole_people,
)
from equitable.report.tables import (
    amount,
    dimension_words,
    gap_table,
    group_name,
    in_column,
    interval,
    value_words,
    with_unit,
)
from equitable.vocabulary import (
    NOT_REPORTED,
    WITHHELD,
    Aspect,
    Direction,
    Indicator,
    Role,
    Timing,
    Verdict,
)

_SHOWN_DOTS: Final = 14
"""More groups than this in one chart are not read: the table has them all."""
_KINDS: Final = {
    Timing.LEADING: "It is an early sign",
    Timing.LAGGING: "It is known only afterwards",
    Aspect.PROCESS: "it counts what the school does",
    Aspect.OUTCOME: "it counts what comes of it",
    Aspect.EXPERIENCE: "it asks how students live it",
}
_FIRST_NUMBER: Final = re.compile(
    r"(?:under|over|below|above|less than|more than|at least|up to|grade"
    r"|[<>≤≥~$£€\s])*\d"
)
_FEWEST_IN_ORDER: Final = 3
_NAMED_WITHHELD: Final = 8


def indicator_chapter(study: Study, number: int) -> Section:
    """All that is shown of one indicator; ``number`` counts the chapters."""
    gaps = study.gaps.gaps
    indicator = gaps.indicator
    prefix = f"i{number}"
    overall = gaps.overall
    facts = [
        (
            "All students together",
            _overall(overall, indicator),
        ),
        ("Which way is better", _direction(indicator)),
    ]
    if indicator.timing or indicator.aspect:
        kinds = [_KINDS[part] for part in (indicator.timing, indicator.aspect) if part]
        facts.append(("What kind of measure", f"{'; '.join(kinds)}."))
    if indicator.note:
        facts.append(("Keep in mind", indicator.note))
    blocks: list[Block] = [Facts(items=tuple(facts))]
    for place, dimension in enumerate(gaps.dimensions, start=1):
        rows = [row for row in gaps.rows if tuple(row.group) == (dimension.name,)]
        if rows:
            view = f" (view: {dimension.view})" if dimension.view else ""
            blocks.append(Heading(text=f"By {dimension.label}{view}"))
            words = dimension_words(dimension, gaps.dimensions)
            blocks.append(_dots(gaps, rows, f"{prefix}-{place}", f"by {words}"))
    crossed = [row for row in gaps.rows if len(row.group) > 1]
    if crossed:
        blocks.append(Heading(text="Where traits cross"))
        blocks.append(_dots(gaps, crossed, f"{prefix}-crossed", "where traits cross"))
    for place, gated in enumerate(study.places, start=1):
        own = gated.gaps
        label = own.dimensions[0].label
        blocks.append(Heading(text=f"By {label}"))
        blocks.append(_dots(own, own.rows, f"{prefix}-place-{place}", f"by {label}"))
    if study.years is not None:
        blocks += over_years(study.years.gaps, prefix)
    return Section(
        name=prefix,
        title=indicator.label,
        sheet=indicator.label,
        blocks=tuple(blocks),
    )


def _overall(overall: Reference, indicator: Indicator) -> str:
    """Everybody's figure, its interval and how many they are."""
    value = amount(overall.value, indicator)
    if indicator.figures is not None and overall.value is None:
        return "the file gives no figure of all students"
    if indicator.figures is None or overall.low is not None:
        value += f" ({interval(overall.low, overall.high, indicator)})"
    return f"{value}, {students_words(amount(overall.n, None), overall.n, indicator)}"


def _direction(indicator: Indicator) -> str:
    return (
        "A higher figure is better"
        if indicator.direction is Direction.HIGHER
        else "A lower figure is better"
    )


def _dots(
    gaps: Gaps, rows: Sequence[GapRow], name: str, what: str
) -> Figure | Paragraph:
    """A chart of groups; a sentence where there is nothing to draw."""
    indicator = gaps.indicator
    if rows and all(row.withheld for row in rows):
        return Paragraph(text=_all_withheld(gaps, rows))
    worst_first = order_rows(rows, indicator.direction)
    in_order = _in_order(gaps, rows)
    ordered = tuple(rows) if in_order else worst_first
    shown = _worth_showing(worst_first, indicator.direction)
    if in_order:
        shown = [row for row in ordered if row in shown]
    reference, label = _reference_line(gaps, shown)
    chart = DotChart(
        dots=tuple(_dot(row, gaps) for row in shown),
        share=indicator.is_share,
        axis=with_unit(indicator),
        reference=reference,
        reference_label=label,
    )
    title = f"{indicator.label}, {what}"
    caption = f"{title}, {'in order' if in_order else order_words(gaps, rows)}"
    note = (
        f"The chart shows {len(shown)} of {len(ordered)} groups: those furthest behind,"
        " and those furthest ahead. The table has them all."
        if len(shown) < len(ordered)
        else ""
    )
    return Figure(
        name=name,
        sentence=_lead(gaps, worst_first),
        chart=chart,
        title=title,
        alt=_alternative(chart, f"{with_unit(indicator)}, {what}"),
        table=gap_table(gaps, ordered, caption, note=note),
        brief=_brief(gaps, ordered, shown, caption),
    )


def _all_withheld(gaps: Gaps, rows: Sequence[GapRow]) -> str:
    names = [group_name(row.group, gaps.dimensions) for row in rows]
    more = len(names) - _NAMED_WITHHELD
    named = "; ".join(names[:_NAMED_WITHHELD])
    if more > 0:
        named += f"; and {more:,} more"
    return f"Every group here is withheld: {named}."


def _in_order(gaps: Gaps, rows: Sequence[GapRow]) -> bool:
    """Whether the groups have an order of their own: grades, bands of age or score."""
    names = {name for row in rows for name in row.group}
    dimension = next((d for d in gaps.dimensions if names == {d.name}), None)
    if dimension is None or dimension.role is Role.SCHOOL:
        return False
    values = [v for row in rows for v in row.group.values() if v != NOT_REPORTED]
    return dimension.role is Role.GRADE or (
        len(values) >= _FEWEST_IN_ORDER
        and all(_FIRST_NUMBER.match(value.casefold()) for value in values)
    )


def _brief(
    gaps: Gaps, ordered: Sequence[GapRow], shown: Sequence[GapRow], caption: str
) -> Table | None:
    """The table for paper: the chart's groups, what is withheld only counted."""
    told = [row for row in shown if not row.withheld]
    if len(told) == len(ordered) or not told:
        return None
    held = sum(row.withheld for row in ordered)
    rest = len(ordered) - held - len(told)
    groups = "group is" if held == 1 else "groups are"
    said = []
    if rest:
        said.append(
            f"These are {len(told)} of {len(ordered) - held} groups that can be shown:"
            " those furthest behind and furthest ahead."
        )
    if held:
        said.append(f"{held:,} {groups} withheld.")
    return gap_table(gaps, told, caption, note=" ".join(said))


def _lead(gaps: Gaps, ordered: Sequence[GapRow]) -> str:
    told = [row for row in ordered if not compares_across(row, gaps)]
    if ordered and not told:
        return (
            "These years were not all counted in one way: no gap between them is told."
        )
    if without_chance(gaps, told):
        behind = furthest(gaps, told)
        if behind:
            return whole_people(behind[0], gaps, say_where=False, say_what=False)
        return NO_CHANCE
    found = stands_out(told, gaps.indicator.direction)
    if found is not None:
        said = whole_people(found, gaps, say_where=False, say_what=False)
        gap = gap_between(found, gaps)
        return f"{said.rstrip('.')} ({gap})." if gap else said
    if any(row.verdict is Verdict.NOT_ENOUGH_EVIDENCE for row in ordered):
        return "There is not enough evidence to say that these groups differ."
    return "No difference is shown between these groups."


def _worth_showing(rows: Sequence[GapRow], direction: Direction) -> list[GapRow]:
    """Those furthest behind, the reference, and those furthest ahead."""
    if len(rows) <= _SHOWN_DOTS:
        return list(rows)
    told = [row for row in rows if not row.withheld and isinstance(row.value, float)]
    if len(told) <= _SHOWN_DOTS:
        return told
    behind = [row for row in told if row.verdict is Verdict.WORSE]
    ahead = [row for row in told if row.verdict is Verdict.BETTER]
    own = [row for row in told if row.verdict is None]
    chosen = behind[: _SHOWN_DOTS - 4 - len(own)]
    chosen += [*own, *ahead[-4:]]
    chosen += [row for row in told if row not in chosen][: _SHOWN_DOTS - len(chosen)]
    return list(order_rows(chosen, direction))


def _dot(row: GapRow, gaps: Gaps) -> Dot:
    label = group_name(row.group, gaps.dimensions)
    if row.withheld or row.n is WITHHELD:
        return Dot(label=label, state="withheld", text=str(WITHHELD))
    if not isinstance(row.value, float):
        if row.bounds is None:
            return Dot(label=label, state="none", text=row.reason or "No students")
        # A bar from limit to limit without a dot: nobody knows where it would stand.
        return Dot(
            label=label,
            detail=students_words(amount(row.n, None), row.n, gaps.indicator),
            low=row.low if isinstance(row.low, float) else None,
            high=row.high if isinstance(row.high, float) else None,
            state="bounds",
            text=value_words(row, gaps.indicator),
        )
    state: State = "shown"
    if row.verdict is None:
        state = "reference"
    elif row.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        state = "not enough"
    return Dot(
        label=label,
        detail=students_words(amount(row.n, None), row.n, gaps.indicator),
        value=row.value,
        low=row.low if isinstance(row.low, float) else None,
        high=row.high if isinstance(row.high, float) else None,
        state=state,
        text=in_column(row.value, gaps.indicator),
    )


def _reference_line(gaps: Gaps, rows: Sequence[GapRow]) -> tuple[float | None, str]:
    """Where the dashed line stands, and what it is."""
    indicator = gaps.indicator
    kinds = {row.reference.kind for row in rows}
    if kinds <= {"rest", "overall"}:
        value = gaps.overall.value
        label = "All students"
    else:
        references = {
            row.reference.value: row.reference
            for row in rows
            if isinstance(row.reference.value, float)
        }
        if len(references) != 1:
            return None, ""
        reference = next(iter(references.values()))
        value = reference.value
        label = (
            group_name(reference.group, gaps.dimensions)
            if reference.group
            else "The number asked for"
        )
    if not isinstance(value, float):
        return None, ""
    return value, f"{label}: {amount(value, indicator)}"


def _alternative(chart: DotChart, title: str) -> str:
    parts = []
    for dot in chart.dots:
        if dot.state == "withheld":
            parts.append(f"{dot.label}: withheld")
        elif dot.value is None:
            parts.append(f"{dot.label}: {dot.text}")
        else:
            parts.append(f"{dot.label}: {dot.text}")
    return f"{title}. {'; '.join(parts)}."
