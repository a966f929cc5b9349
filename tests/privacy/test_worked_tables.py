"""The tables that docs/publishing.md and docs/privacy.md work through are as they say."""

from __future__ import annotations

import re
from pathlib import Path

import equitable as eq
from equitable.privacy.policy import Policy

DOCS = Path(__file__).parents[2] / "docs"
PUBLISHING = (DOCS / "publishing.md").read_text(encoding="utf-8")
PRIVACY = (DOCS / "privacy.md").read_text(encoding="utf-8")
HOLES = DOCS / "examples" / "two-holes.csv"


def rows_after(heading: str) -> list[list[str]]:
    """The first table under a heading, without its header."""
    section = PUBLISHING.split(f"## {heading}", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table
    return [
        [cell.strip().replace("\\", "") for cell in line.strip("|").split("|")]
        for line in table[0].splitlines()[2:]
    ]


def test_the_table_with_two_holes_in_each_line_is_the_example():
    shown = rows_after("Two holes in each line are not enough")
    lines = HOLES.read_text(encoding="utf-8").splitlines()[1:]
    assert shown == [line.split(",") for line in lines]
    inner = [row[1:-1] for row in shown[:-1]]
    for line in [*inner, *zip(*inner, strict=True)]:
        assert line.count("*") in (0, 2, 3)


def test_the_audit_finds_in_it_what_the_page_works_out():
    spanish, somali = 74 - 31 - 29, 40 - 22
    third, fourth = 76 - 25 - 40, 82 - 21 - 44
    assert spanish + somali - third - fourth == 4
    found = eq.audit(HOLES)
    (leak,) = found.leaks
    assert leak.exact
    assert (leak.low, leak.high) == (4, 4)
    assert "exactly 4" in leak.sentence
    assert "Somali" in leak.sentence


def test_a_code_is_as_the_page_says():
    policy = Policy()
    assert policy.code_words(60) == 0.2
    assert policy.code(60) == 11
    assert all(policy.code(n) is None for n in range(1, 34))
    assert "'<20 %'" in PUBLISHING


def test_a_rate_with_its_students_is_a_count():
    assert [k for k in range(18) if round(100 * k / 17, 1) == 11.8] == [2]


def test_the_quotation_is_flagged_as_the_page_shows():
    code = re.search(r'comment = "(.+)"', PRIVACY)
    assert code
    flags = eq.flag_text(code[1], names=["Marcus Bell"])
    assert "\n".join(map(str, flags)) in PRIVACY
    assert eq.with_suggestions(code[1], flags, accept=flags[:3]) in PRIVACY
