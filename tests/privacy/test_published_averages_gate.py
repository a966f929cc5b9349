"""Published averages beside numbers of students: `inequality` shows what `gaps` shows."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq
from equitable.errors import EquitableError

ROWS = """Year,State,Student Group,Average scale score,Standard error,Number of students
2019,Ohio,All Students,220,0.5,1000
2019,Ohio,Black,204,1.2,300
2019,Ohio,White,230,1.2,500
2019,Ohio,Hispanic,209,1.3,197
2019,Ohio,Asian,251,1.3,3
2019,Ohio,Female,224,1.2,
2019,Ohio,Male,215,1.2,
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "scores.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_inequality_withholds_the_groups_that_gaps_withholds(table: Path) -> None:
    with eq.open(table) as scores:
        compared = scores.gaps("Average scale score", by=["race"])
        found = scores.inequality("Average scale score", by="race").to_dict()
    away = {row.group["race"] for row in compared.rows if row.withheld}
    assert "Asian" in away  # Three students.
    # One group alone could be worked out from the average of all.
    assert len(away) > 1
    groups = {one["group"]["race"]: one for one in found["groups"]}
    for name in away:
        assert groups[name]["withheld"]
        assert groups[name]["value"] is None
    shown = {name: one["value"] for name, one in groups.items() if name not in away}
    assert shown == {"Black or African American": 204, "White": 230}
    assert {groups[name]["n"] for name in shown} == {300, 500}
    # From the best of those shown: (26 + 0) / 2.
    assert found["measures"]["MDBU"]["value"] == pytest.approx(13)


def test_groups_without_a_number_are_not_small_beside_those_with_one(
    table: Path,
) -> None:
    with eq.open(table) as scores:
        rows = scores.gaps("Average scale score", by=["race", "gender"]).rows
    values = {row.group.get("gender"): row.value for row in rows}
    assert values["Female"] == 224
    assert values["Male"] == 215


def test_one_blank_number_does_not_show_the_small_group(table: Path) -> None:
    table.write_text(ROWS.replace("230,1.2,500", "230,1.2,"), encoding="utf-8")
    with eq.open(table) as scores:
        rows = scores.gaps("Average scale score", by=["race"]).rows
    assert {row.group["race"]: row.withheld for row in rows}["Asian"]


def test_a_small_group_is_never_the_best(table: Path) -> None:
    """The file says that the group with the highest average is of three students."""
    with eq.open(table) as scores:
        found = scores.gaps(
            "Average scale score", by=["race"], reference="highest", internal=True
        )
    assert {row.reference.group["race"] for row in found.rows} == {"White"}


def test_the_choice_of_the_best_is_allowed_for(table: Path) -> None:
    """Bonferroni: three groups of 30 students and more could have been chosen."""
    with eq.open(table) as scores:
        best = scores.gaps(
            "Average scale score", by=["race"], reference="highest", internal=True
        )
        named = scores.gaps(
            "Average scale score", by=["race"], reference="White", internal=True
        )
    chosen = {row.group["race"]: row.p for row in best.rows}
    plain = {row.group["race"]: row.p for row in named.rows}
    assert chosen["Hispanic or Latino"] == pytest.approx(
        3 * plain["Hispanic or Latino"]
    )


def test_no_keyword_leads_past_the_gate(tmp_path: Path) -> None:
    """One student a group: nothing is shown, whatever is asked."""
    path = tmp_path / "students.csv"
    lines = [f"{i},{'Y' if i < 2 else 'X'},{'AB'[i % 2]},{400 + i}" for i in range(400)]
    path.write_text("student,school,race,score\n" + "\n".join(lines) + "\n")
    with eq.open(path) as students:
        cells = students.cube(indicators=["score"], by=["race"], where="school = 'Y'")
        with pytest.raises(EquitableError, match="may be shown"):
            cells.inequality("score", by="race")
        with pytest.raises(TypeError):
            cells.inequality("score", by="race", published=True)  # type: ignore[call-arg]


def test_cells_of_published_averages_are_known_for_what_they_are(table: Path) -> None:
    """From the cells as from the data set: no group has a weight of one row."""
    with eq.open(table) as scores:
        cells = scores.cube(indicators=["Average scale score"], by=["race"])
        found = cells.inequality("Average scale score", by="race").to_dict()
    assert found["measures"]["COV"]["value"] is None
    assert {one["share"] for one in found["groups"]} == {None}
