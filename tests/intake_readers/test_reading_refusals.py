"""What cannot be read, each with its sentence: what, where, what to do next."""

import gzip
import io
import os
import sys
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from equitable.errors import EquitableError, InputError
from equitable.intake.source import open_source

OLE = bytes.fromhex("D0CF11E0A1B11AE1")


def workbook():
    out = io.BytesIO()
    made = openpyxl.Workbook()
    made.active.append(["a", "b"])
    made.active.append([1, 2])
    made.save(out)
    return out.getvalue()


def zipped(name="a.csv"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "a,b\n1,2\n")
    return out.getvalue()


CASES = [
    ("a.csv", b"", "a.csv: it is empty"),
    ("a.csv", b"\n\n  \n", "a.csv: it is empty"),
    ("a.csv", b"\xef\xbb\xbf", "a.csv: it is empty"),
    ("a.csv", b"a,b\n", "a.csv: it has a header and no rows beneath it"),
    ("a.csv", b"a,b", "a.csv: it has a header and no rows beneath it"),
    ("a.csv", b"a,b\n\n\n", "a.csv: it has a header and no rows beneath it"),
    ("a.csv", b"a,b,c,d,e\n1,2,3,4,5\n1,2,3\n", "a.csv, row 3: it has 3 fields where the header has 5"),
    ("a.csv", b"a,b\n1,2\n1,2,3\n", "a.csv, row 3: it has 3 fields where the header has 2"),
    ("a.csv", b"T\n\na,b\n1,2\n\n1\n", "a.csv, row 6: it has 1 field where the header has 2"),
    ("a.csv", b'a,b\n1,2\n3,"4\n5,6\n', "a.csv, row 3: a quotation mark opens in this row and is never closed"),
    ("a.csv", b'a,b\n1,2\n3,"4"x\n', "a.csv, row 3: a quotation mark stands inside a value"),
    ("a.csv", b'a,b\n"' + b"1,2\n" * 200_000, "a.csv, row 2: a quotation mark opens"),
    ("a.csv", workbook(), "a.csv: it is an Excel workbook, not a text table. Rename it to a.xlsx."),
    ("a.csv", zipped(), "a.csv: it is a ZIP archive, not a text table. Unpack it"),
    ("a.csv", b"%PDF-1.7 x", "a.csv: it is a PDF, not a text table"),
    ("a.csv", b"\x89PNG\r\n\x1a\n....", "a.csv: it is a picture, not a text table"),
    ("a.csv", b"PAR1" + b"\x00" * 20 + b"PAR1", "a.csv: it is a Parquet file, not a text table. Rename it to a.parquet."),
    ("a.csv", gzip.compress(b"a,b\n1,2\n", mtime=0), "a.csv: it is a file compressed with gzip, not a text table. Rename it to a.csv.gz."),
    ("a.csv", b"<!DOCTYPE html><html>", "a.csv: it is a web page, not a text table"),
    ("a.csv", bytes(range(256)) * 8, "a.csv, row 1: it holds a NUL byte"),
    ("a.xlsx", b"", "a.xlsx: it is empty"),
    ("a.xlsx", workbook()[:2000], "a.xlsx: it is a damaged ZIP archive or workbook. It may have been cut off"),
    ("a.xlsx", zipped(), "a.xlsx: it is a ZIP archive"),
    ("a.xlsx", b"a,b\n1,2\n", "a.xlsx: it is not a workbook, whatever its name says"),
    ("a.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "a.xlsx: it is a workbook locked with a password. Open it in Excel"),
    ("a.xls", OLE + b"\0" * 600 + "Workbook".encode("utf-16-le"), "a.xls: it is an Excel workbook of before 2007 (.xls). Open it in Excel and save it as .xlsx."),
    ("a.parquet", b"a,b\n1,2\n", "a.parquet: it is not a whole Parquet file"),
    ("a.numbers", zipped("Index/Tables.iwa"), "a.numbers: it is a Numbers document. Open it in the program it was made with, export it as CSV"),
    ("a.sav", b"$FL2@(#)", "a.sav: it is an SPSS file"),
    ("a.dta", b"\x76\x02", "a.dta: it is a Stata file"),
    ("a.rds", gzip.compress(b"X", mtime=0), "a.rds: it is an R file"),
    ("a.pdf", b"%PDF-1.7", "a.pdf: it is a PDF"),
    ("a.json", b"[]", "a.json: it is a JSON file"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "told"), CASES)
def test_bad_files(tmp_path, name, content, told):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_source(path)
    assert str(caught.value).startswith(told)
    assert caught.value.next_step
    assert caught.value.exit_code == 2


def test_trouble_beyond_the_head_has_its_row_and_no_value(tmp_path):
    path = tmp_path / "a.csv"
    rows = b"a,b\n" + b"1,2\n" * 90_000
    for bad, told in (
        (b"Secret Person\n", "row 90,002: it has 1 field where the header has 2"),
        (b"Secret,Person,9\n", "row 90,002: it has 3 fields where the header has 2"),
        (b'x,"Secret Person\n', "row 90,002: a quotation mark opens"),
        (b'x,"Secret" Person\n', "row 90,002: a quotation mark stands inside"),
    ):
        path.write_bytes(rows + bad + b"1,2\n" * 10)
        with open_source(path) as source, pytest.raises(InputError) as caught:
            source.query("SELECT a, COUNT(*) FROM records GROUP BY a")
        assert told in str(caught.value)
        told_in_all = repr(caught.value) + str(caught.value.__cause__)
        assert "Secret" not in told_in_all
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_files_that_are_not_there(tmp_path):
    (tmp_path / "students_2020.csv").write_text("a\n1\n")
    with pytest.raises(
        InputError,
        match=r"student_2020\.csv: there is no such file\. Did you mean 'students_2020\.csv'",
    ):
        open_source(tmp_path / "student_2020.csv")
    with pytest.raises(InputError, match="there is no folder 'nowhere'"):
        open_source(tmp_path / "nowhere" / "a.csv")
    (tmp_path / "students_2020.csv").unlink()
    with pytest.raises(InputError, match="no table in that folder"):
        open_source(tmp_path / "a.csv")
    with pytest.raises(InputError, match="no file was named"):
        open_source("")


@pytest.mark.parametrize(
    "url", ["http://example.org/a.csv", "s3://bucket/a.parquet", "https://x/*.csv"]
)
def test_nothing_is_fetched(url):
    with pytest.raises(
        InputError, match=r"nothing is fetched.*Download the file first"
    ):
        open_source(url)


def test_unreadable(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    usual = Path.open

    def refuse(self, *args, **kwargs):
        if self.name == "a.csv":
            raise PermissionError(13, "Permission denied", str(self))
        return usual(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"a\.csv: this account may not read it"):
        open_source(path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read all")
def test_unreadable_for_real(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    path.chmod(0)
    with pytest.raises(InputError, match="may not read it"):
        open_source(path)


class _Input:
    def __init__(self, data):
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,2\n",
        "a;b\n1;2\n".encode("utf-16"),
        gzip.compress(b"a,b\n1,2\n", mtime=0),
    ],
)
def test_standard_input(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", _Input(data))
    with open_source("-") as source:
        assert source.name == "standard input"
        assert source.paths == ()
        assert source.query("FROM records").to_pylist() == [{"a": "1", "b": "2"}]
        assert source.first_row("a = '1'").file == "standard input"
        (read,) = source.files()
        assert (read.name, read.bytes) == ("standard input", len(data))


def test_standard_input_of_other_kinds(monkeypatch, tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    for data in ((tmp_path / "a.parquet").read_bytes(), workbook()):
        monkeypatch.setattr(sys, "stdin", _Input(data))
        with open_source("-") as source:
            assert source.query("SELECT a FROM records").to_pylist() == [{"a": 1}]
    monkeypatch.setattr(sys, "stdin", _Input(b""))
    with pytest.raises(InputError, match="standard input: it is empty"):
        open_source("-")
    monkeypatch.setattr(sys, "stdin", _Input(b"%PDF-1"))
    with pytest.raises(InputError, match="standard input: it is a PDF"):
        open_source("-")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe(tmp_path):
    import threading

    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"a,b\n1,2\n",))
    writer.start()
    with open_source(path) as source:
        assert source.query("FROM records").to_pylist() == [{"a": "1", "b": "2"}]
    writer.join()


def test_a_file_without_a_suffix_is_told_by_its_content(tmp_path):
    (tmp_path / "table").write_text("a,b\n1,2\n")
    with open_source(tmp_path / "table") as source:
        assert source.query("FROM records").to_pylist() == [{"a": "1", "b": "2"}]
    (tmp_path / "book").write_bytes(workbook())
    with open_source(tmp_path / "book") as source:
        assert source.query("FROM records").to_pylist() == [{"a": 1, "b": 2}]
    (tmp_path / "other").write_bytes(b"7z\xbc\xaf\x27\x1c")
    with pytest.raises(EquitableError, match="other: it is a 7-Zip archive"):
        open_source(tmp_path / "other")


def test_one_endless_line_is_said_to_be_one(tmp_path):
    for size in (200_000, 20_000_000):
        (tmp_path / "a.csv").write_bytes(b"x" * size)
        with pytest.raises(InputError, match="one line, without a line end"):
            open_source(tmp_path / "a.csv")


def test_a_value_longer_than_can_be_read(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n3," + b"x" * 140_000 + b"\n")
    with pytest.raises(InputError, match="row 3: a value in this row is longer"):
        open_source(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_sheet_of_what_has_none(tmp_path, name):
    if name == "a.csv":
        (tmp_path / name).write_text("a\n1\n")
    else:
        pq.write_table(pa.table({"a": [1]}), tmp_path / name)
    with pytest.raises(InputError, match="has no sheets"):
        open_source(tmp_path / name, sheet="2020")


def test_a_home_folder_that_is_not_there():
    with pytest.raises(InputError, match="no home folder '~nobody-of-that-name'"):
        open_source("~nobody-of-that-name/x.csv")


@pytest.mark.parametrize("name", ["utf-7", "idna", "punycode", "base64", "n\x00", "é"])
def test_what_is_no_encoding_of_tables(tmp_path, name):
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match="no encoding of tables"):
        open_source(tmp_path / "a.csv", encoding=name)
