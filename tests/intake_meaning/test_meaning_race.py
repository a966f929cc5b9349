"""Race as a set, and the views of the 2007 guidance and of SPD 15.

Rules: 72 FR 59266 (Hispanic of any race first; more than one race is two or more);
Statistical Policy Directive 15, 29 March 2024 (seven co-equal categories).
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.intake import race
from equitable.intake.race import Race
from equitable.vocabulary import NOT_REPORTED

B, W, H, A = Race.BLACK, Race.WHITE, Race.HISPANIC, Race.ASIAN
AI, P, M = Race.AMERICAN_INDIAN, Race.PACIFIC_ISLANDER, Race.MIDDLE_EASTERN
SINGLE = (B, W, H, A, AI, P, M)


@pytest.mark.parametrize(
    ("text", "races"),
    [
        ("afam", {B}), ("African American", {B}), ("Black or African American", {B}), ("BLACK", {B}),
        ("cauc", {W}), ("Caucasian", {W}), ("White, not Hispanic", {W}), ("Non-Hispanic White", {W}),
        ("Latinx", {H}), ("Latino/a", {H}), ("Hispanic or Latino", {H}), ("Hispanic/Latino of any race", {H}),
        ("AI/AN", {AI}), ("Native American", {AI}), ("American Indian/Alaska Native", {AI}), ("Indigenous", {AI}),
        ("NH/PI", {P}), ("Pacific Islander", {P}), ("Native Hawaiian or Other Pacific Islander", {P}),
        ("Middle Eastern or North African", {M}), ("MENA", {M}),
        ("Filipino", {A}), ("Asian", {A}),
        ("Black;White", {B, W}), ("Asian | White", {A, W}), ("Black and White", {B, W}),
        ("Black or African American, White", {B, W}), ('["Black", "White"]', {B, W}), ("Black/White", {B, W}),
        ("Asian/Pacific Islander", {Race.ASIAN_OR_PACIFIC_ISLANDER}),
        ("Two or more races", {Race.SEVERAL}), ("Multiracial", {Race.SEVERAL}),
        ("Multi-Race, Non-Hispanic", {Race.SEVERAL}),
        ("Other", {Race.OTHER}),
        ("Unknown", set()), ("Choose Not to Respond", set()), ("", set()), ("NA", set()),
    ],
)  # fmt: skip
def test_words_and_lists_are_read(text, races):
    assert race.read_race(text) == frozenset(races)


@pytest.mark.parametrize(
    "text", ["Wakandan", "All Students", "Black;Wakandan", "B", "1"]
)
def test_what_is_not_understood_is_not_guessed(text):
    assert race.read_race(text) is None


@pytest.mark.parametrize(
    ("values", "text", "races"),
    [
        (["B", "W", "H", "A", "I", "P", "M"], "M", {Race.SEVERAL}),
        (["AM7", "AS7", "BL7", "HI7", "PI7", "WH7", "MU7"], "PI7", {P}),
        (["HI", "AM", "AS", "HP", "BL", "WH", "TR"], "HP", {P}),
        (["HI", "AM", "AS", "HP", "BL", "WH", "TR"], "TR", {Race.SEVERAL}),
    ],
)
def test_codes_are_read_where_the_whole_column_fits(values, text, races):
    assert race.reader_for(values)(text) == frozenset(races)


@pytest.mark.parametrize(
    "values",
    [["A", "B", "C"], ["M", "F"], ["1", "2", "3"], ["Pass", "Fail"], ["A", "M"], []],
)
def test_letters_and_numbers_elsewhere_are_left_alone(values):
    assert race.reader_for(values) is None


@pytest.mark.parametrize(
    ("races", "federal", "spd15", "combination"),
    [
        ({B}, "Black or African American", "Black or African American", {B.value}),
        ({H, B, W}, "Hispanic or Latino", race.SEVERAL_SPD15, {H.value, B.value, W.value}),
        ({B, W}, race.SEVERAL_FEDERAL, race.SEVERAL_SPD15, {B.value, W.value}),
        ({M}, "White", "Middle Eastern or North African", {M.value}),
        ({M, W}, "White", race.SEVERAL_SPD15, {M.value, W.value}),
        ({Race.SEVERAL}, race.SEVERAL_FEDERAL, race.SEVERAL_SPD15, {race.SEVERAL_UNKNOWN}),
        (set(), NOT_REPORTED, NOT_REPORTED, {NOT_REPORTED}),
    ],
)  # fmt: skip
def test_views(races, federal, spd15, combination):
    races = frozenset(races)
    assert race.FEDERAL.groups(races) == (federal,)
    assert race.SPD15.groups(races) == (spd15,)
    assert set(race.COMBINATION.groups(races)) == combination


@given(st.frozensets(st.sampled_from(SINGLE)))
def test_each_view_places_everybody(races):
    assert len(race.FEDERAL.groups(races)) == 1
    assert len(race.SPD15.groups(races)) == 1
    assert len(race.COMBINATION.groups(races)) == max(1, len(races))
    for view in race.VIEWS.values():
        assert set(view.groups(races)) <= {*view.order, NOT_REPORTED}


@given(
    st.lists(
        st.sampled_from([r.value for r in SINGLE]), min_size=1, max_size=4, unique=True
    )
)
def test_a_list_is_the_set_of_its_parts_in_any_order(parts):
    together = race.read_race("; ".join(parts))
    assert together == frozenset().union(*(race.read_race(part) for part in parts))
    assert together == race.read_race("|".join(reversed(parts)))


@given(st.text(max_size=60))
def test_any_text_is_answered(text):
    found = race.read_race(text)
    assert found is None or isinstance(found, frozenset)


def test_a_groups_own_name_is_that_group():
    classify = race.classify_column(race.FEDERAL, race.read_race)
    for text in ("cauc", "White", "WHITE", " white "):
        assert classify(text) == ("White",)
    assert classify("Two or more races") == (race.SEVERAL_FEDERAL,)
    assert classify(None) == classify("NA") == classify(NOT_REPORTED) == (NOT_REPORTED,)
    assert classify("Wakandan") == ("Wakandan",)


ONEROSTER = [
    "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces",
    "hispanicOrLatinoEthnicity",
]  # fmt: skip


def test_oneroster_names_are_known():
    assert [race.race_of_name(name) for name in ONEROSTER] == [
        AI,
        A,
        B,
        P,
        W,
        Race.SEVERAL,
        H,
    ]


@pytest.mark.parametrize(
    "name", ["white_asian", "paid", "internet", "ethnicity", "school"]
)
def test_other_yes_no_names_are_no_race(name):
    assert race.race_of_name(name) is None


@pytest.mark.parametrize(
    ("marks", "federal", "combination"),
    [
        ("0010000", "Black or African American", {B.value}),
        ("0010100", race.SEVERAL_FEDERAL, {B.value, W.value}),
        ("0010101", "Hispanic or Latino", {B.value, W.value, H.value}),
        ("0000010", race.SEVERAL_FEDERAL, {race.SEVERAL_UNKNOWN}),
        ("0010110", race.SEVERAL_FEDERAL, {B.value, W.value}),
        # Standards 1.2: all blank is missing, not false.
        ("???????", NOT_REPORTED, {NOT_REPORTED}),
        ("0000000", NOT_REPORTED, {NOT_REPORTED}),
        ("1??????", AI.value, {AI.value}),
    ],
)
def test_flags(marks, federal, combination):
    races = [race.race_of_name(name) for name in ONEROSTER]
    assert race.classify_flags(race.FEDERAL, races)(marks) == (federal,)
    assert set(race.classify_flags(race.COMBINATION, races)(marks)) == combination


def test_a_separate_answer_about_hispanic_ethnicity_joins_the_set():
    def yes(text: str) -> bool:
        return text.strip().upper() == "Y"

    classify = race.classify_pair(race.FEDERAL, race.read_race, yes)
    assert classify("White\x1fY") == ("Hispanic or Latino",)
    assert classify("White\x1fN") == ("White",)
    assert classify("\x1fY") == ("Hispanic or Latino",)
    assert classify("\x1fN") == classify("\x1f") == (NOT_REPORTED,)
    assert classify("White") == ("White",)
    several = race.classify_pair(race.COMBINATION, race.read_race, yes)
    assert set(several("Black\x1fY")) == {B.value, H.value}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("federal seven", "federal seven"), ("federal", "federal seven"), ("SPD-15", "spd 15"),
        ("in combination", "alone or in combination"), ("as recorded", "as recorded"), ("nonsense", None),
    ],
)  # fmt: skip
def test_views_are_known_by_what_people_type(typed, name):
    assert race.view_named(typed) == name
