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
