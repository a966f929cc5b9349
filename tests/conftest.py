"""What every part of the tests may ask for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).parents[1]

# Two workers share two cores: an example's time says nothing of the code.
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def star_file() -> Path:
    """The demonstration's students: Project STAR."""
    return REPOSITORY / "src" / "equitable" / "data" / "star" / "star.csv"


@pytest.fixture(scope="session")
def berkeley_file() -> Path:
    """Admissions at Berkeley in 1973: counts by gender and department."""
    return REPOSITORY / "tests" / "data" / "berkeley_1973.csv"


@pytest.fixture(scope="session")
def equitable_command() -> str:
    """The command line as it was installed beside this Python."""
    return str(Path(sys.executable).with_name("equitable"))


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def run_equitable(monkeypatch, capsys) -> Callable[..., Ended]:
    """Run the command line in this process: ``run_equitable(["gaps", …], folder)``.

    As quick as a call, and warnings are errors in it too.
    """
    from equitable.cli import main

    def run(arguments: list[str], folder: Path) -> Ended:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["equitable", *arguments])
        capsys.readouterr()
        try:
            main(arguments)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        else:
            code = 0
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium to look at reports with.

    Without one, tests that need it are skipped; in continuous integration they fail.
    """
    sys.path.insert(0, str(REPOSITORY / "tools"))
    try:
        from chromium_path import chromium_path as find
    finally:
        sys.path.pop(0)
    path = find()
    if path is not None:
        return path
    said = "There is no Chromium: 'sh tools/chromium.sh' sets one up."
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    pytest.skip(said)
