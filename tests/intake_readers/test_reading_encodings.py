"""How text is written: UTF-8, UTF-16, Windows-1252, and late surprises."""

import codecs
import tracemalloc

import pytest

from equitable.errors import EquitableError
from equitable.intake.source import open_source

TEXT = "nom,école\nJosé,“Ünïon”\nZoë,Straße – €\n"
ROWS = [("José", "“Ünïon”"), ("Zoë", "Straße – €")]


def rows_of(source):
    return sorted(tuple(r.values()) for r in source.query("FROM records").to_pylist())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TEXT.encode(), None),
        (codecs.BOM_UTF8 + TEXT.encode(), None),
        (TEXT.encode("cp1252"), "Windows-1252"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-32"), "UTF-32"),
    ],
)
def test_encodings_are_found_out_and_said(tmp_path, data, words):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with open_source(path) as source:
        assert [c.name for c in source.columns] == ["nom", "école"]
        assert rows_of(source) == ROWS
        assert source.files()[0].bytes == len(data)
        if words:
            assert source.notes == (f"a.csv is written in {words}.",)
        else:
            assert source.notes == ()


def test_bytes_that_windows_1252_lacks_do_not_stop_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\nJos\xe9,\x81\n")
    with open_source(path) as source:
        assert rows_of(source) == [("José", "\x81")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_latin_letter_at_row_50_000(tmp_path, end):
    lines = [b"id,name"] + [b"%d,plain name" % i for i in range(2, 60_001)]
    lines[50_000 - 1] = b"50000,Jos\xe9"
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(lines) + end)
    with open_source(path) as source:
        assert source.notes == ()
        # The count never looks at the letter; the question about names does.
        assert source.query("SELECT COUNT(*) n FROM records")["n"].to_pylist() == [
            59_999
        ]
        found = source.query("SELECT id FROM records WHERE name = 'José'")
        assert found["id"].to_pylist() == ["50000"]
        assert source.notes == ("a.csv is written in Windows-1252.",)
        assert source.first_row("name LIKE 'J%'").row == 50_000


def test_first_row_meets_the_late_letter_first(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,name\n" + b"1,x\n" * 100_000 + b"2,Jos\xe9\n")
    with open_source(path) as source:
        assert source.first_row("name = 'José'").row == 100_002


def test_utf8_with_a_few_letters_of_windows_1252(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a,b\nZoë,1\nÜ,2\n".encode() + b"Jos\xe9,3\n")
    with open_source(path) as source:
        assert rows_of(source) == [("José", "3"), ("Zoë", "1"), ("Ü", "2")]
        assert "UTF-8 with some letters in Windows-1252" in source.notes[0]


def test_the_encoding_can_be_named(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a,b\nŁódź,2\n".encode("cp1250"))
    with open_source(path, encoding="windows-1250") as source:
        assert rows_of(source) == [("Łódź", "2")]


def test_a_named_encoding_that_does_not_fit(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\nJos\xe9,2\n")
    with pytest.raises(
        EquitableError, match=r"not written in ascii|not written in UTF-8"
    ):
        open_source(path, encoding="utf-8").query("FROM records")
    with pytest.raises(EquitableError, match="no encoding of tables called 'utf-9'"):
        open_source(path, encoding="utf-9")
    with pytest.raises(EquitableError, match="no encoding of tables called 'base64'"):
        open_source(path, encoding="base64")


def test_a_nul_byte_in_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n3,x\x00y\n")
    with pytest.raises(EquitableError, match=r"a\.csv, row 3: it holds a NUL byte"):
        open_source(path)


def test_a_nul_byte_late_in_the_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 200_000 + b"3,x\x00y\n")
    with open_source(path) as source:
        assert source.query("SELECT COUNT(*) n FROM records")["n"].to_pylist() == [
            200_001
        ]
        with pytest.raises(EquitableError, match=r"a\.csv.*NUL byte"):
            source.query("SELECT b, COUNT(*) FROM records GROUP BY b")


def test_a_large_utf16_file_is_written_anew_in_blocks(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF16_LE)
        file.write("name,score\n".encode("utf-16-le"))
        block = ("Zoë,12\n" * 1000).encode("utf-16-le")
        for _ in range(1500):
            file.write(block)
    tracemalloc.start()
    with open_source(path) as source:
        # 21 MB of text: what is held at once is a few blocks of one.
        assert tracemalloc.get_traced_memory()[1] < 14_000_000
        tracemalloc.stop()
        counted = source.query("SELECT COUNT(*) n FROM records WHERE name = 'Zoë'")
        assert counted["n"].to_pylist() == [1_500_000]
