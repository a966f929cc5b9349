"""Nothing reaches a page but by one gate: proved, or marked on every page."""

from __future__ import annotations

import ast
import random
import zipfile
from pathlib import Path

import pypdf
import pytest
from independent_attacker import intervals

import equitable as eq
from equitable import reporting, study
from equitable.vocabulary import WITHHELD

SOURCE = Path(eq.__file__).parent
RACES, GENDERS, LUNCH = (
    ("Asian", "Black or African American", "White"),
    ("Boy", "Girl", "X"),
    ("Free", "Paid"),
)
LEVELS = (3, 3, 2, 2)
"""The dimensions' sizes, the outcome last."""


def students(place: Path, seed: int, many: int = 150) -> Path:
    """Students of three traits, some of few, and an outcome of about half."""
    chance = random.Random(seed)  # noqa: S311 - invented students
    rows = ["race,gender,lunch,passed,weight,school"]
    for _ in range(many):
        race = chance.choices(RACES, [0.16, 0.3, 0.54])[0]
        gender = chance.choices(GENDERS, [0.46, 0.48, 0.06])[0]
        lunch = chance.choices(LUNCH, [0.6, 0.4])[0]
        passed = "yes" if chance.random() < 0.5 else "no"
        school = chance.choice(["North", "South"])
        rows.append(
            f"{race},{gender},{lunch},{passed},{chance.choice([1, 2])},{school}"
        )
    place.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return place


def contents_of(source: Path, monkeypatch, **asked):
    """What a report would be written from."""
    held = []
    kept = reporting.carry_out

    def carry_out(*args, **named):
        held.append(kept(*args, **named))
        return held[-1]

    with monkeypatch.context() as patch, eq.open(source) as data:
        patch.setattr(reporting, "carry_out", carry_out)
        data.report(source.with_name("r.html"), **asked)
    return held[0]


def published(contents) -> tuple[dict, list]:
    """Every number shown, as the attacker takes them; and the cells withheld."""
    labels = {
        name: (place, words)
        for place, (name, words) in enumerate(
            (("race", RACES), ("gender", GENDERS), ("lunch", LUNCH))
        )
    }
    shown, withheld = {}, []
    results = contents.studies[0].gaps.gaps
    told = [({}, results.overall.n, results.overall.value)]
    told += [(row.group, row.n, row.value) for row in results.rows]
    for group, n, value in told:
        cell = tuple(
            sorted((labels[d][0], labels[d][1].index(label))
                   for d, label in group.items())
        )  # fmt: skip
        if n is WITHHELD:
            withheld += [cell, (*cell, (3, 1))]
            continue
        shown[cell] = n
        count = round(value * n)
        shown[(*cell, (3, 1))] = count
    return shown, withheld


def leaks(contents) -> list:
    """Withheld numbers that are known within fewer than 10, or exactly."""
    shown, withheld = published(contents)
    found = intervals(LEVELS, {**shown, **dict.fromkeys(withheld)}, ask=withheld)
    return [
        (cell, low, high)
        for cell, (low, high) in found.items()
        if high is not None and high - low < 10
    ]


@pytest.mark.parametrize("seed", [3, 8])
def test_what_a_report_withholds_cannot_be_worked_out(seed, tmp_path, monkeypatch):
    source = students(tmp_path / "s.csv", seed)
    asked = {"outcomes": "passed", "by": ["race", "gender", "lunch"]}
    contents = contents_of(source, monkeypatch, **asked)
    assert contents.audited
    assert all(study_.gaps.audited for study_ in contents.studies)
    shown, withheld = published(contents)
    assert len(shown) > 10
    assert withheld
    assert leaks(contents) == []
    # The simple gate, as reports had it before, leaves something to subtract.
    monkeypatch.setattr(study, "_clearance", lambda *_: (None, "not asked"))
    before = contents_of(source, monkeypatch, **asked)
    assert not before.audited
    assert leaks(before)


def calls_of(name: str) -> set[str]:
    """The modules in which a class is made, by the text of their syntax trees."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func
                if getattr(called, "id", getattr(called, "attr", "")) == name:
                    found.add(str(path.relative_to(SOURCE)))
    return found


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("Gated", {"privacy/gate.py"}),
        ("GatedInequality", {"privacy/inequality.py"}),
        ("Clearance", {"privacy/clearance.py"}),
        ("Released", {"privacy/release.py", "privacy/rounding.py"}),
        ("Contents", {"study.py"}),
    ],
)
def test_what_reports_accept_is_made_in_one_place(name, where):
    assert calls_of(name) == where


def test_nothing_changes_what_was_gated_into_audited():
    """``audited=`` is said where the proof is, and passed on from there."""
    said = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "audited":
                constant = isinstance(node.value, ast.Constant) and node.value.value
                if constant:
                    said.add(str(path.relative_to(SOURCE)))
    assert said == {
        "privacy/gate.py",
        "privacy/release.py",
        "privacy/rounding.py",
    }


def written(source: Path, ending: str, **asked) -> Path:
    target = source.with_name(f"r{ending}")
    with eq.open(source) as data:
        data.report(target, outcomes="passed", by=["race", "gender"], **asked)
    return target


def text_of(path: Path) -> list[str]:
    """The words of each page: of each sheet's foot, of each page of a PDF."""
    if path.suffix == ".html":
        return [path.read_text(encoding="utf-8")]
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as parts:
            return [
                parts.read(name).decode()
                for name in parts.namelist()
                if name.startswith("xl/worksheets/sheet")
            ]
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


INTERNAL, UNCHECKED = "Internal: contains small groups", "Not checked for publication"
CHECKED = "Checked for publication"


@pytest.mark.parametrize("ending", [".html", ".xlsx", ".pdf"])
@pytest.mark.parametrize(
    ("asked", "mark"),
    [
        ({}, CHECKED),
        ({"internal": True}, INTERNAL),
        ({"min_n": 3}, INTERNAL),
        ({"weight": "weight"}, UNCHECKED),
        ({"over": "school"}, CHECKED),
        ({"our_school": "school=North"}, CHECKED),
    ],
)
def test_every_page_says_what_it_is(ending, asked, mark, tmp_path):
    pages = text_of(written(students(tmp_path / "s.csv", 3), ending, **asked))
    assert pages
    for page in pages:
        assert mark in " ".join(page.split())
        for other in {CHECKED, INTERNAL, UNCHECKED} - {mark}:
            if (mark, other) == (INTERNAL, UNCHECKED):
                continue
            assert other not in " ".join(page.split())


def test_the_page_for_a_board_says_it_too(tmp_path):
    source = students(tmp_path / "s.csv", 3)
    written(source, ".html", our_group="race=White")
    english = (tmp_path / "r-board-en.html").read_text(encoding="utf-8")
    assert "Checked for publication." in english
    assert UNCHECKED not in english
    written(source, ".html", our_group="race=White", internal=True)
    english = (tmp_path / "r-board-en.html").read_text(encoding="utf-8")
    assert "Internal: contains small groups." in english


def test_no_number_of_those_without_a_value_stands_beside_proved_figures(tmp_path):
    source = students(tmp_path / "s.csv", 3)
    lines = source.read_text(encoding="utf-8").splitlines()
    for row in range(1, 25):
        lines[row] = lines[row].replace(",yes,", ",,").replace(",no,", ",,")
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    page = written(source, ".html").read_text(encoding="utf-8")
    assert "No value" not in page
    assert "No value" in written(source, ".html", internal=True).read_text(
        encoding="utf-8"
    )
