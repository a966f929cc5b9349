"""What quality finds, what it must not say, and that ``inspect`` writes no identifier."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.intake.meaning.proposal import inspect
from equitable.intake.meaning.understanding import understand
from equitable.intake.quality.assessment import assess
from equitable.intake.quality.damage import band_behind, damaged_bands
from equitable.intake.settings import parse_settings
from equitable.intake.source import open_source

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def findings(table, toml=None, kind=None):
    settings = parse_settings(toml) if toml else None
    with open_source(table) as source:
        schema = understand(source, settings)
        quality = assess(source, schema, schema.indicators, schema.dimensions)
    assert quality.rows == table.num_rows
    return [f for f in quality.findings if kind is None or f.kind == kind]


def text_of(found):
    return " ".join(f"{f.sentence} {f.next_step}" for f in found)


def columns(n, **given):
    return pa.table(
        {k: pa.array([v[i % len(v)] for i in range(n)]) for k, v in given.items()}
    )


# ---------------------------------------------------------------------- date damage


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("20-Oct", "10-20"), ("Oct-20", "10-20"), ("10-Dec", "10-12"), ("5-Mar", "3-5"),
        ("2024-10-20", "10-20"), ("2024-10-20 00:00:00", "10-20"), ("10/20/2024", "10-20"),
        ("10-20", None), ("Oct", None), ("40-Oct", None), ("20-30%", None), ("2023J", None), ("10-Oct", None),
    ],
)  # fmt: skip
def test_the_band_behind_a_date(text, band):
    assert band_behind(text) == band


@given(st.integers(1, 12), st.integers(1, 31))
def test_every_band_that_a_spreadsheet_damages_is_found_again(month, number):
    if month < number:
        name = [
            "Jan",
            "Feb",
            "Mar",
            "Apr",
            "May",
            "Jun",
            "Jul",
            "Aug",
            "Sep",
            "Oct",
            "Nov",
            "Dec",
        ][month - 1]
        assert band_behind(f"{number}-{name}") == f"{month}-{number}"


def test_dates_among_dates_are_dates():
    assert damaged_bands(["2024-10-20", "2024-10-21", "2024-11-01"]) == {}
    assert damaged_bands(["20-Oct", "Autumn", "Spring"]) == {}
    assert damaged_bands(["0-10%", "20-Oct", "20-30%"]) == {"20-Oct": "10-20"}


def test_damage_is_named_with_its_cure():
    table = columns(
        90, income_band=["0-10", "20-Oct", "20-30"], score=[str(i) for i in range(90)]
    )
    (found,) = findings(table, kind="date damage")
    assert "'20-Oct'" in found.sentence
    assert "'10-20'" in found.sentence
    assert found.severity == "caution"
    cured = parse_settings('[dimensions.income_band]\nvalues = { "20-Oct" = "10-20" }')
    with open_source(table) as source:
        band = understand(source, cured).dimension("income_band")
    assert band.classify("20-Oct") == ("10-20",)


@pytest.mark.skipif(not (SHARED / "oulad").exists(), reason="no shared data")
def test_the_real_damaged_file():
    with open_source(SHARED / "oulad" / "studentInfo_excel_mangled.csv") as source:
        found = inspect(source)
    damage = [f for f in found.quality.findings if f.kind == "date damage"]
    assert [
        (f.column, "'20-Oct'" in f.sentence, "'10-20'" in f.sentence) for f in damage
    ] == [("imd_band", True, True)]
    with open_source(SHARED / "oulad" / "studentInfo.csv") as source:
        whole = inspect(source)
    assert not [f for f in whole.quality.findings if f.kind == "date damage"]
    # The proposal puts the band back where the undamaged file has it.
    imd = parse_settings(found.to_toml()).dimensions["imd_band"]
    original = next(d for d in whole.dimensions if d.name == "imd_band")
    assert imd.order == tuple(band for band in original.order if band != "?")


# -------------------------------------------------------------------------- missing


def test_a_group_whose_outcome_is_missing_far_more_often_is_named():
    # 200 students with free lunch, 80 without a score; 200 others, 20 without.
    table = pa.table(
        {
            "lunch": ["free"] * 200 + ["paid"] * 200,
            "score": ["NA" if i < 80 or 200 <= i < 220 else str(i) for i in range(400)],
        }
    )
    (found,) = findings(table, kind="missing by group")
    assert "'free'" in found.sentence
    assert "40 of every 100" in found.sentence
    assert "10 of every 100 others" in found.sentence


@pytest.mark.parametrize(
    ("n", "missing", "rest", "rest_missing"),
    [
        (2000, 300, 2000, 200),  # p < .001, but 5 points more: not far
        (30, 6, 200, 20),  # 10 points more, but p = .1: chance would do it
        (9, 9, 200, 20),  # fewer than ten students
        (1000, 20, 1000, 5),  # four times as often, but two in a hundred
    ],
)
def test_what_may_be_chance_or_is_small_is_not(n, missing, rest, rest_missing):
    table = pa.table(
        {
            "lunch": ["free"] * n + ["paid"] * rest,
            "score": [
                None if i < missing or n <= i < n + rest_missing else str(i)
                for i in range(n + rest)
            ],
        }
    )
    assert findings(table, kind="missing by group") == []


def test_columns_without_values_are_counted():
    table = columns(
        100, lunch=["free", "paid", "", "n/a"], score=[str(i) for i in range(100)]
    )
    with open_source(table) as source:
        schema = understand(source)
        quality = assess(source, schema, schema.indicators, schema.dimensions)
    assert {m.column: m.missing for m in quality.missing} == {"score": 0, "lunch": 50}
    assert "'lunch' has no value in 50 of every 100 rows" in text_of(quality.findings)


# ----------------------------------------------------------------------- duplicates


def test_students_who_stand_there_twice_are_counted():
    numbers = [str(500_000 + i) for i in range(100)]
    table = pa.table(
        {
            "student_id": numbers + numbers[:15],
            "year": ["2023"] * 115,
            "lunch": ["free", "paid"] * 57 + ["free"],
        }
    )
    (found,) = findings(table, kind="duplicates")
    assert "15 rows repeat a student" in found.sentence
    assert "'year'" in found.sentence
    assert "5000" not in text_of([found])


def test_few_duplicates_are_not_counted_out():
    numbers = [str(500_000 + i) for i in range(100)]
    table = pa.table(
        {"student_id": numbers + numbers[:3], "lunch": ["free"] * 50 + ["paid"] * 53}
    )
    (found,) = findings(table, kind="duplicates")
    assert "Fewer than 10 rows" in found.sentence


def test_the_same_student_in_two_years_is_no_duplicate():
    numbers = [str(500_000 + i) for i in range(100)]
    table = pa.table(
        {"student_id": numbers * 2, "year": ["2022"] * 100 + ["2023"] * 100}
    )
    assert findings(table, kind="duplicates") == []


def test_one_row_for_each_course_is_said():
    numbers = [str(500_000 + i) for i in range(100)]
    table = pa.table(
        {"student_id": numbers * 2, "course": ["Art"] * 100 + ["Music"] * 100}
    )
    (found,) = findings(table, kind="duplicates")
    assert found.severity == "note"
    assert "one for each 'course'" in found.sentence


# ---------------------------------------------------------------- impossible values


def test_impossible_values_are_found():
    table = pa.table(
        {
            "lunch": ["free", "paid"] * 60,
            "days_absent": ["200"] * 12 + ["5"] * 106 + ["-1", "400"],
            "days_enrolled": ["180"] * 120,
            "age": ["140"] * 10 + ["9"] * 110,
        }
    )
    said = text_of(findings(table, kind="impossible values"))
    assert "13 rows hold more days than in 'days_enrolled'" in said
    assert "In 'days_absent', fewer than 10 rows hold values under 0." in said
    assert "In 'days_absent', fewer than 10 rows hold values over 366." in said
    assert "In 'age', 10 rows hold ages under 2 or over 100." in said


def test_counts_over_their_total_are_found():
    table = columns(
        60,
        district=["a", "b"],
        **{"# Passed": ["5", "30"], "Number Tested": ["10", "20"]},
    )
    with open_source(table) as source:
        schema = understand(source)
        one = schema.indicator(None, count="# Passed", total="Number Tested")
        quality = assess(source, schema, [one], [])
    assert "30 rows hold counts over their total" in text_of(quality.findings)


def test_limits_of_settings_are_held():
    table = columns(60, lunch=["free", "paid"], score=["500", "900"])
    toml = '[indicators.score]\nkind = "mean"\nlow = 200\nhigh = 800'
    assert "30 rows hold values over 800" in text_of(findings(table, toml))


def test_unknown_grades_are_named():
    table = columns(60, grade=["K", "1", "2", "Z9"], score=[str(i) for i in range(60)])
    assert "'grade' holds 'Z9', which is no known grade" in text_of(findings(table))


# ------------------------------------------------------------------------ over years


def test_categories_that_appear_or_vanish_are_named():
    table = pa.table(
        {
            "year": ["2021"] * 60 + ["2022"] * 60 + ["2023"] * 60,
            "lunch": ["free", "paid"] * 60 + ["free", "reduced", "paid"] * 20,
        }
    )
    (found,) = findings(table, kind="categories by year")
    assert found.sentence == "In 'lunch', 'reduced' stands only in 2023."


def test_a_handful_of_students_is_not_a_vanished_category():
    table = pa.table(
        {
            "year": ["2021"] * 60 + ["2022"] * 60,
            "lunch": ["free", "paid"] * 58 + ["free", "paid", "reduced", "paid"],
        }
    )
    assert findings(table, kind="categories by year") == []


# ----------------------------------------------------------------------- inspection

SECRETS = [
    "Zephyrine",
    "Quillon",
    "zq@example.org",
    "615-555-0199",
    "7734211",
    "2011-02-17",
    "bus was late",
]


@pytest.fixture(scope="module")
def inspected():
    n = 120
    table = columns(
        n,
        student_name=["Zephyrine Quillon", "Ana Abara", "Ben Brown"],
        email=["zq@example.org", "ana@example.org"],
        phone=["615-555-0199", "615-555-0100"],
        student_id=[str(7_734_211 + i) for i in range(n)],
        dob=["2011-02-17", "2011-03-18"],
        remarks=["He said the bus was late.", "Nothing to say about this one."],
        lunch=["free", "paid", "reduced"],
        race=["B", "W", "H", "A"],
        year=["2022", "2023"],
        score=[str(400 + i) for i in range(n)],
    )
    with open_source(table) as source:
        yield inspect(source)


def test_nothing_written_holds_an_identifier(inspected):
    said = json.dumps(inspected.to_dict()) + inspected.to_toml() + repr(inspected)
    assert [secret for secret in SECRETS if secret in said] == []


def test_a_proposal_says_role_reason_and_sureness(inspected):
    by_name = {column.name: column for column in inspected.columns}
    assert by_name["lunch"].role == "dimension"
    assert by_name["lunch"].sureness == "sure"
    assert "named like" in by_name["lunch"].reason
    assert by_name["lunch"].shows == "free, paid, reduced"
    assert by_name["score"].shows == "400 to 519"
    assert by_name["student_name"].shows == ""


def test_no_category_is_shown_with_a_count(inspected):
    rows = {column.name: column.shows for column in inspected.columns}
    assert "40" not in rows["lunch"]


def test_what_is_written_means_the_same_when_read(inspected):
    settings = parse_settings(inspected.to_toml())
    assert settings == inspected.settings
    assert settings.columns["student_id"] == "student"
    assert settings.dimensions["race"].view == "federal seven"
    assert set(settings.indicators) == {"score"}


def test_a_persons_choices_are_marked_theirs():
    table = columns(60, lunch=["free", "paid"], score=[str(i) for i in range(60)])
    with open_source(table) as source:
        found = inspect(source, parse_settings('[columns]\n"score" = "other"'))
    by_name = {column.name: column for column in found.columns}
    assert by_name["score"].sureness == "yours"
    assert found.indicators == ()


REAL = [
    "star/star_aer.csv", "star/star_poe_k_absences.csv", "star/star_qss_longterm.csv", "oulad/studentInfo.csv",
    "uci/student-por.csv", "uci/student-mat.csv", "nyc/ela_district_2013_2022.csv",
    "nyc/attendance_district_2018_2022.csv", "washington/wa_discipline_2013_14.csv",
    "naep/naep_g4_reading_by_race_1992_2019.csv", "berkeley/ucb_admissions_1973.csv",
    "california_community_college/student_equity.csv", "california/rcaed_suspensions.parquet",
    "crdc/crdc_2020_21_six_states.parquet",
]  # fmt: skip


@pytest.mark.skipif(not SHARED.exists(), reason="no shared data")
@pytest.mark.parametrize("file", REAL)
def test_real_files_are_inspected_and_their_settings_read_back(file):
    with open_source(SHARED / file) as source:
        found = inspect(source)
        settings = parse_settings(found.to_toml())
        again = understand(source, settings)
        assert settings == found.settings
        assert [d.name for d in again.dimensions] == [d.name for d in found.dimensions]
        assert [(i.name, i.kind, i.label) for i in again.indicators] == [
            (i.name, i.kind, i.label) for i in found.indicators
        ]


@pytest.mark.skipif(not SHARED.exists(), reason="no shared data")
@pytest.mark.parametrize(
    ("file", "roles"),
    [
        ("star/star_aer.csv", {"rownames": "identifier", "birth": "identifier", "ethnicity": "dimension",
                               "lunch3": "dimension", "school3": "dimension", "schoolid3": "school",
                               "math3": "outcome", "tethnicity3": "other"}),
        ("oulad/studentInfo.csv", {"id_student": "student", "imd_band": "dimension", "final_result": "outcome"}),
        ("uci/student-por.csv", {"sex": "dimension", "absences": "outcome", "G3": "outcome", "address": "dimension"}),
        ("berkeley/ucb_admissions_1973.csv", {"Admit": "outcome", "Freq": "total", "Dept": "dimension"}),
        ("naep/naep_g4_reading_by_race_1992_2019.csv", {"year": "year", "race.ethnicity": "dimension", "avg.scale.score": "other"}),
        ("nyc/ela_district_2013_2022.csv", {"Year": "year", "Grade": "grade", "Number Tested": "total", "# Level 3+4": "count", "% Level 3+4": "other"}),
        ("crdc/crdc_2020_21_six_states.parquet", {"COMBOKEY": "school", "race": "dimension", "enrolled": "total", "arrest": "count"}),
        ("washington/wa_discipline_2013_14.csv", {"population": "total", "disciplined": "count", "race": "dimension"}),
    ],
)  # fmt: skip
def test_real_files_are_understood_as_a_principal_would(file, roles):
    with open_source(SHARED / file) as source:
        found = {column.name: str(column.role) for column in inspect(source).columns}
    assert {name: found[name] for name in roles} == roles
