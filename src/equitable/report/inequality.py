"""How unequal all groups are together: its figures, its section and a page of its own.

One summary above, the groups' levels beneath it on the same axis of years: a distance
also shrinks where the best group falls, and only the levels tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from equitable.errors import QuestionError
from equitable.privacy.inequality import GatedInequality
from equitable.report import charts
from equitable.report.contents import Study
from equitable.report.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Figure,
    Heading,
    Paragraph,
    Section,
)
from equitable.report.unequal_charts import inequality_figure
from equitable.report.unequal_tables import levels_table, measures_table
from equitable.report.unequal_words import (
    DISTANCE,
    along_the_order,
    from_best,
    how_far,
    least,
    notes_of,
    other_groups,
    sentence,
    then_and_now,
    told,
)
from equitable.vocabulary import Provenance

if TYPE_CHECKING:
    import altair as alt

SAID: Final = (DISTANCE, "MDMW", "PAR", "SII")
"""The summaries that a report speaks of."""
FEWEST: Final = 3
"""Groups from which on a summary says more than the one gap between two."""
_FIGURES: Final = 4
"""So many a report draws; of the others it has the sentence."""
_STRATA: Final = 12
"""So many strata have their tables on a page."""


def unequal_section(studies: Sequence[Study]) -> Section | None:
    """The section of a report; ``None`` where no trait has three groups shown."""
    every = [
        (number, place, gated)
        for number, study in enumerate(studies, start=1)
        for place, gated in enumerate(study.unequal, start=1)
    ]
    if not every:
        return None
    drawn = _worth_drawing(every)
    blocks: list[Block] = []
    short: list[str] = []
    for number, place, gated in every:
        title = f"{gated.indicator.label}, by {gated.dimension.label}"
        if (number, place) in drawn:
            blocks.append(Heading(text=title))
            blocks += figure_blocks(gated, f"all-{number}-{place}")
        else:
            short.append(f"{title}. {sentence(gated)}")
    if short:
        blocks += [Heading(text="Other traits"), Bullets(items=tuple(short))]
    return Section(
        name="unequal",
        title="How unequal, all groups together",
        sheet="All groups together",
        blocks=(Paragraph(text=_INTRODUCTION, soft=True), *blocks),
    )


def _worth_drawing(
    every: Sequence[tuple[int, int, GatedInequality]],
) -> set[tuple[int, int]]:
    """Of each outcome the trait that is widest apart for certain, then the next."""
    ranks: dict[int, int] = {}
    order = []
    for number, place, _ in sorted(every, key=lambda one: -_surely(one[2])):
        rank = ranks[number] = ranks.get(number, -1) + 1
        order.append((rank, number, place))
    return {(number, place) for _, number, place in sorted(order)[:_FIGURES]}


def _surely(gated: GatedInequality) -> float:
    """How far the groups lie from the best, for certain: now, where there are years."""
    if gated.found is not None:
        low = from_best(gated.found).low
        return -1.0 if low is None else low
    known = told(gated.strata)
    return least(known[-1]) if known else -1.0


_INTRODUCTION: Final = (
    "One figure over all groups of a trait, to see whether things change as a whole. It"
    " does not say why. It shrinks too where the best group falls: read it with the"
    " groups' levels beneath."
)


def figure_blocks(gated: GatedInequality, name: str) -> list[Block]:
    """The figure of one trait and what stands beside it."""
    figure = inequality_figure(gated, name)
    if figure is None:
        return [Paragraph(text=sentence(gated))]
    beside = " ".join(filter(None, [_beside(gated), other_groups(gated)]))
    return [figure, *([Paragraph(text=beside)] if beside else [])]


def _beside(gated: GatedInequality) -> str:
    indicator = gated.indicator
    if gated.found is not None:
        found = gated.found
        return " ".join(
            filter(None, [how_far(found, indicator), along_the_order(found, indicator)])
        )
    known = told(gated.strata)
    if not known or gated.year is None or len(gated.within) > 1:
        return ""
    last = known[-1].found
    parts = [then_and_now(gated, gated.strata), along_the_order(last, indicator)]
    return " ".join(filter(None, parts))


def inequality_chart(gated: GatedInequality) -> alt.TopLevelMixin:
    """The figure as an Altair chart for a notebook.

    Raises
    ------
    QuestionError
        Where there are no two groups to draw.
    """
    import altair as alt  # noqa: PLC0415 - costly, and needed in notebooks only

    return alt.Chart.from_dict(charts.with_tooltips(_drawable(gated).chart))


def inequality_picture(gated: GatedInequality) -> str:
    """The figure as an SVG with its colours in it."""
    figure = _drawable(gated)
    return charts.svg(
        figure.chart,
        width=charts.WIDE,
        title=figure.title,
        alt=figure.alt,
        theme="print",
        prefix="inequality",
    )


def _drawable(gated: GatedInequality) -> Figure:
    figure = inequality_figure(gated, "inequality")
    if figure is None:
        raise QuestionError(
            "there are no two groups to draw: too few can be shown",
            next_step="Choose another trait, or write the result as .json to see why.",
        )
    return figure


def inequality_document(gated: GatedInequality, provenance: Provenance) -> Document:
    """The result as a document of one section."""
    from equitable.report.closing import provenance_facts  # noqa: PLC0415
    from equitable.report.marks import marks  # noqa: PLC0415 - words

    title = f"{gated.indicator.label}, by {gated.dimension.label}"
    blocks: list[Block] = [
        Callout(kind="caution", text=text) for text in provenance.cautions
    ]
    blocks += figure_blocks(gated, "inequality")
    strata = [("", gated.found)] if gated.found is not None else []
    strata += [(", ".join(one.within.values()), one.found) for one in gated.strata]
    for where, found in strata[:_STRATA]:
        blocks.append(Heading(text=where or "Every summary"))
        blocks.append(measures_table(found, gated, where))
        if gated.found is None:
            blocks.append(levels_table(found, gated, where))
    if notes := notes_of(gated):
        blocks += [Heading(text="Notes"), Bullets(items=tuple(notes))]
    blocks += [
        Heading(text="Where the figures come from"),
        provenance_facts(provenance),
    ]
    return Document(
        title=title,
        subtitle=", ".join(file.name for file in provenance.files[:3]),
        mark=marks(internal=gated.internal, audited=gated.audited),
        internal=gated.internal,
        checked=gated.audited,
        sections=(
            Section(
                name="unequal",
                title="How unequal, all groups together",
                sheet="All groups together",
                blocks=tuple(blocks),
                new_page=False,
            ),
        ),
    )


def inequality_page(gated: GatedInequality, provenance: Provenance) -> str:
    """The result as one HTML page."""
    from equitable.report.html import render  # noqa: PLC0415 - costly to import

    return render(inequality_document(gated, provenance))


def inequality_fragment(gated: GatedInequality) -> str:
    """The result as a notebook shows it: the sentence, its chart, the table."""
    from equitable.report.html_tables import plain_table  # noqa: PLC0415
    from equitable.report.notebook import notebook_frame, prefix_of  # noqa: PLC0415
    from equitable.report.plain_text import changed, plain  # noqa: PLC0415

    figure = inequality_figure(gated, "all")
    drawn = ""
    if figure is not None:
        drawn = charts.svg(
            figure.chart,
            width=charts.WIDE,
            title=figure.title,
            alt=figure.alt,
            theme="print",
            prefix=prefix_of(gated.indicator.name, gated.to_dict()),
        ) + plain_table(changed(figure.table, plain))
    return notebook_frame(
        sentence(gated), drawn, internal=gated.internal, audited=gated.audited
    )
