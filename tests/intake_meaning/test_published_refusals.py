"""What ``[published]`` says and cannot be followed is refused, never left aside."""

from __future__ import annotations

from pathlib import Path

import pytest

import equitable as eq
from equitable.errors import EquitableError

TABLE = "Year,School,Group,Suspended,Enrolled\n" + "".join(
    f"{year},{school},{group},{count},{total}\n"
    for year in (2019, 2020, 2021)
    for school in ("Oak", "Elm")
    for group, count, total in (
        ("All Students", 40, 200),
        ("White", 10, 100),
        ("Black", 30, 100),
    )
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "f.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def asked(table: Path, settings: str) -> eq.GapsResult:
    (table.parent / "equity.toml").write_text(settings, encoding="utf-8")
    with eq.open(table) as opened:
        return opened.gaps(None, by=["race"], count="Suspended", total="Enrolled")


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ('marks = { "10" = "withheld" }', ["'10' is a plain number", 'missing = ["10"]']),
        ('marks = { "1,234" = "missing" }', ["'1,234' is a plain number"]),
        ('marks = { "" = "withheld" }', ["a mark is empty"]),
        ('marks = { "P" = ">150%" }', ["no percentage is over 100", "'>150%'"]),
        ('marks = { "P" = "24-21" }', ["from the higher number to the lower", "'21-24'"]),
        ('marks = { "P" = "<x" }', ["nothing is known of the meaning '<x'"]),
        ('group = "Group"\nbreakdowns = { race = [] }', ["'race' has no groups", 'race = ["…", "…"]']),
        ('group = "Group"\nbreakdowns = { race = ["White", "Black"], x = ["white"] }', ["'white' stands in both 'race' and 'x'"]),
        ('everyone = ["White"]', ["'White' is a group of students (race)"]),
        ('everyone = [" "]', ["is empty"]),
        ('group = "Group"\nlevel = "Group"', ["group and level both name 'Group'"]),
        ('group = "Suspended"', ["column 'Suspended'", "[published] group"]),
    ],
)  # fmt: skip
def test_it_is_refused_with_what_to_do(
    table: Path, said: str, parts: list[str]
) -> None:
    with pytest.raises(EquitableError) as caught:
        asked(table, f"[published]\n{said}\n")
    for part in parts:
        assert part in str(caught.value)
    assert caught.value.file in ("equity.toml", "f.csv")


@pytest.mark.parametrize(
    "said",
    [
        'marks = { "-9" = "withheld", "10*" = "withheld", "P" = ">95%" }',
        'everyone = ["Whole cohort", "All races", "00"]',
        'group = "Group"\nbreakdowns = { race = ["White", "Black"] }',
    ],
)
def test_what_can_be_meant_is_taken(table: Path, said: str) -> None:
    found = asked(table, f"[published]\n{said}\n")
    # 3 years of 2 schools: 10 of 100 White students each, 30 of 100 Black students.
    assert {(row.n, row.count) for row in found.rows} == {(600, 60), (600, 180)}


def test_a_number_that_means_no_value_is_said_of_the_outcome(table: Path) -> None:
    """What the refusal of a number as a mark advises does work."""
    said = '[indicators.s]\ncount = "Suspended"\ntotal = "Enrolled"\nmissing = ["10"]\n'
    (table.parent / "equity.toml").write_text(said, encoding="utf-8")
    table.write_text(
        TABLE.replace("2021,Elm,White,10", "2021,Elm,White,12"), encoding="utf-8"
    )
    with eq.open(table) as opened:
        found = opened.gaps("s", by=["race"], reference="overall")
    # Only 2021 in Elm has a number of White students: 12 of 100.
    assert {(row.n, row.count) for row in found.rows} == {(100, 12), (600, 180)}
