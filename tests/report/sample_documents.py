"""Documents made by hand: a plain one, and one whose every label is hostile."""

from __future__ import annotations

from equitable.report.document import (
    Answer,
    Block,
    Bullets,
    Callout,
    Cell,
    Document,
    Dot,
    DotChart,
    Facts,
    Figure,
    Heading,
    Line,
    LineChart,
    LinePoint,
    Paragraph,
    Section,
    Table,
)

MARK = "Not checked for publication"

HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "#set page(width: 1pt)",
    "$x^2$ and $unfinished",
    "[bracket",
    "bracket]",
    "*star _under `tick",
    "\\ back \\slash \\",
    "\"double\" 'single'",
    "<label> @ref // comment /* open",
    "<script>alert(1)</script>",
    "http://example.org/x",
    "#panic(1) #{ }",
    "_x0041_ &amp; &P &",
    "~ -- --- ... => != {{ }}",
    "~/file",
    "% ' ; -- drop",
)
SCRIPTS = ("مدرسة النور", "בית ספר", "東京の学校", "школа", "Ñandú É", "😀 emoji")


def number(value: float, text: str, *, share: bool = True, decimals: int = 1) -> Cell:
    return Cell(text=text, value=value, kind="number", share=share, decimals=decimals)


def count(value: int) -> Cell:
    return Cell(text=f"{value:,}", value=value, kind="number")


def withheld() -> Cell:
    return Cell(text="Withheld", kind="withheld")


def gap_table(labels: tuple[str, ...] = ("Free lunch", "No free lunch")) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            Cell(text=label, kind="group"),
            count(1595 + place),
            number(0.2887, "28.9 %"),
            Cell(text="26.7 to 31.2"),
            number(-0.1334, "−13.3"),
            Cell(text="behind", kind="verdict"),
        )
        for place, label in enumerate(labels)
    ]
    rows.append(
        (
            Cell(text="A small group", kind="group"),
            *(withheld() for _ in range(4)),
            Cell(text="withheld", kind="withheld"),
        )
    )
    return Table(
        caption="Reading at or above the middle score, by Lunch",
        columns=(
            "Group",
            "Students",
            "Share",
            "95 % interval",
            "Gap (points)",
            "What the evidence says",
        ),
        numeric=(False, True, True, True, True, False),
        rows=tuple(rows),
        note="The table has all groups.",
    )


def dots(labels: tuple[str, ...] = ("Free lunch", "No free lunch")) -> DotChart:
    return DotChart(
        dots=(
            *(
                Dot(
                    label=label,
                    detail="1,595 students",
                    value=0.2 + 0.02 * place,
                    low=0.15 + 0.02 * place,
                    high=0.25 + 0.02 * place,
                    text="28.9 %",
                )
                for place, label in enumerate(labels)
            ),
            Dot(label="A small group", state="withheld", text="Withheld"),
        ),
        share=True,
        axis="Reading at or above the middle score",
        reference=0.5,
        reference_label="All students: 50.0 %",
    )


def lines() -> LineChart:
    return LineChart(
        lines=(
            Line(
                label="Free lunch",
                points=(
                    LinePoint(time="2023", value=0.3, low=0.2, high=0.4),
                    LinePoint(time="2024", state="withheld"),
                    LinePoint(time="2025", value=0.4, low=0.3, high=0.5),
                ),
            ),
        ),
        times=("2023", "2024", "2025"),
        share=True,
        axis="Reading",
    )


def figure(
    name: str = "i1-1", labels: tuple[str, ...] = ("Free lunch", "No free lunch")
) -> Figure:
    return Figure(
        name=name,
        sentence="Of every 100 students with free lunch, 29; of every 100 others, 66.",
        chart=dots(labels),
        title="Reading, by Lunch",
        alt="Free lunch: 28.9 %; a small group: withheld.",
        table=gap_table(labels),
    )


def long_table(rows: int) -> Table:
    return Table(
        caption="Every school",
        columns=("School", "Students"),
        numeric=(False, True),
        rows=tuple(
            (Cell(text=f"School {place:04d}", kind="group"), count(place))
            for place in range(1, rows + 1)
        ),
    )


def plain_document(*, internal: bool = False, mark: str = MARK) -> Document:
    summary: tuple[Block, ...] = (
        Callout(
            kind="mark", text="Not checked for publication. Share within the team."
        ),
        Heading(text="The largest gaps that the evidence supports"),
        Answer(
            text="Of every 100 students with free lunch, 29; of every 100 others, 66.",
            strong=("29", "66"),
            detail="Allowing for chance, the gap is between 35 and 39 points.",
            number=1,
        ),
        Heading(text="What could not be told"),
        Bullets(items=("Asian students: too few.", "175 have no lunch status.")),
        Paragraph(text="That is all.", soft=True),
    )
    chapter: tuple[Block, ...] = (
        Facts(items=(("Which way is better", "A higher figure is better"),)),
        Heading(text="By lunch"),
        figure(),
        Heading(text="Over the years"),
        Figure(
            name="i1-years",
            sentence="In 2025: of every 100, 40.",
            chart=lines(),
            title="Reading over the years",
            alt="Free lunch: 30 % in 2023, 40 % in 2025.",
            table=gap_table(),
        ),
    )
    return Document(
        title="Where the schools leave students out",
        subtitle="11,598 rows of star.csv · 2026-11-22",
        mark=mark,
        internal=internal,
        keywords=("equity", "gaps"),
        sections=(
            Section(
                name="summary",
                title="What stands out",
                sheet="Summary",
                blocks=summary,
                new_page=False,
            ),
            Section(name="i1", title="Reading", sheet="Reading", blocks=chapter),
            Section(
                name="data",
                title="How good the data is",
                sheet="Data quality",
                blocks=(long_table(3),),
            ),
        ),
    )


def hostile_document(labels: tuple[str, ...] = HOSTILE + SCRIPTS) -> Document:
    """Every place that holds text holds each of the labels."""
    everything = " ".join(labels)
    blocks: list[Block] = []
    for place, label in enumerate(labels):
        blocks += [
            Heading(text=label, level=3 if place % 2 else 4),
            Paragraph(text=label),
            Answer(text=label, strong=(label[:3], label), detail=label, number=place),
            Callout(kind="caution", text=label),
            Bullets(items=(label,)),
            Facts(items=((label, label),)),
        ]
    blocks.append(
        Figure(
            name="hostile",
            sentence=everything,
            chart=dots(labels),
            title=everything,
            alt=everything,
            table=gap_table(labels),
        )
    )
    return Document(
        title=everything,
        subtitle=everything,
        mark=f"{MARK} & more #1",
        internal=True,
        keywords=labels,
        sections=tuple(
            Section(name=f"s{place}", title=label, sheet=label, blocks=tuple(blocks))
            for place, label in enumerate(labels[:3])
        ),
    )
