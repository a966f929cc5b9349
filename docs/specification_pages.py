"""Reference pages made from the specification tests.

A specification test is a file ``tests/specification/test_*.py`` that reads well by
itself: its docstring is a title and some Markdown (what is shown, and its source), and
the published figures are Markdown tables in constants of the module:

    SMALL_MINUS_REGULAR = \"\"\"
    | grade | difference |
    |-------|-----------:|
    | K     | 13.90      |
    \"\"\"

The tests read the very same tables (``published_table.read``), so that a page cannot
say something else than what is held to be true.  Nothing is imported here: the pages
are made from the text of the files.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path


def write_pages(tests: Path, target: Path) -> list[Path]:
    """Write a page for each specification test; a page whose test has gone goes too.

    Raises
    ------
    ValueError
        Where a test file has no docstring, or a test in it none: the page would have
        nothing to say of it.
    """
    pages = []
    for source in sorted(tests.glob("test_*.py")):
        page = target / f"{source.stem.removeprefix('test_').replace('_', '-')}.md"
        text = page_of(source)
        # An unchanged page keeps its time, and the build skips it.
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
        pages.append(page)
    for page in target.glob("*.md"):
        if page not in pages and page.name != "index.md":
            page.unlink()
    return pages


def page_of(source: Path) -> str:
    """The Markdown of one page: title, text, tables, and what is held to be true."""
    module = ast.parse(source.read_text(encoding="utf-8"))
    title, _, introduction = (ast.get_docstring(module) or "").partition("\n")
    if not title:
        raise ValueError(f"{source.name} has no docstring to make its page from.")
    parts = [f"# {title.strip().rstrip('.')}", introduction.strip()]
    for node in module.body:
        table = _table(node)
        if table is not None:
            parts += [f"## {table[0]}", table[1]]
    parts += ["## What is held to be true", _claims(module, source.name)]
    parts.append(
        f"*Made from `tests/specification/{source.name}`, run by `make test`.*"
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(node: ast.stmt) -> tuple[str, str] | None:
    """A constant that holds a Markdown table, with its name as a heading."""
    if not (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and node.value.value.strip().startswith("|")
    ):
        return None
    words = node.targets[0].id.replace("_", " ").strip()
    lines = [line.strip() for line in node.value.value.strip().splitlines()]
    return words.capitalize(), "\n".join(lines)


def _claims(module: ast.Module, file: str) -> str:
    """Each test's docstring as a sentence, in the order of the file."""
    claims = []
    for node in module.body:
        if not (isinstance(node, ast.FunctionDef) and node.name.startswith("test_")):
            continue
        said = ast.get_docstring(node)
        if not said:
            raise ValueError(f"{node.name} in {file} has no docstring for its page.")
        claims.append("- " + re.sub(r"\s+", " ", said))
    return "\n".join(claims)
