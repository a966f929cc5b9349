"""Labels of a table that would be read as one group are never added up in silence."""

from pathlib import Path

import pytest

import equitable as eq
from equitable.intake.race import FEDERAL, read_race

SHORTENED = {
    # As Massachusetts' report of student discipline writes them, and other states.
    "Multi-race, Non-Hisp./Lat.": "Two or more races",
    "Multi-Race, Not Hispanic or Latino": "Two or more races",
    "Two or More Races (Non-Hispanic)": "Two or more races",
    "2+ races": "Two or more races",
    "Amer. Ind. or Alaska Nat.": "American Indian or Alaska Native",
    "Am Indian": "American Indian or Alaska Native",
    "Amer Ind/AK Nat": "American Indian or Alaska Native",
    "Nat. Haw. or Pacif. Isl.": "Native Hawaiian or Pacific Islander",
    "Haw/Pac Isl": "Native Hawaiian or Pacific Islander",
    "Nat Haw/Oth Pac Isl": "Native Hawaiian or Pacific Islander",
    "Af. Amer./Black": "Black or African American",
    "Afr. Am.": "Black or African American",
    "Black Non-Hisp": "Black or African American",
    "Hisp./Lat.": "Hispanic or Latino",
    "White, non-Hisp.": "White",
    "White, Not of Hispanic Origin": "White",
    "Asian, non-Latino": "Asian",
}


@pytest.mark.parametrize(("text", "group"), SHORTENED.items())
def test_shortened_labels_are_read(text: str, group: str) -> None:
    races = read_race(text)
    assert races is not None
    assert FEDERAL.groups(races) == (group,)


@pytest.mark.parametrize(
    "text", ["Non-Hispanic", "Not Hisp./Lat.", "Non-White", "Not Black"]
)
def test_a_denial_is_no_group(text: str) -> None:
    assert read_race(text) is None


def _table(path: Path, rows: str) -> Path:
    path.write_text("School,Year,Student Group,Enrolled,Suspended\n" + rows)
    return path


def _groups(path: Path) -> tuple[dict[str, tuple[int, float]], str]:
    with eq.open(path) as data:
        found = data.gaps("Suspended", by=["race"]).to_dict()
    groups = {
        next(iter(row["group"].values())): (row["n"], row["value"])
        for row in found["rows"]
    }
    return groups, " ".join(found["provenance"]["notes"])


def test_labels_side_by_side_are_kept_apart(tmp_path: Path) -> None:
    path = _table(
        tmp_path / "t.csv",
        "Oak,2020,All Students,600,66\nOak,2020,White,200,20\n"
        "Oak,2020,Asian,200,10\nOak,2020,Filipino,200,36\n",
    )
    groups, notes = _groups(path)
    assert {"White", "Asian", "Filipino"} <= set(groups)
    assert groups["Asian"][0] == groups["Filipino"][0] == 200
    assert "'Asian' and 'Filipino' stand side by side" in notes


def test_labels_of_two_years_are_one_group_and_it_is_said(tmp_path: Path) -> None:
    path = _table(
        tmp_path / "t.csv",
        "Oak,2020,All Students,400,40\nOak,2020,White,200,20\n"
        "Oak,2020,Hispanic,200,20\nOak,2021,All Students,400,40\n"
        "Oak,2021,White,200,20\nOak,2021,Hispanic/Latino,200,20\n",
    )
    groups, notes = _groups(path)
    assert "Hispanic or Latino" in groups
    assert "'Hispanic' and 'Hispanic/Latino' are read as one group" in notes


def test_a_person_may_add_them(tmp_path: Path) -> None:
    path = _table(
        tmp_path / "t.csv",
        "Oak,2020,All Students,600,66\nOak,2020,White,200,20\n"
        "Oak,2020,Asian,200,10\nOak,2020,Filipino,200,36\n",
    )
    (tmp_path / "equity.toml").write_text(
        '[dimensions."Student Group"]\nview = "federal seven"\n'
        'values = { "Filipino" = "Asian", "Asian" = "Asian" }\n'
    )
    with eq.open(path, config=tmp_path / "equity.toml") as data:
        found = data.gaps("Suspended", by=["race"]).to_dict()
    asian = [r for r in found["rows"] if "Asian" in r["group"].values()]
    assert [row["n"] for row in asian] == [400]  # 200 + 200
