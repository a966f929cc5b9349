"""A declared break, from equity.toml to inequality, its report and the board's page."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

import equitable as eq
from equitable.intake.quality.findings import Finding
from equitable.years import find_jumps

YEARS = ("2018", "2019", "2021", "2022")
# Of every 100; the last two years are far apart from the first.
RATES = {
    "Asian": (80, 80, 80, 80),
    "Black": (70, 68, 42, 40),
    "White": (75, 75, 60, 58),
}


def table(folder: Path, *breaks: str, genders: bool = True) -> Path:
    """Counts of 1,000 students of each race (and gender) in each year."""
    lines = ["year,group,passed,tested"]
    for place, year in enumerate(YEARS):
        whole = 0
        for race, rates in RATES.items():
            whole += 10 * rates[place]
            lines.append(f"{year},{race},{10 * rates[place]},1000")
        lines.append(f"{year},All Students,{whole},3000")
        if genders:
            lines.append(f"{year},Female,{whole // 2 + 20},1500")
            lines.append(f"{year},Male,{whole - whole // 2 - 20},1500")
    # Nobody was tested in 2020.
    lines += [f"2020,{group},," for group in ("All Students", *RATES)]
    path = folder / "card.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = folder / "equity.toml"
    settings.write_text("\n".join(breaks) + "\n", encoding="utf-8")
    return path


def declared(at: str, rest: str = "") -> str:
    return f'[[break]]\nat = "{at}"\nwhy = "The test is new"\n{rest}'


def changes(path: Path) -> dict[tuple[str, str], str | None]:
    with eq.open(path) as card:
        found = card.inequality("passed", by="race", within="year").to_dict()
    return {
        (one["from"], one["to"]): one["movement"]
        for one in found["changes"]
        if one["measure"] == "MDBW"
    }


def words(path: Path) -> str:
    text = re.sub(r"(?s)<style>.*?</style>", " ", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.parametrize("at", ["2020", "2021"])
def test_no_change_is_told_across_a_break_also_in_a_year_without_figures(
    tmp_path: Path, at: str
) -> None:
    path = table(tmp_path)
    assert changes(path)["2019", "2021"] == "larger"
    found = changes(table(tmp_path, declared(at)))
    assert found["2019", "2021"] is None
    assert found["2018", "2022"] is None
    assert found["2018", "2019"] is not None


def test_a_break_of_another_trait_does_not_count(tmp_path: Path) -> None:
    path = table(tmp_path, declared("2021", "groups = { gender = [] }"))
    assert changes(path)["2019", "2021"] == "larger"


@pytest.mark.parametrize("at", ["2020", "2021"])
def test_a_report_tells_no_change_across_a_break(tmp_path: Path, at: str) -> None:
    out = tmp_path / "out.html"
    with eq.open(table(tmp_path)) as card:
        card.report(out)
    assert "farther apart, by" in words(out)
    with eq.open(table(tmp_path, declared(at))) as card:
        card.report(out)
    assert "farther apart, by" not in words(out)
    page = words(tmp_path / "out-board-en.html")
    assert "The test is new" in page
    assert "Ask whether the test" not in page


def test_a_page_about_race_has_no_break_of_gender(tmp_path: Path) -> None:
    path = table(tmp_path, declared("2021", "groups = { gender = [] }"))
    with eq.open(path) as card:
        card.report(tmp_path / "out.html", our_group="Black")
    assert "The test is new" not in words(tmp_path / "out-board-en.html")


def jumps(path: Path, where: str | None = None) -> list[Finding]:
    with eq.open(path) as card:
        condition = card.condition(where)
        return find_jumps(card.source, card.schema, card.schema.indicators, condition)


def test_an_old_break_does_not_silence_a_later_jump(tmp_path: Path) -> None:
    """Ten schools, 40 of 100 for five years and then 70 of 100, everywhere."""
    lines = ["school,year,passed,tested"]
    for school in range(10):
        for year in range(2014, 2021):
            count = (70 if year > 2018 else 40) + (school + year) % 3
            lines.append(f"School {school},{year},{count},100")
    path = tmp_path / "schools.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = tmp_path / "equity.toml"
    settings.write_text("")
    assert len(jumps(path)) == 1
    settings.write_text(declared("2016"))
    assert len(jumps(path)) == 1
    settings.write_text(declared("2019"))
    assert jumps(path) == []
    settings.write_text("")
    # Nor is a person asked about years that they left out.
    assert jumps(path, "year <= 2018") == []


def test_a_larger_jump_that_is_declared_hides_no_other(tmp_path: Path) -> None:
    """Ten schools: 20 of 100, from 2015 on 60, from 2020 on 80, everywhere."""
    lines = ["school,year,passed,tested"]
    for school in range(10):
        for year in range(2012, 2022):
            count = 20 if year < 2015 else 60 if year < 2020 else 80
            lines.append(f"School {school},{year},{count + (school + year) % 3},100")
    path = tmp_path / "schools.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = tmp_path / "equity.toml"
    settings.write_text(declared("2015"))
    (one,) = jumps(path)
    assert "between 2019 and 2020" in one.sentence
    settings.write_text(declared("2015") + declared("2020"))
    assert jumps(path) == []


@pytest.mark.parametrize(
    ("settings", "by"), [("", None), ('[columns]\nyear = "year"\n', "race")]
)
@pytest.mark.parametrize(
    ("years", "said"), [(("2020", "2020-21"), True), (("2020", "2021"), False)]
)
def test_a_report_says_that_years_are_not_written_alike(
    tmp_path: Path, years: tuple[str, ...], said: bool, settings: str, by: str | None
) -> None:
    rows = [
        f"{year},{race},{'yes' if student < passed else 'no'}"
        for year in years
        for race, passed in (("Black", 60), ("White", 80))
        for student in range(100)
    ]
    lines = [f"{number},{row}" for number, row in enumerate(rows)]
    path = tmp_path / "students.csv"
    text = "\n".join(["student,year,race,passed", *lines])
    path.write_text(text + "\n", encoding="utf-8")
    (tmp_path / "equity.toml").write_text(settings)
    with eq.open(path) as data:
        data.report(tmp_path / "out.html", outcomes="passed", by=by)
    assert ("not all written alike" in words(tmp_path / "out.html")) is said
