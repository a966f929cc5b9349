"""A value of another form than its key wants is refused in plain words, by its key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from equitable.errors import SettingsError
from equitable.intake import settings as s

BREAK = '[[break]]\nat = "2020"\nwhy = "x"\n'


def refused(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        s.parse_settings(text)
    assert caught.value.file == "equity.toml"
    assert caught.value.exit_code == 2
    return str(caught.value)


def numbers() -> list[tuple[str, str]]:
    """Every key of every table that wants a number: new ones are held too."""
    found = []
    tables: list[tuple[str, type[BaseModel]]] = [
        ("indicators.a", s.IndicatorSettings),
        ("privacy", s.PrivacySettings),
        ("idea", s.IdeaTable),
        ("idea.by_category.discipline", type(s.IdeaTable()).model_fields["by_category"].annotation.__args__[1]),
    ]  # fmt: skip
    for table, model in tables:
        for key, field in model.model_fields.items():
            if re.search(r"\b(int|float)\b", str(field.annotation)):
                found.append((table, key))
    return found


def test_the_keys_with_numbers_are_those_that_are_known() -> None:
    assert {key for _, key in numbers()} == {
        "at_least", "threshold", "minimum_days", "decimals", "low", "high", "min_n",
        "min_cell", "years", "confidence", "seed",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["true", "false", '"10"', '"3"', "nan", "inf"])
@pytest.mark.parametrize(("table", "key"), numbers())
def test_a_number_is_neither_true_nor_text(table: str, key: str, value: str) -> None:
    said = refused(f"[{table}]\n{key} = {value}\n")
    assert f"[{table}] {key} = {value.replace(chr(34), chr(39))}" in said
    assert re.search(r"a (whole )?number is wanted", said), said
    assert f"Write it like this: {key} = " in said


@pytest.mark.parametrize("value", ["true", '"100"', "7", "1.5"])
def test_a_whole_of_percentages_is_100_or_1(value: str) -> None:
    said = refused(f'[published]\npercents = {{ "Pct" = {value} }}\n')
    assert "[published] percents.Pct = " in said
    assert "100 or 1, without quotation marks" in said


@pytest.mark.parametrize(
    ("table", "key"),
    [("source", "year_from_name"), ("published", "table"), ("indicators.a", "snapshot"),
     ("idea", "five_in_kindergarten")],
)  # fmt: skip
@pytest.mark.parametrize("value", ["1", '"yes"', '"false"'])
def test_yes_and_no_are_true_and_false(table: str, key: str, value: str) -> None:
    assert f"[{table}] {key}" in (said := refused(f"[{table}]\n{key} = {value}\n"))
    assert "true or false, without quotation marks" in said


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("crosswalk = 3", ["'crosswalk' = 3 is a line where a table is wanted", "[crosswalk.columns]"]),
        ("[[crosswalk]]\ncolumns = {}", ["two pairs of brackets", "[crosswalk.columns]"]),
        ("[crosswalk]\ncolumns = 3", ["'crosswalk.columns' = 3"]),
        ('[break]\nat = "2020"\nwhy = "x"', ["[break]", "[[break]], and beneath it at ="]),
        ("privacy = 10", ["'privacy' = 10", "[privacy], and beneath it min_n = 10"]),
        ("[dimensions]\nrace = 4", ["'dimensions.race' = 4", "[dimensions.lunch]"]),
        ("[idea]\nby_category = 3", ["'idea.by_category' = 3", "[idea.by_category.discipline]"]),
        ("[[break]]\nat = 2020-01-01\nwhy = 'x'", ["[[break]] at = 2020-01-01", "text in quotation marks", 'at = "2020-21"']),
        ("[[break]]\nwhy = 'x'", ["[[break]] at is missing", 'at = "2020-21"']),
        ("[[break]]\nat = '2020'", ["[[break]] why is missing"]),
        (BREAK + 'groups = ["White"]', ["[[break]] groups", "in curly brackets", 'groups = { race = ["White"] }']),
        ("[crosswalk.columns]\nSuspended = 3", ["[crosswalk.columns] Suspended", "text in quotation marks"]),
        ("[crosswalk.columns]\nSuspended = [1]", ["[crosswalk.columns] Suspended = 1", "text in quotation marks"]),
        ("[source]\nfiles = [3]", ["[source] files = 3", "text in quotation marks"]),
        ("[source]\nfiles = 'a.csv'", ["[source] files = 'a.csv'", "a list in square brackets"]),
        ('[published]\nmarks = { "1" = 3 }', ["[published] marks.1 = 3", "text in quotation marks"]),
        ("[source]\ndelimiter = ''", ["[source] delimiter = ''", "not empty"]),
        ("[privacy]\nmin_n = 3.5", ["[privacy] min_n = 3.5", "a whole number"]),
        ("[privacy]\nmin_n = -4", ["[privacy] min_n = -4", "1 or more"]),
        ("[[join]]\nfile = 'a.csv'\non = 3", ["[[join]] on = 3", 'on = "Student ID"']),
    ],
)  # fmt: skip
def test_the_form_that_is_wanted_is_shown(text: str, parts: list[str]) -> None:
    said = refused(text)
    for part in parts:
        assert part in said
    for of_the_machine in ("input should", "instance of", "tuple", "dictionary"):
        assert of_the_machine not in said


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[crosswalk.values.Group]\n"" = ["White"]', "[crosswalk.values.Group] has an empty name"),
        ('[crosswalk.values.Group]\n"  " = ["White"]', "[crosswalk.values.Group] has an empty name"),
        ('[crosswalk.values.Group]\nX = [""]', "[crosswalk.values.Group] has an empty name"),
        ('[crosswalk.columns]\n"" = ["Group"]', "[crosswalk.columns] has an empty name"),
        ('[crosswalk.columns]\nGroup = [" "]', "[crosswalk.columns] has an empty name"),
        ('[[break]]\nat = "2020"\nwhy = "   "', "[[break]] why is empty"),
        ('[[break]]\nat = ""\nwhy = ""', "[[break]] at is empty"),
        ('[crosswalk.columns]\n"a\\u0000" = ["Group"]', "'crosswalk.columns.a␀'"),
        ('[crosswalk.values.Group]\n"a\\u0000b" = ["White"]', "cannot be seen (U+0000)"),
        ('[published]\neveryone = ["\\u0000"]', "'published.everyone'"),
        ('[[break]]\nat="2020"\nwhy="\\u0000"', "'break.why'"),
    ],
)  # fmt: skip
def test_names_of_nothing_are_refused(text: str, part: str) -> None:
    assert part in refused(text)


def test_values_of_a_crosswalk_may_be_numbers() -> None:
    read = s.parse_settings("[crosswalk.values.Sex]\nFemale = [2]\nMale = 1\n")
    assert read.crosswalk.values["Sex"] == {"Female": ("2",), "Male": ("1",)}


def test_numbers_are_taken(tmp_path: Path) -> None:
    place = tmp_path / "equity.toml"
    place.write_text(
        "[privacy]\nmin_n = 20\n[idea]\nthreshold = 3\nyears = 2\nmin_cell = 10.0\n"
    )
    read = s.read_settings(place)
    assert (read.privacy.min_n, read.idea.threshold, read.idea.years) == (20, 3.0, 2)
    assert read.idea.min_cell == 10
