"""A report made by hand: Project STAR's figures, and every kind of trouble.

The shares of race by lunch are Project STAR's (grade 3 reading at or above the middle
score); labels that attack, the schools' figures and the years' are made up.
"""

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
    State,
    Table,
)

MARK = "Not checked for publication"
ATTACK = "<script>alert('1')</script>\"><img src=x onerror=alert(2)>"
FORMULA = '=HYPERLINK("http://example.invalid","A")'
LONG = "Students who changed schools more than once between kindergarten and grade 3"
WITHHELD_COUNT = 7
"""The size of a withheld group: it must not stand anywhere."""
INDICATOR = "Reading at or above the middle score"

COLUMNS = (
    "Group", "Students", "No value", "Share", "95 % interval", "Gap (points)",
    "Interval of the gap", "More or fewer for parity", "What the evidence says",
)  # fmt: skip
NUMERIC = (False, True, True, True, True, True, True, True, False)

# label, students, share, low, high, gap, low, high, more for parity, verdict
GROUPS = (
    ("Black, Free lunch", 1595, 0.289, 0.267, 0.312, -0.372, -0.400, -0.343, 594, "worse"),
    ("White, Free lunch", 1236, 0.476, 0.448, 0.504, -0.185, -0.219, -0.151, 229, "worse"),
    ("Black, No free lunch", 393, 0.522, 0.472, 0.571, -0.139, -0.191, -0.087, 55, "worse"),
    (LONG, 21, 0.400, 0.200, 0.630, -0.261, -0.455, -0.033, 6, "not enough evidence"),
    ("مدرسة النور", 118, 0.640, 0.550, 0.721, -0.021, -0.114, 0.063, 3, "no difference shown"),
    ("White, No free lunch", 2561, 0.661, 0.643, 0.680, None, None, None, None, "the reference"),
    (FORMULA, 240, 0.790, 0.734, 0.837, 0.129, 0.071, 0.180, None, "better"),
)  # fmt: skip


def _number(value: float | None, *, share: bool = True, sign: bool = False) -> Cell:
    if value is None:
        return Cell(text="–")
    text = f"{100 * value:{'+' if sign else ''}.1f}".replace("-", "−")
    return Cell(text=text if sign else f"{text} %", value=value, kind="number",
                share=share, decimals=1)  # fmt: skip


def _count(value: int | None) -> Cell:
    return (
        Cell(text="–")
        if value is None
        else Cell(text=f"{value:,}", value=value, kind="number")
    )


def _range(low: float | None, high: float | None) -> Cell:
    if low is None or high is None:
        return Cell(text="–")
    return Cell(text=f"{100 * low:.1f} to {100 * high:.1f}".replace("-", "−"))


def group_table(caption: str) -> Table:
    rows = [
        (
            Cell(text=label, kind="group"), _count(n), _count(n // 9), _number(share),
            _range(low, high), _number(gap, sign=True), _range(gap_low, gap_high),
            _count(parity), Cell(text=verdict, kind="verdict"),
        )
        for label, n, share, low, high, gap, gap_low, gap_high, parity, verdict in GROUPS
    ]  # fmt: skip
    held = Cell(text="Withheld", kind="withheld")
    rows.append(
        (
            Cell(text=ATTACK, kind="group"),
            *([held] * 7),
            Cell(text="withheld", kind="withheld"),
        )
    )
    return Table(
        caption=caption,
        columns=COLUMNS,
        numeric=NUMERIC,
        rows=tuple(rows),
        note="Not shown: students whose lunch nobody wrote down.",
    )


def group_chart() -> DotChart:
    states: dict[str, State] = {
        "not enough evidence": "not enough",
        "the reference": "reference",
    }
    dots = [
        Dot(
            label=label,
            detail=f"{n:,} students",
            value=share,
            low=low,
            high=high,
            state=states.get(verdict, "shown"),
            text=f"{100 * share:.1f} %",
        )
        for label, n, share, low, high, *_, verdict in GROUPS
    ]
    dots += [
        Dot(label=ATTACK, state="withheld", text="Withheld"),
        Dot(label="Not reported", state="none", text="No students"),
    ]
    return DotChart(
        dots=tuple(dots),
        share=True,
        axis=INDICATOR,
        reference=0.661,
        reference_label="White, No free lunch: 66.1 %",
    )


def mean_chart() -> DotChart:
    return DotChart(
        dots=(
            Dot(label="Regular class", detail="2,000 students", value=918.2, low=915.1, high=921.3, state="reference", text="918.2 points"),
            Dot(label="Small class", detail="1,738 students", value=932.1, low=928.6, high=935.6, text="932.1 points"),
            Dot(label="Regular class with an aide", detail="2,043 students", value=918.5, low=915.4, high=921.6, state="not enough", text="918.5 points"),
        ),
        share=False,
        axis="Total score in kindergarten",
        reference=918.2,
        reference_label="Regular class: 918.2 points",
    )  # fmt: skip


def year_chart() -> LineChart:
    times = ("1986", "1987", "1988", "1989")
    values = {
        "White, No free lunch": (0.62, 0.64, 0.65, 0.661),
        "Black, No free lunch": (0.50, None, 0.51, 0.522),
        "White, Free lunch": (0.47, 0.46, 0.48, 0.476),
        "Black, Free lunch": (0.36, 0.33, 0.30, 0.289),
        LONG: (0.44, 0.45, None, None),
    }
    return LineChart(
        lines=tuple(
            Line(
                label=label,
                points=tuple(
                    LinePoint(time=time, state="withheld")
                    if value is None
                    else LinePoint(
                        time=time, value=value, low=value - 0.03, high=value + 0.03
                    )
                    for time, value in zip(times, figures, strict=True)
                ),
            )
            for label, figures in values.items()
        ),
        times=times,
        share=True,
        axis=INDICATOR,
    )


def school_table(rows: int) -> Table:
    return Table(
        caption=f"{INDICATOR}, by School ({rows} schools)",
        columns=("School", "Students", "Share"),
        numeric=(False, True, True),
        rows=tuple(
            (
                Cell(text=f"School {number}", kind="group"),
                _count(30 + number),
                _number(0.3 + 0.4 * number / rows),
            )
            for number in range(1, rows + 1)
        ),
    )


def school_chart() -> DotChart:
    return DotChart(
        dots=tuple(
            Dot(
                label=f"School {number}",
                detail=f"{30 + number} students",
                value=0.3 + 0.03 * number,
                low=0.2 + 0.03 * number,
                high=0.42 + 0.03 * number,
                state="shown" if number % 3 else "not enough",
                text=f"{30 + 3 * number}.0 %",
            )
            for number in range(1, 15)
        ),
        share=True,
        axis=INDICATOR,
        reference=0.52,
        reference_label="All students: 52.0 %",
    )


def _summary() -> tuple[Block, ...]:
    return (
        Callout(
            kind="mark",
            text=f"{MARK}. Small groups are withheld, but nobody has yet proved that"
            " none can be worked out. Share it within your team.",
        ),
        Heading(text="The three largest gaps that the evidence supports"),
        Answer(
            text=f"{INDICATOR}: of every 100 Black students with free lunch, 29; of"
            " every 100 White students without free lunch, 66.",
            strong=("29", "66"),
            detail="Allowing for chance, the gap is between 34.3 and 40.0 points (1,595"
            " students, compared with 2,561). Strong evidence: if there were no gap,"
            " one like it would come up less than once in 1,000 times. 594 more"
            " students of 1,595 would make it equal.",
            number=1,
        ),
        Answer(
            text=f"{INDICATOR}: of every 100 White students with free lunch, 48; of"
            " every 100 White students without free lunch, 66.",
            strong=("48", "66"),
            detail="Allowing for chance, the gap is between 15.1 and 21.9 points (1,236"
            " students, compared with 2,561). 229 more students of 1,236 would make it"
            " equal.",
            number=2,
        ),
        Answer(
            text="Total score in kindergarten: students in a regular class average"
            " 918.2 points, students in a small class 932.1: 13.9 points less.",
            strong=("918.2", "932.1", "13.9"),
            detail="Allowing for chance, the gap is between 9.0 and 18.8 points.",
            number=3,
        ),
        Heading(text="What could not be told"),
        Bullets(
            items=(
                f"{INDICATOR}: not enough evidence for {LONG}.",
                f"{INDICATOR}: {ATTACK} withheld, as too few students.",
                f"{INDICATOR}: nothing can be told of 12 smaller groups.",
            )
        ),
        Heading(text="What is missing from the data"),
        Bullets(items=("175 students have no lunch status in grade 3.",)),
    )


def _figure(
    name: str, sentence: str, chart: DotChart | LineChart, title: str, table: Table
) -> Figure:
    return Figure(
        name=name,
        sentence=sentence,
        chart=chart,
        title=title,
        alt=f"{title}. From 28.9 % of Black students with free lunch to 66.1 %.",
        table=table,
    )


def star_document(*, internal: bool = False, schools: int = 28) -> Document:
    """The whole report."""
    sentence = (
        f"{INDICATOR}: of every 100 Black students with free lunch, 29; of every 100"
        " White students without free lunch, 66."
    )
    reading: tuple[Block, ...] = (
        Facts(
            items=(
                ("All students together", "51.2 % (50.0 to 52.4), 6,011 students"),
                ("Which way is better", "A higher figure is better"),
                ("Known bias", "The test was given in English only."),
            )
        ),
        Heading(text="Where traits cross"),
        _figure("i1-crossed", sentence, group_chart(), f"{INDICATOR}, where traits cross",
                group_table(f"{INDICATOR}, where traits cross, furthest behind first")),
        Heading(text="By School"),
        _figure("i1-place", f"{INDICATOR}: of every 100 students at School 1, 30; of"
                " every 100 other students, 52.", school_chart(),
                f"{INDICATOR}, by School", school_table(schools)),
        Heading(text="Over the years"),
        _figure("i1-years", f"In 1989: {sentence}", year_chart(),
                f"{INDICATOR} over the years",
                group_table(f"{INDICATOR} over the years")),
    )  # fmt: skip
    score: tuple[Block, ...] = (
        Paragraph(text="The sum of the reading and the math score.", soft=True),
        Heading(text="By Class type"),
        _figure("i2-1", "Total score: students in a small class average 932.1 points,"
                " students in a regular class 918.2.", mean_chart(),
                "Total score, by Class type", school_table(3)),
    )  # fmt: skip
    about: tuple[Block, ...] = (
        Heading(text="How the figures were made"),
        Bullets(items=("Shares: Wilson's score interval.",)),
        Heading(text="Where the figures come from"),
        Facts(
            items=(
                ("star.csv", "1,204,331 bytes, SHA-256 " + "9f" * 32),
                ("Rows read", "11,598"),
                ("Command", "equitable report star.csv --by race,lunch"),
            )
        ),
    )
    quality: tuple[Block, ...] = (
        Callout(kind="caution", text="Free lunch is not known for 175 students."),
        Callout(kind="note", text="Two columns hold the same values."),
        school_table(5),
    )
    marks = [
        Callout(kind="internal", text="Internal: contains small groups. Keep it close.")
    ]
    return Document(
        title="Where Tennessee's schools leave students out",
        subtitle="11,598 rows of star.csv · 22 November 2026",
        mark=f"Internal: contains small groups · {MARK}" if internal else MARK,
        internal=internal,
        keywords=("equity", "gaps"),
        sections=(
            Section(name="summary", title="What stands out", sheet="Summary",
                    blocks=(*(marks if internal else ()), *_summary()), new_page=False),
            Section(name="i1", title=INDICATOR, sheet="Reading", blocks=reading),
            Section(name="i2", title="Total score in kindergarten", sheet="Score",
                    blocks=score),
            Section(name="quality", title="How good the data is", sheet="Data quality",
                    blocks=quality),
            Section(name="about", title="How this was done", sheet="About",
                    blocks=about),
        ),
    )  # fmt: skip
