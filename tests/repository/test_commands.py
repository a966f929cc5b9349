"""Every command and option is documented, and every example runs as it stands."""

from __future__ import annotations

import csv
import itertools
import random
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from equitable.cli import app

ROOT = Path(__file__).parents[2]
CLI_PAGE = ROOT / "docs" / "reference" / "cli.md"
PAGES = [
    ROOT / "README.md",
    *(ROOT / "docs" / name for name in ("start.md", "questions.md", "idea.md")),
    *(ROOT / "docs" / "reference").glob("*.md"),
]
EXAMPLE = re.compile(r"`?(equitable [^`\n]+)`?")


def commands() -> dict[str, Any]:
    return dict(typer.main.get_command(app).commands)


def options(command: Any) -> Iterator[Any]:
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            yield parameter


def section(name: str) -> str:
    text = CLI_PAGE.read_text(encoding="utf-8")
    found = re.search(
        rf"^## equitable {name}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"docs/reference/cli.md has no section 'equitable {name}'"
    return found[1]


@pytest.mark.parametrize("name", commands())
def test_a_command_and_its_options_are_documented(name: str):
    command = commands()[name]
    said = section(name)
    assert (command.help or "").strip(), f"{name} has no help"
    for option in options(command):
        assert option.help, f"{name} {option.opts[0]} has no help"
        for spelling in option.opts:
            assert f"`{spelling}`" in said or f"`{spelling} " in said, (
                f"docs/reference/cli.md does not mention {spelling} of {name}"
            )
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


@pytest.mark.parametrize("name", commands())
def test_the_page_names_no_option_that_is_not_there(name: str):
    known = {
        spelling for option in options(commands()[name]) for spelling in option.opts
    }
    named = set(re.findall(r"^\| `(--[a-z-]+)`", section(name), re.MULTILINE))
    assert named <= known


def test_the_page_names_no_command_that_is_not_there():
    text = CLI_PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"^## equitable ([\w-]+)", text, re.MULTILINE)) == set(
        commands()
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory, star_file) -> Path:
    """A folder with the files that examples name, made from the demonstration's.

    What STAR does not have (suspensions, say) is drawn by lot: these files are for
    running commands, and no figure of theirs is looked at.
    """
    where = tmp_path_factory.mktemp("examples")
    shutil.copy(star_file, where / "star.csv")
    with star_file.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["total"]]
    draw = random.Random(1975)  # noqa: S311 - a file to run commands on
    for row in rows:
        row["passed"] = "yes" if int(row["total"]) >= 950 else "no"
        row["suspended"] = draw.choice(["yes", "no", "no", "no"])
        row["disability"] = draw.choice(["yes", "no", "no", "no"])
    write(where / "students.csv", rows)
    write(where / "class.csv", rows[:25])
    (where / "classes").mkdir()
    for year in ("1985-86", "1986-87"):
        own = [row for row in rows if row["year"] == year]
        write(where / "classes" / f"{year}.csv", own)
    counts = [
        {"race": race, "school": school, "suspended": 7, "advanced": 20, "enrolled": 90}
        for school in ("Oak", "Elm")
        for race in ("Black", "Hispanic", "White")
    ]
    write(where / "counts.csv", counts)
    write(where / "published.csv", counts)
    for example in (ROOT / "docs" / "examples").glob("*.csv"):
        shutil.copy(example, where)
    return where


def write(target: Path, rows: list[dict[str, Any]]) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def own_folder(folder, tmp_path) -> Path:
    """The same files in a folder of the test's own: examples write beside them."""
    return Path(shutil.copytree(folder, tmp_path / "here"))


def arguments_of(example: str) -> list[str]:
    program, *arguments = shlex.split(example)
    assert program == "equitable"
    return arguments


def check_written(arguments: list[str], folder: Path) -> None:
    for option, file in itertools.pairwise(arguments):
        if option in {"-o", "--output"}:
            assert (folder / file).exists(), f"nothing was written to {file}"


@pytest.mark.parametrize("name", commands())
def test_help_has_an_example_that_runs(name, own_folder, equitable_command):
    said = commands()[name].help or ""
    assert "Example" in said, f"the help of {name} has no example"
    examples = EXAMPLE.findall(said.split("Example", 1)[1])
    assert examples, f"the help of {name} has no example"
    for example in examples:
        assert example.split()[1] == name
        done = subprocess.run(
            [equitable_command, *arguments_of(example)],
            cwd=own_folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout[-500:]}\n{done.stderr}"
        check_written(arguments_of(example), own_folder)


def examples_of(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        lines = block.replace("\\\n", " ").splitlines()
        found += [line for line in lines if line.startswith("equitable ")]
    return found


def from_all_pages() -> list[Any]:
    return [
        pytest.param(page.name, example, id=f"{page.name}: {' '.join(example.split())}")
        for page in PAGES
        for example in examples_of(page)
    ]


@pytest.mark.parametrize(("page", "example"), from_all_pages())
def test_an_example_of_the_documentation_runs(
    page, example, own_folder, star_file, run_equitable
):
    if page == "start.md":
        # Its reader is in the folder of the demonstration.
        shutil.copy(star_file.parent / "equity.toml", own_folder)
    done = run_equitable(arguments_of(example), own_folder)
    assert done.code == 0, f"{done.out[-500:]}\n{done.err}"
    check_written(arguments_of(example), own_folder)


def test_examples_were_found():
    assert len(from_all_pages()) > 12
    assert "equitable report students.csv -o report.html" in examples_of(PAGES[0])


def test_commands_named_in_the_readme_run(own_folder, run_equitable):
    """Those within sentences, which stand between backticks."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"`(equitable [^`]+)`", text)
    assert len(found) >= 2
    for example in found:
        done = run_equitable(arguments_of(example), own_folder)
        assert done.code == 0, f"{example}: {done.err}"


def test_make_has_every_target_that_pages_name():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        blocks = "".join(
            re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        )
        named = re.findall(r"`make ([a-z-]+)", text)
        for target in [*named, *re.findall(r"^make ([a-z-]+)", blocks, re.MULTILINE)]:
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), (
                f"{page.name}: {target}"
            )
