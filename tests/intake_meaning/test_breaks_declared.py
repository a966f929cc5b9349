"""Breaks as they are declared: twice at one year, at the first year; forms of years."""

from __future__ import annotations

import pytest

import equitable as eq
from equitable.intake.breaks import about_forms
from equitable.vocabulary import Dimension, Role


@pytest.fixture
def asked(tmp_path):
    def found(toml="", years=("2019", "2020", "2021"), column="year"):
        lines = [f"{column},race,suspended,enrolled"]
        for year in years:
            lines += [f"{year},Asian,20,100", f"{year},White,10,100"]
        path = tmp_path / "y.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        (tmp_path / "equity.toml").write_text(toml, encoding="utf-8")
        with eq.open(path) as data:
            return data.gaps("suspended", by="race", within=column).provenance

    return found


def declared(at, why, rest=""):
    return f'[[break]]\nat = "{at}"\nwhy = "{why}"\n{rest}'


def test_two_reasons_for_one_break_are_told_once(asked):
    found = asked(declared(2020, "One rule.") + declared(2020, "Another rule."))
    (one,) = found.breaks
    assert one.why == "One rule; Another rule."
    assert len(found.cautions) == 1


def test_breaks_of_other_outcomes_stay_apart(asked):
    own = 'outcomes = ["suspended"]\n'
    found = asked(declared(2020, "One.") + declared(2020, "Another.", own))
    assert [one.why for one in found.breaks] == ["One.", "Another."]


def test_the_same_reason_is_said_once(asked):
    assert asked(declared(2020, "One.") * 2).breaks[0].why == "One."


def test_a_break_at_the_first_year_has_no_effect(asked):
    found = asked(declared(2019, "One."))
    assert not found.breaks
    (note,) = [note for note in found.notes if "[[break]]" in note]
    assert "'2019' is the first year" in note
    assert "no effect" in note


@pytest.mark.parametrize("years", [("FY20", "2020-21"), ("2021", "2021-22", "2022-23")])
def test_years_that_are_not_written_alike(asked, years):
    (caution,) = asked(years=years).cautions
    assert "not all written alike" in caution
    assert f"'{years[0]}'" in caution
    assert "'2021-22'" in caution or "'2020-21'" in caution


@pytest.mark.parametrize(
    "years", [("2020", "2021"), ("2019-20", "2020-2021"), ("2019-20", "Not reported")]
)
def test_years_that_are(years):
    year = Dimension(
        name="when", label="when", columns=("when",), classify=lambda t: (t or "",),
        role=Role.YEAR,
    )  # fmt: skip
    assert about_forms(year, years) == ""


def test_no_years_at_all():
    trait = Dimension(
        name="grade", label="grade", columns=("grade",), classify=lambda t: (t or "",)
    )
    assert about_forms(trait, ("2020", "2020-21", "FY20")) == ""
