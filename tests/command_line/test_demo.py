"""`equitable demo`: three data sets, and nobody's file is written over."""

from __future__ import annotations

import pytest

from equitable.commands.demonstration import DEMONSTRATIONS

WRITTEN = {"SOURCE.md", "equity.toml", "report.html", "report.pdf", "report.xlsx"}
BOARDS = {
    f"report-board-{lang}.{kind}" for lang in ("en", "es") for kind in ("html", "pdf")
}
PUBLIC = ["civil-rights", "new-york"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The demonstrations of public files, each in its own folder."""
    from contextlib import nullcontext

    from equitable.commands.demonstration import demonstration, write_demonstration

    where = tmp_path_factory.mktemp("demos")
    for name in PUBLIC:
        write_demonstration(
            demonstration(name), where / name, progress=lambda _: nullcontext()
        )
    return where


@pytest.mark.parametrize("name", PUBLIC)
def test_the_data_their_settings_and_the_report_are_there(made, name):
    shown = DEMONSTRATIONS[name]
    there = {path.name for path in (made / name).iterdir()}
    assert there == WRITTEN | BOARDS | {shown.file}
    page = (made / name / "report.html").read_text(encoding="utf-8")
    assert shown.title.split(":")[0] in page
    assert "SCH_" not in page.split("How good the data is")[0]


def test_delaware_is_asked_by_itself(made):
    """Six states together would show where students live, not how they are served."""
    page = (made / "civil-rights" / "report.html").read_text(encoding="utf-8")
    assert "Red Clay Consolidated School District" in page
    assert "Wyoming" not in page


def test_an_unknown_name_is_answered_with_those_there_are(run_equitable, tmp_path):
    done = run_equitable(["demo", "--data", "newyork"], tmp_path)
    assert done.code == 2
    assert "'newyork'" in done.err
    assert "star, civil-rights, new-york" in done.err
    assert list(tmp_path.iterdir()) == []


def test_the_same_demonstration_may_be_made_again(made, run_equitable):
    done = run_equitable(["demo", "--data", "new-york", "-o", "new-york"], made)
    assert done.code == 0, done.err


@pytest.mark.parametrize("theirs", ["report.html", "equity.toml", "SOURCE.md"])
def test_a_persons_own_file_is_left_alone(run_equitable, tmp_path, theirs):
    own = tmp_path / "mine" / theirs
    own.parent.mkdir()
    own.write_text("a week's work", encoding="utf-8")
    done = run_equitable(["demo", "--data", "new-york", "-o", "mine"], tmp_path)
    assert done.code == 2
    assert f"'{theirs}'" in done.err
    assert own.read_text(encoding="utf-8") == "a week's work"
    assert list(own.parent.iterdir()) == [own]


def test_settings_that_were_corrected_are_not_replaced(made, run_equitable):
    settings = made / "civil-rights" / "equity.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before + "# corrected by me\n", encoding="utf-8")
    done = run_equitable(["demo", "--data", "civil-rights", "-o", "civil-rights"], made)
    assert done.code == 2
    assert "changed since" in done.err
    assert settings.read_text(encoding="utf-8").endswith("# corrected by me\n")
    settings.write_text(before, encoding="utf-8")
