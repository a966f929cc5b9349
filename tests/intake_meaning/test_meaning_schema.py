"""Which dimensions and indicators a table makes, and which questions are refused."""

from __future__ import annotations

import pyarrow as pa
import pytest

from equitable.errors import QuestionError, SettingsError
from equitable.intake.meaning.understanding import understand
from equitable.intake.profile import SAMPLE_ROWS, profile
from equitable.intake.settings import parse_settings
from equitable.intake.source import open_source
from equitable.vocabulary import NOT_REPORTED, Direction, Kind, Role

N = 120


def students(**columns):
    """A table of students: values repeat until there are enough rows."""
    return pa.table(
        {
            name: pa.array([values[i % len(values)] for i in range(N)])
            for name, values in columns.items()
        }
    )


def schema_of(table, toml=None):
    settings = parse_settings(toml) if toml else None
    with open_source(table) as source:
        return understand(source, settings)


@pytest.fixture(scope="module")
def school():
    return schema_of(
        students(
            student_id=[str(100_000 + 7 * i) for i in range(N)],
            dob=[f"2010-01-{1 + i % 28:02d}" for i in range(N)],
            ethnicity=["White", "Black", "Hispanic", "Asian", None],
            lunch=["free", "paid"],
            ell=["Y", "N", "N"],
            sex=["F", "M"],
            grade=["K", "10", "02", "PK"],
            year=["2022", "2023"],
            campus=["Oak", "Elm"],
            math=[str(400 + i) for i in range(N)],
            passed=["1", "0"],
            result=["Pass", "Fail", "Distinction"],
            pct_present=[f"{i}%" for i in range(N)],
            survey_date=[f"2023-05-{1 + i % 28:02d}" for i in range(N)],
            absences=["0", "3", "20"],
            days_enrolled=["180", "90"],
        )
    )


def test_roles(school):
    roles = {reading.name: reading.role for reading in school.readings}
    assert roles["student_id"] is Role.STUDENT
    assert roles["dob"] is Role.IDENTIFIER
    assert roles["campus"] is Role.SCHOOL
    assert roles["grade"] is Role.GRADE
    assert roles["year"] is Role.YEAR
    assert {roles[n] for n in ("ethnicity", "lunch", "ell", "sex")} == {Role.DIMENSION}
    assert {roles[n] for n in ("math", "passed", "result", "absences")} == {
        Role.OUTCOME
    }


def test_identifiers_cannot_be_used(school):
    assert school.student == "student_id"
    assert {name for name, _ in school.dropped} == {"student_id", "dob"}
    assert not {"student_id", "dob"} & set(school.allowed_columns)
    for ask in (
        lambda: school.dimension("dob"),
        lambda: school.indicator("student_id"),
        lambda: school.indicator("dob >= 2010"),
        lambda: school.indicator("x", count="student_id", total="math"),
    ):
        with pytest.raises(QuestionError, match="recognised as a"):
            ask()


@pytest.mark.parametrize(
    "name", ["ethnicity", "Ethnicity", "race", "Race and ethnicity"]
)
def test_a_dimension_goes_by_several_names(school, name):
    found = school.dimension(name)
    assert found.name == "ethnicity"
    assert found.view == "federal seven"
    assert found.classify("Black") == ("Black or African American",)


def test_a_view_is_asked_for_by_name(school):
    found = school.dimension("ethnicity:alone or in combination")
    assert found.overlapping
    assert found.view == "alone or in combination"
    assert set(found.classify("Black;White")) == {"Black or African American", "White"}
    assert school.dimension("race:as recorded").classify("Black") == ("Black",)
    with pytest.raises(QuestionError, match="no view of race"):
        school.dimension("ethnicity:alphabetical")
    with pytest.raises(QuestionError, match="not recognised as race"):
        school.dimension("lunch:spd 15")


def test_codes_become_words_and_words_stay(school):
    assert school.dimension("ell").classify("Y") == ("English learners",)
    assert school.dimension("ell").classify("0") == ("Not English learners",)
    assert school.dimension("ell").classify("English learners") == ("English learners",)
    assert school.dimension("sex").classify("F") == ("Female",)
    assert school.dimension("lunch").classify("free") == ("free",)
    assert school.dimension("lunch").classify(" NA ") == (NOT_REPORTED,)


def test_grades_are_in_reading_order(school):
    grade = school.grade
    assert grade.order == ("PK", "K", "2", "10")
    assert grade.classify("02") == grade.classify("2.0") == ("2",)
    assert grade.role is Role.GRADE


def test_places_and_times(school):
    assert school.year.name == "year"
    assert school.school.name == "campus"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("etnicity", "Did you mean 'ethnicity'"),
        ("survey_date", "dates"),
        ("math", '--outcome "math >= 460"'),
        ("zzzzzzzzz", "columns are"),
    ],
)  # fmt: skip
def test_what_cannot_be_groups_is_refused(school, name, part):
    with pytest.raises(QuestionError) as caught:
        school.dimension(name)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("outcome", "kind", "direction"),
    [
        ("math", Kind.MEAN, Direction.HIGHER),
        ("absences", Kind.MEAN, Direction.LOWER),
        ("passed", Kind.RATE, Direction.HIGHER),
        ("math >= 500", Kind.RATE, Direction.HIGHER),
        ("math < 500", Kind.RATE, Direction.LOWER),
        ("absences >= 18", Kind.RATE, Direction.LOWER),
        ("result in (Pass, Distinction)", Kind.RATE, Direction.HIGHER),
        ("result = Fail", Kind.RATE, Direction.LOWER),
    ],
)
def test_outcomes(school, outcome, kind, direction):
    found = school.indicator(outcome)
    assert (found.kind, found.direction) == (kind, direction)


def test_a_rate_lists_both_its_values(school):
    found = school.indicator("passed")
    assert (found.true_values, found.false_values) == (("1",), ("0",))


@pytest.mark.parametrize(
    ("outcome", "part"),
    [
        ("pct_present", "percent sign"),
        ("result", '--outcome "result in (Distinction, Pass)"'),
        ("survey_date", "dates"),
        ("campus", "two values"),
        ("mth", "Did you mean 'math'"),
        (None, "no outcome"),
        ("  ", "no outcome"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_outcome_is_refused(school, outcome, part):
    with pytest.raises(QuestionError) as caught:
        school.indicator(outcome)
    assert part in str(caught.value)


def test_direction_given_wins(school):
    assert (
        school.indicator("math", direction=Direction.LOWER).direction is Direction.LOWER
    )


def test_defaults_for_a_report(school):
    assert [one.name for one in school.dimensions] == [
        "ethnicity",
        "sex",
        "lunch",
        "ell",
    ]
    names = [one.name for one in school.indicators]
    assert names[:2] == ["chronically_absent", "passed"]
    chronic = school.indicators[0]
    assert (chronic.column, chronic.enrolled, chronic.threshold) == (
        "absences",
        "days_enrolled",
        0.1,
    )
    assert {one.name: one.true_values for one in school.indicators}["result"] == (
        "Distinction",
        "Pass",
    )


def test_an_all_missing_outcome_is_refused():
    found = schema_of(students(race=["White", "Black"], score=["NA", ""]))
    with pytest.raises(QuestionError, match="no values"):
        found.indicator("score")


def test_a_stray_value_in_a_rate_is_left_to_the_scan():
    # Named like a rate, and nearly all 0 and 1: a 2 is a mistake, not a mean.
    found = schema_of(students(passed=["1", "0"] * 30 + ["2"]))
    assert found.indicator("passed").kind is Kind.RATE
    assert (
        schema_of(students(visits=["1", "0"] * 30 + ["2"])).indicator("visits").kind
        is Kind.MEAN
    )


def test_booleans_and_decimals_of_frames():
    found = schema_of(
        pa.table(
            {
                "graduated": pa.array([True, False, None] * 40),
                "swd": pa.array([1.0, 0.0, None] * 40),
            }
        )
    )
    assert found.indicator("graduated").true_values == ("true",)
    assert found.dimension("swd").classify("1.0") == ("Students with disabilities",)


def test_flags_are_one_dimension():
    flags = {
        "hispanic": ["Y", "N"],
        "black": ["N", "Y"],
        "white": ["N", "N", "Y"],
        "asian": ["N"],
    }
    found = schema_of(students(**flags, score=[str(i) for i in range(N)]))
    race = found.dimension("race")
    assert race.form == "flags"
    assert race.columns == ("hispanic", "black", "white", "asian")
    assert race.classify("1100") == ("Hispanic or Latino",)
    assert next(one.name for one in found.dimensions) == "race"


def test_one_flag_alone_is_a_trait_of_its_own():
    found = schema_of(students(black=["1", "0"], score=[str(i) for i in range(N)]))
    assert found.dimension("black").classify("1") == ("Black or African American",)
    assert found.dimension("black").classify("0") == ("Not Black or African American",)


def test_race_and_hispanic_columns_are_read_together():
    found = schema_of(students(race=["White", "Black", "Asian"], hispanic=["N", "Y"]))
    race = found.dimension("race")
    assert race.columns == ("race", "hispanic")
    assert race.classify("White\x1fY") == ("Hispanic or Latino",)
    assert [one.name for one in found.dimensions] == ["race"]


def test_numbers_for_race_are_not_guessed():
    found = schema_of(students(race=["1", "2", "3"]))
    assert found.dimension("race").view == "as recorded"
    assert found.dimension("race").classify("1.0") == ("1",)
    assert any("which race or ethnicity each one means" in note for note in found.notes)
    named = schema_of(
        students(race=["1", "2", "3"]),
        '[dimensions.race]\nview = "federal seven"\nvalues = {"1" = "White", "2" = "Black", "3" = "Martian"}',
    )
    race = named.dimension("race")
    assert race.classify("1.0") == ("White",)
    assert race.classify("2") == ("Black or African American",)
    assert race.classify("3") == ("Martian",)
    assert named.notes == ()


def test_columns_by_grade_are_matched_to_the_outcome():
    found = schema_of(
        students(
            readk=[str(400 + i) for i in range(N)], read3=[str(500 + i) for i in range(N)],
            lunchk=["free", "paid"], lunch3=["paid", "free"], schoolidk=["1", "2"], schoolid3=["3", "4"],
        )
    )  # fmt: skip
    assert [one.name for one in found.dimensions] == ["lunch3"]
    assert found.school is None


def test_a_table_of_counts():
    table = pa.table(
        {
            "Admit": ["Admitted", "Rejected"] * 6,
            "Gender": ["Male"] * 6 + ["Female"] * 6,
            "Freq": [str(50 + i) for i in range(12)],
        }
    )
    found = schema_of(table)
    assert found.rows_are == "counts"
    admit = found.indicators[0]
    assert (admit.column, admit.total, admit.true_values) == (
        "Admit",
        "Freq",
        ("Admitted",),
    )
    assert found.indicator("Admit", total="Freq").total == "Freq"
    with pytest.raises(QuestionError, match="which are not groups"):
        schema_of(students(Freq=[str(i) for i in range(N)], g=["a", "b"])).dimension(
            "Freq"
        )


def test_counts_and_totals():
    found = schema_of(
        students(
            district=["a", "b"],
            **{"# Passed": ["5", "s", "7"], "Number Tested": ["10", "20", "s"]},
        )
    )
    one = found.indicator(None, count="# Passed", total="Number Tested")
    assert (one.count, one.total, one.kind) == ("# Passed", "Number Tested", Kind.RATE)
    assert one.missing == ("s",)
    assert (
        found.indicator("pass rate", count="# Passed", total="Number Tested").name
        == "pass rate"
    )
    with pytest.raises(QuestionError, match="needs the total"):
        found.indicator(None, count="# Passed")
    with pytest.raises(QuestionError, match="no numbers"):
        found.indicator(None, count="district", total="Number Tested")


def test_the_total_behind_published_percents_is_found_by_arithmetic():
    counts = [10 + i for i in range(60)]
    wholes = [100 + 2 * i for i in range(60)]
    found = schema_of(
        pa.table(
            {
                "Group": ["a", "b", "c"] * 20,
                "# Absent": [str(c) for c in counts],
                "% Absent": [
                    f"{100 * c / w:.4f}" for c, w in zip(counts, wholes, strict=True)
                ],
                "# Other": [str(w + 50) for w in wholes],
                "# Total Days": [str(w) for w in wholes],
            }
        )
    )
    assert found.totals == {"# Absent": "# Total Days"}
    assert [(i.count, i.total) for i in found.indicators] == [
        ("# Absent", "# Total Days")
    ]


def test_rows_for_everybody_are_said():
    found = schema_of(
        students(
            Category=["All Students", "ELL"],
            Freq=["5", "30"],
            Admit=["Admitted", "Rejected"],
        )
    )
    assert any("'All Students' beside single groups" in note for note in found.notes)


def test_reserve_codes_are_missing_and_other_negatives_are_not():
    found = schema_of(
        students(
            score=[str(300 + i) for i in range(20)] + ["-9", "-5"],
            change=["-3.5", "2", "-40"],
        )
    )
    assert set(found.indicator("score").missing) == {"-9", "-5"}
    assert found.indicator("change").missing == ()


def test_a_persons_word_wins():
    toml = '[columns]\n"student_id" = "dimension"\n"lunch" = "identifier"\n"score" = "other"'
    found = schema_of(
        students(student_id=["1", "2"], lunch=["free", "paid"], score=["1", "2", "3"]),
        toml,
    )
    roles = {r.name: (r.role, r.reason) for r in found.readings}
    assert roles["student_id"] == (Role.DIMENSION, "yours")
    assert found.dimension("student_id").classify("1") == ("1",)
    with pytest.raises(QuestionError):
        found.dimension("lunch")
    assert found.indicators == ()


def test_indicators_of_settings():
    toml = """
    [indicators.high]
    column = "score"
    at_least = 600
    [indicators.done]
    column = "result"
    true = ["Pass"]
    [indicators.cut]
    where = "score < 500"
    [indicators.here]
    column = "pct"
    kind = "mean"
    """
    found = schema_of(
        students(
            score=[str(400 + i) for i in range(N)],
            result=["Pass", "Fail", "Gone"],
            pct=["40%", "50%"],
        ),
        toml,
    )
    high, done, cut, here = found.indicators
    assert (high.kind, high.at_least, high.unit) == (Kind.RATE, 600, "")
    assert (done.true_values, done.false_values) == (("Pass",), ())
    assert (cut.name, cut.condition.text, cut.direction) == (
        "cut",
        "score < 500",
        Direction.LOWER,
    )
    assert here.kind is Kind.MEAN
    assert found.indicator("HIGH") == high


def test_settings_that_name_a_missing_column_are_refused():
    with pytest.raises(
        SettingsError, match=r"dimensions.race.*ethnicty.*Did you mean 'ethnicity'"
    ):
        schema_of(
            students(ethnicity=["White"]), '[dimensions.race]\ncolumns = ["ethnicty"]'
        )


def test_too_many_values_are_refused_as_groups():
    n = 10_050
    table = pa.table(
        {"code": pa.array([f"z{i}" for i in range(n)]), "race": ["White"] * n}
    )
    found = schema_of(table, '[columns]\n"code" = "other"')
    with pytest.raises(QuestionError, match="more than 10,000"):
        found.dimension("code")


def test_opening_looks_at_a_sample_and_inspecting_at_everything():
    n = SAMPLE_ROWS + 5_000
    table = pa.table(
        {
            "x": pa.array([str(i % 7) if i else " NA " for i in range(n)]),
            "y": pa.array(range(n)),
            "z": pa.array([" n/a " if i % 2 else f" {i}" for i in range(n)]),
        }
    )
    with open_source(table) as source:
        few, whole = profile(source, whole=False), profile(source, whole=True)
    assert (few[0].rows, few[0].whole) == (SAMPLE_ROWS, False)
    x, y, z = whole
    assert (z.missing, z.numbers, z.high) == (n // 2, n // 2, n - 2)
    assert (x.rows, x.missing, x.distinct, x.numbers, x.low, x.high) == (
        n,
        1,
        7,
        n - 1,
        0,
        6,
    )
    assert dict(x.values)["3"] == sum(1 for i in range(1, n) if i % 7 == 3)
    assert (y.rows, y.missing, y.numbers, y.low, y.high) == (n, 0, n, 0, n - 1)
    assert abs(y.distinct - n) < 0.25 * n  # an approximate count
