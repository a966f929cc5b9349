"""What users' own files taught: counts of cohorts, other languages, scales, and more."""

from __future__ import annotations

import pyarrow as pa
import pytest

import equitable as eq
from equitable.errors import QuestionError
from equitable.intake.meaning.proposal import inspect
from equitable.intake.names import meaning_of, steps_of
from equitable.intake.settings import parse_settings
from equitable.intake.source import open_source
from equitable.intake.where import parse
from equitable.vocabulary import Direction, Kind, Role

N = 120


def table_of(**columns):
    return pa.table(
        {
            name: pa.array([str(values[i % len(values)]) for i in range(N)])
            for name, values in columns.items()
        }
    )


def looked_at(table):
    with open_source(table) as source:
        return inspect(source)


def roles(found):
    return {column.name: column.role for column in found.columns}


# ------------------------------------------------------------------ a table of cohorts

COHORTS = {
    "District": ["Alpha", "Beta", "Gamma", "Delta"],
    "Year": ["2024-25"],
    "Group": ["White", "Black", "Asian"],
    "Cohort": list(range(200, 320)),
    "Graduates": list(range(100, 220)),
}


def test_a_cohort_beside_its_graduates_is_a_total():
    found = looked_at(table_of(**COHORTS))
    assert found.rows_are == "counts"
    assert roles(found)["Cohort"] is Role.TOTAL
    assert roles(found)["Graduates"] is Role.COUNT
    assert roles(found)["District"] is Role.DIMENSION
    own = parse_settings(found.to_toml()).indicators["Graduates"]
    assert (own.count, own.total) == ("Graduates", "Cohort")


def test_a_cohort_of_years_stays_a_year():
    found = looked_at(table_of(**COHORTS | {"Cohort": [2021, 2022, 2023]}))
    assert found.rows_are == "students"
    assert roles(found)["Cohort"] is not Role.TOTAL


def test_a_cohort_without_a_count_of_it_says_nothing_of_the_rows():
    columns = {name: held for name, held in COHORTS.items() if name != "Graduates"}
    assert looked_at(table_of(**columns)).rows_are == "students"


@pytest.mark.parametrize("total", ["Enrolled", "Cohort size", "Tested", "N"])
def test_other_names_of_totals(total):
    columns = dict(COHORTS)
    columns[total] = columns.pop("Cohort")
    found = looked_at(table_of(**columns))
    assert roles(found)[total] is Role.TOTAL
    assert [(one.count, one.total) for one in found.indicators] == [
        ("Graduates", total)
    ]


def test_a_state_total_beside_its_districts_is_no_district():
    columns = COHORTS | {"District": ["Alpha", "Beta", "Total State"]}
    found = looked_at(table_of(**columns))
    district = next(d for d in found.dimensions if d.name == "District")
    assert district.totals == ("total state",)
    assert "Total State" not in district.order


# ---------------------------------------------------------------------- other languages


@pytest.mark.parametrize(
    ("name", "kind", "direction"),
    [
        ("Aprobó", Kind.RATE, Direction.HIGHER),
        ("Aprobado", Kind.RATE, Direction.HIGHER),
        ("Promovido", Kind.RATE, Direction.HIGHER),
        ("Reprobado", Kind.RATE, Direction.LOWER),
        ("Abandonó", Kind.RATE, Direction.LOWER),
        ("Deserción", Kind.RATE, Direction.LOWER),
        ("abandono", Kind.RATE, Direction.LOWER),
        ("Aprovado", Kind.RATE, Direction.HIGHER),
        ("Evasão", Kind.RATE, Direction.LOWER),
        ("Calificación", Kind.MEAN, Direction.HIGHER),
        ("Nota", Kind.MEAN, Direction.HIGHER),
        ("Réussi", Kind.RATE, Direction.HIGHER),
        ("Moyenne", Kind.MEAN, Direction.HIGHER),
        ("Redoublant", Kind.RATE, Direction.LOWER),
        ("Bestanden", Kind.RATE, Direction.HIGHER),
        ("Nicht bestanden", Kind.RATE, Direction.LOWER),
        ("Note", Kind.MEAN, Direction.LOWER),
        ("Fehltage", Kind.MEAN, Direction.LOWER),
    ],
)
def test_outcomes_in_other_languages(name, kind, direction):
    meaning = meaning_of(name).meaning
    assert meaning.role is Role.OUTCOME
    assert (meaning.kind, meaning.direction) == (kind, direction)


def test_a_spanish_table_has_outcomes_under_its_own_names():
    found = looked_at(
        table_of(
            Zona=["Urbana", "Rural"], Aprobó=["Sí", "No", "Sí"], Abandonó=["No", "Sí"],
            Calificación=[6 + i / 50 for i in range(N)],
        )
    )  # fmt: skip
    ways = {one.label: one.direction for one in found.indicators}
    assert ways == {
        "Aprobó": Direction.HIGHER,
        "Abandonó": Direction.LOWER,
        "Calificación": Direction.HIGHER,
    }


@pytest.mark.parametrize(
    ("highest", "direction"), [(6, Direction.LOWER), (20, Direction.HIGHER)]
)
def test_a_note_is_german_up_to_six_and_french_beyond(highest, direction):
    values = [1 + (highest - 1) * i / (N - 1) for i in range(N)]
    found = looked_at(table_of(Note=values, Ort=["A", "B"]))
    assert [one.direction for one in found.indicators] == [direction]


def test_an_english_column_of_notes_in_words_is_no_outcome():
    table = table_of(note=["late bus", "moved", "fine"], score=list(range(400, 520)))
    assert roles(looked_at(table))["note"] is not Role.OUTCOME


def test_words_of_what_should_be_fewer_count_those_it_happened_to():
    found = looked_at(table_of(Withdrew=["withdrawn", "still enrolled", "enrolled"]))
    (one,) = found.indicators
    assert one.direction is Direction.LOWER
    assert set(one.true_values) == {"withdrawn", "still enrolled"}
    assert one.false_values == ("enrolled",)


# ------------------------------------------------------------- levels, survey, programs


@pytest.mark.parametrize(
    ("values", "upper"),
    [
        (["Level 1", "Level 4", "Level 2", "Level 3"], ("Level 3", "Level 4")),
        (["L1", "L2", "L3"], ("L2", "L3")),
        (["Level 1", "Level 2"], ()),
        (["Agree", "Disagree", "Neutral"], ("Agree",)),
        (["Agree", "Oak"], ()),
    ],
)
def test_the_upper_steps_of_a_scale(values, upper):
    assert steps_of(values) == upper


def test_levels_and_answers_are_outcomes_that_ask_for_a_cut():
    found = looked_at(
        table_of(
            gender=["F", "M"], **{"Math Level": [f"Level {i}" for i in (1, 2, 3, 4)]},
            belong=["Agree", "Disagree", "Strongly agree", "Strongly disagree"],
            q7=["Agree", "Disagree", "Neutral"], Gifted=["Y", "N", "N"],
        )
    )  # fmt: skip
    for name in ("Math Level", "belong", "q7"):
        assert roles(found)[name] is Role.OUTCOME
    assert roles(found)["Gifted"] is Role.DIMENSION
    assert {one.name for one in found.dimensions} == {"gender", "Gifted"}
    said = " ".join(found.notes)
    assert "--outcome \"Math Level in ('Level 3', 'Level 4')\"" in said
    assert "--outcome \"belong in (Agree, 'Strongly agree')\"" in said
    assert '--outcome "Gifted"' in said


def test_the_question_that_is_told_can_be_asked():
    table = table_of(
        gender=["F", "M"], **{"Math Level": ["Level 1", "Level 2", "Level 3"]}
    )
    with eq.open(table) as students:
        made = students.schema.indicator("Math Level in ('Level 3')")
    assert made.direction is Direction.HIGHER
    assert made.kind is Kind.RATE


@pytest.mark.parametrize("name", ["Passed Algebra", "Passed Algebra 1", "pass_math"])
def test_passing_a_course_is_no_test_score(name):
    meaning = meaning_of(name).meaning
    assert (meaning.key, meaning.kind, meaning.note) == ("passed", Kind.RATE, "")


# --------------------------------------------------------------- how the file was read


def test_what_was_said_of_the_reading_is_written(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sex|score\n" + "F|1\nM|2\n" * 30, encoding="utf-16")
    with eq.open(path, delimiter="|", encoding="utf-16") as students:
        written = parse_settings(students.inspect().to_toml())
    assert written.source.files == ("a.csv",)
    assert (written.source.delimiter, written.source.encoding) == ("|", "utf-16")
    assert written.source.sheet is None


# ------------------------------------------------------------------------ decimal comma


@pytest.mark.parametrize("text", ["Note <= 2,5", "Note = 2,5 and Note > 1"])
def test_a_decimal_comma_is_told_how_it_is_written(text):
    with pytest.raises(QuestionError, match="2,5") as told:
        parse(text, ["Note"])
    assert "Write 2.5" in str(told.value)


def test_commas_between_the_values_of_a_list_stay():
    assert parse("Note in (2,5)", ["Note"]).columns == ("Note",)
