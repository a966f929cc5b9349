"""What equity.toml says of values, held against the file; and what a condition keeps."""

import pytest

import equitable as eq
from equitable.errors import EquitableError, InputError, SettingsError
from equitable.intake.settings import parse_settings, read_settings


@pytest.fixture
def opened(tmp_path):
    """A file of thirty of each of two rows, with a file of settings of any name."""

    def of(settings, header="lunch,result,score", rows=("Y,Passed,10", "N,Not yet,20")):
        path = tmp_path / "a.csv"
        path.write_text(header + "\n" + "\n".join([*rows] * 30) + "\n", "utf-8")
        (tmp_path / "other.toml").write_text(settings, "utf-8")
        return eq.open(path, config=tmp_path / "other.toml")

    return of


def refused(opened, settings, **more):
    with pytest.raises(EquitableError) as caught, opened(settings, **more):
        pass
    return caught.value


OK = '[indicators.ok]\ncolumn = "result"\n'


@pytest.mark.parametrize(
    "more", ['true = ["Pass"]', 'true = ["P", "Pass"]\nmissing = ["Not yet"]']
)
def test_a_value_that_is_nowhere_is_refused(opened, more):
    error = refused(opened, OK + more)
    assert isinstance(error, SettingsError)
    assert error.file == "other.toml"
    assert "[indicators.ok] true" in str(error)
    assert "a.csv" in str(error)
    assert error.next_step.startswith("Its values are 'Passed', 'Not yet'.")


def test_upper_case_and_blanks_do_not_count(opened):
    with opened(OK + 'true = [" PASSED "]') as found:
        answer = found.gaps("ok", by=["lunch"]).to_dict()
    assert answer["overall"]["value"] == pytest.approx(0.5)


def test_whole_numbers_with_a_point_are_the_same(opened):
    rows = ("Y,1.0,1", "N,2.0,2", "N,3.0,3")
    with opened(OK + "true = [2]", rows=rows) as found:
        answer = found.gaps("ok", by=["lunch"]).to_dict()
    assert answer["overall"]["value"] == pytest.approx(1 / 3)


def test_one_that_is_there_and_one_that_is_not_is_said(opened):
    with opened(OK + 'true = ["Passed", "Excelled"]') as found:
        assert any("'Excelled' does not stand in" in one for one in found.schema.notes)
        assert "'Excelled'" in " ".join(
            found.gaps("ok", by=["lunch"]).to_dict()["provenance"]["notes"]
        )


def test_nobody_reached_it_where_all_the_rest_is_listed(opened):
    with opened(OK + 'true = ["Y"]\nfalse = ["Passed", "Not yet"]') as found:
        answer = found.gaps("ok", by=["lunch"]).to_dict()
    assert answer["overall"]["value"] == 0


def test_a_value_that_only_a_condition_leaves_out_is_no_error(opened):
    rows = ("Y,Passed,10", "N,Not yet,20", "Y,Not yet,20")
    with opened(OK + 'true = ["Passed"]', rows=rows) as found:
        answer = found.gaps("ok", by=["lunch"], where="score = 20").to_dict()
    assert answer["overall"]["value"] == 0


def test_a_value_beyond_the_first_rows_is_found(opened):
    rows = ["Y,a,1", "N,b,2"] * 200
    with opened(OK + 'true = ["c"]', rows=[*rows, "Y,c,3"]) as found:
        assert found.schema.notes == ()


def test_groups_that_are_nowhere_are_refused(opened):
    error = refused(opened, '[dimensions.lunch]\nvalues = { A = "Free", B = "Paid" }')
    assert "[dimensions.lunch] values" in str(error)
    assert "'Y'" in error.next_step


def test_a_group_that_is_not_there_beside_one_that_is(opened):
    text = '[dimensions.lunch]\nvalues = { y = "Free", B = "Paid" }'
    with opened(text) as found:
        assert any(
            "'B' does not stand in 'lunch'" in note for note in found.schema.notes
        )


def test_parts_of_a_list_of_races_count(opened):
    text = '[dimensions.race]\nvalues = { W = "White", B = "Black" }'
    rows = ("W;B,1,2", "W,1,3")
    with opened(text, header="race,x,score", rows=rows) as found:
        assert found.schema.notes == ()


def test_a_code_of_no_value_that_is_nowhere_is_said(opened):
    with opened(OK + 'true = ["Passed"]\nmissing = ["-99"]') as found:
        assert any("missing: '-99'" in note for note in found.schema.notes)


def test_a_rare_value_is_not_quoted(opened):
    rows = [*["Y,Passed,1", "N,Not yet,2"] * 20, "Y,Suspended in May,3"]
    with pytest.raises(EquitableError) as caught:
        refused_once(opened, OK + 'true = ["Suspend"]', rows)
    assert "May" not in str(caught.value)


def refused_once(opened, text, rows):
    """Each row stands once."""
    found = opened('[indicators.score]\nkind = "mean"\n', rows=["Y,a,1", "N,b,2"])
    path = found.source.paths[0]
    found.close()
    path.write_text("lunch,result,score\n" + "\n".join(rows) + "\n", "utf-8")
    path.with_name("other.toml").write_text(text, "utf-8")
    eq.open(path, config=path.with_name("other.toml")).close()


def test_settings_of_another_name_are_named(opened):
    error = refused(opened, '[indicators.x]\ncolumn = "scor"\n')
    assert error.file == "other.toml"
    assert str(error).startswith("other.toml: [indicators.x] names a column 'scor'")


# ------------------------------------------------------------------ possible values

SCORE = '[indicators.sc]\ncolumn = "score"\n'


@pytest.mark.parametrize("bounds", ["high = 15", "low = 15", "low = 1\nhigh = 19"])
@pytest.mark.parametrize("kind", ['kind = "mean"', "at_least = 12", 'kind = "per 100"'])
def test_a_value_beyond_a_persons_bounds_is_refused_by_its_row(opened, bounds, kind):
    with opened(f"{SCORE}{kind}\n{bounds}\n") as found:
        with pytest.raises(InputError) as caught:
            found.gaps("sc", by=["lunch"])
        assert caught.value.row == (2 if "low = 15" in bounds else 3)
        assert "change low or high" in caught.value.next_step


def test_bounds_belong_to_what_is_possible(opened):
    with opened(SCORE + 'kind = "mean"\nlow = 10\nhigh = 20\n') as found:
        answer = found.gaps("sc", by=["lunch"]).to_dict()
    assert answer["overall"]["value"] == pytest.approx(15)


def test_a_code_of_no_value_may_lie_beyond_the_bounds(opened):
    with opened(SCORE + 'kind = "mean"\nhigh = 15\nmissing = [20]\n') as found:
        answer = found.gaps("sc", by=["lunch"]).to_dict()
    assert answer["overall"]["value"] == pytest.approx(10)


def test_bounds_the_wrong_way_round():
    with pytest.raises(SettingsError, match="low = 5 above high = 1"):
        parse_settings("[indicators.x]\nlow = 5\nhigh = 1\n")


# ------------------------------------------------------------------ tables of counts

COUNTS = """year,race,proficient,tested
2021,Black,10,20
2022,Black,,25
2021,White,30,40
2022,White,31,41
"""


def test_a_group_without_its_count_in_one_year_is_said(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(COUNTS, "utf-8")
    with eq.open(path) as counts:
        found = counts.quality()
    said = [one for one in found.findings if one.kind == "missing by group"]
    assert len(said) == 1
    assert said[0].severity == "caution"
    assert said[0].sentence.startswith("In 2022, 'proficient' has no number for")
    assert "Black" in said[0].sentence
    assert "1 of 1 row of counts" in said[0].sentence
    assert found.rows_are == "counts"


@pytest.mark.parametrize("gone", ["10,20", ",20", "10,"])
def test_the_same_groups_in_each_year_are_not(tmp_path, gone):
    path = tmp_path / "c.csv"
    whole = COUNTS.replace("2022,Black,,25", f"2022,Black,{gone}")
    whole = whole.replace("2021,Black,10,20", f"2021,Black,{gone}")
    path.write_text(whole, "utf-8")
    with eq.open(path) as counts:
        found = counts.quality()
    assert not any(one.kind == "missing by group" for one in found.findings)


def test_rows_for_everybody_are_totals_and_no_group(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(COUNTS + "2021,All Students,40,60\n2022,All Students,50,66\n")
    with eq.open(path) as counts:
        notes = counts.schema.notes_where(counts.source, None)
        assert "All Students" not in counts.schema.dimension("race").order
    assert not [note for note in notes if "rows overlap" in note]


# ------------------------------------------------------------------ joined files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[join]]\nfile = "a.csv"\n', r"\[\[join\]\] on"),
        ('[[join]]\nfile = "a.csv"\non = "x"\nkey = "y"\n', "unknown key 'key'"),
        ('[[join]]\nfile = "a.csv"\non = { a = "b", c = "d" }\n', "2 pairs"),
        ('[source]\ndecimal = ";"\n', "not one of the choices"),
    ],
)
def test_what_a_join_must_say(text, said):
    with pytest.raises(SettingsError, match=said):
        parse_settings(text)


def test_a_join_is_written_as_it_was_read(tmp_path):
    text = (
        '[[join]]\nfile = "days.csv"\non = { "Student ID" = "sid" }\nyear = "Year"\n'
        '[[join]]\nfile = "more.csv"\non = "sid"\ndecimal = ","\n'
    )
    from equitable.intake.settings import settings_text

    before = parse_settings(text)
    place = tmp_path / "equity.toml"
    place.write_text(settings_text(before), "utf-8")
    assert read_settings(place) == before
