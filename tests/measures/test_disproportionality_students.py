"""Students' records added up to the fourteen categories, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equitable.errors import InputError, QuestionError
from equitable.measures.disproportionality.categories import CATEGORIES
from equitable.measures.disproportionality.columns import (
    NONE,
    OTHER,
    PRIVATE,
    IdeaColumns,
    read_disability,
    read_setting,
)
from equitable.measures.disproportionality.settings import IdeaSettings
from equitable.measures.disproportionality.students import Profile, category_counts

NAMES = [
    "Race", "Age", "Kindergarten", "Primary Disability", "Educational Environment",
    "OSS_Days", "ISS days", "Total Removals", "IAES", "Student_Number",
]  # fmt: skip
ALL = IdeaColumns.recognised(NAMES)


def summed(*profiles, columns=ALL, **more):
    made = category_counts(profiles, columns, **more)
    return {(c.category, c.group): (c.count, c.total) for c in made.counts}, made.notes


def student(students=1, **said):
    return Profile(group="White", students=students, **{"age": 10, **said})


def test_columns_are_recognised_by_their_names():
    assert ALL.group == "Race"
    assert ALL.disability == "Primary Disability"
    assert ALL.setting == "Educational Environment"
    assert (ALL.out_days, ALL.in_days) == ("OSS_Days", "ISS days")
    assert (ALL.removals, ALL.other_removal) == ("Total Removals", "IAES")
    assert ALL.district is None
    assert len(ALL.categories()) == 14


def test_what_a_file_cannot_say_is_not_counted():
    columns = IdeaColumns.recognised(["race", "disability", "oss days"])
    held = columns.categories()
    assert set(CATEGORIES) - set(held) == {
        "under-40", "separate", "in-to-10", "in-over-10", "removals",
    }  # fmt: skip
    _, notes = summed(student(disability="SLD"), columns=columns)
    assert any("Disciplinary removals in total" in note for note in notes)
    assert any("no ages" in note for note in notes)
    with pytest.raises(QuestionError, match="disability"):
        summed(student(), columns=IdeaColumns.recognised(["race"]))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("SLD", "learning"), ("Specific Learning Disability", "learning"),
        ("ED", "emotional"), ("EBD", "emotional"), ("OHI", "health"),
        ("Other health impairments", "health"), ("ID", "intellectual"),
        ("AUT", "autism"), ("SLI", "speech"), ("Speech/Language Impairment", "speech"),
        ("TBI", OTHER), ("Deaf-Blindness", OTHER), ("Developmental delay", OTHER),
        ("None", NONE), ("", NONE), (None, NONE), ("n/a", NONE), ("Zebra", None),
    ],
)  # fmt: skip
def test_disabilities_in_words_and_codes(text, key):
    assert read_disability(text) == key


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("RC39", "under-40"), ("RC<40", "under-40"), ("< 40 %", "under-40"),
        ("SS", "separate"), ("RF", "separate"), ("Residential facility", "separate"),
        ("RC80", OTHER), ("RC79TO40", OTHER), ("HH", OTHER), ("CF", OTHER),
        ("≥80%", OTHER), ("", OTHER), ("PPPS", PRIVATE), ("Moon", None),
    ],
)  # fmt: skip
def test_settings_in_words_and_codes(text, meant):
    assert read_setting(text) == meant


def test_denominators_are_all_children_or_those_with_disabilities():
    got, _ = summed(
        student(90),
        student(6, disability="SLD"),
        student(3, disability="AUT", setting="RC39"),
        student(1, disability="TBI", setting="SS"),
    )
    # 100 enrolled, 10 with a disability; TBI counts under 'any' alone.
    assert got["disability", "White"] == (10, 100)
    assert got["learning", "White"] == (6, 100)
    assert got["autism", "White"] == (3, 100)
    assert got["speech", "White"] == (0, 100)
    assert got["under-40", "White"] == (3, 10)
    assert got["separate", "White"] == (1, 10)
    assert got["removals", "White"] == (0, 10)


def test_removals_of_students_without_disabilities_do_not_count():
    got, _ = summed(student(50, out_days=20.0), student(10, disability="ED"))
    assert got["out-over-10", "White"] == (0, 10)


def test_ten_days_are_ten_days_or_fewer():
    got, _ = summed(
        student(1, disability="SLD", out_days=0.5),
        student(2, disability="SLD", out_days=10.0),
        student(4, disability="SLD", out_days=10.5),
        student(8, disability="SLD", in_days=10.0),
        student(16, disability="SLD", in_days=11.0),
        student(32, disability="SLD", other_removal=True),
        student(64, disability="SLD", removals=2),
        student(128, disability="SLD", out_days=0.0),
    )
    total = 255
    assert got["out-to-10", "White"] == (3, total)
    assert got["out-over-10", "White"] == (4, total)
    assert got["in-to-10", "White"] == (8, total)
    assert got["in-over-10", "White"] == (16, total)
    assert got["removals", "White"] == (127, total)  # children, each once


def test_removals_as_events():
    settings = IdeaSettings(total_removals="removals")
    profiles = [student(2, disability="SLD", removals=3), student(1, disability="SLD")]
    got, _ = summed(*profiles, settings=settings)
    assert got["removals", "White"] == (6, 3)
    columns = replace(ALL, removals=None)
    with pytest.raises(QuestionError, match="no column has their number"):
        summed(*profiles, columns=columns, settings=settings)


@pytest.mark.parametrize(
    ("age", "five", "identified", "placed"),
    [(2, False, 0, 0), (3, False, 1, 0), (5, False, 1, 0), (5, True, 1, 1),
     (4, True, 1, 0), (6, False, 1, 1), (21, False, 1, 1), (22, True, 0, 0)],
)  # fmt: skip
def test_ages(age, five, identified, placed):
    one = student(disability="SLD", setting="SS", age=age, in_kindergarten=True)
    filler = student(disability="SLD", age=10)
    got, _ = summed(one, filler, five_in_kindergarten=five)
    assert got["disability", "White"][1] == 1 + identified
    assert got["separate", "White"] == (placed, 1 + placed)
    assert got["out-to-10", "White"][1] == 1 + identified


def test_five_but_not_in_kindergarten_is_not_of_school_age():
    one = student(disability="SLD", setting="SS", age=5)
    got, _ = summed(one, student(disability="SLD"), five_in_kindergarten=True)
    assert got["separate", "White"] == (0, 1)


def test_who_is_in_no_count_is_said_with_their_number():
    profiles = (
        student(5, disability="SLD"),
        Profile(group="Not reported", students=7, age=9),
        student(3, age=None),
        student(2, disability="SLD", setting="PPPS"),
    )
    got, _ = summed(*profiles)
    assert got["disability", "White"] == (5, 5)
    left = category_counts(profiles, ALL).left_out
    assert [(item.rows, item.students) for item in left] == [
        (7, True),
        (3, True),
        (2, True),
    ]
    assert "race" in left[0].reason
    assert "age" in left[1].reason
    assert "private" in left[2].reason


@pytest.mark.parametrize(
    ("said", "column"),
    [({"disability": "Jane Doe"}, "Primary Disability"),
     ({"disability": "SLD", "setting": "Jane Doe"}, "Educational Environment"),
     ({"disability": "SLD", "out_days": -1.0}, "OSS_Days"),
     ({"disability": "SLD", "removals": -1}, "Total Removals")],
)  # fmt: skip
def test_what_is_not_understood_is_refused_without_its_text(said, column):
    with pytest.raises(InputError) as caught:
        summed(student(**said))
    assert column in str(caught.value)
    assert "Jane" not in str(caught.value)
