"""Words for yes/no traits, the order of rows, limits near 0, and published bounds.

Figures are made up; each expected word follows from the figures beside it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from equitable.commands.screen_tables import pooled_table
from equitable.measures.results import Bounds, GapRow, Gaps, PooledRow, Reference
from equitable.privacy.gate import Gated
from equitable.report.chapters import indicator_chapter
from equitable.report.chart_parts import PALETTES
from equitable.report.compose import largest_gaps
from equitable.report.contents import Study
from equitable.report.document import Figure
from equitable.report.dot_chart import dot_spec
from equitable.report.people import people
from equitable.report.sentences import (
    gap_between,
    headline,
    how_sure,
    order_rows,
    whole_people,
)
from equitable.report.tables import amount, gap_words, interval
from equitable.vocabulary import (
    Dimension,
    Direction,
    Indicator,
    Kind,
    Provenance,
    Role,
    Verdict,
)

PASSED = Indicator(name="passed", label="Passed", kind=Kind.RATE)
SCORE = Indicator(name="score", label="Score", kind=Kind.MEAN, decimals=1)


def trait(name, label):
    return Dimension(
        name=name, label=label, columns=(name,), classify=lambda v: (v or "",)
    )


def row(name, verdict, gap, low, high, **more):
    return GapRow(
        group={"lunch": name},
        n=100,
        value=0.5 + gap if gap is not None else None,
        reference=Reference(kind="rest", n=900, value=0.5, low=0.49, high=0.51),
        difference=gap,
        difference_low=low,
        difference_high=high,
        standardised=gap,
        verdict=verdict,
        **more,
    )


def result(*rows, indicator=PASSED, **more):
    return Gaps(
        indicator=indicator,
        dimensions=(trait("lunch", "Lunch"),),
        overall=Reference(kind="overall", n=1000, value=0.5, low=0.48, high=0.52),
        rows=rows,
        family_size=9,
        adjust="bh",
        confidence=0.95,
        provenance=Provenance(files=(), rows_read=1000, min_n=10),
        **more,
    )


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("Students with disabilities", "Students with disabilities",
         "students with disabilities"),
        ("Students with disabilities", "Students without disabilities",
         "students without disabilities"),
        ("Students with disabilities", "SWD", "students in the group ‘SWD’"),
        ("Students with disabilities", "Non-SWD", "students in the group ‘Non-SWD’"),
        ("Students with disabilities", "No", "students without disabilities"),
        ("Students with disabilities", "Yes", "students with disabilities"),
        ("English learners", "English learners", "English learners"),
        ("English learners", "Not English learners",
         "students who are not English learners"),
        ("English learners", "EL", "students in the group ‘EL’"),
        ("Lunch", "Free or reduced-price lunch",
         "students with free or reduced-price lunch"),
        ("Lunch", "No free or reduced-price lunch",
         "students without free or reduced-price lunch"),
        ("Income", "Economically disadvantaged",
         "economically disadvantaged students"),
        ("Income", "Not economically disadvantaged",
         "students who are not economically disadvantaged"),
        ("Plan", "Section 504 plan", "students with a Section 504 plan"),
        ("Plan", "No Section 504 plan", "students without a Section 504 plan"),
        ("Home", "Without a stable home", "students without a stable home"),
        ("Foster care", "Not in foster care", "students not in foster care"),
        ("Migrant", "Migrant students", "migrant students"),
        ("Migrant", "Not migrant students", "students who are not migrant"),
        ("Military", "Military families", "students from military families"),
        ("Military", "Not military families", "students not from military families"),
        ("Gifted", "Not in the gifted program", "students not in the gifted program"),
        ("College", "First in the family at college",
         "students who are the first in the family at college"),
        ("College", "Not first in the family",
         "students who are not the first in the family"),
        # What cannot be said well stays as the file has it.
        ("Etnia", "Sí", "students in the group ‘Etnia: Sí’"),
        ("Ride", "Not stated", "students in the group ‘Ride: Not stated’"),
        ("Track", "STEM", "students in the group ‘Track: STEM’"),
    ],
)  # fmt: skip
def test_every_yes_or_no_reads_well(label, value, words):
    assert people({"t": value}, [trait("t", label)]) == words


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("State", "Wyoming", "students in Wyoming"),
        ("District", "75", "students in district 75"),
        ("District", "Red Clay School District", "students in Red Clay School District"),
        ("District", "First State Charter School",
         "students at First State Charter School"),
        ("School", "Oak Lane", "students at Oak Lane"),
        ("School", "12", "students at school 12"),
    ],
)  # fmt: skip
def test_students_are_in_a_place_and_at_a_school(label, value, words):
    place = replace(trait("t", label), role=Role.SCHOOL)
    assert people({"t": value}, [place]) == words


def test_two_traits_share_one_noun():
    group = {"el": "English learners", "sex": "Girls", "sped": "SWD"}
    traits = [
        trait("el", "English learners"),
        trait("sex", "Gender"),
        trait("sped", "Students with disabilities"),
    ]
    assert people(group, traits) == (
        "girls who are English learners in the group ‘SWD’"
    )


@pytest.mark.parametrize(
    ("direction", "sign"), [(Direction.HIGHER, 1), (Direction.LOWER, -1)]
)
def test_behind_first_then_undecided_by_their_point_then_ahead(direction, sign):
    unsure, none = Verdict.NOT_ENOUGH_EVIDENCE, Verdict.NO_DIFFERENCE_SHOWN

    def made(name, verdict, gap, spread):
        low, high = sorted((sign * gap - spread, sign * gap + spread))
        return row(name, verdict, sign * gap, low, high)

    bounded = row(
        "bounds", unsure, None, -0.9, 0.5,
        bounds=Bounds(count=(1, 2), value=(0.0, 0.1), reference=(0.5, 0.5),
                      difference=(sign * -0.25, sign * -0.05), ratio=(0.0, 0.2)),
    )  # fmt: skip
    expected = [
        made("worse, at least 20", Verdict.WORSE, -0.25, 0.05),
        made("worse, at least 10", Verdict.WORSE, -0.30, 0.20),
        made("-18", unsure, -0.18, 0.30),
        bounded,
        made("-1", none, -0.01, 0.02),
        made("+15", unsure, 0.15, 0.10),
        row("no figure", unsure, None, None, None),
        made("better, at least 1", Verdict.BETTER, 0.40, 0.39),
        made("better, at least 20", Verdict.BETTER, 0.30, 0.10),
        row("reference", None, None, None, None),
        row("held", unsure, -0.4, -0.5, -0.3).held_back(),
    ]
    found = order_rows(expected[::-1], direction)
    assert [r.group["lunch"] for r in found] == [r.group["lunch"] for r in expected]


def test_the_group_most_ahead_is_spoken_of():
    gaps = result(
        row("a little", Verdict.BETTER, 0.1, 0.01, 0.2),
        row("a lot", Verdict.BETTER, 0.3, 0.2, 0.4),
    )
    assert "Lunch: a lot" in headline(gaps)


def test_a_limit_near_0_gets_the_decimals_that_tell_it_from_0():
    assert interval(-0.48, -0.02, SCORE) == "−0.48 to −0.02"
    assert interval(-5.8, -0.004, SCORE) == "−5.800 to −0.004"
    assert interval(-0.5, 0.0, SCORE) == "−0.5 to 0.0"
    assert interval(-2.04, 1.0, SCORE) == "−2.0 to 1.0"
    # Nearer than any decimals show: no sign before a 0.
    assert interval(-0.5, -0.000004, SCORE) == "−0.5 to 0.0"
    assert interval(-0.05, -0.0002, PASSED) == "−5.00 to −0.02"
    gaps = result(row("Free", Verdict.WORSE, -0.2, -0.48, -0.02), indicator=SCORE)
    assert gap_between(gaps.rows[0], gaps) == "the gap: 0.02 to 0.48"
    crossing = row("Free", Verdict.NOT_ENOUGH_EVIDENCE, -0.2, -0.48, 0.02)
    assert gap_between(crossing, gaps) == "the gap: −0.48 to +0.02"


def test_there_is_one_minus_sign():
    assert amount(-0.12, SCORE) == "−0.1"
    assert amount(-0.01, SCORE) == "0.0"
    assert gap_words(-0.12, SCORE) == "−0.1"
    gaps = result(
        replace(row("Free", Verdict.WORSE, -0.9, -1.2, -0.6), value=-0.4),
        indicator=SCORE,
    )
    assert "-" not in headline(gaps)
    assert "−0.4" in headline(gaps)


def test_no_verdict_is_made_of_what_was_not_worked_out():
    pooled = PooledRow(
        group={"lunch": "Free"},
        within=("school",),
        reference=Reference(kind="rest"),
        raw_difference=-0.3,
        difference=-0.2,
        verdict=Verdict.NOT_ENOUGH_EVIDENCE,
    )
    gaps = result(
        row("Free", Verdict.WORSE, -0.3, -0.4, -0.2),
        pooled=(pooled,),
        within=(trait("school", "School"),),
        clustered_over="class",
    )
    said = headline(gaps)
    assert said.endswith(
        "The gap with School held fixed is not worked out together with --cluster:"
        " see the rows within each School."
    )
    console = Console(width=120, record=True)
    with console.capture() as printed:
        console.print(pooled_table(gaps, 120))
    assert "not worked out" in printed.get()
    assert "not enough" not in printed.get()


def study(name, *rows, column=None):
    indicator = Indicator(name=name, label=name, kind=Kind.RATE, column=column)
    gaps = result(*rows, indicator=indicator)
    return Study(indicator=indicator, gaps=Gated(gaps=gaps, internal=False))


def study_of(gaps):
    return Study(indicator=gaps.indicator, gaps=Gated(gaps=gaps, internal=False))


def behind(name, gap):
    return row(name, Verdict.WORSE, gap, gap - 0.01, gap + 0.01)


def test_a_measure_stands_on_the_first_page_once_where_others_have_gaps():
    gpa = study("gpa", behind("A", -0.4), behind("B", -0.35))
    absent = study("absent", behind("A", -0.3), behind("C", -0.2), column="days")
    often = study("often absent", behind("D", -0.25), column="days")
    other = study("algebra", behind("E", -0.1))
    chosen = largest_gaps([gpa, absent, often, other])
    assert [(g.indicator.name, r.group["lunch"]) for g, r in chosen] == [
        ("gpa", "A"), ("often absent", "D"), ("algebra", "E"),
    ]  # fmt: skip
    # With one measure only, it comes as often as it has gaps.
    assert [r.group["lunch"] for _, r in largest_gaps([gpa])] == ["A", "B"]


def test_published_bounds_are_said_as_what_they_are():
    bounds = Bounds(
        count=(25, 25), value=(25 / 70, 25 / 70), reference=(0.625, 0.65),
        difference=(-0.293, -0.268), ratio=(0.55, 0.57),
    )  # fmt: skip
    only = replace(row("Free", Verdict.WORSE, None, -0.4, -0.1), bounds=bounds)
    gaps = result(only)
    assert whole_people(only, gaps) == (
        "Passed: of every 100 students in the group ‘Lunch: Free’, 36; of every 100"
        " other students, between 62 and 65."
    )
    assert how_sure(only, gaps).startswith(
        "Allowing for chance and what is not published, the gap is between 10.0 and"
        " 40.0 points"
    )
    exact = replace(bounds, reference=(0.65, 0.65))
    assert how_sure(replace(only, bounds=exact), gaps).startswith(
        "Allowing for chance, the gap"
    )
    averages = replace(
        only, bounds=replace(bounds, value=(2.0, 2.5), reference=(3.0, 3.0))
    )
    gaps = result(averages, indicator=SCORE)
    assert whole_people(averages, gaps) == (
        "Score: on average between 2.0 and 2.5 for students in the group ‘Lunch:"
        " Free’, 3.0 for other students."
    )


def test_bounds_are_drawn_as_a_bar_without_a_dot():
    made = row("Free", Verdict.NOT_ENOUGH_EVIDENCE, None, -0.4, 0.1)
    bounds = Bounds(
        count=(20, 30), value=(0.2, 0.3), reference=(0.5, 0.5),
        difference=(-0.3, -0.2), ratio=(0.4, 0.6),
    )  # fmt: skip
    gaps = result(replace(made, low=0.15, high=0.35, bounds=bounds))
    section = indicator_chapter(study_of(gaps), 1)
    chart = next(b.chart for b in section.blocks if isinstance(b, Figure))
    dot = chart.dots[0]
    assert (dot.state, dot.text, dot.detail) == (
        "bounds", "20.0 % to 30.0 %", "100 students",
    )  # fmt: skip
    drawn = str(dot_spec(chart, 800, PALETTES["print"]))
    assert "{'value': 0.15, 'high': 0.35" in drawn
    assert "'value': None" not in drawn
