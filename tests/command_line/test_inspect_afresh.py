"""``inspect --force`` guesses afresh; a sheet that was named is written down."""

from __future__ import annotations

from equitable.intake.settings import read_settings

ROWS = "FRL,score\n" + "".join(f"{'YN'[i % 2]},{400 + i}\n" for i in range(60))
OLD = '[source]\nfiles = ["a.csv"]\n[columns]\n"FRL" = "other"\n"score" = "other"\n'


def folder_with(path, old):
    (path / "a.csv").write_text(ROWS)
    (path / "equity.toml").write_text(old)
    return path


def test_force_guesses_afresh_and_says_so(tmp_path, run_equitable):
    folder = folder_with(tmp_path, OLD)
    ended = run_equitable(["inspect", "a.csv", "--force"], folder)
    assert ended.code == 0
    assert "guessed afresh" in " ".join(ended.err.split())
    columns = read_settings(folder / "equity.toml").columns
    assert columns["FRL"] == "dimension"


def test_force_guesses_even_where_the_old_one_cannot_be_read(tmp_path, run_equitable):
    folder = folder_with(tmp_path, "[columns\n")
    assert run_equitable(["inspect", "a.csv", "--force"], folder).code == 0
    assert read_settings(folder / "equity.toml").columns["FRL"] == "dimension"


def test_force_follows_the_one_that_is_named(tmp_path, run_equitable):
    folder = folder_with(tmp_path, OLD)
    arguments = ["inspect", "a.csv", "--force", "--config", "equity.toml"]
    ended = run_equitable(arguments, folder)
    assert ended.code == 0
    assert "comments were not kept" in " ".join(ended.err.split())
    assert read_settings(folder / "equity.toml").columns["FRL"] == "other"


def test_a_sheet_that_was_named_is_written(tmp_path, run_equitable):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["notes"])
    sheet = book.create_sheet("Period 3")
    sheet.append(["FRL", "score"])
    for i in range(40):
        sheet.append(["YN"[i % 2], 400 + i])
    book.save(tmp_path / "g.xlsx")
    arguments = ["inspect", "g.xlsx", "--sheet", "Period 3", "-o", "e.toml"]
    assert run_equitable(arguments, tmp_path).code == 0
    assert 'sheet = "Period 3"' in (tmp_path / "e.toml").read_text(encoding="utf-8")
    assert read_settings(tmp_path / "e.toml").source.sheet == "Period 3"
