"""A published row that cannot be right: which column it is, and what is wrong there."""

from __future__ import annotations

import pytest

HEAD = "district,year,race,suspended,enrolled\n"


@pytest.fixture
def ask(tmp_path, run_equitable):
    def run(count, total="200", *options):
        rows = "".join(
            f"{place},{year},{race},{n},{of}\n"
            for place in ("Lake", "Hill")
            for year in (2021, 2022)
            for race, n, of in (("Black", 40, 200), ("White", 30, 600))
        )
        text = f'{HEAD}{rows}Oak,2022,Black,"{count}","{total}"\n'
        (tmp_path / "c.csv").write_text(text, encoding="utf-8")
        command = ["gaps", "c.csv", "--by", "race", "--total", "enrolled"]
        asked = options or ("--count", "suspended")
        return run_equitable([*command, *asked], tmp_path)

    return run


@pytest.mark.parametrize(
    ("count", "total", "column", "said"),
    [
        ("many of them", "200", "suspended", "this is not a whole number of students"),
        ("24-21", "200", "suspended", "'24-21' is a range with the larger number first"),
        ("-4", "200", "suspended", "'-4' is not a whole number of students"),
        ("4.5", "200", "suspended", "'4.5' is not a whole number of students"),
        ("40", "two hundred", "enrolled", "this is not a whole number of students"),
        ("250", "200", "suspended", "'250' is more than 'enrolled' of the same row"),
    ],
)  # fmt: skip
def test_the_column_and_what_is_wrong_with_it(ask, count, total, column, said):
    done = ask(count, total)
    assert done.code == 2
    assert f"c.csv, row 10, column '{column}': {said}" in done.err
    assert "many of them" not in done.err
    assert "cannot be right together" not in done.err


def test_how_a_range_is_written(ask):
    assert "write it as 21-24" in ask("24-21").err


def test_a_range_of_percentages_the_wrong_way_round(ask):
    done = ask("24-21", "200", "--percent", "suspended")
    assert done.code == 2
    assert "larger number first" in done.err


def test_a_range_the_right_way_round_is_followed(ask):
    done = ask("21-24")
    assert "larger number" not in done.err
    assert done.code == 0, done.err
