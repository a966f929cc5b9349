"""Which columns `equitable risk-ratio` is told to take, and what cannot be taken."""

from __future__ import annotations

import pytest

TABLE = "district,year,category,race,count,total,student_id\n" + "".join(
    f"Lake,{year},learning,{race},{count},{total},{n}{year}77\n"
    for year in (2020, 2021, 2022)
    for n, (race, count, total) in enumerate(
        (("Black", 40, 200), ("Hispanic", 20, 400), ("White", 30, 600))
    )
)


@pytest.fixture
def ask(tmp_path, run_equitable):
    def run(*options, toml=""):
        (tmp_path / "lake.csv").write_text(TABLE, encoding="utf-8")
        (tmp_path / "equity.toml").write_text(toml, encoding="utf-8")
        return run_equitable(["risk-ratio", "lake.csv", *options], tmp_path)

    return run


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ('disability = "Nope"', ["equity.toml", "[idea.columns] disability = 'Nope'", "lake.csv"]),
        ('group = "groop"', ["equity.toml", "[idea.columns] group = 'groop'"]),
        ('setting = "student_id"', ["[idea.columns] setting", "dropped at intake"]),
        ('count = "total"', ["column 'total'", "two things: --count and --total"]),
        ('district = "race"', ["column 'race'", "two things: --by and --district"]),
    ],
)  # fmt: skip
def test_a_column_that_says_nothing_is_refused(ask, said, parts):
    done = ask(toml=f"[idea.columns]\n{said}\n")
    assert done.code == 2
    for part in parts:
        assert part in done.err


@pytest.mark.parametrize("option", ["--district", "--year", "--category"])
def test_an_identifier_is_there_and_was_dropped(ask, option):
    done = ask(option, "student_id")
    assert done.code == 2
    assert "dropped at intake" in done.err
    assert "there is no column" not in done.err


def test_one_column_for_two_options(ask):
    done = ask("--count", "total")
    assert done.code == 2
    assert "--count and --total" in done.err


def test_columns_that_are_there_are_taken(ask):
    done = ask(toml='[idea.columns]\ncount = "Count"\ngroup = "race"\n')
    assert done.code == 0, done.err
