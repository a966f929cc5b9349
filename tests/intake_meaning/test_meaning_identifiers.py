"""What names a person is recognised; what does not, is not; the hash is HMAC-SHA256."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equitable.errors import InputError
from equitable.intake import identifiers
from equitable.intake.profile import profile
from equitable.intake.source import open_source
from equitable.vocabulary import Role

PEOPLE = [
    f"{first} {last}"
    for first in ("Ana", "Ben", "Cleo", "Dev")
    for last in ("Abara", "Brown", "Castro", "Diaz", "Eze")
]


def recognised(name, values):
    with open_source(pa.table({name: pa.array(values)})) as source:
        return identifiers.recognise(profile(source, whole=False)[0])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("First Name", ["Ana", "Ben", "Cleo"] * 7),
        ("studentName", PEOPLE),
        ("column_7", PEOPLE),
        ("parent_name", PEOPLE),
        ("contact", [f"p{i}@example.org" for i in range(20)]),
        ("home_phone", [f"(615) 555-01{i:02d}" for i in range(20)]),
        ("x1", [f"615-555-01{i:02d}" for i in range(20)]),
        ("x2", [f"123-45-67{i:02d}" for i in range(20)]),
        ("DOB", [f"2009-03-{i:02d}" for i in range(1, 21)]),
        ("birth", ["1979 Q3", "1980 Q1", "1979 Q4"] * 10),
        ("BirthDate", [f"{i}/3/2009" for i in range(1, 13)]),
        ("Address", [f"{i} Oak Street" for i in range(20)]),
        ("ip", [f"10.0.0.{i}" for i in range(20)]),
        ("site_url", [f"https://example.org/{i}" for i in range(20)]),
        ("username", [f"user{i}" for i in range(20)]),
        ("comments", [f"He said that the bus was late again, {i} times this week." for i in range(20)]),
        ("field9", [f"She told the office that her brother, number {i}, was ill." for i in range(30)]),
        ("rownames", [str(i * 3) for i in range(40)]),
    ],
)  # fmt: skip
def test_what_names_people_is_recognised(name, values):
    found = recognised(name, values)
    assert found is not None
    assert found.role is Role.IDENTIFIER


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Student_ID", [f"{100001 + i}.0" for i in range(30)]),
        ("id_student", [str(11391 + 7 * i) for i in range(30)]),
        ("LASID", [f"A{i:05d}" for i in range(30)]),
        ("id", [str(10133 + i * 11) for i in range(30)]),
        ("col", [str(481_674_000 + i * 7919) for i in range(60)]),
    ],
)
def test_student_numbers_are_recognised(name, values):
    found = recognised(name, values)
    assert found is not None
    assert found.role is Role.STUDENT


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("address", ["U", "R"] * 20),
        ("NAME", [f"Oak {i} Elementary School" for i in range(30)]),
        ("school_name", [f"Martin King {i}" for i in range(30)]),
        ("SCHID", [f"{i:05d}" for i in range(60)]),
        ("# Total Days", [str(194_652 + i * 13) for i in range(60)]),
        ("score", [str(400 + i) for i in range(200)]),
        ("scale_score", [str(300.5 + i / 7) for i in range(200)]),
        ("birth weight", [str(2000 + i) for i in range(60)]),
        ("guardian", ["mother", "father", "other"] * 10),
        ("region", ["North Western Region", "South Region", "East Region"] * 10),
        ("ethnicity", ["American Indian", "Pacific Islander", "African American"] * 10),
        ("age", [str(10 + i % 8) for i in range(60)]),
        ("population", [str(5000 + i * 37) for i in range(60)]),
        ("wide_value", [str(i * i) for i in range(60)]),
    ],
)  # fmt: skip
def test_what_does_not_name_people_is_left(name, values):
    assert recognised(name, values) is None


def test_reasons_hold_no_value():
    found = recognised("contact", [f"p{i}@example.org" for i in range(20)])
    assert "example" not in found.because + found.what


# ------------------------------------------------------------------------- keyed hash


def hashed(values, key):
    table = pa.table({"number": pa.array(values, pa.string())})
    with duckdb.connect() as connection:
        connection.register("r", table)
        sql = f"SELECT {identifiers.keyed_hash_sql('number')} AS h FROM r"
        rows = connection.execute(
            sql, list(identifiers.hash_parameters(key))
        ).fetchall()
    return [row[0] for row in rows]


@given(
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=80
    ),
    st.binary(min_size=16, max_size=100),
)
def test_the_hash_is_hmac_sha256(number, key):
    # An independent implementation: Python's own hmac.
    if number.lstrip("+-").replace(".", "").isdigit():
        number = "a" + number
    assert hashed([number], key) == [
        hmac.new(key, number.encode(), hashlib.sha256).hexdigest()
    ]


def test_rfc_4231_test_case_2():
    # RFC 4231, section 4.3: key "Jefe", data "what do ya want for nothing?"
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hashed(["what do ya want for nothing?"], b"Jefe") == [expected]


def test_one_student_has_one_hash_however_the_number_is_written():
    key = b"k" * 32
    same = hashed(["123", " 123 ", "123.0", "123.00"], key)
    assert len(set(same)) == 1
    assert len({*same, *hashed(["1230", "0123"], key)}) == 3
    assert hashed([None], key) == [None]
    assert hashed(["123"], b"l" * 32) != same[:1]


def test_a_key_is_made_once_and_is_private(tmp_path, monkeypatch):
    monkeypatch.delenv("EQUITABLE_KEY_FILE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    first = identifiers.read_key()
    assert len(first) == identifiers.KEY_BYTES
    assert identifiers.read_key() == first
    place = tmp_path / "config" / "equitable" / "key"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [p.name for p in place.parent.iterdir()] == ["key"]


def test_a_key_that_others_can_read_is_refused(tmp_path):
    place = tmp_path / "key"
    place.write_text("a" * 64)
    place.chmod(0o644)
    with pytest.raises(InputError, match="other people") as caught:
        identifiers.read_key(place)
    assert "aaaa" not in str(caught.value)


def test_a_short_or_missing_key_is_refused(tmp_path, monkeypatch):
    place = tmp_path / "key"
    place.write_bytes(b"short")
    place.chmod(0o600)
    with pytest.raises(InputError, match="fewer than 16 bytes"):
        identifiers.read_key(place)
    monkeypatch.setenv("EQUITABLE_KEY_FILE", str(tmp_path / "elsewhere"))
    with pytest.raises(InputError, match="not there"):
        identifiers.read_key()
    assert not os.path.lexists(tmp_path / "elsewhere")
