"""Published tables recognised and rewritten: a dimension for each breakdown."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq
from equitable.intake.profile import profile
from equitable.intake.published.rewriting import reshaped
from equitable.intake.published.tables import (
    EVERYONE,
    Published,
    breakdown_of,
    is_everyone,
    recognise,
)
from equitable.intake.source import Source, open_source

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
shared_files = pytest.mark.skipif(
    not SHARED.exists(), reason="the files lie outside the repository"
)


def opened(path: Path) -> tuple[Source, Published | None]:
    source = open_source(path)
    return source, recognise(source, profile(source, whole=False))


@pytest.mark.parametrize(
    "text",
    ["All Students", "all", "All Grades", "Total", "Statewide", "State Total",
     "National Avg.", "Washington (statewide)", "Grand Total", "All students tested"],
)  # fmt: skip
def test_names_for_everybody(text: str) -> None:
    assert is_everyone(text)


@pytest.mark.parametrize("text", ["Alliance", "Asian", "3", "Total war club", "Allen"])
def test_names_that_are_not_for_everybody(text: str) -> None:
    assert not is_everyone(text)


@pytest.mark.parametrize(
    ("label", "breakdown"),
    [("Asian", "race"), ("Two or More Races", "race"), ("Female", "gender"),
     ("Current ELL", "english_learner"), ("Not SWD", "disability"),
     ("Econ Disadv", "income"), ("Never ELL", "english_learner")],
)  # fmt: skip
def test_a_groups_name_tells_its_breakdown(label: str, breakdown: str) -> None:
    assert breakdown_of(label) == breakdown


LONG = """School,Subgroup,Tested,Proficient
Oak,All Students,100,50
Oak,Female,55,30
Oak,Male,45,20
Oak,Asian,30,20
Oak,Black,60,25
Oak,English Learner,12,s
Elm,All Students,40,20
Elm,Female,20,10
Elm,Male,20,10
Elm,Asian,30,15
Elm,Black,10,5
Elm,English Learner,5,s
"""


def test_a_long_table_whose_groups_tell_their_breakdown(tmp_path: Path) -> None:
    path = tmp_path / "card.csv"
    path.write_text(LONG)
    source, found = opened(path)
    with source:
        assert found is not None
        assert found.group == "Subgroup"
        assert dict(found.breakdowns) == {
            "race": ("Asian", "Black"),
            "english_learner": ("English Learner",),
            "gender": ("Female", "Male"),
        }
        source.rewrite(lambda part: reshaped(part, found))
        rows = source.query(
            "SELECT Subgroup, race, gender FROM records WHERE School = 'Oak'"
            " ORDER BY Subgroup"
        ).to_pylist()
        assert rows[0] == {
            "Subgroup": "All Students",
            "race": EVERYONE,
            "gender": EVERYONE,
        }
        assert rows[1] == {"Subgroup": "Asian", "race": "Asian", "gender": EVERYONE}


def test_a_wide_table_becomes_a_row_a_group(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(
        "district,population,asian_pop,black_pop,white_pop,suspended,asian_s,black_s,"
        "white_s\nNorth,100,20,30,50,12,1,6,5\nSouth,90,10,20,60,9,0,4,5\n"
    )
    source, found = opened(path)
    with source:
        assert found is not None
        assert found.wide is not None
        source.rewrite(lambda part: reshaped(part, found))
        rows = source.query(
            "SELECT race, population, suspended FROM records WHERE district = 'North'"
        ).to_pylist()
        told = {row["race"]: (row["population"], row["suspended"]) for row in rows}
        assert told == {
            EVERYONE: ("100", "12"),
            "asian": ("20", "1"),
            "black": ("30", "6"),
            "white": ("50", "5"),
        }
        # A message names the row of the file, not of what it was made into.
        row = source.first_row("district = 'South' AND race = 'white'")
        assert row is not None
        assert row.row == 3


def test_students_are_no_published_table(tmp_path: Path) -> None:
    path = tmp_path / "students.csv"
    path.write_text("race,passed\n" + "Asian,1\nBlack,0\nWhite,1\n" * 20)
    source, found = opened(path)
    with source:
        assert found is None


@shared_files
def test_new_yorks_breakdowns_are_its_own(tmp_path: Path) -> None:
    source, found = opened(SHARED / "nyc" / "attendance_district_2018_2022.csv")
    with source:
        assert found is not None
        assert dict(found.breakdowns) == {
            "ELL": ("ELL", "Not ELL"),
            "Ethnicity": ("Asian", "Black", "Hispanic", "Other", "White"),
            "Gender": ("Female", "Male"),
            "Poverty": ("Not Poverty", "Poverty"),
            "STH": ("Not STH", "STH"),
            "SWD": ("Not SWD", "SWD"),
        }
        assert dict(found.totals) == {"Grade": ("All Grades",)}


@shared_files
def test_washingtons_columns_are_groups() -> None:
    source, found = opened(SHARED / "washington" / "wa_discipline_2013_14.csv")
    with source:
        assert found is not None
        assert found.wide is not None
        assert dict(found.wide.patterns) == {
            "population": ("", "_pop"),
            "disciplined": ("", "_d"),
        }
        assert len(found.wide.stems) == 9


@shared_files
@pytest.mark.parametrize(
    "name",
    ["uci/student-mat.csv", "oulad/studentInfo.csv", "star/star_aer.csv",
     "berkeley/ucb_admissions_1973.csv"],
)  # fmt: skip
def test_files_of_students_are_left_as_they_are(name: str) -> None:
    source, found = opened(SHARED / name)
    with source:
        assert found is None


def test_a_breakdown_is_a_dimension_and_a_marked_count_is_in_the_figures(
    tmp_path: Path,
) -> None:
    rows = "School,Year,Type,Group,Tested,Passed\n"
    for year in (2021, 2022):
        for school in ("Oak", "Elm", "Ash"):
            for kind, group, n in (
                ("All", "All Students", 100),
                ("Econ Status", "Econ Disadv", 40),
                ("Econ Status", "Not Econ Disadv", 60),
                ("SWD", "SWD", 8),
                ("SWD", "Not SWD", 92),
            ):
                mark = "s" if n == 8 and year == 2022 else n // 2
                rows += f"{school},{year},{kind},{group},{n},{mark}\n"
    path = tmp_path / "card.csv"
    path.write_text(rows)
    with eq.open(path) as table:
        found = table.inspect()
        roles = {column.name: str(column.role) for column in found.columns}
        result = table.gaps(
            None, by=["SWD"], count="Passed", total="Tested", where="Year = 2022",
            min_n=5,
        )  # fmt: skip
    assert roles["Econ Status"] == "dimension"
    assert roles["Group"] == "other"
    said = " ".join(finding.sentence for finding in found.quality.findings)
    assert "has no number" not in said
    row = next(row for row in result.rows if row.group == {"SWD": "SWD"})
    # Three schools of 8 students each; the mark says that 0 to 8 of them passed.
    assert row.n == 24
    assert row.bounds is not None
    assert row.bounds.count == (0, 24)
