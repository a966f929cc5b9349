"""Writing a report: every form or none, and refusals before any work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sample_documents import plain_document

import equitable as eq
from equitable.errors import OutputError
from equitable.intake.quality.assessment import Quality
from equitable.report import compose as compose_module
from equitable.report import html, pdf, workbook, write
from equitable.report.contents import Contents
from equitable.report.write import check_report_place, write_report
from equitable.vocabulary import FileRead, Provenance


@pytest.fixture
def contents() -> Contents:
    return Contents(
        title="T",
        studies=(),
        quality=Quality(rows=1),
        provenance=Provenance(
            files=(FileRead(name="a.csv", sha256="0" * 64, bytes=1),), rows_read=1
        ),
    )


@pytest.fixture
def composed(monkeypatch) -> list[Contents]:
    """How often a document was made; what it says is tested elsewhere."""
    seen: list[Contents] = []

    def compose(given: Contents):
        seen.append(given)
        return plain_document()

    monkeypatch.setattr(compose_module, "compose", compose)
    return seen


def test_each_form_by_its_ending(tmp_path, contents, composed):
    paths = [tmp_path / "a b.html", tmp_path / "é.XLSX", tmp_path / "報告.pdf"]
    assert write_report(contents, paths) == paths
    starts = [path.read_bytes()[:5].lower() for path in paths]
    assert starts[0].startswith(b"<!doc")
    assert starts[1].startswith(b"pk\x03\x04")
    assert starts[2] == b"%pdf-"
    assert len(composed) == 1
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_one_path_twice_is_one_file_and_none_is_nothing(tmp_path, contents, composed):
    path = tmp_path / "a.xlsx"
    assert write_report(contents, [path, path]) == [path]
    assert write_report(contents, []) == []


@pytest.mark.parametrize("given", [None, "contents", {"title": "T"}, object()])
def test_nothing_but_contents_is_taken(tmp_path, given):
    with pytest.raises(TypeError, match="privacy gate"):
        write_report(given, [tmp_path / "a.html"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.docx", "a", "a.html.zip", ".html", "a."])
def test_an_ending_that_is_no_report_is_refused(tmp_path, name):
    with pytest.raises(OutputError, match=r"a report is \.html, \.xlsx or \.pdf"):
        check_report_place(tmp_path / name)


def test_a_place_that_cannot_hold_a_file_is_refused(tmp_path):
    with pytest.raises(OutputError, match="there is no folder"):
        check_report_place(tmp_path / "none" / "a.html")
    with pytest.raises(OutputError, match="is a folder"):
        check_report_place(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="there is no folder"):
        check_report_place(tmp_path / "file" / "a.html")
    check_report_place(tmp_path / "a.PDF")


def test_a_read_only_folder_is_refused_before_any_work(
    tmp_path, contents, composed, monkeypatch
):
    # The tests may run as root, who may write anywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="cannot be written to"):
        write_report(contents, [tmp_path / "a.html"])
    assert composed == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writer", [html, workbook, pdf])
def test_a_form_that_fails_leaves_nothing_written(
    tmp_path, contents, composed, monkeypatch, writer
):
    def fail(document):
        raise OutputError("it could not be made")

    monkeypatch.setattr(writer, "render", fail)
    paths = [tmp_path / f"a{form}" for form in write.FORMS]
    with pytest.raises(OutputError, match="could not be made"):
        write_report(contents, paths)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize(
    "error", [OutputError("the disk is full"), KeyboardInterrupt()]
)
def test_all_files_or_none(tmp_path, contents, composed, monkeypatch, failing, error):
    paths = [tmp_path / "a.html", tmp_path / "a.xlsx", tmp_path / "a.pdf"]
    paths[0].write_bytes(b"the former page")
    written: list[Path] = []

    def until_full(path: Path, content: bytes) -> None:
        if len(written) == failing:
            # The former files are put back by the same function.
            written.append(path)
            raise error
        written.append(path)
        path.write_bytes(content)

    monkeypatch.setattr(write, "write_whole", until_full)
    with pytest.raises(type(error)):
        write_report(contents, paths)
    assert paths[0].read_bytes() == b"the former page"
    assert list(tmp_path.iterdir()) == [paths[0]]


def test_a_file_that_is_there_is_replaced(tmp_path, contents, composed):
    path = tmp_path / "a.html"
    path.write_text("old")
    write_report(contents, [path])
    assert "</html>" in path.read_text(encoding="utf-8")


def test_only_the_writer_that_is_needed_is_loaded():
    program = (
        "import sys, equitable.report.write as w;"
        "w._writer('.html');"
        "print([m for m in ('typst', 'xlsxwriter') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_report_says_the_year_its_figures_are_of(tmp_path):
    rows = [
        f"{year},{group},{'yes' if place % part else 'no'}"
        for year in ("2022-23", "2023-24")
        for group, part in (("girls", 2), ("boys", 3))
        for place in range(30)
    ]
    for years, name in ((rows, "both"), (rows[60:], "last")):
        source = tmp_path / f"{name}.csv"
        source.write_text("\n".join(["year,gender,passed", *years]), encoding="utf-8")
        page = tmp_path / f"{name}.html"
        eq.open(source).report(page)
        subtitle = re.search(
            r'class="subtitle">(.*?)</p>', page.read_text(encoding="utf-8")
        )
        assert 'Figures of <span class="whole">2023-24</span> · ' in subtitle[1]
