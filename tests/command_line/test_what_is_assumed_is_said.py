"""What a command assumes of a file is said, and a wrong question is not answered."""

from __future__ import annotations

import json

import pytest

import equitable as eq
from equitable.errors import QuestionError

# Bickel, Hammel and O'Connell, Science 187 (1975), table 1, two of its departments as R
# has them in UCBAdmissions: rows are counts of applicants.
BERKELEY = """Admit,Gender,Dept,Freq
Admitted,Male,A,512
Rejected,Male,A,313
Admitted,Female,A,89
Rejected,Female,A,19
Admitted,Male,B,353
Rejected,Male,B,207
Admitted,Female,B,17
Rejected,Female,B,8
"""
PUBLISHED = """group,suspended,enrolled
All Students,60,600
Black,40,200
White,20,400
"""


def students(tmp_path, text, name="students.csv"):
    path = tmp_path / name
    path.write_text(text)
    return eq.open(path)


def notes(result):
    return " ".join(result.provenance.notes)


def test_rows_of_counts_count_students_as_inspect_proposes(tmp_path):
    with students(tmp_path, BERKELEY) as data:
        result = data.gaps("Admit", by=["Gender"])
    women = next(row for row in result.rows if "Female" in row.group.values())
    # 89 + 17 of 108 + 25 women.
    assert women.n == 133
    assert women.value == pytest.approx(106 / 133)
    assert "'Freq'" in notes(result)
    assert "--total" in notes(result)


def test_a_count_of_students_is_no_outcome(tmp_path):
    with (
        students(tmp_path, BERKELEY) as data,
        pytest.raises(QuestionError, match=r"--total 'Freq' instead, with --outcome"),
    ):
        data.gaps("Freq", by=["Gender"])


def test_a_count_without_its_total_is_told_the_total(tmp_path):
    with (
        students(tmp_path, BERKELEY) as data,
        pytest.raises(QuestionError, match=r"--total 'Freq' instead, with --outcome"),
    ):
        data.gaps(None, by=["Gender"], count="Freq")


@pytest.mark.parametrize(
    ("name", "way"),
    [("passed", "Higher"), ("expelled", "Lower"), ("referred_to_office", "Lower")],
)
def test_the_direction_assumed_is_said(tmp_path, name, way):
    text = f"race,{name}\n" + "Black,1\nWhite,0\nBlack,0\nWhite,1\n" * 20
    with students(tmp_path, text) as data:
        result = data.gaps(name, by=["race"])
        asked = data.gaps(name, by=["race"], direction=way.lower())
    assert f"{way} is taken as better" in notes(result)
    assert str(result.gaps.indicator.direction) == way.lower()
    assert "taken as better" not in notes(asked)


def test_everybody_beside_groups_is_the_total_and_no_group(tmp_path):
    with students(tmp_path, PUBLISHED) as data:
        asked = {"by": ["group"], "count": "suspended", "total": "enrolled"}
        every = data.gaps(None, **asked)
        chosen = data.gaps(None, where="group != 'All Students'", **asked)
    for result in (every, chosen):
        rows = {row.group["group"]: row for row in result.rows}
        # 40 of 200 against the other 20 of 400; nobody stands in both.
        black = rows["Black or African American"]
        assert set(rows) == {"Black or African American", "White"}
        assert black.value == 0.2
        assert black.reference.n == 400
        assert black.reference.value == 0.05
        assert "rows overlap" not in notes(result)


def test_indices_of_an_average_are_said_not_to_exist(tmp_path):
    text = "race,score\n" + "".join(f"{'AB'[i % 2]}lpha,{i}\n" for i in range(80))
    with students(tmp_path, text) as data:
        result = data.gaps("score", by=["race"], indices=True)
    assert "California's indices are of shares" in notes(result)


def test_weights_are_said(tmp_path):
    text = "race,passed,w\n" + "Black,1,2\nWhite,0,1\nBlack,0,1.5\nWhite,1,1\n" * 20
    with students(tmp_path, text) as data:
        result = data.gaps("passed", by=["race"], weight="w")
    assert "Weighted by 'w'" in notes(result)


# ------------------------------------------------------- few rows, through provenance


def few(tmp_path, place):
    """300 students, of whom 4 are in place B."""
    rows = [
        ("A" if i >= 4 else "B", "XY"[i % 2], i % 3 == 0, i % 4 < 2) for i in range(300)
    ]
    text = "place,group,passed,half\n" + "".join(
        f"{where}lpha,{who}ray,{int(did)},{'one' if half else 'two'}\n"
        for where, who, did, half in rows
    )
    with students(tmp_path, text) as data:
        return data.gaps("passed", by=["group"], where=place)


@pytest.mark.parametrize("where", ["place = Blpha", "place != Blpha"])
def test_few_kept_or_few_left_out_are_not_told(tmp_path, where):
    result = few(tmp_path, where).to_dict()
    assert result["provenance"]["rows_read"] is None
    assert result["provenance"]["left_out"] == [
        {"reason": f"not: {where}", "rows": None}
    ]


def test_many_kept_and_left_out_are_told(tmp_path):
    result = few(tmp_path, "half = one").to_dict()
    assert result["provenance"]["rows_read"] == 300
    assert result["provenance"]["left_out"][0]["rows"] == 150


def test_few_set_aside_are_not_given_away_by_the_rows_read(tmp_path):
    # 3 students without a gender: rows read less girls and boys would be they.
    text = "gender,passed\n" + "F,1\nM,0\nF,0\nM,1\n" * 20 + ",1\n" * 3
    with students(tmp_path, text) as data:
        result = data.gaps("passed", by=["gender"])
        internal = data.gaps("passed", by=["gender"], internal=True)
    assert json.loads(result.to_json())["provenance"]["rows_read"] is None
    assert internal.provenance.rows_read == 83
