"""What a report says in words: order, references, doubts, years, and what is withheld.

Figures are made up; each expected word follows from the figures beside it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from equitable.intake.quality.assessment import Quality
from equitable.measures.results import GapRow, Gaps, Reference
from equitable.privacy.gate import Gated
from equitable.report.compose import compose, largest_gaps
from equitable.report.contents import Contents, Study
from equitable.report.document import Answer, Bullets, Callout, Figure, Paragraph
from equitable.report.people import people
from equitable.report.sentences import headline, whole_people
from equitable.report.tables import gap_table, group_name
from equitable.vocabulary import (
    NOT_REPORTED,
    WITHHELD,
    Dimension,
    Direction,
    FileRead,
    Indicator,
    Kind,
    Provenance,
    Role,
    Verdict,
)

PASSED = Indicator(name="passed", label="Passed", kind=Kind.RATE)
SCORE = Indicator(
    name="score", label="Score", kind=Kind.MEAN, unit="points", decimals=2
)
FILES = (FileRead(name="a.csv", sha256="0" * 64, bytes=9),)
WORDS = {
    "-": Verdict.WORSE,
    "+": Verdict.BETTER,
    "?": Verdict.NOT_ENOUGH_EVIDENCE,
    "=": Verdict.NO_DIFFERENCE_SHOWN,
    "r": None,
}


def trait(name, **more):
    label = more.pop("label", name.capitalize())
    return Dimension(
        name=name, label=label, columns=(name,), classify=lambda v: (v or "",), **more
    )


def row(group, said, gap, *, n=100, q=0.0004, spread=0.02, year=None, **more):
    kind = more.pop("kind", "rest")
    return GapRow(
        group=group,
        within={"year": year} if year else {},
        n=n,
        missing=0,
        value=0.5 + gap,
        low=0.5 + gap - 0.01,
        high=0.5 + gap + 0.01,
        reference=Reference(kind=kind, n=900, value=0.5, low=0.49, high=0.51),
        difference=gap,
        difference_low=gap - spread,
        difference_high=gap + spread,
        standardised=2 * gap,
        parity_fixed=max(0, round(-gap * n)),
        q=q,
        verdict=WORDS[said],
        **more,
    )


def result(*rows, traits=("lunch",), indicator=PASSED, within=(), **more):
    return Gaps(
        indicator=indicator,
        dimensions=tuple(t if isinstance(t, Dimension) else trait(t) for t in traits),
        within=within,
        overall=Reference(kind="overall", n=1000, value=0.5, low=0.48, high=0.52),
        rows=rows,
        family_size=40,
        adjust="bh",
        confidence=0.95,
        provenance=Provenance(files=FILES, rows_read=1000, min_n=10),
        **more,
    )


def contents(*results, **more):
    years = more.pop("years", None)
    return Contents(
        title="A report",
        studies=tuple(
            Study(
                indicator=gaps.indicator,
                gaps=Gated(gaps=gaps, internal=False),
                years=Gated(gaps=years, internal=False) if years else None,
            )
            for gaps in results
        ),
        quality=Quality(rows=1000),
        provenance=results[0].provenance,
        **more,
    )


def blocks(document, kind):
    return [
        block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, kind)
    ]


# ------------------------------------------------------------------- the first page


def test_the_head_says_the_year_and_a_date_that_no_line_divides():
    said = compose(
        contents(result(), date="2026-11-22", year="2023-24")
    ).subtitle  # fmt: skip
    assert said == (
        "Figures of 2023-24 · 1,000 rows of a.csv · 22\u00a0November\u00a02026"
    )


def test_rows_that_are_withheld_leave_the_file():
    given = contents(result())
    given = replace(given, provenance=replace(given.provenance, rows_read=WITHHELD))
    assert compose(given).subtitle == "a.csv"


def test_the_largest_gaps_stand_largest_first_whatever_round_found_them():
    # 'lunch: free' leads for one measure; the next round finds it again for the other,
    # larger than 'sex: boys', which the first round took.
    passed = result(
        row({"lunch": "Free"}, "-", -0.30),
        row({"sex": "Boys"}, "-", -0.05),
        traits=("lunch", "sex"),
    )
    other = result(
        row({"lunch": "Free"}, "-", -0.20),
        traits=("lunch", "sex"),
        indicator=replace(PASSED, name="other", label="Other"),
    )
    found = largest_gaps(contents(passed, other).studies)
    assert [r.difference for _, r in found] == [-0.30, -0.20, -0.05]
    chosen = [b.text for b in blocks(compose(contents(passed, other)), Paragraph)]
    assert chosen[0].startswith("Largest first: by how large each gap is at least")


def test_nobody_behind_and_one_group_ahead_is_said_as_it_is():
    gaps = result(row({"lunch": "Free"}, "+", 0.2), row({"lunch": "Full"}, "?", -0.01))
    said = headline(gaps)
    assert said.startswith(
        "Passed: the evidence shows no group behind its reference, and one or more"
        " ahead of it. Of every 100 students in the group ‘Lunch: Free’, 70; of every"
        " 100 other students, 50."
    )
    assert said.endswith("For some groups there is not enough evidence to say.")
    answers = [b.text for b in blocks(compose(contents(gaps)), Answer)]
    assert answers[0] == (
        "The evidence shows no group behind those it is compared with."
    )
    assert answers[1].startswith("One or more are ahead. Passed: of every 100")


def test_where_everything_is_withheld_nothing_is_drawn_and_no_gap_denied():
    rows = [
        row({"lunch": v}, "-", -0.3).held_back() for v in ("Free lunch", "Full price")
    ]
    document = compose(contents(result(*rows)))
    assert not blocks(document, Figure)
    said = [b.text for b in blocks(document, Paragraph)]
    assert "Every group here is withheld: Free lunch; Full price." in said
    assert [b.text for b in blocks(document, Answer)] == [
        "No gap can be told of: every group is withheld."
    ]


def test_what_could_not_be_told_names_the_largest_and_counts_the_rest():
    unsure = [
        row({"town": f"Town {name}"}, "?", -0.01, n=n)
        for name, n in (("Ash", 20), ("Birch", 90), ("Cedar", 70), ("Dale", 80),
                        ("Elm", 30), ("Fir", 40))
    ]  # fmt: skip
    unsure.append(row({"town": NOT_REPORTED}, "?", -0.01, n=500))
    crossed = [row({"town": "Town Ash", "sex": "Girls"}, "?", -0.01)]
    held = [row({"town": "Town Gum"}, "-", -0.1).held_back()]
    gaps = result(*unsure, *crossed, *held, traits=("town", "sex"))
    listed = blocks(compose(contents(gaps)), Bullets)[0]
    assert listed.items == (
        (
            "Withheld: Town Gum. Each has fewer than 10 students, or would give such a"
            " group away by subtraction."
        ),
        (
            "Not enough evidence to say about Town Birch, Town Dale, Town Cedar and 4"
            " more, or about 1 group where traits cross."
        ),
    )
    assert listed.places == ("about", "i1")


def test_two_measures_of_one_name_are_told_apart():
    rows = [row({"lunch": "Free"}, "-", -0.3)]
    one = replace(PASSED, name="a", label="Absent", column="Days")
    two = replace(PASSED, name="b", label="Absent")
    document = compose(
        contents(*(result(*rows, indicator=item) for item in (one, two, PASSED)))
    )
    titles = [section.title for section in document.sections[1:4]]
    assert titles == ["Absent (Days)", "Absent (b)", "Passed"]
    assert [figure.title for figure in blocks(document, Figure)] == [
        f"{title}, by Lunch" for title in titles
    ]


def test_many_cautions_are_counted():
    gaps = result(row({"lunch": "Free"}, "-", -0.3))
    given = contents(gaps)
    notes = tuple(f"Note {number}." for number in range(9))
    given = replace(given, provenance=replace(given.provenance, cautions=notes))
    said = [b.text for b in blocks(compose(given), Callout) if b.kind == "caution"]
    assert said == [*notes[:3], "6 more such notes stand under ‘How this was done’."]


# ------------------------------------------------------------------------ sentences


def test_everyone_is_students_overall():
    gaps = result(row({"lunch": "Free"}, "-", -0.1, kind="overall"))
    assert whole_people(gaps.rows[0], gaps).endswith(
        "of every 100 students overall, 50."
    )


def test_a_group_of_two_traits_is_one_group():
    group = {"mother": "3", "father": "2"}
    dimensions = [trait("mother"), trait("father")]
    assert people(group, dimensions) == ("students in the group ‘Mother: 3, Father: 2’")


def test_a_chapters_sentence_has_its_interval_and_not_its_title_again():
    gaps = result(row({"lunch": "Free"}, "-", -0.3, spread=0.05))
    figure = blocks(compose(contents(gaps)), Figure)[0]
    assert figure.sentence == (
        "Of every 100 students in the group ‘Lunch: Free’, 20; of every 100 other"
        " students, 50 (the gap: 25.0 to 35.0 points)."
    )


def test_two_views_of_race_are_told_apart():
    seven = trait("race", label="Race", view="federal seven")
    either = trait("race_any", label="Race", view="alone or in combination")
    gaps = result(
        row({"race": "Asian"}, "-", -0.3),
        row({"race_any": "Asian"}, "-", -0.2),
        traits=(seven, either),
    )
    names = [group_name(r.group, gaps.dimensions) for r in gaps.rows]
    assert names == [
        "Race (federal seven): Asian", "Race (alone or in combination): Asian",
    ]  # fmt: skip
    titles = [figure.title for figure in blocks(compose(contents(gaps)), Figure)]
    assert titles == [
        "Passed, by Race (federal seven)", "Passed, by Race (alone or in combination)",
    ]  # fmt: skip
    # One race alone needs no such word.
    assert group_name({"race": "Asian"}, [seven]) == "Asian"


# --------------------------------------------------------------------------- tables


def test_a_gap_that_chance_among_many_may_make_is_marked_and_explained():
    gaps = result(
        row({"lunch": "Free"}, "?", -0.10, q=0.2, spread=0.04),
        row({"lunch": "Full"}, "?", -0.10, q=None, spread=0.04),
        row({"lunch": "Other lunch"}, "?", -0.01, q=0.9, spread=0.04),
    )
    table = gap_table(gaps, gaps.rows, "Caption")
    assert [cells[-1].text for cells in table.rows] == [
        "not enough evidence *", "not enough evidence †", "not enough evidence",
    ]  # fmt: skip
    assert "* The interval leaves out 0, but 40 groups are compared here" in table.note
    assert "† The interval leaves out 0, but too few students" in table.note


@pytest.mark.parametrize(
    ("indicator", "margin", "words"),
    [
        (PASSED, None, "within 5 points, either way"),
        (PASSED, 0.03, "within 3.0 points, either way"),
        # The gap is .01 and .02 standard deviations: one is .5, and its fifth .1.
        (SCORE, None, "a fifth of the figures' standard deviation (0.10 points)"),
        (SCORE, 4.0, "within 4.00 points, either way"),
    ],
)
def test_the_margin_of_no_difference_is_said(indicator, margin, words):
    gaps = result(row({"lunch": "Free"}, "=", 0.01), indicator=indicator, margin=margin)
    assert words in gap_table(gaps, gaps.rows, "Caption").note


def test_no_verdict_that_needs_a_word_gets_none():
    gaps = result(row({"lunch": "Free"}, "-", -0.3))
    assert gap_table(gaps, gaps.rows, "Caption").note == ""


def test_parity_reached_is_none_and_averages_have_no_parity():
    gaps = result(row({"lunch": "Free"}, "-", -0.3), row({"lunch": "Full"}, "+", 0.3))
    table = gap_table(gaps, gaps.rows, "Caption")
    column = table.columns.index("More or fewer for parity")
    assert [cells[column].text for cells in table.rows] == ["30", "none"]
    assert table.rows[1][column].value == 0
    means = gap_table(replace(gaps, indicator=SCORE), gaps.rows, "Caption")
    assert "More or fewer for parity" not in means.columns
    assert {len(cells) for cells in means.rows} == {len(means.columns)}


@pytest.mark.parametrize(
    ("role", "values"),
    [
        (Role.GRADE, ["K", "1", "2", "10"]),
        (Role.DIMENSION, ["under 5", "5-9", "10-14", "15 and over"]),
    ],
)
def test_what_has_an_order_keeps_it(role, values):
    worst_last = [row({"t": v}, "-", -0.1 * i) for i, v in enumerate(values, start=1)]
    gaps = result(*worst_last, traits=(trait("t", role=role),))
    figure = blocks(compose(contents(gaps)), Figure)[0]
    names = [cells[0].text.removeprefix("T: ") for cells in figure.table.rows]
    assert names == values
    assert [dot.label.removeprefix("T: ") for dot in figure.chart.dots] == values
    assert figure.table.caption.endswith(", in order")
    # The sentence is about the group furthest behind all the same.
    assert " 10; " in figure.sentence


def test_schools_have_no_order_but_how_far_behind_they_are():
    rows = [row({"t": f"{i}"}, "-", -0.1 * i) for i in (1, 2, 3)]
    gaps = result(*rows, traits=(trait("t", role=Role.SCHOOL),))
    figure = blocks(compose(contents(gaps)), Figure)[0]
    assert [cells[0].text for cells in figure.table.rows] == ["T: 3", "T: 2", "T: 1"]


def test_paper_gets_the_groups_of_the_chart_and_how_many_are_withheld():
    rows = [row({"t": f"Town {i}"}, "-", -0.01 * i - 0.05) for i in range(1, 31)]
    rows.append(row({"t": "Town 31"}, "-", -0.1).held_back())
    figure = blocks(compose(contents(result(*rows, traits=("t",)))), Figure)[0]
    assert len(figure.table.rows) == 31
    assert [cells[0].text for cells in figure.brief.rows] == [
        dot.label for dot in figure.chart.dots
    ]
    assert figure.brief.note == (
        "These are 14 of 30 groups that can be shown: those furthest behind and"
        " furthest ahead. 1 group is withheld."
    )


def test_paper_only_counts_the_withheld_of_a_few_groups():
    rows = [row({"t": "Town A"}, "-", -0.1), row({"t": "Town B"}, "+", 0.1)]
    held = [row({"t": name}, "-", -0.1).held_back() for name in ("Town C", "Town D")]
    figure = blocks(compose(contents(result(*rows, *held, traits=("t",)))), Figure)[0]
    assert [cells[0].text for cells in figure.brief.rows] == ["Town A", "Town B"]
    assert figure.brief.note == "2 groups are withheld."
    assert [dot.label for dot in figure.chart.dots][2:] == ["Town C", "Town D"]


# ---------------------------------------------------------------------------- years

YEAR = trait("year", role=Role.YEAR)


def over_time(*rows, indicator=PASSED):
    now = result(row({"lunch": "Free"}, "-", -0.3), indicator=indicator)
    within = result(*rows, within=(YEAR,), indicator=indicator)
    figures = blocks(compose(contents(now, years=within)), Figure)
    return next(figure for figure in figures if "years" in figure.name)


@pytest.mark.parametrize(
    ("then", "now", "direction", "words"),
    [
        (-0.10, -0.30, Direction.HIGHER, "the gap moved against this group."),
        (-0.30, -0.10, Direction.HIGHER, "the gap moved in this group's favour."),
        (
            -0.10,
            -0.12,
            Direction.HIGHER,
            "The intervals overlap: a change is not shown.",
        ),
        (0.10, 0.30, Direction.LOWER, "the gap moved against this group."),
        (0.30, 0.10, Direction.LOWER, "the gap moved in this group's favour."),
    ],
)
def test_a_chart_over_time_says_then_and_now(then, now, direction, words):
    figure = over_time(
        row({"lunch": "Free"}, "-", then, year="2023"),
        row({"lunch": "Free"}, "-", now, year="2024"),
        indicator=replace(PASSED, direction=direction),
    )
    assert figure.sentence.endswith(words)
    assert "other students: a gap of " in figure.sentence
    sign = "+" if then > 0 else "−"
    assert f"{sign}{abs(100 * then):.1f} points in 2023 (" in figure.sentence


def test_a_group_of_some_years_only_is_a_caution():
    figure = over_time(
        row({"lunch": "Free lunch"}, "-", -0.1, year="2022"),
        row({"lunch": "Free lunch"}, "-", -0.1, year="2023"),
        row({"lunch": "Free lunch"}, "-", -0.1, year="2024"),
        row({"lunch": "Full price"}, "+", 0.1, year="2023"),
        row({"lunch": "Full price"}, "+", 0.1, year="2024"),
    )
    for table in (figure.table, figure.brief):
        assert "Take care: not in every year are there students" in table.note
        assert "in Full price (only 2023 and 2024)." in table.note
        assert "Free lunch (" not in table.note


def test_paper_gets_groups_by_years():
    figure = over_time(
        row({"lunch": "Free lunch"}, "-", -0.1, year="2023"),
        row({"lunch": "Free lunch"}, "-", -0.2, year="2024"),
        row({"lunch": "Full price"}, "+", 0.1, year="2024"),
        row({"lunch": "Other lunch"}, "+", 0.1, year="2024").held_back(),
    )
    assert figure.brief.columns == ("Group", "2023", "2024")
    assert [[cell.text for cell in cells] for cells in figure.brief.rows] == [
        ["Free lunch", "40.0 % (39.0 to 41.0)", "30.0 % (29.0 to 31.0)"],
        ["Full price", "–", "60.0 % (59.0 to 61.0)"],
    ]
    assert "1 group is withheld." in figure.brief.note
