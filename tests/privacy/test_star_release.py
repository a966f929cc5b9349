"""Real students with the settings that are shipped: everything asked for comes out."""

from __future__ import annotations

import shutil
from importlib import resources

import pytest

import equitable as eq
from equitable.vocabulary import WITHHELD


@pytest.mark.soak
def test_project_star_is_released_and_its_large_groups_are_shown(tmp_path):
    with resources.as_file(resources.files("equitable") / "data" / "star") as kept:
        for name in ("star.csv", "equity.toml"):
            shutil.copy(kept / name, tmp_path / name)
    released = eq.release(tmp_path / "star.csv", tmp_path / "out")
    assert released.audit.passed
    for year in ("1985-86", "1986-87", "1987-88", "1988-89"):
        for outcome in ("reading_middle", "math_middle"):
            # A third and two thirds of all students.
            for race in ("Black or African American", "White"):
                assert released.figure(outcome, {"race": race}, year=year).n > 1_800
            assert released.figure(outcome, {}, year=year).count is not WITHHELD
