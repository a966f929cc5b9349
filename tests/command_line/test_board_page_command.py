"""`equitable report` on a public file: the page for a board beside the report."""

from __future__ import annotations

import pytest

TABLE = """District,Category,Year,Number Tested,# Proficient
North,All Students,2022,200,120
North,SWD,2022,40,8
North,Not SWD,2022,160,112
South,All Students,2022,520,304
South,SWD,2022,120,24
South,Not SWD,2022,400,280
North,Asian,2022,100,60
North,White,2022,100,60
South,Asian,2022,260,152
South,White,2022,260,152
"""
STUDENTS = "id,lunch,passed\n" + "".join(
    f"S{i},{'free' if i % 2 else 'paid'},{'yes' if i % 3 else 'no'}\n"
    for i in range(200)
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "public.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "students.csv").write_text(STUDENTS, encoding="utf-8")
    return tmp_path


def made(folder):
    return sorted(
        path.name for path in folder.iterdir() if path.suffix not in {".csv", ".toml"}
    )


def test_a_public_file_gets_a_page_in_two_languages(folder, run_equitable):
    ended = run_equitable(
        ["report", "public.csv", "--our-group", "SWD", "--our-school", "north"], folder
    )
    assert ended.code == 0, ended.err
    files = ["report-board-en.html", "report-board-es.html", "report.html"]
    assert made(folder) == files
    assert all(f"Written: {name}" in ended.out + ended.err for name in files)
    text = (folder / "report-board-en.html").read_text(encoding="utf-8")
    assert "--our-group SWD --our-school north" in text


def test_pdf_and_workbook_have_their_pages(folder, run_equitable):
    ended = run_equitable(
        ["report", "public.csv", "-o", "a.pdf", "-o", "b.xlsx", "--language", "es"],
        folder,
    )
    assert ended.code == 0, ended.err
    assert made(folder) == ["a-board-es.pdf", "a.pdf", "b-board-es.html", "b.xlsx"]


def test_no_page_where_it_is_not_wanted(folder, run_equitable):
    assert run_equitable(["report", "public.csv", "--no-page"], folder).code == 0
    assert run_equitable(["report", "students.csv", "-o", "s.html"], folder).code == 0
    assert made(folder) == ["report.html", "s.html"]
    ended = run_equitable(
        ["report", "students.csv", "-o", "s.html", "--page", "--language", "en"], folder
    )
    assert ended.code == 0, ended.err
    assert made(folder) == ["report.html", "s-board-en.html", "s.html"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--our-school", "Nroth"], "Did you mean 'North'?"),
        (["--our-group", "Asain"], "Did you mean 'Asian'?"),
        (["--our-group", "town=x"], "town"),
        (["--our-school", "District="], "names nothing"),
        (["--language", "fr"], "language 'fr'"),
        (["--no-page", "--our-group", "SWD"], "Leave one of the two out"),
    ],
)
def test_a_mistake_is_a_sentence_and_nothing_is_written(
    folder, run_equitable, arguments, said
):
    ended = run_equitable(["report", "public.csv", *arguments], folder)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert "Traceback" not in ended.err
    assert made(folder) == []


@pytest.mark.parametrize("name", ["=North", "District==North", " =north "])
def test_a_place_whose_name_starts_with_a_sign(folder, run_equitable, name):
    (folder / "public.csv").write_text(TABLE.replace("North,", "=North,"), "utf-8")
    ended = run_equitable(["report", "public.csv", "--our-school", name], folder)
    assert ended.code == 0, ended.err
    assert "=North" in (folder / "report-board-en.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["=", " = ", "District=", ""])
def test_a_sign_alone_names_nothing(folder, run_equitable, name):
    ended = run_equitable(["report", "public.csv", "--our-school", name], folder)
    assert ended.code == 2
    assert "names nothing" in ended.err
