"""Risk ratios under IDEA, by hand: the arithmetic of every branch stands beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.errors import InputError, QuestionError, SettingsError
from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    GROUPS,
    Area,
    Population,
    category_named,
    federal_group,
    school_year,
)
from equitable.measures.disproportionality.counts import (
    TOGETHER,
    GroupCount,
    state_of,
)
from equitable.measures.disproportionality.engine import risk_ratios
from equitable.measures.disproportionality.ratios import from_threshold
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.rows import Finding, RatioKind
from equitable.measures.disproportionality.scheme import own_outcome
from equitable.measures.disproportionality.settings import (
    IdeaSettings,
    Progress,
    Standards,
)
from equitable.vocabulary import WITHHELD

BLACK, WHITE, HISPANIC = "Black or African American", "White", "Hispanic or Latino"


def counts(category="learning", year="2022", district="D", **groups):
    names = {"black": BLACK, "white": WHITE, "hispanic": HISPANIC, "asian": "Asian"}
    return [
        GroupCount(
            district=district, year=year, category=category, group=names[name],
            count=count, total=total,
        )
        for name, (count, total) in groups.items()
    ]  # fmt: skip


def row_of(answer, group=BLACK, year="2022", category="learning"):
    (row,) = [
        r
        for r in answer.rows
        if (r.group, r.year, r.category) == (group, year, category)
    ]
    return row


def one(settings=None, state=None, **groups):
    return row_of(risk_ratios(counts(**groups), settings=settings, state=state))


# ------------------------------------------------------------ what the rule looks at


def test_fourteen_categories_with_their_denominators_and_ages():
    # 34 CFR 300.647(b)(3): seven of identification; (b)(4): two placements and five
    # kinds of removal.  (a)(4): enrolled children, and children with disabilities.
    areas = [category.area for category in CATEGORIES.values()]
    assert [areas.count(area) for area in Area] == [7, 2, 5]
    for category in CATEGORIES.values():
        placed = category.area is Area.PLACEMENT
        assert category.ages == ("6 through 21" if placed else "3 through 21")
        enrolled = category.area is Area.IDENTIFICATION
        assert (category.population is Population.ENROLLED) == enrolled
    assert CATEGORIES["autism"].paragraph == "(b)(3)(ii)(F)"
    assert CATEGORIES["removals"].paragraph == "(b)(4)(vii)"


def test_the_seven_groups_by_the_names_of_files():
    assert len(GROUPS) == 7
    assert federal_group("African American") == BLACK
    assert federal_group("Hispanic/Latino of any race") == HISPANIC
    assert federal_group("Multiracial") == "Two or more races"
    # Directive 15's category is within White in the federal seven.
    assert federal_group("Middle Eastern or North African") == WHITE
    assert federal_group("Not reported") is None


@pytest.mark.parametrize(
    ("name", "said"),
    [("Blue", "seven federal groups"), ("Asian or Pacific Islander", "apart"),
     ("Other", "seven federal groups"), ("All students", "seven federal groups")],
)  # fmt: skip
def test_other_groups_are_refused_with_what_to_do(name, said):
    with pytest.raises(QuestionError, match=said):
        federal_group(name)


def test_categories_by_their_labels_and_an_unknown_one():
    assert category_named("Specific Learning Disability").key == "learning"
    with pytest.raises(QuestionError, match="Did you mean 'autism'"):
        category_named("autsm")


@pytest.mark.parametrize(
    ("text", "year"),
    [("2022", 2022), ("2021-22", 2022), ("2021–2022", 2022), ("SY 1999-00", 2000)],
)
def test_school_years(text, year):
    assert school_year(text) == year


@pytest.mark.parametrize("text", ["", "2021-23", "last year", "22", "2021-2021"])
def test_years_that_are_none_are_refused(text):
    with pytest.raises(InputError, match="school year"):
        school_year(text)


# ------------------------------------------------------------------------- the ratio


def test_a_risk_ratio_by_hand():
    # 40 of 200 is .20; others 30 of 600 and 20 of 400, together 50 of 1,000, is .05.
    # .20 / .05 = 4.0.  Over 3: the ratio is at most 3 while x <= 3 * .05 * 200 = 30,
    # so 10 children fewer.
    row = one(black=(40, 200), white=(30, 600), hispanic=(20, 400))
    assert (row.n, row.count, row.kind) == (200, 40, RatioKind.RISK_RATIO)
    assert row.risk == pytest.approx(0.20)
    assert (row.comparison_n, row.comparison_count) == (1000, 50)
    assert row.comparison_risk == pytest.approx(0.05)
    assert row.ratio == 4.0
    assert row.over_threshold is True
    assert row.students_from_threshold == 10
    # Katz: exp(1.959964 * sqrt(1/40 - 1/200 + 1/50 - 1/1000)) = exp(.387059) = 1.472643
    assert row.low == pytest.approx(4 / 1.472643, rel=1e-5)
    assert row.high == pytest.approx(4 * 1.472643, rel=1e-5)
    assert row.close is True  # 2.72 to 5.89 holds 3.0


def test_a_ratio_at_the_threshold_is_not_over():
    # 30 of 200 = .15; .15 / .05 = 3 exactly; one more child would be over.
    row = one(black=(30, 200), white=(50, 1000))
    assert row.ratio == 3.0
    assert row.over_threshold is False
    assert row.students_from_threshold == -1


def test_the_threshold_is_the_decimal_that_was_written():
    # 2.2 in binary lies above 22/10; 22 of 100 against 100 of 1,000 is 2.2 exactly,
    # and 11 of 50 against 100 of 1,000 too.  2.3: the binary number lies below 23/10.
    for threshold, count in ((2.2, 22), (2.3, 23), (1.1, 11)):
        settings = IdeaSettings(threshold=threshold)
        row = one(settings, black=(count, 100), white=(100, 1000))
        assert (row.over_threshold, row.students_from_threshold) == (False, -1)


def test_no_distance_where_all_the_group_would_not_be_enough():
    # Others' risk is .5: three times that is above 1.
    row = one(black=(20, 40), white=(50, 100))
    assert row.ratio == 1.0
    assert row.students_from_threshold is None


def test_thresholds_and_minima_by_area_and_category():
    settings = IdeaSettings(
        min_cell=50,
        by_category={
            "identification": Standards(min_cell=5, threshold=2.0),
            "Specific learning disability": Standards(threshold=4.5),
        },
    )
    # The category's threshold, and its area's minimum cell size.
    row = one(settings, black=(40, 200), white=(50, 1000))
    assert (row.threshold, row.ratio, row.over_threshold) == (4.5, 4.0, False)
    autism = risk_ratios(
        counts("autism", black=(40, 200), white=(50, 1000)), settings=settings
    )
    assert row_of(autism, category="autism").threshold == 2.0
    placed = risk_ratios(
        counts("separate", black=(40, 200), white=(50, 1000)), settings=settings
    )
    assert row_of(placed, category="separate").reason is Reason.GROUP_CELL


# ------------------------------------------------------ the minima, one after another


def test_the_group_is_under_the_minimum_cell():
    row = one(black=(9, 200), white=(50, 1000))
    assert (row.reason, row.ratio, row.over_threshold) == (
        Reason.GROUP_CELL,
        None,
        None,
    )
    assert "200 children, 9 of them" in row.explanation
    assert row.students_from_threshold is None
    assert row.risk == pytest.approx(9 / 200)
    assert one(black=(10, 200), white=(50, 1000)).reason is None


def test_the_group_is_under_the_minimum_n():
    row = one(black=(15, 29), white=(50, 1000))
    assert (row.reason, row.finding) == (Reason.GROUP_N, Finding.NO_RATIO)
    assert one(black=(15, 30), white=(50, 1000)).reason is None


def test_a_group_without_children_and_one_without_counts():
    answer = risk_ratios(counts(black=(0, 0), white=(50, 1000)))
    row = row_of(answer)
    assert (row.reason, row.risk, row.ratio) == (Reason.NO_CHILDREN, None, None)
    row = row_of(answer, "Asian")
    assert (row.reason, row.n) == (Reason.NOT_GIVEN, None)
    assert any("Asian" in note for note in answer.notes)


STATE = counts(black=(100, 1000), white=(900, 30000), district="")


@pytest.mark.parametrize("white", [(9, 400), (15, 29)], ids=["cell", "n"])
def test_others_under_a_minimum_are_replaced_by_the_state(white):
    # The State's others: 900 of 30,000 = .03.  24 of 200 = .12; .12 / .03 = 4.
    # At most 3 while x <= 3 * .03 * 200 = 18: 6 children.
    row = one(state=STATE, black=(24, 200), white=white)
    assert row.kind is RatioKind.ALTERNATE
    assert (row.comparison_n, row.comparison_count) == (30000, 900)
    assert row.comparison_risk == pytest.approx(0.03)
    assert (row.ratio, row.students_from_threshold) == (4.0, 6)
    # Without the State's counts: a reason, not a 0.
    row = one(black=(24, 200), white=white)
    assert (row.reason, row.ratio, row.kind) == (Reason.NO_STATE, None, None)
    assert "(b)(5)" in row.explanation
    assert (row.comparison_count, row.comparison_n) == white
    assert row.comparison_risk is None


@pytest.mark.parametrize("white", [(9, 30000), (25, 29)], ids=["cell", "n"])
def test_the_states_others_are_under_a_minimum_too(white):
    state = counts(black=(100, 1000), white=white, district="")
    row = one(state=state, black=(24, 200), white=(5, 8))
    assert (row.reason, row.ratio) == (Reason.STATE, None)
    assert "(c)(2)" in row.explanation


def test_the_state_is_used_only_where_the_district_is_too_small():
    row = one(state=STATE, black=(24, 200), white=(20, 400))
    assert (row.kind, row.ratio) == (RatioKind.RISK_RATIO, pytest.approx(2.4))


@pytest.mark.parametrize("state", [None, STATE], ids=["district", "with State"])
def test_a_comparison_risk_of_0_is_undefined_and_not_infinite(state):
    # With a minimum cell of 0 the others meet the minima, and nothing is to divide by.
    settings = IdeaSettings(min_cell=0)
    row = one(settings, state, black=(24, 200), white=(0, 400))
    assert (row.reason, row.ratio, row.comparison_risk) == (Reason.ZERO, None, 0.0)
    assert row.kind is None
    assert row.over_threshold is None
    assert row.students_from_threshold is None


def test_the_only_group_of_a_district_needs_the_state():
    row = one(IdeaSettings(min_cell=0, min_n=0), black=(24, 200))
    assert row.reason is Reason.NO_STATE
    row = one(state=STATE, black=(24, 200))
    assert row.kind is RatioKind.ALTERNATE


# ------------------------------------------------------------------------- the years


def years(*ratios, start=2020, gap=()):
    """Counts whose ratio is so many: 1,000 of 10,000 others, 10 x ratio of 100."""
    made = []
    for place, ratio in enumerate(ratios):
        year = start + place
        if year not in gap:
            made += counts(
                year=str(year), black=(round(10 * ratio), 100), white=(1000, 10000)
            )
    return made


@pytest.mark.parametrize(
    ("ratios", "run", "progress", "finding"),
    [
        ((4.0, 4.0, 4.0), 3, False, Finding.MEETS),
        ((4.0, 4.2, 3.9), 3, False, Finding.MEETS),  # it rose once
        ((4.2, 4.0, 3.8), 3, True, Finding.PROGRESS),
        ((4.2, 4.0, 4.0), 3, False, Finding.MEETS),  # it did not fall the second time
        ((2.0, 4.0, 3.8), 2, False, Finding.NOT_YET),
        ((4.0, 3.0, 3.8), 1, False, Finding.NOT_YET),  # 3.0 is not over
        ((4.0, 4.0, 2.9), 0, False, Finding.NOT_OVER),
        ((4.0, 3.5, 2.9), 0, True, Finding.NOT_OVER),
    ],
)
def test_three_years_and_progress_in_both_of_two(ratios, run, progress, finding):
    row = row_of(risk_ratios(years(*ratios)))
    assert row.consecutive_years_over == run
    assert row.reasonable_progress is progress
    assert row.finding is finding


def test_fewer_years_asked_for():
    for asked, finding in (
        (1, Finding.MEETS),
        (2, Finding.MEETS),
        (3, Finding.NOT_YET),
    ):
        settings = IdeaSettings(years=asked)
        row = row_of(risk_ratios(years(4.0, 3.5, start=2021), settings=settings))
        assert row.finding is finding
        assert row.reasonable_progress is None  # two ratios are one change
    assert any("begin in 2021" in note for note in row.notes)


def test_a_state_without_the_flexibility_and_one_that_asks_for_more():
    falling = years(4.2, 4.0, 3.8)
    row = row_of(risk_ratios(falling, settings=IdeaSettings(progress=None)))
    assert (row.reasonable_progress, row.finding) == (None, Finding.MEETS)
    for progress, made in (
        (Progress(least_drop=0.2), True),  # .2 and .2, exactly
        (Progress(least_drop=0.25), False),
        (Progress(least_drop=0.04, as_share=True), True),  # 4.76 % and 5 %
        (Progress(least_drop=0.05, as_share=True), False),
    ):
        row = row_of(risk_ratios(falling, settings=IdeaSettings(progress=progress)))
        assert row.reasonable_progress is made


def test_progress_may_be_another_standard_for_a_category():
    # 300.647(b)(1)(ii): (b)(1)(i)(D) too may be set category by category.
    falling = years(4.2, 4.0, 3.8)
    for by_category, made, finding in (
        (
            {"identification": Standards(progress=Progress(least_drop=0.25))},
            False,
            Finding.MEETS,
        ),
        ({"learning": Standards(progress="none")}, None, Finding.MEETS),
        ({"autism": Standards(progress="none")}, True, Finding.PROGRESS),
        (
            {
                "identification": Standards(progress="none"),
                "learning": Standards(progress=Progress(least_drop=0.2)),
            },
            True,
            Finding.PROGRESS,
        ),
    ):
        settings = IdeaSettings(by_category=by_category)
        answer = risk_ratios(falling, settings=settings)
        row = row_of(answer)
        assert (row.reasonable_progress, row.finding) == (made, finding)
    made = json.loads(json.dumps(answer.to_dict()))["settings"]["by_category"]
    assert made["identification"]["progress"] == "none"
    assert made["learning"]["progress"] == {"least_drop": 0.2, "as_share": False}
    # The other way round: used for one category, and not for the others.
    settings = IdeaSettings(
        progress=None, by_category={"learning": Standards(progress=Progress())}
    )
    assert row_of(risk_ratios(falling, settings=settings)).reasonable_progress is True


def test_a_missing_year_breaks_the_run():
    row = row_of(risk_ratios(years(4.0, 4.0, 4.0, 4.0, start=2019, gap=(2021,))))
    assert (row.consecutive_years_over, row.finding) == (1, Finding.NOT_YET)
    assert row.reasonable_progress is None
    assert any("2021" in note and "broken" in note for note in row.notes)


def test_a_year_without_a_ratio_breaks_the_run_and_is_said():
    given_ = years(4.0, 4.0, 4.0)
    given_[2] = GroupCount(
        district="D", year="2021", category="learning", group=BLACK, count=9, total=100
    )
    row = row_of(risk_ratios(given_))
    assert (row.consecutive_years_over, row.finding) == (1, Finding.NOT_YET)
    assert any("2021 has no ratio" in note for note in row.notes)


def test_a_change_from_risk_ratio_to_alternate_is_said():
    state = [
        count
        for year in ("2021", "2022")
        for count in counts(year=year, black=(100, 1000), white=(900, 30000))
    ]
    given_ = counts(year="2021", black=(24, 200), white=(12, 400))
    given_ += counts(black=(24, 200), white=(9, 400))
    row = row_of(risk_ratios(given_, state=state))
    # 24/200 over 12/400 is 4.0; over 900/30,000 it is 4.0 as well.
    assert row.consecutive_years_over == 2
    assert any("2021 has the risk ratio" in note for note in row.notes)


def test_more_than_three_years_are_counted_and_three_asked_for():
    row = row_of(risk_ratios(years(4.0, 4.0, 4.0, 4.0, 4.0, start=2018)))
    assert (row.consecutive_years_over, row.finding) == (5, Finding.MEETS)


def test_school_years_as_spans():
    given_ = [
        count
        for year in ("2019-20", "2020-21", "2021-22")
        for count in counts(year=year, black=(40, 100), white=(1000, 10000))
    ]
    assert row_of(risk_ratios(given_), year="2021-22").consecutive_years_over == 3


# ---------------------------------------------------------------------- what is refused


def refused(match, given_, **more):
    with pytest.raises((InputError, QuestionError), match=match):
        risk_ratios(given_, **more)


def test_counts_given_twice_are_refused_under_either_name():
    twice = counts(black=(40, 200), white=(50, 1000))
    refused("twice", [*twice, twice[0]])
    again = GroupCount(
        district="D", year="2022", category="Specific learning disability",
        group="African American", count=40, total=200,
    )  # fmt: skip
    refused("twice", [*twice, again])


@pytest.mark.parametrize(
    "both", [(201, 200), (-1, 200), (1.5, 200), (1, None), (True, 5)]
)
def test_numbers_that_no_count_can_be(both):
    refused("not possible|whole number", counts(black=both, white=(50, 1000)))


def test_more_with_one_impairment_than_with_any_disability():
    refused(
        "more children than have any disability",
        counts(black=(40, 200), white=(50, 1000))
        + counts("disability", black=(39, 200), white=(90, 1000)),
    )


@pytest.mark.parametrize(
    "state",
    [(23, 1000), (100, 199), (1000, 1001)],
    ids=["fewer with", "fewer in all", "fewer without"],
)
def test_a_state_smaller_than_its_districts(state):
    whole = counts(black=state, white=(900, 30000), district="")
    refused("fewer children than", counts(black=(24, 200), white=(5, 10)), state=whole)
    # Two districts count together: 24 + 80 is above the State's 100.
    both = counts(black=(24, 200)) + counts(black=(80, 200), district="E")
    refused("fewer children than", both, state=STATE)
    refused("fewer children than", counts(asian=(24, 200)), state=STATE)


def test_a_state_with_fewer_children_where_removals_are_counted():
    # More removals than the district, of fewer children: only the totals can tell.
    refused(
        "fewer children than",
        counts("removals", black=(300, 200), white=(5, 10)),
        state=counts("removals", black=(500, 199), white=(900, 30000), district=""),
        settings=IdeaSettings(total_removals="removals"),
    )


def test_years_written_in_two_ways():
    refused(
        "2022 and some as 2021-22",
        years(4.0, start=2021) + counts(year="2021-22", black=(1, 2)),
    )
    refused("school year", counts(year="now", black=(1, 2)) + years(4.0))


@pytest.mark.parametrize(
    "settings",
    [{"years": 0}, {"years": 4}, {"min_cell": -1}, {"min_n": 2.5}, {"threshold": 0.9},
     {"threshold": float("nan")}, {"confidence": 1.0},
     {"progress": Progress(least_drop=-1)},
     {"by_category": {"autism": Standards(threshold=0.0)}},
     {"by_category": {"autism": Standards(progress=Progress(least_drop=-1))}}],
)  # fmt: skip
def test_settings_that_cannot_be_followed(settings):
    with pytest.raises(SettingsError):
        IdeaSettings(**settings)


def test_settings_for_no_category_are_refused():
    with pytest.raises(QuestionError, match="14 categories"):
        IdeaSettings(by_category={"discpline": Standards(min_cell=5)})


def test_minima_above_the_presumed_ones_are_said():
    answer = risk_ratios(
        counts(black=(40, 200), white=(50, 1000)),
        settings=IdeaSettings(min_cell=11, min_n=31),
    )
    assert sum("(b)(1)(iv)" in note for note in answer.notes) == 2
    assert IdeaSettings().notes() == ()


def test_differing_numbers_enrolled_are_said():
    answer = risk_ratios(
        counts(black=(40, 200), white=(50, 1000))
        + counts("autism", black=(12, 201), white=(50, 1000))
    )
    assert any("number of children enrolled" in note for note in answer.notes)


def test_children_not_reported_are_in_no_comparison_and_said():
    given_ = counts(black=(40, 200), white=(50, 1000))
    lost = GroupCount(
        district="D", year="2022", category="learning", group="Not reported",
        count=90, total=100,
    )  # fmt: skip
    answer = risk_ratios([*given_, lost])
    assert row_of(answer).ratio == 4.0
    assert any("not reported" in note for note in answer.notes)


# --------------------------------------------------------------------------- removals


def test_removals_may_outnumber_children_only_where_they_are_removals():
    given_ = counts("removals", black=(300, 200), white=(250, 1000))
    refused("total_removals", given_)
    answer = risk_ratios(given_, settings=IdeaSettings(total_removals="removals"))
    row = row_of(answer, category="removals")
    # 300/200 = 1.5 removals a child; others 250/1,000 = .25; 6.0.
    # Not over while x <= 3 * .25 * 200 = 150.
    assert (row.ratio, row.students_from_threshold) == (6.0, 150)
    assert (row.low, row.high, row.close) == (None, None, None)
    assert any("removals per child" in note for note in row.notes)


# ---------------------------------------------------------------------------- privacy


def test_a_withheld_group_takes_the_others_comparisons_with_it():
    answer = risk_ratios(
        counts(black=(40, 200), white=(50, 1000), hispanic=(WITHHELD, WITHHELD),
               asian=(5, 100))
    )  # fmt: skip
    hidden = row_of(answer, HISPANIC)
    assert hidden.withheld
    figures = json.loads(json.dumps(hidden.to_dict()))
    for name in ("n", "count", "risk", "ratio", "low", "comparison_risk", "kind",
                 "students_from_threshold", "over_threshold", "reason",
                 "consecutive_years_over", "close"):  # fmt: skip
        assert figures[name] is None
    assert figures["finding"] == "withheld"
    shown = row_of(answer)
    assert (shown.n, shown.count, shown.withheld) == (200, 40, False)
    assert shown.reason is Reason.WITHHELD_OTHERS
    for name in ("comparison_n", "comparison_count", "comparison_risk", "ratio",
                 "exact_ratio", "low", "high", "kind",
                 "over_threshold", "students_from_threshold", "close",
                 "consecutive_years_over", "reasonable_progress"):  # fmt: skip
        assert getattr(shown, name) is WITHHELD
    # Its own minimum is its own affair.
    small = row_of(answer, "Asian")
    assert (small.reason, small.comparison_risk) == (Reason.GROUP_CELL, WITHHELD)


def test_a_withheld_year_before_hides_the_run_and_its_finding():
    given_ = years(4.0, 4.0, 4.0)
    given_.append(
        GroupCount(district="D", year="2021", category="learning", group="Asian",
                   count=WITHHELD, total=WITHHELD)
    )  # fmt: skip
    row = row_of(risk_ratios(given_))
    assert row.over_threshold is True
    assert row.consecutive_years_over is WITHHELD
    assert row.reasonable_progress is WITHHELD
    assert row.finding is Finding.UNKNOWN


def test_a_state_whose_group_is_withheld_gives_no_alternate_ratio():
    state = counts(black=(100, 1000), white=(WITHHELD, WITHHELD), district="")
    row = one(state=state, black=(24, 200), white=(5, 10))
    assert row.reason is Reason.WITHHELD_STATE
    assert row.ratio is WITHHELD
    # Told together with the group itself, nothing follows for the others either.
    both = counts(black=(WITHHELD, WITHHELD), white=(WITHHELD, WITHHELD), district="")
    both.append(GroupCount(year="2022", category="learning", group=TOGETHER,
                           count=1000, total=31000))  # fmt: skip
    row = one(state=both, black=(24, 200), white=(5, 10))
    assert row.reason is Reason.WITHHELD_STATE


def test_withheld_groups_told_together_are_compared_with():
    # Others: 30 of 600, and 4 + 16 of 400 together: 50 of 1,000; 40/200 is 4 times that.
    answer = risk_ratios(
        [
            *counts(black=(40, 200), white=(30, 600), hispanic=(WITHHELD, WITHHELD),
                    asian=(WITHHELD, WITHHELD)),
            GroupCount(district="D", year="2022", category="learning", group=TOGETHER,
                       count=20, total=400),
        ]
    )  # fmt: skip
    row = row_of(answer)
    assert (row.ratio, row.comparison_risk) == (4.0, 0.05)
    assert row_of(answer, HISPANIC).withheld
    assert {r.group for r in answer.rows} == set(GROUPS)


@pytest.mark.parametrize(
    ("because", "withheld"),
    [(Reason.IN_FILE, True), (Reason.NO_NUMBER, False),
     (Reason.MORE_THAN_ENROLLED, False)],
)  # fmt: skip
def test_a_count_that_the_file_does_not_give_is_never_0(because, withheld):
    given_ = counts(black=(40, 200), white=(50, 1000))
    lost = GroupCount(district="D", year="2022", category="learning", group="Asian",
                      count=WITHHELD, total=WITHHELD, because=because)  # fmt: skip
    answer = risk_ratios([*given_, lost])
    row = row_of(answer, "Asian")
    assert (row.reason, row.withheld) == (because, withheld)
    assert row.to_dict()["n"] is None
    assert row.explanation
    # Without it the comparison of the others is not with all others.
    assert row_of(answer).reason is Reason.WITHHELD_OTHERS


# ---------------------------------------------------------------- one's own outcome


def test_ones_own_outcome_by_any_trait_claims_no_law():
    scheme = own_outcome("late", "Late on ten days", ["Free", "Paid", "Not reported"])
    given_ = [
        GroupCount(category="late", group=group, count=count, total=total)
        for group, count, total in (("Free", 40, 200), ("Paid", 50, 1000),
                                    ("Not reported", 3, 9))
    ]  # fmt: skip
    answer = risk_ratios(given_, scheme=scheme)
    free, paid = answer.rows
    assert (free.group, free.ratio, free.kind) == ("Free", 4.0, RatioKind.RISK_RATIO)
    # (50/1,000) / (40/200) = .25
    assert paid.ratio == 0.25
    assert answer.to_dict()["rule"] is None
    assert any("not reported" in note for note in answer.notes)
    few = [replace(one_, count=9) for one_ in given_]
    said = " ".join(row.explanation for row in risk_ratios(few, scheme=scheme).rows)
    assert "students" in said
    assert "CFR" not in said
    with pytest.raises(QuestionError, match="Did you mean 'Paid'"):
        risk_ratios([replace(given_[0], group="Pade")], scheme=scheme)
    with pytest.raises(QuestionError, match="not the outcome"):
        risk_ratios([replace(given_[0], category="autism")], scheme=scheme)


# ---------------------------------------------------------------------- all districts


def test_the_state_as_the_sum_of_its_districts():
    every = counts(black=(24, 200), white=(9, 400))
    every += counts(black=(30, 300), white=(400, 9600), district="E")
    (black, white) = state_of(every)
    assert (black.count, black.total) == (54, 500)
    assert (white.count, white.total) == (409, 10000)
    answer = risk_ratios(every, state=state_of(every))
    row = next(r for r in answer.rows if (r.district, r.group) == ("D", BLACK))
    # .12 / .0409 = 2.93399
    assert row.kind is RatioKind.ALTERNATE
    assert row.ratio == pytest.approx(0.12 / 0.0409)


def test_rows_are_seven_for_each_line_and_json_has_the_named_fields():
    answer = risk_ratios(years(4.0, 3.5, 3.2))
    assert len(answer.rows) == 21
    made = json.loads(json.dumps(answer.to_dict()))
    assert set(made["rows"][0]) == {
        "district", "year", "category", "group", "n", "count", "risk",
        "comparison_n", "comparison_count", "comparison_risk", "ratio", "low", "high",
        "kind", "reason", "explanation",
        "threshold", "over_threshold", "students_from_threshold", "close",
        "consecutive_years_over", "reasonable_progress", "finding", "notes", "withheld",
    }  # fmt: skip
    assert made["settings"]["threshold"] == 3.0


# ------------------------------------------------------------------------- properties

small = st.integers(1, 60)


@given(
    n=small,
    m=small,
    data=st.data(),
    threshold=st.sampled_from(["3", "2.5", "1.1", "4.7"]),
)
def test_the_distance_is_the_one_that_trying_every_number_finds(n, m, data, threshold):
    x = data.draw(st.integers(0, n))
    c = data.draw(st.integers(1, m))
    limit = Fraction(threshold)

    def over(count):
        return Fraction(count, n) / Fraction(c, m) > limit

    found = from_threshold(x, n, c, m, limit)
    if over(x):
        fewer = next(d for d in range(1, x + 1) if not over(x - d))
        assert found == fewer
    else:
        more = next((d for d in range(1, n - x + 1) if over(x + d)), None)
        assert found == (None if more is None else -more)


some_of_all = st.tuples(st.integers(0, 80), st.integers(0, 80)).map(
    lambda both: (min(both), max(both))
)


@given(
    black=some_of_all,
    white=some_of_all,
    min_cell=st.integers(0, 12),
    min_n=st.integers(0, 40),
)
def test_a_row_has_a_ratio_or_a_reason_and_never_both(black, white, min_cell, min_n):
    settings = IdeaSettings(min_cell=min_cell, min_n=min_n)
    row = one(settings, black=black, white=white)
    assert (row.ratio is None) == (row.reason is not None)
    if row.ratio is not None:
        assert row.count >= min_cell
        assert row.n >= min_n
        distance = row.students_from_threshold
        assert row.over_threshold is (distance is not None and distance > 0)
        assert row.ratio == pytest.approx((black[0] / black[1]) / (white[0] / white[1]))
        if row.low is not None and row.high is not None:
            assert row.low <= row.ratio * (1 + 1e-9)
            assert row.ratio <= row.high * (1 + 1e-9)


@given(
    st.permutations(
        counts(black=(40, 200), white=(30, 600), hispanic=(20, 400), asian=(11, 50))
    )
)
def test_the_order_of_counts_does_not_matter(shuffled):
    assert risk_ratios(shuffled) == risk_ratios(sorted(shuffled, key=lambda c: c.group))
