"""Public files as publishers lay them out, that were once misread."""

import pytest

import equitable as eq
from equitable.errors import QuestionError

# As Massachusetts' report of student discipline is laid out: a title, thousands with a
# comma beside percentages with a point, and a percentage that is 0 in every row.
DISCIPLINE = """2022-23 Student Discipline Data Report by District

District Name,Student Group,Students,Students Disciplined,% In-School Suspension,\
% Expulsion
Abington,All Students,"3,000",150,2.5,0.0
Abington,"Afr. Amer./Black","1,000",90,5.5,0.0
Abington,"Multi-race, Non-Hisp./Lat.",500,20,2.5,0.0
Abington,White,"1,500",40,,0.0
Avon,All Students,600,30,2.5,0.0
Avon,"Afr. Amer./Black",200,18,5.5,0.0
Avon,"Multi-race, Non-Hisp./Lat.",100,4,,0.0
Avon,White,300,8,2.5,0.0
"""


def put(folder, text, name="t.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def groups(result):
    return {
        next(iter(row["group"].values())): (row["n"], round(row["value"], 4))
        for row in result.to_dict()["rows"]
        if isinstance(row["value"], float)
    }


@pytest.mark.parametrize("outcome", [None, "Students Disciplined"])
def test_discipline_by_district(tmp_path, outcome):
    with eq.open(put(tmp_path, DISCIPLINE)) as data:
        assert [one.name for one in data.schema.indicators] == ["Students Disciplined"]
        assert "level of the row" not in data.schema.allowed_columns
        result = data.gaps(outcome, by=["race"])
    assert groups(result) == {
        "Black or African American": (1200, 0.09),  # 90 + 18 of 1,000 + 200
        "Two or more races": (600, 0.04),  # 20 + 4 of 500 + 100
        "White": (1800, 0.0267),  # 40 + 8 of 1,500 + 300
    }
    notes = " ".join(result.to_dict()["provenance"]["notes"])
    assert ("No outcome was named" in notes) is (outcome is None)
    assert "decimals with a point in other columns" in notes


def test_a_percentage_of_a_table_is_asked_for_by_its_name(tmp_path):
    with eq.open(put(tmp_path, DISCIPLINE)) as data:
        found = data.indicator("% In-School Suspension")
    assert (found.percent, found.total) == ("% In-School Suspension", "Students")


def test_several_outcomes_are_still_to_be_chosen_from(tmp_path):
    text = "Group,Tested,Passed,Graduated\nAll Students,90,50,40\nWhite,40,30,20\n"
    text += "Black,50,20,20\n"
    with eq.open(put(tmp_path, text)) as data, pytest.raises(QuestionError) as caught:
        data.gaps(None, by=["race"])
    assert "no outcome was given" in str(caught.value)


# ------------------------------------------------------------ thousands and decimals


def test_a_dot_between_thousands_in_a_file_of_decimal_commas(tmp_path):
    text = "Group;N;Rate\nA;1.200;77,2 %\nB;600;81,8 %\n"
    with eq.open(put(tmp_path, text)) as data:
        rows = data.source.query('SELECT "N" AS n, "Rate" AS r FROM records')
    assert [str(row["n"]) for row in rows.to_pylist()] == ["1200", "600"]
    assert [row["r"] for row in rows.to_pylist()] == ["77.2 %", "81.8 %"]


def test_three_decimals_stay_where_nothing_says_otherwise(tmp_path):
    text = "Group;N;Rate\nA;1.200;77.2\nB;2.250;81.8\n"
    with eq.open(put(tmp_path, text)) as data:
        rows = data.source.query('SELECT "N" AS n FROM records').to_pylist()
    assert [float(row["n"]) for row in rows] == [1.2, 2.25]


def test_commas_and_points_that_contradict_settle_nothing(tmp_path):
    text = 'Group,N,Rate,Other\nA,"1,200",77.2,"1,25"\nB,"2,250",81.8,"2,5"\n'
    with eq.open(put(tmp_path, text)) as data:
        rows = data.source.query('SELECT "N" AS n FROM records').to_pylist()
    assert [row["n"] for row in rows] == ["1,200", "2,250"]


# ------------------------------------------------------------------ years in columns

BY_YEAR = """Division Name,Subgroup,2020-2021 Pass Rate,2021-2022 Pass Rate,\
2020-2021 Test Takers,2021-2022 Test Takers
Accomack,All Students,70,60,200,300
Accomack,Black,50,40,100,100
Accomack,White,90,70,100,200
Accomack,Native Hawaiian,<,<,<,<
"""


def test_pass_rates_of_years_beside_their_test_takers(tmp_path):
    with eq.open(put(tmp_path, BY_YEAR)) as data:
        assert data.schema.rows_are == "counts"
        assert data.schema.year is not None
        first = data.gaps(None, by=["race"], where="Year = '2020-2021'")
        last = data.gaps("Pass Rate", by=["race"], where="Year = '2021-2022'")
    black = "Black or African American"
    assert groups(first)[black] == (100, 0.5)
    assert groups(last)[black] == (100, 0.4)


# --------------------------------------------------------------------- in Spanish

PUERTO_RICO = """Municipio;Grupo;Matrícula;Aprobados;% Aprobados
Caguas;Todos los estudiantes;1.340;1.035;77,2 %
Caguas;Femenino;600;491;81,8 %
Caguas;Masculino;740;544;73,5 %
Caguas;Con discapacidad;240;110;45,8 %
Caguas;Sin discapacidad;1.100;925;84,1 %
Ponce;Todos los estudiantes;600;450;75,0 %
Ponce;Femenino;300;240;80,0 %
Ponce;Masculino;300;210;70,0 %
Ponce;Con discapacidad;*;*;*
Ponce;Sin discapacidad;590;445;75,4 %
"""


def test_a_table_in_spanish(tmp_path):
    path = put(tmp_path, PUERTO_RICO)
    path.write_bytes(PUERTO_RICO.encode("cp1252"))
    with eq.open(path) as data:
        assert data.schema.total_column == "Matrícula"
        assert data.schema.dropped == ()
        found = groups(data.gaps(None, by=["gender"]))
        both = data.schema.dimension("disability")
        assert {both.classify(t)[0] for t in ("Con discapacidad", "Sin discapacidad")}
    assert found == {
        "Femenino": (900, round(731 / 900, 4)),  # 491 + 240 of 600 + 300
        "Masculino": (1040, round(754 / 1040, 4)),  # 544 + 210 of 740 + 300
    }


def test_matricula_of_students_stays_a_student_number(tmp_path):
    rows = "".join(f"{1000 + i};{'FM'[i % 2]};{i % 7}\n" for i in range(60))
    path = put(tmp_path, "Matrícula;Sexo;Nota\n" + rows + "Total;;\n")
    with eq.open(path) as data:
        assert [name for name, _ in data.schema.dropped] == ["Matrícula"]


# --------------------------------------------------------- numbers that count nobody


def test_a_district_number_counts_nobody(tmp_path):
    rows = "".join(
        f"{d:02d},{name},{group},{n},{k}\n"
        for d, name in ((1, "ALACHUA"), (2, "BAKER"))
        for group, n, k in (
            ("All Students", 90, 80),
            ("White", 40, 38),
            ("Black", 50, 42),
        )
    )
    path = put(
        tmp_path, "District #,District Name,Subgroup,Cohort N,Graduates N\n" + rows
    )
    with eq.open(path) as data:
        roles = {r.name: r.role.value for r in data.schema.readings}
        assert roles["District #"] == "other"
        assert not any('--count "District #"' in note for note in data.schema.notes)
        assert [one.name for one in data.schema.indicators] == ["Graduates N"]


def test_valid_scores_and_met_or_exceeded_make_a_rate(tmp_path):
    text = (
        "Organization Name,Ethnicity,Number of Valid Scores,Number Met or Exceeded\n"
        'STATE,All Students,"2,000",900\nSTATE,White,"1,200",640\nSTATE,Black,800,260\n'
        "ADAMS,All Students,500,250\nADAMS,White,400,220\nADAMS,Black,100,30\n"
        "BOULDER,All Students,484,200\nBOULDER,White,484,200\n"
        "BOULDER,Black,n < 16,- -\n"
    )
    with eq.open(put(tmp_path, text)) as data:
        place = data.schema.reading("Organization Name")
        assert place is not None
        assert not place.may_name
        found = groups(data.gaps(None, by=["Ethnicity"]))
    # Of the state's own rows, to which nothing is added.
    assert found["Black or African American"] == (800, 0.325)
    assert found["White"] == (1200, round(640 / 1200, 4))


# ---------------------------------------------------------- what is said, and what not


def test_a_column_of_no_alone_is_written_with_one_yes(tmp_path):
    rows = "A,0\nB,0\n" * 30
    path = put(tmp_path, "Group,Suspended\n" + rows)
    with eq.open(path) as data:
        text = data.inspect().to_toml()
    assert 'true = ["1"]' in text
    (tmp_path / "equity.toml").write_text(text, encoding="utf-8")
    with eq.open(path, config=tmp_path / "equity.toml") as data:
        assert not any("do not stand in" in note for note in data.schema.notes)


def test_nobody_is_told_to_ask_for_what_was_asked(tmp_path):
    with eq.open(put(tmp_path, DISCIPLINE)) as data:
        result = data.gaps(
            None, by=["race"], count="Students Disciplined", total="Students"
        )
    notes = " ".join(result.to_dict()["provenance"]["notes"])
    assert "A rate is asked for" not in notes


def test_a_rate_beside_its_count_is_no_second_outcome(tmp_path):
    head, row = ["District Number", "District Name"], ["'227901", "Austin ISD"]
    for group, n, k in (
        ("All Students", 100, 60),
        ("White", 40, 30),
        ("Hispanic", 60, 30),
    ):
        head += [f"{group} Tested Count", f"{group} Approaches Count"]
        head += [f"{group} Approaches Rate"]
        row += [str(n), str(k), str(round(100 * k / n))]
    other = ["'227902", "Del Valle ISD", *row[2:]]
    text = "\n".join(",".join(cells) for cells in (head, row, other))
    with eq.open(put(tmp_path, text + "\n")) as data:
        names = [one.name for one in data.schema.indicators]
        roles = {r.name: r.role.value for r in data.schema.readings}
    assert names == ["Approaches Count"]
    assert roles["District Number"] == "other"
    assert roles["Approaches Rate"] == "other"


def test_a_year_over_one_days_enrollment_is_not_to_be_corrected(tmp_path):
    text = "Group,Enrolled,Absent\n" + "A,10,12\nB,20,5\n" * 3
    path = put(tmp_path, text)
    (tmp_path / "equity.toml").write_text(
        '[indicators.absent]\ncount = "Absent"\ntotal = "Enrolled"\nsnapshot = true\n'
    )
    with eq.open(path, config=tmp_path / "equity.toml") as data:
        findings = data.quality().findings
    said = [one for one in findings if "whole year" in one.sentence]
    assert said
    assert "Nothing is to be corrected" in said[0].next_step
