"""The page of figures: a section for each benchmark, written by that benchmark."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "benchmarks.md"
HEAD = """\
# Speed

How long a question takes, next to the least that could be done with the file: DuckDB
reading it.  Each section is written by the benchmark that it names; figures are of one
machine on one day, and no test asserts them.
"""


def machine() -> str:
    """The machine in a line, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores,"
        f" {memory:.0f} GiB of memory, Python {platform.python_version()},"
        f" DuckDB {version('duckdb')}"
    )


def put(title: str, text: str) -> None:
    """Write a section in the place of the one with this title, or at the end."""
    held = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    sections = re.split(r"^(?=## )", held, flags=re.MULTILINE)[1:]
    named = {section.partition("\n")[0]: section for section in sections}
    named[f"## {title}"] = f"## {title}\n\n{text.strip()}\n"
    body = "\n".join(section.strip() + "\n" for section in named.values())
    PAGE.write_text(f"{HEAD}\n{body}", encoding="utf-8")
