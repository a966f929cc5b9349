"""The engine behind a source: locked, held to its memory, and gone afterwards."""

import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import pyarrow as pa
import pytest

from equitable.errors import EquitableError, InputError, QuestionError
from equitable.intake import source as module
from equitable.intake.readers import engine, opening
from equitable.intake.readers.parts import Column, Part, Scratch
from equitable.intake.source import open_source, register


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A folder of our own where private folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\nx,1\ny,2\n")
    return path


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{other}')",
        "SELECT * FROM '{other}'",
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/x.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '10GB'",
        "SELECT * FROM leaked",
        "SELECT nothing FROM records",
        "SELEC",
    ],
)
def test_a_question_reaches_the_records_and_nothing_else(
    table, tmp_path, monkeypatch, sql
):
    # Frames in reach of the code that asks are not relations.
    monkeypatch.setattr(module, "leaked", pa.table({"a": [1]}), raising=False)
    other = tmp_path / "other.csv"
    other.write_text("secret\nvalue\n")
    with open_source(table) as source, pytest.raises(EquitableError) as caught:
        source.query(sql.format(other=other, folder=tmp_path))
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "out.csv").exists()


def test_parameters_are_bound(table):
    with open_source(table) as source:
        found = source.query(
            "SELECT b FROM records WHERE a = ? AND b::INT < ?", ("x", 5)
        )
        assert found.to_pylist() == [{"b": "1"}]


def test_a_wrong_question_and_a_wrong_value(table):
    with open_source(table) as source:
        with pytest.raises(QuestionError, match="nothing"):
            source.query("SELECT nothing FROM records")
        with pytest.raises(
            InputError, match=r"a\.csv: a value is not of the kind"
        ) as caught:
            source.query("SELECT SUM(a::INT) FROM records")
        assert "'x'" not in str(caught.value)


def test_the_private_folder_is_private_and_goes(temporary, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,é\n", encoding="utf-16")
    source = open_source(path)
    (made,) = temporary.iterdir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert any(made.iterdir())
    source.query("FROM records")
    source.close()
    assert list(temporary.iterdir()) == []
    with pytest.raises(InputError, match="closed"):
        source.query("FROM records")
    source.close()


def test_nothing_is_left_after_a_refusal(temporary, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a,b\n1\n".encode("utf-16"))
    with pytest.raises(InputError):
        open_source(path)
    with pytest.raises(InputError):
        open_source(path, memory_limit="a lot")
    assert list(temporary.iterdir()) == []


def test_a_forgotten_source_leaves_nothing_at_exit(temporary, table):
    code = (
        "import sys; from equitable.intake.source import open_source\n"
        "s = open_source(sys.argv[1]); s.query('FROM records')"
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    subprocess.run(
        [sys.executable, "-c", code, str(table)], check=True, env=environment
    )
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "settings", [{"memory_limit": "a lot"}, {"threads": 0}, {"threads": -1}]
)
def test_settings_that_cannot_be_followed(table, settings):
    with pytest.raises(InputError, match="cannot be held to"):
        open_source(table, **settings)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A million rows whose groups do not fit into 60 MB."""
    path = tmp_path_factory.mktemp("large") / "a.csv"
    block = 10_000
    with path.open("w") as file:
        file.write("id,word\n")
        for start in range(0, 1_000_000, block):
            file.writelines(
                f"{i},{i * 2654435761 % 2**32:032d}\n"
                for i in range(start, start + block)
            )
    return path


def test_it_spills_to_the_private_folder_when_memory_is_short(large, temporary):
    seen = []
    with open_source(large, memory_limit="120MB", threads=1) as source:
        sql = "SELECT COUNT(*) n FROM (SELECT id, word, COUNT(*) FROM records GROUP BY ALL)"
        import threading

        done = threading.Event()

        def watch():
            while not done.is_set():
                seen.extend(p.name for p in temporary.rglob("*.tmp"))
                time.sleep(0.005)

        watcher = threading.Thread(target=watch)
        watcher.start()
        found = source.query(sql)["n"].to_pylist()
        done.set()
        watcher.join()
        assert found == [1_000_000]
    assert seen, "nothing was spilled: the limit is too high for this test"
    assert list(temporary.iterdir()) == []


def test_too_little_memory_is_said(large):
    with (
        open_source(large, memory_limit="20MB", threads=1) as source,
        pytest.raises(InputError, match=r"memory.*does not suffice.*Allow it more"),
    ):
        source.query("SELECT ARRAY_AGG(word) FROM records")


def test_opening_reads_the_head_only(large, monkeypatch):
    read = []
    usual = Path.open

    class Counted:
        def __init__(self, file):
            self.file = file

        def read(self, size=-1):
            data = self.file.read(size)
            read.append(len(data))
            return data

        def __getattr__(self, name):
            return getattr(self.file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

    monkeypatch.setattr(
        Path, "open", lambda self, *a, **k: Counted(usual(self, *a, **k))
    )
    with open_source(large):
        assert 0 < sum(read) < 500_000


def test_the_hash_is_that_of_the_file_and_is_made_beside_the_scan(large):
    with open_source(large) as source:
        assert source._fingerprints._thread is None
        source.query("SELECT COUNT(*) FROM records")
        assert source._fingerprints._thread is not None
        (read,) = source.files()
        assert read.sha256 == hashlib.sha256(large.read_bytes()).hexdigest()
        assert read.bytes == large.stat().st_size
        assert source.files() == (read,)


def test_the_first_row_of_a_condition(large):
    with open_source(large) as source:
        at = source.first_row("id::INT >= ? AND word LIKE ?", (700_000, "%"))
        assert (at.file, at.row, at.values["id"]) == ("a.csv", 700_002, "700000")
        assert source.first_row("id = 'none'") is None


def test_a_reader_is_registered_by_one_function(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_OPENERS", dict(opening._OPENERS))

    def open_dots(path, options):
        words = path.read_text().split(".")
        return Part(
            name=options.name_of(path),
            columns=(Column("word", "text"),),
            sql='SELECT word FROM "dots"',
            files=(path,),
            tables={"dots": pa.table({"word": words})},
        )

    register((".dots",), open_dots)
    (tmp_path / "a.dots").write_text("one.two")
    with open_source(tmp_path) as source:
        assert source.query("FROM records")["word"].to_pylist() == ["one", "two"]
        assert source.first_row("word = 'two'").row == 3


def test_scratch_is_made_only_when_needed(temporary):
    scratch = Scratch()
    assert list(temporary.iterdir()) == []
    scratch.close()
    assert scratch.new_path(".csv").parent.is_dir()
    scratch.close()
    assert list(temporary.iterdir()) == []


def test_two_threads_may_ask(table):
    import concurrent.futures

    with open_source(table) as source, concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: len(source.query("FROM records")), range(40)))
        assert answers == [2] * 40


def test_a_question_stopped_at_the_keyboard(tmp_path):
    (tmp_path / "a.csv").write_text("n\n" + "".join(f"{n}\n" for n in range(8_000)))
    with open_source(tmp_path / "a.csv") as source:
        # Long work in small pieces: between two of them the engine looks up.
        long = "SELECT COUNT(*) FROM range(3000000000) t(i) WHERE hash(i) = 1"
        timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
        # Started in the background, a process ignores the keyboard: not here.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the stop is a part
                timer.start()
                source.query(long)
        finally:
            timer.join()
            signal.signal(signal.SIGINT, before)
        # The source is none the worse for it.
        assert source.query("SELECT COUNT(*) c FROM records").to_pylist() == [
            {"c": 8_000}
        ]


def test_the_engines_own_error_of_a_stop_is_told_apart():
    stopped = Mock()
    stopped.execute.side_effect = RuntimeError("Query interrupted")
    with pytest.raises(KeyboardInterrupt):
        engine.ask(stopped, "FROM records", ())
