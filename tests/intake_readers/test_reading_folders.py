"""Folders and globs: which files, how they go together, which year is whose."""

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from equitable.errors import EquitableError
from equitable.intake.source import Column, open_source


def csv_files(folder, **contents):
    folder.mkdir(exist_ok=True)
    for name, text in contents.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def rows_of(source):
    return sorted(
        (tuple(row.values()) for row in source.query("FROM records").to_pylist()),
        key=str,
    )


def test_a_folder_of_years(tmp_path):
    folder = csv_files(
        tmp_path / "all years",
        students_2019="race,score\nWhite,1\n",
        students_2020="score,race\n2,Black\n",
    )
    (folder / ".hidden.csv").write_text("x\n1\n")
    (folder / "~$students.xlsx").write_text("lock")
    (folder / "equity.toml").write_text("")
    (folder / "notes.txt").write_text("Some words, and more.")
    (folder / "report.html").write_text("<html>")
    (folder / "older").mkdir()
    with open_source(folder) as source:
        assert source.name == "all years"
        assert [c.name for c in source.columns] == ["race", "score", "year"]
        assert rows_of(source) == [("Black", "2", "2020"), ("White", "1", "2019")]
        assert source.notes == (
            "'notes.txt' and 'report.html' are no tables and were left aside.",
            "A folder inside 'all years' was not looked into.",
            "A column 'year' was added from the files' names (2019 to 2020).",
        )
        assert [f.name for f in source.files()] == [
            "students_2019.csv",
            "students_2020.csv",
        ]
        at = source.first_row("race = 'Black'")
        assert (at.file, at.row, at.values["year"]) == ("students_2020.csv", 2, "2020")


@pytest.mark.parametrize(
    ("names", "years"),
    [
        (("s2019-20", "s2020-21"), ["2019-20", "2020-21"]),
        (("s_2019_2020", "s_2020_2021"), ["2019-20", "2020-21"]),
        (("SY1999-2000", "SY2000-01"), ["1999-00", "2000-01"]),
        (("s2019", "s2020 (2)"), ["2019", "2020"]),
        (("s2019", "s2019b"), None),
        (("s2019", "other"), None),
        (("s20190", "s20201"), None),
        (("s2019 made 2021", "s2020 made 2021"), None),
    ],
)
def test_years_from_names(tmp_path, names, years):
    races = ("White", "black")
    texts = {name: f"race\n{race}\n" for name, race in zip(names, races, strict=True)}
    folder = csv_files(tmp_path / "f", **texts)
    with open_source(folder) as source:
        assert ("year" in [c.name for c in source.columns]) == (years is not None)
        if years:
            assert rows_of(source) == list(zip(races, years, strict=True))


@pytest.mark.parametrize(
    "name", ["Year", "school_year", "SY", "YR", "Cohort", "SchoolYear"]
)
def test_no_year_is_added_where_a_column_tells_it(tmp_path, name):
    text = f"race,{name}\nWhite,1\n"
    other = f"race,{name}\nWhite,2\n"
    folder = csv_files(tmp_path / "f", s2019=text, s2020=other)
    with open_source(folder) as source:
        assert [c.name for c in source.columns] == ["race", name]


def test_kinds_may_be_mixed_and_wider_types_become_text(tmp_path):
    csv_files(tmp_path, a="race,n,flag,day\nWhite,3,true,2020-01-02\n")
    made = openpyxl.Workbook()
    made.active.append(["race", "n", "flag", "day"])
    made.active.append(["Black", 4, True, "2020-01-03"])
    made.save(tmp_path / "b.xlsx")
    pq.write_table(
        pa.table(
            {"day": ["2020-01-04"], "flag": [False], "n": [5.0], "race": ["Asian"]}
        ),
        tmp_path / "c.parquet",
    )
    with open_source(tmp_path) as source:
        assert set(source.columns) == {
            Column(n, "text") for n in ("race", "n", "flag", "day")
        }
        assert rows_of(source) == [
            ("Asian", "5", "false", "2020-01-04"),
            ("Black", "4", "true", "2020-01-03"),
            ("White", "3", "true", "2020-01-02"),
        ]
        assert any("'n' does not hold the same kind" in note for note in source.notes)


def test_a_file_that_lacks_a_column_is_named(tmp_path):
    csv_files(tmp_path, a="race,score,x\nWhite,1,2\n", b="Race,score\nBlack,2\n")
    with pytest.raises(EquitableError) as caught:
        open_source(tmp_path)
    assert str(caught.value).startswith(
        "b.csv: it has no column 'race' (nor 1 more of its columns), which a.csv has."
    )
    assert '[crosswalk.columns]\nRace = ["race"]\n' in str(caught.value)
    (tmp_path / "b.csv").write_text("race,score,x,y\nBlack,2,3,4\n")
    with pytest.raises(
        EquitableError, match=r"a\.csv: it has no column 'y', which b\.csv has"
    ):
        open_source(tmp_path)


def test_names_are_in_the_order_of_their_numbers(tmp_path):
    csv_files(tmp_path, g10="a\nx\n", g9="a\ny\n", G1="a\nz\n")
    with open_source(tmp_path) as source:
        assert [path.name for path in source.paths] == ["G1.csv", "g9.csv", "g10.csv"]


def test_globs(tmp_path):
    csv_files(tmp_path, s1="a\nx\n", s2="a\ny\n", t3="a\nz\n")
    with open_source(str(tmp_path / "s*.csv")) as source:
        assert source.name == "s*.csv"
        assert rows_of(source) == [("x",), ("y",)]
    with open_source(str(tmp_path / "[st][13].csv")) as source:
        assert rows_of(source) == [("x",), ("z",)]
    with pytest.raises(EquitableError, match=r"no file matches 'q\*\.csv'"):
        open_source(str(tmp_path / "q*.csv"))


@pytest.mark.parametrize(
    "name",
    ["[2020].csv", "a*b.csv", "what?.csv", "it's \"q\".csv", "学校 é.csv", "a{b,c}.csv",
     "a\\b.csv", "two\nlines.csv", " lead.csv", "%20.csv", "#1;--.csv", "year=2019.csv"],
)  # fmt: skip
def test_a_file_whose_name_holds_any_character(tmp_path, name):
    folder = tmp_path / "dir with ' and [x]"
    folder.mkdir()
    for decoy in ("2.csv", "0.csv", "aXb.csv", "whatX.csv", "ab.csv", "ac.csv"):
        (folder / decoy).write_text("a,b\nwrong,0\n")
    (folder / name).write_text("a,b\nright,1\n")
    with open_source(str(folder / name)) as source:
        assert rows_of(source) == [("right", "1")]
        assert [c.name for c in source.columns] == ["a", "b"]
        assert source.name == name
        assert source.first_row("b = '1'").row == 2


def test_a_name_that_is_not_text(tmp_path):
    path = tmp_path / b"J\xf6.csv".decode(errors="surrogateescape")
    path.write_text("a\nx\n")
    with open_source(path) as source:
        assert rows_of(source) == [("x",)]
        source.name.encode()
        source.files()[0].name.encode()


def test_a_thousand_files(tmp_path):
    for number in range(1000):
        (tmp_path / f"s{number}.csv").write_text(f"a,b\nx,{number}\n")
    with open_source(tmp_path) as source:
        found = source.query(
            "SELECT a, SUM(b::INT) s FROM records GROUP BY a"
        ).to_pydict()
        assert found == {"a": ["x"], "s": [499_500]}


def test_trouble_names_the_file_it_is_in(tmp_path):
    csv_files(tmp_path, a="x,y\n1,2\n", b="x,y\n" + "1,2\n" * 100_000 + "3\n")
    (tmp_path / "c.csv").write_bytes(b"x,y\n" + b"1,2\n" * 100_000 + b"Jos\xe9,3\n")
    with (
        open_source(tmp_path) as source,
        pytest.raises(
            EquitableError,
            match=r"b\.csv, row 100,002: it has 1 field where the header has 2",
        ),
    ):
        source.query("SELECT COUNT(*) FROM records")
    (tmp_path / "b.csv").unlink()
    with open_source(tmp_path) as source:
        assert len(source.query("SELECT x FROM records WHERE x = 'José'")) == 1
        assert source.notes == ("c.csv is written in Windows-1252.",)


def test_a_late_letter_in_a_folder_of_years(tmp_path):
    """The mended copy gets the added column too."""
    csv_files(tmp_path, a2019="x\n1\n")
    (tmp_path / "a2020.csv").write_bytes(b"x\n" + b"1\n" * 200_000 + b"Jos\xe9\n")
    with open_source(tmp_path) as source:
        found = source.query("SELECT year FROM records WHERE x = 'José'")
        assert found["year"].to_pylist() == ["2020"]


def test_folders_without_tables(tmp_path):
    with pytest.raises(EquitableError, match="has no table in it"):
        open_source(tmp_path)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(EquitableError, match=r"no table in it; it holds 'a.pdf'"):
        open_source(tmp_path)


def test_a_link_to_a_file_is_not_read_again(tmp_path):
    csv_files(tmp_path, b="race\nWhite\n", c="race\nBlack\n")
    (tmp_path / "a.csv").symlink_to(tmp_path / "b.csv")
    (tmp_path / "d.csv").hardlink_to(tmp_path / "b.csv")
    for given in (tmp_path, tmp_path / "*.csv"):
        with open_source(given) as source:
            assert rows_of(source) == [("Black",), ("White",)]
            assert source.notes[:2] == (
                "a.csv is b.csv again and was read once.",
                "d.csv is b.csv again and was read once.",
            )


def test_a_link_that_leads_round_is_not_followed_twice(tmp_path):
    folder = csv_files(tmp_path / "circ", a="race\nWhite\n")
    (folder / "again").symlink_to(folder)
    with open_source(str(folder / "**" / "*.csv")) as source:
        assert rows_of(source) == [("White",)]
        assert source.notes[0] == "a.csv is the same file again and was read once."


def test_links_that_lead_round_without_end_are_refused(tmp_path):
    folder = csv_files(tmp_path / "circ", a="race\nWhite\n")
    for name in ("one", "two", "three"):
        (folder / name).symlink_to(folder)
    with pytest.raises(EquitableError, match="names match"):
        open_source(str(folder / "**" / "*.csv"))


def test_copies_are_refused_before_anything_is_counted(tmp_path):
    csv_files(tmp_path, a="race\nWhite\n", b="race\nBlack\n", c="race\nWhite\n")
    with pytest.raises(EquitableError, match=r"a\.csv and c\.csv hold the same rows"):
        open_source(tmp_path)


def test_long_files_that_differ_in_the_middle_are_no_copies(tmp_path):
    same = "White\n" * 50_000
    csv_files(tmp_path, a=f"race\n{same}Asian\n{same}", b=f"race\n{same}Black\n{same}")
    with open_source(tmp_path) as source:
        assert len(source.files()) == 2


def test_a_file_that_becomes_a_copy_is_refused_by_its_hash(tmp_path):
    csv_files(tmp_path, a="race\nWhite\n", b="race\nBlack\n")
    with open_source(tmp_path) as source:
        (tmp_path / "b.csv").write_text("race\nWhite\n")
        source.query("FROM records")
        with pytest.raises(EquitableError, match="hold the same rows"):
            source.files()
