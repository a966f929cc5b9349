"""Common names and codes are understood; what only looks like them is not."""

from __future__ import annotations

import pytest

from equitable.intake import names
from equitable.vocabulary import Direction, Kind, Role


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hasIEPStatus", ("has", "iep", "status")),
        ("ELL_Status", ("ell", "status")),
        ("freelunch", ("free", "lunch")),
        ("G4Math", ("g", "4", "math")),
        ("% Level 3+4", ("%", "level", "3", "4")),
        ("race.ethnicity", ("race", "ethnicity")),
        ("Größe", ("große",)),
        ("Prénom", ("prenom",)),
        ("", ()),
    ],
)
def test_a_name_is_split_into_words(name, expected):
    assert names.words(name) == expected


@pytest.mark.parametrize(
    ("name", "key"),
    [
        # federal and state words for the same traits
        ("FRL", "lunch"), ("NSLP_Status", "lunch"), ("freelunch", "lunch"), ("FRPL", "lunch"),
        ("Economically Disadvantaged", "income"), ("SED", "income"), ("low_income", "income"),
        ("ELL", "english learner"), ("EL_STATUS", "english learner"), ("LEP", "english learner"),
        ("MLL", "english learner"), ("esl", "english learner"),
        ("SWD", "disability"), ("IEPStatus", "disability"), ("IDEA", "disability"),
        ("special_education", "disability"), ("Section 504", "504"),
        ("Homeless", "homeless"), ("fosterCare", "foster"), ("migrant_status", "migrant"),
        ("military connected", "military"), ("GATE", "gifted"),
        ("Race/Ethnicity", "race"), ("raceth", "race"), ("Gender", "gender"), ("sex", "gender"),
        # places and times
        ("schid", "school"), ("CampusID", "school"), ("School Year", "year"), ("Cohort", "year"),
        ("Grade Level", "grade"), ("LEAID", "district"), ("tchid", "class"),
        # outcomes
        ("days_absent", "absences"), ("ScaleScore", "score"), ("hsgrad", "graduated"),
        ("suspensions", "suspensions"), ("ever_suspended", "suspended"), ("GPA", "gpa"),
        ("AP Enrolled", "advanced course"), ("teacher_recommendation", "recommended"),
        ("chronically absent", "chronically absent"), ("proficient", "proficient"),
        ("Number Tested", "total"), ("Freq", "total"), ("pweight", "weight"),
    ],
)  # fmt: skip
def test_common_names_are_known(name, key):
    found = names.meaning_of(name)
    assert found is not None
    assert found.meaning.key == key
    assert not found.about_staff


@pytest.mark.parametrize(
    "name", ["xyz", "Mjob", "elephant", "idle", "freeform", "edible"]
)
def test_other_names_are_not(name):
    assert names.meaning_of(name) is None


@pytest.mark.parametrize("name", ["tethnicity", "tchexper", "teacher_gender", "degree"])
def test_the_teachers_traits_are_not_the_students(name):
    found = names.meaning_of(name)
    assert found is not None
    assert found.about_staff


@pytest.mark.parametrize(
    ("name", "kind", "direction"),
    [
        ("absences", Kind.MEAN, Direction.LOWER),
        ("suspensions", Kind.PER_100, Direction.LOWER),
        ("dropout", Kind.RATE, Direction.LOWER),
        ("referrals", Kind.PER_100, Direction.LOWER),
        ("retained", Kind.RATE, Direction.LOWER),
        ("failures", Kind.MEAN, Direction.LOWER),
        ("graduated", Kind.RATE, Direction.HIGHER),
        ("reading", Kind.MEAN, Direction.HIGHER),
        ("attendance", Kind.MEAN, Direction.HIGHER),
    ],
)
def test_outcomes_have_a_kind_and_a_direction(name, kind, direction):
    meaning = names.meaning_of(name).meaning
    assert meaning.role is Role.OUTCOME
    assert (meaning.kind, meaning.direction) == (kind, direction)


@pytest.mark.parametrize(
    "name", ["math", "gpa", "suspended", "absences", "recommended"]
)
def test_known_bias_is_said(name):
    assert names.meaning_of(name).meaning.note


def test_columns_repeated_by_grade_are_families():
    found = names.families(
        ["readk", "read1", "read3", "lunchk", "lunch1", "Level 1", "Level 2"]
    )
    assert found["readk"] == ("read", "K")
    assert found["read3"] == ("read", "3")
    assert found["lunch1"] == ("lunch", "1")


def test_one_numbered_column_is_no_family():
    assert names.families(["math3", "x1", "x2"]) == {}


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("K", "K"), ("KG", "K"), ("00", "K"), ("0", "K"), ("Kindergarten", "K"),
        ("PK", "PK"), ("Pre-K", "PK"), ("TK", "TK"), ("01", "1"), ("3.0", "3"),
        ("Grade 3", "3"), ("3rd", "3"), ("G08", "8"), ("12", "12"), ("13", "13"), ("UG", "Ungraded"),
        ("14", None), ("All Grades", None), ("A", None), ("100", None),
    ],
)  # fmt: skip
def test_grades_are_read(text, grade):
    assert names.read_grade(text) == grade


def test_grades_are_in_order():
    order = names.GRADE_ORDER
    assert order.index("PK") < order.index("TK") < order.index("K") < order.index("1")
    assert order.index("9") < order.index("10")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Y", "N"], (("Y",), ("N",))),
        (["1", "0"], (("1",), ("0",))),
        (["1.0", "0.0"], (("1.0",), ("0.0",))),
        (["true", "false"], (("true",), ("false",))),
        (["Yes", "no"], (("Yes",), ("no",))),
        (["X"], (("X",), ())),
        (["1", "2"], None),
        (["Y", "N", "M"], None),
        ([], None),
    ],
)
def test_yes_and_no_are_read(values, expected):
    assert names.yes_no(values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["Admitted", "Rejected"], (("Admitted",), ("Rejected",))),
        (["Pass", "Fail", "Distinction"], (("Pass", "Distinction"), ("Fail",))),
        (["Graduated", "Did not graduate"], (("Graduated",), ("Did not graduate",))),
        (["Below Basic", "Proficient"], (("Proficient",), ("Below Basic",))),
        (["Pass", "Deferred"], None),
        (["Proficient"], None),
    ],
)
def test_words_for_passed_and_not_are_read(values, expected):
    assert names.passed(values) == expected


def test_lunch_letters_are_words_only_where_all_fit():
    assert names.lunch_codes(["F", "R", "P"]) == {
        "f": "Free",
        "r": "Reduced-price",
        "p": "Full price",
    }
    assert names.lunch_codes(["F", "N"]) == {}  # free or not? female? nothing says
    assert names.lunch_codes(["F", "M"]) == {}


def test_gender_letters_are_words_and_numbers_are_not_guessed():
    assert names.gender_codes(["F", "M", "X"]) == {"f": "Female", "m": "Male"}
    assert names.gender_codes(["F", "female", "male"]) == {"f": "female"}
    assert names.gender_codes(["1", "2"]) == {}


def test_x_and_y_side_by_side_are_two_names():
    assert names.yes_no(["X", "Y"]) is None
    assert names.yes_no(["T", "Y", "N"]) is None
    assert names.yes_no(["y", "Yes", "no"]) == (("y", "Yes"), ("no",))
