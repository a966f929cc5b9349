"""A file that may not be replaced is written by one writer only, and whole."""

import os
import stat
import threading
from pathlib import Path

import pytest

from equitable.errors import InputError, OutputError
from equitable.intake import identifiers
from equitable.output import write_whole


def test_of_many_writers_at_once_one_writes(tmp_path):
    place, written, refused = tmp_path / "a.txt", [], []
    gate = threading.Barrier(8)

    def write(number):
        gate.wait()
        try:
            write_whole(place, str(number).encode() * 1000, replace=False)
            written.append(number)
        except OutputError as error:
            refused.append(str(error))

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert len(written) == 1
    assert place.read_bytes() == str(written[0]).encode() * 1000
    assert all("already there" in said for said in refused)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_one_that_comes_between_the_look_and_the_writing_is_kept(tmp_path, monkeypatch):
    place = tmp_path / "a.txt"
    real = os.fsync

    def another(handle):
        place.write_text("theirs")
        real(handle)

    monkeypatch.setattr(os, "fsync", another)
    with pytest.raises(OutputError, match="already there"):
        write_whole(place, b"mine", replace=False)
    assert place.read_text() == "theirs"


@pytest.mark.parametrize("there", [False, True])
def test_a_disk_without_links(tmp_path, monkeypatch, there):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    place = tmp_path / "a.txt"
    if there:
        monkeypatch.setattr(Path, "exists", lambda _: False)
        place.write_text("theirs")
        with pytest.raises(OutputError, match="already there"):
            write_whole(place, b"mine", replace=False)
        assert place.read_text() == "theirs"
    else:
        write_whole(place, b"mine", replace=False)
        assert place.read_bytes() == b"mine"


@pytest.mark.skipif(os.name == "nt", reason="no modes")
def test_a_private_file_is_its_owners(tmp_path):
    write_whole(tmp_path / "key", b"x", replace=False, private=True)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_two_runs_end_with_one_key(tmp_path, monkeypatch):
    monkeypatch.delenv("EQUITABLE_KEY_FILE", raising=False)
    place = tmp_path / "settings" / "key"
    keys = []
    gate = threading.Barrier(4)

    monkeypatch.setattr(identifiers, "key_path", lambda: place)
    runs = [
        threading.Thread(
            target=lambda: (gate.wait(), keys.append(identifiers._make_key(place)))
        )
        for _ in range(4)
    ]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert len(set(keys)) == 1
    assert len(keys) == 4
    assert identifiers.read_key(place) == keys[0]


def test_a_key_that_cannot_be_made_says_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made") as caught:
        identifiers._make_key(tmp_path / "file" / "key")
    assert "EQUITABLE_KEY_FILE" in caught.value.next_step
