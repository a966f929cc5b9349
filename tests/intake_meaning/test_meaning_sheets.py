"""Sheets as schools export them: names, marks, letters, codes, totals, renamed schools."""

from __future__ import annotations

import csv

import pyarrow as pa
import pytest

from equitable.errors import QuestionError
from equitable.intake.meaning.no_value import probable_codes
from equitable.intake.meaning.proposal import inspect
from equitable.intake.meaning.understanding import understand
from equitable.intake.names import is_letter_grades, meaning_of, split_outcome
from equitable.intake.profile import profile
from equitable.intake.race import Race, names_races, race_of_name, read_race
from equitable.intake.settings import parse_settings
from equitable.intake.source import open_source
from equitable.vocabulary import Direction, Kind, Role

N = 120


def table_of(rows=N, **columns):
    return pa.table(
        {
            name: pa.array([str(v) if v is not None else None for v in
                            (values[i % len(values)] for i in range(rows))])
            for name, values in columns.items()
        }
    )  # fmt: skip


def looked_at(table, toml=None):
    settings = parse_settings(toml) if toml else None
    with open_source(table) as source:
        return inspect(source, settings)


def sentences(found):
    return " ".join(f"{one.sentence} {one.next_step}" for one in found.quality.findings)


# ----------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("lunch", "FRL|F/RL|NSLP|FARMS|Free/Reduced Lunch|F/R Lunch|FRL_Status|mealStatus"),
        ("income", "ECD|EconDis|Eco Dis|Economically Dis|Low-Income|SED|low ses"),
        ("english learner", "ELL|EL|LEP|MLL|ML|EB|Multilingual|ENL|ELAS|LangFlu|isELL"),
        ("disability", "SpEd|Sped|SPED|sp_ed|SpEd Flag|SpEdStatus|IEP|IDEA|SWD|Sp. Ed.|ESE"),
        ("504", "504|Sec504|Section_504|has504|504 Plan"),
        ("homeless", "Homeless|McKinney-Vento|McKinneyVento|MKV|Unhoused|STH"),
        ("foster", "Foster|FosterYouth|fostercare|FOSTER_CARE"),
        ("migrant", "Migrant|migrantEd|MEP|Migrant Education"),
        ("military", "Military|Military-Connected|Active Duty|ArmedForces"),
        ("school", "Bldg|Building|Campus|Site|BLDG_CODE|Entity|School_Name|Sch"),
        ("attendance rate", "Attendance Rate|AttRate|Att %|PercentPresent|ADA"),
    ],
)  # fmt: skip
def test_spellings_of_exports(key, spellings):
    found = {name: meaning_of(name) for name in spellings.split("|")}
    assert {name: m.meaning.key if m else None for name, m in found.items()} == (
        dict.fromkeys(found, key)
    )


@pytest.mark.parametrize("text", ["Multi-Ethnicity", "Multi-Race", "Multiracial", "Multiple",
                                  "Two or More Races", "Two or more", "multi"])  # fmt: skip
def test_two_or_more(text):
    assert read_race(text) == frozenset({Race.SEVERAL})


# ---------------------------------------------------------------------------- letters


def test_pass_fail_absent_is_a_rate_without_the_absent():
    table = table_of(Result=["P", "P", "F", "ABS"], sex=["F", "M", "M"])
    found = looked_at(table)
    (one,) = found.indicators
    assert (one.kind, one.true_values, one.false_values, one.missing) == (
        Kind.RATE, ("P",), ("F",), ("ABS",),
    )  # fmt: skip
    toml = found.to_toml()
    assert 'true = ["P"]' in toml
    assert 'missing = ["ABS"]' in toml
    with open_source(table) as source:
        assert understand(source, parse_settings(toml)).indicator("Result").missing == (
            "ABS",
        )
        with pytest.raises(QuestionError) as caught:
            understand(source, None).indicator("Result")
    assert 'true = ["P"], false = ["F"], missing = ["ABS"]' in str(caught.value)


@pytest.mark.parametrize(
    ("values", "reached"),
    [
        (["Pass", "Fail"], ("Pass",)),
        (["Met", "Not met"], ("Met",)),
        (["Proficient", "Not"], ("Proficient",)),
        (["Yes", "No", "Not yet"], ("Yes",)),
        (["P", "F"], ("P",)),
        (["P", "NP", "I"], ("P",)),
        (["A", "B+", "C-", "D", "F", "W"], ("A", "B+", "C-", "D")),
    ],
)
def test_what_says_that_it_was_reached(values, reached):
    found = split_outcome(values, letters=True)
    assert found is not None
    assert found.reached == reached


@pytest.mark.parametrize(
    "values",
    [
        ["U", "B", "P", "A"],  # unsatisfactory, basic, proficient, advanced
        ["F", "B", "P", "A"],  # far below, basic, proficient, advanced
        ["A", "B", "C", "D"],  # answers; sections; nobody failed
        ["P", "F", "Blue"],
        ["Proficient"],
    ],
)
def test_letters_that_may_be_another_scale_are_left_to_a_person(values):
    assert split_outcome(values, letters=True) is None


def test_letters_without_a_telling_name_are_no_outcome():
    # 'F' and 'P' of lunch, or of full and part time.
    assert split_outcome(["P", "F"]) is None
    found = looked_at(table_of(time=["P", "F"], sex=["F", "M", "M"]))
    assert found.indicators == ()


@pytest.mark.parametrize("name", ["Final Grade", "Grade", "Letter Grade", "Math"])
def test_letter_grades_are_a_rate(name):
    assert is_letter_grades(["A", "B", "F"])
    assert not is_letter_grades(["Pass", "Fail"])
    found = looked_at(table_of(**{name: ["A", "B", "C", "D", "F"], "sex": ["F", "M"]}))
    (one,) = found.indicators
    assert (one.kind, one.false_values) == (Kind.RATE, ("F",))


def test_the_suggestion_does_not_count_everybody():
    table = table_of(outcome=["Blue", "Red", "Green"], sex=["F", "M"])
    with open_source(table) as source, pytest.raises(QuestionError) as caught:
        understand(source, None).indicator("outcome")
    named = sum(word in str(caught.value) for word in ("Blue", "Red", "Green"))
    assert named == 1


# -------------------------------------------------------------- suspensions, attendance


def test_suspensions_say_of_which_kind():
    table = table_of(OSS=[0, 0, 1, 2], ISS=[0, 1], sex=["F", "M", "M"])
    labels = {one.column: (one.label, one.kind) for one in looked_at(table).indicators}
    assert labels == {
        "OSS": ("Out-of-school suspensions", Kind.PER_100),
        "ISS": ("Suspended in school", Kind.RATE),
    }


@pytest.mark.parametrize(
    ("rates", "cut"), [([80, 90.5, 95, 90], "90"), ([0.8, 0.905, 0.95, 0.9], "0.9")]
)
def test_a_students_own_attendance_rate(rates, cut):
    ids = [str(100_000 + 7 * i) for i in range(N)]
    table = table_of(**{"Student ID": ids, "Attendance Rate": rates, "sex": ["F", "M"]})
    found = looked_at(table)
    kinds = {one.name: one for one in found.indicators}
    assert kinds["Attendance Rate"].kind is Kind.MEAN
    chronic = kinds["chronically_absent"]
    assert (chronic.kind, chronic.direction) == (Kind.RATE, Direction.LOWER)
    assert chronic.condition.text == f"'Attendance Rate' <= {cut}"
    # Half of the rates are at or under nine tenths.
    with open_source(table) as source:
        settings = parse_settings(found.to_toml())
        again = understand(source, settings).indicator("chronically_absent")
        row = source.query(
            f"SELECT count(*) FILTER ({again.condition.sql}) AS n FROM records"
        ).to_pylist()
    assert row == [{"n": N // 2}]


def test_percents_of_groups_stay_refused():
    table = table_of(
        School=["Oak", "Elm"], Group=["A", "B", "C"],
        **{"Attendance Rate": [80 + i / 7 for i in range(60)], "Pct Met": list(range(50))},
    )  # fmt: skip
    roles = {column.name: column.role for column in looked_at(table).columns}
    assert roles["Attendance Rate"] is Role.OTHER


# ------------------------------------------------------------------- codes of no value


def codes_of(values):
    with open_source(table_of(rows=len(values), score=values)) as source:
        return probable_codes(profile(source, whole=True)[0])


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([*range(400, 600), 9999], ("9999",)),
        ([*range(400, 600), 999], ("999",)),
        ([*range(400, 600), 9999, 999], ("999", "9999")),
        ([*range(30), 99, 99], ("99",)),
        ([*range(30), -9], ("-9",)),
        ([*range(160, 230), -99], ("-99",)),
        ([1.5, 2.5, 4.0, 9.99], ("9.99",)),
        ([*range(1, 100)], ()),  # percentiles
        ([*range(101)], ()),
        ([*range(950, 1010)], ()),
        ([x / 10 for x in range(-30, 30)], ()),  # standardised
        ([*range(700, 860)], ()),
        ([5, 5, 5], ()),
    ],
)
def test_numbers_that_probably_mean_no_value(values, codes):
    assert codes_of(values) == codes


def test_the_line_that_is_told_works():
    table = table_of(
        rows=210, **{"ELA Score": [*range(400, 609), 9999], "sex": ["F", "M"]}
    )
    found = looked_at(table)
    line = '[indicators."ELA Score"] missing = ["9999"]'
    assert line in sentences(found)
    toml = found.to_toml().replace(
        '[indicators."ELA Score"]', '[indicators."ELA Score"]\nmissing = ["9999"]'
    )
    assert "9999 stands" not in sentences(looked_at(table, toml))


# -------------------------------------------------------------------------- race flags


def test_flags_that_make_no_race_say_why():
    table = table_of(black=["1", "0"], hispanic=["0", "1", "1"], white_asian=["1", "0"],
                     score=list(range(N)))  # fmt: skip
    said = " ".join(looked_at(table).notes)
    assert "'black' and 'hispanic' ask about one race each" in said
    assert "'white_asian' names more than one race" in said
    assert names_races("white_asian")
    assert not names_races("is_white")


@pytest.mark.parametrize("name", ["EthnicityFlag_Hispanic", "FedEthnicity", "Hisp/Lat"])
def test_a_hispanic_flag_that_joins_the_race_says_so(name):
    table = table_of(**{"Race": ["White", "Black"], name: ["1", "0", "0"],
                        "score": list(range(N))})  # fmt: skip
    said = " ".join(looked_at(table).notes)
    assert f"'{name}' is read together with 'Race'" in said
    assert race_of_name("Ethnicity") is None


# ------------------------------------------------------------------- figures and counts


def test_a_table_of_counts_says_how_it_is_asked():
    table = table_of(
        group=["A", "B", "C"], number_tested=list(range(100, 160)),
        number_proficient=list(range(20, 80)),
    )  # fmt: skip
    said = " ".join(looked_at(table).notes)
    assert '--count "number_proficient" --total "number_tested"' in said


def test_published_averages_are_no_students():
    table = table_of(
        state=["A", "B", "C"], year=[2017, 2019],
        avg_scale_score=[200 + i / 3 for i in range(N)],
    )  # fmt: skip
    said = " ".join(looked_at(table).notes)
    assert "a group's published average or percent, or one student's own" in said
    assert 'If it is a group, under [published]: averages = ["avg_scale_score"]' in said


# ------------------------------------------------------------- totals, renamed schools


def written(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return path


STUDENTS = [
    [str(1000 + i), "Oak" if i % 2 else "Elm", "YN"[i % 2], str(400 + i)]
    for i in range(40)
]
HEAD = ["Student ID", "School", "FRL", "Score"]


@pytest.mark.parametrize(
    "foot",
    [
        [["Total", "", "", "16780"]],
        [["", "Grand Total", "", ""]],
        [["40", "Total:", "", "419.5"]],
        [["", "", "", ""], ["Total", "", "", "16780"], ["Average", "", "", "419.5"]],
        [["Subtotal", "", "", "1"]],
    ],
)
def test_totals_under_a_sheet_are_no_students(tmp_path, foot):
    path = written(tmp_path / "sheet.csv", HEAD, [*STUDENTS, *foot])
    rows = len([one for one in foot if any(one)])
    with open_source(path) as source:
        schema = understand(source, None)
        assert source.query("SELECT count(*) AS n FROM records").to_pylist() == [
            {"n": 40}
        ]
        (left,) = [one for one in source.left_out if "total" in one.reason]
        blank = sum(one.rows for one in source.left_out) - left.rows
        assert blank == len(foot) - rows
        assert left.rows == rows
        assert "row 4" in left.reason  # after the header and forty students
        assert schema.school.classify("Oak") == ("Oak",)
    with open_source(path) as source:
        assert "left out: a total" in sentences(inspect(source)) or rows > 1


def test_a_student_or_a_school_that_is_called_so_stays(tmp_path):
    # All cells filled: no line of totals.
    rows = [*STUDENTS, ["2000", "Total", "Y", "500"]]
    path = written(tmp_path / "sheet.csv", HEAD, rows)
    with open_source(path) as source:
        understand(source, None)
        assert source.left_out == ()


def test_schools_that_were_renamed():
    years = ["2022", "2023"]
    table = pa.table(
        {
            "School Year": [years[i >= 60] for i in range(N)],
            "School Code": ["100" if i % 2 else "200" for i in range(N)],
            "School Name": [
                "Oak ES" if i % 2 else ("Lee ES" if i < 60 else "Parks ES")
                for i in range(N)
            ],
            "score": [str(i) for i in range(N)],
        }
    )
    said = sentences(looked_at(table))
    assert "'Lee ES' until 2022 and 'Parks ES' from 2023" in said
    assert "Oak ES" not in said
