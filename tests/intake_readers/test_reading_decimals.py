"""Commas in numbers: before decimals, between thousands, or nobody can tell."""

import pytest

import equitable as eq
from equitable.errors import EquitableError
from equitable.intake.source import open_source


def put(folder, name, content):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def column(path, name, **options):
    with open_source(path, **options) as source:
        table = source.query(f'SELECT "{name}" AS v FROM records')
        return sorted(map(str, table.column("v").to_pylist())), source.notes


def test_decimal_commas_are_read_and_said(tmp_path):
    path = put(tmp_path, "a.csv", "school;score;n\nA;12,5;1\nB;1.234,0;2\nC;-7;3\n")
    values, notes = column(path, "score")
    assert values == ["-7", "12.5", "1234.0"]
    assert any("decimals with a comma, in 'score'" in note for note in notes)
    assert column(path, "n")[0] == ["1", "2", "3"]


def test_decimal_commas_in_quotes_in_a_file_of_commas(tmp_path):
    path = put(tmp_path, "a.csv", 'school,score\nA,"12,5"\nB,"0,125"\nC,NA\n')
    assert column(path, "score")[0] == ["0.125", "12.5", "NA"]


@pytest.mark.parametrize("values", [["1,234", "2,500"], ["1,234", "999"]])
def test_what_may_be_thousands_is_never_guessed(tmp_path, values):
    rows = "".join(f'{"YN"[i % 2]},"{values[i % 2]}"\n' for i in range(60))
    path = put(tmp_path, "a.csv", "lunch,score\n" + rows)
    found, notes = column(path, "score")
    assert set(found) == set(values)
    assert any("thousands or decimals" in note for note in notes)
    with eq.open(path) as students, pytest.raises(EquitableError) as caught:
        students.gaps("score", by=["lunch"])
    assert "thousands or decimals" in str(caught.value)
    assert 'decimal = "."' in str(caught.value)


@pytest.mark.parametrize(
    ("decimal", "read"),
    [(",", ["1.234", "12", "2.500"]), (".", ["12", "1234", "2500"])],
)
def test_a_person_says_what_the_comma_is(tmp_path, decimal, read):
    path = put(tmp_path, "a.csv", "score;n\n1,234;1\n2,500;2\n12;3\n")
    assert column(path, "score", decimal=decimal)[0] == read


@pytest.mark.parametrize(("decimal", "mean"), [(",", 2), (".", 2000)])
def test_equity_toml_says_it(tmp_path, decimal, mean):
    rows = "Y;1,000\nN;2,000\nN;3,000\n" * 20
    path = put(tmp_path, "a.csv", "lunch;score\n" + rows)
    put(tmp_path, "equity.toml", f'[source]\ndecimal = "{decimal}"\n')
    with eq.open(path) as students:
        answer = students.gaps("score", by=["lunch"]).to_dict()
    # (1,000 + 2,000 + 3,000) / 3, in thousands or not.
    assert answer["overall"]["value"] == pytest.approx(mean)


def test_a_point_among_decimal_commas_is_refused_not_misread(tmp_path):
    head = "Y;1,5\nN;2,5\n" * 2000
    path = put(tmp_path, "a.csv", "lunch;score\n" + head + "Y;1.234\n")
    with eq.open(path) as students, pytest.raises(EquitableError) as caught:
        students.gaps("score", by=["lunch"])
    # 4,000 rows beneath the header, then this one.
    assert caught.value.row == 4002
    assert "not a number" in str(caught.value)


def test_text_with_commas_stays(tmp_path):
    path = put(tmp_path, "a.csv", 'n,races\n1,"White,Black"\n2,"1,5 or so"\n')
    assert column(path, "races")[0] == ["1,5 or so", "White,Black"]


def test_a_copy_made_whole_is_read_alike(tmp_path):
    # Rows that end in more than one way are read from a copy.
    path = tmp_path / "a.csv"
    path.write_bytes(b"a;score\r\n" + b"1;12,5\r\n" * 3000 + b"\n\n" + b"2;3,25\n" * 9)
    assert set(column(path, "score")[0]) == {"12.5", "3.25"}
