"""The grammar of --where, on a real table."""

import contextlib

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.errors import EquitableError, QuestionError
from equitable.intake.where import parse, quote_name, quote_value

ROWS = [
    (1, "Black", "3", "50"),
    (2, "White", "K", "80"),
    (3, None, "03", "x"),
    (4, "black ", "10", ""),
    (5, "O'Brien", "3.0", "-1"),
]
COLUMNS = ["id", "race", "grade", "Number Tested"]


@pytest.fixture(scope="module")
def table():
    connection = duckdb.connect()
    connection.execute(
        'CREATE TABLE t (id INT, race VARCHAR, grade VARCHAR, "Number Tested" VARCHAR)'
    )
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS)
    yield connection
    connection.close()


def kept(table, text):
    condition = parse(text, COLUMNS)
    found = table.execute(f"SELECT id FROM t WHERE {condition.sql} ORDER BY id")
    return [row[0] for row in found.fetchall()]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("race = Black", [1, 4]),
        ("race == 'BLACK'", [1, 4]),
        ("RACE = black", [1, 4]),
        ("race != Black", [2, 5]),
        ("not race = Black", [2, 5]),
        ("grade = 3", [1, 3, 5]),
        ("grade = '3'", [1]),
        ("grade != 3", [2, 4]),
        ("grade > 3", [4]),
        ("grade in (3, K)", [1, 2, 3, 5]),
        ("grade not in (3, K)", [4]),
        ("Number Tested >= 50", [1, 2]),
        ('"Number Tested" < 0', [5]),
        ('race = "O\'Brien"', [5]),
        ("race = 'O''Brien'", [5]),
        ("race = Black and grade = 10", [4]),
        ("race = White or race = Black and grade = 3", [1, 2]),
        ("(race = White or race = Black) and grade = 3", [1]),
        ("not (race = White or grade = 3)", [4]),
        ("race ≠ Black", [2, 5]),
        ("grade ≥ 10", [4]),
        ("race >= Black", [1, 2, 4, 5]),
        ("race = Black; DROP TABLE t", []),
        ("race = Black' OR 1=1 --", None),
    ],
)
def test_it_keeps_the_rows_that_meet_it(table, text, rows):
    if rows is None:
        with pytest.raises(QuestionError):
            kept(table, text)
    else:
        assert kept(table, text) == rows


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rac = Black", "Did you mean 'race'"),
        ("race", "where a comparison"),
        ("race =", "where a value"),
        ("race = Black and", "where a column's name"),
        ("race in Black", "where '('"),
        ("race in (Black", "where ',' or ')'"),
        ("(race = Black", "where ')'"),
        ("race = Black)", "where 'and', 'or' or the end"),
        ("race = 'Black", "quotation mark may be open"),
        ("", "where a column's name"),
        ("race not Black", "where a comparison"),
        ("(" * 80 + "race = a" + ")" * 80, "more than 50"),
        ("not " * 3000 + "race = a", "more than 50"),
    ],
)
def test_what_is_no_condition_is_refused_in_words(text, says):
    with pytest.raises(
        QuestionError, match=says.replace("(", r"\(").replace(")", r"\)")
    ):
        parse(text, COLUMNS)


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_a_sentence(text):
    with contextlib.suppress(EquitableError):
        assert parse(text, COLUMNS).sql


@given(st.text(max_size=30).filter(lambda s: "\0" not in s))
def test_a_value_is_only_ever_a_value(text):
    with duckdb.connect() as connection:
        literal = connection.execute(f"SELECT {quote_value(text)}").fetchone()
    assert literal == (text,)


@given(st.text(min_size=1, max_size=30).filter(lambda s: "\0" not in s))
def test_a_name_is_only_ever_a_name(name):
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({quote_name(name)} INT)")
        described = connection.execute("DESCRIBE t").fetchall()
    assert described[0][0] == name
