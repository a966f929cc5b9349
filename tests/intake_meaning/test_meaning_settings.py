"""``equity.toml``: read strictly, written readably, never over a person's work."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.errors import OutputError, SettingsError
from equitable.intake import settings as s
from equitable.intake.race import VIEW_NAMES
from equitable.vocabulary import Direction, Kind, Role

FULL = """
[source]
files = ["star.csv"]

[columns]
"rownames" = "identifier"

[dimensions.race]
columns = ["ethnicity"]
label = "Race and ethnicity"
view = "spd 15"
values = { "cauc" = "White" }
order = ["White", "Asian"]

[indicators.passed]
true = ["Pass", 1, true]
false = ["Fail"]
direction = "lower"

[indicators."math at 600"]
column = "math3"
at_least = 600

[privacy]
min_n = 20
"""


def test_everything_is_read():
    read = s.parse_settings(FULL)
    assert read.columns == {"rownames": Role.IDENTIFIER}
    assert read.dimensions["race"].view == "spd 15"
    assert read.dimensions["race"].values == {"cauc": "White"}
    assert read.indicators["passed"].true == ("Pass", "1", "true")
    assert read.indicators["passed"].direction is Direction.LOWER
    assert read.indicators["math at 600"].at_least == 600
    assert read.privacy.min_n == 20


def test_views_are_those_of_race():
    assert set(get_args(s.ViewName)) == set(VIEW_NAMES)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[columns]\n\nx = nonsense", ["row 3", "not TOML"]),
        ('[colums]\nx = "dimension"', ["unknown key 'colums'", "'columns'"]),
        ('[columns]\nx = "dimention"', ["[columns]", "x", "'dimension'", "Did you mean 'dimension'"]),
        ('[indicators.m]\nkind = "avg"', ["[indicators.m]", "kind", "'rate'", "'per 100'"]),
        ('[indicators.m]\ndirecton = "higher"', ["directon", "Did you mean 'direction'"]),
        ('[dimensions.r]\nview = "spd15"', ["[dimensions.r]", "view", "'spd 15'"]),
        ('[indicators."a b"]\ncount = "n"', ["a b", "without a total"]),
        ('[indicators.a]\nkind = "share of days"', ["without the days enrolled"]),
        ('[indicators.a]\ntrue = ["x"]\nat_least = 3', ["2 ways", "true and at_least"]),
        ('[indicators.a]\ntrue = ["x"]\nkind = "mean"', ["makes a rate", "mean"]),
        ('[indicators.a]\ntrue = ["X"]\nfalse = ["x"]', ["both true and false"]),
        ("[indicators.a]\nthreshold = 10", ["threshold = 10"]),
        ("[privacy]\nmin_n = 0", ["[privacy]", "min_n"]),
        ('indicators = "x"', ["'indicators'"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text, parts):
    with pytest.raises(SettingsError) as caught:
        s.parse_settings(text)
    for part in ("equity.toml", *parts):
        assert part in str(caught.value)


def test_columns_are_held_against_the_source():
    read = s.parse_settings(FULL)
    read.check_columns(["rownames", "ethnicity", "passed", "math3"], "star.csv")
    with pytest.raises(SettingsError, match=r"math3.*Did you mean 'math2'"):
        read.check_columns(["rownames", "ethnicity", "passed", "math2"], "star.csv")


class Proposed:
    def __init__(self, text: str) -> None:
        self.text = text

    def to_toml(self) -> str:
        return self.text


# No name has U+0000 in it: the settings refuse it.
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
TEXT = st.text(CHARACTERS, min_size=1, max_size=20)


@given(
    name=TEXT,
    columns=st.dictionaries(TEXT, st.sampled_from(Role), max_size=4),
    values=st.dictionaries(TEXT, TEXT, max_size=3),
    true=st.lists(TEXT.filter(str.strip), max_size=3, unique_by=str.casefold),
    cut=st.none() | st.floats(-1e6, 1e6),
    reason=TEXT,
)
def test_what_is_written_is_read_back(name, columns, values, true, cut, reason):
    before = s.Settings(
        columns=columns,
        dimensions={name: s.DimensionSettings(columns=(name,), values=values)},
        indicators={
            name: s.IndicatorSettings(
                column=name, true=tuple(true), kind=Kind.RATE if true else None, low=cut
            )
        },
    )
    reasons = dict.fromkeys([*columns, f"dimensions.{name}"], reason)
    assert (
        s.parse_settings(s.settings_text(before, reasons, closing=[reason])) == before
    )


def test_reasons_are_comments():
    text = s.settings_text(
        s.Settings(columns={"x": Role.SCHOOL}), {"x": "a guess:\nnamed so"}
    )
    assert '"x" = "school"  # a guess: named so' in text


def test_a_file_that_is_there_is_left(tmp_path):
    place = tmp_path / "equity.toml"
    s.write_settings(Proposed("a = 1\n"), place)
    with pytest.raises(OutputError, match="there already"):
        s.write_settings(Proposed("a = 2\n"), place)
    assert place.read_text() == "a = 1\n"
    s.write_settings(Proposed("a = 2\n"), place, replace=True)
    assert place.read_text() == "a = 2\n"
    assert [p.name for p in tmp_path.iterdir()] == ["equity.toml"]


@pytest.mark.parametrize("where", ["missing", "file.txt"])
def test_where_nothing_can_be_written_nothing_is(tmp_path, where):
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(OutputError, match="there is no folder"):
        s.write_settings(Proposed("a = 1\n"), tmp_path / where / "equity.toml")
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written"):
        s.write_settings(Proposed("a = 1\n"), tmp_path / "equity.toml")
    assert list(tmp_path.iterdir()) == []


def test_settings_are_found_here_before_beside_the_source(tmp_path):
    here, beside = tmp_path / "here", tmp_path / "beside"
    here.mkdir()
    beside.mkdir()
    source = beside / "star.csv"
    source.write_text("a\n1\n")
    assert s.find_settings(source, here) is None
    (beside / "equity.toml").write_text('[source]\nfiles = ["star.csv"]\n')
    assert s.find_settings(source, here) == beside / "equity.toml"
    (here / "equity.toml").write_text('[source]\nfiles = ["other.csv"]\n')
    assert s.find_settings(source, here) == beside / "equity.toml"
    (here / "equity.toml").write_text('[source]\nfiles = ["st*.csv"]\n')
    assert s.find_settings(source, here) == here / "equity.toml"
    assert s.find_settings(None, here) is None  # a data frame is not those files


def test_a_missing_or_binary_file_is_said(tmp_path):
    with pytest.raises(SettingsError, match="no such file"):
        s.read_settings(Path(tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SettingsError, match="UTF-8"):
        s.read_settings(tmp_path / "bad.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a=" + "[" * 100_000, "too deeply"),
        ("[privacy]\nmin_n = " + "9" * 5000, "too long"),
        ("[privacy]\nmin_n = 0x" + "f" * 5000, "too long|10000"),
        ("[indicators.a]\ntrue = 0x" + "f" * 5000, "too long"),
        ("[privacy]\nmin_n = " + "9" * 30, "10000"),
        ("[privacy]\nmin_n = 10001", "10000"),
        ('[source]\nencoding = "utf-7"', "no encoding of tables called 'utf-7'"),
        ('[source]\nencoding = "idna"', "no encoding of tables called 'idna'"),
        ('[source]\nencoding = "nonsense"', "no encoding of tables"),
    ],
)
def test_settings_no_one_writes_are_refused_in_a_sentence(text, said):
    with pytest.raises(SettingsError, match=said) as caught:
        s.parse_settings(text)
    assert caught.value.file == "equity.toml"


def test_usual_encodings_and_limits_are_taken():
    taken = s.parse_settings('[source]\nencoding = "Latin-1"\n[privacy]\nmin_n = 10000')
    assert (taken.source.encoding, taken.privacy.min_n) == ("Latin-1", 10_000)
