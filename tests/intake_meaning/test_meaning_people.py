"""No column of people's names becomes a group, and no single cell is quoted."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from equitable.errors import QuestionError
from equitable.intake.meaning.proposal import inspect
from equitable.intake.meaning.understanding import understand
from equitable.intake.settings import parse_settings
from equitable.intake.source import open_source
from equitable.vocabulary import Role

GIVEN = ["Zoe", "Ines", "Marta", "Ugo", "Pilar", "Hana", "Yuki", "Tomas", "Lea"]
FAMILY = ["Okafor", "Quispe", "Ferro", "Lund", "Ibarra", "Sato", "Weiss", "Nunes", "Roy"]  # fmt: skip


def of(n, **columns):
    """A table of n rows, each list of values repeated from its start."""
    return pa.table(
        {name: pa.array([v[i % len(v)] for i in range(n)]) for name, v in columns.items()}
    )  # fmt: skip


def schema_of(table, toml=None):
    with open_source(table) as source:
        return understand(source, parse_settings(toml) if toml else None)


def inspected(table):
    with open_source(table) as source:
        return inspect(source)


def all_text(found):
    return json.dumps(found.to_dict(), ensure_ascii=False) + found.to_toml()


def role(schema, name):
    return next(r.role for r in schema.readings if r.name == name)


# ------------------------------------------------------------------------ telling names


@pytest.mark.parametrize("rows", [9, 90])
@pytest.mark.parametrize(
    "name",
    [
        "Nombre", "Apellidos", "Apellido", "apellido", "Prénom", "Nom", "Alumno",
        "Alumno/a", "Tutor", "Case Mgr", "Emergency", "nick", "kid", "contact",
        "teacher_said", "Vorname", "Nachname", "Name", "Nombre del alumno",
        "primer_apellido", "Sobrenome", "Élève", "Schüler",
    ],
)  # fmt: skip
def test_a_name_of_people_is_one_in_any_language(name, rows):
    # Ten rows a name in the larger file: sharing does not make a name a group.
    schema = schema_of(of(rows, **{name: GIVEN, "passed": ["1", "0"]}))
    assert role(schema, name) in (Role.IDENTIFIER, Role.STUDENT) or (
        name == "teacher_said" and role(schema, name) is Role.OTHER
    )
    assert all(name not in d.columns for d in schema.dimensions)
    if rows == 9:
        assert not set(GIVEN) & set(all_text(inspected(of(9, **{name: GIVEN}))).split())
        with pytest.raises(QuestionError):
            schema.dimension(name)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("DNI", [f"{40_000_000 + 917 * i}K" for i in range(30)]),
        ("matrícula", [f"{2000 + i}" for i in range(30)]),
        ("fecha_nac", [f"{1 + i % 12}/7/2010" for i in range(30)]),
        ("nac", [f"{1 + i % 12}/7/2010" for i in range(30)]),
        ("Geburtsdatum", [f"{1 + i}.7.2010" for i in range(28)]),
        ("date de naissance", [f"2010-07-{1 + i:02d}" for i in range(28)]),
        ("data de nascimento", [f"2010-07-{1 + i:02d}" for i in range(28)]),
    ],
)
def test_numbers_and_birth_dates_are_dropped(name, values):
    assert role(schema_of(of(30, **{name: values})), name) in (
        Role.IDENTIFIER, Role.STUDENT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Tutor", ["yes", "no"]),
        ("nombre de escuela", ["Oak", "Elm"]),
        ("Nombre", ["12", "14", "31"]),
        ("guardian", ["mother", "father", "other"]),
        ("lugar de nacimiento", ["Quito", "Lima"]),
    ],
)
def test_what_is_no_person_stays(name, values):
    schema = schema_of(of(60, **{name: values}))
    assert role(schema, name) not in (Role.IDENTIFIER, Role.STUDENT)


# ----------------------------------------------------------------- without a telling name


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        (GIVEN, 9),
        ([*GIVEN, *FAMILY], 180),  # more than 12 values
        (["Ms. Okoye", "Mr. Lund"], 80),
        (["Garcia, Jose", "Lund, Pia"], 80),
        (["J. Garcia", "P. Lund"], 80),
        (["Ana Ruiz", "Pia Lund"], 80),
        (["mom 615 555 0123", "aunt 615 555 0188"], 80),
    ],
)
def test_text_that_may_name_people_is_no_group(values, rows):
    table = of(rows, z9=values, passed=["1", "0"])
    schema = schema_of(table)
    assert role(schema, "z9") is not Role.DIMENSION
    assert all("z9" not in d.columns for d in schema.dimensions)
    text = all_text(inspected(table))
    assert not [value for value in values if value in text]
    if len(values) != 18:
        for ask in (
            lambda: schema.dimension("z9"),
            lambda: schema.indicator("z9"),
            lambda: schema.indicator(f"z9 = '{values[0]}'"),
        ):
            with pytest.raises(QuestionError) as caught:
                ask()
            assert not [v for v in values if v in str(caught.value)] or "z9 =" in str(
                caught.value
            )


def test_the_refusal_says_what_to_do():
    with pytest.raises(QuestionError, match="it may name people") as caught:
        schema_of(of(9, z9=GIVEN)).dimension("z9")
    assert '[columns] "z9" = "dimension"' in str(caught.value)


def test_a_persons_word_wins_over_the_guess():
    table = of(9, z9=GIVEN, passed=["1", "0"])
    for toml in ('[columns]\nz9 = "dimension"\n', '[dimensions.z9]\nlabel = "Z"\n'):
        assert schema_of(table, toml).dimension("z9").columns == ("z9",)


def test_shared_text_and_codes_are_groups():
    clubs = ["Chess Club", "Drama Club", "Band", "Robotics", "None yet"]
    schema = schema_of(of(200, club=clubs, setting=["1", "2", "3", "4"]))
    assert role(schema, "club") is Role.DIMENSION
    assert schema.dimension("setting").columns == ("setting",)
    assert schema_of(of(6, g=["a", "b"])).dimension("g").columns == ("g",)


def test_telling_names_work_in_small_files():
    schema = schema_of(
        of(9, race=["White", "Black", "Asian"], lunch=["free", "paid"], sex=["F", "M"],
           class_type=["small class", "regular class"], grade=["1", "2"],
           school=["Oak", "Elm"])
    )  # fmt: skip
    for name in ("race", "lunch", "sex", "class_type", "grade", "school"):
        assert schema.dimension(name).columns == (name,)


def test_rows_of_counts_are_groups_already():
    schema = schema_of(
        of(12, unit=["Arts", "Law", "Physics"], gender=["men", "women"],
           total=["108", "825", "560", "325"])
    )  # fmt: skip
    assert schema.rows_are == "counts"
    assert schema.dimension("unit").columns == ("unit",)


# --------------------------------------------------------------------- no cell is quoted


def test_dates_of_people_are_no_damaged_bands():
    values = ["2009 ?", "2010 ?", "2011 ?", "before 2009", *["2012 ?"] * 20, "1/7/2010"]
    for name in ("nac", "z9", "test_date"):
        assert "1/7/2010" not in all_text(inspected(of(50, **{name: values})))


def test_a_damaged_band_of_a_known_column_is_named():
    values = ["0-10", "30-40", "40-50", "50-60", "20-Oct"]
    assert "'20-Oct' looks like a band" in all_text(inspected(of(30, imd_band=values)))
    assert "20-Oct" not in all_text(inspected(of(30, z9=values)))
    assert "'20-Oct' looks like a band" in all_text(inspected(of(60, z9=values)))


def test_inspect_names_only_what_ten_rows_hold():
    values = ["free"] * 20 + ["paid"] * 20 + ["asked Zoe"] * 9
    shows = {c.name: c.shows for c in inspected(of(49, lunch=values)).columns}
    assert shows["lunch"] == "free, paid and 1 rarer value"


def test_a_refusal_suggests_only_what_ten_rows_hold():
    # 'no' stands in 40 rows, the name in one.
    schema = schema_of(of(42, lunch=["no"] * 40 + ["Zoe Okafor", "maybe"]))
    with pytest.raises(QuestionError, match=r"lunch in \(no\)") as caught:
        schema.indicator("lunch")
    assert "Okafor" not in str(caught.value)


def test_unknown_grades_that_few_rows_hold_are_not_quoted():
    grades = ["1", "2", "3", "4", "5"] * 12 + ["Zoe Okafor"]
    text = all_text(inspected(of(61, grade=grades, passed=["1", "0"])))
    assert "Okafor" not in text
    assert "'grade' holds rare values, which are no known grade" in text


# ---------------------------------------------------------------------- missing by group


def missing_sentences(with_value, without):
    """Of 40 Asian students, so many have a value; of 400 others, 40 have none."""
    race = ["Asian"] * (with_value + without) + ["White"] * 400
    score = ["500"] * with_value + [None] * without + [None] * 40 + ["500"] * 360
    table = pa.table({"race": race, "math": pa.array(score)})
    return [
        f.sentence for f in inspected(table).quality.findings
        if f.kind == "missing by group"
    ]  # fmt: skip


def test_a_share_that_gives_a_small_count_is_not_told():
    (few,) = missing_sentences(6, 34)
    assert few == (
        "'Math score' is missing more often for 'Asian' (Race and ethnicity) than for "
        "others."
    )
    (many,) = missing_sentences(10, 30)  # 30 of 40; 40 of 400
    assert "75 of every 100" in many
    assert "10 of every 100 others" in many
