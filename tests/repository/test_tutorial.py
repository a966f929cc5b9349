"""The tutorial: its commands run in their order, and print what the page shows."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
REFUSED = "--within Ethnicity"
"""The one command that is refused, on purpose."""


@dataclass
class Step:
    """A command line of the page, and what the page shows of its output."""

    line: str
    shown: list[str] = field(default_factory=list)
    file: str = ""
    """A file that the page has its reader save before."""


def steps() -> list[Step]:
    text = PAGE.read_text(encoding="utf-8")
    found: list[Step] = []
    saved = ""
    for kind, block in re.findall(
        r"^```(sh|text|none)\n(.*?)^```", text, re.MULTILINE | re.DOTALL
    ):
        if kind == "none":
            saved = block
        elif kind == "text":
            found[-1].shown.append(block)
        else:
            for line in block.splitlines():
                found.append(Step(line, file=saved))
                saved = ""
    return found


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def stands_in(shown: list[str], printed: list[str]) -> bool:
    """Whether lines stand in an output one after the other."""
    return any(
        printed[start : start + len(shown)] == shown for start in range(len(printed))
    )


def test_the_page_has_what_it_promises():
    asked = " ".join(step.line for step in steps())
    for word in ("inspect", "gaps", "report", "inequality", "new-york", "civil-rights"):
        assert word in asked
    assert sum(len(step.shown) for step in steps()) > 8


def test_every_step_runs_and_prints_what_is_shown(tmp_path, run_equitable, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    folder = tmp_path
    for step in steps():
        program, *arguments = shlex.split(step.line)
        if program == "cd":
            folder = (folder / arguments[0]).resolve()
            assert folder.is_dir(), step.line
            continue
        assert program == "equitable"
        if step.file:
            named = next(one for one in arguments if one.endswith(".csv"))
            (folder / named).write_text(step.file, encoding="utf-8")
        done = run_equitable(arguments, folder)
        assert done.code == (2 if REFUSED in step.line else 0), done.err
        for shown in step.shown:
            if done.code:
                assert " ".join(shown.split()) in " ".join(done.err.split())
            else:
                assert stands_in(lines(shown), lines(done.out)), step.line


@pytest.mark.parametrize("page", ["README.md", "docs/index.md", "docs/start.md"])
def test_the_way_to_it_is_shown(page):
    text = (PAGE.parents[1] / page).read_text(encoding="utf-8")
    assert "tutorial" in text
