"""The invented schools: the shape, the shares and the return of their students.

The shares that they are held against are public figures, named in the module's
docstring; the ranges are wide, because schools are only meant to look real.
"""

import numpy as np
import pytest
from simulated_schools import (
    GRADES,
    LEVELS,
    RACES,
    SHAPE,
    cells_of,
    every_cell,
    every_school,
    simulate,
)

import equitable as eq

DIMENSIONS = tuple(LEVELS)


@pytest.fixture(scope="module")
def table():
    return simulate(300, 20)


@pytest.fixture(scope="module")
def frame(table):
    return table.to_pandas()


@pytest.fixture(scope="module")
def cells(table):
    return every_cell(table, year=2022)


@pytest.fixture(scope="module")
def nation():
    """Many districts: what chance does to one weighs little."""
    return every_cell(simulate(1500, 1, years=1), year=2022)


def shares(counts, axis):
    """Shares of the levels of one axis of (schools, race, gender, …)."""
    by_level = counts.sum(axis=tuple(i for i in range(7) if i != axis))
    return by_level / by_level.sum()


def test_a_row_is_a_student_and_year(table, frame):
    assert table.column_names == [
        "student_id", "district", "school", "year", "grade", *DIMENSIONS,
        "suspended", "proficient", "chronically_absent", "ap", "score",
    ]  # fmt: skip
    assert not frame.duplicated(["student_id", "year"]).any()
    assert set(frame["year"]) == {2022, 2023, 2024}
    assert frame["school"].nunique() == 300
    assert 20 <= frame["district"].nunique() <= 30
    assert frame.groupby("school", observed=True)["district"].nunique().max() == 1
    assert SHAPE == (8, 3, 2, 2, 2, 2)
    for name, levels in LEVELS.items():
        assert set(frame[name]) == set(levels)
    assert set(frame["grade"]) == set(GRADES)
    for outcome in ("suspended", "chronically_absent", "ap"):
        assert set(frame[outcome]) == {0, 1}
    untested = frame["score"].isna()
    assert (untested == frame["proficient"].isna()).all()
    tested = frame[~untested]
    assert ((tested["score"] >= 238) == (tested["proficient"] == 1)).all()


def test_the_same_seed_gives_the_same_students():
    assert simulate(5, 7).equals(simulate(5, 7))
    assert not simulate(5, 7).equals(simulate(5, 8))


def test_sizes_are_even_on_the_logarithm(frame):
    sizes = frame.groupby(["year", "school"], observed=True).size()
    assert sizes.min() >= 40
    assert sizes.max() <= 3000
    # A log-uniform size from 40 to 3,000 has its quarters at 118, 346 and 1,020.
    quarters = np.quantile(sizes[2022], [0.25, 0.5, 0.75])
    assert np.all(np.abs(np.log(quarters / [117.7, 346.4, 1019.5])) < 0.35)
    few = simulate(40, 1, sizes=(40, 60), years=2).to_pandas()
    assert few.groupby(["year", "school"], observed=True).size().between(40, 60).all()


def test_shares_are_those_of_public_schools(nation):
    _, n, suspended = nation
    race = shares(n, 1)
    assert np.all(np.abs(race - list(RACES.values())) < 0.06)
    assert 0.30 < race[list(RACES).index("White")] < 0.55
    female, male, third = shares(n, 2)
    assert male > female > 0.47
    assert 0.001 < third < 0.004
    assert 0.42 < shares(n, 3)[1] < 0.60
    assert 0.07 < shares(n, 4)[1] < 0.14
    assert 0.12 < shares(n, 5)[1] < 0.17
    assert 0.015 < shares(n, 6)[1] < 0.03
    assert 0.04 < suspended.sum() / n.sum() < 0.065


def test_traits_go_together(nation):
    _, n, suspended = nation
    races = list(RACES)
    hispanic, asian, black, white = (
        next(i for i, race in enumerate(races) if race.startswith(start))
        for start in ("Hispanic", "Asian", "Black", "White")
    )
    english = n[..., 1, :, :].sum(axis=(0, 2, 3, 4, 5))
    assert 0.65 < english[hispanic] / english.sum() < 0.85
    poor = n[:, :, :, 1].sum(axis=(0, 2, 3, 4, 5)) / n.sum(axis=(0, 2, 3, 4, 5, 6))
    assert min(poor[black], poor[hispanic]) > poor[white] + 0.25
    special = n[..., 1, :].sum(axis=(0, 3, 4, 5)) / n.sum(axis=(0, 3, 4, 5, 6))
    assert special[asian, 0] < special[white, 0]
    boys, girls = special[white, 1], special[white, 0]
    assert 1.5 < boys / girls < 2.2
    homeless = n[..., 1].sum(axis=(0, 1, 2, 4, 5))
    assert homeless[1] / homeless.sum() > 0.9
    sent = suspended.sum(axis=(0, 2, 3, 4, 5, 6)) / n.sum(axis=(0, 2, 3, 4, 5, 6))
    assert 2 < sent[black] / sent[white] < 5


def test_some_schools_are_nearly_all_of_one_group(nation):
    _, n, _ = nation
    race = n.sum(axis=(2, 3, 4, 5, 6))
    size = race.sum(axis=1)
    most = race.max(axis=1) / size
    assert 0.25 < size[most >= 0.75].sum() / size.sum() < 0.45
    assert 0.08 < size[most >= 0.9].sum() / size.sum() < 0.22
    assert len({int(one) for one in race[most >= 0.9].argmax(axis=1)}) >= 2
    # And others are of many groups.
    assert (most < 0.5).mean() > 0.15


def test_small_cells_are_common(nation):
    _, n, suspended = nation
    there = n > 0
    assert (there & (n < 10)).sum() / there.sum() > 0.6
    assert np.all(suspended <= n)


def test_most_students_are_there_again(frame):
    seen = {
        year: set(zip(rows["student_id"], rows["school"], strict=True))
        for year, rows in frame.groupby("year")
    }
    for year in (2022, 2023):
        again = len(seen[year] & seen[year + 1]) / len(seen[year])
        assert 0.82 < again < 0.88
    # Nobody comes back after a year away, nor in another school.
    assert not (seen[2022] & seen[2024]) - seen[2023]
    assert frame.groupby("student_id")["school"].nunique().max() == 1


def test_who_stays_moves_up_a_grade_and_keeps_race_and_gender(frame):
    first, second = (frame[frame["year"] == year] for year in (2022, 2023))
    both = first.merge(second, on="student_id", suffixes=("", "_next"))
    grades = {grade: number for number, grade in enumerate(GRADES)}
    before = both["grade"].astype(str).map(grades)
    assert (both["grade_next"].astype(str).map(grades) == before + 1).all()
    assert (both["race"] == both["race_next"]).all()
    assert (both["gender"] == both["gender_next"]).all()
    # Other traits can change, so that two years are no copy of each other.
    for name in ("lunch", "english_learner", "special_education", "homeless"):
        changed = (both[name] != both[f"{name}_next"]).mean()
        assert 0.003 < changed < 0.1
    assert both["score"].corr(both["score_next"]) > 0.8


def test_cells_count_the_rows(table, frame, cells):
    schools, n, suspended = cells
    of = dict(every_school(table, year=2022))
    for school in (schools[0], schools[150]):
        rows = frame[(frame["school"] == school) & (frame["year"] == 2022)]
        one = cells_of(table, school, 2022)
        assert one.levels == LEVELS
        assert one.n.shape == SHAPE
        assert one.n.sum() == len(rows)
        assert one.suspended.sum() == rows["suspended"].sum()
        assert np.array_equal(one.n, n[schools.index(school)])
        assert np.array_equal(one.suspended, of[school].suspended)
        counted = rows.groupby(list(DIMENSIONS), observed=True).size()
        for words, count in counted.items():
            at = tuple(
                LEVELS[name].index(word)
                for name, word in zip(DIMENSIONS, words, strict=True)
            )
            assert one.n[at] == count
    assert np.all(suspended <= n)
    assert cells_of(table, "No such school", 2022).n.sum() == 0
    assert cells_of(table, schools[0], 1999).n.shape == SHAPE


def test_the_library_reads_them():
    students = simulate(6, 3, years=1)
    with eq.open(students) as data:
        result = data.gaps("suspended", by=["race"])
    rows = {row.group["race"]: row.n for row in result.rows}
    _, n, _ = every_cell(students, year=2022)
    by_race = n.sum(axis=(0, 2, 3, 4, 5, 6))
    shown = [(race, k) for race, k in zip(RACES, by_race, strict=True) if k >= 50]
    assert shown
    for race, k in shown:
        assert rows[race] == k
