"""docs/reference/equity-toml.md says what `equity.toml` may say: no less, no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from equitable.intake import settings
from equitable.vocabulary import Aspect, Direction, Kind, Role, Timing

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "equity-toml.md"
TABLES = {
    "source": settings.SourceSettings,
    "[join]": settings.JoinSettings,
    "dimensions.NAME": settings.DimensionSettings,
    "indicators.NAME": settings.IndicatorSettings,
    "crosswalk": settings.CrosswalkSettings,
    "[break]": settings.BreakSettings,
    "published": settings.PublishedSettings,
    "privacy": settings.PrivacySettings,
    "idea": settings.IdeaTable,
}


def section(name: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    found = re.search(
        rf"^## \[{re.escape(name)}\]\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, name
    return found[1]


def first_cells(text: str) -> set[str]:
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("name", TABLES)
def test_every_key_is_there_and_no_other(name):
    assert first_cells(section(name)) == set(TABLES[name].model_fields)


def test_every_column_of_idea_is_there():
    said = section("idea")
    for name in settings.IdeaTable().columns.__class__.model_fields:
        assert f"`{name}`" in said, name


def test_every_role_is_there_and_no_other():
    assert first_cells(section("columns")) == {str(role) for role in Role}


def test_every_word_that_a_key_may_be_is_there():
    said = section("indicators.NAME") + section("dimensions.NAME")
    words = [*Kind, *Direction, *Timing, *Aspect, *settings.VIEW_NAMES]
    assert [word for word in words if f"`{word}`" not in said] == []


def test_the_example_is_accepted():
    example = re.search(
        r"^```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    read = settings.parse_settings(example[1])
    assert set(read.indicators) == {"reading", "chronic_absence"}
    assert read.indicators["chronic_absence"].threshold == pytest.approx(0.1)
