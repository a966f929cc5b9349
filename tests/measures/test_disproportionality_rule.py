"""34 CFR 300.647 as published in 81 FR 92376, paragraph by paragraph, by hand."""

from __future__ import annotations

import pytest

from equitable.measures.disproportionality.categories import (
    CATEGORIES,
    EDITION,
    category_named,
)
from equitable.measures.disproportionality.columns import IdeaColumns
from equitable.measures.disproportionality.counts import GroupCount
from equitable.measures.disproportionality.engine import risk_ratios
from equitable.measures.disproportionality.reasons import Reason
from equitable.measures.disproportionality.rows import Finding, RatioKind
from equitable.measures.disproportionality.settings import IdeaSettings, Standards
from equitable.measures.disproportionality.students import Profile, category_counts
from equitable.vocabulary import WITHHELD


def line(category="learning", district="D", year="2022", **groups):
    return [
        GroupCount(district=district, year=year, category=category, group=group,
                   count=count, total=total)
        for group, (count, total) in groups.items()
    ]  # fmt: skip


def row_of(answer, group="Black or African American", **wanted):
    (row,) = [
        row
        for row in answer.rows
        if row.group == group
        and all(getattr(row, name) == value for name, value in wanted.items())
    ]
    return row


def test_the_edition_that_is_followed_is_said_and_that_the_state_decides():
    assert "81 FR 92376" in EDITION
    assert "State's own manual" in EDITION


@pytest.mark.parametrize(
    ("white", "kind"),
    [
        ((10, 400), RatioKind.RISK_RATIO),
        ((9, 400), RatioKind.ALTERNATE),
        ((15, 30), RatioKind.RISK_RATIO),
        ((15, 29), RatioKind.ALTERNATE),
        ((0, 0), RatioKind.ALTERNATE),
    ],
)
def test_a_comparison_group_meets_a_minimum_that_it_equals(white, kind):
    # (b)(5): the State's others where the district's do not meet a minimum.
    state = line(Black=(100, 1000), White=(900, 30000))
    row = row_of(risk_ratios(line(Black=(24, 200), White=white), state=state))
    assert row.kind is kind


@pytest.mark.parametrize(
    ("white", "reason"),
    [((10, 30000), None), ((9, 30000), Reason.STATE), ((15, 30), None),
     ((15, 29), Reason.STATE)],
)  # fmt: skip
def test_the_same_of_the_states_comparison_group(white, reason):
    # 300.647(c)(2): then none need be computed.
    state = line(Black=(100, 1000), White=white)
    answer = risk_ratios(line(Black=(24, 200), White=(5, 8)), state=state)
    assert row_of(answer).reason is reason


def test_all_others_of_the_state_are_those_of_the_district_too_and_never_the_group():
    # (a)(1), (a)(2).  District E has 200 more Black children with 120: they are in the
    # State's count of the group and so in no comparison of it.  The others: 5 + 85 of
    # 20 + 980, 9 %.  36 of 200 is 18 %: 2.0.
    every = line(Black=(36, 200), White=(5, 20))
    every += line(district="E", Black=(120, 200), White=(85, 980))
    state = line(district="", Black=(156, 400), White=(90, 1000))
    row = row_of(risk_ratios(every, state=state), district="D")
    assert (row.kind, row.ratio) == (RatioKind.ALTERNATE, 2.0)
    assert (row.comparison_count, row.comparison_n) == (90, 1000)


@pytest.mark.parametrize(
    ("black", "close"),
    [
        # Katz about 4.0: 1/400 - 1/2,000 + 1/500 - 1/10,000 = .0039, its root .0624;
        # times 1.96 it is .1224: 3.54 to 4.52, all of it over 3.
        ((400, 2000), False),
        # About 1.5: 1/150 + .0014 = .0081, its root .0898, times 1.96 .176: at most 1.8.
        ((150, 2000), False),
        # About 3.2: 1/320 + .0014 = .0045, its root .0673, times 1.96 .132: from 2.80.
        ((320, 2000), True),
    ],
)
def test_close_is_where_the_interval_holds_the_threshold(black, close):
    assert row_of(risk_ratios(line(Black=black, White=(500, 10000)))).close is close


def test_each_category_is_compared_by_its_own_minima_in_district_and_state():
    # (b)(1)(ii): a minimum cell of 20 for one category: its others are 15.
    settings = IdeaSettings(by_category={"autism": Standards(min_cell=20)})
    given = line(Black=(24, 200), White=(15, 400))
    given += line("autism", Black=(24, 200), White=(15, 400))
    state = line(Black=(100, 1000), White=(19, 30000))
    state += line("autism", Black=(100, 1000), White=(19, 30000))
    answer = risk_ratios(given, settings=settings, state=state)
    assert row_of(answer, category="learning").kind is RatioKind.RISK_RATIO
    assert row_of(answer, category="autism").reason is Reason.STATE


def test_removals_counted_as_such_may_be_more_than_children_to_be_over():
    # (b)(4)(vii).  20 removals of 40 children; others 50 of 100: .5.  Over from
    # 3 * .5 * 40 = 60 up: 41 more, though there are 40 children.
    given = line("removals", Black=(20, 40), White=(50, 100))
    settings = IdeaSettings(total_removals="removals")
    row = row_of(risk_ratios(given, settings=settings))
    assert row.students_from_threshold == -41
    assert row_of(risk_ratios(given)).students_from_threshold is None


def test_a_state_with_more_removals_than_children_is_no_smaller_than_its_districts():
    # As many as 950 removals of 1,000 children say nothing of how many were not removed.
    state = line("removals", Black=(950, 1000), White=(900, 30000))
    given = line("removals", Black=(24, 200), White=(5, 8))
    settings = IdeaSettings(total_removals="removals")
    row = row_of(risk_ratios(given, settings=settings, state=state))
    assert (row.kind, row.ratio) == (RatioKind.ALTERNATE, 4.0)  # .12 / .03


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Specific learning disabilities", "learning"), ("SLD", "learning"),
        ("Intellectual disabilities", "intellectual"), ("OHI", "health"),
        ("Speech or language impairments", "speech"), ("ED", "emotional"),
        ("Other health impairments", "health"), ("All disabilities", "disability"),
        ("Inside a regular class less than 40 percent of the day", "under-40"),
        ("Inside regular class less than 40% of the day", "under-40"),
        ("Separate schools and residential facilities", "separate"),
        ("Out-of-school suspensions and expulsions of 10 days or fewer", "out-to-10"),
        ("Out-of-school suspensions and expulsions of more than 10 days",
         "out-over-10"),
        ("In-school suspensions of 10 days or fewer", "in-to-10"),
        ("In-school suspensions of more than 10 days", "in-over-10"),
        ("Disciplinary removals in total", "removals"),
        ("Total removals", "removals"),
    ],
)  # fmt: skip
def test_categories_in_the_words_of_the_rule_and_of_federal_files(text, key):
    assert category_named(text).key == key


def test_no_word_means_two_categories():
    for category in CATEGORIES.values():
        for text in (category.key, category.label):
            assert category_named(text) is category


def test_progress_that_is_withheld_hides_what_it_would_decide():
    # (d): one year is asked for, so that the run is known; whether the ratio fell in
    # each of two is not, since 2021's is withheld.
    given = []
    for year in ("2020", "2021", "2022"):
        asian = (WITHHELD, WITHHELD) if year == "2021" else (20, 400)
        given += line(year=year, Black=(40, 200), White=(50, 1000), Asian=asian)
    row = row_of(risk_ratios(given, settings=IdeaSettings(years=1)), year="2022")
    assert (row.over_threshold, row.reasonable_progress) == (True, WITHHELD)
    assert row.finding is Finding.UNKNOWN
    unused = IdeaSettings(years=1, progress=None)
    row = row_of(risk_ratios(given, settings=unused), year="2022")
    assert row.finding is Finding.MEETS


# ------------------------------------------------------------------------ what is said


def test_a_group_without_a_row_in_one_category_is_said_where_it_matters():
    given = line(Black=(40, 200), White=(50, 1000), Asian=(20, 400))
    given += line("autism", Black=(40, 200), White=(50, 1000))
    given += line("separate", Black=(20, 60), White=(20, 100))
    answer = risk_ratios(given)
    lacking = row_of(answer, category="autism")
    assert lacking.ratio == 4.0
    assert any("Not compared with Asian" in note for note in lacking.notes)
    for category in ("learning", "separate"):  # it has them; no placement has
        notes = row_of(answer, category=category).notes
        assert not any("Not compared" in note for note in notes)
    (note,) = [note for note in answer.notes if "Not all of the seven" in note]
    assert "3 of 3 tables, the first of them D, 2022, Autism" in note


def test_the_same_of_the_states_counts():
    state = line(Black=(100, 1000), White=(900, 30000))
    answer = risk_ratios(line(Black=(24, 200), White=(5, 8)), state=state)
    said = [note for note in answer.notes if "all of the State's counts" in note]
    assert len(said) == 1


def test_children_outside_the_ages_are_in_no_count_and_said():
    # (b)(3), (b)(4): ages 3 through 21.
    columns = IdeaColumns.recognised(["race", "age", "disability"])
    profiles = [
        Profile(group="White", students=students, age=age, disability="SLD")
        for age, students in ((2, 4), (3, 10), (21, 20), (22, 7))
    ]
    made = category_counts(profiles, columns)
    (learning,) = [one for one in made.counts if one.category == "learning"]
    assert (learning.count, learning.total) == (30, 30)
    (left,) = made.left_out
    assert (left.reason, left.rows) == ("younger than 3 or older than 21", 11)
