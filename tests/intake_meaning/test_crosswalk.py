"""[crosswalk]: names of columns and values that changed, and what cannot be one."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import equitable as eq
from equitable.errors import EquitableError, SettingsError
from equitable.intake.settings import parse_settings, settings_text

DATA = Path(__file__).parents[2].parent / "shared" / "data"
# Two districts; the columns and a group are called otherwise from 2020 on.
OLD = """\
district,subgroup,num_chronic,enrolled
North,All Students,30,100
North,SWD,12,20
North,White,18,80
South,All Students,40,120
South,SWD,15,30
South,White,25,90
"""
NEW = """\
district,subgroup,# Chronically Absent,enrolled
North,All Students,33,100
North,Students with disabilities,14,22
North,White,19,78
South,All Students,44,120
South,Students with disabilities,17,30
South,White,27,90
"""
COLUMNS = """
[crosswalk.columns]
absent = ["num_chronic", "# Chronically Absent"]
"""
VALUES = """
[crosswalk.values.subgroup]
"Students with disabilities" = ["SWD", "Special Education"]
"""


def folder(tmp_path: Path, toml: str, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "equity.toml").write_text(toml, encoding="utf-8")
    return tmp_path


def two_years(tmp_path: Path, toml: str) -> Path:
    return folder(tmp_path, toml, a_2019=OLD, a_2020=NEW)


def rows(result) -> dict[tuple[str, ...], tuple[int, int]]:
    return {
        (*row.within.values(), *row.group.values()): (row.n, row.count)
        for row in result.rows
        if isinstance(row.value, float)
    }


# -------------------------------------------------------------------------- columns


def test_files_that_call_a_column_otherwise_are_one_table(tmp_path):
    with eq.open(two_years(tmp_path, COLUMNS + VALUES)) as data:
        found = data.gaps(
            "",
            count="absent",
            total="enrolled",
            by=["Students with disabilities"],
            within=["year"],
        )
    name = "Students with disabilities"
    # 2019: 12 + 15 of 20 + 30; 2020: 14 + 17 of 22 + 30.
    assert rows(found)["2019", name] == (50, 27)
    assert rows(found)["2020", name] == (52, 31)


def test_without_it_the_refusal_shows_the_crosswalk_and_that_works(tmp_path):
    path = two_years(tmp_path, "")
    with pytest.raises(EquitableError) as caught:
        eq.open(path)
    said = str(caught.value)
    assert said.startswith("a_2020.csv: it has no column 'num_chronic'")
    pasted = said[said.index("[crosswalk.columns]") :]
    assert tomllib.loads(pasted) == {
        "crosswalk": {"columns": {"# Chronically Absent": ["num_chronic"]}}
    }
    (path / "equity.toml").write_text(pasted, encoding="utf-8")
    with eq.open(path) as data:
        assert "# Chronically Absent" in {c.name for c in data.source.columns}


def test_columns_that_only_one_file_has_may_stay_empty_in_the_other(tmp_path):
    files = {"a_2019": "race,read\nA,1\n", "a_2020": "race,read,homeless\nB,0,Y\n"}
    with pytest.raises(EquitableError, match=r"homeless = \[\]  # only a_2020"):
        eq.open(folder(tmp_path, "", **files))
    (tmp_path / "equity.toml").write_text("[crosswalk.columns]\nhomeless = []\n")
    with eq.open(tmp_path) as data:
        asked = "SELECT race, homeless FROM records ORDER BY race"
        assert data.source.query(asked).to_pylist() == [
            {"race": "A", "homeless": None},
            {"race": "B", "homeless": "Y"},
        ]
        assert any(
            "a_2019.csv has no column 'homeless'" in n for n in data.source.notes
        )


def test_counts_and_percents_are_not_taken_for_one_column(tmp_path):
    files = {"a": "g,# Absent,n\nA,1,2\n", "b": "g,% Absent,n\nA,50,2\n", "c": ""}
    files["c"] = "g,% Absent,n,x\nA,50,2,1\n"
    with pytest.raises(EquitableError) as caught:
        eq.open(folder(tmp_path, "", a=files["a"], c=files["c"]))
    assert '"% Absent" = []' in str(caught.value)


def test_one_file_with_an_old_and_a_new_column(tmp_path):
    text = "year,race,old,new\n2019,A,5,\n2019,B,6,\n2020,A,,7\n2020,B,,8\n"
    toml = '[crosswalk.columns]\nnew = ["old"]\n'
    path = folder(tmp_path, toml, a=text) / "a.csv"
    with eq.open(path) as data:
        found = data.source.query("SELECT * FROM records ORDER BY year, race")
        assert [column.name for column in data.source.columns] == [
            "year", "race", "new",
        ]  # fmt: skip
        assert found.column("new").to_pylist() == ["5", "6", "7", "8"]


def test_two_names_with_values_in_one_row_are_refused_with_the_row(tmp_path):
    text = "year,race,old,new\n2019,A,5,\n2020,A,4,7\n"
    toml = '[crosswalk.columns]\nnew = ["old"]\n'
    path = folder(tmp_path, toml, a=text) / "a.csv"
    with pytest.raises(EquitableError) as caught:
        eq.open(path)
    assert str(caught.value).startswith(
        "a.csv, row 3: 'new' and 'old' both have a value here"
    ) or str(caught.value).startswith(
        "a.csv, row 3: 'old' and 'new' both have a value here"
    )


def test_a_name_that_fits_nothing_is_refused_or_said(tmp_path):
    path = two_years(tmp_path, '[crosswalk.columns]\nabsent = ["num_cronic"]\n')
    with pytest.raises(SettingsError, match=r"Did you mean 'num_chronic'\?"):
        eq.open(path)
    (path / "equity.toml").write_text(
        '[crosswalk.columns]\nabsent = ["num_chronic", "# Chronically Absent", "zz"]\n'
    )
    with eq.open(path) as data:
        assert any("no file has a column 'zz'" in note for note in data.source.notes)


def test_a_data_frame_has_a_crosswalk_too(tmp_path):
    config = tmp_path / "c.toml"
    config.write_text(
        '[crosswalk.columns]\nlunch = ["frl"]\n[crosswalk.values.lunch]\nfree = [1]\n'
    )
    frame = pd.DataFrame({"frl": [1, 2, 1], "score": [1.0, 2.0, 3.0]})
    with eq.open(frame, config=config) as data:
        found = data.source.query("SELECT lunch FROM records").column(0).to_pylist()
    assert found == ["free", "2", "free"]


# ---------------------------------------------------------------------- year from name


def test_the_year_of_one_file_is_taken_from_its_name_where_asked(tmp_path):
    toml = "[source]\nyear_from_name = true\n"
    path = folder(tmp_path, toml, ela_2019="race,pass\nA,1\n") / "ela_2019.csv"
    with eq.open(path) as data:
        found = data.source.query("SELECT year FROM records").column(0).to_pylist()
        assert found == ["2019"]


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("ela", "race,pass", "holds no year"),
        ("ela_2019_2021", "race,pass", "holds more than one"),
        ("ela_2019", "race,Year", "it has a column 'year' already"),
    ],
)
def test_a_name_without_one_year_is_refused_where_it_was_to_tell(
    tmp_path, name, head, said
):
    toml = "[source]\nyear_from_name = true\n"
    path = folder(tmp_path, toml, **{name: f"{head}\nA,1\n"}) / f"{name}.csv"
    with pytest.raises(EquitableError, match=said):
        eq.open(path)


def test_a_year_in_the_names_may_be_left_aside(tmp_path):
    toml = "[source]\nyear_from_name = false\n"
    path = folder(tmp_path, toml, a_2019="race\nA\n", a_2020="race\nB\n")
    with eq.open(path) as data:
        assert [column.name for column in data.source.columns] == ["race"]


# --------------------------------------------------------------------------- values


def test_two_spellings_in_one_year_and_place_would_count_twice(tmp_path):
    both = NEW.replace(
        "North,White", "North,SWD,12,20\nNorth,White"
    )  # 2020 has SWD and 'Students with disabilities' in the North
    path = folder(tmp_path, COLUMNS + VALUES, a_2019=OLD, a_2020=both)
    with pytest.raises(SettingsError) as caught:
        eq.open(path)
    said = str(caught.value)
    assert "in 2020, 'Students with disabilities' and 'SWD' both stand" in said
    assert "count twice" in said


def test_two_spellings_of_different_places_are_no_double_count(tmp_path):
    text = OLD.replace("South,SWD", "South,Special Education")
    path = folder(tmp_path, COLUMNS + VALUES, a_2019=text, a_2020=NEW)
    with eq.open(path) as data:
        assert data.schema.dimension("Students with disabilities")


def students(path: Path) -> Path:
    people = [
        f"{year},{name},{'pass' if n % 3 else 'fail'}"
        for year, name in (("2019", "SWD"), ("2020", "Disability"), ("2020", "General"))
        for n in range(30)
    ]
    people += [f"2019,General,{'pass' if n % 2 else 'fail'}" for n in range(30)]
    path.write_text("year,program,result\n" + "\n".join(people) + "\n")
    return path


def test_students_of_both_spellings_are_one_group(tmp_path):
    path = students(tmp_path / "s.csv")
    (tmp_path / "equity.toml").write_text(
        '[crosswalk.values.program]\nDisability = ["swd "]\n'
        '[dimensions.program]\nvalues = { SWD = "With", General = "Without" }\n'
        'order = ["Without", "With"]\n'
        '[indicators.result]\ntrue = ["pass"]\n'
    )
    with eq.open(path) as data:
        found = data.gaps("result", by=["program"], reference="SWD")
        # 60 students of either spelling, 20 of each 30 passed.
        assert rows(found)["With",] == (60, 40)
        assert {row.reference.group["program"] for row in found.rows} == {"With"}
        kept = data.gaps("result", by=["year"], where="program = SWD")
        assert rows(kept)["2019",] == (30, 20)
        assert rows(kept)["2020",] == (30, 20)


def test_columns_go_by_their_old_names_everywhere(tmp_path):
    path = folder(
        tmp_path,
        '[crosswalk.columns]\nabsent = ["num_chronic"]\ngroup = ["subgroup"]\n'
        '[crosswalk.values.subgroup]\nBlack = ["B"]\n'
        '[columns]\nnum_chronic = "count"\n'
        '[indicators.chronic]\ncount = "num_chronic"\ntotal = "enrolled"\n',
        a=OLD.replace("All Students", "Asian").replace("SWD", "B"),
    )
    with eq.open(path / "a.csv") as data:
        assert data.indicator("chronic").count == "absent"
        assert data.schema.dimension("subgroup").name == "group"
        found = data.gaps(
            "chronic", by=["district"], where="num_chronic > 0 and subgroup = B"
        )
    assert rows(found)["North",] == (20, 12)


def test_values_that_no_row_has_are_refused_or_said(tmp_path):
    toml = '[crosswalk.values.subgroup]\nX = ["SWDs"]\n'
    path = folder(tmp_path, COLUMNS + toml, a_2019=OLD, a_2020=NEW)
    with pytest.raises(SettingsError, match=r"does not hold 'X' or 'SWDs'.*'SWD'"):
        eq.open(path)
    (path / "equity.toml").write_text(COLUMNS + VALUES)
    with eq.open(path) as data:
        assert any("'Special Education' does not stand" in n for n in data.schema.notes)


def test_a_crosswalk_of_a_column_that_is_not_there_is_refused(tmp_path):
    path = folder(tmp_path, '[crosswalk.values.subgruop]\nA = ["B"]\n', a=OLD)
    with pytest.raises(SettingsError, match=r"Did you mean 'subgroup'\?"):
        eq.open(path / "a.csv")


# -------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[crosswalk.columns]\na = ["x"]\nb = ["X"]\n', "would become both 'a' and"),
        ('[crosswalk.columns]\na = ["b"]\nb = ["c"]\n', "is itself a name"),
        ('[crosswalk.values.g]\na = ["x"]\nb = ["x "]\n', "would become both"),
        ('[crosswalk]\ncolums = { a = ["b"] }\n', r"Did you mean 'columns'\?"),
        ("[crosswalk.columns]\na = [true]\n", r"\[crosswalk.columns\]"),
        ('[[break]]\nat = "2020"\n', r"\[\[break\]\] why"),
        ('[[break]]\nat = 2020\nwhy = "x"\noutcome = "y"\n', "unknown key 'outcome'"),
        ('[[breaks]]\nat = 2020\nwhy = "x"\n', r"Did you mean 'break'\?"),
        ('break = "2020"\n', "'break'"),
    ],
)
def test_what_cannot_be_meant_is_refused(toml, said):
    with pytest.raises(SettingsError, match=said):
        parse_settings(toml)


def test_what_is_written_is_read_again():
    text = (
        '[crosswalk.columns]\nabsent = "num chronic"\nhomeless = []\n'
        '[crosswalk.values."sub group"]\n"With" = ["SWD", 3]\n'
        '[[break]]\nat = 2021\nwhy = "Counted \\"otherwise\\"."\noutcomes = "absent"\n'
        'groups = { race = ["White"], sex = [] }\n'
        '[[break]]\nat = "2022-23"\nwhy = "b"\n'
    )
    read = parse_settings(text)
    assert parse_settings(settings_text(read)) == read
    assert read.breaks[0].at == "2021"
    assert read.crosswalk_values("sub group") == {"swd": "With", "3": "With"}


# --------------------------------------------------------------------------- inspect


def confirmed(proposal: str) -> str:
    """The proposal with its last lines taken out of the comment, as it says."""
    head, _, tail = proposal.partition("# To confirm:")
    lines = [re.sub(r"^# ?", "", line) for line in tail.splitlines()[1:]]
    return head + "\n".join(lines)


def test_inspect_proposes_a_group_that_goes_by_two_names(tmp_path):
    path = two_years(tmp_path, COLUMNS)
    with eq.open(path) as data:
        found = data.inspect()
    said = [finding.sentence for finding in found.quality.findings]
    assert (
        "In 'subgroup', 'SWD' stands until 2019 and 'Students with disabilities' from"
        " 2020 on: is it one group under two names?"
    ) in said
    read = tomllib.loads(confirmed(found.to_toml()))
    assert read["crosswalk"]["values"] == {
        "subgroup": {"Students with disabilities": ["SWD"]}
    }
    # As it stands it proposes nothing: a person confirms it first.
    assert "values" not in tomllib.loads(found.to_toml())["crosswalk"]


@pytest.mark.parametrize(
    ("old", "new", "one"),
    [
        ("ELL", "English Language Learners", True),
        ("Hispanic", "Asian", False),
        ("SWD", "Students without disabilities", False),
        ("Economically disadvantaged", "Economically Disadv.", True),
    ],
)
def test_which_names_may_be_one_group(tmp_path, old, new, one):
    head = "year,district,group,passed,tested\n"
    rest = "All Students,Male,Female"

    def year(name: str, own: str) -> str:
        groups = [*rest.split(","), own]
        return "".join(
            f"{name},{d},{g},{n + 5},{n + 20}\n"
            for d in ("North", "South")
            for n, g in enumerate(groups)
        )

    # A second group goes and another comes, so that size alone decides nothing.
    text = head + year("2019", old) + year("2020", new)
    text += "2019,North,Foster,5,900\n2020,North,Zebra,5,7\n"
    (tmp_path / "a.csv").write_text(text)
    with eq.open(tmp_path / "a.csv", fresh=True) as data:
        said = [f.sentence for f in data.inspect().quality.findings]
    assert any(f"'{old}' stands until" in s and f"'{new}'" in s for s in said) is one


def test_one_year_written_in_two_ways_is_told(tmp_path):
    lines = [f"{y},A,{n % 2}" for y in ("2019-20", "2019-2020", "2020-21")
             for n in range(12)]  # fmt: skip
    (tmp_path / "a.csv").write_text("year,race,passed\n" + "\n".join(lines) + "\n")
    with eq.open(tmp_path / "a.csv", fresh=True) as data:
        found = data.inspect()
    read = tomllib.loads(confirmed(found.to_toml()))
    assert read["crosswalk"]["values"]["year"] == {"2019-20": ["2019-2020"]}


def test_a_school_that_changed_its_name_gets_its_crosswalk(tmp_path):
    lines = [f"{y},7,{name},{n % 2},A" for y, name in (("2019", "Elm"), ("2020", "Oak"))
             for n in range(20)]  # fmt: skip
    lines += [f"{y},8,Ash,{n % 2},B" for y in ("2019", "2020") for n in range(20)]
    (tmp_path / "a.csv").write_text(
        "year,school_id,school_name,passed,race\n" + "\n".join(lines) + "\n"
    )
    with eq.open(tmp_path / "a.csv", fresh=True) as data:
        found = data.inspect()
    read = tomllib.loads(confirmed(found.to_toml()))
    assert read["crosswalk"]["values"]["school_name"] == {"Oak": ["Elm"]}


# ------------------------------------------------------------------------- real files


@pytest.mark.skipif(not DATA.exists(), reason="the shared files are not here")
def test_two_layouts_of_the_federal_collection_are_refused_in_a_sentence(tmp_path):
    for name in ("crdc_2013_14_sample_1000_schools.csv",
                 "crdc_2020_21_six_states.parquet"):  # fmt: skip
        (tmp_path / name).symlink_to(DATA / "crdc" / name)
    with pytest.raises(EquitableError, match="laid out differently") as caught:
        eq.open(tmp_path)
    assert "Open each by itself" in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.skipif(not DATA.exists(), reason="the shared files are not here")
def test_groups_of_one_year_of_new_york_are_not_made_one(tmp_path):
    toml = tmp_path / "c.toml"
    toml.write_text('[crosswalk.values.Category]\nSWD = ["ELL"]\n')
    with pytest.raises(SettingsError, match="in 2017-18, 'ELL' and 'SWD' both stand"):
        eq.open(DATA / "nyc" / "attendance_district_2018_2022.csv", config=toml)


def test_the_page_s_examples_are_accepted():
    page = (Path(__file__).parents[2] / "docs" / "over-the-years.md").read_text("utf-8")
    examples = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(examples) == 2
    read = parse_settings("\n".join(examples))
    assert read.crosswalk.columns["homeless"] == ()
    assert read.breaks[0].at == "2020-21"
