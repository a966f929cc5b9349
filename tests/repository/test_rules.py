"""Rules of the repository that no other tool holds."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "src").rglob("*.py"))
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCKS = ("requirements.lock", "requirements-dev.lock")
LONGEST = 500


def test_imports_run_downwards_only():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_enough_and_named_for_something(module: Path):
    lines = len(module.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST, f"{lines} lines: split it by noun"
    vague = {"util", "utils", "helper", "helpers", "service", "services", "common"}
    named = {module.stem, *module.relative_to(ROOT).parent.parts}
    assert not named & vague, "name it for a concept of the field, or a verb"


def _lists_with_reasons() -> list[tuple[str, str]]:
    """The lines of pyproject's dependency and ignore lists, each with its list."""
    found, current = [], ""
    for line in PYPROJECT.splitlines():
        opened = re.match(
            r'(dependencies|frames|dev|ignore|"tests/\*\*") = \[\s*$', line
        )
        if opened:
            current = opened[1]
        elif line.startswith("]"):
            current = ""
        elif current and line.strip():
            found.append((current, line.strip()))
    return found


@pytest.mark.parametrize(("name", "line"), _lists_with_reasons())
def test_every_dependency_and_every_ignored_rule_has_its_reason(name: str, line: str):
    assert re.fullmatch(r'".+",?\s+# \S.{6,}|# .+|"types-.+', line), f"{name}: {line}"


def test_the_lists_with_reasons_were_found():
    lists = {name for name, _ in _lists_with_reasons()}
    assert lists == {"dependencies", "frames", "dev", "ignore", '"tests/**"'}


def test_rules_ignored_on_one_line_say_why():
    for module in MODULES:
        for number, line in enumerate(module.read_text("utf-8").splitlines(), start=1):
            found = re.search(r"# noqa(?P<rest>.*)|# type: ignore(?P<typed>.*)", line)
            if found and found["rest"] is not None:
                assert re.match(r": [A-Z]+\d+", found["rest"]), f"{module}:{number}"
            if found and found["typed"] is not None:
                assert found["typed"].startswith("["), f"{module}:{number}"


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_name_no_registry_and_hash_everything(lock: str):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "http" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    pins = re.findall(
        r"^[A-Za-z0-9_.\[\]-]+==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert len(pins) > 15
    for pin in pins:
        assert "--hash=sha256:" in pin, pin.splitlines()[0]


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_hold_every_dependency(lock: str):
    project = tomllib.loads(PYPROJECT)
    wanted = [*project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    if "dev" in lock:
        wanted += project["dependency-groups"]["dev"]
    text = (ROOT / lock).read_text(encoding="utf-8")
    locked = {
        name.lower() for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)
    }
    for requirement in wanted:
        name = re.split(r"[<>=!\[; ]", requirement)[0].lower()
        assert name in locked, f"run 'make lock': {name} is not in {lock}"


def test_the_changelog_has_a_place_for_what_is_not_released():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[Unreleased\]$", text, re.MULTILINE)


def test_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text.splitlines()) > 195


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "ARCHITECTURE.md",
        "GLOSSARY.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "src/equitable/data/star/SOURCE.md",
    ],
)
def test_links_between_files_lead_somewhere(name: str):
    page = ROOT / name
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    for target in targets:
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        place = page.parent / file
        # Made when the documentation is built, or measured by `make bench`.
        assert place.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", place.read_text("utf-8"), re.MULTILINE)
            slugs = {
                re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings
            }
            assert anchor in slugs, target


def test_every_decision_is_about_a_page():
    for record in (ROOT / "docs" / "decisions").glob("0*.md"):
        lines = record.read_text(encoding="utf-8").splitlines()
        assert 25 <= len(lines) <= 60, record.name
        assert "## Think again when" in lines, record.name


def test_make_lists_what_can_be_done():
    shown = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for target in [
        "demo",
        "test",
        "check",
        "fix",
        "docs",
        "bench",
        "bench-quick",
        "soak",
        "lock",
        "clean",
        "help",
    ]:
        assert re.search(rf"^  make {target} +\S", shown, re.MULTILINE), target


def test_shell_scripts_parse():
    for script in [*(ROOT / "tools").glob("*.sh"), ROOT / ".ci" / "run"]:
        shell = "bash" if script.name == "run" else "sh"
        subprocess.run([shell, "-n", str(script)], check=True)


def test_every_room_stands_in_the_architecture():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in (ROOT / "src" / "equitable").iterdir():
        if path.name.startswith("_") or path.name in {"py.typed", "data"}:
            continue
        name = f"{path.name}/" if path.is_dir() else path.name
        assert f"`{name}`" in page, name
