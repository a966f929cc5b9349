"""Joining a further file of the same students by a keyed hash."""

import hashlib
import hmac
import os
import stat
import zipfile

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import equitable as eq
from equitable.errors import EquitableError, InputError, SettingsError
from equitable.intake.joining import Join
from equitable.intake.source import open_source

KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def key(tmp_path, monkeypatch):
    place = tmp_path / "the.key"
    place.write_text(KEY.hex(), encoding="ascii")
    place.chmod(0o600)
    monkeypatch.setenv("EQUITABLE_KEY_FILE", str(place))
    return place


@pytest.fixture
def put(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()

    def write(name, text):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def students(put, rows="7701,Y,50\n7702,N,60\n7703,Y,70\n"):
    return put("students.csv", "student_id,lunch,math\n" + rows)


def days(put, rows="7702,Ana Ruiz,9\n7701,Ben Ode,3\n7799,Cy Lee,1\n"):
    return put("days.csv", "student_id,Full Name,days_absent\n" + rows)


def records(first, *joins):
    with open_source(first, join=joins) as source:
        table = source.query("SELECT * FROM records ORDER BY math")
        return table.to_pylist(), source


def refused(first, *joins):
    with pytest.raises(EquitableError) as caught:
        records(first, *joins)
    return caught.value


def test_every_row_of_the_first_stays_with_what_the_second_says(put):
    rows, source = records(students(put), Join(days(put), on="student_id"))
    assert [(row["math"], row["days_absent"]) for row in rows] == [
        ("50", "3"), ("60", "9"), ("70", None),
    ]  # fmt: skip
    said = " ".join(source.notes)
    assert "fewer than 10 students of it had no partner" in said
    assert "fewer than 10 rows of students.csv had no partner" in said


def test_the_number_is_the_hash_that_pythons_hmac_gives(put):
    rows, source = records(students(put), Join(days(put), on="student_id"))
    assert [row["student_id"] for row in rows] == [
        hmac.new(KEY, number, hashlib.sha256).hexdigest()
        for number in (b"7701", b"7702", b"7703")
    ]
    assert source.hashed == ("student_id",)


def test_identifiers_of_the_second_are_dropped_and_said(put):
    rows, source = records(students(put), Join(days(put), on="student_id"))
    assert set(rows[0]) == {"student_id", "lunch", "math", "days_absent"}
    assert any("'Full Name' (names of people)" in note for note in source.notes)


def test_nothing_put_aside_holds_a_number_or_a_name(put, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with open_source(students(put), join=[Join(days(put), on="student_id")]) as source:
        source.query("SELECT * FROM records")
        folders = [p for p in tmp_path.glob("equitable-*") if p.is_dir()]
        kept = [p for f in folders for p in f.rglob("*") if p.is_file()]
        assert any(p.suffix == ".parquet" for p in kept)
        for path in kept:
            for word in (b"7701", b"7799", b"Ruiz", KEY.hex().encode()):
                assert word not in path.read_bytes()
    assert not any(p.is_dir() for p in tmp_path.glob("equitable-*"))


def test_the_number_goes_no_further_than_beneath_the_join(put):
    with open_source(students(put), join=[Join(days(put), on="student_id")]) as source:
        plan = source.query("EXPLAIN SELECT * FROM records").column(1)[0].as_py()
    # The engine may put on disk what a join is handed: the projection beneath it, which
    # makes the key, stands above all that has the number.
    assert plan.count("HASH_JOIN") == 1
    beneath = plan.split("HASH_JOIN")[1]
    assert beneath.rindex("equitable key 0") < beneath.index("student_id")


def test_names_that_differ_and_a_year(put):
    first = put(
        "students.csv",
        "Student ID,Year,math\n1,2023,50\n1,2024,60\n2,2024,70\n",
    )
    second = put("days.csv", "sid,yr,absent\n1,2024,5\n1,2023,4\n2,2023,9\n")
    join = Join(second, on={"Student ID": "sid"}, year={"Year": "yr"})
    rows, _ = records(first, join)
    assert [row["absent"] for row in rows] == ["4", "5", None]


def test_a_student_in_several_rows_of_the_second_is_refused(put):
    second = days(put, "7701,Ana Ruiz,1\n7701,Ana Ruiz,2\n")
    error = refused(students(put), Join(second, on="student_id"))
    assert isinstance(error, InputError)
    assert "more than once" in str(error)
    assert "year" in error.next_step
    assert "7701" not in str(error)


def test_several_rows_of_a_student_in_the_first_are_fine(put):
    first = students(put, "7701,Y,50\n7701,Y,60\n")
    rows, _ = records(first, Join(days(put), on="student_id"))
    assert [row["days_absent"] for row in rows] == ["3", "3"]


def test_numbers_are_matched_as_text_and_zeros_are_said(put):
    first = students(put, "00123,Y,50\n7702,N,60\n")
    second = days(put, "123,Ana Ruiz,9\n7702,Ben Ode,3\n")
    rows, source = records(first, Join(second, on="student_id"))
    assert [row["days_absent"] for row in rows] == [None, "3"]
    assert any("zeros at the start" in note for note in source.notes)
    same = days(put, "00123,Ana Ruiz,9\n7702,Ben Ode,3\n")
    _, source = records(first, Join(same, on="student_id"))
    assert not any("zeros at the start" in note for note in source.notes)


def test_no_student_in_both_is_refused(put):
    error = refused(
        students(put, "00123,Y,50\n"),
        Join(days(put, "123,Ana Ruiz,9\n"), on="student_id"),
    )
    assert "no student of it is in students.csv" in str(error)
    assert "zeros at the start" in str(error)


def test_a_number_of_a_frame_matches_the_text_of_a_file(put):
    first = pd.DataFrame({"student_id": [7701.0, None], "math": [50, 60]})
    rows, _ = records(first, Join(days(put), on="student_id"))
    # A row without a number has no partner, and is no partner of another such.
    assert [row["days_absent"] for row in rows] == ["3", None]


def test_rows_without_a_number_are_counted(put):
    second = days(put, "7701,Ana Ruiz,9\n,Ben Ode,3\nNA,Cy Lee,4\n")
    _, source = records(students(put), Join(second, on="student_id"))
    assert any("have no student number" in note for note in source.notes)


def test_a_column_of_both_keeps_the_firsts(put):
    second = put("days.csv", "student_id,LUNCH,days_absent\n7701,N,3\n")
    rows, source = records(students(put), Join(second, on="student_id"))
    assert rows[0]["lunch"] == "Y"
    assert any("'LUNCH' of days.csv is left out" in note for note in source.notes)


@pytest.mark.parametrize("on", ["studentid", {"student_id": "sid"}])
def test_a_column_that_is_not_there(put, on):
    error = refused(students(put), Join(days(put), on=on))
    assert isinstance(error, SettingsError)
    assert "does not have" in str(error)
    assert "'student_id'" in error.next_step


def test_two_joins(put):
    more = put("home.csv", "student_id,bus\n7703,Y\n7701,N\n")
    rows, source = records(
        students(put), Join(days(put), on="student_id"), Join(more, on="student_id")
    )
    assert [(r["days_absent"], r["bus"]) for r in rows] == [
        ("3", "N"), ("9", None), (None, "Y"),
    ]  # fmt: skip
    assert [one.name for one in source.files()] == [
        "students.csv", "days.csv", "home.csv",
    ]  # fmt: skip
    assert {path.name for path in source.paths} == {
        "students.csv", "days.csv", "home.csv",
    }  # fmt: skip


def test_a_row_is_found_in_its_place(put):
    rows = "".join(f"{7000 + i},Y,{i}\n" for i in range(3000))
    second = "".join(f"{7000 + i},Ana Ruiz,{i % 7}\n" for i in reversed(range(3000)))
    with open_source(
        students(put, rows), join=[Join(days(put, second), on="student_id")]
    ) as source:
        found = source.first_row("math = '2500' AND days_absent IS NOT NULL")
    # The header is row 1, math 0 stands in row 2.
    assert found.row == 2502
    assert found.file == "students.csv with days.csv"


def test_it_cannot_reach_any_other_file(put):
    other = put("other.csv", "a,b\n1,2\n")
    with (
        open_source(students(put), join=[Join(days(put), on="student_id")]) as source,
        pytest.raises(EquitableError),
    ):
        source.query(f"SELECT * FROM read_csv('{other}')")


def test_equity_toml_joins_and_gives_roles(put):
    n = 60
    first = students(put, "".join(f"{100 + i},{'YN'[i % 2]},{i}\n" for i in range(n)))
    days(put, "".join(f"{100 + i},Ana Ruiz,{(i % 2) * 10}\n" for i in range(n)))
    put(
        "equity.toml",
        '[[join]]\nfile = "days.csv"\non = "student_id"\n'
        '[columns]\n"Full Name" = "identifier"\n'
        '[indicators.absent]\ncolumn = "days_absent"\nat_least = 5\n'
        'direction = "lower"\n',
    )
    with eq.open(first) as opened:
        assert opened.schema.student == "student_id"
        answer = opened.gaps("absent", by=["lunch"]).to_dict()
        again = opened.inspect()
        assert "days_absent" in [column.name for column in again.columns]
        text = again.to_toml()
    # Every second student was absent ten days.
    assert answer["overall"]["value"] == pytest.approx(0.5)
    assert [one["name"] for one in answer["provenance"]["files"]] == [
        "students.csv", "days.csv",
    ]  # fmt: skip
    assert "[[join]]" in text
    assert '"Full Name" = "identifier"' in text


def test_a_library_join(put):
    with eq.open(students(put), join=[eq.Join(days(put), on="student_id")]) as opened:
        assert "days_absent" in opened.schema.allowed_columns
        assert "student_id" not in opened.schema.allowed_columns


def test_the_key_is_made_once_and_is_its_owners(put, tmp_path, monkeypatch):
    monkeypatch.delenv("EQUITABLE_KEY_FILE")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    join = Join(days(put), on="student_id")
    first, _ = records(students(put), join)
    made = tmp_path / "settings" / "equitable" / "key"
    if os.name != "nt":
        assert stat.S_IMODE(made.stat().st_mode) == 0o600
    again, _ = records(students(put), join)
    assert [r["student_id"] for r in first] == [r["student_id"] for r in again]


def test_a_damaged_second_file_is_named(put):
    second = put("days.csv", "student_id,days_absent\n7701,3\n7702,4,5\n")
    error = refused(students(put), Join(second, on="student_id"))
    assert error.file == "days.csv"
    assert error.row == 3


def test_no_number_or_name_of_either_file_leaves(put, tmp_path):
    n = 60
    first = students(
        put, "".join(f"{904417000 + i},{'YN'[i % 2]},{400 + i}\n" for i in range(n))
    )
    second = days(
        put, "".join(f"{904417000 + i},Zyx Quell,{i % 9}\n" for i in range(n))
    )
    out = tmp_path / "out"
    out.mkdir()
    with eq.open(first, join=[eq.Join(second, on="student_id")]) as opened:
        opened.report([out / "r.html", out / "r.xlsx"])
        (out / "equity.toml").write_text(opened.inspect().to_toml(), "utf-8")
        (out / "inspect.json").write_text(str(opened.inspect().to_dict()), "utf-8")
        text = str(opened.gaps("days_absent", by=["lunch"]).to_dict())
        (out / "gaps.json").write_text(text, "utf-8")
    hashed = hmac.new(KEY, b"904417000", hashlib.sha256).hexdigest().encode()
    for path in out.iterdir():
        kept = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                kept = b"".join(map(archive.read, archive.namelist()))
        assert b"days_absent" in kept or b"Days absent" in kept
        for word in (b"904417", b"Quell", KEY.hex().encode(), hashed, b"the.key"):
            assert word not in kept, (path.name, word)


NUMBERS = st.sampled_from(["1", "2", "03", "3", "4.0", "4", " 5 ", "5", "", "NA", "é"])


@given(
    st.lists(NUMBERS, min_size=1, max_size=12),
    st.lists(NUMBERS, max_size=12, unique_by=lambda text: text.strip()),
)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_it_is_a_left_join_as_pandas_makes_it(first, second):
    def plain(text):
        text = text.strip()
        text = text.removesuffix(".0") if text[:-2].isdigit() else text
        return None if text in ("", "NA") else text

    left = pd.DataFrame({"student_id": [*first, "zz"], "row": range(len(first) + 1)})
    right = pd.DataFrame({"student_id": [*second, "zz"]})
    right["value"] = [f"v{i}" for i in range(len(right))]
    if right["student_id"].map(plain).dropna().duplicated().any():
        with pytest.raises(EquitableError, match="more than once"):
            open_source(left, join=[Join(right, on="student_id")])
        return
    wanted = left.assign(k=left["student_id"].map(plain)).merge(
        right.assign(k=right["student_id"].map(plain)).dropna(subset="k")[
            ["k", "value"]
        ],
        on="k",
        how="left",
    )
    with open_source(left, join=[Join(right, on="student_id")]) as source:
        found = source.query('SELECT "row", "value" FROM records ORDER BY "row"')
    values = [None if pd.isna(value) else value for value in wanted["value"]]
    assert found.column("value").to_pylist() == values
    assert found.column("row").to_pylist() == list(wanted["row"])
