"""The documentation builds offline, loads nothing from elsewhere, and hangs together."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("html")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning"),
            *("--keep-going", "-d", str(tmp_path_factory.mktemp("doctrees"))),
            *(str(DOCS), str(target)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return target


class Loads(HTMLParser):
    """What a browser fetches by itself, and the pictures without alternative text."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.silent: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        fetched = ["src", "srcset", "data", "poster"]
        if tag == "link" and given.get("rel") not in {"canonical", "author"}:
            fetched.append("href")
        self.loads += [given[name] or "" for name in fetched if name in given]
        if tag == "img" and not given.get("alt"):
            self.silent.append(given.get("src") or "")


def test_no_page_loads_anything_from_elsewhere(built):
    pages = list(built.rglob("*.html"))
    assert len(pages) > 15
    for page in pages:
        found = Loads(page)
        for load in found.loads:
            assert not re.match(r"(https?:)?//", load), f"{page.name}: {load}"
        assert found.silent == [], page.name


def test_no_style_loads_anything_from_elsewhere(built):
    for sheet in built.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", text), sheet.name
        assert not re.search(r"@import\s+(url\()?\s*['\"]?(https?:)?//", text)


def test_the_schema_goes_with_the_pages(built):
    assert (built / "gaps.schema.json").exists()


def test_each_specification_test_is_a_page(built):
    for test in (ROOT / "tests" / "specification").glob("test_*.py"):
        name = test.stem.removeprefix("test_").replace("_", "-")
        assert (built / "specification" / f"{name}.html").exists(), name


def load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TEST_FILE = '''
"""A published table

Source: somebody, 1975.
"""

ADMITTED_BY_DEPARTMENT = """
    | department | men    |
    |------------|-------:|
    | A          | 62.1 % |
"""


def test_something():
    """Men's rates, to one
    decimal.
    """
'''


def test_a_page_is_made_from_a_test(tmp_path):
    pages = load(DOCS / "specification_pages.py")
    tests, target = tmp_path / "tests", tmp_path / "pages"
    tests.mkdir()
    target.mkdir()
    (tests / "test_some_table.py").write_text(TEST_FILE, encoding="utf-8")
    (target / "gone.md").write_text("# A page whose test has gone", encoding="utf-8")
    (target / "index.md").write_text("# Specification", encoding="utf-8")
    pages.write_pages(tests, target)
    assert {page.name for page in target.iterdir()} == {"some-table.md", "index.md"}
    page = (target / "some-table.md").read_text(encoding="utf-8")
    assert page.startswith("# A published table\n\nSource: somebody, 1975.\n")
    assert "## Admitted by department\n\n| department | men    |\n" in page
    assert "- Men's rates, to one decimal.\n" in page


def test_a_test_that_says_nothing_makes_no_page(tmp_path):
    pages = load(DOCS / "specification_pages.py")
    silent = tmp_path / "test_silent.py"
    silent.write_text("def test_something(): ...\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no docstring"):
        pages.page_of(silent)
    silent.write_text('"""Title"""\ndef test_it(): ...\n', encoding="utf-8")
    with pytest.raises(ValueError, match="test_it"):
        pages.page_of(silent)


def test_a_table_is_read_as_it_is_shown():
    read = load(ROOT / "tests" / "specification" / "published_table.py").read
    assert read("""
        | grade | gap    | students | note |
        |-------|-------:|---------:|------|
        | K     | -13.90 | 5,786    |      |
        | 1     | 44.5 % | −2       | n<10 |
    """) == [
        {"grade": "K", "gap": -13.9, "students": 5786.0, "note": ""},
        {"grade": 1.0, "gap": 44.5, "students": -2.0, "note": "n<10"},
    ]


WORDS_WE_DO_NOT_USE = re.compile(
    r"low[- ]perform|at-risk (kids|students)|achievement gap|clos(e|es|ing) the gap|"
    r"\bunderperform|solve (equity|inequity)",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "page",
    [*DOCS.rglob("*.md"), *ROOT.glob("*.md")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_our_own_words(page: Path):
    if page.name == "how-we-write.md":
        return  # it names them
    text = page.read_text(encoding="utf-8")
    found = WORDS_WE_DO_NOT_USE.search(text)
    assert not found, found
