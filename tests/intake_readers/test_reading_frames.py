"""Parquet files and data frames: types made plain, what cannot be used said."""

# ruff: noqa: DTZ001 - a column of dates may well know no time zone

import datetime as dt
import decimal
import hashlib
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from equitable.errors import EquitableError
from equitable.intake.source import Column, open_source

MIXED = pa.table(
    {
        "text": pa.array(["x", None]),
        "large": pa.array(["x", None], pa.large_string()),
        "category": pa.array(["x", None]).dictionary_encode(),
        "coded": pa.array([5, None]).dictionary_encode(),
        "small": pa.array([1, None], pa.int8()),
        "unsigned": pa.array([1, None], pa.uint64()),
        "broken": pa.array([1.5, float("nan")]),
        "decimal": pa.array([decimal.Decimal("1.25"), None]),
        "flag": pa.array([True, None]),
        "day": pa.array([dt.date(2020, 1, 2), None]),
        "moment": pa.array([dt.datetime(2020, 1, 2, 3, 4), None]),
        "zoned": pa.array(
            [dt.datetime(2020, 1, 2, 3, 4), None], pa.timestamp("us", "America/Chicago")
        ),
        "exact": pa.array([dt.datetime(2020, 1, 2, 3, 4), None], pa.timestamp("ns")),
        "time": pa.array([dt.time(3, 4), None]),
        "list": pa.array([[1], None]),
        "record": pa.array([{"a": 1}, None]),
        "bytes": pa.array([b"\xff", None]),
    }
)
KINDS = {
    "text": "text", "large": "text", "category": "text", "small": "number",
    "unsigned": "number", "broken": "number", "decimal": "number", "flag": "boolean",
    "day": "date", "moment": "date", "zoned": "date", "exact": "date", "time": "text",
}  # fmt: skip
MOMENT = dt.datetime(2020, 1, 2, 3, 4)
FIRST = {
    "text": "x", "large": "x", "category": "x", "small": 1, "unsigned": 1,
    "broken": 1.5, "decimal": 1.25, "flag": True, "day": dt.date(2020, 1, 2),
    "moment": MOMENT, "zoned": MOMENT, "exact": MOMENT, "time": "03:04:00",
}  # fmt: skip


@pytest.fixture(params=["parquet", "arrow"])
def mixed(request, tmp_path):
    """The table of many types, as a file and as a frame."""
    if request.param == "arrow":
        return MIXED
    pq.write_table(MIXED, tmp_path / "a.parquet")
    return tmp_path / "a.parquet"


def test_types_are_made_plain(mixed):
    with open_source(mixed) as source:
        kinds = {column.name: column.type for column in source.columns}
        kinds.pop("coded")
        assert kinds == KINDS
        table = source.query("FROM records ORDER BY text NULLS LAST")
        for name, value in FIRST.items():
            found = table[name].to_pylist()
            if name == "time":
                found[0] = found[0][:8]
            assert found == [value, None], name
            if isinstance(value, str):
                assert pa.types.is_string(table[name].type) or pa.types.is_large_string(
                    table[name].type
                )
        assert any("'list', 'record', 'bytes'" in note for note in source.notes)


def test_several_parquet_files_and_a_glob(tmp_path):
    pq.write_table(pa.table({"a": ["x"], "n": [1]}), tmp_path / "p1.parquet")
    pq.write_table(pa.table({"a": ["y"], "n": [2.5]}), tmp_path / "p2.parquet")
    with open_source(str(tmp_path / "p*.parquet")) as source:
        assert source.name == "p*.parquet"
        assert source.query("SELECT SUM(n) s FROM records")["s"].to_pylist() == [3.5]
        assert [f.name for f in source.files()] == ["p1.parquet", "p2.parquet"]
        at = source.first_row("a = 'y'")
        assert (at.file, at.row) == ("p2.parquet", 2)


@pytest.mark.parametrize("kept", [0, 3, 10, 200])
def test_truncated_parquet(tmp_path, kept):
    pq.write_table(MIXED.select(["text"]), tmp_path / "w.parquet")
    path = tmp_path / "a.parquet"
    path.write_bytes((tmp_path / "w.parquet").read_bytes()[:kept])
    with pytest.raises(
        EquitableError, match=r"a\.parquet: it is (not a whole Parquet|empty)"
    ):
        open_source(path)


def test_parquet_damaged_in_its_middle(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"n": np.random.default_rng(1).random(100_000)}),
        path,
        compression="zstd",
    )
    data = bytearray(path.read_bytes())
    data[4:9000] = b"\x00" * 8996
    path.write_bytes(data)
    with (
        open_source(path) as source,
        pytest.raises(EquitableError, match=r"a\.parquet"),
    ):
        source.query("SELECT SUM(n) FROM records")


def test_empty_and_doubled_parquet(tmp_path):
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), tmp_path / "a.parquet")
    with pytest.raises(EquitableError, match="it has no rows"):
        open_source(tmp_path / "a.parquet")
    pq.write_table(pa.table({"a": ["x"], "A": ["y"]}), tmp_path / "b.parquet")
    with pytest.raises(EquitableError, match="differ in capitals only"):
        open_source(tmp_path / "b.parquet")
    pq.write_table(pa.table({"a": [[1]]}), tmp_path / "c.parquet")
    with pytest.raises(EquitableError, match="plain values"):
        open_source(tmp_path / "c.parquet")


def test_pandas():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "race": pd.Categorical(["W", "B", None]),
            "objects": pd.Series(["x", 3.0, None], dtype=object),
            "flags": pd.Series([True, None, False], dtype=object),
            "real": [True, False, True],
            "score": [1.5, np.nan, 2.0],
            "count": pd.array([1, None, 3], dtype="Int64"),
            "day": pd.to_datetime(["2020-01-02", None, "2020-01-03"]),
            "words": ["a", None, "c"],
            "coded": pd.Categorical([1, 2, None]),
            "month": pd.period_range("2020-01", periods=3, freq="M"),
            "lists": [[1], [2], None],
            2019: [1, 2, 3],
        }
    )
    frame.index = [7, 8, 9]
    with open_source(frame) as source:
        assert source.name == "data frame"
        assert source.paths == ()
        assert {c.name: c.type for c in source.columns} == {
            "race": "text", "objects": "text", "flags": "boolean", "real": "boolean",
            "score": "number", "count": "number", "day": "date", "words": "text",
            "coded": "text", "month": "text", "2019": "number",
        }  # fmt: skip
        table = source.query("FROM records").to_pydict()
        assert table["race"] == ["W", "B", None]
        assert table["objects"] == ["x", "3", None]
        assert table["flags"] == [True, None, False]
        assert table["score"] == [1.5, None, 2.0]
        assert table["count"] == [1, None, 3]
        assert table["coded"] == ["1", "2", None]
        assert table["month"] == ["2020-01", "2020-02", "2020-03"]
        assert table["day"][0] == dt.datetime(2020, 1, 2)
        assert "'lists'" in source.notes[0]


def test_polars():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(
        {"race": ["W", "B", None], "score": [1.5, float("nan"), None], "n": [1, 2, 3]},
        schema_overrides={"race": pl.Categorical, "n": pl.UInt8},
    ).with_columns(level=pl.Series(["lo", "hi", None], dtype=pl.Enum(["lo", "hi"])))
    for given in (frame, frame.lazy()):
        with open_source(given) as source:
            assert source.columns == (
                Column("race", "text"),
                Column("score", "number"),
                Column("n", "number"),
                Column("level", "text"),
            )
            table = source.query("FROM records").to_pydict()
            assert table["race"] == ["W", "B", None]
            assert table["score"] == [1.5, None, None]
            assert table["level"] == ["lo", "hi", None]


def test_a_frame_has_the_hash_of_its_arrow_stream():
    frame = pa.table({"a": pa.array(["x", "y"], pa.large_string())})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, frame.schema) as stream:
        stream.write_table(frame)
    whole = sink.getvalue().to_pybytes()
    with open_source(frame) as source:
        (read,) = source.files()
        assert (read.name, read.bytes) == ("data frame", len(whole))
        assert read.sha256 == hashlib.sha256(whole).hexdigest()
        assert source.first_row("a = 'y'").row == 3


def test_frames_that_cannot_be_read():
    pd = pytest.importorskip("pandas")
    with pytest.raises(EquitableError, match="data frame: it has no rows"):
        open_source(pd.DataFrame({"a": []}))
    with pytest.raises(EquitableError, match="no columns"):
        open_source(pd.DataFrame())
    with pytest.raises(EquitableError, match="have the same name"):
        open_source(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(
        EquitableError, match="a list is neither a path nor a data frame"
    ):
        open_source([1, 2])


def test_reading_a_file_imports_no_frame_library(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    code = (
        "import sys; from equitable.intake.source import open_source\n"
        "with open_source(sys.argv[1]) as s: s.query('FROM records')\n"
        "assert not {'pandas', 'polars'} & set(sys.modules), 'imported'\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
